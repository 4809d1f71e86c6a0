"""The stands with their crowd, and the boards before them, as walls around the track.

In: a `Lens`, a theme. Out: pixels. A wall follows the lap at an offset. Each column of the picture
shows one place of it, so it is a look-up in a painted texture. The grain is coarse: what a camera
on the track is not focused on is soft.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pygame
from numpy.typing import NDArray

from simulator.coefficients import LAP_M
from simulator.view.perspective import NEAR_M, Lens
from simulator.view.text import SEMIBOLD, Type
from simulator.view.theme import Theme, mix

Floats = NDArray[np.float64]
Packed = NDArray[np.uint32]

PANEL_M = LAP_M / 6.0
"""The boards and the crowd repeat about every this many metres of the lap."""
CLOTHES = (
    (66, 72, 92), (86, 62, 66), (52, 74, 96), (92, 88, 82), (60, 60, 72), (98, 74, 58),
    (70, 82, 74),
)  # fmt: skip
FACES = ((168, 122, 98), (110, 76, 58), (190, 150, 124))
_STATIONS_M = np.concatenate(
    [np.arange(-200.0, -20.0, 10.0), np.arange(-20.0, 50.0, 2.0), np.arange(50.0, 199.0, 5.0)]
)
"""Sample points of a wall, relative to where the camera looks [m]."""
PIECE = 60
"""A wall is drawn in pieces of this many columns."""
_LEVELS = 4
"""Number of sizes of a texture, each half of the one before: distant parts would flicker."""


def panel_of(lap_m: float) -> float:
    """Return the length after which they repeat [m]: a whole number of times in a lap."""
    return lap_m / max(1, round(lap_m / PANEL_M))


@dataclass(frozen=True, slots=True, eq=False)
class Texture:
    """A wall's picture for `panel_of` a lap, opaque, at several sizes.

    Attributes:
        pixels: all sizes in sequence, column by column, from the top.
        begins: where each size begins.
        wide, high: the first size [px].
    """

    pixels: Packed
    begins: NDArray[np.intp]
    wide: int
    high: int


def texture_of(picture: pygame.Surface, blur: int = 0) -> Texture:
    """Return a texture of a picture whose width is a multiple of 8.

    A texture for a coarse grain is blurred by more than the grain, or it would flicker: by `blur`
    of its pixels at each size.
    """
    wide, high = picture.get_size()
    columns, begins = [], [0]
    for level in range(_LEVELS):
        small = pygame.transform.smoothscale(picture, (wide >> level, high))
        if blur:
            small = _blurred(small, blur)
        shades = pygame.surfarray.array3d(small).astype(np.uint32)
        packed = 0xFF << 24 | shades[..., 0] << 16 | shades[..., 1] << 8 | shades[..., 2]
        columns.append(packed.reshape(-1))
        begins.append(begins[-1] + packed.size)
    return Texture(np.concatenate(columns), np.array(begins[:-1]), wide, high)


def _blurred(picture: pygame.Surface, blur: int) -> pygame.Surface:
    """Return a picture blurred as if it were repeated side by side."""
    (wide, high), pad = picture.get_size(), 4 * blur
    wider = pygame.Surface((wide + 2 * pad, high), 0, 32)
    wider.blits([(picture, (pad + k * wide, 0)) for k in (-1, 0, 1)])
    return pygame.transform.gaussian_blur(wider, blur).subsurface((pad, 0, wide, high))


@dataclass(frozen=True, slots=True, eq=False)
class Wall:
    """A wall between two lines along the lap, by column of a picture from its left edge.

    Attributes:
        s_m: track position of its foot [m].
        low, high: rows of its lower and of its upper line [px].
        scale: scale at its foot [px/m].
        panel_m: the length after which it repeats [m].
    """

    s_m: Floats
    low: Floats
    high: Floats
    scale: Floats
    panel_m: float


def profile_of(
    lens: Lens, foot: tuple[float, float], head: tuple[float, float], columns: Floats
) -> Wall | None:
    """Return a wall's profile in columns [px]; None if it is not in the picture.

    `foot` and `head` are its lines: metres outside the measuring line, metres up.
    """
    stations = _STATIONS_M * max(1.0, lens.rig.lap_m / LAP_M)
    s = lens.s_m + stations[np.abs(stations) <= lens.rig.lap_m / 2]
    offsets, ups = np.array((foot, head)).T
    column, row, scale, depth = lens.track(s, offsets[:, None], ups[:, None])
    seen = (depth[0] > NEAR_M) & (depth[1] > NEAR_M)
    seen &= np.abs(column[0] - lens.width / 2) < 3 * lens.width
    if np.count_nonzero(seen) < 2:
        return None
    order = np.flatnonzero(seen)[np.argsort(column[0, seen])]
    xs = column[0, order]
    low, place, size = (np.interp(columns, xs, v[order]) for v in (row[0], s, scale[0]))
    back = order[np.argsort(column[1, order])]
    return Wall(
        place,
        low,
        np.interp(columns, column[1, back], row[1, back]),
        size,
        panel_of(lens.rig.lap_m),
    )


def _columns(texture: Texture, wall: Wall, level: Floats) -> NDArray[np.intp]:
    """Return the texture column of each column of a wall, at each one's size."""
    stage = np.rint(level).astype(np.intp)
    # runners pass it to the left, so it is read backwards
    along = (-wall.s_m % wall.panel_m) * ((texture.wide >> stage) / wall.panel_m)
    begin: NDArray[np.intp] = texture.begins[stage] + along.astype(np.intp) * texture.high
    return begin


