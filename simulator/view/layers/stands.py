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
from simulator.view.text import SEMIBOLD, Type
from simulator.view.theme import Colour, Theme, mix

Floats = NDArray[np.float64]
Packed = NDArray[np.uint32]

PANEL_M = LAP_M / 6.0
"""The boards and the crowd repeat about every this many metres of the lap."""
CLOTHES = (
    (66, 72, 92), (86, 62, 66), (52, 74, 96), (92, 88, 82), (60, 60, 72), (98, 74, 58),
    (70, 82, 74),
)  # fmt: skip
FACES = ((168, 122, 98), (110, 76, 58), (190, 150, 124))
PIECE = 60
"""A wall is drawn in pieces of this many columns."""
_UNDIMMED = 0.98
"""A row with more light than this needs no compensation."""
_LEVELS, _STEPS = 4, 4
"""A texture is kept at sizes down to an eighth, this many for each half: distant parts would
flicker, and a larger step would show as a seam.
"""


def panel_of(lap_m: float) -> float:
    """Return the length after which they repeat [m]: a whole number of times in a lap."""
    return lap_m / max(1, round(lap_m / PANEL_M))


@dataclass(frozen=True, slots=True, eq=False)
class Texture:
    """A wall's picture for `panel_of` a lap, opaque, at several sizes.

    Attributes:
        pixels: all sizes in sequence, column by column, from the top.
        begins: where each size begins; `wides`: its width [px].
        high: the height of all of them [px].
    """

    pixels: Packed
    begins: NDArray[np.intp]
    wides: NDArray[np.intp]
    high: int


def texture_of(picture: pygame.Surface, blur: int = 0) -> Texture:
    """Return a texture of a picture.

    A texture for a coarse grain is blurred by more than the grain, or it would flicker: by `blur`
    of its pixels at each size.
    """
    wide, high = picture.get_size()
    wides = [round(wide * 2.0 ** (-k / _STEPS)) for k in range((_LEVELS - 1) * _STEPS + 1)]
    columns = []
    for each in wides:
        small = pygame.transform.smoothscale(picture, (each, high))
        if blur:
            small = _blurred(small, blur)
        shades = pygame.surfarray.array2d(small.convert(32)).astype(np.uint32)
        columns.append((shades | 0xFF000000).reshape(-1))
    begins = np.cumsum([0, *(part.size for part in columns[:-1])])
    return Texture(np.concatenate(columns), begins, np.array(wides), high)


def _blurred(picture: pygame.Surface, blur: int) -> pygame.Surface:
    """Return a picture blurred as if it were repeated side by side."""
    (wide, high), pad = picture.get_size(), 4 * blur
    wider = pygame.Surface((wide + 2 * pad, high), 0, 32)
    wider.blits([(picture, (pad + k * wide, 0)) for k in (-1, 0, 1)])
    return pygame.transform.gaussian_blur(wider, blur).subsurface((pad, 0, wide, high))


