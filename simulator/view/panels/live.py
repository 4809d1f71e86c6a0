"""LIVE: the gap to the light and to each ghost in seconds and metres, and the meters.

In: gap lines, meters, the panel's box. Out: fields of a plate.
"""

from __future__ import annotations

from collections.abc import Sequence

import pygame

from simulator.analysis.gaps import GapState
from simulator.stage.scene import GapLine, Meter, Panel
from simulator.view.layout import Box
from simulator.view.panels.frame import SidePanel, body, rows
from simulator.view.panels.score import gap_words
from simulator.view.plate import Plate
from simulator.view.style import Style
from simulator.view.text import BOLD, REGULAR, SEMIBOLD
from simulator.view.theme import Colour, Theme, mix


class LivePanel(SidePanel):
    """The rows of the live panel."""

    heading = "live"
    share = 0.37

    @staticmethod
    def wanted(shown: frozenset[Panel]) -> bool:
        """Gaps alone open no column: the one that counts stands in the score, and larger."""
        gaps = Panel.GAPS in shown and bool(shown & {Panel.SPLITS, Panel.WHAT_IF})
        return gaps or Panel.METERS in shown

    def draw(self, plate: Plate, box: Box) -> None:
        """Bring the rows up to date."""
        scene = self.scene
        shown = frozenset(Panel) if scene.staging is None else scene.staging.panels
        gaps = scene.gaps if Panel.GAPS in shown else ()
        show(plate, gaps, scene.meters if Panel.METERS in shown else (), box, self.style)


def show(
    plate: Plate,
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
    if plate.field("rows of live", inner, tuple(places[:count]), lambda *_: None):
        plate.forget("live gap", "live meter")
    for i, (line, place) in enumerate(zip(gaps, places, strict=False)):
        _gap(plate, f"live gap {i}", place, line, style)
    for meter, place in zip(meters, places[len(gaps) :], strict=False):
        _meter(plate, f"live meter {meter.name}", place, meter, style)


def _gap(plate: Plate, name: str, box: Box, line: GapLine, style: Style) -> None:
    arrow, seconds, metres = gap_words(line)
    trend = line.state.value.partition(", ")[2]
    colour = style.theme.gap(line.state) if line.seconds is not None else style.theme.faint
    mark = style.theme.colour(line.colour)

    def paint(surface: pygame.Surface, box: Box) -> None:
        type_, px, value = style.type, style.sizes.body, style.sizes.lead
        x, y = float(box.right), box.centre[1]
        type_.write(surface, metres, (x, y), REGULAR, px, style.theme.muted, align=1)
        x -= max(type_.width(said, REGULAR, px) for said in ("88.8 m", metres)) + 0.5 * px
        type_.write(surface, seconds, (x, y), BOLD, value, colour, align=1)
        x -= max(type_.width(said, BOLD, value) for said in ("+8.88 s", seconds)) + 4
        if arrow:
            small = round(value * (0.45 if line.state is GapState.LEVEL else 0.75))
            middle = x - 0.4 * value
            type_.write(surface, arrow, (middle, y), BOLD, small, colour, align=0.5)
        x -= 0.85 * value
        dot = max(2, round(px * 0.2))
        pygame.draw.aacircle(surface, mark, (box.x + dot, round(y)), dot)
        left = box.x + 3.6 * dot
        room = round(x - left - 4)
        while px > style.sizes.caption and type_.width(line.name, SEMIBOLD, px) > room:
            px -= 1
        shown = type_.write(
            surface, line.name, (left, y), SEMIBOLD, px, style.theme.text, width=room
        )
        px = style.sizes.caption
        if trend and room - shown > type_.width(trend, REGULAR, px) + 8:
            tint = mix(style.theme.panel, colour, 0.75)
            type_.write(surface, trend, (x - 4, y), REGULAR, px, tint, align=1)

    plate.field(
        name, box, (arrow, seconds, metres, trend, line.name, line.state, line.colour), paint
    )


def _meter(plate: Plate, name: str, box: Box, meter: Meter, style: Style) -> None:
    tint = _tint(meter.name, style.theme)
    label_w = round(0.20 * box.w)
    widest = style.type.width("88.88 m/s · 88.8 s/lap", SEMIBOLD, style.sizes.body)
    bar_w = max(8, min(round(0.32 * box.w), box.w - label_w - widest - 10))
    filled = round(bar_w * min(1.0, max(0.0, meter.fraction)))

    def paint(surface: pygame.Surface, box: Box) -> None:
        y = box.centre[1]
        style.type.write(
            surface,
            meter.name,
            (box.x, y),
            REGULAR,
            style.sizes.body,
            style.theme.muted,
            width=label_w - 4,
        )
        high = max(4, round(0.40 * style.sizes.body))
        bar = pygame.Rect(box.x + label_w, round(y - high / 2), bar_w, high)
        pygame.draw.rect(surface, style.theme.panel_high, bar, border_radius=high // 2)
        if filled > 0:
            pygame.draw.rect(
                surface, tint, (bar.x, bar.y, max(filled, high), high), border_radius=high // 2
            )
        room = box.right - bar.right - 8
        text = meter.text
        wide = style.type.write(
            surface,
            style.type.fit(text, SEMIBOLD, style.sizes.body, room),
            (box.right, y),
            SEMIBOLD,
            style.sizes.body,
            style.theme.text,
            align=1,
        )
        note_w = style.type.width(meter.note, REGULAR, style.sizes.caption)
        if meter.note and room - wide > note_w + 8:
            style.type.write(
                surface,
                meter.note,
                (box.right - wide - 8, y),
                REGULAR,
                style.sizes.caption,
                style.theme.faint,
                align=1,
            )

    plate.field(name, box, (meter.text, filled, meter.note), paint)


def _tint(name: str, theme: Theme) -> Colour:
    return {
        "shelter": theme.shelter,
        "reserve": theme.reserve,
        "power": theme.effort,
    }.get(name, theme.speed)
