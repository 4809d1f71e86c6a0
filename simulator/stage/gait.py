"""How an athlete moves: cadence, stride phase, and the pose of a body at any phase, in metres.

In: race distance over race time, a body's build. Out: `StrideTrack.at(t)`, a `Stride` (phase,
speed, acceleration, effort), and `poses`, joints in the body's frame. No pixels, no clock.

A body's frame is forward, up, right [m]; its origin lies on the ground below the pelvis, at the
recorded race distance. Phase 0 is the touchdown of the right foot, 0.5 that of the left one. Phase
is the integral of cadence over race time, taken from the recording: any seek shows the same pose.

Sources. Of three papers (both of Hanley, Mattes) only the abstracts were read (subjects, place,
method), not the tables; every figure is as other works quote it:

- cadence: 3.29 Hz on the first lap and 3.52 Hz on the second of the women's 800 m final at the 2017
  World Championships, eight women, 150 Hz video about 50 m before the line, so at 350 and 750 m
  (Hanley, Merlino & Bissas 2022, doi 10.3389/fspor.2022.834813). Its abstract says that the second
  lap was faster by cadence, not by step length. 4.56 Hz and 96 ms of contact at 10.6 m/s: 26
  sprinters of 1.82 m at 10.1 to 11.3 m/s (Mattes, Wolff & Alizadeh 2021,
  doi 10.2478/hukin-2021-0008).
- below and between these speeds cadence grows by 9, 14 and 18 % over 3.5, 5.2, 7.0, 9.0 m/s, chosen
  to match the finalists; Dorn, Schache & Pandy 2012 (doi 10.1242/jeb.064527, figure 2A) have 12, 10
  and 25 % for the same steps.
- angles at touchdown, midstance and toe-off: 28 women of the 2017 marathon, 50 Hz video at 29.5 and
  40 km (Hanley, Bissas & Merlino 2020, doi 10.3389/fspor.2020.00102): hip 145, 152, 191; knee 148,
  131, 160; shoulder -50, -28, +27; elbow 66, 72, 58; smallest knee angle in swing 63 degrees.
  Sprinters (Mattes et al.): knee 156 and 155, 40 in swing, thigh up to 21 degrees below the
  horizontal.
- shape of the swing and the ankle: summaries after Novacheck 1998 (Gait & Posture 7, 77-95), not
  that paper itself: hip 45 to 50 degrees flexed at touchdown, 9 to 10 extended at toe-off, 55 in
  swing; ankle 25 to 30 degrees dorsiflexed in stance, 20 to 25 plantarflexed after toe-off.
- thigh, shank and forearm: Drillis & Contini 1966 as in Winter 2009, figure 4.1, as shares of
  stature. The upper arm is shorter than theirs (0.172 for 0.186), shoulders and hips are narrower.

Assumed: the speeds of the two laps of that final (6.7 and 7.2 m/s), values between two cited
ones, everything below 3 m/s, the crouch and the first step, trunk lean in
proportion to acceleration, cadence with the root of stature (the sprinters' 4.56 Hz is 4.75 Hz in
the table, which is for 1.68 m), all other lengths, every pacer's stature. Effort is an
illustration: nothing was measured of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Leg = tuple[Floats, Floats, Floats, Floats]
"""Thigh from straight down, knee flexion, plantarflexion, toe bend [rad]."""

CADENCE_HZ = (
    (0.0, 2.35), (2.0, 2.60), (3.5, 2.78), (5.2, 3.02), (6.7, 3.29), (7.2, 3.52), (9.0, 4.05),
    (10.6, 4.75),
)  # fmt: skip
"""Cadence by speed [Hz at m/s], for a stature of `CADENCE_STATURE_M`."""
CADENCE_STATURE_M = 1.68
"""Stature for which `CADENCE_HZ` holds: about the finalists', assumed [m]."""
START_CADENCE_HZ = 3.3
"""Cadence of the first steps, at any speed: assumed."""
CONTACT_LENGTH = ((0.0, 0.30), (2.0, 0.40), (3.5, 0.47), (5.2, 0.53), (6.7, 0.55), (10.6, 0.56))
"""Way over the standing foot as a share of stature, by speed: 96 ms at 10.6 m/s, Mattes 2021."""
LONGEST_CONTACT = 0.62
"""Largest share of a stride with the foot on the ground: the walk out of the start, assumed."""
THIGH_HIGHEST_DEG = ((0.0, 14.0), (2.0, 30.0), (3.5, 42.0), (5.2, 54.0), (6.7, 62.0), (10.6, 69.0))
"""Highest thigh in swing, from straight down [deg]: 69 at 10.6 m/s, Mattes 2021."""
KNEE_SWING_DEG = ((0.0, 30.0), (2.0, 76.0), (3.5, 98.0), (5.2, 117.0), (6.7, 127.0), (10.6, 140.0))
"""Largest knee flexion in swing [deg]: 117 marathon women, 140 sprinters."""
HIP_HEIGHT = ((0.0, 0.520), (2.0, 0.505), (3.5, 0.500), (6.7, 0.499), (10.6, 0.501))
"""Mean height of the hip joints as a share of stature; gives the cited knee angles."""
BOUNCE = ((0.0, 0.0), (2.0, 0.020), (3.5, 0.024), (6.7, 0.019), (10.6, 0.014))
"""Half of the pelvis' vertical travel as a share of stature: 8 cm at 3.5 m/s, 6 at 6.7, assumed."""
G_M_S2 = 9.81
CROUCH_UNTIL_M = 0.70
"""At this distance from the line the standing crouch has become the first step, assumed [m]."""
START_UNTIL_M_S = 3.0
"""Up to this speed the first step is slower than the later ones, assumed [m/s]."""
START_PHASE = 0.10
"""Phase on the line: the right foot stands in front; half a cycle later, the left one."""
FRONT_TOE, REAR_TOE = 0.185, -0.235
"""Toes in front of and behind the pelvis on the line, as shares of stature, assumed."""


