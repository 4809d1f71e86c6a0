from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.stage.playback import (
    BEAT_MOST_RATE,
    BEAT_RATE,
    BEAT_S,
    COUNTDOWN_S,
    ORDINARY_S,
    RATES,
    RUN_OUT_S,
    STALL_S,
    Playback,
    playing_time,
    race_time,
)

END_S = 246.42
ON_THE_LINE = Playback(-COUNTDOWN_S, END_S)
RUNNING = Playback(60.0, END_S, paused=False)
FRAMES = st.lists(st.floats(0, STALL_S), max_size=60)


def test_it_waits_on_the_line_until_it_is_started() -> None:
    assert ON_THE_LINE.ready
    assert ON_THE_LINE.advance(10.0) == ON_THE_LINE
    started = ON_THE_LINE.toggle()
    assert not started.ready
    assert started.advance(0.1).time_s == pytest.approx(-COUNTDOWN_S + 0.1)


@pytest.mark.parametrize("stall_s", [STALL_S + 0.001, 1.0, 3600.0])
@pytest.mark.parametrize("rate", RATES)
def test_a_stall_costs_one_ordinary_picture(stall_s: float, rate: float) -> None:
    playing = replace(RUNNING, rate=rate)
    assert playing.advance(stall_s) == playing.advance(ORDINARY_S)


def test_a_clock_that_runs_backwards_counts_as_standing() -> None:
    assert RUNNING.advance(-5.0) == RUNNING.advance(0.0)
    assert RUNNING.advance(-5.0).time_s == RUNNING.time_s


def test_the_countdown_is_never_faster_than_can_be_read() -> None:
    fast = replace(ON_THE_LINE.toggle(), rate=32.0)
    assert fast.advance(0.1).time_s == pytest.approx(-COUNTDOWN_S + 0.4)
    slow = replace(fast, rate=0.1)
    assert slow.advance(0.1).time_s == pytest.approx(-COUNTDOWN_S + 0.01)


def test_it_ends_after_the_run_out_and_begins_again_from_there() -> None:
    near = replace(RUNNING, time_s=END_S + RUN_OUT_S - 0.01)
    ended = near.advance(0.1)
    assert (ended.time_s, ended.paused) == (END_S + RUN_OUT_S, True)
    assert ended.advance(1.0) == ended
    again = ended.toggle()
    assert (again.time_s, again.paused) == (-COUNTDOWN_S, False)


def test_the_ladder_of_rates_has_ends_and_a_way_back() -> None:
    up = [RUNNING.faster(n).rate for n in range(-9, 10)]
    assert up == sorted(up)
    assert (up[0], up[9], up[-1]) == (RATES[0], 1.0, RATES[-1])
    assert RUNNING.faster(1).faster(-1) == RUNNING
    assert replace(RUNNING, rate=3.0).faster(1).rate in RATES


def test_restart_waits_on_the_line_and_keeps_the_rate() -> None:
    again = replace(RUNNING, rate=4.0).restart()
    assert again.ready
    assert again.rate == 4.0


@given(st.floats(-1e6, 1e6))
def test_every_moment_can_be_reached_and_nothing_else(asked: float) -> None:
    there = RUNNING.seek(asked).time_s
    assert -COUNTDOWN_S <= there <= END_S + RUN_OUT_S
    if -COUNTDOWN_S <= asked <= END_S + RUN_OUT_S:
        assert there == asked


@given(st.lists(st.floats(-10, 300), min_size=1))
def test_it_remembers_the_furthest_moment_that_was_seen(seeks: list[float]) -> None:
    playing, seen = ON_THE_LINE, [-COUNTDOWN_S]
    for t in seeks:
        playing = playing.seek(t)
        seen.append(playing.time_s)
        assert playing.furthest_s == max(seen)
    assert playing.restart().furthest_s == max(seen)


@given(frames=FRAMES, rate=st.sampled_from(RATES))
def test_the_same_time_in_other_frames_leads_to_the_same_moment(
    frames: list[float], rate: float
) -> None:
    begun = replace(RUNNING, rate=rate)
    cut, whole = begun, sum(frames)
    for frame in frames:
        cut = cut.advance(frame)
    assert cut.time_s == pytest.approx(min(60.0 + whole * rate, END_S + RUN_OUT_S), abs=1e-6)


@given(FRAMES)
def test_a_pause_lets_no_time_pass(frames: list[float]) -> None:
    paused = replace(RUNNING, paused=True)
    for frame in frames:
        paused = paused.advance(frame)
    assert paused == replace(RUNNING, paused=True)


# -- the beat of slow motion -----------------------------------------------------------------------

LOST_S = 140.0


@pytest.mark.parametrize("rate", RATES)
def test_a_beat_slows_what_is_watched_and_nothing_else(rate: float) -> None:
    plain = playing_time(LOST_S - 10, LOST_S + 10, rate)
    longer_s = playing_time(LOST_S - 10, LOST_S + 10, rate, LOST_S) - plain
    slowed = BEAT_RATE < rate <= BEAT_MOST_RATE
    assert longer_s == pytest.approx(BEAT_S / BEAT_RATE - BEAT_S / rate if slowed else 0.0)
    assert playing_time(0.0, LOST_S, rate, LOST_S) == playing_time(0.0, LOST_S, rate)


@given(st.floats(-COUNTDOWN_S, 240), st.floats(0, 300), st.sampled_from(RATES), st.booleans())
def test_playing_time_and_race_time_are_each_others_inverse(
    from_s: float, playing_s: float, rate: float, beat: bool
) -> None:
    slow_from_s = LOST_S if beat else None
    until_s = race_time(from_s, playing_s, rate, slow_from_s)
    assert playing_time(from_s, until_s, rate, slow_from_s) == pytest.approx(playing_s, abs=1e-6)


@given(frames=FRAMES, rate=st.sampled_from(RATES))
def test_frames_of_any_length_see_the_same_beat(frames: list[float], rate: float) -> None:
    cut = replace(RUNNING, time_s=LOST_S - 1.0, rate=rate)
    for frame in frames:
        cut = cut.advance(frame, LOST_S)
    whole = race_time(LOST_S - 1.0, sum(frames), rate, LOST_S)
    assert cut.time_s == pytest.approx(min(whole, END_S + RUN_OUT_S), abs=1e-6)
