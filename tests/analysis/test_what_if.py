from __future__ import annotations

import pytest

from simulator.analysis.what_if import (
    AXES,
    Alternative,
    alternatives,
    choices,
    finding_finishes,
    pacer_counts,
)
from simulator.physics.attempt import finished, simulate
from simulator.recording.recording import Recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario
from simulator.scenario.plan import schedule_of


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


@pytest.mark.parametrize("axis", list(AXES))
@pytest.mark.parametrize("name", ["breaking4", "fifteen_hundred", "wait_for_runner"])
def test_what_a_row_would_set_gives_the_row(name: str, axis: str) -> None:
    scenario = load_scenario(name)
    rows = choices(scenario, axis)
    labels = [row.label for row in rows]
    assert len(labels) == len(set(labels))
    assert [row.own for row in rows].count(True) == 1
    for row in rows:
        asked = load_scenario(name, overrides=[f"{path}={text}" for path, text in row.settings])
        assert asked.pacers.line_up() == row.scenario.pacers.line_up()
        assert asked.pacers.policy == row.scenario.pacers.policy
        assert asked.pacers.drop_back == row.scenario.pacers.drop_back
        assert asked.environment == row.scenario.environment
        plans = [schedule_of(s.plan, s.distance) for s in (asked, row.scenario)]
        assert plans[0].time_at(400.0) == pytest.approx(plans[1].time_at(400.0), abs=1e-9)
        assert plans[0].finish_s == pytest.approx(plans[1].finish_s, abs=1e-9)
        if row.own:
            assert row.scenario == scenario or axis == "pacers"


def test_the_own_row_of_every_axis_is_the_attempt_itself(
    scenario: Scenario, attempt: Recording
) -> None:
    own = [row.scenario for axis in AXES for row in choices(scenario, axis) if row.own]
    assert finished(finding_finishes(own)) == [attempt.finish_s] * len(AXES)


def test_nothing_to_run_is_run_at_once() -> None:
    assert finished(finding_finishes([])) == []


def test_a_metre_of_gap_is_worth_more_than_most_of_the_pacers(scenario: Scenario) -> None:
    gaps = {row.label: row.finish_s or 0.0 for row in alternatives(scenario, "front gap")}
    counts = {row.label: row.finish_s or 0.0 for row in alternatives(scenario, "pacers")}
    assert gaps["2.5"] - gaps["1.5"] > 10 * abs(counts["4"] - counts["12"])


def test_a_race_shorter_than_a_lap_and_a_half_has_no_first_lap() -> None:
    changes = ["distance=400 m", "plan.target=1:00", "ghosts=[]", "published=null"]
    asked = load_scenario("solo", overrides=changes)
    assert [row.label for row in choices(asked, "first-lap pace")] == ["as asked"]
