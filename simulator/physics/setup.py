"""From a scenario to an attempt that the kernel can step: constants and tables.

In: a scenario, for a sample also its runner and wake. Out: `kernel.Attempt`, filled. What many rows
share is made once and kept: a plan's knots and what is left of it, a formation's tables, the wind.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import AEROBIC_START, BEND_COST, CLEARANCE_M, TAU_SPEED, G
from simulator.errors import SimulationError
from simulator.physics.air import density, drag_area, head_wind
from simulator.physics.compiled import COMPILED, kernel
from simulator.physics.kernel import (
    BY_FORMATION,
    CELLS_PER_M,
    EXTRA_COUNT,
    EXTRA_MIN_M,
    EXTRA_PER_M,
    JITTER_KNOT_M,
    LOST_S,
    PLAN_CELL_M,
    TRACK_CELLS,
)
from simulator.physics.pacers import leads, phase_breaks
from simulator.physics.shelter import Profile, Shelterer, combined, influence_of
from simulator.physics.track import on_bend, start_position
from simulator.recording.recording import State
from simulator.scenario.model import Runner, Scenario, Wind
from simulator.scenario.pacers import ConstantShelter, Formation, Leader, Pacers
from simulator.scenario.plan import Plan, schedule_of
from simulator.scenario.schedule import Schedule

Floats = NDArray[np.float64]

STEP_S = 0.1
"""Time step [s]: halving it moves the finish by less than 2 ms (tested)."""
LONGEST_STEP_S = 0.15
"""Longer steps come near where the integrator swings: 4/7 of TAU_LIMIT is 0.17 s."""
PATIENCE = 2.0
PATIENCE_S = 60.0
"""A run is given up at `PATIENCE` times the planned time plus `PATIENCE_S`."""
STANDS_AFTER_S = 10.0
"""A run that stands still this long after the gun is given up."""
EXTRA_GRID: Floats = np.asarray(EXTRA_MIN_M + np.arange(EXTRA_COUNT) / EXTRA_PER_M)
"""The extra front gaps on which formations are tabulated [m]."""
_NO_TABLE = (0.0,)


def table(values: Floats | Sequence[float]) -> Any:
    """Return values as the kernel indexes them: an array where compiled, else a list."""
    if COMPILED:
        return np.ascontiguousarray(values, dtype=np.float64)
    return np.asarray(values, dtype=np.float64).tolist()


def empty(count: int) -> Any:
    """Return `count` entries for the kernel to fill."""
    return np.zeros(count) if COMPILED else [0.0] * count


@dataclass(frozen=True, eq=False)
class Planned:
    """A plan as the kernel reads it.

    Attributes:
        schedule: the plan itself.
        pace: its knots.
        remaining: what is left of it by distance; see `remaining_of`.
    """

    schedule: Schedule
    pace: Any
    remaining: tuple[int, Any, Any, Any]


def pace_of(schedule: Schedule, step_s: float) -> Any:
    """Return a schedule as the kernel reads it, tabulated to beyond its end."""
    loss = schedule.start_loss_s
    slope = np.diff(schedule.knot_pace) / np.diff(schedule.knot_x)
    knots = (schedule.knot_u, schedule.knot_x, schedule.knot_pace, slope)
    pace = kernel.Pace(*map(table, knots), loss, loss or 1.0, 0.0)
    return _tabulated(pace, schedule.finish_s, step_s)


def _tabulated(pace: Any, time_s: float, step_s: float) -> Any:
    halves = math.ceil(2.0 * time_s / step_s) + 4
    pace.tabulate(0.5 * step_s, halves, empty(halves), empty(halves))
    return pace


def remaining_of(pace: Any, race_m: float) -> tuple[int, Any, Any, Any]:
    """Return what is left of a plan at each place: number of cells, level, drag, time.

    See `kernel.Pace.remaining`.
    """
    cells = math.ceil(race_m / PLAN_CELL_M) + 2
    level, drag, time = empty(cells), empty(cells), empty(cells)
    pace.remaining(race_m, start_position(race_m), cells, level, drag, time)
    return cells, level, drag, time


@lru_cache(maxsize=128)
def planned_of(plan: Plan, race_m: float, step_s: float = STEP_S) -> Planned:
    """Return a plan over `race_m` [m] as the kernel reads it."""
    schedule = schedule_of(plan, race_m)
    pace = pace_of(schedule, step_s)
    return Planned(schedule, pace, remaining_of(pace, race_m))


def wave_schedules(scenario: Scenario) -> list[tuple[str, Schedule]]:
    """Return each wave's name and schedule; a wave without a plan of its own shows the main one."""
    return [
        (w.name, planned_of(w.plan or scenario.plan, scenario.distance).schedule)
        for w in scenario.wavelight.waves
    ]


