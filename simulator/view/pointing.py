"""What a hand does to the picture itself: it drags the playhead, or it holds the camera.

In: events of the mouse that no button and no drawer wanted. Out: the shot, calls on the session.
"""

from __future__ import annotations

from typing import Protocol

import pygame

from simulator.stage.cameras import Camera
from simulator.view.camera import Shot, View, view_of
from simulator.view.grip import Grip
from simulator.view.layout import Layout
from simulator.view.scrub import Scrub, Sought


class Pointed(Sought, Protocol):
    """What a hand on the picture asks of a session."""

    def notify(self, text: str) -> None:
        """Show a sentence for some seconds."""


class Pointing:
    """One hand on one picture."""

    def __init__(self, session: Pointed) -> None:
        """Hold nothing."""
        self._session = session
        self._scrub, self._grip = Scrub(session), Grip()

    def point(self, at: tuple[int, int]) -> None:
        """Remember where the pointer is [px], whoever wanted the event."""
        self._grip.point(at)

    def let_go(self) -> None:
        """Hold nothing any more."""
        self._scrub.held = False
        self._grip.let_go()

    def take(self, event: pygame.Event, shot: Shot, layout: Layout, now_s: float) -> Shot:
        """Return the shot after an event; `now_s` is the window's own time [s]."""
        if self._scrub.take(event, layout):
            return shot

        def seen() -> View:
            return view_of(shot, self._session.scene(), layout)

        after = self._grip.take(event, shot, seen, layout, now_s)
        if after.camera is Camera.FREE and shot.camera is not Camera.FREE:
            self._session.notify("Free camera. Double click or C goes back.")
        return after
