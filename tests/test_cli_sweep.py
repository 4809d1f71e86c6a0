"""`lightpace sweep` as people use it: whole tables, stopped and gone on with, many processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.export.columns import read_columns

SHORT = ["--set", "distance=400 m", "--set", "plan.target=60", "--set", "ghosts=[]"]
SHORT += ["--set", "published=~"]
DASH = [text.replace("400 m", "100 m").replace("=60", "=17") for text in SHORT]
VARY = ["--vary", "pacers.count=0..14", "--vary", "runner.mass=40..49:0.02"]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

Sweep = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sweep(capsys: pytest.CaptureFixture[str]) -> Sweep:
    def run(*arguments: str | Path) -> tuple[int, str, str]:
        handler = signal.getsignal(signal.SIGTERM)
        try:
            with pytest.raises(SystemExit) as end:
                main(["sweep", *map(str, arguments)])
        finally:
            signal.signal(signal.SIGTERM, handler)
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return run


def _start(*arguments: str | int | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "simulator", "sweep", *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def test_rows_that_are_invalid_are_kept_with_their_reason(sweep: Sweep, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("pacers.count,plan.target\n3,1:00\n99,60\n3,30\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    code, said, _ = sweep(*SHORT, "--rows", rows, "--jobs", 1, "-o", out)
    assert code == 0
    assert "3 rows; 2 are invalid" in said
    table = read_columns(out)
    assert table["status"].tolist() == ["finished", "invalid", "invalid"]
    assert "at most 40, not 99" in table["reason"][1]
    assert "faster than a human" in table["reason"][2]
    assert table["plan.target"].tolist() == [60.0, 60.0, 30.0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--vary", "pacers.cuont=1,2"], "pacers.count"),
        (["--vary", "pacers.count=5..1"], "runs backwards"),
        (["-o", "out.txt"], ".csv, .json or .parquet"),
        (["--samples", "2", "--target", "soon"], "not a time"),
        (["--cluster", "tcp://127.0.0.1:1"], "no Dask scheduler"),
    ],
)
def test_what_cannot_be_swept_is_said_before_anything_is_run(
    sweep: Sweep,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("simulator.cli.workers.CONNECT", "1s")
    code, _, said = sweep(*arguments)
    assert code != 0
    assert words in said
    assert not list(tmp_path.iterdir())


@POSIX
def test_stopped_it_keeps_what_is_done_and_goes_on_to_the_same_table(
    sweep: Sweep, tmp_path: Path
) -> None:
    whole, out = tmp_path / "whole.csv", tmp_path / "out.csv"
    assert sweep(*DASH, *VARY, "--jobs", 2, "-o", whole)[0] == 0
    child = _start(*DASH, *VARY, "--jobs", 1, "-o", out)
    folder = tmp_path / ".out.csv.chunks"
    deadline = time.monotonic() + 60
    while not list(folder.glob("*.npz")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(child.pid, signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "goes on from there" in said
    assert not out.exists()
    code, _, said = sweep(*DASH, *VARY, "--jobs", 1, "-o", out)
    assert code == 0
    assert "Going on: " in said
    assert out.read_bytes() == whole.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "whole.csv"]