def _level(texture: Texture, wall: Wall, grain: float) -> Floats:
    """Return the texture size that matches each column of a wall."""
    level = np.log2(texture.wide / wall.panel_m * grain / wall.scale)
    return np.asarray(np.minimum(np.maximum(level, 0.0), _LEVELS - 1.0))


def draw_stand(
    target: pygame.Surface,
    lens: Lens,
    lines: tuple[tuple[float, float], tuple[float, float]],
    texture: Texture,
    sky: pygame.Surface,
    dimmed: Floats,
) -> list[tuple[float, float]]:
    """Draw a stand and the sky above it from the upper edge down; return its foot's line [px].

    It is opaque, so that scaling it up is all the work; the ground is drawn later, below the foot.
    `sky` has a row for each row of the picture. `dimmed` is the share of light that each row will
    have; it is compensated here, as it does not apply to a stand. If no stand is visible the line
    is empty.
    """
    wide = max(2, round(lens.width / max(2, round(lens.height / 100))))
    grain = lens.width / wide
    columns = (np.arange(wide, dtype=np.float64) + 0.5) * grain
    wall = profile_of(lens, *lines, columns)
    if wall is None or wall.low.max() < 1.0:
        return []
    tall = min(math.ceil(lens.height / grain), math.ceil(wall.low.max() / grain) + 1)
    level = _level(texture, wall, grain)
    step = texture.high / np.maximum(wall.low - wall.high, 1e-3)
    rows = (np.arange(tall)[:, None] + 0.5) * grain
    inner = np.minimum(np.maximum((rows - wall.high) * step, 0.0), texture.high - 1.0)
    # a change of size within the picture would show as a seam
    down, part = inner.astype(np.intp), (level - np.floor(level)).astype(np.float32)
    near, far = (
        texture.pixels[_columns(texture, wall, edge) + down]
        .view(np.uint8)
        .reshape(tall, wide, 4)
        .astype(np.float32)
        for edge in (np.floor(level), np.ceil(level))
    )
    mixed = near + (far - near) * part[:, None]
    at = np.minimum(rows[:, 0].astype(np.intp), lens.height - 1)
    np.minimum(mixed / dimmed.astype(np.float32)[at, None, None], 255.0, out=mixed)
    pixels = mixed.astype(np.uint8).view(np.uint32)[..., 0]
    above = pygame.surfarray.array2d(sky.subsurface((0, 0, 1, sky.get_height())))[0]
    shades = above.astype(np.uint32)[np.minimum(at, len(above) - 1)] | 0xFF000000
    pixels = np.where(rows < wall.high, shades[:, None], pixels)
    layer = pygame.image.frombuffer(pixels.tobytes(), (wide, tall), "BGRA")
    high = min(lens.height, round(tall * grain))
    pygame.transform.smoothscale(
        layer, (lens.width, high), target.subsurface((0, 0, lens.width, high))
    )
    # the time for a polygon grows with its corners: every ninth column is enough
    xs, low = np.append(columns[::9], columns[-1]).tolist(), np.append(wall.low[::9], wall.low[-1])
    xs[0], xs[-1] = -1.0, lens.width + 1.0
    return list(zip(xs, low.tolist(), strict=True))


