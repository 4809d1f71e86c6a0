"""Turning a plan's knobs: shape, target, strength and single splits, each as one new plan.

In: a scenario and what a person typed. Out: a plan as text for the loader, which checks it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from simulator.analysis.splits import split_distances, split_label
from simulator.scenario.plan import (
    EvenPlan,
    LapPlan,
    Plan,
    ProgressivePlan,
    SplitPlan,
    SteppedPlan,
    schedule_of,
)
from simulator.session.history import flow
from simulator.units import LAP_M, format_time, parse_time

SHAPES = ("even", "negative", "positive", "progressive", "splits")
AS_THE_PLAN = "as the plan"


class RefusedError(Exception):
    """What was typed cannot be done; the message says why."""


def time_text(seconds: float) -> str:
    """Return `3:59.99`, with thousandths only where there are any."""
    text = format_time(seconds, 3)
    return text.removesuffix("0") if "." in text else text


def typed_time(text: str) -> float:
    """Return a typed time [s].

    Raises:
        RefusedError: it is none.
    """
    try:
        return parse_time(text)
    except ValueError as error:
        raise RefusedError(str(error)) from None


@dataclass(frozen=True, slots=True)
class Sections:
    """A plan in sections: where each ends [m], and how long it takes [s]."""

    labels: tuple[str, ...]
    distances_m: tuple[float, ...]
    times_s: tuple[float, ...]

    @property
    def cumulative_s(self) -> tuple[float, ...]:
        """Time at the end of each section [s]."""
        return tuple(accumulate(self.times_s))

    def laps(self) -> tuple[range, ...]:
        """Return the sections of each lap of 400 m, the last one as long as the race leaves it.

        Where they are not of 200 m, each is by itself.
        """
        if self.distances_m[0] != LAP_M / 2:
            return self.single()
        ends = [i for i, x in enumerate(self.distances_m[:-1]) if x % LAP_M < 1e-6]
        ends.append(len(self.distances_m) - 1)
        return tuple(range(a + 1, b + 1) for a, b in zip([-1, *ends], ends, strict=False))

    def single(self) -> tuple[range, ...]:
        """Return each section by itself."""
        return tuple(range(i, i + 1) for i in range(len(self.times_s)))


def sections_of(plan: Plan, race_m: float) -> Sections:
    """Return the plan in sections of 200 m (longer ones in long races)."""
    distances = split_distances(race_m)
    cumulative = [round(t, 6) for t in schedule_of(plan, race_m).time_at(distances).tolist()]
    times = tuple(b - a for a, b in zip([0.0, *cumulative], cumulative, strict=False))
    labels = tuple(split_label(x, race_m) for x in distances)
    return Sections(labels, tuple(distances), times)


def plan_with_target(plan: Plan, race_m: float, target_s: float, locked: Collection[int]) -> str:
    """Return the plan with another finish; of a table the rows that are open are stretched.

    Raises:
        RefusedError: every row is locked, or what is open cannot take the difference.
    """
    if isinstance(plan, LapPlan):
        share = target_s / sum(plan.laps)
        laps = [time_text(t * share) for t in plan.laps]
        return flow({"shape": "laps", "laps": laps, "standing_start": plan.standing_start})
    if not isinstance(plan, SplitPlan):
        return flow({**_plain(plan), "target": time_text(target_s)})
    sections = sections_of(plan, race_m)
    open_rows = [i for i in range(len(sections.times_s)) if i not in locked]
    change = target_s - sections.cumulative_s[-1]
    return table_text(plan, sections, _spread(sections.times_s, open_rows, change))


def plan_with_split(
    plan: Plan,
    race_m: float,
    rows: range,
    time_s: float,
    *,
    cumulative: bool,
    keep_target: bool,
    locked: Collection[int],
) -> str:
    """Return the plan as a table in which some sections, or all up to their end, take `time_s`.

    The sections `rows` (one, or those of a lap) share a change in proportion to their length. With
    `keep_target` the open rows give or take the difference (for a cumulative split those that come
    after it); else the target moves. The finish itself moves by stretching the open rows.

    Raises:
        RefusedError: nothing is open that could take the difference.
    """
    sections = sections_of(plan, race_m)
    times = sections.times_s
    last, end = len(times) - 1, rows[-1]
    if cumulative and end == last:
        open_rows = [i for i in range(len(times)) if i not in locked]
        spread = _spread(times, open_rows, time_s - sections.cumulative_s[-1])
        return table_text(plan, sections, spread)
    whole = sum(times[i] for i in rows)
    change = time_s - (sections.cumulative_s[end] if cumulative else whole)
    share = (whole + change) / whole
    moved = [t * share if i in rows else t for i, t in enumerate(times)]
    if share <= 0:
        raise RefusedError(f"{time_text(time_s)} is not after the split before")
    if keep_target:
        first = end + 1 if cumulative else 0
        open_rows = [i for i in range(first, len(times)) if i not in rows and i not in locked]
        moved = _spread(moved, open_rows, -change)
    return table_text(plan, sections, moved)


def _spread(times: Sequence[float], rows: Sequence[int], change_s: float) -> list[float]:
    """Return the times with the change shared out over `rows` in proportion to their length."""
    whole = sum(times[i] for i in rows)
    if abs(change_s) < 1e-9:
        return list(times)
    if not rows:
        raise RefusedError("every other row is locked: unlock one, or let the target move")
    share = 1.0 + change_s / whole
    if share <= 0:
        raise RefusedError("the open rows cannot give that much")
    return [t * share if i in rows else t for i, t in enumerate(times)]


def table_text(plan: Plan, sections: Sections, times_s: Sequence[float]) -> str:
    """Return a table of splits as a plan's text."""
    ends = zip(sections.labels, accumulate(times_s), strict=True)
    table = {label: time_text(end) for label, end in ends}
    return flow({"shape": "splits", "standing_start": plan.standing_start, "splits": table})


