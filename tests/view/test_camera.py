from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.physics.track import to_plane, track_position
from simulator.screen import LISTED, Camera, Panel
from simulator.stage.scene import Scene, Staging
from simulator.view import perspective
from simulator.view.arranging import arrange, arrange_lecture
from simulator.view.camera import (
    MOST_ZOOM,
    MOVE_S,
    MapView,
    Shot,
    Viewpoint,
    aim_of,
    between,
    closer,
    directed,
    ease,
    looking,
    map_rig,
    resting,
    rig_of,
    settle,
    view_of,
    whole,
    within,
)
from simulator.view.layers.close_up import map_box, on_map, place
from simulator.view.layers.track import OUTER_M
from simulator.view.layout import Box, Layout
from simulator.view.perspective import LEAST_CLOSER, MOST_CLOSER, Lens
from simulator.view.text import Style, Type
from simulator.view.theme import NIGHT
from tests.view import scenes

BOX = Box(10, 20, 1000, 560)
LAYOUT = arrange(1280, 720)
CLOSE = [camera for camera in Camera if camera.close]
SIZES = [(1280, 720), (1920, 1080), (3840, 2160), (1080, 1920), (640, 480)]


def test_the_whole_track_fits() -> None:
    view = whole(BOX)
    for x in (-42.195 - OUTER_M, 42.195 + OUTER_M):
        assert BOX.x <= view.at(x, 0)[0] <= BOX.right
    for y in (-OUTER_M, OUTER_M):
        assert BOX.y <= view.at(0, y)[1] <= BOX.bottom


def test_up_is_up_and_the_home_straight_is_at_the_bottom() -> None:
    view = whole(BOX)
    assert view.at(0, -36.8)[1] > view.at(0, 36.8)[1]


def test_upright_they_run_up_the_home_straight_on_the_right() -> None:
    view = whole(Box(10, 20, 560, 1000))
    (x0, y0), (x1, y1) = view.at(-30.0, -36.8), view.at(30.0, -36.8)
    assert x0 == x1 > view.ox
    assert y1 < y0
    for x, y in ((42.195 + OUTER_M, 0.0), (0.0, -OUTER_M), (0.0, OUTER_M)):
        assert pygame.Rect(10, 20, 560, 1000).collidepoint(view.at(x, y))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("camera", CLOSE)
@pytest.mark.parametrize("time_s", [0.0, 20.0, 34.0, 77.0, 139.6, 240.0])
def test_close_cameras_have_the_runner_in_the_picture(
    size: tuple[int, int], camera: Camera, time_s: float
) -> None:
    scene, box = scenes.running(time_s), arrange(*size).view
    lens = Lens(rig_of(resting(camera), scene, arrange(*size), box), box.w, box.h)
    her = place(scene, lens)
    (runner,) = [each for each in her if each.body is scene.runner]
    head = runner.y - scene.runner.build.stature_m * runner.scale
    assert 0.04 * box.w < runner.x < 0.96 * box.w
    assert 0 < head < runner.y < box.h


@pytest.mark.parametrize("size", [(720, 1280), (1080, 1920), (768, 1024), (1080, 1350)])
@pytest.mark.parametrize("time_s", [20.0, 77.0, 139.6])
@pytest.mark.parametrize(
    ("camera", "zoom"), [*((camera, 1.0) for camera in CLOSE), (Camera.RAIL, 2.0)]
)
def test_close_cameras_show_all_of_her_in_a_tall_window(
    size: tuple[int, int], camera: Camera, zoom: float, time_s: float
) -> None:
    scene = scenes.running(time_s)
    layout = arrange(*size, controls=False, shown=frozenset())
    box, shot = layout.view, replace(resting(camera), zoom=zoom)
    lens = Lens(rig_of(shot, scene, layout, box), box.w, box.h)
    (runner,) = [each for each in place(scene, lens) if each.body is scene.runner]
    assert 0.4 * runner.scale < runner.x < box.w - 0.4 * runner.scale


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (3840, 2160), (720, 1280)])
@pytest.mark.parametrize("camera", CLOSE)
@pytest.mark.parametrize("time_s", [20.0, 34.0, 77.0, 139.6, 240.0])
def test_the_wheel_keeps_her_in_the_free_part_of_the_picture(
    size: tuple[int, int], camera: Camera, time_s: float
) -> None:
    """Zoomed in, only her head was left at the edge, or half of her behind the mini-map."""
    scene, layout = scenes.running(time_s), arrange(*size)
    box, style = layout.view, Style(Type(), layout.sizes, NIGHT)
    mini, bounds = map_box(box[2:], style), pygame.Rect(0, 0, box.w, box.h)
    before = None
    for k in range(33):
        zoom = LEAST_CLOSER * (MOST_CLOSER / LEAST_CLOSER) ** (k / 32)
        shot = replace(resting(camera), zoom=zoom)
        lens = Lens(rig_of(shot, scene, layout, box), box.w, box.h)
        (her,) = [each for each in place(scene, lens) if each.body is scene.runner]
        stride = (0.5 if camera is Camera.RAIL else 0.25) * her.scale
        s_m, offset_m = scene.s_m(scene.runner), scene.runner.offset_m
        top = lens.spot(s_m, offset_m, scene.runner.build.stature_m)[1]
        body = pygame.Rect(her.x - stride, top, 2 * stride, her.y - top)
        if body.h < 0.95 * box.h:
            assert bounds.contains(body), shot.zoom
        else:
            assert body.centery == pytest.approx(box.h / 2, abs=0.05 * box.h)
        if mini.x > 0.6 * box.w and body.h <= 0.8 * box.h:
            assert not body.colliderect(mini), shot.zoom
        if before is not None:
            assert math.dist(body.center, before) < 0.05 * box.w
        before = body.center


