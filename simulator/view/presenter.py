"""Presentation mode: full screen for an audience, notes for the speaker, the keys of a clicker.

In: keys, cues of the show, elapsed wall time [s]. Out: a full screen without a cursor or a screen
saver, a second window with notes if there is a second display, calls to go on or back.
"""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import pygame

from simulator.errors import LightpaceError, LightpaceWarning
from simulator.stage.keys import Action
from simulator.stage.scene import Cue, Outline, Scene
from simulator.units import format_clock
from simulator.view import window as window_module
from simulator.view.arranging import lecture_panels
from simulator.view.camera import resting
from simulator.view.layout import Box
from simulator.view.panels import chapter
from simulator.view.panels.cards import draw_problem
from simulator.view.picture import Painter, PictureOptions, layout_of
from simulator.view.preferences import load_timings, rehearsals_file, save_timings
from simulator.view.text import BOLD, REGULAR, SEMIBOLD, Style, Type, shrink
from simulator.view.theme import NIGHT, Colour, Theme
from simulator.view.window import Window

if TYPE_CHECKING:
    from simulator.session import Session
    from simulator.view.layout import Layout

LOOK_S = 1.0
"""Interval between counts of the displays [s]; not every system announces a change."""
TYPED_S = 3.0
"""How long a typed number waits for Enter [s]."""
SMALL_PX, SMALL_TALL_PX = 640, 480
"""Width of the chapters' small pictures, and of tall ones, which have the chart from there on [px].
"""
HALLS = ((1920, 1080), (1280, 720), (1024, 768))
"""Screen sizes for which captions are tested."""
_BLANKS: dict[Action, Colour] = {Action.BLACK: (0, 0, 0), Action.WHITE: (255, 255, 255)}
_LEAVE = "Esc or Enter once more ends the presentation."
_KEEP = "K ends it too and keeps the timings of this rehearsal. Any other key stays."
_ASKED = "Esc or Enter: end. K: end and keep these timings. Any other key: stay."


def misfits(
    scenes: Sequence[Scene], sizes: Sequence[tuple[int, int]], type_: Type | None = None
) -> list[tuple[int, str]]:
    """Return each chapter whose caption does not fit a picture of one of the sizes [px], and why.

    It is tested with its real figures, as it is presented and as the window shows it.
    """
    found, type_ = [], type_ or Type()
    for staging in (scene.staging for scene in scenes):
        if staging is None or not staging.whole:
            continue
        for (wide, high), presenting in product(sizes, (True, False)):
            layout = layout_of((wide, high), staging, PictureOptions(presenting=presenting))
            box, style = layout.caption, Style(type_, layout.sizes, NIGHT)
            if box is None or not chapter.caption_plan(staging, box, style).fits:
                how = "as it is presented" if presenting else "in a window"
                why = f"the caption is longer than {chapter.LINES} lines {how} at {wide}x{high}"
                found.append((staging.chapter, why))
    return found


def without_room(
    scenes: Sequence[Scene], sizes: Sequence[tuple[int, int]]
) -> list[tuple[int, str]]:
    """Return each chapter with a side panel that a size [px] has no room for, and which one."""
    found = []
    for staging, (wide, high) in product((scene.staging for scene in scenes), sizes):
        if staging is None:
            continue
        layout = layout_of((wide, high), staging, PictureOptions(presenting=True))
        for name in lecture_panels(staging.panels):
            if name not in dict(layout.side):
                panel = "meters" if name == "live" else name.replace("_", " ")
                why = f"there is no room for {panel} as it is presented at {wide}x{high}"
                found.append((staging.chapter, why))
    return found


@dataclass
class _Rehearsal:
    """Talking time in all, and by name of chapter [s]."""

    outline: Outline
    before: dict[str, float]
    spent: dict[str, float]
    runs: bool = False

    @property
    def talked_s(self) -> float:
        return sum(self.spent.values())

    def pass_time(self, number: int, elapsed_s: float) -> None:
        if self.runs and number <= len(self.outline.names):
            name = self.outline.names[number - 1]
            self.spent[name] = self.spent.get(name, 0.0) + elapsed_s


