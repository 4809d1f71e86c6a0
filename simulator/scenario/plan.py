"""The plan: what the runner, or a wave of light, intends to run.

In: a shape with a target, a table of cumulative splits, or lap times. Out: validated plans,
discriminated by `shape`; problems of one that does not fit its distance or that no human could run;
and `schedule_of`, which turns one into a `Schedule`.
"""

import math
from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from simulator.scenario.fields import (
    Metres,
    Number,
    Path,
    Seconds,
    Section,
    SectionProblem,
    at_most,
    discriminator,
    variant,
)
from simulator.scenario.schedule import Schedule, Waypoint, even_schedule, schedule_through
from simulator.units import (
    LAP_M,
    decimal_mark,
    format_distance,
    format_time,
    parse_distance,
    parse_time,
)
from simulator.world_records import least_flying_time, least_time

MAX_SPLITS = 200
FINISH = "finish"
SLOWEST_M_S = 1.0
"""A plan slower than this walking pace is a mistake [m/s]."""
SHORTEST_M = 1.0
"""Splits closer together than this are a mistake too [m]."""


class SplitTime(Section):
    """When a split is passed."""

    time: Seconds = Field(..., gt=0, le=7200, description="Cumulative time from the gun [s].")
    tolerance: Seconds = Field(0.0, ge=0, le=10, description="How far the time may be off [s].")


class PlanSplit(SplitTime):
    """One cumulative split; `distance` None is the finish."""

    distance: Metres | None = Field(None, gt=0, le=10_000, description="Race distance [m].")


def _split_rows(value: Any) -> Any:
    """Turn `{200: 30.07, 800: {time: 2:00.75, tolerance: 0.2}, finish: 4:06.42}` into rows."""
    if isinstance(value, (list, tuple)):
        return value
    if not isinstance(value, dict):
        raise PydanticCustomError(
            "wrong_kind", "a table is wanted here, such as {200: 30.07, finish: 4:06.42}"
        )
    rows, decimal = [], decimal_mark(map(str, value))
    for key, entry in value.items():
        row = dict(entry) if isinstance(entry, dict) else {"time": entry}
        if "distance" in row:
            raise PydanticCustomError(
                "twice", "a row's distance is the key that it is written under"
            )
        row["distance"] = key_distance(str(key), decimal)
        if isinstance(row.get("time"), str) and isinstance(row["distance"], float):
            with suppress(ValueError):  # the field's own check refuses it with a message
                row["time"] = parse_time(row["time"], row["distance"])
        rows.append(row)
    return rows


def key_distance(key: str, decimal: str = "") -> float | str | None:
    """Return the distance of a table's row [m]; None for the finish, the key if it is none.

    `decimal` is the table's decimal mark, if another key determines it.
    """
    if key.strip().lower() == FINISH:
        return None
    try:
        return parse_distance(key, decimal=decimal)
    except ValueError:
        return key


def _split_table(splits: tuple[PlanSplit, ...]) -> dict[str, Any]:
    """Turn rows into the table a person writes; the inverse of `_split_rows`."""
    table: dict[str, Any] = {}
    for split in splits:
        key = FINISH if split.distance is None else f"{split.distance!r}".removesuffix(".0")
        if key != FINISH and key_distance(key) != split.distance:
            key += "0"  # 1.609 would be read as a mile
        row = {"time": split.time, "tolerance": split.tolerance}
        table[key] = row if split.tolerance else split.time
    return table


_SplitKey = Annotated[str, Field(pattern=r"^([Ff]inish|[\d.,]+(\s\d{3})*\s*\w*)$")]
_SplitTable = Annotated[
    dict[_SplitKey, Seconds | SplitTime], Field(min_length=1, max_length=MAX_SPLITS)
]
Splits = Annotated[
    tuple[PlanSplit, ...],
    Field(min_length=1),
    BeforeValidator(_split_rows, json_schema_input_type=_SplitTable),
    at_most(MAX_SPLITS),
    PlainSerializer(_split_table, when_used="json"),
]


class _PlanBase(Section):
    standing_start: bool = Field(
        True, description="Allow for the standing start (assumed for the light of Breaking4)."
    )


class _Target(_PlanBase):
    target: Seconds = Field(239.99, gt=0, le=7200, description="Finish time [s], `3:59.99`.")


