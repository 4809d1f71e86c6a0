"""Cards over the picture: the result board, the help made from the one key table, a notice.

In: a scene or key bindings. Out: ready surfaces to blit, made once for each content.
"""

from __future__ import annotations

import pygame

from simulator.stage.keys import Binding
from simulator.stage.scene import Board
from simulator.view.layout import Box
from simulator.view.panels.head import wrapped
from simulator.view.style import Style
from simulator.view.text import BOLD, REGULAR, SEMIBOLD
from simulator.view.theme import Sizes, Theme, mix

KEY_NAMES = {
    "space": "Space",
    ",": "Comma",
    ".": "Dot",
    "-": "−",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "home": "Home",
    "end": "End",
    "escape": "Esc",
    "page up": "PageUp",
    "page down": "PageDown",
    "return": "Enter",
    "tab": "Tab",
    "backspace": "Backspace",
}
_MODIFIERS = {"shift": "Shift", "ctrl": "Ctrl", "alt": "Alt"}


def key_name(key: str) -> str:
    """Return a key as a person says it: `shift+left` gives `Shift ←`."""
    if key == "+":
        return "+"
    parts = key.split("+")
    said = [_MODIFIERS.get(part, KEY_NAMES.get(part, part.upper())) for part in parts]
    return " ".join(said)


def ground(size: tuple[int, int], sizes: Sizes, theme: Theme) -> pygame.Surface:
    """Return an empty card."""
    card = pygame.Surface(size, pygame.SRCALPHA, 32)
    corner = max(4, round(14 * sizes.unit))
    pygame.draw.rect(
        card, (*mix(theme.back, theme.panel, 0.8), 255), card.get_rect(), border_radius=corner
    )
    pygame.draw.rect(card, (*theme.edge, 255), card.get_rect(), 1, border_radius=corner)
    return card


