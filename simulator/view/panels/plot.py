"""The gap chart's drawing area: its axes, and the curves and areas drawn in it.

In: a `Plot`, curves and bands in metres and seconds. Out: pixels inside its box.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pygame
from numpy.typing import NDArray

from simulator.stage.scene import Curve
from simulator.view.layout import Box
from simulator.view.theme import Colour

if TYPE_CHECKING:
    from simulator.analysis.chances import Band

Floats = NDArray[np.float64]

Lines = list[list[tuple[float, float]]]
"""Points of fine lines [px]."""

STEP_PX = 2
"""Curves have a point each so many columns."""


@dataclass(frozen=True, slots=True)
class Plot:
    """The drawing area and its axes: `box` [px], race length [m], gap range [s]."""

    box: Box
    race_m: float
    least_s: float
    most_s: float

    def x(self, metres: float) -> float:
        """Return the column of a race distance."""
        return self.box.x + metres / max(1.0, self.race_m) * (self.box.w - 1)

    def y(self, gap_s: float) -> float:
        """Return the row of a gap; behind is down."""
        return float(self.rows(np.array(gap_s)))

    def rows(self, gap_s: Floats) -> Floats:
        """Return the rows of gaps, of any one shape; NaN stays NaN."""
        share = (gap_s - self.least_s) / max(1e-6, self.most_s - self.least_s)
        return np.asarray(self.box.y + np.clip(share, -0.02, 1.02) * (self.box.h - 1))


def ticks(least: float, most: float, height: int, caption: int) -> list[float]:
    """Return round gap values for the axis, not closer than two lines of text."""
    room = max(1, int(height / (1.35 * caption)))
    for step in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 300.0, 3600.0):
        if (most - least) / step <= room:
            return [k * step for k in range(math.ceil(least / step), math.floor(most / step) + 1)]
    return [0.0]


def metre_lines(race_m: float) -> tuple[float, ...]:
    """Return the race distances that have a line: each lap's, and the finish."""
    return (*range(0, int(race_m), 400), race_m)


def draw_area(surface: pygame.Surface, plot: Plot, band: Band, fill: Colour, edge: Colour) -> None:
    """Draw a band as an area with soft edges, where it is at least a pixel high."""
    columns = np.arange(0, plot.box.w, STEP_PX)
    metres = columns / max(1, plot.box.w - 1) * plot.race_m
    low, high = (plot.rows(np.interp(metres, band.x_m, gaps)) for gaps in (band.low_s, band.high_s))
    seen = np.flatnonzero((high - low >= 1.0) & (metres <= band.x_m[-1]))
    if len(seen) < 2:
        return
    part = slice(int(seen[0]), int(seen[-1]) + 1)
    xs = (plot.box.x + columns[part]).astype(float).tolist()
    sides = [list(zip(xs, ys[part].tolist(), strict=True)) for ys in (low, high)]
    clip = surface.get_clip()
    surface.set_clip(pygame.Rect(plot.box).clip(clip))
    pygame.draw.polygon(surface, fill, [*sides[0], *reversed(sides[1])])
    for side in sides:
        pygame.draw.aalines(surface, edge, False, side)
    surface.set_clip(clip)


def curve_lines(plot: Plot, curve: Curve, thick: int, *, dashed: bool = False) -> Lines:
    """Return a curve as the lines it is drawn with, through one point each two pixels."""
    if len(curve.x_m) < 2:
        return []
    columns = np.arange(0, plot.box.w, STEP_PX)
    metres = columns / max(1, plot.box.w - 1) * plot.race_m
    gaps = np.interp(metres, curve.x_m, curve.gap_s, right=np.nan)
    known = np.isfinite(gaps)
    xs, ys = (plot.box.x + columns[known]).astype(float).tolist(), plot.rows(gaps[known])
    on, off = _dash(thick) if dashed else (len(xs), 1)
    lines: Lines = []
    for shift in _shifts(thick):
        points = list(zip(xs, (ys + shift).tolist(), strict=True))
        lines += [points[i : i + on] for i in range(0, len(points) - 1, on + off)]
    return lines


def draw_lines(surface: pygame.Surface, plot: Plot, lines: Lines, colour: Colour) -> None:
    """Draw a curve's lines inside the drawing area."""
    clip = surface.get_clip()
    surface.set_clip(pygame.Rect(plot.box).clip(clip))
    for points in lines:
        pygame.draw.aalines(surface, colour, False, points)
    surface.set_clip(clip)


def draw_line(
    surface: pygame.Surface, points: list[tuple[float, float]], colour: Colour, thick: int
) -> None:
    """Draw a smooth line through points."""
    for shift in _shifts(thick):
        pygame.draw.aalines(surface, colour, False, [(x, y + shift) for x, y in points])


def _shifts(thick: int) -> list[float]:
    """Return how far the fine lines that make a thick one lie below its middle [px]."""
    return [k - (thick - 1) / 2 for k in range(thick)]


def _dash(thick: int) -> tuple[int, int]:
    """Return how many points of a dashed curve are drawn, and how many left out."""
    return (4 * thick + 1, 2 * thick) if thick > 1 else (5, 2)
