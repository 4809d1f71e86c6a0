"""YAML text as plain values in which every value knows its line and column.

In: text. Out: a `Document`: dicts and lists that keep PyYAML's nodes, which have the positions; or
the problems of the YAML itself.

PyYAML composes the nodes, but does not construct the values: it would turn `4:06.42` into a base-60
number, keep the last of duplicate keys and expand aliases without a bound. Here a value is resolved
from its text as YAML 1.2 does (and `yes`/`no`), keys are always text, and depth and size are
bounded, with aliases expanded. `<<: *other` merges another mapping's keys into one, which its own
keys override; keys that begin with `x-` are left out, so a file can keep its anchors there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NoReturn, TypeAlias

import yaml
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from simulator.errors import Problem, ScenarioError, no_break_space, quoted
from simulator.scenario.fields import dotted

MAX_DEPTH = 40
MAX_NODES = 20_000
MAX_FLAWS = 1_000
TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"
SET = "--set"
"""The source of values from the command line, which have no lines."""

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
YamlNode: TypeAlias = Any
"""A node of PyYAML; `source` names its file."""


def position_of(node: YamlNode) -> tuple[int, int]:
    """Return the line and column where a node begins, from 1; zeros if it has none."""
    mark = node.start_mark
    return (0, 0) if node.source == SET or mark is None else (mark.line + 1, mark.column + 1)


def problem_at(node: YamlNode, path: str, message: str, hint: str = "") -> Problem:
    """Return a problem at a node's place."""
    return Problem(node.source, *position_of(node), path, message, hint)


def stop(node: YamlNode, message: str, hint: str = "") -> NoReturn:
    """Refuse a whole file because of a node; raises `ScenarioError`."""
    raise ScenarioError([problem_at(node, "", message, hint)])


class YamlMapping(dict[str, Any]):
    """Keys and plain values in file order; `nodes` are those of each key and its value."""

    __slots__ = ("nodes",)

    def __init__(self) -> None:
        super().__init__()
        self.nodes: dict[str, tuple[YamlNode, YamlNode]] = {}

    def put(self, key: str, value: Any, key_node: YamlNode, node: YamlNode) -> None:
        """Set a value, with its nodes."""
        self[key] = value
        self.nodes[key] = (key_node, node)

    def take_out(self, key: str) -> None:
        """Remove a key."""
        del self[key], self.nodes[key]

    def rename(self, old: str, new: str) -> None:
        """Rename a key."""
        self.put(new, self[old], *self.nodes[old])
        self.take_out(old)


class YamlList(list[Any]):
    """Plain values, their nodes, and their numbers in the file (some may have been removed)."""

    __slots__ = ("nodes", "numbers")

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[YamlNode] = []
        self.numbers: list[int] = []

    def put(self, i: int, value: Any, node: YamlNode) -> None:
        """Set an item, or add one at the end."""
        if i == len(self):
            self.numbers.append(i)
        self[i : i + 1] = [value]
        self.nodes[i : i + 1] = [node]

    def take_out(self, i: int) -> None:
        """Remove an item; the others keep their numbers."""
        del self[i], self.nodes[i], self.numbers[i]


@dataclass(slots=True)
class Document:
    """A file's single document: its plain value, its node, and problems found so far."""

    root: Any
    node: YamlNode
    flaws: list[Problem]


def scalar_value(text: str, *, plain: bool = True) -> str | int | float | bool | None:
    """Return the value of a scalar by YAML 1.2's core rules; `4:06.42` and `04:00` are text.

    Args:
        text: as it is written.
        plain: it is written without quotes.
    """
    if not plain:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INT.fullmatch(text) and len(text) < 300:
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def plain_node(text: str, source: str = SET, at: YamlNode = None) -> YamlNode:
    """Return the node of a bare word, such as one set by the command line."""
    node: YamlNode = yaml.ScalarNode("", text, None if at is None else at.start_mark)
    node.source = source
    return node


def read_document(text: str, source: str) -> Document:
    """Return the one document in `text`; its values are fresh and may be changed.

    Raises:
        ScenarioError: the YAML is broken or empty, nested deeper than `MAX_DEPTH`, larger than
            `MAX_NODES` with its aliases expanded, or an alias contains itself.
    """
    node = _composed(text, source)
    constructor = _Constructor()
    return Document(constructor.value(node, ()), node, constructor.flaws)


@lru_cache(maxsize=32)  # turning a knob reads the same file repeatedly
def _composed(text: str, source: str) -> YamlNode:
    try:
        loader = _LOADER(text)
        loader.source = source
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        raise ScenarioError([_syntax_problem(error, text, source)]) from None
    except (ValueError, OverflowError) as error:
        # the pure Python scanner raises these for impossible escapes and version numbers
        what = yaml.YAMLError(str(error))
        raise ScenarioError([_syntax_problem(what, text, source)]) from None
    if node is None:
        empty = Problem(source, 1, 1, "", "the file is empty", "a line is key: value")
        raise ScenarioError([empty])
    return node


