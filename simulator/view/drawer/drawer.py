"""The drawer itself: it slides in over the right-hand panels and shows a page of the desk.

In: events of the window, elapsed wall time [s]. Out: calls on the session, pixels. While it is
shut nothing is asked of the session and nothing is drawn.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pygame

from simulator.stage.desk import Comparison, Desk
from simulator.view.camera import ease
from simulator.view.drawer import paint, popup
from simulator.view.drawer.kit import Kit
from simulator.view.drawer.looking import Looking
from simulator.view.drawer.pieces import Item, Key, Sheet
from simulator.view.drawer.turning import Mixed
from simulator.view.layout import Box
from simulator.view.style import Style

SLIDE_S = 0.18
"""How long it takes to slide in [s of wall clock]."""


class Drawer(Looking):
    """One window's drawer."""

    def __init__(self, session: Mixed) -> None:
        """Start shut."""
        super().__init__(session)
        self._out = 0.0
        self._theme: Any = None
        self._surface: pygame.Surface | None = None
        self._list: tuple[Box, list[Item]] | None = None

    def place(self, box: Box | None, style: Style, theme: Any) -> None:
        """Give it its room in the window, None for none; `theme` is pygame_gui's."""
        if box == self.box and style is self._style and theme is self._theme:
            return
        self.leave()
        self.box, self._style, self._theme = box, style, theme
        self.kit = self._surface = self.sheet = self._list = None
        self.let_go()
        if box is None:
            self.open = False
        self.wake()

    @property
    def shown(self) -> bool:
        """Whether any of it can be seen."""
        return self.box is not None and (self.open or self._out > 0)

    @property
    def slides(self) -> bool:
        """Whether it is on its way in or out."""
        return self.box is not None and self._out != float(self.open)

    @property
    def table(self) -> Comparison | None:
        """The comparison, while it is asked for."""
        if not (self.open and self.glance.table) or self._desk is None:
            return None
        return self._desk.comparison

    @property
    def options(self) -> Box | None:
        """Where the open list lies [px of the drawer]."""
        return self._list[0] if self._list is not None and self.popup is not None else None

    def places(self) -> dict[Key, pygame.Rect]:
        """Return where each control in view is [px of the window], for a hand or a test."""
        if self.sheet is None or self.box is None or not self.open:
            return {}
        found = {}
        for item in (*self.sheet.items, *(self._list[1] if self._list else ())):
            rect = pygame.Rect(item.box)
            if not item.scrolls or pygame.Rect(self.sheet.view).contains(rect):
                found[item.key] = rect.move(self.box.x, self.box.y)
        return found

    def label(self, key: Key) -> pygame.Rect | None:
        """Return where the label of a knob or a section is [px of the window]."""
        if self.sheet is None or self.box is None:
            return None
        found = [pygame.Rect(box) for known, box in self.sheet.labels if known == key]
        return found[0].move(self.box.x, self.box.y) if found else None

    def draw(self, surface: pygame.Surface, elapsed_s: float, *, waits: bool = False) -> None:
        """Show it after `elapsed_s` of wall time [s]; where it `waits`, as it was."""
        elapsed = min(max(0.0, elapsed_s), 0.05)
        step = elapsed / SLIDE_S
        self._out = min(1.0, self._out + step) if self.open else max(0.0, self._out - step)
        self._fulfil()
        if not self.shown or self.box is None or self._style is None:
            return
        if self.kit is None or self._surface is None:
            self.kit = Kit(self.box, self._theme)
            self._surface = pygame.Surface((self.box.w, self.box.h), 0, 32)
        if self.open and not waits and self._stirred():
            self._paint(self.kit, self._surface, self._style, max(0.0, elapsed_s))
        hidden = round((1.0 - ease(self._out)) * (surface.get_width() - self.box.x))
        surface.blit(self._surface, (self.box.x + hidden, self.box.y))

    def _stirred(self) -> bool:
        """Return whether anything has to be drawn anew."""
        desk = self.session.desk()
        if desk is not self._desk and not _same(desk, self._desk):
            self.wake()
        self._desk = desk
        return self.now <= self._awake_until or self.typing is not None or self.sheet is None

    def _paint(self, kit: Kit, surface: pygame.Surface, style: Style, elapsed: float) -> None:
        self.refresh()
        self._settle()
        sheet = self.sheet
        if sheet is None:
            return
        shown = [self._gripped(item) for item in sheet.items if _in_view(item, sheet)]
        options = self._options(surface.get_size(), style)
        kit.place((*shown, *options), sheet.view, self.use)
        kit.board.update(elapsed)
        held = kit.held()
        touch = paint.Touch(self.focus, held or kit.hovered(), held, self.typing)
        paint.ground(surface, style)
        paint.below(surface, sheet, style)
        paint.above(surface, replace(sheet, items=tuple(shown)), touch, style)
        entry = sheet.item(self.typing)
        if entry is not None:
            whole = Box(0, 0, *surface.get_size())
            kit.draw_entry(surface, entry.box, sheet.view if entry.scrolls else whole)
        if self._list is not None:
            popup.paint(surface, self._list[0], style)
            for item in options:
                paint.face(surface, item, touch, style)

    def _gripped(self, item: Item) -> Item:
        """Return a slider with the range it had when the hand took hold of it."""
        grip, knob = self._grip, item.knob
        if grip is None or knob is None or knob.path != grip.path:
            return item
        return replace(item, knob=replace(knob, low=grip.low, high=grip.high))

    def _options(self, size: tuple[int, int], style: Style) -> list[Item]:
        """Return the options of the open list, and note where it lies."""
        self._list = None
        owner = self.item(self.popup.owner) if self.popup is not None else None
        if self.popup is None or owner is None:
            return []
        self.popup, box, options = popup.place(self.popup, owner.box, size, style)
        if owner.knob is not None and owner.knob.path.endswith("colour"):
            options = [replace(option, colour=option.text) for option in options]
        self._list = (box, options)
        return options


def _same(one: Desk, other: Desk | None) -> bool:
    """Return whether two desks look the same."""
    names = Desk.__slots__
    return other is not None and all(getattr(one, n) == getattr(other, n) for n in names)


def _in_view(item: Item, sheet: Sheet) -> bool:
    return not item.scrolls or item.box.touches(sheet.view)
