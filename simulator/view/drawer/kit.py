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
from simulator.view.keyboard import repeat_keys
from simulator.view.layout import Box

NOWHERE = (-100_000, -100_000)
"""Where the mouse is when it is not over the window."""
_DRAWN = (Look.BUTTON, Look.TAB, Look.CHOICE, Look.VALUE, Look.OPTION)
_SPARE = 40
"""Controls that wait to be used again; those beyond are given up."""


class Board(pygame_gui.UIManager):
    """A manager that counts from the drawer's corner; its mouse is where the last event said."""

    def __init__(self, box: Box, theme: Any) -> None:
        """Cover `box` of the window; `theme` is shared, since reading one takes a whole picture."""
        self.corner = (box.x, box.y)
        self.pointer = NOWHERE
        self._shared = theme
        super().__init__((box.w, box.h), None, enable_live_theme_updates=False)

    def create_new_theme(self, theme_path: Any = None) -> Any:
        """Return the theme that is there already."""
        return theme_path or self._shared

    def calculate_scaled_mouse_position(self, position: tuple[int, int]) -> tuple[int, int]:
        """Return a point of the window as a point of the drawer."""
        return (position[0] - self.corner[0], position[1] - self.corner[1])

    def _update_mouse_position(self) -> None:
        self.mouse_position = self.calculate_scaled_mouse_position(self.pointer)


class Press(pygame_gui.elements.UIButton):
    """A button that can be pressed only where it is in view."""

    view: pygame.Rect | None = None

    def hover_point(self, hover_x: float, hover_y: float) -> bool:
        """Return whether a point is on the part in view."""
        seen = self.view is None or self.view.collidepoint(hover_x, hover_y)
        return bool(seen and super().hover_point(hover_x, hover_y))


class Slider(UIElement):
    """A slider without looks of its own: where it was dragged to, as a share from 0 to 1."""

    def __init__(self, box: Box, board: Board, moved: Callable[[float], None]) -> None:
        """Call `moved` with the share while a hand drags."""
        super().__init__(
            pygame.Rect(box),
            board,
            None,
            starting_height=1,
            layer_thickness=1,
            element_id=["drawer_slider"],
        )
        self.moved = moved
        self.held = False
        self.view: pygame.Rect | None = None

    def hover_point(self, hover_x: float, hover_y: float) -> bool:
        """Return whether a point is on the part in view."""
        seen = self.view is None or self.view.collidepoint(hover_x, hover_y)
        return bool(seen and super().hover_point(hover_x, hover_y))

    def process_event(self, event: pygame.Event) -> bool:
        """Take hold, drag, let go."""
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT:
            at = self.ui_manager.calculate_scaled_mouse_position(event.pos)
            self.held = bool(self.hover_point(*at))
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
        self.moved(min(1.0, max(0.0, (x - self.rect.x - inset) / room)))


Use = Callable[..., None]
"""What to do with a control: a button's has no argument, a slider's has the share."""


class Kit:
    """Controls by name. What a picture no longer asks for waits, hidden, to be used again."""

    def __init__(self, box: Box, theme: Any) -> None:
        """Start without any control."""
        self.board = Board(box, theme)
        self._used: dict[Key, Any] = {}
        self._spare: dict[tuple[str, int, int], list[Any]] = {}
        self._kinds: dict[Key, tuple[str, int, int]] = {}
        self._entry: Any = None

    # controls ---------------------------------------------------------------------------------

    def place(self, item: Item, view: Box, use: Use) -> bool:
        """Show the control of an item, and do `use` with it; return whether one had to be made."""
        sliding = item.look is Look.SLIDER
        box = item.box
        kind = ("slider" if sliding else "button", box.w, box.h)
        made = self._take(item.key, kind, box)
        element = self._used[item.key]
        element.view = pygame.Rect(view) if item.scrolls else None
        if sliding:
            element.moved = use
        else:
            element.bind(pygame_gui.UI_BUTTON_PRESSED, use)
            if item.on != element.is_selected:
                (element.select if item.on else element.unselect)()
        return made

    def _take(self, key: Key, kind: tuple[str, int, int], box: Box) -> bool:
        if key in self._used and self._kinds[key] != kind:
            self._drop(key)
        made = False
        if key not in self._used:
            spare = self._spare.get(kind)
            made = not spare
            self._used[key] = spare.pop() if spare else self._make(kind[0], box)
            self._kinds[key] = kind
        element = self._used[key]
        if element.rect.topleft != (box.x, box.y):
            element.set_relative_position((box.x, box.y))
        if not element.visible:
            element.show()
        return made

    def _make(self, kind: str, box: Box) -> Any:
        if kind == "slider":
            return Slider(box, self.board, lambda _: None)
        return Press(pygame.Rect(box), "", self.board)

    def keep(self, keys: set[Key]) -> None:
        """Put away every control that is not among `keys`."""
        for key in [key for key in self._used if key not in keys]:
            self._drop(key)

    def _drop(self, key: Key) -> None:
        element, kind = self._used.pop(key), self._kinds.pop(key)
        element.held = False
        element.hide()
        if sum(map(len, self._spare.values())) < _SPARE:
            self._spare.setdefault(kind, []).append(element)
        else:
            element.kill()

    def hovered(self) -> Key | None:
        """Return the name of the control under the mouse, None if there is none."""
        return next((key for key, element in self._used.items() if element.hovered), None)

    def held(self) -> Key | None:
        """Return the name of the control that a hand holds."""
        return next((key for key, element in self._used.items() if element.held), None)

    def draw(self, surface: pygame.Surface, items: Iterable[Item], view: Box) -> None:
        """Draw the controls of those items that have looks, cut to where they are in view."""
        for item in items:
            element = self._used.get(item.key)
            if item.look in _DRAWN and element is not None and element.image is not None:
                surface.set_clip(view if item.scrolls else None)
                surface.blit(element.image, element.rect, special_flags=element.blendmode)
        surface.set_clip(None)

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
