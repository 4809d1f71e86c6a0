"""Athletes: how well an athlete's other bests predict the one that is left out.

In: configs/athletes.csv. Out: `LeftOut`, one for each best, and the prior that `fit` uses.

The athletes in the file were selected without looking at any fit: those who have held an outdoor
world record at 800 m to 10,000 m since 1980, with four public outdoor bests or more over these
distances. All bests of a career count, whatever their year. The file does not have every such
athlete, but no athlete and no best was left out because of its result.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.fit import Curve, Prior, solve
from simulator.analysis.predict import LEFT_OUT_SPREAD, NINE_IN_TEN, Race, paced_race
from simulator.resources import config_path
from simulator.scenario.model import Runner
from simulator.units import parse_distance, parse_time

Floats = NDArray[np.float64]

FILE = "athletes.csv"
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
    with config_path(FILE).open(encoding="utf-8", newline="") as text:
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
