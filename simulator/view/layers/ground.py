"""The ground under a moving camera, in tiles that are painted once.

In: a `View`, a box. Out: the stadium drawn there. At any resting zoom tiles are sharp; on the way
between two zooms scaled ones stand in, or for a moment a scaled piece of the whole picture.
"""

from __future__ import annotations

import math
from collections import OrderedDict

import pygame

from simulator.view.camera import View
from simulator.view.layers.track import draw_ground
from simulator.view.layout import Box
from simulator.view.theme import Colour, Theme

TILE = 256
_LEAST_RATIO, _MOST_RATIO = 0.57, 2.0
"""Tiles stand in for a zoom this much smaller or larger than their own: further off they would be
dearer than they are sharp."""
_KEPT = 200


Track = tuple[float, int]
"""What a scenario says about the ground: the start line [m] and the number of LEDs."""


class Tiles:
    """Painted tiles of one zoom and one start line; at most `_KEPT` of them (50 MB)."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._tiles: OrderedDict[tuple[float, Track, int, int], pygame.Surface] = OrderedDict()

    def draw(
        self, surface: pygame.Surface, view: View, box: Box, track: Track, most: int | None = None
    ) -> None:
        """Draw the ground seen through `view` in `box`, and paint at most one tile beyond it.

        `most` tiles are painted anew, all that are needed if it is None; others are left out.
        """
        painted = 0
        for column, row in _seen(view, box):
            known = (view.scale, track, column, row) in self._tiles
            if known or most is None or painted < most:
                painted += not known
                tile = self._tile(view.scale, track, column, row)
                surface.blit(tile, (view.ox + column * TILE, view.oy + row * TILE))
        if not painted:
            wider = Box(box.x - TILE, box.y - TILE, box.w + 2 * TILE, box.h + 2 * TILE)
            self.prepare(view, wider, track, 1)

    def draw_scaled(
        self,
        surface: pygame.Surface,
        view: View,
        sharp: View,
        box: Box,
        track: Track,
        most: int | None = None,
    ) -> bool:
        """Draw the ground in `box` from the tiles of another view's zoom, scaled.

        Returns False, and draws nothing, where the zooms lie too far apart or more than `most`
        tiles (None: any number) have yet to be painted.
        """
        ratio = view.scale / sharp.scale
        if not _LEAST_RATIO <= ratio <= _MOST_RATIO:
            return False
        left, top = (box.x - view.ox) / ratio, (box.y - view.oy) / ratio
        x, y = math.floor(left), math.floor(top)
        wide = math.ceil(left + box.w / ratio) - x
        high = math.ceil(top + box.h / ratio) - y
        fixed, whole = View(sharp.scale, -x, -y), Box(0, 0, wide, high)
        if most is not None and self.missing(fixed, whole, track) > most:
            return False
        picture = pygame.Surface((wide, high), 0, 32)
        self.draw(picture, fixed, whole, track)
        size = (max(1, round(wide * ratio)), max(1, round(high * ratio)))
        at = (round(x * ratio + view.ox), round(y * ratio + view.oy))
        surface.blit(pygame.transform.smoothscale(picture, size), at)
        return True

    def missing(self, view: View, box: Box, track: Track) -> int:
        """Return how many tiles of this view have not been painted yet."""
        return len(self._missing(view, box, track))

    def _missing(self, view: View, box: Box, track: Track) -> list[tuple[int, int]]:
        known = self._tiles
        return [place for place in _seen(view, box) if (view.scale, track, *place) not in known]

    def prepare(self, view: View, box: Box, track: Track, most: int) -> None:
        """Paint at most `most` tiles of a view that will be seen soon."""
        for column, row in self._missing(view, box, track)[:most]:
            self._tile(view.scale, track, column, row)

    def _tile(self, scale: float, track: Track, column: int, row: int) -> pygame.Surface:
        key = (scale, track, column, row)
        tile = self._tiles.get(key)
        if tile is None:
            place = Box(column * TILE, row * TILE, TILE, TILE)
            tile = self._tiles[key] = draw_ground(View(scale, 0, 0), place, self._theme, *track)
            if len(self._tiles) > _KEPT:
                self._tiles.popitem(last=False)
        else:
            self._tiles.move_to_end(key)
        return tile


def _seen(view: View, box: Box) -> list[tuple[int, int]]:
    """Return column and row of each tile that is seen in `box`."""
    columns = range((box.x - view.ox) // TILE, (box.right - 1 - view.ox) // TILE + 1)
    rows = range((box.y - view.oy) // TILE, (box.bottom - 1 - view.oy) // TILE + 1)
    return [(column, row) for column in columns for row in rows]


def stretched(
    surface: pygame.Surface,
    picture: pygame.Surface,
    known: View,
    view: View,
    box: Box,
    beyond: Colour,
) -> None:
    """Draw `picture`, which was painted through `known`, as seen through `view` in `box`.

    `beyond` fills what the picture does not show.
    """
    zoom = view.scale / known.scale
    left, top = (box.x - view.ox) / zoom + known.ox, (box.y - view.oy) / zoom + known.oy
    size = (max(1, round(box.w / zoom)), max(1, round(box.h / zoom)))
    part = pygame.Rect((round(left), round(top)), size).clip(picture.get_rect())
    surface.fill(beyond, box)
    if part.w < 1 or part.h < 1:
        return
    x = round((part.x - known.ox) * zoom + view.ox)
    y = round((part.y - known.oy) * zoom + view.oy)
    size = (max(1, round(part.w * zoom)), max(1, round(part.h * zoom)))
    surface.blit(pygame.transform.smoothscale(picture.subsurface(part), size), (x, y))
