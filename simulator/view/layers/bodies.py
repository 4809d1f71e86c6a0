"""Runner, pacers and ghosts on the track, as dots or (ghosts) hollow rings, and their names.

In: a scene's bodies, a `MapView`. Out: dots drawn at sub-pixel places, and their names without
overlaps: the runner's outside, the ghosts' inside the track, and all of them inside where the score
leaves the infield free. Names slide along the track instead of jumping, so that they stay still
while runners close up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np
import pygame

from simulator.coefficients import BEND_M, BEND_RADIUS_M, KERB_RADIUS_M, LAP_M, STRAIGHT_M
from simulator.physics.track import on_oval, to_plane, track_position
from simulator.stage.scene import Body, Scene
from simulator.view.camera import MapView
from simulator.view.layers.track import OUTER_M, PaintedName
from simulator.view.layout import Box
from simulator.view.perspective import place_at
from simulator.view.sprites import dot, ring
from simulator.view.text import SEMIBOLD, Style
from simulator.view.theme import Colour, Theme, mix

RUNNER_M, PACER_M, GHOST_M = 0.92, 0.56, 0.92
RIM = (8, 10, 14)


@dataclass(frozen=True, slots=True)
class BodySpot:
    """A body in the picture: its pixel, and the outward normal there (y down).

    `s_m` is its place on the oval of 400 m, `reach_m` how far from there it may be [m].
    """

    body: Body
    s_m: float
    x: float
    y: float
    nx: float
    ny: float
    reach_m: float = 0.0


def spots(scene: Scene, view: MapView) -> list[BodySpot]:
    """Return the spots of all bodies of a scene: ghosts, pacers, then the runner on top."""
    bodies = [*scene.ghosts, *scene.pacers, scene.runner]
    x_m = np.array([body.x_m for body in bodies])
    s_m = on_oval(track_position(x_m, scene.race_m, scene.lap_m), scene.lap_m)
    xs, ys = to_plane(s_m, np.array([body.offset_m for body in bodies]))
    places = []
    for body, s, x, y in zip(bodies, s_m.tolist(), xs.tolist(), ys.tolist(), strict=True):
        _, nx, ny = axis(s)
        reach_m = body.reach_m * LAP_M / scene.lap_m
        places.append(BodySpot(body, s, *view.at(x, y), *view.turned(nx, ny), reach_m))
    return places


def axis(s_m: float) -> tuple[float, float, float]:
    """Return the nearest point of the track's long axis [m], and the outward direction (y up)."""
    s = s_m % LAP_M
    sign, along = (-1.0, s - LAP_M / 2) if s >= LAP_M / 2 else (1.0, s)
    half = STRAIGHT_M / 2
    if along >= BEND_M:
        return sign * (half - (along - BEND_M)), 0.0, sign
    angle = along / BEND_M * math.pi - math.pi / 2
    return sign * half, sign * math.cos(angle), sign * math.sin(angle)


def radius(kind: str, view: MapView) -> float:
    """Return a dot's radius [px], rounded to a quarter pixel: it grows less than the zoom."""
    metres, least = {"runner": (RUNNER_M, 4.0), "pacer": (PACER_M, 2.25)}.get(kind, (GHOST_M, 4.0))
    shrink = math.pow(view.zoom, -0.55)
    return round(4 * max(least, metres * view.scale * shrink)) / 4


