"""The best of what is free in a scenario: its split plan, its numbers, how many pacers.

In: a scenario's source, free paths, what is minimised or maximised, conditions. Out: `Optimum`, a
scenario that runs as told, or `NoAnswerError` that says how far the nearest stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.optimise.problem import (
    FINISH,
    RESULTS,
    Aim,
    Condition,
    FreeNumber,
    Search,
    condition_of,
)
from simulator.analysis.sweep.axes import axis_of, number_of
from simulator.analysis.sweep.chunks import source_of
from simulator.analysis.sweep.rows import Source, is_number
from simulator.errors import NoAnswerError, Problem, ScenarioError
from simulator.scenario.fields import Bounds, bounds_of
from simulator.scenario.model import Scenario
from simulator.units import format_distance, format_time

Floats = NDArray[np.float64]

SPLITS = "plan.splits"


@dataclass(frozen=True, eq=False)
class Optimum:
    """What was found.

    Attributes:
        scenario: the scenario with everything set, and with its ghosts and published splits.
        values: the free numbers by path.
        splits: cumulative splits of the plan [m], [s]; empty where the plan was not free.
        finish_s, reserve_used: how it ends [s], [J/kg].
        slack: least power left while the plan is followed [W/kg]; None where the plan was not free.
        even_s: finish of the best even plan that is followed, with the same numbers [s]; None where
            the plan was not free or no even plan will do.
        runs: attempts that were run to find it.
    """

    scenario: Scenario
    values: dict[str, float]
    splits: dict[float, float]
    finish_s: float
    reserve_used: float
    slack: float | None
    even_s: float | None
    runs: int


def _refused(path: str, message: str, hint: str) -> ScenarioError:
    return ScenarioError([Problem("--free", 0, 0, path[:100], message, hint)])


@dataclass(frozen=True, eq=False)
class _Found:
    """One choice of whole numbers, its best point, and how far that is from being feasible."""

    search: Search
    point: Floats
    value: float
    lack: float


def optimise(
    scenario: str | Path | Scenario,
    free: Sequence[str],
    *,
    minimise: str = "",
    maximise: str = "",
    subject_to: Sequence[str] = (),
    changes: Sequence[str] = (),
) -> Optimum:
    """Return the best of what is free.

    Args:
        scenario: a file, a shipped name or a `Scenario`.
        free: `plan.splits`, `pacers.front_gap=1..3`, or a path alone with the model's bounds;
            whole numbers are tried one by one.
        minimise: `finish` (if nothing is said), `reserve_used`, `pacers` or a free path.
        maximise: the same; one of the two.
        subject_to: `finish<=4:00` and the like.
        changes: `--set` overrides applied before.

    Raises:
        ScenarioError: the scenario, a path or a condition is not usable.
        NoAnswerError: nothing feasible exists; says how far the nearest stays.
        ExtraError: scipy is wanted and not installed.
    """
    if minimise and maximise:
        raise NoAnswerError("One thing can be minimised or maximised, not two.")
    source = source_of(scenario, tuple(changes))
    source.load()
    conditions = [condition_of(text) for text in subject_to]
    name = {"pacers": "pacers.count"}.get(minimise or maximise, minimise or maximise) or FINISH
    aim = Aim(name, -1.0 if maximise else 1.0)
    whole, numbers, free_plan = _freed(source, free, name)
    known = [*RESULTS, *whole, *(n.path for n in numbers)]
    if name not in known:
        raise _refused(name, "is neither a result nor free", ", ".join(known))
    tried: list[_Found] = []
    refusals: list[NoAnswerError] = []
    # what is minimised is tried from below, so that the first that will do is the answer
    for chosen in _combinations(whole, name, reverse=bool(maximise)):
        try:
            search = Search(source, chosen, numbers, aim, conditions, free_plan=free_plan)
        except NoAnswerError as refusal:
            refusals.append(refusal)
            continue
        point, scores = search.solve()
        tried.append(_Found(search, point, float(scores.objective[0]), float(scores.lack[0])))
        if name in whole and tried[-1].lack == 0:
            break
    if not tried:
        raise refusals[0]
    feasible = [found for found in tried if found.lack == 0]
    if not feasible:
        raise _infeasible(min(tried, key=lambda found: found.lack), conditions)
    runs = sum(found.search.runs for found in tried)
    return _optimum(min(feasible, key=lambda found: found.value), runs)


def _freed(
    source: Source, free: Sequence[str], aim: str
) -> tuple[dict[str, list[int]], list[FreeNumber], bool]:
    whole: dict[str, list[int]] = {}
    numbers: list[FreeNumber] = []
    asked = list(free)
    if aim == "pacers.count" and not any(f.startswith(aim) for f in asked):
        asked.append(f"{aim}=0..{len(source.load().pacers.formation.names())}")
    for text in asked:
        path, _, spec = text.partition("=")
        if path == SPLITS:
            continue
        if not is_number(tuple(path.split("."))):
            raise _refused(path, "is not a number", "free a number, or plan.splits")
        try:
            bounds = bounds_of(Scenario, path)
        except ScenarioError:
            if not spec:
                raise _refused(path, "is a whole number", f"{path}=0..13") from None
            whole[path] = _whole_numbers(path, text)
            continue
        ends = [number_of(end) for end in spec.split("..")] if spec else [bounds.low, bounds.high]
        if len(ends) != 2 or ends[0] is None or ends[1] is None or not ends[0] < ends[1]:
            raise _refused(path, "needs its least and its greatest value", f"{path}=1..3")
        _check_ends(path, (ends[0], ends[1]), bounds)
        numbers.append(FreeNumber(path, ends[0], ends[1]))
    free_plan = SPLITS in asked
    if not (whole or numbers or free_plan):
        raise _refused("", "nothing is free", "plan.splits or pacers.front_gap=1..3")
    return whole, numbers, free_plan


def _whole_numbers(path: str, text: str) -> list[int]:
    """Return the whole numbers of `pacers.count=0..13` or `pacers.count=0,2,4`."""
    try:
        texts = [row[0] for row in axis_of(text).rows]
    except ScenarioError as error:
        [problem] = error.problems
        raise _refused(path, problem.message, problem.hint) from None
    for value in texts:
        if not re.fullmatch(r"[-+]?\d{1,9}", value):
            raise _refused(path, f"'{value[:40]}' is no whole number", f"{path}=0..13")
    return [int(value) for value in texts]


def _check_ends(path: str, ends: tuple[float, float], bounds: Bounds) -> None:
    """Refuse a range that goes beyond what a scenario may hold."""
    least, greatest = ends
    if bounds.low is not None and least < bounds.low:
        raise _refused(path, f"{least:g} is too low", f"at least {bounds.low:g}")
    if bounds.high is not None and greatest > bounds.high:
        raise _refused(path, f"{greatest:g} is too high", f"at most {bounds.high:g}")


def _combinations(
    whole: dict[str, list[int]], first: str, *, reverse: bool
) -> list[dict[str, int]]:
    """Return every choice of whole numbers; the path `first` changes slowest, in its direction."""
    found: list[dict[str, int]] = [{}]
    for path in sorted(whole, key=lambda p: p != first):
        values = sorted(whole[path], reverse=reverse and path == first)
        found = [{**chosen, path: value} for chosen in found for value in values]
    return found


def _infeasible(nearest: _Found, conditions: Sequence[Condition]) -> NoAnswerError:
    ran, _ = nearest.search.run(nearest.point[None])
    if ran is None:
        reason = nearest.search.scenario(nearest.point)
        return NoAnswerError(f"Nothing does that: no scenario does. {reason}")
    told = []
    for condition in conditions:
        room = float(condition.room(ran)[0])
        if not room >= 0:
            unit = "s" if condition.name == FINISH else "J/kg"
            told.append(f"{condition} by {-room:.2f} {unit}")
    least = float(ran.slack.min())
    if not told and least < 0:
        told.append(f"following the plan by {-least:.2f} W/kg")
    missed = ", ".join(told) or "a valid run"
    finish = float(ran.finish_s[0])
    ends = "does not finish" if np.isnan(finish) else f"ends at {format_time(finish)}"
    return NoAnswerError(f"Nothing does that: the nearest {ends} and misses {missed}.")


def _optimum(found: _Found, runs: int) -> Optimum:
    search, point = found.search, found.point
    ran, _ = search.run(point[None])
    if ran is None:
        raise NoAnswerError(str(search.scenario(point)))
    values = {n.path: float(n.text(float(p))) for n, p in zip(search.numbers, point, strict=False)}
    splits: dict[float, float] = {}
    even = None
    if search.parts is not None:
        times = np.cumsum(point[len(search.numbers) :]).tolist()
        splits = dict(zip(search.parts.places_m.tolist(), times, strict=True))
        level, scores = search.fastest_even(point[: len(search.numbers)])
        ended, _ = search.run(level[None])
        if ended is not None and scores.lack[0] == 0:
            even = float(ended.finish_s[0])
    return Optimum(
        search.complete(point),
        {**search.whole, **values},
        splits,
        float(ran.finish_s[0]),
        float(ran.reserve_used[0]),
        float(ran.slack.min()) if splits else None,
        even,
        runs,
    )


def facts(found: Optimum) -> list[str]:
    """Return what was found in sentences."""
    lines = [f"finish {format_time(found.finish_s)}, {found.reserve_used:.0f} J/kg of the reserve"]
    lines += [f"{path} {value:.4g}" for path, value in found.values.items()]
    if found.splits:
        parts = np.diff([0.0, *found.splits.values()])
        lines += [
            f"{format_distance(x)}: {format_time(t)} ({format_time(float(part))})"
            for (x, t), part in zip(found.splits.items(), parts, strict=True)
        ]
        lines.append(f"she follows it to the last 100 m with {found.slack:.2f} W/kg to spare")
        if found.even_s is None:
            lines.append("no even plan does")
        else:
            lines.append(f"the best even plan ends at {format_time(found.even_s)}")
    lines.append(f"{found.runs} attempts were run to find it")
    return lines
