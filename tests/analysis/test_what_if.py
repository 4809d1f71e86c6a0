from __future__ import annotations

import pytest

from simulator.analysis.what_if import (
    AXES,
    Alternative,
    Measure,
    alternatives,
    choices,
)
from simulator.physics.attempt import finish_times, simulate
from simulator.recording.recording import Recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario
from simulator.scenario.plan import schedule_of


@pytest.fixture(scope="module")
def rows(scenario: Scenario) -> tuple[Alternative, ...]:
    return alternatives(scenario)


def test_there_is_a_row_for_every_count_up_to_the_whole_formation(
    rows: tuple[Alternative, ...],
) -> None:
    assert [row.label for row in rows] == [str(n) for n in range(14)]
    assert [row.label for row in rows if row.current] == ["13"]
    assert [row.scenario.pacers.running for row in rows] == list(range(14))


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
    wanted = load_scenario("breaking4", overrides=["pacers.count=2"])
    assert [row.label for row in alternatives(wanted) if row.current] == ["2"]


@pytest.mark.parametrize("axis", list(AXES))
@pytest.mark.parametrize("name", ["breaking4", "fifteen_hundred", "wait_for_runner"])
def test_what_a_row_would_set_gives_the_row(name: str, axis: str) -> None:
    scenario = load_scenario(name)
    rows = choices(scenario, axis)
    labels = [row.label for row in rows]
    assert len(labels) == len(set(labels))
    assert [row.current for row in rows].count(True) == 1
    for row in rows:
        wanted = load_scenario(name, overrides=[f"{path}={text}" for path, text in row.settings])
        assert wanted.pacers.line_up() == row.scenario.pacers.line_up()
        assert wanted.pacers.policy == row.scenario.pacers.policy
        assert wanted.pacers.drop_back == row.scenario.pacers.drop_back
        assert wanted.pacers.leader == row.scenario.pacers.leader
        assert wanted.environment == row.scenario.environment
        plans = [schedule_of(s.plan, s.distance) for s in (wanted, row.scenario)]
        assert plans[0].time_at(400.0) == pytest.approx(plans[1].time_at(400.0), abs=1e-9)
        assert plans[0].finish_s == pytest.approx(plans[1].finish_s, abs=1e-9)
        if row.current:
            assert row.scenario == scenario or axis == "pacers"


def test_the_own_row_of_every_axis_is_the_attempt_itself(
    scenario: Scenario, attempt: Recording
) -> None:
    own = [row.scenario for axis in AXES for row in choices(scenario, axis) if row.current]
    assert finish_times(own).tolist() == [attempt.finish_s] * len(AXES)


def test_nothing_to_run_has_no_finish() -> None:
    assert finish_times([]).tolist() == []


def test_a_metre_of_gap_is_worth_more_than_most_of_the_pacers(scenario: Scenario) -> None:
    gaps = {row.label: row.finish_s or 0.0 for row in alternatives(scenario, "front gap")}
    counts = {row.label: row.finish_s or 0.0 for row in alternatives(scenario, "pacers")}
    assert gaps["2.5"] - gaps["1.5"] > 10 * abs(counts["4"] - counts["12"])


TURNED = {
    "pacers": "pacers.count=4",
    "front gap": "pacers.front_gap=1.2",
    "formation": "pacers.formation=single_file",
    "first-lap pace": 'plan={shape: splits, splits: {"400": "59.30", "finish": "3:59.99"}}',
    "policy": "pacers.policy=wait_for_runner",
    "fade": "pacers.leader.fade=1.7",
    "temperature": "environment.temperature=21.5",
    "wind": "environment.wind.speed=2.25",
}


