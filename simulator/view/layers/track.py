"""The stadium at night: turf, kerb, eight lanes, run-off, stands, floodlight, marks, unlit LEDs.

In: a `MapView`, a box of pixels, a theme. Out: an opaque picture of that box. The colour of a point
depends only on its distance from the kerb (a table that includes the anti-aliasing), times the
floodlight, times a little grain; so any piece of any view is drawn alike.
"""

from __future__ import annotations

import math
import random
from collections import OrderedDict
from functools import lru_cache

import numpy as np
import pygame
from numpy.typing import NDArray

from simulator.coefficients import (
    BEND_RADIUS_M,
    KERB_RADIUS_M,
    LANE_WIDTH_M,
    LAP_M,
    STRAIGHT_M,
)
from simulator.physics.track import to_plane
from simulator.view.camera import MapView
from simulator.view.layout import Box
from simulator.view.perspective import place_at
from simulator.view.sprites import dot
from simulator.view.text import SEMIBOLD, Style
from simulator.view.theme import Colour, StadiumColours, Theme

LANES = 8
OUTER_M = KERB_RADIUS_M + LANES * LANE_WIDTH_M
"""Radius of the outer edge of lane 8 in the bends [m]."""
APRON_M = OUTER_M + 3.6
"""The outer edge of the run-off, at the rail before the stands [m]."""
_LIMIT_M = 80.0
"""Beyond this distance from the axis everything has one colour: the stands have faded out."""
NEAR_START_M = 12.0
"""Length of a name along the track: a START on a nearer line would overlap it [m]."""
_FINE = 12
_STRIP = 64
_SEAT_M = 0.56

Floats = NDArray[np.float32]
Cells = NDArray[np.int32]


@lru_cache(maxsize=1)  # the empty stadium is also the ground of the first picture
def draw_ground(
    view: MapView, box: Box, theme: Theme, start_s_m: float, leds: int, lap_m: float
) -> pygame.Surface:
    """Return the ground seen through `view` in `box`, with its marks and unlit LEDs."""
    if view.upright:
        lying = Box(view.oy - box.bottom, box.x - view.ox, box.h, box.w)
        ground = draw_ground(MapView(view.scale, 0, 0), lying, theme, start_s_m, leds, lap_m)
        return pygame.transform.rotate(ground, 90)
    surface = paint(view, box, theme)
    mark_lines(surface, view, box, start_s_m, theme, lap_m)
    led_pips(surface, view, box, leds, theme)
    return surface


def paint(view: MapView, box: Box, theme: Theme) -> pygame.Surface:
    """Return the ground seen through `view` in `box`, as an opaque surface of the box's size."""
    surface = pygame.Surface((box.w, box.h), 0, 32)
    if theme.bare:
        surface.fill(theme.back)
        return surface
    pixels = pygame.surfarray.pixels2d(surface)
    table, flood = _table(round(view.scale, 3), theme), theme.ground.floodlight
    x = ((np.arange(box.x, box.right, dtype=np.float32) + 0.5) - view.ox) / np.float32(view.scale)
    for top in range(0, box.h, _STRIP):
        rows = np.arange(box.y + top, min(box.y + top + _STRIP, box.bottom), dtype=np.float32)
        y = (view.oy - (rows + 0.5)) / np.float32(view.scale)
        pixels[:, top : top + len(rows)] = _strip(x, y, view.scale, table, flood).T
    del pixels
    return surface


def _strip(x: Floats, y: Floats, scale: float, table: Floats, flood: float) -> NDArray[np.uint32]:
    out = np.maximum(np.abs(x) - np.float32(STRAIGHT_M / 2), 0)
    rho = np.sqrt(out[None, :] ** 2 + (y**2)[:, None])
    index = np.minimum(rho * np.float32(scale * _FINE), table.shape[1] - 1).astype(np.int32)
    light = _floodlight(x, y) * np.float32(flood) + np.float32(1.0 - flood)
    inside = rho < KERB_RADIUS_M - 1.4
    mown = np.where(np.floor(x / np.float32(6.03) + 0.5).astype(np.int32) % 2 == 0, 1.05, 0.95)
    light *= np.where(inside, mown.astype(np.float32)[None, :], np.float32(1))
    light *= _grain(x, y, scale)
    packed = np.zeros(rho.shape, np.uint32)
    crowd = _crowd(x, y, rho, scale) if rho.max() > APRON_M else None
    for channel, shift in ((0, 16), (1, 8), (2, 0)):
        shade = table[channel].take(index) * light
        if crowd is not None:
            shade += crowd * _CROWD_TINT[channel]
        packed |= np.clip(shade, 0, 255).astype(np.uint32) << np.uint32(shift)
    return packed


