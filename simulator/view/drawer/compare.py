"""The comparison table: the live run against the kept ones, on a card over the stage.

In: a `Comparison`, the stage's box. Out: a card, drawn once for each content.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pygame

from simulator.stage.desk import Comparison
from simulator.view.layout import Box
from simulator.view.panels.cards import ground
from simulator.view.style import Style
from simulator.view.text import REGULAR, SEMIBOLD

GAP = "gap"
"""Heading of a column that belongs to the run before it."""
_NAME_WIDTHS = (13.0, 9.0, 6.5)
"""Room for a run's name, in heights of the type: what is left over goes to the names."""


@dataclass(frozen=True, slots=True)
class _Heading:
    text: str
    column: int
    right: int
    width: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """A table in one size of type [px]: right edges of the columns, headings, its size."""

    px: int
    pad: int
    row: int
    edges: tuple[int, ...]
    headings: tuple[_Heading, ...]
    size: tuple[int, int]


class Table:
    """Keeps the card it has drawn."""

    def __init__(self) -> None:
        """Start with none."""
        self._key: object = None
        self._card: pygame.Surface | None = None

    def draw(self, surface: pygame.Surface, content: Comparison, stage: Box, style: Style) -> None:
        """Draw the table in the middle of the stage."""
        key = (content, stage, style)
        if self._card is None or key != self._key:
            self._key, self._card = key, card(content, stage, style)
        size = self._card.get_size()
        at = (stage.x + (stage.w - size[0]) // 2, stage.y + (stage.h - size[1]) // 2)
        surface.blit(self._card, at)


def card(content: Comparison, stage: Box, style: Style) -> pygame.Surface:
    """Return the table, in the largest type that fits the stage."""
    room, plan = _room(stage), planned(content, stage, style)
    px = plan.px
    shown = (max(1, min(plan.size[0], room.w)), max(1, min(plan.size[1], room.h)))
    made = ground(shown, style.sizes, style.theme)
    theme, type_, small = style.theme, style.type, style.sizes.caption
    y = plan.pad + 0.4 * plan.row
    type_.caps(made, "compare", (plan.pad, y), small, theme.muted)
    right = (shown[0] - plan.pad, y)
    hint = "Esc or a click closes"
    type_.write(made, hint, right, REGULAR, small, theme.muted, align=1)
    for heading in plan.headings:
        first = heading.column == 0
        tint = theme.muted if first else theme.own if heading.column == 1 else theme.text
        at = (plan.pad if first else heading.right, plan.pad + 1.5 * plan.row)
        weight, wide = REGULAR if first else SEMIBOLD, max(1, heading.width)
        type_.write(made, heading.text, at, weight, px, tint, align=int(not first), width=wide)
    for i, row in enumerate(content.rows):
        y = plan.pad + (i + 2.5) * plan.row
        line = (plan.pad, round(y - plan.row / 2), max(1, shown[0] - 2 * plan.pad), 1)
        made.fill((*theme.panel_high, 255), line)
        for k, cell in enumerate(row[: len(plan.edges)]):
            if k == 0:
                type_.write(made, cell, (plan.pad, y), REGULAR, px, theme.muted)
                continue
            gap = content.columns[k] == GAP
            colour = theme.own if k == 1 else theme.muted if gap else theme.text
            weight = SEMIBOLD if k == 1 else REGULAR
            type_.write(made, cell, (plan.edges[k], y), weight, px, colour, align=1)
    return made


def _room(stage: Box) -> Box:
    return stage.inset(round(0.03 * stage.w), round(0.04 * stage.h))


def planned(content: Comparison, stage: Box, style: Style) -> _Plan:
    """Return the table in the largest type that fits, its names as long as fits then."""
    room = _room(stage)
    for px, name_width in itertools.product(range(style.sizes.lead, 7, -1), _NAME_WIDTHS):
        plan = _planned(content, px, name_width, style)
        if plan.size[0] <= room.w and plan.size[1] <= room.h:
            return plan
    return _planned(content, 8, _NAME_WIDTHS[-1], style)


def _planned(content: Comparison, px: int, name_width: float, style: Style) -> _Plan:
    """Return where everything stands in type of `px`; a name stands over its run and its gap.

    A name wider than `name_width` heights of the type is cut off.
    """
    wide_of = style.type.width
    pad, row, gap = round(1.1 * px), round(1.55 * px), round(1.2 * px)
    columns = content.columns
    wide = [
        max((wide_of(r[k], SEMIBOLD, px) for r in content.rows if k < len(r)), default=0)
        for k in range(len(columns))
    ]
    edges, headings, x = [], [], pad
    for k, name in enumerate(columns):
        paired = k + 1 < len(columns) and columns[k + 1] == GAP
        if name != GAP:
            need = min(wide_of(name, SEMIBOLD, px), round(name_width * px))
            room = wide[k] + (gap // 2 + wide[k + 1] if paired else 0)
            wide[k + 1 if paired else k] += max(0, need - room)
        x += wide[k]
        edges.append(x)
        if name == GAP or not paired:
            at = k - 1 if name == GAP else k
            left = edges[at] - wide[at] if at else pad
            headings.append(_Heading(columns[at], at, x, x - left))
        x += gap // 2 if paired else gap
    size = (x - gap + pad, row * (len(content.rows) + 2) + 2 * pad)
    return _Plan(px, pad, row, tuple(edges), tuple(headings), size)
