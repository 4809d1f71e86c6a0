"""Text: the fonts, a cache of rendered lines and glyphs, fitting, letter-spaced capitals.

In: a text, a weight, a size [px], a colour. Out: widths [px], rendered surfaces, or drawn text.
Any text is accepted: control characters are dropped, long ones are cut with an ellipsis. The fonts
are the bundled ones (Latin, Greek, Cyrillic, Ethiopic), and the system's for all other scripts; a
word that no font can write is replaced by its initial, never by boxes.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import pygame
import pygame.font

from simulator.errors import ResourceError
from simulator.files import asset_path
from simulator.view.theme import Colour, Sizes, Theme

REGULAR, SEMIBOLD, BOLD = "Regular", "SemiBold", "Bold"
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
    return writable(without_loose_accents(unicodedata.normalize("NFC", line)))


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
        parts = [(part, self.font(path, px)) for part, path in pieces(text, weight)]
        if len(parts) == 1 and text.isascii():
            return parts[0][1].render(text, True, colour)
        main = self.font(main_font(weight), px)
        wide = sum(font.size(part)[0] for part, font in parts)
        line, x = pygame.Surface((max(1, wide), main.get_height()), pygame.SRCALPHA, 32), 0
        for part, font in parts:
            line.blit(font.render(part, True, colour), (x, main.get_ascent() - font.get_ascent()))
            x += font.size(part)[0]
        return line

    def _measure(self, text: str, weight: str, px: int) -> int:
        scale = 1 if px >= _FINE_BELOW else 2
        parts = pieces(text, weight)
        wide = sum(self.font(path, scale * px).size(part)[0] for part, path in parts)
        return (wide + scale - 1) // scale

    def height(self, weight: str, px: int) -> int:
        """Return the line height of a size [px]."""
        return self.font(main_font(weight), px).get_height()

    def width(self, text: str, weight: str, px: int, spacing: int = 0) -> int:
        """Return the width of a line [px]; `spacing` is added between letters."""
        text = clean(text)
        if not spacing:
            return self._line_width(text, weight, px)
        letters = sum(self._line_width(c, weight, px) + spacing for c in text)
        return letters - (spacing if text else 0)

    def digits_width(self, text: str, weight: str, px: int) -> int:
        """Return the width of a text that is drawn glyph by glyph [px]."""
        return sum(self.width(sign, weight, px) for sign in text)

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

    def fit_name(
        self, text: str, weight: str, px: int, width: int, most: int, spacing: int = 0
    ) -> str:
        """Return a name cut to `width`; one with digits is whole up to `most` wide [px]."""
        width = most if re.search(r"\d", text) else min(width, most)
        return self.fit(text, weight, px, width, spacing)

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

    def largest(
        self,
        texts: Collection[str],
        weight: str,
        sizes: tuple[int, int],
        room: float,
        *,
        digits: bool = False,
    ) -> int:
        """Return the largest size at which each line fits `room` [px].

        `sizes`: the largest and the smallest [px]; `digits`: the lines are drawn glyph by glyph.
        """
        width = self.digits_width if digits else self.width
        return shrink(*sizes, lambda px: all(width(text, weight, px) <= room for text in texts))

    def fitted(
        self, text: str, weight: str, sizes: tuple[int, int], room: tuple[int, float], step: float
    ) -> tuple[int, list[str], bool]:
        """Return the largest size at which a wrapped text fits, its lines, and whether it does.

        `sizes`: the largest and the smallest [px]; `room`: width and height [px]; `step`: from one
        line to the next, as a share of the size.
        """

        def fits(px: int) -> bool:
            lines = self.wrap(text, weight, px, room[0])
            wide = max((self.width(line, weight, px) for line in lines), default=0)
            return wide <= room[0] and step * px * len(lines) <= room[1]

        px = shrink(*sizes, fits)
        return px, self.wrap(text, weight, px, room[0]), fits(px)

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
        text = clean(text.upper())  # in this order: a capital may be a letter and an accent
        if width is not None:
            text = self.fit(text, SEMIBOLD, px, width, _caps_spacing(px))
        spacing = _caps_spacing(px)
        return self.digits(target, text, at, SEMIBOLD, px, colour, align=align, spacing=spacing)

    def caps_width(self, text: str, px: int) -> int:
        """Return the width of a heading in letter-spaced capitals [px]."""
        return self.width(text.upper(), SEMIBOLD, px, _caps_spacing(px))


def _caps_spacing(px: int) -> int:
    return max(1, round(px * 0.16))


# -- which font has a character --------------------------------------------------------------------


SCRIPTS = {"LightpaceNames-SemiBold.ttf": "Я", "LightpaceEthiopic-SemiBold.ttf": "አ"}
"""Bundled fonts for letters missing in the main one, each with a sample letter."""
_LOOKED_AT_PX = 12
_ABSENT = "\U0010fffd"
"""A character that no font has: fonts draw their box for it."""
_LAST_RESORT = ("lastresort", "adobeblank", "unifontupper")
"""Fonts that draw a box for every character."""
_BLOCK = 0x80


def main_font(weight: str) -> str:
    """Return the file of the main font in a weight; see `_bundled`."""
    return _bundled(f"LightpaceSans-{weight}.ttf", "0")


@lru_cache
def _bundled(name: str, sample: str) -> str:
    """Return the path of a bundled font.

    Raises:
        ResourceError: it cannot draw the sample: a truncated font opens but draws nothing.
    """
    path = asset_path(f"fonts/{name}")
    if not pygame.font.get_init():
        pygame.font.init()
    try:
        metrics = pygame.font.Font(str(path), _LOOKED_AT_PX).metrics(sample)[0]
        if metrics is None or metrics[3] <= metrics[2]:
            raise ValueError("it draws nothing")
    except (pygame.error, OSError, ValueError) as error:
        raise ResourceError(f"The font {path.name} is damaged; reinstall lightpace.") from error
    return str(path)


@lru_cache(maxsize=2048)
def font_for(char: str, weight: str) -> str | None:
    """Return the file of a font that has a character; None if no font has it."""
    first = main_font(weight)
    if char.isascii() or not char.isprintable() or _has(first, char):
        return first
    bundled = (_bundled(name, sample) for name, sample in SCRIPTS.items())
    return next((path for path in bundled if _has(path, char)), None) or _system_font(char)


@lru_cache(maxsize=4096)
def _has(path: str, char: str) -> bool:
    """Return whether a font has a glyph of its own for a character."""
    font = _opened(path)
    return font is not None and _picture(font, char) not in (_box(path), None)


@lru_cache(maxsize=8)
def _opened(path: str) -> pygame.font.Font | None:
    try:
        return pygame.font.Font(path, _LOOKED_AT_PX)
    except (pygame.error, OSError):
        return None


@lru_cache(maxsize=512)
def _box(path: str) -> bytes | None:
    font = _opened(path)
    return None if font is None else _picture(font, _ABSENT)


def _picture(font: pygame.font.Font, char: str) -> bytes | None:
    """Return the picture of a character in a font, without its margins; None if it has no width.

    The box that a font draws for an accent has other margins than the box for a letter.
    """
    try:
        if not font.size(char)[0]:
            return None
        surface = font.render(char, True, (255, 255, 255))
        surface = surface.subsurface(surface.get_bounding_rect())
    except (pygame.error, UnicodeError):
        return None
    return bytes(f"{surface.get_size()}", "ascii") + pygame.image.tobytes(surface, "RGBA")


def _system_font(char: str) -> str | None:
    """Return a system font that has a character.

    Each Unicode block is searched once: if no font has the first character requested, none is
    assumed to have the others, since searching all fonts takes a while.
    """
    block = ord(char) // _BLOCK
    path = _font_of_block(block, char)
    return path if path is not None and _has(path, char) else None


_known: dict[int, str | None] = {}


def _font_of_block(block: int, char: str) -> str | None:
    if block not in _known:
        near = [path for path in _known.values() if path is not None]
        _known[block] = next((p for p in (*near, *_system_fonts()) if _has(p, char)), None)
    return _known[block]


@lru_cache(maxsize=1)
def _system_fonts() -> tuple[str, ...]:
    """Return the files of the system's fonts, upright ones first."""
    found = (pygame.font.match_font(name) for name in pygame.font.get_fonts())
    paths = {path for path in found if path and not any(w in path.lower() for w in _LAST_RESORT)}
    return tuple(sorted(paths, key=lambda path: (bool(re.search("ital|obli", path.lower())), path)))


