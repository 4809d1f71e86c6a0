"""Cameras in space: where each close camera stands, and how it maps the track onto pixels.

In: a camera, a scene, a box [px]. Out: `Rig` (a camera's position and aim, independent of the
picture's size) and `Lens` (the same for one box of pixels). The map seen from above is a rig, too,
so that a move between any two cameras is a flight.

The rail's camera stands inside the kerb, as the LEDs do, and looks outwards: athletes run
anticlockwise, so from there they run to the left. Nothing is mirrored; the map in the corner turns
with the camera, so that the running direction is the same in both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.coefficients import BEND_M, BEND_RADIUS_M, LAP_M, STRAIGHT_M
from simulator.physics.track import from_plane, to_plane
from simulator.screen import Camera
from simulator.stage.scene import Extent, Scene

Floats = NDArray[np.float64]

NEAR_M = 0.5
"""Nothing is drawn nearer to the lens than this [m]."""
RAIL_UP_M = 1.18
"""Height of the rail's lens [m]."""
RAIL_AWAY_M = 6.4
"""How far inside the measuring line the rail runs [m]."""
RAIL_FOCAL = 1.36
"""Focal length of the rail's lens in picture heights."""
CHASE_AWAY_M, CHASE_FOCAL = 14.5, 1.25
"""Distance of a lens from what it looks at [m], and its focal length in picture heights."""
GROUP_AWAY_M, GROUP_FOCAL = (14.0, 32.0), 1.30
"""The same from above: so near and so far does it fit its group into the picture. No lower, or it
would see beyond the stand.
"""
GROUP_PITCH, GROUP_LEVEL, GROUP_OFFSET_M = 1.05, 0.52, 0.8
"""How far it looks down [rad], where in the picture to, see `Rig`, and how far outside [m]."""
GROUP_EDGE = 0.02
"""Free at an edge of its picture, as a share of the height or the width."""
LEAST_M, LIGHT_M = 3.0, 6.2
"""It shows this far behind and ahead of her at least [m]; a light is seen until it is lost."""
BODY_M, BODY_UP_M = 0.5, 1.95
"""A body reaches this far behind and to each side of its place, and up [m]."""
BACK_M = 1.2
"""She may fall back so far before those ahead leave the picture [m]."""
NAMES_SHARE = 0.42
"""Names and the gap have this share of the width, on the left."""
EASE_M = 10.0
"""A camera turns with the mean direction of the track up to this far behind and ahead of it [m]."""
MOST_CLOSER, LEAST_CLOSER = 3.0, 0.5
"""The range by which the wheel zooms a close camera in and out."""
GROUP_WIDE_M, GROUP_ASPECT = 51.5, 16 / 9
"""From above it shows as much of the ground's width when zoomed out [m]: no lawn beyond the stand,
and no end of the track behind her. A picture narrower than the second counts as so wide.
"""


@dataclass(frozen=True, slots=True)
class Rig:
    """A camera's position, independent of the picture's size.

    Attributes:
        x_m, y_m, z_m: the point of space it looks at [m].
        yaw: direction of sight over ground [rad], 0 along the home straight, anticlockwise.
        pitch: how far it looks down [rad].
        scale: picture heights per metre at that point.
        focal: focal length in picture heights.
        level: where that point is seen, as a share of the height from above.
        lap_m: length of the lap it stands on [m].
    """

    x_m: float
    y_m: float
    z_m: float
    yaw: float
    pitch: float
    scale: float
    focal: float
    level: float = 0.5
    lap_m: float = LAP_M

    def closer(self, factor: float, x_m: float, y_m: float, z_m: float) -> Rig:
        """Return the rig with everything magnified by a factor, a point of space near the middle.

        That point comes the nearer to the middle the larger it is seen. The lens moves aside, but
        not along its rail if it looks straight across it.
        """
        near = replace(self, scale=self.scale * factor, focal=self.focal * factor)
        gone = max(0.0, 1.0 - factor**-3)
        column, row, scale, _ = Lens(near, 1, 1).see(x_m, y_m, z_m)
        aside = gone * (column - 0.5) / scale if self.pitch else 0.0
        return replace(
            near,
            x_m=self.x_m + aside * math.sin(self.yaw),
            y_m=self.y_m - aside * math.cos(self.yaw),
            level=self.level + gone * (0.5 - row),
        )


