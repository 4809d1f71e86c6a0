"""`lightpace sweep` as people use it: whole tables, stopped and gone on with, many processes."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from simulator.analysis import sweep as chunks
from simulator.analysis import sweep as sweeping
from simulator.cli import main
from simulator.errors import OutputError
from simulator.export.table import read_columns

SHORT = ["--set", "distance=400 m", "--set", "plan.target=60", "--set", "ghosts=[]"]
SHORT += ["--set", "published=~"]
DASH = [text.replace("400 m", "100 m").replace("=60", "=17") for text in SHORT]
VARY = ["--vary", "pacers.count=0..14", "--vary", "runner.mass=40..49:0.02"]
MOUNT, UMOUNT = shutil.which("mount") or "", shutil.which("umount") or ""
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


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_row_that_is_no_yaml_is_kept_wherever_it_stands(
    sweep: Sweep, tmp_path: Path, at: int
) -> None:
    values = ["60", "61"]
    values.insert(at, "[")
    rows, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    rows.write_text("\n".join(["plan.target", *values]) + "\n", encoding="utf-8")
    code, said, _ = sweep(*SHORT, "--rows", rows, "--jobs", 1, "-o", out)
    assert code == 0
    assert "3 rows; 1 are invalid" in said
    assert np.flatnonzero(read_columns(out)["status"] == "invalid").tolist() == [at]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--vary", "pacers.cuont=1,2"],
            "pacers.cuont  unknown key 'cuont'  (did you mean count?)",
        ),
        (["--vary", "pacers.count=5..1"], "runs backwards"),
        (
            ["--vary", "distance=1,500 m"],
            "'1,500 m' may be one value or several  (1500 m or 1, 500",
        ),
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
    monkeypatch.setattr("simulator.cli.cluster.CONNECT_S", 1.0)
    code, _, said = sweep(*arguments)
    assert code != 0
    assert words in said
    assert not list(tmp_path.iterdir())


def _first_chunk(folder: Path) -> None:
    deadline = time.monotonic() + 60
    while not list(folder.glob("*.npz")) and time.monotonic() < deadline:
        time.sleep(0.02)


def _lives(group: int) -> bool:
    """Return whether a process of this group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@POSIX
@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_stopped_it_leaves_no_output_nobody_behind_and_says_how_to_go_on(
    tmp_path: Path, sign: signal.Signals, code: int, jobs: int
) -> None:
    out = tmp_path / "out.csv"
    many = ["--vary", "pacers.count=0..14", "--vary", "runner.mass=40..49:0.002"]
    child = _start(*DASH, *many, "--jobs", jobs, "-o", out)
    _first_chunk(tmp_path / ".out.csv.chunks")
    begin = time.monotonic()
    if sign == signal.SIGINT:
        os.killpg(child.pid, sign)  # as a terminal does
    else:
        child.send_signal(sign)
    _, said = child.communicate(timeout=60)
    assert child.returncode == code
    assert "goes on from there" in said
    assert "Traceback" not in said
    assert [p.name for p in tmp_path.iterdir()] == [".out.csv.chunks"]
    assert {p.suffix for p in (tmp_path / ".out.csv.chunks").iterdir()} == {".npz"}
    while _lives(child.pid) and time.monotonic() - begin < 30:
        time.sleep(0.1)
    assert not _lives(child.pid)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mounts a disk of its own")
