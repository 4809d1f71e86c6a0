"""Optimisation of what is free in a scenario: its split plan, its numbers, the number of pacers.

In: a scenario's source, free paths, an objective, conditions. Out: `Optimum`, a scenario with
everything set, its results over the samples of the uncertain inputs, and how much of its gain is
robust; or `NoAnswerError`, which says how near the best attempt comes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.optimise.problem import (
    FINISH,
    LAST_M,
    RESULTS,
    Condition,
    FreeNumber,
    Optimisation,
    condition_of,
    free_number,
)
from simulator.analysis.sweep.axes import axis_of
from simulator.analysis.sweep.rows import Source, is_number
from simulator.analysis.sweep.sweep import source_of
from simulator.analysis.uncertainty import SAMPLES, chance_words, percentile, sampled, samples_words
from simulator.errors import NoAnswerError, ScenarioError
from simulator.physics.attempt import Outcomes, finish_times
from simulator.scenario.fields import bounds_of, cannot_free
from simulator.scenario.model import Scenario
from simulator.units import format_distance, format_signed, format_time, time_cell

Floats = NDArray[np.float64]

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
        holds = np.stack([c.room(self.sampled) >= 0.0 for c in self.conditions]).all(axis=0)
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
    source.load()
    conditions = [condition_of(text) for text in subject_to]
    name = {"pacers": "pacers.count"}.get(minimise or maximise, minimise or maximise) or FINISH
    whole, numbers, free_plan = _freed(source, free, name)
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
    source: Source, free: Sequence[str], aim: str
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
    splits: dict[float, float] = {}
    compared = {} if before is None else {"the plan as it was": before}
    if problem.parts is not None:
        times = np.cumsum(point[count:]).tolist()
        splits = dict(zip(problem.parts.places_m.tolist(), times, strict=True))
        even, scores = problem.fastest_even(point[:count])
        if before is not None and scores.lack[0] == 0:
            compared["the best even plan"] = problem.complete(even)
    scenario = problem.complete(point)
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
        parts = np.diff([0.0, *best.splits.values()])
        lines += [
            f"{format_distance(x)}: {format_time(t)} ({format_time(float(part))})"
            for (x, t), part in zip(best.splits.items(), parts, strict=True)
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
        lines.append(
            f"against {gain.over} ({ends}): faster in {chance_words(gain.share, SAMPLES)} of the "
            f"samples; gain sample by sample {seconds}"
        )
    lines.append(f"{best.runs} attempts were run to find it")
    return lines
