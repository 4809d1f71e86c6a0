"""Rows of a page, one below the other: knobs, switches, split sections, kept runs.

In: values of the desk, a width [px], sizes. Out: items and words, counted from the page's top.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from simulator.stage.desk import Knob, KnobKind, PinRow, SplitKnob
from simulator.view.drawer.pieces import Dot, Item, Key, Look, Tone, Word
from simulator.view.layout import Box
from simulator.view.style import Style
from simulator.view.text import REGULAR, SEMIBOLD

YES = ("yes", "true", "on")


class Rows:
    """A page that grows downwards; `x` to `x + w` is the room for it."""

    def __init__(self, x: int, w: int, style: Style, refused: dict[Key, str]) -> None:
        """Start empty; `refused` says why a text typed for an item was not taken."""
        self.x, self.w, self.style = x, w, style
        self.px = style.sizes.body
        self.line = round(1.75 * self.px)
        self.y = 0
        self.items: list[Item] = []
        self.words: list[Word] = []
        self.dots: list[Dot] = []
        self.labels: list[tuple[Key, Box]] = []
        self._refused = refused
        self._kept = self._indent = 0

    @property
    def right(self) -> int:
        """The first column beyond the room."""
        return self.x + self.w

    def wide(self, text: str, size: str = "body", strong: bool = True) -> int:
        """Return the width of a text [px]."""
        weight = SEMIBOLD if strong else REGULAR
        return self.style.type.width(text, weight, getattr(self.style.sizes, size))

    def gap(self, share: float = 0.5) -> None:
        """Leave `share` of a text's height free."""
        self.y += round(share * self.px)

    def say(
        self, text: str, tone: Tone = Tone.MUTED, size: str = "small", *, strong: bool = False
    ) -> None:
        """Write a sentence in as many lines as it takes."""
        px = getattr(self.style.sizes, size)
        step = round(1.4 * px)
        for said in self.style.type.wrap(text.split(), REGULAR, px, self.w)[:5]:
            self.words.append(
                Word(said, self.x, self.y + step // 2, self.w, tone, size, strong=strong)
            )
            self.y += step

    def problem(self, key: Key, text: str = "") -> None:
        """Say why a text was refused."""
        said = self._refused.get(key, "") or text
        if said:
            self.say(said, Tone.PROBLEM, "caption")

    # knobs ------------------------------------------------------------------------------------

    def knobs(self, knobs: Iterable[Knob], forgiven: dict[str, str]) -> None:
        """Add knobs; those of one thing (`4:00: time`) stand under its name, without it.

        `forgiven`: problems that need not be told any more, by path.
        """
        listed = list(knobs)
        turned = [k for k in listed if k.kind in (KnobKind.NUMBER, KnobKind.TIME)]
        texts = [self.wide(_in_file(k), "caption", strong=False) + 2 for k in turned]
        # room for the file's value is kept free, so that no slider changes under a hand
        self._kept = min(max(texts, default=0), round(0.42 * self.w))
        thing = ""
        for knob in listed:
            before, colon, label = knob.label.rpartition(": ")
            if colon and before != thing:
                self.gap(0.2)
                self.say(before, Tone.TEXT, "body", strong=True)
            thing = before if colon else knob.label
            told = "" if forgiven.get(knob.path) == knob.problem else knob.problem
            self.knob(replace(knob, label=label, problem=told), inner=bool(colon))

    def knob(self, knob: Knob, *, inner: bool = False) -> None:
        """Add a knob, as its kind is drawn; `inner` ones stand a little to the right."""
        self._indent = round(0.8 * self.px) if inner else 0
        turned = knob.kind in (KnobKind.NUMBER, KnobKind.TIME) and knob.number is not None
        if turned:
            self._slider(knob)
        elif knob.kind is KnobKind.SWITCH:
            self._switch(knob)
        else:
            self._choice(knob, typed=knob.kind is not KnobKind.CHOICE)
        self.problem(("knob", knob.path), knob.problem)
        self.gap(0.45)

    def _label(self, knob: Knob, room: int) -> None:
        middle = self.y + self.line // 2
        box = Box(self.x, self.y, max(1, room), self.line)
        self.labels.append((("knob", knob.path), box))
        left = self.x + self._indent
        if knob.changed:
            left = self._dot(left, middle)
        room -= left - self.x
        self.words.append(Word(knob.label, left, middle, max(1, room), strong=knob.changed))

    def _dot(self, left: int, middle: int) -> int:
        """Mark what differs from the file; return where its label begins."""
        radius = max(2, round(0.2 * self.px))
        self.dots.append(Dot(left + radius, middle))
        return left + 3 * radius + 1

    def _was(self, knob: Knob, right: int, y: int, room: int) -> None:
        """Say the file's value in small: pressed, it is the knob's again."""
        if knob.changed and knob.file_value:
            self._reset(("knob", knob.path), _in_file(knob), right, y, room)

    def _reset(self, key: Key, said: str, right: int, y: int, room: int) -> None:
        wide = max(1, min(room, self.wide(said, "caption", strong=False) + 2))
        high = round(1.25 * self.style.sizes.caption)
        box = Box(right - wide, y - high // 2, wide, high)
        self.items.append(Item(("reset", *key), Look.RESET, box, box, said, note=_RESETS))

    def _slider(self, knob: Knob) -> None:
        said = knob.value + _unit(knob.unit)
        least = round(5.2 * self.px)
        value_w = min(max(least, self.wide(said) + self.px), round(0.5 * self.w))
        value = Box(self.right - value_w, self.y, value_w, self.line - 2)
        self._label(knob, self.w - value_w - round(0.4 * self.px))
        low = round(1.25 * self.px)
        self._was(knob, self.right, self.y + self.line + low // 2, self._kept)
        room = self.w - self._indent - self._kept - round(0.6 * self.px)
        track = Box(self.x + self._indent, self.y + self.line, max(low + 2, room), low)
        ring = Box(self.x, self.y, self.w, self.line + low)
        key = ("knob", knob.path)
        self.items.append(Item(key, Look.SLIDER, track, ring, knob=knob, note=knob.note))
        self.items.append(
            Item(("value", knob.path), Look.VALUE, value, value, said, stop=False, note=knob.note)
        )
        self.y += self.line + low

    def _switch(self, knob: Knob) -> None:
        high = round(1.15 * self.px)
        box = Box(self.right - 2 * high, self.y + (self.line - high) // 2, 2 * high, high)
        self._label(knob, self.w - box.w - self.px)
        ring = Box(self.x, self.y, self.w, self.line)
        on = knob.value.strip().lower() in YES
        key = ("knob", knob.path)
        self.items.append(Item(key, Look.SWITCH, box, ring, on=on, knob=knob, note=knob.note))
        if knob.changed:
            y = self.y + self.line // 2
            self._was(knob, box.x - self.px // 2, y, self.w // 3)
        self.y += self.line

    def _choice(self, knob: Knob, *, typed: bool) -> None:
        wide = round(0.56 * self.w)
        box = Box(self.right - wide, self.y, wide, self.line - 2)
        self._label(knob, self.w - wide - round(0.4 * self.px))
        ring = Box(self.x, self.y, self.w, self.line)
        look = Look.VALUE if typed else Look.CHOICE
        said = knob.value + (_unit(knob.unit) if typed else "")
        key = ("knob", knob.path)
        self.items.append(Item(key, look, box, ring, said, knob=knob, note=knob.note))
        self.y += self.line
        if knob.changed and knob.file_value:
            low = round(1.2 * self.style.sizes.caption)
            self._was(knob, self.right, self.y + low // 2, self.w)
            self.y += low

    # buttons and switches -----------------------------------------------------------------------

    def switch(self, key: Key, text: str, on: bool, note: str) -> None:
        """Add a switch with its words before it."""
        high = round(1.15 * self.px)
        box = Box(self.right - 2 * high, self.y + (self.line - high) // 2, 2 * high, high)
        ring = Box(self.x, self.y, self.w, self.line)
        self.words.append(Word(text, self.x, self.y + self.line // 2, self.w - 3 * high))
        self.items.append(Item(key, Look.SWITCH, box, ring, on=on, note=note))
        self.y += self.line

    def buttons(self, row: list[tuple[Key, str, str]]) -> None:
        """Add a row of buttons of one width: name, words, explanation."""
        space = round(0.5 * self.px)
        wide = (self.w - space * (len(row) - 1)) // max(1, len(row))
        for i, (key, text, note) in enumerate(row):
            box = Box(self.x + i * (wide + space), self.y, wide, self.line)
            self.items.append(Item(key, Look.BUTTON, box, box, text, note=note))
        self.y += self.line + round(0.4 * self.px)

    # the plan's sections and the kept runs ----------------------------------------------------

    def sections(self, splits: tuple[SplitKnob, ...]) -> None:
        """Add the split table: each section and the time up to its end can be typed.

        What the file says stands at the right, in room that is kept for it.
        """
        lock, space = self.line, round(0.8 * self.px)
        label = max(self.wide(s.label) for s in splits) + self.px
        texts = [self.wide(s.in_file, "caption", strong=False) + 2 for s in splits]
        was = max(self.wide("file", "caption"), *texts)
        field = (self.w - lock - label - was - 2 * space) // 2
        first = self.x + lock + label
        second = first + field + space
        low = round(1.5 * self.style.sizes.caption)
        inset = round(0.5 * self.px)
        headings = [("section", first + field - inset), ("total", second + field - inset)]
        if any(s.changed and s.in_file for s in splits):
            headings.append(("file", self.right))
        for text, right in headings:
            at, wide = (right, self.y + low // 2), field
            self.words.append(Word(text, *at, wide, Tone.MUTED, "caption", align=1.0))
        self.y += low
        for i, split in enumerate(splits):
            middle = self.y + self.line // 2
            name = str(i)
            side = self.line - 6
            box = Box(self.x, self.y + 3, side, side)
            note = "A locked section keeps its time when another changes."
            self.items.append(Item(("lock", name), Look.LOCK, box, box, on=split.locked, note=note))
            left = self.x + lock - 2
            if split.changed:
                left = self._dot(left, middle)
            strong = split.changed or i == len(splits) - 1
            self.words.append(Word(split.label, left, middle, first - left, strong=strong))
            place = Box(self.x + lock, self.y, label - inset, self.line)
            self.labels.append((("section", name), place))
            for kind, x, text in (
                ("section", first, split.section),
                ("total", second, split.cumulative),
            ):
                place = Box(x, self.y + 1, field, self.line - 3)
                self.items.append(Item((kind, name), Look.VALUE, place, place, text, note=_TYPED))
            if split.changed and split.in_file:
                self._reset(("section", name), split.in_file, self.right, middle, was)
            self.y += self.line
            for kind in ("section", "total"):
                self.problem((kind, name))

    def pins(self, pins: tuple[PinRow, ...]) -> None:
        """Add the kept runs: shown or not, and a cross that lets them go."""
        for pin in pins:
            middle = self.y + self.line // 2
            high = round(1.0 * self.px)
            cross = Box(self.right - self.line + 4, self.y + 3, self.line - 6, self.line - 6)
            switch = Box(cross.x - 2 * high - self.px, middle - high // 2, 2 * high, high)
            radius = max(3, round(0.28 * self.px))
            self.dots.append(Dot(self.x + radius, middle, pin.colour))
            left = self.x + 3 * radius + 2
            finish = self.wide(pin.finish)
            room = switch.x - self.px // 2 - left
            name = f"{pin.number}  {pin.name}"
            self.words.append(Word(name, left, middle, max(1, room - finish - self.px // 2)))
            self.words.append(
                Word(pin.finish, left + room, middle, finish + 2, align=1.0, strong=True)
            )
            number = str(pin.number)
            ring = switch.inset(-3, -3)
            note = f"{pin.name}: as a ghost and in the chart, or not."
            shown = Item(("show", number), Look.SWITCH, switch, ring, on=pin.shown, note=note)
            gone = Item(("unpin", number), Look.CROSS, cross, cross, note=f"Let run {number} go.")
            self.items += [shown, gone]
            self.y += self.line


_RESETS = "Double-click a label, or click this, to reset."
_TYPED = "Click or Enter to type; Enter applies, Escape takes back."


def _in_file(knob: Knob) -> str:
    return f"file {knob.file_value or knob.value}{_unit(knob.unit)}"


def _unit(unit: str) -> str:
    return f" {unit}" if unit else ""
