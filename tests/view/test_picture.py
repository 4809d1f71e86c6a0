from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pygame
import pytest

from simulator.analysis.gaps import GapState
from simulator.screen import Camera
from simulator.stage.keys import BINDINGS, BY_HAND, PRESENTING
from simulator.stage.scene import (
    Body,
    Chance,
    ChartCurve,
    LightLost,
    PacerSlot,
    Phase,
    Scene,
    StartLight,
)
from simulator.view import camera
from simulator.view.arranging import arrange, arrange_lecture
from simulator.view.camera import Shot, Viewpoint, resting
from simulator.view.input import rows
from simulator.view.layers import bodies, effects, group
from simulator.view.layers.track import (
    Tiles,
    draw_ground,
    led_pips,
    mark_lines,
    mark_names,
    paint,
    painted_names,
)
from simulator.view.layout import Box
from simulator.view.panels import cards, scoreboard
from simulator.view.panels.panel import CachedLayer, Paint
from simulator.view.panels.side import SplitsPanel
from simulator.view.panels.timeline import plot_box
from simulator.view.perspective import place_at
from simulator.view.picture import Painter, PictureOptions, layout_of, save_png
from simulator.view.sprites import LEVELS, PHASES, dot, glow, ring
from simulator.view.text import Style, Type
from simulator.view.theme import NIGHT, THEMES, Theme, relative_luminance
from tests.view import scenes
from tests.view.golden import compare
from tests.view.test_side import Inked

THEME = THEMES["night"]
SIZE = (960, 540)
RAIL = resting(Camera.RAIL)
ARRIVING = Shot().to(Camera.RAIL).after(0.6)
SHOTS = [
    *(resting(each) for each in Camera),
    *(Shot().to(Camera.GROUP).after(seconds) for seconds in (0.001, 0.4, 0.799)),
    Shot().held(Viewpoint(30.0, -40.0, 6.0)).after(0.1),
]


def drawn(painter: Painter, scene: Scene, options: PictureOptions | None = None) -> bytes:
    surface = pygame.Surface(SIZE, 0, 32)
    painter.draw(surface, scene, options)
    return pygame.image.tobytes(surface, "RGB")


@pytest.mark.parametrize("size", [(960, 540), (1280, 720), (1920, 1080)])
@pytest.mark.parametrize("controls", [False, True])
def test_a_notice_leaves_the_line_of_what_is_assumed(size: tuple[int, int], controls: bool) -> None:
    options = PictureOptions(controls=controls)
    foot = layout_of(size, None, options).foot
    assert foot is not None
    lines = []
    for notice in ("", "There is no sound on this machine: no device was found."):
        surface = pygame.Surface(size, 0, 32)
        Painter().draw(surface, replace(scenes.bell(), notice=notice), options)
        lines.append(pygame.image.tobytes(surface.subsurface(foot[:4]), "RGB"))
    assert lines[0] == lines[1]


def test_a_playing_window_shows_no_number_more_than_a_picture_late() -> None:
    moments = [scenes.running(60.0 + 0.1 * k) for k in range(6)]
    curves = moments[0].chart.curves  # of one run
    moments = [replace(each, chart=replace(each.chart, curves=curves)) for each in moments]
    options, window = PictureOptions(shot=RAIL, tiles=0), Painter()
    layout = layout_of(SIZE, None, options)
    parts = layout.band.area, layout.side[0][1]

    def seen(painter: Painter, scene: Scene) -> list[bytes]:
        surface = pygame.Surface(SIZE, 0, 32)
        painter.draw(surface, scene, options)
        return [pygame.image.tobytes(surface.subsurface(part[:4]), "RGB") for part in parts]

    exact = [seen(Painter(), each) for each in moments]
    assert seen(window, moments[0]) == exact[0]
    for k in range(1, len(moments)):
        shown = seen(window, moments[k])
        for part, late, due in zip(shown, exact[k - 1], exact[k], strict=True):
            assert part in (late, due)
        assert shown != exact[k - 1]
    assert seen(window, replace(moments[-1], paused=True)) == exact[-1]


@pytest.mark.parametrize(
    "options",
    [
        PictureOptions(),
        PictureOptions(shot=RAIL),
        PictureOptions(shot=ARRIVING),
        PictureOptions(controls=True),
    ],
)
def test_a_picture_depends_on_nothing_but_the_scene(options: PictureOptions) -> None:
    used = Painter()
    moments = [f() for f in scenes.MOMENTS.values()]
    moments += [scenes.running(float(t)) for t in (3, 50, 139.6, 12, 200)]
    fresh = [drawn(Painter(), scene, options) for scene in moments]
    rows = list(zip(moments, fresh, strict=True))
    for scene, picture in rows + rows[::-2]:
        drawn(used, scene, replace(options, shot=Shot().to(Camera.RAIL).after(0.3)))
        assert drawn(used, scene, options) == picture


WAYS = list(itertools.product((True, False), repeat=2))
WHOLE = [False, pytest.param(True, marks=pytest.mark.slow)]
"""Some of all combinations, each pair of whose parts meets; all of them, which takes a while."""


@pytest.mark.parametrize("whole", WHOLE)
@pytest.mark.parametrize("moment", scenes.MOMENTS)
def test_every_moment_can_be_drawn_in_every_way(moment: str, whole: bool) -> None:
    painter = Painter()
    scene = replace(scenes.MOMENTS[moment](), notice="A notice.")
    first = list(scenes.MOMENTS).index(moment)
    for i, shot in enumerate(SHOTS):
        for shown, presenting in WAYS if whole else [WAYS[(first + i) % len(WAYS)]]:
            options = PictureOptions(labels=shown, shot=shot, help=shown, presenting=presenting)
            drawn(painter, scene, options)


def odd(change: Callable[[Scene], Scene]) -> Scene:
    return change(scenes.light_lost())


