"""Figures for a talk: lines, points or a map of a result table; the waterfall of a price list.

In: columns, and which of them to show; prices. Out: a `.png`, `.svg` or `.pdf` of 16:9 in the
colours and the font of the screen (matplotlib, extra `[plot]`; no display is needed). Matplotlib's
constrained layout makes room for labels, key, colour bar and heading.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator.errors import ExtraError, LightpaceError, OutputError
from simulator.files import asset_path, replacing
from simulator.units import format_signed, format_time, whole_metres
from simulator.view.layout import apart
from simulator.view.theme import NIGHT, Colour, Theme, css, mix

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

    from simulator.analysis.attribution import PriceList

Columns = Mapping[str, NDArray[Any]]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
RowGroup = tuple[str, str, Mask]
"""A name for the key, a colour, and the rows that have it."""

ENDINGS = (".png", ".svg", ".pdf")
FOUR_MINUTES_S = 240.0
SHARES = ("chance", "mean_shelter")
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
MODEL = "A model, not a measurement."
ASSUMED = "Hatched: rests on assumed coefficients."
FALLBACK = "DejaVu Sans"
"""The fallback font: it comes with matplotlib and has letters that ours lacks."""
SEMIBOLD, BOLD = 600, (700, "bold")
NO_GLYPH = "\N{WHITE SQUARE}"
"""Replaces characters that neither font has, such as an emoji."""
HEADING_PT, LEAST_HEADING_PT = 25.0, 15.0
"""Font sizes of the heading: normal, and for a long one."""
LONGEST_HEADING = 300
"""A heading is cut to this many characters: no page holds more."""
MARGIN_IN = 0.18
"""Margin of the page [inches]."""
MOST_LABELLED = 16
"""Up to this many points show their values."""
MOST_IN_KEY = 12
"""Up to this many colours go into a key; more numbers get a colour bar."""
LONGEST_NAME = 32
LARGEST = 1e12
"""The largest axis value: matplotlib's ticks would overflow beyond it."""
NONE = "none"
"""The name of rows without a colour value."""


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """What a figure shows: columns on its axes and as colour (may be empty), heading, colours."""

    x: str
    y: str
    colour: str = ""
    title: str = ""
    theme: Theme = NIGHT


def check_figure(path: Path) -> None:
    """Check the file type and that matplotlib is installed, before anything is computed.

    Raises:
        OutputError: the ending is none of `ENDINGS`.
        ExtraError: matplotlib is not installed.
    """
    if path.suffix.lower() not in ENDINGS:
        raise OutputError(f"{path}: a figure is written as .png, .svg or .pdf.")
    if find_spec("matplotlib") is None:
        raise ExtraError("A figure", "plot")


def draw_figure(columns: Columns, show: FigureSpec, path: Path) -> None:
    """Write the figure.

    If x and y are both varied and the colour is a result, it is a map. Otherwise it shows the rows:
    as points if the colour is a result or several rows of one colour share an x; else as lines, one
    per value of the colour. Places where a column `assumed` is not 0 are hatched.

    Raises:
        LightpaceError: there is no such column, or nothing to draw.
        OutputError, ExtraError: see `check_figure`.
    """
    check_figure(path)
    _check_columns(columns, show)
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    names = list(columns)
    results = names.index("status") if "status" in names else len(names)
    of_result = show.colour in names[results:]
    is_map = of_result and show.y in names[:results]
    with mpl.rc_context(style(show.theme)):
        figure = Figure()
        if is_map:
            draw_map(figure, columns, show)
        else:
            draw_rows(figure, columns, show, of_result=of_result)
        hatched = ASSUMED in {each.get_label() for each in figure.axes[0].get_children()}
        write_foot(figure, f"{MODEL} {ASSUMED}" if hatched else MODEL, show.theme)
        write_heading(figure, show.title or heading_of(show, is_map=is_map))
        with replacing(path) as temporary:
            figure.savefig(temporary, format=path.suffix.lower()[1:])


def _check_columns(columns: Columns, show: FigureSpec) -> None:
    for name in (show.x, show.y, show.colour):
        if name and name not in columns:
            raise LightpaceError(f"There is no column '{name}'; there are: {', '.join(columns)}.")
        if not name:
            continue
        values = columns[name]
        if not _has_value(values).any():
            raise LightpaceError(f"Column '{name}' is empty: no row holds a value.")
        if values.dtype.kind == "f" and np.any(np.abs(values) > LARGEST):
            raise LightpaceError(f"Column '{name}' holds numbers beyond {LARGEST:g}.")


