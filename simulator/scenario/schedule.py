"""A schedule: where a mark (the light, a plan, a ghost made of splits) is at every moment.

In: cumulative splits [m], [s] with tolerances, standing start or not. Out: `Schedule`, an exact map
between race time [s] and race distance [m], smooth in speed, both ways.

A schedule is kept on a *flying clock* u: on it the mark is already running when the gun goes. A
standing start only warps time, u(t) = t - L (1 - exp(-t / L)), where L is the start's loss [s], so
an even schedule is x = V u(t) exactly as in docs/physics.md, and passes every split at its time.

Between the splits the pace [s/m] is constant but for a linear ramp near each split, so that the
speed never jumps. The ramps are as long as the bound `OVERSHOOT` on the cruising pace lets them be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.coefficients import ACCEL_MAX, TAU_SPEED

Floats = NDArray[np.float64]

OVERSHOOT = 0.008
"""Cruising pace may leave its segment's mean by this share, to let the ramps average out."""


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
        start_loss_s: what the standing start costs [s], 0 for a flying start.
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
        return float(self.time_at(self.distance_m))

    def _flying_clock(self, t: Floats) -> Floats:
        loss = self.start_loss_s
        moving = np.maximum(t, 0.0)
        return moving if loss == 0 else moving + loss * np.expm1(-moving / loss)

    def _locate(self, u: Floats) -> tuple[Floats, Floats]:
        """Return distance [m] and pace [s/m] at flying clock `u` [s], also past the line."""
        last = len(self.knot_x) - 2
        i = np.clip(np.searchsorted(self.knot_u, u, side="right") - 1, 0, last)
        p0 = self.knot_pace[i]
        slope = (self.knot_pace[i + 1] - p0) / (self.knot_x[i + 1] - self.knot_x[i])
        du = u - self.knot_u[i]
        beyond = u > self.knot_u[-1]
        root = np.sqrt(np.maximum(p0 * p0 + 2.0 * slope * du, 0.0))
        dx = 2.0 * du / (p0 + root)
        end_pace = self.knot_pace[-1]
        x = np.where(
            beyond, self.knot_x[-1] + (u - self.knot_u[-1]) / end_pace, self.knot_x[i] + dx
        )
        return x, np.where(beyond, end_pace, p0 + slope * dx)

    def distance_at(self, time_s: ArrayLike) -> Floats:
        """Return race distance [m] at race time [s]; 0 before the gun, going on past the line."""
        t = np.asarray(time_s, dtype=np.float64)
        return self._locate(self._flying_clock(t))[0]

    def cruise_at(self, time_s: ArrayLike) -> Floats:
        """Return the speed asked for [m/s]: the mark's speed without the start's acceleration."""
        t = np.asarray(time_s, dtype=np.float64)
        return 1.0 / self._locate(self._flying_clock(t))[1]

    def speed_at(self, time_s: ArrayLike) -> Floats:
        """Return the mark's own speed [m/s], from rest at the gun after a standing start."""
        t = np.asarray(time_s, dtype=np.float64)
        cruise = self.cruise_at(t)
        if self.start_loss_s == 0:
            return np.where(t >= 0, cruise, 0.0)
        return cruise * -np.expm1(-np.maximum(t, 0.0) / self.start_loss_s)

    def time_at(self, distance_m: ArrayLike) -> Floats:
        """Return race time [s] at race distance [m], the exact inverse of `distance_at`."""
        x = np.asarray(distance_m, dtype=np.float64)
        last = len(self.knot_x) - 2
        i = np.clip(np.searchsorted(self.knot_x, x, side="right") - 1, 0, last)
        dx = x - self.knot_x[i]
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
        t = u + loss
        for _ in range(60):
            gap = t + loss * np.expm1(-t / loss) - u
            slope = np.maximum(-np.expm1(-t / loss), 1e-9)
            t = np.maximum(t - gap / slope, 0.0)
            if np.all(np.abs(gap) < 1e-12):
                break
        return np.where(u <= 0, 0.0, t)


def start_loss(speed_m_s: float) -> float:
    """Return what a standing start to `speed_m_s` costs against a flying one [s] (docs/physics.md).

    tau while V <= a_max tau; above that the acceleration clip adds (V - a_max tau)^2 / (2 a_max V).
    """
    over = max(speed_m_s - ACCEL_MAX * TAU_SPEED, 0.0)
    return TAU_SPEED + over * over / (2.0 * ACCEL_MAX * speed_m_s)


def even_schedule(distance_m: float, time_s: float, *, standing_start: bool = True) -> Schedule:
    """Return an even run over `distance_m` in `time_s` [s]."""
    return schedule_through([Waypoint(distance_m, time_s)], standing_start=standing_start)


