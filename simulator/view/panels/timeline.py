"""The timeline: gap to the light, pace, or pacers over distance; the scrub bar; the lines' key.

In: a scene's `Chart` and slots, the panel's box. Out: the chart with its key, kept until its curves
change; the runner's curve and the band of the model's samples are uncovered up to the revealed
distance; the places of the pacers' bars, for dragging their ends.
Ahead is up, behind is down; faster is up, slower is down.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pygame
from numpy.typing import ArrayLike, NDArray

from simulator.stage.scene import Body, Chart, ChartCurve, ChartMarker, PacerSlot, Scene
from simulator.units import format_signed, whole_metres
from simulator.view.layout import Box
from simulator.view.panels.cards import ground
from simulator.view.panels.panel import (
    CachedLayer,
    SidePanel,
    arrow,
    padding,
    quiet_ground,
    time_in,
)
from simulator.view.sprites import dot
from simulator.view.text import REGULAR, SEMIBOLD, Style, shrink
from simulator.view.theme import Colour, Sizes, Theme, mix

if TYPE_CHECKING:
    from simulator.analysis.uncertainty import Band
    from simulator.session import Session
    from simulator.view.ui import Key


class ChartKind(StrEnum):
    """The kind of chart below the stage; its value is its heading."""

    GAP = "gap to the light"
    PACE = "pace, s/400 m"
    PACERS = "who runs when"

    def next(self) -> ChartKind:
        """Return the next kind, in a ring."""
        kinds = list(ChartKind)
        return kinds[(kinds.index(self) + 1) % len(kinds)]


Floats = NDArray[np.float64]
_WAYS = {
    ChartKind.GAP: "up: ahead   down: behind",
    ChartKind.PACE: "up: faster   down: slower",
    ChartKind.PACERS: "",
}
_BAND_WORDS = (
    "90 % of the model's runs, spreads assumed",
    "90 % of runs (assumed)",
    "90 % (assumed)",
)
_PIN_LABELS = tuple("123456")
"""A kept run has its number as label."""
_LEAST_NAME, _WIDEST_NAME = 6, 16
"""Widths of a name [heights of the type]: it is left out below the first and cut to the second."""


def plot_box(box: Box, sizes: Sizes) -> Box:
    """Return the plotting area inside the panel, the reference for clicks."""
    pad = padding(sizes)
    left = round(sizes.caption * 4.4)
    top, bottom = round(sizes.caption * 2.7), round(sizes.caption * 1.9)
    return Box(box.x + left, box.y + top, max(2, box.w - left - pad), max(2, box.h - top - bottom))


def distance_at(box: Box, sizes: Sizes, race_m: float, x: int) -> float:
    """Return the race distance under a pixel column of the panel [m], within the race."""
    return Plot(plot_box(box, sizes), race_m, 0.0, 1.0).metres(x)


class Timeline:
    """Caches a picture with the runner's whole curve; only its revealed part is ever shown.

    Another run changes that picture alone, unless its axes, events or ghosts differ, too.
    """

    def __init__(self, style: Style, kind: ChartKind = ChartKind.GAP) -> None:
        """Start with nothing drawn; `kind` is of gaps or of paces."""
        self._style, self._kind = style, kind
        self._type, self._sizes, self._theme = style.type, style.sizes, style.theme
        self._own: tuple[ChartCurve | None, Band | None] = None, None
        self._whole = pygame.Surface((0, 0))
        self._plot: Plot | None = None
        self._lines: dict[ChartCurve, Lines] = {}
        self._labels: Sequence[MarkLabel] = ()

    def show(self, layer: CachedLayer, scene: Scene, box: Box) -> None:
        """Update the static part, axes, ghosts' curves and marks, and the runner's curve."""
        chart, sizes = scene.chart, self._sizes
        light = scene.gaps[0].colour if scene.gaps else "green"
        curves = curves_of(chart, self._kind)
        runner = next((curve for curve in curves if curve.kind == "runner"), None)
        others = tuple(curve for curve in curves if curve is not runner)
        band = chart.band if self._kind is ChartKind.GAP else None
        names = named(curves, scene.ghosts)
        plot = plot_of(chart, box, sizes, self._kind)
        inside = replace(plot, box=Box(0, 0, plot.box.w, plot.box.h))
        to, banded = scene.compared_to, band is not None
        if self._whole.get_size() != inside.box[2:]:
            self._whole = pygame.Surface(inside.box[2:], 0, 32)
        whole = self._whole

        def paint(surface: pygame.Surface, _: Box) -> None:
            self._axes(surface, plot, box)
            heading(surface, box, (to, light), names, self._style, self._kind, banded=banded)
            whole.blit(surface, (0, 0), plot.box)
            self._field(whole, inside, others, chart.marks, light)
            surface.blit(whole, plot.box[:2])

        words = tuple(name for _, name in names)
        key = (self._kind, plot, chart.marks, light, to, words, others, banded)
        if not layer.field("timeline", box.inset(1, 1), key, paint) and (runner, band) == self._own:
            return
        self._own = runner, band
        if band is None:
            whole.blit(layer.picture, (0, 0), plot.box)
        else:
            ground, own = quiet_ground(self._theme), self._theme.own
            whole.fill(ground)
            draw_area(whole, inside, band, mix(ground, own, 0.2), mix(ground, own, 0.36))
            self._field(whole, inside, others, chart.marks, light)
        if runner is not None:
            lines = curve_lines(inside, runner, _thickness(sizes))
            draw_lines(whole, inside, lines, self._theme.colour(runner.colour))

    def _axes(self, surface: pygame.Surface, plot: Plot, box: Box) -> None:
        """Write the numbers left of and below the drawing area."""
        theme, type_, area, caption = self._theme, self._type, plot.box, self._sizes.caption
        for tick in ticks(plot.least_s, plot.most_s, area.h, caption):
            at = (area.x - 6, round(plot.y(tick)))
            text = "0" if tick == 0 else f"{tick:+g} s".replace("-", "−")
            text = f"{tick:g} s" if self._kind is ChartKind.PACE else text
            type_.write(surface, text, at, REGULAR, caption, theme.muted, align=1)
        _metre_axis(surface, plot, box, self._style)

    def _field(
        self,
        surface: pygame.Surface,
        plot: Plot,
        curves: tuple[ChartCurve, ...],
        marks: tuple[ChartMarker, ...],
        light: str,
    ) -> None:
        """Draw the content of the drawing area: grid, the light, ghosts' curves, marks."""
        theme, sizes, area = self._theme, self._sizes, plot.box
        for tick in ticks(plot.least_s, plot.most_s, area.h, sizes.caption):
            surface.fill(theme.panel_high, (area.x, round(plot.y(tick)), area.w, 1))
        for metres in metre_lines(plot.race_m):
            surface.fill(theme.panel_high, (round(plot.x(metres)), area.y, 1, area.h))
        colour = mix(theme.panel, theme.colour(light), 0.8)
        if self._kind is ChartKind.GAP:
            zero = round(plot.y(0.0))
            surface.fill(colour, (area.x, zero - 1, area.w, max(1, round(2 * sizes.unit))))
        thin, known = max(1, round(1.6 * sizes.unit)), self._lines if plot == self._plot else {}
        self._plot = plot
        self._lines = {
            curve: known.get(curve)
            or (
                curve_lines(plot, curve, _thickness(sizes))
                if curve.kind == "plan"
                else curve_lines(plot, curve, thin, dashed=True)
            )
            for curve in curves
        }
        for curve, lines in self._lines.items():
            shade = mix(theme.panel, theme.colour(curve.colour), 0.72)
            draw_lines(surface, plot, lines, colour if curve.kind == "plan" else shade)
        self._write_marks(surface, plot, marks)

    def _write_marks(
        self, surface: pygame.Surface, plot: Plot, marks: tuple[ChartMarker, ...]
    ) -> None:
        theme, area, thick = self._theme, plot.box, max(1, round(self._sizes.unit))
        self._labels = labels = mark_labels(plot, marks, self._style)
        for label in labels:
            shade = mix(theme.panel, _mark_colour(label.mark, theme), 0.5)
            for y in range(area.y, area.bottom, 7 * thick):
                surface.fill(shade, (round(plot.x(label.mark.x_m)), y, thick, 3 * thick))
        for label in labels:
            if label.box is not None:
                at, tint = label.box.centre, _mark_colour(label.mark, theme)
                # without room next to another event's line, the line stops before the label
                surface.fill(quiet_ground(theme), label.box)
                px = self._sizes.caption
                self._type.write(surface, label.mark.label, at, REGULAR, px, tint, align=0.5)

    def _uncover(self, surface: pygame.Surface, plot: Plot, chart: Chart) -> None:
        """Show the runner's curve up to the revealed distance, and not a pixel more."""
        runner, _ = self._own
        end = plot.x(min(chart.reveal_m, chart.race_m))
        if runner is None or not len(runner.x_m) or end <= plot.box.x:
            return
        area = plot.box
        # the kept curve has a point each STEP_PX: from the last one to the end is drawn anew
        known = int(end - area.x) // STEP_PX * STEP_PX
        surface.blit(self._whole, (area.x, area.y), (0, 0, known, area.h))
        metres = [known / max(1, area.w - 1) * plot.race_m, min(chart.reveal_m, runner.x_m[-1])]
        first, last = np.interp(metres, runner.x_m, runner.values).tolist()
        points = [(float(area.x + known), plot.y(first)), (end, plot.y(last))]
        draw_line(surface, points, self._theme.colour(runner.colour), _thickness(self._sizes))

    def draw(self, surface: pygame.Surface, scene: Scene, box: Box) -> None:
        """Uncover the runner's curve, and draw the playhead."""
        chart, theme, sizes = scene.chart, self._theme, self._sizes
        plot = plot_of(chart, box, sizes, self._kind)
        self._uncover(surface, plot, chart)
        x = _playhead(surface, plot, chart, self._style, self._labels)
        r = max(3.0, round(5.0 * sizes.unit * 4) / 4)
        runner, _ = self._own
        y: float = plot.box.bottom
        if runner is not None and len(runner.x_m):
            y = plot.y(float(np.interp(chart.playhead_m, runner.x_m, runner.values)))
        surface.blit(*dot(theme.text, r, r, 16, theme.back, 1.5).at(x, y))


