"""Projection: the projected finish, and whether the target can still be reached.

In: a recording and a moment. Out: a projected time [s], made of the past only;
`TargetReachability`, a table by distance of whether the best allowed shelter and the best constant
pace still reach the target.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import TAU_SPEED
from simulator.physics.attempt import run_attempts
from simulator.physics.kernel import UNFELT
from simulator.physics.setup import at_best, steady_attempt
from simulator.recording.recording import Recording
from simulator.scenario.model import Scenario

Floats = NDArray[np.float64]

LOOK_BACK_M = 200.0
POSSIBLE_EVERY_M = 25.0
FASTEST_M_S = 9.3
_PACES = (1.0005, 1.003)
"""Constant paces tried, as shares of the speed needed after she has accelerated to it."""


@lru_cache(maxsize=8)  # pictures within one tick ask for the same
def projected_finish(recording: Recording, time_s: float) -> float | None:
    """Return the projected finish [s] from what happened up to `time_s` [s] and nothing later.

    It assumes the mean speed of the last 200 m for the rest; None before 200 m. At the line it is
    the finish.
    """
    if recording.finish_s is not None and time_s >= recording.finish_s:
        return recording.finish_s
    t = min(time_s, recording.end_s)
    x = float(recording.distance_at(t))
    if x < LOOK_BACK_M:
        return None
    since = t - float(recording.time_at(x - LOOK_BACK_M))
    return t + (recording.race_m - x) * since / LOOK_BACK_M


@dataclass(frozen=True, eq=False)
class TargetReachability:
    """Whether `target_s` [s] can still be reached, by race distance, per 25 m."""

    target_s: float
    x_m: Floats
    possible: NDArray[np.bool_]

    def at(self, distance_m: float) -> bool:
        """Return the answer at the last point passed."""
        i = int(np.searchsorted(self.x_m, distance_m + 1e-9, side="right")) - 1
        return bool(self.possible[max(i, 0)])


def still_possible(scenario: Scenario, recording: Recording, target_s: float) -> TargetReachability:
    """Return per 25 m whether the target can still be reached.

    From the state at each point she gets the best shelter that the formation allows (as if the
    group had waited, as close as is possible without collisions) and runs the necessary constant
    speed.
    """
    reach = min(recording.race_m, float(recording.x[-1]))
    xs = np.arange(0.0, reach, POSSIBLE_EVERY_M)
    ticks = np.maximum(np.searchsorted(recording.x, xs, side="right") - 1, 0)
    states, attempts, rows = [], [], []
    formation = at_best(scenario)
    for i, tick in enumerate(ticks.tolist()):
        state = recording.state_at_tick(tick)
        left_s = target_s - tick * recording.step_s
        left_m = recording.race_m - state.x_m
        if left_s <= 0 or left_m / left_s > FASTEST_M_S:
            continue
        coming_up_s = -TAU_SPEED * math.expm1(-left_s / TAU_SPEED)
        needed = (left_m - coming_up_s * state.v_m_s) / (left_s - coming_up_s)
        for share in _PACES:
            states.append(replace(state, tick=0, felt=UNFELT))
            attempts.append(
                steady_attempt(scenario, state, share * needed, left_s, recording.step_s, formation)
            )
            rows.append((i, left_s))
    possible = np.zeros(len(xs), dtype=bool)
    finish = run_attempts(attempts, states).finish_s
    for (i, left_s), finish_s in zip(rows, finish.tolist(), strict=True):
        possible[i] |= finish_s <= left_s
    return TargetReachability(target_s, xs, possible)
