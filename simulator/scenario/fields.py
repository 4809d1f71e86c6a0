"""The kinds of values a scenario holds, read from the text a person wrote.

In: text or numbers from the YAML tree. Out: annotated types (`Seconds`, `Metres`, `Name`, ...) for
the model, `complain`, the way a check reports several problems each at its own place, and `Doubts`,
which keeps a check from complaining about what another mistake caused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel as PydanticModel
from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from simulator import units

Complaint: TypeAlias = tuple[tuple[str | int, ...], str, str]
"""Where below the checked value, what is wrong, what to do."""

ANY = "*"
"""A step of a doubtful path that stands for any key."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")
"""What a byte of a shell's words becomes that is no UTF-8; it can be neither printed nor kept."""
UNPRINTABLE = "holds a character that cannot be printed"
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


class Section(PydanticModel):
    """Base of every section: frozen, unknown keys refused, NaN and infinities refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Doubts:
    """What a scenario lacks because it was wrong and has been reported already.

    To list every problem at once, wrong values are taken out and the rest is checked again. A check
    that would rest on a missing value must then keep quiet: it asks here.
    """

    def __init__(self, paths: Iterable[tuple[str | int, ...]] = ()) -> None:
        """Keep the paths of what was taken out."""
        self._paths = tuple(paths)

    def about(self, *path: str | int) -> bool:
        """Return whether anything at, below or above `path` was taken out; `ANY` fits all."""
        return any(
            all(a == b or ANY in (a, b) for a, b in zip(lost, path, strict=False))
            for lost in self._paths
        )

    @classmethod
    def of(cls, info: ValidationInfo) -> Doubts:
        """Return the doubts that the loader put into the validation context, or none."""
        found = (info.context or {}).get("doubts")
        return found if isinstance(found, cls) else cls()


def complain(complaints: Iterable[Complaint]) -> None:
    """Raise one error that carries every complaint; do nothing when there is none.

    Raises:
        PydanticCustomError: of type `complaints`; `simulator.scenario.problems` unfolds it.
    """
    listed = list(complaints)
    if listed:
        raise PydanticCustomError(
            "complaints", "{text}", {"text": "; ".join(c[1] for c in listed), "complaints": listed}
        )


def quoted(text: str) -> str:
    """Return `text` in quotes for a message, cut to a readable length."""
    shown = text if len(text) <= 60 else text[:57] + "..."
    return "'" + _CONTROL.sub("?", shown).replace("\n", " ") + "'"


def parse_number(text: str) -> float:
    """Return a plain number such as `25`, `-0.5` or `1e3`.

    Raises:
        ValueError: the text is no such number.
    """
    if _NUMBER.fullmatch(text.strip()) is None:
        raise ValueError(f"{quoted(text)} is not a number")
    return float(text)


def _kind_of(value: Any) -> str:
    names = {bool: "yes or no", dict: "a mapping", list: "a list", type(None): "nothing"}
    return names.get(type(value), type(value).__name__)


def _reader(parse: Callable[[str], float]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise PydanticCustomError(
                "wrong_kind",
                "a single value is wanted here, not {kind}",
                {"kind": _kind_of(value)},
            )
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

    return read


def _text(value: Any) -> Any:
    """Accept a bare number as text (`name: 1500`), trim it, refuse what cannot be printed."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value) if abs(value) < 1e300 else ""
    if not isinstance(value, str):
        raise PydanticCustomError(
            "wrong_kind", "text is wanted here, not {kind}", {"kind": _kind_of(value)}
        )
    if _CONTROL.search(value):
        raise PydanticCustomError("control", UNPRINTABLE)
    return value.strip()


def _one_line(value: Any) -> Any:
    value = _text(value)
    if "\n" in value or "\t" in value:
        raise PydanticCustomError("control", "must stand on one line, without tabs")
    return value


def _json(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema(
        {
            "anyOf": [{"type": "number"}, {"type": "string", "pattern": pattern}],
            "examples": [example],
        }
    )


Number = Annotated[float, BeforeValidator(_reader(parse_number))]
Whole = Annotated[int, BeforeValidator(_reader(parse_number))]
Seconds = Annotated[
    float,
    BeforeValidator(_reader(units.parse_time)),
    _json(r"^\d+(:\d{1,2}){0,2}(\.\d*)?$", "4:06.42"),
]
Metres = Annotated[
    float,
    BeforeValidator(_reader(units.parse_distance)),
    _json(r"^[\d.]+\s*(m|metres?|meters?|km|miles?|mi|laps?)?$", "1500 m"),
]

MarkColour = Literal[
    "green", "blue", "red", "white", "amber", "violet", "cyan", "pink", "grey", "yellow"
]
Text = Annotated[str, BeforeValidator(_text)]
Line = Annotated[str, BeforeValidator(_one_line)]
Name = Annotated[str, BeforeValidator(_one_line), Field(min_length=1, max_length=200)]
