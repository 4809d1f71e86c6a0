"""A theme of one's own: a YAML file of overrides of one of the themes there are.

In: a path, those themes. Out: a `Theme`, or every problem of the file with its line and column. It
is read as a scenario is: bounded in size and depth, no tag obeyed, no alias unfolded without end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Table
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeAlias

from simulator.errors import Problem, ScenarioError, ThemeError
from simulator.scenario.fields import did_you_mean, guess, quoted
from simulator.scenario.reading import read_text
from simulator.scenario.yaml_tree import (
    YamlMapping,
    YamlNode,
    position_of,
    read_document,
)
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
        document = read_document(read_text(path, str(path)), str(path))
    except ScenarioError as error:
        raise _refusal(error.problems) from None
    reader = _Reader(document.flaws)
    theme = reader.theme((document.root, document.node), path.stem, themes)
    if reader.problems:
        raise _refusal(reader.problems)
    return theme


def _refusal(problems: Sequence[Problem]) -> ThemeError:
    told = sorted(problems, key=lambda p: (p.line, p.column))
    lines = [*map(str, told[:MOST_TOLD])]
    if len(told) > MOST_TOLD:
        lines.append(f"... and {len(told) - MOST_TOLD} more")
    return ThemeError("\n".join(lines))


_Value: TypeAlias = tuple[Any, YamlNode]
"""What a file says, and the node that says where."""


class _Reader:
    """Makes overrides out of values, and keeps what is wrong with them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def theme(self, root: _Value, name: str, themes: Table[str, Theme]) -> Theme:
        """Return the theme; what is refused keeps the base's value."""
        said = self._table(root, "", (*_PLAIN, *_TABLES, "base"))
        base = said.pop("base", None)
        theme = self._base(base, themes) if base is not None else next(iter(themes.values()))
        changes: dict[str, Any] = {"name": name}
        for key, entry in said.items():
            if key == "ground":
                changes[key] = self._ground(theme.ground, entry)
            elif key == "gaps":
                gaps = {state.value: colour for state, colour in theme.gaps}
                new = self._colours(gaps, entry, key)
                changes[key] = tuple((state, new[state.value]) for state, _ in theme.gaps)
            elif key in _TABLES:
                old = dict(theme.named if key == "named" else theme.lights)
                changes[key] = tuple(self._colours(old, entry, key).items())
            else:
                changes[key] = self._colour(entry, key) or getattr(theme, key)
        return replace(theme, **changes)

    def _base(self, entry: _Value, themes: Table[str, Theme]) -> Theme:
        name = _text(entry)
        if name not in themes:
            what = f"is one of {', '.join(themes)}, not {_told(entry)}"
            self._refuse(entry, "base", what, _near(name, themes))
        return themes.get(name) or next(iter(themes.values()))

    def _ground(self, ground: Ground, entry: _Value) -> Ground:
        known = {f.name: getattr(ground, f.name) for f in fields(Ground)}
        light = known.pop("floodlight")
        value, _ = entry
        if isinstance(value, YamlMapping) and "floodlight" in value:
            given, node = value["floodlight"], value.nodes["floodlight"][1]
            if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 1:
                what = f"is a number from 0 to 1, not {_told((given, node))}"
                self._refuse((given, node), "ground.floodlight", what)
            else:
                light = float(given)
            value.take_out("floodlight")
        return replace(ground, floodlight=light, **self._colours(known, entry, "ground"))

    def _colours(self, known: dict[str, Colour], entry: _Value, where: str) -> dict[str, Colour]:
        said = self._table(entry, where, known)
        new = {key: self._colour(below, f"{where}.{key}") for key, below in said.items()}
        return known | {key: colour for key, colour in new.items() if colour is not None}

    def _table(self, entry: _Value, where: str, known: Iterable[str]) -> dict[str, _Value]:
        """Return the entries that are known; of an empty node none."""
        value, _ = entry
        if value is None:
            return {}
        if not isinstance(value, YamlMapping):
            self._refuse(entry, where, "is a list of names and colours")
            return {}
        names = tuple(known)
        for key, (key_node, _) in value.nodes.items():
            if key not in names:
                what = f"{where or 'a theme'} knows no {quoted(key)}"
                few = len(self.problems) < MOST_TOLD  # looking for a word that is near takes time
                hint = (_near(key, names) or f"known: {', '.join(names)}") if few else ""
                self._refuse((key, key_node), where, what, hint)
        return {key: (value[key], value.nodes[key][1]) for key in value if key in names}

    def _colour(self, entry: _Value, where: str) -> Colour | None:
        found = hex_colour(_text(entry))
        if found is None:
            self._refuse(entry, where, f'is a colour such as "{_EXAMPLE}", not {_told(entry)}')
        return found

    def _refuse(self, entry: _Value, where: str, what: str, hint: str = "") -> None:
        self.problems.append(position_of(entry[1]).problem(where, what, hint))


def _text(entry: _Value) -> str:
    """Return a single value as it is written; of a table or a list nothing."""
    written = entry[1].value
    return written if isinstance(written, str) else ""


def _near(name: str, known: Iterable[str]) -> str:
    meant = guess(name, list(known))
    return did_you_mean(meant) if meant else ""


def _told(entry: _Value) -> str:
    if isinstance(entry[0], dict | list):
        return "a table" if isinstance(entry[0], dict) else "a list"
    return quoted(_text(entry)) if _text(entry) else "nothing"
