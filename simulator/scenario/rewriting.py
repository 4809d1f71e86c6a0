"""Writing changed values into a scenario's own text: only their characters change, all else stays.

In: a file's text, what it asks for and what it shall ask for, as plain values. Out: the new text.
PyYAML tells where each value stands, so comments, order, quotes, spacing and line ends that are not
touched are kept to the byte (a round trip through a YAML library keeps most of them, not all).
Whether the new text means what it should is for the caller to read back.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from simulator.scenario.emitting import (
    block_lines,
    flow_text,
    key_text,
    same_scalar,
    scalar_text,
)
from simulator.units import parse_distance

Step: TypeAlias = str | int
Way: TypeAlias = tuple[Step, ...]
GONE: Any = object()
"""Stands for a value that is taken out."""


class CannotRewriteError(Exception):
    """The text has a form in which the value cannot be put without losing something."""


class _NeedsWholeError(Exception):
    """What is to be changed lies inside something written as one word, or an alias."""

    def __init__(self, way: Way) -> None:
        super().__init__(way)
        self.way = way


@dataclass(slots=True)
class _Piece:
    """A value in the text: characters `start` to `end`, and what is below it."""

    kind: str  # scalar, mapping, list or alias
    start: int
    end: int
    flow: bool = False
    text: str = ""
    quote: str = ""
    keys: list[tuple[_Piece, _Piece]] = field(default_factory=list)
    items: list[_Piece] = field(default_factory=list)


def rewritten(text: str, old: dict[str, Any], new: dict[str, Any]) -> str:
    """Return `text`, which asks for `old`, so that it asks for `new`.

    Raises:
        CannotRewriteError: the text has no place for a change.
    """
    whole_ways: list[Way] = []
    for way, value in differences(old, new):
        if any(way[: len(done)] == done for done in whole_ways):
            continue
        try:
            text = _put(text, way, value)
        except _NeedsWholeError as whole:
            below: Any = new
            for step in whole.way:
                below = below[step]
            text = _put(text, whole.way, below)
            whole_ways.append(whole.way)
    return text


def differences(old: Any, new: Any, way: Way = ()) -> list[tuple[Way, Any]]:
    """Return what to put where, in order, so that `old` becomes `new`; see `GONE`."""
    if isinstance(old, dict) and isinstance(new, dict):
        if way and way[-1] == "splits" and list(old) != list(new):
            return [(way, new)]
        found: list[tuple[Way, Any]] = [((*way, k), GONE) for k in old if k not in new]
        for key, value in new.items():
            if key in old:
                found += differences(old[key], value, (*way, key))
            else:
                found.append(((*way, key), value))
        return found
    if isinstance(old, list) and isinstance(new, list):
        return _list_differences(old, new, way)
    return [] if old == new and type(old) is type(new) else [(way, new)]


def _list_differences(old: list[Any], new: list[Any], way: Way) -> list[tuple[Way, Any]]:
    found: list[tuple[Way, Any]] = []
    was, names = [_name(item) for item in old], [_name(item) for item in new]
    kept = [name for name in was if name in names]
    renamed = len(was) == len(names) and sum(map(operator.ne, was, names)) == 1
    if None not in (*was, *names) and names[: len(kept)] == kept and not renamed:
        gone = [i for i, name in enumerate(was) if name not in names]
        found += [((*way, i), GONE) for i in reversed(gone)]
        old = [item for item in old if _name(item) in names]
    elif len(old) != len(new):
        return [(way, new)]
    for i, (before, after) in enumerate(zip(old, new, strict=False)):
        found += differences(before, after, (*way, i))
    return found + [((*way, i), item) for i, item in enumerate(new[len(old) :], start=len(old))]


def _name(item: Any) -> str | None:
    return item.get("name") if isinstance(item, dict) else None


# -- where things stand ------------------------------------------------------------------------


def _read(text: str) -> _Piece:
    """Return the text as pieces.

    Raises:
        CannotRewriteError: it is no mapping.
    """
    stack: list[tuple[_Piece, list[_Piece]]] = []
    root: _Piece | None = None
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            kind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "list"
            opened = _Piece(kind, _index(event.start_mark), -1, bool(event.flow_style))
            stack.append((opened, []))
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            piece = _closed(*stack.pop(), _index(event.end_mark))
        elif isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent)):
            piece = _leaf(text, event)
        else:
            continue
        if stack:
            stack[-1][1].append(piece)
        else:
            root = piece
    if root is None or root.kind != "mapping":
        raise CannotRewriteError("the file is no mapping")
    return root


def _closed(piece: _Piece, parts: list[_Piece], end: int) -> _Piece:
    """Return a mapping or list with its parts; a block ends where its last part does."""
    if piece.kind == "mapping":
        piece.keys = list(zip(parts[::2], parts[1::2], strict=True))
    else:
        piece.items = parts
    last = parts[-1].end if parts else piece.start
    piece.end = end if piece.flow else last
    return piece


def _leaf(text: str, event: Any) -> _Piece:
    """Return a single value; one with an anchor, or in lines of its own, is like an alias."""
    piece = _Piece("alias", _index(event.start_mark), _index(event.end_mark))
    if isinstance(event, yaml.ScalarEvent):
        piece.text = event.value
        if event.style in ("|", ">"):
            piece.end = piece.start + len(text[piece.start : piece.end].rstrip())
        elif not event.anchor:
            piece.kind = "scalar"
            piece.quote = event.style if event.style in ("'", '"') else ""
    return piece


def _index(mark: Any) -> int:
    return int(mark.index)


def _find(piece: _Piece, step: Step) -> int | None:
    if piece.kind == "list":
        return step if isinstance(step, int) and step < len(piece.items) else None
    keys = [key.text for key, _ in piece.keys]
    if str(step) in keys:
        return keys.index(str(step))
    order = _metres(str(step))
    if order is None:
        return None
    return next((i for i, key in enumerate(keys) if _metres(key) == order), None)


def _metres(key: str) -> float | None:
    try:
        return parse_distance(key)
    except ValueError:
        return None


def _put(text: str, way: Way, value: Any) -> str:
    """Return the text with a value put at `way`, or taken out there."""
    root = _read(text)
    piece, holder, key = root, root, root
    for depth, step in enumerate(way):
        last = depth == len(way) - 1
        if piece.kind not in ("mapping", "list"):
            if piece.kind == "scalar" and piece.text.strip() in ("", "~", "null"):
                return _fill(text, piece, holder, key, _nest(way[depth:], value))
            raise _NeedsWholeError(way[:depth])
        i = _find(piece, step)
        if i is None:
            if value is GONE or value is None:
                return _without_default(text, way, depth)
            if piece.kind == "list" and step != len(piece.items):
                raise _NeedsWholeError(way[:depth])
            return _insert(text, piece, step, _nest(way[depth + 1 :], value))
        if last and (value is GONE or (value is None and _stands_alone(text, piece, i))):
            try:
                return _cut(text, piece, i)
            except CannotRewriteError:
                if value is GONE and not way[:-1]:
                    raise
                if value is GONE:
                    raise _NeedsWholeError(way[:-1]) from None
        holder = piece
        key, piece = piece.keys[i] if piece.kind == "mapping" else (piece.items[i], piece.items[i])
    return _fill(text, piece, holder, key, value)


def _stands_alone(text: str, piece: _Piece, i: int) -> bool:
    """Return whether a key can go without a comment on its line going with it."""
    if piece.kind != "mapping":
        return False
    end = piece.keys[i][1].end
    return piece.flow or "#" not in text[end : _line_end(text, end)]


def _without_default(text: str, way: Way, depth: int) -> str:
    """Take out what the file does not give: an item of a default list needs the list written."""
    for i, step in enumerate(way[depth:], start=depth):
        if isinstance(step, int):
            raise _NeedsWholeError(way[:i])
    return text


def _nest(way: Sequence[Step], value: Any) -> Any:
    for step in reversed(way):
        value = [value] if isinstance(step, int) else {step: value}
    return value


# -- edits -------------------------------------------------------------------------------------


def _fill(text: str, piece: _Piece, holder: _Piece, key: _Piece, value: Any) -> str:
    """Put a value in the place of another."""
    simple = not isinstance(value, (dict, list))
    if piece.kind == "scalar" and simple:
        if same_scalar(piece.text, piece.quote, value):
            return text
        if piece.end > piece.start:
            new = scalar_text(value, flow=holder.flow, quote=piece.quote)
            return text[: piece.start] + new + text[piece.end :]
    if piece.flow or holder.flow or holder.kind == "list":
        new = scalar_text(value, flow=True) if simple else flow_text(value)
        return text[: piece.start] + new + text[piece.end :]
    colon = text.index(":", key.end) + 1
    column = _column(text, key.start) + 2
    new = " " + scalar_text(value, flow=False) if simple else block_lines(value, column)
    return text[:colon] + _with_line_ends(text, new) + text[max(piece.end, colon) :]


def _insert(text: str, piece: _Piece, step: Step, value: Any) -> str:
    """Add a key to a mapping, or an item to a list."""
    simple = not isinstance(value, (dict, list))
    key = "" if piece.kind == "list" else f"{key_text(str(step))}:"
    size = len(piece.keys) + len(piece.items)
    if piece.flow or size == 0:
        new = scalar_text(value, flow=True) if simple else flow_text(value)
        close = piece.end - 1
        before = text[:close].rstrip()
        comma = "" if before[-1] in "{[," else ", "
        gap = " " if before[-1] == "," else comma
        return before + gap + f"{key} {new}".strip() + text[close:]
    first = piece.keys[0][0].start if piece.keys else _dash(text, piece.items[0].start)
    column = _column(text, first)
    end = _line_end(text, piece.end)
    if piece.kind == "list":
        new = scalar_text(value, flow=False) if simple else flow_text(value)
        line = f"{' ' * column}- {new}"
    else:
        new = " " + scalar_text(value, flow=False) if simple else block_lines(value, column + 2)
        line = f"{' ' * column}{key}{new}"
    return text[:end] + _with_line_ends(text, "\n" + line) + text[end:]


def _cut(text: str, piece: _Piece, i: int) -> str:
    """Take a key or an item out."""
    spans = (
        [(key.start, value.end) for key, value in piece.keys]
        if piece.kind == "mapping"
        else [(item.start, item.end) for item in piece.items]
    )
    start, end = spans[i]
    if piece.flow:
        if i + 1 < len(spans):
            return text[:start] + text[spans[i + 1][0] :]
        before = spans[i - 1][1] if i else start
        return text[:before] + text[end:]
    if len(spans) == 1:
        raise CannotRewriteError("nothing would be left of a section")
    if piece.kind == "list":
        start = _dash(text, start)
    begin = text.rfind("\n", 0, start) + 1
    if text[begin:start].strip():
        if piece.kind == "mapping" and i + 1 < len(spans):  # `- first: ...` on the dash's line
            return text[:start] + text[spans[i + 1][0] :]
        raise CannotRewriteError("a value shares its line with something else")
    after = _line_end(text, end)
    return text[:begin] + text[min(after + _line_break(text, after), len(text)) :]


def _dash(text: str, start: int) -> int:
    """Return where the dash of a list's item stands."""
    return text.rindex("-", 0, start)


def _column(text: str, at: int) -> int:
    return at - (text.rfind("\n", 0, at) + 1)


def _line_end(text: str, at: int) -> int:
    """Return the end of the line that `at` is in, before its line break."""
    if at and text[at - 1] == "\n":
        at -= 1
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if end and text[end - 1] == "\r" else end


def _line_break(text: str, at: int) -> int:
    return 2 if text.startswith("\r\n", at) else 1


def _with_line_ends(text: str, new: str) -> str:
    return new.replace("\n", "\r\n") if "\r\n" in text else new
