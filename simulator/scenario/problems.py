"""Checking a node tree against the model, and saying what is wrong in a coach's words.

In: a tree from `yaml_tree`. Out: the validated section, or every problem in it at its own node.

pydantic checks a section as a whole only when each of its values is right. To list everything at
once, what is wrong is taken out of the tree and the rest is checked again, until nothing new turns
up; a check that would rest on something taken out keeps quiet (`fields.Doubts`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from simulator.errors import Problem
from simulator.scenario.fields import ANY, Doubts, Section, quoted
from simulator.scenario.pacers import ConstantShelter, Slot
from simulator.scenario.structure import (
    MAX_GUESSES,
    Shape,
    annotation_of,
    did_you_mean,
    dotted,
    field_shapes,
    guess,
    shape_of,
    tidy,
)
from simulator.scenario.yaml_tree import Listing, Mapping, Mark, Node, Scalar, to_plain

SectionT = TypeVar("SectionT", bound=Section)
Loc = tuple[str | int, ...]
Way = tuple[str | int, ...]
"""Steps through the tree: a mapping's key, or a list's position."""

MAX_PASSES = 40

_WHOLE: tuple[type[Section], ...] = (Slot, ConstantShelter)
"""Sections that mean nothing without one of their values, so they are taken out together."""


@dataclass(frozen=True)
class _Place:
    """A node found by following a location: the way to it, what it shows, where it stands."""

    way: Way
    shown: tuple[str, ...]
    mark: Mark
    shape: Shape
    holder: type[Section] | None
    missing: str = ""


def check_tree(root: Node, model: type[SectionT]) -> tuple[SectionT | None, list[Problem]]:
    """Return the validated section and no problems, or None and all problems found."""
    tree, problems = tidy(root, model)
    value: SectionT | None = None
    for _ in range(MAX_PASSES):
        try:
            context = {"doubts": Doubts(_lost_paths(tree))}
            value = model.model_validate(to_plain(tree), context=context)
            break
        except ValidationError as error:
            faulty: set[Way] = set()
            found = error.errors(include_url=False)
            # a default that waits for a wrong value is no mistake
            details = [d for d in found if d["type"] != "default_factory_not_called"]
            for detail in details:
                for loc, complaint in _unfold(detail):
                    place = _locate(tree, model, loc, len(detail["loc"]))
                    faulty.add(_to_take_out(place))
                    if not _is_consequence(detail, place, tree):
                        may_guess = len(problems) < MAX_GUESSES
                        words = complaint or _in_words(detail, place, tree, may_guess)
                        problems.append(_problem(place, *words))
            whole_was_checked = any(detail["loc"] == () for detail in details)
            if () in faulty or whole_was_checked:
                break  # taking a row out of a table and judging it again would find false faults
            tree = without(tree, faulty)
    unique = list(dict.fromkeys(problems))
    return (None, unique) if unique else (value, [])


def _problem(place: _Place, message: str, hint: str) -> Problem:
    mark = place.mark
    shown = dotted((*place.shown, place.missing) if place.missing else place.shown)
    return Problem(mark.source, mark.line, mark.column, shown, message, hint)


def _unfold(detail: ErrorDetails) -> Iterable[tuple[Loc, tuple[str, str] | None]]:
    """Yield where it is wrong, and what and a hint; None where pydantic's error needs words."""
    if detail["type"] != "complaints":
        yield detail["loc"], None
        return
    for below, message, hint in detail["ctx"]["complaints"]:
        yield (*detail["loc"], *below), (message, hint)


def _locate(root: Node, model: type[Section], loc: Loc, tagged: int) -> _Place:
    """Follow a location through the tree; pydantic names variants in its first `tagged` steps."""
    node, shape = root, Shape(sections={"": model})
    place = _Place((), (), root.mark, shape, None)
    section: type[Section] | None = model
    row_mark: Mark | None = None
    for number_of_step, step in enumerate(loc):
        if row_mark is not None and step == "distance":  # the row's key holds its distance
            return replace(place, mark=row_mark)
        if section is None and shape.tag_of is not None:
            if number_of_step < tagged:
                section = shape.sections.get(str(step))
                continue
            section = shape.sections.get(str(shape.tag_of(to_plain(node))))
        if isinstance(step, int) and shape.items is not None:
            inner = shape_of(shape.items)
            place = replace(place, holder=None, shape=inner)
            if isinstance(node, Listing) and step < len(node.items):
                number, node = node.items[step]
                place = replace(
                    place, way=(*place.way, step), shown=(*place.shown, str(number)), mark=node.mark
                )
            elif isinstance(node, Mapping) and step < len(node.entries):
                key, entry = list(node.entries.items())[step]
                node = entry.node
                shown = (*place.shown, entry.shown)
                place = replace(place, way=(*place.way, key), shown=shown, mark=node.mark)
                row_mark = entry.mark
            shape, section = inner, _only(inner)
            continue
        row_mark = None
        if section is None or step not in field_shapes(section):
            break
        holder, shape = section, shape_of(annotation_of(section, str(step)))
        section = _only(shape)
        place = replace(place, shape=shape)
        if not isinstance(node, Mapping):
            continue  # a bare value that stands for a row or a shelter
        place = replace(place, holder=holder)
        entry_at = node.entries.get(str(step))
        if entry_at is None:
            return replace(place, missing=str(step))
        node = entry_at.node
        place = replace(
            place,
            way=(*place.way, str(step)),
            shown=(*place.shown, entry_at.shown),
            mark=node.mark,
        )
    return place


