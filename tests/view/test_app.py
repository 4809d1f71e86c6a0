from __future__ import annotations

import gc
import threading
from pathlib import Path
from typing import Any

import pygame
import pytest

from simulator.errors import DisplayError
from simulator.scenario.loader import load_scenario
from simulator.scenario.reading import moment_of
from simulator.session import Session
from simulator.stage.keys import BINDINGS, Action
from simulator.stage.scene import Scene
from simulator.view import app as app_module
from simulator.view import sprites
from simulator.view.app import AWAKE, IDLE_OBJECTS, App
from simulator.view.arranging import arrange
from simulator.view.controls import Controls
from simulator.view.panels.timeline import plot_box
from simulator.view.picture import Painter
from tests.view import scenes
from tests.view.conftest import FakeSession

WINDOW = {
    Action.LABELS,
    Action.CAMERA,
    Action.CAMERA_BACK,
    Action.RECORD,
    Action.PRESENT,
    Action.DRAWER,
    Action.CHART,
    Action.PACER,
    Action.PACER_BACK,
    Action.PASTE,
    Action.HELP,
    Action.FULLSCREEN,
    Action.SCREENSHOT,
    Action.SOUND,
    Action.THEME,
    Action.QUIT,
}
KEYS = [(key, binding.action) for binding in BINDINGS for key in binding.keys]


def press(app: App, key: str) -> None:
    *held, name = key.split("+") if key != "+" else ["+"]
    masks = {"shift": pygame.KMOD_LSHIFT, "ctrl": pygame.KMOD_LCTRL}
    modifiers = sum(masks[word] for word in held)
    character = name if len(name) == 1 else ""
    code = pygame.key.key_code(name) if name != "+" else pygame.K_KP_PLUS
    app.handle(pygame.Event(pygame.KEYDOWN, key=code, mod=modifiers, unicode=character))
    app.handle(pygame.Event(pygame.KEYUP, key=code, mod=modifiers))


def click(app: App, at: tuple[int, int]) -> None:
    app.handle(pygame.Event(pygame.MOUSEMOTION, pos=at, rel=(1, 1), buttons=(0, 0, 0)))
    pygame.mouse.set_pos(at)
    for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        app.frame(1 / 60)
        app.handle(pygame.Event(kind, pos=at, button=pygame.BUTTON_LEFT))
        for event in pygame.event.get():
            if event.type not in (pygame.MOUSEMOTION, pygame.QUIT):
                app.handle(event)
    app.frame(1 / 60)


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("key", "action"), KEYS)
def test_every_key_does_its_action(
    app: App, session: FakeSession, key: str, action: Action
) -> None:
    press(app, key)
    app.frame(1 / 60)
    if action in WINDOW:
        assert session.performed == []
    else:
        assert session.performed == [action]
    assert app.running is (action is not Action.QUIT)


def test_every_button_does_its_action(app: App, session: FakeSession) -> None:
    places = app.buttons()
    assert Action.PLAY_PAUSE in places
    for action, rect in places.items():
        before = (app.labels, app.help, app.shot.camera)
        session.performed.clear()
        click(app, rect.center)
        if action in WINDOW:
            looks = (app.labels, app.help, app.shot.camera)
            assert looks != before or app.fullscreen or app.drawer.open, action
        else:
            assert session.performed == [action], action
        if app.help:
            press(app, "h")
        if app.drawer.open:
            press(app, "k")
        if app.fullscreen:
            press(app, "f")


@pytest.mark.parametrize("size", [(640, 480), (1024, 768), (1280, 720), (1920, 1080)])
def test_buttons_stay_in_their_row(session: FakeSession, size: tuple[int, int]) -> None:
    app = App(session.typed, size=size)
    app.frame(1 / 60)
    layout = arrange(*size)
    assert layout.controls is not None
    row = pygame.Rect(layout.controls)
    places = list(app.buttons().values())
    assert len(places) == 12
    assert all(row.contains(rect) for rect in places)
    assert all(not a.colliderect(b) for i, a in enumerate(places) for b in places[:i])
    pygame.display.quit()


def test_a_held_key_repeats_only_where_the_table_says_so(app: App, session: FakeSession) -> None:
    for code in (pygame.K_SPACE, pygame.K_RIGHT):
        for _ in range(5):
            app.handle(pygame.Event(pygame.KEYDOWN, key=code, mod=0, unicode=""))
    assert session.performed.count(Action.PLAY_PAUSE) == 1
    assert session.performed.count(Action.SEEK_FORWARD) == 5


def test_losing_focus_forgets_held_keys(app: App, session: FakeSession) -> None:
    down = pygame.Event(pygame.KEYDOWN, key=pygame.K_SPACE, mod=0, unicode=" ")
    app.handle(down)
    app.handle(pygame.Event(pygame.WINDOWFOCUSLOST))
    app.handle(down)
    assert session.performed == [Action.PLAY_PAUSE, Action.PLAY_PAUSE]
    assert app.visible


