"""Anticipation: she spends her reserve no faster than lets the plan be finished.

In: plans. Out: tables by race distance of what the rest of a plan takes, from which the kernel
tells how much of it she can still afford. Formulas: docs/physics.md, ANTICIPATION.

Without it the model stays with the light about 300 m too long and then collapses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.physics.energetics import bend_factor, level_cost
from simulator.physics.track import on_bend, track_position

Floats = NDArray[np.float64]

CELL_M = 2.0
"""The tables' grid over race distance [m]."""
LEVEL, DRAG, TIME = range(3)


class Paced(Protocol):
    """A plan that tells its pace by distance."""

    def pace_at(self, distance_m: ArrayLike) -> Floats:
        """Return the pace asked for [s/m]."""


def remaining_table(plans: Sequence[Paced], race_m: Sequence[float]) -> Floats:
    """Return what is left of each plan at each grid point, shape (plans, 3, cells).

    Row LEVEL: integral of the level cost, bends included [J/kg]. Row DRAG: the same weighted with
    the square of the speed [J/kg m2/s2]. Row TIME: time [s]. All end at 0 on the finish line, and
    stay there beyond it.
    """
    cells = int(np.ceil(max(race_m) / CELL_M)) + 2
    x = CELL_M * np.arange(cells)
    middle = x[:-1] + 0.5 * CELL_M
    tables = np.zeros((len(plans), 3, cells))
    for table, plan, race in zip(tables, plans, race_m, strict=True):
        length = np.clip(race - x[:-1], 0.0, CELL_M)
        pace = plan.pace_at(np.minimum(middle, race))
        speed, seconds = 1.0 / pace, length * pace
        bend = np.where(on_bend(track_position(middle, race)), bend_factor(speed), 1.0)
        level = level_cost(speed) * bend * seconds
        for row, values in ((LEVEL, level), (DRAG, level * speed * speed), (TIME, seconds)):
            table[row, :-1] = np.cumsum(values[::-1])[::-1]
    return tables