class Joint(IntEnum):
    """A point of a pose; each right point follows its left one.

    CHEST is half-way up the ribs, NECK its base, HEAD the middle of the skull, FACE a hand's
    breadth before it, in the direction of view.
    """

    PELVIS = 0
    CHEST = 1
    NECK = 2
    HEAD = 3
    FACE = 4
    CROWN = 5
    HIP_L = 6
    HIP_R = 7
    KNEE_L = 8
    KNEE_R = 9
    ANKLE_L = 10
    ANKLE_R = 11
    HEEL_L = 12
    HEEL_R = 13
    BALL_L = 14
    BALL_R = 15
    TOE_L = 16
    TOE_R = 17
    SHOULDER_L = 18
    SHOULDER_R = 19
    ELBOW_L = 20
    ELBOW_R = 21
    WRIST_L = 22
    WRIST_R = 23
    HAND_L = 24
    HAND_R = 25


@dataclass(frozen=True, slots=True)
class Physique:
    """A body's proportions.

    Attributes:
        stature_m: standing height [m].
        woman: shape of trunk and hair, and thickness of the limbs.
    """

    stature_m: float = 1.75
    woman: bool = False

    @property
    def shoulders(self) -> float:
        """Half the distance between shoulder joints, share of stature; Winter's is wider."""
        return 0.092 if self.woman else 0.103

    @property
    def hips(self) -> float:
        """Half the distance between the hip joints, as a share of stature."""
        return 0.052 if self.woman else 0.048

    @property
    def girth(self) -> float:
        """Thickness of the limbs relative to a lean woman's."""
        return 1.0 if self.woman else 1.06


THIGH, SHANK = 0.245, 0.246
TRUNK, NECK_BASE = 0.263, 0.295
UPPER_ARM, FOREARM, FIST = 0.172, 0.146, 0.048
ANKLE_UP, ANKLE_TO_BALL, HEEL_BACK, TOES = 0.046, 0.074, 0.040, 0.041
"""Height of the ankle joint in spikes; ankle to ball, ankle to heel, ball to toe tip."""


def _curve(table: Sequence[tuple[float, float]], at: ArrayLike) -> Floats:
    speeds, values = zip(*table, strict=True)
    return np.asarray(np.interp(np.asarray(at, dtype=np.float64), speeds, values))


def _smooth(share: ArrayLike) -> Floats:
    z = np.clip(np.asarray(share, dtype=np.float64), 0.0, 1.0)
    return np.asarray(z * z * (3.0 - 2.0 * z))


