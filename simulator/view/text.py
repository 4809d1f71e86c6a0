"""Text: the bundled fonts, a cache of rendered lines and glyphs, fitting, letter-spaced capitals.

In: a text, a weight, a size [px], a colour. Out: widths [px], rendered surfaces, or drawn text.
Any text is accepted: control characters are dropped, long ones are cut with an ellipsis.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import pygame
import pygame.font

from simulator.view import fonts
from simulator.view.theme import Colour, Sizes, Theme

REGULAR, SEMIBOLD, BOLD = fonts.REGULAR, fonts.SEMIBOLD, fonts.BOLD
LONGEST = 240
"""A line is cut to this many characters; no screen holds more."""
RUNS_KEPT = 900
FONTS_KEPT = 64
"""Each open font holds a file handle. One window size needs about 50 at most; without a limit, each
size while a window is dragged larger would open 20 more.
"""
_NUMBER_AT_END = re.compile(r"(\S*\d\S*)?$")
"""A number is left out whole, never in part."""
_FINE_BELOW = 40
"""Smaller type is drawn at twice its size and halved: even spacing, no hinting jumps [px]."""


@lru_cache(maxsize=512)
def clean(text: str) -> str:
    """Return `text` as one line of at most `LONGEST` characters that the fonts here can write."""
    cut = text[:LONGEST]
    if cut.isascii() and cut.isprintable():
        return cut
    line = "".join(c if c.isprintable() else " " * c.isspace() for c in cut if ord(c) < 0x110000)
    return fonts.writable(line)


def shrink(px: int, least: int, fits: Callable[[int], bool]) -> int:
    """Return the largest size from `least` to `px` that fits; `least` if none does [px]."""
    if px <= least or fits(px):
        return px
    smaller = range(px - 1, least - 1, -1)
    return smaller[min(bisect_left(smaller, True, key=fits), len(smaller) - 1)]


def words_of(text: str) -> list[str]:
    """Return the words of a text; a number and its unit are one, as joined by a no-break space."""
    return re.findall(r"[^ \t\r\n]*\d (?:s|m|%)(?!\w)[^ \t\r\n]*|[^ \t\r\n]+", text)


class Type:
    """Fonts and rendered text for one process; make one and share it.

    Attributes:
        font: the font of a file and a size, opened when first used.
        run: a rendered line or glyph, by text, weight, size and colour.
    """

    def __init__(self) -> None:
        if not pygame.font.get_init():
            pygame.font.init()
        self.font = lru_cache(FONTS_KEPT)(self._open_font)
        self.run = lru_cache(RUNS_KEPT)(self._render)
        self._line_width = lru_cache(4 * RUNS_KEPT)(self._measure)
        self._fit = lru_cache(RUNS_KEPT)(self._cut)

    @staticmethod
    def _open_font(path: str, px: int) -> pygame.font.Font:
        return pygame.font.Font(path, max(1, px))

    def forget(self) -> None:
        """Empty all caches: in other colours no rendered text is of use.

        The fonts go too: those of old window sizes hold open files and memory.
        """
        for cache in (self.font, self.run, self._line_width, self._fit):
            cache.cache_clear()

    def _render(self, text: str, weight: str, px: int, colour: Colour) -> pygame.Surface:
        text = clean(text)
        if not self._line_width(text, weight, px):
            # joiners and the like: SDL refuses to draw text without width
            return pygame.Surface((1, self.height(weight, px)), pygame.SRCALPHA, 32)
        if px >= _FINE_BELOW:
            return self._drawn(text, weight, px, colour)
        large = self._drawn(text, weight, 2 * px, colour)
        size = (max(1, (large.get_width() + 1) // 2), max(1, (large.get_height() + 1) // 2))
        return pygame.transform.smoothscale(large, size)

    def _drawn(self, text: str, weight: str, px: int, colour: Colour) -> pygame.Surface:
        """Draw a line, each piece in a font that has its letters, on one base line."""
        parts = [(part, self.font(path, px)) for part, path in fonts.pieces(text, weight)]
        if len(parts) == 1 and text.isascii():
            return parts[0][1].render(text, True, colour)
        main = self.font(fonts.main_font(weight), px)
        wide = sum(font.size(part)[0] for part, font in parts)
        line, x = pygame.Surface((max(1, wide), main.get_height()), pygame.SRCALPHA, 32), 0
        for part, font in parts:
            line.blit(font.render(part, True, colour), (x, main.get_ascent() - font.get_ascent()))
            x += font.size(part)[0]
        return line

    def _measure(self, text: str, weight: str, px: int) -> int:
        scale = 1 if px >= _FINE_BELOW else 2
        parts = fonts.pieces(text, weight)
        wide = sum(self.font(path, scale * px).size(part)[0] for part, path in parts)
        return (wide + scale - 1) // scale

    def height(self, weight: str, px: int) -> int:
        """Return the line height of a size [px]."""
        return self.font(fonts.main_font(weight), px).get_height()

    def width(self, text: str, weight: str, px: int, spacing: int = 0) -> int:
        """Return the width of a line [px]; `spacing` is added between letters."""
        text = clean(text)
        if not spacing:
            return self._line_width(text, weight, px)
        letters = sum(self._line_width(c, weight, px) + spacing for c in text)
        return letters - (spacing if text else 0)

    def fit(self, text: str, weight: str, px: int, width: int, spacing: int = 0) -> str:
        """Return `text`, cut with an ellipsis to be at most `width` wide [px]."""
        return self._fit(text[: LONGEST + 1], weight, px, width, spacing)

    def _cut(self, text: str, weight: str, px: int, width: int, spacing: int) -> str:
        text = clean(text)
        if self.width(text, weight, px, spacing) <= width:
            return text

        def too_long(letters: int) -> bool:
            return self.width(f"{text[:letters].rstrip()}…", weight, px, spacing) > width

        letters = bisect_left(range(1, len(text) + 1), True, key=too_long)
        if text[letters : letters + 1].strip():
            letters -= len(_NUMBER_AT_END.search(text[:letters])[0])  # type: ignore[index]
        if text[:letters].strip():
            return f"{text[:letters].rstrip()}…"
        return "…" if self.width("…", weight, px) <= width else ""

    def wrap(self, text: str, weight: str, px: int, width: int) -> list[str]:
        """Return lines of whole `words_of` a text, each as long as fits into `width` [px]."""
        lines: list[str] = []
        for word in words_of(text):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width(longer, weight, px) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

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

        With tabular digits nothing moves while a clock runs, and no line is cached for each value.
        """
        glyphs = [self.run(char, weight, px, colour) for char in text]
        wide = sum(g.get_width() + spacing for g in glyphs) - (spacing if glyphs else 0)
        x = round(at[0] - align * wide)
        y = round(at[1] - self.height(weight, px) / 2)
        for glyph in glyphs:
            target.blit(glyph, (x, y))
            x += glyph.get_width() + spacing
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
    ) -> int:
        """Draw a heading in letter-spaced capitals; return its width [px]."""
        text = clean(text).upper()
        if width is not None:
            text = self.fit(text, SEMIBOLD, px, width, _caps_spacing(px))
        spacing = _caps_spacing(px)
        return self.digits(target, text, at, SEMIBOLD, px, colour, align=align, spacing=spacing)

    def caps_width(self, text: str, px: int) -> int:
        """Return the width of a heading in letter-spaced capitals [px]."""
        return self.width(text.upper(), SEMIBOLD, px, _caps_spacing(px))


def _caps_spacing(px: int) -> int:
    return max(1, round(px * 0.16))


# -- style -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """The writing (`type`), the sizes and the colours of one picture."""

    type: Type
    sizes: Sizes
    theme: Theme
