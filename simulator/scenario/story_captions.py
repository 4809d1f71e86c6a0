"""Captions: words of a story with places for what the model finds, `{gap at 1200 m}`.

In: a caption. Out: its sentences, in each the facts it asks for. What a fact is in a run is found
in its recording (`simulator.stage.facts`): a story types no result of the model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.scenario.fields import quoted
from simulator.scenario.story_moments import When, parse_moment
from simulator.scenario.structure import did_you_mean, guess


@dataclass(frozen=True, slots=True)
class Kind:
    """What a fact's text looks like: the word before its name, and whether a moment is wanted.

    `at` is `no`, `may` or `must`; `to` is empty where no other run can be named.
    """

    to: str
    at: str


KINDS = {
    "finish": Kind("of", "no"),
    "target": Kind("", "no"),
    "pacers": Kind("of", "no"),
    "light lost": Kind("of", "no"),
    "pacer left": Kind("of", "no"),
    "difference": Kind("to", "no"),
    "time": Kind("of", "must"),
    "gap": Kind("to", "must"),
    "speed": Kind("of", "must"),
    "reserve": Kind("of", "must"),
    "shelter": Kind("of", "may"),
}
"""What a caption may ask for."""

_BRACES = re.compile(r"\{([^{}]*)\}")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a caption asks for.

    Attributes:
        text: as it was written, without its braces.
        kind: one of `KINDS`.
        other: name of the ghost it is about or measured to; empty: the run itself, or the light.
        when: at which moment; None: of the whole run.
    """

    text: str
    kind: str
    other: str = ""
    when: When | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: pieces of text and facts, in their order."""

    pieces: tuple[str | Fact, ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts it asks for."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Fact))


def parse_caption(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a caption.

    Raises:
        ValueError: a placeholder cannot be read, or a brace stands alone.
    """
    return tuple(_sentence(part) for part in _SENTENCE.split(" ".join(text.split())) if part)


def _sentence(text: str) -> Sentence:
    pieces: list[str | Fact] = []
    end = 0
    for found in _BRACES.finditer(text):
        pieces += [_plain(text[end : found.start()]), parse_fact(found[1])]
        end = found.end()
    pieces.append(_plain(text[end:]))
    return Sentence(tuple(piece for piece in pieces if piece != ""))


def _plain(text: str) -> str:
    if "{" in text or "}" in text:
        raise ValueError("a brace stands alone: a placeholder is written {finish}")
    return text


def parse_fact(text: str) -> Fact:
    """Return the fact that `gap to even 4:00.00 at 1200 m` means.

    Raises:
        ValueError: it is none; the message says which there are.
    """
    written = " ".join(text.split())
    kind = next((k for k in KINDS if written == k or written.startswith(f"{k} ")), None)
    if kind is None:
        meant = guess(written.split(" ")[0], KINDS) if written else ""
        hint = did_you_mean(meant, KINDS)
        raise ValueError(f"there is no placeholder {quoted('{' + written + '}')}; {hint}")
    shape, rest = KINDS[kind], written[len(kind) :].strip()
    other, when = "", None
    at = f" {rest}".rfind(" at ")
    if at >= 0 and shape.at != "no":
        when = parse_moment(rest[at + 3 :])
        rest = rest[: max(at - 1, 0)].strip()
    if shape.to and rest.startswith(f"{shape.to} "):
        other, rest = rest[len(shape.to) + 1 :].strip(), ""
    if rest or (when is None and shape.at == "must"):
        raise ValueError(f"{quoted('{' + written + '}')} is written {_usage(kind)}")
    return Fact(written, kind, other, when)


def _usage(kind: str) -> str:
    shape = KINDS[kind]
    at = " at 600 m" if shape.at != "no" else ""
    named = f" or {{{kind} {shape.to} NAME{at}}}" if shape.to else ""
    return f"{{{kind}{at}}}{named}"
