"""Public athletes: who is listed, and how well their other bests predict one that is left out."""

from __future__ import annotations

import csv
from dataclasses import astuple

import numpy as np
import pytest

from simulator.analysis.fit import ATHLETES, PRIOR, athletes, study
from simulator.analysis.predict import DISTANCES_M
from simulator.files import config_path
from simulator.world_records import least_time


def test_twelve_athletes_or_more_of_both_sexes_with_four_bests_or_more() -> None:
    listed = athletes()
    assert len(listed) >= 12
    assert {a.sex for a in listed} == {"woman", "man"}
    assert len({a.runner.name for a in listed}) == len(listed)
    for athlete in listed:
        distances = [best.distance_m for best in athlete.bests]
        assert len(distances) >= 4
        assert distances == sorted(set(distances))
        assert set(distances) <= set(DISTANCES_M)
        for best in athlete.bests:
            assert best.time_s > least_time(best.distance_m)
    assert {best.distance_m for a in listed for best in a.bests} == set(DISTANCES_M)
    with config_path(ATHLETES).open(encoding="utf-8", newline="") as text:
        assert all(1970 < int(row["year"]) < 2027 for row in csv.DictReader(text))


@pytest.mark.slow  # .ci/run runs it
def test_left_out_bests_are_predicted_as_well_as_the_page_says() -> None:
    """The goal, a median under 0.6 % and a worst under 2 %, is not met; see docs/validation.md."""
    result = study()
    assert len(result.left_out) == sum(len(a.bests) for a in athletes())
    misses = 100.0 * np.abs(result.errors)
    assert np.median(misses) < 0.7
    assert misses.max() < 3.0
    assert np.mean(misses < 2.0) > 0.93
    assert abs(result.errors.mean()) < 0.002, "neither too fast nor too slow"


@pytest.mark.slow  # .ci/run runs it
def test_nine_in_ten_bests_lie_in_their_ranges() -> None:
    assert 0.87 < np.mean([row.within for row in study().left_out]) < 0.95


@pytest.mark.slow  # .ci/run runs it
def test_the_prior_of_fit_is_what_these_athletes_are_like() -> None:
    usable, endurance = (0.1, 0.1), (0.0005, 0.0005)
    for mine, theirs, tolerance in zip(
        astuple(PRIOR), astuple(study().prior), (*usable, *endurance), strict=True
    ):
        assert mine == pytest.approx(theirs, abs=tolerance)
