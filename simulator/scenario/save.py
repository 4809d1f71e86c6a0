"""Writing changed values into a scenario's text, and whole scenarios as files.

In: a file's text, its plain values and the wanted plain values. Out: the new text, and whether
anything besides the lines of those values changed in it.

ruamel.yaml keeps comments, order and quotes of untouched values, and spacing that equals its own.
It reads every plain scalar as text, so times and numbers stay as they are written. The caller reads
the new text back to check its meaning.
"""

from __future__ import annotations

import difflib
import io
import re
from dataclasses import dataclass
from itertools import chain, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.files import configs_dir
from simulator.scenario.loader import scenario_to_dict, without_folders
from simulator.scenario.model import Kit, Scenario
from simulator.scenario.plan import key_distance
from simulator.scenario.reading import shipped_names
from simulator.scenario.yaml_tree import scalar_value
from simulator.units import format_time, parse_time

if TYPE_CHECKING:
    from ruamel.yaml import YAML

GONE: Any = object()
"""Marks a value that does not exist."""
WIDTH = 88
"""A list or mapping longer than this is written on several lines."""
_NEUTRAL = {key: field.default for key, field in Kit.model_fields.items()}
TIMES = frozenset(("target", "time", "tolerance"))
_INDENTS = [(mapping, offset) for mapping in (2, 4) for offset in (2, 0, 4)]
"""Possible indents of a nested mapping, and of the dash of a list; new files use the first."""
_WAS = re.compile(r"# was ([^\n]+?): ")
_PLAIN = re.compile(r"[A-Za-z0-9_./+(][^\x00-\x1f\x7f-\x9f\"'#,\[\]{}&*!|>%@`\\]*")


class CannotRewriteError(Exception):
    """The text's form has no place for the value without losing something."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A changed text.

    Attributes:
        text: the text.
        respaced: whether more than the lines of the changed values changed.
        lost_comments: whether comments on what stays are gone.
    """

    text: str
    respaced: bool
    lost_comments: bool = False


def rewrite(text: str, old: dict[str, Any], new: dict[str, Any]) -> Rewritten:
    """Return `text`, which has the values `old`, changed so that it has the values `new`.

    Raises:
        CannotRewriteError: the text is no mapping, or has no place for a change.
    """
    if _same(old, new):
        return Rewritten(text, respaced=False)
    line_feeds = text.replace("\r\n", "\n")
    writer, root = _loaded(line_feeds)
    if not isinstance(root, dict):
        raise CannotRewriteError("the file is no mapping")
    usual = _dumped(writer, root)
    editor = _Editor(line_feeds, root)
    editor.update_mapping(root, old, new)
    if not root:
        raise CannotRewriteError("nothing would be left of the file")
    written = _dumped(writer, root)
    elsewhere = _touched(line_feeds, written) - _touched(usual, written)
    if not line_feeds.endswith("\n"):
        written = written.removesuffix("\n")
    if "\r\n" in text:
        written = written.replace("\n", "\r\n")
    mixed = text.count("\r\n") not in (0, text.count("\n"))
    lost = editor.lost_comments
    return Rewritten(written, mixed or editor.moved_anchor or lost or elsewhere > 0, lost)


def _touched(before: str, after: str) -> int:
    """Return how many lines of a text are missing in another."""
    lines = before.splitlines()
    matcher = difflib.SequenceMatcher(None, lines, after.splitlines(), autojunk=False)
    return len(lines) - sum(block.size for block in matcher.get_matching_blocks())


def document_text(value: dict[str, Any]) -> str:
    """Return a whole scenario as a file."""
    return _dumped(_yaml(*_INDENTS[0]), {key: _node(v, len(key) + 2) for key, v in value.items()})


def portable_text(scenario: Scenario) -> str:
    """Return a scenario as a file that needs no other files but shipped ones.

    Ghosts and past races from local files are left out, and no folder's name is revealed.
    """
    plain = scenario_to_dict(scenario)
    plain["ghosts"] = [g for g in plain["ghosts"] if "file" not in g or _is_shipped(g["file"])]
    given = filter(_is_shipped, plain["uncertainty"]["given"])
    plain["uncertainty"]["given"] = list(given)
    return document_text(worded(without_folders(plain)))


def _is_shipped(file: str) -> bool:
    """Return whether a name is that of a shipped scenario, and no local file of the same name."""
    path = Path(file)
    at_home = path.parent in (Path(), configs_dir().resolve())
    return at_home and path.name.removesuffix(".yaml") in shipped_names()


# -- changes and their places --------------------------------------------------------------------


