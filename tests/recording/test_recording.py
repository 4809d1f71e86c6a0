from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import LightpaceError
from simulator.recording.recording import ARRAYS, Recording, Status, flaws_of

TIMES = st.floats(-10, 300)


@given(seeks=st.lists(TIMES, max_size=20), asked=TIMES)
def test_a_moment_does_not_depend_on_the_seeks_before_it(
    attempt: Recording, seeks: list[float], asked: float
) -> None:
    used = replace(attempt)
    for t in seeks:
        used.at(t)
        used.time_at(used.distance_at(t))
    fresh = replace(attempt)
    assert used.at(asked) == fresh.at(asked)
    x = fresh.at(asked).x_m
    assert used.time_at(x).tobytes() == fresh.time_at(x).tobytes()


@given(st.integers(0, 2_000))
def test_a_tick_is_shown_as_it_was_recorded(attempt: Recording, tick: int) -> None:
    moment = attempt.at(tick * attempt.step_s)
    shown = (moment.x_m, moment.v_m_s, moment.aerobic, moment.reserve, moment.shelter)
    kept = [getattr(attempt, name)[tick] for name in ("x", "v", "aerobic", "reserve", "shelter")]
    assert shown == pytest.approx(kept, abs=1e-9)


@given(st.floats(-1, 255), st.floats(0, 1e-3))
def test_nothing_jumps_from_one_moment_to_the_next(
    attempt: Recording, t: float, later: float
) -> None:
    a, b = attempt.at(t), attempt.at(t + later)
    assert -1e-9 <= b.x_m - a.x_m <= 10 * later + 1e-9
    assert abs(b.v_m_s - a.v_m_s) <= 6 * later + 1e-9
    assert abs(b.group_m - a.group_m) <= 20 * later + 1e-9
    assert abs(b.reserve - a.reserve) <= 60 * later + 1e-9


@given(st.integers(1, 2_000))
def test_the_speed_of_the_picture_has_no_corner_at_a_tick(attempt: Recording, tick: int) -> None:
    t, h = tick * attempt.step_s, 1e-5
    before, at, after = attempt.distance_at([t - h, t, t + h])
    assert (at - before) / h == pytest.approx(attempt.v[tick], abs=2e-3)
    assert (after - at) / h == pytest.approx(attempt.v[tick], abs=2e-3)


def test_she_never_runs_backwards_between_ticks(attempt: Recording) -> None:
    x = attempt.distance_at(np.linspace(0, attempt.end_s + 5, 40_001))
    assert np.diff(x).min() >= 0


@given(TIMES)
def test_one_moment_and_an_array_of_moments_agree(attempt: Recording, t: float) -> None:
    assert attempt.at(t).x_m == pytest.approx(float(attempt.distance_at(t)), abs=1e-9)


@given(st.floats(0, 1))
def test_time_at_a_distance_is_the_inverse_of_distance_at_a_time(
    attempt: Recording, share: float
) -> None:
    x = share * attempt.race_m
    assert float(attempt.distance_at(attempt.time_at(x))) == pytest.approx(x, abs=1e-9)
    # at the gun she stands, so that time is told less sharply by distance
    t = 0.2 + share * (attempt.end_s - 0.2)
    assert float(attempt.time_at(attempt.distance_at(t))) == pytest.approx(t, abs=1e-9)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_a_time_does_not_depend_on_what_is_asked_beside_it(
    attempt: Recording, shares: list[float]
) -> None:
    x = np.array(shares) * attempt.race_m
    one_by_one = [attempt.time_at(one) for one in x]
    assert attempt.time_at(x).tobytes() == np.array(one_by_one).tobytes()


def test_where_she_never_was_has_no_time(attempt: Recording) -> None:
    times = attempt.time_at([-1.0, 0.0, attempt.race_m, attempt.race_m + 500])
    assert np.isnan(times[[0, 3]]).all()
    assert times[1] == 0.0
    assert times[2] == pytest.approx(attempt.finish_s, abs=1e-9)


@pytest.mark.filterwarnings("error")
def test_no_time_is_no_place(attempt: Recording) -> None:
    places = attempt.distance_at(attempt.time_at([100.0, attempt.race_m + 500]))
    np.testing.assert_allclose(places, [100.0, np.nan], atol=1e-9)
    assert np.isnan(attempt.distance_at(np.nan))
    for never in (np.nan, np.inf):
        with pytest.raises(LightpaceError, match=r"A recording has no moment at (nan|inf) s"):
            attempt.at(never)


def test_she_stands_on_the_line_before_the_gun(attempt: Recording) -> None:
    early = attempt.at(-3.0)
    assert (early.x_m, early.v_m_s) == (0.0, 0.0)
    assert replace(early, time_s=0.0) == attempt.at(0.0)


def test_the_finish_is_on_the_line_and_she_runs_on_at_her_last_speed(attempt: Recording) -> None:
    line, later = attempt.at(attempt.end_s), attempt.at(attempt.end_s + 2.0)
    assert line.x_m == pytest.approx(attempt.race_m, abs=1e-9)
    assert later.x_m - line.x_m == pytest.approx(2.0 * line.v_m_s)
    assert (later.v_m_s, later.reserve, later.power) == (line.v_m_s, line.reserve, line.power)


