"""Whether a plan fits its distance, and whether a human could run it.

In: a plan or a table of splits, and the race distance [m]. Out: complaints, each at its own row.
"""

from __future__ import annotations

import math
from itertools import pairwise

from simulator.scenario.fields import Complaint, Doubts
from simulator.scenario.plan import (
    LapPlan,
    Plan,
    Split,
    SplitPlan,
    waypoints_of,
    waypoints_of_splits,
)
from simulator.scenario.schedule import Waypoint
from simulator.units import LAP_M, format_distance, format_time

FASTEST_UNDER_100_M = 12.5
FASTEST_OVER_100_M = 10.0
FASTEST_OVER_400_M = 9.3
SLOWEST_M_S = 1.0
"""A plan slower than a stroll is a slip of the pen [m/s]."""
SHORTEST_M = 1.0
"""Splits nearer to one another than this are a slip too [m]."""
UNKNOWN_M = 1e9
"""Stands for the finish where the race's distance is not known [m]."""


def plan_complaints(
    at: tuple[str | int, ...], plan: Plan, distance_m: float | None, doubts: Doubts
) -> list[Complaint]:
    """Return what is wrong with a plan over this distance (None: not known), each at its place."""
    if isinstance(plan, SplitPlan):
        return split_complaints((*at, "splits"), plan.splits, distance_m, doubts)
    if distance_m is None or doubts.about(*at, "laps" if isinstance(plan, LapPlan) else "target"):
        return []
    points = waypoints_of(plan, distance_m)
    if not isinstance(plan, LapPlan):
        return human_complaints([(*at, "target")], points)
    wanted = math.ceil(distance_m / LAP_M - 1e-9)
    rest = distance_m - LAP_M * (len(plan.laps) - 1)
    if rest <= 0 or (rest > LAP_M + 20.0 and len(plan.laps) != wanted):
        hint = f"{wanted} laps, or {wanted - 1} with the rest in the last" if wanted > 1 else ""
        text = f"{len(plan.laps)} lap times do not make {format_distance(distance_m)}"
        return [((*at, "laps"), text, hint)]
    return human_complaints([(*at, "laps", i) for i in range(len(points))], points)


def split_complaints(
    at: tuple[str | int, ...], splits: tuple[Split, ...], distance_m: float | None, doubts: Doubts
) -> list[Complaint]:
    """Return what is wrong with a table of cumulative splits, at most one for each row.

    Where the race's distance is not known (None), the row of the finish is held against its
    neighbour's time alone.
    """
    length = UNKNOWN_M if distance_m is None else distance_m
    points = waypoints_of_splits(splits, length)
    places = [(*at, i) for i in range(len(points))]
    found: list[Complaint] = []
    faulty: set[int] = set()
    for i, (a, b) in enumerate(pairwise([Waypoint(0.0, 0.0), *points])):
        text, hint = _misfit(a, b)
        if text:
            found.append((places[i], text, hint))
            faulty |= {i - 1, i}
    last = points[-1].distance_m if points else length
    known = distance_m is not None and not doubts.about(*at)
    if known and not faulty and abs(last - length) > 1e-6:
        text = f"the table ends at {format_distance(last)}"
        found.append((at, text, "end it with finish: TIME"))
    if distance_m is None:
        faulty |= {i for i, split in enumerate(splits) if split.distance is None}
    return found + human_complaints(places, points, faulty)


def _misfit(a: Waypoint, b: Waypoint) -> tuple[str, str]:
    """Return why a split cannot follow another, and what to do; empty texts if it can."""
    if b.distance_m - a.distance_m < SHORTEST_M:
        return "distances must increase, by 1 m or more", "sort the table"
    if b.time_s <= a.time_s:
        text = f"{format_time(b.time_s)} is not after {format_time(a.time_s)}"
        return text, "splits are cumulative times from the gun"
    if b.time_s - a.time_s <= a.tolerance_s + b.tolerance_s:
        return "its tolerance reaches the split before", "a smaller tolerance"
    return "", ""


def human_complaints(
    places: list[tuple[str | int, ...]],
    points: list[Waypoint],
    faulty: set[int] | frozenset[int] = frozenset(),
) -> list[Complaint]:
    """Return each split that no human can run, or that is a stroll; rows in `faulty` are left out.

    Two rows that do not fit are not held against later ones, so that one slip is one complaint.
    """
    found: list[Complaint] = []
    rows = [(-1, Waypoint(0.0, 0.0)), *((i, p) for i, p in enumerate(points) if i not in faulty)]
    good = rows[:1]
    for j, b in rows[1:]:
        text = ""
        for i, a in reversed(good):
            length, time = b.distance_m - a.distance_m, b.time_s - a.time_s
            limit = _fastest_over(length)
            if length > limit * time:
                text = f"{length / max(time, 1e-9):.3g} m/s over {length:.0f} m"
                text += f" is faster than a human can run ({limit:g} m/s)"
                break
            if i == good[-1][0] and length < SLOWEST_M_S * time:
                text = f"slower than {SLOWEST_M_S:g} m/s over {length:.0f} m"
                break
        else:
            good.append((j, b))
            continue
        found.append((places[j], text, "check the time"))
        if i >= 0:
            good = [row for row in good if row[0] != i]
    return found


def _fastest_over(length_m: float) -> float:
    """Return the fastest mean speed a human can hold over this length [m/s]."""
    if length_m < 100:
        return FASTEST_UNDER_100_M
    return FASTEST_OVER_100_M if length_m < 400 else FASTEST_OVER_400_M
