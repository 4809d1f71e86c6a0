"""Reading a theme's file: YAML that overrides colours of one of the themes there are.

In: a path. Out: a `Theme`, or every problem of the file with its line and column. It is read as a
scenario is: bounded in size and depth, no tag obeyed, no alias unfolded without end.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from simulator.errors import Problem, ScenarioError, ThemeError
from simulator.scenario.fields import quoted
from simulator.scenario.reading import read_text
from simulator.scenario.structure import did_you_mean, guess
from simulator.scenario.yaml_tree import Entry, Mapping, Mark, Node, Scalar, YamlError, read_tree
from simulator.view.theme import Colour, Theme, css, hex_colour
from simulator.view.themes import VALUES, theme_of

_EXAMPLE = css((52, 232, 128))
MOST_LISTED = 50
"""So many problems are listed; more are counted."""


def read_theme(path: Path) -> Theme:
    """Return the theme that a file makes of the one it names as `base` (night if it names none).

    Raises:
        ThemeError: the file cannot be read, or says what a theme does not know; one line for each
            problem.
    """
    try:
        root, problems = read_tree(read_text(path, str(path)), str(path))
    except ScenarioError as error:
        raise _refusal(error.problems) from None
    except YamlError as error:
        raise _refusal([error.problem]) from None
    values = _Reader(problems).values(root)
    if problems:
        raise _refusal(problems)
    return theme_of(path.stem, values)


def _refusal(problems: Sequence[Problem]) -> ThemeError:
    problems = sorted(problems, key=lambda p: (p.line, p.column))
    lines = [str(problem) for problem in problems[:MOST_LISTED]]
    if len(problems) > MOST_LISTED:
        lines.append(f"... and {len(problems) - MOST_LISTED} more")
    return ThemeError("\n".join(lines))


class _Reader:
    """Makes overrides out of nodes, and adds what is wrong with them to `problems`."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def values(self, root: Node) -> dict[str, Any]:
        """Return a theme's colours by dotted name; what is refused keeps the base's value."""
        night = VALUES["night"]
        names = dict.fromkeys(key.partition(".")[0] for key in night)
        entries = self._entries(root, "", (*names, "base"))
        values = dict(self._base(entries.pop("base")) if "base" in entries else night)
        for name, entry in entries.items():
            if name in night:
                self._read(entry.node, name, values)
                continue
            known = [k.partition(".")[2] for k in night if k.startswith(f"{name}.")]
            for key, inner in self._entries(entry.node, name, known).items():
                self._read(inner.node, f"{name}.{key}", values)
        return values

    def _base(self, entry: Entry) -> dict[str, Any]:
        node = entry.node
        name = node.text if isinstance(node, Scalar) else ""
        if name not in VALUES:
            what = f"is one of {', '.join(VALUES)}, not {_described(node)}"
            self._refuse(node.mark, "base", what, _near(name, VALUES))
        return VALUES.get(name, VALUES["night"])

    def _read(self, node: Node, where: str, values: dict[str, Any]) -> None:
        """Put one value of the file in its place."""
        value: Colour | float | None = None
        if where == "ground.floodlight":
            what = "a number from 0 to 1"
            given = node.value if isinstance(node, Scalar) else None
            if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= 1:
                value = float(given)
        else:
            what = f'a colour such as "{_EXAMPLE}"'
            value = hex_colour(node.text) if isinstance(node, Scalar) else None
        if value is None:
            self._refuse(node.mark, where, f"is {what}, not {_described(node)}")
        else:
            values[where] = value

    def _entries(self, node: Node, where: str, known: Collection[str]) -> dict[str, Entry]:
        """Return the entries that are known; of an empty node none."""
        if isinstance(node, Scalar) and node.value is None:
            return {}
        if not isinstance(node, Mapping):
            self._refuse(node.mark, where, "is a list of names and colours")
            return {}
        for key in [key for key in node.entries if key not in known]:
            what = f"{where or 'a theme'} knows no {quoted(key)}"
            few = len(self.problems) < MOST_LISTED  # looking for a word that is near takes time
            hint = (_near(key, known) or f"known: {', '.join(known)}") if few else ""
            self._refuse(node.entries[key].mark, where, what, hint)
        return {key: entry for key, entry in node.entries.items() if key in known}

    def _refuse(self, mark: Mark, where: str, what: str, hint: str = "") -> None:
        self.problems.append(Problem(mark.source, mark.line, mark.column, where, what, hint))


def _near(name: str, known: Collection[str]) -> str:
    meant = guess(name, list(known))
    return did_you_mean(meant) if meant else ""


def _described(node: Node) -> str:
    if isinstance(node, Scalar):
        return quoted(node.text) if node.text else "nothing"
    return "a table" if isinstance(node, Mapping) else "a list"
