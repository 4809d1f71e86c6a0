"""Keller's runner (1973): best times in closed form, as a reference for the integrator.

In: a distance [m]. Out: the best time [s] by Keller's optimal control, and by stepping it.
v' = f - v / tau with f <= F; E' = sigma - f v, E >= 0. Beyond 291.4 m the best run is: full force
up to a cruising speed V, then V until the reserve is gone, then force sigma / v to the line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.physics.kernel import BEFORE, EARLIER, HERE

Floats = NDArray[np.float64]
State = tuple[float, float, float]
"""Distance [m], speed [m/s] and reserve [J/kg], or their rates."""


FORCE, TAU, SIGMA, RESERVE = 12.2, 0.892, 41.54, 2406.0
"""Keller's constants: force [m/s2], tau [s], sigma [W/kg], reserve [J/kg]."""
STEP_S = 0.02
SOON = 3.0
"""Steps in which the stepped runner reaches his wanted speed; with fewer he would oscillate."""


@dataclass(frozen=True, slots=True)
class BestRun:
    """The best run over a distance: its time [s] and cruising speed [m/s]."""

    time_s: float
    cruise_m_s: float


def _start_distance(t: float) -> float:
    return FORCE * TAU * (t + TAU * math.expm1(-t / TAU))


@lru_cache(maxsize=32)
def best_time(distance_m: float) -> BestRun:
    """Return Keller's best time over more than 291.4 m [m], in closed form but for one minimum."""
    top = FORCE * TAU
    slowest = math.sqrt(SIGMA * TAU) * (1.0 + 1e-9)
    low, high = slowest, top * (1.0 - 1e-9)
    golden = (math.sqrt(5.0) - 1.0) / 2.0
    for _ in range(200):
        a, b = high - golden * (high - low), low + golden * (high - low)
        faster = time_at_cruise(distance_m, a) < time_at_cruise(distance_m, b)
        low, high = (low, b) if faster else (a, high)
    cruise = 0.5 * (low + high)
    return BestRun(time_at_cruise(distance_m, cruise), cruise)


def time_at_cruise(distance_m: float, cruise: float) -> float:
    """Return the time over `distance_m` with this cruising speed [s]."""
    t1 = -TAU * math.log(1.0 - cruise / (FORCE * TAU))
    x1 = _start_distance(t1)
    left = RESERVE + SIGMA * t1 - FORCE * x1
    if x1 >= distance_m or left <= 0:
        return math.inf
    t2 = t1 + left / (cruise * cruise / TAU - SIGMA)
    x2 = x1 + cruise * (t2 - t1)
    if x2 >= distance_m:
        return t1 + (distance_m - x1) / cruise
    low, high = 0.0, 2.0 * (distance_m - x2) / math.sqrt(SIGMA * TAU)
    for _ in range(100):
        t = 0.5 * (low + high)
        low, high = (t, high) if x2 + _last_distance(t, cruise) < distance_m else (low, t)
    return t2 + 0.5 * (low + high)


def _last_distance(t: float, cruise: float) -> float:
    """Integrate sqrt(s tau + (V^2 - s tau) exp(-2 t / tau)) from 0 to t in closed form [m]."""
    floor = SIGMA * TAU

    def primitive(speed: float) -> float:
        # with w = v^2: dt = -tau dw / (2 (w - floor)), so x = integral of v dt is elementary
        root = math.sqrt(floor)
        return speed + 0.5 * root * math.log(max((speed - root) / (speed + root), 1e-300))

    end = math.sqrt(floor + (cruise * cruise - floor) * math.exp(-2.0 * t / TAU))
    if end * end - floor < 1e-12:
        # by then the speed has settled: continue at it
        settled = 0.5 * TAU * math.log((cruise * cruise - floor) / 1e-12)
        slow = math.sqrt(floor + 1e-12)
        return TAU * (primitive(cruise) - primitive(slow)) + slow * (t - settled)
    return TAU * (primitive(cruise) - primitive(end))


def stepped_times(distances_m: Sequence[float]) -> Floats:
    """Return the times of the same runs, stepped as the kernel steps [s]."""
    return np.array([_stepped_time(distance_m) for distance_m in distances_m])


def _stepped_time(distance_m: float) -> float:
    cruise = best_time(distance_m).cruise_m_s
    soon = SOON * STEP_S

    def rates(v: float, reserve: float) -> State:
        wanted = min(v / TAU + (cruise - v) / soon, FORCE)
        paid = min(wanted, (SIGMA + max(reserve, 0.0) / soon) / max(v, 0.1))
        return v, paid - v / TAU, SIGMA - paid * v

    def stepped(state: State, rate: State, step_s: float) -> State:
        x, v, reserve = (value + step_s * r for value, r in zip(state, rate, strict=True))
        return x, v, reserve

    state = (0.0, 0.0, RESERVE)
    before = stepped(state, rates(*state[1:]), -STEP_S)
    earlier = stepped(before, rates(*state[1:]), -STEP_S)
    tick = 0
    while True:
        v, reserve = (HERE * state[i] - BEFORE * before[i] + EARLIER * earlier[i] for i in (1, 2))
        after = stepped(state, rates(v, reserve), STEP_S)
        if after[0] >= distance_m:
            return (tick + (distance_m - state[0]) / (after[0] - state[0])) * STEP_S
        earlier, before, state, tick = before, state, after, tick + 1
