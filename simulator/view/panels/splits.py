"""SPLITS: plan, run and difference at each mark, and how far the model is from the published split.

In: a scene's rows, the panel's box. Out: fields of a plate, one for each row: a mark that is
reached writes its own row, and no other.
"""

from __future__ import annotations

import pygame

from simulator.stage.scene import Panel, Scene, SplitRow
from simulator.units import format_signed, format_time
from simulator.view.layout import Box
from simulator.view.panels.frame import SidePanel, body, rows
from simulator.view.plate import Plate
from simulator.view.style import Style
from simulator.view.text import REGULAR, SEMIBOLD
from simulator.view.theme import Colour, Theme

HEADINGS = ("plan", "run", "Δ", "vs real")


class SplitsPanel(SidePanel):
    """The table of splits."""

    heading = "splits"
    share = 0.35

    @staticmethod
    def wanted(shown: frozenset[Panel]) -> bool:
        """Where a story asks for the splits."""
        return Panel.SPLITS in shown

    def draw(self, plate: Plate, box: Box) -> None:
        """Bring the table up to date."""
        show(plate, self.scene, box, self.style)


def show(plate: Plate, scene: Scene, box: Box, style: Style) -> None:
    """Bring the table up to date."""
    inner = body(box, style.sizes)
    published = any(row.published_s is not None for row in scene.splits)
    kept = _fitting(scene.splits, inner, style.sizes.body + 2)
    places = rows(inner, len(kept) + 1, round(style.sizes.body * 2.0))

    def head(surface: pygame.Surface, box: Box) -> None:
        _head(surface, places[0], _columns(box, published, style), style)

    # where they stand changes with their number: what stood there goes first
    if plate.field("rows of splits", inner, (len(kept), published), head):
        plate.forget("split ")
    for i, (row, place) in enumerate(zip(kept, places[1:], strict=True)):

        def paint(
            surface: pygame.Surface, box: Box, row: SplitRow = row, ruled: bool = i > 0
        ) -> None:
            if ruled:
                surface.fill(style.theme.panel_high, (box.x, box.y, box.w, 1))
            _row(surface, box, row, _columns(box, published, style), style)

        key = (row.label, row.plan_s, row.run_s, row.published_s)
        plate.field(f"split {i}", place, key, paint)


def _fitting(splits: tuple[SplitRow, ...], box: Box, least: int) -> list[SplitRow]:
    """Return the rows there is room for: every second one goes, the last never."""
    kept = list(splits)
    while len(kept) > 2 and (len(kept) + 1) * least > box.h:
        kept = [r for i, r in enumerate(kept) if i % 2 or r is splits[-1]]
    return kept


def _columns(box: Box, published: bool, style: Style) -> tuple[float, ...]:
    """Return the right edges of the columns: widths as their numbers need, the rest shared out."""
    px = style.sizes.body
    samples = ["8:88.8", "8:88.88", "+88.8"] + ["+8.88"] * published
    wide = [style.type.width(text, SEMIBOLD, px) for text in samples]
    label = style.type.width("finish", SEMIBOLD, px)
    gap = max(2.0, (box.w - label - sum(wide)) / len(wide))
    edges, x = [], box.x + label
    for each in wide:
        x += round(gap + each)
        edges.append(min(float(x), float(box.right)))
    return tuple(edges)


def _head(surface: pygame.Surface, box: Box, columns: tuple[float, ...], style: Style) -> None:
    for x, heading in zip(columns, HEADINGS, strict=False):
        at = (x, box.centre[1])
        style.type.write(
            surface, heading, at, REGULAR, style.sizes.caption, style.theme.muted, align=1
        )


def _row(
    surface: pygame.Surface, box: Box, row: SplitRow, columns: tuple[float, ...], style: Style
) -> None:
    y, px, theme = box.centre[1], style.sizes.body, style.theme

    def right(column: int, text: str, weight: str, colour: Colour) -> None:
        style.type.write(surface, text, (columns[column], y), weight, px, colour, align=1)

    named = theme.muted if row.run_s is None else theme.text
    room = round(0.26 * box.w)
    style.type.write(surface, row.label, (box.x, y), SEMIBOLD, px, named, width=room)
    right(0, format_time(row.plan_s, 1), REGULAR, theme.muted)
    if row.run_s is None:
        return
    right(1, format_time(row.run_s), SEMIBOLD, theme.text)
    if row.delta_s is not None:
        right(2, format_signed(row.delta_s, 1), SEMIBOLD, _delta(row.delta_s, theme))
    if row.residual_s is not None:
        right(3, format_signed(row.residual_s, 2), REGULAR, theme.muted)


def _delta(delta_s: float, theme: Theme) -> Colour:
    if abs(delta_s) < 0.05:
        return theme.text
    return theme.gaps[-1][1] if delta_s > 0 else theme.gaps[0][1]
