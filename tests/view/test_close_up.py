from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from simulator import load_scenario, simulate
from simulator.screen import Camera
from simulator.session import Session
from simulator.stage.gait import Physique
from simulator.stage.keys import Action
from simulator.stage.playback import Playback
from simulator.stage.scene import Scene, Wave
from simulator.stage.scene_builder import ShowOptions, scene_of
from simulator.stage.show import Show, make_show
from simulator.stage.wake import Wake
from simulator.view.arranging import arrange, arrange_lecture
from simulator.view.athletes import Athletes, Sprite, ViewAngle, lit, look_of
from simulator.view.camera import MOVE_S, WHOLE, Shot, Viewpoint, resting, rig_of, view_of
from simulator.view.layers import arena, close_up
from simulator.view.layers.bodies import spots
from simulator.view.layers.close_up import (
    CloseUp,
    PlacedBody,
    _wake_layer,
    gap_line,
    place,
    trail,
    wake,
)
from simulator.view.layers.stands import SeenWall, draw_wall, panel_of, texture_of
from simulator.view.layout import Box, Layout
from simulator.view.panels import scoreboard
from simulator.view.panels.panel import CachedLayer
from simulator.view.perspective import (
    MOST_CLOSER,
    RAIL_AWAY_M,
    RAIL_UP_M,
    Lens,
    Rig,
    eased_heading,
    place_at,
    track_rig,
)
from simulator.view.picture import Painter, PictureOptions, _board_box
from simulator.view.text import SEMIBOLD, Style, Type
from simulator.view.theme import NIGHT, THEMES, relative_luminance
from tests.view import scenes

TYPE = Type()
CLOSE = [camera for camera in Camera if camera.close]
MOMENTS = [-1.0, 0.0, 3.0, 60.0, 139.6, 170.0, 243.0, 248.0]


@pytest.fixture(scope="module")
def show() -> Show:
    scenario = load_scenario("breaking4")
    return make_show(scenario, simulate(scenario))


@pytest.fixture(scope="module")
def close() -> CloseUp:
    return CloseUp()


def at(show: Show, time_s: float, **options: bool) -> Scene:
    playback = Playback(time_s, show.recording.end_s, paused=False, furthest_s=time_s)
    return scene_of(show, playback, ShowOptions(**options))


def drawn(painter: Painter, scene: Scene, shot: Shot, tiles: int | None = None) -> bytes:
    surface = pygame.Surface((640, 360), 0, 32)
    painter.draw(surface, scene, PictureOptions(shot=shot, tiles=tiles))
    return pygame.image.tobytes(surface, "RGB")


@pytest.mark.parametrize("camera", CLOSE)
@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (1920, 1080)])
def test_words_are_inside_the_picture_and_over_nothing(
    show: Show, close: CloseUp, camera: Camera, size: tuple[int, int]
) -> None:
    layout = arrange(*size)
    box, style = layout.view, Style(TYPE, layout.sizes, THEMES["night"])
    off = tuple(each for each in (layout.title, layout.rate) if each is not None)
    for time_s in MOMENTS:
        scene, target = at(show, time_s), pygame.Surface(box[2:], 0, 32)
        rig = rig_of(resting(camera), scene, layout, box)
        words = close.draw(target, scene, rig, style, labels=True, exact=False, keep_off=off)
        real = [each for each in words if each.w]
        assert all(target.get_rect().contains(each) for each in real[len(off) :])
        for one, other in itertools.combinations(real, 2):
            assert not one.colliderect(other), (time_s, one, other)


@pytest.mark.parametrize(
    "moments",
    [(0.4, 139.7), pytest.param((0.4, 30.2, 60.0, 139.7, 243.0), marks=pytest.mark.slow)],
    ids=len,
)
@pytest.mark.parametrize("camera", CLOSE)
def test_any_way_to_a_moment_gives_the_same_picture(
    show: Show, camera: Camera, moments: tuple[float, ...]
) -> None:
    """Also in the middle of a move, and after other moments, other zooms and stand-ins."""
    shots = [resting(camera), Shot().to(camera).after(0.5), resting(camera).closer(1.5).after(0.1)]
    fresh = {
        (i, t): drawn(Painter(), at(show, t), shot) for i, shot in enumerate(shots) for t in moments
    }
    used = Painter()
    for t in (200.0, 139.2, 60.1, 0.3):
        drawn(used, at(show, t), resting(camera), tiles=1)
    for (i, t), picture in reversed(fresh.items()):
        assert drawn(used, at(show, t), shots[i]) == picture


def test_a_long_name_is_cut(show: Show, close: CloseUp) -> None:
    layout = arrange(1280, 720)
    scene = at(show, 60.0)
    scene = replace(scene, runner=replace(scene.runner, label="KIPYEGON" * 500), ghosts=())
    rig = rig_of(resting(Camera.RAIL), scene, layout, layout.view)
    target = pygame.Surface(layout.view[2:], 0, 32)
    style = Style(TYPE, layout.sizes, THEMES["night"])
    words = close.draw(target, scene, rig, style, labels=True, exact=True)
    assert max(each.w for each in words) < 340


@pytest.mark.parametrize("camera", CLOSE)
def test_the_wake_can_be_switched_off(show: Show, camera: Camera) -> None:
    painter = Painter()
    pictures = {drawn(painter, at(show, 60.0, wake=on), resting(camera)) for on in (True, False)}
    assert len(pictures) == 2


def test_a_budget_paints_no_more_than_it_says_and_draws_everybody(show: Show) -> None:
    athletes, body = Athletes(), at(show, 60.0).runner
    look = look_of("runner", body.build, (255, 255, 255), day=False)
    view = ViewAngle(90.0, 10.0)
    athletes.begin(exact=False)
    first, _ = athletes.sprites(look, body.stride, view, 100.0)
    later = replace(body.stride, phase=(body.stride.phase + 0.3) % 1.0)
    stand_in, _ = athletes.sprites(look, later, view, 100.0)
    assert stand_in is first  # the nearest phase there is
    larger, _ = athletes.sprites(look, later, view, 200.0)
    assert larger.surface.get_height() == pytest.approx(2 * first.surface.get_height(), rel=0.1)
    athletes.begin(exact=True)
    painted, _ = athletes.sprites(look, later, view, 100.0)
    assert painted is not first


@pytest.mark.parametrize("exact", [True, False], ids=["film", "window"])
def test_a_figure_grows_without_a_leap(show: Show, exact: bool) -> None:
    """Its height followed the scale in steps of 7 %: 16 px at once where a bend begins."""
    athletes, scene = Athletes(), at(show, 60.0)
    look = look_of("runner", scene.runner.build, (255, 255, 255), day=False)
    heights = []
    for scale in np.geomspace(100.0, 160.0, 200).tolist():
        athletes.begin(exact=exact)
        body, _ = athletes.sprites(look, scene.runner.stride, ViewAngle(90.0, 10.0), scale)
        heights.append(body.y)
        assert body.y == pytest.approx(body.surface.get_bounding_rect().bottom, abs=4)
    steps = np.diff(heights)
    assert steps.min() >= -1  # rounded
    assert steps.max() <= 3
    assert heights[-1] == pytest.approx(1.6 * heights[0], rel=0.015)


