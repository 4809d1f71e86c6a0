"""Fitting a runner: maximal aerobic power, anaerobic reserve and endurance from her best times.

In: races with their times and shelter, and a body. Out: `Fit`, with its uncertainty.

Each race takes a reserve that falls with the aerobic power (`predict.reserve_needed`). The fitted
runner has the least squared relative error of the predicted times. What a few bests cannot
determine comes from other runners: `PRIOR`, made from the athletes in configs/athletes.csv. So two
bests are enough, and a best that was not run out shows as an error.

Those athletes were selected without looking at any fit: those who have held an outdoor world record
at 800 m to 10,000 m since 1980, with four public outdoor bests or more over these distances. All
bests of a career count, whatever their year. The file does not have every such athlete, but no
athlete and no best was left out because of its result.
"""

from __future__ import annotations

import csv
import itertools
import json
import math
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.predict import (
    LEFT_OUT_SPREAD,
    NINE_IN_TEN,
    TICKS_TOGETHER,
    Race,
    demands,
    paced_race,
    predicted_times,
    reserve_needed,
    stretched,
)
from simulator.coefficients import AEROBIC_START, BEND_M, ENDURANCE_FROM, LAP_M, G
from simulator.errors import NoAnswerError
from simulator.files import config_path
from simulator.physics.compiled import kernel
from simulator.scenario.fields import bounds_of
from simulator.scenario.model import Environment, Runner
from simulator.units import format_distance, format_time, parse_distance, parse_time
from simulator.world_records import least_time

Floats = NDArray[np.float64]

FITTED = ("max_aerobic_power", "reserve", "endurance")
"""The runner's numbers that are fitted."""
RUNNER_KEYS = ("name", "height", "mass", *FITTED)
BEST_SPREAD = 0.005
"""Relative deviation of a best from what she can run [1]."""


NOT_RUN_OUT = 0.02
"""A best that the others beat by this share was no best effort [1]."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Typical runners whose bests are not known: means and standard deviations.

    Attributes:
        usable, usable_spread: the reserve less what is spent until oxygen uptake has come up, over
            MAP: (E(0) - tau_A (MAP - A(0))) / MAP [s]. It does not depend on economy and oxygen
            kinetics.
        endurance, endurance_spread: the endurance [1].
    """

    usable: float
    usable_spread: float
    endurance: float
    endurance_spread: float


PRIOR = Prior(usable=39.3, usable_spread=11.7, endurance=0.0682, endurance_spread=0.0194)
"""From the athletes in configs/athletes.csv; `lightpace validate` prints them."""


@dataclass(frozen=True, eq=False)
class Fit:
    """The runner fitted to some races.

    Attributes:
        runner: with the fitted `max_aerobic_power` [W/kg], `reserve` [J/kg] and `endurance` [1].
        races: the races, by distance.
        predicted_s: her predicted time over each [s].
        covariance: of the three numbers, shape (3, 3).
    """

    runner: Runner
    races: tuple[Race, ...]
    predicted_s: tuple[float, ...]
    covariance: Floats

    @property
    def standard_error(self) -> dict[str, float]:
        """Return the standard error of each number, by its name."""
        return dict(zip(FITTED, np.sqrt(np.diag(self.covariance)).tolist(), strict=True))

    @property
    def not_run_out(self) -> tuple[Race, ...]:
        """Return the races in which she could have been faster by `NOT_RUN_OUT` or more."""
        pairs = zip(self.races, self.predicted_s, strict=True)
        return tuple(race for race, time in pairs if time < (1.0 - NOT_RUN_OUT) * race.time_s)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        races = [
            {**asdict(race), "predicted_s": predicted}
            for race, predicted in zip(self.races, self.predicted_s, strict=True)
        ]
        return {
            "runner": self.runner.model_dump(mode="json", include=set(RUNNER_KEYS)),
            "standard_error": self.standard_error,
            "critical_speed_m_s": critical_speed(self.runner),
            "d_prime_m": d_prime(self.runner),
            "races": races,
        }


def runner_block(runner: Runner) -> str:
    """Return the `runner:` section of a scenario, for pasting."""
    plain = re.fullmatch(r"[^\W\d_][\w .'’-]*", runner.name) and not runner.name.endswith(" ")
    return (
        "runner:\n"
        f"  name: {runner.name if plain else json.dumps(runner.name, ensure_ascii=False)}\n"
        f"  height: {runner.height:g} # m\n"
        f"  mass: {runner.mass:g} # kg\n"
        f"  max_aerobic_power: {runner.max_aerobic_power:g} # W/kg\n"
        f"  reserve: {runner.reserve:g} # J/kg\n"
        f"  endurance: {runner.endurance:g}\n"
    )


