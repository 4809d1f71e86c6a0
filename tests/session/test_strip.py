"""The strip follows every change, shows what is old as old, and runs nothing twice."""

from __future__ import annotations

import pytest

from simulator.analysis.what_if import AXES, Alternative, alternatives
from simulator.scenario.loader import load_scenario
from simulator.session import Session
from simulator.session.strip import Strip
from simulator.stage.scene import Bar
from tests.session.short import load_short, settle


def bars(session: Session) -> tuple[Bar, ...]:
    what_if = session.scene().what_if
    assert what_if is not None
    return what_if.bars


def asked(session: Session) -> tuple[Alternative, ...]:
    return alternatives(session.scenario, session.desk().axis)


def test_the_bars_are_those_of_the_analysis(session: Session) -> None:
    assert session.show.alternatives == asked(session)
    session.change("environment.temperature", "10")
    assert settle(session).show.alternatives == asked(session)


def test_old_bars_dim_at_once_and_keep_their_height(session: Session) -> None:
    before = bars(session)
    session.change("environment.temperature", "10")
    after = bars(session)
    assert all(bar.stale for bar in after)
    assert [bar.finish_s for bar in after] == [bar.finish_s for bar in before]
    settle(session)
    assert not any(bar.stale for bar in bars(session))
    assert [bar.finish_s for bar in bars(session)] != [bar.finish_s for bar in before]


def test_taking_pacers_away_runs_no_bar_again(session: Session) -> None:
    before = bars(session)
    session.change("pacers.count", "0")
    assert not any(bar.stale for bar in bars(session))
    assert [bar.own for bar in bars(session)] == [True, False, False]
    assert [bar.finish_s for bar in bars(session)] == [bar.finish_s for bar in before]
    session.change("environment.temperature", "10")
    settle(session)
    session.undo()
    assert not any(bar.stale for bar in bars(session)), "what was run before is known"


@pytest.mark.parametrize("axis", list(AXES))
def test_every_axis_can_be_shown_and_its_bars_taken(axis: str) -> None:
    session = settle(Session(load_short()))
    session.set_axis(axis)
    assert session.desk().axis == axis
    settle(session)
    what_if = session.scene().what_if
    assert what_if is not None
    assert what_if.axis == axis
    assert session.show.alternatives == asked(session)
    own = [bar.own for bar in what_if.bars]
    assert own.count(True) == 1
    if len(own) == 1:
        return
    index = own.index(False)
    session.take_bar(index)
    settle(session)
    label = what_if.bars[index].label
    now = [bar.label for bar in bars(session) if bar.own]
    assert now == [label]
    assert session.recording.finish_s == what_if.bars[index].finish_s
    assert session.desk().can_undo == 1


def test_another_axis_shows_nothing_of_the_one_before(session: Session) -> None:
    session.set_axis("wind")
    assert session.scene().what_if is None
    session.set_axis("no such axis")
    assert session.desk().axis == "wind"
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
    assert session.show.alternatives == asked(session)
    own = next(bar for bar in what_if.bars if bar.own)
    assert own.finish_s != session.recording.finish_s


def test_the_own_bar_stays_hidden_until_the_finish(session: Session) -> None:
    assert [bar.hidden for bar in bars(session)] == [False, False, True]
    session.seek(200.0)
    assert not any(bar.hidden for bar in bars(session))


def test_taking_the_own_bar_or_none_changes_nothing(session: Session) -> None:
    for index in (2, 3, -1, 99):
        session.take_bar(index)
    assert session.desk().can_undo == 0


@pytest.mark.parametrize("axis", list(AXES))
def test_one_can_go_back_to_the_file_by_a_bar(axis: str) -> None:
    session = settle(Session(load_short()))
    session.set_axis(axis)
    settle(session)
    before = session.recording.finish_s
    rows = session.show.alternatives
    assert rows is not None
    assert [row.in_file for row in rows] == [row.own for row in rows]
    if len(rows) == 1:
        return
    label = next(row.label for row in rows if row.own)
    session.take_bar(next(i for i, row in enumerate(rows) if not row.own))
    settle(session)
    rows = session.show.alternatives
    assert rows is not None
    assert [(row.label, row.own) for row in rows if row.in_file] == [(label, False)]
    session.take_bar(next(i for i, row in enumerate(rows) if row.in_file))
    settle(session)
    assert session.recording.finish_s == before
    rows = session.show.alternatives
    assert rows is not None
    assert [row.label for row in rows if row.own and row.in_file] == [label]


def test_another_file_is_another_question() -> None:
    first, other = load_short("pacers.front_gap=1.8"), load_short("pacers.front_gap=1.9")
    asked, strip = load_short(), Strip(axis="front gap")

    def in_file() -> list[str]:
        return [row.label for row in strip.rows if row.in_file]

    wanted = strip.ask(asked, first)
    assert in_file() == ["1.8"]
    strip.found(wanted, [60.0 + i for i in range(len(wanted))])
    known = {bar.label: bar.finish_s for bar in strip.alternatives() or ()}
    kept = strip.rows
    strip.ask(asked, first)
    assert strip.rows is kept
    rows = strip.ask(asked, other)
    assert in_file() == ["1.9"]
    assert len(rows) == 1, "only the file's own row is new"
    bars = {bar.label: bar for bar in strip.alternatives() or ()}
    assert bars["1.9"].stale
    assert [label for label, bar in bars.items() if bar.stale] == ["1.9"]
    assert all(bar.finish_s == known[label] for label, bar in bars.items() if label != "1.9")


def test_a_bar_on_an_assumed_coefficient_is_marked() -> None:
    strip = Strip()
    strip.ask(load_scenario("breaking4"))
    assert [row.label for row in strip.rows if row.assumed] == ["13"]
    strip.axis = "formation"
    strip.ask(load_scenario("da_silva_2025"))
    told = {row.label: row.assumed for row in strip.rows}
    assert told["v_shield"]
    assert not told["ahead_and_behind"]
    assert not told["single_file"]