class Presenter:
    """Presentation mode, on or off."""

    def __init__(self, session: Session, window: Window, display: int | None) -> None:
        """Start switched off; `display` is the audience's, from 0; None = the second if present."""
        self.on = False
        self.blank: Action | None = None
        self._session, self._window = session, window
        self._display = display
        self._notes: Notes | None = None
        self._before: tuple[bool, bool] | None = None
        self._known: list[tuple[int, int]] = []
        self._since_s = self._typed_s = 0.0
        self._typed = ""
        self._asks = self._shows_link = False
        self._chosen: int | None = None
        self._ends: Callable[[], None] | None = None
        self._small: list[pygame.Surface] = []
        self._rehearsal = _Rehearsal(Outline("", ()), {}, {})

    # on and off -----------------------------------------------------------------------------------

    def enter(self, theme: Theme, type_: Type, ends: Callable[[], None] | None = None) -> None:
        """Start presenting from here; `ends` is called if leaving the mode ends the program.

        Every chapter's small picture is drawn now, so that no press waits for one.
        """
        if self.on:
            return
        self.on, self.blank, self._ends = True, None, ends
        self._asks, self._chosen, self._typed, self._shows_link = False, None, "", False
        outline = self._session.director.outline()
        self._rehearsal = _Rehearsal(outline, load_timings(rehearsals_file(), outline), {})
        self._before = (self._window.fullscreen, _screen_saver())
        self._notes = Notes(theme, type_)
        self._place()
        self._quieten()
        scenes = [self._session.director.preview(n + 1) for n in range(len(outline.names))]
        self._small = small_pictures(scenes, self._window.size, theme, type_)
        sizes = dict.fromkeys((*HALLS, *self._known[:4], self._window.size))
        known = tuple(sizes)
        for number, why in (*misfits(scenes, known, type_), *without_room(scenes, known)):
            words = f"Chapter {number}, {outline.names[number - 1]}: {why}."
            warnings.warn(words, LightpaceWarning, stacklevel=2)
            self._session.notify(words)

    def leave(self) -> None:
        """Restore the ordinary window."""
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
        """Put the picture and the notes on the displays present now."""
        self._known = window_module.displays()
        wanted = self._display if self._display is not None else 1
        audience = max(0, min(wanted, len(self._known) - 1))
        if self._notes is not None:
            self._notes.close()  # first: its closing event must precede those of the picture
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

    # -- events and time ---------------------------------------------------------------------------

    def stay(self) -> None:
        """Handle a key without a meaning: it answers "no" to the question before the end."""
        self._asks = False

    def perform(self, action: Action) -> bool:
        """Perform a clicker's action; return whether it was for the presenter."""
        moves: dict[Action, Callable[[], None]] = {
            Action.NEXT_CUE: self._session.director.next_cue,
            Action.PREVIOUS_CUE: self._session.director.previous_cue,
            Action.FROM_BEGINNING: self._session.director.from_beginning,
            Action.ENTER: self._enter,
            Action.LEAVE: self._ask_to_leave,
        }
        switches = {
            Action.OVERVIEW: self._open_overview,
            Action.TIMER: self._switch_timer,
            Action.LINK: self._switch_link,
        }
        if not self.on:
            return action in moves or action in switches or action in _BLANKS
        if self._asks:
            self._answer(action)
        elif self.blank is not None and action is not Action.LEAVE:
            # as in slide programs, the first press after a blank screen only restores the picture
            self.blank = None
        elif action in _BLANKS:
            self.blank, self._chosen = action, None
        elif action in moves:
            self.blank = None
            self._move(action, moves[action])
        elif action in switches:
            switches[action]()
        else:
            return False
        return True

    def _move(self, action: Action, move: Callable[[], None]) -> None:
        if action is not Action.ENTER:
            self._typed = ""
        if self._shows_link:
            self._shows_link = False
        elif self._chosen is not None and action in (Action.NEXT_CUE, Action.PREVIOUS_CUE):
            step = 1 if action is Action.NEXT_CUE else -1
            self._chosen = (self._chosen - 1 + step) % len(self._rehearsal.outline.names) + 1
        elif self._chosen is not None and action is Action.LEAVE:
            self._chosen = None
        else:
            if action is not Action.LEAVE and not self._rehearsal.spent:
                self._rehearsal.runs = True
            move()

    def digit(self, digit: str) -> None:
        """Add a digit to a chapter's number; to the question before the end it answers "no"."""
        self.stay()
        if self.blank is not None:
            self.blank = None
        else:
            self._typed, self._typed_s = (self._typed + digit)[-3:], 0.0

    def _enter(self) -> None:
        """Go to the typed number or the overview's choice; otherwise go on."""
        number = int(self._typed) if self._typed else self._chosen
        self._typed, self._chosen = "", None
        if number is None:
            self._session.director.next_cue()
        else:
            self._session.director.jump(number)

    def _open_overview(self) -> None:
        self._chosen = self._session.director.cue().number if self._chosen is None else None

    def _switch_timer(self) -> None:
        self._rehearsal.runs = not self._rehearsal.runs

    def _switch_link(self) -> None:
        if not self._rehearsal.outline.link:
            self._session.notify("There is no link: a story names its page by link:.")
        else:
            self._shows_link = not self._shows_link

    def _ask_to_leave(self) -> None:
        """Leave at once if a window remains, otherwise ask first."""
        if self._ends is None:
            self.leave()
        else:
            self._asks = True

    def _answer(self, action: Action) -> None:
        self._asks = False
        if action is Action.KNOB:
            try:
                save_timings(rehearsals_file(), self._rehearsal.outline, self._rehearsal.spent)
            except LightpaceError as error:
                self._session.notify(f"{error}")
                return
        if action in (Action.LEAVE, Action.ENTER, Action.KNOB) and self._ends is not None:
            self._ends()

    def handle(self, event: pygame.Event) -> bool:
        """Handle an event of the second window, or a change of displays; return if it was one."""
        if event.type == pygame.WINDOWDISPLAYCHANGED:
            self._since_s = LOOK_S
        if self._notes is None or not self._notes.owns(event):
            return False
        if event.type == pygame.WINDOWCLOSE:
            self._notes.close()
        # keys and clicks count in whichever window the speaker is
        pressed = (pygame.KEYDOWN, pygame.KEYUP, pygame.QUIT, pygame.MOUSEBUTTONDOWN)
        return event.type not in pressed

    def click(self, event: pygame.Event) -> Action | None:
        """Return the action of a mouse button: some clickers act as mice.

        In the overview it goes to the clicked picture.
        """
        if self._chosen is not None and event.button == pygame.BUTTON_LEFT:
            shape = self._small[0].get_size()
            boxes = chapter.overview_boxes(self._window.size, len(self._small), shape)
            at = (n for n, box in enumerate(boxes, 1) if pygame.Rect(box).collidepoint(event.pos))
            self._chosen = next(at, self._chosen)
            return Action.ENTER
        return _BUTTONS.get(event.button)

    def drop(self) -> None:
        """Forget the windows: they are gone with their display."""
        if self._notes is not None:
            self._notes.close()
        self._known = []

    @property
    def takes_marks(self) -> bool:
        """Whether the speaker's marks go over the picture: it is not blank, and no notes show."""
        return self.blank is None and not (self._notes is not None and self._notes.shown)

    def pass_time(self, scene: Scene, elapsed_s: float, recorded_s: float | None = None) -> None:
        """Let wall time pass [s]: check the displays, update the notes.

        `recorded_s`: the length of the film so far [s]; None without one.
        """
        if not self.on:
            return
        elapsed_s = max(0.0, elapsed_s)
        self._since_s += elapsed_s
        self._typed_s += elapsed_s
        if self._typed_s >= TYPED_S:
            self._typed = ""
        if self._since_s >= LOOK_S:
            self._since_s = 0.0
            if pygame.display.get_init() and window_module.displays() != self._known:
                self._place()
                self._quieten()
        cue = self._session.director.cue()
        self._rehearsal.pass_time(cue.number, elapsed_s)
        if self._notes is not None and self._notes.shown:
            self._notes.show(self._speakers(cue, recorded_s), scene, elapsed_s)

    def _speakers(self, cue: Cue, recorded_s: float | None) -> SpeakersView:
        done = self._rehearsal
        following = self._small[cue.number] if cue.number < len(self._small) else None
        state = ""
        if self._asks:
            state = _ASKED
        elif self._typed:
            state = f"{self._typed} and Enter: to chapter {self._typed}"
        elif self.blank is not None:
            state = "The screen is blank: the next press brings it back."
        name = done.outline.names[cue.number - 1] if cue.number <= len(done.outline.names) else ""
        clock = time.strftime("%H:%M:%S")
        return SpeakersView(
            cue,
            done.talked_s,
            done.runs,
            clock,
            following,
            state,
            done.before.get(name),
            recorded_s,
        )

    def cover(self, surface: pygame.Surface, style: Style) -> bool:
        """Draw what replaces the picture, if anything; return whether it did."""
        if self.blank is not None:
            surface.fill(_BLANKS[self.blank])
        elif self._shows_link:
            chapter.draw_link(surface, self._rehearsal.outline.link, style)
        elif self._chosen is not None:
            names = self._rehearsal.outline.names
            chapter.draw_overview(surface, names, self._small, self._chosen, style)
        else:
            return False
        return True

    def draw_over(self, surface: pygame.Surface, layout: Layout, style: Style) -> None:
        """Draw the question before the end: next to the notes if shown, else over the picture."""
        if self._asks and not (self._notes is not None and self._notes.shown):
            draw_problem(surface, _KEEP, layout, style, _LEAVE)


