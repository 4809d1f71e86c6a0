from __future__ import annotations

from dataclasses import replace

import pygame
import pytest

from simulator.stage.desk import Comparison, KnobKind
from simulator.stage.keys import Action
from simulator.view.app import App
from simulator.view.drawer import banner, paint
from simulator.view.drawer.compare import planned
from simulator.view.drawer.pages import page_names
from simulator.view.drawer.pieces import STRIP, Look
from simulator.view.layout import Box, arrange
from simulator.view.panels.what_if import axis_box, bar_boxes
from simulator.view.picture import Painter
from simulator.view.style import Style
from simulator.view.text import SEMIBOLD, Type
from simulator.view.theme import Sizes
from simulator.view.themes import THEMES
from tests.view import scenes
from tests.view.conftest import FakeSession
from tests.view.desks import KNOBS
from tests.view.hand import Hand

PATHS = [(knob.group, knob.path) for knob in KNOBS]
TURNED = [
    (knob.group, knob.path) for knob in KNOBS if knob.kind in (KnobKind.NUMBER, KnobKind.TIME)
]


def test_nothing_is_laid_out_while_it_is_shut(app: App) -> None:
    Hand(app).wait(5)
    assert app.drawer.sheet is None
    assert app.drawer.kit is None


def test_no_desk_is_laid_out_while_it_is_shut(
    app: App, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[None] = []
    monkeypatch.setattr(session, "desk", lambda: asked.append(None))
    Hand(app).wait(5)
    assert asked == []


def test_a_file_problem_is_shown_while_it_is_shut(app: App, session: FakeSession) -> None:
    def pixels() -> bytes:
        app.frame(1 / 60)
        surface = pygame.display.get_surface()
        assert surface is not None
        return pygame.image.tobytes(surface, "RGB")

    clean = pixels()
    problem = "breaking4.yaml:12:3: there is no shape 'evn' " * 9
    session.now = replace(session.now, file_problem=problem)
    assert pixels() != clean
    session.now = replace(session.now, file_problem="")
    assert pixels() == clean


@pytest.mark.parametrize("key", ["k", "tab"])
def test_a_key_opens_it_with_the_first_knob_in_focus(app: App, key: str) -> None:
    hand = Hand(app)
    hand.key(key)
    assert app.drawer.open
    assert app.drawer.focus == ("knob", "pacers.count")
    hand.key("k")
    hand.wait(20)
    assert not app.drawer.shown


def test_escape_shuts_it_and_leaves_the_window(hand: Hand) -> None:
    hand.key("escape")
    assert not hand.app.drawer.open
    assert hand.app.running


def test_every_page_shows_its_knobs(hand: Hand, session: FakeSession) -> None:
    names = page_names(session.desk())
    assert names == (
        "Pacers", "Plan", "Splits", "Runner", "Air", "Light", "Ghosts", "Compare",
    )  # fmt: skip
    for name in names:
        hand.page(name)
        assert hand.app.drawer.glance.page == name
        for knob in session.desk().knobs:
            assert (hand.app.drawer.item(("knob", knob.path)) is not None) is (knob.group == name)


@pytest.mark.parametrize(("page", "path"), PATHS)
def test_every_knob_is_turned_by_mouse(
    hand: Hand, session: FakeSession, page: str, path: str
) -> None:
    before = session.knob(path)
    hand.page(page)
    if before.kind in (KnobKind.NUMBER, KnobKind.TIME):
        hand.drag(path, 1.0)
        assert session.knob(path).number == pytest.approx(before.high)
        hand.drag(path, 0.0)
        assert session.knob(path).number == pytest.approx(before.low)
    elif before.kind is KnobKind.SWITCH:
        hand.press("knob", path)
        assert session.knob(path).value == "no"
    else:
        hand.press("knob", path)
        hand.click(hand.app.drawer.places()["option", str(len(before.options) - 1)].center)
        assert session.knob(path).value == before.options[-1]
        assert hand.app.drawer.popup is None
    assert session.asked[-1][:2] == ("change", path)
    assert not session.knob(path).problem


@pytest.mark.parametrize(("page", "path"), PATHS)
def test_every_knob_is_turned_by_keyboard(
    hand: Hand, session: FakeSession, page: str, path: str
) -> None:
    before = session.knob(path)
    hand.focus("tab", page)
    hand.key("space")
    hand.focus("knob", path)
    if before.kind is KnobKind.SWITCH:
        hand.key("enter")
        assert session.knob(path).value == "no"
        hand.key("space")
        assert session.knob(path).value == "yes"
    elif before.kind is KnobKind.CHOICE:
        at = before.options.index(before.value)
        hand.key("right")
        assert session.knob(path).value == before.options[min(at + 1, len(before.options) - 1)]
        hand.key("enter")
        hand.key("home")
        hand.key("enter")
        assert session.knob(path).value == before.options[0]
    else:
        assert before.number is not None
        hand.key("left" if before.number == before.high else "right")
        sign = -1 if before.number == before.high else 1
        assert session.knob(path).number == pytest.approx(before.number + sign * before.step)
        hand.key("end")
        assert session.knob(path).number == pytest.approx(before.high)
        hand.key("shift+left")
        low = max(before.low, before.high - 10 * before.step)
        assert session.knob(path).number == pytest.approx(low)
        hand.key("home")
        assert session.knob(path).number == pytest.approx(before.low)
    assert session.performed == []


@pytest.mark.parametrize(("page", "path"), TURNED)
def test_every_value_is_typed(hand: Hand, session: FakeSession, page: str, path: str) -> None:
    knob = session.knob(path)
    text = "4:00.50" if knob.kind is KnobKind.TIME else f"{knob.low + 2 * knob.step:g}"
    hand.page(page)
    hand.press("value", path)
    hand.write(text)
    assert session.knob(path) == knob
    hand.key("enter")
    assert session.knob(path).value == text
    assert hand.app.drawer.typing is None


def test_typing_on_a_focused_slider_begins_anew(hand: Hand, session: FakeSession) -> None:
    hand.focus("knob", "pacers.count")
    hand.write("4")
    assert hand.app.drawer.typing == ("value", "pacers.count")
    hand.key("enter")
    assert session.knob("pacers.count").value == "4"
    assert session.performed == []


def test_letters_go_into_the_entry_and_nowhere_else(hand: Hand, session: FakeSession) -> None:
    hand.press("value", "pacers.front_gap")
    hand.write("kghlnvq r1")
    assert session.performed == []
    assert hand.app.drawer.open
    assert hand.app.running
    hand.key("escape")
    assert hand.app.drawer.typing is None
    assert hand.app.drawer.open
    assert session.knob("pacers.front_gap").value == "1.76"
    hand.key("g")
    assert session.performed == [Action.GHOSTS]


def test_a_refused_value_says_why_until_it_is_taken_back(hand: Hand, session: FakeSession) -> None:
    def said() -> str:
        assert hand.app.drawer.sheet is not None
        return " ".join(word.text for word in hand.app.drawer.sheet.words)

    hand.press("value", "pacers.front_gap")
    hand.write("99")
    hand.key("enter")
    assert hand.app.drawer.typing == ("value", "pacers.front_gap")
    assert "'99' is not a value of front gap." in said()
    hand.key("escape")
    hand.wait(2)
    assert "is not a value" not in said()
    assert session.knob("pacers.front_gap").number == 1.76


def test_leaving_the_entry_applies_it(hand: Hand, session: FakeSession) -> None:
    hand.press("value", "pacers.front_gap")
    hand.write("2.5")
    hand.key("tab")
    assert session.knob("pacers.front_gap").value == "2.5"
    assert hand.app.drawer.focus == ("knob", "pacers.policy")
    hand.press("value", "pacers.front_gap")
    hand.write("3.5")
    hand.click((300, 300))
    assert session.knob("pacers.front_gap").value == "3.5"


def test_tab_goes_round_and_back(hand: Hand) -> None:
    seen = []
    for _ in range(60):
        hand.key("tab")
        seen.append(hand.app.drawer.focus)
        if len(seen) > 1 and seen[-1] == seen[0]:
            break
    assert STRIP in seen
    assert len(set(seen)) == len(seen) - 1
    back = []
    for _ in range(len(seen) - 1):
        hand.key("shift+tab")
        back.append(hand.app.drawer.focus)
    assert back == seen[:-1][::-1]


@pytest.mark.parametrize(("page", "path"), PATHS)
def test_a_double_click_on_a_label_resets(
    hand: Hand, session: FakeSession, page: str, path: str
) -> None:
    hand.page(page)
    hand.place(("knob", path))
    label = hand.app.drawer.label(("knob", path))
    assert label is not None
    at = (label.x + 20, label.centery)
    hand.click(at)
    hand.wait(60)
    hand.click(at)
    assert ("reset", path) not in session.asked  # too slow: two clicks
    hand.wait(60)
    hand.click(at)
    hand.click(at)
    assert session.asked == [("reset", path)]


def test_delete_resets_what_is_in_focus(hand: Hand, session: FakeSession) -> None:
    hand.focus("knob", "pacers.count")
    hand.key("left", 4)
    hand.key("delete")
    assert session.asked[-1] == ("reset", "pacers.count")
    assert session.knob("pacers.count").value == "13"


def test_splits_are_typed_and_locked(hand: Hand, session: FakeSession) -> None:
    hand.page("Splits")
    hand.press("keep")
    hand.press("lock", "1")
    hand.press("section", "0")
    hand.write("30.5")
    hand.key("enter")
    hand.focus("total", "2")
    hand.write("1:31")
    hand.key("enter")
    hand.press("section", "3")
    hand.write("soon")
    hand.key("enter")
    assert hand.app.drawer.typing == ("section", "3")
    assert session.asked == [
        ("keep target", False),
        ("lock", 1, True),
        ("split", 0, "30.5", False),
        ("split", 2, "1:31", True),
        ("split", 3, "soon", False),
    ]
    assert hand.app.drawer.sheet is not None
    assert any("cannot be run" in word.text for word in hand.app.drawer.sheet.words)


def test_runs_are_kept_shown_compared_and_let_go(hand: Hand, session: FakeSession) -> None:
    hand.page("Compare")
    for _ in range(6):
        hand.press("pin")
    assert hand.app.drawer.item(("pin",)) is None
    hand.press("show", "3")
    hand.press("unpin", "2")
    hand.press("table")
    assert hand.app.drawer.table == session.desk().comparison
    hand.key("escape")
    assert hand.app.drawer.table is None
    assert hand.app.drawer.open
    hand.press("table")
    hand.click((300, 300))
    assert hand.app.drawer.table is None
    assert session.asked[6:] == [("show", 3, False), ("unpin", 2)]


@pytest.mark.parametrize(
    ("page", "button", "wish"),
    [
        ("Pacers", "save as", "save as"),
        ("Compare", "save pins", "save pins"),
        ("Compare", "load pins", "load pins"),
    ],
)
def test_files_are_asked_for(
    hand: Hand, session: FakeSession, page: str, button: str, wish: str
) -> None:
    session.pin()
    session.asked.clear()
    hand.page(page)
    hand.press("ask", button)
    hand.key("backspace")
    hand.key("enter")
    assert session.asked == []  # a file needs a name
    hand.write("my runs.yaml")
    hand.key("enter")
    assert session.asked == [(wish, "my runs.yaml")]
    assert not hand.app.drawer.glance.asked


def test_undo_redo_and_save_count(hand: Hand, session: FakeSession) -> None:
    hand.focus("knob", "pacers.count")
    hand.key("left", 3)
    hand.press("undo")
    hand.press("redo")
    hand.press("save")
    hand.press("gun")
    hand.press("here")
    assert session.asked[3:] == [
        ("undo",), ("redo",), ("save",), ("from gun", True), ("from gun", False),
    ]  # fmt: skip
    assert session.performed == []
    hand.press("undo")
    hand.key("ctrl+z")
    assert session.performed == [Action.UNDO]


def test_waves_are_added_and_removed(hand: Hand, session: FakeSession) -> None:
    hand.page("Light")
    hand.press("add wave")
    hand.press("remove wave", "b")
    assert session.asked == [("add wave",), ("remove wave", "b")]


def test_a_bar_of_the_strip_is_taken_and_its_axis_turned(hand: Hand, session: FakeSession) -> None:
    shown = scenes.light_lost().what_if
    layout, style = hand.app._arrangement()
    assert shown is not None
    assert layout.what_if is not None
    columns = bar_boxes(layout.what_if, shown, style)
    hand.click((round(columns[4].centre[0]), round(columns[4].centre[1])))
    heading = axis_box(layout.what_if, shown, style)
    hand.click((heading.x + 5, heading.y + 5))
    hand.click((round(columns[13].centre[0]), round(columns[13].centre[1])))
    assert session.asked == [("bar", 4), ("axis", "front gap")]
    assert session.performed == [Action.REVEAL]  # one's own is a secret: it is shown


def test_the_strip_is_reached_by_keyboard(hand: Hand, session: FakeSession) -> None:
    hand.focus(*STRIP)
    hand.key("left", 9)
    hand.key("enter")
    hand.key("down")
    hand.key("up", 2)
    assert session.asked == [
        ("bar", 4),
        ("axis", "front gap"),
        ("axis", "pacers"),
        ("axis", "wind"),
    ]
    assert session.performed == []


def test_a_file_problem_is_a_banner(hand: Hand, session: FakeSession) -> None:
    session.now = replace(session.now, file_problem="breaking4.yaml:12:3: not a number")
    hand.wait(2)
    sheet = hand.app.drawer.sheet
    assert sheet is not None
    assert sheet.banner is not None
    assert any("12:3" in word.text for word in sheet.words)


def test_it_swallows_the_mouse_and_nothing_beside_it(hand: Hand, session: FakeSession) -> None:
    box = hand.app.drawer.box
    assert box is not None
    hand.click((box.x + 4, box.bottom - 4))
    hand.click((box.x + 4, box.bottom - 4), button=3)
    layout = arrange(1280, 720)
    assert layout.timeline is not None
    hand.down((layout.timeline.x + 200, layout.timeline.y + 60))
    assert len(session.sought) == 1
    hand.up((0, 0))


def test_a_slider_keeps_its_range_under_a_hand(hand: Hand, session: FakeSession) -> None:
    hand.page("Plan")
    real = session.change

    def widening(path: str, text: str) -> bool:
        done = real(path, text)
        knob = session.knob(path)
        assert knob.number is not None
        session._put(replace(knob, low=knob.number - 24, high=knob.number + 24))
        return done

    session.change = widening  # type: ignore[method-assign]
    hand.drag("plan.target", 0.75)
    assert session.knob("plan.target").number == pytest.approx(252.0, abs=0.4)


def test_many_presses_within_one_picture_all_count(hand: Hand, session: FakeSession) -> None:
    hand.focus("knob", "pacers.count")
    for _ in range(9):
        event = pygame.Event(pygame.KEYDOWN, key=pygame.K_LEFT, mod=0, unicode="")
        hand.app.handle(event)
    assert session.knob("pacers.count").value == "4"


def test_held_keys_turn_but_do_not_toggle(hand: Hand, session: FakeSession) -> None:
    hand.page("Plan")
    hand.focus("knob", "plan.standing_start")
    for _ in range(5):
        event = pygame.Event(pygame.KEYDOWN, key=pygame.K_SPACE, mod=0, unicode=" ")
        hand.app.handle(event)
    assert session.knob("plan.standing_start").value == "no"


@pytest.mark.parametrize(
    "size",
    [(1, 1), (150, 900), (320, 180), (480, 800), (640, 480), (1024, 768), (1920, 1080)],
)
def test_any_size_shows_every_page(hand: Hand, session: FakeSession, size: tuple[int, int]) -> None:
    session.pin()
    pygame.display.set_mode(size, pygame.RESIZABLE)
    hand.wait()
    drawer = hand.app.drawer
    assert drawer.open is (arrange(*size).drawer is not None)
    if not drawer.open:
        hand.key("k")
        assert session.said == ["The window is too small for the knobs."]
        return
    for name in page_names(session.desk()):
        drawer.press(("tab", name))
        hand.wait(2)
        sheet, box = drawer.sheet, drawer.box
        assert sheet is not None
        assert box is not None
        fixed = [item.box for item in sheet.items if not item.scrolls]
        whole = pygame.Rect(0, 0, box.w, box.h)
        assert all(whole.contains(each) for each in fixed)
        assert all(not a.touches(b) for i, a in enumerate(fixed) for b in fixed[:i])
        moving = [item.box for item in sheet.items if item.scrolls and item.look is not Look.OPTION]
        assert all(not a.touches(b) for i, a in enumerate(moving) for b in moving[:i])
        assert all(each.x >= 0 and each.right <= box.w for each in moving)


@pytest.mark.slow
def test_eight_k_shows_every_page(hand: Hand, session: FakeSession) -> None:
    pygame.display.set_mode((7680, 4320), pygame.RESIZABLE)
    for name in page_names(session.desk()):
        hand.app.drawer.press(("tab", name))
        hand.wait()


def test_a_run_s_name_gets_what_room_there_is() -> None:
    painter, layout = Painter(), arrange(1280, 720)
    style = Style(painter.type, layout.sizes, painter.theme)
    name = "1 front gap 4, from 1:39.7"
    one = Comparison(("m", "now", name, "gap"), (("200", "30.90", "30.90", "0.00"),))
    (heading,) = (h for h in planned(one, layout.stage, style).headings if h.text == name)
    assert heading.width >= style.type.width(name, SEMIBOLD, style.sizes.lead)


def test_a_fast_mouse_turns_a_knob_twice_a_picture_at_most(
    hand: Hand, session: FakeSession
) -> None:
    track = hand.place(("knob", "pacers.front_gap"))
    hand.down(track.center)
    session.asked.clear()
    for x in range(track.centerx, track.right, 2):
        event = {"pos": (x, track.centery), "rel": (2, 0), "buttons": (1, 0, 0)}
        hand.app.handle(pygame.Event(pygame.MOUSEMOTION, event))
    hand.wait()
    turned = [asked for asked in session.asked if asked[0] == "change"]
    assert 1 <= len(turned) <= 2
    number = next(k.number for k in session.desk().knobs if k.path == "pacers.front_gap")
    hand.up((track.right - 2, track.centery))
    knob = next(k for k in session.desk().knobs if k.path == "pacers.front_gap")
    assert number is not None
    assert number > 0.9 * knob.high


@pytest.mark.parametrize("unit", [0.5, 0.667, 1.0, 2.0])
def test_the_ring_round_a_control_keeps_off_the_words_at_its_edge(unit: float) -> None:
    theme = THEMES["night"]
    box, surface = Box(60, 60, 200, 40), pygame.Surface((320, 160))
    paint._ring(surface, box, Style(Type(), Sizes(unit), theme))
    mask = pygame.mask.from_threshold(surface, theme.own, (1, 1, 1))
    assert mask.count()
    inside = [x for x in range(box.x - 3, box.right + 3) if mask.get_at((x, box.y + box.h // 2))]
    assert inside == []


def test_a_short_sentence_on_a_broken_file_leaves_its_heading_whole() -> None:
    for width, height in ((1280, 720), (1920, 1080), (3840, 2160)):
        layout = arrange(width, height)
        style = Style(Type(), layout.sizes, THEMES["night"])
        card = banner._card("w.yaml is gone", layout, style)
        px = style.sizes.body
        assert card.get_width() >= style.type.width(banner.HEADING, SEMIBOLD, px) + 2 * px
