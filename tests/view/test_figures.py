"""Figures: what they show, and what cannot be drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib import image

from simulator.errors import ExtraError, LightpaceError, OutputError
from simulator.view import figures
from simulator.view.figures import Show, draw_figure

COUNT, GAP = (a.ravel().astype(float) for a in np.meshgrid(range(4), (0.8, 1.6, 2.4)))
TABLE = {
    "pacers.count": COUNT,
    "pacers.front_gap": GAP,
    "status": np.full(12, "finished"),
    "finish_s": 238.0 + 2 * GAP - COUNT,
    "chance": np.clip(COUNT / 3 - 0.1 * GAP, 0, 1),
    "nothing": np.full(12, np.nan),
}
MAP = Show("pacers.front_gap", "pacers.count", "finish_s")


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
        Show("pacers.front_gap", "pacers.count", "chance"),
        Show("pacers.count", "finish_s", "pacers.front_gap"),
        Show("pacers.count", "chance", "", "A heading"),
        Show("pacers.count", "finish_s", "status"),
    ],
)
def test_every_kind_of_figure_is_drawn(tmp_path: Path, show: Show) -> None:
    file = tmp_path / "out.png"
    draw_figure(TABLE, show, file)
    assert file.stat().st_size > 20_000


@pytest.mark.parametrize(
    ("show", "words"),
    [
        (Show("pacers.cuont", "finish_s"), "no column 'pacers.cuont'"),
        (Show("status", "finish_s"), "holds words"),
        (Show("pacers.count", "nothing"), "No row has both"),
        (Show("pacers.count", "pacers.front_gap", "nothing"), "No row has 'nothing'"),
        (Show("pacers.count", "pacers.count", "finish_s"), "Several rows"),
    ],
)
def test_what_cannot_be_drawn_is_said(tmp_path: Path, show: Show, words: str) -> None:
    with pytest.raises(LightpaceError, match=words):
        draw_figure(TABLE, show, tmp_path / "out.png")
    assert not list(tmp_path.iterdir())


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
    draw_figure(table, Show("pacers.front_gap", "finish_s", "pacers.formation"), file)
    pixels = image.imread(file)
    assert np.ptp(pixels[:, -12:, :3], axis=(0, 1)).max() < 0.01


def test_a_heading_names_what_is_shown_without_units() -> None:
    show = Show("pacers.front_gap", "finish_s", "pacers.formation")
    assert figures._heading(show, is_map=False) == "Finish over front gap, by formation"
    assert figures._label("split_400_s") == "400 m split [min:s]"