def light_of(scenario: Scenario, step_s: float = STEP_S) -> Planned:
    """Return the light she chases: the first wave that is on; without one, the plan."""
    light = next((w for w in scenario.wavelight.waves if w.on), None)
    plan = None if light is None else light.plan
    return planned_of(plan or scenario.plan, scenario.distance, step_s)


def led_by(scenario: Scenario, step_s: float = STEP_S) -> Planned:
    """Return what the group follows: the wave of that name, else the plan."""
    follows = scenario.pacers.follows
    plan = next((w.plan for w in scenario.wavelight.waves if w.name == follows), None)
    return planned_of(plan or scenario.plan, scenario.distance, step_s)


@lru_cache(maxsize=64)
def jitter_errors(leader: Leader, distance_m: float) -> tuple[int, Any]:
    """Return how many errors the leader's wandering has, one every 50 m, and these errors [s]."""
    if leader.jitter == 0:
        return 0, table(_NO_TABLE)
    knots = int(distance_m / JITTER_KNOT_M) + 3
    errors = np.random.default_rng(leader.seed).normal(0.0, leader.jitter, knots)
    errors[0] = 0.0
    return knots, table(errors)


Stint = tuple[float, float, float, "float | None"]
"""A filled slot: ahead [m], offset [m], from [m], until [m]."""


def stints_of(pacers: Pacers) -> tuple[tuple[Stint, ...], float]:
    """Return the filled slots as the formation has them, and how far `front_gap` moves it [m]."""
    slots, names, nearest = _formation(id(pacers.formation), pacers.formation)
    if pacers.count is not None:
        chosen = set(list(dict.fromkeys(names))[: pacers.count])
        slots = tuple(s for s, name in zip(slots, names, strict=True) if name in chosen)
    return slots, 0.0 if pacers.front_gap is None else pacers.front_gap - nearest


_formations: dict[int, tuple[Formation, tuple[tuple[Stint, ...], tuple[str, ...], float]]] = {}


def _formation(key: int, formation: Formation) -> tuple[tuple[Stint, ...], tuple[str, ...], float]:
    """Return a formation's slots, their names and the gap to the nearest slot ahead [m].

    Kept by identity, since the rows of a sweep share their formation and comparing it is dear.
    """
    known = _formations.get(key)
    if known is None:
        slots = formation.named_slots
        stints = tuple((s.ahead, s.offset, s.from_, s.until) for s in slots)
        nearest = min((s.ahead for s in slots if leads(s.ahead)), default=0.0)
        if len(_formations) >= 64:
            _formations.clear()
        known = formation, (stints, tuple(s.name for s in slots), nearest)
        _formations[key] = known
    return known[1]


@dataclass(frozen=True, eq=False)
class Sheltering:
    """What a formation does to the air, phase by phase.

    Attributes:
        tables: the kernel's.
        profiles: what each phase does over `EXTRA_GRID`; None where its shelter is constant.
        constant: the constant shelter of each phase, or `kernel.BY_FORMATION` [1].
        least_m: extra gap inside which she would run into the nearest pacer ahead, by phase [m].
        breaks_m: where a phase ends [m].
    """

    tables: Any
    profiles: tuple[Profile | None, ...]
    constant: tuple[float, ...]
    least_m: tuple[float, ...]
    breaks_m: tuple[float, ...]

    def at_best(self, wake: float) -> Any:
        """Return tables with the best shelter of each phase, at any gap that is wide enough."""
        best = [
            constant if profile is None else float(profile.shelter(wake)[least <= EXTRA_GRID].max())
            for constant, profile, least in zip(
                self.constant, self.profiles, self.least_m, strict=True
            )
        ]
        none = table(_NO_TABLE)
        breaks, least = table(self.breaks_m or _NO_TABLE), table(self.least_m)
        return kernel.Formation(none, none, none, table(best), breaks, least)


