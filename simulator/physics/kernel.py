"""The kernel: the model's rates of change, and one step of a batch of attempts.

In: a batch, the rows' states and the marks they follow. Out: the states one tick later.

Per step (docs/physics.md): go on to where the step's middle will be, look up the surroundings there
(bend, wind, shelter), and step speed, aerobic power and reserve by the rates of change found there.
Only + - * / sqrt, minimum, maximum and table look-ups touch the state, so a row comes out the same
to the bit in a batch of any size. With a few rows a step costs what its calls of numpy cost, so
their number is kept low.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import (
    ACCEL_MAX,
    ACCEL_MIN,
    BEND_COST,
    CLEARANCE_M,
    GAP_GAIN,
    GAP_SPEED_MAX,
    LAP_M,
    TAU_AEROBIC,
    TAU_LIMIT,
    TAU_RESERVE,
    TAU_SPEED,
)
from simulator.physics.anticipation import CELL_M, DRAG, LEVEL, TIME
from simulator.physics.batch import TRACK_CELLS, Batch
from simulator.physics.energetics import lean_strain, level_cost, level_cost_slope
from simulator.physics.integrator import Past, Quantities, middle, stepped, straight_past
from simulator.physics.pacers import EXTRA_COUNT, EXTRA_MIN_M, EXTRA_STEP_M

Floats = NDArray[np.float64]

# Constants as arrays: numpy turns a Python number into one at every call, which costs as much as
# the sum itself where a batch has a few rows.
_ZERO, _ONE = np.array(0.0), np.array(1.0)
_PER_TAU_RESERVE, _PER_TAU_AEROBIC = np.array(1.0 / TAU_RESERVE), np.array(1.0 / TAU_AEROBIC)
_PER_TAU_SPEED, _TAU_AEROBIC = np.array(1.0 / TAU_SPEED), np.array(TAU_AEROBIC)
_TAU_LIMIT, _YIELDING = np.array(TAU_LIMIT), np.array(2.0 * TAU_LIMIT)
_ACCEL_MIN, _ACCEL_MAX = np.array(ACCEL_MIN), np.array(ACCEL_MAX)
_GAP_GAIN = np.array(GAP_GAIN)
_GAP_SLOWER, _GAP_FASTER = np.array(-GAP_SPEED_MAX), np.array(GAP_SPEED_MAX)
_EXTRA_MIN, _EXTRA_CELLS = np.array(EXTRA_MIN_M), np.array(1.0 / EXTRA_STEP_M)
_EXTRA_LAST = np.array(EXTRA_COUNT - 1.001)
_PLAN_CELLS = np.array(1.0 / CELL_M)


class Surroundings(NamedTuple):
    """What a step meets, shape (..., rows) each.

    Attributes:
        bend: k_c BEND_COST on a bend, 0 on a straight [1].
        wind: head wind [m/s], None where there is none at all.
        shelter: share of the drag taken away [1].
        exposed: k rho CdA / (2 m g) of what is left of the drag [s2/m2].
        yielding: twice that, times the time in which speed yields to the limit [s3/m2].
        daring: share of what the plan asks for that she dares, for each J/kg of usable reserve: her
            anticipation over what the rest of the plan draws in this shelter [kg/J].
    """

    bend: Floats
    wind: Floats | None
    shelter: Floats
    exposed: Floats
    yielding: Floats
    daring: Floats


class Asked(NamedTuple):
    """What a speed takes by itself, whoever runs it and wherever; arrays of one shape.

    Attributes:
        speed: the speed [m/s].
        square: its square [m2/s2].
        level: what it takes on the level without air [W/kg].
        strain: by which share leaning into a bend makes her heavier at it [1].
    """

    speed: Floats
    square: Floats
    level: Floats
    strain: Floats


class Step(NamedTuple):
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
        self._tables = _with_rise(batch.tables.reshape(-1))  # shape (2, tables)
        phases = batch.nearest_m.shape[1]
        self._first_phase = np.arange(batch.rows) * phases
        self._table_place = (batch.table_row[:, None] + np.arange(phases)).reshape(-1) * EXTRA_COUNT
        self._least_extra = (CLEARANCE_M - batch.nearest_m).reshape(-1)
        self._breaks = np.ascontiguousarray(batch.breaks_m.T)
        self._waits = bool(batch.drop_back_m.any())
        self._bend = batch.bend * BEND_COST
        self._flat_wind = None if batch.wind is None else batch.wind.reshape(-1)
        self._wind_row = np.arange(batch.rows) * TRACK_CELLS
        cells = batch.remaining.shape[2]
        self._last_cell = np.array(cells - 1.001)
        self._remaining = _with_rise(batch.remaining.transpose(1, 0, 2).reshape(3, -1))  # (2, 3, …)
        self._plan_place = batch.plan_index * cells
        self._cells_per_m = np.array(TRACK_CELLS / LAP_M)
        self._step = np.array(batch.step_s)

    def surroundings(self, x: Floats, leader: Floats) -> tuple[Surroundings, Floats]:
        """Return what runners at `x` [m] meet when their group wants to be at `leader` [m].

        The second value is the extra front gap [m]: reference point minus runner. A waiting group
        gives up to `drop_back_m` of it away; nobody is run into (0.5 m are kept). Arrays may have
        leading axes before the rows.
        """
        b = self.batch
        phase = self._first_phase
        for begins in self._breaks:
            phase = phase + (x >= begins)
        extra = leader - x
        if self._waits:
            extra = extra - np.minimum(np.maximum(extra, _ZERO), b.drop_back_m)
        extra = np.maximum(extra, self._least_extra.take(phase))
        place = np.minimum(np.maximum((extra - _EXTRA_MIN) * _EXTRA_CELLS, _ZERO), _EXTRA_LAST)
        whole = place.astype(np.int64)
        at = whole + self._table_place.take(phase)
        low, rise = self._tables.take(at, axis=-1)
        shelter = low + rise * (place - whole)
        cell = ((x + b.start_m) * self._cells_per_m).astype(np.int64)
        bend = self._bend.take(cell, mode="wrap") * b.cost_k
        wind = None
        if self._flat_wind is not None:
            wind = self._flat_wind.take(cell % TRACK_CELLS + self._wind_row)
        exposed = b.drag_k * (_ONE - shelter)
        daring = self._daring(x, exposed)
        return Surroundings(bend, wind, shelter, exposed, exposed * _YIELDING, daring), extra

    def _daring(self, x: Floats, exposed: Floats) -> Floats:
        """Return her anticipation over what the rest of the plan draws in this shelter [kg/J]."""
        b = self.batch
        place = np.minimum(x * _PLAN_CELLS, self._last_cell)
        whole = place.astype(np.int64)
        part = place - whole
        at = whole + self._plan_place
        here, rise = self._remaining.take(at, axis=-1)
        left = here + rise * part
        level, drag, time = left[LEVEL], left[DRAG], left[TIME]
        if self._flat_wind is not None:
            drag = drag + b.gusts * level
        need = b.cost_k * (level + exposed * drag) - b.aerobic_max * time
        return np.asarray(b.anticipation / np.maximum(need, _ONE))

    def limit(
        self, aerobic: Floats, reserve: Floats, planned: Floats, near: Surroundings
    ) -> Floats:
        """Return the power she will spend at most [W/kg] when her plan asks for speed `planned`.

        What she can: P <= A + max(E, 0) / tau_E. And what she dares: where the usable reserve,
        times her anticipation, is less than the rest of the plan needs, she draws that share of
        what the plan asks now. Oxygen uptake that has yet to come up is not held back.
        """
        return self._bound(aerobic, reserve, self._draw(asking(planned), near), near)

    def _draw(self, asked: Asked, near: Surroundings) -> Floats:
        """Return what a planned speed draws from the reserve at full uptake [W/kg]."""
        hold, _, _ = self._holding(asked, near)
        draw: Floats = np.maximum(hold - self.batch.aerobic_max, _ZERO)
        return draw

    def _bound(self, aerobic: Floats, reserve: Floats, draw: Floats, near: Surroundings) -> Floats:
        can = aerobic + np.maximum(reserve, _ZERO) * _PER_TAU_RESERVE
        most = self.batch.aerobic_max
        lag = np.maximum(most - aerobic, _ZERO)
        share = np.maximum(reserve - _TAU_AEROBIC * lag, _ZERO) * near.daring
        dares = most + lag + share * draw
        bound: Floats = np.where(share < _ONE, np.minimum(can, dares), can)
        return bound

    def _holding(self, asked: Asked, near: Surroundings) -> tuple[Floats, Floats, Floats]:
        """Return what holding a speed takes [W/kg], that without air, and both costs' factor."""
        if near.wind is None:
            drag = near.exposed * asked.square
        else:
            air = asked.speed + near.wind
            drag = near.exposed * (air * np.abs(air))
        dearer = self.batch.cost_k + near.bend * asked.strain
        level = asked.level * dearer
        dragged = _ONE + drag
        return level * dragged, level, dearer * dragged

    def pull(
        self, v: Floats, limit: Floats, asked: Floats, near: Surroundings
    ) -> tuple[Floats, Floats]:
        """Return acceleration [m/s2] and metabolic power [W/kg] when speed `asked` [m/s] is wanted.

        The power stays inside `limit` [W/kg]: where the wanted acceleration is too dear the limit
        is solved for it; where even standing pace is, the speed relaxes to what is allowed.
        """
        hold, level, dearer = self._holding(asking(v), near)
        room = limit - hold
        per_accel = level * self.batch.force_k
        # in the slope the bend counts as a factor that does not change with speed
        air = v if near.wind is None else np.abs(v + near.wind)
        slope = level_cost_slope(v) * dearer * _TAU_LIMIT + near.yielding * air * level
        allowed = room / np.where(room >= _ZERO, per_accel, slope)
        wanted = np.minimum((asked - v) * _PER_TAU_SPEED, _ACCEL_MAX)
        accel = np.maximum(np.minimum(wanted, allowed), _ACCEL_MIN)
        return accel, hold + per_accel * np.maximum(accel, _ZERO)

    def step(
        self,
        state: Quantities,
        past: Past,
        leader: Floats,
        followed: tuple[Floats, Floats],
        planned: Asked,
    ) -> Step:
        """Take one step.

        Args:
            state: distance [m], speed [m/s], aerobic power [W/kg], reserve [J/kg], shape (4, rows).
            past: the same one and two steps earlier; see `first_past`.
            leader: where the group wants to be in the middle of the step [m].
            followed: where the mark she follows is there [m], and the speed it asks for [m/s].
            planned: what that speed takes, which is known for many steps at a time.
        """
        rates, power, near = self._rates(middle(state, past), leader, followed, planned)
        after = stepped(state, rates, self._step)
        np.maximum(after[1], _ZERO, out=after[1])
        return Step(after, power, near)

    def first_past(
        self, state: Quantities, leader: Floats, followed: tuple[Floats, Floats]
    ) -> Past:
        """Return what stands for the states before the first.

        The other arguments are as in `step`, but at the time of the state.
        """
        rates, _, _ = self._rates(state, leader, followed, asking(followed[1]))
        return straight_past(state, rates, self._step)

    def _rates(
        self, at: Quantities, leader: Floats, followed: tuple[Floats, Floats], planned: Asked
    ) -> tuple[Quantities, Floats, Surroundings]:
        """Return rates of change, power [W/kg] and what is met where runners are `at` a state."""
        x, v, aerobic, reserve = at
        mark, cruise = followed
        near, _ = self.surroundings(x, leader)
        asked = cruise + correction(mark - x)
        limit = self._bound(aerobic, reserve, self._draw(planned, near), near)
        rates = np.empty_like(at)
        forward = np.maximum(v, _ZERO, out=rates[0])
        rates[1], power = self.pull(forward, limit, asked, near)
        supply = np.minimum(self.batch.aerobic_max, power) - aerobic
        np.multiply(supply, _PER_TAU_AEROBIC, rates[2])
        np.subtract(aerobic, power, rates[3])
        return rates, power, near


def asking(speed: Floats) -> Asked:
    """Return what speeds take by themselves."""
    square = speed * speed
    return Asked(speed, square, level_cost(speed), lean_strain(square))


def correction(gap: Floats) -> Floats:
    """Return the gentle correction of her gap to the mark she follows [m/s]."""
    wanted: Floats = np.minimum(np.maximum(gap * _GAP_GAIN, _GAP_SLOWER), _GAP_FASTER)
    return wanted


def _with_rise(table: Floats) -> Floats:
    """Return a table and its steps from one entry to the next: one look-up gives both."""
    return np.stack((table, np.diff(table, axis=-1, append=table[..., -1:])))