def _has_value(values: NDArray[Any]) -> Mask:
    """Return where a column has a value: a finite number, or a word."""
    return np.asarray(np.isfinite(values) if values.dtype.kind == "f" else values != "")


def _numbers(columns: Columns, name: str) -> Floats:
    values = columns[name]
    if values.dtype.kind != "f":
        raise LightpaceError(f"Column '{name}' holds words; only the colour may.")
    return values


def style(theme: Theme) -> dict[Any, Any]:
    """Return matplotlib's settings for a theme's colours and the font of the screen."""
    from matplotlib import rc_params_from_file  # noqa: PLC0415
    from matplotlib.font_manager import FontProperties, fontManager  # noqa: PLC0415

    files = [_font_file(weight) for weight in ("Regular", "SemiBold")]
    for file in files:
        if not any(font.fname == file for font in fontManager.ttflist):
            fontManager.addfont(file)
    _add_semibold_fallback()
    back, muted, edge = css(theme.back), css(theme.muted), css(theme.edge)
    return rc_params_from_file(asset_path("figure.mplstyle"), use_default_template=False) | {
        "font.family": [FontProperties(fname=files[0]).get_name(), FALLBACK],
        "text.color": css(theme.text),
        "figure.facecolor": back,
        "figure.titlesize": HEADING_PT,
        "figure.constrained_layout.w_pad": MARGIN_IN,
        "figure.constrained_layout.h_pad": MARGIN_IN,
        "savefig.facecolor": back,
        "axes.facecolor": css(theme.panel),
        "axes.edgecolor": edge,
        "axes.labelcolor": muted,
        "xtick.color": edge,
        "ytick.color": edge,
        "xtick.labelcolor": muted,
        "ytick.labelcolor": muted,
        "grid.color": edge,
    }


def _font_file(weight: str) -> str:
    return str(asset_path(f"fonts/LightpaceSans-{weight}.ttf"))


def _add_semibold_fallback() -> None:
    """Register the bold fallback as semibold too: matplotlib warns when it guesses."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415

    known = [f for f in fontManager.ttflist if f.name == FALLBACK and f.style == "normal"]
    if not any(f.weight == SEMIBOLD for f in known):
        # by weight, not by file: matplotlib searches real paths but lists links
        bold = [f for f in known if f.weight in BOLD]
        fontManager.ttflist.extend(replace(f, weight=SEMIBOLD) for f in bold[:1])


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    """Return the characters that can be drawn in both weights."""
    from matplotlib.font_manager import findfont, get_font  # noqa: PLC0415

    files = (_font_file("Regular"), findfont(FALLBACK))
    return frozenset().union(*(get_font(file).get_charmap() for file in files))


def drawable(text: str) -> str:
    """Return a text with `NO_GLYPH` for characters without a font; invisible marks are removed."""
    return "".join(
        char if char == "\n" or ord(char) in _glyphs() else NO_GLYPH
        for char in text
        if char == "\n" or ord(char) in _glyphs() or unicodedata.category(char)[0] not in "CM"
    )


def heading_of(show: FigureSpec, *, is_map: bool) -> str:
    """Return a heading made of the columns' names."""
    x, y, colour = (label_of(name).partition(" [")[0] for name in (show.x, show.y, show.colour))
    if is_map:
        heading = f"{colour} over {x} and {y}"
    else:
        heading = f"{y} over {x}" + (f", by {colour}" if colour else "")
    return heading[0].upper() + heading[1:]


def write_heading(figure: Figure, heading: str) -> None:
    """Write the heading above the axes; a long one is set smaller, then cut."""
    words = drawable(heading[:LONGEST_HEADING])
    text = figure.suptitle(words, ha="left")
    figure.draw_without_rendering()  # lays the axes out
    text.set_x(figure.axes[0].get_position().x0)
    room = figure.bbox.width * (1 - text.get_position()[0]) - MARGIN_IN * figure.dpi

    def share() -> float:
        return float(room / max(1.0, text.get_window_extent().width))

    if share() < 1.0:
        text.set_fontsize(max(LEAST_HEADING_PT, 0.99 * HEADING_PT * share()))
    while share() < 1.0 and words:
        words = words[: min(len(words) - 1, int(len(words) * share()))]
        text.set_text(f"{words.rstrip()}…")