def critical_speed(runner: Runner) -> float:
    """Return the even speed whose power, over a lap alone in still air, is MAP [m/s]."""
    v = np.linspace(0.5, 10.0, 9501)
    return float(np.interp(runner.max_aerobic_power, _lap_power(runner, v), v))


def d_prime(runner: Runner) -> float:
    """Return D' [m]: the reserve in metres beyond the critical speed.

    (E(0) - tau_A (MAP - A(0))) / (dP/dv): the reserve less what is spent until oxygen uptake has
    come up, over the slope of the power at the critical speed.
    """
    v = critical_speed(runner)
    low, high = _lap_power(runner, np.array([v - 0.01, v + 0.01]))
    usable = runner.reserve - _lag(runner, runner.max_aerobic_power)
    return usable / float((high - low) / 0.02)


def _lag(runner: Runner, power: float) -> float:
    """Return the reserve spent until oxygen uptake has come up to `power` [J/kg]."""
    return runner.oxygen_kinetics * (power - AEROBIC_START * runner.economy)


def _lap_power(runner: Runner, v: Floats) -> Floats:
    """Return the mean power over a lap at even speeds, alone in still air [W/kg]."""
    drag = 0.5 * Environment().density * runner.cda * v * v / (runner.mass * G)
    bends = 2.0 * BEND_M / LAP_M
    speeds = v.tolist()
    level = np.array([kernel.level_cost(speed) for speed in speeds])
    level = level * (runner.kit.cost * runner.economy)
    mean = bends * np.array([kernel.bend_factor(speed) for speed in speeds]) + (1.0 - bends)
    return np.asarray(level * mean * (1.0 + runner.drag_cost * drag))


def fit_runner(races: Sequence[Race], runner: Runner) -> Fit:
    """Return the runner who runs these races at even pace and has nothing to spare at the line.

    Args:
        races: two or more, over different distances.
        runner: name, body, economy and oxygen kinetics; the fitted numbers are ignored.

    Raises:
        NoAnswerError: there are too few races, one of them is mistyped, or no runner fits them.
    """
    ordered = tuple(sorted(races, key=lambda race: race.distance_m))
    _check(ordered)
    curves = [Curve(race, runner) for race in ordered]
    values, covariance = solve(curves, PRIOR)
    numbers = dict(zip(FITTED, values, strict=True))
    for name, value in numbers.items():
        low, high = bounds_of(Runner, name)
        if not (low or 0.0) <= value <= (high or np.inf):
            what = f"they ask for a {name} of {value:.4g}, and it lies within {low:g} to {high:g}"
            races_named = " and ".join(race.label for race in (ordered[0], ordered[-1]))
            raise NoAnswerError(f"No runner fits {races_named}: {what}.")
    rounded = {name: round(numbers[name], n) for name, n in zip(FITTED, (3, 0, 4), strict=True)}
    fitted = runner.model_copy(update=rounded)
    predicted = predicted_times([race.scenario(fitted) for race in ordered])
    return Fit(fitted, ordered, tuple(predicted), covariance)


