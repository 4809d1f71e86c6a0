"""The what-if strip under a hand: a bar says its time, a click takes its value, or the next axis.

In: events, the scene, where the strip lies. Out: calls on the session, a tip over the picture.
"""

from __future__ import annotations

from typing import Protocol

import pygame

from simulator.stage.desk import Desk
from simulator.stage.keys import Action
from simulator.stage.scene import Bar, WhatIf
from simulator.units import format_signed, format_time
from simulator.view.layout import Box
from simulator.view.panels.cards import ground
from simulator.view.panels.what_if import FROM_GUN, axis_box, bar_boxes, files_bar, whose
from simulator.view.style import Style
from simulator.view.text import REGULAR, SEMIBOLD


class Strung(Protocol):
    """What the strip asks of a session."""

    def desk(self) -> Desk:
        """Return what the drawer shows."""

    def set_axis(self, axis: str) -> None:
        """Choose what the strip varies."""

    def take_bar(self, index: int) -> None:
        """Take the value of a bar."""

    def perform(self, action: Action) -> bool:
        """Do what a key asks for."""


class Strip:
    """Which bar is under the mouse, or marked by the keys."""

    def __init__(self, session: Strung) -> None:
        """Point at nothing."""
        self._session = session
        self._at = (-1, -1)
        self._marked = 0
        self._axis = ""

    def point(self, at: tuple[int, int]) -> None:
        """The mouse is here now [px]."""
        self._at = at

    def click(self, at: tuple[int, int], box: Box | None, shown: WhatIf | None, s: Style) -> bool:
        """Take a click; return whether it was on the strip."""
        self._at = at
        if box is None or shown is None:
            return False
        if pygame.Rect(axis_box(box, shown, s)).collidepoint(at):
            self.turn(1)
            return True
        found = self._under(box, shown, s)
        if found is not None:
            self.take(found, shown)
        return found is not None

    def turn(self, steps: int) -> None:
        """Let the strip vary the next thing, or the one before."""
        desk = self._session.desk()
        if len(desk.axes) > 1 and desk.axis in desk.axes:
            at = (desk.axes.index(desk.axis) + steps) % len(desk.axes)
            self._session.set_axis(desk.axes[at])

    def take(self, index: int, shown: WhatIf) -> None:
        """Take the value of a bar; one's own, while it is a secret, is shown instead."""
        bar = shown.bars[index]
        if bar.own:
            if bar.hidden:
                self._session.perform(Action.REVEAL)
        else:
            self._session.take_bar(index)

    def key(self, event: pygame.Event, shown: WhatIf | None) -> bool:
        """Take a key while the strip has the focus."""
        if shown is None or not shown.bars:
            return False
        self._marked = min(self._marked, len(shown.bars) - 1)
        if event.key in (pygame.K_LEFT, pygame.K_RIGHT):
            step = 1 if event.key == pygame.K_RIGHT else -1
            self._marked = min(max(0, self._marked + step), len(shown.bars) - 1)
        elif event.key in (pygame.K_UP, pygame.K_DOWN):
            self.turn(1 if event.key == pygame.K_DOWN else -1)
        elif event.key in (pygame.K_RETURN, pygame.K_KP_ENTER, pygame.K_SPACE):
            self.take(self._marked, shown)
        else:
            return False
        return True

    def _under(self, box: Box, shown: WhatIf, style: Style) -> int | None:
        for i, column in enumerate(bar_boxes(box, shown, style)):
            if pygame.Rect(column).collidepoint(self._at):
                return i
        return None

    def draw(
        self,
        surface: pygame.Surface,
        box: Box | None,
        shown: WhatIf | None,
        style: Style,
        *,
        focused: bool,
    ) -> None:
        """Say what the bar under the mouse, or the marked one, stands for."""
        if box is None or shown is None or not shown.bars:
            return
        theme, sizes = style.theme, style.sizes
        if shown.axis != self._axis:
            self._axis = shown.axis
            self._marked = next((i for i, bar in enumerate(shown.bars) if bar.own), 0)
        if focused:
            thick = max(2, round(2 * sizes.unit))
            corner = max(3, round(10 * sizes.unit))
            pygame.draw.rect(surface, theme.own, box, thick, border_radius=corner)
        spot = axis_box(box, shown, style)
        top = _below(spot)
        index = self._under(box, shown, style)
        if index is None and focused:
            index = min(self._marked, len(shown.bars) - 1)
        if index is not None:
            column = bar_boxes(box, shown, style)[index]
            outline = pygame.Rect(column).inflate(2, 0)
            pygame.draw.rect(surface, theme.muted, outline, 1, border_radius=4)
            _tip(surface, box, column, top, tip_of(shown, index), style)
        elif pygame.Rect(spot).collidepoint(self._at):
            axes, axis = self._session.desk().axes, self._session.desk().axis
            if len(axes) > 1 and axis in axes:
                after = axes[(axes.index(axis) + 1) % len(axes)]
                _tip(surface, box, spot, top, (f"by {after} instead", "click"), style)


