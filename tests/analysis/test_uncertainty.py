from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulator.analysis.uncertainty import (
    Forecast,
    draw,
    forecast,
    one_at_a_time,
    quantile,
    run_samples,
    samples_of,
    target_words,
)
from simulator.physics.attempt import STATUSES, outcomes_of, simulate
from simulator.recording.recording import Status
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import INPUT_BOUNDS, INPUTS, Normal, Scenario, Uniform
from tests.analysis.conftest import runners_of

FEW = 24
SHORT = ["distance=400 m", "plan={target: 57}", "ghosts=[]", "runner.reserve=700"]


def short(*changes: str, name: str = "wait_for_runner") -> Scenario:
    return load_scenario(name, overrides=[*SHORT, *changes])


@pytest.fixture(scope="module")
def found(scenario: Scenario) -> Forecast:
    return forecast(scenario, FEW, 1)


def toy(finish_s: np.ndarray, status: Status = Status.FINISHED) -> Forecast:
    codes = np.full(len(finish_s), STATUSES.index(status), dtype=np.int8)
    return Forecast(Scenario(), 1, 240.0, finish_s, codes, (), len(finish_s))


def test_the_same_seed_draws_the_same_samples_however_many_are_drawn() -> None:
    few, many, other = draw(10, 7), draw(500, 7), draw(10, 8)
    for name in INPUTS:
        assert np.array_equal(few[name], many[name][:10])
        assert not np.array_equal(few[name], other[name])
    assert len({few[name].tobytes() for name in INPUTS}) == len(INPUTS)


def test_the_same_seed_gives_the_same_numbers_to_the_bit() -> None:
    one, again, other = (forecast(short(), FEW, seed) for seed in (1, 1, 2))
    assert again.to_dict() == one.to_dict()
    assert again.finish_s.tobytes() == one.finish_s.tobytes()
    assert other.finish_s.tobytes() != one.finish_s.tobytes()


@pytest.mark.parametrize(
    "changes",
    [
        ["runner.kit.drag=0.97", "environment.wind.speed=1"],
        ["runner.drag_area=0.3", "uncertainty.mass.spread=0", "pacers.count=0"],
        ["uncertainty.drag_area.spread=0", "runner.kit.drag=0.97"],
        ["pacers.shelter=0.6", "pacers.formation=box", "pacers.policy=hold_light"],
    ],
)
def test_a_sample_is_the_scenario_with_its_values_to_the_bit(changes: list[str]) -> None:
    scenario = short(*changes)
    asked = samples_of(scenario, draw(3, 5))
    ran = run_samples(scenario, asked)
    runners = runners_of(scenario, asked)
    for runner, wake, finish_s in zip(runners, asked.values["wake"], ran.finish_s, strict=True):
        pacers = scenario.pacers.model_copy(update={"wake": float(wake)})
        alone = simulate(scenario.model_copy(update={"runner": runner, "pacers": pacers}))
        assert finish_s == alone.finish_s


def test_samples_of_the_fastest_are_judged_as_their_runs_are() -> None:
    """Their ticks are run a second time, to compare them with the records."""
    scenario = load_scenario("rudisha_2012")
    asked = samples_of(scenario, draw(20, 1))
    ran = run_samples(scenario, asked)
    runners = runners_of(scenario, asked)
    alone = outcomes_of([scenario.model_copy(update={"runner": runner}) for runner in runners])
    assert ran.valid.any()
    assert np.array_equal(ran.status, alone.status)
    assert ran.reserve == pytest.approx(alone.reserve)
    assert ran.reserve_used == pytest.approx(alone.reserve_used)


def test_no_share_is_the_scenarios_own_value(scenario: Scenario) -> None:
    asked = samples_of(scenario, one_at_a_time())
    ran = run_samples(scenario, asked)
    assert ran.finish_s[0] == pytest.approx(simulate(scenario).finish_s, abs=1e-9)
    assert asked.values["mass"][0] == 42
    assert asked.values["wake"][0] == 1.0


def test_percentiles_of_a_straight_line_are_known_in_closed_form() -> None:
    line = toy(240.0 + 10.0 * np.linspace(0.0, 1.0, 2001))
    assert [line.percentile(p) for p in (5, 50, 95)] == pytest.approx([240.5, 245.0, 249.5])
    assert line.chance(242.5) == pytest.approx(0.25, abs=1e-3)
    assert line.chance_error == pytest.approx(0.0, abs=1e-3)
    drawn = toy(240.0 + 10.0 * draw(4000, 3)["mass"])
    assert drawn.percentile(5) == pytest.approx(240.5, abs=0.15)
    assert drawn.percentile(95) == pytest.approx(249.5, abs=0.15)


