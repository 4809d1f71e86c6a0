"""Other processes, which Ctrl-C does not reach: it is the main one's to answer.

In: what another process is to do. Out: a context of `multiprocessing` to start it with. A terminal
sends Ctrl-C to every process of the group. One that is told to ignore it once it runs would answer
until then, and tell of it on the terminal: reading Python and the program in takes it a second.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess


def ignore_interrupts() -> None:
    """Ignore Ctrl-C in this process from here on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Process(SpawnProcess):
    def start(self) -> None:
        """Start it with Ctrl-C held back, which it inherits."""
        with _held_back():
            super().start()


class _Context(SpawnContext):
    Process = _Process


SPAWN: SpawnContext = _Context()
"""Starts processes anew, on every system; what they run should `ignore_interrupts` first."""


@contextmanager
def _held_back() -> Iterator[None]:
    """Hold Ctrl-C back in this thread meanwhile: it comes afterwards."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # it is started on the way, and lets Ctrl-C in again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
