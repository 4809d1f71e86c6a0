"""Work beside the picture: in other processes where there can be any, else in slices.

In: tasks, the most urgent first. Out: their results, handed to whoever asked. What is no longer
wanted is put down at once; nothing here makes a picture late.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Generator, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from simulator.session.worker import DONE, Job, Worker

SLICE_S = 0.003
"""Work done beside one picture [s]; a step that has begun may end a millisecond later."""
PATIENCE_S = 0.3
"""Where nothing urgent was finished for so long, one task under way may end first [s]."""
WORKERS = 2
"""Processes beside the window's: while one puts down what is no longer wanted, the other begins."""


@dataclass(slots=True, eq=False)
class Task:
    """One piece of work.

    Attributes:
        job: makes the work in slices; pickled for another process, so a partial of a function.
        done: takes the result.
        urgent: the user waits for it.
        here: short, and of things that stay in this process: always worked on in slices.
        gives: what its result will tell, by whatever names whoever asks has for it.
    """

    job: Job
    done: Callable[[Any], None]
    urgent: bool = False
    here: bool = False
    gives: frozenset[Hashable] = frozenset()


@dataclass(slots=True, eq=False)
class _Bench:
    """A process and the task it works on; None where it is free, or putting one down."""

    worker: Worker
    task: Task | None = None


