"""The show: everything fixed about one attempt that a picture may need.

In: a scenario, its recording, its marks, and results computed about them. Out: `Show`.
`simulator.stage.scene_builder` makes the scene of a moment from it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.gaps import GapTrack, lost_light_m, projected_finish
from simulator.analysis.references import (
    Reference,
    Trajectory,
    ghost_references,
    light_reference,
    plan_reference,
    wave_references,
)
from simulator.analysis.splits import Split, split_table, times_of
from simulator.analysis.what_if import Alternative, Measure, rests_on_assumed
from simulator.coefficients import CHANGE_M, LAP_M
from simulator.physics.air import outside_sources
from simulator.physics.pacers import PacerGroup, changed_group, group_of, role_of
from simulator.recording.recording import Recording
from simulator.scenario.model import Scenario, any_assumed, wave_partners
from simulator.scenario.pacers import Pacers, slot_changes
from simulator.stage.scene import ChartCurve, ChartMarker, Extent, PacerSlot

if TYPE_CHECKING:  # needed only after the first picture: the window opens sooner
    from simulator.analysis.uncertainty import Band, Chances

CURVE_STEP_M = 5.0
PACE_OVER_M = 20.0
"""A pace is averaged over this distance [m], so that single strides do not show."""
STANDING_S = 1000.0
"""The pace of a body standing on the line, below any axis [s/400 m]."""
FROM_REST_M = 60.0
"""Paces up to this distance belong to the start; the axis need not include them [m]."""
PACE_ROOM_S = 1.5
"""Margin of the pace axis beyond plan and ghosts [s/400 m], so that a handle can move."""
Floats = NDArray[np.float64]
Lights: TypeAlias = tuple[tuple[float, Reference], ...]
"""The light that applies until each race time [s]; the last one until the end (inf)."""
Line: TypeAlias = tuple[Trajectory, float, str, str, str]
"""What a curve shows: a run, how far it goes [m], its name, its colour, its kind."""


@dataclass(frozen=True, slots=True)
class PacerChanges:
    """Names of leaving and of joining pacers by race distance [m]; where two swap [m]."""

    leave_m: dict[float, list[str]]
    join_m: dict[float, list[str]]
    swap_m: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Show:
    """One attempt ready to be shown.

    Attributes:
        came_from: the pacers before the last fork and the distance of that fork [m]; None if there
            was none, or it did not change them.
        earlier: the shows before each fork of the attempt, each until a race time [s].
        axis: the axis of the what-if strip, as text; `measure`: what its bars show.
        alternatives: the bars of the what-if strip; None while none is known.
        band: the range of 90 % of the model's samples; None while it is not known.
        chances: the chance of the target along the way; None while it is not known.
    """

    scenario: Scenario
    recording: Recording
    plan: Reference
    light: Reference
    waves: tuple[Reference, ...]
    ghosts: tuple[Reference, ...]
    pacers: PacerGroup
    splits: tuple[Split, ...]
    came_from: tuple[PacerGroup, float] | None = None
    earlier: tuple[tuple[float, Show], ...] = ()
    axis: str = "pacers"
    measure: Measure = Measure.FINISH
    alternatives: tuple[Alternative, ...] | None = None
    band: Band | None = None
    chances: Chances | None = None

    @cached_property
    def bodies(self) -> PacerGroup:
        """The pacers as they run: after a fork, those of the old formation move to new places."""
        if self.came_from is None:
            return self.pacers
        old, at_m = self.came_from
        return changed_group(old, self.pacers, at_m)

    def in_force(self, time_s: float) -> Show:
        """Return the show that applies at a race time [s]: plan, light, pacers, runner and air."""
        return next((then for until_s, then in self.earlier if time_s < until_s), self)

    @property
    def tracks(self) -> tuple[GapTrack, ...]:
        """Gaps to the light, then to the further lights, then to each ghost."""
        marks = (self.light, *self.lights[1:], *self.ghosts)
        return tuple(_track(self.recording, mark) for mark in marks)

    @cached_property
    def _lights(self) -> Lights:
        every = [(until_s, then.light) for until_s, then in self.earlier] + [(math.inf, self.light)]
        return tuple(a for a, b in zip_longest(every, every[1:]) if b is None or a[1] is not b[1])

    @property
    def lost_light_m(self) -> float | None:
        """Where the light was lost [m]; None: nowhere, or there is none."""
        return _lost_light_m(self.recording, self._lights) if self.lit else None

    @property
    def lit(self) -> bool:
        """Whether a light runs: without one gaps are those to the plan."""
        return self.scenario.lit

    @property
    def lights(self) -> tuple[Reference, ...]:
        """The lights that run, first the one that she chases; none without a light."""
        waves = zip(self.scenario.wavelight.waves, self.waves, strict=True)
        running = [mark for wave, mark in waves if wave.on]
        return (self.light, *running[1:]) if running else ()

    @property
    def curves(self) -> tuple[ChartCurve, ...]:
        """Gap to the light over distance, the ghosts' first and the runner's last."""
        return _curves(self.recording, self._lines, self._lights)

    @property
    def paces(self) -> tuple[ChartCurve, ...]:
        """Pace over distance: the plan's first, then the ghosts', the runner's last."""
        plan = _line(self.plan, "plan", self.light.colour, self.recording.race_m)
        return tuple(_pace_curve(*line) for line in (plan, *self._lines))

    @property
    def _lines(self) -> tuple[Line, ...]:
        """The lines of a chart, the ghosts' first and the runner's last."""
        run, race_m = self.recording, self.recording.race_m
        own = (run, min(race_m, float(run.x[-1])), self.scenario.runner.name, "white", "runner")
        return (*(_line(ghost, "ghost", ghost.colour, race_m) for ghost in self.ghosts), own)

    @property
    def pace_range_s(self) -> tuple[float, float]:
        """The lowest and the highest pace of plan and ghosts after the start [s/400 m]."""
        return _pace_range(self.paces[:-1])

    @cached_property
    def slots(self) -> tuple[PacerSlot, ...]:
        """The filled slots, with the distances at which each begins and ends."""
        pacers = self.scenario.pacers
        called = pacers.called()
        running = set(pacers.formation.names()[: pacers.running])
        return tuple(
            PacerSlot(n, called[s.name], ahead_m, s.offset, s.from_, s.until)
            for n, (s, ahead_m) in enumerate(
                zip(pacers.formation.named_slots, pacers.placed_m(), strict=True)
            )
            if s.name in running
        )

    def extent_at(self, x_m: float) -> Extent:
        """How far from her slot all pacers have their places; after a fork, the old ones' too.

        Those count until they have left [m of race distance].
        """
        leaving = self.came_from is not None and x_m < self.came_from[1] + CHANGE_M
        return _extent(self.bodies if leaving else self.pacers, lit=self.lit)

    @property
    def gap_bounds(self) -> tuple[Floats, Floats, Floats]:
        """The lowest and the highest gap that a chart shows up to each point of her curve.

        Points [m], lowest and highest gaps to the light [s], shape (points,) each. The bounds
        include all of the ghosts' curves, and hers up to the point.
        """
        return _gap_bounds(self.curves)

    def projected_at(self, time_s: float) -> float | None:
        """Return the projected finish [s] as of the last tick; nothing later is used."""
        run = self.recording
        if run.finish_s is not None and time_s >= run.finish_s:
            return run.finish_s
        return projected_finish(run, int(max(time_s, 0.0) / run.step_s + 1e-9) * run.step_s)

    @cached_property
    def hand_overs(self) -> PacerChanges:
        """Where pacers leave, join, and swap places, of those who ran there."""
        found: dict[str, dict[float, list[str]]] = {}
        from_m, race_m = 0.0, self.recording.race_m
        for until_s, then in (*self.earlier, (math.inf, self)):
            until_m = race_m if then is self else float(self.recording.distance_at(until_s))
            for x, name, what in slot_changes(then.pacers.slots):
                if from_m <= x < min(until_m, race_m):
                    found.setdefault(what, {}).setdefault(x, []).append(name)
            from_m = until_m
        leave, join = found.get("leaves", {}), found.get("joins", {})
        return PacerChanges(leave, join, tuple(sorted(found.get("changes place", {}))))

    @cached_property
    def pacer_marks(self) -> tuple[ChartMarker, ...]:
        """Hand-overs and drop-outs, one label per distance; after a fork only the new ones."""
        there = self.hand_overs
        marks = [
            ChartMarker(x, f"{len(n)} pacers {some}" if len(n) > 1 else f"{n[0]} {one}", "pacer")
            for changes, one, some in (
                (there.leave_m, "leaves", "leave"),
                (there.join_m, "joins", "join"),
            )
            for x, n in changes.items()
        ]
        return (*marks, *(ChartMarker(x, "pacers swap", "pacer") for x in there.swap_m))

    @property
    def has_constant_shelter(self) -> bool:
        """Whether her shelter is given, whatever the formation looks like."""
        return self.scenario.pacers.shelter is not None

    @property
    def rests_on_spacing(self) -> bool:
        """Whether her shelter follows from a spacing that is assumed."""
        formation = self.scenario.pacers.formation
        return bool(self.pacers.slots) and formation.assumed and not self.has_constant_shelter

    @cached_property
    def assumed(self) -> tuple[str, ...]:
        """The assumptions of this attempt, as short texts."""
        s = self.scenario
        words = []
        if self.rests_on_spacing:
            words.append("pacer spacing")
        if s.track.lap != LAP_M:
            words.append("the bends' radius and banking")
        if s.environment.assumed:
            words.append("weather")
        if outside_sources(s.environment):
            words.append("what air beyond the sources takes")
        if self.lit:
            words.append("wave length and pace end")
        if s.plan.standing_start:
            owners = ("the plan's", "the light's", "the lights'")
            words.append(f"{owners[min(len(self.lights), 2)]} start allowance")
        if self.has_constant_shelter:
            words.append("a constant shelter")
        elif rests_on_assumed(s.pacers):
            beside = any(role_of(slot) == "beside" for slot in self.pacers.slots)
            words.append("the pacer beside" if beside else "the jet between two pacers")
        if any_assumed(s.uncertainty):
            words.append("the inputs' spreads")
        return tuple(words)

    @cached_property
    def subtitle(self) -> str:
        """One line on the pacers and their assumptions."""
        running = (slot for slot in self.pacers.slots if slot.from_ < self.recording.race_m)
        last_first = sorted(running, key=lambda slot: -slot.from_)
        first = {slot.name: role_of(slot) for slot in last_first}
        count, roles = len(first), list(first.values())
        note = " (a constant shelter)" if self.has_constant_shelter else ""
        if count == 0:
            lights = (", without a light", " behind the light", " behind the lights")
            return f"alone{lights[min(len(self.lights), 2)]}{note}"
        counts = ((roles.count(role), role) for role in ("ahead", "beside", "behind"))
        places = ", ".join(f"{n} {role}" for n, role in counts if n)
        note = " (spacing assumed)" if self.rests_on_spacing else note
        return f"{count} pacer{'s' if count > 1 else ''}: {places}{note}"


