"""What a calibration asks for and what it finds, as values.

In: paths and bounds of free numbers. Out: `Free`, `Found`, `Calibration`; the work is done in
`simulator.analysis.calibration`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.errors import Problem, ScenarioError
from simulator.scenario.fields import bounds_of
from simulator.scenario.model import Scenario

FLAT_S = 0.1
"""How flat the answer is, is told by the values that end this much earlier and later [s]."""


@dataclass(frozen=True, slots=True)
class Free:
    """A number to be found: its path in the scenario, and between what it may lie."""

    path: str
    low: float | None = None
    high: float | None = None

    def within(self) -> tuple[float, float]:
        """Return the bounds; those of the model where none are given.

        Raises:
            ScenarioError: no such number, or it has no bounds, or they are the wrong way round.
        """
        allowed = bounds_of(Scenario, self.path)
        low = allowed.low if self.low is None else self.low
        high = allowed.high if self.high is None else self.high
        if low is None or high is None:
            raise _refused(self.path, "has no bounds of its own", f"say {self.path}=LOW..HIGH")
        if not low < high:
            raise _refused(self.path, f"{low:g} is not less than {high:g}", "LOW..HIGH")
        return low, high


def _refused(path: str, message: str, hint: str) -> ScenarioError:
    return ScenarioError([Problem("--free", 0, 0, path, message, hint)])


@dataclass(frozen=True, slots=True)
class Found:
    """One number that was found.

    Attributes:
        path: where it stands in the scenario.
        value: what it must be.
        low, high: between what it was looked for.
        earlier, later: its value for a finish 0.1 s earlier and later, None where there is none;
            for one free number.
        error: its standard error, for two free numbers.
        held: the ends of the range in which any value gives the time (the plan, not the runner,
            sets the finish there); None where the answer is a single point.
    """

    path: str
    value: float
    low: float
    high: float
    earlier: float | None = None
    later: float | None = None
    error: float | None = None
    held: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Miss:
    """A published time and how the run misses it: distance [m], published [s], residual [s]."""

    distance_m: float
    published_s: float
    residual_s: float


@dataclass(frozen=True, eq=False)
class Calibration:
    """What was found.

    Attributes:
        scenario: the scenario with the numbers set.
        target_s: the finish asked for [s].
        finish_s: the finish it has [s].
        found: the numbers, one or two.
        misses: run minus published at each published split; the finish against `target_s`.
        correlation: of the errors of two numbers [1]; None for one.
        others: how many more values of the one number give the same finish.
    """

    scenario: Scenario
    target_s: float
    finish_s: float
    found: tuple[Found, ...]
    misses: tuple[Miss, ...]
    correlation: float | None = None
    others: int = 0

    @property
    def residual_s(self) -> float:
        """Finish minus the time asked for [s]."""
        return self.finish_s - self.target_s

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "scenario": self.scenario.name,
            "target_s": self.target_s,
            "finish_time_s": self.finish_s,
            "residual_s": self.residual_s,
            "found": [
                {
                    "path": f.path,
                    "value": f.value,
                    "bounds": [f.low, f.high],
                    f"value_{FLAT_S:g}_s_earlier": f.earlier,
                    f"value_{FLAT_S:g}_s_later": f.later,
                    "standard_error": f.error,
                    "any_value_in": None if f.held is None else list(f.held),
                }
                for f in self.found
            ],
            "correlation": self.correlation,
            "other_solutions": self.others,
            "residuals": [
                {
                    "distance_m": m.distance_m,
                    "published_s": m.published_s,
                    "residual_s": m.residual_s,
                }
                for m in self.misses
            ],
        }