Spot = tuple[float, float, float, float]
"""A point in the picture: column and row [px], scale [px/m], depth [m]."""


def place_at(s_m: float, offset_m: float, lap_m: float = LAP_M) -> tuple[float, float]:
    """Return a point of the plane [m]: `plane_at` for two numbers."""
    like = lap_m / LAP_M
    s, half, bend, straight = s_m % lap_m, lap_m / 2, like * BEND_M, like * STRAIGHT_M
    sign, along = (-1.0, s - half) if s >= half else (1.0, s)
    radius = like * BEND_RADIUS_M + offset_m
    if along >= bend:
        return sign * (straight / 2 - (along - bend)), sign * radius
    angle = along / bend * math.pi - math.pi / 2
    return (
        sign * (straight / 2 + radius * math.cos(angle)),
        sign * radius * math.sin(angle),
    )


def plane_at(
    s_m: ArrayLike, offset_m: ArrayLike = 0.0, lap_m: float = LAP_M
) -> tuple[Floats, Floats]:
    """Return points of the plane [m], on a lap that is the 400 m oval scaled down.

    Offsets, lanes and bodies keep their size.
    """
    like = lap_m / LAP_M
    x, y = to_plane(np.asarray(s_m) / like, np.asarray(offset_m) / like)
    return like * x, like * y


def heading_at(s_m: float, lap_m: float = LAP_M) -> float:
    """Return the running direction [rad]: `simulator.physics.track.heading` for one number."""
    s, bend = s_m % lap_m, lap_m / LAP_M * BEND_M
    turned, along = (math.pi, s - lap_m / 2) if s >= lap_m / 2 else (0.0, s)
    return turned + min(along, bend) / bend * math.pi


def eased_heading(s_m: float, lap_m: float = LAP_M) -> float:
    """Return the running direction [rad] averaged within `EASE_M`, for a camera that follows it.

    Where a straight meets a bend the direction itself starts to turn from one picture to the next,
    and everything far away would start moving with a jerk.
    """

    def turned(s: float) -> float:
        """Return the integral of the running direction from the finish line."""
        half, bend = lap_m / 2, lap_m / LAP_M * BEND_M
        halves, along = divmod(s, half)
        part = along * along / (2.0 * bend) if along < bend else along - bend / 2
        whole = halves * (half - bend / 2) + half * halves * (halves - 1.0) / 2
        return math.pi * (whole + halves * along + part)

    s = s_m % lap_m + lap_m
    return (turned(s + EASE_M) - turned(s - EASE_M)) / (2.0 * EASE_M) - 2.0 * math.pi


def track_at(x_m: float, y_m: float, lap_m: float = LAP_M) -> float:
    """Return the track position nearest to a point of the plane [m]."""
    like = lap_m / LAP_M
    bend, straight = like * BEND_M, like * STRAIGHT_M
    beyond = abs(x_m) - straight / 2
    if beyond <= 0.0:
        return bend + straight / 2 - x_m if y_m > 0 else lap_m - straight / 2 + x_m
    turned = math.atan2(y_m, beyond) if x_m > 0 else math.atan2(-y_m, beyond)
    along = (turned / math.pi + 0.5) * bend
    return along if x_m > 0 else lap_m / 2 + along