def tip_of(shown: WhatIf, index: int) -> tuple[str, str]:
    """Return what a bar says of itself: a strong line and a quiet one.

    One's own is measured against the bar of the file's value, any other against one's own.
    """
    bar = shown.bars[index]
    name, mine = f"{shown.axis.removesuffix(FROM_GUN)} {bar.label}", whose(shown)
    if bar.hidden:
        return name, f"{mine}: told at the finish; click or V to see it now"
    if bar.finish_s is None:
        return name, "being computed" if bar.stale else "does not finish"
    told = files_bar(shown)
    quiet = _own_beside(bar, told, mine) if bar.own else _beside(bar, shown)
    if bar is told:
        quiet += ", in the file"
    if bar.assumed:
        quiet += ", rests on assumed spacing"
    if bar.stale:
        quiet += ", being computed anew"
    return f"{name}: {format_time(bar.finish_s)}", quiet


def _own_beside(own: Bar, told: Bar | None, mine: str) -> str:
    if own.finish_s is None or told is None or told.finish_s is None or told is own:
        return mine
    return f"{mine}: {format_signed(own.finish_s - told.finish_s)} s on the file's {told.label}"


def _beside(bar: Bar, shown: WhatIf) -> str:
    if bar.finish_s is None:
        return ""
    own = next((b for b in shown.bars if b.own and not b.hidden), None)
    if own is None or own.finish_s is None:
        return f"{format_signed(bar.finish_s - shown.target_s)} s on {format_time(shown.target_s)}"
    forked = shown.axis.endswith(FROM_GUN)
    beside = f"{own.label} from the gun" if forked else "yours"
    return f"{format_signed(bar.finish_s - own.finish_s)} s on {beside}"


def _below(heading: Box) -> int:
    """Return where a tip begins: it covers the bars, never the heading [px]."""
    return heading.bottom + max(2, heading.h // 8)


def _tip(
    surface: pygame.Surface, box: Box, column: Box, top: int, said: tuple[str, str], style: Style
) -> None:
    strong, quiet = said
    type_, px, small = style.type, style.sizes.small, style.sizes.caption
    wide = max(type_.width(strong, SEMIBOLD, px), type_.width(quiet, REGULAR, small)) + px
    wide = min(wide, surface.get_width())
    high = round(1.5 * px + 1.5 * small)
    card = ground((wide, high), style.sizes, style.theme)
    room = max(1, wide - px)
    type_.write(card, strong, (px / 2, 0.85 * px), SEMIBOLD, px, style.theme.text, width=room)
    at = (px / 2, high - 0.9 * small)
    type_.write(card, quiet, at, REGULAR, small, style.theme.muted, width=room)
    x = min(max(box.x, round(column.centre[0] - wide / 2)), box.right - wide)
    surface.blit(card, (max(0, x), top))