def draw_wall(
    target: pygame.Surface,
    lens: Lens,
    lines: tuple[tuple[float, float], tuple[float, float]],
    texture: Texture,
) -> None:
    """Draw a wall with smooth edges, at a grain of 1/200 of the height."""
    grain = max(2, round(lens.height / 200))
    wide = math.ceil(lens.width / grain)
    wall = profile_of(lens, *lines, (np.arange(wide, dtype=np.float64) + 0.5) * grain)
    if wall is None:
        return
    top, bottom = (
        max(0, math.floor(wall.high.min()) - grain),
        min(lens.height, math.ceil(wall.low.max()) + grain),
    )
    if bottom <= top:
        return
    tall = math.ceil((bottom - top) / grain)
    # only the part of each column that the wall fills is looked up, plus a row at either end
    high, low = (wall.high - top) / grain, (wall.low - top) / grain
    first = np.clip(np.floor(high), 0, tall).astype(np.intp)
    counts = np.clip(np.ceil(low), first, tall).astype(np.intp) - first
    which = np.repeat(np.arange(wide), counts)
    down = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    begin = _columns(texture, wall, _level(texture, wall, grain))
    step = texture.high / np.maximum(wall.low - wall.high, 1e-3)
    offset = down - high[which] + 0.5
    inner = np.minimum(np.maximum(offset * grain * step[which], 0.0), texture.high - 1.0)
    covered = np.minimum(np.minimum(offset + 0.5, low[which] - down), 1.0)
    shades = texture.pixels[begin[which] + inner.astype(np.intp)].view(np.uint8).reshape(-1, 4)
    pixels = np.zeros((tall * wide, 4), dtype=np.uint8)
    pixels[down * wide + which] = shades * np.maximum(covered, 0.0)[:, None]
    layer = pygame.image.frombuffer(pixels.tobytes(), (wide, tall), "BGRA")
    # piece by piece: it crosses the picture at an angle, and most of its rectangle is empty
    for begin_at in range(0, wide, PIECE):
        left, right = max(0, begin_at - 1), min(wide, begin_at + PIECE + 1)
        rows, ends = first[left:right], (first + counts)[left:right]
        upper, lower = max(0, int(rows.min()) - 1), min(tall, int(ends.max()) + 1)
        if not counts[left:right].any():
            continue
        piece = layer.subsurface((left, upper, right - left, lower - upper))
        if grain > 1:
            size = ((right - left) * grain, (lower - upper) * grain)
            piece = pygame.transform.smoothscale(piece, size)
        margin = (begin_at - left) * grain
        seen = (margin, 0, PIECE * grain, piece.get_height())
        at = (begin_at * grain, top + upper * grain)
        target.blit(piece, at, seen, special_flags=pygame.BLEND_PREMULTIPLIED)


@lru_cache(maxsize=2)
def crowd(theme: Theme) -> Texture:
    """Return two tiers of seats with a crowd, walls before them, and the roof's edge."""
    wide, high = 2048, 224
    night, dark = theme.ground.floodlight > 0.0, theme.ground.stand
    picture, rng = pygame.Surface((wide, high), 0, 32), np.random.default_rng(7)
    picture.fill(mix(dark, (0, 0, 0), 0.8 if night else 0.3))
    for top, bottom, near in ((0.10, 0.46, 1.0), (0.55, 0.86, 1.2)):
        slope = tier(wide, round((bottom - top) * high), near, theme, rng)
        picture.blit(slope, (0, round(top * high)))
    for top, bottom, share in ((0.46, 0.55, 0.5), (0.86, 1.0, 0.4)):
        shade = mix(dark, (0, 0, 0), share if night else 0.4 * share)
        picture.fill(shade, (0, round(top * high), wide, round((bottom - top) * high) + 1))
    if night:
        picture.fill((150, 154, 168), special_flags=pygame.BLEND_RGB_MULT)
    return texture_of(picture, blur=2)


