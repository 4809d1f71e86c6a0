from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.analysis.uncertainty import chance_words, forecast
from simulator.analysis.what_if import alternatives
from simulator.recording.recording import ARRAYS, Recording
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.model import Scenario
from simulator.session import Session
from simulator.session.player import NOTICE_S
from simulator.stage.keys import Action
from simulator.stage.playback import (
    BEAT_RATE,
    BEAT_S,
    COUNTDOWN_S,
    FRAME_S,
    RATES,
    RUN_OUT_S,
    STALL_S,
)
from simulator.stage.scene import Phase
from simulator.stage.scene_builder import ShowOptions
from tests.session.short import SHORT

WINDOW = {
    Action.LABELS,
    Action.CAMERA,
    Action.CAMERA_BACK,
    Action.RECORD,
    Action.PRESENT,
    Action.NEXT_CUE,
    Action.PREVIOUS_CUE,
    Action.BLACK,
    Action.WHITE,
    Action.FROM_BEGINNING,
    Action.LEAVE,
    Action.DRAWER,
    Action.HELP,
    Action.FULLSCREEN,
    Action.SCREENSHOT,
    Action.SOUND,
    Action.THEME,
    Action.QUIT,
    Action.PACER,
    Action.PACER_BACK,
    Action.PASTE,
    Action.CHART,
    Action.NUDGE,
    Action.NAME,
    Action.ADD,
    Action.REMOVE,
    Action.LET_GO,
    Action.ENTER,
    Action.NUMBER,
    Action.OVERVIEW,
    Action.KNOB,
    Action.KNOB_LESS,
    Action.KNOB_MORE,
    Action.TIMER,
    Action.LINK,
}


def bits(run: Recording) -> bytes:
    return b"".join(getattr(run, name).tobytes() for name in ARRAYS)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("breaking4")


@pytest.fixture(scope="module")
def worked_off(scenario: Scenario) -> Session:
    session = Session(scenario)
    session.settle()
    return session


@pytest.fixture
def session(worked_off: Session) -> Session:
    """Return one session for all, standing on the line with everything as at first."""
    worked_off.perform(Action.RESTART)
    worked_off.perform(Action.NORMAL_RATE)
    worked_off.player.options = ShowOptions()
    worked_off.notify("")
    return worked_off


def test_it_opens_on_the_line(scenario: Scenario) -> None:
    scene = Session(scenario).scene()
    assert (scene.phase, scene.paused, scene.time_s) == (Phase.READY, True, 0.0)


def test_it_opens_at_a_moment_if_asked(scenario: Scenario) -> None:
    session = Session(scenario, rate=4.0, start_at_s=120.75)
    scene = session.scene()
    assert (scene.time_s, scene.paused, scene.speed) == (120.75, True, 4.0)


def test_a_whole_attempt_is_played_in_real_time(session: Session) -> None:
    session.perform(Action.PLAY_PAUSE)
    frames = 0
    while session.playing:
        session.advance(1 / 60)
        frames += 1
        assert frames < 20_000
    wanted = (COUNTDOWN_S + session.recording.end_s + RUN_OUT_S) * 60
    wanted += BEAT_S * (1 / BEAT_RATE - 1) * 60  # the light is lost in slow motion
    assert frames == pytest.approx(wanted, abs=2)
    assert session.scene().board is not None


def test_the_findings_are_those_of_the_analysis(scenario: Scenario, worked_off: Session) -> None:
    assert worked_off.show.alternatives == alternatives(scenario)


def test_chances_and_band_are_found_out_for_the_run_that_is_shown(scenario: Scenario) -> None:
    session = Session(scenario)
    opened = session.scene()
    assert (opened.chance, opened.chart.band) == (None, None)
    session.settle()
    first = session.show
    assert first.chances is not None
    assert first.band is not None
    assert session.scene().chance is not None
    session.seek(100.0)
    session.change("runner.form", "3")
    session.settle()
    forked = session.show
    assert forked.recording.from_tick == 1000
    # the band is of runs from the gun under one scenario: a forked run has none
    assert forked.band is None
    assert forked.chances is not None
    stronger = session.scene().chance
    session.undo()
    session.settle()
    assert session.show.band is not None
    before = session.scene().chance
    assert before is not None
    assert stronger is not None
    assert stronger.share > before.share


