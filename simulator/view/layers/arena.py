"""The stadium in perspective: sky, stands, boards, infield, track and its lines, through a lens.

In: a `Lens`, a scene's start line, a theme. Out: pixels on a surface that is the camera's alone.
All of it is geometry, so that it is right from anywhere and a camera may fly. What a picture sees
of a lap is cut into ribbons along it: each edge is a line of stations, near ones closer together.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import pygame
from numpy.typing import NDArray

from simulator.coefficients import BEND_RADIUS_M, KERB_RADIUS_M, LANE_WIDTH_M, LAP_M
from simulator.physics.track import to_plane
from simulator.view.layers.track import LANES
from simulator.view.perspective import NEAR_M, Lens
from simulator.view.sprites import bloom
from simulator.view.theme import Colour, Theme, mix

Floats = NDArray[np.float64]
Point = tuple[float, float]

KERB_M = KERB_RADIUS_M - BEND_RADIUS_M
"""Offset of the kerb from the measuring line [m]."""
OUTER_M = KERB_M + LANES * LANE_WIDTH_M
"""Offset of the outer edge of lane 8 [m]."""
BOARDS_M, BOARD_UP_M = OUTER_M + 2.6, 0.95
"""Offset and height of the advertising boards [m]."""
TIERS = (((3.2, 1.2), (11.0, 6.2)), ((12.5, 7.6), (22.0, 15.0)))
"""Each tier of the stand: metres beyond the boards and up, at its foot and its head."""
ROOF_M = (22.0, 17.6)
STATIONS = np.concatenate([-np.geomspace(199.0, 0.6, 46), np.geomspace(0.6, 199.0, 46)])
"""How far along the track from the camera the stations are [m]."""
STRIPE_M = 6.03
"""Width of a mowing stripe, as on the map [m]."""


def light_at(away: Floats, theme: Theme) -> Floats:
    """Return how bright the ground is at distances from the lens [m], 0 to 1."""
    if not theme.ground.floodlight:
        return np.full_like(away, 1.0)
    return np.asarray(0.62 + 0.50 * np.exp(-away / 26.0))


def draw(target: pygame.Surface, lens: Lens, s_m: float, start_s_m: float, theme: Theme) -> None:
    """Draw the empty stadium as a camera near track position `s_m` [m] sees it."""
    along = s_m + STATIONS
    _sky(target, lens, theme)
    _turf(target, lens, theme)
    if lens.horizon > -0.4 * lens.height:
        _stand(target, lens, along, theme)
    _track(target, lens, along, theme)
    for at, width, colour in ((0.0, 0.05, theme.ground.line), (start_s_m, 0.05, theme.ground.line)):
        across(target, lens, at, width, mix(colour, (255, 255, 255), 0.5))


@lru_cache(maxsize=4)
def _sky_layer(width: int, height: int, theme: Theme) -> pygame.Surface:
    night = theme.ground.floodlight > 0.0
    top, low = ((5, 8, 15), (24, 32, 54)) if night else ((92, 142, 204), (206, 222, 238))
    return shaded(width, height, [(0.0, mix(theme.back, top, 0.8)), (1.0, low)])


def shaded(width: int, height: int, stops: list[tuple[float, Colour]]) -> pygame.Surface:
    """Return a surface whose colour changes from row to row through the stops, 0 to 1."""
    rows = np.linspace(0.0, 1.0, max(2, height))
    places = [at for at, _ in stops]
    rgb = [np.interp(rows, places, [colour[i] for _, colour in stops]) for i in range(3)]
    grain = np.random.default_rng(3).random((len(rows), 64, 1)) - 0.5  # else it shows its steps
    tile = np.clip(np.stack(rgb, axis=1)[:, None] + grain + 0.5, 0, 255).astype(np.uint8)
    surface = pygame.Surface((width, len(rows)), 0, 32)
    piece = pygame.surfarray.make_surface(tile.transpose(1, 0, 2))
    for x in range(0, width, 64):
        surface.blit(piece, (x, 0))
    return surface


def _sky(target: pygame.Surface, lens: Lens, theme: Theme) -> None:
    horizon = math.ceil(lens.horizon)
    if horizon <= 0:
        return
    layer = _sky_layer(lens.width, lens.height, theme)
    target.blit(
        layer,
        (0, min(0, horizon - lens.height)),
        (0, max(0, lens.height - horizon), lens.width, min(horizon, lens.height)),
    )
    if horizon < lens.height:
        target.blit(layer, (0, 0), (0, lens.height - horizon, lens.width, horizon))


@lru_cache(maxsize=4)
def _turf_layer(width: int, height: int, theme: Theme) -> pygame.Surface:
    turf = theme.ground.turf
    far, near = mix(turf, theme.back, 0.35), mix(turf, (0, 0, 0), 0.18)
    if not theme.ground.floodlight:
        far, near = mix(turf, theme.back, 0.25), turf
    return shaded(width, height, [(0.0, far), (0.3, mix(far, turf, 0.9)), (1.0, near)])


def _turf(target: pygame.Surface, lens: Lens, theme: Theme) -> None:
    horizon = math.ceil(lens.horizon)
    if horizon >= lens.height:
        return
    layer = _turf_layer(lens.width, lens.height, theme)
    if horizon > -lens.height // 2:
        target.blit(layer, (0, max(0, horizon)), (0, max(0, -horizon), lens.width, lens.height))
    if horizon < 0:
        target.fill(
            layer.get_at((0, layer.get_height() - 1)),
            (0, max(0, lens.height + horizon), lens.width, lens.height),
        )
    shade = mix(theme.ground.turf, (0, 0, 0), 0.20 if theme.ground.floodlight else 0.06)
    across_m = np.linspace(-KERB_RADIUS_M + 1.0, KERB_RADIUS_M - 1.0, 19)
    for k in range(-13, 14, 2):
        edges = [
            lens.project(np.full_like(across_m, (k + side) * STRIPE_M), across_m)
            for side in (-0.5, 0.5)
        ]
        for run in _runs(edges[0][3], edges[1][3]):
            corners = (
                _corners(edges[0], run, target.get_size())
                + _corners(edges[1], run, target.get_size())[::-1]
            )
            pygame.draw.polygon(target, shade, corners)


def _runs(*depths: Floats) -> list[slice]:
    """Return the stretches in which every edge is before the lens, each two stations or more."""
    seen = np.all([depth > NEAR_M for depth in depths], axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], seen, [False]]).astype(np.int8)))
    return [
        slice(a, b)
        for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        if b - a > 1
    ]


def _corners(edge: tuple[Floats, ...], run: slice, size: tuple[int, int]) -> list[Point]:
    """Return an edge's points; those far outside the picture are brought nearer.

    Pygame fills a polygon row by row, also where nobody sees it.
    """
    x, y = (
        np.clip(values[run], -float(most), 2.0 * most).tolist()
        for values, most in zip(edge[:2], size, strict=True)
    )
    return list(zip(x, y, strict=True))


def ribbon(
    target: pygame.Surface,
    first: tuple[Floats, ...],
    last: tuple[Floats, ...],
    colour: Colour,
    theme: Theme | None = None,
) -> None:
    """Fill what lies between two edges; with a theme, piece by piece as bright as the light is."""
    for run in _runs(first[3], last[3]):
        one, other = _corners(first, run, target.get_size()), _corners(last, run, target.get_size())
        if theme is None or not theme.ground.floodlight:
            pygame.draw.polygon(target, colour, one + other[::-1])
            continue
        shades = light_at(first[3][run], theme)[:, None] * np.asarray(colour)
        for i, shade in enumerate(np.minimum(shades, 255).astype(int).tolist()[:-1]):
            pygame.draw.polygon(target, shade, (one[i], one[i + 1], other[i + 1], other[i]))


def _track(target: pygame.Surface, lens: Lens, along: Floats, theme: Theme) -> None:
    ground = theme.ground
    lines = [KERB_M + lane * LANE_WIDTH_M for lane in range(LANES + 1)]
    offsets = np.array([BOARDS_M, *lines, KERB_M - 1.1])
    s, offset = np.broadcast_arrays(along, offsets[:, None])
    seen = lens.track(s, offset)
    edges = [tuple(values[i] for values in seen) for i in range(len(offsets))]
    apron, outer, kerb, inside = edges[0], edges[LANES + 1], edges[1], edges[-1]
    ribbon(target, apron, outer, ground.apron)
    ribbon(target, outer, kerb, ground.tartan, theme)
    ribbon(target, kerb, inside, mix(ground.edge, ground.turf, 0.6))
    for lane, edge in enumerate(edges[1:-1]):
        for run in _runs(edge[3]):
            colour = mix(ground.tartan, ground.line, 0.75 if 0 < lane < LANES else 1.0)
            pygame.draw.aalines(target, colour, False, _corners(edge, run, target.get_size()))
        wide = edge[2] * 0.05
        near = np.abs(along - along[len(along) // 2]) < 12.0
        if 0 < lane <= LANES and wide[near].max(initial=0.0) > 1.6:
            _thick(target, lens, along[near], KERB_M + lane * LANE_WIDTH_M, theme)


def _thick(
    target: pygame.Surface, lens: Lens, along: Floats, offset_m: float, theme: Theme
) -> None:
    first, last = (lens.track(along, offset_m + side) for side in (-0.025, 0.025))
    ribbon(target, first, last, mix(theme.ground.tartan, theme.ground.line, 0.9))


def across(target: pygame.Surface, lens: Lens, s_m: float, width_m: float, colour: Colour) -> None:
    """Draw a line across all lanes."""
    offsets = np.linspace(KERB_M, OUTER_M, 9)
    first, last = (lens.track(s_m + side * width_m, offsets) for side in (-0.5, 0.5))
    if min(first[3].min(), last[3].min()) > NEAR_M:
        whole = slice(None)
        corners = (
            _corners(first, whole, target.get_size())
            + _corners(last, whole, target.get_size())[::-1]
        )
        pygame.draw.polygon(target, colour, corners)
        pygame.draw.aalines(target, colour, True, corners)


# -- the stand -------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _crowd() -> tuple[Floats, Floats, Floats, Floats]:
    """Return where the lights of the crowd are: x, y, z [m]; and how bright each is, 0 to 1."""
    rng = np.random.default_rng(11)
    parts = []
    for (near, low), (far, high) in TIERS:
        count = 2600
        up = (np.floor(rng.random(count) * 13) + rng.random(count) * 0.25) / 13
        s = rng.random(count) * LAP_M
        x, y = to_plane(s, BOARDS_M + near + (far - near) * up)
        parts.append((x, y, low + (high - low) * up, rng.random(count) ** 3))
    x, y, z, bright = (np.concatenate([part[i] for part in parts]) for i in range(4))
    return x, y, z, bright


def _stand(target: pygame.Surface, lens: Lens, along: Floats, theme: Theme) -> None:
    night, ground = theme.ground.floodlight > 0.0, theme.ground
    every = along[::2]
    dark = mix(theme.back, ground.stand, 0.75) if night else mix(ground.stand, (60, 72, 96), 0.25)

    def edge(beyond: float, up: float) -> tuple[Floats, ...]:
        return lens.track(every, BOARDS_M + beyond, up)

    roof, upper = edge(*ROOF_M), edge(*TIERS[1][1])
    ribbon(target, upper, roof, mix(dark, (0, 0, 0), 0.55 if night else 0.25))
    for k, (foot, head) in reversed(list(enumerate(TIERS))):
        ribbon(target, edge(*foot), edge(*head), mix(dark, (0, 0, 0), 0.25 * k))
        below = edge(foot[0], foot[1] - 1.3 if k else 0.0)
        ribbon(target, below, edge(*foot), mix(dark, (0, 0, 0), 0.45))
    x, y, z, bright = _crowd()
    column, row, _, depth = lens.project(x, y, z)
    seen = (
        (depth > 4.0)
        & (column > 1)
        & (column < lens.width - 2)
        & (row > 1)
        & (row < lens.height - 2)
    )
    if seen.any():
        _specks(target, column[seen], row[seen], bright[seen], depth[seen], theme)
    ribbon(target, edge(0.0, 0.0), edge(0.0, BOARD_UP_M), mix(ground.board, theme.own, 0.12))
    if night:
        _lamps(target, lens, along, theme)


def _specks(
    target: pygame.Surface, x: Floats, y: Floats, bright: Floats, depth: Floats, theme: Theme
) -> None:
    """Draw the crowd: a pixel or four for each light."""
    night = theme.ground.floodlight > 0.0
    strength = (0.25 + 0.75 * bright) * np.clip(30.0 / depth, 0.25, 1.0)
    back = np.asarray(mix(theme.back, theme.ground.stand, 0.75), dtype=np.float64)
    crowd = np.asarray(theme.ground.crowd if night else (70, 84, 112), dtype=np.float64)
    shades = (back + (crowd - back) * strength[:, None]).astype(np.uint32)
    packed = shades[:, 0] << 16 | shades[:, 1] << 8 | shades[:, 2]
    left, top = x.astype(np.intp), y.astype(np.intp)
    pixels = pygame.surfarray.pixels2d(target)
    size = 1 + (target.get_height() > 500) + (target.get_height() > 1300)
    for dx in range(size):
        for dy in range(size):
            pixels[
                np.minimum(left + dx, pixels.shape[0] - 1),
                np.minimum(top + dy, pixels.shape[1] - 1),
            ] = packed


def _lamps(target: pygame.Surface, lens: Lens, along: Floats, theme: Theme) -> None:
    """Add banks of floodlights under the roof, and their glare."""
    del along
    s = np.arange(0.0, LAP_M, 25.0) + 12.5
    x, y, scale, depth = lens.track(s, BOARDS_M + ROOF_M[0] - 1.0, ROOF_M[1] + 0.6)
    for i in np.flatnonzero(depth > 6.0).tolist():
        size = 2 * round(min(2.6 * scale.item(i), 0.28 * lens.height))
        at = (round(x.item(i) - size), round(y.item(i) - 0.5 * size))
        if size < 6 or not -2 * size < at[0] < lens.width or not -size < at[1] < lens.height:
            continue
        level = 0.85 * theme.ground.floodlight
        step = max(8, 8 * (size // 8))
        for wide, high, colour, share in (
            (2, 1, (96, 116, 160), 0.6),
            (0.8, 0.4, (226, 234, 255), 1.0),
        ):
            glare = bloom(colour, round(wide * step), round(high * step), share * level)
            place = (round(x.item(i) - wide * step / 2), round(y.item(i) - high * step / 2))
            target.blit(glare, place, special_flags=pygame.BLEND_RGB_ADD)
