"""Bars follow every change in the same frame, or one a picture; the rest comes when it is ready."""

from __future__ import annotations

import time

import pytest

from simulator.analysis.uncertainty import find_chances
from simulator.analysis.what_if import AXES, Alternative, alternatives
from simulator.scenario.loader import load_scenario
from simulator.session import Session, answers
from simulator.session.answers import WhatIfBars
from tests.session.short import load_short, settle

WAIT_S = 60.0
"""A machine that is busy may take long; a test that hangs ends here."""


def bars(session: Session) -> tuple[Alternative, ...]:
    what_if = session.scene().what_if
    assert what_if is not None
    return what_if.bars


def wanted(session: Session) -> tuple[Alternative, ...]:
    return alternatives(session.scenario, session.panel_state().axis)


def test_the_bars_are_those_of_the_analysis(session: Session) -> None:
    assert session.show.alternatives == wanted(session)
    session.change("environment.temperature", "10")
    assert settle(session).show.alternatives == wanted(session)


def test_a_change_has_its_run_and_all_its_bars_in_the_next_picture(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "COMPILED", True)
    before = bars(session)
    session.seek(20.0)
    session.change("environment.temperature", "10")
    session.advance(0.0)
    assert session.recording.from_tick == 200
    assert session.show.alternatives == wanted(session)
    assert [bar.finish_s for bar in bars(session)] != [bar.finish_s for bar in before]


def test_uncompiled_old_bars_dim_and_one_a_picture_is_new(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "COMPILED", False)
    before = bars(session)
    session.change("environment.temperature", "10")
    after = bars(session)
    assert all(bar.stale for bar in after)
    assert [bar.finish_s for bar in after] == [bar.finish_s for bar in before]
    assert session.recording.finish_s != before[-1].finish_s, "the attempt itself is there at once"
    for missing in (2, 1, 0):
        session.advance(0.0)
        assert sum(bar.stale for bar in bars(session)) == missing
        if missing == 2:
            assert not bars(session)[-1].stale, "the nearest to the present value comes first"
    assert session.settled
    assert session.show.alternatives == wanted(session)
    session.undo()
    assert session.settled, "what was run before is known"
    assert bars(session) == before


@pytest.mark.parametrize("axis", list(AXES))
def test_every_axis_can_be_shown_and_its_bars_taken(axis: str) -> None:
    session = settle(Session(load_short()))
    session.set_axis(axis)
    assert session.panel_state().axis == axis
    settle(session)
    what_if = session.scene().what_if
    assert what_if is not None
    assert what_if.axis == axis
    assert session.show.alternatives == wanted(session)
    own = [bar.current for bar in what_if.bars]
    assert own.count(True) == 1
    if len(own) == 1:
        return
    index = own.index(False)
    session.take_bar(index)
    settle(session)
    label = what_if.bars[index].label
    now = [bar.label for bar in bars(session) if bar.current]
    assert now == [label]
    assert session.recording.finish_s == what_if.bars[index].finish_s
    assert session.panel_state().can_undo == 1


def test_another_axis_shows_nothing_of_the_one_before(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "COMPILED", False)
    session.set_axis("wind")
    assert session.scene().what_if is None
    session.set_axis("no such axis")
    assert session.panel_state().axis == "wind"
    settle(session)
    session.set_axis("pacers")
    assert not any(bar.stale for bar in bars(session))


def test_after_a_fork_the_bars_are_still_from_the_gun_and_say_so(session: Session) -> None:
    session.seek(20.0)
    session.change("pacers.front_gap", "3")
    settle(session)
    what_if = session.scene().what_if
    assert what_if is not None
    assert what_if.axis == "pacers, from the gun"
    assert session.show.alternatives == wanted(session)
    own = next(bar for bar in what_if.bars if bar.current)
    assert own.finish_s != session.recording.finish_s


def test_the_own_bar_stays_hidden_until_the_finish(session: Session) -> None:
    assert [bar.hidden for bar in bars(session)] == [False, False, True]
    session.seek(200.0)
    assert not any(bar.hidden for bar in bars(session))


def test_taking_the_own_bar_or_none_changes_nothing(session: Session) -> None:
    for index in (2, 3, -1, 99):
        session.take_bar(index)
    assert session.panel_state().can_undo == 0


