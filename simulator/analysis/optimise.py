"""Optimisation of what is free in a scenario: its split plan, its numbers, the number of pacers.

In: a scenario's source, free paths, an objective, conditions. Out: `Optimum`, a scenario with
everything set, its results over the samples of the uncertain inputs, and how much of its gain is
robust; or `NoAnswerError`, which says how near the best attempt comes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.sweep import (
    NOTHING_BESIDE,
    ScenarioSource,
    ScenarioVariations,
    axis_of,
    is_number,
    number_of,
    source_of,
)
from simulator.analysis.uncertainty import (
    SAMPLES,
    TARGET_TOLERANCE_S,
    chance_words,
    percentile,
    sampled,
    samples_words,
)
from simulator.errors import NoAnswerError, Problem, ScenarioError
from simulator.physics.attempt import Outcomes, finish_times, outcomes_of
from simulator.scenario.fields import Section, bounds_of, cannot_free, fields_of
from simulator.scenario.loader import load_text
from simulator.scenario.model import Scenario
from simulator.scenario.plan import SLOWEST_M_S, SplitPlan, schedule_of
from simulator.scenario.schedule import even_schedule, start_loss
from simulator.units import (
    LAP_M,
    LONGEST_S,
    format_distance,
    format_signed,
    format_time,
    time_cell,
)
from simulator.world_records import speed_range

Floats = NDArray[np.float64]


# -- searches: refined grids, and moves that must pay ---------------------------------------------


@dataclass(frozen=True, eq=False)
class Scores:
    """Evaluated points.

    Attributes:
        objective: to be minimised, shape (points,); not finite if there is none.
        room: feasible if every entry is 0 or more, shape (points, constraints).
    """

    objective: Floats
    room: Floats

    @property
    def lack(self) -> Floats:
        """Each point's distance from being feasible; 0 if it is."""
        lack = np.asarray(np.maximum(-self.room, 0.0).sum(axis=1))
        return np.where(np.isfinite(self.objective), lack, np.inf)

    def best(self) -> int:
        """Return the best feasible point, or the one nearest to being feasible."""
        lack = self.lack
        feasible = lack == 0.0
        if feasible.any():
            return int(np.argmin(np.where(feasible, self.objective, np.inf)))
        return int(np.argmin(lack))

    def at(self, points: NDArray[np.int64] | slice) -> Scores:
        """Return the scores of these points."""
        return Scores(self.objective[points], self.room[points])

    def beats(self, other: Scores, by: float) -> bool:
        """Return whether the single point here is better than the other by `by` or more."""
        mine, theirs = float(self.lack[0]), float(other.lack[0])
        if theirs > 0:
            return mine < theirs * (1.0 - 1e-3)
        return mine == 0 and float(self.objective[0]) < float(other.objective[0]) - by


Evaluate: TypeAlias = Callable[[Floats], Scores]

_GRID_POINTS = 300
_NARROWEST = 2e-5


def closing_in(evaluate: Evaluate, known: Floats) -> Floats:
    """Return the best point of a grid in the unit cube, refined repeatedly around the best point.

    `known`: an additional point, shape (dimensions,): the grid may miss every feasible point.
    """
    dimensions = len(known)
    count = min(65, max(3, int(_GRID_POINTS ** (1.0 / dimensions))))
    low, high = np.zeros(dimensions), np.ones(dimensions)
    best = known
    while (high - low).max() > _NARROWEST:
        axes = [np.linspace(a, b, count) for a, b in zip(low, high, strict=True)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, dimensions)
        points = np.concatenate([points, best[None]])
        best = np.asarray(points[evaluate(points).best()])
        reach = (high - low) * min(1.0 / (count - 1), 0.3)
        low, high = np.maximum(best - reach, 0.0), np.minimum(best + reach, 1.0)
    return best


@dataclass(frozen=True, eq=False)
class SearchMoves:
    """The moves of a point, and its tempo, on which everything else depends.

    Attributes:
        directions: shape (moves, size of a point); each is tried forwards and backwards.
        tempo: what one unit of tempo adds to a point, shape (size of a point,).
        within: returns points changed as little as needed to be allowed.
        jumps: returns further points to try from a point, shape (jumps, size of a point).
    """

    directions: Floats
    tempo: Floats
    within: Callable[[Floats], Floats]
    jumps: Callable[[Floats], Floats]


_LOOK = 1e-3
"""Change of the tempo for a finite difference."""
_FARTHEST = 5e-3
_NEAR = 2e-5 * np.array([0.0, 1.0, 3.0, 9.0, 27.0, 81.0])
_LADDER = np.concatenate([-_NEAR[:0:-1], _NEAR])
"""Shifts of the tempo tried around a promising one."""
_FINALISTS = 3
_MOST_MOVES = 25


