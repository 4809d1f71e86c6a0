"""`--set pacers.count=7`: changing a scenario's tree before it is checked.

In: a tree and texts `path=value`. Out: the changed tree, and a problem for each that cannot
be applied. A value that is set stands at `--set`, so that a wrong one is reported there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator.errors import Problem, ScenarioError
from simulator.scenario.fields import HALF_CHARACTER, UNPRINTABLE, Section, quoted
from simulator.scenario.model import Runner, Scenario
from simulator.scenario.named import DEFAULT_FORMATION, FORMATION, RUNNER, Kind
from simulator.scenario.pacers import Formation
from simulator.scenario.structure import (
    Shape,
    annotation_of,
    did_you_mean,
    field_shapes,
    guess,
    shape_of,
)
from simulator.scenario.yaml_tree import (
    Entry,
    Listing,
    Mapping,
    Mark,
    Node,
    Scalar,
    YamlError,
    from_plain,
    read_tree,
)
from simulator.units import parse_distance

SOURCE = "--set"
_NAMED: dict[type[Section], Kind] = {Formation: FORMATION, Runner: RUNNER}
_MARK = Mark(SOURCE)


class _CannotApplyError(Exception):
    """Message and hint for one override."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def apply_overrides(
    root: Node, overrides: Sequence[str], folder: Path
) -> tuple[Node, list[Problem]]:
    """Return the tree with each override applied in turn, and what is wrong with the others."""
    problems: list[Problem] = []
    for text in overrides:
        path, equals, value = text.partition("=")
        path = path.strip()
        if HALF_CHARACTER.search(text):
            shown = path.encode("ascii", "backslashreplace").decode()[:200]
            problems.append(Problem(SOURCE, 0, 0, shown, UNPRINTABLE))
            continue
        try:
            if not equals or not path:
                raise _CannotApplyError(f"{quoted(text)} is not of the form path=value")
            new = _parse_value(value)
            root = _Setter(path, folder).set(
                root, Shape(sections={"": Scenario}), path.split("."), new
            )
        except _CannotApplyError as error:
            problems.append(Problem(SOURCE, 0, 0, path[:200], str(error), error.hint))
        except ScenarioError as error:
            problems += [
                p if p.line else replace(p, source=SOURCE, path=path) for p in error.problems
            ]
    return root, problems


def _parse_value(text: str) -> Node:
    """Return a value as YAML flow text; without brackets or quotes it is taken as it stands."""
    text = text.strip()
    if not text.startswith(("[", "{", '"', "'")):
        return Scalar(_MARK, text)
    try:
        tree, flaws = read_tree(text, SOURCE)
    except YamlError as error:
        raise _CannotApplyError(error.problem.message, error.problem.hint) from None
    if flaws:
        raise _CannotApplyError(flaws[0].message, flaws[0].hint)
    return _moved(tree)


def _moved(node: Node) -> Node:
    """Return the tree with every node at `--set` itself: a shell's line has no columns."""
    if isinstance(node, Scalar):
        return replace(node, mark=_MARK)
    if isinstance(node, Listing):
        return Listing(_MARK, tuple((i, _moved(item)) for i, item in node.items))
    return Mapping(
        _MARK, {k: Entry(_MARK, _moved(e.node), e.shown) for k, e in node.entries.items()}
    )


