"""Trials of knobs: the map of two of them, and the value of one that reaches a target.

In: finish times of scenarios with other values, which `simulator.session.variations` makes. Out:
`KnobMap` and `Goal`, plain values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.scenario.model import Scenario
from simulator.units import format_signed, format_time

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class KnobMap:
    """Finish times over two knobs.

    Attributes:
        names: the names of the two, across and up.
        paths: their paths.
        units: their units, which may be empty.
        xs, ys: their values as texts, from left to right and from the bottom up.
        finish_s: finish times [s], NaN if she does not finish or the cell cannot be run, shape
            (len(ys), len(xs)).
        known: which cells have been run, the same shape.
    """

    names: tuple[str, str]
    paths: tuple[str, str]
    units: tuple[str, str]
    xs: tuple[str, ...]
    ys: tuple[str, ...]
    finish_s: Floats
    known: NDArray[np.bool_]

    @property
    def complete(self) -> bool:
        """Whether every cell has been run."""
        return bool(self.known.all())

    def missing(self, most: int) -> list[tuple[int, int]]:
        """Return cells that have not been run, as (row, column), a coarse grid of them first."""
        cells = np.argwhere(~self.known)
        order = np.lexsort((cells[:, 1], cells[:, 0], cells[:, 1] % 4, cells[:, 0] % 4))
        return [(int(row), int(column)) for row, column in cells[order[:most]]]

    def with_times(self, cells: Sequence[tuple[int, int]], times_s: Floats) -> KnobMap:
        """Return it with the finish times of some cells."""
        finish_s, known = self.finish_s.copy(), self.known.copy()
        rows, columns = zip(*cells, strict=True)
        finish_s[rows, columns], known[rows, columns] = times_s, True
        return replace(self, finish_s=finish_s, known=known)


@dataclass(frozen=True, slots=True)
class Goal:
    """The value of one knob that reaches a target.

    Attributes:
        name, path, unit: the knob.
        target_s: the target [s].
        now: the knob's present value; now_s: the finish with it [s], None: she does not finish.
        value: the nearest value that reaches the target; if none does, the best one.
        finish_s: the finish with that [s]; None: she finishes with no value.
        reached: whether that reaches the target.
        low, high: the range of values around `value` that reach it, if it is a number.
        scenario: the scenario with that value.
        plan_target: the target that its plan was set to, if its own is slower; else empty.
        chance: the chance of the target with that value; None while it is not known.
    """

    name: str
    path: str
    unit: str
    target_s: float
    now: str
    now_s: float | None
    value: str
    finish_s: float | None
    reached: bool
    low: str
    high: str
    scenario: Scenario
    plan_target: str = ""
    chance: float | None = None

    @property
    def words(self) -> str:
        """The answer as a sentence."""
        target, value = format_time(self.target_s), _with_unit(self.value, self.unit)
        if self.finish_s is None:
            return f"She finishes with no value of {self.name}."
        if not self.reached:
            late = format_signed(self.finish_s - self.target_s)
            return (
                f"No value of {self.name} reaches {target}: {value} comes nearest, "
                f"{format_time(self.finish_s)}, {late} s."
            )
        if self.value == self.now:
            span = ""
            if self.low != self.high:
                span = f", and so does any from {self.low} to {_with_unit(self.high, self.unit)}"
            return f"{self.name.capitalize()} {value} reaches {target} as it is{span}."
        return f"{self.name.capitalize()} {value} reaches {target}."

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: the output of `reach --json`."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "scenario"}
        return plain | {"words": self.words}


def _with_unit(value: str, unit: str) -> str:
    return f"{value.replace('_', ' ')} {unit}".strip()
