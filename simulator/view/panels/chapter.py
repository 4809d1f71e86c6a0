"""What a story shows: a chapter's caption, its card and large numbers, a QR code, the overview.

In: a staging, a board's numbers, an address, small pictures. Out: pixels over the whole picture, in
type that is readable from the last row of a lecture hall. The caption has its own strip below the
stage, so that it never covers the home straight, where the race ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pygame

from simulator.stage.scene import HIDDEN, Staging
from simulator.units import parse_time
from simulator.view.layout import Box, least_type
from simulator.view.panels.cards import ground
from simulator.view.panels.panel import CachedLayer
from simulator.view.text import BOLD, REGULAR, SEMIBOLD, Style
from simulator.view.theme import Colour, Theme, mix

_VEIL = 0.95
"""Opacity of the cover under large numbers."""
Numbers = Sequence[tuple[str, str]]
"""Label and text of each number."""


def _veil(surface: pygame.Surface, colour: Colour, share: float) -> None:
    sheet = pygame.Surface(surface.get_size())
    sheet.fill(colour)
    sheet.set_alpha(round(255 * share))
    surface.blit(sheet, (0, 0))


# -- the card of a chapter -------------------------------------------------------------------------


def draw_card(surface: pygame.Surface, staging: Staging, style: Style) -> None:
    """Cover the picture with the chapter's name, as far as its card is shown."""
    card = _card(surface.get_size(), staging.title, staging.name, _place(staging, " / "), style)
    card.set_alpha(round(255 * staging.card))
    surface.blit(card, (0, 0))


def _place(staging: Staging, slash: str) -> str:
    return f"{staging.chapter}{slash}{staging.chapters}" if staging.chapters > 1 else ""


@lru_cache(maxsize=1)
def _card(size: tuple[int, int], title: str, name: str, place: str, style: Style) -> pygame.Surface:
    width, height = size
    theme, type_ = style.theme, style.type
    card = pygame.Surface(size, 0, 32)
    card.fill(theme.back)
    room, left = max(1, round(0.84 * width)), round(0.08 * width)
    large, small = title or name, name if title else place
    sizes = max(8, round(0.17 * height)), 6
    px, lines, _ = type_.fitted(large, BOLD, sizes, (room, round(0.5 * height)), 1.15)
    below = type_.largest([small], SEMIBOLD, (max(8, round(0.06 * height)), 6), room)
    high = 1.15 * px * len(lines) + 2.2 * below
    y = (height - high) / 2
    card.fill(theme.own, (left, round(y), max(3, round(0.006 * width)), round(high)))
    x = left + round(0.03 * width)
    for line in lines:
        type_.write(card, line, (x, y + 0.575 * px), BOLD, px, theme.text)
        y += 1.15 * px
    type_.write(card, small, (x, y + 1.4 * below), SEMIBOLD, below, theme.muted)
    return card


# -- the caption -----------------------------------------------------------------------------------


LINES = 4
"""Most lines of a caption."""
_LEADING = 1.22
_FILLED = 0.9
"""Most of its strip that a caption's lines may fill, as a share."""


@dataclass(frozen=True, slots=True)
class CaptionPlan:
    """A caption in one type size: its lines with all figures, where they begin, their size [px].

    `fits`: whether that is in `LINES` lines; otherwise its type is smaller; it is never cut.
    """

    lines: tuple[str, ...]
    left: int
    px: int
    count_px: int
    fits: bool


def caption(layer: CachedLayer, staging: Staging, box: Box, style: Style) -> None:
    """Update a story's words: a few calm lines, and the chapter's number."""
    key = (staging.caption, staging.whole, staging.chapter, staging.chapters)
    layer.field("caption", box, key, lambda s, b: _caption(s, b, staging, style))


