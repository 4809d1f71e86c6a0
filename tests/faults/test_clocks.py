"""A clock that jumps back, stalls or runs away changes no result and holds up no picture."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pygame
import pytest

from simulator.session import Session
from simulator.stage.keys import Action
from simulator.view import app as room
from simulator.view.app import run
from tests.session.short import bits, by_hand, load_short

JUMPS = {"back": -3600.0, "stall": 10.0, "a day": 86_400.0}


class Clock:
    """A clock that goes 1 ms a look, and jumps once."""

    def __init__(self, jump_s: float, at: int) -> None:
        self._looks, self._at, self._jump_s = itertools.count(), at, jump_s

    def __call__(self) -> float:
        look = next(self._looks)
        return look / 1000 + (self._jump_s if look >= self._at else 0.0)


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The race time of each picture that a window shows; it is closed after forty."""
    shown: list[float] = []

    class Counted(room.App):
        def frame(self, elapsed_s: float) -> None:
            super().frame(elapsed_s)
            shown.append(self.session.scene().time_s)
            self.running = len(shown) < 40

    monkeypatch.setattr(room, "App", Counted)
    yield shown
    pygame.display.quit()


@pytest.mark.parametrize("jump", JUMPS)
def test_the_race_goes_on_from_where_it_was(jump: str, pictures: list[float]) -> None:
    session = Session(load_short(), start_at_s=20.0)
    session.perform(Action.PLAY_PAUSE)
    run(session, clock=Clock(JUMPS[jump], at=20), size=(320, 180))
    steps = [b - a for a, b in itertools.pairwise(pictures)]
    assert len(pictures) == 40
    assert all(0.0 <= step <= 0.02 for step in steps), "a jump must cost one picture at most"
    assert pictures[-1] > pictures[0]


@pytest.mark.parametrize("elapsed_s", JUMPS.values(), ids=JUMPS)
def test_a_knob_turned_meanwhile_gives_the_same_run(elapsed_s: float) -> None:
    session = Session(load_short(), start_at_s=20.0)
    session.change("pacers.front_gap", "1.80")
    session.advance(elapsed_s)
    wanted = [(0, load_short()), (200, load_short("pacers.front_gap=1.80"))]
    assert bits(session.recording) == bits(by_hand(wanted))
