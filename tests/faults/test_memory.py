"""What each command holds at its most, over ever more rows of every kind of axis, has a bound.

The bounds are those of docs/performance.md. Each command is a process of its own, whose largest
resident memory the system itself has measured.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.commands import QUICK, environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nobody says what a child held")

MOST_MB = 250
"""What a command may hold at its most, but for those of BOUNDS_MB [MB]."""
FILM_MB, FILM_B = 150, 150
"""An H.264 film may hold this, and so many bytes more a pixel: its encoder looks ahead [MB, B]."""
MOST_GROWTH_MB = 100
"""By how much more a hundred times as many rows may take [MB]."""
AXES = {
    "a gap": "pacers.front_gap=1..3",
    "a target": "plan.target=3:55..4:05",
    "a body": "runner.mass=40..50",
    "a wake": "pacers.wake=0.8..1.2",
    "a wind": "environment.wind.speed=0..5",
    "an air": "environment.temperature=0..40",
    "a leader": "pacers.leader.jitter=0.1..0.5",
    "a drop back": "pacers.drop_back=0..10",
}
"""Kinds of axis by what is made anew for each of their rows."""


def rows_of(axis: str, count: int) -> str:
    """Return an axis of so many rows."""
    path, _, span = axis.partition("=")
    low, high = span.split("..")
    if ":" in low:
        return f"{axis}:{10.0 / (count - 1):.9f}"
    return f"{path}={span}:{(float(high) - float(low)) / (count - 1):.9f}"


MEASURING = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}")
sys.exit(done.returncode)
"""
"""A small process between: what a process held before it became a command would count, too."""


def peak_mb(folder: Path, *words: str) -> float:
    """Run a command; return the most memory it held [MB]."""
    command = [sys.executable, "-c", MEASURING, sys.executable, "-m", "simulator", *words]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return int(done.stdout) / (1e6 if sys.platform == "darwin" else 1e3)


def swept_mb(folder: Path, axis: str, count: int) -> float:
    words = ("--vary", rows_of(axis, count), "--jobs", "1", "-o", "sweep.csv")
    (folder / "sweep.csv").unlink(missing_ok=True)
    held = peak_mb(folder, "sweep", "breaking4", *words)
    lines = (folder / "sweep.csv").read_text(encoding="utf-8").splitlines()
    assert abs(sum(not line.startswith("#") for line in lines) - count) <= 2
    sys.stderr.write(f"{axis}, {count} rows: {held:.0f} MB\n")
    return held


@pytest.mark.parametrize("kind", ["a gap", "a target"])
def test_a_thousand_rows_stay_within_the_bound(kind: str, tmp_path: Path) -> None:
    assert swept_mb(tmp_path, AXES[kind], 1_000) < MOST_MB


@pytest.mark.slow
@pytest.mark.parametrize("kind", AXES)
def test_ever_more_rows_of_any_axis_stay_within_the_bound(kind: str, tmp_path: Path) -> None:
    few, many, most = (swept_mb(tmp_path, AXES[kind], n) for n in (1_000, 10_000, 100_000))
    assert max(few, many, most) < MOST_MB
    assert most - few < MOST_GROWTH_MB


@pytest.mark.slow
@pytest.mark.parametrize("count", ["1000", "100000"])
def test_ever_more_samples_stay_within_the_bound(count: str, tmp_path: Path) -> None:
    assert peak_mb(tmp_path, "simulate", "breaking4", "--samples", count, "--json") < MOST_MB


OTHERS = QUICK | {
    "film.mp4": ("film", "breaking4", "--to", "0:03", "--size", "1920x1080", "-o", "film.mp4"),
    "still.png": ("still", "breaking4", "--at", "2:50", "--size", "1920x1080", "-o", "still.png"),
    "coach": ("coach", "breaking4"),
}
del OTHERS["run"]  # it would not end: `make soak` says what a window holds
"""Every command that is no sweep of many rows; some at the size in which they are used."""
BOUNDS_MB = {"handout.pdf": 400.0, "film.mp4": FILM_MB + FILM_B * 1920 * 1080 / 1e6}
"""Those that may hold more: matplotlib lays out a page's picture in floats."""


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_every_other_command_stays_within_its_bound(name: str, tmp_path: Path) -> None:
    held = peak_mb(tmp_path, *OTHERS[name])
    sys.stderr.write(f"{name}: {held:.0f} MB\n")
    assert held < BOUNDS_MB.get(name, MOST_MB)
