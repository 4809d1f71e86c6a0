"""The mixing desk: settings, what the file says, what was refused. Every change comes by here.

In: what a person turned, and the tick that is being shown. Out: `Change`s in a `History`. Nothing
is simulated here: a change says how its attempt comes to be, the session sees to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from typing import Any

from simulator.analysis.what_if import Choice
from simulator.errors import LightpaceError, ScenarioError
from simulator.scenario.loader import scenario_to_dict
from simulator.scenario.model import Scenario
from simulator.session.changes import Change, History, Leg
from simulator.session.courses import Runs
from simulator.session.forking import Forking
from simulator.session.knobs import knobs_of
from simulator.session.plans import (
    RefusedError,
    Sections,
    plan_with_split,
    sections_of,
    typed_time,
)
from simulator.session.settings import Settings, path_of
from simulator.session.turning import bare, new_wave, sentence, turned, without_wave
from simulator.stage.desk import Knob, SplitKnob
from simulator.units import format_time

MAX_PROBLEMS = 50
LEAST_CHANGE_S = 0.0015
"""A split that is off by less is the same [s]: a table's times are told in thousandths."""
LEAST_CHANGE_TWICE_S = 2 * LEAST_CHANGE_S
"""The same after a change and its reset, each of which rounds a table's times [s]."""
AFTER_FINISH = -1
"""Stands for the tick where the attempt is over: nothing is left to go on with."""

Edit = Callable[[Settings, Scenario], Settings]


