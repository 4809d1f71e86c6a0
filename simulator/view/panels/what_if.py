"""WHAT IF: finish times for other settings as bars; the live one is highlighted, and may be hidden.

In: a scene's `WhatIf`, the panel's box, the mouse. Out: one field of a layer; a tooltip or a menu
over the picture, calls on the session. An axis of times or metres does not begin at zero: a broken
foot under each bar and the printed range say so. `lay_out` places everything once, for drawing and
for clicking.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import pygame

from simulator.screen import Panel
from simulator.stage.keys import Action
from simulator.stage.scene import Scene, WhatIf
from simulator.units import format_signed, format_time, whole_metres
from simulator.view.layout import Box, apart
from simulator.view.panels.cards import ground
from simulator.view.panels.panel import (
    CachedLayer,
    SidePanel,
    arrow,
    body,
    head,
    quiet_ground,
)
from simulator.view.text import REGULAR, SEMIBOLD, Style
from simulator.view.theme import Colour, mix
from simulator.view.ui import Control, Key, Menu

if TYPE_CHECKING:
    from simulator.analysis.what_if import Alternative
    from simulator.session import Session

BARS: Key = ("what if",)
"""The bars as one control: the last in Tab order; the arrow keys mark one or change the axis."""
FROM_GUN = ", from the gun"
"""Suffix of an axis whose rows are whole runs, unlike the live attempt, which was forked."""
FINISH, CHANCE, LIGHT = "finish time", "chance", "light lost"
"""Measures with special drawing: names of `Measure`."""
_LABEL_SHARE = 0.4
"""Most of the width for one label, as a share, so that two always fit."""


@dataclass(frozen=True, slots=True)
class BarLabel:
    """A bar's label: the bar's index, the text, its place [px], how bold."""

    index: int
    text: str
    x: int
    w: int
    weight: str

    def clear_of(self, other: BarLabel, gap: int) -> bool:
        """Return whether there are `gap` pixels between this label and another."""
        return self.x + self.w + gap <= other.x or other.x + other.w + gap <= self.x


@dataclass(frozen=True, slots=True)
class BarLayout:
    """The places of everything in the panel [px].

    Attributes:
        heading: the name of the axis, and its box: a click shows the next axis.
        area: the area of the bars; `bars` are their boxes.
        columns: bar and label together, for clicks.
        labels: no two touch, and none leaves the panel.
        times: the own bar's finish, and the slowest if it does not touch that.
        target_y: the row of the target's line.
        values: the bars' values, [s], [m] or a share; None where secret or not known.
    """

    inner: Box
    heading: tuple[str, Box]
    area: Box
    bars: tuple[Box, ...]
    columns: tuple[Box, ...]
    labels: tuple[BarLabel, ...]
    times: tuple[BarLabel, ...]
    target_y: int
    values: tuple[float | None, ...]


@lru_cache(maxsize=2)
def lay_out(panel: Box, shown: WhatIf, style: Style) -> BarLayout:
    """Return the places of everything in the panel, once for drawing and for clicking."""
    inner, px = body(panel, style.sizes), style.sizes.caption
    line, words = round(1.5 * px), _heading(shown, inner.w, style)
    wide = min(style.type.width(words, REGULAR, px) + round(1.6 * px), inner.w)
    tag, room = _tag(shown), inner.w
    if tag:  # the target's time stands beside the bars, where it covers none of them
        room = max(1, room - style.type.width(tag, SEMIBOLD, px) - round(0.5 * px))
    area = Box(inner.x, round(inner.y + 2.6 * line), room, max(8, round(inner.h - 3.6 * line) - 2))
    step = area.w / max(1, len(shown.bars))
    edges = [round(area.x + i * step) for i in range(len(shown.bars) + 1)]
    high = max(1, inner.bottom - area.y)
    columns = tuple(Box(a, area.y, max(1, b - a), high) for a, b in itertools.pairwise(edges))
    values = tuple(value_of(shown, bar) for bar in shown.bars)
    foot, span = _scale(shown, values)
    thick, bars = max(2, round(step * 0.66)), []
    for i, value in enumerate(values):
        share = 1.0 if value is None else (value - foot) / span
        tall = max(4, round(share * area.h))
        x = round(area.x + (i + 0.5) * step - thick / 2)
        bars.append(Box(x, area.bottom - tall, thick, tall))
    target_y = round(area.bottom - (shown.target_s - foot) / span * area.h)
    heading = words, Box(inner.x, inner.y, wide, line)
    labels, times = _labels(area, inner, shown, style), _times(area, shown, values, style)
    return BarLayout(inner, heading, area, tuple(bars), columns, labels, times, target_y, values)


def value_of(shown: WhatIf, bar: Alternative) -> float | None:
    """Return the value of a bar, [s], [m] or a share; None if that is secret or not known."""
    if bar.hidden and shown.measure != CHANCE:
        return None
    return bar.measured(shown.measure)  # type: ignore[arg-type] # its value names a measure


def value_text(shown: WhatIf, bar: Alternative, value: float) -> str:
    """Return the value of a bar as text."""
    if shown.measure == FINISH:
        return format_time(value)
    if shown.measure == CHANCE:
        from simulator.analysis.uncertainty import SAMPLES, chance_words  # noqa: PLC0415

        return chance_words(value, SAMPLES)
    if shown.measure != LIGHT:
        return f"{100.0 * value:.1f} %"
    return "kept" if bar.lost_light_m is None else f"{whole_metres(value)} m"


def _tag(shown: WhatIf) -> str:
    """Return the target's time, with which only finish times are compared."""
    return format_time(shown.target_s) if shown.measure == FINISH else ""


