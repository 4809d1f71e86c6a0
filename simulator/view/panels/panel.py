"""What the panels share: `SidePanel`, ground, hairline, heading, rows, their cached layer.

In: a box. Out: a drawn frame, the boxes inside it, a picture to blit whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING

import pygame

from simulator.screen import Panel
from simulator.stage.scene import Scene
from simulator.view.layout import Box
from simulator.view.text import Style
from simulator.view.theme import Colour, Sizes, Theme, mix

if TYPE_CHECKING:
    from simulator.session import Session
    from simulator.view.ui import Control, Key

Paint = Callable[[pygame.Surface, Box], None]


class CachedLayer:
    """A picture whose fields are redrawn only when their content changes.

    Attributes:
        blank: everything that never changes.
        picture: a copy of it with the present content of each field.
    """

    def __init__(self, blank: pygame.Surface) -> None:
        self.blank = blank
        self.picture = blank.copy()
        self._shown: dict[str, tuple[Box, Hashable]] = {}

    def field(self, name: str, box: Box, key: Hashable, paint: Paint | None = None) -> bool:
        """Show a field that depends only on `box` and `key`; `paint` draws it, or it is empty.

        Returns:
            Whether it was drawn.
        """
        if self._shown.get(name) == (box, key):
            return False
        self._shown[name] = (box, key)
        self.picture.set_clip(box)
        self.picture.blit(self.blank, box, box)
        if paint is not None:
            paint(self.picture, box)
        self.picture.set_clip(None)
        return True

    def forget(self, *beginnings: str) -> None:
        """Have the fields redrawn whose names begin so, whatever covers their places."""
        self._shown = {n: kept for n, kept in self._shown.items() if not n.startswith(beginnings)}


class SidePanel:
    """A panel at the side: it lays itself out, draws itself, and handles the mouse.

    A picture and its window each have one instance; `simulator.view.panels.side` lists them.

    Attributes:
        heading: the text on its upper edge.
        share: its share of the column, if all panels have room.
        rank: 0 for the most important panels, 2 for the least.
        box: its box [px], None without room; `scene`, `style`: what it shows, how.
    """

    heading = ""
    share = 1.0
    rank = 1
    box: Box | None = None
    scene: Scene
    style: Style
    _at: tuple[int, int] = (-1, -1)

    @staticmethod
    def wanted(shown: frozenset[Panel]) -> bool:
        """Return whether it is shown when these parts of the picture are."""
        raise NotImplementedError

    def layout(self, box: Box | None, scene: Scene, style: Style) -> None:
        """Set its box and content; the other methods use them."""
        self.box, self.scene, self.style = box, scene, style

    def draw(self, layer: CachedLayer, box: Box) -> None:
        """Update its fields of the layer."""
        raise NotImplementedError

    @property
    def captures(self) -> bool:
        """Whether it gets every event of mouse and keyboard, like an open menu."""
        return False

    def handle(self, event: pygame.Event, session: Session) -> bool | None:
        """Handle a mouse event; return whether only the panel should get it."""

    def _clicked(self, event: pygame.Event) -> bool:
        """Note where the mouse is; return whether its left button was pressed there."""
        if event.type in (pygame.MOUSEMOTION, pygame.MOUSEBUTTONDOWN):
            self._at = event.pos
        return event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT

    def control(self, session: Session) -> Control | None:
        """Return the control that Tab reaches after the drawer's controls; None for none."""

    def draw_over(self, surface: pygame.Surface, session: Session, focus: Key | None) -> None:
        """Draw over the picture what the mouse or the keyboard's focus shows."""


def quiet_ground(theme: Theme) -> Colour:
    """Return the ground of the panels of the last rank."""
    return mix(theme.back, theme.panel, 0.55)


def frame(surface: pygame.Surface, box: Box, heading: str, style: Style, rank: int = 1) -> None:
    """Draw a panel with its heading in spaced capitals; rank 0 stands out."""
    theme, pad, px = style.theme, padding(style.sizes), style.sizes.caption
    surface.fill(theme.back, box)
    corner = max(3, round(10 * style.sizes.unit))
    ground = quiet_ground(theme) if rank > 1 else theme.panel
    edge = (theme.faint, theme.edge, mix(theme.back, theme.edge, 0.5))[rank]
    pygame.draw.rect(surface, ground, box, border_radius=corner)
    pygame.draw.rect(surface, edge, box, 1, border_radius=corner)
    at = (box.x + pad, box.y + head(style.sizes) / 2 + pad * 0.2)
    colour = theme.muted if rank else theme.text
    style.type.caps(surface, heading, at, px, colour, width=box.w - 2 * pad)


_ENDS_IN_TIME = re.compile(r"(?!before)\D*?(\d*:?\d+[:.]\d+(?:\.\d+)?)")


def time_in(name: str) -> str:
    """Return the time at the end of a name, which replaces it if there is no room, `4:06.42`."""
    found = _ENDS_IN_TIME.fullmatch(name)
    return found[1] if found else ""


def arrow(surface: pygame.Surface, x: int, y: int, px: int, colour: Colour) -> None:
    """Draw the sign of a drop-down list."""
    half = max(2, round(0.24 * px))
    points = [(x - half, y - half // 2), (x + half, y - half // 2), (x, y + half - half // 3)]
    polygon(surface, points, colour)


def polygon(surface: pygame.Surface, points: Sequence[tuple[float, float]], colour: Colour) -> None:
    """Fill a polygon with smooth edges."""
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
