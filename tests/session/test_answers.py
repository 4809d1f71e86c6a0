"""What the drawer's pages ask for: map, goal, prices, margins; and what is taken from them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from simulator.analysis.attribution import price_list
from simulator.analysis.uncertainty import chance_of
from simulator.analysis.what_if import Measure
from simulator.physics.attempt import finish_times, simulate
from simulator.scenario.loader import load_scenario, load_text
from simulator.session import Session
from simulator.session.knobs import RefusedError
from simulator.session.session import QUIET_PICTURES
from simulator.session.variations import (
    axes_of,
    axis_knobs,
    goal_of,
    knob_map_of,
    run_cells,
    values_of,
    with_knob,
)
from simulator.stage.scene import KnobKind, PageContent, Tab
from tests.session.short import load_short, settle


def answered(session: Session) -> PageContent:
    """Let the session work until the open page has its answer."""
    for _ in range(QUIET_PICTURES + 1):
        session.advance(0.0)
    for _ in range(10_000):
        session.page_answers.poll(wait=session.page_answers.jobs.busy)
        session.advance(0.0)
        if not session.page_answers.jobs.busy and not session.run_results.jobs.busy:
            return session.panel_state().answers
        session.run_results.jobs.poll(wait=session.run_results.jobs.busy)
    raise AssertionError("never worked out")


@pytest.mark.parametrize("name", ["breaking4", "bannister_1954"])
def test_a_knob_set_at_once_gives_what_the_drawer_and_the_loader_give(name: str) -> None:
    scenario = load_scenario(name)
    for knob in axis_knobs(scenario, scenario).values():
        for text in values_of(knob, 4):
            session = Session(scenario)
            taken = session.change(knob.path, text)
            try:
                at_once = with_knob(scenario, scenario, knob.path, text)
            except RefusedError:
                assert not taken, (knob.path, text)
                continue
            assert taken, (knob.path, text)
            assert at_once == session.scenario, (knob.path, text)
            assert at_once == session.editor.history.now.settings.load(), (knob.path, text)


WRITTEN = (
    "2", "02", "1_0", "0x10", "1e1", "1.", ".5", "+1", "-0", "~", "null", "yes", "'2'", '"2"',
    "[2]", "{a: 1}", "2 # two", "NaN", ".inf", "3:57", "3:57.5", "!!int 2", "&a 2", "2;3", "\u0662",
)  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "runner.form",
        "pacers.count",
        "pacers.front_gap",
        "pacers.formation",
        "plan.target",
        "plan.standing_start",
        "environment.wind.speed",
        "wavelight.waves.0.on",
        "wavelight.waves.0.name",
    ],
)
def test_however_a_value_is_written_the_scenario_is_that_of_the_loader(path: str) -> None:
    session, taken = Session(load_scenario("breaking4")), 0
    for text in WRITTEN:
        if session.change(path, text):
            taken += 1
            assert session.scenario == session.editor.history.now.settings.load(), text
            session.undo()
    assert taken or path == "pacers.formation"


def test_every_axis_has_bars_with_its_own_value_among_them_and_each_can_be_taken() -> None:
    scenario = load_short("wavelight.waves.0.name=the light")
    for axis in axes_of(scenario, scenario):
        session = settle(Session(scenario))
        session.set_axis(axis)
        settle(session)
        bars = session.bars.rows
        assert sum(bar.current for bar in bars) == 1, axis
        other = next((i for i, bar in enumerate(bars) if not bar.current), None)
        if other is None:
            continue
        wanted = bars[other].finish_s
        session.take_bar(other)
        got = session.recording.finish_s
        assert (got is None) is (wanted is None), axis
        if got is not None and wanted is not None:
            assert got == pytest.approx(wanted, abs=2e-3), axis
        session.undo()
        assert session.scenario == scenario, axis


def test_a_map_holds_the_finishes_of_its_two_knobs() -> None:
    scenario = load_short()
    knob_map = knob_map_of(scenario, scenario, ("form", "front gap"))
    rng = np.random.default_rng(1)
    cells = [
        (int(rng.integers(len(knob_map.ys))), int(rng.integers(len(knob_map.xs)))) for _ in range(8)
    ]
    times = run_cells(knob_map, scenario, scenario, cells)
    for (row, column), time_s in zip(cells, times, strict=True):
        session = Session(scenario)
        assert session.change("runner.form", knob_map.xs[column])
        assert session.change("pacers.front_gap", knob_map.ys[row])
        assert simulate(session.scenario).finish_s == pytest.approx(time_s, abs=1e-9)


def test_a_map_is_completed_and_a_cell_is_one_change() -> None:
    session = Session(load_short())
    session.set_map("form", "front gap")
    session.look_at(Tab.MAP)
    answers = answered(session)
    knob_map = answers.knob_map
    assert knob_map is not None
    assert knob_map.complete
    assert len(knob_map.xs) > 41
    assert answers.here is not None
    finish_s = simulate(session.scenario).finish_s
    assert answers.here_s == pytest.approx(finish_s, abs=1e-9), "hers, not the nearest cell's"
    row, column = len(knob_map.ys) - 1, 0
    session.take_cell(row, column)
    assert session.scenario.runner.form == float(knob_map.xs[column])
    assert session.scenario.pacers.front_gap == float(knob_map.ys[row])
    assert session.panel_state().answers.here == (row, column)
    assert session.panel_state().answers.knob_map is knob_map, "its own knobs do not change it"
    session.take_cell(row, 3)  # dragged on
    assert session.panel_state().can_undo == 1
    session.undo()
    assert session.scenario == load_short()


def test_a_map_is_run_on_coarse_grids_first_which_stand_for_the_rest() -> None:
    scenario = load_short()
    knob_map = knob_map_of(scenario, scenario, ("form", "front gap"))
    height, width = knob_map.finish_s.shape
    assert not knob_map.so_far()[1].any()
    coarse = len(range(0, height, 4)) * len(range(0, width, 4))
    cells = knob_map.missing(coarse)
    assert all(row % 4 == 0 and column % 4 == 0 for row, column in cells)
    knob_map = knob_map.with_times(cells, np.arange(1.0, coarse + 1.0))
    finish_s, known = knob_map.so_far()
    assert known.all()
    assert knob_map.known.sum() == coarse
    assert finish_s[3, 7] == finish_s[0, 4]
    assert all(row % 2 == 0 and column % 2 == 0 for row, column in knob_map.missing(coarse))
    finish_s, _ = knob_map.with_times([(3, 7)], np.array([99.0])).so_far()
    assert (finish_s[3, 7], finish_s[3, 6]) == (99.0, finish_s[0, 4])


def test_a_cell_is_taken_in_the_order_in_which_it_was_run() -> None:
    session = Session(load_short())
    session.set_map("shape", "strength")
    session.look_at(Tab.MAP)
    knob_map = answered(session).knob_map
    assert knob_map is not None
    row, column = knob_map.ys.index("3"), knob_map.xs.index("even")
    session.take_cell(row, column)
    assert simulate(session.scenario).finish_s == knob_map.finish_s[row, column]


def test_another_change_makes_another_map() -> None:
    session = Session(load_short())
    session.look_at(Tab.MAP)
    before = answered(session).knob_map
    session.change("environment.temperature", "35")
    after = answered(session).knob_map
    assert before is not None
    assert after is not None
    assert np.nanmin(after.finish_s) < np.nanmin(before.finish_s), "warm air is thin"


@pytest.mark.parametrize("name", ["form", "kit drag", "front gap"])
def test_a_goal_is_reached_by_its_value_and_by_none_nearer(name: str) -> None:
    scenario = load_scenario("breaking4")
    goal = goal_of(scenario, scenario, name, 243.0)
    knob = axis_knobs(scenario, scenario)[name]
    assert goal.reached
    assert goal.finish_s is not None
    assert goal.finish_s <= 243.005
    assert goal.value != goal.now
    assert float(finish_times([goal.scenario])[0]) == goal.finish_s
    now = knob.number or 0.0
    way = math.copysign(knob.step, now - float(goal.value))
    nearer = with_knob(scenario, scenario, knob.path, f"{float(goal.value) + way:.10g}")
    assert float(finish_times([nearer])[0]) > 243.005


def test_a_knob_that_changes_nothing_comes_nowhere_near() -> None:
    """The group holds the light: how far it would drop back does not matter."""
    scenario = load_scenario("breaking4")
    goal = goal_of(scenario, scenario, "drop back", 244.0)
    assert not goal.reached
    assert f"none is faster than {goal.now} m as it is, 4:06.44, +2.44 s" in goal.words


def test_a_goal_out_of_reach_says_how_far_it_stays() -> None:
    scenario = load_scenario("breaking4")
    goal = goal_of(scenario, scenario, "pacers", 239.99)
    assert not goal.reached
    assert goal.finish_s is not None
    every = [with_knob(scenario, scenario, goal.path, str(n)) for n in range(14)]
    assert goal.finish_s == finish_times(every).min()
    assert goal.words.startswith("No value of pacers reaches 3:59.99: ")


@pytest.mark.parametrize("plan", ["{laps: [62, 63, 62, 45]}", "{splits: {finish: '3:52'}}"])
def test_a_table_has_no_strength_to_vary(plan: str) -> None:
    scenario = load_text(f"name: t\ndistance: 1500 m\nplan: {plan}\n", "t.yaml")
    assert "strength" not in axis_knobs(scenario, scenario)
    assert "strength" not in axes_of(scenario, scenario)
    with pytest.raises(RefusedError, match="a table has no strength: choose a shape first"):
        goal_of(scenario, scenario, "strength", 232.0)
    session = Session(scenario)
    session.look_at(Tab.MAP)
    session.set_map("strength", "form")
    assert answered(session).map_names == ("front gap", "form")


def test_a_goal_faster_than_the_plan_takes_the_plan_along() -> None:
    session = Session(load_scenario("breaking4"))
    session.look_at(Tab.GOAL)
    session.set_goal("front gap")
    assert session.page_answers.set_target("3:59")
    goal = answered(session).goal
    assert goal is not None
    assert goal.plan_target == "3:59.00"
    assert goal.chance is not None
    session.take_goal()
    assert session.scenario.plan.target == 239.0  # type: ignore[union-attr]
    assert session.recording.finish_s == pytest.approx(goal.finish_s, abs=2e-3)
    assert session.panel_state().can_undo == 1
    assert not session.page_answers.set_target("soon")
    assert session.panel_state().answers.goal_problem


@pytest.mark.parametrize(("reserve", "words"), [
    (2200, "Kit drag 1 × reaches 4:05.00 with the plan at 4:05.00, and so does any from "),
    (600, "No value of policy reaches 4:05.00: none is faster than hold light with the plan at "),
])  # fmt: skip
def test_a_goal_for_which_the_plan_alone_is_set_is_not_reached_as_it_is(
    reserve: int, words: str
) -> None:
    text = f"name: t\ndistance: 1500 m\nrunner: {{reserve: {reserve}}}\nplan: {{target: '4:10'}}"
    scenario = load_text(text, "t.yaml")
    name = "policy" if "policy" in words else "kit drag"
    goal = goal_of(scenario, scenario, name, 245.0)
    assert (goal.value, goal.plan_target) == (goal.now, "4:05.00")
    assert goal.words.startswith(words)
    assert goal.now_s == finish_times([scenario])[0]


def test_a_goal_that_holds_already_says_within_which_values() -> None:
    scenario = load_scenario("breaking4")
    goal = goal_of(scenario, scenario, "front gap", 247.0)
    assert goal.value == goal.now
    for text, reaches in ((goal.high, True), (f"{float(goal.high) + 0.02:.10g}", False)):
        new = with_knob(scenario, scenario, "pacers.front_gap", text)
        assert (float(finish_times([new])[0]) <= 247.005) is reaches


TABLE = """name: a
distance: 1500 m
plan: {shape: splits, splits: {300: 49, 700: 113, 1100: 176, 1500: 239}}
"""


def with_locks(*rows: int) -> Session:
    session = Session(load_text(TABLE, "a.yaml"))
    for row in rows:
        session.editor.lock_split(row, True)
    return session


def test_the_bars_of_the_target_are_what_a_click_gives_with_locks() -> None:
    session = with_locks(4, 5, 6, 7)
    session.set_axis("target")
    session.advance(0.0)
    for i, bar in enumerate(list(session.bars.rows)):
        session.take_bar(i)
        assert session.scenario.plan == bar.scenario.plan, bar.label
        assert simulate(session.scenario).finish_s == bar.finish_s
        if not bar.current:
            session.undo()
    for row in range(4):
        session.editor.lock_split(row, True)
    session.advance(0.0)
    assert [bar.current for bar in session.bars.rows] == [True], "nothing else can be taken"


def test_map_and_goal_keep_the_locked_sections() -> None:
    session = with_locks(4, 5, 6, 7)
    session.set_map("target", "pacers")
    session.look_at(Tab.MAP)
    knob_map = answered(session).knob_map
    assert knob_map is not None
    session.take_cell(0, 0)
    finish_s = simulate(session.scenario).finish_s
    assert finish_s == pytest.approx(knob_map.finish_s[0, 0], abs=1e-9)
    session.undo()
    session.look_at(Tab.GOAL)
    session.set_goal("target")
    assert session.page_answers.set_target("3:58.5")
    goal = answered(session).goal
    assert goal is not None
    assert goal.value != goal.now
    session.take_goal()
    assert session.scenario.plan == goal.scenario.plan
    session.undo()
    for row in range(4):
        session.editor.lock_split(row, True)
    session.set_goal("form")
    assert session.page_answers.set_target("3:50")
    answers = answered(session)
    assert answers.goal is None
    assert "locked" in answers.goal_problem


def test_prices_are_those_of_simulate_and_wait_for_the_finish() -> None:
    session = Session(load_short())
    session.look_at(Tab.PRICES)
    answers = answered(session)
    assert answers.secret
    assert answers.prices == price_list(session.scenario)
    session.seek(1e9)
    assert not session.panel_state().answers.secret


def test_the_steps_of_a_price_list_lead_from_the_target_to_the_finish() -> None:
    listed = price_list(load_scenario("breaking4"))
    assert listed is not None
    steps = listed.steps
    assert steps[0].from_s == listed.target_s
    assert steps[-1].to_s == pytest.approx(listed.finish_s, abs=1e-3)
    assert all(a.to_s == b.from_s for a, b in itertools.pairwise(steps))
    prices = [price.seconds for price in listed.prices]
    assert [step.seconds for step in steps] == pytest.approx(prices, abs=1e-9)


def test_the_margins_are_those_of_the_runs() -> None:
    session = settle(Session(load_scenario("breaking4")))
    own = next(bar for bar in session.bars.rows if bar.current)
    run = session.recording
    assert own.measured(Measure.FINISH) == pytest.approx(run.finish_s)
    assert own.reserve_left == pytest.approx(run.reserve[-1] / run.reserve[0], abs=2e-3)
    assert own.measured(Measure.LIGHT) == pytest.approx(session.show.lost_light_m, abs=2.0)
    session.set_measure("reserve left")
    what_if = session.scene().what_if
    assert what_if is not None
    assert what_if.measure == "reserve left"


def test_chances_of_the_bars_are_the_ones_shown_anywhere() -> None:
    session = settle(Session(load_short()))
    session.set_measure("chance")
    answered(session)
    for bar in session.bars.rows:
        assert bar.chance == chance_of(bar.scenario)


def test_who_keeps_the_light_loses_it_at_the_line() -> None:
    session = settle(Session(load_scenario("breaking4", overrides=["pacers.front_gap=0.8"])))
    own = next(bar for bar in session.bars.rows if bar.current)
    assert own.lost_light_m is None
    assert own.measured(Measure.LIGHT) == session.scenario.distance


def test_a_switch_is_varied_between_no_and_yes() -> None:
    scenario = load_short()
    knob = axis_knobs(scenario, scenario)["standing start"]
    assert knob.kind is KnobKind.SWITCH
    assert values_of(knob, 13) == ("no", "yes")
