"""Pictures of a whole attempt, headless: what one takes, as a multiple of one background blit.

`python -m tests.benchmarks.frames` prints the rows alone; `make bench` prints them with the rest.
"""

from __future__ import annotations

import gc
import itertools
import os
import sys
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import numpy as np
import pygame

from simulator.screen import Camera
from simulator.session import Session
from simulator.stage.keys import Action
from simulator.view.app import FRAMES_PER_S, SPARE_S, App

SIZES = {(1280, 720): (16.0, 10.0), (1920, 1080): (9.0, 7.0), (3840, 2160): (3.5, 4.0)}
"""Sizes [px], and the most background blits that a picture in the middle should take: with the
whole track, and with a close camera."""
CAMERAS = (Camera.WHOLE, Camera.RAIL, Camera.CHASE)
TAIL = 3.0
"""The most that the slowest of a thousand pictures should take, over the one in the middle."""
RATE = 4.0
"""Race seconds a wall second: every fourth picture of the attempt, each a larger step."""
BLITS = 200
GROWTH_PICTURES = 600
GROWTH_B = 4096
"""What they may leave behind [bytes]: less than the smallest object for each of them."""


@dataclass(frozen=True)
class Measured:
    """Processor time of pictures, between them and of one blit [s], and memory's growth [bytes]."""

    pictures: np.ndarray
    between: np.ndarray
    blit: float
    grown: int


def blit_s(size: tuple[int, int]) -> float:
    """Return the processor time of one full-surface blit in the middle [s]."""
    surface = pygame.display.get_surface()
    if surface is None:
        raise SystemExit("there is no window to blit to")
    background = pygame.Surface(size).convert()
    background.fill((12, 18, 24))
    found = []
    for _ in range(BLITS):
        begin = time.thread_time_ns()
        surface.blit(background, (0, 0))
        found.append(time.thread_time_ns() - begin)
    return median(found) / 1e9


def measured(size: tuple[int, int], camera: Camera) -> Measured:
    """Show a whole default attempt with all panels and take the time of every picture."""
    session = Session.open("breaking4", rate=RATE)
    app = App(session, size=size, camera=camera)
    try:
        app.frame(0.0)
        gc.freeze()  # as `run` does
        gc.disable()
        session.settle()
        app.frame(0.0)
        blit = blit_s(size)
        app.perform(Action.PLAY_PAUSE)
        shown = []
        while session.playing:
            begin = time.thread_time_ns()
            app.frame(1.0 / FRAMES_PER_S)
            drawn = time.thread_time_ns()
            # as `run` does, which has until then for what the next pictures need
            until = begin + round(1e9 * SPARE_S)
            app.prepare(lambda: (until - time.thread_time_ns()) / 1e9)  # noqa: B023 - called at once
            shown.append((drawn - begin, time.thread_time_ns() - drawn))
        took, between = np.array(shown).T
        return Measured(took / 1e9, between / 1e9, blit, _growth(session, app))
    finally:
        gc.unfreeze()
        gc.enable()
        session.close()
        pygame.display.quit()


def _growth(session: Session, app: App) -> int:
    """Return what a further stretch of pictures leaves behind in memory [bytes]."""
    held = []
    try:
        for k in range(3):  # the first one fills what is kept between pictures
            if k == 1:
                tracemalloc.start()
            session.seek(60.0)
            app.perform(Action.PLAY_PAUSE)
            for _ in range(GROWTH_PICTURES):
                app.frame(1.0 / FRAMES_PER_S)
                app.prepare(lambda: SPARE_S)  # as a window does in the end, if not each time
            app.perform(Action.PLAY_PAUSE)
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
        return held[-1] - held[-2]
    finally:
        tracemalloc.stop()


def rows() -> Iterator[str]:
    """Yield lines of the table: what, measured, goal."""
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    for (size, goals), camera in itertools.product(SIZES.items(), CAMERAS):
        found = measured(size, camera)
        name, goal = f"{size[0]}×{size[1]}, {camera}", goals[camera.close]
        middle, late, latest, longest = np.quantile(found.pictures, (0.5, 0.99, 0.999, 1.0)) * 1e3
        yield (
            f"| {name}: a picture in the middle of {len(found.pictures)}, over one blit of "
            f"{1e3 * found.blit:.2f} ms | {middle / found.blit / 1e3:.1f} | ≤ {goal:g} |"
        )
        yield (
            f"| {name}: 50, 99, 99.9 % and longest | {middle:.1f}, {late:.1f}, {latest:.1f}, "
            f"{longest:.1f} ms | |"
        )
        busy = np.quantile(found.between, (0.5, 0.99, 1.0)) * 1e3
        yield (
            f"| {name}: prepared between two pictures, 50, 99 % and longest | "
            f"{busy[0]:.1f}, {busy[1]:.1f}, {busy[2]:.1f} ms | |"
        )
        yield f"| {name}: 99.9 % over the middle | {latest / middle:.1f} | ≤ {TAIL:g} |"
        yield (
            f"| {name}: memory {GROWTH_PICTURES} more pictures leave | {found.grown} B | "
            f"≤ {GROWTH_B} B |"
        )


if __name__ == "__main__":
    for line in rows():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
