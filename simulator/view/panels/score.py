"""The score: lap, huge clock, metres, the gap to the light, projected finish, start lights.

In: a scene and the boxes of a `Hud`. Out: fields of a plate, drawn again only when they change.
Meaning is carried by sign, arrow and word as well as by colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import pygame

from simulator.stage.scene import GapLine, Phase, Scene, StartLight
from simulator.units import format_clock, format_signed, format_time
from simulator.view.layout import Box, Hud
from simulator.view.plate import Plate
from simulator.view.style import Style
from simulator.view.text import BOLD, REGULAR, SEMIBOLD, Type
from simulator.view.theme import Colour, mix

Part: TypeAlias = tuple[str, str, Colour]
"""Words, a value, and the value's colour."""

ARROWS = {"ahead": "▲", "level": "●", "behind": "▼"}
SIDES = {"ahead": "ahead of", "level": "level with", "behind": "behind"}


def show(plate: Plate, scene: Scene, hud: Hud, style: Style) -> None:
    """Bring the score's fields up to date."""
    if hud.clock is not None:
        _clock(plate, scene, hud.clock, style)
    if hud.lap is not None:
        heading, value = ("bell lap" if scene.bell else "lap"), f"{scene.lap}/{scene.laps}"
        _number(plate, "lap", hud.lap, heading, value, style, scene.bell)
    if hud.distance is not None:
        metres = f"{max(0, int(scene.distance_m + 1e-6))}"
        _number(plate, "distance", hud.distance, "metres", metres, style, False)
    if hud.gap is not None:
        if hud.words is not None and scene.phase is Phase.READY:
            _target(plate, scene, hud.gap, hud.words, style)
        elif scene.phase in (Phase.READY, Phase.COUNTDOWN):
            _start(plate, scene, hud.gap, style)
            if hud.words is not None:
                plate.clear("gap words", hud.words)
        elif hud.words is not None:
            _large_gap(plate, scene, hud.gap, hud.words, style)
        else:
            _gap(plate, scene, hud.gap, style)
    if hud.outlook is not None:
        _outlook(plate, scene, hud.outlook, style)


def _clock(plate: Plate, scene: Scene, clock: Box, style: Style) -> None:
    finished = scene.phase is Phase.FINISHED
    text = format_time(scene.time_s) if finished else format_clock(scene.time_s)
    px = _fitting(style.type, "0:00.00" if finished else "0:00.0", clock, BOLD)

    def paint(surface: pygame.Surface, box: Box) -> None:
        style.type.digits(surface, text, box.centre, BOLD, px, style.theme.text, align=0.5)

    plate.field("clock", clock, text, paint)


def _fitting(type_: Type, sample: str, box: Box, weight: str) -> int:
    """Return the largest size at which `sample` fits the box."""
    px = max(6, round(box.h / 1.02))
    wide = type_.width(sample, weight, px)
    return max(6, min(px, int(px * (box.w - 2) / max(1, wide))))


def _number(
    plate: Plate, name: str, box: Box, heading: str, value: str, style: Style, alert: bool
) -> None:
    colour = style.theme.warning if alert else style.theme.muted

    def paint(surface: pygame.Surface, box: Box) -> None:
        x, _ = box.centre
        px = round(0.42 * box.h)
        small = max(style.sizes.caption, round(0.15 * box.h))
        style.type.caps(
            surface, heading, (x, box.y + 0.27 * box.h), small, colour, align=0.5, width=box.w
        )
        size = min(px, int(px * box.w / max(1, style.type.width(value, SEMIBOLD, px))))
        style.type.digits(
            surface, value, (x, box.y + 0.62 * box.h), SEMIBOLD, size, style.theme.text, align=0.5
        )

    plate.field(name, box, (heading, value, alert), paint)


def gap_words(line: GapLine) -> tuple[str, str, str]:
    """Return a gap's arrow, its seconds with unit, and its metres with unit."""
    if line.seconds is None:
        return "", "–", ""
    metres = "" if line.metres is None else f"{abs(line.metres):.1f} m"
    return ARROWS[line.state.side], f"{format_signed(line.seconds)} s", metres


def _gap_px(box: Box) -> int:
    return max(8, round(0.70 * box.h))


def _gap_small(px: int) -> tuple[int, int]:
    """Return the size of the words beside seconds of `px`, and that of the dot of a level gap."""
    small = round(0.66 * px)
    return small, round(0.6 * small)


def _open_gap_fonts(box: Box, style: Style) -> None:
    """Open the fonts of the first gap ahead: the gun's picture has enough to do without them."""
    px = _gap_px(box)
    small, level = _gap_small(px)
    for weight, size in ((BOLD, px), (BOLD, small), (SEMIBOLD, small), (BOLD, level)):
        style.type.width("+", weight, size)


