"""A race, and the runner made from races, as values.

In: what `simulator.analysis.fitting` found. Out: `Race`, `Fit` with critical speed and D', and the
`runner:` block to paste.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import AEROBIC_START, BEND_M, LAP_M, TAU_AEROBIC, G
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
