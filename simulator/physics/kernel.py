"""The kernel: one attempt, stepped from a state to the line. The model's equations stand here alone.

In: an `Attempt` that `simulator.physics.setup` has filled with the runner's constants and tables.
Out: the same object, with how the run ended, and its columns where they are wanted.

This file is restricted Python: floats, integers, flat arrays, + - * /, sqrt, comparisons, table
look-ups. It runs as it stands, compiled by Cython (types in kernel.pxd), and in a browser, with the
same bits; so no other function of `math` may enter, and no sum may be written in another order in
one of them. Each symbol bears the name it has in docs/physics.md.

Every index into a table is clamped by comparisons that send NaN to the table's beginning, because
compiled code checks no index; `setup` refuses numbers that are not finite before the loop begins.
"""

from __future__ import annotations

from array import array
from math import exp

from math import sqrt  # isort: skip - the build takes this line out: compiled code has C's own

from simulator.coefficients import (
    ACCEL_MAX,
    ACCEL_MIN,
    BEND_COST,
    BEND_M,
    BEND_RADIUS_M,
    COST_V0,
    COST_V1,
    COST_V2,
    GAP_GAIN,
    GAP_SPEED_MAX,
    J_PER_ML_O2,
    LAP_M,
    TAU_AEROBIC,
    TAU_LIMIT,
    TAU_RESERVE,
    TAU_SPEED,
    WAKE_LIMIT,
    G,
)

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
"""The constant shelter of a phase in which the formation gives the shelter."""
SLACK_CELL_M = 50.0
NEVER = 1e3
"""The slack where she never ran [W/kg]."""
UNLIMITED = 1e12
"""A limit that never binds [W/kg]."""

PER_TAU_SPEED = 1.0 / TAU_SPEED
PER_TAU_AEROBIC = 1.0 / TAU_AEROBIC
PER_TAU_RESERVE = 1.0 / TAU_RESERVE
YIELDING = 2.0 * TAU_LIMIT
C0 = J_PER_ML_O2 / 60.0 * COST_V0
C1 = J_PER_ML_O2 / 60.0 * COST_V1
C2 = J_PER_ML_O2 / 60.0 * COST_V2
LEAN = 1.0 / (G * BEND_RADIUS_M * (G * BEND_RADIUS_M))
CELLS_PER_M = TRACK_CELLS / LAP_M
M_PER_CELL = LAP_M / TRACK_CELLS
HALF_LAP_M = 0.5 * LAP_M
HALVES_PER_M = 1.0 / HALF_LAP_M
HERE = 15.0 / 8.0
BEFORE = 10.0 / 8.0
EARLIER = 3.0 / 8.0

EXP_WHOLE = array("d", [exp(-i) for i in range(41)])
EXP_PART = array("d", [exp(-i / 16.0) for i in range(16)])


def rise(z):
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


def smooth(z):
    """Return a smooth step: 0 up to z = 0, 1 from z = 1 on, 3 z^2 - 2 z^3 between."""
    z = z if z > 0.0 else 0.0
    z = z if z < 1.0 else 1.0
    return z * z * (3.0 - 2.0 * z)


def level_cost(v):
    """Return the metabolic power on the level without air [W/kg] (Batliner in Kipp 2019)."""
    return (C2 * v + C1) * v + C0


def level_cost_slope(v):
    """Return the derivative of `level_cost` [W/kg per m/s]."""
    return 2.0 * C2 * v + C1


def lean_strain(v):
    """Return by which share leaning into a bend at speed v [m/s] makes her heavier [1]."""
    square = v * v
    return sqrt(1.0 + square * square * LEAN) - 1.0


def bend_factor(v):
    """Return how much dearer a bend is than a straight [1] (from Taboga & Kram 2019)."""
    return 1.0 + BEND_COST * lean_strain(v)


