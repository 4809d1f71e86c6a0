"""How much power a runner has left while she follows her plan: what a plan must not overdraw.

In: scenarios. Out: `Ran`, with the slack: the limit less the power that following takes, the least
of each 50 m. A plan is *followed* where no slack before the last 100 m is negative.

The model lets a start that is too hard and a fade be faster than the best even pace, which no
runner has shown. An optimiser would be paid for that, so a plan that is made by one must be
followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.sweep.outcomes import Outcomes, outcomes
from simulator.physics.attempt import finished, stepping
from simulator.physics.batch import Batch, batch_of
from simulator.physics.integrator import Quantities
from simulator.physics.keeping import Bools, Ends, Floats
from simulator.physics.kernel import Kernel, Step, correction
from simulator.scenario.model import Scenario

CELL_M = 50.0
FREE_M = 100.0
"""Over this much before the line the limit may bind [m]."""
NEVER = 1e3
"""The slack where a row never ran [W/kg]."""


@dataclass(frozen=True, eq=False)
class Ran:
    """Rows that were run.

    Attributes:
        finish_s: finish [s], NaN without one, shape (rows,).
        reserve_used: reserve drawn [J/kg].
        valid: whether each is a valid, finished run.
        slack: least slack in each 50 m up to 100 m before the line [W/kg], shape (rows, cells).
    """

    finish_s: Floats
    reserve_used: Floats
    valid: NDArray[np.bool_]
    slack: Floats


def run_all(scenarios: Sequence[Scenario]) -> Ran:
    """Run scenarios side by side."""
    return finished(stepping(batch_of(scenarios), None, _Slack))


class _Slack:
    """Keeps the least slack of each row in each cell."""

    def __init__(self, batch: Batch, first_tick: int, state: Quantities) -> None:
        self._inner = outcomes()(batch, first_tick, state)
        self._batch, self._kernel = batch, Kernel(batch)
        self._until = batch.race_m - FREE_M
        self._rows = np.arange(batch.rows)
        cells = max(1, int(np.ceil(self._until.max() / CELL_M)))
        self._slack = np.full((batch.rows, cells), NEVER)
        ticks = int(batch.ticks.max()) + 1
        marks, cruises = batch.plan_marks(2 * np.arange(ticks))
        self._marks = marks[:, batch.plan_index]
        self._cruises = cruises[:, batch.plan_index]

    def step(self, tick: int, before: Quantities, step: Step, moving: Bools) -> None:
        """Take the step."""
        self._inner.step(tick, before, step, moving)
        x, v, aerobic, reserve = before
        planned = self._cruises[tick]
        limit = self._kernel.limit(aerobic, reserve, planned, step.near)
        asked = planned + correction(self._marks[tick] - x)
        _, needed = self._kernel.pull(v, np.full(len(x), np.inf), asked, step.near)
        rows = self._rows[moving & (x < self._until)]
        cells = (x[rows] * (1.0 / CELL_M)).astype(np.int64)
        self._slack[rows, cells] = np.minimum(self._slack[rows, cells], (limit - needed)[rows])

    def result(self, ends: Ends) -> Ran:
        """Return what was kept."""
        found: Outcomes = self._inner.result(ends)
        passed = found.passages
        return Ran(passed.finish_s, found.reserve_used, passed.valid, self._slack)
