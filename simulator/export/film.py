"""A film of an attempt or a story: pictures at equal steps of its time, independent of the screen.

In: the scene at each second, a cut (from, to, rate, pictures a second), a size. Out: a file with
the sounds that the window plays, or a numbered series; complete or absent. Each picture is drawn,
passed to the encoder and dropped.
"""

from __future__ import annotations

import itertools
import math
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import pygame

from simulator.errors import OutputError
from simulator.files import is_there, make_folder, refuse_existing, shown
from simulator.screen import check_size
from simulator.stage.events import SoundCue, sound_cues
from simulator.stage.playback import (
    COUNTDOWN_S,
    Playback,
    check_shown,
    playing_time,
    race_time,
)
from simulator.stage.scene import Scene
from simulator.stage.scene_builder import ShowOptions, scene_of
from simulator.stage.show import Show
from simulator.view.camera import WHOLE, Shot, directed, reframed
from simulator.view.picture import OverlayPainter, Painter, PictureOptions, save_png
from simulator.view.theme import Theme

Size = tuple[int, int]
SceneAt = Callable[[float], Scene]
"""The scene at a second of an attempt's race time, or of a story's playing time."""
Progress = Callable[[int, int], None]

VIDEOS = (".mp4", ".webm", ".webp")
GIF_MOST_FPS = 50
"""GIF times are in hundredths of a second, and viewers slow down anything below two of them."""
SMALLEST_GIF = (160, 90)
PALETTE_FROM = 48
"""Number of pictures, spread over the film, from which a GIF's palette is made."""


FILM_SPEEDS = (0.01, 1000.0)
MOST_FPS = 240
MOST_FRAMES = 2_000_000
"""Nine hours at 60 pictures a second."""
_NUMBER = re.compile(r"%0?(\d*)d")


class Writer(Protocol):
    """Accepts pictures one by one; `written` is the number of bytes so far."""

    @property
    def written(self) -> int:
        """Return the bytes written so far."""

    def add(self, surface: pygame.Surface, heard: Sequence[SoundCue] = (), /) -> None:
        """Add the next picture and the sounds that begin with it.

        The surface is reused afterwards.
        """

    def finish(self) -> None:
        """Write what is still buffered: there is no further picture."""


@dataclass(frozen=True, slots=True)
class FilmSegment:
    """A part of the race or the story, its rate and its frame rate.

    Attributes:
        from_s, to_s: race time (a story's: playing time) of the first and the last picture [s].
        speed: this many of these seconds per second of film.
        fps: pictures per second of film.
        slow_from_s: where slow motion begins [s of race time]; None: nowhere.
    """

    from_s: float
    to_s: float
    speed: float = 1.0
    fps: int = 60
    slow_from_s: float | None = None

    @property
    def frames(self) -> int:
        """Number of pictures: the playing time of this part, to within one picture."""
        length_s = playing_time(self.from_s, self.to_s, self.speed, self.slow_from_s)
        return max(1, round(length_s * self.fps))

    def time_s(self, index: int) -> float:
        """Return the time of a picture [s]; the last one is at `to_s`."""
        last = index == self.frames - 1 and index > 0
        if last:
            return self.to_s
        return race_time(self.from_s, index / self.fps, self.speed, self.slow_from_s)


