"""A window that is used for an hour neither fails nor grows.

`make soak` runs an hour of wall time, `make soak-short` two minutes; `SOAK_S` says how long [s].
Pictures are drawn as fast as they go, each told to have taken 1/60 s: real time would wait between
them, and so try fewer of them in the same hour.

What Python has allocated and what the C library has (arrays, surfaces, fonts) are measured in two
processes, side by side: the tracing keeps a small block of the C library's memory for every one of
Python's. What is resident in all is printed, too, and held to ten times as much: how far apart lies
what was freed is chance, 160 to 172 MB at the same state. `make` gives all threads one heap
(`MALLOC_ARENA_MAX`), since glibc counts what is allocated in the first alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import gc
import os
import shutil
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import ClassVar

import pygame
import pytest

from simulator.files import config_path
from simulator.session import Session
from simulator.view.app import App
from simulator.view.presenter import Presenter
from simulator.view.text import FONTS_KEPT
from tests.soak.restless import HOME, Restless

LASTS_S = float(os.environ.get("SOAK_S", "120"))
FILLING_S = 300.0
"""What is kept between pictures, and what the C library keeps for them, fills up first [s].

Memory is measured after each further stretch of that length: undo has no limit on purpose, so that
in a longer one more is held at its most, and the freed memory lies further apart.
"""
GROWTH_MB = 1.0 if LASTS_S >= 3600 else 2.0
"""In the hour all that is cached has been filled long before the first look that counts."""
FILES = Path("/proc/self/fd")
LIBC = ctypes.CDLL(ctypes.util.find_library("c"))
TIDIES = 4
"""What is held is measured so often at each look: the same state a megabyte or two up and down.

It is chance how far the freed memory lies apart, and what the background has just made and dropped.
What has leaked stands in each of them: the least at the end is held against the most before.
"""

pytestmark = [pytest.mark.soak, pytest.mark.slow]


@dataclass(frozen=True)
class Held:
    """What the process holds: memory traced or allocated, resident memory [MB], and open files."""

    memory: float
    resident: float
    files: int


def each(choose: Callable[[Iterable[float]], float], held: Iterable[Held]) -> Held:
    """Return the least or the most of each of the three."""
    memory, resident, files = map(choose, zip(*map(astuple, held), strict=True))
    return Held(memory, resident, int(files))


class MallInfo(ctypes.Structure):
    """What glibc's `mallinfo2` returns."""

    _fields_: ClassVar = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "mapped", "usmblks", "fsmblks"),
            *("in_use", "fordblks", "keepcost"),
        )
    ]


if hasattr(LIBC, "mallinfo2"):
    LIBC.mallinfo2.restype = MallInfo


def held(measured: str) -> Held:
    files = _open_files(FILES) if FILES.exists() else 0
    if measured == "traced":
        return Held(tracemalloc.get_traced_memory()[0] / 1e6, 0.0, files)
    LIBC.malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    resident = pages * os.sysconf("SC_PAGE_SIZE")
    info = LIBC.mallinfo2()
    return Held((info.in_use + info.mapped) / 1e6, resident / 1e6, files)


def _open_files(folder: Path) -> int:
    """Return how many files are open; of fonts as many are kept as fit, and no more."""
    targets = []
    for link in folder.iterdir():
        with contextlib.suppress(OSError):  # the listing's own is gone by now
            targets.append(str(link.readlink()))
    fonts = sum(target.endswith(".ttf") for target in targets)
    assert fonts <= FONTS_KEPT
    return len(targets) - fonts


@pytest.fixture(params=["traced", "allocated"])
def measured(request: pytest.FixtureRequest) -> str:
    """What is measured of the memory; without glibc what Python holds has to do."""
    if request.param == "allocated" and not hasattr(LIBC, "mallinfo2"):
        pytest.skip("this C library does not say what is allocated")
    return str(request.param)


@pytest.fixture
def restless(measured: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Restless]:
    monkeypatch.chdir(tmp_path)
    shutil.copy(config_path("breaking4.yaml"), "mine.yaml")
    session = Session.open("mine.yaml", rate=32.0)
    app = App(session, size=HOME)

    def lost(_presenter: Presenter) -> None:
        raise AssertionError("the window was given up and would be opened anew")

    monkeypatch.setattr(Presenter, "drop", lost)
    gc.unfreeze()  # the suite freezes what it has collected, and with it the caches to be emptied
    hand = Restless(app, session, seed=1, everything=LASTS_S > 2 * FILLING_S)
    app.frame(0.0)
    gc.freeze()  # as `run` does
    if measured == "traced":
        tracemalloc.start()
    try:
        yield hand
    finally:
        tracemalloc.stop()
        gc.unfreeze()
        app.sound.close()
        session.close()
        pygame.display.quit()


def _busy(restless: Restless, lasts_s: float) -> None:
    end = time.monotonic() + lasts_s
    while time.monotonic() < end:
        restless.act()


def test_a_window_in_use_neither_fails_nor_grows(restless: Restless, measured: str) -> None:
    begun = time.monotonic()

    def look() -> list[Held]:
        now = []
        for _ in range(TIDIES):
            restless.tidy()
            now.append(held(measured))
        least, most = each(min, now), each(max, now)
        sys.stderr.write(
            f"after {time.monotonic() - begun:.0f} s, {restless.pictures} pictures, "
            f"{restless.deeds} deeds, {restless.rounds} races: "
            f"{measured} {least.memory:.2f} to {most.memory:.2f} MB, "
            f"resident {least.resident:.2f} to {most.resident:.2f} MB, {least.files} files\n"
        )
        return now

    restless.everything_once()
    _busy(restless, min(FILLING_S, LASTS_S / 2))
    looks = [look()]
    stretch_s = min(FILLING_S, LASTS_S / 8)
    # the first looks at a heap that athletes of all sizes have not yet filled and left in pieces
    while len(looks) < 4 or time.monotonic() - begun < LASTS_S:
        _busy(restless, stretch_s)
        looks.append(look())
    assert restless.deeds > LASTS_S / 20
    assert restless.rounds > LASTS_S / 60
    assert all(restless.effects.values()), f"some deeds had no effect: {restless.effects}"
    # what has leaked stands in both of the last; a picture more or less in one of them
    before, last = each(max, looks[1]), each(min, looks[-2] + looks[-1])
    assert last.memory - before.memory < GROWTH_MB
    assert last.resident - before.resident < 10 * GROWTH_MB
    assert last.files <= before.files
