"""Searches for a best point: by grids that close in, and along slopes under constraints.

In: a function that evaluates many points at once. Out: the best feasible point, or the one that
comes nearest to being feasible. Points lie in the unit cube.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.errors import ExtraError

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scores:
    """Points evaluated.

    Attributes:
        objective: to be minimised, shape (points,).
        room: feasible where every entry is 0 or more, shape (points, constraints).
    """

    objective: Floats
    room: Floats

    def best(self) -> int:
        """Return the best feasible point, or the one that lacks least."""
        lack = np.maximum(-self.room, 0.0).sum(axis=1) if self.room.shape[1] else 0.0
        lack = np.where(np.isfinite(self.objective), lack, np.inf)
        feasible = lack == 0.0
        if feasible.any():
            return int(np.argmin(np.where(feasible, self.objective, np.inf)))
        return int(np.argmin(lack))


Evaluate: TypeAlias = Callable[[Floats], Scores]

_POINTS = {1: 65, 2: 17}
_ROUNDS = 4


def closing_in(evaluate: Evaluate, dimensions: int) -> Floats:
    """Return the best point of a grid, of a finer one about it, and so on.

    Beyond two dimensions by differential evolution (scipy), the generation as one batch.
    """
    if dimensions > 2:
        return _evolved(evaluate, dimensions)
    low, high = np.zeros(dimensions), np.ones(dimensions)
    count = _POINTS[dimensions]
    best = 0.5 * (low + high)
    for _ in range(_ROUNDS):
        axes = [np.linspace(a, b, count) for a, b in zip(low, high, strict=True)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, dimensions)
        best = np.asarray(points[evaluate(points).best()])
        cell = (high - low) / (count - 1)
        low, high = np.maximum(best - cell, 0.0), np.minimum(best + cell, 1.0)
    return best


def _evolved(evaluate: Evaluate, dimensions: int) -> Floats:
    try:
        from scipy.optimize import differential_evolution  # noqa: PLC0415 - comes with an extra
    except ImportError:
        raise ExtraError("Optimising more than two numbers", "optimise") from None

    def penalised(points: Floats) -> Any:
        scores = evaluate(points.T)
        lack = np.maximum(-scores.room, 0.0).sum(axis=1)
        value = np.nan_to_num(scores.objective, nan=1e9, posinf=1e9)
        return np.asarray(np.where(lack > 0, 1e6 * (1.0 + lack), value))

    found = differential_evolution(
        penalised,
        [(0.0, 1.0)] * dimensions,
        vectorized=True,
        updating="deferred",
        polish=False,
        rng=1,
        popsize=12,
        maxiter=60,
        tol=1e-8,
    )
    return np.asarray(found.x)


def down_slopes(evaluate: Evaluate, start: Floats, step: float = 1e-4) -> Floats:
    """Return the best point near `start` by sequential quadratic programming (scipy's SLSQP).

    Values and all slopes of a point come from one batch.
    """
    try:
        from scipy.optimize import minimize  # noqa: PLC0415 - comes with an extra
    except ImportError:
        raise ExtraError("Finding the best plan", "optimise") from None
    known: dict[bytes, tuple[float, Floats, Floats, Floats]] = {}

    def at(point: Floats) -> tuple[float, Floats, Floats, Floats]:
        key = point.tobytes()
        if key not in known:
            steps = np.where(point + step <= 1.0, step, -step)
            scores = evaluate(np.concatenate([point[None], point + np.diag(steps)]))
            value, room = scores.objective, scores.room
            slope = (value[1:] - value[0]) / steps
            turns = (room[1:] - room[0]) / steps[:, None]
            known[key] = float(value[0]), slope, room[0], turns.T
        return known[key]

    found = minimize(
        lambda p: at(p)[0],
        start,
        jac=lambda p: at(p)[1],
        bounds=[(0.0, 1.0)] * len(start),
        constraints=[{"type": "ineq", "fun": lambda p: at(p)[2], "jac": lambda p: at(p)[3]}],
        method="SLSQP",
        options={"maxiter": 12, "ftol": 1e-4},
    )
    best: Floats = np.clip(found.x, 0.0, 1.0)
    return best
