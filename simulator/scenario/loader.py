"""From a scenario file to a `Scenario`, or to the list of everything wrong in it.

In: a path, the bare name of a shipped scenario, or text; `--set` overrides. Out: a `Scenario` in
which runner and formation are written out and ghosts' files are absolute, so that later rooms need
no folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from simulator.errors import Problem, ScenarioError
from simulator.resources import configs_dir
from simulator.scenario.fields import did_you_mean, guess
from simulator.scenario.model import Scenario
from simulator.scenario.overrides import apply_overrides
from simulator.scenario.problems import Review, check, find
from simulator.scenario.reading import (
    FORMATION,
    RUNNER,
    NamedSections,
    find_scenario,
    is_bare_name,
    not_found,
    note,
    read_text,
    shipped_names,
)
from simulator.scenario.yaml_tree import YamlList, YamlMapping, position_of, read_document


def load_scenario(
    source: str | Path, *, overrides: Sequence[str] = (), with_ghosts: bool = True
) -> Scenario:
    """Return the scenario in a file, or the shipped one of that name.

    Args:
        source: a path, or a bare name such as `breaking4`.
        overrides: `pacers.count=7` and the like, applied in turn and checked like the file.
        with_ghosts: False drops its ghosts unread, as for a scenario that is itself a ghost or a
            given race.

    Raises:
        ScenarioError: the file or an override is not usable; every problem is listed.
        ResourceError: the shipped files are missing.
    """
    path = find_scenario(source)
    return _load(read_text(path, str(path)), str(path), path, overrides, with_ghosts)


def load_text(
    text: str, name: str = "<text>", folder: Path | None = None, *, overrides: Sequence[str] = ()
) -> Scenario:
    """Return the scenario in `text`; `name` stands in problems, `folder` holds the files it names.

    Raises:
        ScenarioError: as for `load_scenario`.
    """
    return _load(text, name, (folder or Path()) / name, overrides, True)


def _load(
    text: str, shown: str, path: Path, overrides: Sequence[str], with_ghosts: bool
) -> Scenario:
    document = read_document(text, shown)
    root = document.root
    if isinstance(root, YamlMapping) and "chapters" in root:
        at = position_of(root.nodes["chapters"][0])
        hint = "lightpace present shows it, lightpace film makes a film of it"
        raise ScenarioError([at.problem("", "this is a story, not a scenario", hint)])
    document.flaws += apply_overrides(document, overrides, path.parent)

    @cache
    def ghost_file(text: str, is_scenario: bool) -> tuple[Path | None, str, str, list[Problem]]:
        return _ghost_file(text, path, is_scenario)

    def prepare(review: Review) -> None:
        _write_out(review, ("runner",), RUNNER, path.parent)
        _write_out(review, ("pacers", "formation"), FORMATION, path.parent)
        if with_ghosts:
            _find_ghost_files(review, ghost_file)
            _find_given_races(review, path.parent)
        elif isinstance(document.root, YamlMapping):
            _drop_ghosts(document.root, document.node)

    return check(document, Scenario, prepare)


def _write_out(review: Review, path: tuple[str, ...], kind: NamedSections, folder: Path) -> None:
    """Put what a named section's file says in the place of its name."""
    place = find(review.document, path)
    name = getattr(place.node, "value", "")
    if not isinstance(place.holder, YamlMapping) or not place.complete:
        return
    if not isinstance(name, str) or not name or isinstance(place.value, YamlMapping):
        return
    try:
        document = kind.document(name, folder)
    except ScenarioError as error:
        at = position_of(place.node)
        shown = ".".join(place.shown)
        review.problems += [
            p if p.line else at.problem(shown, p.message, p.hint) for p in error.problems
        ]
        review.exclude(place)
        return
    review.problems += document.flaws
    key_node = place.holder.nodes[place.key][0]
    place.holder.put(place.key, document.root, key_node, document.node)


