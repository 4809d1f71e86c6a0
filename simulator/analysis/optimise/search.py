"""Searches for a best point: refined grids, and moves that must pay.

In: a function that evaluates many points at once. Out: the best feasible point, or the one that
comes nearest to being feasible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scores:
    """Evaluated points.

    Attributes:
        objective: to be minimised, shape (points,); not finite if there is none.
        room: feasible if every entry is 0 or more, shape (points, constraints).
    """

    objective: Floats
    room: Floats

    @property
    def lack(self) -> Floats:
        """Each point's distance from being feasible; 0 if it is."""
        lack = np.asarray(np.maximum(-self.room, 0.0).sum(axis=1))
        return np.where(np.isfinite(self.objective), lack, np.inf)

    def best(self) -> int:
        """Return the best feasible point, or the one nearest to being feasible."""
        lack = self.lack
        feasible = lack == 0.0
        if feasible.any():
            return int(np.argmin(np.where(feasible, self.objective, np.inf)))
        return int(np.argmin(lack))

    def at(self, points: NDArray[np.int64] | slice) -> Scores:
        """Return the scores of these points."""
        return Scores(self.objective[points], self.room[points])

    def beats(self, other: Scores, by: float) -> bool:
        """Return whether the single point here is better than the other by `by` or more."""
        mine, theirs = float(self.lack[0]), float(other.lack[0])
        if theirs > 0:
            return mine < theirs * (1.0 - 1e-3)
        return mine == 0 and float(self.objective[0]) < float(other.objective[0]) - by


Evaluate: TypeAlias = Callable[[Floats], Scores]

_GRID_POINTS = 300
_NARROWEST = 2e-5


def closing_in(evaluate: Evaluate, known: Floats) -> Floats:
    """Return the best point of a grid in the unit cube, refined repeatedly around the best point.

    `known`: an additional point, shape (dimensions,): the grid may miss every feasible point.
    """
    dimensions = len(known)
    count = min(65, max(3, int(_GRID_POINTS ** (1.0 / dimensions))))
    low, high = np.zeros(dimensions), np.ones(dimensions)
    best = known
    while (high - low).max() > _NARROWEST:
        axes = [np.linspace(a, b, count) for a, b in zip(low, high, strict=True)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, dimensions)
        points = np.concatenate([points, best[None]])
        best = np.asarray(points[evaluate(points).best()])
        reach = (high - low) * min(1.0 / (count - 1), 0.3)
        low, high = np.maximum(best - reach, 0.0), np.minimum(best + reach, 1.0)
    return best


@dataclass(frozen=True, eq=False)
class Moves:
    """The moves of a point, and its tempo, on which everything else depends.

    Attributes:
        directions: shape (moves, size of a point); each is tried forwards and backwards.
        tempo: what one unit of tempo adds to a point, shape (size of a point,).
        within: returns points changed as little as needed to be allowed.
        jumps: returns further points to try from a point, shape (jumps, size of a point).
    """

    directions: Floats
    tempo: Floats
    within: Callable[[Floats], Floats]
    jumps: Callable[[Floats], Floats]


_LOOK = 1e-3
"""Change of the tempo for a finite difference."""
_FARTHEST = 5e-3
_NEAR = 2e-5 * np.array([0.0, 1.0, 3.0, 9.0, 27.0, 81.0])
_LADDER = np.concatenate([-_NEAR[:0:-1], _NEAR])
"""Shifts of the tempo tried around a promising one."""
_FINALISTS = 3
_MOST_MOVES = 25


def refined(
    evaluate: Evaluate,
    start: Floats,
    moves: Moves,
    sizes: tuple[float, ...],
    pays: float,
    *,
    first_will_do: bool = False,
) -> Floats:
    """Return a point that no move of these sizes improves by `pays` or more.

    All moves are tried in one batch, and the last successful one again, further. After a move the
    tempo is reset, since the best point lies where some constraint just holds: the slopes along
    the tempo predict the necessary shift, and the most promising few are then run at tempos around
    it. Slopes along the moves are not used: speeding up costs and slowing down gives nothing back,
    so the objective has an edge wherever two parts are equally fast, and its minima lie there.

    Args:
        evaluate: runs points.
        start: where to begin.
        moves: the possible moves.
        sizes: of the moves.
        pays: the least gain of a move.
        first_will_do: stop at the first feasible point.
    """
    steps = np.concatenate(
        [s * size for size in sizes for s in (moves.directions, -moves.directions)]
    )
    momentum = np.zeros_like(start)
    best, score = _at_best_tempo(evaluate, moves, start[None], np.zeros(1))
    for _ in range(_MOST_MOVES):
        if first_will_do and score.lack[0] == 0:
            break
        again = np.array([[0.0], [1.0], [2.0], [4.0]]) * momentum
        tried = moves.within(np.concatenate([best + steps, best + again, moves.jumps(best)]))
        looks = moves.within(best + np.array([[0.0], [_LOOK]]) * moves.tempo)
        shifts, promise = _promises(evaluate(np.concatenate([tried, looks])))
        order = _finalists(promise, len(moves.directions) * 2)
        new, new_score = _at_best_tempo(evaluate, moves, tried[order], shifts[order])
        if not new_score.beats(score, pays):
            break
        momentum = new - best
        best, score = new, new_score
    return best


def _promises(scores: Scores) -> tuple[Floats, Floats]:
    """Return the best shift of tempo for each point, and the score predicted there.

    The last two points are the present one unchanged and slower: on the faster side she may begin
    to fade early, and the slopes there are useless.
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
    """Return the most promising moves of each size; sizes are not comparable."""
    order: list[int] = []
    for begin in range(0, len(promise), of_a_size):
        ranked = np.argsort(promise[begin : begin + of_a_size], kind="stable")
        order += (begin + ranked[:_FINALISTS]).tolist()
    return np.array(order)


def _at_best_tempo(
    evaluate: Evaluate, moves: Moves, points: Floats, shifts: Floats
) -> tuple[Floats, Scores]:
    """Return the best of these points, each at tempos around its shift, then at finer ones."""
    ladder = shifts[:, None] + _LADDER
    rows = np.arange(len(points))
    for _ in range(2):
        tried = moves.within(points[:, None] + ladder[..., None] * moves.tempo)
        scores = evaluate(tried.reshape(-1, points.shape[1]))
        each = len(ladder[0])
        chosen = np.array([scores.at(slice(i * each, (i + 1) * each)).best() for i in rows])
        low = ladder[rows, np.maximum(chosen - 1, 0)]
        high = ladder[rows, np.minimum(chosen + 1, each - 1)]
        last = tried[rows, chosen], scores.at(rows * each + chosen)
        ladder = np.concatenate([ladder[rows, chosen][:, None], np.linspace(low, high, 8).T], 1)
    nearest, scores = last
    best = scores.best()
    return np.asarray(nearest[best]), scores.at(slice(best, best + 1))
