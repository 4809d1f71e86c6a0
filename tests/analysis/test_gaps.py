from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from simulator.analysis.gaps import (
    LEVEL_EXIT_S,
    LEVEL_S,
    TREND_S,
    Floats,
    GapState,
    GapTicks,
    GapTrack,
    gap_seconds,
    lost_light_m,
    switches,
)
from simulator.analysis.references import (
    Reference,
    ghost_references,
    light_reference,
    run_reference,
)
from simulator.coefficients import LOST_S
from simulator.physics.attempt import simulate
from simulator.recording.recording import ARRAYS, Recording, Status
from simulator.scenario.loader import load_scenario
from simulator.scenario.schedule import even_schedule


def even(attempt: Recording, finish_s: float) -> Reference:
    run = even_schedule(attempt.race_m, finish_s)
    return Reference("even", "even", "white", "", finish_s, attempt.race_m, run)


@pytest.mark.parametrize(("finish_s", "sign", "side"), [(240, 1, "behind"), (255, -1, "ahead")])
def test_positive_is_behind_in_seconds_and_in_metres(
    attempt: Recording, finish_s: float, sign: int, side: str
) -> None:
    track = GapTrack(attempt, even(attempt, finish_s))
    seconds = track.seconds_at(attempt.end_s)
    assert seconds is not None
    assert seconds == pytest.approx(attempt.end_s - finish_s, abs=1e-6)
    assert seconds * sign > 0
    metres = track.metres_at(attempt.end_s - 5.0)
    assert metres is not None
    assert metres * sign > 0
    assert metres == pytest.approx(seconds * 6.4, rel=0.3)  # also where the mark has finished
    assert track.metres_at(attempt.end_s) is None  # nobody runs on beyond the line
    assert track.state_at(attempt.end_s).side == side


@given(st.floats(0.1, 246))
def test_a_gap_is_now_minus_when_the_other_passed_this_distance(
    attempt: Recording, ghosts: list[Reference], t: float
) -> None:
    x = float(attempt.distance_at(t))
    for mark in ghosts:
        gap = gap_seconds(attempt, mark, t)
        assert gap is not None
        assert float(mark.run.distance_at(t - gap)) == pytest.approx(x, abs=1e-6)


def test_a_run_is_level_with_itself(attempt: Recording) -> None:
    track = GapTrack(attempt, run_reference("herself", "white", "", attempt))
    times = np.linspace(-1.0, attempt.end_s + 1.0, 100).tolist()
    assert max(abs(track.seconds_at(t) or 0.0) for t in times) < 1e-9
    states = {track.state_at(t) for t in times}
    assert states == {GapState.LEVEL}


def test_the_gap_holds_after_the_finish(attempt: Recording, light: Reference) -> None:
    track = GapTrack(attempt, light)
    end = attempt.end_s
    assert track.seconds_at(end + 7.0) == track.seconds_at(end)
    assert track.metres_at(end + 7.0) == track.metres_at(end)
    assert track.state_at(end + 7.0) is track.state_at(end)


def test_before_the_gun_a_gap_is_as_at_the_gun(attempt: Recording, ghosts: list[Reference]) -> None:
    for mark in ghosts:
        track = GapTrack(attempt, mark)
        assert track.seconds_at(-20.0) == track.seconds_at(0.0) == gap_seconds(attempt, mark, -9.0)
        assert track.metres_at(-20.0) == track.metres_at(0.0)
        assert track.state_at(-20.0) is track.state_at(0.0) is GapState.LEVEL


def test_a_mark_that_runs_less_far_is_unknown_beyond_its_end(attempt: Recording) -> None:
    short = Reference("short", "", "white", "", 60.0, 400.0, even_schedule(400.0, 60.0))
    track = GapTrack(attempt, short)
    after = float(attempt.time_at(401.0))
    assert track.seconds_at(after) is None
    assert all(track.seconds_at(t) is None for t in np.arange(after, attempt.end_s, 0.7).tolist())
    assert track.metres_at(after) is None
    before = float(attempt.time_at(399.0))
    assert track.seconds_at(before) == pytest.approx(before - float(short.run.time_at(399.0)), 1e-3)
    assert gap_seconds(attempt, short, float(attempt.time_at(400.0))) is not None
    while_it_runs = track.metres_at(59.0)
    assert while_it_runs is not None
    ahead = float(short.run.distance_at(59.0)) - float(attempt.distance_at(59.0))
    assert while_it_runs == pytest.approx(ahead, abs=0.01)


