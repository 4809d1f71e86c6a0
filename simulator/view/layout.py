"""Where everything goes: a pure function from a size, and what is wanted, to rectangles.

In: the picture's width and height [px], whether the controls show, which panels are wanted, whether
a story has words. Out: `Layout`, boxes in pixels, None for what has no room or is not wanted.
Without room panels are dropped in this order: what if, splits, controls, live, timeline, group
view; the clock is the last to go.

In a lecture hall the last row sits about eight picture heights away: what must be read from there
is a tenth of the height or more, and all else is half as large again as in the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

from simulator.stage.staging import Panel
from simulator.view.theme import Sizes

TRACK_WIDTH_M, TRACK_HEIGHT_M = 176.91, 92.52
"""The outer edge of lane 8 from side to side [m]."""
INFIELD_M = 73.0
"""The infield from kerb to kerb across the straights [m]."""
LEAST_DRAWER = 180
"""Below this width or height the drawer of knobs is of no use [px]."""
EVERY_PANEL = frozenset(Panel)
LECTURE_PANELS = frozenset({Panel.CLOCK, Panel.GAPS})
"""What is shown in a lecture hall where no story says more."""
LARGER, LARGER_BESIDE = 1.5, 1.33
"""How much larger type is in a lecture hall, and beside panels, which must hold a row of it."""


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
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom


class Hud(NamedTuple):
    """Boxes of the score: in the infield, or in the band below a following camera.

    Attributes:
        area: all of it; what a label must not cover.
        board: where the result board goes.
        lap, clock, distance: the row with the clock.
        gap: the gap to the light, large. `outlook`: projected and still possible.
        group: the straightened view.
        words: where the gap's metres and side are written, if not beside its seconds.
    """

    area: Box
    board: Box
    lap: Box | None = None
    clock: Box | None = None
    distance: Box | None = None
    gap: Box | None = None
    outlook: Box | None = None
    group: Box | None = None
    words: Box | None = None

    def only(self, shown: frozenset[Panel]) -> Hud:
        """Return the score without what is not wanted."""
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


class Panels(NamedTuple):
    """The boxes that tile a picture: none overlaps another.

    Attributes:
        stage: the stadium.
        caption: the strip below the stage for a story's words.
        controls: the buttons, None where there is no room or they are hidden.
    """

    stage: Box
    live: Box | None = None
    splits: Box | None = None
    what_if: Box | None = None
    timeline: Box | None = None
    caption: Box | None = None
    controls: Box | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """All boxes of one picture size: those of `Panels`, and what lies on the stage.

    Attributes:
        track: the part of the stage that the whole track is fitted into.
        view: the part of the stage above the band.
        infield: the score when the whole track shows; `band`: the score when the camera follows.
        title: name and subtitle; `rate`: speed and pause; both lie on the stage's upper edge.
    """

    width: int
    height: int
    unit: float
    stage: Box
    track: Box
    view: Box
    infield: Hud
    band: Hud
    live: Box | None
    splits: Box | None
    what_if: Box | None
    timeline: Box | None
    caption: Box | None
    controls: Box | None
    title: Box | None = None
    rate: Box | None = None

    @property
    def sizes(self) -> Sizes:
        """Type sizes that go with this picture size."""
        return Sizes(self.unit)

    @property
    def foot(self) -> Box | None:
        """The line below the track that says what is assumed."""
        if self.title is None:
            return None
        high = _foot_height(self.sizes)
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
        named = {name: getattr(self, name) for name in Panels._fields}
        return {name: box for name, box in named.items() if box is not None}


def track_scale(box: Box) -> float:
    """Return the pixels a metre at which the whole track and its run-off fit into `box`."""
    return max(0.02, min(box.w / (TRACK_WIDTH_M + 13), box.h / (TRACK_HEIGHT_M + 11)))


def _foot_height(sizes: Sizes) -> int:
    return round(1.5 * sizes.caption)


@dataclass(frozen=True, slots=True)
class _Request:
    """What a picture is arranged from: its size, and what is wanted."""

    width: int
    height: int
    unit: float
    gap: int
    shown: frozenset[Panel]
    button_h: int
    caption_h: int


@lru_cache(maxsize=64)
def arrange(
    width: int,
    height: int,
    controls: bool = True,
    shown: frozenset[Panel] = EVERY_PANEL,
    caption: bool = False,
) -> Layout:
    """Return the boxes for a picture of this size; never raises from 1 × 1 upwards.

    `shown` are the panels that are wanted: the room of the others goes to the stage. `caption`
    keeps a strip below the stage for a story's words, so that they never lie over the runner.
    """
    width, height = max(1, width), max(1, height)
    wide = width >= 1.2 * height and width >= 720 and height >= 360
    unit = max(0.2, min(width / (1920 if wide else 1100), height / 1080))
    sizes = Sizes(unit)
    request = _Request(
        width,
        height,
        unit,
        gap=max(3, round(14 * unit)),
        shown=shown,
        button_h=max(26, round(44 * unit)) if controls and width >= 560 and height >= 420 else 0,
        caption_h=round(2.9 * sizes.lead) if caption and height >= 240 else 0,
    )
    panels = _wide(request) if wide else _stacked(request)
    stage, pad = panels.stage, round(20 * unit)
    title = rate = None
    above = below = 0
    if stage.w >= 300 and stage.h >= 200:
        head = round(1.1 * sizes.lead + 1.5 * sizes.small)
        title = Box(stage.x + pad, stage.y + round(10 * unit), round(0.62 * stage.w) - pad, head)
        x = title.right + pad
        rate = Box(x, title.y, stage.right - pad - x, head)
        # the runner's name stands between the title and the track
        above, below = title.bottom - round(7 * unit) - stage.y, _foot_height(sizes)
    track = Box(stage.x, stage.y + above, stage.w, max(1, stage.h - above - below))
    band_h = max(1, round(0.27 * stage.h))
    return Layout(
        width,
        height,
        unit,
        track=track,
        view=Box(stage.x, stage.y, stage.w, max(1, stage.h - band_h)),
        infield=_infield(track).only(shown),
        band=_band(Box(stage.x, stage.bottom - band_h, stage.w, band_h), unit).only(shown),
        title=title,
        rate=rate,
        **panels._asdict(),
    )


def _in_column(shown: frozenset[Panel]) -> tuple[bool, bool, bool]:
    """Return which panels of the column are wanted: live, splits, what if.

    Gaps alone open no column: the one that counts stands in the score, and larger.
    """
    splits, what_if = Panel.SPLITS in shown, Panel.WHAT_IF in shown
    gaps = Panel.GAPS in shown and (splits or what_if)
    return gaps or Panel.METERS in shown, splits, what_if


def _column(
    column: Box, gap: int, wanted: tuple[bool, bool, bool]
) -> tuple[Box | None, Box | None, Box | None]:
    """Return the boxes of the wanted panels from the top of `column`: all that have room."""
    most = 1 if column.h < 330 else 2 if column.h < 500 else 3
    places = [i for i in range(3) if wanted[i]][:most]
    shares = (0.37, 0.35, 0.28) if len(places) == 3 else (1 / max(1, len(places)),) * 3
    free = column.h - gap * (len(places) - 1)
    boxes: list[Box | None] = [None, None, None]
    y = column.y
    for k, i in enumerate(places):
        high = column.bottom - y if k == len(places) - 1 else round(shares[k] * free)
        boxes[i] = Box(column.x, y, column.w, high)
        y += high + gap
    return boxes[0], boxes[1], boxes[2]


def _wide(request: _Request) -> Panels:
    """Stage, words, timeline and buttons on the left, a column of panels on the right."""
    width, height, gap, shown = request.width, request.height, request.gap, request.shown
    wanted = _in_column(shown)
    side = max(236, round(0.255 * width)) if any(wanted) else 0
    left = width - side - (gap if side else 0)
    row = request.button_h + gap // 2 if request.button_h else 0
    low = 0
    if Panel.CHART in shown:
        stage_h = left * (TRACK_HEIGHT_M + 11) / (TRACK_WIDTH_M + 13) + 56 * request.unit
        spare = round(height - stage_h) - gap - row - request.caption_h
        low = min(max(84, round(0.185 * height), spare), round(0.32 * height))
    bottom = low + (gap if low or row else 0) + row
    stage = Box(0, 0, left, height - bottom - request.caption_h)
    y = stage.bottom + request.caption_h
    inset = gap if side else 2 * gap
    column = Box(left + gap, gap, side - gap, height - 2 * gap)
    live, splits, what_if = _column(column, gap, wanted)
    timeline = Box(gap, y, left - inset, low) if low else None
    y += low + gap // 2 if low else 0
    caption = Box(0, stage.bottom, left, request.caption_h) if request.caption_h else None
    controls = Box(gap, y, left - inset, request.button_h) if request.button_h else None
    return Panels(stage, live, splits, what_if, timeline, caption, controls)


def _stacked(request: _Request) -> Panels:
    """Stage on top, then the words, the timeline, the buttons and whatever panels still fit."""
    width, height, gap, shown = request.width, request.height, request.gap, request.shown
    wide = width - 2 * gap
    stage_h = round(width * (TRACK_HEIGHT_M + 11) / (TRACK_WIDTH_M + 13) + 70 * request.unit)
    chart = Panel.CHART in shown and height >= 260 and width >= 240
    heights = (max(70, round(0.13 * height)) if chart else 0, request.button_h)
    rest = height - sum(high + gap for high in heights if high) - request.caption_h
    beside = any(_in_column(shown)) and rest - stage_h >= 150
    stage = Box(0, 0, width, max(1, min(stage_h, rest) if beside else rest))
    y = stage.bottom
    caption = None
    if request.caption_h and y + request.caption_h <= height:
        caption = Box(0, y, width, request.caption_h)
        y = caption.bottom
    rows: list[Box | None] = []
    for high in heights:
        rows.append(Box(gap, y, wide, high) if high else None)
        y += high + gap if high else 0
    live = splits = what_if = None
    free = height - y - gap
    if free >= 140 and width >= 520:
        half = (width - 3 * gap) // 2
        upper = free if free < 480 else round(0.52 * free)
        live = Box(gap, y, half, upper)
        splits = Box(2 * gap + half, y, wide - gap - half, upper)
        if free >= 480:
            what_if = Box(gap, y + upper + gap, wide, free - upper - gap)
    elif free >= 140 and width >= 240:
        live = Box(gap, y, wide, free if free < 380 else free // 2)
        if free >= 380:
            splits = Box(gap, live.bottom + gap, wide, free - live.h - gap)
    wanted = zip((live, splits, what_if), _in_column(shown), strict=True)
    live, splits, what_if = (box if on else None for box, on in wanted)
    return Panels(stage, live, splits, what_if, rows[0], caption, rows[1])


def _infield_box(track: Box, left_m: float, right_m: float, top: float, bottom: float) -> Box:
    """Return a box in the infield: metres across, shares of the infield's height down."""
    scale = track_scale(track)
    cx, cy = track.centre
    high = INFIELD_M * scale
    x, y = round(cx + left_m * scale), round(cy + top * high)
    right, low = round(cx + right_m * scale), round(cy + bottom * high)
    return Box(x, y, max(1, right - x), max(1, low - y))


