"""From a scenario file to a `Scenario`, or to the list of everything wrong in it.

In: a path, the bare name of a shipped scenario, or text; `--set` overrides. Out: a `Scenario` in
which runner and formation are written out and ghosts' files are absolute, so that later rooms need
no folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator.errors import Problem, ScenarioError
from simulator.resources import configs_dir
from simulator.scenario.model import Scenario
from simulator.scenario.named import FORMATION, RUNNER, Kind
from simulator.scenario.overrides import apply_overrides
from simulator.scenario.problems import check_tree, without
from simulator.scenario.reading import (
    find_scenario,
    is_bare_name,
    not_found,
    note,
    read_text,
    refuse,
    shipped_names,
)
from simulator.scenario.structure import guess, tidy
from simulator.scenario.yaml_tree import (
    Entry,
    Listing,
    Mapping,
    Node,
    Scalar,
    YamlError,
    read_tree,
)


def load_scenario(
    source: str | Path, *, overrides: Sequence[str] = (), with_ghosts: bool = True
) -> Scenario:
    """Return the scenario in a file, or the shipped one of that name.

    Args:
        source: a path, or a bare name such as `breaking4`.
        overrides: `pacers.count=7` and the like, applied in turn and checked like the file.
        with_ghosts: False drops its ghosts unread, as for a scenario that is itself a ghost.

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
    try:
        root, problems = read_tree(text, shown)
    except YamlError as error:
        raise ScenarioError([error.problem]) from None
    if isinstance(root, Mapping) and "chapters" in root.entries:
        mark = root.entries["chapters"].mark
        hint = "lightpace present shows it, lightpace film makes a film of it"
        raise refuse(shown, "this is a story, not a scenario", hint, mark.line, mark.column)
    root, found = apply_overrides(root, overrides, path.parent)
    problems += found
    root, found = tidy(root, Scenario)
    problems += found
    for way, kind in ((("runner",), RUNNER), (("pacers", "formation"), FORMATION)):
        root, found = _write_out(root, way, kind, path.parent)
        problems += found
    if with_ghosts:
        root, found = _find_ghost_files(root, path)
        problems += found
    elif isinstance(root, Mapping):
        entries = {key: e for key, e in root.entries.items() if key != "published"}
        entries["ghosts"] = Entry(root.mark, Listing(root.mark, ()), "ghosts")
        root = replace(root, entries=entries)
    scenario, found = check_tree(root, Scenario)
    problems += found
    if problems or scenario is None:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return scenario


def _write_out(
    root: Node, way: tuple[str, ...], kind: Kind, folder: Path
) -> tuple[Node, list[Problem]]:
    """Put the tree of a named section in the place of its name."""
    node: Node | None = root
    shown = []
    for key in way:
        entry = _entry(node, key) if node is not None else None
        node = entry.node if entry else None
        shown.append(entry.shown if entry else key)
    if not isinstance(node, Scalar) or not node.text:
        return root, []
    mark = node.mark
    try:
        tree, flaws = kind.tree(node.text, folder)
    except ScenarioError as error:
        path = ".".join(shown)
        named = [
            p
            if p.line
            else replace(p, source=mark.source, line=mark.line, column=mark.column, path=path)
            for p in error.problems
        ]
        return without(root, {way}), named
    return _put(root, way, tree), flaws


def _find_ghost_files(root: Node, own: Path) -> tuple[Node, list[Problem]]:
    """Make the files that ghosts name absolute; report those that are missing or not usable."""
    ghosts = _entry(root, "ghosts")
    if ghosts is None or not isinstance(ghosts.node, Listing):
        return root, []
    problems: list[Problem] = []
    for i, (number, ghost) in enumerate(ghosts.node.items):
        file, kind = _entry(ghost, "file"), _entry(ghost, "kind")
        if file is None or not isinstance(file.node, Scalar) or not file.node.text:
            continue
        is_scenario = (
            isinstance(kind.node, Scalar) and kind.node.text == "scenario"
            if kind
            else (not file.node.text.endswith(".npz"))
        )
        found, what, hint = _ghost_file(file.node.text, own, is_scenario)
        mark = file.node.mark
        if found is None:
            shown = f"{ghosts.shown}.{number}.{file.shown}"
            problems.append(Problem(mark.source, mark.line, mark.column, shown, what, hint))
            continue
        if is_scenario:
            try:
                load_scenario(found, with_ghosts=False)
            except ScenarioError as error:
                problems += error.problems
        root = _put(root, ("ghosts", i, "file"), Scalar(mark, str(found), plain=False))
    return root, problems


def _ghost_file(text: str, own: Path, is_scenario: bool) -> tuple[Path | None, str, str]:
    """Return the absolute path, or None with message and hint."""
    try:
        path = (own.parent / text).resolve()
        note(path)
        if is_scenario and is_bare_name(text) and not path.exists() and text in shipped_names():
            path = (configs_dir() / f"{text}.yaml").resolve()
        if is_scenario and path == own.resolve():
            return None, "a scenario cannot be its own ghost", "name another one"
        if path.is_file():
            return path, "", ""
        if path.is_dir():
            return None, "this is a directory, not a file", ""
        suffix = ".yaml" if is_scenario else ".npz"
        near = [p.name for p in path.parent.glob(f"*{suffix}")] if path.parent.is_dir() else []
        meant = guess(path.name, near[:500])
    except (OSError, ValueError, RuntimeError) as error:
        return None, not_found(error), ""
    return None, "there is no such file", f"did you mean {meant}?" if meant else ""


def _entry(node: Node, key: str) -> Entry | None:
    return node.entries.get(key) if isinstance(node, Mapping) else None


def _put(node: Node, way: tuple[str | int, ...], new: Node) -> Node:
    """Return the tree with `new` in the place of an existing node."""
    if not way:
        return new
    step, rest = way[0], way[1:]
    if isinstance(node, Mapping):
        entry = node.entries[str(step)]
        changed = replace(entry, node=_put(entry.node, rest, new))
        return replace(node, entries={**node.entries, str(step): changed})
    if isinstance(node, Listing):
        items = [
            (number, _put(item, rest, new) if i == step else item)
            for i, (number, item) in enumerate(node.items)
        ]
        return replace(node, items=tuple(items))
    return node


def scenario_to_dict(scenario: Scenario) -> dict[str, Any]:
    """Return the scenario as plain values that a JSON or YAML file can hold.

    `Scenario.model_validate` of them gives an equal scenario.
    """
    return scenario.model_dump(mode="json", by_alias=True)


def digest(scenario: Scenario) -> str:
    """Return a SHA-256 [hex] of what is asked for, the same on every machine.

    Ghosts' files enter by their names alone, since their folders differ from machine to machine.
    """
    plain = scenario_to_dict(scenario)
    for ghost in plain["ghosts"]:
        if "file" in ghost:
            ghost["file"] = Path(ghost["file"]).name
    text = json.dumps(plain, sort_keys=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
