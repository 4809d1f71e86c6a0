"""A restless hand at a real window: it seeks, turns knobs, pins and resizes while the race loops.

In: an `App` on a real session, a seed. Out: pictures, drawn as fast as they go. Between two calls
of `tidy` anything may have happened; after one, the window stands as after the last, so that
whatever it holds more than then has leaked.
"""

from __future__ import annotations

import functools
import gc
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pygame

from simulator.analysis.what_if import AXES
from simulator.export.page import write_page
from simulator.scenario.model import RecordingGhost
from simulator.screen import Camera
from simulator.session import Session
from simulator.session.runs import LruCache
from simulator.stage.keys import Action
from simulator.stage.playback import RATES
from simulator.stage.scene import Knob, KnobKind
from simulator.view.app import App
from simulator.view.athletes import KEPT_BYTES, SCALED_BYTES, Athletes
from simulator.view.pages import page_names
from simulator.view.theme import THEMES
from tests.view.user import places

HOME = (1280, 720)
PICTURE_S = 1 / 60
"""Wall time that one picture is told to have taken [s]: the race runs at 32 times that."""
KEYS = (Action.GHOSTS, Action.LIGHTS, Action.REVEAL, Action.SEEK_BACK, Action.SEEK_FORWARD_LONG)
WINDOW_KEYS = (Action.LABELS, Action.CAMERA, Action.HELP, Action.THEME, Action.DRAWER, Action.SOUND)
PATIENCE_S = 300.0
EACH_DEED = 6
"""So often each deed is done first, so that none is left out of a short run."""
LAPS_S = (20.0, 90.0, 180.0, 236.0, 250.0)
"""Moments of the race that `tidy` looks at [s]."""


Cache: TypeAlias = "LruCache[Any, Any] | Athletes | functools._lru_cache_wrapper[Any]"


def caches() -> list[Cache]:
    """Return every cache of ours; what is frozen is not among what Python's collector lists."""
    return [
        kept
        for kept in gc.get_objects()
        if isinstance(kept, (LruCache, Athletes))
        or (isinstance(kept, functools._lru_cache_wrapper) and _is_ours(kept))
    ]


def empty(kept: Cache) -> None:
    """Empty a cache, and see that it has a limit."""
    if isinstance(kept, LruCache):
        assert len(kept._values) <= kept.limit
        kept._values.clear()
    elif isinstance(kept, Athletes):
        assert kept._bytes <= KEPT_BYTES or len(kept._sets) == 1
        assert kept._scaled_bytes <= SCALED_BYTES
        vars(kept).update(vars(Athletes()))  # as at the beginning
    else:
        assert kept.cache_info().maxsize is not None, kept
        kept.cache_clear()


def fill_numpy_s_cache() -> None:
    """Have numpy keep all the freed memory it ever keeps: seven blocks of each size below 1 KB.

    That is 3.7 MB at most. Windows of any size come by more and more of these sizes, so that it
    takes hours to be full, and every block keeps a page from being given back.
    """
    blocks = [np.empty(size, np.uint8) for size in range(1, 1024) for _ in range(7)]
    del blocks


def _is_ours(kept: functools._lru_cache_wrapper[Any]) -> bool:
    return str(kept.__module__).startswith("simulator.")


