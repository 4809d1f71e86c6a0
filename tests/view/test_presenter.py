from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pygame
import pytest

from simulator.screen import Camera, Panel
from simulator.stage.keys import PRESENTING, Action
from simulator.stage.scene import Cue, Staging
from simulator.view import window as window_module
from simulator.view.app import App
from simulator.view.arranging import LECTURE_PANELS, arrange_lecture
from simulator.view.picture import Painter, PictureOptions
from simulator.view.presenter import SpeakersView, draw_notes
from simulator.view.text import Type
from simulator.view.theme import THEMES
from tests.view import scenes
from tests.view.conftest import FakeSession
from tests.view.user import User

LAPTOP, PROJECTOR = (1366, 768), (1280, 720)


class Room:
    """The displays of a lecture hall, which come and go, and the windows opened on them."""

    def __init__(self) -> None:
        self.displays = [LAPTOP]
        self.refused = False
        self.opened: list[FakeWindow] = []
        self.filled: list[int] = []


class FakeWindow:
    """A second window."""

    room: Room

    def __init__(
        self, title: str, size: tuple[int, int], position: tuple[int, int], **_: bool
    ) -> None:
        if self.room.refused:
            raise pygame.error("no second window")
        self.title, self.size, self.position = title, size, position
        self.surface = pygame.Surface(size)
        self.alive, self.flips = True, 0
        self.room.opened.append(self)

    def get_surface(self) -> pygame.Surface:
        return self.surface

    def flip(self) -> None:
        self.flips += 1

    def destroy(self) -> None:
        self.alive = False


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    found = Room()
    real = pygame.display.set_mode

    def set_mode(
        size: tuple[int, int] = (0, 0), flags: int = 0, display: int = 0
    ) -> pygame.Surface:
        if flags & pygame.FULLSCREEN:
            found.filled.append(display)
            return real(found.displays[display] if found.displays else (640, 480), flags)
        return real(size, flags)

    monkeypatch.setattr(window_module, "displays", lambda: list(found.displays))
    monkeypatch.setattr(pygame.display, "set_mode", set_mode)
    monkeypatch.setattr(FakeWindow, "room", found, raising=False)
    monkeypatch.setattr(pygame, "Window", FakeWindow)
    return found


@pytest.fixture
def user(room: Room, session: FakeSession) -> Iterator[User]:
    assert room.displays
    app = App(session)
    app.frame(1 / 60)
    yield User(app)
    app.sound.close()
    pygame.display.quit()


def presenting(app: App) -> bool:
    return app.presenter.on


def picture(app: App) -> bytes:
    app.frame(1 / 60)
    surface = app.window.surface
    assert surface is not None
    return pygame.image.tobytes(surface, "RGB")


def test_the_key_presents_and_escape_leaves_as_it_was(user: User) -> None:
    app = user.app
    saver = pygame.display.get_allow_screensaver()
    user.key("f5")
    assert presenting(app)
    assert app.window.size == LAPTOP
    assert not pygame.mouse.get_visible()
    assert not pygame.display.get_allow_screensaver()
    user.key("escape")
    assert not presenting(app)
    assert not app.fullscreen
    assert app.running
    assert pygame.mouse.get_visible()
    assert pygame.display.get_allow_screensaver() == saver
    assert app.window.size == (1280, 720)


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        *((key, "next") for key in ("pagedown", "right", "down", "space", "return", "n")),
        *((key, "previous") for key in ("pageup", "left", "up", "backspace")),
        ("f5", "beginning"),
        ("home", "beginning"),
    ],
)
def test_a_clickers_keys_are_those_of_slide_programs(
    user: User, session: FakeSession, key: str, asked: str
) -> None:
    user.key("f5")
    user.key(key, times=2)
    assert session.cued == [asked, asked]
    assert session.performed == []


@pytest.mark.parametrize(
    ("key", "again", "shade"), [("b", "b", 0), (".", "b", 0), ("w", ",", 255), ("b", "w", 0)]
)
def test_a_blank_screen_and_back(user: User, key: str, again: str, shade: int) -> None:
    user.key("f5")
    shown = picture(user.app)
    user.key(key)
    assert set(picture(user.app)) == {shade}
    user.key(again)
    assert picture(user.app) == shown


def test_the_first_press_after_black_only_brings_the_picture(
    user: User, session: FakeSession
) -> None:
    user.key("f5")
    user.key("b")
    user.key("pagedown")
    assert session.cued == []
    assert set(picture(user.app)) != {0}
    user.key("pagedown")
    assert session.cued == ["next"]


