"""The window: it owns the clock, passes events to the session or handles them, and shows pictures.

In: a session. Out: pixels on a display, until it is closed. Nothing here steps physics.
Only `pygame.display` and `pygame.font` are initialised; audio when sound is switched on.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypedDict, Unpack

import pygame

from simulator.errors import DisplayError
from simulator.screen import Camera
from simulator.session import Session
from simulator.stage.keys import Action
from simulator.stage.scene import Scene
from simulator.view.camera import directed, on_air, reframed, resting, uncut
from simulator.view.controls import Controls, place
from simulator.view.dragging import DragTool
from simulator.view.drawer import Drawer
from simulator.view.input import MouseDrag, binding_of, by_position, digit_of
from simulator.view.layout import Layout
from simulator.view.panels.cards import draw_problem, draw_recording
from simulator.view.panels.timeline import ChartKind
from simulator.view.picture import Painter, PictureOptions, layout_of
from simulator.view.presenter import Presenter
from simulator.view.sound import Sound
from simulator.view.text import Style
from simulator.view.theme import Theme, next_theme, theme_named
from simulator.view.window import Window

FRAMES_PER_S = 60
SPARE_S = 0.8 / FRAMES_PER_S
"""This long after a picture was begun, the next ones are prepared [s]."""
SWITCH_S = 0.001
"""The longest a background thread may hold up the next picture [s]: Python's switch interval."""
AWAKE = 45
"""This many pictures are drawn after any change: new ground is painted a few tiles at a time, and
slides and fades come to rest.
"""
SELDOM = 5
"""While nothing changes, one picture in this many is drawn: for a blinking caret or a tooltip."""
TILES = 3
"""The most new ground that one picture may paint: a few milliseconds of work."""
IDLE_OBJECTS, MOST_OBJECTS = 2_000, 500_000
"""Garbage is collected beyond this many new objects: the first between skipped pictures, the second
always. Hardly any object is garbage, since pictures leave no reference cycles.
"""
_STAYS = "Any other key stays. It is written down in any case: Ctrl R brings it back the next time."
HIDDEN = (pygame.WINDOWFOCUSLOST, pygame.WINDOWMINIMIZED, pygame.WINDOWHIDDEN)
SEEN = (
    pygame.WINDOWRESTORED,
    pygame.WINDOWSHOWN,
    pygame.WINDOWEXPOSED,
    pygame.WINDOWFOCUSGAINED,
    pygame.WINDOWMAXIMIZED,
)


SceneListener = Callable[[Scene], object]
"""A callback for every scene that the window shows: sounds, and real lights."""


class FilmRecorder(Protocol):
    """Films the window, from one press of the record key to the next."""

    @property
    def seconds(self) -> float | None:
        """How long it has been filming [s]; None when it is not."""

    def press(self, size: tuple[int, int]) -> None:
        """Start a film of a size [px], or finish the current one."""

    def take(self, surface: pygame.Surface, stood_s: float) -> None:
        """Film a picture that was shown for some wall time [s]."""


class WindowOptions(TypedDict, total=False):
    """How a window is opened.

    Attributes:
        size: the window's size [px], 1280 × 720.
        window: the window, if it is open already.
        fullscreen: fill the screen; if that is refused, a window and a notice.
        theme: name of the theme, or its file; `night`.
        camera: the first camera.
        listeners: called with every scene that the window shows.
        presenting: start in presentation mode; leaving it ends the program, after a question.
        display: number of the display to fill, from 0; None = a window, or while presenting the
            second display if there is one.
        recorder: films the window; None: not possible here.
    """

    size: tuple[int, int]
    window: Window
    fullscreen: bool
    theme: str
    camera: Camera
    listeners: Sequence[SceneListener]
    presenting: bool
    display: int | None
    recorder: FilmRecorder | None


