"""The searches find known optima: Keller's best run, and the corners of simple problems."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.analysis.optimum.search import Floats, Scores, closing_in, down_slopes
from simulator.physics.keller import KELLER, best_time, critical_distance

SEGMENTS = 5
STEP_S = 0.1


def keller(points: Floats) -> Scores:
    """Run Keller's runner over 1500 m at wanted speeds by segments; room: the reserve left."""
    k, race = KELLER, 1500.0
    wanted = 6.0 + 2.0 * points
    x, v = np.zeros(len(points)), np.zeros(len(points))
    reserve, finish = np.full(len(points), k.reserve), np.full(len(points), np.nan)
    left = np.full((len(points), SEGMENTS), np.inf)
    rows = np.arange(len(points))
    for tick in range(3000):
        part = np.minimum((x / race * SEGMENTS).astype(int), SEGMENTS - 1)
        target = wanted[rows, part]
        force = np.clip(v / k.tau + (target - v) / (5 * STEP_S), 0.0, k.force)
        middle = v + 0.5 * STEP_S * (force - v / k.tau)
        ahead = x + STEP_S * middle
        reserve = reserve + STEP_S * (k.sigma - force * middle)
        running = np.isnan(finish)
        left[rows[running], part[running]] = reserve[running]
        done = running & (ahead >= race)
        finish[done] = (tick + (race - x[done]) / (ahead - x)[done]) * STEP_S
        v = v + STEP_S * (force - middle / k.tau)
        x = ahead
        if not np.isnan(finish).any():
            break
    return Scores(finish, left / 100.0)


def test_kellers_best_run_is_found() -> None:
    start = np.full(SEGMENTS, 0.2)
    found = down_slopes(keller, start, step=1e-5)
    scores = keller(found[None])
    best = best_time(1500.0)
    assert scores.room.min() > -0.1  # 10 of 2406 J/kg
    # his last two seconds coast on an empty reserve, which segments of 300 m cannot show
    assert scores.objective[0] == pytest.approx(best.time_s, abs=0.1)
    speeds = 6.0 + 2.0 * found
    # one cruising speed; at the end he slows, as Keller's runner does
    assert np.ptp(speeds[1:-1]) < 0.02
    assert speeds[2] == pytest.approx(best.cruise_m_s, abs=0.03)
    assert speeds[-1] < speeds[2]
    assert critical_distance() < 300.0


def _peak(points: Floats) -> Scores:
    objective = ((points - 0.3) ** 2).sum(axis=1)
    return Scores(objective, points.sum(axis=1, keepdims=True) - 0.8)


@pytest.mark.parametrize(("dimensions", "best"), [(1, 0.8), (2, 0.4), (3, 0.3)])
def test_grids_close_in_on_the_best_feasible_point(dimensions: int, best: float) -> None:
    found = closing_in(_peak, dimensions)
    assert found == pytest.approx(np.full(dimensions, best), abs=2e-3)


def test_where_nothing_is_feasible_the_nearest_is_told() -> None:
    points = np.array([[0.0], [0.5], [1.0]])
    scores = Scores(points[:, 0], -np.abs(points - 0.6))
    assert scores.best() == 1
