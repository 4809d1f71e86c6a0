"""What the drawer shows of a change: names being typed, marks, and the way back to the file."""

from __future__ import annotations

from dataclasses import replace

import pygame
import pytest

from simulator.stage.desk import KnobKind
from simulator.view.drawer.pages import page_names
from simulator.view.drawer.pieces import Item, Look
from tests.view.conftest import FakeSession
from tests.view.desks import KNOBS
from tests.view.hand import Hand

OTHER = {KnobKind.SWITCH: "no", KnobKind.TIME: "3:58.00"}
ASKED = [
    *((page, "save as") for page in page_names(FakeSession().desk())),
    ("Compare", "save pins"),
    ("Compare", "load pins"),
]
SHORT = ("Plan", "Splits", "Runner", "Air", "Ghosts")
"""Pages that are not longer than their view even in a low window."""


def item_of(hand: Hand, *key: str) -> Item:
    item = hand.app.drawer.item(key)
    assert item is not None
    return item


def pixels(hand: Hand, item: Item) -> bytes:
    """Return what is seen of an item in the window."""
    hand.wait()
    surface, box = pygame.display.get_surface(), hand.app.drawer.box
    assert surface is not None
    assert box is not None
    seen = surface.subsurface(pygame.Rect(item.box).move(box.x, box.y))
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
@pytest.mark.parametrize(("page", "asked"), ASKED)
def test_a_file_s_name_is_seen_while_it_is_typed(
    hand: Hand, session: FakeSession, page: str, asked: str, scrolled: bool
) -> None:
    session.pin()
    if scrolled:
        pygame.display.set_mode((640, 360), pygame.RESIZABLE)
        change_all(session)
        for _ in range(5):
            session.pin()
        hand.wait(2)
    hand.app.drawer.press(("tab", page))
    hand.wait(2)
    if scrolled:
        hand.app.drawer.scroll(40)
        hand.wait()
    before = hand.app.drawer.glance.scroll
    assert (before > 0) is (scrolled and page not in SHORT)
    hand.app.drawer.press(("ask", asked))
    hand.wait()
    assert hand.app.drawer.glance.scroll == before
    entry = item_of(hand, "name", asked)
    hand.key("backspace")
    seen = [pixels(hand, entry)]
    for letter in "mw":
        hand.write(letter)
        seen.append(pixels(hand, entry))
    assert len(set(seen)) == 3
    assert not entry.scrolls


def test_why_a_name_is_refused_is_not_written_over_the_file_s(
    hand: Hand, session: FakeSession
) -> None:
    hand.press("ask", "save as")
    hand.key("backspace")
    hand.key("enter")
    hand.wait()
    sheet = hand.app.drawer.sheet
    assert sheet is not None
    said = [word.text for word in sheet.words]
    assert "A file needs a name." in said
    assert session.desk().file not in said


def test_a_tab_is_marked_where_its_page_holds_a_change(hand: Hand, session: FakeSession) -> None:
    def marked() -> set[str]:
        hand.wait(2)
        sheet = hand.app.drawer.sheet
        assert sheet is not None
        return {i.text for i in sheet.items if i.key[0] == "tab" and i.changed}

    assert marked() == set()
    plain = pixels(hand, item_of(hand, "tab", "Air"))
    session.change("environment.wind.speed", "2")
    assert marked() == {"Air"}
    assert pixels(hand, item_of(hand, "tab", "Air")) != plain
    session.change_split(1, "29.00", cumulative=False)
    assert marked() == {"Air", "Splits"}
    session.reset("environment.wind.speed")
    assert marked() == {"Splits"}
    assert pixels(hand, item_of(hand, "tab", "Air")) == plain


def test_a_changed_split_has_the_knobs_dot(hand: Hand, session: FakeSession) -> None:
    def dots() -> list[int]:
        hand.wait(2)
        sheet = hand.app.drawer.sheet
        assert sheet is not None
        return [dot.y for dot in sheet.dots if dot.scrolls]

    hand.page("Splits")
    assert dots() == []
    session.change_split(2, "28.50", cumulative=False)
    lock = item_of(hand, "lock", "2").ring
    (y,) = dots()
    assert lock.y < y < lock.bottom
    session.change_split(2, "29.99", cumulative=False)
    assert dots() == []


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
@pytest.mark.parametrize(("page", "path"), [(knob.group, knob.path) for knob in KNOBS])
def test_the_file_s_value_is_pressed_to_have_it_back(
    hand: Hand, session: FakeSession, page: str, path: str, by: str
) -> None:
    hand.page(page)
    assert hand.app.drawer.item(("reset", "knob", path)) is None
    change_all(session)
    hand.wait(2)
    assert session.knob(path).file_value in item_of(hand, "reset", "knob", path).text
    if by == "mouse":
        hand.press("reset", "knob", path)
    else:
        hand.focus("reset", "knob", path)
        hand.key("enter")
        assert hand.app.drawer.focus == ("knob", path)
    hand.wait(2)
    assert session.asked == [("reset", path)]
    assert not session.knob(path).changed
    assert hand.app.drawer.item(("reset", "knob", path)) is None