def caption_plan(staging: Staging, box: Box, style: Style) -> CaptionPlan:
    """Return a caption's layout in its strip: the same whichever of its figures are known."""
    type_, pad = style.type, round(0.3 * box.h)
    least = max(6, int(_FILLED * box.h / (LINES * _LEADING)))
    left = box.x + pad + max(2, round(0.05 * box.h)) + round(0.16 * box.h)
    right = box.right - pad - type_.width(_place(staging, "/"), SEMIBOLD, least)
    room = max(1, right - left - pad)
    words = staging.whole or staging.caption

    inner = room, _FILLED * box.h
    sizes = max(6, round(0.38 * box.h)), least
    px, lines, whole = type_.fitted(words, SEMIBOLD, sizes, inner, _LEADING)
    if not whole:
        px, lines, _ = type_.fitted(words, SEMIBOLD, (least, 4), inner, _LEADING)
    width = room
    # lines of similar length, not a line and a word
    while len(lines) > 1 and (width := width - px) > 0:
        shorter = type_.wrap(words, SEMIBOLD, px, width)
        if len(shorter) > len(lines):
            break
        lines = shorter
    return CaptionPlan(tuple(lines), left, px, least, whole)


def _caption(surface: pygame.Surface, box: Box, staging: Staging, style: Style) -> None:
    theme, type_ = style.theme, style.type
    plan, pad, middle = caption_plan(staging, box, style), round(0.3 * box.h), box.y + box.h / 2
    at = (box.right - pad, middle)
    type_.digits(surface, _place(staging, "/"), at, SEMIBOLD, plan.count_px, theme.muted, align=1)
    if not staging.caption:
        return
    bar = max(2, round(0.05 * box.h))
    surface.fill(theme.own, (box.x + pad, round(box.y + 0.15 * box.h), bar, round(0.7 * box.h)))
    whole = (staging.whole or staging.caption).split(" ")
    words = [w for w, there in zip(staging.caption.split(" "), whole, strict=False) if there]
    top = middle - (len(plan.lines) - 1) / 2 * _LEADING * plan.px
    for i, line in enumerate(plan.lines):
        count = line.count(" ") + 1
        shown, words = " ".join(word for word in words[:count] if word), words[count:]
        at = (plan.left, top + i * _LEADING * plan.px)
        type_.write(surface, shown, at, SEMIBOLD, plan.px, theme.text)


# -- large numbers ---------------------------------------------------------------------------------


