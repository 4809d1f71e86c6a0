"""Calibration: the value of one or two numbers of a scenario for which it ends in a given time.

In: a scenario's source, a finish time, and the free numbers. Out: `Calibration`, with the residuals
and how sharply the numbers are determined.

One number: the finish is scanned over its whole range, one row per value, and the place where it
meets the time is scanned again, closer each time. Two numbers: least squares on the finish and the
published splits, every time with equal weight (scipy, extra `[optimise]`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from simulator.analysis.optimise import FreeNumber, free_number
from simulator.analysis.splits import published_waypoints
from simulator.analysis.sweep import ScenarioVariations, source_of
from simulator.errors import NoAnswerError, requiring
from simulator.physics.attempt import simulate_all
from simulator.recording.recording import Floats, Recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario
from simulator.units import format_time

FLAT_S = 0.1
"""The values for finishes this much earlier and later show how flat the answer is [s]."""


@dataclass(frozen=True, slots=True)
class CalibratedNumber:
    """A free number with its value.

    Attributes:
        path: its path in the scenario.
        value: the required value.
        low, high: the range of the search.
        earlier, later: its value for a finish 0.1 s earlier and later, None if there is none; for
            one free number.
        error: its standard error, for two free numbers.
        held: the ends of the range in which any value gives the time (the plan, not the runner,
            sets the finish there); None if the answer is a single point.
    """

    path: str
    value: float
    low: float
    high: float
    earlier: float | None = None
    later: float | None = None
    error: float | None = None
    held: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class SplitResidual:
    """A published time and the run's error: distance [m], published [s], residual [s]."""

    distance_m: float
    published_s: float
    residual_s: float


@dataclass(frozen=True, eq=False)
class Calibration:
    """A scenario with its free numbers set.

    Attributes:
        scenario: the scenario with the numbers set.
        target_s: the requested finish [s].
        finish_s: the actual finish [s].
        values: the numbers, one or two.
        misses: run minus published at each published split; the finish against `target_s`.
        correlation: of the errors of two numbers [1]; None for one.
        others: how many more values of the one number give the same finish.
    """

    scenario: Scenario
    target_s: float
    finish_s: float
    values: tuple[CalibratedNumber, ...]
    misses: tuple[SplitResidual, ...]
    correlation: float | None = None
    others: int = 0

    @property
    def residual_s(self) -> float:
        """Finish minus the requested time [s]."""
        return self.finish_s - self.target_s

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "scenario": self.scenario.name,
            "target_s": self.target_s,
            "finish_time_s": self.finish_s,
            "residual_s": self.residual_s,
            "found": [
                {
                    "path": f.path,
                    "value": f.value,
                    "bounds": [f.low, f.high],
                    f"value_{FLAT_S:g}_s_earlier": f.earlier,
                    f"value_{FLAT_S:g}_s_later": f.later,
                    "standard_error": f.error,
                    "any_value_in": None if f.held is None else list(f.held),
                }
                for f in self.values
            ],
            "correlation": self.correlation,
            "other_solutions": self.others,
            "residuals": [asdict(miss) for miss in self.misses],
        }


REACHED_S = 0.005
"""A finish within this of the requested time reads the same [s]."""
NEAR_S = 1.0
"""A finish farther than this from the requested time is no answer [s]."""
_SCAN = 33
_CLOSER = 17
_ROUNDS = 2
_GRID = 11
_GRIDS = 3
_DIFFERENCE = 1e-4
"""Relative change of a number for a finite difference [1]."""
_LOST_S = 60.0
"""Residual of each time for a run that does not finish [s]."""


