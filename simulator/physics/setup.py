"""From a scenario to an attempt that the kernel can step: constants and tables.

In: a scenario, and the values of its samples. Out: `kernel.Attempt`, filled. Data shared by many
rows is cached: a plan's knots and its remaining cost, a formation's tables, the wind.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import (
    AEROBIC_START,
    BEND_COST,
    BEND_M,
    CHANGE_M,
    ENDURANCE_FROM,
    LAP_M,
    LEAD_SPEED_MAX,
    LOST_S,
    SHELTER_RATE,
    SURGE_BACK_M,
    SURGE_M,
    TAU_SPEED,
    G,
)
from simulator.errors import SimulationError
from simulator.physics.air import (
    altitude_share,
    cross_wind_square,
    gusts,
    head_wind,
    heat_rate,
)
from simulator.physics.compiled import COMPILED, kernel
from simulator.physics.kernel import (
    BY_FORMATION,
    CELLS_PER_M,
    EXTRA_COUNT,
    EXTRA_MIN_M,
    EXTRA_PER_M,
    JITTER_KNOT_M,
    PLAN_CELL_M,
    TRACK_CELLS,
)
from simulator.physics.pacers import paths_of, stints_of
from simulator.physics.shelter import (
    Shelterer,
    ShelterProfile,
    WakeEffect,
    influence_of,
    joined,
    profile_together,
    without_pacers,
)
from simulator.physics.track import on_bend, start_position
from simulator.recording.recording import Recording
from simulator.scenario.model import Environment, Runner, Scenario, Wind
from simulator.scenario.pacers import ConstantShelter, Leader, Pacers, Stint
from simulator.scenario.plan import Plan, schedule_of
from simulator.scenario.schedule import Schedule

Floats = NDArray[np.float64]

STEP_S = 0.1
"""Time step [s]: halving it moves the finish by less than 2 ms (tested)."""
LONGEST_STEP_S = 0.15
"""Longer steps approach the integrator's stability limit: 4/7 of TAU_LIMIT is 0.17 s."""
PATIENCE = 2.0
PATIENCE_S = 60.0
"""A run is stopped at `PATIENCE` times the planned time plus `PATIENCE_S`."""
STANDS_AFTER_S = 10.0
"""A run that stands still this long after the gun is stopped."""
EXTRA_GRID: Floats = np.asarray(EXTRA_MIN_M + np.arange(EXTRA_COUNT) / EXTRA_PER_M)
"""The extra front gaps on which formations are tabulated [m]."""
_NO_TABLE = (0.0,)
BEYOND = "A number of this scenario is beyond what the model can reckon with."


def table(values: Floats | Sequence[float]) -> Any:
    """Return values as the kernel indexes them: an array if compiled, else a list."""
    if COMPILED:
        return np.ascontiguousarray(values, dtype=np.float64)
    return np.asarray(values, dtype=np.float64).tolist()


def empty(count: int) -> Any:
    """Return `count` entries for the kernel to fill."""
    return np.empty(count) if COMPILED else [0.0] * count


@dataclass(frozen=True, eq=False)
class PlanTable:
    """A plan in the kernel's form.

    Attributes:
        schedule: the plan itself.
        pace: its knots.
        remaining: its remaining cost by distance; see `remaining_of`.
    """

    schedule: Schedule
    pace: Any
    remaining: tuple[Any, Any, Any]


def pace_of(schedule: Schedule, step_s: float) -> Any:
    """Return a schedule in the kernel's form, tabulated to beyond its end."""
    return _tabulated(_knots_of(schedule), schedule.finish_s, step_s)


def _knots_of(schedule: Schedule) -> Any:
    loss = schedule.start_loss_s
    x, pace = schedule.knot_x.tolist(), schedule.knot_pace.tolist()
    pieces = zip(pairwise(x), pairwise(pace), strict=True)
    slope = [(p1 - p0) / (x1 - x0) for (x0, x1), (p0, p1) in pieces]
    knots = [table(k) for k in (schedule.knot_u, schedule.knot_x, schedule.knot_pace, slope)]
    return kernel.Pace(*knots, loss, loss or 1.0, 0.0)


