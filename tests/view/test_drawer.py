from __future__ import annotations

from dataclasses import replace

import pygame
import pytest

from simulator.session.knobs import KITS
from simulator.stage.keys import Action
from simulator.stage.scene import Comparison, Knob, KnobKind
from simulator.view.app import App
from simulator.view.arranging import arrange
from simulator.view.layout import Box
from simulator.view.pages import page_names
from simulator.view.panels.cards import PROBLEM, problem_card
from simulator.view.panels.cards import lay_out as table_layout
from simulator.view.panels.what_if import BARS, WhatIfPanel, lay_out
from simulator.view.picture import Painter
from simulator.view.text import SEMIBOLD, Style, Type
from simulator.view.theme import THEMES, Sizes
from simulator.view.ui import Ui
from tests.view import scenes
from tests.view.conftest import FakeSession
from tests.view.panel_states import KNOBS
from tests.view.user import User, label, places

PATHS = [(knob.group, knob.path) for knob in KNOBS]
TURNED = [
    (knob.group, knob.path) for knob in KNOBS if knob.kind in (KnobKind.NUMBER, KnobKind.TIME)
]


def test_nothing_is_laid_out_while_it_is_shut(app: App) -> None:
    User(app).wait(5)
    assert app.drawer.ui.controls == []


