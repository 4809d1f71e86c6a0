"""Runners made from races."""

from __future__ import annotations

import json

import numpy as np
import pytest

from simulator.analysis.fit import Curve, Fit, critical_speed, d_prime, fit_runner, runner_block
from simulator.analysis.predict import Race, paced_race, predicted_times
from simulator.errors import NoAnswerError
from simulator.files import configs_dir
from simulator.scenario.loader import load_text
from simulator.scenario.model import Runner, Scenario
from simulator.units import parse_distance, parse_time

HER = Runner(name="her", height=1.57, mass=42)
BESTS = (Race(800.0, 117.68), Race(1500.0, 228.68), Race(3000.0, 487.04), Race(5000.0, 845.2))


@pytest.fixture(scope="module")
def fit() -> Fit:
    return fit_runner(BESTS[::-1], HER)


@pytest.fixture(scope="module")
def two() -> Fit:
    return fit_runner(BESTS[1:3], HER)


def test_bests_are_met_within_a_share_of_them_whatever_their_order(fit: Fit) -> None:
    assert [race.distance_m for race in fit.races] == [800.0, 1500.0, 3000.0, 5000.0]
    for race, time in zip(fit.races, fit.predicted_s, strict=True):
        assert time == pytest.approx(race.time_s, rel=0.01)
    told = json.loads(json.dumps(fit.to_dict(), allow_nan=False))
    assert told["runner"]["endurance"] == fit.runner.endurance
    assert set(told["standard_error"]) == {"max_aerobic_power", "reserve", "endurance"}
    assert told["critical_speed_m_s"] == critical_speed(fit.runner)
    assert told["d_prime_m"] == d_prime(fit.runner)
    assert fit.not_run_out == ()


def test_a_runner_is_fitted_again_from_her_predicted_times() -> None:
    """Her endurance is that of the prior: many bests then leave nothing else."""
    body = HER.model_copy(
        update={"max_aerobic_power": 29.0, "reserve": 1630.0, "endurance": 0.067, "mass": 55.0}
    )
    distances = (600.0, 800.0, 1500.0, 3000.0, 10_000.0)
    times = predicted_times([Race(d, d / 6.0).scenario(body) for d in distances])
    again = fit_runner([Race(d, t) for d, t in zip(distances, times, strict=True)], body)
    assert again.runner.max_aerobic_power == pytest.approx(29.0, abs=0.05)
    assert again.runner.reserve == pytest.approx(1630, abs=10)
    assert again.runner.endurance == pytest.approx(0.067, abs=0.001)


@pytest.mark.parametrize("off_s", [-1e-9, 0.0, 1e-9])
def test_a_time_that_is_planned_already_is_found_again(off_s: float) -> None:
    """The search begins round the planned time: the answer lies at the end of its first rows."""
    body = HER.model_copy(update={"max_aerobic_power": 29.0, "reserve": 1630.0, "mass": 55.0})
    races = [Race(d, d / 6.0) for d in (600.0, 3000.0)]
    times = predicted_times([race.scenario(body) for race in races])
    for factor in (1.0, 1.1):
        again = [Race(r.distance_m, t * factor + off_s) for r, t in zip(races, times, strict=True)]
        found = predicted_times([race.scenario(body) for race in again])
        assert found == pytest.approx(times, abs=0.02)


def test_more_bests_say_more(fit: Fit, two: Fit) -> None:
    for name, error in fit.standard_error.items():
        assert 0.0 < error < two.standard_error[name]
    assert np.allclose(fit.covariance, fit.covariance.T)


def test_a_best_that_was_not_run_out_is_named(fit: Fit) -> None:
    soft = Race(10_000.0, 33 * 60.0)
    slower = fit_runner([*BESTS, soft], HER)
    assert slower.not_run_out == (soft,)
    # the others are met nearly as before: one soft best does not make another runner
    assert slower.predicted_s[1] == pytest.approx(fit.predicted_s[1], rel=0.01)


def test_economy_and_oxygen_kinetics_change_the_numbers_and_no_time(fit: Fit) -> None:
    """Both are scales: of every power, and of what is gone until uptake has come up."""
    cheap = HER.model_copy(update={"economy": 0.85, "oxygen_kinetics": 15.0})
    other = fit_runner(BESTS, cheap)
    assert other.predicted_s == pytest.approx(fit.predicted_s, rel=3e-4)
    ratio = other.runner.max_aerobic_power / fit.runner.max_aerobic_power
    assert ratio == pytest.approx(0.85, rel=1e-3)
    assert d_prime(other.runner) == pytest.approx(d_prime(fit.runner), rel=5e-3)


