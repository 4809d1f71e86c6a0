"""A session: one scenario being watched and turned; it owns the desk, the runs and the open work.

In: a scenario or its file; actions, changes and elapsed wall time from the window. Out: scenes and
the desk. It asks physics and analysis for results; the window asks only the session. Work goes on
in slices between pictures, so that no picture is late.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

from simulator.analysis.marks import Mark, run_mark
from simulator.analysis.projection import finding_possible
from simulator.analysis.what_if import finding_alternatives
from simulator.physics.attempt import finished
from simulator.recording.recording import Recording
from simulator.scenario.model import Scenario
from simulator.session.changes import Change
from simulator.session.courses import Runs, tick_at
from simulator.session.mixing import Mixing
from simulator.session.settings import Settings, settings_of
from simulator.session.watching import Watching
from simulator.stage.desk import Desk
from simulator.stage.keys import Action
from simulator.stage.show import Show, make_show, with_findings

SLICE_S = 0.004
"""Work done beside one picture [s]."""


class Session(Watching):
    """One scenario being watched, and the desk its knobs are turned on."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        rate: float = 1.0,
        start_at_s: float | None = None,
        clock: Callable[[], float] = time.perf_counter,
        settings: Settings | None = None,
    ) -> None:
        """Simulate the scenario and stand on the start line, or at `start_at_s`.

        Args:
            scenario: what to run.
            rate: playback rate to begin with.
            start_at_s: race time to open at [s], paused; None waits on the line.
            clock: measures the slices of work [s]; only a test hands in another.
            settings: what the scenario was loaded from; left out: it comes from no file.
        """
        self._clock = clock
        self._runs = Runs()
        settings = settings or settings_of(scenario)
        self._runs.keep_scenario(settings, scenario)
        self._mixing = Mixing(settings, settings, self._runs)
        self._shown = self._mixing.now
        super().__init__(self._show_of(self._shown), rate)
        if start_at_s is not None:
            self.seek(start_at_s)
        self._desk: Desk | None = None
        self._jobs: deque[Generator[None, None, None]] = deque([self._findings()])

    @property
    def scenario(self) -> Scenario:
        """What is asked for now."""
        return self._mixing.scenario

    # -- work ------------------------------------------------------------------------------------

    def _findings(self) -> Generator[None, None, None]:
        target = self._show.plan.finish_s or 0.0
        possible = yield from finding_possible(self.scenario, self.recording, target)
        self._show = with_findings(self._show, possible=possible)
        rows = yield from finding_alternatives(self.scenario)
        self._show = with_findings(self._show, alternatives=rows)

    def advance(self, elapsed_s: float) -> None:
        """Let `elapsed_s` of wall time [s] pass, then do one slice of waiting work."""
        self.pass_time(elapsed_s)
        self._mixing.history.pass_time(elapsed_s)
        if self._jobs:
            self._work(SLICE_S)

    def _work(self, budget_s: float) -> None:
        began = self._clock()
        while self._jobs and self._clock() - began < budget_s:
            try:
                next(self._jobs[0])
            except StopIteration:
                self._jobs.popleft()

    def finish_work(self) -> None:
        """Work everything off that is waiting: for stills and films, where nobody waits."""
        while self._jobs:
            self._work(1.0)

    def _run_of(self, change: Change) -> Recording:
        return finished(self._runs.running(change.course))

    def _show_of(self, change: Change) -> Show:
        scenario = self._runs.scenario(change.settings)
        run = replace(self._run_of(change), scenario_json=scenario.model_dump_json(by_alias=True))
        marks: list[Mark] = self._runs.ghosts(scenario)
        for left in change.abandoned:
            past = finished(self._runs.running(left.course))
            marks.append(replace(run_mark(left.name, left.colour, "", past), label=left.label))
        return make_show(scenario, run, marks)

    def _follow(self) -> None:
        """Show what the desk says now."""
        self._desk = None
        change = self._mixing.now
        if change is self._shown:
            return
        other_run = change.course != self._shown.course
        self._shown = change
        self.put_on(self._show_of(change), other_run=other_run)
        self._jobs = deque([self._findings()])

    # -- the desk --------------------------------------------------------------------------------

    def _tick(self) -> int | None:
        """Return the tick being shown, None on the line and after the finish."""
        t = self.playback.time_s
        return tick_at(t, self.recording.step_s) if 0 < t < self.recording.end_s else None

    def desk(self) -> Desk:
        """Return what the drawer of knobs shows."""
        if self._desk is None:
            mixing = self._mixing
            self._desk = Desk(
                knobs=mixing.knobs(),
                splits=mixing.splits(),
                keep_target=mixing.keep_target,
                from_gun=mixing.from_gun,
                can_undo=mixing.history.can_undo,
                can_redo=mixing.history.can_redo,
                pins=(),
                comparison=None,
                axes=("pacers",),
                axis="pacers",
                file=mixing.file_settings.name,
                file_problem="",
                unsaved=mixing.unsaved,
            )
        return self._desk

    def change(self, path: str, text: str) -> bool:
        """Set one knob to what was typed; False where that is refused (`Knob.problem` says why).

        It goes on from this moment, or from the gun: on the start line, after the finish, and where
        `set_from_gun` says so.
        """
        done = self._mixing.change(path, text, self._tick())
        self._follow()
        return done

    def reset(self, path: str) -> None:
        """Set one knob back to the file's value."""
        self._mixing.reset(path, self._tick())
        self._follow()

    def undo(self) -> None:
        """Take the last change back."""
        self._mixing.history.move(-1)
        self._follow()

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        self._mixing.history.move(1)
        self._follow()

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
            self.notify(f"{why[:1].upper()}{why[1:]}.")
        self._follow()
        return not why

    def pin(self) -> None:
        """Keep this run to compare with."""

    def unpin(self, number: int) -> None:
        """Give a kept run up."""

    def show_pin(self, number: int, on: bool) -> None:
        """Show a kept run as a ghost, or not."""

    def save_pins(self, path: str | Path) -> None:
        """Write the kept runs into a file."""

    def load_pins(self, path: str | Path) -> None:
        """Read kept runs from a file."""

    def set_axis(self, axis: str) -> None:
        """Show another axis in the strip of alternatives."""

    def take_bar(self, index: int) -> None:
        """Take the value of one bar of the strip."""

    def save(self) -> None:
        """Write the settings into the scenario's file."""

    def save_as(self, path: str | Path) -> None:
        """Write the settings into another file."""

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
