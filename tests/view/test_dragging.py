"""Hands in the window: what the mouse and the keys do to pacers, splits and bars."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pygame
import pytest

from simulator.scenario.loader import load_text
from simulator.screen import Camera
from simulator.session import Session
from simulator.stage.keys import BY_HAND, Action
from simulator.stage.scene import PacerSlot
from simulator.view.app import App
from simulator.view.handles import PerspectiveTrack, draw_handles, snapped
from simulator.view.layout import Box
from simulator.view.panels.cards import ground
from simulator.view.panels.timeline import ChartKind, bars
from simulator.view.perspective import Lens, track_rig
from simulator.view.picture import Painter, inset_of, layout_of
from simulator.view.theme import Sizes, Theme
from tests.session.short import SHORT, settle
from tests.view.user import User

TEXT = SHORT.replace(
    "slots: [{ahead: 1.2}, {ahead: -1.2}]",
    "slots: [{ahead: 1.2, name: A}, {ahead: 3.6, name: B}, {ahead: -1.2, name: C, until: 200}]",
)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    """A user at a window whose stage is not drawn, 20 s into a race, paused."""
    monkeypatch.setattr(Painter, "draw", lambda *_: None)
    session = settle(Session(load_text(TEXT), start_at_s=20.0))
    app = App(session, size=(1280, 720))
    app.frame(1 / 60)
    yield User(app)
    session.close()
    pygame.display.quit()


@pytest.fixture(params=[20.0, 40.0])  # on a bend, on the straight
def by_camera(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    """The same user, who sees the group through its camera."""
    monkeypatch.setattr(Painter, "draw", lambda *_: None)
    session = settle(Session(load_text(TEXT), start_at_s=request.param))
    app = App(session, size=(1280, 720), camera=Camera.GROUP)
    app.frame(1 / 60)
    yield User(app)
    session.close()
    pygame.display.quit()


def session_of(user: User) -> Session:
    session = user.app.session
    assert isinstance(session, Session)
    return session


def slot(user: User, name: str) -> PacerSlot:
    return next(s for s in user.app.session.scene().group.slots if s.name == name)


def at(user: User, name: str) -> tuple[int, int]:
    """Return where a pacer is drawn in the inset [px]."""
    view = user.app.drag_tool._view
    assert view is not None
    assert view.piece is not None
    body = next(b for b in view.scene.pacers if b.name == name)
    x = view.piece.x(body.x_m - view.scene.group.centre_m)
    return round(x), round(view.piece.y(body.offset_m))


def seen(user: User, name: str, up_m: float = 0.0) -> tuple[int, int]:
    """Return where the group's camera sees a pacer [px]."""
    view = user.app.drag_tool._view
    assert view is not None
    assert view.seen is not None
    body = next(b for b in view.scene.pacers if b.name == name)
    x, y = view.at(view.seen, body.x_m, body.offset_m, up_m)
    return round(x), round(y)


def scale(user: User) -> float:
    view = user.app.drag_tool._view
    assert view is not None
    assert view.piece is not None
    return view.piece.scale


def twice(user: User, place: tuple[int, int]) -> None:
    user.click(place)
    user.click(place)


def drag(user: User, start: tuple[int, int], end: tuple[int, int]) -> None:
    user.down(start)
    for share in (0.4, 0.7, 1.0):
        x, y = (a + (b - a) * share for a, b in zip(start, end, strict=True))
        user.move((round(x), round(y)), held=True)
    user.up(end)


def test_a_pacer_goes_where_the_hand_goes_and_comes_back(hands: User) -> None:
    start = at(hands, "A")
    drag(hands, start, (start[0] + round(0.6 * scale(hands)), start[1]))
    assert slot(hands, "A").ahead_m == pytest.approx(2.1, abs=0.1)
    assert slot(hands, "A").offset_m == 0.0
    assert session_of(hands).editor.history.can_undo == 1
    assert hands.app.drag_tool.taken == "A"
    hands.key("ctrl+z")
    assert slot(hands, "A").ahead_m == pytest.approx(1.5)