ALONE = ["distance=400 m", "plan.target=1:04", "ghosts=[]", "published=~"]


@cache
def minute() -> Recording:
    """Return a run of about a minute."""
    return simulate(load_scenario("solo", overrides=ALONE))


class GivenGaps(GapTrack):
    """A track of given gaps."""

    def given(self, seconds: Floats) -> None:
        ticks = GapTicks(seconds, seconds, seconds, *switches(seconds))
        self.__dict__["at_ticks"] = ticks


def walk(gaps: list[float]) -> list[GapState]:
    """Return the state at each tick of a track of these gaps."""
    recording = minute()
    track = GivenGaps(recording, even(recording, 60.0))
    track.given(np.array(gaps))
    return [track.state_at(i * recording.step_s + 1e-6) for i in range(len(gaps))]


def test_a_small_gap_stays_level_until_it_is_clearly_more() -> None:
    around_enter = [LEVEL_S - 0.001, LEVEL_S + 0.001] * 20
    assert set(walk([0.0, *around_enter])) == {GapState.LEVEL}
    around_exit = [LEVEL_EXIT_S - 0.001, LEVEL_EXIT_S + 0.001] * 20
    assert {s.side for s in walk([0.2, *around_exit])} == {"behind"}


def test_leaving_level_and_coming_back_take_different_gaps() -> None:
    up = [i * 0.01 for i in range(21)]
    states = walk(up + up[::-1])
    left = next(g for g, s in zip(up, states, strict=False) if s is not GapState.LEVEL)
    back = next(g for g, s in zip(up[::-1], states[21:], strict=True) if s is GapState.LEVEL)
    assert left >= LEVEL_EXIT_S - 1e-9
    assert back < LEVEL_S + 1e-9


@given(
    centre=st.floats(-0.5, 0.5),
    noise=st.lists(st.floats(-0.024, 0.024), min_size=1, max_size=60),
)
def test_a_gap_that_trembles_does_not_flicker(centre: float, noise: list[float]) -> None:
    sides = [s.side for s in walk([centre + n for n in noise])]
    assert sum(a != b for a, b in pairwise(sides)) <= 1


@given(st.lists(st.floats(-0.49 * TREND_S, 0.49 * TREND_S), min_size=1, max_size=60))
def test_a_trend_does_not_turn_for_a_small_change(noise: list[float]) -> None:
    assert set(walk([1.0 + n for n in noise])) == {GapState.BEHIND_LOSING}


def test_gaining_and_losing_go_by_the_side() -> None:
    assert walk([1.0, 1.1, 1.0, -1.0, -0.9]) == [
        GapState.BEHIND_LOSING,
        GapState.BEHIND_LOSING,
        GapState.BEHIND_GAINING,
        GapState.AHEAD_GAINING,
        GapState.AHEAD_LOSING,
    ]


@pytest.mark.parametrize("step_s", [0.0008, 0.004, 0.02])
def test_a_trend_turns_however_slowly_the_gap_changes(step_s: float) -> None:
    """An even gain from the gun on was called losing, as it was less than 0.03 s in 3 s."""
    away = np.arange(0.0, 0.2, step_s)
    gaps = [*(1.0 - away).tolist(), *(0.8 + away).tolist()]
    losing = [state.value.endswith("losing") for state in walk(gaps)]
    turns = [i for i, (a, b) in enumerate(pairwise(losing), 1) if a != b]
    wait = TREND_S / step_s + 2
    assert len(turns) == 2
    assert turns[0] <= wait
    assert 0 < turns[1] - len(away) <= wait


def test_what_was_never_more_than_level_is_level_and_what_never_turned_is_losing() -> None:
    between = 0.5 * (LEVEL_S + LEVEL_EXIT_S)
    assert set(walk([between] * 5)) == {GapState.LEVEL}
    assert walk([1.0] * 5)[-1] is GapState.BEHIND_LOSING


def states_by_the_rules(gaps: list[float]) -> list[GapState]:
    """Return what the rules say of these gaps [s], one after another."""
    level, losing, states, extreme = True, True, [], gaps[0]
    for gap in gaps:
        extreme = max(extreme, gap) if losing else min(extreme, gap)
        level = abs(gap) < (LEVEL_EXIT_S if level else LEVEL_S)
        if abs(gap - extreme) > TREND_S:
            losing, extreme = not losing, gap
        side = "behind" if gap > 0 else "ahead"
        how = "losing" if losing else "gaining"
        states.append(GapState.LEVEL if level else GapState(f"{side}, {how}"))
    return states


