"""Pins: A against B, told no further than it has been watched."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.session import Session
from simulator.session.history import GESTURE_S
from simulator.stage.keys import Action
from tests.session.short import bits, load_short, settle


def names(session: Session) -> list[str]:
    return [mark.name for mark in session.show.ghosts]


def test_a_pinned_run_is_a_ghost_once_something_else_runs(session: Session) -> None:
    session.pin()
    assert names(session) == ["even 1:05"], "the live run is not its own ghost"
    session.change("pacers.count", "0")
    assert names(session) == ["even 1:05", "as in the file"]
    session.show_pin(1, False)
    assert names(session) == ["even 1:05"]
    assert not session.panel_state().pins[0].shown
    session.show_pin(1, True)
    assert names(session) == ["even 1:05", "as in the file"]
    session.unpin(1)
    assert names(session) == ["even 1:05"]
    assert session.panel_state().comparison is None


def test_pins_are_named_by_what_was_changed(session: Session) -> None:
    session.change("pacers.count", "1")
    session.change("environment.temperature", "12")
    settle(session).pin()
    session.change("runner.form", "1")
    session.seek(20.0)
    session.change("pacers.count", "0")
    settle(session).pin()
    reported = [row.name for row in session.panel_state().pins]
    assert reported == ["pacers 1, temperature 12", "pacers 0, form 1, 1 more, from 0:20.0"]


def test_there_are_six_at_most_and_none_twice(session: Session) -> None:
    session.pin()
    session.pin()
    assert "already" in session.scene().notice
    for temperature in range(6):
        session.change("environment.temperature", str(temperature))
        settle(session).pin()
    assert [row.number for row in session.panel_state().pins] == [1, 2, 3, 4, 5, 6]
    assert "6 runs are kept" in session.scene().notice
    assert len({row.colour for row in session.panel_state().pins}) == 6
    session.unpin(3)
    session.pin()
    assert [row.number for row in session.panel_state().pins] == [1, 2, 3, 4, 5, 6]


def test_a_pin_tells_no_finish_before_it_was_watched(session: Session) -> None:
    session.pin()
    assert session.panel_state().pins[0].finish == "–"
    table = session.panel_state().comparison
    assert table is not None
    assert all(cell == "–" for row in table.rows for cell in row[1:])
    session.seek(40.0)
    table = session.panel_state().comparison
    assert table is not None
    assert table.columns == ("m", "now", "1 as in the file", "gap")
    assert table.rows[0][1:] != ("–", "–", "–")
    assert table.rows[1][1:] == ("–", "–", "–")
    session.perform(Action.TO_FINISH)
    assert session.panel_state().pins[0].finish == "1:04.93"
    session.perform(Action.RESTART)
    assert session.panel_state().pins[0].finish == "1:04.93", "once watched, it is known"


def test_the_table_compares_what_is_known(session: Session) -> None:
    settle(session).pin()
    session.change("pacers.count", "0")
    session.change("plan.target", "1:25")
    session.change("distance", "500 m")
    settle(session)
    session.perform(Action.REVEAL)
    table = session.panel_state().comparison
    assert table is not None
    rows = {row[0]: row[1:] for row in table.rows}
    assert list(rows) == ["200", "400", "finish", "mean shelter", "reserve at the bell"]
    now, then, gap = rows["400"]
    assert then == "1:04.93"
    assert gap.startswith("+")
    assert rows["finish"][1:] == ("–", "–")
    assert rows["mean shelter"][0] == "0 %"
    assert rows["mean shelter"][2].startswith("−")
    assert rows["reserve at the bell"][1] == "–", "a race of one lap has no bell"
    assert now.startswith("1:0")


def test_a_longer_run_is_compared_at_the_line_and_not_at_its_own_bell(tmp_path: Path) -> None:
    longer = Session(load_short("distance=1000 m", "plan.target=2:50", "ghosts=[]"))
    settle(longer).pin()
    longer.perform(Action.REVEAL)
    longer.save_pins(tmp_path / "runs")
    session = Session(load_short("distance=800 m", "plan.target=2:15", "ghosts=[]"))
    session.perform(Action.REVEAL)
    settle(session).pin()
    session.load_pins(tmp_path / "runs")
    table = session.panel_state().comparison
    assert table is not None
    rows = {row[0]: row[1:] for row in table.rows}
    assert list(rows)[:5] == ["200", "400", "600", "800", "mean shelter"], "no finish of both"
    assert longer.panel_state().pins[0].finish not in rows["800"]
    assert rows["reserve at the bell"][1] != "–", "the same race's"
    assert rows["reserve at the bell"][3:] == ("–", "–")


def test_a_race_of_two_short_laps_has_a_bell(session: Session) -> None:
    settle(session)
    for path, value in (("track.lap", "200"), ("distance", "400 m"), ("plan.target", "1:05")):
        session.change(path, value)
    settle(session).pin()
    session.perform(Action.REVEAL)
    table = session.panel_state().comparison
    assert table is not None
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["reserve at the bell"][0].endswith("%")


def test_pins_are_saved_and_loaded(session: Session, tmp_path: Path) -> None:
    session.pin()
    session.change("pacers.count", "0")
    settle(session).pin()
    session.save_pins(tmp_path / "runs")
    assert session.scene().notice == "Saved runs.npz."
    other = Session(load_short("runner.form=1"))
    other.load_pins(tmp_path / "runs.npz")
    rows = other.panel_state().pins
    assert [row.name for row in rows] == ["as in the file", "pacers 0"]
    assert rows[0].finish == "1:04.93"
    kept = [bits(pin.run) for pin in other.pins.pins]
    assert kept == [bits(pin.run) for pin in session.pins.pins]
    assert names(other) == ["even 1:05", "as in the file", "pacers 0"]
    other.load_pins(tmp_path / "runs.npz")
    assert [row.name for row in other.panel_state().pins][2:] == [
        "as in the file (2)",
        "pacers 0 (2)",
    ]


@pytest.mark.parametrize("what", ["absent", "text", "folder"])
def test_files_that_hold_no_pins_are_told(session: Session, tmp_path: Path, what: str) -> None:
    path = tmp_path / "x.npz"
    if what == "text":
        path.write_text("no")
    if what == "folder":
        path.mkdir()
    session.load_pins(path)
    assert session.scene().notice
    assert session.panel_state().pins == ()
    session.save_pins(tmp_path / "no" / "folder")
    assert "cannot be written" in session.scene().notice


def test_pinned_colours_are_kept_from_the_ghosts_of_futures(session: Session) -> None:
    settle(session).pin()
    session.seek(20.0)
    session.change("pacers.count", "0")
    settle(session)
    assert len(session.show.ghosts) == 2, "the run that was left is the one that was pinned"
    session.advance(GESTURE_S)
    session.change("pacers.count", "1")
    settle(session)
    colours = [mark.colour for mark in session.show.ghosts]
    assert len(colours) == len(set(colours)) == 3


def test_a_kept_run_has_a_colour_that_no_other_ghost_has(session: Session) -> None:
    session.seek(20.0)
    for count in ("0", "1"):
        session.change("pacers.count", count)
        settle(session)
        session.advance(GESTURE_S)
    session.pin()
    ghosts = {mark.colour for mark in session.show.ghosts}
    assert session.panel_state().pins[0].colour not in ghosts | {"green"}


def test_pins_are_found_by_the_name_they_were_saved_by(session: Session, tmp_path: Path) -> None:
    session.pin()
    session.save_pins(tmp_path / "runs")
    other = Session(load_short("runner.form=1"))
    other.load_pins(tmp_path / "runs")
    assert [row.name for row in other.panel_state().pins] == ["as in the file"]


def test_a_strangers_file_is_not_replaced_by_pins_at_once(session: Session, tmp_path: Path) -> None:
    (tmp_path / "runs.npz").write_text("something else")
    session.pin()
    session.save_pins(tmp_path / "runs")
    assert "is there already" in session.scene().notice
    assert (tmp_path / "runs.npz").read_text() == "something else"
    session.save_pins(tmp_path / "runs")
    assert session.scene().notice == "Saved runs.npz."
    session.save_pins(tmp_path / "runs")
    assert session.scene().notice == "Saved runs.npz."
