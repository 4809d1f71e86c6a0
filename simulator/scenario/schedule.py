"""A schedule: the position of a mark (the light, a plan, a ghost made of splits) at every moment.

In: cumulative splits [m], [s] with tolerances, standing start or not. Out: `Schedule`, an exact map
between race time [s] and race distance [m], smooth in speed, both ways.

A schedule uses a *flying clock* u, on which the mark is already running when the gun goes. A
standing start only warps time, u(t) = t - L (1 - exp(-t / L)), where L is the start's loss [s], so
an even schedule is x = V u(t) exactly as in docs/physics.md, and passes every split at its time.

Between the splits the pace [s/m] is constant except for a linear ramp near each split, so that the
speed never jumps. The ramps are as long as the bound `OVERSHOOT` on the cruising pace allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.coefficients import ACCEL_MAX, TAU_SPEED

Floats = NDArray[np.float64]

OVERSHOOT = 0.008
"""The cruising pace may differ from its segment's mean by this share, to compensate the ramps."""
FORGOTTEN = 40.0
"""After this many losses from the gun the start's exponential rounds to zero."""


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A split to pass: distance [m], cumulative time [s], tolerance [s] either way."""

    distance_m: float
    time_s: float
    tolerance_s: float = 0.0


@dataclass(frozen=True, eq=False)
class Schedule:
    """A mark's whole run. Make one with `even_schedule` or `schedule_through`.

    Attributes:
        knot_x: race distance at which the pace's slope changes, increasing from 0 [m], shape (k,).
        knot_u: flying clock at those distances [s], shape (k,).
        knot_pace: pace there [s/m], shape (k,); linear in distance between knots.
        start_loss_s: time lost by the standing start [s], 0 for a flying start.
    """

    knot_x: Floats
    knot_u: Floats
    knot_pace: Floats
    start_loss_s: float

    @property
    def distance_m(self) -> float:
        """Length of the run [m]."""
        return float(self.knot_x[-1])

    @cached_property
    def finish_s(self) -> float:
        """Time at the line [s]."""
        time_s = float(self.knot_u[-1]) + self.start_loss_s
        if time_s >= FORGOTTEN * self.start_loss_s:
            return time_s
        return float(self.time_at(self.distance_m))

    def _flying_clock(self, t: Floats) -> Floats:
        return _warp(np.maximum(t, 0.0), self.start_loss_s)

    def _locate(self, u: Floats) -> tuple[Floats, Floats]:
        """Return distance [m] and pace [s/m] at flying clock `u` [s], also past the line."""
        last = len(self.knot_x) - 2
        i = np.minimum(np.maximum(np.searchsorted(self.knot_u, u, side="right") - 1, 0), last)
        p0 = self.knot_pace[i]
        slope = (self.knot_pace[i + 1] - p0) / (self.knot_x[i + 1] - self.knot_x[i])
        du = np.minimum(u, self.knot_u[-1]) - self.knot_u[i]
        beyond = u > self.knot_u[-1]
        root = np.sqrt(np.maximum(p0 * p0 + 2.0 * slope * du, 0.0))
        dx = 2.0 * du / (p0 + root)
        end_pace = self.knot_pace[-1]
        x = np.where(
            beyond, self.knot_x[-1] + (u - self.knot_u[-1]) / end_pace, self.knot_x[i] + dx
        )
        return x, np.where(beyond, end_pace, p0 + slope * dx)

    def distance_at(self, time_s: ArrayLike) -> Floats:
        """Return race distance [m] at race time [s]; 0 before the gun, going on past the line.

        It is infinite at an infinite time, and NaN at NaN, as `time_at` is.
        """
        t = np.asarray(time_s, dtype=np.float64)
        return self._locate(self._flying_clock(t))[0]

    def cruise_at(self, time_s: ArrayLike) -> Floats:
        """Return the planned speed [m/s]: the mark's speed without the start's acceleration."""
        t = np.asarray(time_s, dtype=np.float64)
        return 1.0 / self._locate(self._flying_clock(t))[1]

    def time_at(self, distance_m: ArrayLike) -> Floats:
        """Return race time [s] at race distance [m], the exact inverse of `distance_at`."""
        x = np.asarray(distance_m, dtype=np.float64)
        last = len(self.knot_x) - 2
        i = np.minimum(np.maximum(np.searchsorted(self.knot_x, x, side="right") - 1, 0), last)
        dx = np.minimum(np.maximum(x, 0.0), self.knot_x[-1]) - self.knot_x[i]
        slope = (self.knot_pace[i + 1] - self.knot_pace[i]) / (self.knot_x[i + 1] - self.knot_x[i])
        within = self.knot_u[i] + dx * (self.knot_pace[i] + 0.5 * slope * dx)
        over = np.maximum(x - self.knot_x[-1], 0.0)
        u = np.where(x > self.knot_x[-1], self.knot_u[-1] + over * self.knot_pace[-1], within)
        return self._race_clock(np.maximum(u, 0.0))

    def _race_clock(self, u: Floats) -> Floats:
        """Invert the warp u(t) by Newton's method from above, where it converges monotonically."""
        loss = self.start_loss_s
        if loss == 0:
            return u
        t = np.array(u + loss)
        near = (u > 0) & (t < FORGOTTEN * loss)
        for _ in range(60):
            from_rest = np.expm1(-t[near] / loss)
            gap = t[near] + loss * from_rest - u[near]
            t[near] = np.maximum(t[near] - gap / np.maximum(-from_rest, 1e-9), 0.0)
            if np.all(np.abs(gap) < 1e-12):
                break
        return np.where(u <= 0, 0.0, t)


