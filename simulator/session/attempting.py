"""An attempt and its alternatives in one pass: the live run is one row of the strip's batch.

In: what the run was, the legs that are new, the rows of the strip. Out: recordings and finish
times. Functions only, of plain values, so that another process can be given them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import AEROBIC_START
from simulator.physics.attempt import Job, recordings_of, simulating, stepping
from simulator.physics.batch import STEP_S, Batch, batch_of
from simulator.physics.integrator import Quantities
from simulator.physics.keeping import Bools, Ends, Trace
from simulator.physics.kernel import Step
from simulator.recording.recording import Recording, State
from simulator.scenario.model import Scenario

Floats = NDArray[np.float64]
Legs = Sequence[tuple[int, Scenario]]
"""From these ticks on it is run under these scenarios."""


@dataclass(frozen=True, slots=True)
class Found:
    """The run after each leg, and the finish of each row [s], None where she does not finish."""

    runs: tuple[Recording, ...]
    finish_s: tuple[float | None, ...]


def attempting(past: Recording | None, legs: Legs, rows: Sequence[Scenario]) -> Job[Found]:
    """Go on from `past` (None: from the gun) leg by leg, and run the rows from the gun.

    The last leg is stepped together with the rows: a batch costs little more than one row.
    """
    runs: list[Recording] = []
    run = past
    for tick, scenario in legs[:-1]:
        run = yield from going_on(run, tick, scenario)
        runs.append(run)
    if not legs:
        finishes = yield from _together(rows, None, None)
        return Found((), finishes[1])
    tick, scenario = legs[-1]
    if run is not None and _is_over(run, tick, scenario):
        runs.append(_renamed(run, scenario))
        finishes = yield from _together(rows, None, None)
        return Found(tuple(runs), finishes[1])
    state = None if run is None else run.state_at_tick(tick)
    if run is not None and run.step_s != STEP_S:
        run = yield from going_on(run, tick, scenario)
        finishes = yield from _together(rows, None, None)
        return Found((*runs, run), finishes[1])
    trace, finish_s = yield from _together(rows, scenario, state)
    if trace is not None:
        runs += recordings_of(batch_of([scenario]), trace, run)
    return Found(tuple(runs), finish_s)


def going_on(past: Recording | None, tick: int, scenario: Scenario) -> Job[Recording]:
    """Go on from `tick` of `past` under another scenario, or from the gun; see `fork`.

    A tick after the finish changes nothing.
    """
    if past is None:
        run = yield from simulating(scenario)
        return run
    if _is_over(past, tick, scenario):
        return _renamed(past, scenario)
    batch = batch_of([scenario], past.step_s)
    trace = yield from stepping(batch, [past.state_at_tick(tick)])
    return recordings_of(batch, trace, past)[0]


def _is_over(past: Recording, tick: int, scenario: Scenario) -> bool:
    after = tick > past.ticks or bool(past.x[tick] >= past.race_m)
    return after or scenario.distance != past.race_m


def _renamed(run: Recording, scenario: Scenario) -> Recording:
    return replace(run, scenario_json=scenario.model_dump_json(by_alias=True))


def _together(
    rows: Sequence[Scenario], live: Scenario | None, state: State | None
) -> Job[tuple[Trace | None, tuple[float | None, ...]]]:
    """Step the rows from the gun, and beside them the live row from its state on."""
    scenarios = [*rows, live] if live is not None else list(rows)
    if not scenarios:
        return None, ()
    batch = batch_of(scenarios)
    states = None
    if state is not None:
        gun = [State(0, 0.0, 0.0, AEROBIC_START, float(e)) for e in batch.reserve]
        states = [*gun[:-1], state]
    ticks, ends = yield from stepping(batch, states, _LastRow)
    finish_s = tuple(None if math.isnan(f) else f for f in ends.finish_s.tolist())
    if live is None:
        return None, finish_s
    return _trace(ticks, ends, 0 if state is None else state.tick), finish_s[:-1]


class _LastRow:
    """Keeps the last row at every tick, of all others the finish."""

    def __init__(self, _batch: Batch, _first_tick: int, state: Quantities) -> None:
        self._ticks = [state[:, -1].copy()]

    def step(self, _tick: int, _before: Quantities, step: Step, _moving: Bools) -> None:
        """Keep where the step ends."""
        self._ticks.append(step.after[:, -1].copy())  # a view would keep all rows

    def result(self, ends: Ends) -> tuple[Floats, Ends]:
        """Return the last row's states, shape (ticks + 1, 4), and how all rows ended."""
        return np.array(self._ticks), ends


def _trace(ticks: Floats, ends: Ends, first: int) -> Trace:
    """Return the last row as a trace of its own from tick `first` on."""
    own = ticks[first - ends.first_tick :]
    x, v, aerobic, reserve = (np.ascontiguousarray(q[:, None]) for q in own.T)
    return Trace(x, v, aerobic, reserve, first, ends.finish_tick[-1:], ends.finish_s[-1:])