def test_a_stray_key_changes_nothing(user: User, session: FakeSession) -> None:
    user.key("f5")
    for key in (
        "q",
        "ctrl+z",
        "ctrl+s",
        "v",
        "p",
        "f",
        "shift+t",
        "r",
        "end",
        "x",
    ):
        user.key(key)
    app = user.app
    assert presenting(app)
    assert app.running
    assert app.fullscreen
    assert not app.drawer.open
    assert not session.performed
    assert not session.cued


def test_the_mouse_is_left_alone_while_presenting(user: User, session: FakeSession) -> None:
    user.key("f5")
    shot = user.app.shot
    user.click((600, 700))
    user.wheel(3)
    assert user.app.shot == shot
    assert not session.sought
    assert not session.performed


def test_camera_and_pause_have_keys_while_presenting(user: User, session: FakeSession) -> None:
    user.key("f5")
    user.key("c")
    assert user.app.shot.camera is Camera.RAIL
    user.key("s")
    assert session.performed == [Action.PLAY_PAUSE]


def test_help_closes_before_the_mode_is_left(user: User) -> None:
    user.key("f5")
    user.key("f1")
    closed = replace(user.app.looks, help=False)
    assert user.app.looks != closed
    user.key("escape")
    assert user.app.looks == closed
    assert presenting(user.app)


SESSIONS = {
    Action.PLAY_PAUSE, Action.NUMBER, Action.KNOB, Action.KNOB_LESS, Action.KNOB_MORE
}  # fmt: skip
"""What the session itself knows, or has no key in the window."""


def test_presenting_keys_mean_nothing_in_the_window(app: App, session: FakeSession) -> None:
    for binding in PRESENTING:
        if binding.action not in SESSIONS:
            app.perform(binding.action)
    assert not session.cued
    assert not session.performed
    assert app.presenter.blank is None


def test_one_display_has_no_notes(user: User, room: Room) -> None:
    user.key("f5")
    assert room.opened == []
    assert room.filled == [0]


def test_the_second_display_is_the_audiences_and_the_first_the_speakers(
    user: User, room: Room
) -> None:
    room.displays = [LAPTOP, PROJECTOR]
    user.key("f5")
    assert room.filled == [1]
    assert [window.position[0] & 0xFFFF for window in room.opened] == [0]
    user.wait(30)
    assert 2 < room.opened[0].flips < 12
    user.key("escape")
    assert not room.opened[0].alive


@pytest.mark.parametrize(("asked", "filled", "notes"), [(0, 0, 1), (1, 1, 0), (7, 1, 0)])
def test_the_chosen_display_is_filled(
    room: Room, session: FakeSession, asked: int, filled: int, notes: int
) -> None:
    room.displays = [LAPTOP, PROJECTOR]
    app = App(session, presenting=True, display=asked)
    app.frame(1 / 60)
    assert room.filled == [filled]
    assert room.opened[0].position[0] & 0xFFFF == notes
    app.presenter.leave()
    pygame.display.quit()


def test_a_window_can_begin_on_a_chosen_display(room: Room, session: FakeSession) -> None:
    room.displays = [LAPTOP, PROJECTOR]
    app = App(session, display=1)
    assert room.filled == [1]
    assert not presenting(app)
    pygame.display.quit()


def test_a_projector_that_comes_and_goes_never_stops_the_run(
    user: User, room: Room, session: FakeSession
) -> None:
    user.key("f5")
    app = user.app
    for displays in ([LAPTOP, PROJECTOR], [LAPTOP], [(1024, 768), LAPTOP], [], [LAPTOP]):
        room.displays = displays
        before = len(session.elapsed)
        app.handle(pygame.Event(pygame.WINDOWDISPLAYCHANGED, display_index=0))
        user.wait(90)
        assert len(session.elapsed) == before + 90
        assert presenting(app)
        assert app.running
        alive = [window for window in room.opened if window.alive]
        assert len(alive) == (len(displays) > 1)
    assert app.window.size == LAPTOP


def test_a_refused_second_window_is_only_missing(user: User, room: Room) -> None:
    room.displays, room.refused = [LAPTOP, PROJECTOR], True
    user.key("f5")
    user.wait(70)
    assert presenting(user.app)
    assert room.opened == []


def test_closing_the_notes_or_losing_focus_stops_nothing(
    user: User, room: Room, session: FakeSession
) -> None:
    room.displays = [LAPTOP, PROJECTOR]
    user.key("f5")
    app, notes = user.app, room.opened[0]
    for kind in (pygame.WINDOWFOCUSLOST, pygame.WINDOWMINIMIZED, pygame.WINDOWHIDDEN):
        app.handle(pygame.Event(kind, window=notes))
        assert app.visible
    app.handle(pygame.Event(pygame.WINDOWFOCUSLOST))
    app.handle(pygame.Event(pygame.KEYDOWN, key=pygame.K_PAGEDOWN, mod=0, window=notes))
    assert session.cued == ["next"]
    app.handle(pygame.Event(pygame.WINDOWCLOSE, window=notes))
    user.wait(70)
    assert app.running
    assert presenting(app)
    assert not notes.alive
    assert len(room.opened) == 1, "a window that was closed stays closed"


