"""Presenting: full screen for an audience, notes for whoever speaks, the keys of a clicker.

In: keys, cues of what is watched, elapsed wall time [s]. Out: a full screen without a cursor or a
screen saver, a second window with notes where there is a second display, calls to go on or back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import pygame

from simulator.stage.keys import Action
from simulator.stage.scene import Scene
from simulator.view import window as window_module
from simulator.view.notes import Notes
from simulator.view.text import Type
from simulator.view.theme import Colour, Theme
from simulator.view.window import Window

if TYPE_CHECKING:
    from simulator.view.watched import Watched

LOOK_S = 1.0
"""How often the displays are counted [s]; not every system announces a change."""
_BLANKS: dict[Action, Colour] = {Action.BLACK: (0, 0, 0), Action.WHITE: (255, 255, 255)}


class Presenter:
    """The mode of presenting, on or off."""

    def __init__(self, session: Watched, window: Window, display: int | None) -> None:
        """Be off; `display` is the audience's, from 0; None = the second one if there is one."""
        self.on = False
        self.blank: Action | None = None
        self._session, self._window = session, window
        self._display = display
        self._notes: Notes | None = None
        self._before: tuple[bool, bool] | None = None
        self._known: list[tuple[int, int]] = []
        self._talked_s = self._since_s = 0.0

    # on and off -----------------------------------------------------------------------------------

    def enter(self, theme: Theme, type_: Type) -> None:
        """Begin to present from here."""
        if self.on:
            return
        self.on, self.blank, self._talked_s = True, None, 0.0
        self._before = (self._window.fullscreen, _screen_saver())
        self._notes = Notes(theme, type_)
        self._place()
        self._quieten()

    def leave(self) -> None:
        """Be an ordinary window again, as before."""
        if not self.on:
            return
        self.on, self.blank = False, None
        if self._notes is not None:
            self._notes.close()
        was_full, saver = self._before or (False, True)
        with contextlib.suppress(pygame.error):
            pygame.mouse.set_visible(True)
            pygame.display.set_allow_screensaver(saver)
            if not was_full and self._window.fullscreen:
                self._window.leave_screen()

    def _place(self) -> None:
        """Put the picture and the notes on the displays that there are now."""
        self._known = window_module.displays()
        wanted = self._display if self._display is not None else 1
        audience = max(0, min(wanted, len(self._known) - 1))
        if self._notes is not None:
            self._notes.close()  # first: its farewell must come before what the picture says
        with contextlib.suppress(pygame.error):
            why = self._window.fill_screen(audience)
            if why:
                self._session.notify(why)
        spare = next((n for n in range(len(self._known)) if n != audience), None)
        if self._notes is not None and spare is not None:
            self._notes.open(spare, self._known[spare])

    @staticmethod
    def _quieten() -> None:
        with contextlib.suppress(pygame.error):
            pygame.mouse.set_visible(False)
            pygame.display.set_allow_screensaver(False)

    # what is pressed, what happens ----------------------------------------------------------------

    def perform(self, action: Action) -> bool:
        """Do what a clicker asks for; return whether it was for the presenter."""
        moves: dict[Action, Callable[[], None]] = {
            Action.NEXT_CUE: self._session.next_cue,
            Action.PREVIOUS_CUE: self._session.previous_cue,
            Action.FROM_BEGINNING: self._session.from_beginning,
            Action.LEAVE: self.leave,
        }
        if not self.on:
            return action in moves or action in _BLANKS
        if action in _BLANKS:
            self.blank = None if self.blank is not None else action
        elif action in moves:
            back, self.blank = self.blank, None
            # as in slide programs, the first press after a black screen only brings the picture
            if back is None or action is Action.LEAVE:
                moves[action]()
        else:
            return False
        return True

    def handle(self, event: pygame.Event) -> bool:
        """Take an event of the second window, or of displays that change; True if it was one."""
        if event.type == pygame.WINDOWDISPLAYCHANGED:
            self._since_s = LOOK_S
        if self._notes is None or not self._notes.owns(event):
            return False
        if event.type == pygame.WINDOWCLOSE:
            self._notes.close()
        # a key is a key in whichever window the speaker has clicked
        return event.type not in (pygame.KEYDOWN, pygame.KEYUP, pygame.QUIT)

    def drop(self) -> None:
        """Forget the windows: the display went away, and they with it."""
        if self._notes is not None:
            self._notes.close()
        self._known = []

    def pass_time(self, scene: Scene, elapsed_s: float) -> None:
        """Let wall time pass [s]: look after the displays, bring the notes up to date."""
        if not self.on:
            return
        self._talked_s += max(0.0, elapsed_s)
        self._since_s += max(0.0, elapsed_s)
        if self._since_s >= LOOK_S:
            self._since_s = 0.0
            if pygame.display.get_init() and window_module.displays() != self._known:
                self._place()
                self._quieten()
        if self._notes is not None and self._notes.shown:
            self._notes.show(self._session.cue(), scene, self._talked_s, elapsed_s)

    def cover(self, surface: pygame.Surface) -> bool:
        """Fill the screen where it is blank; return whether it is."""
        if self.blank is None:
            return False
        surface.fill(_BLANKS[self.blank])
        return True


def _screen_saver() -> bool:
    try:
        return bool(pygame.display.get_allow_screensaver())
    except pygame.error:
        return True
