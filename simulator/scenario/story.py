"""A story: chapters that show attempts, each from one moment to another, with captions.

In: a YAML file, or the name of a shipped story such as `stories/breaking4`. Out: the story's
sections, its moments and its captions; a `Script`, which has every scenario that the story names,
or all problems with their lines and columns. Whether an event happens is known only when the
attempts have been run: `simulator.stage.story` reports those that do not.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from simulator.errors import Problem, ScenarioError, quoted
from simulator.scenario.fields import (
    CrossCheckedSection,
    MarkColour,
    Name,
    Number,
    OneLine,
    Section,
    SectionProblem,
    Text,
    at_most,
    did_you_mean,
    dotted,
    guess,
    same_names,
)
from simulator.scenario.fields import Path as Steps
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario
from simulator.scenario.problems import check, find
from simulator.scenario.reading import find_file, find_scenario, named_files, read_text
from simulator.scenario.yaml_tree import SET, Document, problem_at, read_document
from simulator.screen import LISTED, Camera, Panel, camera_named
from simulator.units import parse_distance, parse_time

# -- moments -------------------------------------------------------------------------------------

EVENTS = ("countdown", "start", "pacer left", "pacers swap", "light lost", "bell", "finish")
"""The possible events of a run, in the words that a story uses."""

_OFFSET = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*s\s+(before|after)\s+(.+)", re.IGNORECASE)
_SECONDS = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*s")
_BARE_NUMBER = re.compile(r"[\d.]+")
_MOMENT = "a moment is an event (bell), a distance (600 m) or a race time (2:00)"


@dataclass(frozen=True, slots=True)
class StoryMoment:
    """A requested moment: one of event, distance or race time, moved by some seconds.

    Attributes:
        text: as it was written.
        event: one of `EVENTS`, else empty.
        distance_m: her race distance [m].
        time_s: race time [s].
        offset_s: how much later than that [s]; negative is before it.
    """

    text: str
    event: str = ""
    distance_m: float | None = None
    time_s: float | None = None
    offset_s: float = 0.0


def parse_moment(text: str) -> StoryMoment:
    """Return the moment that a text means.

    Raises:
        ValueError: the text is no moment; the message explains the forms.
    """
    written = " ".join(text.split())
    rest, offset_s = written, 0.0
    moved = _OFFSET.fullmatch(written)
    if moved is not None:
        offset_s = float(moved[1]) * (-1.0 if moved[2].lower() == "before" else 1.0)
        rest = moved[3]
    if rest.lower() in EVENTS:
        return StoryMoment(written, event=rest.lower(), offset_s=offset_s)
    if _BARE_NUMBER.fullmatch(rest):
        raise ValueError(f"{quoted(rest)} has no unit: {_MOMENT}")
    try:
        if ":" in rest:
            return StoryMoment(written, time_s=parse_time(rest), offset_s=offset_s)
        return StoryMoment(written, distance_m=parse_distance(rest), offset_s=offset_s)
    except ValueError:
        meant = guess(rest, EVENTS)
        hint = f"; did you mean {meant}?" if meant else ""
        raise ValueError(f"{quoted(rest)} is no moment: {_MOMENT}{hint}") from None


def parse_seconds(text: str) -> float | None:
    """Return the duration of `25 s` [s], None for a text that is no duration."""
    match = _SECONDS.fullmatch(" ".join(text.split()))
    return None if match is None else float(match[1])


# -- captions ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FactFormat:
    """The syntax of a fact: the word before its name, and whether a moment is required.

    `at` is `no`, `may` or `must`; `to` is empty if no other run can be named.
    """

    to: str
    at: str


KINDS = {
    "finish": FactFormat("of", "no"),
    "target": FactFormat("", "no"),
    "pacers": FactFormat("of", "no"),
    "light lost": FactFormat("of", "no"),
    "pacer left": FactFormat("of", "no"),
    "difference": FactFormat("to", "no"),
    "time": FactFormat("of", "must"),
    "gap": FactFormat("to", "must"),
    "speed": FactFormat("of", "must"),
    "reserve": FactFormat("of", "must"),
    "shelter": FactFormat("of", "may"),
}
"""The kinds of facts in a caption."""

_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact in a caption.

    Attributes:
        text: as it was written, without its braces.
        kind: one of `KINDS`.
        other: name of the ghost it is about or compared with; empty: the run itself, or the light.
        when: its moment; None: the whole run.
    """

    text: str
    kind: str
    other: str = ""
    when: StoryMoment | None = None


