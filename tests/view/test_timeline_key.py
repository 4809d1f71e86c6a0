"""The key of the chart: whose lines they are, as far as there is room to say it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pygame
import pytest

from simulator.scenario.loader import load_scenario, load_text
from simulator.session import Session
from simulator.stage.scene import Body, ChartCurve, Scene
from simulator.view.arranging import arrange
from simulator.view.layout import Box
from simulator.view.panels.panel import padding
from simulator.view.panels.timeline import (
    ChartKind,
    Legend,
    heading,
    legend,
    named,
    plot_box,
    read_out,
)
from simulator.view.picture import Painter, PictureOptions
from simulator.view.text import REGULAR, Style, Type
from simulator.view.theme import THEMES
from tests.view import scenes

SIZES = [(1280, 720), (1920, 1080), (3840, 2160)]
TYPE = Type()
BAND = "90 % of the model's runs, spreads assumed"
SHORTEST = "90 % (assumed)"
COLOURS = ("violet", "cyan", "yellow", "blue", "red", "grey")
PINS = tuple(f"pacers {n}, front gap 2.5, from 1:45.1" for n in range(1, 7))


def ghost(name: str, label: str, colour: str) -> tuple[Body, ChartCurve]:
    body = Body(name, label, "ghost", colour, 0.0, 0.0, 6.0)
    grid = np.linspace(0.0, scenes.RACE_M, 50)
    return body, ChartCurve(name, colour, "ghost", grid, grid * 1e-3)


def made(pins: int, before: int = 1) -> Scene:
    """Return a scene with runs that were left and kept, as a session hands them on."""
    scene = scenes.light_lost()
    left = [ghost(*2 * (f"before: pacers {13 - n}",), "green") for n in range(before)]
    kept = [ghost(PINS[n], str(n + 1), COLOURS[n]) for n in range(pins)]
    bodies = tuple(body for body, _ in (*left, *kept))
    curves = tuple(curve for _, curve in (*left, *kept))
    *files, runner = scene.chart.curves
    chart = replace(scene.chart, curves=(*files, *curves, runner))
    return replace(scene, chart=chart, ghosts=(*scene.ghosts, *bodies))


def key_of(scene: Scene, size: tuple[int, int]) -> tuple[Legend, float, Style]:
    """Return the key in a window of this size, the room it has [px], and its style."""
    layout = arrange(*size)
    assert layout.timeline is not None
    style = Style(TYPE, layout.sizes, THEMES["night"])
    room = layout.timeline.w - 18.0 * style.sizes.caption
    names = named(scene.chart.curves, scene.ghosts)
    told = legend(names, room, style, banded=scene.chart.band is not None)
    return told, room, style


def test_what_the_user_made_comes_before_the_files_ghosts() -> None:
    scene = made(2)
    assert [name for _, name in named(scene.chart.curves, scene.ghosts)] == [
        "Faith Kipyegon",
        "before: pacers 13",
        f"1 {PINS[0]}",
        f"2 {PINS[1]}",
        "even 4:00.00",
        "as run 4:06.42",
    ]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("pins", "before"), [(0, 0), (0, 1), (1, 1), (2, 1), (6, 3)])
def test_the_band_takes_no_names_away(size: tuple[int, int], pins: int, before: int) -> None:
    told, room, style = key_of(made(pins, before), size)
    names = [name for _, name in told.names]
    assert names[0].startswith("Faith K")
    expected = min(1 + before + pins, 5)  # that many have room in every window
    assert len(names) >= expected
    left = len(made(pins, before).chart.curves) - len(names)
    assert told.more == (f"+{left} more" if left else "")
    assert "assumed" in told.band
    px, pad = style.sizes.caption, padding(style.sizes)
    texts = [*names, told.band]
    wide = sum(TYPE.width(text, REGULAR, px) + 1.6 * px + 6 for text in texts)
    wide += sum(TYPE.width(text, REGULAR, px) for text in (told.more, told.ways) if text)
    parts = len(texts) + bool(told.more) + bool(told.ways)
    assert wide + pad * (parts - 1) <= room + len(texts)


@pytest.mark.parametrize("size", [(640, 360), *SIZES])
def test_a_line_of_the_key_stands_clear_of_its_name(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    layout, theme = arrange(*size), THEMES["night"]
    assert layout.timeline is not None
    style, begins = Style(TYPE, layout.sizes, theme), dict[str, int]()

    def noting(type_: Type, _: Any, text: str, at: Any, *how: Any, **__: Any) -> int:
        begins[text] = round(at[0])
        return type_.width(text, *how[:2])

    monkeypatch.setattr(Type, "write", noting)
    box = Box(0, 0, layout.timeline.w, 200)
    ground = pygame.Surface(box[2:], 0, 32)
    scene = scenes.running(100.0)
    curves = named(scene.chart.curves, scene.ghosts)
    heading(ground, box, ("the light", "green"), curves, style, ChartKind.GAP, banded=True)
    px = style.sizes.caption
    row = ground.subsurface((0, round(0.9 * px), box.w, px))
    inked = pygame.mask.from_threshold(row, (0, 0, 0), (1, 1, 1, 255))
    inked.invert()
    assert len(begins) > 3
    for name in {"the light", *(name for _, name in curves)} & begins.keys():
        x = begins[name]
        clear = next(
            k for k in range(1, 3 * px) if any(inked.get_at((x - k, y)) for y in range(px))
        )
        assert clear > max(5, 0.35 * px)


def test_names_are_cut_before_one_is_left_out_and_the_bands_words_before_that() -> None:
    style = key_of(made(2), SIZES[0])[2]
    px = style.sizes.caption
    names = named(made(2).chart.curves, made(2).ghosts)
    steps, cut = [], False
    for room in range(2000, 30, -5):
        told = legend(names, room, style, banded=True)
        if not told.names or not told.band:
            break  # narrower than any window's chart
        left_out = len(names) - len(told.names)
        steps.append((told.band != BAND, not told.ways, told.band == SHORTEST, left_out))
        if not left_out:
            cut = any(TYPE.width(name, REGULAR, px) < 8 * px for _, name in told.names[:2])
    assert steps[0] == (False, False, False, 0)
    assert steps == sorted(steps), "what has gone does not come back"
    assert cut, "the names were short when the first one had to go"
    assert steps[-1][-1] > 0


def test_a_name_in_the_key_is_seen() -> None:
    layout = arrange(*SIZES[0])
    assert layout.timeline is not None
    area = plot_box(layout.timeline, layout.sizes)

    def heading(scene: Scene) -> bytes:
        surface = pygame.Surface(SIZES[0])
        Painter().draw(surface, scene, PictureOptions())
        box = layout.timeline
        assert box is not None
        return pygame.image.tobytes(
            surface.subsurface((box.x, box.y, box.w, area.y - box.y)), "RGB"
        )

    scene = made(2)
    *others, runner = scene.chart.curves
    renamed = replace(scene.chart, curves=(*others, replace(runner, name="Another One")))
    assert heading(scene) == heading(scene)
    assert heading(replace(scene, chart=renamed)) != heading(scene)


@pytest.mark.parametrize("size", [(640, 360), (600, 600), (800, 600), (1280, 720)])
@pytest.mark.parametrize(
    ("distance", "target"),
    [("5000 m", "15:00"), ("10000 m", "31:00"), ("1 mile", "4:10")],
)
def test_the_axis_counts_in_equal_steps(
    size: tuple[int, int], distance: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: dict[tuple[int, float], list[str]] = {}
    write = Type.write

    def noting(
        self: Type, on: pygame.Surface, text: str, at: tuple[float, float], *more: Any, **named: Any
    ) -> int:
        rows.setdefault((id(on), at[1]), []).append(text)
        return write(self, on, text, at, *more, **named)

    session = Session(load_text(f"{{name: a, distance: {distance}, plan: {{target: '{target}'}}}}"))
    scene = session.scene()
    session.close()
    monkeypatch.setattr(Type, "write", noting)
    Painter().draw(pygame.Surface(size), scene, PictureOptions())
    (axis,) = [row for row in rows.values() if {"0 m", "finish"} <= set(row)]
    metres = [int(text[:-2]) for text in axis if text != "finish"]
    assert len(metres) > 2
    assert len(set(np.diff(metres))) == 1


def test_no_pace_is_read_out_before_one_is_known() -> None:
    session = Session(load_scenario("solo"))
    session.seek(100.0)
    scene = session.scene()
    session.close()
    for metres in (0.0, 1.0, 4.0):
        assert {text for _, text, _ in read_out(scene, metres, ChartKind.PACE)[1:]} == {"–"}
    paces = [float(text) for _, text, _ in read_out(scene, 5.0, ChartKind.PACE)[1:]]
    assert all(60 < pace < 300 for pace in paces)
