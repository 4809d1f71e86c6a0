"""Painting the drawer: its ground below the controls, words and marks above them.

In: a `Sheet`, what is under the mouse and in focus, a surface of the drawer's size. Out: pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import pygame

from simulator.view.drawer.pieces import Dot, Item, Key, Look, Sheet, Tone, Word
from simulator.view.layout import Box
from simulator.view.panels.frame import arrow, frame
from simulator.view.style import Style
from simulator.view.text import REGULAR, SEMIBOLD
from simulator.view.theme import Colour, Theme, mix


@dataclass(frozen=True, slots=True)
class Touch:
    """What the user is at: the item in focus, under the mouse, held by it, being typed in."""

    focus: Key | None = None
    hover: Key | None = None
    held: Key | None = None
    typing: Key | None = None


def ground(surface: pygame.Surface, style: Style) -> None:
    """Paint the empty drawer."""
    frame(surface, Box(0, 0, *surface.get_size()), "", style)


def below(surface: pygame.Surface, sheet: Sheet, style: Style) -> None:
    """Paint what lies under the controls: the banner, the tracks of the sliders."""
    theme = style.theme
    if sheet.banner is not None:
        radius = max(3, round(6 * style.sizes.unit))
        pygame.draw.rect(
            surface, mix(theme.panel, theme.red, 0.24), sheet.banner, border_radius=radius
        )
        bar = Box(sheet.banner.x, sheet.banner.y, max(2, radius // 2), sheet.banner.h)
        surface.fill(theme.red, bar)
    edge = max(1, round(style.sizes.unit))
    for y in (sheet.view.y - edge, sheet.view.bottom):
        surface.fill(theme.edge, (sheet.view.x, y, sheet.view.w, edge))


def above(surface: pygame.Surface, sheet: Sheet, touch: Touch, style: Style) -> None:
    """Paint words, signs and marks over the controls, and the ring round what is in focus."""
    for scrolls in (True, False):
        surface.set_clip(sheet.view if scrolls else None)
        for word in sheet.words:
            if word.scrolls is scrolls:
                _word(surface, word, style)
        for dot in sheet.dots:
            if dot.scrolls is scrolls:
                _dot(surface, dot, style)
        for item in sheet.items:
            if item.scrolls is scrolls and item.key != touch.typing:
                face(surface, item, touch, style)
    focused = sheet.item(touch.focus)
    if focused is not None:
        surface.set_clip(sheet.view if focused.scrolls else None)
        _ring(surface, focused.ring, style)
    surface.set_clip(None)
    _note(surface, sheet, touch, style)
    _thumb(surface, sheet, style)


def _ring(surface: pygame.Surface, box: Box, style: Style) -> None:
    out = max(3, round(4 * style.sizes.unit))
    around = pygame.Rect(box).inflate(4 * out, 2 * out)  # words begin at the box's own edge
    around.clamp_ip(surface.get_rect())
    thick = max(2, round(2 * style.sizes.unit))
    pygame.draw.rect(surface, style.theme.own, around, thick, border_radius=2 * out)


def _word(surface: pygame.Surface, word: Word, style: Style) -> None:
    px = getattr(style.sizes, word.size)
    if word.tone is Tone.HEAD:
        style.type.caps(surface, word.text, (word.x, word.y), px, style.theme.muted)
        return
    weight = SEMIBOLD if word.strong else REGULAR
    colour = _tone(word.tone, style.theme)
    at = (word.x, word.y)
    style.type.write(
        surface, word.text, at, weight, px, colour, align=word.align, width=max(1, word.width)
    )


def _tone(tone: Tone, theme: Theme) -> Colour:
    return {
        Tone.TEXT: theme.text,
        Tone.MUTED: theme.muted,
        Tone.FAINT: theme.faint,
        Tone.CHANGED: theme.own,
        Tone.PROBLEM: mix(theme.red, theme.text, 0.25),
    }.get(tone, theme.muted)


def _dot(surface: pygame.Surface, dot: Dot, style: Style) -> None:
    colour = style.theme.colour(dot.colour) if dot.colour else style.theme.own
    share = 0.28 if dot.colour else 0.2
    pygame.draw.aacircle(surface, colour, (dot.x, dot.y), max(2, round(share * style.sizes.body)))


def face(surface: pygame.Surface, item: Item, touch: Touch, style: Style) -> None:
    """Paint one item."""
    hovered = item.key == touch.hover and item.enabled
    if item.look is Look.SLIDER:
        _slider(surface, item, hovered, style)
    elif item.look is Look.SWITCH:
        _switch(surface, item, hovered, style)
    elif item.look is Look.LOCK:
        _lock(surface, item, hovered, style)
    elif item.look is Look.CROSS:
        _cross(surface, item, hovered, style)
    elif item.look is Look.RESET:
        _reset(surface, item, hovered, style)
    else:
        _bed(surface, item, hovered=hovered, held=item.key == touch.held, style=style)
        _text(surface, item, hovered, style)


def _bed(surface: pygame.Surface, item: Item, *, hovered: bool, held: bool, style: Style) -> None:
    """Paint the ground of a button: like those of the control row."""
    theme = style.theme
    radius = max(3, round(8 * style.sizes.unit))
    inside, edge = theme.panel, theme.edge
    if item.on:
        inside, edge = mix(theme.panel, theme.own, 0.22), mix(theme.panel, theme.own, 0.6)
    elif held:
        inside, edge = theme.edge, theme.own
    elif hovered:
        inside, edge = theme.panel_high, theme.faint
    elif item.look in (Look.VALUE, Look.CHOICE):
        inside = mix(theme.panel, theme.back, 0.5)
    if item.look is Look.OPTION and not (item.on or hovered or held):
        return
    pygame.draw.rect(surface, inside, item.box, border_radius=radius)
    thick = max(1, round(style.sizes.unit))
    pygame.draw.rect(surface, edge, item.box, thick, border_radius=radius)


def _text(surface: pygame.Surface, item: Item, hovered: bool, style: Style) -> None:
    theme, box = style.theme, item.box
    small = item.look in (Look.TAB, Look.BUTTON)
    px = style.sizes.small if small else style.sizes.body
    if item.key in (("gun",), ("here",)):
        px = style.sizes.caption
    colour = theme.text if item.on or hovered else theme.muted
    if item.look in (Look.VALUE, Look.CHOICE, Look.OPTION):
        colour = theme.text
    if not item.enabled:
        colour = mix(theme.panel, theme.muted, 0.45)
    pad = round(0.5 * px)
    y = box.y + box.h / 2
    if item.look is Look.VALUE:
        room = box.w - 2 * pad
        right = (box.right - pad, y)
        style.type.write(surface, item.text, right, SEMIBOLD, px, colour, align=1, width=room)
    elif item.look in (Look.CHOICE, Look.OPTION):
        sign = round(1.1 * px) if item.look is Look.CHOICE else 0
        left = box.x + pad
        if item.colour:
            radius = round(0.34 * px)
            tint = theme.colour(item.colour)
            pygame.draw.aacircle(surface, tint, (left + radius, round(y)), radius)
            left += 3 * radius
        room = max(1, box.right - left - pad - sign)
        style.type.write(surface, item.text, (left, y), SEMIBOLD, px, colour, width=room)
        if sign:
            arrow(surface, box.right - pad - sign // 2, round(y), px, theme.muted)
    else:
        while px > 8 and style.type.width(item.text, SEMIBOLD, px) > box.w - 4:
            px -= 1
        at = (box.x + box.w / 2, y)
        style.type.write(
            surface, item.text, at, SEMIBOLD, px, colour, align=0.5, width=max(1, box.w - 2)
        )
        if item.changed:
            radius = max(2, round(0.2 * style.sizes.body))
            x = round(at[0] - style.type.width(item.text, SEMIBOLD, px) / 2) - 2 * radius
            left = max(box.x + radius + 1, x)
            pygame.draw.aacircle(surface, style.theme.own, (left, round(y)), radius)


def _slider(surface: pygame.Surface, item: Item, hovered: bool, style: Style) -> None:
    knob, box, theme = item.knob, item.box, style.theme
    if knob is None or knob.number is None:
        return
    inset = box.h / 2
    room = max(1.0, box.w - 2 * inset)

    def place(number: float) -> float:
        share = (number - knob.low) / max(1e-9, knob.high - knob.low)
        return float(box.x + inset + min(1.0, max(0.0, share)) * room)

    thick = max(3, round(5 * style.sizes.unit))
    middle = box.y + box.h // 2
    x = place(knob.number)
    left = round(box.x + inset)
    bed = pygame.Rect(left, middle - thick // 2, round(room), thick)
    pygame.draw.rect(surface, mix(theme.panel_high, theme.edge, 0.7), bed, border_radius=thick)
    filled = pygame.Rect(left, bed.y, max(0, round(x) - left), thick)
    tint = theme.own if knob.changed else mix(theme.bar, theme.own, 0.4)
    pygame.draw.rect(surface, tint, filled, border_radius=thick)
    radius = max(4, round(0.36 * box.h))
    pygame.draw.aacircle(surface, theme.panel, (round(x), middle), radius + 2)
    bright = theme.text if hovered else mix(theme.muted, theme.text, 0.6)
    pygame.draw.aacircle(surface, bright, (round(x), middle), radius)


def _switch(surface: pygame.Surface, item: Item, hovered: bool, style: Style) -> None:
    theme, box = style.theme, item.box
    bed = mix(theme.panel, theme.own, 0.75) if item.on else mix(theme.panel_high, theme.edge, 0.7)
    pygame.draw.rect(surface, bed, box, border_radius=box.h // 2)
    if not item.on:
        pygame.draw.rect(surface, theme.faint, box, 1, border_radius=box.h // 2)
    radius = max(2, round(0.36 * box.h))
    x = box.right - box.h // 2 if item.on else box.x + box.h // 2
    colour = theme.text if item.on or hovered else theme.muted
    pygame.draw.aacircle(surface, colour, (x, box.y + box.h // 2), radius)


def _lock(surface: pygame.Surface, item: Item, hovered: bool, style: Style) -> None:
    theme, box = style.theme, item.box
    colour = theme.warning if item.on else (theme.text if hovered else theme.faint)
    w, h = max(8, round(0.6 * box.w)), max(6, round(0.42 * box.h))
    x, y = box.x, box.y + round(0.5 * box.h)
    thick = max(2, round(0.1 * box.w))
    up = 0 if item.on else max(2, h // 3)
    wide = w - 2 * thick
    bow = pygame.Rect(x + thick, y - round(0.34 * box.h) - up, wide, round(0.7 * box.h))
    pygame.draw.rect(surface, colour, bow, thick, border_radius=bow.w // 2)
    if up:
        # an open bow has left the body on its right
        surface.fill(theme.panel, (bow.right - thick, bow.centery - up, thick, bow.h))
    pygame.draw.rect(surface, colour, (x, y, w, h), border_radius=max(1, thick // 2))


def _cross(surface: pygame.Surface, item: Item, hovered: bool, style: Style) -> None:
    colour = style.theme.text if hovered else style.theme.muted
    x, y = item.box.centre
    arm = max(3.0, 0.2 * item.box.h)
    thick = max(1, round(1.4 * style.sizes.unit))
    for way in (-1, 1):
        for k in range(-thick, thick + 1):
            shift = k / 2
            first, last = (x - arm, y - way * arm + shift), (x + arm, y + way * arm + shift)
            pygame.draw.aaline(surface, colour, first, last)


def _reset(surface: pygame.Surface, item: Item, hovered: bool, style: Style) -> None:
    """Paint the file's value, underlined: it can be pressed."""
    box, px = item.box, style.sizes.caption
    colour = style.theme.text if hovered else style.theme.muted
    at = (box.right, box.y + box.h / 2)
    wide = style.type.write(surface, item.text, at, REGULAR, px, colour, align=1, width=box.w)
    thick = max(1, round(style.sizes.unit))
    line = mix(style.theme.panel, colour, 0.6)
    surface.fill(line, (box.right - wide, box.bottom - thick, wide, thick))