def cadence(
    speed_m_s: ArrayLike,
    stature_m: float,
    accel_m_s2: ArrayLike = 0.0,
    effort: ArrayLike = 0.0,
) -> Floats:
    """Return the cadence [Hz] at speeds [m/s].

    Shorter bodies step faster, by the square root of stature (dynamic similarity, assumed): at 6.7
    m/s 3.40 Hz for 1.57 m, 3.18 Hz for 1.80 m. Effort (0 to 1) shortens the stride by up to 5 %.
    """
    steady = _curve(CADENCE_HZ, speed_m_s)
    starting = np.clip(np.asarray(accel_m_s2) / 2.0, 0.0, 1.0)
    brisk = steady + np.maximum(START_CADENCE_HZ - steady, 0.0) * starting
    shorter = math.sqrt(CADENCE_STATURE_M / stature_m)
    return np.asarray(brisk * shorter * (1.0 + 0.05 * np.asarray(effort)))


@dataclass(frozen=True, slots=True)
class Stride:
    """A body's state within its stride.

    Attributes:
        phase: 0 to 1.
        speed_m_s: speed [m/s].
        accel_m_s2: acceleration [m/s2].
        effort: 0 to 1, an illustration: shorter stride, more sway, head back.
        gone_m: distance from its place at the gun [m]; near 0 the crouch.
    """

    phase: float = 0.10
    speed_m_s: float = 0.0
    accel_m_s2: float = 0.0
    effort: float = 0.0
    gone_m: float = 0.0


SOMEBODY = Physique()


@dataclass(frozen=True, eq=False)
class StrideTrack:
    """Stride phase over race time, the integral of cadence. Arrays have shape (ticks + 1,).

    A pure function of the run: whatever was shown before, `at` gives the same phase to the bit.

    Attributes:
        step_s: time between two ticks [s].
        strides: strides since the gun of a body of `CADENCE_STATURE_M`, not wrapped [1].
        rate: strides per second of that body [Hz].
        speed: speed [m/s].
        accel: acceleration [m/s2].
        effort: 0 to 1.
        gone: distance from its place at the gun [m].
    """

    step_s: float
    strides: Floats
    rate: Floats
    speed: Floats
    accel: Floats
    effort: Floats
    gone: Floats

    def at(self, time_s: float, stature_m: float, begin: float = START_PHASE) -> Stride:
        """Return the stride at a race time [s]; held before the gun and after the last tick.

        Args:
            time_s: race time [s].
            stature_m: the body's height [m]; several of one group share a track.
            begin: phase at the gun: `START_PHASE`, or half a cycle more for the other foot.
        """
        strides, gait = _stride_at(self, time_s)
        phase = begin + strides * math.sqrt(CADENCE_STATURE_M / stature_m)
        return Stride(phase % 1.0, *gait)


@lru_cache(maxsize=16)
def _stride_at(track: StrideTrack, time_s: float) -> tuple[float, tuple[float, ...]]:
    """Return strides since the gun, and a stride's other values: the same for a whole group."""
    place = min(max(time_s / track.step_s, 0.0), len(track.strides) - 1.0)
    tick = round(place)
    place = tick if abs(place - tick) < 1e-9 else place  # as in a recording
    i = min(int(place), len(track.strides) - 2)
    f = place - i
    r0, r1 = track.rate.item(i), track.rate.item(i + 1)
    strides = track.strides.item(i) + track.step_s * f * (r0 + 0.5 * f * (r1 - r0))
    ends = (c[i : i + 2].tolist() for c in (track.speed, track.accel, track.effort, track.gone))
    return strides, tuple(a + (b - a) * f for a, b in ends)


TICK_S = 0.1
"""Strides are integrated in steps of this length [s]."""


def stride_track(distance_m: Floats, effort: ArrayLike = 0.0) -> StrideTrack:
    """Return the stride track of a body from its race distance each `TICK_S` [m].

    `effort` is 0 to 1 at each tick, see `effort_of`.
    """
    # backward differences: no stride may depend on a later tick; all stand on the line at first
    speed = np.maximum(np.diff(distance_m, prepend=distance_m[0]) / TICK_S, 0.0)
    accel = np.diff(speed, prepend=0.0) / TICK_S
    spent = np.broadcast_to(np.asarray(effort, dtype=np.float64), speed.shape)
    # a body accelerates slowly from rest and comes to rest late
    begun = _smooth(speed / np.where(accel >= 0.0, START_UNTIL_M_S, 0.4))
    rate = 0.5 * cadence(speed, CADENCE_STATURE_M, accel, spent) * begun
    strides = np.concatenate(([0.0], np.cumsum(0.5 * TICK_S * (rate[1:] + rate[:-1]))))
    return StrideTrack(TICK_S, strides, rate, speed, accel, spent, distance_m - distance_m[0])


