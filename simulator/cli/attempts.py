"""The commands that show one attempt: run, simulate, check, still, sheet, schema.

In: arguments. Out: a window, text, files.
"""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from simulator.analysis.summary import summarise
from simulator.analysis.uncertainty import forecast
from simulator.cli.forecast import print_forecast
from simulator.cli.keys import keys_told
from simulator.cli.options import moment, picture_size, race_time
from simulator.cli.summary import print_summary
from simulator.cli.telling import OWN_CHANGES, print_telling
from simulator.cli.terminal import (
    DEFAULT_SCENARIO,
    Changes,
    OutFile,
    ScenarioName,
    ThemeName,
    app,
    err,
    out,
)
from simulator.errors import Problem, ScenarioError
from simulator.physics.attempt import simulate as simulate_attempt
from simulator.recording.store import save_recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario
from simulator.scenario.story import Story
from simulator.scenario.story_script import is_story, load_story
from simulator.stage.keys import BINDINGS
from simulator.stage.story import tell

if TYPE_CHECKING:
    from simulator.export.leds import Strip


@app.callback(invoke_without_command=True)
def _default(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """A real-time pacing-light simulator: a scenario becomes an attempt at the mile."""
    if version:
        from importlib.metadata import version as installed

        out.print(f"lightpace {installed('lightpace')}")
    elif context.invoked_subcommand is None:
        run()


@app.command(epilog=keys_told(BINDINGS))
def run(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    changes: Changes = None,
    speed: Annotated[float, typer.Option(min=0.1, max=32, help="Playback rate.")] = 1.0,
    at: Annotated[str | None, typer.Option(help="Open at this race time, e.g. 2:00.75.")] = None,
    size: Annotated[str, typer.Option(help="Window size.")] = "1280x720",
    fullscreen: Annotated[bool, typer.Option(help="Fill the screen.")] = False,
    theme: ThemeName = "night",
    sound: Annotated[bool, typer.Option("--sound", help="Gun, bell, and a tick a lap.")] = False,
    leds: Annotated[
        str | None,
        typer.Option(metavar="sacn:HOST,universe=1,count=150", help="Light a real strip by sACN."),
    ] = None,
) -> None:
    """Open the window and watch the attempt."""
    asked = load_scenario(scenario, overrides=changes or [])
    strip = None if leds is None else _strip(leds, theme)
    opening = None if at is None else race_time(at)
    width_height = picture_size(size)
    from simulator.view.display import missing_display

    missing = missing_display()
    if missing:
        err.print(
            escape(f"{missing} `lightpace still {scenario} --at 2:00 -o out.png` makes a picture.")
        )
        print_summary(summarise(asked, simulate_attempt(asked)))
        return
    from simulator.cli.recording import Recorder
    from simulator.session import Session
    from simulator.view.app import run as run_window
    from simulator.view.themes import theme_named

    session = Session.open(
        scenario, overrides=changes or [], rate=speed, start_at_s=opening, processes=True
    )
    with ExitStack() as stack:
        stack.callback(session.close)
        recorder = Recorder(session, theme_named(theme))
        stack.callback(recorder.close)
        lights = () if strip is None else (stack.enter_context(strip).show,)
        run_window(
            session,
            size=width_height,
            fullscreen=fullscreen,
            theme=theme,
            sound=sound,
            witnesses=(recorder.see, *lights),
            record=recorder.press,
        )


def _strip(text: str, theme: str) -> AbstractContextManager[Strip]:
    from simulator.export.leds import opened_strip, parse_target
    from simulator.view.themes import theme_named

    try:
        return opened_strip(parse_target(text), theme_named(theme))
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--leds") from error


@app.command()
def simulate(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    changes: Changes = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write the split table as CSV.")] = None,
    save: Annotated[
        Path | None, typer.Option(help="Write the recording (.npz), usable as a ghost.")
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(min=1, max=1_000_000, help="Draw so many samples of the uncertain inputs."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the samples.")] = 1,
) -> None:
    """Run the attempt without a window and print its splits."""
    asked = load_scenario(scenario, overrides=changes or [])
    recording = simulate_attempt(asked)
    summary = summarise(asked, recording)
    if csv is not None:
        from simulator.export.tables import write_splits

        write_splits(summary, csv)
    if save is not None:
        save_recording(recording, save)
    found = None if samples is None else forecast(asked, samples, seed)
    if as_json:
        told = summary.to_dict() | ({} if found is None else {"uncertainty": found.to_dict()})
        sys.stdout.write(json.dumps(told, indent=2, allow_nan=False) + "\n")
        return
    print_summary(summary)
    if found is not None:
        print_forecast(found)


@app.command()
def check(
    scenarios: Annotated[list[str], typer.Argument(help="Scenario or story files, or names.")],
    changes: Changes = None,
) -> None:
    """Read scenarios and stories and list every problem with its line."""
    problems: list[Problem] = []
    for name in scenarios:
        try:
            if is_story(name):
                if changes:
                    raise typer.BadParameter(OWN_CHANGES, param_hint="--set")
                print_telling(name, tell(load_story(name)))
                continue
            asked = load_scenario(name, overrides=changes or [])
        except ScenarioError as error:
            problems += error.problems
        else:
            out.print(escape(f"{name}: {asked.name}, no problems"))
    if problems:
        raise ScenarioError(problems)


@app.command()
def still(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    output: OutFile = Path("still.png"),
    at: Annotated[str, typer.Option(help="Race time, e.g. 2:00.75; start, bell or finish.")] = "0",
    size: Annotated[str, typer.Option(help="Picture size.")] = "1920x1080",
    theme: ThemeName = "night",
    changes: Changes = None,
) -> None:
    """Write the window's picture of one moment, without a display."""
    asked = load_scenario(scenario, overrides=changes or [])
    width_height = picture_size(size)
    from simulator.session import Session
    from simulator.view.still import render_still, save_png
    from simulator.view.themes import theme_named

    theme_named(theme)  # an unknown one is told before anything is worked out
    session = Session(asked)
    session.seek(moment(at, session))
    session.finish_work()
    save_png(render_still(session.scene(), width_height, theme), output)
    out.print(escape(f"{output}: {asked.name} at {at}, {size}"))


@app.command()
def sheet(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    output: OutFile = Path("sheet.txt"),
    changes: Changes = None,
) -> None:
    """Write what a coach hands out: waves, slots, target splits, hand-overs (.csv or .txt)."""
    asked = load_scenario(scenario, overrides=changes or [])
    from simulator.export.tables import write_sheet

    write_sheet(asked, output)
    out.print(escape(f"{output}: {asked.name}"))


@app.command()
def schema(
    story: Annotated[bool, typer.Option("--story", help="That of a story instead.")] = False,
) -> None:
    """Print the JSON schema of a scenario, for editors."""
    from simulator.scenario.schema import schema_text

    sys.stdout.write(schema_text(Story if story else Scenario))