_CROWD_TINT = (1.0, 1.04, 1.2)


def _floodlight(x: Floats, y: Floats) -> Floats:
    """Return the brightness of the floodlight: four pools from the masts, dimmer in the middle."""

    def bell(values: Floats, centre: float, width: float) -> Floats:
        height: Floats = np.exp(-(((values - np.float32(centre)) / np.float32(width)) ** 2))
        return height

    along = bell(x, -62, 46) + bell(x, 62, 46)
    across = bell(y, -46, 24) + bell(y, 46, 24)
    wash = bell(x, 0, 105)[None, :] * bell(y, 0, 62)[:, None]
    light = np.float32(0.40) + np.float32(0.62) * across[:, None] * along[None, :]
    return (light + np.float32(0.22) * wash).astype(np.float32)


@lru_cache(maxsize=1)
def _noise() -> Floats:
    # numpy's own dice take 5 ms to import, and a window opens sooner without
    dice = random.Random(4).randbytes(2 * 256 * 256)  # noqa: S311 - a texture, no secret
    return np.frombuffer(dice, "<u2").reshape(256, 256).astype(np.float32) / np.float32(65536)


def _noise_at(rows: Cells, columns: Cells) -> Floats:
    """Return the noise of a grid of cells: rows, then columns, is faster than by pairs."""
    noise: Floats = _noise().take(rows & 255, axis=0).take(columns & 255, axis=1)
    return noise


def _grain(x: Floats, y: Floats, scale: float) -> Floats:
    """Return a fine unevenness of the surface, fixed to the ground."""
    step = np.float32(6.0 if scale > 12 else scale)
    columns, rows = np.floor(x * step).astype(np.int32), np.floor(y * step).astype(np.int32)
    # close up a grain is many pixels wide: it fades before its squares show
    strong = np.float32(0.07 * min(1.0, 9.0 / scale))
    grain: Floats = 1.0 - strong / 2 + strong * _noise_at(rows, columns)
    return grain


def _crowd(x: Floats, y: Floats, rho: Floats, scale: float) -> Floats:
    """Return the light of the crowd: seats in rows, a few bright, fading up the stand."""
    across, up_row = x / np.float32(_SEAT_M), y / np.float32(_SEAT_M)
    columns, rows = np.floor(across).astype(np.int32), np.floor(up_row).astype(np.int32)
    single, blocks = _noise_at(rows * 7, columns * 13), _noise_at(rows >> 3, columns >> 3)
    seat = (single + blocks * 0.25) / 1.25
    up = rho - np.float32(APRON_M + 1.0)
    fade = np.where(up > 0, np.exp(-up / np.float32(9.0)), 0).astype(np.float32)
    off = (across - columns - 0.5)[None, :] ** 2 + (up_row - rows - 0.5)[:, None] ** 2
    head = np.exp(off * np.float32(-9.0)) if scale > 4 else np.float32(0.6)
    seen = np.float32(24) * seat**2 + np.float32(1100) * np.maximum(seat - 0.9, 0)
    bright: Floats = np.multiply(fade * head, seen)
    return bright


