"""Staged moments on the track: the gun's flash, the lost light, the wind.

In: a scene, a `MapView`. Out: drawn over the lights and below the bodies; a pure function of both.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pygame
from numpy.typing import NDArray

from simulator.coefficients import BEND_RADIUS_M, KERB_RADIUS_M
from simulator.physics.track import on_oval, to_plane, track_position
from simulator.stage.scene import Phase, Scene, Weather
from simulator.view.camera import MapView
from simulator.view.layers.track import led_places
from simulator.view.layout import Box
from simulator.view.panels.panel import polygon
from simulator.view.sprites import LEVELS, bloom, dot, glow
from simulator.view.text import SEMIBOLD, Style
from simulator.view.theme import Theme, mix

Floats = NDArray[np.float64]

FLASH_S = 0.45
"""Duration of the gun's flash [s of race time]."""
SNAP_S = 1.2
"""Time in which the snapped tether draws back [s of race time]."""
DIM_S, DARK_S = 0.4, 7.0
"""Her part of the rail is dark after the first time and back to normal after the second [s]."""
DIM_M = 11.0
"""The rail dims this far behind and ahead of her [m]."""
WAVE_M = 8.0
"""Length of the light and its tail [m]."""
KERB_OFFSET_M = KERB_RADIUS_M - BEND_RADIUS_M
STARTER_OFFSET_M = 6.5
"""The starter stands on the line, in empty lanes, where every camera sees the flash [m]."""


def draw(surface: pygame.Surface, scene: Scene, view: MapView, box: Box, theme: Theme) -> None:
    """Draw the gun's flash, or the light being lost, on the map."""
    if flashes(scene):
        x, y = to_plane(scene.start_s_m, STARTER_OFFSET_M)
        flash(surface, scene, view.at(float(x), float(y)), 7.0 * view.scale * view.zoom**-0.5)
    if scene.lost is None or scene.phase is not Phase.RUNNING or not scene.waves:
        return
    _dim(surface, scene, view, box, theme)
    if scene.lost.since_s < SNAP_S:
        _snap(surface, scene, view, theme)


def flashes(scene: Scene) -> bool:
    """Return whether the gun's flash is visible."""
    return scene.phase is Phase.RUNNING and scene.time_s < FLASH_S


