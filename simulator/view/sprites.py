"""Small prepared pictures: soft glows, dots at quarter-pixel phases, dashed rings, wakes.

In: sizes [px] and colours. Out: cached surfaces; the caller blits them, the glows with
`BLEND_RGB_ADD`, the others with alpha.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pygame
from numpy.typing import NDArray

from simulator.view.theme import Colour

PHASES = 4
"""Dots are prepared at this many sub-pixel positions each way, so that slow ones do not jerk."""
LEVELS = 48
"""Glows are prepared at this many brightnesses."""
LEAST_PX = 0.25
"""Half an axis of an ellipse at least: seen flat from far away it would come to nothing."""

_LARGE_PX = 160 * 160
"""Blooms of more pixels are painted smaller and scaled up."""

Coverage = NDArray[np.float32]


def layered(layers: list[tuple[Colour, Coverage]]) -> pygame.Surface:
    """Return one surface with alpha from layers painted over each other, first at the bottom.

    Coverages have the shape (height, width) and values from 0 to 1.
    """
    height, width = layers[0][1].shape
    rgb = np.zeros((height, width, 3), np.float32)
    alpha = np.zeros((height, width, 1), np.float32)
    for colour, coverage in layers:
        over = coverage[..., None]
        rgb = rgb * (1 - over) + np.asarray(colour[::-1], np.float32) * over
        alpha = alpha * (1 - over) + over
    pixels = np.empty((height, width, 4), np.uint8)
    pixels[..., :3] = np.clip(rgb / np.maximum(alpha, 1e-6) + 0.5, 0, 255)
    pixels[..., 3] = np.clip(alpha[..., 0] * 255 + 0.5, 0, 255)
    shared = pygame.image.frombuffer(pixels.tobytes(), (width, height), "BGRA")
    surface = pygame.Surface((width, height), pygame.SRCALPHA, 32)
    surface.blit(shared, (0, 0), special_flags=pygame.BLEND_RGBA_ADD)
    return surface


def _additive(rgb: NDArray[np.float32]) -> pygame.Surface:
    height, width = rgb.shape[:2]
    surface = pygame.Surface((width, height), 0, 32)
    shades = np.clip(rgb + 0.5, 0, 255).astype(np.uint32)
    packed = shades[..., 0] << 16 | shades[..., 1] << 8 | shades[..., 2]
    pygame.surfarray.pixels2d(surface)[...] = packed.T
    return surface


def _distance(half: int, fx: float, fy: float) -> Coverage:
    axis = np.arange(-half, half + 1, dtype=np.float32)
    away: Coverage = np.hypot(axis[None, :] - np.float32(fx), axis[:, None] - np.float32(fy))
    return away


@lru_cache(maxsize=4096)
def glow(colour: Colour, radius: float, level: int, core: float) -> pygame.Surface:
    """Return one LED's light for adding: a bright core of `core` px in a halo of `radius` px.

    `level` is 0 to `LEVELS`; the LED is at the centre of the surface.
    """
    half = max(1, round(radius))
    away = _distance(half, 0.0, 0.0)
    strength = np.float32(level / LEVELS)
    share = away / np.float32(radius)
    fade = np.clip(1 - away / (half + 0.5), 0, 1)
    halo = fade * (0.30 * np.exp(-((share / 0.42) ** 2)) + 0.30 * np.exp(-((share / 0.17) ** 2)))
    bright = np.exp(-((away / max(core, 0.6)) ** 4))
    tint = np.asarray(colour, np.float32)
    white = tint + (255 - tint) * 0.5
    rgb = tint * (halo * strength)[..., None] + white * (bright * strength)[..., None]
    return _additive(rgb.astype(np.float32))


@lru_cache(maxsize=256)
def bloom(
    colour: Colour, width: int, height: int, strength: float, *, alpha: bool = False
) -> pygame.Surface:
    """Return a large soft ellipse of light for adding, `width` × `height` px.

    `alpha`: for blitting on bright ground, where added light burns out to another hue.
    """
    if width * height > _LARGE_PX:  # so soft that scaling up does not show
        small = bloom(colour, width // 4, max(2, height // 4), strength, alpha=alpha)
        return pygame.transform.smoothscale(small, (width, height))
    fall = _falling(width, height, strength)
    if alpha:
        return layered([(colour, fall)])
    return _additive((np.asarray(colour, np.float32) * fall[..., None]).astype(np.float32))


def _falling(width: int, height: int, strength: float) -> Coverage:
    x = np.linspace(-1, 1, max(2, width), dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, max(2, height), dtype=np.float32)[:, None]
    fall: Coverage = np.clip(1 - np.hypot(x, y), 0, 1) ** 2.2 * np.float32(strength)
    return fall


Blit = tuple[pygame.Surface, tuple[int, int]]


class DotSheet:
    """A dot or ring at every sub-pixel phase, each made when first needed.

    `make` gets half the side and the phase in shares of a pixel. It returns the sprite whose centre
    is that far right of and below its middle pixel.
    """

    __slots__ = ("_half", "_make", "_sheet")

    def __init__(self, half: int, make: Callable[[int, float, float], pygame.Surface]) -> None:
        self._half = half
        self._make = make
        self._sheet: list[pygame.Surface | None] = [None] * (PHASES * PHASES)

    def at(self, x: float, y: float) -> Blit:
        """Return the sprite, and where to blit it, to have the centre at (x, y)."""
        column, row = round(x * PHASES), round(y * PHASES)
        fx, fy = column % PHASES, row % PHASES
        sprite = self._sheet[fy * PHASES + fx]
        if sprite is None:
            sprite = self._make(self._half, fx / PHASES, fy / PHASES)
            self._sheet[fy * PHASES + fx] = sprite
        return sprite, (column // PHASES - self._half, row // PHASES - self._half)


@lru_cache(maxsize=512)
def dot(colour: Colour, rx: float, ry: float, alpha: int, rim: Colour, rim_px: float) -> DotSheet:
    """Return a filled ellipse with a rim; alpha 0 to 16 sixteenths."""
    share = np.float32(alpha / 16)

    def make(half: int, fx: float, fy: float) -> pygame.Surface:
        inner = _ellipse(half, rx, ry, fx, fy)
        outer = _ellipse(half, rx + rim_px, ry + rim_px, fx, fy)
        return layered([(rim, outer * share * np.float32(0.9)), (colour, inner * share)])

    return DotSheet(int(max(rx, ry) + rim_px + 2), make)


def _ellipse(half: int, rx: float, ry: float, fx: float, fy: float) -> Coverage:
    rx, ry = max(rx, LEAST_PX), max(ry, LEAST_PX)
    axis = np.arange(-half, half + 1, dtype=np.float32)
    x = (axis[None, :] - np.float32(fx)) / np.float32(rx)
    y = (axis[:, None] - np.float32(fy)) / np.float32(ry)
    away = np.hypot(x, y)
    gradient = np.maximum(np.hypot(x / rx, y / ry) / np.maximum(away, 1e-4), 1e-4)
    edge: Coverage = np.clip(0.5 - (away - 1) / gradient, 0, 1).astype(np.float32)
    return edge


@lru_cache(maxsize=512)
def ring(colour: Colour, rx: float, ry: float, alpha: int, thick: float) -> DotSheet:
    """Return a dashed hollow ellipse on a faint dark ground; alpha 0 to 16 sixteenths."""
    share, dashes = np.float32(alpha / 16), 8
    rx, ry = max(rx, LEAST_PX), max(ry, LEAST_PX)

    def make(half: int, fx: float, fy: float) -> pygame.Surface:
        outer = _ellipse(half, rx + thick / 2, ry + thick / 2, fx, fy)
        inner = _ellipse(half, max(0.5, rx - thick / 2), max(0.5, ry - thick / 2), fx, fy)
        axis = np.arange(-half, half + 1, dtype=np.float32)
        angle = np.arctan2((axis[:, None] - fy) / ry, (axis[None, :] - fx) / rx)
        sharp = np.float32(max(1.0, 2 * (rx + ry) / dashes))
        gate = np.clip(0.5 + (np.cos(angle * dashes) + 0.35) * sharp / 2, 0, 1)
        band = (np.clip(outer - inner, 0, 1) * gate * share).astype(np.float32)
        return layered([((6, 9, 14), outer * share * np.float32(0.45)), (colour, band)])

    return DotSheet(int(max(rx, ry) + thick + 2), make)


@lru_cache(maxsize=64)
def wake(
    colour: Colour,
    length: int,
    width: int,
    decay: float,
    sigma: float,
    peak: float,
    *,
    turned: bool,
) -> pygame.Surface:
    """Return the wake behind a body: `length` × `width` px; it is at the right end, or `turned`.

    `decay` and `sigma` are the length and the half width over which it fades [px].
    """
    back = np.arange(max(2, length), dtype=np.float32)[None, ::-1]
    side = np.arange(max(2, width), dtype=np.float32)[:, None] - np.float32((width - 1) / 2)
    spread = np.float32(sigma) * (1 + back / np.float32(2.5 * decay))
    fall = np.exp(-back / np.float32(decay)) * np.exp(-((np.abs(side) / spread) ** 3))
    fade = np.clip((length - back) / np.float32(0.3 * length), 0, 1)
    light = np.asarray(colour, np.float32) * (fall * fade * np.float32(peak))[..., None]
    return _additive(light[:, ::-1] if turned else light)


@lru_cache(maxsize=4)
def shade(width: int, height: int, colour: Colour) -> pygame.Surface:
    """Return a scrim of `colour`, dense in its upper third and transparent at the bottom."""
    rows = np.linspace(0, 1, max(1, height), dtype=np.float32)[:, None]
    down = np.maximum(rows - np.float32(0.35), 0) / np.float32(0.65)
    cover = np.float32(0.82) * (1 - down * down * (3 - 2 * down))
    return layered([(colour, np.repeat(cover, max(1, width), axis=1))])


def forget() -> None:
    """Drop every sprite: at another size of the window, or in other colours, none is of use."""
    for kept in (glow, bloom, dot, ring, wake, shade):
        kept.cache_clear()
