"""How a story's chapters are printed.

In: a telling. Out: lines on stdout.
"""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from simulator.cli.terminal import WIDE, out
from simulator.stage.story import Telling
from simulator.units import format_clock, format_time

OWN_CHANGES = "A story says itself what is changed."
"""Why `--set` does not go with a story."""


def print_telling(name: str, telling: Telling) -> None:
    """Print the chapters of a story with their lengths."""
    story = telling.script.story
    length = format_time(telling.length_s, 0)
    out.print(escape(f"{name}: {story.name}, no problems"))
    out.print(f"{len(telling.parts)} chapters, {length} in all")
    table = Table(box=None, pad_edge=False)
    for column in ("", "at", "s"):
        table.add_column(column, justify="right")
    table.add_column("race time")
    table.add_column("rate", justify="right")
    table.add_column("chapter")
    for part, begins_s in zip(telling.parts, telling.begins_s, strict=True):
        table.add_row(
            f"{part.number}",
            format_clock(begins_s, 0),
            f"{part.length_s:.1f}",
            f"{format_time(part.from_s, 1)} to {format_time(part.until_s, 1)}",
            f"{part.chapter.rate:g}×",
            escape(part.chapter.name),
        )
    WIDE.print(table)
