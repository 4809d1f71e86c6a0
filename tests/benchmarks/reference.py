"""One attempt as an ordinary differential equation for scipy: the same equations, one row.

The formation's shelter is worked out directly in every call of the right-hand side, as one would
write it without the kernel's tables. Plain floats: numpy would make a single row slower.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.integrate import solve_ivp
from simulator.physics.anticipation import CELL_M, DRAG, LEVEL, TIME
from simulator.physics.batch import batch_of
from simulator.physics.energetics import WATTS_PER_VO2

from simulator.coefficients import (
    ACCEL_MAX,
    ACCEL_MIN,
    AEROBIC_START,
    BEND_COST,
    BEND_RADIUS_M,
    COST_V0,
    COST_V1,
    COST_V2,
    GAP_GAIN,
    GAP_SPEED_MAX,
    TAU_AEROBIC,
    TAU_LIMIT,
    TAU_RESERVE,
    TAU_SPEED,
    G,
)
from simulator.physics.pacers import runs_at
from simulator.physics.shelter import Shelterer, shelter
from simulator.physics.track import on_bend, track_position
from simulator.scenario.model import Scenario

State = list[float]


def rates_of(scenario: Scenario) -> Callable[[float, State], State]:
    """Return the rates of change of distance, speed, aerobic power and reserve."""
    b = batch_of([scenario])
    plan, remaining, slots = b.plans[0], b.remaining[0], b.groups[0].slots
    most, drag_k, cost_k = float(b.aerobic_max[0]), float(b.drag_k[0]), float(b.cost_k[0])
    force_k, dare, race = float(b.force_k[0]), float(b.anticipation[0]), float(b.race_m[0])

    def bend(v: float) -> float:
        return BEND_COST * (math.sqrt(1.0 + (v * v / (G * BEND_RADIUS_M)) ** 2) - 1.0)

    def level(v: float) -> float:
        return WATTS_PER_VO2 * ((COST_V2 * v + COST_V1) * v + COST_V0)

    def left(row: int, x: float) -> float:
        place = max(x, 0.0) / CELL_M
        i = min(int(place), remaining.shape[1] - 2)
        low, high = remaining[row, i], remaining[row, i + 1]
        return float(low + (high - low) * (place - i))

    def rates(t: float, state: State) -> State:
        x, v, aerobic, reserve = state
        v = max(v, 0.0)
        mark, planned = float(plan.distance_at(t)), float(plan.cruise_at(t))
        gap = mark - x
        bodies = [Shelterer(s.ahead, s.offset, s.ahead > 0) for s in slots if runs_at(s, x)]
        s = float(shelter(bodies, [gap], scenario.pacers.wake)[0])
        curve = 1.0 if bool(on_bend(track_position(x, race))) else 0.0
        air = drag_k * (1.0 - s)
        need = cost_k * (left(LEVEL, x) + air * left(DRAG, x)) - most * left(TIME, x)
        can = aerobic + max(reserve, 0.0) / TAU_RESERVE
        lag = max(most - aerobic, 0.0)
        share = dare * max(reserve - TAU_AEROBIC * lag, 0.0) / max(need, 1.0)
        limit = can
        if share < 1.0:
            asks = cost_k * level(planned) * (1.0 + curve * bend(planned))
            asks = asks * (1.0 + air * planned * planned) - most
            limit = min(can, most + lag + share * max(asks, 0.0))
        asked = planned + min(max(GAP_GAIN * gap, -GAP_SPEED_MAX), GAP_SPEED_MAX)
        factor = cost_k * (1.0 + curve * bend(v))
        cost = level(v) * factor
        hold = cost * (1.0 + air * v * v)
        room, per_accel = limit - hold, cost * force_k
        slope = WATTS_PER_VO2 * (2.0 * COST_V2 * v + COST_V1) * factor * (1.0 + air * v * v)
        slope += 2.0 * air * v * cost
        allowed = room / per_accel if room >= 0 else room / (slope * TAU_LIMIT)
        accel = max(min((asked - v) / TAU_SPEED, ACCEL_MAX, allowed), ACCEL_MIN)
        power = hold + per_accel * max(accel, 0.0)
        supply = (min(most, power) - aerobic) / TAU_AEROBIC
        return [v, accel, supply, aerobic - power]

    return rates


def solve(scenario: Scenario, rtol: float = 1e-6) -> float:
    """Return the finish by scipy's RK45 [s].

    RK45 takes the rates for smooth. They are not: they jump where a bend begins or ends and turn
    where a bound takes hold, so that it needs a much smaller tolerance than its usual error asks.
    """
    race = scenario.distance

    def line(_t: float, state: np.ndarray) -> float:
        return float(state[0] - race)

    line.terminal = True  # type: ignore[attr-defined]
    start = [0.0, 0.0, AEROBIC_START, float(batch_of([scenario]).reserve[0])]
    found = solve_ivp(
        rates_of(scenario),
        (0.0, 600.0),
        start,
        events=line,
        rtol=rtol,
        atol=0.01 * rtol,
        method="RK45",
    )
    return float(found.t_events[0][0])