class Mixing:
    """Settings, their history, and what the desk remembers beside them."""

    def __init__(self, settings: Settings, runs: Runs) -> None:
        """Begin with `settings`; what the file says is they without anything set on top."""
        self.runs = runs
        self.forking = Forking(runs)
        bare = replace(settings, overrides=())
        try:
            runs.scenario(bare)
        except ScenarioError:  # it takes what was set to make the file usable
            bare = settings
        self.file_settings = bare
        self.history = History([Change(settings, (Leg(0, settings),))])
        self.problems: dict[str, str] = {}
        self.locked: set[int] = set()
        self.keep_target = True
        self.by_lap = False
        self.split_problem = ""
        self.from_gun = False

    @property
    def now(self) -> Change:
        """The state of the desk."""
        return self.history.now

    @property
    def scenario(self) -> Scenario:
        """What is asked for now."""
        return self.runs.scenario(self.now.settings)

    @property
    def file_scenario(self) -> Scenario:
        """What the file asks for."""
        return self.runs.scenario(self.file_settings)

    @property
    def unsaved(self) -> bool:
        """Whether the settings differ from the file."""
        return self.scenario != self.file_scenario

    # -- turning knobs ---------------------------------------------------------------------------

    def change(self, path: str, text: str, tick: int | None) -> bool:
        """Set one knob; False where that is refused, with the reason in `problems`."""

        def edit(settings: Settings, scenario: Scenario) -> Settings:
            return turned(
                settings, scenario, self.file_scenario, path, text, locked=self._locked_rows()
            )

        return self._turn(path, edit, tick)

    def reset(self, path: str, tick: int | None) -> bool:
        """Set one knob back to the file's value."""
        knob = next((k for k in self.knobs() if k.path == path), None)
        if knob is None or not knob.changed or not knob.file_value:
            self.problems.pop(path, None)
            return True
        self.history.gesture = None

        def edit(settings: Settings, scenario: Scenario) -> Settings:
            for less in bare(settings, path):
                if self._is_only(less, path, knob.file_value):
                    return less
            return turned(settings, scenario, self.file_scenario, path, knob.file_value)

        return self._turn(path, edit, tick)

    def take(self, row: Choice, axis: str, tick: int | None) -> str:
        """Take the value of one row of the strip; return why not, or an empty text."""

        def edit(settings: Settings, _scenario: Scenario) -> Settings:
            for path, text in row.settings:
                settings = settings.with_value(path, text)
            return settings

        if row.own:
            return ""
        path = row.settings[0][0] if row.settings else axis
        self.history.gesture = None
        self._turn(path, edit, tick)
        return self.problems.pop(path, "")

    def change_split(self, index: int, text: str, tick: int | None, *, cumulative: bool) -> str:
        """Set one split; return why it was refused, or an empty text."""

        def edit(settings: Settings, scenario: Scenario) -> Settings:
            rows = self._rows_of(sections_of(scenario.plan, scenario.distance))
            if not 0 <= index < len(rows):
                raise RefusedError(f"there is no split {index + 1}")
            plan = plan_with_split(
                scenario.plan,
                scenario.distance,
                rows[index],
                typed_time(text),
                cumulative=cumulative,
                keep_target=self.keep_target,
                locked=self._locked_rows(),
            )
            return settings.with_value("plan", plan)

        path = f"plan.splits[{index}{'+' if cumulative else ''}{' laps' if self.by_lap else ''}]"
        self._turn(path, edit, tick)
        self.split_problem = self.problems.pop(path, "")
        return self.split_problem

    def reset_split(self, index: int | None, tick: int | None) -> str:
        """Set one split back to the file's, or with None the whole plan; return why not, or "".

        A split that is reset is typed anew, so that locks and the target count as they do there.
        Where that gives all of the file's splits, the plan is the file's own again.
        """

        def edit(settings: Settings, scenario: Scenario) -> Settings:
            less = settings.without("plan")
            if index is None:
                return less
            in_file = self._row_times(self.file_scenario)
            rows = self._rows_of(sections_of(scenario.plan, scenario.distance))
            if not self._comparable(scenario) or not 0 <= index < len(rows):
                raise RefusedError(f"the file has no split {index + 1} of this race")
            plan = plan_with_split(
                scenario.plan,
                scenario.distance,
                rows[index],
                in_file[index],
                cumulative=False,
                keep_target=self.keep_target,
                locked=self._locked_rows(),
            )
            new = settings.with_value("plan", plan)
            return less if self._has_file_splits(self.runs.scenario(new)) else new

        self.history.gesture = None
        self._turn("plan.splits", edit, tick)
        self.split_problem = self.problems.pop("plan.splits", "")
        return self.split_problem

    def _comparable(self, scenario: Scenario) -> bool:
        """Return whether the file's race has the same splits."""
        return scenario.distance == self.file_scenario.distance

    def _has_file_splits(self, scenario: Scenario) -> bool:
        plans = (s.plan for s in (scenario, self.file_scenario))
        now, then = (sections_of(plan, scenario.distance).times_s for plan in plans)
        return all(abs(a - b) <= LEAST_CHANGE_TWICE_S for a, b in zip(now, then, strict=True))

    def lock_split(self, index: int, on: bool) -> None:
        """Lock or unlock one row of the split table."""
        rows = self._rows_of(sections_of(self.scenario.plan, self.scenario.distance))
        if 0 <= index < len(rows):
            (self.locked.update if on else self.locked.difference_update)(rows[index])

    def _rows_of(self, sections: Sections) -> tuple[range, ...]:
        """Return which sections each row of the split table is made of."""
        return sections.laps() if self.by_lap else sections.single()

    def add_wave(self, tick: int | None) -> str:
        """Add a wave; return why that was refused, or an empty text."""

        def edit(settings: Settings, scenario: Scenario) -> Settings:
            count = len(scenario.wavelight.waves)
            return settings.with_value(f"wavelight.waves.{count}", new_wave(scenario))

        self.history.gesture = None
        self._turn("wavelight.waves", edit, tick)
        return self.problems.pop("wavelight.waves", "")

    def remove_wave(self, name: str, tick: int | None) -> str:
        """Take a wave away; a group that followed it keeps to the plan."""
        self.history.gesture = None
        self._turn("wavelight.waves", partial(without_wave, name=name), tick)
        return self.problems.pop("wavelight.waves", "")

    def move(self, steps: int) -> None:
        """Undo (-1) or redo (1); what was refused before was said of another state."""
        if self.history.move(steps):
            self.problems.clear()

    def _turn(self, path: str, edit: Edit, tick: int | None) -> bool:
        gesture = self.history.begin(path, tick)
        base = gesture.before
        try:
            settings = edit(base.settings, self.runs.scenario(base.settings))
            self.put(settings, base, path, gesture.tick)
        except RefusedError as error:
            self._refuse(path, str(error))
            return False
        except LightpaceError as error:
            self._refuse(path, sentence(error))
            return False
        self.problems.pop(path, None)
        return True

    def read(self, new: Settings, tick: int | None) -> None:
        """Take over what the file says now; what was set stays where the file did not change.

        Raises:
            LightpaceError: the file is not usable; the last good state goes on.
        """
        old = self.file_scenario
        scenario = self.runs.scenario(new)
        self.runs.ghosts(scenario)
        self.file_settings = new
        before, after = scenario_to_dict(old), scenario_to_dict(scenario)
        kept = tuple(
            o
            for o in self.now.settings.overrides
            if _at(before, path_of(o)) == _at(after, path_of(o))
        )
        self.history.gesture = None
        base = self.now
        settings = replace(new, overrides=kept)
        try:
            self.put(settings, base, "the file", tick)
        except LightpaceError:
            settings = new
            self.put(settings, base, "the file", tick)
        if self.now is base:
            self.history.replace_now(settings)

    def saved(self, new: Settings) -> None:
        """Take note that the settings stand in this file now."""
        self.file_settings = new
        self.history.gesture = None
        self.history.replace_now(new)

    def put(self, settings: Settings, base: Change, path: str, tick: int | None) -> None:
        """Take settings down as the change that follows `base`.

        Raises:
            LightpaceError: they are not usable.
        """
        scenario = self.runs.scenario(settings)
        self.runs.ghosts(scenario)
        if settings != self.now.settings and scenario != self.scenario:
            anew = self.from_gun or tick == AFTER_FINISH
            change = self.forking.change(settings, base, path, tick, anew=anew)
            self._forget_waves(self.scenario, scenario)
            self.history.put(change, self.history.gesture)

    def _forget_waves(self, before: Scenario, after: Scenario) -> None:
        """Forget what was refused of waves that are gone, or have another number now."""
        names = [[wave.name for wave in s.wavelight.waves] for s in (before, after)]
        same = [one == other for one, other in zip_longest(*names)]
        first = (*same, False).index(False)
        for path in list(self.problems):
            section, waves, number, *_ = (*path.split("."), "", "", "")
            of_a_wave = (section, waves) == ("wavelight", "waves") and number.isdecimal()
            if of_a_wave and int(number) >= first:
                del self.problems[path]

    def _refuse(self, path: str, why: str) -> None:
        if len(self.problems) >= MAX_PROBLEMS:
            self.problems.clear()
        self.problems[path] = why

    def _is_only(self, settings: Settings, path: str, value: str) -> bool:
        """Return whether these settings give a knob this value and leave the target as it is."""
        try:
            scenario = self.runs.scenario(settings)
        except ScenarioError:
            return False
        then = {k.path: k.value for k in knobs_of(scenario, self.file_scenario, {})}
        target = next(k.value for k in self.knobs() if k.path == "plan.target")
        kept = path == "plan.target" or then["plan.target"] == target
        return kept and then.get(path) == value

    # -- what the desk shows ---------------------------------------------------------------------

    def knobs(self) -> tuple[Knob, ...]:
        """Return the knobs."""
        return knobs_of(self.scenario, self.file_scenario, self.problems)

    def _locked_rows(self) -> frozenset[int]:
        return frozenset(self.locked)

    def splits(self) -> tuple[SplitKnob, ...]:
        """Return the plan's splits."""
        scenario = self.scenario
        sections = sections_of(scenario.plan, scenario.distance)
        totals, rows_of = sections.cumulative_s, self._rows_of(sections)
        times, in_file = self._row_times(scenario), self._row_times(self.file_scenario)
        comparable = self._comparable(scenario)
        return tuple(
            SplitKnob(
                sections.labels[rows[-1]],
                sections.distances_m[rows[-1]],
                format_time(times[n]),
                format_time(totals[rows[-1]]),
                self.locked.issuperset(rows),
                changed=not comparable or abs(times[n] - in_file[n]) > LEAST_CHANGE_S,
                in_file=format_time(in_file[n]) if comparable else "",
            )
            for n, rows in enumerate(rows_of)
        )

    def _row_times(self, scenario: Scenario) -> tuple[float, ...]:
        """Return how long each row of the split table takes [s]."""
        sections = sections_of(scenario.plan, scenario.distance)
        return tuple(sum(sections.times_s[i] for i in r) for r in self._rows_of(sections))


def _at(plain: Any, path: str) -> Any:
    """Return what stands at a path of plain values, None for nothing."""
    for step in path.split("."):
        if isinstance(plain, list) and step.isdecimal() and int(step) < len(plain):
            plain = plain[int(step)]
        elif isinstance(plain, dict):
            plain = plain.get(step)
        else:
            return None
    return plain
