"""Answers about the present settings: the what-if bars, a run's chances, the drawer's pages.

In: the scenario, the one in its file, a show with its lineage, the open page. Out: `Alternative`s
in the same frame; from a background thread, once they are ready, chance and band of a run and,
while their page is open, prices, the map, a goal. A map is computed a block of cells at a time, so
that one no longer wanted delays nothing. The chances of the what-if
bars are computed with the pages, the nearest first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from operator import setitem
from typing import TYPE_CHECKING, Any, TypeAlias

from simulator.analysis.attribution import PriceList, price_list
from simulator.analysis.references import Trajectory
from simulator.analysis.what_if import AXES, Alternative, Goal, KnobMap, Measure, choices, finished
from simulator.background import LatestJobs
from simulator.errors import LightpaceError
from simulator.physics.attempt import finish_times
from simulator.physics.compiled import COMPILED
from simulator.scenario.model import Scenario, Uncertainty
from simulator.scenario.plan import Plan, schedule_of
from simulator.session.history import Lineage
from simulator.session.knobs import RefusedError, time_text, typed_time
from simulator.session.runs import LruCache
from simulator.session.variations import (
    axes_of,
    axis_knobs,
    goal_of,
    knob_map_of,
    knob_rows,
    number_of,
    run_cells,
    with_chance,
)
from simulator.stage.scene import Knob, PageContent, Tab
from simulator.stage.show import Show

if TYPE_CHECKING:
    from simulator.analysis.uncertainty import Chances

# -- the what-if bars -----------------------------------------------------------------------------

CACHED_RESULTS = 34
CACHED_AXES = 48
Locks: TypeAlias = frozenset[int]
"""The locked sections of the plan."""
BarsQuestion: TypeAlias = tuple[Scenario, Scenario, str, Locks]


class WhatIfBars:
    """The what-if strip: its axis, measure, rows and finish times.

    Every row is run from the gun, even if the live attempt was forked. The compiled kernel runs all
    rows at once. Uncompiled, each call of `advance` runs one row, the nearest to the present value
    first; earlier bars stand in for missing ones.
    """

    def __init__(self) -> None:
        self.axis = "pacers"
        self.measure = Measure.FINISH
        self.rows: list[Alternative] = []
        self._question: BarsQuestion | None = None
        self._cache: LruCache[BarsQuestion, list[Alternative]]
        self._cache = LruCache(CACHED_AXES)

    def ask(self, scenario: Scenario, in_file: Scenario, locked: Locks = frozenset()) -> bool:
        """Set the rows for a scenario and its file's; return whether the bars changed."""
        if self.axis != "target":
            locked = frozenset()  # no other axis depends on them
        question = scenario, in_file, self.axis, locked
        before = self._question
        same = before is not None and before[0] is scenario and before[1] is in_file
        if before is not None and same and before[2:] == question[2:]:
            return False
        if self.axis not in AXES and self.axis not in axes_of(scenario, in_file):
            self.axis = "pacers"  # the axis was of a wave that is gone
            question = scenario, in_file, self.axis, locked
        same_axis = before is not None and before[2] == self.axis
        finish_s = {bar.label: bar.finish_s for bar in self.rows} if same_axis else {}
        self._question = question

        def make() -> list[Alternative]:
            rows_of = choices if self.axis in AXES else partial(knob_rows, locked=locked)
            rows = rows_of(scenario, self.axis, in_file)
            if COMPILED:
                return finished(rows)
            return [replace(row, finish_s=finish_s.get(row.label), stale=True) for row in rows]

        self.rows = self._cache.get_or_make(question, make)
        return True

    @property
    def complete(self) -> bool:
        """Whether every row is known."""
        return not any(bar.stale for bar in self.rows)

    def advance(self) -> bool:
        """Run the missing rows (uncompiled: one of them); return whether any was missing."""
        missing = [i for i, bar in enumerate(self.rows) if bar.stale]
        if not missing:
            return False
        if not COMPILED:
            present = next((i for i, bar in enumerate(self.rows) if bar.current), 0)
            missing = [min(missing, key=lambda i: abs(i - present))]
        for i, row in zip(missing, finished([self.rows[i] for i in missing]), strict=True):
            self.rows[i] = row
        return True

    def alternatives(self) -> tuple[Alternative, ...] | None:
        """Return the bars; None while none is known."""
        nothing = all(bar.stale and bar.finish_s is None for bar in self.rows)
        return None if nothing else tuple(self.rows)


