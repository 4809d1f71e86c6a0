"""Runs tests over and over, each time in a fork of a process that has imported what they need.

In: on each line of the input, what pytest is to be given. Out: on each line its exit code; -14
where it took longer than `TIMEOUT_S`. What is tested itself is read anew each time.
"""

from __future__ import annotations

import os
import signal
import sys

# what takes most of the start of a test; nothing of the simulator, which is about to be changed
import hypothesis.stateful
import numpy.testing
import pydantic
import pytest
import yaml

TIMEOUT_S = 600
MODULES = (hypothesis.stateful, numpy.testing, pydantic, yaml)


def run(words: list[str]) -> int:
    """Run pytest in a fork; return its exit code, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        signal.alarm(TIMEOUT_S)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        os._exit(pytest.main(words))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(f"{run(line.split())}\n")
        sys.stdout.flush()
