"""What if there had been another number of pacers: every count as one row of one batch.

In: a scenario. Out: `Alternative`s, each a count with its finish time [s].
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulator.physics.attempt import Job, finished, stepping
from simulator.physics.batch import batch_of
from simulator.scenario.model import Scenario

ASSUMED_ROLE_M = 0.5
"""A pacer within this of her, ahead or behind, runs beside her: an assumed coefficient [m]."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One row: its label, and its finish [s], None if she does not finish.

    `assumed` says that it rests on an assumed coefficient (the pacer beside).
    """

    label: str
    finish_s: float | None
    own: bool
    assumed: bool


def pacer_counts(scenario: Scenario) -> list[Scenario]:
    """Return the scenario with 0, 1, ... all pacers of its formation."""
    most = len(scenario.pacers.formation.names())
    return [
        scenario.model_copy(update={"pacers": scenario.pacers.model_copy(update={"count": count})})
        for count in range(min(most, 40) + 1)
    ]


def finding_alternatives(scenario: Scenario) -> Job[tuple[Alternative, ...]]:
    """Simulate every pacer count side by side, as a job in slices."""
    rows = pacer_counts(scenario)
    trace = yield from stepping(batch_of(rows))
    most = len(rows) - 1
    own = scenario.pacers.count if scenario.pacers.count is not None else most
    found = []
    for count, row in enumerate(rows):
        finish = float(trace.finish_s[count])
        found.append(
            Alternative(
                str(count),
                None if math.isnan(finish) else finish,
                count == own,
                any(abs(s.ahead) <= ASSUMED_ROLE_M for s in row.pacers.line_up()),
            )
        )
    return tuple(found)


def alternatives(scenario: Scenario) -> tuple[Alternative, ...]:
    """Return the finish times for every pacer count."""
    return finished(finding_alternatives(scenario))
