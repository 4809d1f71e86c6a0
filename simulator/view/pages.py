"""The drawer's pages: knobs, the split table, kept runs, answers, one row below the other.

In: the values of a `PanelState`. Out: controls and words on the drawer's `Ui`; each control calls a
method of the drawer or of its session.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
import pygame
from numpy.typing import NDArray

from simulator.session.runs import MOST_PINS
from simulator.stage.keys import Action
from simulator.stage.scene import Knob, KnobKind, PanelState, PinRow, SplitKnob, Tab
from simulator.units import LAP_M, format_signed, format_time, parse_time
from simulator.view.layout import Box
from simulator.view.text import SEMIBOLD, Style
from simulator.view.theme import Colour, Theme, hex_colour, mix
from simulator.view.ui import Control, Key

if TYPE_CHECKING:
    from simulator.analysis.attribution import PriceList, Step
    from simulator.analysis.what_if import KnobMap
    from simulator.view.drawer import Drawer

SPLITS, COMPARE = "Splits", "Compare"
_YES = ("yes", "true", "on")
_RESETS = "Double-click a label, or click this, to reset."
_TYPED = "Click or Enter to type; Enter applies, Escape takes back."

_THEMES_KITS = {"pacers.kit": "pink", "runner.kit.colour": "white"}
"""The colours of the theme's kits, by knob."""

Press = Callable[[], object]
Choose = Callable[[str], object]


def page_names(state: PanelState) -> tuple[str, ...]:
    """Return the pages: one per group of knobs, the splits after the plan, the kept runs."""
    # a scenario may have none; they are added on these pages
    names = list(dict.fromkeys((*(knob.group for knob in state.knobs), "Light", "Ghosts")))
    if state.splits:
        names.insert(names.index("Plan") + 1 if "Plan" in names else len(names), SPLITS)
    return (*names, *Tab, COMPARE)


def changed_pages(state: PanelState) -> frozenset[str]:
    """Return the pages with a difference from the file."""
    names = state.shortened | {knob.group for knob in state.knobs if knob.changed}
    return names | {SPLITS} if any(split.changed for split in state.splits) else names


def wave_names(state: PanelState) -> tuple[str, ...]:
    """Return the names of the waves: the last options of the knob that says whom pacers follow."""
    count = len(
        {k.path.split(".")[2] for k in state.knobs if k.path.startswith("wavelight.waves.")}
    )
    followed = next((k for k in state.knobs if k.path == "pacers.follows"), None)
    return followed.options[-count:] if followed is not None and count else ()


def written(knob: Knob, number: float) -> str:
    """Return a slider's number as text: on the knob's steps, within its range."""
    steps = round((number - knob.low) / knob.step) if knob.step > 0 else 0
    value = knob.low + steps * knob.step if knob.step > 0 else number
    value = min(max(value, knob.low), knob.high)
    if knob.kind is KnobKind.TIME:
        return format_time(value)
    decimals = 0 if knob.step >= 1 else min(6, math.ceil(-math.log10(max(knob.step, 1e-6)) - 1e-9))
    text = f"{value:.{decimals}f}"
    return "0" if float(text) == 0 else text