@lru_cache(maxsize=16)
def _table(scale: float, theme: Theme) -> Floats:
    """Return red, green and blue by distance from the track's axis, `_FINE` per pixel, smoothed."""
    ground = theme.ground
    count = int(_LIMIT_M * scale * _FINE) + 2
    rho = np.arange(count, dtype=np.float32) / np.float32(scale * _FINE)
    colours = np.empty((count, 3), np.float32)
    colours[:] = theme.back
    for until, colour in reversed(_zones(ground)):
        colours[rho < until] = colour
    up = np.clip((rho - (APRON_M + 0.9)) / 26, 0, 1)[:, None]
    stand = rho > APRON_M + 0.9
    rows = 1 + 0.10 * np.sign(np.sin(rho * (2 * np.pi / 1.7)))[:, None]
    shade = (
        np.asarray(ground.stand, np.float32) * rows * (1 - up) ** 2
        + np.asarray(theme.back) * 2.2 * up
    )
    colours[stand] = shade[stand]
    thick = max(0.05, 0.55 / scale)
    for lane in range(1, LANES + 1):
        strength = 0.62 if lane < LANES else 0.9
        line = np.abs(rho - (KERB_RADIUS_M + lane * LANE_WIDTH_M)) < thick
        colours[line] += (np.asarray(ground.line, np.float32) - colours[line]) * strength
    colours[np.abs(rho - KERB_RADIUS_M + 0.1) < max(0.1, 0.7 / scale)] = ground.kerb
    box = np.ones(_FINE, np.float32) / _FINE
    padded = np.pad(colours, ((_FINE, _FINE), (0, 0)), mode="edge")
    smooth = [np.convolve(padded[:, c], box, "same")[_FINE:-_FINE] for c in range(3)]
    return np.stack(smooth)


def _zones(ground: StadiumColours) -> list[tuple[float, Colour]]:
    return [
        (KERB_RADIUS_M - 1.4, ground.turf),
        (KERB_RADIUS_M, ground.edge),
        (OUTER_M, ground.tartan),
        (APRON_M, ground.apron),
        (APRON_M + 0.9, ground.board),
    ]


