"""The display: opening the window, full screen on one of several displays, a picture saved of it.

In: sizes [px], the number of a display. Out: a surface to draw on, notices in words. Displays come
and go while it runs (a projector is plugged in, a lid is shut): nothing here ever ends the run.
"""

from __future__ import annotations

import os

import pygame

from simulator.errors import DisplayError, OutputError
from simulator.files import free_name
from simulator.units import format_clock
from simulator.view.icon import icon
from simulator.view.keyboard import repeat_keys

SMALLEST = (320, 180)


def displays() -> list[tuple[int, int]]:
    """Return the size of every display [px], the first display first; empty if none answers."""
    try:
        return list(pygame.display.get_desktop_sizes())
    except pygame.error:
        return []


def closed() -> None:
    """Close whatever window is open."""
    pygame.display.quit()


class Window:
    """The one window that an audience sees."""

    def __init__(self, size: tuple[int, int]) -> None:
        """Open it.

        Raises:
            DisplayError: no window can be opened.
        """
        self.fullscreen = False
        self._windowed = (max(SMALLEST[0], size[0]), max(SMALLEST[1], size[1]))
        self.open()

    def open(self) -> None:
        """Open the window, again after the display went away; raises `DisplayError`."""
        # a lecture's picture stays where it is when the speaker clicks into the notes
        os.environ.setdefault("SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS", "0")
        os.environ.setdefault("SDL_IME_SHOW_UI", "1")  # else an input method hides its candidates
        os.environ.setdefault("SDL_VIDEO_X11_WMCLASS", "lightpace")  # else a task bar says __main__
        try:
            pygame.display.init()
            pygame.display.set_caption("lightpace")
            pygame.display.set_icon(icon())
            pygame.display.set_mode(self._windowed, pygame.RESIZABLE)
            repeat_keys()
        except pygame.error as error:
            raise DisplayError(f"No window can be opened: {error}.") from error
        self.fullscreen = False

    @property
    def surface(self) -> pygame.Surface | None:
        """What is drawn on; None while there is no display."""
        return pygame.display.get_surface() if pygame.display.get_init() else None

    @property
    def size(self) -> tuple[int, int]:
        """Its size [px]."""
        surface = self.surface
        return surface.get_size() if surface is not None else (1, 1)

    def fill_screen(self, display: int) -> str:
        """Fill the screen of a display, the last one there is at most.

        Returns:
            Why not, as a sentence; empty where it was done. Then it is a window.
        """
        if not self.fullscreen and self.surface is not None:
            self._windowed = self.size
        try:
            where = max(0, min(display, len(displays()) - 1))
            pygame.display.set_mode((0, 0), pygame.FULLSCREEN, display=where)
        except pygame.error as error:
            self.leave_screen()
            return f"Full screen was refused: {error}."
        self.fullscreen = True
        return ""

    def leave_screen(self) -> None:
        """Be a window again; where even that is refused, the next picture opens one anew."""
        self.fullscreen = False
        try:
            pygame.display.set_mode(self._windowed, pygame.RESIZABLE)
        except pygame.error:
            pygame.display.quit()

    def save_picture(self, time_s: float) -> str:
        """Save what is shown beside the files here, named by its race time [s]; say where."""
        surface = self.surface
        if surface is None:
            return ""
        from simulator.view.picture import save_png  # noqa: PLC0415 - a window opens without it

        try:
            path = free_name(f"lightpace {format_clock(time_s).replace(':', '-')}", ".png")
            save_png(surface, path)
        except OutputError as error:
            return str(error)
        return f"Saved {path}."