def draw_bodies(
    surface: pygame.Surface, places: list[BodySpot], view: MapView, box: Box, theme: Theme
) -> None:
    """Draw the bodies that are inside `box`."""
    blits = []
    sizes = {kind: radius(kind, view) for kind in ("runner", "pacer", "ghost")}
    for spot in places:
        body = spot.body
        alpha = round(16 * min(1.0, max(0.0, body.alpha)))
        r = sizes.get(body.kind, sizes["ghost"])
        inside = box.x - r < spot.x < box.right + r and box.y - r < spot.y < box.bottom + r
        if not alpha or not inside:
            continue
        colour = theme.colour(body.colour)
        if body.kind == "ghost":
            stamp = ring(colour, r, r, alpha, max(1.4, 0.22 * r))
            for off_m in (-spot.reach_m, spot.reach_m) if spot.reach_m else ():
                faint = ring(colour, r, r, alpha // 2, max(1.0, 0.14 * r))
                blits.append(faint.at(*view.at(*place_at(spot.s_m + off_m, body.offset_m))))
        else:
            stamp = dot(colour, r, r, alpha, RIM, max(1.0, 0.16 * r))
        blits.append(stamp.at(spot.x, spot.y))
    surface.fblits(blits)


# -- names next to the dots ------------------------------------------------------------------------


INSIDE_M = 1.2
OUTSIDE_M = 1.0
CLOSE_M = 2.0
"""Distance of a label from its dot under a following camera [m]; pacers' names in three tiers."""
_TIERS_M = (1.6, 2.5, 3.4)
AHEAD_M = 2.0
"""A name gives way to hers forwards if its runner is farther ahead than this [m]."""
_SLIDE_PX, _COARSE_PX = 241, 8
_SLIDE_WIDTHS, _FREE_WIDTHS = 2, 3
"""A label that would have to slide farther than this many of its widths is left out; in an infield
without a score it may slide around hers."""
_NAME_EMS = 9
"""A name is cut that is longer than this many of its heights and than a quarter of the picture."""


@dataclass(frozen=True, slots=True)
class NameLabel:
    """A placed label: its text, box, the dot's edge where the leader starts, its opacity."""

    text: str
    box: Box
    start: tuple[float, float]
    colour: Colour
    alpha: float
    px: int


@dataclass(frozen=True, slots=True)
class LabelTrack:
    """The possible places of a label: along the track, its near edge at a bend radius [m].

    `outward`: 1 if it is on the outside of that edge, -1 inside. `free`: the infield is, so that it
    keeps inside that edge in a bend, too, where the ends of a long name would stand out, and it may
    slide around another name.
    """

    view: MapView
    spot: BodySpot
    radius_m: float
    outward: float
    wide: int
    high: int
    bounds: Box
    free: bool = False

    def box(self, shift_m: float) -> Box:
        """Return the label's box, shifted by `shift_m` [m] along the track from its runner."""
        foot, nx, ny = axis(self.spot.s_m + shift_m)
        wide, high, bounds = self.wide, self.high, self.bounds
        x, y = self.view.at(foot + nx * self.radius_m, ny * self.radius_m)
        right, down = self.view.turned(nx, ny)
        reach = self.outward * (abs(right) * wide / 2 + abs(down) * high / 2)
        for _ in range(2 if self.free else 0):
            reach -= self._stands_out(x + right * reach, y + down * reach)
        left, top = round(x + right * reach - wide / 2), round(y + down * reach - high / 2)
        left = max(bounds.x + 2, min(left, bounds.right - wide - 2))
        top = max(bounds.y + 2, min(top, bounds.bottom - high - 2))
        return Box(left, top, wide, high)

    def _stands_out(self, x: float, y: float) -> float:
        """Return how far a box about a pixel stands out over its edge [px]."""
        ends = product((-self.wide / 2, self.wide / 2), (-self.high / 2, self.high / 2))
        corners = [self.view.plane(x + across, y + down) for across, down in ends]
        far_m = max(math.hypot(max(abs(x) - STRAIGHT_M / 2, 0.0), y) for x, y in corners)
        return (far_m - self.radius_m) * self.view.scale


def place_names(
    spots: list[BodySpot],
    view: MapView,
    bounds: Box,
    keep_off: tuple[Box, ...],
    style: Style,
    *,
    inside: bool = False,
) -> list[NameLabel]:
    """Return labels for the bodies inside `bounds`, free of overlaps.

    The runner and the ghosts are named; pacers too if a following camera leaves room. `keep_off` is
    the score in the infield, which no label may cover. `inside`: the infield is free, so that hers
    is inside, too, where no word is painted, and the others give way to it by the side they are on.
    """
    close = view.zoom > 2.5
    inside = inside and not close
    taken = list(keep_off)
    placed: list[NameLabel] = []
    ghosts_m: list[float] = []
    rank = {"runner": 0, "ghost": 1, "pacer": 2}
    pacers = 0
    her_m = next((spot.s_m for spot in spots if spot.body.kind == "runner"), 0.0)

    def order(spot: BodySpot) -> tuple[int, float]:
        return rank.get(spot.body.kind, 3), abs(_lead(spot.s_m, her_m)) if inside else 0.0

    for spot in sorted(spots, key=order):
        body, is_pacer = spot.body, spot.body.kind == "pacer"
        tier_m = _TIERS_M[pacers % len(_TIERS_M)] if close else 0.0
        pacers += is_pacer
        seen = bounds.x <= spot.x < bounds.right and bounds.y <= spot.y < bounds.bottom
        if body.alpha < 0.05 or not body.label or not seen or (is_pacer and not close):
            continue
        px = style.sizes.caption if is_pacer else style.sizes.small
        room = max(px * _NAME_EMS, bounds.w // 4)
        text = style.type.fit_name(body.label, SEMIBOLD, px, room, bounds.w)
        apart = max(4, px // 2)  # between two names side by side
        wide, high = style.type.width(text, SEMIBOLD, px) + apart, style.type.height(SEMIBOLD, px)
        inward = inside or body.kind == "ghost"
        outward = -1.0 if inward else 1.0
        radius_m = KERB_RADIUS_M - INSIDE_M if inward else _bend_radius(spot, tier_m)
        line = LabelTrack(view, spot, radius_m, outward, wide, high, bounds, inside)
        leads = [_lead(spot.s_m, s_m) for s_m in ghosts_m]
        least_m = max((lead for lead in leads if 0.0 < lead * view.scale < wide), default=0.0)
        if is_pacer:
            box = _free(line.box(0.0), taken)
        elif inside:
            box = _slide(line, taken, (1, -1) if _lead(spot.s_m, her_m) > AHEAD_M else (-1, 1))
        else:
            box = _slide(line, taken, (-1, 1), least_m)
        if box is not None:
            if body.kind == "ghost":
                ghosts_m.append(spot.s_m)
            r = (radius(body.kind, view) + 2) * outward
            start = (spot.x + spot.nx * r, spot.y + spot.ny * r)
            taken.append(box)
            placed.append(
                NameLabel(text, box, start, style.theme.colour(body.colour), body.alpha, px)
            )
    return placed


def _lead(s_m: float, other_m: float) -> float:
    """Return how far a place on the lap is ahead of another by the shorter way [m]."""
    return (s_m - other_m + LAP_M / 2) % LAP_M - LAP_M / 2


def _bend_radius(spot: BodySpot, tier_m: float) -> float:
    """Return the line along the track for an outer label's near edge, as a bend radius [m]."""
    body = spot.body
    if body.kind == "pacer":
        return BEND_RADIUS_M + body.offset_m + tier_m
    return BEND_RADIUS_M + body.offset_m + CLOSE_M if tier_m else OUTER_M + OUTSIDE_M


def _slide(
    line: LabelTrack, taken: list[Box], ways: tuple[int, int], least_m: float = 0.0
) -> Box | None:
    """Slide a label along the track until it is free; None if no place nearby is.

    It slides by the first of two `ways` if there is room, backwards by `least_m` or more [m]: a
    label keeps its side while two runners close up or pass one another.
    """
    reach = _FREE_WIDTHS * line.wide if line.free else min(_SLIDE_PX - 1, _SLIDE_WIDTHS * line.wide)

    def first_free(pixels: Iterable[float]) -> tuple[float, Box] | None:
        near = (each for each in pixels if abs(each) <= reach)
        trials = ((each, _free(line.box(each / line.view.scale), taken)) for each in near)
        return next(((each, box) for each, box in trials if box is not None), None)

    for way in ways:
        least = round(least_m * line.view.scale) if way < 0 else 0
        coarse = first_free(way * step for step in range(least, round(reach) + 1, _COARSE_PX))
        if coarse is not None:
            step = abs(int(coarse[0]))
            closer = range(max(least, step - _COARSE_PX + 1), step)
            return (first_free(way * each for each in closer) or coarse)[1]
    return None


def boxes_of(painted: Iterable[PaintedName]) -> tuple[Box, ...]:
    """Return the boxes of words that are painted on the track."""
    return tuple(Box(round(x - w / 2), round(y - h / 2), w, h) for _, (x, y), (w, h) in painted)


def area_of(labels: Iterable[NameLabel]) -> pygame.Rect:
    """Return the box around names and their leader lines; empty without any."""
    boxes = [pygame.Rect(label.box).union((*label.start, 1, 1)).inflate(4, 4) for label in labels]
    return boxes[0].unionall(boxes) if boxes else pygame.Rect(0, 0, 0, 0)


def _free(box: Box, taken: list[Box]) -> Box | None:
    return box if pygame.Rect(box).collidelist(taken) < 0 else None


def write_names(
    surface: pygame.Surface,
    labels: list[NameLabel],
    style: Style,
    painted: Iterable[PaintedName] = (),
) -> None:
    """Draw leader lines and names; a leader leaves out the words painted on the track.

    So it does with other names.
    """
    words = [pygame.Rect(x - w / 2 - 3, y - h / 2, w + 6, h) for _, (x, y), (w, h) in painted]
    words += [pygame.Rect(label.box) for label in labels]
    for label in labels:
        shade = mix(style.theme.ground.turf, label.colour, 0.35 + 0.65 * label.alpha)
        cx, cy = label.box.centre
        end = (
            min(max(label.start[0], label.box.x), label.box.right),
            min(max(label.start[1], label.box.y + 2), label.box.bottom - 2),
        )
        if style.theme.by_day:  # dark text on the dark kerb would be invisible
            bed = label.box.inset(0, max(0, (label.box.h - round(1.1 * label.px)) // 2))
            pygame.draw.rect(surface, style.theme.panel, bed, border_radius=bed.h // 3)
            shade = label.colour  # a faded one could not be read on it
        own = pygame.Rect(label.box)
        cuts = [cut for word in words if word != own and (cut := word.clipline(label.start, end))]
        cuts.sort(key=lambda cut: math.dist(label.start, cut[0]))
        begins, ends = [label.start, *(far for _, far in cuts)], [*(near for near, _ in cuts), end]
        for part in zip(begins, ends, strict=True):
            pygame.draw.aaline(surface, mix(style.theme.back, shade, 0.7), *part)
        style.type.write(surface, label.text, (cx, cy), SEMIBOLD, label.px, shade, align=0.5)