def test_the_state_at_every_tick_goes_by_the_gaps_up_to_it(
    attempt: Recording, ghosts: list[Reference], light: Reference
) -> None:
    step = attempt.step_s
    times = [*(i * step for i in range(attempt.ticks)), attempt.end_s]
    for mark in (*ghosts, light, even(attempt, attempt.end_s)):
        x = np.minimum(attempt.distance_at(times), attempt.race_m)
        gaps = (np.array(times) - mark.run.time_at(x)).tolist()
        track = GapTrack(attempt, mark)
        shown = [track.state_at(i * step + 1e-7) for i in range(attempt.ticks)]
        assert [*shown] == states_by_the_rules(gaps)[:-1]


@pytest.mark.parametrize(
    ("ahead_s", "side"), [(0.03, "behind"), (0.01, "behind"), (0.0, "level"), (-0.01, "ahead")]
)
def test_at_the_line_a_gap_is_that_between_the_times_as_they_are_written(
    attempt: Recording, ahead_s: float, side: str
) -> None:
    end_s = attempt.end_s
    track = GapTrack(attempt, even(attempt, round(end_s, 2) - ahead_s))
    assert track.line_s == pytest.approx(ahead_s, abs=1e-9)
    assert {track.state_at(t).side for t in (end_s, end_s + 5.0)} == {side}
    assert track.state_at(end_s - 0.01) is GapState.LEVEL, "a running gap is called level sooner"


@dataclass(frozen=True)
class Ahead:
    """A light that is so many seconds ahead of a run at each of its ticks."""

    run: Recording
    ahead_s: Floats

    def distance_at(self, time_s: ArrayLike) -> Floats:
        ticks = np.arange(len(self.ahead_s)) * self.run.step_s
        earlier = np.interp(np.asarray(time_s), ticks - self.ahead_s, ticks)
        return self.run.distance_at(earlier)

    def time_at(self, distance_m: ArrayLike) -> Floats:
        return self.run.time_at(distance_m)


def lost_to(attempt: Recording, light: Reference, ahead_s: Floats) -> float | None:
    return lost_light_m(attempt, replace(light, run=Ahead(attempt, ahead_s)))


def test_a_light_is_lost_where_it_is_a_second_ahead_for_good(
    attempt: Recording, light: Reference
) -> None:
    ahead = np.full(attempt.ticks + 1, 0.4)
    ahead[500:700] = 2.0  # fell back, and came again
    ahead[1500:] = 1.1
    lost = lost_to(attempt, light, ahead)
    assert lost == pytest.approx(float(attempt.distance_at(149.95)), abs=5.0)


@pytest.mark.parametrize("lost_s", [149.97, 149.901, 60.05, 245.7])
def test_where_a_light_is_lost_is_known_to_a_centimetre(
    attempt: Recording, light: Reference, lost_s: float
) -> None:
    ahead = LOST_S + 0.05 * (np.arange(attempt.ticks + 1.0) * attempt.step_s - lost_s)
    lost = lost_to(attempt, light, ahead)
    assert lost == pytest.approx(float(attempt.distance_at(lost_s)), abs=0.01)


@pytest.mark.parametrize("changed_s", [(100.0, 130.0), (100.0, 200.0)])
def test_a_light_is_lost_by_those_that_were_in_force_in_turn(
    attempt: Recording, light: Reference, changed_s: tuple[float, float]
) -> None:
    """The second is lost at 150 s, the first at 50 s, the last is never."""
    ticks = np.arange(attempt.ticks + 1.0) * attempt.step_s
    lights = [
        replace(light, run=Ahead(attempt, LOST_S + ahead))
        for ahead in (0.05 * (ticks - 50.0), 0.05 * (ticks - 150.0), np.full(ticks.size, 0.3))
    ]
    first, second = changed_s
    lost = lost_light_m(attempt, lights[2], [(first, lights[0]), (second, lights[1])])
    # up to 130 s the second has not been lost, and the last has from the moment it is there
    at = 130.0 if second < 150.0 else 150.0
    assert lost == pytest.approx(float(attempt.distance_at(at)), abs=0.01 if at == 150.0 else 1.0)


