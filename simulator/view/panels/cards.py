"""Cards over the picture: the result board, the help made from the one key table.

In: a scene or key bindings. Out: surfaces to blit, made once for each content.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import pygame

from simulator.analysis.gaps import GapState
from simulator.stage.keys import MOUSE, Binding
from simulator.stage.scene import Board
from simulator.units import format_clock
from simulator.view.layout import Box, Layout
from simulator.view.text import BOLD, REGULAR, SEMIBOLD, Style, shrink, words_of
from simulator.view.theme import Colour, Sizes, Theme, mix

if TYPE_CHECKING:
    from simulator.stage.scene import Comparison

HEADLINE = 0.144
"""The most that a result's time takes of the board's height."""
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
    """Return a readable name of a key: `shift+left` gives `Shift ←`."""
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


Line = tuple[str, str]
"""Keys and what they do; a group's name has no text."""
_ROW = 1.65
"""Height of a row of the help, in heights of its type; `_LOW_ROW` where it is short of room."""
_LOW_ROW = 1.3
_PAD = 1.6
"""Space around a column, likewise."""
_LEAST = 9
"""The smallest type of the help [px]."""


@lru_cache(maxsize=2)
def help_card(
    width: int, height: int, style: Style, bindings: tuple[Binding, ...]
) -> pygame.Surface:
    """Return the help: the key table in groups, in as few columns as its type allows.

    Without room the last groups are left out whole, and it says where they are.
    """
    theme, write = style.theme, style.type.write
    groups = _groups(bindings)
    command = "present" if bindings[0].group == "Presenting" else "run"
    rest = [("", f"more: lightpace {command} --help")]
    most = max(10, min(style.sizes.body, round(height / 18)))
    for shown, step in itertools.product(range(len(groups), 0, -1), (_ROW, _LOW_ROW)):
        kept = groups if shown == len(groups) else [*groups[:shown], rest]
        arranged = partial(_arranged, kept, step=step, room=(width, height), style=style)
        px = shrink(most, _LEAST, lambda px: bool(arranged(px)))  # noqa: B023
        columns = arranged(px)
        if columns:
            break
    else:
        columns = [groups[0][: max(1, round(height / step / px - 2 * _PAD))]]
    row_h, pad = round(step * px), round(_PAD * px)
    wide = [sum(_widths(column, px, style)) for column in columns]
    size = (sum(wide) + (len(wide) + 1) * pad, max(map(len, columns)) * row_h + 3 * pad)
    card = ground((max(1, min(size[0], width)), max(1, min(size[1], height))), style.sizes, theme)
    style.type.caps(card, "keys", (pad, pad), px, theme.muted)
    x = pad
    for column, column_w in zip(columns, wide, strict=True):
        key_w, text_w = _widths(column, px, style)
        for row, (keys, text) in enumerate(column):
            y = pad * 2 + (row + 0.5) * row_h
            weight, colour = (SEMIBOLD, theme.text) if text else (BOLD, theme.own)
            write(card, keys, (x, y), weight, px, colour, width=max(1, width - x))
            room = max(1, min(text_w, width - x - key_w - pad))
            write(card, text, (x + key_w, y), REGULAR, px, theme.muted, width=room)
        x += column_w + pad
    return card


def _groups(bindings: tuple[Binding, ...]) -> list[list[Line]]:
    """Return the lines of each group of keys, with the mouse's before those that change it."""
    groups: list[list[Line]] = []
    for group in dict.fromkeys(binding.group for binding in bindings):
        if group == "Change":
            groups.append([("Mouse", ""), *MOUSE])
        keys = (binding for binding in bindings if binding.group == group)
        lines = [("  ".join(map(key_name, each.keys)), each.action.value) for each in keys]
        groups.append([(group, ""), *lines])
    return groups