@lru_cache(maxsize=16)
def _extent(pacers: PacerGroup, *, lit: bool) -> Extent:
    least, most = pacers.outline()
    low = np.floor(np.multiply(2.0, least)) / 2.0
    high = np.ceil(np.multiply(2.0, most)) / 2.0
    return Extent(0.0 - low.item(0), high.item(0), low.item(1), high.item(1), lit)


def make_show(
    scenario: Scenario,
    recording: Recording,
    ghosts: Sequence[Reference] | None = None,
    *,
    earlier: Sequence[tuple[float, Scenario]] = (),
) -> Show:
    """Return the show of an attempt, without the results that take longer than a frame.

    Args:
        scenario: the scenario of the attempt, from the last fork on.
        recording: the whole attempt.
        ghosts: the ghosts to compare with; None: the scenario's.
        earlier: its scenarios before its forks, each until a race time [s], in order. Before a fork
            the picture stays as it was.
    """
    marks = tuple(ghost_references(scenario) if ghosts is None else ghosts)
    show = _alone(scenario, recording, marks)
    shows: list[tuple[float, Show]] = []
    passed: list[tuple[float, Reference]] = []
    for until_s, ran in earlier:
        then = _alone(_in_looks_of(scenario, ran), recording, marks, show.splits)
        then = replace(
            then, splits=_planned(then, passed), came_from=_came_from(shows, passed, then)
        )
        shows.append((until_s, then))
        passed.append((float(recording.distance_at(until_s)), then.plan))
    splits = _planned(show, passed)
    came_from = _came_from(shows, passed, show)
    return replace(show, earlier=tuple(shows), splits=splits, came_from=came_from)


