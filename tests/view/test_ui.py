"""The toolkit by itself: a panel of one control each, driven by events."""

from __future__ import annotations

from collections.abc import Callable

import pygame
import pytest

from simulator.view.layout import Box
from simulator.view.text import Style, Type
from simulator.view.theme import THEMES, Sizes
from simulator.view.ui import DOUBLE_CLICK_S, TOOLTIP_S, Control, Ui
from tests.view.conftest import FakeSession
from tests.view.user import User

BOX = Box(20, 20, 120, 24)
STYLE = Style(Type(), Sizes(0.667), THEMES["night"])


class Panel:
    """A panel of 300 × 200 px at (100, 50) of a window; `draw` says what stands on it."""

    def __init__(self, draw: Callable[[Ui], object]) -> None:
        self.ui, self._draw = Ui(), draw
        self.ui.origin = (100, 50)
        self.surface = pygame.Surface((300, 200))
        self.picture()

    def picture(self) -> bytes:
        self.ui.begin(self.surface, STYLE)
        self._draw(self.ui)
        self.ui.end()
        return pygame.image.tobytes(self.surface, "RGB")

    def key(self, code: int, mod: int = 0, text: str = "") -> bool:
        event = pygame.Event(pygame.KEYDOWN, key=code, mod=mod, unicode=text)
        return self.ui.key(event)

    def write(self, text: str, kind: int = pygame.TEXTINPUT) -> None:
        self.ui.write(pygame.Event(kind, text=text, start=0, length=0))

    def mouse(self, kind: int, x: int, y: int) -> bool:
        at = (x + 100, y + 50)
        return self.ui.mouse(pygame.Event(kind, pos=at, rel=(0, 0), buttons=(1, 0, 0), button=1))

    def click(self, x: int, y: int) -> None:
        self.mouse(pygame.MOUSEBUTTONDOWN, x, y)
        self.mouse(pygame.MOUSEBUTTONUP, x, y)


class Field(Panel):
    """A field that remembers what it was given, and refuses what is no number."""

    def __init__(self) -> None:
        self.value = "1.76"
        super().__init__(self._field)

    def _field(self, ui: Ui) -> None:
        ui.field(Control(key=("a",), box=BOX, text=self.value, accept=self._accept), self.value)

    def _accept(self, text: str) -> bool:
        taken = text.replace(".", "").isdigit()
        self.value = text if taken else self.value
        return taken


@pytest.fixture
def field() -> Field:
    panel = Field()
    panel.click(30, 30)
    assert panel.ui.typing == ("a",)
    return panel


def typed(panel: Panel) -> str:
    assert panel.ui.entry is not None
    return panel.ui.entry.text


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ([], "9"),  # all of it was selected
        ([(pygame.K_END, 0)], "1.769"),
        ([(pygame.K_HOME, 0)], "91.76"),
        ([(pygame.K_RIGHT, 0), (pygame.K_LEFT, 0)], "1.796"),
        ([(pygame.K_LEFT, 0)], "91.76"),
        ([(pygame.K_LEFT, 0), (pygame.K_RIGHT, pygame.KMOD_LCTRL)], "1.769"),
        ([(pygame.K_END, 0), (pygame.K_LEFT, pygame.KMOD_LSHIFT)], "1.79"),
        ([(pygame.K_END, 0), (pygame.K_HOME, pygame.KMOD_LSHIFT)], "9"),
        ([(pygame.K_END, 0), (pygame.K_BACKSPACE, 0)], "1.79"),
        ([(pygame.K_HOME, 0), (pygame.K_DELETE, 0)], "9.76"),
        ([(pygame.K_BACKSPACE, 0)], "9"),
        ([(pygame.K_END, 0), (pygame.K_a, pygame.KMOD_LCTRL)], "9"),
    ],
)
def test_a_text_is_edited(field: Field, keys: list[tuple[int, int]], text: str) -> None:
    for code, mod in keys:
        assert field.key(code, mod)
    field.write("9")
    assert typed(field) == text
    field.key(pygame.K_RETURN)
    assert field.value == text
    assert field.ui.typing is None


