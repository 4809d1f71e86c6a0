"""A stranger's hands at a real window, and a world in which everything goes wrong meanwhile.

In: a folder, a seed. Out: deeds, one after another, each decided by the seed alone: keys, clicks,
drags, resizes, focus changes, cameras, themes. Meanwhile another editor saves the scenario file at
each picture, the disk is full now and then, the clock jumps, the display goes away and comes back.
"""

from __future__ import annotations

import errno
import os
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pygame

from simulator.background import LatestJobs
from simulator.recording.recording import Recording
from simulator.session import Session
from simulator.session import autosave as autosave_room
from simulator.session.autosave import Autosave
from simulator.stage.keys import BINDINGS, BY_HAND, PRESENTING, Action
from simulator.view.app import App
from simulator.view.pages import page_names
from tests.session.short import SHORT, bits, by_hand
from tests.view.test_drawer_fuzz import KEYS, LETTERS
from tests.view.user import NAMED, places

SIZES = ((320, 180), (480, 270), (480, 270), (640, 360), (400, 700), (1, 1))
PICTURES_S = (0.0, 1 / 60, 1 / 60, 1 / 60, 0.02, 0.6, -3600.0, 86_400.0)
"""What a clock says that a picture took [s]: it may be set back, or forward."""
IN_FILE = (
    SHORT,
    SHORT.replace("1:04.00", "1:05.50"),
    SHORT.replace("front_gap: 1.5", "front_gap: 1.9"),
    SHORT.replace("reserve: 700", "reserve: 900"),
)
BROKEN = (SHORT[:60], "", "[", SHORT.replace("400 m", "-3"), "\0", SHORT + "x: 1\n")
FAR_M = 40
"""How far a drag goes at most in one step [px]."""


