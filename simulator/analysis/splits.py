"""Split tables: plan, run, ghosts, gaps, residuals against a published result; runs side by side.

In: a scenario, its recording and marks. Out: rows of cumulative times [s]; for a comparison,
`Column`s of numbers, None if something is not known (yet).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulator.analysis.references import Reference, known_waypoints
from simulator.recording.recording import Recording
from simulator.scenario.model import KnownGhost, Scenario
from simulator.scenario.plan import Plan, waypoints_of
from simulator.scenario.schedule import Waypoint
from simulator.units import format_distance


@dataclass(frozen=True, slots=True)
class Split:
    """One row: cumulative times at a distance [s]; None if not known."""

    distance_m: float
    label: str
    plan_s: float | None
    run_s: float | None
    ghosts_s: tuple[float | None, ...]
    published_s: float | None
    tolerance_s: float

    @property
    def delta_s(self) -> float | None:
        """Run minus plan [s], positive = behind."""
        return None if self.run_s is None or self.plan_s is None else self.run_s - self.plan_s

    @property
    def residual_s(self) -> float | None:
        """Run minus published [s]."""
        if self.run_s is None or self.published_s is None:
            return None
        return self.run_s - self.published_s


def split_distances(race_m: float) -> list[float]:
    """Return the distances of splits [m]: each 200 m and the finish.

    Each 400 m in races beyond 2 km, each kilometre beyond 5 km. A multiple less than 50 m from the
    line is left out: nobody reads two splits nine metres apart.
    """
    step = 200.0 if race_m <= 2000 else 400.0 if race_m <= 5000 else 1000.0
    inner = [float(x) for x in np.arange(step, race_m - 50.0, step)]
    return [*inner, race_m]


def split_places(scenario: Scenario) -> list[float]:
    """Return the distances of a scenario's splits [m]: the standard ones, and those of its files.

    The distances of a plan and of a ghost (409.344, 440 yards, 1 km, every 100 m) are included.
    """
    race_m = scenario.distance
    known = {
        w.distance_m
        for ghost in scenario.ghosts
        if ghost.on or ghost.name == scenario.published
        for w in known_waypoints(ghost, race_m)
    }
    return [*_places_of(scenario.plan, race_m, known)]


def _places_of(plan: Plan, race_m: float, known: AbstractSet[float]) -> tuple[float, ...]:
    """Return the standard splits, a plan's and those `known` of ghosts [m], in order."""
    own = known | {w.distance_m for w in waypoints_of(plan, race_m)}
    return tuple(sorted({*split_distances(race_m), *(x for x in own if x <= race_m)}))


def split_label(distance_m: float, race_m: float) -> str:
    """Return `800` or `finish`."""
    return "finish" if distance_m == race_m else format_distance(distance_m).removesuffix(" m")


def published_waypoints(scenario: Scenario) -> list[Waypoint]:
    """Return the published splits of this attempt; empty if the scenario names none."""
    for ghost in scenario.ghosts:
        if isinstance(ghost, KnownGhost) and ghost.name == scenario.published:
            return ghost.known(scenario.distance)
    return []


def split_table(
    scenario: Scenario, recording: Recording, plan: Reference, ghosts: list[Reference]
) -> list[Split]:
    """Return the split table, with a row at each standard split, and at those of plan and ghosts.

    A ghost's file may be gone by now: what is known of it is in its mark.
    """
    published = {w.distance_m: w for w in published_waypoints(scenario)}
    race_m = scenario.distance
    known = {x for ghost in ghosts for x in ghost.known_s or ()}
    places = _places_of(scenario.plan, race_m, known | published.keys())
    run = (None if math.isnan(t) else t for t in recording.time_at(places).tolist())
    times = zip(times_of(plan, places), run, *(times_of(g, places) for g in ghosts), strict=True)
    rows = []
    for x, (plan_s, run_s, *ghosts_s) in zip(places, times, strict=True):
        at = published.get(x)
        row = Split(
            x,
            split_label(x, race_m),
            plan_s,
            recording.finish_s if x == recording.race_m else run_s,
            tuple(ghosts_s),
            at.time_s if at else None,
            at.tolerance_s if at else 0.0,
        )
        rows.append(row)
    return rows


def worst_residual(splits: Sequence[Split]) -> tuple[Split, float] | None:
    """Return the split with the largest residual, and the residual [s]; None without any."""
    known = [(s, s.residual_s) for s in splits if s.residual_s is not None]
    return max(known, key=lambda each: abs(each[1]), default=None)


def run_time(recording: Recording, distance_m: float) -> float | None:
    """Return the run's time at a distance [s], None if she never got there."""
    if distance_m == recording.race_m:
        return recording.finish_s
    t = float(recording.time_at(distance_m))
    return None if np.isnan(t) else t


@lru_cache(maxsize=64)  # turning a knob changes the run, but seldom a mark
def times_of(mark: Reference, places_m: tuple[float, ...]) -> tuple[float | None, ...]:
    """Return a mark's times at places [s], None beyond its end and where not known."""
    if mark.known_s is not None:
        return tuple(mark.known_s.get(x) for x in places_m)
    times = zip(places_m, mark.run.time_at(places_m).tolist(), strict=True)
    return tuple(None if x > mark.distance_m + 1e-9 or math.isnan(t) else t for x, t in times)


@dataclass(frozen=True, slots=True)
class Column:
    """One run in numbers.

    Attributes:
        splits_s: cumulative time at each of the distances [s].
        shelter: mean share of the drag removed up to the line [1].
        reserve_at_bell: share of the reserve left at the bell [1].
    """

    splits_s: tuple[float | None, ...]
    shelter: float | None
    reserve_at_bell: float | None


def column(
    run: Recording, distances_m: list[float], lap_m: float, until_s: float = math.inf
) -> Column:
    """Return a run in numbers, as far as it is known at `until_s` [s of race time]."""
    splits = []
    for x in distances_m:
        time = run_time(run, x) if x <= run.race_m else None
        splits.append(time if time is not None and time <= until_s else None)
    bell_m = run.race_m - lap_m
    bell_s = float(run.time_at(bell_m)) if bell_m > 0 else math.nan
    reserve = None
    if bell_s <= until_s:  # NaN compares false
        reserve = run.at(bell_s).reserve / float(run.reserve[0])
    over = run.end_s <= until_s
    return Column(tuple(splits), run.mean_shelter if over else None, reserve)