def _arranged(
    groups: list[list[Line]], px: int, step: float, room: tuple[int, int], style: Style
) -> list[list[Line]]:
    """Return the lines in the fewest columns that fit, none higher than need be; else nothing.

    A single column in the smallest type may be too wide: its texts are cut.
    """
    pad = round(_PAD * px)
    longest, most = max(map(len, groups)), (room[1] - 3 * pad) // round(step * px)
    best: list[list[Line]] = []
    for rows in range(most, longest - 1, -1):
        columns: list[list[Line]] = [[]]
        for group in groups:  # none is split
            if len(columns[-1]) + len(group) > rows:
                columns.append([])
            columns[-1] += group
        wide = sum(sum(_widths(column, px, style)) + pad for column in columns) + pad
        if best and len(columns) > len(best):
            break
        if wide <= room[0] or (len(columns) == 1 and px <= _LEAST):
            best = columns
    return best


def _widths(lines: list[Line], px: int, style: Style) -> tuple[int, int]:
    """Return the widths of a column's keys, with the space after them, and of its texts [px]."""
    width = style.type.width
    keys = max((width(keys, SEMIBOLD, px) for keys, text in lines if text), default=0)
    return keys + px, max(width(text, REGULAR, px) for _, text in lines)


@lru_cache(maxsize=2)
def board(content: Board, box: Box, style: Style) -> pygame.Surface:
    """Return the result board: finish, verdict, assumptions, facts, splits.

    It is narrow, so parts without room are left out whole, the least important first: columns,
    rows, facts. No number is ever cut. The finish is for the last row. A table that needs smaller
    type than the lines below it has it alone.
    """
    theme, type_ = style.theme, style.type
    card = ground((box.w, box.h), style.sizes, theme)
    pad = max(3, min(round(0.06 * box.w), round(0.04 * box.h)))
    wide, small = max(1, box.w - 2 * pad), style.sizes.caption
    y: float = pad
    if box.h >= 14 * small:
        type_.caps(card, "result", (pad, y + 0.6 * small), small, theme.muted, width=wide)
        y += 1.5 * small
    most = max(8, round(HEADLINE * box.h))
    head = content.headline
    large = type_.largest([head], BOLD, (most, 6), wide, digits=True)
    type_.digits(card, head, (pad, y + 0.55 * large), BOLD, large, theme.text)
    y += 1.15 * large
    most = max(7, min(style.sizes.lead, round(0.06 * box.h)))
    px = type_.largest(words_of(content.verdict), SEMIBOLD, (most, 6), wide)
    for line in type_.wrap(content.verdict, SEMIBOLD, px, wide):
        colour = theme.good if content.good else theme.gap(GapState.BEHIND_LOSING)
        type_.write(card, line, (pad, y + 0.65 * px), SEMIBOLD, px, colour)
        y += 1.3 * px
    rest = Box(pad, round(y + 0.4 * pad), wide, max(1, round(box.h - y - 1.4 * pad)))
    fits = partial(_fits, box=rest, style=style)
    for least in (small, 7):
        for part in _shorter(content):
            px = shrink(style.sizes.body, least, lambda px: fits(part, (px, least)))  # noqa: B023
            if fits(part, (px, least)):
                _below(card, part, (px, least), rest, style)
                return card
    return card


def _shorter(content: Board) -> Iterator[Board]:
    """Yield the board with fewer and fewer columns, rows and facts; `assumed` always stays."""
    every = range(len(content.columns))
    for shown in (every, every[:4], (0, 2, 3)):
        yield _of_columns(content, [k for k in shown if k < len(every)])
    narrow = _of_columns(content, [k for k in (0, 2, 3) if k < len(every)])
    rows = narrow.rows
    for kept in (content.published, content.published[:1], ()):
        while loose := [row for row in rows[:-1] if row[0] not in kept]:
            rows = tuple(row for row in rows if row not in loose[::2])
            yield replace(narrow, rows=rows)
    for facts in (content.facts, content.facts[:1], ()):
        yield replace(narrow, rows=(), facts=facts)


def _of_columns(content: Board, shown: Sequence[int]) -> Board:
    rows = (tuple(row[k] for k in shown) for row in content.rows)
    return replace(content, columns=tuple(content.columns[k] for k in shown), rows=tuple(rows))


