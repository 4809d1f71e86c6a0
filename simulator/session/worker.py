"""The second process: it works one task off at a time, and puts it down when it is told to.

In: tasks that can be pickled. Out: their results. It is told to stop before it is sent anything
else, so that whoever sends never waits for a step to end.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, TypeAlias

from simulator.processes import ignore_interrupts, spawning

Job: TypeAlias = Callable[[], Generator[None, None, Any]]
FREE, DONE, FAILED = "free", "done", "failed"


class Worker:
    """One process beside the window's."""

    def __init__(self) -> None:
        """Start it.

        Raises:
            OSError: no process can be started.
        """
        context = spawning()
        self._pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(
            target=_serve, args=(theirs,), name="lightpace worker", daemon=True
        )
        self._process.start()
        theirs.close()
        self.ready = False
        self.free = False
        """It waits for a task. Sending one to a busy process could wait for its next step."""

    def send(self, job: Job) -> None:
        """Hand a task over.

        Raises:
            OSError, ValueError: the process is gone.
        """
        self.free = False
        self._pipe.send(job)

    def stop(self) -> None:
        """Tell it to put its task down; it is free soon after.

        Raises:
            OSError, ValueError: the process is gone.
        """
        self._pipe.send(None)

    def answers(self) -> list[tuple[str, Any]]:
        """Return what has come back: (DONE or FAILED, result).

        Raises:
            OSError, EOFError: the process is gone.
        """
        found = []
        while self._pipe.poll():
            told, result = self._pipe.recv()
            if told == FREE:
                self.ready = self.free = True
            else:
                found.append((told, result))
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
    ignore_interrupts()
    try:
        while True:
            pipe.send((FREE, None))
            job = pipe.recv()
            while job is None:  # told to stop what was just done
                job = pipe.recv()
            try:
                answer = _worked_off(job(), pipe)
            except Exception as error:  # noqa: BLE001 - whatever it is, the window works it off
                answer = (FAILED, str(error))
            if answer is not None:
                pipe.send(answer)
    except (EOFError, OSError):
        return


def _worked_off(job: Generator[None, None, Any], pipe: Connection) -> tuple[str, Any] | None:
    """Return the result, or None where it was told to stop."""
    while not pipe.poll():
        try:
            next(job)
        except StopIteration as end:
            return DONE, end.value
    pipe.recv()
    return None
