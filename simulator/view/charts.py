"""Charts on the drawer's pages: the map of two knobs, a step of the price list.

In: plain values and a box. Out: pixels. The map is painted once for each state and size.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pygame
from numpy.typing import NDArray

from simulator.units import format_time
from simulator.view.layout import Box
from simulator.view.text import SEMIBOLD, Style
from simulator.view.theme import Theme, mix

if TYPE_CHECKING:
    from simulator.analysis.attribution import PriceList, Step
    from simulator.analysis.knob_search import KnobMap

Floats = NDArray[np.float64]
Point = tuple[float, float]


def contour_of(target_s: float) -> tuple[float, str]:
    """Return the finish that separates breaking a target from missing it [s], and its name.

    It is rounded to whole seconds if the target is the last hundredth below them, as 3:59.99 is.
    """
    whole = math.ceil(target_s)
    if 0 < whole - target_s < 0.0101:
        return float(whole), format_time(whole, 0)
    return target_s + 0.005, format_time(target_s)


def paint_map(
    surface: pygame.Surface,
    box: Box,
    knob_map: KnobMap,
    here: tuple[int, int] | None,
    target_s: float,
    style: Style,
) -> None:
    """Draw finish times over two knobs, the contour of a target [s], and the present run."""
    surface.blit(_map_picture(knob_map, (box.w, box.h), contour_of(target_s), style), box)
    if here is not None:
        row, column = here
        x = box.x + (column + 0.5) * box.w / len(knob_map.xs)
        y = box.bottom - (row + 0.5) * box.h / len(knob_map.ys)
        radius = max(4, round(9 * style.sizes.unit))
        for tint, r, thick in ((style.theme.back, radius + 1, 4), (style.theme.text, radius, 2)):
            pygame.draw.circle(surface, tint, (round(x), round(y)), r, thick)


@lru_cache(maxsize=4)
def _map_picture(
    knob_map: KnobMap, size: tuple[int, int], contour: tuple[float, str], style: Style
) -> pygame.Surface:
    theme, finish = style.theme, knob_map.finish_s
    seen = finish[np.isfinite(finish)]
    low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 1.0)
    level, words = contour
    # no colour is used on both sides of the contour
    late = (np.nan_to_num(finish, nan=low) - level) / max(high - level, level - low, 1e-9)
    near = mix(theme.edge, theme.own, 0.5)
    stops = np.array([theme.own, near, theme.edge, theme.warning], dtype=np.float64)
    places = (-1.0, 0.0, 1e-9, 1.0)
    rgb = np.stack([np.interp(late, places, stops[:, i]) for i in range(3)], axis=-1)
    rgb[~np.isfinite(finish)] = theme.panel_high
    rgb[~knob_map.known] = theme.panel
    cells = pygame.Surface(finish.shape[::-1], 0, 32)
    pygame.surfarray.blit_array(cells, rgb[::-1].swapaxes(0, 1).astype(np.uint8))
    picture = pygame.transform.scale(cells, size)
    step = size[0] / finish.shape[1], size[1] / finish.shape[0]
    lines = [
        tuple(((x + 0.5) * step[0], size[1] - (y + 0.5) * step[1]) for x, y in line)
        for line in contour_lines(finish, level)
    ]
    for first, last in lines:
        pygame.draw.line(picture, theme.back, first, last, max(3, round(5 * style.sizes.unit)))
    for first, last in lines:
        pygame.draw.line(picture, theme.target, first, last, max(2, round(2.5 * style.sizes.unit)))
    if lines:
        _write_level(picture, words, lines[len(lines) // 2][0], style)
    return picture


def _write_level(picture: pygame.Surface, words: str, at: Point, style: Style) -> None:
    px = style.sizes.caption
    wide = style.type.width(words, SEMIBOLD, px) + px
    tag = pygame.Rect(0, 0, wide, round(1.5 * px))
    tag.center = (round(at[0]), round(at[1]))
    tag.clamp_ip(picture.get_rect())
    pygame.draw.rect(picture, mix(style.theme.back, style.theme.panel, 0.5), tag, border_radius=4)
    style.type.write(picture, words, tag.center, SEMIBOLD, px, style.theme.target, align=0.5)


def contour_lines(values: Floats, level: float) -> list[tuple[Point, Point]]:
    """Return where values on a grid cross a level, as segments between (column, row) points.

    Marching squares; cells with a corner without a value are left out.
    """
    above = values > level
    corners = np.isfinite(values)
    whole = corners[:-1, :-1] & corners[:-1, 1:] & corners[1:, :-1] & corners[1:, 1:]
    count = above[:-1, :-1].astype(int) + above[:-1, 1:] + above[1:, :-1] + above[1:, 1:]
    pieces = []
    for row, column in np.argwhere(whole & (count > 0) & (count < 4)).tolist():
        ring = ((column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1))
        crossed = []
        for (x0, y0), (x1, y1) in zip(ring, (*ring[1:], ring[0]), strict=True):
            a, b = float(values[y0, x0]), float(values[y1, x1])
            if (a > level) != (b > level):
                part = (level - a) / (b - a)
                crossed.append((x0 + part * (x1 - x0), y0 + part * (y1 - y0)))
        pieces += list(zip(crossed[::2], crossed[1::2], strict=True))
    return pieces


def paint_step(
    surface: pygame.Surface, box: Box, listed: PriceList, step: Step, theme: Theme
) -> None:
    """Draw one step of the waterfall: a bar between two finish times, over the whole range."""
    ends = [t for s in listed.steps for t in (s.from_s, s.to_s)]
    low, high = min([listed.target_s, *ends]), max([listed.finish_s, *ends])
    scale = box.w / max(high - low, 1e-9)
    left, right = sorted((step.from_s, step.to_s))
    pygame.draw.rect(surface, mix(theme.panel, theme.panel_high, 0.6), box, border_radius=2)
    x = box.x + round((left - low) * scale)
    bar = pygame.Rect(x, box.y, max(2, round((right - left) * scale)), box.h)
    colour = theme.warning if step.seconds >= 0 else theme.good
    pygame.draw.rect(surface, colour, bar.clip(pygame.Rect(box).inflate(2, 0)), border_radius=2)
