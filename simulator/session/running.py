"""Running: the live attempt, the strip beside it, and what is found out about it.

In: the mixing desk's state, elapsed wall time. Out: shows, put on when they are complete. What has
to be run is worked on beside the pictures (`work`), so that no picture is late; until it is there
the old show goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

from simulator.analysis.chances import finding_band, finding_chances
from simulator.analysis.marks import Mark, run_mark
from simulator.analysis.projection import finding_possible
from simulator.physics.attempt import Job
from simulator.scenario.model import Scenario
from simulator.session.attempting import Found, attempting
from simulator.session.changes import Change, Course
from simulator.session.courses import Runs, tick_at
from simulator.session.mixing import AFTER_FINISH, Mixing
from simulator.session.pins import Pins
from simulator.session.settings import Settings, settings_of
from simulator.session.strip import Strip
from simulator.session.watching import Watching
from simulator.session.work import PAUSED_SLICE_S, SLICE_S, Task, Work
from simulator.stage.show import Show, make_show, with_findings

FINDINGS = ("possible", "chances", "band")
"""What is found out about a run once it is known, in this order."""


class Running(Watching):
    """One scenario being watched, whose settings change on the way."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        rate: float = 1.0,
        start_at_s: float | None = None,
        clock: Callable[[], float] = time.perf_counter,
        settings: Settings | None = None,
        processes: bool = False,
    ) -> None:
        """Simulate the scenario and stand on the start line, or at `start_at_s`.

        Args:
            scenario: what to run.
            rate: playback rate to begin with.
            start_at_s: race time to open at [s], paused; None waits on the line.
            clock: measures the slices of work [s]; only a test hands in another.
            settings: what the scenario was loaded from; left out: it comes from no file.
            processes: work beside the pictures in a second process; `close` ends it.
        """
        self._runs = Runs()
        settings = settings or settings_of(scenario)
        self._runs.keep_scenario(settings, scenario)
        self._mixing = Mixing(settings, self._runs)
        self._strip = Strip()
        self._pins = Pins()
        self._shown = self._mixing.now
        self._runs.run(self._shown.course)
        super().__init__(self._show_of(self._shown), rate)
        if start_at_s is not None:
            self.seek(start_at_s)
        self._work = Work(clock, processes)
        self._asked = self._shown
        self._ask()

    @property
    def scenario(self) -> Scenario:
        """What is asked for now; what is shown may be one step behind."""
        return self._mixing.scenario

    @property
    def settled(self) -> bool:
        """Whether what is asked for is what is shown, with all its bars."""
        bars = self._show.alternatives
        complete = bars is not None and not any(bar.stale for bar in bars)
        return complete and self._shown is self._mixing.now

    # -- work ------------------------------------------------------------------------------------

    def advance(self, elapsed_s: float) -> None:
        """Let `elapsed_s` of wall time [s] pass, then see to the work that waits."""
        self.pass_time(elapsed_s)
        self._mixing.history.pass_time(elapsed_s)
        self._work.go_on(SLICE_S if self.playing else PAUSED_SLICE_S)

    def finish_work(self) -> None:
        """Work everything off that is waiting: for stills and films, where nobody waits."""
        self._work.finish()

    def close(self) -> None:
        """End the work beside the pictures; the session can still be watched."""
        self._work.close()

    def _ask(self) -> None:
        """Ask for what is not known: the run and the strip together, then what it means."""
        change = self._mixing.now
        rows = tuple(self._strip.ask(self.scenario))
        past, legs = self._runs.missing(change.course)
        tasks = []
        if legs or rows:
            job = partial(attempting, past, tuple(legs), rows)
            tasks.append(Task(job, partial(self._attempted, change, rows), urgent=True))
        if not legs and change is not self._shown:
            tasks.append(self._dress(change))
        for left in change.abandoned:
            past, legs = self._runs.missing(left.course)
            if legs:
                job = partial(attempting, past, tuple(legs), ())
                tasks.append(Task(job, partial(self._remembered, left.course)))
        self._work.ask(tasks or self._findings())

    def _dress(self, change: Change) -> Task:
        return Task(partial(self._dressing, change), partial(self._dressed, change), here=True)

    def _findings(self) -> list[Task]:
        """Return what is still to be found out about the run being shown."""
        show, target = self._show, self._show.plan.finish_s or 0.0
        asked = (show.scenario, show.recording, target)
        jobs: list[tuple[str, Callable[[], Job[Any]]]] = [
            ("possible", partial(finding_possible, *asked)),
            ("chances", partial(finding_chances, *asked)),
        ]
        if len(self._shown.course) == 1:  # the band is of runs from the gun under one scenario
            jobs.append(("band", partial(finding_band, show.scenario, show.light)))
        open_ = [(name, job) for name, job in jobs if getattr(show, name) is None]
        return [Task(job, partial(self._found_out, name)) for name, job in open_[:1]]

    def _found_out(self, name: str, found: Any) -> None:
        self._show = with_findings(self._show, **{name: found})
        self._ask()

    def _attempted(self, change: Change, rows: tuple[Scenario, ...], found: Found) -> None:
        self._runs.found(change.course, found.runs)
        self._strip.found(rows, found.finish_s)
        self._ask()
        self._show_bars()
        if self._runs.recording(self._mixing.now.course) is None:
            self._work.add(self._dress(change))  # still turning: show how far it has come

    def _remembered(self, course: Course, found: Found) -> None:
        self._runs.found(course, found.runs)
        self._ask()
        self._dress_again()

    def _dress_again(self) -> None:
        """Show the same run with other ghosts."""
        self._work.add(self._dress(self._shown))

    def _follow(self) -> None:
        """See to it that what the desk says now is shown as soon as its run is known."""
        if self._mixing.now is not self._asked:
            self._asked = self._mixing.now
            self._ask()
            self._show_bars()

    def _show_bars(self) -> None:
        bars = self._strip.alternatives()
        self._show = with_findings(self._show, alternatives=bars, axis=self._axis_words())

    def _dressing(self, change: Change) -> Job[Show]:
        """Make the show of a change whose run is known, in slices."""
        show = self._show_of(change)
        yield
        yield from show.warming()
        return show

    def _dressed(self, change: Change, show: Show) -> None:
        """Put it on; of the same run, what was found out still holds."""
        same_run = change.course == self._shown.course
        before, now = self._show.scenario, show.scenario
        kept = ["alternatives", "axis"]
        if same_run and (before.plan, before.uncertainty) == (now.plan, now.uncertainty):
            kept += FINDINGS if before.wavelight == now.wavelight else FINDINGS[:-1]
        show = with_findings(show, **{name: getattr(self._show, name) for name in kept})
        self._shown = change
        self.put_on(show, other_run=not same_run)
        self._ask()

    def _show_of(self, change: Change) -> Show:
        scenario = self._runs.scenario(change.settings)
        run = self._runs.run(change.course)
        asked = scenario.model_dump_json(by_alias=True)
        if run.scenario_json != asked:  # the same run under another name, say
            run = replace(run, scenario_json=asked)
        marks: list[Mark] = self._runs.ghosts(scenario)
        for left in change.abandoned:
            past = self._runs.recording(left.course)
            if past is not None:
                marks.append(replace(run_mark(left.name, left.colour, "", past), label=left.label))
        marks += self._pins.marks(change.course)
        earlier = tuple(
            (
                leg.tick * run.step_s,
                self._runs.group(self._runs.scenario(before.settings).pacers, scenario.distance),
            )
            for before, leg in pairwise(change.course)
        )
        return replace(make_show(scenario, run, marks), earlier=earlier)

    def _axis_words(self) -> str:
        forked = len(self._mixing.now.course) > 1
        return f"{self._strip.axis}, from the gun" if forked else self._strip.axis

    def _tick(self) -> int | None:
        """Return the tick being shown; None on the line."""
        t = self.playback.time_s
        if t <= 0:
            return None
        return tick_at(t, self.recording.step_s) if t < self.recording.end_s else AFTER_FINISH