class World:
    """The disk and the clock, as the program sees them.

    Attributes:
        full: whether the disk is full: of whatever is written the first half gets there.
        gone: whether there is no display.
        now: what the clock says.
    """

    def __init__(self) -> None:
        self.full = self.gone = False
        self.now = datetime(2026, 11, 27, tzinfo=UTC)

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Let the program write to this disk, look at this clock, and have this display."""
        world = self
        write_bytes, write_text = Path.write_bytes, Path.write_text
        poll = LatestJobs.poll
        set_mode = pygame.display.set_mode

        def bytes_on_disk(path: Path, data: Any) -> int:
            if world.full:
                write_bytes(path, bytes(data)[: len(data) // 2])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            return write_bytes(path, data)

        def text_on_disk(path: Path, data: str, *args: Any, **more: Any) -> int:
            if world.full:
                write_text(path, data[: len(data) // 2], *args, **more)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            return write_text(path, data, *args, **more)

        def mode(*args: Any, **more: Any) -> pygame.Surface:
            if world.gone:
                raise pygame.error("the display is gone")
            return set_mode(*args, **more)

        class Clock(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Clock:
                then = world.now.astimezone(tz)
                return cls.fromtimestamp(then.timestamp(), tz)

        with (
            # what the background has done by a picture follows from the seed alone
            patch.object(LatestJobs, "poll", lambda jobs, **_: poll(jobs, wait=True)),
            patch.object(Path, "write_bytes", bytes_on_disk),
            patch.object(Path, "write_text", text_on_disk),
            patch.object(pygame.display, "set_mode", mode),
            patch.object(autosave_room, "datetime", Clock),
        ):
            yield


def stroke_of(key: str) -> tuple[int, int, str]:
    """Return the code, the modifiers and the letter of a key of the table; a display is there."""
    name = key.removeprefix("ctrl+").removeprefix("shift+")
    shift = pygame.KMOD_LSHIFT if "shift+" in key else 0
    control = pygame.KMOD_LCTRL if "ctrl+" in key else 0
    codes = {"page down": pygame.K_PAGEDOWN, "page up": pygame.K_PAGEUP, **NAMED}
    code = codes.get(name) or pygame.key.key_code(name)
    return code, shift | control, name if len(name) == 1 and not control else ""


class Monkey:
    """One stranger; what it did last is in `log`."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - dice, no secret
        self.world, self.log = World(), deque[str](maxlen=30)
        self.done: Counter[str] = Counter()
        self.file, self.states = folder / "short.yaml", folder / "states"
        self.file.write_bytes(SHORT.encode())
        self.session = Session.open(self.file)
        self.session.autosave = Autosave(self.states)
        self.app = App(self.session, size=SIZES[1])
        self._edits = False
        tables = (*BINDINGS, *BY_HAND, *PRESENTING)
        self._strokes = {key: stroke_of(key) for binding in tables for key in binding.keys}
        self._deeds: tuple[tuple[int, Callable[[], None]], ...] = (
            (10, self._press_bound_key),
            (6, self._press_any_key),
            (8, self._click),
            (8, self._drag),
            (2, self._wheel),
            (2, self._resize),
            (2, self._focus),
            (2, self._camera_or_theme),
            (2, self._page),
            (2, self._open_drawer),
            (3, self._turn),
            (1, self._other_editor),
            (1, self._fill_or_empty_disk),
            (1, self._set_clock),
            (1, self._take_display),
            (1, self._save),
        )

    def act(self) -> None:
        """Do one thing, and look at a picture or two."""
        weights = [weight for weight, _ in self._deeds]
        deed = self.dice.choices([deed for _, deed in self._deeds], weights)[0]
        self._note(deed.__name__)
        self.done[deed.__name__] += 1
        deed()
        for _ in range(self.dice.randrange(1, 3)):
            self.picture()
        self.app.running = True

    def picture(self) -> None:
        """Show the next picture; the other editor saves before it."""
        if self._edits:
            texts = BROKEN if self.dice.random() < 0.2 else IN_FILE
            self._in_file(self.dice.choice(texts))
        if pygame.display.get_init():
            for event in pygame.event.get():
                self.app.handle(event)
        self.app.frame(self.dice.choice(PICTURES_S))
        if self.dice.random() < 0.1:
            self.app.prepare(lambda: 0.001)

    def rest(self) -> None:
        """Let the world be as it should, and all that is asked for be shown."""
        self.world.full = self.world.gone = self._edits = False
        self._in_file(IN_FILE[0])
        for _ in range(6):
            self.app.frame(0.6)
        for _ in range(2000):
            if self.session.settled and not self.session.busy:
                break
            self.app.frame(0.02)

    def by_history(self) -> Recording:
        """Return the run that the session's history says is shown, made anew without it."""
        lineage = self.session.editor.history.now.lineage
        return by_hand([(segment.tick, segment.settings.load()) for segment in lineage])

    def check(self) -> None:
        """Assert that what is shown is what its history says."""
        run, shown = self.by_history(), self.session.recording
        assert bits(shown) == bits(run)
        scenario = self.session.editor.history.now.settings.load()
        assert self.session.scenario == scenario

    def _note(self, text: str) -> None:
        self.log.append(text)

    def _in_file(self, text: str) -> None:
        was, self.world.full = self.world.full, False
        self.file.write_bytes(text.encode())
        self.world.full = was

    # -- deeds -----------------------------------------------------------------------------------

    def _send(self, kind: int, **values: object) -> None:
        self.app.handle(pygame.Event(kind, values))

    def _stroke(self, code: int, modifiers: int, letter: str) -> None:
        self._note(f"  key {code} {modifiers} {letter!r}")
        self._send(pygame.KEYDOWN, key=code, mod=modifiers, unicode=letter)
        if letter:
            self._send(pygame.TEXTINPUT, text=letter)
        if self.dice.random() < 0.9:
            self._send(pygame.KEYUP, key=code, mod=modifiers)

    def _press_bound_key(self) -> None:
        bindings = self.dice.choice((BINDINGS, BINDINGS, BY_HAND, PRESENTING))
        self._stroke(*self._strokes[self.dice.choice(self.dice.choice(bindings).keys)])

    def _press_any_key(self) -> None:
        held = self.dice.choice((0, 0, pygame.KMOD_LSHIFT, pygame.KMOD_LCTRL, pygame.KMOD_LALT))
        letter = self.dice.choice(LETTERS) if self.dice.random() < 0.5 else ""
        code = ord(letter) if letter and ord(letter) < 128 else self.dice.choice(KEYS)
        self._stroke(code, held, letter)

    def _somewhere(self) -> tuple[int, int]:
        controls = [*places(self.app.drawer).values(), *self.app.buttons().values()]
        if controls and self.dice.random() < 0.7:
            box = self.dice.choice(controls)
            across, down = self.dice.randrange(max(box.w, 1)), self.dice.randrange(max(box.h, 1))
            return box.x + across, box.y + down
        w, h = self.app.window.size
        return self.dice.randrange(-9, w + 9), self.dice.randrange(-9, h + 9)

    def _motion(self, at: tuple[int, int], *, held: bool) -> None:
        self._send(pygame.MOUSEMOTION, pos=at, rel=(1, 1), buttons=(int(held), 0, 0))

    def _click(self) -> None:
        at, button = self._somewhere(), self.dice.choice((1, 1, 1, 2, 3))
        self._note(f"  at {at} button {button}")
        for _ in range(self.dice.choice((1, 1, 2))):
            self._motion(at, held=False)
            self._send(pygame.MOUSEBUTTONDOWN, pos=at, button=button)
            self._send(pygame.MOUSEBUTTONUP, pos=at, button=button)

    def _drag(self) -> None:
        x, y = at = self._somewhere()
        self._note(f"  from {at}")
        self._motion(at, held=False)
        self._send(pygame.MOUSEBUTTONDOWN, pos=at, button=1)
        for _ in range(self.dice.randrange(1, 6)):
            x += self.dice.randrange(-FAR_M, FAR_M)
            y += self.dice.randrange(-FAR_M, FAR_M)
            self._motion((x, y), held=True)
            if self.dice.random() < 0.3:
                self.picture()
        if self.dice.random() < 0.1:
            self._focus()
        if self.dice.random() < 0.9:
            self._send(pygame.MOUSEBUTTONUP, pos=(x, y), button=1)

    def _wheel(self) -> None:
        self._motion(self._somewhere(), held=False)
        self._send(pygame.MOUSEWHEEL, x=0, y=self.dice.choice((-5, -1, 1, 5)))

    def _resize(self) -> None:
        size = self.dice.choice(SIZES)
        self._note(f"  to {size}")
        if pygame.display.get_init() and not self.world.gone:
            pygame.display.set_mode(size, pygame.RESIZABLE)
            self._send(pygame.VIDEORESIZE, size=size, w=size[0], h=size[1])

    def _focus(self) -> None:
        kind = self.dice.choice(
            (
                pygame.WINDOWFOCUSLOST,
                pygame.WINDOWMINIMIZED,
                pygame.WINDOWHIDDEN,
                pygame.WINDOWLEAVE,
                pygame.QUIT,
            )
        )
        self._send(kind)
        self.picture()
        self._send(self.dice.choice((pygame.WINDOWRESTORED, pygame.WINDOWFOCUSGAINED)))

    def _camera_or_theme(self) -> None:
        self.app.perform(self.dice.choice((Action.CAMERA, Action.CAMERA_BACK, Action.THEME)))

    def _page(self) -> None:
        if self.app.drawer.open:
            self.app.drawer.turn_to(self.dice.choice(page_names(self.session.panel_state())))

    def _open_drawer(self) -> None:
        if not self.app.drawer.open and not self.app.presenter.on:
            self.app.perform(Action.DRAWER, by_key=self.dice.random() < 0.5)

    def _turn(self) -> None:
        knob = self.dice.choice(self.session.panel_state().knobs)
        text = f"{self.dice.uniform(knob.low, knob.high):.2f}"
        if knob.options:
            text = self.dice.choice(knob.options)
        self._note(f"  {knob.path}={text}")
        self.session.change(knob.path, text)

    def _other_editor(self) -> None:
        self._edits = not self._edits

    def _fill_or_empty_disk(self) -> None:
        self.world.full = not self.world.full

    def _set_clock(self) -> None:
        self.world.now += timedelta(hours=self.dice.choice((-1, 1, -24 * 400, 24 * 400)))

    def _take_display(self) -> None:
        self.world.gone = not self.world.gone
        if self.world.gone or self.dice.random() < 0.5:
            pygame.display.quit()

    def _save(self) -> None:
        """Save; where it is said that it was saved, what was set stands in the file."""
        session = self.session
        before = session.editor.history.now
        session.notify("")
        session.perform(Action.SAVE)
        if session.scene().notice.startswith("Saved"):
            assert session.file is not None  # it may have been saved as another one before
            assert Session.open(session.file.path).scenario == session.scenario
            assert not session.editor.unsaved
        elif not session.file_problem and self.world.full:
            assert session.editor.history.now.lineage[0].tick == before.lineage[0].tick == 0