def test_the_chance_on_the_screen_is_that_of_the_command(scenario: Scenario) -> None:
    session = Session(scenario)
    session.settle()
    reported = forecast(scenario)
    shown = session.scene().chance
    assert shown is not None
    assert shown.share == reported.chance()
    assert shown.text == chance_words(reported.chance(), reported.samples)


def test_the_chance_is_known_wherever_she_is_watched(session: Session) -> None:
    session.perform(Action.PLAY_PAUSE)
    session.seek(1.0)
    session.settle()
    points = set[float]()
    for _ in range(100):
        session.advance(0.1)
        while session.busy:
            session.advance(0.0)
        chance = session.scene().chance
        assert chance is not None
        points.add(chance.share)
    assert session.show.chances is not None
    assert session.show.chances.missing(0.0, session.scene().distance_m) == []


def test_a_stall_slips_one_picture_and_no_audience_reads_of_it(session: Session) -> None:
    session.perform(Action.PLAY_PAUSE)
    before = session.playback.time_s
    session.advance(5.0)
    assert session.playback.time_s == pytest.approx(before + 1 / 60)
    assert session.scene().notice == ""


def test_a_notice_stays_for_its_seconds_of_wall_time_whatever_the_rate(session: Session) -> None:
    session.notify("saved picture.png")
    for _ in range(round(NOTICE_S / 0.1) - 1):
        session.advance(0.1)
        assert session.scene().notice == "saved picture.png"
    for _ in range(2):
        session.advance(0.1)
    assert session.scene().notice == ""


def test_a_pause_that_lasts_is_no_stall(session: Session) -> None:
    session.advance(STALL_S * 10)
    assert session.scene().notice == ""


@pytest.mark.parametrize("x", [0.0, 9.344, 400.0, 925.0, 1609.344])
def test_the_chart_can_be_sought_by_distance(session: Session, x: float) -> None:
    session.director.seek_distance(x)
    assert session.scene().distance_m == pytest.approx(x, abs=1e-6)


@pytest.mark.parametrize(("x", "there"), [(-50.0, 0.0), (1e9, 1609.344)])
def test_beyond_the_ends_the_ends_are_shown(session: Session, x: float, there: float) -> None:
    session.director.seek_distance(x)
    assert session.scene().distance_m == pytest.approx(there, abs=1e-6)


def test_the_named_moments_are_there(session: Session) -> None:
    moments = session.player.moments()
    assert set(moments) == {"countdown", "start", "pacer left", "bell", "light lost", "finish"}
    run = session.recording
    assert float(run.distance_at(moments["bell"])) == pytest.approx(1209.344, abs=1e-6)
    assert moments["finish"] == run.finish_s
    assert moments["countdown"] < moments["start"] == 0.0
    lost = session.show.lost_light_m
    assert lost is not None
    assert float(run.distance_at(moments["light lost"])) == pytest.approx(lost, abs=1e-6)


@pytest.mark.parametrize(
    ("action", "moved_s"),
    [
        (Action.SEEK_BACK, -5.0),
        (Action.SEEK_FORWARD, 5.0),
        (Action.SEEK_BACK_LONG, -30.0),
        (Action.SEEK_FORWARD_LONG, 30.0),
        (Action.STEP_BACK, -FRAME_S),
        (Action.STEP_FORWARD, FRAME_S),
    ],
)
def test_seek_keys_move_by_what_the_table_says(
    session: Session, action: Action, moved_s: float
) -> None:
    session.seek(100.0)
    session.perform(Action.PLAY_PAUSE)
    assert session.perform(action)
    assert session.playback.time_s == pytest.approx(100.0 + moved_s)
    stepped = action in (Action.STEP_BACK, Action.STEP_FORWARD)
    assert session.playing is not stepped


