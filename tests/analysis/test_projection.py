from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.analysis.gaps import LOOK_BACK_M, projected_finish
from simulator.recording.recording import ARRAYS, Recording, Status


def altered_after(run: Recording, time_s: float, stretch: float) -> Recording:
    """Return the same past with another future: every column differs after the tick of `time_s`."""
    k = math.ceil(time_s / run.step_s) + 1
    columns = {}
    for name in ARRAYS:
        values = getattr(run, name).copy()
        values[k:] = values[k - 1] + (values[k:] - values[k - 1]) * stretch + 0.001
        columns[name] = values
    return replace(run, finish_s=None, status=Status.DID_NOT_FINISH, **columns)


@given(t=st.floats(0, 240), stretch=st.floats(0.2, 0.95))
def test_the_projected_finish_knows_nothing_of_the_future(
    attempt: Recording, t: float, stretch: float
) -> None:
    other = altered_after(attempt, t, stretch)
    assert other.x[-1] != attempt.x[-1]
    assert projected_finish(other, t) == projected_finish(attempt, t)


def test_there_is_no_projection_before_two_hundred_metres(attempt: Recording) -> None:
    at_200 = float(attempt.time_at(LOOK_BACK_M))
    assert projected_finish(attempt, at_200 - 0.01) is None
    assert projected_finish(attempt, at_200 + 0.01) is not None


def test_it_is_the_rest_at_the_mean_speed_of_the_last_two_hundred_metres(
    attempt: Recording,
) -> None:
    t = float(attempt.time_at(1000.0))
    pace = (t - float(attempt.time_at(800.0))) / 200.0
    assert projected_finish(attempt, t) == pytest.approx(t + 609.344 * pace, abs=1e-6)


def test_at_the_line_it_is_the_finish(attempt: Recording) -> None:
    assert attempt.finish_s is not None
    for later in (0.0, 5.0):
        assert projected_finish(attempt, attempt.finish_s + later) == attempt.finish_s
    just_before = projected_finish(attempt, attempt.finish_s - 0.05)
    assert just_before == pytest.approx(attempt.finish_s, abs=0.02)
