"""WHAT IF: finish times for other settings as bars; one's own is highlighted, suspense hides it.

In: a scene's `WhatIf`, the panel's box. Out: one field of a layer. The axis does not begin at zero:
a broken foot under each bar and the printed range say so.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import pygame

from simulator.stage.scene import Bar, Scene, WhatIf
from simulator.units import format_time
from simulator.view.layout import Box
from simulator.view.panels.frame import CachedLayer, arrow, body, head
from simulator.view.style import Style
from simulator.view.text import REGULAR, SEMIBOLD
from simulator.view.theme import mix


def show(layer: CachedLayer, scene: Scene, box: Box, style: Style) -> None:
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

    layer.field("what if", inner, key, paint)
    legend = Box(
        inner.x + inner.w // 3, box.y + 2, inner.right - inner.x - inner.w // 3, _head(style)
    )
    told = what_if is not None and any(bar.assumed for bar in what_if.bars)
    layer.field("what if legend", legend, told, lambda s, b: _legend(s, b, style) if told else None)


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


FROM_GUN = ", from the gun"
"""How an axis ends whose rows are not the live attempt: that was forked, they are whole runs."""


def whose(what_if: WhatIf) -> str:
    """Return what the own bar is: the live attempt, or a run from the gun as it is set now."""
    return "from the gun" if what_if.axis.endswith(FROM_GUN) else "yours"


def files_bar(what_if: WhatIf) -> Bar | None:
    """Return the bar of the value that the file asks for, where there is one."""
    return next((bar for bar in what_if.bars if bar.in_file), None)


def _mine(what_if: WhatIf) -> str:
    """Return the own finish time, as the heading says it."""
    own = next((bar for bar in what_if.bars if bar.own), None)
    if own is None:
        return ""
    if own.hidden:
        return f"{whose(what_if)}: at the finish"
    if own.finish_s is not None:
        return f"{whose(what_if)} {format_time(own.finish_s, 1)}"
    if own.stale:
        return "being computed"
    return "did not finish" if whose(what_if) == "yours" else "from the gun: no finish"


def _heading(what_if: WhatIf, width: int, style: Style) -> str:
    """Return the longest heading that has room beside the own finish time."""
    caption = style.sizes.caption
    room = width - style.type.width(_mine(what_if), SEMIBOLD, style.sizes.small)
    room = max(1, room - round(2.2 * caption))
    whole = (f"finish time by {what_if.axis}", f"by {what_if.axis}")
    for text in whole:
        if style.type.width(text, REGULAR, caption) <= room:
            return text
    return style.type.fit(f"by {what_if.axis.removesuffix(FROM_GUN)}", REGULAR, caption, room)


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


@dataclass(frozen=True, slots=True)
class Label:
    """A bar's label as it is written: the bar's index, the text, where [px], how bold."""

    index: int
    text: str
    x: int
    w: int
    weight: str


def labels(panel: Box, what_if: WhatIf, style: Style) -> list[Label]:
    """Return the labels below the bars: no two touch, and none leaves the panel.

    One's own and the file's are always written; of the others every n-th from one's own, by the
    least n at which these are clear of each other.
    """
    return _labels(_bars_area(body(panel, style.sizes), style), what_if, style)


def _labels(area: Box, what_if: WhatIf, style: Style) -> list[Label]:
    bars, gap = what_if.bars, max(3, round(0.5 * style.sizes.caption))
    every = [_label(i, bar, area, area.w / len(bars), style) for i, bar in enumerate(bars)]
    told, own = files_bar(what_if), next((i for i, bar in enumerate(bars) if bar.own), 0)
    found = [every[i] for i, bar in enumerate(bars) if bar.own or bar is told]
    if len(found) == 2:
        found = _apart(found[0], found[1], gap, area)
    some = every
    for n in range(1, len(bars) + 1):
        some = every[own % n :: n]
        if all(_clear(one, after, gap) for one, after in itertools.pairwise(some)):
            break
    always = {label.index for label in found}
    free = [label for label in some if label.index not in always]
    found += [label for label in free if all(_clear(label, other, gap) for other in found)]
    return sorted(found, key=lambda label: label.index)


_LABEL_SHARE = 0.4
"""Share of the width that one label may take, so that one's own and the file's have room."""


def _label(index: int, bar: Bar, area: Box, step: float, style: Style) -> Label:
    """Return a label below the middle of its bar, moved where it would leave the area."""
    weight, px = SEMIBOLD if bar.own else REGULAR, style.sizes.caption
    text = style.type.fit(bar.label, weight, px, round(_LABEL_SHARE * area.w))
    wide = style.type.width(text, weight, px)
    x = round(area.x + (index + 0.5) * step - wide / 2)
    return Label(index, text, max(area.x, min(x, area.right - wide)), wide, weight)


def _clear(one: Label, other: Label, gap: int) -> bool:
    return one.x + one.w + gap <= other.x or other.x + other.w + gap <= one.x


def _apart(left: Label, right: Label, gap: int, area: Box) -> list[Label]:
    """Move two labels away from each other until they do not touch."""
    over = left.x + left.w + gap - right.x
    if over > 0:
        x = max(area.x, left.x - math.ceil(over / 2))
        left = replace(left, x=x)
        x = min(max(right.x, x + left.w + gap), area.right - right.w)
        right = replace(right, x=x)
        left = replace(left, x=max(area.x, min(left.x, x - gap - left.w)))
    return [left, right]


def _paint(surface: pygame.Surface, box: Box, what_if: WhatIf, style: Style) -> None:
    caption = style.sizes.caption
    line = round(caption * 1.5)
    wide = style.type.write(
        surface,
        _heading(what_if, box.w, style),
        (box.x, box.y + line // 2),
        REGULAR,
        caption,
        style.theme.muted,
    )
    sign = (round(box.x + wide + 0.7 * caption), box.y + line // 2)
    arrow(surface, sign[0], sign[1], caption, style.theme.muted)
    area = _bars_area(box, style)
    known = [bar.finish_s for bar in what_if.bars if bar.finish_s is not None and not bar.hidden]
    at = (box.right, box.y + line // 2)
    mine, px = _mine(what_if), style.sizes.small
    style.type.write(surface, mine, at, SEMIBOLD, px, style.theme.own, align=1, width=box.w)
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
    for label in _labels(area, what_if, style):
        colour = style.theme.own if what_if.bars[label.index].own else style.theme.muted
        below = (label.x, area.bottom + line * 0.62)
        style.type.write(surface, label.text, below, label.weight, caption, colour)
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
