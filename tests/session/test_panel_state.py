"""The state: every knob, what it does, what it refuses, how it comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.plan import schedule_of, waypoints_of
from simulator.scenario.reading import shipped_names
from simulator.session import Session
from simulator.session.history import GESTURE_S
from simulator.session.knobs import knobs_of, sections_of
from simulator.stage.keys import Action
from simulator.stage.scene import Knob, KnobKind
from simulator.units import format_time
from tests.session.short import load_short, settle

Look = Callable[[str], str]


def find(session: Session, path: str) -> Knob:
    return next(k for k in session.panel_state().knobs if k.path == path)


def other_value(knob: Knob) -> str:
    """Return a value that this knob can surely take and does not have."""
    if knob.kind is KnobKind.SWITCH:
        return "no" if knob.value == "yes" else "yes"
    if knob.kind is KnobKind.CHOICE:
        return next(option for option in knob.options if option != knob.value)
    if knob.kind is KnobKind.TEXT:
        return "another: name, {even} this"
    if knob.path == "pacers.count":
        return "1"
    if knob.kind is KnobKind.TIME:
        return f"{(knob.number or 0) + 1:.2f}"
    return f"{min((knob.number or 0) + 2 * knob.step, knob.high):.10g}"


@pytest.fixture(scope="module")
def one() -> Session:
    return Session(load_scenario("breaking4"))


PATHS = [k.path for k in Session(load_short()).panel_state().knobs]


@pytest.mark.parametrize("path", PATHS)
def test_every_knob_can_be_turned_and_reset(path: str) -> None:
    session = Session(load_short())
    before = find(session, path)
    assert not before.changed
    assert session.change(path, other_value(before)), find(session, path).problem
    after = find(session, path)
    assert after.changed
    assert after.value != before.value
    assert after.file_value == before.value
    assert session.panel_state().unsaved
    session.reset(path)
    assert find(session, path) == before
    assert not session.panel_state().unsaved
    session.undo()
    assert find(session, path).value == after.value


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_scenario_has_its_knobs(name: str) -> None:
    scenario = load_scenario(name)
    knobs = knobs_of(scenario, scenario, {})
    paths = [k.path for k in knobs]
    assert len(paths) == len(set(paths))
    wanted = {"Pacers", "Plan", "Runner", "Air"} | (
        {"Light"} if scenario.wavelight.waves else set()
    )
    assert {k.group for k in knobs} >= wanted
    groups = [k.group for k in knobs]
    assert groups == sorted(groups, key=list(dict.fromkeys(groups)).index), "groups hang together"
    for knob in knobs:
        assert knob.label
        assert not knob.changed
        if knob.kind in (KnobKind.NUMBER, KnobKind.TIME):
            assert knob.number is not None
            assert knob.low <= knob.number <= knob.high
            assert knob.step > 0
        if knob.kind is KnobKind.CHOICE:
            assert knob.value in knob.options


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("pacers.count", "40", "40 pacers"),
        ("pacers.count", "many", "not a number"),
        ("pacers.count", "", "nothing was typed"),
        ("plan.target", "soon", "not a time"),
        ("plan.target", "20", "faster than a human"),
        ("plan.shape", "wavy", "no shape"),
        ("environment.temperature", "[1, 2]", ""),
        ("environment.temperature", "{", "YAML"),
        ("environment.temperature", "nan", "not a number"),
        ("wavelight.waves.0.colour", "beige", ""),
        ("wavelight.waves.7.plan.target", "1:04", "no wave"),
        ("pacers.follows", "nobody", "no wave"),
        ("nonsense", "1", "unknown key"),
        ("", "1", "path=value"),
        ("pacers", "1", ""),
        ("plan.target", "1" * 1000, "too long"),
    ],
)
def test_what_cannot_be_is_refused_and_the_last_good_value_stays(
    session: Session, path: str, text: str, why: str
) -> None:
    before = session.scenario
    assert not session.change(path, text)
    assert session.scenario is before
    assert session.panel_state().can_undo == 0
    assert why in session.editor.problems[path]
    shown = [k for k in session.panel_state().knobs if k.path == path]
    assert all(k.problem and not k.changed for k in shown)
    if shown:
        session.change(path, other_value(shown[0]))
        assert not find(session, path).problem


def test_what_was_refused_is_forgotten_when_something_is_taken_back_or_made_again() -> None:
    session = Session(load_short())
    assert session.change("pacers.front_gap", "1.6")
    for move in (session.undo, session.redo):
        assert not session.change("runner.form", "nan")
        assert find(session, "runner.form").problem
        move()
        assert not find(session, "runner.form").problem


def test_a_new_wave_is_not_blamed_for_what_was_typed_for_one_that_is_gone() -> None:
    session = Session(load_short())
    session.add_wave()
    length = next(k.path for k in session.panel_state().knobs if k.path.endswith("waves.1.length"))
    assert not session.change(length, "nan")
    assert find(session, length).problem
    session.remove_wave("wave 2")
    session.add_wave()
    assert not find(session, length).problem
    assert not session.editor.problems


def test_what_was_refused_of_another_wave_stays_when_one_goes() -> None:
    session = Session(load_short())
    session.add_wave()
    session.add_wave()
    first, last = (f"wavelight.waves.{n}.length" for n in (0, 2))
    assert not session.change(first, "nan")
    assert not session.change(last, "nan")
    session.remove_wave("wave 2")
    assert find(session, first).problem
    assert last not in session.editor.problems
    session.add_wave()
    assert find(session, first).problem
    assert not find(session, last).problem


def test_what_was_refused_stays_where_there_is_nothing_to_take_back() -> None:
    session = Session(load_short())
    assert not session.change("runner.form", "nan")
    session.undo()
    assert find(session, "runner.form").problem


def test_the_state_is_the_same_object_while_nothing_changes(session: Session) -> None:
    state = session.panel_state()
    session.perform(Action.PLAY_PAUSE)
    for _ in range(5):
        session.advance(1 / 60)
    assert session.panel_state() is state
    session.change("pacers.count", "1")
    assert session.panel_state() is not state


def test_a_formation_with_fewer_places_takes_fewer_pacers(one: Session) -> None:
    one.change("pacers.count", "13")
    assert one.change("pacers.formation", "box")
    assert find(one, "pacers.count").value == "5"
    assert one.scenario.pacers.formation.name == "box"


def test_a_formation_of_the_file_alone_can_be_taken_again(session: Session, knob: Look) -> None:
    own = knob("pacers.formation")
    assert session.change("pacers.formation", "single_file")
    assert session.change("pacers.formation", own)
    assert session.scenario == load_short()


def test_an_even_plan_is_bent_by_its_strength(session: Session, knob: Look) -> None:
    assert session.change("plan.strength", "1.5")
    assert knob("plan.shape") == "negative"
    assert session.change("plan.shape", "progressive")
    assert knob("plan.strength") == "1.5"
    assert session.change("plan.shape", "splits")
    assert not session.change("plan.strength", "2")
    assert "table" in find(session, "plan.strength").problem
    assert knob("plan.target") == "1:04.00"


# -- splits ------------------------------------------------------------------------------------


def seconds(text: str) -> float:
    minutes, _, rest = text.rpartition(":")
    return 60 * float(minutes or 0) + float(rest)


def sections(session: Session) -> list[float]:
    return [seconds(row.section) for row in session.panel_state().splits]


def test_a_split_table_adds_up(one: Session) -> None:
    one.undo()
    rows = one.panel_state().splits
    total = 0.0
    for row in rows:
        total += seconds(row.section)
        assert total == pytest.approx(seconds(row.cumulative), abs=0.05)
    assert rows[-1].label == "finish"


@pytest.fixture
def mile() -> Session:
    return Session(load_scenario("solo"))


def test_a_section_is_taken_from_the_open_rows(mile: Session) -> None:
    before = sections(mile)
    mile.editor.lock_split(3, True)
    assert mile.panel_state().splits[3].locked
    assert mile.change_split(1, "28.50", cumulative=False)
    after = sections(mile)
    assert after[1] == 28.5
    assert after[3] == before[3]
    assert sum(after) == pytest.approx(sum(before), abs=0.03)
    assert find(mile, "plan.target").value == "3:59.99"
    others = [i for i in range(len(after)) if i not in (1, 3)]
    assert all(after[i] > before[i] for i in others)


def test_without_keeping_the_target_it_moves(mile: Session) -> None:
    mile.set_keep_target(False)
    assert not mile.panel_state().keep_target
    before = sections(mile)
    assert mile.change_split(1, f"{before[1] - 1:.2f}", cumulative=False)
    after = sections(mile)
    assert [a - b for a, b in zip(after, before, strict=True)] == pytest.approx(
        [0, -1, 0, 0, 0, 0, 0, 0], abs=0.015
    )
    assert find(mile, "plan.target").value.startswith("3:58.9")


def test_splits_that_differ_from_the_file_are_marked(mile: Session) -> None:
    def marked() -> list[int]:
        return [i for i, row in enumerate(mile.panel_state().splits) if row.changed]

    rows = len(mile.panel_state().splits)
    assert not marked()
    mile.set_keep_target(False)
    mile.change_split(2, "29.00", cumulative=False)
    assert marked() == [2], "the others are only written anew"
    mile.set_by_lap(True)
    assert marked() == [1]
    mile.set_by_lap(False)
    mile.undo()
    assert not marked()
    mile.change("pacers.count", "5")
    assert not marked()
    mile.change("distance", "1500 m")
    assert marked() == list(range(len(mile.panel_state().splits)))
    mile.undo()
    mile.change("plan.target", "3:50.00")
    assert marked() == list(range(rows))


@pytest.mark.parametrize("by_lap", [False, True])
@pytest.mark.parametrize("keep_target", [False, True])
@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize("text", ["27.83", "31.117"])
def test_a_split_that_is_reset_gives_the_files_plan(
    mile: Session, index: int, text: str, keep_target: bool, by_lap: bool
) -> None:
    mile.set_by_lap(by_lap)
    mile.set_keep_target(keep_target)
    mile.editor.lock_split(3 - index, True)
    before, knobs = mile.panel_state().splits, mile.panel_state().knobs
    wanted = f"{seconds(before[index].section) + seconds(text) - 29.9:.3f}"
    assert mile.change_split(index, wanted, cumulative=False)
    row = mile.panel_state().splits[index]
    assert (row.changed, row.in_file) == (True, before[index].section)
    assert mile.reset_split(index)
    assert mile.panel_state().splits == before
    assert mile.panel_state().knobs == knobs
    assert not mile.panel_state().unsaved
    mile.undo()
    assert mile.panel_state().splits[index].changed


def test_the_whole_plan_is_reset_at_once(mile: Session) -> None:
    before = mile.panel_state().splits
    mile.change_split(1, "28.50", cumulative=False)
    mile.set_keep_target(False)
    mile.change_split(4, "31.00", cumulative=False)
    assert mile.reset_split(1)
    assert mile.panel_state().splits[4].changed
    assert mile.panel_state().unsaved
    assert mile.reset_split(None)
    assert mile.panel_state().splits == before
    assert not mile.panel_state().unsaved


def test_laps_may_be_the_files_while_their_halves_are_not(mile: Session) -> None:
    others = [0, 1, *range(4, len(mile.panel_state().splits))]
    for row in others:
        mile.editor.lock_split(row, True)
    mile.change_split(2, "28.50", cumulative=False)
    for row in others:
        mile.editor.lock_split(row, False)
    mile.set_by_lap(True)
    mile.set_keep_target(False)
    mile.change_split(0, "1:01.00", cumulative=False)
    assert mile.reset_split(0)
    assert not any(row.changed for row in mile.panel_state().splits)
    assert mile.panel_state().unsaved
    mile.set_by_lap(False)
    assert [i for i, row in enumerate(mile.panel_state().splits) if row.changed] == [2, 3]


@pytest.mark.parametrize(
    "plan",
    ["{target: 4:00}", "{shape: negative, target: 4:00}", "{shape: laps, laps: [63, 65, 64, 48]}"],
)
@pytest.mark.parametrize("change", ["typed", "reset"])
def test_a_new_target_leaves_locked_sections_of_any_plan(plan: str, change: str) -> None:
    session = Session(load_text(f"name: a\ndistance: 1500 m\nplan: {plan}\n", "a.yaml"))
    if change == "reset":
        assert session.change("plan.target", "4:10")
    before = sections(session)
    session.editor.lock_split(2, True)
    if change == "reset":
        session.reset("plan.target")
    else:
        assert session.change("plan.target", "4:10")
    after = sections(session)
    target = "4:00.00" if change == "reset" else "4:10.00"
    assert find(session, "plan.target").value == target
    assert after[2] == pytest.approx(before[2], abs=0.011)
    assert session.panel_state().splits[2].locked
    assert after[1] != pytest.approx(before[1], abs=0.5)
    for row in range(len(after)):
        session.editor.lock_split(row, True)
    assert not session.change("plan.target", "3:55")
    assert "locked" in find(session, "plan.target").problem
    assert sections(session) == after


@pytest.mark.parametrize(
    ("race", "plan", "inside_m"),
    [
        ("800 m", "{splits: {100: 14, 200: 29, 300: 42, 400: 60, 500: 73, finish: 120}}", 500.0),
        ("10000 m", f"{{laps: [{', '.join(['70', '72'] * 12)}, 70]}}", 2400.0),
    ],
)
@pytest.mark.parametrize("change", ["target", "split"])
def test_a_locked_section_keeps_the_rows_of_the_file_within_it(
    race: str, plan: str, inside_m: float, change: str
) -> None:
    """A table was made anew of its sections, 200 m to 1 km: the section had one pace all along."""
    session = Session(load_text(f"name: a\ndistance: {race}\nplan: {plan}\n", "a.yaml"))
    race_m = session.scenario.distance

    def since_its_beginning() -> float:
        start_m = session.panel_state().splits[1].distance_m
        schedule = schedule_of(session.scenario.plan, race_m)
        return float(schedule.time_at(inside_m) - schedule.time_at(start_m))

    before, rows = since_its_beginning(), waypoints_of(session.scenario.plan, race_m)
    session.editor.lock_split(2, True)
    if change == "target":
        assert session.change("plan.target", format_time(rows[-1].time_s + 2.0))
    else:
        first_s = sections(session)[0]
        assert session.change_split(0, format_time(first_s + 1.0), cumulative=False)
    assert since_its_beginning() == pytest.approx(before, abs=0.002)
    assert session.panel_state().splits[2].locked
    kept = {row.distance_m for row in waypoints_of(session.scenario.plan, race_m)}
    assert {row.distance_m for row in rows} <= kept


def test_its_own_target_leaves_a_plan_with_locks_as_it_is(mile: Session) -> None:
    mile.editor.lock_split(2, True)
    assert mile.change("plan.target", find(mile, "plan.target").value)
    assert not mile.panel_state().unsaved
    assert mile.change("plan.target", "4:10")
    assert mile.change("plan.target", "3:59.99"), "as when a slider is let go where it was"
    assert find(mile, "plan.shape").value == "even"
    assert not mile.panel_state().unsaved


def test_a_lock_within_a_gesture_keeps_the_time_that_was_locked(mile: Session) -> None:
    assert mile.change("plan.target", "4:10")
    before = sections(mile)
    mile.editor.lock_split(2, True)
    assert mile.change("plan.target", "4:11")
    assert sections(mile)[2] == pytest.approx(before[2], abs=0.011)


def test_a_locked_section_is_left_out_of_its_lap(mile: Session) -> None:
    before = sections(mile)
    mile.editor.lock_split(0, True)
    mile.set_by_lap(True)
    assert not mile.panel_state().splits[0].locked
    assert mile.change_split(0, "1:01.00", cumulative=False)
    mile.set_by_lap(False)
    after = sections(mile)
    assert after[0] == before[0]
    assert after[0] + after[1] == pytest.approx(61.0, abs=0.011)
    mile.editor.lock_split(1, True)
    mile.set_by_lap(True)
    assert mile.change_split(0, "1:00.00", cumulative=False), "a locked row may be typed itself"
    assert mile.panel_state().splits[0].locked


def test_another_plan_opens_the_locks_that_it_moves() -> None:
    session = Session(load_text("name: a\ndistance: 1000 m\nplan: {target: 2:40}\n", "a.yaml"))
    session.editor.lock_split(0, True)
    session.editor.lock_split(3, True)
    session.set_axis("first-lap pace")
    session.advance(0.0)
    before = sections(session)
    session.take_bar(0)
    assert sections(session) != before
    assert not any(row.locked for row in session.panel_state().splits)
    session.editor.lock_split(1, True)
    assert session.change("pacers.count", "0")
    assert session.panel_state().splits[1].locked
    assert session.change("plan.shape", "negative")
    assert not session.panel_state().splits[1].locked


def test_undo_takes_back_a_lock_and_only_that(mile: Session) -> None:
    mile.change("plan.target", "4:10")
    before, run = sections(mile), mile.recording
    mile.editor.lock_split(2, True)
    mile.editor.lock_split(2, True)
    assert mile.panel_state().splits[2].locked
    mile.undo()
    assert not mile.panel_state().splits[2].locked
    assert sections(mile) == before
    assert mile.recording is run
    mile.redo()
    assert mile.panel_state().splits[2].locked
    mile.undo()
    mile.undo()
    assert find(mile, "plan.target").value == "3:59.99"
    assert not mile.panel_state().can_undo


def test_undo_closes_the_locks_that_another_plan_has_opened(mile: Session) -> None:
    before = sections(mile)
    mile.editor.lock_split(1, True)
    assert mile.change("plan.shape", "negative")
    assert not mile.panel_state().splits[1].locked
    mile.undo()
    assert mile.panel_state().splits[1].locked
    assert sections(mile) == before
    mile.redo()
    assert not mile.panel_state().splits[1].locked


def test_undo_moves_no_locked_section(mile: Session) -> None:
    mile.change("plan.target", "4:10")
    mile.editor.lock_split(2, True)
    mile.change("environment.temperature", "30")
    mile.undo()
    assert mile.panel_state().splits[2].locked
    mile.undo()
    mile.undo()
    assert not mile.panel_state().splits[2].locked, "its time is another again"


@pytest.mark.parametrize("index", [-1, 0, 40])
def test_a_split_the_file_does_not_have_is_not_reset(mile: Session, index: int) -> None:
    if index == 0:
        mile.change("distance", "1500 m")
    before = mile.panel_state().splits
    assert not mile.reset_split(index)
    assert "has no split" in mile.panel_state().split_problem
    assert mile.panel_state().splits == before
    if index == 0:
        assert {row.in_file for row in before} == {""}


def test_a_reset_split_that_nothing_can_make_up_for_is_refused(mile: Session) -> None:
    mile.change_split(0, "32.00", cumulative=False)
    for row in range(1, len(mile.panel_state().splits)):
        mile.editor.lock_split(row, True)
    assert not mile.reset_split(0)
    assert "locked" in mile.panel_state().split_problem
    assert mile.panel_state().splits[0].changed


def test_a_cumulative_split_is_made_up_for_after_it(mile: Session) -> None:
    before = sections(mile)
    assert mile.change_split(3, "2:01.00", cumulative=True)
    rows = mile.panel_state().splits
    assert rows[3].cumulative == "2:01.00"
    assert rows[-1].cumulative == "3:59.99"
    assert sections(mile)[:3] == pytest.approx(before[:3], abs=0.011)


def test_the_finish_of_the_table_is_the_target(mile: Session) -> None:
    assert mile.change_split(7, "4:04.00", cumulative=True)
    assert find(mile, "plan.target").value == "4:04.00"
    mile.editor.lock_split(0, True)
    first = sections(mile)[0]
    assert mile.change("plan.target", "4:02.00")
    assert sections(mile)[0] == first
    assert mile.panel_state().splits[-1].cumulative == "4:02.00"


@pytest.mark.parametrize(
    ("index", "text"), [(0, "x"), (0, "1.0"), (99, "30"), (-1, "30"), (2, "0"), (2, "9:00")]
)
def test_a_split_nobody_can_run_is_refused_with_a_notice(
    mile: Session, index: int, text: str
) -> None:
    before = mile.scenario
    assert not mile.change_split(index, text, cumulative=False)
    assert mile.scenario is before
    assert mile.scene().notice


def test_with_every_row_locked_nothing_can_give(mile: Session) -> None:
    for row in range(-3, 20):
        mile.editor.lock_split(row, True)
    assert not mile.change_split(0, "29", cumulative=False)
    assert "locked" in mile.scene().notice
    mile.set_keep_target(False)
    assert mile.change_split(0, "30", cumulative=False)


def test_laps_are_two_sections_that_share_a_change(mile: Session) -> None:
    before = sections(mile)
    mile.set_by_lap(True)
    assert [row.label for row in mile.panel_state().splits] == ["400", "800", "1200", "finish"]
    laps = sections(mile)
    assert laps[1] == pytest.approx(before[2] + before[3], abs=0.011)
    mile.editor.lock_split(3, True)
    assert mile.change_split(1, "59.00", cumulative=False)
    after = sections(mile)
    assert after[1] == 59.0
    assert after[3] == pytest.approx(laps[3], abs=0.011)
    assert mile.panel_state().splits[-1].cumulative == "3:59.99"
    assert mile.change_split(0, "1:01.00", cumulative=True)
    assert mile.panel_state().splits[0].cumulative == "1:01.00"
    mile.set_by_lap(False)
    rows = mile.panel_state().splits
    assert [row.locked for row in rows] == [False] * 6 + [True] * 2
    assert sum(sections(mile)[:2]) == pytest.approx(61.0, abs=0.011)
    mile.undo()
    mile.undo()
    assert sections(mile) == before


# -- waves -------------------------------------------------------------------------------------


def wave_names(session: Session) -> list[str]:
    return [wave.name for wave in session.scenario.wavelight.waves]


def test_waves_come_and_go_and_the_group_follows_any(session: Session, knob: Look) -> None:
    session.add_wave()
    session.add_wave()
    names = wave_names(session)
    assert names == ["the light", "wave 2", "wave 3"]
    assert len({wave.colour for wave in session.scenario.wavelight.waves}) == 3
    assert "wave 3" in find(session, "pacers.follows").options
    assert session.change("pacers.follows", "wave 3")
    assert session.change("wavelight.waves.2.plan.target", "1:03.00")
    assert session.change("wavelight.waves.2.plan.shape", "negative")
    assert session.change("wavelight.waves.2.plan.strength", "1")
    assert knob("wavelight.waves.2.plan.target") == "1:03.00"
    assert session.change("wavelight.waves.1.plan.shape", "as the plan")
    assert session.scenario.wavelight.waves[1].plan is None
    assert session.change("wavelight.waves.1.plan.target", "1:02.00")
    session.remove_wave("wave 3")
    assert session.scenario.pacers.follows is None
    assert knob("pacers.follows") == "the plan"
    session.remove_wave("nobody")
    assert "no wave" in session.scene().notice
    session.remove_wave("the light")
    session.remove_wave("wave 2")
    assert wave_names(session) == []
    for _ in range(6):
        session.undo()
    assert wave_names(session) == names


def test_there_is_a_most_of_waves(session: Session) -> None:
    for _ in range(40):
        session.add_wave()
    assert len(session.scenario.wavelight.waves) == 32
    assert session.scene().notice


# -- keys --------------------------------------------------------------------------------------


def test_the_keys_do_what_the_calls_do(session: Session) -> None:
    session.change("pacers.count", "1")
    assert session.perform(Action.UNDO)
    assert session.scenario == load_short()
    assert session.perform(Action.REDO)
    assert session.scenario.pacers.count == 1
    assert session.perform(Action.FROM_GUN)
    assert session.panel_state().from_gun
    assert session.perform(Action.FROM_GUN)
    assert not session.panel_state().from_gun
    assert session.perform(Action.PIN)
    assert [row.number for row in session.panel_state().pins] == [1]
    assert session.perform(Action.SAVE)
    assert session.scene().notice
    assert not session.perform(Action.DRAWER)


def test_whoever_follows_a_wave_follows_it_by_its_new_name(session: Session) -> None:
    session.add_wave()
    session.change("wavelight.waves.1.plan.target", "1:03.00")
    session.change("pacers.follows", "wave 2")
    settle(session)
    session.advance(GESTURE_S)
    before, undo = session.recording, session.panel_state().can_undo
    assert session.change("wavelight.waves.1.name", "group light")
    settle(session)
    assert session.scenario.pacers.follows == "group light"
    assert find(session, "pacers.follows").value == "group light"
    assert [wave.name for wave in session.show.waves] == ["the light", "group light"]
    assert session.recording.x is before.x, "the same run: nothing is forked for a name"
    assert session.panel_state().can_undo == undo + 1
    assert session.change("wavelight.waves.0.name", "even")
    session.undo()
    session.undo()
    assert session.scenario.pacers.follows == "wave 2"
    assert not session.change("wavelight.waves.1.name", "the light")
    assert "a second wave" in find(session, "wavelight.waves.1.name").problem
    session.add_wave()
    session.remove_wave("wave 2")
    assert session.scenario.pacers.follows is None


@pytest.mark.parametrize(("name", "path", "other"), [
    ("breaking4", "pacers.count", "7"),
    ("breaking4", "pacers.front_gap", "2.5"),
    ("breaking4", "plan.target", "4:02"),
    ("breaking4", "plan.strength", "1"),
    ("bannister_1954", "plan.target", "4:02"),
])  # fmt: skip
def test_nothing_is_unsaved_once_the_file_s_value_is_there_again(
    name: str, path: str, other: str
) -> None:
    session = Session(load_scenario(name))
    before = next(k.value for k in session.panel_state().knobs if k.path == path)
    assert session.change(path, other)
    assert session.panel_state().unsaved
    session.advance(1.0)  # another gesture
    assert session.change(path, before)
    assert not session.panel_state().unsaved
    assert session.at_stake == ""


def table(kind: str) -> Session:
    """Return a session with a plan of rows that the panel's 200 m are not."""
    if kind == "splits":
        return Session(load_scenario("bannister_1954"))
    text = "name: laps\ndistance: 1500 m\nplan: {laps: [57.51, 60.77, 62.33, 45.79]}\n"
    return Session(load_text(text, "laps.yaml"))


