"""A picture that keeps what is written on it: a field is drawn again only when its content changes.

In: a blank (all that never changes) and fields with a key. Out: a surface to blit whole.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

import pygame

from simulator.view.layout import Box

Paint = Callable[[pygame.Surface, Box], None]


class Plate:
    """A blank and, on a copy of it, the present content of each field."""

    def __init__(self, blank: pygame.Surface) -> None:
        """Start with every field empty."""
        self.blank = blank
        self.picture = blank.copy()
        self._shown: dict[str, Hashable] = {}

    def field(self, name: str, box: Box, key: Hashable, paint: Paint) -> None:
        """Show a field whose looks follow from `key` alone; `paint` draws it afresh."""
        if name in self._shown and self._shown[name] == key:
            return
        self._shown[name] = key
        self.picture.set_clip(box)
        self.picture.blit(self.blank, box, box)
        paint(self.picture, box)
        self.picture.set_clip(None)

    def clear(self, name: str, box: Box) -> None:
        """Take a field's content away."""
        if name in self._shown:
            del self._shown[name]
            self.picture.blit(self.blank, box, box)
