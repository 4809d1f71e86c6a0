"""A session: one scenario being watched and turned. The window asks it for everything.

In: a scenario or its file; actions, changes and elapsed wall time. Out: scenes and the desk. What
is set goes to the mixing desk, what has to be run is worked on beside the pictures.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path

from simulator.analysis.what_if import AXES
from simulator.errors import LightpaceError
from simulator.recording.recording import Recording
from simulator.session.cueing import Cueing
from simulator.session.filing import Filing
from simulator.session.pins import pins_file, telling_s
from simulator.stage.desk import Desk
from simulator.stage.keys import Action
from simulator.units import format_clock


class Session(Cueing, Filing):
    """One scenario being watched, and the desk its knobs are turned on."""

    _told_s: tuple[Recording, tuple[float, ...]] | None = None
    _desk_of: tuple[Recording, int] | None = None

    # -- the desk --------------------------------------------------------------------------------

    def desk(self) -> Desk:
        """Return what the drawer of knobs shows; the same object while nothing has changed."""
        run, known_s = self.recording, self._known_s()
        if self._told_s is None or self._told_s[0] is not run:
            self._told_s = (run, telling_s(run))
        state = (run, bisect_right(self._told_s[1], known_s))
        if self._desk is None or state != self._desk_of:
            self._desk, self._desk_of = self._laid_out(known_s), state
        return self._desk

    def _laid_out(self, known_s: float) -> Desk:
        mixing, live = self._mixing, self._shown.course
        return Desk(
            knobs=mixing.knobs(),
            splits=mixing.splits(),
            keep_target=mixing.keep_target,
            by_lap=mixing.by_lap,
            split_problem=mixing.split_problem,
            from_gun=mixing.from_gun,
            can_undo=mixing.history.can_undo,
            can_redo=mixing.history.can_redo,
            pins=self._pins.rows(live, known_s),
            comparison=self._pins.comparison(self.recording, live, known_s),
            axes=tuple(AXES),
            axis=self._strip.axis,
            file=self.file_name,
            file_problem=self.file_problem,
            unsaved=mixing.unsaved,
        )

    def _known_s(self) -> float:
        """Return up to when the live run is known to whoever watches [s]."""
        return math.inf if self.options.reveal else self.playback.furthest_s

    def change(self, path: str, text: str) -> bool:
        """Set one knob to what was typed; False where that is refused (`Knob.problem` says why).

        It goes on from this moment, or from the gun: on the start line, after the finish, and where
        `set_from_gun` says so.
        """
        done = self._mixing.change(path, text, self._tick())
        self._turned()
        return done

    def reset(self, path: str) -> None:
        """Set one knob back to the file's value."""
        self._mixing.reset(path, self._tick())
        self._turned()

    def undo(self) -> None:
        """Take the last change back."""
        self._mixing.move(-1)
        self._turned()

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        self._mixing.move(1)
        self._turned()

    def set_from_gun(self, on: bool) -> None:
        """Say whether changes run the whole attempt again, or go on from this moment."""
        self._mixing.from_gun = on
        self._desk = None

    def set_keep_target(self, on: bool) -> None:
        """Say whether the other splits make up for a changed one, or the target moves."""
        self._mixing.keep_target = on
        self._desk = None

    def change_split(self, index: int, text: str, *, cumulative: bool) -> bool:
        """Set one split of the plan; False where that is refused, with a notice."""
        why = self._mixing.change_split(index, text, self._tick(), cumulative=cumulative)
        return self._done(why)

    def reset_split(self, index: int | None) -> bool:
        """Set one split back to the file's, or with None the whole plan; False where refused."""
        return self._done(self._mixing.reset_split(index, self._tick()))

    def set_by_lap(self, on: bool) -> None:
        """Say whether the split table is one of laps, or of sections of 200 m."""
        self._mixing.by_lap = on
        self._desk = None

    def lock_split(self, index: int, on: bool) -> None:
        """Keep one split as it is while others change."""
        self._mixing.lock_split(index, on)
        self._desk = None

    def add_wave(self) -> None:
        """Add a wave of light."""
        self._done(self._mixing.add_wave(self._tick()))

    def remove_wave(self, name: str) -> None:
        """Take a wave of light away."""
        self._done(self._mixing.remove_wave(name, self._tick()))

    def _done(self, why: str) -> bool:
        if why:
            self._tell(why)
        self._turned()
        return not why

    def _tell(self, why: str) -> None:
        self.notify(f"{why[:1].upper()}{why[1:]}.")

    # -- pins ------------------------------------------------------------------------------------

    def pin(self) -> None:
        """Keep the run being shown, to compare with."""
        taken = {mark.colour for mark in (*self.show.ghosts, *self.show.waves)}
        name, course = self._pin_name(), self._shown.course
        self._repinned(self._pins.keep(name, self.recording, course, taken))

    def _pin_name(self) -> str:
        changed = [k for k in self._mixing.knobs() if k.changed and k.file_value]
        told = [f"{k.label} {k.value}" for k in changed[:2]]
        if len(changed) > 2:
            told.append(f"{len(changed) - 2} more")
        if len(self._shown.course) > 1:
            at = self._shown.course[-1].tick * self.recording.step_s
            told.append(f"from {format_clock(at)}")
        return ", ".join(told) or "as in the file"

    def unpin(self, number: int) -> None:
        """Give a kept run up."""
        self._pins.drop(number)
        self._repinned()

    def show_pin(self, number: int, on: bool) -> None:
        """Show a kept run as a ghost, or not."""
        self._pins.show(number, on)
        self._repinned()

    def _repinned(self, why: str = "") -> None:
        self._mixing.forking.taken_colours = self._pins.colours
        self._desk = None
        if why:
            self._tell(why)
        self._dress_again()

    def save_pins(self, path: str | Path) -> None:
        """Write the kept runs into a file."""
        try:
            if self._may_write(pins_file(path).absolute()):
                self.notify(f"Saved {self._pins.save(path).name}.")
        except (LightpaceError, ValueError) as error:
            self.notify(str(error))
        except OSError as error:  # the working folder is gone
            self.notify(f"{path} cannot be written: {error.strerror or error}.")

    def load_pins(self, path: str | Path) -> None:
        """Keep the runs of a file too."""
        try:
            self._repinned(self._pins.load(path))
        except LightpaceError as error:
            self.notify(str(error))

    # -- the strip -------------------------------------------------------------------------------

    def set_axis(self, axis: str) -> None:
        """Show another of `Desk.axes` in the strip of alternatives."""
        if axis in AXES and axis != self._strip.axis:
            self._strip.axis = axis
            self._desk = None
            self._ask()
            self._show_bars()

    def take_bar(self, index: int) -> None:
        """Take the value of one bar of the strip."""
        rows = self._strip.rows
        if 0 <= index < len(rows):
            self._done(self._mixing.take(rows[index], self._strip.axis, self._tick()))

    def perform(self, action: Action) -> bool:
        """Do what a key or a button asks for; return False where that is the window's business."""
        own: dict[Action, Callable[[], None]] = {
            Action.UNDO: self.undo,
            Action.REDO: self.redo,
            Action.FROM_GUN: lambda: self.set_from_gun(not self._mixing.from_gun),
            Action.PIN: self.pin,
            Action.SAVE: self.save,
        }
        if action in own:
            own[action]()
            return True
        return super().perform(action)
