"""The layout: the boxes of one picture, plain values.

In: nothing; `simulator.view.arranging` makes them. Out: `Box`, `Hud`, `Layout` in pixels, None for
parts without room or not wanted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat
from typing import NamedTuple

from simulator.screen import Panel
from simulator.view.theme import Sizes

TRACK_WIDTH_M, TRACK_HEIGHT_M = 176.91, 92.52
"""The outer edge of lane 8 from side to side [m]."""
INFIELD_M = 73.0
"""The infield from kerb to kerb across the straights [m]."""
LEAST_DRAWER = 180
"""Below this width or height the drawer of knobs is unusable [px]."""


class Box(NamedTuple):
    """A rectangle in whole pixels; pygame accepts it as it is."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """The first column to the right of it."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + self.h

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle."""
        return (self.x + self.w / 2, self.y + self.h / 2)

    def inset(self, dx: int, dy: int) -> Box:
        """Return the box with its sides moved inwards, never inside out."""
        dx, dy = min(dx, (self.w - 1) // 2), min(dy, (self.h - 1) // 2)
        return Box(self.x + dx, self.y + dy, self.w - 2 * dx, self.h - 2 * dy)

    def holds(self, at: tuple[int, int]) -> bool:
        """Return whether a pixel lies in it."""
        return self.x <= at[0] < self.right and self.y <= at[1] < self.bottom

    def touches(self, other: Box) -> bool:
        """Return whether the two share a pixel."""
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom


class Hud(NamedTuple):
    """Boxes of the score: in the infield, or in the band below a following camera.

    Attributes:
        area: all of it; labels must not cover it.
        lap, clock, distance: the row with the clock.
        gap: the gap to the light, large. `outlook`: the forecast.
        group: the straightened view.
        words: where the gap's metres and side are written, if not next to its seconds.
    """

    area: Box
    lap: Box | None = None
    clock: Box | None = None
    distance: Box | None = None
    gap: Box | None = None
    outlook: Box | None = None
    group: Box | None = None
    words: Box | None = None

    def only(self, shown: frozenset[Panel]) -> Hud:
        """Return the score without the parts that are not wanted."""
        hud = self
        if Panel.CLOCK not in shown:
            hud = hud._replace(lap=None, clock=None, distance=None)
        if Panel.GAPS not in shown:
            hud = hud._replace(gap=None, words=None, outlook=None)
        return hud if Panel.GROUP in shown else hud._replace(group=None)

    def moved(self, dx: int, dy: int) -> Hud:
        """Return the score with all its boxes moved by whole pixels."""
        moved = (box and Box(box.x + dx, box.y + dy, box.w, box.h) for box in self)
        return Hud._make(moved)


@dataclass(frozen=True, slots=True)
class Layout:
    """All boxes of one picture size.

    Attributes:
        stage: the stadium. `track`: the part of it that holds the whole track, upright if the box
            is higher than wide.
        view: the part of the stage above the band.
        infield: the score when the whole track shows; `band`: the score when the camera follows.
            Both are one in a tall lecture.
        side: the panels next to or below the stage by name, from the top down.
        caption: the strip below the stage for a story's words.
        controls: the buttons; None if there is no room or they are hidden.
        title: the name; `rate`: speed and pause; both lie on the stage's upper edge.
        status: the line below them: the formation and the weather, or a notice.
        least: the smallest type [px], readable from the last row.
    """

    width: int
    height: int
    unit: float
    stage: Box
    track: Box
    view: Box
    infield: Hud
    band: Hud
    side: tuple[tuple[str, Box], ...]
    timeline: Box | None
    caption: Box | None
    controls: Box | None = None
    title: Box | None = None
    rate: Box | None = None
    status: Box | None = None
    least: int = 0

    @property
    def sizes(self) -> Sizes:
        """Type sizes for this picture size."""
        return Sizes(self.unit, self.least)

    @property
    def banded(self) -> bool:
        """Whether the score is in its band with every camera; the infield is free for names."""
        return self.infield is self.band

    @property
    def foot(self) -> Box | None:
        """The line below the track that lists assumptions."""
        if self.title is None:
            return None
        high = foot_height(self.sizes)
        wide = self.stage.w - 2 * self.title.x
        return Box(self.title.x, self.stage.bottom - high, max(1, wide), high)

    @property
    def names(self) -> Box:
        """The part of the stage for names: between the lines above and below the track."""
        if self.status is None or self.foot is None:
            return self.view if self.banded else self.stage
        x, _, w, _ = self.stage
        return Box(x, self.status.bottom, w, max(1, self.foot.y - self.status.bottom))

    @property
    def drawer(self) -> Box | None:
        """Where the drawer of knobs slides in: over the side panels, but not over the bars.

        Without side panels, or if they are below, it lies over the stage; None if it would be too
        small to use.
        """
        box = None if self.banded else self._column
        if box is None:
            wide = min(self.stage.w, max(LEAST_DRAWER, round(0.5 * self.stage.w)))
            box = Box(self.stage.right - wide, self.stage.y, wide, self.stage.h)
        return box if box.w >= LEAST_DRAWER and box.h >= LEAST_DRAWER else None

    @property
    def _column(self) -> Box | None:
        """The panels next to or below the stage, without the bars; None if there are none."""
        boxes = [box for name, box in self.side if name != "what_if"]
        if not boxes:
            return None
        x, y = boxes[0][:2]
        return Box(x, y, max(b.right for b in boxes) - x, max(b.bottom for b in boxes) - y)

    def board(self, *, whole: bool, left: bool) -> Box:
        """Return where the result slides in: over the panels, or at an edge of the stage.

        Args:
            whole: the whole track shows, with the score in its middle.
            left: use the left edge; she and the line are at the other one. With a close camera the
                upper edge of a tall lecture is free.
        """
        if self._column is not None:
            return self._column
        room = self.stage if whole and not self.banded else self.view
        edge = max(2, round(8 * self.unit))
        if self.banded and not whole and room.h > 0.6 * room.w:
            high = round(min(0.18 * room.h, 0.2 * room.w))
            return room.inset(edge, edge)._replace(h=max(1, high))
        below = self.foot.y if whole and self.foot else room.bottom
        heads = (self.status, self.title if left and not whole else None)
        top = max([head.bottom for head in heads if head is not None], default=room.y)
        parts = [b for b in (self.infield.clock, self.infield.lap, self.infield.gap) if b]
        free = min([b.x for b in parts], default=room.x + room.w // 4) - room.x
        if whole and self.banded:  # half of the infield is free, too
            wide = max(1, round(0.4 * room.w))
        else:
            wide = max(1, min(free - 2 * edge if whole else room.w // 4, round(0.25 * room.w)))
        x = room.x + edge if left else room.right - edge - wide
        return Box(x, top + edge, wide, max(1, below - top - 2 * edge))

    def solid(self) -> tuple[Box, ...]:
        """Return the boxes inside the track that no label may cover.

        A lecture's gap is not among them: it is seldom as wide as its box.
        """
        hud = self.infield
        digits = hud.clock and hud.clock.inset(0, hud.clock.h // 8)  # the row is higher than they
        gap = hud.gap if hud.words is None else None
        parts = (hud.lap, digits, hud.distance, gap, hud.group)
        return tuple(box for box in parts if box is not None)


def upright(box: Box) -> bool:
    """Return whether the whole track is larger in `box` with its straights upright."""
    return box.h > box.w


def track_scale(box: Box) -> float:
    """Return the scale [px/m] at which the whole track and its run-off fit into `box`."""
    across, along = sorted((box.w, box.h))
    return max(0.02, min(along / (TRACK_WIDTH_M + 13), across / (TRACK_HEIGHT_M + 11)))


def least_type(width: int, height: int) -> int:
    """Return the smallest type in a lecture hall [px].

    It is a fortieth of the picture's height, or of the side of a square of its area if it is tall.
    """
    return math.ceil(math.sqrt(min(width, height) * height) / 40)


def foot_height(sizes: Sizes) -> int:
    """Return the height of the line below the track [px]."""
    return round(1.5 * sizes.caption)


def apart(
    wanted: Iterable[tuple[float, float]],
    gap: float,
    low: float,
    high: float,
    weights: Iterable[float] = repeat(1.0),
) -> list[float]:
    """Return where pieces of a row begin, moved as little as possible so that none overlaps.

    They keep their order. Where they lie follows from where they would best be without a jump:
    pieces that would overlap lie together about their middle (the "pool adjacent violators" of
    isotonic regression).

    Args:
        wanted: where each would best begin, and its length, in the order of the row.
        gap: what is left free between two.
        low: the row's beginning.
        high: its end; if they do not fit, the last ones stand out.
        weights: how much each resists being moved, more than 0.
    """
    pools: list[tuple[float, float, int]] = []  # where the row would begin; weight, for how many
    before, end = [], 0.0
    for (begin, length), weight in zip(wanted, weights, strict=False):
        first, whole, count = begin - end, weight, 1
        while pools and pools[-1][0] >= first:
            other, heavy, more = pools.pop()
            first = (first * whole + other * heavy) / (whole + heavy)
            whole, count = whole + heavy, count + more
        pools.append((first, whole, count))
        before.append(end)
        end += length + gap
    firsts = [
        max(low, min(first, high - end + gap)) for first, _, count in pools for _ in range(count)
    ]
    return [first + past for first, past in zip(firsts, before, strict=True)]
