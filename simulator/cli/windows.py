"""The commands that open a window, run and present; and leds, which lights a strip without one.

In: arguments. Out: a window. It opens with an empty stadium as soon as the arguments are parsed;
meanwhile the scenario is loaded and simulated, with all necessary imports. Without a display the
numbers are printed instead.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.terminal import (
    DEFAULT_SCENARIO,
    CameraName,
    Changes,
    PageLink,
    ScenarioName,
    StoryOrScenario,
    ThemeName,
    app,
    err,
    finite,
    keys_help,
    load,
    log_to_stderr,
    out,
    picture_size,
    race_time,
    script_of,
)
from simulator.errors import LightpaceError
from simulator.screen import Camera
from simulator.stage.keys import BINDINGS, BY_HAND, PRESENTING

if TYPE_CHECKING:
    from simulator.export.leds import LedStrip
    from simulator.session import Session
    from simulator.view.app import Closing, WindowOptions
    from simulator.view.preferences import Preferences

    _Lights = AbstractContextManager[LedStrip | None]

_DARK = "The strip stays dark: the window lights it. "
LEDS_FORM = "ddp:HOST,count=400"
DEFAULT_STORY = "stories/breaking4"
AudienceDisplay = Annotated[
    int | None, typer.Option(min=0, help="Number of the display to fill, from 0.")
]
Leds = Annotated[
    str | None,
    typer.Option(metavar=LEDS_FORM, help="Light a real strip of LEDs by ddp:, sacn: or artnet:."),
]
WithSound = Annotated[
    bool, typer.Option("--sound", help="Play the gun, the bell and a tick each lap.")
]


@app.callback(invoke_without_command=True)
def _default(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version, and whether the kernel is compiled."),
    ] = False,
    verbose: Annotated[
        int,
        typer.Option(
            "-v", "--verbose", count=True, help="Say on stderr what is read and done; twice: more."
        ),
    ] = 0,
) -> None:
    """A real-time pacing-light simulator: a scenario becomes a race on a track."""
    if verbose:
        log_to_stderr(verbose)
    if version:
        from importlib.metadata import version as installed

        from simulator.physics.compiled import STATUS

        out.print(f"lightpace {installed('lightpace')}")
        out.print(f"kernel: {STATUS}", soft_wrap=True)
    elif context.invoked_subcommand is None:
        run()


@app.command(epilog=keys_help((*BINDINGS, *BY_HAND)))
def run(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    changes: Changes = None,
    speed: Annotated[
        float, typer.Option(min=0.1, max=32, callback=finite, help="Playback rate.")
    ] = 1.0,
    at: Annotated[str | None, typer.Option(help="Open at this race time, e.g. 2:00.75.")] = None,
    size: Annotated[
        str | None,
        typer.Option(help="Window size.", show_default="as it was last, at first 1280x720"),
    ] = None,
    fullscreen: Annotated[bool, typer.Option(help="Fill the whole screen.")] = False,
    display: AudienceDisplay = None,
    theme: Annotated[
        str | None,
        typer.Option(
            help="Colours: night, daylight, colour-blind, high-contrast, or a .yaml file.",
            show_default="as it was last, at first night",
        ),
    ] = None,
    camera: CameraName = Camera.WHOLE,
    sound: Annotated[
        bool | None,
        typer.Option(
            help="Play the gun, the bell and a tick each lap.",
            show_default="as it was last, at first without",
        ),
    ] = None,
    restore: Annotated[
        bool,
        typer.Option(
            "--restore", help="Bring back what the last run left: settings, kept runs, place."
        ),
    ] = False,
    leds: Leds = None,
) -> None:
    """Open the window and watch the attempt."""
    from simulator.view.preferences import load_preferences, settings_file

    kept, problem = load_preferences(settings_file())
    colours = theme or kept.theme
    if theme is None and not _is_theme(colours):
        colours, problem = "night", f"The colours {colours} are not there any more."
    strip = _strip(leds, colours)
    opening = None if at is None else race_time(at)
    how: WindowOptions = {"theme": colours, "fullscreen": fullscreen}
    how["size"] = kept.size if size is None else picture_size(size)
    how["display"] = display
    from simulator.view.window import missing_display

    missing = missing_display()
    if missing:
        from shlex import quote

        from simulator.cli.attempts import simulate

        load(scenario, changes)  # raises if something is wrong with it
        instead = f"`lightpace still {quote(scenario)} --at 2:00 -o out.png` makes a picture."
        err.print(f"{missing} {_DARK * bool(leds)}{instead}")
        simulate(scenario, changes)
        return

    def opened() -> Session:
        from simulator.scenario.reading import moment_of
        from simulator.session import Session
        from simulator.session.autosave import Autosave
        from simulator.units import format_time

        begin = moment_of(scenario) if opening is None else opening
        session = Session.open(scenario, overrides=changes or [], rate=speed, start_at_s=begin)
        session.autosave = Autosave()
        session.set_strip(kept.axis, kept.measure)
        if restore:
            session.restore()
        elif problem:
            session.notify(problem)
        elif (begin or 0.0) > session.playback.last_s:
            last = format_time(session.playback.last_s)
            session.notify(f"There is no {format_time(begin or 0.0)}: it is shown to {last}.")
        elif session.left_behind:
            session.notify(f"Ctrl R brings back the last session: {session.left_behind}.")
        return session

    how["camera"] = Camera(camera)
    fills = (display or 0) if fullscreen or display is not None else None
    used = replace(kept, theme=colours, size=how["size"])
    used = replace(used, sound=kept.sound if sound is None else sound)
    _watch(opened, how, fills, strip, sound=used.sound, kept=used)


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
    sound: WithSound = False,
    link: PageLink = None,
    leds: Leds = None,
    restore: Annotated[
        bool,
        typer.Option("--restore", help="Go on where this presentation was left: chapter, knobs."),
    ] = False,
) -> None:
    """Present a story, or a scenario's own events, to an audience with a clicker."""
    from simulator.scenario.story import is_story
    from simulator.view.window import missing_display

    if link and not is_story(story):
        raise typer.BadParameter("The code of a page ends a story.", param_hint="--link")
    missing = missing_display()
    if missing:
        _print_chapters(f"{missing} {_DARK * bool(leds)}".rstrip(), story)
        return

    def opened() -> Session:
        from simulator.session import Session
        from simulator.session.autosave import Autosave
        from simulator.session.presentation import Presentation

        if is_story(story):
            script = script_of(story, link)
            session = Presentation(script).session
            session.autosave = Autosave(story=str(script.path.absolute()))
        else:
            session = Session.open(story)
            session.autosave = Autosave()
        if restore:
            session.restore()
        elif session.left_behind:  # the audience does not see the terminal
            err.print(f"--restore goes on with the last session: {session.left_behind}.")
        return session

    how: WindowOptions = {"size": (1280, 720), "theme": theme, "display": display}
    how["presenting"] = not windowed
    fills = None if windowed else 1 if display is None else display
    _watch(opened, how, fills, _strip(leds, theme), sound=sound)