def test_a_click_takes_and_moves_nothing(hands: User) -> None:
    start = at(hands, "A")
    hands.down(start)
    hands.move((start[0] + 2, start[1] + 1), held=True)
    hands.up((start[0] + 2, start[1] + 1))
    assert hands.app.drag_tool.taken == "A"
    assert not session_of(hands).editor.history.can_undo
    assert not session_of(hands).direct_edits.holding


def test_while_it_is_held_it_is_drawn_under_the_hand(hands: User) -> None:
    start = at(hands, "A")
    end = (start[0], start[1] + round(2.0 * scale(hands)))
    hands.down(start)
    hands.move(end, held=True)
    there = at(hands, "A")
    assert max(abs(there[0] - end[0]), abs(there[1] - end[1])) <= 3
    shelter = hands.app.session.scene().group.shelter
    hands.up(end)
    assert shelter < hands.app.session.scene().group.shelter


def test_a_body_is_dragged_where_the_camera_sees_it(by_camera: User) -> None:
    start, before = seen(by_camera, "B", 1.2), slot(by_camera, "B")  # by the chest
    end = (start[0] + 40, start[1] - 60)
    by_camera.down(start)
    by_camera.move(end, held=True)
    there = seen(by_camera, "B", 1.2)
    assert max(abs(there[0] - end[0]), abs(there[1] - end[1])) <= 6
    by_camera.up(end)
    after = slot(by_camera, "B")
    assert after.ahead_m > before.ahead_m + 0.3
    assert after.offset_m > before.offset_m + 0.2
    assert session_of(by_camera).editor.history.can_undo == 1
    assert by_camera.app.shot.camera is Camera.GROUP, "the hand took him, not the ground"


def test_the_words_about_a_pacer_lie_outside_of_him(by_camera: User) -> None:
    view, surface = by_camera.app.drag_tool._view, by_camera.app.window.surface
    assert view is not None
    assert view.seen is not None
    assert surface is not None
    foot, around = seen(by_camera, "B"), round(0.9 * view.seen.scale)
    inside = pygame.Rect(0, 0, foot[0] - around, view.layout.view.bottom)
    outside = pygame.Rect(foot[0] + around, foot[1] - 40, 200, 80)
    before = [pygame.image.tobytes(surface.subsurface(part), "RGB") for part in (inside, outside)]
    by_camera.click(seen(by_camera, "B", 0.5))
    by_camera.wait(2)
    after = [pygame.image.tobytes(surface.subsurface(part), "RGB") for part in (inside, outside)]
    assert after[0] == before[0], "her name and the gap are there"
    assert after[1] != before[1]


def test_keys_follow_what_is_seen_large(by_camera: User) -> None:
    by_camera.click(seen(by_camera, "B", 0.5))
    before = slot(by_camera, "B")
    by_camera.key("up", 2)
    by_camera.key("right", 3)
    after = slot(by_camera, "B")
    assert after.ahead_m - before.ahead_m == pytest.approx(0.2)
    assert after.offset_m - before.offset_m == pytest.approx(0.3)


def test_a_double_click_on_the_seen_track_adds_and_beside_it_does_not(by_camera: User) -> None:
    view = by_camera.app.drag_tool._view
    assert view is not None
    assert view.seen is not None
    x, y = view.at(view.seen, view.scene.group.slot_m + 2.4, 1.5)
    twice(by_camera, (round(x), round(y)))
    new = slot(by_camera, "pacer 1")
    assert (new.ahead_m, new.offset_m) == pytest.approx((2.4, 1.5), abs=0.1)
    x, y = view.at(view.seen, view.scene.group.slot_m, -3.0)
    by_camera.wait(40)
    twice(by_camera, (round(x), round(y)))
    assert len(by_camera.app.session.scene().group.slots) == 4


