"""Figures for a talk from tables of results: lines, and a map with the contour of four minutes.

In: columns, and which of them to show. Out: a `.png`, `.svg` or `.pdf` of 16:9 in the colours and
the font of the screen (matplotlib, extra `[plot]`; no display is needed).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator.errors import ExtraError, LightpaceError, OutputError
from simulator.files import replacing
from simulator.resources import asset_path
from simulator.units import format_time
from simulator.view.theme import Colour, mix
from simulator.view.themes import theme_named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Columns = Mapping[str, NDArray[Any]]

ENDINGS = (".png", ".svg", ".pdf")
FOUR_MINUTES_S = 240.0
_THEME = theme_named("night")
_LINES: tuple[Colour, ...] = (
    _THEME.own,
    _THEME.target,
    _THEME.warning,
    _THEME.effort,
    _THEME.reserve,
    _THEME.shelter,
)
SHARES = ("chance", "mean_shelter")
MOST_TOLD = 16
"""Up to so many points have their values written beside them."""
ROOM_FOR_MARK = 0.055
"""Between plot and key stands the mark of four minutes [share of the width]."""
LABELS = {
    "pacers.count": "pacers",
    "pacers.front_gap": "front gap [m]",
    "pacers.formation": "formation",
    "plan.strength": "strength of the plan [%]",
    "plan.target": "target [min:s]",
    "finish_s": "finish [min:s]",
    "p5_s": "finish, best in 20 [min:s]",
    "p50_s": "finish, median [min:s]",
    "p95_s": "finish, worst in 20 [min:s]",
    "chance": "chance of the target",
    "mean_shelter": "mean shelter",
    "lost_light_m": "light lost at [m]",
    "reserve_used": "reserve used [J/kg]",
}


@dataclass(frozen=True, slots=True)
class Show:
    """What a figure shows: columns on its axes and as colour (may be empty), and its heading."""

    x: str
    y: str
    colour: str = ""
    title: str = ""


def check_figure(path: Path) -> None:
    """Refuse another kind of file, and a missing matplotlib, before anything is worked out.

    Raises:
        OutputError: the ending is none of `ENDINGS`.
        ExtraError: matplotlib is not installed.
    """
    if path.suffix.lower() not in ENDINGS:
        raise OutputError(f"{path}: a figure is written as .png, .svg or .pdf.")
    if find_spec("matplotlib") is None:
        raise ExtraError("A figure", "plot")


def draw_figure(columns: Columns, show: Show, path: Path) -> None:
    """Write the figure.

    A map is drawn where x and y are both varied and the colour is a result; lines otherwise, one
    for each value of the colour; points where several rows share an x.

    Raises:
        LightpaceError: there is no such column, or nothing to draw.
        OutputError, ExtraError: see `check_figure`.
    """
    check_figure(path)
    missing = [name for name in (show.x, show.y, show.colour) if name and name not in columns]
    if missing:
        known = ", ".join(columns)
        raise LightpaceError(f"There is no column '{missing[0]}'; there are: {known}.")
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with mpl.rc_context(_style()):
        figure = Figure(figsize=(12.8, 7.2), dpi=150)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.1, 0.13, 0.84, 0.72))
        names = list(columns)
        results = names.index("status") if "status" in names else len(names)
        is_map = show.colour in names[results:] and show.y in names[:results]
        if is_map:
            _map(figure, axes, columns, show)
        else:
            _lines(axes, columns, show)
        figure.text(
            0.1, 0.925, show.title or _heading(show, is_map=is_map), fontsize=25, weight="semibold"
        )
        with replacing(path) as beside:
            figure.savefig(beside, format=path.suffix.lower()[1:])


def _style() -> Any:
    from matplotlib import font_manager  # noqa: PLC0415

    names = {}
    for weight in ("Regular", "SemiBold"):
        file = str(asset_path(f"fonts/LightpaceSans-{weight}.ttf"))
        if not any(f.fname == file for f in font_manager.fontManager.ttflist):
            font_manager.fontManager.addfont(file)
        names[weight] = font_manager.FontProperties(fname=file).get_name()
    text, muted, edge = (_hex(c) for c in (_THEME.text, _THEME.muted, _THEME.edge))
    return {
        "font.family": names["Regular"],
        "font.size": 17,
        "text.color": text,
        "axes.labelcolor": muted,
        "axes.edgecolor": edge,
        "axes.facecolor": _hex(_THEME.panel),
        "axes.titlecolor": text,
        "figure.facecolor": _hex(_THEME.back),
        "savefig.facecolor": _hex(_THEME.back),
        "xtick.color": edge,
        "ytick.color": edge,
        "xtick.labelcolor": muted,
        "ytick.labelcolor": muted,
        "grid.color": edge,
        "axes.unicode_minus": True,
        "svg.fonttype": "path",
        "svg.hashsalt": "lightpace",
    }


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _heading(show: Show, *, is_map: bool) -> str:
    x, y, colour = (_label(name).partition(" [")[0] for name in (show.x, show.y, show.colour))
    told = f"{colour} over {x} and {y}" if is_map else f"{y} over {x}"
    if colour and not is_map:
        told += f", by {colour}"
    return told[0].upper() + told[1:]


def _label(name: str) -> str:
    split = re.fullmatch(r"split_(\d+)_s", name)
    return f"{split[1]} m split [min:s]" if split else LABELS.get(name, name.replace("_", " "))


def _axis(axes: Axes, which: str, name: str, values: NDArray[Any]) -> None:
    """Label an axis; times read as times, shares as percent, whole numbers as such."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter  # noqa: PLC0415

    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_label_text(_label(name), fontsize=18)
    if name in SHARES:
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    elif _is_time(name):
        span = float(np.nanmax(values) - np.nanmin(values)) if len(values) else 0.0
        decimals = 0 if span > 4 else 1 if span > 0.8 else 2
        axis.set_major_formatter(FuncFormatter(lambda t, _: format_time(t, decimals)))
    elif np.all(values == np.rint(values)):
        axis.set_major_locator(MaxNLocator(nbins=15, integer=True))


