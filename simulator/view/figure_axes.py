"""How a figure's axes read: names, units, times as times; the text, font and colours it is set in.

In: columns by name. Out: labels and marks on matplotlib's axes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator.errors import LightpaceError
from simulator.resources import asset_path
from simulator.units import format_time
from simulator.view.theme import Colour
from simulator.view.themes import theme_named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure

Columns = Mapping[str, NDArray[Any]]

FOUR_MINUTES_S = 240.0
THEME = theme_named("night")
SHARES = ("chance", "mean_shelter")
FALLBACK = "DejaVu Sans"
"""Comes with matplotlib, and has the letters that ours lacks."""
SEMIBOLD, BOLD = 600, (700, "bold")
MARGIN = 0.014
"""Left free on both sides [share of the width]."""
NO_GLYPH = "\N{WHITE SQUARE}"
"""Stands where neither font has a glyph, as for an emoji."""
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


def check_columns(columns: Columns, show: Show) -> None:
    """Refuse a column that is not there, or holds nothing.

    Raises:
        LightpaceError: it names the column.
    """
    for name in (show.x, show.y, show.colour):
        if name and name not in columns:
            known = ", ".join(columns)
            raise LightpaceError(f"There is no column '{name}'; there are: {known}.")
        if name and not has_value(columns[name]).any():
            raise LightpaceError(f"Column '{name}' is empty: no row holds a value.")


def has_value(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where a column holds something: a finite number, or a word."""
    return np.asarray(np.isfinite(values) if values.dtype.kind == "f" else values != "")


def numbers(columns: Columns, name: str) -> NDArray[np.float64]:
    """Return a column of numbers.

    Raises:
        LightpaceError: it holds words.
    """
    values = columns[name]
    if values.dtype.kind != "f":
        raise LightpaceError(f"Column '{name}' holds words; only the colour may.")
    return values


def style() -> Any:
    """Return matplotlib's settings."""
    from matplotlib import font_manager  # noqa: PLC0415

    names = {}
    for weight in ("Regular", "SemiBold"):
        file = _font_file(weight)
        if not any(f.fname == file for f in font_manager.fontManager.ttflist):
            font_manager.fontManager.addfont(file)
        names[weight] = font_manager.FontProperties(fname=file).get_name()
    _add_semibold_fallback()
    text, muted, edge = (hex_of(c) for c in (THEME.text, THEME.muted, THEME.edge))
    return {
        "font.family": [names["Regular"], FALLBACK],
        "text.parse_math": False,  # two dollar signs in a name are no formula
        "font.size": 17,
        "text.color": text,
        "axes.labelcolor": muted,
        "axes.edgecolor": edge,
        "axes.facecolor": hex_of(THEME.panel),
        "axes.titlecolor": text,
        "figure.facecolor": hex_of(THEME.back),
        "savefig.facecolor": hex_of(THEME.back),
        "xtick.color": edge,
        "ytick.color": edge,
        "xtick.labelcolor": muted,
        "ytick.labelcolor": muted,
        "grid.color": edge,
        "axes.unicode_minus": True,
        "svg.fonttype": "path",
        "svg.hashsalt": "lightpace",
    }


def _add_semibold_fallback() -> None:
    """Let the bold fallback stand for a semibold one: matplotlib complains where it guesses."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415

    known = [f for f in fontManager.ttflist if f.name == FALLBACK and f.style == "normal"]
    if not any(f.weight == SEMIBOLD for f in known):
        # by weight, not by file: matplotlib finds files by their real path, and lists them by links
        bold = [f for f in known if f.weight in BOLD]
        fontManager.ttflist.extend(replace(f, weight=SEMIBOLD) for f in bold[:1])


def _font_file(weight: str) -> str:
    return str(asset_path(f"fonts/LightpaceSans-{weight}.ttf"))


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    """Return the characters that can be drawn in either weight."""
    from matplotlib import font_manager  # noqa: PLC0415

    files = [_font_file("Regular"), font_manager.findfont(FALLBACK)]
    return frozenset().union(*(font_manager.get_font(file).get_charmap() for file in files))


def drawable(text: str) -> str:
    """Return a text with `NO_GLYPH` for what no font has; invisible marks are left out."""
    told = []
    for char in text:
        if char == "\n" or ord(char) in _glyphs():
            told.append(char)
        elif unicodedata.category(char)[0] not in "CM":
            told.append(NO_GLYPH)
    return "".join(told)


def hex_of(colour: Colour) -> str:
    """Return a colour as matplotlib takes it."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def heading_of(show: Show, *, is_map: bool) -> str:
    """Return a heading out of the columns' names."""
    x, y, colour = (label_of(name).partition(" [")[0] for name in (show.x, show.y, show.colour))
    told = f"{colour} over {x} and {y}" if is_map else f"{y} over {x}"
    if colour and not is_map:
        told += f", by {colour}"
    return told[0].upper() + told[1:]


