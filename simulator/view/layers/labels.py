"""Names beside the dots: the runner's outside, the ghosts' inside the track; no overlaps.

In: spots [px] and label sizes [px]. Out: boxes, then leader lines and text drawn. Labels slide
along the track instead of jumping, so that they keep still while runners close up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pygame

from simulator.coefficients import BEND_RADIUS_M, KERB_RADIUS_M
from simulator.view.camera import View
from simulator.view.layers.runners import Spot, radius
from simulator.view.layers.track import OUTER_M
from simulator.view.layout import Box
from simulator.view.style import Style
from simulator.view.text import SEMIBOLD
from simulator.view.theme import Colour, mix

INSIDE_M = 1.7
OUTSIDE_M = 1.0
CLOSE_M = 2.0
"""How far a label stands off its dot under a following camera [m]; pacers' names in three tiers."""
_TIERS_M = (1.6, 2.5, 3.4)
_SLIDE_PX = 400.0
_NAME_EMS = 9


@dataclass(frozen=True, slots=True)
class Label:
    """A label in its place: its text, box, the dot's edge the leader starts from, its strength."""

    text: str
    box: Box
    start: tuple[float, float]
    colour: Colour
    alpha: float
    px: int


def place(
    found: list[Spot], view: View, bounds: Box, keep_off: tuple[Box, ...], style: Style
) -> list[Label]:
    """Return labels for the bodies inside `bounds`, free of overlaps.

    The runner and the ghosts are named; the pacers too where a following camera leaves them room.
    `keep_off` is the score in the infield, which no label may cover.
    """
    close = view.zoom > 2.5
    taken = list(keep_off)
    placed: list[Label] = []
    rank = {"runner": 0, "ghost": 1, "pacer": 2}
    pacers = 0
    wanted = found if close else [spot for spot in found if spot.body.kind != "pacer"]
    for spot in sorted(wanted, key=lambda s: rank.get(s.body.kind, 3)):
        body = spot.body
        tier = pacers % len(_TIERS_M)
        pacers += body.kind == "pacer"
        shown = body.alpha >= 0.05 and body.label and _inside(spot, bounds)
        if not shown:
            continue
        px = style.sizes.caption if body.kind == "pacer" else style.sizes.small
        text = style.type.fit(body.label, SEMIBOLD, px, px * _NAME_EMS)
        wide, high = style.type.width(text, SEMIBOLD, px) + 4, style.type.height(SEMIBOLD, px)
        outward = -1.0 if body.kind == "ghost" else 1.0
        away = _away(spot, outward, _TIERS_M[tier] if close else 0.0) * view.scale
        reach = abs(spot.nx) * wide / 2 + abs(spot.ny) * high / 2
        cx = spot.x + spot.nx * (away + outward * reach)
        cy = spot.y + spot.ny * (away + outward * reach)
        wish = _clamp(_box(cx, cy, wide, high), bounds)
        box = _clear(wish, taken, spot, bounds) if body.kind != "pacer" else _free(wish, taken)
        if box is not None:
            r = (radius(body.kind, view) + 2) * outward
            start = (spot.x + spot.nx * r, spot.y + spot.ny * r)
            taken.append(box)
            placed.append(Label(text, box, start, style.theme.colour(body.colour), body.alpha, px))
    return placed


def _away(spot: Spot, outward: float, tier_m: float) -> float:
    """Return how far outwards a label's near edge lies from its body [m]."""
    body = spot.body
    if outward < 0:
        return KERB_RADIUS_M - INSIDE_M - BEND_RADIUS_M - body.offset_m
    if body.kind == "pacer":
        return tier_m
    return CLOSE_M if tier_m else OUTER_M + OUTSIDE_M - BEND_RADIUS_M - body.offset_m


def _free(box: Box, taken: list[Box]) -> Box | None:
    return None if any(box.touches(other) for other in taken) else box


def _inside(spot: Spot, bounds: Box) -> bool:
    return bounds.x <= spot.x < bounds.right and bounds.y <= spot.y < bounds.bottom


def _box(cx: float, cy: float, wide: int, high: int) -> Box:
    return Box(round(cx - wide / 2), round(cy - high / 2), wide, high)


def _clamp(box: Box, bounds: Box) -> Box:
    x = max(bounds.x + 2, min(box.x, bounds.right - box.w - 2))
    y = max(bounds.y + 2, min(box.y, bounds.bottom - box.h - 2))
    return Box(x, y, box.w, box.h)


def _clear(box: Box, taken: list[Box], spot: Spot, bounds: Box) -> Box | None:
    """Slide a box along the track, the shorter way, until it is free; None if nowhere is."""
    if _free(box, taken) is not None:
        return box
    # the running direction is the outward normal turned a quarter to the left (y grows downwards)
    ways = [_slide(box, taken, (spot.ny, -spot.nx), way, bounds) for way in (-1.0, 1.0)]
    found = [(trial, abs(trial.x - box.x) + abs(trial.y - box.y)) for trial in ways if trial]
    return min(found, key=lambda pair: pair[1])[0] if found else None


def _slide(
    box: Box, taken: list[Box], along: tuple[float, float], way: float, bounds: Box
) -> Box | None:
    dx, dy = along[0] * way, along[1] * way
    gone = 0.0
    trial = box
    for _ in range(len(taken) + 2):
        hit = next((other for other in taken if trial.touches(other)), None)
        if hit is None:
            return trial
        gone += (
            min(
                _leave(trial.x, trial.right, hit.x, hit.right, dx),
                _leave(trial.y, trial.bottom, hit.y, hit.bottom, dy),
            )
            + 1
        )
        if gone > _SLIDE_PX:
            return None
        trial = _clamp(
            Box(round(box.x + dx * gone), round(box.y + dy * gone), box.w, box.h), bounds
        )
    return None


def _leave(low: int, high: int, other_low: int, other_high: int, step: float) -> float:
    """Return how far to go until [low, high) has left [other_low, other_high) on this axis."""
    if abs(step) < 1e-3:
        return math.inf
    return (other_high - low) / step if step > 0 else (other_low - high) / step


def draw(surface: pygame.Surface, labels: list[Label], style: Style) -> None:
    """Draw leader lines and names."""
    for label in labels:
        shade = mix(style.theme.ground.turf, label.colour, 0.35 + 0.65 * label.alpha)
        cx, cy = label.box.centre
        end = (
            min(max(label.start[0], label.box.x), label.box.right),
            min(max(label.start[1], label.box.y + 2), label.box.bottom - 2),
        )
        pygame.draw.aaline(surface, mix(style.theme.back, shade, 0.7), label.start, end)
        style.type.write(surface, label.text, (cx, cy), SEMIBOLD, label.px, shade, align=0.5)
