"""WHAT IF: finish times for other settings as bars; one's own is highlighted, suspense hides it.

In: a scene's `WhatIf`, the panel's box. Out: one field of a plate. The axis does not begin at zero:
a broken foot under each bar and the printed range say so.
"""

from __future__ import annotations

import itertools

import pygame

from simulator.stage.scene import Bar, Scene, WhatIf
from simulator.units import format_time
from simulator.view.layout import Box
from simulator.view.panels.frame import arrow, body, head
from simulator.view.plate import Plate
from simulator.view.style import Style
from simulator.view.text import REGULAR, SEMIBOLD
from simulator.view.theme import mix


def show(plate: Plate, scene: Scene, box: Box, style: Style) -> None:
    """Bring the strip up to date."""
    what_if = scene.what_if
    key = None if what_if is None else (what_if.axis, what_if.bars, what_if.target_s)
    inner = body(box, style.sizes)

    def paint(surface: pygame.Surface, inner: Box) -> None:
        if what_if is None or not what_if.bars:
            style.type.write(
                surface,
                "being computed",
                inner.centre,
                REGULAR,
                style.sizes.small,
                style.theme.muted,
                align=0.5,
            )
        else:
            _paint(surface, inner, what_if, style)

    plate.field("what if", inner, key, paint)
    legend = Box(
        inner.x + inner.w // 3, box.y + 2, inner.right - inner.x - inner.w // 3, _head(style)
    )
    told = what_if is not None and any(bar.assumed for bar in what_if.bars)
    plate.field("what if legend", legend, told, lambda s, b: _legend(s, b, style) if told else None)


def _head(style: Style) -> int:
    return head(style.sizes) - 3


def _legend(surface: pygame.Surface, box: Box, style: Style) -> None:
    """Say what a hatched bar is."""
    px = style.sizes.caption
    room = box.w - 2 * px
    said = "hatched: a pacer beside, assumed"
    if style.type.width(said, REGULAR, px) > room:
        said = "hatched: assumed"
    y = box.y + 0.55 * box.h
    wide = style.type.write(
        surface, said, (box.right, y), REGULAR, px, style.theme.muted, align=1, width=room
    )
    swatch = pygame.Rect(round(box.right - wide - 1.6 * px), round(y - 0.45 * px), px, px)
    pygame.draw.rect(surface, style.theme.bar, swatch)
    _hatch(surface, swatch, mix(style.theme.panel, style.theme.bar, 0.45))


_HEADING_SHARE = 0.55
"""Share of the width that the axis may take; the rest is for one's own finish."""


def _heading(what_if: WhatIf, width: int, style: Style) -> str:
    whole = f"finish time by {what_if.axis}"
    fits = style.type.width(whole, REGULAR, style.sizes.caption) <= _HEADING_SHARE * width
    return whole if fits else f"by {what_if.axis}"


def _bars_area(box: Box, style: Style) -> Box:
    """Return where the bars stand, inside the panel's body."""
    line = round(style.sizes.caption * 1.5)
    return Box(box.x, round(box.y + 2.6 * line), box.w, max(8, round(box.h - 3.6 * line) - 2))


def bar_boxes(panel: Box, what_if: WhatIf, style: Style) -> list[Box]:
    """Return the columns that the bars stand in, label and all: what a click is measured by."""
    inner = body(panel, style.sizes)
    area = _bars_area(inner, style)
    step = area.w / max(1, len(what_if.bars))
    edges = [round(area.x + i * step) for i in range(len(what_if.bars) + 1)]
    high = max(1, inner.bottom - area.y)
    return [Box(a, area.y, max(1, b - a), high) for a, b in itertools.pairwise(edges)]


def axis_box(panel: Box, what_if: WhatIf, style: Style) -> Box:
    """Return where the heading stands that names the axis: a click on it takes the next one."""
    inner = body(panel, style.sizes)
    px = style.sizes.caption
    wide = style.type.width(_heading(what_if, inner.w, style), REGULAR, px) + round(1.6 * px)
    return Box(inner.x, inner.y, min(wide, inner.w), round(1.5 * px))


