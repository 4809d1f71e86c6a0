"""The track: race distance to track position to the plane, heading and bends.

In: race distance x [m] or track position s [m] (0 at the finish line, running direction). Out:
positions in the plane [m], headings [rad], bends. The plane's origin is the middle of the track,
the home straight at the bottom, run from left to right, so the runners go anticlockwise.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.coefficients import BEND_M, BEND_RADIUS_M, LAP_M, STRAIGHT_M

Floats = NDArray[np.float64]


def start_position(race_m: float, lap_m: float = LAP_M) -> float:
    """Return the track position of the start line [m]: 390.656 for the mile, 100 for 1500 m."""
    return float(-race_m % lap_m)


def track_position(x_m: ArrayLike, race_m: float, lap_m: float = LAP_M) -> Floats:
    """Return s = (start + x) mod lap [m] for race distance `x_m` of a race over `race_m` [m]."""
    return np.mod(np.asarray(x_m, dtype=np.float64) + start_position(race_m, lap_m), lap_m)


def lap_count(race_m: float, lap_m: float = LAP_M) -> int:
    """Return the number of laps, all of which end at the finish line.

    A first piece below a quarter of a lap is part of the lap after it: the mile has four laps, the
    first of 409.344 m.
    """
    return max(1, int(race_m // lap_m) + (race_m % lap_m >= lap_m / 4))


def laps_done(x_m: float, race_m: float, lap_m: float = LAP_M) -> int:
    """Return how many laps have ended at a race distance [m], or beyond the finish."""
    return max(0, lap_count(race_m, lap_m) - math.ceil((race_m - x_m) / lap_m))


def on_oval(s_m: ArrayLike, lap_m: float) -> Floats:
    """Return the place on the 400 m oval [m] of a position on another lap [m].

    A lap of another length is the same oval, scaled (assumed): a lap of 200 m has straights of
    42.20 m and bends of 18.40 m radius, where indoor tracks have 15 to 19 m.
    """
    return np.mod(np.asarray(s_m, dtype=np.float64) * (LAP_M / lap_m), LAP_M)


def on_bend(s_m: ArrayLike) -> NDArray[np.bool_]:
    """Return whether a track position lies on a bend; the two bends begin at s = 0 and s = 200."""
    return np.mod(np.asarray(s_m, dtype=np.float64), LAP_M / 2) < BEND_M


def heading(s_m: ArrayLike) -> Floats:
    """Return the running direction [rad], 0 along the home straight, growing anticlockwise."""
    s = np.mod(np.asarray(s_m, dtype=np.float64), LAP_M)
    second = s >= LAP_M / 2
    turned = np.minimum(np.where(second, s - LAP_M / 2, s), BEND_M) / BEND_M * np.pi
    return turned + np.where(second, np.pi, 0.0)


def to_plane(s_m: ArrayLike, offset_m: ArrayLike = 0.0) -> tuple[Floats, Floats]:
    """Return (x, y) [m] of a point `offset_m` [m] outside the measuring line at `s_m` [m].

    x runs to the right, y up. The radius on the bends is 36.80 m + offset; the bend's length on the
    measuring line is taken as 115.61 m whatever the offset (all runners in lane 1 share one angle).
    """
    s = np.mod(np.asarray(s_m, dtype=np.float64), LAP_M)
    radius = BEND_RADIUS_M + np.asarray(offset_m, dtype=np.float64)
    second = s >= LAP_M / 2
    along = np.where(second, s - LAP_M / 2, s)
    on_curve = along < BEND_M
    angle = np.minimum(along, BEND_M) / BEND_M * np.pi - np.pi / 2
    run = np.where(on_curve, 0.0, along - BEND_M)
    x = STRAIGHT_M / 2 + radius * np.cos(angle) * on_curve - run
    y = np.where(on_curve, radius * np.sin(angle), radius)
    sign = np.where(second, -1.0, 1.0)
    return sign * x, sign * y


def from_plane(x_m: ArrayLike, y_m: ArrayLike) -> Floats:
    """Return the track position [m] of the point of the measuring line nearest to (x, y) [m]."""
    x, y = np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)
    beyond = np.abs(x) - STRAIGHT_M / 2
    angle = np.arctan2(np.where(x > 0, y, -y), np.maximum(beyond, 1e-9))
    bend = (angle / np.pi + 0.5) * BEND_M + np.where(x > 0, 0.0, LAP_M / 2)
    back, home = BEND_M + STRAIGHT_M / 2 - x, LAP_M - STRAIGHT_M / 2 + x
    return np.mod(np.where(beyond > 0, bend, np.where(y > 0, back, home)), LAP_M)
