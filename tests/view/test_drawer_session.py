"""The drawer on the real session: what a newcomer does in the first minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pygame
import pytest

from simulator.analysis.what_if import Alternative
from simulator.scenario.loader import load_scenario
from simulator.screen import Camera
from simulator.session import Session
from simulator.view.pages import changed_pages, page_names, wave_names
from simulator.view.panels.what_if import lay_out, tip_of
from tests.view.user import User, label, places, user_at_drawer


@pytest.fixture
def session() -> Session:
    return Session(load_scenario("breaking4"))


@pytest.fixture
def user(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    yield from user_at_drawer(session, monkeypatch)


def until(user: User, done: Callable[[], bool]) -> None:
    """Show pictures until something is worked out."""
    for _ in range(5000):
        if done():
            return
        user.wait()
    raise AssertionError("never worked out")


def test_nine_pacers_are_taken_away_and_the_cost_is_read(user: User, session: Session) -> None:
    def bars() -> tuple[Alternative, ...]:
        shown = session.scene().what_if
        return shown.bars if shown is not None else ()

    def ready() -> bool:
        return bool(bars()) and all(not b.stale and b.finish_s is not None for b in bars())

    before = session.recording.finish_s
    until(user, ready)
    user.drag("pacers.count", 4 / 13)
    until(user, lambda: ready() and bars()[4].current and len(session.scene().pacers) == 4)
    shown = session.scene().what_if
    assert shown is not None
    own = next(i for i, bar in enumerate(shown.bars) if bar.current)
    assert shown.bars[own].label == "4"
    assert shown.bars[own].hidden
    layout, style = user.app._arrangement()
    centre = lay_out(dict(layout.side)["what_if"], shown, style).columns[own].centre
    user.click((round(centre[0]), round(centre[1])))  # the secret is told
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
def test_undo_brings_the_run_back_to_the_bit(user: User, session: Session, how: str) -> None:
    before = session.recording.x.copy()

    def same() -> bool:
        now = session.recording.x
        return bool(now.shape == before.shape and (now == before).all())

    user.press("value", "pacers.count")
    user.write("2")
    user.key("enter")
    until(user, lambda: not same())
    if how == "drawer":
        user.press("undo")
    else:
        user.key("ctrl+z")
    until(user, same)
    assert session.scenario.pacers.count is None


def test_every_knob_of_the_file_is_on_a_page(user: User, session: Session) -> None:
    pages = page_names(session.panel_state())
    result = set()
    for page in pages:
        user.page(page)
        result |= {c.key[1] for c in user.app.drawer.ui.controls if c.key[0] == "knob"}
    assert result == {knob.path for knob in session.panel_state().knobs}


def test_a_wave_is_added_followed_and_removed(user: User, session: Session) -> None:
    user.page("Light")
    user.press("add wave")
    names = wave_names(session.panel_state())
    assert len(names) == 2
    user.wait(2)
    assert ("knob", "wavelight.waves.1.name") in places(user.app.drawer), "the new one is in view"
    assert names[0] == session.scenario.wavelight.waves[0].name
    user.page("Pacers")
    user.press("knob", "pacers.follows")
    user.click(places(user.app.drawer)["option", "2"].center)
    assert session.scenario.pacers.follows == names[1]
    user.page("Light")
    user.press("remove wave", names[0])
    assert wave_names(session.panel_state()) == names[1:]


def test_a_refused_value_is_told_at_the_knob(user: User, session: Session) -> None:
    user.press("value", "pacers.count")
    user.write("99")
    user.key("enter")
    problem = next(k.problem for k in session.panel_state().knobs if k.path == "pacers.count")
    assert problem
    assert problem.split()[0] in " ".join(user.words())
    user.key("escape")
    assert session.scenario.pacers.count in (None, 13)


def test_a_number_is_typed_as_it_is_shown(user: User, session: Session) -> None:
    """With its unit."""
    for knob in session.panel_state().knobs:
        if knob.unit:
            assert user.app.drawer.accept(knob.path, f"{knob.high:g} {knob.unit}"), knob.path
            assert user.app.drawer.accept(knob.path, f"{knob.low:g}{knob.unit}"), knob.path


def test_two_runs_are_kept_and_compared(user: User, session: Session) -> None:
    user.page("Compare")
    user.press("pin")
    user.page("Pacers")
    user.focus("knob", "pacers.count")
    user.key("left", 9)
    until(user, lambda: len(session.scene().pacers) == 4)
    user.page("Compare")
    user.press("pin")
    assert [pin.number for pin in session.panel_state().pins] == [1, 2]
    user.press("table")
    user.wait(2)
    table = user.app.drawer.table
    assert table is not None
    assert {pin.name for pin in session.panel_state().pins} == {
        heading.partition(" ")[2] for heading in table.columns if heading[0] in "12"
    }
    user.press("show", "1")
    user.press("unpin", "2")
    assert [(pin.number, pin.shown) for pin in session.panel_state().pins] == [(1, False)]


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_wave_is_given_another_name(user: User, session: Session, by: str) -> None:
    user.page("Light")
    path = "wavelight.waves.0.name"
    if by == "mouse":
        user.press("knob", path)
    else:
        user.focus("knob", path)
        user.key("enter")
    user.write("red one")
    user.key("enter")
    user.wait(2)
    assert session.scenario.wavelight.waves[0].name == "red one"
    place = label(user.app.drawer, ("knob", path))
    for _ in range(2):
        user.click(place.center)
    assert not session.panel_state().unsaved


def test_a_lap_is_typed_in_the_table_of_laps(user: User, session: Session) -> None:
    user.page("Splits")
    user.press("laps")
    user.wait(2)
    user.press("section", "1")
    user.write("59.5")
    user.key("enter")
    user.wait(2)
    rows = session.panel_state().splits
    assert (rows[1].section, rows[-1].cumulative) == ("59.50", "3:59.99")
    assert len(rows) == 4


def test_a_refused_split_says_why_at_its_row(user: User, session: Session) -> None:
    user.page("Splits")
    for row in range(1, 8):
        user.press("lock", str(row))
    user.press("section", "0")
    user.write("29")
    user.key("enter")
    assert "every other row is locked" in " ".join(user.words())
    assert "locked" in session.panel_state().split_problem


def test_a_page_is_marked_where_something_was_only_removed(session: Session) -> None:
    assert "Ghosts" not in changed_pages(session.panel_state())
    session.remove_ghost(0)
    assert "Ghosts" in changed_pages(session.panel_state())


def test_a_refused_file_name_stays_to_be_mended(user: User, session: Session) -> None:
    user.page("Ghosts")
    user.press("ask", "ghost")
    user.write("solp")
    user.key("return")
    assert any(words.startswith("solp: there is no such file") for words in user.words())
    ghosts = len(session.scenario.ghosts)
    user.key("backspace")
    user.write("o")
    user.key("return")
    assert len(session.scenario.ghosts) == ghosts + 1
    assert user.app.drawer.question == ""


def test_a_slider_follows_a_hand_that_makes_every_picture_show_another_run(
    user: User, session: Session
) -> None:
    user.page("Runner")
    user.wait(20)
    drawer = user.app.drawer
    track = user.place(("knob", "runner.form"))
    user.down(track.center)
    runs, seen = set(), set()
    for step in range(1, 9):
        user.move((track.centerx + 6 * step, track.centery), held=True)
        runs.add(session.recording)
        assert drawer.ui.picture is not None
        seen.add(pygame.image.tobytes(drawer.ui.picture, "RGB"))
    assert len(runs) == 8
    assert len(seen) >= 4


def test_a_drag_that_ends_over_the_drawer_has_ended(user: User) -> None:
    app = user.app
    box = app.drawer.box
    assert box is not None
    user.down((300, 200))
    user.move((340, 200), held=True)
    moved = app.shot
    inside = (box.x + 40, box.y + box.h - 10)
    user.move(inside, held=True)
    user.up(inside)
    user.move((390, 230))
    assert app.shot.camera is Camera.FREE
    assert app.shot.aim == moved.aim


def test_a_bar_without_a_light_says_so() -> None:
    session = Session(load_scenario("solo", overrides=["wavelight.waves=[]"]))
    session.set_measure("light lost")
    session.settle()
    shown = session.scene().what_if
    assert shown is not None
    assert {tip_of(shown, i)[1] for i, bar in enumerate(shown.bars) if not bar.hidden} == {
        "no light runs"
    }
