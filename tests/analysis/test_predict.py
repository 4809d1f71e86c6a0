"""Predicted times: where the limit begins to bind, and how sure they are."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.analysis.predict import (
    DISTANCES_M,
    Race,
    demands,
    paced_race,
    predict,
    predicted_times,
    reserve_needed,
    stretched,
)
from simulator.errors import NoAnswerError
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Environment, Runner, Scenario, Track
from simulator.scenario.plan import EvenPlan
from simulator.world_records import least_time

COOL = ("environment.temperature=5",)
"""Predicted times leave the heat out."""
HER = Runner(max_aerobic_power=30.0, reserve=1600.0, endurance=0.07)


def _spare(scenario: Scenario) -> float:
    """Return the least power to spare before the line [W/kg]."""
    run = simulate(scenario)
    limit = run.aerobic + np.maximum(run.reserve, 0.0) / 15.0
    before = np.arange(run.ticks + 1) * run.step_s < run.end_s
    return float((limit - run.power)[before].min())


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("fifteen_hundred", []),
        ("solo", []),
        ("solo", [*COOL, "distance=5000 m", "plan.target=14:00", "runner.endurance=0.08"]),
        ("solo", ["runner.economy=0.9", "runner.reserve=1500", "runner.oxygen_kinetics=15"]),
    ],
)
def test_a_predicted_time_is_where_the_limit_begins_to_bind(name: str, changes: list[str]) -> None:
    scenario = load_scenario(name, overrides=changes, with_ghosts=False)
    (time,) = predicted_times([scenario])
    slower, faster = (_spare(stretched(scenario, time + step)) for step in (0.1, -0.1))
    assert slower > 0.0 > faster


def test_predictions_side_by_side_are_those_one_by_one() -> None:
    body = Runner()
    rows = [Race(d, t).scenario(body) for d, t in ((400.0, 55.0), (800.0, 118.0))]
    assert predicted_times(rows) == [predicted_times([row])[0] for row in rows]


def test_a_stretched_table_keeps_its_shape() -> None:
    monaco = stretched(load_scenario("monaco_2023", with_ghosts=False), 2 * 247.64)
    assert [s.time for s in monaco.plan.splits] == pytest.approx(  # type: ignore[union-attr]
        [125.2, 249.2, 373.32, 495.28]
    )


def test_ticks_taken_together_need_the_same_reserve() -> None:
    plans = demands([paced_race(1500.0, 230.0).scenario(HER)])
    powers = np.linspace(15.0, 40.0, 6)
    exact = reserve_needed(plans, powers)
    assert reserve_needed([plan.every(5) for plan in plans], powers) == pytest.approx(exact, abs=1)


def test_who_can_more_than_a_human_gets_the_fastest_human_time() -> None:
    giant = Runner(max_aerobic_power=40, reserve=5000)
    sprint = Scenario(distance=100.0, runner=giant, plan=EvenPlan(target=15.0), ghosts=())
    assert predicted_times([sprint])[0] == pytest.approx(least_time(100.0))
    feeble = Runner(max_aerobic_power=5, reserve=100)
    with pytest.raises(NoAnswerError, match="cannot run 400 m at 2 m/s"):
        predict(feeble, [400.0])


def test_longer_races_are_slower_and_paced_ones_faster() -> None:
    alone, paced = predict(HER), predict(HER, paced=True)
    assert tuple(p.distance_m for p in alone) == DISTANCES_M
    speeds = [p.distance_m / p.time_s for p in alone]
    assert speeds == sorted(speeds, reverse=True)
    for one, other in zip(alone, paced, strict=True):
        assert 0.95 * one.time_s < other.time_s < one.time_s
        assert one.low_s < one.time_s < one.high_s
        # without a covariance only what bests scatter by is left
        assert one.high_s / one.time_s == pytest.approx(1.0 + 1.645 * 0.008)


def test_a_number_that_is_not_sure_widens_the_range_as_it_moves_the_time() -> None:
    numbers = ("max_aerobic_power", "reserve", "endurance")
    for i, (name, step) in enumerate(zip(numbers, (0.3, 100.0, 0.01), strict=True)):
        covariance = np.zeros((3, 3))
        covariance[i, i] = step**2
        (here,) = predict(HER, [3000.0], covariance=covariance)
        value = getattr(HER, name)
        more = HER.model_copy(update={name: value + step})
        less = HER.model_copy(update={name: value - step})
        moved = 0.5 * abs(predict(more, [3000.0])[0].time_s - predict(less, [3000.0])[0].time_s)
        spread = np.hypot(moved / here.time_s, 0.008)
        assert here.high_s / here.time_s - 1.0 == pytest.approx(1.645 * spread, rel=0.03)


def test_thin_air_makes_a_long_race_slower() -> None:
    high = Environment(pressure=780.0)
    for distance in (1500.0, 3000.0):
        assert (
            predict(HER, [distance], environment=high)[0].time_s
            > predict(HER, [distance])[0].time_s
        )


def test_the_tighter_bends_of_a_short_lap_make_it_slower() -> None:
    indoors = Track(lap=200.0)
    (here,), (there,) = predict(HER, [3000.0]), predict(HER, [3000.0], track=indoors)
    assert here.time_s + 1.0 < there.time_s < here.time_s + 4.0


def test_endurance_is_lost_in_races_longer_than_250_seconds_alone() -> None:
    tough = HER.model_copy(update={"endurance": 0.0})
    short, long = predict(tough, [1000.0, 5000.0])
    assert predict(HER, [1000.0])[0].time_s == short.time_s
    assert predict(HER, [5000.0])[0].time_s > 1.03 * long.time_s


@pytest.mark.parametrize("distance", [50.0, 20_000.0, float("nan")])
def test_a_distance_that_is_no_race_is_refused_in_a_sentence(distance: float) -> None:
    for paced in (False, True):
        with pytest.raises(NoAnswerError, match=r"The model has no such race over .+: .+\."):
            predict(HER, [distance], paced=paced)


def test_no_distance_is_no_prediction() -> None:
    assert predict(HER, []) == []
