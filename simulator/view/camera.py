"""Metres on the track's plane to pixels: the whole track, or following the runner.

In: boxes [px], a point to follow [m], a blend from 0 (whole) to 1 (follow). Out: `View`. Every
view is a pure function of these, so it ends where it should at any rate and after any seek.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulator.view.layout import Box, track_scale

FOLLOW_WIDTH_M = 62.0
"""How much of the track a following camera shows from left to right [m]."""
OUTWARD_M = 2.6
"""How far outside the runner a following camera looks, so that the lanes fill the picture [m]."""
MOVE_S = 0.8
"""How long the camera takes from one mode to the other [s of wall clock]."""


@dataclass(frozen=True, slots=True)
class View:
    """A north-up map: pixel = (ox + scale x, oy - scale y).

    `ox`, `oy` are whole pixels, so that everything at rest keeps to the same pixel grid. `zoom` is
    how much larger things are than with the whole track: 1 there, about 3 when following.
    """

    scale: float
    ox: int
    oy: int
    zoom: float = 1.0

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel of a point of the plane [m]."""
        return (self.ox + self.scale * x, self.oy - self.scale * y)


def whole(track: Box) -> View:
    """Return the view that fits the whole track into `track`."""
    cx, cy = track.centre
    return View(track_scale(track), round(cx), round(cy))


def following(box: Box, x: float, y: float) -> View:
    """Return the view that keeps the point (x, y) [m] in the middle of `box`."""
    scale = max(box.w / FOLLOW_WIDTH_M, 0.05)
    cx, cy = box.centre
    return View(scale, round(cx - scale * x), round(cy + scale * y), zoom=3.0)


def ease(share: float) -> float:
    """Return a smooth course from 0 to 1 that starts and ends at rest."""
    share = min(1.0, max(0.0, share))
    return share * share * share * (share * (6 * share - 15) + 10)


def between(first: View, last: View, share: float) -> View:
    """Return the view `share` of the way: zoom grows by equal factors, and no point races off."""
    if share <= 0:
        return first
    if share >= 1:
        return last
    scale = math.exp((1 - share) * math.log(first.scale) + share * math.log(last.scale))
    if abs(last.scale - first.scale) < 1e-9:
        part = share
    else:
        part = (scale - first.scale) / (last.scale - first.scale)
    return View(
        scale,
        round(first.ox + (last.ox - first.ox) * part),
        round(first.oy + (last.oy - first.oy) * part),
        first.zoom + (last.zoom - first.zoom) * part,
    )
