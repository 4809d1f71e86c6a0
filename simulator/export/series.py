"""A film as a numbered series of PNG pictures.

In: a folder or a pattern such as `frames/%05d.png`, pictures. Out: one file a picture, numbered
from 1; when it is broken off, the ones already written are taken away again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pygame

from simulator.errors import OutputError
from simulator.view.still import save_png

_NUMBER = re.compile(r"%0?\d*d")


def is_series(path: Path) -> bool:
    """Return whether a path means a numbered series: a pattern ending in .png, or a folder."""
    return bool(_NUMBER.search(path.name)) or path.is_dir() or not path.suffix


def pattern_of(path: Path) -> Path:
    """Return the pattern of a series; raises `OutputError` where its name is none."""
    if not _NUMBER.search(path.name):
        return path / "%05d.png"
    rest = _NUMBER.sub("", path.name, count=1)
    if "%" in rest or not rest.lower().endswith(".png"):
        raise OutputError(f"{path}: a series is named like frames/%05d.png.")
    return path


def name_of(pattern: Path, number: int) -> Path:
    """Return the file of one picture."""
    return pattern.with_name(_NUMBER.sub(lambda found: found[0] % number, pattern.name))


def series_files(path: Path, frames: int) -> Iterator[Path]:
    """Yield the files that a series is going to have."""
    pattern = pattern_of(path)
    return (name_of(pattern, number) for number in range(1, frames + 1))


@dataclass
class Series:
    """Writes each picture as it comes."""

    pattern: Path
    done: list[Path] = field(default_factory=list)
    written: int = 0

    def add(self, surface: pygame.Surface) -> None:
        """Write the next picture."""
        path = name_of(self.pattern, len(self.done) + 1)
        self.done.append(path)
        save_png(surface, path)
        self.written += path.stat().st_size

    def finish(self) -> None:
        """Do nothing: every picture is written already."""


@contextmanager
def series_writer(path: Path) -> Iterator[Series]:
    """Yield a writer of a series; raises `OutputError` where one cannot be written."""
    pattern = pattern_of(path)
    folder = pattern.parent
    made = not folder.exists()
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror or error}.") from error
    series = Series(pattern)
    try:
        yield series
    except BaseException:
        for one in series.done:
            with suppress(OSError):  # what went wrong in the first place is what is told
                one.unlink()
        if made:
            with suppress(OSError):  # somebody else may have put something there
                folder.rmdir()
        raise
