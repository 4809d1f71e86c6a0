"""Whole sweeps against scipy: exactness, attempts a second, memory, growth.

`python -m tests.benchmarks.sweeps` prints the rows alone; `make bench` prints them with the rest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from simulator.physics.batch import STEP_S, batch_of
from simulator.physics.keeping import passages

from simulator.analysis.what_if import pacer_counts
from simulator.physics.attempt import finished, simulate, stepping
from simulator.scenario.loader import load_scenario
from simulator.scenario.reading import shipped_names
from tests.benchmarks.reference import solve

GAPS = 20


def _best(work: Callable[[], object], times: int) -> float:
    """Return the least processor time of several runs [s]."""
    found = []
    for _ in range(times):
        begin = time.process_time()
        work()
        found.append(time.process_time() - begin)
    return min(found)


@dataclass(frozen=True, slots=True)
class Sweep:
    """A whole `lightpace sweep --jobs 1`: rows, processor time [s], largest memory [MB]."""

    rows: int
    took_s: float
    memory_mb: float


def swept(rows: int) -> Sweep:
    """Run a sweep as a process of its own, from its start to its complete table."""
    masses = rows // GAPS
    # middle of the last step, so that rounding can neither add a row nor take one away
    mass = f"runner.mass=40..{40 + 10 * (masses - 0.5) / masses:.9f}:{10 / masses:.9f}"
    vary = ["--vary", "pacers.front_gap=0.8..4.6:0.2", "--vary", mass]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.csv"
        command = [sys.executable, "-m", "simulator", "sweep", *vary, "--jobs", "1", "-o", str(out)]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        with out.open("rb") as file:
            there = sum(1 for _ in file) - 1
    if child.returncode or there != rows:
        raise SystemExit(f"the sweep of {rows} attempts ended with {there}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Sweep(rows, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def _accuracy() -> Iterator[str]:
    names = shipped_names()
    off = []
    for name in names:
        scenario = load_scenario(name)
        fine, own = simulate(scenario, step_s=0.1 * STEP_S).finish_s, simulate(scenario).finish_s
        if own is None or fine is None:
            raise SystemExit(f"{name} does not finish")
        off.append(abs(own - fine))
    told = f"finish against a step ten times finer, worst of {len(names)} shipped scenarios"
    yield f"| {told} | {1e3 * max(off):.2f} ms | ≤ 2 ms |"
    scenario = load_scenario("breaking4")
    own = simulate(scenario).finish_s or 0.0
    by = "finish against scipy's RK45, rtol"
    yield f"| {by} 1e-9 | {_ms(own - solve(scenario, 1e-9))} | |"
    yield f"| {by} 1e-7 | {_ms(own - solve(scenario, 1e-7))} | |"
    yield f"| {by} 1e-6, the one timed below | {_ms(own - solve(scenario))} | |"


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:+.2f} ms"


def rows() -> Iterator[str]:
    """Yield the rows of the table; `--long` and `--million` on the command line make it longer."""
    million = "--million" in sys.argv
    sizes = [1_000, 10_000]
    sizes += [100_000] if million or "--long" in sys.argv else []
    sizes += [1_000_000] if million else []
    yield from _accuracy()
    scenario = load_scenario("breaking4")
    one = _best(lambda: solve(scenario), 3)
    counts = [choice.scenario for choice in pacer_counts(scenario)]
    all_counts = _best(lambda: finished(stepping(batch_of(counts), None, passages())), 3)
    yield f"| all {len(counts)} pacer counts over one solve_ivp | {all_counts / one:.2f} | < 8 |"
    previous = None
    for size in sizes:
        found = swept(size)
        rate = found.rows / found.took_s * one
        yield f"| attempts per second over solve_ivp's, {size:,} attempts | {rate:.0f} | ≥ 200 |"
        if previous is not None:
            grown = found.took_s / found.rows / (previous.took_s / previous.rows)
            yield f"| time of an attempt over that with a tenth of them | {grown:.2f} | ≤ 1.1 |"
        yield f"| largest memory, {size:,} attempts | {found.memory_mb:.0f} MB | flat |"
        previous = found


if __name__ == "__main__":
    for row in rows():
        sys.stdout.write(row + "\n")
        sys.stdout.flush()
