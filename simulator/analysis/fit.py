"""Fitting a runner: maximal aerobic power and anaerobic reserve from her best times.

In: races with their times and shelter, and a body. Out: `Fit`, with what the times leave open.

Each race asks for a reserve that falls with the aerobic power (`predicted.reserve_needed`): two
races are two curves, and cross at one point at most. From three races on the point that misses the
times least is found, with standard errors.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.predict import demands, predicted_times, reserve_needed
from simulator.coefficients import AEROBIC_START, BEND_M, LAP_M, TAU_AEROBIC, G
from simulator.errors import NoAnswerError
from simulator.physics.air import density, drag_area
from simulator.physics.compiled import kernel
from simulator.scenario.model import Environment, Runner, Scenario
from simulator.scenario.pacers import ConstantShelter, Pacers
from simulator.scenario.plan import EvenPlan
from simulator.units import format_distance, format_time

Floats = NDArray[np.float64]

OFF_S = 0.5
"""By how much each time may be off in the range that two races leave [s]."""
RUNNER_KEYS = ("name", "height", "mass", "max_aerobic_power", "reserve")


@dataclass(frozen=True, slots=True)
class Race:
    """A best time: distance [m], time [s], and shelter S [1] up to a distance [m] (None: all)."""

    distance_m: float
    time_s: float
    shelter: float = 0.0
    until_m: float | None = None

    @property
    def label(self) -> str:
        """Return `1500 m in 3:48.68`."""
        return f"{format_distance(self.distance_m)} in {format_time(self.time_s)}"

    def scenario(self, runner: Runner, time_s: float | None = None) -> Scenario:
        """Return the race as an even plan for `runner`, behind nobody but for its shelter."""
        held: tuple[ConstantShelter, ...] = (
            ConstantShelter(value=self.shelter, until=self.until_m),
        )
        if self.until_m is not None:
            held = (*held, ConstantShelter(value=0.0))
        return Scenario(
            distance=self.distance_m,
            runner=runner,
            plan=EvenPlan(target=self.time_s if time_s is None else time_s),
            pacers=Pacers(count=0, shelter=held if self.shelter else None),
            ghosts=(),
        )


@dataclass(frozen=True, slots=True)
class Span:
    """What the times leave open: a standard error, or the ends of a range; None where unknown."""

    error: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, eq=False)
class Fit:
    """A runner who runs these races.

    Attributes:
        runner: with the fitted `max_aerobic_power` [W/kg] and `reserve` [J/kg].
        races: what it was made from, by distance.
        predicted_s: her predicted time over each [s].
        power, reserve: how far the two numbers are determined.
    """

    runner: Runner
    races: tuple[Race, ...]
    predicted_s: tuple[float, ...]
    power: Span
    reserve: Span

    @cached_property
    def critical_speed(self) -> float:
        """Critical speed [m/s]: the even speed whose power, over a lap alone, is MAP."""
        v = np.linspace(0.5, 10.0, 9501)
        return float(np.interp(self.runner.max_aerobic_power, _lap_power(self.runner, v), v))

    @cached_property
    def d_prime(self) -> float:
        """D' [m]: what the reserve is worth in metres beyond the critical speed.

        (E(0) - tau_A (MAP - A(0))) / (dP/dv): the reserve less what is gone until oxygen uptake has
        come up, over the slope of the power at the critical speed.
        """
        v = self.critical_speed
        low, high = _lap_power(self.runner, np.array([v - 0.01, v + 0.01]))
        lag = TAU_AEROBIC * (self.runner.max_aerobic_power - AEROBIC_START)
        return (self.runner.reserve - lag) / float((high - low) / 0.02)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        races = [
            {
                "distance_m": race.distance_m,
                "time_s": race.time_s,
                "shelter": race.shelter,
                "until_m": race.until_m,
                "predicted_s": predicted,
            }
            for race, predicted in zip(self.races, self.predicted_s, strict=True)
        ]
        spans = {"max_aerobic_power": self.power, "reserve": self.reserve}
        return {
            "runner": self.runner.model_dump(mode="json", include=set(RUNNER_KEYS)),
            "standard_error": {key: span.error for key, span in spans.items()},
            f"range_if_off_by_{OFF_S:g}_s": {
                key: None if span.low is None else [span.low, span.high]
                for key, span in spans.items()
            },
            "critical_speed_m_s": self.critical_speed,
            "d_prime_m": self.d_prime,
            "races": races,
        }


def runner_block(runner: Runner) -> str:
    """Return the `runner:` section of a scenario, to paste."""
    plain = re.fullmatch(r"[^\W\d_][\w .'’-]*", runner.name) and not runner.name.endswith(" ")
    return (
        "runner:\n"
        f"  name: {runner.name if plain else json.dumps(runner.name, ensure_ascii=False)}\n"
        f"  height: {runner.height:g} # m\n"
        f"  mass: {runner.mass:g} # kg\n"
        f"  max_aerobic_power: {runner.max_aerobic_power:g} # W/kg\n"
        f"  reserve: {runner.reserve:g} # J/kg\n"
    )


def _lap_power(runner: Runner, v: Floats) -> Floats:
    """Return the mean power over a lap at even speeds, alone in still air [W/kg]."""
    air = density(Environment())
    drag = 0.5 * air * drag_area(runner) * v * v / (runner.mass * G)
    bends = 2.0 * BEND_M / LAP_M
    speeds = v.tolist()
    level = np.array([kernel.level_cost(speed) for speed in speeds]) * runner.kit.cost
    mean = bends * np.array([kernel.bend_factor(speed) for speed in speeds]) + (1.0 - bends)
    return np.asarray(level * mean * (1.0 + runner.drag_cost * drag))


WORST_MISS = 0.02
"""A fit that misses a time by a larger share of it is none."""
_POWER_BOUNDS = (5.0, 40.0)
_RESERVE_BOUNDS = (100.0, 5000.0)
_GRID_W = np.linspace(*_POWER_BOUNDS, 281)
_SPREAD = np.linspace(0.92, 1.08, 33)
"""Times round each best time at which its curve is worked out, as shares of it."""


def fit_runner(races: Sequence[Race], runner: Runner) -> Fit:
    """Return the runner who runs these races at even pace and has nothing to spare at the line.

    Args:
        races: two or more, over different distances.
        runner: name and body; its aerobic power and reserve are not looked at.

    Raises:
        NoAnswerError: there are too few races, they contradict each other, or no runner fits them.
    """
    ordered = tuple(sorted(races, key=lambda race: race.distance_m))
    _check(ordered)
    curves = _curves(ordered, runner)
    if len(ordered) == 2:
        power, reserve, spans = _crossing_of_two(ordered, curves)
    else:
        power, reserve, spans = _least_squares(ordered, curves)
    made = runner.model_copy(
        update={"max_aerobic_power": round(power, 3), "reserve": round(reserve, 0)}
    )
    predicted = predicted_times([race.scenario(made) for race in ordered])
    return Fit(made, ordered, tuple(predicted), *spans)


def _check(races: tuple[Race, ...]) -> None:
    if len(races) < 2:
        raise NoAnswerError(
            "One race cannot tell aerobic power from reserve: "
            "give a second one, best over twice the distance or half of it."
        )
    for short, long in itertools.pairwise(races):
        if short.distance_m == long.distance_m:
            raise NoAnswerError(
                f"Two times over {format_distance(short.distance_m)}, {format_time(short.time_s)} "
                f"and {format_time(long.time_s)}: give the better one alone."
            )
        if short.time_s >= long.time_s:
            raise NoAnswerError(
                f"{long.label} is quicker than {short.label}: one of them is mistyped."
            )
        faster = long.distance_m / long.time_s >= short.distance_m / short.time_s
        if faster and long.shelter <= short.shelter:
            raise NoAnswerError(
                f"{long.label} is faster per metre than {short.label}: "
                "the shorter one is no best time beside it; leave it out or give a better one."
            )


@dataclass(frozen=True, eq=False)
class _Curve:
    """The reserve a race asks for [J/kg] by time [s] and aerobic power, shape (times, powers)."""

    times_s: Floats
    reserve: Floats

    def needed(self, time_s: float) -> Floats:
        """Return the reserve needed for `time_s` at every aerobic power [J/kg]."""
        place = np.interp(time_s, self.times_s, np.arange(len(self.times_s)))
        i = min(int(place), len(self.times_s) - 2)
        return np.asarray(self.reserve[i] + (self.reserve[i + 1] - self.reserve[i]) * (place - i))

    def time(self, power: float, reserve: float) -> float:
        """Return the time this race takes with these means [s], held at the table's ends."""
        place = np.interp(power, _GRID_W, np.arange(len(_GRID_W)))
        i = min(int(place), len(_GRID_W) - 2)
        column = self.reserve[:, i] + (self.reserve[:, i + 1] - self.reserve[:, i]) * (place - i)
        return float(np.interp(-reserve, -column, self.times_s))


