"""Athletes: a pose as a lit body, seen from anywhere, at any size.

In: joints in the body's frame [m] (`simulator.stage.gait`), a kit, a direction of view, a size
[px]. Out: sprites with premultiplied alpha, kept.

A body consists of a few tubes with elliptic sections along its bones (one for each whole limb, so
that knees and elbows have no seams). Each facet has one colour, from its normal and the lights;
facets are painted far to near at two or three times the size, and scaled down. Lights are fixed to
the camera: at night floodlights behind both shoulders light the outline, weaker ones from the front
show the body, and tartan reflects a little red from below.
"""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat
from typing import NamedTuple, TypeVar

import numpy as np
import pygame
from numpy.typing import NDArray

from simulator.stage.gait import CROUCH_UNTIL_M, Joint, Physique, Stride, cycle, poses
from simulator.view.theme import Colour, mix, relative_luminance

Floats = NDArray[np.float64]
T = TypeVar("T")

PHASES = 32
"""Poses of a stride at full speed: at 1.7 strides a second almost every picture has a new one."""
SLOW_PHASES = 128
"""Poses of a stride in slow motion."""
SPEED_STEP_M_S, ACCEL_STEP_M_S2, EFFORT_STEPS = 0.75, 1.5, 2
CRUISE_M_S = 6.75
"""The speed at the middle of one of these steps: that of a fast mile."""
START_STEP_M_S, START_STEP_M = 0.5, 0.04
"""Speeds and distances have finer steps in the first step."""
YAW_STEP_DEG, PITCH_STEP_DEG = 10.0, 8.0
SIZE_STEP = 1.07
"""Sprites are painted at sizes that differ by 7 %; the nearest size is used, scaled."""
SCALED_SIZES = 8
"""Bodies are scaled to this many sizes for each that is painted, so that none is seen to leap."""
KEPT_BYTES = 128 * 2**20
SCALED_BYTES = 64 * 2**20
"""Scaled bodies take this much at most: they are made anew in 50 µs, not painted in 2 ms."""
STROKES, STROKES_S = 320, 0.0015
"""A sprite is painted by this many facets at a time, in about this time [s]."""
TOGETHER = 4
"""The shapes of this many successive poses are made at once."""
PATIENCE = 2
"""If nothing is painted between pictures, one picture in this many does a step of it."""
_FINE = {16: (8, 12, 18), 22: (14, 18, 30)}
"""Facets around slim parts, legs, and trunk and head of tall bodies, by those of a tube.

All are about as large, or the trunk's would show; along the body there are more of them, too.
"""
_PLAIN = 12
"""Trunk and head have finer rows with more facets around them than this."""
_SHORTS_END = 0.378
"""The last share of the leg that shorts cover, from hip to knee."""
_KIN = 12
"""Stand-ins are searched among this many of the latest sets of a look."""
_OTHER_PHASE_DEG = 45.0
"""Another pose counts as much as a view turned by this angle."""
_DOUBLE_DEG = 150.0
"""Twice the size counts as much as a view turned by this angle."""
_ALIKE = 0.075
"""Shadows whose sizes differ by less are used for one another unchanged: they are soft."""


@dataclass(frozen=True, slots=True)
class Outfit:
    """The clothes of a body.

    Attributes:
        skin, hair, top, bottom, trim, shoe: colours.
        sleeve: covered share of the arm, from the shoulder; `leg`: of the leg, from the hip. A kit
            with sleeves is a suit, one without is a vest and shorts with a bib.
        gloss: how much the cloth shines, 0 to 1.
        tail: a ponytail instead of short hair.
    """

    skin: Colour
    hair: Colour
    top: Colour
    bottom: Colour
    trim: Colour
    shoe: Colour
    sleeve: float = 0.0
    leg: float = 0.19
    gloss: float = 0.15
    tail: bool = False


SKINS: tuple[Colour, ...] = ((200, 146, 118), (86, 56, 40), (186, 128, 98), (118, 78, 56))
HAIRS: tuple[Colour, ...] = ((62, 42, 30), (20, 16, 14), (130, 94, 60), (24, 19, 17))
BIB: Colour = (226, 229, 234)
DARK = 0.18
"""A suit of less luminance than this is dark: white has 1, black 0."""


def runner_kit(build: Physique, colour: Colour, kit: Colour | None) -> Outfit:
    """Return her kit: a suit from wrist to ankle, so that she stands out.

    `kit`: its colour; None: her own, white. A dark one has light sides: it is lost in the night.
    """
    light = kit is not None and relative_luminance(kit) < DARK
    colour = kit or colour
    trim = mix(colour, (255, 255, 255) if light else (20, 22, 28), 0.75)
    return Outfit(
        (94, 60, 42), (24, 19, 17), colour, colour, trim, (250, 78, 66),
        sleeve=0.98, leg=0.93, gloss=0.4, tail=build.woman,
    )  # fmt: skip


