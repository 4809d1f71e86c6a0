"""The arrangement: a pure function from a picture's size and contents to rectangles.

In: the picture's width and height [px], whether the controls show, the wanted panels, whether a
story has words. Out: `Layout`. Panels without room are dropped in this order: what if, splits,
controls, live, timeline, group view; the clock goes last.

In a lecture hall the last row sits about eight picture heights away: text meant for it is at least
a tenth of the height, and all other text is half as large again as in the window. A tall picture
is read from as far as a square one of its area; in it the score of a lecture is in a band with
every camera, one part below the other over the full width, and the map stands above it, upright if
it is larger so. Its side panels have rows below, as many as leave the map room.
"""

from __future__ import annotations

from functools import lru_cache, partial

from simulator.screen import Panel
from simulator.view.layout import (
    INFIELD_M,
    TRACK_HEIGHT_M,
    TRACK_WIDTH_M,
    Box,
    Hud,
    Layout,
    foot_height,
    least_type,
    track_scale,
)
from simulator.view.panels.side import SIDE_PANELS
from simulator.view.theme import Sizes

Side = tuple[tuple[str, Box], ...]
"""The panels next to or below the stage that may be dropped, by name."""
EVERY_PANEL = frozenset(Panel)
LECTURE_PANELS = frozenset({Panel.CLOCK, Panel.GAPS})
"""The panels shown in a lecture hall unless a story chooses."""
_COLUMNS = {Panel.CLOCK: 0.46, Panel.GAPS: 0.50, Panel.GROUP: 0.48}
_ROWS = {Panel.CLOCK: 0.175, Panel.GAPS: 0.175, Panel.GROUP: 0.2}
"""How a lecture's score shares its band, side by side or in a tall picture one below the other; of
these the heights are shares of the picture's width.
"""
_PANEL_ROW, _CHART_ROW = 0.2, 0.15
"""The heights of a side panel below them, and of the chart next to one, as shares of the height."""
_LEAST_MAP = 0.25
"""The map's least height above such a panel, as a share of the width."""
LARGER, LARGER_BESIDE = 1.5, 1.33
"""Type scale in a lecture hall, alone and next to panels, which must fit a row of it."""


_Parts = tuple[Box, Side, Box | None, Box | None, Box | None]
"""The boxes that tile a picture: stage, panels at the side, timeline, caption, controls."""


@lru_cache(maxsize=64)
def arrange(
    width: int,
    height: int,
    controls: bool = True,
    shown: frozenset[Panel] = EVERY_PANEL,
    caption: bool = False,
) -> Layout:
    """Return the boxes for a picture of this size; never raises from 1 × 1 upwards.

    `shown` are the wanted panels; the stage gets the room of the others. `caption` reserves a strip
    below the stage for a story's words, so that they never cover the runner.
    """
    width, height = max(1, width), max(1, height)
    wide = width >= 1.2 * height and width >= 720 and height >= 360
    unit = max(0.2, min(width / (1920 if wide else 1100), height / 1080))
    sizes = Sizes(unit)
    button_h = max(26, round(44 * unit)) if controls and width >= 560 and height >= 420 else 0
    caption_h = round(3.25 * sizes.lead) if caption and height >= 240 else 0
    arranged = _wide if wide else _stacked
    parts = arranged(width, height, unit, shown, button_h, caption_h)
    (stage, side, timeline, words, buttons), pad = parts, round(20 * unit)
    title = rate = status = None
    above = below = 0
    if stage.w >= 300 and stage.h >= 200:
        high = round(1.15 * sizes.lead)
        title = Box(stage.x + pad, stage.y + round(8 * unit), round(0.72 * stage.w) - pad, high)
        x = title.right + pad
        rate = Box(x, title.y, stage.right - pad - x, high)
        status = Box(title.x, title.bottom, rate.right - title.x, round(1.5 * sizes.small))
        # the runner's name is between the title and the track
        above, below = status.bottom - round(7 * unit) - stage.y, foot_height(sizes)
    track = _lying(Box(stage.x, stage.y + above, stage.w, max(1, stage.h - above - below)))
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
        status=status,
        stage=stage,
        side=side,
        timeline=timeline,
        caption=words,
        controls=buttons,
    )


def _in_column(shown: frozenset[Panel]) -> tuple[str, ...]:
    """Return the names of the side panels that are wanted."""
    return tuple(name for name, panel in SIDE_PANELS.items() if panel.wanted(shown))


