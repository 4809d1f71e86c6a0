"""What the drawer is made of before it has pixels: items to press, drag or type in, and words.

In: nothing. Out: plain values with boxes; `pages` makes them, `paint` and the kit show them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from simulator.stage.desk import Knob
from simulator.view.layout import Box

Key = tuple[str, ...]

STRIP: Key = ("what if",)
"""The what-if strip: it lies beside the drawer, and Tab comes to it last."""


class Look(Enum):
    """How an item is drawn, and what can be done with it."""

    BUTTON = "button"
    TAB = "tab"
    SWITCH = "switch"
    CHOICE = "choice"
    SLIDER = "slider"
    VALUE = "value"
    LOCK = "lock"
    CROSS = "cross"
    RESET = "reset"
    OPTION = "option"


class Tone(Enum):
    """How strong words are, by meaning."""

    TEXT = "text"
    MUTED = "muted"
    FAINT = "faint"
    CHANGED = "changed"
    PROBLEM = "problem"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Item:
    """One control.

    Attributes:
        key: what it is, `("knob", "pacers.count")`; what is done with it follows from this alone.
        box: where it is [px of the drawer]. `ring`: what the focus ring goes round.
        text: what stands on it.
        on: selected, switched on, locked.
        knob: the knob it turns.
        stop: Tab stops here.
        note: the sentence that explains it.
        scrolls: it lies in the part that scrolls.
        enabled: there is something to do.
        colour: colour name of a dot on it, or empty.
        changed: something behind it differs from the file.
    """

    key: Key
    look: Look
    box: Box
    ring: Box
    text: str = ""
    on: bool = False
    knob: Knob | None = None
    stop: bool = True
    note: str = ""
    scrolls: bool = True
    enabled: bool = True
    colour: str = ""
    changed: bool = False

    @property
    def own(self) -> Key | None:
        """What is set back to the file's value by it: its knob, its section, None for neither."""
        if self.knob is not None:
            return ("knob", self.knob.path)
        return ("section", self.key[1]) if self.key[0] in ("section", "total") else None


@dataclass(frozen=True, slots=True)
class Word:
    """One run of text with its vertical middle at `y`; `align` 0 left, 1 right, of `x`."""

    text: str
    x: int
    y: int
    width: int
    tone: Tone = Tone.TEXT
    size: str = "body"
    align: float = 0.0
    scrolls: bool = True
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A round mark: of a named `colour`, or the one of a knob that differs from the file."""

    x: int
    y: int
    colour: str = ""
    scrolls: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page, ready to be shown: what it is made of, the part that scrolls, how long it is [px].

    `labels`: labels that a double click resets, as what is reset and box. `hint`: what is said
    where no item has anything to say.
    """

    items: tuple[Item, ...]
    words: tuple[Word, ...]
    dots: tuple[Dot, ...]
    labels: tuple[tuple[Key, Box], ...]
    view: Box
    length: int
    scroll: int
    note_at: Box
    banner: Box | None = None
    hint: str = ""

    def item(self, key: Key | None) -> Item | None:
        """Return the item of this name."""
        return next((item for item in self.items if item.key == key), None)

    @property
    def furthest(self) -> int:
        """How far it can be scrolled [px]."""
        return max(0, self.length - self.view.h)
