"""The group: slots, policies, drop-outs, and that nobody runs into anybody."""

from itertools import combinations

import numpy as np
import pytest

from simulator.physics.attempt import simulate
from simulator.physics.pacers import group_of, leader_positions, places
from simulator.recording.recording import Recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario
from simulator.scenario.pacers import Leader
from simulator.scenario.schedule import even_schedule


def _run(*changes: str) -> tuple[Scenario, Recording]:
    scenario = load_scenario("breaking4", overrides=changes)
    return scenario, simulate(scenario)


@pytest.mark.parametrize(
    "changes",
    [
        (),
        ("pacers.front_gap=0.6", "pacers.leader.jitter=0.4"),
        ("pacers.leader.fast_opening=-1.5",),
        ("pacers.policy=wait_for_runner", "pacers.drop_back=40"),
        ("pacers.formation=ahead_and_behind", "pacers.front_gap=1.2"),
        ("plan.standing_start=false",),
    ],
)
def test_no_two_bodies_in_one_line_come_within_half_a_metre(changes: tuple[str, ...]) -> None:
    scenario, recording = _run(*changes)
    group = group_of(scenario.pacers, scenario.distance)
    for t in np.arange(0.0, recording.end_s, 0.5):
        moment = recording.at(float(t))
        bodies = [(moment.x_m, 0.0)]
        bodies += [
            (p.x_m, p.offset_m)
            for p in places(group, moment.x_m, moment.group_m)
            if p.role != "left"
        ]
        for (xa, ya), (xb, yb) in combinations(bodies, 2):
            assert abs(ya - yb) >= 0.4 or abs(xa - xb) >= 0.5 - 1e-6, (t, xa, xb)


def test_group_that_waits_stays_with_her_as_far_as_it_is_ready_to() -> None:
    scenario, recording = _run("pacers.policy=wait_for_runner", "pacers.drop_back=3")
    plan = even_schedule(scenario.distance, 239.99)
    t = np.arange(recording.ticks + 1) * recording.step_s
    behind = plan.distance_at(t) - recording.x
    waiting = (behind > 0.1) & (behind < 2.9)
    assert waiting.sum() > 50
    # half a step's travel: the group is looked up in the middle of a step
    assert np.abs(recording.group - recording.x)[waiting].max() < 1e-9
    late = behind > 3.1
    assert late.any()
    assert np.allclose((recording.group - recording.x)[late], behind[late] - 3.0)


def test_women_leave_at_800_m() -> None:
    scenario, _ = _run()
    group = group_of(scenario.pacers, scenario.distance)
    before = {p.name for p in places(group, 799.0, 799.0)}
    after = {p.name for p in places(group, 900.0, 900.0)}
    assert before - after == {"Georgia Hunter Bell", "Jemma Reekie"}
    assert len(before) == 13


def test_fast_opening_is_given_back() -> None:
    schedule = even_schedule(1609.344, 240.0)
    t = np.linspace(0, 240, 4801)
    error = leader_positions(schedule, Leader(fast_opening=0.5), t) - schedule.distance_at(t)
    at = schedule.distance_at(t)
    peak = error[np.searchsorted(at, 200.0)]
    assert peak == pytest.approx(0.5 * 6.74, rel=0.02)
    assert abs(error[at > 800]).max() < 1e-9


def test_jitter_is_seeded_and_never_runs_backwards() -> None:
    schedule = even_schedule(1609.344, 240.0)
    t = np.linspace(0, 240, 4801)
    one = leader_positions(schedule, Leader(jitter=0.5, seed=3), t)
    assert np.array_equal(one, leader_positions(schedule, Leader(jitter=0.5, seed=3), t))
    assert not np.array_equal(one, leader_positions(schedule, Leader(jitter=0.5, seed=4), t))
    assert (np.diff(one) >= 0).all()
