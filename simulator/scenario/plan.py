"""The plan: what the runner, or a wave of light, sets out to run.

In: a shape with a target, a table of cumulative splits, or lap times. Out: validated plans, told
apart by `shape`, and `schedule_of`, which turns one into a `Schedule`. Whether a human could run
one is asked in `plan_checks`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Discriminator, Field, PlainSerializer, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from simulator.scenario.fields import Metres, Number, Seconds, Section
from simulator.scenario.schedule import Schedule, Waypoint, even_schedule, schedule_through
from simulator.units import LAP_M, parse_distance

MAX_SPLITS = 200


class Split(Section):
    """One cumulative split; `distance` None is the finish."""

    distance: Metres | None = Field(None, gt=0, le=10_000, description="Race distance [m].")
    time: Seconds = Field(..., gt=0, le=7200, description="Cumulative time from the gun [s].")
    tolerance: Seconds = Field(0.0, ge=0, le=10, description="How far the time may be off [s].")


def _split_rows(value: Any) -> Any:
    """Turn `{200: 30.07, 800: {time: 2:00.75, tolerance: 0.2}, finish: 4:06.42}` into rows."""
    if isinstance(value, (list, tuple)):
        return value
    if not isinstance(value, dict):
        raise PydanticCustomError(
            "wrong_kind", "a table is wanted here, such as {{200: 30.07, finish: 4:06.42}}"
        )
    rows = []
    for key, entry in value.items():
        row = dict(entry) if isinstance(entry, dict) else {"time": entry}
        row["distance"] = None if str(key).strip() == "finish" else _key_distance(str(key))
        rows.append(row)
    return rows


def _key_distance(key: str) -> Any:
    try:
        return parse_distance(key)
    except ValueError:
        return key


def _split_table(splits: tuple[Split, ...]) -> dict[str, Any]:
    """Turn rows into the table a person writes; the inverse of `_split_rows`."""
    table: dict[str, Any] = {}
    for split in splits:
        key = "finish" if split.distance is None else f"{split.distance!r}".removesuffix(".0")
        row = {"time": split.time, "tolerance": split.tolerance}
        table[key] = row if split.tolerance else split.time
    return table


Splits = Annotated[
    tuple[Split, ...],
    BeforeValidator(_split_rows),
    PlainSerializer(_split_table, when_used="json"),
    Field(min_length=1, max_length=MAX_SPLITS),
    WithJsonSchema(
        {
            "type": "object",
            "description": "Cumulative splits: metres (or `finish`) to time.",
            "minProperties": 1,
            "patternProperties": {
                r"^(finish|[\d.]+\s*\w*)$": {
                    "anyOf": [
                        {"type": ["number", "string"]},
                        {
                            "type": "object",
                            "properties": {
                                "time": {"type": ["number", "string"]},
                                "tolerance": {"type": ["number", "string"]},
                            },
                            "required": ["time"],
                            "additionalProperties": False,
                        },
                    ]
                }
            },
            "additionalProperties": False,
        }
    ),
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


class LapPlan(_PlanBase):
    """Lap times as a coach calls them; the last entry is what is left to the line."""

    shape: Literal["laps"] = "laps"
    laps: tuple[Annotated[Seconds, Field(gt=0, le=3600)], ...] = Field(
        ..., min_length=1, max_length=60, description="Time of each 400 m, then of the rest [s]."
    )


def _shape_of(value: Any) -> str:
    if isinstance(value, _PlanBase):
        return str(getattr(value, "shape", "even"))
    if isinstance(value, dict):
        shape = value.get("shape")
        if shape is None:
            shape = next((key for key in ("splits", "laps") if key in value), "even")
        return str(shape)
    return "even"


Plan = Annotated[
    Annotated[EvenPlan, Tag("even")]
    | Annotated[SteppedPlan, Tag("negative")]
    | Annotated[SteppedPlan, Tag("positive")]
    | Annotated[ProgressivePlan, Tag("progressive")]
    | Annotated[SplitPlan, Tag("splits")]
    | Annotated[LapPlan, Tag("laps")],
    Discriminator(_shape_of),
]


def waypoints_of_splits(splits: tuple[Split, ...], distance_m: float) -> list[Waypoint]:
    """Return waypoints [m], [s], with `finish` at `distance_m`."""
    return [
        Waypoint(distance_m if s.distance is None else s.distance, s.time, s.tolerance)
        for s in splits
    ]


def lap_distances(count: int, distance_m: float) -> list[float]:
    """Return the race distance at the end of each lap time: 400, 800, ..., the finish [m]."""
    return [LAP_M * (i + 1) for i in range(count - 1)] + [distance_m]


def waypoints_of(plan: Plan, distance_m: float) -> list[Waypoint]:
    """Return the waypoints a plan passes; for a plan with a target, its finish alone."""
    if isinstance(plan, SplitPlan):
        return waypoints_of_splits(plan.splits, distance_m)
    if isinstance(plan, LapPlan):
        times = np.cumsum(plan.laps)
        return [
            Waypoint(x, float(t))
            for x, t in zip(lap_distances(len(times), distance_m), times, strict=True)
        ]
    return [Waypoint(distance_m, plan.target)]


def schedule_of(plan: Plan, distance_m: float) -> Schedule:
    """Return the plan as a `Schedule` over `distance_m` [m].

    A stepped plan runs its second half `strength` percent faster or slower; a progressive one rises
    in speed evenly with distance. With a standing start the shape holds on the flying clock, so the
    start's loss falls into the first part and the finish time is the target.

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
