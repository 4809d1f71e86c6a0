"""A hand on the camera: drag to pan, wheel to zoom about the pointer, double click to go back.

In: events of the mouse that nothing else wanted, the shot and the view being shown. Out: the new
shot. A click that does not move is no drag, so that a slip of the hand changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import pygame

from simulator.stage.cameras import Camera
from simulator.view.camera import MOST_ZOOM, Shot, View, aim_of, closer, within
from simulator.view.layout import Layout

SLIP_PX = 5
"""A drag begins after this many pixels."""
TWICE_S = 0.4
"""Two clicks within this time are a double click [s]."""
NOTCH = 1.25
"""How much closer one notch of the wheel comes."""
_BUTTONS = (pygame.BUTTON_LEFT, pygame.BUTTON_MIDDLE)


class Grip:
    """What a hand is doing to the camera."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._pointer = (-1, -1)
        self._from: tuple[tuple[int, int], View] | None = None
        self._dragging = False
        self._clicked: tuple[tuple[int, int], float] | None = None

    def let_go(self) -> None:
        """Hold nothing any more."""
        self._from, self._dragging = None, False

    def point(self, at: tuple[int, int]) -> None:
        """Remember where the pointer is [px]; the wheel does not say."""
        self._pointer = at

    def take(
        self,
        event: pygame.Event,
        shot: Shot,
        seen: Callable[[], View],
        layout: Layout,
        now_s: float,
    ) -> Shot:
        """Return the shot after an event.

        `seen` tells what is shown, asked only where it counts, since a mouse moves a thousand times
        a second; `now_s` is the window's own time [s].
        """
        if event.type == pygame.MOUSEWHEEL:
            return self._wheel(event, shot, seen, layout)
        if event.type == pygame.MOUSEMOTION:
            return self._move(event.pos, shot, layout)
        if event.type == pygame.MOUSEBUTTONDOWN and event.button in _BUTTONS:
            return self._press(event.pos, shot, seen, layout, now_s)
        if event.type == pygame.MOUSEBUTTONUP and event.button in _BUTTONS:
            if self._dragging:
                self._clicked = None
            self.let_go()
        return shot

    def _press(
        self,
        at: tuple[int, int],
        shot: Shot,
        seen: Callable[[], View],
        layout: Layout,
        now_s: float,
    ) -> Shot:
        if not _on_ground(at, shot, layout):
            return shot
        before, self._clicked = self._clicked, (at, now_s)
        if before is not None and now_s - before[1] <= TWICE_S and _near(at, before[0]):
            self._clicked = None
            self.let_go()
            return shot.to(shot.home) if shot.camera is Camera.FREE else shot
        self._from, self._dragging = (at, seen()), False
        return shot

    def _move(self, at: tuple[int, int], shot: Shot, layout: Layout) -> Shot:
        if self._from is None:
            return shot
        start, view = self._from
        if not self._dragging and _near(at, start):
            return shot
        self._dragging = True
        moved = view.shifted(at[0] - start[0], at[1] - start[1])
        return shot.held(within(aim_of(layout, moved)))

    def _wheel(
        self, event: pygame.Event, shot: Shot, seen: Callable[[], View], layout: Layout
    ) -> Shot:
        notches = float(getattr(event, "precise_y", 0.0) or event.y)
        if not notches or self._from is not None or not _on_ground(self._pointer, shot, layout):
            return shot
        now = aim_of(layout, seen())
        # notches add up: the next one counts from where the last one leads
        goal = shot.aim if shot.camera is Camera.FREE and shot.aim is not None else now
        factor = math.pow(NOTCH, min(8.0, max(-8.0, notches)))
        if goal.zoom * factor < 1.0 + 1e-9:
            return shot.to(Camera.WHOLE)
        if goal.zoom >= MOST_ZOOM and factor > 1.0:
            return shot
        return shot.drawn(now, closer(layout, goal, self._pointer, factor))


def _near(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return max(abs(a[0] - b[0]), abs(a[1] - b[1])) < SLIP_PX


def _on_ground(at: tuple[int, int], shot: Shot, layout: Layout) -> bool:
    """Return whether a pixel shows ground, not a panel or the score below it."""
    box = layout.stage if shot.whole else layout.view
    return bool(pygame.Rect(box).collidepoint(at))
