"""The light waves on the kerb: additive glows, cross-faded by the brightness of each LED.

In: a scene's waves, a `MapView`. Out: glows drawn on the target.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import pygame

from simulator.stage.scene import Wave
from simulator.view.camera import MapView
from simulator.view.layers.track import led_places
from simulator.view.layout import Box
from simulator.view.sprites import LEVELS, dot, glow, spill
from simulator.view.theme import Theme, mix

HALO_M = 4.6
CORE_M = 0.36
SPILL_M = 9.0
_SOFT_ZOOM = 3.0
"""Above this zoom a light's halo grows more slowly than the ground: it is glare, not an object."""
_STEPS_PER_DOUBLING = 6
_FAINTEST = 0.5 / LEVELS
_CROWDED = 120
"""With more LEDs lit than this (a start light on every LED) the halos shrink, for speed."""


@lru_cache(maxsize=4)
def _pixels(view: MapView, leds: int) -> tuple[list[int], list[int]]:
    x, y = led_places(leds)
    return (
        np.rint(view.ox + view.scale * x).astype(int).tolist(),
        np.rint(view.oy - view.scale * y).astype(int).tolist(),
    )


def reach(view: MapView, metres: float) -> float:
    """Return the visible radius [px] of a light that shines `metres` far at the whole track.

    At other zooms it changes in steps of an eighth, so that a moving camera does not need a new
    sprite for every picture.
    """
    spread = metres * view.scale * math.pow(min(1.0, _SOFT_ZOOM / view.zoom), 0.7)
    if view.zoom == 1.0:
        return spread
    steps = round(_STEPS_PER_DOUBLING * math.log2(max(spread, 1e-3)))
    return math.pow(2.0, steps / _STEPS_PER_DOUBLING)


def draw(
    surface: pygame.Surface, waves: tuple[Wave, ...], view: MapView, box: Box, theme: Theme
) -> None:
    """Draw every wave's light; by day added light would burn out, so LEDs appear as lit."""
    for wave in waves:
        lit = np.flatnonzero(wave.brightness > _FAINTEST)
        if not len(lit):
            continue
        share = 1.0 if len(lit) < _CROWDED else 0.5
        halo = max(3.0, reach(view, HALO_M) * share)
        half = max(1, round(halo))
        core = max(1.0, reach(view, CORE_M))
        wide, small = round(1.12 * halo) / 4, round(7.2 * core) / 4
        colour = theme.light(wave.colour)
        xs, ys = _pixels(view, len(wave.brightness))
        blits = []
        for led, bright in zip(lit.tolist(), wave.brightness[lit].tolist(), strict=True):
            x, y = xs[led], ys[led]
            if box.x - half < x < box.right + half and box.y - half < y < box.bottom + half:
                level = round(min(1.0, bright) * LEVELS)
                if theme.by_day:
                    alpha, rim = round(16 * min(1.0, bright)), mix(colour, (0, 0, 0), 0.6)
                    blits.append(dot(colour, wide, wide, alpha // 3, colour, 0.5).at(x, y))
                    blits.append(dot(colour, small, small, alpha, rim, 1.0).at(x, y))
                else:
                    blits.append((glow(colour, halo, level, core), (x - half, y - half)))
        surface.fblits(blits, 0 if theme.by_day else pygame.BLEND_RGB_ADD)
        if share == 1.0 and not theme.by_day:
            _spill(surface, wave, view, theme)


def _spill(surface: pygame.Surface, wave: Wave, view: MapView, theme: Theme) -> None:
    """Add the light that a wave throws on tartan and turf: a wide soft bloom at its middle."""
    weight = float(wave.brightness.sum())
    if weight < 0.2:
        return
    x, y = led_places(len(wave.brightness))
    cx, cy = view.at(float(wave.brightness @ x) / weight, float(wave.brightness @ y) / weight)
    size = round(2 * reach(view, SPILL_M))
    light = spill(theme.light(wave.colour), size)
    surface.blit(
        light, (round(cx - size / 2), round(cy - size / 2)), special_flags=pygame.BLEND_RGB_ADD
    )