# -- accents and words without a font --------------------------------------------------------------


def without_loose_accents(text: str) -> str:
    """Return the text without accents that their letter's font lacks: they would stand beside it.

    Accents that make one character with their letter are composed before, so few are left.
    """
    kept = ""
    for char in text:
        font, before = (font_for(each, SEMIBOLD) for each in (char, kept[-1:] or " "))
        if font == before or not unicodedata.combining(char):
            kept += char
    return kept


@lru_cache(maxsize=512)
def writable(text: str) -> str:
    """Return the text with each word that no font here can write replaced by its initial."""
    if text.isascii() or all(font_for(char, SEMIBOLD) for char in text):
        return text
    for word in unwritten(text):
        text = text.replace(word, initial(word))
    return "".join(char for char in text if font_for(char, SEMIBOLD)).strip()


def unwritten(text: str) -> tuple[str, ...]:
    """Return the words with a letter that no font here has, the longest first."""

    def is_missing(char: str) -> bool:
        return char.isalpha() and font_for(char, SEMIBOLD) is None

    words = {word for word in text.split() if any(map(is_missing, word))}
    return tuple(sorted(words, key=len, reverse=True))


def initial(word: str) -> str:
    """Return the initial of a word in Latin letters, `G.`, from the Unicode name of its letter.

    `N.` if the name has none (nomen nescio, as in start lists).
    """
    first = next(char for char in word if char.isalpha())
    name = unicodedata.name(first, "")
    named = re.search(r"(?:LETTER|SYLLABLE|CHARACTER) (?:\w+ )*?(\w)", name)
    return f"{named[1] if named and 'IDEOGRAPH' not in name else 'N'}."


def pieces(text: str, weight: str) -> list[tuple[str, str]]:
    """Return a writable text in pieces, each with its font file."""
    main = main_font(weight)
    if text.isascii():
        return [(text, main)]
    return [
        ("".join(run), path) for path, run in groupby(text, lambda c: font_for(c, weight) or main)
    ]


# -- style -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """The writing (`type`), the sizes and the colours of one picture."""

    type: Type
    sizes: Sizes
    theme: Theme
