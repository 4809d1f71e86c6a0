from __future__ import annotations

import itertools

import pytest

from simulator.view.camera import View, between, ease, following, whole
from simulator.view.layers.track import OUTER_M
from simulator.view.layout import Box

BOX = Box(10, 20, 1000, 560)


def test_the_whole_track_fits() -> None:
    view = whole(BOX)
    for x in (-42.195 - OUTER_M, 42.195 + OUTER_M):
        assert BOX.x <= view.at(x, 0)[0] <= BOX.right
    for y in (-OUTER_M, OUTER_M):
        assert BOX.y <= view.at(0, y)[1] <= BOX.bottom


def test_up_is_up_and_the_home_straight_is_at_the_bottom() -> None:
    view = whole(BOX)
    assert view.at(0, -36.8)[1] > view.at(0, 36.8)[1]


def test_a_following_camera_has_its_point_in_the_middle() -> None:
    x, y = following(BOX, 12.5, -30.0).at(12.5, -30.0)
    assert (x, y) == pytest.approx(BOX.centre, abs=1)


def test_a_move_begins_and_ends_exactly_where_it_should() -> None:
    first, last = View(7.0, 500, 300), View(21.0, -200, 900, zoom=3.0)
    assert between(first, last, 0.0) == first
    assert between(first, last, 1.0) == last
    assert [ease(x) for x in (-1.0, 0.0, 0.5, 1.0, 2.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_a_move_never_turns_back() -> None:
    first, last = whole(BOX), following(BOX, -40.0, 36.8)
    scales = [between(first, last, k / 50).scale for k in range(51)]
    assert scales == sorted(scales)
    rows = [between(first, last, k / 50).at(-40.0, 36.8)[1] for k in range(51)]
    assert all(abs(a - b) < 40 for a, b in itertools.pairwise(rows))
