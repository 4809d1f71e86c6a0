"""The attempt: the model stepped from the gun to the line, many rows at a time.

In: scenarios (or a batch) and, for a fork, the state to go on from. Out: recordings.

Per step (docs/physics.md): look up the surroundings (bend, wind, shelter) where the step's middle
will be, then take a midpoint step of speed, aerobic power and reserve. Only + - * / sqrt, minimum,
maximum and table look-ups touch the state, so a row comes out the same to the bit in a batch of any
size.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import (
    ACCEL_MAX,
    ACCEL_MIN,
    AEROBIC_START,
    CLEARANCE_M,
    GAP_GAIN,
    GAP_SPEED_MAX,
    TAU_AEROBIC,
    TAU_LIMIT,
    TAU_RESERVE,
    TAU_SPEED,
)
from simulator.errors import SimulationError
from simulator.physics.anticipation import CELL_M, DRAG, LEVEL, TIME
from simulator.physics.batch import STEP_S, TRACK_CELLS, Batch, batch_of
from simulator.physics.energetics import bend_factor, level_cost, level_cost_slope
from simulator.physics.integrator import Quantities, midpoint
from simulator.physics.pacers import EXTRA_COUNT, EXTRA_MIN_M, EXTRA_STEP_M
from simulator.recording.recording import Recording, State, Status, crossing
from simulator.scenario.model import Scenario

Floats = NDArray[np.float64]

T = TypeVar("T")
Job: TypeAlias = Generator[None, None, T]
"""Work in small slices: it yields about once a millisecond and returns its result at the end."""

SLICE_TICKS = 8
"""Steps between two yields."""
LEDGER_TOLERANCE = 1e-3
"""Share of the energy spent by which the recorded columns may miss the reserve drawn."""
STANDS_M_S = 0.2
STANDS_AFTER_S = 10.0
"""A run that stands still this long after the gun is given up."""
RESERVE_TOLERANCE = 5.0
"""The reserve may dip this far below zero while the limit takes hold [J/kg]."""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What a step meets, shape (..., rows) each.

    Attributes:
        bend: 1 on a bend, 0 on a straight.
        wind: head wind [m/s].
        shelter: share of the drag taken away [1].
        need: what the rest of the plan draws from the reserve in this shelter [J/kg].
    """

    bend: Floats
    wind: Floats | float
    shelter: Floats
    need: Floats


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
        return Surroundings(bend, wind, shelter, self._need(x, shelter)), extra

    def _need(self, x: Floats, shelter: Floats) -> Floats:
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
        cost = b.cost_k * (level + b.drag_k * (1.0 - shelter) * drag)
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
        drag = b.drag_k * (1.0 - near.shelter) * air * np.abs(air)
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
        drag = b.drag_k * (1.0 - near.shelter) * air * np.abs(air)
        factor = b.cost_k * (1.0 + near.bend * (bend_factor(v) - 1.0))
        level = level_cost(v) * factor
        hold = level * (1.0 + drag)
        room = limit - hold
        per_accel = level * b.force_k
        slope = (
            level_cost_slope(v) * factor * (1.0 + drag)
            + 2.0 * b.drag_k * (1.0 - near.shelter) * np.abs(air) * level
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
    ) -> Quantities:
        """Return the state one tick later.

        Args:
            state: distance [m], speed [m/s], aerobic power [W/kg], reserve [J/kg].
            leader: where the group wants to be in the middle of the step [m].
            marks: where the mark she follows is, at the beginning and in the middle [m].
            cruises: the speed it asks for, likewise [m/s].
        """
        near, _ = self.surroundings(state[0] + 0.5 * self.batch.step_s * state[1], leader)
        most = self.batch.aerobic_max

        def rates(stage: int, at: Quantities) -> Quantities:
            x, v, aerobic, reserve = at
            asked = cruises[stage] + _correction(marks[stage] - x)
            forward = np.maximum(v, 0.0)
            limit = self.limit(aerobic, reserve, cruises[stage], near)
            accel, power = self.pull(forward, limit, asked, near)
            supply = (np.minimum(most, power) - aerobic) * (1.0 / TAU_AEROBIC)
            return forward, accel, supply, aerobic - power

        x, v, aerobic, reserve = midpoint(rates, state, self.batch.step_s)
        return x, np.maximum(v, 0.0), aerobic, reserve


