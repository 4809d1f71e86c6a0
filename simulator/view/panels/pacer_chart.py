"""The chart of pacers over time: each one's slots over her distance, as bars with movable ends.

In: a scene's slots, the panel's box. Out: the chart below the stage; the places of its bars, for
dragging their ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import pygame

from simulator.stage.scene import PacerSlot, Scene
from simulator.view.layout import Box
from simulator.view.panels.panel import CachedLayer, quiet_ground
from simulator.view.panels.timeline import ChartKind, Plot, heading, metre_lines, plot_box
from simulator.view.text import REGULAR, SEMIBOLD, Style
from simulator.view.theme import Sizes, mix


@dataclass(frozen=True, slots=True)
class Bar:
    """One slot and the place of its bar [px]."""

    slot: PacerSlot
    box: Box


def bars(scene: Scene, box: Box, sizes: Sizes) -> tuple[Bar, ...]:
    """Return the bars, one row for each pacer in the formation's order."""
    plot, slots = _plot(scene, box, sizes), scene.group.slots
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


def _plot(scene: Scene, box: Box, sizes: Sizes) -> Plot:
    return Plot(plot_box(box, sizes), scene.race_m, 0.0, 1.0)


class PacerChart:
    """The chart; it is redrawn when a slot changes."""

    def __init__(self, style: Style) -> None:
        """Start with nothing drawn."""
        self._style = style

    def show(self, layer: CachedLayer, scene: Scene, box: Box) -> None:
        """Update the bars."""
        slots = scene.group.slots

        def paint(surface: pygame.Surface, _: Box) -> None:
            style = self._style
            theme, px, write = style.theme, style.sizes.caption, style.type.write
            plot = _plot(scene, box, style.sizes)
            heading(surface, box, ("", ""), (), style, ChartKind.PACERS, banded=False)
            surface.fill(quiet_ground(theme), plot.box)
            for metres in metre_lines(scene.race_m):
                x = plot.x(metres)
                surface.fill(theme.panel_high, (round(x), plot.box.y, 1, plot.box.h))
                text = "finish" if metres == scene.race_m else f"{metres:g} m"
                room = style.type.width("finish", REGULAR, px)
                if metres == scene.race_m or x < plot.box.right - 2 * room:
                    left = min(x - style.type.width(text, REGULAR, px) / 2, box.right - room - 8)
                    below = (max(box.x + 4.0, left), plot.box.bottom + px)
                    write(surface, text, below, REGULAR, px, theme.muted)
            for bar in bars(scene, box, style.sizes):
                there = mix(theme.panel, theme.colour("pink"), 0.6)
                pygame.draw.rect(surface, there, bar.box, border_radius=bar.box.h // 3)
                if bar.box.h >= 10:
                    size, at = min(px, bar.box.h - 1), (bar.box.x + 6, bar.box.centre[1])
                    write(surface, bar.slot.name, at, SEMIBOLD, size, theme.back, width=bar.box.w)
            if not slots:
                middle = plot.box.centre
                words = "nobody paces her"
                write(surface, words, middle, REGULAR, px, theme.muted, align=0.5)

        layer.field("timeline", box.inset(1, 1), (ChartKind.PACERS, slots, scene.race_m), paint)

    def draw(self, surface: pygame.Surface, scene: Scene, box: Box) -> None:
        """Draw her position."""
        plot, theme = _plot(scene, box, self._style.sizes), self._style.theme
        x = plot.x(min(max(0.0, scene.chart.playhead_m), scene.race_m))
        thick = max(1, round(1.5 * self._style.sizes.unit))
        at = (round(x - thick / 2), plot.box.y - 3, thick, plot.box.h + 6)
        surface.fill(theme.muted, at)
