"""A hand beside the main thread, which Ctrl-C cannot leave hanging.

In: work. Out: what it gave, in the same order. A signal's exception may come between any two steps
of the main thread, also while it holds a lock inside one of Python's executors: that lock then
stays held, and the other thread waits for it for ever. Here the two share nothing but queues whose
every operation is a single step.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")
LEAVE_S = 60.0
"""How long a hand may take to put its last work down [s]."""


class Hand(Generic[T]):
    """One thread that does work in the order in which it is given; used as a context."""

    def __init__(self, name: str) -> None:
        """Start with nothing to do."""
        self._given: SimpleQueue[Callable[[], T] | None] = SimpleQueue()
        self._done: SimpleQueue[Callable[[], T]] = SimpleQueue()
        self._thread = Thread(target=self._go_on, name=name, daemon=True)
        self._stopped = False

    def __enter__(self) -> Hand[T]:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Wait until the work in hand is done; what was given but not begun is dropped."""
        self._stopped = True
        self._given.put(None)
        self._thread.join(LEAVE_S)

    def give(self, work: Callable[[], T]) -> None:
        """Have some work done after what was given before."""
        self._given.put(work)

    @property
    def ready(self) -> bool:
        """Whether `take` would answer at once."""
        return not self._done.empty()

    def take(self) -> T:
        """Wait for the oldest work not taken yet, and return what it gave or raise its error."""
        return self._done.get()()

    def _go_on(self) -> None:
        while (work := self._given.get()) is not None and not self._stopped:
            self._done.put(_outcome(work))


def _outcome(work: Callable[[], T]) -> Callable[[], T]:
    """Do the work; return what gives its result again, or raises its error again."""
    try:
        found = work()
    except BaseException as error:  # noqa: BLE001 - it is raised where it is asked for
        kept = error

        def fail() -> T:
            raise kept

        return fail
    return lambda: found
