"""An optimisation problem as points and scores: free numbers and a free plan, an aim, conditions.

In: a scenario's source, one choice of the whole numbers, what is free, the objective. Out:
`Optimisation`, which runs points (a share of each number's range, then the times of the plan's
parts) side by side and finds the best one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.optimise.search import Moves, Scores, closing_in, refined
from simulator.analysis.sweep.axes import number_of
from simulator.analysis.sweep.rows import NOTHING_BESIDE, ScenarioVariations, Source
from simulator.errors import NoAnswerError, Problem, ScenarioError
from simulator.physics.attempt import Outcomes, outcomes_of
from simulator.records import speed_range
from simulator.scenario.fields import Section, bounds_of, cannot_free
from simulator.scenario.loader import load_text
from simulator.scenario.model import Scenario
from simulator.scenario.plan import SplitPlan, schedule_of
from simulator.scenario.schedule import even_schedule, start_loss
from simulator.units import LAP_M, format_time

Floats = NDArray[np.float64]

FINISH, RESERVE = "finish", "reserve_used"
RESULTS = (FINISH, RESERVE)
_CONDITION = re.compile(r"\s*(\w+)\s*(<=|>=)\s*([\d:.]+)\s*")
MOST_PARTS = 9
SHORTEST_END_M = 50.0


# -- a plan ----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Parts:
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


def parts_of(race_m: float, target_s: float, *, standing_start: bool) -> Parts:
    """Return the parts of a race over `race_m` [m] planned for `target_s` [s]."""
    step = LAP_M / 2
    while race_m / step > MOST_PARTS:
        step *= 2
    inner = np.arange(step, race_m - SHORTEST_END_M, step)
    places = np.append(inner, race_m)
    even = even_schedule(race_m, target_s, standing_start=standing_start)
    times = np.diff(even.time_at(places), prepend=0.0)
    loss = start_loss(race_m / target_s) if standing_start else 0.0
    return Parts(places, np.diff(places, prepend=0.0), times, loss)


# -- aims, conditions and free numbers -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: `finish` [s] or `reserve_used` [J/kg] is at most or at least a value."""

    name: str
    at_most: bool
    value: float

    def room(self, ran: Outcomes) -> Floats:
        """Return the margin by which it holds; negative if it does not."""
        values = ran.finish_s if self.name == FINISH else ran.reserve_used
        return self.value - values if self.at_most else values - self.value

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
        """Return the value at this share of the range, as `--set` takes it."""
        return repr(float(self.low + share * (self.high - self.low)))

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
        if not isinstance(value, Section):
            return None
        fields = type(value).model_fields.items()
        names = {(field.alias or name): name for name, field in fields}
        value = getattr(value, names[step]) if step in names else None
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
        source: Source,
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
        self.parts: Parts | None = None
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

    def _even(self, target_s: float) -> Parts:
        return parts_of(self.race_m, target_s, standing_start=self._standing)

    def scenario(self, point: Floats) -> Scenario | str:
        """Return the scenario at a point, or why there is none."""
        count = len(self.numbers)
        texts = [n.text(float(p)) for n, p in zip(self.numbers, point[:count], strict=True)]
        scenario = self._varied.scenario([*map(str, self.whole.values()), *texts])
        return scenario if isinstance(scenario, str) else self._planned(scenario, point)

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

    def _planned(self, scenario: Scenario, point: Floats) -> Scenario:
        """Return the scenario with the plan at a point, if the plan is free."""
        if self.parts is None:
            return scenario
        count = len(self.numbers)
        times = np.cumsum(point[count:]).tolist()
        rows = zip(self.parts.places_m.tolist(), times, strict=True)
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

    def _moves(self, parts: Parts) -> Moves:
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
        return Moves(np.concatenate([numbers, plans]), tempo, within, level)
