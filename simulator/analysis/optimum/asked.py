"""What is asked of a search: a condition, an aim, a number that is free.

In: texts such as `finish<=4:00`, a range. Out: `Condition`, `Aim`, `FreeNumber`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.sweep.axes import number_of
from simulator.errors import Problem, ScenarioError
from simulator.physics.attempt import Outcomes
from simulator.scenario.fields import Section
from simulator.scenario.model import Scenario
from simulator.units import format_time

Floats = NDArray[np.float64]

FINISH, RESERVE = "finish", "reserve_used"
RESULTS = (FINISH, RESERVE)
_CONDITION = re.compile(r"\s*(\w+)\s*(<=|>=)\s*([\d:.]+)\s*")


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold: `finish` [s] or `reserve_used` [J/kg], at most or at least a value."""

    name: str
    at_most: bool
    value: float

    def room(self, ran: Outcomes) -> Floats:
        """Return how far it holds; negative where it does not."""
        values = ran.finish_s if self.name == FINISH else ran.reserve_used
        return self.value - values if self.at_most else values - self.value

    def __str__(self) -> str:
        """Return it as it was written."""
        value = format_time(self.value) if self.name == FINISH else f"{self.value:g}"
        return f"{self.name}{'<=' if self.at_most else '>='}{value}"


def condition_of(text: str) -> Condition:
    """Return the condition of `finish<=4:00` or `reserve_used<=2000`.

    Raises:
        ScenarioError: the text is none.
    """
    found = _CONDITION.fullmatch(text)
    value = number_of(found[3]) if found else None
    if found is None or value is None or found[1] not in RESULTS:
        hint = "finish<=4:00 or reserve_used<=2000"
        raise ScenarioError([Problem("--subject-to", 0, 0, text[:100], "is no condition", hint)])
    return Condition(found[1], found[2] == "<=", value)


@dataclass(frozen=True, slots=True)
class Aim:
    """What is minimised: a result or a free path, times -1 where it is maximised."""

    name: str
    sign: float


@dataclass(frozen=True, slots=True)
class FreeNumber:
    """A free path with its least and its greatest value."""

    path: str
    low: float
    high: float

    def text(self, share: float) -> str:
        """Return the value at this share of the range, as `--set` takes it."""
        return repr(float(self.low + share * (self.high - self.low)))

    def share(self, value: float) -> float:
        """Return at which share of the range a value lies; that of the nearer end if outside."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


def number_at(scenario: Scenario, path: str) -> float | None:
    """Return the number a scenario has at a path; None where it has none there."""
    found: object = scenario
    for step in path.split("."):
        if not isinstance(found, Section):
            return None
        fields = type(found).model_fields.items()
        names = {(field.alias or name): name for name, field in fields}
        found = getattr(found, names[step]) if step in names else None
    return found if isinstance(found, float) else None