@pytest.mark.parametrize("kind", ["splits", "laps"])
def test_a_table_keeps_its_rows_when_its_target_moves_and_comes_back_to_the_bit(kind: str) -> None:
    session = table(kind)
    plan, race_m = session.scenario.plan, session.scenario.distance
    rows, before = waypoints_of(plan, race_m), find(session, "plan.target")
    for target in ("3:50.00", "4:00.00"):
        assert session.change("plan.target", target)
        moved = waypoints_of(session.scenario.plan, race_m)
        assert [p.distance_m for p in moved] == [p.distance_m for p in rows]
        share = moved[-1].time_s / rows[-1].time_s
        assert [p.time_s for p in moved] == pytest.approx(
            [share * p.time_s for p in rows], abs=3e-3
        )
        session.advance(GESTURE_S)
    assert session.change("plan.target", before.value)
    assert session.scenario.plan == plan
    assert find(session, "plan.target") == before


def test_a_table_that_differs_from_the_file_between_its_sections_is_unsaved() -> None:
    session = table("splits")
    session.set_keep_target(False)
    session.change_split(1, "29.00", cumulative=False)
    exact = sections_of(session.editor.file_scenario.plan, session.scenario.distance).times_s[1]
    session.change_split(1, f"{exact:.3f}", cumulative=False)
    assert not any(row.changed for row in session.panel_state().splits)
    assert session.panel_state().unsaved
    assert session.reset_split(None)
    assert not session.panel_state().unsaved


@pytest.mark.parametrize(("laps", "target"), [
    ([67.6] * 25, "28:10.01"),
    ([67.6] * 25, "27:59.00"),
    ([62.0, 63.0, 62.0, 45.0], "3:49.00"),
    ([62.0, 63.0, 62.0, 45.0], "3:48.997"),
])  # fmt: skip
def test_laps_add_up_to_the_target_that_was_typed(laps: list[float], target: str) -> None:
    distance = "10000 m" if len(laps) == 25 else "1500 m"
    text = f"name: laps\ndistance: {distance}\nplan: {{laps: {laps}}}\n"
    session = Session(load_text(text, "laps.yaml"))
    assert session.change("plan.target", target)
    assert find(session, "plan.target").value == target