@lru_cache(maxsize=64)
def sheltering_of(
    stints: tuple[Stint, ...], constants: tuple[ConstantShelter, ...] | None, race_m: float
) -> Sheltering:
    """Return the tables of filled slots, or of constant shelters, over a race of `race_m` [m]."""
    breaks = phase_breaks(((s[2], s[3]) for s in stints), constants, race_m)
    profiles: list[Profile | None] = []
    constant, least = [], []
    for begin in (0.0, *breaks):
        active = [s for s in stints if s[2] <= begin and (s[3] is None or begin < s[3])]
        least.append(CLEARANCE_M - min((s[0] for s in active if leads(s[0])), default=math.inf))
        if constants is not None:
            profiles.append(None)
            held = (c.value for c in constants if c.until is None or begin < c.until)
            constant.append(next(held, 0.0))
        else:
            bodies = (Shelterer(s[0], s[1], leads(s[0])) for s in active)
            profiles.append(combined(map(_influence, bodies), EXTRA_GRID.shape))
            constant.append(BY_FORMATION)
    flat = [
        table(np.concatenate([_NO_TABLE if p is None else getattr(p, name) for p in profiles]))
        for name in ("wake", "lost", "trail")
    ]
    # a finite number stands for "nobody ahead": the kernel takes no infinities
    least = [max(value, -1e9) for value in least]
    tables = kernel.Formation(*flat, table(constant), table(breaks or _NO_TABLE), table(least))
    return Sheltering(tables, tuple(profiles), tuple(constant), tuple(least), breaks)


@lru_cache(maxsize=64)
def _influence(pacer: Shelterer) -> Any:
    """Return what one pacer does; groups of all sizes are made of the same few bodies."""
    return influence_of(pacer, EXTRA_GRID)


@lru_cache(maxsize=1)
def _bends() -> Any:
    cells = (np.arange(TRACK_CELLS) + 0.5) / CELLS_PER_M
    return table(np.where(on_bend(cells), BEND_COST, 0.0))


@lru_cache(maxsize=64)
def _head_wind(wind: Wind) -> Any:
    cells = (np.arange(TRACK_CELLS) + 0.5) / CELLS_PER_M
    return table(head_wind(wind, cells))


def attempt_of(
    scenario: Scenario,
    step_s: float = STEP_S,
    *,
    runner: Runner | None = None,
    wake: float | None = None,
) -> Any:
    """Return a scenario as an attempt that stands on the start line.

    Args:
        scenario: the scenario.
        step_s: the time step [s].
        runner: another runner than the scenario's.
        wake: another scale q of the front wake than the scenario's [1].

    Raises:
        SimulationError: the step is longer than `LONGEST_STEP_S`, or a number is beyond all bounds.
    """
    if not 0.0 < step_s <= LONGEST_STEP_S:
        raise SimulationError(
            f"A step of {step_s:g} s is too long for the model: {LONGEST_STEP_S:g} s at most."
        )
    a = kernel.Attempt()
    race = scenario.distance
    a.step, a.race, a.start = step_s, race, start_position(race)
    _set_runner(a, runner or scenario.runner, density(scenario.environment))
    plan = planned_of(scenario.plan, race, step_s)
    leader, light = led_by(scenario, step_s), light_of(scenario, step_s)
    a.plan, a.leader, a.light = plan.pace, leader.pace, light.pace
    a.cells, a.level, a.drag, a.time = plan.remaining
    a.light_lag = round(2.0 * LOST_S / step_s)
    a.fast_opening = scenario.pacers.leader.fast_opening
    a.erring = a.fast_opening != 0.0 or scenario.pacers.leader.jitter > 0.0
    a.jitter, a.errors = jitter_errors(scenario.pacers.leader, leader.schedule.distance_m)
    stints, a.shift = stints_of(scenario.pacers)
    a.formation = sheltering_of(stints, scenario.pacers.shelter, race).tables
    a.scale = scenario.pacers.wake if wake is None else wake
    waits = scenario.pacers.policy == "wait_for_runner"
    a.drop_back = scenario.pacers.drop_back if waits else 0.0
    wind = scenario.environment.wind
    a.bends = _bends()
    a.windy = wind.speed > 0
    a.gusts = 0.5 * wind.speed**2
    a.head_wind = _head_wind(wind) if a.windy else table(_NO_TABLE)
    a.ticks = math.ceil((PATIENCE * plan.schedule.finish_s + PATIENCE_S) / step_s)
    a.stands_from = int(STANDS_AFTER_S / step_s)
    _refuse_extremes(a)
    return a