def _without_knots() -> Any:
    """Return a pace without knots, whose marks and speeds are filled later."""
    return kernel.Pace(*(table(_NO_TABLE),) * 4, 0.0, 1.0, 0.0)


def _tabulated(pace: Any, time_s: float, step_s: float) -> Any:
    halves = _halves(time_s, step_s)
    pace.tabulate(0.5 * step_s, halves, empty(halves), empty(halves))
    return pace


def _halves(time_s: float, step_s: float) -> int:
    return math.ceil(2.0 * time_s / step_s) + 4


def remaining_of(pace: Any, race_m: float) -> tuple[Any, Any, Any]:
    """Return the remaining cost of a plan at each place: level, drag, time.

    See `kernel.Pace.remaining`.
    """
    cells = math.ceil(race_m / PLAN_CELL_M) + 2
    level, drag, time = empty(cells), empty(cells), empty(cells)
    pace.remaining(race_m, start_position(race_m), cells, level, drag, time)
    return level, drag, time


@lru_cache(maxsize=32)  # more than the plans of one strip of bars
def planned_of(plan: Plan, race_m: float, step_s: float = STEP_S) -> PlanTable:
    """Return a plan over `race_m` [m] in the kernel's form."""
    schedule = schedule_of(plan, race_m)
    pace = pace_of(schedule, step_s)
    return PlanTable(schedule, pace, remaining_of(pace, race_m))


def wave_schedules(scenario: Scenario) -> list[tuple[str, Schedule]]:
    """Return each wave's name and schedule; a wave without a plan shows the main one."""
    return [
        (w.name, planned_of(w.plan or scenario.plan, scenario.distance).schedule)
        for w in scenario.wavelight.waves
    ]


@lru_cache(maxsize=16)
def _erring_line(light: PlanTable, leader: Leader, step_s: float) -> Any:
    """Return where a group with an erring leader wants to be, in the kernel's form.

    Cached by the identity of what he follows.
    """
    count, errors = jitter_of(leader, light.schedule.distance_m)
    halves = _halves(light.schedule.finish_s, step_s)
    columns = empty(halves), empty(halves)
    line = _without_knots()
    line.lead(light.pace, leader.fast_opening, count, table(errors), *columns)
    if leader.fade or leader.surge:
        right = empty(halves), empty(halves)
        _without_knots().lead(light.pace, 0.0, 0, table(_NO_TABLE), *right)
        _lapse(columns, right, light.schedule.distance_m, leader, 0.5 * step_s)
    return line


def jitter_of(leader: Leader, race_m: float) -> tuple[int, list[float]]:
    """Return how many independent errors a leader has, 0 for none, and the errors [s]."""
    if leader.jitter == 0:
        return 0, [0.0]
    count = int(race_m / JITTER_KNOT_M) + 3
    errors = np.random.default_rng(leader.seed).normal(0.0, leader.jitter, count).tolist()
    return count, [0.0, *errors[1:]]


def _lapse(
    columns: tuple[Any, Any], right: tuple[Any, Any], race_m: float, leader: Leader, half_s: float
) -> None:
    """Apply a leader's fades and surges: change his marks [m] and speeds [m/s] at each half step.

    He is error · V ahead and asks for V · d error / dt more, no more than LEAD_SPEED_MAX in all.
    `right`: the marks and speeds V of the light that he follows; `half_s`: half a time step [s].
    """
    x, v = map(np.asarray, right)
    fade_from, surge_from = leader.begins(race_m)
    left_m = max(race_m - fade_from, 1.0)
    ahead_m = x - surge_from
    surge = _smooth(ahead_m / SURGE_M) - _smooth((ahead_m - SURGE_M) / SURGE_BACK_M)
    error = leader.surge * surge - leader.fade * np.maximum(x - fade_from, 0.0) / left_m
    more = np.asarray(columns[1]) - v + np.gradient(error, half_s) * v
    changed = (
        np.asarray(columns[0]) + error * v,
        v + np.clip(more, -LEAD_SPEED_MAX, LEAD_SPEED_MAX),
    )
    for column, values in zip(columns, changed, strict=True):
        column[:] = table(values)


def _smooth(z: Floats) -> Floats:
    z = np.clip(z, 0.0, 1.0)
    return np.asarray(z * z * (3.0 - 2.0 * z))