def _infield(track: Box) -> Hud:
    """Place the score inside the kerb of the whole track."""
    high = INFIELD_M * track_scale(track)
    box = partial(_infield_box, track)
    board = box(-53, 53, -0.41, 0.41)
    if high < 150:
        gap = box(-46, 46, 0.11, 0.3) if high >= 60 else None
        return Hud(box(-46, 46, -0.3, 0.3), board, clock=box(-46, 46, -0.3, 0.1), gap=gap)
    return Hud(
        area=box(-52, 52, -0.42, 0.43),
        board=board,
        lap=box(-49, -27, -0.365, -0.135),
        clock=box(-27, 27, -0.425, -0.125),
        distance=box(27, 49, -0.365, -0.135),
        gap=box(-56, 56, -0.125, 0.02),
        outlook=box(-62, 62, 0.025, 0.105),
        group=box(-46, 46, 0.125, 0.40) if high >= 190 else None,
    )


def _band(area: Box, unit: float) -> Hud:
    """Place the score in a band below a following camera."""
    pad = max(2, round(18 * unit))
    inner = area.inset(pad, max(2, round(12 * unit)))
    left = round(0.44 * inner.w)
    score = Box(inner.x, inner.y, left - pad if left > pad else 1, inner.h)
    clock_h, gap_h = round(0.52 * score.h), round(0.28 * score.h)
    y = score.y + clock_h
    gap = Box(score.x, y, score.w, max(1, gap_h)) if area.h >= 40 else None
    if area.h < 110 or area.w < 420:
        clock = Box(score.x, score.y, max(1, score.w), max(1, clock_h))
        return Hud(area, inner, clock=clock, gap=gap)
    side = round(0.25 * score.w)
    return Hud(
        area=area,
        board=inner,
        lap=Box(score.x, score.y, side, clock_h),
        clock=Box(score.x + side, score.y, max(1, score.w - 2 * side), max(1, clock_h)),
        distance=Box(score.right - side, score.y, side, clock_h),
        gap=gap,
        outlook=Box(score.x, y + gap_h, score.w, max(1, score.bottom - y - gap_h)),
        group=Box(inner.x + left, inner.y, inner.w - left, inner.h),
    )