def _scale(shown: WhatIf, values: tuple[float | None, ...]) -> tuple[float, float]:
    """Return where the axis of the bars begins, and its length."""
    known = [value for value in values if value is not None]
    if shown.measure not in (FINISH, LIGHT):
        return 0.0, max([*known, 0.01])
    least, ends = (0.5, [shown.target_s]) if shown.measure == FINISH else (25.0, known or [0.0])
    low, most = min([*known, *ends]), max([*known, *ends])
    foot = low - max(0.25 * (most - low), least)
    return foot, max(most - foot, least)


def _labels(area: Box, inner: Box, shown: WhatIf, style: Style) -> tuple[BarLabel, ...]:
    """Return the labels below the bars, which may reach as far as the panel does.

    The live attempt's and the file's are always written, the first where it has room; of the others
    every n-th from the live one, with the smallest n that keeps them apart.
    """
    bars, gap = shown.bars, max(3, round(0.5 * style.sizes.caption))
    step = area.w / len(bars)
    every = [_label(i, bar, inner, step, style) for i, bar in enumerate(bars)]
    filed, own = files_bar(shown), next((i for i, bar in enumerate(bars) if bar.current), 0)
    written = [every[i] for i, bar in enumerate(bars) if bar.current or bar is filed]
    lefts = apart([(label.x, label.w) for label in written], gap, inner.x, inner.right)
    pairs = zip(written, lefts, strict=True)
    written = [replace(label, x=math.floor(left)) for label, left in pairs]
    some = every
    for n in range(1, len(bars) + 1):
        some = every[own % n :: n]
        if all(one.clear_of(after, gap) for one, after in itertools.pairwise(some)):
            break
    always = {label.index for label in written}
    for label in (every[0], *some):
        if label.index not in always and all(label.clear_of(each, gap) for each in written):
            written.append(label)
    return tuple(sorted(written, key=lambda label: label.index))


def _times(
    area: Box, shown: WhatIf, values: tuple[float | None, ...], style: Style
) -> tuple[BarLabel, ...]:
    """Return the values over the bars: the own one's, and the largest if both fit."""
    every = enumerate(zip(shown.bars, values, strict=True))
    bars = [(i, b, v) for i, (b, v) in every if v is not None]
    most = max((v for _, _, v in bars), default=0.0)
    named = [row for row in bars if row[1].current]
    named += [row for row in bars if row[2] == most and not row[1].current][:1]
    gap, step = round(0.5 * style.sizes.caption), area.w / len(shown.bars)
    times: list[BarLabel] = []
    for i, bar, value in named:
        named_so = replace(bar, label=value_text(shown, bar, value))
        time = _label(i, named_so, area, step, style, share=1.0)
        if all(time.clear_of(other, gap) for other in times):
            times.append(time)
    return tuple(times)