@dataclass(frozen=True, eq=False)
class ShelterTables:
    """A formation's effect on the air, stage by stage.

    Attributes:
        tables: the kernel's.
        stages_m: the stages [m].
        profiles: the profile of each over `EXTRA_GRID`; nobody's if its shelter is constant.
        bodies: the pacers present at each; none if its shelter is constant.
        constant: the constant shelter of each stage, or `kernel.BY_FORMATION` [1].
        least_m: extra gap below which she would run into the nearest pacer ahead, by stage [m].
        lead: the presence of pacers ahead, 0 to 1, by stage [1].
        far_m: how far ahead of her slot the foremost is, by stage [m].
        wide_m: how far aside she runs when she passes the group [m].
    """

    tables: Any
    stages_m: Floats
    profiles: tuple[ShelterProfile, ...]
    bodies: tuple[tuple[Body, ...], ...]
    constant: Floats
    least_m: Floats
    lead: Floats
    far_m: Floats
    wide_m: float


@lru_cache(maxsize=64)
def sheltering_of(
    stints: tuple[Stint, ...],
    constants: tuple[ConstantShelter, ...] | None,
    race_m: float,
    *,
    outside: bool = False,
) -> ShelterTables:
    """Return the tables of filled slots, or of constant shelters, over a race of `race_m` [m].

    `outside`: for a runner who is out beside those ahead.
    """
    changes = [c.until for c in constants or () if c.until is not None and c.until < race_m]
    bends = tuple(max(u + side, 0.0) for u in changes for side in (-CHANGE_M / 2, CHANGE_M / 2))
    group = paths_of(stints, race_m, bends)
    stages, leading = group.stages_m, group.leading
    aside = group.offset_m - np.where(leading, group.wide_m if outside else 0.0, 0.0)

    def bodies_at(stage: int) -> tuple[Body, ...]:
        return tuple(
            (
                round(group.ahead_m.item(n, stage), 9),
                round(aside.item(n, stage), 9),
                bool(leading[n, stage]),
                group.presence.item(n, stage),
            )
            for n in range(len(group.names))
            if group.presence[n, stage] > 0.0
        )

    # where the shelter is constant, nobody's wake counts
    bodies = [bodies_at(i) if constants is None else () for i in range(len(stages))]
    groups = [*dict.fromkeys(bodies)]
    profiles = [profile_together(_together(present)) for present in groups]
    which = [groups.index(present) for present in bodies]
    constant = np.array([_constant(constants, x, race_m) for x in stages.tolist()])
    least, lead, far = group.least_m(), group.lead(), group.far_m()
    air = [
        np.concatenate([getattr(p, name) for p in profiles]) for name in ("wake", "lost", "trail")
    ]
    base = np.array(which, dtype=np.float64) * EXTRA_COUNT
    per_m = np.append(1.0 / np.diff(stages), 0.0)
    columns = (*air, base, constant, stages, per_m, least, lead, far)
    return ShelterTables(
        tables=kernel.Formation(*map(table, columns)),
        stages_m=stages,
        profiles=tuple(profiles[n] for n in which),
        bodies=tuple(bodies),
        constant=constant,
        least_m=least,
        lead=lead,
        far_m=far,
        wide_m=group.wide_m,
    )


def _constant(constants: tuple[ConstantShelter, ...] | None, x_m: float, race_m: float) -> float:
    """Return the constant shelter at x [m]: each changes to the next within CHANGE_M."""
    if not constants:
        return BY_FORMATION if constants is None else 0.0
    value = constants[0].value
    for here, following in zip(constants, (*constants[1:], None), strict=True):
        if here.until is not None and here.until < race_m:
            share = (x_m - here.until) / CHANGE_M + 0.5
            after = 0.0 if following is None else following.value
            value += min(max(share, 0.0), 1.0) * (after - here.value)
    return value


Body = tuple[float, float, bool, float]
"""Metres ahead and aside, whether he is placed relative to the group, and his presence."""


@lru_cache(maxsize=256)
def body_influence(body: Body) -> WakeEffect:
    """Return one pacer's effect, cached: groups of all sizes consist of the same few bodies."""
    return influence_of(Shelterer(*body), EXTRA_GRID)