class EvenPlan(_Target):
    """The same pace all the way."""

    shape: Literal["even"] = "even"


class SteppedPlan(_Target):
    """One pace for the first half, another for the second."""

    shape: Literal["negative", "positive"] = Field(
        ..., description="`negative`: the second half is faster; `positive`: it is slower."
    )
    strength: Number = Field(
        2.0,
        ge=-20,
        le=20,
        description="How much faster (negative) or slower (positive) the second half is [%].",
    )


class ProgressivePlan(_Target):
    """Speed that rises evenly from start to finish."""

    shape: Literal["progressive"] = "progressive"
    strength: Number = Field(
        2.0, ge=-20, le=20, description="Speed at the line over speed at the start [%]."
    )


class SplitPlan(_PlanBase):
    """A table of cumulative splits; the last one is the finish."""

    shape: Literal["splits"] = "splits"
    splits: Splits = Field(..., description="Cumulative splits, metres to time.")


class Laps(Section):
    """Lap times as a coach calls them, with the odd piece of a race at its end or its beginning."""

    laps: Annotated[tuple[Annotated[Seconds, Field(gt=0, le=3600)], ...], at_most(60)] = Field(
        ...,
        min_length=1,
        max_length=60,
        description="Time of each 400 m and of the odd piece, which is the last or the first [s].",
    )
    first: Metres | None = Field(
        None,
        gt=0,
        le=1000,
        description="Length of the first piece [m]; left out: 400 m, or what is left of the race "
        "where the times say so.",
    )

    def distances(self, race_m: float) -> list[float]:
        """Return the race distance at the end of each lap time, the last at `race_m` [m].

        The odd piece is placed where it makes the laps' speeds more alike.
        """
        count = len(self.laps)
        last = [*(LAP_M * (i + 1) for i in range(count - 1)), race_m]
        first_m = self.first or race_m - LAP_M * (count - 1)
        first = [*(first_m + LAP_M * i for i in range(count - 1)), race_m]
        if self.first is not None:
            return first
        fits = count > 1 and SHORTEST_M <= first_m < LAP_M
        return first if fits and 1.1 * self._spread(first) < self._spread(last) else last

    def _spread(self, distances: list[float]) -> float:
        """Return the highest speed of a lap as a multiple of the lowest [1]."""
        speeds = [
            (b - a) / t for (a, b), t in zip(pairwise([0.0, *distances]), self.laps, strict=True)
        ]
        return max(speeds) / min(speeds) if min(speeds) > 0 else math.inf

    def waypoints(self, race_m: float) -> list[Waypoint]:
        """Return the end of each lap and its time from the gun [m], [s]."""
        times = np.cumsum(self.laps).round(9).tolist()  # hundredths sum to hundredths
        return [Waypoint(x, t) for x, t in zip(self.distances(race_m), times, strict=True)]

    def complaint(self, at: Path, race_m: float) -> SectionProblem | None:
        """Return the problem of the laps at this path for a race [m]."""
        longest = LAP_M + 20.0
        if all(SHORTEST_M <= piece <= longest for piece in np.diff([0.0, *self.distances(race_m)])):
            return None
        count = math.ceil(race_m / LAP_M - 1e-9)
        odd = race_m - LAP_M * (count - 1)
        if count > 1 and odd + LAP_M <= longest:
            count, odd = count - 1, odd + LAP_M
        hint = f"{count} laps of {LAP_M:g} m"
        if abs(odd - LAP_M) >= SHORTEST_M:
            hint += f", the last of {odd:g} m, or with first: {odd:g} m the first"
        text = f"{len(self.laps)} lap times do not make {format_distance(race_m)}"
        return SectionProblem((*at, "laps"), text, hint, (("distance",), (*at, "distance")))


class LapPlan(_PlanBase, Laps):
    """Lap times as a coach calls them."""

    shape: Literal["laps"] = "laps"


Plan = Annotated[
    Annotated[EvenPlan, variant("even")]
    | Annotated[SteppedPlan, variant("negative")]
    | Annotated[SteppedPlan, variant("positive")]
    | Annotated[ProgressivePlan, variant("progressive")]
    | Annotated[SplitPlan, variant("splits")]
    | Annotated[LapPlan, variant("laps")],
    discriminator("shape", lambda plan: next((k for k in ("splits", "laps") if k in plan), "even")),
]


