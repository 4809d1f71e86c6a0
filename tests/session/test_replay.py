"""The last event again, slowly, by one key; ghosts with their groups on one clock."""

from __future__ import annotations

import pytest

from simulator.scenario.loader import load_scenario
from simulator.session import Session
from simulator.session.player import REPLAY_RATE, REPLAY_S
from simulator.stage.events import events
from simulator.stage.keys import Action


@pytest.fixture
def session() -> Session:
    return Session(load_scenario("breaking4"))


def test_the_ten_seconds_before_the_last_event_are_seen_again_and_it_goes_back(
    session: Session,
) -> None:
    moments = events(session.show)
    session.seek(moments["light lost"] + 7.0)
    session.perform(Action.FASTER)
    before = session.playback
    session.perform(Action.REPLAY)
    assert session.playback.time_s == pytest.approx(moments["light lost"] - REPLAY_S)
    assert session.playback.rate == REPLAY_RATE
    assert session.playing
    for _ in range(40 * 60):
        session.advance(1 / 60)
        if session.playback.time_s == before.time_s:
            break
    assert session.playback == before


def test_the_key_pressed_again_goes_back_at_once(session: Session) -> None:
    session.seek(100.0)
    before = session.playback
    session.perform(Action.REPLAY)
    assert "nothing has happened" in session.scene().notice.lower()
    session.seek(1e9)
    before = session.playback
    session.perform(Action.REPLAY)
    session.advance(0.5)
    session.perform(Action.REPLAY)
    assert session.playback == before


@pytest.mark.parametrize("leave", [Action.SEEK_FORWARD, Action.RESTART, Action.TO_FINISH])
def test_whoever_goes_elsewhere_leaves_it_at_the_rate_of_before(
    session: Session, leave: Action
) -> None:
    session.seek(1e9)
    session.perform(Action.REPLAY)
    session.perform(leave)
    assert session.playback.rate == 1.0
    session.advance(1 / 60)
    assert session.playback.rate == 1.0


def test_another_run_leaves_it(session: Session) -> None:
    session.seek(1e9)
    session.perform(Action.REPLAY)
    session.change("pacers.count", "3")
    session.advance(1 / 60)
    assert session.playback.rate == 1.0


def test_a_kept_run_is_raced_with_its_own_pacers_and_light(session: Session) -> None:
    session.pin()
    session.change("pacers.formation", "inverted_v")
    session.change("plan.target", "4:02")
    session.seek(100.0)
    alone = session.scene()
    session.perform(Action.GROUPS)
    scene = session.scene()
    kept = session.pins.pins[0]
    pacers = [body for body in scene.ghosts if body.name.startswith(f"{kept.name}: ")]
    assert len(pacers) == 13
    assert len(scene.pacers) == 7
    assert {body.colour for body in pacers} == {kept.colour}
    run = kept.run.at(100.0)
    ahead = [body.x_m for body in pacers if body.role == "ahead"]
    assert min(ahead) - run.x_m == pytest.approx(1.7, abs=0.7)
    lights = {wave.colour: wave.head_m for wave in scene.waves}
    assert lights[kept.colour] > lights["green"], "its light is that of 3:59.99"
    assert len(alone.waves) == 1
    assert len(alone.ghosts) == len(scene.ghosts) - len(pacers)
    session.perform(Action.GHOSTS)
    assert not session.scene().ghosts
    assert len(session.scene().waves) == 1


def test_the_light_of_a_kept_run_is_the_one_that_is_on() -> None:
    """Where its first one was off, it had none."""
    waves = "wavelight.waves=[{name: dark, on: no}, {name: lit, colour: red}]"
    session = Session(load_scenario("breaking4", overrides=[waves, "pacers.follows=~"]))
    session.pin()
    session.change("plan.target", "4:02")
    session.seek(100.0)
    session.perform(Action.GROUPS)
    hers, of_ghost = session.scene().waves
    assert (hers.name, hers.colour) == ("lit", "red")
    assert of_ghost.name == f"{session.pins.pins[0].name}: lit"
    assert of_ghost.head_m > hers.head_m, "its light is that of 3:59.99"
