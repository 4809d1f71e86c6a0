"""Outcomes of rows whose ticks are not kept are what the recordings say, to the bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.analysis.uncertainty import draw, samples_of
from simulator.physics import kernel
from simulator.physics.attempt import (
    ROWS_PER_THREAD,
    STATUSES,
    Outcomes,
    finish_times,
    fork,
    outcomes_of,
    run_sampled,
    simulate_all,
)
from simulator.physics.setup import attempt_of, go_on_from, state_of
from simulator.recording.recording import Recording, Status
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario

PLACES = [0.5, 200.0, 300.5, 300.7, 300.9, 400.0, 1200.0, 1600.0]


def _load(*changes: str, name: str = "breaking4") -> Scenario:
    return load_scenario(name, overrides=changes)


@pytest.fixture(scope="module")
def scenarios() -> list[Scenario]:
    short = ["distance=400 m", "ghosts=[]", "published=~", "pacers.count=0", "plan.target=43.1"]
    strong = ["runner.max_aerobic_power=40", "runner.reserve=5000", "plan.standing_start=no"]
    sprint = _load(*short, *strong)
    plan = sprint.plan.model_copy(update={"target": 39.5})  # no file may ask for it
    return [
        _load(),
        _load(name="fifteen_hundred"),
        _load("pacers.policy=wait_for_runner", "environment.wind.speed=4"),
        _load("runner.max_aerobic_power=15"),
        _load("environment.wind.speed=20", "runner.max_aerobic_power=5", "runner.reserve=100"),
        sprint.model_copy(update={"plan": plan}),
    ]


@pytest.fixture(scope="module")
def recordings(scenarios: list[Scenario]) -> list[Recording]:
    return simulate_all(scenarios)


@pytest.fixture(scope="module")
def passed(scenarios: list[Scenario]) -> Outcomes:
    return outcomes_of(scenarios, places_m=PLACES)


def _from(
    scenarios: list[Scenario], states: list[NDArray[np.float64]]
) -> Callable[[Scenario], Any]:
    """Return what makes attempts of these scenarios that go on from a state each."""

    def attempt(scenario: Scenario) -> Any:
        a = attempt_of(scenario)
        go_on_from(a, next(s for row, s in zip(scenarios, states, strict=True) if row is scenario))
        return a

    return attempt


def test_times_are_those_of_the_recordings_to_the_bit(
    recordings: list[Recording], passed: Outcomes
) -> None:
    for run, times, finish in zip(recordings, passed.time_s, passed.finish_s, strict=True):
        reached = passed.places_m <= run.x[-1]
        assert np.array_equal(times[reached], run.time_at(passed.places_m[reached]))
        assert np.isnan(times[~reached]).all()
        assert (None if np.isnan(finish) else finish) == run.finish_s


def test_every_row_is_judged_as_its_recording_is(
    recordings: list[Recording], passed: Outcomes
) -> None:
    verdicts = [STATUSES[code] for code in passed.status]
    assert verdicts == [run.status for run in recordings]
    assert verdicts[4:] == [Status.DID_NOT_FINISH, Status.NOT_HUMAN]
    assert passed.valid.tolist() == [run.status is Status.FINISHED for run in recordings]


def test_rows_that_join_at_ticks_of_their_own_go_on_as_forks_do(
    scenarios: list[Scenario], recordings: list[Recording]
) -> None:
    scenario, past = scenarios[0], recordings[0]
    ticks = [700, 0, 1900, 5]
    states = [state_of(past, tick) for tick in ticks]
    rows = [_load("runner.form=1"), scenario, _load("runner.form=-1"), scenario.model_copy()]
    together = outcomes_of(rows, places_m=[150.0, 1250.0, 1500.0], attempt_of=_from(rows, states))
    forks = [fork(s, past, tick) for s, tick in zip(rows, ticks, strict=True)]
    assert together.finish_s.tolist() == [run.finish_s for run in forks]
    assert together.finish_s[1] == together.finish_s[3] == past.finish_s
    for run, tick, times in zip(forks, ticks, together.time_s, strict=True):
        ahead = together.places_m > past.x[tick]
        assert np.array_equal(times[ahead], run.time_at(together.places_m[ahead]))
        assert np.isnan(times[~ahead]).all()


def test_threads_change_no_bit(scenarios: list[Scenario], passed: Outcomes) -> None:
    rows = [scenarios[i % len(scenarios)] for i in range(2 * ROWS_PER_THREAD + 3)]
    for threads in (1, 2, 5):
        ran = outcomes_of(rows, places_m=PLACES, watch_light=True, threads=threads)
        for i in range(len(rows)):
            assert np.array_equal(ran.time_s[i], passed.time_s[i % len(scenarios)], equal_nan=True)


def test_without_places_there_are_no_times(scenarios: list[Scenario]) -> None:
    ran = outcomes_of(scenarios[:2])
    assert ran.time_s.shape == (2, 0)
    assert ran.valid.all()
    assert finish_times([]).shape == (0,)


def test_rows_that_share_sections_end_as_each_alone() -> None:
    one = _load("runner.endurance=0.05")
    others = [
        _load(change)
        for change in ("plan.target=4:10", "environment.wind.speed=3", "pacers.front_gap=2")
    ]
    rows = [one]
    for name, other in zip(("plan", "environment", "pacers"), others, strict=True):
        rows.append(rows[-1].model_copy(update={name: getattr(other, name)}))
    rows += [one, rows[2].model_copy(update={"runner": others[0].runner})]
    rows += [one.model_copy(update={"distance": m}) for m in (1600.0, 1500.0, 1600.0)]
    together = outcomes_of(rows, threads=1).finish_s.tolist()
    assert together == [finish_times([row])[0] for row in rows]


@pytest.mark.parametrize("count", [1, 3, 5])
def test_samples_go_on_from_a_state_each_or_not_at_all(count: int) -> None:
    scenario = load_scenario("breaking4")
    values = samples_of(scenario, draw(4, 1)).values
    states = np.zeros((count, len(kernel.STATE)))
    with pytest.raises(ValueError, match=rf"4 samples .* shape \({count}, "):
        run_sampled(scenario, values, states)


def test_a_row_that_goes_on_when_patience_is_out_stands_where_it_was() -> None:
    rows = [load_scenario("breaking4")]
    late = dict.fromkeys(kernel.STATE, 0.0) | {"x": 900.0, "v": 3.0, "x1": 899.7, "x2": 899.7}
    late |= {"tick": attempt_of(rows[0]).ticks + 5, "group": 900.0}
    ran = outcomes_of(rows, places_m=[950.0], attempt_of=_from(rows, [np.array([*late.values()])]))
    assert ran.status[0] == STATUSES.index(Status.DID_NOT_FINISH)
    assert np.isnan(ran.time_s).all()