def parse_caption(text: str) -> tuple[str | Fact, ...]:
    """Return the pieces of a caption, text and facts in order.

    Raises:
        ValueError: a placeholder cannot be parsed, or a brace stands alone.
    """
    text = " ".join(text.split())
    pieces: list[str | Fact] = []
    end = 0
    for match in _BRACES.finditer(text):
        pieces += [_plain(text[end : match.start()]), parse_fact(match[1])]
        end = match.end()
    pieces.append(_plain(text[end:]))
    return tuple(piece for piece in pieces if piece != "")


def _plain(text: str) -> str:
    if "{" in text or "}" in text:
        raise ValueError("a brace stands alone: a placeholder is written {finish}")
    return text


def parse_fact(text: str) -> Fact:
    """Return the fact that `gap to even 4:00.00 at 1200 m` means.

    Raises:
        ValueError: it is no fact; the message lists the kinds.
    """
    written = " ".join(text.split())
    kind = next((k for k in KINDS if written == k or written.startswith(f"{k} ")), None)
    if kind is None:
        meant = guess(written.split(" ")[0], KINDS) if written else ""
        hint = did_you_mean(meant, KINDS)
        raise ValueError(f"there is no placeholder {quoted('{' + written + '}')}; {hint}")
    shape, rest = KINDS[kind], written[len(kind) :].strip()
    other, when = "", None
    at = f" {rest}".rfind(" at ")
    if at >= 0 and shape.at != "no":
        when = parse_moment(rest[at + 3 :])
        rest = rest[: max(at - 1, 0)].strip()
    if shape.to and rest.startswith(f"{shape.to} "):
        other, rest = rest[len(shape.to) + 1 :].strip(), ""
    if rest or (when is None and shape.at == "must"):
        raise ValueError(f"{quoted('{' + written + '}')} is written {_usage(kind)}")
    return Fact(written, kind, other, when)


def _usage(kind: str) -> str:
    shape = KINDS[kind]
    at = " at 600 m" if shape.at != "no" else ""
    named = f" or {{{kind} {shape.to} NAME{at}}}" if shape.to else ""
    return f"{{{kind}{at}}}{named}"


# -- the story -----------------------------------------------------------------------------------

PanelName = Annotated[Panel, WithJsonSchema({"type": "string", "enum": [*Panel]})]
AxisName = Literal[
    "pacers", "front gap", "formation", "first-lap pace", "policy", "fade", "temperature", "wind"
]


def _readable(parse: Callable[[str], object]) -> AfterValidator:
    """Return a check that a text can be parsed; the text itself stays."""

    def read(text: str) -> str:
        try:
            parse(text)
        except ValueError as error:
            raise PydanticCustomError("unreadable", "{why}", {"why": str(error)}) from None
        return text

    return AfterValidator(read)


def _camera(name: Any) -> Any:
    """Return the camera with a name; pydantic refuses values that are no text."""
    if not isinstance(name, str):
        return name
    try:
        return camera_named(name)
    except ValueError as error:
        raise PydanticCustomError("camera", "{why}", {"why": str(error)}) from None


def _until(text: str) -> None:
    if parse_seconds(text) is None:
        parse_moment(text)


def _named(value: Any) -> Any:
    return {"name": value} if isinstance(value, (str, int, float)) else value


