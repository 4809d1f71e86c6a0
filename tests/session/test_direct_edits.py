"""Pacers and plan moved by hand: one step a drag, and the same run as the file that says so."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario, load_text
from simulator.session import Session
from simulator.stage.scene import PacerSlot
from tests.session.short import SHORT, bits, by_hand, load_short, settle

MANY = SHORT.replace(
    "slots: [{ahead: 1.2}, {ahead: -1.2}]",
    "slots: [{ahead: 1.2, name: A}, {ahead: 2.4, name: B}, {ahead: -1.2, name: C, until: 200}]",
)


@pytest.fixture
def many() -> Session:
    return settle(Session(load_text(MANY)))


def slots(session: Session) -> dict[str, PacerSlot]:
    return {slot.name: slot for slot in session.scene().group.slots}


def place(session: Session, name: str) -> tuple[float, float]:
    slot = slots(session)[name]
    return slot.ahead_m, slot.offset_m


def drag(session: Session, number: int, *places: tuple[float, float]) -> list[str]:
    session.direct_edits.hold()
    refusals = []
    for ahead_m, offset_m in places:
        refusals.append(session.direct_edits.move(number, ahead_m, offset_m))
        session.advance(1.0)  # longer than any gesture that is not held
    session.direct_edits.let_go()
    return refusals


def test_a_drag_is_one_step_however_long_it_rests(many: Session) -> None:
    before = many.scenario
    assert drag(many, 0, (1.6, 0.2), (1.8, 0.5), (1.9, 1.0)) == ["", "", ""]
    assert place(many, "A") == (1.9, 1.0)
    assert place(many, "B") == pytest.approx((2.7, 0.0))  # where the front gap had moved him
    assert many.editor.history.can_undo == 1
    many.undo()
    assert many.scenario == before
    many.redo()
    assert place(many, "A") == (1.9, 1.0)


def test_two_drags_of_one_pacer_are_two_steps(many: Session) -> None:
    drag(many, 0, (1.6, 0.0))
    drag(many, 0, (1.7, 0.0))
    assert many.editor.history.can_undo == 2


def test_what_comes_back_to_where_it_began_was_no_step(many: Session) -> None:
    before = many.editor.history.now
    drag(many, 0, (1.9, 0.0), (1.5, 0.0))
    assert many.editor.history.now is before
    assert many.editor.history.can_undo == 0
    drag(many, 0, (1.9, 0.0))
    drag(many, 0, (1.5, 0.0))
    assert not many.editor.unsaved
    assert many.scenario == load_text(MANY)


def test_keys_move_on_from_where_the_last_one_led(many: Session) -> None:
    for _ in range(3):
        slot = slots(many)["B"]
        assert many.direct_edits.move(slot.number, slot.ahead_m + 0.1, slot.offset_m) == ""
    assert place(many, "B") == pytest.approx((3.0, 0.0))
    assert many.editor.history.can_undo == 1


def test_nobody_is_moved_into_another_and_nothing_is_lost(many: Session) -> None:
    refusals = drag(many, 0, (1.9, 0.0), (2.6, 0.1), (2.0, 0.0))
    assert [bool(refusal) for refusal in refusals] == [False, True, False]
    assert "within 0.5 m" in refusals[1]
    assert place(many, "A") == (2.0, 0.0)
    assert "no slot" in many.direct_edits.move(99, 1.0, 0.0)
    assert "at most 30, not 1" in many.direct_edits.move(0, 1e9, -1e9)
    assert place(many, "A") == (2.0, 0.0)


def test_a_pacer_in_the_way_is_called_by_his_name(many: Session) -> None:
    assert "'A' and 'B' stand within 0.5 m" in many.direct_edits.move(0, 2.6, 0.1)
    assert "'A' and 'B' stand within 0.5 m" in many.direct_edits.move(1, 1.6, 0.1)
    assert "'B' and 'pacer 1' stand within 0.5 m" in many.direct_edits.add(2.6, 0.1)
    unnamed = settle(Session(load_short("pacers.names=[Ann, Bea]")))
    assert "'Ann' and 'Bea' stand within 0.5 m" in unnamed.direct_edits.move(1, 1.6, 0.0)


def test_whoever_does_not_run_is_in_nobodys_way(many: Session) -> None:
    many.change("pacers.count", "1")
    assert set(slots(many)) == {"A"}
    assert drag(many, 0, (2.7, 0.0)) == [""]
    assert set(slots(many)) == {"A"}
    assert many.scenario.pacers.running == 1


def test_it_is_marked_as_assumed(many: Session) -> None:
    drag(many, 0, (2.0, 0.0))
    assert many.scenario.pacers.formation.assumed
    assert many.scene().group.assumed == "spacing assumed"
    assert many.editor.knobs()[1].value.startswith("inline")
    session = Session.open("breaking4")
    drag(session, 0, (2.0, 0.0))
    assert session.scenario.pacers.formation.name == "breaking4, by hand"
    drag(session, 0, (2.1, 0.0))
    assert session.scenario.pacers.formation.name == "breaking4, by hand"


def test_pacers_are_added_named_and_removed(many: Session) -> None:
    assert many.direct_edits.add(-2.4, 0.0) == ""
    assert place(many, "pacer 1") == (-2.4, 0.0)
    assert many.direct_edits.rename("pacer 1", "Anna") == ""
    assert many.direct_edits.rename("Anna", "B") == "another pacer is called 'B'"
    assert many.direct_edits.rename("Anna", "  ") == "a pacer needs a name"
    assert many.direct_edits.rename("nobody", "x") == "there is no pacer called 'nobody'"
    assert many.direct_edits.remove("A") == ""
    assert set(slots(many)) == {"B", "C", "Anna"}
    assert many.direct_edits.remove("A") == "there is no pacer called 'A'"
    for name in ("B", "C", "Anna"):
        assert many.direct_edits.remove(name) == ""
    assert not slots(many)
    assert many.direct_edits.add(1.2, 0.0) == ""
    assert len(slots(many)) == 1


def test_a_new_pacer_runs_also_where_pacers_are_counted(many: Session) -> None:
    many.change("pacers.count", "2")
    assert many.direct_edits.add(-2.4, 0.0) == ""
    assert set(slots(many)) == {"A", "B", "pacer 1"}
    assert many.direct_edits.remove("B") == ""
    assert set(slots(many)) == {"A", "pacer 1"}
    many.change("pacers.count", "3")
    assert set(slots(many)) == {"A", "pacer 1", "C"}


def test_names_of_a_scenario_go_with_their_pacers() -> None:
    session = Session.open("breaking4")
    names = [slot.name for slot in session.scene().group.slots]
    women = session.scenario.pacers.women
    assert session.direct_edits.remove(names[2]) == ""
    assert [slot.name for slot in session.scene().group.slots] == names[:2] + names[3:]
    assert session.direct_edits.rename(women[0], "Somebody Else") == ""
    assert session.scenario.pacers.women == ("Somebody Else", women[1])


def test_who_leaves_when(many: Session) -> None:
    assert many.direct_edits.time(2, 0.0, 300.0) == ""
    assert slots(many)["C"].until_m == 300.0
    assert many.direct_edits.time(2, 50.0, None) == ""
    assert (slots(many)["C"].from_m, slots(many)["C"].until_m) == (50.0, None)
    assert "less than until" in many.direct_edits.time(2, 200.0, 100.0)
    assert "at least 0, not -5" in many.direct_edits.time(2, -5.0, None)
    assert slots(many)["C"].from_m == 50.0


def test_who_hands_over_does_so_together() -> None:
    text = MANY.replace(
        "slots: [",
        "slots: [{ahead: 3.6, name: D, until: 200}, {ahead: 4.8, name: D, from: 200}, "
        "{ahead: 4.8, name: E, until: 200}, {ahead: 3.6, name: E, from: 200}, ",
    )
    session = settle(Session(load_text(text)))
    assert session.direct_edits.time(0, 0.0, 260.0) == ""
    rows = session.scene().group.slots[:4]
    assert [(row.from_m, row.until_m) for row in rows] == [(0, 260), (260, None)] * 2


def test_a_hand_sees_where_they_will_be_also_within_the_race(many: Session) -> None:
    many.seek(30.0)
    before = many.scene()
    many.direct_edits.hold()
    many.direct_edits.move(0, 1.5, 2.0)
    held = many.scene()
    runner = held.runner.x_m
    now = next(body for body in held.pacers if body.name == "A")
    assert (now.x_m - held.group.slot_m, now.offset_m) == pytest.approx((1.5, 2.0))
    assert held.group.shelter < before.group.shelter - 0.05
    assert held.group.front_gap_m == pytest.approx(1.5 + held.group.slot_m - runner)
    many.direct_edits.let_go()
    scene = many.scene()  # he has to run there first: so far he is where he was
    now = next(body for body in scene.pacers if body.name == "A")
    assert now.offset_m == pytest.approx(0.0)
    assert len(scene.group.goals) == 1
    assert scene.group.goals[0][1] == pytest.approx(2.0)
    assert scene.group.shelter == pytest.approx(before.group.shelter, abs=0.01)


def test_pasted_splits_are_a_plan() -> None:
    session = settle(Session(load_short()))
    assert session.direct_edits.paste("31.5\n1:02.80") == ""
    assert [row.cumulative for row in session.panel_state().splits] == ["31.50", "1:02.80"]
    assert session.editor.history.can_undo == 1
    why = session.direct_edits.paste("nothing of use")
    assert why == "there are no times in what was pasted"
    assert session.editor.history.can_undo == 1


def test_a_formation_is_saved_as_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "short.yaml"
    file.write_text(MANY, encoding="utf-8")
    session = Session.open(file)
    drag(session, 0, (1.9, 0.3))
    session.save_formation(file)
    assert session.scene().notice == "short.yaml is the scenario: choose another name."
    session.save_formation(tmp_path / "club")
    assert session.scene().notice == "Saved club.yaml."
    assert session.scenario.pacers.formation.name == "club"
    session.save()
    assert not session.editor.unsaved
    text = file.read_text(encoding="utf-8")
    assert "formation: club.yaml" in text
    assert "# to be turned" in text
    assert load_scenario(file) == session.scenario
    assert bits(simulate(load_scenario(file))) == bits(session.recording)
    session.save_formation(tmp_path / "club")  # written from here: no question
    drag(session, 0, (1.95, 0.3))
    session.undo()
    assert session.scenario.pacers.formation.name == "club"


def test_a_shipped_formation_moved_by_hand_is_saved_as_short_slots(tmp_path: Path) -> None:
    file = tmp_path / "short.yaml"
    inline = "\n    slots: [{ahead: 1.2}, {ahead: -1.2}]"
    text = SHORT.replace(f"formation:{inline}", "formation: breaking4")
    file.write_text(text, encoding="utf-8")
    session = settle(Session.open(file))
    drag(session, 0, (1.9, 0.3))
    session.save()
    assert session.scene().notice == "Saved short.yaml."
    assert "{ahead: 1.9, offset: 0.3}" in file.read_text(encoding="utf-8")
    assert load_scenario(file) == session.scenario


def test_a_place_like_the_saved_one_is_reached_again_after_an_undo(tmp_path: Path) -> None:
    file = tmp_path / "short.yaml"
    file.write_text(MANY, encoding="utf-8")
    session = settle(Session.open(file))
    drag(session, 0, (1.9, 1.0))
    session.save()
    session.undo()
    drag(session, 0, (1.9, 1.0))
    assert place(session, "A") == (1.9, 1.0)


def test_a_save_says_where_the_file_is_another_run(tmp_path: Path) -> None:
    file = tmp_path / "short.yaml"
    file.write_text(MANY, encoding="utf-8")
    session = settle(Session.open(file))
    session.seek(20.0)
    drag(session, 0, (1.9, 1.0))
    session.save()
    assert session.scene().notice == "Saved short.yaml, where changes hold from the gun."


def test_a_formation_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    session = settle(Session(load_text(MANY)))
    drag(session, 0, (1.9, 0.3))
    before = session.scenario
    session.save_formation(tmp_path / "missing" / "club.yaml")
    assert session.scenario == before
    assert session.scene().notice


# -- any sequence of drags is the file that says the same ------------------------------------------

Deed = tuple[Any, ...]
METRES = st.floats(-8.0, 8.0, allow_nan=False)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("drag"), st.integers(0, 4), METRES, METRES, METRES),
        st.tuples(st.just("key"), st.integers(0, 4), METRES, METRES),
        st.tuples(st.just("time"), st.integers(0, 4), st.floats(-50, 400), st.floats(0, 500)),
        st.tuples(st.just("add"), METRES, METRES),
        st.tuples(st.just("remove"), st.sampled_from(["A", "B", "C", "pacer 1"])),
        st.tuples(st.just("rename"), st.sampled_from(["A", "C", "pacer 1"]), st.text(max_size=9)),
        st.tuples(st.just("split"), st.integers(0, 2), st.floats(-3, 3)),
        st.tuples(st.just("paste"), st.floats(29, 33), st.floats(29, 33)),
        st.tuples(st.just("lock"), st.integers(0, 2), st.booleans()),
        st.tuples(st.just("undo"), st.integers(1, 3)),
        st.tuples(st.just("redo"), st.integers(1, 2)),
        st.tuples(st.just("seek"), st.floats(0, 70)),
    ),
    min_size=1,
    max_size=12,
)


def _split(session: Session, number: int, more_s: float) -> None:
    """Drag a split there and on, as a hand does."""
    rows = session.panel_state().splits
    if number >= len(rows):
        return
    session.direct_edits.hold()
    for share in (0.5, 1.0):
        text = f"{32 + share * more_s:.2f}"
        session.change_split(number, text, cumulative=False)
    session.direct_edits.let_go()


def _times(call: Callable[[], None], count: int) -> None:
    for _ in range(count):
        call()


def _lock(session: Session, number: int, on: bool) -> None:
    session.editor.lock_split(number, on)
    session.set_keep_target(on)


def do(session: Session, deed: Deed) -> None:
    what, *values = deed
    calls: dict[str, Callable[..., object]] = {
        "drag": lambda n, a, b, c: drag(session, n, (a, b), (b, c), (c, a)),
        "key": session.direct_edits.move,
        "time": lambda n, a, b: session.direct_edits.time(n, a, None if b > 450 else b),
        "add": session.direct_edits.add,
        "remove": session.direct_edits.remove,
        "rename": session.direct_edits.rename,
        "split": partial(_split, session),
        "paste": lambda a, b: session.direct_edits.paste(f"{a:.2f}\n{b:.2f}"),
        "lock": partial(_lock, session),
        "undo": partial(_times, session.undo),
        "redo": partial(_times, session.redo),
        "seek": session.seek,
    }
    calls[what](*values)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=DEEDS, from_gun=st.booleans())
def test_any_sequence_of_drags_is_the_file_that_says_the_same(
    tmp_path: Path, deeds: list[Deed], from_gun: bool
) -> None:
    file = tmp_path / "short.yaml"
    file.write_text(MANY, encoding="utf-8")
    session = Session.open(file)
    session.set_from_gun(from_gun)
    for deed in deeds:
        if from_gun or deed[0] != "seek":
            do(session, deed)
    # on the line, or from the gun, the run is that of the settings alone
    assert bits(session.recording) == bits(simulate(session.scenario))
    session.save()
    assert not session.editor.unsaved, session.scene().notice
    said = load_scenario(file)
    assert said == session.scenario
    assert bits(simulate(said)) == bits(session.recording)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deeds=DEEDS)
def test_drags_within_the_race_are_forks_to_the_bit(deeds: list[Deed]) -> None:
    session = settle(Session(load_text(MANY), start_at_s=20.0))
    for deed in deeds:
        do(session, deed)
        session.scene()
    lineage = session.editor.history.now.lineage
    legs = [(segment.tick, segment.settings.load()) for segment in lineage]
    assert bits(session.recording) == bits(by_hand(legs))


def test_a_drag_says_what_it_costs_until_it_is_undone(many: Session) -> None:
    before_s = many.recording.finish_s
    drag(many, 0, (2.3, 3.0))
    after_s = many.recording.finish_s
    assert before_s is not None
    assert after_s is not None
    cost_s = after_s - before_s
    said: list[float | None] = [many.direct_edits.cost_s]
    many.change("runner.form", "1")  # the last change is no hand's
    said.append(many.direct_edits.cost_s)
    for _ in range(2):
        many.undo()
        said.append(many.direct_edits.cost_s)
    assert said == [cost_s, None, cost_s, None]
    assert cost_s > 0.05


@pytest.mark.parametrize(("ahead_m", "words"), [(300, "300"), (300.0, "300"), (300.25, "300.25")])
def test_a_refused_place_is_repeated_as_it_was_typed(ahead_m: float, words: str) -> None:
    session = Session(load_short())
    assert session.direct_edits.move(0, ahead_m, 0.0).endswith(f", not {words}")
    assert session.direct_edits.time(0, 0, 1e6) == "must be at most 10000, not 1000000"


def test_home_is_known_where_a_file_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    session = Session.open("solo")
    session.save_as("~/mine")
    session.save_formation("~/group")
    session.close()
    assert (tmp_path / "mine.yaml").is_file()
    assert (tmp_path / "group.yaml").is_file()


def test_nobody_has_power_before_the_gun() -> None:
    session = Session.open("solo")
    meters = {meter.name: meter.text for meter in session.scene().meters}
    session.close()
    assert meters["power"] == "0.0 W/kg"
