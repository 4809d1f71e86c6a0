"""A window that is used for an hour neither fails nor grows.

`make soak` runs an hour of wall time, `make soak-short` two minutes; `SOAK_S` says how long [s].
Pictures are drawn as fast as they go, each told to have taken 1/60 s: real time would wait between
them, and so try fewer of them in the same hour. The second process is the real one.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import multiprocessing
import os
import shutil
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pygame
import pytest

from simulator.resources import config_path
from simulator.session import Session
from simulator.view.app import App
from simulator.view.text import FONTS_KEPT
from tests.soak.restless import HOME, Restless

LASTS_S = float(os.environ.get("SOAK_S", "120"))
FILLING_S = 600.0
"""What is kept between pictures, and what the C library keeps for them, fills up first [s].

Measured: resident memory stood at 162.5 MB after 320 s, 168.8 after 472, 168.2 after 1237.
"""
GROWTH_MB = 2.0
LOOKS = 6
"""How often memory is measured on the way: growth that goes on shows in every one of them."""

pytestmark = [pytest.mark.soak, pytest.mark.slow]


@dataclass(frozen=True)
class Held:
    """What the process holds: traced and resident memory [MB], open files."""

    traced: float
    resident: float
    files: int

    def __str__(self) -> str:
        return f"traced {self.traced:.2f} MB, resident {self.resident:.2f} MB, {self.files} files"


def held() -> Held:
    traced, files = tracemalloc.get_traced_memory()[0] / 1e6, Path("/proc/self/fd")
    if not files.exists():  # elsewhere than on Linux what Python holds has to do
        return Held(traced, 0.0, 0)
    _give_back()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return Held(traced, pages * os.sysconf("SC_PAGE_SIZE") / 1e6, _open_files(files))


def _open_files(folder: Path) -> int:
    """Return how many files are open; of fonts as many are kept as fit, and no more."""
    targets = []
    for link in folder.iterdir():
        with contextlib.suppress(OSError):  # the listing's own is gone by now
            targets.append(str(link.readlink()))
    fonts = sum(target.endswith(".ttf") for target in targets)
    assert fonts <= FONTS_KEPT
    return len(targets) - fonts


def _give_back() -> None:
    """Have the C library give freed memory back: what it keeps for later is no growth of ours."""
    name = ctypes.util.find_library("c")
    trim: Callable[[int], int] | None = getattr(ctypes.CDLL(name), "malloc_trim", None)
    if trim is not None:
        trim(0)


@pytest.fixture
def restless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Restless]:
    monkeypatch.chdir(tmp_path)
    shutil.copy(config_path("breaking4.yaml"), "mine.yaml")
    session = Session.open("mine.yaml", rate=32.0, processes=True)
    app = App(session, size=HOME)
    tracemalloc.start()
    try:
        yield Restless(app, session, seed=1)
    finally:
        tracemalloc.stop()
        app.sound.close()
        session.close()
        pygame.display.quit()


def _busy(restless: Restless, lasts_s: float) -> None:
    end = time.monotonic() + lasts_s
    while time.monotonic() < end:
        restless.act()


def test_a_window_in_use_neither_fails_nor_grows(restless: Restless) -> None:
    begun = time.monotonic()
    restless.everything_once()
    _busy(restless, min(FILLING_S, LASTS_S / 2))
    restless.tidy()
    restless.tidy()
    before = held()
    looks = [before]
    sys.stdout.write(f"\nafter {time.monotonic() - begun:.0f} s: {before}\n")
    for look in range(LOOKS):
        left = LASTS_S - (time.monotonic() - begun)
        tidying_s = min(30.0, LASTS_S / 8)
        if look and left < 2 * tidying_s:
            break
        _busy(restless, max(1.0, left / (LOOKS - look) - tidying_s))
        restless.tidy()
        looks.append(held())
        sys.stdout.write(
            f"after {time.monotonic() - begun:.0f} s, {restless.pictures} pictures, "
            f"{restless.deeds} deeds, {restless.rounds} races: {looks[-1]}\n"
        )
    assert multiprocessing.active_children(), "the second process was lost on the way"
    assert restless.deeds > LASTS_S / 20
    last = looks[-2:]  # what has leaked stands in both; a picture more or less in one of them
    assert min(now.traced for now in last) - before.traced < GROWTH_MB
    assert min(now.resident for now in last) - before.resident < GROWTH_MB
    assert min(now.files for now in last) <= before.files
