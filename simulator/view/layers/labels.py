"""Names beside the dots: the runner's outside, the ghosts' inside the track; no overlaps.

In: spots [px] and label sizes [px]. Out: boxes, then leader lines and text drawn. Labels slide
along the track instead of jumping, so that they keep still while runners close up.
"""

from __future__ import annotations

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

INSIDE_M = 2.3
OUTSIDE_M = 1.6
_NAME_EMS = 9


@dataclass(frozen=True, slots=True)
class Label:
    """A label in its place: its text, box, the dot's edge the leader starts from, its strength."""

    text: str
    box: Box
    start: tuple[float, float]
    colour: Colour
    alpha: float


def place(
    found: list[Spot], view: View, bounds: Box, keep_off: Box | None, style: Style
) -> list[Label]:
    """Return a label for the runner and each ghost inside `bounds`, free of overlaps.

    `keep_off` is the score in the infield, which no label may cover.
    """
    px = style.sizes.small
    high = style.type.height(SEMIBOLD, px)
    placed: list[Label] = []
    order = sorted(
        (s for s in found if s.body.kind != "pacer"), key=lambda s: s.body.kind != "runner"
    )
    for spot in order:
        body = spot.body
        if body.alpha < 0.05 or not body.label or not _inside(spot, bounds):
            continue
        text = style.type.fit(body.label, SEMIBOLD, px, px * _NAME_EMS)
        wide = style.type.width(text, SEMIBOLD, px) + 4
        outward = 1.0 if body.kind == "runner" else -1.0
        edge = (OUTER_M + OUTSIDE_M if outward > 0 else KERB_RADIUS_M - INSIDE_M) - BEND_RADIUS_M
        away = (edge - body.offset_m) * view.scale
        reach = abs(spot.nx) * wide / 2 + abs(spot.ny) * high / 2
        cx = spot.x + spot.nx * (away + outward * reach)
        cy = spot.y + spot.ny * (away + outward * reach)
        box = _clear(
            _clamp(_box(cx, cy, wide, high), bounds),
            [one.box for one in placed],
            keep_off,
            spot,
            bounds,
        )
        if box is None:
            continue
        r = radius(body.kind, view.scale) + 2
        start = (spot.x + spot.nx * r * outward, spot.y + spot.ny * r * outward)
        placed.append(Label(text, box, start, style.theme.colour(body.colour), body.alpha))
    return placed


def _inside(spot: Spot, bounds: Box) -> bool:
    return bounds.x <= spot.x < bounds.right and bounds.y <= spot.y < bounds.bottom


def _box(cx: float, cy: float, wide: int, high: int) -> Box:
    return Box(round(cx - wide / 2), round(cy - high / 2), wide, high)


def _clamp(box: Box, bounds: Box) -> Box:
    x = max(bounds.x + 2, min(box.x, bounds.right - box.w - 2))
    y = max(bounds.y + 2, min(box.y, bounds.bottom - box.h - 2))
    return Box(x, y, box.w, box.h)


def _clear(box: Box, taken: list[Box], keep_off: Box | None, spot: Spot, bounds: Box) -> Box | None:
    """Slide a box along the track, backwards first, until it is free; None if nowhere is."""
    others = [*taken, keep_off] if keep_off is not None else taken
    if not any(box.touches(other) for other in others):
        return box
    # the running direction is the normal turned a quarter to the left (y grows downwards)
    tx, ty = spot.ny, -spot.nx
    best: Box | None = None
    for way in (-1.0, 1.0):
        for step in range(1, 160, 2):
            trial = _clamp(
                Box(round(box.x + tx * way * step), round(box.y + ty * way * step), box.w, box.h),
                bounds,
            )
            if not any(trial.touches(other) for other in others):
                if best is None or step < _distance(best, box) - 1:
                    best = trial
                break
    return best


def _distance(first: Box, second: Box) -> float:
    return float(((first.x - second.x) ** 2 + (first.y - second.y) ** 2) ** 0.5)


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
        style.type.write(
            surface, label.text, (cx, cy), SEMIBOLD, style.sizes.small, shade, align=0.5
        )
