from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.screen import Panel
from simulator.view.arranging import LECTURE_PANELS, arrange, arrange_lecture
from simulator.view.layout import TRACK_WIDTH_M, Box, Hud, Layout, apart, track_scale
from tests.view.conftest import panels_of

SIZES = [
    (1, 1),
    (2, 900),
    (900, 2),
    (64, 48),
    (160, 120),
    (320, 180),
    (320, 240),
    (480, 800),
    (640, 360),
    (640, 480),
    (800, 600),
    (1024, 768),
    (1080, 1920),
    (1280, 720),
    (1366, 768),
    (1600, 900),
    (1920, 1080),
    (1920, 1200),
    (2560, 1080),
    (3440, 1440),
    (3840, 2160),
    (7680, 4320),
]


TALL = [(480, 800), (720, 1280), (768, 1024), (900, 1200), (1024, 1366), (1080, 1920)]


def boxes_of(hud: Hud) -> list[Box]:
    found = (hud.lap, hud.clock, hud.distance, hud.gap, hud.outlook, hud.group)
    return [box for box in found if box is not None]


def inside(box: Box, width: int, height: int) -> bool:
    return box.x >= 0 and box.y >= 0 and box.right <= width and box.bottom <= height


@pytest.mark.parametrize("controls", [True, False])
@pytest.mark.parametrize("size", SIZES)
def test_panels_lie_inside_and_do_not_overlap(size: tuple[int, int], controls: bool) -> None:
    layout = arrange(*size, controls)
    panels = panels_of(layout)
    for name, box in panels.items():
        assert box.w > 0, name
        assert box.h > 0, name
        assert inside(box, *size), name
    for (one, a), (other, b) in itertools.combinations(panels.items(), 2):
        assert not a.touches(b), (one, other)


def test_no_size_raises_or_overlaps() -> None:
    for width in (*range(1, 1300, 47), 2000, 3840, 7680):
        for height in (*range(1, 1300, 53), 2160, 4320):
            panels = panels_of(arrange(width, height)).values()
            assert all(inside(box, width, height) for box in panels), (width, height)
            for a, b in itertools.combinations(panels, 2):
                assert not a.touches(b), (width, height)


@pytest.mark.parametrize("size", [s for s in SIZES if min(s) >= 100])
def test_the_score_does_not_overlap_itself(size: tuple[int, int]) -> None:
    layout = arrange(*size)
    for hud in (layout.infield, layout.band):
        for a, b in itertools.combinations(boxes_of(hud), 2):
            assert not a.touches(b), (a, b)


@pytest.mark.parametrize("size", [(1024, 768), (1280, 720), (1920, 1080), (3840, 2160)])
def test_nothing_is_lost_on_the_sizes_of_a_talk(size: tuple[int, int]) -> None:
    layout = arrange(*size)
    assert set(panels_of(layout)) == {"stage", "live", "splits", "what_if", "timeline", "controls"}
    assert layout.title is not None
    assert layout.foot is not None
    assert len(boxes_of(layout.infield)) == 6
    assert len(boxes_of(layout.band)) == 6


@given(
    st.integers(1, 2600),
    st.integers(1, 1600),
    st.frozensets(st.sampled_from(Panel)),
    st.booleans(),
    st.booleans(),
)
def test_any_panels_a_story_wants_lie_inside_and_do_not_overlap(
    width: int, height: int, shown: frozenset[Panel], caption: bool, controls: bool
) -> None:
    for layout in (
        arrange(width, height, controls, shown, caption),
        arrange_lecture(width, height, shown, caption),
    ):
        panels = panels_of(layout)
        assert all(inside(box, width, height) for box in panels.values()), panels
        for (one, a), (other, b) in itertools.combinations(panels.items(), 2):
            assert not a.touches(b), (one, other)
        assert ("timeline" not in panels) or Panel.CHART in shown
        for hud in (layout.infield, layout.band):
            assert (hud.clock is not None) == (Panel.CLOCK in shown)


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160)])
def test_what_is_left_out_leaves_its_room_to_the_track(size: tuple[int, int]) -> None:
    everything = arrange(*size, True)
    little = arrange(*size, True, frozenset({Panel.CLOCK, Panel.GAPS}), True)
    assert little.caption is not None
    assert track_scale(little.track) > 1.15 * track_scale(everything.track)
    assert arrange(*size, True, frozenset(Panel)) == everything


