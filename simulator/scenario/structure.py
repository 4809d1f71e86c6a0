"""What may stand where: the sections, variants, tables and choices, read off the model's own types.

In: the model's annotations, and a node tree. Out: `Shape`, what one place holds, and `tidy`, which
finds unknown keys and unknown variants before the values are looked at. A key or variant that is
only misspelled is read as the one that was meant, so that one slip is one problem.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Callable, Hashable, Iterable
from collections.abc import Mapping as Mapping_
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import Discriminator, Tag

from simulator.errors import Problem
from simulator.scenario.fields import ANY, Section, quoted
from simulator.scenario.plan import MAX_SPLITS, Split
from simulator.scenario.yaml_tree import Entry, Listing, Mapping, Mark, Node, Scalar, to_plain

MAX_GUESSES = 200
"""Beyond this many problems no more `did you mean` is looked for: it would take seconds."""


@dataclass(frozen=True)
class Shape:
    """What one place in the scenario holds; a plain value leaves all but `choices` empty.

    Attributes:
        sections: the section, or its variants by tag; one section alone has the tag "".
        tag_of: picks the tag for a mapping; None unless there are variants.
        items: the annotation of a list's items.
        optional: null may stand here.
        choices: the words allowed.
    """

    sections: dict[str, type[Section]] = field(default_factory=dict)
    tag_of: Callable[[Any], Hashable] | None = None
    items: Any = None
    optional: bool = False
    choices: tuple[str, ...] = ()

    @property
    def is_table(self) -> bool:
        """Whether rows may be written as a mapping from distance to time."""
        return self.items is Split

    @property
    def tag_key(self) -> str:
        """Return the key that tells the variants apart, `shape` or `kind`."""
        first = next(iter(self.sections.values()))
        return "shape" if "shape" in first.model_fields else "kind"


def shape_of(annotation: Any) -> Shape:
    """Return what a place with this annotation holds."""
    try:
        return _shape_of(annotation)
    except TypeError:  # an annotation that cannot be hashed is not cached
        return _shape_of.__wrapped__(annotation)


@lru_cache(maxsize=512)
def _shape_of(annotation: Any) -> Shape:
    tag_of: Callable[[Any], Hashable] | None = None
    if get_origin(annotation) is Annotated:
        annotation, *extras = get_args(annotation)
        for extra in extras:
            if isinstance(extra, Discriminator) and callable(extra.discriminator):
                tag_of = extra.discriminator
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return _shape_of_union(get_args(annotation), tag_of)
    if origin is tuple:
        return Shape(items=get_args(annotation)[0])
    if origin is Literal:
        return Shape(choices=tuple(str(choice) for choice in get_args(annotation)))
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return Shape(sections={"": annotation})
    return Shape()


def _shape_of_union(args: tuple[Any, ...], tag_of: Callable[[Any], Hashable] | None) -> Shape:
    members = [arg for arg in args if arg is not type(None)]
    optional = len(members) < len(args)
    if len(members) == 1:
        return replace(shape_of(members[0]), optional=optional)
    sections: dict[str, type[Section]] = {}
    for member in members:
        inner, *extras = get_args(member) if get_origin(member) is Annotated else (member,)
        tag = next((extra.tag for extra in extras if isinstance(extra, Tag)), "")
        sections[tag] = inner
    return Shape(sections=sections, tag_of=tag_of, optional=optional)


@lru_cache(maxsize=128)
def field_shapes(section: type[Section]) -> Mapping_[str, Shape]:
    """Return what each key of a section holds, by the key as it is written in the file."""
    shapes = {key: shape_of(annotation) for key, annotation in _annotations(section).items()}
    return types.MappingProxyType(shapes)


@lru_cache(maxsize=128)
def _annotations(section: type[Section]) -> dict[str, Any]:
    found = {}
    for name, info in section.model_fields.items():
        annotation: Any = info.annotation
        for extra in info.metadata:
            if isinstance(extra, Discriminator):
                annotation = Annotated[annotation, extra]
        found[info.alias or name] = annotation
    return found


def annotation_of(section: type[Section], key: str) -> Any:
    """Return the annotation of one key of a section; raises `KeyError` if it is unknown."""
    return _annotations(section)[key]


def required_keys(section: type[Section]) -> list[str]:
    """Return the keys that have no default."""
    return [info.alias or name for name, info in section.model_fields.items() if info.is_required()]


def guess(word: str, known: Iterable[str]) -> str:
    """Return the known word that `word` most likely stands for, or an empty text."""
    if not 0 < len(word) <= 60:
        return ""
    by_plain_form = {_plain_form(name): name for name in known}
    close = difflib.get_close_matches(_plain_form(word), by_plain_form, 1, 0.6)
    return by_plain_form[close[0]] if close else ""


def _plain_form(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "").replace(" ", "")


def dotted(path: Iterable[str]) -> str:
    """Return the path as a message shows it, absurdly long keys cut."""
    return ".".join(step if len(step) <= 60 else step[:57] + "..." for step in path)


def did_you_mean(meant: str, known: Iterable[str] = (), limit: int = 16) -> str:
    """Return the hint: the likely word, else the known ones if there are few."""
    names = list(known)
    if meant:
        return f"did you mean {meant}?"
    return "known: " + ", ".join(names) if names and len(names) <= limit else ""


def tidy(root: Node, model: type[Section]) -> tuple[Node, list[Problem]]:
    """Return the tree without unknown keys and variants, and a problem for each of them."""
    worker = _Tidier()
    return worker.tidy(root, Shape(sections={"": model}), ()), worker.problems


class _Tidier:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def tidy(self, node: Node, shape: Shape, path: tuple[str, ...]) -> Node:
        if isinstance(node, Mapping):
            if shape.is_table:
                return self._tidy_table(node, path)
            if shape.tag_of is not None:
                return self._tidy_variant(node, shape, path, shape.tag_of)
            if shape.sections:
                return self._tidy_section(node, next(iter(shape.sections.values())), path)
        if isinstance(node, Listing) and shape.items is not None:
            inner = shape_of(shape.items)
            items = tuple((n, self.tidy(item, inner, (*path, str(n)))) for n, item in node.items)
            same = all(new is old for (_, new), (_, old) in zip(items, node.items, strict=True))
            return node if same else replace(node, items=items)
        return node

    def _tidy_table(self, node: Mapping, path: tuple[str, ...]) -> Node:
        rows: dict[str, Entry] = {}
        lost = node.lost
        for key, entry in node.entries.items():
            if len(rows) == MAX_SPLITS:
                self._report(node.mark, path, f"must have at most {MAX_SPLITS} entries", "")
                lost |= {ANY}
                break
            row = entry.node
            if isinstance(row, Mapping):
                row = self._tidy_section(row, Split, (*path, key), without="distance")
            rows[key] = entry if row is entry.node else replace(entry, node=row)
        return _with_entries(node, rows, lost)

    def _tidy_variant(
        self, node: Mapping, shape: Shape, path: tuple[str, ...], tag_of: Callable[[Any], Hashable]
    ) -> Node:
        key, tags = shape.tag_key, list(shape.sections)
        written = node.entries.get(key)
        if written is None:
            tag = str(tag_of({k: to_plain(e.node) for k, e in node.entries.items()}))
        elif isinstance(written.node, Scalar) and written.node.text in shape.sections:
            tag = written.node.text
        else:
            word = written.node.text if isinstance(written.node, Scalar) else ""
            meant = self._guess(word, tags)
            tag = meant or _best_fit(node, shape)
            what = f"there is no {key} {quoted(word)}" if word else f"{key} must be a single word"
            self._report(written.node.mark, (*path, key), what, did_you_mean(meant, tags))
            known = replace(written, node=Scalar(written.node.mark, tag))
            node = replace(node, entries={**node.entries, key: known})
        node = self._without_foreign_keys(node, shape, tag, path)
        return self._tidy_section(node, shape.sections[tag], path)

    def _without_foreign_keys(
        self, node: Mapping, shape: Shape, tag: str, path: tuple[str, ...]
    ) -> Mapping:
        """Report keys that only another variant knows; what this one then lacks goes unsaid."""
        own = field_shapes(shape.sections[tag])
        foreign = {}
        for key, entry in node.entries.items():
            tags = [t for t, section in shape.sections.items() if key in _annotations(section)]
            if key not in own and tags:
                foreign[key] = entry
                what = f"{quoted(key)} does not go with {shape.tag_key} {tag}"
                hint = f"it goes with {', '.join(tags)}"
                self._report(entry.mark, (*path, entry.shown), what, hint)
        if not foreign:
            return node
        kept = {key: entry for key, entry in node.entries.items() if key not in foreign}
        missing = {key for key in required_keys(shape.sections[tag]) if key not in kept}
        return replace(node, entries=kept, lost=node.lost | foreign.keys() | missing)

    def _tidy_section(
        self, node: Mapping, section: type[Section], path: tuple[str, ...], without: str = ""
    ) -> Mapping:
        shapes = field_shapes(section)
        if without:
            shapes = {key: shape for key, shape in shapes.items() if key != without}
        entries: dict[str, Entry] = {}
        lost = set(node.lost)
        for key, entry in node.entries.items():
            name = key if key in shapes else self._meant_by(entry, section, shapes, node, path)
            if not name or name in entries:
                lost.add(name or ANY)
                continue
            shape = shapes[name]
            if _is_nothing(entry.node) and not shape.optional:
                # a section whose lines are all commented out is a default section, a list is empty
                if shape.items is not None and not shape.is_table:
                    entries[name] = replace(entry, node=Listing(entry.node.mark, ()))
                    continue
                if shape.sections:
                    continue
            below = self.tidy(entry.node, shape, (*path, entry.shown))
            entries[name] = entry if below is entry.node else replace(entry, node=below)
        return _with_entries(node, entries, frozenset(lost))

    def _meant_by(
        self,
        entry: Entry,
        section: type[Section],
        shapes: Mapping_[str, Shape],
        node: Mapping,
        path: tuple[str, ...],
    ) -> str:
        """Report an unknown key; return the key it is read as, or an empty text."""
        word = entry.shown
        free = [name for name in shapes if name not in node.entries]
        meant = self._guess(word, shapes)
        missing = [name for name in required_keys(section) if name in free]
        if not meant and len(missing) == 1 and len(node.entries) <= len(shapes):
            meant = missing[0]
        hint = did_you_mean(meant, shapes)
        self._report(entry.mark, (*path, word), f"unknown key {quoted(word)}", hint)
        return meant if meant in free else ""

    def _guess(self, word: str, known: Iterable[str]) -> str:
        return guess(word, known) if len(self.problems) < MAX_GUESSES else ""

    def _report(self, mark: Mark, path: tuple[str, ...], message: str, hint: str) -> None:
        shown = dotted(path)
        self.problems.append(Problem(mark.source, mark.line, mark.column, shown, message, hint))


def _with_entries(node: Mapping, entries: dict[str, Entry], lost: frozenset[str]) -> Mapping:
    """Return a mapping with these entries; itself if they are its own, which is most often so."""
    own = node.entries
    same = lost == node.lost and list(entries) == list(own)
    if same and all(entries[key] is own[key] for key in own):
        return node
    return replace(node, entries=entries, lost=lost)


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _best_fit(node: Mapping, shape: Shape) -> str:
    """Return the variant that knows most of the keys that are there."""
    return max(
        shape.sections, key=lambda tag: len(node.entries.keys() & _annotations(shape.sections[tag]))
    )
