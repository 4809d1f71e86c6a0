"""A sweep on a real local Dask cluster of two worker processes, one of which is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator.analysis.sweep.axes import grid_of
from simulator.analysis.sweep.chunks import request_of
from simulator.analysis.sweep.rows import NOTHING_BESIDE

if TYPE_CHECKING:
    from distributed import Client

ROOT = Path(__file__).resolve().parents[3]
WAIT_S = 120.0
"""After this what is waited for does not come [s]; a loaded machine may take a while."""


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


def _wait(until: Callable[[], bool], what: str) -> None:
    """Wait until something is so, and fail where it does not come."""
    end = time.monotonic() + WAIT_S
    while not until():
        assert time.monotonic() < end, f"waited {WAIT_S:.0f} s in vain for {what}"
        time.sleep(0.01)


def _given(seen: Client, name: str) -> list[str]:
    """Return the chunks that a worker has been given and not brought back."""
    workers = seen.scheduler_info()["workers"]
    given = seen.processing()
    return [key for at, told in workers.items() if told["name"] == name for key in given[at]]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_worker_that_is_killed_changes_nothing(tmp_path: Path) -> None:
    """`--cluster` on two workers, one killed while chunks are under way: the same file."""
    from distributed import Client  # noqa: PLC0415 - a second that no other test needs

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
        _wait(file.exists, "the scheduler")
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        doomed_worker = _dask(*worker, "--name", "doomed")
        with doomed_worker as doomed, _dask(*worker), Client(address, set_as_default=False) as seen:
            seen.wait_for_workers(2, timeout=WAIT_S)
            out = tmp_path / "cluster.csv"
            with _dask(*here, "--cluster", address, "-o", str(out)) as sweep:
                kept = tmp_path / ".cluster.csv.chunks"

                def caught_at_work() -> bool:
                    assert sweep.poll() is None, "the sweep ended before a worker could be killed"
                    if not list(kept.glob("*.npz")):
                        return False
                    doomed.send_signal(signal.SIGSTOP)  # it still has its chunk when killed
                    time.sleep(0.2)
                    if _given(seen, "doomed"):
                        return True
                    doomed.send_signal(signal.SIGCONT)
                    return False

                _wait(caught_at_work, "a first chunk, and a worker at another")
                assert sweep.poll() is None
                doomed.send_signal(signal.SIGKILL)
                assert sweep.wait(timeout=WAIT_S) == 0
    plain = tmp_path / "plain.csv"
    with _dask(*here, "--jobs", "1", "-o", str(plain)) as sweep:
        assert sweep.wait(timeout=WAIT_S) == 0
    assert out.read_bytes() == plain.read_bytes()
