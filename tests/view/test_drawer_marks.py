"""What the drawer shows of a change: names being typed, marks, and the way back to the file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pygame
import pytest

from simulator.stage.scene import KnobKind
from simulator.view.layout import Box
from simulator.view.pages import page_names
from simulator.view.text import Type
from simulator.view.ui import Ui
from tests.view.conftest import FakeSession
from tests.view.panel_states import KNOBS
from tests.view.user import User, label

OTHER = {KnobKind.SWITCH: "no", KnobKind.TIME: "3:58.00"}
ASKED = [
    *((page, "save as") for page in page_names(FakeSession().panel_state())),
    ("Compare", "save pins"),
    ("Compare", "load pins"),
]
SHORT = ("Plan", "Splits", "Runner", "Air", "Map", "Price", "Goal")
"""Pages that are not longer than their view even in a low window."""


def pixels(user: User, place: Box) -> bytes:
    """Return what is seen in a box of the drawer."""
    user.wait()
    surface, box = pygame.display.get_surface(), user.app.drawer.box
    assert surface is not None
    assert box is not None
    seen = surface.subsurface(pygame.Rect(place).move(box.x, box.y))
    return pygame.image.tobytes(seen, "RGB")


def change_all(session: FakeSession) -> None:
    """Turn every knob away from what the file says."""
    for knob in KNOBS:
        text = OTHER.get(knob.kind, knob.options[-1] if knob.options else "2")
        if text == knob.value:
            text = knob.options[0]
        assert session.change(knob.path, text)
    session.asked.clear()


@pytest.mark.parametrize("scrolled", [False, True])
@pytest.mark.parametrize(("page", "wanted"), ASKED)
def test_a_file_s_name_is_seen_while_it_is_typed(
    user: User, session: FakeSession, page: str, wanted: str, scrolled: bool
) -> None:
    session.pin()
    if scrolled:
        pygame.display.set_mode((640, 360), pygame.RESIZABLE)
        change_all(session)
        for _ in range(5):
            session.pin()
        user.wait(2)
    user.app.drawer.turn_to(page)
    user.wait(2)
    if scrolled:
        user.app.drawer.ui.scroll_by(40)
        user.wait()
    before = user.app.drawer.ui.scroll
    assert (before > 0) is (scrolled and page not in SHORT)
    user.app.drawer.ask(wanted)
    user.wait()
    assert user.app.drawer.ui.scroll == before
    entry = user.control("name", wanted)
    user.key("backspace")
    seen = [pixels(user, entry.box)]
    for letter in "mw":
        user.write(letter)
        seen.append(pixels(user, entry.box))
    assert len(set(seen)) == 3
    assert entry.view is None


def test_why_a_name_is_refused_is_not_written_over_the_file_s(
    user: User, session: FakeSession
) -> None:
    user.press("ask", "save as")
    user.key("backspace")
    user.key("enter")
    said = user.words()
    assert "A file needs a name." in said
    assert session.panel_state().file not in said


def test_a_tab_is_marked_where_its_page_holds_a_change(user: User, session: FakeSession) -> None:
    def marked() -> set[str]:
        pages = page_names(session.panel_state())
        with patch.object(Ui, "button", autospec=True) as button:
            user.app.drawer.ui.stale = True
            user.app.drawer.refresh()
        user.wait(2)
        user.app.drawer.ui.stale = True
        user.app.drawer.refresh()
        drawn = [call for call in button.call_args_list if call.args[1].key[0] == "tab"]
        assert [call.args[2] for call in drawn] == list(pages)
        return {call.args[2] for call in drawn if call.kwargs["changed"]}

    assert marked() == set()
    plain = pixels(user, user.control("tab", "Air").box)
    session.change("environment.wind.speed", "2")
    assert marked() == {"Air"}
    assert pixels(user, user.control("tab", "Air").box) != plain
    session.change_split(1, "29.00", cumulative=False)
    assert marked() == {"Air", "Splits"}
    session.reset("environment.wind.speed")
    assert marked() == {"Splits"}
    assert pixels(user, user.control("tab", "Air").box) == plain


def test_a_changed_split_has_the_knobs_dot(user: User, session: FakeSession) -> None:
    def dots() -> list[float]:
        user.wait(2)
        with patch.object(Ui, "dot", autospec=True) as dot:
            user.app.drawer.ui.stale = True
            user.app.drawer.refresh()
        view, own = user.control("keep").view, user.app.drawer.ui.theme.own
        assert view is not None
        result = [call.args[1][1] for call in dot.call_args_list if call.args[3] == own]
        return [y for y in result if view.y < y < view.bottom]

    user.page("Splits")
    assert dots() == []
    session.change_split(2, "28.50", cumulative=False)
    lock = user.control("lock", "2").box
    (y,) = dots()
    assert lock.y < y < lock.bottom
    session.change_split(2, "29.99", cumulative=False)
    assert dots() == []


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
@pytest.mark.parametrize(("page", "path"), [(knob.group, knob.path) for knob in KNOBS])
def test_the_file_s_value_is_pressed_to_have_it_back(
    user: User, session: FakeSession, page: str, path: str, by: str
) -> None:
    user.page(page)
    assert user.app.drawer.ui.find(("reset", "knob", path)) is None
    change_all(session)
    user.wait(2)
    assert any(session.knob(path).file_value in line for line in user.words())
    assert user.app.drawer.ui.find(("reset", "knob", path)) is not None
    if by == "mouse":
        user.press("reset", "knob", path)
    else:
        user.focus("reset", "knob", path)
        user.key("enter")
        assert user.app.drawer.ui.focus == ("knob", path)
    user.wait(2)
    assert session.asked == [("reset", path)]
    assert not session.knob(path).changed
    assert user.app.drawer.ui.find(("reset", "knob", path)) is None


@pytest.mark.parametrize("by", ["file's value", "double click", "delete", "enter"])
def test_a_split_can_be_had_back_like_a_knob(user: User, session: FakeSession, by: str) -> None:
    user.page("Splits")
    before = user.place(("section", "2"))
    session.change_split(2, "28.50", cumulative=False)
    user.wait(2)
    assert user.place(("section", "2")) == before, "nothing moves under the mouse"
    session.asked.clear()
    if by == "file's value":
        assert "29.99" in user.words()
        user.press("reset", "section", "2")
    elif by == "double click":
        place = label(user.app.drawer, ("section", "2"))
        user.click(place.center)
        user.click(place.center)
    elif by == "delete":
        user.focus("total", "2")
        user.key("delete")
    else:
        user.focus("reset", "section", "2")
        user.key("enter")
        assert user.app.drawer.ui.focus == ("section", "2")
    user.wait(2)
    assert session.asked == [("reset split", 2)]
    assert user.app.drawer.ui.find(("reset", "section", "2")) is None
    assert user.app.drawer.ui.find(("reset", "plan")) is None


def test_the_whole_plan_can_be_had_back(user: User, session: FakeSession) -> None:
    user.page("Splits")
    assert user.app.drawer.ui.find(("reset", "plan")) is None
    session.change_split(2, "28.50", cumulative=False)
    session.change_split(3, "28.50", cumulative=True)
    user.wait(2)
    user.press("reset", "plan")
    assert session.asked[-1] == ("reset split", None)
    user.wait(2)
    assert user.app.drawer.ui.find(("reset", "plan")) is None


def test_why_a_split_cannot_be_had_back_is_said_below_it(user: User, session: FakeSession) -> None:
    user.page("Splits")
    session.change_split(2, "28.50", cumulative=False)
    session.editor.lock_split(2, True)
    user.wait(2)
    user.press("reset", "section", "2")
    assert "it is locked" in user.words()
    session.editor.lock_split(2, False)
    user.press("reset", "section", "2")
    assert "it is locked" not in user.words()


@pytest.mark.parametrize("size", [(800, 450), (1280, 720), (1920, 1080)])
def test_nothing_lies_over_a_control_that_resets(
    user: User, session: FakeSession, size: tuple[int, int]
) -> None:
    pygame.display.set_mode(size, pygame.RESIZABLE)
    change_all(session)
    session.change_split(0, "28.50", cumulative=False)
    session.change_split(2, "28.50", cumulative=False)
    for page in page_names(session.panel_state()):
        user.app.drawer.turn_to(page)
        user.wait(2)
        controls = [c for c in user.app.drawer.ui.controls if c.key[0] != "label"]
        boxes = [control.box for control in controls if control.view is not None]
        assert all(not a.touches(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_the_way_back_is_told_where_there_is_something_to_reset(
    user: User, session: FakeSession
) -> None:
    def hint() -> str:
        return " ".join(line for line in user.words() if "double-click" in line)

    user.move((5, 5))
    user.wait(40)
    assert hint() == ""
    knob = session.knob("pacers.front_gap")
    session._put(replace(knob, value="2.5", number=2.5, changed=True))
    assert "double-click" in hint()
    session.reset("pacers.front_gap")
    assert hint() == ""


@pytest.mark.parametrize("size", [(800, 450), (1024, 768), (1280, 720), (1920, 1080)])
def test_no_words_of_a_page_are_cut(
    user: User, session: FakeSession, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut: list[str] = []
    fit = Type.fit

    def noting(self: Type, text: str, *how: Any, **more: Any) -> str:
        shown = fit(self, text, *how, **more)
        if shown != text:
            cut.append(text)
        return shown

    monkeypatch.setattr(Type, "fit", noting)
    pygame.display.set_mode(size, pygame.RESIZABLE)
    change_all(session)
    session.change_split(0, "28.50", cumulative=False)
    session.pin()
    for page in page_names(session.panel_state()):
        user.app.drawer.turn_to(page)
        user.wait(2)
    assert cut == []