@lru_cache(maxsize=64)
def arrange_lecture(
    width: int, height: int, shown: frozenset[Panel] = LECTURE_PANELS, caption: bool = False
) -> Layout:
    """Return the boxes of a lecture hall's picture: clock and gap as large as they go, no buttons.

    Never raises from 1 × 1 upwards.
    """
    width, height = max(1, width), max(1, height)
    live, splits, what_if = _in_column(shown)
    # the gap is on the stage, and large: a column for its sake alone would only make it smaller
    roomy = width >= 480 and height >= 270
    wanted = (live and Panel.METERS in shown, splits, what_if)
    if not roomy or width <= height:
        wanted = (False, False, False)
    side = round(0.34 * width) if any(wanted) else 0
    larger = LARGER_BESIDE if side else LARGER
    unit = max(0.2, larger * min(width / 1920, height / 1080))
    gap = max(3, round(12 * unit))
    left = width - side - (gap if side else 0)
    low = round(0.21 * height) if Panel.CHART in shown and roomy else 0
    words = round(0.115 * height) if caption and height >= 120 else 0
    stage = Box(0, 0, left, max(1, height - words - (low + gap if low else 0)))
    column = Box(left + gap, gap, max(1, side - gap), max(1, height - 2 * gap))
    timeline = Box(gap, stage.bottom + words, left - 2 * gap, low) if low else None
    story = Box(0, stage.bottom, left, words) if words else None
    panels = Panels(stage, *_column(column, gap, wanted), timeline, story)
    scored = bool(shown & {Panel.CLOCK, Panel.GAPS, Panel.GROUP})
    band_h = max(1, round(0.29 * stage.h)) if scored else 0
    view = Box(0, 0, left, max(1, stage.h - band_h))
    return Layout(
        width,
        height,
        unit,
        track=stage,
        view=view,
        infield=_lecture_infield(stage, shown).only(shown),
        band=_lecture_band(Box(0, view.bottom, left, max(1, band_h)), gap, shown).only(shown),
        **panels._asdict(),
    )