def waypoints_of_splits(splits: tuple[PlanSplit, ...], distance_m: float) -> list[Waypoint]:
    """Return waypoints [m], [s], with `finish` at `distance_m`."""
    return [
        Waypoint(distance_m if s.distance is None else s.distance, s.time, s.tolerance)
        for s in splits
    ]


def waypoints_of(plan: Plan, distance_m: float) -> list[Waypoint]:
    """Return the waypoints of a plan; for a plan with a target, only its finish."""
    if isinstance(plan, SplitPlan):
        return waypoints_of_splits(plan.splits, distance_m)
    if isinstance(plan, LapPlan):
        return plan.waypoints(distance_m)
    return [Waypoint(distance_m, plan.target)]


@lru_cache(maxsize=64)  # every turn of a knob needs the same few
def schedule_of(plan: Plan, distance_m: float) -> Schedule:
    """Return the plan as a `Schedule` over `distance_m` [m].

    A stepped plan runs its second half `strength` percent faster or slower; the speed of a
    progressive one rises linearly with distance. With a standing start the shape applies to the
    flying clock, so the start's loss is in the first part and the finish time is the target.

    Raises:
        ValueError: the splits do not increase.
    """
    if isinstance(plan, EvenPlan):
        return even_schedule(distance_m, plan.target, standing_start=plan.standing_start)
    if isinstance(plan, (SteppedPlan, ProgressivePlan)):
        if isinstance(plan, SteppedPlan):
            share = plan.strength / 100.0 * (1.0 if plan.shape == "negative" else -1.0)
            x = np.array([0.0, 0.5, 1.0]) * distance_m
            speed = np.array([1.0, 1.0 + share])
        else:
            parts = max(4, round(distance_m / 50.0))
            x = np.linspace(0.0, distance_m, parts + 1)
            middle = 0.5 * (x[:-1] + x[1:]) / distance_m
            speed = 1.0 + plan.strength / 100.0 * middle
        return _shaped(x, np.diff(x) / speed, plan)
    return schedule_through(waypoints_of(plan, distance_m), standing_start=plan.standing_start)


def _shaped(x: np.ndarray, weight: np.ndarray, plan: SteppedPlan | ProgressivePlan) -> Schedule:
    """Scale flying segment times `weight` so that the run from rest takes the target."""
    even = even_schedule(float(x[-1]), plan.target, standing_start=plan.standing_start)
    loss = even.start_loss_s
    for _ in range(20):
        flying = (plan.target - loss) * np.cumsum(weight) / weight.sum()
        schedule = schedule_through(
            [Waypoint(float(d), float(t)) for d, t in zip(x[1:], flying + loss, strict=True)],
            standing_start=plan.standing_start,
        )
        if abs(schedule.start_loss_s - loss) < 1e-12:
            break
        loss = schedule.start_loss_s
    return schedule


# -- does a plan fit its distance, and could a human run it? --------------------------------------


def plan_complaints(at: Path, plan: Plan, distance_m: float) -> Iterator[SectionProblem]:
    """Yield the problems of the plan at this path of a scenario over its distance [m]."""
    if isinstance(plan, SplitPlan):
        yield from split_complaints((*at, "splits"), plan.splits, distance_m)
    elif isinstance(plan, LapPlan):
        yield from lap_complaints(at, plan, distance_m)
    else:
        yield from target_complaints((*at, "target"), plan.target, distance_m)


def target_complaints(at: Path, time_s: float, distance_m: float) -> Iterator[SectionProblem]:
    """Yield a problem if no human runs a distance [m] in the time at this path [s]."""
    point = Waypoint(distance_m, time_s)
    for _, text in impossible([point]):
        yield SectionProblem(at, text, _time_hint(point), (("distance",),))


def _time_hint(point: Waypoint) -> str:
    """Return a hint for an impossible time, with another reading if there is one.

    `26:11:00` may have been read as hours instead of minutes, `4.12` as seconds.
    """
    minutes, seconds = divmod(round(100.0 * point.time_s), 100)
    if minutes < 60 and seconds < 60 and point.distance_m >= 400.0:
        other = 60.0 * minutes + seconds
        if next(impossible([Waypoint(point.distance_m, other)]), None) is None:
            return f"it was read as seconds: write {format_time(other, 0)} for minutes"
    meant = parse_time(format_time(point.time_s, 0), point.distance_m)
    hundredths = 0.0 < meant < 0.5 * point.time_s
    return f"write {format_time(meant)} with a point" if hundredths else "check the time"


