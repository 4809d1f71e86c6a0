"""Presenting: full screen for an audience, notes for whoever speaks, the keys of a clicker.

In: keys, cues of what is watched, elapsed wall time [s]. Out: a full screen without a cursor or a
screen saver, a second window with notes where there is a second display, calls to go on or back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pygame

from simulator.stage.keys import Action
from simulator.stage.scene import Cue, Scene
from simulator.units import format_clock
from simulator.view import window as window_module
from simulator.view.layout import Box
from simulator.view.text import BOLD, REGULAR, SEMIBOLD, Type, shrink
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


# -- the speaker's window --------------------------------------------------------------------------


EACH_S = 0.1
"""The notes are drawn this often [s]: they change slowly, and the audience's picture is dearer."""
_ON_DISPLAY = 0x2FFF0000
"""SDL's way of saying "in the middle of display n" as a position: this, with n added."""


class Notes:
    """The second window."""

    def __init__(self, theme: Theme, type_: Type) -> None:
        """Show nothing yet; `type_` is the picture's own: fonts are open files."""
        self._theme, self._type = theme, type_
        self._window: pygame.Window | None = None
        self._since_s = EACH_S
        self._farewells = 0

    @property
    def shown(self) -> bool:
        """Whether the window is there."""
        return self._window is not None

    def open(self, display: int, size: tuple[int, int]) -> None:
        """Open the window on a display of a size [px]; one that is refused is only missing."""
        self.close()
        wanted = (max(1, round(0.9 * size[0])), max(1, round(0.85 * size[1])))
        place = _ON_DISPLAY + display
        try:
            self._window = pygame.Window("lightpace: notes", wanted, (place, place), resizable=True)
            self._since_s = EACH_S
        except (pygame.error, ValueError, TypeError, OverflowError):
            self._window = None

    def close(self) -> None:
        """Take the window away."""
        window, self._window = self._window, None
        if window is not None and pygame.display.get_init():
            window.destroy()
            self._farewells += 1

    def owns(self, event: pygame.Event) -> bool:
        """Return whether an event is about this window, or tells that it went.

        That last one comes without a window's name, just as if the picture had been hidden.
        """
        about = getattr(event, "window", None)
        if about is None and event.type == pygame.WINDOWHIDDEN and self._farewells:
            self._farewells -= 1
            return True
        return self._window is not None and about is self._window

    def show(self, cue: Cue, scene: Scene, talked_s: float, elapsed_s: float) -> None:
        """Bring the window up to date, some times a second."""
        self._since_s += max(0.0, elapsed_s)
        if self._window is None or self._since_s < EACH_S:
            return
        self._since_s = 0.0
        try:
            surface = self._window.get_surface()
            draw_notes(surface, cue, scene, talked_s, self._type, self._theme)
            self._window.flip()
        except pygame.error:
            self.close()


def draw_notes(
    surface: pygame.Surface, cue: Cue, scene: Scene, talked_s: float, type_: Type, theme: Theme
) -> None:
    """Draw what the speaker reads: this cue above, the notes large, the next cue at the foot."""
    width, height = surface.get_size()
    unit = max(0.2, min(width / 1280, height / 720))
    write, digits = partial(type_.write, surface), partial(type_.digits, surface)
    surface.fill(theme.back)
    pad = round(36 * unit)
    small, lead, big = round(20 * unit), round(30 * unit), round(58 * unit)
    inner, right, y = max(1, width - 2 * pad), width - pad, pad + big / 2
    x = pad + digits(format_clock(scene.time_s), (pad, y), BOLD, big, theme.text) + pad
    state = "paused" if scene.paused else f"{scene.speed:g}×"
    write(state, (x, y + 0.1 * big), SEMIBOLD, lead, theme.muted)
    where = f"{cue.number} of {cue.count}"
    x = right - digits(where, (right, y), SEMIBOLD, lead, theme.own, align=1) - pad
    talked = f"talking {format_clock(talked_s)[:-2]}"
    digits(talked, (x, y), SEMIBOLD, lead, theme.muted, align=1)
    top, foot = round(pad + 1.35 * big), round(height - pad - 3.2 * lead)
    for line in (top, foot):
        surface.fill(theme.edge, (pad, line, inner, max(1, round(unit))))
    body = Box(pad, top + pad // 2, inner, max(1, foot - top - pad))
    said = Box(*body[:3], 3 * lead)
    used = _paragraphs(surface, cue.caption, said, lead, theme.muted, type_)
    rest = Box(body.x, body.y + used + pad // 3, body.w, max(1, body.h - used - pad // 3))
    _paragraphs(surface, cue.notes, rest, round(40 * unit), theme.text, type_)
    above, below = foot + 0.9 * lead, foot + 2.2 * lead
    type_.caps(surface, "next", (pad, above), small, theme.faint)
    if scene.notice:
        at, room = (right, above), round(0.7 * inner)
        write(scene.notice, at, REGULAR, small, theme.warning, align=1, width=room)
    following = cue.next_caption or "the end"
    write(following, (pad, below), SEMIBOLD, lead, theme.text, width=inner)


def _paragraphs(
    surface: pygame.Surface, text: str, box: Box, px: int, colour: Colour, type_: Type
) -> int:
    """Write paragraphs into a box, smaller where they are long; return the height used [px]."""

    def lines_at(px: int) -> list[str]:
        paragraphs = (paragraph.split() for paragraph in text.splitlines())
        wrapped = (type_.wrap(words, REGULAR, px, box.w) or [""] for words in paragraphs)
        return [line for lines in wrapped for line in lines]

    px = shrink(px, 14, lambda px: len(lines_at(px)) * round(1.35 * px) <= box.h)
    lines, step = lines_at(px), round(1.35 * px)
    for i, line in enumerate(lines[: max(1, box.h // step)]):
        at = (box.x, box.y + (i + 0.5) * step)
        type_.write(surface, line, at, REGULAR, px, colour, width=box.w)
    return min(len(lines) * step, box.h)