def pacer_kit(build: Physique, colour: Colour, kit: Colour | None) -> Outfit:
    """Return the pacers' kit; skin and hair depend on the build, so that many share sprites.

    `kit`: the vest's colour; None: made of their own colour, pink.
    """
    tone = round(100 * build.stature_m) % len(SKINS)
    top = kit or mix(colour, (200, 40, 110), 0.25)
    dark, colour = ((14, 14, 18), kit) if kit else ((30, 4, 20), colour)
    return Outfit(
        SKINS[tone], HAIRS[tone], top, mix(colour, dark, 0.62), mix(colour, (255, 255, 255), 0.55),
        (240, 240, 236), leg=0.15 if build.woman else 0.19, tail=build.woman,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Appearance:
    """A body's appearance and lighting; compared by identity, since `look_of` makes each once.

    Attributes:
        build, kit: the body and its clothes.
        tint: a ghost's colour, None for a body.
        day: daylight, not floodlight.
    """

    build: Physique
    kit: Outfit
    tint: Colour | None
    day: bool


@lru_cache(maxsize=256)
def look_of(
    kind: str, build: Physique, colour: Colour, kit: Colour | None = None, *, day: bool
) -> Appearance:
    """Return the look of a runner, a pacer or a ghost of a colour; `kit`: another one to wear."""
    outfit = (pacer_kit if kind == "pacer" else runner_kit)(build, colour, kit)
    return Appearance(build, outfit, colour if kind == "ghost" else None, day)


# -- the body: rings of points ---------------------------------------------------------------------

_LEG = np.array(
    [  # share of the leg (1 at the knee, 2 at the ankle), front, back, half width, of stature
        (-0.10, 0.012, 0.012, 0.012), (-0.04, 0.044, 0.050, 0.042), (0.05, 0.052, 0.060, 0.049),
        (0.18, 0.053, 0.058, 0.048), (0.34, 0.051, 0.049, 0.045), (0.375, 0.050, 0.048, 0.044),
        (0.38, 0.048, 0.045, 0.042), (0.52, 0.046, 0.042, 0.040), (0.70, 0.038, 0.035, 0.034),
        (0.86, 0.032, 0.029, 0.030), (1.00, 0.031, 0.026, 0.0285), (1.14, 0.0250, 0.033, 0.0283),
        (1.30, 0.0223, 0.0395, 0.0303), (1.46, 0.020, 0.034, 0.027), (1.66, 0.0170, 0.022, 0.020),
        (1.86, 0.015, 0.0175, 0.0165), (2.02, 0.016, 0.017, 0.017), (2.10, 0.013, 0.013, 0.013),
    ]
)  # fmt: skip
_ARM = np.array(
    [
        (-0.155, 0.0002, 0.0002, 0.0002), (-0.14, 0.012, 0.012, 0.011),
        (-0.10, 0.021, 0.022, 0.020), (0.02, 0.0285, 0.0305, 0.0270),
        (0.18, 0.0272, 0.0285, 0.0255), (0.40, 0.0250, 0.0248, 0.022),
        (0.70, 0.0212, 0.0210, 0.0192), (0.93, 0.0185, 0.0185, 0.0180),
        (1.10, 0.0200, 0.0200, 0.0185), (1.24, 0.0210, 0.0205, 0.0185),
        (1.55, 0.0170, 0.0165, 0.0156), (1.88, 0.0120, 0.0120, 0.013),
        (2.04, 0.0115, 0.0115, 0.0140), (2.20, 0.0165, 0.0162, 0.0208),
        (2.33, 0.0150, 0.0150, 0.018), (2.41, 0.0002, 0.0002, 0.0002),
    ]
)  # fmt: skip
_TRUNK = np.array(
    [  # height over the hip joints, front, back, half width
        (-0.075, 0.010, 0.012, 0.012), (-0.062, 0.034, 0.040, 0.046), (-0.035, 0.050, 0.064, 0.079),
        (0.000, 0.054, 0.070, 0.090), (0.035, 0.055, 0.062, 0.087), (0.070, 0.052, 0.046, 0.076),
        (0.105, 0.049, 0.041, 0.067), (0.140, 0.053, 0.045, 0.070), (0.175, 0.060, 0.050, 0.076),
        (0.205, 0.064, 0.053, 0.081), (0.235, 0.057, 0.054, 0.086), (0.258, 0.048, 0.052, 0.088),
        (0.272, 0.040, 0.047, 0.084), (0.284, 0.033, 0.041, 0.066), (0.298, 0.028, 0.034, 0.040),
        (0.310, 0.026, 0.028, 0.029),
    ]
)  # fmt: skip
_MAN = np.array((0.0, 0.0, 0.0, -0.003))
_HEAD = np.array(
    [  # height over the skull's middle, front, back, half width
        (-0.0700, 0.0360, -0.026, 0.0040), (-0.0690, 0.0430, -0.014, 0.0130),
        (-0.0600, 0.0485, 0.004, 0.0220), (-0.0480, 0.0480, 0.026, 0.0302),
        (-0.0330, 0.0520, 0.044, 0.0355), (-0.0200, 0.0570, 0.053, 0.0382),
        (-0.0050, 0.0490, 0.0577, 0.0400), (0.0110, 0.0482, 0.0602, 0.0418),
        (0.0250, 0.0490, 0.0598, 0.0424), (0.0400, 0.0435, 0.0550, 0.0395),
        (0.0530, 0.0325, 0.0440, 0.0318), (0.0620, 0.0200, 0.0290, 0.0215),
        (0.0670, 0.0010, 0.0010, 0.0010),
    ]
)  # fmt: skip
_HAIR_LINE = (
    (0.0, 0.6, 1.10, 1.42, 1.62, 2.0, math.pi),
    (0.043, 0.041, 0.024, -0.004, -0.008, -0.030, -0.038),
)
"""Edge of the hair: angle from the face [rad], height over the skull's middle."""
_VEST_LINE = (
    (0.0, 0.30, 0.52, 0.80, 1.05, 1.57),
    (0.256, 0.264, 0.286, 0.282, 0.232, 0.210),
)
"""Edge of a vest: angle from front and back [rad], height over the hips."""
_SHOE = np.array(
    [  # along the sole (0 heel, 1 ball, 2 toe tip), top, half width
        (-0.15, 0.012, 0.004), (-0.10, 0.030, 0.011), (0.02, 0.042, 0.0155), (0.20, 0.048, 0.0170),
        (0.36, 0.046, 0.0170), (0.52, 0.034, 0.0174), (0.74, 0.027, 0.0192), (1.00, 0.022, 0.0225),
        (1.40, 0.018, 0.0215), (1.75, 0.014, 0.0150), (1.95, 0.009, 0.0055),
    ]
)  # fmt: skip


def _between(table: Floats) -> Floats:
    """Return a table with a row more between any two, on a smooth curve through them."""
    wide = np.concatenate([2.0 * table[:1] - table[1:2], table, 2.0 * table[-1:] - table[-2:-1]])
    middle = (9.0 * (wide[1:-2] + wide[2:-1]) - wide[:-3] - wide[3:]) / 16.0
    return np.insert(table, np.arange(1, len(table)), middle, axis=0)


_FINE_LEG, _FINE_TRUNK, _FINE_HEAD = (_between(table) for table in (_LEG, _TRUNK, _HEAD))
_PLACES = {name: tuple(table[:, 0].tolist()) for name, table in (("_ARM", _ARM), ("_SHOE", _SHOE))}


def _dot(a: Floats, b: Floats) -> Floats:
    product: Floats = np.einsum("...i,...i->...", a, b)
    return product


def _unit(vectors: Floats) -> Floats:
    length = np.sqrt(_dot(vectors, vectors))
    long: Floats = np.maximum(length, 1e-9)
    return vectors / long[..., None]


def _cross(a: Floats, b: Floats) -> Floats:
    """Return the cross product along the last axis: numpy's takes three times as long on so few."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    out = np.empty(np.broadcast_shapes(a.shape, b.shape))
    out[..., 0] = ay * bz - az * by
    out[..., 1] = az * bx - ax * bz
    out[..., 2] = ax * by - ay * bx
    return out


@lru_cache(maxsize=8)
def _angles(around: int) -> Floats:
    return np.linspace(0.0, 2.0 * np.pi, around, endpoint=False, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _MeshPart:
    """Rings of points, shape (poses, rings, around, 3), and each facet's colour, gloss and depth.

    `sink` [share of stature] paints facets as if they were deeper by that: the thigh under the
    trunk, or with a minus cloth over skin and hair over the skull.
    """

    rings: Floats
    colours: Floats
    gloss: float = 0.25
    sink: Floats | float = 0.0


def _tube(centres: Floats, ahead: Floats, across: Floats, size: Floats, around: int) -> Floats:
    """Return rings around centres; `size` holds front, back and half width [m]."""
    angle = _angles(around)
    c, s = np.cos(angle), np.sin(angle)
    out = np.where(c > 0.0, size[:, :1] * c, size[:, 1:2] * c)
    return np.asarray(
        centres[..., None, :]
        + out[..., None] * ahead[..., None, :]
        + (size[:, 2:3] * s)[..., None] * across[..., None, :]
    )


def _along(start: Floats, middle: Floats, end: Floats, share: Floats) -> Floats:
    """Return points on a limb: 0 at `start`, 1 at the joint, 2 at `end`; the joint is rounded."""
    start, middle, end = start[:, None], middle[:, None], end[:, None]
    at, soft = share[:, None], 0.16
    straight = np.where(
        at < 1.0, start + (middle - start) * at, middle + (end - middle) * (at - 1.0)
    )
    before, after = middle + (start - middle) * soft, middle + (end - middle) * soft
    t = np.clip((at - 1.0 + soft) / (2.0 * soft), 0.0, 1.0)
    curve = before * (1.0 - t) ** 2 + middle * 2.0 * t * (1.0 - t) + after * t * t
    rounded = (
        0.45 * straight + 0.55 * curve
    )  # a fully round joint would look like a hose, not a knee
    return np.asarray(np.where(np.abs(at - 1.0) < soft, rounded, straight))


def _frame(centres: Floats, side: Floats) -> tuple[Floats, Floats]:
    """Return the directions ahead and across, at right angles to a line of centres."""
    tangent, side = np.empty_like(centres), side[..., None, :]
    tangent[:, 1:-1] = centres[:, 2:] - centres[:, :-2]
    tangent[:, 0], tangent[:, -1] = centres[:, 1] - centres[:, 0], centres[:, -1] - centres[:, -2]
    tangent = _unit(tangent)
    across = _unit(side - _dot(tangent, side)[..., None] * tangent)
    return _cross(across, tangent), across


@lru_cache(maxsize=512)
def _bands(places: tuple[float, ...], around: int, *bands: tuple[float, Colour]) -> Floats:
    """Return colours of the facets between rings: each band reaches up to its place."""
    share = np.array(places)
    middle = 0.5 * (share[1:] + share[:-1])
    which = np.searchsorted([until for until, _ in bands], middle)
    colours = np.array([colour for _, colour in bands], dtype=np.float64)[which]
    return np.repeat(colours[:, None], around, axis=1)


def _parts(
    p: Floats, build: Physique, kit: Outfit, phases: Floats, around: int
) -> Iterator[_MeshPart]:
    tall = build.stature_m
    slim, leg, wide = _FINE.get(around, (around, around, around))
    table = _FINE_LEG if around in _FINE else _LEG
    outward = np.array([0.0, 0.0, 1.0])
    thick = np.interp(table[:, 0], (0.0, 0.6, 2.0), (1.0, 0.1 + 0.9 * build.girth, build.girth))
    legs = table[:, 1:] * (0.95 * tall * thick)[:, None]
    suit = kit.sleeve > 0.0
    sink = np.where(table[:-1, 0] < (0.12 if suit else 0.02), 0.03, 0.0)[:, None]
    for end in "LR":
        hip, knee, ankle = (p[:, Joint[f"{n}_{end}"]] for n in ("HIP", "KNEE", "ANKLE"))
        centres = _along(hip, knee, ankle, table[:, 0])
        size = legs.copy()
        if not suit:  # shorts hang clear of the thigh
            size[table[:, 0] < _SHORTS_END] *= 1.12
        rings = _tube(centres, *_frame(centres, outward), size, leg)
        cloth = (2.0 * kit.leg, kit.bottom)
        yield _MeshPart(
            rings, _bands(tuple(table[:, 0].tolist()), leg, cloth, (9.0, kit.skin)), 0.3, sink
        )
        yield _shoe(p, end, kit, tall, slim)
    arms = _ARM[:, 1:] * tall * (0.93 if build.woman else build.girth * 1.04)
    for end in "LR":
        shoulder, elbow, wrist = (p[:, Joint[f"{n}_{end}"]] for n in ("SHOULDER", "ELBOW", "WRIST"))
        centres = _along(shoulder, elbow, wrist, _ARM[:, 0])
        side = _unit(_cross(wrist - elbow, elbow - shoulder))
        rings = _tube(centres, *_frame(centres, side), arms, slim)
        sleeve = (2.0 * kit.sleeve if suit else -9.0, kit.top)
        yield _MeshPart(rings, _bands(_PLACES["_ARM"], slim, sleeve, (9.0, kit.skin)), 0.3)
    yield from _trunk(p, build, kit, wide)
    yield from _head(p, build, kit, phases, wide, slim)


def _shoe(p: Floats, end: str, kit: Outfit, tall: float, around: int) -> _MeshPart:
    heel, ball, toe = (p[:, Joint[f"{n}_{end}"]] for n in ("HEEL", "BALL", "TOE"))
    sole = _along(heel, ball, toe, _SHOE[:, 0])
    ahead, across = _frame(sole, np.array([0.0, 0.0, 1.0]))
    up = np.where(ahead[..., 1:2] < 0.0, -ahead, ahead)
    half = 0.5 * _SHOE[:, 1:2] * tall
    size = np.concatenate([half, half, _SHOE[:, 2:3] * tall], axis=1)
    colours = _bands(_PLACES["_SHOE"], around, (9.0, kit.shoe)).copy()
    colours[:, np.cos(_angles(around) + np.pi / around) < -0.45] = (238, 240, 236)
    return _MeshPart(_tube(sole + up * half, up, across, size, around), colours, 0.35)


def _trunk(p: Floats, build: Physique, kit: Outfit, around: int) -> Iterator[_MeshPart]:
    tall = build.stature_m
    table = _FINE_TRUNK if around > _PLAIN else _TRUNK
    table = table if build.woman else table + _MAN * (table[:, :1] < 0.1)
    wide = 1.0 if build.woman else 1.11
    pelvis = p[:, None, None, Joint.PELVIS]
    up = _unit(p[:, None, None, Joint.NECK] - pelvis)
    low, high = (
        _unit(p[:, None, None, Joint[f"{n}_R"]] - p[:, None, None, Joint[f"{n}_L"]])
        for n in ("HIP", "SHOULDER")
    )
    angle = _angles(around)

    def skin(y: Floats, grow: float = 0.0) -> Floats:
        """Return the points at heights of shape (rings, around)."""
        share = np.clip(y / 0.27, 0.0, 1.0)
        side = low + (high - low) * (share * share * (3.0 - 2.0 * share))[..., None]
        side = _unit(side - _dot(side, up)[..., None] * up)
        ahead = _cross(up, side)
        front, back, half = (np.interp(y, table[:, 0], table[:, i]) for i in (1, 2, 3))
        half = half * np.where(y > 0.1, wide, 1.0) + grow
        c, s = (np.sign(t) * np.abs(t) ** 0.86 for t in (np.cos(angle), np.sin(angle)))
        curve = 0.010 * np.sin(np.clip((y + 0.02) / 0.30, 0.0, 1.0) * 2.0 * np.pi)
        out = curve + np.where(c > 0.0, front + grow, back + grow) * c
        spine = pelvis + tall * y[..., None] * up
        return np.asarray(spine + tall * (out[..., None] * ahead + (half * s)[..., None] * side))

    rows = table[:, 0]
    middle = 0.5 * (rows[1:] + rows[:-1])
    across = np.abs(np.sin(angle + np.pi / around))
    aside = across > across.max() - 1e-6
    top = 0.296 if kit.sleeve else 0.10
    bands = (0.085, kit.bottom), (top, kit.top), (9.0, kit.skin)
    colours = _bands(tuple(rows.tolist()), around, *bands).copy()
    colours[np.ix_((middle > -0.03) & (middle < (0.25 if kit.sleeve else 0.1)), aside)] = kit.trim
    yield _MeshPart(skin(np.repeat(rows[:, None], around, 1)), colours, kit.gloss)
    if kit.sleeve:
        return
    turn = np.abs(np.mod(angle + 0.5 * np.pi, np.pi) - 0.5 * np.pi)  # 0 front and back
    edge = np.interp(turn, *_VEST_LINE)
    steps = np.array((0.0, 0.33, 0.45, 0.60, 0.74, 0.88, 1.0))[:, None]
    heights = 0.085 + (edge - 0.085) * steps
    cloth = _bands(tuple(steps[:, 0].tolist()), around, (9.0, kit.top)).copy()
    cloth[:, aside] = kit.trim
    facing = np.abs(np.cos(angle + np.pi / around)) > 0.80
    cloth[1:4, facing] = BIB
    yield _MeshPart(skin(heights, 0.003), cloth, kit.gloss, -0.035)


def _head(
    p: Floats, build: Physique, kit: Outfit, phases: Floats, around: int, slim: int
) -> Iterator[_MeshPart]:
    tall, middle = build.stature_m, p[:, None, Joint.HEAD]
    gaze, over = _unit(p[:, None, Joint.FACE] - middle), _unit(p[:, None, Joint.CROWN] - middle)
    side, top = _cross(gaze, over), p[:, None, Joint.NECK]
    base = top - 0.02 * tall * _unit(top - p[:, None, Joint.PELVIS])
    share = np.array((0.0, 0.35, 0.7, 1.0))
    centres = base + (middle + tall * (0.004 * over - 0.018 * gaze) - base) * share[:, None]
    size = np.interp(share, (0.0, 0.35, 1.0), (0.040, 0.030, 0.030)) * tall
    size = np.repeat((size * (0.94 if build.woman else 1.1))[:, None], 3, axis=1)
    neck = _tube(centres, *_frame(centres, side[:, 0]), size, around)
    yield _MeshPart(neck, _bands(tuple(share.tolist()), around, (9.0, kit.skin)))
    angle, table = _angles(around), _FINE_HEAD if around > _PLAIN else _HEAD

    def skull(y: Floats, grow: Floats | float = 0.0) -> Floats:
        front, back, half = (np.interp(y, table[:, 0], table[:, i]) for i in (1, 2, 3))
        half_m, shift = 0.5 * (front + back) + grow, 0.5 * (front - back)
        out = (shift + half_m * np.cos(angle))[..., None] * gaze[:, None]
        out = out + ((half + grow) * np.sin(angle))[..., None] * side[:, None]
        return np.asarray(middle[:, None] + tall * (y[..., None] * over[:, None] + out))

    rows = table[:, 0]
    face = _bands(tuple(rows.tolist()), around, (9.0, kit.skin))
    yield _MeshPart(skull(np.repeat(rows[:, None], around, 1)), face, 0.22)
    line = np.interp(np.abs(np.mod(angle + np.pi, 2.0 * np.pi) - np.pi), *_HAIR_LINE)
    steps = np.sin(np.linspace(0.0, 0.5 * np.pi, 8))[:, None]
    hair = skull(line + (0.0668 - line) * steps, 0.0045 * np.sqrt(1.0001 - steps**2))
    yield _MeshPart(
        hair, _bands(tuple(steps[:, 0].tolist()), around, (9.0, kit.hair)), 0.22, -0.018
    )
    if kit.tail:
        root = middle + tall * (0.026 * over - 0.066 * gaze)
        tail = _tail(root, gaze, over, side, tall, phases[:, None], slim)
        yield _MeshPart(tail, _bands(tuple(range(9)), slim, (99.0, kit.hair)), 0.3, -0.02)


def _tail(
    root: Floats, gaze: Floats, over: Floats, side: Floats, tall: float, phase: Floats, around: int
) -> Floats:
    """Return the ponytail: it lags behind the bounce, twice a stride, and sways once."""
    bounce = 0.30 * np.cos(4.0 * np.pi * (phase - 0.20))
    sway = 0.42 * np.sin(2.0 * np.pi * (phase - 0.12))
    s = np.linspace(0.0, 1.0, 9)
    drop = -0.35 - 0.65 * s + bounce * (0.4 + 0.6 * s)
    way = _unit(
        -gaze * (1.1 - 0.55 * s)[:, None] + over * drop[..., None] + side * (sway * s)[..., None]
    )
    centres = root + np.cumsum(way, axis=1) * (0.12 * tall / len(s))
    wide = np.interp(s, (0.0, 0.25, 0.75, 1.0), (0.013, 0.0185, 0.0135, 0.002)) * tall
    size = np.repeat(wide[:, None], 3, axis=1)
    return _tube(centres, *_frame(centres, side[:, 0]), size, around)


# -- light and paint -------------------------------------------------------------------------------

_NIGHT = (  # direction to the light (right, up, towards the camera), colour, strength
    ((-0.66, 0.52, -0.60), (0.84, 0.92, 1.00), 1.9),
    ((0.74, 0.46, -0.56), (1.00, 0.97, 0.90), 1.5),
    ((0.50, 0.66, 0.58), (1.00, 0.96, 0.88), 0.70),
    ((-0.55, 0.50, 0.55), (0.80, 0.88, 1.00), 0.34),
)
_DAY = (
    ((0.40, 0.80, 0.45), (1.00, 0.97, 0.90), 1.05),
    ((-0.55, 0.45, 0.55), (0.80, 0.90, 1.00), 0.35),
)
_AMBIENT = (
    ((0.150, 0.175, 0.225), (0.165, 0.085, 0.072)),
    ((0.42, 0.47, 0.55), (0.34, 0.26, 0.23)),
)
"""Light from the sky and from the ground, at night and by day."""


def _lit(normal: Floats, gloss: Floats, colours: Floats, *, day: bool) -> Floats:
    """Return the colours of facets, 0 to 255, from their normals in the camera's axes."""
    up = 0.5 + 0.5 * normal[:, 1:2]
    sky, ground = _AMBIENT[day]
    light = np.asarray(sky) * up + np.asarray(ground) * (1.0 - up)
    shine = np.zeros_like(light)
    toward = -normal[:, 2]
    for direction, tint, strength in _DAY if day else _NIGHT:
        to = _unit(np.asarray(direction, dtype=np.float64)) * np.array([1.0, 1.0, -1.0])
        facing = np.maximum((normal @ to + 0.06) / 1.06, 0.0)
        half = _unit(to + np.array([0.0, 0.0, -1.0]))
        spark = np.maximum(normal @ half, 0.0) ** 14.0 * gloss
        light += (facing * strength)[:, None] * np.asarray(tint)
        shine += (spark * strength * 0.22)[:, None] * np.asarray(tint)
    rim = np.clip(1.0 - toward, 0.0, 1.0) ** 3.0 * np.clip(0.4 + 0.7 * normal[:, 1], 0.05, 1.0)
    shine += (rim * (0.12 if day else 0.34))[:, None] * np.array((0.72, 0.82, 0.95))
    linear = (colours / 255.0) ** 2 * light * (0.95 if day else 0.9) + shine
    return np.asarray(255.0 * np.sqrt(np.clip(linear / (1.0 + 0.16 * linear), 0.0, 1.0)))


@dataclass(frozen=True, slots=True)
class ViewAngle:
    """Direction of sight: 0 from behind, 90 from the kerb; and how far down [deg]."""

    yaw_deg: float
    pitch_deg: float

    def axes(self) -> Floats:
        """Return the picture's right, up and depth in the body's frame, shape (3, 3)."""
        yaw, pitch = math.radians(self.yaw_deg), math.radians(self.pitch_deg)
        flat = np.array([math.cos(yaw), 0.0, math.sin(yaw)])
        depth = flat * math.cos(pitch) - np.array([0.0, math.sin(pitch), 0.0])
        right = np.array([-math.sin(yaw), 0.0, math.cos(yaw)])
        return np.stack([right, np.cross(right, depth), depth])


@dataclass(frozen=True, slots=True)
class Sprite:
    """A picture, premultiplied, and the pixel of the ground below the pelvis."""

    surface: pygame.Surface
    x: int
    y: int


def around_of(tall_px: float) -> int:
    """Return the number of facets around a tube, for a body of a height [px]."""
    return 8 if tall_px < 110 else 12 if tall_px < 190 else 16 if tall_px < 330 else 22


def _painting(
    solid: BodyMesh, view: ViewAngle, px_per_m: float, day: bool, tint: Colour | None
) -> Generator[None, None, Sprite]:
    """Paint a body in steps, and return it as a sprite; `tint`: a ghost's colour."""
    over = 3 if solid.around < 16 else 2
    corners, normal, at = solid.seen_from(view.axes())
    x, y = corners[:, :, 0] * px_per_m, -corners[:, :, 1] * px_per_m
    left, top = math.floor(x.min()) - 2, math.floor(y.min()) - 2
    width, height = math.ceil(x.max()) - left + 2, math.ceil(y.max()) - top + 2
    points = np.rint(np.stack([x - left, y - top], axis=2) * over).astype(np.int32).tolist()
    rgba = np.full((len(at), 4), 255.0)
    if tint is None:
        rgba[:, :3] = _lit(normal, solid.gloss[at], solid.colours[at], day=day)
    else:
        rgba[:, 3] = 255.0 * (0.16 + 0.62 * np.clip(1.0 + normal[:, 2], 0.0, 1.0) ** 1.5)
        rgba[:, :3] = np.asarray(tint) * (rgba[:, 3:] / 255.0)
    large = pygame.Surface((width * over, height * over), pygame.SRCALPHA, 32)
    draw = pygame.draw.polygon
    for k, (quad, colour) in enumerate(zip(points, rgba.astype(np.uint8).tolist(), strict=True)):
        if k % STROKES == 0:
            yield
        draw(large, colour, quad)
    yield
    return Sprite(pygame.transform.smoothscale(large, (width, height)), -left, -top)


def _finished(steps: Generator[None, None, T]) -> T:
    """Return what comes of work that is done in steps, all at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


@dataclass(frozen=True, slots=True, eq=False)
class BodyMesh:
    """A body in a pose, in its own frame [m], independent of the view.

    Attributes:
        around: facets around a tube.
        points: points of all rings, shape (n, 3).
        quads: corners of each facet, indices of points, shape (m, 4).
        normals: outward, of length 1, shape (m, 3).
        colours: shape (m, 3).
        gloss: shape (m,).
        sink: how much deeper each facet is painted [m], shape (m,).
    """

    around: int
    points: Floats
    quads: NDArray[np.intp]
    normals: Floats
    colours: Floats
    gloss: Floats
    sink: Floats

    def seen_from(self, axes: Floats) -> tuple[Floats, Floats, NDArray[np.intp]]:
        """Return the facets that face a camera, far ones first: corners, normals, indices.

        Corners (k, 4, 3) and normals (k, 3) are in the picture's axes.
        """
        seen = np.flatnonzero(self.normals @ axes[2] < 0.0)
        points, quads = self.points @ axes.T, self.quads[seen]
        depth = points[quads[:, 0], 2] + points[quads[:, 2], 2] + 2.0 * self.sink[seen]
        order = np.argsort(-depth, kind="stable")
        at = seen[order]
        return points[quads[order]], self.normals[at] @ axes.T, at


@lru_cache(maxsize=16)
def _quads(sizes: tuple[tuple[int, int], ...]) -> NDArray[np.intp]:
    """Return the corners of the facets between the rings of each part, of (rings, around)."""
    found, begin = [], 0
    for rings, around in sizes:
        first, at = begin + around * np.arange(rings - 1)[:, None], np.arange(around)
        here, turned = first + at, first + (at + 1) % around
        corners = np.stack([here, turned, turned + around, here + around], axis=2)
        found.append(corners.reshape(-1, 4))
        begin += rings * around
    return np.concatenate(found)


def solids_of(
    poses: Floats, build: Physique, kit: Outfit, phases: Floats, around: int
) -> list[BodyMesh]:
    """Return the shapes of a body in some poses: several take little longer than one.

    Args:
        poses: joints in the body's frame [m], shape (n, len(Joint), 3).
        build: its proportions.
        kit: its clothes.
        phases: stride phases, for parts that swing, shape (n,).
        around: facets around a tube.
    """
    parts = list(_parts(poses, build, kit, phases, around))
    sizes = tuple(part.rings.shape[1:3] for part in parts)
    points = np.concatenate([part.rings.reshape(len(poses), -1, 3) for part in parts], axis=1)
    quads = _quads(sizes)
    first, third, last = (points[:, quads[:, i]] for i in (0, 2, 3))
    normals = _cross(third - first, last - first)
    middles = [np.repeat(part.rings.mean(axis=2), part.rings.shape[2], axis=1) for part in parts]
    middle = np.concatenate(middles, axis=1)[:, quads[:, 0]]
    counts = np.array([(rings - 1) * around for rings, around in sizes])
    begins = np.cumsum([0, *counts[:-1]])
    sign = np.sign(np.add.reduceat(_dot(normals, first - middle), begins, axis=1))
    normals = _unit(normals * np.repeat(sign, counts, axis=1)[..., None])
    shapes = [(rings - 1, around) for rings, around in sizes]
    gloss = np.repeat([part.gloss for part in parts], counts)
    sink = [
        np.broadcast_to(part.sink, shape).reshape(-1) * build.stature_m
        for part, shape in zip(parts, shapes, strict=True)
    ]
    same = np.concatenate([part.colours.reshape(-1, 3) for part in parts]), gloss
    return [
        BodyMesh(around, *of_pose, *same, np.concatenate(sink))
        for of_pose in zip(points, repeat(quads), normals, strict=False)
    ]


_BONES = (
    ("HIP", "KNEE", 0.075), ("KNEE", "ANKLE", 0.05), ("HEEL", "TOE", 0.05),
    ("SHOULDER", "ELBOW", 0.045), ("ELBOW", "HAND", 0.035),
)  # fmt: skip
_SHADOWS = {
    False: (((-0.30, 0.42), 62), ((0.42, 0.34), 50), ((0.02, 0.06), 88)),
    True: (((0.34, 0.30), 84), ((0.02, 0.06), 60)),
}
"""The shadow of a metre of height falls this far (behind, to the right) [m]; its darkness."""
_COARSE = 3
"""Shadows are painted smaller by this factor than they are shown, which softens them."""
_PENUMBRA_M = 0.07
"""A shadow is blurred over this width each way [m]: a mast's lamps fill some metres."""


def shadow(pose: Floats, build: Physique, view: ViewAngle, px_per_m: float, *, day: bool) -> Sprite:
    """Return a body's shadow on the ground, as premultiplied black."""
    tall, scale = build.stature_m, px_per_m / _COARSE
    pairs = [
        (pose[Joint[f"{a}_{e}"]], pose[Joint[f"{b}_{e}"]], w) for a, b, w in _BONES for e in "LR"
    ]
    pairs.append((pose[Joint.PELVIS], pose[Joint.NECK], 0.15))
    pairs.append((pose[Joint.HEAD], pose[Joint.CROWN], 0.09))
    right, up = view.axes()[:2, [0, 2]]
    blur = max(1, round(_PENUMBRA_M * scale))
    wide, high = (round(2.6 * scale) + 4, round(2.6 * scale * max(abs(up).max(), 0.1)) + 6)
    total = pygame.Surface((2 * wide, 2 * high), pygame.SRCALPHA, 32)
    for (behind, aside), strength in _SHADOWS[day]:
        layer = pygame.Surface(total.get_size(), pygame.SRCALPHA, 32)
        for a, b, thick in pairs:
            flat = [(q[0] - behind * q[1], q[2] + aside * q[1]) for q in (a, b)]
            ends = [(wide + scale * (right @ q), high - scale * (up @ q)) for q in flat]
            width = max(1, round(thick * tall * scale * max(abs(up[1]), 0.35)))
            pygame.draw.line(layer, (0, 0, 0, strength), ends[0], ends[1], width)
        total.blit(layer, (0, 0), special_flags=pygame.BLEND_PREMULTIPLIED)
    total = pygame.transform.box_blur(total, blur)
    box = total.get_bounding_rect().inflate(2, 2).clip(total.get_rect())
    size = (box.w * _COARSE, box.h * _COARSE)
    soft = pygame.transform.smoothscale(total.subsurface(box), size)
    return Sprite(soft, (wide - box.x) * _COARSE, (high - box.y) * _COARSE)


# -- the sprites of all athletes -------------------------------------------------------------------


class _SpriteKey(NamedTuple):
    """The common parameters of sprites that differ only in phase, in steps.

    Attributes:
        look: the appearance.
        phases: number of poses of a stride: more of them in slow motion.
        speed_m_s, accel_m_s2, effort, gone_m: the gait; past the first step `gone_m` is inf.
        yaw_deg, pitch_deg: direction of sight.
        px_per_m: size.
    """

    look: Appearance
    phases: int
    speed_m_s: float
    accel_m_s2: float
    effort: float
    gone_m: float
    yaw_deg: float
    pitch_deg: float
    px_per_m: float

    def cruising(self) -> _SpriteKey:
        """Return itself, or during the first step its later set at race pace."""
        if math.isinf(self.gone_m):
            return self
        return self._replace(speed_m_s=CRUISE_M_S, accel_m_s2=0.0, effort=0.0, gone_m=math.inf)

    def pose(self, step: int) -> Floats:
        """Return the joints at a phase [m]."""
        build, gait = self.look.build, (self.speed_m_s, self.accel_m_s2, self.effort)
        if math.isinf(self.gone_m):
            return np.asarray(cycle(build, self.phases, *gait)[step])
        return np.asarray(poses(build, [step / self.phases], *gait, self.gone_m)[0])

    def solid(self, step: int) -> BodyMesh:
        """Return the shape at a phase; it does not depend on view and size."""
        around = around_of(self.px_per_m * self.look.build.stature_m)
        own = self._replace(yaw_deg=0.0, pitch_deg=0.0, px_per_m=0.0)
        count = TOGETHER if math.isinf(self.gone_m) else 1
        return _solids(own, step - step % count, count, around)[step % count]


@lru_cache(maxsize=160 // TOGETHER)
def _solids(one: _SpriteKey, first: int, count: int, around: int) -> list[BodyMesh]:
    look, steps = one.look, range(first, first + count)
    poses = np.stack([one.pose(step) for step in steps])
    return solids_of(poses, look.build, look.kit, np.array(steps) / one.phases, around)


def _stepped(value: float, step: float, middle: float = 0.0) -> float:
    return middle + round((value - middle) / step) * step


def _stepped_size(px_per_m: float, between: int = 1) -> float:
    """Return the nearest size of a ladder; `between`: steps for each that is painted."""
    steps = round(between * math.log(max(px_per_m, 1.0), SIZE_STEP))
    return math.pow(SIZE_STEP, steps / between)


def _set_of(
    look: Appearance, stride: Stride, phases: int, view: ViewAngle, px_per_m: float
) -> _SpriteKey:
    starts = stride.gone_m < CROUCH_UNTIL_M
    return _SpriteKey(
        look,
        phases,
        _stepped(stride.speed_m_s, START_STEP_M_S)
        if starts
        else _stepped(stride.speed_m_s, SPEED_STEP_M_S, CRUISE_M_S),
        _stepped(stride.accel_m_s2, ACCEL_STEP_M_S2),
        _stepped(stride.effort, 1.0 / EFFORT_STEPS),
        _stepped(stride.gone_m, START_STEP_M) if starts else math.inf,
        _stepped(view.yaw_deg, YAW_STEP_DEG) % 360.0,
        _stepped(view.pitch_deg, PITCH_STEP_DEG),
        _stepped_size(px_per_m),
    )


Pair = tuple[Sprite, Sprite | None]
"""A body and its shadow; a ghost has none."""


class Athletes:
    """Sprites of athletes, cached up to `KEPT_BYTES`.

    A sprite depends on look, gait, phase, size and view, each in steps; never on earlier pictures.
    A window that must keep its rate sets a budget. Missing sprites beyond it are replaced by the
    same pose from another side, by another size or by the nearest phase, until `prepare` finds time
    between two pictures. Films and stills set none, so that the same moment always gives the same
    picture to the bit.
    """

    def __init__(self) -> None:
        self._sets: OrderedDict[_SpriteKey, dict[int, Pair]] = OrderedDict()
        self._kin: dict[Appearance, deque[_SpriteKey]] = {}
        self._used: list[tuple[_SpriteKey, int]] = []
        self._poor: dict[tuple[_SpriteKey, int], float] = {}
        self._bytes = 0
        self._scaled: OrderedDict[tuple[_SpriteKey, int, float], Sprite] = OrderedDict()
        self._scaled_bytes = 0
        self._exact = True
        self._begun: tuple[_SpriteKey, int, Generator[None, None, Pair]] | None = None
        self._waited = 0

    def begin(self, *, exact: bool) -> None:
        """Begin a picture: an exact one, or one that mostly uses sprites at hand."""
        self._waited += 1
        if not exact and self._waited > PATIENCE:
            self._waited = 1
            self._go_on(self._missing())
        self._exact = exact
        self._used.clear()
        self._poor.clear()

    def prepare(self, left_s: Callable[[], float]) -> None:
        """Paint what the last picture missed, then what the next ones will need.

        `left_s` returns the time left for it [s].
        """
        # bodies on the line will soon run: otherwise the first seconds would be all stand-ins
        soon = dict.fromkeys((one.cruising(), step) for one, step in self._used)
        ahead = (
            (one, (step + k) % one.phases)
            for k in range(1, PHASES)
            for one, step in soon
            if self._bytes < KEPT_BYTES / 2 or one in self._sets
        )
        wanted = chain(self._missing(), (each for each in ahead if not self._has(*each)))
        while left_s() > STROKES_S:
            self._waited = 0
            if not self._go_on(wanted):
                return

    def _has(self, one: _SpriteKey, step: int) -> bool:
        return step in self._sets.get(one, {})

    def _missing(self) -> Iterator[tuple[_SpriteKey, int]]:
        # the least alike first: whoever moves misses something in every picture
        worst_first = sorted(self._poor, key=self._poor.__getitem__, reverse=True)
        return (each for each in worst_first if not self._has(*each))

    def _go_on(self, wanted: Iterator[tuple[_SpriteKey, int]]) -> bool:
        """Go on with the sprite that was begun, or begin another; return whether there was one."""
        if self._begun is None:
            new = next(wanted, None)
            if new is None:
                return False
            self._begun = (*new, self._painting(*new))
        one, step, steps = self._begun
        try:
            next(steps)
        except StopIteration as end:
            self._begun = None
            if not self._has(one, step):  # an exact picture may have been first
                self._keep(one, step, end.value)
        return True

    def sprites(
        self,
        look: Appearance,
        stride: Stride,
        view: ViewAngle,
        px_per_m: float,
        phases: int = PHASES,
    ) -> Pair:
        """Return a body and its shadow."""
        one = _set_of(look, stride, phases, view, px_per_m)
        step = int(stride.phase * phases + 0.5) % phases
        self._used.append((one, step))
        return self._sized(*self._at_hand(one, step), _stepped_size(px_per_m, SCALED_SIZES))

    def _at_hand(self, one: _SpriteKey, step: int) -> tuple[_SpriteKey, int]:
        """Return which sprite to use: paint it if it is missing, or return a stand-in."""
        ready = self._sets.get(one)
        if ready is not None:
            self._sets.move_to_end(one)
            if step in ready:
                return one, step
        if not self._exact:
            other = self._stand_in(one, step)
            if other is not None:
                alike, nearest, self._poor[one, step] = other
                return alike, nearest
        self._keep(one, step, _finished(self._painting(one, step)))
        return one, step

    def _sized(self, one: _SpriteKey, step: int, px_per_m: float) -> Pair:
        """Return a sprite at another size; its shadow only if the size is quite another."""
        body, fallen = self._sets[one][step]
        ratio = px_per_m / one.px_per_m
        if ratio == 1.0:
            return body, fallen
        if fallen is not None and abs(ratio - 1.0) >= _ALIKE:
            fallen = _scaled(fallen, ratio)
        key = one, step, px_per_m
        sized = self._scaled.get(key)
        if sized is not None:
            self._scaled.move_to_end(key)
            return sized, fallen
        sized = self._scaled[key] = _scaled(body, ratio)
        self._scaled_bytes += _size_of((sized, None))
        while self._scaled_bytes > SCALED_BYTES:
            self._scaled_bytes -= _size_of((self._scaled.popitem(last=False)[1], None))
        return sized, fallen

    def _stand_in(self, one: _SpriteKey, step: int) -> tuple[_SpriteKey, int, float] | None:
        """Return the sprite most similar to a missing one; None: there is none.

        And how unlike it is: as much as a view turned by this angle [deg].
        """
        best, least = None, math.inf
        for other in self._kin.get(one.look, ()):
            ready = self._sets.get(other)
            if not ready:
                continue
            turned = abs((other.yaw_deg - one.yaw_deg + 180.0) % 360.0 - 180.0)
            off = turned + abs(other.pitch_deg - one.pitch_deg)
            off += _DOUBLE_DEG * abs(other.px_per_m / one.px_per_m - 1.0)
            if other.phases != one.phases or step not in ready:
                off += _OTHER_PHASE_DEG
            if off < least:
                best, least = other, off
        if best is None:
            return None
        wanted = step / one.phases * best.phases
        nearest = _nearest(self._sets[best], wanted, best.phases)
        strides = (nearest - wanted) / best.phases
        return best, nearest, least + 2.0 * _OTHER_PHASE_DEG * abs(strides - round(strides))

    @staticmethod
    def _painting(one: _SpriteKey, step: int) -> Generator[None, None, Pair]:
        look, view = one.look, ViewAngle(one.yaw_deg, one.pitch_deg)
        solid = one.solid(step)
        yield
        body = yield from _painting(solid, view, one.px_per_m, look.day, look.tint)
        if look.tint is not None:
            return body, None
        yield
        return body, shadow(one.pose(step), look.build, view, one.px_per_m, day=look.day)

    def _keep(self, one: _SpriteKey, step: int, pair: Pair) -> None:
        if one not in self._sets:
            self._sets[one] = {}
            kin = self._kin.setdefault(one.look, deque(maxlen=_KIN))
            if one not in kin:
                kin.append(one)
        self._sets[one][step] = pair
        self._bytes += _size_of(pair)
        while self._bytes > KEPT_BYTES and len(self._sets) > 1:
            _, old = self._sets.popitem(last=False)
            self._bytes -= sum(_size_of(each) for each in old.values())


def _scaled(sprite: Sprite, ratio: float) -> Sprite:
    """Return a sprite at another size."""
    w, h = sprite.surface.get_size()
    # of two widths the one that leaves the ground point on a pixel, or poses would shake sideways
    widths = math.floor(w * ratio), math.ceil(w * ratio)
    wide = max(1, min(widths, key=lambda n: abs(sprite.x * n / w - round(sprite.x * n / w))))
    high = max(1, round(h * ratio))
    surface = pygame.transform.smoothscale(sprite.surface, (wide, high))
    return Sprite(surface, round(sprite.x * wide / w), round(sprite.y * high / h))


def _nearest(ready: Iterable[int], step: float, count: int) -> int:
    """Return the phase nearest to a step, in a ring."""
    return min(ready, key=lambda k: min((k - step) % count, (step - k) % count))


def _size_of(pair: Pair) -> int:
    surfaces = [sprite.surface for sprite in pair if sprite is not None]
    return sum(4 * s.get_width() * s.get_height() for s in surfaces)


def stamp(
    sprite: Sprite, at: tuple[float, float], opacity: float = 1.0
) -> tuple[pygame.Surface, tuple[int, int]]:
    """Return what to draw, premultiplied, and where, to put the ground point at `at` [px]."""
    surface = sprite.surface
    if opacity < 0.995:
        surface = surface.copy()
        surface.fill([round(255 * opacity)] * 4, special_flags=pygame.BLEND_RGBA_MULT)
    return surface, (round(at[0]) - sprite.x, round(at[1]) - sprite.y)


# -- the light of LEDs -----------------------------------------------------------------------------

_UP_M, _DOWN_M, _ASIDE_M = 1.1, 0.5, 1.3
"""The light of LEDs reaches this far up a body; below the ground point and to both sides it is
prepared for this much of it [m].
"""
_SIDE_STEP, _STEEP_STEP = 0.25, 0.1
_FLATTEST = 0.3
"""From above, heights are seen shortened to this share of them at least: feet lie apart."""
_FROM_ABOVE = 0.17
"""Below this share of its height a body is seen from so far above that its light fades out."""
_GIVES_WAY = 0.6
"""White cloth in coloured light loses this share of the other colours, or it would stay white."""
_COARSE_LIGHT = (26, 32)
"""It is soft, and so computed for this many columns and rows and scaled up."""


def lit(
    sprite: Sprite, view: ViewAngle, px_per_m: float, light: Colour, side: int
) -> list[tuple[pygame.Surface, tuple[int, int], int]]:
    """Return what the light of LEDs does to a body: pictures, places in its sprite, blend modes.

    It comes from the foot of the kerb and fades upwards. A pixel reflects it by its own colour, so
    that shades and skins remain.

    Args:
        sprite: a body, which may be a stand-in.
        view: the direction it is seen from.
        px_per_m: its scale.
        light: the light's colour, as bright as it is at the shoes.
        side: where the kerb is: 1 to its left, -1 to its right.
    """
    upright = math.cos(math.radians(view.pitch_deg))
    strength = min(upright / _FROM_ABOVE, 1.0)
    if strength < 0.05:
        return []
    shade, foot = _light_on_body(
        _stepped_size(px_per_m),
        _stepped(max(upright, _FLATTEST), _STEEP_STEP),
        _stepped(side * math.cos(math.radians(view.yaw_deg)), _SIDE_STEP),
    )
    box = shade.get_rect(topleft=(sprite.x - shade.get_width() // 2, sprite.y - foot))
    part = box.clip(sprite.surface.get_rect())
    if 0 in part.size:
        return []
    added = shade.subsurface(part.move(-box.x, -box.y)).copy()
    added.blit(sprite.surface, (0, 0), part, pygame.BLEND_RGB_MULT)
    taken = added.copy()
    lacks = [round(strength * _GIVES_WAY * (max(light) - each)) for each in light]
    taken.fill(lacks, special_flags=pygame.BLEND_RGB_MULT)
    added.fill([round(strength * each) for each in light], special_flags=pygame.BLEND_RGB_MULT)
    return [
        (taken, part.topleft, pygame.BLEND_RGB_SUB),
        (added, part.topleft, pygame.BLEND_RGB_ADD),
    ]


@lru_cache(maxsize=16)
def _light_on_body(px_per_m: float, steep: float, side: float) -> tuple[pygame.Surface, int]:
    """Return how much light a body gets, white at the shoes, and the row of its ground point.

    `steep` is the share of heights that is seen, `side` the share of the light that comes from the
    left; with a minus from the right.
    """
    wide, high = _COARSE_LIGHT
    across = np.linspace(-_ASIDE_M, _ASIDE_M, wide)
    up = np.linspace(_UP_M, -_DOWN_M / steep, high)
    rise = (1.0 - np.clip(up / _UP_M, 0.0, 1.0)) ** 1.4
    aside = np.clip(1.0 - 0.3 * abs(side) - 1.8 * side * across, 0.15, 1.0)
    grey = np.rint(255.0 * aside[:, None] * rise).astype(np.uint8)
    coarse = pygame.surfarray.make_surface(np.repeat(grey[..., None], 3, axis=2)).convert(32)
    foot = math.ceil(_UP_M * steep * px_per_m)
    size = (math.ceil(2.0 * _ASIDE_M * px_per_m), foot + math.ceil(_DOWN_M * px_per_m))
    return pygame.transform.smoothscale(coarse, size), foot