def test_no_state_is_asked_for_while_it_is_shut(
    app: App, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: list[None] = []
    monkeypatch.setattr(session, "panel_state", lambda: wanted.append(None))
    User(app).wait(5)
    assert wanted == []


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
    user = User(app)
    user.key(key)
    assert app.drawer.open
    assert app.drawer.ui.focus == ("knob", "pacers.count")
    user.key("k")
    user.wait(20)
    assert not app.drawer.shown


def test_escape_shuts_it_and_leaves_the_window(user: User) -> None:
    user.key("escape")
    assert not user.app.drawer.open
    assert user.app.running


def test_every_page_shows_its_knobs(user: User, session: FakeSession) -> None:
    names = page_names(session.panel_state())
    assert names == (
        "Pacers", "Plan", "Splits", "Runner", "Air", "Light", "Ghosts", "Map", "Price", "Goal",
        "Compare",
    )  # fmt: skip
    for name in names:
        user.page(name)
        assert user.app.drawer.page == name
        for knob in session.panel_state().knobs:
            assert (user.app.drawer.ui.find(("knob", knob.path)) is not None) is (
                knob.group == name
            )


@pytest.mark.parametrize(("page", "path"), PATHS)
def test_every_knob_is_turned_by_mouse(
    user: User, session: FakeSession, page: str, path: str
) -> None:
    before = session.knob(path)
    user.page(page)
    if before.kind in (KnobKind.NUMBER, KnobKind.TIME):
        user.drag(path, 1.0)
        assert session.knob(path).number == pytest.approx(before.high)
        user.drag(path, 0.0)
        assert session.knob(path).number == pytest.approx(before.low)
    elif before.kind is KnobKind.SWITCH:
        user.press("knob", path)
        assert session.knob(path).value == "no"
    else:
        user.press("knob", path)
        user.click(places(user.app.drawer)["option", str(len(before.options) - 1)].center)
        assert session.knob(path).value == before.options[-1]
        assert user.app.drawer.ui.popup is None
    assert session.asked[-1][:2] == ("change", path)
    assert not session.knob(path).problem


@pytest.mark.parametrize(("page", "path"), PATHS)
def test_every_knob_is_turned_by_keyboard(
    user: User, session: FakeSession, page: str, path: str
) -> None:
    before = session.knob(path)
    user.focus("tab", page)
    user.key("space")
    user.focus("knob", path)
    if before.kind is KnobKind.SWITCH:
        user.key("enter")
        assert session.knob(path).value == "no"
        user.key("space")
        assert session.knob(path).value == "yes"
    elif before.kind is KnobKind.CHOICE:
        at = before.options.index(before.value)
        user.key("right")
        assert session.knob(path).value == before.options[min(at + 1, len(before.options) - 1)]
        user.key("enter")
        user.key("home")
        user.key("enter")
        assert session.knob(path).value == before.options[0]
    else:
        assert before.number is not None
        user.key("left" if before.number == before.high else "right")
        sign = -1 if before.number == before.high else 1
        assert session.knob(path).number == pytest.approx(before.number + sign * before.step)
        user.key("end")
        assert session.knob(path).number == pytest.approx(before.high)
        user.key("shift+left")
        low = max(before.low, before.high - 10 * before.step)
        assert session.knob(path).number == pytest.approx(low)
        user.key("home")
        assert session.knob(path).number == pytest.approx(before.low)
    assert session.performed == []


@pytest.mark.parametrize(("page", "path"), TURNED)
def test_every_value_is_typed(user: User, session: FakeSession, page: str, path: str) -> None:
    knob = session.knob(path)
    text = "4:00.50" if knob.kind is KnobKind.TIME else f"{knob.low + 2 * knob.step:g}"
    user.page(page)
    user.press("value", path)
    user.write(text)
    assert session.knob(path) == knob
    user.key("enter")
    assert session.knob(path).value == text
    assert user.app.drawer.ui.typing is None


def test_typing_on_a_focused_slider_begins_anew(user: User, session: FakeSession) -> None:
    user.focus("knob", "pacers.count")
    user.write("4")
    assert user.app.drawer.ui.typing == ("value", "pacers.count")
    user.key("enter")
    assert session.knob("pacers.count").value == "4"
    assert session.performed == []


def test_letters_go_into_the_entry_and_nowhere_else(user: User, session: FakeSession) -> None:
    user.press("value", "pacers.front_gap")
    user.write("kghlnvq r1")
    assert session.performed == []
    assert user.app.drawer.open
    assert user.app.running
    user.key("escape")
    assert user.app.drawer.ui.typing is None
    assert user.app.drawer.open
    assert session.knob("pacers.front_gap").value == "1.76"
    user.key("g")
    assert session.performed == [Action.GHOSTS]


def test_a_refused_value_says_why_until_it_is_taken_back(user: User, session: FakeSession) -> None:
    def said() -> str:
        return " ".join(user.words())

    user.press("value", "pacers.front_gap")
    user.write("99")
    user.key("enter")
    assert user.app.drawer.ui.typing == ("value", "pacers.front_gap")
    assert "'99' is not a value of front gap." in said()
    user.key("escape")
    user.wait(2)
    assert "is not a value" not in said()
    assert session.knob("pacers.front_gap").number == 1.76


def test_leaving_the_entry_applies_it(user: User, session: FakeSession) -> None:
    user.press("value", "pacers.front_gap")
    user.write("2.5")
    user.key("tab")
    assert session.knob("pacers.front_gap").value == "2.5"
    assert user.app.drawer.ui.focus == ("knob", "pacers.policy")
    user.press("value", "pacers.front_gap")
    user.write("3.5")
    user.click((300, 300))
    assert session.knob("pacers.front_gap").value == "3.5"


def test_tab_goes_round_and_back(user: User) -> None:
    seen = []
    for _ in range(60):
        user.key("tab")
        seen.append(user.app.drawer.ui.focus)
        if len(seen) > 1 and seen[-1] == seen[0]:
            break
    assert BARS in seen
    assert len(set(seen)) == len(seen) - 1
    back = []
    for _ in range(len(seen) - 1):
        user.key("shift+tab")
        back.append(user.app.drawer.ui.focus)
    assert back == seen[:-1][::-1]


@pytest.mark.parametrize(("page", "path"), PATHS)
def test_a_double_click_on_a_label_resets(
    user: User, session: FakeSession, page: str, path: str
) -> None:
    user.page(page)
    user.place(("knob", path))
    place = label(user.app.drawer, ("knob", path))
    at = (place.x + 20, place.centery)
    user.click(at)
    user.wait(30)
    user.click(at)
    assert ("reset", path) not in session.asked  # too slow: two clicks
    user.wait(30)
    user.click(at)
    user.click(at)
    assert session.asked == [("reset", path)]


def test_delete_resets_what_is_in_focus(user: User, session: FakeSession) -> None:
    user.focus("knob", "pacers.count")
    user.key("left", 4)
    user.key("delete")
    assert session.asked[-1] == ("reset", "pacers.count")
    assert session.knob("pacers.count").value == "13"


def test_splits_are_typed_and_locked(user: User, session: FakeSession) -> None:
    user.page("Splits")
    user.press("keep")
    user.press("lock", "1")
    user.press("section", "0")
    user.write("30.5")
    user.key("enter")
    user.focus("total", "2")
    user.write("1:31")
    user.key("enter")
    user.press("section", "3")
    user.write("soon")
    user.key("enter")
    assert user.app.drawer.ui.typing == ("section", "3")
    assert session.asked == [
        ("keep target", False),
        ("lock", 1, True),
        ("split", 0, "30.5", False),
        ("split", 2, "1:31", True),
        ("split", 3, "soon", False),
    ]
    assert any("cannot be run" in line for line in user.words())


def test_runs_are_kept_shown_compared_and_let_go(user: User, session: FakeSession) -> None:
    user.page("Compare")
    for _ in range(6):
        user.press("pin")
    assert user.app.drawer.ui.find(("pin",)) is None
    user.press("show", "3")
    user.press("unpin", "2")
    user.press("table")
    assert user.app.drawer.table == session.panel_state().comparison
    user.key("escape")
    assert user.app.drawer.table is None
    assert user.app.drawer.open
    user.press("table")
    user.click((300, 300))
    assert user.app.drawer.table is None
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
    user: User, session: FakeSession, page: str, button: str, wish: str
) -> None:
    session.pin()
    session.asked.clear()
    user.page(page)
    user.press("ask", button)
    user.key("backspace")
    user.key("enter")
    assert session.asked == []  # a file needs a name
    user.write("my runs.yaml")
    user.key("enter")
    assert session.asked == [(wish, "my runs.yaml")]
    assert not user.app.drawer.question


