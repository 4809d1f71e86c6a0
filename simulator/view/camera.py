"""The camera: which one is on or approaching, and the map's metres to pixels.

In: boxes [px], places on the track's plane [m], choices of a camera, the user's drags, elapsed wall
time [s]; a scene and a layout. Out: `MapView` of the map, `Viewpoint`, `Shot`, and the `Rig` of a
shot: plain values. The view depends only on scene, layout and shot. So a camera arrives correctly
at any playback rate, after seeks and slow pictures; a film makes its shots from its own time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import LAP_M
from simulator.screen import Camera
from simulator.stage.playback import ORDINARY_S, STALL_S
from simulator.view import perspective
from simulator.view.layout import (
    TRACK_HEIGHT_M,
    TRACK_WIDTH_M,
    Box,
    Layout,
    track_scale,
    upright,
)
from simulator.view.perspective import LEAST_CLOSER, MOST_CLOSER, Rig

if TYPE_CHECKING:
    from simulator.stage.scene import Extent, Scene

MOST_ZOOM = 14.0
"""How much closer than the whole track the user may zoom: about 13 m from side to side."""
MOVE_S = 1.2
"""Duration of a move between two cameras [s]."""
ZOOM_S = 0.22
"""Duration of the move for one notch of the wheel [s]."""
MAP_FOCAL = 2.0
"""Focal length of the map in picture heights: the ground looks the same with any."""
F = TypeVar("F", float, NDArray[np.float64])
_ONE_PRESS = 0.02
"""Two choices within this share of a move count as one: the view has not moved by a pixel yet."""


@dataclass(frozen=True, slots=True)
class MapView:
    """A map: pixel = (ox + scale x, oy - scale y), or `upright` (ox - scale y, oy - scale x).

    `ox`, `oy` are whole pixels, so that everything at rest keeps to the same pixel grid. `zoom` is
    the magnification relative to the view of the whole track. Upright, the home straight is on the
    right, and runners come up it.
    """

    scale: float
    ox: int
    oy: int
    zoom: float = 1.0
    upright: bool = False

    def turned(self, x: F, y: F) -> tuple[F, F]:
        """Return how far to the right and down a way on the plane leads, or the reverse."""
        return (-y, -x) if self.upright else (x, -y)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel of a point of the plane [m]."""
        right, down = self.turned(x, y)
        return (self.ox + self.scale * right, self.oy + self.scale * down)

    def plane(self, px: float, py: float) -> tuple[float, float]:
        """Return the point of the plane under a pixel [m]."""
        return self.turned((px - self.ox) / self.scale, (py - self.oy) / self.scale)

    def shifted(self, dx: int, dy: int) -> MapView:
        """Return the view with everything moved by whole pixels."""
        return replace(self, ox=self.ox + dx, oy=self.oy + dy)


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """A camera's aim, independent of the picture's size.

    It is the point of the plane [m] in the middle of the part above the score, and the zoom.
    """

    x_m: float
    y_m: float
    zoom: float


def whole(track: Box) -> MapView:
    """Return the view that fits the whole track into `track`."""
    cx, cy = track.centre
    return MapView(track_scale(track), round(cx), round(cy), upright=upright(track))


def looking(layout: Layout, aim: Viewpoint) -> MapView:
    """Return the view of an aim."""
    (cx, cy), scale = layout.view.centre, aim.zoom * track_scale(layout.track)
    turned = MapView(scale, 0, 0, aim.zoom, upright(layout.track))
    x, y = turned.at(aim.x_m, aim.y_m)
    return turned.shifted(round(cx - x), round(cy - y))


def aim_of(layout: Layout, view: MapView) -> Viewpoint:
    """Return the aim of a view."""
    x, y = view.plane(*layout.view.centre)
    return Viewpoint(x, y, view.scale / track_scale(layout.track))


