from __future__ import annotations

import os

import pygame
import pytest

from simulator.files import asset_path
from simulator.view.theme import NIGHT
from simulator.view.window import Window, closed

SIDE = 64


def test_the_sign_has_a_light_a_runner_and_clear_corners() -> None:
    sign = pygame.image.load(asset_path("icon.png"))
    assert sign.get_size() == (SIDE, SIDE)
    colours = {tuple(sign.get_at((x, y))) for x in range(SIDE) for y in range(SIDE)}
    assert {(*NIGHT.light("green"), 255), (*NIGHT.text, 255)} <= colours
    assert [sign.get_at((x, y)).a for x in (0, SIDE - 1) for y in (0, SIDE - 1)] == [0] * 4


def test_a_window_carries_it_before_it_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    closed()  # whatever another test has left open
    carried: list[object] = []
    set_icon = pygame.display.set_icon

    def seen(surface: pygame.Surface) -> None:
        carried.append(pygame.display.get_surface())
        set_icon(surface)

    monkeypatch.setattr(pygame.display, "set_icon", seen)
    monkeypatch.delenv("SDL_VIDEO_X11_WMCLASS", raising=False)
    Window((640, 360))
    assert carried == [None]
    assert os.environ["SDL_VIDEO_X11_WMCLASS"] == "lightpace"
    closed()
