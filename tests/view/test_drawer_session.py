"""The drawer on the real session: what a newcomer does in the first minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pygame
import pytest

from simulator.analysis.what_if import Alternative
from simulator.scenario.loader import load_scenario
from simulator.session import Session
from simulator.stage.keys import Action
from simulator.view.app import App
from simulator.view.drawer.pages import page_names, wave_names
from simulator.view.panels.what_if import lay_out, tip_of
from tests.view.hand import Hand, label, places


@pytest.fixture
def session() -> Session:
    return Session(load_scenario("breaking4"))


@pytest.fixture
def hand(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    app = App(session, size=(1280, 720))
    monkeypatch.setattr(app._painter, "draw", lambda *_: None)
    hand = Hand(app)
    hand.wait()
    hand.click(app.buttons()[Action.DRAWER].center)
    hand.wait(15)
    yield hand
    pygame.display.quit()


def until(hand: Hand, done: Callable[[], bool]) -> None:
    """Show pictures until something is worked out."""
    for _ in range(5000):
        if done():
            return
        hand.wait()
    raise AssertionError("never worked out")


def test_nine_pacers_are_taken_away_and_the_cost_is_read(hand: Hand, session: Session) -> None:
    def bars() -> tuple[Alternative, ...]:
        shown = session.scene().what_if
        return shown.bars if shown is not None else ()

    def ready() -> bool:
        return bool(bars()) and all(not b.stale and b.finish_s is not None for b in bars())

    before = session.recording.finish_s
    until(hand, ready)
    hand.drag("pacers.count", 4 / 13)
    until(hand, lambda: ready() and bars()[4].own and len(session.scene().pacers) == 4)
    shown = session.scene().what_if
    assert shown is not None
    own = next(i for i, bar in enumerate(shown.bars) if bar.own)
    assert shown.bars[own].label == "4"
    assert shown.bars[own].hidden
    layout, style = hand.app._arrangement()
    assert layout.what_if is not None
    centre = lay_out(layout.what_if, shown, style).columns[own].centre
    hand.click((round(centre[0]), round(centre[1])))  # the secret is told
    shown = session.scene().what_if
    after = session.recording.finish_s
    assert shown is not None
    assert before is not None
    assert after is not None
    assert not shown.bars[own].hidden
    strong, quiet = tip_of(shown, own)
    assert strong.startswith("pacers 4: 4:")
    assert quiet == f"yours: {after - before:+.2f} s on the file's 13".replace("-", "−")


@pytest.mark.parametrize("how", ["drawer", "key"])
def test_undo_brings_the_run_back_to_the_bit(hand: Hand, session: Session, how: str) -> None:
    before = session.recording.x.copy()

    def same() -> bool:
        now = session.recording.x
        return bool(now.shape == before.shape and (now == before).all())

    hand.press("value", "pacers.count")
    hand.write("2")
    hand.key("enter")
    until(hand, lambda: not same())
    if how == "drawer":
        hand.press("undo")
    else:
        hand.key("ctrl+z")
    until(hand, same)
    assert session.scenario.pacers.count is None


def test_every_knob_of_the_file_is_on_a_page(hand: Hand, session: Session) -> None:
    pages = page_names(session.desk())
    found = set()
    for page in pages:
        hand.page(page)
        found |= {c.key[1] for c in hand.app.drawer.ui.controls if c.key[0] == "knob"}
    assert found == {knob.path for knob in session.desk().knobs}


def test_a_wave_is_added_followed_and_removed(hand: Hand, session: Session) -> None:
    hand.page("Light")
    hand.press("add wave")
    names = wave_names(session.desk())
    assert len(names) == 2
    hand.wait(2)
    assert ("knob", "wavelight.waves.1.name") in places(hand.app.drawer), "the new one is in view"
    assert names[0] == session.scenario.wavelight.waves[0].name
    hand.page("Pacers")
    hand.press("knob", "pacers.follows")
    hand.click(places(hand.app.drawer)["option", "2"].center)
    assert session.scenario.pacers.follows == names[1]
    hand.page("Light")
    hand.press("remove wave", names[0])
    assert wave_names(session.desk()) == names[1:]


def test_a_refused_value_is_told_at_the_knob(hand: Hand, session: Session) -> None:
    hand.press("value", "pacers.count")
    hand.write("99")
    hand.key("enter")
    problem = next(k.problem for k in session.desk().knobs if k.path == "pacers.count")
    assert problem
    assert problem.split()[0] in " ".join(hand.words())
    hand.key("escape")
    assert session.scenario.pacers.count in (None, 13)


def test_two_runs_are_kept_and_compared(hand: Hand, session: Session) -> None:
    hand.page("Compare")
    hand.press("pin")
    hand.page("Pacers")
    hand.focus("knob", "pacers.count")
    hand.key("left", 9)
    until(hand, lambda: len(session.scene().pacers) == 4)
    hand.page("Compare")
    hand.press("pin")
    assert [pin.number for pin in session.desk().pins] == [1, 2]
    hand.press("table")
    hand.wait(2)
    table = hand.app.drawer.table
    assert table is not None
    assert {pin.name for pin in session.desk().pins} == {
        heading.partition(" ")[2] for heading in table.columns if heading[0] in "12"
    }
    hand.press("show", "1")
    hand.press("unpin", "2")
    assert [(pin.number, pin.shown) for pin in session.desk().pins] == [(1, False)]


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_wave_is_given_another_name(hand: Hand, session: Session, by: str) -> None:
    hand.page("Light")
    path = "wavelight.waves.0.name"
    if by == "mouse":
        hand.press("knob", path)
    else:
        hand.focus("knob", path)
        hand.key("enter")
    hand.write("red one")
    hand.key("enter")
    hand.wait(2)
    assert session.scenario.wavelight.waves[0].name == "red one"
    place = label(hand.app.drawer, ("knob", path))
    for _ in range(2):
        hand.click(place.center)
    assert not session.desk().unsaved


def test_a_lap_is_typed_in_the_table_of_laps(hand: Hand, session: Session) -> None:
    hand.page("Splits")
    hand.press("laps")
    hand.wait(2)
    hand.press("section", "1")
    hand.write("59.5")
    hand.key("enter")
    hand.wait(2)
    rows = session.desk().splits
    assert (rows[1].section, rows[-1].cumulative) == ("59.50", "3:59.99")
    assert len(rows) == 4


def test_a_refused_split_says_why_at_its_row(hand: Hand, session: Session) -> None:
    hand.page("Splits")
    for row in range(1, 8):
        hand.press("lock", str(row))
    hand.press("section", "0")
    hand.write("29")
    hand.key("enter")
    assert "every other row is locked" in " ".join(hand.words())
    assert "locked" in session.desk().split_problem