@dataclass(frozen=True, eq=False)
class Trace:
    """A stepped batch: states at every tick, shape (ticks + 1, rows); see `Recording` for units."""

    x: Floats
    v: Floats
    aerobic: Floats
    reserve: Floats
    first_tick: int
    finish_tick: NDArray[np.int64]
    finish_s: Floats


def simulate(scenario: Scenario, *, step_s: float = STEP_S) -> Recording:
    """Simulate one scenario from the gun to the line."""
    return simulate_all([scenario], step_s=step_s)[0]


def simulate_all(scenarios: Sequence[Scenario], *, step_s: float = STEP_S) -> list[Recording]:
    """Simulate scenarios side by side, one row each; equal to the bit to one after another."""
    batch = batch_of(scenarios, step_s)
    return recordings_of(batch, step_batch(batch), None)


def fork(scenario: Scenario, past: Recording, tick: int) -> Recording:
    """Go on from `tick` of `past` under another scenario; what was before the tick is kept.

    Raises:
        SimulationError: the race distance differs, or the tick lies after the finish.
    """
    return fork_all([scenario], past, tick)[0]


def fork_all(scenarios: Sequence[Scenario], past: Recording, tick: int) -> list[Recording]:
    """Go on from `tick` of `past` under each of several scenarios, side by side.

    Raises:
        SimulationError: a race distance differs, or the tick lies after the finish.
    """
    if any(s.distance != past.race_m for s in scenarios):
        raise SimulationError("A run cannot go on over another race distance; start it again.")
    if not 0 <= tick <= past.ticks or past.x[tick] >= past.race_m:
        raise SimulationError(f"The run has no tick {tick} before its finish to go on from.")
    batch = batch_of(scenarios, past.step_s)
    state = past.state_at_tick(tick)
    return recordings_of(batch, step_batch(batch, [state] * batch.rows), past)


