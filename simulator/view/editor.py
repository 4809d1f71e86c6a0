"""What edits the run, over the picture: the drawer, the side panels, the table that compares.

In: events of the window, the scene, elapsed wall time [s]. Out: calls on the session, pixels.
"""

from __future__ import annotations

import pygame

from simulator.stage.scene import Curve, Scene
from simulator.view.drawer.drawer import Drawer
from simulator.view.layout import Layout
from simulator.view.panels.cards import draw_problem, draw_table
from simulator.view.panels.side import SIDE_PANELS
from simulator.view.text import Style
from simulator.view.watched import Watched


class Editor:
    """One window's editor."""

    def __init__(self, session: Watched) -> None:
        """Start with the drawer shut."""
        self._session = session
        self.drawer = Drawer(session)
        self._panels = {name: panel() for name, panel in SIDE_PANELS.items()}
        self._curves: tuple[Curve, ...] | None = None

    def toggle(self, *, by_key: bool) -> None:
        """Open or shut the drawer, where there is room for it."""
        if self.drawer.box is None:
            self._session.notify("The window is too small for the knobs.")
        else:
            self.drawer.toggle(by_key=by_key)

    def key(self, event: pygame.Event, *, again: bool) -> bool:
        """Take a KEYDOWN; return whether it was meant for the drawer."""
        return self.drawer.key(event, again=again)

    def text(self, event: pygame.Event) -> bool:
        """Take a TEXTINPUT while something is typed."""
        return self.drawer.open and self.drawer.ui.write(event)

    def pointer(self, event: pygame.Event) -> bool:
        """Take an event of the mouse, or of an input method; return whether it was meant here."""
        if event.type == pygame.MOUSEMOTION:
            self._in_panels(event)
        return self.text(event) or self.drawer.mouse(event)

    def click(self, event: pygame.Event) -> bool:
        """Take a click outside the drawer: it closes the table, or was meant for a panel."""
        if self.drawer.table is not None:
            self.drawer.shut()
            return True
        return self._in_panels(event)

    def _in_panels(self, event: pygame.Event) -> bool:
        return any(panel.handle(event, self._session) for panel in self._panels.values())

    def place(self, layout: Layout, style: Style) -> None:
        """Give everything its room."""
        self.drawer.place(layout.drawer, style)

    def pass_time(self, elapsed_s: float) -> None:
        """Let wall time pass [s], whether or not a picture is drawn."""
        self.drawer.ui.tick(max(0.0, elapsed_s))

    def draw(
        self, surface: pygame.Surface, scene: Scene, layout: Layout, style: Style, elapsed_s: float
    ) -> None:
        """Draw the drawer, the open table, and what a panel says under the mouse."""
        drawer, side, session = self.drawer, dict(layout.side), self._session
        for name, panel in self._panels.items():
            panel.layout(side.get(name), scene, style)
        if drawer.shown:
            drawer.side_controls = [panel.control(session) for panel in self._panels.values()]
            # the first picture of another run is dear enough: the drawer follows in the next
            another = self._curves is not None and scene.chart.curves != self._curves
            self._curves = scene.chart.curves
            drawer.draw(surface, elapsed_s, waits=another)
            if drawer.table is not None:
                draw_table(surface, drawer.table, layout.stage, style)
        else:
            self._curves = None
            if session.file_problem:
                draw_problem(surface, session.file_problem, layout, style)
        for panel in self._panels.values():
            panel.draw_over(surface, session, drawer.ui.focus if drawer.open else None)
