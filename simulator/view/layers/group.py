"""The group seen from above on 25 m of straightened track: slots, ghosts, wake, the LED rail.

In: a scene and the box to fill. Out: `frame` draws the static part (once), `draw` the rest. The
running direction is to the right with the kerb and its lights above, as on the home straight; or
everything is turned round, as the rail's camera sees it from inside: to the left, the kerb below.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pygame

from simulator.coefficients import (
    BEND_RADIUS_M,
    KERB_RADIUS_M,
    LANE_WIDTH_M,
    LAP_M,
    WAKE_LENGTH_M,
    WAKE_WIDTH_M,
)
from simulator.stage.scene import GroupView, Scene
from simulator.view.layers.bodies import RIM
from simulator.view.layers.effects import led_lights
from simulator.view.layout import Box, apart
from simulator.view.panels.panel import CachedLayer, polygon
from simulator.view.sprites import LEVELS, bloom, dot, glow, ring, wake
from simulator.view.text import SEMIBOLD, Style
from simulator.view.theme import Colour, Sizes, Theme, mix

KERB_M = KERB_RADIUS_M - BEND_RADIUS_M
"""The kerb's offset from the measuring line [m]."""
ABOVE_M = 0.85
"""Ground shown inside the kerb, unless a pacer runs further inside [m]."""
BODY_M = 0.42
"""Room for half a body across the track [m]."""
SIDE_BY_SIDE_M = 0.6
"""Names keep their order while one is ahead by less than this, about a body's length [m]."""
NAME_MOVES = 0.25
"""How far from its body a name is at most, as a share of the width; others are left out."""

LEAST_EMS = 5
"""A name that would be cut to less than this many of its heights is left out."""