def steady_attempt(
    scenario: Scenario, state: State, v_m_s: float, time_s: float, step_s: float
) -> Any:
    """Return an attempt that goes on from a state at one speed, in the best shelter there is.

    Her mark starts with her, comes up to `v_m_s` [m/s] as she does, and keeps it for `time_s` [s]:
    x(t) = x + V t - tau (V - v) (1 - exp(-t / tau)), tau = TAU_SPEED. In each phase she has the
    best shelter that the formation gives at any front gap at which nobody is run into.
    """
    a = attempt_of(scenario, step_s)
    knots = (table([0.0, 1.0]), table([0.0, v_m_s]), table([1.0 / v_m_s] * 2), table([0.0]))
    loss = TAU_SPEED * (v_m_s - state.v_m_s) / v_m_s
    a.plan = a.leader = _tabulated(
        kernel.Pace(*knots, loss, TAU_SPEED, state.x_m / v_m_s), time_s, step_s
    )
    a.erring = False
    a.cells, a.level, a.drag, a.time = remaining_of(a.plan, scenario.distance)
    stints, _ = stints_of(scenario.pacers)
    group = sheltering_of(stints, scenario.pacers.shelter, scenario.distance)
    a.formation = group.at_best(a.scale)
    return a


def _set_runner(a: Any, runner: Runner, rho: float) -> None:
    form = 1.0 + runner.form / 100.0
    a.force_k = runner.drag_cost / G
    a.drag_k = a.force_k * 0.5 * rho * drag_area(runner) / runner.mass
    a.cost_k = runner.kit.cost
    a.aerobic_max = runner.max_aerobic_power * form
    a.anticipation = runner.anticipation
    a.x, a.v, a.aerobic = 0.0, 0.0, AEROBIC_START
    a.reserve = runner.reserve * form


def _refuse_extremes(a: Any) -> None:
    """Refuse what compiled code has no answer to: it checks neither indices nor conversions.

    Raises:
        SimulationError: a constant is not finite.
    """
    constants = (a.step, a.race, a.start, a.drag_k, a.force_k, a.cost_k, a.aerobic_max, a.reserve)
    others = (a.anticipation, a.gusts, a.fast_opening, a.shift, a.scale, a.drop_back, a.v, a.x)
    if not all(map(math.isfinite, (*constants, *others, a.aerobic))):
        raise SimulationError("A number of this scenario is beyond what the model can reckon with.")


def go_on_from(attempt: Any, state: State) -> int:
    """Put an attempt into a state and return how many states are known of it, 1 to 3.

    Raises:
        SimulationError: a state later in the race does not say where it came from.
    """
    if len(state.before) < min(state.tick, 2):
        raise SimulationError("A state to go on from needs the two before it.")
    a = attempt
    a.tick = state.tick
    a.x, a.v, a.aerobic, a.reserve = state.x_m, state.v_m_s, state.aerobic, state.reserve
    if state.before:
        a.x1, a.v1, a.aerobic1, a.reserve1 = state.before[0]
    if len(state.before) > 1:
        a.x2, a.v2, a.aerobic2, a.reserve2 = state.before[1]
    _refuse_extremes(a)
    return 1 + len(state.before)
