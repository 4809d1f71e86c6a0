"""A session: one scenario being watched and changed. The window needs nothing else.

In: a scenario or its file; actions, changes and elapsed wall time. Out: scenes, and the contents of
the drawer. It owns a player, an editor with its history, forks, results, pins and perhaps a file,
and does what concerns several of them. Each picture follows the settings within the same frame.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from numpy import array_equal

from simulator.analysis.references import Reference
from simulator.analysis.what_if import AXES, Measure
from simulator.errors import LightpaceError, OutputError, Problem, ScenarioError
from simulator.files import free_name, replacing
from simulator.recording.recording import Recording
from simulator.recording.store import load_recording, save_recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import RecordingGhost, Scenario
from simulator.scenario.plan import schedule_of
from simulator.scenario.png_texts import is_picture
from simulator.session.answers import (
    PageAnswers,
    Present,
    RunResults,
    WhatIfBars,
    stretch_of,
)
from simulator.session.autosave import Autosave, SavedSession
from simulator.session.editor import AFTER_FINISH, DirectEdits, SettingsEditor
from simulator.session.history import Change, Lineage, Settings, settings_of
from simulator.session.knobs import first_sentence, groups_with_removals, time_text
from simulator.session.player import Player
from simulator.session.runs import MOST_PINS, Forks, Pins, pins_file, tick_at, unused_name
from simulator.session.scenario_file import (
    OverwriteGuard,
    ScenarioFile,
    elsewhere,
    formation_file_of,
    formation_text,
    written,
)
from simulator.session.variations import axes_of
from simulator.stage.keys import Action
from simulator.stage.playback import Playback
from simulator.stage.scene import Cue, Outline, PageContent, PanelState, Scene, Tab
from simulator.stage.show import Show, make_show
from simulator.units import format_clock

QUIET_PICTURES = 6
"""Slow results are started this many pictures after the last change: while a slider is dragged, the
machine would be busy with runs that nobody sees.
"""


class PlaybackControl(Protocol):
    """Controls playback: the player itself, or a story that uses it."""

    def pass_time(self, elapsed_s: float) -> None:
        """Let wall time pass [s]."""

    def perform(self, action: Action) -> bool:
        """Perform a key's action; return False if it does not concern playback."""

    def seek_distance(self, distance_m: float) -> None:
        """Go to a race distance [m]."""

    def scene(self) -> Scene:
        """Return the scene of the next picture."""

    def next_cue(self) -> None:
        """Go on: to the next chapter, or the next event of the run."""

    def previous_cue(self) -> None:
        """Go back to the previous one."""

    def from_beginning(self) -> None:
        """Begin again."""

    def cue(self) -> Cue:
        """Return the speaker's present cue."""

    def jump(self, number: int) -> None:
        """Go to a chapter or an event, from 1."""

    def outline(self) -> Outline:
        """Return the names of the chapters or events."""

    def preview(self, number: int) -> Scene:
        """Return the opening scene of a chapter or an event, from 1."""


class StoryControl(PlaybackControl, Protocol):
    """Playback control with chapters, which a session can resume."""

    @property
    def place(self) -> int | None:
        """The chapter that is shown, from 0; None if there is nothing to resume."""

    @property
    def on_script(self) -> bool:
        """Whether the run shown is the chapter's."""

    def come_back(self, chapter: int) -> None:
        """Resume a chapter as if it had been interrupted."""


