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
        self._shown: dict[str, tuple[Box, Hashable]] = {}

    def field(self, name: str, box: Box, key: Hashable, paint: Paint) -> bool:
        """Show a field whose looks follow from `box` and `key` alone; `paint` draws it afresh.

        Returns:
            Whether it was drawn.
        """
        if self._shown.get(name) == (box, key):
            return False
        self._shown[name] = (box, key)
        self.picture.set_clip(box)
        self.picture.blit(self.blank, box, box)
        paint(self.picture, box)
        self.picture.set_clip(None)
        return True

    def forget(self, *beginnings: str) -> None:
        """Have the fields whose names begin so drawn again, whatever is written in their places."""
        self._shown = {n: kept for n, kept in self._shown.items() if not n.startswith(beginnings)}

    def clear(self, name: str, box: Box) -> None:
        """Take a field's content away."""
        if name in self._shown:
            del self._shown[name]
            self.picture.blit(self.blank, box, box)