class ChapterGhost(Section):
    """A ghost of a chapter: one of its scenario's, or another attempt that is run for it."""

    name: Name = Field(..., description="A ghost of the scenario; else the name of this one.")
    scenario: OneLine | None = Field(
        None, description="Scenario that it runs; left out: the chapter's, if `set` changes it."
    )
    set: Annotated[tuple[OneLine, ...], at_most(40)] = Field(
        (), max_length=40, description="Changes of it, path=value."
    )
    colour: MarkColour = Field("cyan", description="Colour of its outline and curve.")

    @property
    def is_run(self) -> bool:
        """Whether it is an attempt to be run, not a ghost of the chapter's scenario."""
        return self.scenario is not None or bool(self.set)


class LargeNumber(Section):
    """One large number of a chapter, as `twelve pacers: 4:04.60`."""

    name: Name = Field(..., description="What the number is, a few words.")
    value: Annotated[OneLine, _readable(parse_caption)] = Field(
        ..., description="The number; braces as in the caption: {finish of twelve pacers}."
    )


class Chapter(CrossCheckedSection):
    """One chapter: an attempt, from when to when, how it is shown, and what is said."""

    name: Name = Field(..., description="What the chapter is about, a few words.")
    scenario: OneLine | None = Field(None, description="Scenario shown; left out: the story's.")
    set: Annotated[tuple[OneLine, ...], at_most(40)] = Field(
        (), max_length=40, description="Changes of it, such as pacers.count=12."
    )
    from_: Annotated[OneLine, _readable(parse_moment)] = Field(
        "start",
        alias="from",
        description="Where it begins: countdown, start, pacer left, pacers swap, light lost, bell, "
        "finish; a distance, 600 m; a race time, 2:00; or 8 s before (after) one of these.",
    )
    until: Annotated[OneLine, _readable(_until)] | None = Field(
        None,
        description="Where it ends, written like from; or 20 s, how long it is told. Left out: the "
        "picture stands still.",
    )
    hold: Number = Field(
        0.0, ge=0, le=600, description="How long the picture stands at the end [s]."
    )
    rate: Number = Field(1.0, ge=0.1, le=32, description="Playback rate.")
    card: Number = Field(
        2.0,
        ge=0,
        le=60,
        description="How long its name stands large before it begins [s]; 0: it begins at once.",
    )
    then: Literal["wait", "go on"] = Field(
        "wait",
        description="At its end wait for the speaker, or go on by itself; a film always goes on.",
    )
    camera: Annotated[
        Camera, BeforeValidator(_camera), WithJsonSchema({"type": "string", "enum": [*LISTED]})
    ] = Field(Camera.WHOLE, description="Which camera shows it; auto: the director chooses.")
    panels: Annotated[tuple[PanelName, ...], at_most(7)] = Field(
        tuple(Panel), max_length=7, description="What is shown beside the track; left out: all."
    )
    what_if: AxisName = Field("pacers", description="What the what-if panel is about.")
    ghosts: Annotated[
        tuple[
            Annotated[
                ChapterGhost, BeforeValidator(_named, json_schema_input_type=str | ChapterGhost)
            ],
            ...,
        ]
        | None,
        at_most(12),
    ] = Field(None, max_length=12, description="Ghosts shown; left out: those of the scenario.")
    caption: Annotated[Text, _readable(parse_caption)] = Field(
        "",
        max_length=400,
        description="Short sentences, four lines at most. What the model finds stands in braces: "
        "{finish}, {light lost}, {difference}, {gap at 1200 m}, {shelter of NAME at bell}.",
    )
    notes: Annotated[Text, _readable(parse_caption)] = Field(
        "", max_length=4000, description="For the speaker alone; braces as in the caption."
    )
    figures: Annotated[tuple[LargeNumber, ...], at_most(5)] = Field(
        (), max_length=5, description="Large numbers over the picture, as at the end of a story."
    )
    knobs: Annotated[tuple[OneLine, ...], at_most(4)] = Field(
        (),
        max_length=4,
        description="What the speaker may turn while it is shown: paths such as pacers.count.",
    )
    reveal: bool = Field(False, description="Show what is still to come in the run; no: suspense.")

    def complaints(self) -> Iterator[SectionProblem]:
        """Yield a problem if its duration is zero, and for ghosts with equal names."""
        lasts = self.until is not None and parse_seconds(self.until) != 0
        if not lasts and self.hold == 0:
            what = "the chapter lasts no time"
            yield SectionProblem(("hold",), what, "give until, or hold", (("until",),))
        yield from same_names("ghost", ("ghosts",), (g.name for g in self.ghosts or ()))


