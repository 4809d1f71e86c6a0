"""`python -m simulator` is `lightpace`.

In: arguments. Out: the exit code of the command line. Ctrl-C, a termination and a closed terminal
are handled from the first moment, before anything large is imported: the process exits quietly with
130, 143 or 129.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from types import FrameType

from simulator.signals import CODES


def main() -> None:
    """Run the command line and exit the process."""
    for number in CODES:
        signal.signal(number, _stopped_early)
    gc.disable()  # imported modules stay: scanning them for garbage takes a fifth of the import
    # numpy's linear algebra threads take 60 ms to start, and it has little to do here
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from simulator.cli import main as run  # noqa: PLC0415 - signals are answered before it

    code: str | int | None = 130  # Ctrl-C came between two of the command line's handlers
    try:
        run()
    except KeyboardInterrupt:
        pass
    except SystemExit as end:
        code = end.code
    finally:
        for number in CODES:  # all is done and printed: nothing is left to stop
            signal.signal(number, signal.SIG_IGN)
    if isinstance(code, int) and code in CODES.values():
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> None:
    """Exit without waiting for threads: a stop may have come while one was being started.

    `concurrent.futures` then does not know of it, does not end it, and Python waits for good.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code)


def _stopped_early(number: int, _frame: FrameType | None) -> None:
    os._exit(CODES[signal.Signals(number)])  # an exception would be shown as a failed import


if __name__ == "__main__":
    main()