# -- chance and band of a run ---------------------------------------------------------------------

KINDS = ("chances", "band")
Key: TypeAlias = tuple[Lineage, Plan, Uncertainty, Trajectory]
"""Everything that the results of a run depend on."""


class RunResults:
    """Results that take longer than a frame, cached by what they depend on.

    Attributes:
        jobs: the jobs that compute them.
    """

    def __init__(self) -> None:
        self.jobs = LatestJobs("run results")
        self._cache: LruCache[Key, dict[str, Any]] = LruCache(CACHED_RESULTS)

    def known(self, lineage: Lineage, show: Show) -> dict[str, Any]:
        """Return the known results of a run, by the names of `Show`; None for the others."""
        results = self._cache.get(_key(lineage, show)) or {}
        return {kind: results.get(kind) for kind in _kinds(lineage)}

    def ask(self, lineage: Lineage, show: Show, between_m: tuple[float, float]) -> bool:
        """Start computing the missing results of a run; return whether any is missing.

        Chances are computed for her positions `between_m` [m].
        """
        results = self._cache.get_or_make(_key(lineage, show), dict)
        known = {kind: results.get(kind) for kind in _kinds(lineage)}
        chances = known["chances"]
        missing = [kind for kind in known if kind not in results]
        if chances is not None and chances.missing(*between_m):
            missing.append("chances")
        for kind in missing:
            call = partial(_result_or_none, show, kind, chances, between_m)
            self.jobs.submit(kind, call, partial(setitem, results, kind))
        return bool(missing)


def completed(show: Show, from_s: float, until_s: float) -> Show:
    """Return a show with every result seen between two race times [s], computed immediately."""
    kinds = KINDS[:-1] if show.earlier else KINDS
    missing = [kind for kind in kinds if getattr(show, kind) is None or kind == "chances"]
    between_m = stretch_of(show, from_s, until_s)
    return replace(show, **{kind: _result(show, kind, show.chances, between_m) for kind in missing})


def stretch_of(show: Show, from_s: float, until_s: float) -> tuple[float, float]:
    """Return her positions at two race times [m]."""
    run = show.recording
    return float(run.distance_at(max(from_s, 0.0))), float(run.distance_at(max(until_s, 0.0)))


def _kinds(lineage: Lineage) -> tuple[str, ...]:
    """Return the results that apply: the band needs a run from the gun under one scenario."""
    return KINDS if len(lineage) == 1 else KINDS[:-1]


def _key(lineage: Lineage, show: Show) -> Key:
    return lineage, show.scenario.plan, show.scenario.uncertainty, show.light.run


def _result_or_none(
    show: Show, kind: str, chances: Chances | None, between_m: tuple[float, float]
) -> Any:
    """Return a result; None where a given race's file is gone or unusable, as the window says."""
    with suppress(LightpaceError):
        return _result(show, kind, chances, between_m)
    return None


def _result(show: Show, kind: str, chances: Chances | None, between_m: tuple[float, float]) -> Any:
    # imported in the background: the first picture is shown before any of this is computed
    from simulator.analysis.uncertainty import find_band, find_chances  # noqa: PLC0415

    scenario, run, target_s = show.scenario, show.recording, show.plan.finish_s or 0.0
    if kind == "band":
        return find_band(scenario, show.light)
    earlier = [(round(until_s / run.step_s), then.scenario) for until_s, then in show.earlier]
    return find_chances(scenario, run, target_s, chances, between_m, earlier)


