from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import pygame
import pytest

from simulator.errors import ScenarioError
from simulator.screen import Camera
from simulator.session import Session
from simulator.stage.scene import Staging
from simulator.view import window as window_module
from simulator.view.app import App
from simulator.view.arranging import LECTURE_PANELS
from simulator.view.layers import track
from simulator.view.picture import Painter, PictureOptions
from simulator.view.theme import theme_named
from simulator.view.window import Window, WindowClosedError, closed, draw_stadium, shown_while
from tests.view import scenes

NIGHT = theme_named("night")


@pytest.fixture
def window() -> Iterator[Window]:
    opened = Window((640, 360))
    yield opened
    closed()


def _lit() -> bool:
    surface = pygame.display.get_surface()
    assert surface is not None
    return len({tuple(surface.get_at((x, 60))) for x in range(0, surface.get_width(), 7)}) > 1


def test_the_stadium_stands_before_the_work_is_done(window: Window) -> None:
    assert shown_while(window, NIGHT, _lit)


def test_keys_pressed_meanwhile_are_kept_for_the_session(window: Window) -> None:
    space = pygame.Event(pygame.KEYDOWN, key=pygame.K_SPACE, mod=0, unicode=" ")
    shown_while(window, NIGHT, lambda: pygame.event.post(space))
    assert pygame.K_SPACE in [e.key for e in pygame.event.get(pygame.KEYDOWN)]


def test_a_window_closed_meanwhile_is_left_when_the_work_is_done(window: Window) -> None:
    done = threading.Event()

    def work() -> None:
        pygame.event.post(pygame.Event(pygame.QUIT))
        done.set()

    with pytest.raises(WindowClosedError):
        shown_while(window, NIGHT, work)
    assert done.is_set()


def test_what_is_wrong_with_the_work_is_told(window: Window) -> None:
    def work() -> None:
        raise ScenarioError([])

    with pytest.raises(ScenarioError):
        shown_while(window, NIGHT, work)


@pytest.mark.parametrize("presenting", [False, True])
@pytest.mark.parametrize("size", [(1, 1), (320, 180), (1280, 720), (720, 1280)])
def test_it_is_drawn_at_any_size(size: tuple[int, int], presenting: bool) -> None:
    surface = pygame.Surface(size, 0, 32)
    draw_stadium(surface, NIGHT, presenting=presenting)
    assert surface.get_size() == size


def test_it_lies_where_the_first_picture_has_it(window: Window) -> None:
    """The lanes do not jump when the attempt is there."""
    from simulator.scenario.loader import load_scenario  # noqa: PLC0415
    from simulator.session import Session  # noqa: PLC0415
    from simulator.view.app import App  # noqa: PLC0415

    app = App(Session(load_scenario("breaking4")), window=window)
    app.frame(0.0)
    surface = window.surface
    assert surface is not None
    first = surface.copy()
    empty = surface.copy()
    window_module.draw_stadium(empty, NIGHT)
    box = pygame.Rect(8, 40, 60, 200)  # the outer bend: no runner, no words
    inside = [(x, y) for x in range(*_span(box.x, box.w)) for y in range(*_span(box.y, box.h))]
    same = sum(first.get_at(p) == empty.get_at(p) for p in inside)
    assert same > 0.9 * len(inside)


@pytest.mark.parametrize("size", [(1280, 720), (1080, 1920)])
def test_before_a_story_it_lies_where_the_first_chapter_has_it(size: tuple[int, int]) -> None:
    staging = Staging(Camera.WHOLE, LECTURE_PANELS, "Some words.", 1, 5, whole="Some words.")
    first, empty = pygame.Surface(size, 0, 32), pygame.Surface(size, 0, 32)
    options = PictureOptions(presenting=True, labels=False)
    Painter().draw(first, replace(scenes.ready(), staging=staging), options)
    draw_stadium(empty, NIGHT, presenting=True)
    outer = pygame.Rect(0, 0, size[0] // 6, size[1] // 2)  # no runner, no words
    for x, y in zip(*(range(1, side, 3) for side in outer.size), strict=False):
        assert first.get_at((x, y)) == empty.get_at((x, y))


def _span(begin: int, length: int) -> tuple[int, int, int]:
    return begin, begin + length, 3


def test_the_first_picture_of_an_attempt_is_shown_without_what_only_later_ones_need() -> None:
    """What is imported, and each look of the collector through it, decides how soon that is."""
    program = """
import gc, sys
import pygame, rich.console, typer
needed = set(sys.modules)  # also by these: rich 14.0 imports its tables at once
shown, count = pygame.display.flip, 0
def flip():
    global count
    shown()
    count += 1
    if count == 2:
        later = {
            "simulator.analysis.uncertainty", "simulator.analysis.predict", "simulator.export.film",
            "simulator.scenario.story", "simulator.session.presentation", "ruamel", "scipy",
            "matplotlib", "av", "rich.table", "multiprocessing",
        }
        early = sorted(later & set(sys.modules) - needed)
        print(early, gc.isenabled(), flush=True)
        sys.exit()
pygame.display.flip = flip
from simulator.__main__ import main
sys.argv = ["lightpace", "run"]
main()
"""
    environment = {**os.environ, "SDL_VIDEODRIVER": "dummy"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[] False"


def test_the_first_picture_has_the_ground_of_the_empty_stadium(window: Window) -> None:
    ground = track.draw_ground
    ground.cache_clear()
    app = App(Session.open("breaking4"), window=window)
    surface = window.surface
    assert surface is not None
    draw_stadium(surface, NIGHT)
    app.frame(0.0)
    assert ground.cache_info().misses == 1
