"""The oval: lengths, continuity, the mile's start."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.physics.track import heading, on_bend, start_position, to_plane, track_position


def test_mile_starts_behind_the_finish_line() -> None:
    assert start_position(1609.344) == pytest.approx(390.656)
    for crossing in (9.344, 409.344, 1609.344):
        s = float(track_position(crossing, 1609.344))
        assert min(s, 400.0 - s) == pytest.approx(0.0, abs=1e-9)


def test_lap_on_the_measuring_line_is_400_m() -> None:
    s = np.linspace(0, 400, 400_001)
    x, y = to_plane(s)
    length = np.hypot(np.diff(x), np.diff(y)).sum()
    # the bend's 115.61 m is pi * 36.80 m rounded to the centimetre
    assert length == pytest.approx(400.0, abs=0.01)


@given(st.floats(0, 2000))
def test_position_is_continuous_and_heading_is_its_direction(s: float) -> None:
    x, y = to_plane(np.array([s, s + 0.01]))
    assert np.hypot(np.diff(x), np.diff(y))[0] == pytest.approx(0.01, rel=0.01)
    angle = float(heading(s + 0.005))
    step = np.array([np.diff(x)[0], np.diff(y)[0]])
    assert step @ [np.cos(angle), np.sin(angle)] == pytest.approx(0.01, rel=0.01)


def test_home_straight_is_run_from_left_to_right_at_the_bottom() -> None:
    x, y = to_plane(np.array([350.0, 399.0]))
    assert x[0] < x[1]
    assert y[0] == y[1] < 0
    assert not on_bend(350.0)
    assert on_bend(10.0)


def test_outside_is_away_from_the_middle() -> None:
    for s in (50.0, 150.0, 250.0, 350.0):
        inner, outer = to_plane(s, 0.0), to_plane(s, 1.22)
        assert np.hypot(*outer) > np.hypot(*inner)


def test_running_wide_costs_two_pi_a_metre_a_lap() -> None:
    s = np.linspace(0, 400, 400_001)
    x, y = to_plane(s, 1.0)
    assert np.hypot(np.diff(x), np.diff(y)).sum() == pytest.approx(400 + 2 * np.pi, abs=0.02)
