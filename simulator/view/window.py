"""The window: checking for a display, opening, full screen, saving a picture, the empty stadium.

In: sizes [px], the number of a display; work. Out: a surface to draw on, notices as text; a picture
of the empty stadium while the window's attempt is still being computed. Displays come and go while
it runs (a projector is plugged in, a lid is shut): nothing here ever ends the run. Only what that
first picture needs is imported here: the rest is loaded while it is shown.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pygame

from simulator.background import BackgroundThread
from simulator.errors import DisplayError, OutputError
from simulator.files import asset_path, free_name
from simulator.physics.track import start_position
from simulator.units import LAP_M, MILE_M, format_clock
from simulator.view import camera
from simulator.view.arranging import arrange, arrange_lecture
from simulator.view.layers.track import draw_ground
from simulator.view.theme import Theme

if TYPE_CHECKING:
    from simulator.scenario.model import Scenario

SMALLEST = (320, 180)
_REPEAT_AFTER_MS, _REPEAT_EACH_MS = 350, 60


def displays() -> list[tuple[int, int]]:
    """Return the size of every display [px], the first display first; empty if none answers."""
    try:
        return list(pygame.display.get_desktop_sizes())
    except pygame.error:
        return []


def closed() -> None:
    """Close any open window."""
    pygame.display.quit()


class Window:
    """The one window that an audience sees."""

    def __init__(self, size: tuple[int, int]) -> None:
        """Open the window; raises `DisplayError` if that is not possible."""
        self.fullscreen = False
        self._windowed = (max(SMALLEST[0], size[0]), max(SMALLEST[1], size[1]))
        self.open()

    def open(self) -> None:
        """Open the window, also after the display went away; raises `DisplayError`."""
        # a lecture's picture stays where it is when the speaker clicks into the notes
        os.environ.setdefault("SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS", "0")
        os.environ.setdefault("SDL_IME_SHOW_UI", "1")  # else an input method hides its candidates
        os.environ.setdefault(
            "SDL_VIDEO_X11_WMCLASS", "lightpace"
        )  # else a task bar shows __main__
        try:
            pygame.display.init()
            pygame.display.set_caption("lightpace")
            pygame.display.set_icon(pygame.image.load(asset_path("icon.png")))
            pygame.display.set_mode(self._windowed, pygame.RESIZABLE)
            pygame.key.set_repeat(_REPEAT_AFTER_MS, _REPEAT_EACH_MS)
        except pygame.error as error:
            raise DisplayError(f"No window can be opened: {error}.") from error
        self.fullscreen = False

    @property
    def surface(self) -> pygame.Surface | None:
        """The surface to draw on; None while there is no display."""
        return pygame.display.get_surface() if pygame.display.get_init() else None

    @property
    def size(self) -> tuple[int, int]:
        """Its size [px]."""
        surface = self.surface
        return surface.get_size() if surface is not None else (1, 1)

    @property
    def windowed(self) -> tuple[int, int]:
        """Its size when it does not fill a screen [px]."""
        return self._windowed if self.fullscreen or self.surface is None else self.size

    def fill_screen(self, display: int) -> str:
        """Fill the screen of a display, or of the last one if there are fewer.

        Returns:
            Why it failed, as a sentence, with a window instead; empty if it succeeded.
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
        """Return to a window; if even that fails, the next picture opens a new one."""
        self.fullscreen = False
        try:
            pygame.display.set_mode(self._windowed, pygame.RESIZABLE)
        except pygame.error:
            pygame.display.quit()

    def save_picture(self, scenario: Scenario, time_s: float, clock_s: float) -> str:
        """Save the picture of a race time in the working folder; return a notice.

        It is named by what the clock shows, which stands in countdown and run-out [s].
        """
        surface = self.surface
        if surface is None:
            return ""
        from simulator.view.picture import save_png  # noqa: PLC0415 - a window opens without it

        try:
            path = free_name(f"lightpace {format_clock(clock_s).replace(':', '-')}", ".png")
            save_png(surface, path, (scenario, time_s))
        except OutputError as error:
            return str(error)
        return f"Saved {path}."


# -- checking for a display ------------------------------------------------------------------------


ANSWER_S = 2.0
"""How long a display may take to answer [s]."""


def missing_display() -> str:
    """Return why no window can be opened, as one sentence; empty if one can.

    Only Linux and the BSDs need the check: elsewhere a session always has a display. A driver that
    the user chose by `SDL_VIDEODRIVER` is not checked.
    """
    if os.environ.get("SDL_VIDEODRIVER") or sys.platform in ("win32", "darwin"):
        return ""
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if not wayland and not x11:
        return "There is no display here, so no window was opened."
    if wayland and _wayland_answers(wayland):
        return ""
    if x11 and _x11_answers(x11):
        return ""
    return f"The display {x11 or wayland} does not answer, so no window was opened."


def _wayland_answers(name: str) -> bool:
    path = Path(name)
    if not path.is_absolute():
        path = Path(os.environ.get("XDG_RUNTIME_DIR", "/run/user/0")) / name
    return _unix_answers(str(path))


def _x11_answers(display: str) -> bool:
    host, _, rest = display.rpartition(":")
    number = rest.split(".")[0]
    if not number.isdecimal():
        return False
    if host in ("", "unix"):
        path = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - where every X server puts its socket
        return _unix_answers(path) or _unix_answers("\0" + path)
    try:
        with socket.create_connection((host, 6000 + int(number)), timeout=ANSWER_S):
            return True
    except (OSError, ValueError):  # ValueError: a name that no host can have
        return False


def _unix_answers(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(ANSWER_S)
        try:
            probe.connect(address)
        except OSError:
            return False
    return True


# -- the empty stadium ----------------------------------------------------------------------------

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
    layout = arrange_lecture(*size, caption=True) if presenting else arrange(*size)
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
