from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulator.analysis import uncertainty
from simulator.analysis.references import Reference, light_reference
from simulator.analysis.uncertainty import (
    SEED,
    Band,
    Chances,
    draw,
    find_band,
    find_chances,
    forecast,
    run_samples,
    samples_of,
)
from simulator.physics.attempt import fork, simulate
from simulator.recording.recording import ARRAYS, Recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario

TARGET_S = 239.99


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uncertainty, "SAMPLES", 12)
    monkeypatch.setattr(uncertainty, "BAND_SAMPLES", 20)


def test_the_band_holds_ninety_percent_of_the_samples(scenario: Scenario, light: Reference) -> None:
    band = find_band(scenario, light)
    assert (band.x_m[0], band.low_s[0], band.high_s[0]) == (0.0, 0.0, 0.0)
    assert band.x_m[-1] == scenario.distance
    assert (band.low_s <= band.high_s).all()
    ran = run_samples(scenario, samples_of(scenario, draw(20, SEED)), places_m=band.x_m[1:])
    gaps = ran.time_s - light.run.time_at(band.x_m[1:])
    assert ((gaps > band.high_s[1:]).sum(axis=0)[20:] == 1).all()
    assert ((gaps < band.low_s[1:]).sum(axis=0) <= 1).all()
    # nobody is before the light, since she follows it; the band opens as the race goes on
    assert band.low_s.min() > -0.9, "she opens faster than the light by 0.83 s"
    assert band.high_s[-1] > band.high_s[len(band.x_m) // 2] > 0.5


def test_the_band_ends_where_too_many_give_up() -> None:
    weak = load_scenario(
        "solo",
        overrides=["runner.max_aerobic_power=5", "runner.reserve=100", "environment.wind.speed=20"],
    )
    band = find_band(weak, light_reference(weak))
    assert band.x_m.tolist() == [0.0]


def test_the_chance_goes_to_none_or_to_certain_near_the_line(
    scenario: Scenario, attempt: Recording
) -> None:
    finish = attempt.finish_s
    assert finish is not None
    lost = find_chances(scenario, attempt, TARGET_S)
    assert lost.at(1609.0) == 0.0
    assert 0.0 < lost.share[0] < 0.5
    made = find_chances(scenario, attempt, finish + 0.5)
    assert made.at(1609.0) == 1.0
    assert made.share[0] < 1.0
    assert (made.share >= lost.share).all()


def test_a_strong_runners_chance_is_certain_all_the_way() -> None:
    strong = load_scenario("breaking4", overrides=["runner.max_aerobic_power=36"])
    found = find_chances(strong, simulate(strong), TARGET_S)
    assert (found.share == 1.0).all()


def test_the_chance_is_judged_from_the_past(scenario: Scenario, attempt: Recording) -> None:
    tick = 1000
    columns = {}
    for name in ARRAYS:
        values = getattr(attempt, name).copy()
        values[tick + 1 :] = values[tick] + 0.9 * (values[tick + 1 :] - values[tick])
        columns[name] = values
    other = replace(attempt, finish_s=None, **columns)
    known = find_chances(scenario, attempt, TARGET_S + 5)
    guess = find_chances(scenario, other, TARGET_S + 5)
    until = known.x_m <= attempt.x[tick]
    assert np.array_equal(known.share[until], guess.share[: until.sum()])
    assert 0 < until.sum() < len(known.share)


def test_the_table_is_looked_up_at_the_last_point_passed() -> None:
    table = Chances(1.0, np.array([0.0, 100.0, 200.0]), np.array([0.1, 0.5, 0.9]))
    asked = [-1.0, 0.0, 99.9, 100.0, 150.0, 1e9]
    assert [table.at(x) for x in asked] == [0.1, 0.1, 0.1, 0.5, 0.5, 0.9]


def test_the_chance_from_the_gun_is_that_of_the_forecast(
    scenario: Scenario, attempt: Recording
) -> None:
    target_s = 241.5
    found = find_chances(scenario, attempt, target_s, between_m=(0.0, 0.0))
    assert found.at(0.0) == forecast(scenario, 12, SEED).chance(target_s)


def test_the_chance_does_not_fall_while_she_runs_as_the_samples_do() -> None:
    """Followed to the tenth by all of them, the first lap tells nothing."""
    scenario = load_scenario("breaking4")
    found = find_chances(scenario, simulate(scenario), 242.0, between_m=(0.0, 400.0))
    assert found.at(400.0) == found.at(0.0)


def test_who_is_as_fast_as_records_keeps_her_chance_on_the_way() -> None:
    """A sample that goes on from 1200 m has not run them in no time."""
    scenario = load_scenario("el_guerrouj_1998")
    run = simulate(scenario)
    assert run.finish_s is not None
    found = [
        find_chances(scenario, run, run.finish_s, between_m=(m, m)).at(m) for m in (0.0, 1200.0)
    ]
    assert found == pytest.approx([found[0]] * 2, abs=0.2)
    assert (found[0] or 0.0) > 0.3


@pytest.mark.parametrize("point_m", [700.0, 1000.0])
def test_a_fork_is_judged_by_samples_that_ran_what_was_in_force_before(
    scenario: Scenario, attempt: Recording, point_m: float
) -> None:
    """Who lets the pacers go at 800 m has not run the first half alone, nor its first 700 m."""
    alone = load_scenario("breaking4", overrides=["pacers.count=0"])
    run = fork(alone, attempt, 1200)
    stretch = (point_m, point_m)
    fair = find_chances(alone, run, 246.0, between_m=stretch, earlier=[(1200, scenario)])
    unfair = find_chances(alone, run, 246.0, between_m=stretch)
    assert (fair.at(point_m) or 0.0) > (unfair.at(point_m) or 0.0)


def test_a_point_is_worked_out_where_it_is_wanted(scenario: Scenario, attempt: Recording) -> None:
    whole = find_chances(scenario, attempt, TARGET_S + 5)
    one = find_chances(scenario, attempt, TARGET_S + 5, between_m=(250.0, 299.0))
    assert one.at(299.0) == whole.at(299.0)
    assert (one.at(199.0), one.at(300.0)) == (None, None)
    assert one.missing(150.0, 420.0) == [1, 3, 4]
    assert (one.next_m(250.0), one.next_m(1605.0)) == (300.0, 1600.0)
    more = find_chances(scenario, attempt, TARGET_S + 5, one, (1605.0, 1609.0))
    assert more.missing(0.0, 1609.0) == [i for i in range(17) if i not in {2, 16}]
    assert more.at(250.0) == whole.at(250.0)


@pytest.mark.parametrize(("race", "points"), [("400 m", 4), ("1 mile", 17), ("3000 m", 15)])
def test_the_points_lie_farther_apart_over_longer_races(race: str, points: int) -> None:
    target = {"400 m": "66", "1 mile": "4:20", "3000 m": "8:50"}[race]
    changes = [f"distance={race}", f"plan.target={target}"]
    long = load_scenario("solo", overrides=[*changes, "ghosts=[]"])
    found = find_chances(long, simulate(long), 1e9)
    assert len(found.x_m) == points
    assert (found.share == 1.0).all()


def test_bands_and_chances_are_the_same_each_time(scenario: Scenario, light: Reference) -> None:
    one: list[Band] = [find_band(scenario, light) for _ in range(2)]
    assert np.array_equal(one[0].high_s, one[1].high_s)
