from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario, load_text
from simulator.screen import Camera
from simulator.session import Session
from simulator.stage.events import SoundCue, events, sound_cues
from simulator.stage.keys import Action
from simulator.stage.scene import Scene, Staging


@pytest.fixture
def session() -> Session:
    return Session(load_scenario("breaking4"))


def watched(session: Session, frames: int, frame_s: float) -> list[tuple[SoundCue, Scene]]:
    heard = []
    before = session.scene()
    for _ in range(frames):
        session.player.pass_time(frame_s)
        now = session.scene()
        heard += [(cue, now) for cue in sound_cues(before, now)]
        before = now
    return heard


def kinds(heard: Iterable[tuple[SoundCue, Scene]]) -> list[SoundCue]:
    return [cue for cue, _ in heard]


@pytest.mark.parametrize("rate", [16.0, 32.0])
def test_a_race_has_one_shot_one_bell_and_a_tick_for_each_lap_of_the_light(
    session: Session, rate: float
) -> None:
    session.perform(Action.PLAY_PAUSE)
    for _ in range(12):
        if session.playback.rate < rate:
            session.perform(Action.FASTER)
    heard = watched(session, int(60 * 260 / rate) + 300, 1 / 60)
    assert kinds(heard).count(SoundCue.GUN) == 1
    assert kinds(heard).count(SoundCue.BELL) == 1
    ticks = [scene.waves[0].head_m for cue, scene in heard if cue is SoundCue.TICK]
    assert ticks == pytest.approx([409.344, 809.344, 1209.344, 1609.344], abs=rate * 7 / 60 + 0.1)
    shot = next(scene for cue, scene in heard if cue is SoundCue.GUN)
    assert shot.time_s <= rate / 60


def test_a_seek_and_a_pause_are_silent(session: Session) -> None:
    before = session.scene()
    session.seek(230.0)
    assert sound_cues(before, session.scene()) == ()
    assert sound_cues(session.scene(), before) == ()
    assert sound_cues(session.scene(), session.scene()) == ()


def test_pictures_far_apart_at_a_high_rate_are_no_seek(session: Session) -> None:
    bell_s = events(session.show)["bell"]
    session.player.playback = replace(session.playback, paused=False, rate=32.0)
    session.seek(bell_s - 1.0)
    before = session.scene()
    session.player.pass_time(0.2)
    assert SoundCue.BELL in sound_cues(before, session.scene())
    session.player.playback = replace(session.playback, rate=1.0)
    assert sound_cues(before, session.scene()) == ()


def test_a_new_chapter_is_silent(session: Session) -> None:
    bell_s = events(session.show)["bell"]
    session.player.playback = replace(session.playback, paused=False)
    pictures = []
    for chapter, time_s in ((1, bell_s - 0.1), (2, bell_s + 0.1)):
        session.seek(time_s)
        staging = Staging(Camera.WHOLE, frozenset(), "", chapter, 2)
        pictures.append(replace(session.scene(), staging=staging))
    before, now = pictures
    assert sound_cues(before, now) == ()
    assert sound_cues(replace(before, staging=now.staging), now) == (SoundCue.BELL,)


def test_without_a_light_nothing_ticks(session: Session) -> None:
    run = simulate(load_scenario("breaking4"))
    session.perform(Action.PLAY_PAUSE)
    session.seek(float(run.time_at(1209.0)) - 3.0)
    before = session.scene()
    session.player.pass_time(0.1)
    dark, later = (replace(scene, waves=()) for scene in (before, session.scene()))
    assert SoundCue.TICK not in sound_cues(dark, later)


def test_pacers_who_left_have_left_whoever_runs_on(session: Session) -> None:
    run = session.recording
    places = dict(events(session.show))
    session.perform(Action.PLAY_PAUSE)
    session.seek(float(run.time_at(1000.0)))
    assert session.change("pacers.formation", "box")
    session.advance(0.0)
    after = events(session.show)
    assert {name for name in places if name.startswith("pacer")} <= after.keys()
    assert after["pacer left"] == pytest.approx(places["pacer left"])


def test_nobody_leaves_who_was_not_there_yet() -> None:
    session = Session(
        load_scenario("breaking4", overrides=["pacers.formation=box", "pacers.names=~"])
    )
    assert "pacer left" not in events(session.show)
    session.perform(Action.PLAY_PAUSE)
    session.seek(float(session.recording.time_at(1000.0)))
    assert session.change("pacers.formation", "breaking4")
    session.advance(0.0)
    left_s = events(session.show).get("pacer left")
    assert left_s is None or session.recording.distance_at(left_s) >= 1000.0 - 1e-6


def test_the_light_ticks_where_the_lap_counter_counts() -> None:
    short = "name: x\ndistance: 1000 m\nplan: {shape: even, target: 150}\npacers: {count: 0}\n"
    session = Session(load_text(short))
    session.perform(Action.PLAY_PAUSE)
    heard = watched(session, 60 * 170, 1 / 60)
    ticks = [scene.waves[0].head_m for cue, scene in heard if cue is SoundCue.TICK]
    assert ticks == pytest.approx([200.0, 600.0, 1000.0], abs=0.2)
