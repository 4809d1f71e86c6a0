"""`--set pacers.count=7`: changing a scenario's document before it is checked.

In: a document and texts `path=value`. Out: the changed document, and a problem for each that cannot
be applied. A value that is set stands at `--set`, so that a wrong one is reported there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from simulator.errors import Problem, ScenarioError
from simulator.scenario.fields import (
    HALF_CHARACTER,
    UNPRINTABLE,
    Section,
    did_you_mean,
    fields_of,
    guess,
    items_of,
    quoted,
    sections_among,
)
from simulator.scenario.model import Runner, Scenario
from simulator.scenario.pacers import Formation
from simulator.scenario.plan import SplitRow
from simulator.scenario.reading import DEFAULT_FORMATION, FORMATION, RUNNER, NamedSections
from simulator.scenario.yaml_tree import (
    SET,
    Document,
    YamlList,
    YamlMapping,
    YamlNode,
    plain_node,
    read_document,
    scalar_value,
)
from simulator.units import parse_distance

_NAMED: dict[type[Section], NamedSections] = {Formation: FORMATION, Runner: RUNNER}
Value: TypeAlias = tuple[Any, YamlNode]
"""A plain value, and the node that says where it stands."""


class _CannotApplyError(Exception):
    """Message and hint for one override."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def apply_overrides(document: Document, overrides: Sequence[str], folder: Path) -> list[Problem]:
    """Apply each override in turn to the document; return what is wrong with the others."""
    problems: list[Problem] = []
    for text in overrides:
        path, equals, value = text.partition("=")
        path = path.strip()
        if HALF_CHARACTER.search(text):
            shown = path.encode("ascii", "backslashreplace").decode()[:200]
            problems.append(Problem(SET, 0, 0, shown, UNPRINTABLE))
            continue
        try:
            if not equals or not path:
                raise _CannotApplyError(f"{quoted(text)} is not of the form path=value")
            setter = _Setter(path, _parse(value), folder)
            steps = path.split(".")
            document.root, document.node = setter.put(
                (document.root, document.node), (Scenario,), steps
            )
        except _CannotApplyError as error:
            problems.append(Problem(SET, 0, 0, path[:200], str(error), error.hint))
        except ScenarioError as error:
            problems += [
                p
                if p.line and p.source != SET
                else replace(p, source=SET, line=0, column=0, path=path)
                for p in error.problems
            ]
    return problems


def _parse(text: str) -> Value:
    """Return a value as YAML flow text; without brackets or quotes it is taken as it stands."""
    text = text.strip()
    if not text.startswith(("[", "{", '"', "'")):
        return scalar_value(text), plain_node(text)
    document = read_document(text, SET)
    if document.flaws:
        raise ScenarioError(document.flaws[:1])
    return document.root, document.node


