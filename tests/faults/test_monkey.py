"""Whatever a stranger does while the world goes wrong: no exception, and no change is lost.

`MONKEY_SEED=7 MONKEY_DEEDS=900 pytest tests/faults/test_monkey.py -k replayed -m soak` does again
what a failure says; `MONKEY_S` says how long the soak goes on with one seed after another [s].
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pygame
import pytest

from simulator.session import Session
from simulator.session import autosave as autosave_room
from simulator.session.autosave import Autosave
from tests.faults.monkey import Monkey
from tests.samples import few_samples
from tests.session.short import bits

EACH = 60
"""So many deeds lie between two looks at whether all is right."""
LASTS_S = float(os.environ.get("MONKEY_S", "600"))
SEED, DEEDS = int(os.environ.get("MONKEY_SEED", "1")), int(os.environ.get("MONKEY_DEEDS", "600"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    # a session that was left behind is that of a program that does not run any more
    monkeypatch.setattr(autosave_room, "_is_running", lambda _: False)
    return tmp_path


def play(folder: Path, seed: int, deeds: int) -> Monkey:
    monkey = Monkey(folder, seed)
    with monkey.world.in_force(), few_samples():
        for number in range(1, deeds + 1):
            try:
                monkey.act()
                if number % EACH == 0:
                    monkey.rest()
                    monkey.check()
                    _nothing_is_lost(monkey)
            except BaseException as error:
                error.add_note(
                    f"MONKEY_SEED={seed} MONKEY_DEEDS={number}: " + ", ".join(monkey.log)
                )
                raise
    monkey.app.sound.close()
    monkey.session.close()
    pygame.display.quit()
    return monkey


def _nothing_is_lost(monkey: Monkey) -> None:
    """Were the program killed now, the next one would bring back settings, run and pins."""
    session = monkey.session
    autosave = session.autosave
    assert autosave is not None
    session._keep(autosave, wait=True)
    assert autosave.problem == ""
    if not session.at_stake:
        return
    other = Session.open(monkey.file)
    copy = monkey.states.with_name("copied")
    copy.mkdir(exist_ok=True)
    for old in copy.iterdir():
        old.unlink()
    for path in monkey.states.iterdir():
        if path.stem == autosave._path.stem:
            (copy / path.name).write_bytes(path.read_bytes())
    other.autosave = Autosave(copy)
    other.autosave._path = copy / "session-new.json"
    other.restore()
    assert other.scenario == session.scenario
    assert bits(other.recording) == bits(session.recording)
    assert len(other.pins.pins) == len(session.pins.pins)
    other.autosave = None
    other.close()


@pytest.mark.slow  # .ci/run runs it
def test_a_stranger_breaks_nothing(folder: Path) -> None:
    monkey = play(folder, SEED, 240)
    assert len(monkey.done) >= 12


@pytest.mark.soak
@pytest.mark.slow
def test_strangers_break_nothing_for_ten_minutes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end, seed = time.monotonic() + LASTS_S, SEED
    while time.monotonic() < end:
        one = folder / str(seed)
        one.mkdir()
        monkeypatch.chdir(one)  # what is saved as `short` is to be the same file, as in a replay
        play(one, seed, DEEDS)
        seed += 1


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.skipif("MONKEY_DEEDS" not in os.environ, reason="no failure to be replayed")
def test_what_a_stranger_did_is_replayed(folder: Path) -> None:
    play(folder, SEED, DEEDS)
