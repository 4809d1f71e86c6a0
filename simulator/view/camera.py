"""Metres on the track's plane to pixels: views, what lies between two of them, what a hand may ask.

In: boxes [px], places on the track's plane [m], shares of a move. Out: `View` and `Aim`. All of it
is pure, so a camera ends where it should at any rate and after any seek.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulator.view.layout import TRACK_HEIGHT_M, TRACK_WIDTH_M, Box, Layout, track_scale

MOST_ZOOM = 14.0
"""How much closer than the whole track a hand may go: about 13 m from side to side."""


@dataclass(frozen=True, slots=True)
class View:
    """A north-up map: pixel = (ox + scale x, oy - scale y).

    `ox`, `oy` are whole pixels, so that everything at rest keeps to the same pixel grid. `zoom` is
    how much larger things are than with the whole track.
    """

    scale: float
    ox: int
    oy: int
    zoom: float = 1.0

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel of a point of the plane [m]."""
        return (self.ox + self.scale * x, self.oy - self.scale * y)

    def plane(self, px: float, py: float) -> tuple[float, float]:
        """Return the point of the plane under a pixel [m]."""
        return ((px - self.ox) / self.scale, (self.oy - py) / self.scale)

    def shifted(self, dx: int, dy: int) -> View:
        """Return the view with everything moved by whole pixels."""
        return View(self.scale, self.ox + dx, self.oy + dy, self.zoom)


@dataclass(frozen=True, slots=True)
class Aim:
    """Where a camera looks, whatever the size of the picture.

    The point of the plane [m] in the middle of the part above the score, and the zoom.
    """

    x_m: float
    y_m: float
    zoom: float


def whole(track: Box) -> View:
    """Return the view that fits the whole track into `track`."""
    cx, cy = track.centre
    return View(track_scale(track), round(cx), round(cy))


def showing(layout: Layout, x: float, y: float, width_m: float) -> View:
    """Return the view with (x, y) [m] in the middle above the score, `width_m` [m] wide."""
    scale = max(layout.view.w / width_m, 0.05)
    return _centred(layout, x, y, scale, scale / track_scale(layout.track))


def looking(layout: Layout, aim: Aim) -> View:
    """Return the view of an aim."""
    return _centred(layout, aim.x_m, aim.y_m, aim.zoom * track_scale(layout.track), aim.zoom)


def _centred(layout: Layout, x: float, y: float, scale: float, zoom: float) -> View:
    cx, cy = layout.view.centre
    return View(scale, round(cx - scale * x), round(cy + scale * y), zoom)


def aim_of(layout: Layout, view: View) -> Aim:
    """Return where a view looks."""
    x, y = view.plane(*layout.view.centre)
    return Aim(x, y, view.scale / track_scale(layout.track))


def within(aim: Aim) -> Aim:
    """Return the nearest aim a hand may ask for: its middle on the track, its zoom in bounds."""
    half_x, half_y = TRACK_WIDTH_M / 2, TRACK_HEIGHT_M / 2
    return Aim(
        min(half_x, max(-half_x, aim.x_m)),
        min(half_y, max(-half_y, aim.y_m)),
        min(MOST_ZOOM, max(1.0, aim.zoom)),
    )


def closer(layout: Layout, aim: Aim, at: tuple[int, int], factor: float) -> Aim:
    """Return the aim `factor` times closer, with the same point of the ground under pixel `at`."""
    zoom = min(MOST_ZOOM, max(1.0, aim.zoom * factor))
    x, y = looking(layout, aim).plane(*at)
    kept = aim.zoom / zoom
    return within(Aim(x + (aim.x_m - x) * kept, y + (aim.y_m - y) * kept, zoom))


def ease(share: float) -> float:
    """Return a smooth course from 0 to 1 that starts and ends at rest."""
    share = min(1.0, max(0.0, share))
    return share * share * share * (share * (6 * share - 15) + 10)


def settle(share: float) -> float:
    """Return a course from 0 to 1 that starts at once and ends at rest: a hand waits for it."""
    share = min(1.0, max(0.0, share))
    return 1.0 - (1.0 - share) ** 3


def between(first: View, last: View, share: float) -> View:
    """Return the view `share` of the way: zoom grows by equal factors, and no point races off.

    A point that both views show at one pixel stays there all the way.
    """
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
