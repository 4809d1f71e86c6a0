"""Runner, pacers and ghosts on the track: dots at sub-pixel places, hollow dashed rings for ghosts.

In: a scene's bodies, a `View`. Out: dots drawn, and where each body is [px] for its label.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pygame

from simulator.coefficients import BEND_M, LAP_M, STRAIGHT_M
from simulator.physics.track import to_plane, track_position
from simulator.stage.scene import Body, Scene
from simulator.view.camera import View
from simulator.view.layout import Box
from simulator.view.sprites import dot, ring
from simulator.view.theme import Theme

RUNNER_M, PACER_M, GHOST_M = 0.92, 0.56, 0.92
RIM = (8, 10, 14)


@dataclass(frozen=True, slots=True)
class Spot:
    """A body in the picture: track position [m], pixel, and the outward normal there (y down)."""

    body: Body
    s_m: float
    x: float
    y: float
    nx: float
    ny: float


def spots(scene: Scene, view: View) -> list[Spot]:
    """Return where every body of a scene is: ghosts, pacers, then the runner on top."""
    bodies = [*scene.ghosts, *scene.pacers, scene.runner]
    s_m = track_position(np.array([body.x_m for body in bodies]), scene.race_m)
    xs, ys = to_plane(s_m, np.array([body.offset_m for body in bodies]))
    places = []
    for body, s, x, y in zip(bodies, s_m.tolist(), xs.tolist(), ys.tolist(), strict=True):
        _, nx, ny = axis(s)
        places.append(Spot(body, s, *view.at(x, y), nx, -ny))
    return places


def axis(s_m: float) -> tuple[float, float, float]:
    """Return the foot of a track position on the track's long axis [m], and the way out (y up)."""
    s = s_m % LAP_M
    sign, along = (-1.0, s - LAP_M / 2) if s >= LAP_M / 2 else (1.0, s)
    half = STRAIGHT_M / 2
    if along >= BEND_M:
        return sign * (half - (along - BEND_M)), 0.0, sign
    angle = along / BEND_M * math.pi - math.pi / 2
    return sign * half, sign * math.cos(angle), sign * math.sin(angle)


def radius(kind: str, view: View) -> float:
    """Return a dot's radius [px], rounded to a quarter pixel: it grows less than the zoom."""
    metres, least = {"runner": (RUNNER_M, 4.0), "pacer": (PACER_M, 2.25)}.get(kind, (GHOST_M, 4.0))
    shrink = math.pow(view.zoom, -0.55)
    return round(4 * max(least, metres * view.scale * shrink)) / 4


def draw(surface: pygame.Surface, places: list[Spot], view: View, box: Box, theme: Theme) -> None:
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
        else:
            stamp = dot(colour, r, r, alpha, RIM, max(1.0, 0.16 * r))
        blits.append(stamp.at(spot.x, spot.y))
    surface.fblits(blits)
