"""The price list: what each factor costs, and that nothing of the gap is left over."""

import pytest

from simulator.analysis.attribution import PriceList, _shapley, price_list
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario
from simulator.scenario.reading import shipped_names


def _prices(name: str, *changes: str) -> tuple[PriceList, dict[str, float]]:
    listed = price_list(load_scenario(name, overrides=changes))
    assert listed is not None
    return listed, {price.name: price.seconds for price in listed.prices}


@pytest.fixture(scope="module")
def breaking4() -> tuple[PriceList, dict[str, float]]:
    return _prices("breaking4")


def test_players_who_add_up_get_what_they_bring() -> None:
    worth = (3.0, -1.0, 0.5)
    values = [
        sum(w for i, w in enumerate(worth) if coalition >> (2 - i) & 1) for coalition in range(8)
    ]
    assert _shapley(values, 3) == pytest.approx(worth)


def test_what_takes_two_is_shared_equally_and_who_brings_nothing_gets_nothing() -> None:
    values = [float(coalition & 0b110 == 0b110) for coalition in range(8)]
    assert _shapley(values, 3) == pytest.approx((0.5, 0.5, 0.0))


def test_the_prices_sum_to_the_gap_within_a_millisecond(
    breaking4: tuple[PriceList, dict[str, float]],
) -> None:
    listed, prices = breaking4
    finish_s = simulate(load_scenario("breaking4")).finish_s
    assert finish_s is not None
    assert listed.finish_s == finish_s
    assert sum(prices.values()) == pytest.approx(finish_s - 239.99, abs=1e-3)
    assert listed.reference_s == pytest.approx(239.99, abs=1e-3)
    assert len(prices) == 5


def test_what_is_at_its_best_already_costs_nothing(
    breaking4: tuple[PriceList, dict[str, float]],
) -> None:
    _, prices = breaking4
    assert prices["day"] == pytest.approx(0.0, abs=1e-9)
    _, even = _prices("breaking4", "pacers.leader.fast_opening=0")
    assert even["leader's errors"] == pytest.approx(0.0, abs=1e-9)
    assert prices["leader's errors"] > 0.1


@pytest.mark.parametrize("shelter", ["pacers.shelter=0.3", "pacers.shelter=~"])
def test_a_leader_who_fades_is_named_for_what_that_costs(shelter: str) -> None:
    """He is her pace behind a constant shelter, too."""
    race = ["distance=800 m", "plan.target=2:00", "ghosts=[]", "pacers.count=2"]
    race += ["pacers.leader.fade=1"]
    listed, prices = _prices("solo", *race, shelter)
    assert prices["leader's errors"] == pytest.approx(1.0, abs=0.05)
    assert abs(listed.left_over_s) < 1e-3


def test_a_bad_day_has_a_price_of_its_own() -> None:
    _, prices = _prices("breaking4", "environment.wind.speed=3", "runner.form=-1")
    assert prices["day"] > 1.0


def test_without_pacers_there_is_nothing_to_say_of_them() -> None:
    listed, prices = _prices("solo")
    assert set(prices) == {"day", "pace beyond her power"}
    assert "more aerobic power" in listed.reference


def test_who_keeps_the_plan_pays_nothing() -> None:
    listed, prices = _prices("fifteen_hundred")
    assert listed.finish_s == pytest.approx(listed.target_s, abs=1e-3)
    assert all(abs(seconds) < 1e-3 for seconds in prices.values())


@pytest.mark.parametrize("name", sorted(shipped_names()))
@pytest.mark.parametrize("change", ["pacers.count=1", "environment.wind.speed=6", "runner.form=-3"])
def test_nothing_of_any_gap_is_lost(name: str, change: str) -> None:
    listed, prices = _prices(name, change)
    whole = sum(prices.values()) + listed.left_over_s
    assert whole == pytest.approx(listed.finish_s - listed.target_s, abs=1e-3)


def test_no_power_is_asked_for_that_would_not_help() -> None:
    """The replayed run keeps its plan a millisecond late, however strong she is."""
    listed, prices = _prices("breaking4_replayed", "runner.form=5")
    assert abs(listed.left_over_s) < 0.01
    assert prices["pace beyond her power"] < 0.5
    assert "50.0 %" not in listed.reference


def test_what_no_power_reaches_is_left_over() -> None:
    listed, _ = _prices("solo", "runner.max_aerobic_power=12")
    assert listed.left_over_s > 60


def test_who_does_not_finish_has_no_price_list() -> None:
    assert price_list(load_scenario("solo", overrides=["runner.max_aerobic_power=5"])) is None
