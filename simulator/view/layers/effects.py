"""Effects on the map of the track: the waves of light, the gun's flash, the lost light, the wind.

In: a scene, a `MapView`. Out: the light of each wave, additive glows that are cross-faded by the
brightness of each LED; over it and below the bodies the staged moments; a pure function of both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pygame
from numpy.typing import NDArray

from simulator.coefficients import BEND_RADIUS_M, KERB_RADIUS_M
from simulator.physics.track import on_oval, to_plane, track_position
from simulator.stage.scene import Phase, Scene, Wave, Weather
from simulator.view.camera import MapView
from simulator.view.layers.track import led_places
from simulator.view.layout import Box, Hud
from simulator.view.panels.panel import polygon
from simulator.view.perspective import place_at
from simulator.view.sprites import LEVELS, bloom, dot, glow
from simulator.view.text import SEMIBOLD, Style
from simulator.view.theme import Colour, Theme, mix

HALO_M = 4.6
CORE_M = 0.36
SPILL_M = 9.0
_SOFT_ZOOM = 3.0
"""Above this zoom a light's halo grows more slowly than the ground: it is glare, not an object."""
_STEPS_PER_DOUBLING = 6
_FAINTEST = 0.5 / LEVELS
_CROWDED = 120
"""With more LEDs lit than this (a start light on every LED) the halos shrink, for speed."""
_SHARES = 6
"""The shares of a colour where waves meet: few, since each mixture needs sprites of its own."""


