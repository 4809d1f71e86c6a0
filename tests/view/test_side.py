"""A panel beside the stage is one class: listed, it has room, is drawn, and takes the mouse."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pygame
import pytest

from simulator.analysis.gaps import GapState
from simulator.screen import Camera, Panel
from simulator.session import Session
from simulator.stage.scene import GapLine
from simulator.view.app import App
from simulator.view.arranging import EVERY_PANEL, arrange, arrange_lecture
from simulator.view.camera import resting
from simulator.view.layout import Box
from simulator.view.panels.panel import CachedLayer, SidePanel, body
from simulator.view.panels.side import SIDE_PANELS, LivePanel
from simulator.view.picture import Painter, PictureOptions, layout_of
from simulator.view.text import REGULAR, Style, Type
from simulator.view.theme import NIGHT
from simulator.view.ui import Control
from tests.view import scenes
from tests.view.conftest import FakeSession
from tests.view.user import User


class AssumedPanel(SidePanel):
    """What of all this is assumed; a click, or Enter, says so."""

    heading = "assumed"
    share = 0.2

    @staticmethod
    def wanted(shown: frozenset[Panel]) -> bool:
        return Panel.METERS in shown

    def draw(self, layer: CachedLayer, box: Box) -> None:
        text, style = ", ".join(self.scene.assumed), self.style

        def paint(surface: pygame.Surface, inner: Box) -> None:
            at, px = inner.centre, style.sizes.small
            style.type.write(surface, text, at, REGULAR, px, style.theme.red, align=0.5)

        layer.field("assumed panel", body(box, style.sizes), text, paint)

    def handle(self, event: pygame.Event, session: Session) -> bool:
        hit = self.box is not None and pygame.Rect(self.box).collidepoint(event.pos)
        if hit and event.type == pygame.MOUSEBUTTONDOWN:
            session.notify("Clicked.")
        return hit

    def control(self, session: Session) -> Control | None:
        nowhere = Box(0, 0, 0, 0)
        press = lambda: session.notify("Pressed.")  # noqa: E731
        return Control(key=("assumed",), box=nowhere, ring=nowhere, press=press)


@pytest.fixture
def app(session: FakeSession, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    arrange.cache_clear()
    monkeypatch.setitem(SIDE_PANELS, "assumed", AssumedPanel)
    opened = App(session.typed, size=(1280, 720))
    opened.frame(1 / 60)
    yield opened
    pygame.display.quit()
    arrange.cache_clear()


def test_it_has_room_and_is_drawn(app: App) -> None:
    layout = app._layout()
    assert [name for name, _ in layout.side] == [*SIDE_PANELS]
    boxes = [box for _, box in layout.side]
    assert all(one.bottom < after.y for one, after in itertools.pairwise(boxes))
    surface = pygame.display.get_surface()
    assert surface is not None
    seen = surface.subsurface(boxes[-1])
    words = pygame.mask.from_threshold(seen, app._painter.theme.red, (40, 40, 40, 255))
    assert words.count()


def test_it_takes_clicks_and_the_keyboard(app: App, session: FakeSession) -> None:
    user = User(app)
    box = dict(app._layout().side)["assumed"]
    user.click((box.x + 9, box.y + 9))
    user.key("k")
    user.wait(20)
    user.focus("assumed")
    user.key("enter")
    assert session.said == ["Clicked.", "Pressed."]


SIZES = (
    *((420, 1400), (480, 1200), (560, 1000), (640, 480), (768, 1366), (800, 600), (1024, 768)),
    *((1280, 720), (1366, 768), (1600, 1000), (1920, 1080), (2560, 1080), (3840, 2160)),
)


class Inked(Type):
    """Notes the box of the letters of every line."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, pygame.Rect]] = []

    def write(self, target: pygame.Surface, text: str, at: Any, *how: Any, **more: Any) -> int:
        wide = super().write(target, text, at, *how, **more)
        weight, px, *_ = how
        letters = self.run(self.fit(text, weight, px, more.get("width") or wide), *how)
        left = round(at[0] - more.get("align", 0.0) * wide)
        top = round(at[1] - letters.get_height() / 2)
        self.lines.append((text, letters.get_bounding_rect().move(left, top)))
        return wide


