"""Plain values as YAML text a person would write: `3:59.99`, `yes`, `{name: x}`, short blocks.

In: texts, numbers, truths, lists, mappings. Out: text that `yaml_tree` reads back as the same.
"""

from __future__ import annotations

import json
import re
from typing import Any

from simulator.scenario.yaml_tree import Mark, Scalar
from simulator.units import format_time, parse_distance, parse_time

WIDTH = 88
"""A list or mapping longer than this is written in lines of its own."""
TIMES = frozenset(("target", "time", "tolerance"))
_KEY = re.compile(r"[A-Za-z0-9_.]+")
_PLAIN = re.compile(r"[A-Za-z0-9_./+(][^\x00-\x1f\x7f-\x9f\"'#,\[\]{}&*!|>%@`\\]*")


class Bare(str):
    """Text that stands without quotes: what reads it knows what it is, `30.07` for a time."""

    __slots__ = ()


def key_text(key: str) -> str:
    """Return a key as text; keys are always read as text, so numbers need no quotes."""
    return key if _KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def scalar_text(value: Any, *, flow: bool, quote: str = "") -> str:
    """Return a single value as text; `quote` is kept where the value is text."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "yes", False: "no"}[value]
    if isinstance(value, (int, float)):
        return repr(value).removesuffix(".0")
    text = str(value)
    if quote == "'" and "\n" not in text:
        return "'" + text.replace("'", "''") + "'"
    plain = isinstance(value, Bare) or _is_plain(text, flow)
    return text if plain and not quote else json.dumps(text, ensure_ascii=False)


def _is_plain(text: str, flow: bool) -> bool:
    """Return whether a text can stand without quotes and is read back as that very text."""
    if _PLAIN.fullmatch(text) is None or text != text.strip() or ": " in text:
        return False
    if text.endswith(":") or (flow and "?" in text):
        return False
    return isinstance(Scalar(Mark(""), text).value, str)


def same_scalar(text: str, quote: str, value: Any) -> bool:
    """Return whether a value as written already says `value`, be it as time or distance."""
    written = Scalar(Mark(""), text, not quote).value
    if isinstance(value, bool) or value is None or isinstance(written, bool):
        return written is value
    if isinstance(value, str):
        return text == value
    for parse in (float, parse_time, parse_distance):
        try:
            if abs(parse(text) - float(value)) < 1e-9:
                return True
        except ValueError:
            continue
    return False


def worded(value: Any, key: str = "") -> Any:
    """Return plain values with times as a person writes them."""
    if isinstance(value, dict):
        times = key == "splits"
        return {k: worded(v, "time" if times and _is_number(v) else k) for k, v in value.items()}
    if isinstance(value, list):
        return [worded(item, "time" if key == "laps" else "") for item in value]
    if key in TIMES and _is_number(value):
        text = format_time(value, 3)
        short = text.removesuffix("0")
        return Bare(short) if abs(parse_time(text) - value) < 5e-7 else value
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def flow_text(value: Any) -> str:
    """Return a list or mapping on one line."""
    if isinstance(value, dict):
        inner = ", ".join(f"{key_text(str(k))}: {flow_text(v)}" for k, v in value.items())
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow_text(item) for item in value) + "]"
    return scalar_text(value, flow=True)


def block_lines(value: Any, indent: int) -> str:
    """Return what follows `key:`: on the same line where it is short, else in lines below it."""
    short = flow_text(value)
    if not value or (indent + len(short) < WIDTH and not _is_deep(value)):
        return " " + short
    lines = []
    if isinstance(value, dict):
        for key, below in value.items():
            simple = not isinstance(below, (dict, list))
            head = f"{' ' * indent}{key_text(str(key))}:"
            lines.append(
                f"{head} {scalar_text(below, flow=False)}"
                if simple
                else head + block_lines(below, indent + 2)
            )
    else:
        lines = [f"{' ' * indent}- {flow_text(item)}" for item in value]
    return "\n" + "\n".join(lines)


def _is_deep(value: Any) -> bool:
    below = value.values() if isinstance(value, dict) else value
    return any(isinstance(item, dict) for item in below)


def document(value: dict[str, Any]) -> str:
    """Return a whole scenario as a file."""
    parts = []
    for key, below in value.items():
        if isinstance(below, (dict, list)):
            parts.append(f"{key}:{block_lines(below, 2)}")
        else:
            parts.append(f"{key}: {scalar_text(below, flow=False)}")
    return "\n".join(parts) + "\n"
