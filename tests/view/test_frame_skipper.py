"""Pictures that are skipped: only those that would be the one that is on the screen already."""

from __future__ import annotations

from collections.abc import Callable

import pygame
import pytest

from simulator.session import Session
from simulator.stage.keys import Action
from simulator.view.app import AWAKE, SELDOM, App, FrameSkipper
from tests.view.user import label


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count what is put on the display."""
    shown: list[int] = []
    monkeypatch.setattr(pygame.display, "flip", lambda: shown.append(len(shown)))
    return shown


@pytest.fixture
def app(session: Session) -> App:
    return App(session, size=(640, 360))


@pytest.fixture
def session() -> Session:
    return Session.open("solo", start_at_s=90.0)


def _rest(app: App) -> None:
    app.session.director.seek_distance(600.0)
    for _ in range(AWAKE + SELDOM):
        app.frame(1 / 60)


def test_a_paused_attempt_is_drawn_seldom(app: App, session: Session, drawn: list[int]) -> None:
    _rest(app)
    quiet = 0
    while quiet < 10:  # what is worked out in the background, one after the other, is drawn, too
        app.frame(1 / 60)
        quiet = 0 if session.busy else quiet + 1
    _rest(app)
    before = len(drawn)
    for _ in range(10 * SELDOM):
        app.frame(1 / 60)
    assert len(drawn) - before == 10


@pytest.mark.parametrize(
    "invalidate",
    [
        lambda app: app.session.director.seek_distance(900.0),
        lambda app: app.session.notify("Look."),
        lambda app: app.session.perform(Action.GHOSTS),
        lambda app: app.perform(Action.LABELS),
        lambda app: app.handle(pygame.Event(pygame.WINDOWEXPOSED)),
        lambda _app: pygame.display.set_mode((800, 450)),
    ],
    ids=["seek", "notice", "ghosts", "labels", "exposed", "resized"],
)
def test_whatever_changes_is_seen_in_the_next_picture(
    app: App, drawn: list[int], invalidate: Callable[[App], object]
) -> None:
    _rest(app)
    before = len(drawn)
    while len(drawn) == before:  # to just after one of the seldom pictures
        app.frame(1 / 60)
    invalidate(app)
    before = len(drawn)
    app.frame(1 / 60)
    assert len(drawn) == before + 1


def test_nothing_is_skipped_while_time_runs(app: App, drawn: list[int]) -> None:
    _rest(app)
    app.session.perform(Action.PLAY_PAUSE)
    before = len(drawn)
    for _ in range(30):
        app.frame(1 / 60)
    assert len(drawn) == before + 30


def test_nothing_is_skipped_while_the_drawer_slides(app: App, drawn: list[int]) -> None:
    pygame.display.set_mode((1280, 720))
    _rest(app)
    app.perform(Action.DRAWER)
    before = len(drawn)
    for _ in range(AWAKE + 4):
        app.frame(1 / 1000)
    assert app.drawer.slides
    assert len(drawn) == before + AWAKE + 4


def test_a_camera_keeps_it_awake_until_its_ground_is_painted() -> None:
    skipper, surface, scene = FrameSkipper(), object(), object()
    for _ in range(2 * AWAKE):
        skipper.skips("whole", surface, scene)
    assert [skipper.skips("runner", surface, scene) for _ in range(AWAKE)] == [False] * AWAKE
    found = [skipper.skips("runner", surface, scene) for _ in range(SELDOM)]
    assert found.count(False) == 1


def test_another_scene_is_drawn() -> None:
    skipper, surface = FrameSkipper(), object()
    for _ in range(2 * AWAKE):
        skipper.skips("whole", surface, "one")
    assert not skipper.skips("whole", surface, "another")


def test_time_that_is_not_drawn_passes_all_the_same(app: App) -> None:
    pygame.display.set_mode((1280, 720))
    app.perform(Action.DRAWER)
    _rest(app)
    before = app.drawer.ui.now_s
    for _ in range(60):
        app.frame(1 / 60)
    assert app.drawer.ui.now_s - before == pytest.approx(1.0)


def test_two_slow_clicks_on_a_label_are_no_double_click(app: App, session: Session) -> None:
    pygame.display.set_mode((1280, 720))
    assert session.change("pacers.front_gap", "2.5")
    session.settle()
    app.perform(Action.DRAWER)
    _rest(app)

    def click() -> None:
        box = label(app.drawer, ("knob", "pacers.front_gap"))
        assert box is not None
        for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            app.handle(pygame.Event(kind, pos=box.center, button=pygame.BUTTON_LEFT))

    def changed() -> bool:
        return next(k.changed for k in session.panel_state().knobs if k.path == "pacers.front_gap")

    click()
    for _ in range(60):
        app.frame(1 / 60)
    click()
    assert changed()
    click()
    assert not changed()


def test_the_drawer_is_painted_in_its_first_picture(app: App, session: Session) -> None:
    pygame.display.set_mode((1280, 720))
    session.settle()
    _rest(app)
    app.perform(Action.DRAWER)
    app.frame(0.05)
    painted = app.drawer.ui.picture
    assert painted is not None
    assert pygame.surfarray.array3d(painted).any()


def test_a_seek_of_a_following_camera_keeps_it_awake(app: App, drawn: list[int]) -> None:
    app.perform(Action.CAMERA)
    _rest(app)
    app.session.director.seek_distance(900.0)
    before = len(drawn)
    for _ in range(AWAKE):
        app.frame(1 / 60)
    assert len(drawn) == before + AWAKE


def test_other_colours_share_the_open_fonts(app: App) -> None:
    app.frame(1 / 60)
    fonts = app._painter.type
    app.perform(Action.THEME)
    app.frame(1 / 60)
    assert app._painter.type is fonts
