"""The commands that tell of one attempt: simulate, check, still, sheet, schema.

In: arguments. Out: text, files.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from simulator.analysis.summary import summarise
from simulator.analysis.uncertainty import forecast
from simulator.cli.forecast import print_forecast
from simulator.cli.options import moment, picture_size
from simulator.cli.summary import print_summary
from simulator.cli.telling import OWN_CHANGES, print_timeline
from simulator.cli.terminal import (
    DEFAULT_SCENARIO,
    Changes,
    OutFile,
    ScenarioName,
    ThemeName,
    app,
    out,
)
from simulator.errors import Problem, ScenarioError
from simulator.physics.attempt import simulate as simulate_attempt
from simulator.recording.store import save_recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario
from simulator.scenario.story import Story
from simulator.scenario.story_script import is_story, load_story
from simulator.stage.story import compile_story


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
                print_timeline(name, compile_story(load_story(name)))
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
    session.settle()
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
