"""What the side panels share: ground, hairline, heading, rows.

In: a box. Out: a drawn frame and the boxes inside it.
"""

from __future__ import annotations

import pygame

from simulator.view.layout import Box
from simulator.view.style import Style
from simulator.view.theme import Colour, Sizes


def frame(surface: pygame.Surface, box: Box, heading: str, style: Style) -> None:
    """Draw a panel with its heading in spaced capitals."""
    surface.fill(style.theme.back, box)
    corner = max(3, round(10 * style.sizes.unit))
    pygame.draw.rect(surface, style.theme.panel, box, border_radius=corner)
    pygame.draw.rect(surface, style.theme.edge, box, 1, border_radius=corner)
    pad = padding(style.sizes)
    style.type.caps(
        surface,
        heading,
        (box.x + pad, box.y + head(style.sizes) / 2 + pad * 0.2),
        style.sizes.caption,
        style.theme.muted,
        width=box.w - 2 * pad,
    )


def arrow(surface: pygame.Surface, x: int, y: int, px: int, colour: Colour) -> None:
    """Draw the sign of a list to choose from."""
    half = max(2, round(0.24 * px))
    points = [(x - half, y - half // 2), (x + half, y - half // 2), (x, y + half - half // 3)]
    pygame.draw.polygon(surface, colour, points)
    pygame.draw.aalines(surface, colour, True, points)


def padding(sizes: Sizes) -> int:
    """Return the space inside a panel's edge [px]."""
    return max(6, round(18 * sizes.unit))


def head(sizes: Sizes) -> int:
    """Return the height of a panel's heading [px]."""
    return round(sizes.caption * 2.3)


def body(box: Box, sizes: Sizes) -> Box:
    """Return the room below a panel's heading."""
    pad = padding(sizes)
    top = head(sizes)
    return Box(box.x + pad, box.y + top, max(1, box.w - 2 * pad), max(1, box.h - top - pad // 2))


def rows(box: Box, count: int, tallest: int) -> list[Box]:
    """Return `count` rows from the top of `box`, each at most `tallest` px high."""
    high = min(tallest, box.h // max(1, count))
    return [Box(box.x, box.y + i * high, box.w, max(1, high)) for i in range(count)]
