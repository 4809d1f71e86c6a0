"""`make bench`: the sweep against scipy, fourteen counts, growth and memory, as ratios.

`--million` goes on to a million attempts. Prints a Markdown table for docs/performance.md.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

from simulator.analysis.sweep.axes import grid_of
from simulator.analysis.sweep.chunks import Request, request_of, run_chunk
from simulator.analysis.what_if import pacer_counts
from simulator.physics.attempt import finished, simulate, stepping
from simulator.physics.batch import batch_of
from simulator.physics.keeping import passages
from simulator.scenario.loader import load_scenario
from tests.benchmarks import knobs
from tests.benchmarks.reference import solve


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


def _sweep(rows: int) -> Request:
    step = 10.0 / (rows // 20 - 1)
    mass = f"runner.mass=40..50.0000001:{step:.9f}"
    return request_of("breaking4", grid_of(["pacers.front_gap=0.8..4.6:0.2", mass]))


def _run(request: Request) -> None:
    for number in range(request.chunks):
        run_chunk(request.chunk(number))


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Run all and print the table."""
    scenario = load_scenario("breaking4")
    _say("| what | measured | goal |\n|---|---|---|")
    fine, own = simulate(scenario, step_s=0.01).finish_s, simulate(scenario).finish_s
    reference = solve(scenario)
    if own is None or fine is None:
        raise SystemExit("the shipped scenario does not finish")
    _say(f"| finish against a step ten times finer | {1e3 * abs(own - fine):.2f} ms | ≤ 2 ms |")
    _say(f"| finish against scipy's RK45 | {1e3 * abs(own - reference):.1f} ms | |")
    one = _best(lambda: solve(scenario), 2)
    counts = [choice.scenario for choice in pacer_counts(scenario)]
    all_counts = _best(lambda: finished(stepping(batch_of(counts), None, passages())), 3)
    _say(f"| all {len(counts)} pacer counts over one solve_ivp | {all_counts / one:.2f} | < 8 |")
    for row in knobs.rows():
        _say(row)
    previous = None
    sizes = (
        [1_000, 10_000, 100_000]
        if "--long" in sys.argv or "--million" in sys.argv
        else [
            1_000,
            10_000,
        ]
    )
    sizes += [1_000_000] if "--million" in sys.argv else []
    for size in sizes:
        request = _sweep(size)
        took = _best(lambda request=request: _run(request), 1)  # type: ignore[misc]
        rows = request.grid.size
        rate = rows / took * one
        _say(f"| attempts per second over solve_ivp's, {rows} attempts | {rate:.0f} | ≥ 200 |")
        if previous is not None:
            grown = took / rows / previous
            _say(f"| time of an attempt over that with a tenth of them | {grown:.2f} | ≤ 1.1 |")
        _say(f"| largest memory so far | {_memory_mb():.0f} MB | flat |")
        previous = took / rows


if __name__ == "__main__":
    main()
