"""What is kept of a batch while it is stepped: every tick, or only the passing of given places.

In: each step as the kernel takes it. Out: a `Trace` (states at every tick, for recordings), or
`Passages` (times at a few distances and how each row ended, for thousands of rows: memory does not
grow with the ticks).

A `Keep` makes a `Log` for one run of `simulator.physics.attempt.stepping`; what else a sweep wants
to know of its rows is a log of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.physics.batch import Batch
from simulator.physics.integrator import Quantities
from simulator.physics.kernel import Step
from simulator.recording.recording import Status, crossing

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

STATUSES = tuple(Status)
"""The verdicts by their code: `Passages.status` holds positions in this tuple."""
LEDGER_TOLERANCE = 1e-3
"""Share of the energy spent by which the power's sum may miss the reserve drawn."""
RESERVE_TOLERANCE = 5.0
"""The reserve may dip this far below zero while the limit takes hold [J/kg]."""
HUMAN_LIMITS = ((100.0, 10.0), (400.0, 9.3))
"""No mean above the speed [m/s] over the distance [m]."""


@dataclass(frozen=True, eq=False)
class Ends:
    """How a batch ended: first tick of all rows, last tick and finish [s], or NaN, of each."""

    first_tick: int
    finish_tick: Ints
    finish_s: Floats


class Log(Protocol[T_co]):
    """Takes down what is kept of one run of a batch."""

    def step(self, tick: int, before: Quantities, step: Step, moving: Bools) -> None:
        """Take the step from `tick` to the next; rows that are not `moving` wait or have ended."""

    def result(self, ends: Ends) -> T_co:
        """Return what was kept."""


Keep: TypeAlias = Callable[[Batch, int, Quantities], Log[T]]
"""Makes the log of a batch that stands in a state at its first tick."""


@dataclass(frozen=True, eq=False)
class Trace:
    """A stepped batch: states at every tick, shape (ticks + 1, rows); see `Recording` for units."""

    x: Floats
    v: Floats
    aerobic: Floats
    reserve: Floats
    first_tick: int
    finish_tick: Ints
    finish_s: Floats


class EveryTick:
    """Keeps the state of every row at every tick: for recordings, not for thousands of rows."""

    def __init__(self, _batch: Batch, _first_tick: int, state: Quantities) -> None:
        """Begin with the state at the first tick."""
        self._columns = [state]

    def step(self, _tick: int, _before: Quantities, step: Step, _moving: Bools) -> None:
        """Keep where the step ends."""
        self._columns.append(step.after)

    def result(self, ends: Ends) -> Trace:
        """Return the columns as arrays."""
        x, v, aerobic, reserve = np.stack(self._columns, axis=1)
        return Trace(x, v, aerobic, reserve, ends.first_tick, ends.finish_tick, ends.finish_s)


class OnlyEnds:
    """Keeps nothing but how each row ended: for a strip of finish times."""

    def __init__(self, _batch: Batch, _first_tick: int, _state: Quantities) -> None:
        """Begin; there is nothing to prepare."""

    def step(self, _tick: int, _before: Quantities, _step: Step, _moving: Bools) -> None:
        """Let the step pass."""

    def result(self, ends: Ends) -> Ends:
        """Return how the rows ended."""
        return ends


@dataclass(frozen=True, eq=False)
class Passages:
    """When each row passed given places, and how it ended.

    Attributes:
        places_m: the places asked for [m], increasing, shape (places,).
        time_s: race time at each place [s], shape (rows, places); NaN where it was never reached or
            passed before the row was stepped.
        finish_s: finish time [s], NaN where she did not finish, shape (rows,).
        status: position in `STATUSES`, judged as recordings are, shape (rows,).
    """

    places_m: Floats
    time_s: Floats
    finish_s: Floats
    status: NDArray[np.int8]

    @property
    def valid(self) -> Bools:
        """Which rows are valid, finished runs."""
        return np.equal(self.status, STATUSES.index(Status.FINISHED))


def passages(places_m: ArrayLike = ()) -> Keep[Passages]:
    """Return a keep for the times at these places [m] and how each row ended."""
    # numpy's `unique` reads masked arrays in first: half a picture's time, and a megabyte for ever
    return partial(_Passing, np.array(sorted({*np.ravel(places_m).tolist()}), dtype=np.float64))


