"""`lightpace plot` as people use it: ready figures, tables of every kind, and what is refused."""

from __future__ import annotations

import signal
import struct
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.view import figures

DASH = ["--set", "distance=200 m", "--set", "plan.target=30", "--set", "ghosts=[]"]
DASH += ["--set", "published=~"]
HEADS = {".png": b"\x89PNG\r\n\x1a\n", ".svg": b"<?xml", ".pdf": b"%PDF-"}

Lightpace = Callable[..., tuple[int, str, str]]


@pytest.fixture
def lightpace(capsys: pytest.CaptureFixture[str]) -> Lightpace:
    def run(*arguments: str | Path | int) -> tuple[int, str, str]:
        handler = signal.getsignal(signal.SIGTERM)
        try:
            with pytest.raises(SystemExit) as end:
                main([*map(str, arguments)])
        finally:
            signal.signal(signal.SIGTERM, handler)
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the same small sweep as every kind of table."""
    made = tmp_path_factory.mktemp("tables")
    vary = ["--vary", "pacers.count=0,1,13,14", "--vary", "pacers.front_gap=1,2"]
    for ending in ("csv", "json", "parquet"):
        with pytest.raises(SystemExit) as end:
            main(["sweep", *DASH, *vary, "--jobs", "1", "-o", str(made / f"out.{ending}")])
        assert not end.value.code
    return made


@pytest.mark.parametrize("ready", ["pacers", "gaps", "chance"])
def test_a_ready_figure_is_one_command(
    lightpace: Lightpace, tmp_path: Path, ready: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.analysis.uncertainty.SAMPLES", 50)
    out = tmp_path / "out.png"
    code, said, _ = lightpace("plot", ready, *DASH, "-o", out)
    assert code == 0
    assert str(out) in said
    content = out.read_bytes()
    assert content.startswith(HEADS[".png"])
    assert struct.unpack(">II", content[16:24]) == (1920, 1080)
    assert [p.name for p in tmp_path.iterdir()] == ["out.png"]


TABLES = ["out.csv", "out.json", "out.parquet"]
EACH_ONCE = list(zip(TABLES, HEADS, strict=True))
OTHERS = [pair for pair in product(TABLES, HEADS) if pair not in EACH_ONCE]


@pytest.mark.parametrize(
    ("table", "ending"),
    EACH_ONCE + [pytest.param(*pair, marks=pytest.mark.slow) for pair in OTHERS],
)
def test_every_table_becomes_every_kind_of_file(
    lightpace: Lightpace, folder: Path, tmp_path: Path, table: str, ending: str
) -> None:
    out = tmp_path / f"figure{ending}"
    axes = ["--x", "pacers.front_gap", "--y", "finish_s", "--colour", "pacers.count"]
    code, _, _ = lightpace("plot", folder / table, *axes, "-o", out)
    assert code == 0
    assert out.read_bytes().startswith(HEADS[ending])


def test_a_map_is_drawn_where_both_axes_are_varied(
    lightpace: Lightpace, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "map.svg"
    axes = ["--x", "pacers.front_gap", "--y", "pacers.count", "--color", "finish_s"]
    assert lightpace("plot", folder / "out.csv", *axes, "--title", "A map", "-o", out)[0] == 0
    assert "QuadMesh" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--x", "pacers.cuont", "--y", "finish_s"], 1, "There is no column 'pacers.cuont'"),
        (["--x", "pacers.count", "--y", "finish"], 1, "there are: pacers.count, "),
        (["--x", "pacers.count", "--y", "finish_s", "--colour", "hue"], 1, "no column 'hue'"),
        (["--x", "reason", "--y", "finish_s"], 1, "holds words"),
        (["--x", "pacers.count"], 2, "columns of both axes"),
        (["--x", "pacers.count", "--y", "finish_s", "-o", "out.gif"], 1, ".png, .svg or .pdf"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_sentence(
    lightpace: Lightpace,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    result, out, said = lightpace("plot", folder / "out.csv", *arguments)
    assert (result, out) == (code, "")
    assert words in said
    assert len(said.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["costs $x_{ and $y", "🏃 سباق 4:00"])
def test_any_name_of_a_scenario_stands_in_the_heading(
    lightpace: Lightpace, tmp_path: Path, name: str
) -> None:
    scenario = tmp_path / "named.yaml"
    scenario.write_text(f'name: "{name}"\ndistance: 200 m\nplan: {{target: 30}}\n', "utf-8")
    out = tmp_path / "out.svg"
    code, _, said = lightpace("plot", "pacers", "--scenario", scenario, "-o", out)
    assert (code, said) == (0, "")
    assert name.rsplit(maxsplit=1)[-1] in out.read_text(encoding="utf-8")


def test_a_result_may_be_the_colour_and_an_empty_column_is_called_empty(
    lightpace: Lightpace, tmp_path: Path
) -> None:
    table, out = tmp_path / "table.csv", tmp_path / "out.svg"
    rows = [f"{gap},finished,240.{gap},{'' if gap < 3 else 100 * gap},\n" for gap in range(1, 9)]
    head = "pacers.front_gap,status,finish_s,lost_light_m,split_400_s\n"
    table.write_text(head + "".join(rows), encoding="utf-8")
    axes = ["--x", "pacers.front_gap", "--y", "finish_s", "--colour", "lost_light_m"]
    assert lightpace("plot", table, *axes, "-o", out)[0] == 0
    drawn = out.read_text(encoding="utf-8")
    assert "<!-- light lost at: none -->" in drawn
    assert "<!-- nan -->" not in drawn
    axes = ["--x", "pacers.front_gap", "--y", "split_400_s", "-o", str(tmp_path / "no.svg")]
    code, _, said = lightpace("plot", table, *axes)
    assert code == 1
    assert said.strip() == "Column 'split_400_s' is empty: no row holds a value."


@pytest.mark.parametrize("content", [None, "", "just words\n", "[1, 2]"])
def test_a_file_that_is_no_table_is_said(
    lightpace: Lightpace, tmp_path: Path, content: str | None
) -> None:
    table = tmp_path / "table.csv"
    if content is not None:
        table.write_text(content, encoding="utf-8")
    code, _, said = lightpace("plot", table, "--x", "a", "--y", "b", "-o", tmp_path / "o.png")
    assert code == 1
    assert len(said.strip().splitlines()) == 1
    assert "Traceback" not in said


def test_without_matplotlib_the_command_that_installs_it_is_named_at_once(
    lightpace: Lightpace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "find_spec", lambda _: None)
    monkeypatch.setattr("simulator.analysis.sweep.run_sweep", pytest.fail)
    code, _, said = lightpace("plot", "pacers", "-o", tmp_path / "out.png")
    assert code == 1
    assert said.strip() == 'A figure needs an extra: pip install "lightpace[plot]"'


AXES = ["--x", "pacers.count", "--y", "finish"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["pacers", "--x", "finish"], "A ready figure has its own axes"),
        (["prices", "--colour", "chance"], "A ready figure has its own axes"),
        (["out.csv", "--x", "pacers.count", "--y", "finish", *DASH], "drawn as it is"),
        (
            ["out.csv", "--x", "pacers.count", "--y", "finish", "--scenario", "solo"],
            "drawn as it is",
        ),
    ],
)
def test_no_option_is_ignored_in_silence(
    lightpace: Lightpace,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    word: str,
) -> None:
    monkeypatch.chdir(folder)
    code, _, err = lightpace("plot", *arguments)
    assert code == 2
    assert word in " ".join(err.split())
