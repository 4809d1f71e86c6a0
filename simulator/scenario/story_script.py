"""A script: a story that was read, with every attempt it asks for and the place of each word.

In: a path, or `stories/NAME`. Out: `Script`, or every problem at its own line and column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from simulator.errors import Problem, ScenarioError
from simulator.resources import configs_dir
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario
from simulator.scenario.overrides import SOURCE
from simulator.scenario.problems import check_tree
from simulator.scenario.reading import find_scenario, not_found, read_text, refuse, shipped_names
from simulator.scenario.story import Chapter, Rival, Story
from simulator.scenario.structure import did_you_mean, dotted, guess, tidy
from simulator.scenario.yaml_tree import Listing, Mapping, Mark, Node, YamlError, read_tree

FOLDER = "stories"
Way = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """An attempt that a story asks for: a scenario's file, and what is changed of it."""

    source: Path
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """A story with its attempts.

    Attributes:
        story: what the file says.
        path: the file.
        attempts: the attempt of each chapter.
        rivals: for each chapter, the attempts of those of its ghosts that are run for it, by name.
        scenarios: every attempt's scenario; those of ghosts without ghosts of their own.
        tree: the file's values with their places.
    """

    story: Story
    path: Path
    attempts: tuple[Asked, ...]
    rivals: tuple[dict[str, Asked], ...]
    scenarios: dict[Asked, Scenario]
    tree: Node = field(repr=False)

    def problem(self, way: Way, message: str, hint: str = "") -> Problem:
        """Return a problem of a chapter at the place where the file says it; names the chapter."""
        mark = _mark(self.tree, way)
        if way[:1] == ("chapters",) and len(way) > 1:
            number = int(way[1])
            message = f"chapter {number + 1}, {self.story.chapters[number].name}: {message}"
        shown = dotted(str(step) for step in way)
        return Problem(mark.source, mark.line, mark.column, shown, message, hint)


def shipped_stories() -> list[str]:
    """Return the names of the shipped stories, `stories/breaking4`."""
    return [f"{FOLDER}/{name}" for name in shipped_names(FOLDER)]


def find_story(source: str | Path) -> Path:
    """Return the file meant by a path or by the name of a shipped story.

    Raises:
        ScenarioError: there is no such file.
    """
    text = str(source)
    path = Path(source)
    try:
        if path.is_file():
            return path
    except (OSError, ValueError) as error:
        raise refuse(ascii(text)[:300], not_found(error)) from None
    if text in shipped_stories():
        return configs_dir() / f"{text}.yaml"
    names = shipped_stories()
    meant = guess(text, names)
    raise refuse(text[:300], "there is no such story", did_you_mean(meant, names))


def is_story(source: str | Path) -> bool:
    """Return whether a file, or a shipped name, is a story and no scenario."""
    try:
        path = find_story(source)
        tree, _ = read_tree(read_text(path, str(path)), str(path))
    except (ScenarioError, YamlError):
        return str(source).startswith(f"{FOLDER}/")
    return isinstance(tree, Mapping) and "chapters" in tree.entries


def load_story(source: str | Path) -> Script:
    """Return the story in a file, or the shipped one of that name, with all its scenarios.

    Raises:
        ScenarioError: the story, or a scenario it names, is not usable; every problem is listed.
        ResourceError: the shipped files are missing.
    """
    path = find_story(source)
    return load_story_text(read_text(path, str(path)), path)


def load_story_text(text: str, path: Path) -> Script:
    """Return the story in `text`; `path` stands in problems, its folder holds what it names.

    Raises:
        ScenarioError: as for `load_story`.
    """
    try:
        root, problems = read_tree(text, str(path))
    except YamlError as error:
        raise ScenarioError([error.problem]) from None
    root, found = tidy(root, Story)
    problems += found
    story, found = check_tree(root, Story)
    problems += found
    if problems or story is None:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return _cast(story, path, root)