def schedule_through(waypoints: Sequence[Waypoint], *, standing_start: bool = True) -> Schedule:
    """Return the smoothest schedule through the waypoints, from rest or flying.

    A waypoint with a tolerance is first moved, inside it, to where the paces of the segments differ
    least; one with tolerance 0 is passed at its time.

    Raises:
        ValueError: no waypoint, or distances or times that do not increase.
    """
    x = np.array([0.0, *(w.distance_m for w in waypoints)])
    t = np.array([0.0, *(w.time_s for w in waypoints)])
    slack = np.array([0.0, *(w.tolerance_s for w in waypoints)])
    if len(x) < 2 or np.any(np.diff(x) <= 0) or np.any(np.diff(t) <= 0):
        raise ValueError("splits must increase in distance and time")
    loss = _loss_for(x[1], t[1]) if standing_start else 0.0
    u = t + loss * np.expm1(-t / loss) if loss else t
    if np.any(slack > 0):
        u = _smoothest(x, u, slack)
    if np.any(np.diff(u) <= 0):
        raise ValueError("splits must increase in distance and time")
    return _with_ramps(x, u, loss)


def _loss_for(distance_m: float, time_s: float) -> float:
    """Return the start's loss when the first segment takes `time_s` from rest: a fixed point."""
    loss = TAU_SPEED
    for _ in range(50):
        loss = start_loss(distance_m / max(time_s - loss, 0.2 * time_s))
    return min(loss, 0.8 * time_s)


def _smoothest(x: Floats, u: Floats, slack: Floats) -> Floats:
    """Move each time inside its slack so that the sum of squared pace steps is least.

    A least-squares problem with bounds, solved by an active set: solve for the times that are free,
    stop at the first bound met and hold that time there; when none is met, let go of the held time
    that would gain most.
    """
    moving = np.flatnonzero(slack > 0)
    steps = np.diff(np.diff(np.eye(len(u)), axis=0) / np.diff(x)[:, None], axis=0)
    matrix, offset = steps[:, moving], np.asarray(slack[moving])
    z, wanted = np.zeros(len(moving)), -(steps @ u)
    free = np.ones(len(moving), dtype=bool)
    for _ in range(4 * len(moving) + 10):
        target = z.copy()
        rest = wanted - matrix @ z
        target[free] += np.linalg.lstsq(matrix[:, free], rest, rcond=None)[0]
        change = target - z
        room = np.where(change > 0, offset - z, offset + z)
        share = np.divide(room, np.abs(change), out=np.full(len(z), np.inf), where=change != 0)
        share[~free] = np.inf
        first = int(np.argmin(share))
        if share[first] < 1.0:
            z = np.clip(z + max(share[first], 0.0) * change, -offset, offset)
            z[first] = np.copysign(offset[first], change[first])
            free[first] = False
            continue
        z = np.clip(target, -offset, offset)
        pull = matrix.T @ (wanted - matrix @ z)
        gain = np.where(free, 0.0, -pull * np.sign(z))
        best = int(np.argmax(gain))
        if gain[best] <= 1e-15:
            break
        free[best] = True
    moved = u.copy()
    moved[moving] += z
    return moved


def _with_ramps(x: Floats, u: Floats, loss: float) -> Schedule:
    """Build the pace: constant in each segment, linear near each inner split, means kept exactly.

    In a segment of length l and mean pace m with end paces p0, p1 and ramps of length h at both
    ends, the cruising pace c satisfies c (l - h) + (p0 + p1) h / 2 = m l, so h follows from the
    bound on |c - m|.
    """
    length, mean = np.diff(x), np.diff(u) / np.diff(x)
    ends = np.concatenate(([mean[0]], 0.5 * (mean[:-1] + mean[1:]), [mean[-1]]))
    knot_x, knot_pace = [0.0], []
    for i, (l_i, m) in enumerate(zip(length, mean, strict=True)):
        p0, p1 = ends[i], ends[i + 1]
        pull = abs(0.5 * (p0 + p1) - m)
        share = 0.5 if pull == 0 else min(0.5, OVERSHOOT * m / (pull + OVERSHOOT * m))
        cruise = (m - 0.5 * (p0 + p1) * share) / (1.0 - share)
        ramp = share * l_i
        if share < 0.5:
            knot_x += [x[i] + ramp, x[i + 1] - ramp, x[i + 1]]
            knot_pace += [p0, cruise, cruise]
        else:
            knot_x += [0.5 * (x[i] + x[i + 1]), x[i + 1]]
            knot_pace += [p0, cruise]
    knot_pace.append(ends[-1])
    xs, paces = np.array(knot_x), np.array(knot_pace)
    us = np.concatenate(([0.0], np.cumsum(0.5 * (paces[:-1] + paces[1:]) * np.diff(xs))))
    # cumulated rounding is put back so that every split is met to the last digits
    us += np.interp(xs, x, u - np.interp(x, xs, us))
    for array in (xs, us, paces):
        array.setflags(write=False)
    return Schedule(xs, us, paces, loss)