def test_undo_redo_and_save_count(user: User, session: FakeSession) -> None:
    user.focus("knob", "pacers.count")
    user.key("left", 3)
    user.press("undo")
    user.press("redo")
    user.press("save")
    user.press("gun")
    user.press("here")
    assert session.asked[3:] == [
        ("undo",), ("redo",), ("save",), ("from gun", True), ("from gun", False),
    ]  # fmt: skip
    assert session.performed == []
    user.press("undo")
    user.key("ctrl+z")
    assert session.performed == [Action.UNDO]


def test_waves_are_added_and_removed(user: User, session: FakeSession) -> None:
    user.page("Light")
    user.press("add wave")
    user.press("remove wave", "b")
    assert session.asked == [("add wave",), ("remove wave", "b")]


def test_a_bar_of_the_strip_is_taken_and_its_axis_chosen(user: User, session: FakeSession) -> None:
    shown = scenes.light_lost().what_if
    layout, style = user.app._arrangement()
    assert shown is not None
    where = lay_out(dict(layout.side)["what_if"], shown, style)
    columns, heading = where.columns, where.heading[1]
    user.click((round(columns[4].centre[0]), round(columns[4].centre[1])))
    user.click((heading.x + 5, heading.y + 5))
    panel = user.app.drawer._panels["what_if"]
    assert isinstance(panel, WhatIfPanel)
    assert panel._menu is not None
    option = panel._menu._ui.find(("1", "front gap"))
    assert option is not None
    user.click((option.box.x + 5, option.box.y + 5))
    user.click((round(columns[13].centre[0]), round(columns[13].centre[1])))
    assert session.asked == [("bar", 4), ("axis", "front gap")]
    assert session.performed == [Action.REVEAL]  # one's own is a secret: it is shown


def test_the_strip_is_reached_by_keyboard(user: User, session: FakeSession) -> None:
    user.focus(*BARS)
    user.key("left", 9)
    user.key("enter")
    user.key("down")
    user.key("up", 2)
    assert session.asked == [
        ("bar", 4),
        ("axis", "front gap"),
        ("axis", "pacers"),
        ("axis", "wind"),
    ]
    assert session.performed == []


def test_a_file_problem_is_a_banner(user: User, session: FakeSession) -> None:
    session.now = replace(session.now, file_problem="breaking4.yaml:12:3: not a number")
    assert any("12:3" in line for line in user.words())


def test_it_swallows_the_mouse_and_nothing_beside_it(user: User, session: FakeSession) -> None:
    box = user.app.drawer.box
    assert box is not None
    user.click((box.x + 4, box.bottom - 4))
    user.click((box.x + 4, box.bottom - 4), button=3)
    layout = arrange(1280, 720)
    assert layout.timeline is not None
    user.down((layout.timeline.x + 200, layout.timeline.y + 60))
    assert len(session.sought) == 1
    user.up((0, 0))


def test_a_slider_keeps_its_range_under_a_hand(user: User, session: FakeSession) -> None:
    user.page("Plan")
    real = session.change

    def widening(path: str, text: str) -> bool:
        done = real(path, text)
        knob = session.knob(path)
        assert knob.number is not None
        session._put(replace(knob, low=knob.number - 24, high=knob.number + 24))
        return done

    session.change = widening  # type: ignore[method-assign]
    user.drag("plan.target", 0.75)
    assert session.knob("plan.target").number == pytest.approx(252.0, abs=0.4)


