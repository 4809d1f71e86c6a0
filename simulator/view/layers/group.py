"""The group seen from above on 25 m of straightened track: slots, ghosts, wake, the LED rail.

In: a scene, the box it may fill. Out: `frame` draws what never moves (once), `draw` the rest.
Running direction is to the right, the kerb with its lights is above, as on the home straight.
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
from simulator.stage.scene import Scene
from simulator.view.layout import Box
from simulator.view.plate import Plate
from simulator.view.sprites import LEVELS, bloom, dot, glow, ring, wake
from simulator.view.style import Style
from simulator.view.text import SEMIBOLD
from simulator.view.theme import Colour, Sizes, Theme, mix

KERB_M = KERB_RADIUS_M - BEND_RADIUS_M
"""The kerb's offset from the measuring line [m]."""
ABOVE_M = 0.85
"""Ground shown inside the kerb [m]."""
RIM = (8, 10, 14)


@dataclass(frozen=True, slots=True)
class Strip:
    """The drawn piece of track: box [px], scale [px/m], row of the measuring line [px]."""

    box: Box
    scale: float
    line: float

    def x(self, metres: float) -> float:
        """Return the column of a place `metres` ahead of the middle."""
        return self.box.x + self.box.w / 2 + metres * self.scale

    def y(self, offset_m: float) -> float:
        """Return the row of an offset; further out is further down."""
        return self.line + offset_m * self.scale


def strip(box: Box, span_m: float, sizes: Sizes) -> Strip:
    """Return the track piece inside a panel, below its heading."""
    head = round(sizes.caption * 1.9)
    pad = max(1, round(6 * sizes.unit))
    inner = Box(box.x + pad, box.y + head, max(1, box.w - 2 * pad), max(1, box.h - head - pad))
    scale = inner.w / max(1.0, span_m)
    return Strip(inner, scale, inner.y + (ABOVE_M - KERB_M) * scale)


def frame(surface: pygame.Surface, box: Box, span_m: float, style: Style) -> None:
    """Draw the panel, the tartan, the kerb and the lane lines."""
    round_px = max(3, round(10 * style.sizes.unit))
    pygame.draw.rect(
        surface, mix(style.theme.back, style.theme.panel, 0.8), box, border_radius=round_px
    )
    pygame.draw.rect(surface, style.theme.edge, box, 1, border_radius=round_px)
    piece = strip(box, span_m, style.sizes)
    inner = piece.box
    surface.set_clip(inner)
    surface.fill(mix(style.theme.back, style.theme.ground.tartan, 0.52), inner)
    kerb = round(piece.y(KERB_M))
    surface.fill(
        style.theme.rail,
        (inner.x, inner.y, inner.w, max(0, kerb - inner.y)),
    )
    surface.fill(
        mix(style.theme.back, style.theme.ground.kerb, 0.5),
        (inner.x, kerb - 1, inner.w, max(1, round(0.06 * piece.scale))),
    )
    lane = 1
    while piece.y(KERB_M + lane * LANE_WIDTH_M) < inner.bottom:
        y = round(piece.y(KERB_M + lane * LANE_WIDTH_M))
        surface.fill(
            mix(style.theme.back, style.theme.ground.line, 0.42),
            (inner.x, y, inner.w, max(1, round(0.05 * piece.scale))),
        )
        lane += 1
    surface.set_clip(None)
    px, pad = style.sizes.caption, _pad(style)
    text, middle = _heading(box, span_m, style), box.y + px
    style.type.caps(surface, text, (box.x + pad, middle), px, style.theme.muted)
    _arrow(surface, _arrow_at(box, text, style), middle, _arrow_half(style), style.theme.muted)


def _pad(style: Style) -> int:
    return round(12 * style.sizes.unit)


def _heading(box: Box, span_m: float, style: Style) -> str:
    """Return the panel's heading, short where the panel is narrow."""
    long = f"the group · {span_m:g} m".upper()
    wide = style.type.width(long, SEMIBOLD, style.sizes.caption, spacing=2)
    return long if wide < 0.30 * box.w else "GROUP"


def _arrow_half(style: Style) -> float:
    return max(5.0, style.sizes.caption * 0.42)


def _arrow_at(box: Box, heading: str, style: Style) -> float:
    """Return the column where the running-direction arrow begins."""
    spacing = max(1, round(style.sizes.caption * 0.16))
    wide = style.type.width(heading, SEMIBOLD, style.sizes.caption, spacing)
    return box.x + wide + 2 * _pad(style)


