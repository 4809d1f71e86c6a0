"""The empty stadium: shown while the window's attempt is still being computed.

In: an open window, colours, work. Out: a picture within a moment, then the work's result. Only what
the picture needs is imported here: the rest is loaded while it is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pygame

from simulator.background import BackgroundThread
from simulator.physics.track import start_position
from simulator.units import LAP_M, MILE_M
from simulator.view import camera
from simulator.view.arranging import arrange
from simulator.view.layers.track import draw_ground
from simulator.view.theme import Theme
from simulator.view.window import Window

T = TypeVar("T")

LEDS = 400
"""The number of LEDs of a rail; like the mile's start line it is known before any file is read."""
LOOKS_PER_S = 250
"""So often is looked whether the work is done: 60 times would cost half a picture."""


class WindowClosedError(Exception):
    """The window was closed before there was anything to watch."""


def draw_stadium(surface: pygame.Surface, theme: Theme, *, presenting: bool = False) -> None:
    """Draw the empty stadium at the place it has in the first picture.

    An audience sees only the stadium, with a strip below for words.
    """
    size = surface.get_size()
    layout = arrange(*size, False, frozenset(), True) if presenting else arrange(*size)
    view = camera.whole(layout.track)
    ground = draw_ground(view, layout.stage, theme, start_position(MILE_M), LEDS, LAP_M)
    surface.fill(theme.back)
    surface.blit(ground, layout.stage[:2])


def shown_while(
    window: Window, theme: Theme, work: Callable[[], T], *, presenting: bool = False
) -> T:
    """Show the stadium, do the work in the background, and return its result.

    Keys pressed meanwhile stay in the queue.

    Raises:
        WindowClosedError: the window was closed.
    """
    _show(window, theme, presenting)
    pace = pygame.time.Clock()
    with BackgroundThread[T]("opening") as thread:
        thread.submit(work)
        size = window.size
        while not thread.ready:
            pygame.event.pump()
            if window.size != size:
                size = window.size
                _show(window, theme, presenting)
            pace.tick(LOOKS_PER_S)
        result = thread.result()
    if pygame.event.peek((pygame.QUIT, pygame.WINDOWCLOSE)):
        raise WindowClosedError
    return result


def _show(window: Window, theme: Theme, presenting: bool) -> None:
    surface = window.surface
    if surface is not None:
        draw_stadium(surface, theme, presenting=presenting)
        pygame.display.flip()