def _came_from(
    shows: Sequence[tuple[float, Show]], passed: Sequence[tuple[float, Reference]], now: Show
) -> tuple[PacerGroup, float] | None:
    """Return the pacers that a fork replaced by those of `now`, and where [m]; None without one.

    `shows`: the earlier shows; `passed`: the end of each.
    """
    if not shows:
        return None
    then, (at_m, _) = shows[-1][1], passed[-1]
    return then.came_from if then.pacers is now.pacers else (then.pacers, at_m)


def _alone(
    scenario: Scenario,
    recording: Recording,
    ghosts: tuple[Reference, ...],
    splits: tuple[Split, ...] | None = None,
) -> Show:
    """Return a show without earlier ones."""
    plan, light = plan_reference(scenario), light_reference(scenario)
    waves = tuple(wave_references(scenario))
    if splits is None:
        splits = tuple(split_table(scenario, recording, plan, list(ghosts)))
    # a wave has another name at another target, and whom the pacers follow moves none of them
    pacers = _group_of(scenario.pacers.model_copy(update={"follows": None}), scenario.distance)
    return Show(scenario, recording, plan, light, waves, ghosts, pacers, splits)


def _planned(show: Show, passed: Sequence[tuple[float, Reference]]) -> tuple[Split, ...]:
    """Return the split table against the plan that applied at each row; `passed`: earlier plans."""
    places, rows = tuple(row.distance_m for row in show.splits), []
    for i, row in enumerate(show.splits):
        plan = next((plan for until_m, plan in passed if row.distance_m <= until_m), show.plan)
        plan_s = times_of(plan, places)[i]
        rows.append(row if plan_s == row.plan_s else replace(row, plan_s=plan_s))
    return tuple(rows)