def finished(job: Job[T]) -> T:
    """Work a job off without a pause and return its result."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            result: T = end.value
            return result


def step_batch(batch: Batch, states: Sequence[State] | None = None) -> Trace:
    """Step every row until all have finished or been given up; see `stepping`."""
    return finished(stepping(batch, states))


def simulating(scenario: Scenario, *, step_s: float = STEP_S) -> Job[Recording]:
    """Simulate one scenario as a job in slices."""
    batch = batch_of([scenario], step_s)
    trace = yield from stepping(batch)
    return recordings_of(batch, trace, None)[0]


def stepping(batch: Batch, states: Sequence[State] | None = None) -> Job[Trace]:
    """Step every row until all have finished or been given up, as a job in slices.

    Args:
        batch: the attempts.
        states: where to go on from, all at one tick; None for the gun.
    """
    kernel, rows = Kernel(batch), batch.rows
    first = 0 if states is None else states[0].tick
    x = _start(states, "x_m", np.zeros(rows))
    v = _start(states, "v_m_s", np.zeros(rows))
    aerobic = _start(states, "aerobic", np.full(rows, AEROBIC_START))
    reserve = _start(states, "reserve", batch.reserve.copy())
    dt = batch.step_s
    last = int(batch.ticks.max())
    columns: list[Quantities] = [(x, v, aerobic, reserve)]
    finish_tick = np.full(rows, -1)
    finish_s = np.full(rows, np.nan)
    running = np.ones(rows, dtype=bool)
    chunk = 512
    for begin in range(first, last, chunk):
        half_ticks = np.arange(2 * begin, 2 * min(begin + chunk, last) + 1)
        marks, cruises = batch.plan_marks(half_ticks)
        leaders = batch.leader_marks(half_ticks[1::2])
        marks, cruises = marks[:, batch.plan_index], cruises[:, batch.plan_index]
        leaders = leaders[:, batch.leader_index]
        for i in range(leaders.shape[0]):
            tick = begin + i
            after = kernel.step(
                (x, v, aerobic, reserve),
                leaders[i],
                (marks[2 * i], marks[2 * i + 1]),
                (cruises[2 * i], cruises[2 * i + 1]),
            )
            x_new, v_new = after[0], after[1]
            crossed = running & (x_new >= batch.race_m)
            if crossed.any():
                f = crossing(x, v, x_new, v_new, dt, batch.race_m)
                finish_s[crossed] = ((tick + f) * dt)[crossed]
                finish_tick[crossed] = tick + 1
                running &= ~crossed
            x, v, aerobic, reserve = after
            columns.append(after)
            stands = (v < STANDS_M_S) & ((tick + 1) * dt > STANDS_AFTER_S)
            given_up = running & ((tick + 1 >= batch.ticks) | stands)
            if given_up.any():
                finish_tick[given_up] = tick + 1
                running &= ~given_up
            if not running.any():
                break
            if tick % SLICE_TICKS == 0:
                yield
        if not running.any():
            break
    xs, vs, aerobics, reserves = (np.array(column) for column in zip(*columns, strict=True))
    return Trace(xs, vs, aerobics, reserves, first, finish_tick, finish_s)


def _start(states: Sequence[State] | None, name: str, fresh: Floats) -> Floats:
    return fresh if states is None else np.array([getattr(s, name) for s in states])


def _correction(gap: Floats) -> Floats:
    """Return the gentle correction of her gap to the mark she follows [m/s]."""
    return np.minimum(np.maximum(GAP_GAIN * gap, -GAP_SPEED_MAX), GAP_SPEED_MAX)


def recordings_of(batch: Batch, trace: Trace, past: Recording | None) -> list[Recording]:
    """Turn a trace into recordings, each cut at its finish; `past` is put in front of a fork."""
    first = trace.first_tick
    count = trace.x.shape[0]
    half_ticks = 2 * np.arange(first, first + count)
    marks, cruises = batch.plan_marks(half_ticks)
    leaders = batch.leader_marks(half_ticks)
    kernel = Kernel(batch)
    near, extra = kernel.surroundings(trace.x, leaders[:, batch.leader_index])
    planned = cruises[:, batch.plan_index]
    asked = planned + _correction(marks[:, batch.plan_index] - trace.x)
    limit = kernel.limit(trace.aerobic, trace.reserve, planned, near)
    _, powers = kernel.pull(trace.v, limit, asked, near)
    shelters, groups = near.shelter, trace.x + extra
    found = []
    for row, scenario in enumerate(batch.scenarios):
        ticks = int(trace.finish_tick[row]) - first + 1
        finish = float(trace.finish_s[row])
        columns = {
            "x": trace.x,
            "v": trace.v,
            "aerobic": trace.aerobic,
            "reserve": trace.reserve,
            "power": powers,
            "shelter": shelters,
            "group": groups,
        }
        arrays = {}
        for name, values in columns.items():
            own = np.ascontiguousarray(values[:ticks, row])
            if past is not None:
                own = np.concatenate([getattr(past, name)[:first], own])
            arrays[name] = own
        found.append(
            Recording(
                scenario_json=scenario.model_dump_json(by_alias=True),
                race_m=scenario.distance,
                step_s=batch.step_s,
                finish_s=None if np.isnan(finish) else finish,
                status=_status(arrays, finish, batch.step_s),
                from_tick=first,
                **arrays,
            )
        )
    return found


def _status(arrays: dict[str, Floats], finish_s: float, step_s: float) -> Status:
    """Judge a run by its recorded columns alone."""
    if not all(np.isfinite(values).all() for values in arrays.values()):
        return Status.LEDGER_BROKEN
    x, reserve = arrays["x"], arrays["reserve"]
    drain = arrays["power"] - arrays["aerobic"]
    drawn = float(0.5 * (drain[1:] + drain[:-1]).sum() * step_s)
    off = abs(float(reserve[0] - reserve[-1]) - drawn)
    spent = float(arrays["power"].sum() * step_s)
    if reserve.min() < -RESERVE_TOLERANCE or off > LEDGER_TOLERANCE * spent:
        return Status.LEDGER_BROKEN
    if np.isnan(finish_s):
        return Status.DID_NOT_FINISH
    for distance, limit in ((100.0, 10.0), (400.0, 9.3)):
        window = int(distance / limit / step_s)
        if len(x) > window and (x[window:] - x[:-window]).max() > distance:
            return Status.NOT_HUMAN
    return Status.FINISHED