def _watch(
    opened: Callable[[], Session],
    how: WindowOptions,
    fills: int | None,
    strip: _Lights,
    *,
    sound: bool,
    kept: Preferences | None = None,
) -> None:
    """Show a session, which is opened while the window shows the empty stadium.

    The window covers the display with the number `fills` from the start; None: it is a window.
    Settings changed from `kept` are written to the user's settings file.
    """
    from simulator.view.theme import theme_named
    from simulator.view.window import Window, WindowClosedError, closed, shown_while

    with ExitStack() as stack:
        gc.disable()  # until the first picture of the attempt: all objects made until then stay
        stack.callback(gc.enable)
        colours = theme_named(how["theme"])  # raises for an unknown theme before anything opens
        window = Window(how["size"])
        stack.callback(closed)
        if fills is not None:
            window.fill_screen(fills)  # if that fails, the window says so once it is open

        def work() -> Session:
            session = opened()
            stack.callback(session.close)  # at once: waiting for it may be interrupted
            import simulator.export.filming
            import simulator.view.app  # noqa: F401 - it takes a while, and is wanted next

            return session

        try:
            presenting = how.get("presenting", False)
            session = shown_while(window, colours, work, presenting=presenting)
        except WindowClosedError:
            return
        from simulator.export.filming import Recorder
        from simulator.view.app import run as run_window

        recorder = Recorder(session)
        stack.callback(recorder.close)
        lights = stack.enter_context(strip)
        how["window"], how["recorder"] = window, recorder
        how["listeners"] = (recorder.see, *(() if lights is None else (lights.show,)))
        closed_as = run_window(session, sound=sound, **how)
        if kept is not None:
            _save_preferences(kept, closed_as, session)