def test_the_rail_leads_her_as_far_as_ever_in_a_wide_window() -> None:
    scene = scenes.running(20.0)
    wide, wider = (perspective.rig_of(Camera.RAIL, scene, aspect) for aspect in (1.4, 2.4))
    assert wide == wider


def ahead_of_her(camera: Camera, time_s: float) -> tuple[float, float]:
    """Return which way whoever runs moves in the picture [px a metre, y down]."""
    scene = scenes.running(time_s)
    lens = Lens(rig_of(resting(camera), scene, LAYOUT, LAYOUT.view), *LAYOUT.view[2:])
    s = track_position(np.array([0.0, 1.0]) + scene.runner.x_m, scene.race_m)
    x, y, _, _ = lens.track(s, 0.0)
    return float(x[1] - x[0]), float(y[1] - y[0])


@pytest.mark.parametrize("camera", CLOSE)
@pytest.mark.parametrize("time_s", [3.0, 20.0, 34.0, 50.0, 66.0, 100.0, 139.6, 200.0, 240.0])
def test_the_running_direction_is_the_same_in_picture_and_map(
    camera: Camera, time_s: float
) -> None:
    """From inside the kerb they run to the left; from behind and above, up."""
    scene = scenes.running(time_s)
    rig = rig_of(resting(camera), scene, LAYOUT, LAYOUT.view)
    s = track_position(np.array([0.0, 1.0]) + scene.runner.x_m, scene.race_m)
    turn = round(math.degrees(rig.yaw)) % 360
    places = zip(*(each.tolist() for each in to_plane(s)), strict=True)
    (x0, y0), (x1, y1) = (on_map(x, y, turn, 74) for x, y in places)
    dx, dy = ahead_of_her(camera, time_s)
    if camera is Camera.RAIL:
        assert dx < 0
        assert x1 - x0 < -3 * abs(y1 - y0)
    else:
        assert dy < 0
        assert y1 - y0 < -3 * abs(x1 - x0)


@pytest.mark.parametrize("layout", [LAYOUT, arrange_lecture(1080, 1920)], ids=["lying", "upright"])
def test_the_map_is_a_camera_in_space_too(layout: Layout) -> None:
    view = view_of(Shot().held(Viewpoint(30.0, -20.0, 3.0)), layout)
    box = layout.view
    lens = Lens(map_rig(view, box), box.w, box.h)
    x, y = np.array([30.0, 41.0, -7.0]), np.array([-20.0, -33.0, 36.0])
    columns, rows, _, _ = lens.project(x, y)
    for i in range(3):
        px, py = view.at(x.item(i), y.item(i))
        assert (columns.item(i) + box.x, rows.item(i) + box.y) == pytest.approx((px, py), abs=0.6)
        assert view.plane(px, py) == pytest.approx((x.item(i), y.item(i)))