def _gap(plate: Plate, scene: Scene, box: Box, style: Style) -> None:
    if not scene.gaps:
        plate.clear("gap", box)
        return
    line = scene.gaps[0]
    arrow, seconds, metres = gap_words(line)
    side = line.state.side
    words = f"{SIDES[side]} {_light(scene, line)}"
    colour = style.theme.gap(line.state)

    def paint(surface: pygame.Surface, box: Box) -> None:
        px = _gap_px(box)
        while px > 8:
            small, _ = _gap_small(px)
            widths = _gap_widths(style.type, arrow, seconds, metres, words, px, small)
            if sum(widths) <= box.w:
                break
            px -= 1
        small, level = _gap_small(px)
        widths = _gap_widths(style.type, arrow, seconds, metres, words, px, small)
        shown = words if sum(widths) <= box.w else side
        x = (
            box.centre[0]
            - sum(_gap_widths(style.type, arrow, seconds, metres, shown, px, small)) / 2
        )
        y = box.centre[1]
        if arrow:
            tall = small if side != "level" else level
            x += style.type.write(surface, arrow, (x, y), BOLD, tall, colour) + px * 0.25
        x += style.type.write(surface, seconds, (x, y), BOLD, px, colour) + px * 0.4
        if metres:
            x += (
                style.type.write(surface, metres, (x, y), SEMIBOLD, small, style.theme.text)
                + px * 0.4
            )
        style.type.write(surface, shown, (x, y), SEMIBOLD, small, colour)

    plate.field("gap", box, (arrow, seconds, metres, words, colour), paint)


def _large_gap(plate: Plate, scene: Scene, box: Box, below: Box, style: Style) -> None:
    """Show the gap for a lecture hall: its seconds as large as they go, the rest below them."""
    if not scene.gaps:
        plate.clear("gap", box)
        plate.clear("gap words", below)
        return
    line = scene.gaps[0]
    arrow, seconds, metres = gap_words(line)
    colour = style.theme.gap(line.state)
    words = f"{SIDES[line.state.side]} {_light(scene, line)}"
    if metres and line.state.side != "level":
        words = f"{metres} {words}"

    def paint(surface: pygame.Surface, box: Box) -> None:
        type_ = style.type
        # as wide as the widest gap, so that it does not swell and shrink as it runs
        px = _fitting(type_, "▲  +88.88 s", box, BOLD)
        small = round(px * (0.6 if line.state.side == "level" else 0.8))
        wide = type_.width(seconds, BOLD, px) + (type_.width(arrow, BOLD, small) if arrow else 0)
        x = box.centre[0] - (wide + (0.25 * px if arrow else 0)) / 2
        if arrow:
            x += type_.write(surface, arrow, (x, box.centre[1]), BOLD, small, colour) + 0.25 * px
        type_.write(surface, seconds, (x, box.centre[1]), BOLD, px, colour)

    plate.field("gap", box, (arrow, seconds, colour), paint)
    _gap_words(plate, below, words, style)


def _target(plate: Plate, scene: Scene, box: Box, below: Box, style: Style) -> None:
    """Show what is to be run, while nothing has begun."""
    text = format_time(scene.target_s)

    def paint(surface: pygame.Surface, box: Box) -> None:
        px = _fitting(style.type, "▲  +88.88 s", box, BOLD)
        style.type.digits(surface, text, box.centre, BOLD, px, style.theme.target, align=0.5)

    plate.field("gap", box, ("target", text), paint)
    _gap_words(plate, below, "is the target", style)


def _gap_words(plate: Plate, box: Box, words: str, style: Style) -> None:
    def paint(surface: pygame.Surface, box: Box) -> None:
        px = max(8, round(0.72 * box.h))
        while px > 8 and style.type.width(words, SEMIBOLD, px) > box.w:
            px -= 1
        style.type.write(surface, words, box.centre, SEMIBOLD, px, style.theme.text, align=0.5)

    plate.field("gap words", box, words, paint)


def _light(scene: Scene, line: GapLine) -> str:
    """Return what the first line is measured against; while a wave runs it is always the light."""
    return "the light" if scene.waves else line.name


def _gap_widths(
    type_: Type, arrow: str, seconds: str, metres: str, words: str, px: int, small: int
) -> tuple[float, float, float, float]:
    return (
        type_.width(arrow, BOLD, small) + px * 0.25 if arrow else 0.0,
        type_.width(seconds, BOLD, px) + px * 0.4,
        type_.width(metres, SEMIBOLD, small) + px * 0.4 if metres else 0.0,
        type_.width(words, SEMIBOLD, small),
    )


