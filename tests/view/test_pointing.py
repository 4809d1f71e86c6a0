from __future__ import annotations

import math
from dataclasses import replace

import pygame
import pytest

from simulator.screen import Camera, Panel
from simulator.stage.scene import Scene, Staging
from simulator.view.app import App
from simulator.view.camera import MOST_ZOOM, MapView, Shot, resting, rig_of, view_of
from simulator.view.layout import Layout
from simulator.view.panels.timeline import plot_box
from simulator.view.perspective import MOST_CLOSER
from simulator.view.picture import layout_of
from tests.view import scenes
from tests.view.conftest import FakeSession
from tests.view.user import User

SPOT = (300, 200)


@pytest.fixture
def user(app: App) -> User:
    return User(app)


def seen(app: App) -> MapView:
    return view_of(app.shot, layout(app))


def layout(app: App) -> Layout:
    return layout_of(app.window.size, app.session.scene().staging, app._options())


def drag(user: User, start: tuple[int, int], end: tuple[int, int]) -> None:
    user.down(start)
    middle = ((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
    for at in (middle, end):
        user.move(at, held=True)
    user.up(end)


def test_dragging_moves_the_ground_with_the_hand(user: User) -> None:
    app = user.app
    before = seen(app).plane(*SPOT)
    drag(user, SPOT, (360, 170))
    assert app.shot.camera is Camera.FREE
    assert seen(app).at(*before) == pytest.approx((360, 170), abs=1.5)
    assert "Double click" in app.session.said[-1]  # type: ignore[attr-defined]


@pytest.mark.parametrize("camera", [Camera.RAIL, Camera.CHASE, Camera.GROUP])
def test_a_drag_in_a_close_camera_flies_to_the_map_there(user: User, camera: Camera) -> None:
    app = user.app
    app.shot = resting(camera)
    scene = app.session.scene()
    rig = rig_of(app.shot, scene, layout(app), layout(app).view)
    drag(user, SPOT, (SPOT[0] + 40, SPOT[1] + 20))
    assert app.shot.camera is Camera.FREE
    moves = [app.shot.start]  # on its way, not cut
    user.wait(120)
    moves.append(app.shot.start)
    assert [move is None for move in moves] == [False, True]
    assert app.shot.aim is not None
    assert math.hypot(app.shot.aim.x_m - rig.x_m, app.shot.aim.y_m - rig.y_m) < 8.0


def test_the_score_stays_in_its_band_where_a_drag_leaves_the_director(user: User) -> None:
    app = user.app
    moment = replace(scenes.bell(), on_air=lambda: (Camera.CHASE, Camera.RAIL, 9.0))
    app.session.moment = lambda: moment  # type: ignore[attr-defined]
    app.shot = resting(Camera.AUTO)
    user.wait(120)
    drag(user, SPOT, (SPOT[0] + 40, SPOT[1] + 20))
    assert app.shot.camera is Camera.FREE
    assert app.shot.lowered == 1.0


@pytest.mark.parametrize("camera", [Camera.RAIL, Camera.CHASE, Camera.GROUP])
def test_the_wheel_keeps_a_close_camera_following(user: User, camera: Camera) -> None:
    app = user.app
    app.shot = resting(camera)
    user.move(SPOT)
    user.wheel(2)
    user.wait(30)
    assert app.shot.camera is camera
    assert app.shot.zoom == pytest.approx(1.25**2)
    for _ in range(30):
        user.wheel(5)
    user.wait(30)
    assert app.shot.zoom == MOST_CLOSER


def test_a_slip_of_the_hand_is_no_drag(user: User, session: FakeSession) -> None:
    drag(user, SPOT, (SPOT[0] + 3, SPOT[1] + 2))
    assert user.app.shot.camera is Camera.WHOLE
    assert not session.said
    assert not session.sought


def test_the_wheel_zooms_about_the_pointer(user: User) -> None:
    app = user.app
    user.move(SPOT)
    ground = seen(app).plane(*SPOT)
    scales = [seen(app).scale]
    for _ in range(5):
        user.wheel(1)
        for _ in range(4):
            user.wait()
            scales.append(seen(app).scale)
            assert seen(app).at(*ground) == pytest.approx(SPOT, abs=3)
    user.wait(30)
    assert scales == sorted(scales)
    assert seen(app).zoom == pytest.approx(1.25**5)


def test_zoom_ends_at_its_bounds_and_the_whole_track_comes_back(user: User) -> None:
    app = user.app
    user.move(SPOT)
    for _ in range(40):
        user.wheel(1)
    user.wait(30)
    assert seen(app).zoom == pytest.approx(MOST_ZOOM)
    for _ in range(40):
        user.wheel(-1)
    user.wait(90)
    assert app.shot == resting(Camera.WHOLE)


@pytest.mark.parametrize("way", ["double click", "key"])
def test_back_from_the_free_camera(user: User, way: str) -> None:
    app = user.app
    app.shot = resting(Camera.GROUP)
    drag(user, SPOT, (400, 260))
    user.wait(90)
    if way == "key":
        user.key("c")
    else:
        user.click(SPOT)
        assert app.shot.camera is Camera.FREE
        user.click(SPOT)
    assert app.shot.camera is Camera.GROUP
    user.wait(90)
    assert app.shot == resting(Camera.GROUP)


def test_two_slow_clicks_and_a_click_after_a_drag_are_no_double_click(user: User) -> None:
    app = user.app
    drag(user, SPOT, (400, 260))
    user.click((400, 260))
    assert app.shot.camera is Camera.FREE
    user.wait(40)
    user.click((400, 260))
    assert app.shot.camera is Camera.FREE


def test_scrubbing_buttons_and_drawer_do_not_move_the_camera(
    user: User, session: FakeSession
) -> None:
    app = user.app
    box = layout(app)
    assert box.timeline is not None
    area = plot_box(box.timeline, box.sizes)
    start = (area.x + 40, area.y + area.h // 2)
    drag(user, start, SPOT)
    assert len(session.sought) > 1
    for place in (*dict(box.side).values(), box.controls):
        assert place is not None
        at = (place.x + place.w // 2, place.y + place.h // 2)
        user.move(at)
        user.wheel(2)
        drag(user, at, SPOT)
    user.key("k")
    user.wait(40)
    assert app.drawer.box is not None
    inside = (app.drawer.box.x + 30, app.drawer.box.y + app.drawer.box.h // 2)
    user.move(inside)
    user.wheel(-3)
    drag(user, inside, SPOT)
    assert app.shot == resting(Camera.WHOLE)


def test_dragging_the_ground_seeks_nowhere_even_over_the_timeline(
    user: User, session: FakeSession
) -> None:
    drag(user, SPOT, (SPOT[0], 650))
    assert session.sought == []
    assert user.app.shot.camera is Camera.FREE


def test_the_score_below_is_no_ground(user: User) -> None:
    app = user.app
    app.shot = resting(Camera.GROUP)
    at = (300, layout(app).view.bottom + 20)
    user.move(at)
    user.wheel(2)
    drag(user, at, SPOT)
    assert app.shot == resting(Camera.GROUP)


def test_a_lost_focus_lets_go(user: User) -> None:
    app = user.app
    user.down(SPOT)
    user.move((330, 200), held=True)
    app.handle(pygame.Event(pygame.WINDOWFOCUSLOST))
    shot = app.shot
    user.move((500, 300), held=True)
    assert replace(app.shot, lowered=1.0) == replace(shot, lowered=1.0)


def test_a_chapter_takes_the_camera_over_from_a_hand(user: User, session: FakeSession) -> None:
    def chapter(number: int, camera: Camera) -> Scene:
        staging = Staging(camera, frozenset(Panel), "Words.", number, 2)
        return replace(scenes.light_lost(), staging=staging)

    session.moment = lambda: chapter(1, Camera.GROUP)
    user.wait()
    drag(user, SPOT, (380, 240))
    user.wait(3)
    assert user.app.shot.camera is Camera.FREE
    session.moment = lambda: chapter(2, Camera.CHASE)
    user.wait(90)
    assert user.app.shot == resting(Camera.CHASE)


@pytest.mark.parametrize("key", ["c", "shift+c"])
def test_the_camera_key_says_where_it_leads(user: User, session: FakeSession, key: str) -> None:
    user.key(key)
    assert session.said == [f"Camera: {user.app.shot.camera}."]


def test_the_window_flies_where_the_directors_camera_is_another_at_once(user: User) -> None:
    """At another rate its cuts are elsewhere."""
    app, scene = user.app, scenes.bell()
    first = replace(scene, on_air=lambda: (Camera.WHOLE, Camera.RAIL, 9.0))
    later = replace(scene, on_air=lambda: (Camera.CHASE, Camera.RAIL, 0.6))
    app.session.moment = lambda: first  # type: ignore[attr-defined]
    app.shot = resting(Camera.AUTO)
    user.wait(2)
    assert app.shot.start is None
    app.session.moment = lambda: later  # type: ignore[attr-defined]
    user.wait(1)
    flying: Shot = app.shot
    assert flying.start is not None
    assert (flying.camera, flying.start.camera) == (Camera.AUTO, Camera.WHOLE)
    user.wait(80)
    assert app.shot == resting(Camera.AUTO).after(9.0)
