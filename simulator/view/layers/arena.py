"""The stadium in perspective: sky, stands, boards, infield, track and its lines, through a lens.

In: a `Lens`, a scene's start line, a theme. Out: pixels on a surface that only the camera uses.
Everything is geometry, so that it is correct from any place and a camera may fly. Lines run along
the lap at an offset and a height, cut into stations that are closer together near the camera; the
areas between two lines are filled. Only the background of the rail's camera is a painted strip.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pygame
from numpy.typing import NDArray

from simulator.coefficients import (
    BEND_M,
    BEND_RADIUS_M,
    KERB_RADIUS_M,
    LANE_WIDTH_M,
    LAP_M,
    STRAIGHT_M,
)
from simulator.view.layers.stands import (
    SeenWall,
    board_strip,
    boards,
    crowd,
    draw_stand,
    draw_wall,
    panel_of,
    shaded,
    tier,
)
from simulator.view.layers.track import LANES
from simulator.view.perspective import NEAR_M, Lens, eased_heading, heading_at, plane_at, turning
from simulator.view.sprites import bloom
from simulator.view.theme import Colour, Theme, mix

Floats = NDArray[np.float64]
Point = tuple[float, float]
Line = tuple[float, float]
"""A line along the lap: metres outside the measuring line, metres up."""

KERB_M = KERB_RADIUS_M - BEND_RADIUS_M
"""Offset of the kerb from the measuring line [m]."""
OUTER_M = KERB_M + LANES * LANE_WIDTH_M
"""Offset of the outer edge of lane 8 [m]."""
BOARDS_M, BOARD_UP_M = OUTER_M + 2.6, 0.95
"""Offset and height of the advertising boards [m]."""
EDGE_M = KERB_M - 1.1
"""Where the turf begins [m]."""
APRON, TURF, BEYOND = (BOARDS_M, 0.0), (EDGE_M, 0.0), (BOARDS_M + 40.0, 0.0)
LANE_LINES: tuple[Line, ...] = tuple((KERB_M + k * LANE_WIDTH_M, 0.0) for k in range(LANES + 1))
INNER, OUTER = LANE_LINES[0], LANE_LINES[-1]
THICK, FILLED = (
    tuple(((at - half, 0.0), (at + half, 0.0)) for at, _ in LANE_LINES[1:-1])
    for half in (0.025, 0.024)
)
"""The edges of the lines between lanes, and of what is filled between them: a little narrower, as
lines are told apart by their places.
"""
KERB_FOOT, KERB_TOP, KERB_BACK = (KERB_M - 0.05, 0.0), (KERB_M - 0.05, 0.05), (KERB_M + 0.02, 0.05)
BOARD = (APRON, (BOARDS_M, BOARD_UP_M))
STAND_FOOT, ROOF = (BOARDS_M + 0.4, 0.0), (BOARDS_M + 22.0, 17.6)
"""The stand's front and its upper edge."""
LINES: tuple[Line, ...] = tuple(
    dict.fromkeys(
        [
            BEYOND, *BOARD, STAND_FOOT, ROOF, TURF, *LANE_LINES,
            *(line for pair in THICK + FILLED for line in pair), KERB_FOOT, KERB_TOP, KERB_BACK,
        ]
    )
)  # fmt: skip
_AT = {line: i for i, line in enumerate(LINES)}
_EDGES = slice(_AT[THICK[0][0]], _AT[FILLED[-1][-1]] + 1)
_INSIDE_PX = np.repeat([0.5, 1.1], len(THICK))[:, None]
"""How far inside their places edges and fills are drawn: pygame's lines are a pixel wide, and its
polygons a pixel wider than their corners tell [px].
"""
_OFFSETS, _UPS = (np.array([line[i] for line in LINES])[:, None] for i in range(2))
_AHEAD_M = 1.0
"""Distance of the stations near a camera that looks along the track [m]: they stand still."""
_ACROSS = np.concatenate([-np.geomspace(199.0, 1.0, 26), [0.0], np.geomspace(1.0, 199.0, 26)])
"""Stations along the track for a camera that looks across it [m]. Stations behind the lens come
first and last, so that the visible ones are contiguous.
"""
ROUND_M, ROUND = 33.0, 400
"""A lens farther away than this [m] may see the whole lap, which has this many stations then."""
NEAR_STATIONS = 12
"""The first stations of a stretch, which fill most of the picture."""
THICK_PX = 22.0
"""At this scale a lane line is more than a pixel wide [px/m]."""
FILLED_PX = 2 * THICK_PX
"""At this scale there is more than a pixel between its smooth edges [px/m]."""
NEAREST = 1.12
"""Brightness of the ground directly before the lens, at night."""
ROOF_SEEN_M = (6.0, 10.0)
"""From the second height of the lens the stand is seen from above, as dark ground, which it becomes
little by little from the first one on [m].
"""
ROOF_DARK = 0.3
"""Share of black in the ground that the stand is from above."""
FOLDED = 0.8
"""If the lens looks down more steeply, a bend's boards fold over and are drawn plain [rad]."""
CHORD_PX = 0.1
"""About the farthest that a line may be from the chords it is drawn as [px]."""
STEEP = 1.3
"""If the lens looks down more steeply, no stand is visible [rad]."""
PAINTED = 0.08
"""If the lens looks down less steeply, the rail's picture fades in, to all of it at 0 [rad]."""
STRIPE_NEAR_M = 1.5
"""No stripe is drawn nearer to the lens than this [m]."""
STRIPE_M = 6.03
"""Width of a mowing stripe, as on the map [m]."""


