"""SPLITS: plan, run and difference at each mark, and how far the model is from the published split.

In: a scene's rows, the panel's box. Out: fields of a layer, one for each row: a mark that is
reached writes its own row, and no other.
"""

from __future__ import annotations

import pygame

from simulator.stage.scene import Panel, Scene, SplitRow
from simulator.units import format_signed, format_time
from simulator.view.layout import Box
from simulator.view.panels.frame import CachedLayer, SidePanel, body, rows
from simulator.view.style import Style
from simulator.view.text import REGULAR, SEMIBOLD

HEADINGS = ("plan", "run", "Δ", "vs real")


class SplitsPanel(SidePanel):
    """The table of splits."""

    heading = "splits"
    share = 0.35

    @staticmethod
    def wanted(shown: frozenset[Panel]) -> bool:
        """Where a story asks for the splits."""
        return Panel.SPLITS in shown

    def draw(self, layer: CachedLayer, box: Box) -> None:
        """Bring the table up to date."""
        show(layer, self.scene, box, self.style)


def show(layer: CachedLayer, scene: Scene, box: Box, style: Style) -> None:
    """Bring the table up to date."""
    inner = body(box, style.sizes)
    published = any(row.published_s is not None for row in scene.splits)
    kept = _fitting(scene.splits, inner, style.sizes.body + 2)
    places = rows(inner, len(kept) + 1, round(style.sizes.body * 2.0))
    edges = _columns(inner, published, style)

    def head(surface: pygame.Surface, _: Box) -> None:
        px, y = style.sizes.caption, places[0].centre[1]
        for x, heading in zip(edges, HEADINGS, strict=False):
            style.type.write(surface, heading, (x, y), REGULAR, px, style.theme.muted, align=1)

    # where they stand changes with their number: what stood there goes first
    if layer.field("rows of splits", inner, (len(kept), published), head):
        layer.forget("split ")
    for i, (row, place) in enumerate(zip(kept, places[1:], strict=True)):

        def paint(
            surface: pygame.Surface, box: Box, row: SplitRow = row, ruled: bool = i > 0
        ) -> None:
            if ruled:
                surface.fill(style.theme.panel_high, (box.x, box.y, box.w, 1))
            _row(surface, box, row, edges, style)

        key = (row.label, row.plan_s, row.run_s, row.published_s)
        layer.field(f"split {i}", place, key, paint)


def _fitting(splits: tuple[SplitRow, ...], box: Box, least: int) -> list[SplitRow]:
    """Return the rows there is room for: every second one goes, the last never."""
    kept = list(splits)
    while len(kept) > 2 and (len(kept) + 1) * least > box.h:
        kept = [r for i, r in enumerate(kept) if i % 2 or r is splits[-1]]
    return kept


def _columns(box: Box, published: bool, style: Style) -> list[float]:
    """Return the right edges of the columns: widths as their numbers need, the rest shared out."""
    samples = ["8:88.8", "8:88.88", "+88.8"] + ["+8.88"] * published
    label, *wide = (
        style.type.width(text, SEMIBOLD, style.sizes.body) for text in ("finish", *samples)
    )
    gap = max(2.0, (box.w - label - sum(wide)) / len(wide))
    edges, x = [], box.x + label
    for each in wide:
        x += round(gap + each)
        edges.append(min(float(x), float(box.right)))
    return edges


def _row(
    surface: pygame.Surface, box: Box, row: SplitRow, edges: list[float], style: Style
) -> None:
    y, px, theme = box.centre[1], style.sizes.body, style.theme
    cells = [(format_time(row.plan_s, 1), REGULAR, theme.muted)]
    named = theme.muted
    if row.run_s is not None:
        named = theme.text
        delta, residual = row.delta_s, row.residual_s
        late = delta is not None and delta > 0
        level = delta is None or abs(delta) < 0.05
        tint = theme.text if level else theme.gaps[-1 if late else 0][1]
        cells.append((format_time(row.run_s), SEMIBOLD, theme.text))
        cells.append(("" if delta is None else format_signed(delta, 1), SEMIBOLD, tint))
        cells.append(("" if residual is None else format_signed(residual), REGULAR, theme.muted))
    room = round(0.26 * box.w)
    style.type.write(surface, row.label, (box.x, y), SEMIBOLD, px, named, width=room)
    for x, (text, weight, colour) in zip(edges, cells, strict=False):
        style.type.write(surface, text, (x, y), weight, px, colour, align=1)