def label_of(name: str) -> str:
    """Return what a column is called, with its unit."""
    split = re.fullmatch(r"split_(\d+)_s", name)
    return f"{split[1]} m split [min:s]" if split else LABELS.get(name, name.replace("_", " "))


def is_time(name: str) -> bool:
    """Return whether a column holds times."""
    return name.endswith("_s") or name == "plan.target"


def told_value(name: str, value: float) -> str:
    """Return one value of a column as it is read out."""
    if name in SHARES:
        return f"{value:.0%}"
    return format_time(value, 1) if is_time(name) else f"{value:.4g}"


def label_axis(axis: Axis, name: str, values: NDArray[Any]) -> None:
    """Label an axis; times read as times, shares as percent, whole numbers as such."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter  # noqa: PLC0415

    axis.set_label_text(drawable(label_of(name)), fontsize=18)
    if name in SHARES:
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    elif is_time(name):
        span = float(np.nanmax(values) - np.nanmin(values)) if len(values) else 0.0
        decimals = 0 if span > 4 else 1 if span > 0.8 else 2
        axis.set_major_formatter(FuncFormatter(lambda t, _: format_time(t, decimals)))
    elif np.all(values == np.rint(values)):
        axis.set_major_locator(MaxNLocator(nbins=15, integer=True))


def add_bar(
    axes: Axes, shown: ScalarMappable, name: str, values: NDArray[Any], room: float = 0.02
) -> None:
    """Put the colour bar of what is shown beside the axes, that far away [share of the width]."""
    figure = axes.get_figure(root=True)
    if figure is None:
        return
    bar = figure.colorbar(shown, ax=axes, pad=room, fraction=0.05)
    bar.outline.set_visible(False)
    bar.ax.set_box_aspect(None)
    label_axis(bar.ax.yaxis, name, values)


def mark_four_minutes(axes: Axes, values: NDArray[np.float64]) -> None:
    """Draw four minutes across, where they are near."""
    low, high = float(values.min()), float(values.max())
    if not low - 5.0 <= FOUR_MINUTES_S <= high + 5.0:
        return
    green = hex_of(THEME.target)
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


def keep_on_page(figure: Figure) -> None:
    """Draw axes and colour bar in until their labels stand on the page."""
    page = figure.transFigure.inverted()
    boxes = [own.get_tightbbox() for own in figure.axes]
    told = [box.transformed(page) for box in boxes if box is not None]
    left = max(MARGIN - min(box.x0 for box in told), 0.0)
    right = max(max(box.x1 for box in told) - (1.0 - MARGIN), 0.0)
    places = [own.get_position() for own in figure.axes]
    first, last = min(p.x0 for p in places), max(p.x1 for p in places)
    share = (last - first - left - right) / (last - first)
    for own, place in zip(figure.axes, places, strict=True):
        x = first + left + share * (place.x0 - first)
        own.set_position((x, place.y0, share * place.width, place.height))


HEADING_PT, LEAST_HEADING_PT = 25.0, 15.0
"""Sizes of the heading: as it should be, and of one that is long."""
LONGEST_HEADING = 300
"""Characters of a heading that are looked at: no page holds more."""


def head(figure: Figure, left: float, heading: str) -> None:
    """Write the heading from `left` [share of the page] on; a long one smaller, then cut short."""
    words = heading[:LONGEST_HEADING]
    text = figure.text(left, 0.925, words, fontsize=HEADING_PT, weight="semibold")
    room = (1.0 - MARGIN - left) * figure.bbox.width

    def share() -> float:
        return float(room / max(1.0, text.get_window_extent().width))

    if share() < 1.0:
        text.set_fontsize(max(LEAST_HEADING_PT, 0.99 * HEADING_PT * share()))
    while share() < 1.0 and words:
        words = words[: min(len(words) - 1, int(len(words) * share()))]
        text.set_text(f"{words.rstrip()}…")