def _cast(story: Story, path: Path, tree: Node) -> Script:
    """Load every scenario that the story asks for."""
    cast = _Cast(path.parent, tree)
    attempts, rivals = [], []
    for i, chapter in enumerate(story.chapters):
        at: Way = ("chapters", i)
        own = (*at, "scenario") if chapter.scenario is not None else ("scenario",)
        name = chapter.scenario or story.scenario
        changes = _changes(chapter.set, (*at, "set"))
        attempts.append(cast.ask(name, own, changes, with_ghosts=True))
        runs = {}
        for n, rival in _runs(chapter):
            there = (*at, "ghosts", n)
            further = _changes(rival.set, (*there, "set"))
            if rival.scenario is None:  # a change of what the chapter shows, changes and all
                runs[rival.name] = cast.ask(name, own, [*changes, *further], with_ghosts=False)
            else:
                other = (*there, "scenario")
                runs[rival.name] = cast.ask(rival.scenario, other, further, with_ghosts=False)
        rivals.append(runs)
    if cast.problems:
        raise ScenarioError(list(dict.fromkeys(cast.problems)))
    return Script(story, path, tuple(attempts), tuple(rivals), cast.scenarios, tree)


def _runs(chapter: Chapter) -> Iterator[tuple[int, Rival]]:
    return ((n, rival) for n, rival in enumerate(chapter.ghosts or ()) if rival.is_run)


Change = tuple[str, Way]
"""What is changed, `path=value`, and where the story says so."""


def _changes(texts: Sequence[str], way: Way) -> list[Change]:
    return [(text, (*way, n)) for n, text in enumerate(texts)]


class _Cast:
    """The scenarios found so far, and what is wrong with the others."""

    def __init__(self, folder: Path, tree: Node) -> None:
        self.scenarios: dict[Asked, Scenario] = {}
        self.problems: list[Problem] = []
        self._folder, self._tree = folder, tree

    def ask(self, name: str, at: Way, changes: Sequence[Change], *, with_ghosts: bool) -> Asked:
        """Load one scenario; a problem of its name or of a change stands in the story."""
        asked = Asked(Path(name), tuple(text for text, _ in changes))
        try:
            beside = self._folder / name
            asked = replace(asked, source=beside if beside.is_file() else find_scenario(name))
            if asked not in self.scenarios or (with_ghosts and not self.scenarios[asked].ghosts):
                self.scenarios[asked] = load_scenario(
                    asked.source, overrides=asked.changes, with_ghosts=with_ghosts
                )
        except ScenarioError as error:
            self.problems += [self._placed(p, at, changes) for p in error.problems]
        except (OSError, ValueError) as error:
            self.problems.append(self._at(at, not_found(error), ""))
        return asked

    def _placed(self, problem: Problem, at: Way, changes: Sequence[Change]) -> Problem:
        """Return a problem at the story's own line, unless it is one within another file."""
        if problem.source == SOURCE:
            what = f"{problem.path}: {problem.message}" if problem.path else problem.message
            way = next((way for text, way in changes if _is_about(problem.path, text)), at)
            return self._at(way, what, problem.hint)
        if not problem.line:
            return self._at(at, f"{problem.source}: {problem.message}", problem.hint)
        return problem

    def _at(self, way: Way, message: str, hint: str) -> Problem:
        mark = _mark(self._tree, way)
        shown = dotted(str(step) for step in way)
        return Problem(mark.source, mark.line, mark.column, shown, message, hint)


def _is_about(path: str, change: str) -> bool:
    """Return whether a problem's path lies at, below or above what a change sets."""
    set_at = change.partition("=")[0].strip()
    return f"{path}.".startswith(f"{set_at}.") or f"{set_at}.".startswith(f"{path}.")


def _mark(node: Node, way: Way) -> Mark:
    """Return the place of what stands at `way`, or of what would hold it."""
    for step in way:
        if isinstance(node, Mapping) and str(step) in node.entries:
            node = node.entries[str(step)].node
        elif isinstance(node, Listing) and isinstance(step, int) and step < len(node.items):
            node = node.items[step][1]
        else:
            break
    return node.mark