def mark_lines(
    surface: pygame.Surface, view: MapView, box: Box, start_s_m: float, theme: Theme, lap_m: float
) -> None:
    """Draw the finish, the start and the marks of the lap across the lanes."""
    line = theme.ground.line
    faded = (line[0] * 3 // 5, line[1] * 3 // 5, line[2] * 3 // 5)
    for s_m, _ in _marks(lap_m):
        _across(surface, view, box, s_m, faded, max(1.0, 0.10 * view.scale))
    _across(surface, view, box, start_s_m, (206, 214, 226), max(1.2, 0.16 * view.scale))
    _across(surface, view, box, 0.0, theme.text, max(2.0, 0.34 * view.scale))


def _marks(lap_m: float) -> list[tuple[float, str]]:
    """Return the mark of each 100 m of a lap, or each 50 m of a short one: place, name."""
    step = 100 if lap_m >= 300.0 else 50
    return [(at * LAP_M / lap_m, str(at)) for at in range(step, math.ceil(lap_m) - step // 4, step)]


def _across(
    surface: pygame.Surface, view: MapView, box: Box, s_m: float, colour: Colour, width: float
) -> None:
    inner = KERB_RADIUS_M - BEND_RADIUS_M
    ends = (inner, inner + LANES * LANE_WIDTH_M)
    (x0, y0), (x1, y1) = (view.at(*place_at(s_m, offset_m)) for offset_m in ends)
    x0, x1, y0, y1 = x0 - box.x, x1 - box.x, y0 - box.y, y1 - box.y
    if max(x0, x1) < -9 or min(x0, x1) > box.w + 9 or max(y0, y1) < -9 or min(y0, y1) > box.h + 9:
        return
    length = max(1e-6, float(np.hypot(x1 - x0, y1 - y0)))
    nx, ny = (y1 - y0) / length * width / 2, -(x1 - x0) / length * width / 2
    corners = [(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny), (x0 - nx, y0 - ny)]
    pygame.draw.polygon(surface, colour, corners)
    pygame.draw.aalines(surface, colour, True, corners)


@lru_cache(maxsize=8)
def led_places(leds: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the places of the LEDs on the kerb [m], LED i radially in line with race metre i."""
    s_m = np.arange(leds) * (LAP_M / max(1, leds))
    x, y = to_plane(s_m, np.full(leds, KERB_RADIUS_M - BEND_RADIUS_M))
    return x, y


def led_pips(surface: pygame.Surface, view: MapView, box: Box, leds: int, theme: Theme) -> None:
    """Draw the unlit LEDs, quietly."""
    radius = max(0.7, 0.13 * view.scale)
    x, y = led_places(leds)
    px, py = view.ox + view.scale * x - box.x, view.oy - view.scale * y - box.y
    reach = radius + 3
    seen = (px > -reach) & (px < box.w + reach) & (py > -reach) & (py < box.h + reach)
    strength = 9 if view.scale < 5 else 12
    pip = dot(theme.ground.led_off, radius, radius, strength, (8, 12, 14), 0.5)
    places = zip(px[seen].tolist(), py[seen].tolist(), strict=True)
    surface.fblits([pip.at(cx, cy) for cx, cy in places])


PaintedName = tuple[str, tuple[float, float], tuple[int, int]]
"""A text painted on the track, its middle and its size [px]."""


def painted_names(
    view: MapView, start_s_m: float, style: Style, lap_m: float = LAP_M
) -> list[PaintedName]:
    """Return FINISH, START and the metres, on the outer lanes next to their lines.

    `start_s_m` is on the oval of 400 m; the metres are those of the lap. On an upright track they
    stand along the straights, turned as all of it is.
    """
    at_start = abs((start_s_m + 200) % 400 - 200) < 1
    just_after = 1 <= start_s_m < 2 * NEAR_START_M  # between the lines is no room for two names
    names = [(0.0, "START · FINISH")] if at_start else [(0.0, "FINISH"), (start_s_m, "START")]
    # a mark near the start line would overlap START
    names += [(s, text) for s, text in _marks(lap_m) if abs(s - start_s_m) > NEAR_START_M]
    least, lanes = max(9, style.sizes.least), round(1.9 * LANE_WIDTH_M * view.scale)
    px = max(least, min(lanes, style.sizes.px(22)))
    painted = []
    for s_m, text in names:
        wide = style.type.width(text, SEMIBOLD, px)
        # before its line; the finish's after it, if the start line may be in the way
        after = text == ("START" if just_after else "FINISH")
        along_m = (wide / view.scale / 2 + 0.8) * (1 if after else -1)
        # FINISH, at the end of the straight, is level with START on it
        bent_m, level_m = (0.0, along_m) if text == "FINISH" else (along_m, 0.0)
        x, y = place_at(s_m + bent_m, OUTER_M - BEND_RADIUS_M - 2.4 * LANE_WIDTH_M)
        size = (px, wide) if view.upright else (wide, px)
        painted.append((text, view.at(x + level_m, y), size))
    return painted


def mark_names(
    surface: pygame.Surface,
    view: MapView,
    box: Box,
    start_s_m: float,
    style: Style,
    lap_m: float = LAP_M,
) -> None:
    """Write the names of `painted_names`, as if painted."""
    for text, (x, y), size in painted_names(view, start_s_m, style, lap_m):
        word = style.type.run(text, SEMIBOLD, min(size), style.theme.ground.line)
        word = pygame.transform.rotate(word, 90) if view.upright else word
        wide, high = word.get_size()
        surface.blit(word, (round(x - box.x - wide / 2), round(y - box.y - high / 2)))


# -- tiles, cached for a moving camera -------------------------------------------------------------


TILE = 256
_LEAST_RATIO, _MOST_RATIO = 0.57, 2.0
"""Tiles of one zoom serve zooms smaller or larger by up to this factor: beyond it they would cost
more than the sharpness is worth.
"""
_KEPT = 200


Track = tuple[float, int, float]
"""A scenario's data for the ground: the start line [m] and the number of LEDs."""


class Tiles:
    """Painted tiles of one zoom and one start line; at most `_KEPT` of them (50 MB)."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._tiles: OrderedDict[tuple[MapView, Track, int, int], pygame.Surface] = OrderedDict()

    def draw(
        self,
        surface: pygame.Surface,
        view: MapView,
        box: Box,
        track: Track,
        most: int | None = None,
    ) -> None:
        """Draw the ground seen through `view` in `box`, and paint at most one tile beyond it.

        At most `most` new tiles are painted (None: all that are needed); others are left out.
        """
        painted = self.prepare(view, box, track, most)
        for column, row in _seen(view, box):
            if most is None or (_fixed(view), track, column, row) in self._tiles:
                tile = self._tile(view, track, column, row)
                surface.blit(tile, (view.ox + column * TILE, view.oy + row * TILE))
        if not painted:
            wider = Box(box.x - TILE, box.y - TILE, box.w + 2 * TILE, box.h + 2 * TILE)
            self.prepare(view, wider, track, 1)

    def draw_scaled(
        self,
        surface: pygame.Surface,
        view: MapView,
        sharp: MapView,
        box: Box,
        track: Track,
        most: int | None = None,
    ) -> bool:
        """Draw the ground in `box` from the tiles of another view's zoom, scaled.

        Returns False, and draws nothing, if the zooms differ too much or more than `most` tiles
        (None: any number) would have to be painted.
        """
        ratio = view.scale / sharp.scale
        if not _LEAST_RATIO <= ratio <= _MOST_RATIO:
            return False
        left, top = (box.x - view.ox) / ratio, (box.y - view.oy) / ratio
        x, y = math.floor(left), math.floor(top)
        wide = math.ceil(left + box.w / ratio) - x
        high = math.ceil(top + box.h / ratio) - y
        fixed, whole = _fixed(sharp).shifted(-x, -y), Box(0, 0, wide, high)
        if most is not None and len(self.missing(fixed, whole, track)) > most:
            return False
        picture = pygame.Surface((wide, high), 0, 32)
        self.draw(picture, fixed, whole, track)
        size = (max(1, round(wide * ratio)), max(1, round(high * ratio)))
        at = (round(x * ratio + view.ox), round(y * ratio + view.oy))
        surface.blit(pygame.transform.smoothscale(picture, size), at)
        return True

    def missing(self, view: MapView, box: Box, track: Track) -> list[tuple[int, int]]:
        """Return column and row of the tiles of this view that have not been painted yet."""
        known, fixed = self._tiles, _fixed(view)
        return [place for place in _seen(view, box) if (fixed, track, *place) not in known]

    def prepare(self, view: MapView, box: Box, track: Track, most: int | None) -> int:
        """Paint at most `most` tiles of a view that will be needed soon; return how many."""
        painted = self.missing(view, box, track)[:most]
        for column, row in painted:
            self._tile(view, track, column, row)
        return len(painted)

    def _tile(self, view: MapView, track: Track, column: int, row: int) -> pygame.Surface:
        key = (_fixed(view), track, column, row)
        tile = self._tiles.get(key)
        if tile is None:
            place = Box(column * TILE, row * TILE, TILE, TILE)
            tile = self._tiles[key] = draw_ground(key[0], place, self._theme, *track)
            if len(self._tiles) > _KEPT:
                self._tiles.popitem(last=False)
        else:
            self._tiles.move_to_end(key)
        return tile


def _fixed(view: MapView) -> MapView:
    """Return the view with the plane's middle at pixel 0, 0."""
    return MapView(view.scale, 0, 0, upright=view.upright)


def _seen(view: MapView, box: Box) -> list[tuple[int, int]]:
    """Return column and row of each tile visible in `box`."""
    columns = range((box.x - view.ox) // TILE, (box.right - 1 - view.ox) // TILE + 1)
    rows = range((box.y - view.oy) // TILE, (box.bottom - 1 - view.oy) // TILE + 1)
    return [(column, row) for column in columns for row in rows]


def stretched(
    surface: pygame.Surface,
    picture: pygame.Surface,
    known: MapView,
    view: MapView,
    box: Box,
    beyond: Colour,
) -> None:
    """Draw `picture`, which was painted through `known`, as seen through `view` in `box`.

    `beyond` fills the area outside the picture.
    """
    zoom = view.scale / known.scale
    left, top = (box.x - view.ox) / zoom + known.ox, (box.y - view.oy) / zoom + known.oy
    size = (max(1, round(box.w / zoom)), max(1, round(box.h / zoom)))
    part = pygame.Rect((round(left), round(top)), size).clip(picture.get_rect())
    surface.fill(beyond, box)
    if part.w < 1 or part.h < 1:
        return
    x = round((part.x - known.ox) * zoom + view.ox)
    y = round((part.y - known.oy) * zoom + view.oy)
    size = (max(1, round(part.w * zoom)), max(1, round(part.h * zoom)))
    surface.blit(pygame.transform.smoothscale(picture.subsurface(part), size), (x, y))
