"""The kernel: same to the bit however asked, exact enough, honest about how a run ended."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator.coefficients import TAU_LIMIT
from simulator.errors import SimulationError
from simulator.physics import attempt, kernel
from simulator.physics.attempt import (
    STATUSES,
    fork,
    run_recorded,
    simulate,
    simulate_all,
)
from simulator.physics.setup import attempt_of, go_on_from, state_of
from simulator.recording.recording import ARRAYS, Recording, Status
from simulator.recording.store import load_recording, save_recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario
from simulator.scenario.schedule import start_loss


def _load(*changes: str, name: str = "breaking4") -> Scenario:
    return load_scenario(name, overrides=changes)


@pytest.fixture(scope="module")
def breaking4() -> Recording:
    return simulate(_load())


def _same(a: Recording, b: Recording) -> bool:
    equal = all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ARRAYS)
    return equal and a.finish_s == b.finish_s and a.status == b.status


def test_same_to_the_bit_in_any_batch(breaking4: Recording) -> None:
    others = [
        _load("pacers.count=0"),
        _load("environment.wind.speed=3", "plan.shape=negative"),
        _load("pacers.policy=wait_for_runner"),
        _load(name="solo"),
        _load(name="fifteen_hundred"),
    ]
    batch = simulate_all([*others[:2], _load(), *others[2:]])
    assert _same(batch[2], breaking4)
    for scenario, row in zip([*others[:2], *others[2:]], [*batch[:2], *batch[3:]], strict=True):
        assert _same(simulate(scenario), row)


def test_seventeen_rows_equal_one(breaking4: Recording) -> None:
    assert all(_same(row, breaking4) for row in simulate_all([_load()] * 17))


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2400))
@example(0)
@example(1)
@example(2)
def test_fork_without_a_change_is_the_run_itself(breaking4: Recording, tick: int) -> None:
    assert _same(fork(_load(), breaking4, tick), breaking4)


@pytest.mark.parametrize("later", [1, 40, 66, 100])
def test_fork_without_a_change_while_pacers_go_over_is_the_run_itself(
    breaking4: Recording, tmp_path: Path, later: int
) -> None:
    """Within 45 m of a fork that changed the formation they are still on their way."""
    new = _load("pacers.formation=ahead_and_behind", "pacers.front_gap=1.2")
    run = fork(new, breaking4, 300)
    again = fork(new, run, 300 + later)
    assert _same(again, run)
    assert _same(fork(new, again, 302 + later), run)
    save_recording(run, tmp_path / "run.npz")
    assert _same(fork(new, load_recording(tmp_path / "run.npz"), 300 + later), run)


def test_a_change_under_way_goes_on_where_something_else_is_changed(breaking4: Recording) -> None:
    """Her form is better from 20 m after the change on: the pacers do not jump to their places."""
    pacers = ("pacers.formation=ahead_and_behind", "pacers.front_gap=1.2")
    run = fork(_load(*pacers), breaking4, 300)
    better = fork(_load(*pacers, "runner.form=0.001"), run, 330)
    assert better.shelter[331:345] == pytest.approx(run.shelter[331:345], abs=1e-4)
    assert run.came_from == better.came_from


def test_fork_keeps_the_past_and_changes_the_future(breaking4: Recording) -> None:
    tick = 900
    forked = fork(_load("pacers.front_gap=1.2", "pacers.policy=wait_for_runner"), breaking4, tick)
    assert np.array_equal(forked.x[: tick + 1], breaking4.x[: tick + 1])
    assert forked.finish_s is not None
    assert breaking4.finish_s is not None
    assert forked.finish_s < breaking4.finish_s - 0.5
    assert forked.from_tick == tick


def test_fork_refuses_another_distance_and_the_time_after_the_finish(breaking4: Recording) -> None:
    with pytest.raises(SimulationError, match="another race distance"):
        fork(_load("distance=1500 m"), breaking4, 100)
    with pytest.raises(SimulationError, match="no tick"):
        fork(_load(), breaking4, breaking4.ticks)


@pytest.mark.parametrize(
    "name", ["breaking4", "da_silva_2025", "monaco_2023", "solo", "fifteen_hundred"]
)
def test_halving_the_step_moves_the_finish_by_less_than_two_milliseconds(name: str) -> None:
    scenario = _load(name=name)
    whole, half = simulate(scenario).finish_s, simulate(scenario, step_s=0.05).finish_s
    assert whole == pytest.approx(half, abs=0.002)


@pytest.mark.parametrize(
    "overrides",
    [
        ("environment.wind={speed: 3, direction: 30}", "pacers.policy=wait_for_runner"),
        ("pacers.count=3",),
        ("plan.target=3:50",),
    ],
)
def test_wind_waiting_groups_and_lost_lights_are_as_exact(overrides: tuple[str, ...]) -> None:
    scenario = _load(*overrides)
    assert simulate(scenario).finish_s == pytest.approx(
        simulate(scenario, step_s=0.01).finish_s, abs=0.002
    )


@pytest.mark.parametrize("speed", [4.5, 5.4, 6.0, 6.74])
def test_standing_start_loses_what_the_formula_says(speed: float) -> None:
    """A strong runner who follows a flying pace V from rest loses the start's loss and no more."""
    distance = 400.0
    loss = start_loss(speed)
    scenario = Scenario.model_validate(
        {
            "distance": distance,
            "plan": {"target": distance / speed + loss},
            "runner": {"max_aerobic_power": 40, "reserve": 5000},
            "pacers": {"count": 0},
        }
    )
    assert simulate(scenario).finish_s == pytest.approx(distance / speed + loss, abs=0.02)
    assert start_loss(5.0) == 1.2
    assert start_loss(6.74) - 1.2 == pytest.approx(0.030, abs=0.001)


