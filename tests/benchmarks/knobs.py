"""A knob turned in the real window: from the event to the picture with the new run and all bars.

`python -m tests.benchmarks.knobs` prints the rows alone; `make bench` prints them with the rest.
"""

from __future__ import annotations

import gc
import math
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

import pygame

from simulator.analysis.what_if import Measure, choices
from simulator.physics.attempt import finish_times, fork, simulate
from simulator.scenario.loader import load_scenario
from simulator.session import Session
from simulator.stage.keys import Action
from simulator.stage.scene_builder import chance_of
from simulator.view.app import FRAMES_PER_S, SWITCH_S, App
from simulator.view.dragging import DragTool
from simulator.view.panels.timeline import ChartKind

TURNS = ("runner.form", "1"), ("plan.target", "3:57"), ("environment.wind.speed", "2")
"""Knobs that make every bar be run anew, and to what they are turned first."""
MOMENT_S = 92.0
ROUNDS = 4
FRAME_S = 1 / FRAMES_PER_S


@dataclass
class Pictures:
    """What single pictures took [s]: of the processor, on the wall, and the turns alone."""

    processor: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    changing: list[float] = field(default_factory=list)
    turning: list[float] = field(default_factory=list)


def _pictures(app: App, found: Pictures, count: int) -> None:
    """Show pictures as `run` does, and note what each took."""
    pace = pygame.time.Clock()
    for _ in range(count):
        for event in pygame.event.get():
            app.handle(event)
        begin, work = time.perf_counter(), time.thread_time()
        app.frame(FRAME_S)
        found.processor.append(time.thread_time() - work)
        found.wall.append(time.perf_counter() - begin)
        pace.tick(FRAMES_PER_S)


@contextmanager
def _opened(
    size: tuple[int, int], start_at_s: float | None = None
) -> Iterator[tuple[Session, App]]:
    """Yield a session and its window, with threads and garbage as `run` has them."""
    session = Session.open("breaking4", start_at_s=start_at_s)
    app, interval_s = App(session, size=size), sys.getswitchinterval()
    try:
        app.frame(0.0)
        sys.setswitchinterval(SWITCH_S)
        gc.freeze()
        gc.disable()
        yield session, app
    finally:
        gc.unfreeze()
        gc.enable()
        sys.setswitchinterval(interval_s)
        session.close()
        pygame.display.quit()


def measured(size: tuple[int, int], *, playing: bool) -> Pictures:
    """Turn knobs in a window of this size, and look at a second of pictures after each."""
    found, idle = Pictures(), Pictures()
    with _opened(size) as (session, app):
        app.perform(Action.DRAWER)
        _pictures(app, idle, FRAMES_PER_S)
        for turn in range(ROUNDS):
            for path, first in TURNS:
                session.seek(MOMENT_S)
                if session.playing is not playing:
                    session.perform(Action.PLAY_PAUSE)
                _pictures(app, idle, FRAMES_PER_S)
                text = first if turn == 0 else f"{first}.{turn}"
                work = time.thread_time()
                if not session.change(path, text):
                    raise SystemExit(f"{path}={text} was refused")
                found.changing.append(time.thread_time() - work)
                app.frame(FRAME_S)
                found.turning.append(time.thread_time() - work)
                bars = session.show.alternatives or ()
                assert not any(bar.stale for bar in bars)
                _pictures(app, found, FRAMES_PER_S)
    return found


