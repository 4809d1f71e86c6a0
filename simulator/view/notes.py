"""The speaker's window on a second display: notes, what comes next, the clock, the time talked.

In: a cue, a scene, how long the talk has taken [s]. Out: pixels on a window of its own. Where it is
refused or was closed there is no such window, and nothing else changes.
"""

from __future__ import annotations

from functools import partial

import pygame

from simulator.stage.scene import Cue, Scene
from simulator.units import format_clock
from simulator.view.layout import Box
from simulator.view.text import BOLD, REGULAR, SEMIBOLD, Type, shrink
from simulator.view.theme import Colour, Theme

EACH_S = 0.1
"""The notes are drawn this often [s]: they change slowly, and the audience's picture is dearer."""
_ON_DISPLAY = 0x2FFF0000
"""SDL's way of saying "in the middle of display n" as a position: this, with n added."""


class Notes:
    """The second window."""

    def __init__(self, theme: Theme, type_: Type) -> None:
        """Show nothing yet; `type_` is the picture's own: fonts are open files."""
        self._theme, self._type = theme, type_
        self._window: pygame.Window | None = None
        self._since_s = EACH_S
        self._farewells = 0

    @property
    def shown(self) -> bool:
        """Whether the window is there."""
        return self._window is not None

    def open(self, display: int, size: tuple[int, int]) -> None:
        """Open the window on a display of a size [px]; one that is refused is only missing."""
        self.close()
        wanted = (max(1, round(0.9 * size[0])), max(1, round(0.85 * size[1])))
        place = _ON_DISPLAY + display
        try:
            self._window = pygame.Window("lightpace: notes", wanted, (place, place), resizable=True)
            self._since_s = EACH_S
        except (pygame.error, ValueError, TypeError, OverflowError):
            self._window = None

    def close(self) -> None:
        """Take the window away."""
        window, self._window = self._window, None
        if window is not None and pygame.display.get_init():
            window.destroy()
            self._farewells += 1

    def owns(self, event: pygame.Event) -> bool:
        """Return whether an event is about this window, or tells that it went.

        That last one comes without a window's name, just as if the picture had been hidden.
        """
        about = getattr(event, "window", None)
        if about is None and event.type == pygame.WINDOWHIDDEN and self._farewells:
            self._farewells -= 1
            return True
        return self._window is not None and about is self._window

    def show(self, cue: Cue, scene: Scene, talked_s: float, elapsed_s: float) -> None:
        """Bring the window up to date, some times a second."""
        self._since_s += max(0.0, elapsed_s)
        if self._window is None or self._since_s < EACH_S:
            return
        self._since_s = 0.0
        try:
            surface = self._window.get_surface()
            draw_notes(surface, cue, scene, talked_s, self._type, self._theme)
            self._window.flip()
        except pygame.error:
            self.close()


def draw_notes(
    surface: pygame.Surface, cue: Cue, scene: Scene, talked_s: float, type_: Type, theme: Theme
) -> None:
    """Draw what the speaker reads: this cue above, the notes large, the next cue at the foot."""
    width, height = surface.get_size()
    unit = max(0.2, min(width / 1280, height / 720))
    write, digits = partial(type_.write, surface), partial(type_.digits, surface)
    surface.fill(theme.back)
    pad = round(36 * unit)
    small, lead, big = round(20 * unit), round(30 * unit), round(58 * unit)
    inner, right, y = max(1, width - 2 * pad), width - pad, pad + big / 2
    x = pad + digits(format_clock(scene.time_s), (pad, y), BOLD, big, theme.text) + pad
    state = "paused" if scene.paused else f"{scene.speed:g}×"
    write(state, (x, y + 0.1 * big), SEMIBOLD, lead, theme.muted)
    where = f"{cue.number} of {cue.count}"
    x = right - digits(where, (right, y), SEMIBOLD, lead, theme.own, align=1) - pad
    talked = f"talking {format_clock(talked_s)[:-2]}"
    digits(talked, (x, y), SEMIBOLD, lead, theme.muted, align=1)
    top, foot = round(pad + 1.35 * big), round(height - pad - 3.2 * lead)
    for line in (top, foot):
        surface.fill(theme.edge, (pad, line, inner, max(1, round(unit))))
    body = Box(pad, top + pad // 2, inner, max(1, foot - top - pad))
    said = Box(*body[:3], 3 * lead)
    used = _paragraphs(surface, cue.caption, said, lead, theme.muted, type_)
    rest = Box(body.x, body.y + used + pad // 3, body.w, max(1, body.h - used - pad // 3))
    _paragraphs(surface, cue.notes, rest, round(40 * unit), theme.text, type_)
    above, below = foot + 0.9 * lead, foot + 2.2 * lead
    type_.caps(surface, "next", (pad, above), small, theme.faint)
    if scene.notice:
        at, room = (right, above), round(0.7 * inner)
        write(scene.notice, at, REGULAR, small, theme.warning, align=1, width=room)
    following = cue.next_caption or "the end"
    write(following, (pad, below), SEMIBOLD, lead, theme.text, width=inner)


def _paragraphs(
    surface: pygame.Surface, text: str, box: Box, px: int, colour: Colour, type_: Type
) -> int:
    """Write paragraphs into a box, smaller where they are long; return the height used [px]."""

    def lines_at(px: int) -> list[str]:
        paragraphs = (paragraph.split() for paragraph in text.splitlines())
        wrapped = (type_.wrap(words, REGULAR, px, box.w) or [""] for words in paragraphs)
        return [line for lines in wrapped for line in lines]

    px = shrink(px, 14, lambda px: len(lines_at(px)) * round(1.35 * px) <= box.h)
    lines, step = lines_at(px), round(1.35 * px)
    for i, line in enumerate(lines[: max(1, box.h // step)]):
        at = (box.x, box.y + (i + 0.5) * step)
        type_.write(surface, line, at, REGULAR, px, colour, width=box.w)
    return min(len(lines) * step, box.h)
