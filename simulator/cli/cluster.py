"""A Dask cluster as an executor for a sweep's chunks, with a sentence for every kind of failure.

In: the address of a scheduler. Out: an executor, the number of its workers' threads, and a check
to call while waiting; or a `LightpaceError`. The caller stores what was done until then.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from simulator.analysis.sweep import program
from simulator.errors import LightpaceError, requiring

if TYPE_CHECKING:  # an extra
    from distributed import Client

CONNECT_S = 10.0
"""How long a scheduler may take to answer, and to have a worker [s]."""
LONGEST_GREETING = 1_000_000
"""Most bytes of a scheduler's first message; present ones have 58."""
ALONE_S = 60.0
"""How long a sweep waits for a worker when all are gone [s]: some are restarted."""
RETRIES = 3
"""After this many workers have died of a chunk, it is given up."""


class Cluster(NamedTuple):
    """A cluster for a sweep; `check` raises a `LightpaceError` if there are no workers."""

    executor: Executor
    workers: int
    check: Callable[[], None]


@contextmanager
def cluster_at(address: str) -> Iterator[Cluster]:
    """Yield the cluster of the scheduler at `address`.

    Raises:
        LightpaceError: there is no scheduler, it has no workers, they run another version, or the
            cluster fails during use.
        ExtraError: distributed is not installed.
    """
    with requiring("A cluster", "cluster"):
        from distributed import Client
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
            # the executor's own shutdown would wait for unneeded chunks
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
    """Keep a package's logs off the terminal: lost connections are reported here."""
    for name in (package, *logging.root.manager.loggerDict):
        if name.partition(".")[0] == package:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _greet(address: str) -> None:
    """Refuse a server that does not send a short message first, as a scheduler does.

    `distributed` waits for a silent server for ever, and interprets the first bytes of any other as
    the length of a message.

    Raises:
        OSError: there is no server, or it sends nothing.
        ValueError: it sends something else.
    """
    scheme, _, place = address.rpartition("://")
    host, _, port = place.rpartition(":")
    if scheme not in ("", "tcp") or not port.isdecimal():
        return  # `distributed` has its own messages for those
    number = int(port)
    if number > 65_535:
        raise ValueError(f"no port has the number {number}")
    with socket.create_connection((host.strip("[]"), number), CONNECT_S) as connection:
        first = connection.recv(8)
    if not 0 < int.from_bytes(first, "little") <= LONGEST_GREETING:
        raise ValueError("what is there speaks another language")


def _check_versions(client: Client, address: str) -> None:
    """Refuse workers of another version, whose numbers would differ, or no workers at all."""
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
    """Return a check that the cluster still has workers; it may have none for a while."""
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
    """Return an error's message in one line; without one, its name."""
    if isinstance(error, CancelledError):
        return "its scheduler forgot it, or is gone"
    text = " ".join(str(error).split())
    return (text or type(error).__name__).rstrip(".")
