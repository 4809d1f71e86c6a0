"""The comparison table: the live run against the kept ones, on a card over the stage.

In: a `Comparison`, the stage's box. Out: a card, drawn once for each content.
"""

from __future__ import annotations

import pygame

from simulator.stage.desk import Comparison
from simulator.view.layout import Box
from simulator.view.panels.cards import ground
from simulator.view.style import Style
from simulator.view.text import REGULAR, SEMIBOLD


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
    rows = [content.columns, *content.rows]
    count = max(1, *(len(row) for row in rows))
    room = stage.inset(round(0.04 * stage.w), round(0.05 * stage.h))
    px = style.sizes.lead
    while True:
        pad, high = round(1.2 * px), round(1.6 * px)
        wide = [
            max(style.type.width(row[k], SEMIBOLD, px) for row in rows if k < len(row))
            for k in range(count)
        ]
        gap = round(1.3 * px)
        size = (sum(wide) + gap * (count - 1) + 2 * pad, high * (len(rows) + 1) + 2 * pad)
        if px <= 8 or (size[0] <= room.w and size[1] <= room.h):
            break
        px -= 1
    shown = (max(1, min(size[0], room.w)), max(1, min(size[1], room.h)))
    made = ground(shown, style.sizes, style.theme)
    theme, type_ = style.theme, style.type
    type_.caps(made, "compare", (pad, pad + 0.4 * high), style.sizes.caption, theme.muted)
    hint = "Esc or a click closes"
    at = (shown[0] - pad, pad + 0.4 * high)
    type_.write(made, hint, at, REGULAR, style.sizes.caption, theme.muted, align=1)
    for i, row in enumerate(rows):
        y = pad + (i + 1.5) * high
        if i:
            top = round(pad + (i + 1) * high)
            made.fill((*theme.panel_high, 255), (pad, top, max(1, shown[0] - 2 * pad), 1))
        x = pad
        for k, cell in enumerate(row):
            colour = theme.muted if i == 0 or k == 0 else theme.text
            if k == 1 and i:
                colour = theme.own
            weight = SEMIBOLD if i == 0 or k == 1 else REGULAR
            if k == 0:
                type_.write(made, cell, (x, y), weight, px, colour, width=wide[0])
            else:
                right = (x + wide[k], y)
                type_.write(made, cell, right, weight, px, colour, align=1, width=wide[k])
            x += wide[k] + gap
    return made