def _label(
    index: int,
    bar: Alternative,
    area: Box,
    step: float,
    style: Style,
    share: float = _LABEL_SHARE,
) -> BarLabel:
    """Return a label below or over the middle of its bar, moved to stay in the area."""
    weight, px = SEMIBOLD if bar.current else REGULAR, style.sizes.caption
    text = style.type.fit(bar.label, weight, px, round(share * area.w))
    wide = style.type.width(text, weight, px)
    x = round(area.x + (index + 0.5) * step - wide / 2)
    return BarLabel(index, text, max(area.x, min(x, area.right - wide)), wide, weight)


# words --------------------------------------------------------------------------------------------


def own_name(what_if: WhatIf) -> str:
    """Return the name of the own bar: the live attempt, or a run from the gun as set now."""
    return "from the gun" if what_if.axis.endswith(FROM_GUN) else "yours"


def files_bar(what_if: WhatIf) -> Alternative | None:
    """Return the bar of the file's value, if there is one."""
    return next((bar for bar in what_if.bars if bar.in_file), None)


def _own_finish(what_if: WhatIf) -> str:
    """Return the own finish time, or another measure, for the heading."""
    own = next((bar for bar in what_if.bars if bar.current), None)
    if own is None:
        return ""
    value = value_of(what_if, own)
    if value is not None:
        return f"{own_name(what_if)} {value_text(what_if, own, value)}"
    if own.hidden and what_if.measure != CHANCE:
        return f"{own_name(what_if)}: at the finish"
    if own.stale or own.finish_s is not None:
        return "being computed"
    return "did not finish" if own_name(what_if) == "yours" else "from the gun: no finish"


def _heading(what_if: WhatIf, width: int, style: Style) -> str:
    """Return the longest heading that fits next to the own finish time."""
    px = style.sizes.caption
    room = width - style.type.width(_own_finish(what_if), SEMIBOLD, style.sizes.small)
    room = max(1, room - round(2.2 * px))
    for text in (f"{what_if.measure} by {what_if.axis}", f"by {what_if.axis}"):
        if style.type.width(text, REGULAR, px) <= room:
            return text
    return style.type.fit(f"by {what_if.axis.removesuffix(FROM_GUN)}", REGULAR, px, room)


def tip_of(shown: WhatIf, index: int) -> tuple[str, str]:
    """Return a bar's tooltip: a strong line and a quiet one."""
    bar, mine = shown.bars[index], own_name(shown)
    name, value = f"{shown.axis.removesuffix(FROM_GUN)} {bar.label}", value_of(shown, bar)
    if value is None and bar.hidden and shown.measure != CHANCE:
        return name, f"{mine}: shown at the finish; click or V to see it now"
    if value is None and shown.measure == LIGHT and not bar.scenario.lit:
        return name, "no light runs"
    if value is None:
        known = not bar.stale and bar.finish_s is None
        return name, "does not finish" if known else "being computed"
    words = "" if shown.measure == FINISH else f"{shown.measure} "
    if shown.measure == LIGHT:
        # the stadium is shown before this is imported
        from simulator.analysis.references import (  # noqa: PLC0415
            light_lost,
            light_words,
            running_lights,
        )

        lights, kept = running_lights(bar.scenario), bar.lost_light_m is None
        words = f"{light_words(lights)} is " if kept else f"{light_lost(lights)} at "
    if shown.measure == FINISH:
        said = [_compared(shown, bar, value)]
    else:
        said = [mine] if bar.current else []
        if bar.finish_s is not None and not bar.hidden:
            said.append(format_time(bar.finish_s))
    said += ["in the file"] * bar.in_file + ["rests on assumed spacing"] * bar.assumed
    said += ["being computed anew"] * bar.stale
    return f"{name}: {words}{value_text(shown, bar, value)}", ", ".join(said)