class _Editor:
    """Applies changes to ruamel.yaml's values.

    Attributes:
        moved_anchor: a changed value was an alias, and is written out in its place now.
        lost_comments: comments within a value went, as it had to be written anew.
    """

    def __init__(self, text: str, root: Any) -> None:
        self.moved_anchor = self.lost_comments = False
        self._text, self._root = text, root

    def update_mapping(
        self, node: Any, old: dict[str, Any], new: dict[str, Any], *, ordered: bool = False
    ) -> None:
        """Apply the differences; `GONE` and None are represented by a missing key.

        `ordered`: a new key takes its place among the others, as a table's row does.
        """
        both = {name: (old.get(name, GONE), new.get(name, GONE)) for name in (*old, *new)}
        changed = {name: pair for name, pair in both.items() if not _same(*pair)}
        for name, (before, after) in sorted(
            changed.items(), key=lambda item: item[1][1] is not GONE
        ):
            key = _key_of(node, name)
            if key is None:
                if after is not GONE and after is not None:
                    place = list(new).index(name) if ordered else len(node)
                    self._insert(node, place, name, _difference(before, after))
            elif after is GONE or (after is None and not _has_comment(node, key)):
                self._take_out(node, key)
            elif _is_nothing(node[key]):
                self._replace(node, key, _difference(before, after))
            else:
                self._update(node, key, before, after)

    def _update(self, holder: Any, key: Any, before: Any, after: Any) -> None:
        """Apply the differences within a value, or replace it.

        A value within an alias, or within an anchor that has aliases, is replaced as a whole.
        """
        node: Any = holder[key]
        values = (node, before, after)
        done, pairs = False, []
        if all(isinstance(value, dict) for value in values):
            pairs = list(before.keys() & after.keys())
            if pairs and not _anchor(node):
                self.update_mapping(node, before, after, ordered=key == "splits")
                done = bool(node)
        elif all(isinstance(value, list) for value in values):
            pairs = [(i, j) for i, j in paired(before, after) if None not in (i, j)]
            if pairs and not _anchor(node) and len(node) == len(before):
                self._update_list(node, before, after)
                done = True
        if not done:
            self._replace(holder, key, after, partly=bool(pairs))

    def _update_list(self, items: Any, old: list[Any], new: list[Any]) -> None:
        """Change a list item by item."""
        pairs = paired(old, new)
        for i, j in pairs:
            if i is not None and j is not None and not _same(old[i], new[j]):
                self._update(items, i, old[i], new[j])
        for i, j in reversed(pairs):
            if j is None:
                self._take_out(items, i)
        for i, j in pairs:
            if i is None and j is not None:
                self._insert(items, j, None, new[j])

    def _insert(self, holder: Any, place: int, key: Any, value: Any) -> None:
        """Add a value that the file lacks, before the comments that follow the one before it."""
        before = list(range(len(holder)) if isinstance(holder, list) else holder)[:place]
        after = _comment_after(holder, before[-1]) if before else ""
        written = _node(value, holder.lc.col or 0, flow=isinstance(holder, list))
        if isinstance(holder, list):
            holder.insert(place, written)
            key = place
        else:
            key = _key_node(key)
            holder.insert(place, key, written)
        _add_comment(holder, key, after)

    def _replace(self, holder: Any, key: Any, value: Any, *, partly: bool = False) -> None:
        """Write a value anew; `partly`: some of it stays, and its comments should have."""
        old = holder[key]
        self._note_anchor(holder, key)
        is_alias = _is_alias(holder, key)
        if is_alias:
            own = _cut_line(self._root, holder.lc.key(key)[0])
            holder.ca.items[key] = [None, None, own, None]
        several_lines = isinstance(old, (dict, list)) or _is_block_text(old)
        after = _comment_after(holder, key) if several_lines else ""
        self.lost_comments |= partly and not is_alias and _holds_comment(old)
        flow = isinstance(holder, list) or _is_flow(holder) or _is_flow(old)
        holder[key] = _node(value, (holder.lc.col or 0) + 2, old=old, flow=flow)
        _say_what_was(holder, key, old)
        _add_comment(holder, key, after)

    def _note_anchor(self, holder: Any, key: Any) -> None:
        anchor = _anchor(holder[key])
        is_used = bool(anchor) and f"*{anchor}" in self._text
        self.moved_anchor |= is_used and not _is_alias(holder, key)

    def _take_out(self, holder: Any, key: Any) -> None:
        """Remove a value; comments on the lines before and after it stay."""
        self._note_anchor(holder, key)
        after = _comment_before(holder, key) + _comment_after(holder, key)
        keys = list(range(len(holder))) if isinstance(holder, list) else list(holder)
        i = keys.index(key)
        del holder[key]
        if i:
            _add_comment(holder, keys[i - 1], after)
        elif after.strip() and len(keys) > 1:
            _put_before(holder, 0 if isinstance(holder, list) else keys[1], after)