@pytest.mark.parametrize("axis", list(AXES))
@pytest.mark.parametrize("kept", [(), ("pacers.front_gap=2.2", "environment.temperature=17")])
def test_the_way_back_to_the_file_is_a_row(axis: str, kept: tuple[str, ...]) -> None:
    file = load_scenario("breaking4", overrides=kept)
    turned = load_scenario("breaking4", overrides=[*kept, TURNED[axis]])
    rows = choices(turned, axis, file)
    assert len({row.label for row in rows}) == len(rows)
    assert [row.current for row in rows].count(True) == 1
    (reported,) = [row for row in rows if row.in_file]
    assert not reported.current
    assert len(rows) <= len(choices(turned, axis)) + 1
    back = [f"{path}={text}" for path, text in reported.settings]
    wanted = load_scenario("breaking4", overrides=[*kept, TURNED[axis], *back])
    assert wanted.pacers.line_up() == reported.scenario.pacers.line_up() == file.pacers.line_up()
    assert wanted.plan == reported.scenario.plan == file.plan
    assert wanted.environment == reported.scenario.environment == file.environment
    again = choices(wanted, axis, file)
    assert [row.label for row in again if row.current] == [reported.label]
    assert [row.current for row in again] == [row.in_file for row in again]


@pytest.mark.parametrize("axis", list(AXES))
def test_without_a_file_the_own_row_is_the_files(axis: str) -> None:
    rows = choices(load_scenario("breaking4", overrides=[TURNED[axis]]), axis)
    assert [row.in_file for row in rows] == [row.current for row in rows]


def test_a_formation_that_was_never_shipped_can_be_taken_back() -> None:
    inline = "pacers.formation={name: pair, note: 'a \"note\": # 1', slots: [{ahead: 1.3}]}"
    file = load_scenario("breaking4", overrides=[inline])
    turned = load_scenario("breaking4", overrides=["pacers.formation=box"])
    (reported,) = [row for row in choices(turned, "formation", file) if row.in_file]
    assert reported.label == "pair"
    ((path, text),) = reported.settings
    wanted = load_scenario("breaking4", overrides=[f"{path}={text}"])
    assert wanted.pacers.formation == file.pacers.formation


def test_the_files_formation_has_a_label_of_its_own() -> None:
    inline = "pacers.formation={name: box, slots: [{ahead: 1.3}]}"
    file = load_scenario("breaking4", overrides=[inline])
    labels = [row.label for row in choices(load_scenario("breaking4"), "formation", file)]
    assert len(labels) == len(set(labels))
    assert "box, in the file" in labels


def test_the_files_first_lap_is_kept_while_the_target_is_another() -> None:
    file = load_scenario("breaking4")
    plan = 'plan={shape: splits, splits: {"400": "59.30", "finish": "4:02"}}'
    turned = load_scenario("breaking4", overrides=[plan])
    (reported,) = [row for row in choices(turned, "first-lap pace", file) if row.in_file]
    (own,) = [row for row in choices(file, "first-lap pace") if row.current]
    assert reported.label == own.label
    assert schedule_of(reported.scenario.plan, 1609.344).finish_s == pytest.approx(242.0)


def test_a_race_shorter_than_a_lap_and_a_half_has_no_first_lap() -> None:
    changes = ["distance=400 m", "plan.target=1:00", "ghosts=[]", "published=null"]
    wanted = load_scenario("solo", overrides=changes)
    assert [row.label for row in choices(wanted, "first-lap pace")] == ["as planned"]


def test_without_a_light_no_bar_says_where_it_is_lost() -> None:
    dark = load_scenario("solo", overrides=["wavelight.waves=[]"])
    assert all(bar.measured(Measure.LIGHT) is None for bar in alternatives(dark, "wind"))


def test_the_bars_of_the_front_gap_measure_what_the_knob_sets() -> None:
    """Also where the slot that is nearest is not filled."""
    slots = "[{ahead: 3.0, name: a}, {ahead: 1.5, name: b}]"
    scenario = load_scenario(
        "solo", overrides=["pacers.count=1", f"pacers.formation={{slots: {slots}}}"]
    )
    rows = choices(scenario, "front gap")
    (current,) = (row for row in rows if row.current)
    assert current.label == "1.5"
    gaps = [row.scenario.pacers.gap_m for row in rows]
    assert gaps == [pytest.approx(float(row.label)) for row in rows]
    ahead = [min(slot.ahead for slot in row.scenario.pacers.line_up()) for row in rows]
    assert ahead == sorted(ahead)