def _only(shape: Shape) -> type[Section] | None:
    return shape.sections.get("") if shape.tag_of is None else None


def _to_take_out(place: _Place) -> Way:
    """Return the way to what has to go so that the rest can be checked."""
    if place.missing:
        return place.way
    if place.holder in _WHOLE and place.way[-1:] != ("name",) and len(place.way) > 1:
        return place.way[:-1]
    return place.way


def _is_consequence(detail: ErrorDetails, place: _Place, tree: Node) -> bool:
    """Return whether something is missing, or too few are left, since it was taken out."""
    node = _at(tree, place.way)
    if place.missing:
        return isinstance(node, Mapping) and place.missing in node.lost
    if detail["type"] != "too_short" or isinstance(node, Scalar):
        return False
    given = len(node.entries) if isinstance(node, Mapping) else len(node.items)
    return bool(node.lost) or given >= detail["ctx"]["min_length"]


def _at(node: Node, way: Way) -> Node:
    for step in way:
        if isinstance(node, Mapping):
            node = node.entries[str(step)].node
        elif isinstance(node, Listing):
            node = node.items[int(step)][1]
    return node


def without(node: Node, ways: set[Way]) -> Node:
    """Return the tree without these nodes; what held them remembers that they are lost."""
    here: dict[str | int, set[Way]] = {}
    for way in ways:
        here.setdefault(way[0], set()).add(way[1:])
    if isinstance(node, Mapping):
        entries = dict(node.entries)
        for key, below in here.items():
            if () in below:
                del entries[str(key)]
            else:
                entry = entries[str(key)]
                entries[str(key)] = replace(entry, node=without(entry.node, below))
        gone = {str(key) for key, below in here.items() if () in below}
        return replace(node, entries=entries, lost=node.lost | gone)
    if isinstance(node, Listing):
        kept = []
        for i, (number, item) in enumerate(node.items):
            below = here.get(i, set())
            if () not in below:
                kept.append((number, without(item, below) if below else item))
        return replace(node, items=tuple(kept), lost=node.lost or len(kept) < len(node.items))
    return node


def _lost_paths(node: Node, path: Way = ()) -> list[Way]:
    if isinstance(node, Mapping):
        found = [(*path, key) for key in node.lost]
        for key, entry in node.entries.items():
            found += _lost_paths(entry.node, (*path, key))
        return found
    if isinstance(node, Listing):
        found = [(*path, ANY)] if node.lost else []
        for i, (_, item) in enumerate(node.items):
            found += _lost_paths(item, (*path, i))
        return found
    return []


def _in_words(detail: ErrorDetails, place: _Place, tree: Node, may_guess: bool) -> tuple[str, str]:
    """Return message and hint for one of pydantic's own errors."""
    kind, ctx = detail["type"], detail.get("ctx", {})
    if kind in ("too_short", "too_long") and isinstance(detail["input"], str):
        kind = f"string_{kind}"
    given = _shown(detail["input"], _at(tree, place.way))
    hint = ""
    if kind == "literal_error":
        word = detail["input"]
        meant = guess(word, place.shape.choices) if may_guess and isinstance(word, str) else ""
        hint = did_you_mean(meant, place.shape.choices)
    section = _only(place.shape)
    if kind in ("model_type", "model_attributes_type") and section is not None:
        hint = did_you_mean("", field_shapes(section))
    if kind in _MESSAGES:
        return _MESSAGES[kind].format(given=given, missing=place.missing or "a value", **ctx), hint
    return str(detail["msg"]), hint


_SECTION = "a section with keys is wanted here, not {given}"
_MESSAGES = {
    "missing": "{missing} is missing",
    "literal_error": "{given} is none of the choices",
    "greater_than": "must be greater than {gt:g}, not {given}",
    "greater_than_equal": "must be at least {ge:g}, not {given}",
    "less_than": "must be less than {lt:g}, not {given}",
    "less_than_equal": "must be at most {le:g}, not {given}",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "string_too_short": "must not be empty",
    "string_too_long": "is longer than {max_length} characters",
    "model_type": _SECTION,
    "model_attributes_type": _SECTION,
    "union_tag_not_found": _SECTION,
    "tuple_type": "a list is wanted here, not {given}",
    "int_type": "must be a whole number, not {given}",
    "int_from_float": "must be a whole number, not {given}",
    "int_parsing_size": "is too large",
    "bool_parsing": "must be yes or no, not {given}",
    "bool_type": "must be yes or no, not {given}",
    "finite_number": "must be a finite number",
}


def _shown(value: Any, node: Node) -> str:
    """Return a wrong value as a message shows it, as it was written where that is known."""
    if isinstance(node, Scalar) and node.text and not isinstance(value, (dict, list)):
        return node.text if node.plain and len(node.text) < 30 else quoted(node.text)
    if value is None:
        return "nothing"
    return "a mapping" if isinstance(value, dict) else "a list"