def test_a_light_that_is_lost_on_the_last_metres_is_lost(
    attempt: Recording, light: Reference
) -> None:
    end_s = attempt.end_s
    ahead = LOST_S + 0.05 * (np.arange(attempt.ticks + 1.0) * attempt.step_s - (end_s - 1.0))
    assert lost_to(attempt, light, ahead) == pytest.approx(
        float(attempt.distance_at(end_s - 1.0)), abs=0.01
    )


def test_a_light_that_is_caught_again_at_the_line_was_never_lost(
    attempt: Recording, light: Reference
) -> None:
    ahead = np.full(attempt.ticks + 1, 3.0)
    ahead[-2:] = 0.9
    assert lost_to(attempt, light, ahead) is None
    assert lost_to(attempt, light, np.full(attempt.ticks + 1, -2.0)) is None


def test_a_light_that_she_never_had_is_lost_at_the_start(
    attempt: Recording, light: Reference
) -> None:
    assert lost_to(attempt, light, np.full(attempt.ticks + 1, 1.2)) == 0.0


def test_the_published_splits_lose_the_light_where_it_was_seen() -> None:
    """She was seen to lose it on the back straight of lap 3; half a second would say 751 m."""
    scenario = load_scenario("breaking4")
    published = next(m for m in ghost_references(scenario) if m.name == scenario.published)
    light = light_reference(scenario)
    t = np.arange(0.0, published.finish_s or 0.0, 0.01)
    x = published.run.distance_at(t)
    there = light.run.distance_at(t - LOST_S)
    assert 974.0 <= float(x[np.flatnonzero(x >= there)[-1]]) <= 979.5


def test_where_breaking4_lost_the_light_is_the_last_second(
    attempt: Recording, light: Reference
) -> None:
    lost = lost_light_m(attempt, light)
    assert lost is not None
    x = np.arange(0.0, attempt.race_m, 0.25)
    gap = attempt.time_at(x) - light.run.time_at(x)
    assert (gap[x > lost + 0.25] > LOST_S).all()
    assert gap[np.searchsorted(x, lost) - 1] <= LOST_S + 1e-3


def test_a_run_that_did_not_finish_has_gaps_as_far_as_it_went(
    attempt: Recording, light: Reference
) -> None:
    cut = {name: getattr(attempt, name)[:801] for name in ARRAYS}
    stopped = replace(attempt, finish_s=None, status=Status.DID_NOT_FINISH, **cut)
    track, whole = GapTrack(stopped, light), GapTrack(attempt, light)
    for t in (np.arange(801) * attempt.step_s).tolist():
        assert track.seconds_at(t) == pytest.approx(whole.seconds_at(t), abs=1e-9)
        assert track.state_at(t) is whole.state_at(t)


def test_a_gap_between_two_ticks_is_looked_up_to_a_thousandth(attempt: Recording) -> None:
    mark = even(attempt, 240.0)
    track = GapTrack(attempt, mark)
    within = np.random.default_rng(3).uniform(0.0, attempt.end_s, 200)
    last = np.linspace(attempt.end_s - attempt.step_s, attempt.end_s, 9)
    for t in (*within, *last, np.nextafter(attempt.end_s, 0.0)):
        exact = gap_seconds(attempt, mark, float(t))
        assert exact is not None
        assert track.seconds_at(float(t)) == pytest.approx(exact, abs=1e-3)
        if t < attempt.end_s:
            ahead = float(mark.run.distance_at(t)) - float(attempt.distance_at(t))
            assert track.metres_at(float(t)) == pytest.approx(ahead, abs=6e-3)


def test_a_state_is_the_same_wherever_a_track_is_first_looked_at(
    attempt: Recording, ghosts: list[Reference]
) -> None:
    times = np.linspace(0.0, attempt.end_s, 150).tolist()
    for mark in ghosts:
        track = GapTrack(attempt, mark)
        in_order = [track.state_at(t) for t in times]
        backwards = GapTrack(attempt, mark)
        assert [backwards.state_at(t) for t in reversed(times)][::-1] == in_order
        assert [GapTrack(attempt, mark).state_at(t) for t in times[::10]] == in_order[::10]


def test_a_state_is_held_however_long() -> None:
    size = [0.2, *[0.5 * (LEVEL_S + LEVEL_EXIT_S)] * 500]
    assert {state.side for state in walk(size)} == {"behind"}
    assert set(walk([0.0, *size[1:]])) == {GapState.LEVEL}
