from __future__ import annotations

import pytest

from simulator.analysis.what_if import Alternative, alternatives, pacer_counts
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario


@pytest.fixture(scope="module")
def rows(scenario: Scenario) -> tuple[Alternative, ...]:
    return alternatives(scenario)


def test_there_is_a_row_for_every_count_up_to_the_whole_formation(
    scenario: Scenario, rows: tuple[Alternative, ...]
) -> None:
    assert [row.label for row in rows] == [str(n) for n in range(14)]
    assert [row.label for row in rows if row.own] == ["13"]
    assert [row.scenario.pacers.count for row in pacer_counts(scenario)] == list(range(14))


@pytest.mark.parametrize("count", [0, 1, 7, 13])
def test_a_row_is_the_run_with_that_count_to_the_bit(
    rows: tuple[Alternative, ...], count: int
) -> None:
    alone = simulate(load_scenario("breaking4", overrides=[f"pacers.count={count}"]))
    assert rows[count].finish_s == alone.finish_s


def test_what_rests_on_the_pacer_beside_is_marked_as_assumed(
    rows: tuple[Alternative, ...],
) -> None:
    assert [row.label for row in rows if row.assumed] == ["13"]


def test_the_count_that_is_asked_for_is_marked() -> None:
    asked = load_scenario("breaking4", overrides=["pacers.count=2"])
    assert [row.label for row in alternatives(asked) if row.own] == ["2"]