def test_energy_ledger_closes_on_the_recorded_columns(breaking4: Recording) -> None:
    drain = breaking4.power - breaking4.aerobic
    drawn = 0.5 * (drain[1:] + drain[:-1]).sum() * breaking4.step_s
    assert breaking4.reserve[0] - breaking4.reserve[-1] == pytest.approx(drawn, rel=2e-3)


def test_power_never_passes_its_limit(breaking4: Recording) -> None:
    limit = breaking4.aerobic + np.maximum(breaking4.reserve, 0.0) / 15.0
    assert (breaking4.power <= limit + 0.2).all()


def test_a_broken_ledger_is_called_broken(breaking4: Recording) -> None:
    assert breaking4.status is Status.FINISHED
    finish = breaking4.end_s
    arrays = {name: getattr(breaking4, name).copy() for name in ARRAYS}
    ran = attempt_of(_load())
    run_recorded(ran, 1)
    assert attempt._status(arrays, finish, ran) is Status.FINISHED
    arrays["reserve"] += 0.2 * np.arange(breaking4.ticks + 1)  # energy from nowhere
    assert attempt._status(arrays, finish, ran) is Status.LEDGER_BROKEN
    for least, off, verdict in (
        (0.0, 1.0, Status.FINISHED),
        (0.0, 20.0, Status.LEDGER_BROKEN),
        (-9.0, 1.0, Status.LEDGER_BROKEN),
        (np.nan, 1.0, Status.LEDGER_BROKEN),
    ):
        code = attempt.judged(least, off, 9000.0, finish, too_fast=False)
        assert STATUSES[int(code)] is verdict


def test_the_limit_may_be_passed_where_a_fork_lets_the_wind_jump(breaking4: Recording) -> None:
    arrays = {name: getattr(breaking4, name).copy() for name in ARRAYS}
    ran = attempt_of(_load())
    run_recorded(ran, 1)
    fork_tick, jump = 1000, 50.0  # W/kg
    before, after = arrays["power"][fork_tick - 1 : fork_tick + 1]
    arrays["power"][fork_tick:] += jump + before - after
    for overdrawn, verdict in ((0.9, Status.FINISHED), (1.5, Status.LEDGER_BROKEN)):
        arrays["reserve"][fork_tick + 1] = -overdrawn * TAU_LIMIT * jump
        assert attempt._status(arrays, breaking4.end_s, ran, fork_tick) is verdict
        assert attempt._status(arrays, breaking4.end_s, ran) is Status.LEDGER_BROKEN


def test_head_wind_of_a_storm_is_run_or_given_up_with_a_status() -> None:
    storm = simulate(_load("environment.wind.speed=20"))
    assert storm.status in (Status.FINISHED, Status.DID_NOT_FINISH)
    hopeless = simulate(
        _load("environment.wind.speed=20", "runner.max_aerobic_power=5", "runner.reserve=100")
    )
    assert hopeless.status is Status.DID_NOT_FINISH
    assert hopeless.finish_s is None


def test_wind_costs_with_its_square() -> None:
    times = [
        simulate(_load(f"environment.wind.speed={w}", name="solo")).finish_s or 0.0
        for w in (0.0, 1.0, 2.0)
    ]
    ratio = (times[2] - times[0]) / (times[1] - times[0])
    assert ratio == pytest.approx(4.0, rel=0.25)


def test_steps_too_long_for_the_integrator_are_refused() -> None:
    with pytest.raises(SimulationError, match=r"0\.15 s at most"):
        simulate(_load(), step_s=0.2)


@pytest.mark.parametrize("tick", [0, 1, 2, 3, 900])
def test_the_state_of_a_tick_is_all_that_was_recorded_then(breaking4: Recording, tick: int) -> None:
    a = attempt_of(_load())
    go_on_from(a, state_of(breaking4, tick))
    then = {name: getattr(breaking4, name) for name in ARRAYS if name not in {"power", "shelter"}}
    assert a.tick == tick
    assert [getattr(a, name) for name in then] == [column[tick] for column in then.values()]
    for name, before in (("x", [a.x1, a.x2]), ("group_v", [a.group_v1, a.group_v2])):
        recorded = getattr(breaking4, name)[max(tick - 2, 0) : tick][::-1].tolist()
        assert before[: min(tick, 2)] == recorded


def test_a_tick_that_was_not_recorded_has_no_state(breaking4: Recording) -> None:
    for tick in (-1, breaking4.ticks + 1):
        with pytest.raises(IndexError, match="not in this recording"):
            state_of(breaking4, tick)


def test_a_state_that_is_not_finite_is_refused(breaking4: Recording) -> None:
    state = state_of(breaking4, 500)
    state[kernel.STATE.index("v")] = np.nan
    with pytest.raises(SimulationError, match="beyond what the model can reckon with"):
        go_on_from(attempt_of(_load()), state)
