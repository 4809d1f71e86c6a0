from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np
import pygame
import pytest

from simulator import load_scenario, simulate
from simulator.coefficients import KERB_RADIUS_M, LANE_WIDTH_M, LAP_M, STRAIGHT_M
from simulator.screen import Camera
from simulator.stage.playback import Playback
from simulator.stage.scene import Chance, Scene, Weather
from simulator.stage.scene_builder import ShowOptions, scene_of
from simulator.stage.show import make_show
from simulator.view import camera
from simulator.view.arranging import arrange, arrange_lecture
from simulator.view.camera import Shot, Viewpoint, looking, resting
from simulator.view.layers import bodies, effects, track
from simulator.view.layers.bodies import NameLabel
from simulator.view.layout import Layout
from simulator.view.panels import scoreboard
from simulator.view.panels.panel import CachedLayer
from simulator.view.perspective import track_at
from simulator.view.picture import Painter, PictureOptions, _board_box, layout_of
from simulator.view.text import SEMIBOLD, Style, Type
from simulator.view.theme import THEMES
from tests.view import scenes

TYPE = Type()
BODY_M = 1.7
SIZES = [(640, 480), (1024, 768), (1280, 720), (1920, 1080), (3840, 2160)]


def placed(scene: Scene, layout: Layout, *, follow: bool) -> list[NameLabel]:
    style = Style(TYPE, layout.sizes, THEMES["night"])
    view = camera.whole(layout.track)
    if follow:
        view = looking(layout, Viewpoint(30.0, -36.0, 3.0))
    found = bodies.spots(scene, view)
    box = layout.view if follow else layout.names
    off = (*layout.solid(), effects.weather_box(view, layout.infield, style))
    return bodies.place_names(found, view, box, () if follow else off, style)


