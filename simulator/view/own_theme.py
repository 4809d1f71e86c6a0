"""A theme of one's own: a YAML file of overrides of one of the themes there are.

In: a path, those themes. Out: a `Theme`, or every problem of the file with its line and column. It
is read as a scenario is: bounded in size and depth, no tag obeyed, no alias unfolded without end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Table
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from simulator.errors import Problem, ScenarioError, ThemeError
from simulator.scenario.fields import quoted
from simulator.scenario.reading import read_text
from simulator.scenario.structure import did_you_mean, guess
from simulator.scenario.yaml_tree import Entry, Mapping, Mark, Node, Scalar, YamlError, read_tree
from simulator.view.theme import Colour, Ground, Theme, css, hex_colour

_PLAIN = tuple(
    f.name for f in fields(Theme) if f.name not in ("name", "ground", "gaps", "named", "lights")
)
_TABLES = ("ground", "gaps", "named", "lights")
_EXAMPLE = css((52, 232, 128))
MOST_TOLD = 50
"""So many problems are told; more are counted."""


def read_theme(path: Path, themes: Table[str, Theme]) -> Theme:
    """Return the theme that a file makes of the one it names as `base` (night if it names none).

    Raises:
        ThemeError: the file cannot be read, or says what a theme does not know; one line for each
            problem.
    """
    try:
        root, flaws = read_tree(read_text(path, str(path)), str(path))
    except ScenarioError as error:
        raise _refusal(error.problems) from None
    except YamlError as error:
        raise _refusal([error.problem]) from None
    reader = _Reader(flaws)
    theme = reader.theme(root, path.stem, themes)
    if reader.problems:
        raise _refusal(reader.problems)
    return theme


def _refusal(problems: Sequence[Problem]) -> ThemeError:
    told = sorted(problems, key=lambda p: (p.line, p.column))
    lines = [*map(str, told[:MOST_TOLD])]
    if len(told) > MOST_TOLD:
        lines.append(f"... and {len(told) - MOST_TOLD} more")
    return ThemeError("\n".join(lines))


class _Reader:
    """Makes overrides out of nodes, and keeps what is wrong with them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def theme(self, root: Node, name: str, themes: Table[str, Theme]) -> Theme:
        """Return the theme; what is refused keeps the base's value."""
        said = self._table(root, "", (*_PLAIN, *_TABLES, "base"))
        base = said.pop("base", None)
        theme = self._base(base, themes) if base is not None else next(iter(themes.values()))
        changes: dict[str, Any] = {"name": name}
        for key, entry in said.items():
            if key == "ground":
                changes[key] = self._ground(theme.ground, entry.node)
            elif key == "gaps":
                gaps = {state.value: colour for state, colour in theme.gaps}
                new = self._colours(gaps, entry.node, key)
                changes[key] = tuple((state, new[state.value]) for state, _ in theme.gaps)
            elif key in _TABLES:
                old = dict(theme.named if key == "named" else theme.lights)
                changes[key] = tuple(self._colours(old, entry.node, key).items())
            else:
                changes[key] = self._colour(entry.node, key) or getattr(theme, key)
        return replace(theme, **changes)

    def _base(self, entry: Entry, themes: Table[str, Theme]) -> Theme:
        node = entry.node
        name = node.text if isinstance(node, Scalar) else ""
        if name not in themes:
            what = f"is one of {', '.join(themes)}, not {_told(node)}"
            self._refuse(node.mark, "base", what, _near(name, themes))
        return themes.get(name) or next(iter(themes.values()))

    def _ground(self, ground: Ground, node: Node) -> Ground:
        known = {f.name: getattr(ground, f.name) for f in fields(Ground)}
        light = known.pop("floodlight")
        said = node.entries.get("floodlight") if isinstance(node, Mapping) else None
        if said is not None and isinstance(node, Mapping):
            rest = {key: entry for key, entry in node.entries.items() if key != "floodlight"}
            node = replace(node, entries=rest)
            given = said.node.value if isinstance(said.node, Scalar) else None
            if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 1:
                what = f"is a number from 0 to 1, not {_told(said.node)}"
                self._refuse(said.node.mark, "ground.floodlight", what)
            else:
                light = float(given)
        return replace(ground, floodlight=light, **self._colours(known, node, "ground"))

    def _colours(self, known: dict[str, Colour], node: Node, where: str) -> dict[str, Colour]:
        said = self._table(node, where, known)
        new = {key: self._colour(entry.node, f"{where}.{key}") for key, entry in said.items()}
        return known | {key: colour for key, colour in new.items() if colour is not None}

    def _table(self, node: Node, where: str, known: Iterable[str]) -> dict[str, Entry]:
        """Return the entries that are known; of an empty node none."""
        if isinstance(node, Scalar) and node.value is None:
            return {}
        if not isinstance(node, Mapping):
            self._refuse(node.mark, where, "is a list of names and colours")
            return {}
        names = tuple(known)
        for key, entry in node.entries.items():
            if key not in names:
                what = f"{where or 'a theme'} knows no {quoted(key)}"
                few = len(self.problems) < MOST_TOLD  # looking for a word that is near takes time
                hint = (_near(key, names) or f"known: {', '.join(names)}") if few else ""
                self._refuse(entry.mark, where, what, hint)
        return {key: entry for key, entry in node.entries.items() if key in names}

    def _colour(self, node: Node, where: str) -> Colour | None:
        found = hex_colour(node.text) if isinstance(node, Scalar) else None
        if found is None:
            self._refuse(node.mark, where, f'is a colour such as "{_EXAMPLE}", not {_told(node)}')
        return found

    def _refuse(self, mark: Mark, where: str, what: str, hint: str = "") -> None:
        self.problems.append(Problem(mark.source, mark.line, mark.column, where, what, hint))


def _near(name: str, known: Iterable[str]) -> str:
    meant = guess(name, list(known))
    return did_you_mean(meant) if meant else ""


def _told(node: Node) -> str:
    if isinstance(node, Scalar):
        return quoted(node.text) if node.text else "nothing"
    return "a table" if isinstance(node, Mapping) else "a list"