@dataclass(frozen=True)
class Lens:
    """A rig in a picture of `width` × `height` [px]."""

    rig: Rig
    width: int
    height: int

    @cached_property
    def focal(self) -> float:
        """Focal length [px]."""
        return self.rig.focal * self.height

    @cached_property
    def away_m(self) -> float:
        """Distance from the lens to the point it looks at [m]."""
        return self.rig.focal / self.rig.scale

    @cached_property
    def eye(self) -> tuple[float, float, float]:
        """Where the lens is [m]."""
        rig, away = self.rig, self.away_m
        flat = away * math.cos(rig.pitch)
        return (
            rig.x_m - flat * math.cos(rig.yaw),
            rig.y_m - flat * math.sin(rig.yaw),
            rig.z_m + away * math.sin(rig.pitch),
        )

    @cached_property
    def horizon(self) -> float:
        """Row of the horizon [px]; far above the picture if it looks straight down."""
        return self.rig.level * self.height - self.focal * math.tan(min(self.rig.pitch, 1.55))

    @cached_property
    def s_m(self) -> float:
        """Track position of the point it looks at [m]."""
        return track_at(self.rig.x_m, self.rig.y_m, self.rig.lap_m)

    def along(self, s_m: float) -> Lens:
        """Return the rail's lens elsewhere on its rail."""
        x, y = place_at(s_m, 0.0, self.rig.lap_m)
        yaw = heading_at(s_m, self.rig.lap_m) - math.pi / 2
        return replace(self, rig=replace(self.rig, x_m=x, y_m=y, yaw=yaw))

    @cached_property
    def _turns(self) -> tuple[float, float, float, float]:
        """Cosine and sine of yaw and of pitch."""
        yaw, pitch = self.rig.yaw, self.rig.pitch
        return math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)

    def spot(self, s_m: float, offset_m: float, up_m: float = 0.0) -> Spot:
        """Return one point of the track in the picture, see `track`."""
        return self.see(*place_at(s_m, offset_m, self.rig.lap_m), up_m)

    def see(self, x: float, y: float, z: float = 0.0) -> Spot:
        """Return one point of space in the picture; ten times as fast as `project` for numbers."""
        ex, ey, ez = self.eye
        cy, sy, cp, sp = self._turns
        dx, dy, dz = x - ex, y - ey, z - ez
        along = dx * cy + dy * sy
        depth = along * cp - dz * sp
        scale = self.focal / max(depth, NEAR_M)
        column = 0.5 * self.width + (dx * sy - dy * cy) * scale
        return column, self.rig.level * self.height - (along * sp + dz * cp) * scale, scale, depth

    def ground(
        self, columns: ArrayLike, rows: ArrayLike, up_m: ArrayLike = 0.0
    ) -> tuple[Floats, Floats]:
        """Return the places seen at pixels: track positions, and metres to the outside [m].

        They are on the ground, or `up_m` above it; above the horizon they are far away.
        """
        (ex, ey, ez), (cy, sy, cp, sp) = self.eye, self._turns
        up = (self.rig.level * self.height - np.asarray(rows)) / self.focal
        depth = np.maximum(ez - np.asarray(up_m), 0.0) / np.maximum(sp - up * cp, 1e-4)
        along = depth * (cp + up * sp)
        aside = depth * ((np.asarray(columns) - 0.5 * self.width) / self.focal)
        x, y = ex + along * cy + aside * sy, ey + along * sy - aside * cy
        like = self.rig.lap_m / LAP_M
        beyond = np.maximum(np.abs(x) - like * STRAIGHT_M / 2, 0.0)
        s_m = like * from_plane(x / like, y / like)
        return s_m, np.hypot(beyond, y) - like * BEND_RADIUS_M

    def project(self, x: ArrayLike, y: ArrayLike, z: ArrayLike = 0.0) -> tuple[Floats, ...]:
        """Return columns and rows [px], scales [px/m] and depths [m] of points of space [m]."""
        ex, ey, ez = self.eye
        cy, sy, cp, sp = self._turns
        dx, dy, dz = np.asarray(x) - ex, np.asarray(y) - ey, np.asarray(z) - ez
        along = dx * cy + dy * sy
        depth = along * cp - dz * sp
        scale = self.focal / np.maximum(depth, NEAR_M)
        column = self.width / 2 + (dx * sy - dy * cy) * scale
        row = self.rig.level * self.height - (along * sp + dz * cp) * scale
        return column, row, scale, np.asarray(depth)

    def track(
        self, s_m: ArrayLike, offset_m: ArrayLike, up_m: ArrayLike = 0.0
    ) -> tuple[Floats, ...]:
        """Return the same for points of the track: position, metres outwards, metres up."""
        x, y = plane_at(s_m, offset_m, self.rig.lap_m)
        return self.project(x, y, up_m)