def start_loss(speed_m_s: float) -> float:
    """Return the time a standing start to `speed_m_s` costs against a flying one [s].

    See docs/physics.md: tau while V <= a_max tau; above that the acceleration limit adds
    (V - a_max tau)^2 / (2 a_max V).
    """
    over = max(speed_m_s - ACCEL_MAX * TAU_SPEED, 0.0)
    return TAU_SPEED + over * over / (2.0 * ACCEL_MAX * speed_m_s)


def even_schedule(distance_m: float, time_s: float, *, standing_start: bool = True) -> Schedule:
    """Return an even run over `distance_m` in `time_s` [s]."""
    return schedule_through([Waypoint(distance_m, time_s)], standing_start=standing_start)


def schedule_through(waypoints: Sequence[Waypoint], *, standing_start: bool = True) -> Schedule:
    """Return the smoothest schedule through the waypoints, from rest or flying.

    A waypoint with a tolerance is first moved, within it, to where the paces of the segments differ
    least; the last, and any with tolerance 0, is passed at its time. Sweeps make tens of thousands
    of schedules of a few segments each, so this loops over plain numbers, not arrays.

    Raises:
        ValueError: no waypoint, or distances or times that do not increase.
    """
    x = [0.0, *(w.distance_m for w in waypoints)]
    t = [0.0, *(w.time_s for w in waypoints)]
    if len(x) < 2 or not _increases(x) or not _increases(t):
        raise ValueError("splits must increase in distance and time")
    loss = _loss_for(x[1], t[1]) if standing_start else 0.0
    u = _warp(np.array(t), loss).tolist()
    if any(w.tolerance_s > 0 for w in waypoints):
        slack = np.array([0.0, *(w.tolerance_s for w in waypoints)])
        times, flying = np.array(t), np.array(u)
        earliest = _warp(np.maximum(times - slack, 0.0), loss) - flying
        latest = _warp(times + slack, loss) - flying
        u = _smoothest(np.array(x), flying, earliest, latest).tolist()
    if not _increases(u):
        raise ValueError("splits must increase in distance and time")
    return _with_ramps(x, u, loss)


def _increases(values: list[float]) -> bool:
    return all(a < b for a, b in pairwise(values))


def _loss_for(distance_m: float, time_s: float) -> float:
    """Return the start's loss when the first segment takes `time_s` from rest: a fixed point."""
    loss = TAU_SPEED
    for _ in range(50):
        before = loss
        loss = start_loss(distance_m / max(time_s - loss, 0.2 * time_s))
        if loss == before:
            break
    return min(loss, 0.8 * time_s)


def _warp(t: Floats, loss: float) -> Floats:
    """Return the flying clock [s] at race time `t` >= 0 [s]."""
    return t + loss * np.expm1(-t / loss) if loss else t


def _smoothest(x: Floats, u: Floats, low: Floats, high: Floats) -> Floats:
    """Move each time between its bounds so that the sum of squared pace steps is least.

    A least-squares problem with bounds, solved by an active set: solve for the free times, stop at
    the first bound and fix that time there; when no bound is met, free the fixed time that would
    gain most.
    """
    moving = np.flatnonzero(high[:-1] > low[:-1])
    if not len(moving):
        return u
    steps = np.diff(np.diff(np.eye(len(u)), axis=0) / np.diff(x)[:, None], axis=0)
    normal, wanted = steps[:, moving].T @ steps[:, moving], -(steps[:, moving].T @ (steps @ u))
    enough = 1e-9 * float(np.max(np.abs(wanted), initial=0.0))
    low, high = low[moving], high[moving]
    z, held = np.zeros(len(moving)), np.zeros(len(moving))
    for _ in range(4 * len(moving) + 10):
        free = held == 0
        change = np.zeros(len(z))
        change[free] = _solve_banded(normal[np.ix_(free, free)], (wanted - normal @ z)[free])
        room = np.where(change > 0, high - z, z - low)
        share = np.divide(room, np.abs(change), out=np.full(len(z), np.inf), where=change != 0)
        first = int(np.argmin(share))
        if share[first] < 1.0:
            z = np.clip(z + share[first] * change, low, high)
            held[first] = np.sign(change[first])
            z[first] = high[first] if held[first] > 0 else low[first]
            continue
        z = np.clip(z + change, low, high)
        gain = -held * (wanted - normal @ z)
        best = int(np.argmax(gain))
        if gain[best] <= enough:
            break
        held[best] = 0
    moved = u.copy()
    moved[moving] += z
    return moved


