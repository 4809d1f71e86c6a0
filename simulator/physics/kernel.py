"""The kernel: one attempt, stepped from a state to the line. The model's equations stand here.

In: an `Attempt` that `simulator.physics.setup` has filled with the runner's constants and tables.
Out: the same object, with how the run ended, and its columns where they are wanted.

This file is restricted Python: floats, integers, flat arrays, + - * /, sqrt, comparisons, table
look-ups. It runs as it stands, compiled by Cython (types in kernel.pxd), and in a browser, with the
same bits; so no other function of `math` may enter, and no sum may be written in another order in
one of them. Each symbol bears the name it has in docs/physics.md. Numbers are kept within bounds by
comparisons: where this is not compiled, calls of `min` and `max` would take a third of the time.

Every index into a table is clamped by comparisons that send NaN to the table's beginning, because
compiled code checks no index; `setup` refuses numbers that are not finite before the loop begins.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import MutableSequence, Sequence
from typing import TypeAlias

from simulator.coefficients import (
    ACCEL_MAX,
    ACCEL_MIN,
    AIDED_COST,
    APPROACH,
    BEND_COST,
    BEND_M,
    BEND_RADIUS_M,
    CHANGE_M,
    COST_V0,
    COST_V1,
    COST_V2,
    FOLLOW_FAR_M,
    FOLLOW_NEAR_M,
    GAP_GAIN,
    GAP_SPEED_MAX,
    HEAT_FREE,
    HEAT_LOSS,
    HEAT_LOSS_MAX,
    J_PER_ML_O2,
    LAP_M,
    LEAD_SPEED_MAX,
    PASS_AFTER_S,
    PASS_BEHIND_M,
    PASS_GIVE_UP_S,
    PASS_OUT_S,
    PASS_SLOWER,
    TAU_LIMIT,
    TAU_OVERDRAWN,
    TAU_RESERVE,
    TAU_SPEED,
    WAIT_FROM_M,
    WAIT_FULL_M,
    WAIT_GAIN,
    WAIT_SPEED,
    WAKE_LIMIT,
    G,
)

sqrt = math.sqrt  # compiled: import cython; from cython.cimports.libc.math import sqrt

Table: TypeAlias = Sequence[float]
Column: TypeAlias = MutableSequence[float]

EXTRA_MIN_M = -20.0
EXTRA_PER_M = 50.0
EXTRA_COUNT = 4001
EXTRA_LAST = EXTRA_COUNT - 1.001
"""Formations are tabulated over the extra front gap every 2 cm, from -20 m to +60 m."""
PLAN_CELL_M = 2.0
PLAN_CELLS_PER_M = 1.0 / PLAN_CELL_M
"""What is left of a plan is tabulated over the race distance every 2 m."""
TRACK_CELLS = 4000
"""Bends and wind are looked up in so many cells round the lap."""
JITTER_KNOT_M = 50.0
OPENING_PEAK_M = 200.0
OPENING_END_M = 800.0
S_MIN = -0.2
S_MAX = 0.95
STANDS_M_S = 0.2
BY_FORMATION = 9.0
"""The constant shelter of a stage at which the formation gives the shelter."""
UNFELT = -9.0
"""The shelter felt by a runner who has felt none yet."""
BEHIND_GROUP = 0
PASSING = 1
AHEAD_OF_GROUP = 2
BEING_PASSED = 3
GAVE_UP_S = -1.0
"""For how long she has been held up once she has tried to pass in vain."""
PASSED_M = 4.0
"""So far beyond the foremost, or behind her slot, the group is another matter [m]."""
CATCH_BRAKE = -2.0
CATCH_SPEED = 0.5
"""How a group that has waited long enough speeds up to stay within its drop back [m/s]."""
SLACK_CELL_M = 50.0
NEVER = 1e3
"""The slack where she never ran [W/kg]."""
UNLIMITED = 1e12
"""A limit that never binds [W/kg]."""

PER_TAU_SPEED = 1.0 / TAU_SPEED
PER_TAU_RESERVE = 1.0 / TAU_RESERVE
PER_TAU_OVERDRAWN = 1.0 / TAU_OVERDRAWN
YIELDING = 2.0 * TAU_LIMIT
C0 = J_PER_ML_O2 / 60.0 * COST_V0
C1 = J_PER_ML_O2 / 60.0 * COST_V1
C2 = J_PER_ML_O2 / 60.0 * COST_V2
LEAN = 1.0 / (G * BEND_RADIUS_M * (G * BEND_RADIUS_M))
CELLS_PER_M = TRACK_CELLS / LAP_M
HALF_LAP_M = 0.5 * LAP_M
HALVES_PER_M = 1.0 / HALF_LAP_M
PER_FOLLOW_M = 1.0 / (FOLLOW_FAR_M - FOLLOW_NEAR_M)
PER_WAIT_M = 1.0 / (WAIT_FULL_M - WAIT_FROM_M)
HERE = 15.0 / 8.0
BEFORE = 10.0 / 8.0
EARLIER = 3.0 / 8.0

STATE = (
    "tick", "x", "v", "aerobic", "reserve", "group", "group_v",
    "x1", "v1", "aerobic1", "reserve1", "group1", "group_v1",
    "x2", "v2", "aerobic2", "reserve2", "group2", "group_v2",
    "wide", "mode", "held", "felt",
)  # fmt: skip
"""What `Attempt.go_on` and `Attempt.leave` read and write, in this order."""
STATE_COUNT = len(STATE)
SAMPLED = ("drag_k", "force_k", "aerobic_max", "scale")
"""The constants in which the samples of `run_samples` differ, beside their states."""
SAMPLED_COUNT = len(SAMPLED)
OUTCOME = (
    "tick", "x1", "v1", "x", "v", "reserve",
    "finished", "stepped", "spent", "drawn", "sheltered", "least_reserve", "fastest",
    "lost", "lost_x0", "lost_v0", "lost_x1", "lost_v1", "lost_share",
)  # fmt: skip
"""What `Attempt.report` writes of how an attempt ended, in this order."""
OUTCOME_COUNT = len(OUTCOME)

EXP_WHOLE = array("d", [math.exp(-i) for i in range(41)])
EXP_PART = array("d", [math.exp(-i / 16.0) for i in range(16)])


def rise(z: float) -> float:
    """Return 1 - exp(-z) for z >= 0, from tables and a short series; within 2e-16."""
    if z >= 40.0:
        return 1.0
    whole = int(z)
    rest = z - whole
    part = int(rest * 16.0)
    r = rest - part * 0.0625
    series = 1.0 / 40320.0
    series = series * r - 1.0 / 5040.0
    series = series * r + 1.0 / 720.0
    series = series * r - 1.0 / 120.0
    series = series * r + 1.0 / 24.0
    series = series * r - 1.0 / 6.0
    series = series * r + 0.5
    series = series * r - 1.0
    series = series * r + 1.0
    return 1.0 - EXP_WHOLE[whole] * EXP_PART[part] * series


def smooth(z: float) -> float:
    """Return a smooth step: 0 up to z = 0, 1 from z = 1 on, 3 z^2 - 2 z^3 between."""
    z = z if z > 0.0 else 0.0
    z = z if z < 1.0 else 1.0
    return z * z * (3.0 - 2.0 * z)


def level_cost(v: float) -> float:
    """Return the metabolic power on the level without air [W/kg] (Batliner in Kipp 2019)."""
    return (C2 * v + C1) * v + C0


def level_cost_slope(v: float) -> float:
    """Return the derivative of `level_cost` [W/kg per m/s]."""
    return 2.0 * C2 * v + C1


def lean_strain(v: float) -> float:
    """Return by which share leaning into a bend at speed v [m/s] makes her heavier [1]."""
    square = v * v
    return sqrt(1.0 + square * square * LEAN) - 1.0


def bend_factor(v: float) -> float:
    """Return how much dearer a bend is than a straight [1] (from Taboga & Kram 2019)."""
    return 1.0 + BEND_COST * lean_strain(v)


def on_bend(s: float) -> float:
    """Return 1.0 where the track position s [m] lies on a bend, else 0.0."""
    halves = int(s * HALVES_PER_M)
    return 1.0 if s - HALF_LAP_M * halves < BEND_M else 0.0


def leader_error(x: float, fast_opening: float, jitter: int, errors: Table) -> float:
    """Return how many seconds a leader is ahead of his mark at x [m].

    A fast opening grows to its full seconds at 200 m and is given back by 800 m; the jitter wanders
    between `jitter` independent errors [s], one every 50 m.
    """
    error = 0.0
    if x < OPENING_END_M:
        back = (x - OPENING_PEAK_M) / (OPENING_END_M - OPENING_PEAK_M)
        share = smooth(x / OPENING_PEAK_M) if x < OPENING_PEAK_M else 1.0 - smooth(back)
        error = fast_opening * share
    if jitter > 0:
        place = x / JITTER_KNOT_M
        last = jitter - 1.001
        place = place if place > 0.0 else 0.0
        place = place if place < last else last
        i = int(place)
        error = error + (errors[i] + (errors[i + 1] - errors[i]) * smooth(place - i))
    return error


class Pace:
    """The knots of a schedule, as the loop reads them; see `simulator.scenario.schedule`.

    Its flying clock at race time t [s] is u = ahead + t - loss * rise(t / tau).

    Attributes:
        u: flying clock at the knots [s].
        x: race distance at the knots [m].
        pace: pace at the knots [s/m].
        slope: how the pace changes with distance in each segment between two knots [s/m2].
        last: index of the last knot.
        loss, tau: what the start costs [s] and its time constant [s].
        ahead: flying clock at the gun [s].
        half_step, halves: half a time step [s], and how many of them are tabulated.
        marks, speeds: where the mark is at each of them [m], and the speed it asks for [m/s].
    """

    __slots__ = (
        "ahead", "half_step", "halves", "last", "loss", "marks", "pace", "slope", "speeds", "tau",
        "u", "x",
    )  # fmt: skip

    u: Table
    x: Table
    pace: Table
    slope: Table
    marks: Column
    speeds: Column
    half_step: float
    halves: int

    def __init__(
        self, u: Table, x: Table, pace: Table, slope: Table, loss: float, tau: float, ahead: float
    ) -> None:
        self.u = u
        self.x = x
        self.pace = pace
        self.slope = slope
        self.last = len(u) - 1
        self.loss = loss
        self.tau = tau
        self.ahead = ahead

    def tabulate(self, half_step: float, halves: int, marks: Column, speeds: Column) -> None:
        """Fill where the mark is at each half step, up to beyond the line; see `mark`."""
        self.half_step = half_step
        self.halves = halves
        self.marks = marks
        self.speeds = speeds
        # the flying clock first
        half = 0
        while half < halves and self.loss != 0.0 and half * half_step < 40.0 * self.tau:
            t = half * half_step
            marks[half] = self.ahead + (t - self.loss * rise(t / self.tau))
            half += 1
        while half < halves:
            marks[half] = self.ahead + (half * half_step - self.loss)
            half += 1
        half = 0
        for i in range(self.last):
            begin = self.u[i]
            end = self.u[i + 1]
            x = self.x[i]
            p = self.pace[i]
            slope = self.slope[i]
            v = 1.0 / p
            while half < halves:
                du = marks[half] - begin
                if marks[half] >= end and (marks[half] > end or i < self.last - 1):
                    break
                if slope == 0.0:
                    marks[half] = x + du / p
                    speeds[half] = v
                else:
                    under = p * p + 2.0 * slope * du
                    dx = 2.0 * du / (p + sqrt(under if under > 0.0 else 0.0))
                    marks[half] = x + dx
                    speeds[half] = 1.0 / (p + slope * dx)
                half += 1
        end = self.u[self.last]
        x = self.x[self.last]
        p = self.pace[self.last]
        v = 1.0 / p
        while half < halves:
            marks[half] = x + (marks[half] - end) / p
            speeds[half] = v
            half += 1

    def lead(
        self,
        light: Pace,
        fast_opening: float,
        jitter: int,
        errors: Table,
        marks: Column,
        speeds: Column,
    ) -> None:
        """Fill where a group wants to be that follows a light with errors, and how fast it asks.

        They are the light's mark and speed V, plus error · V and V · d error / dt, the latter no
        more than LEAD_SPEED_MAX. See `leader_error` for the rest.
        """
        self.half_step = light.half_step
        self.halves = light.halves
        self.marks = marks
        self.speeds = speeds
        last = light.halves - 1
        error = leader_error(light.marks[0], fast_opening, jitter, errors)
        before = error
        half = 0
        while half <= last and (jitter > 0 or half == 0 or light.marks[half - 1] < OPENING_END_M):
            v = light.speeds[half]
            after = error
            halves = 2 if 0 < half < last else 1
            if half < last:
                after = leader_error(light.marks[half + 1], fast_opening, jitter, errors)
            more = 0.0
            if after != before:
                more = (after - before) / (halves * light.half_step) * v
            more = more if more > -LEAD_SPEED_MAX else -LEAD_SPEED_MAX
            marks[half] = light.marks[half] + error * v
            speeds[half] = v + (more if more < LEAD_SPEED_MAX else LEAD_SPEED_MAX)
            before = error
            error = after
            half += 1
        while half <= last:  # the opening is given back: he is where the light is
            marks[half] = light.marks[half]
            speeds[half] = light.speeds[half]
            half += 1

    def mark(self, half: int) -> float:
        """Return where the mark is [m] so many half steps after the gun."""
        if half < self.halves:
            return self.marks[half]
        over = (half - self.halves + 1) * self.half_step
        return self.marks[self.halves - 1] + over * self.speeds[self.halves - 1]

    def speed(self, half: int) -> float:
        """Return the speed the mark asks for [m/s] so many half steps after the gun."""
        return self.speeds[half if half < self.halves else self.halves - 1]

    def remaining(
        self, race: float, start: float, cells: int, level: Column, drag: Column, time: Column
    ) -> None:
        """Fill what is left of the plan at each cell of PLAN_CELL_M, up to the line.

        level: integral of the level cost, bends included [J/kg]; drag: the same weighted with the
        square of the speed [J/kg m2/s2]; time [s]. Shape (cells,) each.
        """
        level[cells - 1] = 0.0
        drag[cells - 1] = 0.0
        time[cells - 1] = 0.0
        i = self.last - 1
        for cell in range(cells - 2, -1, -1):
            begin = PLAN_CELL_M * cell
            length = race - begin
            length = length if length > 0.0 else 0.0
            length = length if length < PLAN_CELL_M else PLAN_CELL_M
            at = begin + 0.5 * PLAN_CELL_M
            at = at if at < race else race
            while i > 0 and at < self.x[i]:
                i -= 1
            pace = self.slope[i] * (at - self.x[i]) + self.pace[i]
            v = 1.0 / pace
            seconds = length * pace
            cost = level_cost(v) * seconds
            if on_bend(at + start) > 0.0:
                cost = level_cost(v) * bend_factor(v) * seconds
            level[cell] = level[cell + 1] + cost
            drag[cell] = drag[cell + 1] + cost * v * v
            time[cell] = time[cell + 1] + seconds


class Formation:
    """What a formation does to the air from stage to stage of the race, by the extra front gap.

    A stage is a place of the race at which somebody's path bends; between two of them everything
    goes over from the one to the other in a straight line.

    Attributes:
        wake, lost, trail: sum of the strongest front wakes of the lanes over q [1], what jets and
            pacers beside take away [1], and the factor R of those behind [1]; tables of EXTRA_COUNT
            entries, one after another.
        base: where in them the table of each stage begins.
        constant: the shelter of a stage that has a constant one, else BY_FORMATION [1].
        stages: the runner's distances of the stages [m], increasing, two at least.
        per_m: one over the distance to the next stage [1/m].
        least: extra gap inside which she would run into the nearest pacer ahead [m].
        lead: how much anybody is ahead at all, 0 to 1 [1].
        far: how far ahead of her slot the foremost is [m].
        last: index of the last stage.
    """

    __slots__ = (
        "base", "constant", "far", "last", "lead", "least", "lost", "per_m", "stages", "trail",
        "wake",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913, PLR0917 - one table each
        self,
        wake: Table,
        lost: Table,
        trail: Table,
        base: Table,
        constant: Table,
        stages: Table,
        per_m: Table,
        least: Table,
        lead: Table,
        far: Table,
    ) -> None:
        self.wake = wake
        self.lost = lost
        self.trail = trail
        self.base = base
        self.constant = constant
        self.stages = stages
        self.per_m = per_m
        self.least = least
        self.lead = lead
        self.far = far
        self.last = len(stages) - 1

    def stage(self, x: float, near: int) -> int:
        """Return the stage at or before race distance x [m], beginning to look at `near`."""
        i = near
        while i > 0 and x < self.stages[i]:
            i -= 1
        while i < self.last - 1 and x >= self.stages[i + 1]:
            i += 1
        return i

    def share(self, x: float, stage: int) -> float:
        """Return which share of the way from a stage to the next is behind her at x [m]."""
        share = (x - self.stages[stage]) * self.per_m[stage]
        share = share if share > 0.0 else 0.0
        return share if share < 1.0 else 1.0

    def shelter(self, stage: int, share: float, gap: float, scale: float) -> float:
        """Return S [1] with the slots ahead moved by gap [m] and the wake's scale q = `scale`."""
        constant = self.constant[stage]
        if constant < BY_FORMATION:
            return constant + (self.constant[stage + 1] - constant) * share
        place = (gap - EXTRA_MIN_M) * EXTRA_PER_M
        if place > EXTRA_LAST:
            place = EXTRA_LAST
        elif not place > 0.0:
            place = 0.0
        i = int(place)
        f = place - i
        here = int(self.base[stage])
        there = int(self.base[stage + 1])
        shelter = self.sheltered(i + here, f, scale)
        if there != here:
            shelter = shelter + (self.sheltered(i + there, f, scale) - shelter) * share
        return shelter

    def sheltered(self, i: int, f: float, scale: float) -> float:
        """Return S [1] between entries i and i + 1 of the tables."""
        wake = self.wake[i]
        wake = scale * (wake + (self.wake[i + 1] - wake) * f)
        if wake > WAKE_LIMIT:
            wake = WAKE_LIMIT
        lost = self.lost[i]
        lost = lost + (self.lost[i + 1] - lost) * f
        trail = self.trail[i]
        trail = trail + (self.trail[i + 1] - trail) * f
        rest = 1.0 - (wake - lost)
        shelter = 1.0 - (rest if rest > 0.0 else -rest) * rest * trail
        if shelter > S_MAX:
            return S_MAX
        return shelter if shelter > S_MIN else S_MIN