def within(aim: Viewpoint) -> Viewpoint:
    """Return the nearest aim the user may choose: its middle on the track, its zoom in bounds."""
    half_x, half_y = TRACK_WIDTH_M / 2, TRACK_HEIGHT_M / 2
    return Viewpoint(
        min(half_x, max(-half_x, aim.x_m)),
        min(half_y, max(-half_y, aim.y_m)),
        min(MOST_ZOOM, max(1.0, aim.zoom)),
    )


def closer(layout: Layout, aim: Viewpoint, at: tuple[int, int], factor: float) -> Viewpoint:
    """Return the aim `factor` times closer, with the same point of the ground under pixel `at`."""
    zoom = min(MOST_ZOOM, max(1.0, aim.zoom * factor))
    x, y = looking(layout, aim).plane(*at)
    kept = aim.zoom / zoom
    return within(Viewpoint(x + (aim.x_m - x) * kept, y + (aim.y_m - y) * kept, zoom))


def map_rig(view: MapView, box: Box, lap_m: float = LAP_M) -> Rig:
    """Return the rig that sees the ground in a box as the map does: from above.

    The map shows every lap as large as one of 400 m.
    """
    (x, y), like = view.plane(*box.centre), lap_m / LAP_M
    scale, yaw = view.scale / box.h / like, 0.0 if view.upright else math.pi / 2
    return Rig(like * x, like * y, 0.0, yaw, math.pi / 2, scale, MAP_FOCAL, lap_m=lap_m)


def ease(share: float) -> float:
    """Return a smooth curve from 0 to 1 that starts and ends at rest."""
    share = min(1.0, max(0.0, share))
    return share * share * share * (share * (6 * share - 15) + 10)


def settle(share: float) -> float:
    """Return a curve from 0 to 1 that starts at speed and ends at rest, as for a mouse wheel."""
    share = min(1.0, max(0.0, share))
    return 1.0 - (1.0 - share) ** 3