def _numbers(columns: Columns, name: str) -> NDArray[np.float64]:
    values = columns[name]
    if values.dtype.kind != "f":
        raise LightpaceError(f"Column '{name}' holds words; only the colour may.")
    return values


def _lines(axes: Axes, columns: Columns, show: Show) -> None:
    x, y = _numbers(columns, show.x), _numbers(columns, show.y)
    there = np.isfinite(x) & np.isfinite(y)
    if not there.any():
        raise LightpaceError(f"No row has both '{show.x}' and '{show.y}'.")
    groups: list[Any] = [None]
    if show.colour:
        groups = list(dict.fromkeys(columns[show.colour][there].tolist()))
    shown = [there if g is None else there & (columns[show.colour] == g) for g in groups]
    # joined up only where every group has one value for each x, and all alike
    joined = all(len(np.unique(x[own])) == own.sum() for own in shown)
    size = 9 if max(int(own.sum()) for own in shown) < 30 else 5
    for i, (group, own) in enumerate(zip(groups, shown, strict=True)):
        order = np.argsort(x[own], kind="stable")
        name = None if group is None else f"{group:g}" if isinstance(group, float) else group
        axes.plot(
            x[own][order],
            y[own][order],
            linewidth=3 if joined else 0,
            label=name,
            marker="o",
            markersize=size,
            color=_hex(_of_group(i, len(groups))),
        )
    if show.colour:
        _key(axes, _label(show.colour))
    elif joined and len(x[there]) <= MOST_TOLD:
        _tell_values(axes, show.y, x[there], y[there])
    _axis(axes, "x", show.x, x[there])
    _axis(axes, "y", show.y, y[there])
    axes.grid(axis="y", linewidth=1)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.03, y=0.1)
    if show.y == "finish_s":
        _four_minutes(axes, y[there])
    if show.y == "chance":
        axes.set_ylim(0, 1)