def test_a_figure_of_any_size_follows_from_nothing_before_it(show: Show) -> None:
    scene, view = at(show, 60.0), ViewAngle(90.0, 10.0)
    look = look_of("runner", scene.runner.build, (255, 255, 255), day=False)
    used = Athletes()
    for scale in (98.0, 103.0, 101.5, 104.5, 180.0, 101.5):
        used.begin(exact=scale > 100.0)
        again, fresh = (
            each.sprites(look, scene.runner.stride, view, scale)[0] for each in (used, Athletes())
        )
        assert (again.x, again.y) == (fresh.x, fresh.y)
        same = (pygame.image.tobytes(each.surface, "RGBA") for each in (again, fresh))
        assert next(same) == next(same)


def test_without_time_between_pictures_nobody_stays_a_blown_up_figure(show: Show) -> None:
    """She runs and misses a pose in every picture: the pacers beside her waited for ever."""
    athletes, scene = Athletes(), at(show, 60.0)
    stride, white = scene.runner.stride, (255, 255, 255)
    looks = [look_of(kind, scene.runner.build, white, day=False) for kind in ("runner", "pacer")]
    athletes.begin(exact=True)
    for look in looks:
        athletes.sprites(look, stride, ViewAngle(90.0, 10.0), 20.0)
    for k in range(240):
        athletes.begin(exact=False)
        moved = replace(stride, phase=(stride.phase + k / 24) % 1.0)
        view = ViewAngle(60.0 + 0.5 * k, 10.0)  # a bend
        seen = [athletes.sprites(look, moved, view, 60.0)[0] for look in looks]
    again = [athletes.sprites(look, moved, view, 60.0)[0] for look in looks]
    assert all(one is same for one, same in zip(seen, again, strict=True))  # none made for this


def test_what_is_missing_is_painted_between_two_pictures_as_long_as_there_is_time(
    show: Show,
) -> None:
    athletes, body = Athletes(), at(show, 60.0).runner
    look = look_of("runner", body.build, (255, 255, 255), day=False)
    view = ViewAngle(90.0, 10.0)
    athletes.begin(exact=False)
    athletes.sprites(look, body.stride, view, 60.0)  # somebody has to be seen
    later = replace(body.stride, phase=(body.stride.phase + 0.3) % 1.0)
    stand_in, _ = athletes.sprites(look, later, view, 60.0)
    athletes.prepare(lambda: 0.0)
    athletes.begin(exact=False)
    assert athletes.sprites(look, later, view, 60.0)[0] is stand_in
    for _ in range(20):  # there is time for a part of it at most
        left = iter([1.0])
        athletes.prepare(lambda left=left: next(left, 0.0))  # type: ignore[misc]
        athletes.begin(exact=False)
        done, _ = athletes.sprites(look, later, view, 60.0)
    assert done is not stand_in
    for _ in range(20):  # where there is never time, pictures take some
        athletes.begin(exact=False)
        seen, _ = athletes.sprites(look, replace(later, phase=0.9), view, 60.0)
    athletes.begin(exact=True)
    assert athletes.sprites(look, replace(later, phase=0.9), view, 60.0)[0] is seen


@pytest.mark.parametrize("px_per_m", [150.0, 200.0, 260.0])
def test_the_back_of_a_tall_figure_has_no_facets_that_show(show: Show, px_per_m: float) -> None:
    """At 3840 x 2160 every facet showed, where light falls along a white suit."""
    body = at(show, 60.0).runner
    look = look_of("runner", body.build, (240, 240, 250), day=False)
    body_sprite, _ = Athletes().sprites(look, body.stride, ViewAngle(0.0, 0.0), px_per_m)
    shades = pygame.surfarray.array3d(body_sprite.surface).astype(int)
    rows = [
        body_sprite.y - round(share * px_per_m * body.build.stature_m) for share in (0.76, 0.54)
    ]
    back = shades[body_sprite.x - 4 : body_sprite.x + 5, slice(*rows)]
    assert back.min() > 60
    assert np.abs(np.diff(back, axis=1)).max() < 22


@pytest.mark.parametrize("woman", [True, False])
def test_she_stands_out_from_those_who_pace_her(show: Show, woman: bool) -> None:
    body = at(show, 60.0).runner
    build = replace(body.build, woman=woman)
    looks = [look_of(kind, build, (243, 246, 252), day=False) for kind in ("runner", "pacer")]
    assert looks[0].kit.sleeve > 0.9 > looks[1].kit.sleeve
    assert looks[0] is look_of("runner", build, (243, 246, 252), day=False)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("whose", ["runner", "pacers"])
def test_kit_of_a_scenario_is_worn_close_up_by_night_and_day(
    show: Show, whose: str, name: str
) -> None:
    scene = at(show, 60.0)
    dressed = replace(scene, runner=replace(scene.runner, kit="#0044aa"))
    if whose == "pacers":
        dressed = replace(scene, pacers=tuple(replace(p, kit="#0044aa") for p in scene.pacers))
    shots = {str(camera): resting(camera) for camera in (Camera.WHOLE, *CLOSE)}
    from_above = WHOLE.held(Viewpoint(*place_at(scene.runner.x_m + scene.start_s_m, 0.0), 12.0))
    shots["from above"] = replace(from_above, lowered=1.0)
    painter = Painter(THEMES[name])
    differ = {
        camera
        for camera, shot in shots.items()
        if drawn(painter, scene, shot) != drawn(painter, dressed, shot)
    }
    worn = name in ("night", "daylight")
    assert differ == ({*map(str, CLOSE), "from above"} if worn else set())


@pytest.mark.parametrize("day", [True, False])
def test_kit_is_one_colour_with_darker_shorts_and_a_dark_suit_has_light_sides(day: bool) -> None:
    for name in ("red", "white", "yellow", "blue", "black"):
        kit = THEMES["night"].kit(name)
        assert kit is not None
        hers, theirs = (
            look_of(kind, Physique(1.6, woman=True), (255, 255, 255), kit, day=day).kit
            for kind in ("runner", "pacer")
        )
        assert hers.top == hers.bottom == theirs.top == kit
        assert relative_luminance(theirs.bottom) < relative_luminance(kit)
        assert (relative_luminance(hers.trim) > relative_luminance(kit)) == (name == "black")


@pytest.mark.parametrize(("zoom", "poses"), [(3.0, 1), (12.0, 2)])
def test_a_map_shows_bodies_from_above_once_it_is_near_enough(
    show: Show, zoom: float, poses: int
) -> None:
    scene = at(show, 20.0)
    her = scene.runner
    x, y = place_at(her.x_m + scene.start_s_m, 0.0)
    shot = replace(WHOLE.held(Viewpoint(x, y, zoom)), lowered=1.0)
    later = replace(her.stride, phase=(her.stride.phase + 0.3) % 1.0)
    other = replace(her, stepping=lambda: later)
    strides = (scene, replace(scene, runner=other))
    assert len({drawn(Painter(), each, shot) for each in strides}) == poses


