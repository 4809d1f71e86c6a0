"""Scenarios with varied values, many thousands a second, equal to what the loader makes of them.

In: a scenario's text, `--set` changes, varied paths, rows of values. Out: for each row a `Scenario`
or the reason why there is none.

A path to a plain number is set on the model: its section and the enclosing ones are validated as
the loader validates them. Anything else (names, lists, tables) goes through the loader once for
each distinct value. A refused row goes through the loader too, for its message.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from simulator.errors import ScenarioError
from simulator.scenario.fields import (
    CrossCheckedSection,
    Section,
    fields_of,
    sections_among,
    types_at,
)
from simulator.scenario.loader import load_text
from simulator.scenario.model import Scenario
from simulator.scenario.yaml_tree import scalar_value

Steps: TypeAlias = tuple[str, ...]
SectionT = TypeVar("SectionT", bound=Section)

NOTHING_BESIDE = ("ghosts=[]", "published=~")
"""Rows are run without ghosts, which do not change an attempt."""
_ALONE = ("environment", "runner", "pacers")
"""Sections whose numbers are checked with no others, but for the wind on the body."""
_CACHED = 10_000


@dataclass(frozen=True, slots=True)
class Source:
    """A scenario as text, with the folder of its files and its fixed changes."""

    text: str
    name: str
    folder: str
    changes: tuple[str, ...]

    def load(self, settings: Iterable[str] = ()) -> Scenario:
        """Return the scenario with further settings.

        Raises:
            ScenarioError: as for `load_text`.
        """
        overrides = [*self.changes, *settings, *NOTHING_BESIDE]
        return load_text(self.text, self.name, Path(self.folder), overrides=overrides)


class _UnfitError(Exception):
    """A value cannot be set on the model; the loader must read it."""


class _UnfittingError(_UnfitError):
    """The values of a section contradict each other."""


class _RefusedError(Exception):
    """Sections refuse their numbers; the arguments are the sections and the numbers."""


class ScenarioVariations:
    """One scenario with many values."""

    def __init__(self, source: Source, paths: Sequence[str]) -> None:
        """Separate the paths that can be set on the model from those that the loader must read."""
        self._source = source
        self._paths = tuple(paths)
        steps = [tuple(path.split(".")) for path in paths]
        read = [s for s in steps if not is_number(s)]
        self._steps = [
            None if s in read or any(_overlap(s, other) for other in read) else s for s in steps
        ]
        self._bases: dict[tuple[str, ...], Scenario] = {}
        self._cache: dict[tuple[Steps, ...], Section] = {}
        self._reasons: dict[tuple[Any, ...], str] = {}

    def scenario(self, values: Sequence[str]) -> Scenario | str:
        """Return the scenario with these values, or why there is none."""
        read = tuple(v for v, s in zip(values, self._steps, strict=True) if s is None)
        key: tuple[Any, ...] = ()
        base = self._bases.get(read)
        if base is not None:
            numbers = [(s, v) for s, v in zip(self._steps, values, strict=True) if s is not None]
            try:
                return self._set(base, (), numbers, read) if numbers else base
            except _RefusedError as refusal:
                key = refusal.args  # another row may have been refused for the same reason
            except (ValidationError, _UnfitError):
                pass  # the loader provides the message
        if key in self._reasons:
            return self._reasons[key]
        settings = [f"{path}={v}" for path, v in zip(self._paths, values, strict=True)]
        try:
            scenario = self._source.load(settings)
        except ScenarioError as error:
            reason = str(error).replace(f"{self._source.folder}{os.sep}", "")
            if key:
                self._reasons[key] = reason
            return reason
        if base is None:
            self._bases[read] = scenario
        return scenario

    def _set(
        self, section: SectionT, place: Steps, numbers: list[tuple[Steps, str]], read: Steps
    ) -> SectionT:
        """Return the section at `place` with these numbers in it, validated."""
        key = (read, place, tuple(text for _, text in numbers))
        cached = self._cache.get(key)
        if isinstance(cached, type(section)):
            return cached
        changed, wrong = dict[str, Any](), list[tuple[str, ...]]()
        below: dict[str, list[tuple[Steps, str]]] = {}
        for steps, text in numbers:
            below.setdefault(steps[0], []).append((steps[1:], text))
        for name, inner in below.items():
            attribute, before = _field(section, name)
            if not inner[0][0]:
                changed[attribute] = _read(type(section), attribute, inner[0][1])
                continue
            if not isinstance(before, Section):
                raise _UnfitError
            try:
                changed[attribute] = self._set(before, (*place, name), inner, read)
            except (ValidationError, _UnfittingError):
                if place:
                    raise
                wrong.append((name, *(text for _, text in inner)))
        if wrong:
            # the loader's message depends on these sections, and on those it checks with others
            others = [item for item in numbers if item[0][0] not in _ALONE]
            raise _RefusedError(read, tuple(wrong), tuple(others))
        # unchanged values were validated before: only the changed ones, and how they combine
        varied = section.model_copy(update=changed)
        if _contradicts(varied, alone=not place and all(name in _ALONE for name in changed)):
            raise _UnfittingError
        if place:
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            self._cache[key] = varied
        return varied


def _contradicts(section: Section, *, alone: bool) -> bool:
    """Return whether a section's values contradict each other; `alone`: only `_ALONE` changed."""
    if alone and isinstance(section, Scenario):
        return any(section.wind_complaints())
    return isinstance(section, CrossCheckedSection) and any(section.complaints())


def _field(section: Section, key: str) -> tuple[str, Any]:
    """Return the attribute and the value of a section's key."""
    field = fields_of(type(section)).get(key)
    if field is None:
        raise _UnfitError
    return field.name, getattr(section, field.name)


def _read(section: type[Section], attribute: str, text: str) -> Any:
    """Return a plain value, parsed from its text as pydantic does within the section."""
    text = text.strip()
    if text.startswith(("[", "{", '"', "'")):
        raise _UnfitError
    return _reader(section, attribute).validate_python(scalar_value(text))


@lru_cache(maxsize=256)
def _reader(section: type[Section], attribute: str) -> TypeAdapter[Any]:
    field = section.model_fields[attribute]
    kind: Any = Annotated[field.annotation, field]
    return TypeAdapter(kind, config=ConfigDict(allow_inf_nan=False))


def _overlap(a: Steps, b: Steps) -> bool:
    """Return whether one path is a prefix of the other, or equal."""
    return all(x == y for x, y in zip(a, b, strict=False))


@lru_cache(maxsize=1024)
def is_number(steps: Steps) -> bool:
    """Return whether a path leads through sections to a plain number, or to nothing."""
    within = [types_at(Scenario, steps[:i]) for i in range(len(steps))]
    types = set(types_at(Scenario, steps))
    numbers = bool(types & {int, float}) and types <= {int, float, type(None)}
    return numbers and all(sections_among(above) for above in within)
