"""What a session must offer the drawer, and what a pressed, turned or typed item asks of it.

In: an item's name, a number or a text. Out: calls on the session; texts that it reads like a file.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Protocol

from simulator.stage.desk import Desk, Knob, KnobKind
from simulator.units import format_time
from simulator.view.drawer.pieces import Key
from simulator.view.drawer.rows import YES


class Mixed(Protocol):
    """What the drawer asks of a session; a refused text gives False and stands on the desk."""

    @property
    def file_problem(self) -> str:
        """What is wrong with the file; also on the desk, which need not be laid out for it."""

    def desk(self) -> Desk:
        """Return what the drawer shows."""

    def change(self, path: str, text: str) -> bool:
        """Turn a knob."""

    def reset(self, path: str) -> None:
        """Set a knob back to the file's value."""

    def undo(self) -> None:
        """Take the last change back."""

    def redo(self) -> None:
        """Make the change again."""

    def set_from_gun(self, on: bool) -> None:
        """Choose whether changes run the whole attempt again."""

    def set_keep_target(self, on: bool) -> None:
        """Choose whether a split change leaves the target as it is."""

    def change_split(self, index: int, text: str, *, cumulative: bool) -> bool:
        """Change a section, or the time up to its end."""

    def reset_split(self, index: int | None) -> bool:
        """Set a section back to the file's, or with None the whole plan."""

    def set_by_lap(self, on: bool) -> None:
        """Choose whether the split table is one of laps."""

    def lock_split(self, index: int, on: bool) -> None:
        """Keep a section as it is, or let it go."""

    def pin(self) -> None:
        """Keep this run."""

    def unpin(self, number: int) -> None:
        """Let a kept run go."""

    def show_pin(self, number: int, on: bool) -> None:
        """Show or hide a kept run."""

    def save_pins(self, path: str | Path) -> None:
        """Write the kept runs to a file."""

    def load_pins(self, path: str | Path) -> None:
        """Read kept runs from a file."""

    def set_axis(self, axis: str) -> None:
        """Choose what the strip varies."""

    def take_bar(self, index: int) -> None:
        """Take the value of a bar of the strip."""

    def save(self) -> None:
        """Write the settings to the file."""

    def save_as(self, path: str | Path) -> None:
        """Write the settings to another file."""

    def add_wave(self) -> None:
        """Add a wave."""

    def remove_wave(self, name: str) -> None:
        """Take a wave away."""


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


def stepped(knob: Knob, steps: int) -> str:
    """Return the text of the value `steps` steps away, from wherever the knob stands."""
    number = knob.number if knob.number is not None else knob.low
    moved = min(max(number + steps * knob.step, knob.low), knob.high)
    return written(knob, moved)


def neighbour(knob: Knob, steps: int) -> str:
    """Return the option `steps` further, stopping at the ends."""
    at = knob.options.index(knob.value) if knob.value in knob.options else 0
    return knob.options[min(max(0, at + steps), len(knob.options) - 1)]


def flipped(knob: Knob) -> str:
    """Return what a switch says when it is pressed."""
    return "no" if knob.value.strip().lower() in YES else "yes"


def pressed(session: Mixed, key: Key) -> None:
    """Do what a plain button or switch asks of the session."""
    desk = session.desk()
    name, *rest = key
    what = rest[0] if rest else ""
    if name in ("undo", "redo", "save", "pin"):
        {"undo": session.undo, "redo": session.redo, "save": session.save, "pin": session.pin}[
            name
        ]()
    elif name in ("gun", "here"):
        session.set_from_gun(name == "gun")
    elif name == "keep":
        session.set_keep_target(not desk.keep_target)
    elif name == "laps":
        session.set_by_lap(not desk.by_lap)
    elif name == "lock" and int(what) < len(desk.splits):
        session.lock_split(int(what), not desk.splits[int(what)].locked)
    elif name == "show":
        shown = next((p.shown for p in desk.pins if p.number == int(what)), False)
        session.show_pin(int(what), not shown)
    elif name == "unpin":
        session.unpin(int(what))
    elif name == "add wave":
        session.add_wave()
    elif name == "remove wave":
        session.remove_wave(what)


def set_back(session: Mixed, key: Key) -> str:
    """Set a knob, a section or the plan back to the file's; return why not, or an empty text."""
    name, *rest = key
    if name == "knob":
        session.reset(rest[0])
    elif not session.reset_split(int(rest[0]) if rest else None):
        return session.desk().split_problem
    return ""


def typed(session: Mixed, key: Key, text: str) -> str:
    """Hand a typed text to the session; return why it was refused, empty if it was taken.

    A knob's own sentence stands on the desk.
    """
    name, what = key
    if name in ("knob", "value"):
        session.change(what, text.strip())
    elif name in ("section", "total"):
        if not session.change_split(int(what), text.strip(), cumulative=name == "total"):
            return (
                session.desk().split_problem or f"{text.strip() or 'Nothing'} cannot be run here."
            )
    elif not text.strip():
        return "A file needs a name."
    elif what == "save as":
        session.save_as(text.strip())
    elif what == "save pins":
        session.save_pins(text.strip())
    elif what == "load pins":
        session.load_pins(text.strip())
    return ""