def _lecture_infield(track: Box, shown: frozenset[Panel]) -> Hud:
    """Place the score inside the kerb: the clock, the gap below it, its words below that.

    What is not wanted leaves its room to the others.
    """
    grouped = Panel.GROUP in shown and INFIELD_M * track_scale(track) >= 190
    top, low = (-0.42, 0.17) if grouped else (-0.415, 0.41)
    # where the clock ends, where the gap ends and its words begin: shares of the room between
    ends = (0.57, 0.88)
    if Panel.GAPS not in shown:
        ends = (1.0, 1.0)
    elif Panel.CLOCK not in shown:
        ends = (0.0, 0.80)
    first, second = (top + share * (low - top) for share in ends)

    def box(half_m: float, top: float, bottom: float) -> Box:
        return _infield_box(track, -half_m, half_m, top, bottom)

    return Hud(
        area=box(60, -0.46, 0.46),
        board=box(60, -0.43, 0.43),
        clock=box(57, top, first),
        gap=box(61, first, second),
        group=box(52, 0.19, 0.45) if grouped else None,
        words=box(58, second, low),
    )


def _lecture_band(area: Box, pad: int, shown: frozenset[Panel]) -> Hud:
    """Place the score in a band below the camera's picture: clock, gap and group side by side."""
    inner = area.inset(2 * pad, max(1, pad // 2))
    parts = {Panel.CLOCK: 0.46, Panel.GAPS: 0.50, Panel.GROUP: 0.48}
    wanted = {panel: part for panel, part in parts.items() if panel in shown}
    share = inner.w / max(0.1, sum(wanted.values()))
    places: dict[Panel, Box] = {}
    x = inner.x
    for panel, part in wanted.items():
        wide = round(part * share)
        places[panel] = Box(x, inner.y, max(1, wide - 2 * pad), inner.h)
        x += wide
    gap = places.get(Panel.GAPS, Box(x, inner.y, 1, inner.h))
    gap_h = round(0.70 * inner.h)
    return Hud(
        area=area,
        board=inner,
        clock=places.get(Panel.CLOCK),
        gap=Box(gap.x, gap.y, gap.w, max(1, gap_h)),
        group=places.get(Panel.GROUP),
        words=Box(gap.x, gap.y + gap_h, gap.w, max(1, inner.h - gap_h)),
    )