LONGEST_LINK = 1000
"""The code of a longer address is too fine for a phone to read."""


class Story(Section):
    """A story: its chapters in the order in which they are told."""

    name: Name = Field(..., description="Title of the story.")
    note: Text = Field("", max_length=2000, description="A sentence or two for the reader.")
    scenario: OneLine = Field("breaking4", description="Scenario of chapters that name none.")
    link: OneLine = Field(
        "",
        max_length=LONGEST_LINK,
        description="Where its page stands: the last chapter shows this address as a QR code.",
    )
    chapters: Annotated[tuple[Chapter, ...], at_most(100)] = Field(
        ..., min_length=1, max_length=100, description="The chapters."
    )


# -- a story with all of its attempts -------------------------------------------------------------

FOLDER = "stories"
MOST_ATTEMPTS = 300
"""The most attempts of a story: each takes milliseconds to read, and is simulated when shown."""


@dataclass(frozen=True, slots=True)
class AttemptSpec:
    """An attempt of a story: a scenario's file, and the changes to it."""

    source: Path
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """A story with its attempts.

    Attributes:
        story: the story.
        path: its file.
        attempts: the attempt of each chapter.
        rivals: for each chapter, the attempts that are run as its ghosts, by name.
        scenarios: every attempt's scenario; those of ghosts have no ghosts.
        document: the file's values with their positions.
    """

    story: Story
    path: Path
    attempts: tuple[AttemptSpec, ...]
    rivals: tuple[dict[str, AttemptSpec], ...]
    scenarios: dict[AttemptSpec, Scenario]
    document: Document = field(repr=False)

    def problem(self, steps: Steps, message: str, hint: str = "") -> Problem:
        """Return a problem of a chapter at its place in the file; the message names the chapter."""
        if steps[:1] == ("chapters",) and len(steps) > 1:
            number = int(steps[1])
            message = f"chapter {number + 1}, {self.story.chapters[number].name}: {message}"
        return _problem(self.document, steps, message, hint)


def _problem(document: Document, steps: Steps, message: str, hint: str) -> Problem:
    return problem_at(find(document, steps).node, dotted(map(str, steps)), message, hint)


def named_stories() -> dict[str, Path]:
    """Return the shipped stories and the user's by name, `stories/breaking4`."""
    return {f"{FOLDER}/{name}": path for name, path in named_files(FOLDER).items()}


def find_story(source: str | Path) -> Path:
    """Return the file meant by a path or by the name of a story.

    Raises:
        ScenarioError: there is no such file.
    """
    return find_file(source, Path(), named_stories(), "story")


def is_story(source: str | Path) -> bool:
    """Return whether a file, or a shipped name, is a story and no scenario."""
    try:
        path = find_story(source)
        root = read_document(read_text(path, str(path)), str(path)).root
    except ScenarioError:
        return str(source).startswith(f"{FOLDER}/")
    return isinstance(root, dict) and "chapters" in root


def load_story(source: str | Path) -> Script:
    """Return the story in a file, or the shipped one of that name, with all its scenarios.

    Raises:
        ScenarioError: the story, or a scenario it names, is not usable; every problem is listed.
        ResourceError: the shipped files are missing.
    """
    path = find_story(source)
    return load_story_text(read_text(path, str(path)), path)


