"""The window: it owns the clock, hands events to the session or to itself, and shows pictures.

In: a session. Out: pixels on a display, until it is closed. Nothing here steps physics.
Only `pygame.display` and `pygame.font` are initialised; audio when sound is switched on.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import pygame

from simulator.errors import DisplayError, OutputError
from simulator.stage.keys import Action
from simulator.stage.scene import Scene
from simulator.units import format_clock
from simulator.view.camera import MOVE_S, ease
from simulator.view.controls import Controls
from simulator.view.keyboard import binding_of, repeat_keys
from simulator.view.layout import Layout, arrange
from simulator.view.mixing import MixingDesk, Turned
from simulator.view.panels.timeline import distance_at, plot_box
from simulator.view.picture import Options, Painter
from simulator.view.sound import Sound
from simulator.view.still import save_png
from simulator.view.style import Style
from simulator.view.themes import next_theme, theme_named

Witness = Callable[[Scene], object]
"""Is shown every scene that the window shows: what is heard, and real lights."""
FRAMES_PER_S = 60
_SMALLEST = (320, 180)


class Watched(Turned, Protocol):
    """What the window asks of a session: what the mixing desk does, and this."""

    @property
    def playing(self) -> bool:
        """Whether time is running."""

    def advance(self, elapsed_s: float) -> None:
        """Let wall time pass [s]."""

    def seek_distance(self, distance_m: float) -> None:
        """Go to a race distance [m]."""


@dataclass(frozen=True, slots=True)
class Looks:
    """The window's own switches. `follow` runs from 0 (whole track) to 1 while the camera moves."""

    labels: bool = True
    following: bool = False
    follow: float = 0.0
    help: bool = False

    def after(self, elapsed_s: float) -> Looks:
        """Return the looks after some wall time: the camera goes on its way, and always arrives."""
        goal = 1.0 if self.following else 0.0
        step = max(0.0, elapsed_s) / MOVE_S
        follow = min(goal, self.follow + step) if goal else max(goal, self.follow - step)
        return self if follow == self.follow else replace(self, follow=follow)


