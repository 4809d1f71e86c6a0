from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from simulator.beside import Hand


def test_work_is_done_in_order_and_errors_come_where_they_are_asked_for() -> None:
    def fails() -> int:
        raise ValueError("two")

    with Hand[int]("test") as hand:
        hand.give(lambda: 1)
        hand.give(fails)
        hand.give(lambda: 3)
        assert hand.take() == 1
        with pytest.raises(ValueError, match="two"):
            hand.take()
        assert hand.take() == 3
        assert not hand.ready


def test_what_was_not_begun_is_dropped_and_what_was_begun_is_done() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), []

    def first() -> None:
        begun.set()
        go_on.wait(10)
        done.append("first")

    with Hand[None]("test") as hand:
        hand.give(first)
        hand.give(lambda: done.append("second"))
        begun.wait(10)
        threading.Timer(0.05, go_on.set).start()
    assert done == ["first"]


INTERRUPTED = """
import signal, sys, threading, os, time
from simulator.beside import Hand
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Timer({after}, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    with Hand[int]("test") as hand:
        waiting = 0
        while True:
            if waiting == 2:
                hand.take()
                waiting -= 1
            hand.give(lambda: 1)
            waiting += 1
            hand.ready
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
