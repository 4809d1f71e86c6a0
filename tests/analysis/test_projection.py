from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.analysis.projection import (
    LOOK_BACK_M,
    TargetReachability,
    projected_finish,
    still_possible,
)
from simulator.physics.attempt import simulate
from simulator.recording.recording import ARRAYS, Recording, Status
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario


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


@pytest.fixture(scope="module")
def possible(scenario: Scenario, attempt: Recording) -> dict[float, TargetReachability]:
    return {t: still_possible(scenario, attempt, t) for t in (235.0, 239.99, 246.0, 255.0)}


def test_a_target_within_reach_is_possible_from_the_gun_to_the_line(
    attempt: Recording, possible: dict[float, TargetReachability]
) -> None:
    easy = possible[255.0]
    assert easy.at(0.0)
    assert easy.possible.all()
    assert len(easy.x_m) == math.ceil(attempt.race_m / 25.0)


def test_breaking4_is_out_of_reach_late_in_the_race(
    possible: dict[float, TargetReachability],
) -> None:
    late = possible[239.99]
    assert not any(late.at(x) for x in (1400.0, 1500.0, 1600.0, 1609.0))


def test_an_easier_target_is_possible_wherever_a_harder_one_is(
    possible: dict[float, TargetReachability],
) -> None:
    targets = sorted(possible)
    for hard, easy in pairwise(targets):
        assert (possible[easy].possible >= possible[hard].possible).all()


def test_a_time_that_has_passed_is_not_possible(scenario: Scenario, attempt: Recording) -> None:
    wanted = still_possible(scenario, attempt, 60.0)
    assert not wanted.at(float(attempt.distance_at(60.0)) + 25.0)
    assert not wanted.possible.any()


def test_what_she_did_was_possible_all_the_way() -> None:
    """An even run alone that is well inside her means: its own time stays in reach throughout."""
    easy = load_scenario("solo", overrides=["plan.target=4:20"])
    run = simulate(easy)
    assert run.finish_s is not None
    assert still_possible(easy, run, run.finish_s + 0.3).possible.all()


def test_the_answer_is_that_of_the_last_point_passed() -> None:
    wanted = TargetReachability(240.0, np.array([0.0, 25.0, 50.0]), np.array([True, False, True]))
    assert [wanted.at(x) for x in (-3.0, 0.0, 24.9, 25.0, 49.0, 50.0, 900.0)] == [
        True, True, True, False, False, True, True,
    ]  # fmt: skip
