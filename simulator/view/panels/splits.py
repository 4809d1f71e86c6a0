"""SPLITS: plan, run and difference at each mark, and how far the model is from the published split.

In: a scene's rows, the panel's box. Out: one field of a plate.
"""

from __future__ import annotations

import pygame

from simulator.stage.scene import Scene, SplitRow
from simulator.units import format_signed, format_time
from simulator.view.layout import Box
from simulator.view.panels.frame import body, rows
from simulator.view.plate import Plate
from simulator.view.style import Style
from simulator.view.text import REGULAR, SEMIBOLD
from simulator.view.theme import Colour, Theme


def show(plate: Plate, scene: Scene, box: Box, style: Style) -> None:
    """Bring the table up to date."""
    key = tuple((r.label, r.plan_s, r.run_s, r.published_s) for r in scene.splits)
    plate.field(
        "splits", body(box, style.sizes), key, lambda s, b: _paint(s, b, scene.splits, style)
    )


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


def _paint(surface: pygame.Surface, box: Box, splits: tuple[SplitRow, ...], style: Style) -> None:
    published = any(row.published_s is not None for row in splits)
    columns = _columns(box, published, style)
    least = style.sizes.body + 2
    kept = list(splits)
    while len(kept) > 2 and (len(kept) + 1) * least > box.h:
        kept = [r for i, r in enumerate(kept) if i % 2 or r is splits[-1]]
    places = rows(box, len(kept) + 1, round(style.sizes.body * 2.0))
    headings = ("plan", "run", "Δ", "vs real") if published else ("plan", "run", "Δ")
    for x, heading in zip(columns, headings, strict=True):
        style.type.write(
            surface,
            heading,
            (x, places[0].centre[1]),
            REGULAR,
            style.sizes.caption,
            style.theme.muted,
            align=1,
        )
    for i, (row, place) in enumerate(zip(kept, places[1:], strict=True)):
        y = place.centre[1]
        if i:
            surface.fill(style.theme.panel_high, (box.x, place.y, box.w, 1))
        reached = row.run_s is not None
        name = style.theme.text if reached else style.theme.muted
        style.type.write(
            surface,
            row.label,
            (box.x, y),
            SEMIBOLD,
            style.sizes.body,
            name,
            width=round(0.26 * box.w),
        )
        style.type.write(
            surface,
            format_time(row.plan_s, 1),
            (columns[0], y),
            REGULAR,
            style.sizes.body,
            style.theme.muted,
            align=1,
        )
        if row.run_s is None:
            continue
        style.type.write(
            surface,
            format_time(row.run_s),
            (columns[1], y),
            SEMIBOLD,
            style.sizes.body,
            style.theme.text,
            align=1,
        )
        if row.delta_s is not None:
            text, colour = format_signed(row.delta_s, 1), _delta(row.delta_s, style.theme)
            style.type.write(
                surface, text, (columns[2], y), SEMIBOLD, style.sizes.body, colour, align=1
            )
        if row.residual_s is not None:
            text = format_signed(row.residual_s, 2)
            style.type.write(
                surface,
                text,
                (columns[3], y),
                REGULAR,
                style.sizes.body,
                style.theme.muted,
                align=1,
            )


def _delta(delta_s: float, theme: Theme) -> Colour:
    if abs(delta_s) < 0.05:
        return theme.text
    return theme.gaps[-1][1] if delta_s > 0 else theme.gaps[0][1]
