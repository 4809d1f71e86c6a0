"""The attempt: the model stepped from the gun to the line, one row or many.

In: scenarios and, for a fork, the recording to continue. Out: recordings; or `Outcomes`, for rows
of which only the result is needed. A single step: `simulator.physics.kernel`.

A `Stepper` is stepped from outside: custom pacing policies go there, plain Python that is called a
few times a second, while the kernel does the steps in between. What is physically impossible stays
so: a speed is a wish, bounded by power, reserve and acceleration.
"""

from __future__ import annotations

import json
import logging
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from threading import current_thread, main_thread
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import ValidationError

from simulator.coefficients import TAU_LIMIT, TAU_SPEED
from simulator.errors import RecordingError, SimulationError
from simulator.physics.compiled import COMPILED, kernel
from simulator.physics.kernel import NEVER, OUTCOME_COUNT, SLACK_CELL_M, UNFELT
from simulator.physics.setup import (
    BEYOND,
    STEP_S,
    attempt_of,
    change_from,
    empty,
    go_on_from,
    sampled_constants,
    state_of,
    steady_pace,
    table,
)
from simulator.recording.recording import (
    ARRAYS,
    Moment,
    Recording,
    Status,
    crossing,
    hermite,
)
from simulator.scenario.fields import LENIENT
from simulator.scenario.model import Scenario
from simulator.scenario.pacers import Pacers
from simulator.world_records import RECORDS, STRETCHES_M, least_flying_time, least_time

LOG = logging.getLogger(__name__)
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STATUSES = tuple(Status)
"""The statuses by code: `Outcomes.status` holds indices into this tuple."""
LEDGER_TOLERANCE = 1e-3
"""Allowed difference of the power's sum and the reserve drawn, as a share of the energy spent."""
RESERVE_TOLERANCE = 5.0
"""The reserve may fall this far below zero while the limit takes effect [J/kg]."""
ROWS_PER_THREAD = 7
"""With fewer rows a thread does not pay."""


def simulate(scenario: Scenario, *, step_s: float = STEP_S) -> Recording:
    """Simulate one scenario from the gun to the line."""
    recording = _recorded(scenario, step_s, None, 0)
    LOG.debug("ran %s: %s after %d ticks", scenario.name, recording.status.value, recording.ticks)
    return recording


def simulate_all(scenarios: Sequence[Scenario], *, step_s: float = STEP_S) -> list[Recording]:
    """Simulate scenarios one after another."""
    return [simulate(scenario, step_s=step_s) for scenario in scenarios]


def fork(scenario: Scenario, past: Recording, tick: int) -> Recording:
    """Continue from `tick` of `past` under another scenario; everything before the tick stays.

    Raises:
        SimulationError: the race distance differs, or the tick is after the finish.
        RecordingError: `past` is a run without a scenario.
    """
    if scenario.distance != past.race_m:
        raise SimulationError("A run cannot go on over another race distance; start it again.")
    if not 0 <= tick <= past.ticks or past.x[tick] >= past.race_m:
        raise SimulationError(f"The run has no tick {tick} before its finish to go on from.")
    return _recorded(scenario, past.step_s, past, tick)


def _recorded(scenario: Scenario, step_s: float, past: Recording | None, first: int) -> Recording:
    a = attempt_of(scenario, step_s)
    came_from = None
    if past is not None:
        go_on_from(a, state_of(past, first))
        # if the pacers stay the same, a change under way continues
        for at_m, pacers in _changes(past, a.x):
            if change_from(a, pacers, at_m, scenario):
                came_from = at_m, json.dumps(json.loads(pacers.model_dump_json(by_alias=True)))
                break
    arrays = run_recorded(a, min(first, 2) + 1)
    if past is not None:
        arrays = {n: np.concatenate((getattr(past, n)[:first], c)) for n, c in arrays.items()}
    return recording_of(a, scenario, arrays, first, came_from)