def draw_slide(surface: pygame.Surface, staging: Staging, high: int, style: Style) -> None:
    """Draw a chapter's large numbers and its address over the upper part of the picture.

    `high`: where its caption begins [px].
    """
    width, height = surface.get_size()
    part, least = surface.subsurface(0, 0, width, max(1, high)), least_type(width, height)
    margin = round(0.06 * width)
    room = Box(margin, round(0.06 * high), width - 2 * margin, max(1, round(0.88 * high)))
    if not staging.figures:
        side = round(0.32 * room.w)
        code = Box(room.right - side, room.y, side, room.h // 2)
    elif height > width:
        low = round(0.3 * room.h) if staging.link else 0
        code = Box(room.x, room.bottom - low, room.w, low)
        room = room._replace(h=max(1, room.h - low))
    else:
        side = round(0.32 * room.w) if staging.link else 0
        code = Box(room.right - side, room.y, side, room.h)
        room = room._replace(w=round(0.62 * room.w) if side else room.w)
    if staging.figures:
        _veil(part, style.theme.back, _VEIL)
        _numbers(part, staging.figures, room, least, style, above=height > width)
    if staging.link:
        draw_code(part, staging.link, code, least, style)


def _numbers(
    surface: pygame.Surface, numbers: Numbers, box: Box, least: int, style: Style, *, above: bool
) -> None:
    """Write the label and text of each number, one row each; `above`: the label above the text.

    If all are times, each has a bar as long as it is slower than the fastest.
    """
    theme, type_ = style.theme, style.type
    step = min(box.h / len(numbers), 0.24 * box.h + 0.05 * box.w)
    names, values = zip(*numbers, strict=True)
    sizes = max(least, round((0.4 if above else 0.58) * step)), least
    px = type_.largest(values, BOLD, sizes, box.w if above else 0.5 * box.w, digits=True)
    beside = max(type_.digits_width(value, BOLD, px) for value in values) + px // 2
    room = box.w if above else max(1, box.w - beside)
    sizes = max(least, round((0.22 if above else 0.34) * step)), least
    small = type_.largest(names, SEMIBOLD, sizes, room)
    late, y = _seconds_late(values), box.y + (box.h - step * (len(numbers) - 1)) / 2
    for n, (name, value) in enumerate(numbers):
        colour = theme.own if n == len(numbers) - 1 else theme.text
        at = (box.x, y - 0.3 * step if above else y)
        type_.write(surface, name, at, SEMIBOLD, small, theme.muted, width=room)
        at = (box.x, y + 0.06 * step) if above else (box.right, y)
        type_.digits(surface, value, at, BOLD, px, colour, align=0 if above else 1)
        if late is not None:
            _bar(surface, Box(box.x, round(y + 0.37 * step), box.w, 0), late[n], least, theme)
        y += step


@lru_cache(maxsize=2)
def lecture_board(numbers: Numbers, box: Box, style: Style) -> pygame.Surface:
    """Return the result for a lecture hall: each number as large as possible, its name above it.

    The numbers are one below the other, or side by side in a box that is wide.
    """
    theme, type_ = style.theme, style.type
    card = ground((box.w, box.h), style.sizes, theme)
    pad, count = max(3, round(0.06 * min(box.w, box.h))), max(1, len(numbers))
    inner, across = Box(0, 0, box.w, box.h).inset(pad, pad), box.w > 2 * box.h
    right, down = (inner.w / count, 0.0) if across else (0.0, inner.h / count)
    high, room = down or inner.h, (right - 3 * pad) if across else inner.w
    share, name_share = (0.56, 0.3) if across else (0.5, 0.2)
    names, values = zip(*numbers, strict=True) if numbers else ((), ())
    px = type_.largest(values, BOLD, (max(6, round(share * high)), 6), room, digits=True)
    small = type_.largest(names, SEMIBOLD, (max(6, round(name_share * high)), 6), room)
    for n, (name, value) in enumerate(numbers):
        x, y = inner.x + n * right, inner.y + n * down
        type_.write(card, name, (x, y + 0.18 * high), SEMIBOLD, small, theme.muted)
        at = (x, y + 0.36 * high + 0.5 * px)
        type_.digits(card, value, at, BOLD, px, theme.text)
    return card


def _bar(surface: pygame.Surface, line: Box, share: float, least: int, theme: Theme) -> None:
    high = max(2, least // 3)
    pygame.draw.rect(surface, theme.panel_high, (*line[:3], high), border_radius=high // 2)
    wide = max(high, round(share * line.w))
    pygame.draw.rect(surface, theme.own, (*line[:2], wide, high), border_radius=high // 2)


def _seconds_late(values: Sequence[str]) -> list[float] | None:
    """Return each delay behind the fastest as a share of the largest; None unless all are times."""
    if len(values) < 2 or HIDDEN in "".join(values):
        return None
    try:
        times = [parse_time(value) for value in values]
    except ValueError:
        return None
    first, last = min(times), max(times)
    return [(time - first) / (last - first) for time in times] if last > first else None


# -- the code --------------------------------------------------------------------------------------


def draw_code(surface: pygame.Surface, link: str, box: Box, least: int, style: Style) -> None:
    """Draw an address as a QR code with its text below it, in the middle of a box."""
    theme, type_ = style.theme, style.type
    text = link.removeprefix("https://").removeprefix("http://")
    high = round(1.6 * least)
    side = max(8, min(box.w, box.h - high))
    code = _code(link, side)
    x = round(box.centre[0] - code.get_width() / 2)
    y = box.y + (box.h - high - code.get_height()) // 2
    surface.blit(code, (x, y))
    px = type_.largest([text], SEMIBOLD, (round(1.2 * least), 6), box.w)
    at = (box.centre[0], y + code.get_height() + high / 2)
    type_.write(surface, text, at, SEMIBOLD, px, theme.text, align=0.5, width=box.w)


def draw_link(surface: pygame.Surface, link: str, style: Style) -> None:
    """Show only an address's code, as large as possible."""
    width, height = surface.get_size()
    surface.fill(style.theme.back)
    side = round(0.86 * min(width, height))
    box = Box(round(0.02 * width), (height - side) // 2, max(1, round(0.96 * width)), side)
    draw_code(surface, link, box, least_type(width, height), style)


@lru_cache(maxsize=4)
def _code(link: str, side: int) -> pygame.Surface:
    """Return a code, dark on light as every phone reads it, in whole pixels per square."""
    import segno  # noqa: PLC0415 - few pictures have a code

    rows = segno.make(link, error="m", micro=False).matrix_iter(border=4)
    light = 255 * (1 - np.array([list(row) for row in rows]).T)
    squares = pygame.surfarray.make_surface(np.stack([light] * 3, axis=2))
    return pygame.transform.scale_by(squares, max(1, side // len(light)))


# -- the overview ----------------------------------------------------------------------------------


_NAMES, _NAME_LEADING = 2.7, 1.12
"""Room below an overview's picture for its name of two lines, and from one to the next, in sizes of
the type.
"""


def overview_boxes(size: tuple[int, int], count: int, shape: tuple[int, int]) -> list[Box]:
    """Return the places of an overview's pictures, in the columns that make them largest.

    `shape`: the pictures' width and height.
    """
    width, height = size
    across, down = shape
    gap, words = max(4, round(0.02 * width)), round(_NAMES * least_type(width, height))

    def side(columns: int) -> float:
        rows = -(-count // columns)
        wide = (width - gap) / columns - gap
        return min(wide, ((height - gap) / rows - gap - words) * across / down)

    columns = max(range(1, max(2, min(count, 8) + 1)), key=side)
    wide = max(1, round(side(columns)))
    high = max(1, round(wide * down / across))
    rows = -(-count // columns)
    left = (width - columns * wide - (columns - 1) * gap) // 2
    top = (height - rows * (high + words) - (rows - 1) * gap) // 2
    return [
        Box(
            left + n % columns * (wide + gap), top + n // columns * (high + words + gap), wide, high
        )
        for n in range(count)
    ]


def draw_overview(
    surface: pygame.Surface,
    names: Sequence[str],
    pictures: Sequence[pygame.Surface],
    chosen: int,
    style: Style,
) -> None:
    """Show the chapters' pictures with their numbers and names; `chosen`, from 1, is framed."""
    theme, type_ = style.theme, style.type
    surface.fill(theme.back)
    least = max(6, least_type(*surface.get_size()))
    boxes = overview_boxes(surface.get_size(), len(names), pictures[0].get_size())
    for n, (name, picture, box) in enumerate(zip(names, pictures, boxes, strict=True), start=1):
        surface.blit(pygame.transform.smoothscale(picture, box[2:]), box[:2])
        edge, line = (theme.own, 5) if n == chosen else (mix(theme.back, theme.edge, 0.9), 1)
        pygame.draw.rect(surface, edge, pygame.Rect(box).inflate(2 * line, 2 * line), line)
        y = box.bottom + 0.9 * least
        wide = type_.write(surface, f"{n}", (box.x, y), BOLD, least, theme.own)
        x = box.x + wide + least / 2
        room = max(1, round(box.right - x))
        weight, high = SEMIBOLD if n == chosen else REGULAR, 2 * _NAME_LEADING * least
        px, lines, _ = type_.fitted(name, weight, (least, 6), (room, high), _NAME_LEADING)
        for words in lines:
            type_.write(surface, words, (x, y), weight, px, theme.text, width=room)
            y += _NAME_LEADING * px