class _Runs:
    """Runs a scenario for many values of its free numbers at a time."""

    def __init__(
        self,
        source: str | Path,
        changes: Sequence[str],
        free: Sequence[FreeNumber],
        target_s: float,
    ) -> None:
        self.source, self.changes, self.target_s = source, list(changes), target_s
        self.paths = [f.path for f in free]
        self._varied = ScenarioVariations(source_of(source, tuple(changes)), self.paths)
        scenario = load_scenario(source, overrides=self.changes)
        splits = [w for w in published_waypoints(scenario) if w.distance_m < scenario.distance]
        self.published = [(w.distance_m, w.time_s) for w in splits]
        self.published.append((scenario.distance, target_s))

    def scenario(self, values: Sequence[float]) -> Scenario:
        """Return the scenario with these values, and with its ghosts."""
        settings = [f"{path}={float(v)!r}" for path, v in zip(self.paths, values, strict=True)]
        return load_scenario(self.source, overrides=[*self.changes, *settings])

    def residuals(self, rows: Floats) -> Floats:
        """Return run minus published, the finish last [s]; shape (rows, times).

        A run that does not finish misses by a minute. A value that the scenario refuses gives NaN;
        if it refuses every one, its reason is raised.
        """
        made = [self._varied.scenario(list(map(repr, row))) for row in rows.tolist()]
        scenarios = [s for s in made if isinstance(s, Scenario)]
        if not scenarios:
            self.scenario(rows[-1].tolist())  # raises the reason
        missed = np.full((len(rows), len(self.published)), np.nan)
        usable = [isinstance(s, Scenario) for s in made]
        missed[usable] = [self._miss(run) for run in simulate_all(scenarios)]
        return missed

    def _miss(self, run: Recording) -> list[float]:
        if run.finish_s is None:
            return [_LOST_S] * len(self.published)
        inner = [float(run.time_at(x)) - t for x, t in self.published[:-1]]
        return [*inner, run.finish_s - self.target_s]

    def misses(self, row: Floats) -> tuple[SplitResidual, ...]:
        """Return run minus published for these values."""
        return tuple(
            SplitResidual(x, t, float(r))
            for (x, t), r in zip(self.published, self.residuals(row[None])[0], strict=True)
        )


def calibrate(
    source: str | Path, target_s: float, free: Sequence[str], *, changes: Sequence[str] = ()
) -> Calibration:
    """Return the values of one or two free numbers with which the scenario ends at `target_s`.

    Args:
        source: as for `load_scenario`.
        target_s: the finish [s].
        free: one or two numbers, `pacers.front_gap=1..3` or a path with the model's bounds.
        changes: `--set` overrides applied before.

    Raises:
        ScenarioError: the scenario or a path is not usable.
        NoAnswerError: no value within the bounds ends at that time, or two numbers are free in a
            scenario that publishes no splits.
        ExtraError: two numbers, and scipy is not installed.
    """
    numbers = [free_number(text) for text in free]
    if not 1 <= len(numbers) <= 2 or len({n.path for n in numbers}) < len(numbers):
        raise NoAnswerError("One number can be freed, or two different ones.")
    runs = _Runs(source, changes, numbers, target_s)
    return _two(runs, numbers) if len(numbers) == 2 else _one(runs, numbers[0])


def _one(runs: _Runs, free: FreeNumber) -> Calibration:
    low, high = free.low, free.high
    values = np.linspace(low, high, _SCAN)
    missed = runs.residuals(values[:, None])[:, -1]
    values, missed = values[np.isfinite(missed)], missed[np.isfinite(missed)]
    reached = np.abs(missed) <= REACHED_S
    held = None
    if (reached[:-2] & reached[1:-1] & reached[2:]).any():
        # the plan sets the finish over a whole range: its end is the answer
        within = np.flatnonzero(reached)
        held = (float(values[within[0]]), float(values[within[-1]]))
        if reached.all():
            raise NoAnswerError(
                f"Every {free.path} from {low:g} to {high:g} ends at "
                f"{format_time(runs.target_s)}: the plan sets that time, not this number."
            )
        side = np.where(reached, -1.0, 1.0)
    else:
        side = np.where(missed > 0, 1.0, -1.0)
    turns = np.flatnonzero(side[:-1] != side[1:])
    if len(turns) == 0:
        raise _out_of_reach(runs, free, values, missed)
    i = int(turns[0])
    value = _closer(runs, values[i], values[i + 1], held is not None)
    if held is not None:
        held = (value, held[1]) if side[i] > 0 else (held[0], value)
    if abs(float(runs.residuals(np.array([[value]]))[0, -1])) > NEAR_S:
        raise _out_of_reach(runs, free, values, missed)  # between it and no finish lies a jump
    number = _flatness(runs, CalibratedNumber(free.path, value, low, high, held=held))
    return _calibration(runs, np.array([value]), (number,), others=len(turns) - 1)


def _closer(runs: _Runs, a: float, b: float, edge: bool) -> float:
    """Return the root of the residual between `a` and `b`, or where it comes near zero."""
    for _ in range(_ROUNDS):
        values = np.linspace(a, b, _CLOSER)
        missed = runs.residuals(values[:, None])[:, -1]
        level = np.abs(missed) - REACHED_S if edge else missed
        i = int(np.flatnonzero((level[:-1] > 0) != (level[1:] > 0))[0])
        a, b = float(values[i]), float(values[i + 1])
        share = level[i] / (level[i] - level[i + 1])
    return a + float(share) * (b - a)


