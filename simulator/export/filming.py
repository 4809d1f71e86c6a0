"""Filming beside the window: a second process writes the film, the window goes on.

In: what makes the pictures (pickled, so a partial of a function), a cut, a path. Out: a file, and
`News` of how far it is. No picture of the window is used: a film's pictures come from its own time.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from simulator.errors import LightpaceError
from simulator.export.film import Attempt, Cut, Pictures, SceneAt, Size, write_film
from simulator.physics.attempt import finished
from simulator.scenario.story_script import Script
from simulator.session.presentation import Presentation
from simulator.session.running import FINDINGS, finding_job
from simulator.stage.scenery import Options
from simulator.stage.show import Show, with_findings
from simulator.view.theme import Theme

TELL_S = 0.2
"""The window is told at most so often how far the film is [s]."""
LEAVE_S = 3.0
"""So long it may take to put a film down [s]."""
_NICER = 10


@dataclass(frozen=True, slots=True)
class News:
    """How far a film is: pictures `done` of `total`; `problem` says why it will never be there."""

    done: int
    total: int
    finished: bool = False
    problem: str = ""


def attempt_seen(show: Show, options: Options) -> SceneAt:
    """Return what is seen of an attempt, all that can be found out about it found out."""
    names = FINDINGS[:-1] if show.earlier else FINDINGS
    for name in names:
        if getattr(show, name) is None:
            show = with_findings(show, **{name: finished(finding_job(show, name)())})
    return Attempt(show, options=options).scene_at


def story_seen(script: Script) -> SceneAt:
    """Return what is seen of a story."""
    return Presentation(script).finish_telling().scene_at


class Filming:
    """One film being written by another process."""

    def __init__(
        self, seen: Callable[[], SceneAt], cut: Cut, size: Size, theme: Theme, path: Path
    ) -> None:
        """Start the process.

        Raises:
            OSError: no process can be started.
        """
        self.path = path
        self.cut = cut
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_write, args=(theirs, seen, cut, size, theme, path), name="lightpace film"
        )
        self._process.start()
        theirs.close()
        self._over = False

    def news(self) -> Iterator[News]:
        """Yield what has come in since; the last of all is finished or names a problem."""
        try:
            while not self._over and self._pipe.poll():
                told: News = self._pipe.recv()
                self._over = told.finished or bool(told.problem)
                yield told
        except (EOFError, OSError):
            self._over = True
            yield News(0, self.cut.frames, problem=f"{self.path} could not be finished.")

    def stop(self) -> None:
        """Put the film down; nothing of it is left."""
        with contextlib.suppress(OSError):
            self._pipe.close()  # the process sees that nobody listens, and cleans up
        self._process.join(LEAVE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


class _StoppedError(Exception):
    """Nobody waits for the film any more."""


def _write(
    pipe: Connection,
    seen: Callable[[], SceneAt],
    cut: Cut,
    size: Size,
    theme: Theme,
    path: Path,
) -> None:
    """Write the film in the second process, after the window's own work (a lower priority)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the window's to answer
    with contextlib.suppress(AttributeError, OSError):
        os.nice(_NICER)
    told_at = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told_at
        now = time.monotonic()
        if now - told_at >= TELL_S:
            told_at = now
            _send(pipe, News(done, total))

    try:
        _send(pipe, News(0, cut.frames))
        write_film(Pictures(seen(), cut, size, theme), path, progress=tell)
        _send(pipe, News(cut.frames, cut.frames, finished=True))
    except _StoppedError:
        return
    except LightpaceError as error:
        with contextlib.suppress(_StoppedError):
            _send(pipe, News(0, cut.frames, problem=str(error)))


def _send(pipe: Connection, news: News) -> None:
    try:
        if pipe.poll():
            raise _StoppedError
        pipe.send(news)
    except (EOFError, OSError):
        raise _StoppedError from None