def lecture_panels(shown: frozenset[Panel]) -> tuple[str, ...]:
    """Return the names of the side panels of a lecture, whether or not there is room for them.

    The gap is large on the stage already: a panel for it alone would only make it smaller.
    """
    return _in_column(shown if Panel.METERS in shown else shown - {Panel.GAPS})


def _column(column: Box, gap: int, wanted: tuple[str, ...]) -> Side:
    """Return the boxes of the wanted panels from the top of `column`, as many as fit."""
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


def _wide(
    width: int, height: int, unit: float, shown: frozenset[Panel], button_h: int, caption_h: int
) -> _Parts:
    """Arrange stage, words, timeline and buttons on the left, a column of panels on the right."""
    gap = max(3, round(14 * unit))
    wanted = _in_column(shown)
    side = max(236, round(0.255 * width)) if wanted else 0
    left = width - side - (gap if side else 0)
    row = button_h + gap // 2 if button_h else 0
    low = 0
    if Panel.CHART in shown:
        stage_h = left * (TRACK_HEIGHT_M + 11) / (TRACK_WIDTH_M + 13) + 56 * unit
        spare = round(height - stage_h) - gap - row - caption_h
        low = min(max(84, round(0.185 * height), spare), round(0.32 * height))
    bottom = low + (gap if low or row else 0) + row
    stage = Box(0, 0, left, height - bottom - caption_h)
    y = stage.bottom + caption_h
    inset = gap if side else 2 * gap
    column = Box(left + gap, gap, side - gap, height - 2 * gap)
    panels = _column(column, gap, wanted) if side else ()
    timeline = Box(gap, y, left - inset, low) if low else None
    y += low + gap // 2 if low else 0
    caption = Box(0, stage.bottom, left, caption_h) if caption_h else None
    controls = Box(gap, y, left - inset, button_h) if button_h else None
    return stage, panels, timeline, caption, controls


def _stacked(
    width: int, height: int, unit: float, shown: frozenset[Panel], button_h: int, caption_h: int
) -> _Parts:
    """Arrange the stage on top, then words, timeline, buttons and the panels that fit."""
    gap = max(3, round(14 * unit))
    wide = width - 2 * gap
    stage_h = round(width * (TRACK_HEIGHT_M + 11) / (TRACK_WIDTH_M + 13) + 70 * unit)
    chart = Panel.CHART in shown and height >= 260 and width >= 240
    heights = (max(70, round(0.13 * height)) if chart else 0, button_h)
    rest = height - sum(high + gap for high in heights if high) - caption_h
    beside = _in_column(shown) and rest - stage_h >= 150
    stage = Box(0, 0, width, max(1, min(stage_h, rest) if beside else rest))
    y = stage.bottom
    caption = None
    if caption_h and y + caption_h <= height:
        caption = Box(0, y, width, caption_h)
        y = caption.bottom
    rows: list[Box | None] = []
    for high in heights:
        rows.append(Box(gap, y, wide, high) if high else None)
        y += high + gap if high else 0
    places = _below(Box(gap, y, wide, height - y - gap), gap)
    names = zip(SIDE_PANELS, places, strict=False)
    side = tuple((name, box) for name, box in names if name in _in_column(shown))
    return stage, side, rows[0], caption, rows[1]


def _below(room: Box, gap: int) -> list[Box]:
    """Return the places for side panels below the stage: two side by side, one below."""
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