def _flatness(runs: _Runs, number: CalibratedNumber) -> CalibratedNumber:
    """Add the values for finishes 0.1 s earlier and later, on either side of the root."""
    span = 0.01 * (number.high - number.low)
    ends: dict[float, float] = {}
    for reach in (span, 30.0 * span):
        values = np.clip(number.value + reach * np.linspace(-1, 1, _SCAN), number.low, number.high)
        values = np.unique(values)
        missed = runs.residuals(values[:, None])[:, -1]
        for sign in (-1.0, 1.0):
            turns = np.flatnonzero((missed[:-1] > sign * FLAT_S) != (missed[1:] > sign * FLAT_S))
            if sign in ends or len(turns) == 0:
                continue
            i = int(turns[np.argmin(np.abs(values[turns] - number.value))])
            share = (sign * FLAT_S - missed[i]) / (missed[i + 1] - missed[i])
            ends[sign] = float(values[i] + share * (values[i + 1] - values[i]))
        if len(ends) == 2:
            break
    return replace(number, earlier=ends.get(-1.0), later=ends.get(1.0))


def _out_of_reach(runs: _Runs, free: FreeNumber, values: Floats, missed: Floats) -> NoAnswerError:
    i = int(np.argmin(np.where(missed == _LOST_S, np.inf, np.abs(missed))))
    near = format_time(runs.target_s + float(missed[i]))
    return NoAnswerError(
        f"No {free.path} from {values[0]:g} to {values[-1]:g} ends at "
        f"{format_time(runs.target_s)}: the nearest is {near}, at {values[i]:g}."
    )


def _two(runs: _Runs, free: Sequence[FreeNumber]) -> Calibration:
    if len(runs.published) < 3:
        raise NoAnswerError(
            "Two numbers cannot follow from one time: the scenario has fewer than two published "
            "splits besides the finish. Free one number."
        )
    with requiring("Calibrating two numbers at once", "optimise"):
        from scipy.optimize import least_squares  # noqa: PLC0415 - comes with an extra
    low, high = np.array([(f.low, f.high) for f in free]).T
    span = high - low
    start = _best_of_grids(runs, low, high)

    def missed(point: Floats) -> Floats:
        return np.asarray(np.nan_to_num(runs.residuals(point[None])[0], nan=_LOST_S))

    best = least_squares(
        missed, start, "3-point", bounds=(low, high), x_scale=span, diff_step=_DIFFERENCE
    )
    point, slopes = np.asarray(best.x, dtype=np.float64), np.asarray(best.jac)
    inverse = np.linalg.pinv(slopes.T @ slopes)
    spread = np.sqrt(np.diag(inverse))
    errors = spread * np.sqrt(float((best.fun**2).sum()) / (len(best.fun) - 2))
    correlation = float(inverse[0, 1] / (spread[0] * spread[1])) if spread.all() else None
    values = tuple(
        CalibratedNumber(f.path, float(v), float(a), float(b), error=float(e))
        for f, v, a, b, e in zip(free, point, low, high, errors, strict=True)
    )
    return _calibration(runs, point, values, correlation=correlation)


def _best_of_grids(runs: _Runs, low: Floats, high: Floats) -> Floats:
    """Return the best point of a grid over the bounds, refined repeatedly around the best point."""
    first, last = low, high
    for _ in range(_GRIDS):
        axes = [np.linspace(a, b, _GRID) for a, b in zip(first, last, strict=True)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
        squares = np.nan_to_num((runs.residuals(points) ** 2).sum(axis=1), nan=np.inf)
        best = np.asarray(points[int(np.argmin(squares))])
        cell = (last - first) / (_GRID - 1)
        first, last = np.maximum(best - 2 * cell, low), np.minimum(best + 2 * cell, high)
    return best


def _calibration(
    runs: _Runs, point: Floats, values: tuple[CalibratedNumber, ...], **more: Any
) -> Calibration:
    misses = runs.misses(point)
    scenario = runs.scenario(point.tolist())
    finish = runs.target_s + misses[-1].residual_s
    return Calibration(scenario, runs.target_s, finish, values, misses, **more)