@pytest.mark.parametrize("lap_m", [200.0, 400.0, 500.0])
def test_figures_on_a_map_stand_where_their_dots_do(
    lap_m: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both in the lanes drawn: the map shows every lap as that of 400 m, lanes as wide."""
    scenario = load_scenario("breaking4", overrides=[f"track.lap={lap_m:g} m"])
    scene = at(make_show(scenario, simulate(scenario)), 20.0)
    x, y = place_at(scene.s_m(scene.runner) * 400.0 / lap_m, 0.0)
    shot = replace(WHOLE.held(Viewpoint(x, y, 12.0)), lowered=1.0)
    figures: list[PlacedBody] = []
    monkeypatch.setattr(
        CloseUp,
        "bodies",
        lambda _, __, scene, lens, *___, **____: figures.extend(place(scene, lens)),
    )
    drawn(Painter(), scene, shot)
    assert figures
    layout = arrange(640, 360)
    dots = {spot.body.name: spot for spot in spots(scene, view_of(shot, layout))}
    for each in figures:
        dot = dots[each.body.name]
        assert each.x + layout.view.x == pytest.approx(dot.x, abs=1.0)
        assert each.y + layout.view.y == pytest.approx(dot.y, abs=1.0)


@pytest.mark.parametrize("pitch", [0.0, 0.35, 1.2])
def test_a_wake_may_lie_anywhere_about_the_picture(pitch: float) -> None:
    """All of it just beyond an edge: it was cut out of a picture in which nothing of it stood."""
    standing = (
        (142, 1, 16),
        (149, -1, 16),
        (259, 0, 16),
        (282, 3, 16),
        (289, -3, 16),
        (299, 5, 16),
    )
    field = Wake(1051.78, standing, 1.0)
    rig = Rig(78.995, 0.0, 1.18, 0.0, pitch, 0.2125, 1.36, 0.485)
    lens = Lens(rig, 363, 180)
    layers = [
        _wake_layer.__wrapped__(field, x, lens, THEMES["night"]) for x in np.arange(-40, 40, 0.25)
    ]
    assert None in layers
    shown = [layer for layer, _ in filter(None, layers)]
    assert shown
    assert all(min(layer.get_size()) > 0 for layer in shown)


def wake_alone(scene: Scene, lens: Lens) -> pygame.Surface:
    target = pygame.Surface((lens.width, lens.height), 0, 32)
    wake(target, scene, lens, THEMES["night"])
    return target


@pytest.mark.parametrize("time_s", [20.0, 60.0, 90.0, 150.0, 200.0])
def test_the_chase_shows_the_air_as_high_as_the_pacers_behind_them(
    show: Show, time_s: float
) -> None:
    """On the straight and in the bend, before and after she has lost them, up to 37 m ahead."""
    layout, scene = arrange(1920, 1080), at(show, time_s)
    lens = Lens(rig_of(resting(Camera.CHASE), scene, layout, layout.view), *layout.view[2:])
    target = wake_alone(scene, lens)
    ahead = sorted(
        (body for body in scene.pacers if body.x_m > scene.runner.x_m), key=lambda b: b.x_m
    )

    def light(x_m: float, offset_m: float, up_m: float) -> int:
        x, y, *_ = lens.spot(x_m + scene.start_m, offset_m, up_m)
        return max(target.get_at((round(x), round(y)))[:3])

    last, first = ahead[0], ahead[-1]
    for up_m in (0.5, 1.0, 1.5):
        assert light(first.x_m - 0.8, first.offset_m, up_m) > 24
        assert light(first.x_m - 0.8, first.offset_m + 2.5, up_m) == 0
    assert light(first.x_m + 4.0, first.offset_m, 1.9) < 4
    if last.x_m > scene.runner.x_m + 9.0:  # she has fallen out of it
        between = light(0.5 * (last.x_m + scene.runner.x_m), 0.0, 0.1)
        assert between < 0.3 * light(first.x_m - 0.8, first.offset_m, 1.0)


def test_the_rail_shows_the_air_about_her_alone(show: Show) -> None:
    layout, scene = arrange(1920, 1080), at(show, 200.0)
    assert len(scene.wakes()) == 2
    lens = Lens(rig_of(resting(Camera.RAIL), scene, layout, layout.view), *layout.view[2:])
    alone = wake_alone(replace(scene, wakes=lambda: scene.wakes()[:1]), lens)
    made = _wake_layer.cache_info().currsize
    both = wake_alone(scene, lens)
    assert pygame.image.tobytes(both, "RGB") == pygame.image.tobytes(alone, "RGB")
    assert _wake_layer.cache_info().currsize == made


def test_the_air_changes_little_by_little_from_the_rail_to_the_group(show: Show) -> None:
    """It was gone at once where a flight looked down by 0.2 rad."""
    scene, sums = at(show, 60.0), []
    rig = rig_of(resting(Camera.CHASE), scene, arrange(1280, 720), arrange(1280, 720).view)
    for pitch in np.arange(0.02, 1.1, 0.005).tolist():
        x, y, z = Lens(rig, 1, 1).eye
        away_m = rig.focal / rig.scale
        flat = away_m * math.cos(pitch)
        aim = (
            x + flat * math.cos(rig.yaw),
            y + flat * math.sin(rig.yaw),
            z - away_m * math.sin(pitch),
        )
        turned = replace(rig, x_m=aim[0], y_m=aim[1], z_m=aim[2], pitch=pitch)
        sums.append(
            float(pygame.surfarray.array3d(wake_alone(scene, Lens(turned, 960, 410))).mean())
        )
    assert np.abs(np.diff(sums)).max() < 0.06 * max(sums)


@pytest.mark.parametrize("lap_m", [400.0, 200.0])
@pytest.mark.parametrize("size", [(320, 131), (961, 413), (1280, 500)])
@pytest.mark.parametrize(("turned", "pitch"), [(-np.pi / 2, 0.0), (0.16, 0.3), (-0.8, 0.6)])
def test_nothing_of_the_picture_before_shows_between_stand_boards_and_ground(
    turned: float, pitch: float, size: tuple[int, int], lap_m: float
) -> None:
    for s_m in np.linspace(0.0, lap_m, 9).tolist():
        yaw, away_m = eased_heading(s_m, lap_m) + turned, RAIL_AWAY_M if pitch == 0.0 else 14.5
        rig = track_rig((s_m, 0.0, RAIL_UP_M), yaw, pitch, away_m, 1.36, 0.485, lap_m)
        lens = Lens(rig, *size)
        after_red, after_green = pygame.Surface(size), pygame.Surface(size)
        for surface, before in ((after_red, "red"), (after_green, "green")):
            surface.fill(before)
            like = arena.kept(lens)
            arena.draw(surface, lens, like, 390.0, ("A",), THEMES["night"])
        assert after_red.get_buffer().raw == after_green.get_buffer().raw


@pytest.mark.parametrize("camera", [Camera.RAIL, Camera.CHASE, Camera.GROUP])
@pytest.mark.parametrize("time_s", [3.0, 24.0, 108.0, 128.0])
def test_no_flight_from_the_whole_track_leaves_a_piece_of_it_out(
    show: Show, camera: Camera, time_s: float
) -> None:
    layout, scene = arrange(640, 360), at(show, time_s)
    for k in range(1, 24):
        shot = Shot().to(camera).after(k / 24 * MOVE_S)
        rig = rig_of(shot, scene, layout, layout.view)
        lens = Lens(rig, *layout.view[2:])
        if camera is Camera.CHASE and lens.eye[2] < arena.ROOF_SEEN_M[1]:
            break  # the stand hides some of it
        target = pygame.Surface(layout.view[2:], 0, 32)
        arena.draw(target, lens, arena.kept(lens), scene.start_m, ("A",), THEMES["night"])
        red, green, _ = pygame.surfarray.array3d(target).transpose(2, 0, 1).astype(int)
        for lane in (0.8, 3.7, 6.5):
            along = np.arange(0.0, scene.lap_m, 0.5)
            column, row, scale, depth = lens.track(along, arena.KERB_M + lane)
            shown = (depth > 1.0) & (scale < 400.0) & (np.abs(column - lens.width / 2) < 300)
            shown &= (row > 2.0) & (row < lens.height - 2.0)
            x, y = column[shown].astype(int), row[shown].astype(int)
            assert np.count_nonzero(green[x, y] >= red[x, y]) <= 2, (k, lane)


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160)])
def test_writing_on_far_boards_is_made_of_more_than_four_rows(size: tuple[int, int]) -> None:
    """At 3840 x 2160 boards had as many rows as at 640 x 360, and their words were mush."""
    width, height = size
    tall = height / 90.0  # of the boards beyond the bend, in the chase
    picture = pygame.Surface((2048, 30), 0, 32)
    for top in (0, 10, 20):
        picture.fill("white", (0, top, 2048, 5))
    columns = np.tile(np.linspace(0.0, width, 50), (2, 1))
    rows = np.repeat([[300.0], [300.0 - tall]], 50, axis=1)
    wall = SeenWall(np.linspace(0.0, 60.0, 50), columns, rows, np.full(50, tall))
    target = pygame.Surface(size, 0, 32)
    draw_wall(target, wall, panel_of(400.0), texture_of(picture))
    seen = pygame.surfarray.array3d(target)[width // 2, math.ceil(300 - tall) : 300, 0].astype(int)
    assert (np.abs(np.diff(np.sign(seen - 100.0))) == 2).sum() >= 4
    assert seen.max() - seen.min() > 100


def test_the_boards_of_a_flight_are_in_one_piece(show: Show) -> None:
    """Near ones and far ones were mixed, column by column, into streaks through the infield."""
    layout, scene = arrange(1280, 720), at(show, 3.0)
    rig = rig_of(Shot().to(Camera.CHASE).after(0.58 * MOVE_S), scene, layout, layout.view)
    lens = Lens(rig, *layout.view[2:])
    target = pygame.Surface(layout.view[2:], 0, 32)
    arena.draw(target, lens, arena.kept(lens), scene.start_m, ("A",), THEMES["night"])
    _, green, blue = pygame.surfarray.array3d(target).transpose(2, 0, 1).astype(int)
    assert not (blue > green + 10)[: lens.width // 2].any()


def _off(scene: Scene, camera: Camera) -> float:
    """Return how far a lane line is drawn from where it is, in a picture of 4K [px]."""
    box = Box(0, 0, 3840, 1500)
    lens = Lens(rig_of(resting(camera), scene, arrange(3840, 2160), box), *box[2:])
    sight = arena.sight_of(lens)
    s_m, near = sight.s_m, sight.near
    points = sight.points[arena.LINES.index(arena.LANE_LINES[1]), near]
    middle = lens.track((s_m[near][:-1] + s_m[near][1:]) / 2, arena.LANE_LINES[1][0])
    along = np.diff(points, axis=0)
    aside = np.stack(middle[:2], axis=1) - points[:-1]
    cross = along[:, 0] * aside[:, 1] - along[:, 1] * aside[:, 0]
    seen = (np.stack(middle[:2]) > 0) & (np.stack(middle[:2]) < np.array(box[2:])[:, None])
    return float(np.abs(cross / np.hypot(*along.T))[seen.all(axis=0)].max())


@pytest.mark.parametrize("camera", [Camera.RAIL, Camera.CHASE, Camera.GROUP])
def test_lines_of_a_short_lap_are_as_smooth_as_those_of_a_long_one(
    show: Show, camera: Camera
) -> None:
    long, short = (_off(replace(at(show, 60.0), lap_m=lap_m), camera) for lap_m in (400.0, 200.0))
    assert short < max(1.0, 1.2 * long)


@pytest.mark.parametrize("time_s", [24.0, 62.0, 91.0, 108.0])
@pytest.mark.parametrize("camera", [Camera.CHASE, Camera.GROUP])
def test_lane_lines_have_no_corners_in_bends(show: Show, camera: Camera, time_s: float) -> None:
    """In large pictures they were polygons, with chords of two metres."""
    assert _off(at(show, time_s), camera) < 1.0


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (1920, 1080)])
def test_lane_lines_grow_wider_towards_the_lens_without_a_leap(
    show: Show, size: tuple[int, int]
) -> None:
    """Where they became wider than a pixel, they were three pixels wide."""
    layout, line = arrange(*size), arena.LANE_LINES[2]
    rig = rig_of(resting(Camera.CHASE), at(show, 50.0), layout, layout.view)
    sight = arena.sight_of(Lens(rig, *layout.view[2:]))
    target = pygame.Surface(layout.view[2:], 0, 32)
    arena._lane_line(target, sight, 2, (255, 255, 255))
    drawn = pygame.surfarray.array3d(target)[..., 0].sum(axis=0) / 255
    _, row, scale, _ = (each[arena.LINES.index(line), sight.seen] for each in sight.spots)
    rows = np.arange(round(row[sight.near.stop - sight.near.start]) - 20, len(drawn) - 8, 4)
    px = 0.05 * np.interp(rows, row[::-1], scale[::-1])
    drawn = np.array([drawn[at : at + 8].mean() for at in rows])
    assert np.abs(np.diff(drawn)).max() < 0.8
    assert np.abs(drawn - np.maximum(px, 1.0)).max() < 1.1


def _alone(
    scene: Scene, camera: Camera, theme: str = "night", drawer: CloseUp | None = None
) -> Any:
    """Return colours of her body alone on black, by row and column."""
    scene, layout = replace(scene, pacers=(), ghosts=()), arrange(1280, 720)
    lens = Lens(rig_of(resting(camera), scene, layout, layout.view), *layout.view[2:])
    target = pygame.Surface(layout.view[2:], 0, 32)
    exact, drawer = drawer is None, drawer or CloseUp()
    drawer.bodies(target, scene, lens, THEMES[theme], exact=exact)
    return pygame.surfarray.array3d(target).astype(int).swapaxes(0, 1)


@pytest.mark.parametrize("stands_in", [False, True])
@pytest.mark.parametrize("camera", CLOSE)
def test_leds_light_the_legs_of_who_runs_beside_them(
    show: Show, camera: Camera, stands_in: bool
) -> None:
    """Whatever the brightness of the LEDs, nobody was lit by them."""
    scene, drawer = at(show, 108.0), CloseUp() if stands_in else None
    if drawer is not None:
        _alone(at(show, 107.8), camera, drawer=drawer)  # in the end another pose
    bright = _alone(scene, camera, drawer=drawer)
    dark = _alone(replace(scene, waves=()), camera, drawer=drawer)
    rows = np.flatnonzero(dark.any(axis=(1, 2)))
    hip = (rows[0] + rows[-1]) // 2
    red, green, blue = (bright - dark)[hip:].sum(axis=(0, 1))
    assert green > 3 * dark[hip:].sum() / 100
    assert green > 2 * blue
    assert red <= 0
    assert (bright == dark)[: rows[0] + len(rows) // 5].all()
    assert ((bright != dark).any(axis=2) <= dark.any(axis=2)).all()  # no halo about her


def test_light_on_legs_comes_from_below_and_from_the_kerb() -> None:
    white = pygame.Surface((200, 200), pygame.SRCALPHA, 32)
    white.fill("white")
    sprite = Sprite(white, 100, 190)
    seen = []
    for yaw_deg, side in ((0.0, 1), (0.0, -1), (90.0, 1)):
        pictures = lit(sprite, ViewAngle(yaw_deg, 10.0), 100.0, (90, 90, 90), side)
        (added,) = (each[0] for each in pictures if each[2] == pygame.BLEND_RGB_ADD)
        seen.append(pygame.surfarray.array3d(added)[..., 0].astype(int))
    left, right, level = seen
    assert left[60, -5] > left[140, -5]
    assert right[60, -5] < right[140, -5]
    assert level[60, -5] == level[140, -5] == 90
    assert (np.diff(level[100]) >= 0).all()
    assert level[100, 0] == 0


def test_no_light_on_legs_by_day_far_from_the_wave_and_on_ghosts(show: Show) -> None:
    scene = at(show, 108.0)
    (wave,) = scene.waves
    unlit = replace(scene, waves=())
    by_day = [_alone(each, Camera.RAIL, "daylight") for each in (scene, unlit)]
    assert (by_day[0] == by_day[1]).all()
    away = replace(wave, brightness=np.roll(wave.brightness, 30))
    far = replace(scene, waves=(away,))
    assert (_alone(far, Camera.RAIL) == _alone(unlit, Camera.RAIL)).all()
    ghost = replace(scene.runner, kind="ghost")
    of_ghost, of_her = close_up.lights_beside(scene, [ghost, scene.runner], NIGHT)
    assert of_ghost is None
    assert of_her is not None


def test_where_two_waves_meet_they_both_light_whoever_is_there(show: Show) -> None:
    """As each LED there shows the sum of both; bodies had the colour of one."""
    scene = at(show, 108.0)
    (wave,) = scene.waves
    other, weaker = replace(wave, colour="red"), 0.5 * wave.brightness

    def beside(*waves: Wave) -> NDArray[np.int_]:
        (colour,) = close_up.lights_beside(replace(scene, waves=waves), [scene.runner], NIGHT)
        return np.array(colour)

    both = beside(wave, other)
    assert (both >= np.maximum(beside(wave), beside(other))).all()
    assert (both == beside(other, wave)).all()
    less = beside(wave, replace(other, brightness=weaker))
    assert beside(wave)[0] < less[0] < both[0]
    away = replace(other, brightness=np.roll(other.brightness, 100))
    assert (beside(wave, away) == beside(wave)).all()


@pytest.mark.parametrize(("offset_m", "hidden"), [(0.9, True), (-0.9, False)])
def test_the_kerb_hides_only_those_beyond_it(
    show: Show, close: CloseUp, monkeypatch: pytest.MonkeyPatch, offset_m: float, hidden: bool
) -> None:
    """From the rail, pacers inside the kerb had their shins cut by it."""
    layout, scene = arrange(640, 360), at(show, 60.0)
    scene = replace(scene, pacers=tuple(replace(p, offset_m=offset_m) for p in scene.pacers))
    rig = rig_of(resting(Camera.RAIL), scene, layout, layout.view)
    target = pygame.Surface(layout.view[2:], 0, 32)
    style = Style(TYPE, layout.sizes, THEMES["night"])
    monkeypatch.setattr(close_up, "kerb", lambda target, *_: target.fill("magenta"))
    monkeypatch.setattr(close_up, "heads", lambda *_: None)
    close.draw(target, scene, rig, style, labels=False, exact=True)
    placed = place(scene, Lens(rig, *target.get_size()))
    pacers = [p for p in placed if p.body.kind == "pacer" and 20 < p.x < 400]
    assert pacers
    for each in pacers:
        chest = target.get_at((round(each.x), round(each.y - 1.2 * each.scale)))
        assert (chest == pygame.Color("magenta")) is hidden


@pytest.mark.parametrize("time_s", [30.0, 100.0, 125.0, 131.5])
def test_the_line_to_the_light_has_no_hole(show: Show, time_s: float) -> None:
    """However many points it is drawn through, from her to the light or to the picture's edge."""
    layout = arrange(1280, 720)
    scene, style = at(show, time_s), Style(TYPE, layout.sizes, THEMES["night"])
    rig = rig_of(resting(Camera.RAIL), scene, layout, layout.view)
    target = pygame.Surface(layout.view[2:], 0, 32)
    gap_line(target, scene, Lens(rig, *target.get_size()), style)
    colour = style.theme.gap(scene.gaps[0].state)
    columns = (pygame.surfarray.array2d(target) == target.map_rgb(colour)).any(axis=1)
    drawn_at = np.flatnonzero(columns)
    assert len(drawn_at) > 50
    assert columns[drawn_at[0] : drawn_at[-1] + 1].all()


def _gap_drawn(
    show: Show, time_s: float, metres: float | None = None, camera: Camera = Camera.CHASE
) -> tuple[np.ndarray, Lens]:
    """Return where the dimension line's colour is, (columns, rows), and the lens."""
    layout = arrange(1920, 1080)
    scene, style = at(show, time_s), Style(TYPE, layout.sizes, THEMES["night"])
    rig = rig_of(resting(camera), scene, layout, layout.view)
    if metres is not None:
        scene = replace(scene, gaps=(replace(scene.gaps[0], metres=metres),), lost=None)
    target = pygame.Surface(layout.view[2:], 0, 32)
    lens = Lens(rig, *target.get_size())
    gap_line(target, scene, lens, style)
    colour = target.map_rgb(style.theme.gap(scene.gaps[0].state))
    return pygame.surfarray.array2d(target) == colour, lens


@pytest.mark.parametrize("camera", [Camera.RAIL, Camera.CHASE, Camera.GROUP])
def test_the_line_of_a_small_gap_appears_with_its_metres(show: Show, camera: Camera) -> None:
    drawn = [_gap_drawn(show, 60.0, metres, camera)[0].any() for metres in (-0.2, 0.2, 0.31)]
    assert drawn == [False, False, True]


def test_a_lost_light_leaves_the_line_in_dashes_up_to_the_light(show: Show) -> None:
    rows = np.flatnonzero(_gap_drawn(show, 180.0)[0].any(axis=0))
    parts = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    assert len(parts) >= 6
    whole = np.flatnonzero(_gap_drawn(show, 130.0)[0].any(axis=0))
    assert (np.diff(whole) == 1).all(), "before it is lost there is no hole"


@pytest.mark.parametrize(("metres", "ended"), [(59.0, True), (210.0, False)])
def test_the_line_of_a_very_long_gap_has_no_end_where_no_light_is(
    show: Show, metres: float, ended: bool
) -> None:
    drawn, lens = _gap_drawn(show, 180.0, metres)
    scene = at(show, 180.0)
    s_m = scene.s_m(scene.runner) + min(metres, close_up.LONGEST_GAP_M)
    x, y = (round(n) for n in lens.spot(s_m, close_up.GAP_OFFSET_M - 0.3)[:2])
    assert drawn[x : x + 2, y - 2 : y + 3].any() == ended


@pytest.mark.parametrize("metres", [25.0, 250.0])
@pytest.mark.parametrize("time_s", [20.0, 95.0, 183.3, 200.0])
def test_the_arrow_to_a_light_out_of_the_picture_is_where_the_line_leaves_it(
    show: Show, time_s: float, metres: float
) -> None:
    drawn, _ = _gap_drawn(show, time_s, metres, Camera.RAIL)
    rows = [np.flatnonzero(column).mean() for column in drawn[60:120] if column.any()]
    assert len(rows) == 60
    head = np.flatnonzero(drawn[:60].any(axis=0))
    assert len(head) > 8
    assert abs(head.mean() - rows[0]) < 3.0


@pytest.mark.parametrize("camera", CLOSE)
@pytest.mark.parametrize("time_s", [30.0, 64.0, 143.0])
def test_the_line_goes_on_to_the_tip_of_its_arrow_but_not_under_the_map(
    show: Show, camera: Camera, time_s: float
) -> None:
    drawn, lens = _gap_drawn(show, time_s, None, camera)
    style = Style(TYPE, arrange(1920, 1080).sizes, NIGHT)
    left, top, wide, high = close_up.map_box((lens.width, lens.height), style)
    assert not drawn[left + 1 : left + wide, top + 1 : top + high].any()
    if camera is Camera.CHASE and time_s == 30.0:  # the light is behind the lens
        lowest = int(np.flatnonzero(drawn.any(axis=0)).max())
        assert lowest >= lens.height - 2
        breadth = [len(np.flatnonzero(drawn[:, y])) for y in (lowest, lowest - 8, lowest - 40)]
        assert max(breadth[0], breadth[2]) < breadth[1], "a tip, the head, the line behind it"


def test_the_map_shows_the_leds_as_the_whole_track_does(show: Show) -> None:
    """Every wave was a comet of 12 m in its own colour, bright until the lights were out."""
    scene = at(show, 60.0)
    (wave,) = scene.waves
    leds = np.arange(scene.leds)
    ahead = np.mod(leds - int(scene.s_m(scene.runner)) - 100, scene.leds)

    def drawn(*waves: Wave) -> NDArray[np.int_]:
        layout = arrange(1920, 1080)
        target, style = pygame.Surface(layout.view[2:], 0, 32), Style(TYPE, layout.sizes, NIGHT)
        rig = rig_of(resting(Camera.CHASE), scene, layout, layout.view)
        close_up.minimap(target, replace(scene, waves=waves), rig, style)
        return pygame.surfarray.array3d(target).astype(int)

    def area(picture: NDArray[np.int_], colour: str) -> int:
        return int((picture == NIGHT.light(colour)).all(axis=2).sum())

    short = replace(wave, colour="green", brightness=np.where(ahead < 6, 1.0, 0.0))
    long = replace(wave, colour="red", brightness=np.where(ahead < 24, 1.0, 0.0))
    apart = replace(long, brightness=np.roll(long.brightness, 100))
    assert area(drawn(short), "green") + 8 < area(drawn(long), "red")
    both = drawn(short, apart)
    assert area(both, "green") == area(drawn(short), "green")
    assert area(both, "red") >= 0.9 * area(drawn(long), "red")
    met = drawn(short, long)
    added = np.minimum(np.add(NIGHT.light("green"), NIGHT.light("red")), 255)
    assert (met == added).all(axis=2).any()
    assert area(met, "green") == 0
    assert 0 < area(met, "red") < area(drawn(long), "red")
    out = replace(short, brightness=0.0 * short.brightness)
    assert (drawn(out) == drawn()).all()


@pytest.mark.parametrize("theme", ["night", "daylight"])
def test_dots_on_the_map_have_smooth_edges_and_move_by_less_than_a_pixel(
    show: Show, theme: str
) -> None:
    """They were hard blocks of pixels beside a smooth lap."""
    layout, scene = arrange(1280, 720), at(show, 60.0)
    style = Style(TYPE, layout.sizes, THEMES[theme])
    rig = rig_of(resting(Camera.RAIL), scene, layout, layout.view)

    def drawn(scene: Scene) -> NDArray[np.int_]:
        target = pygame.Surface(layout.view[2:], 0, 32)
        close_up.minimap(target, scene, rig, style)
        return pygame.surfarray.array3d(target).astype(int)

    alone = replace(scene, waves=())
    pixels = drawn(alone)
    core = np.argwhere((pixels == style.theme.text).all(axis=2))
    middle, radius = core.mean(axis=0), np.hypot(*np.ptp(core, axis=0)) / math.sqrt(8.0)
    x, y = np.indices(pixels.shape[:2])
    edge = np.abs(np.hypot(x - middle[0], y - middle[1]) - radius) < 1.0
    full = [
        (pixels[edge] == colour).all(axis=1) for colour in (style.theme.text, style.theme.panel)
    ]
    assert np.count_nonzero(~(full[0] | full[1])) > 0.2 * np.count_nonzero(edge)
    step = replace(alone, runner=replace(scene.runner, x_m=scene.runner.x_m + 0.7))
    assert (drawn(step) != pixels).any()
    lit = drawn(at(show, 190.0))
    green = lit[lit[..., 1] > lit[..., 0] + 20]
    assert len(np.unique(green, axis=0)) > 12, "few flat colours"


@pytest.mark.parametrize("turn", [7, 93, 200])
def test_the_lap_on_the_map_has_smooth_edges(turn: int) -> None:
    disc = close_up._lap(74, turn, 4, (10, 14, 24), (140, 150, 180))
    reds = pygame.surfarray.pixels_red(disc)
    edges = np.count_nonzero((reds > 20) & (reds < 130))
    assert edges > 0.2 * np.count_nonzero(reds >= 130)


@pytest.mark.parametrize("camera", CLOSE)
def test_no_camera_moves_when_the_lights_are_hidden(show: Show, camera: Camera) -> None:
    layout = arrange(1280, 720)
    shown, hidden = (at(show, 30.0, lights=on) for on in (True, False))
    assert not hidden.waves
    rigs = [rig_of(resting(camera), each, layout, layout.view) for each in (shown, hidden)]
    assert rigs[0] == rigs[1]


def test_the_light_of_a_ghost_does_not_pass_for_hers() -> None:
    session = Session(load_scenario("breaking4"))
    session.pin()
    session.change("wavelight.waves.0.on", "no")
    session.change("plan.target", "4:02")
    session.seek(100.0)
    alone = session.scene()
    session.perform(Action.GROUPS)
    scene = session.scene()
    assert scene.waves
    assert not alone.waves
    assert abs(scene.gaps[0].metres or 0.0) > 0.5
    layout = arrange(1280, 720)
    rigs = [rig_of(resting(Camera.RAIL), each, layout, layout.view) for each in (alone, scene)]
    assert rigs[0] == rigs[1]
    target, style = pygame.Surface(layout.view[2:], 0, 32), Style(TYPE, layout.sizes, NIGHT)
    assert gap_line(target, scene, Lens(rigs[0], *target.get_size()), style) is None
    layer = CachedLayer(pygame.Surface((1280, 720), 0, 32))
    said: list[str] = []

    def noting(_: Type, __: Any, text: str, *___: Any, **____: Any) -> int:
        said.append(text)
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Type, "write", noting)
        scoreboard.show(layer, scene, layout.infield, style)
    assert any("the plan" in each for each in said)
    assert not any("the light" in each for each in said)


