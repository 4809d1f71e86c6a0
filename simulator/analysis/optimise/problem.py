"""What is looked for, as points and scores: free numbers and a free plan, an aim, conditions.

In: a scenario's source, one choice of the whole numbers, what is free, what is minimised. Out:
`Problem`, which runs points (a share of each number's range, then the times of the plan's parts)
side by side and finds the best one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.optimise.plans import FAMILY, Parts, parts_of
from simulator.analysis.optimise.search import Moves, Scores, closing_in, evolved, refined, tuned
from simulator.analysis.sweep.axes import number_of
from simulator.analysis.sweep.rows import NOTHING_BESIDE, Source, Varied
from simulator.errors import NoAnswerError, Problem, ScenarioError
from simulator.physics.attempt import Outcomes, outcomes_of
from simulator.scenario.fields import Section
from simulator.scenario.loader import load_text
from simulator.scenario.model import Scenario
from simulator.scenario.plan import SplitPlan, schedule_of
from simulator.units import format_time

Floats = NDArray[np.float64]

FINISH, RESERVE = "finish", "reserve_used"
RESULTS = (FINISH, RESERVE)
_CONDITION = re.compile(r"\s*(\w+)\s*(<=|>=)\s*([\d:.]+)\s*")


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold: `finish` [s] or `reserve_used` [J/kg], at most or at least a value."""

    name: str
    at_most: bool
    value: float

    def room(self, ran: Outcomes) -> Floats:
        """Return how far it holds; negative where it does not."""
        values = ran.finish_s if self.name == FINISH else ran.reserve_used
        return self.value - values if self.at_most else values - self.value

    def __str__(self) -> str:
        """Return it as it was written."""
        value = format_time(self.value) if self.name == FINISH else f"{self.value:g}"
        return f"{self.name}{'<=' if self.at_most else '>='}{value}"


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


@dataclass(frozen=True, slots=True)
class Aim:
    """What is minimised: a result or a free path, times -1 where it is maximised."""

    name: str
    sign: float


@dataclass(frozen=True, slots=True)
class FreeNumber:
    """A free path with its least and its greatest value."""

    path: str
    low: float
    high: float

    def text(self, share: float) -> str:
        """Return the value at this share of the range, as `--set` takes it."""
        return repr(float(self.low + share * (self.high - self.low)))

    def share(self, value: float) -> float:
        """Return at which share of the range a value lies; that of the nearer end if outside."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


def number_at(scenario: Scenario, path: str) -> float | None:
    """Return the number a scenario has at a path; None where it has none there."""
    found: object = scenario
    for step in path.split("."):
        if not isinstance(found, Section):
            return None
        fields = type(found).model_fields.items()
        names = {(field.alias or name): name for name, field in fields}
        found = getattr(found, names[step]) if step in names else None
    return found if isinstance(found, float) else None


PAYS_S = 1e-3
"""A change of plan that gains less is none: about what the time step leaves open [s]."""
LEVEL_S = 2e-3
"""Of plans that end within this of each other the more even one is wanted [s]."""
J_KG_PER_S = 50.0
"""About what a mile that is a second slower saves [J/kg]: puts both aims on one scale."""
TIE_PER_S = 1e-4
"""Where the aim is neither, a faster finish only decides between points that are equal in it."""
SIZES = (0.02, 0.006, 0.002)
"""Moves of a plan, as shares of a part's time."""
NUMBER_REACH = 10.0
TEMPO_WITH_NUMBER = (0.0, 0.1, 0.25, 0.5)
GENERATIONS = 8
LAST_M = 100.0
"""Over this much before the line the limit may bind [m].

A plan is followed where there is power to spare everywhere before that. The model lets a start that
is too hard, and a fade, be faster than the best even plan, which no runner has shown; an optimiser
must not be paid for it.
"""
NO_SCENARIO = -1e3
"""The room where a point is no scenario, or did not finish."""
LOOKED_AT = (0.5, 0.25, 0.75, 0.0, 1.0)
"""Shares of the ranges at which a scenario is looked for, beside the scenario's own values."""