def flash(surface: pygame.Surface, scene: Scene, at: tuple[float, float], reach: float) -> None:
    """Add the gun's flash at a pixel, with a radius of `reach` px."""
    if not flashes(scene):
        return
    left = 1.0 - scene.time_s / FLASH_S
    halo, level = max(14.0, reach), round(LEVELS * left * left)
    wide = round(4.0 * halo)
    for light in (  # a disc with an edge would be taken for the moon
        glow((255, 236, 190), halo, level, 0.05 * halo),
        bloom((255, 236, 190), wide, max(3, wide // 12), level / LEVELS),
        bloom((255, 236, 190), wide // 2, wide // 2, level / LEVELS),
    ):
        corner = (at[0] - light.get_width() / 2, at[1] - light.get_height() / 2)
        surface.blit(light, corner, special_flags=pygame.BLEND_RGB_ADD)


def tether(scene: Scene) -> float:
    """Return the share of the tether to the light still visible at either end, 0 to 1 / 2.

    1 / 2 is the whole tether: nothing has snapped.
    """
    if scene.lost is None:
        return 0.5
    return 0.5 * max(1.0 - scene.lost.since_s / SNAP_S, 0.0) ** 2


def darkness(scene: Scene, s_m: NDArray[np.floating[Any]]) -> Floats:
    """Return how dark the LEDs at track positions [m] are, 0 to 1: near her, after the loss."""
    lost = scene.lost
    if lost is None or lost.since_s >= DARK_S or not scene.waves:
        return np.zeros_like(s_m)
    strength = min(lost.since_s / DIM_S, 1.0, (DARK_S - lost.since_s) / 1.5)
    ahead_m = min(DIM_M, scene.waves[0].head_m - scene.runner.x_m - WAVE_M)  # the wave stays lit
    lap_m = scene.lap_m
    here_m = float(track_position(scene.runner.x_m, scene.race_m, lap_m))
    off = np.mod(s_m - here_m + lap_m / 2, lap_m) - lap_m / 2
    near = (off >= -DIM_M) & (off <= ahead_m)
    return np.where(near, strength * (1.0 - (off / DIM_M) ** 2), 0.0)


def _dim(surface: pygame.Surface, scene: Scene, view: MapView, box: Box, theme: Theme) -> None:
    """Darken the LEDs near her, while the wave runs on."""
    x, y = led_places(scene.leds)
    dark = darkness(scene, np.arange(scene.leds) * (scene.lap_m / scene.leds))
    r = round(4 * max(1.2, 0.2 * view.scale)) / 4
    colour, blits = mix(theme.back, theme.ground.edge, 0.35), []
    for led in np.flatnonzero(dark > 0.03).tolist():
        px, py = view.at(float(x[led]), float(y[led]))
        if box.x - r < px < box.right + r and box.y - r < py < box.bottom + r:
            blits.append(dot(colour, r, r, round(16 * float(dark[led])), colour, 0.5).at(px, py))
    surface.fblits(blits)


def _snap(surface: pygame.Surface, scene: Scene, view: MapView, theme: Theme) -> None:
    """Draw the two ends of the snapped tether between her and the light."""
    wave, held = scene.waves[0], tether(scene)
    first, last = scene.runner.x_m, wave.head_m
    share = 1.0 - math.sqrt(2.0 * held)
    colour = mix(theme.ground.tartan, theme.light(wave.colour), 1.0 - share)
    for near, far in ((first, last), (last, first)):
        x_m = np.linspace(near, near + held * (far - near), 24)
        # the loose end whips from side to side while it springs back
        whip = 0.8 * share * np.linspace(0.0, 1.0, 24) * math.sin(9.0 * share)
        s_m = on_oval(track_position(x_m, scene.race_m, scene.lap_m), scene.lap_m)
        xs, ys = to_plane(s_m, 0.5 * KERB_OFFSET_M + whip)
        points = [view.at(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
        for shift in range(max(1, round(0.12 * view.scale))):
            pygame.draw.aalines(surface, colour, False, [(px, py + shift) for px, py in points])


# -- the weather -----------------------------------------------------------------------------------


SIGN_X_M = 65.0
"""Place of the sign: the half-circle of the infield that nothing else uses [m]."""


def weather_box(view: MapView) -> Box:
    """Return the box of the weather sign on the whole track [px]."""
    x, y = view.at(SIGN_X_M, 0.0)
    half = 10.0 * view.scale
    return Box(round(x - half), round(y - half), max(1, round(2 * half)), max(1, round(2 * half)))


def draw_weather(surface: pygame.Surface, weather: Weather, view: MapView, style: Style) -> None:
    """Draw an arrow in the wind's direction, and the temperature below it."""
    box, theme = weather_box(view), style.theme
    cx, cy = box.centre
    words = [f"{weather.temperature_c:.0f} °C".replace("-", "−")]
    if weather.wind_m_s:
        words.insert(0, f"{weather.wind_m_s:.1f} m/s")
        dx, dy = math.cos(weather.towards_rad), -math.sin(weather.towards_rad)
        long = 0.32 * box.h
        cy -= 0.18 * box.h
        tip = (cx + dx * long, cy + dy * long)
        neck = (cx + dx * 0.3 * long, cy + dy * 0.3 * long)
        wide = 0.42 * long
        sides = [(neck[0] - dy * s * wide, neck[1] + dx * s * wide) for s in (1, -1)]
        tail = (cx - dx * long, cy - dy * long)
        thick = max(2, round(0.03 * box.h))
        pygame.draw.line(surface, theme.text, tail, neck, thick)
        polygon(surface, [tip, *sides], theme.text)
        cy += long + 0.12 * box.h
    px = max(style.sizes.caption, round(0.13 * box.h))
    for i, line in enumerate(words):
        at = (cx, cy + (i + 0.5) * 1.25 * px)
        style.type.write(surface, line, at, SEMIBOLD, px, theme.text, align=0.5)