# -- the drawer's pages ---------------------------------------------------------------------------

CACHED = 24
BLOCK = 64
"""Cells of a map per job: about a hundredth of all."""
Present: TypeAlias = tuple[Scenario, Scenario, Locks]
"""The present scenario, the one in its file, and the locks."""


class PageAnswers:
    """The questions of the open page, and the answers known so far.

    Attributes:
        page: the open page of `Tab`; empty for none.
        map_names: the knobs of the map, across and up.
        goal_name: the knob that is to reach the target.
        goal_target: the target as typed; empty: the plan's.
        goal_problem: why a target was refused.
        answered: how many results have arrived.
        jobs: the jobs that compute them.
    """

    def __init__(self) -> None:
        self.page = ""
        self.map_names = "front gap", "pacers"
        self.goal_name, self.goal_target, self.goal_problem = "front gap", "", ""
        self.answered = 0
        self.jobs = LatestJobs("answers")
        self._question: object = None
        self._failed: object = None
        self._prices: LruCache[Scenario, tuple[PriceList | None]] = LruCache(CACHED)
        self._maps: LruCache[Hashable, KnobMap] = LruCache(CACHED)
        self._goals: LruCache[Hashable, Goal | str] = LruCache(CACHED)

    def poll(self, *, wait: bool = False) -> bool:
        """Take a result that is ready; return whether there was one."""
        done = self.jobs.poll(wait=wait)
        self.answered += done
        return done

    # -- questions of the open page ----------------------------------------------------------------

    def ask(self, now: Present, bars: WhatIfBars) -> None:
        """Start computing the next missing answer, unless a job is running, or has failed."""
        question = self.page, bars.measure, now
        if self.jobs.busy or question == self._failed:
            return
        self._question = question
        match self.page:
            case Tab.PRICES if self._prices.get(now[0]) is None:
                self._submit(lambda: (price_list(now[0]),), partial(self._prices.put, now[0]))
            case Tab.MAP:
                self._ask_map(now)
            case Tab.GOAL:
                self._ask_goal(now)
        if bars.measure is Measure.CHANCE and not self.jobs.busy:
            self._ask_chance(bars.rows)

    def _submit(self, call: Callable[[], Any], done: Callable[[Any], None]) -> None:
        question = self._question

        def tried() -> Any:
            try:
                return call()
            except LightpaceError as error:  # a given race's file is gone, as the window says
                return error

        def take(result: Any) -> None:
            if isinstance(result, LightpaceError):
                self._failed = question
            else:
                done(result)

        self.jobs.submit(self.page, tried, take)
        self.jobs.poll()  # starts it

    def _ask_map(self, now: Present) -> None:
        key = now, self.usable_names(now)
        knob_map = self._maps.get_or_make(key, lambda: knob_map_of(*now[:2], key[1]))
        if knob_map.complete:
            return
        cells = knob_map.missing(BLOCK)

        def work() -> KnobMap:
            return knob_map.with_times(cells, run_cells(knob_map, *now[:2], cells, now[2]))

        self._submit(work, partial(self._maps.put, key))

    def _ask_goal(self, now: Present) -> None:
        key = self._goal_key(now)
        goal = self._goals.get(key)
        if goal is None:
            self._submit(partial(_goal, now, key[1], key[2]), partial(self._goals.put, key))
        elif isinstance(goal, Goal) and goal.chance is None and goal.finish_s is not None:
            self._submit(partial(with_chance, goal), partial(self._goals.put, key))

    def _goal_key(self, now: Present) -> tuple[Present, str, float]:
        target = self.goal_target
        plan_s = schedule_of(now[0].plan, now[0].distance).finish_s
        return now, self.goal_name, typed_time(target) if target else plan_s

    def _ask_chance(self, rows: list[Alternative]) -> None:
        present = next((i for i, row in enumerate(rows) if row.current), 0)
        missing = [i for i, row in enumerate(rows) if row.chance is None and not row.stale]
        if not missing:
            return
        i = min(missing, key=lambda i: abs(i - present))
        scenario = rows[i].scenario

        def done(chance: float) -> None:
            rows[i] = replace(rows[i], chance=chance)

        self._submit(partial(_chance, scenario), done)

    # -- settings of the pages ---------------------------------------------------------------------

    def usable_names(self, now: Present) -> tuple[str, str]:
        """Return the names of the map's knobs, replaced where they no longer exist."""
        knobs = axis_knobs(*now[:2])
        x, y = self.map_names
        return (x if x in knobs else "front gap"), (y if y in knobs else "pacers")

    def knob_map(self, now: Present) -> KnobMap | None:
        """Return the map, with the cells known so far."""
        return self._maps.get((now, self.usable_names(now)))

    def keep_map(self, before: Present, after: Present) -> None:
        """Keep showing the same map when only its two knobs change value."""
        names = self.usable_names(before)
        same = self._maps.get((before, names))
        if same is not None and before[2] == after[2]:
            self._maps.put((after, names), same)

    def goal(self, now: Present) -> Goal | None:
        """Return the goal's answer, as far as it is known."""
        goal = self._goals.get(self._goal_key(now))
        return goal if isinstance(goal, Goal) else None

    def set_target(self, text: str) -> bool:
        """Set the goal's target; an empty text is the plan's. Return False if it is no time."""
        self.goal_problem = ""
        try:
            if text:
                typed_time(text)
        except RefusedError as error:
            self.goal_problem = f"{error}"
            return False
        self.goal_target = text
        return True

    # -- contents of the open page -----------------------------------------------------------------

    def key(self, now: Present) -> tuple[object, ...]:
        """Return a value that changes whenever the page must be drawn differently."""
        asked = self.map_names, self.goal_name, self.goal_target, self.goal_problem
        return self.page, now, self.answered, asked

    def answers(self, now: Present, *, secret: bool) -> PageContent:
        """Return the contents of the open page."""
        knobs = axis_knobs(*now[:2])
        empty = PageContent(tuple(knobs), secret=secret, goal_name=self.goal_name)
        match self.page:
            case Tab.PRICES:
                listed = self._prices.get(now[0])
                if listed is None:
                    return empty
                return replace(empty, prices=listed[0], no_prices=listed[0] is None)
            case Tab.MAP:
                names, knob_map = self.usable_names(now), self.knob_map(now)
                x, y = (knobs[name] for name in names)
                empty = replace(empty, map_names=names, values=(x.value, y.value))
                if knob_map is None:
                    return empty
                here = _nearest(y, knob_map.ys), _nearest(x, knob_map.xs)
                # her finish of the run from the gun: the nearest cell is another run
                finish_s = finish_times([now[0]]).item()
                return replace(empty, knob_map=knob_map, here=here, here_s=finish_s)
            case Tab.GOAL:
                key = self._goal_key(now)
                goal = self._goals.get(key)
                return replace(
                    empty,
                    goal_target=self.goal_target or time_text(key[2]),
                    goal=goal if isinstance(goal, Goal) else None,
                    goal_problem=goal if isinstance(goal, str) else self.goal_problem,
                )
        return empty


def _goal(now: Present, name: str, target_s: float) -> Goal | str:
    try:
        return goal_of(*now[:2], name, target_s, now[2])
    except RefusedError as error:
        return f"{error}"


def _chance(scenario: Scenario) -> float:
    from simulator.analysis.uncertainty import chance_of  # noqa: PLC0415 - seldom wanted

    return chance_of(scenario)


def _nearest(knob: Knob, texts: tuple[str, ...]) -> int:
    """Return the index of the value nearest to the knob's present one."""
    if knob.number is None:
        return texts.index(knob.value) if knob.value in texts else 0
    now = knob.number
    return min(range(len(texts)), key=lambda i: abs(number_of(knob, texts[i]) - now))
