from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from simulator.background import BackgroundThread


def test_work_is_done_in_order_and_errors_come_where_they_are_asked_for() -> None:
    def fails() -> int:
        raise ValueError("two")

    with BackgroundThread[int]("test") as thread:
        thread.submit(lambda: 1)
        thread.submit(fails)
        thread.submit(lambda: 3)
        assert thread.result() == 1
        with pytest.raises(ValueError, match="two"):
            thread.result()
        assert thread.result() == 3
        assert not thread.ready


def test_what_was_not_begun_is_dropped_and_what_was_begun_is_done() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), []

    def first() -> None:
        begun.set()
        go_on.wait(10)
        done.append("first")

    with BackgroundThread[None]("test") as thread:
        thread.submit(first)
        thread.submit(lambda: done.append("second"))
        begun.wait(10)
        threading.Timer(0.05, go_on.set).start()
    assert done == ["first"]


INTERRUPTED = """
import signal, sys, threading, os, time
from simulator.background import BackgroundThread
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Timer({after}, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    with BackgroundThread[int]("test") as thread:
        waiting = 0
        while True:
            if waiting == 2:
                thread.result()
                waiting -= 1
            thread.submit(lambda: 1)
            waiting += 1
            thread.ready
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
@pytest.mark.parametrize("after", [0.05, 0.051, 0.052, 0.053, 0.054, 0.055])
def test_ctrl_c_at_any_step_ends_it(after: float) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED.format(after=after)],
        timeout=30,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 130
