"""Running: the live attempt, the strip beside it, and what is found out about it.

In: the mixing desk's state, elapsed wall time. Out: shows, put on when they are complete. What has
to be run is worked on beside the pictures (`work`), so that no picture is late; until it is there
the old show goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

from simulator.analysis.chances import finding_band, finding_chances
from simulator.analysis.marks import Mark, run_mark
from simulator.analysis.projection import finding_possible
from simulator.physics.attempt import Job, finished
from simulator.recording.recording import Recording
from simulator.scenario.model import Scenario
from simulator.session.attempting import Found, attempting
from simulator.session.changes import Change, Course
from simulator.session.courses import KEPT_RUNS, Kept, Runs, tick_at
from simulator.session.mixing import AFTER_FINISH, Mixing
from simulator.session.pins import Pins
from simulator.session.settings import Settings, settings_of
from simulator.session.strip import Row, Strip
from simulator.session.watching import Watching
from simulator.session.work import SLICE_S, Task, Work
from simulator.stage.show import Show, adding_earlier, making_show, with_findings

FINDINGS = ("possible", "chances", "band")
"""What is found out about a run once it is known, in this order."""


def finding_job(show: Show, name: str) -> Callable[[], Job[Any]]:
    """Return the work that finds one of `FINDINGS` out about a show."""
    asked = (show.scenario, show.recording, show.plan.finish_s or 0.0)
    jobs: dict[str, Callable[[], Job[Any]]] = {
        "possible": partial(finding_possible, *asked),
        "chances": partial(finding_chances, *asked),
        "band": partial(finding_band, show.scenario, show.light),
    }
    return jobs[name]


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
        recording: Recording | None = None,
    ) -> None:
        """Simulate the scenario and stand on the start line, or at `start_at_s`.

        Args:
            scenario: what to run.
            rate: playback rate to begin with.
            start_at_s: race time to open at [s], paused; None waits on the line.
            clock: measures the slices of work [s]; only a test hands in another.
            settings: what the scenario was loaded from; left out: it comes from no file.
            processes: work beside the pictures in a second process; `close` ends it.
            recording: its run, where that is known already.
        """
        self._runs = Runs()
        settings = settings or settings_of(scenario)
        self._runs.keep_scenario(settings, scenario)
        self._mixing = Mixing(settings, self._runs)
        self._strip = Strip()
        self._pins = Pins()
        self._findings: Kept[tuple[Course, str], Any] = Kept(KEPT_RUNS)
        self._shown = self._mixing.now
        self._dress_wanted = self._dress_worn = 0
        self._work = Work(clock, processes)
        self._work.start()  # they get ready while the first run is worked out here
        try:
            if recording is not None:
                self._runs.keep(self._shown.course, recording)
            self._runs.run(self._shown.course)
            super().__init__(finished(self._making_show(self._shown)), rate)
        except BaseException:
            self._work.close()
            raise
        if start_at_s is not None:
            self.seek(start_at_s)
        self._asked, self._asked_at_finish = self._shown, False
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
        self._work.go_on(SLICE_S)

    def work_on(self, budget_s: float) -> None:
        """See to the work that waits for `budget_s` [s], where there is time to spare."""
        self._work.go_on(budget_s)

    def finish_work(self) -> None:
        """Work everything off that is waiting: for stills and films, where nobody waits."""
        self._work.finish()

    def close(self) -> None:
        """End the work beside the pictures; the session can still be watched."""
        self._work.close()

    def _ask(self) -> None:
        """Ask for what is not known: the run and the strip together, then what it means."""
        change = self._mixing.now
        rows = self._strip.ask(self.scenario, self._mixing.file_scenario)
        unknown = self._runs.recording(change.course) is None
        left = [a.course for a in change.abandoned if self._runs.recording(a.course) is None]
        undressed = change is not self._shown or self._dress_worn != self._dress_wanted
        dress = not unknown and undressed
        wanted: set[Hashable] = {*(row.key for row in rows), *left}
        if unknown:
            wanted.add(change.course)
        if dress:
            wanted.add(self._dress_of(change))
        open_ = [] if wanted else self._open_findings()
        told = [(name, id(self._shown)) for name in open_[:1]]
        wanted.update(told)
        given = self._work.keep(wanted)
        rows = [row for row in rows if row.key not in given]
        self._work.add(self._attempts(change, rows, live=unknown and change.course not in given))
        if dress and self._dress_of(change) not in given:
            self._work.add([self._dress(change)])
        for course in left:
            if course not in given:
                self._work.add([self._remembering(course)])
        self._work.add(self._finding(*key) for key in told if key not in given)

    def _attempts(self, change: Change, rows: Sequence[Row], *, live: bool) -> Iterator[Task]:
        """Yield the live run together with the strip's rows, apart where there are hands for both.

        A row more costs a hundredth of a batch, so one process does both hardly later than the rows
        alone; two of them show the run sooner.
        """
        past, legs = self._runs.missing(change.course) if live else (None, [])
        apart = bool(legs and rows) and self._work.hands > 1
        if legs:
            yield self._attempt(change, past, legs, () if apart else rows)
        if rows and (apart or not legs):
            yield self._attempt(change, None, (), rows)

    def _attempt(
        self,
        change: Change,
        past: Recording | None,
        legs: Sequence[tuple[int, Scenario]],
        rows: Sequence[Row],
    ) -> Task:
        job = partial(attempting, past, tuple(legs), tuple(row.scenario for row in rows))
        gives: list[Hashable] = [row.key for row in rows]
        gives += [change.course] if legs else []
        done = partial(self._attempted, change, tuple(rows))
        return Task(job, done, urgent=True, gives=frozenset(gives))

    def _remembering(self, course: Course) -> Task:
        past, legs = self._runs.missing(course)
        job = partial(attempting, past, tuple(legs), ())
        return Task(job, partial(self._remembered, course), gives=frozenset([course]))

    def _dress(self, change: Change) -> Task:
        job = partial(self._dressing, change)
        done = partial(self._dressed, change, self._dress_wanted)
        return Task(job, done, here=True, gives=frozenset([self._dress_of(change)]))

    def _dress_of(self, change: Change) -> Hashable:
        """Name what a change is shown with: its ghosts may be others by now."""
        return id(change), self._dress_wanted

    def _open_findings(self) -> list[str]:
        """Return what is still to be found out about the run being shown."""
        forked = len(self._shown.course) > 1  # the band is of runs from the gun, one scenario each
        names = FINDINGS[:-1] if forked else FINDINGS
        return [name for name in names if getattr(self._show, name) is None]

    def _finding(self, name: str, shown: int) -> Task:
        job, done = finding_job(self._show, name), partial(self._found_out, name)
        return Task(job, done, gives=frozenset([(name, shown)]))

    def _found_out(self, name: str, found: Any) -> None:
        self._findings.put((self._shown.course, name), found)
        self._show = with_findings(self._show, **{name: found})
        self._ask()

    def _attempted(self, change: Change, rows: tuple[Row, ...], found: Found) -> None:
        self._runs.found(change.course, found.runs)
        self._strip.found(rows, found.finish_s)
        self._ask()
        self._show_bars()
        if found.runs and self._runs.recording(self._mixing.now.course) is None:
            self._work.add([self._dress(change)])  # still turning: show how far it has come

    def _remembered(self, course: Course, found: Found) -> None:
        self._runs.found(course, found.runs)
        self._ask()
        self._dress_again()

    def _dress_again(self) -> None:
        """Show the same run with other ghosts."""
        self._dress_wanted += 1
        self._ask()

    def _follow(self) -> None:
        """See to it that what the desk says now is shown as soon as its run is known."""
        if self._mixing.now is not self._asked:
            self._asked, self._asked_at_finish = self._mixing.now, self.at_finish
            self._ask()
            self._show_bars()

    def _show_bars(self) -> None:
        bars = self._strip.alternatives()
        self._show = with_findings(self._show, alternatives=bars, axis=self._axis_words())

    def _dressing(self, change: Change) -> Job[Show]:
        """Make the show of a change whose run is known, in slices."""
        show = yield from self._making_show(change)
        yield from show.warming()
        return show

    def _dressed(self, change: Change, dress: int, show: Show) -> None:
        """Put it on; of the same run, what was found out still holds."""
        same_run = change.course == self._shown.course
        before, now = self._show.scenario, show.scenario
        kept = ["alternatives", "axis"]
        if same_run and (before.plan, before.uncertainty) == (now.plan, now.uncertainty):
            kept += FINDINGS if before.wavelight == now.wavelight else FINDINGS[:-1]
        show = with_findings(show, **{name: getattr(self._show, name) for name in kept})
        self._shown, self._dress_worn = change, dress
        # who has seen the old result is shown the new one; a change on the way is raced from there
        self.put_on(show, other_run=not same_run, from_end_to_end=self._asked_at_finish)
        self._ask()

    def _making_show(self, change: Change) -> Job[Show]:
        scenario = self._runs.scenario(change.settings)
        run = self._runs.run(change.course)
        asked = scenario.model_dump_json(by_alias=True)
        if run.scenario_json != asked:  # the same run under another name, say
            run = replace(run, scenario_json=asked)
        marks = self._ghosts(scenario)
        for left in change.abandoned:
            past = self._runs.recording(left.course)
            if past is not None:
                marks.append(replace(run_mark(left.name, left.colour, "", past), label=left.label))
        marks += self._pins.marks(change.course)
        yield
        show = yield from making_show(scenario, run, marks)
        legs = []
        for before, leg in pairwise(change.course):
            ran = self._runs.scenario(before.settings)
            pacers = self._runs.group(ran.pacers, scenario.distance)
            course = tuple(old for old in change.course if old.tick < leg.tick)
            found = {name: self._findings.get((course, name)) for name in FINDINGS[:-1]}
            legs.append((leg.tick * run.step_s, ran, pacers, found))
        yield
        if legs:
            show = yield from adding_earlier(show, legs)
        return show

    def _ghosts(self, scenario: Scenario) -> list[Mark]:
        """Return the ghosts beside the runs that the user left or kept."""
        return self._runs.ghosts(scenario)

    def _axis_words(self) -> str:
        forked = len(self._mixing.now.course) > 1
        return f"{self._strip.axis}, from the gun" if forked else self._strip.axis

    def _tick(self) -> int | None:
        """Return the tick being shown; None on the line."""
        t = self.playback.time_s
        if t <= 0:
            return None
        return AFTER_FINISH if self.at_finish else tick_at(t, self.recording.step_s)