def _outlook(plate: Plate, scene: Scene, box: Box, style: Style) -> None:
    """Write what is to be expected."""
    parts, px = outlook_of(scene, box, style)

    def paint(surface: pygame.Surface, box: Box) -> None:
        x = box.centre[0] - _outlook_width(parts, px, style.type) / 2
        for said, value, colour in parts:
            x += style.type.write(surface, said, (x, box.centre[1]), REGULAR, px, style.theme.muted)
            x += style.type.write(surface, value, (x, box.centre[1]), SEMIBOLD, px, colour)

    plate.field("outlook", box, parts, paint)


def outlook_of(scene: Scene, box: Box, style: Style) -> tuple[tuple[Part, ...], int]:
    """Return what is to be expected, as much as there is room for, and its size [px].

    Projected finish, whether the target is in reach, and the model's chance of it.
    """
    parts = _expected(scene, style)
    px = max(style.sizes.small, round(0.52 * box.h))
    least = max(9, round(0.8 * style.sizes.caption))
    while px > least and _outlook_width(parts, px, style.type) > box.w:
        px -= 1
    while len(parts) > 1 and _outlook_width(parts, px, style.type) > box.w:
        parts.pop()
    return tuple(parts), px


def _expected(scene: Scene, style: Style) -> list[Part]:
    parts: list[Part] = []
    if scene.phase is Phase.READY:
        parts.append(("target ", format_time(scene.target_s), style.theme.target))
    elif scene.phase is Phase.RUNNING:
        projected = "–" if scene.projected_s is None else format_time(scene.projected_s, 1)
        parts.append(("projected ", projected, style.theme.text))
        possible = scene.gaps[0].still_possible if scene.gaps else None
        if possible is not None:
            answer, colour = (
                ("yes", style.theme.good) if possible else ("no", style.theme.gaps[-1][1])
            )
            # the chance names the target, and the line has room for it once
            named = "" if scene.chance is not None else f"{format_time(scene.target_s)} "
            parts.append((f"    {named}still possible: ", answer, colour))
    if scene.chance is not None and parts:
        words = f"    model's chance of {scene.chance.target}: "
        parts.append((words, scene.chance.text, style.theme.own))
    return parts


def _outlook_width(parts: Sequence[Part], px: int, type_: Type) -> int:
    return sum(type_.width(a, REGULAR, px) + type_.width(b, SEMIBOLD, px) for a, b, _ in parts)


def _start(plate: Plate, scene: Scene, box: Box, style: Style) -> None:
    """Show "Space to start", or the start lights: red, yellow, dark, go."""
    light = scene.start_light
    lamps = (
        ("red", light is StartLight.RED, style.theme.red),
        ("yellow", light is StartLight.YELLOW, style.theme.yellow),
        ("dark", light is StartLight.DARK, style.theme.faint),
        ("go", light is StartLight.GO, style.theme.good),
    )

    def paint(surface: pygame.Surface, box: Box) -> None:
        _open_gap_fonts(box, style)
        x, y = box.centre
        px = max(9, round(0.5 * box.h))
        if scene.phase is Phase.READY:
            wide = style.type.width("Space", SEMIBOLD, px)
            rest = style.type.width("to start", REGULAR, px)
            pad = px * 0.5
            left = x - (wide + 3 * pad + rest) / 2
            cap = pygame.Rect(
                round(left), round(y - 0.75 * px), round(wide + 2 * pad), round(1.5 * px)
            )
            pygame.draw.rect(
                surface,
                mix(style.theme.back, style.theme.panel_high, 0.9),
                cap,
                border_radius=round(0.3 * px),
            )
            pygame.draw.rect(
                surface, style.theme.muted, cap, max(1, px // 18), border_radius=round(0.3 * px)
            )
            style.type.write(surface, "Space", (left + pad, y), SEMIBOLD, px, style.theme.text)
            style.type.write(
                surface, "to start", (left + wide + 3 * pad, y), REGULAR, px, style.theme.text
            )
            return
        r = 0.36 * box.h
        step = 5.6 * r
        for i, (word, on, colour) in enumerate(lamps):
            cx = x + (i - 1.5) * step - 1.1 * r
            shade = colour if on else mix(style.theme.back, style.theme.panel_high, 0.9)
            pygame.draw.aacircle(surface, shade, (round(cx), round(y)), round(r))
            pygame.draw.aacircle(
                surface,
                style.theme.text if on else style.theme.edge,
                (round(cx), round(y)),
                round(r),
                2,
            )
            said = style.theme.text if on else style.theme.muted
            style.type.write(
                surface, word, (cx + 1.45 * r, y), SEMIBOLD, max(9, round(0.9 * r)), said
            )

    plate.field("gap", box, (scene.phase, light), paint)