def test_switches_switch_and_switch_back(session: Session) -> None:
    for action, part in [(Action.GHOSTS, "ghosts"), (Action.LIGHTS, "waves")]:
        assert getattr(session.scene(), part)
        session.perform(action)
        assert not getattr(session.scene(), part)
        session.perform(action)
        assert getattr(session.scene(), part)
    session.seek(100.0)
    session.perform(Action.REVEAL)
    assert all(row.run_s is not None for row in session.scene().splits)


def test_rates_go_up_and_down_the_ladder_and_home(session: Session) -> None:
    for _ in RATES:
        session.perform(Action.FASTER)
    assert session.scene().speed == RATES[-1]
    for _ in RATES:
        session.perform(Action.SLOWER)
    assert session.scene().speed == RATES[0]
    session.perform(Action.NORMAL_RATE)
    assert session.scene().speed == 1.0


def test_the_end_key_goes_to_the_finish(session: Session) -> None:
    session.perform(Action.TO_FINISH)
    assert session.scene().phase is Phase.FINISHED
    assert session.scene().time_s == session.recording.finish_s


@pytest.mark.parametrize("action", list(Action))
def test_the_window_is_told_which_keys_are_its_own(session: Session, action: Action) -> None:
    before = (session.playback, session.player.options)
    assert session.perform(action) is (action not in WINDOW)
    if action in WINDOW:
        assert (session.playback, session.player.options) == before


DEEDS = st.lists(
    st.one_of(
        st.sampled_from(list(Action)),
        st.floats(-1, 20),
        st.tuples(st.just("seek"), st.floats(-1e3, 1e3)),
        st.tuples(st.just("distance"), st.floats(-1e4, 1e4)),
    ),
    max_size=25,
)


@settings(max_examples=30)
@given(deeds=DEEDS)
def test_whatever_is_done_never_raises_and_never_changes_the_recording(
    worked_off: Session, deeds: list[Action | float | tuple[str, float]]
) -> None:
    session = worked_off
    before, run = bits(session.recording), session.recording
    for deed in deeds:
        if isinstance(deed, Action):
            session.perform(deed)
        elif isinstance(deed, float):
            session.advance(deed)
        elif deed[0] == "seek":
            session.seek(deed[1])
        else:
            session.director.seek_distance(deed[1])
        scene = session.scene()
        assert -COUNTDOWN_S <= session.playback.time_s <= run.end_s + RUN_OUT_S
        assert 0.0 <= scene.distance_m <= run.race_m
    assert session.recording is run
    assert bits(session.recording) == before


def test_two_sessions_of_one_scenario_show_the_same_run(worked_off: Session) -> None:
    other = Session(load_scenario("breaking4"))
    assert bits(other.recording) == bits(worked_off.recording)


def test_a_run_that_does_not_finish_can_be_watched_all_the_same() -> None:
    weak = load_text(
        "name: weak\ndistance: 400 m\nplan: {shape: even, target: 60}\npacers: {count: 1}\n"
        "runner: {max_aerobic_power: 5, reserve: 100}\n"
    )
    session = Session(weak)
    assert session.recording.finish_s is None
    session.settle()
    assert set(session.player.moments()) >= {"countdown", "start", "finish"}
    for action in Action:
        session.perform(action)
        session.scene()
    session.director.seek_distance(400.0)
    scene = session.scene()
    assert scene.board is not None
    assert scene.board.headline == "did not finish"
    assert np.isfinite(scene.distance_m)


def test_a_stall_does_not_take_the_place_of_an_answer() -> None:
    session = Session(load_text(SHORT, "short.yaml"), start_at_s=20.0)
    session.perform(Action.PLAY_PAUSE)
    session.notify("a.png cannot be written: No space left on device.")
    session.advance(10.0)
    assert "cannot be written" in session.scene().notice


MASKED = """
import sys
from simulator.session import Session
from tests.session.short import load_short
session = Session(load_short(), start_at_s=20.0)
session.settle()
session.change("pacers.front_gap", "1.9")
session.settle()
sys.exit("numpy.ma" in sys.modules)
"""


def test_a_turn_of_a_knob_imports_no_masked_arrays() -> None:
    """It takes half a picture's time, once, and a megabyte for ever."""
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    assert (
        subprocess.run([sys.executable, "-c", MASKED], env=environment, check=False).returncode == 0
    )
