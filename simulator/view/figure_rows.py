"""Rows of results as lines and points, coloured by a column: with a key, or with a colour bar.

In: columns. Out: lines, points, and what tells their colours, on matplotlib's axes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator.errors import LightpaceError
from simulator.units import format_time
from simulator.view.figure_axes import (
    THEME,
    Columns,
    Show,
    add_bar,
    drawable,
    has_value,
    hex_of,
    is_time,
    label_axis,
    label_of,
    mark_four_minutes,
    numbers,
    told_value,
)
from simulator.view.theme import Colour, mix

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_LINES: tuple[Colour, ...] = (
    THEME.own,
    THEME.target,
    THEME.warning,
    THEME.effort,
    THEME.reserve,
    THEME.shelter,
)
MOST_TOLD = 16
"""Up to so many points have their values written beside them."""
MOST_IN_KEY = 12
"""Up to so many colours stand in a key; more numbers have a colour bar."""
LONGEST_NAME = 32
NONE = "none"
"""What the rows without a value of the colour are called."""
ROOM_FOR_MARK = 0.055
"""Between plot and key stands the mark of four minutes [share of the width]."""


def draw_rows(axes: Axes, columns: Columns, show: Show, *, of_result: bool) -> None:
    """Draw the rows that have both x and y.

    Args:
        axes: where the rows are drawn.
        columns: the table.
        show: which columns.
        of_result: the colour is a result: each point has its own, and nothing is joined up.

    Raises:
        LightpaceError: no row has both.
    """
    x, y = numbers(columns, show.x), numbers(columns, show.y)
    there = np.isfinite(x) & np.isfinite(y)
    if not there.any():
        raise LightpaceError(f"No row has both '{show.x}' and '{show.y}'.")
    x, y = x[there], y[there]
    colour = columns[show.colour][there] if show.colour else None
    if colour is None:
        if _plot(axes, x, y, [np.full(len(x), True)], [hex_of(_LINES[0])]) and len(x) <= MOST_TOLD:
            _tell_values(axes, show.y, x, y)
    elif colour.dtype.kind == "f" and (of_result or len(_values(colour)) > MOST_IN_KEY):
        _by_scale(axes, (x, y, colour), show.colour, joined=not of_result)
    else:
        _by_key(axes, (x, y, colour), show.colour, joined=not of_result)
    label_axis(axes.xaxis, show.x, x)
    label_axis(axes.yaxis, show.y, y)
    axes.grid(axis="y", linewidth=1)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.03, y=0.1)
    if show.y == "finish_s":
        mark_four_minutes(axes, y)
    if show.y == "chance":
        axes.set_ylim(0, 1)


def _values(colour: NDArray[Any]) -> list[Any]:
    """Return what the colours stand for: numbers by size, words in the order of the table."""
    held = colour[has_value(colour)]
    if colour.dtype.kind == "f":
        return list(np.unique(held).tolist())
    return list(dict.fromkeys(held.tolist()))


def _plot(
    axes: Axes,
    x: Floats,
    y: Floats,
    groups: list[Bools],
    colours: list[str],
    *,
    joined: bool = True,
    hollow: bool = False,
) -> bool:
    """Draw groups of rows; return whether they are joined up.

    They are only where every group has one value for each x, and all groups alike.
    """
    joined = joined and all(len(np.unique(x[own])) == own.sum() for own in groups)
    size = 9 if max(int(own.sum()) for own in groups) < 30 else 5
    for own, colour in zip(groups, colours, strict=True):
        order = np.argsort(x[own], kind="stable")
        axes.plot(
            x[own][order],
            y[own][order],
            linewidth=3 if joined else 0,
            marker="o",
            markersize=size,
            markerfacecolor="none" if hollow else colour,
            markeredgewidth=1.5 if hollow else None,
            color=colour,
        )
    return joined


def _by_key(
    axes: Axes, rows: tuple[Floats, Floats, NDArray[Any]], name: str, *, joined: bool
) -> None:
    """Draw a colour for each value, and a key; those too many for a key in one grey."""
    x, y, colour = rows
    values = _values(colour)
    most = len(values) if len(values) <= MOST_IN_KEY else MOST_IN_KEY - 1
    shown, others = values[:most], values[most:]
    groups: list[Bools] = [np.asarray(colour == value) for value in shown]
    words = [_key_word(name, value) for value in shown]
    colours = [hex_of(_of_group(i, len(shown))) for i in range(len(shown))]
    rest: list[tuple[str, Bools]] = [(f"{len(others)} others", np.isin(colour, others))]
    rest.append((NONE, ~has_value(colour)))
    for word, own in rest:
        if own.any():
            groups.append(own)
            words.append(word)
            colours.append(hex_of(THEME.muted))
    _plot(axes, x, y, groups, colours, joined=joined)
    _key(axes, words, drawable(label_of(name)))


def _by_scale(axes: Axes, rows: tuple[Floats, Floats, Floats], name: str, *, joined: bool) -> None:
    """Draw colours by size, with a colour bar; rows without a value as grey rings, named above."""
    from matplotlib.cm import ScalarMappable  # noqa: PLC0415
    from matplotlib.colors import LinearSegmentedColormap, Normalize, to_hex  # noqa: PLC0415

    x, y, colour = rows
    there = has_value(colour)
    held = colour[there]
    night = [hex_of(c) for c in (THEME.own, THEME.effort, THEME.warning)]
    scale = LinearSegmentedColormap.from_list("night", night)
    limits = Normalize(float(held.min()), float(held.max()))
    if (~there).any():
        _plot(axes, x, y, [~there], [hex_of(THEME.muted)], joined=False, hollow=True)
        axes.legend(
            axes.get_lines(),
            [f"{drawable(label_of(name)).partition(' [')[0]}: {NONE}"],
            frameon=False,
            fontsize=15,
            loc="lower right",
            bbox_to_anchor=(1.0, 1.0),
            borderaxespad=0.0,
        )
    values = _values(colour)
    groups: list[Bools] = [np.asarray(colour == value) for value in values]
    if joined and all(_is_line(x[own]) for own in groups):
        _plot(axes, x, y, groups, [to_hex(scale(limits(value))) for value in values])
    else:
        size = 80 if len(x) < 30 else 30
        axes.scatter(x[there], y[there], c=held, cmap=scale, norm=limits, s=size, zorder=2)
    add_bar(axes, ScalarMappable(limits, scale), name, held, 0.065)


def _is_line(x: Floats) -> bool:
    return len(x) > 1 and len(np.unique(x)) == len(x)


def _key_word(name: str, value: Any) -> str:
    if not isinstance(value, float):
        return _shortened(str(value))
    return format_time(value) if is_time(name) else f"{value:g}"


def _shortened(text: str) -> str:
    """Return a name that leaves room for the plot; matplotlib hides names that begin with `_`."""
    text = drawable(" ".join(text.split()))
    text = text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
    return f" {text}" if text.startswith("_") else text


def _key(axes: Axes, words: list[str], title: str) -> None:
    """Put the key beside the plot, which gives it the room it needs: no corner of it is free."""
    legend = axes.legend(
        axes.get_lines(),
        words,
        title=title,
        frameon=False,
        labelcolor=hex_of(THEME.text),
        fontsize=15,
        loc="upper right",
        bbox_to_anchor=(0.985, 0.87),
        bbox_transform=axes.figure.transFigure,
        borderaxespad=0.0,
        labelspacing=0.25,
    )
    box = legend.get_window_extent().transformed(axes.figure.transFigure.inverted())
    left, bottom, _, height = axes.get_position().bounds
    axes.set_position((left, bottom, max(box.x0 - left - ROOM_FOR_MARK, 0.2), height))


def _tell_values(axes: Axes, name: str, x: NDArray[Any], y: NDArray[Any]) -> None:
    """Write each value above its point: a talk's last row reads numbers, not axes."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415

    around = [withStroke(linewidth=5, foreground=hex_of(THEME.panel))]  # the line runs behind
    for at, value in zip(x.tolist(), y.tolist(), strict=True):
        axes.annotate(
            told_value(name, value),
            (at, value),
            xytext=(0, 12),
            textcoords="offset points",
            ha="center",
            fontsize=14,
            color=hex_of(THEME.text),
            path_effects=around,
        )


def _of_group(i: int, count: int) -> Colour:
    if count <= len(_LINES):
        return _LINES[i]
    return mix(THEME.own, THEME.warning, i / (count - 1))
