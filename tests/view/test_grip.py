from __future__ import annotations

from dataclasses import replace

import pygame
import pytest

from simulator.stage.cameras import Camera
from simulator.stage.scene import Scene
from simulator.stage.staging import Panel, Staging
from simulator.view.app import App
from simulator.view.camera import MOST_ZOOM, View, resting, view_of
from simulator.view.layout import Layout
from simulator.view.panels.timeline import plot_box
from simulator.view.picture import layout_of
from tests.view import scenes
from tests.view.conftest import FakeSession
from tests.view.hand import Hand

SPOT = (300, 200)


@pytest.fixture
def hand(app: App) -> Hand:
    return Hand(app)


def seen(app: App) -> View:
    return view_of(app.shot, app.session.scene(), layout(app))


def layout(app: App) -> Layout:
    return layout_of(app.window.size, app.session.scene().staging, app._options())


def drag(hand: Hand, start: tuple[int, int], end: tuple[int, int]) -> None:
    hand.down(start)
    middle = ((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
    for at in (middle, end):
        hand.move(at, held=True)
    hand.up(end)


@pytest.mark.parametrize("camera", [Camera.WHOLE, Camera.GROUP, Camera.RUNNER])
def test_dragging_moves_the_ground_with_the_hand(hand: Hand, camera: Camera) -> None:
    app = hand.app
    app.shot = resting(camera)
    before = seen(app).plane(*SPOT)
    drag(hand, SPOT, (360, 170))
    assert app.shot.camera is Camera.FREE
    assert seen(app).at(*before) == pytest.approx((360, 170), abs=1.5)
    assert "Double click" in app.session.said[-1]  # type: ignore[attr-defined]


def test_a_slip_of_the_hand_is_no_drag(hand: Hand, session: FakeSession) -> None:
    drag(hand, SPOT, (SPOT[0] + 3, SPOT[1] + 2))
    assert hand.app.shot.camera is Camera.WHOLE
    assert not session.said
    assert not session.sought


def test_the_wheel_zooms_about_the_pointer(hand: Hand) -> None:
    app = hand.app
    hand.move(SPOT)
    ground = seen(app).plane(*SPOT)
    scales = [seen(app).scale]
    for _ in range(5):
        hand.wheel(1)
        for _ in range(4):
            hand.wait()
            scales.append(seen(app).scale)
            assert seen(app).at(*ground) == pytest.approx(SPOT, abs=3)
    hand.wait(30)
    assert scales == sorted(scales)
    assert seen(app).zoom == pytest.approx(1.25**5)


def test_zoom_ends_at_its_bounds_and_the_whole_track_comes_back(hand: Hand) -> None:
    app = hand.app
    hand.move(SPOT)
    for _ in range(40):
        hand.wheel(1)
    hand.wait(30)
    assert seen(app).zoom == pytest.approx(MOST_ZOOM)
    for _ in range(40):
        hand.wheel(-1)
    hand.wait(60)
    assert app.shot == resting(Camera.WHOLE)


@pytest.mark.parametrize("way", ["double click", "key"])
def test_back_from_the_free_camera(hand: Hand, way: str) -> None:
    app = hand.app
    app.shot = resting(Camera.GROUP)
    drag(hand, SPOT, (400, 260))
    hand.wait(60)
    if way == "key":
        hand.key("c")
    else:
        hand.click(SPOT)
        assert app.shot.camera is Camera.FREE
        hand.click(SPOT)
    assert app.shot.camera is Camera.GROUP
    hand.wait(60)
    assert app.shot == resting(Camera.GROUP)


def test_two_slow_clicks_and_a_click_after_a_drag_are_no_double_click(hand: Hand) -> None:
    app = hand.app
    drag(hand, SPOT, (400, 260))
    hand.click((400, 260))
    assert app.shot.camera is Camera.FREE
    hand.wait(40)
    hand.click((400, 260))
    assert app.shot.camera is Camera.FREE


def test_scrubbing_buttons_and_drawer_do_not_move_the_camera(
    hand: Hand, session: FakeSession
) -> None:
    app = hand.app
    box = layout(app)
    assert box.timeline is not None
    area = plot_box(box.timeline, box.sizes)
    start = (area.x + 40, area.y + area.h // 2)
    drag(hand, start, SPOT)
    assert len(session.sought) > 1
    for place in (box.live, box.what_if, box.controls):
        assert place is not None
        at = (place.x + place.w // 2, place.y + place.h // 2)
        hand.move(at)
        hand.wheel(2)
        drag(hand, at, SPOT)
    hand.key("k")
    hand.wait(40)
    assert app.drawer.box is not None
    inside = (app.drawer.box.x + 30, app.drawer.box.y + app.drawer.box.h // 2)
    hand.move(inside)
    hand.wheel(-3)
    drag(hand, inside, SPOT)
    assert app.shot == resting(Camera.WHOLE)


def test_dragging_the_ground_seeks_nowhere_even_over_the_timeline(
    hand: Hand, session: FakeSession
) -> None:
    drag(hand, SPOT, (SPOT[0], 650))
    assert session.sought == []
    assert hand.app.shot.camera is Camera.FREE


def test_the_score_below_is_no_ground(hand: Hand) -> None:
    app = hand.app
    app.shot = resting(Camera.GROUP)
    at = (300, layout(app).view.bottom + 20)
    hand.move(at)
    hand.wheel(2)
    drag(hand, at, SPOT)
    assert app.shot == resting(Camera.GROUP)


def test_a_lost_focus_lets_go(hand: Hand) -> None:
    app = hand.app
    hand.down(SPOT)
    hand.move((330, 200), held=True)
    app.handle(pygame.Event(pygame.WINDOWFOCUSLOST))
    shot = app.shot
    hand.move((500, 300), held=True)
    assert replace(app.shot, lowered=1.0) == replace(shot, lowered=1.0)


def test_a_chapter_takes_the_camera_over_from_a_hand(hand: Hand, session: FakeSession) -> None:
    def chapter(number: int, camera: Camera) -> Scene:
        staging = Staging(camera, frozenset(Panel), "Words.", number, 2)
        return replace(scenes.light_lost(), staging=staging)

    session.moment = lambda: chapter(1, Camera.GROUP)
    hand.wait()
    drag(hand, SPOT, (380, 240))
    hand.wait(3)
    assert hand.app.shot.camera is Camera.FREE
    session.moment = lambda: chapter(2, Camera.HOME_STRAIGHT)
    hand.wait(60)
    assert hand.app.shot == resting(Camera.HOME_STRAIGHT)


@pytest.mark.parametrize("key", ["c", "shift+c"])
def test_the_camera_key_says_where_it_leads(hand: Hand, session: FakeSession, key: str) -> None:
    hand.key(key)
    assert session.said == [f"Camera: {hand.app.shot.camera}."]
