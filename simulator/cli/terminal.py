"""What every command shares: the program, its two streams, options, and how times are printed.

In: nothing. Out: `app`, to which commands are added; `out` and `err`; option types.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from simulator.units import format_signed, format_time

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
StoryOrScenario = Annotated[
    str, typer.Argument(help="A scenario or a story: a file, or a name such as stories/breaking4.")
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a value, e.g. pacers.count=7."),
]
ThemeName = Annotated[
    str,
    typer.Option(help="Colours: night, daylight, colour-blind, high-contrast, or a .yaml file."),
]
OutFile = Annotated[Path, typer.Option("-o", "--output", help="File to write.")]


WIDE = Console(highlight=False, width=1000)
"""For tables: numbers are never cut off, a narrow terminal wraps the lines itself."""


T = TypeVar("T")


@contextmanager
def moving(display: AbstractContextManager[T]) -> Iterator[T]:
    """Show a progress bar or a status on `err`, and bring the cursor back whatever happens.

    It is hidden when they begin: a signal that comes before they have begun would leave it so.
    """
    try:
        with display as shown:
            yield shown
    finally:
        err.show_cursor(True)


def time_cell(value: float | None) -> str:
    """Return a time for a table; a dash where there is none."""
    return "–" if value is None else format_time(value)


def signed_cell(value: float | None) -> str:
    """Return a signed number for a table; a dash where there is none."""
    return "–" if value is None else format_signed(value)