@dataclass(frozen=True, slots=True)
class StraightTrack:
    """The drawn piece of track: box [px], scale along it [px/m], row of the measuring line [px].

    `way` is 1 for running to the right, -1 for it turned round. `flat`: the scale across the track
    as a share of that along it; below 1 where the formation would be too wide for the box.
    """

    box: Box
    scale: float
    line: float
    way: int
    flat: float = 1.0

    def x(self, metres: float) -> float:
        """Return the column of a place `metres` ahead of the middle."""
        return self.box.x + self.box.w / 2 + self.way * metres * self.scale

    def y(self, offset_m: float) -> float:
        """Return the row of an offset; further out is further down, or up."""
        return self.line + self.way * offset_m * self.scale * self.flat

    def spot(self, along_m: float, offset_m: float, up_m: float = 0.0) -> tuple[float, float]:
        """Return the pixel of a place ahead of the middle; height has no effect from above."""
        del up_m
        return self.x(along_m), self.y(offset_m)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the distances of a pixel ahead of the middle and outside [m]."""
        along = (x - self.box.x - self.box.w / 2) / (self.way * self.scale)
        return along, (y - self.line) / (self.way * self.scale * self.flat)


def across(group: GroupView) -> tuple[float, float]:
    """Return the offsets between which the formation runs, with some ground inside [m]."""
    offsets = [slot.offset_m for slot in group.slots] or [0.0]
    return min(KERB_M - ABOVE_M, min(offsets) - BODY_M), max(offsets) + BODY_M


def straight(box: Box, group: GroupView, sizes: Sizes, way: int) -> StraightTrack:
    """Return the piece of track in a panel, below its heading, with a row for names outside."""
    head = round(sizes.caption * 1.9)
    pad = max(1, round(6 * sizes.unit))
    inner = Box(box.x + pad, box.y + head, max(1, box.w - 2 * pad), max(1, box.h - head - pad))
    scale = inner.w / max(1.0, group.span_m)
    edge = inner.y if way > 0 else inner.bottom
    low_m, high_m = across(group)
    room = max(0.5 * inner.h, inner.h - 1.2 * sizes.caption)
    flat = min(1.0, room / (scale * (high_m - low_m)))
    return StraightTrack(inner, scale, edge - way * low_m * scale * flat, way, flat)


def frame(surface: pygame.Surface, box: Box, group: GroupView, style: Style, way: int = 1) -> None:
    """Draw the panel, the tartan, the kerb and the lane lines."""
    theme, ground = style.theme, style.theme.ground
    corner = max(3, round(10 * style.sizes.unit))
    pygame.draw.rect(surface, mix(theme.back, theme.panel, 0.8), box, border_radius=corner)
    pygame.draw.rect(surface, theme.edge, box, 1, border_radius=corner)
    piece = straight(box, group, style.sizes, way)
    inner = piece.box
    surface.set_clip(inner)

    def band(colour: Colour, y: int, high: float) -> None:
        surface.fill(colour, (inner.x, y, inner.w, max(1, round(high))))

    band(tartan(theme), inner.y, inner.h)
    kerb = round(piece.y(KERB_M))
    edge = inner.y if way > 0 else inner.bottom
    band(theme.rail, min(edge, kerb), abs(kerb - edge))
    band(mix(theme.back, ground.kerb, 0.5), kerb - 1, 0.06 * piece.scale)
    lanes = math.ceil(inner.h / (LANE_WIDTH_M * piece.scale * piece.flat))
    for lane in range(1, lanes):
        y = round(piece.y(KERB_M + lane * LANE_WIDTH_M))
        band(mix(theme.back, ground.line, 0.42), y, 0.05 * piece.scale)
    surface.set_clip(None)
    px, middle = style.sizes.caption, box.y + style.sizes.caption
    style.type.caps(
        surface, _heading(box, group.span_m, style), (box.x + _pad(style), middle), px, theme.muted
    )
    # the running direction: a long arrow to the right
    half = _arrow_half(style)
    x = _arrow_x(box, group.span_m, style)
    end = x + 5.5 * half
    thick = max(1, round(half / 2.6))
    if way < 0:
        x, end = end, x
    shaft = ((x, round(middle)), (end - way * half, round(middle)))
    pygame.draw.line(surface, theme.muted, *shaft, thick)
    back = end - way * 1.5 * half
    polygon(surface, [(end, middle), (back, middle - half), (back, middle + half)], theme.muted)


def _pad(style: Style) -> int:
    return round(12 * style.sizes.unit)


def _heading(box: Box, span_m: float, style: Style) -> str:
    """Return the panel's heading, shortened if the panel is narrow."""
    long = f"the group · {span_m:g} m".upper()
    wide = style.type.width(long, SEMIBOLD, style.sizes.caption, spacing=2)
    return long if wide < 0.30 * box.w else "GROUP"


def _arrow_half(style: Style) -> float:
    return max(5.0, style.sizes.caption * 0.42)


def _arrow_x(box: Box, span_m: float, style: Style) -> float:
    """Return the column where the running-direction arrow begins."""
    px = style.sizes.caption
    heading = _heading(box, span_m, style)
    return (
        box.x + style.type.width(heading, SEMIBOLD, px, max(1, round(px * 0.16))) + 2 * _pad(style)
    )


def tartan(theme: Theme) -> Colour:
    """Return the ground's colour in the panel, calmer than the track's own."""
    return mix(theme.back, theme.ground.tartan, 0.52)


def draw(surface: pygame.Surface, scene: Scene, box: Box, style: Style, way: int = 1) -> None:
    """Draw the moving part: metre marks, lights, wakes, bodies and the ghosts' names."""
    piece = straight(box, scene.group, style.sizes, way)
    surface.set_clip(piece.box)
    _metres(surface, scene, piece, style)
    _wakes(surface, scene, piece, style.theme)
    _rail(surface, scene, piece, style.theme)
    _bodies(surface, scene, piece, style.theme)
    _names(surface, scene, piece, style)
    surface.set_clip(None)


def redraw(layer: CachedLayer, scene: Scene, box: Box, style: Style, way: int) -> None:
    """Draw the moving part anew in a layer."""
    inside = straight(box, scene.group, style.sizes, way).box
    layer.picture.blit(layer.blank, inside, inside)
    draw(layer.picture, scene, box, style, way)