class App:
    """One window on one session. `handle` and `frame` are all that `run` calls, and tests too."""

    def __init__(
        self,
        session: Watched,
        *,
        size: tuple[int, int] = (1280, 720),
        fullscreen: bool = False,
        theme: str = "night",
        witnesses: Sequence[Witness] = (),
    ) -> None:
        """Open the window.

        Raises:
            DisplayError: no window can be opened.
        """
        self.session = session
        self.looks = Looks()
        self.running = True
        self.fullscreen = False
        self.visible = True
        self._windowed = (max(_SMALLEST[0], size[0]), max(_SMALLEST[1], size[1]))
        self._painter = Painter(theme_named(theme))
        self.sound = Sound()
        self._witnesses = (self.sound.hear, *witnesses)
        self._held: set[int] = set()
        self._scrubbing = False
        self._desk = MixingDesk(session)
        self.drawer = self._desk.drawer
        self._dressed: Style | None = None
        self._controls: Controls | None = None
        self._arranged: tuple[int, int] | None = None
        self._open()
        if fullscreen:
            self._toggle_fullscreen()

    def _open(self) -> None:
        try:
            pygame.display.init()
            pygame.display.set_caption("lightpace")
            pygame.display.set_mode(self._windowed, pygame.RESIZABLE)
            repeat_keys()
        except pygame.error as error:
            raise DisplayError(f"No window can be opened: {error}.") from error

    # events -------------------------------------------------------------------------------------

    def handle(self, event: pygame.Event) -> None:
        """Take one event; none raises, and none changes the recording."""
        if event.type == pygame.QUIT:
            self.running = False
        elif event.type == pygame.KEYDOWN:
            self._key(event)
        elif event.type == pygame.KEYUP:
            self._held.discard(event.key)
            self._desk.text(event)
        elif event.type == pygame.TEXTINPUT:
            self._desk.text(event)
        elif event.type in (pygame.WINDOWFOCUSLOST, pygame.WINDOWMINIMIZED, pygame.WINDOWHIDDEN):
            self._held.clear()
            self._scrubbing = False
            self.visible = event.type == pygame.WINDOWFOCUSLOST and self.visible
        elif event.type in (
            pygame.WINDOWRESTORED,
            pygame.WINDOWSHOWN,
            pygame.WINDOWEXPOSED,
            pygame.WINDOWFOCUSGAINED,
            pygame.WINDOWMAXIMIZED,
        ):
            self.visible = True
        else:
            self._pointer(event)

    def _key(self, event: pygame.Event) -> None:
        again = event.key in self._held
        self._held.add(event.key)
        if self._desk.key(event, again=again):
            return
        binding = binding_of(event)
        if binding is not None and (binding.repeats or not again):
            self.perform(binding.action, by_key=True)

    def _pointer(self, event: pygame.Event) -> None:
        if self._desk.pointer(event):
            return
        if self._controls is not None:
            action, swallowed = self._controls.handle(event)
            if action is not None:
                self.perform(action)
            if swallowed:
                return
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT:
            if self.looks.help:
                self.looks = replace(self.looks, help=False)
            elif not self._desk.click(event.pos, *self._arrangement()):
                self._scrubbing = self._on_timeline(event.pos)
                self._scrub(event.pos)
        elif event.type == pygame.MOUSEMOTION:
            self._scrub(event.pos)
        elif event.type == pygame.MOUSEBUTTONUP and event.button == pygame.BUTTON_LEFT:
            self._scrubbing = False

    def _arrangement(self) -> tuple[Layout, Style]:
        layout = arrange(*self._size())
        if self._dressed is None or self._dressed.sizes != layout.sizes:
            self._dressed = Style(self._painter.type, layout.sizes, self._painter.theme)
        return layout, self._dressed

    def _on_timeline(self, at: tuple[int, int]) -> bool:
        layout = arrange(*self._size())
        if layout.timeline is None:
            return False
        area = pygame.Rect(plot_box(layout.timeline, layout.sizes)).inflate(24, 0)
        area.height = layout.timeline.bottom - area.y
        return area.collidepoint(at)

    def _scrub(self, at: tuple[int, int]) -> None:
        layout = arrange(*self._size())
        if self._scrubbing and layout.timeline is not None:
            race_m = self.session.scene().race_m
            self.session.seek_distance(distance_at(layout.timeline, layout.sizes, race_m, at[0]))

    def perform(self, action: Action, *, by_key: bool = False) -> None:
        """Do what a key or a button asks for: what is not the window's goes to the session."""
        own: dict[Action, Callable[[], None]] = {
            Action.LABELS: lambda: self._look(labels=not self.looks.labels),
            Action.CAMERA: lambda: self._look(following=not self.looks.following),
            Action.SOUND: lambda: self.session.notify(self.sound.switch()),
            Action.THEME: self._other_colours,
            Action.DRAWER: lambda: self._pull(by_key=by_key),
            Action.HELP: lambda: self._look(help=not self.looks.help),
            Action.FULLSCREEN: self._toggle_fullscreen,
            Action.SCREENSHOT: self._screenshot,
            Action.QUIT: self._quit,
        }
        if action in own:
            own[action]()
        else:
            self.session.perform(action)

    def _pull(self, *, by_key: bool) -> None:
        self._desk.place(*self._arrangement(), self._buttons(self._size()).theme)
        self._desk.pull(by_key=by_key)

    def _other_colours(self) -> None:
        theme = next_theme(self._painter.theme)
        self._painter = Painter(theme)
        self._dressed = self._controls = None
        self.session.notify(f"Colours: {theme.name}.")

    def _look(self, **changes: bool) -> None:
        self.looks = replace(self.looks, **changes)

    def _quit(self) -> None:
        """Close the help first, then the full screen, then the window."""
        if self.looks.help:
            self._look(help=False)
        elif self.fullscreen:
            self._toggle_fullscreen()
        else:
            self.running = False

    def _toggle_fullscreen(self) -> None:
        wanted = not self.fullscreen
        try:
            if wanted:
                self._windowed = self._size()
                pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
            else:
                pygame.display.set_mode(self._windowed, pygame.RESIZABLE)
            self.fullscreen = wanted
        except pygame.error as error:
            self.session.notify(f"Full screen was refused: {error}.")
            self.fullscreen = False
            pygame.display.set_mode(self._windowed, pygame.RESIZABLE)

    def _screenshot(self) -> None:
        surface = pygame.display.get_surface()
        if surface is None:
            return
        stem = f"lightpace {format_clock(self.session.scene().time_s).replace(':', '-')}"
        names = itertools.chain([f"{stem}.png"], (f"{stem} ({n}).png" for n in itertools.count(2)))
        path = next(Path(name) for name in names if not Path(name).exists())
        try:
            save_png(surface, path)
            self.session.notify(f"Saved {path}.")
        except OutputError as error:
            self.session.notify(str(error))

    # pictures -----------------------------------------------------------------------------------

    @staticmethod
    def _size() -> tuple[int, int]:
        surface = pygame.display.get_surface()
        return surface.get_size() if surface is not None else (1, 1)

    def frame(self, elapsed_s: float) -> None:
        """Let `elapsed_s` of wall time pass [s] and show the next picture."""
        self.session.advance(elapsed_s)
        self.looks = self.looks.after(min(elapsed_s, 0.05))
        scene = self.session.scene()
        for see in self._witnesses:
            see(scene)
        if not self.visible:
            return
        try:
            surface = pygame.display.get_surface()
            if surface is None:
                self._open()
                surface = pygame.display.get_surface()
            if surface is not None:
                self._draw(surface, scene, elapsed_s)
                pygame.display.flip()
        except (pygame.error, DisplayError):
            # the display went away: the attempt goes on, and the next picture tries again
            pygame.display.quit()
            self._controls = self._arranged = None

    def _draw(self, surface: pygame.Surface, scene: Scene, elapsed_s: float) -> None:
        looks = self.looks
        self._painter.draw(
            surface,
            scene,
            Options(labels=looks.labels, follow=ease(looks.follow), help=looks.help, controls=True),
        )
        controls = self._buttons(surface.get_size())
        switched = {
            Action.GHOSTS: bool(scene.ghosts),
            Action.LIGHTS: any(wave.brightness.any() for wave in scene.waves),
            Action.LABELS: looks.labels,
            Action.SOUND: self.sound.on,
            Action.CAMERA: looks.following,
            Action.DRAWER: self.drawer.open,
        }
        on = frozenset(action for action, shown in switched.items() if shown)
        controls.show(playing=self.session.playing, on=on)
        controls.draw(surface, elapsed_s)
        layout, style = self._arrangement()
        if self.drawer.shown:
            self._desk.place(layout, style, controls.theme)
        self._desk.draw(surface, scene, layout, style, elapsed_s)

    def _buttons(self, size: tuple[int, int]) -> Controls:
        """Return the buttons, placed for this size."""
        if self._controls is None or self._arranged != size:
            layout, style = self._arrangement()
            self._controls = Controls(size, layout.controls, style)
            self._arranged = size
        return self._controls

    def buttons(self) -> dict[Action, pygame.Rect]:
        """Return where each button is [px]."""
        return self._buttons(self._size()).boxes()


def run(
    session: Watched,
    *,
    size: tuple[int, int] = (1280, 720),
    fullscreen: bool = False,
    theme: str = "night",
    sound: bool = False,
    witnesses: Sequence[Witness] = (),
    clock: Callable[[], float] = time.perf_counter,
) -> None:
    """Show a session in a window until it is closed.

    Args:
        session: what to watch.
        size: the window's size [px].
        fullscreen: fill the screen; where that is refused, a window and a notice.
        theme: name of the colours, or a file of them.
        sound: begin with sound.
        witnesses: are shown every scene that the window shows.
        clock: wall time [s].

    Raises:
        DisplayError: no window can be opened.
    """
    app = App(session, size=size, fullscreen=fullscreen, theme=theme, witnesses=witnesses)
    if sound:
        app.perform(Action.SOUND)
    pace = pygame.time.Clock()
    try:
        before = clock()
        while app.running:
            if pygame.display.get_init():
                for event in pygame.event.get():
                    app.handle(event)
            now = clock()
            app.frame(now - before)
            before = now
            pace.tick(FRAMES_PER_S)
    finally:
        app.sound.close()
        pygame.display.quit()
