"""Figures: what they show, and what cannot be drawn."""

from __future__ import annotations

import itertools
import re
import warnings
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import image
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from simulator.errors import ExtraError, LightpaceError, OutputError
from simulator.view import figures
from simulator.view.figures import (
    FALLBACK,
    HEADING_PT,
    LEAST_HEADING_PT,
    MOST_IN_KEY,
    NO_GLYPH,
    SEMIBOLD,
    Columns,
    FigureSpec,
    draw_figure,
    draw_map,
    draw_rows,
    drawable,
    heading_of,
    label_of,
    style,
    write_heading,
)
from simulator.view.theme import NIGHT, THEMES, Theme

COUNT, GAP = (a.ravel().astype(float) for a in np.meshgrid(range(4), (0.8, 1.6, 2.4)))
TABLE = {
    "pacers.count": COUNT,
    "pacers.front_gap": GAP,
    "status": np.full(12, "finished"),
    "finish_s": 238.0 + 2 * GAP - COUNT,
    "chance": np.clip(COUNT / 3 - 0.1 * GAP, 0, 1),
    "nothing": np.full(12, np.nan),
    "blank": np.full(12, ""),
    "early": np.where(COUNT < 2, COUNT, np.nan),
    "late": np.where(COUNT < 2, np.nan, COUNT),
}
MAP = FigureSpec("pacers.front_gap", "pacers.count", "finish_s")


