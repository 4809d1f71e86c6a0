"""Work beside the picture: in a second process where there can be one, else in slices.

In: tasks, the most urgent first. Out: their results, handed to whoever asked. Newer tasks take the
place of all that waits; nothing here makes a picture late.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

SLICE_S = 0.004
"""Work done beside one picture while it moves [s]."""
PAUSED_SLICE_S = 0.012
"""Work done beside one picture that stands still [s]."""
PATIENCE_S = 0.3
"""A task that has been worked on for so long is finished, even if a newer one waits [s]."""
READY, DONE, FAILED = "ready", "done", "failed"


@dataclass(slots=True)
class Task:
    """One piece of work.

    Attributes:
        job: makes the work in slices; pickled for the other process, so a partial of a function.
        done: takes the result.
        urgent: the user waits for it.
        here: short, and of things that stay in this process: always worked on in slices.
    """

    job: Callable[[], Generator[None, None, Any]]
    done: Callable[[Any], None]
    urgent: bool = False
    here: bool = False


class Worker:
    """The second process. One task at a time; a newer one interrupts it."""

    def __init__(self) -> None:
        """Start it.

        Raises:
            OSError: no process can be started.
        """
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(
            target=_serve, args=(theirs,), name="lightpace worker", daemon=True
        )
        self._process.start()
        theirs.close()
        self.ready = False

    def send(self, number: int, job: Callable[[], Generator[None, None, Any]]) -> None:
        """Hand over a task; it takes the place of the one being worked on."""
        self._pipe.send((number, job))

    def answers(self) -> list[tuple[str, int, Any]]:
        """Return what has come back: (DONE or FAILED, number, result).

        Raises:
            OSError, EOFError: the process is gone.
        """
        found = []
        while self._pipe.poll():
            told, number, result = self._pipe.recv()
            if told == READY:
                self.ready = True
            else:
                found.append((told, number, result))
        return found

    def close(self) -> None:
        """End the process now."""
        self._pipe.close()
        self._process.terminate()
        self._process.join(2.0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _serve(pipe: Connection) -> None:
    """Work in the second process until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the window's to answer
    try:
        pipe.send((READY, 0, None))
        while True:
            number, job = pipe.recv()
            try:
                answer = _worked_off(job(), pipe)
            except Exception as error:  # noqa: BLE001 - whatever it is, the window works it off
                answer = (FAILED, str(error))
            if answer is not None:
                pipe.send((answer[0], number, answer[1]))
    except (EOFError, OSError):
        return


def _worked_off(job: Generator[None, None, Any], pipe: Connection) -> tuple[str, Any] | None:
    """Return the result, or None where something newer came in."""
    while not pipe.poll():
        try:
            next(job)
        except StopIteration as end:
            return DONE, end.value
    return None


@dataclass(slots=True)
class Work:
    """The tasks that wait and the one being worked on.

    Attributes:
        clock: wall time [s].
        processes: whether a second process may be started.
    """

    clock: Callable[[], float]
    processes: bool
    _here: deque[Task] = field(default_factory=deque)
    _there: deque[Task] = field(default_factory=deque)
    _worker: Worker | None = None
    _sent: Task | None = None
    _began_at_s: float = 0.0
    _number: int = 0
    _sliced: tuple[Task, Generator[None, None, Any]] | None = None

    @property
    def busy(self) -> bool:
        """Whether anything is still to be done."""
        return bool(self._here or self._there or self._sent or self._sliced)

    def ask(self, tasks: Sequence[Task]) -> None:
        """Do these, in this order, instead of all that waits."""
        self._here = deque(task for task in tasks if task.here)
        self._there = deque(task for task in tasks if not task.here)
        patient = self.clock() - self._began_at_s > PATIENCE_S
        if self._sent is not None and not (self._sent.urgent and patient):
            self._sent = None
        if self._sliced is not None:
            task = self._sliced[0]
            kept = not self._here if task.here else task.urgent and patient
            self._sliced = self._sliced if kept else None

    def add(self, task: Task) -> None:
        """Do this too."""
        (self._here if task.here else self._there).append(task)

    def go_on(self, budget_s: float) -> None:
        """Take what has come back, hand the next task over, or work on it for `budget_s` [s]."""
        if self._worker is None and self.processes:
            self._start()
        self._take_answers()
        if self._worker is not None and self._worker.ready:
            self._send_next()
        self._slice(budget_s)

    def finish(self) -> None:
        """Work everything off here and now."""
        if self._sent is not None:
            self._there.appendleft(self._sent)
            self._sent = None
        while self._sliced is not None or self._here or self._there:
            self._slice(1.0, alone=True)

    def close(self) -> None:
        """End the second process; nothing is done any more."""
        self._here.clear()
        self._there.clear()
        self._sent = self._sliced = None
        self._drop_worker()

    # -- the second process ----------------------------------------------------------------------

    def _start(self) -> None:
        try:
            self._worker = Worker()
        except (OSError, RuntimeError, ValueError):
            self.processes = False

    def _drop_worker(self) -> None:
        """Go on without a second process; what it was asked is asked again here."""
        worker, self._worker = self._worker, None
        self.processes = False
        if worker is not None:
            worker.close()
        if self._sent is not None:
            self._there.appendleft(self._sent)
            self._sent = None

    def _send_next(self) -> None:
        if self._sent is not None or not self._there or self._worker is None:
            return
        task = self._there.popleft()
        self._number += 1
        self._sent, self._began_at_s = task, self.clock()
        try:
            self._worker.send(self._number, task.job)
        except (OSError, ValueError):
            self._drop_worker()

    def _take_answers(self) -> None:
        if self._worker is None:
            return
        try:
            answers = self._worker.answers()
        except (OSError, EOFError):
            self._drop_worker()
            return
        for told, number, result in answers:
            if number != self._number or self._sent is None:
                continue
            task, self._sent = self._sent, None
            if told == DONE:
                task.done(result)
            else:
                self._sliced = (task, task.job())

    # -- slices ----------------------------------------------------------------------------------

    def _next_here(self, *, alone: bool) -> Task | None:
        """Return the next task for this process; the long ones only where there is no other."""
        if self._here:
            return self._here.popleft()
        alone = alone or self._worker is None or not self._worker.ready
        return self._there.popleft() if alone and self._there else None

    def _slice(self, budget_s: float, *, alone: bool = False) -> None:
        began = self.clock()
        while self.clock() - began < budget_s:
            if self._sliced is None:
                task = self._next_here(alone=alone)
                if task is None:
                    return
                self._sliced = (task, task.job())
                self._began_at_s = began
            task, job = self._sliced
            try:
                next(job)
            except StopIteration as end:
                self._sliced = None
                task.done(end.value)