def _check(races: tuple[Race, ...]) -> None:
    if len(races) < 2:
        raise NoAnswerError(
            "One race cannot tell aerobic power from reserve: "
            "give a second one, best over twice the distance or half of it."
        )
    for race in races:
        if race.time_s < least_time(race.distance_m):
            raise NoAnswerError(
                f"{race.label} is faster than the men's world record less 2 %: it is mistyped."
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


_POWERS = np.linspace(2.0, 45.0, 173)
"""Aerobic powers at which a curve is tabulated [W/kg], at equal steps."""
_LEAST_POWER, _POWER_STEP = float(_POWERS[0]), float(_POWERS[1] - _POWERS[0])
_SPREAD = np.linspace(0.91, 1.09, 13)
"""Tabulated times around each best time, as shares of it."""


class Curve:
    """The reserve that a race takes, by time and aerobic power, tabulated for one body.

    Attributes:
        race: the race.
        runner: the body, economy and oxygen kinetics of the table.
    """

    def __init__(self, race: Race, runner: Runner) -> None:
        self.race, self.runner = race, runner
        self._times: list[float] = (race.time_s * _SPREAD).tolist()
        self._decay = [math.log(max(t / ENDURANCE_FROM, 1.0)) for t in self._times]
        scenario = race.scenario(runner.model_copy(update={"endurance": 0.0}))
        plans = demands([stretched(scenario, t) for t in self._times])
        reserve = reserve_needed([plan.every(TICKS_TOGETHER) for plan in plans], _POWERS)
        self._reserve: list[list[float]] = reserve.tolist()

    def time(self, power: float, reserve: float, endurance: float) -> float:
        """Return the time this race takes with these means [s], clipped to the table.

        A fit calls it thousands of times, so it reads few of the table's rows.
        """

        def saved(row: int) -> float:
            """Return the reserve left if she runs this row's time [J/kg]."""
            held = power * (1.0 - endurance * self._decay[row])
            place = min(max((held - _LEAST_POWER) / _POWER_STEP, 0.0), len(_POWERS) - 1.0)
            i = min(int(place), len(_POWERS) - 2)
            low, high = self._reserve[row][i : i + 2]
            return reserve - (low + (high - low) * (place - i))

        times = self._times
        row = bisect_left(range(len(times)), 0.0, key=saved)
        if row in (0, len(times)):
            return times[min(row, len(times) - 1)]
        before, after = saved(row - 1), saved(row)
        return times[row - 1] - before * (times[row] - times[row - 1]) / (after - before)

    def slopes(self, power: float, reserve: float, endurance: float) -> Floats:
        """Return the derivatives of that time by power, reserve and endurance, shape (3,)."""
        at = np.array([power, reserve, endurance])
        slopes: Floats = _slopes(lambda v: np.array([self.time(*v.tolist())]), at, _MEANS_STEPS)[0]
        return slopes

    def usable(self, power: float, reserve: float) -> float:
        """Return the usable reserve over MAP [s]; see `Prior`."""
        return (reserve - _lag(self.runner, power)) / power


def solve(curves: Sequence[Curve], prior: Prior) -> tuple[tuple[float, float, float], Floats]:
    """Return the MAP, reserve and endurance that fit the bests best, and their covariance.

    Gauss-Newton with halved steps. The residuals are the errors as shares of `BEST_SPREAD`, and the
    differences of usable reserve and endurance from the prior as shares of its spreads.
    """
    runner = curves[0].runner
    run = np.array([curve.race.time_s for curve in curves])

    def means(at: Floats) -> Floats:
        power, usable, endurance = at.tolist()
        return np.array([power, usable * power + _lag(runner, power), endurance])

    def misses(at: Floats) -> Floats:
        power, reserve, endurance = means(at).tolist()
        times = np.array([curve.time(power, reserve, endurance) for curve in curves])
        _, usable, _ = at.tolist()
        expected = (
            (usable - prior.usable) / prior.usable_spread,
            (endurance - prior.endurance) / prior.endurance_spread,
        )
        return np.append(_softened((times / run - 1.0) / BEST_SPREAD), expected)

    at = np.array([_first_power(curves, prior), prior.usable, prior.endurance])
    for _ in range(50):
        slopes = _slopes(misses, at, _STEPS)
        change = -np.linalg.lstsq(slopes, misses(at), rcond=None)[0]
        share = 1.0
        while share > 1e-4 and (misses(at + share * change) ** 2).sum() > (misses(at) ** 2).sum():
            share *= 0.5
        at = at + share * change
        at[2] = max(at[2], 0.0)
        if share <= 1e-4 or np.abs(change / _STEPS).max() < 1e-3:
            break
    slopes = _slopes(misses, at, _STEPS)
    to_means = _slopes(means, at, _STEPS)
    covariance = to_means @ np.linalg.inv(slopes.T @ slopes) @ to_means.T
    power, reserve, endurance = means(at).tolist()
    return (power, reserve, endurance), covariance


def _softened(misses: Floats) -> Floats:
    """Return residuals whose squares grow linearly beyond 1: a robust loss."""
    return np.asarray(misses * np.sqrt(2.0 / (1.0 + np.sqrt(1.0 + misses**2))))


def _first_power(curves: Sequence[Curve], prior: Prior) -> float:
    """Return the aerobic power with which a typical runner fits the bests best."""

    def missed(power: float) -> float:
        reserve = prior.usable * power + _lag(curves[0].runner, power)
        times = [curve.time(power, reserve, prior.endurance) for curve in curves]
        return sum((t / c.race.time_s - 1.0) ** 2 for t, c in zip(times, curves, strict=True))

    powers: list[float] = _POWERS[24::4].tolist()
    return min(powers, key=missed)


_STEPS = np.array([0.02, 0.2, 0.001])
"""Changes of MAP [W/kg], usable reserve [s] and endurance [1] for a finite difference."""
_MEANS_STEPS = np.array([0.02, 5.0, 0.001])
"""Changes of MAP [W/kg], reserve [J/kg] and endurance [1]."""


def _slopes(values: Callable[[Floats], Floats], at: Floats, steps: Floats) -> Floats:
    """Return the derivatives of the values, shape (values, 3), by central differences."""
    columns = [
        (values(at + step) - values(at - step)) / (2.0 * step.sum()) for step in np.diag(steps)
    ]
    return np.stack(columns, axis=1)


# -- how well athletes' other bests predict the one that is left out ------------------------------

ATHLETES = "athletes.csv"
_OPEN = Prior(usable=40.0, usable_spread=20.0, endurance=0.07, endurance_spread=0.03)
"""A prior so wide that an athlete with four bests determines the numbers alone."""


@dataclass(frozen=True, slots=True)
class Athlete:
    """An athlete: name and body, sex (`woman` or `man`), bests by distance, taken to be paced."""

    runner: Runner
    sex: str
    bests: tuple[Race, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A best compared with the prediction from the athlete's others.

    Attributes:
        athlete: the athlete.
        best: the best.
        predicted_s: the predicted time [s].
        spread: the standard deviation of the prediction, as a share of it [1].
    """

    athlete: Athlete
    best: Race
    predicted_s: float
    spread: float

    @property
    def error(self) -> float:
        """Predicted minus run, as a share of the best [1]."""
        return self.predicted_s / self.best.time_s - 1.0

    @property
    def within(self) -> bool:
        """Whether the best lies in the stated 90 % range."""
        return abs(self.best.time_s / self.predicted_s - 1.0) <= NINE_IN_TEN * self.spread


@lru_cache(maxsize=1)
def athletes() -> tuple[Athlete, ...]:
    """Return the athletes of configs/athletes.csv, in the order of the file."""
    with config_path(ATHLETES).open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    everybody = []
    for name in dict.fromkeys(row["athlete"] for row in rows):
        mine = [row for row in rows if row["athlete"] == name]
        height, mass = (float(mine[0][column]) for column in ("height_m", "mass_kg"))
        bests = [paced_race(parse_distance(r["distance"]), parse_time(r["time"])) for r in mine]
        everybody.append(
            Athlete(Runner(name=name, height=height, mass=mass), mine[0]["sex"], tuple(bests))
        )
    return tuple(everybody)


@dataclass(frozen=True, slots=True)
class Study:
    """The results for all athletes.

    Attributes:
        left_out: each best with its prediction, athlete by athlete.
        prior: the prior of all athletes together.
    """

    left_out: tuple[LeftOut, ...]
    prior: Prior

    @property
    def errors(self) -> Floats:
        """Predicted minus run, as shares [1], shape (bests,)."""
        return np.array([row.error for row in self.left_out])


@lru_cache(maxsize=1)
def study() -> Study:
    """Leave each best out once, fit the athlete to the others, and predict it.

    An athlete's prior is made from the other athletes only. Every best is assumed to be paced over
    its first 55 %.
    """
    curves = [[Curve(best, athlete.runner) for best in athlete.bests] for athlete in athletes()]
    known = np.array([_numbers(bests) for bests in curves])
    rows = []
    for i, (athlete, bests) in enumerate(zip(athletes(), curves, strict=True)):
        prior = _prior_of(np.delete(known, i, axis=0))
        for j, best in enumerate(athlete.bests):
            means, covariance = solve([*bests[:j], *bests[j + 1 :]], prior)
            slopes = bests[j].slopes(*means)
            time = bests[j].time(*means)
            variance = float(slopes @ covariance @ slopes) / time**2
            rows.append(LeftOut(athlete, best, time, (variance + LEFT_OUT_SPREAD**2) ** 0.5))
    return Study(tuple(rows), _prior_of(known))


def _numbers(curves: Sequence[Curve]) -> tuple[float, float]:
    """Return usable reserve [s] and endurance [1] of an athlete from all bests."""
    (power, reserve, endurance), _ = solve(curves, _OPEN)
    return curves[0].usable(power, reserve), endurance


def _prior_of(known: Floats) -> Prior:
    usable, endurance = known.mean(axis=0).tolist()
    usable_spread, endurance_spread = known.std(axis=0, ddof=1).tolist()
    return Prior(usable, usable_spread, endurance, endurance_spread)
