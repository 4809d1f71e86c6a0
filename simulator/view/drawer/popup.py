"""The list that a drop-down opens: its options below or above the control, whichever has room.

In: the control's box, the options, the drawer's size. Out: items, drawn over everything else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pygame

from simulator.view.drawer.pieces import Item, Key, Look
from simulator.view.layout import Box
from simulator.view.style import Style
from simulator.view.theme import mix


@dataclass(frozen=True, slots=True)
class Popup:
    """An open drop-down: whose it is, its options, the one marked, the first one in view."""

    owner: Key
    options: tuple[str, ...]
    marked: int
    first: int = 0

    def move(self, steps: int) -> Popup:
        """Return it with the mark `steps` further down, stopping at the ends."""
        return replace(self, marked=min(max(0, self.marked + steps), len(self.options) - 1))


def place(
    popup: Popup, control: Box, size: tuple[int, int], style: Style
) -> tuple[Popup, Box, list[Item]]:
    """Return the popup scrolled to its mark, its box and an item for each option in view."""
    row = round(1.75 * style.sizes.body)
    below, above = size[1] - control.bottom - 4, control.y - 4
    down = below >= min(above, row * len(popup.options))
    count = max(1, min(len(popup.options), (below if down else above) // row))
    first = min(max(popup.first, popup.marked - count + 1), popup.marked)
    first = max(0, min(first, len(popup.options) - count))
    y = control.bottom + 2 if down else control.y - 2 - count * row
    box = Box(control.x, y, control.w, count * row)
    items = []
    for i in range(first, first + count):
        at = Box(box.x + 1, y + (i - first) * row, max(1, box.w - 2), row)
        text = popup.options[i]
        key = ("option", str(i))
        on = i == popup.marked
        items.append(Item(key, Look.OPTION, at, at, text, on=on, scrolls=False))
    return replace(popup, first=first), box, items


def paint(surface: pygame.Surface, box: Box, style: Style) -> None:
    """Paint the list's ground."""
    theme = style.theme
    radius = max(3, round(8 * style.sizes.unit))
    around = pygame.Rect(box).inflate(2, 6)
    pygame.draw.rect(surface, mix(theme.panel, theme.panel_high, 0.8), around, border_radius=radius)
    pygame.draw.rect(surface, theme.faint, around, 1, border_radius=radius)
