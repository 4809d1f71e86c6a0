"""A script: a story with all of its attempts, and the file position of each word.

In: a path, or `stories/NAME`. Out: `Script`, or every problem with its line and column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from simulator.errors import Problem, ScenarioError
from simulator.scenario.fields import Path as Steps
from simulator.scenario.fields import dotted
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario
from simulator.scenario.problems import check, find
from simulator.scenario.reading import find_file, find_scenario, named_files, read_text
from simulator.scenario.story import Chapter, ChapterGhost, Story
from simulator.scenario.yaml_tree import SET, Document, problem_at, read_document

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