ODD = [
    odd(lambda s: replace(s, ghosts=(), pacers=(), waves=(), gaps=(), meters=(), splits=())),
    odd(lambda s: replace(s, what_if=None, projected_s=None, assumed=())),
    odd(lambda s: replace(s, title="🏃" * 10_000, subtitle="ש" * 10_000, notice="é" * 10_000)),
    odd(lambda s: replace(s, runner=replace(s.runner, x_m=-7.0, alpha=0.0))),
    odd(lambda s: replace(s, leds=0, waves=())),
    odd(lambda s: replace(s, pacers=s.pacers * 4)),
    odd(lambda s: replace(s, gaps=s.gaps * 6, splits=s.splits * 5, meters=s.meters * 3)),
    odd(lambda s: replace(s, chart=replace(s.chart, curves=(), marks=(), reveal_m=-5.0))),
    odd(lambda s: replace(s, race_m=10_000.0, start_s_m=0.0)),
    odd(lambda s: replace(s, runner=replace(s.runner, colour="#zzzzzz"), speed=0.1)),
]
ODD_SIZES = [(40, 30), (480, 800), (1280, 720)]


@pytest.mark.parametrize("number", range(len(ODD)))
@pytest.mark.parametrize("whole", WHOLE)
def test_odd_scenes_are_drawn(number: int, whole: bool) -> None:
    surfaces = [pygame.Surface(size, 0, 32) for size in ODD_SIZES]
    painters = [Painter() for _ in surfaces]
    every = list(itertools.product(range(len(surfaces)), (False, True)))
    for i, camera_ in enumerate(Camera):
        for j, presenting in every if whole else [every[(number + i) % len(every)]]:
            options = PictureOptions(shot=resting(camera_), presenting=presenting)
            painters[j].draw(surfaces[j], ODD[number], options)


def test_suspense_hides_what_is_still_to_come() -> None:
    scene = scenes.light_lost()
    other = scene.chart.curves[-1]
    later = other.x_m > scene.chart.reveal_m + 2
    changed = ChartCurve(
        other.name, other.colour, other.kind, other.x_m, np.where(later, -0.5, other.values)
    )
    chart = replace(scene.chart, curves=(*scene.chart.curves[:-1], changed))
    first = drawn(Painter(), scene)
    assert drawn(Painter(), replace(scene, chart=chart)) == first
    assert scene.what_if is not None
    bars = tuple(replace(b, finish_s=251.0) if b.current else b for b in scene.what_if.bars)
    assert drawn(Painter(), replace(scene, what_if=replace(scene.what_if, bars=bars))) == first
    band = scene.chart.band
    assert band is not None
    later = band.x_m > scene.chart.reveal_m + 2
    wide = replace(band, high_s=np.where(later, 6.0, band.high_s))
    assert drawn(Painter(), replace(scene, chart=replace(chart, band=wide))) == first
    shown = replace(chart, reveal_m=scene.race_m)
    assert drawn(Painter(), replace(scene, chart=shown)) != first


def test_the_band_is_drawn_where_it_is_and_nowhere_else() -> None:
    scene = scenes.finish()
    layout = arrange(*SIZE, False)
    assert layout.timeline is not None
    area = plot_box(layout.timeline, layout.sizes)
    none = replace(scene, chart=replace(scene.chart, band=None))
    first, second = (np.frombuffer(drawn(Painter(), s), np.uint8) for s in (scene, none))
    differs = (first != second).reshape(SIZE[1], SIZE[0], 3).any(axis=2)
    inside = differs[area.y : area.bottom, area.x : area.right]
    assert not inside[:, : int(0.24 * area.w)].any()
    columns = inside.sum(axis=0)
    assert columns[int(0.95 * area.w)] > columns[int(0.5 * area.w)] > 2
    assert not inside[: int(0.05 * area.h)].any()
    # beside it, only the key in the heading has changed
    differs[area.y : area.bottom, area.x : area.right] = False
    rows = np.flatnonzero(differs.any(axis=1))
    assert layout.timeline.y <= rows.min() <= rows.max() < area.y


@pytest.mark.parametrize("size", [(1024, 768), (1280, 720), (1920, 1080), (3840, 2160)])
@pytest.mark.parametrize("following", [False, True])
def test_the_outlook_has_room_for_the_chance(size: tuple[int, int], following: bool) -> None:
    layout = arrange(*size, True)
    hud = layout.band if following else layout.infield
    assert hud.outlook is not None
    style = Style(Type(), layout.sizes, THEME)
    pace = "this pace" if following and size < (1920, 1080) else "the last 200 m's pace"
    for chance, end in (
        (Chance(0.0, "sub-4:00", "< 1 %"), ", and the model's chance of sub-4:00 is < 1 %"),
        (Chance(0.02, "sub-4:00", "2 %"), ", and the model's chance of sub-4:00 is 2 %"),
        (None, ""),
    ):
        scene = replace(scenes.light_lost(), chance=chance)
        said = "".join(run[0] for run in scoreboard.outlook_of(scene, hud.outlook, style))
        assert said == f"at {pace} 4:01.9{end}"


@pytest.mark.parametrize(
    ("projected_s", "share", "words"),
    [
        (
            239.4,
            0.83,
            "at the last 200 m's pace 3:59.4, and the model's chance of sub-4:00 is 83 %",
        ),
        (239.4, 0.02, "at the last 200 m's pace 3:59.4, but the model's chance of sub-4:00 is 2 %"),
        (242.0, 0.02, "at the last 200 m's pace 4:02.0, and the model's chance of sub-4:00 is 2 %"),
        (
            242.0,
            0.62,
            "at the last 200 m's pace 4:02.0, but the model's chance of sub-4:00 is 62 %",
        ),
        (242.0, None, "at the last 200 m's pace 4:02.0"),
        (
            239.99,
            0.62,
            "at the last 200 m's pace 3:59.99, and the model's chance of sub-4:00 is 62 %",
        ),
        (
            240.02,
            0.47,
            "at the last 200 m's pace 4:00.02, and the model's chance of sub-4:00 is 47 %",
        ),
        (None, None, ""),
        (None, 0.5, "the model's chance of sub-4:00 is 50 %"),
    ],
)
def test_what_is_to_be_expected_is_one_sentence_that_never_disagrees_with_itself(
    projected_s: float | None, share: float | None, words: str
) -> None:
    scene = scenes.light_lost()
    chance = None if share is None else Chance(share, "sub-4:00", f"{100 * share:.0f} %")
    scene = replace(scene, chance=chance, projected_s=projected_s)
    style = Style(Type(), arrange(1280, 720).sizes, THEME)
    said = "".join(run[0] for run in scoreboard.outlook_of(scene, Box(0, 0, 900, 30), style))
    assert said == words


