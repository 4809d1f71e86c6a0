"""Background threads that Ctrl-C can always interrupt.

In: calls. Out: their results. A signal's exception may come between any two steps of the main
thread, even while it holds a lock inside one of Python's executors. That lock then stays held, and
the other thread waits for it for ever. Here the two threads share only queues whose operations are
single steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Generic, TypeVar

T = TypeVar("T")
LEAVE_S = 60.0
"""How long a thread may take to finish its last call when its context is left [s]."""


class BackgroundThread(Generic[T]):
    """One thread that makes calls in the order they are submitted; used as a context."""

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[Callable[[], T] | None] = SimpleQueue()
        self._results: SimpleQueue[Callable[[], T]] = SimpleQueue()
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._stopped = False

    def __enter__(self) -> BackgroundThread[T]:
        """Start the thread."""
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Wait for the call under way; calls that were not begun are dropped."""
        self._stopped = True
        self._calls.put(None)
        self._thread.join(LEAVE_S)

    def submit(self, call: Callable[[], T]) -> None:
        """Make a call after those submitted before."""
        self._calls.put(call)

    @property
    def ready(self) -> bool:
        """Whether `result` would return at once."""
        return not self._results.empty()

    def result(self) -> T:
        """Wait for the oldest result not yet returned; return it, or raise the call's error."""
        return self._results.get()()

    def _run(self) -> None:
        while (call := self._calls.get()) is not None and not self._stopped:
            self._results.put(_outcome(call))


@dataclass(frozen=True, slots=True)
class _Job:
    call: Callable[[], Any]
    done: Callable[[Any], None]


class LatestJobs:
    """Makes calls one at a time in a background thread; of each kind only the newest waits.

    Results are handed over in `poll`, in the thread that calls it. The job under way is never
    interrupted. The thread ends with each job and is a daemon, so that nothing has to be closed.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: dict[str, _Job] = {}
        self._running: tuple[_Job, SimpleQueue[Callable[[], Any]]] | None = None

    @property
    def busy(self) -> bool:
        """Whether a job is under way or waits."""
        return self._running is not None or bool(self._waiting)

    def submit(self, kind: str, call: Callable[[], T], done: Callable[[T], None]) -> None:
        """Have `done` called with the result of `call`; it replaces a waiting job of its kind."""
        self._waiting[kind] = _Job(call, done)

    def poll(self, *, wait: bool = False) -> bool:
        """Hand over a result that is ready (or `wait` for it); else start the next job.

        The next job waits until a picture has shown the result, whose drawing it would slow down.

        Returns:
            Whether a result was handed over.

        Raises:
            Exception: whatever a call has raised.
        """
        running = self._running
        if running is not None:
            job, results = running
            if results.empty() and not wait:
                return False
            outcome = results.get()
            self._running = None
            job.done(outcome())
        elif self._waiting:
            job = self._waiting.pop(next(iter(self._waiting)))
            results = SimpleQueue()
            thread = Thread(
                target=lambda: results.put(_outcome(job.call)), name=self._name, daemon=True
            )
            self._running = job, results
            thread.start()
        return running is not None

    def cancel(self) -> None:
        """Drop the jobs that wait, and the result of the one under way."""
        self._waiting.clear()
        self._running = None


def _outcome(call: Callable[[], T]) -> Callable[[], T]:
    """Make the call; return a function that returns its result or raises its error elsewhere."""
    try:
        value = call()
    except BaseException as error:  # noqa: BLE001 - it is raised where the result is wanted
        raised = error

        def fail() -> T:
            raise raised

        return fail
    return lambda: value