class _Setter:
    """Sets one path; knows the whole path for its messages."""

    def __init__(self, path: str, new: Value, folder: Path) -> None:
        self._path = path
        self._new = new
        self._folder = folder

    def put(self, old: Value, types: Sequence[Any], steps: list[str]) -> Value:
        """Return what stands at a place once the new value stands at `steps` below it."""
        if not steps:
            return self._new
        items, sections = items_of(types), sections_among(types)
        value, node = old
        if SplitRow in items:
            value = self._container(value, YamlMapping, "table", steps)
            self._put_split(value, steps)
        elif items:
            value = self._container(value, YamlList, "list", steps)
            self._put_item(value, items, steps)
        elif sections:
            named = next((_NAMED[s] for s in sections if s in _NAMED), None)
            if named is not None and (
                isinstance(value, str) or (value is None and named is FORMATION)
            ):
                found = named.document(value or DEFAULT_FORMATION, self._folder)
                if found.flaws:
                    raise ScenarioError(found.flaws)
                value, node = found.root, found.node
            value = self._container(value, YamlMapping, "section", steps)
            self._put_key(value, sections, steps)
        else:
            what = f"{quoted(self._until(steps))} is a single value, nothing is below it"
            raise _CannotApplyError(what)
        return value, node

    def _container(self, value: Any, kind: type[Any], word: str, steps: list[str]) -> Any:
        """Return the mapping or list, a new one where nothing stands."""
        if value is None:
            return kind()
        if not isinstance(value, kind):
            what = f"{quoted(self._until(steps))} is no {word} in the file"
            raise _CannotApplyError(what)
        return value

    def _put_key(
        self, mapping: YamlMapping, sections: Sequence[type[Section]], steps: list[str]
    ) -> None:
        key = steps[0]
        fields = [fields_of(s)[key] for s in sections if key in fields_of(s)]
        if not fields:
            known = dict.fromkeys(k for s in sections for k in fields_of(s))
            meant = guess(key, known)
            before = self._until(steps)
            whole = f"{before}.{meant}" if before and meant else meant
            raise _CannotApplyError(f"unknown key {quoted(key)}", did_you_mean(whole, known))
        key_node, node = mapping.nodes.get(key, (plain_node(key), plain_node("")))
        old = (mapping.get(key), node)
        items = items_of(fields[0].types)
        if key not in mapping and len(steps) > 1 and items and SplitRow not in items:
            old = self._default_list(
                fields[0].info.get_default(call_default_factory=True, validated_data={})
            )
        value, node = self.put(old, fields[0].types, steps[1:])
        mapping.put(key, value, plain_node(key) if len(steps) == 1 else key_node, node)

    @staticmethod
    def _default_list(default: Any) -> Value:
        """Return the list of sections that holds where the file gives none."""
        plain = [item.model_dump(mode="json", by_alias=True) for item in default or ()]
        document = read_document(json.dumps(plain), SET)
        return document.root, document.node

    def _put_item(self, items: YamlList, types: Sequence[Any], steps: list[str]) -> None:
        size = len(items)
        if not (steps[0].isdecimal() and len(steps[0]) < 6 and int(steps[0]) <= size):
            have = f"0 to {size - 1}, {size} to add one" if size else "0 to add one"
            what = f"{quoted(steps[0])} is no place in this list"
            raise _CannotApplyError(what, f"there are {have}")
        i = int(steps[0])
        old = (items[i], items.nodes[i]) if i < size else (None, plain_node(""))
        items.put(i, *self.put(old, types, steps[1:]))

    def _put_split(self, table: YamlMapping, steps: list[str]) -> None:
        """Set one row of a table, whose key may hold a point: `plan.splits.402.336=57.5`."""
        part = steps[-1] if len(steps) > 1 and steps[-1] in ("time", "tolerance") else ""
        written = ".".join(steps[:-1] if part else steps)
        order = _split_order(written)
        key = next((k for k in table if _split_order(k) == order), written)
        key_node, node = table.nodes.get(key, (plain_node(key), plain_node("")))
        value, new_node = self._new
        if part:
            row = table.get(key)
            if not isinstance(row, YamlMapping):
                time, row = row, YamlMapping()
                if time is not None:
                    row.put("time", time, key_node, node)
            row.put(part, value, plain_node(part), new_node)
            value, new_node = row, node
        is_new = key not in table
        table.put(key, value, key_node, new_node)
        if is_new:
            rows = sorted(((k, v, *table.nodes[k]) for k, v in table.items()), key=_row_order)
            table.clear()
            for row in rows:
                table.put(*row)

    def _until(self, steps: list[str]) -> str:
        """Return the part of the path that stands before `steps`."""
        whole = self._path.split(".")
        return ".".join(whole[: len(whole) - len(steps)])


def _row_order(row: tuple[Any, ...]) -> float:
    return _split_order(row[0])


def _split_order(key: str) -> float:
    if key.strip() == "finish":
        return float("inf")
    try:
        return parse_distance(key)
    except ValueError:
        return -1.0
