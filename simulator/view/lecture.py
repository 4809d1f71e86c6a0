"""The arrangement for a lecture hall: clock and gap as large as they go, nothing to press.

In: the picture's width and height [px], which panels are wanted, whether a story has words. Out:
`Layout`. The last row sits about eight picture heights away: what must be read from there is a
tenth of the height or more, and whatever else is shown is half as large again as in the window.
"""

from __future__ import annotations

from functools import lru_cache

from simulator.stage.scene import Panel
from simulator.view.arranging import Side, column_of, in_column, only
from simulator.view.layout import INFIELD_M, Box, Hud, Layout, track_scale

LECTURE_PANELS = frozenset({Panel.CLOCK, Panel.GAPS})
"""What is shown where no story says more."""
LARGER, LARGER_BESIDE = 1.5, 1.33
"""How much larger than in the window type is, and beside panels, which must hold a row of it."""


@lru_cache(maxsize=64)
def arrange_lecture(
    width: int, height: int, shown: frozenset[Panel] = LECTURE_PANELS, caption: bool = False
) -> Layout:
    """Return the boxes for a picture of this size; never raises from 1 × 1 upwards."""
    width, height = max(1, width), max(1, height)
    # the gap is on the stage, and large: a column for its sake alone would only make it smaller
    wanted = in_column(shown if Panel.METERS in shown else shown - {Panel.GAPS})
    roomy = width >= 480 and height >= 270
    side = round(0.34 * width) if wanted and roomy and width > height else 0
    larger = LARGER_BESIDE if side else LARGER
    unit = max(0.2, larger * min(width / 1920, height / 1080))
    gap = max(3, round(12 * unit))
    left = width - side - (gap if side else 0)
    low = round(0.21 * height) if Panel.CHART in shown and roomy else 0
    words = round(0.115 * height) if caption and height >= 120 else 0
    stage = Box(0, 0, left, max(1, height - words - (low + gap if low else 0)))
    panels: Side = ()
    if side:
        column = Box(left + gap, gap, max(1, side - gap), max(1, height - 2 * gap))
        panels = column_of(column, gap, wanted)
    scored = bool(shown & {Panel.CLOCK, Panel.GAPS, Panel.GROUP})
    band_h = max(1, round(0.29 * stage.h)) if scored else 0
    view = Box(0, 0, left, max(1, stage.h - band_h))
    band = _band(Box(0, view.bottom, left, max(1, band_h)), gap, shown)
    return Layout(
        width=width,
        height=height,
        unit=unit,
        stage=stage,
        track=stage,
        title=None,
        rate=None,
        infield=only(_infield(stage, shown), shown),
        band=only(band, shown),
        view=view,
        side=panels,
        timeline=Box(gap, stage.bottom + words, left - 2 * gap, low) if low else None,
        controls=None,
        caption=Box(0, stage.bottom, left, words) if words else None,
    )


def _infield(track: Box, shown: frozenset[Panel]) -> Hud:
    """Place the score inside the kerb: the clock, the gap below it, its words below that.

    What is not wanted leaves its room to the others.
    """
    scale = track_scale(track)
    cx, cy = track.centre
    high = INFIELD_M * scale

    def box(half_m: float, top: float, bottom: float) -> Box:
        x, y = round(cx - half_m * scale), round(cy + top * high)
        right, low = round(cx + half_m * scale), round(cy + bottom * high)
        return Box(x, y, max(1, right - x), max(1, low - y))

    grouped = Panel.GROUP in shown and high >= 190
    top, low = (-0.42, 0.17) if grouped else (-0.415, 0.41)
    # where the clock ends, where the gap ends and its words begin: shares of the room between
    ends = (0.57, 0.88)
    if Panel.GAPS not in shown:
        ends = (1.0, 1.0)
    elif Panel.CLOCK not in shown:
        ends = (0.0, 0.80)
    first, second = (top + share * (low - top) for share in ends)
    return Hud(
        area=box(60, -0.46, 0.46),
        lap=None,
        clock=box(57, top, first),
        distance=None,
        gap=box(61, first, second),
        outlook=None,
        group=box(52, 0.19, 0.45) if grouped else None,
        board=box(60, -0.43, 0.43),
        words=box(58, second, low),
    )


def _band(area: Box, pad: int, shown: frozenset[Panel]) -> Hud:
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
        lap=None,
        clock=places.get(Panel.CLOCK),
        distance=None,
        gap=Box(gap.x, gap.y, gap.w, max(1, gap_h)),
        outlook=None,
        group=places.get(Panel.GROUP),
        board=inner,
        words=Box(gap.x, gap.y + gap_h, gap.w, max(1, inner.h - gap_h)),
    )
