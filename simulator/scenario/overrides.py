"""`--set pacers.count=7`: changing a scenario's document before it is checked.

In: a document and texts `path=value`. Out: the changed document, and a problem for each that cannot
be applied. A value that is set has the position `--set`, where a problem with it is reported.

A scenario that is already checked takes such texts too (`with_edits`), many thousands a second,
without positions; where they do not fit, the loader has the message.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from pydantic.fields import FieldInfo

from simulator.errors import Problem, ScenarioError, quoted
from simulator.scenario.fields import (
    HALF_CHARACTER,
    UNPRINTABLE,
    Section,
    fields_of,
    items_of,
    sections_among,
)
from simulator.scenario.model import Kit, Runner, Scenario
from simulator.scenario.pacers import PacerFormation
from simulator.scenario.plan import PlanSplit, key_distance
from simulator.scenario.reading import (
    DEFAULT_FORMATION,
    FORMATION,
    RUNNER,
    SectionLibrary,
    refuse,
)
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

_NAMED: dict[type[Section], SectionLibrary] = {PacerFormation: FORMATION, Runner: RUNNER}
Value: TypeAlias = tuple[Any, YamlNode]
"""A plain value, and its node with the position."""


def apply_overrides(document: Document, overrides: Sequence[str], folder: Path) -> list[Problem]:
    """Apply each override in turn to the document; return the problems of those that fail.

    Unknown keys are inserted too: the check of the whole document reports them.
    """
    problems: list[Problem] = []
    for text in overrides:
        path, equals, value = text.partition("=")
        path = path.strip().encode("ascii", "backslashreplace").decode()
        try:
            if HALF_CHARACTER.search(text):
                raise refuse(SET, UNPRINTABLE)
            if not equals or not path:
                raise refuse(SET, f"{quoted(text)} is not of the form path=value")
            new = _parse(value)
            root, steps = (document.root, document.node), _steps(path, new[0])
            document.root, document.node = _Override(new, folder).put(root, (Scenario,), steps)
        except ScenarioError as error:
            problems += [
                p
                if p.line and p.source != SET
                else Problem(SET, 0, 0, path[:200], p.message, p.hint)
                for p in error.problems
            ]
    return problems


def _steps(path: str, value: Any) -> list[str]:
    """Return the steps of a path; a kit's colour leaves the kit's multipliers as they are."""
    steps = path.split(".")
    return [*steps, "colour"] if steps == ["runner", "kit"] and isinstance(value, str) else steps


def _parse(text: str) -> Value:
    """Return a value as YAML flow text; without brackets or quotes it is used unchanged."""
    text = text.strip()
    if not text.startswith(("[", "{", '"', "'")):
        return scalar_value(text), plain_node(text)
    document = read_document(text, SET)
    if document.flaws:
        raise ScenarioError(document.flaws[:1])
    return document.root, document.node


def with_edits(scenario: Scenario, edits: Iterable[str]) -> Scenario:
    """Return the scenario with values at paths; only what lies on the paths is validated anew.

    It is validated from the top: a section's own validator would have to be built first. The values
    are those that the loader makes of the texts, unless they name a file or a list's missing item.

    Raises:
        ScenarioError: a path leads nowhere, or a value is no YAML.
        ValidationError: the scenario would not be valid.
    """
    plain: Any = scenario
    for edit in edits:
        path, _, text = edit.partition("=")
        value, _ = _parse(text)
        plain = put(plain, _steps(path, value), value)
    return Scenario.model_validate(plain)


def put(place: Any, steps: Sequence[str], value: Any) -> Any:
    """Return plain values, of which some may be sections, with a value at a path.

    Raises:
        ScenarioError: the path leads nowhere.
    """
    if not steps:
        return value
    first, *rest = steps
    if isinstance(place, tuple | list) and first.isdecimal() and int(first) < len(place):
        i = int(first)
        return [*place[:i], put(place[i], rest, value), *place[i + 1 :]]
    if isinstance(place, Section):
        place = {key: getattr(place, field.name) for key, field in fields_of(type(place)).items()}
    if not isinstance(place, dict):
        raise refuse(SET, f"{quoted(first)} cannot be set here")
    return {**place, first: put(place.get(first), rest, value)}


@dataclass(frozen=True, slots=True)
class _Override:
    """A value to be set, and the folder of the files that the scenario names."""

    new: Value
    folder: Path

    def put(self, old: Value, types: Sequence[Any], steps: list[str]) -> Value:
        """Return the content of a place after the new value was set at `steps` below it."""
        if not steps:
            return self.new
        items, sections = items_of(types), sections_among(types)
        value, node = self._written_out(old, sections)
        kind = YamlList if items and PlanSplit not in items else YamlMapping
        if value is None or not (items or sections):
            value, node = kind(), plain_node("")
        if not isinstance(value, kind):
            return old  # wrong in the file, and reported there
        if isinstance(value, YamlList):
            self._put_item(value, items, steps)
        elif items:
            self._put_split(value, steps)
        else:
            self._put_key(value, sections, steps)
        return value, node

    def _written_out(self, old: Value, sections: Sequence[type[Section]]) -> Value:
        """Return what a single word stands for: the section in its file, a kit of its colour."""
        if Kit in sections and isinstance(old[0], str):
            kit = YamlMapping()
            kit.put("colour", old[0], plain_node("colour", old[1].source, old[1]), old[1])
            return kit, old[1]
        named = next((_NAMED[s] for s in sections if s in _NAMED), None)
        name = old[0] or (DEFAULT_FORMATION if named is FORMATION else "")
        if named is None or not name or not isinstance(name, str):
            return old
        document = named.document(name, self.folder)
        if document.flaws:
            raise ScenarioError(document.flaws)
        return document.root, document.node

    def _put_key(
        self, mapping: YamlMapping, sections: Sequence[type[Section]], steps: list[str]
    ) -> None:
        key = steps[0]
        field = next((fields_of(s)[key] for s in sections if key in fields_of(s)), None)
        if field is None or len(steps) == 1:
            mapping.put(key, self.new[0], plain_node(key), self.new[1])
            return
        key_node, node = mapping.nodes.get(key, (plain_node(key), plain_node("")))
        old = (mapping.get(key), node)
        items = items_of(field.types)
        if key not in mapping and PlanSplit not in items:
            old = self._default(field.info, old)
        value, node = self.put(old, field.types, steps[1:])
        mapping.put(key, value, key_node, node)

    @staticmethod
    def _default(info: FieldInfo, nothing: Value) -> Value:
        """Return what a file without this section or list of sections means."""
        default = info.get_default(call_default_factory=True, validated_data={})
        if isinstance(default, Section):
            # what is published of it is no longer so once a part of it is changed
            plain: Any = default.model_dump(
                mode="json", by_alias=True, exclude_unset=True, exclude={"assumed"}
            )
        elif isinstance(default, tuple):
            plain = [item.model_dump(mode="json", by_alias=True) for item in default]
        else:
            return nothing
        document = read_document(json.dumps(plain), SET)
        return document.root, document.node

    def _put_item(self, items: YamlList, types: Sequence[Any], steps: list[str]) -> None:
        size = len(items)
        if not (steps[0].isdecimal() and len(steps[0]) < 6 and int(steps[0]) <= size):
            have = f"0 to {size - 1}, {size} to add one" if size else "0 to add one"
            raise refuse(SET, f"{quoted(steps[0])} is no place in this list", f"there are {have}")
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
        value, new_node = self.new
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


def _row_order(row: tuple[Any, ...]) -> float:
    return _split_order(row[0])


def _split_order(key: str) -> float:
    distance = key_distance(key)
    if distance is None:
        return float("inf")
    return distance if isinstance(distance, float) else -1.0