def paired(old: list[Any], new: list[Any]) -> list[tuple[int | None, int | None]]:
    """Return which item of a list became which one of another, by their places; None: no item.

    An item is known by its name, or by all that it says; one between those may have changed. A slot
    without a name may have got that of its place.
    """
    pairs: list[tuple[int | None, int | None]] = []
    now = [_name(item) or repr(item) for item in new]
    places = [f"pacer {i + 1}" for i in range(len(old))]
    was = [
        _name(item) or (place if place in now else repr(item))
        for item, place in zip(old, places, strict=True)
    ]
    blocks = difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes()
    for tag, i, i_end, j, j_end in blocks:
        unnamed = not any(map(_name, (*old[i:i_end], *new[j:j_end])))
        alike = i_end - i if tag == "equal" else 0
        if tag == "replace" and (unnamed or i_end - i == j_end - j):
            both = zip(old[i:i_end], new[j:j_end], strict=False)
            alike = len(list(takewhile(lambda pair: _alike(*pair), both)))
        pairs += zip(range(i, i + alike), range(j, j + alike), strict=True)
        pairs += ((i, None) for i in range(i + alike, i_end))
        pairs += ((None, j) for j in range(j + alike, j_end))
    return pairs


def _alike(old: Any, new: Any) -> bool:
    """Return whether a changed item may be the same one: both have a name or none, and its keys."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return not isinstance(old, dict) and not isinstance(new, dict)
    return bool(_name(old)) == bool(_name(new)) and old.keys() == new.keys()


def _same(old: Any, new: Any) -> bool:
    return old == new and (isinstance(old, (dict, list)) or type(old) is type(new))


def _difference(old: Any, new: Any) -> Any:
    """Return the part of a section that differs from another."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return {k: _difference(old.get(k), v) for k, v in new.items() if not _same(old.get(k, GONE), v)}


def _name(item: Any) -> str | None:
    return item.get("name") if isinstance(item, dict) else None


def _is_nothing(node: Any) -> bool:
    return isinstance(node, str) and node.strip() in ("", "~", "null")


def _key_of(node: Any, step: str | int) -> Any:
    """Return the key or index of a step: a table's row may be written `1 lap`."""
    if isinstance(node, list):
        return step if isinstance(step, int) and step < len(node) else None
    if step in node:
        return step
    meant = key_distance(str(step))
    return next((k for k in node if key_distance(k) == meant), None)


def _anchor(node: Any) -> str:
    find = getattr(node, "yaml_anchor", None)
    anchor = find() if find else None
    return anchor.value if anchor else ""


def _is_alias(holder: Any, key: Any) -> bool:
    """Return whether a key's value stands elsewhere."""
    if isinstance(holder, list) or not _anchor(holder[key]):
        return False
    return bool(holder.lc.value(key) < holder.lc.key(key))


def _is_flow(node: Any) -> bool:
    return bool(hasattr(node, "fa") and node.fa.flow_style())


def _is_block(node: Any) -> bool:
    """Return whether a value has its own lines here; an alias has those of its anchor."""
    held = isinstance(node, (dict, list)) and bool(node)
    return held and not _is_flow(node) and not _anchor(node)


def _is_block_text(node: Any) -> bool:
    """Return whether a value is a text on its own lines, after `>` or `|`."""
    return getattr(node, "style", "") in ("|", ">")


# -- comments: ruamel.yaml stores what follows a value at the value's last word -------------------


def _last_key(node: Any) -> Any:
    return len(node) - 1 if isinstance(node, list) else next(reversed(node))


def _last_word(holder: Any, key: Any) -> tuple[Any, Any]:
    """Return the holder and key of the last single value, or flow value, of a value."""
    value = holder[key]
    while _is_block(value):
        holder, key = value, _last_key(value)
        value = holder[key]
    return holder, key


def _token(holder: Any, key: Any) -> Any:
    if _is_alias(holder, key):  # ruamel.yaml gives an alias the comment of its anchor
        return None
    return (holder.ca.items.get(key) or [None] * 4)[0 if isinstance(holder, list) else 2]


def _has_comment(holder: Any, key: Any) -> bool:
    holder, key = _last_word(holder, key)
    token = _token(holder, key)
    on_its_line = token is not None and not _is_block_text(holder[key])
    return on_its_line and token.value.startswith("#")