class FrameSkipper:
    """Skips pictures identical to the one on the screen, to save power."""

    def __init__(self) -> None:
        self._shown: tuple[object, object, object] | None = None
        self._awake = AWAKE
        self._skipped = 0

    def invalidate(self) -> None:
        """Have the next pictures drawn, whatever they show."""
        self._awake = AWAKE

    def skips(self, camera: object, surface: object, scene: object) -> bool:
        """Return whether to skip the next picture.

        Args:
            camera: everything that determines the view.
            surface: the surface to draw on.
            scene: the scene to draw.
        """
        shown = self._shown
        if shown is None or shown[0] != camera or shown[1:] != (surface, scene):
            self.invalidate()
        self._shown = camera, surface, scene
        self._awake -= 1
        self._skipped = 0 if self._awake >= 0 else (self._skipped + 1) % SELDOM
        return self._skipped > 0


class App:
    """One window on one session. `run` and tests call only `handle` and `frame`."""

    def __init__(self, session: Session, **opening: Unpack[WindowOptions]) -> None:
        """Open the window.

        Raises:
            DisplayError: no window can be opened.
        """
        self.session = session
        self.labels, self.help = True, False
        self.shot = resting(opening.get("camera", Camera.WHOLE))
        self.running = True
        self.visible = True
        self._painter = Painter(theme_named(opening.get("theme", "night")))
        self.sound = Sound()
        self._listeners = (self.sound.hear, *opening.get("listeners", ()))
        self._recorder = opening.get("recorder")
        self._held: set[int] = set()
        self._pointing = MouseDrag(session)
        self._before: Scene | None = None
        self._asked = ""
        self._now_s = self._unseen_s = 0.0
        self._skipper = FrameSkipper()
        self.drawer = Drawer(session, self._painter.panels)
        self.drag_tool = DragTool(session)
        self._controls = Controls()
        self._display = opening.get("display")
        self.window = opening.get("window") or Window(opening.get("size", (1280, 720)))
        self.presenter = Presenter(session, self.window, self._display)
        if opening.get("presenting"):
            self.presenter.enter(self._painter.theme, self._painter.type, self._end)
        elif not self.fullscreen and (opening.get("fullscreen") or self._display is not None):
            self._toggle_fullscreen()

    @property
    def fullscreen(self) -> bool:
        """Whether the screen is filled."""
        return self.window.fullscreen

    @property
    def theme(self) -> Theme:
        """The colours."""
        return self._painter.theme

    # events -------------------------------------------------------------------------------------

    def handle(self, event: pygame.Event) -> None:
        """Handle one event; it never raises and never changes the recording."""
        self._skipper.invalidate()
        if self.presenter.handle(event):
            return
        if event.type in (pygame.QUIT, pygame.WINDOWCLOSE):
            self.running = False
        elif event.type == pygame.KEYDOWN:
            self._key(event)
        elif event.type == pygame.KEYUP:
            self._held.discard(by_position(event).key)
        elif event.type in (pygame.TEXTINPUT, pygame.TEXTEDITING):
            if not self.drawer.text(event):
                self.drag_tool.text(event)
        elif event.type in HIDDEN:
            self._let_go()
            self.visible = event.type == pygame.WINDOWFOCUSLOST and self.visible
        elif event.type in SEEN:
            self.visible = True
        elif not self.presenter.on:
            self._pointer(event)
        elif event.type == pygame.MOUSEBUTTONDOWN:
            action = self.presenter.click(event)
            if action is not None:
                self.perform(action)

    def _key(self, event: pygame.Event) -> None:
        event = by_position(event)
        again = event.key in self._held
        self._held.add(event.key)
        presenting = self.presenter.on
        asked = self._asked
        binding = binding_of(event, presenting=presenting)
        if asked and (binding is None or binding.action is not Action.QUIT):
            self._asked = ""
        if (
            not asked
            and not presenting
            and not self.help
            and (
                self.drag_tool.key_in_field(event, again=again)
                or self.drawer.key(event, again=again)
                or self.drag_tool.key(event)
            )
        ):
            return
        if binding is None:
            self.presenter.stay()
        elif binding.action is Action.NUMBER:
            if not again:
                self.presenter.digit(digit_of(event))
        elif binding.repeats or not again:
            self.perform(binding.action, by_key=True)

    def _pointer(self, event: pygame.Event) -> None:
        if event.type == pygame.MOUSEMOTION:
            self._pointing.point(event.pos)
        left = event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT
        self._asked = "" if left else self._asked
        if event.type == pygame.MOUSEBUTTONDOWN:
            self.drag_tool.press(event.pos)
        if left and self.help:  # the help card covers everything
            self.help = False
            return
        if self.drawer.pointer(event):
            return
        action, swallowed = self._controls.handle(event)
        if action is not None:
            self.perform(action)
        if swallowed:
            return
        if self.drag_tool.pointer(event) or (left and self.drawer.click(event)):
            return
        self.shot = self._pointing.take(event, self.shot, self._layout(), self._now_s)

    def _options(self) -> PictureOptions:
        on = self.presenter.on
        chart = ChartKind.GAP if on else self.drag_tool.chart
        return PictureOptions(self.labels, self.shot, self.help, not on, on, TILES, chart)

    def _layout(self) -> Layout:
        staging = None if self._before is None else self._before.staging
        return layout_of(self.window.size, staging, self._options())

    def _arrangement(self) -> tuple[Layout, Style]:
        layout = self._layout()
        return layout, self._painter.style(layout)

    def _leave_fields(self) -> None:
        """Take over what is typed: the keys that follow are for something else."""
        for ui in (self.drawer.ui, self.drag_tool.controls.ui):
            ui.leave()

    def _let_go(self) -> None:
        """Release all keys and the mouse."""
        self._held.clear()
        self._pointing.let_go()
        self.drag_tool.let_go()

    def perform(self, action: Action, *, by_key: bool = False) -> None:
        """Perform an action of a key or a button; the session gets those not for the window."""
        self._skipper.invalidate()
        own: dict[Action, Callable[[], None]] = {
            Action.LABELS: self._names,
            Action.CAMERA: lambda: self._next_camera(1),
            Action.CAMERA_BACK: lambda: self._next_camera(-1),
            Action.SOUND: lambda: self.session.notify(self.sound.switch()),
            Action.THEME: self._other_colours,
            Action.DRAWER: lambda: self._pull(by_key=by_key),
            Action.CHART: self.drag_tool.next_chart,
            Action.PACER: lambda: self.drag_tool.next_pacer(1),
            Action.PACER_BACK: lambda: self.drag_tool.next_pacer(-1),
            Action.PASTE: self.drag_tool.paste,
            Action.HELP: self._help,
            Action.FULLSCREEN: self._toggle_fullscreen,
            Action.SCREENSHOT: self._screenshot,
            Action.RECORD: self._film,
            Action.PRESENT: self._present,
            Action.QUIT: self._quit,
        }
        if action is Action.LEAVE and self.help:
            self.help = False
        elif not self.presenter.perform(action):
            if action in own:
                own[action]()
            else:
                self.session.perform(action)

    def _next_camera(self, steps: int) -> None:
        self.shot = self.shot.next(steps)
        self.session.notify(f"Camera: {self.shot.camera}.")

    def _end(self) -> None:
        self.running = False

    def _present(self) -> None:
        if self.drawer.open:
            self._pull(by_key=False)
        self._leave_fields()
        self._let_go()
        self.help = False
        self.presenter.enter(self._painter.theme, self._painter.type)

    def _film(self) -> None:
        if self._recorder is None:
            self.session.notify("Recording is not possible here.")
        else:
            self._recorder.press(self.window.size)

    def _pull(self, *, by_key: bool) -> None:
        self._leave_fields()
        self.drawer.place(*self._arrangement())
        self.drawer.toggle(by_key=by_key)

    def _other_colours(self) -> None:
        theme = next_theme(self._painter.theme)
        self._painter = self._painter.followed_by(theme)
        self.session.notify(f"Colours: {theme.name}.")

    def _help(self) -> None:
        self._leave_fields()
        self.help = not self.help

    def _names(self) -> None:
        self.labels = not self.labels

    def _screenshot(self) -> None:
        if self.window.surface is not None:  # once more, without the mark that it is recorded
            self._draw(self.window.surface, self.session.scene(), 0.0)
        session = self.session
        time_s, clock_s = session.playback.time_s, session.scene().time_s
        said = self.window.save_picture(session.scenario, time_s, clock_s)
        if said:
            reopens = " It opens again with the changes from the gun on." * session.forked
            session.notify(f"{said}{reopens}")

    def _quit(self) -> None:
        """Close the help first, then leave full screen, then close the window.

        Unsaved changes are asked about once: the second press closes the window.
        """
        at_stake, asked = self.session.at_stake, self._asked
        if self.help:
            self.help = False
        elif self.fullscreen:
            self._toggle_fullscreen()
        elif at_stake and at_stake != asked:
            self._asked = at_stake
        else:
            self.running = False

    def _toggle_fullscreen(self) -> None:
        if self.fullscreen:
            self.window.leave_screen()
            return
        why = self.window.fill_screen(self._display or 0)
        if why:
            self.session.notify(why)

    # pictures -----------------------------------------------------------------------------------

    def frame(self, elapsed_s: float) -> None:
        """Let `elapsed_s` of wall time pass [s] and show the next picture."""
        self.drag_tool.flush()
        # a blank screen stops time
        self.session.advance(0.0 if self.presenter.blank else elapsed_s)
        self._now_s += max(0.0, elapsed_s)
        self._unseen_s += max(0.0, elapsed_s)
        self.drawer.ui.tick(max(0.0, elapsed_s))
        self.drag_tool.pass_time(elapsed_s)
        scene = self.session.scene()
        # a hand that drags a pacer, perhaps in the picture of a camera, holds it still
        held = self.drag_tool.holds_pacer
        still = held and self.shot.camera is Camera.GROUP and self.shot.alone
        shot = self.shot if still else self.shot.after(min(elapsed_s, 0.05))
        shot = reframed(shot, scene, held=held)
        if self._before is not None:
            shot = uncut(shot, self._before, scene)
        self.shot = directed(shot, self._before, scene)
        self._before = scene
        # real lights go black too
        heard = replace(scene, waves=()) if self.presenter.blank else scene
        for see in self._listeners:
            see(heard)
        self.presenter.pass_time(scene, elapsed_s, self._recorded_s)
        if not self.visible and not self.presenter.on:
            return  # an audience's picture is drawn whatever the system reports about its window
        try:
            if self.window.surface is None:
                self.window.open()
            surface = self.window.surface
            if surface is not None:
                self._show(surface, scene)
        except (pygame.error, DisplayError):
            # the display is gone: the attempt continues, and the next picture tries again
            self.presenter.drop()
            pygame.display.quit()

    def prepare(self, left_s: Callable[[], float]) -> None:
        """Paint in advance what the next pictures need, while time is left [s]."""
        if self.visible and not self.shot.whole:
            self._painter.prepare(left_s)

    @property
    def _recorded_s(self) -> float | None:
        return None if self._recorder is None else self._recorder.seconds

    def _show(self, surface: pygame.Surface, scene: Scene) -> None:
        """Show the picture, unless it is on the screen already."""
        recorded_s = self._recorded_s
        if self.presenter.on or self.drawer.slides or recorded_s is not None:
            self._skipper.invalidate()
        shot = on_air(self.shot, scene)
        ground = None if shot.whole else scene.distance_m
        camera = (shot, surface.get_size(), self._painter.theme, ground)
        if self._skipper.skips(camera, surface, scene):
            _collect(IDLE_OBJECTS)
            return
        self._draw(surface, scene, self._unseen_s)
        if self._recorder is not None and recorded_s is not None:
            self._recorder.take(surface, self._unseen_s)
            if self.presenter.takes_marks:  # the film itself has none
                draw_recording(surface, recorded_s, *self._arrangement())
        self._unseen_s = 0.0
        pygame.display.flip()
        _collect(MOST_OBJECTS)

    def _draw(self, surface: pygame.Surface, scene: Scene, elapsed_s: float) -> None:
        if self.presenter.on:
            layout, style = self._arrangement()
            if not self.presenter.cover(surface, style):
                self._painter.draw(surface, scene, self._options())
            self.presenter.draw_over(surface, layout, style)
            return
        self._painter.draw(surface, scene, self._options())
        on = frozenset(action for action, shown in self._switched(scene).items() if shown)
        layout, style = self._arrangement()
        playing = self.session.playing
        if self.drawer.shown:
            self.drawer.place(layout, style)
        if self.help:
            return  # it covers the whole picture, including the drawer and the buttons
        self._controls.draw(
            surface, layout.controls, style, playing=playing, on=on, elapsed_s=elapsed_s
        )
        self.drag_tool.draw(surface, scene, layout, style, on_air(self.shot, scene))
        self.drawer.draw(surface, scene, layout, style, elapsed_s, self.drag_tool.read_out)
        if self._asked:
            text = f"{self._asked} {_STAYS}"
            draw_problem(surface, text, layout, style, "Q or Esc once more closes the window.")

    def _switched(self, scene: Scene) -> dict[Action, bool]:
        """Return the buttons that are switches, and their states."""
        return {
            Action.GHOSTS: bool(scene.ghosts),
            Action.LIGHTS: any(wave.brightness.any() for wave in scene.waves),
            Action.LABELS: self.labels,
            Action.SOUND: self.sound.on,
            Action.CAMERA: self.shot.camera is not Camera.WHOLE,
            Action.DRAWER: self.drawer.open,
        }

    def buttons(self) -> dict[Action, pygame.Rect]:
        """Return the box of each button [px]."""
        layout, style = self._arrangement()
        if (box := layout.controls) is None:
            return {}
        placed = place(box, style).items()
        return {action: pygame.Rect(each).move(box[:2]) for action, (each, _) in placed}