def test_a_move_begins_and_ends_exactly_where_it_should() -> None:
    first, last = MapView(7.0, 500, 300), MapView(21.0, -200, 900, zoom=3.0)
    assert between(first, last, 0.0) == first
    assert between(first, last, 1.0) == last
    assert [ease(x) for x in (-1.0, 0.0, 0.5, 1.0, 2.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert [settle(x) for x in (-1.0, 0.0, 1.0, 2.0)] == [0.0, 0.0, 1.0, 1.0]


def test_a_move_never_turns_back() -> None:
    first = whole(LAYOUT.track)
    last = looking(LAYOUT, Viewpoint(40.0, 36.0, 6.0))
    scales = [between(first, last, k / 50).scale for k in range(51)]
    assert scales == sorted(scales)
    rows = [between(first, last, k / 50).at(-40.0, 36.8)[1] for k in range(51)]
    assert all(abs(a - b) < 60 for a, b in itertools.pairwise(rows))


@pytest.mark.parametrize("before", Camera)
@pytest.mark.parametrize("camera", LISTED)
@pytest.mark.parametrize("step_s", [1 / 240, 1 / 60, 1 / 7, 100.0])
def test_every_camera_arrives_at_any_rate(before: Camera, camera: Camera, step_s: float) -> None:
    shot = resting(before).to(camera)
    for _ in range(round(MOVE_S / step_s) + 2):
        shot = shot.after(step_s)
    assert shot == resting(camera)


PRESSES = st.lists(
    st.tuples(st.sampled_from(LISTED), st.floats(-0.1, 0.5)), min_size=1, max_size=12
)


@given(PRESSES)
def test_a_move_started_during_a_move_does_not_jump(
    presses: list[tuple[Camera, float]],
) -> None:
    scene, shot = scenes.light_lost(), Shot()
    for camera, wait_s in presses:
        shot = shot.after(wait_s)
        seen = rig_of(shot, scene, LAYOUT, LAYOUT.view)
        shot = shot.to(camera)
        now = rig_of(shot, scene, LAYOUT, LAYOUT.view)
        for name in ("x_m", "y_m", "z_m", "pitch", "level"):
            assert getattr(now, name) == pytest.approx(getattr(seen, name), abs=0.25)
        assert math.cos(now.yaw - seen.yaw) > 0.999
        assert now.scale == pytest.approx(seen.scale, rel=1e-3)
    # a whole move later it has arrived, whatever happened before
    arrived = shot.after(MOVE_S).after(MOVE_S)
    assert arrived == resting(presses[-1][0])


def test_a_hundred_impatient_presses_are_harmless() -> None:
    scene, shot = scenes.light_lost(), Shot()
    for _ in range(100):
        shot = shot.next().after(1 / 60)
        rig_of(shot, scene, LAYOUT, LAYOUT.view)
    assert shot.after(MOVE_S).start is None


def test_time_that_stands_still_or_goes_back_moves_nothing() -> None:
    shot = Shot().to(Camera.GROUP).after(0.3)
    assert shot.after(0.0) is shot
    assert shot.after(-5.0) is shot
    assert resting(Camera.RAIL).after(1.0) == resting(Camera.RAIL)


def test_the_key_goes_round_and_back_and_out_of_the_free_camera() -> None:
    shot, seen = Shot(), []
    for _ in range(6):
        shot = shot.next()
        seen.append(shot.camera)
    assert seen == [*LISTED[1:], LISTED[0], LISTED[1]]
    assert shot.next(-1).camera is LISTED[0]
    assert Shot().next(-1).camera is LISTED[-1]
    free = resting(Camera.GROUP).held(Viewpoint(0.0, 0.0, 2.0)).held(Viewpoint(1.0, 0.0, 2.0))
    assert free.camera is Camera.FREE
    assert free.next().camera is free.next(-1).camera is Camera.GROUP


AIMS = st.builds(Viewpoint, st.floats(-90, 90), st.floats(-50, 50), st.floats(1.0, MOST_ZOOM))


@given(AIMS, st.sampled_from(SIZES))
def test_an_aim_is_the_same_at_every_size(aim: Viewpoint, size: tuple[int, int]) -> None:
    layout = arrange(*size)
    found = aim_of(layout, looking(layout, aim))
    pixel_m = 1.0 / looking(layout, aim).scale
    assert found.zoom == pytest.approx(aim.zoom)
    assert found.x_m == pytest.approx(aim.x_m, abs=pixel_m)
    assert found.y_m == pytest.approx(aim.y_m, abs=pixel_m)


@given(AIMS, st.floats(0.2, 5.0), st.integers(0, 900), st.integers(0, 390))
def test_zooming_keeps_the_ground_under_the_pointer(
    aim: Viewpoint, factor: float, x: int, y: int
) -> None:
    aim = within(aim)
    goal = closer(LAYOUT, aim, (x, y), factor)
    assert 1.0 <= goal.zoom <= MOST_ZOOM
    first, last = looking(LAYOUT, aim), looking(LAYOUT, goal)
    free = first.plane(x, y)
    if goal == within(goal) and abs(goal.x_m) < 88 and abs(goal.y_m) < 46:
        for share in (0.0, 0.3, 0.7, 1.0):
            assert between(first, last, share).at(*free) == pytest.approx((x, y), abs=3)


def test_zoom_and_pan_have_bounds() -> None:
    far = within(Viewpoint(999.0, -999.0, 99.0))
    assert (far.x_m, far.y_m) == pytest.approx((88.455, -46.26))
    assert far.zoom == MOST_ZOOM
    assert within(Viewpoint(0.0, 0.0, 0.1)).zoom == 1.0


def staged(camera: Camera, chapter: int) -> Scene:
    staging = Staging(camera, frozenset(Panel), "", chapter, 3)
    return replace(scenes.running(30.0), staging=staging)


def test_a_story_moves_the_camera_once_a_chapter() -> None:
    first, second = staged(Camera.GROUP, 1), staged(Camera.RAIL, 2)
    shot = directed(Shot(), None, first)
    assert shot == resting(Camera.GROUP)
    assert directed(shot, first, first) is shot
    by_hand = shot.to(Camera.CHASE)
    assert directed(by_hand, first, first) is by_hand
    moving = directed(shot, first, second)
    assert moving.camera is Camera.RAIL
    assert moving.start == shot
    assert directed(shot, None, scenes.running(30.0)) is shot