def test_a_refused_text_stays_and_escape_gives_it_up(field: Field) -> None:
    field.write("soon")
    field.key(pygame.K_RETURN)
    assert typed(field) == "soon"
    field.key(pygame.K_ESCAPE)
    assert field.ui.typing is None
    assert field.value == "1.76"


def test_text_is_copied_cut_and_pasted(field: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    board: list[str] = []
    monkeypatch.setattr(pygame.scrap, "put_text", board.append)
    monkeypatch.setattr(pygame.scrap, "get_text", lambda: board[-1] + "\n")
    field.key(pygame.K_c, pygame.KMOD_LCTRL)
    assert (typed(field), board) == ("1.76", ["1.76"])
    field.key(pygame.K_x, pygame.KMOD_LCTRL)
    assert typed(field) == ""
    field.key(pygame.K_v, pygame.KMOD_LCTRL)
    field.key(pygame.K_v, pygame.KMOD_LCTRL)
    assert typed(field) == "1.761.76"


def test_a_clipboard_that_does_not_answer_ends_nothing(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> str:
        raise pygame.error("no selection owner")

    monkeypatch.setattr(pygame.scrap, "get_text", refuse)
    assert field.key(pygame.K_v, pygame.KMOD_LCTRL)
    assert typed(field) == "1.76"


def test_an_input_method_composes_in_the_entry(field: Field) -> None:
    field.key(pygame.K_END)
    before = field.picture()
    field.write("に", pygame.TEXTEDITING)
    assert field.picture() != before, "what is composed is seen"
    assert typed(field) == "1.76"
    for code in (pygame.K_RETURN, pygame.K_ESCAPE, pygame.K_BACKSPACE, pygame.K_TAB):
        assert field.key(code)  # these are the input method's
    assert typed(field) == "1.76"
    assert field.ui.typing == ("a",)
    field.write("", pygame.TEXTEDITING)
    field.write("二")
    assert typed(field) == "1.76二"
    field.key(pygame.K_BACKSPACE)
    field.key(pygame.K_RETURN)
    assert field.ui.typing is None


def test_the_candidates_of_an_input_method_stand_at_the_caret(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    places: list[pygame.Rect] = []
    monkeypatch.setattr(pygame.display, "get_init", lambda: True)
    monkeypatch.setattr(pygame.key, "set_text_input_rect", places.append)
    field.key(pygame.K_HOME)
    field.picture()
    field.key(pygame.K_END)
    field.picture()
    assert places[0].x < places[1].x
    assert all(pygame.Rect(BOX).move(100, 50).contains(place) for place in places)


def test_the_mouse_places_the_caret_and_selects(field: Field) -> None:
    field.ui.tick(1.0)
    field.click(22, 30)
    field.write("9")
    assert typed(field) == "91.76"
    field.mouse(pygame.MOUSEBUTTONDOWN, 22, 30)
    field.mouse(pygame.MOUSEMOTION, 290, 190)
    field.mouse(pygame.MOUSEBUTTONUP, 290, 190)
    field.write("5")
    assert typed(field) == "5"
    field.ui.tick(1.0)
    field.click(22, 30)
    field.click(22, 30)
    field.write("6")
    assert typed(field) == "6", "a double click selects all"


def test_a_long_text_scrolls_with_its_caret(field: Field) -> None:
    field.write("1" * 90)
    end = field.picture()
    field.key(pygame.K_HOME)
    assert field.picture() != end
    field.write("x" * 500)
    assert len(typed(field)) == 200


def test_the_caret_blinks_and_nothing_else_makes_it_stale(field: Field) -> None:
    def stale_after(wait_s: float) -> bool:
        field.picture()
        field.ui.tick(wait_s)
        return field.ui.stale

    assert [stale_after(wait_s) for wait_s in (0.1, 0.5, 0.1)] == [False, True, False]
    field.key(pygame.K_ESCAPE)
    assert not stale_after(100.0)


def test_a_handle_is_dragged_beyond_its_panel_and_moved_by_keys() -> None:
    moved: list[tuple[int, int]] = []
    stepped: list[tuple[int, int]] = []

    def draw(ui: Ui) -> None:
        control = Control(key=("pacer", "3"), box=Box(50, 60, 16, 16))
        control.drag = lambda x, y: moved.append((x, y))
        control.step = lambda x, y: stepped.append((x, y))
        ui.add(control)

    panel = Panel(draw)
    assert panel.mouse(pygame.MOUSEBUTTONDOWN, 55, 66)
    assert panel.mouse(pygame.MOUSEMOTION, 80, 70), "captured"
    panel.ui.flush()
    assert panel.mouse(pygame.MOUSEMOTION, -70, 900), "captured outside, too"
    assert panel.mouse(pygame.MOUSEBUTTONUP, -70, 900)
    assert moved == [(55, 66), (80, 70), (-70, 900)]
    assert not panel.mouse(pygame.MOUSEMOTION, -70, 900)
    panel.ui.focus = ("pacer", "3")
    for code, mod in ((pygame.K_LEFT, 0), (pygame.K_DOWN, 0), (pygame.K_UP, pygame.KMOD_LSHIFT)):
        assert panel.key(code, mod)
    assert stepped == [(-1, 0), (0, 1), (0, -10)]


def test_a_label_resets_at_a_double_click_within_its_time() -> None:
    done: list[str] = []

    def draw(ui: Ui) -> None:
        ui.label(Control(key=("a",), box=BOX, reset=lambda: done.append("reset")), BOX)

    panel = Panel(draw)
    panel.click(30, 30)
    panel.ui.tick(DOUBLE_CLICK_S + 0.1)
    panel.click(30, 30)
    assert done == []
    panel.click(30, 30)
    panel.click(30, 30)
    assert done == ["reset"], "the third click begins anew"


def test_a_button_let_go_elsewhere_is_not_pressed() -> None:
    done: list[str] = []
    control = Control(key=("a",), box=BOX, press=lambda: done.append("pressed"))
    panel = Panel(lambda ui: ui.button(control, "Save"))
    panel.mouse(pygame.MOUSEBUTTONDOWN, 30, 30)
    panel.mouse(pygame.MOUSEBUTTONUP, 30, 150)
    assert done == []
    panel.click(30, 30)
    assert done == ["pressed"]


def test_a_tooltip_appears_under_a_resting_mouse() -> None:
    control = Control(key=("a",), box=BOX, press=lambda: None, note="Write it to the file.")
    panel = Panel(lambda ui: ui.button(control, "Save"))

    def shown() -> bool:
        screen = pygame.Surface((500, 300))
        panel.ui.tooltip(screen)
        return pygame.mask.from_threshold(screen, (0, 0, 0), (1, 1, 1, 255)).count() < 500 * 300

    panel.mouse(pygame.MOUSEMOTION, 30, 30)
    assert not shown()
    panel.ui.tick(TOOLTIP_S + 0.1)
    assert shown()
    panel.mouse(pygame.MOUSEMOTION, 30, 150)
    assert not shown()


def test_a_drawer_that_does_not_change_is_not_drawn_again(
    user: User, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Ui] = []
    begin = Ui.begin

    def counted(ui: Ui, surface: pygame.Surface, style: Style) -> None:
        drawn.append(ui)
        begin(ui, surface, style)

    user.wait(3)
    monkeypatch.setattr(Ui, "begin", counted)
    user.wait(30)
    assert drawn == []
    assert session.change("runner.form", "1")  # the dot of its page's tab
    user.wait(30)
    assert drawn == [user.app.drawer.ui]
