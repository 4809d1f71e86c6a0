"""The wake: how much of the air drag the pacers would take off a runner, at each place near her.

In: where everybody is. Out: `Wake`, the model's own shelter (`simulator.physics.shelter`) over a
grid along and across the track: a field, not an arrangement. Nothing in it is about height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.physics.pacers import Place
from simulator.physics.shelter import Profile, Shelterer, influence_of, shelter

Floats = NDArray[np.float64]

STEP_M = 0.4
"""How far apart the field's points are along the track [m]."""
BEHIND_M, AHEAD_M = 10.0, 14.0
"""How far behind and ahead of her the field reaches [m]."""
POINTS = round((BEHIND_M + AHEAD_M) / STEP_M) + 1
ACROSS_M = (-0.75, -0.45, -0.15, 0.15, 0.45, 0.75, 1.05, 1.35, 1.65)
ACROSS_STEP_M = 0.3
"""Its points across the track, metres to the outside of the measuring line, and between two [m]."""
ROUND_M = 0.1
"""Places are rounded to this, so that a field holds for more than one picture [m]."""
FAR_M = 20.0
"""A pacer farther from a point than this takes no air from it [m]."""


LANES = 7
"""The model's lanes of wake that are looked at on either side: beyond them there is none."""
Arrangement = tuple[tuple[int, int], ...]
"""The pacers' places, ahead of her and to the outside, in steps of `ROUND_M`."""


@dataclass(frozen=True, slots=True)
class Wake:
    """A field of shelter; equal where everybody stands alike.

    Attributes:
        first_m: race distance of its rearmost points [m].
        pacers: who stands where.
        scale: the scale q of the front wake.
    """

    first_m: float = field(compare=False)
    pacers: Arrangement
    scale: float

    @property
    def shelter(self) -> Floats:
        """Share of the drag taken away, 0 to 1 (may be slightly negative).

        Shape (`ACROSS_M`, points along the track); worked out when it is looked at.
        """
        return _field(self.pacers, self.scale)


def wake_of(standing: Sequence[Place], runner_m: float, wake: float) -> Wake | None:
    """Return the field of those who are there; None when nobody is.

    Args:
        standing: the pacers.
        runner_m: her race distance [m].
        wake: the scale q of the front wake.
    """
    near = sorted(
        (round((p.x_m - runner_m) / ROUND_M), round(p.offset_m / ROUND_M))
        for p in standing
        if p.presence >= 1.0
    )
    return Wake(runner_m - BEHIND_M, tuple(near), wake) if near else None


def shelter_of(standing: Sequence[Place], runner_m: float, aside_m: float, wake: float) -> float:
    """Return the share of the drag that those who are there take off her once all have settled.

    Args:
        standing: the pacers.
        runner_m: her race distance [m].
        aside_m: how far aside she runs [m].
        wake: the scale q of the front wake.
    """
    there = [
        Shelterer(p.x_m - runner_m, p.offset_m - aside_m, follows_group=False)
        for p in standing
        if p.presence >= 1.0
    ]
    return float(shelter(there, 0.0, wake)) if there else 0.0


@lru_cache(maxsize=16)
def _field(pacers: Arrangement, wake: float) -> Floats:
    """Return the field around pacers."""
    ratio, far = round(STEP_M / ROUND_M), round(FAR_M / ROUND_M)
    # table places of the points, from behind: how far a pacer is ahead of each
    points = far + round(BEHIND_M / ROUND_M) - ratio * np.arange(POINTS)
    lanes: Floats = np.zeros((len(ACROSS_M), 2 * LANES + 1, POINTS))
    lost, trail = np.zeros((len(ACROSS_M), POINTS)), np.ones((len(ACROSS_M), POINTS))
    for ahead, outside in pacers:
        at = np.minimum(np.maximum(points + ahead, 0), 2 * far)
        velocity, takes, factor = _influence(outside)
        np.maximum(lanes, velocity[:, :, at], out=lanes)
        lost += takes[:, at]
        trail *= factor[:, at]
    shares = Profile(lanes.sum(axis=1), lost, trail).shelter(wake)
    shares.setflags(write=False)
    return shares


@lru_cache(maxsize=64)
def _influence(outside: int) -> tuple[Floats, Floats, Floats]:
    """Return what a pacer so far outside does at each row, by `ROUND_M`.

    Front wake by lane, what is lost, factor of the trail: shapes (rows, lanes, places) and (rows,
    places), from `FAR_M` behind to `FAR_M` ahead.
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