def note(layer: CachedLayer, scene: Scene, box: Box, style: Style) -> None:
    """Write shelter, the gap to the front and the assumptions into the panel's heading."""
    group, px, theme = scene.group, style.sizes.caption, style.theme
    left = round(_arrow_x(box, group.span_m, style) + 6.5 * _arrow_half(style))
    place = Box(left, box.y + 1, max(1, box.right - left - _pad(style)), round(1.8 * px))
    gap = group.front_gap_m
    front = "nobody ahead" if gap is None else f"{gap:.1f} m to the front"
    shelter = f"shelter {100 * group.shelter:.0f} %"

    def paint(surface: pygame.Surface, place: Box) -> None:
        x, y = place.right, box.y + px
        parts = ((shelter, theme.shelter), (front, theme.text), (group.assumed, theme.faint))
        for text, colour in parts:
            if text and x - place.x > style.type.width(text, SEMIBOLD, px):
                x -= style.type.write(surface, text, (x, y), SEMIBOLD, px, colour, align=1) + px

    layer.field("group note", place, (front, shelter, group.assumed), paint)


def _metres(surface: pygame.Surface, scene: Scene, piece: StraightTrack, style: Style) -> None:
    """Draw a chevron on the ground each 5 m and the race metres each 10 m, passing by.

    They are in the first lane without a slot. A number that comes to an edge or to a body there
    fades before it would be cut or covered. Where the names are as low as the numbers, those are
    left out.
    """
    group, px = scene.group, style.sizes.caption
    ground = tartan(style.theme)
    colour = mix(style.theme.back, style.theme.ground.line, 0.40)
    ink = mix(ground, style.theme.text, 0.55)
    first = math.floor((group.centre_m - group.span_m / 2) / 5)
    size, high = 0.26 * piece.scale, style.type.height(SEMIBOLD, px)
    rx, ry = body_size("pacer", piece.scale, piece.flat)
    near_m, names = (high / 2 + ry) / (piece.scale * piece.flat), _name_row(piece, style)
    lanes_m = [KERB_M + lane * LANE_WIDTH_M for lane in (1.5, 2.5)]
    free = (at for at in lanes_m if all(abs(at - slot.offset_m) > near_m for slot in group.slots))
    lane_m = next((at for at in free if abs(piece.y(at) - names) > high), lanes_m[0])
    row = piece.y(lane_m)
    clear = abs(row - names) > high
    crossed = [
        piece.x(body.x_m - group.centre_m)
        for body in (*scene.ghosts, *scene.pacers)
        if abs(body.offset_m - lane_m) < near_m and body.alpha > 0.0
    ]
    if not clear:  # the chevrons end where the names begin
        row = names - piece.way * (high / 2 + size)
    for k in range(first, first + int(group.span_m / 5) + 3):
        x = piece.x(5 * k - group.centre_m)
        if k % 2 == 0 and clear and 0 <= 5 * k <= scene.race_m:
            text = f"{5 * k} m"
            room = min(x - piece.box.x, piece.box.right - x, *(abs(x - at) - rx for at in crossed))
            room -= style.type.width(text, SEMIBOLD, px) / 2
            seen = min(1.0, round(4.0 * room / px) / 8.0)
            if seen > 0.0:
                shade = mix(ground, ink, seen)
                style.type.write(surface, text, (x, row), SEMIBOLD, px, shade, align=0.5)
        else:
            for left in (x, x + 1):
                back = left - piece.way * size
                points = [(back, row - size), (left, row), (back, row + size)]
                pygame.draw.aalines(surface, colour, False, points)


