"""Results of a run: the what-if bars, and what takes longer than a frame.

In: scenarios, shows, lineages. Out: `Alternative`s in the same frame; chance and band from a
background thread, once they are ready.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from operator import setitem
from typing import TYPE_CHECKING, Any, TypeAlias

from simulator.analysis.references import Trajectory
from simulator.analysis.what_if import AXES, Alternative, Measure, choices, finished
from simulator.background import LatestJobs
from simulator.physics.compiled import COMPILED
from simulator.scenario.model import Scenario
from simulator.scenario.plan import Plan
from simulator.scenario.uncertainty import Uncertainty
from simulator.session.forks import LruCache
from simulator.session.history import Lineage
from simulator.session.variations import axes_of, knob_rows
from simulator.stage.show import Show

if TYPE_CHECKING:
    from simulator.analysis.chances import Chances

CACHED_RESULTS = 34
CACHED_AXES = 48


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
        self._question: tuple[Scenario, Scenario, str] | None = None
        self._cache: LruCache[tuple[Scenario, Scenario, str], list[Alternative]]
        self._cache = LruCache(CACHED_AXES)

    def ask(self, scenario: Scenario, in_file: Scenario) -> bool:
        """Set the rows for a scenario and its file's; return whether the bars changed."""
        question = scenario, in_file, self.axis
        before = self._question
        if before is not None and all(a is b for a, b in zip(before, question, strict=True)):
            return False
        if self.axis not in AXES and self.axis not in axes_of(scenario, in_file):
            self.axis = "pacers"  # the axis was of a wave that is gone
            question = scenario, in_file, self.axis
        same_axis = before is not None and before[2] == self.axis
        finish_s = {bar.label: bar.finish_s for bar in self.rows} if same_axis else {}
        self._question = question

        def make() -> list[Alternative]:
            rows = (choices if self.axis in AXES else knob_rows)(scenario, self.axis, in_file)
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


KINDS = ("chances", "band")
Key: TypeAlias = tuple[Lineage, Plan, Uncertainty, Trajectory]
"""Everything that the results of a run depend on."""


class RunResults:
    """Results that take longer than a frame, cached by what they depend on."""

    def __init__(self) -> None:
        self._jobs = LatestJobs("run results")
        self._cache: LruCache[Key, dict[str, Any]] = LruCache(CACHED_RESULTS)

    @property
    def busy(self) -> bool:
        """Whether a job is running."""
        return self._jobs.busy

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
        missing = [kind for kind, value in known.items() if value is None]
        if chances is not None and chances.missing(*between_m):
            missing.append("chances")
        for kind in missing:
            call = partial(_result, show, kind, chances, between_m)
            self._jobs.submit(kind, call, partial(setitem, results, kind))
        return bool(missing)

    def poll(self, *, wait: bool = False) -> bool:
        """Take a result that is ready, or `wait` for one; return whether there was one."""
        return self._jobs.poll(wait=wait)

    def cancel(self) -> None:
        """Discard the running job."""
        self._jobs.cancel()


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


def _result(show: Show, kind: str, chances: Chances | None, between_m: tuple[float, float]) -> Any:
    # imported in the background: the first picture is shown before any of this is computed
    from simulator.analysis.chances import find_band, find_chances  # noqa: PLC0415

    scenario, run, target_s = show.scenario, show.recording, show.plan.finish_s or 0.0
    if kind == "band":
        return find_band(scenario, show.light)
    earlier = [(round(until_s / run.step_s), then.scenario) for until_s, then in show.earlier]
    return find_chances(scenario, run, target_s, chances, between_m, earlier)
