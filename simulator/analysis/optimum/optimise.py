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

from simulator.analysis.optimum.search import Scores, closing_in, down_slopes
from simulator.analysis.optimum.slack import NEVER, Ran, run_all
from simulator.analysis.sweep.axes import axis_of, number_of
from simulator.analysis.sweep.chunks import source_of
from simulator.analysis.sweep.varying import Source, Varied, is_number
from simulator.errors import NoAnswerError, Problem, ScenarioError
from simulator.scenario.bounds import bounds_of
from simulator.scenario.model import Scenario
from simulator.scenario.plan import SplitPlan, schedule_of
from simulator.units import LAP_M, format_distance, format_time

Floats = NDArray[np.float64]

SPLITS = "plan.splits"
RESULTS = ("finish", "reserve_used")
FASTEST_M_S = 9.3
"""No part of a plan that is found is faster than a human over 400 m [m/s]."""
SLOWER = 1.35
UNEVEN_S = 50.0
"""What a variance of 1 in the laps' relative pace counts; 1 % of unevenness counts 5 ms [s]."""
_CONDITION = re.compile(r"\s*(\w+)\s*(<=|>=)\s*([\d:.]+)\s*")


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold: `finish` [s] or `reserve_used` [J/kg], at most or at least a value."""

    name: str
    at_most: bool
    value: float

    def room(self, ran: Ran) -> Floats:
        """Return how far it holds; negative where it does not."""
        values = ran.finish_s if self.name == "finish" else ran.reserve_used
        return self.value - values if self.at_most else values - self.value

    def __str__(self) -> str:
        """Return it as it was written."""
        value = format_time(self.value) if self.name == "finish" else f"{self.value:g}"
        return f"{self.name}{'<=' if self.at_most else '>='}{value}"


@dataclass(frozen=True, eq=False)
class Optimum:
    """What was found.

    Attributes:
        scenario: the scenario with everything set.
        values: the free numbers by path.
        splits: cumulative splits of the plan [m], [s]; empty where the plan was not free.
        finish_s, reserve_used: how it ends [s], [J/kg].
        slack: least power left while the plan is followed [W/kg]; None where the plan was not free.
        runs: attempts that were run to find it.
    """

    scenario: Scenario
    values: dict[str, float]
    splits: dict[float, float]
    finish_s: float
    reserve_used: float
    slack: float | None
    runs: int


def condition_of(text: str) -> Condition:
    """Return the condition of `finish<=4:00` or `reserve_used<=2000`.

    Raises:
        ScenarioError: the text is none.
    """
    found = _CONDITION.fullmatch(text)
    value = number_of(found[3]) if found else None
    if found is None or value is None or found[1] not in RESULTS:
        hint = "finish<=4:00 or reserve_used<=2000"
        raise ScenarioError([Problem("--subject-to", 0, 0, text[:100], "is no condition", hint)])
    return Condition(found[1], found[2] == "<=", value)


def _refused(path: str, message: str, hint: str) -> ScenarioError:
    return ScenarioError([Problem("--free", 0, 0, path[:100], message, hint)])


@dataclass(frozen=True, slots=True)
class _Number:
    path: str
    low: float
    high: float

    def text(self, share: float) -> str:
        return repr(float(self.low + share * (self.high - self.low)))


class _Problem:
    """One choice of whole numbers: what is left is a point in the unit cube."""

    def __init__(
        self,
        source: Source,
        whole: dict[str, int],
        numbers: Sequence[_Number],
        objective: tuple[str, float],
        conditions: Sequence[Condition],
        free_plan: bool,
    ) -> None:
        self.whole, self.numbers = whole, numbers
        self._objective, self._conditions = objective, conditions
        self._varied = Varied(source, [*whole, *(n.path for n in numbers)])
        self.splits = free_plan
        self._keeps_plan = free_plan or any(n.path.startswith("plan") for n in numbers)
        self.runs = 0
        self.last: list[Scenario] = []
        base = self._varied.scenario([*map(str, whole.values()), *(n.text(0.5) for n in numbers)])
        if isinstance(base, str):
            raise NoAnswerError(base)
        self.race_m = base.distance
        self.target_s = schedule_of(base.plan, base.distance).finish_s
        step = LAP_M if base.distance > 2 * LAP_M else LAP_M / 2
        inner = np.arange(step, base.distance - 50.0, step)
        self.places = np.append(inner, base.distance)
        lengths = np.diff(self.places, prepend=0.0)
        even = self.target_s * lengths / base.distance
        self._least = np.maximum(lengths / FASTEST_M_S, 0.8 * even)
        self._most = SLOWER * even

    @property
    def dimensions(self) -> int:
        return len(self.numbers) + (len(self.places) if self.splits else 0)

    def even(self, target_s: float) -> Floats:
        """Return the free part of the point whose plan is even."""
        even = target_s * np.diff(self.places, prepend=0.0) / self.race_m
        return np.clip((even - self._least) / (self._most - self._least), 0.0, 1.0)

    def scenario(self, point: Floats) -> Scenario | str:
        """Return the scenario at a point, or why there is none."""
        count = len(self.numbers)
        texts = [n.text(float(p)) for n, p in zip(self.numbers, point[:count], strict=True)]
        found = self._varied.scenario([*map(str, self.whole.values()), *texts])
        if isinstance(found, str) or not self.splits:
            return found
        parts = self._least + point[count:] * (self._most - self._least)
        rows = dict(zip(self.places.tolist(), np.cumsum(parts).tolist(), strict=True))
        table = {("finish" if x == self.race_m else repr(x)): t for x, t in rows.items()}
        plain = {"splits": table, "standing_start": found.plan.standing_start, "shape": "splits"}
        return found.model_copy(update={"plan": SplitPlan.model_validate(plain)})

    def run(self, points: Floats) -> tuple[Ran, NDArray[np.bool_]]:
        """Run points; return what came of those that are scenarios, and which they are."""
        asked = [self.scenario(point) for point in points]
        self.last = [s for s in asked if isinstance(s, Scenario)]
        self.runs += len(self.last)
        if not self.last:
            raise NoAnswerError(str(asked[0]))
        return run_all(self.last), np.array([isinstance(s, Scenario) for s in asked])

    def evaluate(self, points: Floats) -> Scores:
        """Return objective and room of points; one that is no scenario has neither."""
        ran, there = self.run(points)
        objective = np.full(len(points), np.inf)
        objective[there] = np.where(
            ran.valid, self._values(ran, points[there]) + self._uneven(points[there]), np.inf
        )
        # a slack of 1 W/kg counts like a second
        rooms = [c.room(ran)[:, None] for c in self._conditions]
        if self._keeps_plan:
            rooms.append(np.minimum(ran.slack, NEVER))
        room = np.full((len(points), sum(r.shape[1] for r in rooms)), -1e3)
        if rooms:
            room[there] = np.nan_to_num(np.concatenate(rooms, axis=1), nan=-1e3)
        return Scores(objective, room)

    def _values(self, ran: Ran, points: Floats) -> Floats:
        name, sign = self._objective
        if name == "finish":
            return sign * ran.finish_s
        if name == "reserve_used":
            return sign * ran.reserve_used / 10.0
        if name in self.whole:
            return np.full(len(points), sign * self.whole[name])
        i = [n.path for n in self.numbers].index(name)
        return np.asarray(sign * points[:, i])

    def _uneven(self, points: Floats) -> Floats:
        """Return what unevenness counts [s]: of plans that end alike, the even one is wanted."""
        if not self.splits:
            return np.zeros(len(points))
        parts = self._least + points[:, len(self.numbers) :] * (self._most - self._least)
        pace = parts / np.diff(self.places, prepend=0.0)
        return np.asarray(UNEVEN_S * np.var(pace / pace.mean(axis=1, keepdims=True), axis=1))

    def solve(self) -> tuple[Floats, Scores]:
        """Return the best point, and its scores."""
        if self.dimensions == 0:
            best = np.zeros(0)
        elif self.splits:
            best = self._best_plan()
        else:
            best = closing_in(self.evaluate, self.dimensions)
        return best, self.evaluate(best[None])

    def _best_plan(self) -> Floats:
        """Go down the slopes from the fastest even plan that is followed, then make sure of it."""
        middle = np.full(len(self.numbers), 0.5)
        evens = [self.even(self.target_s * f) for f in np.linspace(0.9, 1.2, 61)]
        points = np.array([np.concatenate([middle, e]) for e in evens])
        start = points[self.evaluate(points).best()]
        found = down_slopes(self.evaluate, start)
        count = len(self.numbers)
        span = self._most - self._least
        parts = self._least + found[count:] * span
        slower = parts * np.concatenate([[1.0], 1.0 + np.linspace(-2e-4, 4e-3, 63)])[:, None]
        near = np.clip((slower - self._least) / span, 0.0, 1.0)
        points = np.array([np.concatenate([found[:count], n]) for n in near])
        points = np.concatenate([points, start[None]])
        return np.asarray(points[self.evaluate(points).best()])


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
    aim = {"pacers": "pacers.count"}.get(minimise or maximise, minimise or maximise) or "finish"
    objective = (aim, -1.0 if maximise else 1.0)
    whole, numbers, free_plan = _freed(source, free, aim)
    known = [*RESULTS, *whole, *(n.path for n in numbers)]
    if aim not in known:
        raise _refused(aim, "is neither a result nor free", ", ".join(known))
    best: tuple[float, _Problem, Floats] | None = None
    runs = 0
    # what is minimised is tried from below, so that the first that will do is the answer
    order = _combinations(whole, reverse=aim in whole and bool(maximise))
    nearest: list[tuple[float, _Problem, Floats]] = []
    for chosen in order:
        problem = _Problem(source, chosen, numbers, objective, conditions, free_plan)
        point, scores = problem.solve()
        runs += problem.runs
        lack = float(np.maximum(-scores.room, 0.0).sum())
        if lack > 1e-9 or not np.isfinite(scores.objective[0]):
            nearest.append((lack, problem, point))
            continue
        value = float(scores.objective[0])
        if best is None or value < best[0]:
            best = (value, problem, point)
        if aim in whole:
            break
    if best is None:
        raise _infeasible(nearest, conditions)
    return _optimum(best[1], best[2], runs)


def _freed(
    source: Source, free: Sequence[str], aim: str
) -> tuple[dict[str, list[int]], list[_Number], bool]:
    whole: dict[str, list[int]] = {}
    numbers: list[_Number] = []
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
            bounds = bounds_of(path)
        except ScenarioError:
            if not spec:
                raise _refused(path, "is a whole number", f"{path}=0..13") from None
            whole[path] = [int(row[0]) for row in axis_of(text).rows]
            continue
        ends = [number_of(end) for end in spec.split("..")] if spec else [bounds.low, bounds.high]
        if len(ends) != 2 or ends[0] is None or ends[1] is None or not ends[0] < ends[1]:
            raise _refused(path, "needs its least and its greatest value", f"{path}=1..3")
        numbers.append(_Number(path, ends[0], ends[1]))
    free_plan = SPLITS in asked
    if not (whole or numbers or free_plan):
        raise _refused("", "nothing is free", "plan.splits or pacers.front_gap=1..3")
    return whole, numbers, free_plan


def _combinations(whole: dict[str, list[int]], *, reverse: bool) -> list[dict[str, int]]:
    found: list[dict[str, int]] = [{}]
    for path, values in whole.items():
        found = [{**c, path: v} for v in sorted(values, reverse=reverse) for c in found]
    return found


def _infeasible(
    nearest: list[tuple[float, _Problem, Floats]], conditions: Sequence[Condition]
) -> NoAnswerError:
    _, problem, point = min(nearest, key=lambda n: n[0])
    ran, _ = problem.run(point[None])
    told = []
    for condition in conditions:
        room = float(condition.room(ran)[0])
        if not room >= 0:
            unit = "s" if condition.name == "finish" else "J/kg"
            told.append(f"{condition} by {-room:.2f} {unit}")
    least = float(ran.slack.min())
    if not told and least < 0:
        told.append(f"following the plan by {-least:.2f} W/kg")
    finish = format_time(float(ran.finish_s[0]))
    missed = ", ".join(told) or "a valid run"
    return NoAnswerError(f"Nothing does that: the nearest ends at {finish} and misses {missed}.")


def _optimum(problem: _Problem, point: Floats, runs: int) -> Optimum:
    ran, _ = problem.run(point[None])
    scenario = problem.last[0]
    values = {n.path: float(n.text(float(p))) for n, p in zip(problem.numbers, point, strict=False)}
    splits: dict[float, float] = {}
    if isinstance(scenario.plan, SplitPlan) and problem.splits:
        splits = {
            problem.race_m if s.distance is None else s.distance: s.time
            for s in scenario.plan.splits
        }
    return Optimum(
        scenario,
        {**problem.whole, **values},
        splits,
        float(ran.finish_s[0]),
        float(ran.reserve_used[0]),
        float(ran.slack.min()) if splits else None,
        runs,
    )


def facts(found: Optimum) -> list[str]:
    """Return what was found in sentences."""
    lines = [f"finish {format_time(found.finish_s)}, {found.reserve_used:.0f} J/kg of the reserve"]
    lines += [f"{path} {value:.4g}" for path, value in found.values.items()]
    if found.splits:
        laps = np.diff([0.0, *found.splits.values()])
        lines += [
            f"{format_distance(x)}: {format_time(t)} ({format_time(float(lap))})"
            for (x, t), lap in zip(found.splits.items(), laps, strict=True)
        ]
        lines.append(f"she follows it to the last 100 m with {found.slack:.2f} W/kg to spare")
    lines.append(f"{found.runs} attempts were run to find it")
    return lines