@pytest.mark.parametrize("size", TALL)
@pytest.mark.parametrize("caption", [False, True])
@pytest.mark.parametrize("shown", [LECTURE_PANELS, LECTURE_PANELS | {Panel.GROUP}])
def test_a_tall_lecture_has_its_score_below_the_map(
    size: tuple[int, int], caption: bool, shown: frozenset[Panel]
) -> None:
    layout = arrange_lecture(*size, shown, caption)
    hud, view = layout.band, layout.view
    assert layout.infield == hud, "it stays where it is with every camera"
    parts = [box for box in (hud.clock, hud.gap, hud.words, hud.group) if box is not None]
    assert len(parts) == (4 if Panel.GROUP in shown else 3)
    for a, b in itertools.combinations((*parts, view), 2):
        assert not a.touches(b)
    assert all(box.y >= hud.area.y and box.bottom <= hud.area.bottom for box in parts)
    assert all(box.w > 0.9 * size[0] for box in parts)
    if shown == LECTURE_PANELS:
        assert hud.clock is not None
        assert hud.gap is not None
        assert hud.clock.h > 0.15 * size[0]
        assert hud.gap.h > 0.1 * size[0]
        # as large as lying over the full width, or upright and larger
        lying = size[0] / (TRACK_WIDTH_M + 13)
        least = 1.1 if size[1] > 1.5 * size[0] else 0.99
        assert track_scale(layout.track) >= least * lying


@pytest.mark.parametrize("size", TALL)
@pytest.mark.parametrize("caption", [False, True])
@pytest.mark.parametrize(
    ("side", "others"),
    [
        ("live", {Panel.METERS, Panel.GROUP}),
        ("live", {Panel.METERS, Panel.GAPS, Panel.CHART}),
        ("splits", {Panel.SPLITS, Panel.GAPS, Panel.CHART}),
        ("what_if", {Panel.WHAT_IF, Panel.GAPS, Panel.GROUP}),
    ],
)
def test_a_tall_lecture_has_a_side_panel_below_the_score(
    size: tuple[int, int], caption: bool, side: str, others: set[Panel]
) -> None:
    """It was silently left out."""
    layout = arrange_lecture(*size, frozenset({Panel.CLOCK, *others}), caption)
    boxes = panels_of(layout)
    box = boxes[side]
    assert box.w > 0.9 * size[0]
    assert box.y >= layout.band.area.bottom
    assert box.h > 5 * layout.least, "a heading and a few rows"
    assert all(inside(each, *size) for each in boxes.values())
    for a, b in itertools.combinations(boxes.values(), 2):
        assert not a.touches(b)
    if layout.timeline is not None:
        assert layout.timeline.h > 5 * layout.least
    assert layout.view.h >= 0.25 * size[0]


def test_panels_are_dropped_in_order() -> None:
    def shown(layout: Layout) -> int:
        return len(panels_of(layout))

    counts = [shown(arrange(round(16 * k), round(9 * k))) for k in (10, 20, 30, 40, 60, 80, 120)]
    assert counts == sorted(counts)
    assert counts[-1] == 6


@given(st.lists(st.tuples(st.floats(-50, 250), st.integers(1, 30)), max_size=6), st.floats(-3, 3))
def test_pieces_of_a_row_lie_apart_inside_and_move_little_by_little(
    wanted: list[tuple[float, int]], shift: float
) -> None:
    begins = apart(wanted, 2.0, 0.0, 300.0)
    ends = [begin + length for begin, (_, length) in zip(begins, wanted, strict=True)]
    assert all(after - end >= 2.0 - 1e-9 for end, after in zip(ends, begins[1:], strict=False))
    assert not begins or (begins[0] >= 0.0 and ends[-1] <= 300.0 + 1e-9)
    for i in range(len(wanted)):
        moved = [(at + shift * (k == i), length) for k, (at, length) in enumerate(wanted)]
        after = apart(moved, 2.0, 0.0, 300.0)
        assert all(abs(a - b) <= abs(shift) + 1e-9 for a, b in zip(begins, after, strict=True))


def test_pieces_that_are_apart_stay_and_two_that_meet_share_the_way() -> None:
    assert apart([(10, 5), (20, 5)], 2, 0, 100) == [10, 20]
    assert apart([(10, 5), (11, 5)], 2, 0, 100) == [7, 14]
    assert apart([(0, 5), (1, 5)], 2, 0, 100) == [0, 7]
    assert apart([(97, 5)], 2, 0, 100) == [95]
    assert apart([(10, 5), (11, 5)], 2, 0, 100, [3.0, 1.0]) == [8.5, 15.5]