def attempt_scenes(show: Show, rate: float = 1.0) -> SceneAt:
    """Return the scenes of one attempt played at a rate; the future is not known in advance."""

    def scene_at(time_s: float) -> Scene:
        playback = Playback(time_s, show.recording.end_s, rate, paused=False)
        return scene_of(show, playback.seek(time_s), ShowOptions())

    return scene_at


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of a cut; they share one surface.

    Attributes:
        scene_at: the scenes.
        cut: the part, and its frame rate.
        size: width and height [px].
        theme: the colours.
        shot: the camera.
        transparent: without a ground and with an alpha channel, for overlays.
        presenting: for an audience, in type readable from the last row; else as in the window.
    """

    scene_at: SceneAt
    cut: FilmSegment
    size: Size
    theme: Theme
    shot: Shot = WHOLE
    transparent: bool = False
    presenting: bool = False

    def every(self, step: int = 1) -> Iterator[pygame.Surface]:
        """Yield each `step`-th picture; it is valid until the next one is drawn."""
        for surface, _ in self.with_scenes(step):
            yield surface

    def with_scenes(self, step: int = 1) -> Iterator[tuple[pygame.Surface, Scene]]:
        """Yield each `step`-th picture as `every` does, and the scene that it shows."""
        painter = OverlayPainter(self.theme) if self.transparent else Painter(self.theme)
        flags = pygame.SRCALPHA if self.transparent else 0
        surface = pygame.Surface(self.size, flags, 32)
        shot = self.shot
        before: Scene | None = None
        for index in range(0, self.cut.frames, step):
            scene = self.scene_at(self.cut.time_s(index))
            shot = reframed(shot.after(step / self.cut.fps), scene)
            shot = directed(shot, before, scene)
            before = scene
            painter.draw(surface, scene, PictureOptions(shot=shot, presenting=self.presenting))
            yield surface, scene


def write_film(
    pictures: Pictures,
    path: str | Path,
    *,
    max_mb: float | None = None,
    sound: bool = True,
    force: bool = False,
    progress: Progress = lambda _done, _all: None,
) -> Size:
    """Write a film; return its size [px], which for a GIF may be smaller, to fit.

    Args:
        pictures: the pictures.
        path: `.mp4`, `.webm`, `.webp`, `.gif`; a folder or `frames/%05d.png` is a numbered series.
        max_mb: the largest size of a GIF [million bytes].
        sound: with sound, for `.mp4` and `.webm`.
        force: overwrite existing files.
        progress: called with the number of finished pictures, and of all.

    Raises:
        OutputError: it cannot be written, exists already, or does not fit; nothing is left behind.
        ExtraError: PyAV is not installed.
    """
    path, cut, size = Path(path), pictures.cut, pictures.size
    check_film(path, cut, size, max_mb, transparent=pictures.transparent, force=force)
    if is_series(path):
        _record(pictures, series_writer(path), progress)
        return size
    from simulator.export.codecs import gif_writer, video_writer  # noqa: PLC0415 - an extra

    if path.suffix.lower() in VIDEOS:
        writer = video_writer(path, size, cut.fps, sound=sound, transparent=pictures.transparent)
        _record(pictures, writer, progress)
        return size
    budget = None if max_mb is None else max_mb * 1e6
    while True:
        step = max(1, cut.frames // PALETTE_FROM)
        try:
            gif = gif_writer(path, pictures.size, cut.fps, pictures.every(step))
            _record(pictures, gif, progress, budget)
        except _TooLargeError as error:
            pictures = _smaller(pictures, error.share, path, max_mb or 0.0)
        else:
            return pictures.size


def check_cut(
    cut: FilmSegment,
    size: Size,
    last_s: float,
    what: str = "attempt",
    first_s: float = -COUNTDOWN_S,
) -> None:
    """Raise `ValueError` unless a part of what is shown from `first_s` to `last_s` makes a film."""
    if not FILM_SPEEDS[0] <= cut.speed <= FILM_SPEEDS[1]:
        raise ValueError(f"The speed of a film is from 0.01 to 1000, not {cut.speed}")
    fps: Any = cut.fps  # a notebook may give anything
    if not (isinstance(fps, int) and 1 <= fps <= MOST_FPS):
        raise ValueError(f"A film has from 1 to {MOST_FPS} pictures a second, not {cut.fps}")
    check_size(size)
    check_shown((cut.from_s, cut.to_s), last_s, what, first_s)


def check_film(
    path: Path,
    cut: FilmSegment,
    size: Size,
    max_mb: float | None = None,
    *,
    transparent: bool = False,
    force: bool = False,
) -> None:
    """Check that a film can be made, before anything is computed; raises `OutputError`."""
    is_there(path)  # raises here if the system rejects the name
    if cut.frames > MOST_FRAMES:
        raise OutputError(f"{path}: a film has at most {MOST_FRAMES} pictures, not {cut.frames}.")
    files = [path]
    if is_series(path):
        is_there(name_of(pattern_of(path), cut.frames))
        files = _series_there(path, cut.frames)
    for file in files:
        refuse_existing(file, force=force)
    if is_series(path):
        return
    ending = path.suffix.lower()
    if ending not in (*VIDEOS, ".gif"):
        raise OutputError(
            f"{path}: a film is .mp4, .webm, .webp or .gif, or numbered pictures (a folder, or "
            "frames/%05d.png)."
        )
    if transparent and ending != ".webm":
        raise OutputError(f"{path}: a transparent film is .webm, or numbered pictures.")
    if ending in VIDEOS and (size[0] % 2 or size[1] % 2 or min(size) < 16):
        raise OutputError(f"{path}: width and height of a film are even numbers from 16 up.")
    if ending == ".gif" and cut.fps > GIF_MOST_FPS:
        raise OutputError(f"{path}: a GIF shows at most {GIF_MOST_FPS} pictures a second.")
    if max_mb is not None and ending != ".gif":
        raise OutputError("--max-mb is for GIFs: a film is as large as it has to be.")


class _TooLargeError(Exception):
    """A GIF exceeded its size limit; `share` is how much of it would have fitted, 0 to 1."""

    def __init__(self, share: float) -> None:
        super().__init__(share)
        self.share = share


def _record(
    pictures: Pictures,
    opened: AbstractContextManager[Writer],
    progress: Progress,
    budget: float | None = None,
) -> None:
    total = pictures.cut.frames
    progress(0, total)
    before: Scene | None = None
    with opened as writer:
        for done, (surface, scene) in enumerate(pictures.with_scenes(), start=1):
            writer.add(surface, sound_cues(before or scene, scene, math.inf))
            before = scene
            _within(writer, budget, done / total)
            progress(done, total)
        writer.finish()
        _within(writer, budget, 1.0)


def _within(writer: Writer, budget: float | None, share: float) -> None:
    if budget is not None and writer.written > budget:
        raise _TooLargeError(share * budget / writer.written)


def _smaller(pictures: Pictures, share: float, path: Path, max_mb: float) -> Pictures:
    """Return the pictures at the size that should fit the limit, or give up."""
    scale = min(0.92, max(0.4, (0.9 * share) ** 0.5))
    width, height = (max(2, round(n * scale / 2) * 2) for n in pictures.size)
    if width < SMALLEST_GIF[0] or height < SMALLEST_GIF[1]:
        raise OutputError(
            f"{path} does not fit in {max_mb:g} MB: ask for fewer pictures (--fps), a shorter part "
            "(--from, --to), more speed or more room."
        )
    return replace(pictures, size=(width, height))


def is_series(path: Path) -> bool:
    """Return whether a path means a numbered series: a pattern ending in .png, or a folder."""
    return bool(_NUMBER.search(path.name)) or path.is_dir() or not path.suffix


def pattern_of(path: Path) -> Path:
    """Return the pattern of a series; raises `OutputError` if its name is none."""
    if not _NUMBER.search(path.name):
        return path / "%05d.png"
    before, digits, rest = _NUMBER.split(path.name, maxsplit=1)
    if "%" in before + rest or not rest.lower().endswith(".png"):
        raise OutputError(f"{shown(path)}: a series is named like frames/%05d.png.")
    if len(digits) > 1:
        raise OutputError(f"{shown(path)}: the number in a name has at most nine digits.")
    return path


def name_of(pattern: Path, number: int) -> Path:
    """Return the file of one picture."""
    return pattern.with_name(_NUMBER.sub(lambda match: match[0] % number, pattern.name))


def _series_there(path: Path, frames: int) -> list[Path]:
    """Return the existing files of a series; its folder is listed once."""
    pattern = pattern_of(path)
    names = {each.name for each in pattern.parent.iterdir()} if pattern.parent.is_dir() else set()
    files = (name_of(pattern, number) for number in range(1, frames + 1)) if names else ()
    return [file for file in files if file.name in names]


@dataclass
class PictureSeries:
    """Writes each picture immediately, into a folder `beside` the series' own."""

    pattern: Path
    beside: Path
    done: list[Path] = field(default_factory=list)
    written: int = 0

    def add(self, surface: pygame.Surface, _heard: Sequence[SoundCue] = ()) -> None:
        """Write the next picture."""
        path = name_of(self.pattern, len(self.done) + 1)
        part = self.beside / path.name
        try:
            save_png(surface, part)
        except OutputError as error:
            raise OutputError(f"{error}".replace(str(part), str(path))) from None
        self.done.append(path)
        self.written += part.stat().st_size

    def replace(self) -> None:
        """Put the series into its place; what is left of a longer one there goes.

        Raises:
            OutputError: it cannot be put there.
        """
        rest = itertools.count(len(self.done) + 1) if self.done[0].exists() else ()
        old = itertools.takewhile(Path.exists, (name_of(self.pattern, n) for n in rest))
        try:
            for path in self.done:
                (self.beside / path.name).replace(path)
            for path in old:
                path.unlink()
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error

    def finish(self) -> None:
        """Do nothing: every picture is written already."""


@contextmanager
def series_writer(path: Path) -> Iterator[PictureSeries]:
    """Yield a writer of a series, complete or absent; raises `OutputError` if it is not written."""
    pattern = pattern_of(path)
    folder = pattern.parent
    made = not folder.exists()
    make_folder(folder)
    series = PictureSeries(pattern, folder / f".{os.getpid()}.part")
    try:
        make_folder(series.beside)
        yield series
        series.replace()
    finally:
        shutil.rmtree(series.beside, ignore_errors=True)
        if made:
            with suppress(OSError):  # there is something in it
                folder.rmdir()