def _solve_banded(matrix: Floats, right: Floats) -> Floats:
    """Solve a symmetric positive system with entries within two of the diagonal.

    It uses the factors L D L'. A dense solver takes a hundred times longer on a long table and
    starts threads.
    """
    size = len(right)
    main = np.diagonal(matrix).tolist()
    next_to = [0.0, *np.diagonal(matrix, 1).tolist()]
    beyond = [0.0, 0.0, *np.diagonal(matrix, 2).tolist()]
    d, one, two, y = [[0.0] * (size + 2) for _ in range(4)]  # indices -1 and -2 stay zero
    for i, value in enumerate(right.tolist()):
        two[i] = beyond[i] / d[i - 2] if i > 1 else 0.0
        one[i] = (next_to[i] - two[i] * d[i - 2] * one[i - 1]) / d[i - 1] if i else 0.0
        d[i] = main[i] - one[i] ** 2 * d[i - 1] - two[i] ** 2 * d[i - 2]
        d[i] = max(d[i], 1e-12 * main[i])
        y[i] = value - one[i] * y[i - 1] - two[i] * y[i - 2]
    z = [0.0] * (size + 2)
    for i in reversed(range(size)):
        z[i] = y[i] / d[i] - one[i + 1] * z[i + 1] - two[i + 2] * z[i + 2]
    return np.array(z[:size])


def _with_ramps(x: list[float], u: list[float], loss: float) -> Schedule:
    """Build the schedule from its knots; see `ramps_through`."""
    knot_x, knot_u, knot_pace = list[float](), list[float](), list[float]()
    ramps_through(x, u, knot_x, knot_u, knot_pace)
    xs, us, paces = np.array(knot_x), np.array(knot_u), np.array(knot_pace)
    for array in (xs, us, paces):
        array.setflags(write=False)
    return Schedule(xs, us, paces, loss)


def ramps_through(
    x: list[float],
    u: list[float],
    knot_x: list[float],
    knot_u: list[float],
    knot_pace: list[float],
) -> None:
    """Append the knots: pace constant in each segment, linear near each inner split, means kept.

    In a segment of length l and mean pace m with end paces p0, p1 and ramps of length h at both
    ends, the cruising pace c satisfies c (l - h) + (p0 + p1) h / 2 = m l, so h follows from the
    bound on |c - m|. Restricted Python, as `simulator.physics.kernel`: a page translates it.
    """
    last = len(x) - 2
    p1 = (u[1] - u[0]) / (x[1] - x[0])
    knot_x.append(0.0)
    knot_u.append(0.0)
    knot_pace.append(p1)
    summed, missed = 0.0, 0.0
    for i in range(last + 1):
        m = (u[i + 1] - u[i]) / (x[i + 1] - x[i])
        p0, p1 = p1, m
        if i < last:
            p1 = 0.5 * (m + (u[i + 2] - u[i + 1]) / (x[i + 2] - x[i + 1]))
        pull = abs(0.5 * (p0 + p1) - m)
        share = 0.5 if pull == 0 else min(0.5, OVERSHOOT * m / (pull + OVERSHOOT * m))
        cruise = (m - 0.5 * (p0 + p1) * share) / (1.0 - share)
        first = len(knot_x)
        if share < 0.5:
            ramp = share * (x[i + 1] - x[i])
            knot_x.append(x[i] + ramp)
            knot_pace.append(cruise)
            knot_x.append(x[i + 1] - ramp)
        else:
            knot_x.append(0.5 * (x[i] + x[i + 1]))
        knot_pace.append(cruise)
        knot_x.append(x[i + 1])
        knot_pace.append(p1)
        for j in range(first, len(knot_x)):
            length = knot_x[j] - knot_x[j - 1]
            summed += 0.5 * (knot_pace[j - 1] + knot_pace[j]) * length
            knot_u.append(summed)
        # accumulated rounding is removed so that every split is exact
        before, missed = missed, u[i + 1] - summed
        slope = (missed - before) / (x[i + 1] - x[i])
        for j in range(first, len(knot_x) - 1):
            knot_u[j] = knot_u[j] + (slope * (knot_x[j] - x[i]) + before)
        knot_u[len(knot_x) - 1] = summed + missed
