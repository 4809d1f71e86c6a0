"""The searches find known optima: Keller's best run, and the corners of simple problems."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.analysis.optimise import Floats, Scores, SearchMoves, closing_in, parts_of, refined
from simulator.physics.keller import FORCE, RESERVE, SIGMA, TAU, best_time

RACE_M = 1500.0
STEP_S = 0.1
ENDS_M = np.array([300.0, 600.0, 900.0, 1200.0, 1470.0, RACE_M])


def keller(points: Floats) -> Scores:
    """Run Keller's runner over 1500 m at wanted paces [s/m] by segments; room: the reserve left."""
    x, v = np.zeros(len(points)), np.zeros(len(points))
    reserve, finish = np.full(len(points), RESERVE), np.full(len(points), np.nan)
    left = np.full(points.shape, np.inf)
    rows = np.arange(len(points))
    for tick in range(3000):
        part = np.minimum(np.searchsorted(ENDS_M, x, side="right"), len(ENDS_M) - 1)
        force = np.clip(v / TAU + (1.0 / points[rows, part] - v) / (5 * STEP_S), 0.0, FORCE)
        middle = v + 0.5 * STEP_S * (force - v / TAU)
        ahead = x + STEP_S * middle
        running = np.isnan(finish)
        done = running & (ahead >= RACE_M)
        share = np.where(done, (RACE_M - x) / (ahead - x), 1.0)
        reserve = reserve + share * STEP_S * (SIGMA - force * middle)
        left[rows[running], part[running]] = reserve[running]
        finish[done] = (tick + share[done]) * STEP_S
        v = v + STEP_S * (force - middle / TAU)
        x = ahead
        if not np.isnan(finish).any():
            break
    return Scores(finish, left / 100.0)


@pytest.mark.slow  # .ci/run runs it
def test_kellers_best_run_is_found() -> None:
    """What looks for plans finds the optimum that is known in closed form, from a bad beginning."""
    count = len(ENDS_M)
    parts = parts_of(1200.0, 200.0, standing_start=False)  # six parts: the moves of six segments
    start = np.array([0.16, 0.15, 0.15, 0.14, 0.15, 0.15])
    blocks = 0.15 * parts.blocks() / parts.tempo.max()
    moves = SearchMoves(
        blocks,
        np.full(count, 0.15),
        lambda points: np.clip(points, 0.12, 0.2),
        lambda point: np.zeros((0, len(point))),
    )
    result = refined(keller, start, moves, (0.02, 0.006, 0.002, 0.0006), 1e-4)
    scores = keller(result[None])
    best = best_time(RACE_M)
    assert scores.lack[0] == 0
    # he speeds up and slows down by his own force here, not at once: that costs a few hundredths
    assert best.time_s - 0.005 < scores.objective[0] < best.time_s + 0.05
    speeds = 1.0 / result
    # one cruising speed; at the end he slows, as Keller's runner does
    assert np.ptp(speeds[1:-1]) < 0.015
    assert speeds[1:-1].mean() == pytest.approx(best.cruise_m_s, abs=0.005)
    assert speeds[-1] < best.cruise_m_s - 0.1


def _peak(points: Floats) -> Scores:
    objective = ((points - 0.3) ** 2).sum(axis=1)
    return Scores(objective, points.sum(axis=1, keepdims=True) - 0.8)


@pytest.mark.parametrize(("dimensions", "best"), [(1, 0.8), (2, 0.4), (3, 0.3), (5, 0.3)])
def test_grids_close_in_on_the_best_feasible_point(dimensions: int, best: float) -> None:
    result = closing_in(_peak, np.full(dimensions, 0.5))
    assert result == pytest.approx(np.full(dimensions, best), abs=2e-3)


def test_where_nothing_is_feasible_the_nearest_is_best() -> None:
    points = np.array([[0.0], [0.5], [1.0]])
    scores = Scores(points[:, 0], -np.abs(points - 0.6))
    assert scores.best() == 1
