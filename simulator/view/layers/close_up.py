"""A close camera's picture: athletes, LEDs and their light, the gap on the ground, names, a map.

In: a scene, a `Rig`, a surface that only the picture uses, a style. Out: the picture, drawn whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, groupby, pairwise
from operator import itemgetter

import numpy as np
import pygame
from numpy.typing import NDArray

from simulator.coefficients import BEND_RADIUS_M, LAP_M, STRAIGHT_M
from simulator.recording.recording import NumberT
from simulator.stage.scene import Body, Scene
from simulator.stage.wake import ACROSS_M, ACROSS_STEP_M, AHEAD_M, BEHIND_M, POINTS, STEP_M, Wake
from simulator.units import MILE_M, format_time
from simulator.view.athletes import (
    PHASES,
    SLOW_PHASES,
    Athletes,
    Pair,
    ViewAngle,
    lit,
    look_of,
    stamp,
)
from simulator.view.layers import arena, effects
from simulator.view.layers.arena import KERB_M
from simulator.view.layout import Box, apart
from simulator.view.perspective import (
    NEAR_M,
    Lens,
    Rig,
    equivalent_lens,
    heading_at,
    place_at,
    plane_at,
    turning,
)
from simulator.view.sprites import Blit, bloom, dot
from simulator.view.text import BOLD, REGULAR, SEMIBOLD, Style
from simulator.view.theme import Colour, Theme, mix

Floats = NDArray[np.float64]
Point = tuple[float, float]

LED_UP_M = 0.06
DARK_LED_PX = 18.0
"""A dark LED is drawn from this scale on [px/m]."""
DOT_PX = 9.0
"""A smaller body is drawn as a dot [px]."""
MAP_M = 178.0
"""Width of the lap with its lanes [m]."""
_FLARE_S = 0.004
"""About the longest time to paint one LED's bloom [s]."""
GAP_SEEN_M, NAME_SEEN, OPEN_ENOUGH = (0.1, 0.3), (0.4, 0.55), (2.0 / 3.0, 1.0)
"""The gap's text appears as the gap grows from the first to the second [m], a name with its body's
opacity; both are seen from the first to the second of their weight, where they have the room.
"""
LEVEL, LOOKS_DOWN = 0.03, 0.15
"""Up to the first pitch, labels are where the rail's camera has them, beyond it where those that
look down have them, and fully visible from the second on [rad].
"""
GAP_FIRM = 0.2
"""The gap's text makes room for the names next to it more than they do for it."""
_ROW_GAP = 3
"""Between two labels that lie one above the other [px]."""
NAME_EMS = 9
"""A name is cut that is longer than this many of its heights, than a third of the picture, and than
the room beside its body.
"""
FACE_M = 0.32
"""How far her face reaches ahead of her, with the space before her name [m]."""
TRAIL_M = 2.4
"""Length of a ghost's trail [m]."""
STREAK_PX = 30.0
"""An LED has a streak through it from this scale on [px/m]."""
LIT_M = 2.0
"""LEDs light bodies up to this far away [m], the less the farther."""
BESIDE_M = (0.06, 1.2)
"""Bodies get light from the first, and are fully lit from the second length of bright LEDs beside
them, weighted by how near these are [m].
"""
LEVELS = 16
"""Glows of the LEDs are prepared at this many brightnesses."""
GAP_OFFSET_M = KERB_M - 0.85
"""Position of the dimension line between her and the light: on the ground, inside the kerb [m]."""
LONGEST_GAP_M = 60.0
"""The dimension line of a longer gap ends here, in an arrow towards the light [m]."""


@dataclass(frozen=True, slots=True)
class PlacedBody:
    """A body in the picture: its ground point [px], its scale [px/m], its distance [m]."""

    body: Body
    s_m: float
    x: float
    y: float
    scale: float
    depth: float
    view: ViewAngle

    @property
    def opacity(self) -> float:
        """How visible it is, 0 to 1."""
        return min(1.0, max(0.0, self.body.alpha))


@dataclass(frozen=True, slots=True)
class Led:
    """An LED in the picture [px, px/m]: its brightness 0 to 1, colour, and how darkened it is."""

    x: float
    y: float
    scale: float
    bright: float
    colour: Colour
    dark: float = 0.0


def place(scene: Scene, lens: Lens) -> list[PlacedBody]:
    """Return the visible bodies, far ones first; she is drawn over those beside her.

    The lens may stand on another lap than hers: the map shows every lap as the oval of 400 m, with
    its lanes and bodies in their own size, and only lengths along the lap are stretched.
    """
    (ex, ey, ez), lap_m = lens.eye, lens.rig.lap_m
    yaw, turned = lens.rig.yaw, math.cos(lens.rig.pitch)
    seen = []
    for body in (*scene.ghosts, *scene.pacers, scene.runner):
        s = scene.s_m(body) * (lap_m / scene.lap_m)
        x, y = place_at(s, body.offset_m, lap_m)
        column, row, scale, depth = lens.see(x, y)
        if (
            body.alpha <= 0.02
            or depth <= 2 * NEAR_M
            or not -2.0 * scale < column < lens.width + 2.0 * scale
            or not -0.5 * scale < row < lens.height + 2.2 * scale
        ):
            continue
        dx, dy = x - ex, y - ey
        # who is right below the lens is seen as it is turned, not from whichever side he is of it
        aside = (math.atan2(dy, dx) - yaw + math.pi) % (2.0 * math.pi) - math.pi
        # against the running direction, positive towards the outside, as `athletes.View` has it
        turn = (math.degrees(heading_at(s, lap_m) - yaw - aside * turned) + 180.0) % 360.0 - 180.0
        view = ViewAngle(turn, math.degrees(math.atan2(ez - 0.9, math.hypot(dx, dy))))
        seen.append(PlacedBody(body, s, column, row, scale, depth, view))
    rank = {"pacer": 0.0, "ghost": 0.05, "runner": 0.15}
    return sorted(seen, key=lambda each: rank[each.body.kind] - each.depth)


def leds(scene: Scene, lens: Lens, theme: Theme) -> list[Led]:
    """Return the visible LEDs, far ones first: all nearby, farther away only lit ones."""
    if scene.leds < 1:
        return []
    bright, colours = effects.led_lights(scene.waves, scene.leds, theme)
    places, x, y = _rail(scene.leds, scene.lap_m)
    column, row, scale, depth = lens.project(x, y, LED_UP_M)
    width, height = lens.width, lens.height
    shown = (depth > NEAR_M) & ((scale > DARK_LED_PX) | (bright > 0.02))
    shown &= (np.abs(column - 0.5 * width) < 0.5 * width + 1.2 * scale) & (row > -20.0)
    at = np.flatnonzero(shown & (row < height + 1.2 * scale))
    dark = effects.darkness(scene, places)
    found = [
        (far, Led(cx, cy, k, b, colours[led], d))
        for far, cx, cy, k, b, led, d in zip(
            depth[at].tolist(), column[at].tolist(), row[at].tolist(), scale[at].tolist(),
            bright[at].tolist(), at.tolist(), dark[at].tolist(), strict=True,
        )
    ]  # fmt: skip
    return [led for _, led in sorted(found, key=lambda each: -each[0])]