@pytest.mark.parametrize("follow", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_labels_never_overlap(size: tuple[int, int], follow: bool) -> None:
    layout = arrange(*size)
    bounds = layout.view if follow else layout.names
    for time_s in range(0, 246, 3):
        found = placed(scenes.running(float(time_s)), layout, follow=follow)
        for a, b in itertools.combinations(found, 2):
            assert not a.box.touches(b.box), (time_s, a.text, b.text)
        for label in found:
            assert label.box.x >= bounds.x, (time_s, label)
            assert label.box.right <= bounds.right, (time_s, label)
            room = label.box.w - TYPE.width(label.text, SEMIBOLD, label.px)
            assert room >= 0.4 * label.px - 1, "two names read as one"


def test_the_runner_is_always_named() -> None:
    for size in SIZES:
        for time_s in range(0, 246, 3):
            found = placed(scenes.running(float(time_s)), arrange(*size), follow=False)
            assert any(label.text == "KIPYEGON" for label in found), (size, time_s)


def test_labels_keep_off_the_score() -> None:
    layout = arrange(1280, 720)
    for time_s in range(0, 246, 3):
        for label in placed(scenes.running(float(time_s)), layout, follow=False):
            assert not any(label.box.touches(box) for box in layout.solid())


PICTURES = [
    *((size, False) for size in [(640, 360), (800, 600), (720, 1280), (1280, 720), (1920, 1080)]),
    *((size, True) for size in [(480, 800), (720, 1280), (1080, 1920), (1280, 720)]),
]


class Writing:
    """Notes what is written into a picture, and where."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found: list[tuple[str, pygame.Rect]] = []
        write = Type.write

        def noting(type_: Type, target: Any, text: str, at: Any, *given: Any, **more: Any) -> int:
            wide, px = write(type_, target, text, at, *given, **more), given[1]
            left, top = at[0] - more.get("align", 0.0) * wide, at[1] - 0.36 * px
            self.found.append((text, pygame.Rect(left, top, wide, 0.72 * px)))
            return wide

        monkeypatch.setattr(Type, "write", noting)


@pytest.mark.parametrize(("size", "presenting"), PICTURES)
def test_no_name_lies_on_the_gaps_words_or_the_forecast(
    size: tuple[int, int], presenting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, chance = Writing(monkeypatch), Chance(0.0, "sub-4:00", "< 1 %")
    for time_s in range(0, 246, 9):
        writing.found.clear()
        scene = replace(scenes.running(float(time_s)), chance=chance)
        options = PictureOptions(presenting=presenting)
        Painter().draw(pygame.Surface(size, 0, 32), scene, options)
        named = {ghost.label for ghost in scene.ghosts}
        names = [box for text, box in writing.found if text in named]
        for text, box in writing.found:
            if text.endswith("the light") or "this pace" in text or "chance" in text:
                assert box.collidelist(names) < 0, (time_s, text)


@pytest.mark.parametrize(("size", "presenting"), PICTURES)
def test_no_name_lies_on_words_on_the_track(
    size: tuple[int, int], presenting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, options = Writing(monkeypatch), PictureOptions(presenting=presenting)
    layout = layout_of(size, None, options)
    style, view = Style(TYPE, layout.sizes, THEMES["night"]), camera.whole(layout.track)
    start_s_m = scenes.running(1.0).start_s_m
    marks = bodies.boxes_of(track.painted_names(view, start_s_m, style))
    ink = [pygame.Rect(box).inflate(0, -0.28 * box.h) for box in marks]
    for time_s in range(0, 246, 9):
        writing.found.clear()
        scene = scenes.running(float(time_s))
        Painter().draw(pygame.Surface(size, 0, 32), scene, options)
        names = [box for text, box in writing.found if text == scene.runner.label]
        assert names, "she is always named"
        assert all(box.collidelist(ink) < 0 for box in names), time_s


@pytest.mark.parametrize(("size", "presenting"), PICTURES)
def test_the_sign_of_the_weather_lies_on_nothing_of_the_score(
    size: tuple[int, int], presenting: bool
) -> None:
    scene = replace(scenes.light_lost(), chance=Chance(0.0, "sub-4:00", "< 1 %"))
    layout = layout_of(size, None, PictureOptions(presenting=presenting))
    style, view = Style(TYPE, layout.sizes, THEMES["night"]), camera.whole(layout.track)
    sign = effects.weather_box(view, layout.infield, style)
    for box in (*layout.solid(), *scoreboard.written(scene, layout.infield, style)):
        assert not sign.touches(box)
    alone = pygame.Surface(size, pygame.SRCALPHA, 32)
    for degrees in range(0, 360, 15):
        weather = Weather(3.2, math.radians(degrees), 31.0)
        effects.draw_weather(alone, sign, weather=weather, style=style)
    assert pygame.Rect(sign).contains(alone.get_bounding_rect()), "names keep off the whole sign"


def test_long_names_are_cut() -> None:
    scene = scenes.light_lost()
    scene = replace(scene, runner=replace(scene.runner, label="Ω🏃" * 4000))
    (label,) = (one for one in placed(scene, arrange(1280, 720), follow=False) if "Ω" in one.text)
    assert label.box.w < 240


@pytest.mark.parametrize("shot", [Shot(), resting(Camera.RAIL), resting(Camera.GROUP)])
@pytest.mark.parametrize("size", [(640, 360), (800, 600), (1280, 720)])
def test_names_that_have_room_are_whole(
    size: tuple[int, int], shot: Shot, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut, fit = list[str](), Type.fit
    labels = {"ingebrigtsen", "before: pacers 13", "1:02:56.40"}

    def fitting(type_: Type, text: str, *given: Any, **more: Any) -> str:
        shown = fit(type_, text, *given, **more)
        if text.lower() in labels and shown != text:
            cut.append(shown)
        return shown

    scene = scenes.running(60.0)
    ghosts = (
        replace(ghost, label=label, x_m=scene.runner.x_m + gap_m)
        for ghost, label, gap_m in zip(
            scene.ghosts, ("before: pacers 13", "1:02:56.40"), (-1.0, 1.0), strict=True
        )
    )
    runner = replace(scene.runner, label="Ingebrigtsen")
    scene = replace(scene, runner=runner, ghosts=tuple(ghosts))
    monkeypatch.setattr(Type, "fit", fitting)
    Painter().draw(pygame.Surface(size, 0, 32), scene, PictureOptions(shot=shot))
    assert cut == []


def test_labels_glide_between_neighbouring_pictures() -> None:
    layout = arrange(1920, 1080)
    before: dict[str, NameLabel] = {}
    jumps = 0
    for k in range(600):
        found = {one.text: one for one in placed(scenes.running(60 + k / 60), layout, follow=False)}
        for text, label in found.items():
            if text in before:
                old = before[text].box
                far = abs(label.box.x - old.x) + abs(label.box.y - old.y)
                jumps += far > 6
        before = found
    assert jumps == 0


@pytest.mark.parametrize("size", [(640, 360), (800, 450), (960, 540), (720, 1280), (1280, 720)])
def test_a_name_that_nobody_pushes_goes_round_the_track_with_its_runner(
    size: tuple[int, int],
) -> None:
    """The lines above and below the track, and the clock, held a name back and then let it go.

    So did the sign of the weather.
    """
    layout = arrange(*size)
    before: dict[str, NameLabel] = {}
    for fifths in range(400):
        scene = scenes.running(fifths / 5)
        found = placed(replace(scene, ghosts=scene.ghosts[:1]), layout, follow=False)
        now = {one.text: one for one in found}
        assert len(now) == 2
        for text, label in now.items():
            old = before.get(text, label).box
            assert math.dist(label.box.centre, old.centre) < 20.0, (fifths / 5, text)
            assert math.dist(label.start, label.box.centre) < 100.0, (fifths / 5, text)
            for line in (layout.title, layout.rate, layout.status, layout.foot):
                assert line is None or not label.box.touches(line)
        before = now


TALL = [(480, 800), (720, 1280), (768, 1024), (900, 1200), (1080, 1920)]


@pytest.mark.parametrize(
    ("size", "caption"),
    [((1080, 1920), True), ((720, 1280), False), ((768, 1024), True), ((480, 800), True)],
)
def test_in_a_tall_lecture_her_name_never_jumps_and_ghosts_are_named(
    size: tuple[int, int], caption: bool
) -> None:
    """All names are in the infield, which the score leaves free, and off the track."""
    layout = arrange_lecture(*size, caption=caption)
    style, view = Style(TYPE, layout.sizes, THEMES["night"]), camera.whole(layout.track)
    scenario = load_scenario("breaking4")
    show = make_show(scenario, simulate(scenario))
    words = bodies.boxes_of(track.painted_names(view, scenes.running(1.0).start_s_m, style))
    before, apart, named = None, 0, 0
    end_s = show.recording.end_s
    for time_s in np.arange(0.0, end_s, 0.4).tolist():
        moment = Playback(time_s, end_s, paused=False, furthest_s=time_s)
        scene = scene_of(show, moment, ShowOptions())
        spots = bodies.spots(scene, view)
        labels = bodies.place_names(spots, view, layout.names, words, style, inside=layout.banded)
        found = {label.text: label.box for label in labels}
        her = found["KIPYEGON"]
        now = her.centre, (spots[-1].x, spots[-1].y)
        if before is not None:
            moved, ran = (math.dist(a, b) for a, b in zip(now, before, strict=True))
            assert moved < 2.5 * ran + 3.0, time_s
        before = now
        for a, b in itertools.combinations((*found.values(), *words), 2):
            assert not a.touches(b) or {a, b} <= set(words)
        for x, y, w, h in found.values():
            for corner in itertools.product((x, x + w), (y, y + h)):
                across_m, up_m = view.plane(*corner)
                out_m = math.hypot(max(abs(across_m) - STRAIGHT_M / 2, 0.0), up_m)
                assert out_m < KERB_RADIUS_M, "it lies on no lane"
        far = [one for one in scene.ghosts if abs(one.x_m - scene.runner.x_m) > BODY_M]
        apart += len(far)
        named += sum(one.label in found for one in far)
    assert apart > 500
    assert named > 0.95 * apart


@pytest.mark.parametrize("start_s_m", [0.0, 10.0, 200.0, 390.656])
@pytest.mark.parametrize("size", TALL)
def test_words_on_an_upright_track_stand_along_its_outer_lanes(
    size: tuple[int, int], start_s_m: float
) -> None:
    layout = arrange_lecture(*size, frozenset())
    style, view = Style(TYPE, layout.sizes, THEMES["night"]), camera.whole(layout.track)
    assert view.upright
    painted = track.painted_names(view, start_s_m, style)
    for text, (x, y), (wide, high) in painted:
        if not text.isdigit():
            across_m = abs(view.plane(x, y)[1])
            assert high > wide, "along the straight"
            assert KERB_RADIUS_M + 1.5 * LANE_WIDTH_M < across_m < track.OUTER_M - LANE_WIDTH_M
    for a, b in itertools.combinations(bodies.boxes_of(painted), 2):
        assert not a.touches(b)
    surface = pygame.Surface((layout.width, layout.height), pygame.SRCALPHA, 32)
    track.mark_names(surface, view, layout.stage, start_s_m, style)
    ink = pygame.mask.from_surface(surface)
    for box in bodies.boxes_of(painted):
        ink.erase(pygame.Mask(box[2:], fill=True), box[:2])
    assert ink.count() == 0, "they are drawn where it is said"


@pytest.mark.parametrize("size", [(960, 540), (1280, 720), (1920, 1080), (720, 1280)])
def test_names_of_ghosts_that_stand_together_keep_their_sides(size: tuple[int, int]) -> None:
    scenario, layout = load_scenario("breaking4"), arrange(*size)
    show, view = make_show(scenario, simulate(scenario)), camera.whole(layout.track)
    sides: list[bool] = []
    for fifths in range(5 * math.floor(show.recording.end_s)):
        moment = Playback(fifths / 5, show.recording.end_s, paused=False, furthest_s=fifths / 5)
        found = placed(scene_of(show, moment, ShowOptions()), layout, follow=False)
        names = {one.text: track_at(*view.plane(*one.box.centre)) for one in found}
        first, second = (names[text] for text in ("4:00", "4:06.42"))
        sides.append((second - first) % LAP_M < LAP_M / 2)
    assert sum(a != b for a, b in itertools.pairwise(sides)) == 0


def test_a_leader_leaves_out_the_words_on_the_track() -> None:
    layout, surface = arrange(1280, 720), pygame.Surface((1280, 720))
    style, view = Style(TYPE, layout.sizes, THEMES["night"]), camera.whole(layout.track)
    words = track.painted_names(view, scenes.running(1.0).start_s_m, style)
    places = [pygame.Rect(x - w / 2, y - h / 2 + 1, w, h - 2) for _, (x, y), (w, h) in words]
    crossed = {"in the way": 0, "left out": 0}
    for tenths in range(1150, 1250, 5):
        labels = placed(scenes.running(tenths / 10), layout, follow=False)
        for case, painted in (("in the way", []), ("left out", words)):
            with patch.object(pygame.draw, "aaline") as aaline:
                bodies.write_names(surface, labels, style, painted)
            lines = [call.args[2:4] for call in aaline.call_args_list]
            crossed[case] += sum(bool(place.clipline(*li)) for place in places for li in lines)
    assert crossed["in the way"] > 0
    assert crossed["left out"] == 0


def crowd(time_s: float) -> Scene:
    """Return a scene with ten ghosts close to one another."""
    scene = scenes.running(time_s)
    ghosts = (
        replace(scene.ghosts[0], label=f"4:1{n}.5", x_m=scene.runner.x_m - 1.4 * n * n)
        for n in range(10)
    )
    return replace(scene, ghosts=tuple(ghosts))


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (1920, 1080)])
def test_leaders_cross_no_other_name_and_no_name_is_far_from_its_dot(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    layout, lines = arrange(*size), list[tuple[Any, Any]]()
    style, surface = Style(TYPE, layout.sizes, THEMES["night"]), pygame.Surface(size)
    monkeypatch.setattr(pygame.draw, "aaline", lambda _, __, *ends: lines.append(ends))
    for time_s in range(2, 246, 7):
        labels = placed(crowd(float(time_s)), layout, follow=False)
        assert len(labels) > 1
        bodies.write_names(surface, labels, style)
        for label in labels:
            inside = pygame.Rect(label.box).inflate(-6, -6)
            for line in lines:
                ends_here = any(inside.inflate(8, 8).collidepoint(end) for end in line)
                assert ends_here or not inside.clipline(line), (time_s, label.text)
            if label.text.startswith("4:"):
                away = math.dist(label.start, label.box.centre)
                assert away < 2.7 * label.box.w, (time_s, label.text)
        lines.clear()


def test_names_have_the_room_that_a_lectures_gap_leaves() -> None:
    layout = arrange_lecture(1280, 720)
    style, scene = Style(TYPE, layout.sizes, THEMES["night"]), scenes.running(60.0)
    surface = pygame.Surface((1280, 720), pygame.SRCALPHA, 32)
    layer = CachedLayer(surface)
    scoreboard.show(layer, scene, layout.infield._replace(clock=None), style)
    gap, words = scoreboard.written(scene, layout.infield, style)
    box = layout.infield.gap
    assert box is not None
    assert gap.w < 0.9 * box.w
    ink = layer.picture.get_bounding_rect()
    assert ink.right <= max(gap.right, words.right) + 1
    assert min(gap.x, words.x) - 1 <= ink.x


@pytest.mark.parametrize(("size", "presenting"), PICTURES)
def test_no_name_lies_under_the_result_board(
    size: tuple[int, int], presenting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In lectures it covered half the name of a ghost that had finished before."""
    writing, options = Writing(monkeypatch), PictureOptions(presenting=presenting)
    finish, layout = replace(scenes.finish(), board_share=1.0), layout_of(size, None, options)
    board = _board_box(finish, layout, options.shot)
    for on_m in range(20, 240, 20):
        one, x_m = finish.ghosts[0], scenes.RACE_M + on_m
        ghosts = tuple(replace(one, name=n, label=f"ghost {n}", x_m=x_m) for n in "AB")
        writing.found.clear()
        Painter().draw(pygame.Surface(size, 0, 32), replace(finish, ghosts=ghosts), options)
        labels = [ghost.label for ghost in ghosts]
        names = [place for text, place in writing.found if text in labels]
        on_stage = [place for place in names if layout.stage.holds(place.center)]
        assert board is None or pygame.Rect(board).collidelist(on_stage) < 0, on_m