def _holds_comment(node: Any) -> bool:
    """Return whether a comment stands anywhere within a value."""
    if not isinstance(node, (dict, list)):
        return False
    comments: Any = node.ca  # type: ignore[union-attr]
    slots = chain(comments.end, *comments.items.values())
    tokens = [t for slot in slots for t in (slot if isinstance(slot, list) else [slot])]
    items = node.values() if isinstance(node, dict) else node
    return any(t and "#" in t.value for t in tokens) or any(map(_holds_comment, items))


def _say_what_was(holder: Any, key: Any, old: Any) -> None:
    """Put the old value before a comment on it, if nothing or a section takes its place.

    Where the value comes back, the comment does, too.
    """
    token, value = _token(holder, key), holder[key]
    if token is None or not token.value.startswith("#"):
        return
    was = _WAS.match(token.value)
    was_said = isinstance(old, str) and not _is_nothing(old)
    if was_said and (_is_nothing(value) or isinstance(value, (dict, list))):
        token.value = f"# was {old}: {token.value.lstrip('# ')}"
    elif was and isinstance(value, str) and scalar_value(was[1]) == scalar_value(value):
        token.value = token.value.replace(was[0], "# ", 1)


def _comment_before(holder: Any, key: Any) -> str:
    """Return the lines of comment that are stored before a value, not after the last one."""
    tokens = (holder.ca.items.get(key) or [None] * 4)[1] or []
    return "".join(" " * token.start_mark.column + token.value for token in tokens)


def _comment_after(holder: Any, key: Any) -> str:
    """Cut off and return the lines of comment that follow a value."""
    after = ""
    last, last_key = _last_word(holder, key)
    token = _token(last, last_key)
    if token is not None and _is_block_text(last[last_key]):
        after = " " * token.start_mark.column + token.value
        del last.ca.items[last_key]
    elif token is not None:
        same_line, _, after = token.value.partition("\n")
        token.value = same_line + "\n"
    value: Any = holder[key]
    ends: list[Any] = []
    while _is_block(value):
        ends.append(value)
        value = value[_last_key(value)]
    return after + "".join(map(_cut_end, reversed(ends)))


def _cut_line(node: Any, line: int) -> Any:
    """Cut off and return the comment of an alias' line: it is stored before some later value."""
    if not isinstance(node, (dict, list)):
        return None
    comments: Any = node.ca  # type: ignore[union-attr]
    for slot in (comments.end, *(slots[1] or [] for slots in comments.items.values())):
        for token in slot:
            if token.start_mark.line == line:
                slot.remove(token)
                return token
    items = node.values() if isinstance(node, dict) else node
    return next(filter(None, (_cut_line(item, line) for item in items)), None)


def _cut_end(node: Any) -> str:
    """Cut off and return the comment lines that ruamel.yaml stores at the end of a list."""
    text = "".join(token.value for token in node.ca.end)
    node.ca.end.clear()
    return text


def _add_comment(holder: Any, key: Any, after: str) -> None:
    """Put lines of comment after a value."""
    if not after:
        return
    from ruamel.yaml.error import CommentMark  # noqa: PLC0415 - as below
    from ruamel.yaml.tokens import CommentToken  # noqa: PLC0415

    holder, key = _last_word(holder, key)
    if _is_alias(holder, key):
        following = list(holder)[list(holder).index(key) + 1 :]
        if not following:
            raise CannotRewriteError("a comment has no place after an alias")
        _put_before(holder, following[0], after)
        return
    slots = holder.ca.items.setdefault(key, [None] * 4)
    i = 0 if isinstance(holder, list) else 2
    line_end = "" if _is_block_text(holder[key]) else "\n"
    slots[i] = slots[i] or CommentToken(line_end, CommentMark(0), None)
    slots[i].value += after


def _put_before(holder: Any, key: Any, lines: str) -> None:
    """Put lines of comment before a value."""
    bare = "\n".join(line.strip().removeprefix("# ") for line in lines.split("\n"))
    holder.yaml_set_comment_before_after_key(key, bare.strip(), holder.lc.col)


# -- values as ruamel.yaml writes them -----------------------------------------------------------