def on_bend(s):
    """Return 1.0 where the track position s [m] lies on a bend, else 0.0."""
    halves = int(s * HALVES_PER_M)
    return 1.0 if s - HALF_LAP_M * halves < BEND_M else 0.0


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

    def __init__(self, u, x, pace, slope, loss, tau, ahead):
        self.u = u
        self.x = x
        self.pace = pace
        self.slope = slope
        self.last = len(u) - 1
        self.loss = loss
        self.tau = tau
        self.ahead = ahead

    def tabulate(self, half_step, halves, marks, speeds):
        """Fill where the mark is at each half step, up to beyond the line; see `mark`."""
        self.half_step = half_step
        self.halves = halves
        self.marks = marks
        self.speeds = speeds
        i = 0
        for half in range(halves):
            t = half * half_step
            u = self.ahead + t
            if self.loss != 0.0:
                u = self.ahead + (t - self.loss * rise(t / self.tau))
            while i < self.last - 1 and u >= self.u[i + 1]:
                i += 1
            if u > self.u[self.last]:
                marks[half] = self.x[self.last] + (u - self.u[self.last]) / self.pace[self.last]
                speeds[half] = 1.0 / self.pace[self.last]
            else:
                p0 = self.pace[i]
                du = u - self.u[i]
                under = p0 * p0 + 2.0 * self.slope[i] * du
                dx = 2.0 * du / (p0 + sqrt(under if under > 0.0 else 0.0))
                marks[half] = self.x[i] + dx
                speeds[half] = 1.0 / (p0 + self.slope[i] * dx)

    def mark(self, half):
        """Return where the mark is [m] so many half steps after the gun."""
        if half < self.halves:
            return self.marks[half]
        over = (half - self.halves + 1) * self.half_step
        return self.marks[self.halves - 1] + over * self.speeds[self.halves - 1]

    def speed(self, half):
        """Return the speed asked for [m/s] so many half steps after the gun."""
        return self.speeds[half if half < self.halves else self.halves - 1]

    def remaining(self, race, start, cells, level, drag, time):
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
    """What a formation does to the air in each phase of the race, by the extra front gap.

    Attributes:
        wake, lost, trail: sum of the strongest front wakes of the lanes over q [1], what jets and
            pacers beside take away [1], and the factor R of those behind [1]; a table of
            EXTRA_COUNT entries a phase, one phase after another.
        constant: the shelter of a phase that has a constant one, else BY_FORMATION [1].
        breaks: the runner's distances at which one phase ends and the next begins [m].
        least: extra gap inside which she would run into the nearest pacer ahead, by phase [m].
        phases: number of phases.
    """

    __slots__ = ("breaks", "constant", "least", "lost", "phases", "trail", "wake")

    def __init__(self, wake, lost, trail, constant, breaks, least):
        self.wake = wake
        self.lost = lost
        self.trail = trail
        self.constant = constant
        self.breaks = breaks
        self.least = least
        self.phases = len(least)

    def phase(self, x):
        """Return the phase in which race distance x [m] lies."""
        i = 0
        while i < self.phases - 1 and x >= self.breaks[i]:
            i += 1
        return i

    def shelter(self, phase, gap, scale):
        """Return S [1] with the slots ahead moved by gap [m] and the wake's scale q = `scale`."""
        if self.constant[phase] < BY_FORMATION:
            return self.constant[phase]
        place = (gap - EXTRA_MIN_M) * EXTRA_PER_M
        place = place if place > 0.0 else 0.0
        place = place if place < EXTRA_LAST else EXTRA_LAST
        i = int(place)
        f = place - i
        i = i + phase * EXTRA_COUNT
        wake = self.wake[i]
        wake = scale * (wake + (self.wake[i + 1] - wake) * f)
        lost = self.lost[i]
        lost = lost + (self.lost[i + 1] - lost) * f
        trail = self.trail[i]
        trail = trail + (self.trail[i + 1] - trail) * f
        rest = 1.0 - ((wake if wake < WAKE_LIMIT else WAKE_LIMIT) - lost)
        shelter = 1.0 - (rest if rest > 0.0 else -rest) * rest * trail
        shelter = shelter if shelter > S_MIN else S_MIN
        return shelter if shelter < S_MAX else S_MAX