@lru_cache(maxsize=4)
def _rail(count: int, lap_m: float) -> tuple[Floats, Floats, Floats]:
    """Return the LEDs' track positions and their places in the plane [m]."""
    places = np.arange(count, dtype=np.float64) * (lap_m / count)
    return places, *plane_at(places, KERB_M - 0.03, lap_m)


def _step(length_px: float) -> int:
    """Return a length [px], rounded so that a light's sprites have few sizes."""
    return round(math.pow(2.0, round(4.0 * math.log2(max(length_px, 4.0))) / 4.0))


def light_on_ground(target: pygame.Surface, lights: list[Led], flat: float, *, day: bool) -> None:
    """Draw the LEDs' light on tartan and turf, an ellipse `flat` as high as it is wide."""
    blits = []
    for led in lights:
        level = round(LEVELS * 0.42 * min(led.bright, 1.0) ** 0.8)
        if level:
            wide = _step(3.4 * led.scale)
            high = max(3, round(wide * flat))
            light = bloom(led.colour, wide, high, level / LEVELS, alpha=day)
            blits.append((light, (round(led.x - wide / 2), round(led.y - high / 2))))
    target.fblits(blits, 0 if day else pygame.BLEND_RGB_ADD)


def heads(target: pygame.Surface, lights: list[Led], theme: Theme) -> None:
    """Draw the LEDs themselves, their bloom, and the streak of the lens."""
    boxes, shine, day = [], [], theme.by_day
    for led in lights:
        wide, high = max(2, round(0.13 * led.scale)), max(2, round(0.075 * led.scale))
        level = round(LEVELS * min(led.bright, 1.0) ** 0.8)
        lit = theme.ground.led_off
        if level:
            bright = (level / LEVELS) ** 1.25
            white = mix(led.colour, (255, 255, 255), (0.1 if day else 0.55) * bright)
            lit = mix(lit, white, min(1.0, 1.3 * bright))
        if led.dark > 0.0:
            lit = mix(lit, (0, 0, 0), 0.85 * round(8 * led.dark) / 8)
        head = _head(wide, high, lit, framed=led.scale > 12)
        left, top = round(led.x) - wide // 2 - 1, round(led.y) - high // 2 - 1
        boxes.append((head, (left, top)))
        if level:
            for flare in _flares(led, level, day=day):
                w, h = flare.get_size()
                shine.append((flare, (round(led.x - w / 2), round(led.y - h / 2))))
    if day:
        target.fblits(shine + boxes)
        return
    target.fblits(boxes)
    target.fblits(shine, pygame.BLEND_RGB_ADD)