@dataclass(frozen=True, slots=True, eq=False)
class SeenWall:
    """A wall between two lines along the lap, as a camera sees it, by station.

    Attributes:
        s_m: track position [m].
        columns, rows: where its lower and its upper line are [px], shape (2, stations).
        scale: scale at its foot [px/m].
    """

    s_m: Floats
    columns: Floats
    rows: Floats
    scale: Floats

    def at(self, columns: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return rows of its lower and upper line, track positions and scales in columns [px]."""
        order, back = np.argsort(self.columns[0]), np.argsort(self.columns[1])
        xs = self.columns[0, order]
        low, s_m, scale = (
            np.interp(columns, xs, v[order]) for v in (self.rows[0], self.s_m, self.scale)
        )
        return low, np.interp(columns, self.columns[1, back], self.rows[1, back]), s_m, scale


def _columns(
    texture: Texture, s_m: Floats, scale: Floats, grain: float, panel_m: float
) -> NDArray[np.intp]:
    """Return where each column of a wall begins in a texture, at the size that matches it."""
    size = _STEPS * np.log2(texture.wides[0] / panel_m * grain / scale)
    which = np.rint(np.minimum(np.maximum(size, 0.0), len(texture.wides) - 1.0)).astype(np.intp)
    # runners pass it to the left, so it is read backwards
    along = (-s_m % panel_m) * (texture.wides[which] / panel_m)
    begin: NDArray[np.intp] = texture.begins[which] + along.astype(np.intp) * texture.high
    return begin


def draw_stand(
    target: pygame.Surface,
    wall: SeenWall | None,
    panel_m: float,
    texture: Texture,
    sky: pygame.Surface,
    dimmed: Floats,
    roof: tuple[Colour, float],
) -> bool:
    """Draw a stand and the sky above it from the upper edge down; return whether one is visible.

    It is opaque, so that scaling it up is all the work; the ground is drawn later, below the foot.
    `sky` has a row for each row of the picture. `dimmed` is the share of light that each row will
    have; it is compensated here, as it does not apply to a stand. `roof` is the colour of the stand
    from above, and how much of that is seen, 0 to 1.
    """
    if wall is None:
        return False
    width, height = target.get_size()
    wide = max(2, round(width / max(2, round(height / 100))))
    grain = width / wide
    low, high, s_m, scale = wall.at((np.arange(wide, dtype=np.float64) + 0.5) * grain)
    lowest = low.max()
    if lowest < 1.0:
        return False
    tall = min(math.ceil(height / grain), math.ceil(lowest / grain) + 1)
    rows = (np.arange(tall) + 0.5)[:, None] * grain
    inner = ((rows - high) * (texture.high / np.maximum(low - high, 1e-3))).astype(np.intp)
    begin = _columns(texture, s_m, scale, grain, panel_m)
    pixels = texture.pixels[begin + np.minimum(np.maximum(inner, 0), texture.high - 1)]
    at = np.minimum(rows[:, 0].astype(np.intp), height - 1)
    first = int(np.searchsorted(-dimmed[at], -_UNDIMMED))
    below = np.flatnonzero(low > first * grain)
    if first < tall and len(below):
        shades = pixels[first:, below[0] : below[-1] + 1].view(np.uint8)
        lit = shades * (1.0 / dimmed[at[first:], None]).astype(np.float32)
        shades[:] = np.minimum(lit, 255.0, out=lit)
    colour, share = roof
    if share > 0.0:
        parts = pixels.view(np.uint8).reshape(*pixels.shape, 4)[..., :3]
        parts[:] = parts + share * (np.array(colour[::-1]) - parts)
    above = pygame.surfarray.array2d(sky.subsurface((0, 0, 1, sky.get_height())))[0]
    shades = above.astype(np.uint32)[np.minimum(at, len(above) - 1)] | 0xFF000000
    np.copyto(pixels, shades[:, None], where=rows < high)
    layer = pygame.image.frombuffer(pixels.data, (wide, tall), "BGRA")
    down = min(height, round(tall * grain))
    pygame.transform.smoothscale(layer, (width, down), target.subsurface((0, 0, width, down)))
    return True


def draw_wall(
    target: pygame.Surface, wall: SeenWall | None, panel_m: float, texture: Texture
) -> None:
    """Draw a wall with smooth edges, at a grain of 1/540 of the height: it bears words."""
    width, height = target.get_size()
    grain = max(2, round(height / 540))
    wide = math.ceil(width / grain)
    if wall is None:
        return
    low, high, s_m, scale = wall.at((np.arange(wide, dtype=np.float64) + 0.5) * grain)
    top = max(0, math.floor(high.min()) - grain)
    tall = math.ceil((min(height, math.ceil(low.max()) + grain) - top) / grain)
    if tall <= 0:
        return
    # only the part of each column that the wall fills is looked up, plus a row at either end
    high, low = (high - top) / grain, (low - top) / grain
    first = np.minimum(np.maximum(np.floor(high), 0.0), tall)
    last = np.minimum(np.maximum(np.ceil(low), first), tall)
    counts = (last - first).astype(np.intp)
    ends = np.cumsum(counts)
    step = texture.high / np.maximum(low - high, 1e-3 / grain)
    begin = _columns(texture, s_m, scale, grain, panel_m)
    which, skipped, above, below, step, begin = np.repeat(
        [np.arange(wide), first - (ends - counts), high, low, step, begin], counts, axis=1
    )
    down = np.arange(len(which)) + skipped
    inner = np.minimum(np.maximum((down - above + 0.5) * step, 0.0), texture.high - 1.0)
    covered = np.minimum(down - above + 1.0, below - down)
    shades = texture.pixels[(begin + np.floor(inner)).astype(np.intp)]
    edge = np.flatnonzero(covered < 1.0)
    parts = shades[edge].view(np.uint8).reshape(-1, 4) * np.maximum(covered[edge, None], 0.0)
    shades[edge] = parts.astype(np.uint8).view(np.uint32)[:, 0]
    pixels = np.zeros(tall * wide, dtype=np.uint32)
    pixels[(down * wide + which).astype(np.intp)] = shades
    layer = pygame.image.frombuffer(pixels.data, (wide, tall), "BGRA")
    # piece by piece: it crosses the picture at an angle, and most of its rectangle is empty
    for begin_at in range(0, wide, PIECE):
        left, right = max(0, begin_at - 1), min(wide, begin_at + PIECE + 1)
        upper, lower = int(first[left:right].min()), int(last[left:right].max())
        if upper >= lower:
            continue
        upper, lower = max(0, upper - 1), min(tall, lower + 1)
        piece = layer.subsurface((left, upper, right - left, lower - upper))
        size = ((right - left) * grain, (lower - upper) * grain)
        piece = pygame.transform.smoothscale(piece, size)
        margin = (begin_at - left) * grain
        seen = (margin, 0, PIECE * grain, piece.get_height())
        place = (begin_at * grain, top + upper * grain)
        target.blit(piece, place, seen, special_flags=pygame.BLEND_PREMULTIPLIED)


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
