"""The upper edge of the stage: the scenario's name, what is assumed, the rate and the pause.

In: a scene and two boxes. Out: fields of a plate.
"""

from __future__ import annotations

import pygame

from simulator.stage.scene import Phase, Scene
from simulator.view.layout import Box
from simulator.view.plate import Plate
from simulator.view.style import Style
from simulator.view.text import REGULAR, SEMIBOLD


def show(plate: Plate, scene: Scene, title: Box, rate: Box, style: Style) -> None:
    """Bring name and rate up to date."""
    assumed = "" if not scene.assumed else "assumed: " + ", ".join(scene.assumed)

    def paint_title(surface: pygame.Surface, box: Box) -> None:
        size = style.sizes.lead
        first, step = box.y + size * 0.62, style.sizes.small * 1.3
        style.type.write(
            surface, scene.title, (box.x, first), SEMIBOLD, size, style.theme.text, width=box.w
        )
        style.type.write(
            surface,
            scene.subtitle,
            (box.x, first + size * 0.5 + step * 0.6),
            REGULAR,
            style.sizes.small,
            style.theme.muted,
            width=box.w,
        )

    def paint_rate(surface: pygame.Surface, box: Box) -> None:
        size = style.sizes.lead
        y = box.y + size * 0.62
        text = f"{scene.speed:g}×"
        x = box.right - style.type.digits(
            surface, text, (box.right, y), SEMIBOLD, size, style.theme.text, align=1
        )
        x -= round(0.5 * size)
        colour = (
            style.theme.warning
            if scene.paused and scene.phase is Phase.RUNNING
            else style.theme.muted
        )
        half = 0.32 * size
        if scene.paused:
            for left in (x - 2 * half, x - 0.7 * half):
                surface.fill(
                    colour, (round(left), round(y - half), round(0.6 * half), round(2 * half))
                )
        else:
            points = [(x - 1.8 * half, y - half), (x - 1.8 * half, y + half), (x, y)]
            pygame.draw.polygon(surface, colour, points)
            pygame.draw.aalines(surface, colour, True, points)
        style.type.write(
            surface,
            assumed,
            (box.right, y + size * 0.5 + style.sizes.small * 0.8),
            REGULAR,
            style.sizes.small,
            style.theme.faint,
            align=1,
            width=box.w,
        )

    plate.field("title", title, (scene.title, scene.subtitle), paint_title)
    plate.field("rate", rate, (scene.speed, scene.paused, scene.phase, assumed), paint_rate)


def over(surface: pygame.Surface, plate: Plate, box: Box) -> None:
    """Lay the name or the rate over a moving ground, as it stands on the plate."""
    surface.blit(plate.picture, box, box)
