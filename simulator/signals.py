"""Stop signals: one that arrives in a callback is raised again outside it.

In: a test for exceptions that are stops. Out: nothing. Python drops exceptions raised in the
callback of a weak reference (the import system has one for each module it reads), in a finaliser or
in a C callback; a stop raised there is neither printed nor lost.
"""

from __future__ import annotations

import _thread
import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
"""The exit code for each stop signal."""
if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
    CODES[signal.SIGHUP] = 129  # the terminal was closed, and the command does not run under nohup

LATER_S = 0.005
"""The signal is sent again after this time [s]: the callback is over by then, or it is retried."""


@contextlib.contextmanager
def dropped_stops(
    is_stop: Callable[[BaseException], bool], again: Callable[[], object]
) -> Iterator[None]:
    """Call `again` where Python drops an exception that is a stop; report all others as before.

    Args:
        is_stop: whether an exception is one.
        again: called for each one, inside the callback, so it must not raise.
    """
    report = sys.unraisablehook

    def dropped(what: sys.UnraisableHookArgs) -> None:
        if what.exc_value is not None and is_stop(what.exc_value):
            again()
        else:
            report(what)

    sys.unraisablehook = dropped
    try:
        yield
    finally:
        sys.unraisablehook = report


def signal_later(number: int) -> None:
    """Send a signal to this process's main thread, which may be asleep, after a short delay.

    A bare thread takes no lock; the callback may hold the one that `threading.Thread` needs.
    """
    _thread.start_new_thread(_send, (number,))


def _send(number: int) -> None:
    time.sleep(LATER_S)
    if sys.platform == "win32":
        signal.raise_signal(number)
    else:
        main = threading.main_thread().ident
        if main is not None:
            signal.pthread_kill(main, number)
