"""Mutation testing: small faults are put into the code, and the tests have to notice each.

`make mutants` tries all of them, for a day or so; `make mutants SAMPLE=100` a random sample of so
many in each area. The faults are cosmic-ray's; this chooses among them, says which tests are to
notice, and works in a copy of the tree, since a fault is written into the file. A mutant of the
kernel has no compiled twin, so it runs as plain Python. The tests run in forks of one process; see
`warm`.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from cosmic_ray.commands.init import _all_work_items  # type: ignore[import-not-found]
from cosmic_ray.mutating import use_mutation  # type: ignore[import-not-found]
from cosmic_ray.plugins import get_operator  # type: ignore[import-not-found]

ROOT = Path(__file__).resolve().parents[2]
QUICK = (
    *("-x", "-q", "-p", "no:cacheprovider", "-m", "not(slow)and(not(soak))"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # of what `warm` has imported already
)
NOTHING_FAILED = 0
LEFT_OUT = re.compile(r"RemoveDecorator|Operator_BitOr_|_(Bit(Or|And|Xor)|[LR]Shift)$")
"""Faults that no test can notice (of caches, of annotations such as `int | None`), and those that
any does: bits of a number with a point."""


@dataclass(frozen=True)
class Area:
    """Files, and the tests that have to notice a fault in them, the quickest first."""

    files: tuple[str, ...]
    tests: str


AREAS = {
    "gaps": Area(
        ("simulator/analysis/gaps.py",),
        "tests/analysis/test_gaps.py tests/analysis/test_projection.py "
        "tests/analysis/test_splits.py tests/analysis/test_summary.py",
    ),
    "schedule": Area(
        ("simulator/scenario/schedule.py",),
        "tests/scenario/test_schedule.py tests/scenario/test_shipped.py",
    ),
    "recording": Area(
        ("simulator/recording/recording.py", "simulator/recording/store.py"),
        "tests/recording tests/analysis/test_projection.py",
    ),
    "activities": Area(
        ("simulator/recording/activities.py",),
        "tests/analysis/test_activities.py tests/test_cli_activities.py",
    ),
    "physics": Area(
        tuple(
            f"simulator/physics/{name}.py"
            for name in ("air", "attempt", "keller", "pacers", "setup", "shelter")
        ),
        # what compares the kernel with its plain twin is for faults in the kernel
        "--deselect "
        "tests/test_repeatability.py::test_processes_hash_seeds_and_threads_change_no_bit "
        "--ignore tests/physics/test_kernel.py tests/test_repeatability.py tests/physics",
    ),
    "kernel": Area(
        ("simulator/physics/kernel.py", "simulator/physics/track.py"),
        "tests/test_repeatability.py tests/physics tests/scenario/test_extremes.py",
    ),
}


class Tests:
    """A process that runs tests; nothing that was compiled of a changed file is kept."""

    def __init__(self, python: Path) -> None:
        command = [str(python), "-m", "tests.mutants.warm"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, tests: str, changed: Sequence[Path]) -> int:
        """Return pytest's exit code, negative where it was stopped."""
        for path in changed:
            for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
                compiled.unlink()  # a fault of the same size and second is another
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{' '.join((*QUICK, tests))}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def interval(killed: int, tried: int) -> tuple[float, float]:
    """Return between which shares of all mutants the killed ones lie, at 95 % (Wilson)."""
    if not tried:
        return 0.0, 1.0
    z, p = 1.96, killed / tried
    middle = (p + z * z / (2 * tried)) / (1 + z * z / tried)
    half = z * math.sqrt(p * (1 - p) / tried + z * z / (4 * tried * tried)) / (1 + z * z / tried)
    return middle - half, middle + half


def main() -> None:
    """Try the mutants that the command line asks for; print survivors, and shares at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", required=True, help="the Python that has pytest")
    parser.add_argument("--sample", type=int, default=0, help="so many of each area; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--area", choices=AREAS, action="append")
    parser.add_argument("--results", type=Path, default=Path("build/mutants.jsonl"))
    asked = parser.parse_args()
    results, python = asked.results.resolve(), Path(asked.python).absolute()
    results.parent.mkdir(parents=True, exist_ok=True)
    copy = results.with_suffix("")
    shutil.rmtree(copy, ignore_errors=True)
    ignored = shutil.ignore_patterns(".*", "build", "dist", "*.jsonl")
    shutil.copytree(ROOT, copy, ignore=ignored)
    os.chdir(copy)
    tests = Tests(python)
    for name in asked.area or AREAS:
        area = AREAS[name]
        files = [Path(file) for file in area.files]
        items = [
            item
            for item in _all_work_items(files, {})
            if not any(LEFT_OUT.search(m.operator_name) for m in item.mutations)
        ]
        random.Random(asked.seed).shuffle(items)  # noqa: S311 - dice, no secret
        killed = tried = 0
        if tests.run(area.tests, files) != NOTHING_FAILED:
            sys.exit(f"The tests of {name} fail without any fault.")
        for item in items[: asked.sample or len(items)]:
            begun = time.monotonic()
            (mutation,) = item.mutations
            operator = get_operator(mutation.operator_name)(**mutation.operator_args)
            with use_mutation(mutation.module_path, operator, mutation.occurrence) as (old, new):
                if new is None:
                    continue
                code = tests.run(area.tests, files)
            tried += 1
            killed += code != NOTHING_FAILED
            path = str(mutation.module_path)
            diff = "\n".join(
                unified_diff(old.splitlines(), new.splitlines(), path, path, n=1, lineterm="")
            )
            row = {
                "area": name,
                "killed": code != NOTHING_FAILED,
                "took_s": round(time.monotonic() - begun, 1),
                "diff": diff,
            }
            with results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            if code == NOTHING_FAILED:
                sys.stdout.write(f"{diff}\n")
                sys.stdout.flush()
        low, high = interval(killed, tried)
        share = killed / max(tried, 1)
        sys.stdout.write(
            f"{name}: {killed} of {tried} killed, {share:.0%} ({low:.0%} to {high:.0%}), "
            f"of {len(items)} there are\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