@pytest.mark.parametrize("lecture", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_of_many_ghosts_the_nearest_are_shown_and_the_others_counted(
    size: tuple[int, int], lecture: bool
) -> None:
    layout = arrange_lecture(*size, EVERY_PANEL, False) if lecture else arrange(*size, True)
    box, type_, panel = dict(layout.side).get("live"), Inked(), LivePanel()
    if box is None:
        pytest.skip("no room for the panel")
    scene = scenes.running(100.0)
    light, ghost, *_ = scene.gaps
    names = ("Kipyegon", "Hassan", "Masterkova", "Tsegay", "Ivan", "Slaney", "Puica", "even 4:00")
    seconds = (9.0, 8.0, 7.0, 0.4, 6.0, 5.0, 4.0, -0.3)
    for count in range(len(names) + 1):
        ghosts = tuple(
            replace(ghost, name=name, seconds=away, state=GapState.BEHIND_GAINING)
            for name, away in [*zip(names, seconds, strict=True)][len(names) - count :]
        )
        type_.lines.clear()
        panel.layout(box, replace(scene, gaps=(light, *ghosts)), Style(type_, layout.sizes, NIGHT))
        panel.draw(CachedLayer(pygame.Surface(size, 0, 32)), box)
        texts = [text for text, _ in type_.lines]
        there = [each for each in ghosts if each.name.removeprefix("even ") in " ".join(texts)]
        rows = 1 + len(there) + sum(each.name in texts for each in scene.meters)
        missing = 1 + count + len(scene.meters) - rows
        assert [text for text in texts if "more" in text] == [f"+{missing} more"] * (missing > 0)
        away = sorted(abs(each.seconds or 0.0) for each in ghosts)
        assert sorted(abs(each.seconds or 0.0) for each in there) == away[: len(there)]
        told = sum(text == "gaining" for text in texts)
        trends = len(there) + (light.state is not GapState.LEVEL)
        assert told + texts.count("losing") in (0, trends), "the trend is in all rows or in none"


@pytest.mark.parametrize("note", ["from assumed spacing", "constant, assumed"])
@pytest.mark.parametrize("lecture", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_what_the_shelter_rests_on_does_not_come_and_go_with_its_digits(
    size: tuple[int, int], lecture: bool, note: str
) -> None:
    layout = arrange_lecture(*size, EVERY_PANEL, False) if lecture else arrange(*size, True)
    box, type_ = dict(layout.side).get("live"), Inked()
    if box is None:
        pytest.skip("no room for the panel")
    scene, panel, notes = scenes.running(100.0), LivePanel(), set()
    for percent in ("0 %", "1 %", "11 %", "48 %", "88 %"):
        meters = tuple(
            replace(each, text=percent, note=note) if each.name == "shelter" else each
            for each in scene.meters
        )
        type_.lines.clear()
        panel.layout(box, replace(scene, meters=meters), Style(type_, layout.sizes, NIGHT))
        panel.draw(CachedLayer(pygame.Surface(size, 0, 32)), box)
        notes.add(next((text for text, _ in type_.lines if "assumed" in text), ""))
    assert len(notes) == 1
    assert size < (1280, 720) or "" not in notes


@pytest.mark.parametrize("lecture", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_no_value_is_covered_by_its_bar(
    size: tuple[int, int], lecture: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_, bars = Inked(), list[pygame.Rect]()
    monkeypatch.setattr(pygame.draw, "rect", lambda *given, **_: bars.append(pygame.Rect(given[2])))
    layout = arrange_lecture(*size, EVERY_PANEL, False) if lecture else arrange(*size, True)
    box, style = dict(layout.side).get("live"), Style(type_, layout.sizes, NIGHT)
    if box is None:
        pytest.skip("no room for the panel")
    scene, panel, faults = scenes.running(100.0), LivePanel(), []
    for gaps, meters in itertools.product(range(8), range(5)):
        shown = replace(scene, gaps=(scene.gaps * 3)[:gaps], meters=scene.meters[:meters])
        bars.clear()
        type_.lines.clear()
        panel.layout(box, shown, style)
        panel.draw(CachedLayer(pygame.Surface(size, 0, 32)), box)
        room = pygame.Rect(box)
        for text, ink in type_.lines:
            over = ink.collidelist(bars) >= 0
            among = sum(ink.colliderect(other) for _, other in type_.lines) > 1
            if over or among or not room.contains(ink):
                faults.append((gaps, meters, text))
    assert not faults


@pytest.mark.parametrize("size", SIZES)
def test_no_ghost_takes_the_row_of_a_light(size: tuple[int, int]) -> None:
    box, type_, panel = dict(arrange(*size, True).side).get("live"), Inked(), LivePanel()
    if box is None:
        pytest.skip("no room for the panel")
    scene = scenes.running(100.0)
    light, ghost, *_ = scene.gaps
    easy = replace(light, name="light 4:20", seconds=-9.0, is_light=True)
    for count in range(9):
        names = [f"near {k}" for k in range(count)]
        ghosts = tuple(replace(ghost, name=name, seconds=0.2) for name in names)
        type_.lines.clear()
        gaps = (replace(light, is_light=True), easy, *ghosts)
        style = Style(type_, arrange(*size, True).sizes, NIGHT)
        panel.layout(box, replace(scene, gaps=gaps), style)
        panel.draw(CachedLayer(pygame.Surface(size, 0, 32)), box)
        texts = [text for text, _ in type_.lines]
        assert "light 4:20" in texts or not set(names) & set(texts), texts


@pytest.mark.parametrize("camera", [Camera.WHOLE, Camera.RAIL])
@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (1920, 1080)])
def test_of_several_lights_each_is_named_and_the_score_says_which_it_means(
    size: tuple[int, int], camera: Camera
) -> None:
    scene, layout = scenes.running(100.0), layout_of(size, None, PictureOptions())
    light, *ghosts = scene.gaps
    goal = replace(light, name="light 3:59.99", is_light=True)
    easy = replace(light, name="light 4:06", is_light=True, colour="red")

    def written(*lights: GapLine) -> list[str]:
        type_, surface = Inked(), pygame.Surface(size, 0, 32)
        shown = replace(scene, gaps=(*lights, *ghosts), lost=None)
        Painter(NIGHT, type_).draw(surface, shown, PictureOptions(shot=resting(camera)))
        return [text for text, _ in type_.lines]

    alone, both = written(goal), written(goal, easy)
    score, side = goal.state.side, "live" in dict(layout.side)
    assert "the light" in alone
    assert any(text.endswith(f"{score} the light") for text in alone)
    assert any(text.endswith(f"{score} light 3:59.99") for text in both)
    assert not any("the light" in text for text in both)
    assert both.count("light 3:59.99") == 1 + side, "at the chart's line, and among the gaps"
    assert both.count("light 4:06") == side