def between(first: MapView, last: MapView, share: float) -> MapView:
    """Return the view `share` of the way: zoom changes by equal factors, and no point races away.

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
    return MapView(
        scale,
        round(first.ox + (last.ox - first.ox) * part),
        round(first.oy + (last.oy - first.oy) * part),
        first.zoom + (last.zoom - first.zoom) * part,
        last.upright,
    )


@dataclass(frozen=True, slots=True)
class Shot:
    """The state of the camera.

    Attributes:
        camera: the camera that is on.
        aim: the free camera's aim; None for the others.
        zoom: how much closer than usual the wheel has moved a close camera.
        home: the camera before the user took over, to which it returns.
        start: the shot at the start of the present move, perhaps itself moving; None at rest.
        share: elapsed share of the move's time, 0 to 1.
        by_wheel: the move is a notch of the wheel.
        lowered: how far the score has moved from the infield into the band below, 0 to 1.
        extent: what the group's camera shows, which `reframed` sets; None: the scene's group.
    """

    camera: Camera = Camera.WHOLE
    aim: Viewpoint | None = None
    zoom: float = 1.0
    home: Camera = Camera.WHOLE
    start: Shot | None = None
    share: float = 1.0
    by_wheel: bool = False
    lowered: float = 0.0
    extent: Extent | None = field(default=None, compare=False)

    @property
    def whole(self) -> bool:
        """Whether the whole track is shown, at rest, with the score in the infield."""
        return self.camera is Camera.WHOLE and self.start is None and self.lowered <= 0

    @property
    def on_map(self) -> bool:
        """Whether it shows only the map, seen from above."""
        return not self.camera.close and (self.start is None or self.start.on_map)

    @property
    def alone(self) -> bool:
        """Whether no other camera is seen: it is at rest, or moves in its own picture."""
        return self.start is None or (self.start.camera is self.camera and self.start.alone)

    @property
    def eased(self) -> float:
        """How much of the move's way has been covered, 0 to 1."""
        return settle(self.share) if self.by_wheel else ease(self.share)

    @property
    def band(self) -> float:
        """How far the score is down in its band, 0 to 1.

        It is there before a camera arrives: the rail's background, which fades in by then, is
        painted for one height of the picture.
        """
        return ease(self.lowered / 0.8)

    @property
    def goal(self) -> float:
        """How far the score will be down; the director's camera adds its own way to it."""
        return 0.0 if self.camera in (Camera.WHOLE, Camera.AUTO) else 1.0

    def after(self, elapsed_s: float) -> Shot:
        """Return the shot after some time [s]: its move continues, and always arrives."""
        elapsed_s = max(0.0, elapsed_s)
        goal, step = self.goal, elapsed_s / MOVE_S
        lowered = min(goal, self.lowered + step) if goal else max(goal, self.lowered - step)
        start, share = self.start, self.share
        if start is not None:
            share += elapsed_s / (ZOOM_S if self.by_wheel else MOVE_S)
            start, share = (None, 1.0) if share >= 1 else (start.after(elapsed_s), share)
        if (start, share, lowered) == (self.start, self.share, self.lowered):
            return self
        by_wheel = self.by_wheel and start is not None
        return replace(self, start=start, share=share, by_wheel=by_wheel, lowered=lowered)

    def to(self, camera: Camera) -> Shot:
        """Return the shot moving to another camera, from any state.

        The free camera starts at the present view, so choosing it changes nothing.
        """
        if camera in (self.camera, Camera.FREE):
            return self
        start = self
        if self.start is not None and self.share < _ONE_PRESS:
            start = self.start
        return Shot(camera, home=camera, start=start, share=0.0, lowered=self.lowered)

    def next(self, steps: int = 1) -> Shot:
        """Return the shot moving to the camera `steps` later; from a free one, back."""
        return self.to(self.home if self.camera is Camera.FREE else self.camera.next(steps))

    def closer(self, factor: float) -> Shot:
        """Return the shot with a close camera moving briefly nearer; it keeps following."""
        zoom = min(MOST_CLOSER, max(LEAST_CLOSER, self.zoom * factor))
        return self if zoom == self.zoom else _by_wheel(self, replace(self, zoom=zoom))

    def held(self, aim: Viewpoint) -> Shot:
        """Return the shot with the aim that the user drags it to."""
        return Shot(Camera.FREE, aim, home=self._left(), lowered=self.lowered)

    def drawn(self, seen: Viewpoint, aim: Viewpoint) -> Shot:
        """Return the shot with a short move from the present view to the user's aim."""
        return _by_wheel(self.held(seen), self.held(aim))

    def _left(self) -> Camera:
        return self.home if self.camera is Camera.FREE else self.camera


def _by_wheel(start: Shot, goal: Shot) -> Shot:
    return replace(goal, start=start, share=0.0, by_wheel=True)


WHOLE = Shot()
"""The whole track at rest: the first shot of every window and film."""


def resting(camera: Camera) -> Shot:
    """Return a shot at rest with a camera; the free one starts with the whole track."""
    if camera in (Camera.WHOLE, Camera.FREE):
        return WHOLE
    return Shot(camera, home=camera, lowered=1.0 if camera.close else 0.0)


def on_air(shot: Shot, scene: Scene) -> Shot:
    """Return the shot with the director's camera, if it leaves the choice to the director.

    The director's moves are timed by the recording's events, so they are the same after any seek,
    and a pause shows the moment that was seen.
    """
    start = None if shot.start is None else on_air(shot.start, scene)
    if shot.camera is not Camera.AUTO:
        if start is None or start is shot.start:
            return shot
        return replace(shot, start=start, lowered=_lowered(shot, start, shot.goal))
    camera, before, since_s = scene.on_air()
    gone = min(1.0, max(0.0, since_s / MOVE_S))
    to, by = (float(each.close) for each in (camera, before))
    share = shot.share
    lowered = by + (to - by) * gone if start is None else _lowered(shot, start, to)
    if start is None and gone < 1.0 and before is not camera:
        start, share = replace(resting(before), zoom=shot.zoom), gone
    return replace(shot, camera=camera, start=start, share=share, lowered=lowered)