def test_many_presses_within_one_picture_all_count(user: User, session: FakeSession) -> None:
    user.focus("knob", "pacers.count")
    for _ in range(9):
        event = pygame.Event(pygame.KEYDOWN, key=pygame.K_LEFT, mod=0, unicode="")
        user.app.handle(event)
    assert session.knob("pacers.count").value == "4"


def test_choices_and_switches_count_each_press_within_one_picture(
    user: User, session: FakeSession
) -> None:
    def press(code: int, times: int) -> None:
        for _ in range(times):
            for kind in (pygame.KEYDOWN, pygame.KEYUP):
                user.app.handle(pygame.Event(kind, key=code, mod=0, unicode=""))

    user.page("Plan")
    user.focus("knob", "plan.shape")
    press(pygame.K_RIGHT, 2)
    assert session.knob("plan.shape").value == "splits"
    user.focus("knob", "plan.standing_start")
    press(pygame.K_SPACE, 3)
    assert session.knob("plan.standing_start").value == "no"
    press(pygame.K_SPACE, 1)
    assert session.knob("plan.standing_start").value == "yes"


def test_held_keys_turn_but_do_not_toggle(user: User, session: FakeSession) -> None:
    user.page("Plan")
    user.focus("knob", "plan.standing_start")
    for _ in range(5):
        event = pygame.Event(pygame.KEYDOWN, key=pygame.K_SPACE, mod=0, unicode=" ")
        user.app.handle(event)
    assert session.knob("plan.standing_start").value == "no"


@pytest.mark.parametrize(
    "size",
    [(1, 1), (150, 900), (320, 180), (480, 800), (640, 480), (1024, 768), (1920, 1080)],
)
def test_any_size_shows_every_page(user: User, session: FakeSession, size: tuple[int, int]) -> None:
    session.pin()
    pygame.display.set_mode(size, pygame.RESIZABLE)
    user.wait()
    drawer = user.app.drawer
    assert drawer.open is (arrange(*size).drawer is not None)
    if not drawer.open:
        user.key("k")
        assert session.said == ["The window is too small for the knobs."]
        return
    for name in page_names(session.panel_state()):
        drawer.turn_to(name)
        user.wait(2)
        box = drawer.box
        assert box is not None
        shown = [c for c in drawer.ui.controls if c.key[0] != "label" and c.key != BARS]
        fixed = [control.box for control in shown if control.view is None]
        whole = pygame.Rect(0, 0, box.w, box.h)
        assert all(whole.contains(each) for each in fixed)
        assert all(not a.touches(b) for i, a in enumerate(fixed) for b in fixed[:i])
        moving = [control.box for control in shown if control.view is not None]
        assert all(not a.touches(b) for i, a in enumerate(moving) for b in moving[:i])
        assert all(each.x >= 0 and each.right <= box.w for each in moving)


@pytest.mark.slow
def test_eight_k_shows_every_page(user: User, session: FakeSession) -> None:
    pygame.display.set_mode((7680, 4320), pygame.RESIZABLE)
    for name in page_names(session.panel_state()):
        user.app.drawer.turn_to(name)
        user.wait()


def test_a_run_s_name_gets_what_room_there_is() -> None:
    painter, layout = Painter(), arrange(1280, 720)
    style = Style(painter.type, layout.sizes, painter.theme)
    name = "1 front gap 4, from 1:39.7"
    one = Comparison(("m", "now", name, "gap"), (("200", "30.90", "30.90", "0.00"),))
    (heading,) = (h for h in table_layout(one, layout.stage, style).headings if h.text == name)
    assert heading.width >= style.type.width(name, SEMIBOLD, style.sizes.lead)


def test_a_fast_mouse_turns_a_knob_twice_a_picture_at_most(
    user: User, session: FakeSession
) -> None:
    track = user.place(("knob", "pacers.front_gap"))
    user.down(track.center)
    session.asked.clear()
    for x in range(track.centerx, track.right, 2):
        event = {"pos": (x, track.centery), "rel": (2, 0), "buttons": (1, 0, 0)}
        user.app.handle(pygame.Event(pygame.MOUSEMOTION, event))
    user.wait()
    turned = [wanted for wanted in session.asked if wanted[0] == "change"]
    assert 1 <= len(turned) <= 2
    number = next(k.number for k in session.panel_state().knobs if k.path == "pacers.front_gap")
    user.up((track.right - 2, track.centery))
    knob = next(k for k in session.panel_state().knobs if k.path == "pacers.front_gap")
    assert number is not None
    assert number > 0.9 * knob.high


