"""The commands that open a window: run, present.

In: arguments. Out: a window. It stands open with an empty stadium as soon as the arguments are
read: what it takes to load a scenario and to simulate it is imported and done while it is shown.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from simulator.cli.terminal import (
    DEFAULT_SCENARIO,
    CameraName,
    Changes,
    ScenarioName,
    StoryOrScenario,
    ThemeName,
    app,
    err,
    finite,
    keys_help,
    out,
    picture_size,
    race_time,
)
from simulator.screen import Camera
from simulator.stage.keys import BINDINGS, PRESENTING

if TYPE_CHECKING:
    from simulator.export.leds import LedStrip
    from simulator.session import Session
    from simulator.view.theme import Theme
    from simulator.view.window import Window

DEFAULT_STORY = "stories/breaking4"
AudienceDisplay = Annotated[
    int | None, typer.Option(min=0, help="Number of the display to fill, from 0.")
]


@app.callback(invoke_without_command=True)
def _default(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version, and whether the kernel is compiled."),
    ] = False,
) -> None:
    """A real-time pacing-light simulator: a scenario becomes an attempt at the mile."""
    if version:
        from importlib.metadata import version as installed

        from simulator.physics.compiled import STATUS

        out.print(f"lightpace {installed('lightpace')}")
        out.print(f"kernel: {escape(STATUS)}", soft_wrap=True)
    elif context.invoked_subcommand is None:
        run()


@app.command(epilog=keys_help(BINDINGS))
def run(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    changes: Changes = None,
    speed: Annotated[
        float, typer.Option(min=0.1, max=32, callback=finite, help="Playback rate.")
    ] = 1.0,
    at: Annotated[str | None, typer.Option(help="Open at this race time, e.g. 2:00.75.")] = None,
    size: Annotated[str, typer.Option(help="Window size.")] = "1280x720",
    fullscreen: Annotated[bool, typer.Option(help="Fill the whole screen.")] = False,
    display: AudienceDisplay = None,
    theme: ThemeName = "night",
    camera: CameraName = Camera.WHOLE,
    sound: Annotated[
        bool, typer.Option("--sound", help="Play the gun, the bell and a tick each lap.")
    ] = False,
    leds: Annotated[
        str | None,
        typer.Option(
            metavar="sacn:HOST,universe=1,count=150", help="Light a real LED strip over sACN."
        ),
    ] = None,
) -> None:
    """Open the window and watch the attempt."""
    strip = None if leds is None else _strip(leds, theme)
    opening = None if at is None else race_time(at)
    width_height = picture_size(size)
    from simulator.view.window import missing_display

    missing = missing_display()
    if missing:
        _print_attempt(missing, scenario, changes)
        return

    def opened() -> Session:
        from simulator.session import Session

        return Session.open(scenario, overrides=changes or [], rate=speed, start_at_s=opening)

    with ExitStack() as stack:
        full = fullscreen or display is not None
        window, colours = _window(stack, width_height, theme, (display or 0) if full else None)
        session = _ready(stack, window, colours, opened)
        if session is None:
            return
        from simulator.cli.recording import Recorder
        from simulator.view.app import run as run_window

        recorder = Recorder(session)
        stack.callback(recorder.close)
        lights = () if strip is None else (stack.enter_context(strip).show,)
        run_window(
            session,
            window=window,
            fullscreen=fullscreen,
            display=display,
            theme=theme,
            camera=Camera(camera),
            sound=sound,
            witnesses=(recorder.see, *lights),
            record=recorder.press,
        )


@app.command(epilog=keys_help(PRESENTING))
def present(
    story: StoryOrScenario = DEFAULT_STORY,
    display: Annotated[
        int | None,
        typer.Option(min=0, help="Display for the audience, from 0; left out: the second one."),
    ] = None,
    windowed: Annotated[
        bool, typer.Option("--windowed", help="Start in a window; F5 presents from there.")
    ] = False,
    theme: ThemeName = "night",
    sound: Annotated[
        bool, typer.Option("--sound", help="Play the gun, the bell and a tick each lap.")
    ] = False,
) -> None:
    """Present a story, or a scenario's own events, to an audience with a clicker."""
    from simulator.view.window import missing_display

    missing = missing_display()
    if missing:
        _print_chapters(missing, story)
        return

    def opened() -> Session:
        from simulator.scenario.story_script import is_story, load_story
        from simulator.session import Session
        from simulator.session.presentation import Presentation

        if is_story(story):
            return Presentation(load_story(story)).session
        return Session.open(story)

    with ExitStack() as stack:
        wanted = 1 if display is None else display
        window, colours = _window(stack, (1280, 720), theme, None if windowed else wanted)
        session = _ready(stack, window, colours, opened, presenting=not windowed)
        if session is None:
            return
        from simulator.cli.recording import Recorder
        from simulator.view.app import run as run_window

        recorder = Recorder(session)
        stack.callback(recorder.close)
        run_window(
            session,
            window=window,
            theme=theme,
            sound=sound,
            presenting=not windowed,
            display=display,
            witnesses=(recorder.see,),
            record=recorder.press,
        )


