"""A film beside its encoder alone, given ready-made pictures, and what memory it takes.

The encoder alone is measured twice: with pictures as the painter hands them over, which it still
turns into its own colours, as it does for a film; and with frames in those colours, which is the
bare codec.

`python -m tests.benchmarks.films` prints the rows alone; `make bench` prints them with the rest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from av.video.reformatter import VideoReformatter

from simulator.export.codecs import coloured, video_writer
from simulator.export.film import FilmSegment, Pictures, SceneAt, attempt_scenes, write_film
from simulator.session import Session
from simulator.view.theme import theme_named

SIZES = ((1280, 720), (1920, 1080), (3840, 2160))
FROM_S, FPS, PICTURES = 60.0, 60, {1280: 600, 1920: 300, 3840: 180}
READY_BYTES = 1e9
"""What the pictures made ready for the encoder may take: a part of the film's own, since how long
a picture takes the encoder hangs on what is in it."""
GOAL = 0.7
MEMORY_PICTURES = 240
ROUNDS = 3


def _pictures(scene_at: SceneAt, size: tuple[int, int], count: int) -> Pictures:
    cut = FilmSegment(FROM_S, FROM_S + count / FPS, 1.0, FPS)
    return Pictures(scene_at, cut, size, theme_named("night"))


@dataclass
class Rates:
    """Pictures a second of each round: of the film, of the encoder alone, of the bare codec."""

    film: list[float] = field(default_factory=list)
    encoder: list[float] = field(default_factory=list)
    codec: list[float] = field(default_factory=list)


@contextmanager
def timed(rates: list[float], count: int) -> Iterator[None]:
    """Note at how many pictures a second so many of them were made within."""
    begin = time.perf_counter()
    yield
    rates.append(count / (time.perf_counter() - begin))


def measured(scene_at: SceneAt, size: tuple[int, int], folder: Path) -> Rates:
    """Return the rates of a few rounds, the three of a round one after another.

    One round goes before: whichever comes first waits for the encoder's memory, which is half a
    gigabyte at the largest size and then stays.
    """
    count, rates = PICTURES[size[0]], Rates()
    pictures = _pictures(scene_at, size, count)
    ready = [
        each.copy() for each in islice(pictures.every(), int(READY_BYTES / (4 * size[0] * size[1])))
    ]
    # there and back again, so that neighbours are as alike as in the film
    order = [*range(len(ready)), *range(len(ready) - 2, 0, -1)]
    turns = list(islice(cycle(order), count))
    for _ in range(1 + ROUNDS):
        with timed(rates.film, count):
            write_film(pictures, folder / "film.mp4", force=True)
        with (
            timed(rates.encoder, count),
            video_writer(folder / "alone.mp4", size, FPS) as writer,
        ):
            for i in turns:
                writer.add(ready[i])
            writer.finish()
        frames = [coloured(each, VideoReformatter(), 1, "yuv420p") for each in ready]
        with timed(rates.codec, count), video_writer(folder / "codec.mp4", size, FPS) as writer:
            for i in turns:
                writer.encode(frames[i])
            writer.finish()
        del frames
    return Rates(rates.film[1:], rates.encoder[1:], rates.codec[1:])


def _ratio(some: list[float], others: list[float]) -> float:
    """Return the middle of the rounds' ratios: a machine that is slow for a while is so for all."""
    return median(one / other for one, other in zip(some, others, strict=True))


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def grown_mb() -> float:
    """Return by how much a 4K film's memory grows from its middle third to its last [MB].

    In a process of its own: one that has made films keeps the encoder's memory.
    """
    held: list[float] = []
    with tempfile.TemporaryDirectory() as name, closing(Session.open("breaking4")) as session:
        session.settle()
        pictures = _pictures(attempt_scenes(session.show), SIZES[-1], MEMORY_PICTURES)
        write_film(
            pictures,
            Path(name) / "large.mp4",
            progress=lambda _done, _all: held.append(_resident_mb()),
        )
    third = len(held) // 3
    return max(held[-third:]) - max(held[third : 2 * third])


def rows() -> Iterator[str]:
    """Yield lines of the table: what, measured, goal."""
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    alone = [sys.executable, "-m", "tests.benchmarks.films", "--memory"]
    grown = float(
        subprocess.run(alone, check=True, capture_output=True, text=True).stdout.split()[-1]
    )
    session = Session.open("breaking4")
    session.settle()
    scene_at = attempt_scenes(session.show)
    with tempfile.TemporaryDirectory() as name:
        for size in SIZES:
            found, what = measured(scene_at, size, Path(name)), f"{size[0]}×{size[1]}"
            film, encoder, codec = map(median, (found.film, found.encoder, found.codec))
            yield (
                f"| {what}: a film's pictures a second ({film:.0f}) over the encoder's alone "
                f"({encoder:.0f}) | {_ratio(found.film, found.encoder):.2f} | ≥ {GOAL:g} |"
            )
            yield (
                f"| {what}: the same over the bare codec's ({codec:.0f}), frames in its own colours"
                f" | {_ratio(found.film, found.codec):.2f} | |"
            )
    yield (
        f"| a 3840×2160 film of {MEMORY_PICTURES} pictures: memory from its middle to its end | "
        f"{grown:+.1f} MB | flat |"
    )
    session.close()


if __name__ == "__main__":
    if "--memory" in sys.argv:
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
        sys.stdout.write(f"{grown_mb()}\n")
        sys.exit()
    for line in rows():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