def lap_complaints(at: Path, laps: Laps, distance_m: float) -> Iterator[SectionProblem]:
    """Yield the problems of the laps at this path over a distance [m]."""
    complaint = laps.complaint(at, distance_m)
    if complaint is not None:
        yield complaint
        return
    points = laps.waypoints(distance_m)
    end, odd = "last", distance_m - points[-2].distance_m if len(points) > 1 else distance_m
    if points[0].distance_m != LAP_M:
        end, odd = "first", points[0].distance_m
    hint = "check the time" if odd == LAP_M else f"check the time; the {end} piece is {odd:g} m"
    for i, text in impossible(points):
        yield SectionProblem((*at, "laps", i), text, hint, (("distance",), (*at, "laps")))


def split_complaints(
    at: Path,
    splits: tuple[PlanSplit, ...],
    distance_m: float,
    rests_on: tuple[Path, ...] = (),
    *,
    may_stop: bool = False,
) -> Iterator[SectionProblem]:
    """Yield the problems of a table of cumulative splits, at most one for each row.

    Args:
        at: the table's path.
        splits: its rows.
        distance_m: length of the race [m].
        rests_on: other values besides the scenario's distance that determine it.
        may_stop: whether it may end before the finish, as a pacer's may.
    """
    rests_on = (*rests_on, ("distance",))
    points = waypoints_of_splits(splits, distance_m)
    faulty: set[int] = set()
    listed: list[tuple[int, str, str]] = []
    for i, (a, b) in enumerate(pairwise([Waypoint(0.0, 0.0), *points])):
        text, hint = _misfit(a, b)
        if text:
            listed.append((i, text, hint))
            faulty |= {i - 1, i}
    last = points[-1].distance_m
    if not faulty and (last > distance_m + 1e-6 or (last < distance_m - 1e-6 and not may_stop)):
        text = f"the table ends at {format_distance(last)}"
        yield SectionProblem(at, text, "end it with finish: TIME", rests_on)
    listed += [(i, text, _time_hint(points[i])) for i, text in impossible(points, faulty)]
    for i, text, hint in listed:
        yield SectionProblem((*at, i), text, hint, rests_on if splits[i].distance is None else ())


def _misfit(a: Waypoint, b: Waypoint) -> tuple[str, str]:
    """Return why a split cannot follow another, and a hint; empty texts if it can."""
    if b.distance_m - a.distance_m < SHORTEST_M:
        return "distances must increase, by 1 m or more", "sort the table"
    if b.time_s <= a.time_s:
        text = f"{format_time(b.time_s)} is not after {format_time(a.time_s)}"
        return text, "splits are cumulative times from the gun"
    if b.time_s - a.time_s <= a.tolerance_s + b.tolerance_s:
        return "its tolerance reaches the split before", "a smaller tolerance"
    return "", ""


def impossible(points: list[Waypoint], faulty: Collection[int] = ()) -> Iterator[tuple[int, str]]:
    """Yield each split that no human can run, or that is a walk; rows in `faulty` are skipped.

    Two rows that contradict each other are not compared with later ones, so that one mistake gives
    one problem.
    """
    rows = [(-1, Waypoint(0.0, 0.0)), *((i, p) for i, p in enumerate(points) if i not in faulty)]
    good = rows[:1]
    for j, b in rows[1:]:
        text = ""
        for i, a in reversed(good):
            length, time = b.distance_m - a.distance_m, b.time_s - a.time_s
            least = least_time(length) if i == -1 else least_flying_time(length)
            if time < least:
                speed, limit = length / max(time, 1e-9), length / least
                shown = range(3, 9)
                digits = next((n for n in shown if f"{speed:.{n}g}" != f"{limit:.{n}g}"), 9)
                text = f"{speed:.{digits}g} m/s over {length:.0f} m"
                text += f" is faster than a human can run ({limit:.{digits}g} m/s)"
                break
            if i == good[-1][0] and length < SLOWEST_M_S * time:
                text = f"slower than {SLOWEST_M_S:g} m/s over {length:.0f} m"
                break
        else:
            good.append((j, b))
            continue
        yield j, text
        if i >= 0:
            good = [row for row in good if row[0] != i]