class Attempt:
    """One attempt: constants, tables, state and outcome of one row.

    Constants (see `simulator.physics.setup`):
        step, race, start: time step [s], race distance and track position of the start line [m].
        drag_k: K = k rho CdA / (2 m g) [s2/m2]; force_k: k / g [s2/m]; cost_k: the kit's cost [1].
        aerobic_max: MAP with the form on the day [W/kg].
        anticipation: kappa [1]; gusts: half the square of the wind speed [m2/s2].
        plan: what she follows. leader: what the group follows. light: what counts as lost.
        erring, fast_opening, jitter, errors: whether the leader errs, by how much it opens fast
            [s], how many errors its wandering has, one every 50 m, and which [s].
        formation, shift, scale, drop_back: the group's tables, by how much its front gap differs
            from theirs [m], the wake's scale q [1], how far it waits behind its mark [m].
        bends, head_wind: by track cell, BEND_COST or 0 [1], and the wind [m/s] where `windy`.
        level, drag, time: what is left of the plan; see `Pace.remaining`. cells: their number.

    State: x [m], v [m/s], aerobic [W/kg], reserve [J/kg]; with 1 and 2 one and two ticks before.

    What is kept, where it is wanted:
        recording: 1 fills the columns xs, vs, aerobics, reserves, powers, shelters, groups; an
            entry for each tick from the first one on. xs is always filled.
        places: how many places_m [m] are looked for; crossed: for each of them the tick before it,
            and x and v at that tick and the next, shape (places * 5,).
        watching: 1 looks for where `light`, a wave of length `wave` [m], is lost; lost: 1 if it is;
            lost_x0, lost_v0, lost_x1, lost_v1, lost_share: x and v at the ticks before and after,
            and the share of the step that lies before.
        slack_cells: so many SLACK_CELL_M, up to slack_until [m], have in slack the least power to
            spare while the plan is followed [W/kg].

    Outcome:
        tick: the last tick; x1, v1 and x, v are what they were before and at it.
        stepped: steps taken. finished: 1 if she came to the line.
        spent, drawn: sums over the steps of P and of P - A [W/kg]. sheltered: the sum of S.
        least_reserve: the least E at a tick [J/kg]. fastest: the greatest speed at a tick [m/s].
    """

    __slots__ = (
        "accel", "aerobic", "aerobic1", "aerobic2", "aerobic_max", "aerobics", "ahead_line",
        "anticipation", "bend", "bends", "cells", "clear", "coming", "cost_k", "crossed", "drag",
        "drag_k", "drawn", "drop_back", "erring", "errors", "exposed", "extra", "fast_opening",
        "fastest", "finished", "force_k", "formation", "groups", "gusts", "head_wind", "jitter",
        "leader", "least_reserve", "level", "light", "lost", "lost_share", "lost_v0", "lost_v1",
        "lost_x0", "lost_x1", "mark", "observed", "places", "places_m", "plan", "planned", "power", "powers",
        "race", "recording", "reserve", "reserve1", "reserve2", "reserves", "scale", "shelter",
        "sheltered", "shelters", "shift", "slack", "slack_cells", "slack_until", "spare",
        "spare_x", "spent", "stands_from", "start", "step", "stepped", "supply", "tick", "ticks",
        "time", "v", "v1", "v2", "vs", "watching", "wave", "wind", "windy", "x", "x1", "x2", "xs",
    )  # fmt: skip

    def __init__(self):
        self.tick = 0
        self.recording = 0
        self.watching = 0
        self.places = 0
        self.coming = 0
        self.slack_cells = 0
        self.wind = 0.0

    # -- what she follows, and what she meets -------------------------------------------------------

    def follow(self, half):
        """Set mark [m], planned [m/s] and ahead_line [m] so many half steps after the gun.

        They are where her plan's mark is, the speed it asks for, and where the group's reference
        point wants to be: its mark plus the leader's error.
        """
        if half < self.plan.halves:
            self.mark = self.plan.marks[half]
            self.planned = self.plan.speeds[half]
        else:
            self.mark = self.plan.mark(half)
            self.planned = self.plan.speed(half)
        self.ahead_line = self.mark
        if self.leader is not self.plan:
            self.ahead_line = self.leader.mark(half)
        if self.erring:
            line = self.ahead_line + self.error(self.ahead_line) * self.leader.speed(half)
            self.ahead_line = line if line > 0.0 else 0.0

    def error(self, x):
        """Return how many seconds the leader is ahead of its mark at x [m].

        A fast opening grows to its full seconds at 200 m and is given back by 800 m; the jitter
        wanders between independent errors every 50 m.
        """
        back = (x - OPENING_PEAK_M) / (OPENING_END_M - OPENING_PEAK_M)
        error = self.fast_opening * (smooth(x / OPENING_PEAK_M) - smooth(back))
        if self.jitter > 0:
            place = x / JITTER_KNOT_M
            last = self.jitter - 1.001
            place = place if place < last else last
            i = int(place)
            rest = smooth(place - i)
            error = error + (self.errors[i] + (self.errors[i + 1] - self.errors[i]) * rest)
        return error

    def meet(self, x):
        """Set what she meets at race distance x [m] while the group wants to be at `ahead_line`.

        extra: the extra front gap [m]; shelter [1]; exposed: K of what is left of the drag [s2/m2];
        bend: k_c BEND_COST on a bend, 0 on a straight [1]; wind: head wind [m/s].
        """
        group = 0
        if self.formation.phases > 1:
            group = self.formation.phase(x)
        gap = self.ahead_line - x
        if self.drop_back > 0.0 and gap > 0.0:
            gap = gap - (gap if gap < self.drop_back else self.drop_back)
        gap = gap + self.shift
        least = self.formation.least[group]
        gap = gap if gap > least else least
        self.extra = gap - self.shift
        shelter = self.formation.shelter(group, gap, self.scale)
        self.shelter = shelter
        self.exposed = self.drag_k * (1.0 - shelter)
        place = (x + self.start) * CELLS_PER_M
        place = place if place > 0.0 else 0.0
        cell = int(place)
        cell = cell % TRACK_CELLS
        self.bend = self.bends[cell] * self.cost_k
        if self.windy:
            self.wind = self.head_wind[cell]

    # -- what she can, and what she does -----------------------------------------------------------

    def dearer(self, v):
        """Return by how much kit and bend multiply the cost of running at v [m/s] here [1]."""
        square = v * v
        return self.cost_k + self.bend * (sqrt(1.0 + square * square * LEAN) - 1.0)

    def needed(self, x):
        """Return what the rest of the plan draws from the reserve in this shelter [J/kg]."""
        place = x * PLAN_CELLS_PER_M
        place = place if place > 0.0 else 0.0
        last = self.cells - 1.001
        place = place if place < last else last
        i = int(place)
        f = place - i
        level = self.level[i]
        level = level + (self.level[i + 1] - level) * f
        drag = self.drag[i]
        drag = drag + (self.drag[i + 1] - drag) * f + self.gusts * level
        time = self.time[i]
        time = time + (self.time[i + 1] - time) * f
        return self.cost_k * (level + self.exposed * drag) - self.aerobic_max * time

    def limit(self, x, aerobic, reserve):
        """Return the power she will spend at most at x [m] when her plan asks for `planned` [W/kg].

        What she can: P <= A + max(E, 0) / tau_E. And what she dares: where the usable reserve,
        times her anticipation, is less than the rest of the plan needs, she draws that share of
        what the plan asks now. Oxygen uptake that has yet to come up is not held back.
        """
        can = aerobic
        if reserve > 0.0:
            can = aerobic + reserve * PER_TAU_RESERVE
        top = self.aerobic_max
        lag = top - aerobic
        lag = lag if lag > 0.0 else 0.0
        usable = self.anticipation * (reserve - TAU_AEROBIC * lag)
        usable = usable if usable > 0.0 else 0.0
        need = self.needed(x)
        need = need if need > 1.0 else 1.0
        if usable >= need:
            return can
        v = self.planned
        air = v + self.wind
        dragged = 1.0 + self.exposed * (air * (air if air > 0.0 else -air))
        dearer = self.cost_k if self.bend == 0.0 else self.dearer(v)
        draw = ((C2 * v + C1) * v + C0) * dearer * dragged - top
        dares = top + lag
        if draw > 0.0:
            dares = dares + usable / need * draw
        return can if can < dares else dares

    def pull(self, v, limit, wanted):
        """Set accel [m/s2] and power [W/kg] at speed v when she wants to run at `wanted` [m/s].

        The power stays inside `limit` [W/kg]: where the wanted acceleration is too dear the limit
        is solved for it; where even standing pace is, the speed relaxes to what is allowed.
        """
        dearer = self.cost_k if self.bend == 0.0 else self.dearer(v)
        level = ((C2 * v + C1) * v + C0) * dearer
        air = v + self.wind
        air_speed = air if air > 0.0 else -air
        dragged = 1.0 + self.exposed * (air * air_speed)
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
        accel = accel if accel < ACCEL_MAX else ACCEL_MAX
        accel = accel if accel < allowed else allowed
        if accel > 0.0:
            self.accel = accel
            self.power = hold + per_accel * accel
        else:
            self.accel = accel if accel > ACCEL_MIN else ACCEL_MIN
            self.power = hold

    def wanted(self, x):
        """Return the speed she wants at x [m/s]: her plan's, and a gentle correction of her gap."""
        more = (self.mark - x) * GAP_GAIN
        more = more if more > -GAP_SPEED_MAX else -GAP_SPEED_MAX
        return self.planned + (more if more < GAP_SPEED_MAX else GAP_SPEED_MAX)

    def rates(self, x, v, aerobic, reserve):
        """Set accel, power and supply of a runner in this state, where `follow` set the marks.

        supply is dA/dt [W/(kg s)].
        """
        self.meet(x)
        self.pull(v, self.limit(x, aerobic, reserve), self.wanted(x))
        fed = self.power
        fed = fed if fed < self.aerobic_max else self.aerobic_max
        self.supply = (fed - aerobic) * PER_TAU_AEROBIC

    # -- stepping ----------------------------------------------------------------------------------

    def begin(self, known):
        """Make up the states before the first, of which `known` (1, 2 or 3) are there.

        They lie on a straight line with the rates at the gun: the first step is then one of the
        common midpoint rule.
        """
        if known < 3:
            h = self.step
            x = self.x if known == 1 else self.x1
            v = self.v if known == 1 else self.v1
            aerobic = self.aerobic if known == 1 else self.aerobic1
            reserve = self.reserve if known == 1 else self.reserve1
            self.follow(0)
            v = v if v > 0.0 else 0.0
            self.rates(x, v, aerobic, reserve)
            self.x2 = x - h * v
            self.v2 = v - h * self.accel
            self.aerobic2 = aerobic - h * self.supply
            self.reserve2 = reserve - h * (aerobic - self.power)
            if known == 1:
                self.x1 = self.x2
                self.v1 = self.v2
                self.aerobic1 = self.aerobic2
                self.reserve1 = self.reserve2
                self.x2 = self.x1 - h * v
                self.v2 = self.v1 - h * self.accel
                self.aerobic2 = self.aerobic1 - h * self.supply
                self.reserve2 = self.reserve1 - h * (aerobic - self.power)

    def steps(self, known):
        """Step until she is at the line, stands still, or patience is out; see `begin`."""
        self.begin(known)
        first = self.tick
        spent = 0.0
        drawn = 0.0
        sheltered = 0.0
        least = self.reserve
        fastest = self.v
        self.finished = 0
        self.lost = 0
        self.lost_share = 0.0
        self.lost_x0 = 0.0
        self.lost_v0 = 0.0
        self.lost_x1 = 0.0
        self.lost_v1 = 0.0
        if self.watching:
            self.clear = self.clear_of_light()
        self.spare_x = self.x
        self.spare = NEVER
        while self.coming < self.places and self.places_m[self.coming] <= self.x:
            self.coming += 1
        self.xs[0] = self.x
        self.observed = 0
        if self.recording:
            self.keep(0)
        if self.recording or self.watching or self.places > 0 or self.slack_cells > 0:
            self.observed = 1
        h = self.step
        x = self.x
        v = self.v
        aerobic = self.aerobic
        reserve = self.reserve
        tick = first
        while tick < self.ticks:
            middle_x = HERE * x - BEFORE * self.x1 + EARLIER * self.x2
            middle_v = HERE * v - BEFORE * self.v1 + EARLIER * self.v2
            middle_aerobic = HERE * aerobic - BEFORE * self.aerobic1 + EARLIER * self.aerobic2
            middle_reserve = HERE * reserve - BEFORE * self.reserve1 + EARLIER * self.reserve2
            middle_v = middle_v if middle_v > 0.0 else 0.0
            self.follow(2 * tick + 1)
            self.rates(middle_x, middle_v, middle_aerobic, middle_reserve)
            self.x2 = self.x1
            self.v2 = self.v1
            self.aerobic2 = self.aerobic1
            self.reserve2 = self.reserve1
            self.x1 = x
            self.v1 = v
            self.aerobic1 = aerobic
            self.reserve1 = reserve
            power = self.power
            x = x + h * middle_v
            v = v + h * self.accel
            v = v if v > 0.0 else 0.0
            aerobic = aerobic + h * self.supply
            reserve = reserve + h * (middle_aerobic - power)
            tick += 1
            spent += power
            drawn += power - 0.5 * (self.aerobic1 + aerobic)
            sheltered += self.shelter
            least = reserve if reserve < least else least
            fastest = v if v > fastest else fastest
            self.xs[tick - first] = x
            if self.observed:
                self.x = x
                self.v = v
                self.aerobic = aerobic
                self.reserve = reserve
                self.tick = tick
                self.observe(tick - first)
            if x >= self.race:
                self.finished = 1
                break
            if v < STANDS_M_S and tick > self.stands_from:
                break
        self.x = x
        self.v = v
        self.aerobic = aerobic
        self.reserve = reserve
        self.tick = tick
        self.stepped = self.tick - first
        self.spent = spent
        self.drawn = drawn
        self.sheltered = sheltered
        self.least_reserve = least
        self.fastest = fastest
        if self.recording:
            self.look_back(first)

    def observe(self, i):
        """Keep what is wanted of the step just taken; i counts the steps."""
        if self.recording:
            self.keep(i)
        if self.watching:
            self.watch()
        if self.coming < self.places:
            self.pass_places()
        if self.slack_cells > 0 and self.spare_x < self.slack_until:
            self.look_for_slack()

    def keep(self, i):
        """Keep the state as entry i of the columns."""
        self.vs[i] = self.v
        self.aerobics[i] = self.aerobic
        self.reserves[i] = self.reserve

    def clear_of_light(self):
        """Return by how much she is ahead of the tail of the light's wave [m]."""
        return self.x - (self.light.mark(2 * self.tick) - self.wave)

    def watch(self):
        """Keep the step just taken if the whole wave has come past her in it."""
        clear = self.clear_of_light()
        if clear >= 0.0:
            self.lost = 0
        elif self.clear >= 0.0:
            self.lost = 1
            self.lost_share = self.clear / (self.clear - clear)
            self.lost_x0 = self.x1
            self.lost_v0 = self.v1
            self.lost_x1 = self.x
            self.lost_v1 = self.v
        self.clear = clear

    def pass_places(self):
        """Keep the step just taken for every place that was passed in it."""
        while self.coming < self.places and self.x >= self.places_m[self.coming]:
            i = 5 * self.coming
            self.crossed[i] = self.tick - 1
            self.crossed[i + 1] = self.x1
            self.crossed[i + 2] = self.v1
            self.crossed[i + 3] = self.x
            self.crossed[i + 4] = self.v
            self.coming += 1

    def look_for_slack(self):
        """Keep the least power to spare in its cell: the limit less what following takes.

        In the step over the last place that counts it is the slack at that place: else it would
        depend on where in the step the place happens to be.
        """
        self.follow(2 * self.tick - 2)
        limit = self.limit(self.x1, self.aerobic1, self.reserve1)
        self.pull(self.v1, UNLIMITED, self.wanted(self.x1))
        slack = limit - self.power
        before = self.spare
        before_x = self.spare_x
        self.spare = slack
        self.spare_x = self.x1
        place = self.x1
        if place >= self.slack_until:
            way = place - before_x
            over = (self.slack_until - before_x) / (way if way > 1e-9 else 1e-9)
            slack = before + over * (slack - before)
            place = self.slack_until - 1e-9
        i = int((place if place > 0.0 else 0.0) / SLACK_CELL_M)
        if slack < self.slack[i]:
            self.slack[i] = slack

    def look_back(self, first):
        """Fill the columns that tell of each tick itself: power, shelter, group."""
        for i in range(self.tick - first + 1):
            self.follow(2 * (first + i))
            self.rates(self.xs[i], self.vs[i], self.aerobics[i], self.reserves[i])
            self.powers[i] = self.power
            self.shelters[i] = self.shelter
            self.groups[i] = self.xs[i] + self.extra


def run(attempt, known):
    """Step an attempt whose last `known` states, 1 to 3, are set; see `Attempt.steps`.

    Compiled code does it without the interpreter's lock: the build replaces this function.
    """
    attempt.steps(known)
