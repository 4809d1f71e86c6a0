"""The wake: the share of air drag that the pacers would take off a runner, at each place near her.

In: the places of all bodies. Out: `Wake`s, the model's shelter (`simulator.physics.shelter`) on
grids along and across the track, one about her and more ahead. Height plays no role.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.physics.pacers import PacerPlace
from simulator.physics.shelter import Shelterer, ShelterProfile, influence_of, shelter

Floats = NDArray[np.float64]

STEP_M = 0.2
"""Distance between grid points along the track [m]."""
BEHIND_M, AHEAD_M = 10.0, 14.0
"""Extent of the grid behind and ahead of her [m]."""
GRIDS, NEXT_M = 4, BEHIND_M + AHEAD_M + STEP_M
"""The most grids, one ahead of the other, and how far each is ahead of the one before [m]."""
POINTS = round((BEHIND_M + AHEAD_M) / STEP_M) + 1
ACROSS_M = (-0.75, -0.45, -0.15, 0.15, 0.45, 0.75, 1.05, 1.35, 1.65)
ACROSS_STEP_M = 0.3
"""Grid points across the track, metres outside the measuring line, and their spacing [m]."""
ROUND_M = 0.1
"""Places are rounded to this, so that a field is reused for several pictures [m]."""
FAR_M, FAR_BEHIND_M = 15.0, 5.0
"""A pacer who is farther than the first ahead of a point, or than the second behind it, does not
shelter it [m].
"""
_REARMOST = round((BEHIND_M + FAR_BEHIND_M) / ROUND_M)
_FOREMOST = round((AHEAD_M + FAR_M) / ROUND_M)

LANES = 7
"""The number of wake lanes evaluated on either side: beyond them there is no wake."""
PRESENCE_STEPS = 16
"""Who joins or leaves has one of so many presences, so that the field fades with few pictures."""
Arrangement = tuple[tuple[int, int, int], ...]
"""The pacers' places, ahead of her and outside, in steps of `ROUND_M`, and presences in steps."""


@dataclass(frozen=True, slots=True)
class Wake:
    """A field of shelter; equal for equal arrangements.

    Attributes:
        first_m: race distance of its rearmost points [m].
        pacers: the pacers' places.
        scale: the scale q of the front wake.
    """

    first_m: float = field(compare=False)
    pacers: Arrangement
    scale: float

    @property
    def shelter(self) -> Floats:
        """Share of the drag removed, 0 to 1 (may be slightly negative).

        Shape (`ACROSS_M`, points along the track); computed on access.
        """
        return _field(self.pacers, self.scale)


def wakes_of(standing: Sequence[PacerPlace], runner_m: float, wake: float) -> tuple[Wake, ...]:
    """Return the fields about her and ahead of her, as far as there are pacers.

    As in the model, who joins or leaves counts by his presence, on his path.

    Args:
        standing: the pacers.
        runner_m: her race distance [m].
        wake: the scale q of the front wake.
    """
    places = sorted(
        (round((p.x_m - runner_m) / ROUND_M), round(p.path_m / ROUND_M), there)
        for p in standing
        if (there := round(p.presence * PRESENCE_STEPS))
    )
    # those ahead of her move with the front pacers, not in steps
    front_m = max((p.x_m - runner_m for p in standing), default=0.0)
    rest_m = front_m - ROUND_M * round(front_m / ROUND_M)
    found = []
    for k in range(GRIDS):
        middle = round(k * NEXT_M / ROUND_M)
        near = tuple(
            (ahead - middle, outside, there)
            for ahead, outside, there in places
            if -_REARMOST <= ahead - middle <= _FOREMOST
        )
        if near:
            ahead_m = k * NEXT_M + rest_m if k else 0.0
            found.append(Wake(runner_m + ahead_m - BEHIND_M, near, wake))
    return tuple(found)


def shelter_of(
    standing: Sequence[PacerPlace], runner_m: float, aside_m: float, wake: float
) -> float:
    """Return the share of the drag that the pacers take off her once all have settled.

    Args:
        standing: the pacers.
        runner_m: her race distance [m].
        aside_m: her distance to the side [m].
        wake: the scale q of the front wake.
    """
    there = [
        Shelterer(p.x_m - runner_m, p.path_m - aside_m, follows_group=False, presence=p.presence)
        for p in standing
    ]
    return float(shelter(there, 0.0, wake))


@lru_cache(maxsize=16)
def _field(pacers: Arrangement, wake: float) -> Floats:
    """Return the field around pacers."""
    ratio, far = round(STEP_M / ROUND_M), round(FAR_M / ROUND_M)
    # index of each point in the table, from behind: how far a pacer is ahead of it
    points = far + round(BEHIND_M / ROUND_M) - ratio * np.arange(POINTS)
    lanes: Floats = np.zeros((len(ACROSS_M), 2 * LANES + 1, POINTS))
    lost, trail = np.zeros((len(ACROSS_M), POINTS)), np.ones((len(ACROSS_M), POINTS))
    for ahead, outside, steps in pacers:
        at, there = np.minimum(np.maximum(points + ahead, 0), 2 * far), steps / PRESENCE_STEPS
        velocity, takes, factor = _influence(outside)
        np.maximum(lanes, there * velocity[:, :, at], out=lanes)
        lost += there * takes[:, at]
        trail *= 1.0 - there * (1.0 - factor[:, at])
    shares = ShelterProfile(lanes.sum(axis=1), lost, trail).shelter(wake)
    shares.setflags(write=False)
    return shares


@lru_cache(maxsize=64)
def _influence(outside: int) -> tuple[Floats, Floats, Floats]:
    """Return the effect of a pacer at this offset on each row, by `ROUND_M`.

    Front wake by lane, lost share, trail factor: shapes (rows, lanes, places) and (rows, places),
    from `FAR_M` behind to `FAR_M` ahead.
    """
    ahead = np.arange(-FAR_M, FAR_M + 0.5 * ROUND_M, ROUND_M)
    rows = [
        influence_of(
            Shelterer(0.0, round(outside * ROUND_M - across, 2), follows_group=True), ahead
        )
        for across in ACROSS_M
    ]
    velocity = np.zeros((len(rows), 2 * LANES + 1, len(ahead)))
    for i, row in enumerate(rows):
        for lane, wake in row.wake:
            if abs(lane) <= LANES:
                velocity[i, lane + LANES] += wake
    return velocity, np.array([row.lost for row in rows]), np.array([row.trail for row in rows])