@lru_cache(maxsize=4)
def boards(texts: tuple[str, ...], theme: Theme) -> Texture:
    """Return the advertising boards."""
    return texture_of(board_strip(texts, 2048, 30, theme))


def tier(
    wide: int, high: int, near: float, theme: Theme, rng: np.random.Generator
) -> pygame.Surface:
    """Return a slope of seats with a crowd; the nearest are `near` px of 1080 large."""
    night, base = theme.ground.floodlight > 0.0, theme.ground.stand
    slope = shaded(wide, high, [(0.0, mix(base, (0, 0, 0), 0.35)), (1.0, base)])
    rows = 13
    for row in range(rows):
        down = (row + 0.5) / rows
        size = max(1.2, (1.6 + 2.1 * down) * near * 1.35)
        places = np.arange(0.0, wide, 2.35 * size) + (row % 2) * 1.17 * size
        places += rng.normal(0, size * 0.55, len(places))
        light = rng.gamma(1.6, 0.62, len(places)) * (0.45 + 0.75 * down)
        light *= 0.72 + 0.40 * np.cos(2 * np.pi * (places / wide * 10 + 0.5))
        tone = rng.integers(0, len(CLOTHES), len(places))
        taken = (rng.random(len(places)) < 0.8) & (np.mod(places / wide * 28, 1.0) > 0.05)
        for i in np.flatnonzero(taken).tolist():
            at, t = places.item(i), tone.item(i)
            lit = 0.5 + 0.85 * light.item(i) if night else 1.25 + 0.5 * light.item(i)
            for colour, y, radius in ((CLOTHES[t], 0.95, 1.05), (FACES[t % 3], -0.35, 0.62)):
                shade = [min(255, int(c * lit)) for c in colour]
                pygame.draw.circle(slope, shade, (at, down * high + y * size), size * radius)
    return slope


@lru_cache(maxsize=8)
def board_strip(texts: tuple[str, ...], wide: int, high: int, theme: Theme) -> pygame.Surface:
    """Return the advertising boards of `panel_of` a lap, slightly out of focus."""
    strip = pygame.Surface((wide, high), 0, 32)
    back = theme.ground.board
    strip.fill(mix(back, (0, 0, 0), 0.6))
    tints = (theme.own, theme.colour("pink"), theme.good)
    step, type_ = wide / len(texts), Type()
    for i, text in enumerate(texts):
        panel = pygame.Rect(round(i * step) + 2, 2, round(step) - 4, high - 4)
        pygame.draw.rect(strip, mix(back, tints[i % 3], 0.16), panel)
        px = max(6, round(0.5 * high))
        shown = type_.fit(text.upper(), SEMIBOLD, px, round(0.8 * step), max(1, round(0.16 * px)))
        colour = mix(back, tints[i % 3], 0.8)
        type_.caps(strip, shown, ((i + 0.5) * step, high / 2), px, colour, align=0.5)
    return pygame.transform.gaussian_blur(strip, max(1, round(high / 42)))


def shaded(
    width: int, height: int, stops: list[tuple[float, tuple[int, int, int]]]
) -> pygame.Surface:
    """Return a surface whose colour changes from row to row through the stops, 0 to 1."""
    rows = np.linspace(0.0, 1.0, max(2, height))
    places = [at for at, _ in stops]
    rgb = [np.interp(rows, places, [colour[i] for _, colour in stops]) for i in range(3)]
    grain = np.random.default_rng(3).random((len(rows), 64, 1)) - 0.5  # else steps show
    tile = np.clip(np.stack(rgb, axis=1)[:, None] + grain + 0.5, 0, 255).astype(np.uint8)
    surface = pygame.Surface((width, len(rows)), 0, 32)
    piece = pygame.surfarray.make_surface(tile.transpose(1, 0, 2))
    surface.blits([(piece, (x, 0)) for x in range(0, width, 64)])
    return surface