@lru_cache(maxsize=256)
def _head(wide: int, high: int, lit: Colour, *, framed: bool) -> pygame.Surface:
    """Return an LED with a margin of one pixel."""
    head = pygame.Surface((wide + 2, high + 2), pygame.SRCALPHA, 32)
    corner = max(1, high // 3)
    if framed:
        pygame.draw.rect(head, (14, 17, 22), head.get_rect(), border_radius=corner)
    pygame.draw.rect(head, lit, (1, 1, wide, high), border_radius=corner)
    return head


def _flares(led: Led, level: int, *, day: bool) -> tuple[pygame.Surface, ...]:
    """Return an LED's bloom, and at night, if it is near, the streak through it, for adding."""
    wide = _step(1.7 * led.scale)
    if day:
        high = max(3, round(0.85 * wide))
        return (bloom(led.colour, wide, high, 0.7 * level / LEVELS, alpha=True),)
    return _glare(led.colour, wide, level, streaked=led.scale > STREAK_PX)


@lru_cache(maxsize=512)
def _glare(colour: Colour, wide: int, level: int, *, streaked: bool) -> tuple[pygame.Surface, ...]:
    share = level / LEVELS
    halo = bloom(colour, wide, max(3, round(0.85 * wide)), 0.55 * share).copy()
    core = bloom(colour, round(0.35 * wide), max(3, round(0.35 * wide)), 0.95 * share)
    at = ((wide - core.get_width()) // 2, (halo.get_height() - core.get_height()) // 2)
    halo.blit(core, at, special_flags=pygame.BLEND_RGB_ADD)
    if not streaked:
        return (halo,)
    long = round(2.2 * wide)
    return halo, bloom(colour, long, max(3, round(0.035 * long)), 0.7 * share)


def kerb(target: pygame.Surface, lens: Lens, like: Lens, theme: Theme) -> None:
    """Draw the kerb, five centimetres high; `like` is a lens that sees the same, see `kept`."""
    if theme.bare:
        return
    if like is lens:
        _fill_kerb(target, lens, theme)
    else:
        target.blit(*_made_kerb(like, theme))


def _fill_kerb(target: pygame.Surface, lens: Lens, theme: Theme) -> None:
    sight, shade = arena.sight_of(lens), theme.ground.kerb
    arena.fill(target, sight, arena.KERB_FOOT, arena.KERB_TOP, mix(shade, (0, 0, 0), 0.5))
    arena.fill(target, sight, arena.KERB_TOP, arena.KERB_BACK, shade)


@lru_cache(maxsize=4)
def _made_kerb(lens: Lens, theme: Theme) -> tuple[pygame.Surface, tuple[int, int]]:
    whole = pygame.Surface((lens.width, lens.height), pygame.SRCALPHA, 32)
    _fill_kerb(whole, lens, theme)
    box = whole.get_bounding_rect()
    return whole.subsurface(box).copy(), box.topleft


class CloseUp:
    """Draws close cameras; keep one for each theme, since it caches its sprites."""

    def __init__(self) -> None:
        self.athletes = Athletes()
        self._lit: list[Led] = []
        self._day = False

    def draw(
        self,
        target: pygame.Surface,
        scene: Scene,
        rig: Rig,
        style: Style,
        *,
        labels: bool,
        exact: bool,
        keep_off: tuple[Box, ...] = (),
        seen: float = 1.0,
    ) -> list[pygame.Rect]:
        """Draw what `rig` sees of a scene over all of `target`; return where words are [px].

        Unless it is `exact`, similar sprites replace those that are not ready; no words are written
        over `keep_off`. `seen`: opacity of the words, 0 to 1.
        """
        theme = style.theme
        lens = Lens(rig, *target.get_size())
        like = arena.kept(lens)
        if theme.bare:
            target.fill(theme.back)
        else:
            long = "one mile" if abs(scene.race_m - MILE_M) < 0.5 else f"{scene.race_m:,.0f} m"
            words = (scene.title, long, format_time(scene.target_s), "lightpace")
            arena.draw(target, lens, like, scene.start_m, words, theme)
        lights = leds(scene, lens, theme)
        waves = {theme.light(wave.colour) for wave in scene.waves}  # mixtures soon change
        self._lit = [led for led in lights if led.bright > 0.02 and led.colour in waves]
        self._day = theme.by_day
        flat = max(0.22, min(1.0, math.sin(rig.pitch) * 1.3))
        light_on_ground(target, lights, flat, day=theme.by_day)
        (ex, ey, _), size = lens.eye, scene.lap_m / LAP_M
        beyond = max(abs(ex) - size * STRAIGHT_M / 2, 0.0)
        inside = math.hypot(beyond, ey) < size * BEND_RADIUS_M + KERB_M

        def rail() -> None:
            kerb(target, lens, like, theme)
            heads(target, lights, theme)

        if not inside:
            rail()
        wake(target, scene, lens, theme)
        if effects.flashes(scene):
            x, y, scale, depth = lens.spot(scene.start_m, effects.STARTER_OFFSET_M, 2.2)
            if depth > NEAR_M:
                effects.flash(target, scene, (x, y), min(3.0 * scale, 0.2 * lens.height))
        gap = gap_line(target, scene, lens, style)
        over = rail if inside else None
        placed = self.bodies(target, scene, lens, theme, exact=exact, over=over)
        taken = [*(pygame.Rect(each) for each in keep_off), minimap(target, scene, rig, style)]
        aside = rig.pitch > LEVEL
        upper = [each.bottom for each in keep_off if each.bottom < target.get_height() // 4]
        top = None if aside else max(upper, default=0) + 4
        free = _beside(keep_off, lens)
        found = names(placed, lens, free, style, top) if labels else []
        found += [] if gap is None else [gap_label(target, scene, rig, gap, style)]
        if aside:
            trunks = [trunk(each) for each in reversed(placed) if each.body.kind != "ghost"]
            in_rows(found, free, trunks)
            aside_of(found, free, trunks)
        # on the way to the rail's camera and back, they fade out and in at their other place
        fading = (rig.pitch - LEVEL) / (LOOKS_DOWN - LEVEL) if aside else 1.0 - rig.pitch / LEVEL
        for each in found:
            box = _free(each.box, free, taken)
            if box is not None and box.h:
                taken.append(box)
                opacity = seen * min(fading, 1.0) * _weight(each.weight, OPEN_ENOUGH)
                each.picture.set_alpha(round(255 * opacity))
                target.blit(each.picture, each.picture.get_rect(center=box.center))
        return taken

    def prepare(self, left_s: Callable[[], float]) -> None:
        """Paint in advance what the next pictures need, while time is left for it [s]."""
        for led in self._lit:  # as they light up and go out
            for level in range(1, LEVELS + 1):
                if left_s() < _FLARE_S:
                    return
                _flares(led, level, day=self._day)
        self.athletes.prepare(left_s)

    def bodies(
        self,
        target: pygame.Surface,
        scene: Scene,
        lens: Lens,
        theme: Theme,
        *,
        exact: bool,
        over: Callable[[], None] | None = None,
    ) -> list[PlacedBody]:
        """Draw only the bodies, as on a map at close range; return where they are.

        From inside the kerb, `over` draws it: over those outside it, under those inside it.
        """
        placed = place(scene, lens)
        athletes, day = self.athletes, not theme.ground.floodlight
        phases = PHASES if scene.speed > 0.6 else SLOW_PHASES
        athletes.begin(exact=exact)
        drawn: dict[str, Pair] = {}
        for each in sorted(placed, key=lambda one: one.body.kind != "runner"):  # hers first
            body = each.body
            if each.scale * body.build.stature_m >= DOT_PX:
                colours = theme.colour(body.colour), theme.kit(body.kit)
                look = look_of(body.kind, body.build, *colours, day=day)
                drawn[body.name] = athletes.sprites(
                    look, body.stride, each.view, each.scale, phases
                )
        shadows: list[Stamp] = []
        figures, inside = shadows.copy(), shadows.copy()
        lights = lights_beside(scene, [each.body for each in placed], theme)
        for each, light in zip(placed, lights, strict=True):
            body, pair = each.body, drawn.get(each.body.name)
            if pair is None:
                colour, radius = theme.colour(body.colour), max(2.0, 0.4 * each.scale)
                pygame.draw.aacircle(target, colour, (each.x, each.y), radius)
                continue
            if body.kind == "ghost":
                trail(target, each, lens, theme.colour(body.colour))
            opacity = each.opacity * (0.55 if body.reach_m else 1.0)  # it may be elsewhere
            row = figures if over is None or body.offset_m > KERB_M else inside
            surface, (left, top) = stamp(pair[0], (each.x, each.y), opacity)
            row.append((surface, (left, top), pygame.BLEND_PREMULTIPLIED))
            if pair[1] is not None:
                fallen = stamp(pair[1], (each.x, each.y), each.opacity)
                shadows.append((*fallen, pygame.BLEND_PREMULTIPLIED))
            if light is not None:
                side = 1 if body.offset_m > KERB_M else -1
                dimmed = mix((0, 0, 0), light, opacity)
                for glow, (x, y), mode in lit(pair[0], each.view, each.scale, dimmed, side):
                    row.append((glow, (left + x, top + y), mode))
        _put(target, shadows + figures)
        if over is not None:
            over()
            _put(target, inside)
        return placed


Stamp = tuple[pygame.Surface, tuple[int, int], int]
"""A picture, its place [px] and its blend mode."""


def _put(target: pygame.Surface, stamps: list[Stamp]) -> None:
    """Blit pictures in their order."""
    for mode, run in groupby(stamps, key=itemgetter(2)):
        target.fblits([(picture, at) for picture, at, _ in run], mode)


def lights_beside(scene: Scene, bodies: list[Body], theme: Theme) -> list[Colour | None]:
    """Return the light on each body's shoes from the LEDs beside it; None where there is none.

    Waves that meet add up, as in the LEDs. By day they outshine nothing, and a ghost is nothing to
    shine on.
    """
    found: list[Colour | None] = [None] * len(bodies)
    if theme.by_day or scene.leds < 1 or not scene.waves or not bodies:
        return found
    step_m = scene.lap_m / scene.leds
    s_m, offset_m = np.array([(scene.s_m(each), each.offset_m) for each in bodies]).T[:, :, None]
    near = np.ceil((s_m - LIT_M) / step_m) + np.arange(min(2.0 * LIT_M // step_m + 1, scene.leds))
    away_m = np.hypot(near * step_m - s_m, offset_m - KERB_M)
    lengths_m = np.maximum(1.0 - away_m / LIT_M, 0.0) * step_m
    at = near.astype(np.intp) % scene.leds
    lit_m = np.array([(wave.brightness[at] * lengths_m).sum(axis=1) for wave in scene.waves])
    waves = np.array([theme.light(wave.colour) for wave in scene.waves])
    for i, (body, lengths) in enumerate(zip(bodies, lit_m.T.tolist(), strict=True)):
        shares = [_weight(length_m, BESIDE_M) for length_m in lengths]
        if any(shares) and body.kind != "ghost":
            added = np.rint(np.minimum(shares @ waves, 255.0)).astype(int)
            red, green, blue = added.tolist()
            found[i] = (red, green, blue)
    return found


def trail(target: pygame.Surface, placed: PlacedBody, lens: Lens, colour: Colour) -> None:
    """Draw the thin trail of a ghost along the track.

    From the side it is at the height of the hips, for a lens that looks down on the ground.
    """
    body, long_m = placed.body, TRAIL_M + placed.body.reach_m
    down = _weight(lens.rig.pitch, (LEVEL, LOOKS_DOWN))
    up_m = 0.55 * body.build.stature_m * (1.0 - down)
    end_x, end_y, _, depth = lens.spot(placed.s_m - long_m, body.offset_m, up_m)
    if depth < 0.75 * placed.depth:  # or it would end beside the lens, or behind it
        long_m *= 0.25 * placed.depth / (placed.depth - depth)
        end_x, end_y, *_ = lens.spot(placed.s_m - long_m, body.offset_m, up_m)
    x, y = placed.x, placed.y - up_m * placed.scale * math.cos(lens.rig.pitch)
    high = max(2, round(0.05 * placed.scale))
    dx, dy = (high * round(each / high) for each in (end_x - x, end_y - y))
    if math.hypot(dx, dy) < 6.0:
        return
    light = _streak(colour, dx, dy, high, round(8 * placed.opacity))
    at = (round(x) + min(dx, 0) - high, round(y) + min(dy, 0) - high)
    target.blit(light, at, special_flags=pygame.BLEND_RGB_ADD)


@lru_cache(maxsize=64)
def _streak(colour: Colour, dx: int, dy: int, high: int, level: int) -> pygame.Surface:
    """Return a line that fades from a point to another `dx`, `dy` from there [px], for adding."""
    x = np.arange(abs(dx) + 2.0 * high + 1.0)[:, None] + min(dx, 0) - high
    y = np.arange(abs(dy) + 2.0 * high + 1.0)[None, :] + min(dy, 0) - high
    long = math.hypot(dx, dy)
    share, aside = (x * dx + y * dy) / long**2, (x * dy - y * dx) / (long * high)
    fall = (1.0 - np.clip(share, 0.0, 1.0)) ** 2 * (share >= 0.0)
    fall *= np.exp(-((aside / 0.45) ** 2)) * 0.035 * level
    light = fall[..., None] * np.asarray(colour, dtype=np.float64)
    return pygame.surfarray.make_surface(light.astype(np.uint8))


# -- the gap on the ground -------------------------------------------------------------------------


def gap_line(
    target: pygame.Surface, scene: Scene, lens: Lens, style: Style
) -> tuple[float, float] | None:
    """Draw the dimension line between her and the light; return the pixel for its text.

    A short one appears with its text, which says what it measures.
    """
    line = scene.gaps[0] if scene.gaps else None
    lit = scene.waves and scene.light_m is not None  # the waves may be ghosts' alone
    if not lit or line is None or line.metres is None or abs(line.metres) <= GAP_SEEN_M[0]:
        return None
    unit = style.sizes.unit
    colour = style.theme.gap(line.state)
    long = min(abs(line.metres), LONGEST_GAP_M)
    away = [*np.arange(0.0, long, min(1.0, long / 2)).tolist(), long]
    her = scene.s_m(scene.runner)
    along = [her + math.copysign(m, line.metres) for m in away]
    spots = [lens.spot(s_m, GAP_OFFSET_M) for s_m in along]
    picture = target.get_rect()
    points = [
        (x, y)
        for x, y, _, depth in spots
        if depth > NEAR_M and abs(x) < 3 * lens.width and abs(y) < 3 * lens.height
    ]
    pieces = len(points) - 1
    points, shown, goes_on = _in_sight(points, picture, map_box(picture.size, style))
    if not shown:
        return None
    near = [
        depth > NEAR_M and picture.inflate(120, 120).collidepoint(x, y) for x, y, _, depth in spots
    ]
    opacity = _weight(_weight(long, GAP_SEEN_M), OPEN_ENOUGH)
    reach = round(2.0 * spots[0][2])  # everything of a line that is not all seen
    under = pygame.Rect(0, 0, reach, reach)
    under.center = (round(spots[0][0]), round(spots[0][1]))
    under = under.clip(picture)
    before = target.subsurface(under).copy() if opacity < 1.0 else None
    thick = max(2, round(3.0 * unit))
    dark = mix(style.theme.ground.turf, (0, 0, 0), 0.6)
    tether = effects.tether(scene)
    held = math.ceil(tether * pieces)  # or the middle of five had a hole
    dashes = (
        [] if tether == 0.5 else list(pairwise(points))[::2]
    )  # what is left of it once it snaps
    for part in [*dashes, *((points[: held + 1], points[pieces - held :]) if held else ())]:
        if len(part) > 1:
            pygame.draw.lines(target, dark, False, [(px, py + thick) for px, py in part], thick)
            pygame.draw.lines(target, colour, False, part, thick)
    for end in (0, -1):
        if end and (goes_on or long >= LONGEST_GAP_M):
            _arrow(target, colour, shown[-1], 15 * unit)
        elif near[end]:
            ends = [lens.spot(along[end], at)[:2] for at in (GAP_OFFSET_M - 0.3, KERB_M - 0.1)]
            pygame.draw.line(target, colour, ends[0], ends[1], thick)
    if before is not None:
        before.set_alpha(round(255 * (1.0 - opacity)))
        target.blit(before, under)
    return _middle(shown)


def _in_sight(
    points: list[Point], picture: pygame.Rect, hidden: pygame.Rect
) -> tuple[list[Point], list[tuple[Point, Point]], bool]:
    """Return a line up to where it is hidden, its parts in the picture, and if it goes on [px]."""
    shown: list[tuple[Point, Point]] = []
    for k, (a, b) in enumerate(pairwise(points)):
        enters = hidden.clipline(a, b)
        stop = enters[0] if enters else b
        if seen := picture.clipline(a, stop):
            shown.append(seen)
        if enters:
            return [*points[: k + 1], stop], shown, True
    return points, shown, not (points and picture.collidepoint(points[-1]))


def _middle(parts: list[tuple[Point, Point]]) -> Point:
    """Return the middle of a line that is made of parts [px]."""
    left = 0.5 * sum(math.dist(*part) for part in parts)
    for a, b in parts:
        long = math.dist(a, b)
        if long >= left:
            break
        left -= long
    share = left / max(long, 1e-9)
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def _arrow(target: pygame.Surface, colour: Colour, part: tuple[Point, Point], size: float) -> None:
    """Draw an arrow's head at the end of a line's last part [px], where it leaves the picture."""
    (ax, ay), (bx, by) = part
    long = math.dist(*part) or 1.0
    dx, dy = size * (bx - ax) / long, size * (by - ay) / long
    wings = [(bx - dx + k * dy, by - dy - k * dx) for k in (0.5, -0.5)]
    pygame.draw.polygon(target, colour, [(bx, by), *wings])


@dataclass(frozen=True, slots=True)
class Label:
    """A text, where it would best be [px], and the race distance that it is about [m].

    A label that comes or goes makes room gradually, or it would push the others aside from one
    picture to the next: its weight is 0 to 1, and it is seen, whole, once its words have room.
    `firm`: how much it resists being moved.
    """

    box: pygame.Rect
    picture: pygame.Surface
    x_m: float
    weight: float
    firm: float = 1.0

    def __post_init__(self) -> None:
        """Close the box about its middle."""
        self.box.inflate_ip(0, round((self.weight - 1.0) * self.box.h))


def _weight(value: float, bounds: tuple[float, float]) -> float:
    """Return a label's weight: it grows while a value rises from the first bound to the second."""
    low, high = bounds
    return min(max((value - low) / (high - low), 0.0), 1.0)


def gap_label(
    target: pygame.Surface, scene: Scene, rig: Rig, middle: tuple[float, float], style: Style
) -> Label:
    """Return seconds and metres next to the dimension line's middle [px]."""
    line, type_, px = scene.gaps[0], style.type, max(13, style.sizes.px(30))
    seconds = f"{line.seconds or 0.0:+z.2f} s".replace("-", "−")
    metres = f"{abs(line.metres or 0.0):.1f} m"
    first = type_.width(seconds, BOLD, px)
    wide = first + px // 2 + type_.width(metres, REGULAR, px)
    box = pygame.Rect(0, 0, wide + px, round(1.5 * px))
    if rig.pitch > LEVEL:  # beside it, over the infield, where nobody runs
        box.midright = (round(middle[0] - 0.6 * px), round(middle[1]))
    else:
        box.center = (round(middle[0]), round(middle[1] + 1.4 * px))
    off = map_box(target.get_size(), style)
    if box.colliderect(off):  # it stops there, rather than jump over the athletes
        box.right = off.x - 4
    pill = _pill_layer(*box.size, style.theme.panel).copy()
    row, colour = box.h // 2, style.theme.gap(line.state)
    type_.digits(pill, seconds, (px // 2, row), BOLD, px, style.theme.text)
    type_.digits(pill, metres, (box.w - px // 2, row), REGULAR, px, colour, align=1.0)
    metres_m = line.metres or 0.0
    # next to her name, whoever passes the middle of the line: two labels would change places
    x_m = scene.runner.x_m + math.copysign(1e-6, metres_m)
    return Label(box, pill, x_m, _weight(abs(metres_m), GAP_SEEN_M), GAP_FIRM)


def in_rows(labels: list[Label], bounds: pygame.Rect, trunks: list[pygame.FRect]) -> None:
    """Move labels up and down to rows of their own; who is ahead is above.

    A label without room to the left of runners is above them.
    """
    ordered = sorted(labels, key=lambda each: -each.x_m)
    weights = [each.weight * each.firm for each in ordered]
    rows = [(each.box.y, each.box.h + _ROW_GAP * each.weight) for each in ordered]
    tops = apart(rows, 0.0, bounds.top + 4, bounds.bottom - 4 + _ROW_GAP, weights)
    bodies = [(x - 0.15 * w, y, y + h) for x, y, w, h in trunks]
    below = math.inf
    for each, wanted, (_, high) in reversed(list(zip(ordered, tops, rows, strict=True))):
        top = min(wanted, below - high)
        below = top + each.weight * (_above(top, each.box, bounds.x + 4, bodies) - top)
        each.box.y = math.floor(below)


def _above(
    top: float, box: pygame.Rect, begin: int, bodies: list[tuple[float, float, float]]
) -> float:
    """Return the row at or above `top` where a label that begins at a column covers no runner.

    It sinks little by little while a runner gets out of its way, to the right or upwards. `bodies`:
    their left edges, heads and hips [px], near ones first.
    """
    right, high = begin + box.w, box.h
    for left, head, hips in bodies:
        room = max(left - right, top - hips)
        top = min(top, head - high + 1.5 * max(room, 0.0))
    return top


def trunk(placed: PlacedBody) -> pygame.FRect:
    """Return the box of a body's head and trunk in the picture [px]."""
    tall = placed.body.build.stature_m * placed.scale
    tall *= math.cos(math.radians(placed.view.pitch_deg))
    wide = 0.44 * placed.scale
    return pygame.FRect(placed.x - wide / 2, placed.y - tall, wide, 0.55 * tall)


def aside_of(labels: list[Label], bounds: pygame.Rect, trunks: list[pygame.FRect]) -> None:
    """Move labels to the left of runners, as far as the free picture reaches.

    They give way little by little while a runner's head comes nearer to their row.
    """
    for label in labels:
        box, most = label.box, 0.0
        for body in trunks:
            over = box.right + 0.15 * body.w - body.x
            if over > 0.0 and body.right > box.x:
                away = max(box.y - body.bottom, body.y - box.bottom, 0)
                most = max(most, over * _weight(-away, (-0.8 * body.h, -1.0)))
        box.x -= max(0, min(math.ceil(most), box.x - bounds.x - 4))


def _free(box: pygame.Rect, bounds: pygame.Rect, taken: list[pygame.Rect]) -> pygame.Rect | None:
    """Return the box at the nearest free place inside the picture; None: there is none.

    The order is above it, below, then the sides.
    """
    inside = box.clamp(bounds.inflate(-8, -8))
    step = max(3, box.h // 4)
    up_and_down = ((0, way * step * k) for way in (-1, 1) for k in range(60))
    aside = ((way * box.w * k // 2, 0) for k in range(1, 8) for way in (-1, 1))
    for dx, dy in chain(up_and_down, aside):
        there = inside.move(dx, dy)
        if bounds.contains(there) and there.collidelist(taken) < 0:
            return there
    return None


@lru_cache(maxsize=128)
def _pill_layer(width: int, height: int, colour: Colour) -> pygame.Surface:
    pill = pygame.Surface((width, height), pygame.SRCALPHA, 32)
    pygame.draw.rect(pill, (*colour, 170), pill.get_rect(), border_radius=height // 2)
    return pill


def _beside(keep_off: tuple[Box, ...], lens: Lens) -> pygame.Rect:
    """Return the part of the picture to the right of a board that is as high as it [px]."""
    boards = [each for each in keep_off if 2 * each.h > lens.height]
    left = max((each.right for each in boards if 2 * each.right < lens.width), default=0)
    return pygame.Rect(left, 0, lens.width - left, lens.height)


# -- names and the map -----------------------------------------------------------------------------


def names(
    placed: list[PlacedBody], lens: Lens, bounds: pygame.Rect, style: Style, top: int | None
) -> list[Label]:
    """Return her name and the ghosts', hers first.

    They are above the heads, or without `top` over the infield, where they cover nobody: for a lens
    that looks down, runners ahead are above in the picture. `top`: the first row for names [px]. As
    a lens zooms in and heads come near it, her name gives way to in front of her; others fade out.
    """
    theme, found, picture = style.theme, [], pygame.Rect(0, 0, lens.width, lens.height)
    known = [p for p in placed if p.body.kind != "pacer" and p.body.label]
    named = [each for each in known if each.body.alpha > NAME_SEEN[0]]
    # by name: whoever is farther may change from picture to picture
    for each in sorted(named, key=lambda one: (one.body.kind != "runner", one.body.name)):
        body, runner = each.body, each.body.kind == "runner"
        weight = _weight(body.alpha, NAME_SEEN)
        px = style.sizes.px(22 if runner else 19, 11)
        spacing = max(1, round(px * 0.16))
        high, room = round(1.5 * px), max(NAME_EMS * px, bounds.w // 3)
        tall = (body.build.stature_m + 0.16) * each.scale
        lift = tall * math.cos(math.radians(each.view.pitch_deg)) + 0.2 * each.scale
        right = each.x
        if top is None:
            # from above, beyond the dimension line, which is further inside beside the label than
            # beside the body in a bend; a lens that looks ahead sees it to the right
            down = math.sin(math.radians(each.view.pitch_deg))
            up_m = (0.6 * lift + 0.2 * high) / (down * each.scale)
            line = [lens.spot(each.s_m + m, GAP_OFFSET_M - 0.1)[0] for m in (0.0, up_m)]
            steep = _weight(each.view.pitch_deg, (20.0, 40.0))
            right -= 0.6 * each.scale
            right += steep * min(min(line) - right, 0.0)
            room = max(room, round(right) - bounds.x - px - 4)
        text = style.type.fit_name(
            body.label.upper(), SEMIBOLD, px, room, bounds.w - 2 * px, spacing
        )
        wide = style.type.width(text, SEMIBOLD, px, spacing)
        box = pygame.Rect(0, 0, wide + px, high)
        if top is None:
            box.midright = round(right), round(each.y - 0.6 * lift)
        else:
            heights = (each.y - tall - top) / box.h
            ahead = _weight(-heights, (-2.0, -1.0)) if runner else 0.0
            x = round(each.x - ahead * (box.w / 2 + FACE_M * each.scale))
            box.midtop = x, max(round(each.y - lift) - box.h, top)
            weight *= 1.0 if runner else _weight(heights, (0.5, 1.0))
        if weight and picture.inflate(box.w, box.h).contains(box):
            colour = theme.text if runner else theme.colour(body.colour)
            tag = _tag(style, text, box.size, px, colour)
            found.append(Label(box, tag, body.x_m, weight))
    return found


@lru_cache(maxsize=32)
def _tag(style: Style, text: str, size: tuple[int, int], px: int, colour: Colour) -> pygame.Surface:
    tag = _pill_layer(*size, style.theme.panel).copy()
    style.type.caps(tag, text, tag.get_rect().center, px, colour, align=0.5)
    return tag


def on_map(x: NumberT, y: NumberT, turn_deg: int, half: int) -> tuple[NumberT, NumberT]:
    """Return points of the plane on the map, whose upper side is where the camera looks [px]."""
    turn = math.radians(90 - turn_deg)
    scale = _map_scale(half)
    across = half + scale * (x * math.cos(turn) - y * math.sin(turn))
    return across, half - scale * (x * math.sin(turn) + y * math.cos(turn))


def _map_scale(half: int) -> float:
    return 2.0 * half * 0.84 / MAP_M


def map_box(size: tuple[int, int], style: Style) -> pygame.Rect:
    """Return the box of the map in a picture of a size [px]; empty without room."""
    half, edge = max(30, round(74 * style.sizes.unit)), round(10 * style.sizes.unit)
    if 3 * half > min(size):
        return pygame.Rect(0, 0, 0, 0)
    return pygame.Rect(size[0] - 2 * half - edge, size[1] - 2 * half - edge, 2 * half, 2 * half)


def minimap(target: pygame.Surface, scene: Scene, rig: Rig, style: Style) -> pygame.Rect:
    """Draw the lap in a corner, turned with the camera; return its box."""
    theme, unit, box = style.theme, style.sizes.unit, map_box(target.get_size(), style)
    if not box.w:
        return box
    (left, top), half = box.topleft, box.w // 2
    turn = round(math.degrees(rig.yaw)) % 360
    target.blit(_lap(half, turn, max(1, round(4 * unit)), theme.panel, theme.faint), (left, top))

    def spot(s_m: float, colour: Colour, radius: float, rim: float = 0.0) -> Blit:
        x, y = on_map(*place_at(s_m * LAP_M / scene.lap_m, 3.0), turn, half)
        r = round(4.0 * radius * unit) / 4.0
        edge = theme.panel if rim else colour
        return dot(colour, r, r, 16, edge, rim * unit).at(left + x, top + y)

    bright, colours = effects.led_lights(scene.waves, scene.leds, theme)
    lit = [led for led in np.argsort(bright).tolist() if bright[led] > 0.02]
    blits = []
    # by day a dark rim all around, as on the whole track
    for rim, shade in ((1.0, 0.6), (0.0, 0.0)) if theme.by_day else ((0.0, 0.0),):
        for led in lit:  # the brightest cover the others
            share = round(LEVELS * float(bright[led])) / LEVELS
            colour = mix(theme.faint, colours[led], min(2.0 * share, 1.0))
            radius = 2.0 + 3.4 * share + rim
            at_m = led * scene.lap_m / scene.leds
            blits.append(spot(at_m, mix(colour, (0, 0, 0), shade), radius))
    target.fblits([*blits, spot(scene.s_m(scene.runner), theme.text, 6.5, 2.0)])
    return box


@lru_cache(maxsize=4)
def _lap(half: int, turn: int, thick: int, ground: Colour, colour: Colour) -> pygame.Surface:
    disc = pygame.Surface((2 * half, 2 * half), pygame.SRCALPHA, 32)
    pygame.draw.aacircle(disc, (*ground, 235), (half, half), half - 1)
    wide_m = thick / _map_scale(half)
    for edge, paint in ((0.5, colour), (-0.5, ground)):  # a wide line has no smooth edges
        around = plane_at(5.0 * np.arange(80.0), 3.0 + edge * wide_m)
        points = np.stack(on_map(*around, turn, half), axis=1)
        pygame.draw.polygon(disc, paint, np.rint(points).tolist())
        pygame.draw.aalines(disc, paint, True, points.tolist())
    return disc


# -- the wake --------------------------------------------------------------------------------------

FINE_ROWS = 50
"""The wake is computed for a picture with this many rows: it is smooth, and so stays soft."""
FINER = 4
"""A field is looked up at the nearest of so many points between two of its own."""
RIM = 6
"""Columns of zeros before and after a field, into which its air is averaged."""
AIR_M = (0.1, 1.9)
"""The heights between which the wake is drawn in the air [m], strongest half-way: about a body's
height, which the model does not cover.
"""
SHEETS_M, SHEET_SHARE = (0.55, 1.4), 0.13
"""From behind, the air is the field at these heights [m], each this opaque for a ray that falls by
as much as it is long over ground.
"""
LEAST_FALL = 0.12
"""Air is as opaque for a flatter ray as for one that falls by this much."""
GROUND_SHARE, AIR_SHARE, DAY_SHARE = 0.42, 0.36, 0.75
"""Opacity of the wake on the ground, in the air from the side, and of all of it by day: it
lightens.
"""
FLAT, STEEP = 0.2, 0.9
"""Air is seen from the side up to the first pitch, the less the steeper, and from behind up to the
second, fully from the first on until the same distance below it [rad].
"""
WAKE_TURN = 0.004
"""The wake is redrawn when the camera has turned by this much from the running direction [rad]."""
WAKE_PLACE_M = 0.25
"""The wake is redrawn when she has moved this far in the picture, or this far into a bend [m]."""


def wake(target: pygame.Surface, scene: Scene, lens: Lens, theme: Theme) -> None:
    """Draw the fields of shelter on the ground and in the air."""
    for field in scene.wakes():
        _field(target, field, field.first_m + scene.start_m, lens, theme)


def _field(target: pygame.Surface, field: Wake, first: float, lens: Lens, theme: Theme) -> None:
    """Draw a field that begins at a track position [m]."""
    # the wake looks the same wherever the track does: it is drawn once per arrangement
    lap_m, long = lens.rig.lap_m, BEHIND_M + AHEAD_M
    begin = (first - lens.s_m + lap_m / 2) % lap_m - lap_m / 2
    if begin > 0.0 and _out_of_picture(lens, lens.s_m + begin, lens.s_m + begin + long):
        return
    stretch = turning(lens.s_m + min(begin, 0.0), lens.s_m + max(begin + long, 0.0), lap_m)
    at = WAKE_PLACE_M * round(lens.s_m / WAKE_PLACE_M) if stretch is None else stretch
    near = WAKE_PLACE_M * round(begin / WAKE_PLACE_M)
    like = equivalent_lens(lens, at, WAKE_TURN)
    drawn = _wake_layer(field, near, like, theme)
    if drawn is None:
        return
    layer, (left, top) = drawn
    here = lens.spot(lens.s_m + begin + BEHIND_M, 0.0)
    there = like.spot(at + near + BEHIND_M, 0.0)
    shift = (round(here[0] - there[0]), round(here[1] - there[1]))
    place = (left + shift[0], top + shift[1])
    target.blit(layer, place, special_flags=pygame.BLEND_RGB_ADD)


def _out_of_picture(lens: Lens, *ends_m: float) -> bool:
    """Return whether a stretch of track ahead, given by its ends, is well outside the picture."""
    ends = [lens.spot(s_m, 0.0) for s_m in ends_m]
    return (
        all(x < -4.0 * scale for x, _, scale, _ in ends)
        or all(x > lens.width + 4.0 * scale for x, _, scale, _ in ends)
        or all(y < -4.0 * scale for _, y, scale, _ in ends)
    )


@lru_cache(maxsize=8)
def _wake_layer(
    field: Wake, begin_m: float, lens: Lens, theme: Theme
) -> tuple[pygame.Surface, tuple[int, int]] | None:
    """Return a field's light and its place; it begins at `begin_m` from where the camera looks."""
    grid = _wake_grid(begin_m, lens)
    if grid is None:
        return None
    shares, averaged = _finer(field)
    light: Floats = GROUND_SHARE * shares.reshape(-1)[grid.near[0]]
    if grid.through is not None:
        rows = np.zeros((light.shape[0] + 1, light.shape[1]))
        on_sheets = averaged.reshape(-1)[grid.near[1:]]
        np.cumsum(SHEET_SHARE * on_sheets.sum(axis=0), axis=0, out=rows[1:])
        begins, ends = grid.layers
        light += (rows[ends] - rows[begins]) * grid.through
    if grid.rise is not None:
        points = STEP_M * (np.arange(shares.shape[1]) / FINER - RIM)
        middle = shares[3 * FINER : 4 * FINER + 1 : FINER].mean(axis=0)
        light += np.interp(grid.ahead_m, points, middle, 0.0, 0.0) * grid.rise
    tint = np.asarray(theme.shelter, dtype=np.float64)
    if not theme.ground.floodlight:
        tint = (255.0 - 0.5 * (255.0 - tint)) * DAY_SHARE
    shades = np.minimum(light.T[..., None] * tint, 255.0).astype(np.uint8)
    lit = np.any(shades, axis=2)
    if not lit.any():
        return None
    wide, tall = lit.shape
    layer = pygame.surfarray.make_surface(shades).convert(32)
    layer = pygame.transform.smoothscale(layer, (wide * grid.fine, tall * grid.fine))
    # adding black takes as long as adding light
    (left, right), (top, low) = (
        (max(0, at[0] - 1) * grid.fine, (at[-1] + 2) * grid.fine)
        for at in (np.flatnonzero(np.any(lit, axis=axis)).tolist() for axis in (1, 0))
    )
    box = pygame.Rect(left, top, right - left, low - top).clip(layer.get_rect())
    return layer.subsurface(box).copy(), (grid.left + left, grid.top + top)


@dataclass(frozen=True, slots=True, eq=False)
class WakeGrid:
    """The points of a wake in a picture, and what their light consists of.

    Attributes:
        left, top: where it begins [px].
        fine: the distance between its points [px].
        near: the point of `_finer` seen on each sheet, the ground first: shape (sheets, rows,
            columns).
        through: how much the air lights each row from behind, shape (rows, 1); None: it does not.
        layers: from and before which row sheets light each row, shape (2, rows).
        ahead_m: place of each column on the track, from the field's rear [m].
        rise: how much the air is lit from the side, shape (rows, columns); None: it is not.
    """

    left: int
    top: int
    fine: int
    near: NDArray[np.intp]
    through: Floats | None
    layers: NDArray[np.intp]
    ahead_m: Floats
    rise: Floats | None


@lru_cache(maxsize=32)
def _wake_grid(begin_m: float, lens: Lens) -> WakeGrid | None:
    """Return the points where a wake is seen, whatever its field; None: nowhere."""
    s_m = lens.s_m + begin_m
    low, high = ACROSS_M[0] - ACROSS_STEP_M, ACROSS_M[-1] + ACROSS_STEP_M
    edge = s_m + np.linspace(0.0, BEHIND_M + AHEAD_M, 49)
    pitch = lens.rig.pitch
    beside = AIR_SHARE * max(1.0 - pitch / FLAT, 0.0)
    above = min(pitch / FLAT, (STEEP - pitch) / FLAT, 1.0)
    sheets = (0.0, *SHEETS_M) if above > 0.0 else (0.0,)
    outline = [(offset, up) for up in sheets for offset in (low, high)]
    if beside or above > 0.0:
        outline.append((0.0, AIR_M[1]))
    offsets, ups = np.array(outline).T[:, :, None]
    column, row, _, depth = lens.track(edge, offsets, ups)
    seen = depth > NEAR_M
    if not seen.any():
        return None
    # far away, a metre of track is fewer rows
    flatter = min(lens.away_m / depth[seen].min(), 1.0) ** 2
    fine = max(4, round(lens.height / FINE_ROWS * flatter))
    pad = fine * math.ceil(WAKE_PLACE_M * lens.focal / lens.away_m / fine)
    # it is moved sideways by the padding
    x0, x1 = max(column[seen].min(), -pad), min(column[seen].max(), lens.width + pad)
    y0, y1 = max(row[seen].min(), 0.0), min(row[seen].max(), lens.height)
    if x1 - x0 < 1.0 or y1 - y0 < 1.0:  # all of it is just outside an edge
        return None
    wide, tall = (math.ceil((end - begin) / fine) + 1 for begin, end in ((x0, x1), (y0, y1)))
    left, top = math.floor(x0), math.floor(y0)
    xs = left + (np.arange(wide, dtype=np.float64)[None, :] + 0.5) * fine
    ys = top + (np.arange(tall, dtype=np.float64)[:, None] + 0.5) * fine
    flat = slice(2 * len(sheets))
    highest = row[flat][seen[flat]].min(initial=y1)
    first = max(0, math.floor((highest - top) / fine))
    at_m, offset_m = lens.ground(xs, ys[first:], np.array(sheets)[:, None, None])
    half = lens.rig.lap_m / 2
    ahead_m = (at_m - s_m + half) % lens.rig.lap_m - half
    near = np.zeros((len(sheets), tall, wide), dtype=np.intp)
    near[:, first:] = _nearest(ahead_m, offset_m)
    through, layers = _through(lens, ys, fine, above) if above > 0.0 else (None, near[:0, 0])
    place, rise = edge, None
    if beside:
        order = np.argsort(column[-1])
        order = order[seen[-1, order]]
        _, foot, scale, _ = lens.track(edge[order], 0.0)
        place, foot, scale = (
            np.interp(xs[0], column[-1, order], v) for v in (edge[order] - s_m, foot, scale)
        )
        up = ((foot - ys) / scale - AIR_M[0]) / (AIR_M[1] - AIR_M[0])
        rise = beside * np.sin(np.pi * np.minimum(np.maximum(up, 0.0), 1.0)) ** 2
    return WakeGrid(left, top, fine, near, through, layers, place, rise)


def _through(lens: Lens, ys: Floats, fine: int, share: float) -> tuple[Floats, NDArray[np.intp]]:
    """Return `WakeGrid.through` and its `layers` for rows [px], `fine` apart."""
    # the flatter a ray, the longer its way through the air
    fall = np.maximum((ys - lens.horizon) / lens.focal, LEAST_FALL)
    # each sheet stands for a layer of air as thick as they are apart
    thick_m, rows = SHEETS_M[1] - SHEETS_M[0], np.arange(len(ys)) + 0.5
    tall_m = max(lens.eye[2] - SHEETS_M[0], thick_m)
    half = 0.5 * thick_m / tall_m * lens.focal / fine * fall[:, 0]
    begins = np.maximum(np.rint(rows - half), 0.0)
    ends = np.minimum(np.maximum(np.rint(rows + half), begins + 1.0), len(ys))
    layers = np.stack([begins, ends]).astype(np.intp)
    return share / (fall * (ends - begins)[:, None]), layers


def _nearest(ahead_m: Floats, offset_m: Floats) -> NDArray[np.intp]:
    """Return the points of `_finer` nearest to places."""
    rows, columns = FINER * (len(ACROSS_M) + 1), FINER * (POINTS + 2 * RIM - 1)
    down = ((offset_m - ACROSS_M[0]) / ACROSS_STEP_M + 1.0) * FINER + 0.5
    along = (ahead_m / STEP_M + RIM) * FINER + 0.5
    row: NDArray[np.intp] = np.minimum(np.maximum(down, 0.0), rows).astype(np.intp)
    column: NDArray[np.intp] = np.minimum(np.maximum(along, 0.0), columns).astype(np.intp)
    return row * (columns + FINER) + column


@lru_cache(maxsize=4)
def _finer(field: Wake) -> tuple[Floats, Floats]:
    """Return a field at `FINER` times as many points, and averaged along the track for the air.

    Both have a rim of zeros.
    """
    shares: Floats = np.pad(np.clip(field.shelter, 0.0, 1.0), ((1, 2), (RIM, RIM + 1)))
    part = np.arange(FINER)[:, None] / FINER
    for _ in range(2):  # across the track, then along it
        between = shares[:-1, None] + (shares[1:, None] - shares[:-1, None]) * part
        shares = between.reshape(-1, shares.shape[1]).T
    # a ray is long in a layer of air; rows of points are too far apart for the gaps between bodies
    reach = RIM * FINER // 2
    sums = np.cumsum(np.pad(shares, ((0, 0), (reach + 1, reach))), axis=1)
    averaged = (sums[:, 2 * reach + 1 :] - sums[:, : -2 * reach - 1]) / (2 * reach + 1)
    return np.ascontiguousarray(shares), averaged
