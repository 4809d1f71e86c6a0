"""Reading a theme's file: YAML that overrides colours of an existing theme.

In: a path. Out: a `Theme`, or every problem of the file with its line and column. It is read like a
scenario: bounded in size and depth, tags ignored, alias expansion limited.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from simulator.errors import MOST_LISTED, Problem, ScenarioError, ThemeError, quoted
from simulator.scenario.fields import did_you_mean, guess
from simulator.scenario.reading import read_text
from simulator.scenario.yaml_tree import YamlMapping, YamlNode, problem_at, read_document
from simulator.view.theme import VALUES, Theme, css, hex_colour, theme_of

_EXAMPLE = css((52, 232, 128))


def read_theme(path: Path) -> Theme:
    """Return the theme of a file, which overrides the theme named `base` (default: night).

    Raises:
        ThemeError: the file cannot be read or has unknown entries; one line for each problem.
    """
    try:
        document = read_document(read_text(path, str(path)), str(path))
    except ScenarioError as error:
        raise ThemeError(str(error)) from None
    problems, values = document.flaws, VALUES["night"]
    known: dict[str, Any] = {"base": None}
    for name in values:
        section, _, key = name.partition(".")
        known[section] = {**(known.get(section) or {}), key: None} if key else None
    overrides = dict(_overrides(document.root, document.node, "", known, problems))
    for name, (value, node) in overrides.items():
        written = node.value if isinstance(node.value, str) else ""
        new: Any
        if name == "base":
            what, new = f"one of {', '.join(VALUES)}", VALUES.get(written)
        elif name in ("ground.floodlight", "kit_colours"):
            whole = name == "kit_colours"
            what, new = "0 or 1" if whole else "a number from 0 to 1", None
            if type(value) in (int, float) and 0 <= value <= 1 and not (whole and value % 1):
                new = float(value)
        else:
            what, new = f'a colour such as "{_EXAMPLE}"', hex_colour(written)
        if new is None:
            hint = _near(written, VALUES) if name == "base" else ""
            what = f"is {what}, not {_described(value, written)}"
            problems.append(problem_at(node, name, what, hint))
        overrides[name] = (new, node)
    if problems:
        raise ThemeError(str(ScenarioError(problems)))
    base, _ = overrides.pop("base", (values, None))
    return theme_of(path.stem, base | {name: new for name, (new, _) in overrides.items()})


def _overrides(
    value: Any, node: YamlNode, where: str, known: Mapping[str, Any], problems: list[Problem]
) -> Iterator[tuple[str, tuple[Any, YamlNode]]]:
    """Yield the known entries of a mapping and of its sections by dotted name; report others.

    `known`: the names of its entries; those of a section are its own names. An empty one has none.
    """
    if not isinstance(value, YamlMapping):
        if value is not None:
            problems.append(problem_at(node, where, "is a list of names and colours"))
        return
    for key, (key_node, inner) in value.nodes.items():
        name = f"{where}.{key}" if where else key
        if key not in known:
            what = f"{where or 'a theme'} knows no {quoted(key)}"
            few = len(problems) < MOST_LISTED  # finding similar words takes time
            hint = (_near(key, known) or f"known: {', '.join(known)}") if few else ""
            problems.append(problem_at(key_node, where, what, hint))
        elif known[key]:
            yield from _overrides(value[key], inner, name, known[key], problems)
        else:
            yield name, (value[key], inner)


def _near(name: str, known: Collection[str]) -> str:
    meant = guess(name, list(known))
    return did_you_mean(meant) if meant else ""


def _described(value: Any, written: str) -> str:
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return quoted(written) if written else "nothing"
