"""The texts around the stage: name, rate, formation and weather above, assumptions below.

In: a scene and boxes. Out: fields of a layer. A story's words have their own strip below the stage,
so that they never cover the home straight, where the race ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import pygame

from simulator.stage.scene import Phase, Scene, Staging, Weather
from simulator.view.layout import Box, Layout
from simulator.view.panels.panel import CachedLayer, polygon
from simulator.view.sprites import shade
from simulator.view.text import REGULAR, SEMIBOLD, Style, shrink


def show(layer: CachedLayer, scene: Scene, layout: Layout, style: Style) -> None:
    """Update name, rate and the line below them."""
    title, rate, status = layout.title, layout.rate, layout.status
    if title is None or rate is None or status is None:
        return
    layer.field("title", title, scene.title, lambda s, b: _title(s, b, scene, style))
    state = (scene.speed, scene.paused, scene.phase)
    layer.field("rate", rate, state, lambda s, b: _rate(s, b, scene, style))
    key = (scene.subtitle, scene.notice, scene.weather)
    layer.field("status", status, key, lambda s, b: _status(s, b, scene, style))


def over(surface: pygame.Surface, scene: Scene, layout: Layout, style: Style) -> None:
    """Write name, rate and the line below them over a moving ground, on a scrim."""
    title, rate, status = layout.title, layout.rate, layout.status
    if title is None or rate is None or status is None:
        return
    scrim = shade(rate.right - title.x + 2 * title.x, round(1.5 * status.bottom), style.theme.back)
    surface.blit(scrim, (0, 0))
    _title(surface, title, scene, style)
    _rate(surface, rate, scene, style)
    _status(surface, status, scene, style)


def _title(surface: pygame.Surface, box: Box, scene: Scene, style: Style) -> None:
    size, at = style.sizes.lead, (box.x, box.centre[1])
    style.type.write(surface, scene.title, at, SEMIBOLD, size, style.theme.text, width=box.w)


def _status(surface: pygame.Surface, box: Box, scene: Scene, style: Style) -> None:
    """Write the formation and the weather; a notice replaces them while it is shown."""
    write, theme, px, y = style.type.write, style.theme, style.sizes.small, box.centre[1]
    if scene.notice:
        px = shrink(px, 9, lambda px: style.type.width(scene.notice, SEMIBOLD, px) <= box.w)
        write(surface, scene.notice, (box.x, y), SEMIBOLD, px, theme.warning, width=box.w)
        return
    right = float(box.right)
    if scene.weather is not None:
        sign = weather_words(scene.weather)
        right -= write(surface, sign, (right, y), SEMIBOLD, px, theme.text, align=1) + px
    room = max(1, round(right - box.x))
    write(surface, scene.subtitle, (box.x, y), REGULAR, px, theme.muted, width=room)


def weather_words(weather: Weather) -> str:
    """Return wind and temperature as text: `wind 2.0 m/s, 30 °C`."""
    wind = f"wind {weather.wind_m_s:.1f} m/s, " if weather.wind_m_s else ""
    return f"{wind}{weather.temperature_c:.0f} °C".replace("-", "−")


def _rate(surface: pygame.Surface, box: Box, scene: Scene, style: Style) -> None:
    theme, size = style.theme, style.sizes.lead
    x, y, text = box.right, box.centre[1], f"{scene.speed:g}×"
    x -= style.type.write(surface, text, (x, y), SEMIBOLD, size, theme.text, align=1)
    x -= round(0.5 * size)
    colour = theme.warning if scene.paused and scene.phase is Phase.RUNNING else theme.muted
    half = 0.32 * size
    if scene.paused:
        for left in (x - 2 * half, x - 0.7 * half):
            bar = (round(left), round(y - half), round(0.6 * half), round(2 * half))
            surface.fill(colour, bar)
    else:
        polygon(surface, [(x - 1.8 * half, y - half), (x - 1.8 * half, y + half), (x, y)], colour)


def assumed(layer: CachedLayer, scene: Scene, box: Box, style: Style) -> None:
    """List the assumptions in one line below the track."""
    text = "assumed: " + ", ".join(scene.assumed) if scene.assumed else ""

    def paint(surface: pygame.Surface, box: Box) -> None:
        px, theme, at = style.sizes.caption, style.theme, (box.x, box.y + box.h / 2)
        if text:
            # thin letters would vanish in the crowd behind them
            wide, pad = min(style.type.width(text, REGULAR, px), box.w), px // 2
            bed = (box.x - pad, box.y, wide + 2 * pad, box.h - 1)
            surface.set_clip(None)
            pygame.draw.rect(surface, theme.back, bed, border_radius=box.h // 2)
        style.type.write(surface, text, at, REGULAR, px, theme.muted, width=box.w)

    layer.field("assumed", box, text, paint)


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


def _count(staging: Staging) -> str:
    return f"{staging.chapter}/{staging.chapters}" if staging.chapters > 1 else ""


def caption_plan(staging: Staging, box: Box, style: Style) -> CaptionPlan:
    """Return a caption's layout in its strip: the same whichever of its figures are known."""
    type_, pad = style.type, round(0.3 * box.h)
    least = max(6, int(_FILLED * box.h / (LINES * _LEADING)))
    left = box.x + pad + max(2, round(0.05 * box.h)) + round(0.16 * box.h)
    right = box.right - pad - type_.width(_count(staging), SEMIBOLD, least)
    room = max(1, right - left - pad)
    words = staging.whole or staging.caption

    def lines_at(px: int, width: int) -> list[str]:
        return type_.wrap(words, SEMIBOLD, px, width) or [""]

    def fits(px: int) -> bool:
        lines = lines_at(px, room)
        wide = max(type_.width(line, SEMIBOLD, px) for line in lines)
        return wide <= room and len(lines) * _LEADING * px <= _FILLED * box.h

    px = shrink(max(6, round(0.38 * box.h)), least, fits)
    whole = fits(px)
    if not whole:
        px = shrink(least, 4, fits)
    lines, width = lines_at(px, room), room
    # lines of similar length, not a line and a word
    while len(lines) > 1 and (width := width - px) > 0 and len(lines_at(px, width)) == len(lines):
        lines = lines_at(px, width)
    return CaptionPlan(tuple(lines), left, px, least, whole)


def _caption(surface: pygame.Surface, box: Box, staging: Staging, style: Style) -> None:
    theme, type_ = style.theme, style.type
    plan, pad, middle = caption_plan(staging, box, style), round(0.3 * box.h), box.y + box.h / 2
    at = (box.right - pad, middle)
    type_.digits(surface, _count(staging), at, SEMIBOLD, plan.count_px, theme.muted, align=1)
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
