"""Stop signals: a stop that other code drops is raised again.

In: signals. Out: exceptions, an exit code. Python drops what is raised in the callback of a weak
reference (the import system has one for each module it reads), in a finaliser or in a C callback;
pydantic drops much of what is raised in the functions it calls while it tries what fits, and goes
on with another value.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from types import FrameType
from typing import Self

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
"""The exit code for each stop signal."""
if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
    CODES[signal.SIGHUP] = 129  # the terminal was closed, and the command does not run under nohup

LATER_S = 0.005
"""The signal is sent again after this time [s], then after twice as long, and so on."""


class StopSignals:
    """Answers the stop signals of one run: `KeyboardInterrupt` for Ctrl-C, else `SystemExit`.

    In a `with` block a stop is raised again for as long as nothing deals with it.
    """

    code: int | None = None
    """The exit code of the first that came."""

    def __init__(self) -> None:
        self._over = False
        self._report = sys.unraisablehook

    def __enter__(self) -> Self:
        """Answer the signals from here on, after the block as well."""
        for number in CODES:
            signal.signal(number, self._stop)
        sys.unraisablehook = self._dropped
        return self

    def __exit__(self, *_error: object) -> None:
        """Raise none again."""
        self._over = True
        sys.unraisablehook = self._report

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        if self._is_dealt_with():
            return
        if self.code is None:
            self.code = CODES[signal.Signals(number)]
            # a bare thread takes no lock: what is interrupted may hold the one of `threading`
            _thread.start_new_thread(self._send_again, (number,))
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(self.code)

    def _is_stop(self, error: BaseException) -> bool:
        return self.code is not None and isinstance(error, KeyboardInterrupt | SystemExit)

    def _is_dealt_with(self) -> bool:
        """Return whether the interrupted code handles a stop, or an error that came of one."""
        error = sys.exc_info()[1]
        while error is not None and not self._is_stop(error):
            error = error.__context__
        return error is not None

    def _dropped(self, what: sys.UnraisableHookArgs) -> None:
        """Report an exception that Python drops, unless it is a stop."""
        if what.exc_value is None or not self._is_stop(what.exc_value):
            self._report(what)

    def _send_again(self, number: int) -> None:
        later_s = LATER_S
        time.sleep(later_s)
        while not self._over:
            if sys.platform == "win32":
                signal.raise_signal(number)
            else:  # the main thread may be asleep
                signal.pthread_kill(threading.main_thread().ident or 0, number)
            later_s *= 2
            time.sleep(later_s)