def test_a_curve_gives_the_predicted_time() -> None:
    runner = HER.model_copy(
        update={"max_aerobic_power": 30.0, "reserve": 1600.0, "endurance": 0.07}
    )
    race = paced_race(3000.0, 490.0)
    (exact,) = predicted_times([race.scenario(runner)])
    assert Curve(race, runner).time(30.0, 1600.0, 0.07) == pytest.approx(exact, abs=0.03)


def test_critical_speed_and_d_prime_lie_where_a_coach_expects_them(two: Fit) -> None:
    # the straight line of distance over time that a coach draws through the two races
    by_line = (3000.0 - 1500.0) / (487.04 - 228.68)
    assert critical_speed(two.runner) == pytest.approx(by_line, rel=0.05)
    assert 100 < d_prime(two.runner) < 300


def test_the_block_can_be_pasted(fit: Fit) -> None:
    assert load_text(runner_block(fit.runner), "pasted").runner == fit.runner


def test_shelter_that_helped_leaves_less_to_the_runner(fit: Fit) -> None:
    helped = fit_runner([paced_race(r.distance_m, r.time_s) for r in BESTS], HER)
    assert helped.runner.max_aerobic_power < fit.runner.max_aerobic_power - 0.3


@pytest.mark.parametrize(
    ("races", "what"),
    [
        ([Race(1500.0, 228.68)], "One race cannot tell"),
        ([Race(1500.0, 228.68), Race(1500.0, 230.0)], "Two times over 1500 m"),
        ([Race(1500.0, 228.68), Race(3000.0, 420.0)], "faster than the men's world record"),
        ([Race(1500.0, 500.0), Race(3000.0, 490.0)], "mistyped"),
        ([Race(100.0, 9.6), Race(200.0, 19.3)], "No runner fits 100 m in 9.60 and 200 m"),
    ],
)
def test_races_that_make_no_runner_get_a_sentence(races: list[Race], what: str) -> None:
    with pytest.raises(NoAnswerError, match=what) as refused:
        fit_runner(races, HER)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    "races",
    [
        [Race(800.0, 120.0), Race(1000.0, 220.0)],
        [Race(800.0, 120.0), Race(1000.0, 190.0), Race(1500.0, 240.0)],
        [Race(800.0, 134.0), Race(1000.0, 175.0), Race(1609.344, 300.0)],
        # four world-class athletes whose bests were refused as no best efforts
        [Race(1500.0, 209.46), Race(2000.0, 291.30), Race(3000.0, 440.67), Race(5000.0, 759.74)],
        [Race(3000.0, 453.26), Race(5000.0, 755.36), Race(10_000.0, 1571.0)],
    ],
)
def test_no_record_is_refused(races: list[Race]) -> None:
    fitted = fit_runner(races, Runner(height=1.7, mass=55))
    assert len(fitted.predicted_s) == len(races)


PROFILES = ("club_miler_5_00", "kipyegon_2023", "kipyegon_2025", "sub4_man")


@pytest.mark.parametrize("name", PROFILES)
def test_a_shipped_runner_is_the_one_its_comment_makes(name: str) -> None:
    text = (configs_dir() / "runners" / f"{name}.yaml").read_text(encoding="utf-8")
    shipped = Scenario.model_validate({"runner": name}).runner
    races = []
    for word in [part.split('"')[0] for part in text.split('--race "')[1:]]:
        distance, _, rest = word.partition("=")
        time, _, air = rest.partition("@")
        value, _, until = air.partition(":")
        race = Race(parse_distance(distance), parse_time(time))
        if air:
            race = Race(race.distance_m, race.time_s, float(value), parse_distance(until))
        races.append(race)
    made = fit_runner(races, shipped).runner
    assert made.max_aerobic_power == pytest.approx(shipped.max_aerobic_power, abs=0.01)
    assert made.reserve == pytest.approx(shipped.reserve, abs=3.0)
    assert made.endurance == pytest.approx(shipped.endurance, abs=2e-4)