def effort_of(reserve_share: ArrayLike) -> Floats:
    """Return the visible effort, 0 to 1, for the share of the reserve left: an illustration."""
    return _smooth((0.30 - np.asarray(reserve_share, dtype=np.float64)) / 0.28)


def _cubic(
    knots: Sequence[float], values: Sequence[float], first: float, last: float, at: Floats
) -> Floats:
    """Return the cubic through (knots, values) with given end slopes; it does not overshoot."""
    x, y = np.asarray(knots), np.asarray(values)
    secant = np.diff(y) / np.diff(x)
    slope = np.empty_like(y)
    slope[0], slope[-1] = first, last
    left, right = np.diff(x)[:-1], np.diff(x)[1:]
    inner = (secant[:-1] * right + secant[1:] * left) / (left + right)
    turns = secant[:-1] * secant[1:] <= 0
    slope[1:-1] = np.where(turns, 0.0, inner)
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    h = x[i + 1] - x[i]
    f = (at - x[i]) / h
    return np.asarray(
        y[i] * (1 + 2 * f) * (1 - f) ** 2
        + slope[i] * h * f * (1 - f) ** 2
        + y[i + 1] * f * f * (3 - 2 * f)
        - slope[i + 1] * h * f * f * (1 - f)
    )


_PITCH = ((0.0, 0.12, 0.40, 0.62, 0.82, 1.0), (9.0, 1.0, 2.0, 19.0, 46.0, 70.0))
"""Heel angle over the stance [deg]: forefoot first, flat at a tenth, then rolling."""
_TOE_PITCH = ((0.0, 0.80, 1.0), (0.0, 0.0, 38.0))


def _table(table: tuple[Sequence[float], Sequence[float]], at: Floats) -> Floats:
    knots, values = table
    last = (values[-1] - values[-2]) / (knots[-1] - knots[-2])
    return _cubic(knots, values, 0.0, last, at)


@dataclass(frozen=True, slots=True)
class _Gait:
    """The parameters of one gait: speed [m/s], acceleration [m/s2], effort, lengths [m], angles."""

    build: Physique
    stride_m: float
    duty: float
    toe_m: float
    hip_m: float
    bounce_m: float
    lean: float
    thigh: float
    knee: float
    effort: float
    push: float


def _gait(build: Physique, speed: float, accel: float, effort: float) -> _Gait:
    tall = build.stature_m
    steps = float(cadence(speed, tall, accel, effort))
    stride = 2.0 * max(speed, 1e-3) / steps
    contact = min(float(_curve(CONTACT_LENGTH, speed)) * tall, LONGEST_CONTACT * stride)
    push = min(max(accel / G_M_S2, -0.25), 0.5)
    hip = float(_curve(HIP_HEIGHT, speed)) * tall * (1.0 - 0.05 * max(push, 0.0) - 0.008 * effort)
    lean = np.radians(5.5 + 1.0 * min(speed / 6.7, 1.5) - 4.0 * effort) + 0.95 * np.arctan(push)
    toe = 0.281 * tall * min(contact / (0.55 * tall), 1.0)
    toe -= 0.50 * hip * max(push, 0.0)  # the centre of mass stays ahead of the pushing foot
    return _Gait(
        build,
        stride,
        contact / stride,
        toe + 0.02 * tall * (1.0 - min(speed / 5.0, 1.0)),
        hip,
        float(_curve(BOUNCE, speed)) * tall,
        float(lean),
        np.radians(float(_curve(THIGH_HIGHEST_DEG, speed)) - 5.0 * effort + 14.0 * max(push, 0.0)),
        np.radians(float(_curve(KNEE_SWING_DEG, speed)) - 9.0 * effort),
        effort,
        push,
    )


