"""Calibration: it finds the numbers the shipped scenarios carry, and says when there is none."""

from __future__ import annotations

import json
import sys

import pytest

from simulator.analysis.calibrate import calibrate
from simulator.analysis.optimise import FreeNumber, free_number
from simulator.errors import ExtraError, NoAnswerError, ScenarioError
from simulator.scenario.fields import Bounds, bounds_of
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario


def test_the_front_gap_of_breaking4_is_the_one_that_gives_the_published_time() -> None:
    calibrated = calibrate("breaking4", 246.42, ["pacers.front_gap"])
    (gap,) = calibrated.values
    assert gap.value == pytest.approx(load_scenario("breaking4").pacers.front_gap, abs=0.005)
    assert (gap.low, gap.high) == (0.5, 20.0)
    assert calibrated.finish_s == pytest.approx(246.42, abs=0.001)
    assert calibrated.scenario.pacers.front_gap == gap.value
    assert gap.earlier is not None
    assert gap.later is not None
    assert gap.earlier < gap.value < gap.later
    reported = json.loads(json.dumps(calibrated.to_dict(), allow_nan=False))
    assert reported["found"][0]["value"] == gap.value
    assert reported["found"][0]["bounds"] == [0.5, 20.0]
    assert gap.later - gap.earlier < 0.1  # a tenth of a second is worth centimetres


@pytest.mark.slow
def test_two_numbers_from_all_splits_give_the_anticipation_and_the_gap_together() -> None:
    pytest.importorskip("scipy")
    calibrated = calibrate(
        "breaking4",
        246.42,
        ["runner.anticipation=0.9..1.5", "pacers.front_gap=0.8..4.0"],
    )
    shipped = load_scenario("breaking4")
    anticipation, gap = calibrated.values
    assert round(anticipation.value, 2) == shipped.runner.anticipation
    assert gap.error is not None
    assert abs(gap.value - (shipped.pacers.front_gap or 0.0)) < gap.error
    assert calibrated.correlation is not None
    assert calibrated.correlation > 0.9  # the two stand in for each other
    assert [m.distance_m for m in calibrated.misses] == [200, 400, 600, 800, 1000, 1200, 1609.344]


def test_the_reserve_is_the_least_with_which_monaco_is_possible() -> None:
    calibrated = calibrate("monaco_2023", 247.64, ["runner.reserve"])
    (reserve,) = calibrated.values
    assert reserve.value == pytest.approx(load_scenario("monaco_2023").runner.reserve, abs=2.0)
    assert reserve.held == (reserve.value, 5000.0)
    assert reserve.earlier is None  # the plan holds the finish, however much she has


def test_osbornes_means_have_the_reserve_that_monaco_takes() -> None:
    changes = ["runner=kipyegon_osborne", "pacers.shelter.0.value=0.56"]
    free = ["runner.reserve=500..3000"]
    calibrated = calibrate("monaco_2023", 247.64, free, changes=changes)
    shipped = load_scenario("monaco_2023", overrides=changes).runner
    assert calibrated.values[0].value == pytest.approx(shipped.reserve, abs=2.0)


@pytest.mark.slow
def test_osbornes_means_have_the_anticipation_that_breaking4_takes() -> None:
    pytest.importorskip("scipy")
    changes = ["runner=kipyegon_osborne"]
    free = ["pacers.front_gap=1..3", "runner.anticipation=0.9..1.5"]
    calibrated = calibrate("breaking4", 246.42, free, changes=changes)
    gap, anticipation = calibrated.values
    shipped = load_scenario("breaking4", overrides=changes).runner
    assert anticipation.value == pytest.approx(shipped.anticipation, abs=0.005)
    assert gap.value == pytest.approx(1.60, abs=0.02)


def test_the_replays_shelter_is_the_least_that_meets_every_split_within_three_tenths() -> None:
    calibrated = calibrate("breaking4_replayed", 246.42 + 0.3, ["pacers.shelter"])
    constant = load_scenario("breaking4_replayed").pacers.shelter
    assert constant is not None
    assert calibrated.values[0].value <= constant[0].value < calibrated.values[0].value + 0.01
    assert max(abs(m.residual_s) for m in calibrated.misses) < 0.3


def test_no_value_within_the_bounds_says_how_near_it_comes_and_where() -> None:
    with pytest.raises(NoAnswerError) as none:
        calibrate("breaking4", 230.0, ["pacers.front_gap"])
    assert str(none.value) == (
        "No pacers.front_gap from 0.5 to 20 ends at 3:50.00: the nearest is 3:59.99, at 0.5."
    )
    assert none.value.exit_code == 1


def test_a_number_that_does_not_matter_is_told() -> None:
    with pytest.raises(NoAnswerError, match="the plan sets that time, not this number"):
        calibrate("monaco_2023", 247.64, ["runner.reserve=2500..3000"])


def test_two_numbers_need_more_than_one_published_time() -> None:
    two = ["runner.mass", "runner.reserve"]
    with pytest.raises(NoAnswerError, match="cannot follow from one time"):
        calibrate("solo", 250.0, two)
    with pytest.raises(NoAnswerError, match="two different ones"):
        calibrate("breaking4", 246.42, [two[0], two[0]])


def test_without_scipy_one_sentence_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(ExtraError) as missing:
        calibrate("breaking4", 246.42, ["pacers.front_gap=1..3", "runner.anticipation"])
    assert str(missing.value).endswith('pip install "lightpace[optimise]"')
    assert len(str(missing.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("pacers.frontgap", "did you mean front_gap?"),
        ("pacers.count", "is a whole number"),
        ("pacers.policy", "is not a number"),
        ("runner", "is not a number"),
        ("runner.kit.drag.more", "unknown key 'more'"),
    ],
)
def test_what_cannot_be_freed_is_refused(path: str, what: str) -> None:
    with pytest.raises(ScenarioError, match="--free") as refused:
        calibrate("breaking4", 246.42, [path])
    assert what in str(refused.value)


def test_bounds_come_from_the_model_and_must_be_the_right_way_round() -> None:
    assert bounds_of(Scenario, "pacers.front_gap") == Bounds(0.5, 20.0)
    assert bounds_of(Scenario, "pacers.shelter") == Bounds(-0.2, 0.95)
    assert bounds_of(Scenario, "pacers.formation.slots.0.ahead") == Bounds(-30.0, 30.0)
    assert bounds_of(Scenario, "plan.target") == Bounds(0.0, 7200.0)
    assert free_number("runner.mass") == FreeNumber("runner.mass", 30.0, 120.0)
    with pytest.raises(ScenarioError, match="least and its greatest"):
        free_number("pacers.front_gap=3..2")
