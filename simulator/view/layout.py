"""Where everything goes: a pure function from a size to rectangles.

In: the picture's width and height [px], whether the controls show. Out: `Layout`, boxes in pixels,
None for what has no room. Panels are dropped in this order: what if, splits, controls, live,
timeline, group view; the clock is the last to go.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from simulator.view.theme import Sizes


class Box(NamedTuple):
    """A rectangle in whole pixels; pygame takes it as it is."""

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

    def touches(self, other: Box) -> bool:
        """Return whether the two share a pixel."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Hud:
    """Boxes of the score: in the infield, or in the band below a following camera.

    Attributes:
        area: all of it; what a label must not cover.
        lap, clock, distance: the row with the clock; `lap` and `distance` may be None.
        gap: the gap to the light, large. `outlook`: projected and still possible.
        group: the straightened view; None where it has no room.
        board: where the result board goes.
    """

    area: Box
    lap: Box | None
    clock: Box
    distance: Box | None
    gap: Box | None
    outlook: Box | None
    group: Box | None
    board: Box


@dataclass(frozen=True, slots=True)
class Layout:
    """All boxes of one picture size.

    Attributes:
        stage: the stadium. `track`: the part of it that the whole track is fitted into.
        title: name and subtitle; `rate`: speed and pause; both lie on the stage's upper edge.
        infield: the score when the whole track shows; `band`: the score when the camera follows.
        view: the part of the stage above the band.
        controls: the buttons, None where there is no room or they are hidden.
    """

    width: int
    height: int
    unit: float
    stage: Box
    track: Box
    title: Box | None
    rate: Box | None
    infield: Hud
    band: Hud
    view: Box
    live: Box | None
    splits: Box | None
    what_if: Box | None
    timeline: Box | None
    controls: Box | None

    @property
    def sizes(self) -> Sizes:
        """Type sizes that go with this picture size."""
        return Sizes(self.unit)

    @property
    def foot(self) -> Box | None:
        """The line below the track that says what is assumed."""
        if self.title is None:
            return None
        high = foot_height(self.sizes)
        wide = self.stage.w - 2 * self.title.x
        return Box(self.title.x, self.stage.bottom - high, max(1, wide), high)

    @property
    def drawer(self) -> Box | None:
        """Where the drawer of knobs slides in: over the panels beside the strip of alternatives.

        Where there are none it lies over the stage; None where it would be too small to use.
        """
        first, last = self.live, self.splits or self.live
        if first is not None and last is not None:
            box = Box(first.x, first.y, last.right - first.x, last.bottom - first.y)
        else:
            wide = min(self.stage.w, max(LEAST_DRAWER, round(0.5 * self.stage.w)))
            box = Box(self.stage.right - wide, self.stage.y, wide, self.stage.h)
        return box if box.w >= LEAST_DRAWER and box.h >= LEAST_DRAWER else None

    def solid(self, board: bool = False) -> tuple[Box, ...]:
        """Return the boxes on the stage that no label may cover; `board`: the result is up."""
        hud = self.infield
        if board:
            return (hud.board,)
        parts = (hud.lap, hud.clock, hud.distance, hud.gap, hud.group, self.foot, self.title)
        return tuple(box for box in parts if box is not None)

    def panels(self) -> dict[str, Box]:
        """Return the boxes that tile the picture, by name: none overlaps another."""
        named = {
            "stage": self.stage,
            "live": self.live,
            "splits": self.splits,
            "what_if": self.what_if,
            "timeline": self.timeline,
            "controls": self.controls,
        }
        return {name: box for name, box in named.items() if box is not None}


TRACK_WIDTH_M, TRACK_HEIGHT_M = 176.91, 92.52
"""The outer edge of lane 8 from side to side [m]."""
LEAST_DRAWER = 180
"""Below this width or height the drawer of knobs is of no use [px]."""
INFIELD_M = 73.0
"""The infield from kerb to kerb across the straights [m]."""


def track_scale(box: Box) -> float:
    """Return the pixels a metre at which the whole track and its run-off fit into `box`."""
    return max(0.02, min(box.w / (TRACK_WIDTH_M + 13), box.h / (TRACK_HEIGHT_M + 11)))


