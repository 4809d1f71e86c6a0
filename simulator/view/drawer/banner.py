"""What is wrong with the scenario's file, over the stage while the drawer is shut.

In: the sentence with line and column, the stage's box. Out: a card below the title, until mended.
"""

from __future__ import annotations

import pygame

from simulator.view.layout import Layout
from simulator.view.panels.cards import ground
from simulator.view.style import Style
from simulator.view.text import REGULAR, SEMIBOLD

HEADING = "The file has a problem; the last good state goes on."
_LINES = 4


class Banner:
    """Keeps the card it has drawn."""

    def __init__(self) -> None:
        """Start with none."""
        self._key: object = None
        self._card: pygame.Surface | None = None

    def draw(self, surface: pygame.Surface, text: str, layout: Layout, style: Style) -> None:
        """Draw the sentence, if there is one."""
        if not text:
            return
        if self._card is None or self._key != (text, layout, style):
            self._key, self._card = (text, layout, style), _card(text, layout, style)
        stage, top = layout.stage, layout.title.bottom if layout.title is not None else 0
        surface.blit(self._card, (stage.x + (stage.w - self._card.get_width()) // 2, top))


def _card(text: str, layout: Layout, style: Style) -> pygame.Surface:
    px, theme = style.sizes.body, style.theme
    room = max(1, min(round(0.8 * layout.stage.w), 60 * px) - 3 * px)
    lines = style.type.wrap(text.split(), REGULAR, px, room)[:_LINES]
    step = round(1.4 * px)
    told = (HEADING, *lines)
    weights = (SEMIBOLD, *(REGULAR for _ in lines))
    widest = max(map(style.type.width, told, weights, (px for _ in told)))
    size = (max(1, min(widest, room)) + 3 * px, step * len(told) + px)
    card = ground(size, style.sizes, theme)
    bar = (0, px // 2, max(3, px // 4), size[1] - px)
    pygame.draw.rect(card, theme.red, bar)
    for i, (line, weight) in enumerate(zip(told, weights, strict=True)):
        at = (px * 1.5, px / 2 + (i + 0.5) * step)
        tint = theme.text if i == 0 else theme.muted
        style.type.write(card, line, at, weight, px, tint, width=size[0] - 2 * px)
    return card
