"""Cards over the picture: the result board, the help made from the one key table, a notice.

In: a scene or key bindings. Out: ready surfaces to blit, made once for each content.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import pygame

from simulator.stage.keys import Binding
from simulator.stage.scene import Board
from simulator.view.layout import Box, Layout
from simulator.view.text import BOLD, REGULAR, SEMIBOLD, Style, shrink
from simulator.view.theme import Sizes, Theme, mix

if TYPE_CHECKING:
    from simulator.stage.panel_state import Comparison

KEY_NAMES = {
    "space": "Space",
    ",": "Comma",
    ".": "Dot",
    "-": "−",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "escape": "Esc",
    "page up": "PageUp",
    "page down": "PageDown",
    "return": "Enter",
}


def key_name(key: str) -> str:
    """Return a key as a person says it: `shift+left` gives `Shift ←`."""
    if key == "+":
        return "+"
    return " ".join(KEY_NAMES.get(part, part.title()) for part in key.split("+"))


def ground(size: tuple[int, int], sizes: Sizes, theme: Theme) -> pygame.Surface:
    """Return an empty card."""
    card = pygame.Surface(size, pygame.SRCALPHA, 32)
    corner = max(4, round(14 * sizes.unit))
    card_colour = mix(theme.back, theme.panel, 0.8)
    pygame.draw.rect(card, (*card_colour, 255), card.get_rect(), border_radius=corner)
    pygame.draw.rect(card, (*theme.edge, 255), card.get_rect(), 1, border_radius=corner)
    return card


def help_card(
    width: int, height: int, style: Style, bindings: tuple[Binding, ...]
) -> pygame.Surface:
    """Return the help: every row of the key table, grouped, in as many columns as fit."""
    theme, type_width = style.theme, style.type.width
    lines: list[tuple[str, str]] = []  # a group's name has no text
    for group in dict.fromkeys(binding.group for binding in bindings):
        lines.append((group, ""))
        for binding in bindings:
            if binding.group == group:
                keys = "  ".join(key_name(key) for key in binding.keys)
                lines.append((keys, binding.action.value))
    px = max(10, min(style.sizes.body, round(height / 18)))
    pad = round(px * 1.6)
    columns = 2 if width >= 44 * px else 1
    per_column = _per_column(lines, columns)
    room = max(1, (height - 4 * pad) // round(px * 1.65))
    if per_column > room:
        px = max(6, int(px * room / per_column))

    def widths(px: int) -> tuple[int, int]:
        keys = max(type_width(keys, SEMIBOLD, px) for keys, _ in lines) + px
        return keys, max(type_width(text, REGULAR, px) for _, text in lines)

    def card_width(px: int) -> int:
        return columns * sum(widths(px)) + (columns + 1) * pad

    px = shrink(px, 10, lambda px: card_width(px) <= width)
    key_w, _ = widths(px)
    row_h = max(7, round(px * 1.65))
    card_w = max(1, min(width, card_width(px)))
    card_h = max(1, min(height, per_column * row_h + 3 * pad))
    card = ground((card_w, card_h), style.sizes, theme)
    style.type.caps(card, "keys", (pad, pad), px, theme.muted)
    write = partial(style.type.write, card)
    column_w = (card_w - (columns + 1) * pad) // columns
    for i, (keys, text) in enumerate(lines):
        column, row = divmod(i, per_column)
        x, y = pad + column * (column_w + pad), pad * 2 + (row + 0.5) * row_h
        weight, colour = (SEMIBOLD, theme.text) if text else (BOLD, theme.own)
        write(keys, (x, y), weight, px, colour, width=column_w)
        rest = max(1, column_w - key_w)
        write(text, (x + key_w, y), REGULAR, px, theme.muted, width=rest)
    return card


def _per_column(lines: list[tuple[str, str]], columns: int) -> int:
    """Return how many lines stand in the first column: a group is not torn apart."""
    count = max(1, (len(lines) + columns - 1) // columns)
    while columns == 2 and 1 < count < len(lines) and lines[count][1]:
        if not lines[count - 1][1]:
            return count - 1
        count += 1
    return count


def notice(text: str, width: int, style: Style) -> pygame.Surface:
    """Return a notice: one sentence on a small card."""
    px, theme = style.sizes.body, style.theme
    text = style.type.fit(text, SEMIBOLD, px, max(1, width - 3 * px))
    size = (style.type.width(text, SEMIBOLD, px) + 2 * px, round(2.2 * px))
    card = ground(size, style.sizes, theme)
    card.fill(theme.warning, (0, round(0.5 * px), max(2, px // 5), round(1.2 * px)))
    style.type.write(card, text, (px, card.get_height() / 2), SEMIBOLD, px, theme.text)
    return card


def board(content: Board, box: Box, style: Style) -> pygame.Surface:
    """Return the result board: finish, verdict, splits, facts, what was assumed."""
    theme, type_ = style.theme, style.type
    card = ground((box.w, box.h), style.sizes, theme)
    pad = max(4, round(0.045 * box.h))
    top = round(0.22 * box.h)
    size, widest = max(8, round(0.072 * box.h)), 0.5 * box.w
    large = shrink(
        max(8, round(0.20 * box.h)), 8, lambda px: type_.width(content.headline, BOLD, px) <= widest
    )
    x, y = pad * 1.5, pad * 0.6
    x += type_.digits(card, content.headline, (x, y + top / 2), BOLD, large, theme.text) + pad
    colour = theme.gaps[-1][1] if "behind" in content.verdict else theme.good
    at, room = (x, y + top * 0.62), round(box.w - x - pad)
    size = shrink(size, 8, lambda px: type_.width(content.verdict, SEMIBOLD, px) <= room)
    type_.write(card, content.verdict, at, SEMIBOLD, size, colour, width=room)
    type_.caps(card, "result", (x, y + top * 0.27), style.sizes.caption, theme.muted)
    table = Box(round(pad * 1.5), top + pad, round(box.w * 0.58), box.h - top - 2 * pad)
    side = Box(table.right + 2 * pad, table.y, max(1, box.w - table.right - 3 * pad), table.h)
    _table(card, content, table, style)
    _facts(card, content, side, style)
    return card


def _table(card: pygame.Surface, content: Board, box: Box, style: Style) -> None:
    theme, rows = style.theme, [content.columns, *(row.cells for row in content.rows)]
    count = max(len(row) for row in rows)
    row_h = box.h / max(1, len(rows))

    def widths(px: int) -> list[int]:
        cells = ([row[k] for row in rows if k < len(row)] for k in range(count))
        wide = (max(style.type.width(cell, SEMIBOLD, px) for cell in column) for column in cells)
        return [min(each, round(0.3 * box.w)) for each in wide]

    def gap(px: int) -> float:
        return (box.w - sum(widths(px))) / max(1, count - 1)

    largest = max(6, round(min(row_h * 0.66, style.sizes.px(26))))
    px = shrink(largest, 7, lambda px: gap(px) >= 0.5 * px)
    wide, between = widths(px), gap(px)
    edges = [box.x + sum(wide[: k + 1]) + between * k for k in range(count)]
    for i, row in enumerate(rows):
        y = box.y + (i + 0.5) * row_h
        strong = i > 0 and content.rows[i - 1].strong
        if i:
            card.fill((*theme.panel_high, 255), (box.x, round(box.y + i * row_h), box.w, 1))
        for k, cell in enumerate(row):
            weight = SEMIBOLD if i and (strong or k == 2) else REGULAR
            colour = theme.text if i and (strong or k in (0, 2)) else theme.muted
            at, align = ((edges[k], y), 1) if k else ((box.x, y), 0)
            style.type.write(card, cell, at, weight, px, colour, align=align, width=wide[k])


def _facts(card: pygame.Surface, content: Board, box: Box, style: Style) -> None:
    """Write the facts, and under a heading what was assumed, as large as all of them fit."""
    type_, theme = style.type, style.theme

    def lines_at(px: int) -> list[tuple[str, bool]]:
        narrow = round(0.94 * box.w)
        lines = [
            (line, True)
            for fact in content.facts
            for line in type_.wrap(fact.split(), REGULAR, px, narrow)
        ]
        if content.assumed:
            words = ", ".join(content.assumed).split()
            lines += [("", False), ("assumed", False)]
            lines += [(line, False) for line in type_.wrap(words, REGULAR, px, box.w)]
        return lines

    def fits(px: int) -> bool:
        return (len(lines_at(px)) + 0.1) * 1.45 * px <= box.h  # as they are placed below

    px = shrink(max(8, min(style.sizes.body, round(box.h / 12))), 8, fits)
    lines, step = lines_at(px), 1.45 * px
    heading = lines.index(("assumed", False)) if content.assumed else -1
    for i, (text, is_fact) in enumerate(lines):
        at = (box.x, box.y + (i + 0.6) * step)
        if at[1] + step / 2 > box.bottom:
            break
        if i == heading:
            small = min(style.sizes.caption, px)
            type_.caps(card, text, at, small, theme.muted, width=box.w)
        else:
            weight, colour = (SEMIBOLD, theme.text) if is_fact else (REGULAR, theme.muted)
            type_.write(card, text, at, weight, px, colour, width=box.w)


# -- over the stage: the table that compares, and what is wrong with the file ----------------------


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
    card = _comparison_card(content, stage, style)
    x, y = stage.centre
    surface.blit(card, (round(x - card.get_width() / 2), round(y - card.get_height() / 2)))


@lru_cache(maxsize=1)
def _comparison_card(content: Comparison, stage: Box, style: Style) -> pygame.Surface:
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