_BUTTONS = {
    pygame.BUTTON_LEFT: Action.NEXT_CUE,
    pygame.BUTTON_RIGHT: Action.PREVIOUS_CUE,
    pygame.BUTTON_X1: Action.PREVIOUS_CUE,
    pygame.BUTTON_X2: Action.NEXT_CUE,
}


def small_pictures(
    scenes: Sequence[Scene], screen: tuple[int, int], theme: Theme, type_: Type
) -> list[pygame.Surface]:
    """Return each chapter's first moment as a small picture, in the shape of the screen [px]."""
    painter, pictures = Painter(theme, type_), []
    wide = SMALL_PX if screen[0] >= screen[1] else SMALL_TALL_PX
    size = wide, max(1, wide * screen[1] // max(1, screen[0]))
    for scene in scenes:
        camera = resting(scene.staging.camera) if scene.staging is not None else None
        options = PictureOptions(presenting=True)
        if camera is not None:
            options = replace(options, shot=camera)
        surface = pygame.Surface(size, 0, 32)
        painter.draw(surface, scene, options)
        pictures.append(surface)
    return pictures


def _screen_saver() -> bool:
    try:
        return bool(pygame.display.get_allow_screensaver())
    except pygame.error:
        return True


# -- the speaker's window --------------------------------------------------------------------------


EACH_S = 0.1
"""Interval between drawings of the notes [s]: they change slowly, and the audience's picture comes
first.
"""
_ON_DISPLAY = 0x2FFF0000
"""SDL's position code for "in the middle of display n": this, plus n."""


@dataclass(frozen=True, slots=True, eq=False)
class SpeakersView:
    """What the speaker sees.

    Attributes:
        cue: the words, and the time left.
        talked_s: the timer [s], and whether it `runs`.
        clock: the time of day.
        following: the next chapter's picture; None at the end.
        state: what the next press does, if that is not obvious.
        before_s: how long this chapter took in the rehearsal that was kept [s].
        recorded_s: how long the film of it is by now [s].
    """

    cue: Cue
    talked_s: float
    runs: bool
    clock: str
    following: pygame.Surface | None
    state: str = ""
    before_s: float | None = None
    recorded_s: float | None = None


class Notes:
    """The second window."""

    def __init__(self, theme: Theme, type_: Type) -> None:
        """Show nothing yet; `type_` is shared with the picture, since fonts are open files."""
        self._theme, self._type = theme, type_
        self._window: pygame.Window | None = None
        self._since_s = EACH_S
        self._farewells = 0

    @property
    def shown(self) -> bool:
        """Whether the window is open."""
        return self._window is not None

    def open(self, display: int, size: tuple[int, int]) -> None:
        """Open the window on a display in a size [px]; a failure is ignored."""
        self.close()
        wanted = (max(1, round(0.9 * size[0])), max(1, round(0.85 * size[1])))
        place = _ON_DISPLAY + display
        try:
            self._window = pygame.Window("lightpace: notes", wanted, (place, place), resizable=True)
            self._since_s = EACH_S
        except (pygame.error, ValueError, TypeError, OverflowError):
            self._window = None

    def close(self) -> None:
        """Close the window."""
        window, self._window = self._window, None
        if window is not None and pygame.display.get_init():
            window.destroy()
            self._farewells += 1

    def owns(self, event: pygame.Event) -> bool:
        """Return whether an event concerns this window, or reports that it closed.

        The latter comes without a window, just as if the picture had been hidden.
        """
        about = getattr(event, "window", None)
        if about is None and event.type == pygame.WINDOWHIDDEN and self._farewells:
            self._farewells -= 1
            return True
        return self._window is not None and about is self._window

    def show(self, view: SpeakersView, scene: Scene, elapsed_s: float) -> None:
        """Update the window a few times a second."""
        self._since_s += max(0.0, elapsed_s)
        if self._window is None or self._since_s < EACH_S:
            return
        self._since_s = 0.0
        try:
            surface = self._window.get_surface()
            draw_notes(surface, view, scene, self._type, self._theme)
            self._window.flip()
        except pygame.error:
            self.close()


def draw_notes(
    surface: pygame.Surface, view: SpeakersView, scene: Scene, type_: Type, theme: Theme
) -> None:
    """Draw what the speaker reads.

    The clocks are above; then the words shown and the notes, large; the preview is at the right and
    at the bottom.
    """
    width, height = surface.get_size()
    unit = max(0.2, min(width / 1280, height / 720))
    surface.fill(theme.back)
    pad, small, lead, big = (round(n * unit) for n in (36, 20, 28, 54))
    inner, cue = max(1, width - 2 * pad), view.cue
    top, foot = round(pad + 2.1 * big), round(height - pad - 4.0 * lead)
    _draw_clocks(surface, view, scene, Box(pad, pad, inner, top - pad), type_, theme)
    for line in (top, foot):
        surface.fill(theme.edge, (pad, line, inner, max(1, round(unit))))
    body = Box(pad, top + pad // 2, inner, max(1, foot - top - pad))
    if view.following is not None:
        across, down = view.following.get_size()
        wide = max(1, min(round(0.36 * inner), body.h * across // down))
        high = max(1, wide * down // across)
        picture = pygame.transform.smoothscale(view.following, (wide, high))
        at = (body.right - wide, body.bottom - high)
        surface.blit(picture, at)
        pygame.draw.rect(surface, theme.edge, (*at, wide, high), max(1, round(unit)))
        body = body._replace(w=max(1, body.w - wide - pad))
    said = Box(*body[:3], 3 * lead)
    used = _paragraphs(surface, cue.caption, said, lead, theme.muted, type_)
    rest = Box(body.x, body.y + used + pad // 3, body.w, max(1, body.h - used - pad // 3))
    _paragraphs(surface, cue.notes, rest, round(40 * unit), theme.text, type_)
    above = foot + 0.8 * lead
    type_.caps(surface, "next", (pad, above), small, theme.faint)
    note = view.state or scene.notice or (f"knobs (K): {cue.knobs}" if cue.knobs else "")
    tint, room = theme.warning if view.state or scene.notice else theme.muted, round(0.85 * inner)
    px = shrink(lead, 6, lambda px: type_.width(note, SEMIBOLD, px) <= room)
    type_.write(surface, note, (width - pad, above), SEMIBOLD, px, tint, align=1, width=room)
    below = Box(pad, round(foot + 1.5 * lead), inner, max(1, round(2.7 * lead)))
    _paragraphs(surface, cue.next_caption or "the end", below, lead, theme.text, type_)


def _draw_clocks(
    surface: pygame.Surface, view: SpeakersView, scene: Scene, box: Box, type_: Type, theme: Theme
) -> None:
    """Draw the race's clock, the timer, the time of day, the time left, and the chapter."""
    cue, digits = view.cue, partial(type_.digits, surface)
    big, lead = max(6, round(box.h / 2.1)), max(6, round(box.h / 4.1))
    y, below = box.y + big / 2, box.y + 1.6 * big
    x = float(box.x + digits(format_clock(scene.time_s), (box.x, y), BOLD, big, theme.text) + lead)
    state = "paused" if scene.paused else f"{scene.speed:g}×"
    type_.write(surface, state, (x, y + 0.1 * big), SEMIBOLD, lead, theme.muted)
    x = box.right - digits(view.clock, (box.right, y), BOLD, big, theme.text, align=1) - 1.5 * lead
    timer = format_clock(view.talked_s)[:-2]
    tint = theme.own if view.runs else theme.muted
    digits(timer, (x, y), BOLD, big, tint, align=1)
    texts = [f"{cue.number} of {cue.count}"]
    if cue.left_s is not None and cue.all_left_s is not None:
        whole = format_clock(cue.all_left_s, 0)
        texts.append(f"left: {format_clock(cue.left_s, 0)}, of all {whole}")
    if view.before_s is not None:
        texts.append(f"rehearsed: {format_clock(view.before_s, 0)}")
    texts.append("timer" if view.runs else "timer stopped, T")
    if view.recorded_s is not None:
        texts.append(f"REC {format_clock(view.recorded_s, 0)}")
    line = "   ·   ".join(texts)
    px = shrink(lead, 6, lambda px: type_.width(line, SEMIBOLD, px) <= box.w)
    type_.write(surface, line, (box.x, below), SEMIBOLD, px, theme.muted, width=box.w)


def _paragraphs(
    surface: pygame.Surface, text: str, box: Box, px: int, colour: Colour, type_: Type
) -> int:
    """Write paragraphs into a box, smaller if they are long; return the height used [px]."""

    def lines_at(px: int) -> list[str]:
        wrapped = (type_.wrap(each, REGULAR, px, box.w) or [""] for each in text.splitlines())
        return [line for lines in wrapped for line in lines]

    px = shrink(px, 14, lambda px: len(lines_at(px)) * round(1.35 * px) <= box.h)
    lines, step = lines_at(px), round(1.35 * px)
    for i, line in enumerate(lines[: max(1, box.h // step)]):
        at = (box.x, box.y + (i + 0.5) * step)
        type_.write(surface, line, at, REGULAR, px, colour, width=box.w)
    return min(len(lines) * step, box.h)
