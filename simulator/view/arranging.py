"""The window's arrangement: a pure function from a size, and what is wanted, to rectangles.

In: the picture's width and height [px], whether the controls show, which panels are wanted. Out:
`Layout`. Without room panels are dropped in this order: what if, splits, controls, live, timeline,
group view; the clock is the last to go.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from simulator.stage.scene import Panel
from simulator.view.layout import (
    INFIELD_M,
    TRACK_HEIGHT_M,
    TRACK_WIDTH_M,
    Box,
    Hud,
    Layout,
    foot_height,
    track_scale,
)
from simulator.view.panels.side import SIDE_PANELS
from simulator.view.theme import Sizes

EVERY_PANEL = frozenset(Panel)
Side = tuple[tuple[str, Box], ...]
"""The panels beside or below the stage that have room, by name."""
Rows = tuple[Box | None, Box | None, Box | None]
"""The timeline, the buttons, the words of a story."""


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
    unit = min(width / 1920, height / 1080) if wide else min(width / 1100, height / 1080)
    unit = max(0.2, unit)
    gap = max(3, round(14 * unit))
    button_row = max(26, round(44 * unit)) if controls and width >= 560 and height >= 420 else 0
    make = _wide if wide else _stacked
    return make(width, height, unit, gap, button_row, shown, _caption_height(height, unit, caption))


def _caption_height(height: int, unit: float, caption: bool) -> int:
    return round(2.9 * Sizes(unit).lead) if caption and height >= 240 else 0


def _wide(
    width: int,
    height: int,
    unit: float,
    gap: int,
    button_row: int,
    shown: frozenset[Panel],
    caption_h: int,
) -> Layout:
    wanted = in_column(shown)
    side = max(236, round(0.255 * width)) if wanted else 0
    left = width - side - (gap if side else 0)
    row = button_row + gap // 2 if button_row else 0
    low = 0
    if Panel.CHART in shown:
        stage_wanted = left * (TRACK_HEIGHT_M + 11) / (TRACK_WIDTH_M + 13) + 56 * unit
        spare = round(height - stage_wanted) - gap - row - caption_h
        low = min(max(84, round(0.185 * height), spare), round(0.32 * height))
    bottom = low + (gap if low or row else 0) + row
    stage = Box(0, 0, left, height - bottom - caption_h)
    caption = Box(0, stage.bottom, left, caption_h) if caption_h else None
    y = stage.bottom + caption_h
    inset = gap if side else 2 * gap
    timeline = Box(gap, y, left - inset, low) if low else None
    y += low + (gap // 2 if low else 0)
    buttons = Box(gap, y, left - inset, button_row) if button_row else None
    panels: Side = ()
    if side:
        panels = column_of(Box(left + gap, gap, side - gap, height - 2 * gap), gap, wanted)
    return _finish(width, height, unit, stage, panels, (timeline, buttons, caption), shown)


def in_column(shown: frozenset[Panel]) -> tuple[str, ...]:
    """Return the names of the side panels that are wanted."""
    return tuple(name for name, panel in SIDE_PANELS.items() if panel.wanted(shown))


def column_of(column: Box, gap: int, wanted: tuple[str, ...]) -> Side:
    """Return the boxes of the wanted panels from the top of `column`: all that have room."""
    x, y, w, h = column
    names = wanted[: 1 if h < 330 else 2 if h < 500 else len(wanted)]
    every, whole = len(names) == len(SIDE_PANELS), sum(p.share for p in SIDE_PANELS.values())
    free, placed = h - gap * (len(names) - 1), []
    for name in names:
        share = SIDE_PANELS[name].share / whole if every else 1 / len(names)
        high = column.bottom - y if name == names[-1] else round(share * free)
        placed.append((name, Box(x, y, w, high)))
        y += high + gap
    return tuple(placed)


def _stacked(
    width: int,
    height: int,
    unit: float,
    gap: int,
    button_row: int,
    shown: frozenset[Panel],
    caption_h: int,
) -> Layout:
    """Stage on top, then the words, the timeline, the buttons and whatever panels still fit."""
    wanted = round(width * (TRACK_HEIGHT_M + 11) / (TRACK_WIDTH_M + 13) + 70 * unit)
    chart = Panel.CHART in shown and height >= 260 and width >= 240
    timeline_h = max(70, round(0.13 * height)) if chart else 0
    taken = (timeline_h + gap if timeline_h else 0) + (button_row + gap if button_row else 0)
    rest = height - taken - caption_h
    beside = in_column(shown)
    stage = Box(0, 0, width, max(1, min(wanted, rest) if rest - wanted >= 150 and beside else rest))
    y = stage.bottom
    caption = timeline = buttons = None
    if caption_h and y + caption_h <= height:
        caption = Box(0, y, width, caption_h)
        y = caption.bottom
    if timeline_h:
        timeline = Box(gap, y, width - 2 * gap, timeline_h)
        y = timeline.bottom + gap
    if button_row:
        buttons = Box(gap, y, width - 2 * gap, button_row)
        y = buttons.bottom + gap
    places = _below(Box(gap, y, width - 2 * gap, height - y - gap), gap)
    side = tuple(
        (name, box)
        for name, box in zip(SIDE_PANELS, places, strict=False)
        if name in in_column(shown)
    )
    return _finish(width, height, unit, stage, side, (timeline, buttons, caption), shown)


def _below(room: Box, gap: int) -> list[Box]:
    """Return the places for side panels below the stage: two beside each other, one below."""
    x, y, w, h = room
    if h < 140 or w + 2 * gap < 240:
        return []
    if w + 2 * gap >= 520:
        half, upper = (w - gap) // 2, h if h < 480 else round(0.52 * h)
        places = [Box(x, y, half, upper), Box(x + gap + half, y, w - gap - half, upper)]
        return [*places, Box(x, y + upper + gap, w, h - upper - gap)] if h >= 480 else places
    upper = h if h < 380 else h // 2
    places = [Box(x, y, w, upper)]
    return [*places, Box(x, y + upper + gap, w, h - upper - gap)] if h >= 380 else places


def _finish(
    width: int,
    height: int,
    unit: float,
    stage: Box,
    panels: Side,
    rows: Rows,
    shown: frozenset[Panel],
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
        infield=only(_infield(track), shown),
        band=only(_band(Box(stage.x, stage.bottom - band_h, stage.w, band_h), unit), shown),
        view=view,
        side=panels,
        timeline=rows[0],
        controls=rows[1],
        caption=rows[2],
    )


def only(hud: Hud, shown: frozenset[Panel]) -> Hud:
    """Return a score without what is not wanted."""
    clock, gaps = Panel.CLOCK in shown, Panel.GAPS in shown
    return replace(
        hud,
        lap=hud.lap if clock else None,
        clock=hud.clock if clock else None,
        distance=hud.distance if clock else None,
        gap=hud.gap if gaps else None,
        words=hud.words if gaps else None,
        outlook=hud.outlook if gaps else None,
        group=hud.group if Panel.GROUP in shown else None,
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
