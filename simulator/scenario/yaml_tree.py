"""YAML text as a tree in which every value knows its line and column.

In: text. Out: `Scalar`, `Mapping` and `Listing` nodes, and what is wrong with the YAML itself.

PyYAML's own loader is not used: it turns `4:06.42` into a base-60 number, keeps the last of
duplicate keys and expands aliases without a bound. Here its *events* are read one by one, a value
is resolved from its own text as YAML 1.2 does (and `yes`/`no`), keys are always text, and depth and
size are bounded while reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

import yaml

from simulator.errors import Problem
from simulator.scenario.fields import quoted

MAX_DEPTH = 40
MAX_NODES = 20_000
MAX_FLAWS = 1_000
TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"

_INT = re.compile(r"[-+]?\d+")
_FLOAT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_WORDS = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "yes": True,
    "false": False,
    "no": False,
    ".inf": float("inf"),
    "+.inf": float("inf"),
    "-.inf": float("-inf"),
    ".nan": float("nan"),
}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place: source as the user named it, 1-based line and column (0: there is none)."""

    source: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value: its own text, and whether it was written without quotes."""

    mark: Mark
    text: str
    plain: bool = True

    @property
    def value(self) -> str | int | float | bool | None:
        """Return the value by YAML 1.2's core rules; `4:06.42` and `04:00` are text."""
        if not self.plain:
            return self.text
        if self.text.lower() in _WORDS:
            return _WORDS[self.text.lower()]
        if _INT.fullmatch(self.text) and len(self.text) < 300:
            return int(self.text)
        return float(self.text) if _FLOAT.fullmatch(self.text) else self.text


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key: value` of a mapping; `shown` is the key as written, if it was read as another."""

    mark: Mark
    node: Node
    shown: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in file order; `lost` names keys taken out while looking for problems."""

    mark: Mark
    entries: dict[str, Entry]
    lost: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Listing:
    """A list; each item carries its number in the file, since items may be taken out (`lost`)."""

    mark: Mark
    items: tuple[tuple[int, Node], ...]
    lost: bool = False


Node: TypeAlias = Scalar | Mapping | Listing


class YamlError(Exception):
    """The text cannot be read further; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        super().__init__(str(problem))
        self.problem = problem


def to_plain(node: Node) -> Any:
    """Return the tree as plain Python values, keys as text."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Listing):
        return [to_plain(item) for _, item in node.items]
    return {key: to_plain(entry.node) for key, entry in node.entries.items()}


def from_plain(value: Any, mark: Mark) -> Node:
    """Return plain values (of a default, say) as a tree whose nodes all stand at `mark`."""
    if isinstance(value, dict):
        return Mapping(
            mark, {str(k): Entry(mark, from_plain(v, mark), str(k)) for k, v in value.items()}
        )
    if isinstance(value, (list, tuple)):
        return Listing(mark, tuple((i, from_plain(v, mark)) for i, v in enumerate(value)))
    if isinstance(value, bool) or value is None:
        return Scalar(mark, {True: "true", False: "false", None: "null"}[value])
    return Scalar(mark, str(value), plain=not isinstance(value, str))


def read_tree(text: str, source: str) -> tuple[Node, list[Problem]]:
    """Return the one document in `text` as a tree, and the flaws that did not stop the reading.

    Raises:
        YamlError: the YAML is broken or empty, nested deeper than `MAX_DEPTH`, larger than
            `MAX_NODES` after its aliases are written out, or an alias holds itself.
    """
    root, flaws = _read(text, source)
    return root, list(flaws)


@lru_cache(maxsize=32)  # a knob that is turned reads the same file again and again
def _read(text: str, source: str) -> tuple[Node, tuple[Problem, ...]]:
    builder = _Builder(source)
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.YAMLError as error:
        raise YamlError(_syntax_problem(error, text, source)) from None
    if builder.root is None:
        raise YamlError(Problem(source, 1, 1, "", "the file is empty", "a line is key: value"))
    return builder.root, tuple(builder.flaws)


def _events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except (ValueError, OverflowError) as error:
        # the pure Python scanner lets these out for impossible escapes and version numbers
        raise yaml.YAMLError(str(error)) from None


def _syntax_problem(error: yaml.YAMLError, text: str, source: str) -> Problem:
    what = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        line, column = mark.line + 1, mark.column + 1
    else:
        position = getattr(error, "position", None)
        before = text[: position if isinstance(position, int) else 0]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    hint = "indent with spaces, not tabs" if "\\t" in what or "\t" in what else ""
    if "nesting depth" in what:  # libyaml's own bound, met while it looks ahead of the events
        return Problem(source, line, column, "", TOO_DEEP)
    what = what.splitlines()[0] if what.strip() else "unreadable"
    return Problem(source, line, column, "", f"this is not valid YAML: {what}", hint)


@dataclass(slots=True)
class _Frame:
    """A mapping or list that is still being read; `key` waits for its value."""

    mark: Mark
    anchor: str | None
    is_mapping: bool
    entries: dict[str, Entry] = field(default_factory=dict)
    items: list[tuple[int, Node]] = field(default_factory=list)
    awaits_key: bool = True
    key: tuple[str, Mark] | None = None
    size: int = 1
    height: int = 1


class _Builder:
    """Takes events one after another and grows the tree, within the limits."""

    def __init__(self, source: str) -> None:
        self.root: Node | None = None
        self.flaws: list[Problem] = []
        self._source = source
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Node, int, int]] = {}
        self._documents = 0
        self._nodes = 0

    def take(self, event: Any) -> None:
        """Take one event; raises `YamlError` where a limit is passed."""
        mark = Mark(self._source, event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(mark, "a second document begins here", "one document for each file")
        if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
            self._nodes += 1
            self._check_limits(mark, 0)
            if event.tag is not None and event.tag != "!":
                self._flaw(mark, f"tag {quoted(event.tag)} is not used here", "leave it out")
        if isinstance(event, yaml.ScalarEvent):
            plain = not event.style  # libyaml says "", the pure Python parser None
            self._place(Scalar(mark, event.value, plain), mark, event.anchor, 1, 0)
        elif isinstance(event, yaml.CollectionStartEvent):
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            if event.anchor:
                self._anchors.pop(event.anchor, None)
            self._stack.append(_Frame(mark, event.anchor, is_mapping))
            self._check_limits(mark, 0)
        elif isinstance(event, yaml.CollectionEndEvent):
            done = self._stack.pop()
            node: Node = (
                Mapping(done.mark, done.entries)
                if done.is_mapping
                else Listing(done.mark, tuple(done.items))
            )
            self._place(node, done.mark, done.anchor, done.size, done.height)
        elif isinstance(event, yaml.AliasEvent):
            self._take_alias(event.anchor or "", mark)

    def _take_alias(self, name: str, mark: Mark) -> None:
        if any(frame.anchor == name for frame in self._stack):
            self._stop(mark, f"alias {quoted(name)} holds itself", "write the value out")
        if name not in self._anchors:
            self._stop(mark, f"there is no anchor {quoted(name)}", "")
        node, size, height = self._anchors[name]
        self._nodes += size
        self._check_limits(mark, height)
        self._place(node, mark, None, size, height)

    def _place(self, node: Node, mark: Mark, anchor: str | None, size: int, height: int) -> None:
        """Hang a finished node where it belongs: as root, item, key or value."""
        if anchor:
            self._anchors[anchor] = (node, size, height)
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        frame.size += size
        frame.height = max(frame.height, height + 1)
        if not frame.is_mapping:
            frame.items.append((len(frame.items), node))
        elif frame.awaits_key:
            frame.awaits_key = False
            frame.key = None
            if not isinstance(node, Scalar):
                self._flaw(mark, "a key must be a single word", "")
            elif node.text in frame.entries:
                first = frame.entries[node.text].mark
                what = f"key {quoted(node.text)} was given before, in line {first.line}"
                self._flaw(mark, what, "keep one of them", node.text)
            else:
                frame.key = (node.text, mark)
        else:
            frame.awaits_key = True
            if frame.key is not None:
                text, key_mark = frame.key
                frame.entries[text] = Entry(key_mark, node, text)

    def _check_limits(self, mark: Mark, height: int) -> None:
        if len(self._stack) + height > MAX_DEPTH:
            self._stop(mark, TOO_DEEP, "")
        if self._nodes > MAX_NODES:
            self._stop(mark, f"more than {MAX_NODES} values, aliases written out", "")

    def _flaw(self, mark: Mark, message: str, hint: str, *below: str) -> None:
        if len(self.flaws) < MAX_FLAWS:
            steps = [
                (frame.key[0] if frame.key else "") if frame.is_mapping else str(len(frame.items))
                for frame in self._stack
            ]
            path = ".".join(step[:60] for step in (*steps, *below) if step)
            self.flaws.append(Problem(self._source, mark.line, mark.column, path, message, hint))

    def _stop(self, mark: Mark, message: str, hint: str) -> None:
        raise YamlError(Problem(self._source, mark.line, mark.column, "", message, hint))