def _compared(shown: WhatIf, bar: Alternative, finish_s: float) -> str:
    """Return the own bar's finish compared with the file's, any other's with the own one."""
    filed, mine = files_bar(shown), own_name(shown)
    if bar.current:
        if filed is None or filed is bar or filed.finish_s is None:
            return mine
        return f"{mine}: {format_signed(finish_s - filed.finish_s)} s on the file's {filed.label}"
    own = next((b for b in shown.bars if b.current and not b.hidden), None)
    if own is None or own.finish_s is None:
        return f"{format_signed(finish_s - shown.target_s)} s on {format_time(shown.target_s)}"
    other = "yours" if mine == "yours" else f"{own.label} {mine}"
    return f"{format_signed(finish_s - own.finish_s)} s on {other}"


# the picture --------------------------------------------------------------------------------------


def _legend(surface: pygame.Surface, box: Box, style: Style) -> None:
    """Explain the hatched bars."""
    px, theme, y = style.sizes.caption, style.theme, box.y + 0.55 * box.h
    room, text = box.w - 2 * px, "hatched: shelter partly assumed"
    if style.type.width(text, REGULAR, px) > room:
        text = "hatched: assumed"
    right = (box.right, y)
    wide = style.type.write(surface, text, right, REGULAR, px, theme.muted, align=1, width=room)
    swatch = pygame.Rect(round(box.right - wide - 1.6 * px), round(y - 0.45 * px), px, px)
    pygame.draw.rect(surface, theme.bar, swatch)
    _hatch(surface, swatch, mix(theme.panel, theme.bar, 0.45))


def paint(surface: pygame.Surface, lay: BarLayout, shown: WhatIf, style: Style) -> None:
    """Draw heading, bars, labels and the line of the target."""
    theme, px, write = style.theme, style.sizes.caption, style.type.write
    (words, spot), inner, area = lay.heading, lay.inner, lay.area
    line, y = spot.h, inner.y + spot.h // 2
    wide = write(surface, words, (inner.x, y), REGULAR, px, theme.muted)
    arrow(surface, round(inner.x + wide + 0.7 * px), y, px, theme.muted)
    mine, right = _own_finish(shown), (inner.right, y)
    write(surface, mine, right, SEMIBOLD, style.sizes.small, theme.own, align=1, width=inner.w)
    if all(value is None for value in lay.values):
        return
    for bar, value, rect in zip(shown.bars, lay.values, lay.bars, strict=True):
        _bar(surface, pygame.Rect(rect), shown, bar, value, style)
    for time in lay.times:
        tint = theme.own if shown.bars[time.index].current else theme.muted
        top = lay.bars[time.index].y - 0.55 * line
        write(surface, time.text, (time.x, top), time.weight, px, tint)
    for label in lay.labels:
        tint = theme.own if shown.bars[label.index].current else theme.muted
        write(surface, label.text, (label.x, area.bottom + line * 0.62), label.weight, px, tint)
    if shown.measure == FINISH:
        _target(surface, lay, shown, line, style)


def _target(
    surface: pygame.Surface, lay: BarLayout, shown: WhatIf, line: int, style: Style
) -> None:
    """Draw the line of the target, clear of the bars' values and "?", and its time at its end."""
    theme, px, write, area = style.theme, style.sizes.caption, style.type.write, lay.area
    dash, y, end = max(4, round(5 * style.sizes.unit)), lay.target_y, area.right
    thick = max(1, round(1.4 * style.sizes.unit))
    free = [Box(t.x - 3, lay.bars[t.index].y - line, t.w + 6, line) for t in lay.times]
    for bar, rect in zip(shown.bars, lay.bars, strict=True):
        if bar.hidden:
            free.append(Box(rect.x, round(rect.centre[1] - 0.6 * line), rect.w, round(1.2 * line)))
    for x in range(area.x, end, 2 * dash):
        part = Box(x, y, min(dash, end - x), thick)
        if not any(part.touches(each) for each in free):
            surface.fill(theme.target, part)
    write(surface, _tag(shown), (lay.inner.right, y), SEMIBOLD, px, theme.target, align=1)


