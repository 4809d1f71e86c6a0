"""The group as a body: followed, met, passed, never pushed; and shelter without a jump."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.coefficients import BEND_RADIUS_M, LAP_M
from simulator.physics.attempt import fork, simulate
from simulator.physics.pacers import changed_group, group_of, places
from simulator.physics.track import on_bend, on_oval, track_position
from simulator.recording.recording import Recording
from simulator.recording.store import load_recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario

ROOT = Path(__file__).resolve().parents[2]
SHELTER_STEP = 0.02
WAVE = "wavelight.waves.0.plan={{shape: even, target: {}}}"


def _load(*changes: str, name: str = "breaking4") -> Scenario:
    return load_scenario(name, overrides=changes)


def _finish(*changes: str, name: str = "breaking4") -> float:
    finish = simulate(_load(*changes, name=name)).finish_s
    assert finish is not None
    return finish


@pytest.fixture(scope="module")
def breaking4() -> Recording:
    return simulate(_load())


def test_how_fast_the_leader_opens_moves_the_finish_by_less_than_half_a_second() -> None:
    openings = (-0.5, -0.25, 0.0, 0.25, 0.5, 0.83)
    finishes = [_finish(f"pacers.leader.fast_opening={opening}") for opening in openings]
    assert max(finishes) - min(finishes) < 0.5


@pytest.mark.parametrize("target", ["4:02", "4:06", "4:07.61", "4:10"])
def test_a_slower_group_holds_her_up_and_is_never_pushed(target: str) -> None:
    run = simulate(_load(WAVE.format(target)))
    minutes, seconds = target.split(":")
    assert run.finish_s is not None
    assert run.finish_s >= 60 * int(minutes) + float(seconds) - 0.05
    gap = run.group - run.x
    assert gap.min() > -0.05, "she comes no nearer than her slot"
    group = simulate(
        _load(WAVE.format(target), "runner={max_aerobic_power: 8, reserve: 100}")
    )  # far behind: the group runs as it would without her
    both = min(len(run.x), len(group.x))
    assert np.abs(run.group[:both] - group.group[:both]).max() < 1e-6


def test_a_group_that_is_much_too_slow_is_passed_on_the_outside_where_she_may() -> None:
    slow = WAVE.format("4:20")
    held, passed = simulate(_load(slow)), simulate(_load(slow, "runner.passes=yes"))
    assert held.finish_s == pytest.approx(260.0, abs=0.1)
    assert passed.finish_s is not None
    assert passed.finish_s < 255.0
    assert held.wide.max() == 0.0
    assert passed.wide.max() == 1.0
    beside = (passed.group - passed.x < 0.0) & (passed.group - passed.x > -6.0)
    assert (passed.wide[beside] > 0.5).all(), "nobody runs through anybody"
    assert (passed.group - passed.x)[-1] < -8.0


@pytest.mark.parametrize("lap_m", [400.0, 200.0])
def test_running_wide_in_a_bend_costs_what_its_radius_says(lap_m: float) -> None:
    scenario = _load(WAVE.format("4:20"), "runner.passes=yes", f"track.lap={lap_m:g}")
    run = simulate(scenario)
    wide = (run.wide[1:] == 1.0) & (run.wide[:-1] == 1.0)
    ratio = 0.5 * (run.v[1:] + run.v[:-1]) * run.step_s / np.diff(run.x)
    wide_m = group_of(scenario.pacers, scenario.distance).wide_m
    longest = 1.0 + wide_m / (BEND_RADIUS_M * lap_m / LAP_M)
    bend = on_bend(on_oval(track_position(run.x, scenario.distance, lap_m), lap_m))
    around = wide & bend[1:] & bend[:-1]
    assert around.any()
    assert ratio[around] == pytest.approx(longest, abs=0.002)


def test_who_follows_the_light_runs_her_plan_whatever_the_group_does() -> None:
    light = "runner.follows=light"
    assert _finish(light, "pacers.count=0") == _finish("pacers.count=0")
    late = simulate(_load(light, "pacers.leader.fast_opening=2"))
    assert (late.group - late.x)[300] > 10.0


def test_a_fork_to_a_group_that_waits_is_continuous(breaking4: Recording) -> None:
    """At 2:50 the front of the group is 16 m away; nothing is nearer at the same 2:50."""
    tick = 1700
    waits = _load("pacers.policy=wait_for_runner", "pacers.drop_back=20")
    run = fork(waits, breaking4, tick)
    gap = run.group - run.x
    assert gap[tick] == (breaking4.group - breaking4.x)[tick]
    assert gap[tick] > 10.0
    assert gap[tick + 10] > 10.0, "a second later they are still far away"
    assert gap[tick + 200] < 3.0
    assert np.abs(np.diff(run.shelter[tick - 1 :])).max() < SHELTER_STEP
    assert run.shelter[tick + 250] > breaking4.shelter[tick] + 0.2
    accel = np.diff(run.group_v[tick:]) / run.step_s
    assert np.abs(accel).max() < 1.2, "they slow down and speed up as people do"
    assert run.finish_s is not None
    assert breaking4.finish_s is not None
    assert run.finish_s < breaking4.finish_s


def test_a_formation_that_is_changed_in_a_fork_goes_over_to_the_new_one(
    breaking4: Recording,
) -> None:
    tick = 900
    new = _load("pacers.formation=ahead_and_behind", "pacers.front_gap=1.2")
    run = fork(new, breaking4, tick)
    assert np.abs(np.diff(run.shelter)).max() < SHELTER_STEP
    old = group_of(_load().pacers, run.race_m)
    at = float(run.x[tick])
    group = changed_group(old, group_of(new.pacers, run.race_m), at)
    before = {p.name: p.x_m for p in places(old, at, float(run.group[tick]))}
    after = {p.name: p.x_m for p in places(group, at, float(run.group[tick]))}
    assert after == pytest.approx(before)
    gone = {p.name for p in places(group, at + 46.0, at + 46.0)}
    assert gone == {p.name for p in places(group_of(new.pacers, run.race_m), at + 46, at + 46)}


def test_a_pacer_renamed_in_a_fork_runs_on_where_he_is(breaking4: Recording) -> None:
    at = 600.0
    group = group_of(_load().pacers, breaking4.race_m)
    renamed = replace(group, names=("Almaz", *group.names[1:]))
    there = places(changed_group(group, renamed, at), at + 1.0, at + 1.0)
    assert there == places(renamed, at + 1.0, at + 1.0)


def test_a_hand_over_costs_little_and_something() -> None:
    """Who comes forward shelters her before who leaves has gone: it costs hundredths."""
    swap = _finish(name="da_silva_2025")
    kept = _finish("pacers.formation={slots: [{ahead: 1.2}, {ahead: -1.2}]}", name="da_silva_2025")
    assert 0.0 < swap - kept < 0.05


def test_pacers_move_without_a_jump_in_a_hand_over() -> None:
    scenario = _load(name="da_silva_2025")
    run = simulate(scenario)
    group = group_of(scenario.pacers, scenario.distance)
    drawn = [
        {p.name: (p.x_m, p.offset_m) for p in places(group, x, g)}
        for x, g in zip(run.x.tolist(), run.group.tolist(), strict=True)
    ]
    for name in drawn[0]:
        x, aside = np.array([d[name] for d in drawn]).T
        speed = np.diff(x)[20:] / run.step_s
        assert speed.min() > 4.0
        assert speed.max() < 9.0
        assert np.abs(np.diff(aside)).max() < 0.2


def test_a_fork_from_an_old_file_begins_where_its_group_was() -> None:
    """Format 1 holds where the group was, not how it moved."""
    past = load_recording(ROOT / "tests" / "golden" / "recording_format_1.npz")
    tick = past.ticks // 2
    run = fork(Scenario.model_validate_json(past.scenario_json), past, tick)
    assert run.group[tick] == past.group[tick]
    assert np.abs(np.diff(run.shelter[tick:])).max() < SHELTER_STEP
    assert run.finish_s == pytest.approx(past.finish_s, abs=2.0)


SWAPS = """{slots: [
  {ahead: -1.2, name: a, until: 500}, {ahead: 1.2, name: b, until: 500},
  {ahead: 1.2, name: a, from: 500, until: 900}, {ahead: -1.2, name: b, from: 500}]}"""
DROPS = "{slots: [{ahead: 1.2, until: 700}, {ahead: 1.2, name: b, from: 700}, {ahead: -1.2}]}"
FORMATIONS = st.sampled_from(["breaking4", "ahead_and_behind", "single_file", DROPS, SWAPS])


def _changes(later: bool) -> st.SearchStrategy[list[str]]:
    pairs = [
        st.tuples(st.just("pacers.formation"), FORMATIONS),
        st.tuples(st.just("pacers.front_gap"), st.sampled_from(["1.0", "1.7", "3.3"])),
        st.tuples(st.just("pacers.policy"), st.sampled_from(["hold_light", "wait_for_runner"])),
        st.tuples(st.just("pacers.drop_back"), st.sampled_from(["0", "5", "40"])),
        st.tuples(st.just("pacers.wake"), st.sampled_from(["0.85", "1", "1.13"])),
        st.tuples(st.just("runner.follows"), st.sampled_from(["pacers", "light"])),
        st.tuples(st.just("runner.passes"), st.sampled_from(["yes", "no"])),
        st.tuples(
            st.just("pacers.leader"),
            st.sampled_from(
                ["{}", "{fast_opening: -2}", "{jitter: 1, seed: 5}", "{fade: 5, surge: 2}"]
            ),
        ),
    ]
    if not later:
        pairs.append(
            st.tuples(
                st.just("wavelight.waves.0.plan"),
                st.sampled_from(["{target: 4:00}", "{target: 4:09}", "{target: 4:25}"]),
            )
        )
    return st.tuples(*pairs).map(lambda chosen: [f"{path}={value}" for path, value in chosen])


def test_whoever_may_no_longer_pass_goes_on_from_where_she_is() -> None:
    """She is out beside the group, or ahead of it, when the fork forbids her to pass."""
    slow = ["wavelight.waves.0.plan={target: 4:25}", "pacers.follows=3:59.99"]
    run = simulate(_load(*slow, "runner.passes=yes"))
    out = np.flatnonzero(run.mode != 0)
    assert len(out), "nobody was passed"
    for tick in (int(out[0]) + 5, int(out[len(out) // 2]), int(out[-1]) - 5):
        changed = fork(_load(*slow, "runner.passes=no", "pacers.wake=0.85"), run, tick)
        assert np.isfinite(changed.x).all()
        assert np.abs(np.diff(changed.shelter)).max() < SHELTER_STEP


@settings(max_examples=60, deadline=None)
@given(_changes(later=False), _changes(later=True), st.integers(0, 2300))
def test_shelter_never_jumps(first: list[str], then: list[str], tick: int) -> None:
    """Over random formations, policies, leaders and forks: no step over 0.02 in a tick."""
    run = simulate(_load(*first))
    assert np.abs(np.diff(run.shelter)).max() < SHELTER_STEP
    tick = min(tick, run.ticks - 1)
    changed = fork(_load(*first, *then), run, tick)
    assert np.abs(np.diff(changed.shelter)).max() < SHELTER_STEP


def test_who_may_no_longer_pass_gives_it_up_and_falls_in_behind() -> None:
    slow = ("plan.target=4:15", "pacers.leader={fade: 8, fade_from: 200}")
    passing, held = _load(*slow, "runner.passes=yes"), _load(*slow, "runner.passes=no")
    run = simulate(passing)
    tick = int(np.argmax(run.wide > 0.5))
    assert 0.0 < run.wide[tick] < 1.0
    for scenario, finish in (
        (held, simulate(held).finish_s),
        (_load(*slow, "runner.passes=no", "pacers.count=0"), None),
    ):
        forked = fork(scenario, run, tick)
        assert forked.wide[-1] == 0.0
        assert finish is None or forked.finish_s == pytest.approx(finish, abs=0.05)