def help_card(
    width: int,
    height: int,
    style: Style,
    bindings: tuple[Binding, ...],
) -> pygame.Surface:
    """Return the help: every row of the key table, grouped, in as many columns as fit."""
    groups: dict[str, list[Binding]] = {}
    for binding in bindings:
        groups.setdefault(binding.group, []).append(binding)
    lines: list[tuple[str, str, bool]] = []
    for name, rows in groups.items():
        lines.append((name, "", True))
        lines += [
            ("  ".join(key_name(k) for k in row.keys), row.action.value, False) for row in rows
        ]
    px = max(10, min(style.sizes.body, round(height / 18)))
    row_h = round(px * 1.65)
    pad = round(px * 1.6)
    columns = 2 if width >= 44 * px else 1
    per_column = max(1, (len(lines) + columns - 1) // columns)
    while (
        per_column < len(lines)
        and columns == 2
        and lines[per_column][2] is False
        and per_column > 1
    ):
        if lines[per_column - 1][2]:
            per_column -= 1
            break
        per_column += 1
    room = max(1, (height - 4 * pad) // row_h)
    if per_column > room:
        px = max(6, int(px * room / per_column))
    while True:
        key_w = max(style.type.width(keys, SEMIBOLD, px) for keys, _, _ in lines) + px
        text_w = max(style.type.width(said, REGULAR, px) for _, said, _ in lines)
        if columns * (key_w + text_w) + (columns + 1) * pad <= width or px <= 10:
            break
        px -= 1
    row_h = max(7, round(px * 1.65))
    card_w = min(width, columns * (key_w + text_w) + (columns + 1) * pad)
    card_h = min(height, per_column * row_h + 3 * pad)
    card = ground((max(1, card_w), max(1, card_h)), style.sizes, style.theme)
    style.type.caps(card, "keys", (pad, pad), px, style.theme.muted)
    column_w = (card_w - (columns + 1) * pad) // columns
    for i, (keys, said, is_group) in enumerate(lines):
        column, row = divmod(i, per_column)
        x = pad + column * (column_w + pad)
        y = pad * 2 + (row + 0.5) * row_h
        if is_group:
            style.type.write(card, keys, (x, y), BOLD, px, style.theme.own, width=column_w)
        else:
            style.type.write(card, keys, (x, y), SEMIBOLD, px, style.theme.text, width=column_w)
            style.type.write(
                card,
                said,
                (x + key_w, y),
                REGULAR,
                px,
                style.theme.muted,
                width=max(1, column_w - key_w),
            )
    return card


def notice(text: str, width: int, style: Style) -> pygame.Surface:
    """Return a notice: one sentence on a small card."""
    px = style.sizes.body
    text = style.type.fit(text, SEMIBOLD, px, max(1, width - 3 * px))
    card = ground(
        (style.type.width(text, SEMIBOLD, px) + 2 * px, round(2.2 * px)), style.sizes, style.theme
    )
    pygame.draw.rect(
        card, style.theme.warning, (0, round(0.5 * px), max(2, px // 5), round(1.2 * px))
    )
    style.type.write(card, text, (px, card.get_height() / 2), SEMIBOLD, px, style.theme.text)
    return card


def board(content: Board, box: Box, style: Style) -> pygame.Surface:
    """Return the result board: finish, verdict, splits, facts, what was assumed."""
    card = ground((box.w, box.h), style.sizes, style.theme)
    pad = max(4, round(0.045 * box.h))
    top = round(0.22 * box.h)
    headline = max(8, round(0.20 * box.h))
    x = float(pad * 1.5)
    x += (
        style.type.digits(
            card, content.headline, (x, pad * 0.6 + top / 2), BOLD, headline, style.theme.text
        )
        + pad
    )
    size = max(8, round(0.072 * box.h))
    style.type.write(
        card,
        content.verdict,
        (x, pad * 0.6 + top * 0.62),
        SEMIBOLD,
        size,
        style.theme.gaps[-1][1] if "behind" in content.verdict else style.theme.good,
        width=round(box.w - x - pad),
    )
    style.type.caps(
        card, "result", (x, pad * 0.6 + top * 0.27), style.sizes.caption, style.theme.muted
    )
    table = Box(round(pad * 1.5), top + pad, round(box.w * 0.58), box.h - top - 2 * pad)
    side = Box(table.right + 2 * pad, table.y, max(1, box.w - table.right - 3 * pad), table.h)
    _table(card, content, table, style)
    _facts(card, content, side, style)
    return card


def _table(card: pygame.Surface, content: Board, box: Box, style: Style) -> None:
    rows = [content.columns, *(row.cells for row in content.rows)]
    count = max(len(row) for row in rows)
    row_h = box.h / max(1, len(rows))
    px = max(6, round(min(row_h * 0.66, style.sizes.px(26))))
    while True:
        wide = [
            max(style.type.width(row[k], SEMIBOLD, px) for row in rows if k < len(row))
            for k in range(count)
        ]
        wide = [min(each, round(0.3 * box.w)) for each in wide]
        gap = (box.w - sum(wide)) / max(1, count - 1)
        if gap >= 0.5 * px or px <= 7:
            break
        # widths grow with the size: the next one to try is near the one that fits
        fits = px * box.w / (sum(wide) + 0.5 * px * (count - 1))
        px = max(7, min(px - 1, int(fits)))
    edges = [box.x + sum(wide[: k + 1]) + gap * k for k in range(count)]
    for i, row in enumerate(rows):
        y = box.y + (i + 0.5) * row_h
        strong = i > 0 and content.rows[i - 1].strong
        if i:
            card.fill((*style.theme.panel_high, 255), (box.x, round(box.y + i * row_h), box.w, 1))
        for k, cell in enumerate(row):
            weight = SEMIBOLD if strong or k == 2 else REGULAR
            colour = style.theme.text if strong or k in (0, 2) else style.theme.muted
            if i == 0:
                weight, colour = REGULAR, style.theme.muted
            if k == 0:
                style.type.write(card, cell, (box.x, y), weight, px, colour, width=wide[0])
            else:
                style.type.write(
                    card,
                    cell,
                    (edges[k], y),
                    weight,
                    px,
                    colour,
                    align=1,
                    width=wide[k],
                )


def _facts(card: pygame.Surface, content: Board, box: Box, style: Style) -> None:
    px = max(8, min(style.sizes.body, round(box.h / 12)))
    lines = _fact_lines(content, box.w, px, style)
    while len(lines) * 1.45 * px > box.h and px > 8:
        # a smaller size makes lines both lower and fewer
        px = max(8, min(px - 1, int(px * (box.h / (len(lines) * 1.45 * px)) ** 0.5)))
        lines = _fact_lines(content, box.w, px, style)
    step = 1.45 * px
    for i, (said, kind) in enumerate(lines):
        y = box.y + (i + 0.6) * step
        if y + step / 2 > box.bottom:
            break
        if kind == "head":
            small = min(style.sizes.caption, px)
            style.type.caps(card, said, (box.x, y), small, style.theme.muted, width=box.w)
        else:
            strong = kind == "fact"
            colour = style.theme.text if strong else style.theme.muted
            weight = SEMIBOLD if strong else REGULAR
            style.type.write(card, said, (box.x, y), weight, px, colour, width=box.w)


def _fact_lines(content: Board, width: int, px: int, style: Style) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for fact in content.facts:
        lines += [(said, "fact") for said in wrapped(fact.split(), round(0.94 * width), px, style)]
    if content.assumed:
        words = ", ".join(content.assumed).split()
        lines += [("", "gap"), ("assumed", "head")]
        lines += [(said, "assumed") for said in wrapped(words, width, px, style)]
    return lines
