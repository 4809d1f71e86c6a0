"""What is staged: the gun, the light that is lost, the board that comes in, events on the chart."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import numpy as np
import pygame
import pytest

from simulator import load_scenario, simulate
from simulator.screen import Camera, Panel
from simulator.stage.playback import Playback
from simulator.stage.scene import ChartMarker, LightLost, Scene, Weather
from simulator.stage.scene_builder import ShowOptions, scene_of
from simulator.stage.show import make_show
from simulator.view import camera
from simulator.view.arranging import LECTURE_PANELS, arrange, arrange_lecture
from simulator.view.layers import bodies, effects
from simulator.view.layers.bodies import NameLabel
from simulator.view.layers.close_up import place
from simulator.view.layout import Box, Layout
from simulator.view.panels import chapter, timeline
from simulator.view.panels.scoreboard import weather_words
from simulator.view.panels.timeline import (
    ChartKind,
    TimelineHover,
    mark_labels,
    plot_box,
    read_out,
)
from simulator.view.panels.what_if import lay_out
from simulator.view.perspective import Lens
from simulator.view.picture import Painter, PictureOptions, layout_of
from simulator.view.text import SEMIBOLD, Style, Type
from simulator.view.theme import THEMES
from tests.view import scenes
from tests.view.conftest import FakeSession

SIZES = [(640, 360), (1024, 768), (1280, 720), (1920, 1080), (3840, 2160)]
TALL = [(720, 1280), (900, 1200), (1080, 1920)]
THEME, TYPE = THEMES["night"], Type()
ONLY_CLOCK = frozenset({Panel.CLOCK})


def lost(since_s: float) -> Scene:
    return replace(scenes.light_lost(), lost=LightLost(925.0, since_s))


# -- the light is lost -----------------------------------------------------------------------------


def test_the_tether_snaps_and_is_gone() -> None:
    assert effects.tether(scenes.light_lost()) == 0.5, "whole"
    held = [effects.tether(lost(t)) for t in (0.0, 0.3, 0.9, effects.SNAP_S, 60.0)]
    assert held == sorted(held, reverse=True)
    assert (held[0], held[-2], held[-1]) == (0.5, 0.0, 0.0)


def test_her_part_of_the_rail_dims_while_the_wave_runs_on() -> None:
    scene, places = lost(1.0), np.arange(400.0)
    dark = effects.darkness(scene, places)
    here = (scene.runner.x_m + scene.start_s_m) % 400
    assert dark[round(here - 5) % 400] > 0.6
    assert dark[round(here + 1) % 400] > 0.9, "also ahead of her, where nothing is lit"
    assert dark[scene.waves[0].brightness > 0.2].max() == 0.0, "the light itself stays lit"
    assert dark.max() <= 1.0
    assert np.count_nonzero(dark) < 30
    for nothing in (scenes.light_lost(), lost(effects.DARK_S + 0.1), lost(0.0)):
        assert effects.darkness(nothing, places).max() == 0.0


@pytest.mark.parametrize("since_s", [0.1, 1.0])
def test_the_map_shows_it(since_s: float) -> None:
    before, after = (pygame.Surface((1280, 720), 0, 32) for _ in range(2))
    painter = Painter()
    painter.draw(before, scenes.light_lost())
    painter.draw(after, lost(since_s))
    assert pygame.image.tobytes(before, "RGB") != pygame.image.tobytes(after, "RGB")


def test_the_gun_flashes_once() -> None:
    surface = pygame.Surface((100, 100), 0, 32)
    effects.flash(surface, scenes.running(0.05), (50, 50), 30)
    lit = surface.get_at((50, 50))[0]
    assert lit > 200
    surface.fill((0, 0, 0))
    for scene in (scenes.countdown(), scenes.running(0.0), scenes.running(effects.FLASH_S + 0.01)):
        effects.flash(surface, scene, (50, 50), 30)
        assert surface.get_at((50, 50))[:3] == (0, 0, 0)


# -- the board -------------------------------------------------------------------------------------


def layouts(size: tuple[int, int]) -> list[Layout]:
    return [
        arrange(*size),
        arrange(*size, False),
        arrange(*size, False, ONLY_CLOCK, True),
        arrange_lecture(*size),
        arrange_lecture(*size, LECTURE_PANELS | {Panel.SPLITS, Panel.CHART}, True),
    ]


@pytest.mark.parametrize("size", [*SIZES, *TALL])
def test_the_board_covers_neither_her_nor_the_line_nor_the_clock(size: tuple[int, int]) -> None:
    scene = scenes.finish()
    for layout, gone_m in product(layouts(size), (0.0, 9.0, 30.0)):
        runner = replace(scene.runner, x_m=scenes.RACE_M + gone_m)
        view = camera.whole(layout.track)
        line, her = (
            bodies.spots(replace(scene, ghosts=(), pacers=(), runner=each), view)[0]
            for each in (replace(runner, x_m=scenes.RACE_M), runner)
        )
        for whole in (True, False):
            box = layout.board(whole=whole, left=not whole or her.x > layout.stage.centre[0])
            hud = layout.infield if whole else layout.band
            for shown in (hud.clock, hud.lap, hud.distance, layout.timeline, layout.title):
                assert shown is None or not box.touches(shown), (size, whole, shown)
            assert box.x >= 0
            assert box.right <= layout.width
            if whole:
                for spot in (line, her):
                    near = Box(round(spot.x) - 4, round(spot.y) - 4, 8, 8)
                    assert not box.touches(near), (size, gone_m)


@pytest.mark.parametrize("close", [each for each in Camera if each.close])
@pytest.mark.parametrize("size", [*SIZES, *TALL])
def test_the_board_covers_no_part_of_her_close_up(size: tuple[int, int], close: Camera) -> None:
    scene = scenes.finish()
    shot = camera.resting(close)
    for layout, gone_m in product(layouts(size), (13.0, 25.0, 40.0, 80.0)):
        box = layout.board(whole=False, left=True)
        if box.w < 60 or box.h < 40 or box.x >= layout.view.right:
            continue
        after = replace(scene, runner=replace(scene.runner, x_m=scenes.RACE_M + gone_m))
        lens = Lens(camera.rig_of(shot, after, layout, layout.view), *layout.view[2:])
        (her,) = (each for each in place(after, lens) if each.body is after.runner)
        half, tall = 0.5 * her.scale, after.runner.build.stature_m * her.scale
        body = Box(round(her.x - half), round(her.y - tall), round(2 * half), round(tall))
        assert not box.touches(body), (size, gone_m)


@pytest.mark.parametrize("size", TALL)
@pytest.mark.parametrize("shown", [LECTURE_PANELS, LECTURE_PANELS | {Panel.CHART, Panel.GROUP}])
@pytest.mark.parametrize("caption", [False, True])
def test_in_a_tall_lecture_the_board_of_a_close_camera_has_large_numbers(
    size: tuple[int, int],
    shown: frozenset[Panel],
    caption: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was a quarter of the width, most of it empty, its time a 33rd of the height."""
    layout = arrange_lecture(*size, shown, caption)
    box = layout.board(whole=False, left=True)
    low = box.h < 0.2 * layout.view.h
    assert low or layout.view.h < 0.6 * layout.view.w, "in a low picture a column is filled"
    assert not box.touches(layout.band.area)
    written: dict[str, tuple[int, float, float]] = {}
    write, digits = Type.write, Type.digits

    def watched(real: Callable[..., int]) -> Callable[..., int]:
        def drawn(
            self: Type, target: pygame.Surface, text: str, at: Any, weight: str, px: int, *a: Any,
            **more: Any
        ) -> int:  # fmt: skip
            wide = real(self, target, text, at, weight, px, *a, **more)
            written[text] = px, at[0], at[0] + wide
            assert target.get_height() > at[1] + 0.4 * px
            return wide

        return drawn

    monkeypatch.setattr(Type, "write", watched(write))
    monkeypatch.setattr(Type, "digits", watched(digits))
    numbers = (("finish", "4:06.44"), ("behind 3:59.99", "6.45 s"), ("light lost at", "933 m"))
    chapter.lecture_board(numbers, box, Style(TYPE, layout.sizes, THEME))
    square = math.sqrt(size[0] * size[1])
    assert all(written[value][0] > square / 24 for _, value in numbers)
    assert all(written[name][0] > square / 50 for name, _ in numbers)
    ends = [(written[name][1:], written[value][1:]) for name, value in numbers]
    for before, after in pairwise(ends) if low else ():
        assert max(right for _, right in before) < min(left for left, _ in after)
    assert max(right for pair in ends for _, right in pair) < box.w