@pytest.mark.parametrize("lap_m", [400.0, 200.0])
@pytest.mark.parametrize("at_m", [0.0, 57.0, 115.0, 130.0, 199.0, 230.0, 320.0, 395.0])
def test_what_a_camera_sees_is_found_where_it_is(at_m: float, lap_m: float) -> None:
    rig = track_rig((at_m, 0.8, 0.0), 0.0, 1.05, 17.5, 1.30, 0.52, lap_m)
    piece = PerspectiveTrack(Box(10, 20, 1280, 500), Lens(rig, 1280, 500), at_m - 1.0, 40.0)
    for along, offset in ((0.0, 0.0), (3.2, 1.4), (-4.1, -0.2), (6.0, 2.0)):
        assert piece.place(*piece.spot(along, offset)) == pytest.approx((along, offset), abs=1e-6)
    far = max(abs(metres) for metres in piece.place(640, -9_000))
    assert far > 100, "above the horizon there is nobody"


def test_several_moves_within_a_picture_are_one_change(hands: User) -> None:
    session, start = session_of(hands), at(hands, "A")
    hands.down(start)
    before = session.editor.history.now
    for dx in range(4, 12):
        event = {"pos": (start[0] + dx, start[1]), "rel": (0, 0), "buttons": (1, 0, 0)}
        hands.app.handle(pygame.Event(pygame.MOUSEMOTION, event))
    assert session.editor.history.now is before
    hands.wait()
    assert session.editor.history.now is not before
    hands.up(start)


def test_a_double_click_adds_and_delete_removes(hands: User) -> None:
    start = at(hands, "A")
    place = (start[0], start[1] + round(1.5 * scale(hands)))
    hands.click(place)
    assert len(hands.app.session.scene().group.slots) == 3
    hands.click(place)
    assert len(hands.app.session.scene().group.slots) == 4
    assert slot(hands, "pacer 1").offset_m == pytest.approx(1.5, abs=0.1)
    hands.wait(40)
    assert hands.app.drag_tool.taken == "pacer 1"
    hands.key("delete")
    assert len(hands.app.session.scene().group.slots) == 3
    hands.click(at(hands, "B"))
    hands.key("delete")
    assert "B" not in {s.name for s in hands.app.session.scene().group.slots}


def test_keys_alone_take_move_name_and_let_go(hands: User) -> None:
    hands.key("e")
    assert hands.app.drag_tool.taken == "C"  # from behind to the front
    hands.key("e")
    assert hands.app.drag_tool.taken == "A"
    hands.key("shift+e")
    hands.key("e")
    hands.key("right", 3)
    hands.key("shift+down")
    assert (slot(hands, "A").ahead_m, slot(hands, "A").offset_m) == pytest.approx((1.8, 0.5))
    time_s = hands.app.session.scene().time_s
    hands.key("insert")
    assert "pacer 1" in {s.name for s in hands.app.session.scene().group.slots}
    hands.key("enter")
    assert hands.app.drag_tool.chart is ChartKind.PACERS
    hands.wait(2)
    hands.write("Zoe")
    hands.key("enter")
    assert slot(hands, "Zoe").ahead_m == pytest.approx(1.8)
    assert hands.app.drag_tool.taken == "Zoe"
    assert hands.app.session.scene().time_s == time_s  # no arrow went to the playhead
    hands.key("escape")
    assert hands.app.drag_tool._slot() is None
    assert hands.app.running
    hands.key("right")
    assert hands.app.session.scene().time_s == pytest.approx(time_s + 5)


def test_every_key_of_the_hands_does_something(hands: User) -> None:
    for binding in BY_HAND:
        for key in binding.keys:
            hands.key("e")
            before = session_of(hands).editor.history.at, hands.app.drag_tool.chart
            taken = hands.app.drag_tool.taken
            hands.key("enter" if key == "return" else key)
            after = session_of(hands).editor.history.at, hands.app.drag_tool.chart
            changed = before != after or taken != hands.app.drag_tool.taken
            assert changed or session_of(hands).scene().notice or binding.action is Action.NUDGE
            hands.key("escape", 2 if hands.app.drag_tool.controls.ui.entry is not None else 1)
            hands.wait(50)


def test_nobody_is_dragged_into_another(hands: User) -> None:
    start, other = at(hands, "A"), at(hands, "B")
    hands.down(start)
    hands.move((start[0] + 6, start[1]), held=True)
    last = slot(hands, "A")
    hands.move(other, held=True)
    assert slot(hands, "A") == last
    assert "within" in hands.app.drag_tool._touch.refused
    hands.up(start)
    assert hands.app.drag_tool._touch.refused == ""


