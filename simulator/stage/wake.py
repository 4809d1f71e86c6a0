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
from simulator.physics.shelter import Influence, Shelterer, combined, influence_of, shelter

Floats = NDArray[np.float64]

STEP_M = 0.4
"""How far apart the field's points are along the track [m]."""
BEHIND_M, AHEAD_M = 10.0, 14.0
"""How far behind and ahead of her the field reaches [m]."""
ACROSS_M = (-0.75, -0.45, -0.15, 0.15, 0.45, 0.75, 1.05, 1.35, 1.65)
"""Its points across the track, metres to the outside of the measuring line [m]."""
ROUND_M = 0.1
"""Places are rounded to this, so that a field holds for more than one picture [m]."""
FAR_M = 20.0
"""A pacer farther from a point than this takes no air from it [m]."""


Arrangement = tuple[tuple[tuple[int, int], ...], float]
"""The pacers' places, ahead of her and to the outside, in steps of `ROUND_M`, and the scale q."""


@dataclass(frozen=True, slots=True)
class Wake:
    """A field of shelter; it is worked out when it is looked at, which few cameras do.

    Attributes:
        first_m: race distance of its rearmost points [m].
        arrangement: who stands where; fields are equal where it is the same.
    """

    first_m: float = field(compare=False)
    arrangement: Arrangement

    @property
    def shelter(self) -> Floats:
        """Share of the drag taken away, 0 to 1, perhaps below 0; shape (`ACROSS_M`, along)."""
        return _field(*self.arrangement)


def wake_of(standing: Sequence[Place], runner_m: float, wake: float) -> Wake | None:
    """Return the field of those who are there; None when nobody is.

    Args:
        standing: the pacers.
        runner_m: her race distance [m].
        wake: the scale q of the front wake.
    """
    near = tuple(
        sorted(
            (round((p.x_m - runner_m) / ROUND_M), round(p.offset_m / ROUND_M))
            for p in standing
            if p.presence >= 1.0
        )
    )
    return Wake(runner_m - BEHIND_M, (near, wake)) if near else None


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
def _field(pacers: tuple[tuple[int, int], ...], wake: float) -> Floats:
    """Return the field around pacers at places in steps of `ROUND_M`: ahead of her, outside."""
    points = np.arange(-BEHIND_M, AHEAD_M + STEP_M, STEP_M)
    ratio = round(STEP_M / ROUND_M)
    rows = []
    for across in ACROSS_M:
        parts = []
        for ahead, outside in pacers:
            # table places of the points: how far this pacer is ahead of each
            first = round(FAR_M / ROUND_M) + ahead + round(BEHIND_M / ROUND_M)
            at = first - ratio * np.arange(len(points))
            made = _influence(round(outside * ROUND_M - across, 2))
            at = np.clip(at, 0, len(made.lost) - 1)
            lanes = tuple((lane, velocity[at]) for lane, velocity in made.wake)
            parts.append(Influence(lanes, made.lost[at], made.trail[at]))
        rows.append(combined(parts, points.shape).shelter(wake))
    shelter = np.array(rows)
    shelter.setflags(write=False)
    return shelter


@lru_cache(maxsize=256)
def _influence(aside_m: float) -> Influence:
    """Return what a pacer so far aside does, from `FAR_M` behind to `FAR_M` ahead, by `ROUND_M`."""
    ahead = np.arange(-FAR_M, FAR_M + 0.5 * ROUND_M, ROUND_M)
    return influence_of(Shelterer(0.0, aside_m, follows_group=True), ahead)