@pytest.mark.parametrize(
    ("ending", "head"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_a_figure_is_a_whole_file_of_its_kind(tmp_path: Path, ending: str, head: bytes) -> None:
    file = tmp_path / f"out.{ending}"
    draw_figure(TABLE, MAP, file)
    assert file.read_bytes().startswith(head)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    "show",
    [
        MAP,
        FigureSpec("pacers.front_gap", "pacers.count", "chance"),
        FigureSpec("pacers.count", "finish_s", "pacers.front_gap"),
        FigureSpec("pacers.count", "chance", "", "A heading"),
        FigureSpec("pacers.count", "finish_s", "status"),
    ],
)
def test_every_kind_of_figure_is_drawn(tmp_path: Path, show: FigureSpec) -> None:
    file = tmp_path / "out.png"
    draw_figure(TABLE, show, file)
    assert file.stat().st_size > 20_000


@pytest.mark.parametrize(
    ("show", "words"),
    [
        (FigureSpec("pacers.cuont", "finish_s"), "no column 'pacers.cuont'"),
        (FigureSpec("status", "finish_s"), "holds words"),
        (FigureSpec("early", "late"), "No row has both"),
        (FigureSpec("pacers.count", "nothing"), "'nothing' is empty"),
        (FigureSpec("pacers.count", "blank"), "'blank' is empty"),
        (FigureSpec("pacers.count", "finish_s", "nothing"), "'nothing' is empty"),
        (FigureSpec("pacers.count", "pacers.front_gap", "nothing"), "'nothing' is empty"),
        (FigureSpec("pacers.count", "pacers.count", "finish_s"), "Several rows"),
    ],
)
def test_what_cannot_be_drawn_is_said(tmp_path: Path, show: FigureSpec, words: str) -> None:
    with pytest.raises(LightpaceError, match=words):
        draw_figure(TABLE, show, tmp_path / "out.png")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("far", [1e308, -1e308, np.inf, -np.inf, 1.1e12])
@pytest.mark.parametrize("column", ["a", "b", "finish_s"])
def test_a_number_beyond_any_axis_is_said(tmp_path: Path, column: str, far: float) -> None:
    table = {
        "a": np.array([1.0, 2, 1, 2]),
        "b": np.array([1.0, 1, 2, 2]),
        "status": np.array(["finished"] * 4),
        "finish_s": np.array([239.0, 240, 241, 242]),
    }
    table[column] = np.where(np.arange(4) == 3, far, table[column])
    with pytest.raises(LightpaceError, match=rf"'{column}' holds numbers beyond 1e\+12"):
        draw_figure(table, FigureSpec("a", "b", "finish_s"), tmp_path / "a.svg")


ODD_FIRST = [1.0, -1e12, 1e-320, np.nan]
ODD_FINISH = [[240.0] * 4, [-1.0, -2, -1, -2], [240, np.nan, 240, np.nan], [1e-320, 0, 0, 1e12]]


@pytest.mark.parametrize(
    ("first", "finish_s"),
    [*zip(ODD_FIRST, ODD_FINISH, strict=True), *zip(ODD_FIRST, ODD_FINISH[::-1], strict=True)],
)
def test_a_map_of_any_numbers_is_drawn(tmp_path: Path, first: float, finish_s: list[float]) -> None:
    table = {
        "a": np.array([first, 2, first, 2, 3, 3]),
        "b": np.array([1.0, 1, 2, 2, 1, 2]),
        "status": np.array(["finished"] * 6),
        "finish_s": np.array([*finish_s, 250.0, 251.0]),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw_figure(table, FigureSpec("a", "b", "finish_s"), tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size > 1000


def test_another_ending_and_a_missing_matplotlib_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OutputError, match="png"):
        draw_figure(TABLE, MAP, tmp_path / "out.gif")
    monkeypatch.setattr(figures, "find_spec", lambda _: None)
    with pytest.raises(ExtraError, match=r"lightpace\[plot\]"):
        draw_figure(TABLE, MAP, tmp_path / "out.png")


def test_a_key_with_long_names_stays_on_the_figure(tmp_path: Path) -> None:
    """Nothing is drawn at the right edge: the key takes its room from the plot."""
    names = np.where(COUNT < 2, "two_by_two_behind_the_light", "single_file")
    table = {**TABLE, "pacers.formation": names}
    file = tmp_path / "out.png"
    draw_figure(table, FigureSpec("pacers.front_gap", "finish_s", "pacers.formation"), file)
    pixels = image.imread(file)
    assert np.ptp(pixels[:, -12:, :3], axis=(0, 1)).max() < 0.01


def test_a_heading_names_what_is_shown_without_units() -> None:
    show = FigureSpec("pacers.front_gap", "finish_s", "pacers.formation")
    assert heading_of(show, is_map=False) == "Finish over front gap, by formation"
    assert label_of("split_400_s") == "400 m split [min:s]"


@pytest.mark.parametrize(
    ("finish_s", "contours"),
    [(238.0 + 2 * GAP - COUNT, 1), (248.0 + 2 * GAP - COUNT, 0)],
)
def test_a_map_of_finishes_has_the_contour_of_four_minutes(
    tmp_path: Path, finish_s: np.ndarray, contours: int
) -> None:
    file = tmp_path / "out.svg"
    draw_figure({**TABLE, "finish_s": finish_s}, MAP, file)
    drawn = file.read_text(encoding="utf-8")
    lines = re.findall(r'<g id="QuadContourSet_\d+">\s*<path d="M[^"]+L[^"]+"', drawn)
    assert len(lines) == contours
    # the label stands along its line; those of the axes and the bar are level
    turned = re.findall(r"<!-- 4:00 -->\s*<g [^>]*rotate\((-?[\d.]+)\)", drawn)
    assert len([angle for angle in turned if abs(float(angle)) > 1]) == contours


def test_a_map_of_chances_has_the_contour_of_one_half(tmp_path: Path) -> None:
    file = tmp_path / "out.svg"
    draw_figure(TABLE, FigureSpec("pacers.front_gap", "pacers.count", "chance"), file)
    drawn = file.read_text(encoding="utf-8")
    assert drawn.count("<!-- 50 % -->") == 1
    assert '<g id="QuadContourSet_1">' in drawn


@pytest.mark.parametrize("text", ["costs $x_{ and $y", "🏃 سباق 4:00", "中\u200d\ufe0f ☃\x07"])
def test_any_text_is_drawn_as_it_is_without_a_warning(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    table = {**TABLE, "pacers.formation": np.where(COUNT < 2, text, "_hidden"), text: COUNT}
    file = tmp_path / "out.svg"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw_figure(
            table, FigureSpec("pacers.front_gap", "finish_s", "pacers.formation", text), file
        )
        draw_figure(table, FigureSpec(text, "finish_s", text), tmp_path / "out.png")
    assert not caplog.records
    drawn = file.read_text(encoding="utf-8")
    assert f"<!-- {drawable(text)} -->" in drawn  # the heading
    assert "<!--  _hidden -->" in drawn


def test_what_no_font_has_becomes_a_square() -> None:
    assert drawable("4:00 $x é سباق") == "4:00 $x é سباق"
    assert (
        drawable("🏃\N{EMOJI MODIFIER FITZPATRICK TYPE-4}\N{TAG LATIN SMALL LETTER G} 4:00\x07")
        == f"{NO_GLYPH}{NO_GLYPH} 4:00"
    )


def _drawn(table: Columns, show: FigureSpec, *, of_result: bool) -> tuple[Figure, Axes]:
    with mpl.rc_context(style(NIGHT)):
        figure = Figure()
        draw_rows(figure, table, show, of_result=of_result)
    return figure, figure.axes[0]


LOST = np.where(COUNT < 2, 400.0 + 100 * COUNT + 10 * GAP, np.nan)


def test_where_the_light_is_lost_is_written_in_metres_passed() -> None:
    table = {
        "pacers.front_gap": np.array([0.8, 1.6, 2.4]),
        "status": np.full(3, "finished"),
        "lost_light_m": np.array([933.55, 1067.82, 1521.5]),
    }
    _, axes = _drawn(table, FigureSpec("pacers.front_gap", "lost_light_m"), of_result=False)
    assert [text.get_text() for text in axes.texts] == ["933", "1067", "1521"]


def test_a_result_as_colour_is_a_bar_and_no_row_vanishes() -> None:
    table = {**TABLE, "lost_light_m": LOST}
    figure, axes = _drawn(
        table, FigureSpec("pacers.front_gap", "finish_s", "lost_light_m"), of_result=True
    )
    rings, points = axes.collections
    held = np.isfinite(LOST)
    places = np.stack([GAP, table["finish_s"]], 1)
    assert np.array_equal(points.get_offsets(), places[held])
    assert np.array_equal(rings.get_offsets(), places[~held])
    tints = np.asarray(points.get_facecolor()).tolist()
    colours = dict(zip(LOST[held].tolist(), map(tuple, tints), strict=True))
    assert len(set(colours.values())) == len(colours)
    assert not len(rings.get_facecolor())
    assert not any(line.get_marker() == "o" for line in axes.get_lines())
    legend = axes.get_legend()
    assert legend is not None
    assert [t.get_text() for t in legend.get_texts()] == ["light lost at: none"]
    assert [a.get_ylabel() for a in figure.axes] == ["finish [min:s]", "light lost at [m]"]


def test_many_varied_numbers_are_lines_with_a_bar() -> None:
    count, gap = (a.ravel().astype(float) for a in np.meshgrid(range(13, -1, -1), (1.0, 2.0)))
    table = {"pacers.count": count, "gap": gap, "finish_s": 240.0 + gap - count}
    figure, axes = _drawn(table, FigureSpec("gap", "finish_s", "pacers.count"), of_result=False)
    lines = [line for line in axes.get_lines() if line.get_marker() == "o"]
    assert len(lines) == 14
    assert all(line.get_linewidth() > 0 for line in lines)
    assert axes.get_legend() is None
    assert not figure.legends
    assert [a.get_ylabel() for a in figure.axes] == ["finish [min:s]", "pacers"]


def test_curves_bear_their_names_in_their_order_and_colour_and_none_meets_another() -> None:
    table = {**TABLE, "own": np.where(COUNT == 3, np.nan, 10.0 - COUNT)}
    table["finish_s"] = 238.0 + 2 * GAP - 0.01 * COUNT
    figure, axes = _drawn(table, FigureSpec("pacers.front_gap", "finish_s", "own"), of_result=False)
    assert not figure.legends
    names = [text for text in axes.texts if text.get_text() != "4:00"]
    assert [text.get_text() for text in names] == ["none", "8", "9", "10", "own"]
    tints = {line.get_label(): line.get_color() for line in axes.get_lines()}
    assert all(text.get_color() == tints[text.get_text()] for text in names[:-1])
    boxes = [text.get_window_extent() for text in names]
    for lower, upper in itertools.pairwise(boxes):
        assert lower.y1 <= upper.y0 + 2
        assert lower.x0 > axes.bbox.x1
    assert boxes[-1].y1 <= figure.bbox.y1


def test_curves_that_end_apart_have_a_key() -> None:
    table = {**TABLE, "own": COUNT, "finish_s": np.where(COUNT * GAP > 6, np.nan, 240.0 + COUNT)}
    figure, _ = _drawn(table, FigureSpec("pacers.front_gap", "finish_s", "own"), of_result=False)
    (legend,) = figure.legends
    assert [t.get_text() for t in legend.get_texts()] == ["0", "1", "2", "3"]


@pytest.mark.parametrize("theme", [NIGHT, THEMES["daylight"]], ids=lambda theme: theme.name)
@pytest.mark.parametrize("value", ["finish_s", "chance"])
def test_no_colour_of_a_map_stands_on_both_sides_of_its_contour(theme: Theme, value: str) -> None:
    level = 240.0 if value == "finish_s" else 0.5
    with mpl.rc_context(style(theme)):
        figure = Figure()
        draw_map(figure, TABLE, replace(MAP, colour=value, theme=theme))
    (mesh,) = (each for each in figure.axes[0].collections if isinstance(each, QuadMesh))
    values = np.linspace(*mesh.get_clim(), 500)
    tints = np.rint(255 * mesh.to_rgba(values)[:, :3]).astype(int)
    apart = np.abs(tints[values < level - 0.02, None] - tints[None, values > level + 0.02])
    assert apart.max(axis=-1).min() > 20


def test_rows_that_rest_on_assumed_coefficients_are_hatched_and_it_is_said(tmp_path: Path) -> None:
    table = {**TABLE, "assumed": (COUNT == 3).astype(float)}
    for show in (MAP, FigureSpec("pacers.count", "finish_s", "pacers.front_gap")):
        for columns in (table, TABLE):
            out = tmp_path / "a.svg"
            draw_figure(columns, show, out)
            text = out.read_text(encoding="utf-8")
            assert "A model, not a measurement." in text
            assert ("Hatched: rests on assumed" in text) == (columns is table)
            assert ('<pattern id="' in text) == (columns is table)


def test_a_figure_is_light_or_dark(tmp_path: Path) -> None:
    brightness = []
    for theme in (NIGHT, THEMES["daylight"]):
        draw_figure(TABLE, replace(MAP, theme=theme), tmp_path / "a.png")
        brightness.append(float(image.imread(tmp_path / "a.png")[4:40, 4:40, :3].mean()))
    assert brightness[0] < 0.2
    assert brightness[1] > 0.8


def test_a_key_holds_a_dozen_names_at_most_and_says_how_many_more() -> None:
    names = np.array([f"runner {i}" for i in range(40)])
    table = {"x": np.arange(40.0), "finish_s": np.arange(240.0, 280.0), "name": names}
    figure, _ = _drawn(table, FigureSpec("x", "finish_s", "name"), of_result=False)
    (legend,) = figure.legends
    reported = [t.get_text() for t in legend.get_texts()]
    assert len(reported) == MOST_IN_KEY
    assert reported[-1] == f"{40 - MOST_IN_KEY + 1} others"


@pytest.mark.parametrize(
    "show",
    [
        FigureSpec("pacers.front_gap", "split_400_s", "lost_light_m"),
        FigureSpec("pacers.front_gap", "pacers.count", "lost_light_m"),
    ],
)
def test_labels_and_bar_stay_on_the_figure(tmp_path: Path, show: FigureSpec) -> None:
    """Nothing is drawn at either edge, however long the times are."""
    table = {**TABLE, "lost_light_m": LOST + 1000, "split_400_s": 60.0 + 0.01 * COUNT}
    file = tmp_path / "out.png"
    draw_figure(table, show, file)
    pixels = image.imread(file)
    for edge in (pixels[:, :12, :3], pixels[:, -12:, :3]):
        assert np.ptp(edge, axis=(0, 1)).max() < 0.01


def test_the_fallback_is_found_where_matplotlib_lies_behind_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fonts = Path(mpl.get_data_path()) / "fonts/ttf"
    (tmp_path / "link").symlink_to(fonts)
    listed = [f for f in fontManager.ttflist if Path(f.fname).parent == fonts and f.weight != 600]
    linked = [replace(f, fname=str(tmp_path / "link" / Path(f.fname).name)) for f in listed]
    monkeypatch.setattr(fontManager, "ttflist", linked)
    with mpl.rc_context(style(NIGHT)):
        added = [f for f in fontManager.ttflist if f.name == FALLBACK and f.weight == SEMIBOLD]
    assert [Path(f.fname).name for f in added] == ["DejaVuSans-Bold.ttf"]


@pytest.mark.parametrize("length", [0, 20, 70, 120, 10_000])
def test_a_long_heading_stays_on_the_page(length: int) -> None:
    heading = ("finish by gap " * length)[:length]
    with mpl.rc_context(style(NIGHT)):
        figure = Figure()
        figure.add_subplot()
        write_heading(figure, heading)
        (text,) = figure.texts
        assert text.get_window_extent().x1 <= figure.bbox.width
    assert float(text.get_fontsize()) >= LEAST_HEADING_PT
    if length <= 70:
        assert text.get_text() == heading
    if length <= 20:
        assert text.get_fontsize() == HEADING_PT