def label_of(name: str) -> str:
    """Return a column's label, with its unit."""
    split = re.fullmatch(r"split_(\d+)_s", name)
    return f"{split[1]} m split [min:s]" if split else LABELS.get(name, name.replace("_", " "))


def _is_time(name: str) -> bool:
    return name.endswith("_s") or name == "plan.target"


def _value_text(name: str, value: float) -> str:
    if name == "chance" and not 0.005 <= value <= 0.995:  # sampled: neither never nor certain
        return "<1%" if value < 0.5 else ">99%"
    if name in SHARES:
        return f"{value:.0%}"
    if name == "lost_light_m":
        return whole_metres(value)
    return format_time(value, 1) if _is_time(name) else f"{value:.4g}"


def _label_axis(axis: Axis, name: str, values: NDArray[Any]) -> None:
    """Label an axis; times appear as times, shares as percent, whole numbers without decimals."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter  # noqa: PLC0415

    axis.set_label_text(drawable(label_of(name)))
    if name in SHARES:
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    elif _is_time(name):
        span = float(np.nanmax(values) - np.nanmin(values)) if len(values) else 0.0
        decimals = 0 if span > 4 else 1 if span > 0.8 else 2
        axis.set_major_formatter(FuncFormatter(lambda t, _: format_time(t, decimals)))
    elif np.all(values == np.rint(values)):
        axis.set_major_locator(MaxNLocator(nbins=15, integer=True))


def _colour_map(*colours: str) -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415

    return LinearSegmentedColormap.from_list("lightpace", colours)


def _divided_map(
    low: float, high: float, level: float, sides: tuple[tuple[Colour, Colour], ...]
) -> Colormap:
    """Return colours from `low` to `high`, none of which is used on both sides of a level.

    `sides`: the colours furthest below it and just below it, just above it and furthest above it.
    """
    from matplotlib.colors import ListedColormap  # noqa: PLC0415

    (least, below), (above, most) = sides
    reach = max(high - level, level - low, 1e-9)
    colours = [
        css(mix(below, least, (level - value) / reach))
        if value <= level
        else css(mix(above, most, (value - level) / reach))
        for value in np.linspace(low, high, 256).tolist()
    ]
    return ListedColormap(colours)


def _add_bar(axes: Axes, shown: ScalarMappable, name: str, values: NDArray[Any]) -> None:
    bar = axes.figure.colorbar(shown, ax=axes, pad=0.02, fraction=0.05)
    bar.outline.set_visible(False)
    _label_axis(bar.ax.yaxis, name, values)


def draw_map(figure: Figure, columns: Columns, show: FigureSpec) -> None:
    """Draw a value over two varied columns, with a contour at four minutes or at one half.

    The contour, if there is one, divides the colours too.

    Raises:
        LightpaceError: an axis has one value only, or rows share a place.
    """
    x, y, value = (_numbers(columns, name) for name in (show.x, show.y, show.colour))
    complete = np.isfinite(x) & np.isfinite(y)
    x, y, value = x[complete], y[complete], value[complete]
    xs, column = np.unique(x, return_inverse=True)
    ys, row = np.unique(y, return_inverse=True)
    if len(xs) < 2 or len(ys) < 2:
        raise LightpaceError("A map needs two values or more on either axis.")
    if len(np.unique(row * len(xs) + column)) < len(x):
        raise LightpaceError("Several rows share a place on this map: vary only its two axes.")
    grid = np.full((len(ys), len(xs)), np.nan)
    grid[row, column] = value
    theme = show.theme
    low, high, level, words = np.nanmin(grid), np.nanmax(grid), FOUR_MINUTES_S, "4:00"
    sides = (theme.own, mix(theme.edge, theme.own, 0.5)), (theme.edge, theme.warning)
    if show.colour == "chance":
        low, high, level, words = 0.0, 1.0, 0.5, "50 %"
        sides = (theme.reserve, theme.edge), (mix(theme.edge, theme.target, 0.5), theme.target)
    colours = _divided_map(float(low), float(high), level, sides)
    axes = figure.add_subplot()
    mesh = axes.pcolormesh(xs, ys, grid, cmap=colours, vmin=low, vmax=high, shading="nearest")
    if "assumed" in columns:
        assumed = np.zeros(grid.shape, np.bool_)
        assumed[row, column] = _numbers(columns, "assumed")[complete] > 0
        _hatch_cells(axes, xs, ys, assumed, theme)
    _add_bar(axes, mesh, show.colour, value[np.isfinite(value)])
    _label_axis(axes.xaxis, show.x, xs)
    _label_axis(axes.yaxis, show.y, ys)
    if show.colour in ("chance", "finish_s") and low < level < high:
        figure.draw_without_rendering()  # the label follows the line's angle
        lines = axes.contour(xs, ys, grid, [level], colors=[css(theme.text)], linewidths=4)
        axes.clabel(lines, fmt={level: words}, fontsize=20, inline_spacing=12)


def _hatch_cells(axes: Axes, xs: Floats, ys: Floats, assumed: Mask, theme: Theme) -> None:
    """Hatch the cells of a map that rest on assumed coefficients, merged along each row."""
    from matplotlib.collections import PatchCollection  # noqa: PLC0415
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    across, up = (_edges(values) for values in (xs, ys))
    cells = [
        Rectangle((across[i], up[j]), across[k] - across[i], up[j + 1] - up[j])
        for j, marked in enumerate(assumed)
        for i, k in _stretches(marked)
    ]
    if cells:
        hatched = PatchCollection(cells, facecolor="none", linewidth=0, hatch="/", label=ASSUMED)
        hatched.set_hatch_linewidth(0.8)
        hatched.set_edgecolor(css(mix(theme.edge, theme.text, 0.35)))
        axes.add_collection(hatched, autolim=False)


def _edges(values: Floats) -> Floats:
    """Return the edges of the cells around increasing values."""
    middle = 0.5 * (values[1:] + values[:-1])
    return np.array([2 * values[0] - middle[0], *middle, 2 * values[-1] - middle[-1]])


def _stretches(marked: Mask) -> list[tuple[int, int]]:
    """Return the runs of marked values, as half-open intervals."""
    turns = np.flatnonzero(np.diff(np.array([False, *marked, False]).astype(int)))
    return list(zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True))


def draw_rows(figure: Figure, columns: Columns, show: FigureSpec, *, of_result: bool) -> None:
    """Draw the rows that have both x and y.

    Args:
        figure: it gets axes, and a key or a colour bar.
        columns: the table.
        show: which columns.
        of_result: the colour is a result: each point has its own colour, and nothing is joined.

    Raises:
        LightpaceError: no row has both.
    """
    x, y = _numbers(columns, show.x), _numbers(columns, show.y)
    complete = np.isfinite(x) & np.isfinite(y)
    if not complete.any():
        raise LightpaceError(f"No row has both '{show.x}' and '{show.y}'.")
    x, y = x[complete], y[complete]
    axes, theme = figure.add_subplot(), show.theme
    groups: list[RowGroup] = []
    if not show.colour:
        alone = [("", css(theme.own), np.full(len(x), True))]
        if _plot(axes, x, y, alone) and len(x) <= MOST_LABELLED:
            _write_values(axes, show.y, x, y, theme)
    else:
        colour = columns[show.colour][complete]
        numeric = colour.dtype.kind == "f"
        if numeric and (of_result or len(_values(colour)) > MOST_IN_KEY):
            _draw_scale(axes, x, y, colour, show, joined=not of_result)
        else:
            groups = _groups(show.colour, colour, theme)
            joined = _plot(axes, x, y, groups, joined=not of_result)
            ends = {float(x[rows].max()) for _, _, rows in groups}
            if not joined or len(ends) > 1 or min(r.sum() for _, _, r in groups) < 2:
                figure.legend(title=_shortened(label_of(show.colour)), loc="outside right center")
                groups = []
    _label_axis(axes.xaxis, show.x, x)
    _label_axis(axes.yaxis, show.y, y)
    axes.grid(axis="y")
    axes.margins(x=0.03, y=0.1)
    if show.y == "finish_s" and y.min() - 5.0 <= FOUR_MINUTES_S <= y.max() + 5.0:
        tint = css(theme.target)
        axes.axhline(FOUR_MINUTES_S, color=tint, linewidth=2, linestyle=(0, (6, 4)))
        place = (1.0, FOUR_MINUTES_S)
        words = axes.annotate("4:00", place, (-6, 4), axes.get_yaxis_transform(), "offset points")
        words.set(color=tint, weight="semibold", ha="right")
    if show.y == "chance":
        axes.set_ylim(0, 1)
    if "assumed" in columns:
        _hatch_foot(axes, x, _numbers(columns, "assumed")[complete] > 0, theme)
    if groups:
        _write_names(axes, x, y, groups, show)


def _hatch_foot(axes: Axes, x: Floats, assumed: Mask, theme: Theme) -> None:
    """Hatch the bottom of the plot below rows that rest on assumed coefficients."""
    places = np.unique(x)
    if len(places) < 2:
        return
    limits, edges = axes.get_xlim(), _edges(places)
    for i, k in _stretches(np.isin(places, x[assumed])):
        axes.axvspan(
            edges[i],
            edges[k],
            ymax=0.03,
            facecolor="none",
            edgecolor=css(theme.muted),
            linewidth=0,
            hatch="////",
            label=ASSUMED,
        )
    axes.set_xlim(limits)


def _write_names(
    axes: Axes, x: Floats, y: Floats, groups: list[RowGroup], show: FigureSpec
) -> None:
    """Write the name of each line at its right end, moved apart where names would overlap."""
    figure: Any = axes.figure
    figure.draw_without_rendering()  # lays the axes out
    step = 1.25 * 15.0 * figure.dpi / 72.0
    ends = []
    for name, tint, rows in groups:
        at = np.flatnonzero(rows)[np.argmax(x[rows])]
        ends.append((float(axes.transData.transform((x[at], y[at]))[1]), name, tint, x[at], y[at]))
    ends.sort()
    # a common name is on top
    places = apart([(height, step) for height, *_ in ends], 0.0, -math.inf, axes.bbox.y1)
    above = (places[-1] + step, _shortened(label_of(show.colour)), css(show.theme.muted))
    right = axes.get_xlim()[1]
    for height, name, tint in [
        *((p, e[1], e[2]) for p, e in zip(places, ends, strict=True)),
        above,
    ]:
        level = float(axes.transData.inverted().transform((0.0, height))[1])
        text = axes.annotate(name, (right, level), (8, 0), textcoords="offset points")
        text.set(color=tint, va="center", fontsize=15, annotation_clip=False)


def write_foot(figure: Figure, words: str, theme: Theme) -> None:
    """Write a note for the reader below the axes."""
    figure.supxlabel(words, x=0.99, ha="right", fontsize=12, color=css(theme.muted))


def draw_prices(listed: PriceList, title: str, path: Path, theme: Theme) -> None:
    """Write the waterfall of a price list: from the target, step by step, to the finish.

    Raises:
        OutputError, ExtraError: see `check_figure`.
    """
    check_figure(path)
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415

    steps = listed.steps
    gain, loss = css(theme.reserve), css(theme.warning)
    with mpl.rc_context(style(theme)):
        figure = Figure()
        axes = figure.add_subplot()
        rows = ["target", *(step.name for step in steps), "finish"]
        times = [listed.target_s, *(step.to_s for step in steps), listed.finish_s]
        low, high = min(times), max(times)
        room = max(high - low, 0.1)
        for i, step in enumerate(steps, 1):
            left, right = sorted((step.from_s, step.to_s))
            axes.barh(i, right - left, 0.5, left, color=loss if step.seconds >= 0 else gain)
            words = f"{format_signed(step.seconds)} s"
            against = f"  against {step.best}" if step.best else ""
            inside = right + 0.02 * room
            axes.annotate(words, (inside, i), va="center", fontsize=17)
            axes.annotate(
                drawable(against.strip()),
                (low, i + 0.41),
                va="center",
                fontsize=12,
                color=css(theme.muted),
            )
        for i, (time_s, tint) in {
            0: (listed.target_s, css(theme.target)),
            len(steps) + 1: (listed.finish_s, css(theme.own)),
        }.items():
            axes.plot([time_s, time_s], [i - 0.3, i + 0.3], color=tint, linewidth=6)
            at = time_s + 0.02 * room
            axes.annotate(format_time(time_s), (at, i), va="center", color=tint)
        axes.set_yticks(range(len(rows)), [drawable(row) for row in rows])
        axes.tick_params(axis="y", length=0, labelcolor=css(theme.text))
        axes.set_xlim(low - 0.02 * room, high + 0.18 * room)
        axes.set_ylim(len(rows) - 0.3, -0.6)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda t, _: format_time(t, 1)))
        axes.grid(axis="x")
        axes.set_xlabel(
            f"Shapley values over {2 ** len(listed.prices)} runs; with all factors at their best "
            f"she runs {format_time(listed.reference_s)}",
            fontsize=13,
        )
        write_foot(figure, MODEL, theme)
        write_heading(figure, title)
        with replacing(path) as temporary:
            figure.savefig(temporary, format=path.suffix.lower()[1:])


def _values(colour: NDArray[Any]) -> list[Any]:
    """Return the values of the colour: numbers by size, words in table order."""
    values = colour[_has_value(colour)].tolist()
    return sorted(set(values)) if colour.dtype.kind == "f" else list(dict.fromkeys(values))


def _plot(axes: Axes, x: Floats, y: Floats, groups: list[RowGroup], *, joined: bool = True) -> bool:
    """Draw groups of rows; return whether they are joined.

    They are joined only if every group has one value for each x, and all groups alike.
    """
    joined = joined and all(len(np.unique(x[rows])) == rows.sum() for _, _, rows in groups)
    size = 9 if max(int(rows.sum()) for _, _, rows in groups) < 30 else 5
    for name, colour, rows in groups:
        order = np.flatnonzero(rows)[np.argsort(x[rows], kind="stable")]
        (line,) = axes.plot(x[order], y[order], color=colour, marker="o", markersize=size)
        line.set(label=name, linewidth=3 if joined else 0)
    return joined


def _groups(name: str, colour: NDArray[Any], theme: Theme) -> list[RowGroup]:
    """Return a group for each value; values beyond the key, and rows without one, in grey."""
    values = _values(colour)
    most = len(values) if len(values) <= MOST_IN_KEY else MOST_IN_KEY - 1
    shown, others = values[:most], values[most:]
    lines = (theme.own, theme.target, theme.warning, theme.effort, theme.reserve, theme.shelter)
    colours = tuple(map(css, lines))
    if len(shown) > len(lines):
        steps = np.linspace(0.0, 1.0, len(shown)).tolist()
        colours = tuple(css(mix(theme.own, theme.warning, share)) for share in steps)
    groups: list[RowGroup] = [
        (_key_word(name, value), tint, np.asarray(colour == value))
        for value, tint in zip(shown, colours, strict=False)
    ]
    rest = [
        (f"{len(others)} others", css(theme.muted), np.isin(colour, others)),
        (NONE, css(theme.muted), ~_has_value(colour)),
    ]
    return groups + [group for group in rest if group[2].any()]


def _draw_scale(
    axes: Axes, x: Floats, y: Floats, colour: Floats, show: FigureSpec, *, joined: bool
) -> None:
    """Draw colours by size, with a colour bar; rows without a value as grey rings with a key."""
    from matplotlib.cm import ScalarMappable  # noqa: PLC0415
    from matplotlib.colors import to_hex  # noqa: PLC0415

    known, name, theme = _has_value(colour), show.colour, show.theme
    ends = (theme.own, theme.effort, theme.warning)
    scale = ScalarMappable(cmap=_colour_map(*map(css, ends)))
    scale.set_array(colour[known])
    scale.autoscale()
    area = 80 if len(x) < 30 else 30
    if not known.all():
        label = f"{drawable(label_of(name)).partition(' [')[0]}: {NONE}"
        rings = axes.scatter(
            x[~known], y[~known], area, facecolors="none", edgecolors=css(theme.muted)
        )
        rings.set(label=label)
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.0)
    groups = [(value, np.asarray(colour == value)) for value in _values(colour)]
    if joined and all(1 < rows.sum() == len(np.unique(x[rows])) for _, rows in groups):
        tints = scale.to_rgba(np.array([value for value, _ in groups]))
        _plot(axes, x, y, [("", to_hex(t), r) for t, (_, r) in zip(tints, groups, strict=True)])
    else:
        axes.scatter(x[known], y[known], area, scale.to_rgba(colour[known]), zorder=2)
    _add_bar(axes, scale, name, colour[known])


def _key_word(name: str, value: Any) -> str:
    if not isinstance(value, float):
        return _shortened(str(value))
    return format_time(value) if _is_time(name) else f"{value:g}"


def _shortened(text: str) -> str:
    """Return a name short enough for the plot; matplotlib hides names that begin with `_`."""
    text = drawable(" ".join(text.split()))
    text = text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
    return f" {text}" if text.startswith("_") else text


def _write_values(axes: Axes, name: str, x: Floats, y: Floats, theme: Theme) -> None:
    """Write each value above its point: the last row of a hall reads numbers, not axes."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415

    around = [withStroke(linewidth=5, foreground=css(theme.panel))]  # the line runs behind
    for at in zip(x.tolist(), y.tolist(), strict=True):
        text = axes.annotate(_value_text(name, at[1]), at, (0, 12), textcoords="offset points")
        text.set(ha="center", fontsize=14, path_effects=around)
