"""Immediate-mode controls: one call draws a control and registers its callbacks for input.

In: a surface and `Control`s; then the events of the window. Out: pixels, and calls of the controls'
callbacks. `Ui.render` draws all controls of a panel again whenever one of them changed. Events
between two pictures go to the controls as they were last drawn, so that there is no tree of objects
to keep in step with the screen.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pygame

from simulator.view.layout import Box
from simulator.view.panels.cards import ground
from simulator.view.panels.panel import arrow
from simulator.view.text import REGULAR, SEMIBOLD, Style
from simulator.view.theme import Colour, mix

Key = tuple[str, ...]
"""The key of a control, such as `("knob", "pacers.count")`: unique within its panel."""
Moved = Callable[[int, int], object]
DOUBLE_CLICK_S = 0.4
"""Two clicks within this time are a double click [s of wall clock]."""
TOOLTIP_S = 0.6
"""How long the mouse rests on a control before its tooltip appears [s of wall clock]."""
FAR = 10**9
"""Enough steps to reach the end of any slider."""
_BLINK_S = 0.5
_LONGEST = 200
_NOWHERE = (-100_000, -100_000)
_ENTER = (pygame.K_RETURN, pygame.K_KP_ENTER)
_PRESS = (*_ENTER, pygame.K_SPACE)
_ERASE = (pygame.K_DELETE, pygame.K_BACKSPACE)
_ENDS = {pygame.K_HOME: -FAR, pygame.K_END: FAR}
_ACROSS = {pygame.K_LEFT: -1, pygame.K_RIGHT: 1}
_DOWN = {pygame.K_UP: -1, pygame.K_DOWN: 1}
_IN_LIST = {**_DOWN, **_ENDS, pygame.K_PAGEDOWN: 5, pygame.K_PAGEUP: -5}
_COMMAND = pygame.KMOD_CTRL | pygame.KMOD_META
_BEGINS_A_NUMBER = "0123456789.-+"


@dataclass(slots=True, kw_only=True)
class Control:
    """The place of a control and what it does; its appearance is the call that draws it.

    Attributes:
        key: its key.
        box: its box [px of the panel]; `ring`: the focus ring's, if different.
        note: the sentence that explains it.
        stop: Tab stops at it.
        press: what a click, Enter or Space does.
        drag: gets the pointer while the mouse holds it, also from outside [px of the panel].
        step: gets the arrow keys as steps to the right and down, ten at a time with Shift.
        reset: what Delete and Backspace do; on a label, a double click.
        entry: the field that gets typed text while this control has the focus.
        text: the initial text of a field's entry.
        accept: gets the text of an entry; False keeps it open. `cancel`: the entry was cancelled.
        options: the options of a choice; `choose` gets the chosen one.
        swatch: returns the colour shown with an option; None: options show none.
        span: the lowest and the highest value of a slider; `turn` gets the value dragged to and
            both of these as they were at the start of the drag.
        view: the part of the panel that it scrolls in; set when it is drawn.
    """

    key: Key
    box: Box
    ring: Box | None = None
    note: str = ""
    stop: bool = True
    press: Callable[[], object] | None = None
    drag: Moved | None = None
    step: Moved | None = None
    reset: Callable[[], object] | None = None
    entry: Key | None = None
    text: str = ""
    accept: Callable[[str], bool] | None = None
    cancel: Callable[[], object] | None = None
    options: tuple[str, ...] = ()
    choose: Callable[[str], object] | None = None
    swatch: Callable[[str], Colour] | None = None
    span: tuple[float, float] = (0.0, 1.0)
    turn: Callable[[float, float, float], object] | None = None
    view: Box | None = None

    def hit(self, at: tuple[int, int]) -> bool:
        """Return whether a point is on the visible part."""
        return self.box.holds(at) and (self.view is None or self.view.holds(at))


@dataclass(frozen=True, slots=True)
class Popup:
    """The open list of a choice: its options and the highlighted one."""

    owner: Key
    options: tuple[str, ...]
    marked: int

    def move(self, steps: int) -> Popup:
        """Return it with the highlight `steps` further down, stopping at the ends."""
        return replace(self, marked=min(max(0, self.marked + steps), len(self.options) - 1))


@dataclass(slots=True)
class TextEntry:
    """A text being typed: the caret, the start of its selection, and the input method's part."""

    key: Key
    text: str
    caret: int
    anchor: int
    composing: str = ""
    typed_s: float = 0.0

    @property
    def selected(self) -> slice:
        """The part of the text that is selected."""
        return slice(min(self.caret, self.anchor), max(self.caret, self.anchor))

    def insert(self, text: str) -> None:
        """Replace the selection by `text`."""
        before, after = self.text[: self.selected.start], self.text[self.selected.stop :]
        text = "".join(c for c in text if c.isprintable())[: _LONGEST - len(before + after)]
        self.text = before + text + after
        self.caret = self.anchor = len(before + text)

    def move(self, to: int, *, select: bool) -> None:
        """Move the caret; with `select` the other end of the selection stays."""
        self.caret = min(max(0, to), len(self.text))
        self.anchor = self.anchor if select else self.caret

    def edit(self, event: pygame.Event) -> None:
        """Handle a KEYDOWN that moves, deletes, selects, copies or pastes."""
        mods, key, at = getattr(event, "mod", 0), event.key, self.selected
        select, command = bool(mods & pygame.KMOD_SHIFT), bool(mods & _COMMAND)
        if key in _ACROSS and at.start != at.stop and not select and not command:
            self.move(at.start if _ACROSS[key] < 0 else at.stop, select=False)
        elif key in _ACROSS:
            self.move(self.caret + _ACROSS[key] * (FAR if command else 1), select=select)
        elif key in _ENDS:
            self.move(_ENDS[key], select=select)
        elif key in _ERASE:
            if at.start == at.stop:
                self.move(self.caret + (1 if key == pygame.K_DELETE else -1), select=True)
            self.insert("")
        elif command and key == pygame.K_a:
            self.anchor, self.caret = 0, len(self.text)
        elif command and key == pygame.K_v:
            self.insert(pygame.scrap.get_text())
        elif command and key in (pygame.K_c, pygame.K_x) and at.start != at.stop:
            pygame.scrap.put_text(self.text[at])
            if key == pygame.K_x:
                self.insert("")