@dataclass(slots=True)
class Work:
    """The tasks that wait and those being worked on.

    Attributes:
        clock: wall time [s].
        processes: whether other processes may be started.
    """

    clock: Callable[[], float]
    processes: bool
    _here: deque[Task] = field(default_factory=deque)
    _there: deque[Task] = field(default_factory=deque)
    _benches: list[_Bench] = field(default_factory=list)
    _sliced: tuple[Task, Generator[None, None, Any]] | None = None
    _made: tuple[Task, Any] | None = None
    _owed_since_s: float | None = None

    @property
    def busy(self) -> bool:
        """Whether anything is still to be done."""
        under_way = any(bench.task is not None for bench in self._benches)
        return bool(self._here or self._there or self._sliced or self._made) or under_way

    @property
    def hands(self) -> int:
        """How many tasks can be worked on at one time; the window's pictures need a core too."""
        ready = sum(bench.worker.ready for bench in self._benches)
        return max(1, min(ready, (os.cpu_count() or 1) - 1))

    def keep(self, wanted: Collection[Hashable]) -> frozenset[Hashable]:
        """Give up all that waits, and what is under way unless all that it gives is wanted.

        Return what is going to be given by what is left. A knob that is turned on and on would
        never show a result: once nothing urgent was finished for `PATIENCE_S`, one task that is
        under way may end.
        """
        self._here.clear()
        self._there.clear()
        left: set[Hashable] = set()
        owed = self._owed_since_s is not None and self.clock() - self._owed_since_s > PATIENCE_S
        for bench in self._benches:
            if bench.task is not None:
                if not self._may_end(bench.task, wanted, owed=owed):
                    self._put_down(bench)
                else:
                    owed = owed and _is_wanted(bench.task, wanted)
                    left |= bench.task.gives
        if self._made is not None:
            left |= self._made[0].gives
        if self._sliced is not None:
            task = self._sliced[0]
            if not task.here and not self._may_end(task, wanted, owed=owed):
                self._sliced = None
            else:
                left |= task.gives
        return frozenset(left)

    def _may_end(self, task: Task, wanted: Collection[Hashable], *, owed: bool) -> bool:
        """Return whether to go on; note that somebody waits where something urgent is given up."""
        if _is_wanted(task, wanted):
            return True
        if task.urgent and self._owed_since_s is None:
            self._owed_since_s = self.clock()
        return task.urgent and owed

    def add(self, tasks: Iterable[Task]) -> None:
        """Do these too, in this order."""
        for task in tasks:
            (self._here if task.here else self._there).append(task)

    def go_on(self, budget_s: float) -> None:
        """Take what has come back, hand the next tasks over, or work on them for `budget_s` [s].

        What was finished here is handed back at the beginning of the next look, and nothing else is
        done then: the picture that shows it for the first time is dear enough.
        """
        self.start()
        self._take_answers()
        self._send_next()
        if self._made is None:
            self._slice(budget_s)
        else:
            made, self._made = self._made, None
            self._hand_back(*made)

    def finish(self) -> None:
        """Work everything off here and now."""
        for bench in self._benches:
            if bench.task is not None:
                self._there.appendleft(bench.task)
                self._put_down(bench)
        while self._sliced is not None or self._made is not None or self._here or self._there:
            if self._made is not None:
                made, self._made = self._made, None
                self._hand_back(*made)
            else:
                self._slice(1.0, alone=True)

    def close(self) -> None:
        """End the other processes; nothing is done any more."""
        self._here.clear()
        self._there.clear()
        for bench in self._benches:
            bench.task = None
        self._sliced = self._made = None
        self._without_processes()

    # -- the other processes ---------------------------------------------------------------------

    def start(self) -> None:
        """Start the processes, where there may be any and are none yet."""
        if not self.processes or self._benches:
            return
        try:
            for _ in range(WORKERS):
                self._benches.append(_Bench(Worker()))
        except (OSError, RuntimeError, ValueError):
            self._without_processes()

    def _without_processes(self) -> None:
        """Go on alone; what the others were asked is asked again here."""
        benches, self._benches = self._benches, []
        self.processes = False
        for bench in benches:
            bench.worker.close()
            if bench.task is not None:
                self._there.appendleft(bench.task)

    def _put_down(self, bench: _Bench) -> None:
        bench.task = None
        try:
            bench.worker.stop()
        except (OSError, ValueError):
            return  # it is gone, as the next look at its answers will tell

    def _send_next(self) -> None:
        free = [bench for bench in self._benches if bench.worker.free and bench.task is None]
        if free and self._sliced is not None and not self._sliced[0].here:
            self._there.appendleft(self._sliced[0])  # begun here before any process was ready
            self._sliced = None
        for bench in free:
            if not self._there:
                return
            bench.task = self._there.popleft()
            try:
                bench.worker.send(bench.task.job)
            except (OSError, ValueError):
                self._without_processes()
                return

    def _take_answers(self) -> None:
        for bench in self._benches:
            try:
                answers = bench.worker.answers()
            except (OSError, EOFError):
                self._without_processes()
                return
            for told, result in answers:
                task, bench.task = bench.task, None
                if task is None:
                    continue  # it was done just before it was told to stop
                if told == DONE:
                    self._hand_back(task, result)
                else:
                    task.here = True  # its error shall be seen where it can be traced
                    self._here.append(task)

    def _hand_back(self, task: Task, result: Any) -> None:
        if task.urgent:
            self._owed_since_s = None
        task.done(result)

    # -- slices ----------------------------------------------------------------------------------

    def _next_here(self, *, alone: bool) -> Task | None:
        """Return the next task for this process; the long ones only where there is no other."""
        if self._here:
            return self._here.popleft()
        alone = alone or not any(bench.worker.ready for bench in self._benches)
        return self._there.popleft() if alone and self._there else None

    def _slice(self, budget_s: float, *, alone: bool = False) -> None:
        began = self.clock()
        while 0.0 <= self.clock() - began < budget_s:  # a clock set back ends the slice too
            if self._sliced is None:
                task = self._next_here(alone=alone)
                if task is None:
                    return
                self._sliced = (task, task.job())
            task, job = self._sliced
            try:
                next(job)
            except StopIteration as end:
                self._sliced = None
                self._made = (task, end.value)
                return


def _is_wanted(task: Task, wanted: Collection[Hashable]) -> bool:
    return bool(task.gives) and task.gives.issubset(wanted)