def load_story_text(text: str, path: Path) -> Script:
    """Return the story in `text`; problems show `path`, and its folder holds the files it names.

    Raises:
        ScenarioError: as for `load_story`.
    """
    document = read_document(text, str(path))
    story = check(document, Story)
    count = sum(1 + sum(1 for _ in _runs(chapter)) for chapter in story.chapters)
    if count > MOST_ATTEMPTS:
        what = f"{count} attempts, with those of ghosts, are more than {MOST_ATTEMPTS}"
        raise ScenarioError([_problem(document, ("chapters",), what, "tell it in two stories")])
    loader = _ScenarioLoader(path.parent, document)
    attempts, rivals = [], []
    for i, chapter in enumerate(story.chapters):
        at: Steps = ("chapters", i)
        named_at = (*at, "scenario") if chapter.scenario is not None else ("scenario",)
        name = chapter.scenario or story.scenario
        changes = _changes(chapter.set, (*at, "set"))
        attempts.append(loader.load(name, named_at, changes, with_ghosts=True))
        runs = {}
        for n, rival in _runs(chapter):
            there = (*at, "ghosts", n)
            further = _changes(rival.set, (*there, "set"))
            if rival.scenario is None:  # a variation of the chapter's attempt
                every = [*changes, *further]
                runs[rival.name] = loader.load(name, named_at, every, with_ghosts=False)
            else:
                other = (*there, "scenario")
                runs[rival.name] = loader.load(rival.scenario, other, further, with_ghosts=False)
        rivals.append(runs)
    if loader.problems:
        raise ScenarioError(list(dict.fromkeys(loader.problems)))
    return Script(story, path, tuple(attempts), tuple(rivals), loader.scenarios, document)


def _runs(chapter: Chapter) -> Iterator[tuple[int, ChapterGhost]]:
    return ((n, rival) for n, rival in enumerate(chapter.ghosts or ()) if rival.is_run)


Change = tuple[str, Steps]
"""A change, `path=value`, and its place in the story."""


def _changes(texts: Sequence[str], way: Steps) -> list[Change]:
    return [(text, (*way, n)) for n, text in enumerate(texts)]


class _ScenarioLoader:
    """The scenarios loaded so far, and the problems of the others."""

    def __init__(self, folder: Path, document: Document) -> None:
        self.scenarios: dict[AttemptSpec, Scenario] = {}
        self.problems: list[Problem] = []
        self._folder, self._document = folder, document

    def load(
        self, name: str, at: Steps, changes: Sequence[Change], *, with_ghosts: bool
    ) -> AttemptSpec:
        """Load one scenario; a problem of its name or of a change is reported in the story."""
        spec = AttemptSpec(Path(name), tuple(text for text, _ in changes))
        try:
            spec = replace(spec, source=find_scenario(name, self._folder))
            if spec not in self.scenarios or (with_ghosts and not self.scenarios[spec].ghosts):
                self.scenarios[spec] = load_scenario(
                    spec.source, overrides=spec.changes, with_ghosts=with_ghosts
                )
        except ScenarioError as error:
            self.problems += [self._placed(p, at, changes) for p in error.problems]
        return spec

    def _placed(self, problem: Problem, at: Steps, changes: Sequence[Change]) -> Problem:
        """Return a problem at the story's line, unless it is one within another file."""
        what = f"{problem.source}: {problem.message}"
        if problem.source == SET:
            what = f"{problem.path}: {problem.message}" if problem.path else problem.message
            at = next((place for text, place in changes if _is_about(problem.path, text)), at)
        elif problem.line:
            return problem
        return _problem(self._document, at, what, problem.hint)


def _is_about(path: str, change: str) -> bool:
    """Return whether a problem's path is at, below or above that of a change."""
    set_at = change.partition("=")[0].strip()
    return f"{path}.".startswith(f"{set_at}.") or f"{set_at}.".startswith(f"{path}.")