def test_the_line_of_what_is_to_be_expected_says_that_the_light_is_lost() -> None:
    scene = replace(scenes.light_lost(), lost=LightLost(933.55, 1.0))
    style = Style(Type(), arrange(1280, 720).sizes, THEME)
    said = "".join(run[0] for run in scoreboard.outlook_of(scene, Box(0, 0, 900, 30), style))
    assert said == "the light is lost at 933 m"
    later = replace(scene, lost=LightLost(934.2, scoreboard.LOST_SHOWN_S + 0.1))
    assert scoreboard.lost_words(later) == ()


@pytest.mark.parametrize("shot", [Shot(), RAIL], ids=["whole track", "rail"])
@pytest.mark.parametrize(
    ("size", "presenting"),
    [
        *((size, False) for size in [(640, 360), (800, 600), (480, 800), (1280, 720)]),
        *((size, True) for size in [(720, 1280), (1080, 1920), (480, 800), (1280, 720)]),
    ],
)
def test_every_picture_says_that_the_light_is_lost(
    size: tuple[int, int], presenting: bool, shot: Shot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, write = list[str](), Type.write

    def noting(type_: Type, target: pygame.Surface, text: str, *given: Any, **more: Any) -> int:
        said.append(text)
        return write(type_, target, text, *given, **more)

    monkeypatch.setattr(Type, "write", noting)
    scene = replace(scenes.light_lost(), lost=LightLost(934.2, 1.0))
    options = PictureOptions(shot=shot, presenting=presenting)
    Painter().draw(pygame.Surface(size, 0, 32), scene, options)
    assert {"the light is lost at 934 m", "light lost, 934 m"} & set(said)


def test_where_she_gives_up_the_score_says_so_at_once_and_shows_no_finish_time() -> None:
    ended = scenes.finish()
    assert ended.board is not None
    gave_up = replace(ended, board=replace(ended.board, finished=False))
    layout = arrange(1280, 720)
    style, hud = Style(Type(), layout.sizes, THEME), layout.infield
    said = []
    for scene in (ended, gave_up):
        layer = CachedLayer(pygame.Surface((1280, 720)))
        scoreboard.show(layer, scene, hud, style)
        shown: dict[str, Any] = {name: key for name, (_, key) in layer._shown.items()}
        said.append((shown["clock"][0], "".join(run[0] for run in shown["outlook"])))
    assert said == [("4:06.42", ""), ("4:06.4", "did not finish")]


def test_where_there_is_no_room_the_chance_goes_first() -> None:
    scene = scenes.light_lost()
    style = Style(Type(), arrange(640, 360).sizes, THEME)
    words, _ = scoreboard.outlook_of(scene, Box(0, 0, 120, 20), style)
    assert words[0].strip() == "at this pace"


def test_the_runners_curve_is_uncovered_up_to_the_playhead() -> None:
    scene = scenes.light_lost()
    layout = arrange(*SIZE, False)
    assert layout.timeline is not None
    area = plot_box(layout.timeline, layout.sizes)
    none = replace(scene, chart=replace(scene.chart, reveal_m=0.0))
    first, second = (np.frombuffer(drawn(Painter(), s), np.uint8) for s in (scene, none))
    differs = (first != second).reshape(SIZE[1], SIZE[0], 3).any(axis=2)
    columns = np.flatnonzero(differs[area.y : area.bottom].any(axis=0))
    middle = area.x + scene.chart.playhead_m / scene.race_m * area.w
    assert columns.min() <= area.x + 4
    assert middle - 12 < columns.max() < middle + 12


def test_pictures_that_were_saved_are_not_kept(tmp_path: Path) -> None:
    """A film of numbered pictures saves tens of thousands."""
    dice = np.random.default_rng(1)
    surface = pygame.image.frombuffer(dice.bytes(200 * 200 * 4), (200, 200), "RGBA")
    size = save_png(surface, tmp_path / "noise.png").stat().st_size
    assert size > 100_000
    tracemalloc.start()
    try:
        for _ in range(12):
            save_png(surface, tmp_path / "noise.png")
        taken = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    # only what the saving holds: a search that another test began may go on in the background
    mine = tracemalloc.Filter(True, save_png.__code__.co_filename)
    assert sum(each.size for each in taken.filter_traces([mine]).statistics("lineno")) < size


def test_a_fading_led_never_flickers() -> None:
    sums = [
        int(pygame.surfarray.array3d(glow((46, 230, 120), 20.0, level, 2.0)).sum())
        for level in range(LEVELS + 1)
    ]
    assert sums[0] == 0
    assert sums == sorted(sums)
    steps = np.diff(sums)
    assert steps.max() < 4 * max(1.0, float(np.median(steps)))


def test_a_slow_dot_moves_by_fractions_of_a_pixel() -> None:
    centres = []
    for k in range(9):
        surface = pygame.Surface((60, 40), 0, 32)
        body = Body("a", "A", "runner", "white", 0.0, 0.0, 6.0)
        spot = bodies.BodySpot(body, 0.0, 20.0 + k / 4, 20.0, 0.0, -1.0)
        view = camera.MapView(7.0, 0, 0)
        bodies.draw_bodies(surface, [spot], view, Box(0, 0, 60, 40), THEME)
        light = pygame.surfarray.array3d(surface).sum(axis=2).astype(float)
        centres.append(float((light.sum(axis=1) * np.arange(60)).sum() / light.sum()))
    assert np.diff(centres) == pytest.approx(np.full(8, 0.25), abs=0.06)


@pytest.mark.parametrize("lap_m", [200.0, 400.0])
def test_an_uncertain_ghost_reaches_as_far_as_its_dot_would_go(lap_m: float) -> None:
    scene = scenes.running(30.0)
    ghost = replace(scene.ghosts[0], x_m=0.25 * lap_m, reach_m=10.0)
    alone = replace(scene, ghosts=(ghost,), pacers=(), lap_m=lap_m)
    view, box = camera.MapView(4.0, 300, 200), Box(0, 0, 700, 400)
    ends = [
        bodies.spots(replace(alone, ghosts=(replace(ghost, x_m=ghost.x_m + off),)), view)[0]
        for off in (-10.0, 10.0)
    ]
    surface = pygame.Surface((700, 400), 0, 32)
    bodies.draw_bodies(surface, bodies.spots(alone, view)[:1], view, box, THEME)
    lit = np.flatnonzero(pygame.surfarray.array2d(surface).any(axis=1))
    wanted = sorted(spot.x for spot in ends)
    assert (lit[0], lit[-1]) == pytest.approx(wanted, abs=bodies.radius("ghost", view) + 2.0)


@pytest.mark.parametrize(("rx", "ry"), [(0.0, 0.0), (0.5, 0.0), (0.0, 3.0), (0.01, 0.01)])
def test_what_is_seen_flat_from_far_away_is_drawn_all_the_same(rx: float, ry: float) -> None:
    for phase in np.arange(PHASES) / PHASES:
        for sheet in (
            ring((255, 255, 255), rx, ry, 16, 1.5),
            dot((0, 0, 0), rx, ry, 16, (9, 9, 9), 0.0),
        ):
            assert sheet.at(phase, phase)[0].get_width() > 0


@pytest.mark.parametrize("shape", ["whole", "tiles"])
def test_an_upright_ground_is_the_lying_one_turned(shape: str) -> None:
    upright, lying = camera.MapView(4.0, 190, 380, upright=True), camera.MapView(4.0, 380, 190)
    track = (390.656, 400, 400.0)
    pictures = []
    for view, (wide, high) in ((lying, (760, 380)), (upright, (380, 760))):
        box, surface = Box(0, 0, wide, high), pygame.Surface((wide, high), 0, 32)
        if shape == "whole":
            surface.blit(draw_ground(view, box, THEME, *track), (0, 0))
        else:
            Tiles(THEME).draw(surface, view, box, track)
        pictures.append(pygame.surfarray.array3d(surface).astype(int))
    turned = np.rot90(pictures[0], -1)
    assert np.abs(turned - pictures[1]).mean() < 0.5
    x, y = upright.at(*place_at(0.0, 4.0))
    assert pictures[1][round(x), round(y)].min() > 200, "the finish"


@pytest.mark.parametrize("size", [(1080, 1920), (900, 1200)])
def test_the_score_of_a_tall_lecture_stays_with_every_camera(size: tuple[int, int]) -> None:
    surface, painter, scene = pygame.Surface(size, 0, 32), Painter(), scenes.running(60.0)
    area = arrange_lecture(*size).band.area
    scores = set()
    for shot in (Shot(), Shot().to(Camera.RAIL).after(0.3), resting(Camera.RAIL),
                 resting(Camera.CHASE).to(Camera.WHOLE).after(0.9)):  # fmt: skip
        painter.draw(surface, scene, PictureOptions(shot=shot, presenting=True))
        scores.add(pygame.image.tobytes(surface.subsurface(area), "RGB"))
    assert len(scores) == 1


def test_tiles_are_cut_from_the_same_ground() -> None:
    view = camera.MapView(9.0, 333, 211)
    box = Box(40, 30, 500, 300)
    whole = pygame.Surface((600, 400), 0, 32)
    ground = paint(view, box, THEME)
    mark_lines(ground, view, box, 390.656, THEME, 400.0)
    led_pips(ground, view, box, 400, THEME)
    whole.blit(ground, box)
    tiled = pygame.Surface((600, 400), 0, 32)
    tiled.set_clip(box)
    Tiles(THEME).draw(tiled, view, box, (390.656, 400, 400.0))
    first = pygame.surfarray.array3d(whole).astype(int)
    second = pygame.surfarray.array3d(tiled).astype(int)
    assert np.abs(first - second).mean() < 0.5
    assert (np.abs(first - second) > 24).mean() < 0.002


def test_the_track_looks_as_it_should(tmp_path: Path) -> None:
    box = Box(0, 0, 640, 350)
    view = camera.whole(box)
    surface = paint(view, box, THEME)
    mark_lines(surface, view, box, 390.656, THEME, 400.0)
    led_pips(surface, view, box, 400, THEME)
    compare(surface, "track", tmp_path)


@pytest.mark.parametrize("moment", ["countdown", "light_lost", "bell"])
def test_lights_and_runners_look_as_they_should(moment: str, tmp_path: Path) -> None:
    scene = scenes.MOMENTS[moment]()
    surface = pygame.Surface((640, 350), 0, 32)
    box = Box(0, 0, 640, 350)
    view = camera.whole(box)
    effects.draw_waves(surface, scene.waves, view, box, THEME)
    bodies.draw_bodies(surface, bodies.spots(scene, view), view, box, THEME)
    compare(surface, f"track_{moment}", tmp_path)


def test_the_group_looks_as_it_should(tmp_path: Path) -> None:
    scene = scenes.light_lost()
    surface = pygame.Surface((640, 120), 0, 32)
    piece = group.StraightTrack(Box(0, 0, 640, 120), 640 / scene.group.span_m, 40.0, 1)
    group._wakes(surface, scene, piece, THEME)
    group._rail(surface, scene, piece, THEME)
    group._bodies(surface, scene, piece, THEME)
    compare(surface, "group", tmp_path)


@pytest.mark.parametrize("size", [(960, 540), (1280, 720), (1920, 1080), (720, 1280)])
@pytest.mark.parametrize("offsets", [(0.0, 1.0), (-1.2, 1.2), (-2.0, 0.0), (0.0, 2.4), (-2.0, 8.0)])
def test_the_group_shows_every_pacer_whole_and_no_name_lies_on_one(
    size: tuple[int, int], offsets: tuple[float, float]
) -> None:
    scene, layout = scenes.running(60.0), arrange(*size)
    slots = tuple(PacerSlot(i, f"{i}", 1.0, m, 0.0, None) for i, m in enumerate(offsets))
    seen = replace(scene.group, slots=slots)
    sizes = layout.sizes
    names = round(1.1 * sizes.caption)  # their row
    for box, way in ((layout.infield.group, 1), (layout.band.group, 1), (layout.band.group, -1)):
        if box is None:
            continue
        piece = group.straight(box, seen, sizes, way)
        half = group.body_size("pacer", piece.scale, piece.flat)[1]
        ends = sorted(
            piece.y(m) + way * side * half for m, side in zip(offsets, (-1, 1), strict=True)
        )
        top, bottom = (0, names) if way > 0 else (names, 0)
        assert ends[0] >= piece.box.y + top - 1.5
        assert ends[1] <= piece.box.bottom - bottom + 1.5
        assert piece.place(*piece.spot(3.0, offsets[1])) == pytest.approx((3.0, offsets[1]))


def words_of_the_group(
    scene: Scene, box: Box, style: Style, way: int, monkeypatch: pytest.MonkeyPatch
) -> dict[str, pygame.Rect]:
    """Return where the group's words are written, and check that each can be read."""
    found: dict[str, pygame.Rect] = {}
    ground = relative_luminance(group.tartan(style.theme))

    def noting(
        self: Type, _: pygame.Surface, text: str, at: tuple[float, float], weight: str, px: int,
        colour: tuple[int, int, int], *, align: float = 0.0, **_more: object,
    ) -> int:  # fmt: skip
        wide, high = self.width(text, weight, px), self.height(weight, px)
        found[text] = pygame.Rect(round(at[0] - align * wide), round(at[1] - high / 2), wide, high)
        low, bright = sorted((ground, relative_luminance(colour)))
        whole = piece.box.x + px < found[text].x and found[text].right < piece.box.right - px
        assert not whole or (bright + 0.05) / (low + 0.05) >= 3.0, text
        return wide

    piece = group.straight(box, scene.group, style.sizes, way)
    with monkeypatch.context() as patch:
        patch.setattr(Type, "write", noting)
        group.draw(pygame.Surface((box.right, box.bottom)), scene, box, style, way)
    return found


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize(
    "size", [(800, 600), (1024, 768), (1280, 720), (3840, 2160), (720, 1280), (1080, 1920)]
)
def test_the_groups_words_can_be_read_and_none_touch(
    size: tuple[int, int], theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout, painter = arrange(*size), Painter()
    style = Style(painter.type, layout.sizes, theme)
    now = scenes.running(60.0)
    slots = (PacerSlot(0, "A", 1.0, 8.0, 0.0, None),)
    wide = replace(now, group=replace(now.group, slots=slots))
    for box, way in ((layout.infield.group, 1), (layout.band.group, 1), (layout.band.group, -1)):
        if box is None:
            continue
        for scene in (now, wide):
            words = words_of_the_group(scene, box, style, way, monkeypatch)
            assert words
            for one, other in itertools.combinations(words.values(), 2):
                assert not one.inflate(-2, -2).colliderect(other.inflate(-2, -2))


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160)])
@pytest.mark.parametrize("way", [1, -1])
def test_no_pacer_lies_on_a_number_in_the_group(
    size: tuple[int, int], way: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pacer beside her covered the metres that she was passing."""
    layout, now = arrange(*size), scenes.running(60.0)
    style, box = Style(Painter().type, layout.sizes, THEME), layout.band.group
    assert box is not None
    there_m = 10 * round(now.group.centre_m / 10)

    def words(offset_m: float, *, slotted: bool) -> tuple[dict[str, pygame.Rect], pygame.Rect]:
        """Return where words are, and where the pacer is who runs past a number."""
        slots = (PacerSlot(0, "A", 0.0, offset_m, 0.0, None),) if slotted else ()
        beside = replace(now.pacers[0], x_m=float(there_m), offset_m=offset_m, alpha=1.0)
        group_view = replace(now.group, slots=slots)
        scene = replace(now, pacers=(beside,), ghosts=(), group=group_view)
        piece = group.straight(box, group_view, style.sizes, way)
        x, y = piece.spot(there_m - group_view.centre_m, offset_m)
        rx, ry = group.body_size("pacer", piece.scale, piece.flat)
        body = pygame.Rect(round(x - rx), round(y - ry), round(2 * rx), round(2 * ry))
        return words_of_the_group(scene, box, style, way, monkeypatch), body

    for offset_m in (0.6, 1.0, 1.4):
        written, body = words(offset_m, slotted=True)
        assert f"{there_m} m" in written, "in another lane"
        assert body.collidelist(list(written.values())) < 0
    written, _ = words(1.5, slotted=False)  # one who leaves
    assert f"{there_m} m" not in written
    assert f"{there_m + 10} m" in written or f"{there_m - 10} m" in written


@pytest.mark.parametrize("ghosts", [1, 2, 5, 10])
def test_names_in_the_group_stay_near_their_bodies_and_hers_with_her(ghosts: int) -> None:
    box, gap, near, white = Box(10, 10, 400, 80), 5, 10.0, (255, 255, 255)
    her = (210.0, 58, "KIPYEGON", white)
    for step in (0.0, 3.0, 9.0, 20.0, 40.0):
        for side in (-1, 1):
            names = [(210.0 + side * step * k, 45, f"{k}", white) for k in range(1, ghosts + 1)]
            shown = group.spread([*names[1::2], her, *names[::2]], len(names) // 2, box, gap, near)
            wide = {text: wide for _, wide, text, _ in [her, *names]}
            best = {text: middle - wide / 2 for middle, wide, text, _ in [her, *names]}
            assert next(left for left, text, _ in shown if text == "KIPYEGON") == best["KIPYEGON"]
            assert ghosts > 2 or len(shown) == 1 + ghosts
            assert all(abs(left - best[text]) <= 100.0 for left, text, _ in shown)
            assert all(box.x <= left <= box.right - wide[text] for left, text, _ in shown)
            for (left, text, _), (right, *_) in itertools.pairwise(shown):
                assert left + wide[text] + gap <= right + 1e-6


@pytest.mark.parametrize("size", [(800, 600), (1024, 768), (1280, 720)])
def test_her_name_in_the_group_is_whole_and_no_other_a_stump(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    write = Type.write

    def noting(self: Type, on: pygame.Surface, text: str, *more: Any, **named: Any) -> int:
        written.append(text)
        return write(self, on, text, *more, **named)

    scene = scenes.running(60.0)
    beside = tuple(
        replace(scene.ghosts[0], name=f"{m}", label="a warmer evening", x_m=scene.runner.x_m + m)
        for m in (-6.0, -4.0, -1.0, 1.0, 3.0)
    )
    monkeypatch.setattr(Type, "write", noting)
    Painter().draw(pygame.Surface(size), replace(scene, ghosts=beside), PictureOptions())
    assert written.count("KIPYEGON") == 2, "next to her and in the group"
    assert all(len(text) > 5 for text in written if text.endswith("…"))


def test_names_of_those_who_run_side_by_side_keep_their_order() -> None:
    def order(*ahead: float) -> list[str]:
        names = [(200.0 + px, 40, f"{k}", (255, 255, 255)) for k, px in enumerate(ahead)]
        return [text for _, text, _ in group.spread(names, 1, Box(0, 0, 400, 80), 5, 10.0)]

    assert order(0.0, 1.0, 2.0) == order(0.0, -1.0, -2.0) == order(0.0, 2.0, -7.0)
    assert order(0.0, -11.0, 2.0) == ["1", "0", "2"], "a body's length behind"


def test_the_ground_of_the_group_follows_the_formation() -> None:
    used, scene = Painter(), scenes.running(60.0)
    wide = replace(scene.group, slots=(PacerSlot(0, "A", 1.0, -1.5, 0.0, None),))
    for moment in (scene, replace(scene, group=wide), scene):
        assert drawn_alike(used, moment)


def drawn_alike(used: Painter, moment: Scene) -> bool:
    """Whether a painter that has drawn other scenes before draws this one as a new one does."""
    one, other = (pygame.Surface((1280, 720), 0, 32) for _ in range(2))
    used.draw(one, moment)
    Painter().draw(other, moment)
    return pygame.image.tobytes(one, "RGB") == pygame.image.tobytes(other, "RGB")


def test_rows_of_the_live_panel_that_move_leave_nothing_behind() -> None:
    used, scene = Painter(), scenes.running(120.0)
    assert len(scene.gaps) >= 2
    fourth = replace(scene.gaps[-1], name="before: pacers 13")
    moments = [scene, replace(scene, gaps=(*scene.gaps, fourth)), scene]
    moments += [replace(scene, gaps=scene.gaps[:1]), scene, replace(scene, gaps=()), scene]
    assert all(drawn_alike(used, moment) for moment in moments)


def test_rows_of_splits_that_move_leave_nothing_behind() -> None:
    used, scene = Painter(), scenes.finish()
    rows = scene.splits
    assert len(rows) > 3
    assert rows[0].published_s is not None
    unknown = tuple(replace(row, published_s=None) for row in rows)
    not_yet = tuple(replace(row, run_s=None) for row in rows)
    many = tuple(replace(row, label=str(i)) for i, row in enumerate(rows * 5))
    tables = (rows, rows[:3], rows, unknown, rows, not_yet, many, rows, (), rows)
    assert all(drawn_alike(used, replace(scene, splits=table)) for table in tables)


def test_a_split_is_followed_by_the_differences_of_the_times_as_they_are_written() -> None:
    type_ = Inked()
    style, box = Style(type_, arrange(1280, 720).sizes, THEME), Box(0, 0, 400, 400)
    scene = scenes.finish()
    row = replace(scene.splits[0], plan_s=60.5749, run_s=59.947, published_s=60.2)
    panel = SplitsPanel()
    panel.layout(box, replace(scene, splits=(row,)), style)
    panel.draw(CachedLayer(pygame.Surface((400, 400), 0, 32)), box)
    assert [text for text, _ in type_.lines][-4:] == ["1:00.57", "59.95", "−0.62", "−0.25"]


def test_the_splits_are_drawn_only_when_a_mark_is_reached() -> None:
    written: list[str] = []

    class Watched(CachedLayer):
        def field(self, name: str, box: Box, key: Hashable, paint: Paint | None = None) -> bool:
            drawn = super().field(name, box, key, paint)
            written.extend([name] * drawn)
            return drawn

    layer = Watched(pygame.Surface((400, 400), 0, 32))
    style, box = Style(Type(), arrange(1280, 720).sizes, THEME), Box(0, 0, 400, 400)
    panel, known, counts = SplitsPanel(), [], []
    for scene in map(scenes.running, (59.0, 59.5, 61.0, 61.5)):
        panel.layout(box, scene, style)
        panel.draw(layer, box)
        known.append(sum(row.run_s is not None for row in scene.splits))
        counts.append(len(written))
    assert known == [known[0]] * 2 + [known[0] + 1] * 2
    assert counts == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("scene", "heading"),
    [(scenes.running(100.0), "lap"), (scenes.bell(), "bell lap"), (scenes.finish(), "lap")],
)
def test_the_bell_lap_is_over_at_the_line(
    scene: Scene, heading: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(Type, "caps", lambda _, __, text, *___, **____: written.append(text))
    layout = arrange(1280, 720)
    layer, style = CachedLayer(pygame.Surface((1280, 720))), Style(Type(), layout.sizes, NIGHT)
    scoreboard.show(layer, scene, layout.band, style)
    assert written == [heading, "metres"]


TIMES_S = (0.0, 59.94, 239.9, 599.94, 600.0, 723.0, 3599.9, 3723.0)
CLOCKED = [(640, 360), (1024, 768), (1280, 720), (1920, 1080), (3840, 2160)]


@pytest.mark.parametrize("presenting", [False, True])
@pytest.mark.parametrize(
    "size", [(640, 360), (800, 600), (1280, 720), (1920, 1080), (3840, 2160), (720, 1280)]
)
def test_all_four_start_lights_are_whole_and_the_lit_one_is_seen(
    size: tuple[int, int], presenting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    discs, type_ = list[tuple[Any, ...]](), Inked()
    monkeypatch.setattr(pygame.draw, "aacircle", lambda *given: discs.append(given[1:]))
    layout = layout_of(size, None, PictureOptions(presenting=presenting))
    style = Style(type_, layout.sizes, NIGHT)
    lit = {"red": NIGHT.red, "yellow": NIGHT.yellow, "dark": NIGHT.faint, "go": NIGHT.good}
    for light, hud in itertools.product(lit, (layout.infield, layout.band)):
        discs.clear()
        type_.lines.clear()
        phase = Phase.RUNNING if light == "go" else Phase.COUNTDOWN
        scene = replace(scenes.countdown(StartLight(light)), phase=phase)
        scoreboard.show(CachedLayer(pygame.Surface(size)), scene, hud, style)
        lamps = [
            pygame.Rect(x - r, y - r, 2 * r, 2 * r) for _, (x, y), r, *ring in discs if not ring
        ]
        assert len(lamps) == 4
        assert hud.gap is not None
        box = pygame.Rect(hud.gap)
        assert all(box.contains(lamp) and lamp.w > min(0.04 * box.w, 0.6 * box.h) for lamp in lamps)
        assert all(before.right < after.x for before, after in itertools.pairwise(lamps))
        assert [colour for colour, *_ in discs].count(lit[light]) == 1
        words = [(text, ink) for text, ink in type_.lines if text in lit]
        assert [text for text, _ in words] == ([light] if presenting else [*lit])
        assert all(ink.collidelist(lamps) < 0 for _, ink in words)


@pytest.mark.parametrize("size", CLOCKED)
@pytest.mark.parametrize("presenting", [False, True])
def test_the_clock_is_never_cut(
    size: tuple[int, int], presenting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide: list[int] = []
    digits = Type.digits

    def noting(self: Type, *given: Any, **more: Any) -> int:
        wide.append(digits(self, *given, **more))
        return wide[-1]

    layout = layout_of(size, None, PictureOptions(presenting=presenting))
    style, layer = Style(Type(), layout.sizes, THEME), CachedLayer(pygame.Surface(size, 0, 32))
    monkeypatch.setattr(Type, "digits", noting)
    for hud in (layout.infield, layout.band):
        for time_s, phase in itertools.product(TIMES_S, (Phase.RUNNING, Phase.FINISHED)):
            scene = replace(scenes.running(120.0), time_s=time_s, phase=phase)
            wide.clear()
            scoreboard.show(layer, scene, hud._replace(lap=None, distance=None), style)
            assert hud.clock is not None
            assert 0 < wide[0] <= max(hud.clock.w, 24)


@pytest.mark.parametrize("words", range(1, 8))
def test_all_that_is_assumed_is_written_on_the_board(
    words: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    write = Type.write

    def noting(self: Type, surface: Any, text: str, *given: Any, **more: Any) -> int:
        seen.append(text)
        return write(self, surface, text, *given, **more)

    monkeypatch.setattr(Type, "write", noting)
    shown = scenes.finish().board
    assert shown is not None
    assumed = tuple(f"assumption number {i}" for i in range(words))
    for height in range(240, 900, 19):
        size = (round(height * 1.78), height)
        style = Style(Type(), layout_of((1280, 720), None, PictureOptions()).sizes, THEME)
        seen.clear()
        cards.board(replace(shown, assumed=assumed), Box(0, 0, *size), style)
        assert f"number {words - 1}" in " ".join(seen), height


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160)])
def test_a_board_of_many_columns_has_large_type_but_for_its_table_and_its_time_most_of_all(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: dict[str, int] = {}

    def noting(_: Type, __: Any, text: str, *given: Any, **___: Any) -> int:
        written[text] = given[2]
        return 0

    monkeypatch.setattr(Type, "write", noting)
    monkeypatch.setattr(Type, "digits", noting)
    shown, layout = scenes.finish().board, layout_of(size, None, PictureOptions())
    assert shown is not None
    columns = ("m", "plan", "run", "gap", "vs 4:00", "vs 4:06.42")
    rows = tuple(
        (each, "3:59.99", "4:06.44", "+6.45", "+6.44", "+0.02") for each in ("400", "800", "finish")
    )
    style, box = Style(Type(), layout.sizes, THEME), layout.board(whole=True, left=True)
    cards.board(replace(shown, columns=columns, rows=rows, headline="4:06.45"), box, style)
    assert {"vs", "4:06.42", "4:00", "+0.02"} <= set(written), "every column, with its heading"
    assert written["+0.02"] >= style.sizes.caption
    assert written[shown.facts[0]] == style.sizes.body, "as in a board of few columns"
    assert written["4:06.45"] > 0.09 * size[1], "for the last row"


def test_a_board_without_room_leaves_out_published_rows_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[str] = []
    monkeypatch.setattr(Type, "write", lambda _, __, text, *___, **____: written.append(text))
    shown, seen = scenes.finish().board, set()
    assert shown is not None
    names = ["400", "800", "1000", "1200", "1600", "2000", "2400", "2800", "finish"]
    content = replace(
        shown,
        columns=("m", "plan", "run", "gap"),
        rows=tuple((name, "1:00.00", "1:00.01", "+0.01") for name in names),
        published=("1000", "2000", "finish"),
    )
    style = Style(Type(), layout_of((1280, 720), None, PictureOptions()).sizes, THEME)
    for height in range(200, 700, 10):
        written.clear()
        cards.board(content, Box(0, 0, 300, height), style)
        seen.add(tuple(name for name in names if name in written))
    assert tuple(names) in seen
    assert ("1000", "finish") in seen, "the one that the fact names is the last"
    assert all(len(rows) < 3 or set(content.published) <= set(rows) for rows in seen)


@pytest.mark.parametrize(
    ("verdict", "good"),
    [("0.50 s inside 3:59.99", True), ("6.43 s behind 3:59.99", False), ("did not finish", False)],
)
def test_only_a_good_verdict_has_the_colour_of_what_went_right(
    verdict: str, good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    colours: dict[str, Any] = {}

    def noting(_: Type, __: Any, text: str, *given: Any, **___: Any) -> int:
        colours[text] = given[3]
        return 0

    monkeypatch.setattr(Type, "write", noting)
    shown = scenes.finish().board
    assert shown is not None
    style = Style(Type(), layout_of((1280, 720), None, PictureOptions()).sizes, THEME)
    cards.board(replace(shown, verdict=verdict, good=good), Box(0, 0, 800, 450), style)
    assert colours[verdict] == (THEME.good if good else THEME.gap(GapState.BEHIND_LOSING))


@pytest.mark.parametrize(
    ("start_s_m", "names"),
    [
        (390.656, ["100", "200", "300", "FINISH", "START"]),
        (200.0, ["100", "300", "FINISH", "START"]),
        (0.0, ["100", "200", "300", "START · FINISH"]),
    ],
)
def test_start_lies_on_no_other_mark(start_s_m: float, names: list[str]) -> None:
    layout = layout_of((1280, 720), None, PictureOptions())
    view, style = camera.whole(layout.track), Style(Type(), layout.sizes, THEME)
    assert sorted(text for text, *_ in painted_names(view, start_s_m, style)) == names


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280)])
def test_words_on_the_track_stand_where_names_keep_off_them(size: tuple[int, int]) -> None:
    layout = layout_of(size, None, PictureOptions(presenting=True))
    view, style = camera.whole(layout.track), Style(Type(), layout.sizes, THEME)
    surface = pygame.Surface(size, pygame.SRCALPHA, 32)
    mark_names(surface, view, layout.stage, 390.656, style)
    for box in bodies.boxes_of(painted_names(view, 390.656, style)):
        place = pygame.Rect(box).inflate(2, 2)
        assert surface.subsurface(place).get_bounding_rect().w > 0.6 * box.w
        surface.fill((0, 0, 0, 0), place)
    assert not surface.get_bounding_rect().w


@pytest.mark.parametrize("presenting", [False, True])
@pytest.mark.parametrize("size", [(640, 360), (720, 1280), (1280, 720), (1920, 1080), (3840, 2160)])
@pytest.mark.parametrize(("lap_m", "start_s_m"), [(400.0, 390.656), (200.0, 381.312)])
def test_start_and_finish_of_a_mile_are_level(
    size: tuple[int, int], presenting: bool, lap_m: float, start_s_m: float
) -> None:
    layout = layout_of(size, None, PictureOptions(presenting=presenting))
    style = Style(Type(), layout.sizes, THEME)
    view = camera.whole(layout.track)
    painted = painted_names(view, start_s_m, style, lap_m)
    finish, start = (
        x if view.upright else y for text, (x, y), _ in painted if text in ("FINISH", "START")
    )
    assert finish == pytest.approx(start)


@pytest.mark.parametrize("lap_m", [100.0, 201.168, 400.0, 600.0])
@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (1920, 1080)])
def test_no_name_painted_on_the_track_covers_another(size: tuple[int, int], lap_m: float) -> None:
    layout = layout_of(size, None, PictureOptions())
    style = Style(Type(), layout.sizes, THEME)
    for start_s_m in (0.0, 1.5, 9.28, 14.0, 23.0, 25.0, 40.0, 376.0, 390.656, 398.5):
        boxes: list[pygame.Rect] = []
        view = camera.whole(layout.track)
        for _, (x, y), wide_high in painted_names(view, start_s_m, style, lap_m):
            box = pygame.Rect((0, 0), wide_high)
            box.center = (round(x), round(y))
            assert box.collidelist(boxes) < 0, start_s_m
            boxes.append(box)


@pytest.mark.parametrize("presenting", [False, True])
@pytest.mark.parametrize(
    "size",
    [
        *((1, 1), (160, 120), (400, 800), (640, 360), (640, 400), (800, 450), (1280, 400)),
        *((2200, 330), (1280, 720), (1080, 1920), (3840, 2160)),
    ],
)
def test_the_help_loses_no_row_over_an_edge_and_says_where_the_rest_is(
    size: tuple[int, int], presenting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bindings = rows(presenting=True) if presenting else (*BINDINGS, *BY_HAND, *PRESENTING)
    said, low = list[str](), list[float]()
    type_ = Type()

    def write(_to: Any, text: str, at: tuple[float, float], *how: Any, **_: Any) -> int:
        said.append(text)
        low.append(at[1] + 0.4 * how[1])
        return 0

    monkeypatch.setattr(type_, "write", write)
    layout = layout_of(size, None, PictureOptions(presenting=presenting))
    card = cards.help_card(*size, Style(type_, layout.sizes, NIGHT), bindings)
    assert card.get_width() <= size[0]
    assert card.get_height() <= size[1]
    if min(size) < 300:  # a row or two of the first group, or none
        assert len(said) <= 2 or max(low) <= size[1]
        return
    assert max(low) <= card.get_height()
    groups = dict.fromkeys(binding.group for binding in bindings)
    whole = [group for group in groups if group in said]
    assert whole == list(groups)[: len(whole)]  # the last ones are left out
    inside = {each.action.value for each in bindings if each.group in whole}
    assert {each.action.value for each in bindings} & set(said) == inside
    assert any("--help" in text for text in said) == (len(whole) < len(groups))