def _lying(track: Box) -> Box:
    """Return the part of a box in which the map is as large, but not upright."""
    return track.inset(0, max(0, track.h - track.w + 1) // 2)


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
    if high < 150:
        gap = box(-46, 46, 0.11, 0.3) if high >= 60 else None
        return Hud(box(-46, 46, -0.3, 0.3), clock=box(-46, 46, -0.3, 0.1), gap=gap)
    return Hud(
        area=box(-52, 52, -0.42, 0.43),
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
    alone = area.h < 110 or area.w < 420
    left = inner.w + pad if alone else round(0.44 * inner.w)
    score = Box(inner.x, inner.y, left - pad if left > pad else 1, inner.h)
    clock_h, gap_h = round(0.52 * score.h), round((0.42 if alone else 0.28) * score.h)
    y = score.y + clock_h
    gap = Box(score.x, y, score.w, max(1, gap_h)) if area.h >= 40 else None
    if alone:
        clock = Box(score.x, score.y, max(1, score.w), max(1, clock_h))
        return Hud(area, clock=clock, gap=gap)
    side = round(0.25 * score.w)
    return Hud(
        area=area,
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
    """Return the boxes of a lecture hall's picture: clock and gap as large as possible, no buttons.

    Never raises from 1 × 1 upwards.
    """
    width, height = max(1, width), max(1, height)
    roomy, banded = width >= 480 and height >= 270, height > width
    wanted = lecture_panels(shown) if roomy else ()
    side = round(0.34 * width) if wanted and not banded else 0
    larger = LARGER_BESIDE if side else LARGER
    unit = max(0.2, larger * min(width / 1920, height / 1080))
    gap = max(3, round(12 * unit))
    left = width - side - (gap if side else 0)
    words = round(min(0.15 * height, 0.18 * width)) if caption and height >= 120 else 0
    parts = {p: share for p, share in (_ROWS if banded else _COLUMNS).items() if p in shown}
    low = round(0.21 * height) if Panel.CHART in shown and roomy else 0
    high = below = 0
    if banded and wanted:
        lower, high = min(low, round(_CHART_ROW * height)), round(_PANEL_ROW * height) + gap
        least = words + lower + gap + (sum(parts.values()) + _LEAST_MAP) * width
        wanted = wanted[: max(0, int((height - least) / high))]
        low, below = lower if wanted else low, len(wanted) * high
    stage = Box(0, 0, left, max(1, height - words - below - (low + gap if low else 0)))
    y = stage.bottom + words
    if banded:
        places = (Box(gap, y + n * high, left - 2 * gap, high - gap) for n in range(len(wanted)))
        panels = tuple(zip(wanted, places, strict=True))
    else:
        column = Box(left + gap, gap, max(1, side - gap), max(1, height - 2 * gap))
        panels = _column(column, gap, wanted) if side else ()
    timeline = Box(gap, y + below, left - 2 * gap, low) if low else None
    story = Box(0, stage.bottom, left, words) if words else None
    band_h = max(1, round(0.29 * stage.h)) if parts else 0
    if banded and parts:  # from an even row: halves are rounded alike on the stage and in a layer
        most = min(sum(parts.values()) * left, 0.5 * stage.h)
        band_h = stage.h - 2 * int((stage.h - most) / 2)
    view = Box(0, 0, left, max(1, stage.h - band_h))
    band = _lecture_band(Box(0, view.bottom, left, max(1, band_h)), gap, parts, rows=banded)
    track = view if banded else _lying(stage)
    return Layout(
        width,
        height,
        unit,
        track=track,
        view=view,
        infield=band if banded else _lecture_infield(track, shown).only(shown),
        band=band,
        stage=stage,
        side=panels,
        timeline=timeline,
        caption=story,
        least=least_type(width, height),
    )


def _lecture_infield(track: Box, shown: frozenset[Panel]) -> Hud:
    """Place the score inside the kerb: the clock, the gap below it, its words below that.

    Parts that are not wanted leave their room to the others.
    """
    grouped = Panel.GROUP in shown and INFIELD_M * track_scale(track) >= 190
    top, low = (-0.42, 0.17) if grouped else (-0.415, 0.41)
    # the ends of the clock and of the gap, where its words begin: shares of the room between
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
        clock=box(57, top, first),
        gap=box(61, first, second),
        group=box(52, 0.19, 0.45) if grouped else None,
        words=box(58, second, low),
    )


def _lecture_band(area: Box, pad: int, parts: dict[Panel, float], *, rows: bool) -> Hud:
    """Place the score in a band below the camera's picture: side by side, or in rows."""
    inner = area.inset(2 * pad, max(1, pad // 2))
    share = (inner.h if rows else inner.w) / max(0.1, sum(parts.values()))
    places, ends = dict[Panel, Box](), 0
    for panel, part in parts.items():
        begins, ends = ends, ends + round(part * share)
        if rows:
            places[panel] = Box(inner.x, inner.y + begins, inner.w, max(1, ends - begins))
        else:
            wide = max(1, ends - begins - 2 * pad)
            places[panel] = Box(inner.x + begins, inner.y, wide, inner.h)
    hud = Hud(area, clock=places.get(Panel.CLOCK), group=places.get(Panel.GROUP))
    gap = places.get(Panel.GAPS)
    if gap is None:
        return hud
    gap_h = round((0.66 if rows else 0.70) * gap.h)
    words = Box(gap.x, gap.y + gap_h, gap.w, max(1, gap.h - gap_h))
    return hud._replace(gap=gap._replace(h=max(1, gap_h)), words=words)
