"""Filming beside the window: a second process writes the film, the window goes on.

In: what makes the pictures (pickled, so a partial of a function), a cut, a path. Out: a file, and
`Progress`. No picture of the window is used: a film's pictures come from its own time.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from types import FrameType

from simulator.errors import LightpaceError
from simulator.export.film import Cut, Pictures, SceneAt, Size, attempt_scenes, write_film
from simulator.scenario.story_script import Script
from simulator.session.findings import completed
from simulator.session.presentation import Presentation
from simulator.signals import dropped_stops
from simulator.stage.scenery import ShowOptions
from simulator.stage.show import Show
from simulator.view.camera import WHOLE, Shot
from simulator.view.theme import Theme

REPORT_S = 0.2
"""The window hears at most so often how far the film is [s]."""
LEAVE_S = 20.0
"""So long an encoder may take to give a film up when the program ends [s]."""
_NICER = 10


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a film is: pictures `done` of `total`; `problem` says why it will never be there."""

    done: int
    total: int
    finished: bool = False
    problem: str = ""


def attempt_seen(show: Show, options: ShowOptions, from_s: float, until_s: float) -> SceneAt:
    """Return what is seen of an attempt between two race times [s], with all about it known."""
    return attempt_scenes(completed(show, from_s, until_s), options=options)


def story_seen(script: Script) -> SceneAt:
    """Return what is seen of a story."""
    return Presentation(script).completed_timeline().scene_at


@dataclass(frozen=True, slots=True)
class FilmOrder:
    """A film that is wanted: its scenes, which cut of them, how large, in which colours, where."""

    seen: Callable[[], SceneAt]
    cut: Cut
    size: Size
    theme: Theme
    path: Path
    shot: Shot = WHOLE


class Filming:
    """One film being written by another process; nothing here waits for it."""

    def __init__(self, order: FilmOrder) -> None:
        """Start the process; it is given the order once it listens, since that is a long text.

        Raises:
            OSError: no process can be started.
        """
        self.order = order
        context = spawning()
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), name="lightpace film")
        self._process.start()
        theirs.close()
        self._over = False

    def news(self) -> Iterator[Progress]:
        """Yield what has come in since; the last of all is finished or names a problem."""
        try:
            while not self._over and self._pipe.poll():
                news: Progress | None = self._pipe.recv()
                if news is None:
                    self._pipe.send(self.order)
                    continue
                self._over = news.finished or bool(news.problem)
                yield news
        except (EOFError, OSError):
            self._over = True
            why = f"{self.order.path} could not be finished."
            yield Progress(0, self.order.cut.frames, problem=why)

    def stop(self) -> None:
        """Give the film up: the process leaves nothing of it.

        A signal says so; where that would end the process on the spot (Windows), it notices at its
        next picture that nobody listens.
        """
        with contextlib.suppress(OSError):
            self._pipe.close()
        if os.name == "posix":
            self._process.terminate()

    def wait(self) -> None:
        """Wait until the process has ended."""
        self._process.join(LEAVE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


class _StoppedError(Exception):
    """Nobody waits for the film any more."""


def _serve(pipe: Connection) -> None:
    """Write one film in the second process, after the window's own work (a lower priority)."""
    ignore_interrupts()
    signal.signal(signal.SIGTERM, _stop)
    with contextlib.suppress(AttributeError, OSError):
        os.nice(_NICER)
    # where Python drops the stop, the closed pipe says so before the next picture
    dropped = dropped_stops(lambda error: isinstance(error, _StoppedError), lambda: None)
    with dropped, contextlib.suppress(_StoppedError, EOFError, OSError):
        try:
            pipe.send(None)
            _write(pipe, pipe.recv())
        finally:  # a stop that comes when all is over would be shown as a failure
            signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: what follows is tidying up
    raise _StoppedError


def _write(pipe: Connection, order: FilmOrder) -> None:
    reported_s = -REPORT_S

    def report(done: int, total: int) -> None:
        nonlocal reported_s
        now = time.monotonic()
        if pipe.poll():  # nothing is ever sent: the other end was closed
            raise _StoppedError
        if now - reported_s >= REPORT_S:
            reported_s = now
            pipe.send(Progress(done, total))

    frames = order.cut.frames
    try:
        report(0, frames)
        pictures = Pictures(order.seen(), order.cut, order.size, order.theme, order.shot)
        write_film(pictures, order.path, progress=report)
        pipe.send(Progress(frames, frames, finished=True))
    except LightpaceError as error:
        pipe.send(Progress(0, frames, problem=str(error)))


# -- the other process, which a terminal's signals do not reach ------------------------------------
#
# A terminal sends Ctrl-C, and that it was closed, to every process of the group. One that ignores
# it only once it runs would answer until then, and print a traceback: reading Python in takes it a
# second. `multiprocessing` has one more process, which keeps account of semaphores; where it is
# gone, the next one complains of each that it never heard of.


def ignore_interrupts() -> None:
    """Ignore Ctrl-C in this process from here on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Process(SpawnProcess):
    def start(self) -> None:
        """Start it with the terminal's signals held back, which it inherits."""
        with _held_back():
            super().start()


class _Context(SpawnContext):
    Process = _Process


def spawning() -> SpawnContext:
    """Return what starts processes anew, on every system; they should `ignore_interrupts` first."""
    with _held_back():  # the process that keeps account is there now: pools use it at once
        return _Context()


@contextmanager
def _held_back() -> Iterator[None]:
    """Hold the terminal's signals back in this thread meanwhile: they come afterwards."""
    if sys.platform == "win32":
        yield
        return
    held = [signal.SIGINT, signal.SIGHUP]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        resource_tracker.ensure_running()  # it inherits this too, and lets Ctrl-C in again here
        signal.pthread_sigmask(signal.SIG_BLOCK, held)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