def test_lines_draw_what_is_near_them(hands: User) -> None:
    scene = hands.app.session.scene()
    gap = slot(hands, "B").ahead_m
    assert snapped(scene, gap - 1.15, 0.1, 0, 0.15)[:2] == pytest.approx((gap - 1.2, 0.0))
    words = {snap.text for snap in snapped(scene, gap - 1.15, 0.1, 0, 0.15)[2]}
    assert words == {"in line", "1.2 m"}
    assert snapped(scene, 0.07, 1.05, 0, 0.15)[:2] == (0.0, 1.0)
    assert {snap.text for snap in snapped(scene, 0.07, 1.05, 0, 0.15)[2]} == {"beside"}
    assert snapped(scene, 5.62, 0.48, 0, 0.15)[:2] == pytest.approx((5.6, 0.5))
    assert snapped(scene, 5.62, 0.48, 0, 0.15)[2] == ()


def test_a_split_is_dragged_and_the_others_keep_the_target(hands: User) -> None:
    hands.key("d")
    hands.wait(2)
    assert hands.app.drag_tool.chart is ChartKind.PACE
    session, view = session_of(hands), hands.app.drag_tool._view
    assert view is not None
    before = session.panel_state().splits
    start = hands.app.drag_tool._handles(view)[0]
    drag(hands, start, (start[0], start[1] + 12))
    after = session.panel_state().splits
    assert float(after[0].section) > float(before[0].section)
    assert after[-1].cumulative == before[-1].cumulative
    assert session.editor.history.can_undo == 1
    view = hands.app.drag_tool._view
    assert view is not None
    hands.click(hands.app.drag_tool._handles(view)[0], pygame.BUTTON_RIGHT)
    assert session.panel_state().splits[0].locked
    session.set_keep_target(False)
    hands.key("right")
    hands.key("down", 2)
    assert session.panel_state().splits[-1].cumulative != before[-1].cumulative
    hands.key("delete")
    hands.key("left")
    hands.key("delete")
    assert not session.editor.unsaved


