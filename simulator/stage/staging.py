"""Staging: how a moment is told. Which camera, which panels, which words, which chapter of a story.

In: nothing (plain values; `simulator.stage.story` makes them of a chapter). Out: `Staging`, a part
of a scene told in a story, and `Cue`, what whoever speaks to it reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from simulator.stage.cameras import Camera


class Panel(StrEnum):
    """A part of the picture that a chapter shows or leaves out."""

    CLOCK = "clock"
    GAPS = "gaps"
    METERS = "meters"
    SPLITS = "splits"
    WHAT_IF = "what if"
    CHART = "chart"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Staging:
    """How a picture of a story is staged.

    Attributes:
        camera: what the camera looks at.
        panels: what is shown beside the track.
        caption: one or two short sentences; empty shows none.
        chapter: number of the chapter, from 1; `chapters`: how many there are.
    """

    camera: Camera
    panels: frozenset[Panel]
    caption: str
    chapter: int
    chapters: int


@dataclass(frozen=True, slots=True)
class Cue:
    """What a speaker reads while the picture shows.

    Attributes:
        caption: the chapter's words, as on the screen.
        notes: the speaker's own; on no screen but theirs.
        next_caption: what comes at the next press; empty at the end.
        number: which cue this is, from 1; `count`: how many there are.
    """

    caption: str
    notes: str
    next_caption: str
    number: int
    count: int