@pytest.mark.parametrize("axis", list(AXES))
def test_one_can_go_back_to_the_file_by_a_bar(axis: str) -> None:
    session = settle(Session(load_short()))
    session.set_axis(axis)
    settle(session)
    before = session.recording.finish_s
    rows = session.show.alternatives
    assert rows is not None
    assert [row.in_file for row in rows] == [row.current for row in rows]
    if len(rows) == 1:
        return
    label = next(row.label for row in rows if row.current)
    session.take_bar(next(i for i, row in enumerate(rows) if not row.current))
    settle(session)
    rows = session.show.alternatives
    assert rows is not None
    assert [(row.label, row.current) for row in rows if row.in_file] == [(label, False)]
    session.take_bar(next(i for i, row in enumerate(rows) if row.in_file))
    settle(session)
    assert session.recording.finish_s == before
    rows = session.show.alternatives
    assert rows is not None
    assert [row.label for row in rows if row.current and row.in_file] == [label]


def test_another_file_is_another_question() -> None:
    first, other = load_short("pacers.front_gap=1.8"), load_short("pacers.front_gap=1.9")
    scenario, strip = load_short(), WhatIfBars()
    strip.axis = "front gap"

    def in_file() -> list[str]:
        return [row.label for row in strip.rows if row.in_file]

    assert strip.ask(scenario, first)
    assert in_file() == ["1.8"]
    known = {bar.label: bar.finish_s for bar in strip.alternatives() or ()}
    assert not strip.ask(scenario, first), "it is answered already"
    assert strip.ask(scenario, other)
    assert in_file() == ["1.9"]
    again = {bar.label: bar.finish_s for bar in strip.alternatives() or ()}
    assert None not in again.values()
    assert all(again[label] == known[label] for label in known if label != "1.8")


def test_a_bar_on_an_assumed_coefficient_is_marked() -> None:
    strip, breaking4, paper = (
        WhatIfBars(),
        load_scenario("breaking4"),
        load_scenario("da_silva_2025"),
    )
    strip.ask(breaking4, breaking4)
    assert [row.label for row in strip.rows if row.assumed] == ["13"]
    strip.axis = "formation"
    strip.ask(paper, paper)
    assumed = {row.label: row.assumed for row in strip.rows}
    assert assumed["v_shield"]
    assert not assumed["ahead_and_behind"]
    assert not assumed["single_file"]


# -- what takes longer than a frame ----------------------------------------------------------------


def kinds(session: Session) -> list[bool]:
    show = session.show
    return [show.chances is not None, show.band is not None]


def wait(session: Session) -> None:
    """Show pictures until nothing is being worked out; the race does not go on meanwhile."""
    end = time.monotonic() + WAIT_S
    while session.busy:
        session.advance(0.0)
        assert time.monotonic() < end, "nothing came back"


def test_what_takes_longer_comes_when_it_is_ready_and_holds_up_no_picture() -> None:
    session = Session(load_short())
    assert kinds(session) == [False, False]
    wait(session)
    assert kinds(session) == [True, True]


def test_nothing_is_begun_while_a_knob_is_being_turned(session: Session) -> None:
    for gap in range(15, 30):
        session.change("pacers.front_gap", f"{gap / 10}")
        session.advance(1 / 60)
        assert not session.run_results.jobs.busy
    wait(session)
    assert kinds(session) == [True, True]


def test_the_result_for_a_run_that_is_no_longer_shown_is_kept_from_the_screen() -> None:
    session = Session(load_short())
    while not session.run_results.jobs.busy:
        session.advance(0.0)
    session.change("runner.reserve", "600")  # while the first kind is under way
    for _ in range(1000):
        session.advance(0.0)
        if session.show.chances is not None:
            break
        time.sleep(0.01)
    target_s = session.show.plan.finish_s or 0.0
    chances = find_chances(session.scenario, session.recording, target_s, None, (0.0, 0.0))
    assert session.show.chances is not None
    assert session.show.chances.at(0.0) == chances.at(0.0)
    wait(session)
    assert kinds(session) == [True, True]


def test_what_is_known_about_a_run_is_known_again_after_undo(session: Session) -> None:
    session.settle()
    session.change("runner.reserve", "600")
    assert kinds(session) == [False, False]
    session.undo()
    assert kinds(session) == [True, True]


def test_a_forked_run_has_no_band(session: Session) -> None:
    session.seek(20.0)
    session.change("pacers.count", "0")
    session.settle()
    assert kinds(session) == [True, False]


def test_a_session_that_is_closed_can_still_be_watched(session: Session) -> None:
    session.close()
    session.close()
    session.advance(1 / 60)
    assert session.scene().title == "short"