def _wakes(surface: pygame.Surface, scene: Scene, piece: StraightTrack, theme: Theme) -> None:
    """Shade the wake behind every pacer ahead of the runner, fainter behind one who leaves."""
    scale = piece.scale
    length = max(4, round(2.6 * WAKE_LENGTH_M * scale))
    thick = WAKE_WIDTH_M * scale * piece.flat
    width = max(3, round(3.2 * thick))
    blits = []
    for body in scene.pacers:
        ahead = body.x_m - scene.runner.x_m
        level = round(8 * body.alpha)
        if level and ahead > 0.3:
            look = (theme.shelter, length, width, WAKE_LENGTH_M * scale, thick, 0.17 * level / 8)
            sprite = wake(*look, turned=piece.way < 0)
            x = round(piece.x(body.x_m - scene.group.centre_m))
            left = x - length if piece.way > 0 else x
            blits.append((sprite, (left, round(piece.y(body.offset_m) - width / 2))))
    surface.fblits(blits, pygame.BLEND_RGB_ADD)


def _rail(surface: pygame.Surface, scene: Scene, piece: StraightTrack, theme: Theme) -> None:
    """Draw the LEDs in line with their race metres, and the waves on them."""
    if scene.leds < 1:
        return
    pitch = scene.lap_m / scene.leds
    centre = scene.group.centre_m + scene.start_s_m * scene.lap_m / LAP_M
    half_span = scene.group.span_m / 2 + 2
    row = piece.y(KERB_M - 0.30)
    radius = round(4 * max(1.0, 0.075 * piece.scale)) / 4
    first = math.ceil((centre - half_span) / pitch)
    count = math.floor((centre + half_span) / pitch) + 1 - first
    left, step = piece.x(first * pitch - centre), piece.way * pitch * piece.scale
    pip = dot(theme.ground.led_off, radius, radius, 10, RIM, 0.5)
    surface.fblits([pip.at(left + k * step, row) for k in range(count)])
    halo, core = max(4.0, 0.95 * piece.scale), max(1.2, 0.13 * piece.scale)
    reach = max(1, round(halo))
    leds = np.arange(first, first + count) % scene.leds
    bright, colours = led_lights(scene.waves, scene.leds, theme)
    levels = np.rint(bright[leds] * LEVELS).astype(int)
    glows = []
    for k in np.flatnonzero(levels).tolist():
        light = glow(colours[leds[k]], halo, int(levels[k]), core)
        glows.append((light, (round(left + k * step) - reach, round(row) - reach)))
    surface.fblits(glows, pygame.BLEND_RGB_ADD)


