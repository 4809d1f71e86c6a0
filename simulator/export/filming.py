"""Filming a window while it is shown.

In: the window's pictures with their wall time [s], the sounds played. Out: a film with the window's
initial size and the length of the wall time. A picture for which the encoder has no room is
skipped, so that the window never waits.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pygame

from simulator.export.codecs import video_writer
from simulator.stage.events import SoundCue

FPS = 30
"""Most pictures a second: the window draws meanwhile."""

Size = tuple[int, int]


class LiveFilm:
    """A film being made; `seconds` is its length so far."""

    def __init__(self, path: Path, size: Size) -> None:
        """Start it.

        Raises:
            OutputError: it cannot be written.
        """
        self.path = path
        self.seconds = 0.0
        self._heard: list[SoundCue] = []
        self._next = 0
        self._open = ExitStack()
        self._canvas = pygame.Surface((max(16, size[0] // 2 * 2), max(16, size[1] // 2 * 2)), 0, 32)
        writer = video_writer(path, self._canvas.get_size(), FPS, sound=True)
        self._writer = self._open.enter_context(writer)

    def hear(self, cues: tuple[SoundCue, ...]) -> None:
        """Start sounds with the next picture."""
        self._heard += cues

    def take(self, surface: pygame.Surface, stood_s: float) -> None:
        """Add a picture; the one before it was shown for `stood_s` [s].

        Raises:
            OutputError: writing failed; no part of the file is left.
        """
        self.seconds += stood_s
        number = int(self.seconds * FPS)
        if number < self._next:
            return
        with ExitStack() as given_up:
            given_up.push(self._open)
            if not self._writer.behind:
                self._writer.add(self._fitted(surface), tuple(self._heard), number)
                self._heard, self._next = [], number + 1
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