def _drop_ghosts(root: YamlMapping, node: Any) -> None:
    root.put("ghosts", YamlList(), node, node)
    if "published" in root:
        root.take_out("published")


GhostFile = Callable[[str, bool], tuple[Path | None, str, str, list[Problem]]]


def _find_ghost_files(review: Review, ghost_file: GhostFile) -> None:
    """Make the files that ghosts name absolute; report those that are missing or not usable."""
    root = review.document.root
    ghosts = root.get("ghosts") if isinstance(root, YamlMapping) else None
    for i, ghost in enumerate(ghosts if isinstance(ghosts, YamlList) else []):
        place = find(review.document, ("ghosts", i, "file"))
        text = getattr(place.node, "value", "")
        if not place.complete or not isinstance(text, str) or not text:
            continue
        kind = ghost.get("kind", "recording" if text.endswith(".npz") else "scenario")
        path, what, hint, problems = ghost_file(text, kind == "scenario")
        review.problems += problems
        if path is None:
            review.report(place, what, hint)
        else:
            ghost["file"] = str(path)


def _ghost_file(
    text: str, own: Path, is_scenario: bool
) -> tuple[Path | None, str, str, list[Problem]]:
    """Return the absolute path, or None with message and hint; and what is wrong in the file."""
    try:
        path = (own.parent / text).resolve()
        note(path)
        if is_scenario and is_bare_name(text) and not path.exists() and text in shipped_names():
            path = (configs_dir() / f"{text}.yaml").resolve()
        if is_scenario and path == own.resolve():
            return None, "a scenario cannot be its own ghost", "name another one", []
        if path.is_dir():
            return None, "this is a directory, not a file", "", []
        if not path.is_file():
            suffix = ".yaml" if is_scenario else ".npz"
            near = [p.name for p in path.parent.glob(f"*{suffix}")] if path.parent.is_dir() else []
            meant = guess(path.name, near[:500])
            hint = f"did you mean {meant}?" if meant else ""
            return None, "there is no such file", hint, []
    except (OSError, ValueError, RuntimeError) as error:
        return None, not_found(error), "", []
    try:
        if is_scenario:
            load_scenario(path, with_ghosts=False)
    except ScenarioError as error:
        return path, "", "", list(error.problems)
    return path, "", "", []


def _find_given_races(review: Review, folder: Path) -> None:
    """Make the files of given races absolute; report those that are missing or not usable."""
    races = find(review.document, ("uncertainty", "given"))
    for i, name in enumerate(races.value if isinstance(races.value, YamlList) else []):
        if not isinstance(name, str) or not name or name.removesuffix(".yaml") in shipped_names():
            continue
        try:
            path = find_scenario((folder / name).resolve())
        except (ScenarioError, OSError, ValueError, RuntimeError):
            place = find(review.document, ("uncertainty", "given", i))
            names = shipped_names()
            hint = did_you_mean(guess(Path(name).stem, names), names)
            review.report(place, f"there is no past race '{name[:60]}'", hint)
            continue
        try:
            load_scenario(path, with_ghosts=False)
        except ScenarioError as error:
            review.problems += error.problems
        races.value[i] = str(path)


def scenario_to_dict(scenario: Scenario) -> dict[str, Any]:
    """Return the scenario as plain values that a JSON or YAML file can hold.

    `Scenario.model_validate` of them gives an equal scenario.
    """
    return scenario.model_dump(mode="json", by_alias=True)


def digest(scenario: Scenario) -> str:
    """Return a SHA-256 [hex] of what is asked for, the same on every machine.

    Files of ghosts and given races enter by their names alone: folders differ among machines.
    """
    plain = scenario_to_dict(scenario)
    for ghost in plain["ghosts"]:
        if "file" in ghost:
            ghost["file"] = Path(ghost["file"]).name
    plain["uncertainty"]["given"] = [Path(race).name for race in plain["uncertainty"]["given"]]
    text = json.dumps(plain, sort_keys=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