class Session:
    """One scenario being watched, and the drawer of knobs that change it.

    Attributes:
        editor: settings, their history, and the editing of them.
        forks: runs by lineage.
        direct_edits: pacers and splits dragged in the picture itself.
        bars: the what-if strip.
        run_results: results that take longer than a frame.
        page_answers: answers for the drawer's open page.
        pins: the kept runs.
        file: the scenario's file; None if it has none.
        story: controls playback in place of the player; None: the player does.
        autosave: writes down unsaved state; None: nothing is saved automatically.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        rate: float = 1.0,
        start_at_s: float | None = None,
        settings: Settings | None = None,
        file: ScenarioFile | None = None,
    ) -> None:
        """Simulate the scenario and wait on the start line, or open at `start_at_s`.

        Args:
            scenario: what to run.
            rate: initial playback rate.
            start_at_s: race time to open at [s], paused; None waits on the line.
            settings: what the scenario was loaded from; None: it has no file.
            file: that file, which is watched from now on.
        """
        self.file = file
        self.story: StoryControl | None = None
        self.autosave: Autosave | None = None
        self.forks, self.pins, self.bars, self.run_results = (
            Forks(),
            Pins(),
            WhatIfBars(),
            RunResults(),
        )
        self.page_answers = PageAnswers()
        settings = settings or settings_of(scenario)
        self.forks.remember_scenario(settings, scenario)
        self.editor = SettingsEditor(settings, self.forks)
        self.direct_edits = DirectEdits(lambda: self.editor, self._tick)
        self._guard = OverwriteGuard()
        self.refusal = ""
        """Why the last file that was read or written was refused; empty if it was not."""
        self._story_ghosts: Sequence[Reference] | None = None
        self._shown, self._ghosts_changed = self.editor.history.now, False
        self._panel_state: tuple[object, PanelState] | None = None
        self.bars.ask(*self._present)
        self._player = Player(self._make_show(self._shown), rate)
        self._quiet = 0
        if start_at_s is not None:
            self._player.seek(start_at_s)

    @classmethod
    def open(
        cls,
        source: str | Path,
        *,
        overrides: Sequence[str] = (),
        rate: float = 1.0,
        start_at_s: float | None = None,
    ) -> Session:
        """Open a scenario's file, or the shipped one of that name, and watch the file.

        Raises:
            ScenarioError: the file or an override is not usable.
        """
        scenario = load_scenario(source, overrides=overrides)
        file = ScenarioFile.open(source)
        settings = replace(file.settings(), overrides=tuple(overrides))
        return cls(scenario, rate=rate, start_at_s=start_at_s, settings=settings, file=file)

    def begin(self, settings: Settings, show: Show, axis: str) -> None:
        """Start again with other settings and their show, for a chapter of a story.

        The show's ghosts stay, whatever the settings are changed to.
        """
        self.forks.remember_scenario(settings, show.scenario)
        self.editor = SettingsEditor(settings, self.forks)
        self.forks.remember_run(self.editor.history.now.lineage, show.recording)
        self._story_ghosts, self.bars.axis = show.ghosts, axis
        self._player.show = show  # its unchanged parts are reused

    # -- the present state -------------------------------------------------------------------------

    @property
    def scenario(self) -> Scenario:
        """The scenario of the present settings."""
        return self.editor.scenario

    @property
    def player(self) -> Player:
        """The player, showing the run of the present settings."""
        self._update()
        return self._player

    @property
    def show(self) -> Show:
        """Everything fixed about the attempt being shown."""
        return self.player.show

    @property
    def recording(self) -> Recording:
        """The attempt being shown."""
        return self.player.show.recording

    @property
    def playback(self) -> Playback:
        """The playhead."""
        return self.player.playback

    @property
    def playing(self) -> bool:
        """Whether time is running."""
        return not self._player.playback.paused

    @property
    def settled(self) -> bool:
        """Whether every bar is known; uncompiled, each picture adds one."""
        self._update()
        return self.bars.complete

    def _update(self) -> None:
        """Show the present settings: their run, ghosts and bars."""
        change = self.editor.history.now
        if self._player.options.settled is not self.direct_edits.moves_pacers:
            self._player.options = replace(
                self._player.options, settled=self.direct_edits.moves_pacers
            )
        bars_changed = self.bars.ask(*self._present)
        if change is not self._shown or self._ghosts_changed:
            other_run = change.lineage != self._shown.lineage
            self._shown, self._ghosts_changed = change, False
            self._player.replace_show(self._make_show(change), other_run=other_run)
            self._quiet = 0
        elif bars_changed:
            self._show_bars()

    def _make_show(self, change: Change) -> Show:
        scenario, run = self.forks.scenario(change.settings), self.forks.run(change.lineage)
        if change.settings != change.lineage[-1].settings:
            json = scenario.model_dump_json(by_alias=True)
            if run.scenario_json != json:  # the same run under another name, for example
                run = replace(run, scenario_json=json)
        ghosts = self._story_ghosts
        ghosts = self.forks.ghosts(scenario) if ghosts is None else ghosts
        pinned = self.pins.marks(change.lineage)
        runs = {mark.run for mark in pinned}  # a pin shows the same run, under its own name
        left = [mark for mark in self.forks.left_ghosts(change) if mark.run not in runs]
        ghosts = [*ghosts, *left, *pinned]
        segments = [
            (after.tick * run.step_s, self.forks.scenario(segment.settings))
            for segment, after in pairwise(change.lineage)
        ]
        show = make_show(scenario, run, ghosts, earlier=segments)
        return self._with_results(replace(show, **self._bars_of(change)), change.lineage)

    def _with_results(self, show: Show, lineage: Lineage) -> Show:
        """Return a show with the known results of its run and of the runs it was forked from."""
        earlier = tuple(
            (until_s, replace(then, **self.run_results.known(lineage[:n], then)))
            for n, (until_s, then) in enumerate(show.earlier, 1)
        )
        return replace(show, earlier=earlier, **self.run_results.known(lineage, show))

    def _show_bars(self) -> None:
        self._player.show = replace(self._player.show, **self._bars_of(self._shown))

    def _bars_of(self, change: Change) -> dict[str, Any]:
        forked = len(change.lineage) > 1
        axis = f"{self.bars.axis}, from the gun" if forked else self.bars.axis
        bars = self.bars
        return {"alternatives": bars.alternatives(), "axis": axis, "measure": bars.measure}

    # -- time --------------------------------------------------------------------------------------

    def advance(self, elapsed_s: float) -> None:
        """Let wall time pass [s]; check the file, take results from the background."""
        if self.file is not None and self.file.poll(elapsed_s):
            self._read_file(self.file)
        self._update()
        self.director.pass_time(elapsed_s)
        self.editor.history.pass_time(elapsed_s)
        if not self.bars.complete and self.bars.advance():
            self._show_bars()
        self._quiet += 1
        if self._quiet >= QUIET_PICTURES and not self.run_results.jobs.busy:
            self._ask()
        if self.run_results.jobs.poll():
            self._take_results()
        if self.page_answers.poll() and self.bars.measure is Measure.CHANCE:
            self._show_bars()
        if self.autosave is not None and self.autosave.pass_time(elapsed_s):
            self._keep(self.autosave)
        if self._quiet >= QUIET_PICTURES:
            self.page_answers.ask(self._present, self.bars)

    def _ask(self) -> None:
        """Start computing missing results, and the chance a little ahead of her."""
        show, time_s = self._player.show, self._player.playback.time_s
        now = show.in_force(time_s)
        here, _ = stretch = stretch_of(show, time_s, time_s)
        if now.chances is not None and not now.chances.missing(here, here):
            stretch = here, now.chances.next_m(here)
            if (now.band is not None or now.earlier) and not now.chances.missing(*stretch):
                return
        forks = next((n for n, (_, then) in enumerate(show.earlier) if then is now), None)
        lineage = self._shown.lineage
        if forks is not None:
            lineage, now = lineage[: forks + 1], replace(now, earlier=show.earlier[:forks])
        self.run_results.ask(lineage, now, stretch)

    def _take_results(self) -> None:
        self._player.show = self._with_results(self._player.show, self._shown.lineage)

    @property
    def _present(self) -> Present:
        return self.scenario, self.editor.file_scenario, self.editor.locked

    @property
    def busy(self) -> bool:
        """Whether a result of the run is missing or being computed."""
        return self._quiet < QUIET_PICTURES or self.run_results.jobs.busy

    def settle(self, from_s: float | None = None, until_s: float | None = None) -> None:
        """Wait until every visible result of the run is known: for stills and films.

        The chance is computed between two race times [s]; left out: now.
        """
        self._update()
        while self.bars.advance():
            pass
        self._show_bars()
        show, now_s = self._player.show, self._player.playback.time_s
        stretch = stretch_of(
            show, now_s if from_s is None else from_s, now_s if until_s is None else until_s
        )
        self.run_results.ask(self._shown.lineage, show, stretch)
        self._quiet = QUIET_PICTURES
        while self.run_results.jobs.busy:
            self.run_results.jobs.poll(wait=True)
        self._take_results()

    def close(self) -> None:
        """Discard the running jobs; the session can still be watched."""
        self.run_results.jobs.cancel()
        self.page_answers.jobs.cancel()
        if self.autosave is not None:
            self._keep(self.autosave, wait=True)

    # -- playback ----------------------------------------------------------------------------------

    @property
    def director(self) -> PlaybackControl:
        """Who controls playback: the story, or the player."""
        self._update()
        return self._player if self.story is None else self.story

    def scene(self) -> Scene:
        """Return the scene of the next picture; it is the same object while nothing changes."""
        return self.director.scene()

    def seek(self, time_s: float) -> None:
        """Go to a race time [s]."""
        self.player.seek(time_s)

    def notify(self, text: str) -> None:
        """Show a short sentence for a few seconds."""
        self._player.notify(text)

    def perform(self, action: Action) -> bool:
        """Perform an action of a key or a button; return False if it is left to the window."""
        calls: dict[Action, Callable[[], None]] = {
            Action.UNDO: self.undo,
            Action.REDO: self.redo,
            Action.FROM_GUN: self._switch_from_gun,
            Action.PIN: self.pin,
            Action.SAVE: self.save,
            Action.RESTORE: self.restore,
            Action.MEASURE: self._next_measure,
        }
        if action in calls:
            calls[action]()
            return True
        return self.director.perform(action)

    # -- the drawer --------------------------------------------------------------------------------

    def panel_state(self) -> PanelState:
        """Return the contents of the drawer; the same object while nothing changes."""
        if self.pins.pins:
            self._update()  # pins are compared with the live run, as far as it is known
        known_s = math.inf if self._player.options.reveal else self._player.playback.furthest_s
        show = self._player.show
        compared = self.pins.pins, self.pins.state(show.recording, show.scenario.track.lap, known_s)
        strip, acts = (self.bars.axis, self.bars.measure), self._acts_from_gun
        file, asked = (self.file_name, self.file_problem), None
        if self.page_answers.page:
            asked = (
                self.page_answers.key(self._present),
                known_s >= self._player.show.recording.end_s,
            )
        key = self.editor.state(), strip, file, compared, acts, asked, self.left_behind
        if self._panel_state is None or self._panel_state[0] != key:
            self._panel_state = key, self._make_panel_state(known_s)
        return self._panel_state[1]

    def _make_panel_state(self, known_s: float) -> PanelState:
        editor, pins, live = self.editor, self.pins, self._shown.lineage
        show = self._player.show
        return PanelState(
            knobs=editor.knobs(),
            splits=editor.splits(),
            keep_target=editor.keep_target,
            by_lap=editor.by_lap,
            split_problem=editor.split_problem,
            from_gun=editor.from_gun,
            can_undo=editor.history.can_undo,
            can_redo=editor.history.can_redo,
            pins=pins.rows(live, known_s),
            comparison=pins.comparison(show.recording, show.scenario.track.lap, live, known_s),
            axes=axes_of(*self._present[:2]),
            axis=self.bars.axis,
            measures=tuple(Measure),
            measure=self.bars.measure,
            file=self.file_name,
            file_problem=self.file_problem,
            unsaved=editor.unsaved,
            acts_from_gun=self._acts_from_gun,
            answers=self._answers(known_s),
            left_behind=self.left_behind,
            shortened=groups_with_removals(*self._present[:2]),
        )

    def _answers(self, known_s: float) -> PageContent:
        if not self.page_answers.page:
            return PageContent()
        secret = known_s < self._player.show.recording.end_s
        return self.page_answers.answers(self._present, secret=secret)

    @property
    def _acts_from_gun(self) -> bool:
        """Whether a change made now runs the whole attempt again."""
        return self.editor.from_gun or self._tick() in (None, AFTER_FINISH)

    def _tick(self) -> int | None:
        """Return the tick being shown; None on the line."""
        player = self._player
        if player.playback.time_s <= 0:
            return None
        if player.at_finish:
            return AFTER_FINISH
        return tick_at(player.playback.time_s, player.show.recording.step_s)

    def _done(self, refusal: str) -> bool:
        """Return whether an edit succeeded; notify the user where it was refused."""
        if refusal:
            self.notify(f"{refusal[:1].upper()}{refusal[1:]}.")
        return not refusal

    def change(self, path: str, text: str) -> bool:
        """Set one knob to typed text; return False if refused (`Knob.problem` says why).

        The change applies from this moment on; on the start line, after the finish, and if
        `set_from_gun` says so, from the gun.
        """
        return self.editor.change(path, text, self._tick())

    def reset(self, path: str) -> None:
        """Set one knob back to the file's value."""
        self.editor.reset(path, self._tick())

    def undo(self) -> None:
        """Undo the last change; a state that needs a file that is gone is not returned to."""
        self._move(-1)

    def redo(self) -> None:
        """Redo the last undone change, as `undo` does."""
        self._move(1)

    def _move(self, steps: int) -> None:
        try:
            self.editor.move(steps)
        except LightpaceError as error:
            self.notify(f"That cannot be shown again: {first_sentence(error).rstrip('.')}.")

    def set_from_gun(self, on: bool) -> None:
        """Choose whether changes run the whole attempt again, or apply from this moment on."""
        self.editor.from_gun = on

    def _switch_from_gun(self) -> None:
        """Switch by key, with a notice of what changes do now."""
        self.set_from_gun(not self.editor.from_gun)
        if self._acts_from_gun:
            over = "" if self.editor.from_gun else ": nothing is left to go on with, or run yet"
            self.notify(f"A change runs the whole attempt from the gun{over}.")
        else:
            self.notify("A change goes on from this moment.")

    def set_keep_target(self, on: bool) -> None:
        """Choose whether other splits compensate for a changed one, or the target moves."""
        self.editor.keep_target = on

    def set_by_lap(self, on: bool) -> None:
        """Choose whether the split table has rows of laps, or of 200 m sections."""
        self.editor.by_lap = on

    def change_split(self, index: int, text: str, *, cumulative: bool) -> bool:
        """Set one split of the plan; return False if refused, with a notice."""
        refusal = self.editor.change_split(index, text, self._tick(), cumulative=cumulative)
        if not refusal:
            self.direct_edits.note()
        return self._done(refusal)

    def reset_split(self, index: int | None) -> bool:
        """Reset one split, or with None the whole plan, to the file's; False if refused."""
        return self._done(self.editor.reset_split(index, self._tick()))

    def add_wave(self) -> None:
        """Add a wave of light."""
        self._done(self.editor.add_wave(self._tick()))

    def remove_wave(self, name: str) -> None:
        """Remove a wave of light."""
        self._done(self.editor.remove_wave(name, self._tick()))

    # -- ghosts ------------------------------------------------------------------------------------

    def add_ghost(self) -> None:
        """Add an even run to the plan's target as a ghost; its knob sets another time."""
        target_s = schedule_of(self.scenario.plan, self.scenario.distance).finish_s
        self._done(self.editor.add_ghost({"time": time_text(target_s)}, self._tick()))

    def add_ghost_file(self, path: str | Path) -> None:
        """Add the run of a file as a ghost: another scenario, or a recording."""
        with self._notifying(path):
            file = Path(path).expanduser()
            there = file.is_file() and str(file.resolve())
            refusal = self.editor.add_ghost({"file": there or str(path)}, self._tick())
            if refusal:
                raise OutputError(f"{file.name}: {refusal}.")

    def ghost_of_pin(self, number: int) -> None:
        """Make a kept run a ghost of the scenario: its recording is saved next to the file."""
        pin = next((pin for pin in self.pins.pins if pin.number == number), None)
        if pin is None:
            return
        with self._notifying("the recording"):
            recorded = (g for g in self.scenario.ghosts if isinstance(g, RecordingGhost))
            if any(array_equal(load_recording(g.file).x, pin.run.x) for g in recorded):
                self.notify(f"Kept run {number} is a ghost already.")
                return
            stem = "".join(c if c.isalnum() or c in " .-" else "_" for c in pin.name)[:60]
            folder = Path.cwd()
            if self.file is not None and not self.file.shipped:
                folder = self.file.path.parent
            # a ghost's relative path would be taken from the scenario's folder
            path = free_name(str(folder.resolve() / (stem.strip(" .") or "run")), ".npz")
            save_recording(pin.run, path)
            name = unused_name(pin.name, {ghost.name for ghost in self.scenario.ghosts})
            ghost = {"name": name, "file": str(path), "colour": pin.colour}
            if self._done(self.editor.add_ghost(ghost, self._tick())):
                self.show_pin(number, False)  # the ghost replaces it
                self.notify(f"Saved {path.name}, and added it as a ghost.")
            else:
                path.unlink(missing_ok=True)

    def remove_ghost(self, index: int) -> None:
        """Remove a ghost; undo restores it."""
        self._done(self.editor.remove_ghost(index, self._tick()))

    def set_axis(self, axis: str) -> None:
        """Show another of `PanelState.axes` in the what-if strip."""
        if axis in axes_of(*self._present[:2]):
            self.bars.axis = axis

    def set_strip(self, axis: str, measure: str) -> None:
        """Restore the axis and measure of the what-if strip, as far as they exist here."""
        self.set_axis(axis)
        if measure in tuple(Measure):
            self.set_measure(measure)

    def _next_measure(self) -> None:
        measures = tuple(Measure)
        self.set_measure(measures[(measures.index(self.bars.measure) + 1) % len(measures)])
        self.notify(f"The bars show: {self.bars.measure}.")

    def set_measure(self, measure: str) -> None:
        """Show another of `PanelState.measures` in the bars."""
        self.bars.measure = Measure(measure)
        self._show_bars()

    def take_bar(self, index: int) -> None:
        """Apply the value of one bar of the what-if strip."""
        self._update()
        rows, axis = self.bars.rows, self.bars.axis
        if 0 <= index < len(rows):
            take = self.editor.take if axis in AXES else self.editor.take_knob
            self._done(take(rows[index], axis, self._tick()))

    # -- the drawer's pages ------------------------------------------------------------------------

    def look_at(self, page: str) -> None:
        """Record which page of the drawer is open; empty for none."""
        self.page_answers.page = page if page in tuple(Tab) else ""

    def set_map(self, across: str, up: str) -> None:
        """Show the map of two other knobs, by their names."""
        self.page_answers.map_names = across, up

    def take_cell(self, row: int, column: int) -> None:
        """Apply the two values of a cell of the map."""
        before = self._present
        knob_map = self.page_answers.knob_map(before)
        if knob_map is None or not (0 <= row < len(knob_map.ys) and 0 <= column < len(knob_map.xs)):
            return
        # in the order in which the map has run them: one of the two may bound the other
        across, up = zip(knob_map.paths, (knob_map.xs[column], knob_map.ys[row]), strict=True)
        values = up, across
        self._done(self.editor.change_all("the map", values, self._tick()))
        self.page_answers.keep_map(before, self._present)

    def set_goal(self, name: str) -> None:
        """Set the knob for which the goal page solves."""
        self.page_answers.goal_name = name

    def take_goal(self) -> None:
        """Apply the value that reaches the goal, or comes nearest to it."""
        goal = self.page_answers.goal(self._present)
        if goal is None:
            return
        values = [(goal.path, goal.value)]
        if goal.plan_target:
            values.insert(0, ("plan.target", goal.plan_target))
        self._done(self.editor.change_all("the goal", tuple(values), self._tick()))

    # -- pins --------------------------------------------------------------------------------------

    def pin(self) -> None:
        """Keep the run being shown, for comparison."""
        taken = {mark.colour for mark in (*self.show.ghosts, *self.show.waves)}
        name, lineage = self._pin_name(), self._shown.lineage
        self._pins_changed(self.pins.keep(name, self.recording, lineage, taken))

    def _pin_name(self) -> str:
        changed = [k for k in self.editor.knobs() if k.changed and k.file_value]
        words = [f"{k.label} {k.value}" for k in changed[:2]]
        if len(changed) > 2:
            words.append(f"{len(changed) - 2} more")
        if len(self._shown.lineage) > 1:
            at_s = self._shown.lineage[-1].tick * self.recording.step_s
            words.append(f"from {format_clock(at_s)}")
        return ", ".join(words) or "as in the file"

    def unpin(self, number: int) -> None:
        """Remove a kept run."""
        self.pins.drop(number)
        self._pins_changed()

    def show_pin(self, number: int, on: bool) -> None:
        """Show or hide a kept run's ghost."""
        self.pins.show(number, on)
        self._pins_changed()

    def _pins_changed(self, refusal: str = "") -> None:
        self.forks.taken_colours = self.pins.colours
        self._ghosts_changed = True
        self._done(refusal)

    def save_pins(self, path: str | Path) -> None:
        """Write the kept runs into a file."""
        with self._notifying(path):
            self._guard.check(pins_file(path).absolute(), self.file)
            self.notify(f"Saved {self.pins.save(path).name}.")

    def load_pins(self, path: str | Path) -> None:
        """Also keep the runs of a file."""
        with self._notifying(path):
            self._pins_changed(self.pins.load(path))

    # -- the file ----------------------------------------------------------------------------------

    @property
    def file_name(self) -> str:
        """The file's name, empty without one."""
        return "" if self.file is None else self.file.path.name

    @property
    def file_problem(self) -> str:
        """What is wrong with the file now, with line and column; empty if nothing is."""
        return "" if self.file is None else self.file.missing or self.file.problem

    def _read_file(self, file: ScenarioFile) -> None:
        """Apply a changed file like a knob; if it has problems, the earlier content stays."""
        again = self.forks.reading_files_again() if file.named_changed else nullcontext()
        try:
            with again:
                self.editor.read(file.settings(), self._tick())
        except ScenarioError as error:
            file.problem = str(_seen_from(error.problems[0], file.path.parent))
        except LightpaceError as error:
            file.problem = str(error)
        else:
            file.problem = ""
            self._ghosts_changed |= file.named_changed

    def save(self) -> None:
        """Write the settings into the scenario's file, changing only what was edited."""
        file = self.file
        if file is None or file.shipped:
            what = "It came from no file"
            if file is not None:
                kind = "a picture" if is_picture(file.path) else "a shipped one"
                what = f"{file.path.stem} is {kind}"
            self.notify(f"{what}: save it as another file.")
            return
        if file.look():
            self._read_file(file)
        if file.problem:
            self.notify(f"{file.path.name} has a problem: mend it, or save as another file.")
            return
        with self._notifying(file.path.name):
            named = formation_file_of(self.editor.history.now.settings)
            file.write(written(self.editor.file_settings, self.scenario, named))
            self._saved(file)

    def save_as(self, path: str | Path) -> None:
        """Write the settings into another file, which is watched from then on."""
        path = Path(path)
        with self._notifying(path.name):
            path = path.expanduser().absolute()  # raises if the working folder is gone
            path = path if path.suffix in (".yaml", ".yml") else path.with_name(f"{path.name}.yaml")
            new = elsewhere(self.editor.file_settings, self.scenario, path)
            self._guard.check(path, self.file)
            file = ScenarioFile(path, new.text, shipped=False)
            file.write(new.text)
            self.file = file
            self._saved(file, " without comments of the old file" * new.lost_comments)

    def save_formation(self, path: str | Path) -> None:
        """Write the formation into its own file, which the settings name from then on."""
        path = Path(path)
        with self._notifying(path.name):
            path = path if path.suffix in (".yaml", ".yml") else path.with_name(f"{path.name}.yaml")
            path = path.expanduser().absolute()
            if self.file is not None and path == self.file.path:
                raise OutputError(f"{path.name} is the scenario: choose another name.")
            self._guard.check(path, None)
            text = formation_text(self.scenario.pacers.formation, path.stem)
            with replacing(path) as temporary:
                temporary.write_text(text, encoding="utf-8")
            refusal = self.direct_edits.name_formation(path, text)
            if refusal:
                raise OutputError(refusal)
            self.notify(f"Saved {path.name}.")

    def _saved(self, file: ScenarioFile, lost: str = "") -> None:
        self.editor.saved(file.settings())
        forks = ", where changes hold from the gun" * self.forked
        self.notify(f"Saved {file.path.name}{lost}{forks}.")

    @property
    def forked(self) -> bool:
        """Whether something was changed on the way."""
        return len(self.editor.history.now.lineage) > 1

    @contextmanager
    def _notifying(self, path: str | Path) -> Iterator[None]:
        """Show problems with a file as a notice."""
        self.refusal = ""
        try:
            yield
        except LightpaceError as error:
            self.refusal = first_sentence(error)
        except ValueError as error:
            self.refusal = str(error)
        except OSError as error:
            self.refusal = f"{path} cannot be written: {error.strerror or error}."
        if self.refusal:
            self.notify(self.refusal)

    # -- autosave ----------------------------------------------------------------------------------

    @property
    def _changed(self) -> bool:
        """Whether the settings are no longer the file's, or in a story those of its chapter."""
        return self.editor.unsaved if self.story is None else not self.story.on_script

    @property
    def at_stake(self) -> str:
        """What closing the window now would lose, as a sentence; empty: nothing."""
        kept = len(self.pins.pins)
        runs = f"{kept} run{'s are' if kept > 1 else ' is'} kept" if kept else ""
        parts = [part for part in ("the settings are not saved" * self._changed, runs) if part]
        words = " and ".join(parts)
        return f"{words[:1].upper()}{words[1:]}." if words else ""

    @property
    def left_behind(self) -> str:
        """What an earlier run left that can be restored, as text; empty: nothing."""
        return "" if self.autosave is None else self.autosave.left_words

    def _keep(self, autosave: Autosave, *, wait: bool = False) -> None:
        """Write down what would be lost."""
        chapter = None if self.story is None else self.story.place
        if not self.at_stake and chapter is None:
            autosave.drop()
            return
        file, as_told = self.file, self.story is not None and not self._changed
        saved = SavedSession(
            version=1,
            source=autosave.story or ("" if file is None else str(file.path)),
            shipped=file is not None and file.shipped,
            change=None if as_told else self.editor.history.now,
            time_s=self._player.playback.time_s,
            axis=self.bars.axis,
            measure=self.bars.measure,
            chapter=chapter,
            locked=self.editor.locked,
        )
        autosave.keep(saved, [(pin.name, pin.run) for pin in self.pins.pins], wait=wait)

    def restore(self) -> None:
        """Restore what an earlier run left: its settings, pins and moment; undo returns."""
        left = None if self.autosave is None else self.autosave.left_behind()
        if self.autosave is None or left is None:
            self.notify("There is no earlier session to bring back.")
            return
        path, saved = left
        if self.story is None and self.editor.unsaved:
            self.notify("The settings here are not saved: save them or undo first.")
            return
        if len(self.pins.pins) + saved.pins > MOST_PINS:
            self.notify(f"{saved.pins} kept runs more are too many: give up some of those here.")
            return
        with self._notifying(path.name):
            change = saved.change
            if change is not None:
                self.forks.scenario(change.settings)  # raises before anything is changed
            if self.story is not None:
                self.story.come_back(saved.chapter or 0)
            elif change is not None:
                self._reopen(saved, change.settings)
            if change is not None:
                self.editor.history.put(change, saved.locked)
            self._show_again(saved)
            live: Lineage | None = self._shown.lineage
            shown_m = self._player.show.recording.x
            for name, run in self.autosave.take(path):
                is_live = live is not None and array_equal(run.x, shown_m)
                self.pins.keep(name, run, live if is_live else None)  # hides what lies ahead
                live = None if is_live else live
            self._pins_changed()
            self._keep(self.autosave)
            self.notify(f"Brought back: {self.file_name or self.scenario.name}, {saved.when}.")

    def _reopen(self, saved: SavedSession, settings: Settings) -> None:
        """Open the file of an earlier session, if it still exists."""
        file, in_file = None, replace(settings, overrides=())
        with suppress(LightpaceError):
            path = Path(saved.source)
            there = (
                ScenarioFile.open(path.stem if saved.shipped else path) if saved.source else None
            )
            filed = in_file if there is None else there.settings()
            self.forks.scenario(filed)
            file, in_file = there, filed  # only now: it may be unusable by now
        self.file = file
        self.editor = SettingsEditor(in_file, self.forks)

    def _show_again(self, saved: SavedSession) -> None:
        self.bars.axis = saved.axis
        with suppress(ValueError):
            self.bars.measure = Measure(saved.measure)
        self._update()
        self.seek(saved.time_s)


def _seen_from(problem: Problem, folder: Path) -> Problem:
    """Return a problem with its file's path relative to `folder`, if it lies below that."""
    with suppress(ValueError):
        source = str(Path(problem.source).relative_to(folder))
        return replace(problem, source=source)
    return problem