def _fits(part: Board, sizes: tuple[int, int], box: Box, style: Style) -> bool:
    """Return whether everything fits, with gaps between columns and no word too long.

    `sizes`: the size of the lines below the table, and the table's least [px].
    """
    px, table_px = sizes[0], _table_px(part, sizes, box, style)
    if _table_width(part, table_px, box, style) > box.w:
        return False
    words = [w for text in (*part.facts, *part.assumed) for w in text.split()]
    if any(style.type.width(word, SEMIBOLD, px) > box.w for word in words):
        return False
    heights = [1.4 * px * len(lines) for lines in _blocks(part, px, box.w, style)]
    if part.rows:
        heights.append(_head_height(part, table_px, box, style) + 1.6 * table_px * len(part.rows))
    return sum(heights) + 0.9 * px * (len(heights) - 1) <= box.h


def _blocks(part: Board, px: int, wide: int, style: Style) -> list[list[str]]:
    """Return the lines of each block under the table."""
    wrap = partial(style.type.wrap, px=px, width=wide)
    facts = [line for fact in part.facts for line in wrap(fact, SEMIBOLD)]
    words = f"assumed: {', '.join(part.assumed)}" if part.assumed else ""
    return [block for block in (facts, wrap(words, REGULAR)) if block]


def _table_px(part: Board, sizes: tuple[int, int], box: Box, style: Style) -> int:
    """Return the largest type in which the table is no wider than its box, or the least [px]."""
    return shrink(*sizes, lambda px: _table_width(part, px, box, style) <= box.w)


def _table_width(part: Board, px: int, box: Box, style: Style) -> int:
    if not part.rows:
        return 0
    return sum(_column_widths(part, px, box, style)) + _column_gaps(part, px)


def _column_gaps(part: Board, px: int) -> int:
    return 3 * px // 4 * (len(part.columns) - 1)


def _column_widths(part: Board, px: int, box: Box, style: Style) -> list[int]:
    """Return the width of each column [px]; headings are broken if they do not fit as they are."""
    for parts in (lambda heading: [heading], words_of):
        wide = [
            max(style.type.width(cell, SEMIBOLD, px) for cell in (*parts(heading), *cells))
            for heading, *cells in zip(part.columns, *part.rows, strict=True)
        ]
        if sum(wide) + _column_gaps(part, px) <= box.w:
            break
    return wide


def _headings(part: Board, px: int, box: Box, style: Style) -> list[list[str]]:
    """Return the lines of each column's heading."""
    widths = _column_widths(part, px, box, style)
    pairs = zip(part.columns, widths, strict=True)
    return [style.type.wrap(heading, SEMIBOLD, px, wide) for heading, wide in pairs]


def _head_height(part: Board, px: int, box: Box, style: Style) -> float:
    return px * (0.4 + 1.2 * max(len(lines) for lines in _headings(part, px, box, style)))


def _below(
    card: pygame.Surface, part: Board, sizes: tuple[int, int], box: Box, style: Style
) -> None:
    """Write table, facts and assumptions into the room below the verdict."""
    theme, write, y, px = style.theme, style.type.write, float(box.y), sizes[0]
    if part.rows:
        y = _table(card, part, _table_px(part, sizes, box, style), box, style)
    for n, lines in enumerate(_blocks(part, px, box.w, style)):
        facts = n == 0 and bool(part.facts)
        y += 0.9 * px if n or part.rows else 0.0
        for line in lines:
            colour, weight = (theme.text, SEMIBOLD) if facts else (theme.muted, REGULAR)
            write(card, line, (box.x, y + 0.7 * px), weight, px, colour)
            y += 1.4 * px


