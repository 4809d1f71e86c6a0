"""A knob turned in the real window: how soon the bars are complete, what pictures cost meanwhile.

`python -m tests.benchmarks.knobs` prints the rows alone; `make bench` prints them with the rest.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

import pygame

from simulator.analysis.what_if import pacer_counts
from simulator.physics.attempt import finished, simulate
from simulator.scenario.loader import load_scenario
from simulator.session import Session
from simulator.session.attempting import attempting
from simulator.stage.keys import Action
from simulator.view.app import FRAMES_PER_S, App

TURNS = ("runner.form", "1"), ("plan.target", "3:57"), ("environment.wind.speed", "2")
"""Knobs that make every bar be run anew, and to what they are turned first."""
MOMENT_S = 92.0
ROUNDS = 4
PATIENCE_S = 20.0


@dataclass
class Pictures:
    """What single pictures took [s]: of the processor, on the wall, and what turning took."""

    processor: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    turning: list[float] = field(default_factory=list)
    complete: list[float] = field(default_factory=list)


def _complete(session: Session) -> bool:
    shown = session.scene().what_if
    return shown is not None and not any(bar.stale for bar in shown.bars)


def _pictures(app: App, found: Pictures) -> Iterator[None]:
    """Show pictures as `run` does, and note what each took."""
    pace, before = pygame.time.Clock(), time.perf_counter()
    while True:
        for event in pygame.event.get():
            app.handle(event)
        begin, work = time.perf_counter(), time.process_time()
        app.frame(begin - before)
        before = begin
        found.processor.append(time.process_time() - work)
        found.wall.append(time.perf_counter() - begin)
        yield  # what is complete has been shown: the wait for the next picture is no part of it
        pace.tick(FRAMES_PER_S)


def _until_settled(session: Session, pictures: Iterator[None]) -> None:
    began = time.perf_counter()
    while not session.settled and time.perf_counter() - began < PATIENCE_S:
        next(pictures)
    for _ in range(FRAMES_PER_S):
        next(pictures)


def measured(size: tuple[int, int], *, playing: bool) -> Pictures:
    """Turn knobs in a window of this size, and wait each time until the bars are complete."""
    found, idle = Pictures(), Pictures()
    session = Session.open("breaking4", processes=True)
    app = App(session, size=size)
    try:
        app.frame(0.0)
        gc.freeze()  # as `run` does
        app.perform(Action.DRAWER)
        _until_settled(session, _pictures(app, idle))
        for turn in range(ROUNDS):
            for path, first in TURNS:
                session.seek(MOMENT_S)
                if session.playing is not playing:
                    session.perform(Action.PLAY_PAUSE)
                _until_settled(session, _pictures(app, idle))
                began, work = time.perf_counter(), time.process_time()
                text = first if turn == 0 else f"{first}.{turn}"
                if not session.change(path, text):
                    raise SystemExit(f"{path}={text} was refused")
                found.turning.append(time.process_time() - work)
                shown = _pictures(app, found)
                while not _complete(session) and time.perf_counter() - began < PATIENCE_S:
                    next(shown)
                found.complete.append(time.perf_counter() - began)
                _until_settled(session, shown)
    finally:
        gc.unfreeze()
        session.close()
        pygame.display.quit()
    return found


def _alone() -> float:
    """Return what the work of one turn takes of the processor, forked at `MOMENT_S` [s]."""
    past = simulate(load_scenario("breaking4"))
    asked = load_scenario("breaking4", overrides=["runner.form=1"])
    counts = [choice.scenario for choice in pacer_counts(asked)]
    took = []
    for _ in range(3):
        work = time.process_time()
        finished(attempting(past, [(round(MOMENT_S / past.step_s), asked)], counts))
        took.append(time.process_time() - work)
    return min(took)


def _held_up() -> float:
    """Return how much longer a loop takes on the wall than of the processor: others at work."""
    wall, work = time.perf_counter(), time.process_time()
    while time.process_time() - work < 0.5:
        pass
    return (time.perf_counter() - wall) / 0.5


def rows(size: tuple[int, int] = (1280, 720)) -> Iterator[str]:
    """Yield the rows of the table."""
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    yield f"| a turn's run and all its bars, processor, nothing beside | {_alone():.2f} s | |"
    yield f"| wall over processor of a loop: above 1, others are at work | {_held_up():.1f} | |"
    for playing, goal in ((True, 0.5), (False, 0.25)):
        found = measured(size, playing=playing)
        state = "playing" if playing else "paused"
        yield (
            f"| {state}: bars complete after a turn, median (worst) of {len(found.complete)} | "
            f"{median(found.complete):.2f} s ({max(found.complete):.2f} s) | ≤ {goal} s |"
        )
        yield (
            f"| {state}: turning a knob, median (worst), processor | "
            f"{1e3 * median(found.turning):.1f} ms ({1e3 * max(found.turning):.1f} ms) | ≤ 4 ms |"
        )
        late = sum(wall > 1 / FRAMES_PER_S for wall in found.wall)
        yield (
            f"| {state}: longest picture meanwhile, processor (wall) | "
            f"{1e3 * max(found.processor):.1f} ms ({1e3 * max(found.wall):.1f} ms) "
            f"| ≤ {1e3 / FRAMES_PER_S:.1f} ms |"
        )
        yield (
            f"| {state}: median picture, processor; pictures later than a sixtieth | "
            f"{1e3 * median(found.processor):.1f} ms; {late} of {len(found.wall)} | 0 |"
        )


if __name__ == "__main__":
    for row in rows():
        sys.stdout.write(row + "\n")
        sys.stdout.flush()
