"""An attempt stepped from outside: the same run where nothing is wished, else a bounded one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from simulator import Recording, SimulationError, Status, Stepper, load_scenario, simulate
from simulator.coefficients import TAU_SPEED
from simulator.recording.recording import ARRAYS, flaws_of


def stepped(run: Stepper, *speeds: float | None, for_s: float = 1.0) -> Recording:
    for speed in itertools.cycle(speeds or (None,)):
        if run.done:
            return run.recording()
        run.step(speed, for_s=for_s)
    raise AssertionError


@pytest.mark.parametrize("name", ["breaking4", "solo", "wait_for_runner", "da_silva_2025"])
@pytest.mark.parametrize("for_s", [0.1, 1.7])
def test_without_a_wish_it_is_the_same_run_to_the_bit(name: str, for_s: float) -> None:
    scenario = load_scenario(name)
    whole, pieces = simulate(scenario), stepped(Stepper(scenario), for_s=for_s)
    assert pieces.finish_s == whole.finish_s
    assert [c for c in ARRAYS if getattr(pieces, c).tobytes() != getattr(whole, c).tobytes()] == []


def test_a_wish_is_met_as_far_as_she_can() -> None:
    run = Stepper(load_scenario("solo"))
    run.step(6.0, for_s=20.0)
    assert run.now.time_s == pytest.approx(20.0)
    assert run.now.v_m_s == pytest.approx(6.0, abs=0.02)
    slow = stepped(run, 6.0)
    assert slow.status is Status.FINISHED
    fast = stepped(Stepper(load_scenario("solo")), 8.5)
    assert fast.status is Status.FINISHED
    assert fast.reserve.min() < 1.0 < slow.reserve.min()
    assert fast.v[-1] < 6.5
    for made in (slow, fast):
        assert list(flaws_of(made)) == []


@pytest.mark.parametrize("run_in_s", [0.0, 10.0])
def test_her_mark_starts_where_she_is_and_speeds_up_as_she_does(run_in_s: float) -> None:
    run = Stepper(load_scenario("solo"))
    if run_in_s:
        run.step(5.0, for_s=run_in_s)
    begun, wanted = run.now, 6.0
    run.step(wanted, for_s=0.1)
    assert run._marks is not None
    t = 0.5 * run.step_s * np.arange(400.0)
    speed = wanted - (wanted - begun.v_m_s) * np.exp(-t / TAU_SPEED)
    marks = np.array(run._marks)[round(2 * begun.time_s / run.step_s) :][: len(t)]
    assert marks[0] == begun.x_m
    between = 0.5 * (speed[1:] + speed[:-1])
    assert np.diff(marks) / (0.5 * run.step_s) == pytest.approx(between, abs=1e-3)


def test_a_policy_of_two_speeds_is_between_the_runs_at_either() -> None:
    finish = [
        stepped(Stepper(load_scenario("solo")), *speeds, for_s=5.0).finish_s
        for speeds in ((6.0,), (6.0, 6.3), (6.3,))
    ]
    assert all(a is not None and b is not None and a > b for a, b in itertools.pairwise(finish))


def test_past_the_end_nothing_changes_and_before_it_there_is_no_finish() -> None:
    run = Stepper(load_scenario("solo"))
    run.step(6.5, for_s=60.0)
    early = run.recording()
    assert (early.finish_s, early.status) == (None, Status.DID_NOT_FINISH)
    whole = stepped(run)
    now = run.now
    assert run.step(9.0) == now
    assert np.array_equal(run.recording().x, whole.x)


def test_she_may_stand_still() -> None:
    made = stepped(Stepper(load_scenario("solo")), 0.0, for_s=10.0)
    assert (made.finish_s, made.status) == (None, Status.DID_NOT_FINISH)


@pytest.mark.parametrize(("speed", "for_s"), [(-1.0, 1.0), (13.0, 1.0), (float("nan"), 1.0)])
def test_what_is_no_speed_is_refused(speed: float, for_s: float) -> None:
    run = Stepper(load_scenario("solo"))
    with pytest.raises(SimulationError, match="no speed to run at"):
        run.step(speed, for_s=for_s)
    assert run.now.time_s == 0.0


@pytest.mark.parametrize("for_s", [0.0, -1.0, float("nan"), 1e9])
def test_what_is_no_time_is_refused(for_s: float) -> None:
    with pytest.raises(SimulationError, match="no time"):
        Stepper(load_scenario("solo")).step(for_s=for_s)
