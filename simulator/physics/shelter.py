"""Shelter: the share S of her air drag that a formation removes.

In: pacers at (dx ahead, dy aside) of the runner, hip to hip [m]. Out: S, 0 none to 1 full; slightly
negative is possible. Formulas: docs/physics.md, "Shelter of a formation"; every edge of the formula
is blended over 0.2 m so that S is continuous in the gap. The coefficients of the pacer beside and
of the jet are assumed: nobody measured them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.coefficients import (
    BEHIND,
    BEHIND_LENGTH_M,
    BEHIND_NEAR_M,
    BEHIND_WIDTH_M,
    BESIDE,
    BESIDE_REACH_M,
    BLEND_M,
    JET,
    JET_INNER_M,
    JET_OUTER_M,
    JET_REACH_M,
    LANE_BIN_M,
    WAKE_LENGTH_M,
    WAKE_LIMIT,
    WAKE_PEAK,
    WAKE_PEAK_AT_M,
    WAKE_WIDTH_M,
)

Floats = NDArray[np.float64]

S_MIN, S_MAX = -0.2, 0.95


@dataclass(frozen=True, slots=True)
class Shelterer:
    """A pacer, as a body in the air.

    Attributes:
        ahead_m: metres ahead of the runner in her slot [m]; behind is negative.
        aside_m: metres aside [m].
        follows_group: True for slots ahead, which move away as the front gap grows; False for slots
            beside and behind, which stay with her.
        presence: 0 to 1; below 1 while he joins or leaves.
    """

    ahead_m: float
    aside_m: float
    follows_group: bool
    presence: float = 1.0


def _rise(x: ArrayLike, edge: float) -> Floats:
    """Return a smooth step from 0 to 1, centred at `edge`, `BLEND_M` wide."""
    z = (np.asarray(x, dtype=np.float64) - edge) / BLEND_M + 0.5
    z = np.minimum(np.maximum(z, 0.0), 1.0)
    return z * z * (3.0 - 2.0 * z)


@dataclass(frozen=True, eq=False)
class ShelterProfile:
    """A formation's effect on the air by extra front gap, before the wake's scale q is applied.

    Attributes:
        wake: sum over the lanes of the strongest front wake u / q [1].
        lost: shelter lost to jets and to pacers beside [1].
        trail: factor R of the pacers behind [1].
    """

    wake: Floats
    lost: Floats
    trail: Floats

    def shelter(self, wake: float) -> Floats:
        """Return S for the front wake's scale q = `wake`; shape as the extra gaps."""
        rest = 1.0 - (np.minimum(wake * self.wake, WAKE_LIMIT) - self.lost)
        return np.clip(1.0 - np.abs(rest) * rest * self.trail, S_MIN, S_MAX)


def shelter(pacers: Sequence[Shelterer], extra_gap_m: ArrayLike, wake: float = 1.0) -> Floats:
    """Return S for each extra front gap [m]; shape as `extra_gap_m`.

    Args:
        pacers: the pacers.
        extra_gap_m: how much farther ahead than in the formation the group is [m].
        wake: the scale q of the front wake.
    """
    extra = np.asarray(extra_gap_m, dtype=np.float64)
    group = without_pacers(extra.shape)
    for pacer in pacers:
        group = joined(group, influence_of(pacer, extra))
    return profile_together(group).shelter(wake)


@dataclass(frozen=True, slots=True, eq=False)
class WakeEffect:
    """The effect of one pacer, or a group, on the air by extra front gap.

    Attributes:
        wake: front wake u / q in each 0.4 m lane with a body in it [1].
        lost: shelter lost to jets, and to being abreast [1].
        trail: the factor of R [1].
    """

    wake: tuple[tuple[int, Floats], ...]
    lost: Floats
    trail: Floats


def influence_of(pacer: Shelterer, extra: Floats) -> WakeEffect:
    """Return the effect of one pacer for each extra front gap [m]."""
    dx = pacer.ahead_m + (extra if pacer.follows_group else 0.0 * extra)
    dy = abs(pacer.aside_m)
    in_front = _rise(dx, BESIDE_REACH_M)
    at_back = _rise(-dx, BESIDE_REACH_M)
    abreast = (1.0 - in_front) * (1.0 - at_back)
    # the decay is constant inside the edge of the pacer's own zone, where he runs beside her
    near = np.maximum(dx, BESIDE_REACH_M)
    peak = WAKE_PEAK * np.exp(-(near - WAKE_PEAK_AT_M) / WAKE_LENGTH_M)
    velocity = peak * np.exp(-((dy / WAKE_WIDTH_M) ** 3)) * in_front
    side = float(_rise(dy, JET_INNER_M) * (1.0 - _rise(dy, JET_OUTER_M)))
    jet = JET * side * in_front * (1.0 - _rise(dx, JET_REACH_M))
    beside = BESIDE * float(1.0 - _rise(dy, JET_OUTER_M)) * abreast
    far = np.maximum(np.abs(dx), BEHIND_NEAR_M)
    push = BEHIND * np.exp(-(far - WAKE_PEAK_AT_M) / BEHIND_LENGTH_M)
    wake = tuple((lane, share * velocity) for lane, share in _lane_shares(pacer.aside_m))
    trail = 1.0 - push * float(np.exp(-((dy / BEHIND_WIDTH_M) ** 2))) * at_back
    there = pacer.presence
    if there == 1.0:
        return WakeEffect(wake, jet + beside, trail)
    wake = tuple((lane, there * velocity) for lane, velocity in wake)
    return WakeEffect(wake, there * (jet + beside), 1.0 - there * (1.0 - trail))


def without_pacers(shape: tuple[int, ...]) -> WakeEffect:
    """Return the effect of an empty group, as arrays of this shape."""
    return WakeEffect((), np.zeros(shape), np.ones(shape))


def joined(group: WakeEffect, pacer: WakeEffect) -> WakeEffect:
    """Return a group's effect with one more pacer: in a lane the strongest wake counts."""
    lanes = dict(group.wake)
    for lane, velocity in pacer.wake:
        lanes[lane] = np.maximum(lanes.get(lane, 0.0), velocity)
    return WakeEffect(tuple(lanes.items()), group.lost + pacer.lost, group.trail * pacer.trail)


def profile_together(group: WakeEffect) -> ShelterProfile:
    """Return a group's profile: its lanes add up."""
    total = np.zeros(group.lost.shape)
    for _, velocity in group.wake:
        total += velocity
    return ShelterProfile(total, group.lost, group.trail)


def _lane_shares(aside_m: float) -> list[tuple[int, float]]:
    """Return the 0.4 m lanes that a body covers and their shares, blended over 0.2 m at an edge."""
    position = aside_m / LANE_BIN_M
    lane = int(np.floor(position + 0.5))
    from_edge = (position - (lane - 0.5)) * LANE_BIN_M
    to_edge = LANE_BIN_M - from_edge
    half = BLEND_M / 2
    if from_edge < half:
        share = float(_rise(from_edge, 0.0))
        return [(lane, share), (lane - 1, 1.0 - share)]
    if to_edge < half:
        share = float(_rise(to_edge, 0.0))
        return [(lane, share), (lane + 1, 1.0 - share)]
    return [(lane, 1.0)]
