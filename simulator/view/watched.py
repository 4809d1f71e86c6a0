"""What the window asks of what it watches, and how it may be opened.

In: nothing. Out: a protocol, and the arguments of `run`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypedDict

from simulator.stage.desk import Desk
from simulator.stage.keys import Action
from simulator.stage.scene import Scene
from simulator.view.cameras import Shot
from simulator.view.presenter import Presented
from simulator.view.theme import Theme
from simulator.view.window import Window

Witness = Callable[[Scene], object]
"""Is shown every scene that the window shows: what is heard, and real lights."""


class Watched(Presented, Protocol):
    """What the window asks of a session; a refused text gives False, and the desk says why."""

    @property
    def playing(self) -> bool:
        """Whether time is running."""

    @property
    def file_problem(self) -> str:
        """What is wrong with the file; also on the desk, which need not be laid out for it."""

    def scene(self) -> Scene:
        """Return what to show now."""

    def perform(self, action: Action) -> bool:
        """Do what a key asks for."""

    def notify(self, text: str) -> None:
        """Show a sentence for some seconds."""

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
        """Choose what the bars of the what-if panel vary."""

    def take_bar(self, index: int) -> None:
        """Take the value of a bar of the what-if panel."""

    def save(self) -> None:
        """Write the settings to the file."""

    def save_as(self, path: str | Path) -> None:
        """Write the settings to another file."""

    def add_wave(self) -> None:
        """Add a wave."""

    def remove_wave(self, name: str) -> None:
        """Take a wave away."""

    def advance(self, elapsed_s: float) -> None:
        """Let wall time pass [s]."""

    def work_on(self, budget_s: float) -> None:
        """Work on what waits in the time of a picture that is not drawn [s]."""

    def seek_distance(self, distance_m: float) -> None:
        """Go to a race distance [m]."""


class Opening(TypedDict, total=False):
    """How a window is opened.

    Attributes:
        size: the window's size [px], 1280 × 720.
        window: the window, where it is open already.
        fullscreen: fill the screen; where that is refused, a window and a notice.
        theme: name of the colours, or a file of them; `night`.
        witnesses: are shown every scene that the window shows.
        presenting: begin as for an audience.
        display: number of the display to fill, from 0; None = a window, or while presenting the
            second display where there is one.
        record: what the key for a film calls, with the colours and the camera of the moment.
    """

    size: tuple[int, int]
    window: Window
    fullscreen: bool
    theme: str
    witnesses: Sequence[Witness]
    presenting: bool
    display: int | None
    record: Callable[[Theme, Shot], object] | None