@dataclass(frozen=True, slots=True)
class Bar:
    """A pacer's slot and the place of its bar [px]."""

    slot: PacerSlot
    box: Box


def bars(scene: Scene, box: Box, sizes: Sizes) -> tuple[Bar, ...]:
    """Return the bars of the pacers' slots, one row for each pacer in the formation's order."""
    plot, slots = plot_of(scene.chart, box, sizes, ChartKind.PACERS), scene.group.slots
    names = list(dict.fromkeys(slot.name for slot in slots))
    high = plot.box.h / max(1, len(names))
    placed = []
    for slot in slots:
        left, right = (
            round(plot.x(min(metres, scene.race_m)))
            for metres in (slot.from_m, scene.race_m if slot.until_m is None else slot.until_m)
        )
        row = names.index(slot.name)
        top, bottom = (round(plot.box.y + high * (row + part)) for part in (0.12, 0.88))
        placed.append(Bar(slot, Box(left, top, max(2, right - left), max(2, bottom - top))))
    return tuple(placed)


class PacerChart:
    """The pacers over her distance, their slots as bars; it is redrawn when a slot changes."""

    def __init__(self, style: Style) -> None:
        """Start with nothing drawn."""
        self._style = style

    def show(self, layer: CachedLayer, scene: Scene, box: Box) -> None:
        """Update the bars."""
        slots, style = scene.group.slots, self._style

        def paint(surface: pygame.Surface, _: Box) -> None:
            theme, px, write = style.theme, style.sizes.caption, style.type.write
            plot = plot_of(scene.chart, box, style.sizes, ChartKind.PACERS)
            heading(surface, box, ("", ""), (), style, ChartKind.PACERS, banded=False)
            surface.fill(quiet_ground(theme), plot.box)
            for metres in metre_lines(scene.race_m):
                line = (round(plot.x(metres)), plot.box.y, 1, plot.box.h)
                surface.fill(theme.panel_high, line)
            _metre_axis(surface, plot, box, style)
            for bar in bars(scene, box, style.sizes):
                there = mix(theme.panel, theme.colour("pink"), 0.6)
                pygame.draw.rect(surface, there, bar.box, border_radius=bar.box.h // 3)
                if bar.box.h >= 10:
                    size, at = min(px, bar.box.h - 1), (bar.box.x + 6, bar.box.centre[1])
                    write(surface, bar.slot.name, at, SEMIBOLD, size, theme.back, width=bar.box.w)
            if not slots:
                words, middle = "nobody paces her", plot.box.centre
                write(surface, words, middle, REGULAR, px, theme.muted, align=0.5)

        layer.field("timeline", box.inset(1, 1), (ChartKind.PACERS, slots, scene.race_m), paint)

    def draw(self, surface: pygame.Surface, scene: Scene, box: Box) -> None:
        """Draw her position."""
        plot = plot_of(scene.chart, box, self._style.sizes, ChartKind.PACERS)
        _playhead(surface, plot, scene.chart, self._style)


def _metre_axis(surface: pygame.Surface, plot: Plot, box: Box, style: Style) -> None:
    """Write the race distances below the drawing area, every nth as they have room."""
    px, type_ = style.sizes.caption, style.type

    def written(metres: float) -> tuple[float, float, str]:
        text = f"{metres:g} m" if metres != plot.race_m else "finish"
        wide = type_.width(text, REGULAR, px)
        left = min(max(box.x + 4, plot.x(metres) - wide / 2), box.right - wide - 8)
        return left, left + wide + 12, text

    finish, *others = (written(m) for m in (plot.race_m, *metre_lines(plot.race_m)[:-1]))
    every = next(
        n
        for n in range(1, len(others) + 1)
        if all(end < left for (_, end, _), (left, *_) in pairwise(others[::n]))
    )
    before = [each for each in others[::every] if each[1] < finish[0]]
    for left, _, text in (*before, finish):
        type_.write(surface, text, (left, plot.box.bottom + px), REGULAR, px, style.theme.muted)


def _playhead(
    surface: pygame.Surface,
    plot: Plot,
    chart: Chart,
    style: Style,
    labels: Sequence[MarkLabel] = (),
) -> float:
    """Draw the line at her distance, but not over labels of events; return its column."""
    x, area = plot.x(min(max(0.0, chart.playhead_m), chart.race_m)), plot.box
    thick, top = max(1, round(1.5 * style.sizes.unit)), area.y - 3
    boxes = [label.box for label in labels if label.box is not None]
    for box in sorted((b for b in boxes if b.x < x - area.x < b.right), key=lambda b: b.y):
        surface.fill(style.theme.muted, (round(x - thick / 2), top, thick, area.y + box.y - top))
        top = area.y + box.bottom
    surface.fill(style.theme.muted, (round(x - thick / 2), top, thick, area.bottom + 3 - top))
    return x


def curves_of(chart: Chart, kind: ChartKind) -> tuple[ChartCurve, ...]:
    """Return the curves of a chart of this kind."""
    return chart.paces if kind is ChartKind.PACE else chart.curves


def plot_of(chart: Chart, box: Box, sizes: Sizes, kind: ChartKind) -> Plot:
    """Return the drawing area of a chart of this kind, and its axes."""
    if kind is ChartKind.PACERS:
        return Plot(plot_box(box, sizes), chart.race_m, 0.0, 1.0)
    if kind is ChartKind.PACE:
        return Plot(plot_box(box, sizes), chart.race_m, *chart.pace_range_s)
    least, most = chart.gap_range_s
    least, most = min(least, -0.25), max(most, 0.25)
    pad = 0.06 * (most - least)
    return Plot(plot_box(box, sizes), chart.race_m, least - pad, most + pad)


def _thickness(sizes: Sizes) -> int:
    """Return the thickness of the runner's curve [px]."""
    return max(2, round(2.6 * sizes.unit))


# events on the chart -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MarkLabel:
    """An event of the chart and the place of its label [px]; None if it has no room."""

    mark: ChartMarker
    box: Box | None


def mark_labels(plot: Plot, marks: Sequence[ChartMarker], style: Style) -> tuple[MarkLabel, ...]:
    """Return the events with their labels: next to their line, clear of labels and other lines.

    A label that cannot avoid the lines covers one; one that cannot avoid other labels is left out.
    None is shortened.
    """
    area, px = plot.box, style.sizes.caption
    shown = sorted((m for m in marks if m.kind != "distance"), key=lambda m: m.x_m)
    lines = [plot.x(mark.x_m) for mark in shown]
    high, placed, taken = round(1.3 * px), list[MarkLabel](), list[Box]()
    for mark, x in zip(shown, lines, strict=True):
        wide = style.type.width(mark.label, REGULAR, px) + 2 * max(2, px // 4)
        rows = [area.bottom - (row + 1) * high - 1 for row in range(min(3, area.h // high))]
        boxes = [
            Box(left, y, wide, high) for y in rows for left in (round(x) + 3, round(x) - 3 - wide)
        ]
        boxes = [b for b in boxes if area.x <= b.x and b.right <= area.right]
        free = [b for b in boxes if not any(b.touches(other) for other in taken)]
        clear = [
            b for b in free if not any(b.x - 3 < line < b.right + 3 for line in lines if line != x)
        ]
        box = next(iter(clear or free), None)
        taken += [box] if box is not None else []
        placed.append(MarkLabel(mark, box))
    return tuple(placed)


def _mark_colour(mark: ChartMarker, theme: Theme) -> Colour:
    return theme.colour("pink") if mark.kind == "pacer" else theme.warning


class TimelineHover(SidePanel):
    """The chart's tooltip under the mouse; a click on an event goes there."""

    def __init__(self) -> None:
        self.kind: ChartKind | None = ChartKind.GAP

    def handle(self, event: pygame.Event, session: Session) -> bool:
        """Handle a mouse event; a click on the label of an event goes to it."""
        label = self._under() if self._clicked(event) else None
        if label is not None:
            session.director.seek_distance(label.mark.x_m)
        return label is not None

    def _plot(self) -> Plot | None:
        """Return the drawing area, if values can be read in it."""
        if self.box is None or self.kind is None or self.kind is ChartKind.PACERS:
            return None
        return plot_of(self.scene.chart, self.box, self.style.sizes, self.kind)

    def _under(self) -> MarkLabel | None:
        """Return the event with its label under the mouse."""
        plot = self._plot()
        labels = () if plot is None else mark_labels(plot, self.scene.chart.marks, self.style)
        return next((each for each in labels if each.box and each.box.holds(self._at)), None)

    def draw_over(
        self,
        surface: pygame.Surface,
        session: Session,  # noqa: ARG002 - as all panels
        focus: Key | None,  # noqa: ARG002
    ) -> None:
        """Show the gap or pace of each curve at the distance under the mouse."""
        plot = self._plot()
        if plot is None or self.kind is None or not plot.box.holds(self._at):
            return
        label = self._under()
        if label is not None and label.box is not None:
            pygame.draw.rect(surface, _mark_colour(label.mark, self.style.theme), label.box, 1)
        metres = plot.metres(self._at[0])
        surface.fill(self.style.theme.faint, (self._at[0], plot.box.y, 1, plot.box.h))
        self._card(surface, plot.box, read_out(self.scene, metres, self.kind))

    def _card(
        self, surface: pygame.Surface, area: Box, rows: Sequence[tuple[str, str, str]]
    ) -> None:
        type_, px, theme = self.style.type, self.style.sizes.caption, self.style.theme
        name_w = max(type_.width(name, REGULAR, px) for name, *_ in rows)
        wide = name_w + max(type_.width(text, SEMIBOLD, px) for _, text, _ in rows) + 3 * px
        step = round(1.4 * px)
        high = step * len(rows) + px
        x = self._at[0] + px if self._at[0] + px + wide < area.right else self._at[0] - px - wide
        y = max(0, min(area.y, surface.get_height() - high))
        card = ground((wide, high), self.style.sizes, theme)
        for i, (name, text, colour) in enumerate(rows):
            middle = px / 2 + (i + 0.5) * step
            tint = theme.colour(colour) if colour else theme.text
            type_.write(
                card, name, (px, middle), REGULAR, px, theme.muted if colour else theme.text
            )
            type_.write(card, text, (wide - px, middle), SEMIBOLD, px, tint, align=1)
        surface.blit(card, (max(0, x), y))


MOST_READ = 6
"""Most curves in the tooltip."""


def read_out(
    scene: Scene, metres: float, kind: ChartKind = ChartKind.GAP
) -> tuple[tuple[str, str, str], ...]:
    """Return the known values at a race distance [m]: name, text and colour name of each curve.

    The first row is the distance. Unrevealed values of her run are left out.
    """
    paced = kind is ChartKind.PACE
    unit = "s/400 m" if paced else f"behind {scene.compared_to}"
    chart, rows = scene.chart, [(f"{whole_metres(metres)} m", unit, "")]
    for curve, name in named(curves_of(chart, kind), scene.ghosts)[:MOST_READ]:
        reach_m = min(chart.reveal_m, curve.x_m[-1]) if curve.kind == "runner" else curve.x_m[-1]
        # a pace is drawn from the line on, but known from the curve's first step on
        known = (curve.x_m[1] if paced else 0.0) <= metres <= reach_m
        value = float(np.interp(metres, curve.x_m, curve.values)) if known else math.nan
        text = f"{value:.1f}" if paced else f"{format_signed(value)} s"
        text = text if math.isfinite(value) else "–"
        rows.append((name, text, curve.colour))
    return tuple(rows)


# the key of the lines


def named(
    curves: Sequence[ChartCurve], ghosts: Sequence[Body]
) -> tuple[tuple[ChartCurve, str], ...]:
    """Return the curves with their names, most important first, so that the user's runs stay.

    The order is the runner, abandoned runs, kept runs with their numbers, the file's ghosts.
    """
    labels = {(ghost.name, ghost.colour): ghost.label for ghost in ghosts}
    rows: list[tuple[int, ChartCurve, str]] = []
    for curve in curves:
        label = labels.get((curve.name, curve.colour), "")
        rest = 2 if label in _PIN_LABELS else 3
        rest = 1 if curve.name.startswith("before") else rest
        weight = 0 if curve.kind in ("runner", "plan") else rest
        name = "the plan" if curve.kind == "plan" else curve.name
        rows.append((weight, curve, f"{label} {name}" if weight == 2 else name))
    return tuple((curve, name) for _, curve, name in sorted(rows, key=lambda row: row[0]))


@dataclass(frozen=True, slots=True)
class Legend:
    """The words of the chart's key, in order; empty without room.

    Attributes:
        names: curves with their names, cut to fit.
        more: number of unnamed curves.
        band: the meaning of the band.
        ways: the good direction.
    """

    names: tuple[tuple[ChartCurve, str], ...]
    more: str
    band: str
    ways: str


def legend(
    curves: Sequence[tuple[ChartCurve, str]],
    room: float,
    style: Style,
    kind: ChartKind = ChartKind.GAP,
    *,
    banded: bool,
) -> Legend:
    """Return as much of the key as fits `room` [px], of curves with the most important first.

    Long words of the band are dropped first, then the good direction, then the ends of long names;
    last the final curves, and the band if it leaves no room for the runner.
    """
    px, pad, width = style.sizes.caption, padding(style.sizes), style.type.width
    least, widest = _LEAST_NAME * px, _WIDEST_NAME * px
    bands = _BAND_WORDS if banded else ("",)

    def fits(key: Legend) -> bool:
        sample = round(1.6 * px) + _key_gap(style)
        parts = [sample + width(name, REGULAR, px) for _, name in key.names]
        parts += [sample + width(key.band, REGULAR, px)] if key.band else []
        parts += [width(words, REGULAR, px) for words in (key.more, key.ways) if words]
        return sum(parts) + pad * (len(parts) - 1) <= room

    def short(name: str, wide: int) -> str:
        name = name if width(name, REGULAR, px) <= wide else time_in(name) or name
        return style.type.fit(name, REGULAR, px, max(wide, width(time_in(name), REGULAR, px)))

    def cut(wide: int, count: int, band: str, ways: str = "") -> Legend:
        shown = tuple((c, short(name, wide)) for c, name in curves[:count])
        left = len(curves) - count
        return Legend(shown, f"+{left} more" if left else "", band, ways)

    for band in bands:
        if fits(whole := cut(widest, len(curves), band, _WAYS[kind])):
            return whole
    for band in (bands[-1], ""):
        for count in range(len(curves), 0, -1):
            if fits(cut(least, count, band)):
                wide = shrink(widest, least, lambda wide: fits(cut(wide, count, band)))  # noqa: B023
                return cut(wide, count, band)
    return Legend((), "", "", "")


def heading(
    surface: pygame.Surface,
    box: Box,
    light: tuple[str, str],
    names: Sequence[tuple[ChartCurve, str]],
    style: Style,
    kind: ChartKind,
    *,
    banded: bool,
) -> None:
    """Write the key along the upper edge of the panel `box`.

    Args:
        surface: the surface to write on.
        box: the whole panel [px].
        light: what gaps are taken to, and the colour of its line, as a scenario names it.
        names: the curves with their names, most important first.
        style: sizes and colours.
        kind: the kind of chart.
        banded: whether there is a band to name.
    """
    theme, type_, px = style.theme, style.type, style.sizes.caption
    pad = padding(style.sizes)
    y = box.y + px * 1.35
    x: float = box.x + pad
    # one of several lights is named at its line: a click on the heading counts on its width
    words = kind.value.replace("the light", "the plan" if light[0] == "the plan" else "the light")
    wide = type_.caps(surface, words, (x, y), px, theme.muted)
    arrow(surface, round(x + wide + px), round(y), px, theme.muted)
    x += wide + px + 2 * pad
    if kind is ChartKind.GAP:
        x += _light(surface, x, y, light, style) + pad
    right = box.right - pad - (controls_width(style) if kind is ChartKind.PACE else 0)
    shown = legend(names, right - x, style, kind, banded=banded)
    for curve, name in shown.names:
        x += _sample(surface, curve, x, y, style) + _key_gap(style)
        x += type_.write(surface, name, (x, y), REGULAR, px, theme.muted) + pad
    if shown.more:
        x += type_.write(surface, shown.more, (x, y), REGULAR, px, theme.faint) + pad
    if shown.band:
        key, high = round(1.6 * px), round(0.7 * px)
        shade = mix(theme.panel, theme.own, 0.3)
        surface.fill(shade, (round(x), round(y - high / 2), key, high))
        type_.write(surface, shown.band, (x + key + _key_gap(style), y), REGULAR, px, theme.muted)
    type_.write(surface, shown.ways, (right, y), REGULAR, px, theme.faint, align=1)


def controls_width(style: Style) -> int:
    """Return the width of the controls at the right of a chart's heading [px]."""
    return 20 * style.sizes.caption


def heading_box(box: Box, kind: ChartKind, style: Style) -> Box:
    """Return the box of the chart's heading: a click there shows the next chart."""
    px, pad = style.sizes.caption, padding(style.sizes)
    wide = style.type.caps_width(kind.value, px) + 2 * px + pad
    return Box(box.x + pad // 2, box.y, wide, round(2.5 * px))


def _key_gap(style: Style) -> int:
    """Return the space between a line of the key and its name [px]."""
    return max(6, round(0.4 * style.sizes.caption))


def _sample(surface: pygame.Surface, curve: ChartCurve, x: float, y: float, style: Style) -> int:
    """Draw a piece of a curve's line; return its width [px]."""
    wide = round(1.6 * style.sizes.caption)
    thick = max(1, round(2.2 * style.sizes.unit))
    colour, top = style.theme.colour(curve.colour), round(y - thick / 2)
    if curve.kind in ("runner", "plan"):
        surface.fill(colour, (round(x), top, wide, thick + 1))
        return wide
    third = max(2, round(wide / 5))
    for k in range(0, wide, 2 * third):
        surface.fill(colour, (round(x) + k, top, min(third, wide - k), thick))
    return wide


def _light(
    surface: pygame.Surface, x: float, y: float, light: tuple[str, str], style: Style
) -> float:
    (words, colour), theme, px = light, style.theme, style.sizes.caption
    key = round(1.6 * px)
    surface.fill(theme.colour(colour), (round(x), round(y) - 1, key, max(2, px // 7)))
    key += _key_gap(style)
    at, widest = (x + key, y), _WIDEST_NAME * px
    return key + style.type.write(surface, words, at, REGULAR, px, theme.muted, width=widest)


# -- the drawing area ------------------------------------------------------------------------------


Lines = list[list[tuple[float, float]]]
"""Points of fine lines [px]."""

STEP_PX = 2
"""Number of columns between two points of a curve."""


@dataclass(frozen=True, slots=True)
class Plot:
    """The drawing area and its axes: `box` [px], race length [m], range of gaps or paces [s]."""

    box: Box
    race_m: float
    least_s: float
    most_s: float

    def x(self, metres: float) -> float:
        """Return the column of a race distance."""
        return self.box.x + metres / max(1.0, self.race_m) * (self.box.w - 1)

    def y(self, gap_s: float) -> float:
        """Return the row of a gap; behind is down."""
        return float(self.rows(gap_s))

    def metres(self, x: float) -> float:
        """Return the race distance at a column, within the race [m]."""
        share = (x - self.box.x) / max(1, self.box.w - 1)
        return min(max(share, 0.0), 1.0) * self.race_m

    @property
    def per_px(self) -> float:
        """The value of one pixel row [s]."""
        return (self.most_s - self.least_s) / max(1, self.box.h - 1)

    def rows(self, gap_s: ArrayLike) -> Floats:
        """Return the rows of gaps, of any one shape; NaN stays NaN."""
        share = (np.asarray(gap_s) - self.least_s) / max(1e-6, self.most_s - self.least_s)
        inside = np.minimum(np.maximum(share, -0.02), 1.02)
        return np.asarray(self.box.y + inside * (self.box.h - 1))


def ticks(least: float, most: float, height: int, caption: int) -> list[float]:
    """Return round gap values for the axis, at least two lines of text apart."""
    room = max(1, int(height / (1.35 * caption)))
    for step in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 300.0, 3600.0):
        if (most - least) / step <= room:
            return [k * step for k in range(math.ceil(least / step), math.floor(most / step) + 1)]
    return [0.0]


def metre_lines(race_m: float) -> tuple[float, ...]:
    """Return the race distances with a line: each lap's or kilometre's, and the finish."""
    return (*range(0, int(race_m), 400 if race_m <= 5000.0 else 1000), race_m)


def draw_area(surface: pygame.Surface, plot: Plot, band: Band, fill: Colour, edge: Colour) -> None:
    """Draw a band as an area with soft edges, where it is at least a pixel high."""
    columns = np.arange(0, plot.box.w, STEP_PX)
    metres = columns / max(1, plot.box.w - 1) * plot.race_m
    low, high = (plot.rows(np.interp(metres, band.x_m, gaps)) for gaps in (band.low_s, band.high_s))
    seen = np.flatnonzero((high - low >= 1.0) & (metres <= band.x_m[-1]))
    if len(seen) < 2:
        return
    part = slice(int(seen[0]), int(seen[-1]) + 1)
    xs = (plot.box.x + columns[part]).astype(float).tolist()
    sides = [list(zip(xs, ys[part].tolist(), strict=True)) for ys in (low, high)]
    clip = surface.get_clip()
    surface.set_clip(pygame.Rect(plot.box).clip(clip))
    pygame.draw.polygon(surface, fill, [*sides[0], *reversed(sides[1])])
    for side in sides:
        pygame.draw.aalines(surface, edge, False, side)
    surface.set_clip(clip)


def curve_lines(plot: Plot, curve: ChartCurve, thick: int, *, dashed: bool = False) -> Lines:
    """Return a curve as the lines it is drawn with, through one point each two pixels."""
    if len(curve.x_m) < 2:
        return []
    columns = np.arange(0, plot.box.w, STEP_PX)
    metres = columns / max(1, plot.box.w - 1) * plot.race_m
    gaps = np.interp(metres, curve.x_m, curve.values, right=np.nan)
    known = np.isfinite(gaps)
    xs, ys = (plot.box.x + columns[known]).astype(float).tolist(), plot.rows(gaps[known])
    on, off = _dash(thick) if dashed else (len(xs), 1)
    lines: Lines = []
    for shift in _shifts(thick):
        points = list(zip(xs, (ys + shift).tolist(), strict=True))
        lines += [points[i : i + on] for i in range(0, len(points) - 1, on + off)]
    return lines


def draw_lines(surface: pygame.Surface, plot: Plot, lines: Lines, colour: Colour) -> None:
    """Draw a curve's lines inside the drawing area."""
    clip = surface.get_clip()
    surface.set_clip(pygame.Rect(plot.box).clip(clip))
    for points in lines:
        pygame.draw.aalines(surface, colour, False, points)
    surface.set_clip(clip)


def draw_line(
    surface: pygame.Surface, points: list[tuple[float, float]], colour: Colour, thick: int
) -> None:
    """Draw a smooth line through points."""
    for shift in _shifts(thick):
        pygame.draw.aalines(surface, colour, False, [(x, y + shift) for x, y in points])


def _shifts(thick: int) -> list[float]:
    """Return the offsets from its middle of the fine lines that make a thick one [px]."""
    return [k - (thick - 1) / 2 for k in range(thick)]


def _dash(thick: int) -> tuple[int, int]:
    """Return how many points of a dashed curve are drawn, and how many skipped."""
    return (4 * thick + 1, 2 * thick) if thick > 1 else (5, 2)