def refined(
    evaluate: Evaluate,
    start: Floats,
    moves: SearchMoves,
    sizes: tuple[float, ...],
    pays: float,
    *,
    first_will_do: bool = False,
) -> Floats:
    """Return a point that no move of these sizes improves by `pays` or more.

    All moves are tried in one batch, and the last successful one again, further. After a move the
    tempo is reset, since the best point lies where some constraint just holds: the slopes along
    the tempo predict the necessary shift, and the most promising few are then run at tempos around
    it. Slopes along the moves are not used: speeding up costs and slowing down gives nothing back,
    so the objective has an edge wherever two parts are equally fast, and its minima lie there.

    Args:
        evaluate: runs points.
        start: where to begin.
        moves: the possible moves.
        sizes: of the moves.
        pays: the least gain of a move.
        first_will_do: stop at the first feasible point.
    """
    steps = np.concatenate(
        [s * size for size in sizes for s in (moves.directions, -moves.directions)]
    )
    momentum = np.zeros_like(start)
    best, score = _at_best_tempo(evaluate, moves, start[None], np.zeros(1))
    for _ in range(_MOST_MOVES):
        if first_will_do and score.lack[0] == 0:
            break
        again = np.array([[0.0], [1.0], [2.0], [4.0]]) * momentum
        tried = moves.within(np.concatenate([best + steps, best + again, moves.jumps(best)]))
        looks = moves.within(best + np.array([[0.0], [_LOOK]]) * moves.tempo)
        shifts, promise = _promises(evaluate(np.concatenate([tried, looks])))
        order = _finalists(promise, len(moves.directions) * 2)
        new, new_score = _at_best_tempo(evaluate, moves, tried[order], shifts[order])
        if not new_score.beats(score, pays):
            break
        momentum = new - best
        best, score = new, new_score
    return best


def _promises(scores: Scores) -> tuple[Floats, Floats]:
    """Return the best shift of tempo for each point, and the score predicted there.

    The last two points are the present one unchanged and slower: on the faster side she may begin
    to fade early, and the slopes there are useless.
    """
    objective, room = scores.objective, scores.room
    with np.errstate(invalid="ignore"):
        slope = np.nan_to_num((objective[-1] - objective[-2]) / _LOOK)
        turn = (room[-1] - room[-2]) / _LOOK
    value, left = objective[:-2], room[:-2]
    least = np.full(len(value), -_FARTHEST)
    most = np.full(len(value), _FARTHEST)
    for k in np.flatnonzero(np.abs(turn) > 1e-9):
        bound = -left[:, k] / turn[k]
        if turn[k] > 0:
            least = np.maximum(least, bound)
        else:
            most = np.minimum(most, bound)
    shift = least if slope > 0 else most if slope < 0 else np.clip(0.0, least, most)
    shift = np.clip(shift, -_FARTHEST, _FARTHEST)
    lack = np.maximum(-(left + turn * shift[:, None]), 0.0).sum(axis=1)
    promise = np.where(np.isfinite(value), value + slope * shift + 1e6 * lack, np.inf)
    return shift, np.asarray(promise)


def _finalists(promise: Floats, of_a_size: int) -> NDArray[np.int64]:
    """Return the most promising moves of each size; sizes are not comparable."""
    order: list[int] = []
    for begin in range(0, len(promise), of_a_size):
        ranked = np.argsort(promise[begin : begin + of_a_size], kind="stable")
        order += (begin + ranked[:_FINALISTS]).tolist()
    return np.array(order)


def _at_best_tempo(
    evaluate: Evaluate, moves: SearchMoves, points: Floats, shifts: Floats
) -> tuple[Floats, Scores]:
    """Return the best of these points, each at tempos around its shift, then at finer ones."""
    ladder = shifts[:, None] + _LADDER
    rows = np.arange(len(points))
    for _ in range(2):
        tried = moves.within(points[:, None] + ladder[..., None] * moves.tempo)
        scores = evaluate(tried.reshape(-1, points.shape[1]))
        each = len(ladder[0])
        chosen = np.array([scores.at(slice(i * each, (i + 1) * each)).best() for i in rows])
        low = ladder[rows, np.maximum(chosen - 1, 0)]
        high = ladder[rows, np.minimum(chosen + 1, each - 1)]
        last = tried[rows, chosen], scores.at(rows * each + chosen)
        ladder = np.concatenate([ladder[rows, chosen][:, None], np.linspace(low, high, 8).T], 1)
    nearest, scores = last
    best = scores.best()
    return np.asarray(nearest[best]), scores.at(slice(best, best + 1))


