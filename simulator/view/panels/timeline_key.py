"""The timeline's heading: what is drawn, and which line is whose, in as many words as fit.

In: a chart's curves, the ghosts they belong to, the room. Out: words, cut to fit, and their lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pygame

from simulator.stage.scene import Body, Curve
from simulator.view.layout import Box
from simulator.view.panels.frame import padding
from simulator.view.style import Style
from simulator.view.text import REGULAR
from simulator.view.theme import mix

_WAYS = "up: ahead   down: behind"
_BAND_WORDS = (
    "90 % of the model's runs, spreads assumed",
    "90 % of runs (assumed)",
    "90 % (assumed)",
)
_PIN_LABELS = tuple("123456")
"""A kept run is labelled with its number."""
_LEAST_NAME, _WIDEST_NAME = 6, 16
"""What a name is cut to at once, and before it is left out [heights of the type]."""


def named(curves: Sequence[Curve], ghosts: Sequence[Body]) -> tuple[tuple[Curve, str], ...]:
    """Return the curves with their names, the weightiest first: what the user made is not lost.

    The runner, runs that were left, kept runs with their numbers, the file's ghosts.
    """
    labels = {(ghost.name, ghost.colour): ghost.label for ghost in ghosts}
    found = []
    for curve in curves:
        label = labels.get((curve.name, curve.colour), "")
        if curve.kind == "runner":
            found.append((0, curve, curve.name))
        elif curve.name.startswith("before"):
            found.append((1, curve, curve.name))
        elif label in _PIN_LABELS:
            found.append((2, curve, f"{label} {curve.name}"))
        else:
            found.append((3, curve, curve.name))
    return tuple((curve, name) for _, curve, name in sorted(found, key=lambda each: each[0]))


@dataclass(frozen=True, slots=True)
class Legend:
    """The words of the chart's key, in the order they stand; empty where there is no room.

    Attributes:
        names: curves with their names, cut to fit.
        more: how many curves are not named.
        band: what the band is.
        ways: which way is good.
    """

    names: tuple[tuple[Curve, str], ...]
    more: str
    band: str
    ways: str


def legend(
    curves: Sequence[tuple[Curve, str]],
    room: float,
    style: Style,
    *,
    banded: bool,
) -> Legend:
    """Return as much of the key as fits `room` [px], of curves with the weightiest first.

    Long words of the band go first, then which way is good, then the ends of long names; at last
    curves from the back, and the band where it leaves no room for the runner.
    """
    px, pad, width = style.sizes.caption, padding(style.sizes), style.type.width
    least, widest = _LEAST_NAME * px, _WIDEST_NAME * px
    bands = _BAND_WORDS if banded else ("",)

    def fits(told: Legend) -> bool:
        key = round(1.6 * px) + 6
        parts = [key + width(name, REGULAR, px) for _, name in told.names]
        parts += [key + width(told.band, REGULAR, px)] if told.band else []
        parts += [width(words, REGULAR, px) for words in (told.more, told.ways) if words]
        return sum(parts) + pad * (len(parts) - 1) <= room

    def cut(wide: int, count: int, band: str, ways: str = "") -> Legend:
        shown = tuple((c, style.type.fit(name, REGULAR, px, wide)) for c, name in curves[:count])
        left = len(curves) - count
        return Legend(shown, f"+{left} more" if left else "", band, ways)

    for band in bands:
        if fits(whole := cut(widest, len(curves), band, _WAYS)):
            return whole
    for band in (bands[-1], ""):
        for count in range(len(curves), 0, -1):
            if fits(cut(least, count, band)):
                narrowed = (cut(wide, count, band) for wide in range(widest, least - 1, -1))
                return next(filter(fits, narrowed))
    return Legend((), "", "", "")


def heading(
    surface: pygame.Surface,
    box: Box,
    light: str,
    names: Sequence[tuple[Curve, str]],
    style: Style,
    *,
    banded: bool,
) -> None:
    """Write what is drawn along the upper edge of the panel `box`.

    Args:
        surface: what to write on.
        box: the whole panel [px].
        light: the colour of the light's line, as a scenario names it.
        names: the curves with their names, the weightiest first.
        style: sizes and colours.
        banded: whether there is a band to be told of.
    """
    theme, type_, px = style.theme, style.type, style.sizes.caption
    pad = padding(style.sizes)
    y = box.y + px * 1.35
    x: float = box.x + pad
    x += type_.caps(surface, "gap to the light", (x, y), px, theme.muted) + 2 * pad
    x += _light(surface, x, y, light, style) + pad
    told = legend(names, box.right - pad - x, style, banded=banded)
    for curve, name in told.names:
        x += _sample(surface, curve, x, y, style) + 6
        x += type_.write(surface, name, (x, y), REGULAR, px, theme.muted) + pad
    if told.more:
        x += type_.write(surface, told.more, (x, y), REGULAR, px, theme.faint) + pad
    if told.band:
        key, high = round(1.6 * px), round(0.7 * px)
        shade = mix(theme.panel, theme.own, 0.3)
        surface.fill(shade, (round(x), round(y - high / 2), key, high))
        type_.write(surface, told.band, (x + key + 6, y), REGULAR, px, theme.muted)
    type_.write(surface, told.ways, (box.right - pad, y), REGULAR, px, theme.faint, align=1)


def _sample(surface: pygame.Surface, curve: Curve, x: float, y: float, style: Style) -> int:
    """Draw a piece of a curve's line; return its width [px]."""
    wide = round(1.6 * style.sizes.caption)
    thick = max(1, round(2.2 * style.sizes.unit))
    colour, top = style.theme.colour(curve.colour), round(y - thick / 2)
    if curve.kind == "runner":
        surface.fill(colour, (round(x), top, wide, thick + 1))
        return wide
    third = max(2, round(wide / 5))
    for k in range(0, wide, 2 * third):
        surface.fill(colour, (round(x) + k, top, third, thick))
    return wide


def _light(surface: pygame.Surface, x: float, y: float, light: str, style: Style) -> float:
    theme, px = style.theme, style.sizes.caption
    key = round(1.6 * px)
    surface.fill(theme.colour(light), (round(x), round(y) - 1, key, max(2, px // 7)))
    at = (x + key + 6, y)
    return key + 6 + style.type.write(surface, "the light", at, REGULAR, px, theme.muted)
