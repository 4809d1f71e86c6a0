"""The light waves on the kerb: additive glows, cross-faded by the brightness of each LED.

In: a scene's waves, a `View`. Out: glows drawn on the target.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pygame

from simulator.stage.scene import Wave
from simulator.view.camera import View
from simulator.view.layers.track import led_places
from simulator.view.layout import Box
from simulator.view.sprites import LEVELS, glow
from simulator.view.theme import Theme

HALO_M = 4.6
CORE_M = 0.36
_FAINTEST = 0.5 / LEVELS
_CROWDED = 120
"""With more LEDs lit than this (a start light all round) the halos shrink, to stay quick."""


@lru_cache(maxsize=4)
def _pixels(view: View, leds: int) -> tuple[list[int], list[int]]:
    x, y = led_places(leds)
    return (
        np.rint(view.ox + view.scale * x).astype(int).tolist(),
        np.rint(view.oy - view.scale * y).astype(int).tolist(),
    )


def draw(
    surface: pygame.Surface, waves: tuple[Wave, ...], view: View, box: Box, theme: Theme
) -> None:
    """Add every wave's light."""
    for wave in waves:
        lit = np.flatnonzero(wave.brightness > _FAINTEST)
        if not len(lit):
            continue
        share = 1.0 if len(lit) < _CROWDED else 0.5
        halo = max(3.0, HALO_M * view.scale * share)
        half = max(1, round(halo))
        core = max(1.0, CORE_M * view.scale)
        colour = theme.colour(wave.colour)
        xs, ys = _pixels(view, len(wave.brightness))
        blits = []
        for led, bright in zip(lit.tolist(), wave.brightness[lit].tolist(), strict=True):
            x, y = xs[led], ys[led]
            if box.x - half < x < box.right + half and box.y - half < y < box.bottom + half:
                level = round(min(1.0, bright) * LEVELS)
                blits.append((glow(colour, halo, level, core), (x - half, y - half)))
        surface.fblits(blits, pygame.BLEND_RGB_ADD)