# -- the problem: free numbers and a free plan, an aim, conditions --------------------------------

FINISH, RESERVE = "finish", "reserve_used"
RESULTS = (FINISH, RESERVE)
_CONDITION = re.compile(r"\s*(\w+)\s*(<=|>=)\s*([\d:.]+)\s*")
MOST_PARTS = 9
SHORTEST_END_M = 50.0


# -- a plan ----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class PlanParts:
    """The parts of a race: 200 m each if that makes no more than nine, else one or two laps.

    Attributes:
        places_m: end of each part [m].
        lengths_m: length of each [m].
        even_s: times of the parts of the even plan that ends at the target [s].
        loss_s: what the standing start adds to the first part [s], 0 without allowance.
    """

    places_m: Floats
    lengths_m: Floats
    even_s: Floats
    loss_s: float

    @property
    def tempo(self) -> Floats:
        """What one unit of tempo adds to each part: all of its flying time [s]."""
        return np.asarray(self.even_s - self._start)

    @property
    def _start(self) -> Floats:
        start = np.zeros(len(self.lengths_m))
        start[0] = self.loss_s
        return start

    def flying(self, parts_s: Floats) -> Floats:
        """Return the pace of each part without the standing start [s/m]."""
        return np.asarray((parts_s - self._start) / self.lengths_m)

    def human(self, plans_s: Floats) -> Floats:
        """Return plans changed as little as needed to be human; see `speed_range`.

        A part that is too fast or too slow for the mean gets the nearest allowed speed. That moves
        the mean, so the step is repeated. Shape (plans, parts).
        """
        race_m = float(self.places_m[-1])
        ranges = [speed_range(race_m, begin) for begin in (self.places_m - self.lengths_m).tolist()]
        slowest, fastest = np.array(ranges).T
        pace = self.flying(plans_s)
        for _ in range(8):
            mean = (pace * self.lengths_m).sum(axis=-1, keepdims=True) / race_m
            pace = np.clip(pace, mean / fastest, mean / slowest)
        return np.asarray(pace * self.lengths_m + self._start)

    def blocks(self) -> Floats:
        """Return the moves: every run of neighbouring parts, slowed together by a share of 1.

        A single part cannot leave its neighbours' pace without paying for speeding up; a whole
        block can move where none of its parts could.
        """
        count = len(self.lengths_m)
        blocks = np.zeros((count * (count + 1) // 2, count))
        row = 0
        for first in range(count):
            for last in range(first, count):
                blocks[row, first : last + 1] = self.tempo[first : last + 1]
                row += 1
        return blocks

    def levelled(self, parts_s: Floats) -> Floats:
        """Return the plan with two or more neighbouring parts at their mean pace, longest first."""
        count = len(parts_s)
        plans = []
        for length in range(count, 1, -1):
            for first in range(count - length + 1):
                block = slice(first, first + length)
                plan = parts_s - self._start
                plan[block] = plan[block].sum() * self.lengths_m[block]
                plan[block] /= self.lengths_m[block].sum()
                plans.append(plan + self._start)
        return np.array(plans).reshape(-1, count)


def parts_of(race_m: float, target_s: float, *, standing_start: bool) -> PlanParts:
    """Return the parts of a race over `race_m` [m] planned for `target_s` [s]."""
    step = LAP_M / 2
    while race_m / step > MOST_PARTS:
        step *= 2
    inner = np.arange(step, race_m - SHORTEST_END_M, step)
    places = np.append(inner, race_m)
    even = even_schedule(race_m, target_s, standing_start=standing_start)
    times = np.diff(even.time_at(places), prepend=0.0)
    loss = start_loss(race_m / target_s) if standing_start else 0.0
    return PlanParts(places, np.diff(places, prepend=0.0), times, loss)


# -- aims, conditions and free numbers -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: `finish` [s] or `reserve_used` [J/kg] is at most or at least a value."""

    name: str
    at_most: bool
    value: float

    @property
    def holds_back(self) -> bool:
        """Whether it bounds how slow a plan may be."""
        return self.at_most == (self.name == FINISH)

    def room(self, ran: Outcomes) -> Floats:
        """Return the margin by which it holds; negative if it does not."""
        values = ran.finish_s if self.name == FINISH else ran.reserve_used
        return self.value - values if self.at_most else values - self.value

    def holds(self, ran: Outcomes) -> NDArray[np.bool_]:
        """Return where it holds; a time to within rounding, as for every chance."""
        tolerance = TARGET_TOLERANCE_S if self.name == FINISH else 0.0
        return self.room(ran) >= -tolerance

    def __str__(self) -> str:
        """Return it as it was written."""
        value = format_time(self.value) if self.name == FINISH else f"{self.value:g}"
        return f"{self.name}{'<=' if self.at_most else '>='}{value}"


def condition_of(text: str) -> Condition:
    """Return the condition of `finish<=4:00` or `reserve_used<=2000`.

    Raises:
        ScenarioError: the text is no condition.
    """
    match = _CONDITION.fullmatch(text)
    value = number_of(match[3]) if match else None
    if match is None or value is None or match[1] not in RESULTS:
        hint = "finish<=4:00 or reserve_used<=2000"
        raise ScenarioError([Problem("--subject-to", 0, 0, text[:100], "is no condition", hint)])
    return Condition(match[1], match[2] == "<=", value)


@dataclass(frozen=True, slots=True)
class FreeNumber:
    """A free path with its lowest and its highest value."""

    path: str
    low: float
    high: float

    def text(self, share: float) -> str:
        """Return the value at this share of the range, in the six digits that `--set` is given."""
        value = float(f"{self.low + share * (self.high - self.low):.6g}")
        return repr(min(max(value, self.low), self.high))

    def share(self, value: float) -> float:
        """Return a value's share of the range, clipped to 0..1."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


def free_number(text: str) -> FreeNumber:
    """Return the free number of `pacers.front_gap=1..3`, or of a path with the model's bounds.

    Raises:
        ScenarioError: there is no such number, or the bounds are invalid.
    """
    path, _, spec = text.partition("=")
    path = path.strip()
    bounds = bounds_of(Scenario, path)
    ends = [number_of(end) for end in spec.split("..")] if spec else [bounds.low, bounds.high]
    if len(ends) != 2 or ends[0] is None or ends[1] is None or not ends[0] < ends[1]:
        raise cannot_free(path, "needs its least and its greatest value", f"{path}=1..3")
    low, high = ends[0], ends[1]
    if bounds.low is not None and low < bounds.low:
        raise cannot_free(path, f"{low:g} is too low", f"at least {bounds.low:g}")
    if bounds.high is not None and high > bounds.high:
        raise cannot_free(path, f"{high:g} is too high", f"at most {bounds.high:g}")
    return FreeNumber(path, low, high)


def number_at(scenario: Scenario, path: str) -> float | None:
    """Return a scenario's number at a path; None if it has none there."""
    value: object = scenario
    for step in path.split("."):
        field = fields_of(type(value)).get(step) if isinstance(value, Section) else None
        value = None if field is None else getattr(value, field.name)
    return value if isinstance(value, float) else None


# -- points and scores -----------------------------------------------------------------------------

PAYS_S = 1e-3
"""A change of plan that gains less does not count: about the error of the time step [s]."""
J_KG_PER_S = 50.0
"""About what a mile that is a second slower saves [J/kg]: puts both aims on one scale."""
TIE_PER_S = 1e-4
"""For other aims a faster finish only decides between points with equal values."""
SIZES = (0.02, 0.006, 0.002)
"""Sizes of moves of a plan, as shares of a part's time."""
NUMBER_REACH = 10.0
TEMPO_WITH_NUMBER = (0.0, 0.1, 0.25, 0.5)
LAST_M = 50.0
"""The limit may bind within this distance before the line [m].

Everywhere before that a plan must leave power to spare. In the model, too hard a start with a fade
can be faster than the best even plan, which no runner has shown; an optimiser must not exploit it.
"""
NO_SCENARIO = -1e3
"""The margin of a point that is no scenario, or did not finish."""
STARTS = (0.5, 0.25, 0.75, 0.0, 1.0)
"""Shares of the ranges at which a scenario is tried, after the scenario's values."""


class Optimisation:
    """One choice of whole numbers; its points consist of free numbers and parts."""

    def __init__(
        self,
        source: ScenarioSource,
        whole: Mapping[str, int],
        numbers: Sequence[FreeNumber],
        aim: str,
        conditions: Sequence[Condition],
        *,
        free_plan: bool,
        maximise: bool = False,
    ) -> None:
        """Start from a scenario with these whole numbers, with its other values if they fit.

        `aim`: a result or a free path.

        Raises:
            NoAnswerError: there is no scenario with these whole numbers.
        """
        self.whole, self.numbers, self.runs = dict(whole), tuple(numbers), 0
        self._aim, self._conditions, self._source = aim, tuple(conditions), source
        self._sign = -1.0 if maximise else 1.0
        self._varied = ScenarioVariations(source, [*whole, *(n.path for n in numbers)])
        self._followed = free_plan or any(n.path.startswith("plan") for n in numbers)
        self.parts: PlanParts | None = None
        base, self.start = self._first(source.load())
        self._standing = base.plan.standing_start
        self._target_s = schedule_of(base.plan, base.distance).finish_s
        self.race_m = base.distance
        if free_plan:
            self.parts = self._even(self._target_s)

    def _first(self, given: Scenario) -> tuple[Scenario, Floats]:
        """Return a scenario with these whole numbers, and the first point of the search.

        The given values are tried first, clipped to the ranges, then others: much of a range may be
        no scenario.
        """
        points = [np.full(len(self.numbers), share) for share in STARTS]
        values = [number_at(given, n.path) for n in self.numbers]
        known = [n.share(v) for n, v in zip(self.numbers, values, strict=True) if v is not None]
        if len(known) == len(values):
            points.insert(0, np.array(known))
        reason = ""
        for point in points:
            scenario = self.scenario(point)
            if isinstance(scenario, Scenario):
                return scenario, point
            reason = reason or scenario
        raise NoAnswerError(reason)

    def _even(self, target_s: float) -> PlanParts:
        return parts_of(self.race_m, target_s, standing_start=self._standing)

    def scenario(self, point: Floats) -> Scenario | str:
        """Return the scenario at a point, or why there is none."""
        count = len(self.numbers)
        texts = [n.text(float(p)) for n, p in zip(self.numbers, point[:count], strict=True)]
        scenario = self._varied.scenario([*map(str, self.whole.values()), *texts])
        if isinstance(scenario, str):
            return scenario
        if self.parts is not None:
            parts_s = point[count:]
            slowest_s = min(LONGEST_S, self.race_m / SLOWEST_M_S)
            if not (parts_s.min() > 0.0 and parts_s.sum() <= slowest_s):
                return "A plan of it is slower than a walk, or no plan."
        return self._planned(scenario, point)

    def complete(self, point: Floats) -> Scenario:
        """Return the scenario at a point, with its ghosts and published splits.

        Parts that do not fit the race, such as the splits of a mile for 800 m, are left out.

        Raises:
            ScenarioError: there is no scenario at this point.
        """
        pairs = zip(self.numbers, point, strict=False)
        values = {**self.whole, **{n.path: n.text(float(p)) for n, p in pairs}}
        settings = [*self._source.changes, *(f"{path}={text}" for path, text in values.items())]
        source = self._source
        without: Sequence[str]
        for without in ((), ("published=~",), NOTHING_BESIDE):
            overrides = [*settings, *without]
            try:
                read = load_text(source.text, source.name, Path(source.folder), overrides=overrides)
            except ScenarioError:
                if without is NOTHING_BESIDE:
                    raise
            else:
                break
        return self._planned(read, point)

    def splits(self, point: Floats) -> dict[float, float]:
        """Return the plan at a point as cumulative splits [m], [s]; empty if the plan is not free.

        They are whole milliseconds, which people can write.
        """
        if self.parts is None:
            return {}
        times = np.cumsum(point[len(self.numbers) :]).round(3).tolist()
        return dict(zip(self.parts.places_m.tolist(), times, strict=True))

    def _planned(self, scenario: Scenario, point: Floats) -> Scenario:
        """Return the scenario with the plan at a point, if the plan is free."""
        if self.parts is None:
            return scenario
        rows = self.splits(point).items()
        table = {("finish" if x == self.race_m else repr(x)): t for x, t in rows}
        plain = {"splits": table, "standing_start": scenario.plan.standing_start, "shape": "splits"}
        return scenario.model_copy(update={"plan": SplitPlan.model_validate(plain)})

    def run(self, points: Floats) -> tuple[Outcomes | None, NDArray[np.bool_]]:
        """Run points; return the results of those that are scenarios, and a mask of these."""
        wanted = [self.scenario(point) for point in points]
        scenarios = [s for s in wanted if isinstance(s, Scenario)]
        self.runs += len(scenarios)
        there = np.array([isinstance(s, Scenario) for s in wanted])
        ran = outcomes_of(scenarios, slack_until_m=LAST_M) if scenarios else None
        return ran, there

    def evaluate(self, points: Floats) -> Scores:
        """Return objective and margins of points; a point that is no scenario has neither."""
        ran, there = self.run(points)
        objective = np.full(len(points), np.inf)
        if ran is None:
            return Scores(objective, np.full((len(points), 1), NO_SCENARIO))
        objective[there] = np.where(ran.valid, self._values(ran, points[there]), np.inf)
        # a slack of 1 W/kg counts like a second
        rooms = [c.room(ran)[:, None] for c in self._conditions]
        if self._followed:
            rooms.append(ran.slack)
        room = np.full((len(points), sum(r.shape[1] for r in rooms)), NO_SCENARIO)
        if rooms:
            room[there] = np.nan_to_num(np.concatenate(rooms, axis=1), nan=NO_SCENARIO)
        return Scores(objective, room)

    def _values(self, ran: Outcomes, points: Floats) -> Floats:
        name, sign = self._aim, self._sign
        if name == FINISH:
            return sign * ran.finish_s
        if name == RESERVE:
            return sign * ran.reserve_used / J_KG_PER_S
        tie = TIE_PER_S * ran.finish_s
        if name in self.whole:
            return np.asarray(sign * self.whole[name] + tie)
        i = [n.path for n in self.numbers].index(name)
        return np.asarray(sign * points[:, i] + tie)

    def solve(self) -> tuple[Floats, Scores]:
        """Return the best point, and its scores."""
        if self.parts is not None:
            best = self._best_plan()
        elif self.numbers:
            best = closing_in(self.evaluate, self.start)
        else:
            best = np.zeros(0)
        return best, self.evaluate(best[None])

    def fastest_even(self, numbers: Floats) -> tuple[Floats, Scores]:
        """Return the best point with an even plan and the given free numbers."""
        targets = self._target_s * np.linspace(0.9, 1.2, 61)
        for _ in range(2):
            points = np.array([[*numbers, *self._even(float(t)).even_s] for t in targets])
            scores = self.evaluate(points)
            chosen = scores.best()
            step = targets[1] - targets[0]
            self._target_s = float(targets[chosen])
            targets = self._target_s + np.linspace(-step, step, 61)
        return np.asarray(points[chosen]), scores.at(slice(chosen, chosen + 1))

    def _best_plan(self) -> Floats:
        """Return the best human plan, in moves from the best even one."""
        start, even = self.fastest_even(self.start)
        first_will_do = self._aim in self.whole
        if first_will_do and even.lack[0] == 0:
            return start
        parts = self.parts = self._even(self._target_s)
        pays = PAYS_S * (1.0 if self._aim in RESULTS else TIE_PER_S)
        moves = self._moves(parts)
        return refined(self.evaluate, start, moves, SIZES, pays, first_will_do=first_will_do)

    def _moves(self, parts: PlanParts) -> SearchMoves:
        count = len(self.numbers)
        blocks = parts.blocks()

        def within(points: Floats) -> Floats:
            numbers = np.clip(points[..., :count], 0.0, 1.0)
            return np.concatenate([numbers, parts.human(points[..., count:])], axis=-1)

        def level(point: Floats) -> Floats:
            plans = parts.levelled(point[count:])
            return np.concatenate([np.tile(point[:count], (len(plans), 1)), plans], axis=1)

        # A number moves ten times as far as a plan, at first by a fifth of its range, and the tempo
        # with it: with too fast a plan she fades early, and slopes do not show that.
        numbers = np.array(
            [
                [*(NUMBER_REACH * unit), *(share * parts.tempo)]
                for unit in np.eye(count)
                for share in TEMPO_WITH_NUMBER
            ]
        ).reshape(-1, count + len(parts.tempo))
        plans = np.concatenate([np.zeros((len(blocks), count)), blocks], axis=1)
        tempo = np.concatenate([np.zeros(count), parts.tempo])
        return SearchMoves(np.concatenate([numbers, plans]), tempo, within, level)


# -- the answer -----------------------------------------------------------------------------------

SPLITS = "plan.splits"


@dataclass(frozen=True, slots=True)
class Gain:
    """How much earlier the answer ends than another scenario, sample by sample.

    Attributes:
        over: the scenario it is compared with.
        finish_s: that scenario's finish with its own values [s]; NaN: none.
        share: share of the samples in which the answer is faster [1].
        p5_s, p50_s, p95_s: percentiles of the gain [s]; NaN if no sample finishes both.
    """

    over: str
    finish_s: float
    share: float
    p5_s: float
    p50_s: float
    p95_s: float


@dataclass(frozen=True, eq=False)
class Optimum:
    """The best of what was free.

    Attributes:
        scenario: the scenario with everything set, and with its ghosts and published splits.
        values: the free numbers by path.
        splits: cumulative splits of the plan [m], [s]; empty if the plan was not free.
        finish_s, reserve_used: its results [s], [J/kg].
        slack: least power left while the plan is followed [W/kg]; None if the plan was not free.
        conditions: the required conditions.
        sampled: its results in each sample of the uncertain inputs.
        gains: over the original scenario, and the best even plan; empty if the objective was not
            the finish.
        runs: attempts run for the search, without the samples.
    """

    scenario: Scenario
    values: dict[str, float]
    splits: dict[float, float]
    finish_s: float
    reserve_used: float
    slack: float | None
    conditions: tuple[Condition, ...]
    sampled: Outcomes
    gains: tuple[Gain, ...]
    runs: int

    @property
    def chance(self) -> float | None:
        """Share of the samples in which all conditions hold [1]; None without a condition."""
        if not self.conditions:
            return None
        holds = np.stack([c.holds(self.sampled) for c in self.conditions]).all(axis=0)
        return float((self.sampled.valid & holds).mean())


@dataclass(frozen=True, eq=False)
class _Solved:
    """One choice of whole numbers, its best point, and how far that is from feasible."""

    problem: Optimisation
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
        minimise: `finish` (the default), `reserve_used`, `pacers` or a free path.
        maximise: the same; one of the two.
        subject_to: `finish<=4:00` and the like.
        changes: `--set` overrides applied before.

    Raises:
        ScenarioError: the scenario, a path or a condition is not usable.
        NoAnswerError: nothing feasible exists; the message says how near the best comes.
    """
    if minimise and maximise:
        raise NoAnswerError("One thing can be minimised or maximised, not two.")
    source = source_of(scenario, tuple(changes))
    given = source.load()
    conditions = [condition_of(text) for text in subject_to]
    name = {"pacers": "pacers.count"}.get(minimise or maximise, minimise or maximise) or FINISH
    whole, numbers, free_plan = _freed(source, free, name)
    slower_is_better = name == (FINISH if maximise else RESERVE)
    if free_plan and slower_is_better and not any(c.holds_back for c in conditions):
        target = format_time(schedule_of(given.plan, given.distance).finish_s)
        raise NoAnswerError(
            f"The slower, the better: nothing holds the finish. Give a condition: finish<={target}."
        )
    known = [*RESULTS, *whole, *(n.path for n in numbers)]
    if name not in known:
        raise cannot_free(name, "is neither a result nor free", ", ".join(known))
    solved: list[_Solved] = []
    refusals: list[NoAnswerError] = []
    # a minimised number is tried from below, so that the first feasible value is the answer
    for chosen in _combinations(whole, name, reverse=bool(maximise)):
        try:
            problem = Optimisation(
                source,
                chosen,
                numbers,
                name,
                conditions,
                free_plan=free_plan,
                maximise=bool(maximise),
            )
        except NoAnswerError as refusal:
            refusals.append(refusal)
            continue
        point, scores = problem.solve()
        solved.append(_Solved(problem, point, float(scores.objective[0]), float(scores.lack[0])))
        if name in whole and solved[-1].lack == 0:
            break
    if not solved:
        raise refusals[0]
    feasible = [one for one in solved if one.lack == 0]
    if not feasible:
        raise _infeasible(min(solved, key=lambda one: one.lack), conditions)
    runs = sum(one.problem.runs for one in solved)
    before = source.load() if name == FINISH else None
    return _optimum(min(feasible, key=lambda one: one.value), conditions, before, runs)


def _freed(
    source: ScenarioSource, free: Sequence[str], aim: str
) -> tuple[dict[str, list[int]], list[FreeNumber], bool]:
    whole: dict[str, list[int]] = {}
    numbers: list[FreeNumber] = []
    texts = list(free)
    if aim == "pacers.count" and not any(text.startswith(aim) for text in texts):
        texts.append(f"{aim}=0..{len(source.load().pacers.formation.names())}")
    for text in texts:
        path, _, spec = text.partition("=")
        if path == SPLITS:
            continue
        if not is_number(tuple(path.split("."))):
            raise cannot_free(path, "is not a number", "free a number, or plan.splits")
        try:
            bounds_of(Scenario, path)
        except ScenarioError:
            if not spec:
                raise cannot_free(path, "is a whole number", f"{path}=0..13") from None
            whole[path] = _whole_numbers(path, text)
            continue
        numbers.append(free_number(text))
    free_plan = SPLITS in texts
    if not (whole or numbers or free_plan):
        raise cannot_free("", "nothing is free", "plan.splits or pacers.front_gap=1..3")
    return whole, numbers, free_plan


def _whole_numbers(path: str, text: str) -> list[int]:
    """Return the whole numbers of `pacers.count=0..13` or `pacers.count=0,2,4`."""
    try:
        texts = [row[0] for row in axis_of(text).rows]
    except ScenarioError as error:
        [problem] = error.problems
        raise cannot_free(path, problem.message, problem.hint) from None
    for value in texts:
        if not re.fullmatch(r"[-+]?\d{1,9}", value):
            raise cannot_free(path, f"'{value[:40]}' is no whole number", f"{path}=0..13")
    return [int(value) for value in texts]


def _combinations(
    whole: dict[str, list[int]], first: str, *, reverse: bool
) -> list[dict[str, int]]:
    """Return every choice of whole numbers; the path `first` changes slowest, in its direction."""
    paths = sorted(whole, key=lambda path: path != first)
    values = [sorted(whole[path], reverse=reverse and path == first) for path in paths]
    return [dict(zip(paths, row, strict=True)) for row in product(*values)]


def _infeasible(nearest: _Solved, conditions: Sequence[Condition]) -> NoAnswerError:
    ran, _ = nearest.problem.run(nearest.point[None])
    if ran is None:
        reason = nearest.problem.scenario(nearest.point)
        return NoAnswerError(f"Nothing does that: no scenario does. {reason}")
    misses = []
    for condition in conditions:
        room = float(condition.room(ran)[0])
        if not room >= 0:
            unit = "s" if condition.name == FINISH else "J/kg"
            misses.append(f"{condition} by {-room:.2f} {unit}")
    least = float(ran.slack.min())
    if not misses and least < 0:
        misses.append(f"following the plan by {-least:.2f} W/kg")
    missed = ", ".join(misses) or "a valid run"
    finish = float(ran.finish_s[0])
    ends = "does not finish" if np.isnan(finish) else f"ends at {format_time(finish)}"
    return NoAnswerError(f"Nothing does that: the nearest {ends} and misses {missed}.")


def _optimum(
    best: _Solved, conditions: Sequence[Condition], before: Scenario | None, runs: int
) -> Optimum:
    """Return the answer; `before` is the reference for its gain, None: no gain."""
    problem, point = best.problem, best.point
    ran, _ = problem.run(point[None])
    if ran is None:
        raise NoAnswerError(str(problem.scenario(point)))
    count = len(problem.numbers)
    values = {n.path: float(n.text(float(p))) for n, p in zip(problem.numbers, point, strict=False)}
    compared = {} if before is None else {"the plan as it was": before}
    if problem.parts is not None:
        even, scores = problem.fastest_even(point[:count])
        if before is not None and scores.lack[0] == 0:
            compared["the best even plan"] = problem.complete(even)
    scenario, splits = problem.complete(point), problem.splits(point)
    samples = sampled(scenario)
    return Optimum(
        scenario,
        {**problem.whole, **values},
        splits,
        float(ran.finish_s[0]),
        float(ran.reserve_used[0]),
        float(ran.slack.min()) if splits else None,
        tuple(conditions),
        samples,
        tuple(_gain(samples, over, other) for over, other in compared.items()),
        runs,
    )


def _gain(answer: Outcomes, over: str, other: Scenario) -> Gain:
    ran = sampled(other)
    faster = answer.valid & ~(ran.valid & (ran.finish_s <= answer.finish_s))
    gains = (ran.finish_s - answer.finish_s)[answer.valid & ran.valid]
    low, middle, high = np.percentile(gains, (5, 50, 95)) if len(gains) else [np.nan] * 3
    (finish,) = finish_times([other])
    return Gain(over, float(finish), float(faster.mean()), low, middle, high)


def facts(best: Optimum) -> list[str]:
    """Return the answer as sentences."""
    lines = [f"finish {format_time(best.finish_s)}, {best.reserve_used:.0f} J/kg of the reserve"]
    lines += [f"{path} {value:.4g}" for path, value in best.values.items()]
    if best.splits:
        times = [round(t, 2) for t in best.splits.values()]  # as printed, so that they add up
        lines += [
            f"{format_distance(x)}: {format_time(t)} ({format_time(t - before)})"
            for x, before, t in zip(best.splits, [0.0, *times], times, strict=False)
        ]
        lines += [
            f"she follows it to the last {LAST_M:.0f} m with {best.slack:.2f} W/kg to spare",
            "no stretch is faster or slower, for the mean, than in records: docs/physics.md",
        ]
    low, middle, high = (time_cell(percentile(best.sampled, p)) for p in (5, 50, 95))
    lines.append(f"over {samples_words(best.scenario)}: 5 % {low}, 50 % {middle}, 95 % {high}")
    if best.chance is not None:
        conditions = " and ".join(map(str, best.conditions))
        lines.append(f"chance of {conditions}: {chance_words(best.chance, SAMPLES)}")
    for gain in best.gains:
        ends = "does not finish" if np.isnan(gain.finish_s) else format_time(gain.finish_s)
        seconds = ", ".join(
            f"{percent} % {format_signed(value)} s"
            for percent, value in ((5, gain.p5_s), (50, gain.p50_s), (95, gain.p95_s))
        )
        if np.isnan(gain.p50_s):
            seconds = "unknown: none finishes with both"
        lines.append(
            f"against {gain.over} ({ends}): faster in {chance_words(gain.share, SAMPLES)} of the "
            f"samples; gain sample by sample {seconds}"
        )
    lines.append(f"{best.runs} attempts were run to find it")
    return lines
