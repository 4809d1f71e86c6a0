"""A sweep on a real local Dask cluster of two worker processes, one of which is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.analysis.sweep.axes import grid_of
from simulator.analysis.sweep.chunks import request_of
from simulator.analysis.sweep.varying import NOTHING_BESIDE

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def _dask(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_worker_that_is_killed_changes_nothing(tmp_path: Path) -> None:
    """`--cluster` on two workers, one killed while chunks are under way: the same file."""
    file = tmp_path / "scheduler.json"
    vary = ["pacers.count=0..13", "runner.mass=40..49:0.01"]
    settings = ["distance=400 m", "plan.target=60", *NOTHING_BESIDE]
    request = request_of("breaking4", grid_of(vary), changes=settings)
    assert request.chunks == 4
    options = [part for v in vary for part in ("--vary", v)]
    options += [part for s in settings for part in ("--set", s)]
    here = ["simulator", "sweep", *options]
    scheduler = ["distributed.cli.dask_scheduler", "--no-dashboard", "--port", "0"]
    scheduler += ["--host", "127.0.0.1", "--scheduler-file", str(file)]
    worker = ["distributed.cli.dask_worker", "--scheduler-file", str(file), "--no-dashboard"]
    worker += ["--no-nanny", "--nthreads", "1", "--local-directory", str(tmp_path)]
    with _dask(*scheduler):
        deadline = time.monotonic() + 60
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        with _dask(*worker) as doomed, _dask(*worker):
            time.sleep(5.0)
            out = tmp_path / "cluster.csv"
            with _dask(*here, "--cluster", address, "-o", str(out)) as sweep:
                kept = tmp_path / ".cluster.csv.chunks"
                while not list(kept.glob("*.npz")) and time.monotonic() < deadline + 60:
                    time.sleep(0.01)
                doomed.send_signal(signal.SIGKILL)
                assert sweep.wait(timeout=120) == 0
    plain = tmp_path / "plain.csv"
    with _dask(*here, "--jobs", "1", "-o", str(plain)) as sweep:
        assert sweep.wait(timeout=120) == 0
    assert out.read_bytes() == plain.read_bytes()
