"""Reading a theme's file: YAML that overrides colours of an existing theme.

In: a path. Out: a `Theme`, or every problem of the file with its line and column. It is read like a
scenario: bounded in size and depth, tags ignored, alias expansion limited.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from simulator.errors import MOST_LISTED, Problem, ScenarioError, ThemeError, quoted
from simulator.scenario.fields import did_you_mean, guess
from simulator.scenario.reading import read_text
from simulator.scenario.yaml_tree import YamlMapping, YamlNode, problem_at, read_document
from simulator.view.theme import VALUES, Colour, Theme, css, hex_colour, theme_of

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
    problems = document.flaws
    values = _Reader(problems).values((document.root, document.node))
    if problems:
        raise ThemeError(str(ScenarioError(problems)))
    return theme_of(path.stem, values)


Entry = tuple[Any, YamlNode]
"""A value of the file, and its node with the position."""


class _Reader:
    """Reads overrides from values, and adds problems to `problems`."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def values(self, root: Entry) -> dict[str, Any]:
        """Return a theme's colours by dotted name; refused values keep the base's."""
        night = VALUES["night"]
        names = dict.fromkeys(key.partition(".")[0] for key in night)
        entries = self._entries(root, "", (*names, "base"))
        values = dict(self._base(entries.pop("base")) if "base" in entries else night)
        for name, entry in entries.items():
            if name in night:
                self._read(entry, name, values)
                continue
            known = [k.partition(".")[2] for k in night if k.startswith(f"{name}.")]
            for key, inner in self._entries(entry, name, known).items():
                self._read(inner, f"{name}.{key}", values)
        return values

    def _base(self, entry: Entry) -> dict[str, Any]:
        name = _text(entry)
        if name not in VALUES:
            what = f"is one of {', '.join(VALUES)}, not {_described(entry)}"
            self._refuse(entry[1], "base", what, _near(name, VALUES))
        return VALUES.get(name, VALUES["night"])

    def _read(self, entry: Entry, where: str, values: dict[str, Any]) -> None:
        """Store one value of the file."""
        value: Colour | float | None = None
        if where == "ground.floodlight":
            what = "a number from 0 to 1"
            given = entry[0]
            if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= 1:
                value = float(given)
        else:
            what = f'a colour such as "{_EXAMPLE}"'
            value = hex_colour(_text(entry))
        if value is None:
            self._refuse(entry[1], where, f"is {what}, not {_described(entry)}")
        else:
            values[where] = value

    def _entries(self, entry: Entry, where: str, known: Collection[str]) -> dict[str, Entry]:
        """Return the known entries; an empty node has none."""
        value, node = entry
        if value is None:
            return {}
        if not isinstance(value, YamlMapping):
            self._refuse(node, where, "is a list of names and colours")
            return {}
        for key, (key_node, _) in value.nodes.items():
            if key not in known:
                what = f"{where or 'a theme'} knows no {quoted(key)}"
                few = len(self.problems) < MOST_LISTED  # finding similar words takes time
                hint = (_near(key, known) or f"known: {', '.join(known)}") if few else ""
                self._refuse(key_node, where, what, hint)
        return {key: (value[key], value.nodes[key][1]) for key in value if key in known}

    def _refuse(self, node: YamlNode, where: str, what: str, hint: str = "") -> None:
        self.problems.append(problem_at(node, where, what, hint))


def _text(entry: Entry) -> str:
    """Return a single value as written; "" for a mapping or a list."""
    written = entry[1].value
    return written if isinstance(written, str) else ""


def _near(name: str, known: Collection[str]) -> str:
    meant = guess(name, list(known))
    return did_you_mean(meant) if meant else ""


def _described(entry: Entry) -> str:
    if isinstance(entry[0], dict | list):
        return "a table" if isinstance(entry[0], dict) else "a list"
    return quoted(_text(entry)) if _text(entry) else "nothing"
