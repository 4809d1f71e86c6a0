"""Work beside the picture: latest wins, nothing blocks, the second process leaves no trace."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from simulator.session import Session
from simulator.session import work as room
from simulator.session.work import Task, Work
from tests.session.short import bits, by_hand, load_short

Job = Generator[None, None, Any]
WAIT_S = 60.0
"""A machine that is busy may take long; a test that hangs ends here."""


def counting(count: int, result: Any) -> Job:
    for _ in range(count):
        yield
    return result


def failing() -> Job:
    yield
    raise ValueError("not in that process")


def dying(parent: int) -> Job:
    yield
    if os.getpid() != parent:
        os._exit(3)
    return "worked off at home"


def ready(work: Work) -> bool:
    return bool(work._benches) and all(bench.worker.free for bench in work._benches)


def until(work: Work, done: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT_S
    while not done():
        work.go_on(0.001)
        assert time.monotonic() < end, "nothing came back"


@pytest.fixture
def beside() -> Iterator[Work]:
    work = Work(time.perf_counter, processes=True)
    yield work
    work.close()
    assert multiprocessing.active_children() == []


def alone() -> Work:
    return Work(time.perf_counter, processes=False)


def test_tasks_are_done_in_their_order() -> None:
    work, found = alone(), list[Any]()
    work.add([Task(partial(counting, 3, n), found.append) for n in range(4)])
    assert work.busy
    work.finish()
    assert found == [0, 1, 2, 3]
    assert not work.busy


def test_newer_tasks_take_the_place_of_those_that_wait() -> None:
    work, found = alone(), list[Any]()
    work.add([Task(partial(counting, 10**9, "old"), found.append)])
    work.go_on(0.001)
    work.keep(())
    work.add([Task(partial(counting, 3, "new"), found.append)])
    work.finish()
    assert found == ["new"]


def test_what_is_turned_on_and_on_still_shows_something_now_and_then() -> None:
    now = [0.0]
    work, found = Work(lambda: now[0], processes=False), list[Any]()

    def step(count: int, result: int) -> Job:
        for _ in range(count):
            now[0] += 0.05
            yield
        return result

    for turn in range(12):
        work.keep(())
        work.add([Task(partial(step, 4, turn), found.append, urgent=True)])
        work.go_on(0.1)
    assert found
    assert found[0] > 1, "the first ones made way at once"
    assert len(found) < 6
    work.finish()
    assert found[-1] == 11


def test_what_is_still_wanted_goes_on() -> None:
    work, found = alone(), list[Any]()
    work.add([Task(partial(counting, 10**5, "kept"), found.append, gives=frozenset("ab"))])
    work.go_on(0.001)
    assert work.keep("abc") == frozenset("ab")
    work.finish()
    assert found == ["kept"]
    work.add([Task(partial(counting, 10**9, "half"), found.append, gives=frozenset("ab"))])
    work.go_on(0.001)
    assert work.keep("bc") == frozenset()
    assert not work.busy


def test_a_slice_keeps_to_its_budget() -> None:
    now = [0.0]
    work = Work(lambda: now[0], processes=False)

    def step() -> Job:
        while True:
            now[0] += 0.001
            yield

    work.add([Task(step, lambda _: None)])
    before = now[0]
    work.go_on(0.004)
    assert 0.004 <= now[0] - before < 0.0055


def test_the_second_process_gives_the_same(beside: Work) -> None:
    session = Session(load_short(), processes=True)
    try:
        end = time.monotonic() + WAIT_S
        session.seek(20.0)
        while not ready(session._work):
            session.advance(0.0)
            assert time.monotonic() < end
        session.change("pacers.count", "0")
        assert session._work._sliced is None
        while not session.settled:
            session.advance(0.0)
            assert time.monotonic() < end
        asked = [(0, load_short()), (200, load_short("pacers.count=0"))]
        assert bits(session.recording) == bits(by_hand(asked))
    finally:
        session.close()
    found = list[Any]()
    beside.add([Task(partial(counting, 5, n), found.append) for n in range(3)])
    until(beside, lambda: len(found) == 3)
    assert found == [0, 1, 2]


def test_a_newer_task_interrupts_the_second_process(beside: Work) -> None:
    found = list[Any]()
    until(beside, lambda: ready(beside))
    beside.add([Task(partial(counting, 10**12, "never"), found.append)])
    beside.go_on(0.0)
    beside.keep(())
    beside.add([Task(partial(counting, 1, "soon"), found.append)])
    until(beside, lambda: found)
    assert found == ["soon"]


def test_what_fails_there_is_done_here_where_it_can_be_seen(beside: Work) -> None:
    until(beside, lambda: ready(beside))
    beside.add([Task(failing, lambda _: None)])
    with pytest.raises(ValueError, match="not in that process"):
        until(beside, lambda: False)


def test_a_process_that_dies_is_replaced_by_slices(beside: Work) -> None:
    found = list[Any]()
    until(beside, lambda: ready(beside))
    beside.add([Task(partial(dying, os.getpid()), found.append)])
    end = time.monotonic() + WAIT_S
    while not found:
        beside.go_on(0.01)
        assert time.monotonic() < end
    assert found == ["worked off at home"]
    assert not beside.processes


def test_where_no_process_can_be_started_slices_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refused:
        def __init__(self) -> None:
            raise OSError("no more processes")

    monkeypatch.setattr(room, "Worker", Refused)
    work, found = Work(time.perf_counter, processes=True), list[Any]()
    work.add([Task(partial(counting, 2, "done"), found.append)])
    until(work, lambda: found)
    assert found == ["done"]


def test_closing_twice_or_before_it_began_is_nothing() -> None:
    session = Session(load_short(), processes=True)
    session.close()
    session.close()
    session.advance(1 / 60)
    assert multiprocessing.active_children() == []
    assert session.scene().title == "short"


LOOP = """
import sys, time
from simulator.session import Session
from simulator.scenario.loader import load_text
from tests.session.short import SHORT