class Restless:
    """One hand at one window; `session` is what the window shows."""

    def __init__(self, app: App, session: Session, seed: int, *, everything: bool) -> None:
        self.app, self.session = app, session
        self.dice = random.Random(seed)  # noqa: S311 - dice, no secret
        self.pictures = self.deeds = self.rounds = self.made = 0
        self.effects: Counter[str] = Counter()
        self._frozen = caches()
        self._file = Path(session.file_name)
        self._in_file = self._file.read_bytes()
        self._scenario = session.editor.file_scenario
        self._deeds: tuple[tuple[int, Callable[[], None]], ...] = (
            (8, self._seek),
            (8, self._turn),
            (2, self._type_nonsense),
            (3, self._undo_or_redo),
            (3, self._pin),
            (2, self._resize),
            (3, self._key),
            (3, self._click),
            (1, self._axis),
            (1, self._wave),
        )
        if everything:  # what these keep has not filled up within minutes
            self._deeds += (
                (3, self._drag),
                (2, self._look_closer),
                (1, self._make_page),
                (1, self._reopen_picture),
            )

    def frame(self) -> None:
        """Show one picture; at the end of the race begin again."""
        for event in pygame.event.get():
            self.app.handle(event)
        self.app.frame(PICTURE_S)
        self.pictures += 1
        playback = self.session.playback
        if playback.paused:
            self.rounds += playback.time_s >= playback.last_s
            self.session.perform(Action.PLAY_PAUSE)

    def act(self) -> None:
        """Do one thing at random, then look at some pictures."""
        weights = [weight for weight, _ in self._deeds]
        self._do(self.dice.choices([deed for _, deed in self._deeds], weights)[0])
        for _ in range(self.dice.randrange(1, 12)):
            self.frame()

    def _do(self, deed: Callable[[], None]) -> None:
        before = self._stands()
        deed()
        self.deeds += 1
        self.effects[deed.__name__.strip("_")] += self._stands() != before

    def _stands(self) -> tuple[object, ...]:
        """Return what a deed may change: told apart, it shows that the deed was not idle."""
        session, app = self.session, self.app
        window = (app.window.size, app.labels, app.help, app.shot, app.drawer.open, app.drawer.page)
        theme, sound = app._painter.theme.name, app.sound.on
        state = session.panel_state(), session.playback, session.player.options
        return *state, window, theme, sound, self.made

    def _seek(self) -> None:
        self.session.seek(self.dice.uniform(-4.0, 260.0))

    def _knob(self) -> Knob:
        return self.dice.choice(self.session.panel_state().knobs)

    def _turn(self) -> None:
        knob = self._knob()
        if knob.kind is KnobKind.CHOICE:
            text = self.dice.choice(knob.options)
        elif knob.kind is KnobKind.SWITCH:
            text = self.dice.choice(["yes", "no"])
        else:
            text = f"{self.dice.uniform(knob.low, knob.high):.2f}"
        self.session.change(knob.path, text)

    def _type_nonsense(self) -> None:
        self.session.change(
            self._knob().path, self.dice.choice(["", "nan", "[", "1e9", "é🏃", "-1"])
        )

    def _undo_or_redo(self) -> None:
        self.session.perform(self.dice.choice([Action.UNDO, Action.UNDO, Action.REDO]))

    def _pin(self) -> None:
        if self.dice.random() < 0.5:
            self.session.pin()
        else:
            self.session.unpin(self.dice.randrange(1, 8))

    def _resize(self) -> None:
        size = self.dice.randrange(320, 1700), self.dice.randrange(180, 1000)
        pygame.display.set_mode(size, pygame.RESIZABLE)
        self.app.handle(pygame.Event(pygame.VIDEORESIZE, size=size, w=size[0], h=size[1]))

    def _key(self) -> None:
        if self.dice.random() < 0.5:
            self.session.perform(self.dice.choice(KEYS))
        else:
            self.app.perform(self.dice.choice(WINDOW_KEYS), by_key=True)

    def _click(self) -> None:
        found = list(places(self.app.drawer).values())
        at = (self.dice.randrange(1700), self.dice.randrange(1000))
        at = self.dice.choice(found).center if found and self.dice.random() < 0.7 else at
        self.app.handle(pygame.Event(pygame.MOUSEMOTION, pos=at, rel=(0, 0), buttons=(0, 0, 0)))
        for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            self.app.handle(pygame.Event(kind, pos=at, button=pygame.BUTTON_LEFT))
            self.frame()

    def _axis(self) -> None:
        self.session.set_axis(self.dice.choice(list(AXES)))
        self.session.take_bar(self.dice.randrange(14))

    def _wave(self) -> None:
        if self.dice.random() < 0.5:
            self.session.add_wave()
        else:
            self.session.remove_wave(f"wave {self.dice.randrange(2, 5)}")

    def _drag(self) -> None:
        """Drag from anywhere: a pacer, a split, the chart, a slider, the map of a page."""
        found = list(places(self.app.drawer).values())
        x, y = self.dice.randrange(1280), self.dice.randrange(720)
        if found and self.dice.random() < 0.5:
            x, y = self.dice.choice(found).center
        self._mouse(pygame.MOUSEMOTION, (x, y))
        self._mouse(pygame.MOUSEBUTTONDOWN, (x, y))
        for _ in range(5):
            x, y = x + self.dice.randrange(-40, 40), y + self.dice.randrange(-40, 40)
            self._mouse(pygame.MOUSEMOTION, (x, y), held=1)
            self.frame()
        self._mouse(pygame.MOUSEBUTTONUP, (x, y))

    def _look_closer(self) -> None:
        """Go to another camera, come closer there, and look elsewhere."""
        self.app.perform(self.dice.choice((Action.CAMERA, Action.CAMERA_BACK)))
        for _ in range(20):
            self.frame()
        self._mouse(pygame.MOUSEMOTION, (500, 300))
        self.app.handle(pygame.Event(pygame.MOUSEWHEEL, x=0, y=self.dice.choice((-3, 3))))
        self.frame()

    def _make_page(self) -> None:
        write_page(self.session.show, "page.html", self.app.theme, force=True)
        self.made += 1

    def _reopen_picture(self) -> None:
        self.app.perform(Action.SCREENSHOT)
        for picture in Path().glob("*.png"):
            again = Session.open(picture)
            shown = self.session.scenario
            # a kept run that became a ghost lies in a file of its own, which a picture leaves out
            carried = [ghost for ghost in shown.ghosts if not isinstance(ghost, RecordingGhost)]
            assert again.scenario == shown.model_copy(update={"ghosts": tuple(carried)})
            again.close()
            picture.unlink()
            self.made += 1

    def _mouse(self, kind: int, at: tuple[int, int], held: int = 0) -> None:
        values = {"buttons": (held, 0, 0)} if kind == pygame.MOUSEMOTION else {"button": 1}
        self.app.handle(pygame.Event(kind, pos=at, rel=(0, 0), **values))

    # -- the same state each time ----------------------------------------------------------------

    def tidy(self) -> None:
        """Bring everything back to one state, with every cache empty that has a limit.

        What such a cache holds is no leak, and would hide one: it grows until it is full.
        """
        session, app = self.session, self.app
        for pin in session.panel_state().pins:
            session.unpin(pin.number)
        session.set_axis(next(iter(AXES)))
        self._switches_off()
        pygame.display.set_mode(HOME, pygame.RESIZABLE)
        self._file_as_it_was()
        self._as_in_the_file()
        gc.collect()
        for kept in (*self._frozen, *caches()):
            empty(kept)
        self._as_in_the_file()
        session.seek(LAPS_S[1])
        self._until(lambda: not session.busy)
        # on a slow machine more pictures are waited for, and more is written in them and kept: the
        # same ones from here on
        self._other_colours()
        for time_s, opened in itertools.product(LAPS_S, (False, True)):
            if app.drawer.open is not opened:
                app.perform(Action.DRAWER, by_key=True)
            session.seek(time_s)
            for _ in range(10):
                self.frame()
        app.perform(Action.DRAWER, by_key=True)
        session.seek(LAPS_S[1])
        self.frame()
        gc.collect()

    def everything_once(self) -> None:
        """Do what costs memory the first time alone: the sound device, each page, each look."""
        import_module("ruamel.yaml")  # `Save` reads it in
        fill_numpy_s_cache()
        app = self.app
        for action in (*WINDOW_KEYS, *WINDOW_KEYS, Action.FULLSCREEN, Action.FULLSCREEN):
            app.perform(action, by_key=True)
            self.frame()
        for _, time_s in itertools.product(Camera, LAPS_S):  # each camera, with flights between
            app.perform(Action.CAMERA)
            self.session.seek(time_s)
            for _ in range(10):
                self.frame()
        self._switches_off()
        app.perform(Action.DRAWER, by_key=True)
        for page in page_names(self.session.panel_state()):
            app.drawer.turn_to(page)
            self.frame()
        for _, deed in self._deeds * EACH_DEED:
            self._do(deed)
            self.frame()

    def _other_colours(self) -> None:
        """Go round the themes: each makes a new painter, so what was cached for old sizes goes."""
        for _ in THEMES:
            self.app.perform(Action.THEME)
            self.frame()
        while self.app._painter.theme.name != next(iter(THEMES)):
            self.app.perform(Action.THEME)

    def _file_as_it_was(self) -> None:
        """Write the file as it was at first: `Save` was pressed, and it says ever more."""
        if self._file.read_bytes() != self._in_file:
            self._file.write_bytes(self._in_file)
        self._until(lambda: self.session.editor.file_scenario == self._scenario)

    def _as_in_the_file(self) -> None:
        """Take everything back, and drop what could be made again by one new change.

        Undo has no limit on purpose: what it holds is no leak as long as it can be given up.
        """
        session = self.session
        session.seek(-4.0)  # a change on the way would be a fork, and another one each time
        session.set_from_gun(False)
        session.set_keep_target(True)
        session.set_by_lap(False)
        for _ in range(session.panel_state().can_undo):
            session.undo()
        for row in range(len(session.panel_state().splits)):
            session.editor.lock_split(row, False)
        session.change("pacers.front_gap", "1.49")
        session.undo()
        session.change("pacers.front_gap", "1.49")
        self._until(lambda: session.settled)

    def _switches_off(self) -> None:
        app, options = self.app, self.session.player.options
        wanted = {
            Action.FULLSCREEN: app.fullscreen,
            Action.SOUND: app.sound.on,
            Action.HELP: app.help,
            Action.LABELS: not app.labels,
            Action.DRAWER: app.drawer.open,
            Action.REVEAL: options.reveal,
            Action.GHOSTS: not options.ghosts,
            Action.LIGHTS: not options.lights,
            Action.WAKE: not options.wake,
            Action.SLOW_MOTION: not options.slow_motion,
        }
        for action, on in wanted.items():
            if on:
                app.perform(action, by_key=True)
        app.drawer.turn_to("")
        app.drawer.table_open = False
        while app.shot.camera is not Camera.WHOLE:
            app.perform(Action.CAMERA)
        self._until(lambda: app.shot.whole)  # a flight draws what the map does not
        while self.session.playback.rate < RATES[-1]:
            self.session.perform(Action.FASTER)

    def _until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not done():
            self.frame()
            time.sleep(0.005)  # the thread in the background is to get the interpreter, too
            assert time.monotonic() < end, "the session never settled"