class Page:
    """One page being drawn: it grows downwards from `y`, between `x` and `x + w`."""

    def __init__(self, drawer: Drawer, state: PanelState, room: Box) -> None:
        self._drawer, self._session, self._state, self._ui = (
            drawer,
            drawer.session,
            state,
            drawer.ui,
        )
        self._x, self._w, self.y = room.x, room.w, room.y
        self._px = drawer.ui.sizes.body
        self._small = drawer.ui.sizes.caption
        self._line = round(1.75 * self._px)
        self._right = room.right
        self._kept = self._indent = 0

    def draw(self, name: str) -> None:
        """Draw the page of this name."""
        self._gap(0.2)
        if name == COMPARE:
            self._compare()
        elif name == SPLITS:
            self._plan()
        elif name in tuple(Tab):
            {Tab.MAP: self._map, Tab.PRICES: self._prices, Tab.GOAL: self._goal}[Tab(name)]()
        else:
            self._knobs([knob for knob in self._state.knobs if knob.group == name])
            if name == "Light":
                self._waves()
            if name == "Ghosts":
                self._ghosts()

    def _gap(self, share: float = 0.5) -> None:
        self.y += round(share * self._px)

    def _say(self, text: str, px: int, colour: Colour) -> None:
        self.y += self._ui.lines(text, Box(self._x, self.y, self._w, 1), px, colour, 5)

    def _problem(self, text: str) -> None:
        """Show why a text was refused."""
        if text:
            theme = self._ui.theme
            self._say(text, self._small, mix(theme.red, theme.text, 0.25))

    # knobs ------------------------------------------------------------------------------------

    def _knobs(self, knobs: list[Knob]) -> None:
        """Draw knobs; those of one thing (`4:00: time`) are grouped under its name."""
        wide = [self._ui.width(in_file(k), self._small, strong=False) for k in knobs if _turns(k)]
        # room for the file's value is reserved, so that no slider changes under the mouse
        self._kept = min(max(wide, default=-2) + 2, round(0.42 * self._w))
        thing = ""
        for knob in knobs:
            before, colon, label = knob.label.rpartition(": ")
            if colon and before != thing:
                self._gap(0.2)
                step = round(1.4 * self._px)
                at = (self._x, self.y + step / 2)
                self._ui.text(before, at, self._px, self._ui.theme.text, strong=True, width=self._w)
                self.y += step
            thing = before if colon else knob.label
            self._indent = round(0.8 * self._px) if colon else 0
            self._knob(replace(knob, label=label))
            if self._drawer.forgiven.get(knob.path) != knob.problem:
                self._problem(knob.problem)
            self._gap(0.45)
        self._indent = 0

    def _knob(self, knob: Knob) -> None:
        drawer, key = self._drawer, ("knob", knob.path)
        control = Control(key=key, box=Box(0, 0, 0, 0), note=knob.note)
        control.reset = partial(drawer.reset, key)
        if _turns(knob):
            self._slider(knob, control)
        elif knob.kind is KnobKind.SWITCH:
            self._switch(knob, control)
        else:
            self._choice(knob, control)

    def _label(
        self, text: str, control: Control, right: int, *, left: int = 0, changed: bool = False
    ) -> None:
        """Draw a control's name, with a mark if it differs from the file."""
        box = Box(self._x + left, self.y, max(1, right - self._x - left), self._line)
        x, y, theme = box.x + self._indent, box.centre[1], self._ui.theme
        if control.reset is not None:
            self._ui.label(control, box)
        if changed:
            radius = max(2, round(0.2 * self._px))
            self._ui.dot((x + radius, y), radius, theme.own)
            x += 3 * radius + 1
        width = max(1, box.right - x)
        self._ui.text(text, (x, y), self._px, theme.text, strong=changed, width=width)

    def _link(self, key: Key, text: str, right: int, y: float, room: int) -> None:
        """Draw the file's value in small; pressing it restores that value."""
        wide = max(1, min(room, self._ui.width(text, self._small, strong=False) + 2))
        high = round(1.25 * self._small)
        box = Box(right - wide, round(y - high / 2), wide, high)
        press = partial(self._drawer.reset, key)
        self._ui.link(Control(key=("reset", *key), box=box, note=_RESETS, press=press), text)

    def _file_value(self, knob: Knob, right: int, y: float, room: int) -> None:
        if knob.changed and knob.file_value:
            self._link(("knob", knob.path), in_file(knob), right, y, room)

    def _slider(self, knob: Knob, control: Control) -> None:
        drawer, path = self._drawer, knob.path
        shown, value = _with_unit(knob.value, knob.unit), ("value", path)
        wide = max(round(5.2 * self._px), self._ui.width(shown, self._px) + self._px)
        wide = min(wide, round(0.5 * self._w))
        low = round(1.25 * self._px)
        edge = self._right - wide - round(0.4 * self._px)
        self._label(knob.label, control, edge, changed=knob.changed)
        self._file_value(knob, self._right, self.y + self._line + low // 2, self._kept)
        room = self._w - self._indent - self._kept - round(0.6 * self._px)
        control.box = Box(self._x + self._indent, self.y + self._line, max(low + 2, room), low)
        control.ring = Box(self._x, self.y, self._w, self._line + low)
        control.entry, control.span = value, (knob.low, knob.high)
        control.step = lambda x, y: drawer.step(path, x - y)
        control.turn = partial(drawer.turn, path)
        self._ui.slider(control, knob.number or 0.0, changed=knob.changed)
        box = Box(self._right - wide, self.y, wide, self._line - 2)
        self._field(Control(key=value, box=box, stop=False, note=knob.note), knob, shown)
        self.y += self._line + low

    def _field(self, control: Control, knob: Knob, shown: str) -> None:
        control.text = knob.value
        control.accept = partial(self._drawer.accept, knob.path)
        control.cancel = partial(self._drawer.forgive, knob.path)
        self._ui.field(control, shown)

    def _switch(self, knob: Knob, control: Control) -> None:
        on = knob.value.strip().lower() in _YES
        control.press = partial(self._session.change, knob.path, "no" if on else "yes")
        self._place_switch(control, on=on)
        edge = control.box.x - self._px
        self._label(knob.label, control, edge, changed=knob.changed)
        middle = self.y + self._line / 2
        self._file_value(knob, control.box.x - self._px // 2, middle, self._w // 3)
        self.y += self._line

    def _place_switch(self, control: Control, *, on: bool) -> None:
        high = round(1.15 * self._px)
        control.box = Box(self._right - 2 * high, self.y + (self._line - high) // 2, 2 * high, high)
        control.ring = Box(self._x, self.y, self._w, self._line)
        self._ui.switch(control, on=on)

    def _choice(self, knob: Knob, control: Control) -> None:
        wide = round(0.56 * self._w)
        edge = self._right - wide - round(0.4 * self._px)
        self._label(knob.label, control, edge, changed=knob.changed)
        control.box = Box(self._right - wide, self.y, wide, self._line - 2)
        low = round(1.2 * self._small) if knob.changed and knob.file_value else 0
        control.ring = Box(self._x, self.y, self._w, self._line + low)
        if knob.kind is KnobKind.CHOICE:
            control.options, control.swatch = knob.options, self._swatch(knob.path)
            control.choose = partial(self._drawer.change, knob.path)
            self._ui.choice(control, knob.value)
        else:
            self._field(control, knob, _with_unit(knob.value, knob.unit))
        self._file_value(knob, self._right, self.y + self._line + low // 2, self._w)
        self.y += self._line + low

    def _swatch(self, path: str) -> Callable[[str], Colour] | None:
        """Return the colour of each option of a knob; None: they are no colours."""
        theme, kit = self._ui.theme, _THEMES_KITS.get(path)
        if kit is None:
            return theme.colour if path.endswith("colour") else None
        own = theme.colour(kit)
        return lambda name: theme.kit(name) or theme.named.get(name) or hex_colour(name) or own

    def _waves(self) -> None:
        note = "One more light with a plan of its own."
        self._buttons((("add wave",), "Add a wave", note, self._drawer.add_wave))
        names = wave_names(self._state)
        for wave in names if len(names) > 1 else ():
            press = partial(self._session.remove_wave, wave)
            self._buttons((("remove wave", wave), f"Remove {wave}", f"Take {wave} away.", press))

    def _ghosts(self) -> None:
        session = self._session
        knobs = [k for k in self._state.knobs if k.path.startswith("ghosts.")]
        self._buttons(
            (("add ghost",), "Add a time", "An even run; then set its time.", session.add_ghost),
            (
                ("ask", "ghost"),
                "Add a file …",
                "Another scenario (.yaml) or a recording (.npz).",
                partial(self._drawer.ask, "ghost"),
            ),
        )
        for pin in self._state.pins:
            note = "Saves its recording beside the file, and adds that."
            press = partial(session.ghost_of_pin, pin.number)
            words = f"Add kept run {pin.number}: {pin.name}"
            self._buttons((("ghost of pin", str(pin.number)), words, note, press))
        for knob in knobs:
            if knob.path.endswith(".on"):
                index = knob.path.split(".")[1]
                press = partial(session.remove_ghost, int(index))
                words = f"Remove {knob.label}"
                self._buttons((("remove ghost", index), words, "Undo brings it back.", press))

    # buttons and switches ---------------------------------------------------------------------

    def _toggle(self, key: Key, text: str, note: str, on: bool, press: Press) -> None:
        """Draw a switch with its label in front."""
        control = Control(key=key, box=Box(0, 0, 0, 0), note=note, press=press)
        self._place_switch(control, on=on)
        self._label(text, control, control.box.x - self._px)
        self.y += self._line

    def _buttons(self, *row: tuple[Key, str, str, Press]) -> None:
        """Draw a row of buttons of equal width."""
        space = round(0.5 * self._px)
        wide = (self._w - space * (len(row) - 1)) // len(row)
        for i, (key, text, note, press) in enumerate(row):
            box = Box(self._x + i * (wide + space), self.y, wide, self._line)
            self._ui.button(Control(key=key, box=box, note=note, press=press), text)
        self.y += self._line + round(0.4 * self._px)

    # the plan ---------------------------------------------------------------------------------

    def _plan(self) -> None:
        state, session = self._state, self._session
        note = "On: a change is taken from the open sections. Off: the target moves."
        press = partial(session.set_keep_target, not state.keep_target)
        self._toggle(("keep",), "keep the target", note, state.keep_target, press)
        if state.by_lap or (state.splits and state.splits[0].distance_m == LAP_M / 2):
            note = "On: one row for each lap of 400 m. Off: one for each 200 m."
            press = partial(session.set_by_lap, not state.by_lap)
            self._toggle(("laps",), "in laps", note, state.by_lap, press)
        if state.splits:
            self._sections(state.splits)
        if any(split.changed for split in state.splits):
            self._gap(0.4)
            note = "The whole plan as it stands in the file, its target too."
            back = partial(self._drawer.reset, ("plan",))
            self._buttons((("reset", "plan"), "The file's plan", note, back))
            self._problem(self._drawer.refused.get(("plan",), ""))

    def _sections(self, splits: tuple[SplitKnob, ...]) -> None:
        """Draw the split table: each section's time and the time up to its end can be typed.

        The file's times are at the right, in reserved room.
        """
        ui, px, small, line = self._ui, self._px, self._small, self._line
        space, inset = round(0.8 * px), round(0.5 * px)
        label = max(ui.width(s.label, px) for s in splits) + px
        texts = [ui.width(s.in_file, small, strong=False) + 2 for s in splits]
        was = max(ui.width("file", small), *texts)
        wide = (self._w - line - label - was - 2 * space) // 2
        # cumulative times are longer; in a narrow drawer they take room from the section times
        needs = [
            max(ui.width(text, px) for text in texts) + 2 * inset
            for texts in zip(*((s.section, s.cumulative) for s in splits), strict=True)
        ]
        more = round(2 * wide * needs[1] / sum(needs)) - wide if needs[1] > wide else 0
        first = self._x + line + label
        total = first + wide - more + space
        columns = {"section": (first, wide - more), "total": (total, wide + more)}
        heads = {kind: x + w - inset for kind, (x, w) in columns.items()}
        if any(s.changed and s.in_file for s in splits):
            heads["file"] = self._right
        low = round(1.5 * small)
        for text, right in heads.items():
            ui.text(text, (right, self.y + low / 2), small, ui.theme.muted, align=1, width=wide)
        self.y += low
        for i, split in enumerate(splits):
            self._section(str(i), split, columns)
            if split.changed and split.in_file:
                middle = self.y + line / 2
                self._link(("section", str(i)), split.in_file, self._right, middle, was)
            self.y += line
            for kind in columns:
                self._problem(self._drawer.refused.get((kind, str(i)), ""))

    def _section(self, name: str, split: SplitKnob, columns: dict[str, tuple[int, int]]) -> None:
        ui, drawer, line = self._ui, self._drawer, self._line
        lock = Control(key=("lock", name), box=Box(self._x, self.y + 3, line - 6, line - 6))
        lock.note = "A locked section keeps its time when another changes."
        lock.press = partial(self._session.editor.lock_split, int(name), not split.locked)
        ui.lock(lock, on=split.locked)
        key, reset = ("section", name), partial(drawer.reset, ("section", name))
        label = Control(key=key, box=lock.box, reset=reset)
        edge = columns["section"][0]
        self._label(split.label, label, edge, left=line - 2, changed=split.changed)
        for kind, text in (("section", split.section), ("total", split.cumulative)):
            x, wide = columns[kind]
            field = Control(key=(kind, name), box=Box(x, self.y + 1, wide, line - 3))
            field.note, field.text, field.reset = _TYPED, text, reset
            field.accept = partial(drawer.accept_split, kind, int(name))
            field.cancel = partial(drawer.refused.pop, (kind, name), None)
            ui.field(field, text)

    # kept runs --------------------------------------------------------------------------------

    def _compare(self) -> None:
        state, drawer, ui = self._state, self._drawer, self._ui
        for pin in state.pins:
            self._pin(pin)
        if not state.pins:
            text = "Keep a run, change something, and race the two against each other."
            self._say(text, ui.sizes.small, ui.theme.muted)
        self._gap()
        if len(state.pins) < MOST_PINS:
            note = "It stays as a ghost, in the chart and in the table; up to six."
            self._buttons((("pin",), "Keep this run", note, self._session.pin))
        else:
            text = "Six runs are kept: let one go to keep another."
            self._say(text, ui.sizes.small, ui.theme.muted)
            self._gap()
        if state.comparison is not None:
            words = "Close the table" if drawer.table_open else "Compare in a table"
            note = "Splits, gaps, shelter, reserve and finish of each."
            self._buttons((("table",), words, note, drawer.switch_table))
        saved, loaded = (
            (("ask", what), text, note, partial(drawer.ask, what))
            for what, text, note in (
                ("save pins", "Save …", "Write the kept runs to a file."),
                ("load pins", "Load …", "Read kept runs from a file."),
            )
        )
        self._buttons(*((saved, loaded) if state.pins else (loaded,)))
        if state.left_behind:
            self._gap()
            self._hint(f"Left by an earlier session: {state.left_behind}.")
            note = "Its settings, kept runs and place; undo leads to the file."
            restore = partial(self._session.perform, Action.RESTORE)
            self._buttons((("restore",), "Bring it back", note, restore))

    def _pin(self, pin: PinRow) -> None:
        """Draw a kept run: its colour, name and finish, a switch that shows it, and a cross."""
        ui, px, line, number = self._ui, self._px, self._line, str(pin.number)
        y, radius = self.y + line / 2, max(3, round(0.28 * px))
        side = line - 6
        cross = Control(
            key=("unpin", number), box=Box(self._right - side - 2, self.y + 3, side, side)
        )
        cross.note, cross.press = f"Let run {number} go.", partial(self._session.unpin, pin.number)
        box = Box(cross.box.x - 3 * px, round(y - px / 2), 2 * px, px)
        shown = Control(key=("show", number), box=box, ring=box.inset(-3, -3))
        shown.note = f"{pin.name}: as a ghost and in the chart, or not."
        shown.press = partial(self._session.show_pin, pin.number, not pin.shown)
        ui.switch(shown, on=pin.shown)
        ui.cross(cross)
        ui.dot((self._x + radius, y), radius, ui.theme.colour(pin.colour))
        left, right = self._x + 3 * radius + 2, box.x - px // 2
        wide = ui.text(pin.finish, (right, y), px, ui.theme.text, strong=True, align=1)
        room = max(1, right - wide - px // 2 - left)
        ui.text(f"{number}  {pin.name}", (left, y), px, ui.theme.text, width=room)
        self.y += line

    # answers ----------------------------------------------------------------------------------

    def _hint(self, text: str) -> None:
        self._say(text, self._small, self._ui.theme.muted)

    def _pick(
        self, key: Key, label: str, options: tuple[str, ...], value: str, choose: Choose
    ) -> None:
        """Draw a choice with its label in front."""
        wide = round(0.62 * self._w)
        control = Control(key=key, box=Box(self._right - wide, self.y, wide, self._line - 2))
        control.ring = Box(self._x, self.y, self._w, self._line)
        control.options, control.choose = options, choose
        self._label(label, control, control.box.x - self._px // 2)
        self._ui.choice(control, value)
        self.y += self._line + round(0.3 * self._px)

    def _map(self) -> None:
        state, session, theme = self._state.answers, self._session, self._ui.theme
        across, up = state.map_names
        self._pick(("map", "x"), "across", state.knobs, across, lambda x: session.set_map(x, up))
        self._pick(("map", "y"), "up", state.knobs, up, lambda y: session.set_map(across, y))
        knob_map, small = state.knob_map, self._small
        if knob_map is None:
            self._hint("being worked out")
            return
        high = round(min(0.8 * self._w, max(7 * self._px, len(knob_map.ys) * 1.0 * self._px)))
        box = Box(self._x, self.y + round(1.4 * small), self._w, high)
        self._ui.text(
            f"{up}, up to {knob_map.ys[-1]} {knob_map.units[1]}".strip(),
            (box.x, self.y + 0.6 * small),
            small,
            theme.muted,
            width=box.w,
        )

        def take(x: int, y: int) -> None:
            self._ui.focus = ("map",)  # the arrow keys go on from here
            column = (x - box.x) * len(knob_map.xs) // box.w
            row = (box.bottom - 1 - y) * len(knob_map.ys) // box.h
            inside = (
                min(max(row, 0), len(knob_map.ys) - 1),
                min(max(column, 0), len(knob_map.xs) - 1),
            )
            if inside != self._drawer.session.panel_state().answers.here:
                session.take_cell(*inside)

        def step(right: int, down: int) -> None:
            now = session.panel_state().answers
            if now.here is not None and now.knob_map is not None:
                session.take_cell(
                    min(max(now.here[0] - down, 0), len(now.knob_map.ys) - 1),
                    min(max(now.here[1] + right, 0), len(now.knob_map.xs) - 1),
                )

        control = Control(key=("map",), box=box, note=_MAP, drag=take, step=step)
        if self._ui.add(control):
            target_s = parse_time(self._target())
            paint_map(self._ui.surface, box, knob_map, state.here, target_s, self._ui.style)
        low = box.bottom + 0.8 * small
        x_low, x_high = (f"{knob_map.xs[i]} {knob_map.units[0]}".strip() for i in (0, -1))
        self._ui.text(x_low, (box.x, low), small, theme.muted, width=box.w // 3)
        self._ui.text(x_high, (box.right, low), small, theme.muted, align=1, width=box.w // 3)
        self._ui.text(across, (box.centre[0], low), small, theme.muted, align=0.5, width=box.w // 3)
        self.y = box.bottom + round(1.9 * small)
        if state.here is not None:
            time_s = state.here_s
            finish = (
                "hidden until the finish"
                if state.secret
                else "no finish"
                if math.isnan(time_s)
                else format_time(time_s)
            )
            pair = zip(state.values, knob_map.units, strict=True)
            x, y = (f"{value} {unit}".strip() for value, unit in pair)
            where = f"{across} {x}, {up} {y}".replace("_", " ")
            self._say(f"You are here: {where}: {finish}", self._px, theme.text)
        known = knob_map.finish_s[knob_map.known & ~(knob_map.finish_s != knob_map.finish_s)]
        if known.size:
            ends = " to ".join(format_time(float(t), 1) for t in (known.min(), known.max()))
            self._hint(f"From the gun: {ends}; the line is {contour_name(self._target())}.")
        if not knob_map.complete:
            self._hint(f"{100 * knob_map.known.mean():.0f} % worked out")

    def _target(self) -> str:
        return next((k.value for k in self._state.knobs if k.path == "plan.target"), "4:00")

    def _prices(self) -> None:
        state, ui, px, small = self._state.answers, self._ui, self._px, self._small
        listed, theme = state.prices, self._ui.theme
        if state.secret:
            self._hint("Her finish is hidden until she crosses the line; or see it now.")
            self._gap(0.4)
            reveal = partial(self._session.perform, Action.REVEAL)
            self._buttons(
                (("reveal",), "Show it now (V)", "Reveals what is still to come.", reveal)
            )
            return
        if listed is None:
            words = "She does not finish in all the runs that prices are made of."
            self._hint(words if state.no_prices else "being worked out")
            return
        if abs(listed.gap_s) < 0.005:
            self._hint(f"She keeps {format_time(listed.target_s)}: there is nothing to explain.")
            return
        self._say(f"Where the {format_signed(listed.gap_s)} s come from", px, theme.text)
        self._gap(0.4)
        ends = (("target", listed.target_s), ("finish", listed.finish_s))
        for at, (word, time_s) in zip((0, 1), ends, strict=True):
            x = self._right if at else self._x
            text = f"{word} {format_time(time_s)}"
            ui.text(text, (x, self.y + 0.6 * small), small, theme.muted, align=at)
        self.y += round(1.5 * small)
        for step in listed.steps:
            y = self.y + 0.75 * px
            seconds = format_signed(step.seconds)
            wide = ui.text(seconds, (self._right, y), px, theme.text, strong=True, align=1)
            ui.text(step.name, (self._x, y), px, theme.text, width=max(1, self._w - wide - px))
            self.y += round(1.55 * px)
            bar = Box(self._x, self.y, self._w, max(5, round(0.55 * px)))
            if ui.add(Control(key=("price", step.name), box=bar, stop=False, note=step.best)):
                paint_step(ui.surface, bar, listed, step, theme)
            self.y += bar.h + 2
            if step.best:
                self._hint(f"against {step.best}")
            self._gap(0.35)
        runs = 2 ** len(listed.prices)
        self._hint(
            f"Each factor's Shapley value over {runs} runs from the gun, as set now. With all at "
            f"their best she runs {format_time(listed.reference_s)}."
        )

    def _goal(self) -> None:
        state, session, theme = self._state.answers, self._session, self._ui.theme
        self._say("What would it take?", self._px, theme.text)
        self._gap(0.3)
        self._pick(("goal",), "knob", state.knobs, state.goal_name, session.set_goal)
        wide = round(0.62 * self._w)
        box = Box(self._right - wide, self.y, wide, self._line - 2)
        field = Control(key=("goal target",), box=box, note=_GOAL, text=state.goal_target)
        field.accept = session.page_answers.set_target
        field.reset = partial(session.page_answers.set_target, "")
        field.ring = Box(self._x, self.y, self._w, self._line)
        self._label("to reach", field, box.x - self._px // 2)
        self._ui.field(field, state.goal_target)
        self.y += self._line + round(0.5 * self._px)
        self._problem(state.goal_problem)
        goal = state.goal
        if goal is None:
            if not state.goal_problem:
                self._hint("being worked out")
            return
        own = state.secret and goal.value == goal.now and not goal.plan_target
        words = (
            "As it is now, it reaches that or comes nearest; her finish is hidden until the line."
        )
        self._say(words if own else goal.words, self._px, theme.text)
        if goal.finish_s is None:
            return
        if goal.plan_target and goal.value != goal.now:
            self._hint(f"With the plan at {goal.plan_target}, too: the present one is slower.")
        # imported here: the window opens sooner
        from simulator.analysis.uncertainty import SAMPLES, chance_words  # noqa: PLC0415

        chance = "being worked out" if goal.chance is None else chance_words(goal.chance, SAMPLES)
        self._hint(f"Chance of {format_time(goal.target_s)} with it: {chance}.")
        if not self._state.acts_from_gun:
            self._hint("All of this is from the gun; taken now, it holds from here on.")
        self._gap(0.5)
        if goal.value != goal.now or goal.plan_target:
            words = f"Take {goal.value.replace('_', ' ')} {goal.unit}".strip()
            note = "Sets the knob; undo takes it back."
            self._buttons((("take goal",), words, note, session.take_goal))


_MAP = "Click or drag takes the values; the arrow keys move one cell."
_GOAL = "A time such as 3:59.99; double-click the label for the plan's."


def contour_name(target: str) -> str:
    """Return the name of a target's contour."""
    return contour_of(parse_time(target))[1]


def in_file(knob: Knob) -> str:
    """Return the file's value as the drawer writes it next to a changed knob."""
    return f"file {_with_unit(knob.file_value or knob.value, knob.unit)}"


def _with_unit(value: str, unit: str) -> str:
    return f"{value} {unit}" if unit else value


def _turns(knob: Knob) -> bool:
    return knob.kind in (KnobKind.NUMBER, KnobKind.TIME) and knob.number is not None


Floats = NDArray[np.float64]
Point = tuple[float, float]


# -- charts on the pages: the map of two knobs, a step of the price list --------------------------


def contour_of(target_s: float) -> tuple[float, str]:
    """Return the finish that separates breaking a target from missing it [s], and its name.

    It is rounded to whole seconds if the target is the last hundredth below them, as 3:59.99 is.
    """
    whole = math.ceil(target_s)
    if 0 < whole - target_s < 0.0101:
        return float(whole), format_time(whole, 0)
    return target_s + 0.005, format_time(target_s)


def paint_map(
    surface: pygame.Surface,
    box: Box,
    knob_map: KnobMap,
    here: tuple[int, int] | None,
    target_s: float,
    style: Style,
) -> None:
    """Draw finish times over two knobs, the contour of a target [s], and the present run."""
    surface.blit(_map_picture(knob_map, (box.w, box.h), contour_of(target_s), style), box)
    if here is not None:
        row, column = here
        x = box.x + (column + 0.5) * box.w / len(knob_map.xs)
        y = box.bottom - (row + 0.5) * box.h / len(knob_map.ys)
        radius = max(4, round(9 * style.sizes.unit))
        for tint, r, thick in ((style.theme.back, radius + 1, 4), (style.theme.text, radius, 2)):
            pygame.draw.circle(surface, tint, (round(x), round(y)), r, thick)


@lru_cache(maxsize=4)
def _map_picture(
    knob_map: KnobMap, size: tuple[int, int], contour: tuple[float, str], style: Style
) -> pygame.Surface:
    theme, (finish, known) = style.theme, knob_map.so_far()
    seen = finish[np.isfinite(finish)]
    low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 1.0)
    level, words = contour
    # no colour is used on both sides of the contour
    late = (np.nan_to_num(finish, nan=low) - level) / max(high - level, level - low, 1e-9)
    near = mix(theme.edge, theme.own, 0.5)
    stops = np.array([theme.own, near, theme.edge, theme.warning], dtype=np.float64)
    places = (-1.0, 0.0, 1e-9, 1.0)
    rgb = np.stack([np.interp(late, places, stops[:, i]) for i in range(3)], axis=-1)
    rgb[~np.isfinite(finish)] = theme.panel_high
    rgb[~known] = theme.panel
    cells = pygame.Surface(finish.shape[::-1], 0, 32)
    pygame.surfarray.blit_array(cells, rgb[::-1].swapaxes(0, 1).astype(np.uint8))
    picture = pygame.transform.scale(cells, size)
    step = size[0] / finish.shape[1], size[1] / finish.shape[0]
    lines = [
        tuple(((x + 0.5) * step[0], size[1] - (y + 0.5) * step[1]) for x, y in line)
        for line in contour_lines(finish, level)
    ]
    for first, last in lines:
        pygame.draw.line(picture, theme.back, first, last, max(3, round(5 * style.sizes.unit)))
    for first, last in lines:
        pygame.draw.line(picture, theme.target, first, last, max(2, round(2.5 * style.sizes.unit)))
    if lines:
        _write_level(picture, words, lines[len(lines) // 2][0], style)
    return picture


def _write_level(picture: pygame.Surface, words: str, at: Point, style: Style) -> None:
    px = style.sizes.caption
    wide = style.type.width(words, SEMIBOLD, px) + px
    tag = pygame.Rect(0, 0, wide, round(1.5 * px))
    tag.center = (round(at[0]), round(at[1]))
    tag.clamp_ip(picture.get_rect())
    pygame.draw.rect(picture, mix(style.theme.back, style.theme.panel, 0.5), tag, border_radius=4)
    style.type.write(picture, words, tag.center, SEMIBOLD, px, style.theme.target, align=0.5)


def contour_lines(values: Floats, level: float) -> list[tuple[Point, Point]]:
    """Return where values on a grid cross a level, as segments between (column, row) points.

    Marching squares; cells with a corner without a value are left out.
    """
    above = values > level
    corners = np.isfinite(values)
    whole = corners[:-1, :-1] & corners[:-1, 1:] & corners[1:, :-1] & corners[1:, 1:]
    count = above[:-1, :-1].astype(int) + above[:-1, 1:] + above[1:, :-1] + above[1:, 1:]
    pieces = []
    for row, column in np.argwhere(whole & (count > 0) & (count < 4)).tolist():
        ring = ((column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1))
        crossed = []
        for (x0, y0), (x1, y1) in zip(ring, (*ring[1:], ring[0]), strict=True):
            a, b = float(values[y0, x0]), float(values[y1, x1])
            if (a > level) != (b > level):
                part = (level - a) / (b - a)
                crossed.append((x0 + part * (x1 - x0), y0 + part * (y1 - y0)))
        pieces += list(zip(crossed[::2], crossed[1::2], strict=True))
    return pieces


def paint_step(
    surface: pygame.Surface, box: Box, listed: PriceList, step: Step, theme: Theme
) -> None:
    """Draw one step of the waterfall: a bar between two finish times, over the whole range."""
    ends = [t for s in listed.steps for t in (s.from_s, s.to_s)]
    low, high = min([listed.target_s, *ends]), max([listed.finish_s, *ends])
    scale = box.w / max(high - low, 1e-9)
    left, right = sorted((step.from_s, step.to_s))
    pygame.draw.rect(surface, mix(theme.panel, theme.panel_high, 0.6), box, border_radius=2)
    x = box.x + round((left - low) * scale)
    bar = pygame.Rect(x, box.y, max(2, round((right - left) * scale)), box.h)
    colour = theme.warning if step.seconds >= 0 else theme.good
    pygame.draw.rect(surface, colour, bar.clip(pygame.Rect(box).inflate(2, 0)), border_radius=2)
