"""The command line: reads arguments, asks the rooms, prints. The only place that exits the process.

In: arguments. Out: text on stdout, one-sentence errors on stderr, an exit code: 0 done, 1 it could
not be done, 2 the input is not usable, 130 stopped with Ctrl-C, 143 terminated.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simulator.analysis.summary import Summary, summarise
from simulator.errors import LightpaceError, Problem, ScenarioError
from simulator.physics.attempt import simulate as simulate_attempt
from simulator.recording.store import save_recording
from simulator.scenario.loader import load_scenario
from simulator.units import format_signed, format_time, parse_time

if TYPE_CHECKING:
    from simulator.session import Session

DEFAULT_SCENARIO = "breaking4"

app = typer.Typer(
    add_completion=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ScenarioName = Annotated[
    str, typer.Argument(help="A scenario file, or the name of a shipped one such as breaking4.")
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a value, e.g. pacers.count=7."),
]
OutFile = Annotated[Path, typer.Option("-o", "--output", help="File to write.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit the process."""
    signal.signal(signal.SIGTERM, _terminated)
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may know no true minus sign
    sys.exit(_exit_code(sys.argv[1:] if arguments is None else arguments))


def _exit_code(arguments: Sequence[str]) -> int | str | None:
    code: int | str | None = 0
    try:
        app(args=list(arguments), standalone_mode=True)
    except SystemExit as end:
        code = end.code
    except LightpaceError as error:
        err.print(escape(str(error)))
        code = error.exit_code
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # whoever read us has gone: keep the interpreter from complaining of it at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    return code


def _terminated(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(143)


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


@app.command()
def run(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    changes: Changes = None,
    speed: Annotated[float, typer.Option(min=0.1, max=32, help="Playback rate.")] = 1.0,
    at: Annotated[str | None, typer.Option(help="Open at this race time, e.g. 2:00.75.")] = None,
    size: Annotated[str, typer.Option(help="Window size.")] = "1280x720",
    fullscreen: Annotated[bool, typer.Option(help="Fill the screen.")] = False,
    theme: Annotated[str, typer.Option(help="Colours.")] = "night",
) -> None:
    """Open the window and watch the attempt."""
    asked = load_scenario(scenario, overrides=changes or [])
    moment = None if at is None else _race_time(at)
    width_height = _size(size)
    from simulator.view.display import missing_display

    missing = missing_display()
    if missing:
        err.print(
            escape(f"{missing} `lightpace still {scenario} --at 2:00 -o out.png` makes a picture.")
        )
        _print_summary(summarise(asked, simulate_attempt(asked)))
        return
    from simulator.session import Session
    from simulator.view.app import run as run_window

    session = Session(asked, rate=speed, start_at_s=moment)
    run_window(session, size=width_height, fullscreen=fullscreen, theme=theme)


@app.command()
def simulate(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    changes: Changes = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write the split table as CSV.")] = None,
    save: Annotated[
        Path | None, typer.Option(help="Write the recording (.npz), usable as a ghost.")
    ] = None,
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
    if as_json:
        sys.stdout.write(json.dumps(summary.to_dict(), indent=2, allow_nan=False) + "\n")
    else:
        _print_summary(summary)


@app.command()
def check(
    scenarios: Annotated[list[str], typer.Argument(help="Scenario files or names.")],
    changes: Changes = None,
) -> None:
    """Read scenarios and list every problem with its line."""
    problems: list[Problem] = []
    for name in scenarios:
        try:
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
    theme: Annotated[str, typer.Option(help="Colours.")] = "night",
    changes: Changes = None,
) -> None:
    """Write the window's picture of one moment, without a display."""
    asked = load_scenario(scenario, overrides=changes or [])
    width_height = _size(size)
    from simulator.session import Session
    from simulator.view.still import render_still, save_png
    from simulator.view.theme import theme_named

    theme_named(theme)  # an unknown one is told before anything is worked out
    session = Session(asked)
    session.seek(_moment(at, session))
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
def schema() -> None:
    """Print the JSON schema of a scenario, for editors."""
    from simulator.scenario.schema import schema_text

    sys.stdout.write(schema_text())


def _race_time(text: str) -> float:
    try:
        return parse_time(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--at") from error


def _moment(text: str, session: Session) -> float:
    """Return a race time [s] for `2:00.75`, `start`, `bell`, `light lost` or `finish`."""
    named = session.moments()
    return named[text] if text in named else _race_time(text)


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal()):
        raise typer.BadParameter(f"'{text}' is not a size such as 1920x1080.", param_hint="--size")
    if not (1 <= int(width) <= 7680 and 1 <= int(height) <= 4320):
        raise typer.BadParameter("A picture has from 1x1 to 7680x4320 points.", param_hint="--size")
    return int(width), int(height)


def _print_summary(summary: Summary) -> None:
    run, target = summary.recording, summary.target_s
    table = Table(box=None, pad_edge=False)
    published = any(s.published_s is not None for s in summary.splits)
    columns = ["m", "plan", "run", "gap", *(escape(g.name) for g in summary.ghosts)]
    for column in [*columns, *(["published", "residual"] if published else [])]:
        table.add_column(column, justify="right")
    for s in summary.splits:
        cells = [s.label, _time(s.plan_s), _time(s.run_s), _signed(s.delta_s)]
        cells += [_time(t) for t in s.ghosts_s]
        if published:
            blank = s.published_s is None
            cells += ["", ""] if blank else [_time(s.published_s), _signed(s.residual_s)]
        table.add_row(*cells, style="bold" if s.label == "finish" else None)
    out.print(escape(summary.scenario.name), style="bold")
    # numbers are never cut off: a narrow terminal wraps the lines itself
    Console(highlight=False, width=1000).print(table)
    out.print()
    for line in _facts(summary, run.finish_s, target):
        out.print(escape(line))


def _facts(summary: Summary, finish: float | None, target: float) -> list[str]:
    energy = summary.energy
    told = "did not finish" if finish is None else f"finish {format_time(finish)}"
    if finish is not None:
        told += f", {format_signed(finish - target)} s against the plan's {format_time(target)}"
    lost = summary.lost_light_at_m
    lines = [
        f"{told}; status: {summary.recording.status.value}",
        "kept the light to the line" if lost is None else f"lost the light at {lost:.0f} m",
        f"mean shelter {100 * summary.mean_shelter:.1f} % of the air drag",
        (
            f"energy {energy.spent:.0f} J/kg: {energy.aerobic:.0f} aerobic, "
            f"{energy.from_reserve:.0f} from the reserve, {energy.reserve_left:.0f} left of it"
        ),
    ]
    worst = max(
        (s for s in summary.splits if s.residual_s is not None),
        key=lambda s: abs(s.residual_s or 0.0),
        default=None,
    )
    if worst is not None and worst.residual_s is not None:
        word = "early" if worst.residual_s < 0 else "late"
        lines.append(
            "residual: run minus published; the largest is "
            f"{abs(worst.residual_s):.2f} s too {word} at {worst.label}"
        )
    return lines


def _time(value: float | None) -> str:
    return "–" if value is None else format_time(value)


def _signed(value: float | None) -> str:
    return "–" if value is None else format_signed(value)