def _key(axes: Axes, title: str) -> None:
    """Put the key beside the plot, which gives it the room it needs: no corner of it is free."""
    legend = axes.legend(
        title=title,
        frameon=False,
        labelcolor=_hex(_THEME.text),
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

    around = [withStroke(linewidth=5, foreground=_hex(_THEME.panel))]  # the line runs behind
    for at, value in zip(x.tolist(), y.tolist(), strict=True):
        told = f"{value:.0%}" if name in SHARES else f"{value:.4g}"
        if _is_time(name):
            told = format_time(value, 1)
        axes.annotate(
            told,
            (at, value),
            xytext=(0, 12),
            textcoords="offset points",
            ha="center",
            fontsize=14,
            color=_hex(_THEME.text),
            path_effects=around,
        )


def _is_time(name: str) -> bool:
    return name.endswith("_s") or name == "plan.target"


def _of_group(i: int, count: int) -> Colour:
    if count <= len(_LINES):
        return _LINES[i]
    return mix(_THEME.own, _THEME.warning, i / (count - 1))


def _four_minutes(axes: Axes, values: NDArray[np.float64]) -> None:
    low, high = float(values.min()), float(values.max())
    if not low - 5.0 <= FOUR_MINUTES_S <= high + 5.0:
        return
    green = _hex(_THEME.target)
    axes.axhline(FOUR_MINUTES_S, color=green, linewidth=2, linestyle=(0, (6, 4)))
    axes.annotate(
        "4:00",
        (1.0, FOUR_MINUTES_S),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        color=green,
        va="center",
        fontsize=17,
    )


def _map(figure: Figure, axes: Axes, columns: Columns, show: Show) -> None:
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415
    from matplotlib.ticker import FuncFormatter, PercentFormatter  # noqa: PLC0415

    x, y = _numbers(columns, show.x), _numbers(columns, show.y)
    value = _numbers(columns, show.colour)
    xs, ys = np.unique(x), np.unique(y)
    if len(xs) < 2 or len(ys) < 2:
        raise LightpaceError("A map needs two values or more on either axis.")
    grid = np.full((len(ys), len(xs)), np.nan)
    place = (np.searchsorted(ys, y), np.searchsorted(xs, x))
    if len(set(zip(*(p.tolist() for p in place), strict=True))) < len(x):
        raise LightpaceError("Several rows share a place on this map: vary only its two axes.")
    grid[place] = value
    if np.isnan(grid).all():
        raise LightpaceError(f"No row has '{show.colour}'.")
    good, bad = _hex(_THEME.target), _hex(_THEME.reserve)
    night = [_hex(c) for c in (_THEME.own, _THEME.edge, _THEME.warning)]
    is_chance = show.colour == "chance"
    scale = LinearSegmentedColormap.from_list(
        "night", [bad, night[1], good] if is_chance else night
    )
    limits = (0.0, 1.0) if is_chance else (float(np.nanmin(grid)), float(np.nanmax(grid)))
    edges = [_edges(values) for values in (xs, ys)]
    shown = axes.pcolormesh(*edges, grid, cmap=scale, vmin=limits[0], vmax=limits[1])
    level = 0.5 if is_chance else FOUR_MINUTES_S
    if (is_chance or show.colour == "finish_s") and limits[0] < level < limits[1]:
        lines = axes.contour(xs, ys, grid, [level], colors=[_hex(_THEME.text)], linewidths=4)
        words = "50 %" if is_chance else "4:00"
        axes.clabel(lines, fmt={level: words}, fontsize=20, inline_spacing=12)
    bar = figure.colorbar(shown, ax=axes, pad=0.02, fraction=0.05)
    bar.outline.set_visible(False)
    bar.set_label(_label(show.colour), fontsize=18)
    if is_chance:
        bar.ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    elif show.colour.endswith("_s"):
        bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda t, _: format_time(t, 0)))
    _axis(axes, "x", show.x, xs)
    _axis(axes, "y", show.y, ys)


def _edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return cell edges half way between the values."""
    middle = 0.5 * (values[1:] + values[:-1])
    first, last = 2 * values[0] - middle[0], 2 * values[-1] - middle[-1]
    return np.concatenate(([first], middle, [last]))
