"""Stop signals: one that comes in a callback is raised once more outside it.

In: which exceptions are stops. Out: nothing; meanwhile none of them is printed or lost where Python
drops what is raised: in the callback of a weak reference (the import system has one for each module
that it reads), in a finaliser, in a callback of C.
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
"""What answers each stop: the exit code."""
if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
    CODES[signal.SIGHUP] = (
        129  # the terminal was closed, and the command was not told to go on without it
    )

LATER_S = 0.005
"""After this a signal comes again [s]: the callback is over by then, or it is tried once more."""


@contextlib.contextmanager
def dropped_stops(
    is_stop: Callable[[BaseException], bool], again: Callable[[], object]
) -> Iterator[None]:
    """Call `again` where Python drops an exception that is a stop; report all others as before.

    Args:
        is_stop: whether an exception is one.
        again: what to do about it. Called inside the callback, so it must not raise by itself.
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
    """Send this process a signal in a moment, to the main thread: that may be asleep.

    The bare thread takes no lock: whoever is in the callback may hold the one a larger one needs.
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
