"""A film beside its encoder alone, given ready-made pictures, and what memory it takes.

A ready-made picture is what the painter hands over: the encoder still turns it into its own
colours, as it does for a film.

`python -m tests.benchmarks.films` prints the rows alone; `make bench` prints them with the rest.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median

import pygame

from simulator.export.codecs import video_writer
from simulator.export.film import Attempt, Cut, Pictures, write_film
from simulator.session import Session
from simulator.view.themes import theme_named

SIZES = ((1280, 720), (1920, 1080), (3840, 2160))
FROM_S, FPS, PICTURES = 60.0, 60, {1280: 600, 1920: 300, 3840: 180}
READY_BYTES = 1e9
"""What the pictures made ready for the encoder may take: a part of the film's own, since how long
a picture takes the encoder hangs on what is in it."""
GOAL = 0.7
ROUNDS = 3


def _pictures(attempt: Attempt, size: tuple[int, int], count: int) -> Pictures:
    cut = Cut(FROM_S, FROM_S + count / FPS, 1.0, FPS)
    return Pictures(attempt.scene_at, cut, size, theme_named("night"))


def measured(attempt: Attempt, size: tuple[int, int], folder: Path) -> tuple[float, float, float]:
    """Return pictures a second of the film and of the encoder alone, and the one over the other.

    Medians of a few rounds; the ratio is that of each round, so that a machine that is slow for a
    while is so for both. One round goes before: whichever comes first waits for the encoder's
    memory, which is half a gigabyte at the largest size and then stays.
    """
    count = PICTURES[size[0]]
    pictures = _pictures(attempt, size, count)
    ready = _ready(pictures)
    # there and back again, so that neighbours are as alike as in the film
    order = [*range(len(ready)), *range(len(ready) - 2, 0, -1)]
    film, alone = [], []
    for _ in range(1 + ROUNDS):
        begin = time.perf_counter()
        write_film(pictures, folder / "film.mp4", force=True)
        film.append(count / (time.perf_counter() - begin))
        begin = time.perf_counter()
        with video_writer(folder / "alone.mp4", size, FPS) as writer:
            for i in range(count):
                writer.add(ready[order[i % len(order)]])
            writer.finish()
        alone.append(count / (time.perf_counter() - begin))
    del film[0], alone[0]
    return median(film), median(alone), median(f / a for f, a in zip(film, alone, strict=True))


def _ready(pictures: Pictures) -> list[pygame.Surface]:
    width, height = pictures.size
    return [
        each.copy() for each in islice(pictures.every(), int(READY_BYTES / (4 * width * height)))
    ]


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _memory_mb(attempt: Attempt, folder: Path) -> float:
    """Return by how much memory grows between the first and the last third of a 4K film [MB]."""
    held: list[float] = []
    pictures = _pictures(attempt, SIZES[-1], 120)
    write_film(
        pictures,
        folder / "large.mp4",
        force=True,
        progress=lambda _done, _all: held.append(_resident_mb()),
    )
    third = len(held) // 3
    return max(held[-third:]) - max(held[third : 2 * third])


def rows() -> Iterator[str]:
    """Yield lines of the table: what, measured, goal."""
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    session = Session.open("breaking4")
    session.finish_work()
    attempt = Attempt(session.show)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in SIZES:
            film, alone, ratio = measured(attempt, size, folder)
            yield (
                f"| {size[0]}×{size[1]}: a film's pictures a second ({film:.0f}) over the encoder's"
                f" alone ({alone:.0f}) | {ratio:.2f} | ≥ {GOAL:g} |"
            )
        grown = _memory_mb(attempt, folder)
        yield f"| a 3840×2160 film: memory from its middle to its end | {grown:+.1f} MB | flat |"
    session.close()


if __name__ == "__main__":
    for line in rows():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
