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

from simulator.physics.attempt import finished, stepping
from simulator.physics.batch import Batch, batch_of
from simulator.physics.integrator import Quantities
from simulator.physics.keeping import Bools, Ends, Floats, passages
from simulator.physics.kernel import Kernel, Step, correction
from simulator.scenario.model import Scenario

CELL_M = 50.0
FREE_M = 100.0
"""Over this much before the line the limit may bind [m]."""
TICKS = 256
"""Plans are looked up for so many ticks at a time."""
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
        self._passing = passages()(batch, first_tick, state)
        self._kernel = Kernel(batch)
        self._until = batch.race_m - FREE_M
        self._rows = np.arange(batch.rows)
        self._nobody = np.full(batch.rows, np.inf)
        self._begin = self._end = state[3]
        cells = max(1, int(np.ceil(self._until.max() / CELL_M)))
        self._slack = np.full((batch.rows, cells), NEVER)
        self._before = np.full(batch.rows, NEVER), state[0]
        self._batch, self._marks_from = batch, first_tick
        self._marks = self._cruises = np.zeros((0, batch.rows))

    def _followed(self, tick: int) -> tuple[Floats, Floats]:
        """Return where each row's plan is at a tick [m], and the speed it asks for [m/s]."""
        at = tick - self._marks_from
        if at >= len(self._marks):
            marks, cruises = self._batch.plan_marks(2 * np.arange(tick, tick + TICKS))
            index = self._batch.plan_index
            self._marks, self._cruises = marks[:, index], cruises[:, index]
            self._marks_from, at = tick, 0
        return self._marks[at], self._cruises[at]

    def step(self, tick: int, before: Quantities, step: Step, moving: Bools) -> None:
        """Take the step."""
        self._passing.step(tick, before, step, moving)
        self._end = np.where(moving, step.after[3], self._end)
        x, v, aerobic, reserve = before
        x_earlier, earlier = self._before[1], self._before[0]
        counts = moving & (x_earlier < self._until)
        if not counts.any():
            return
        mark, planned = self._followed(tick)
        limit = self._kernel.limit(aerobic, reserve, planned, step.near)
        asked = planned + correction(mark - x)
        _, needed = self._kernel.pull(v, self._nobody, asked, step.near)
        slack = limit - needed
        self._before = slack, x
        rows = self._rows[counts]
        own, place = slack[rows], x[rows]
        # in the step over the last place that counts, the slack there: else it would depend on
        # where in the step that place happens to be
        last = place >= self._until[rows]
        over = (self._until[rows] - x_earlier[rows]) / np.maximum(place - x_earlier[rows], 1e-9)
        own = np.where(last, earlier[rows] + over * (own - earlier[rows]), own)
        cells = (np.minimum(place, self._until[rows] - 1e-9) * (1.0 / CELL_M)).astype(np.int64)
        self._slack[rows, cells] = np.minimum(self._slack[rows, cells], own)

    def result(self, ends: Ends) -> Ran:
        """Return what was kept."""
        passed = self._passing.result(ends)
        return Ran(passed.finish_s, self._begin - self._end, passed.valid, self._slack)