@lru_cache(maxsize=4)
def _pixels(view: MapView, leds: int) -> tuple[list[int], list[int]]:
    right, down = view.turned(*led_places(leds))
    return (
        np.rint(view.ox + view.scale * right).astype(int).tolist(),
        np.rint(view.oy + view.scale * down).astype(int).tolist(),
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


def led_lights(
    waves: Sequence[Wave], leds: int, theme: Theme
) -> tuple[NDArray[np.float64], list[Colour]]:
    """Return each LED's brightness, 0 to 1, and its colour: the waves' light added up.

    All cameras draw these, and a real strip is sent the same sum, see `export.leds`.
    """
    if len(waves) == 1:  # most pictures have one, which needs no adding
        return np.minimum(waves[0].brightness, 1.0), [theme.light(waves[0].colour)] * leds
    light = np.array([wave.brightness for wave in waves]).reshape(len(waves), leds)
    bright = np.minimum(light.sum(axis=0), 1.0)
    lit = np.flatnonzero(bright)
    shares = np.rint(_SHARES * light[:, lit] / bright[lit]) / _SHARES
    added = shares.T @ np.array([theme.light(wave.colour) for wave in waves]).reshape(-1, 3)
    colours = [theme.ground.led_off] * leds
    shown = np.rint(np.minimum(added, 255.0)).astype(int).tolist()
    for led, (red, green, blue) in zip(lit.tolist(), shown, strict=True):
        colours[led] = (red, green, blue)
    return bright, colours


def draw_waves(
    surface: pygame.Surface, waves: tuple[Wave, ...], view: MapView, box: Box, theme: Theme
) -> None:
    """Draw every wave's light; by day added light would burn out, so LEDs appear as lit."""
    if not waves:
        return
    most = max(np.count_nonzero(wave.brightness > _FAINTEST) for wave in waves)
    share = 1.0 if most < _CROWDED else 0.5
    halo = max(3.0, reach(view, HALO_M) * share)
    half = max(1, round(halo))
    core = max(1.0, reach(view, CORE_M))
    wide, small = round(1.12 * halo) / 4, round(7.2 * core) / 4
    bright, colours = led_lights(waves, len(waves[0].brightness), theme)
    xs, ys = _pixels(view, len(bright))
    blits = []
    for led in np.flatnonzero(bright > _FAINTEST).tolist():
        x, y = xs[led], ys[led]
        if box.x - half < x < box.right + half and box.y - half < y < box.bottom + half:
            colour, lit = colours[led], float(bright[led])
            if theme.by_day:
                alpha, rim = round(16 * lit), mix(colour, (0, 0, 0), 0.6)
                blits.append(dot(colour, wide, wide, alpha // 3, colour, 0.5).at(x, y))
                blits.append(dot(colour, small, small, alpha, rim, 1.0).at(x, y))
            else:
                light = glow(colour, halo, round(lit * LEVELS), core)
                blits.append((light, (x - half, y - half)))
    surface.fblits(blits, 0 if theme.by_day else pygame.BLEND_RGB_ADD)
    if share == 1.0 and not theme.by_day:
        for wave in waves:
            _spill(surface, wave, view, theme)


def _spill(surface: pygame.Surface, wave: Wave, view: MapView, theme: Theme) -> None:
    """Add the light that a wave throws on tartan and turf: a wide soft bloom at its middle."""
    weight = float(wave.brightness.sum())
    if weight < 0.2:
        return
    x, y = led_places(len(wave.brightness))
    cx, cy = view.at(float(wave.brightness @ x) / weight, float(wave.brightness @ y) / weight)
    size = round(2 * reach(view, SPILL_M))
    light = bloom(theme.light(wave.colour), size, size, 0.20)
    surface.blit(
        light, (round(cx - size / 2), round(cy - size / 2)), special_flags=pygame.BLEND_RGB_ADD
    )


Floats = NDArray[np.float64]

# -- staged moments -------------------------------------------------------------------------------

FLASH_S = 0.45
"""Duration of the gun's flash [s of race time]."""
SNAP_S = 1.2
"""Time in which the snapped tether draws back [s of race time]."""
DIM_S, DARK_S = 0.4, 7.0
"""Her part of the rail is dark after the first time and back to normal after the second [s]."""
DIM_M, STILL_LIT = 11.0, 0.2
"""The rail dims this far behind and ahead of her [m], but no LED that is as bright as this."""
KERB_OFFSET_M = KERB_RADIUS_M - BEND_RADIUS_M
STARTER_OFFSET_M = 6.5
"""The starter stands on the line, in empty lanes, where every camera sees the flash [m]."""


def draw(surface: pygame.Surface, scene: Scene, view: MapView, box: Box, theme: Theme) -> None:
    """Draw the gun's flash, or the light being lost, on the map."""
    if flashes(scene):
        at = view.at(*place_at(scene.start_s_m, STARTER_OFFSET_M))
        flash(surface, scene, at, 7.0 * view.scale * view.zoom**-0.5)
    if scene.lost is None or scene.phase is not Phase.RUNNING or not scene.waves:
        return
    _dim(surface, scene, view, box, theme)
    if scene.lost.since_s < SNAP_S:
        _snap(surface, scene, view, theme)


def flashes(scene: Scene) -> bool:
    """Return whether the gun's flash is visible, which it is as soon as race time passes."""
    return scene.phase is Phase.RUNNING and 0.0 < scene.time_s < FLASH_S


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
    """Return how dark each LED is, at track positions [m], 0 to 1: near her, after the loss."""
    lost = scene.lost
    if lost is None or lost.since_s >= DARK_S or not scene.waves:
        return np.zeros_like(s_m)
    strength = min(lost.since_s / DIM_S, 1.0, (DARK_S - lost.since_s) / 1.5)
    lap_m = scene.lap_m
    here_m = float(track_position(scene.runner.x_m, scene.race_m, lap_m))
    off = np.mod(s_m - here_m + lap_m / 2, lap_m) - lap_m / 2
    lit = np.max([wave.brightness for wave in scene.waves], axis=0)  # the wave runs on
    near, dark = np.maximum(1.0 - (off / DIM_M) ** 2, 0.0), np.maximum(1.0 - lit / STILL_LIT, 0.0)
    return np.asarray(strength * near * dark)


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


SIGN_LEFT_M = 47.0
"""Where the sign begins, to the right of the group."""
SIGN_M, ARROW_M, FREE_SIGN_M = 12.0, 9.0, 27.0
"""Its side with words and without, where names of ghosts pass it inside the bend, and in an infield
without a score [m]."""


def weather_box(view: MapView, hud: Hud, style: Style) -> Box:
    """Return the box of the weather sign on the whole track, to the right of the score [px].

    It stands below the forecast, or above the gap, which reach farthest to the right; in the middle
    of an infield without them.
    """
    side = round(SIGN_M * view.scale)
    if not _sign_type(["8.8 m/s", "88 °C"], side, style):
        side = max(1, round(ARROW_M * view.scale))
    if not hud.area.holds((view.ox, view.oy)):
        side = round(FREE_SIGN_M * view.scale)
        return Box(view.ox - side // 2, view.oy - side // 2, side, side)
    x, y = view.at(SIGN_LEFT_M, 0.0)
    top = round(y - side / 2)
    if hud.outlook is not None:
        top = hud.outlook.bottom
    elif hud.gap is not None and hud.clock is not None:
        top = hud.gap.y - side
    rows = Box(hud.area.x, top, hud.area.w, side)
    beside = (box.right for box in hud[1:] if box is not None and box.touches(rows))
    return Box(max(round(x), *beside, 0), top, side, side)


def _sign_type(words: list[str], side: int, style: Style) -> int:
    """Return the size of the words in a sign [px]; 0 if they need more than half of it."""
    px = max(style.sizes.caption, round(0.15 * side))
    wide = max(style.type.width(line, SEMIBOLD, px) for line in words)
    return px if wide <= side and 1.25 * px * len(words) <= side / 2 else 0


def draw_weather(
    surface: pygame.Surface, box: Box, *, weather: Weather, style: Style, upright: bool = False
) -> None:
    """Draw an arrow in the wind's direction, with its speed and the temperature below it.

    In small pictures, where there is no room for words, only the line above the track tells them.
    """
    theme, (cx, cy) = style.theme, box.centre
    words = [f"{weather.temperature_c:z.0f} °C".replace("-", "−")]
    if weather.wind_m_s:
        words.insert(0, f"{weather.wind_m_s:.1f} m/s")
    px = _sign_type(words, box.h, style)
    high = 1.25 * px * len(words)
    top = cy - high / 2
    if weather.wind_m_s:
        top = box.bottom - high
        cy = (box.y + top) / 2
        towards_rad = weather.towards_rad + (math.pi / 2 if upright else 0.0)
        dx, dy = math.cos(towards_rad), -math.sin(towards_rad)
        long = 0.45 * min(box.w, top - box.y)
        tip = (cx + dx * long, cy + dy * long)
        neck = (cx + dx * 0.3 * long, cy + dy * 0.3 * long)
        wide = 0.42 * long
        sides = [(neck[0] - dy * s * wide, neck[1] + dx * s * wide) for s in (1, -1)]
        tail = (cx - dx * long, cy - dy * long)
        thick = max(2, round(0.03 * box.h))
        pygame.draw.line(surface, theme.text, tail, neck, thick)
        polygon(surface, [tip, *sides], theme.text)
    for i, line in enumerate(words if px else ()):
        at = (cx, top + (i + 0.5) * 1.25 * px)
        style.type.write(surface, line, at, SEMIBOLD, px, theme.text, align=0.5)