def test_a_full_disk_is_said_and_room_for_it_lets_it_go_on(sweep: Sweep, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.getuid() != 0 or not MOUNT:
        pytest.skip("only root may mount")
    mount = [MOUNT, "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        out = disk / "out.csv"
        code, _, said = sweep(*DASH, *VARY, "--jobs", 1, "-o", out)
        assert code == 1
        assert "No space left" in said
        assert "goes on from there" in said
        assert not out.exists()
        more = [MOUNT, "-o", "remount,size=40m", str(disk)]
        subprocess.run(more, check=True, capture_output=True)
        code, said, _ = sweep(*DASH, *VARY, "--jobs", 1, "-o", out)
        assert code == 0
        assert [p.name for p in disk.iterdir()] == ["out.csv"]
    finally:
        subprocess.run([UMOUNT, str(disk)], check=True)


def test_a_disk_that_fills_up_says_so(
    sweep: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    out = tmp_path / "out.csv"
    code, _, said = sweep(*DASH, "--jobs", 1, "-o", out)
    assert code == 1
    assert "No space left" in said
    assert not list(tmp_path.rglob("*.*.csv"))
    assert not out.exists()


def test_a_damaged_chunk_is_run_again(
    sweep: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, out = tmp_path / "whole.csv", tmp_path / "out.csv"
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 5)
    vary = [*DASH, "--vary", "pacers.count=0..14", "--jobs", 1]
    assert sweep(*vary, "-o", whole)[0] == 0
    monkeypatch.setattr("simulator.export.table.write_columns", _no_room)
    assert sweep(*vary, "-o", out)[0] == 1
    monkeypatch.undo()
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 5)
    first, second, third = sorted((tmp_path / ".out.csv.chunks").iterdir())
    first.write_bytes(first.read_bytes()[:300])
    damaged = bytearray(second.read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    second.write_bytes(damaged)
    code, _, said = sweep(*vary, "-o", out)
    assert code == 0
    assert "2 of 3 chunks were kept" in said
    assert "Chunk 1 was damaged" in said
    assert out.read_bytes() == whole.read_bytes()
    assert third.parent.name not in {p.name for p in tmp_path.iterdir()}


def test_a_changed_scenario_goes_on_with_nothing_of_the_old_one(
    sweep: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = tmp_path / "mine.yaml", tmp_path / "out.csv"
    file.write_text("distance: 100 m\nplan: {target: 17}\n", encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr("simulator.export.table.write_columns", _no_room)
        assert sweep(file, "--vary", "pacers.count=0,1", "--jobs", 1, "-o", out)[0] == 1
    file.write_text("distance: 100 m\nplan: {target: 18}\n", encoding="utf-8")
    code, _, said = sweep(file, "--vary", "pacers.count=0,1", "--jobs", 1, "-o", out)
    assert code == 0
    assert "Going on" not in said
    assert read_columns(out)["finish_s"] == pytest.approx([18.0, 18.0], abs=0.1)


def _no_room(*_: object) -> None:
    raise OutputError("there is no room")


@POSIX
def test_stopped_it_keeps_what_is_done_and_goes_on_to_the_same_table(
    sweep: Sweep, tmp_path: Path
) -> None:
    whole, out = tmp_path / "whole.csv", tmp_path / "out.csv"
    assert sweep(*DASH, *VARY, "--jobs", 2, "-o", whole)[0] == 0
    child = _start(*DASH, *VARY, "--jobs", 1, "-o", out)
    _first_chunk(tmp_path / ".out.csv.chunks")
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


# -- two at once ----------------------------------------------------------------------------------


@POSIX
def test_a_second_sweep_to_the_same_output_is_refused_and_harms_nothing(
    sweep: Sweep, tmp_path: Path
) -> None:
    whole, out = tmp_path / "whole.csv", tmp_path / "out.csv"
    first = _start(*DASH, *VARY, "--jobs", 1, "-o", out)
    _first_chunk(tmp_path / ".out.csv.chunks")
    first.send_signal(signal.SIGSTOP)  # it does not end before the others have looked
    try:
        for vary in (VARY, ["--vary", "pacers.count=0..2"]):  # the same request, and another
            code, _, said = sweep(*DASH, *vary, "--jobs", 1, "-o", out)
            said = " ".join(said.split())
            assert code == 1
            assert f"Another sweep is writing {out} (process {first.pid})" in said
            assert "wait for it or choose another -o" in said
    finally:
        first.send_signal(signal.SIGCONT)
    _, said = first.communicate(timeout=120)
    assert first.returncode == 0
    assert "damaged" not in said
    assert sweep(*DASH, *VARY, "--jobs", 1, "-o", whole)[0] == 0
    assert out.read_bytes() == whole.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "whole.csv"]


@POSIX
def test_a_sweep_that_was_killed_keeps_nobody_away(sweep: Sweep, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    child = _start(*DASH, *VARY, "--jobs", 1, "-o", out)
    _first_chunk(tmp_path / ".out.csv.chunks")
    os.killpg(child.pid, signal.SIGKILL)
    child.communicate(timeout=60)
    left = [path.name for path in (tmp_path / ".out.csv.chunks").iterdir()]
    assert any(name.endswith(".npz") for name in left), left
    assert (tmp_path / ".out.csv.chunks" / "lock").read_text() == str(child.pid)
    code, _, said = sweep(*DASH, *VARY, "--jobs", 1, "-o", out)
    assert code == 0
    assert "Going on: " in said
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def test_a_place_that_cannot_be_written_is_said_before_anything_is_run(
    sweep: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "run_chunk", lambda *_: pytest.fail("a chunk was run"))
    (tmp_path / "out.csv").mkdir()
    for out in (tmp_path / "none" / "out.csv", tmp_path / "out.csv", tmp_path / f"{'x' * 300}.csv"):
        code, _, said = sweep(*DASH, "--jobs", 1, "-o", out)
        assert code == 1
        assert re.search(r"cannot be (made|written)", " ".join(said.split()))
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


@POSIX
def test_a_name_that_is_as_long_as_it_may_be_is_written(sweep: Sweep, tmp_path: Path) -> None:
    out = tmp_path / f"{'x' * 245}.csv"
    assert sweep(*DASH, "--jobs", 1, "-o", out)[0] == 0
    assert [p.name for p in tmp_path.iterdir()] == [out.name]