@dataclass(frozen=True, eq=False)
class TrackLines:
    """All lines of a picture.

    Attributes:
        s_m: track positions of the stations [m].
        spots: columns and rows [px], scales [px/m] and depths [m], each by line and station.
        points: the same columns and rows, nearer to the picture, by line and station.
        turns: whether a line has a corner at a station: pygame fills a polygon in a time that
            grows with its corners.
        seen: the visible stations, and one more on either side; `near`: those where a lane line is
            more than a pixel wide; `filled`: where there is something between its smooth edges.
    """

    s_m: Floats
    spots: tuple[Floats, ...]
    points: Floats
    turns: NDArray[np.bool_]
    seen: slice
    near: slice
    filled: slice

    def line(self, line: Line, stretch: slice) -> list[list[float]]:
        """Return a line's points [px]: its ends and its corners."""
        at = _AT[line]
        kept = self.turns[at, stretch].copy()
        kept[:1] = kept[-1:] = True
        points: list[list[float]] = self.points[at, stretch][kept].tolist()
        return points

    def wall(self, lines: tuple[Line, Line], width: int) -> SeenWall | None:
        """Return a wall between two lines as seen in a picture of a width [px]; None: nowhere."""
        at = [_AT[line] for line in lines]
        column, row, scale, depth = (each[at] for each in self.spots)
        seen = (depth > NEAR_M).all(axis=0) & (np.abs(column[0] - width / 2) < 3 * width)
        if np.count_nonzero(seen) < 2:
            return None
        return SeenWall(self.s_m[seen], column[:, seen], row[:, seen], scale[0, seen])


def kept(lens: Lens) -> Lens:
    """Return a lens that sees the same lines: the rail's, on a straight or inside a bend."""
    if lens.rig.pitch != 0.0:
        return lens
    like = turning(lens.s_m - SEEN_M, lens.s_m + SEEN_M, lens.rig.lap_m)
    return lens if like is None else lens.along(like)