class _Setter:
    """Sets one path; knows the whole path for its messages."""

    def __init__(self, path: str, folder: Path) -> None:
        self._path = path
        self._folder = folder

    def set(self, node: Node | None, shape: Shape, steps: list[str], new: Node) -> Node:
        """Return `node` (None: not given in the file) with `new` at `steps` below it."""
        if not steps:
            return new
        if isinstance(node, Scalar) and node.value is None:
            node = None
        if shape.is_table:
            return self._set_split(node, steps, new)
        if shape.items is not None:
            return self._set_item(node, shape, steps, new)
        if not shape.sections:
            raise _CannotApplyError(
                f"{quoted(self._until(steps))} is a single value, nothing is below it"
            )
        return self._set_key(node, shape, steps, new)

    def _set_key(self, node: Node | None, shape: Shape, steps: list[str], new: Node) -> Node:
        key = steps[0]
        owners: list[type[Section]] = [s for s in shape.sections.values() if key in field_shapes(s)]
        if not owners:
            known = dict.fromkeys(k for s in shape.sections.values() for k in field_shapes(s))
            meant = guess(key, known)
            before = self._until(steps)
            whole = f"{before}.{meant}" if before and meant else meant
            raise _CannotApplyError(f"unknown key {quoted(key)}", did_you_mean(whole, known))
        kind = _NAMED.get(shape.sections.get("", Section))
        if isinstance(node, Scalar) and kind is not None:
            node = self._named(kind, node.text)
        if node is None and kind is FORMATION:
            node = self._named(kind, DEFAULT_FORMATION)
        if node is None:
            node = Mapping(_MARK, {})
        if not isinstance(node, Mapping):
            raise _CannotApplyError(f"{quoted(self._until(steps))} is no section in the file")
        inner = shape_of(annotation_of(owners[0], key))
        entry = node.entries.get(key)
        below = entry.node if entry else None
        if below is None and len(steps) > 1 and inner.items is not None and not inner.is_table:
            below = _default_list(owners[0], key)
        changed = self.set(below, inner, steps[1:], new)
        mark = _MARK if entry is None or len(steps) == 1 else entry.mark
        return replace(node, entries={**node.entries, key: Entry(mark, changed, key)})

    def _set_item(self, node: Node | None, shape: Shape, steps: list[str], new: Node) -> Node:
        listing = Listing(_MARK, ()) if node is None else node
        if not isinstance(listing, Listing):
            raise _CannotApplyError(f"{quoted(self._until(steps))} is no list in the file")
        size = len(listing.items)
        if not (steps[0].isdecimal() and len(steps[0]) < 6 and int(steps[0]) <= size):
            have = f"0 to {size - 1}, {size} to add one" if size else "0 to add one"
            raise _CannotApplyError(
                f"{quoted(steps[0])} is no place in this list", f"there are {have}"
            )
        i = int(steps[0])
        old = listing.items[i][1] if i < size else None
        changed = (i, self.set(old, shape_of(shape.items), steps[1:], new))
        return replace(listing, items=(*listing.items[:i], changed, *listing.items[i + 1 :]))

    def _set_split(self, node: Node | None, steps: list[str], new: Node) -> Node:
        """Set one row of a table, whose key may hold a point: `plan.splits.402.336=57.5`."""
        table = Mapping(_MARK, {}) if node is None else node
        if not isinstance(table, Mapping):
            raise _CannotApplyError(f"{quoted(self._until(steps))} is no table in the file")
        part = steps[-1] if len(steps) > 1 and steps[-1] in ("time", "tolerance") else ""
        written = ".".join(steps[:-1] if part else steps)
        order = _split_order(written)
        key = next((k for k in table.entries if _split_order(k) == order), written)
        old = table.entries.get(key)
        if part:
            row = old.node if old else Mapping(_MARK, {})
            if not isinstance(row, Mapping):
                row = Mapping(row.mark, {"time": Entry(row.mark, row, "time")})
            new = replace(row, entries={**row.entries, part: Entry(_MARK, new, part)})
        entries = {**table.entries, key: Entry(old.mark if old else _MARK, new, key)}
        if old is None:
            entries = dict(sorted(entries.items(), key=lambda item: _split_order(item[0])))
        return replace(table, entries=entries)

    def _named(self, kind: Kind, name: str) -> Node:
        tree, flaws = kind.tree(name, self._folder)
        if flaws:
            raise ScenarioError(flaws)
        return tree

    def _until(self, steps: list[str]) -> str:
        """Return the part of the path that stands before `steps`."""
        whole = self._path.split(".")
        return ".".join(whole[: len(whole) - len(steps)])


def _default_list(section: type[Section], key: str) -> Node | None:
    info = next(i for name, i in section.model_fields.items() if (i.alias or name) == key)
    default: Any = info.get_default(call_default_factory=True, validated_data={})
    if not isinstance(default, tuple):
        return None
    plain = [item.model_dump(mode="json", by_alias=True) for item in default]
    return from_plain(plain, _MARK)


def _split_order(key: str) -> float:
    if key.strip() == "finish":
        return float("inf")
    try:
        return parse_distance(key)
    except ValueError:
        return -1.0