def turning(first_m: float, last_m: float, lap_m: float = LAP_M) -> float | None:
    """Return the middle of the bend or straight that contains a stretch of track; None: neither.

    All bends look the same from the track, and so do all straights.
    """
    half, begin, bend = lap_m / 2, first_m % (lap_m / 2), lap_m / LAP_M * BEND_M
    end = begin + last_m - first_m
    if end < bend:
        return 0.5 * bend
    return 0.5 * (bend + half) if begin >= bend and end < half else None


def equivalent_lens(lens: Lens, s_m: float, turn_step: float) -> Lens:
    """Return a lens that stands to the track at `s_m` as this one does where it looks.

    It is turned from the running direction by a multiple of `turn_step` [rad].
    """
    rig, here, lap_m = lens.rig, lens.s_m, lens.rig.lap_m
    (x, y), turn = place_at(here, 0.0, lap_m), heading_at(here, lap_m)
    aside_turn = (rig.yaw - turn + math.pi) % (2.0 * math.pi) - math.pi
    ahead, aside = (
        round((rig.x_m - x) * math.cos(a) + (rig.y_m - y) * math.sin(a), 4)
        for a in (turn, turn - math.pi / 2)
    )
    (x, y), there = place_at(s_m, 0.0, lap_m), heading_at(s_m, lap_m)
    moved = replace(
        rig,
        x_m=x + ahead * math.cos(there) + aside * math.sin(there),
        y_m=y + ahead * math.sin(there) - aside * math.cos(there),
        yaw=there + turn_step * round(aside_turn / turn_step),
        pitch=round(rig.pitch, 6),
        z_m=round(rig.z_m, 4),
        scale=round(rig.scale, 6),
        focal=round(rig.focal, 6),
    )
    return Lens(moved, lens.width, lens.height)


def track_rig(
    at_m: tuple[float, float, float], yaw: float, pitch: float, away_m: float, focal: float,
    level: float, lap_m: float,
) -> Rig:  # fmt: skip
    """Return a rig that looks at a point of the track.

    Args:
        at_m: track position, metres to the outside, and above the ground [m].
        yaw: direction of sight over ground [rad], 0 along the home straight, anticlockwise.
        pitch: how far it looks down [rad].
        away_m: distance of the lens [m].
        focal: focal length in picture heights.
        level: where the point is seen, as a share of the height from above.
        lap_m: length of the lap [m].
    """
    s_m, offset_m, up_m = at_m
    x, y = place_at(s_m, offset_m, lap_m)
    return Rig(x, y, up_m, yaw, pitch, focal / away_m, focal, level, lap_m)


