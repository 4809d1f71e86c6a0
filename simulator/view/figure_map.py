"""A map of results: a value over two varied columns, with the contour of four minutes.

In: columns. Out: cells, a contour and a colour bar on matplotlib's axes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.errors import LightpaceError
from simulator.view.figure_axes import (
    FOUR_MINUTES_S,
    THEME,
    Columns,
    Show,
    add_bar,
    hex_of,
    label_axis,
    numbers,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_map(axes: Axes, columns: Columns, show: Show) -> None:
    """Draw the map.

    Raises:
        LightpaceError: an axis has one value only, or rows share a place.
    """
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415

    x, y = numbers(columns, show.x), numbers(columns, show.y)
    value = numbers(columns, show.colour)
    xs, ys = np.unique(x), np.unique(y)
    if len(xs) < 2 or len(ys) < 2:
        raise LightpaceError("A map needs two values or more on either axis.")
    grid = np.full((len(ys), len(xs)), np.nan)
    place = (np.searchsorted(ys, y), np.searchsorted(xs, x))
    if len(set(zip(*(p.tolist() for p in place), strict=True))) < len(x):
        raise LightpaceError("Several rows share a place on this map: vary only its two axes.")
    grid[place] = value
    good, bad = hex_of(THEME.target), hex_of(THEME.reserve)
    night = [hex_of(c) for c in (THEME.own, THEME.edge, THEME.warning)]
    is_chance = show.colour == "chance"
    scale = LinearSegmentedColormap.from_list(
        "night", [bad, night[1], good] if is_chance else night
    )
    limits = (0.0, 1.0) if is_chance else (float(np.nanmin(grid)), float(np.nanmax(grid)))
    edges = [_edges(values) for values in (xs, ys)]
    shown = axes.pcolormesh(*edges, grid, cmap=scale, vmin=limits[0], vmax=limits[1])
    level = 0.5 if is_chance else FOUR_MINUTES_S
    if (is_chance or show.colour == "finish_s") and limits[0] < level < limits[1]:
        lines = axes.contour(xs, ys, grid, [level], colors=[hex_of(THEME.text)], linewidths=4)
        words = "50 %" if is_chance else "4:00"
        axes.clabel(lines, fmt={level: words}, fontsize=20, inline_spacing=12)
    add_bar(axes, shown, show.colour, value[np.isfinite(value)])
    label_axis(axes.xaxis, show.x, xs)
    label_axis(axes.yaxis, show.y, ys)


def _edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return cell edges half way between the values."""
    middle = 0.5 * (values[1:] + values[:-1])
    first, last = 2 * values[0] - middle[0], 2 * values[-1] - middle[-1]
    return np.concatenate(([first], middle, [last]))
