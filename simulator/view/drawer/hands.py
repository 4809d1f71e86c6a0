"""From events to the drawer: what a mouse and a keyboard do with it.

In: an event of the window. Out: True where the drawer has taken it, and nobody else shall.
"""

from __future__ import annotations

import contextlib

import pygame

from simulator.view.drawer.drawer import Drawer
from simulator.view.drawer.kit import NOWHERE
from simulator.view.drawer.pieces import Item, Key, Look

TWICE_S = 0.4
"""Two clicks within this are a double click [s of wall clock]."""
_ENTER = (pygame.K_RETURN, pygame.K_KP_ENTER)
_PRESS = (*_ENTER, pygame.K_SPACE)
_MORE = {pygame.K_RIGHT: 1, pygame.K_UP: 1, pygame.K_LEFT: -1, pygame.K_DOWN: -1}
_SWITCHES = pygame.KMOD_CTRL | pygame.KMOD_ALT | pygame.KMOD_META
_TYPED = "0123456789.-+"


class Hands:
    """A mouse and a keyboard at one drawer."""

    def __init__(self, drawer: Drawer) -> None:
        """Hold nothing."""
        self._drawer = drawer
        self._clicked: tuple[Key | None, float] = (None, -1.0)

    # keys -------------------------------------------------------------------------------------

    def key(self, event: pygame.Event, *, again: bool) -> bool:
        """Take a KEYDOWN; `again` says that the key is being held."""
        drawer = self._drawer
        if not drawer.open or pygame.K_F1 <= event.key <= pygame.K_F12:
            return False
        drawer.wake()
        if drawer.typing is not None:
            self._type(event)
            return True
        if drawer.popup is not None:
            self._list(event)
            return True
        if getattr(event, "mod", 0) & _SWITCHES:
            return False
        if event.key == pygame.K_TAB:
            drawer.move_focus(_way(event))
        elif event.key == pygame.K_ESCAPE:
            drawer.shut()
        else:
            item = drawer.item(drawer.focus)
            return item is not None and self._on_item(item, event, again=again)
        return True

    def _type(self, event: pygame.Event) -> None:
        drawer = self._drawer
        if event.key == pygame.K_ESCAPE:
            drawer.take_back()
        elif event.key in _ENTER:
            drawer.apply()
        elif event.key == pygame.K_TAB:
            at = drawer.typing
            if drawer.apply():
                if at is not None and drawer.focus is None:
                    drawer.focus = ("knob", at[1]) if at[0] == "value" else at
                drawer.move_focus(_way(event))
        elif drawer.kit is not None:
            _hand_on(drawer, event)

    def _list(self, event: pygame.Event) -> None:
        drawer = self._drawer
        if drawer.popup is None:
            return
        count = len(drawer.popup.options)
        moves = {
            pygame.K_DOWN: 1,
            pygame.K_UP: -1,
            pygame.K_HOME: -count,
            pygame.K_END: count,
            pygame.K_PAGEDOWN: 5,
            pygame.K_PAGEUP: -5,
        }
        if event.key in moves:
            drawer.popup = drawer.popup.move(moves[event.key])
        elif event.key in _PRESS:
            drawer.press(("option", str(drawer.popup.marked)))
        elif event.key in (pygame.K_ESCAPE, pygame.K_TAB):
            drawer.popup = None
            if event.key == pygame.K_TAB:
                drawer.move_focus(_way(event))

    def _on_item(self, item: Item, event: pygame.Event, *, again: bool) -> bool:
        if self._turn(item, event):
            return True
        drawer, key = self._drawer, item.key
        written = getattr(event, "unicode", "")
        if item.look in (Look.SLIDER, Look.VALUE) and written and written in _TYPED:
            # the character itself arrives as the text that follows this key
            drawer.type(key, "")
        elif item.look is Look.SLIDER and event.key in _ENTER:
            if not again:
                drawer.type(key)
        elif item.look is not Look.SLIDER and event.key in _PRESS:
            if not again:
                drawer.press(key)
        else:
            return False
        return True

    def _turn(self, item: Item, event: pygame.Event) -> bool:
        """Turn a slider or a choice, or set it back to the file's value."""
        drawer, key = self._drawer, item.key
        if item.look in (Look.SLIDER, Look.CHOICE) and event.key in _MORE:
            down = item.look is Look.CHOICE and event.key in (pygame.K_UP, pygame.K_DOWN)
            many = 10 if event.mod & pygame.KMOD_SHIFT and item.look is Look.SLIDER else 1
            drawer.step(key, (-1 if down else 1) * many * _MORE[event.key])
        elif item.look is Look.SLIDER and event.key in (pygame.K_HOME, pygame.K_END):
            drawer.step(key, 10**9 if event.key == pygame.K_END else -(10**9))
        elif item.own is not None and event.key in (pygame.K_DELETE, pygame.K_BACKSPACE):
            drawer.reset(item.own)
        else:
            return False
        return True

    def text(self, event: pygame.Event) -> bool:
        """Take a TEXTINPUT or a KEYUP while something is typed."""
        if self._drawer.typing is None or self._drawer.kit is None:
            return False
        _hand_on(self._drawer, event)
        return True

    # mouse ------------------------------------------------------------------------------------

    def pointer(self, event: pygame.Event) -> bool:
        """Take an event of the mouse."""
        drawer = self._drawer
        kit, box = drawer.kit, drawer.box
        if not drawer.open or kit is None or box is None:
            return False
        if event.type == pygame.MOUSEWHEEL:
            return self._wheel(event, pygame.Rect(box))
        if event.type == pygame.WINDOWLEAVE:
            kit.board.pointer = NOWHERE
            drawer.wake()
        if event.type not in (pygame.MOUSEMOTION, pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            return False
        before = pygame.Rect(box).collidepoint(kit.board.pointer)
        kit.board.pointer = event.pos
        inside = pygame.Rect(box).collidepoint(event.pos)
        if inside or before or kit.held() is not None:
            drawer.wake()
        if event.type == pygame.MOUSEBUTTONDOWN:
            return self._down(event, inside=inside)
        held = kit.held() is not None
        _hand_on(drawer, event)
        if event.type == pygame.MOUSEBUTTONUP and event.button == pygame.BUTTON_LEFT:
            drawer.let_go()
        return held or inside

    def _down(self, event: pygame.Event, *, inside: bool) -> bool:
        drawer = self._drawer
        if drawer.kit is None or drawer.box is None:
            return inside
        at = (event.pos[0] - drawer.box.x, event.pos[1] - drawer.box.y)
        if drawer.popup is not None and (
            drawer.options is None or not pygame.Rect(drawer.options).collidepoint(at)
        ):
            drawer.popup = None
            return inside
        entry = drawer.item(drawer.typing)
        if entry is not None:
            if pygame.Rect(entry.box).collidepoint(at):
                _hand_on(drawer, event)
                return True
            if not drawer.apply():
                drawer.take_back()
        drawer.focus = None
        if not inside or event.button != pygame.BUTTON_LEFT:
            return inside
        if not _hand_on(drawer, event):
            self._label(at)
        return True

    def _label(self, at: tuple[int, int]) -> None:
        """Take a click that hit no control: the second on one label resets what it names."""
        sheet = self._drawer.sheet
        if sheet is None or not pygame.Rect(sheet.view).collidepoint(at):
            return
        key = next((k for k, box in sheet.labels if pygame.Rect(box).collidepoint(at)), None)
        last, when = self._clicked
        self._clicked = (key, self._drawer.now)
        if key is not None and key == last and self._drawer.now - when <= TWICE_S:
            self._clicked = (None, -1.0)
            self._drawer.reset(key)

    def _wheel(self, event: pygame.Event, box: pygame.Rect) -> bool:
        drawer = self._drawer
        if drawer.kit is None or not box.collidepoint(drawer.kit.board.pointer):
            return False
        if drawer.popup is not None:
            drawer.popup = drawer.popup.move(-event.y)
        else:
            drawer.scroll(-event.y * max(12, box.h // 12))
        drawer.wake()
        return True


def _way(event: pygame.Event) -> int:
    return -1 if getattr(event, "mod", 0) & pygame.KMOD_SHIFT else 1


def _hand_on(drawer: Drawer, event: pygame.Event) -> bool:
    """Give an event to pygame_gui; a clipboard that does not answer is no reason to stop."""
    if drawer.kit is None:
        return False
    drawer.wake()
    with contextlib.suppress(pygame.error):
        return bool(drawer.kit.board.process_events(event))
    return False