def rig_of(
    camera: Camera,
    scene: Scene,
    aspect: float = 16 / 9,
    zoom: float = 1.0,
    top: float = 0.0,
    extent: Extent | None = None,
) -> Rig:
    """Return a close camera's rig at the moment of a scene.

    Args:
        camera: the camera.
        scene: the scene.
        aspect: the picture's width by its height.
        zoom: how much closer than usual it is; with it she comes to the middle of the picture.
        top: the share of the height that is covered from above.
        extent: what a camera from above shows, if not all of the scene's group.
    """
    if camera is Camera.GROUP:
        extent = extent or scene.group.extent
        if zoom < 1.0:
            away_m = _fitted(extent, aspect, top, scene.lap_m)[0]
            wide = max(aspect, GROUP_ASPECT) * away_m / (GROUP_FOCAL * GROUP_WIDE_M)
            least = min(max(wide, LEAST_CLOSER), 1.0)
            zoom **= math.log(least) / math.log(LEAST_CLOSER)  # the wheel keeps its range
        usual = _above(scene, extent, (aspect, top), zoom)
    else:
        usual = _usual(camera, scene, aspect / zoom, zoom)
    return usual.closer(zoom, *waist_of(scene))


def waist_of(scene: Scene) -> tuple[float, float, float]:
    """Return the middle of the runner's body in space [m]."""
    runner = scene.runner
    x, y = place_at(scene.s_m(runner), runner.offset_m, scene.lap_m)
    return x, y, 0.5 * runner.build.stature_m


def _usual(camera: Camera, scene: Scene, aspect: float, zoom: float) -> Rig:
    """Return the rig of the rail's or the chase's camera before anything is magnified."""
    s, lap_m = scene.s_m(scene.runner), scene.lap_m
    span = 0.0 if scene.light_m is None else scene.light_m - scene.runner.x_m
    if camera is Camera.RAIL:
        # it pans towards the light while that is near, and a little ahead
        lead = 1.2 + 1.3 * math.tanh(span / 6.0)
        room_m = 0.5 * aspect * RAIL_AWAY_M / RAIL_FOCAL - 0.7
        # or a narrow picture would not show her, or the mini-map hide half of her
        lead *= min(max(room_m / 2.5, 0.0), 1.0, zoom**-3)
        at_m, yaw = (s + lead, 0.0, RAIL_UP_M), eased_heading(s + lead, lap_m) - math.pi / 2
        return track_rig(at_m, yaw, 0.0, RAIL_AWAY_M, RAIL_FOCAL, 0.485, lap_m)
    # along the chord from the lens to its aim, so that they stay in the middle in a bend
    yaw = 0.16 + eased_heading(s + 1.0, lap_m)
    at_m = (s + 5.0, 0.4 - _inside(0.5 * aspect * CHASE_AWAY_M / CHASE_FOCAL), 0.6)
    return track_rig(at_m, yaw, 0.30, CHASE_AWAY_M, CHASE_FOCAL, 0.56, lap_m)


def _above(scene: Scene, extent: Extent, shape: tuple[float, float], zoom: float) -> Rig:
    """Return the rig from above before anything is magnified; `shape`: aspect and covered share.

    Its distance and where it looks are the same until other pacers run.
    """
    aspect, top = shape
    away_m, lead_m, offset_m = _fitted(extent, aspect, top, scene.lap_m)
    s = scene.s_m(scene.runner) + lead_m
    aside_m = _inside(0.5 * aspect / zoom * away_m / GROUP_FOCAL)
    return track_rig(
        (s, min(offset_m, GROUP_OFFSET_M - aside_m), 0.0), eased_heading(s, scene.lap_m),
        GROUP_PITCH, away_m, GROUP_FOCAL, GROUP_LEVEL, scene.lap_m,
    )  # fmt: skip