def _bodies(surface: pygame.Surface, scene: Scene, piece: StraightTrack, theme: Theme) -> None:
    blits = []
    centre, reach = scene.group.centre_m, scene.group.span_m / 2 + 1
    scale = piece.scale
    sizes = {kind: body_size(kind, scale, piece.flat) for kind in ("runner", "pacer", "ghost")}
    for body in (*scene.ghosts, *scene.pacers, scene.runner):
        along = body.x_m - centre
        alpha = round(16 * min(1.0, max(0.0, body.alpha)))
        if not alpha or abs(along) > reach:
            continue
        rx, ry = sizes.get(body.kind, sizes["ghost"])
        x, y = piece.x(along), piece.y(body.offset_m)
        colour = theme.colour(body.colour)
        if body.kind == "ghost":
            blits.append(ring(colour, rx, ry, alpha, max(1.4, 0.07 * scale)).at(x, y))
            if body.reach_m:  # its uncertainty, either way
                reaching = ring(colour, rx + body.reach_m * scale, ry, alpha // 3, 1.4)
                blits.append(reaching.at(x, y))
            continue
        if body.kind == "runner":
            wide, high = round(2.6 * scale), round(1.9 * scale)
            light = bloom(colour, wide, high, 0.26)
            at = (round(x) - wide // 2, round(y) - high // 2)
            surface.blit(light, at, special_flags=pygame.BLEND_RGB_ADD)
        blits.append(dot(colour, rx, ry, alpha, RIM, max(1.0, 0.05 * scale)).at(x, y))
    surface.fblits(blits)


def body_size(kind: str, scale: float, flat: float) -> tuple[float, float]:
    """Return the half length and half width of a body seen from above [px], quarter pixels."""
    along, wide = {"runner": (0.28, 0.42), "pacer": (0.23, 0.35)}.get(kind, (0.34, 0.48))
    return round(4 * max(2.0, along * scale)) / 4, round(4 * max(2.5, wide * scale * flat)) / 4


def _names(surface: pygame.Surface, scene: Scene, piece: StraightTrack, style: Style) -> None:
    """Write the ghosts' and the runner's names at the bottom, pushed apart if they would meet.

    If they do not fit beside one another, the ghosts' are cut, and left out where next to nothing
    would be left of one.
    """
    px, theme, type_ = style.sizes.caption, style.theme, style.type
    row, gap, most = _name_row(piece, style), px // 2, piece.box.w
    # of those beside her every second one's name stands to her left
    named = [
        body
        for body in (*scene.ghosts[1::2], scene.runner, *scene.ghosts[::2])
        if abs(body.x_m - scene.group.centre_m) < scene.group.span_m / 2
        and body.alpha > 0.05
        and body.label
    ]
    hers, room = type_.width(scene.runner.label, SEMIBOLD, px), most
    if sum(type_.width(body.label, SEMIBOLD, px) + gap for body in named) > most:
        room = (most - hers) // max(1, len(named) - 1) - gap  # the others share the rest
    names, her = list[Name](), 0
    for body in named:
        own = body is scene.runner
        text = type_.fit_name(body.label, SEMIBOLD, px, most if own else room, most)
        if own:
            her = len(names)
        elif text != body.label and room < LEAST_EMS * px:
            continue
        shade, x = name_colour(theme, body.colour), piece.x(body.x_m - scene.group.centre_m)
        names.append((x, type_.width(text, SEMIBOLD, px), text, shade))
    for left, text, shade in spread(names, her, piece.box, gap, SIDE_BY_SIDE_M * piece.scale):
        type_.write(surface, text, (left, row), SEMIBOLD, px, shade)


def _name_row(piece: StraightTrack, style: Style) -> float:
    """Return the row of the names: the lowest, or the highest if all is turned round."""
    half = style.type.height(SEMIBOLD, style.sizes.caption) / 2
    return piece.box.bottom - half if piece.way > 0 else piece.box.y + half


def name_colour(theme: Theme, colour: str) -> Colour:
    """Return the colour of a name on the panel's tartan, which by day is nearly as bright as it."""
    return mix(theme.colour(colour), theme.text, 0.45)


Name = tuple[float, int, str, Colour]
"""A name's middle and width [px], its text and its colour."""


def spread(
    names: list[Name], her: int, box: Box, gap: int, near: float
) -> list[tuple[float, str, Colour]]:
    """Return names with their left edges, so that none overlaps and all are inside.

    That of index `her` stays where it is, and the others stand behind or ahead of it. Two whose
    middles are less than `near` apart keep their order. Names that have no room near their middles
    are dropped.
    """
    if not names:
        return []
    row: list[Name] = []
    for name in names:
        place = len(row)
        while place and row[place - 1][0] > name[0] + near:
            place -= 1
        row.insert(place, name)
    (middle, wide, text, colour), place = names[her], row.index(names[her])
    left = min(max(box.x, middle - wide / 2), box.right - wide)
    return [
        *_beside(row[:place], box.x, left - gap, gap, NAME_MOVES * box.w),
        (left, text, colour),
        *_beside(row[place + 1 :], left + wide + gap, box.right, gap, NAME_MOVES * box.w),
    ]


def _beside(
    row: list[Name], low: float, high: float, gap: int, most: float
) -> list[tuple[float, str, Colour]]:
    """Return a row's names between two columns; without those moved furthest, if by over `most`."""
    while row:
        wanted = [(middle - wide / 2, wide) for middle, wide, *_ in row]
        lefts = apart(wanted, gap, low, high)
        moved = [abs(left - best) for left, (best, _) in zip(lefts, wanted, strict=True)]
        if max(moved) <= most and lefts[-1] + row[-1][1] <= high + 1e-6:
            break
        worst = moved.index(max(moved))
        row = row[:worst] + row[worst + 1 :]
    else:
        return []
    return [(left, text, colour) for left, (_, _, text, colour) in zip(lefts, row, strict=True)]
