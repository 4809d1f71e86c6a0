"""Input: keys by the one key table; the mouse in the picture drags the playhead or the ground.

In: events that no button and no drawer consumed, the shot and the layout. Out: the new shot, race
distances [m] to seek to. A click without movement is no drag, so that a slip changes nothing; a
double click returns to the camera.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import replace
from functools import lru_cache

import pygame

from simulator.screen import Camera
from simulator.session import Session
from simulator.stage.keys import ALSO_PRESENTING, BINDINGS, PRESENTING, Binding
from simulator.view.camera import (
    MOST_ZOOM,
    MapView,
    Shot,
    aim_of,
    closer,
    ground_aim,
    looking,
    on_air,
    within,
)
from simulator.view.layout import Layout
from simulator.view.panels.timeline import distance_at, plot_box
from simulator.view.ui import DOUBLE_CLICK_S

SLIP_PX = 5
"""A drag begins after this many pixels."""
NOTCH = 1.25
"""Zoom factor of one notch of the wheel."""
_BUTTONS = (pygame.BUTTON_LEFT, pygame.BUTTON_MIDDLE)


class MouseDrag:
    """What the mouse drags: nothing, the playhead or the ground."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._pointer = (-1, -1)
        self._scrubs = self._dragging = False
        self._from: tuple[tuple[int, int], MapView] | None = None
        self._clicked: tuple[tuple[int, int], float] | None = None

    def point(self, at: tuple[int, int]) -> None:
        """Remember where the pointer is [px] after any event; wheel events do not say."""
        self._pointer = at

    def let_go(self) -> None:
        """End any drag."""
        self._scrubs = self._dragging = False
        self._from = None

    def take(self, event: pygame.Event, shot: Shot, layout: Layout, now_s: float) -> Shot:
        """Return the shot after an event; `now_s` is the window's own time [s]."""
        if self._scrub(event, layout):
            return shot
        after, seen = shot, on_air(shot, self._session.scene())
        if event.type == pygame.MOUSEWHEEL:
            after = self._wheel(event, shot, seen, layout)
        elif event.type == pygame.MOUSEMOTION:
            after = self._move(event.pos, shot, seen, layout)
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button in _BUTTONS:
            after = self._press(event.pos, shot, seen, layout, now_s)
        elif event.type == pygame.MOUSEBUTTONUP and event.button in _BUTTONS:
            self._clicked = None if self._dragging else self._clicked
            self.let_go()
        if after.camera is Camera.FREE and shot.camera is not Camera.FREE:
            self._session.notify("Free camera. Double click or C goes back.")
        return after

    def _scrub(self, event: pygame.Event, layout: Layout) -> bool:
        """Drag the playhead; return whether the event was consumed."""
        held, box = self._scrubs, layout.timeline
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT and box:
            area = pygame.Rect(plot_box(box, layout.sizes)).inflate(24, 0)
            area.height = box.bottom - area.y
            self._scrubs = held = area.collidepoint(event.pos)
        elif event.type == pygame.MOUSEBUTTONUP and event.button == pygame.BUTTON_LEFT:
            self._scrubs = False
        if self._scrubs and box and event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEMOTION):
            race_m = self._session.scene().race_m
            x_m = distance_at(box, layout.sizes, race_m, event.pos[0])
            self._session.director.seek_distance(x_m)
        return held

    def _press(
        self, at: tuple[int, int], shot: Shot, seen: Shot, layout: Layout, now_s: float
    ) -> Shot:
        if not _on_ground(at, seen, layout):
            return shot
        before, self._clicked = self._clicked, (at, now_s)
        if before is not None and now_s - before[1] <= DOUBLE_CLICK_S and _near(at, before[0]):
            self._clicked = None
            self.let_go()
            return shot.to(shot.home) if shot.camera is Camera.FREE else replace(shot, zoom=1.0)
        aim = ground_aim(seen, self._session.scene(), layout)
        self._from, self._dragging = (at, looking(layout, aim)), False
        return shot

    def _move(self, at: tuple[int, int], shot: Shot, seen: Shot, layout: Layout) -> Shot:
        if self._from is None:
            return shot
        start, view = self._from
        if not self._dragging and _near(at, start):
            return shot
        self._dragging = True
        aim = within(aim_of(layout, view.shifted(at[0] - start[0], at[1] - start[1])))
        held = replace(shot.held(aim), lowered=seen.lowered)
        if seen.on_map and seen.start is None:
            return held
        # from a close camera the view flies to the map, wherever the mouse drags that meanwhile
        if shot.camera is Camera.FREE:
            return replace(held, start=shot.start, share=shot.share)
        return replace(held, start=seen, share=0.0)

    def _wheel(self, event: pygame.Event, shot: Shot, seen: Shot, layout: Layout) -> Shot:
        notches = float(getattr(event, "precise_y", 0.0) or event.y)
        if not notches or self._from is not None or not _on_ground(self._pointer, seen, layout):
            return shot
        factor = math.pow(NOTCH, min(8.0, max(-8.0, notches)))
        if seen.camera.close:
            return shot.closer(factor)
        now = ground_aim(seen, self._session.scene(), layout)
        # notches add up: each one starts from where the last one leads
        goal = shot.aim if shot.camera is Camera.FREE and shot.aim is not None else now
        if goal.zoom * factor < 1.0 + 1e-9:
            return shot.to(Camera.WHOLE)
        if goal.zoom >= MOST_ZOOM and factor > 1.0:
            return shot
        shot = replace(shot, lowered=seen.lowered)
        return shot.drawn(now, closer(layout, goal, self._pointer, factor))