@lru_cache(maxsize=16)
def _fitted(extent: Extent, aspect: float, top: float, lap_m: float) -> tuple[float, float, float]:
    """Return the distance of a lens from above that shows all of an extent, and where it looks [m].

    It looks so far ahead of her, and so far outside. It shows all on a straight: in a bend that is
    shorter. Without the room for all, both ends are left out.
    """
    down, flat = GROUP_FOCAL * math.sin(GROUP_PITCH), math.cos(GROUP_PITCH)
    over, under = GROUP_LEVEL - top - GROUP_EDGE, GROUP_LEVEL - 1.0 + GROUP_EDGE
    # of a lens 1 m away: how far ahead of its aim the picture begins and ends, on the ground
    front, rear = (part / (down - part * flat) for part in (over, under))
    head_m = BODY_UP_M * (over * math.sin(GROUP_PITCH) + GROUP_FOCAL * flat)
    head_m /= down - over * flat  # the ground that a body's head hides
    behind_m = max(extent.behind_m, LEAST_M) + BODY_M
    ahead_m = max(extent.ahead_m + BACK_M + head_m, LIGHT_M if extent.lit else LEAST_M)
    nearest, farthest = GROUP_AWAY_M
    away_m = min(max((behind_m + ahead_m) / (front - rear), nearest), farthest)
    # both ends come nearer to the middle of the bend
    inner_m = (
        extent.inside_m - BODY_M - (behind_m + ahead_m) ** 2 * LAP_M / (8.0 * BEND_RADIUS_M * lap_m)
    )
    while True:
        room_m = aspect * away_m / GROUP_FOCAL
        offset_m = min(GROUP_OFFSET_M, inner_m + (0.5 - NAMES_SHARE) * room_m)
        wide_m = (extent.outside_m + BODY_M - offset_m) / (1.0 + rear * flat)
        if away_m >= farthest or wide_m <= (0.5 - GROUP_EDGE) * room_m:
            break
        away_m = min(1.02 * away_m, farthest)
    spare_m = away_m * (front - rear) - behind_m - ahead_m
    rear_m = min(-behind_m - 0.5 * spare_m, -LEAST_M)
    lead_m = max(rear_m, LEAST_M - away_m * (front - rear)) - away_m * rear
    return away_m, lead_m, offset_m


def _inside(room_m: float) -> float:
    """Return how much further inside a lens looks that shows less to either side [m].

    Runners behind her, and all names, are on the left.
    """
    return min(0.26 * room_m, max(0.0, 0.5 * (7.0 - room_m)))


def between(first: Rig, last: Rig, share: float, at_m: tuple[float, float, float]) -> Rig:
    """Return the rig `share` of the way: zoom changes by equal factors, by the shorter turn.

    `at_m`: a point of space [m] that moves in the picture straight from where one rig shows it to
    where the other does.
    """
    if share <= 0.0:
        return first
    if share >= 1.0:
        return last

    def mixed(a: float, b: float) -> float:
        return a + (b - a) * share

    def scaled(a: float, b: float) -> float:
        return math.exp(mixed(math.log(a), math.log(b)))

    yaw = first.yaw + share * ((last.yaw - first.yaw + math.pi) % (2.0 * math.pi) - math.pi)
    pitch, level = mixed(first.pitch, last.pitch), mixed(first.level, last.level)
    focal, px_per_m = scaled(first.focal, last.focal), scaled(first.scale, last.scale)
    seen = (Lens(rig, 1, 1).see(*at_m) for rig in (first, last))
    (column, row, scale, _), (column_1, row_1, scale_1, _) = seen
    depth = focal / scaled(scale, scale_1)
    gone = share
    if (
        abs(last.scale / first.scale - 1.0) > 1e-6
    ):  # the sooner away from where little is seen of it
        gone = (px_per_m - first.scale) / (last.scale - first.scale) * last.scale / px_per_m
    # what is ahead of the point, to its right and above it as the lens sees it
    ahead, right, up = (
        focal / px_per_m - depth,
        (0.5 - column - gone * (column_1 - column)) * depth / focal,
        (row + gone * (row_1 - row) - level) * depth / focal,
    )
    flat = ahead * math.cos(pitch) + up * math.sin(pitch)
    x, y, z = at_m
    return Rig(
        x + flat * math.cos(yaw) + right * math.sin(yaw),
        y + flat * math.sin(yaw) - right * math.cos(yaw),
        z - ahead * math.sin(pitch) + up * math.cos(pitch),
        yaw,
        pitch,
        px_per_m,
        focal,
        level,
        last.lap_m,
    )