@pytest.mark.parametrize("camera", [Camera.RAIL, Camera.CHASE])
def test_a_wake_is_kept_while_a_camera_turns_into_a_bend(show: Show, camera: Camera) -> None:
    layout, drawn_anew = arrange(1280, 720), _wake_layer.cache_info
    target, before = pygame.Surface(layout.view[2:], 0, 32), drawn_anew().misses
    pictures = [at(show, time_s) for time_s in np.arange(30.5, 32.5, 1.0 / 60.0).tolist()]
    for scene in pictures:
        rig = rig_of(resting(camera), scene, layout, layout.view)
        wake(target, scene, Lens(rig, *target.get_size()), THEMES["night"])
    assert drawn_anew().misses - before < 0.75 * len(pictures)


@pytest.mark.parametrize("ahead_m", [-1.7, 0.0, 3.0, 5.0])
@pytest.mark.parametrize("camera", [Camera.RAIL, Camera.CHASE, Camera.GROUP])
def test_a_ghost_has_a_thin_trail_along_the_track(
    show: Show, camera: Camera, ahead_m: float
) -> None:
    """At its hips seen from the rail, on the ground for cameras that look down."""
    scene, layout = at(show, 75.0), arrange(1280, 720)
    ghost = replace(scene.ghosts[0], x_m=scene.runner.x_m + ahead_m, alpha=1.0)
    scene = replace(scene, ghosts=(ghost,))
    target = pygame.Surface(layout.view[2:], 0, 32)
    lens = Lens(rig_of(resting(camera), scene, layout, layout.view), *target.get_size())
    (placed,) = (each for each in place(scene, lens) if each.body.kind == "ghost")
    trail(target, placed, lens, (255, 255, 255))
    up_m = 0.55 * ghost.build.stature_m if camera is Camera.RAIL else 0.0

    def lit(back_m: float) -> bool:
        x, y, *_ = lens.spot(placed.s_m - back_m, ghost.offset_m, up_m)
        near = pygame.surfarray.pixels3d(target)[round(x) - 1 : round(x) + 2, round(y)]
        return int(near.max()) > 10

    assert [lit(m) for m in (-0.3, 0.1, 0.5)] == [False, True, True]
    thin = pygame.mask.from_threshold(target, (255, 255, 255), (254, 254, 254, 255))
    assert thin.count() < 0.012 * target.width * target.height


