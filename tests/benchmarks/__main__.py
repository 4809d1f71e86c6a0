"""`make bench`: pictures, the start, films, knobs, and the sweep against scipy, all as ratios.

`--long` goes on to a hundred thousand attempts, `--million` to a million. Prints the machine and a
Markdown table for docs/performance.md.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from simulator.analysis.what_if import pacer_counts
from simulator.physics.attempt import finished, simulate, stepping
from simulator.physics.batch import STEP_S, batch_of
from simulator.physics.keeping import passages
from simulator.scenario.loader import load_scenario
from simulator.scenario.reading import shipped_names
from tests.benchmarks.reference import solve

GAPS = 20
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _best(work: Callable[[], object], times: int) -> float:
    """Return the least processor time of several runs [s]."""
    found = []
    for _ in range(times):
        begin = time.process_time()
        work()
        found.append(time.process_time() - begin)
    return min(found)


def machine() -> str:
    """Return what this was run on, in a sentence."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text(encoding="utf-8").splitlines()
        name = next((x.partition(":")[2].strip() for x in lines if x.startswith("model n")), name)
    packages = ", ".join(f"{p} {version(p)}" for p in ("numpy", "scipy"))
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{name}, {os.cpu_count()} processors{load}; {platform.system()}, "
        f"Python {platform.python_version()}, {packages}; {datetime.now(UTC):%Y-%m-%d}."
    )


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


def _accuracy() -> None:
    names = shipped_names()
    off = []
    for name in names:
        scenario = load_scenario(name)
        fine, own = simulate(scenario, step_s=0.1 * STEP_S).finish_s, simulate(scenario).finish_s
        if own is None or fine is None:
            raise SystemExit(f"{name} does not finish")
        off.append(abs(own - fine))
    told = f"finish against a step ten times finer, worst of {len(names)} shipped scenarios"
    _say(f"| {told} | {1e3 * max(off):.2f} ms | ≤ 2 ms |")
    scenario = load_scenario("breaking4")
    own = simulate(scenario).finish_s or 0.0
    by = "finish against scipy's RK45, rtol"
    _say(f"| {by} 1e-9 | {_ms(own - solve(scenario, 1e-9))} | |")
    _say(f"| {by} 1e-7 | {_ms(own - solve(scenario, 1e-7))} | |")
    _say(f"| {by} 1e-6, the one timed below | {_ms(own - solve(scenario))} | |")


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:+.2f} ms"


WINDOW = ("frames", "starting", "films", "knobs")
"""What is measured of the window, each a module of its own here."""


def main() -> None:
    """Run all and print the table."""
    million = "--million" in sys.argv
    sizes = [1_000, 10_000]
    sizes += [100_000] if million or "--long" in sys.argv else []
    sizes += [1_000_000] if million else []
    _say(machine())
    _say("\n| what | measured | goal |\n|---|---|---|")
    for name in WINDOW:
        for row in import_module(f"tests.benchmarks.{name}").rows():
            _say(row)
    _accuracy()
    scenario = load_scenario("breaking4")
    one = _best(lambda: solve(scenario), 3)
    counts = [choice.scenario for choice in pacer_counts(scenario)]
    all_counts = _best(lambda: finished(stepping(batch_of(counts), None, passages())), 3)
    _say(f"| all {len(counts)} pacer counts over one solve_ivp | {all_counts / one:.2f} | < 8 |")
    previous = None
    for size in sizes:
        found = swept(size)
        rate = found.rows / found.took_s * one
        _say(f"| attempts per second over solve_ivp's, {size:,} attempts | {rate:.0f} | ≥ 200 |")
        if previous is not None:
            grown = found.took_s / found.rows / (previous.took_s / previous.rows)
            _say(f"| time of an attempt over that with a tenth of them | {grown:.2f} | ≤ 1.1 |")
        _say(f"| largest memory, {size:,} attempts | {found.memory_mb:.0f} MB | flat |")
        previous = found


if __name__ == "__main__":
    main()