def test_a_run_that_was_given_up_ends_where_its_record_ends(attempt: Recording) -> None:
    cut = {name: getattr(attempt, name)[:1001] for name in ARRAYS}
    stopped = replace(attempt, finish_s=None, status=Status.DID_NOT_FINISH, **cut)
    assert stopped.end_s == pytest.approx(100.0)
    assert stopped.at(100.0).x_m == pytest.approx(attempt.at(100.0).x_m, abs=1e-9)
    assert np.isnan(stopped.time_at(attempt.race_m))


def test_a_recording_cannot_be_changed(attempt: Recording) -> None:
    for name in ARRAYS:
        with pytest.raises(ValueError, match="read-only"):
            getattr(attempt, name)[0] = 1.0


def test_a_notebook_gets_every_column_with_its_time(attempt: Recording) -> None:
    columns = attempt.to_arrays()
    assert set(columns) == {"time_s", *ARRAYS}
    assert {len(column) for column in columns.values()} == {attempt.ticks + 1}
    assert columns["time_s"][-1] == pytest.approx(attempt.ticks * attempt.step_s)


def test_a_run_is_called_by_where_it_came_to_and_what_became_of_it(attempt: Recording) -> None:
    assert f": {int(attempt.race_m)} m in " in repr(attempt)
    stopped = replace(attempt, finish_s=None, status=Status.DID_NOT_FINISH)
    assert f"{int(attempt.x[-1])} of {int(attempt.race_m)} m in " in repr(stopped)
    assert repr(stopped).endswith(", did not finish>")
    assert not repr(attempt).endswith(", finished>")


def test_the_mean_shelter_is_that_of_the_ticks_up_to_the_line(attempt: Recording) -> None:
    shelter = np.arange(attempt.ticks + 1) / (attempt.ticks + 1)
    mean = replace(attempt, shelter=shelter).mean_shelter
    assert mean == pytest.approx(shelter[:-1].mean(), abs=1e-12)  # the last is beyond the line
    cut = {name: getattr(attempt, name)[:101] for name in ARRAYS}
    stopped = replace(attempt, finish_s=None, status=Status.DID_NOT_FINISH, **cut)
    assert stopped.mean_shelter == pytest.approx(attempt.shelter[:101].mean(), abs=1e-12)


BOUNDS = {
    "v": (0, 20),
    "aerobic": (-200, 200),
    "reserve": (-10_000, 10_000),
    "power": (-1_000, 1_000),
    "shelter": (-1, 1),
    "group": (-100_000, 100_000),
    "group_v": (-50, 50),
    "wide": (0, 1),
    "mode": (0, 10),
    "held": (-1, 10_000),
    "felt": (-10, 1),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_a_column_may_reach_its_bounds_and_not_pass_them(attempt: Recording, name: str) -> None:
    """The bounds are part of the format: a file that keeps to them is read by every version."""
    for bound, beyond in zip(BOUNDS[name], (-0.01, 0.01), strict=True):
        for value, fits in ((bound, True), (bound + beyond, False)):
            column = getattr(attempt, name).copy()
            column[40] = value
            flaws = list(flaws_of(replace(attempt, **{name: column})))
            assert (f"no run has such values of {name}" not in flaws) is fits, (value, flaws)


@pytest.mark.parametrize(
    ("race_m", "fits"), [(100.0, True), (99.9, False), (10_000.0, True), (10_000.5, False)]
)
def test_a_race_is_as_long_as_one_may_be(attempt: Recording, race_m: float, fits: bool) -> None:
    run = replace(attempt, race_m=race_m)
    assert (f"no race is {race_m:g} m long" not in flaws_of(run)) is fits


@pytest.mark.parametrize(
    ("step_s", "fits"), [(0.001, True), (0.0009, False), (0.2, True), (0.21, False)]
)
def test_a_step_is_as_long_as_one_may_be(attempt: Recording, step_s: float, fits: bool) -> None:
    run = replace(attempt, step_s=step_s)
    assert (f"a step of {step_s:g} s is none of a simulation" not in flaws_of(run)) is fits


def test_a_run_lasts_six_hours_at_most_and_is_forked_within_it(attempt: Recording) -> None:
    long = "it lasts longer than a run can, or begins after its end"

    def lasting(ticks: int, from_tick: int = 0) -> Recording:
        columns: dict[str, Any] = {name: np.zeros(ticks + 1) for name in ARRAYS}
        return replace(attempt, from_tick=from_tick, **columns)

    for from_tick, fits in ((0, True), (-1, False), (50, True), (51, False)):
        assert (long not in flaws_of(lasting(50, from_tick))) is fits
    assert long not in flaws_of(replace(lasting(108_000), step_s=0.2))
    assert long in flaws_of(replace(lasting(108_010), step_s=0.2))
