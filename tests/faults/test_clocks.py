"""A clock that jumps back, stalls or runs away changes no result and holds up no picture."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator
from typing import Any

import pygame
import pytest

from simulator.session import Session
from simulator.session.work import Task, Work
from simulator.stage.keys import Action
from simulator.view import app as room
from simulator.view.app import run
from tests.session.short import bits, load_short, settle

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


@pytest.mark.parametrize("jump", JUMPS)
def test_work_in_slices_holds_up_no_picture(jump: str) -> None:
    steps = itertools.count()

    def long_job() -> Generator[None, None, Any]:
        while next(steps) < 5000:
            yield

    work = Work(Clock(JUMPS[jump], at=50), processes=False)
    work.add([Task(long_job, lambda _: None)])
    before = 0
    for _ in range(30):
        work.go_on(0.004)
        now = next(steps)
        assert now - before < 100, "one picture waited for all of it"
        before = now


@pytest.mark.parametrize("jump", JUMPS)
def test_a_knob_turned_meanwhile_gives_the_same_run(jump: str) -> None:
    asked = load_short("pacers.front_gap=1.80")
    session = Session(load_short(), clock=Clock(JUMPS[jump], at=30))
    session.change("pacers.front_gap", "1.80")
    settle(session)
    assert bits(session.recording) == bits(Session(asked).recording)
