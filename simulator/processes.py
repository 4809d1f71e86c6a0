"""Other processes, which a terminal's signals do not reach: they are the main one's to answer.

In: what another process is to do. Out: a context of `multiprocessing` to start it with. A terminal
sends Ctrl-C, and that it was closed, to every process of the group. One that ignores it only
once it runs would answer until then, and print a traceback: reading Python and the program in takes
it a second. `multiprocessing` has one more process, which keeps account of semaphores; where it is
gone, the next one complains of each that it never heard of.
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
        """Start it with the terminal's signals held back, which it inherits."""
        with _held_back():
            super().start()


class _Context(SpawnContext):
    Process = _Process


def spawning() -> SpawnContext:
    """Return what starts processes anew, on every system; they should `ignore_interrupts` first."""
    with _held_back():  # the process that keeps account is there now: pools use it at once
        return _Context()


@contextmanager
def _held_back() -> Iterator[None]:
    """Hold the terminal's signals back in this thread meanwhile: they come afterwards."""
    if sys.platform == "win32":
        yield
        return
    held = [signal.SIGINT, signal.SIGHUP]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        resource_tracker.ensure_running()  # it inherits this too, and lets Ctrl-C in again here
        signal.pthread_sigmask(signal.SIG_BLOCK, held)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