def handle(tool: DragTool) -> tuple[int, int]:
    """Return where something can be dragged: a split, or the nearest pacer ahead [px]."""
    view = tool._view
    assert view is not None
    if tool.chart is ChartKind.PACE:
        handles = tool._handles(view)
        return handles[len(handles) // 2]
    body = min((b for b in view.scene.pacers if b.role == "ahead"), key=lambda b: b.x_m)
    x, y = view.at(view.pieces[-1], body.x_m, body.offset_m)
    return round(x), round(y)


def dragged(size: tuple[int, int], chart: ChartKind, seconds: float = 10.0) -> list[float]:
    """Drag for so long [s], a move a picture; return what each took from event to picture [s].

    With the chart of paces a split is dragged, else the front pacer: to and fro, and aside. A move
    that a snap line took up, so that nothing changed, is not counted.
    """
    took = list[float]()
    with _opened(size, MOMENT_S) as (session, app):
        while app.drag_tool.chart is not chart:
            app.perform(Action.CHART)
        _pictures(app, Pictures(), FRAMES_PER_S)
        start = handle(app.drag_tool)
        _send(app, pygame.MOUSEBUTTONDOWN, start, button=1)
        for n in range(round(seconds * FRAMES_PER_S)):
            x, y = 8.0 * math.sin(n / 3), 8.0 * math.sin(n / 7)
            before, work = session.editor.history.now, time.thread_time()
            _send(app, pygame.MOUSEMOTION, (round(start[0] + x), round(start[1] + y)))
            app.frame(FRAME_S)
            if session.editor.history.now is not before:
                took.append(time.thread_time() - work)
            assert not any(bar.stale for bar in session.show.alternatives or ())
        _send(app, pygame.MOUSEBUTTONUP, start, button=1)
        assert session.panel_state().can_undo <= 1
    return took


def settled(size: tuple[int, int]) -> tuple[float, float]:
    """Turn a knob and let go; return when the chance is there, and those of all bars, wall [s]."""
    chances, bars = list[float](), list[float]()
    with _opened(size, MOMENT_S) as (session, app):
        session.settle()
        for turn in range(ROUNDS):
            session.set_measure(Measure.FINISH)
            _pictures(app, Pictures(), FRAMES_PER_S // 2)
            if not session.change("runner.form", f"1.{turn}"):
                raise SystemExit("runner.form was refused")
            begin = time.perf_counter()
            while chance_of(session.show.chances, session.scene().distance_m) is None:
                _pictures(app, Pictures(), 1)
            chances.append(time.perf_counter() - begin)
            session.set_measure(Measure.CHANCE)
            begin = time.perf_counter()
            while any(bar.chance is None for bar in session.show.alternatives or ()):
                _pictures(app, Pictures(), 1)
            bars.append(time.perf_counter() - begin)
    return median(chances), median(bars)


def _send(app: App, kind: int, at: tuple[int, int], **values: int) -> None:
    app.handle(pygame.Event(kind, {"pos": at, "rel": (0, 0), "buttons": (1, 0, 0), **values}))


def _alone() -> float:
    """Return what the runs of one turn take of the processor, forked at `MOMENT_S` [s]."""
    past = simulate(load_scenario("breaking4"))
    asked = load_scenario("breaking4", overrides=["runner.form=1"])
    counts = [choice.scenario for choice in choices(asked)]
    took = []
    for _ in range(3):
        work = time.thread_time()
        fork(asked, past, round(MOMENT_S / past.step_s))
        finish_times(counts)
        took.append(time.thread_time() - work)
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
    yield f"| a turn's run and all its bars, processor, nothing else | {1e3 * _alone():.1f} ms | |"
    yield f"| wall over processor of a loop: above 1, others are at work | {_held_up():.1f} | |"
    for playing in (True, False):
        found = measured(size, playing=playing)
        state = "playing" if playing else "paused"
        for what, took in (
            ("from turning a knob to the picture with its run and all bars", found.turning),
            ("of that the change itself", found.changing),
            ("pictures in the second after", found.processor),
        ):
            yield (
                f"| {state}: {what}, median (worst), processor | "
                f"{1e3 * median(took):.1f} ms ({1e3 * max(took):.1f} ms) "
                f"| ≤ {1e3 * FRAME_S:.1f} ms |"
            )
        late = sum(wall > FRAME_S for wall in found.wall)
        yield f"| {state}: pictures later than a sixtieth | {late} of {len(found.wall)} | 0 |"
    chance_s, bars_s = settled(size)
    what = "paused: from letting go of a knob to"
    yield f"| {what} the chance of the target, 2,000 samples, wall | {chance_s:.2f} s | ≤ 0.5 s |"
    yield f"| from showing the bars' chances to all of them, wall | {bars_s:.1f} s | |"
    for what, chart in (("a pacer", ChartKind.GAP), ("a split", ChartKind.PACE)):
        took = dragged(size, chart)
        late = sum(each > 2 * FRAME_S for each in took)
        yield (
            f"| dragging {what} for ten seconds: from the event to the picture with its run and "
            f"all bars, median (worst), processor | {1e3 * median(took):.1f} ms "
            f"({1e3 * max(took):.1f} ms) | ≤ {1e3 * FRAME_S:.1f} ms |"
        )
        yield f"| of these, pictures that took two frames or more | {late} of {len(took)} | 0 |"


if __name__ == "__main__":
    for row in rows():
        sys.stdout.write(row + "\n")
        sys.stdout.flush()