def _bar(
    surface: pygame.Surface,
    rect: pygame.Rect,
    shown: WhatIf,
    bar: Alternative,
    value: float | None,
    style: Style,
) -> None:
    theme = style.theme
    colour = theme.own if bar.current else theme.bar
    colour = mix(theme.panel, colour, 0.5) if bar.stale else colour
    if value is None and bar.hidden:
        pygame.draw.rect(surface, mix(theme.panel, colour, 0.16), rect, border_radius=2)
        pygame.draw.rect(surface, mix(theme.panel, colour, 0.6), rect, 1, border_radius=2)
        style.type.write(surface, "?", rect.center, SEMIBOLD, style.sizes.body, colour, align=0.5)
    elif value is None:
        pygame.draw.rect(surface, theme.edge, rect, 1, border_radius=2)
    else:
        pygame.draw.rect(surface, colour, rect, border_top_left_radius=3, border_top_right_radius=3)
        if bar.assumed:
            _hatch(surface, rect, mix(theme.panel, colour, 0.45))
        foot = rect.bottom - max(4, rect.w // 3)
        broken = shown.measure in (FINISH, LIGHT)
        for y in () if not broken else (foot, foot + max(3, rect.w // 6)):
            last = (rect.right, y - rect.w // 4)
            pygame.draw.line(surface, quiet_ground(theme), (rect.x, y), last, 2)


def _hatch(surface: pygame.Surface, rect: pygame.Rect, colour: Colour) -> None:
    clip = surface.get_clip()
    surface.set_clip(rect.clip(clip))
    step = max(6, rect.w // 4)
    for x in range(rect.x - rect.h, rect.right + rect.h, step):
        first, last = (x, rect.bottom), (x + rect.h, rect.y)
        pygame.draw.line(surface, colour, first, last, max(2, step // 3))
    surface.set_clip(clip)


# the panel ----------------------------------------------------------------------------------------


class WhatIfPanel(SidePanel):
    """The bars: the mouse shows a bar's time, a click applies its value, or shows the next axis."""

    heading = "what if"
    share = 0.28
    rank = 2

    def __init__(self) -> None:
        self._marked = 0
        self._menu: Menu | None = None
        self._bars: BarLayout | None = None
        self._shown = WhatIf("", (), 0.0)

    @staticmethod
    def wanted(shown: frozenset[Panel]) -> bool:
        """Shown if a story wants other settings."""
        return Panel.WHAT_IF in shown

    def layout(self, box: Box | None, scene: Scene, style: Style) -> None:
        """Set its box and the places of its bars."""
        super().layout(box, scene, style)
        before, now = self._shown, scene.what_if
        if box is None or now is None or not now.bars:
            self._bars = None
            return
        if now.axis != before.axis:
            self._marked = next((i for i, bar in enumerate(now.bars) if bar.current), 0)
        self._marked = min(self._marked, len(now.bars) - 1)
        self._shown, self._bars = now, lay_out(box, now, style)

    def draw(self, layer: CachedLayer, box: Box) -> None:
        """Update bars and legend."""
        shown, style, inner = self._shown, self.style, body(box, self.style.sizes)
        lay, known = self._bars, self._bars is not None

        def bars(surface: pygame.Surface, inner: Box) -> None:
            if lay is not None:
                paint(surface, lay, shown, style)
            else:
                px, colour, text = style.sizes.small, style.theme.muted, "being computed"
                style.type.write(surface, text, inner.centre, REGULAR, px, colour, align=0.5)

        layer.field("what if", inner, shown if known else None, bars)
        left = inner.x + inner.w // 3
        legend = Box(left, box.y + 2, inner.right - left, head(style.sizes) - 3)
        assumed = known and any(bar.assumed for bar in shown.bars)
        layer.field(
            "what if legend",
            legend,
            assumed,
            lambda s, b: _legend(s, b, style) if assumed else None,
        )

    @property
    def captures(self) -> bool:
        """Whether its menu is open, which gets every event."""
        return self._menu is not None

    def handle(self, event: pygame.Event, session: Session) -> bool:
        """Handle a mouse event; a click applies the value of a bar, or opens the menu of axes."""
        clicked = self._clicked(event)
        if self._menu is not None:
            self._menu = self._menu if self._menu.handle(event) else None
            return True
        if not clicked:
            return False
        index = self._under()
        if self._on_heading():
            self._menu = menu_of(session)
        elif index is not None:
            self._take(session, index)
        return self._on_heading() or index is not None

    def control(self, session: Session) -> Control | None:
        """Return the bars as one control: arrows mark one or change the axis, Enter applies it."""
        if self._bars is None:
            return None
        nowhere = Box(0, 0, 0, 0)

        def press() -> None:
            self._take(session, self._marked)

        step = partial(self._step, session)
        return Control(key=BARS, box=nowhere, ring=nowhere, press=press, step=step)

    def _under(self) -> int | None:
        """Return the bar under the mouse."""
        columns = self._bars.columns if self._bars is not None else ()
        return next((i for i, column in enumerate(columns) if column.holds(self._at)), None)

    def _on_heading(self) -> bool:
        return self._bars is not None and self._bars.heading[1].holds(self._at)

    def _step(self, session: Session, right: int, down: int) -> None:
        if right:
            last = len(self._shown.bars) - 1
            self._marked = min(max(0, self._marked + (1 if right > 0 else -1)), last)
        elif axis := _next_axis(session, 1 if down > 0 else -1):
            session.set_axis(axis)

    def _take(self, session: Session, index: int) -> None:
        """Apply the value of a bar; if the own one is secret, reveal it instead."""
        bar = self._shown.bars[index]
        if not bar.current:
            session.take_bar(index)
        elif bar.hidden:
            session.perform(Action.REVEAL)

    def draw_over(self, surface: pygame.Surface, _session: Session, focus: Key | None) -> None:
        """Draw the tooltip of the bar under the mouse, or of the marked one."""
        if self._bars is None or self.box is None:
            return
        theme, unit = self.style.theme, self.style.sizes.unit
        if self._menu is not None:
            self._menu.draw(surface, self.box, self.style)
            return
        if focus == BARS:
            thick, corner = max(2, round(2 * unit)), max(3, round(10 * unit))
            pygame.draw.rect(surface, theme.own, self.box, thick, border_radius=corner)
        index = self._under()
        index = self._marked if index is None and focus == BARS else index
        if index is not None:
            column = self._bars.columns[index]
            outline = pygame.Rect(column).inflate(2, 0)
            pygame.draw.rect(surface, theme.muted, outline, 1, border_radius=4)
            self._tip(surface, self.box, column, tip_of(self._shown, index))
        elif self._on_heading():
            self._tip(surface, self.box, self._bars.heading[1], ("choose what is shown", "click"))

    def _tip(self, surface: pygame.Surface, panel: Box, over: Box, words: tuple[str, str]) -> None:
        """Draw a tooltip over the bars, never over the heading."""
        (strong, quiet), style = words, self.style
        type_, px, small = style.type, style.sizes.small, style.sizes.caption
        wide = max(type_.width(strong, SEMIBOLD, px), type_.width(quiet, REGULAR, small)) + px
        wide, high = min(wide, surface.get_width()), round(1.5 * px + 1.5 * small)
        card, room = ground((wide, high), style.sizes, style.theme), max(1, wide - px)
        at = (px / 2, 0.85 * px)
        type_.write(card, strong, at, SEMIBOLD, px, style.theme.text, width=room)
        at = (px / 2, high - 0.9 * small)
        type_.write(card, quiet, at, REGULAR, small, style.theme.muted, width=room)
        x = min(max(panel.x, round(over.centre[0] - wide / 2)), panel.right - wide)
        heading = self._bars.heading[1] if self._bars is not None else over
        surface.blit(card, (max(0, x), heading.bottom + max(2, heading.h // 8)))


def menu_of(session: Session) -> Menu:
    """Return the menu of axes and measures."""
    state = session.panel_state()
    return Menu(
        (
            ("show", state.measures, state.measure, session.set_measure),
            ("by", state.axes, state.axis, session.set_axis),
        )
    )


def _next_axis(session: Session, steps: int) -> str:
    """Return the axis `steps` further, in a ring; empty if there is no other."""
    state = session.panel_state()
    if len(state.axes) < 2 or state.axis not in state.axes:
        return ""
    return state.axes[(state.axes.index(state.axis) + steps) % len(state.axes)]
