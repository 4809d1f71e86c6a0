"""The mixing desk over the picture: the drawer, the strip beside it, the table that compares runs.

In: events of the window, the scene, elapsed wall time [s]. Out: calls on the session, pixels.
"""

from __future__ import annotations

from typing import Any, Protocol

import pygame

from simulator.stage.scene import Curve, Scene
from simulator.view.drawer.banner import Banner
from simulator.view.drawer.compare import Table
from simulator.view.drawer.drawer import Drawer
from simulator.view.drawer.hands import Hands
from simulator.view.drawer.pieces import STRIP
from simulator.view.drawer.turning import Mixed
from simulator.view.layout import Layout
from simulator.view.strip import Strip, Strung
from simulator.view.style import Style


class Turned(Mixed, Strung, Protocol):
    """What the mixing desk asks of a session."""

    def scene(self) -> Scene:
        """Return what to show now."""

    def notify(self, text: str) -> None:
        """Show a sentence for some seconds."""


class MixingDesk:
    """One window's mixing desk."""

    def __init__(self, session: Turned) -> None:
        """Start with the drawer shut."""
        self._session = session
        self.drawer = Drawer(session)
        self._hands = Hands(self.drawer)
        self._strip = Strip(session)
        self._table = Table()
        self._banner = Banner()
        self._curves: tuple[Curve, ...] | None = None

    def pull(self, *, by_key: bool) -> None:
        """Open or shut the drawer, where there is room for it."""
        if self.drawer.box is None:
            self._session.notify("The window is too small for the knobs.")
        else:
            self.drawer.toggle(by_key=by_key)

    def key(self, event: pygame.Event, *, again: bool) -> bool:
        """Take a KEYDOWN; return whether it was meant for the desk."""
        if self._hands.key(event, again=again):
            return True
        return self._on_strip and self._strip.key(event, self._session.scene().what_if)

    @property
    def _on_strip(self) -> bool:
        return self.drawer.open and self.drawer.focus == STRIP

    def text(self, event: pygame.Event) -> bool:
        """Take a TEXTINPUT or KEYUP while something is typed."""
        return self._hands.text(event)

    def pointer(self, event: pygame.Event) -> bool:
        """Take an event of the mouse; return whether it was meant for the drawer."""
        if event.type in (pygame.MOUSEMOTION, pygame.MOUSEBUTTONDOWN):
            self._strip.point(event.pos)
        return self._hands.pointer(event)

    def click(self, at: tuple[int, int], layout: Layout, style: Style) -> bool:
        """Take a click beside the drawer: it closes the table, or was meant for the strip."""
        if self.drawer.table is not None:
            self.drawer.shut()
            return True
        return self._strip.click(at, layout.what_if, self._session.scene().what_if, style)

    def place(self, layout: Layout, style: Style, theme: Any) -> None:
        """Give the drawer its room; `theme` is pygame_gui's."""
        self.drawer.place(layout.drawer, style, theme)

    def pass_time(self, elapsed_s: float) -> None:
        """Let wall time pass [s], whether or not a picture is drawn."""
        self.drawer.now += max(0.0, elapsed_s)

    def draw(
        self,
        surface: pygame.Surface,
        scene: Scene,
        layout: Layout,
        style: Style,
        elapsed_s: float,
    ) -> None:
        """Draw the drawer, the table it asks for, and what the strip says under a hand."""
        if self.drawer.shown:
            self.drawer.strip = layout.what_if is not None and scene.what_if is not None
            # the first picture of another run is dear enough: the drawer follows in the next
            another = self._curves is not None and scene.chart.curves != self._curves
            self._curves = scene.chart.curves
            self.drawer.draw(surface, elapsed_s, waits=another)
            if self.drawer.table is not None:
                self._table.draw(surface, self.drawer.table, layout.stage, style)
        else:
            self._curves = None
            self._banner.draw(surface, self._session.file_problem, layout, style)
        self._strip.draw(surface, layout.what_if, scene.what_if, style, focused=self._on_strip)