def run_recorded(a: Any, known: int) -> dict[str, Floats]:
    """Run an attempt and return its columns from its starting tick on."""
    first = a.tick
    room = max(a.ticks - first, 0) + 1
    a.recording = True
    buffers = {name: empty(room) for name in ARRAYS}
    a.xs, a.vs, a.aerobics, a.reserves = (buffers[n] for n in ("x", "v", "aerobic", "reserve"))
    a.powers, a.shelters, a.groups = (buffers[n] for n in ("power", "shelter", "group"))
    a.group_vs, a.wides, a.modes = (buffers[n] for n in ("group_v", "wide", "mode"))
    a.helds, a.felts = buffers["held"], buffers["felt"]
    kernel.run(a, known)
    count = a.tick - first + 1
    return {name: np.array(buffer[:count], np.float64) for name, buffer in buffers.items()}


def recording_of(
    a: Any,
    scenario: Scenario,
    arrays: dict[str, Floats],
    first: int = 0,
    came_from: tuple[float, str] | None = None,
) -> Recording:
    """Return a finished attempt as a recording: its columns, its finish, its status."""
    step_s = a.step
    names = ("x1", "v1", "x", "v", "step", "race", "tick", "finished")
    finish = float(_finish({name: np.array([getattr(a, name)]) for name in names})[0])
    return Recording(
        scenario_json=scenario.model_dump_json(by_alias=True),
        race_m=scenario.distance,
        step_s=step_s,
        finish_s=None if np.isnan(finish) else finish,
        status=_status(arrays, finish, a, first),
        from_tick=first,
        came_from=came_from,
        **arrays,
    )


def _changes(past: Recording, at_m: float) -> Iterator[tuple[float, Pacers]]:
    """Yield where a fork at `at_m` [m] may change the pacers, and from which, the latest first."""
    yield at_m, scenario_of(past).pacers
    if past.came_from is not None:
        changed_at_m, pacers_json = past.came_from
        yield changed_at_m, Pacers.model_validate_json(pacers_json)


def scenario_of(run: Recording) -> Scenario:
    """Return the scenario that a recording was made from.

    Raises:
        RecordingError: there is none, as in a ghost's recording made from a watch's file.
    """
    return _scenario_in(run.scenario_json)


@lru_cache(maxsize=32)  # dragging a knob forks one run repeatedly
def _scenario_in(scenario_json: str) -> Scenario:
    try:
        return Scenario.model_validate(json.loads(scenario_json), context=LENIENT)
    except ValidationError:
        raise RecordingError(
            "The recording holds a run without a scenario; it can only be a ghost."
        ) from None


def _status(arrays: dict[str, Floats], finish_s: float, a: Any, first: int = 0) -> Status:
    """Return a run's status from its recorded columns, and from what the attempt's steps drew.

    The power between two ticks is not recorded. Where it oscillates, as at the limit of what she
    dares, the columns alone would miss 1 % of it.

    Args:
        arrays: its columns.
        finish_s: its finish [s], NaN without one.
        a: the attempt, run.
        first: the first tick of a fork; earlier ones have been judged. The wind may jump there, and
            speed takes TAU_LIMIT to follow.
    """
    if not all(np.isfinite(values).all() for values in arrays.values()):
        return Status.LEDGER_BROKEN
    reserve, power = arrays["reserve"], arrays["power"]
    jump = max(power[first] - power[first - 1], 0.0) if first else 0.0
    code = judged(
        reserve[first:].min() + TAU_LIMIT * jump,
        reserve[-1 - a.stepped] - reserve[-1] - a.drawn * a.step,
        power.sum() * a.step,
        finish_s,
        arrays["v"].max() > slowest_record(a.race) and ran_too_fast(arrays["x"], a.step),
    )
    return STATUSES[int(code)]