@pytest.mark.parametrize("unit", [0.5, 0.667, 1.0, 2.0])
def test_the_ring_round_a_control_keeps_off_the_words_at_its_edge(unit: float) -> None:
    theme = THEMES["night"]
    box, surface = Box(60, 60, 200, 40), pygame.Surface((320, 160))
    ui = Ui()
    ui.begin(surface, Style(Type(), Sizes(unit), theme))
    ui.focus_ring(box)
    mask = pygame.mask.from_threshold(surface, theme.own, (1, 1, 1))
    assert mask.count()
    inside = [x for x in range(box.x - 3, box.right + 3) if mask.get_at((x, box.y + box.h // 2))]
    assert inside == []


def test_a_short_sentence_on_a_broken_file_leaves_its_heading_whole() -> None:
    for width, height in ((1280, 720), (1920, 1080), (3840, 2160)):
        layout = arrange(width, height)
        style = Style(Type(), layout.sizes, THEMES["night"])
        card = problem_card("w.yaml is gone", layout.stage, style)
        px = style.sizes.body
        assert card.get_width() >= style.type.width(PROBLEM, SEMIBOLD, px) + 2 * px


@pytest.mark.parametrize("theme", ["night", "daylight"])
def test_a_kit_has_the_colour_that_is_worn_beside_its_name(
    user: User, session: FakeSession, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By day white cloth had the dark dot of white words, as black had."""
    dots: list[object] = []
    monkeypatch.setattr(Ui, "dot", lambda _, __, ___, colour: dots.append(colour))
    for name in ("white", "black"):
        kit = Knob("pacers.kit", "kit", "Pacers", KnobKind.CHOICE, name, options=KITS)
        session.now = replace(session.now, knobs=(kit,))
        while user.app._painter.theme.name != theme:
            user.app.perform(Action.THEME)
        dots.clear()
        user.page("Pacers")
        user.wait()
        assert THEMES[theme].kit(name) in dots


def kit_knobs(session: FakeSession) -> None:
    """Give the page of the pacers a last knob for their kit, and hers to the runner."""
    knobs = tuple(
        Knob(path, "kit", page, KnobKind.CHOICE, "theme", file_value="theme", options=KITS)
        for path, page in (("runner.kit.colour", "Runner"), ("pacers.kit", "Pacers"))
    )
    session.now = replace(session.now, knobs=(*session.now.knobs, *knobs))


@pytest.mark.parametrize("by_mouse", [True, False])
def test_a_last_row_that_grows_is_scrolled_whole_into_view(
    user: User, session: FakeSession, by_mouse: bool
) -> None:
    """The file's value below a changed kit was cut in half, with the list at its end."""
    kit_knobs(session)
    session.now = replace(
        session.now,
        knobs=tuple(replace(k, group="Pacers") for k in session.now.knobs),
    )
    user.wait()
    user.place(("knob", "pacers.kit"))
    user.wheel(-100)
    if by_mouse:
        user.click(places(user.app.drawer)["knob", "pacers.kit"].center)
        user.click(places(user.app.drawer)["option", "6"].center)
    else:
        user.app.drawer.ui.focus, user.app.drawer.ui.stale = ("knob", "pacers.kit"), True
        user.wait()
        user.key("right")
    user.wait(2)
    assert session.knob("pacers.kit").value != "theme"
    link = user.control("reset", "knob", "pacers.kit")
    assert link.view is not None
    assert pygame.Rect(link.view).contains(link.box)


def test_the_themes_kit_has_the_colour_that_is_worn(user: User, session: FakeSession) -> None:
    """It was grey, as is a kit of that name."""
    kit_knobs(session)
    for page, path, worn in (
        ("Pacers", "pacers.kit", "pink"),
        ("Runner", "runner.kit.colour", "white"),
    ):
        user.page(page)
        user.wait()
        swatch = user.control("knob", path).swatch
        assert swatch is not None
        theme = user.app.theme
        assert swatch("theme") == theme.colour(worn) != swatch("grey")
        assert swatch("blue") == theme.kit("blue")
        assert swatch("#102030") == (16, 32, 48)
    user.page("Light")
    assert user.control("knob", "wavelight.waves.0.colour").swatch is not None
