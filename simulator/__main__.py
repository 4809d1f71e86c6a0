"""`python -m simulator` is `lightpace`.

In: arguments. Out: what the command line makes of them. Ctrl-C and a termination are answered from
the first moment on, before anything large is imported: quietly, with 130 and 143. So is a terminal
that is closed, with 129.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from types import FrameType

from simulator.signals import CODES


def main() -> None:
    """Run the command line and exit the process."""
    for number in CODES:
        signal.signal(number, _stopped_early)
    gc.disable()  # what is imported stays: looking through it again and again takes a fifth of it
    # numpy starts threads for linear algebra, which takes it 60 ms; there is little of it here
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from simulator.cli import main as run  # noqa: PLC0415 - signals are answered before it

    try:
        run()
    except KeyboardInterrupt:  # it came between two of the command line's handlers of it
        sys.exit(130)
    finally:
        for number in CODES:  # all is done and printed: nothing is left that could be stopped
            signal.signal(number, signal.SIG_IGN)


def _stopped_early(number: int, _frame: FrameType | None) -> None:
    os._exit(CODES[signal.Signals(number)])  # an exception would be shown as a failed import


if __name__ == "__main__":
    main()