@dataclass(frozen=True, eq=False)
class Outcomes:
    """How rows ended.

    Attributes:
        places_m: the places of passing times [m], increasing, shape (places,).
        time_s: race time at each place [s], shape (rows, places); NaN if it was never reached, or
            passed before the row began.
        finish_s: finish time [s], NaN if she did not finish, shape (rows,).
        status: index into `STATUSES`, judged as recordings are, shape (rows,).
        shelter: mean share of the drag removed, over the steps up to the line [1].
        reserve: the reserve where the row began [J/kg].
        reserve_used: how much of it was drawn [J/kg].
        lost_light_m: where the light was lost [m], NaN if it was not lost or not watched.
        slack: least power to spare in each 50 m [W/kg], shape (rows, cells); see `outcomes_of`.
    """

    places_m: Floats
    time_s: Floats
    finish_s: Floats
    status: NDArray[np.int8]
    shelter: Floats
    reserve: Floats
    reserve_used: Floats
    lost_light_m: Floats
    slack: Floats

    @property
    def valid(self) -> Bools:
        """Which rows are valid, finished runs."""
        return np.equal(self.status, STATUSES.index(Status.FINISHED))


def finish_times(scenarios: Sequence[Scenario]) -> Floats:
    """Return the finish of each scenario [s], NaN if she does not finish, shape (rows,)."""
    return outcomes_of(scenarios).finish_s


def outcomes_of(
    scenarios: Sequence[Scenario],
    *,
    places_m: ArrayLike = (),
    watch_light: bool = False,
    slack_until_m: float | None = None,
    threads: int = 0,
    attempt_of: Callable[[Scenario], Any] = attempt_of,
) -> Outcomes:
    """Return how each scenario ends.

    Args:
        scenarios: one per row.
        places_m: places of passing times [m].
        watch_light: whether to record where each row loses its light.
        slack_until_m: if given, power to spare is recorded until this far before the line [m].
        threads: number of threads; 0: one for each free processor.
        attempt_of: returns a scenario's attempt where it begins, by default at the gun.
    """
    count, places = len(scenarios), _places(places_m)
    places_table = table(places)
    cells = 0
    if slack_until_m is not None and count:
        longest_m = max(s.distance for s in scenarios)
        cells = max(1, int(np.ceil((longest_m - slack_until_m) / SLACK_CELL_M)))
    slack = np.full((count, cells), NEVER)
    crossed, ends = table(np.full(count * 5 * len(places), -1.0)), empty(count * OUTCOME_COUNT)
    step, race, begin_reserve = np.zeros((3, count))
    too_fast = np.zeros(count, dtype=bool)

    def work(rows: range) -> None:
        columns = empty(0), empty(0)
        for i in rows:
            a = attempt_of(scenarios[i])
            first = a.tick
            room = max(a.ticks - first, 0) + 1  # patience may run out where it continues
            if len(columns[0]) < room:
                columns = empty(room), empty(room)
            a.xs, a.vs = columns
            a.watching = watch_light
            step[i], race[i], begin_reserve[i] = a.step, a.race, a.reserve
            if len(places):
                a.places, a.places_m, a.crossed = len(places), places_table, crossed
                a.crossed_from = 5 * len(places) * i
            if cells:
                a.slack_cells, a.slack_until = cells, a.race - (slack_until_m or 0.0)
                a.slack = table(slack[i])
            kernel.run(a, min(first, 2) + 1)
            a.report(ends, OUTCOME_COUNT * i)
            if cells:
                slack[i] = a.slack
            if a.fastest > slowest_record(a.race):
                too_fast[i] = ran_too_fast(np.array(a.xs[: a.tick - first + 1]), a.step, first)

    workers = _workers(count, threads)
    _in_threads(work, [range(i, count, workers) for i in range(workers)])
    columns = dict(zip(kernel.OUTCOME, np.reshape(ends, (count, OUTCOME_COUNT)).T, strict=True))
    columns |= {"step": step, "race": race}
    return _outcomes(columns, places, np.asarray(crossed), slack, begin_reserve, too_fast)


