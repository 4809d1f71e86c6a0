"""What the view's tests share: a made-up session, a window on SDL's dummy driver."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pygame
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from simulator.scenario.model import Scenario
from simulator.session import Session
from simulator.stage.keys import Action
from simulator.stage.playback import Playback
from simulator.stage.scene import Cue, Outline, Scene
from simulator.view.app import App
from simulator.view.layout import Box, Layout
from simulator.view.picture import Painter
from tests.samples import few_samples
from tests.view import scenes
from tests.view.panel_states import FakePanel
from tests.view.user import User


def panels_of(layout: Layout) -> dict[str, Box]:
    """Return the boxes that tile the picture, by name: none overlaps another."""
    rows = {"timeline": layout.timeline, "caption": layout.caption, "controls": layout.controls}
    named = {"stage": layout.stage, **dict(layout.side), **rows}
    return {name: box for name, box in named.items() if box is not None}


class FakeSession(FakePanel):
    """Remembers what it was asked for; shows the moment it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.playing = True
        self.elapsed: list[float] = []
        self.performed: list[Action] = []
        self.sought: list[float] = []
        self.said: list[str] = []
        self.cued: list[str] = []
        self.link = ""
        self.forked = False
        self.moment: Callable[[], Scene] = scenes.light_lost
        self.scenario = Scenario()

    @property
    def typed(self) -> Session:
        """The same object, as the window takes it; only what the tests use is faked."""
        return cast(Session, self)

    @property
    def director(self) -> FakeSession:
        return self

    def advance(self, elapsed_s: float) -> None:
        self.elapsed.append(elapsed_s)

    def perform(self, action: Action) -> bool:
        self.performed.append(action)
        return True

    def seek_distance(self, distance_m: float) -> None:
        self.sought.append(distance_m)

    def notify(self, text: str) -> None:
        self.said.append(text)

    def scene(self) -> Scene:
        return self.moment()

    @property
    def playback(self) -> Playback:
        return Playback(self.scene().time_s, 246.0)

    def next_cue(self) -> None:
        self.cued.append("next")

    def previous_cue(self) -> None:
        self.cued.append("previous")

    def from_beginning(self) -> None:
        self.cued.append("beginning")

    def cue(self) -> Cue:
        return Cue("The light gets away.", "Say why.", "The bell.", 2, 5)

    def jump(self, number: int) -> None:
        self.cued.append(f"{number}")

    def outline(self) -> Outline:
        return Outline("A talk", ("one", "two", "three", "four", "five"), self.link)

    def preview(self, _number: int) -> Scene:
        return self.moment()


@pytest.fixture(autouse=True)
def _few_samples() -> Iterator[None]:
    """What a real session works out in the background is not what these tests are about."""
    with few_samples():
        yield


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture
def app(
    session: FakeSession, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[App]:
    if "user" in request.fixturenames:  # what lies beneath the drawer is tested elsewhere
        monkeypatch.setattr(Painter, "draw", lambda *_: None)
    opened = App(session.typed, size=(1280, 720))
    opened.frame(1 / 60)
    yield opened
    opened.sound.close()
    pygame.display.quit()


@pytest.fixture
def user(app: App) -> User:
    """A user at an open drawer; what lies beneath it is left out."""
    user = User(app)
    user.click(app.buttons()[Action.DRAWER].center)
    for _ in range(4):  # it slides in by no more than this a picture
        app.frame(0.05)
    user.wait()
    return user
