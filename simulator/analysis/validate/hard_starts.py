"""Hard starts: what starting too fast and fading gains in the model over the best even pace.

In: only the default runner. Out: rows of `lightpace validate`. A real runner would gain nothing; an
optimiser must not exploit what the model gives.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.predict import predicted_times, stretched
from simulator.analysis.validate.rows import Role, Unit, ValidationRow
from simulator.physics.attempt import simulate_all
from simulator.scenario.model import Runner, Scenario
from simulator.scenario.pacers import ConstantShelter, Pacers
from simulator.scenario.plan import EvenPlan, SteppedPlan
from simulator.units import format_signed, format_time

Floats = NDArray[np.float64]

LAST_M = 100.0
"""A limit that binds within this distance of the line is no fade [m]."""
NO_ANTICIPATION = 10.0
"""With this anticipation only Morton's limit remains [1]."""
SHELTERS = (0.0, 0.3, 0.6)
HARDER = (2.0, 4.0, 6.0)
"""How much slower the second half of a hard start is planned [%]."""
SECTION = "A hard start that fades, over the mile"
_OFFSETS = np.arange(-5.5, -0.39, 0.1)
"""Targets tried, as seconds from the predicted time: the best lies well inside."""


def alone_over_a_mile(finish_s: float) -> Scenario:
    """Return an even mile with nobody else on the track."""
    return Scenario(plan=EvenPlan(target=finish_s), pacers=Pacers(count=0), ghosts=())


def held_at(scenario: Scenario, shelter: float) -> Scenario:
    """Return the scenario with one constant shelter."""
    return scenario.with_values({"pacers.shelter": (ConstantShelter(value=shelter),)})


def hard_start_rows() -> list[ValidationRow]:
    """Return what targets too fast to hold gain, with and without her anticipation.

    For each shelter the best finish of all even targets is compared with the fastest even target
    for which the limit does not bind before the last 100 m, with the predicted time, for which it
    never binds, and with the best finish of plans with a deliberately harder start.
    """
    miles = [held_at(alone_over_a_mile(250.0), s) for s in SHELTERS]
    never = predicted_times(miles)
    late_targets = predicted_times(miles, last_m=LAST_M)
    rows = []
    for word, anticipation in (("with", Runner().anticipation), ("without", NO_ANTICIPATION)):
        runs = [m.with_values({"runner.anticipation": anticipation}) for m in miles]
        late = _finishes([stretched(m, t) for m, t in zip(runs, late_targets, strict=True)])
        best = _best(runs, never)
        for i, shelter in enumerate(SHELTERS):
            rows.append(
                ValidationRow(
                    SECTION,
                    f"{word} anticipation, S = {shelter:g}: best of all even targets",
                    "the model itself",
                    (),
                    float(best[i]),
                    Unit.TIME,
                    Role.ARTEFACT,
                    f"{format_signed(late[i] - best[i])} s if the limit may not bind before the "
                    f"last {LAST_M:g} m ({format_time(late[i])}); "
                    f"{format_signed(never[i] - best[i])} s if it may never bind "
                    f"({format_time(never[i])})",
                )
            )
        if anticipation < NO_ANTICIPATION:
            rows.extend(_harder_rows(runs, never, best))
    return rows


def _harder_rows(
    miles: Sequence[Scenario], never: Sequence[float], best: Floats
) -> list[ValidationRow]:
    """Return what a deliberately hard start costs compared with the best even plan."""
    rows = []
    for strength in HARDER:
        plan = SteppedPlan(shape="positive", strength=strength)
        finishes = _best([mile.with_values({"plan": plan}) for mile in miles], never)
        for shelter, finish, even in zip(SHELTERS, finishes, best, strict=True):
            rows.append(
                ValidationRow(
                    SECTION,
                    f"second half slower by {strength:g} %, S = {shelter:g}: best of all targets",
                    "the model itself",
                    (),
                    float(finish),
                    Unit.TIME,
                    Role.ARTEFACT,
                    f"{format_signed(float(finish - even))} s beside the best even plan",
                )
            )
    return rows


def _best(miles: Sequence[Scenario], never: Sequence[float]) -> Floats:
    """Return the best finish of each mile's shape, over all targets [s]."""
    rows = [
        stretched(mile, float(target))
        for mile, time in zip(miles, never, strict=True)
        for target in time + _OFFSETS
    ]
    return np.asarray(_finishes(rows).reshape(len(miles), -1).min(axis=1))


def _finishes(scenarios: Sequence[Scenario]) -> Floats:
    return np.array([run.finish_s or np.inf for run in simulate_all(scenarios)])