def _in_looks_of(now: Scenario, ran: Scenario) -> Scenario:
    """Return the scenario of an earlier segment with the looks of `now`, which never fork."""
    there = wave_partners(now, ran)
    waves = tuple(
        wave.model_copy(update={"plan": ran.wavelight.waves[there[i]].plan}) if i in there else wave
        for i, wave in enumerate(now.wavelight.waves)
    )
    looks = ("name", "note", "ghosts", "uncertainty", "published")
    update: dict[str, Any] = {name: getattr(now, name) for name in looks}
    update["wavelight"] = now.wavelight.model_copy(update={"waves": waves})
    kits = {"runner.kit.colour": now.runner.kit.colour, "pacers.kit": now.pacers.kit}
    return ran.model_copy(update=update).with_values(kits)


# -- cached for a recording, whatever show it is in ------------------------------------------------


@lru_cache(maxsize=16)  # equal pacers are one group, so that a fork that keeps them is seen to
def _group_of(pacers: Pacers, race_m: float) -> PacerGroup:
    return group_of(pacers, race_m)


@lru_cache(maxsize=64)
def _track(recording: Recording, mark: Reference) -> GapTrack:
    return GapTrack(recording, mark)


@lru_cache(maxsize=16)
def _lost_light_m(recording: Recording, lights: Lights) -> float | None:
    """Return where the light of each moment was lost [m]; None: nowhere."""
    return lost_light_m(recording, lights[-1][1], lights[:-1])