def _note(surface: pygame.Surface, sheet: Sheet, touch: Touch, style: Style) -> None:
    """Say what the item under the mouse, or in focus, is for, else the page's hint."""
    px = style.sizes.caption
    item = sheet.item(touch.hover)
    if item is None or not item.note:
        item = sheet.item(touch.focus)
    said = item.note if item is not None and item.note else sheet.hint
    if not said or sheet.note_at.h < 1.3 * px:
        return
    box = sheet.note_at
    step = round(1.32 * px)
    lines = style.type.wrap(said.split(), REGULAR, px, box.w)
    if len(lines) > 2:
        lines = [lines[0], " ".join(lines[1:])]
    for i, line in enumerate(lines):
        at = (box.x, box.y + i * step + step / 2)
        style.type.write(surface, line, at, REGULAR, px, style.theme.muted, width=box.w)


def _thumb(surface: pygame.Surface, sheet: Sheet, style: Style) -> None:
    """Show how much of the page is in view."""
    view = sheet.view
    if not sheet.furthest:
        return
    wide = max(3, round(4 * style.sizes.unit))
    high = max(12, round(view.h * view.h / sheet.length))
    y = view.y + round((view.h - high) * sheet.scroll / sheet.furthest)
    bar = pygame.Rect(surface.get_width() - wide - 3, y, wide, high)
    pygame.draw.rect(surface, style.theme.faint, bar, border_radius=wide)
