"""What a human can run: records pass, what beats them by more than 2 % does not."""

import pytest

from simulator.errors import ScenarioError
from simulator.scenario.loader import load_scenario
from simulator.units import MILE_M, format_time
from simulator.world_records import (
    RECORDS,
    STRETCHES_M,
    least_flying_time,
    least_time,
    speed_range,
)


@pytest.mark.parametrize(("distance", "record"), RECORDS[1:], ids=str)
def test_every_record_is_taken_and_three_percent_less_is_not(
    distance: float, record: float
) -> None:
    race = [f"distance={distance!r}", "ghosts=[]", "published=~"]
    taken = load_scenario("solo", overrides=[*race, f"plan.target={record!r}"])
    assert taken.plan.target == record  # type: ignore[union-attr]
    with pytest.raises(ScenarioError, match="faster than a human"):
        load_scenario("solo", overrides=[*race, f"plan.target={0.97 * record!r}"])


def test_between_two_records_lies_a_time_between_them() -> None:
    assert least_time(100.0) == pytest.approx(9.39, abs=0.005)
    assert least_time(1609.344) == pytest.approx(218.67, abs=0.005)
    assert least_time(1500.0) < least_time(1550.0) < least_time(1609.344)
    assert format_time(least_time(700.0)) == "1:24.99"


def test_inside_a_run_no_start_is_lost() -> None:
    assert least_flying_time(100.0) < least_time(100.0)
    for length in STRETCHES_M[1:]:
        assert least_flying_time(length) == pytest.approx(least_time(length))
    assert least_flying_time(100.0) < least_flying_time(150.0) < least_flying_time(200.0)


def test_a_plan_ends_as_records_do() -> None:
    """A mile ends no slower than its mean and spurts as record holders did; 800 m fade."""
    assert speed_range(MILE_M, 1200.0) == pytest.approx((1.0, 1.0418), abs=1e-4)
    assert speed_range(MILE_M, 1400.0) == pytest.approx((1.0, 1.0823), abs=1e-4)
    assert speed_range(MILE_M, 1000.0) == (0.96, 1.04)
    assert speed_range(800.0, 600.0) == pytest.approx((0.948, 1.0), abs=1e-3)
    assert speed_range(800.0, 0.0)[1] > 1.1