def test_minimised_windows_are_not_drawn_but_time_goes_on(
    app: App, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.handle(pygame.Event(pygame.WINDOWMINIMIZED))
    with monkeypatch.context() as patched:
        patched.setattr(pygame.display, "flip", lambda: pytest.fail("drawn while minimised"))
        app.frame(0.5)
    assert session.elapsed[-1] == 0.5
    app.handle(pygame.Event(pygame.WINDOWRESTORED))
    app.frame(1 / 60)
    assert app.visible


@pytest.mark.parametrize(
    "size",
    [(1, 1), (3, 700), (700, 3), (320, 180), (1024, 768), (1080, 1920), (3840, 2160)],
)
def test_any_size_is_drawn(app: App, session: FakeSession, size: tuple[int, int]) -> None:
    pygame.display.set_mode(size, pygame.RESIZABLE)
    app.handle(pygame.Event(pygame.VIDEORESIZE, size=size, w=size[0], h=size[1]))
    for moment in scenes.MOMENTS.values():
        session.moment = moment
        app.frame(1 / 60)
    press(app, "h")
    app.frame(1 / 60)
    assert session.performed == []


def test_a_window_dragged_larger_keeps_only_what_its_size_needs(
    app: App, session: FakeSession
) -> None:
    def drawn(size: tuple[int, int]) -> int:
        pygame.display.set_mode(size, pygame.RESIZABLE)
        for moment in scenes.MOMENTS.values():
            session.moment = moment
            app.frame(1 / 60)
        return sum(kept.cache_info().currsize for kept in (sprites.glow, sprites.dot, sprites.ring))

    drawn((800, 450))
    once = drawn((1280, 720))
    for width in range(640, 1280, 80):
        drawn((width, 9 * width // 16))
    assert drawn((1280, 720)) == once > 0


def test_buttons_are_drawn_anew_only_when_one_of_them_looks_different(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looks() -> bytes:
        app.frame(1 / 60)
        surface = pygame.display.get_surface()
        assert surface is not None
        return pygame.image.tobytes(surface.subsurface(app.buttons()[Action.LABELS]), "RGB")

    before = looks()
    painted: list[object] = []
    paint = Controls._paint

    def counted(controls: Controls, *places: Any, **state: Any) -> None:
        painted.append(state)
        paint(controls, *places, **state)

    monkeypatch.setattr(Controls, "_paint", counted)
    app.perform(Action.LABELS)
    assert looks() != before
    for _ in range(5):
        app.frame(1 / 60)
    assert len(painted) == 1


def test_buttons_and_drawer_of_another_size_start_no_thread(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[threading.Thread] = []
    monkeypatch.setattr(threading.Thread, "start", started.append)
    press(app, "k")
    for width in (900, 1000, 1100):
        pygame.display.set_mode((width, 600), pygame.RESIZABLE)
        app.frame(1 / 60)
        assert app.drawer.ui.controls
    assert started == []


def test_a_button_says_its_key_under_a_resting_mouse(app: App) -> None:
    def picture() -> bytes:
        surface = pygame.display.get_surface()
        assert surface is not None
        return pygame.image.tobytes(surface, "RGB")

    at = app.buttons()[Action.HELP].center
    app.handle(pygame.Event(pygame.MOUSEMOTION, pos=at, rel=(1, 1), buttons=(0, 0, 0)))
    app.frame(0.3)
    soon = picture()
    for _ in range(8):
        app.frame(0.1)
    assert picture() != soon
    app.handle(pygame.Event(pygame.MOUSEMOTION, pos=(5, 5), rel=(1, 1), buttons=(0, 0, 0)))
    for _ in range(8):
        app.frame(0.1)
    resting = picture()
    app.handle(pygame.Event(pygame.MOUSEMOTION, pos=at, rel=(1, 1), buttons=(0, 0, 0)))
    app.frame(0.3)
    assert picture() == soon != resting


@pytest.mark.slow
def test_eight_k_is_drawn(app: App) -> None:
    pygame.display.set_mode((7680, 4320), pygame.RESIZABLE)
    app.frame(1 / 60)


def test_every_window_event_is_harmless(app: App, session: FakeSession) -> None:
    size = {"x": 5, "y": 5, "data1": 5, "data2": 5, "display_index": 0}
    kinds = [
        kind
        for name, kind in vars(pygame).items()
        if name.startswith(("WINDOW", "DISPLAY"))
        and isinstance(kind, int)
        and 0x100 < kind < pygame.USEREVENT
    ]
    assert len(kinds) > 10
    for kind in kinds:
        app.handle(pygame.Event(kind, size))
        app.frame(1 / 60)
    assert session.performed == []


def test_closing_the_window_ends_it(app: App) -> None:
    app.handle(pygame.Event(pygame.QUIT))
    assert not app.running


def test_escape_leaves_help_then_full_screen_then_the_window(app: App) -> None:
    press(app, "f")
    press(app, "h")
    states = []
    for _ in range(3):
        states.append((app.help, app.fullscreen, app.running))
        press(app, "escape")
        app.frame(1 / 60)
    assert states == [(True, True, True), (False, True, True), (False, False, True)]
    assert not app.running


def test_refused_full_screen_falls_back_and_says_so(
    app: App, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pygame.display.set_mode

    def refusing(size: tuple[int, int], flags: int = 0, **_: int) -> pygame.Surface:
        if flags & pygame.FULLSCREEN:
            raise pygame.error("no such mode")
        return real(size, flags)

    monkeypatch.setattr(pygame.display, "set_mode", refusing)
    press(app, "f")
    app.frame(1 / 60)
    assert not app.fullscreen
    assert session.said == ["Full screen was refused: no such mode."]
    surface = pygame.display.get_surface()
    assert surface is not None
    assert surface.get_size() == (1280, 720)


def test_a_display_that_disappears_comes_back(
    app: App, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise pygame.error("display surface quit")

    with monkeypatch.context() as patched:
        patched.setattr(pygame.display, "flip", gone)
        for _ in range(3):
            app.frame(1 / 60)
    app.frame(1 / 60)
    assert pygame.display.get_surface() is not None
    assert len(session.elapsed) == 5
    assert app.running


def test_a_display_quit_behind_our_back_is_opened_again(app: App) -> None:
    pygame.display.quit()
    app.frame(1 / 60)
    app.frame(1 / 60)
    assert pygame.display.get_surface() is not None


def test_no_display_at_all_is_one_sentence(
    session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> pygame.Surface:
        raise pygame.error("No available video device")

    monkeypatch.setattr(pygame.display, "set_mode", refuse)
    with pytest.raises(DisplayError, match="No available video device"):
        App(session.typed)
    pygame.display.quit()


def test_dragging_the_timeline_seeks(app: App, session: FakeSession) -> None:
    layout = arrange(1280, 720)
    assert layout.timeline is not None
    area = plot_box(layout.timeline, layout.sizes)
    y = area.y + area.h // 2
    for x in (area.x, area.x + area.w // 2, area.right - 1, area.right + 300):
        kind = pygame.MOUSEMOTION if session.sought else pygame.MOUSEBUTTONDOWN
        app.handle(pygame.Event(kind, pos=(x, y), button=1, rel=(0, 0), buttons=(1, 0, 0)))
    app.handle(pygame.Event(pygame.MOUSEBUTTONUP, pos=(0, 0), button=1))
    app.handle(pygame.Event(pygame.MOUSEMOTION, pos=(9, 9), rel=(0, 0), buttons=(0, 0, 0)))
    race = scenes.RACE_M
    assert session.sought == pytest.approx([0.0, race / 2, race, race], abs=2)


def test_a_click_on_the_stage_seeks_nowhere(app: App, session: FakeSession) -> None:
    click(app, (400, 300))
    assert session.sought == []


def test_screenshots_get_names_of_their_own(app: App, session: FakeSession) -> None:
    for _ in range(3):
        press(app, "p")
    found = sorted(path.name for path in Path().iterdir())
    assert found == [
        "lightpace 2-19.6 (2).png",
        "lightpace 2-19.6 (3).png",
        "lightpace 2-19.6.png",
    ]
    assert session.said[0] == "Saved lightpace 2-19.6.png."
    assert pygame.image.load(found[0]).get_size() == (1280, 720)


def test_a_screenshot_of_a_run_changed_on_the_way_says_how_it_opens(
    app: App, session: FakeSession
) -> None:
    session.forked = True
    press(app, "p")
    assert "from the gun" in session.said[0]


@pytest.mark.parametrize("time_s", [-2.5, 60.0, 1e9])
def test_a_screenshot_opens_again_at_its_moment(
    time_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In countdown and run-out too, where the clock stands."""
    monkeypatch.setattr(Painter, "draw", lambda *_: None)
    real = Session(load_scenario("solo"))
    real.seek(time_s)
    opened = App(real, size=(640, 360))
    press(opened, "p")
    opened.sound.close()
    pygame.display.quit()
    (path,) = Path().iterdir()
    again = Session.open(path, start_at_s=moment_of(path))
    assert again.playback.time_s == pytest.approx(real.playback.time_s, abs=0.001)


def test_a_screenshot_that_cannot_be_saved_says_why(
    app: App, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    press(app, "p")
    assert "No space left on device" in session.said[0]
    assert not list(Path().iterdir())


class FakeRecorder:
    """Notes what the window does with it."""

    def __init__(self) -> None:
        self.seconds: float | None = None
        self.pressed: list[tuple[int, int]] = []
        self.taken: list[float] = []

    def press(self, size: tuple[int, int]) -> None:
        self.pressed.append(size)
        self.seconds = 0.0

    def take(self, _surface: pygame.Surface, stood_s: float) -> None:
        self.taken.append(stood_s)


def test_the_record_key_calls_what_the_window_was_given(session: FakeSession) -> None:
    recorder = FakeRecorder()
    app = App(session.typed, size=(640, 360), recorder=recorder)
    app.frame(0.02)
    press(app, "shift+p")
    for _ in range(3):
        app.frame(0.02)
    assert recorder.pressed == [(640, 360)]
    assert recorder.taken == [0.02, 0.02, 0.02], "every picture, also where nothing changes"
    app = App(session.typed)
    press(app, "shift+p")
    assert session.said == ["Recording is not possible here."]
    pygame.display.quit()


def test_run_paces_itself_until_closed(
    session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(1000))

    class NoWait:
        def tick(self, _: int) -> int:
            if next(ticks) == 3:
                pygame.event.post(pygame.Event(pygame.QUIT))
            return 0

    monkeypatch.setattr(pygame.time, "Clock", NoWait)
    times = iter([0.0, 0.01, 0.02, 10.0, 9.0, 9.5, 10.0, 11.0])
    app_module.run(session.typed, size=(640, 360), clock=lambda: next(times))
    assert session.elapsed[:5] == pytest.approx([0.0, 0.01, 0.01, 9.98, -1.0])
    assert not pygame.display.get_init()


def test_what_the_program_is_made_of_is_not_looked_through_for_garbage_while_it_runs(
    session: FakeSession,
) -> None:
    frozen: list[int] = []

    def moment() -> Scene:
        frozen.append(gc.get_freeze_count())
        if len(frozen) == 3:
            pygame.event.post(pygame.Event(pygame.QUIT))
        return scenes.light_lost()

    session.moment = moment
    gc.unfreeze()  # what is left out between the tests
    everything = len(gc.get_objects())
    app_module.run(session.typed, size=(640, 360))
    assert frozen[-1] > 0.8 * everything
    assert gc.get_freeze_count() == 0


def test_nothing_but_display_and_font_is_initialised(app: App) -> None:
    assert app.running
    assert pygame.mixer.get_init() is None
    assert not pygame.joystick.get_init()


def test_the_help_lies_over_the_drawer(session: FakeSession) -> None:
    app = App(session.typed, size=(1280, 720))
    press(app, "k")
    for _ in range(30):
        app.frame(1 / 60)
    press(app, "h")
    app.frame(1 / 60)
    shown = pygame.display.get_surface()
    assert shown is not None
    alone = App(FakeSession().typed, size=(1280, 720), window=app.window)
    press(alone, "h")
    box = app.drawer.box
    assert box is not None
    covered = pygame.Rect(box).inflate(-8, -8)
    with_drawer = pygame.image.tobytes(shown.subsurface(covered), "RGB")
    alone.frame(1 / 60)
    assert with_drawer == pygame.image.tobytes(shown.subsurface(covered), "RGB")
    press(app, "escape")
    assert not app.help
    assert app.drawer.open


def test_the_help_lies_over_the_buttons(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """They hid its last row where the window is just high enough for it."""
    drawn: list[object] = []
    monkeypatch.setattr(app._controls, "draw", lambda *boxes, **_: drawn.append(boxes))
    press(app, "h")
    app.frame(1 / 60)
    assert not drawn
    press(app, "h")
    app.frame(1 / 60)
    assert drawn


def test_other_colours_leave_nothing_of_the_old_ones(app: App) -> None:
    app.frame(1 / 60)
    assert sprites.glow.cache_info().currsize
    old = app._painter
    app.perform(Action.THEME)
    assert app._painter.type is old.type
    assert not old.type.font.cache_info().currsize
    for kept in (sprites.glow, sprites.bloom, sprites.dot):
        assert not kept.cache_info().currsize


def test_garbage_is_collected_between_pictures_that_are_skipped(
    app: App, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected: list[int] = []
    still = scenes.light_lost()
    session.moment = lambda: still
    monkeypatch.setattr("simulator.view.app.gc.collect", lambda: collected.append(1))
    monkeypatch.setattr("simulator.view.app.gc.isenabled", lambda: False)
    monkeypatch.setattr("simulator.view.app.gc.get_count", lambda: (IDLE_OBJECTS + 1, 0, 0))
    for _ in range(AWAKE):
        app.frame(1 / 60)
    assert not collected
    for _ in range(10):
        app.frame(1 / 60)
    assert collected
