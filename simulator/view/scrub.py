"""A hand on the timeline: what is dragged there is the playhead.

In: events of the mouse, the layout. Out: race distances [m] to which the session goes.
"""

from __future__ import annotations

from typing import Protocol

import pygame

from simulator.stage.scene import Scene
from simulator.view.layout import Layout
from simulator.view.panels.timeline import distance_at, plot_box


class Sought(Protocol):
    """What a hand on the timeline asks of a session."""

    def scene(self) -> Scene:
        """Return what to show now."""

    def seek_distance(self, distance_m: float) -> None:
        """Go to a race distance [m]."""


class Scrub:
    """Whether the playhead is held."""

    def __init__(self, session: Sought) -> None:
        """Hold nothing."""
        self._session = session
        self.held = False

    def take(self, event: pygame.Event, layout: Layout) -> bool:
        """Take an event of the mouse; return whether it was meant for the playhead."""
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT:
            self.held = _on_chart(event.pos, layout)
        elif event.type == pygame.MOUSEBUTTONUP and event.button == pygame.BUTTON_LEFT:
            held, self.held = self.held, False
            return held
        if self.held and event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEMOTION):
            self._seek(event.pos[0], layout)
        return self.held

    def _seek(self, x: int, layout: Layout) -> None:
        if layout.timeline is not None:
            race_m = self._session.scene().race_m
            self._session.seek_distance(distance_at(layout.timeline, layout.sizes, race_m, x))


def _on_chart(at: tuple[int, int], layout: Layout) -> bool:
    if layout.timeline is None:
        return False
    area = pygame.Rect(plot_box(layout.timeline, layout.sizes)).inflate(24, 0)
    area.height = layout.timeline.bottom - area.y
    return bool(area.collidepoint(at))
