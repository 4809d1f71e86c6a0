"""Searches for a best point: by grids that close in, by populations, by moves that must pay.

In: a function that evaluates many points at once. Out: the best feasible point, or the one that
comes nearest to being feasible. Every search hands over whole batches: a batch of two hundred
attempts takes little longer than one attempt.
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
        objective: to be minimised, shape (points,); not finite where there is none.
        room: feasible where every entry is 0 or more, shape (points, constraints).
    """

    objective: Floats
    room: Floats

    @property
    def lack(self) -> Floats:
        """How far each point is from being feasible; 0 where it is."""
        lack = np.asarray(np.maximum(-self.room, 0.0).sum(axis=1))
        return np.where(np.isfinite(self.objective), lack, np.inf)

    def best(self) -> int:
        """Return the best feasible point, or the one that lacks least."""
        lack = self.lack
        feasible = lack == 0.0
        if feasible.any():
            return int(np.argmin(np.where(feasible, self.objective, np.inf)))
        return int(np.argmin(lack))

    def part(self, first: int, count: int) -> Scores:
        """Return the scores of so many points."""
        return Scores(self.objective[first : first + count], self.room[first : first + count])

    def taken(self, points: NDArray[np.int64]) -> Scores:
        """Return the scores of these points."""
        return Scores(self.objective[points], self.room[points])

    def beats(self, other: Scores, by: float) -> bool:
        """Return whether the one point here is better than the one there by this much or more."""
        mine, theirs = float(self.lack[0]), float(other.lack[0])
        if theirs > 0:
            return mine < theirs * (1.0 - 1e-3)
        return mine == 0 and float(self.objective[0]) < float(other.objective[0]) - by


Evaluate: TypeAlias = Callable[[Floats], Scores]

_POINTS = {1: 65, 2: 17}
_ROUNDS = 4


def closing_in(evaluate: Evaluate, known: Floats) -> Floats:
    """Return the best point of a grid in the unit cube, of a finer one about it, and so on.

    `known`: a point that is tried as well, shape (dimensions,): the grid may miss all that is
    feasible. Beyond two dimensions by differential evolution.
    """
    dimensions = len(known)
    if dimensions > 2:
        return evolved(evaluate, dimensions, generations=60, tolerance=1e-8, known=known[None])
    low, high = np.zeros(dimensions), np.ones(dimensions)
    count = _POINTS[dimensions]
    best = known
    for _ in range(_ROUNDS):
        axes = [np.linspace(a, b, count) for a, b in zip(low, high, strict=True)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, dimensions)
        points = np.concatenate([points, best[None]])
        best = np.asarray(points[evaluate(points).best()])
        cell = (high - low) / (count - 1)
        low, high = np.maximum(best - cell, 0.0), np.minimum(best + cell, 1.0)
    return best


def evolved(
    evaluate: Evaluate,
    dimensions: int,
    *,
    generations: int,
    tolerance: float,
    known: Floats | None = None,
) -> Floats:
    """Return the best point of the unit cube by scipy's differential evolution.

    A generation is one batch. `known`: points to be among the first ones, shape (points,
    dimensions).

    Raises:
        ExtraError: scipy is not installed.
    """
    try:
        from scipy.optimize import differential_evolution  # noqa: PLC0415 - comes with an extra
    except ImportError:
        raise ExtraError("Optimising a plan, or more than two numbers,", "optimise") from None

    def penalised(points: Floats) -> Any:
        scores = evaluate(points.T)
        value = np.nan_to_num(scores.objective, nan=1e9, posinf=1e9)
        lack = np.minimum(scores.lack, 1e6)
        return np.asarray(np.where(lack > 0, 1e6 * (1.0 + lack), value))

    first = np.random.default_rng(1).random((12 * dimensions, dimensions))
    if known is not None:
        first[: len(known)] = known
    found = differential_evolution(
        penalised,
        [(0.0, 1.0)] * dimensions,
        vectorized=True,
        updating="deferred",
        polish=False,
        rng=1,
        init=first,
        maxiter=generations,
        tol=tolerance,
    )
    return np.asarray(found.x)


@dataclass(frozen=True, eq=False)
class Moves:
    """What may be done to a point, and the one thing on which everything depends.

    Attributes:
        directions: shape (moves, size of a point); each is tried forwards and backwards.
        tempo: what one unit of tempo adds to a point, shape (size of a point,).
        low, high: bounds of a point.
        jumps: returns further points to try from a point, shape (jumps, size of a point).
    """

    directions: Floats
    tempo: Floats
    low: Floats
    high: Floats
    jumps: Callable[[Floats], Floats]

    def within(self, points: Floats) -> Floats:
        """Return points moved inside the bounds."""
        return np.clip(points, self.low, self.high)


