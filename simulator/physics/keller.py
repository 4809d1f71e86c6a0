"""Keller's runner (1973): best times in closed form, as a reference for the integrator.

In: a distance [m]. Out: the best time [s] by Keller's optimal control, and by stepping it.
v' = f - v / tau with f <= F; E' = sigma - f v, E >= 0. Beyond 291.4 m the best run is: full force
up to a cruising speed V, then V until the reserve is gone, then force sigma / v to the line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.physics.kernel import BEFORE, EARLIER, HERE

Floats = NDArray[np.float64]
State = tuple[float, float, float]
"""Distance [m], speed [m/s] and reserve [J/kg], or their rates."""


@dataclass(frozen=True, slots=True)
class KellerConstants:
    """Keller's constants: force [m/s2], tau [s], sigma [W/kg], reserve [J/kg]."""

    force: float
    tau: float
    sigma: float
    reserve: float


KELLER = KellerConstants(force=12.2, tau=0.892, sigma=41.54, reserve=2406.0)
STEP_S = 0.02
SOON = 3.0
"""Steps in which the stepped runner reaches his wanted speed; with fewer he would oscillate."""


@dataclass(frozen=True, slots=True)
class BestRun:
    """The best run over a distance: its time [s] and cruising speed [m/s]."""

    time_s: float
    cruise_m_s: float


def critical_distance() -> float:
    """Return the longest distance that can be run with full force all the way [m]."""
    k = KELLER
    low, high = 1.0, 1000.0
    for _ in range(100):
        t = 0.5 * (low + high)
        if k.reserve + k.sigma * t - k.force * _start_distance(t) > 0:
            low = t
        else:
            high = t
    return _start_distance(low)


def _start_distance(t: float) -> float:
    k = KELLER
    return k.force * k.tau * (t + k.tau * math.expm1(-t / k.tau))


@cache
def best_time(distance_m: float) -> BestRun:
    """Return Keller's best time over `distance_m` [m], in closed form but for one minimum."""
    k = KELLER
    top = k.force * k.tau
    if distance_m <= critical_distance():
        low, high = 0.0, distance_m / top + 5.0
        for _ in range(200):
            t = 0.5 * (low + high)
            low, high = (t, high) if _start_distance(t) < distance_m else (low, t)
        return BestRun(0.5 * (low + high), top)
    slowest = math.sqrt(k.sigma * k.tau) * (1.0 + 1e-9)
    low, high = slowest, top * (1.0 - 1e-9)
    golden = (math.sqrt(5.0) - 1.0) / 2.0
    for _ in range(200):
        a, b = high - golden * (high - low), low + golden * (high - low)
        low, high = (
            (low, b)
            if time_at_cruise(distance_m, a) < time_at_cruise(distance_m, b)
            else (
                a,
                high,
            )
        )
    cruise = 0.5 * (low + high)
    return BestRun(time_at_cruise(distance_m, cruise), cruise)


def time_at_cruise(distance_m: float, cruise: float) -> float:
    """Return the time over `distance_m` with this cruising speed [s]."""
    k = KELLER
    t1 = -k.tau * math.log(1.0 - cruise / (k.force * k.tau))
    x1 = _start_distance(t1)
    left = k.reserve + k.sigma * t1 - k.force * x1
    if x1 >= distance_m or left <= 0:
        return math.inf
    t2 = t1 + left / (cruise * cruise / k.tau - k.sigma)
    x2 = x1 + cruise * (t2 - t1)
    if x2 >= distance_m:
        return t1 + (distance_m - x1) / cruise
    low, high = 0.0, 2.0 * (distance_m - x2) / math.sqrt(k.sigma * k.tau)
    for _ in range(100):
        t = 0.5 * (low + high)
        low, high = (t, high) if x2 + _last_distance(t, cruise) < distance_m else (low, t)
    return t2 + 0.5 * (low + high)


def _last_distance(t: float, cruise: float) -> float:
    """Integrate sqrt(s tau + (V^2 - s tau) exp(-2 t / tau)) from 0 to t in closed form [m]."""
    k = KELLER
    floor = k.sigma * k.tau

    def primitive(speed: float) -> float:
        # with w = v^2: dt = -tau dw / (2 (w - floor)), so x = integral of v dt is elementary
        root = math.sqrt(floor)
        return speed + 0.5 * root * math.log(max((speed - root) / (speed + root), 1e-300))

    end = math.sqrt(floor + (cruise * cruise - floor) * math.exp(-2.0 * t / k.tau))
    if end * end - floor < 1e-12:
        # by then the speed has settled: continue at it
        settled = 0.5 * k.tau * math.log((cruise * cruise - floor) / 1e-12)
        slow = math.sqrt(floor + 1e-12)
        return k.tau * (primitive(cruise) - primitive(slow)) + slow * (t - settled)
    return k.tau * (primitive(cruise) - primitive(end))


def stepped_times(distances_m: Sequence[float], step_s: float = STEP_S) -> Floats:
    """Return the times of the same runs, stepped as the kernel steps [s]."""
    return np.array([_stepped_time(distance_m, step_s) for distance_m in distances_m])


def _stepped_time(distance_m: float, step_s: float) -> float:
    k = KELLER
    cruise = best_time(distance_m).cruise_m_s
    soon = SOON * step_s

    def rates(v: float, reserve: float) -> State:
        wanted = min(v / k.tau + (cruise - v) / soon, k.force)
        paid = min(wanted, (k.sigma + max(reserve, 0.0) / soon) / max(v, 0.1))
        return v, paid - v / k.tau, k.sigma - paid * v

    def stepped(state: State, rate: State, step_s: float) -> State:
        x, v, reserve = (value + step_s * r for value, r in zip(state, rate, strict=True))
        return x, v, reserve

    state = (0.0, 0.0, k.reserve)
    before = stepped(state, rates(*state[1:]), -step_s)
    earlier = stepped(before, rates(*state[1:]), -step_s)
    tick = 0
    while True:
        v, reserve = (HERE * state[i] - BEFORE * before[i] + EARLIER * earlier[i] for i in (1, 2))
        after = stepped(state, rates(v, reserve), step_s)
        if after[0] >= distance_m:
            return (tick + (distance_m - state[0]) / (after[0] - state[0])) * step_s
        earlier, before, state, tick = before, state, after, tick + 1
