"""A hand on the timeline: what is dragged there is the playhead.

In: pixels under the pointer, the layout. Out: race distances to go to [m].
"""

from __future__ import annotations

import pygame

from simulator.view.layout import Layout
from simulator.view.panels.timeline import distance_at, plot_box


class Scrub:
    """Whether the playhead is held."""

    def __init__(self) -> None:
        """Hold nothing."""
        self.held = False

    def press(self, at: tuple[int, int], layout: Layout) -> None:
        """Take hold of the playhead if a click is on the chart."""
        self.held = False
        if layout.timeline is not None:
            area = pygame.Rect(plot_box(layout.timeline, layout.sizes)).inflate(24, 0)
            area.height = layout.timeline.bottom - area.y
            self.held = bool(area.collidepoint(at))

    def distance_m(self, at: tuple[int, int], layout: Layout, race_m: float) -> float | None:
        """Return the race distance a held playhead is dragged to [m], None if it is not held."""
        if not self.held or layout.timeline is None:
            return None
        return distance_at(layout.timeline, layout.sizes, race_m, at[0])