class _Passing:
    """Keeps the tick in which each row passes each place, and sums that tell how it ended."""

    def __init__(self, places_m: Floats, batch: Batch, first_tick: int, state: Quantities) -> None:
        self._places = places_m
        self._step_s = batch.step_s
        self._first = first_tick
        rows = batch.rows
        self._at = np.full((rows, len(places_m)), -1)
        self._bracket = np.zeros((4, rows, len(places_m)))
        self._coming = np.searchsorted(places_m, state[0], side="right")
        self._ahead = np.append(places_m, np.inf)
        self._next_m = self._ahead[self._coming]
        self._begin_reserve = self._end_reserve = self._least_reserve = state[3].copy()
        self._spent, self._drawn = np.zeros(rows), np.zeros(rows)
        self._windows = [(d, int(d / v / batch.step_s)) for d, v in HUMAN_LIMITS]
        self._past = np.full((1 + max(w for _, w in self._windows), rows), np.nan)
        self._past[0] = state[0]
        self._too_fast = np.zeros(rows, dtype=bool)

    def step(self, tick: int, before: Quantities, step: Step, moving: Bools) -> None:
        """Take note of places passed in this step, and of what was spent in it."""
        x, reserve = step.after[0], step.after[3]
        self._spent += np.where(moving, step.power, 0.0)
        self._drawn += np.where(moving, step.power - 0.5 * (before[2] + step.after[2]), 0.0)
        self._end_reserve = np.where(moving, reserve, self._end_reserve)
        self._least_reserve = np.minimum(self._least_reserve, self._end_reserve)
        done = tick + 1 - self._first
        kept = len(self._past)
        for distance, window in self._windows:
            if done >= window:
                self._too_fast |= moving & (x - self._past[(done - window) % kept] > distance)
        self._past[done % kept] = x
        passed = moving & (x >= self._next_m)
        while passed.any():
            rows = np.flatnonzero(passed)
            places = self._coming[rows]
            self._at[rows, places] = tick
            for kept_value, value in zip(
                self._bracket, (before[0], before[1], x, step.after[1]), strict=True
            ):
                kept_value[rows, places] = value[rows]
            self._coming[rows] += 1
            self._next_m[rows] = self._ahead[self._coming[rows]]
            passed[rows] = x[rows] >= self._next_m[rows]

    def result(self, ends: Ends) -> Passages:
        """Return the times and the verdicts."""
        there = self._at >= 0
        x0, v0, x1, v1 = self._bracket[:, there]
        places = np.broadcast_to(self._places, there.shape)[there]
        time_s = np.full(there.shape, np.nan)
        f = crossing(x0, v0, x1, v1, self._step_s, places)
        time_s[there] = (self._at[there] + f) * self._step_s
        status = judged(
            self._least_reserve,
            self._begin_reserve - self._end_reserve - self._drawn * self._step_s,
            self._spent * self._step_s,
            ends.finish_s,
            self._too_fast,
        )
        return Passages(self._places, time_s, ends.finish_s, status)


def judged(
    least_reserve: ArrayLike,
    off: ArrayLike,
    spent: ArrayLike,
    finish_s: ArrayLike,
    too_fast: ArrayLike,
) -> NDArray[np.int8]:
    """Return the verdict on runs as positions in `STATUSES`.

    Args:
        least_reserve: lowest reserve [J/kg].
        off: reserve drawn less the power's sum [J/kg].
        spent: energy spent [J/kg].
        finish_s: finish [s], NaN where there is none.
        too_fast: faster than a human can run anywhere; see `ran_too_fast`.
    """
    sound = np.isfinite(least_reserve) & np.isfinite(off) & np.isfinite(spent)
    sound &= np.greater_equal(least_reserve, -RESERVE_TOLERANCE)
    sound &= np.abs(off) <= LEDGER_TOLERANCE * np.asarray(spent)
    found = np.select(
        [~sound, np.isnan(finish_s), np.asarray(too_fast)],
        [
            STATUSES.index(status)
            for status in (Status.LEDGER_BROKEN, Status.DID_NOT_FINISH, Status.NOT_HUMAN)
        ],
        STATUSES.index(Status.FINISHED),
    )
    return found.astype(np.int8)


def ran_too_fast(x_m: Floats, step_s: float) -> bool:
    """Return whether one run's distances [m], a tick apart, are faster than a human can run."""
    windows: Sequence[tuple[float, int]] = [(d, int(d / v / step_s)) for d, v in HUMAN_LIMITS]
    return any(
        len(x_m) > window and bool((x_m[window:] - x_m[:-window]).max() > distance)
        for distance, window in windows
    )
