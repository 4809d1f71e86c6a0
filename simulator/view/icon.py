"""The program's sign in a task bar: the track from above, the light on its rail, the runner.

In: nothing. Out: a surface with transparent corners, drawn large and scaled down so that its edges
are smooth.
"""

from __future__ import annotations

import pygame

from simulator.view.theme import Colour
from simulator.view.themes import NIGHT

SIDE = 64
"""The side of the sign [px]."""
_FINE = 4


def icon() -> pygame.Surface:
    """Return the sign, `SIDE` × `SIDE` px with an alpha channel."""
    ground, side = NIGHT.ground, SIDE * _FINE
    large = pygame.Surface((side, side), pygame.SRCALPHA)

    def band(inset: float, colour: Colour) -> pygame.Rect:
        box = pygame.Rect(0, 0, side * (1 - 2 * inset), side * (0.8 - 2 * inset))
        box.center = (side // 2, side // 2)
        pygame.draw.rect(large, colour, box, border_radius=box.h // 2)
        return box

    pygame.draw.rect(large, NIGHT.panel, large.get_rect(), border_radius=side // 5)
    band(0.05, ground.line)
    band(0.07, ground.tartan)
    rail = band(0.19, NIGHT.light("green"))
    band(0.23, ground.turf)
    # the light runs along the home straight alone; the rest of the rail is dark
    dark = pygame.Rect(0, 0, side, rail.bottom - rail.h // 3)
    large.set_clip(dark)
    band(0.19, ground.kerb)
    band(0.23, ground.turf)
    large.set_clip(None)
    runner = (rail.centerx + side // 8, rail.bottom + side // 24)
    pygame.draw.circle(large, NIGHT.back, runner, side // 9)
    pygame.draw.circle(large, NIGHT.text, runner, side // 12)
    return pygame.transform.smoothscale(large, (SIDE, SIDE))