@pytest.mark.parametrize("camera", CLOSE)
@pytest.mark.parametrize(
    "layout", [arrange(1280, 720), arrange_lecture(720, 1280)], ids=["wide", "tall"]
)
@pytest.mark.parametrize("begin_s", [13.0, 44.0, 65.0, 70.0])
def test_no_label_jumps_while_nobody_passes_anybody(
    show: Show, camera: Camera, begin_s: float, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = CloseUp()
    monkeypatch.setattr(close, "bodies", lambda _, scene, lens, *__, **___: place(scene, lens))
    target, style = pygame.Surface(layout.view[2:], 0, 32), Style(TYPE, layout.sizes, NIGHT)
    before: list[pygame.Rect] = []
    for time_s in np.arange(begin_s, begin_s + 5.0, 0.1).tolist():
        scene = at(show, time_s)
        rig = rig_of(resting(camera), scene, layout, layout.view)
        _map, *words = close.draw(target, scene, rig, style, labels=True, exact=False)
        if len(words) == len(before):
            moved = [math.dist(a.center, b.center) for a, b in zip(words, before, strict=True)]
            assert max(moved) < 12.0, (time_s, before, words)
        before = words
    assert before


@pytest.mark.parametrize(
    "layout",
    [arrange(1280, 720), arrange(720, 1280), arrange_lecture(720, 1280)],
    ids=["wide", "tall", "presenting"],
)
@pytest.mark.parametrize("formation", ["breaking4", "inverted_v", "v_shield"])
def test_no_label_lies_on_a_head_where_the_camera_looks_down(
    formation: str, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = load_scenario("breaking4", overrides=[f"pacers.formation={formation}"])
    show, close = make_show(scenario, simulate(scenario)), CloseUp()
    monkeypatch.setattr(close, "bodies", lambda _, scene, lens, *__, **___: place(scene, lens))
    for camera in (Camera.CHASE, Camera.GROUP):
        target, style = pygame.Surface(layout.view[2:], 0, 32), Style(TYPE, layout.sizes, NIGHT)
        for time_s in range(5, 240, 13):
            scene = at(show, float(time_s))
            rig = rig_of(resting(camera), scene, layout, layout.view)
            _map, *words = close.draw(target, scene, rig, style, labels=True, exact=False)
            assert not _on_heads(words, scene, Lens(rig, *target.get_size())), (time_s, camera)


def _on_heads(words: list[pygame.Rect], scene: Scene, lens: Lens) -> list[str]:
    """Return the names of those whose heads are covered by words."""
    covered = []
    for each in place(scene, lens):
        tall = each.body.build.stature_m * each.scale
        top = each.y - tall * math.cos(math.radians(each.view.pitch_deg))
        head = pygame.Rect(each.x - 0.1 * each.scale, top, 0.2 * each.scale, 0.13 * tall)
        if each.body.kind != "ghost" and head.collidelist(words) >= 0:
            covered.append(each.body.name)
    return covered


@pytest.mark.parametrize("camera", [Camera.CHASE, Camera.GROUP])
@pytest.mark.parametrize("size", [(1080, 1920), (768, 1024), (1280, 720)])
def test_beside_a_tall_result_board_her_name_lies_on_no_head(
    show: Show, camera: Camera, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was pushed off the board and onto her back and the next pacer's head."""
    close, layout = CloseUp(), arrange_lecture(*size)
    monkeypatch.setattr(close, "bodies", lambda _, scene, lens, *__, **___: place(scene, lens))
    target, style = pygame.Surface(layout.view[2:], 0, 32), Style(TYPE, layout.sizes, NIGHT)
    for after_s in (2.7, 3.5, 5.0):
        scene = at(show, show.recording.end_s + after_s)
        board = _board_box(scene, layout, resting(camera))
        assert board is not None
        rig, off = rig_of(resting(camera), scene, layout, layout.view), pygame.Rect(board)
        _board, _map, name, *others = close.draw(
            target, scene, rig, style, labels=True, exact=False, keep_off=(board,)
        )
        assert off.collidelist([name, *others]) < 0
        assert not _on_heads([name], scene, Lens(rig, *target.get_size())), after_s


@pytest.mark.parametrize(
    "layout",
    [arrange(1280, 720), arrange(1920, 1080), arrange(3840, 2160), arrange_lecture(1280, 720)],
    ids=["1280", "1920", "3840", "presenting"],
)
@pytest.mark.parametrize("camera", CLOSE)
def test_she_is_named_at_every_zoom_and_her_name_covers_no_face_and_no_number(
    show: Show, camera: Camera, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    close, off = CloseUp(), [layout.title, layout.rate, layout.status]
    monkeypatch.setattr(close, "bodies", lambda _, scene, lens, *__, **___: place(scene, lens))
    target, style = pygame.Surface(layout.view[2:], 0, 32), Style(TYPE, layout.sizes, NIGHT)
    heads, before = tuple(each for each in off if each is not None), None
    monkeypatch.setattr(arena, "draw", lambda *_: None)
    zooms = np.linspace(1.0, MOST_CLOSER, 14).tolist()
    for time_s, zoom in itertools.product((30.0, 111.0), zooms):
        scene = at(show, time_s)
        rig = rig_of(replace(resting(camera), zoom=zoom), scene, layout, layout.view)

        def words(scene: Scene, rig: Rig = rig) -> list[pygame.Rect]:
            return close.draw(target, scene, rig, style, labels=True, exact=False, keep_off=heads)[
                len(heads) :
            ]

        assert len(words(replace(scene, ghosts=(), gaps=()))) == 2, "the map and her name"
        the_map, name, *others = words(scene)
        assert target.get_rect().contains(name)
        assert name.collidelist([the_map, *others, *(pygame.Rect(each) for each in heads)]) < 0
        (her,) = (
            each
            for each in place(scene, Lens(rig, *target.get_size()))
            if each.body is scene.runner
        )
        tall = her.body.build.stature_m * her.scale
        top = her.y - tall * math.cos(math.radians(her.view.pitch_deg))
        face = pygame.Rect(her.x - 0.24 * her.scale, top, 0.34 * her.scale, 0.13 * tall)
        assert not name.colliderect(face), (time_s, zoom)
        if before is not None and zoom > 1.0:
            assert math.dist(name.center, before.center) < 0.1 * target.get_width(), zoom
        before = name


@pytest.mark.parametrize(
    "layout",
    [arrange(1280, 720), arrange(3840, 2160), arrange(720, 1280), arrange_lecture(1280, 720)],
    ids=["wide", "large", "tall", "presenting"],
)
@pytest.mark.parametrize("camera", [Camera.CHASE, Camera.GROUP])
def test_no_label_lies_on_the_line_to_the_light_where_the_camera_looks_down(
    show: Show, camera: Camera, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = CloseUp()
    monkeypatch.setattr(close, "bodies", lambda _, scene, lens, *__, **___: place(scene, lens))
    target, style = pygame.Surface(layout.view[2:], 0, 32), Style(TYPE, layout.sizes, NIGHT)
    for time_s in range(5, 170, 13):
        scene = at(show, float(time_s))
        rig = rig_of(resting(camera), scene, layout, layout.view)
        _map, *words = close.draw(target, scene, rig, style, labels=True, exact=False)
        lens, her = Lens(rig, *target.get_size()), scene.s_m(scene.runner)
        metres = scene.gaps[0].metres or 0.0
        line = [lens.spot(her + m, close_up.GAP_OFFSET_M)[:2] for m in np.linspace(0, metres, 50)]
        for word in words:
            on = [spot for spot in line if word.inflate(-4, -4).collidepoint(spot)]
            assert not on, (time_s, word)


@pytest.mark.parametrize("time_s", [190.0, 195.0, 215.0])
def test_a_name_beside_the_line_to_a_far_light_is_whole_and_off_it(
    show: Show, time_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a bend dashes ran into the end of a ghost's name, which was cut beside free lawn."""
    close, layout = CloseUp(), arrange_lecture(1080, 1920)
    monkeypatch.setattr(close, "bodies", lambda _, scene, lens, *__, **___: place(scene, lens))
    target, style = pygame.Surface(layout.view[2:], 0, 32), Style(TYPE, layout.sizes, NIGHT)
    scene = at(show, time_s)
    x_m = scene.runner.x_m + 8.0
    ghost = replace(scene.ghosts[0], x_m=x_m, offset_m=0.0, alpha=0.9, reach_m=0.0)

    def name(label: str) -> pygame.Rect:
        there = replace(scene, ghosts=(replace(ghost, label=label),))
        words = close.draw(target, there, rig, style, labels=True, exact=False)
        return words[2]  # after the map and her name

    rig = rig_of(resting(Camera.GROUP), scene, layout, layout.view)
    lens, her = Lens(rig, *target.get_size()), scene.s_m(scene.runner)
    px = style.sizes.px(19)
    assert name("twelve pacers").w > style.type.width("TWELVE PACERS", SEMIBOLD, px, 5) > 300
    line = [lens.spot(her + m, close_up.GAP_OFFSET_M)[:2] for m in np.linspace(0.0, 15.0, 200)]
    inner = name("twelve pacers").inflate(-12, -24)  # its ends are round
    assert not [spot for spot in line if inner.collidepoint(spot)]


@pytest.mark.parametrize("camera", CLOSE)
@pytest.mark.parametrize("stretch_s", [(10.5, 10.8), (93.2, 93.4), (105.2, 105.5)])
def test_a_label_that_comes_or_goes_pushes_no_other_aside_at_once(
    show: Show, camera: Camera, stretch_s: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[object] = []
    places: list[pygame.Rect | None] = []
    names_of, free = close_up.names, close_up._free

    def noting_names(*given: Any, **how: Any) -> list[close_up.Label]:
        labels = names_of(*given, **how)
        called[:] = [id(each.picture) for each in labels]
        return labels

    def noting_free(*given: Any) -> pygame.Rect | None:
        places.append(free(*given))
        return places[-1]

    monkeypatch.setattr(close_up, "names", noting_names)
    monkeypatch.setattr(close_up, "_free", noting_free)
    close, layout = CloseUp(), arrange(1920, 1080)
    monkeypatch.setattr(close, "bodies", lambda _, scene, lens, *__, **___: place(scene, lens))
    target, style = pygame.Surface(layout.view[2:], 0, 32), Style(TYPE, layout.sizes, NIGHT)
    before: dict[object, pygame.Rect] = {}
    for time_s in np.arange(*stretch_s, 1.0 / 60.0).tolist():
        scene = at(show, time_s)
        places.clear()
        rig = rig_of(resting(camera), scene, layout, layout.view)
        close.draw(target, scene, rig, style, labels=True, exact=False)
        every = dict(zip([*called, "gap"], places, strict=False))
        now = {each: place for each, place in every.items() if place and place.h}
        for each in now.keys() & before.keys():
            was, there = before[each], now[each]
            assert math.dist(was.center, there.center) < 6.0, (time_s, was, there)
        before = now
    assert before


def test_words_do_not_jump_as_a_flight_arrives_at_the_rail(show: Show) -> None:
    layout, scene = arrange(1280, 720), at(show, 111.0)
    style, close = Style(TYPE, layout.sizes, THEMES["night"]), CloseUp()

    def words(shot: Shot) -> list[pygame.Rect]:
        target = pygame.Surface(layout.view[2:], 0, 32)
        rig = rig_of(shot, scene, layout, layout.view)
        return close.draw(target, scene, rig, style, labels=True, exact=False)

    flight = Shot().to(Camera.RAIL)
    last, rest = words(flight.after(0.98 * MOVE_S)), words(flight.after(MOVE_S))
    assert len(last) == len(rest) > 2
    for one, other in zip(last, rest, strict=True):
        assert math.dist(one.center, other.center) < 5


@pytest.mark.parametrize("before", [Camera.WHOLE, Camera.CHASE, Camera.GROUP])
def test_the_arena_does_not_jump_as_a_flight_arrives_at_the_rail(
    show: Show, before: Camera
) -> None:
    """Lamps appeared, the crowd got sharp and the turf dark from one picture to the next."""
    scene, painter, flight = at(show, 111.0), Painter(), resting(before).to(Camera.RAIL)

    def picture(share: float) -> np.ndarray:
        pixels = drawn(painter, scene, flight.after(share * MOVE_S))
        return np.frombuffer(pixels, np.uint8).astype(float)

    assert np.abs(picture(1.0) - picture(0.98)).mean() < 1.5


def test_no_background_is_painted_for_a_height_that_soon_changes() -> None:
    flight = Shot().to(Camera.RAIL)
    assert flight.after(0.79 * MOVE_S).band < 1.0
    scene = scenes.running(20.0)
    layout = arrange(1280, 720)
    for k in range(80, 101):
        assert flight.after(k / 100 * MOVE_S).band == 1.0
    for k in range(80):
        rig = rig_of(flight.after(k / 100 * MOVE_S), scene, layout, layout.view)
        assert rig.pitch > arena.PAINTED
