"""The side panels: LIVE and SPLITS, and the table that lists them all.

LIVE: the gap to each light and to each ghost in seconds and metres, and the meters. SPLITS: plan,
run and difference, and the model's error at each published split.

In: a scene, a panel's box. Out: fields of a layer; `Layout.side` names the panels with room.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pygame

from simulator.analysis.gaps import GapState
from simulator.screen import Panel
from simulator.stage.scene import GapLine, Meter
from simulator.units import difference_cell, format_time, time_cell
from simulator.view.layout import Box
from simulator.view.panels.panel import (
    CachedLayer,
    SidePanel,
    body,
    head,
    padding,
    rows,
    time_in,
)
from simulator.view.panels.scoreboard import gap_words
from simulator.view.panels.what_if import WhatIfPanel
from simulator.view.text import BOLD, REGULAR, SEMIBOLD, Style, shrink
from simulator.view.theme import Colour, mix

if TYPE_CHECKING:  # the empty stadium is shown before a scenario is read
    from simulator.analysis.splits import Split


class LivePanel(SidePanel):
    """The rows of the live panel."""

    heading = "live"
    share = 0.37
    rank = 0

    @staticmethod
    def wanted(shown: frozenset[Panel]) -> bool:
        """Gaps alone open no column: the score shows the important one, and larger."""
        gaps = Panel.GAPS in shown and bool(shown & {Panel.SPLITS, Panel.WHAT_IF})
        return gaps or Panel.METERS in shown

    def draw(self, layer: CachedLayer, box: Box) -> None:
        """Update the rows."""
        scene, style = self.scene, self.style
        shown = frozenset(Panel) if scene.staging is None else scene.staging.panels
        lines = scene.gaps if Panel.GAPS in shown else ()
        gaps, meters = list(lines), list(scene.meters if Panel.METERS in shown else ())
        inner, least, every = body(box, style.sizes), style.sizes.body + 3, len(gaps) + len(meters)
        while gaps and len(gaps) + len(meters) > max(1, inner.h // least):
            (meters if len(meters) > len(gaps) or len(gaps) == 1 else gaps).pop()
            if len(gaps) == 1 and not meters:
                break
        gaps, count = _nearest(lines, len(gaps)), len(gaps) + len(meters)
        tallest = inner.h // max(1, count)
        if not style.sizes.least:  # in a lecture hall the rows fill the column
            tallest = min(round(3.2 * style.sizes.lead), tallest)
        places = rows(inner, count, max(1, tallest))
        # the rows' places change with their number: clear the old ones first
        if layer.field("rows of live", inner, tuple(places[:count])):
            layer.forget("live gap", "live meter")
        fitted = [
            _gap_row(line, place, style, first=line is gaps[0])
            for line, place in zip(gaps, places, strict=False)
        ]
        told = all(row.trend for row in fitted)
        for i, (line, place, row) in enumerate(zip(gaps, places, fitted, strict=False)):
            _gap(layer, f"live gap {i}", place, line, row, style, told=told)
        for meter, place in zip(meters, places[len(gaps) :], strict=False):
            _meter(layer, place, meter, style)
        more = f"+{every - count} more" if every > count else ""
        at_right = Box(inner.right - inner.w // 2, box.y + 1, inner.w // 2, head(style.sizes) - 1)
        layer.field("live more", at_right, more, lambda s, b: _more(s, b, more, style))


def _nearest(lines: Sequence[GapLine], count: int) -> list[GapLine]:
    """Return the first line, further lights and the nearest ghosts, `count` in all, in order."""

    def rank(i: int) -> tuple[bool, bool, float]:
        seconds = lines[i].seconds
        return i > 0, not lines[i].is_light, math.inf if seconds is None else abs(seconds)

    kept = sorted(range(len(lines)), key=rank)[:count]
    return [lines[i] for i in sorted(kept)]


def _more(surface: pygame.Surface, box: Box, words: str, style: Style) -> None:
    """Write how many rows have no room, next to the heading."""
    px, at = style.sizes.caption, (box.right, box.centre[1] + 0.2 * padding(style.sizes))
    style.type.write(surface, words, at, REGULAR, px, style.theme.muted, align=1)


_TALL = 3.5
"""A row this many times as tall as its type has its name above its value, which is enlarged."""


def _tall(
    surface: pygame.Surface,
    box: Box,
    name: tuple[str, Colour],
    value: tuple[str, Colour],
    note: str,
    style: Style,
) -> None:
    """Write a name and a note above a value."""
    px, write = style.sizes.body, partial(style.type.write, surface)
    large = style.type.largest([value[0]], BOLD, (max(px, round(0.36 * box.h)), px), box.w)
    y = box.centre[1] - 0.55 * large
    wide = write(name[0], (box.x, y), SEMIBOLD, px, name[1], width=box.w)
    room = round(box.w - wide - px)
    if note and room >= style.type.width(note, REGULAR, px):
        write(note, (box.right, y), REGULAR, px, style.theme.muted, align=1)
    at = (box.x, y + 0.5 * px + 0.62 * large)
    write(value[0], at, BOLD, large, value[1], width=box.w)


class _GapRow(NamedTuple):
    """Where the parts of a gap's row stand [px].

    Attributes:
        value: the size of the seconds; `seconds`, `arrow`: their right edges.
        name, px: the name or the time in it, and its size; `left`, `right`: its room.
        trend: there is room for the trend next to the name.
    """

    value: int
    seconds: float
    arrow: float
    name: str
    px: int
    left: float
    right: float
    trend: bool


def _gap_row(line: GapLine, box: Box, style: Style, *, first: bool) -> _GapRow:
    width, px, small, name = style.type.width, style.sizes.body, style.sizes.caption, line.name
    value = style.sizes.lead if first else round(0.82 * style.sizes.lead)
    _, seconds, metres = gap_words(line)
    x = box.right - max(width(text, REGULAR, px) for text in ("88.8 m", metres)) - 0.5 * px
    arrow = x - max(width(text, BOLD, value) for text in ("+8.88 s", seconds)) - 4
    left, right = box.x + 3.6 * _dot(style), arrow - 0.85 * value - 4
    room = round(right - left)
    if width(name, SEMIBOLD, small) > room:
        name = time_in(name) or name
    px = style.type.largest([name], SEMIBOLD, (px, small), room)
    trend = room - width(name, SEMIBOLD, px) > width("gaining", REGULAR, small) + 8
    return _GapRow(value, x, arrow, name, px, left, right, trend)


def _dot(style: Style) -> int:
    return max(2, round(style.sizes.body * 0.2))


def _gap(
    layer: CachedLayer,
    name: str,
    box: Box,
    line: GapLine,
    row: _GapRow,
    style: Style,
    *,
    told: bool,
) -> None:
    """Show a gap; `told`: all rows have room for the trend."""
    arrow, seconds, metres = gap_words(line)
    trend = line.state.value.partition(", ")[2] if told else ""

    def paint(surface: pygame.Surface, box: Box) -> None:
        theme, write = style.theme, partial(style.type.write, surface)
        px, small = style.sizes.body, style.sizes.caption
        if box.h >= _TALL * px:
            tint = theme.gap(line.state) if line.seconds is not None else theme.faint
            who, words = (line.name, theme.colour(line.colour)), f"{arrow} {seconds}".strip()
            _tall(surface, box, who, (words, tint), metres, style)
            return
        colour = theme.gap(line.state) if line.seconds is not None else theme.faint
        y, dot, room = box.centre[1], _dot(style), round(row.right - row.left)
        write(metres, (box.right, y), REGULAR, px, theme.muted, align=1)
        write(seconds, (row.seconds, y), BOLD, row.value, colour, align=1)
        tall = round(row.value * (0.45 if line.state is GapState.LEVEL else 0.75))
        write(arrow, (row.arrow - 0.4 * row.value, y), BOLD, tall, colour, align=0.5)
        pygame.draw.aacircle(surface, theme.colour(line.colour), (box.x + dot, round(y)), dot)
        write(row.name, (row.left, y), SEMIBOLD, row.px, theme.text, width=room)
        if trend:
            tint = mix(theme.panel, colour, 0.75)
            write(trend, (row.right, y), REGULAR, small, tint, align=1)

    key = (arrow, seconds, metres, trend, line.name, line.state, line.colour)
    layer.field(name, box, key, paint)


def _meter(layer: CachedLayer, box: Box, meter: Meter, style: Style) -> None:
    px = style.sizes.body
    label_w = max(round(0.20 * box.w), style.type.width("reserve", REGULAR, px) + 5)
    widest = style.type.width("88.88 m/s · 88.8 s/lap", SEMIBOLD, px)
    bar_w = max(8, min(round(0.32 * box.w), box.w - label_w - widest - 10))
    share = min(1.0, max(0.0, meter.fraction))
    filled = round(bar_w * share)

    def paint(surface: pygame.Surface, box: Box) -> None:
        theme, small, write = style.theme, style.sizes.caption, partial(style.type.write, surface)
        tints = {"shelter": theme.shelter, "reserve": theme.reserve, "power": theme.effort}
        tint = tints.get(meter.name, theme.speed)
        y, high = box.centre[1], max(4, round(0.40 * px))
        if box.h >= _TALL * px:
            name, above = (meter.name, theme.muted), box._replace(h=box.h - 2 * high)
            _tall(surface, above, name, (meter.text, theme.text), meter.note, style)
            foot = pygame.Rect(box.x, box.bottom - 2 * high, box.w, high)
            pygame.draw.rect(surface, theme.panel_high, foot, border_radius=high // 2)
            foot.w = max(high, round(box.w * share))
            pygame.draw.rect(surface, tint, foot, border_radius=high // 2)
            return
        write(meter.name, (box.x, y), REGULAR, px, theme.muted, width=label_w - 4)
        bar = pygame.Rect(box.x + label_w, round(y - high / 2), bar_w, high)
        pygame.draw.rect(surface, theme.panel_high, bar, border_radius=high // 2)
        if filled > 0:
            part = (bar.x, bar.y, max(filled, high), high)
            pygame.draw.rect(surface, tint, part, border_radius=high // 2)
        room = box.right - bar.right - 8
        wide = write(meter.text, (box.right, y), SEMIBOLD, px, theme.text, align=1, width=room)
        # a note does not come and go with the digits beside it
        wide = max(wide, style.type.width("88 %", SEMIBOLD, px))
        for note in (meter.note, "assumed") if meter.note else ():
            if room - wide > style.type.width(note, REGULAR, small) + 8:
                write(note, (box.right - wide - 8, y), REGULAR, small, theme.faint, align=1)
                break

    key = (meter.text, filled, meter.note, round(box.w * share))
    layer.field(f"live meter {meter.name}", box, key, paint)


# -- SPLITS ----------------------------------------------------------------------------------------


HEADINGS = ("plan", "run", "Δ", "vs real")


class SplitsPanel(SidePanel):
    """The table of splits."""

    heading = "splits"
    share = 0.35

    @staticmethod
    def wanted(shown: frozenset[Panel]) -> bool:
        """Shown if a story wants the splits."""
        return Panel.SPLITS in shown

    def draw(self, layer: CachedLayer, box: Box) -> None:
        """Update the table."""
        splits, style = self.scene.splits, self.style
        key = tuple((row.label, row.plan_s, row.run_s, row.published_s) for row in splits)
        inner = body(box, style.sizes)
        layer.field("splits", inner, key, lambda s, b: _table(s, b, splits, style))


def _table(surface: pygame.Surface, box: Box, splits: tuple[Split, ...], style: Style) -> None:
    """Draw the table, with as many of its rows as have room."""
    # the empty stadium has no splits, and opens sooner without this import
    from simulator.stage.scene_builder import evenly  # noqa: PLC0415

    published = any(row.published_s is not None for row in splits)
    kept = evenly(splits, max(1, int(box.h / (1.5 * style.sizes.body)) - 1))
    # in a lecture hall the rows fill the column
    tallest = box.h if style.sizes.least else round(style.sizes.body * 2.0)
    head, *places = rows(box, len(kept) + 1, tallest)
    px, edges = _columns(box, kept, published, style)
    small, colour = min(px, style.sizes.caption), style.theme.muted
    for x, heading in zip(edges, HEADINGS, strict=False):
        style.type.write(surface, heading, (x, head.centre[1]), REGULAR, small, colour, align=1)
    for row, place in zip(kept, places, strict=True):
        if row is not kept[0]:
            surface.fill(style.theme.panel_high, (place.x, place.y, place.w, 1))
        _split(surface, place, row, edges, px, style)


def _columns(
    box: Box, kept: Sequence[Split], published: bool, style: Style
) -> tuple[int, list[float]]:
    """Return the type size [px], and the right edges of the columns.

    Widths fit usual numbers and those that stand there, the rest is shared; without room the last
    column is left out.
    """
    longest = format_time(max((row.plan_s or 0.0 for row in kept), default=0.0))
    time = re.sub(r"\d", "8", longest)
    samples = [[time], [time], ["+88.88" if len(time) > len("8:88.88") else "+8.88"]]
    samples += [["+8.88"]] * published
    for row in kept:
        samples = [[*texts, cell] for texts, cell in zip(samples, _cells(row), strict=False)]
    labels = ["finish", *(row.label for row in kept)]

    def widths(px: int) -> list[int]:
        return [
            max(style.type.width(text, SEMIBOLD, px) for text in texts)
            for texts in (labels, *samples)
        ]

    def fits(px: int) -> bool:
        return sum(widths(px)) + 0.5 * px * len(samples) <= box.w

    least = max(8, style.sizes.least)
    px = shrink(style.sizes.body, least, fits)
    while len(samples) > 2 and not fits(px):
        samples.pop()
        px = shrink(style.sizes.body, least, fits)
    label, *wide = widths(px)
    gap = max(2.0, (box.w - label - sum(wide)) / len(wide))
    edges, x = [], box.x + label
    for each in wide:
        x += round(gap + each)
        edges.append(min(float(x), float(box.right)))
    return px, edges


def _cells(row: Split) -> tuple[str, str, str, str]:
    """Return a row's numbers below `HEADINGS`, empty as long as they are not known."""
    run = "" if row.run_s is None else format_time(row.run_s)
    delta = "" if row.delta_s is None else difference_cell(row.run_s, row.plan_s)
    residual = "" if row.residual_s is None else difference_cell(row.run_s, row.published_s)
    return time_cell(row.plan_s), run, delta, residual


def _split(
    surface: pygame.Surface, box: Box, row: Split, edges: list[float], px: int, style: Style
) -> None:
    y, theme, delta = box.centre[1], style.theme, row.delta_s
    late = delta is not None and delta > 0
    level = delta is None or abs(delta) < 0.05
    tint = theme.gap(GapState.BEHIND_LOSING if late else GapState.AHEAD_GAINING)
    looks = (
        (REGULAR, theme.muted),
        (SEMIBOLD, theme.text),
        (SEMIBOLD, theme.text if level else tint),
        (REGULAR, theme.muted),
    )
    named = theme.muted if row.run_s is None else theme.text
    style.type.write(surface, row.label, (box.x, y), SEMIBOLD, px, named)
    for x, text, (weight, colour) in zip(edges, _cells(row), looks, strict=False):
        style.type.write(surface, text, (x, y), weight, px, colour, align=1)


SIDE_PANELS: dict[str, type[SidePanel]] = {
    "live": LivePanel,
    "splits": SplitsPanel,
    "what_if": WhatIfPanel,
}
"""The side panels by name, from the top of their column: the only list of them."""