def run_sampled(
    scenario: Scenario,
    samples: Mapping[str, Floats],
    states: Floats | None = None,
    *,
    step_s: float = STEP_S,
    places_m: ArrayLike = (),
    until_tick: int | None = None,
) -> tuple[Outcomes, Floats]:
    """Step samples of one scenario to their ends, many thousands a second.

    Args:
        scenario: the scenario.
        samples: values of the runner and the wake by name, each of shape (samples,).
        states: the starting states, in the order of `kernel.STATE`, shape (samples, 23); None for
            the gun.
        step_s: the time step [s].
        places_m: places of passing times [m].
        until_tick: the last tick; None for the line.

    Returns:
        The outcome of each, and its final state, shape (samples, 23).

    Raises:
        SimulationError: a number is not finite.
        ValueError: there is not one state for each sample.
    """
    constants, reserve = sampled_constants(scenario, samples)
    count = len(reserve)
    places = _places(places_m)
    if states is None:
        aerobic = attempt_of(scenario, step_s).aerobic
        gun = dict.fromkeys(kernel.STATE, 0.0) | {"felt": UNFELT, "aerobic": aerobic}
        states = np.stack(np.broadcast_arrays(*(gun | {"reserve": reserve}).values()), axis=1)
    begin = np.array(states)
    if begin.shape != (count, len(kernel.STATE)):  # compiled code would write past its end
        raise ValueError(f"{count} samples cannot go on from states of shape {begin.shape}")
    crossed = np.full((count, 5 * len(places)), -1.0)
    ends = np.zeros((count, len(kernel.OUTCOME)))
    too_fast = np.zeros(count, dtype=bool)
    parts = [table(part.flatten()) for part in (constants, begin, ends, crossed)]  # copies
    if count and not np.isfinite(begin).all():
        raise SimulationError(BEYOND)

    def prepared() -> Any:
        a = attempt_of(scenario, step_s)
        a.ticks = a.ticks if until_tick is None else until_tick
        a.xs, a.vs = empty(max(a.ticks, 0) + 1), empty(max(a.ticks, 0) + 1)
        if len(places):
            a.places, a.places_m, a.crossed = len(places), table(places), parts[3]
        return a

    def work(rows: range) -> None:
        kernel.run_samples(prepared(), rows.start, rows.stop, *parts[:3])

    workers = _workers(count, 0)
    _in_threads(
        work, [range(count * i // workers, count * (i + 1) // workers) for i in range(workers)]
    )
    after, ends, crossed = (
        np.asarray(part).reshape(whole.shape)
        for part, whole in zip(parts[1:], (begin, ends, crossed), strict=True)
    )
    columns = dict(zip(kernel.STATE, after.T, strict=True))
    columns |= dict(zip(kernel.OUTCOME, ends.T, strict=True))
    columns |= {"step": np.full(count, step_s), "race": np.full(count, scenario.distance)}
    # one by one: a sample's distances are gone once the next one is run
    for row in np.flatnonzero(columns["fastest"] > slowest_record(scenario.distance)).tolist():
        a = prepared()
        one = [table(part[row].flatten()) for part in (constants, begin, ends)]  # copies
        a.crossed = empty(max(5 * len(places), 1))
        kernel.run_samples(a, 0, 1, *one)
        stepped = int(ends[row, kernel.OUTCOME.index("stepped")])
        first = int(begin[row, kernel.STATE.index("tick")])
        too_fast[row] = ran_too_fast(np.array(a.xs[: stepped + 1]), step_s, first)
    reserves = begin[:, kernel.STATE.index("reserve")]
    slack = np.zeros((count, 0))
    return _outcomes(columns, places, crossed, slack, reserves, too_fast), after


def _places(places_m: ArrayLike) -> Floats:
    """Return places in order, without duplicates; np.unique would import masked arrays."""
    return np.array(sorted({*np.asarray(places_m, dtype=np.float64).tolist()}))


def _workers(rows: int, threads: int) -> int:
    most = threads or _free_processors()
    return max(1, min(most, rows // ROWS_PER_THREAD)) if COMPILED else 1


def _in_threads(work: Callable[[range], None], parts: Sequence[range]) -> None:
    if len(parts) == 1:
        work(parts[0])
        return
    list(_pool(os.getpid()).map(work, parts))


@lru_cache(maxsize=1)
def _pool(_process: int) -> ThreadPoolExecutor:
    """Return the threads of a process, for every turn of a knob; a fork of it has none of them.

    There may be enough of them for several callers at a time, so that none waits for another.
    """
    return ThreadPoolExecutor(4 * (os.cpu_count() or 1), thread_name_prefix="rows")


def _free_processors() -> int:
    """Return how many processors may be used; a background thread leaves one for the main one."""
    count = os.cpu_count() or 1
    return count if current_thread() is main_thread() else max(1, count - 1)


def _outcomes(
    ran: Mapping[str, Floats],
    places: Floats,
    crossed: Floats,
    slack: Floats,
    begin_reserve: Floats,
    too_fast: Bools,
) -> Outcomes:
    """Return the outcomes of rows; `ran`: the kernel's attributes, each of shape (rows,)."""
    step, race = ran["step"], ran["race"]
    finish = _finish(ran)
    passed = crossed.reshape(len(step), len(places), 5)
    tick = passed[..., 0]
    x0, v0, x1, v1 = np.moveaxis(passed[..., 1:], -1, 0)
    share = crossing(x0, v0, x1, v1, step[:, None], places)
    lost, lost_x0, lost_v0, lost_x1, lost_v1, lost_share = (
        ran[name] for name in kernel.OUTCOME[-6:]
    )
    lost_m = hermite(lost_x0, lost_v0, lost_x1, lost_v1, step, lost_share)
    used = begin_reserve - ran["reserve"]
    off, spent = used - ran["drawn"] * step, ran["spent"] * step
    return Outcomes(
        places,
        np.where(tick >= 0, (tick + share) * step[:, None], np.nan),
        finish,
        judged(ran["least_reserve"], off, spent, finish, too_fast),
        ran["sheltered"] / np.maximum(ran["stepped"], 1.0),
        begin_reserve,
        used,
        np.where((lost > 0) & (lost_m <= race), lost_m, np.nan),
        slack,
    )


def _finish(ran: Mapping[str, Floats]) -> Floats:
    """Return finishes [s], NaN without one, shape (rows,)."""
    place = (ran[name] for name in ("x1", "v1", "x", "v", "step", "race"))
    finish_s = (ran["tick"] - 1 + crossing(*place)) * ran["step"]
    return np.where(ran["finished"] > 0, finish_s, np.nan)


def judged(
    least_reserve: ArrayLike,
    off: ArrayLike,
    spent: ArrayLike,
    finish_s: ArrayLike,
    too_fast: ArrayLike,
) -> NDArray[np.int8]:
    """Return the statuses of runs as indices into `STATUSES`.

    Args:
        least_reserve: lowest reserve [J/kg].
        off: reserve drawn less the power's sum [J/kg].
        spent: energy spent [J/kg].
        finish_s: finish [s], NaN if there is none.
        too_fast: somewhere faster than a human can run; see `ran_too_fast`.
    """
    sound = np.isfinite(least_reserve) & np.isfinite(off) & np.isfinite(spent)
    sound &= np.greater_equal(least_reserve, -RESERVE_TOLERANCE)
    sound &= np.abs(off) <= LEDGER_TOLERANCE * np.asarray(spent)
    verdicts = (Status.LEDGER_BROKEN, Status.DID_NOT_FINISH, Status.NOT_HUMAN)
    code = np.select(
        [~sound, np.isnan(finish_s), np.asarray(too_fast)],
        [STATUSES.index(verdict) for verdict in verdicts],
        STATUSES.index(Status.FINISHED),
    )
    return code.astype(np.int8)


def ran_too_fast(x_m: Floats, step_s: float, first: int = 0) -> bool:
    """Return whether one run's distances are faster than a human can run.

    From the gun to any distance of a record, or over any stretch; see `simulator.world_records`.

    Args:
        x_m: its distances [m], a tick apart.
        step_s: the time step [s].
        first: the tick of the first of them.
    """
    windows = [(length, int(least_flying_time(length) / step_s)) for length in STRETCHES_M]
    from_gun = [(length, int(least_time(length) / step_s) - first) for length, _ in RECORDS]
    last = len(x_m) - 1
    return any(tick >= 0 and x_m[min(tick, last)] > length for length, tick in from_gun) or any(
        len(x_m) > window and bool((x_m[window:] - x_m[:-window]).max() > length)
        for length, window in windows
    )


@lru_cache(maxsize=64)
def slowest_record(race_m: float) -> float:
    """Return the speed below which no record can be broken within a race of `race_m` [m/s]."""
    within = [length for length, _ in RECORDS if length <= race_m]
    return min((length / least_time(length) for length in within), default=math.inf)


# -- stepped from outside -------------------------------------------------------------------------


class Stepper:
    """One attempt, stepped from outside; without a wanted speed she follows the scenario.

    Example:
        >>> run = Stepper(load_scenario("solo"))
        >>> while not run.done:
        ...     now = run.step(6.6 if run.now.x_m < 1200 else 7.0, for_s=0.5)
        >>> run.recording().finish_s

    Attributes:
        scenario: the attempt's scenario.
        step_s: time step [s].
        done: whether she is at the line, stands still, or patience has run out.
        now: the present state.
    """

    def __init__(self, scenario: Scenario, *, step_s: float = STEP_S) -> None:
        self.scenario, self.step_s = scenario, step_s
        self._attempt: Any = attempt_of(scenario, step_s)
        self._patience = self._attempt.ticks
        self._pieces: list[dict[str, Floats]] = []
        self._marks: Any = None
        self.done = False
        self._run(0, known=1)

    def step(self, speed_m_s: float | None = None, *, for_s: float = 1.0) -> Moment:
        """Let race time pass and return the state then; past the end nothing changes.

        Args:
            speed_m_s: the speed she wants to run at from here on [m/s], 0 to 12. From the first
                one on she saves nothing for later, as she would under a plan: that is up to the
                caller. None: the speed she wanted before, at first the scenario's plan. Behind
                pacers she still follows them, unless `runner.follows` is `light`.
            for_s: duration [s]; rounded to whole time steps, at least one.

        Raises:
            SimulationError: the speed or the time is not usable.
        """
        if not self.step_s / 2 <= for_s <= 36_000:
            raise SimulationError(f"{for_s:g} s is no time that an attempt can be stepped for.")
        ticks = max(1, round(for_s / self.step_s))
        if not self.done:
            if speed_m_s is not None:
                self._want(speed_m_s)
            self._run(ticks, known=3)
        return self.now

    @property
    def now(self) -> Moment:
        """The present state."""
        last = {name: column.item(-1) for name, column in self._pieces[-1].items()}
        names = ("x", "v", "aerobic", "reserve", "power", "shelter", "group", "wide")
        return Moment(self._attempt.tick * self.step_s, *(last[name] for name in names))

    def recording(self) -> Recording:
        """Return the attempt so far; without a finish if she is not there yet."""
        *before, last = self._pieces
        arrays = {
            name: np.concatenate([*(piece[name][:-1] for piece in before), last[name]])
            for name in ARRAYS
        }
        return recording_of(self._attempt, self.scenario, arrays)

    def _want(self, speed_m_s: float) -> None:
        """Make her mark start here, accelerate to a speed as she does, and keep it.

        x(t) = x + V t - tau (V - v) (1 - exp(-t / tau)), tau = TAU_SPEED; V no less than 0.1 m/s.
        """
        if not 0.0 <= speed_m_s <= 12.0:
            raise SimulationError(f"{speed_m_s:g} m/s is no speed to run at: from 0 to 12 m/s.")
        a, v = self._attempt, max(speed_m_s, 0.1)
        if self._marks is None:
            halves = 2 * self._patience + 4
            self._marks, self._speeds = empty(halves), empty(halves)
            a.plan = steady_pace(v, self.step_s, self._marks, self._speeds)
            a.level = a.drag = a.time = table(np.zeros(len(a.level)))  # nothing is saved for later
        first = 2 * a.tick
        t = 0.5 * self.step_s * np.arange(len(self._marks) - first)
        lag = TAU_SPEED * (v - a.v) * -np.expm1(-t / TAU_SPEED)
        self._marks[first:] = table(a.x + v * t - lag)
        self._speeds[first:] = table(np.full(t.shape, v))

    def _run(self, ticks: int, known: int) -> None:
        a = self._attempt
        wanted = a.tick + ticks
        a.ticks = min(wanted, self._patience)
        piece = run_recorded(a, known)
        a.felt = piece["felt"].item(-1)  # filling in the columns has used it
        self.done = a.finished or a.tick < wanted
        self._pieces.append(piece)