def foot_height(sizes: Sizes) -> int:
    """Return the height of the line below the track [px]."""
    return round(1.5 * sizes.caption)


@lru_cache(maxsize=64)
def arrange(width: int, height: int, controls: bool = True) -> Layout:
    """Return the boxes for a picture of this size; never raises from 1 × 1 upwards."""
    width, height = max(1, width), max(1, height)
    wide = width >= 1.2 * height and width >= 720 and height >= 360
    unit = min(width / 1920, height / 1080) if wide else min(width / 1100, height / 1080)
    unit = max(0.2, unit)
    gap = max(3, round(14 * unit))
    button_row = max(26, round(44 * unit)) if controls and width >= 560 and height >= 420 else 0
    if wide:
        return _wide(width, height, unit, gap, button_row)
    return _stacked(width, height, unit, gap, button_row)


def _wide(width: int, height: int, unit: float, gap: int, button_row: int) -> Layout:
    side = max(236, round(0.255 * width))
    left = width - side - gap
    row = button_row + gap // 2 if button_row else 0
    stage_wanted = left * (TRACK_HEIGHT_M + 11) / (TRACK_WIDTH_M + 13) + 56 * unit
    spare = round(height - stage_wanted) - gap - row
    low = min(max(84, round(0.185 * height), spare), round(0.32 * height))
    bottom = low + gap + row
    stage = Box(0, 0, left, height - bottom)
    timeline = Box(gap, stage.bottom, left - gap, low)
    buttons = Box(gap, timeline.bottom + gap // 2, left - gap, button_row) if button_row else None
    column = Box(left + gap, gap, side - gap, height - 2 * gap)
    live, splits, what_if = _column(column, gap)
    return _finish(width, height, unit, stage, (live, splits, what_if), timeline, buttons)


def _column(column: Box, gap: int) -> tuple[Box | None, Box | None, Box | None]:
    x, y, w, h = column
    if h < 330:
        return Box(x, y, w, h), None, None
    if h < 500:
        first = round(0.5 * h)
        return Box(x, y, w, first), Box(x, y + first + gap, w, h - first - gap), None
    first, second = round(0.37 * (h - 2 * gap)), round(0.35 * (h - 2 * gap))
    third = h - 2 * gap - first - second
    return (
        Box(x, y, w, first),
        Box(x, y + first + gap, w, second),
        Box(x, y + first + second + 2 * gap, w, third),
    )


def _stacked(width: int, height: int, unit: float, gap: int, button_row: int) -> Layout:
    """Stage on top, then the timeline, the buttons and whatever panels still fit."""
    wanted = round(width * (TRACK_HEIGHT_M + 11) / (TRACK_WIDTH_M + 13) + 70 * unit)
    timeline_h = max(70, round(0.13 * height)) if height >= 260 and width >= 240 else 0
    rest = (
        height - (timeline_h + gap if timeline_h else 0) - (button_row + gap if button_row else 0)
    )
    stage = Box(0, 0, width, max(1, min(wanted, rest) if rest - wanted >= 150 else rest))
    y = stage.bottom
    timeline = buttons = live = splits = what_if = None
    if timeline_h:
        timeline = Box(gap, y, width - 2 * gap, timeline_h)
        y = timeline.bottom + gap
    if button_row:
        buttons = Box(gap, y, width - 2 * gap, button_row)
        y = buttons.bottom + gap
    free = height - y - gap
    if free >= 140 and width >= 240:
        if width >= 520:
            half = (width - 3 * gap) // 2
            upper = free if free < 480 else round(0.52 * free)
            live = Box(gap, y, half, upper)
            splits = Box(2 * gap + half, y, width - 3 * gap - half, upper)
            if free >= 480:
                what_if = Box(gap, y + upper + gap, width - 2 * gap, free - upper - gap)
        else:
            live = Box(gap, y, width - 2 * gap, free if free < 380 else free // 2)
            if free >= 380:
                splits = Box(gap, live.bottom + gap, width - 2 * gap, free - live.h - gap)
    return _finish(width, height, unit, stage, (live, splits, what_if), timeline, buttons)


def _finish(
    width: int,
    height: int,
    unit: float,
    stage: Box,
    panels: tuple[Box | None, Box | None, Box | None],
    timeline: Box | None,
    controls: Box | None,
) -> Layout:
    sizes = Sizes(unit)
    head = round(1.1 * sizes.lead + 1.5 * sizes.small) if stage.w >= 300 and stage.h >= 200 else 0
    pad = round(20 * unit)
    title = rate = None
    if head:
        title = Box(stage.x + pad, stage.y + round(10 * unit), round(0.62 * stage.w) - pad, head)
        x = title.right + pad
        rate = Box(x, title.y, stage.right - pad - x, head)
    above, below = 0, 0
    if title is not None:
        # the runner's name stands between the title and the track
        above, below = title.bottom - round(7 * unit) - stage.y, foot_height(sizes)
    track = Box(stage.x, stage.y + above, stage.w, max(1, stage.h - above - below))
    band_h = max(1, round(0.27 * stage.h))
    view = Box(stage.x, stage.y, stage.w, max(1, stage.h - band_h))
    return Layout(
        width=width,
        height=height,
        unit=unit,
        stage=stage,
        track=track,
        title=title,
        rate=rate,
        infield=_infield(track),
        band=_band(Box(stage.x, stage.bottom - band_h, stage.w, band_h), unit),
        view=view,
        live=panels[0],
        splits=panels[1],
        what_if=panels[2],
        timeline=timeline,
        controls=controls,
    )


def _infield(track: Box) -> Hud:
    """Place the score inside the kerb of the whole track."""
    scale = track_scale(track)
    cx, cy = track.centre
    high = INFIELD_M * scale

    def box(left_m: float, right_m: float, top: float, bottom: float) -> Box:
        x, y = round(cx + left_m * scale), round(cy + top * high)
        right, low = round(cx + right_m * scale), round(cy + bottom * high)
        return Box(x, y, max(1, right - x), max(1, low - y))

    roomy = high >= 150
    gap = box(-56, 56, -0.125, 0.02) if roomy else box(-46, 46, 0.11, 0.3)
    return Hud(
        area=box(-52, 52, -0.42, 0.43) if roomy else box(-46, 46, -0.3, 0.3),
        lap=box(-49, -27, -0.365, -0.135) if roomy else None,
        clock=box(-27, 27, -0.425, -0.125) if roomy else box(-46, 46, -0.3, 0.1),
        distance=box(27, 49, -0.365, -0.135) if roomy else None,
        gap=gap if high >= 60 else None,
        outlook=box(-62, 62, 0.025, 0.105) if roomy else None,
        group=box(-46, 46, 0.125, 0.40) if high >= 190 else None,
        board=box(-53, 53, -0.41, 0.41),
    )


def _band(area: Box, unit: float) -> Hud:
    """Place the score in a band below a following camera."""
    pad = max(2, round(18 * unit))
    inner = area.inset(pad, max(2, round(12 * unit)))
    left = round(0.44 * inner.w)
    score = Box(inner.x, inner.y, left - pad if left > pad else 1, inner.h)
    roomy = area.h >= 110 and area.w >= 420
    clock_h = round(0.52 * score.h)
    side = round(0.25 * score.w) if roomy else 0
    y = score.y + clock_h
    gap_h = round(0.28 * score.h)
    return Hud(
        area=area,
        lap=Box(score.x, score.y, side, clock_h) if roomy else None,
        clock=Box(score.x + side, score.y, max(1, score.w - 2 * side), max(1, clock_h)),
        distance=Box(score.right - side, score.y, side, clock_h) if roomy else None,
        gap=Box(score.x, y, score.w, max(1, gap_h)) if area.h >= 40 else None,
        outlook=Box(score.x, y + gap_h, score.w, max(1, score.bottom - y - gap_h))
        if roomy
        else None,
        group=Box(inner.x + left, inner.y, inner.w - left, inner.h) if roomy else None,
        board=inner,
    )
