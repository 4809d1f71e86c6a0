from __future__ import annotations

import math

import pytest

from simulator.analysis.splits import column, run_time, split_distances
from simulator.physics.attempt import simulate
from simulator.recording.recording import Recording
from simulator.scenario.loader import load_scenario


@pytest.fixture(scope="module")
def alone() -> Recording:
    return simulate(load_scenario("breaking4", overrides=["pacers.count=0"]))


def test_a_column_holds_the_run_in_numbers(attempt: Recording) -> None:
    places = split_distances(attempt.race_m)
    result = column(attempt, places, 400.0)
    assert result.splits_s == tuple(run_time(attempt, x) for x in places)
    assert result.splits_s[-1] == attempt.finish_s
    bell = attempt.at(float(attempt.time_at(attempt.race_m - 400)))
    assert result.reserve_at_bell == pytest.approx(bell.reserve / attempt.reserve[0])
    assert result.shelter == pytest.approx(float(attempt.shelter.mean()), abs=1e-3)


@pytest.mark.parametrize("lap_m", [200.0, 300.0])
def test_the_bell_is_rung_one_lap_before_the_line(attempt: Recording, lap_m: float) -> None:
    bell = attempt.at(float(attempt.time_at(attempt.race_m - lap_m)))
    result = column(attempt, split_distances(attempt.race_m), lap_m)
    assert result.reserve_at_bell == pytest.approx(bell.reserve / attempt.reserve[0])


@pytest.mark.parametrize("until_s", [-1.0, 0.0, 61.0, 200.0])
def test_nothing_is_known_before_it_happened(attempt: Recording, until_s: float) -> None:
    places = split_distances(attempt.race_m)
    whole, part = column(attempt, places, 400.0), column(attempt, places, 400.0, until_s)
    for reported, known in zip(part.splits_s, whole.splits_s, strict=True):
        assert known is not None
        assert reported == (known if known <= until_s else None)
    assert part.shelter is None
    bell_s = float(attempt.time_at(attempt.race_m - 400))
    assert (part.reserve_at_bell is None) is (bell_s > until_s)


def test_runs_over_other_distances_are_compared_where_they_both_were(alone: Recording) -> None:
    short = simulate(load_scenario("fifteen_hundred"))
    result = column(short, split_distances(alone.race_m), 400.0)
    assert result.splits_s[-1] is None
    assert result.splits_s[0] is not None
    assert math.isfinite(result.splits_s[0])