_LOOK = 1e-3
"""How far off the tempo is looked at for the slopes."""
_FARTHEST = 5e-3
_NEAR = 2e-5 * np.array([0.0, 1.0, 3.0, 9.0, 27.0, 81.0])
_TUNES = np.concatenate([-_NEAR[:0:-1], _NEAR])
_FINALISTS = 3
_PATIENCE = 25


def refined(
    evaluate: Evaluate,
    start: Floats,
    moves: Moves,
    sizes: tuple[float, ...],
    pays: float,
    *,
    first_will_do: bool = False,
) -> Floats:
    """Return a point that no move of these sizes betters by `pays` or more.

    All moves are tried in one batch, and the last good one again, further. After a move the tempo
    is set anew, since the best point lies where some constraint just holds: the shift that takes is
    told from the slopes along the tempo, and the most promising few are then run at tempos about
    it. Slopes along the moves are not used: speeding up costs and slowing down gives nothing back,
    so the objective has an edge wherever two parts are equally fast, which is where its least
    values are.

    Args:
        evaluate: runs points.
        start: where to begin.
        moves: what may be done.
        sizes: of the moves.
        pays: what a move must gain.
        first_will_do: stop at the first feasible point.
    """
    steps = np.concatenate(
        [s * size for size in sizes for s in (moves.directions, -moves.directions)]
    )
    momentum = np.zeros_like(start)
    best, score = _best_of(*tuned(evaluate, moves, start[None], np.zeros(1)))
    for _ in range(_PATIENCE):
        if first_will_do and score.lack[0] == 0:
            break
        again = np.array([[0.0], [1.0], [2.0], [4.0]]) * momentum
        tried = moves.within(np.concatenate([best + steps, best + again, moves.jumps(best)]))
        looks = moves.within(best + np.array([[0.0], [_LOOK]]) * moves.tempo)
        scores = evaluate(np.concatenate([tried, looks]))
        shifts, promise = _promises(scores)
        order = _finalists(promise, len(moves.directions) * 2)
        found, own = _best_of(*tuned(evaluate, moves, tried[order], shifts[order]))
        if not own.beats(score, pays):
            break
        momentum = found - best
        best, score = found, own
    return best


def _promises(scores: Scores) -> tuple[Floats, Floats]:
    """Return the shift of tempo that suits each point, and what it is then likely to score.

    The last two points are the present one as it is and slower: on the faster side she may begin
    to fade early, and the slopes there tell nothing.
    """
    objective, room = scores.objective, scores.room
    with np.errstate(invalid="ignore"):
        slope = np.nan_to_num((objective[-1] - objective[-2]) / _LOOK)
        turn = (room[-1] - room[-2]) / _LOOK
    value, left = objective[:-2], room[:-2]
    least = np.full(len(value), -_FARTHEST)
    most = np.full(len(value), _FARTHEST)
    for k in np.flatnonzero(np.abs(turn) > 1e-9):
        bound = -left[:, k] / turn[k]
        if turn[k] > 0:
            least = np.maximum(least, bound)
        else:
            most = np.minimum(most, bound)
    shift = least if slope > 0 else most if slope < 0 else np.clip(0.0, least, most)
    shift = np.clip(shift, -_FARTHEST, _FARTHEST)
    lack = np.maximum(-(left + turn * shift[:, None]), 0.0).sum(axis=1)
    promise = np.where(np.isfinite(value), value + slope * shift + 1e6 * lack, np.inf)
    return shift, np.asarray(promise)


def _finalists(promise: Floats, of_a_size: int) -> NDArray[np.int64]:
    """Return the most promising moves of each size: promises of different sizes compare badly."""
    order: list[int] = []
    for begin in range(0, len(promise), of_a_size):
        own = promise[begin : begin + of_a_size]
        order += (begin + np.argsort(own, kind="stable")[:_FINALISTS]).tolist()
    return np.array(order)


def tuned(
    evaluate: Evaluate, moves: Moves, points: Floats, shifts: Floats
) -> tuple[Floats, Scores]:
    """Return each of these points at the best tempo about its shift, then finer about that one."""
    ladder = shifts[:, None] + _TUNES
    for _ in range(2):
        tried = moves.within(points[:, None] + ladder[..., None] * moves.tempo)
        scores = evaluate(tried.reshape(-1, points.shape[1]))
        each = len(ladder[0])
        chosen = np.array([scores.part(i * each, each).best() for i in range(len(points))])
        rows = np.arange(len(points))
        found, own = tried[rows, chosen], scores.taken(rows * each + chosen)
        low = ladder[rows, np.maximum(chosen - 1, 0)]
        high = ladder[rows, np.minimum(chosen + 1, each - 1)]
        ladder = np.concatenate([ladder[rows, chosen][:, None], np.linspace(low, high, 8).T], 1)
    return found, own


def _best_of(found: Floats, scores: Scores) -> tuple[Floats, Scores]:
    best = scores.best()
    return np.asarray(found[best]), scores.part(best, 1)
