"""How a story's chapters are printed.

In: a timeline. Out: lines on stdout.
"""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from simulator.cli.terminal import WIDE, out
from simulator.stage.story import StoryTimeline
from simulator.units import format_clock, format_time

OWN_CHANGES = "A story says itself what is changed."
"""Why `--set` does not go with a story."""


def print_timeline(name: str, timeline: StoryTimeline) -> None:
    """Print the chapters of a story with their lengths."""
    story = timeline.script.story
    length = format_time(timeline.length_s, 0)
    out.print(escape(f"{name}: {story.name}, no problems"))
    out.print(f"{len(timeline.chapters)} chapters, {length} in all")
    table = Table(box=None, pad_edge=False)
    for column in ("", "at", "s"):
        table.add_column(column, justify="right")
    table.add_column("race time")
    table.add_column("rate", justify="right")
    table.add_column("chapter")
    for chapter, begins_s in zip(timeline.chapters, timeline.begins_s, strict=True):
        table.add_row(
            f"{chapter.number}",
            format_clock(begins_s, 0),
            f"{chapter.length_s:.1f}",
            f"{format_time(chapter.from_s, 1)} to {format_time(chapter.until_s, 1)}",
            f"{chapter.spec.rate:g}×",
            escape(chapter.spec.name),
        )
    WIDE.print(table)
