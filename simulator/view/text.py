"""Writing: the bundled fonts, a cache of ready runs and glyphs, fitting, letter-spaced capitals.

In: a text, a weight, a size [px], a colour. Out: widths [px], ready surfaces, or drawn text.
Any text is accepted: control characters are dropped, long ones are cut with an ellipsis.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from pathlib import Path

import pygame
import pygame.font

from simulator.errors import ResourceError
from simulator.resources import asset_path
from simulator.view.theme import Colour

REGULAR, SEMIBOLD, BOLD = "Regular", "SemiBold", "Bold"
LONGEST = 240
"""Characters of one line that are looked at; nothing on a screen holds more."""
_RUNS_KEPT = 900
FONTS_KEPT = 64
"""Each open font holds a file handle; one window size needs about 50 at most, and a window that is
dragged larger would otherwise open 20 more for every size on its way."""
_READABLE = 6
_FINE_BELOW = 40
"""Smaller type is drawn at twice its size and halved: even spacing, no hinting jumps [px]."""


@lru_cache(maxsize=512)
def clean(text: str) -> str:
    """Return `text` as one printable line of at most `LONGEST` characters."""
    cut = text[:LONGEST]
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else " " * c.isspace() for c in cut if ord(c) < 0x110000)


def _opened(path: Path, px: int) -> pygame.font.Font:
    """Return a font that can draw a digit: a file cut short opens, and then draws nothing."""
    try:
        font = pygame.font.Font(str(path), max(1, px))
        digit = font.metrics("0")[0]
        if digit is None or (px >= _READABLE and digit[3] <= digit[2]):
            raise ValueError("it has no digits")
    except (pygame.error, OSError, ValueError) as error:
        raise ResourceError(f"The font {path.name} is damaged; reinstall lightpace.") from error
    return font


class Type:
    """Fonts and ready-made writing for one process; make one and share it."""

    def __init__(self) -> None:
        """Open nothing yet; fonts are loaded when first used."""
        if not pygame.font.get_init():
            pygame.font.init()
        self._fonts: OrderedDict[tuple[str, int], pygame.font.Font] = OrderedDict()
        self._glyphs: dict[tuple[str, str, int, Colour], tuple[pygame.Surface, int]] = {}
        self._runs: OrderedDict[tuple[str, str, int, Colour], pygame.Surface] = OrderedDict()
        self._widths: dict[tuple[str, str, int], int] = {}
        self._fits: OrderedDict[tuple[str, str, int, int, int], str] = OrderedDict()

    def font(self, weight: str, px: int) -> pygame.font.Font:
        """Return the bundled font at a size; raises `ResourceError` if it is damaged."""
        key = (weight, px)
        font = self._fonts.get(key)
        if font is None:
            font = self._fonts[key] = _opened(asset_path(f"fonts/LightpaceSans-{weight}.ttf"), px)
            if len(self._fonts) > FONTS_KEPT:
                self._fonts.popitem(last=False)
        else:
            self._fonts.move_to_end(key)
        return font

    def forget(self) -> None:
        """Drop all that was kept: in other colours none of the writing is of use.

        The fonts go too, since those of window sizes that are gone hold open files and memory.
        """
        for kept in (self._fonts, self._glyphs, self._runs, self._widths, self._fits):
            kept.clear()

    def glyph(self, char: str, weight: str, px: int, colour: Colour) -> tuple[pygame.Surface, int]:
        """Return a ready glyph and its advance [px]."""
        key = (char, weight, px, colour)
        found = self._glyphs.get(key)
        if found is None:
            if len(self._glyphs) > 4 * _RUNS_KEPT:
                self._glyphs.clear()
            surface = self._render(char, weight, px, colour)
            found = self._glyphs[key] = (surface, surface.get_width())
        return found

    def run(self, text: str, weight: str, px: int, colour: Colour) -> pygame.Surface:
        """Return a ready line of text, kept for the next time."""
        key = (text, weight, px, colour)
        found = self._runs.get(key)
        if found is None:
            found = self._runs[key] = self._render(clean(text), weight, px, colour)
            if len(self._runs) > _RUNS_KEPT:
                self._runs.popitem(last=False)
        else:
            self._runs.move_to_end(key)
        return found

    def _render(self, text: str, weight: str, px: int, colour: Colour) -> pygame.Surface:
        if not self._wide(text, weight, px):
            # joiners and the like: SDL refuses to draw what has no width
            return pygame.Surface((1, self.height(weight, px)), pygame.SRCALPHA, 32)
        if px >= _FINE_BELOW:
            return self.font(weight, px).render(text, True, colour)
        large = self.font(weight, 2 * px).render(text, True, colour)
        size = (max(1, (large.get_width() + 1) // 2), max(1, (large.get_height() + 1) // 2))
        return pygame.transform.smoothscale(large, size)

    def _wide(self, text: str, weight: str, px: int) -> int:
        key = (text, weight, px)
        found = self._widths.get(key)
        if found is None:
            if len(self._widths) > 4 * _RUNS_KEPT:
                self._widths.clear()
            fine = px < _FINE_BELOW
            found = int(self.font(weight, 2 * px if fine else px).size(text)[0])
            found = self._widths[key] = (found + 1) // 2 if fine else found
        return found

    def height(self, weight: str, px: int) -> int:
        """Return the line height of a size [px]."""
        return self.font(weight, px).get_height()

    def width(self, text: str, weight: str, px: int, spacing: int = 0) -> int:
        """Return the width of a line [px]; `spacing` is added between letters."""
        text = clean(text)
        if not spacing:
            return self._wide(text, weight, px)
        letters = sum(self._wide(c, weight, px) + spacing for c in text)
        return letters - (spacing if text else 0)

    def fit(self, text: str, weight: str, px: int, width: int, spacing: int = 0) -> str:
        """Return `text`, cut with an ellipsis to be at most `width` wide [px]."""
        key = (text[: LONGEST + 1], weight, px, width, spacing)
        found = self._fits.get(key)
        if found is None:
            found = self._fits[key] = self._cut(clean(text), weight, px, width, spacing)
            if len(self._fits) > _RUNS_KEPT:
                self._fits.popitem(last=False)
        return found

    def _cut(self, text: str, weight: str, px: int, width: int, spacing: int) -> str:
        if self.width(text, weight, px, spacing) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            trial = text[:middle].rstrip() + "…"
            if self.width(trial, weight, px, spacing) <= width:
                low = middle
            else:
                high = middle - 1
        if low:
            return text[:low].rstrip() + "…"
        return "…" if self.width("…", weight, px) <= width else ""

    def write(
        self,
        target: pygame.Surface,
        text: str,
        at: tuple[float, float],
        weight: str,
        px: int,
        colour: Colour,
        *,
        align: float = 0.0,
        width: int | None = None,
    ) -> int:
        """Draw a line with its vertical middle at `at[1]`; return its width [px].

        `align` is the share of the width left of `at[0]`: 0 left, 0.5 centred, 1 right. `width`
        cuts the text to fit.
        """
        if width is not None:
            text = self.fit(text, weight, px, width)
        if not text:
            return 0
        surface = self.run(text, weight, px, colour)
        wide = surface.get_width()
        target.blit(surface, (round(at[0] - align * wide), round(at[1] - surface.get_height() / 2)))
        return wide

    def digits(
        self,
        target: pygame.Surface,
        text: str,
        at: tuple[float, float],
        weight: str,
        px: int,
        colour: Colour,
        *,
        align: float = 0.0,
        spacing: int = 0,
    ) -> int:
        """Draw glyph by glyph (changing numbers, spaced capitals); return the width [px].

        With tabular digits nothing moves while a clock runs, and no run is cached for each value.
        """
        glyphs = [self.glyph(c, weight, px, colour) for c in text]
        wide = sum(advance + spacing for _, advance in glyphs) - (spacing if glyphs else 0)
        x = round(at[0] - align * wide)
        y = round(at[1] - self.height(weight, px) / 2)
        for surface, advance in glyphs:
            target.blit(surface, (x, y))
            x += advance + spacing
        return wide

    def caps(
        self,
        target: pygame.Surface,
        text: str,
        at: tuple[float, float],
        px: int,
        colour: Colour,
        *,
        align: float = 0.0,
        width: int | None = None,
        weight: str = SEMIBOLD,
    ) -> int:
        """Draw a heading in letter-spaced capitals; return its width [px]."""
        spacing = max(1, round(px * 0.16))
        text = clean(text).upper()
        if width is not None:
            text = self.fit(text, weight, px, width, spacing)
        return self.digits(target, text, at, weight, px, colour, align=align, spacing=spacing)
