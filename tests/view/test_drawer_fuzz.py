"""Random users of the drawer: whatever they do, no exception, and there is still a picture."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pygame
import pytest

from simulator.scenario.loader import load_scenario
from simulator.session import Session
from simulator.session.editor import DirectEdits
from simulator.view.app import App
from tests.view.conftest import FakeSession
from tests.view.panel_states import FakeHands
from tests.view.user import places

KEYS = (
    *(pygame.K_TAB, pygame.K_RETURN, pygame.K_ESCAPE, pygame.K_SPACE, pygame.K_BACKSPACE),
    *(pygame.K_LEFT, pygame.K_RIGHT, pygame.K_UP, pygame.K_DOWN, pygame.K_HOME, pygame.K_END),
    *(pygame.K_DELETE, pygame.K_PAGEDOWN, pygame.K_F1, pygame.K_KP_ENTER),
)
LETTERS = "0123456789:.-kktbgvzycaxé🏃x"
SIZES = ((1, 1), (320, 180), (640, 480), (480, 800), (1024, 768), (1280, 720))


class Fuzz:
    """A user who does not know what it wants."""

    def __init__(self, app: App, seed: int) -> None:
        self.app = app
        self.dice = random.Random(seed)  # noqa: S311 - no secret is made of it
        self.at = (0, 0)

    def _send(self, kind: int, **values: object) -> None:
        self.app.handle(pygame.Event(kind, values))

    def _aim(self) -> None:
        result = list(places(self.app.drawer).values())
        surface = pygame.display.get_surface()
        size = surface.get_size() if surface is not None else (9, 9)
        if result and self.dice.random() < 0.8:
            place = self.dice.choice(result)
            x = place.x + self.dice.randrange(max(1, place.w))
            self.at = (x, place.y + self.dice.randrange(max(1, place.h)))
        else:
            self.at = (self.dice.randrange(size[0] + 9), self.dice.randrange(size[1] + 9))
        self._send(pygame.MOUSEMOTION, pos=self.at, rel=(0, 0), buttons=(0, 0, 0))

    def _press(self) -> None:
        self._aim()
        button = self.dice.choice((1, 1, 1, 1, 2, 3))
        self._send(pygame.MOUSEBUTTONDOWN, pos=self.at, button=button)
        if self.dice.random() < 0.3:
            self._aim()
        if self.dice.random() < 0.9:
            self._send(pygame.MOUSEBUTTONUP, pos=self.at, button=button)

    def _key(self) -> None:
        held = self.dice.choice((0, 0, 0, pygame.KMOD_LSHIFT, pygame.KMOD_LCTRL))
        if self.dice.random() < 0.5:
            code, letter = self.dice.choice(KEYS), ""
        else:
            letter = self.dice.choice(LETTERS)
            code = ord(letter) if ord(letter) < 128 else pygame.K_UNKNOWN
        self._send(pygame.KEYDOWN, key=code, mod=held, unicode=letter)
        if letter:
            self._send(pygame.TEXTINPUT, text=letter)
        if self.dice.random() < 0.9:
            self._send(pygame.KEYUP, key=code, mod=held)

    def _wheel(self) -> None:
        self._send(pygame.MOUSEWHEEL, x=0, y=self.dice.choice((-3, -1, 1, 3)))

    def _resize(self) -> None:
        pygame.display.set_mode(self.dice.choice(SIZES), pygame.RESIZABLE)

    def _other(self) -> None:
        self._send(self.dice.choice((pygame.WINDOWFOCUSLOST, pygame.WINDOWLEAVE, pygame.NOEVENT)))

    def _reopen(self) -> None:
        if not self.app.drawer.open:
            self._send(pygame.KEYDOWN, key=pygame.K_k, mod=0, unicode="k")
            self._send(pygame.KEYUP, key=pygame.K_k, mod=0)

    def run(self, events: int) -> None:
        kinds: list[Callable[[], None]] = [self._press, self._key, self._wheel, self._aim]
        weights = [8, 10, 2, 3]
        for i in range(events):
            if i % 40 == 0:
                self._reopen()
            if i % 97 == 96:
                self._resize()
            self.dice.choices([*kinds, self._other], [*weights, 1])[0]()
            if self.dice.random() < 0.4:
                self.app.frame(self.dice.choice((0.0, 1 / 60, 1 / 60, 0.3)))
                pygame.event.get()
        surface = pygame.display.get_surface()
        assert surface is not None


def opened(session: Session, monkeypatch: pytest.MonkeyPatch, folder: Path) -> App:
    """Return a window whose stage is not drawn, in a folder that may be written to."""
    monkeypatch.chdir(folder)
    app = App(session, size=(960, 540))
    monkeypatch.setattr(app._painter, "draw", lambda *_: None)
    return app


def test_the_stand_in_has_all_that_real_hands_have() -> None:
    assert {name for name in vars(DirectEdits) if name[0] != "_"} <= set(dir(FakeHands([])))


@pytest.mark.parametrize("seed", range(4))
def test_random_users_break_nothing(
    seed: int, session: FakeSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Fuzz(opened(session.typed, monkeypatch, tmp_path), seed).run(400)
    pygame.display.quit()


def test_random_users_break_no_real_session(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    session = Session(load_scenario("breaking4"), start_at_s=60.0)
    Fuzz(opened(session, monkeypatch, tmp_path), 7).run(300)
    pygame.display.quit()


@pytest.mark.slow
@pytest.mark.parametrize("real", [False, True])
def test_ten_thousand_events_break_nothing(
    real: bool, session: FakeSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    watched = Session(load_scenario("breaking4"), start_at_s=60.0) if real else session.typed
    Fuzz(opened(watched, monkeypatch, tmp_path), 11).run(10_000)
    pygame.display.quit()
