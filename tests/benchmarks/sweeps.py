"""Whole sweeps: time, memory, growth.

`python -m tests.benchmarks.sweeps` prints the rows alone; `make bench` prints them with the rest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

GAPS = 20
ONE_AXIS = (
    ("pacers.front_gap=1..3:0.0002", 3.0),
    ("plan.target=3:55..4:05:0.001", 4.0),
    ("runner.mass=40..50:0.001", 4.0),
)
"""Ten thousand and one values of one path, and the goal [s]."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """A whole `lightpace sweep --jobs 1`: rows, wall time [s], largest memory [MB]."""

    rows: int
    took_s: float
    memory_mb: float


def swept(rows: int, *vary: str) -> Sweep:
    """Run a sweep as a process of its own, from its start to its complete table."""
    options = [word for text in vary for word in ("--vary", text)]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.csv"
        command = [sys.executable, "-m", "simulator", "sweep", *options, "--jobs", "1"]
        # with byte code, as what is installed has it, and a checkout from its second start on
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        begin = time.perf_counter()
        child = subprocess.Popen(
            [*command, "-o", str(out)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(child.pid, 0)
        took = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        with out.open("rb") as file:
            there = sum(1 for _ in file) - 1
    if child.returncode or there != rows:
        raise SystemExit(f"the sweep of {rows} attempts ended with {there}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Sweep(rows, took, used.ru_maxrss / unit)


def _square(rows: int) -> Sweep:
    """Sweep over front gaps and masses, so many attempts in all."""
    masses = rows // GAPS
    # middle of the last step, so that rounding can neither add a row nor take one away
    mass = f"runner.mass=40..{40 + 10 * (masses - 0.5) / masses:.9f}:{10 / masses:.9f}"
    return swept(rows, "pacers.front_gap=0.8..4.6:0.2", mass)


def rows() -> Iterator[str]:
    """Yield the rows of the table; `--long` and `--million` on the command line make it longer."""
    for vary, goal in ONE_AXIS:
        ran = swept(10_001, vary)
        what = f"10,001 rows, `--vary {vary} --jobs 1`, whole command"
        yield f"| {what} | {ran.took_s:.1f} s, {ran.memory_mb:.0f} MB | ≤ {goal:g} s, ≤ 150 MB |"
    million = "--million" in sys.argv
    sizes = [1_000, 10_000]
    sizes += [100_000] if million or "--long" in sys.argv else []
    sizes += [1_000_000] if million else []
    previous = None
    for size in sizes:
        ran = _square(size)
        yield f"| {size:,} rows over gap and mass | {ran.took_s:.1f} s | |"
        if previous is not None:
            grown = ran.took_s / ran.rows / (previous.took_s / previous.rows)
            yield f"| time of a row over that with a tenth of them | {grown:.2f} | ≤ 1.1 |"
        yield f"| largest memory, {size:,} rows | {ran.memory_mb:.0f} MB | flat |"
        previous = ran


if __name__ == "__main__":
    for row in rows():
        sys.stdout.write(row + "\n")
        sys.stdout.flush()
