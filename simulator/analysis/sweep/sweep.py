"""Running a sweep's chunks, here or on any executor, and the resulting table.

In: a `SweepRequest`, an executor of `concurrent.futures` or none. Out: chunks as they finish, each
once; `Table`, all of them in order. A chunk is identified by its number, so it does not matter who
ran it, in what order, or that a worker died (if its executor gives the chunk to another).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.sweep.axes import grid_of
from simulator.analysis.sweep.chunks import Columns, SweepRequest, request_of, run_chunk
from simulator.recording.recording import framed
from simulator.scenario.model import Scenario

CHECK_S = 2.0
"""Interval at which `check` is called while an executor returns nothing [s]."""


def run_chunks(
    request: SweepRequest,
    numbers: Iterable[int],
    executor: Executor | None = None,
    workers: int = 1,
    *,
    check: Callable[[], None] | None = None,
    threads: int = 0,
) -> Iterator[tuple[int, Columns]]:
    """Yield these chunks by number as they finish.

    Without an executor they run here, on this many threads (0: one per processor). An executor gets
    at most two per worker at a time; while it returns nothing, `check` is called now and then and
    may raise.
    """
    if executor is None:
        for number in numbers:
            yield number, run_chunk(request.chunk(number), threads)
        return
    left = iter(numbers)
    under_way: dict[Future[Columns], int] = {}
    while True:
        for number in itertools.islice(left, 2 * workers - len(under_way)):
            under_way[executor.submit(run_chunk, request.chunk(number))] = number
        if not under_way:
            return
        done, _ = wait(under_way, CHECK_S if check else None, FIRST_COMPLETED)
        if check and not done:
            check()
        for future in done:
            yield under_way.pop(future), future.result()


class Table(dict[str, NDArray[Any]]):
    """Results by column; missing numbers are NaN, texts may be empty."""

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.values()), ()))

    def to_pandas(self) -> Any:
        """Return a pandas `DataFrame`.

        Raises:
            LightpaceError: pandas is not installed; lightpace does not need it.
        """
        return framed("pandas", self)

    def to_polars(self) -> Any:
        """Return a polars `DataFrame`.

        Raises:
            LightpaceError: polars is not installed; lightpace does not need it.
        """
        return framed("polars", self)

    def to_arrow(self) -> Any:
        """Return a pyarrow `Table`.

        Raises:
            LightpaceError: pyarrow is not installed; lightpace does not need it.
        """
        return framed("pyarrow", self)


def table_of(chunks: Iterable[Columns]) -> Table:
    """Return chunks, in order, as one table."""
    listed = list(chunks)
    return Table({name: np.concatenate([c[name] for c in listed]) for name in listed[0]})


def run_sweep(request: SweepRequest, executor: Executor | None = None, workers: int = 1) -> Table:
    """Return the whole sweep as a table in memory."""
    done = dict(run_chunks(request, range(request.chunks), executor, workers))
    return table_of(done[number] for number in sorted(done))


def sweep(
    scenario: str | Path | Scenario,
    vary: Sequence[str],
    *,
    changes: Sequence[str] = (),
    samples: int = 0,
    seed: int = 1,
    target_s: float | None = None,
    executor: Executor | None = None,
    workers: int = 1,
) -> Table:
    """Run every combination of varied values and return one row for each.

    Args:
        scenario: a file, the name of a shipped one, or a `Scenario`.
        vary: `pacers.count=0..13`, `pacers.front_gap=0.8..4:0.2`, `runner.mass=40,42` and the like.
        changes: `--set` overrides applied before.
        samples: samples of the uncertain inputs for each row, for percentiles and a chance.
        seed: of the samples.
        target_s: the time for the chance [s]; None: the finish of the scenario's plan.
        executor: any `concurrent.futures` executor; left out: run here.
        workers: how many it has.

    Raises:
        ScenarioError: the scenario, a path or its values are not usable.
    """
    request = request_of(
        scenario, grid_of(vary), changes=changes, samples=samples, seed=seed, target_s=target_s
    )
    return run_sweep(request, executor, workers)