def _arrow(surface: pygame.Surface, x: float, y: float, half: float, colour: Colour) -> None:
    """Draw the running direction: a long arrow to the right."""
    length = 5.5 * half
    pygame.draw.line(
        surface, colour, (x, round(y)), (x + length - half, round(y)), max(1, round(half / 2.6))
    )
    tip = [
        (x + length, y),
        (x + length - 1.5 * half, y - half),
        (x + length - 1.5 * half, y + half),
    ]
    pygame.draw.polygon(surface, colour, tip)
    pygame.draw.aalines(surface, colour, True, tip)


def draw(surface: pygame.Surface, scene: Scene, box: Box, style: Style) -> None:
    """Draw what moves: metre marks, lights, wakes, bodies and the ghosts' names."""
    group = scene.group
    piece = strip(box, group.span_m, style.sizes)
    surface.set_clip(piece.box)
    _metres(surface, scene, piece, style)
    _wakes(surface, scene, piece, style.theme)
    _rail(surface, scene, piece, style.theme)
    _bodies(surface, scene, piece, style.theme)
    _names(surface, scene, piece, style)
    surface.set_clip(None)


def note(plate: Plate, scene: Scene, box: Box, style: Style) -> None:
    """Write shelter, the gap to the front and what is assumed into the panel's heading."""
    group, sizes = scene.group, style.sizes
    heading = _heading(box, group.span_m, style)
    left = round(_arrow_at(box, heading, style) + 6.5 * _arrow_half(style))
    wide = max(1, box.right - left - _pad(style))
    place = Box(left, box.y + 1, wide, round(1.8 * sizes.caption))
    front = (
        "nobody ahead" if group.front_gap_m is None else f"{group.front_gap_m:.1f} m to the front"
    )
    shelter = f"shelter {100 * group.shelter:.0f} %"

    def paint(surface: pygame.Surface, place: Box) -> None:
        px, theme = sizes.caption, style.theme
        x, y = place.right, box.y + px
        for text, colour in (
            (shelter, theme.shelter),
            (front, theme.text),
            (group.assumed, theme.faint),
        ):
            if text and x - place.x > style.type.width(text, SEMIBOLD, px):
                x -= style.type.write(surface, text, (x, y), SEMIBOLD, px, colour, align=1)
                x -= px

    plate.field("group note", place, (front, shelter, group.assumed), paint)


def _metres(surface: pygame.Surface, scene: Scene, piece: Strip, style: Style) -> None:
    """Draw a chevron on the ground each 5 m and the race metres each 10 m, passing by."""
    group = scene.group
    colour = mix(style.theme.back, style.theme.ground.line, 0.40)
    first = math.floor((group.centre_m - group.span_m / 2) / 5)
    row = piece.y(KERB_M + 1.5 * LANE_WIDTH_M)
    size = 0.26 * piece.scale
    for k in range(first, first + int(group.span_m / 5) + 3):
        x = piece.x(5 * k - group.centre_m)
        if k % 2 == 0 and 0 <= 5 * k <= scene.race_m:
            style.type.write(
                surface, f"{5 * k} m", (x, row), SEMIBOLD, style.sizes.caption, colour, align=0.5
            )
        else:
            points = [(x - size, row - size), (x, row), (x - size, row + size)]
            pygame.draw.aalines(surface, colour, False, points)
            pygame.draw.aalines(surface, colour, False, [(px + 1, py) for px, py in points])


def _wakes(surface: pygame.Surface, scene: Scene, piece: Strip, theme: Theme) -> None:
    """Shade the air torn along behind every pacer ahead of the runner."""
    scale = piece.scale
    length, width = (
        max(4, round(2.6 * WAKE_LENGTH_M * scale)),
        max(3, round(3.2 * WAKE_WIDTH_M * scale)),
    )
    sprite = wake(theme.shelter, length, width, WAKE_LENGTH_M * scale, WAKE_WIDTH_M * scale, 0.17)
    blits = []
    for body in scene.pacers:
        ahead = body.x_m - scene.runner.x_m
        if body.alpha > 0.3 and ahead > 0.3:
            x = piece.x(body.x_m - scene.group.centre_m)
            blits.append((sprite, (round(x) - length, round(piece.y(body.offset_m) - width / 2))))
    surface.fblits(blits, pygame.BLEND_RGB_ADD)


