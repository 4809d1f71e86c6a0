"""What all commands share: the program, its two streams, its options, printing.

In: texts of options. Out: `app`, to which commands are added; `out` and `err`; values, with a
`typer.BadParameter` that names an unusable option; tables and lines on stdout.
"""

from __future__ import annotations

import json
import math
import sys
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from simulator.errors import LightpaceWarning
from simulator.screen import LISTED, camera_named, check_size
from simulator.units import parse_time

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from simulator.scenario.model import Scenario
    from simulator.scenario.story import Script
    from simulator.stage.keys import Binding
    from simulator.stage.show import Show

T = TypeVar("T")

DEFAULT_SCENARIO = "breaking4"
NO_CHANGES = "A story says itself what is changed."
"""Why `--set` does not work with a story."""

app = typer.Typer(
    add_completion=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Stream:
    """A terminal's stream, on which texts are printed as they are: no markup, no emoji codes."""

    def __init__(self, **options: Any) -> None:
        self._options = options

    @cached_property
    def console(self) -> Console:
        """What prints; made when it is first used, since a window opens sooner without rich."""
        from rich.console import Console

        return Console(markup=False, emoji=False, highlight=False, **self._options)

    def print(self, text: object = "", **how: Any) -> None:
        """Print a text or a table; for the options see rich's `Console.print`."""
        self.console.print(text, **how)


out = Stream()
err = Stream(stderr=True, soft_wrap=True)
WIDE = Stream(width=1000)
"""For tables: numbers are never cut; a narrow terminal wraps the lines itself."""


def _scenarios(begun: str) -> list[str]:
    """Return the scenarios, shipped and the user's, with names that begin so, for completion."""
    from simulator.scenario.reading import named_files

    return [name for name in named_files() if name.startswith(begun)]


def _stories(begun: str) -> list[str]:
    from simulator.scenario.story import named_stories

    return [*(name for name in named_stories() if name.startswith(begun)), *_scenarios(begun)]


ScenarioName = Annotated[
    str,
    typer.Argument(
        help="A scenario file, or the name of a shipped one such as breaking4.",
        autocompletion=_scenarios,
    ),
]
StoryOrScenario = Annotated[
    str,
    typer.Argument(
        help="A scenario or a story: a file, or a name such as stories/breaking4.",
        autocompletion=_stories,
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a value, e.g. pacers.count=7."),
]
ThemeName = Annotated[
    str,
    typer.Option(help="Colours: night, daylight, colour-blind, high-contrast, or a .yaml file."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _camera(name: str) -> str:
    try:
        return camera_named(name)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None


CameraName = Annotated[
    str,
    typer.Option(
        "--camera",
        callback=_camera,
        autocompletion=lambda: list(LISTED),
        help=f"Camera: {', '.join(LISTED)}.",
    ),
]
OutFile = Annotated[Path, typer.Option("-o", "--output", help="File to write.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the samples.")]


def _link(link: str | None) -> str | None:
    from simulator.scenario.story import LONGEST_LINK

    if link is not None and len(link) > LONGEST_LINK:
        what = f"A link of {len(link)} characters makes no code that a phone can read."
        raise typer.BadParameter(what)
    return link


PageLink = Annotated[
    str | None,
    typer.Option(
        "--link",
        metavar="URL",
        callback=_link,
        help="Where the page stands, for its QR code; a film has it at its end.",
        show_default="a story's own",
    ),
]


def log_to_stderr(verbose: int) -> None:
    """Print the program's log and warnings: 1 for each action, 2 for every detail."""
    import logging

    level = logging.DEBUG if verbose > 1 else logging.INFO
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s", force=True)
    logging.captureWarnings(True)


def load(name: str, changes: list[str] | None) -> Scenario:
    """Return a scenario by name or path with the changes of `--set`; raises `ScenarioError`.

    Values outside the model's sources give a warning.
    """
    from simulator.physics.air import outside_sources
    from simulator.scenario.loader import load_scenario

    scenario = load_scenario(name, overrides=changes or [])
    for words in outside_sources(scenario.environment):
        warnings.warn(words, LightpaceWarning, stacklevel=2)
    return scenario


def script_of(name: str, link: str | None, changes: list[str] | None = None) -> Script:
    """Return a story by name or path, with another link where one is given; refuse changes."""
    from dataclasses import replace

    from simulator.scenario.story import load_story

    if changes:
        raise typer.BadParameter(NO_CHANGES, param_hint="--set")
    script = load_story(name)
    if link is None:
        return script
    return replace(script, story=script.story.model_copy(update={"link": link}))


def finite(value: float | None) -> float | None:
    """Refuse `nan`: older parsers accept it between two bounds."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is not a number.")
    return value


def race_time(text: str, option: str = "--at") -> float:
    """Return a race time [s] for `2:00.75`."""
    try:
        return parse_time(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint=option) from error


def moment(
    text: str, named: dict[str, float], show: Show | None = None, option: str = "--at"
) -> float:
    """Return a time [s] for `2:00.75`, or for a name such as `start`, `bell` or `light lost`.

    With a `show`, every moment of a story's syntax is accepted: `600 m`, `8 s before bell`.
    """
    if text in named:
        return named[text]
    if show is None:
        return race_time(text, option)
    from simulator.scenario.story import StoryMoment, parse_moment
    from simulator.stage.events import time_of

    try:
        when = StoryMoment(text, time_s=parse_time(text))
    except ValueError:
        when = None
    try:
        return time_of(show, when or parse_moment(text))
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint=option) from error


def picture_size(text: str) -> tuple[int, int]:
    """Return (width, height) [px] for `1920x1080`."""
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal()):
        raise typer.BadParameter(f"'{text}' is not a size such as 1920x1080.", param_hint="--size")
    digits = max(len(width), len(height))  # Python refuses numbers with thousands of digits
    size = (int(width), int(height)) if digits <= 9 else (0, 0)
    with refusing("--size"):
        check_size(size)
    return size


@contextmanager
def refusing(option: str | None = None) -> Iterator[None]:
    """Refuse an option for which a check raises `ValueError`."""
    try:
        yield
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint=option) from error


def keys_help(bindings: Iterable[Binding]) -> str:
    """Return a paragraph for each key, from the key table that the window uses."""
    lines = [f"{' or '.join(binding.keys)}: {binding.action.value}" for binding in bindings]
    return "\n\n".join(["Keys:", *lines])


@contextmanager
def moving(display: AbstractContextManager[T]) -> Iterator[T]:
    """Show a progress bar or a status on `err`, and restore the cursor whatever happens.

    Starting it hides the cursor; a signal during the start would leave it hidden.
    """
    try:
        with display as shown:
            yield shown
    finally:
        err.console.show_cursor(True)


def progress_bar(*, timed: bool = False) -> Progress:
    """Return a progress bar on `err`; a timed one shows its duration, and stays."""
    from rich import progress

    past = (progress.TimeElapsedColumn(), progress.TextColumn("left")) if timed else ()
    return progress.Progress(
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        *past,
        progress.TimeRemainingColumn(),
        console=err.console,
        transient=not timed,
    )


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    left: Collection[str] = (),
    bold: Collection[str] = (),
) -> None:
    """Print rows of texts; columns are right-aligned except those in `left`.

    Columns without any name have no headings. Rows that begin with a text in `bold` are bold.
    """
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=any(columns))
    for column in columns:
        table.add_column(column, justify="left" if column in left else "right")
    for row in rows:
        table.add_row(*row, style="bold" if row[0] in bold else None)
    WIDE.print(table)


def print_json(value: Any) -> None:
    """Print a value as JSON, for other programs."""
    sys.stdout.write(json.dumps(value, indent=2, allow_nan=False) + "\n")
