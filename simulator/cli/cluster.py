"""A Dask cluster as an executor for a sweep's chunks, and every way it can fail in a sentence.

In: the address of a scheduler. Out: an executor, how many threads its workers have, and a check for
whoever waits; or a `LightpaceError`. What was done until then is the caller's to keep.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from simulator.analysis.sweep.chunks import program
from simulator.errors import ExtraError, LightpaceError

if TYPE_CHECKING:  # an extra
    from distributed import Client

CONNECT_S = 10.0
"""How long a scheduler may take to answer, and to have a worker [s]."""
LONGEST_GREETING = 1_000_000
"""Bytes of a scheduler's first message at most; those of today have 58."""
ALONE_S = 60.0
"""How long a sweep waits for a worker when all are gone [s]: some are started again."""
RETRIES = 3
"""How many workers may die of a chunk before it is given up."""


class Cluster(NamedTuple):
    """What a sweep needs of a cluster; `check` raises a `LightpaceError` where nobody works."""

    executor: Executor
    workers: int
    check: Callable[[], None]


@contextmanager
def cluster_at(address: str) -> Iterator[Cluster]:
    """Yield the cluster of the scheduler at `address`.

    Raises:
        LightpaceError: there is no scheduler, or it has no workers, or they run another version; or
            the cluster fails while it is used.
        ExtraError: distributed is not installed.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ExtraError("A cluster", "cluster") from None
    _silence("distributed")
    try:
        _greet(address)
        client = Client(address, timeout=f"{CONNECT_S:g}s", set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        said = _reason(error)
        raise LightpaceError(f"There is no Dask scheduler at {address}: {said}.") from None
    with client:
        _check_versions(client, address)
        workers = sum(client.nthreads().values())
        try:
            # the executor's own shutdown would wait for chunks that nobody wants any more
            executor = client.get_executor(retries=RETRIES)
            yield Cluster(executor, workers, _watch(client, address))
        except LightpaceError:
            raise
        except Exception as error:  # noqa: BLE001 - a chunk raises nothing of its own: the cluster failed
            raise LightpaceError(
                f"The cluster at {address} lost the work: {_reason(error)}. "
                "The same command goes on."
            ) from None


def _silence(package: str) -> None:
    """Keep a package's logs off the terminal: we say what comes of a connection that was lost."""
    for name in (package, *logging.root.manager.loggerDict):
        if name.partition(".")[0] == package:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _greet(address: str) -> None:
    """Refuse whoever does not speak first, with a short message, as a scheduler does.

    `distributed` waits for a silent server without end, and takes the first words of any other for
    the length of a message.

    Raises:
        OSError: nobody is there, or it says nothing.
        ValueError: it says something else.
    """
    scheme, _, place = address.rpartition("://")
    host, _, port = place.rpartition(":")
    if scheme not in ("", "tcp") or not port.isdecimal():
        return  # `distributed` has its own words for those
    number = int(port)
    if number > 65_535:
        raise ValueError(f"no port has the number {number}")
    with socket.create_connection((host.strip("[]"), number), CONNECT_S) as connection:
        first = connection.recv(8)
    if not 0 < int.from_bytes(first, "little") <= LONGEST_GREETING:
        raise ValueError("what is there speaks another language")


def _check_versions(client: Client, address: str) -> None:
    """Refuse workers that would give other numbers, or none."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_S)
    except TimeoutError:
        raise LightpaceError(f"The cluster at {address} has no workers.") from None
    try:
        digests = client.run(program)
    except Exception as error:  # noqa: BLE001 - importing another program may raise anything
        raise LightpaceError(
            f"The workers of the cluster at {address} cannot run lightpace: {_reason(error)}."
        ) from None
    others = sorted(worker for worker, digest in digests.items() if digest != program())
    if others:
        raise LightpaceError(
            f"{others[0]}, a worker of the cluster at {address}, has another version of lightpace "
            "or numpy: its numbers would differ."
        )


def _watch(client: Client, address: str) -> Callable[[], None]:
    """Return a check that the cluster still has workers; for a while it may have none."""
    seen = time.monotonic()

    def check() -> None:
        nonlocal seen
        gone = "its workers are"
        try:
            if client.nthreads():
                seen = time.monotonic()
        except Exception:  # noqa: BLE001 - of a scheduler that is gone, of any kind
            gone = "its scheduler is"
        if time.monotonic() - seen > ALONE_S:
            raise LightpaceError(
                f"The cluster at {address} lost the work: {gone} gone. The same command goes on."
            )

    return check


def _reason(error: BaseException) -> str:
    """Return what an error says, in one line; some say nothing but their name."""
    if isinstance(error, CancelledError):
        return "its scheduler forgot it, or is gone"
    text = " ".join(str(error).split())
    return (text or type(error).__name__).rstrip(".")