@lru_cache(maxsize=64)
def _together(bodies: tuple[Body, ...]) -> WakeEffect:
    """Return the joint effect of bodies; a group is the next smaller one plus one body."""
    if not bodies:
        return without_pacers(EXTRA_GRID.shape)
    return joined(_together(bodies[:-1]), body_influence(bodies[-1]))


@lru_cache(maxsize=4)
def _bends(lap_m: float) -> Any:
    """Return the extra cost of the bends, by cell of a lap.

    The cost of leaning grows with the square of its tangent (Taboga & Kram 2019), and so with the
    radius to the power -2, to 1.5 % at 6.5 m/s on a lap of 200 m. Banking is assumed to have no
    effect: the legs bear the same weight.
    """
    cells = (np.arange(TRACK_CELLS) + 0.5) / CELLS_PER_M
    return table(np.where(on_bend(cells), BEND_COST * (LAP_M / lap_m) ** 2, 0.0))


def _bends_of_plan(level: Any, v_m_s: float, lap_m: float) -> Any:
    """Return the remaining level cost of a plan [J/kg] on this lap, at its mean speed."""
    if lap_m == LAP_M:
        return level
    share, dearer = 2.0 * BEND_M / LAP_M, kernel.bend_factor(v_m_s) - 1.0
    here = 1.0 + share * dearer * (LAP_M / lap_m) ** 2
    return table(np.asarray(level) * (here / (1.0 + share * dearer)))


@lru_cache(maxsize=64)
def _winds(wind: Wind) -> tuple[Any, Any]:
    places = (np.arange(TRACK_CELLS) + 0.5) / CELLS_PER_M
    return table(head_wind(wind, places)), table(cross_wind_square(wind, places))


def attempt_of(scenario: Scenario, step_s: float = STEP_S) -> Any:
    """Return a scenario as an attempt that stands on the start line, with steps of `step_s` [s].

    Raises:
        SimulationError: the step is longer than `LONGEST_STEP_S`, or a number is not finite.
    """
    if not 0.0 < step_s <= LONGEST_STEP_S:
        raise SimulationError(
            f"A step of {step_s:g} s is too long for the model: {LONGEST_STEP_S:g} s at most."
        )
    a = kernel.Attempt()
    plan = planned_of(scenario.plan, scenario.distance, step_s)
    _set_race(a, scenario, plan, step_s)
    _set_lights(a, scenario, plan, step_s)
    _set_air(a, scenario)
    _set_runner(a, scenario, plan.schedule.finish_s)
    _set_group(a, scenario)
    a.x = a.v = 0.0
    _refuse_extremes(a)
    return a


def _set_race(a: Any, scenario: Scenario, plan: PlanTable, step_s: float) -> None:
    race, lap_m = scenario.distance, scenario.track.lap
    a.step, a.race, a.start = step_s, race, start_position(race, lap_m)
    a.cells_per_m = TRACK_CELLS / lap_m
    a.plan = plan.pace
    level, a.drag, a.time = plan.remaining
    a.level = _bends_of_plan(level, race / plan.schedule.finish_s, lap_m)
    a.last_place = len(level) - 1.001
    a.bends = _bends(lap_m)
    a.shelter_step = SHELTER_RATE * step_s
    a.ticks = math.ceil((PATIENCE * plan.schedule.finish_s + PATIENCE_S) / step_s)
    a.stands_from = int(STANDS_AFTER_S / step_s)


def _set_lights(a: Any, scenario: Scenario, plan: PlanTable, step_s: float) -> None:
    """Set the light she chases, the first wave that is on, and the one that the group follows.

    A wave without a plan shows the main one; without a wave there is the main plan.
    """
    a.light, light, follows = plan.pace, plan, scenario.pacers.follows
    a.light_lag = round(2.0 * LOST_S / step_s)
    for wave in reversed(scenario.wavelight.waves):
        shown = planned_of(wave.plan, scenario.distance, step_s) if wave.plan else plan
        if wave.on:
            a.light = shown.pace
        if wave.name == follows:
            light = shown
    he = scenario.pacers.leader
    errs = he.fast_opening or he.jitter or he.fade or he.surge
    a.leader = _erring_line(light, he, step_s) if errs else light.pace


