"""The window's record key: a film of the window, from one press to the next.

In: presses of the key, the pictures and scenes of the window. Out: a film in the working folder,
and notices. The film is saved however it ends: by the key, or because the window is closed.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.background import LatestJobs
from simulator.errors import LightpaceError
from simulator.files import free_name
from simulator.stage.events import sound_cues
from simulator.units import format_clock

if TYPE_CHECKING:  # the window opens sooner without what only a film needs
    import pygame

    from simulator.export.codecs import LiveFilm
    from simulator.session import Session
    from simulator.stage.scene import Scene


class Recorder:
    """Films a window; pass it to the window as `recorder`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._film: LiveFilm | None = None
        self._before: Scene | None = None
        self._saving = LatestJobs("saving a film")

    @property
    def seconds(self) -> float | None:
        """Length of the film so far [s]; None: there is none."""
        return None if self._film is None else self._film.seconds

    def press(self, size: tuple[int, int]) -> None:
        """Start a film of a window of that size [px], or end it and save it."""
        if self._film is not None:
            self._end()
            return
        self._saved()  # before that the name of the last film would be free
        session = self._session
        try:
            from simulator.export.codecs import LiveFilm

            self._film = LiveFilm(free_path(session.scenario.name), size)
        except LightpaceError as error:
            session.notify(str(error))
            return
        session.notify(f"Recording into {self._film.path}. The same key ends it.")

    def see(self, scene: Scene) -> None:
        """Add the sounds between the last scene and this one; notify when a film has been saved."""
        before, self._before = self._before, scene
        if self._film is not None and before is not None:
            self._film.hear(sound_cues(before, scene))
        self._poll()

    def take(self, surface: pygame.Surface, stood_s: float) -> None:
        """Add a picture; the one before it was shown for `stood_s` [s]."""
        if self._film is None:
            return
        try:
            self._film.take(surface, stood_s)
        except LightpaceError as error:
            self._film = None
            self._session.notify(str(error))

    def close(self) -> None:
        """End the film, since the window is closed; wait until all are saved."""
        self._end()
        self._saved()

    def _end(self) -> None:
        film, self._film = self._film, None
        if film is not None:
            words = f"Saved {film.path}, {format_clock(film.seconds, 0)} long."
            self._saving.submit(str(film.path), film.finish, partial(self._say, words))

    def _saved(self) -> None:
        while self._saving.busy:
            self._poll(wait=True)

    def _say(self, words: str, _: None) -> None:
        self._session.notify(words)

    def _poll(self, *, wait: bool = False) -> None:
        try:
            self._saving.poll(wait=wait)
        except LightpaceError as error:
            self._session.notify(str(error))


def free_path(name: str) -> Path:
    """Return an unused file name in the working folder, `lightpace Breaking4.mp4`.

    Raises:
        OutputError: the folder may not be entered.
    """
    plain = re.sub(r"[^\w .,()-]+", "-", name).strip(" .-")[:80]
    plain = plain.encode()[:200].decode(errors="ignore") or "film"  # a name has 255 bytes at most
    return free_name(f"lightpace {plain}", ".mp4")
