"""The command that tells to an audience: present.

In: arguments. Out: a window, full screen, with notes where there is a second display.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated

import typer
from rich.markup import escape

from simulator.cli.keys import keys_told
from simulator.cli.telling import print_telling
from simulator.cli.terminal import StoryOrScenario, ThemeName, app, err
from simulator.scenario.loader import load_scenario
from simulator.scenario.story_script import is_story, load_story
from simulator.stage.keys import PRESENTING
from simulator.stage.story import tell

DEFAULT_STORY = "stories/breaking4"


@app.command(epilog=keys_told(PRESENTING))
def present(
    story: StoryOrScenario = DEFAULT_STORY,
    display: Annotated[
        int | None,
        typer.Option(min=0, help="Display for the audience, from 0; left out: the second one."),
    ] = None,
    windowed: Annotated[
        bool, typer.Option("--windowed", help="In a window; F5 presents from there.")
    ] = False,
    theme: ThemeName = "night",
    sound: Annotated[bool, typer.Option("--sound", help="Gun, bell, and a tick a lap.")] = False,
) -> None:
    """Tell a story, or a scenario's own events, to an audience: a clicker goes on and back."""
    script = load_story(story) if is_story(story) else None
    if script is None:
        load_scenario(story)  # what is wrong with it is told before a window opens
    from simulator.view.display import missing_display

    missing = missing_display()
    if missing:
        err.print(escape(f"{missing} `lightpace film {story} -o film.mp4` makes a film of it."))
        if script is not None:
            print_telling(story, tell(script))
        return
    from simulator.cli.recording import Recorder
    from simulator.session import Session
    from simulator.session.presentation import Presentation
    from simulator.view.app import run as run_window
    from simulator.view.themes import theme_named

    colours = theme_named(theme)
    session: Session = (
        Session.open(story, processes=True)
        if script is None
        else Presentation(script, processes=True)
    )
    with ExitStack() as stack:
        stack.callback(session.close)
        recorder = Recorder(session, colours)
        stack.callback(recorder.close)
        run_window(
            session,
            theme=theme,
            sound=sound,
            presenting=not windowed,
            display=display,
            witnesses=(recorder.see,),
            record=recorder.press,
        )