def _rail(surface: pygame.Surface, scene: Scene, piece: Strip, theme: Theme) -> None:
    """Draw the LEDs in line with their race metres, and the waves on them."""
    if scene.leds < 1:
        return
    pitch = LAP_M / scene.leds
    centre = scene.group.centre_m + scene.start_s_m
    half_span = scene.group.span_m / 2 + 2
    row = piece.y(KERB_M - 0.30)
    radius = round(4 * max(1.0, 0.075 * piece.scale)) / 4
    first = math.ceil((centre - half_span) / pitch)
    count = math.floor((centre + half_span) / pitch) + 1 - first
    left, step = piece.x(first * pitch - centre), pitch * piece.scale
    pip = dot(theme.ground.led_off, radius, radius, 10, RIM, 0.5)
    surface.fblits([pip.at(left + k * step, row) for k in range(count)])
    halo, core = max(4.0, 0.95 * piece.scale), max(1.2, 0.13 * piece.scale)
    reach = max(1, round(halo))
    leds = np.arange(first, first + count) % scene.leds
    glows = []
    for wave in scene.waves:
        colour = theme.light(wave.colour)
        levels = np.rint(np.minimum(wave.brightness[leds % len(wave.brightness)], 1.0) * LEVELS)
        for k in np.flatnonzero(levels).tolist():
            light = glow(colour, halo, int(levels[k]), core)
            glows.append((light, (round(left + k * step) - reach, round(row) - reach)))
    surface.fblits(glows, pygame.BLEND_RGB_ADD)


def _bodies(surface: pygame.Surface, scene: Scene, piece: Strip, theme: Theme) -> None:
    blits = []
    centre, reach = scene.group.centre_m, scene.group.span_m / 2 + 1
    middle, scale, line = piece.x(0.0), piece.scale, piece.line
    sizes = {kind: _size(kind, scale) for kind in ("runner", "pacer", "ghost")}
    for body in (*scene.ghosts, *scene.pacers, scene.runner):
        along = body.x_m - centre
        alpha = round(16 * min(1.0, max(0.0, body.alpha)))
        if not alpha or abs(along) > reach:
            continue
        rx, ry = sizes.get(body.kind, sizes["ghost"])
        x, y = middle + along * scale, line + body.offset_m * scale
        colour = theme.colour(body.colour)
        if body.kind == "ghost":
            blits.append(ring(colour, rx, ry, alpha, max(1.4, 0.07 * scale)).at(x, y))
            continue
        if body.kind == "runner":
            wide, high = round(2.6 * scale), round(1.9 * scale)
            light = bloom(colour, wide, high, 0.26)
            at = (round(x) - wide // 2, round(y) - high // 2)
            surface.blit(light, at, special_flags=pygame.BLEND_RGB_ADD)
        blits.append(dot(colour, rx, ry, alpha, RIM, max(1.0, 0.05 * scale)).at(x, y))
    surface.fblits(blits)


def _size(kind: str, scale: float) -> tuple[float, float]:
    """Return the half length and half width of a body seen from above [px], quarter pixels."""
    along, across = {"runner": (0.28, 0.42), "pacer": (0.23, 0.35)}.get(kind, (0.34, 0.48))
    return round(4 * max(2.0, along * scale)) / 4, round(4 * max(2.5, across * scale)) / 4


def _names(surface: pygame.Surface, scene: Scene, piece: Strip, style: Style) -> None:
    """Write the ghosts' and the runner's names at the bottom, pushed apart where they meet."""
    px = style.sizes.caption
    row = piece.box.bottom - style.type.height(SEMIBOLD, px) / 2
    half_span = scene.group.span_m / 2
    shown: list[tuple[float, int, str, Colour, float]] = []
    for body in (scene.runner, *scene.ghosts):
        along = body.x_m - scene.group.centre_m
        if abs(along) < half_span and body.alpha > 0.05 and body.label:
            text = style.type.fit(body.label, SEMIBOLD, px, round(0.22 * piece.box.w))
            wide = style.type.width(text, SEMIBOLD, px)
            shown.append((piece.x(along), wide, text, style.theme.colour(body.colour), body.alpha))
    for x, wide, text, colour, alpha in spread(shown, piece.box, gap=px // 2):
        shade = mix(style.theme.panel, colour, 0.35 + 0.65 * alpha)
        style.type.write(surface, text, (x - wide / 2, row), SEMIBOLD, px, shade)


def spread(
    items: list[tuple[float, int, str, Colour, float]], box: Box, gap: int
) -> list[tuple[float, int, str, Colour, float]]:
    """Return items with their middles moved sideways so that none overlaps and all are inside.

    Items are (middle, width, ...). What cannot fit in the box's width is left out from the end.
    """
    while items and sum(item[1] + gap for item in items) - gap > box.w:
        items = items[:-1]
    ordered = sorted(items, key=lambda item: item[0])
    lefts: list[float] = []
    edge = float(box.x)
    for middle, wide, *_ in ordered:
        left = max(edge, middle - wide / 2)
        lefts.append(left)
        edge = left + wide + gap
    limit = float(box.right)
    placed = []
    for (_, wide, text, colour, alpha), left in zip(
        reversed(ordered), reversed(lefts), strict=True
    ):
        limit = min(left, limit - wide)
        placed.append((limit + wide / 2, wide, text, colour, alpha))
        limit -= gap
    return placed
