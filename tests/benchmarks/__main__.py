"""`make bench`: sweeps, one attempt beside a C loop, pictures, the start, films, knobs, a page.

`--long` goes on to a hundred thousand attempts, `--million` to a million. Prints the machine and a
Markdown table for docs/performance.md.
"""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

PARTS = ("sweeps", "attempts", "frames", "starting", "films", "knobs", "page")
"""What is measured, each a module of its own here that can be run alone.

Sweeps come first: the largest memory of a process begins with that of the one which started it.
"""
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


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


def main() -> None:
    """Run all and print the table."""
    _say(machine())
    _say("\n| what | measured | goal |\n|---|---|---|")
    for name in PARTS:
        for row in import_module(f"tests.benchmarks.{name}").rows():
            _say(row)


if __name__ == "__main__":
    main()