def _save_preferences(kept: Preferences, closed_as: Closing, session: Session) -> None:
    from simulator.view.preferences import save_preferences, settings_file
    from simulator.view.theme import theme_named

    strip = {"axis": session.bars.axis, "measure": session.bars.measure.value}
    same = theme_named(kept.theme).name == closed_as.theme  # it may be a file
    theme = kept.theme if same else closed_as.theme
    after = replace(kept, theme=theme, size=closed_as.size, sound=closed_as.sound, **strip)
    try:
        save_preferences(settings_file(), kept, after)
    except LightpaceError as error:
        err.print(f"{error}")


def _is_theme(name: str) -> bool:
    from simulator.view.theme import theme_named

    try:
        theme_named(name)
    except LightpaceError:
        return False
    return True


def _strip(text: str | None, theme: str, option: str = "--leds") -> _Lights:
    """Return the opener of the named strip of LEDs; None: no strip."""
    if text is None:
        return nullcontext()
    from simulator.export.leds import opened_strip, parse_target
    from simulator.view.theme import theme_named

    try:
        return opened_strip(parse_target(text), theme_named(theme))
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint=option) from error


def _print_chapters(missing: str, story: str) -> None:
    """Print that there is no display, and a story's chapters."""
    from simulator.cli.attempts import check_story
    from simulator.scenario.loader import load_scenario
    from simulator.scenario.story import is_story, load_story

    chapters = is_story(story)
    (load_story if chapters else load_scenario)(story)  # raises if something is wrong with it
    err.print(f"{missing} `lightpace film {story} -o film.mp4` makes a film of it.")
    if chapters:
        check_story(story)


class LedsAction(Enum):
    """An action on a strip of LEDs."""

    TEST = "test"
    OFF = "off"


@app.command()
def leds(
    action: Annotated[
        LedsAction, typer.Argument(help="test: a moving pattern; off: every LED dark.")
    ],
    strip: Annotated[
        str,
        typer.Argument(
            metavar="STRIP",
            help="ddp:HOST, sacn:HOST or artnet:HOST, then what differs: "
            "count=150,order=grb,gamma=2.2,start=1,offset=0,reverse, and universe=1 but for DDP.",
        ),
    ],
    rounds: Annotated[int, typer.Option(min=1, max=1000, help="How often the pattern runs.")] = 3,
) -> None:
    """Prove a strip's wiring with a moving pattern, or switch it off."""
    with _strip(strip, "night", "STRIP") as lights:
        if lights is None:
            return
        lights.check()
        if action is LedsAction.OFF:
            return
        from simulator.export.leds import FRAMES_PER_S

        began, said = time.monotonic(), ""
        while (words := lights.test(time.monotonic() - began, rounds)) is not None:
            if words != said:
                out.print(words, soft_wrap=True)
            said = words
            lights.check()
            time.sleep(1 / FRAMES_PER_S)
