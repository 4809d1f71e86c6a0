"""Cards over the stage: the live run against the kept ones, and what is wrong with the file.

In: a `Comparison` or a sentence, the stage's box. Out: cards, kept until they say something else.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache

import pygame

from simulator.stage.desk import Comparison
from simulator.view.layout import Box, Layout
from simulator.view.panels.cards import ground
from simulator.view.style import Style
from simulator.view.text import REGULAR, SEMIBOLD

GAP = "gap"
"""Heading of a column that belongs to the run before it."""
PROBLEM = "The file has a problem; the last good state goes on."
_NAME_WIDTHS = (13.0, 9.0, 6.5)
"""Room for a run's name, in heights of the type: what is left over goes to the names."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a column: its text, its right edge and the room for it [px]."""

    text: str
    column: int
    right: int
    width: int


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A table in one size of type [px]: right edges of the columns, headings, its size."""

    px: int
    pad: int
    row: int
    edges: tuple[int, ...]
    headings: tuple[Heading, ...]
    size: tuple[int, int]


def draw_table(surface: pygame.Surface, content: Comparison, stage: Box, style: Style) -> None:
    """Draw the comparison in the middle of the stage."""
    card = _table(content, stage, style)
    x, y = stage.centre
    surface.blit(card, (round(x - card.get_width() / 2), round(y - card.get_height() / 2)))


@lru_cache(maxsize=1)
def _table(content: Comparison, stage: Box, style: Style) -> pygame.Surface:
    room, plan = _room(stage), lay_out(content, stage, style)
    px, pad, row, theme = plan.px, plan.pad, plan.row, style.theme
    size = (max(1, min(plan.size[0], room.w)), max(1, min(plan.size[1], room.h)))
    card, y, small = ground(size, style.sizes, theme), pad + 0.4 * row, style.sizes.caption
    write = style.type.write
    style.type.caps(card, "compare", (pad, y), small, theme.muted)
    write(card, "Esc or a click closes", (size[0] - pad, y), REGULAR, small, theme.muted, align=1)
    for heading in plan.headings:
        first = heading.column == 0
        tint = theme.muted if first else theme.own if heading.column == 1 else theme.text
        at = (pad if first else heading.right, pad + 1.5 * row)
        weight, wide = REGULAR if first else SEMIBOLD, max(1, heading.width)
        write(card, heading.text, at, weight, px, tint, align=int(not first), width=wide)
    for i, cells in enumerate(content.rows):
        y = pad + (i + 2.5) * row
        line = (pad, round(y - row / 2), max(1, size[0] - 2 * pad), 1)
        card.fill((*theme.panel_high, 255), line)
        write(card, cells[0], (pad, y), REGULAR, px, theme.muted)
        for k, cell in enumerate(cells[1 : len(plan.edges)], 1):
            quiet = theme.muted if content.columns[k] == GAP else theme.text
            weight, colour = (SEMIBOLD, theme.own) if k == 1 else (REGULAR, quiet)
            write(card, cell, (plan.edges[k], y), weight, px, colour, align=1)
    return card


def _room(stage: Box) -> Box:
    return stage.inset(round(0.03 * stage.w), round(0.04 * stage.h))


def lay_out(content: Comparison, stage: Box, style: Style) -> TableLayout:
    """Return the table in the largest type that fits the stage, its names as long as fits then."""
    room, smallest = _room(stage), 8
    for px, name_width in itertools.product(range(style.sizes.lead, 7, -1), _NAME_WIDTHS):
        plan = _in_size(content, px, name_width, style)
        if plan.size[0] <= room.w and plan.size[1] <= room.h:
            return plan
    return _in_size(content, smallest, _NAME_WIDTHS[-1], style)


def _in_size(content: Comparison, px: int, name_width: float, style: Style) -> TableLayout:
    """Return where everything stands in type of `px`; a name stands over its run and its gap.

    A name wider than `name_width` heights of the type is cut off.
    """
    pad, row, gap = round(1.1 * px), round(1.55 * px), round(1.2 * px)
    columns, rows = content.columns, content.rows
    wide = [
        max((style.type.width(r[k], SEMIBOLD, px) for r in rows if k < len(r)), default=0)
        for k in range(len(columns))
    ]
    edges, headings, x = [], [], pad
    for k, name in enumerate(columns):
        paired = columns[k + 1 : k + 2] == (GAP,)
        if name != GAP:
            need = min(style.type.width(name, SEMIBOLD, px), round(name_width * px))
            room = wide[k] + (gap // 2 + wide[k + 1] if paired else 0)
            wide[k + 1 if paired else k] += max(0, need - room)
        x += wide[k]
        edges.append(x)
        if not paired:
            at = k - 1 if name == GAP else k
            headings.append(Heading(columns[at], at, x, x - (edges[at] - wide[at] if at else pad)))
        x += gap // 2 if paired else gap
    size = (x - gap + pad, row * (len(rows) + 2) + 2 * pad)
    return TableLayout(px, pad, row, tuple(edges), tuple(headings), size)


def draw_problem(surface: pygame.Surface, text: str, layout: Layout, style: Style) -> None:
    """Say below the title what is wrong with the file."""
    card = problem_card(text, layout.stage, style)
    top = layout.title.bottom if layout.title is not None else 0
    surface.blit(card, (layout.stage.x + (layout.stage.w - card.get_width()) // 2, top))


@lru_cache(maxsize=1)
def problem_card(text: str, stage: Box, style: Style) -> pygame.Surface:
    """Return the card that says what is wrong with the file, in four lines at most."""
    px, theme = style.sizes.body, style.theme
    room = max(1, min(round(0.8 * stage.w), 60 * px) - 3 * px)
    lines = [(PROBLEM, SEMIBOLD, theme.text)]
    wrapped = style.type.wrap(text.split(), REGULAR, px, room)[:4]
    lines += [(line, REGULAR, theme.muted) for line in wrapped]
    step, widest = round(1.4 * px), max(style.type.width(line, w, px) for line, w, _ in lines)
    size = (max(1, min(widest, room)) + 3 * px, step * len(lines) + px)
    card = ground(size, style.sizes, theme)
    pygame.draw.rect(card, theme.red, (0, px // 2, max(3, px // 4), size[1] - px))
    for i, (line, weight, tint) in enumerate(lines):
        at = (px * 1.5, px / 2 + (i + 0.5) * step)
        style.type.write(card, line, at, weight, px, tint, width=size[0] - 2 * px)
    return card