class Search:
    """One choice of whole numbers: what is left is a point of free numbers and parts."""

    def __init__(
        self,
        source: Source,
        whole: Mapping[str, int],
        numbers: Sequence[FreeNumber],
        aim: Aim,
        conditions: Sequence[Condition],
        *,
        free_plan: bool,
    ) -> None:
        """Look at the scenario once, with its own values where they will do.

        Raises:
            NoAnswerError: with these whole numbers there is no scenario.
        """
        self.whole, self.numbers, self.runs = dict(whole), tuple(numbers), 0
        self._aim, self._conditions, self._source = aim, tuple(conditions), source
        self._varied = Varied(source, [*whole, *(n.path for n in numbers)])
        self._followed = free_plan or any(n.path.startswith("plan") for n in numbers)
        self.parts: Parts | None = None
        base, self.start = self._looked_at(source.load())
        self._standing = base.plan.standing_start
        self._target_s = schedule_of(base.plan, base.distance).finish_s
        self.race_m = base.distance
        if free_plan:
            self.parts = self._even(self._target_s)

    def _looked_at(self, asked: Scenario) -> tuple[Scenario, Floats]:
        """Return a scenario with these whole numbers, and the point where a search may begin.

        The middle of a range may be no scenario, although much of the range is.
        """
        count = len(self.numbers)
        texts = [str(value) for value in self.whole.values()]
        own = [number_at(asked, n.path) for n in self.numbers]
        known = [value for value in own if value is not None]
        base: Scenario | str = ""
        points = [np.full(count, share) for share in (LOOKED_AT if count else LOOKED_AT[:1])]
        if known and len(known) == count:
            base = self._varied.scenario([*texts, *(repr(value) for value in known)])
            shares = [n.share(value) for n, value in zip(self.numbers, known, strict=True)]
            points.insert(1, np.array(shares))
        reason = base
        for point in points:
            found = self.scenario(point)
            if isinstance(found, Scenario):
                return (base if isinstance(base, Scenario) else found), point
            reason = reason or found
        if isinstance(base, Scenario):
            return base, points[1]
        raise NoAnswerError(str(reason))

    def _even(self, target_s: float) -> Parts:
        return parts_of(self.race_m, target_s, standing_start=self._standing)

    def scenario(self, point: Floats) -> Scenario | str:
        """Return the scenario at a point, or why there is none."""
        count = len(self.numbers)
        texts = [n.text(float(p)) for n, p in zip(self.numbers, point[:count], strict=True)]
        found = self._varied.scenario([*map(str, self.whole.values()), *texts])
        return found if isinstance(found, str) else self._planned(found, point)

    def complete(self, point: Floats) -> Scenario:
        """Return the scenario at a point, with its ghosts and published splits.

        What does not fit the race, such as the splits of a mile beside 800 m, is left out.

        Raises:
            ScenarioError: there is no scenario at this point.
        """
        pairs = zip(self.numbers, point, strict=False)
        found = {**self.whole, **{n.path: n.text(float(p)) for n, p in pairs}}
        settings = [*self._source.changes, *(f"{path}={text}" for path, text in found.items())]
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

    def _planned(self, found: Scenario, point: Floats) -> Scenario:
        """Return the scenario with the plan at a point, where the plan is free."""
        if self.parts is None:
            return found
        count = len(self.numbers)
        times = np.cumsum(point[count:]).tolist()
        rows = zip(self.parts.places_m.tolist(), times, strict=True)
        table = {("finish" if x == self.race_m else repr(x)): t for x, t in rows}
        plain = {"splits": table, "standing_start": found.plan.standing_start, "shape": "splits"}
        return found.model_copy(update={"plan": SplitPlan.model_validate(plain)})

    def run(self, points: Floats) -> tuple[Outcomes | None, NDArray[np.bool_]]:
        """Run points; return what came of those that are scenarios, and which they are."""
        asked = [self.scenario(point) for point in points]
        scenarios = [s for s in asked if isinstance(s, Scenario)]
        self.runs += len(scenarios)
        there = np.array([isinstance(s, Scenario) for s in asked])
        ran = outcomes_of(scenarios, slack_until_m=LAST_M) if scenarios else None
        return ran, there

    def evaluate(self, points: Floats) -> Scores:
        """Return objective and room of points; one that is no scenario has neither."""
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
        name, sign = self._aim.name, self._aim.sign
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
        """Return the best point whose plan is even, with the free numbers as they are."""
        targets = self._target_s * np.linspace(0.9, 1.2, 61)
        for _ in range(2):
            points = np.array([[*numbers, *self._even(float(t)).even_s] for t in targets])
            scores = self.evaluate(points)
            chosen = scores.best()
            step = targets[1] - targets[0]
            self._target_s = float(targets[chosen])
            targets = self._target_s + np.linspace(-step, step, 61)
        return np.asarray(points[chosen]), scores.part(chosen, 1)

    def _best_plan(self) -> Floats:
        """From the best even plan to the best of a family with few parameters, then in moves."""
        count = len(self.numbers)
        start, even = self.fastest_even(self.start)
        first_will_do = self._aim.name in self.whole
        if first_will_do and even.lack[0] == 0:
            return start
        parts = self.parts = self._even(self._target_s)

        def planned(shares: Floats) -> Floats:
            return np.concatenate([shares[:, :count], parts.family(shares[:, count:])], axis=1)

        middle = np.concatenate([self.start, np.full(FAMILY, 0.5)])[None]
        known = middle + np.eye(1, count + FAMILY, count) * np.linspace(-0.1, 0.1, 5)[:, None]
        shares = evolved(
            lambda points: self.evaluate(planned(points)),
            count + FAMILY,
            generations=GENERATIONS,
            tolerance=1e-6,
            known=known,
        )
        points = np.concatenate([start[None], planned(shares[None])])
        start = np.asarray(points[self.evaluate(points).best()])
        pays = PAYS_S * {FINISH: 1.0, RESERVE: 1.0}.get(self._aim.name, TIE_PER_S)
        moves = self._moves(parts)
        best = refined(self.evaluate, start, moves, SIZES, pays, first_will_do=first_will_do)
        return self._levelled(best, moves, pays * LEVEL_S / PAYS_S)

    def _levelled(self, best: Floats, moves: Moves, costs: float) -> Floats:
        """Return the plan with its longest run of parts at one pace that costs next to nothing."""
        own = self.evaluate(best[None])
        points = moves.jumps(best)
        if own.lack[0] > 0 or not len(points):
            return best
        found, scores = tuned(self.evaluate, moves, points, np.zeros(len(points)))
        for point, score in zip(found, scores.objective, strict=True):
            if score <= own.objective[0] + costs:
                return np.asarray(point)
        return best

    def _moves(self, parts: Parts) -> Moves:
        count = len(self.numbers)
        blocks = parts.blocks()

        def level(point: Floats) -> Floats:
            plans = parts.levelled(point[count:])
            return np.concatenate([np.tile(point[:count], (len(plans), 1)), plans], axis=1)

        # A number moves ten times as far as a plan, by a fifth of its range at first, and with it
        # the tempo: where a plan becomes too fast she fades early, and slopes tell nothing of it.
        numbers = np.array(
            [
                [*(NUMBER_REACH * unit), *(share * parts.tempo)]
                for unit in np.eye(count)
                for share in TEMPO_WITH_NUMBER
            ]
        ).reshape(-1, count + len(parts.tempo))
        plans = np.concatenate([np.zeros((len(blocks), count)), blocks], axis=1)
        return Moves(
            np.concatenate([numbers, plans]),
            np.concatenate([np.zeros(count), parts.tempo]),
            np.concatenate([np.zeros(count), parts.least_s]),
            np.concatenate([np.ones(count), parts.most_s]),
            level,
        )