class Ui:
    """The controls of one panel as last drawn, and the user's interaction with them."""

    def __init__(self) -> None:
        """Start without controls; `begin` provides a surface to draw on."""
        self.controls: list[Control] = []
        self.focus: Key | None = None
        self.hover: Key | None = None
        self.entry: TextEntry | None = None
        self.popup: Popup | None = None
        self.stale = True
        self.picture: pygame.Surface | None = None
        self.scroll = 0
        self.now_s = 0.0
        self.origin = (0, 0)
        self.size = (0, 0)
        self._pointer = _NOWHERE
        self._hovered_s = 0.0
        self._held: Control | None = None
        self._drag_to: tuple[int, int] | None = None
        self._clicked: tuple[Key | None, float] = (None, -1.0)
        self._view: Box | None = None
        self._scrollable: Box | None = None
        self._heights: dict[Key, int] = {}
        self._furthest = 0
        self._caret_shown = True
        self._shown: object = None

    # one picture ------------------------------------------------------------------------------

    def render(
        self, box: Box, style: Style, key: object, paint: Callable[[], object], *, flags: int = 0
    ) -> pygame.Surface:
        """Return the picture of the panel in a box of the window; `paint` draws its controls.

        It is drawn only if a control changed since, or the box, the style or the `key`: everything
        else it depends on.
        """
        shown, picture = (box, style, key), self.picture
        if picture is None or self.stale or shown != self._shown:
            (x, y), (left, top) = self._pointer, self.origin
            self._pointer = (x + left - box.x, y + top - box.y)
            self._shown, self.origin = shown, (box.x, box.y)
            self.picture = picture = pygame.Surface((box.w, box.h), flags, 32)
            for _ in range(2):  # again if it was scrolled past its new end
                picture.fill((0, 0, 0, 0))
                self.begin(picture, style)
                paint()
                if self.end():
                    break
        return picture

    def hide(self) -> None:
        """Take the panel away: its controls get no events."""
        self.controls, self.picture = [], None

    def begin(self, surface: pygame.Surface, style: Style) -> None:
        """Begin a picture of the panel."""
        self.surface, self.size = surface, surface.get_size()
        self.style, self.type, self.sizes, self.theme = style, style.type, style.sizes, style.theme
        self.controls, self._scrollable, self.stale = [], None, False

    def end(self) -> bool:
        """Finish the picture; return False if it must be drawn once more."""
        focused = self.find(self.focus)
        self._follow_growth()
        if focused is None:
            self.focus = None
        elif self.entry is None and (focused.ring or focused.box).w:
            view = focused.view
            self.surface.set_clip((0, view.y, self.size[0], view.h) if view is not None else None)
            self.focus_ring(focused.ring or focused.box)
            self.surface.set_clip(None)
        if self.find(self.typing) is None:
            self.entry = None
        owner = self.find(self.popup.owner) if self.popup is not None else None
        if owner is None or self.popup is None or owner.options != self.popup.options:
            self.popup = None
        else:
            self._draw_popup(self.popup, owner)
        self._point(self._pointer)
        return not self.stale

    def _follow_growth(self) -> None:
        """Scroll so that a row in view that became higher stays in view."""
        before, self._heights = self._heights, {}
        for control in self.controls:
            ring, view = control.ring, control.view
            if ring is not None and view is not None and view.y <= ring.y < view.bottom:
                self._heights[control.key] = ring.h
                if ring.h > before.get(control.key, ring.h):
                    self.show(control.key)

    def tick(self, elapsed_s: float) -> None:
        """Let wall time pass [s]: the caret blinks."""
        self.now_s += elapsed_s
        if self.entry is not None:
            shown = (self.now_s - self.entry.typed_s) % (2 * _BLINK_S) < _BLINK_S
            self.stale |= shown is not self._caret_shown
            self._caret_shown = shown

    def flush(self) -> None:
        """Apply the drag up to the mouse's present place: it moves often within a picture."""
        to, self._drag_to = self._drag_to, None
        if to is not None and self._held is not None and self._held.drag is not None:
            self.stale = True
            self._held.drag(*to)

    def begin_scroll(self, view: Box) -> int:
        """Begin the scrolling part, within `view`; return where its content begins [px]."""
        self._view = self._scrollable = view
        self.surface.set_clip(view)
        return view.y - self.scroll

    def end_scroll(self, bottom: int) -> None:
        """End the scrolling part; its content extends down to `bottom` [px]."""
        view, self._view = self._scrollable, None
        self.surface.set_clip(None)
        if view is None:
            return
        length = bottom - (view.y - self.scroll)
        self._furthest = max(0, length - view.h)
        if self.scroll > self._furthest:
            self.scroll, self.stale = self._furthest, True
        if self._furthest:
            wide = max(3, round(4 * self.sizes.unit))
            high = max(12, round(view.h * view.h / length))
            y = view.y + round((view.h - high) * self.scroll / self._furthest)
            bar = (self.size[0] - wide - 3, y, wide, high)
            pygame.draw.rect(self.surface, self.theme.faint, bar, border_radius=wide)

    def scroll_by(self, px: int) -> None:
        """Scroll by some pixels."""
        self.scroll, self.stale = min(max(0, self.scroll + px), self._furthest), True

    def find(self, key: Key | None) -> Control | None:
        """Return the control with this key as last drawn."""
        return next((c for c in self.controls if c.key == key), None)

    def note(self) -> str:
        """Return the sentence about the control under the mouse, or else in focus."""
        shown = (self.find(self.hover), self.find(self.focus))
        return next((c.note for c in shown if c is not None and c.note), "")

    # words and marks --------------------------------------------------------------------------

    def text(
        self,
        text: str,
        at: tuple[float, float],
        px: int,
        colour: Colour,
        *,
        strong: bool = False,
        align: float = 0.0,
        width: int | None = None,
    ) -> int:
        """Write a line with its vertical middle at `at[1]`, cut to `width`; return its width.

        `align` is the share of it that lies left of `at[0]`.
        """
        weight, view = SEMIBOLD if strong else REGULAR, self._view
        if view is not None and not view.y - px < at[1] < view.bottom + px:
            return 0
        return self.type.write(self.surface, text, at, weight, px, colour, align=align, width=width)

    def lines(self, text: str, box: Box, px: int, colour: Colour, most: int) -> int:
        """Write a sentence in `most` lines at most; return the height used [px]."""
        step, lines = round(1.35 * px), self.wrap(text, box.w, px)
        for i, line in enumerate([*lines[: most - 1], " ".join(lines[most - 1 :])]):
            self.text(line, (box.x, box.y + (i + 0.5) * step), px, colour, width=box.w)
        return step * min(most, len(lines))

    def wrap(self, text: str, width: int, px: int) -> list[str]:
        """Return a sentence as lines of at most `width` [px]."""
        return self.style.type.wrap(text, REGULAR, px, width)

    def width(self, text: str, px: int, *, strong: bool = True) -> int:
        """Return the width of a line [px]."""
        return self.type.width(text, SEMIBOLD if strong else REGULAR, px)

    def fitting(self, text: str, px: int, room: int) -> int:
        """Return the largest type size, `px` at most, at which a line fits into `room` [px]."""
        return self.type.largest([text], SEMIBOLD, (px, 8), room)

    def dot(self, at: tuple[float, float], radius: float, colour: Colour) -> None:
        """Draw a round mark."""
        where = (round(at[0]), round(at[1]))
        pygame.draw.aacircle(self.surface, colour, where, max(2, round(radius)))

    def bed(self, box: Box, inside: Colour, edge: Colour) -> None:
        """Draw the rounded background of a control."""
        radius, thick = max(3, round(8 * self.sizes.unit)), max(1, round(self.sizes.unit))
        pygame.draw.rect(self.surface, inside, box, border_radius=radius)
        pygame.draw.rect(self.surface, edge, box, thick, border_radius=radius)

    def focus_ring(self, box: Box) -> None:
        """Draw the ring around the control in focus, clear of words that begin at its edge."""
        out, thick = max(3, round(4 * self.sizes.unit)), max(2, round(2 * self.sizes.unit))
        around = pygame.Rect(box).inflate(4 * out, 2 * out).clip(self.surface.get_rect())
        pygame.draw.rect(self.surface, self.theme.own, around, thick, border_radius=2 * out)

    # controls ---------------------------------------------------------------------------------

    def add(self, control: Control) -> bool:
        """Register a box as a control, whatever is drawn there; return whether it is visible."""
        control.view = self._view
        self.controls.append(control)
        return self._view is None or control.box.touches(self._view)

    def label(self, of: Control, box: Box) -> None:
        """Make words a control's label: a double click on it resets the control."""
        key = ("label", *of.key)
        self.add(Control(key=key, box=box, note=of.note, stop=False, reset=of.reset))

    def _lit(self, control: Control, colour: Colour) -> Colour:
        return self.theme.text if self.hover == control.key else colour

    def button(
        self,
        control: Control,
        text: str,
        *,
        on: bool = False,
        changed: bool = False,
        px: int | None = None,
    ) -> None:
        """Draw a button or a tab; without `press` it is disabled. `changed` adds a dot."""
        control.stop = control.stop and control.press is not None
        if not self.add(control):
            return
        theme, box, px = self.theme, control.box, px or self.sizes.small
        lit = on or (self.hover == control.key and control.press is not None)
        inside, edge = (theme.panel_high, theme.faint) if lit else (theme.panel, theme.edge)
        if on:
            inside, edge = mix(theme.panel, theme.own, 0.22), mix(theme.panel, theme.own, 0.6)
        elif self.holds(control.key) and control.press is not None:
            inside, edge = theme.edge, theme.own
        self.bed(box, inside, edge)
        quiet = theme.muted if control.press else mix(theme.panel, theme.muted, 0.45)
        (x, y), px, room = box.centre, self.fitting(text, px, box.w - 4), max(1, box.w - 2)
        colour = theme.text if lit else quiet
        wide = self.text(text, (x, y), px, colour, strong=True, align=0.5, width=room)
        if changed:
            radius = max(2, round(0.2 * self.sizes.body))
            left = max(box.x + radius + 1, round(x - wide / 2 - 2.5 * radius))
            self.dot((left, y), radius, theme.own)

    def link(self, control: Control, text: str) -> None:
        """Draw small underlined words, right-aligned, that can be pressed."""
        if self.add(control):
            box, colour = control.box, self._lit(control, self.theme.muted)
            at, thick = (box.right, box.y + box.h / 2), max(1, round(self.sizes.unit))
            wide = self.text(text, at, self.sizes.caption, colour, align=1, width=box.w)
            shade = mix(self.theme.panel, colour, 0.6)
            self.surface.fill(shade, (box.right - wide, box.bottom - thick, wide, thick))

    def switch(self, control: Control, *, on: bool) -> None:
        """Draw a switch that slides to the right when it is on."""
        if not self.add(control):
            return
        theme, box = self.theme, control.box
        half = box.h // 2
        off, lit = mix(theme.panel_high, theme.edge, 0.7), mix(theme.panel, theme.own, 0.75)
        pygame.draw.rect(self.surface, lit if on else off, box, border_radius=half)
        if not on:
            pygame.draw.rect(self.surface, theme.faint, box, 1, border_radius=half)
        colour = theme.text if on else self._lit(control, theme.muted)
        self.dot((box.right - half if on else box.x + half, box.y + half), 0.36 * box.h, colour)

    def cross(self, control: Control) -> None:
        """Draw a cross that closes or removes something."""
        if self.add(control):
            (x, y), arm = control.box.centre, max(3.0, 0.2 * control.box.h)
            thick, colour = 2 * max(1.0, self.sizes.unit), self._lit(control, self.theme.muted)
            for way in (-arm, arm):
                first, last = (x - arm, y - way), (x + arm, y + way)
                pygame.draw.aaline(self.surface, colour, first, last, round(thick))

    def lock(self, control: Control, *, on: bool) -> None:
        """Draw a lock, closed when it is on."""
        if not self.add(control):
            return
        colour = self.theme.warning if on else self._lit(control, self.theme.faint)
        x, y, w, h = control.box
        body = pygame.Rect(x, y + round(0.5 * h), max(8, round(0.6 * w)), max(6, round(0.42 * h)))
        thick, up = max(2, round(0.1 * w)), 0 if on else max(2, body.h // 3)
        top = body.y - round(0.34 * h) - up
        bow = pygame.Rect(x + thick, top, body.w - 2 * thick, round(0.7 * h))
        pygame.draw.rect(self.surface, colour, bow, thick, border_radius=bow.w // 2)
        if up:  # an open shackle has left the body on its right
            gap = (bow.right - thick, bow.centery - up, thick, bow.h)
            self.surface.fill(self.theme.panel, gap)
        pygame.draw.rect(self.surface, colour, body, border_radius=max(1, thick // 2))

    def slider(self, control: Control, value: float, *, changed: bool = False) -> None:
        """Draw a slider. While the mouse holds it, its range stays as it was at the start."""
        if self._held is not None and self.holds(control.key):
            control.span = self._held.span
        (low, high), box, turn = control.span, control.box, control.turn
        room, left = max(1, box.w - box.h), box.x + box.h / 2

        def drag(x: int, _: int) -> None:
            self.focus = control.key
            if turn is not None:
                turn(low + min(1.0, max(0.0, (x - left) / room)) * (high - low), low, high)

        control.drag = drag
        if not self.add(control):
            return
        theme, middle, thick = self.theme, box.y + box.h // 2, max(3, round(5 * self.sizes.unit))
        share = min(1.0, max(0.0, (value - low) / max(1e-9, high - low)))
        bed = pygame.Rect(round(left), middle - thick // 2, room, thick)
        off, on = mix(theme.panel_high, theme.edge, 0.7), mix(theme.bar, theme.own, 0.4)
        pygame.draw.rect(self.surface, off, bed, border_radius=thick)
        bed.w = round(share * room)
        pygame.draw.rect(self.surface, theme.own if changed else on, bed, border_radius=thick)
        at, radius = (bed.right, middle), max(4, 0.36 * box.h)
        self.dot(at, radius + 2, theme.panel)
        self.dot(at, radius, self._lit(control, mix(theme.muted, theme.text, 0.6)))

    def field(self, control: Control, shown: str) -> None:
        """Draw a field that shows `shown`; pressing it opens an entry with the control's `text`."""
        key, box, px = control.key, control.box, self.sizes.body
        control.press, control.entry = lambda: self.edit(key), key
        if not self.add(control):
            return
        if self.entry is not None and self.typing == key:
            self._draw_entry(self.entry, box)
            return
        self._field_bed(control)
        pad = round(0.5 * px)
        at, room = (box.right - pad, box.y + box.h / 2), box.w - 2 * pad
        px = self.fitting(shown, px, room)
        self.text(shown, at, px, self.theme.text, strong=True, align=1, width=room)

    def _field_bed(self, control: Control) -> None:
        theme = self.theme
        if self.hover == control.key:
            self.bed(control.box, theme.panel_high, theme.faint)
        else:
            self.bed(control.box, mix(theme.panel, theme.back, 0.5), theme.edge)

    def choice(self, control: Control, value: str) -> None:
        """Draw a choice: a press opens its list, the arrow keys select the next option."""
        key, box, options, choose = control.key, control.box, control.options, control.choose
        at = options.index(value) if value in options else 0

        def step(x: int, y: int) -> None:
            if choose is not None and options:
                way = 1 if x + y > 0 else -1
                choose(options[min(max(0, at + way), len(options) - 1)])

        def open_list() -> None:
            self.popup = Popup(key, options, at) if self.popup is None and options else None

        control.press, control.step = open_list, step
        if self.add(control):
            px = self.sizes.body
            sign = round(1.1 * px)
            self._field_bed(control)
            self._option(box, value, sign, control.swatch)
            x = box.right - round(0.5 * px) - sign // 2
            arrow(self.surface, x, round(box.y + box.h / 2), px, self.theme.muted)

    def _option(
        self, box: Box, text: str, kept: int, swatch: Callable[[str], Colour] | None
    ) -> None:
        """Write an option into a box, leaving `kept` free at its right [px]."""
        px = self.sizes.body
        pad, left, y = round(0.5 * px), box.x + round(0.5 * px), box.y + box.h / 2
        if swatch is not None:
            radius = round(0.34 * px)
            # a rim, or white cloth would not be seen by day
            self.dot((left + radius, y), radius + 1, self.theme.muted)
            self.dot((left + radius, y), radius, swatch(text))
            left += 3 * radius
        room = max(1, box.right - left - pad - kept)
        px = self.fitting(text, px, room)
        self.text(text, (left, y), px, self.theme.text, strong=True, width=room)

    def _draw_popup(self, popup: Popup, owner: Control) -> None:
        """Draw the open list below its control, or above it if there is more room."""
        row, box, theme = round(1.75 * self.sizes.body), owner.box, self.theme
        below, above = self.size[1] - box.bottom - 4, box.y - 4
        down = below >= min(above, row * len(popup.options))
        count = max(1, min(len(popup.options), (below if down else above) // row))
        first = max(0, min(popup.marked - count // 2, len(popup.options) - count))
        y = box.bottom + 2 if down else box.y - 2 - count * row
        bed = Box(box.x - 1, y - 3, box.w + 2, count * row + 6)
        self.bed(bed, mix(theme.panel, theme.panel_high, 0.8), theme.faint)
        for i in range(first, first + count):
            at = Box(box.x + 1, y + (i - first) * row, box.w - 2, row)
            option = Control(key=("option", str(i)), box=at, stop=False)
            option.press = lambda i=i: self._choose(i)
            self.add(option)
            if i == popup.marked:
                self.bed(at, mix(theme.panel, theme.own, 0.22), mix(theme.panel, theme.own, 0.6))
            elif self.hover == option.key:
                self.bed(at, theme.panel_high, theme.faint)
            self._option(at, popup.options[i], 0, owner.swatch)

    def _choose(self, index: int) -> None:
        popup, self.popup = self.popup, None
        owner = self.find(popup.owner) if popup is not None else None
        if owner is not None and owner.choose is not None:
            owner.choose(owner.options[index])

    def _draw_entry(self, entry: TextEntry, box: Box) -> None:
        """Draw a text being typed, its caret in view, underlining the input method's part."""
        theme, px, clip = self.theme, self.sizes.body, self.surface.get_clip()
        pad, high, y = round(0.4 * px), round(1.3 * px), box.y + box.h / 2
        top, before = round(y - high / 2), entry.text[: entry.caret] + entry.composing
        left = box.x + pad - self._hidden(entry, box)
        caret = left + self.width(before, px)
        self.bed(box, theme.back, theme.own)
        self.surface.set_clip(pygame.Rect(box).inflate(-2 * pad + 4, -2).clip(clip))
        at = entry.selected
        begin, end = (left + self.width(entry.text[:i], px) for i in (at.start, at.stop))
        self.surface.fill(mix(theme.panel, theme.own, 0.5), (begin, top, end - begin, high))
        self.text(before + entry.text[entry.caret :], (left, y), px, theme.text, strong=True)
        wide = self.width(entry.composing, px)
        self.surface.fill(theme.own, (caret - wide, top + high - 2, wide, 2))
        if self._caret_shown:
            self.surface.fill(theme.text, (caret, top, max(1, round(1.4 * self.sizes.unit)), high))
        self.surface.set_clip(clip)
        if pygame.display.get_init():  # an input method shows its candidates there
            place = pygame.Rect(caret, box.y, 1, box.h).move(self.origin)
            pygame.key.set_text_input_rect(place)

    def _hidden(self, entry: TextEntry, box: Box) -> int:
        """Return how much of an entry's text is left of its box so that the caret shows [px]."""
        px = self.sizes.body
        caret = self.width(entry.text[: entry.caret] + entry.composing, px)
        return max(0, caret - (box.w - 2 * round(0.4 * px)))

    def tooltip(self, screen: pygame.Surface) -> None:
        """Draw the tooltip of the control under the resting mouse, above or below it."""
        shown = self.find(self.hover)
        if shown is None or not shown.note or self.now_s - self._hovered_s < TOOLTIP_S:
            return
        px, box = self.sizes.caption, pygame.Rect(shown.box).move(self.origin)
        card = ground((self.width(shown.note, px) + 2 * px, 2 * px), self.sizes, self.theme)
        self.type.write(card, shown.note, (px, px), REGULAR, px, self.theme.text)
        x, above = min(box.x, screen.get_width() - card.get_width()), box.y - 2 * px - 4
        screen.blit(card, (max(0, x), above if above >= 0 else box.bottom + 4))

    # -- actions -------------------------------------------------------------------------------

    def edit(self, key: Key, text: str | None = None) -> None:
        """Open the entry of a field; without `text`, with its present text, all selected."""
        field = self.find(key)
        if text is None:
            text = field.text if field is not None else ""
        if self.focus is None:
            self.focus = next((c.key for c in self.controls if c.stop and c.entry == key), None)
        self.popup, self.stale, self._caret_shown = None, True, True
        self.entry = TextEntry(key, text, len(text), 0, typed_s=self.now_s)
        self.show(key)

    def apply(self) -> bool:
        """Submit the typed text; return False if it was refused and the entry stays open."""
        field, self.stale = self.find(self.typing), True
        if self.entry is None or field is None or field.accept is None:
            return True
        if field.accept(self.entry.text.strip()):
            self.entry = None
        return self.entry is None

    def cancel(self) -> None:
        """Close the entry and discard the typed text."""
        field, self.entry, self.stale = self.find(self.typing), None, True
        if field is not None and field.cancel is not None:
            field.cancel()

    def leave(self) -> None:
        """Submit the typed text, or discard it where it is refused; nothing has the focus."""
        if self.entry is not None and not self.apply():
            self.cancel()
        self.focus, self.stale = None, True

    def close(self) -> None:
        """Close the open entry and list, and end any drag."""
        self.flush()
        self.entry = self.popup = self._held = None
        self.stale = True

    def holds(self, key: Key) -> bool:
        """Return whether the mouse holds a control."""
        return self._held is not None and self._held.key == key

    @property
    def holding(self) -> bool:
        """Whether the mouse holds any control."""
        return self._held is not None

    @property
    def typing(self) -> Key | None:
        """The field whose entry is open."""
        return self.entry.key if self.entry is not None else None

    def move_focus(self, steps: int, *, scrolled: bool = False) -> None:
        """Focus the next control in a ring, or the one before; `scrolled` starts in that part."""
        keys = [c.key for c in self.controls if c.stop]
        if self.focus in keys:
            self.focus = keys[(keys.index(self.focus) + steps) % len(keys)]
        elif keys:
            first = [c.key for c in self.controls if c.stop and scrolled and c.view] or keys
            self.focus = first[0 if steps > 0 else -1]
        self.stale = True
        self.show(self.focus)

    def show(self, key: Key | None) -> None:
        """Scroll so that a control is in view."""
        control = self.find(key)
        if control is not None and control.view is not None:
            ring, view = control.ring or control.box, control.view
            margin = round(0.4 * ring.h)
            over = max(0, ring.bottom + margin - view.bottom)
            self.scroll_by(over or -max(0, view.y - ring.y + margin))

    # keys -------------------------------------------------------------------------------------

    def key(self, event: pygame.Event, *, again: bool = False) -> bool:
        """Handle a KEYDOWN, `again` while it is held; return whether the panel consumed it."""
        mods = getattr(event, "mod", 0)
        way = -1 if mods & pygame.KMOD_SHIFT else 1
        if pygame.K_F1 <= event.key <= pygame.K_F12:
            return False
        if self.entry is not None and self.entry.composing:
            return True  # a key of the input method
        open_ = self.entry is not None or self.popup is not None
        if mods & (_COMMAND | pygame.KMOD_ALT) and not open_:
            return False
        if event.key == pygame.K_TAB:
            self.popup = None
            if self.apply():
                self.move_focus(way)
        elif self.entry is not None:
            self._key_in_entry(self.entry, event)
        elif self.popup is not None:
            self._key_in_list(self.popup, event)
        else:
            control = self.find(self.focus)
            if control is None or not self._key_on(control, event, again=again):
                return False
        self.stale = True
        return True

    def _key_in_entry(self, entry: TextEntry, event: pygame.Event) -> None:
        entry.typed_s = self.now_s
        if event.key == pygame.K_ESCAPE:
            self.cancel()
        elif event.key in _ENTER:
            self.apply()
        else:
            with contextlib.suppress(pygame.error):  # an unresponsive clipboard
                entry.edit(event)

    def _key_in_list(self, popup: Popup, event: pygame.Event) -> None:
        if event.key in _IN_LIST:
            self.popup = popup.move(_IN_LIST[event.key])
        elif event.key in _PRESS:
            self._choose(popup.marked)
        elif event.key == pygame.K_ESCAPE:
            self.popup = None

    def _key_on(self, control: Control, event: pygame.Event, *, again: bool) -> bool:
        """Handle a key for the control in focus."""
        key, written = event.key, getattr(event, "unicode", "")
        if control.step is not None and key in {**_ACROSS, **_DOWN}:
            many = 10 if getattr(event, "mod", 0) & pygame.KMOD_SHIFT else 1
            control.step(many * _ACROSS.get(key, 0), many * _DOWN.get(key, 0))
        elif control.step is not None and control.drag is not None and key in _ENDS:
            control.step(_ENDS[key], 0)
        elif control.reset is not None and key in _ERASE:
            self.close()
            control.reset()
        elif control.entry is not None and written and written in _BEGINS_A_NUMBER:
            self.edit(control.entry, "")  # the character itself follows as a text event
        elif control.press is not None and key in _PRESS:
            if not again:
                control.press()
        elif control.entry is not None and key in _ENTER:
            if not again:
                self.edit(control.entry)
        else:
            return False
        return True

    def write(self, event: pygame.Event) -> bool:
        """Handle a TEXTINPUT, or a TEXTEDITING of an input method, while something is typed."""
        if self.entry is None or event.type not in (pygame.TEXTINPUT, pygame.TEXTEDITING):
            return False
        self.stale, self.entry.typed_s, self.entry.composing = True, self.now_s, ""
        if event.type == pygame.TEXTINPUT or event.text:
            self.entry.insert(event.text if event.type == pygame.TEXTINPUT else "")
        if event.type == pygame.TEXTEDITING:
            self.entry.composing = event.text
        return True

    # the mouse --------------------------------------------------------------------------------

    def mouse(self, event: pygame.Event) -> bool:
        """Handle a mouse event; return whether the panel consumed it."""
        if event.type == pygame.WINDOWLEAVE:
            self._point(_NOWHERE)
        elif event.type == pygame.MOUSEWHEEL and self._inside():
            self.stale = True
            if self.popup is not None:
                self.popup = self.popup.move(-event.y)
            else:
                self.scroll_by(-event.y * max(12, self.size[1] // 12))
            return True
        if event.type not in (pygame.MOUSEMOTION, pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            return False
        self._point((event.pos[0] - self.origin[0], event.pos[1] - self.origin[1]))
        # a button that went down elsewhere ends there what it began
        up = event.type == pygame.MOUSEBUTTONUP
        meant = self._held is not None or (self._inside() and not up)
        if event.type == pygame.MOUSEMOTION:
            self._drag()
        elif event.type == pygame.MOUSEBUTTONDOWN:
            self.stale = True
            self._down(left=event.button == pygame.BUTTON_LEFT)
        elif event.button == pygame.BUTTON_LEFT:
            self._up()
        return meant

    def _inside(self) -> bool:
        return Box(0, 0, *self.size).holds(self._pointer)

    def _hit(self) -> Control | None:
        """Return the control under the mouse; of several, the one drawn last."""
        return next((c for c in reversed(self.controls) if c.hit(self._pointer)), None)

    def _point(self, at: tuple[int, int]) -> None:
        self._pointer = at
        hit = self._hit()
        hover = hit.key if hit is not None else None
        if hover != self.hover:
            self.hover, self._hovered_s, self.stale = hover, self.now_s, True

    def _down(self, *, left: bool) -> None:
        hit = self._hit()
        if self.popup is not None and (hit is None or hit.key[0] != "option"):
            self.popup = None
            return
        if self.entry is None or hit is None or hit.key != self.typing:
            self.leave()
        if hit is None or not left:
            return
        last, when = self._clicked
        twice = hit.key == last and self.now_s - when <= DOUBLE_CLICK_S
        self._clicked = (None, -1.0) if twice else (hit.key, self.now_s)
        self._held = hit
        if self.entry is not None:
            self.entry.move(len(self.entry.text) if twice else self._character(hit), select=False)
            self.entry.anchor = 0 if twice else self.entry.anchor
        elif hit.drag is not None:
            self._drag()
            self.flush()
        elif twice and hit.press is None and hit.reset is not None:
            hit.reset()

    def _drag(self) -> None:
        held = self._held
        if held is not None and self.entry is not None:
            self.entry.move(self._character(held), select=True)
            self.stale = True
        elif held is not None and held.drag is not None:
            self._drag_to = self._pointer

    def _up(self) -> None:
        self.flush()
        held, self._held, hit = self._held, None, self._hit()
        if held is None:
            return
        self.stale = True
        if hit is not None and hit.key == held.key and hit.press is not None and not self.entry:
            hit.press()

    def _character(self, control: Control) -> int:
        """Return the position in the open entry's text nearest to the mouse."""
        if self.entry is None:
            return 0
        px, text = self.sizes.body, self.entry.text
        x = (
            self._pointer[0]
            - control.box.x
            - round(0.4 * px)
            + self._hidden(self.entry, control.box)
        )
        return min(range(len(text) + 1), key=lambda at: abs(self.width(text[:at], px) - x))


MenuPart = tuple[str, Sequence[str], str, Callable[[str], object]]
"""A heading, the options below it, the present one, and a callback for another."""


class Menu:
    """A menu over the picture: parts below each other, each with one selected option."""

    def __init__(self, parts: Sequence[MenuPart]) -> None:
        """Start with the first part's selected option in focus."""
        self._parts, self._ui, self._card = parts, Ui(), pygame.Rect(0, 0, 0, 0)
        self._chosen = False
        self._ui.focus = ("0", parts[0][2])

    def handle(self, event: pygame.Event) -> bool:
        """Handle a mouse event or a KEYDOWN; return whether the menu stays open."""
        if event.type == pygame.KEYDOWN:
            if event.key == pygame.K_ESCAPE:
                return False
            if event.key in {**_DOWN, **_ACROSS}:
                self._ui.move_focus({**_DOWN, **_ACROSS}[event.key])
            else:
                self._ui.key(event)
        elif event.type == pygame.MOUSEBUTTONDOWN and not self._card.collidepoint(event.pos):
            return False
        else:
            self._ui.mouse(event)
        return not self._chosen

    def draw(self, surface: pygame.Surface, over: Box, style: Style) -> None:
        """Draw it at the bottom of a box, its options in as many columns as they need."""
        ui, sizes = self._ui, style.sizes
        px, pad = sizes.small, round(0.8 * sizes.small)
        row, screen = round(1.6 * px), surface.get_rect()
        ui.begin(surface, style)
        widest = max(ui.width(text, px) for part in self._parts for text in part[1])
        wide = min(widest + 2 * px, screen.w - 2 * pad)
        columns = max(1, min(2, (screen.w - 2 * pad) // (wide + 2)))
        lines = [math.ceil(len(part[1]) / columns) for part in self._parts]
        high = row * (sum(lines) + len(lines)) + 2 * pad
        card = pygame.Rect(0, 0, columns * (wide + 2) + 2 * pad, high)
        card.bottomright = (over.right, over.bottom)
        self._card = card.clamp(screen)
        surface.blit(ground(self._card.size, sizes, style.theme), self._card)
        y = self._card.y + pad
        for n, (heading, options, now, _) in enumerate(self._parts):
            at = (self._card.x + pad, y + row / 2)
            ui.type.caps(surface, heading, at, sizes.caption, style.theme.muted)
            y += row
            for i, text in enumerate(options):
                line, column = i % lines[n], i // lines[n]
                x = self._card.x + pad + column * (wide + 2)
                box = Box(x, y + line * row, wide, row - 2)
                control = Control(key=(str(n), text), box=box)
                control.press = lambda n=n, text=text: self._choose(n, text)
                ui.button(control, text, on=text == now, px=px)
            y += lines[n] * row
        ui.end()

    def _choose(self, part: int, text: str) -> None:
        self._chosen = True
        self._parts[part][3](text)
