"""The drawer's map, prices and goal, the menu of the strip, leaving: with mouse and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pygame
import pytest

from simulator.scenario.loader import load_scenario
from simulator.session import Session
from simulator.stage.keys import Action
from simulator.stage.scene import PageContent
from simulator.view.pages import contour_lines, contour_of
from simulator.view.panels.what_if import WhatIfPanel, lay_out
from tests.view.user import User, places, user_at_drawer


@pytest.fixture
def session() -> Session:
    return Session(load_scenario("breaking4"))


@pytest.fixture
def user(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    yield from user_at_drawer(session, monkeypatch)


def asked(user: User, session: Session, done: Callable[[PageContent], bool]) -> PageContent:
    for _ in range(5000):
        answers = session.panel_state().answers
        if done(answers):
            return answers
        user.wait()
        session.page_answers.poll(wait=session.page_answers.jobs.busy)
    raise AssertionError("never worked out")


def test_a_cell_of_the_map_is_clicked_dragged_and_undone(user: User, session: Session) -> None:
    user.page("Map")
    knob_map = asked(
        user, session, lambda a: a.knob_map is not None and a.knob_map.complete
    ).knob_map
    assert knob_map is not None
    assert (len(knob_map.xs), len(knob_map.ys)) == (81, 14)
    user.wait(2)
    box = user.place(("map",))
    before = session.scenario
    start, end = (box.x + 2, box.bottom - 2), (box.right - 2, box.y + 2)
    user.down(start)
    assert session.scenario.pacers.front_gap == float(knob_map.xs[0])
    assert session.scenario.pacers.count == int(knob_map.ys[0])
    user.move(end, held=True)
    user.up(end)
    assert session.scenario.pacers.front_gap == float(knob_map.xs[-1])
    assert session.scenario.pacers.count == int(knob_map.ys[-1])
    assert session.panel_state().can_undo == 1
    user.key("ctrl+z")
    assert session.scenario == before


def test_the_arrow_keys_move_a_cell_of_the_map(user: User, session: Session) -> None:
    user.page("Map")
    answers = asked(user, session, lambda a: a.knob_map is not None and a.here is not None)
    assert answers.here is not None
    user.wait(2)
    gap_m = session.scenario.pacers.front_gap
    assert f"You are here: front gap {gap_m:g} m, pacers 13:" in " ".join(user.words())
    user.focus("map")
    user.key("down")
    user.key("left")
    row, column = session.panel_state().answers.here or (0, 0)
    assert (row, column) == (answers.here[0] - 1, answers.here[1] - 1)
    box = user.place(("map",))
    user.click((box.x + 2, box.bottom - 2))
    user.key("right")
    assert session.panel_state().answers.here == (0, 1)


def test_other_knobs_are_chosen_for_the_map(user: User, session: Session) -> None:
    user.page("Map")
    asked(user, session, lambda a: a.knob_map is not None)
    user.focus("map", "x")
    user.key("down")
    names = session.panel_state().answers.knobs
    assert session.page_answers.map_names == (names[names.index("front gap") + 1], "pacers")


def test_prices_are_told_when_the_finish_is(user: User, session: Session) -> None:
    user.page("Price")
    assert "hidden until" in " ".join(user.words())
    user.press("reveal")
    asked(user, session, lambda a: a.prices is not None)
    words = " ".join(user.words())
    assert "Where the +6.45 s come from" in words
    assert "pace beyond her power" in words
    assert "Shapley value over 32 runs" in words


def test_a_goal_is_asked_read_taken_and_undone(user: User, session: Session) -> None:
    user.page("Goal")
    goal = asked(user, session, lambda a: a.goal is not None).goal
    assert goal is not None
    assert goal.words in " ".join(user.words())
    user.press("take goal")
    assert session.scenario.pacers.front_gap == float(goal.value)
    user.key("ctrl+z")
    user.press("goal target")
    user.write("never")
    user.key("enter")
    assert session.panel_state().answers.goal_problem
    user.key("escape")
    user.press("goal target")
    user.write("4:03")
    user.key("enter")
    goal = asked(user, session, lambda a: a.goal is not None and a.goal.target_s == 243.0).goal
    assert goal is not None
    session.seek(60.0)
    assert "from the gun; taken now" in " ".join(user.words())


def test_a_goal_keeps_the_secret_of_her_finish(user: User, session: Session) -> None:
    user.page("Goal")
    session.set_goal("surge")
    goal = asked(user, session, lambda a: a.goal is not None and a.goal.name == "surge").goal
    assert goal is not None
    assert goal.value == goal.now
    assert "her finish is hidden until the line." in " ".join(user.words())
    session.perform(Action.REVEAL)
    user.wait(2)
    assert goal.words in " ".join(user.words())


def strip(user: User) -> tuple[pygame.Rect, WhatIfPanel]:
    panel = user.app.drawer._panels["what_if"]
    assert isinstance(panel, WhatIfPanel)
    layout, style = user.app._arrangement()
    what_if = user.app.session.scene().what_if
    assert what_if is not None
    return pygame.Rect(lay_out(dict(layout.side)["what_if"], what_if, style).heading[1]), panel


def is_open(panel: WhatIfPanel) -> bool:
    return panel.captures


def test_axis_and_measure_are_chosen_from_a_menu(user: User, session: Session) -> None:
    heading, panel = strip(user)
    user.click(heading.center)
    user.wait(2)
    option = panel._menu._ui.find(("1", "kit drag")) if panel._menu is not None else None
    assert option is not None
    user.click(pygame.Rect(option.box).center)
    assert session.panel_state().axis == "kit drag"
    assert not is_open(panel)
    user.wait(2)
    user.click(strip(user)[0].center)
    user.wait(2)
    user.key("tab")
    user.key("enter")
    assert session.panel_state().measure == "reserve left"
    user.wait(2)
    user.click(strip(user)[0].center)
    user.wait(2)
    user.key("escape")
    assert not is_open(panel)
    assert user.app.drawer.open, "the menu alone was closed"


def test_a_tip_does_not_outlast_a_menu(user: User) -> None:
    heading, panel = strip(user)
    user.click(heading.center)
    user.wait(2)
    user.move((40, 60))
    user.key("escape")
    assert not is_open(panel)
    assert not panel._on_heading(), "the mouse is elsewhere"


def test_a_menu_is_closed_by_a_click_beside_it(user: User) -> None:
    heading, panel = strip(user)
    user.click(heading.center)
    user.wait(2)
    assert is_open(panel)
    user.click((40, 40))
    assert not is_open(panel)


@pytest.mark.parametrize("key", ["q", "escape"])
def test_leaving_is_asked_once_where_something_is_at_stake(
    user: User, session: Session, key: str
) -> None:
    user.app.perform(Action.DRAWER)
    session.change("pacers.count", "7")
    user.key(key)
    assert user.app.running
    user.key("space")  # any other key stays
    user.key(key)
    assert user.app.running
    user.key(key)
    assert not user.app.running


def test_leaving_is_not_asked_where_nothing_is(user: User, session: Session) -> None:
    session.change("pacers.count", "7")
    session.change("pacers.count", "13")
    user.app.perform(Action.DRAWER)
    assert not session.panel_state().unsaved, "the file's value is there again"
    user.key("q")
    assert not user.app.running


def test_ghosts_are_added_and_removed_by_button(user: User, session: Session) -> None:
    user.page("Ghosts")
    count = len(session.show.ghosts)
    user.press("add ghost")
    assert len(session.show.ghosts) == count + 1
    user.press("remove ghost", str(count))
    assert len(session.show.ghosts) == count
    user.press("ask", "ghost")
    user.write("nothing.yaml")
    user.key("enter")
    assert "nothing.yaml" in session.scene().notice


def test_from_here_is_lit_only_where_a_change_goes_on_from_here(
    user: User, session: Session
) -> None:
    def lit() -> str:
        return "gun" if session.panel_state().acts_from_gun else "here"

    assert lit() == "gun", "on the line nothing has been run"
    session.seek(60.0)
    assert lit() == "here"
    user.wait(2)
    user.click(places(user.app.drawer)["gun",].center)
    assert lit() == "gun"
    user.click(places(user.app.drawer)["here",].center)
    assert lit() == "here"
    session.seek(1e9)
    assert lit() == "gun", "it is over"
    user.wait(2)
    user.click(places(user.app.drawer)["here",].center)
    before = session.recording.from_tick
    session.change("pacers.count", "5")
    assert session.recording.from_tick == before == 0


def test_the_contour_lies_where_the_level_is() -> None:
    y, x = np.mgrid[0:6, 0:9].astype(float)
    values = x + 0.5 * y
    for piece in contour_lines(values, 3.25):
        for column, row in piece:
            assert column + 0.5 * row == pytest.approx(3.25)
    whole = len(contour_lines(values, 3.25))
    values[2, 2] = np.nan
    assert 0 < len(contour_lines(values, 3.25)) < whole
    assert contour_of(239.99) == (240.0, "4:00")
    assert contour_of(246.42)[1] == "4:06.42"
