"""A panel beside the stage is one class: listed, it has room, is drawn, and takes the mouse."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pygame
import pytest

from simulator.screen import Panel
from simulator.session import Session
from simulator.view.app import App
from simulator.view.arranging import arrange
from simulator.view.layout import Box
from simulator.view.panels.panel import CachedLayer, SidePanel, body
from simulator.view.panels.side import SIDE_PANELS
from simulator.view.text import REGULAR
from simulator.view.ui import Control
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