def _collect(limit: int) -> None:
    """Collect garbage beyond this many new objects; `run` switches automatic collection off."""
    if not gc.isenabled() and gc.get_count()[0] > limit:
        gc.collect()


@dataclass(frozen=True, slots=True)
class Closing:
    """The window's state when it was closed: theme name, size [px], whether sound is wanted."""

    theme: str
    size: tuple[int, int]
    sound: bool


def run(
    session: Session,
    *,
    sound: bool = False,
    clock: Callable[[], float] = time.perf_counter,
    **opening: Unpack[WindowOptions],
) -> Closing:
    """Show a session in a window until it is closed; return its state then.

    Args:
        session: what to watch.
        sound: start with sound.
        clock: wall time [s].
        opening: how the window is opened, see `WindowOptions`.

    Raises:
        DisplayError: no window can be opened.
    """
    app = App(session, **opening)
    app.sound.wanted = sound
    if sound:
        app.perform(Action.SOUND)
    pace = pygame.time.Clock()
    sys.setswitchinterval(SWITCH_S)
    try:
        app.frame(0.0)
        # a full collection takes as long as three pictures: `App.frame` picks a free moment
        gc.freeze()
        gc.disable()
        before = clock()
        while app.running:
            if pygame.display.get_init():
                for event in pygame.event.get():
                    app.handle(event)
            now = clock()
            app.frame(now - before)
            before = now
            app.prepare(lambda: before + SPARE_S - clock())  # noqa: B023 - called at once
            pace.tick(FRAMES_PER_S)
        return Closing(app.theme.name, app.window.windowed, app.sound.wanted)
    finally:
        gc.unfreeze()
        gc.enable()
        app.sound.close()
        app.presenter.leave()
        pygame.display.quit()
