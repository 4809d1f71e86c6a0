"""The types of a scenario's values, and the base of its sections.

In: text or numbers as a person wrote them. Out: annotated types (`Seconds`, `Metres`, `Name`, ...),
`Section`, `SectionProblem`, and what a path of a section accepts (`types_at`, `bounds_of`).
"""

from __future__ import annotations

import difflib
import math
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel as PydanticModel
from pydantic import (
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError, PydanticKnownError

from simulator import units
from simulator.errors import UNPRINTABLE_CHARACTER, Problem, ScenarioError

Path: TypeAlias = tuple[str | int, ...]
"""Steps to a value: a section's key, or an index in a list."""

ANY = "*"
"""A step that matches any key or number."""
LENIENT = "lenient"
"""Validation context in which sections skip their `complaints`."""
TAG = "\0"
"""Prefix of the step by which pydantic names a variant; no key of a file begins so."""

HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")
"""Surrogates: bytes of the command line that are not UTF-8; they cannot be printed or saved."""
MEANT_LETTERS = 3
"""So many letters mean the one known word that begins with them."""
MOST_KNOWN = 16
"""At most this many known words are listed in a hint."""
UNPRINTABLE = "holds a character that cannot be printed"


# -- texts of messages ---------------------------------------------------------------------------


def dotted(path: Iterable[str]) -> str:
    """Return the path as a message shows it, absurdly long keys cut."""
    return ".".join(step if len(step) <= 60 else step[:57] + "..." for step in path)


def guess(word: str, known: Iterable[str]) -> str:
    """Return the known word most similar to `word`, or an empty text."""
    if not 0 < len(word) <= 60:
        return ""
    by_plain_form = {_plain_form(name): name for name in known}
    plain = _plain_form(word)
    begun = [name for form, name in by_plain_form.items() if form.startswith(plain)]
    if len(plain) >= MEANT_LETTERS and len(begun) == 1:
        return begun[0]
    close = difflib.get_close_matches(plain, by_plain_form, 1, 0.6)
    return by_plain_form[close[0]] if close else ""


def _plain_form(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "").replace(" ", "")


def did_you_mean(meant: str, known: Iterable[str] = ()) -> str:
    """Return the hint: the likely word, else the known ones if there are few."""
    names = list(known)
    if meant:
        return f"did you mean {meant}?"
    return "known: " + ", ".join(names) if names and len(names) <= MOST_KNOWN else ""


# -- sections ------------------------------------------------------------------------------------


class Section(PydanticModel):
    """Base of every section: frozen, unknown keys refused, NaN and infinities refused.

    pydantic builds a section's validator when it is first needed. So defaults are made with
    `model_construct`: importing the sections builds none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    def with_values(self, values: Mapping[str, Any]) -> Self:
        """Return the section with other values by path, such as `runner.kit.drag`; unchecked."""
        changed = self
        for path, value in values.items():
            first, _, rest = path.partition(".")
            below = getattr(changed, first).with_values({rest: value}) if rest else value
            changed = changed.model_copy(update={first: below})
        return changed


@dataclass(frozen=True, slots=True)
class SectionProblem:
    """A contradiction between values of a section that are each valid.

    Attributes:
        path: the value to change, below the section.
        message, hint: what is wrong, and what to do.
        rests_on: the other values involved, `ANY` for any key or number. If one of them is wrong
            itself, this problem may be a consequence, and is not reported.
    """

    path: Path
    message: str
    hint: str = ""
    rests_on: tuple[Path, ...] = ()

    def below(self, at: Path) -> SectionProblem:
        """Return the problem relative to a section that holds this one at `at`."""
        rests_on = tuple((*at, *path) for path in self.rests_on)
        return replace(self, path=(*at, *self.path), rests_on=rests_on)


def same_names(what: str, at: Path, names: Iterable[str]) -> Iterator[SectionProblem]:
    """Yield a problem for each item of the list at a path with the name of an earlier one."""
    seen: set[str] = set()
    for i, name in enumerate(names):
        if name and name in seen:
            yield SectionProblem(
                (*at, i, "name"), f"a second {what} is called '{name}'", "rename one"
            )
        seen.add(name)


class CrossCheckedSection(Section):
    """A section whose values are also checked together."""

    def complaints(self) -> Iterable[SectionProblem]:
        """Yield the contradictions between values."""
        raise NotImplementedError

    def model_post_init(self, context: Any) -> None:
        """Refuse contradictions; unlike a validator this skips a section already checked."""
        said = [] if context == LENIENT else [c.message for c in self.complaints()]
        if said:
            raise PydanticCustomError("complaints", "{text}", {"text": "; ".join(said)})


def complaints_below(section: Section, at: Path = ()) -> Iterator[list[SectionProblem]]:
    """Yield the problems of every section within this one, the innermost first."""
    for key, name in _holders(type(section)):
        value = getattr(section, name)
        many = isinstance(value, tuple)
        for i, item in enumerate(value if many else (value,)):
            if isinstance(item, Section):
                yield from complaints_below(item, (*at, key, i) if many else (*at, key))
    if isinstance(section, CrossCheckedSection):
        yield [complaint.below(at) for complaint in section.complaints()]


# -- what a path accepts -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SectionField:
    """One key of a section: its attribute's name, the types it accepts, and pydantic's view."""

    name: str
    types: tuple[Any, ...]
    info: FieldInfo


@lru_cache(maxsize=128)
def fields_of(section: type[Section]) -> dict[str, SectionField]:
    """Return the fields of a section by their keys in a file."""
    return {
        info.alias or name: SectionField(name, tuple(_members(info.annotation)), info)
        for name, info in section.model_fields.items()
    }


@lru_cache(maxsize=128)
def _holders(section: type[Section]) -> list[tuple[str, str]]:
    """Return key and attribute of the fields that hold sections."""
    fields = fields_of(section).items()
    return [(k, f.name) for k, f in fields if sections_among((*f.types, *items_of(f.types)))]


def _members(annotation: Any) -> Iterator[Any]:
    """Yield the plain types that an annotation is a union of."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _members(args[0])
    elif origin in (Union, types.UnionType):
        for arg in args:
            yield from _members(arg)
    else:
        yield annotation


def items_of(types: Iterable[Any]) -> tuple[Any, ...]:
    """Return the item types, if one of these types is a list."""
    lists = (get_args(t)[0] for t in types if get_origin(t) is tuple)
    return tuple(member for item in lists for member in _members(item))


def sections_among(types: Iterable[Any]) -> list[type[Section]]:
    """Return those of the types that are sections."""
    return [t for t in types if isinstance(t, type) and issubclass(t, Section)]


@lru_cache(maxsize=128)
def variant_key(section: type[Section]) -> str:
    """Return the key that discriminates a section's variants; empty if it has none."""
    return next((key for key in ("kind", "shape") if key in section.model_fields), "")


def variants(sections: Iterable[type[Section]]) -> dict[str, type[Section]]:
    """Return the variants by the values of that key."""
    return {
        word: section
        for section in sections
        if variant_key(section)
        for word in get_args(section.model_fields[variant_key(section)].annotation)
    }


def is_tag(step: str | int) -> bool:
    """Return whether a step only names a variant."""
    return isinstance(step, str) and step.startswith(TAG)


def types_at(model: type[Section], path: Iterable[str | int]) -> tuple[Any, ...]:
    """Return the types accepted at a path; empty if there is no such path.

    The path may name variants, as pydantic does in the places of its errors.
    """
    return _types_at(model, tuple(0 if isinstance(step, int) else step for step in path))


@lru_cache(maxsize=1024)
def _types_at(model: type[Section], path: Path) -> tuple[Any, ...]:
    allowed: tuple[Any, ...] = (model,)
    for step in path:
        sections = sections_among(allowed)
        if is_tag(step):
            meant = variants(sections).get(str(step).removeprefix(TAG))
            allowed = () if meant is None else (meant,)
        elif isinstance(step, int) or (not sections and step.isdecimal()):
            allowed = items_of(allowed)
        else:
            fields = [fields_of(s)[step] for s in sections if step in fields_of(s)]
            allowed = tuple(dict.fromkeys(t for field in fields for t in field.types))
    return allowed


class Bounds(NamedTuple):
    """The lowest and the highest allowed value; None if the model sets none."""

    low: float | None
    high: float | None


def bounds_of(model: type[Section], path: str) -> Bounds:
    """Return the bounds of the number at `path`, such as `pacers.front_gap`.

    A shelter written as one number has the bounds of its value.

    Raises:
        ScenarioError: there is no such path, or its value is not a floating-point number.
    """
    steps = path.split(".")
    for i, step in enumerate(steps):
        if not types_at(model, steps[: i + 1]):
            known = [
                key for s in sections_among(types_at(model, steps[:i])) for key in fields_of(s)
            ]
            hint = did_you_mean(guess(step, known), known)
            raise cannot_free(path, f"unknown key '{step[:60]}'", hint)
    allowed = types_at(model, steps)
    row = next((s for s in sections_among(items_of(allowed)) if "value" in fields_of(s)), None)
    if row is not None:
        return bounds_of(row, "value")
    if float not in allowed:
        what = "is a whole number" if int in allowed else "is not a number"
        raise cannot_free(path, what, "free a number that may have a fraction")
    holders = sections_among(types_at(model, steps[:-1]))
    infos = [fields_of(s)[steps[-1]].info for s in holders if steps[-1] in fields_of(s)]
    return Bounds(*_limits(infos[0])) if infos else Bounds(None, None)


def _limits(info: FieldInfo) -> Iterator[float | None]:
    for names in (("ge", "gt"), ("le", "lt")):
        given = (getattr(m, name, None) for m in info.metadata for name in names)
        yield next((float(value) for value in given if value is not None), None)


def cannot_free(path: str, message: str, hint: str) -> ScenarioError:
    """Return the error for something that cannot be free."""
    return ScenarioError([Problem("--free", 0, 0, path[:200], message, hint)])


# -- values --------------------------------------------------------------------------------------


def _wrong_kind(wanted: str, value: Any) -> PydanticCustomError:
    names = {bool: "yes or no", dict: "a mapping", list: "a list", type(None): "nothing"}
    kind = next((n for t, n in names.items() if isinstance(value, t)), type(value).__name__)
    return PydanticCustomError(
        "wrong_kind", "{wanted} is wanted here, not {kind}", {"wanted": wanted, "kind": kind}
    )


def _reader(parse: Callable[[str], float]) -> BeforeValidator:
    def read(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise _wrong_kind("a single value", value)
        if isinstance(value, str):
            try:
                value = parse(value)
            except ValueError as error:
                raise PydanticCustomError("unreadable", "{why}", {"why": str(error)}) from None
        try:
            finite = math.isfinite(value)
        except OverflowError:  # a whole number beyond any float
            finite = False
        if not finite:
            raise PydanticCustomError("not_finite", "must be a finite number")
        return value

    return BeforeValidator(read)


def _text(value: Any) -> Any:
    """Accept a bare number as text (`name: 1500`), trim it, refuse what cannot be printed."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value) if abs(value) < 1e300 else ""
    if not isinstance(value, str):
        raise _wrong_kind("text", value)
    if UNPRINTABLE_CHARACTER.search(value):
        raise PydanticCustomError("control", UNPRINTABLE)
    return value.strip()


def _one_line(value: Any) -> Any:
    value = _text(value)
    if "\n" in value or "\t" in value:
        raise PydanticCustomError("control", "must stand on one line, without tabs")
    return value


def at_most(count: int) -> BeforeValidator:
    """Return a check that refuses a longer list before any item is checked."""

    def check(value: Any) -> Any:
        if isinstance(value, (list, tuple, dict)) and len(value) > count:
            raise PydanticKnownError(
                "too_long",
                {"field_type": "List", "max_length": count, "actual_length": len(value)},
            )
        return value

    return BeforeValidator(check)


def variant(word: str) -> Tag:
    """Return pydantic's tag of a variant."""
    return Tag(TAG + word)


def discriminator(key: str, infer: Callable[[dict[str, Any]], str]) -> Discriminator:
    """Return the discriminator of variants: the value at `key`, else the result of `infer`."""

    def tag(value: Any) -> str:
        plain = value if isinstance(value, dict) else {key: getattr(value, key, None)}
        word = plain.get(key)
        return f"{TAG}{infer(plain) if word is None else word}"

    return Discriminator(tag)


def _json(pattern: str, *examples: str) -> WithJsonSchema:
    branches = [{"type": "number"}, {"type": "string", "pattern": pattern}]
    return WithJsonSchema({"anyOf": branches} | ({"examples": [*examples]} if examples else {}))


_NUMBER = r"^[-+−]?[\d.,]+([eE][-+−]?\d+)?$"
Number = Annotated[float, _reader(units.parse_number), _json(_NUMBER)]
Whole = Annotated[int, _reader(units.parse_number)]
Seconds = Annotated[float, _reader(units.parse_time), _json("^[\\d:.,'’′\"”″]+\\s*s?$", "4:06.42")]
_UNITS = r"(m|metres?|meters?|km?|miles?|mi|yards?|yds?|laps?)?"
_ANY_CASE = re.sub(r"[a-z]", lambda letter: f"[{letter[0].upper()}{letter[0]}]", _UNITS)
_METRES = rf"^[\d.,]+(\s\d{{3}})*\s*{_ANY_CASE}$"
Metres = Annotated[float, _reader(units.parse_distance), _json(_METRES, "1500 m")]
GapMetres = Annotated[float, _reader(units.parse_gap), _json(_METRES, "1.5 m")]

MarkColour = Literal[
    "green", "blue", "red", "white", "amber", "violet", "cyan", "pink", "grey", "yellow"
]

THEME_KIT = "theme"
"""Instead of a kit's colour: the kit of the theme."""
KIT_COLOURS: tuple[str, ...] = (*get_args(MarkColour), "orange", "black")
_HEX = "^#[0-9a-fA-F]{6}$"
NO_COLOUR = 'must be the name of a colour, or one such as "#e8112d"'
UNQUOTED = f"{NO_COLOUR} in quotes: # begins a comment"


def _kit_colour(value: Any) -> Any:
    why = UNQUOTED if value is None else NO_COLOUR
    if isinstance(value, str):
        if value in (THEME_KIT, *KIT_COLOURS) or re.fullmatch(_HEX, value):
            return value
        why += f" ({did_you_mean(guess(value, KIT_COLOURS), KIT_COLOURS)})"
    raise PydanticCustomError("colour", "{why}", {"why": why})


KitColour = Annotated[
    str,
    BeforeValidator(_kit_colour),
    WithJsonSchema(
        {"anyOf": [{"enum": [THEME_KIT, *KIT_COLOURS]}, {"type": "string", "pattern": _HEX}]}
    ),
    Field(exclude_if=THEME_KIT.__eq__),  # a file without it keeps its text and its digest
]
Text = Annotated[str, BeforeValidator(_text)]
OneLine = Annotated[str, BeforeValidator(_one_line)]
Name = Annotated[str, BeforeValidator(_one_line), Field(min_length=1, max_length=200)]