def main():
    session = Session(load_text(SHORT), processes=True)
    try:
        while not any(bench.worker.ready for bench in session._work._benches):
            session.advance(1 / 60)
        print(*(b.worker._process.pid for b in session._work._benches), flush=True)
        while True:
            session.advance(1 / 60)
            time.sleep(0.01)
    finally:
        session.close()

if __name__ == "__main__":
    import signal
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main()
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_the_window(tmp_path: Path, sign: signal.Signals) -> None:
    script = tmp_path / "loop.py"
    script.write_text(LOOP)
    window = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        text=True,
    )
    assert window.stdout is not None
    line = window.stdout.readline()
    workers = [int(word) for word in line.split()]
    window.send_signal(sign)
    window.wait(WAIT_S)
    window.communicate()
    end = time.monotonic() + WAIT_S
    while any(_lives(worker) for worker in workers):
        assert time.monotonic() < end, "the worker is an orphan"
        time.sleep(0.02)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_what_was_finished_here_is_handed_back_before_anything_else_is_begun() -> None:
    """The picture that shows it for the first time is dear: no slice is worked on before it."""
    told: list[str] = []

    def job(name: str) -> Callable[[], Generator[None, None, str]]:
        def steps() -> Generator[None, None, str]:
            told.append(f"{name} is worked on")
            yield
            return name

        return steps

    work = Work(time.perf_counter, processes=False)
    work.add(
        Task(job(name), lambda found: told.append(f"{found} is there"), here=True) for name in "ab"
    )
    for _ in range(4):
        work.go_on(1.0)
        told.append("picture")
    assert told == [
        "a is worked on",
        "picture",
        "a is there",
        "picture",
        "b is worked on",
        "picture",
        "b is there",
        "picture",
    ]
    assert not work.busy
