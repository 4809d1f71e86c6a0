"""Figures for a talk from tables of results: lines, points, a map.

In: columns, and which of them to show. Out: a `.png`, `.svg` or `.pdf` of 16:9 in the colours and
the font of the screen (matplotlib, extra `[plot]`; no display is needed).
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from simulator.errors import ExtraError, OutputError
from simulator.files import replacing
from simulator.view.figure_axes import (
    Columns,
    Show,
    check_columns,
    drawable,
    head,
    heading_of,
    keep_on_page,
    style,
)
from simulator.view.figure_map import draw_map
from simulator.view.figure_rows import draw_rows

__all__ = ["ENDINGS", "Columns", "Show", "check_figure", "draw_figure"]

ENDINGS = (".png", ".svg", ".pdf")


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

    A map is drawn where x and y are both varied and the colour is a result. Otherwise the rows are
    drawn: points where the colour is a result, and where several rows of one colour share an x;
    else lines, one for each value of the colour.

    Raises:
        LightpaceError: there is no such column, or nothing to draw.
        OutputError, ExtraError: see `check_figure`.
    """
    check_figure(path)
    check_columns(columns, show)
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with mpl.rc_context(style()):
        figure = Figure(figsize=(12.8, 7.2), dpi=150)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.1, 0.13, 0.84, 0.72))
        names = list(columns)
        results = names.index("status") if "status" in names else len(names)
        of_result = show.colour in names[results:]
        is_map = of_result and show.y in names[:results]
        if is_map:
            draw_map(axes, columns, show)
        else:
            draw_rows(axes, columns, show, of_result=of_result)
        heading = drawable(show.title or heading_of(show, is_map=is_map))
        keep_on_page(figure)
        head(figure, axes.get_position().x0, heading)
        with replacing(path) as beside:
            figure.savefig(beside, format=path.suffix.lower()[1:])