@pytest.mark.parametrize("by", ["file's value", "double click", "delete", "enter"])
def test_a_split_can_be_had_back_like_a_knob(hand: Hand, session: FakeSession, by: str) -> None:
    hand.page("Splits")
    before = hand.place(("section", "2"))
    session.change_split(2, "28.50", cumulative=False)
    hand.wait(2)
    assert hand.place(("section", "2")) == before, "nothing moves under a hand"
    session.asked.clear()
    if by == "file's value":
        assert item_of(hand, "reset", "section", "2").text == "29.99"
        hand.press("reset", "section", "2")
    elif by == "double click":
        label = hand.app.drawer.label(("section", "2"))
        assert label is not None
        hand.click(label.center)
        hand.click(label.center)
    elif by == "delete":
        hand.focus("total", "2")
        hand.key("delete")
    else:
        hand.focus("reset", "section", "2")
        hand.key("enter")
        assert hand.app.drawer.focus == ("section", "2")
    hand.wait(2)
    assert session.asked == [("reset split", 2)]
    assert hand.app.drawer.item(("reset", "section", "2")) is None
    assert hand.app.drawer.item(("reset", "plan")) is None


def test_the_whole_plan_can_be_had_back(hand: Hand, session: FakeSession) -> None:
    hand.page("Splits")
    assert hand.app.drawer.item(("reset", "plan")) is None
    session.change_split(2, "28.50", cumulative=False)
    session.change_split(3, "28.50", cumulative=True)
    hand.wait(2)
    hand.press("reset", "plan")
    assert session.asked[-1] == ("reset split", None)
    hand.wait(2)
    assert hand.app.drawer.item(("reset", "plan")) is None


def test_why_a_split_cannot_be_had_back_is_said_below_it(hand: Hand, session: FakeSession) -> None:
    hand.page("Splits")
    session.change_split(2, "28.50", cumulative=False)
    session.lock_split(2, True)
    hand.wait(2)
    hand.press("reset", "section", "2")
    hand.wait(2)
    sheet = hand.app.drawer.sheet
    assert sheet is not None
    assert "it is locked" in [word.text for word in sheet.words]
    session.lock_split(2, False)
    hand.press("reset", "section", "2")
    hand.wait(2)
    assert hand.app.drawer.sheet is not None
    assert "it is locked" not in [word.text for word in hand.app.drawer.sheet.words]


@pytest.mark.parametrize("size", [(800, 450), (1280, 720), (1920, 1080)])
def test_nothing_lies_over_a_control_that_resets(
    hand: Hand, session: FakeSession, size: tuple[int, int]
) -> None:
    pygame.display.set_mode(size, pygame.RESIZABLE)
    change_all(session)
    session.change_split(0, "28.50", cumulative=False)
    session.change_split(2, "28.50", cumulative=False)
    for page in page_names(session.desk()):
        hand.app.drawer.press(("tab", page))
        hand.wait(2)
        sheet = hand.app.drawer.sheet
        assert sheet is not None
        boxes = [i.box for i in sheet.items if i.scrolls and i.look is not Look.OPTION]
        assert all(not a.touches(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_the_way_back_is_told_where_there_is_something_to_reset(
    hand: Hand, session: FakeSession
) -> None:
    def hint() -> str:
        hand.wait(2)
        assert hand.app.drawer.sheet is not None
        return hand.app.drawer.sheet.hint

    assert hint() == ""
    knob = session.knob("pacers.front_gap")
    session._put(replace(knob, value="2.5", number=2.5, changed=True))
    assert "double-click" in hint()
    assert hand.app.drawer.sheet is not None
    note_at = hand.app.drawer.sheet.note_at
    bare = Item(("note",), Look.BUTTON, note_at, note_at)
    hand.move((5, 5))
    hand.wait(40)
    told = pixels(hand, bare)
    session.reset("pacers.front_gap")
    hand.wait(2)
    assert pixels(hand, bare) != told
