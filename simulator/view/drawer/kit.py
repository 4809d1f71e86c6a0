"""The drawer's controls, by pygame_gui: buttons, sliders and one entry, made once and used again.

In: places on the drawer's own surface, events of the window. Out: which control was pressed, where
a slider was dragged to, what was typed. Words and marks are painted over them by `paint`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pygame
import pygame_gui
from pygame_gui.core import UIElement

from simulator.view.drawer.pieces import Item, Key, Look
from simulator.view.gui import Manager
from simulator.view.keyboard import repeat_keys
from simulator.view.layout import Box

NOWHERE = (-100_000, -100_000)
"""Where the mouse is when it is not over the window."""


Use = Callable[..., None]
"""What to do with a control: a button's has no argument, a slider's has the share."""


class Board(Manager):
    """A manager that counts from the drawer's corner; its mouse is where the last event said."""

    def __init__(self, box: Box, theme: Any) -> None:
        """Cover `box` of the window; `theme` is shared, since reading one takes a whole picture."""
        self.corner = (box.x, box.y)
        self.pointer = NOWHERE
        self._shared = theme
        super().__init__((box.w, box.h))

    def create_new_theme(self, theme_path: Any = None) -> Any:
        """Return the theme that is there already."""
        return theme_path or self._shared

    def calculate_scaled_mouse_position(self, position: tuple[int, int]) -> tuple[int, int]:
        """Return a point of the window as a point of the drawer."""
        return (position[0] - self.corner[0], position[1] - self.corner[1])

    def _update_mouse_position(self) -> None:
        self.mouse_position = self.calculate_scaled_mouse_position(self.pointer)


class Press(UIElement):
    """A control without looks of its own, that can be pressed where it is in view."""

    def __init__(self, board: Board) -> None:
        """Lie nowhere yet."""
        super().__init__(
            pygame.Rect(0, 0, 1, 1),
            board,
            None,
            starting_height=1,
            layer_thickness=1,
            element_id=["knob"],
        )
        self.view: pygame.Rect | None = None
        self.held = False
        self.use: Use = lambda: None

    def hover_point(self, hover_x: float, hover_y: float) -> bool:
        """Return whether a point is on the part in view."""
        seen = self.view is None or self.view.collidepoint(hover_x, hover_y)
        return bool(seen and super().hover_point(hover_x, hover_y))

    def process_event(self, event: pygame.Event) -> bool:
        """Take hold at a press of the left button; it counts if it is let go over the control."""
        if event.type not in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            return False
        if event.button != pygame.BUTTON_LEFT:
            return False
        over = self.hover_point(*self.ui_manager.calculate_scaled_mouse_position(event.pos))
        if event.type == pygame.MOUSEBUTTONDOWN:
            self.held = over
            return over
        was, self.held = self.held, False
        if was and over:
            self.use()
        return was


class Slider(Press):
    """A slider: it is used with where it was dragged to, as a share from 0 to 1."""

    def process_event(self, event: pygame.Event) -> bool:
        """Take hold, drag, let go."""
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT:
            at = self.ui_manager.calculate_scaled_mouse_position(event.pos)
            self.held = self.hover_point(*at)
            if self.held:
                self._to(at[0])
            return self.held
        if not self.held:
            return False
        if event.type == pygame.MOUSEMOTION:
            self._to(self.ui_manager.calculate_scaled_mouse_position(event.pos)[0])
        elif event.type == pygame.MOUSEBUTTONUP and event.button == pygame.BUTTON_LEFT:
            self.held = False
        return True

    def _to(self, x: int) -> None:
        inset = self.rect.height / 2
        room = max(1.0, self.rect.width - 2 * inset)
        self.use(min(1.0, max(0.0, (x - self.rect.x - inset) / room)))


class Kit:
    """Controls by name. What a picture no longer asks for waits, hidden, to be used again."""

    def __init__(self, box: Box, theme: Any) -> None:
        """Start without any control."""
        self.board = Board(box, theme)
        self._used: dict[Key, Press] = {}
        self._spare: dict[type[Press], list[Press]] = {Press: [], Slider: []}
        self._entry: Any = None

    # controls ---------------------------------------------------------------------------------

    def place(self, items: Iterable[Item], view: Box, use: Callable[[Item], Use]) -> None:
        """Show a control for each item, in `view` where it scrolls, and put the others away."""
        items = list(items)
        keys = {item.key: Slider if item.look is Look.SLIDER else Press for item in items}
        for key in [k for k, press in self._used.items() if keys.get(k) is not type(press)]:
            gone = self._used.pop(key)
            gone.held = False
            UIElement.hide(gone)
            self._spare[type(gone)].append(gone)
        for item in items:
            if item.key not in self._used:
                spare = self._spare[keys[item.key]]
                self._used[item.key] = spare.pop() if spare else keys[item.key](self.board)
            press = self._used[item.key]
            if press.rect != pygame.Rect(item.box):
                press.set_relative_position((item.box.x, item.box.y))
                press.set_dimensions((item.box.w, item.box.h))
            if not press.visible:
                UIElement.show(press)
            press.view = pygame.Rect(view) if item.scrolls else None
            press.use = use(item)

    def hovered(self) -> Key | None:
        """Return the name of the control under the mouse, None if there is none."""
        return next((key for key, press in self._used.items() if press.hovered), None)

    def held(self) -> Key | None:
        """Return the name of the control that a hand holds."""
        return next((key for key, press in self._used.items() if press.held), None)

    # typing -----------------------------------------------------------------------------------

    @property
    def typing(self) -> bool:
        """Whether the entry is open."""
        return self._entry is not None

    @property
    def typed(self) -> str:
        """What the entry holds."""
        return str(self._entry.get_text()) if self._entry is not None else ""

    def type(self, box: Box, text: str, *, chosen: bool) -> None:
        """Open the entry over `box` with a text in it, all of it chosen where so asked."""
        self.stop_typing()
        self._entry = pygame_gui.elements.UITextEntryLine(
            pygame.Rect(box), self.board, initial_text=text
        )
        self._entry.set_text_length_limit(200)
        self.board.set_focus_set(self._entry)
        repeat_keys()
        self._entry.edit_position = len(text)
        if chosen and text:
            self._entry.select_range = [0, len(text)]

    def draw_entry(self, surface: pygame.Surface, box: Box, view: Box) -> None:
        """Draw the entry over its place, cut to the part in view."""
        if self._entry is None:
            return
        if self._entry.rect.topleft != (box.x, box.y):
            self._entry.set_relative_position((box.x, box.y))
        if self._entry.image is not None:
            surface.set_clip(view)
            surface.blit(self._entry.image, self._entry.rect, special_flags=self._entry.blendmode)
            surface.set_clip(None)

    def stop_typing(self) -> None:
        """Close the entry."""
        if self._entry is not None:
            self.board.set_focus_set(None)
            self._entry.kill()
            self._entry = None
            repeat_keys()