def _curves(races: tuple[Race, ...], runner: Runner) -> list[_Curve]:
    times = [race.time_s * _SPREAD for race in races]
    rows = [
        race.scenario(runner, float(t))
        for race, column in zip(races, times, strict=True)
        for t in column
    ]
    parts = reserve_needed(demands(rows), _GRID_W).reshape(len(races), len(_SPREAD), len(_GRID_W))
    return [_Curve(column, part) for column, part in zip(times, parts, strict=True)]


def _crossing(short: Floats, long: Floats) -> tuple[float, float] | None:
    """Return the aerobic power and reserve at which two curves cross, None if they do not."""
    above = long - short
    turns = np.flatnonzero((above[:-1] > 0) & (above[1:] <= 0))
    if len(turns) == 0:
        return None
    i = int(turns[0])
    share = above[i] / (above[i] - above[i + 1])
    power = _GRID_W[i] + share * (_GRID_W[i + 1] - _GRID_W[i])
    return float(power), float(short[i] + share * (short[i + 1] - short[i]))


def _crossing_of_two(
    races: tuple[Race, ...], curves: list[_Curve]
) -> tuple[float, float, tuple[Span, Span]]:
    short, long = curves
    found = _crossing(short.needed(races[0].time_s), long.needed(races[1].time_s))
    power, reserve = _human(races, found)
    corners = [
        _crossing(short.needed(races[0].time_s + a), long.needed(races[1].time_s + b))
        for a, b in itertools.product((-OFF_S, OFF_S), repeat=2)
    ]
    known = [corner for corner in corners if corner is not None]
    ends = [
        Span(low=min(c[k] for c in known), high=max(c[k] for c in known))
        if len(known) == len(corners)
        else Span()
        for k in (0, 1)
    ]
    return power, reserve, (ends[0], ends[1])


