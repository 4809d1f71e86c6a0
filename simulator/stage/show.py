"""The show: everything that is fixed for one attempt and can be shown of it.

In: a scenario, its recording, its marks, and what was worked out about them. Out: `Show`; what it
looks like at a moment is the work of `simulator.stage.scenery`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.chances import Band, Chances
from simulator.analysis.gaps import GapTrack, gap_track, lost_light_m
from simulator.analysis.marks import Mark, ghost_marks, light_mark, plan_mark, wave_marks
from simulator.analysis.projection import Possible, projections
from simulator.analysis.splits import Split, split_rows, time_of
from simulator.analysis.what_if import Alternative
from simulator.physics.attempt import Job, finished
from simulator.physics.pacers import Group as PacerGroup
from simulator.physics.pacers import group_of
from simulator.recording.recording import Recording
from simulator.scenario.model import Scenario
from simulator.scenario.uncertainty import any_assumed
from simulator.stage.scene import (
    Curve,
)
from simulator.stage.scene import (
    Mark as ChartMark,
)

CURVE_STEP_M = 5.0
Floats = NDArray[np.float64]
Leg = tuple[float, Scenario, PacerGroup, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class HandOvers:
    """Names of those who leave, by race distance [m]; race distances where two swap [m]."""

    leave_m: dict[float, tuple[str, ...]]
    swap_m: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Show:
    """One attempt ready to be shown.

    Attributes:
        earlier: what was in force before the attempt was forked, each until a race time [s].
        axis: what the what-if strip is about, as words.
        possible: where the target is still in reach; None while it is being worked out.
        alternatives: finish times of the what-if strip; None while they are being worked out.
        band: where 90 % of the model's samples are; None while it is being worked out.
        chances: the chance of the target on the way; None while they are being worked out.
    """

    scenario: Scenario
    recording: Recording
    plan: Mark
    light: Mark
    waves: tuple[Mark, ...]
    ghosts: tuple[Mark, ...]
    pacers: PacerGroup
    splits: tuple[Split, ...]
    earlier: tuple[tuple[float, Show], ...] = ()
    axis: str = "pacers"
    possible: Possible | None = None
    alternatives: tuple[Alternative, ...] | None = None
    band: Band | None = None
    chances: Chances | None = None

    def in_force(self, time_s: float) -> Show:
        """Return what was in force at a race time [s]: plan, light, pacers, runner and air."""
        return next((then for until_s, then in self.earlier if time_s < until_s), self)

    @cached_property
    def tracks(self) -> tuple[GapTrack, ...]:
        """Gaps to the light, then to each ghost."""
        return tuple(gap_track(self.recording, mark) for mark in (self.light, *self.ghosts))

    @cached_property
    def _light_track(self) -> GapTrack:
        """The gap to the light that was in force at each moment."""
        track, from_tick = self.tracks[0], 0
        seconds = track.seconds.copy()
        for until_s, then in self.earlier:
            tick = min(round(until_s / self.recording.step_s), len(seconds))
            seconds[from_tick:tick] = then.tracks[0].seconds[from_tick:tick]
            from_tick = tick
        return replace(track, seconds=seconds)

    def warming(self) -> Iterator[None]:
        """Work out in slices what else the first picture would have to work out."""
        tracks = []
        for mark in (self.light, *self.ghosts):
            tracks.append(gap_track(self.recording, mark))
            yield
        self.__dict__["tracks"] = tuple(tracks)
        for _, then in self.earlier:
            same = then.light is self.light
            light = tracks[0] if same else gap_track(self.recording, then.light)
            then.__dict__["tracks"] = (light, *tracks[1:])
            yield
        curves = []
        for curve in self._drawing_curves():
            curves.append(curve)
            yield
        self.__dict__["curves"] = tuple(curves)
        for name in ("lost_light_m", "projected", "gap_bounds", "assumed", "subtitle"):
            getattr(self, name)
            yield

    @cached_property
    def lost_light_m(self) -> float | None:
        """Where the light was lost [m]."""
        return lost_light_m(self._light_track)

    @cached_property
    def curves(self) -> tuple[Curve, ...]:
        """Gap to the light over distance, the ghosts' first and the runner's last."""
        return tuple(self._drawing_curves())

    def _drawing_curves(self) -> Iterator[Curve]:
        for ghost in self.ghosts:
            yield self._curve(ghost.name, ghost.colour, "ghost", ghost)
        yield self._curve(self.scenario.runner.name, "white", "runner", self.recording)

    def _curve(self, name: str, colour: str, kind: str, run: Mark | Recording) -> Curve:
        if isinstance(run, Recording):
            reach, time_at = min(self.recording.race_m, float(run.x[-1])), run.time_at
        else:
            reach, time_at = min(run.distance_m, self.recording.race_m), run.run.time_at
        x = np.append(np.arange(0.0, reach, CURVE_STEP_M), reach)
        gap = time_at(x) - self._light_passes(x)
        gap[0] = 0.0
        for array in (x, gap):
            array.setflags(write=False)
        return Curve(name, colour, kind, x, gap)

    @cached_property
    def projected(self) -> Floats:
        """The projected finish at every tick [s], shape (ticks + 1,); NaN where it is too early."""
        return projections(self.recording)

    def projected_at(self, time_s: float) -> float | None:
        """Return the projected finish [s] as of the last tick: nothing later is looked at."""
        run = self.recording
        if run.finish_s is not None and time_s >= run.finish_s:
            return run.finish_s
        tick = min(max(int(time_s / run.step_s + 1e-9), 0), run.ticks)
        told = float(self.projected[tick])
        return None if math.isnan(told) else told

    @cached_property
    def gap_bounds(self) -> tuple[Floats, Floats, Floats]:
        """The least and the largest gap that a chart shows up to each place of her curve.

        Places [m], least and largest gaps to the light [s], shape (points,) each: what the ghosts
        need anywhere, and what she has run up to there.
        """
        low, high = -0.5, 1.0
        for curve in self.curves[:-1]:
            known = curve.gap_s[np.isfinite(curve.gap_s)]
            low, high = min(low, known.min(initial=low)), max(high, known.max(initial=high))
        own = self.curves[-1]
        known = np.nan_to_num(own.gap_s)
        least = np.minimum.accumulate(np.minimum(known, low))
        return own.x_m, least, np.maximum.accumulate(np.maximum(known, high))

    @cached_property
    def hand_overs(self) -> HandOvers:
        """Where pacers leave, and where two of them change places."""
        leave: dict[float, list[str]] = {}
        swap: set[float] = set()
        begins = {(s.name, s.from_) for s in self.pacers.slots}
        for slot in self.pacers.slots:
            if slot.until is None or slot.until >= self.recording.race_m:
                continue
            if (slot.name, slot.until) in begins:
                swap.add(slot.until)
            else:
                leave.setdefault(slot.until, []).append(slot.name)
        return HandOvers({x: tuple(names) for x, names in leave.items()}, tuple(sorted(swap)))

    def _light_passes(self, x_m: Floats) -> Floats:
        """Return when the light is at each distance [s]: the light in force when she is there."""
        passes = self.light.run.time_at(x_m)
        for until_s, then in reversed(self.earlier):
            if then.light is not self.light:
                before = x_m < float(self.recording.distance_at(until_s))
                passes[before] = then.light.run.time_at(x_m[before])
        return passes

    @cached_property
    def pacer_marks(self) -> tuple[ChartMark, ...]:
        """Hand-overs and drop-outs, those at one distance told together; a fork ends the old."""
        marks, from_m = list[ChartMark](), 0.0
        for until_s, then in self.earlier:
            until_m = float(self.recording.distance_at(until_s))
            marks += [mark for mark in then.pacer_marks if from_m <= mark.x_m < until_m]
            from_m = until_m
        return (*marks, *(mark for mark in self._own_pacer_marks() if mark.x_m >= from_m))

    def _own_pacer_marks(self) -> tuple[ChartMark, ...]:
        marks = [
            ChartMark(x, f"{len(n)} pacers leave" if len(n) > 1 else f"{n[0]} leaves", "pacer")
            for x, n in self.hand_overs.leave_m.items()
        ]
        return (*marks, *(ChartMark(x, "pacers swap", "pacer") for x in self.hand_overs.swap_m))

    @cached_property
    def assumed(self) -> tuple[str, ...]:
        """What is assumed about this attempt, in short words."""
        s = self.scenario
        words = []
        if self.pacers.slots and s.pacers.formation.assumed:
            words.append("pacer spacing")
        if s.environment.assumed:
            words.append("weather")
        if any(w.on for w in s.wavelight.waves):
            words.append("wave length and pace end")
        if s.plan.standing_start:
            words.append("the light's start allowance")
        if s.pacers.shelter is not None:
            words.append("a constant shelter")
        elif any(abs(slot.ahead) <= 0.5 for slot in self.pacers.slots):
            words.append("the pacer beside")
        if any_assumed(s.uncertainty):
            words.append("the inputs' spreads")
        return tuple(words)

    @cached_property
    def subtitle(self) -> str:
        """One line on the pacers and what is assumed of them."""
        count = len({slot.name for slot in self.pacers.slots})
        if count == 0:
            return "alone behind the light"
        start = [slot for slot in self.pacers.slots if slot.from_ <= 0]
        ahead = sum(slot.ahead > 0.5 for slot in start)
        behind = sum(slot.ahead < -0.5 for slot in start)
        beside = len(start) - ahead - behind
        parts = [(ahead, "ahead"), (beside, "beside"), (behind, "behind")]
        told = ", ".join(f"{n} {word}" for n, word in parts if n)
        note = " (spacing assumed)" if self.scenario.pacers.formation.assumed else ""
        return f"{count} pacer{'s' if count > 1 else ''}: {told}{note}"


def make_show(scenario: Scenario, recording: Recording, ghosts: list[Mark] | None = None) -> Show:
    """Return the show of an attempt, without what takes longer to work out."""
    return finished(making_show(scenario, recording, ghosts))


def making_show(
    scenario: Scenario, recording: Recording, ghosts: list[Mark] | None = None
) -> Job[Show]:
    """Make the show of an attempt as a job in slices."""
    marks = ghost_marks(scenario) if ghosts is None else ghosts
    plan, light = plan_mark(scenario), light_mark(scenario)
    waves = tuple(wave_marks(scenario))
    yield
    pacers = group_of(scenario.pacers, scenario.distance)
    yield
    splits = []
    for row in split_rows(scenario, recording, plan, marks):
        splits.append(row)
        yield
    return Show(scenario, recording, plan, light, waves, tuple(marks), pacers, tuple(splits))


def adding_earlier(show: Show, legs: Sequence[Leg]) -> Job[Show]:
    """Make the show of a forked attempt: before each fork the picture is what it was.

    Args:
        show: the attempt as it is run from the last fork on.
        legs: until when it was run under which scenario [s], the pacers of that, and what was
            found out about it, in order.
    """
    earlier: list[tuple[float, Show]] = []
    passed: list[tuple[float, Mark]] = []
    for until_s, asked, pacers, found in legs:
        scenario = _as_it_was(show.scenario, asked)
        then = replace(show, scenario=scenario, pacers=pacers, **found)
        if (scenario.plan, scenario.wavelight) != (show.scenario.plan, show.scenario.wavelight):
            plan, light = plan_mark(scenario), light_mark(scenario)
            then = replace(then, plan=plan, light=light, waves=tuple(wave_marks(scenario)))
        yield
        earlier.append((until_s, replace(then, splits=_planned(then, passed))))
        passed.append((float(show.recording.distance_at(until_s)), then.plan))
        yield
    return replace(show, earlier=tuple(earlier), splits=_planned(show, passed))


def _planned(show: Show, passed: Sequence[tuple[float, Mark]]) -> tuple[Split, ...]:
    """Return the split table against the plan in force at each row, those up to here `passed`."""
    rows = []
    for row in show.splits:
        plan = next((plan for until_m, plan in passed if row.distance_m <= until_m), show.plan)
        rows.append(replace(row, plan_s=time_of(plan, row.distance_m)))
    return tuple(rows)


def _as_it_was(now: Scenario, leg: Scenario) -> Scenario:
    """Return how it was run under `leg`, in the looks of `now`: those are never forked."""
    names = [wave.name for wave in leg.wavelight.waves]
    led = names.index(leg.pacers.follows) if leg.pacers.follows in names else -1
    waves = tuple(
        wave.model_copy(update={"plan": leg.wavelight.waves[led].plan}) if i == led else wave
        for i, wave in enumerate(now.wavelight.waves)
    )
    looks = ("name", "note", "ghosts", "uncertainty", "published")
    update: dict[str, Any] = {name: getattr(now, name) for name in looks}
    update["wavelight"] = now.wavelight.model_copy(update={"waves": waves})
    return leg.model_copy(update=update)


def with_findings(show: Show, **found: Any) -> Show:
    """Return the show with what has been worked out since: `possible`, `alternatives`, `axis`."""
    new = replace(show, **found)
    # what does not rest on the findings is not worked out again
    kept = (
        "tracks",
        "_light_track",
        "lost_light_m",
        "projected",
        "gap_bounds",
        "curves",
        "pacer_marks",
        "assumed",
        "subtitle",
    )
    new.__dict__.update({name: show.__dict__[name] for name in kept if name in show.__dict__})
    return new