class Attempt:
    """One attempt: constants, tables, state and outcome of one row.

    Constants (see `simulator.physics.setup`):
        step, race, start: time step [s], race distance and track position of the start line [m].
        cells_per_m: how many track cells there are to a metre of the lap [1/m].
        drag_k: K = k rho CdA / (2 m g) [s2/m2]; force_k: k / g [s2/m]; cost_k: the kit's cost [1].
        aerobic_max: MAP in this air with the form on the day [W/kg]; heat: how fast the heat to
            which she is exposed adds up [deg C min/s].
        tau_aerobic, per_tau_aerobic: time constant of her oxygen uptake [s], and one over it.
        anticipation: kappa [1]; gusts: what wind adds to the square of the air speed [m2/s2].
        plan: what she set out to run. leader: where the group wants to be. light: what counts as
            lost.
        formation, shift, scale, drop_back: the group's tables, by how much its front gap differs
            from theirs [m], the wake's scale q [1], how far it waits behind its mark [m].
        earlier, earlier_stage, earlier_share, earlier_shift, earlier_scale, changed_at: what was
            at the place where the formation was changed in a fork [m]; `changing` from there on
            for CHANGE_M.
        follows: whether she follows the group. passes, outside, wide_m: whether she passes a slower
            one, what the air is like beside it, and how far aside that is [m].
        bends, head_wind, cross: by track cell, BEND_COST or 0 [1], and where `windy` the wind
            against her [m/s] and the square of the wind across [m2/s2].
        level, drag, time: what is left of the plan; see `Pace.remaining`. last_place: how far they
            are looked up [cells].
        shelter_step: the most by which the shelter changes in a step [1].

    State: x [m], v [m/s], aerobic [W/kg], reserve [J/kg], group and group_v, the place [m] and
    speed [m/s] of the group's reference point, her slot; with 1 and 2 one and two ticks before.
    And wide, how far she is out beside the line (0 to 1), mode, held, for how long it has held [s],
    and felt, the shelter of the step before [1].

    What is recorded, on demand:
        recording: fills the columns xs, vs, aerobics, reserves, powers, shelters, groups, group_vs,
            wides, modes, helds, felts; an entry for each tick from the first one on. xs and vs are
            always filled.
        places: how many places_m [m] are looked for; crossed: from entry crossed_from on, for each
            of them the tick before it, and x and v at that tick and the next, places * 5 entries.
        watching: looks for where `light` is lost, that is ahead by `light_lag` half steps; lost:
            whether it is; lost_x0, lost_v0, lost_x1, lost_v1, lost_share: x and v at the ticks
            before and after, and the share of the step that lies before.
        slack_cells: so many SLACK_CELL_M, up to slack_until [m], have in slack the least power to
            spare while the plan is followed [W/kg].

    Outcome:
        tick: the last tick; x1, v1 and x, v are what they were before and at it.
        stepped: steps taken. finished: whether she came to the line.
        spent, drawn: sums over the steps of P and of P - A [W/kg]. sheltered: the sum of S.
        least_reserve: the least E at a tick [J/kg]. fastest: the greatest speed at a tick [m/s].
    """

    accel: float
    aerobic: float
    aerobic1: float
    aerobic2: float
    aerobic_max: float
    aerobics: Column
    anticipation: float
    wanted: float
    wanted_group: float
    bend: float
    bends: Table
    cells_per_m: float
    changed_at: float
    changing: bool
    cost_k: float
    cross: Table
    crossed: Column
    crossed_from: int
    cruise: float
    drag: Table
    drag_k: float
    drawn: float
    drop_back: float
    earlier: Formation
    earlier_scale: float
    earlier_share: float
    earlier_shift: float
    earlier_stage: int
    exposed: float
    far: float
    fastest: float
    felt: float
    felts: Column
    finished: bool
    follows: bool
    force_k: float
    formation: Formation
    gap: float
    group: float
    group1: float
    group2: float
    group_accel: float
    group_v: float
    group_v1: float
    group_v2: float
    group_vs: Column
    groups: Column
    gust: float
    gusts: float
    head_wind: Table
    heat: float
    held: float
    helds: Column
    last_place: float
    lead: float
    leader: Pace
    least: float
    least_reserve: float
    level: Table
    light: Pace
    light_lag: int
    line: float
    line_v: float
    lost: bool
    lost_share: float
    lost_v0: float
    lost_v1: float
    lost_x0: float
    lost_x1: float
    mark: float
    mode: int
    modes: Column
    observed: bool
    outside: Formation
    passes: bool
    per_tau_aerobic: float
    places: int
    places_m: Table
    plan: Pace
    planned: float
    power: float
    powers: Column
    race: float
    recording: bool
    reserve: float
    reserve1: float
    reserve2: float
    reserves: Column
    scale: float
    share: float
    shelter: float
    shelter_step: float
    sheltered: float
    shelters: Column
    shift: float
    slack: Column
    slack_cells: int
    slack_until: float
    spare: float
    spare_x: float
    spent: float
    stage: int
    stands_from: int
    start: float
    step: float
    stepped: int
    supply: float
    tau_aerobic: float
    tick: int
    ticks: int
    time: Table
    top: float
    v: float
    v1: float
    v2: float
    vs: Column
    watching: bool
    way: float
    wide: float
    wide_m: float
    wides: Column
    wind: float
    windy: bool
    x: float
    x1: float
    x2: float
    xs: Column

    __slots__ = tuple(__annotations__)  # compiled: __slots__ = ()

    def __init__(self) -> None:
        self.tick = 0
        self.recording = False
        self.watching = False
        self.places = 0
        self.crossed_from = 0
        self.slack_cells = 0
        self.stage = 0
        self.wind = 0.0
        self.gust = 0.0
        self.group = 0.0
        self.group_v = 0.0
        self.wide = 0.0
        self.mode = BEHIND_GROUP
        self.held = 0.0
        self.felt = UNFELT
        self.changing = False

    # -- what she follows, and what she meets ------------------------------------------------------

    def follow(self, half: int) -> None:
        """Set what the clock alone decides, so many half steps after the gun.

        mark [m], planned [m/s]: where her plan's mark is and the speed it asks for; line [m],
        line_v [m/s]: the same of the group; top [W/kg]: MAP after so long in this heat.
        """
        if half < self.plan.halves:
            self.mark = self.plan.marks[half]
            self.planned = self.plan.speeds[half]
        else:
            self.mark = self.plan.mark(half)
            self.planned = self.plan.speed(half)
        if half < self.leader.halves:
            self.line = self.leader.marks[half]
            self.line_v = self.leader.speeds[half]
        else:
            self.line = self.leader.mark(half)
            self.line_v = self.leader.speed(half)
        self.top = self.aerobic_max
        if self.heat > 0.0:
            exposure = self.heat * (0.5 * self.step * half) - HEAT_FREE
            if exposure > 0.0:
                loss = HEAT_LOSS * exposure
                self.top = self.aerobic_max * (
                    1.0 - (loss if loss < HEAT_LOSS_MAX else HEAT_LOSS_MAX)
                )

    def meet(self, x: float, v: float, group: float, group_v: float) -> None:
        """Set how runner and group move in this state, where `follow` set the marks.

        stage, share: where in the formation's stages she is; least, far [m], lead [1]: what it is
        like there, as in `Formation`, in terms of the gap; gap: to her slot [m]; wanted_group
        [m/s], group_accel [m/s2]: the group's; wanted: the speed she wants [m/s]; cruise: the
        speed at which what she dares is reckoned [m/s].
        """
        stage = self.stage
        if x < self.formation.stages[stage] or x >= self.formation.stages[stage + 1]:
            stage = self.formation.stage(x, stage)
            self.stage = stage
        share = (x - self.formation.stages[stage]) * self.formation.per_m[stage]
        if share < 0.0:
            share = 0.0
        elif share > 1.0:
            share = 1.0
        self.share = share
        least = self.formation.least[stage]
        lead = self.formation.lead[stage]
        least = least + (self.formation.least[stage + 1] - least) * share - self.shift
        lead = lead + (self.formation.lead[stage + 1] - lead) * share
        if self.changing:
            old = 1.0 - (x - self.changed_at) / CHANGE_M
            if old > 0.0:
                old = old if old < 1.0 else 1.0
                i = self.earlier_stage
                f = self.earlier_share
                before = (
                    self.earlier.least[i] + (self.earlier.least[i + 1] - self.earlier.least[i]) * f
                )
                least = least + (before - self.earlier_shift - least) * old
                before = (
                    self.earlier.lead[i] + (self.earlier.lead[i + 1] - self.earlier.lead[i]) * f
                )
                lead = lead + (before - lead) * old
        if self.mode != BEHIND_GROUP:
            self.far = self.foremost(x)
        gap = group - x
        if lead <= 0.0 and gap < 0.0:
            gap = 0.0
        # the group: along its line, or waiting for her
        behind = self.line - x - gap
        more = behind * GAP_GAIN
        if more > GAP_SPEED_MAX:
            more = GAP_SPEED_MAX
        elif more < -GAP_SPEED_MAX:
            more = -GAP_SPEED_MAX
        ask = self.line_v + more
        if self.drop_back > 0.0 and gap > WAIT_FROM_M:
            slower = WAIT_GAIN * (gap - WAIT_FROM_M)
            wait = v - (slower if slower < WAIT_SPEED else WAIT_SPEED)
            more = WAIT_GAIN * (behind - self.drop_back)
            more = more if more > CATCH_BRAKE else CATCH_BRAKE
            floor = self.line_v + (more if more < CATCH_SPEED else CATCH_SPEED)
            wait = wait if wait > floor else floor
            if wait < ask:
                more = (gap - WAIT_FROM_M) * PER_WAIT_M
                ask = ask + (more if more < 1.0 else 1.0) * (wait - ask)
        accel = (ask - group_v) * PER_TAU_SPEED
        if accel > ACCEL_MAX:
            accel = ACCEL_MAX
        elif accel < ACCEL_MIN:
            accel = ACCEL_MIN
        self.group_accel = accel
        # she: along her plan, behind the group, or past it
        more = (self.mark - x) * GAP_GAIN
        if more > GAP_SPEED_MAX:
            more = GAP_SPEED_MAX
        elif more < -GAP_SPEED_MAX:
            more = -GAP_SPEED_MAX
        cruise = self.planned
        wanted = cruise + more
        if lead > 0.0 and self.mode != AHEAD_OF_GROUP:
            inside = 1.0 - self.wide
            near = ask + APPROACH * gap
            if self.follows and self.mode != BEING_PASSED and gap < FOLLOW_FAR_M:
                weight = (FOLLOW_FAR_M - gap) * PER_FOLLOW_M
                if weight > 1.0:
                    weight = 1.0
                weight = weight * lead * inside
                more = gap * GAP_GAIN
                if more > GAP_SPEED_MAX:
                    more = GAP_SPEED_MAX
                elif more < -GAP_SPEED_MAX:
                    more = -GAP_SPEED_MAX
                pace = ask + more
                if gap > 0.0:
                    # a group that comes back is met, not followed down
                    meets = near if near < wanted else wanted
                    if pace < meets:
                        pace = meets
                wanted = wanted + weight * (pace - wanted)
                cruise = cruise + weight * (self.line_v - cruise)
            if near < wanted and (
                self.mode == BEHIND_GROUP or (self.mode == PASSING and gap > least)
            ):
                # nobody is run into
                wanted = wanted + inside * (near - wanted)
        self.least = least
        self.lead = lead
        self.gap = gap
        self.wanted_group = ask
        self.wanted = wanted
        self.cruise = cruise

    def foremost(self, x: float) -> float:
        """Return how far ahead of her slot the foremost is [m], where `meet` has set the stage."""
        i = self.stage
        far = self.formation.far[i]
        far = far + (self.formation.far[i + 1] - far) * self.share + self.shift
        if self.changing:
            old = 1.0 - (x - self.changed_at) / CHANGE_M
            if old > 0.0:
                i = self.earlier_stage
                before = self.earlier.far[i]
                before = before + (self.earlier.far[i + 1] - before) * self.earlier_share
                before = before + self.earlier_shift
                far = far + (before - far) * (old if old < 1.0 else 1.0)
        return far

    def shelter_here(self, x: float) -> float:
        """Return S [1] at x [m], where `meet` has set how she stands to the group."""
        gap = self.gap
        if self.mode <= PASSING:
            if gap < self.least:
                gap = self.least
        else:
            beyond = -self.far - 0.5
            gap = gap if gap < beyond else beyond
        shelter = self.formation.shelter(self.stage, self.share, gap + self.shift, self.scale)
        if self.wide > 0.0:
            aside = self.outside.shelter(self.stage, self.share, self.gap + self.shift, self.scale)
            shelter = shelter + self.wide * (aside - shelter)
        if self.changing:
            old = 1.0 - (x - self.changed_at) / CHANGE_M
            if old > 0.0:
                old = old if old < 1.0 else 1.0
                before = self.earlier.shelter(
                    self.earlier_stage,
                    self.earlier_share,
                    gap + self.earlier_shift,
                    self.earlier_scale,
                )
                shelter = shelter + old * (before - shelter)
        felt = self.felt
        if felt > UNFELT:
            if shelter > felt + self.shelter_step:
                shelter = felt + self.shelter_step
            elif shelter < felt - self.shelter_step:
                shelter = felt - self.shelter_step
        return shelter

    def surround(self, x: float, shelter: float) -> None:
        """Set what is round her at race distance x [m] in this shelter.

        exposed: K of what is left of the drag [s2/m2]; bend: k_c BEND_COST on a bend, 0 on a
        straight [1]; wind: head wind [m/s]; gust: the square of the wind across [m2/s2].
        """
        self.shelter = shelter
        self.exposed = self.drag_k * (1.0 - shelter)
        place = (x + self.start) * self.cells_per_m
        if not place > 0.0:
            place = 0.0
        cell = int(place)
        cell = cell % TRACK_CELLS
        self.bend = self.bends[cell] * self.cost_k
        if self.windy:
            self.wind = self.head_wind[cell]
            self.gust = self.cross[cell]

    def decide(self) -> None:
        """Decide after a step whether to pass the group, or to go back behind it."""
        if self.lead <= 0.0:
            self.mode = BEHIND_GROUP
        gap = self.gap
        if self.mode == BEHIND_GROUP:
            if self.held >= 0.0:
                slow = self.planned - self.wanted_group > PASS_SLOWER
                late = self.mark - self.group > PASS_BEHIND_M
                if self.lead > 0.5 and gap < 2.0 and slow and late:
                    self.held += self.step
                else:
                    self.held = 0.0
                if self.held > PASS_AFTER_S:
                    self.mode = PASSING
                    self.held = 0.0
        elif self.mode == PASSING:
            if gap < -self.far - PASSED_M:
                self.mode = AHEAD_OF_GROUP
            elif gap > PASSED_M or (self.held > PASS_GIVE_UP_S and gap > -0.2):
                self.mode = BEHIND_GROUP
                self.held = GAVE_UP_S
            else:
                self.held += self.step
        elif self.mode == AHEAD_OF_GROUP:
            if gap > -self.far - PASSED_M + 0.5:
                self.mode = BEING_PASSED
        elif gap < -self.far - PASSED_M:
            self.mode = AHEAD_OF_GROUP
        elif gap > self.least and self.wide >= 1.0:
            self.mode = BEHIND_GROUP
            self.held = 0.0
        # out while she passes or is passed: the odd modes
        aim = self.mode % 2 * 1.0
        move = self.step / PASS_OUT_S
        if self.wide < aim:
            wide = self.wide + move
            self.wide = wide if wide < aim else aim
        else:
            wide = self.wide - move
            self.wide = wide if wide > aim else aim

    # -- what she can, and what she does -----------------------------------------------------------

    def dearer(self, v: float) -> float:
        """Return by how much kit and bend multiply the cost of running at v [m/s] here [1]."""
        square = v * v
        return self.cost_k + self.bend * (sqrt(1.0 + square * square * LEAN) - 1.0)

    def needed(self, x: float) -> float:
        """Return what the rest of the plan draws from the reserve in this shelter [J/kg]."""
        place = x * PLAN_CELLS_PER_M
        if place > self.last_place:
            place = self.last_place
        elif not place > 0.0:
            place = 0.0
        i = int(place)
        f = place - i
        level = self.level[i]
        level = level + (self.level[i + 1] - level) * f
        drag = self.drag[i]
        drag = drag + (self.drag[i + 1] - drag) * f + self.gusts * level
        time = self.time[i]
        time = time + (self.time[i + 1] - time) * f
        return self.cost_k * (level + self.exposed * drag) - self.top * time

    def limit(self, x: float, aerobic: float, reserve: float) -> float:
        """Return the power she will spend at most at x [m] when she follows `cruise` [W/kg].

        What she can: P <= A + E / tau_E; below zero that fills the reserve up again. And what she
        dares: where the usable reserve, times her anticipation, is less than the rest of the plan
        needs, she draws that share of what the plan asks now. Oxygen uptake that has yet to come up
        is not held back.
        """
        can = aerobic + reserve * (PER_TAU_RESERVE if reserve > 0.0 else PER_TAU_OVERDRAWN)
        top = self.top
        lag = top - aerobic
        if lag < 0.0:
            lag = 0.0
        usable = self.anticipation * (reserve - self.tau_aerobic * lag)
        if usable < 0.0:
            usable = 0.0
        need = self.needed(x)
        if need < 1.0:
            need = 1.0
        if usable >= need:
            return can
        v = self.cruise
        dearer = self.cost_k if self.bend == 0.0 else self.dearer(v)
        air = v + self.wind
        air_speed = air if air > 0.0 else -air
        if self.gust > 0.0:
            air_speed = sqrt(air * air + self.gust)
        dragged = 1.0 + self.exposed * (air * air_speed)
        dragged = dragged if dragged > AIDED_COST else AIDED_COST
        draw = ((C2 * v + C1) * v + C0) * dearer * dragged - top
        dares = top + lag
        if draw > 0.0:
            dares = dares + usable / need * draw
        return dares if dares < can else can

    def pull(self, v: float, limit: float, wanted: float) -> None:
        """Set accel [m/s2] and power [W/kg] at speed v when she wants to run at `wanted` [m/s].

        The power stays inside `limit` [W/kg]: where the wanted acceleration is too dear the limit
        is solved for it; where even standing pace is, the speed relaxes to what is allowed.
        """
        dearer = self.cost_k if self.bend == 0.0 else self.dearer(v)
        level = ((C2 * v + C1) * v + C0) * dearer
        air = v + self.wind
        air_speed = air if air > 0.0 else -air
        if self.gust > 0.0:
            air_speed = sqrt(air * air + self.gust)
        dragged = 1.0 + self.exposed * (air * air_speed)
        dragged = dragged if dragged > AIDED_COST else AIDED_COST
        hold = level * dragged
        room = limit - hold
        per_accel = level * self.force_k
        if room >= 0.0:
            allowed = room / per_accel
        else:
            # in the slope the bend counts as a factor that does not change with speed
            slope = level_cost_slope(v) * (dearer * dragged) * TAU_LIMIT
            slope = slope + self.exposed * YIELDING * air_speed * level
            allowed = room / slope
        accel = (wanted - v) * PER_TAU_SPEED
        if accel > ACCEL_MAX:
            accel = ACCEL_MAX
        if accel > allowed:
            accel = allowed
        self.power = hold
        if accel > 0.0:
            self.power = hold + per_accel * accel
        elif accel < ACCEL_MIN:
            least = ACCEL_MIN
            if dragged > 1.0:  # what blows against her brakes her, too
                least = ACCEL_MIN - (dragged - 1.0) / self.force_k
            accel = accel if accel > least else least
        self.accel = accel

    def rates(
        self, x: float, v: float, aerobic: float, reserve: float, group: float, group_v: float
    ) -> None:
        """Set what changes in this state, and by how much, where `follow` set the marks.

        accel and group_accel [m/s2], power [W/kg], supply: dA/dt [W/(kg s)], way: dx/dt [m/s].
        """
        self.meet(x, v, group, group_v)
        self.surround(x, self.shelter_here(x))
        self.pull(v, self.limit(x, aerobic, reserve), self.wanted)
        fed = self.power
        fed = fed if fed < self.top else self.top
        self.supply = (fed - aerobic) * self.per_tau_aerobic
        self.way = v
        if self.wide > 0.0 and self.bend > 0.0:
            self.way = v / (1.0 + self.wide * self.wide_m / BEND_RADIUS_M)

    # -- stepping ----------------------------------------------------------------------------------

    def begin(self, known: int) -> None:
        """Make up the states before the first, of which `known` (1, 2 or 3) are there.

        They lie on a straight line with the rates at the gun: the first step is then one of the
        common midpoint rule.
        """
        if known == 3:
            return
        h = self.step
        x = self.x if known == 1 else self.x1
        v = self.v if known == 1 else self.v1
        aerobic = self.aerobic if known == 1 else self.aerobic1
        reserve = self.reserve if known == 1 else self.reserve1
        group = self.group if known == 1 else self.group1
        group_v = self.group_v if known == 1 else self.group_v1
        felt = self.felt
        self.felt = UNFELT
        self.follow(0)
        v = v if v > 0.0 else 0.0
        self.rates(x, v, aerobic, reserve, group, group_v)
        self.felt = self.shelter if known == 1 else felt
        self.x2 = x - h * self.way
        self.v2 = v - h * self.accel
        self.aerobic2 = aerobic - h * self.supply
        self.reserve2 = reserve - h * (aerobic - self.power)
        self.group2 = group - h * group_v
        self.group_v2 = group_v - h * self.group_accel
        if known == 1:
            self.x1 = self.x2
            self.v1 = self.v2
            self.aerobic1 = self.aerobic2
            self.reserve1 = self.reserve2
            self.group1 = self.group2
            self.group_v1 = self.group_v2
            self.x2 = self.x1 - h * self.way
            self.v2 = self.v1 - h * self.accel
            self.aerobic2 = self.aerobic1 - h * self.supply
            self.reserve2 = self.reserve1 - h * (aerobic - self.power)
            self.group2 = self.group1 - h * group_v
            self.group_v2 = self.group_v1 - h * self.group_accel

    def steps(self, known: int) -> None:
        """Step until she is at the line, stands still, or patience is out; see `begin`."""
        self.stage = 0
        self.wind = 0.0
        self.gust = 0.0
        if self.mode == PASSING and not self.passes:  # from here on she may not: she gives it up
            self.mode = BEHIND_GROUP
            self.held = GAVE_UP_S
        self.begin(known)
        first = self.tick
        spent = 0.0
        drawn = 0.0
        sheltered = 0.0
        least = self.reserve
        fastest = self.v
        self.finished = False
        self.lost = False
        self.lost_share = 0.0
        self.lost_x0 = 0.0
        self.lost_v0 = 0.0
        self.lost_x1 = 0.0
        self.lost_v1 = 0.0
        self.spare_x = self.x
        self.spare = NEVER
        self.xs[0] = self.x
        self.vs[0] = self.v
        self.observed = self.recording or self.slack_cells > 0
        if self.recording:
            self.keep(0)
        h = self.step
        x, x1, x2 = self.x, self.x1, self.x2
        v, v1, v2 = self.v, self.v1, self.v2
        aerobic, aerobic1, aerobic2 = self.aerobic, self.aerobic1, self.aerobic2
        reserve, reserve1, reserve2 = self.reserve, self.reserve1, self.reserve2
        group, group1, group2 = self.group, self.group1, self.group2
        group_v, group_v1, group_v2 = self.group_v, self.group_v1, self.group_v2
        tick = first
        while tick < self.ticks:
            middle_x = HERE * x - BEFORE * x1 + EARLIER * x2
            middle_v = HERE * v - BEFORE * v1 + EARLIER * v2
            middle_aerobic = HERE * aerobic - BEFORE * aerobic1 + EARLIER * aerobic2
            middle_reserve = HERE * reserve - BEFORE * reserve1 + EARLIER * reserve2
            if middle_v < 0.0:
                middle_v = 0.0
            middle_group = HERE * group - BEFORE * group1 + EARLIER * group2
            middle_group_v = HERE * group_v - BEFORE * group_v1 + EARLIER * group_v2
            if middle_group_v < 0.0:
                middle_group_v = 0.0
            self.follow(2 * tick + 1)
            self.rates(
                middle_x, middle_v, middle_aerobic, middle_reserve, middle_group, middle_group_v
            )
            self.felt = self.shelter
            x2, v2, aerobic2, reserve2 = x1, v1, aerobic1, reserve1
            group2, group_v2 = group1, group_v1
            x1, v1, aerobic1, reserve1 = x, v, aerobic, reserve
            group1, group_v1 = group, group_v
            power = self.power
            x = x + h * self.way
            v = v + h * self.accel
            if v < 0.0:
                v = 0.0
            aerobic = aerobic + h * self.supply
            reserve = reserve + h * (middle_aerobic - power)
            group = group + h * middle_group_v
            group_v = group_v + h * self.group_accel
            if group_v < 0.0:
                group_v = 0.0
            if self.lead <= 0.0 and group < x:
                # whoever comes in later meets her at her slot
                group, group1, group2 = x, x1, x2
                group_v, group_v1, group_v2 = v, v1, v2
            if self.passes or self.wide > 0.0 or self.mode != BEHIND_GROUP:
                self.group = group
                self.decide()
            tick += 1
            spent += power
            drawn += power - 0.5 * (aerobic1 + aerobic)
            sheltered += self.shelter
            if reserve < least:
                least = reserve
            if v > fastest:
                fastest = v
            self.xs[tick - first] = x
            self.vs[tick - first] = v
            if self.observed:
                self.x, self.x1 = x, x1
                self.v, self.v1 = v, v1
                self.aerobic, self.aerobic1 = aerobic, aerobic1
                self.reserve, self.reserve1 = reserve, reserve1
                self.group, self.group1 = group, group1
                self.group_v, self.group_v1 = group_v, group_v1
                self.tick = tick
                self.observe(tick - first)
            if x >= self.race:
                self.finished = True
                break
            if v < STANDS_M_S and (tick > self.stands_from or reserve < h * (power - aerobic)):
                break  # in a storm standing too costs more than she has for another step
        self.x, self.x1, self.x2 = x, x1, x2
        self.v, self.v1, self.v2 = v, v1, v2
        self.aerobic, self.aerobic1, self.aerobic2 = aerobic, aerobic1, aerobic2
        self.reserve, self.reserve1, self.reserve2 = reserve, reserve1, reserve2
        self.group, self.group1, self.group2 = group, group1, group2
        self.group_v, self.group_v1, self.group_v2 = group_v, group_v1, group_v2
        self.tick = tick
        self.stepped = self.tick - first
        self.spent = spent
        self.drawn = drawn
        self.sheltered = sheltered
        self.least_reserve = least
        self.fastest = fastest
        self.look_for_places(first)
        if self.watching:
            self.look_for_light(first)
        if self.recording:
            self.look_back(first)

    def go_on(self, states: Table, i: int) -> int:
        """Take the state that begins at entry i; return how many states are known, 1 to 3."""
        self.tick = int(states[i])
        self.x, self.v, self.aerobic = states[i + 1], states[i + 2], states[i + 3]
        self.reserve, self.group, self.group_v = states[i + 4], states[i + 5], states[i + 6]
        self.x1, self.v1, self.aerobic1 = states[i + 7], states[i + 8], states[i + 9]
        self.reserve1, self.group1, self.group_v1 = states[i + 10], states[i + 11], states[i + 12]
        self.x2, self.v2, self.aerobic2 = states[i + 13], states[i + 14], states[i + 15]
        self.reserve2, self.group2, self.group_v2 = states[i + 16], states[i + 17], states[i + 18]
        self.wide, self.held, self.felt = states[i + 19], states[i + 21], states[i + 22]
        self.mode = int(states[i + 20])
        return self.tick + 1 if self.tick < 2 else 3

    def leave(self, states: Column, i: int) -> None:
        """Write the state, beginning at entry i."""
        states[i] = self.tick
        states[i + 1], states[i + 2], states[i + 3] = self.x, self.v, self.aerobic
        states[i + 4], states[i + 5], states[i + 6] = self.reserve, self.group, self.group_v
        states[i + 7], states[i + 8], states[i + 9] = self.x1, self.v1, self.aerobic1
        states[i + 10], states[i + 11], states[i + 12] = self.reserve1, self.group1, self.group_v1
        states[i + 13], states[i + 14], states[i + 15] = self.x2, self.v2, self.aerobic2
        states[i + 16], states[i + 17], states[i + 18] = self.reserve2, self.group2, self.group_v2
        states[i + 19], states[i + 21], states[i + 22] = self.wide, self.held, self.felt
        states[i + 20] = self.mode

    def each(
        self, first: int, last: int, constants: Table, states: Column, outcomes: Column
    ) -> None:
        """Run the samples from `first` up to `last`; see `run_samples`."""
        for row in range(first, last):
            i = SAMPLED_COUNT * row
            self.drag_k = constants[i]
            self.force_k = constants[i + 1]
            self.aerobic_max = constants[i + 2]
            self.scale = constants[i + 3]
            self.crossed_from = 5 * self.places * row
            i = STATE_COUNT * row
            known = self.go_on(states, i)
            self.steps(known)
            self.leave(states, i)
            self.report(outcomes, OUTCOME_COUNT * row)

    def report(self, outcomes: Column, i: int) -> None:
        """Write how the attempt ended, beginning at entry i."""
        outcomes[i] = self.tick
        outcomes[i + 1], outcomes[i + 2], outcomes[i + 3] = self.x1, self.v1, self.x
        outcomes[i + 4], outcomes[i + 5] = self.v, self.reserve
        outcomes[i + 6] = 1.0 if self.finished else 0.0
        outcomes[i + 7] = self.stepped
        outcomes[i + 8], outcomes[i + 9], outcomes[i + 10] = self.spent, self.drawn, self.sheltered
        outcomes[i + 11], outcomes[i + 12] = self.least_reserve, self.fastest
        outcomes[i + 13] = 1.0 if self.lost else 0.0
        outcomes[i + 14], outcomes[i + 15] = self.lost_x0, self.lost_v0
        outcomes[i + 16], outcomes[i + 17] = self.lost_x1, self.lost_v1
        outcomes[i + 18] = self.lost_share

    def observe(self, i: int) -> None:
        """Keep what is wanted of the step just taken; i counts the steps."""
        if self.recording:
            self.keep(i)
        if self.slack_cells > 0 and self.spare_x < self.slack_until:
            self.look_for_slack()

    def keep(self, i: int) -> None:
        """Keep the state as entry i of the columns."""
        self.aerobics[i] = self.aerobic
        self.reserves[i] = self.reserve
        self.groups[i] = self.group
        self.group_vs[i] = self.group_v
        self.wides[i] = self.wide
        self.modes[i] = self.mode
        self.helds[i] = self.held
        self.felts[i] = self.felt

    def look_for_places(self, first: int) -> None:
        """Keep for every place that was passed the step in which it was."""
        last = self.tick - first
        i = 0
        place = 0
        while place < self.places and self.places_m[place] <= self.xs[0]:
            place += 1
        while place < self.places and i < last:
            i += 1
            while place < self.places and self.xs[i] >= self.places_m[place]:
                at = self.crossed_from + 5 * place
                self.crossed[at] = first + i - 1
                self.crossed[at + 1] = self.xs[i - 1]
                self.crossed[at + 2] = self.vs[i - 1]
                self.crossed[at + 3] = self.xs[i]
                self.crossed[at + 4] = self.vs[i]
                place += 1

    def clear_of_light(self, i: int, tick: int) -> float:
        """Return by how much she is ahead of where the light was `light_lag` half steps ago [m]."""
        half = 2 * tick - self.light_lag
        return self.xs[i] - (self.light.mark(half) if half > 0 else 0.0)

    def look_for_light(self, first: int) -> None:
        """Keep the step in which the light came so far ahead of her for good, if it did."""
        last = self.tick - first
        i = last
        clear = self.clear_of_light(i, self.tick)
        after = clear
        while i > 0 and clear < 0.0:
            i -= 1
            after = clear
            clear = self.clear_of_light(i, first + i)
        if i < last and clear >= 0.0:
            self.lost = True
            self.lost_share = clear / (clear - after)
            self.lost_x0 = self.xs[i]
            self.lost_v0 = self.vs[i]
            self.lost_x1 = self.xs[i + 1]
            self.lost_v1 = self.vs[i + 1]

    def look_for_slack(self) -> None:
        """Keep the least power to spare in its cell: the limit less what following takes.

        In the step over the last place that counts it is the slack at that place: else it would
        depend on where in the step the place happens to be.
        """
        self.follow(2 * self.tick - 2)
        self.meet(self.x1, self.v1, self.group1, self.group_v1)
        limit = self.limit(self.x1, self.aerobic1, self.reserve1)
        self.pull(self.v1, UNLIMITED, self.wanted)
        slack = limit - self.power
        before = self.spare
        before_x = self.spare_x
        self.spare = slack
        self.spare_x = self.x1
        place = self.x1
        if place >= self.slack_until:
            way = place - before_x
            over = (self.slack_until - before_x) / (way if way > 1e-09 else 1e-09)
            slack = before + over * (slack - before)
            place = self.slack_until - 1e-9
        i = int((place if place > 0.0 else 0.0) / SLACK_CELL_M)
        self.slack[i] = slack if slack < self.slack[i] else self.slack[i]

    def look_back(self, first: int) -> None:
        """Fill the columns of shelter and power at the ticks.

        The shelter at a tick is the mean of that in the steps before and after it.
        """
        last = self.tick - first
        self.felt = UNFELT
        self.stage = 0
        for i in range(last + 1):
            after = i + 1 if i < last else last
            shelter = 0.5 * (self.felts[i] + self.felts[after])
            if first + i == 0:
                shelter = self.felts[0]
            self.wide = self.wides[i]
            self.mode = int(self.modes[i])
            self.follow(2 * (first + i))
            self.meet(self.xs[i], self.vs[i], self.groups[i], self.group_vs[i])
            self.surround(self.xs[i], shelter)
            limit = self.limit(self.xs[i], self.aerobics[i], self.reserves[i])
            self.pull(self.vs[i], limit, self.wanted)
            self.powers[i] = self.power
            self.shelters[i] = shelter


def run(attempt: Attempt, known: int) -> None:
    """Step an attempt of which the last `known` states, 1 to 3, are set; see `Attempt.steps`.

    Compiled, it lets other threads run meanwhile.
    """
    attempt.steps(known)  # compiled: with cython.nogil:


def run_samples(
    attempt: Attempt, first: int, last: int, constants: Table, states: Column, outcomes: Column
) -> None:
    """Run an attempt once for each sample from `first` up to `last`.

    Compiled, it lets other threads run meanwhile.

    Args:
        attempt: what they have in common.
        first: the first row of the tables.
        last: the row at which to stop.
        constants: those of each sample, in the order of SAMPLED, one after another.
        states: from where each goes on, in the order of STATE; replaced by where it ends.
        outcomes: takes how each ends, in the order of OUTCOME.
    """
    attempt.each(first, last, constants, states, outcomes)  # compiled: with cython.nogil:
