"""The attempt: the model stepped from the gun to the line, many rows at a time.

In: scenarios (or a batch) and, for a fork, the states to go on from. Out: recordings, or whatever
else is kept of the steps (`simulator.physics.keeping`). A step itself: `simulator.physics.kernel`.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeAlias, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import ACCEL_MAX, ACCEL_MIN, AEROBIC_START
from simulator.errors import SimulationError
from simulator.physics.batch import STEP_S, Batch, batch_of
from simulator.physics.integrator import Past, Quantities
from simulator.physics.keeping import (
    STATUSES,
    Ends,
    EveryTick,
    Keep,
    Trace,
    judged,
    ran_too_fast,
)
from simulator.physics.kernel import Asked, Kernel, asking, correction
from simulator.recording.recording import Recording, State, Status, crossing
from simulator.scenario.model import Scenario

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

T = TypeVar("T")
Job: TypeAlias = Generator[None, None, T]
"""Work in small slices: it yields about once a millisecond and returns its result at the end."""

SLICE_TICKS = 8
SLICE_ROWS = 1024
"""Between two yields lie so many steps, and with many rows no more than so many rows' steps."""
STANDS_M_S = 0.2
_STANDS = np.array(STANDS_M_S)
STANDS_AFTER_S = 10.0
"""A run that stands still this long after the gun is given up."""
LOOK_TICKS = 8
"""Where nobody can be out within so many steps, they pass without a look at who is."""
CHUNK_TICKS = 512
CHUNK_MARKS = 65_536
"""The marks are looked up for so many ticks at a time, and with many rows for so many in all."""


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


@overload
def stepping(batch: Batch, states: Sequence[State] | None = None) -> Job[Trace]: ...


@overload
def stepping(batch: Batch, states: Sequence[State] | None, keep: Keep[T]) -> Job[T]: ...


def stepping(
    batch: Batch, states: Sequence[State] | None = None, keep: Keep[T] | type[EveryTick] = EveryTick
) -> Job[T] | Job[Trace]:
    """Step every row until all have finished or been given up, as a job in slices.

    Args:
        batch: the attempts.
        states: where to go on from, one state a row; None for the gun. A row whose tick is later
            than another's waits in its state until the race has come to its tick.
        keep: what is kept of the steps, every tick of every row unless said otherwise.
    """
    kernel, rows = Kernel(batch), batch.rows
    starts = np.zeros(rows, dtype=np.int64)
    if states is not None:
        starts = np.array([s.tick for s in states])
    first, joined = int(starts.min()), int(starts.max())
    yield
    state, past = _start(batch, kernel, states)
    yield
    log = keep(batch, first, state)
    last = int(batch.ticks.max())
    every = max(1, min(SLICE_TICKS, SLICE_ROWS // rows))
    chunk = max(SLICE_TICKS, min(CHUNK_TICKS, CHUNK_MARKS // rows))
    field = _Field(batch)
    for begin in range(first, last, chunk):
        middles = np.arange(2 * begin + 1, 2 * min(begin + chunk, last), 2)
        leaders, marks, cruises = _followed(batch, middles)
        planned = asking(cruises)
        coming = zip(leaders, marks, cruises, *planned, strict=True)
        for tick, (leader, mark, cruise, *asked) in enumerate(coming, begin):
            step = kernel.step(state, past, leader, (mark, cruise), Asked(*asked))
            moving, next_past = field.running, Past(state, past.before)
            if tick < joined:
                waits = starts > tick
                step = step._replace(after=np.where(waits, state, step.after))
                next_past = Past(
                    *(np.where(waits, *two) for two in zip(past, next_past, strict=True))
                )
                moving = moving & ~waits
            log.step(tick, state, step, moving)
            field.step(tick, state, step.after, moving)
            past, state = next_past, step.after
            if not field.anybody:
                return log.result(field.ends(first))
            if tick % every == 0:
                yield
    return log.result(field.ends(first))


class _Field:
    """Who is still running, and where in a step the others crossed the line or were given up.

    As long as everybody runs and is far from the line it looks at every `LOOK_TICKS`th step alone:
    within so few steps nobody can stand or cross the line, as hard as they may brake or start.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        look_s = LOOK_TICKS * batch.step_s
        self._runs_m_s = STANDS_M_S - ACCEL_MIN * look_s
        self._look_s, self._faster_m_s = look_s, 2.0 * ACCEL_MAX * look_s
        self._first_m = float(batch.race_m.min())
        self._look_at = 0
        self.running = np.ones(batch.rows, dtype=bool)
        self.anybody = True
        self._tick = np.full(batch.rows, -1)
        self._bracket = np.full((4, batch.rows), np.nan)
        self._stands_from = int(STANDS_AFTER_S / batch.step_s)
        self._patience = int(batch.ticks.min())

    def step(self, tick: int, before: Quantities, after: Quantities, moving: Bools) -> None:
        """Take those out who cross the line in this step, stand still, or run out of patience."""
        if tick < self._look_at:
            return
        batch, x, v = self._batch, after[0], after[1]
        if tick + LOOK_TICKS < self._patience and v.min() > self._runs_m_s:
            reach = self._look_s * (v.max() + self._faster_m_s)
            if x.max() + reach < self._first_m:
                self._look_at = tick + LOOK_TICKS
                return
        out = crossed = x >= batch.race_m
        if tick >= self._stands_from:
            out = out | (v < _STANDS)
        if tick + 1 >= self._patience:
            out = out | (tick + 1 >= batch.ticks)
        out = out & moving
        if np.count_nonzero(out):  # any() takes five times as long where rows are few
            crossed = crossed & moving
            self._bracket[:, crossed] = np.stack((before[0], before[1], x, v))[:, crossed]
            self._tick[out] = tick + 1
            self.running = self.running & ~out
            self.anybody = bool(self.running.any())

    def ends(self, first_tick: int) -> Ends:
        """Return how the rows ended."""
        dt = self._batch.step_s
        there = ~np.isnan(self._bracket[0])
        x0, v0, x1, v1 = self._bracket[:, there]
        f = crossing(x0, v0, x1, v1, dt, self._batch.race_m[there])
        finish_s = np.full(len(there), np.nan)
        finish_s[there] = (self._tick[there] - 1 + f) * dt
        return Ends(first_tick, self._tick, finish_s)


def _followed(batch: Batch, half_ticks: Ints) -> tuple[Floats, Floats, Floats]:
    """Return where groups and marks are [m] and the speed asked [m/s], (half ticks, rows) each."""
    marks, cruises = batch.plan_marks(half_ticks)
    leaders = batch.leader_marks(half_ticks)
    return leaders[:, batch.leader_index], marks[:, batch.plan_index], cruises[:, batch.plan_index]


def _start(batch: Batch, kernel: Kernel, states: Sequence[State] | None) -> tuple[Quantities, Past]:
    """Return where the rows are, and where they were the two ticks before.

    At the gun and a tick after it there is no such past; it is made from the rates at the gun.

    Raises:
        SimulationError: a state later in the race does not say where it came from.
    """
    if states is None:
        states = [State(0, 0.0, 0.0, AEROBIC_START, reserve) for reserve in batch.reserve.tolist()]
    if any(len(s.before) < min(s.tick, 2) for s in states):
        raise SimulationError("A state to go on from needs the two before it.")
    known = [((s.x_m, s.v_m_s, s.aerobic, s.reserve), *s.before) for s in states]
    state, before, earlier = (
        np.array([those[min(back, len(those) - 1)] for those in known]).T.copy()
        for back in range(3)
    )
    count = np.array([len(those) for those in known])
    if count.min() < 3:
        leaders, marks, cruises = _followed(batch, np.array([0]))
        made = kernel.first_past(earlier, leaders[0], (marks[0], cruises[0]))
        earlier = np.where(count == 1, made.earlier, np.where(count == 2, made.before, earlier))
        before = np.where(count == 1, made.before, before)
    return state, Past(before, earlier)


def recordings_of(batch: Batch, trace: Trace, past: Recording | None) -> list[Recording]:
    """Turn a trace into recordings, each cut at its finish; `past` is put in front of a fork."""
    first = trace.first_tick
    count = trace.x.shape[0]
    leaders, marks, planned = _followed(batch, 2 * np.arange(first, first + count))
    kernel = Kernel(batch)
    near, extra = kernel.surroundings(trace.x, leaders)
    asked = planned + correction(marks - trace.x)
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
    reserve = arrays["reserve"]
    drain = arrays["power"] - arrays["aerobic"]
    drawn = 0.5 * (drain[1:] + drain[:-1]).sum() * step_s
    code = judged(
        reserve.min(),
        reserve[0] - reserve[-1] - drawn,
        arrays["power"].sum() * step_s,
        finish_s,
        ran_too_fast(arrays["x"], step_s),
    )
    return STATUSES[int(code)]
