"""Predicted times, and runners made from races."""

from __future__ import annotations

import json

import numpy as np
import pytest

from simulator.analysis.fit import Fit, Race, fit_runner, runner_block
from simulator.analysis.predict import predicted_time, predicted_times, stretched
from simulator.errors import NoAnswerError
from simulator.physics.attempt import simulate
from simulator.resources import configs_dir
from simulator.scenario import load_text
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Runner, Scenario
from simulator.scenario.plan import EvenPlan
from simulator.units import parse_distance, parse_time

HER = Runner(name="her", height=1.57, mass=42)


@pytest.fixture(scope="module")
def two() -> Fit:
    return fit_runner([Race(3000.0, 487.04), Race(1500.0, 228.68)], HER)


@pytest.mark.parametrize("name", ["fifteen_hundred", "solo"])
def test_a_predicted_time_is_where_the_limit_begins_to_bind(name: str) -> None:
    scenario = load_scenario(name, with_ghosts=False)
    time = predicted_time(scenario)
    spare = []
    for target in (time + 0.05, time - 0.05):
        run = simulate(stretched(scenario, target))
        limit = run.aerobic + np.maximum(run.reserve, 0.0) / 15.0
        before = np.arange(run.ticks + 1) * run.step_s < run.end_s
        spare.append(float((limit - run.power)[before].min()))
    assert spare[0] > 0.01  # slower: never
    assert spare[1] < 0.0  # faster: it binds


def test_predictions_side_by_side_are_those_one_by_one() -> None:
    body = Runner()
    rows = [Race(d, t).scenario(body) for d, t in ((400.0, 55.0), (800.0, 118.0))]
    assert predicted_times(rows) == [predicted_time(row) for row in rows]


def test_a_stretched_table_keeps_its_shape() -> None:
    monaco = stretched(load_scenario("monaco_2023", with_ghosts=False), 2 * 247.64)
    assert [s.time for s in monaco.plan.splits] == pytest.approx(  # type: ignore[union-attr]
        [125.2, 249.2, 373.32, 495.28]
    )


def test_who_can_more_than_a_human_gets_the_time_of_the_fastest_speed_looked_for() -> None:
    giant = Runner(max_aerobic_power=40, reserve=5000)
    sprint = Scenario(distance=100.0, runner=giant, plan=EvenPlan(target=15.0), ghosts=())
    assert predicted_time(sprint) == pytest.approx(100 / 9.3)
    feeble = Runner(max_aerobic_power=5, reserve=100)
    with pytest.raises(NoAnswerError, match="cannot run 400 m at 2 m/s"):
        predicted_time(
            Scenario(distance=400.0, runner=feeble, plan=EvenPlan(target=100.0), ghosts=())
        )


def test_two_races_are_met_exactly_whatever_their_order(two: Fit) -> None:
    assert [race.distance_m for race in two.races] == [1500.0, 3000.0]
    assert two.predicted_s == pytest.approx([228.68, 487.04], abs=0.02)
    told = json.loads(json.dumps(two.to_dict(), allow_nan=False))
    assert told["runner"]["reserve"] == two.runner.reserve
    assert told["standard_error"] == {"max_aerobic_power": None, "reserve": None}
    assert told["range_if_off_by_0.5_s"]["reserve"][0] < two.runner.reserve
    assert two.power.error is None
    assert two.power.low is not None
    assert two.power.high is not None
    assert two.power.low < two.runner.max_aerobic_power < two.power.high
    assert two.reserve.low is not None
    assert two.reserve.low < two.runner.reserve < (two.reserve.high or 0.0)


@pytest.mark.slow
def test_a_runner_is_found_again_from_her_own_predicted_times(two: Fit) -> None:
    body = Runner(height=1.8, mass=66, max_aerobic_power=29.0, reserve=2500)
    distances = (600.0, 1000.0, 1500.0)
    times = predicted_times([Race(d, d / 6.5).scenario(body) for d in distances])
    again = fit_runner([Race(d, t) for d, t in zip(distances, times, strict=True)], body)
    assert again.runner.max_aerobic_power == pytest.approx(29.0, abs=0.02)
    assert again.runner.reserve == pytest.approx(2500, abs=5)
    assert again.power.error == pytest.approx(0.0, abs=0.02)
    assert two.runner.name == "her"


