"""The upper edge of the stage: the scenario's name, what is assumed, the rate and the pause.

In: a scene and two boxes. Out: fields of a plate.
"""

from __future__ import annotations

import pygame

from simulator.stage.scene import Phase, Scene
from simulator.view.layout import Box
from simulator.view.plate import Plate
from simulator.view.sprites import shade
from simulator.view.style import Style
from simulator.view.text import REGULAR, SEMIBOLD


def show(plate: Plate, scene: Scene, title: Box, rate: Box, style: Style) -> None:
    """Bring name and rate up to date."""
    key = (scene.title, scene.subtitle)
    plate.field("title", title, key, lambda s, b: _title(s, b, scene, style))
    state = (scene.speed, scene.paused, scene.phase)
    plate.field("rate", rate, state, lambda s, b: _rate(s, b, scene, style))


def over(surface: pygame.Surface, scene: Scene, title: Box, rate: Box, style: Style) -> None:
    """Write name and rate over a moving ground, on a scrim."""
    scrim = shade(rate.right - title.x + 2 * title.x, round(1.5 * title.bottom), style.theme.back)
    surface.blit(scrim, (0, 0))
    _title(surface, title, scene, style)
    _rate(surface, rate, scene, style)


def _title(surface: pygame.Surface, box: Box, scene: Scene, style: Style) -> None:
    sizes, theme = style.sizes, style.theme
    size = sizes.lead
    first = box.y + size * 0.62
    second = first + size * 0.55 + sizes.small * 0.72
    style.type.write(surface, scene.title, (box.x, first), SEMIBOLD, size, theme.text, width=box.w)
    style.type.write(
        surface, scene.subtitle, (box.x, second), REGULAR, sizes.small, theme.muted, width=box.w
    )


def _rate(surface: pygame.Surface, box: Box, scene: Scene, style: Style) -> None:
    theme, size = style.theme, style.sizes.lead
    y = box.y + size * 0.62
    text = f"{scene.speed:g}×"
    x = box.right - style.type.write(
        surface, text, (box.right, y), SEMIBOLD, size, theme.text, align=1
    )
    x -= round(0.5 * size)
    colour = theme.warning if scene.paused and scene.phase is Phase.RUNNING else theme.muted
    half = 0.32 * size
    if scene.paused:
        for left in (x - 2 * half, x - 0.7 * half):
            bar = (round(left), round(y - half), round(0.6 * half), round(2 * half))
            surface.fill(colour, bar)
    else:
        points = [(x - 1.8 * half, y - half), (x - 1.8 * half, y + half), (x, y)]
        pygame.draw.polygon(surface, colour, points)
        pygame.draw.aalines(surface, colour, True, points)


def assumed(plate: Plate, scene: Scene, box: Box, style: Style) -> None:
    """Say in one line below the track what of all this is assumed."""
    text = "assumed: " + ", ".join(scene.assumed) if scene.assumed else ""

    def paint(surface: pygame.Surface, box: Box) -> None:
        px, colour = style.sizes.caption, style.theme.muted
        wide = min(style.type.width(text, REGULAR, px), box.w)
        if text:
            # the crowd behind it would swallow thin letters
            pad = px // 2
            bed = (box.x - pad, box.y, wide + 2 * pad, box.h - 1)
            surface.set_clip(None)
            pygame.draw.rect(surface, style.theme.back, bed, border_radius=box.h // 2)
        style.type.write(
            surface, text, (box.x, box.y + box.h / 2), REGULAR, px, colour, width=box.w
        )

    plate.field("assumed", box, text, paint)


def wrapped(words: list[str], width: int, px: int, style: Style) -> list[str]:
    """Return lines of whole words, each as long as fits."""
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and style.type.width(longer, REGULAR, px) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