def _set_air(a: Any, scenario: Scenario) -> None:
    wind = scenario.environment.wind
    a.windy = wind.speed > 0
    a.gusts = gusts(wind)
    a.head_wind, a.cross = _winds(wind) if a.windy else (table(_NO_TABLE),) * 2
    a.heat = heat_rate(scenario.environment)


def _set_group(a: Any, scenario: Scenario) -> None:
    body, pacers, race = scenario.runner, scenario.pacers, scenario.distance
    stints, a.shift = stints_of(pacers)
    sheltering = sheltering_of(stints, pacers.shelter, race)
    a.formation = a.outside = a.earlier = sheltering.tables
    a.follows, a.passes = body.follows == "pacers", body.passes
    # the kernel divides by the radius of a lap of 400 m
    a.wide_m = sheltering.wide_m * (LAP_M / scenario.track.lap)
    if a.passes:
        a.outside = sheltering_of(stints, pacers.shelter, race, outside=True).tables
    a.scale = pacers.wake
    a.drop_back = pacers.drop_back if pacers.policy == "wait_for_runner" else 0.0


def steady_attempt(
    scenario: Scenario,
    state: Floats,
    v_m_s: float,
    time_s: float,
    step_s: float,
) -> Any:
    """Return an attempt that continues from a state at one speed, which the group wants as well.

    Her mark starts with her, accelerates to `v_m_s` [m/s] as she does, and keeps it for `time_s`
    [s]: x(t) = x + V t - tau (V - v) (1 - exp(-t / tau)), tau = TAU_SPEED, t from that state on.
    The clock goes on, and with it the heat she has run in.
    """
    a = attempt_of(scenario, step_s)
    go_on_from(a, state)
    knots = (table([0.0, 1.0]), table([0.0, v_m_s]), table([1.0 / v_m_s] * 2), table([0.0]))
    loss = TAU_SPEED * (v_m_s - a.v) / v_m_s
    pace = kernel.Pace(*knots, loss, TAU_SPEED, a.x / v_m_s)
    _tabulated(pace, time_s, step_s)
    past = np.zeros(2 * a.tick)
    pace.marks, pace.speeds = (table([*past, *kept]) for kept in (pace.marks, pace.speeds))
    pace.halves += len(past)
    a.plan = a.leader = pace
    level, a.drag, a.time = remaining_of(pace, scenario.distance)
    a.level = _bends_of_plan(level, v_m_s, scenario.track.lap)
    a.last_place = len(level) - 1.001
    return a


def steady_pace(v_m_s: float, step_s: float, marks: Any, speeds: Any) -> Any:
    """Return a pace at one speed [m/s] that uses these marks and speeds at each half step.

    They are filled here, and the pace changes when they are overwritten.
    """
    knots = (table([0.0, 1.0]), table([0.0, v_m_s]), table([1.0 / v_m_s] * 2), table([0.0]))
    pace = kernel.Pace(*knots, 0.0, 1.0, 0.0)
    pace.tabulate(0.5 * step_s, len(marks), marks, speeds)
    return pace


def endurance_share(endurance: float, race_s: float) -> float:
    """Return the share of MAP that can be held for a race of this duration [1].

    1 - endurance ln(T / ENDURANCE_FROM), after Péronnet & Thibault 1989; 1 in a shorter race.
    """
    if endurance == 0.0 or race_s <= ENDURANCE_FROM:
        return 1.0
    return max(0.0, 1.0 - endurance * math.log(race_s / ENDURANCE_FROM))


def _set_runner(a: Any, scenario: Scenario, planned_s: float) -> None:
    runner = scenario.runner
    k = runner_constants(runner, scenario.environment, planned_s)
    a.drag_k, a.force_k, a.aerobic_max, a.reserve = map(float, k)
    a.aerobic = AEROBIC_START * runner.economy
    a.cost_k = runner.kit.cost * runner.economy
    a.tau_aerobic = runner.oxygen_kinetics
    a.per_tau_aerobic = 1.0 / runner.oxygen_kinetics
    a.anticipation = runner.anticipation


