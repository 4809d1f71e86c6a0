"""Filming a window while it is shown: from one press of the record key to the next.

In: presses of the key, the pictures and scenes of the window. Out: a film in the working folder,
and notices. A window imports this before its first picture, so an encoder is imported only by a
press of the key.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pygame

from simulator.background import LatestJobs
from simulator.errors import LightpaceError
from simulator.files import free_name
from simulator.stage.events import SoundCue, sound_cues
from simulator.stage.scene import Scene
from simulator.units import format_clock

if TYPE_CHECKING:
    from simulator.session import Session

LIVE_FPS = 30
"""Most pictures a second: the window draws meanwhile."""


class LiveFilm:
    """A film of a window while it is shown.

    `seconds` is its length so far; the sounds in `heard` start with the next picture.

    It has the window's initial size and the length of the wall time. A picture for which the
    encoder has no room is skipped, so that the window never waits.
    """

    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        """Start it.

        Raises:
            OutputError: it cannot be written.
            ExtraError: PyAV is not installed.
        """
        self.path = path
        self.seconds = 0.0
        self.heard: list[SoundCue] = []
        self._next = 0
        self._open = ExitStack()
        self._canvas = pygame.Surface((max(16, size[0] // 2 * 2), max(16, size[1] // 2 * 2)), 0, 32)
        from simulator.export.codecs import video_writer  # noqa: PLC0415 - an extra

        writer = video_writer(path, self._canvas.get_size(), LIVE_FPS, sound=True)
        self._writer = self._open.enter_context(writer)

    def take(self, surface: pygame.Surface, stood_s: float) -> None:
        """Add a picture; the one before it was shown for `stood_s` [s].

        Raises:
            OutputError: writing failed; no part of the file is left.
        """
        self.seconds += stood_s
        number = int(self.seconds * LIVE_FPS)
        if number < self._next:
            return
        with ExitStack() as given_up:
            given_up.push(self._open)
            if not self._writer.behind:
                self._writer.add(self._fitted(surface), tuple(self.heard), number)
                self.heard, self._next = [], number + 1
            given_up.pop_all()

    def finish(self) -> None:
        """Write what is still buffered; raises `OutputError`, and no part of the file is left."""
        with self._open:
            self._writer.finish()

    def _fitted(self, surface: pygame.Surface) -> pygame.Surface:
        """Return the picture at the film's size, centred if the proportions differ."""
        canvas = self._canvas
        wide, high = canvas.get_size()
        seen = surface.get_size()
        if (seen[0] // 2 * 2, seen[1] // 2 * 2) != (wide, high):
            scale = min(wide / seen[0], high / seen[1])
            size = (max(1, round(seen[0] * scale)), max(1, round(seen[1] * scale)))
            canvas.fill((0, 0, 0))
            surface = pygame.transform.smoothscale(surface, size)
            canvas.blit(surface, ((wide - size[0]) // 2, (high - size[1]) // 2))
        else:
            canvas.blit(surface, (0, 0))
        return canvas


class Recorder:
    """The window's record key: films the window from one press to the next, with notices.

    Pass it to the window as `recorder`. The film goes into the working folder. It is saved however
    it ends: by the key, or because the window is closed.
    """

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
            self._film = LiveFilm(free_path(session.scenario.name), size)
        except LightpaceError as error:
            session.notify(str(error))
            return
        session.notify(f"Recording into {self._film.path}. The same key ends it.")

    def see(self, scene: Scene) -> None:
        """Add the sounds between the last scene and this one; notify when a film has been saved."""
        before, self._before = self._before, scene
        if self._film is not None and before is not None:
            self._film.heard += sound_cues(before, scene)
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
            self._saving.submit(str(film.path), film.finish, lambda _: self._session.notify(words))

    def _saved(self) -> None:
        while self._saving.busy:
            self._poll(wait=True)

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
