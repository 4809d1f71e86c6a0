"""Checking a node tree against the model, and saying what is wrong in a coach's words.

In: a tree from `yaml_tree`. Out: the validated section, or every problem in it at its own node.

pydantic checks a section as a whole only when each of its values is right. To list everything at
once, what is wrong is taken out of the tree and the rest is checked again, until nothing new turns up;
a check that would rest on something taken out keeps quiet (`fields.Doubts`).
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
            for detail in error.errors(include_url=False, include_input=True):
                for loc, message, hint in _unfold(detail):
                    place = _locate(tree, model, loc)
                    faulty.add(_to_take_out(place))
                    if message is None:
                        given = _shown(detail["input"], _at(tree, place.way))
                        may_guess = len(problems) < MAX_GUESSES
                        message, hint = _in_words(detail, place, given, may_guess)
                    if not (place.missing and _was_lost(tree, place)):
                        problems.append(_problem(place, message, hint))
            if () in faulty:
                break
            tree = without(tree, faulty)
    unique = list(dict.fromkeys(problems))
    return (None, unique) if unique else (value, [])


def _problem(place: _Place, message: str, hint: str) -> Problem:
    mark = place.mark
    shown = ".".join((*place.shown, place.missing) if place.missing else place.shown)
    return Problem(mark.source, mark.line, mark.column, shown, message, hint)


def _unfold(detail: ErrorDetails) -> Iterable[tuple[Loc, str | None, str]]:
    """Yield where, what and hint; what is None where pydantic's own error is to be put in words."""
    if detail["type"] != "complaints":
        yield detail["loc"], None, ""
        return
    for below, message, hint in detail["ctx"]["complaints"]:
        yield (*detail["loc"], *below), message, hint


def _locate(root: Node, model: type[Section], loc: Loc) -> _Place:
    """Follow a location of pydantic's through the tree, past the union tags it puts in."""
    node, shape = root, Shape(sections={"": model})
    place = _Place((), (), root.mark, shape, None)
    section: type[Section] | None = model
    row_mark: Mark | None = None
    for step in loc:
        if row_mark is not None and step == "distance":  # the row's key holds its distance
            return replace(place, mark=row_mark)
        if section is None and step in shape.sections:
            section = shape.sections[str(step)]
            continue
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
        place = replace(place, shape=shape, holder=holder)
        if not isinstance(node, Mapping):
            continue  # a bare value that stands for a row or a shelter
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


def _was_lost(tree: Node, place: _Place) -> bool:
    node = _at(tree, place.way)
    return isinstance(node, Mapping) and place.missing in node.lost


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


def _in_words(
    detail: ErrorDetails, place: _Place, given: str, may_guess: bool
) -> tuple[str, str]:
    """Return message and hint for one of pydantic's own errors."""
    kind, ctx = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return f"{place.missing or 'a value'} is missing", ""
    if kind == "literal_error":
        choices, word = place.shape.choices, detail["input"]
        meant = guess(word, choices) if may_guess and isinstance(word, str) else ""
        return f"{given} is none of the choices", did_you_mean(meant, choices)
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"must be {words} {ctx[key]:g}, not {given}", ""
    if kind in ("too_short", "too_long"):
        limit = ctx.get("min_length", ctx.get("max_length"))
        words = "at least" if kind == "too_short" else "at most"
        return f"must have {words} {limit} entries", ""
    if kind == "string_too_short":
        return "must not be empty", ""
    if kind == "string_too_long":
        return f"is longer than {ctx['max_length']} characters", ""
    if kind in _KINDS:
        return _KINDS[kind].format(given=given), _keys_hint(kind, place)
    return str(detail["msg"]), ""


def _keys_hint(kind: str, place: _Place) -> str:
    section = _only(place.shape)
    if kind.startswith("model") and section is not None:
        return did_you_mean("", field_shapes(section))
    return ""


_BOUNDS = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}
_KINDS = {
    "model_type": "a section with keys is wanted here, not {given}",
    "model_attributes_type": "a section with keys is wanted here, not {given}",
    "tuple_type": "a list is wanted here, not {given}",
    "int_from_float": "must be a whole number, not {given}",
    "int_parsing": "must be a whole number, not {given}",
    "int_parsing_size": "is too large",
    "bool_parsing": "must be yes or no, not {given}",
    "bool_type": "must be yes or no, not {given}",
    "finite_number": "must be a finite number",
    "string_type": "text is wanted here, not {given}",
    "union_tag_not_found": "a section with keys is wanted here, not {given}",
}


def _shown(value: Any, node: Node) -> str:
    """Return a wrong value as a message shows it, as it was written where that is known."""
    if isinstance(node, Scalar) and node.text and not isinstance(value, (dict, list)):
        return node.text if node.plain and len(node.text) < 30 else quoted(node.text)
    if value is None:
        return "nothing"
    return "a mapping" if isinstance(value, dict) else "a list"
