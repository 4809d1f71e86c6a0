"""One attempt and whole commands: the kernel beside a C loop, `simulate`, samples, a best plan.

`python -m tests.benchmarks.attempts` prints the rows alone; `make bench` prints them with the rest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from simulator.analysis.optimise import optimise
from simulator.analysis.uncertainty import forecast
from simulator.physics import compiled, setup
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario
from simulator.scenario.reading import shipped_names
from tests.benchmarks.c_loop import c_loop

ROOT = Path(__file__).resolve().parents[2]
BARE = "import numpy, pydantic, rich.console, typer"


def _took(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def kernel_over_c(times: int) -> tuple[float, float]:
    """Return the least time of an attempt in this process's kernel, over C's, and C's [s]."""
    scenario = load_scenario("breaking4")
    run_c = c_loop(scenario)
    if run_c is None:
        raise SystemExit("there is no C compiler to hold the kernel's speed against")
    columns = setup.empty(10_000), setup.empty(10_000)

    def once() -> None:
        attempt = setup.attempt_of(scenario)
        attempt.xs, attempt.vs = columns
        compiled.kernel.run(attempt, 1)

    once()
    pairs = [(_took(once), min(_took(run_c) for _ in range(3))) for _ in range(times)]
    in_c = min(c for _, c in pairs)
    return min(own for own, _ in pairs) / in_c, in_c


def _plain_over_c() -> float:
    """Return the same for the plain source, in a process of its own."""
    program = "from tests.benchmarks.attempts import kernel_over_c; print(kernel_over_c(40)[0])"
    environment = {**os.environ, "LIGHTPACE_PLAIN": "1"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, check=True, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    return float(done.stdout)


def _command_s(*words: str) -> float:
    def run() -> None:
        subprocess.run([sys.executable, *words], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)

    run()
    return median(_took(run) for _ in range(9))


def _accuracy() -> Iterator[str]:
    names = shipped_names()
    off = []
    for name in names:
        scenario = load_scenario(name)
        fine = simulate(scenario, step_s=0.1 * setup.STEP_S).finish_s
        own = simulate(scenario).finish_s
        if own is None or fine is None:
            raise SystemExit(f"{name} does not finish")
        off.append(abs(own - fine))
    what = f"finish against a step ten times finer, worst of {len(names)} shipped scenarios"
    yield f"| {what} | {1e3 * max(off):.2f} ms | ≤ 2 ms |"


def rows() -> Iterator[str]:
    """Yield the rows of the table."""
    yield from _accuracy()
    ratio, in_c = kernel_over_c(400)
    what = f"kernel, one attempt, finish only, over the C loop ({1e3 * in_c:.2f} ms)"
    yield f"| {what}, {compiled.STATUS} | {ratio:.2f} | ≤ 2 |"
    yield f"| the same, plain Python | {_plain_over_c():.0f} | ≤ 100 |"
    scenario = load_scenario("breaking4")
    whole = min(_took(lambda: simulate(scenario)) for _ in range(100))
    yield f"| whole `simulate()` call | {1e3 * whole:.2f} ms | ≤ 5 ms |"
    samples = min(_took(lambda: forecast(scenario, 2000, 1)) for _ in range(3))
    yield f"| 2,000 samples | {samples:.2f} s | ≤ 0.7 s |"
    plan = _took(lambda: optimise("breaking4", ["plan.splits"]))
    yield f"| the best split plan of `breaking4` | {plan:.1f} s | |"
    bare, command = _command_s("-c", BARE), _command_s("-m", "simulator", "simulate", "breaking4")
    what = f"`lightpace simulate breaking4` ({command:.2f} s) over importing what it depends on"
    yield f"| {what} ({bare:.2f} s) | {command / bare:.2f} | |"


if __name__ == "__main__":
    for row in rows():
        sys.stdout.write(row + "\n")
        sys.stdout.flush()