@pytest.mark.parametrize("by", ["hand", "escape"])
def test_the_picture_is_not_taken_for_hidden_when_the_notes_go(
    user: User, room: Room, by: str
) -> None:
    room.displays = [LAPTOP, PROJECTOR]
    user.key("f5")
    app, notes = user.app, room.opened[0]
    if by == "hand":
        app.handle(pygame.Event(pygame.WINDOWCLOSE, window=notes))
    else:
        user.key("escape")
    # a window that is gone has no name any more
    farewell = pygame.Event(pygame.WINDOWHIDDEN, window=None)
    app.handle(farewell)
    assert app.visible
    app.handle(farewell)
    assert not app.visible


def test_closing_the_picture_ends_it_though_the_notes_are_open(user: User, room: Room) -> None:
    room.displays = [LAPTOP, PROJECTOR]
    user.key("f5")
    user.app.handle(pygame.Event(pygame.WINDOWCLOSE, window=None))
    assert not user.app.running


def test_notices_are_for_the_speaker() -> None:
    surface = pygame.Surface((960, 540), 0, 32)
    pictures = []
    for text in ("", "The machine stalled: playback slipped by one step."):
        Painter().draw(
            surface, replace(scenes.light_lost(), notice=text), PictureOptions(presenting=True)
        )
        pictures.append(pygame.image.tobytes(surface, "RGB"))
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("size", [(1024, 768), (1280, 720), (1920, 1080), (3840, 2160)])
@pytest.mark.parametrize("caption", [False, True])
@pytest.mark.parametrize(
    "shown", [LECTURE_PANELS, LECTURE_PANELS | {Panel.CHART}, LECTURE_PANELS | {Panel.SPLITS}]
)
def test_clock_and_gap_are_read_from_the_last_row(
    size: tuple[int, int], caption: bool, shown: frozenset[Panel]
) -> None:
    """A tenth of the picture's height is read at ease from eight heights away; 4:3 is narrower."""
    layout = arrange_lecture(*size, shown, caption)
    least = (0.10 if size[0] > 1.5 * size[1] else 0.08) * size[1]
    for hud in (layout.infield, layout.band):
        assert hud.clock is not None
        assert hud.gap is not None
        assert min(hud.clock.h, hud.gap.h) >= least
    if shown == LECTURE_PANELS and not caption:
        assert layout.infield.clock is not None
        assert layout.infield.clock.h >= 0.24 * size[1]


@pytest.mark.parametrize("size", [(1, 1), (64, 48), (480, 270), (700, 1200), (1280, 720)])
@pytest.mark.parametrize("shown", [frozenset(), LECTURE_PANELS, frozenset(Panel)])
def test_any_choice_of_panels_can_be_shown(size: tuple[int, int], shown: frozenset[Panel]) -> None:
    surface, painter = pygame.Surface(size, 0, 32), Painter()
    for camera in (Camera.WHOLE, Camera.GROUP):
        staging = Staging(camera, shown, "Some words. " * 30, 2, 5)
        for moment in scenes.MOMENTS.values():
            scene = replace(moment(), staging=staging)
            for presenting in (False, True):
                painter.draw(surface, scene, PictureOptions(presenting=presenting))
    layout = arrange_lecture(*size, shown, True)
    panels = list(layout.panels().values())
    if min(size) > 100:
        assert all(not a.touches(b) for i, a in enumerate(panels) for b in panels[:i]), (
            layout.panels()
        )


@pytest.mark.parametrize("size", [(1, 1), (320, 240), (1229, 653), (3456, 1836)])
def test_notes_of_any_length_fit_any_window(size: tuple[int, int]) -> None:
    surface = pygame.Surface(size, 0, 32)
    for text in ("", "Short.", "A long note. " * 400, "One\n\nTwo\n" * 80, "🏃" * 400):
        cue = Cue(text[:300], text, text[:300], 3, 12)
        for following in (None, pygame.Surface((640, 360))):
            view = SpeakersView(cue, 754.2, True, "14:03:27", following, text[:90], 31.0)
            draw_notes(surface, view, scenes.bell(), Type(), THEMES["night"])
    if size[0] > 300:
        assert np.asarray(pygame.surfarray.array3d(surface)).max() > 200