def _window(
    stack: ExitStack, size: tuple[int, int], theme: str, display: int | None
) -> tuple[Window, Theme]:
    """Open the window, over all of a display if one is named; it closes with the stack."""
    from simulator.view.theme import theme_named
    from simulator.view.window import Window, closed

    gc.disable()  # until the first picture of the attempt: what is made until then stays
    stack.callback(gc.enable)
    colours = theme_named(theme)  # an unknown one is refused before anything opens
    window = Window(size)
    stack.callback(closed)
    if display is not None:
        window.fill_screen(display)  # where that is refused, the window says so when it is there
    return window, colours


def _ready(
    stack: ExitStack,
    window: Window,
    colours: Theme,
    opened: Callable[[], Session],
    *,
    presenting: bool = False,
) -> Session | None:
    """Return the session, worked out while the stadium is shown; None if the window was closed."""
    from simulator.view.stadium import LeftError, shown_while

    def work() -> Session:
        session = opened()
        stack.callback(session.close)  # at once: whoever waits for it may be stopped
        import simulator.cli.recording
        import simulator.view.app  # noqa: F401 - it takes a while, and is wanted next

        return session

    try:
        return shown_while(window, colours, work, presenting=presenting)
    except LeftError:
        return None


def _strip(text: str, theme: str) -> AbstractContextManager[LedStrip]:
    from simulator.export.leds import opened_strip, parse_target
    from simulator.view.theme import theme_named

    try:
        return opened_strip(parse_target(text), theme_named(theme))
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--leds") from error


def _print_attempt(missing: str, scenario: str, changes: list[str] | None) -> None:
    """Say that there is no display, and print the attempt."""
    from simulator.analysis.summary import summarise
    from simulator.cli.attempts import print_summary
    from simulator.physics.attempt import simulate
    from simulator.scenario.loader import load_scenario

    loaded = load_scenario(scenario, overrides=changes or [])
    instead = f"{missing} `lightpace still {scenario} --at 2:00 -o out.png` makes a picture."
    err.print(escape(instead))
    print_summary(summarise(loaded, simulate(loaded)))


def _print_chapters(missing: str, story: str) -> None:
    """Say that there is no display, and print a story's chapters."""
    from simulator.cli.attempts import print_timeline
    from simulator.scenario.loader import load_scenario
    from simulator.scenario.story_script import is_story, load_story
    from simulator.stage.story import compile_story

    script = load_story(story) if is_story(story) else None
    if script is None:
        load_scenario(story)  # refused where something is wrong with it
    err.print(escape(f"{missing} `lightpace film {story} -o film.mp4` makes a film of it."))
    if script is not None:
        print_timeline(story, compile_story(script))