def test_the_board_slides_in_from_its_side() -> None:
    painter, surface = Painter(), pygame.Surface((1280, 720), 0, 32)
    box = arrange(1280, 720, False).board(whole=True, left=True)

    def shown(share: float) -> bytes:
        painter.draw(surface, replace(scenes.finish(), board_share=share), PictureOptions())
        return pygame.image.tobytes(surface.subsurface(box[:4]), "RGB")

    assert len({shown(share) for share in (0.0, 0.4, 0.6, 1.0)}) == 4


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), *TALL])
@pytest.mark.parametrize("presenting", [True, False])
def test_no_name_on_the_map_lies_under_the_board(
    size: tuple[int, int], presenting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a tall picture the ghost "4:00" was read as ":00", then as "0"."""
    written: list[NameLabel] = []
    write = bodies.write_names

    def writing(surface: pygame.Surface, labels: list[NameLabel], *more: Any) -> None:
        written.extend(labels)
        write(surface, labels, *more)

    monkeypatch.setattr(bodies, "write_names", writing)
    scenario, named = load_scenario("breaking4"), 0
    show = make_show(scenario, simulate(scenario))
    end_s = show.recording.end_s
    options = PictureOptions(presenting=presenting)
    painter, surface = Painter(), pygame.Surface(size, 0, 32)
    for time_s in np.arange(end_s + 3.0, end_s + 15.0, 4.0).tolist():
        moment = Playback(time_s, end_s, paused=False, furthest_s=time_s)
        scene = replace(scene_of(show, moment, ShowOptions()), board_share=1.0)
        painter.draw(surface, scene, options)
        layout = layout_of(size, None, options)
        her = bodies.spots(scene, camera.whole(layout.track))[-1]
        board = layout.board(whole=True, left=her.x > layout.stage.centre[0])
        under = [label.text for label in written if label.box.touches(board)]
        assert under == [], time_s
        named += any(label.text == "KIPYEGON" for label in written)
        written.clear()
    assert named == 3


# -- the chart -------------------------------------------------------------------------------------


def plot_of(size: tuple[int, int]) -> tuple[TimelineHover, Box, Style]:
    layout = arrange(*size)
    assert layout.timeline is not None
    style, hover = Style(TYPE, layout.sizes, THEME), TimelineHover()
    hover.layout(layout.timeline, scenes.bell(), style)
    return hover, layout.timeline, style


@pytest.mark.parametrize("size", SIZES[1:])
def test_labels_of_events_touch_no_other_label_and_no_other_line(size: tuple[int, int]) -> None:

    _, box, style = plot_of(size)
    scene = scenes.light_lost()
    marks = (*scenes.finish().chart.marks, ChartMarker(860.0, "pacers swap", "pacer"))
    plot = timeline.plot_of(scene.chart, box, style.sizes, ChartKind.GAP)
    labels = [each for each in mark_labels(plot, marks, style) if each.box is not None]
    assert len(labels) == 4
    for one, other in product(labels, labels):
        if one is not other and one.box and other.box:
            assert not one.box.touches(other.box)
    first = next(each for each in labels if each.mark.label == "2 pacers leave")
    assert first.box is not None
    for other in labels:
        if other is not first:
            assert not first.box.x <= plot.x(other.mark.x_m) <= first.box.right


def test_the_playhead_crosses_no_label_of_an_event() -> None:
    size, scene = (1280, 720), scenes.bell()
    layout = layout_of(size, scene.staging, PictureOptions())
    box, style = layout.timeline, Style(TYPE, layout.sizes, THEME)
    assert box is not None
    plot = timeline.plot_of(scene.chart, box, style.sizes, ChartKind.GAP)
    label = next(
        each for each in mark_labels(plot, scene.chart.marks, style) if each.mark.x_m == 925
    )
    assert label.box is not None
    written = label.box.inset(1, 1)
    painter, surface = Painter(THEME), pygame.Surface(size, 0, 32)

    def words(share: float) -> bytes:
        """The label with the playhead at a share of its width."""
        to_m = (written.x + share * written.w - plot.box.x) / plot.box.w * plot.race_m
        chart = replace(scene.chart, playhead_m=to_m, reveal_m=1609.0)
        painter.draw(surface, replace(scene, chart=chart), PictureOptions())
        return pygame.image.tobytes(surface.subsurface(written[:4]), "RGB")

    assert words(0.3) == words(0.6) == words(4.0)


def test_the_chart_reads_out_what_is_known_and_nothing_later() -> None:
    scene = scenes.light_lost()
    known = {name: text for name, text, _ in read_out(scene, 800.0)}
    assert known["800 m"] == "behind the light"
    assert known["Faith Kipyegon"].endswith(" s")
    assert known["even 4:00.00"].endswith(" s")
    later = {name: text for name, text, _ in read_out(scene, 1500.0)}
    assert later["Faith Kipyegon"] == "–"
    assert later["as run 4:06.42"].startswith("+")


def test_a_click_on_an_event_goes_there(session: FakeSession) -> None:

    hover, box, style = plot_of((1280, 720))
    scene = scenes.bell()
    plot = timeline.plot_of(scene.chart, box, style.sizes, ChartKind.GAP)
    label = next(
        each for each in mark_labels(plot, scene.chart.marks, style) if each.mark.x_m == 925
    )
    assert label.box is not None
    at = tuple(map(round, label.box.centre))
    press = pygame.Event(pygame.MOUSEBUTTONDOWN, pos=at, button=1)
    assert hover.handle(press, session.typed)
    assert session.sought == [925.0]
    beside = (plot_box(box, style.sizes).x + 3, box.y + 30)
    away = pygame.Event(pygame.MOUSEBUTTONDOWN, pos=beside, button=1)
    assert not hover.handle(away, session.typed)
    surface = pygame.Surface((1280, 720), 0, 32)
    hover.draw_over(surface, session.typed, None)
    assert surface.get_bounding_rect().w > 0


@pytest.mark.parametrize("size", SIZES[1:])
def test_the_target_lies_on_no_time_over_the_bars(size: tuple[int, int]) -> None:
    layout = arrange(*size)
    panel = dict(layout.side)["what_if"]
    style = Style(TYPE, layout.sizes, THEME)
    bars = tuple(
        scenes.bar(str(n), 840.0 + (20.0 if n == 0 else 0.01 * n), current=n == 2)
        for n in range(14)
    )
    shown = scenes.light_lost().what_if
    assert shown is not None
    lay = lay_out(panel, replace(shown, bars=bars, target_s=840.0), style)
    tag = lay.inner.right - TYPE.width("14:00.00", SEMIBOLD, style.sizes.caption)
    assert all(time.x + time.w <= tag for time in lay.times)


# -- the weather -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weather", "words"),
    [
        (Weather(2.5, 0.0, 31.0), "wind 2.5 m/s, 31 °C"),
        (Weather(0.0, 0.0, 33.4), "33 °C"),
        (Weather(0.0, 0.0, -3.0), "−3 °C"),
    ],
)
def test_the_weather_is_written_in_words(weather: Weather, words: str) -> None:
    assert weather_words(weather) == words


def test_an_arrow_shows_where_the_wind_blows() -> None:
    painter, surface = Painter(), pygame.Surface((1280, 720), 0, 32)

    def drawn(weather: Weather | None) -> bytes:
        painter.draw(surface, replace(scenes.bell(), weather=weather), PictureOptions())
        return pygame.image.tobytes(surface, "RGB")

    assert len({drawn(None), drawn(Weather(2, 0.0, 25)), drawn(Weather(2, 1.5, 25))}) == 3


@pytest.mark.parametrize("size", [(1280, 720), (1080, 1920)])
def test_wind_along_the_home_straight_blows_as_she_runs_there(size: tuple[int, int]) -> None:
    painter, shown = Painter(), PictureOptions(presenting=True)
    calm, windy = pygame.Surface(size, 0, 32), pygame.Surface(size, 0, 32)
    scene = replace(scenes.running(60.0), ghosts=())
    painter.draw(calm, scene, shown)
    painter.draw(windy, replace(scene, weather=Weather(4.0, 0.0, 20.0)), shown)
    drawn = [pygame.surfarray.array3d(each).astype(int) for each in (calm, windy)]
    inked = np.abs(drawn[1] - drawn[0]).sum(axis=2) > 60
    view = camera.whole(layout_of(size, None, shown).track)
    (x0, y0), (x1, y1) = view.at(0.0, -36.8), view.at(10.0, -36.8)
    columns, rows = np.nonzero(inked)
    if y1 == y0:  # its head is thicker than its tail
        assert x1 > x0
        halves = columns > (columns.min() + columns.max()) / 2
    else:
        top = rows < rows.min() + 0.45 * np.ptp(rows)  # the words are below it
        columns, rows = columns[top], rows[top]
        halves = rows < (rows.min() + rows.max()) / 2
    assert halves.mean() > 0.6
