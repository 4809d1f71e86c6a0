"""Who runs a sweep's chunks: this process with its threads, or a Dask cluster.

In: a request and the numbers of its missing chunks. Out: chunks as they are done; one sentence
where a cluster is not there or falls apart.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from simulator.errors import ExtraError, LightpaceError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from simulator.analysis.sweep.chunks import Columns, Request

CONNECT = "10s"
"""How long a cluster may take to answer."""


def run_missing(
    request: Request, missing: Sequence[int], cluster: str | None, threads: int
) -> Generator[tuple[int, Columns], None, None]:
    """Yield the missing chunks with their numbers as they are done.

    Args:
        request: the sweep.
        missing: the numbers of the chunks to run.
        cluster: address of a Dask scheduler; None runs them here.
        threads: threads of this process; 0: one for each processor.

    Raises:
        LightpaceError: the cluster is not there or falls apart.
        ExtraError: a cluster is wanted and distributed is not installed.
    """
    from simulator.analysis.sweep.sweep import run_chunks

    if cluster is None:
        yield from run_chunks(request, missing, threads=threads)
        return
    with _cluster(cluster) as (executor, workers):
        yield from run_chunks(request, missing, executor, workers)


@contextmanager
def _cluster(address: str) -> Iterator[tuple[Executor, int]]:
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise ExtraError("A cluster", "cluster") from None
    from concurrent.futures import CancelledError

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