@lru_cache(maxsize=16)
def _curves(
    recording: Recording, lines: tuple[Line, ...], lights: Lights
) -> tuple[ChartCurve, ...]:
    *before, (_, light) = lights
    earlier = tuple((float(recording.distance_at(until_s)), then) for until_s, then in before)
    return tuple(_gap_curve(line, light, earlier) for line in lines)


def _line(mark: Reference, kind: str, colour: str, race_m: float) -> Line:
    return mark.run, min(mark.distance_m, race_m), mark.name, colour, kind


@lru_cache(maxsize=64)  # turning a knob changes the run, but seldom a mark
def _gap_curve(
    line: Line, light: Reference, earlier: tuple[tuple[float, Reference], ...]
) -> ChartCurve:
    run, reach_m, name, colour, kind = line
    gap_s = _passes(run, reach_m) - _light_passes(light, earlier, reach_m)
    gap_s[0] = 0.0
    gap_s.setflags(write=False)
    return ChartCurve(name, colour, kind, _places(reach_m), gap_s)


@lru_cache(maxsize=64)
def _pace_curve(run: Trajectory, reach_m: float, name: str, colour: str, kind: str) -> ChartCurve:
    """Return the pace over the metres before each point [s/400 m]; nothing later is used."""
    x, time_s = _places(reach_m), _passes(run, reach_m)
    first = np.maximum(x - PACE_OVER_M, 0.0)
    passed = time_s - np.interp(first, x, time_s)
    pace = LAP_M * passed / np.maximum(x - first, 1e-9)
    pace[0] = STANDING_S
    pace.setflags(write=False)
    return ChartCurve(name, colour, kind, x, pace)


@lru_cache(maxsize=16)
def _pace_range(curves: tuple[ChartCurve, ...]) -> tuple[float, float]:
    known = [curve.values[curve.x_m >= FROM_REST_M] for curve in curves]
    paces = np.concatenate([pace[np.isfinite(pace)] for pace in known])
    if not len(paces):
        return 55.0, 65.0
    return math.floor(paces.min() - PACE_ROOM_S), math.ceil(paces.max() + PACE_ROOM_S)


@lru_cache(maxsize=16)
def _light_passes(
    light: Reference, earlier: tuple[tuple[float, Reference], ...], reach_m: float
) -> Floats:
    """Return when the light passes each point [s], using the light that applied for her there.

    Each light of `earlier` applies up to a race distance [m], `light` until the end.
    """
    x, passes = _places(reach_m), _passes(light.run, reach_m).copy()
    for until_m, then in reversed(earlier):
        before = x < until_m
        passes[before] = then.run.time_at(x[before])
    return passes


@lru_cache(maxsize=64)  # turning a knob changes the run, but seldom a mark
def _passes(run: Trajectory, reach_m: float) -> Floats:
    """Return the time at which a run passes each point of a curve [s]."""
    return run.time_at(_places(reach_m))


@lru_cache(maxsize=16)
def _places(reach_m: float) -> Floats:
    """Return the race distances of a curve's points [m]."""
    x = np.append(np.arange(0.0, reach_m, CURVE_STEP_M), reach_m)
    x.setflags(write=False)
    return x


@lru_cache(maxsize=16)
def _gap_bounds(curves: tuple[ChartCurve, ...]) -> tuple[Floats, Floats, Floats]:
    low, high = -0.5, 1.0
    for curve in curves[:-1]:
        known = curve.values[np.isfinite(curve.values)]
        low, high = min(low, known.min(initial=low)), max(high, known.max(initial=high))
    runner = curves[-1]
    known = np.nan_to_num(runner.values)
    least = np.minimum.accumulate(np.minimum(known, low))
    return runner.x_m, least, np.maximum.accumulate(np.maximum(known, high))
