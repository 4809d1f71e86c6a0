"""LIVE: the gap to the light and to each ghost in seconds and metres, and the meters.

In: gap lines, meters, the panel's box. Out: fields of a layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pygame

from simulator.analysis.gaps import GapState
from simulator.stage.scene import GapLine, Meter, Panel
from simulator.view.layout import Box
from simulator.view.panels.frame import CachedLayer, SidePanel, body, rows
from simulator.view.panels.score import gap_words
from simulator.view.style import Style
from simulator.view.text import BOLD, REGULAR, SEMIBOLD, shrink
from simulator.view.theme import mix


class LivePanel(SidePanel):
    """The rows of the live panel."""

    heading = "live"
    share = 0.37

    @staticmethod
    def wanted(shown: frozenset[Panel]) -> bool:
        """Gaps alone open no column: the one that counts stands in the score, and larger."""
        gaps = Panel.GAPS in shown and bool(shown & {Panel.SPLITS, Panel.WHAT_IF})
        return gaps or Panel.METERS in shown

    def draw(self, layer: CachedLayer, box: Box) -> None:
        """Bring the rows up to date."""
        scene = self.scene
        shown = frozenset(Panel) if scene.staging is None else scene.staging.panels
        gaps = scene.gaps if Panel.GAPS in shown else ()
        show(layer, gaps, scene.meters if Panel.METERS in shown else (), box, self.style)


def show(
    layer: CachedLayer,
    shown_gaps: Sequence[GapLine],
    shown_meters: Sequence[Meter],
    box: Box,
    style: Style,
) -> None:
    """Bring the panel's rows up to date."""
    inner = body(box, style.sizes)
    gaps, meters = list(shown_gaps), list(shown_meters)
    least = style.sizes.body + 3
    while gaps and len(gaps) + len(meters) > max(1, inner.h // least):
        (meters if len(meters) > len(gaps) or len(gaps) == 1 else gaps).pop()
        if len(gaps) == 1 and not meters:
            break
    count = len(gaps) + len(meters)
    tallest = min(round(3.2 * style.sizes.lead), inner.h // max(1, count))
    places = rows(inner, count, max(1, tallest))
    # where the rows lie changes with their number: what stood there goes first
    if layer.field("rows of live", inner, tuple(places[:count]), lambda *_: None):
        layer.forget("live gap", "live meter")
    for i, (line, place) in enumerate(zip(gaps, places, strict=False)):
        _gap(layer, f"live gap {i}", place, line, style)
    for meter, place in zip(meters, places[len(gaps) :], strict=False):
        _meter(layer, place, meter, style)


def _gap(layer: CachedLayer, name: str, box: Box, line: GapLine, style: Style) -> None:
    arrow, seconds, metres = gap_words(line)
    trend = line.state.value.partition(", ")[2]

    def paint(surface: pygame.Surface, box: Box) -> None:
        theme, width, write = style.theme, style.type.width, partial(style.type.write, surface)
        px, value, small = style.sizes.body, style.sizes.lead, style.sizes.caption
        colour = theme.gap(line.state) if line.seconds is not None else theme.faint
        x, y = float(box.right), box.centre[1]
        write(metres, (x, y), REGULAR, px, theme.muted, align=1)
        x -= max(width(text, REGULAR, px) for text in ("88.8 m", metres)) + 0.5 * px
        write(seconds, (x, y), BOLD, value, colour, align=1)
        x -= max(width(text, BOLD, value) for text in ("+8.88 s", seconds)) + 4
        tall = round(value * (0.45 if line.state is GapState.LEVEL else 0.75))
        write(arrow, (x - 0.4 * value, y), BOLD, tall, colour, align=0.5)
        x -= 0.85 * value
        dot = max(2, round(px * 0.2))
        pygame.draw.aacircle(surface, theme.colour(line.colour), (box.x + dot, round(y)), dot)
        left = box.x + 3.6 * dot
        room = round(x - left - 4)
        px = shrink(px, small, lambda px: width(line.name, SEMIBOLD, px) <= room)
        shown = write(line.name, (left, y), SEMIBOLD, px, theme.text, width=room)
        if trend and room - shown > width(trend, REGULAR, small) + 8:
            tint = mix(theme.panel, colour, 0.75)
            write(trend, (x - 4, y), REGULAR, small, tint, align=1)

    key = (arrow, seconds, metres, trend, line.name, line.state, line.colour)
    layer.field(name, box, key, paint)


def _meter(layer: CachedLayer, box: Box, meter: Meter, style: Style) -> None:
    px = style.sizes.body
    label_w = round(0.20 * box.w)
    widest = style.type.width("88.88 m/s · 88.8 s/lap", SEMIBOLD, px)
    bar_w = max(8, min(round(0.32 * box.w), box.w - label_w - widest - 10))
    filled = round(bar_w * min(1.0, max(0.0, meter.fraction)))

    def paint(surface: pygame.Surface, box: Box) -> None:
        theme, small, write = style.theme, style.sizes.caption, partial(style.type.write, surface)
        y, high = box.centre[1], max(4, round(0.40 * px))
        write(meter.name, (box.x, y), REGULAR, px, theme.muted, width=label_w - 4)
        bar = pygame.Rect(box.x + label_w, round(y - high / 2), bar_w, high)
        pygame.draw.rect(surface, theme.panel_high, bar, border_radius=high // 2)
        if filled > 0:
            tints = {"shelter": theme.shelter, "reserve": theme.reserve, "power": theme.effort}
            part = (bar.x, bar.y, max(filled, high), high)
            tint = tints.get(meter.name, theme.speed)
            pygame.draw.rect(surface, tint, part, border_radius=high // 2)
        room = box.right - bar.right - 8
        wide = write(meter.text, (box.right, y), SEMIBOLD, px, theme.text, align=1, width=room)
        if meter.note and room - wide > style.type.width(meter.note, REGULAR, small) + 8:
            write(meter.note, (box.right - wide - 8, y), REGULAR, small, theme.faint, align=1)

    layer.field(f"live meter {meter.name}", box, (meter.text, filled, meter.note), paint)