def _yaml(mapping: int, offset: int) -> YAML:
    """Return a reader and writer to which every plain scalar is text."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - few save, and it takes a while to import
    from ruamel.yaml.emitter import RoundTripEmitter  # noqa: PLC0415
    from ruamel.yaml.events import CollectionEndEvent  # noqa: PLC0415
    from ruamel.yaml.nodes import ScalarNode  # noqa: PLC0415
    from ruamel.yaml.resolver import VersionedResolver  # noqa: PLC0415

    class TextResolver(VersionedResolver):
        def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
            if kind is ScalarNode:
                return self.DEFAULT_SCALAR_TAG
            return super().resolve(kind, value, implicit)

    class LineBreakingEmitter(RoundTripEmitter):
        def write_post_comment(self, event: Any) -> Any:
            written = super().write_post_comment(event)
            if isinstance(event, CollectionEndEvent):
                self.no_newline = False  # otherwise `- {a: 1} # c` joins the next item's lines
            return written

    writer = YAML(typ="rt", pure=True)
    writer.Resolver = TextResolver
    writer.Emitter = LineBreakingEmitter
    writer.preserve_quotes = True
    writer.brace_single_entry_mapping_in_flow_sequence = True
    writer.width = 1_000_000
    writer.indent(mapping=mapping, sequence=offset + 2, offset=offset)
    return writer


def _dumped(writer: YAML, root: Any) -> str:
    stream = io.StringIO()
    writer.dump(root, stream)
    return stream.getvalue()


def _loaded(text: str) -> tuple[YAML, Any]:
    """Return the text's values with comments and layout, and the writer that fits best."""
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    ended = text if text.endswith("\n") else f"{text}\n"
    try:
        for indents in _INDENTS:
            writer = _yaml(*indents)
            if _dumped(writer, writer.load(text)) == ended:
                return writer, writer.load(text)
        writer = _yaml(*_INDENTS[0])
        return writer, writer.load(text)
    except YAMLError as error:
        raise CannotRewriteError(str(error)) from None


class Unquoted(str):
    """Text without quotes whose type the reader knows, `30.07` for a time."""

    __slots__ = ()


def worded(value: Any, key: str = "") -> Any:
    """Return plain values in a person's notation: times, and a kit that is only a colour."""
    if isinstance(value, dict):
        if key == "kit" and value == {**_NEUTRAL, "colour": value.get("colour")}:
            return value["colour"]
        times = key == "splits"
        return {k: worded(v, "time" if times and _is_number(v) else k) for k, v in value.items()}
    if isinstance(value, list):
        return [worded(item, "time" if key == "laps" else "") for item in value]
    if key in TIMES and _is_number(value):
        text = format_time(value, 3)
        # 227.83 s is not 3:47.83 to the bit: what is read back has to be what was written
        return Unquoted(text.removesuffix("0")) if parse_time(text) == value else value
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _node(value: Any, indent: int, *, old: Any = None, flow: bool = False) -> Any:
    """Return plain values for ruamel.yaml: on one line if short, else on several lines."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq  # noqa: PLC0415

    if not isinstance(value, (dict, list)):
        return _scalar(value, old)
    below = list(value.values()) if isinstance(value, dict) else value
    deep = any(isinstance(item, dict) for item in below)
    flow = flow or not value or (not deep and indent + len(str(value)) < WIDTH)
    node: Any = CommentedMap() if isinstance(value, dict) else CommentedSeq()
    if flow:
        node.fa.set_flow_style()
    if isinstance(value, dict):
        for key, item in value.items():
            node[_key_node(str(key))] = _node(item, indent + len(str(key)) + 2, flow=flow)
    else:
        node.extend(_node(item, indent, flow=True) for item in value)
    return node


def _key_node(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_.]+", key) else _scalar(key)


def _scalar(value: Any, old: Any = None) -> str:
    """Return a single value as text; the quotes of an old one are kept where the new is text."""
    from ruamel.yaml.scalarstring import (  # noqa: PLC0415
        DoubleQuotedScalarString,
        SingleQuotedScalarString,
    )

    if value is None or isinstance(value, bool):
        return {None: "null", True: "yes", False: "no"}[value]
    if isinstance(value, (int, float)):
        return repr(value).removesuffix(".0")
    text = str(value)
    bare = isinstance(value, Unquoted) or _stands_bare(text)
    if isinstance(old, SingleQuotedScalarString) and "\n" not in text:
        text = SingleQuotedScalarString(text)
    elif isinstance(old, DoubleQuotedScalarString) or not bare:
        text = DoubleQuotedScalarString(text)
    return text


def _stands_bare(text: str) -> bool:
    """Return whether a text without quotes is read back as the same text."""
    if _PLAIN.fullmatch(text) is None or text != text.strip() or ": " in text or text[-1] in ":?":
        return False
    return isinstance(scalar_value(text), str)