def _paint(surface: pygame.Surface, box: Box, what_if: WhatIf, style: Style) -> None:
    caption = style.sizes.caption
    line = round(caption * 1.5)
    own = next((bar for bar in what_if.bars if bar.own), None)
    mine = "" if own is None else "yours: at the finish" if own.hidden else _said(own)
    room = box.w - style.type.width(mine, SEMIBOLD, style.sizes.small) - round(2.2 * caption)
    wide = style.type.write(
        surface,
        _heading(what_if, box.w, style),
        (box.x, box.y + line // 2),
        REGULAR,
        caption,
        style.theme.muted,
        width=max(1, room),
    )
    sign = (round(box.x + wide + 0.7 * caption), box.y + line // 2)
    arrow(surface, sign[0], sign[1], caption, style.theme.muted)
    area = _bars_area(box, style)
    known = [bar.finish_s for bar in what_if.bars if bar.finish_s is not None and not bar.hidden]
    at = (box.right, box.y + line // 2)
    style.type.write(surface, mine, at, SEMIBOLD, style.sizes.small, style.theme.own, align=1)
    if not known:
        return
    low = min([*known, what_if.target_s])
    high = max(known)
    foot = low - max(0.25 * (high - low), 0.5)
    span = max(high - foot, 0.5)
    step = area.w / len(what_if.bars)
    wide = max(2, round(step * 0.66))
    for i, bar in enumerate(what_if.bars):
        x = round(area.x + (i + 0.5) * step - wide / 2)
        share = 1.0 if bar.hidden or bar.finish_s is None else (bar.finish_s - foot) / span
        high_px = max(4, round(share * area.h))
        rect = pygame.Rect(x, area.bottom - high_px, wide, high_px)
        _bar(surface, rect, bar, style)
        if bar.finish_s is not None and not bar.hidden and (bar.finish_s == high or bar.own):
            said = format_time(bar.finish_s, 1)
            half = style.type.width(said, SEMIBOLD, caption) / 2
            middle = min(max(rect.centerx, area.x + half), area.right - half)
            above = (middle, rect.y - 0.55 * line)
            tint = style.theme.own if bar.own else style.theme.muted
            style.type.write(surface, said, above, SEMIBOLD, caption, tint, align=0.5)
        colour = style.theme.own if bar.own else style.theme.muted
        if step >= style.type.width("13", REGULAR, caption) + 2 or i % 2 == 0:
            weight = SEMIBOLD if bar.own else REGULAR
            style.type.write(
                surface,
                bar.label,
                (x + wide / 2, area.bottom + line * 0.62),
                weight,
                caption,
                colour,
                align=0.5,
                width=round(step * 1.9),
            )
    y = round(area.bottom - (what_if.target_s - foot) / span * area.h)
    dash = max(4, round(5 * style.sizes.unit))
    for x in range(area.x, area.right, 2 * dash):
        wide = min(dash, area.right - x)
        surface.fill(style.theme.target, (x, y, wide, max(1, round(1.4 * style.sizes.unit))))
    tag = format_time(what_if.target_s)
    tag_w = style.type.width(tag, SEMIBOLD, caption)
    surface.fill(style.theme.panel, (area.x, y - line - 1, tag_w + 6, line - 2))
    style.type.write(
        surface, tag, (area.x + 2, y - line / 2 - 2), SEMIBOLD, caption, style.theme.target
    )


def _said(bar: Bar) -> str:
    return "did not finish" if bar.finish_s is None else f"yours {format_time(bar.finish_s, 1)}"


def _bar(surface: pygame.Surface, rect: pygame.Rect, bar: Bar, style: Style) -> None:
    colour = style.theme.own if bar.own else style.theme.bar
    if bar.stale:
        colour = mix(style.theme.panel, colour, 0.5)
    if bar.hidden:
        pygame.draw.rect(surface, mix(style.theme.panel, colour, 0.16), rect, border_radius=2)
        pygame.draw.rect(surface, mix(style.theme.panel, colour, 0.6), rect, 1, border_radius=2)
        style.type.write(surface, "?", rect.center, SEMIBOLD, style.sizes.body, colour, align=0.5)
        return
    if bar.finish_s is None:
        pygame.draw.rect(surface, style.theme.edge, rect, 1, border_radius=2)
        return
    pygame.draw.rect(surface, colour, rect, border_top_left_radius=3, border_top_right_radius=3)
    if bar.assumed:
        _hatch(surface, rect, mix(style.theme.panel, colour, 0.45))
    foot = rect.bottom - max(4, rect.w // 3)
    for dy in (0, max(3, rect.w // 6)):
        pygame.draw.line(
            surface,
            style.theme.panel,
            (rect.x, foot + dy),
            (rect.right, foot + dy - rect.w // 4),
            2,
        )


def _hatch(surface: pygame.Surface, rect: pygame.Rect, colour: tuple[int, int, int]) -> None:
    clip = surface.get_clip()
    surface.set_clip(rect.clip(clip))
    step = max(6, rect.w // 4)
    for offset in range(-rect.h, rect.w + rect.h, step):
        pygame.draw.line(
            surface,
            colour,
            (rect.x + offset, rect.bottom),
            (rect.x + offset + rect.h, rect.y),
            max(2, step // 3),
        )
    surface.set_clip(clip)
