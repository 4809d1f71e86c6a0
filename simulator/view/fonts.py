"""Font files: which font has a character, and what replaces characters without a font.

In: characters, the bundled fonts (Latin, Greek, Cyrillic, Ethiopic), the system's fonts for all
other scripts. Out: paths of font files, and text of which every character can be drawn: a word
that no font can write is replaced by its initial, never by boxes.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import groupby

import pygame
import pygame.font

from simulator.errors import ResourceError
from simulator.resources import asset_path

REGULAR, SEMIBOLD, BOLD = "Regular", "SemiBold", "Bold"
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
    """Return the picture of a character in a font; None if it has no width."""
    try:
        if not font.size(char)[0]:
            return None
        surface = font.render(char, True, (255, 255, 255))
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


# -- words without a font --------------------------------------------------------------------------


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