def _near(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return max(abs(a[0] - b[0]), abs(a[1] - b[1])) < SLIP_PX


def _on_ground(at: tuple[int, int], shot: Shot, layout: Layout) -> bool:
    """Return whether a pixel shows ground, not a panel or the score."""
    box = layout.stage if shot.whole else layout.view
    return bool(pygame.Rect(box).collidepoint(at))


# -- keys ------------------------------------------------------------------------------------------


def rows(*, presenting: bool) -> tuple[Binding, ...]:
    """Return the rows of the key table that apply now."""
    if not presenting:
        return BINDINGS
    taken = {key for binding in PRESENTING for key in binding.keys}
    also = [
        replace(binding, keys=tuple(key for key in binding.keys if key not in taken))
        for binding in BINDINGS
        if binding.action in ALSO_PRESENTING
    ]
    return (*PRESENTING, *(binding for binding in also if binding.keys))


@lru_cache(maxsize=2)
def _table(presenting: bool) -> dict[str, Binding]:
    return {key: binding for binding in rows(presenting=presenting) for key in binding.keys}


def binding_for(
    name: str, character: str, modifiers: int, *, presenting: bool = False
) -> Binding | None:
    """Return the binding of a key: by name with shift, by name, or by the character it writes.

    The character serves keyboards with `+` or `=` elsewhere. `name` is SDL's, so `[+]` is the key
    of the number pad. With ctrl, alt or the system key held, only the table counts.
    """
    table = _table(presenting)
    plain = name.strip("[]") if len(name) == 3 and name[0] == "[" else name
    held = [
        word
        for word, mask in (
            ("ctrl", pygame.KMOD_CTRL),
            ("alt", pygame.KMOD_ALT),
            ("meta", pygame.KMOD_META),
        )
        if modifiers & mask
    ]
    if held:
        if modifiers & pygame.KMOD_SHIFT:
            held.append("shift")
        return table.get("+".join([*held, plain]))
    if modifiers & pygame.KMOD_SHIFT and f"shift+{plain}" in table:
        return table[f"shift+{plain}"]
    return table.get(plain) or table.get(character)


_POSITIONS: dict[int, str] = {
    **{4 + i: letter for i, letter in enumerate("abcdefghijklmnopqrstuvwxyz")},
    **{30 + i: digit for i, digit in enumerate("1234567890")},
    **dict(zip((45, 46, 51, 52, 54, 55, 56), "-=;',./", strict=True)),
}
"""The characters of an American keyboard by key position: SDL's scancodes."""


def _is_letter(key: int, *, latin: bool) -> bool:
    """Return whether a key of this code writes a letter, Latin or other."""
    if not 0x20 < key < 0x110000 or not chr(key).isalpha():
        return False
    return unicodedata.name(chr(key), "").startswith("LATIN") is latin


def by_position(event: pygame.Event) -> pygame.Event:
    """Return a key event with the Latin letter of its position.

    A layout without Latin letters cannot write the table's. Where a key writes a Latin letter, that
    letter counts, wherever it lies.
    """
    letter = _POSITIONS.get(getattr(event, "scancode", 0))
    if letter is None or not _is_letter(event.key, latin=False):
        return event
    return pygame.Event(event.type, {**event.dict, "key": ord(letter)})


def digit_of(event: pygame.Event) -> str:
    """Return the digit of a KEYDOWN event: as written, else by the key's position, else ""."""
    written = getattr(event, "unicode", "") or pygame.key.name(event.key).strip("[]")
    lies_there = _POSITIONS.get(getattr(event, "scancode", 0), "")
    return next((c for c in (written, lies_there) if len(c) == 1 and c in "0123456789"), "")


def binding_of(event: pygame.Event, *, presenting: bool = False) -> Binding | None:
    """Return the binding of a KEYDOWN event: by its letter, else by the key's position."""
    event = by_position(event)
    mods = getattr(event, "mod", 0)
    name, character = pygame.key.name(event.key), getattr(event, "unicode", "")
    known = binding_for(name, character, mods, presenting=presenting)
    letter = _POSITIONS.get(getattr(event, "scancode", 0), "")
    if known is not None or not letter or _is_letter(event.key, latin=True):
        return known
    # a sign lies there, as the semicolon where a Greek keyboard has its Q
    return binding_for(letter, "", mods, presenting=presenting)
