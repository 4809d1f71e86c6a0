"""What the panels share: `SidePanel`, ground, hairline, heading, rows.

In: a box. Out: a drawn frame and the boxes inside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from simulator.stage.scene import Panel, Scene
from simulator.view.layout import Box
from simulator.view.plate import Plate
from simulator.view.style import Style
from simulator.view.theme import Colour, Sizes

if TYPE_CHECKING:
    from simulator.view.ui import Control, Key
    from simulator.view.watched import Watched


class SidePanel:
    """A panel at the side: it takes its room, draws itself, and takes what the mouse does on it.

    A picture and its window have one each; `simulator.view.panels.side` lists them.

    Attributes:
        heading: what stands on its upper edge.
        share: how much of the column it takes, where all panels have room.
        box: where it lies [px], None where it has no room; `scene`, `style`: what it shows, how.
    """

    heading = ""
    share = 1.0
    box: Box | None
    scene: Scene
    style: Style

    @staticmethod
    def wanted(shown: frozenset[Panel]) -> bool:
        """Return whether it is shown where these parts of the picture are."""
        raise NotImplementedError

    def layout(self, box: Box | None, scene: Scene, style: Style) -> None:
        """Take its room and what to show there; the others follow."""
        self.box, self.scene, self.style = box, scene, style

    def draw(self, plate: Plate, box: Box) -> None:
        """Bring its fields of the plate up to date."""
        raise NotImplementedError

    def handle(self, event: pygame.Event, session: Watched) -> bool | None:
        """Take an event of the mouse; return whether it was meant for the panel alone."""

    def control(self, session: Watched) -> Control | None:
        """Return what Tab comes to after the drawer's controls; None for nothing."""

    def draw_over(self, surface: pygame.Surface, session: Watched, focus: Key | None) -> None:
        """Draw over the picture what the mouse or the keyboard's focus brings up."""


def frame(surface: pygame.Surface, box: Box, heading: str, style: Style) -> None:
    """Draw a panel with its heading in spaced capitals."""
    surface.fill(style.theme.back, box)
    corner = max(3, round(10 * style.sizes.unit))
    pygame.draw.rect(surface, style.theme.panel, box, border_radius=corner)
    pygame.draw.rect(surface, style.theme.edge, box, 1, border_radius=corner)
    pad = padding(style.sizes)
    style.type.caps(
        surface,
        heading,
        (box.x + pad, box.y + head(style.sizes) / 2 + pad * 0.2),
        style.sizes.caption,
        style.theme.muted,
        width=box.w - 2 * pad,
    )


def arrow(surface: pygame.Surface, x: int, y: int, px: int, colour: Colour) -> None:
    """Draw the sign of a list to choose from."""
    half = max(2, round(0.24 * px))
    points = [(x - half, y - half // 2), (x + half, y - half // 2), (x, y + half - half // 3)]
    pygame.draw.polygon(surface, colour, points)
    pygame.draw.aalines(surface, colour, True, points)


def padding(sizes: Sizes) -> int:
    """Return the space inside a panel's edge [px]."""
    return max(6, round(18 * sizes.unit))


def head(sizes: Sizes) -> int:
    """Return the height of a panel's heading [px]."""
    return round(sizes.caption * 2.3)


def body(box: Box, sizes: Sizes) -> Box:
    """Return the room below a panel's heading."""
    pad = padding(sizes)
    top = head(sizes)
    return Box(box.x + pad, box.y + top, max(1, box.w - 2 * pad), max(1, box.h - top - pad // 2))


def rows(box: Box, count: int, tallest: int) -> list[Box]:
    """Return `count` rows from the top of `box`, each at most `tallest` px high."""
    high = min(tallest, box.h // max(1, count))
    return [Box(box.x, box.y + i * high, box.w, max(1, high)) for i in range(count)]