class Copied(pygame.Surface):
    """A surface that keeps what was copied onto it, and where."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(size)
        self.copied: list[tuple[pygame.Surface, object]] = []

    def blit(self, source: pygame.Surface, dest: Any = (0, 0), *rest: Any) -> pygame.Rect:
        """Copy a surface, and keep it."""
        self.copied.append((source, dest))
        return super().blit(source, dest, *rest)


def test_the_words_of_a_split_are_never_behind_the_buttons_of_the_chart(
    hands: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands.key("d")
    hands.wait(2)
    tool = hands.app.drag_tool
    assert tool._view is not None
    cards: list[pygame.Surface] = []

    def card_of(size: tuple[int, int], sizes: Sizes, theme: Theme) -> pygame.Surface:
        cards.append(ground(size, sizes, theme))
        return cards[-1]

    monkeypatch.setattr("simulator.view.handles.ground", card_of)
    plot, splits = tool._plot(tool._view), session_of(hands).panel_state().splits
    assert plot is not None
    box = plot.box
    tool._touch.taken, tool._touch.pointer = 0, (0, 0)
    for share in (0.0, 0.1, 0.3, 0.6, 1.0):
        y = round(box.y + share * (box.h - 1))
        monkeypatch.setattr(
            "simulator.view.handles.handles_of", lambda *_, y=y: [(200, y), (240, box.y)]
        )
        surface = Copied((1280, 720))
        draw_handles(surface, tool._view, splits[:2], plot, tool._touch)
        card, place = surface.copied[-1]
        assert card is cards[-1], "no handle is over the words"
        assert isinstance(place, tuple)
        words = pygame.Rect(place, cards[-1].get_size())
        assert words.top >= box.y
        assert not words.collidepoint(200, y), "the handle stays in sight"


def test_the_words_of_two_splits_never_cover_each_other(
    hands: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr("simulator.view.handles._say_split", lambda *args: told.append(args[3]))
    hands.key("d")
    hands.wait()
    tool = hands.app.drag_tool
    assert tool._view is not None
    first, second = tool._handles(tool._view)
    hands.click(first)
    told.clear()
    hands.move(second)
    assert told == [1]
    hands.move((second[0], second[1] + 60))
    assert told == [1, 0]


def test_a_locked_target_can_be_let_move_in_the_heading(hands: User) -> None:
    hands.key("d")
    hands.wait(2)
    tool = hands.app.drag_tool
    control = tool.controls.ui.find(("chart", "keep"))
    assert control is not None
    place = pygame.Rect(control.box).move(tool.controls.ui.origin)
    hands.click(place.center)
    assert not session_of(hands).panel_state().keep_target


def test_bars_are_drawn_by_their_ends(hands: User) -> None:
    hands.key("d", 2)
    hands.wait(2)
    app = hands.app
    layout = layout_of(app.window.size, None, app._options())
    assert layout.timeline is not None
    bar = bars(app.session.scene(), layout.timeline, layout.sizes)[2]
    assert bar.slot.name == "C"
    start = (bar.box.right - 2, round(bar.box.centre[1]))
    drag(hands, start, (start[0] + 200, start[1]))
    assert slot(hands, "C").until_m == pytest.approx(300, abs=30)
    assert app.drag_tool.taken == "C"
    bar = bars(app.session.scene(), layout.timeline, layout.sizes)[2]
    start = (bar.box.right - 2, round(bar.box.centre[1]))
    drag(hands, start, (layout.timeline.right, start[1]))
    assert slot(hands, "C").until_m is None


def field(user: User, name: str) -> tuple[int, int]:
    """Return where a field of the taken pacer is [px]."""
    ui = user.app.drag_tool.controls.ui
    control = ui.find(("pacer", name))
    assert control is not None
    return pygame.Rect(control.box).move(ui.origin).center


def take(user: User) -> None:
    """Take pacer A and show his fields."""
    user.key("d", 2)
    user.key("e", 2)
    user.wait(2)
    assert user.app.drag_tool.taken == "A"


def test_what_is_typed_in_the_heading_is_taken(hands: User, tmp_path: Path) -> None:
    take(hands)

    def write(name: str, text: str) -> None:
        hands.click(field(hands, name))
        hands.write(text)
        hands.key("enter")
        hands.wait(2)

    write("ahead", "2.05")
    write("aside", "0.4")
    write("until", "150")
    now = slot(hands, "A")
    assert (now.ahead_m, now.offset_m, now.until_m) == (2.05, 0.4, 150.0)
    for text, why in (("never", "not a number"), ("-5", "than until")):
        write("until", text)
        assert why in hands.app.session.scene().notice
        hands.key("escape")
    write("until", "160 m")
    assert slot(hands, "A").until_m == 160.0
    write("aside", "20")
    assert "Aside must be at most 8, not 20" in hands.app.session.scene().notice
    hands.key("escape")
    assert slot(hands, "A").offset_m == 0.4
    write("file", str(tmp_path / "club"))
    assert (tmp_path / "club.yaml").exists()


def test_the_keyboard_fills_in_field_after_field(hands: User) -> None:
    take(hands)
    hands.click(field(hands, "aside"))
    hands.write("0.4")
    hands.key("tab")
    hands.write("10")
    hands.key("tab")
    hands.write("150")
    hands.key("enter")
    now = slot(hands, "A")
    assert (now.offset_m, now.from_m, now.until_m) == (0.4, 10.0, 150.0)
    assert hands.app.session.player.playback.rate == 1.0
    hands.key("up")
    assert slot(hands, "A").offset_m == pytest.approx(0.3)
    hands.key("enter")
    hands.key("tab")
    hands.key("escape")
    assert hands.app.drag_tool.taken == "A"


def test_one_place_at_a_time_takes_what_is_typed(hands: User) -> None:
    hands.key("k")
    hands.wait(15)
    take(hands)
    hands.click(field(hands, "aside"))
    hands.write("0.4")
    hands.key("tab")
    assert slot(hands, "A").offset_m == 0.4
    hands.write("10")
    hands.press("value", "pacers.front_gap")
    assert slot(hands, "A").from_m == 10.0
    hands.write("2.5")
    hands.key("enter")
    assert session_of(hands).scenario.pacers.front_gap == 2.5
    assert hands.app.drag_tool.controls.ui.entry is None


@pytest.mark.parametrize("cover", ["f1", "f5"])
def test_what_is_typed_over_a_field_does_not_go_into_it(hands: User, cover: str) -> None:
    take(hands)
    hands.click(field(hands, "aside"))
    hands.write("0.4")
    hands.key(cover)
    assert slot(hands, "A").offset_m == 0.4
    hands.key("2")
    assert hands.app.drag_tool.controls.ui.entry is None
    hands.key("escape")
    assert slot(hands, "A").offset_m == 0.4


def test_the_hand_never_takes_another_pacer_than_it_took(hands: User) -> None:
    """His slot's number is another's once he is gone."""
    start = at(hands, "A")
    hands.down(start)
    hands.move((start[0] + 20, start[1] + 30), held=True)
    before = [(s.name, s.ahead_m, s.offset_m) for s in hands.app.session.scene().group.slots]
    hands.key("delete")
    hands.move((start[0] + 30, start[1] + 40), held=True)
    hands.up((start[0] + 30, start[1] + 40))
    after = [(s.name, s.ahead_m, s.offset_m) for s in hands.app.session.scene().group.slots]
    assert after == [each for each in before if each[0] != "A"]


def test_undo_ends_a_drag(hands: User) -> None:
    start, was = at(hands, "A"), slot(hands, "A").ahead_m
    hands.down(start)
    hands.move((start[0] + 20, start[1]), held=True)
    assert slot(hands, "A").ahead_m != was
    hands.key("ctrl+z")
    hands.move((start[0] + 30, start[1]), held=True)
    hands.up((start[0] + 30, start[1]))
    assert slot(hands, "A").ahead_m == was
    assert not session_of(hands).direct_edits.holding


@pytest.mark.parametrize("other", ["laps", "pasted", "chart", "size"])
def test_what_moves_the_chart_under_the_hand_ends_the_drag(
    hands: User, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    hands.key("d")
    hands.wait()
    tool, session = hands.app.drag_tool, session_of(hands)
    assert tool._view is not None
    start = tool._handles(tool._view)[-1]
    hands.down(start)
    hands.move((start[0], start[1] - 6), held=True)
    if other == "laps":
        session.set_by_lap(True)
    elif other == "pasted":
        monkeypatch.setattr(pygame.scrap, "get_text", lambda: "200 m\t31.9\nfinish\t1:03.5")
        hands.key("ctrl+v")
    elif other == "chart":
        hands.key("d")
    else:
        pygame.display.set_mode((900, 600), pygame.RESIZABLE)
        hands.wait()
    plan = session.scenario.plan
    hands.move((start[0], start[1] - 20), held=True)
    assert not session.direct_edits.holding
    hands.up((start[0], start[1] - 20))
    assert session.scenario.plan == plan


def test_the_clipboard_is_pasted(hands: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pygame.scrap, "get_text", lambda: "200 m\t31.9\nfinish\t1:03.5")
    hands.key("ctrl+v")
    assert session_of(hands).panel_state().splits[-1].cumulative == "1:03.50"
    assert hands.app.drag_tool.chart is ChartKind.PACE
    monkeypatch.setattr(pygame.scrap, "get_text", lambda: "")
    hands.key("ctrl+v")
    assert "empty" in hands.app.session.scene().notice


def test_a_lost_focus_lets_go(hands: User) -> None:
    hands.down(at(hands, "A"))
    assert session_of(hands).direct_edits.holding
    hands.app.handle(pygame.Event(pygame.WINDOWFOCUSLOST))
    assert not session_of(hands).direct_edits.holding


def test_a_click_on_the_heading_takes_the_next_chart(hands: User) -> None:
    layout = layout_of(hands.app.window.size, None, hands.app._options())
    assert layout.timeline is not None
    place = (layout.timeline.x + 30, layout.timeline.y + 12)
    kinds = []
    for _ in range(3):
        hands.click(place)
        kinds.append(hands.app.drag_tool.chart)
    assert kinds == [ChartKind.PACE, ChartKind.PACERS, ChartKind.GAP]


@pytest.mark.parametrize("size", [(1280, 720), (640, 480), (320, 240), (1, 1), (600, 1000)])
def test_every_chart_is_drawn_at_every_size(size: tuple[int, int]) -> None:
    session = Session(load_text(TEXT), start_at_s=20.0)
    app = App(session, size=size)
    app.drag_tool.next_pacer(1)
    for _ in ChartKind:
        app.perform(Action.CHART)
        app.perform(Action.PACER)
        for _ in range(3):
            app.frame(1 / 60)
    session.close()
    pygame.display.quit()


# -- users who do not know what they want ----------------------------------------------------------

KEYS = (
    *(pygame.K_LEFT, pygame.K_RIGHT, pygame.K_UP, pygame.K_DOWN, pygame.K_DELETE, pygame.K_INSERT),
    *(pygame.K_RETURN, pygame.K_ESCAPE, pygame.K_BACKSPACE, pygame.K_e, pygame.K_d, pygame.K_e),
    *(pygame.K_z, pygame.K_SPACE, pygame.K_TAB, pygame.K_t, pygame.K_c),
)


def _anywhere(app: App, dice: random.Random) -> tuple[int, int]:
    """Return a point, mostly on the inset or on the chart."""
    layout = layout_of(app.window.size, None, app._options())
    inset = inset_of(layout, app.shot, app.session.scene())
    places = [inset[0] if inset is not None else layout.stage, layout.timeline or layout.stage]
    if app.shot.camera is Camera.GROUP:
        places.append(
            Box(
                layout.view.x + layout.view.w // 4, layout.view.y, layout.view.w // 2, layout.view.h
            )
        )
    box = dice.choice(places)
    if dice.random() < 0.1:
        return dice.randrange(1300), dice.randrange(740)
    return box.x + dice.randrange(max(1, box.w)), box.y + dice.randrange(max(1, box.h))


def _fuzz(app: App, events: int, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - dice, no secret
    place, held = (0, 0), False
    for _ in range(events):
        what = dice.random()
        if what < 0.45:
            near = (place[0] + dice.randrange(-9, 10), place[1] + dice.randrange(-9, 10))
            place = near if held else _anywhere(app, dice)
            values: dict[str, object] = {"pos": place, "rel": (0, 0), "buttons": (held, 0, 0)}
            app.handle(pygame.Event(pygame.MOUSEMOTION, values))
        elif what < 0.75:
            kind = pygame.MOUSEBUTTONUP if held else pygame.MOUSEBUTTONDOWN
            held = not held
            button = dice.choice((1, 1, 1, 1, 3))
            app.handle(pygame.Event(kind, {"pos": place, "button": button}))
        else:
            code = dice.choice(KEYS)
            mod = pygame.KMOD_LCTRL if code == pygame.K_z else dice.choice((0, pygame.KMOD_LSHIFT))
            values = {"key": code, "mod": mod, "unicode": dice.choice(("", "7", "x"))}
            app.handle(pygame.Event(pygame.KEYDOWN, values))
            app.handle(pygame.Event(pygame.TEXTINPUT, {"text": dice.choice("7x. ")}))
            app.handle(pygame.Event(pygame.KEYUP, values))
        app.running = True
        if dice.random() < 0.5:
            app.frame(dice.choice((0.0, 1 / 60, 0.3)))
            pygame.event.get()


def _fuzzed(events: int, seed: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(Painter, "draw", lambda *_: None)
    session = Session(load_text(TEXT), start_at_s=20.0)
    app = App(session, size=(1280, 720))
    app.frame(0.0)
    _fuzz(app, events, seed)
    scene = session.scene()
    assert 0.0 <= scene.distance_m <= scene.race_m
    for _ in range(session.editor.history.can_undo):
        session.undo()
    assert session.scenario == load_text(TEXT)
    session.close()
    pygame.display.quit()


@pytest.mark.parametrize("seed", range(2))
def test_random_hands_break_nothing(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fuzzed(300, seed, tmp_path, monkeypatch)


@pytest.mark.slow
def test_ten_thousand_events_of_hands_break_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fuzzed(10_000, 5, tmp_path, monkeypatch)