def _lowered(shot: Shot, start: Shot, goal: float) -> float:
    """Return how far the score is down in a shot whose move starts or ends with the director."""
    return start.lowered + (goal - start.lowered) * shot.share


def uncut(shot: Shot, before: Scene, now: Scene) -> Shot:
    """Return the shot with a move to the director's camera where not time alone has changed that.

    At another rate, or in another run, the cuts are at other times. A seek cuts.
    """
    passed_s = (now.time_s - before.time_s) / now.speed
    if shot.camera is not Camera.AUTO or abs(passed_s) > STALL_S:
        return shot
    (camera, last, since_s), (was, former, was_s) = now.on_air(), before.on_air()
    rested, rests = was_s >= MOVE_S or former is was, since_s >= MOVE_S or last is camera
    if camera is not was:
        by_time = shot.start is None and rested and last is was and since_s < passed_s + ORDINARY_S
    else:
        flies_on = last is former and abs(since_s - was_s - passed_s) < ORDINARY_S
        by_time = shot.start is not None or (rested and rests) or flies_on
    if by_time:
        return shot
    return replace(shot, start=on_air(shot, before), share=0.0, by_wheel=False)


def reframed(shot: Shot, now: Scene, *, held: bool = False) -> Shot:
    """Return the shot with a move to what the group's camera shows of other pacers.

    While a hand has `held` of one of them, it shows what it did before.
    """
    extent = now.group.extent
    if shot.extent is not None and (held or shot.extent == extent):
        return shot
    if shot.extent is None or shot.camera is not Camera.GROUP:
        return replace(shot, extent=extent)
    return replace(shot, start=shot, share=0.0, by_wheel=False, extent=extent)


def directed(shot: Shot, before: Scene | None, now: Scene) -> Shot:
    """Return the shot of a story: each new chapter moves it to the chapter's camera.

    The first picture starts at rest. Within a chapter, and outside a story, the viewer chooses.
    """
    staging, staged = now.staging, None if before is None else before.staging
    if staging is None or (staged is not None and staged.chapter == staging.chapter):
        return shot
    return resting(staging.camera) if staged is None else shot.to(staging.camera)


def view_of(shot: Shot, layout: Layout) -> MapView:
    """Return the view of a shot of the map."""
    goal = goal_of(shot, layout)
    if shot.start is None:
        return goal
    return between(view_of(shot.start, layout), goal, shot.eased)


def goal_of(shot: Shot, layout: Layout) -> MapView:
    """Return the view of a shot of the map once it has arrived."""
    if shot.camera is Camera.FREE and shot.aim is not None:
        return looking(layout, shot.aim)
    return whole(layout.track)


def rig_of(shot: Shot, scene: Scene, layout: Layout, box: Box) -> Rig:
    """Return the rig of a shot that shows a scene in a box."""
    if shot.camera.close:
        covered = 0 if layout.status is None else max(0, layout.status.bottom - box.y)
        aspect, top = box.w / box.h, min(covered / box.h, 0.3)
        goal = perspective.rig_of(shot.camera, scene, aspect, shot.zoom, top, shot.extent)
    else:
        # as if the score were where it is at rest: she leaves no picture that becomes lower
        seen = layout.view if layout.banded or shot.camera is Camera.FREE else layout.stage
        goal = map_rig(goal_of(shot, layout), seen, scene.lap_m)
    if shot.start is None:
        return goal
    start = rig_of(shot.start, scene, layout, box)
    return perspective.between(start, goal, shot.eased, perspective.waist_of(scene))


def ground_aim(shot: Shot, scene: Scene, layout: Layout) -> Viewpoint:
    """Return the map's aim that matches a shot, for when the user takes over."""
    if shot.on_map:
        return aim_of(layout, view_of(shot, layout))
    rig, like = rig_of(shot, scene, layout, layout.view), scene.lap_m / LAP_M
    zoom = like * rig.scale * layout.view.h / track_scale(layout.track)
    return within(Viewpoint(rig.x_m / like, rig.y_m / like, zoom))
