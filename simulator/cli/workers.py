"""Who works a sweep off: this process, processes of its own, or a Dask cluster.

In: a request and the numbers of its missing chunks. Out: chunks as they are done, also when a
worker process dies on the way; one sentence where nobody is left to work.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TYPE_CHECKING

from simulator.errors import ExtraError, LightpaceError
from simulator.processes import ignore_interrupts, spawning

if TYPE_CHECKING:
    from simulator.analysis.sweep.chunks import Columns, Request

CONNECT = "10s"
"""How long a cluster may take to answer."""
DEATHS = 3
"""So many deaths in a row, without a chunk done between them, are no accident any more."""


def worked_off(
    request: Request,
    missing: Sequence[int],
    cluster: str | None,
    jobs: int | None,
    tell: Callable[[str], object],
) -> Generator[tuple[int, Columns], None, None]:
    """Yield the missing chunks with their numbers as they are done.

    A worker process that dies (it was killed, or memory ran out) takes its pool with it: the chunks
    that are still missing go to a new one, and `tell` is given a sentence.

    Raises:
        LightpaceError: workers keep dying, or the cluster is not there or falls apart.
        ExtraError: a cluster is asked for and distributed is not installed.
    """
    from simulator.analysis.sweep.running import run_chunks

    left, deaths = dict.fromkeys(missing), 0
    while left:
        try:
            with executor(cluster, jobs, len(left)) as (pool, workers):
                for number, columns in run_chunks(request, list(left), pool, workers):
                    del left[number]
                    deaths = 0
                    yield number, columns
        except BrokenProcessPool:
            deaths += 1
            if deaths == DEATHS:
                raise LightpaceError(
                    f"Worker processes died {DEATHS} times, perhaps for want of memory: "
                    "run the same command again with fewer --jobs."
                ) from None
            tell("A worker process died; going on with new ones.")


@contextmanager
def executor(
    cluster: str | None, jobs: int | None, chunks: int
) -> Iterator[tuple[Executor | None, int]]:
    """Yield an executor and its number of workers: none for one, processes, or a cluster."""
    if cluster is not None:
        with _cluster(cluster) as found:
            yield found
        return
    workers = min(jobs or os.cpu_count() or 1, chunks)
    if workers <= 1:
        yield None, 1
        return
    others = multiprocessing.active_children()
    pool = ProcessPoolExecutor(workers, spawning(), initializer=ignore_interrupts)
    try:
        yield pool, workers
    except BaseException:
        # nobody wants the chunks under way any more: who stops a sweep should not wait for them
        for child in multiprocessing.active_children():
            if child not in others:
                child.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _cluster(address: str) -> Iterator[tuple[Executor, int]]:
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise ExtraError("A cluster", "cluster") from None
    try:
        client = Client(address, timeout=CONNECT)
    except (OSError, ValueError, TypeError) as error:
        raise LightpaceError(f"There is no Dask scheduler at {address}: {error}.") from None
    with client:
        workers = max(1, sum(client.nthreads().values()))
        try:
            # the executor's own shutdown would wait for chunks that nobody wants any more
            yield client.get_executor(retries=3), workers
        except (CancelledError, KilledWorker) as error:
            raise LightpaceError(
                f"The cluster at {address} lost the work: {error}. The same command goes on."
            ) from None
