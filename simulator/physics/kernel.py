"""The kernel: the model's rates of change, and one step of a batch of attempts.

In: a batch, the rows' states and the marks they follow. Out: the states one tick later.

Per step (docs/physics.md): look up the surroundings (bend, wind, shelter) where the step's middle
will be, then take a midpoint step of speed, aerobic power and reserve. Only + - * / sqrt, minimum,
maximum and table look-ups touch the state, so a row comes out the same to the bit in a batch of any
size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import (
    ACCEL_MAX,
    ACCEL_MIN,
    CLEARANCE_M,
    GAP_GAIN,
    GAP_SPEED_MAX,
    TAU_AEROBIC,
    TAU_LIMIT,
    TAU_RESERVE,
    TAU_SPEED,
)
from simulator.physics.anticipation import CELL_M, DRAG, LEVEL, TIME
from simulator.physics.batch import TRACK_CELLS, Batch
from simulator.physics.energetics import bend_factor, level_cost, level_cost_slope
from simulator.physics.integrator import Quantities, midpoint
from simulator.physics.pacers import EXTRA_COUNT, EXTRA_MIN_M, EXTRA_STEP_M

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What a step meets, shape (..., rows) each.

    Attributes:
        bend: 1 on a bend, 0 on a straight.
        wind: head wind [m/s].
        shelter: share of the drag taken away [1].
        exposed: k rho CdA / (2 m g) of what is left of the drag [s2/m2].
        need: what the rest of the plan draws from the reserve in this shelter [J/kg].
    """

    bend: Floats
    wind: Floats | float
    shelter: Floats
    exposed: Floats
    need: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of a batch.

    Attributes:
        after: distance [m], speed [m/s], aerobic power [W/kg], reserve [J/kg], one tick later.
        power: metabolic power in the step's middle [W/kg].
        near: what was met in the step's middle.
    """

    after: Quantities
    power: Floats
    near: Surroundings


class Kernel:
    """One batch and its row constants; `surroundings`, `limit` and `pull` are the model."""

    def __init__(self, batch: Batch) -> None:
        """Prepare the look-ups of `batch`."""
        self.batch = batch
        self._flat_tables = batch.tables.reshape(-1)
        self._flat_wind = None if batch.wind is None else batch.wind.reshape(-1)
        self._wind_row = np.arange(batch.rows) * TRACK_CELLS
        self._one_phase = batch.breaks_m.shape[1] == 0
        self._least_extra = CLEARANCE_M - batch.nearest_m
        self._cells = batch.remaining.shape[2]
        self._flat_remaining = batch.remaining.reshape(-1)
        self._plan_row = batch.plan_index * (3 * self._cells)
        self._rows = np.arange(batch.rows)
        self._cells_per_m = TRACK_CELLS / 400.0

    def surroundings(self, x: Floats, leader: Floats) -> tuple[Surroundings, Floats]:
        """Return what runners at `x` [m] meet when their group wants to be at `leader` [m].

        The second value is the extra front gap [m]: reference point minus runner. A waiting group
        gives up to `drop_back_m` of it away; nobody is run into (0.5 m are kept). Arrays may have
        leading axes before the rows.
        """
        b = self.batch
        if self._one_phase:
            table = b.table_row
            least = self._least_extra[:, 0]
        else:
            phase = (x[..., None] >= b.breaks_m).sum(axis=-1)
            table = b.table_row + phase
            least = self._least_extra[self._rows, phase]
        gap = leader - x
        extra = gap - np.minimum(np.maximum(gap, 0.0), b.drop_back_m)
        extra = np.maximum(extra, least)
        place = (extra - EXTRA_MIN_M) * (1.0 / EXTRA_STEP_M)
        place = np.minimum(np.maximum(place, 0.0), EXTRA_COUNT - 1.001)
        whole = place.astype(np.int64)
        at = whole + table * EXTRA_COUNT
        low = self._flat_tables.take(at)
        shelter = low + (self._flat_tables.take(at + 1) - low) * (place - whole)
        cell = ((x + b.start_m) * self._cells_per_m).astype(np.int64) % TRACK_CELLS
        bend = b.bend.take(cell)
        wind = 0.0 if self._flat_wind is None else self._flat_wind.take(cell + self._wind_row)
        exposed = b.drag_k * (1.0 - shelter)
        return Surroundings(bend, wind, shelter, exposed, self._need(x, exposed)), extra

    def _need(self, x: Floats, exposed: Floats) -> Floats:
        """Return what the rest of the plan draws from the reserve in this shelter [J/kg]."""
        b = self.batch
        place = np.minimum(np.maximum(x, 0.0) * (1.0 / CELL_M), self._cells - 1.001)
        whole = place.astype(np.int64)
        part = place - whole
        at = whole + self._plan_row

        def left(row: int) -> Floats:
            here = self._flat_remaining.take(at + row * self._cells)
            there = self._flat_remaining.take(at + row * self._cells + 1)
            return np.asarray(here + (there - here) * part)

        level, drag = left(LEVEL), left(DRAG)
        if self._flat_wind is not None:
            drag = drag + b.gusts * level
        cost = b.cost_k * (level + exposed * drag)
        return np.asarray(cost - b.aerobic_max * left(TIME))

    def limit(
        self, aerobic: Floats, reserve: Floats, planned: Floats, near: Surroundings
    ) -> Floats:
        """Return the power she will spend at most [W/kg] when her plan asks for speed `planned`.

        What she can: P <= A + max(E, 0) / tau_E. And what she dares: where the usable reserve,
        times her anticipation, is less than the rest of the plan needs, she draws that share of
        what the plan asks now. Oxygen uptake that has yet to come up is not held back.
        """
        b = self.batch
        can = aerobic + np.maximum(reserve, 0.0) * (1.0 / TAU_RESERVE)
        lag = np.maximum(b.aerobic_max - aerobic, 0.0)
        usable = np.maximum(reserve - TAU_AEROBIC * lag, 0.0)
        share = b.anticipation * usable / np.maximum(near.need, 1.0)
        air = planned + near.wind
        drag = near.exposed * air * np.abs(air)
        bend = 1.0 + near.bend * (bend_factor(planned) - 1.0)
        asks = b.cost_k * level_cost(planned) * bend * (1.0 + drag) - b.aerobic_max
        dares = b.aerobic_max + lag + share * np.maximum(asks, 0.0)
        return np.asarray(np.where(share < 1.0, np.minimum(can, dares), can))

    def pull(
        self, v: Floats, limit: Floats, asked: Floats, near: Surroundings
    ) -> tuple[Floats, Floats]:
        """Return acceleration [m/s2] and metabolic power [W/kg] when speed `asked` [m/s] is wanted.

        The power stays inside `limit` [W/kg]: where the wanted acceleration is too dear the limit
        is solved for it; where even standing pace is, the speed relaxes to what is allowed.
        """
        b = self.batch
        air = v + near.wind
        drag = near.exposed * air * np.abs(air)
        factor = b.cost_k * (1.0 + near.bend * (bend_factor(v) - 1.0))
        level = level_cost(v) * factor
        hold = level * (1.0 + drag)
        room = limit - hold
        per_accel = level * b.force_k
        slope = (
            level_cost_slope(v) * factor * (1.0 + drag) + 2.0 * near.exposed * np.abs(air) * level
        )
        allowed = np.where(room >= 0.0, room / per_accel, room / (slope * TAU_LIMIT))
        wanted = np.minimum((asked - v) * (1.0 / TAU_SPEED), ACCEL_MAX)
        accel = np.maximum(np.minimum(wanted, allowed), ACCEL_MIN)
        return accel, hold + per_accel * np.maximum(accel, 0.0)

    def step(
        self,
        state: Quantities,
        leader: Floats,
        marks: tuple[Floats, Floats],
        cruises: tuple[Floats, Floats],
    ) -> Step:
        """Take one step.

        Args:
            state: distance [m], speed [m/s], aerobic power [W/kg], reserve [J/kg].
            leader: where the group wants to be in the middle of the step [m].
            marks: where the mark she follows is, at the beginning and in the middle [m].
            cruises: the speed it asks for, likewise [m/s].
        """
        powers: list[Floats] = []
        near, _ = self.surroundings(state[0] + 0.5 * self.batch.step_s * state[1], leader)
        most = self.batch.aerobic_max

        def rates(stage: int, at: Quantities) -> Quantities:
            x, v, aerobic, reserve = at
            asked = cruises[stage] + correction(marks[stage] - x)
            forward = np.maximum(v, 0.0)
            limit = self.limit(aerobic, reserve, cruises[stage], near)
            accel, power = self.pull(forward, limit, asked, near)
            powers.append(power)
            supply = (np.minimum(most, power) - aerobic) * (1.0 / TAU_AEROBIC)
            return forward, accel, supply, aerobic - power

        x, v, aerobic, reserve = midpoint(rates, state, self.batch.step_s)
        return Step((x, np.maximum(v, 0.0), aerobic, reserve), powers[1], near)


def correction(gap: Floats) -> Floats:
    """Return the gentle correction of her gap to the mark she follows [m/s]."""
    return np.minimum(np.maximum(GAP_GAIN * gap, -GAP_SPEED_MAX), GAP_SPEED_MAX)
