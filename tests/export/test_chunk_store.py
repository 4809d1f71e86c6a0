"""Kept chunks: which still count, at what cost they are looked for, what a full disk leaves."""

from __future__ import annotations

import errno
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE, Popen

import numpy as np
import pytest

from simulator.analysis import sweep as chunks
from simulator.analysis.sweep import NOTHING_BESIDE, Columns, SweepRequest, grid_of, request_of
from simulator.errors import OutputError
from simulator.export.table import ChunkStore

COLUMNS: Columns = {"pacers.count": np.arange(3.0), "status": np.array(["finished", "x", "y"])}


def _request(*changes: str, vary: str = "runner.mass=40..50:0.01") -> SweepRequest:
    return request_of("breaking4", grid_of([vary]), changes=[*NOTHING_BESIDE, *changes])


@pytest.fixture
def request_in_tens(monkeypatch: pytest.MonkeyPatch) -> SweepRequest:
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 100)
    return _request()


def test_what_is_kept_is_read_back_and_no_longer_missing(
    tmp_path: Path, request_in_tens: SweepRequest
) -> None:
    store = ChunkStore(tmp_path / "out.csv", request_in_tens)
    assert store.missing() == list(range(11))
    store.write(4, COLUMNS)
    assert store.missing() == [n for n in range(11) if n != 4]
    result = store.read(4)
    assert result is not None
    assert list(result) == list(COLUMNS)
    assert all(np.array_equal(result[name], COLUMNS[name]) for name in COLUMNS)
    store.remove()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kept_bytes", [0, 1, 100, -1])
def test_a_chunk_that_has_lost_its_end_is_missing(
    tmp_path: Path, request_in_tens: SweepRequest, kept_bytes: int
) -> None:
    store = ChunkStore(tmp_path / "out.csv", request_in_tens)
    store.write(0, COLUMNS)
    [file] = store.folder.iterdir()
    file.write_bytes(file.read_bytes()[:kept_bytes])
    assert 0 in store.missing()
    assert store.read(0) is None


def test_a_chunk_that_is_damaged_inside_is_not_read(
    tmp_path: Path, request_in_tens: SweepRequest
) -> None:
    store = ChunkStore(tmp_path / "out.csv", request_in_tens)
    store.write(0, COLUMNS)
    [file] = store.folder.iterdir()
    whole = file.read_bytes()
    for place in range(0, len(whole) - 200, 37):
        spoilt = bytearray(whole)
        spoilt[place] ^= 0xFF
        file.write_bytes(spoilt)
        result = store.read(0)
        assert result is None or all(np.array_equal(result[n], COLUMNS[n]) for n in COLUMNS)


def test_chunks_of_another_scenario_program_or_file_are_not_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    formation = tmp_path / "own.yaml"
    formation.write_text("slots: {A: {ahead: 1, offset: 0}}\n", encoding="utf-8")
    own = f"pacers.formation={formation},breaking4"
    keys = [_request(vary=own).digest]
    formation.write_text("slots: {A: {ahead: 2, offset: 0}}\n", encoding="utf-8")
    requests = [_request(vary=own), _request("runner.height=1.6"), _request()]
    keys += [request.digest for request in requests]
    monkeypatch.setattr(chunks, "program", lambda: "another")
    keys.append(_request().digest)
    assert len(set(keys)) == 5
    store = ChunkStore(tmp_path / "out.csv", requests[2])
    store.write(0, COLUMNS)
    assert ChunkStore(tmp_path / "out.csv", requests[1]).missing() == [0]
    assert not list(store.folder.iterdir())


def test_looking_for_what_is_missing_is_cheap_and_linear(
    tmp_path: Path, request_in_tens: SweepRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No chunk is read for it: two thousand take well under a second, not minutes."""
    many = replace(request_in_tens, grid=grid_of(["runner.mass=40..50:0.00005"]))
    store = ChunkStore(tmp_path / "out.csv", many)
    assert many.chunks == 2001
    store.write(0, COLUMNS)
    [file] = store.folder.iterdir()
    content = file.read_bytes()
    for number in range(1, 2000):
        (store.folder / file.name.replace("0000000.npz", f"{number:07d}.npz")).write_bytes(content)
    monkeypatch.setattr(np, "load", lambda *_: pytest.fail("a chunk was read"))
    begin = time.process_time()
    assert store.missing() == [2000]
    assert time.process_time() - begin < 2.0


def test_a_full_disk_is_said_and_leaves_no_half_a_chunk(
    tmp_path: Path, request_in_tens: SweepRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ChunkStore(tmp_path / "out.csv", request_in_tens)
    store.write(0, COLUMNS)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OutputError, match="No space left"):
        store.write(1, COLUMNS)
    assert [path.suffix for path in store.folder.iterdir()] == [".npz"]
    assert 0 not in store.missing()


@pytest.mark.parametrize("left", ["", "not a number", "999999999", "own"])
def test_a_lock_of_nobody_is_taken_away(
    tmp_path: Path, request_in_tens: SweepRequest, left: str
) -> None:
    store = ChunkStore(tmp_path / "out.csv", request_in_tens)
    store.write(0, COLUMNS)
    (store.folder / "lock").write_text(left.replace("own", str(os.getpid())))
    with store.held():
        assert (store.folder / "lock").read_text() == str(os.getpid())
        assert 0 not in store.missing()
        assert (store.folder / "lock").exists()
    assert [path.suffix for path in store.folder.iterdir()] == [".npz"]


@pytest.mark.skipif(sys.platform == "win32", reason="locks as POSIX does")
def test_a_lock_of_a_running_process_is_respected(
    tmp_path: Path, request_in_tens: SweepRequest
) -> None:
    store = ChunkStore(tmp_path / "out.csv", request_in_tens)
    store.write(0, COLUMNS)
    program = (
        "import fcntl, os, sys; lock = open(sys.argv[1], 'w'); fcntl.flock(lock, fcntl.LOCK_EX); "
        "lock.write(str(os.getpid())); lock.flush(); print('locked', flush=True); input()"
    )
    command = [sys.executable, "-c", program, str(store.folder / "lock")]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        refused = rf"Another sweep .*process {other.pid}\)"
        with pytest.raises(OutputError, match=refused), store.held():
            pytest.fail("two have it")
        assert (store.folder / "lock").read_text() == str(other.pid)
        assert 0 not in store.missing()
        other.kill()
    with store.held():
        assert (store.folder / "lock").read_text() == str(os.getpid())


def test_nothing_is_left_of_a_folder_that_holds_no_chunk(
    tmp_path: Path, request_in_tens: SweepRequest
) -> None:
    store = ChunkStore(tmp_path / "out.csv", request_in_tens)
    with pytest.raises(KeyboardInterrupt), store.held():
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_looked_into_is_said(
    tmp_path: Path, request_in_tens: SweepRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ChunkStore(tmp_path / "out.csv", request_in_tens)
    store.write(0, COLUMNS)

    def locked(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", locked)
    with pytest.raises(OutputError, match=r"Chunks cannot be kept in .*: Permission denied\."):
        store.missing()