def _least_squares(
    races: tuple[Race, ...], curves: list[_Curve]
) -> tuple[float, float, tuple[Span, Span]]:
    """Return aerobic power, reserve and their standard errors: Gauss-Newton with halved steps."""
    crossing = _crossing(curves[0].needed(races[0].time_s), curves[-1].needed(races[-1].time_s))
    at = np.array(_human(races, crossing))
    run = np.array([race.time_s for race in races])

    def misses(at: Floats) -> Floats:
        times = [curve.time(float(at[0]), float(at[1])) for curve in curves]
        return np.asarray(np.array(times) - run)

    for _ in range(50):
        slopes = _slopes(misses, at)
        change = -np.linalg.lstsq(slopes, misses(at), rcond=None)[0]
        share = 1.0
        while share > 1e-4 and (misses(at + share * change) ** 2).sum() > (misses(at) ** 2).sum():
            share *= 0.5
        at = at + share * change
        if share <= 1e-4 or np.abs(change / at).max() < 1e-7:
            break
    left = misses(at)
    worst = int(np.argmax(np.abs(left) / run))
    if abs(left[worst]) > WORST_MISS * run[worst]:
        raise NoAnswerError(
            f"No runner fits these races: the nearest one misses {races[worst].label} by "
            f"{abs(left[worst]):.1f} s. Leave out the race that was no best effort."
        )
    power, reserve = _human(races, (float(at[0]), float(at[1])))
    slopes = _slopes(misses, at)
    variance = float((left**2).sum()) / (len(races) - 2)
    errors = np.sqrt(np.diag(np.linalg.inv(slopes.T @ slopes)) * variance)
    return power, reserve, (Span(error=float(errors[0])), Span(error=float(errors[1])))


def _slopes(misses: Any, at: Floats) -> Floats:
    """Return the derivatives of the misses, shape (races, 2), by central differences."""
    steps = np.diag([0.05, 5.0])
    columns = [(misses(at + step) - misses(at - step)) / (2.0 * step.sum()) for step in steps]
    return np.stack(columns, axis=1)


def _human(races: tuple[Race, ...], found: tuple[float, float] | None) -> tuple[float, float]:
    """Return the solution; raise if there is none, or none that a body can have."""
    names = " and ".join(race.label for race in (races[0], races[-1]))
    if found is None:
        raise NoAnswerError(
            f"No runner fits {names}: no aerobic power from {_POWER_BOUNDS[0]:g} to "
            f"{_POWER_BOUNDS[1]:g} W/kg gives both; the longer race was hardly run out."
        )
    power, reserve = found
    low, high = _RESERVE_BOUNDS
    lag = TAU_AEROBIC * (power - AEROBIC_START)
    if reserve > high:
        raise NoAnswerError(
            f"No runner fits {names}: they ask for a reserve of {reserve:.0f} J/kg, and nobody "
            f"has more than {high:.0f}; the longer race was hardly run out."
        )
    if reserve < max(low, lag):
        raise NoAnswerError(
            f"No runner fits {names}: they leave no reserve beyond the oxygen debt of the start; "
            "the shorter race was hardly run out."
        )
    return found