def test_places_on_a_distribution_are_known_in_closed_form() -> None:
    centre, shares = np.full(4, 10.0), np.array([0.05, 0.5, 0.841344746, np.nan])
    bell = quantile(Normal(spread=2.0), shares, centre)
    assert bell == pytest.approx([10 - 2 * 1.644853627, 10.0, 12.0, 10.0], abs=1e-6)
    even = quantile(Uniform(low=0.0, high=1.0), shares, centre)
    assert even == pytest.approx([0.05, 0.5, 0.841344746, 10.0])
    assert np.isfinite(quantile(Normal(spread=1.0), np.array([0.0, 1.0]), centre[:2])).all()


def test_values_stay_within_what_a_scenario_may_hold() -> None:
    wild = load_scenario(
        "solo",
        overrides=[f"uncertainty.{name}={{spread: 4000}}" for name in INPUTS],
    )
    asked = samples_of(wild, draw(50, 1))
    for name, (low, high) in INPUT_BOUNDS.items():
        assert asked.values[name].min() >= low
        assert asked.values[name].max() <= high


def test_the_chance_grows_with_the_target(found: Forecast) -> None:
    chances = [found.chance(t) for t in np.arange(230.0, 270.0, 0.5)]
    assert chances == sorted(chances)
    assert (chances[0], chances[-1]) == (0.0, 1.0)


def test_whoever_does_not_finish_is_counted_and_never_averaged_in() -> None:
    times = np.array([240.0, 242.0, np.nan, 100.0])
    codes = [Status.FINISHED, Status.FINISHED, Status.DID_NOT_FINISH, Status.NOT_HUMAN]
    mixed = replace(toy(times), status=np.array([STATUSES.index(c) for c in codes], dtype=np.int8))
    assert mixed.percentile(50) == 241.0
    assert mixed.chance(241.0) == 0.25
    assert mixed.counts == {
        "finished": 2,
        "did not finish": 1,
        "energy ledger broken": 0,
        "faster than a human can run": 1,
    }
    nobody = toy(np.array([np.nan]), Status.DID_NOT_FINISH)
    assert nobody.percentile(50) is None
    assert nobody.chance() == 0.0
    assert not nobody.held_by_plan
    assert nobody.to_dict()["finish_s"] == {"p5": None, "p50": None, "p95": None}


def test_a_runner_who_cannot_finish_is_told_as_such() -> None:
    hopeless = load_scenario(
        "solo",
        overrides=[
            "runner.max_aerobic_power=5",
            "runner.reserve=100",
            "environment.wind.speed=20",
        ],
    )
    weak = forecast(hopeless, 3, 1)
    assert weak.counts["did not finish"] == 3
    assert all(effect.swing_s is None for effect in weak.effects)


def test_nobody_is_faster_than_the_plan(found: Forecast) -> None:
    assert found.finish_s.min() >= found.target_s - 0.005
    strong = load_scenario(
        "breaking4",
        overrides=["runner.max_aerobic_power=35", "uncertainty.form.spread=0.1"],
    )
    assert forecast(strong, 8, 1).chance() == 1.0


def test_what_matters_most_comes_first_and_points_the_right_way(found: Forecast) -> None:
    swings = [effect.swing_s or 0.0 for effect in found.effects]
    assert swings == sorted(swings, reverse=True)
    by_name = {effect.name: effect for effect in found.effects}
    assert set(by_name) == {*INPUTS, "given_form"} - {"reserve"}
    assert found.effects[0].name == "form"
    # a good day at Monaco leaves less for Breaking4
    assert (by_name["given_form"].finish_high_s or 0.0) > (
        by_name["given_form"].finish_low_s or 0.0
    )
    # dearer air made Monaco dearer still, where she was alone for the last 700 m
    for name in ("wake", "drag_cost", "drag_area", "form"):
        effect = by_name[name]
        assert (effect.finish_high_s or 0.0) < (effect.finish_low_s or 0.0)
    assert [e.name for e in found.effects if not e.assumed] == ["drag_cost", "wake"]


def test_alone_the_wake_matters_nothing() -> None:
    effects = {e.name: e for e in forecast(load_scenario("solo"), 1, 1).effects}
    assert effects["wake"].swing_s == 0.0


def test_what_is_certain_moves_nothing() -> None:
    sure = short(*(f"uncertainty.{name}={{spread: 0}}" for name in INPUTS))
    found = forecast(sure, 3, 1)
    own = simulate(sure).finish_s
    assert found.finish_s.tolist() == [own] * 3
    assert {e.swing_s for e in found.effects} == {0.0}


@pytest.mark.parametrize(
    ("target_s", "words"),
    [
        (239.99, "sub-4:00"),
        (240.0, "4:00.00"),
        (246.42, "4:06.42"),
        (59.99, "sub-1:00"),
        (50.99, "sub-51"),
    ],
)
def test_a_target_just_below_a_whole_second_is_called_by_it(target_s: float, words: str) -> None:
    assert target_words(target_s) == words
