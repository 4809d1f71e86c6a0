"""A story: chapters that show attempts, each from one moment to another, with words to them.

In: a YAML file, or the name of a shipped story such as `stories/breaking4`. Out: a `Script`: the
story, every scenario it shows or races against, and where in the file each thing stands; or the
list of everything wrong in it. Whether an event happens is known when the attempts have been run:
`simulator.stage.story` asks for the place of what does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from simulator.scenario.fields import (
    Complaint,
    Doubts,
    Line,
    MarkColour,
    Name,
    Number,
    Section,
    Text,
    complain,
)
from simulator.scenario.story_captions import parse_caption
from simulator.scenario.story_moments import parse_moment, parse_seconds

CameraName = Literal["whole track", "runner", "group", "home straight"]
PanelName = Literal["clock", "gaps", "meters", "splits", "what if", "chart", "group"]
AxisName = Literal[
    "pacers", "front gap", "formation", "first-lap pace", "policy", "temperature", "wind"
]
ALL_PANELS: tuple[PanelName, ...] = (
    "clock",
    "gaps",
    "meters",
    "splits",
    "what if",
    "chart",
    "group",
)


def _readable(parse: Callable[[str], object]) -> AfterValidator:
    """Return a check that a text can be read; the text itself stays."""

    def read(text: str) -> str:
        try:
            parse(text)
        except ValueError as error:
            raise PydanticCustomError("unreadable", "{why}", {"why": str(error)}) from None
        return text

    return AfterValidator(read)


def _until(text: str) -> None:
    if parse_seconds(text) is None:
        parse_moment(text)


def _named(value: Any) -> Any:
    return {"name": value} if isinstance(value, (str, int, float)) else value


class Rival(Section):
    """A ghost of a chapter: one of its scenario's, or another attempt that is run for it."""

    name: Name = Field(..., description="A ghost of the scenario; else the name of this one.")
    scenario: Line | None = Field(
        None, description="Scenario that it runs; left out: the chapter's, if `set` changes it."
    )
    set: tuple[Line, ...] = Field((), max_length=40, description="Changes of it, path=value.")
    colour: MarkColour = Field("cyan", description="Colour of its outline and curve.")

    @property
    def is_run(self) -> bool:
        """Whether it is an attempt to be run, and no ghost of the chapter's scenario."""
        return self.scenario is not None or bool(self.set)


class Chapter(Section):
    """One chapter: an attempt, from when to when, how it is shown, and what is said."""

    name: Name = Field(..., description="What the chapter is about, a few words.")
    scenario: Line | None = Field(None, description="Scenario shown; left out: the story's.")
    set: tuple[Line, ...] = Field(
        (), max_length=40, description="Changes of it, such as pacers.count=12."
    )
    from_: Annotated[Line, _readable(parse_moment)] = Field(
        "start",
        alias="from",
        description="Where it begins: countdown, start, pacer left, pacers swap, light lost, bell, "
        "finish; a distance, 600 m; a race time, 2:00; or 8 s before (after) one of these.",
    )
    until: Annotated[Line, _readable(_until)] | None = Field(
        None,
        description="Where it ends, written like from; or 20 s, how long it is told. Left out: the "
        "picture stands still.",
    )
    hold: Number = Field(
        0.0, ge=0, le=600, description="How long the picture stands at the end [s]."
    )
    rate: Number = Field(1.0, ge=0.1, le=32, description="Playback rate.")
    then: Literal["go on", "wait"] = Field(
        "go on", description="Go on with the next chapter, or wait for the speaker (no film does)."
    )
    camera: CameraName = Field("whole track", description="Which camera shows it.")
    panels: tuple[PanelName, ...] = Field(
        ALL_PANELS, max_length=7, description="What is shown beside the track; left out: all."
    )
    what_if: AxisName = Field("pacers", description="What the what-if panel is about.")
    ghosts: (
        tuple[Annotated[Rival, BeforeValidator(_named, json_schema_input_type=str | Rival)], ...]
        | None
    ) = Field(None, max_length=12, description="Ghosts shown; left out: those of the scenario.")
    caption: Annotated[Text, _readable(parse_caption)] = Field(
        "",
        max_length=400,
        description="One or two short sentences. What the model finds stands in braces: {finish}, "
        "{light lost}, {difference}, {gap at 1200 m}, {shelter of NAME at bell}.",
    )
    notes: Annotated[Text, _readable(parse_caption)] = Field(
        "", max_length=4000, description="For the speaker alone; braces as in the caption."
    )
    reveal: bool = Field(False, description="Show what is still to come in the run; no: suspense.")

    @model_validator(mode="after")
    def _takes_time(self, info: ValidationInfo) -> Self:
        complaints: list[Complaint] = []
        lasts = self.until is not None and parse_seconds(self.until) != 0
        doubtful = any(Doubts.of(info).about(key) for key in ("until", "hold"))
        if not lasts and self.hold == 0 and not doubtful:
            complaints.append((("hold",), "the chapter lasts no time", "give until, or hold"))
        names: dict[str, int] = {}
        for i, ghost in enumerate(self.ghosts or ()):
            if names.setdefault(ghost.name, i) != i:
                what = f"a second ghost is called '{ghost.name}'"
                complaints.append((("ghosts", i, "name"), what, "rename one"))
        complain(complaints)
        return self


class Story(Section):
    """A story: its chapters in the order in which they are told."""

    name: Name = Field(..., description="Title of the story.")
    note: Text = Field("", max_length=2000, description="A sentence or two for the reader.")
    scenario: Line = Field("breaking4", description="Scenario of chapters that name none.")
    chapters: tuple[Chapter, ...] = Field(
        ..., min_length=1, max_length=100, description="The chapters."
    )
