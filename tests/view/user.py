"""A user at the window: presses keys and moves the mouse as a person would.

In: an `App`. Out: events, each followed by a picture of a sixtieth of a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pygame
import pytest

from simulator.session import Session
from simulator.stage.keys import Action
from simulator.view.app import App
from simulator.view.drawer import Drawer
from simulator.view.text import Type
from simulator.view.ui import Control, Key

NAMED = {
    "enter": pygame.K_RETURN,
    "escape": pygame.K_ESCAPE,
    "tab": pygame.K_TAB,
    "space": pygame.K_SPACE,
    "backspace": pygame.K_BACKSPACE,
}
HELD = {"shift": pygame.KMOD_LSHIFT, "ctrl": pygame.KMOD_LCTRL}


def places(drawer: Drawer) -> dict[Key, pygame.Rect]:
    """Return where each control in view is [px of the window]."""
    if drawer.box is None or not drawer.open:
        return {}
    return {
        control.key: pygame.Rect(control.box).move(drawer.box[:2])
        for control in drawer.ui.controls
        if control.key[0] != "label" and control.box.w
        if control.view is None or pygame.Rect(control.view).contains(control.box)
    }


def label(drawer: Drawer, key: Key) -> pygame.Rect:
    """Return where the label of a knob or a section is [px of the window]."""
    control = drawer.ui.find(("label", *key))
    assert control is not None
    assert drawer.box is not None
    return pygame.Rect(control.box).move(drawer.box[:2])


class User:
    """Mouse and keyboard."""

    def __init__(self, app: App) -> None:
        self.app = app

    def wait(self, pictures: int = 1) -> None:
        for _ in range(pictures):
            self.app.frame(1 / 60)
        for event in pygame.event.get():
            if event.type >= pygame.USEREVENT:
                self.app.handle(event)

    def key(self, name: str, times: int = 1) -> None:
        """Press `tab`, `shift+left`, `ctrl+z` or a letter."""
        *held, plain = name.split("+") if len(name) > 1 else [name]
        code = NAMED.get(plain) or pygame.key.key_code(plain)
        modifiers = sum(HELD[word] for word in held)
        character = plain if len(plain) == 1 and "ctrl" not in held else ""
        for _ in range(times):
            self._event(pygame.KEYDOWN, key=code, mod=modifiers, unicode=character)
            if character:
                self._event(pygame.TEXTINPUT, text=character)
            self._event(pygame.KEYUP, key=code, mod=modifiers)
            self.wait()

    def write(self, text: str) -> None:
        """Type a text."""
        for character in text:
            self.key(character)

    def _event(self, kind: int, **values: object) -> None:
        self.app.handle(pygame.Event(kind, values))

    def move(self, at: tuple[int, int], *, held: bool = False) -> None:
        self._event(pygame.MOUSEMOTION, pos=at, rel=(0, 0), buttons=(int(held), 0, 0))
        self.wait()

    def down(self, at: tuple[int, int], button: int = 1) -> None:
        self.move(at)
        self._event(pygame.MOUSEBUTTONDOWN, pos=at, button=button)
        self.wait()

    def up(self, at: tuple[int, int], button: int = 1) -> None:
        self._event(pygame.MOUSEBUTTONUP, pos=at, button=button)
        self.wait()

    def click(self, at: tuple[int, int], button: int = 1) -> None:
        self.down(at, button)
        self.up(at, button)

    def wheel(self, steps: int) -> None:
        self._event(pygame.MOUSEWHEEL, x=0, y=steps)
        self.wait()

    # in the drawer ----------------------------------------------------------------------------

    def control(self, *key: str) -> Control:
        """Return a control of the page."""
        control = self.app.drawer.ui.find(key)
        assert control is not None
        return control

    def words(self) -> list[str]:
        """Return every line that stands on the drawer."""
        self.wait(2)
        result: list[str] = []
        write = Type.write

        def noting(self: Type, target: pygame.Surface, text: str, *args: Any, **more: Any) -> int:
            result.append(text)
            return write(self, target, text, *args, **more)

        with patch.object(Type, "write", noting):
            self.app.drawer.ui.stale = True
            self.app.drawer.refresh()
        return result

    def place(self, key: Key) -> pygame.Rect:
        """Return where a control is, turning the wheel until it is in view."""
        drawer = self.app.drawer
        assert drawer.box is not None
        self.move((drawer.box.x + 5, drawer.box.y + drawer.box.h // 2))
        self.wheel(100)
        for _ in range(60):
            if key in places(drawer):
                return places(drawer)[key]
            self.wheel(-1)
        raise AssertionError(f"{key} is nowhere on the page")

    def press(self, *key: str) -> None:
        self.click(self.place(key).center)

    def page(self, name: str) -> None:
        self.click(places(self.app.drawer)["tab", name].center)

    def drag(self, path: str, share: float) -> None:
        """Drag a slider from where it is touched first to a share of its length."""
        track = self.place(("knob", path))
        start = track.center
        end = (round(track.x + track.h / 2 + share * (track.w - track.h)), track.centery)
        self.down(start)
        for k in range(1, 5):
            self.move((start[0] + (end[0] - start[0]) * k // 4, start[1] + k), held=True)
        self.move((end[0], track.bottom + 40), held=True)
        self.up(end)

    def focus(self, *key: str) -> None:
        """Tab until a control has the focus."""
        for _ in range(80):
            if self.app.drawer.ui.focus == key:
                return
            self.key("tab")
        raise AssertionError(f"Tab never comes to {key}")


def user_at_drawer(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    """Yield a user in front of the open drawer; what lies beneath it is not drawn."""
    app = App(session, size=(1280, 720))
    monkeypatch.setattr(app._painter, "draw", lambda *_: None)
    user = User(app)
    user.wait()
    user.click(app.buttons()[Action.DRAWER].center)
    user.wait(15)
    yield user
    pygame.display.quit()