def _pelvis(gait: _Gait, phase: Floats) -> tuple[Floats, Floats]:
    """Return the pelvis height [m], lowest at midstance, and the right hip's turn [rad]."""
    height = gait.hip_m - gait.bounce_m * np.cos(4.0 * np.pi * (phase - 0.5 * gait.duty))
    amplitude = np.radians(7.0) * min(gait.thigh / np.radians(60.0), 1.1)
    return height, amplitude * np.cos(2.0 * np.pi * (phase + 0.06))


def _reach(
    gait: _Gait, toe: Floats, pitch: Floats, toe_pitch: Floats, height: Floats, turn: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return thigh, knee flexion, plantarflexion and toe bend [rad] of a leg whose toe is down.

    Args:
        gait: the gait.
        toe: distance of the toe tip before the pelvis [m].
        pitch: angle of the heel from the ground [rad].
        toe_pitch: angle of the ball from the ground [rad].
        height: height of the hip [m].
        turn: turn of the pelvis towards this leg [rad].
    """
    tall = gait.build.stature_m
    ball_x = toe - TOES * tall * np.cos(toe_pitch)
    ball_y = TOES * tall * np.sin(toe_pitch)
    back, up = ANKLE_TO_BALL * tall, ANKLE_UP * tall
    ankle_x = ball_x - back * np.cos(pitch) + up * np.sin(pitch)
    ankle_y = ball_y + back * np.sin(pitch) + up * np.cos(pitch)
    dx = ankle_x - gait.build.hips * tall * np.sin(turn)
    dy = ankle_y - height
    thigh_m, shank_m = THIGH * tall, SHANK * tall
    reach = np.clip(np.hypot(dx, dy), 0.2 * tall, 0.9985 * (thigh_m + shank_m))
    cosine = (thigh_m**2 + shank_m**2 - reach**2) / (2.0 * thigh_m * shank_m)
    knee = np.pi - np.arccos(np.clip(cosine, -1.0, 1.0))
    thigh = np.arctan2(dx, -dy) + np.arcsin(np.clip(shank_m * np.sin(knee) / reach, -1.0, 1.0))
    return thigh, knee, pitch + thigh - knee, pitch - toe_pitch


def _stance(gait: _Gait, phase: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the angles of a standing leg [rad].

    The toe keeps its place on the ground: in the body's frame it moves back as the body advances.
    """
    share = phase / gait.duty
    pitch, toe_pitch = (np.radians(_table(t, share)) for t in (_PITCH, _TOE_PITCH))
    height, turn = _pelvis(gait, phase)
    return _reach(gait, gait.toe_m - gait.stride_m * phase, pitch, toe_pitch, height, turn)


def _leg(gait: _Gait, phase: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return thigh from straight down, knee flexion, plantarflexion, toe bend [rad] by phase."""
    duty = gait.duty
    eps = 1e-3
    ends = _stance(gait, np.array([0.0, eps, duty - eps, duty]))
    share = np.clip((phase - duty) / (1.0 - duty), 0.0, 1.0)
    span = 1.0 - duty

    def swing(i: int, knots: Sequence[float], inner: Sequence[float]) -> Floats:
        off, on = ends[i][3], ends[i][0]
        values = (float(off), *inner, float(on))
        first = float(ends[i][3] - ends[i][2]) / eps * span
        last = float(ends[i][1] - ends[i][0]) / eps * span
        most = 9.0  # rad a swing: the ends move at most as fast as the foot
        return _cubic(knots, values, np.clip(first, -most, most), np.clip(last, -most, most), share)

    off_thigh, on_thigh = float(ends[0][3]), float(ends[0][0])
    off_knee, on_knee = float(ends[1][3]), float(ends[1][0])
    high, bent = gait.thigh, gait.knee
    live = min(bent / np.radians(110.0), 1.0)
    reach = min(on_knee, np.radians(24.0))
    thigh = swing(
        0,
        (0.0, 0.08, 0.34, 0.52, 0.70, 0.88, 1.0),
        (
            off_thigh - np.radians(1.0) * live,
            0.10 * high,
            0.66 * high,
            high,
            high - 0.62 * max(high - on_thigh, 0.0),
        ),
    )
    knee = swing(
        1,
        (0.0, 0.17, 0.37, 0.55, 0.70, 0.89, 1.0),
        (
            off_knee + 0.46 * (bent - off_knee),
            bent,
            (1.02 - 0.19 * live) * bent,
            (1.10 - 0.57 * live) * bent,
            reach,
        ),
    )
    ankle = swing(
        2,
        (0.0, 0.10, 0.40, 0.70, 0.90, 1.0),
        (
            np.radians(27.0) * live,
            np.radians(18.0 * live - 6.0),
            np.radians(12.0 * live - 12.0),
            np.radians(2.0),
        ),
    )
    bend = swing(3, (0.0, 0.25, 0.80, 1.0), (np.radians(3.0), np.radians(2.0)))
    standing = phase < duty
    stance = _stance(gait, np.where(standing, phase, 0.0))
    a, b, c, d = (
        np.where(standing, s, w) for s, w in zip(stance, (thigh, knee, ankle, bend), strict=True)
    )
    return a, b, c, d


_CROUCH_ARMS_DEG = ((-42.0, 74.0), (34.0, 88.0))
"""Shoulder and elbow flexion on the line, of the arm above the front and above the rear foot."""
_CROUCH_LEAN_DEG = 34.0
_CROUCH_HIP = 0.462


def _start_legs(
    gait: _Gait, phase: Floats, height: Floats, gone_m: float, running: tuple[Leg, Leg]
) -> tuple[Leg, Leg]:
    """Return the front and the rear leg in the first step: both toes stay until they lift off.

    Args:
        gait: the gait.
        phase: phase of the front leg, `START_PHASE` on the line.
        height: height of the hips [m].
        gone_m: distance from the line [m].
        running: both legs when running, front and rear.
    """
    tall = gait.build.stature_m
    still = np.zeros_like(phase)
    made = []
    for leg, toe, lift, pitch_deg in (
        (running[0], FRONT_TOE, (0.40, 0.10), (2.0, 66.0)),
        (running[1], REAR_TOE, (START_PHASE, 0.12), (48.0, 74.0)),
    ):
        share = _smooth((phase - START_PHASE) / (lift[0] + lift[1] - START_PHASE))
        pitch = np.radians(pitch_deg[0] + (pitch_deg[1] - pitch_deg[0]) * share**1.5)
        toes = np.radians(30.0) * share**3
        down = _reach(gait, np.full_like(phase, toe * tall - gone_m), pitch, toes, height, still)
        up = _smooth((phase - lift[0]) / lift[1])
        made.append(tuple(a + (b - a) * up for a, b in zip(down, leg, strict=True)))
    return made[0], made[1]  # type: ignore[return-value]


def _arm(gait: _Gait, phase: Floats) -> tuple[Floats, Floats]:
    """Return the right arm's shoulder flexion and elbow flexion [rad], by phase.

    The shoulder follows a sine through Hanley's three angles; the elbow closes in front and opens
    behind.
    """
    swing = min(0.25 + gait.thigh / np.radians(62.0) * 0.78, 1.15)
    forward = -np.cos(2.0 * np.pi * (phase + 0.03))
    second = 0.10 * np.sin(4.0 * np.pi * (phase + 0.03))
    shoulder = np.radians(-7.0) + np.radians(45.0) * swing * (forward + second)
    open_deg = 106.0 - 12.0 * gait.effort - 25.0 * max(gait.push, 0.0)
    elbow = np.radians(open_deg) + np.radians(15.0) * swing * (forward + 0.25 * forward**2)
    return shoulder, elbow


def poses(
    build: Physique,
    phase: ArrayLike,
    speed_m_s: float,
    accel_m_s2: float = 0.0,
    effort: float = 0.0,
    gone_m: float = math.inf,
) -> Floats:
    """Return the joints of a body at phases of one gait, in its frame [m].

    Args:
        build: the body.
        phase: stride phases, shape (n,).
        speed_m_s: speed [m/s].
        accel_m_s2: acceleration [m/s2]: the trunk leans into it.
        effort: 0 to 1, an illustration: shorter stride, more sway, head back.
        gone_m: distance from its place at the gun [m]; 0 is the crouch on the line.

    Returns:
        shape (n, len(Joint), 3): forward, up, right.
    """
    phi = np.mod(np.atleast_1d(np.asarray(phase, dtype=np.float64)), 1.0)
    gait = _gait(build, speed_m_s, accel_m_s2, effort)
    running = float(_smooth(gone_m / CROUCH_UNTIL_M))
    height, turn = _pelvis(gait, phi)
    legs = [_leg(gait, np.mod(phi + 0.5, 1.0)), _leg(gait, phi)]
    if running < 1.0:
        height = height * running + _CROUCH_HIP * build.stature_m * (1.0 - running)
        turn = turn * running
        right = bool(0.04 <= phi[0] < 0.57)  # the front foot: phases are those of the first step
        of_front = phi if right else np.mod(phi + 0.5, 1.0)
        both = (legs[1], legs[0]) if right else (legs[0], legs[1])
        front, rear = _start_legs(gait, of_front, height, gone_m, both)
        legs = [rear, front] if right else [front, rear]
    tall = build.stature_m
    points = np.zeros((len(phi), len(Joint), 3))
    sway = (0.010 + 0.012 * effort) * tall * np.sin(2.0 * np.pi * (phi + 0.25 - 0.5 * gait.duty))
    points[:, Joint.PELVIS, 1] = height
    points[:, Joint.PELVIS, 2] = sway * running
    _place_leg(points, build, legs[0], -turn, phi, right=False)
    _place_leg(points, build, legs[1], turn, phi, right=True)
    lean = gait.lean * running + math.radians(_CROUCH_LEAN_DEG) * (1.0 - running)
    _place_trunk(points, gait, phi, lean, running)
    return points


def _sided(points: Floats, right: bool, *lefts: Joint) -> Iterator[Floats]:
    """Yield the places of joints of one side, to be written, given those of the left side."""
    return (points[:, joint + right] for joint in lefts)


def _place_leg(
    points: Floats, build: Physique, leg: Leg, turn: Floats, phase: Floats, *, right: bool
) -> None:
    """Write the points of one leg, hip to toe."""
    tall, sign = build.stature_m, 1.0 if right else -1.0
    thigh, flexed, pointed, bend = leg
    shank = thigh - flexed
    pitch = pointed - shank
    upper = (Joint.HIP_L, Joint.KNEE_L, Joint.ANKLE_L)
    hip, knee, ankle = _sided(points, right, *upper)
    heel, ball, toe = _sided(points, right, Joint.HEEL_L, Joint.BALL_L, Joint.TOE_L)
    pelvis = points[:, Joint.PELVIS]
    across = build.hips * tall
    hip[:, 0] = pelvis[:, 0] + across * np.sin(turn)
    hip[:, 1] = pelvis[:, 1]
    hip[:, 2] = pelvis[:, 2] + sign * across * np.cos(turn)
    # feet land close to one line; the swinging foot passes slightly outside the standing one
    passing = 0.5 - 0.5 * np.cos(2.0 * np.pi * (phase + (0.0 if right else 0.5)))
    foot = sign * tall * (0.014 + 0.016 * passing)
    for end, start, length, angle, share in (
        (knee, hip, THIGH, thigh, 0.42),
        (ankle, knee, SHANK, shank, 1.0),
    ):
        end[:, 0] = start[:, 0] + length * tall * np.sin(angle)
        end[:, 1] = start[:, 1] - length * tall * np.cos(angle)
        end[:, 2] = hip[:, 2] + (foot - hip[:, 2]) * share
    for end, ahead in ((heel, -HEEL_BACK), (ball, ANKLE_TO_BALL)):
        end[:, 0] = ankle[:, 0] + tall * (ahead * np.cos(pitch) - ANKLE_UP * np.sin(pitch))
        end[:, 1] = ankle[:, 1] - tall * (ahead * np.sin(pitch) + ANKLE_UP * np.cos(pitch))
        end[:, 2] = ankle[:, 2]
    _clear_ground(ball, build)
    toe_pitch = pitch - bend
    toe[:, 0] = ball[:, 0] + TOES * tall * np.cos(toe_pitch)
    toe[:, 1] = ball[:, 1] - TOES * tall * np.sin(toe_pitch)
    toe[:, 2] = ankle[:, 2] + sign * 0.006 * tall
    _clear_ground(toe, build)


def _clear_ground(joint: Floats, build: Physique) -> None:
    """Lift points that would sink into the ground in a slow swing; standing feet are at 0."""
    height, soft = joint[:, 1], 0.012 * build.stature_m
    joint[:, 1] = np.where(height < 0.0, np.minimum(-0.2 * height, soft), height)


def _place_trunk(points: Floats, gait: _Gait, phase: Floats, lean: float, running: float) -> None:
    """Write trunk, head and arms above the pelvis."""
    tall, effort = gait.build.stature_m, gait.effort
    once = 2.0 * np.pi * (phase + 0.03)
    pitch = lean + np.radians(1.5) * np.cos(2.0 * once) * running
    roll = np.radians(1.6 + 5.0 * effort) * np.sin(once) * running
    twist = -np.radians(11.0 + 3.0 * effort) * np.cos(once) * running
    up = np.stack([np.sin(pitch), np.cos(pitch) * np.cos(roll), np.sin(roll)], axis=1)
    pelvis = points[:, Joint.PELVIS]
    points[:, Joint.CHEST] = pelvis + 0.17 * tall * up
    points[:, Joint.NECK] = pelvis + NECK_BASE * tall * up
    middle = pelvis + TRUNK * tall * up
    bow = 0.45 * lean + np.radians(11.0 - 9.0 * effort)
    neck = np.stack(
        [np.full_like(roll, np.sin(bow)), np.full_like(roll, np.cos(bow)), roll], axis=1
    )
    points[:, Joint.HEAD] = points[:, Joint.NECK] + 0.101 * tall * neck
    nod = np.radians(-2.0 + 18.0 * effort) + 0.10 * lean * running - 0.35 * (1.0 - running)
    gaze = np.stack(
        [np.full_like(roll, np.cos(nod)), np.full_like(roll, np.sin(nod)), -0.04 * np.sin(once)],
        axis=1,
    )
    points[:, Joint.FACE] = points[:, Joint.HEAD] + 0.06 * tall * gaze
    over = np.stack([-gaze[:, 1], gaze[:, 0], roll * (0.6 + effort)], axis=1)
    points[:, Joint.CROWN] = points[:, Joint.HEAD] + 0.065 * tall * over
    down = -up
    arm = (Joint.SHOULDER_L, Joint.ELBOW_L, Joint.WRIST_L, Joint.HAND_L)
    for right, sign in ((False, -1.0), (True, 1.0)):
        shoulder, elbow, wrist, hand = _sided(points, right, *arm)
        ahead = sign * twist
        outward = np.stack([np.sin(ahead), sign * -roll, sign * np.cos(ahead)], axis=1)
        outward /= np.linalg.norm(outward, axis=1)[:, None]
        forward = np.cross(outward, up) * -sign
        shrug = 0.016 * effort
        shoulder[:] = middle + gait.build.shoulders * tall * outward + shrug * tall * up
        flex, bent = _arm(gait, np.mod(phase + (0.0 if right else 0.5), 1.0))
        if running < 1.0:
            over_front = right == bool(0.04 <= phase[0] < 0.57)
            still = np.radians(_CROUCH_ARMS_DEG[0 if over_front else 1])
            flex = flex * running + still[0] * (1.0 - running)
            bent = bent * running + still[1] * (1.0 - running)
        apart = np.radians(13.0 + 5.0 * effort) + 0.10 * np.maximum(-flex, 0.0)
        inward = np.radians(12.0) + 0.42 * np.clip(flex + 0.25, 0.0, 0.8)

        def along(angle: Floats, fwd: Floats = forward) -> Floats:
            return np.asarray(np.cos(angle)[:, None] * down + np.sin(angle)[:, None] * fwd)

        upper = np.cos(apart)[:, None] * along(flex) + np.sin(apart)[:, None] * outward
        lower = np.cos(inward)[:, None] * along(flex + bent) - np.sin(inward)[:, None] * outward
        elbow[:] = shoulder + UPPER_ARM * tall * upper
        wrist[:] = elbow + FOREARM * tall * lower
        hand[:] = wrist + FIST * tall * lower


@lru_cache(maxsize=256)
def cycle(
    build: Physique, steps: int, speed_m_s: float, accel_m_s2: float, effort: float
) -> Floats:
    """Return the poses of one stride at full run [m], read-only, shape (steps, len(Joint), 3)."""
    made = poses(build, np.arange(steps) / steps, speed_m_s, accel_m_s2, effort)
    made.setflags(write=False)
    return made