@lru_cache(maxsize=4)
def _places(first: float, way: str, lap_m: float) -> tuple[Floats, Floats, Floats]:
    """Return track positions of stations, and all lines' places there in the plane [m].

    `way`: how the camera looks, "across" the track, "along" it, or at all of it, "round".
    `first`: where the camera looks [m] or, along the track, the number of the station before that;
    round it, the number of the first and last station.
    """
    like = lap_m / LAP_M
    if way == "across":
        s_m = first + like * _ACROSS[like * np.abs(_ACROSS) < lap_m / 2]
    elif way == "round":
        s_m = lap_m / ROUND * (first + np.arange(ROUND + 1))
    else:  # those far away are every second, fourth, eighth of those near by
        more = max(1.0, 1.0 / like)  # on a short lap they are closer together, over as many metres
        parts = ((-16, 20, 1), (20, 60, 2), (60, 120, 4), (120, 384, 8))
        at = [np.arange(-(-(first + a * more) // k) * k, first + b * more, k) for a, b, k in parts]
        s_m = like * _AHEAD_M * np.concatenate(at)
        s_m = s_m[s_m < like * _AHEAD_M * first + lap_m - 18.0]
    (x, y), (x1, y1) = plane_at(s_m, 0.0, lap_m), plane_at(s_m, 1.0, lap_m)
    return s_m, x + _OFFSETS * (x1 - x), y + _OFFSETS * (y1 - y)


@lru_cache(maxsize=4)
def sight_of(lens: Lens) -> TrackLines:
    """Return the lines as seen by a camera."""
    s_m, lap_m = lens.s_m, lens.rig.lap_m
    first, way = float(math.floor(s_m / _AHEAD_M / (lap_m / LAP_M))), "along"
    if lens.rig.pitch == 0.0:
        first, way = s_m, "across"
    elif lens.away_m > ROUND_M or math.cos(lens.rig.yaw - heading_at(s_m, lap_m)) < 0.9:
        # begins at the back, so that the visible stations are contiguous
        halves, turn = divmod(lens.rig.yaw - math.pi / 2, math.pi)
        back = halves % 2.0 * ROUND / 2 + turn / math.pi * BEND_M / LAP_M * ROUND
        first, way = float(math.floor(back)), "round"
    s, x, y = _places(first, way, lap_m)
    spots = lens.project(x, y, _UPS)
    column, row, scale, away = spots
    wide, high = lens.width, lens.height
    # farther points are brought nearer: pygame fills a polygon row by row, also outside the
    # picture
    points = np.stack(
        [
            np.minimum(np.maximum(column, -wide), 2 * wide),
            np.minimum(np.maximum(row, -0.6 * high), 1.6 * high),
        ],
        axis=2,
    )
    ground = [_AT[APRON], _AT[TURF]]
    begin, end = points[ground].min(axis=0), points[ground].max(axis=0)
    close = (begin[:, 0] < 1.6 * wide) & (end[:, 0] > -0.6 * wide)
    close &= (begin[:, 1] < 1.3 * high) & (end[:, 1] > -0.3 * high)
    before = away[_AT[INNER]] > NEAR_M  # points of other lines behind the lens are far outside
    chords = np.diff(points[[_AT[OUTER], _AT[INNER]]], axis=1)
    one, two = chords[:, :-1], chords[:, 1:]
    turned = np.abs(one[..., 0] * two[..., 1] - one[..., 1] * two[..., 0])
    bent = (turned / (np.abs(one + two).sum(axis=2) + 1e-9)).max(axis=0)
    # a chord over n stations is n² / 4 times as far from the line as from every second one
    corners = np.floor(np.cumsum(np.sqrt(bent / (4.0 * CHORD_PX))))
    turns = (points[..., 0] != column) | (points[..., 1] != row)  # where they were brought nearer
    turns[:, 1:-1] |= np.diff(corners, prepend=0.0) > 0.0
    # from above all is about as far away, and no line becomes thicker on its way
    steep = lens.rig.pitch > FOLDED
    px_per_m = lens.focal / lens.away_m if steep else scale[_AT[INNER]]
    parts = (close, close & (px_per_m > THICK_PX), close & (px_per_m > FILLED_PX))
    seen, near, filled = (_stretch(before, part) for part in parts)
    edges = points[_EDGES, near].reshape(2 * len(THICK), 2, near.stop - near.start, 2)
    width = edges[:, 1] - edges[:, 0]
    share = np.minimum(_INSIDE_PX / (np.hypot(*width.transpose(2, 0, 1)) + 1e-9), 0.5)[..., None]
    edges += np.stack([share * width, -share * width], axis=1)
    return TrackLines(s, spots, points, turns, seen, near, filled)


def _folded(lens: Lens) -> bool:
    """Return whether a column of the picture may cross the boards twice."""
    (x, y, up_m), rig = lens.eye, lens.rig
    if rig.pitch > FOLDED:
        return True
    # on the ground, the columns meet in a point behind the lens
    behind, like = up_m * math.tan(rig.pitch), rig.lap_m / LAP_M
    x, y = x - behind * math.cos(rig.yaw), y - behind * math.sin(rig.yaw)
    beyond = max(abs(x) - like * STRAIGHT_M / 2, 0.0)
    return math.hypot(beyond, y) > like * BEND_RADIUS_M + BOARDS_M


def _stretch(before: NDArray[np.bool_], close: NDArray[np.bool_]) -> slice:
    at = np.flatnonzero(before & close)
    if not len(at):
        return slice(0, 0)
    first, last = int(at[0]), int(at[-1])
    first -= first > 0 and bool(before[first - 1])
    last += last + 1 < len(before) and bool(before[last + 1])
    return slice(first, last + 1) if last > first else slice(0, 0)


def fill(
    target: pygame.Surface,
    sight: TrackLines,
    first: Line,
    last: Line,
    colour: Colour,
    stretch: slice | None = None,
) -> None:
    """Fill the area between two lines, over their visible part or a stretch of it."""
    stretch = sight.seen if stretch is None else stretch
    # pygame takes the time of every row times every corner: most rows are near, most corners far
    near = min(stretch.start + NEAR_STATIONS, stretch.stop)
    for part in (slice(stretch.start, near), slice(near - 1, stretch.stop)):
        if part.stop - part.start > 1:
            points = sight.line(first, part) + sight.line(last, part)[::-1]
            pygame.draw.polygon(target, colour, points)


def draw(
    target: pygame.Surface,
    lens: Lens,
    like: Lens,
    start_s_m: float,
    words: tuple[str, ...],
    theme: Theme,
) -> None:
    """Draw the empty stadium as seen by a camera.

    Args:
        target: where.
        lens: the camera.
        like: a lens that sees the same lines, see `kept`.
        start_s_m: track position of the start line [m].
        words: texts on the advertising boards.
        theme: the colours.
    """
    if lens.rig.pitch == 0.0:  # the rail's camera, which has painted strips behind
        _backdrop(target, lens, lens.s_m, theme)
        if like is lens:
            _rail_ground(target, lens, sight_of(lens), theme)
        else:
            target.blit(*_made_ground(like, theme))
        _boards(target, lens, like, words, theme)
    else:
        sight = sight_of(lens)
        painted = round(255 * (1.0 - lens.rig.pitch / PAINTED)) if sight.seen.stop else 0
        if painted < 255:
            _sky(target, lens, sight, theme)
            _ground(target, lens, sight, theme)
            if painted <= 0 and lens.rig.pitch < STEEP:
                _standing_boards(target, lens, sight, words, theme)
            if lens.rig.pitch < STEEP and theme.ground.floodlight > 0.0:
                _lamps(target, lens, theme)
        if painted > 0:
            over = target.copy() if painted < 255 else target
            _backdrop(over, lens, lens.s_m, theme)
            _rail_ground(over, lens, sight, theme)
            if painted < 255:
                over.set_alpha(painted)
                target.blit(over, (0, 0))
            # the same before both backgrounds
            _standing_boards(target, lens, sight, words, theme)
    line = mix(theme.ground.line, (255, 255, 255), 0.5)
    for at in (0.0, start_s_m):
        across(target, lens, at, 0.05, line)


def _standing_boards(
    target: pygame.Surface, lens: Lens, sight: TrackLines, words: tuple[str, ...], theme: Theme
) -> None:
    if _folded(lens):
        fill(target, sight, *BOARD, mix(theme.ground.board, theme.own, 0.16))
    else:
        wall, panel_m = sight.wall(BOARD, lens.width), panel_of(lens.rig.lap_m)
        draw_wall(target, wall, panel_m, boards(words, theme))


# -- sky and turf ----------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _sky_layer(width: int, height: int, theme: Theme) -> pygame.Surface:
    night = theme.ground.floodlight > 0.0
    top, low = ((5, 8, 15), (24, 32, 54)) if night else ((92, 142, 204), (206, 222, 238))
    return shaded(width, height, [(0.0, mix(theme.back, top, 0.8)), (1.0, low)])


def _sky(target: pygame.Surface, lens: Lens, sight: TrackLines, theme: Theme) -> None:
    """Fill everything: sky and stand, turf below."""
    width, height, horizon = lens.width, lens.height, math.ceil(lens.horizon)
    sky = _sky_layer(width, height, theme)
    if lens.rig.pitch < STEEP and lens.eye[2] < ROOF_SEEN_M[1]:
        top = min(max(0, height - horizon), height - 1)
        above = sky.subsurface((0, top, width, height - top))
        dimmed = np.ones(height)
        if theme.ground.floodlight > 0.0:
            first, share, _ = _falling_light(lens)
            dimmed[first:] = share
        wall, panel_m = sight.wall((STAND_FOOT, ROOF), width), panel_of(lens.rig.lap_m)
        dark = mix(theme.ground.stand, (0, 0, 0), ROOF_DARK)
        roof = (dark, float(np.interp(lens.eye[2], ROOF_SEEN_M, (0.0, 1.0))))
        drawn = draw_stand(target, wall, panel_m, crowd(theme), above, dimmed, roof)
        if drawn and sight.seen.stop:
            foot = sight.line(STAND_FOOT, sight.seen)
            left, right = (0, -1) if foot[0][0] < foot[-1][0] else (-1, 0)
            foot[left][0], foot[right][0] = min(foot[left][0], -1.0), max(foot[right][0], width)
            below = [[foot[end][0], height + 1.0] for end in (-1, 0)]
            pygame.draw.polygon(target, theme.ground.turf, foot + below)
            return
    if horizon > 0:
        target.blit(sky, (0, 0), (0, max(0, height - horizon), width, min(horizon, height)))
    if horizon < height:
        target.fill(theme.ground.turf, (0, max(0, horizon), width, height))


def _ground(target: pygame.Surface, lens: Lens, sight: TrackLines, theme: Theme) -> None:
    """Draw mowing stripes, run-off, track and lines."""
    ground, night = theme.ground, theme.ground.floodlight > 0.0
    shade = mix(ground.turf, (0, 0, 0), 0.20 if night else 0.06)
    for corners in _stripes(lens):
        pygame.draw.polygon(target, shade, corners)
    if lens.eye[2] >= ROOF_SEEN_M[1]:
        fill(target, sight, BEYOND, APRON, mix(ground.stand, (0, 0, 0), ROOF_DARK))
    fill(target, sight, APRON, OUTER, ground.apron)
    fill(target, sight, OUTER, INNER, bright(ground.tartan) if night else ground.tartan)
    fill(target, sight, INNER, TURF, mix(ground.edge, ground.turf, 0.6))
    faint = mix(ground.tartan, ground.line, 0.72)
    for k in range(len(LANE_LINES)):
        _lane_line(target, sight, k, faint)
    if night:
        top, _, light = _falling_light(lens)
        # a narrow strip again and again stays in the processor's cache
        places = [(light, (x, top)) for x in range(0, lens.width, light.get_width())]
        target.fblits(places, pygame.BLEND_RGB_MULT)


def _stripes(lens: Lens) -> Iterator[list[Point]]:
    """Yield every second mowing stripe of the infield, cut off where it comes too near."""
    x, half = _stripe_ends(lens.rig.lap_m)
    # straight from end to end, so that depth changes evenly along it
    first, last = lens.project(x, np.stack([-half, half]))[3]
    rise = last - first
    cut = (STRIPE_NEAR_M - first) / np.where(np.abs(rise) < 1e-6, 1e-6, rise)
    low = np.where(first < STRIPE_NEAR_M, np.minimum(cut, 1.0), 0.0)
    high = np.where(last < STRIPE_NEAR_M, np.maximum(cut, 0.0), 1.0)
    ends = np.stack([low, high]) * 2.0 - 1.0
    column, row, _, _ = lens.project(x, ends * half)
    column = np.minimum(np.maximum(column, -3e4), 3e4)
    seen = ((high > low) & (half > 0.0)).reshape(-1, 2).all(axis=1)
    for points, along in ((column, lens.width), (row, lens.height)):
        corners = points.reshape(2, -1, 2)
        seen &= (corners.min(axis=(0, 2)) < along) & (corners.max(axis=(0, 2)) > 0.0)
    points = np.stack([column, row], axis=2).reshape(2, -1, 2, 2)[:, seen]
    for (a, b), (d, c) in zip(*points.tolist(), strict=True):
        yield [a, d, c, b]


@lru_cache(maxsize=4)
def _stripe_ends(lap_m: float) -> tuple[Floats, Floats]:
    """Return where mowing stripes begin and end along the straights, and their half length [m]."""
    like = lap_m / LAP_M
    x = (np.arange(-13.0, 15.0) - 0.5) * STRIPE_M
    beyond = np.maximum(np.abs(x) - like * STRAIGHT_M / 2, 0.0)
    radius = like * BEND_RADIUS_M + KERB_M - 1.2
    return x, np.sqrt(np.maximum(radius**2 - beyond**2, 0.0))


def _lane_line(target: pygame.Surface, sight: TrackLines, k: int, colour: Colour) -> None:
    """Draw a line between lanes with smooth edges, thick where it is near."""
    near, seen = sight.near, sight.seen
    far = [seen]
    if 0 < k < len(LANE_LINES) - 1 and near.stop > near.start:
        fill(target, sight, *FILLED[k - 1], colour, sight.filled)
        first, last = THICK[k - 1]
        edges = sight.line(first, near) + sight.line(last, near)[::-1]
        pygame.draw.aalines(target, colour, True, edges)
        far = [slice(seen.start, near.start + 1), slice(near.stop - 1, seen.stop)]
    for stretch in far:
        if stretch.stop - stretch.start > 1:
            pygame.draw.aalines(target, colour, False, sight.line(LANE_LINES[k], stretch))


def bright(colour: Colour) -> Colour:
    """Return a colour at the brightest spot of the floodlights."""
    red, green, blue = (min(255, round(NEAREST * part)) for part in colour)
    return (red, green, blue)


def _falling_light(lens: Lens) -> tuple[int, Floats, pygame.Surface]:
    """Return the first row of the ground, the share of light on its rows, and a strip for it."""
    rig, height = lens.rig, lens.height
    top = min(max(0, math.ceil(lens.horizon) + 1), height - 1)
    middle = rig.level * height
    return top, *_light(top, height, middle, lens.focal, rig.pitch, round(lens.eye[2], 6))


@lru_cache(maxsize=4)
def _light(
    top: int, height: int, middle: float, focal: float, pitch: float, up_m: float
) -> tuple[Floats, pygame.Surface]:
    steep, rows = math.tan(pitch), np.arange(height - top)
    # distance of a row of level ground: the height of the lens over the tangent of the row's angle
    down = (rows + top + 0.5 - middle) / focal
    away = up_m * math.hypot(1.0, steep) / np.maximum(down + steep, 1e-3)
    share = (0.62 + (NEAREST - 0.62) * np.exp(-away / 26.0)) / NEAREST
    # it begins gradually: a stand with its own light reaches below the horizon
    share = 1.0 + (share - 1.0) * np.minimum(rows / (0.035 * height), 1.0)
    shades = np.broadcast_to((255.0 * share).astype(np.uint8)[None, :, None], (256, len(rows), 3))
    return share, pygame.surfarray.make_surface(shades).convert(32)


def across(target: pygame.Surface, lens: Lens, s_m: float, width_m: float, colour: Colour) -> None:
    """Draw a line across all lanes."""
    half, wide = 0.5 * width_m, lens.width
    ends = ((-half, KERB_M), (half, KERB_M), (half, OUTER_M), (-half, OUTER_M))
    spots = [lens.spot(s_m + along, offset) for along, offset in ends]
    if all(away > NEAR_M and -wide < x < 2 * wide for x, _, _, away in spots):
        corners = [spot[:2] for spot in spots]
        pygame.draw.polygon(target, colour, corners)
        pygame.draw.aalines(target, colour, True, corners)


# -- the stand -------------------------------------------------------------------------------------


def _lamps(target: pygame.Surface, lens: Lens, theme: Theme) -> None:
    """Draw banks of floodlights under the roof, and their glare."""
    for place in _lamp_places(lens.rig.lap_m):
        x, y, scale, away = lens.see(*place, ROOF[1] + 0.6)
        if away <= 6.0:
            continue
        size = 8 * max(1, round(min(2.6 * scale, 0.28 * lens.height) / 8))
        if not -size < x < lens.width + size or not -size < y < lens.height + size:
            continue
        for wide, colour, share in ((2.0, (96, 116, 160), 0.6), (0.8, (226, 234, 255), 1.0)):
            _glare(target, (x, y), wide * size, colour, share * theme.ground.floodlight)


@lru_cache(maxsize=4)
def _lamp_places(lap_m: float) -> list[Point]:
    return list(zip(*plane_at(np.arange(12.5, lap_m, 25.0), ROOF[0] - 1.0, lap_m), strict=True))


def _glare(target: pygame.Surface, at: Point, wide: float, colour: Colour, share: float) -> None:
    light = bloom(colour, round(wide), max(2, round(wide / 2)), share)
    place = (round(at[0] - wide / 2), round(at[1] - wide / 4))
    target.blit(light, place, special_flags=pygame.BLEND_RGB_ADD)


# -- the background of the rail's camera -----------------------------------------------------------

STAND_M = 34.0
"""Apparent distance of the painted stand behind the track [m]."""
SEEN_M = 17.0
"""The rail's camera sees the ground this far to either side [m]."""


def _tiled(target: pygame.Surface, layer: pygame.Surface, moved: float, y: int) -> None:
    wide = layer.get_width()
    x = round(moved % wide) - wide
    while x < target.get_width():
        target.blit(layer, (x, y))
        x += wide


def _backdrop(target: pygame.Surface, lens: Lens, s_m: float, theme: Theme) -> None:
    """Draw the stand: it moves by parallax along the track, and with the turn in a bend."""
    layer = _stand_strip(lens.width, lens.height, theme)
    lap_m = lens.rig.lap_m
    lap = lap_m / STAND_M + 0.9 * 2.0 * math.pi
    gone = (s_m % lap_m) / STAND_M + 0.9 * eased_heading(s_m, lap_m)
    # a whole number of strips per lap, so that nothing jumps where a lap begins
    strips = max(1, round(lap * 1.36 * lens.height / layer.get_width()))
    horizon = round(lens.horizon - lens.rig.level * lens.height)  # 0 at rest
    _tiled(target, layer, gone / lap * strips * layer.get_width(), horizon)


@lru_cache(maxsize=2)
def _stand_strip(width: int, height: int, theme: Theme) -> pygame.Surface:
    """Return sky, roof, lamps and crowd, out of focus; twice as wide as the picture, seamless."""
    wide, high, unit = 2 * width, math.ceil(0.5 * height), height / 1080.0
    night, dark = theme.ground.floodlight > 0.0, theme.ground.stand
    behind_boards = math.ceil(0.02 * height)  # their upper edge is not always at the same height
    strip = pygame.Surface((wide, high + behind_boards), 0, 32)
    strip.blit(_sky_layer(wide, high, theme), (0, 0))
    rng = np.random.default_rng(7)
    lowest = 1.0 + behind_boards / high
    for top, bottom, near in ((0.34, 0.60, 0.6), (0.66, lowest, 1.0)):
        seats = tier(wide, round((bottom - top) * high), near * unit, theme, rng)
        strip.blit(seats, (0, round(top * high)))
    for top, bottom, share in ((0.285, 0.34, 0.75), (0.60, 0.66, 0.5)):
        shade = mix(dark, (0, 0, 0), share if night else 0.4 * share)
        strip.fill(shade, (0, round(top * high), wide, round((bottom - top) * high)))
    soft = pygame.transform.gaussian_blur(strip, max(1, round(2.6 * unit)))
    if not night:
        return soft
    row = 0.268 * high
    for i in range(10):
        middle = (i + 0.5) * wide / 10
        for size, colour, share in (
            (1100, (70, 86, 124), 0.5),
            (420, (150, 168, 210), 0.55),
            (170, (232, 238, 255), 0.9),
        ):
            _glare(soft, (middle, row), size * unit, colour, share * theme.ground.floodlight)
        for k in range(-4, 5):
            for y in (row - 7 * unit, row + 7 * unit):
                pygame.draw.aacircle(soft, (255, 252, 242), (middle + 14 * k * unit, y), 5.5 * unit)
    for _ in range(130):  # telephones, drawn out of focus
        at = float(rng.uniform(0, wide)), float(rng.uniform(0.36, 0.97)) * high
        disc = float(rng.uniform(10.0, 24.0)) * unit
        _glare(soft, at, disc, (190, 212, 255), float(rng.uniform(0.1, 0.4)))
    return soft


@lru_cache(maxsize=8)
def _noise_layer(width: int, height: int, long: int, seed: int) -> Floats:
    """Return noise stretched along the rows, -1 to 1, shape (height, width)."""
    grain = np.random.default_rng(seed).random((max(2, width // long), height))
    small = np.repeat((grain * 255)[..., None], 3, axis=2).astype(np.uint8)
    large = pygame.transform.smoothscale(pygame.surfarray.make_surface(small), (width, height))
    return np.asarray(pygame.surfarray.array3d(large)[..., 0].T / 127.5 - 1.0)


@lru_cache(maxsize=4)
def _textured(
    width: int, height: int, colour: Colour, stops: tuple[tuple[float, float], ...], rough: float
) -> pygame.Surface:
    """Return lit ground: brightness by row through the stops, darker to the sides."""
    rows = np.linspace(0.0, 1.0, height)[:, None]
    places, shares = np.array(stops).T
    light = np.interp(rows, places, shares)
    light = light * (1.0 - 0.22 * np.abs(np.linspace(-1.0, 1.0, width)) ** 2.2)
    light *= 1.0 + rough * _noise_layer(width, height, 28, 5)
    fine = (np.random.default_rng(6).random((height, width, 1)) - 0.5) * 4.0
    rgb = np.clip(light[..., None] * np.asarray(colour, dtype=np.float64) + fine, 0, 255)
    return pygame.surfarray.make_surface(rgb.astype(np.uint8).transpose(1, 0, 2)).convert(32)


@lru_cache(maxsize=4)
def _made_ground(lens: Lens, theme: Theme) -> tuple[pygame.Surface, tuple[int, int]]:
    whole = pygame.Surface((lens.width, lens.height), 0, 32)
    top = _rail_ground(whole, lens, sight_of(lens), theme)
    return whole.subsurface((0, top, lens.width, lens.height - top)), (0, top)


def _rail_ground(target: pygame.Surface, lens: Lens, sight: TrackLines, theme: Theme) -> int:
    """Draw the ground from the run-off down; return its first row [px]."""
    ground, night = theme.ground, theme.ground.floodlight > 0.0
    width, height = lens.width, lens.height
    stretch = sight.seen
    edges = {line: sight.line(line, stretch) for line in (APRON, OUTER, INNER)}
    columns, rows = sight.points[[_AT[APRON], _AT[INNER]], stretch].transpose(2, 0, 1)
    inside = (columns >= 0) & (columns <= width)
    apron, kerb = (row[where] for row, where in zip(rows, inside, strict=True))
    top = math.floor(apron.min() if len(apron) else 0.55 * height) - 1
    foot = math.ceil(kerb.max(initial=0.55 * height)) + 1
    far, near = (0.62, 1.12) if night else (0.94, 1.0)
    tartan = _textured(
        width, height, ground.tartan, ((0.48, far), (0.72, near)), 0.10 if night else 0.05
    )
    target.blit(tartan, (0, top), (0, top, width, foot - top))
    pygame.draw.polygon(target, ground.apron, edges[APRON] + edges[OUTER][::-1])
    for k in range(1, len(LANE_LINES)):
        _lane_line(target, sight, k, mix(ground.tartan, ground.line, 0.9 - 0.05 * k))
    down = [[x, y + 1.0] for x, y in edges[INNER]]
    dim = (0.9, 0.32) if night else (1.0, 0.9)
    grass = _textured(
        width, height, ground.turf, ((0.60, dim[0]), (1.0, dim[1])), 0.30 if night else 0.10
    )
    foot = min(foot, height - 1)
    under = [[2.0 * width, float(foot)], [-1.0 * width, float(foot)]]
    if down[0][0] > down[-1][0]:
        under.reverse()
    pygame.draw.polygon(target, grass.get_at((width // 2, foot)), down + under)
    target.blit(grass, (0, foot), (0, foot, width, height - foot))
    return max(0, top)


def _boards(
    target: pygame.Surface, lens: Lens, like: Lens, texts: tuple[str, ...], theme: Theme
) -> None:
    """Draw the boards behind the rail's picture: in one piece, or column by column in a bend."""
    px_per_m = lens.focal / (lens.away_m + BOARDS_M)
    high = max(4, round(BOARD_UP_M * px_per_m))
    panel_m = panel_of(lens.rig.lap_m)
    size = texts, round(panel_m * px_per_m), high, theme
    strip = board_strip(*size)
    moved = -lens.s_m % panel_m / panel_m * strip.get_width()
    lap_m = lens.rig.lap_m
    if like is not lens and like.s_m % (lap_m / 2) > lap_m / LAP_M * BEND_M:
        foot = round(like.spot(like.s_m, BOARDS_M)[1])
        _tiled(target, strip, lens.width / 2 - moved, foot - high)
        return
    first, where, covered = _bent(like, *strip.get_size())
    shades = _columns_of(*size)[round(moved) * high :][where] | covered
    layer = pygame.image.frombuffer(shades.data, where.shape[::-1], "BGRA")
    target.blit(layer, (0, first))


@lru_cache(maxsize=2)
def _columns_of(texts: tuple[str, ...], wide: int, high: int, theme: Theme) -> NDArray[np.uint32]:
    """Return the boards' pixels column by column, three times over, without alpha."""
    shades = pygame.surfarray.array2d(board_strip(texts, wide, high, theme)).astype(np.uint32)
    return np.tile(shades.reshape(-1) & 0xFFFFFF, 3)


@lru_cache(maxsize=2)
def _bent(lens: Lens, wide: int, high: int) -> tuple[int, NDArray[np.intp], NDArray[np.uint32]]:
    """Return the boards in a bend: first row, columns of the strip, coverage as alpha."""
    s = np.linspace(26.0, -26.0, 53)
    column, foot, scale, _ = lens.track(lens.s_m + s, BOARDS_M)
    columns = np.arange(lens.width) + 0.5
    place, low, size = (np.interp(columns, column, v) for v in (s, foot, BOARD_UP_M * scale))
    first = max(0, math.floor((low - size).min()) - 1)
    rows = np.arange(first, min(lens.height, math.ceil(low.max()) + 1))[:, None] + 0.5
    down = rows - (low - size)
    inner = np.minimum(np.maximum(down / size * high, 0.0), high - 1.0).astype(np.intp)
    covered = np.minimum(np.minimum(down + 0.5, size - down + 0.5), 1.0)
    # runners pass it to the left, so it is read backwards
    begin = np.floor(-place / panel_of(lens.rig.lap_m) * wide).astype(np.intp) % wide
    return (
        first,
        begin * high + inner,
        (255.0 * np.maximum(covered, 0.0)).astype(np.uint32) << np.uint32(24),
    )