class _BoundedComposer(Composer, BaseResolver):
    """PyYAML's composer with limits; nodes have explicit tags only."""

    source = ""

    def __init__(self) -> None:
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self._count = 0
        self._open: list[str | None] = []

    def resolve(self, *_: Any) -> str:
        return ""

    def compose_node(self, parent: Any, index: Any) -> YamlNode:
        event: Any = self.peek_event()  # type: ignore[attr-defined]
        event.source = self.source
        if isinstance(event, yaml.AliasEvent):
            name = str(event.anchor)
            if name in self._open:
                stop(event, f"alias {quoted(name)} holds itself", "write the value out")
            if name not in self.anchors:
                stop(event, f"there is no anchor {quoted(name)}")
        else:
            self._count += 1
            if self._count > MAX_NODES:
                stop(event, f"more than {MAX_NODES} values, aliases written out")
            if len(self._open) >= MAX_DEPTH:
                stop(event, TOO_DEEP)
            self.anchors.pop(event.anchor, None)  # a later anchor of the same name replaces it
        self._open.append(event.anchor)
        node: YamlNode = super().compose_node(parent, index)
        self._open.pop()
        node.source = self.source
        return node


class _PurePythonLoader(Reader, Scanner, Parser, _BoundedComposer):
    def __init__(self, stream: str) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)
        _BoundedComposer.__init__(self)


_LOADER: Any = _PurePythonLoader
if yaml.__with_libyaml__:
    from yaml.cyaml import CParser  # type: ignore[attr-defined]

    class _LibyamlLoader(_BoundedComposer, CParser):
        def __init__(self, stream: str) -> None:
            CParser.__init__(self, stream)
            _BoundedComposer.__init__(self)

    _LOADER = _LibyamlLoader


def _syntax_problem(error: yaml.YAMLError, text: str, source: str) -> Problem:
    what = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        line, column = mark.line + 1, mark.column + 1
    else:
        position = getattr(error, "position", None)
        before = text[: position if isinstance(position, int) else 0]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    at = partial(Problem, source, line, column, "")
    if "nesting depth" in what:  # libyaml's limit, met while it looks ahead of the events
        return at(TOO_DEEP)
    if "another document" in what:
        return at("a second document begins here", "one document for each file")
    rows = text.split("\n")[max(line - 2, 0) : line] or [
        ""
    ]  # a value may go on from the row before
    indentation = rows[-1][: len(rows[-1]) - len(rows[-1].lstrip())]
    hint = "indent with spaces, not tabs" if "\t" in indentation else ""
    if space := no_break_space("".join(rows)):
        hint = f"write an ordinary space instead of {space}"
    what = what.splitlines()[0] if what.strip() else "unreadable"
    return at(f"this is not valid YAML: {what}", hint)


class _Constructor:
    """Makes plain values of nodes, within the limits, and collects problems."""

    def __init__(self) -> None:
        self.flaws: list[Problem] = []
        self._count = 0

    def value(self, node: YamlNode, path: tuple[str, ...]) -> Any:
        self._count += 1
        if self._count > MAX_NODES:
            stop(node, f"more than {MAX_NODES} values, aliases written out")
        if node.tag:
            self._flaw(node, path, f"tag {quoted(node.tag)} is not used here", "leave it out")
        if isinstance(node, yaml.ScalarNode):
            return scalar_value(node.value, plain=not node.style)
        if len(path) >= MAX_DEPTH:
            stop(node, TOO_DEEP)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        items = YamlList()
        for i, item in enumerate(node.value):
            items.put(i, self.value(item, (*path, str(i))), item)
        return items

    def _mapping(self, node: YamlNode, path: tuple[str, ...]) -> YamlMapping:
        mapping = YamlMapping()
        written = {key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)}
        first: dict[str, YamlNode] = {}
        for key, below in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._flaw(key, path, "a key must be a single word")
            elif key.value.startswith("x-"):
                continue
            elif key.value in first:
                line, _ = position_of(first[key.value])
                what = f"key {quoted(key.value)} was given before, in line {line}"
                self._flaw(key, (*path, key.value), what, "keep one of them")
            elif key.value == "<<" and not key.style:
                first[key.value] = key
                for other in self._merged(key, below, path):
                    for name in other:
                        if name not in written and name not in mapping:
                            mapping.put(name, other[name], *other.nodes[name])
            else:
                first[key.value] = key
                mapping.put(key.value, self.value(below, (*path, key.value)), key, below)
        return mapping

    def _merged(self, key: YamlNode, node: YamlNode, path: tuple[str, ...]) -> list[YamlMapping]:
        """Return the mappings to merge, in order of precedence."""
        path = (*path, "<<")
        value = self.value(node, path)
        others = value if isinstance(value, YamlList) else [value]
        mappings = [other for other in others if isinstance(other, YamlMapping)]
        if len(mappings) < len(others):
            what = "<< merges a mapping, or a list of mappings"
            self._flaw(key, path, what, "such as <<: *name")
        return mappings

    def _flaw(self, node: YamlNode, path: tuple[str, ...], message: str, hint: str = "") -> None:
        if len(self.flaws) < MAX_FLAWS:
            self.flaws.append(problem_at(node, dotted(path), message, hint))