def plan_with_shape(plan: Plan, file_plan: Plan | None, shape: str, race_m: float) -> str:
    """Return a plan of another shape that keeps the target; the file's own comes back as it was.

    Raises:
        RefusedError: the shape is unknown, or is one that only a file can give.
    """
    target = sections_of(plan, race_m).cumulative_s[-1]
    if file_plan is not None and file_plan.shape == shape:
        return plan_with_target(file_plan, race_m, target, ())
    if shape == "splits":
        sections = sections_of(plan, race_m)
        return table_text(plan, sections, sections.times_s)
    if shape not in SHAPES:
        raise RefusedError(f"there is no shape '{shape[:40]}': {', '.join(SHAPES)}")
    plain = {"standing_start": plan.standing_start, "target": time_text(target)}
    if shape != "even" and isinstance(plan, (SteppedPlan, ProgressivePlan)):
        plain["strength"] = plan.strength
    return flow({"shape": shape, **plain})


def plan_with_strength(plan: Plan, text: str, file_plan: Plan | None) -> str | None:
    """Return an even plan bent by so much, None where the plan has a strength of its own.

    Without any strength a plan that is even in the file is even again.

    Raises:
        RefusedError: the plan is a table.
    """
    if isinstance(plan, (SteppedPlan, ProgressivePlan)):
        if text == "0" and isinstance(file_plan, EvenPlan):
            plain = {key: value for key, value in _plain(plan).items() if key != "strength"}
            return flow({**plain, "shape": "even"})
        return None
    if not isinstance(plan, EvenPlan):
        raise RefusedError("a table has no strength: choose a shape first")
    return flow({**_plain(plan), "shape": "negative", "strength": text.strip()})


def _plain(plan: Plan) -> dict[str, Any]:
    plain: dict[str, Any] = plan.model_dump(mode="json", by_alias=True)
    if "target" in plain:
        plain["target"] = time_text(plain["target"])
    return plain