def _table(card: pygame.Surface, part: Board, px: int, box: Box, style: Style) -> float:
    """Write the splits at the top of a box; return where they end [px]."""
    theme, write = style.theme, style.type.write
    wide = _column_widths(part, px, box, style)
    gap = (box.w - sum(wide)) / max(1, len(wide) - 1)
    edges = [box.x + sum(wide[: k + 1]) + gap * k for k in range(len(wide))]

    def put(k: int, text: str, middle: float, weight: str, colour: Colour) -> None:
        at, align = ((edges[k], middle), 1) if k else ((box.x, middle), 0)
        write(card, text, at, weight, px, colour, align=align)

    y = box.y + _head_height(part, px, box, style)
    for k, lines in enumerate(_headings(part, px, box, style)):
        for above, line in enumerate(reversed(lines)):
            put(k, line, y - (0.8 + 1.2 * above) * px, REGULAR, theme.muted)
    for row in part.rows:
        card.fill((*theme.panel_high, 255), (box.x, round(y), box.w, 1))
        for k, cell in enumerate(row):
            strong = row is part.rows[-1] or part.columns[k] in ("m", "run")
            weight, colour = (SEMIBOLD, theme.text) if strong else (REGULAR, theme.muted)
            put(k, cell, y + 0.8 * px, weight, colour)
        y += 1.6 * px
    return y


# -- over the stage: the comparison table, and the file's problem ----------------------------------


GAP = "gap"
"""Heading of a column that belongs to the run on its left."""
PROBLEM = "The file has a problem; the last good state goes on."
_NAME_WIDTHS = (13.0, 9.0, 6.5)
"""Width of a run's name, in heights of the type; the names share what is left over."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a column: its text, its right edge and its width [px]."""

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
    """Return the table in the largest type that fits the stage, with names as long as fits then."""
    room, smallest = _room(stage), 8
    for px, name_width in itertools.product(range(style.sizes.lead, 7, -1), _NAME_WIDTHS):
        plan = _in_size(content, px, name_width, style)
        if plan.size[0] <= room.w and plan.size[1] <= room.h:
            return plan
    return _in_size(content, smallest, _NAME_WIDTHS[-1], style)


def _in_size(content: Comparison, px: int, name_width: float, style: Style) -> TableLayout:
    """Return the layout for type of `px`; a name is above its run and its gap.

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


def draw_recording(surface: pygame.Surface, seconds: float, layout: Layout, style: Style) -> None:
    """Show at the upper edge that the window is being recorded, and for how long [s]."""
    px, theme = style.sizes.small, style.theme
    words = f"REC {format_clock(seconds, 0)}"
    wide = style.type.width(words, SEMIBOLD, px) + 3 * px
    card = ground((round(wide), 2 * px), style.sizes, theme)
    pygame.draw.circle(card, theme.red, (px, px), px // 2)
    style.type.digits(card, words, (2 * px, px), SEMIBOLD, px, theme.text)
    surface.blit(card, (layout.stage.x + (layout.stage.w - card.get_width()) // 2, px // 2))


def draw_problem(
    surface: pygame.Surface, text: str, layout: Layout, style: Style, heading: str = PROBLEM
) -> None:
    """Show the file's problem below the title, or another one under its heading."""
    card = problem_card(text, layout.stage, style, heading)
    top = layout.status.bottom if layout.status is not None else 0
    surface.blit(card, (layout.stage.x + (layout.stage.w - card.get_width()) // 2, top))


@lru_cache(maxsize=1)
def problem_card(text: str, stage: Box, style: Style, heading: str = PROBLEM) -> pygame.Surface:
    """Return the card with the file's problem, in four lines at most."""
    px, theme = style.sizes.body, style.theme
    room = max(1, min(round(0.8 * stage.w), 60 * px) - 3 * px)
    lines = [(heading, SEMIBOLD, theme.text)]
    wrapped = style.type.wrap(text, REGULAR, px, room)[:4]
    lines += [(line, REGULAR, theme.muted) for line in wrapped]
    step, widest = round(1.4 * px), max(style.type.width(line, w, px) for line, w, _ in lines)
    size = (max(1, min(widest, room)) + 3 * px, step * len(lines) + px)
    card = ground(size, style.sizes, theme)
    pygame.draw.rect(card, theme.red, (0, px // 2, max(3, px // 4), size[1] - px))
    for i, (line, weight, tint) in enumerate(lines):
        at = (px * 1.5, px / 2 + (i + 0.5) * step)
        style.type.write(card, line, at, weight, px, tint, width=size[0] - 2 * px)
    return card
