"""Runs side by side: splits, gaps, shelter, what was left at the bell.

In: recordings. Out: `Column`s of numbers, None where something is not known or not yet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulator.analysis.splits import run_time, split_distances
from simulator.coefficients import LAP_M
from simulator.recording.recording import Recording


@dataclass(frozen=True, slots=True)
class Column:
    """One run in numbers.

    Attributes:
        splits_s: cumulative time at each distance asked for [s].
        shelter: mean share of the drag taken away up to the line [1].
        reserve_at_bell: share of the reserve that is left at the bell [1].
    """

    splits_s: tuple[float | None, ...]
    shelter: float | None
    reserve_at_bell: float | None

    def gaps_to(self, other: Column) -> tuple[float | None, ...]:
        """Return this run's time minus the other's at each distance [s], positive = behind."""
        pairs = zip(self.splits_s, other.splits_s, strict=True)
        return tuple(None if a is None or b is None else a - b for a, b in pairs)


def column(run: Recording, distances_m: list[float], until_s: float = math.inf) -> Column:
    """Return a run in numbers, as far as it is known at `until_s` [s of race time]."""
    splits = []
    for x in distances_m:
        time = run_time(run, x) if x <= run.race_m else None
        splits.append(time if time is not None and time <= until_s else None)
    bell_m = run.race_m - LAP_M
    bell_s = float(run.time_at(bell_m)) if bell_m > 0 else math.nan
    reserve = None
    if bell_s <= until_s:  # not a number is never
        reserve = run.at(bell_s).reserve / float(run.reserve[0])
    over = run.end_s <= until_s
    ran = np.arange(run.ticks + 1) * run.step_s <= run.end_s
    return Column(tuple(splits), float(run.shelter[ran].mean()) if over else None, reserve)


def distances(race_m: float) -> list[float]:
    """Return where runs are compared [m]."""
    return split_distances(race_m)