def runner_constants(
    runner: Runner,
    environment: Environment,
    planned_s: float,
    samples: Mapping[str, Floats] | None = None,
) -> tuple[Any, Any, Any, Any]:
    """Return the kernel's drag_k, force_k, aerobic_max and the reserve E(0) [J/kg] of a runner.

    `samples` replaces values of the runner, by name, each of shape (samples,); its drag area is
    without the kit.
    """
    body: Any = runner
    if samples is not None:
        area = samples["drag_area"] * runner.kit.drag
        body = SimpleNamespace(**{**dict(runner), **samples, "cda": area})
    form = 1.0 + body.form / 100.0
    force_k = body.drag_cost / G
    drag_k = force_k * 0.5 * environment.density * body.cda / body.mass
    aerobic_max = body.max_aerobic_power * form * altitude_share(environment.pressure)
    aerobic_max = aerobic_max * endurance_share(runner.endurance, planned_s)
    return drag_k, force_k, aerobic_max, body.reserve * form


def sampled_constants(
    scenario: Scenario, samples: Mapping[str, Floats]
) -> tuple[NDArray[np.float64], Floats]:
    """Return the differences between samples of a scenario, in the kernel's form.

    Args:
        scenario: the scenario.
        samples: values of the runner and the wake by name, each of shape (samples,).

    Returns:
        The constants in the order of `kernel.SAMPLED`, shape (samples, 4), and the reserve E(0)
        [J/kg], shape (samples,).

    Raises:
        SimulationError: a number is beyond all bounds.
    """
    planned_s = planned_of(scenario.plan, scenario.distance).schedule.finish_s
    *constants, reserve = runner_constants(
        scenario.runner, scenario.environment, planned_s, samples
    )
    columns = np.stack(np.broadcast_arrays(*constants, samples["wake"], reserve), axis=1)
    if not np.isfinite(columns).all():
        raise SimulationError(BEYOND)
    return np.ascontiguousarray(columns[:, :-1]), columns[:, -1]


def _refuse_extremes(a: Any) -> None:
    """Refuse constants that would break compiled code: it checks neither indices nor conversions.

    Raises:
        SimulationError: a constant is not finite.
    """
    constants = (a.step, a.race, a.start, a.drag_k, a.force_k, a.cost_k, a.aerobic_max, a.reserve)
    others = (a.anticipation, a.gusts, a.heat, a.shift, a.scale, a.drop_back, a.v, a.x)
    group = (a.group, a.group_v, a.wide, a.held, a.felt, a.tau_aerobic)
    if not all(map(math.isfinite, (*constants, *others, a.aerobic, *group))):
        raise SimulationError(BEYOND)


def state_of(run: Recording, tick: int) -> Floats:
    """Return the state of a run from which another continues, in the order of `kernel.STATE`.

    Raises:
        IndexError: the tick was not recorded.
    """
    if not 0 <= tick <= run.ticks:
        raise IndexError(f"tick {tick} is not in this recording (0 to {run.ticks})")

    def value(name: str) -> float:
        """Return a value at the tick, or of the one or two before it, as its name ends."""
        then = tick - int(name[-1]) if name[-1].isdigit() else tick
        return getattr(run, name.rstrip("12")).item(then) if then >= 0 else 0.0

    return np.array([tick, *map(value, kernel.STATE[1:])], dtype=np.float64)


def go_on_from(attempt: Any, state: Floats) -> None:
    """Set an attempt to a state; see `state_of`.

    Raises:
        SimulationError: a number is not finite.
    """
    attempt.go_on(table(state), 0)
    _refuse_extremes(attempt)


def change_from(attempt: Any, pacers: Pacers, at_m: float, scenario: Scenario) -> bool:
    """Make an attempt that continues from a state change from other pacers, within CHANGE_M.

    `at_m`: where they were changed [m]. Return whether they differ, and the change is not over.
    """
    a = attempt
    race = scenario.distance
    stints, shift = stints_of(pacers)
    before = sheltering_of(stints, pacers.shelter, race).tables
    same = (before, shift, pacers.wake) == (a.formation, a.shift, a.scale)
    if same or not at_m <= a.x < at_m + CHANGE_M:
        return False
    a.changing, a.changed_at = True, at_m
    a.earlier, a.earlier_shift, a.earlier_scale = before, shift, pacers.wake
    a.earlier_stage = before.stage(at_m, 0)
    a.earlier_share = before.share(at_m, a.earlier_stage)
    return True