def test_three_races_that_disagree_have_a_standard_error() -> None:
    fit = fit_runner([Race(800.0, 134.0), Race(1000.0, 175.0), Race(1609.344, 300.0)], HER)
    assert fit.power.error is not None
    assert fit.power.error > 0.01
    assert fit.reserve.error is not None
    assert fit.power.low is None
    missed = [p - r.time_s for p, r in zip(fit.predicted_s, fit.races, strict=True)]
    assert max(abs(m) for m in missed) < 3.0
    assert abs(sum(missed)) < max(abs(m) for m in missed)  # on both sides


def test_critical_speed_and_d_prime_lie_where_a_coach_expects_them(two: Fit) -> None:
    slowest = 3000.0 / 487.04
    assert 0.85 * slowest < two.critical_speed < slowest
    assert 100 < two.d_prime < 400
    # the straight line of distance over time that a coach draws through the two races
    by_line = (3000.0 - 1500.0) / (487.04 - 228.68)
    assert two.critical_speed == pytest.approx(by_line, rel=0.03)


def test_the_block_can_be_pasted(two: Fit) -> None:
    pasted = load_text(runner_block(two.runner), "pasted").runner
    assert pasted == two.runner


@pytest.mark.slow
def test_shelter_that_helped_leaves_less_to_the_runner(two: Fit) -> None:
    helped = fit_runner([Race(1500.0, 228.68, 0.6, 825.0), Race(3000.0, 487.04, 0.6, 2000.0)], HER)
    assert helped.runner.max_aerobic_power < two.runner.max_aerobic_power - 0.5


@pytest.mark.parametrize(
    ("races", "what"),
    [
        ([Race(1500.0, 228.68)], "One race cannot tell"),
        ([Race(1500.0, 228.68), Race(1500.0, 230.0)], "Two times over 1500 m"),
        ([Race(1500.0, 228.68), Race(3000.0, 456.0)], "faster per metre"),
        ([Race(1500.0, 228.68), Race(3000.0, 228.0)], "mistyped"),
        ([Race(800.0, 120.0), Race(1000.0, 220.0)], "longer race was hardly run out"),
        ([Race(800.0, 120.0), Race(1000.0, 190.0), Race(1500.0, 240.0)], "faster per metre"),
        ([Race(800.0, 120.0), Race(1000.0, 175.0), Race(1609.344, 300.0)], "misses 800 m"),
    ],
)
def test_races_that_make_no_runner_get_a_sentence(races: list[Race], what: str) -> None:
    with pytest.raises(NoAnswerError, match=what) as refused:
        fit_runner(races, HER)
    assert len(str(refused.value).splitlines()) == 1


PROFILES = sorted(path.stem for path in (configs_dir() / "runners").glob("*.yaml"))


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.slow
def test_a_shipped_runner_is_the_one_its_comment_makes(name: str) -> None:
    text = (configs_dir() / "runners" / f"{name}.yaml").read_text(encoding="utf-8")
    shipped = Scenario.model_validate({"runner": name}).runner
    words = [part.split('"')[0] for part in text.split('--race "')[1:]]
    races = []
    for word in words:
        distance, _, rest = word.partition("=")
        time, _, air = rest.partition("@")
        value, _, until = air.partition(":")
        race = Race(parse_distance(distance), parse_time(time))
        if air:
            race = Race(race.distance_m, race.time_s, float(value), parse_distance(until))
        races.append(race)
    made = fit_runner(races, shipped).runner
    assert made.max_aerobic_power == pytest.approx(shipped.max_aerobic_power, abs=0.002)
    assert made.reserve == pytest.approx(shipped.reserve, abs=1.0)
