"""What if: other pacers, gaps, formations, first laps, policies, air; each a row of one batch.

In: a scenario and an axis. Out: `Choice`s, the scenarios to compare, and `Alternative`s, their
finish times [s]. Every row is a whole attempt from the gun, by the same kernel as the attempt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from simulator.errors import ScenarioError
from simulator.physics.attempt import Job, finished, stepping
from simulator.physics.batch import batch_of
from simulator.physics.keeping import OnlyEnds
from simulator.physics.shelter import Shelterer, profile_of
from simulator.scenario.model import Scenario
from simulator.scenario.named import FORMATION
from simulator.scenario.pacers import Formation, Pacers
from simulator.scenario.plan import Plan, SplitPlan, schedule_of
from simulator.scenario.reading import shipped_names
from simulator.units import LAP_M, format_time

MOST_PACERS = 40
GAPS_M = (0.8, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0)
LAPS_S = (-3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
"""First laps, against an even one [s]."""
WAITS_M = (2.0, 5.0, 10.0, 20.0, 40.0)
DEGREES = (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0)
WINDS_M_S = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)


@dataclass(frozen=True, slots=True)
class Choice:
    """One row: its label, the scenario, whether it is what is asked for now.

    `settings` are the paths and texts that make a scenario this one, as `--set` takes them.
    """

    label: str
    scenario: Scenario
    own: bool
    settings: tuple[tuple[str, str], ...]

    @property
    def assumed(self) -> bool:
        """Whether it rests on an assumed coefficient: the pacer beside, the jet between two."""
        return _rests_on_assumed(self.scenario.pacers)


@dataclass(frozen=True, slots=True)
class Alternative:
    """One row: its label, and its finish [s], None if she does not finish.

    `assumed` says that it rests on an assumed coefficient (the pacer beside), `stale` that it was
    run for settings that have changed since.
    """

    label: str
    finish_s: float | None
    own: bool
    assumed: bool
    stale: bool = False


@lru_cache(maxsize=256)
def _rests_on_assumed(pacers: Pacers) -> bool:
    if pacers.shelter is not None:
        return False
    bodies = [Shelterer(s.ahead, s.offset, s.ahead > 0) for s in pacers.line_up()]
    return bool(profile_of(bodies, [0.0]).lost[0] > 0)


def choices(scenario: Scenario, axis: str = "pacers") -> tuple[Choice, ...]:
    """Return the rows of one of `AXES`; what cannot be asked for is left out."""
    return tuple(AXES[axis](scenario))


def pacer_counts(scenario: Scenario) -> list[Choice]:
    """Return 0, 1, ... all pacers of the formation."""
    most = len(scenario.pacers.formation.names())
    own = scenario.pacers.count if scenario.pacers.count is not None else most
    found = []
    for count in range(min(most, MOST_PACERS) + 1):
        new = scenario.model_copy(
            update={"pacers": scenario.pacers.model_copy(update={"count": count})}
        )
        found.append(Choice(str(count), new, count == own, (("pacers.count", str(count)),)))
    return found


def front_gaps(scenario: Scenario) -> list[Choice]:
    """Return gaps to the nearest pacer ahead, her own among them."""
    ahead = [s.ahead for s in scenario.pacers.line_up() if s.ahead > 0]
    own = min(ahead, default=0.0)
    values = sorted({*GAPS_M, own}) if own else list(GAPS_M)
    return _of_pacers(scenario, [(f"{gap:.4g}", gap == own, {"front_gap": gap}) for gap in values])


def formations(scenario: Scenario) -> list[Choice]:
    """Return the shipped formations, each with as many of the pacers as it has places for."""
    own = scenario.pacers.formation
    found = []
    for name in shipped_names("formations"):
        try:
            formation = Formation.model_validate(FORMATION.find(name))
        except (ScenarioError, ValidationError):
            continue
        if formation == own:
            continue
        update: dict[str, Any] = {"formation": formation}
        count = scenario.pacers.count
        settings = [("pacers.formation", name)]
        if count is not None and count > len(formation.names()):
            update["count"] = len(formation.names())
            settings.append(("pacers.count", str(update["count"])))
        pacers = _pacers(scenario.pacers, update)
        if pacers is not None:
            new = scenario.model_copy(update={"pacers": pacers})
            found.append(Choice(name, new, False, tuple(settings)))
    return sorted([*found, Choice(own.name, scenario, True, ())], key=lambda c: c.label)


def policies(scenario: Scenario) -> list[Choice]:
    """Return holding the light, and waiting for her behind it by so much."""
    p = scenario.pacers
    holds = p.policy == "hold_light"
    waits = WAITS_M if holds else tuple(sorted({*WAITS_M, p.drop_back}))
    rows: list[tuple[str, bool, dict[str, Any]]] = [("hold", holds, {"policy": "hold_light"})]
    for wait in waits:
        update = {"policy": "wait_for_runner", "drop_back": wait}
        rows.append((f"wait {wait:g}", not holds and wait == p.drop_back, update))
    return _of_pacers(scenario, rows)


def first_laps(scenario: Scenario) -> list[Choice]:
    """Return first laps faster and slower than even, the rest even to the same target."""
    if scenario.distance < 1.5 * LAP_M:
        return [Choice("as asked", scenario, True, ())]
    plan = schedule_of(scenario.plan, scenario.distance)
    target, lap = plan.finish_s, float(plan.time_at(LAP_M))
    even = _even_lap(scenario, target)
    found = [(lap, Choice(format_time(lap), scenario, True, ()))]
    for change in LAPS_S:
        if abs(even + change - lap) < 0.1:
            continue
        time = round(even + change, 2)
        splits = {"400": format_time(time), "finish": format_time(target, 3)}
        plain = {
            "shape": "splits",
            "standing_start": scenario.plan.standing_start,
            "splits": splits,
        }
        new: Plan = SplitPlan.model_validate(plain)
        rows = ", ".join(f'"{key}": "{value}"' for key, value in splits.items())
        start = "yes" if scenario.plan.standing_start else "no"
        text = f"{{shape: splits, standing_start: {start}, splits: {{{rows}}}}}"
        choice = Choice(
            format_time(time), scenario.model_copy(update={"plan": new}), False, (("plan", text),)
        )
        found.append((time, choice))
    return [choice for _, choice in sorted(found, key=lambda row: row[0])]


def _even_lap(scenario: Scenario, target_s: float) -> float:
    from_rest = SplitPlan.model_validate(
        {
            "shape": "splits",
            "standing_start": scenario.plan.standing_start,
            "splits": {"finish": target_s},
        }
    )
    return float(schedule_of(from_rest, scenario.distance).time_at(LAP_M))


def temperatures(scenario: Scenario) -> list[Choice]:
    """Return air temperatures, today's among them."""
    own = scenario.environment.temperature
    found = []
    for value in sorted({*DEGREES, own}):
        air = scenario.environment.model_copy(update={"temperature": value})
        new = scenario.model_copy(update={"environment": air})
        path = "environment.temperature"
        found.append(Choice(f"{value:g}°", new, value == own, ((path, f"{value:.10g}"),)))
    return found


def winds(scenario: Scenario) -> list[Choice]:
    """Return wind speeds from today's direction, today's among them."""
    wind = scenario.environment.wind
    found = []
    for value in sorted({*WINDS_M_S, wind.speed}):
        blows = wind.model_copy(update={"speed": value})
        air = scenario.environment.model_copy(update={"wind": blows})
        new = scenario.model_copy(update={"environment": air})
        path = "environment.wind.speed"
        found.append(Choice(f"{value:g}", new, value == wind.speed, ((path, f"{value:.10g}"),)))
    return found


AXES: dict[str, Callable[[Scenario], Sequence[Choice]]] = {
    "pacers": pacer_counts,
    "front gap": front_gaps,
    "formation": formations,
    "first-lap pace": first_laps,
    "policy": policies,
    "temperature": temperatures,
    "wind": winds,
}
"""What the strip can be about, in the order it is offered."""


def _of_pacers(
    scenario: Scenario, rows: Sequence[tuple[str, bool, dict[str, Any]]]
) -> list[Choice]:
    """Return the rows whose pacers can stand like that; the own one is the scenario itself."""
    found = []
    for label, own, update in rows:
        settings = tuple(
            (f"pacers.{key}", f"{v:.10g}" if isinstance(v, float) else str(v))
            for key, v in update.items()
        )
        pacers = scenario.pacers if own else _pacers(scenario.pacers, update)
        if pacers is not None:
            new = scenario.model_copy(update={"pacers": pacers})
            found.append(Choice(label, new, own, settings))
    return found


def _pacers(pacers: Pacers, update: dict[str, Any]) -> Pacers | None:
    """Return the pacers with other values, None where they would run into one another."""
    values = {
        (field.alias or name): getattr(pacers, name) for name, field in Pacers.model_fields.items()
    }
    try:
        return Pacers.model_validate({**values, **update})
    except ValidationError:
        return None


def finding_finishes(scenarios: Sequence[Scenario]) -> Job[list[float | None]]:
    """Simulate scenarios side by side and return their finish times [s], as a job in slices."""
    if not scenarios:
        return []
    ends = yield from stepping(batch_of(scenarios), None, OnlyEnds)
    return [None if math.isnan(finish) else finish for finish in ends.finish_s.tolist()]


def alternatives_of(
    rows: Sequence[Choice], finish_s: Sequence[float | None]
) -> tuple[Alternative, ...]:
    """Return rows with their finish times."""
    return tuple(
        Alternative(row.label, finish, row.own, row.assumed)
        for row, finish in zip(rows, finish_s, strict=True)
    )


def finding_alternatives(scenario: Scenario, axis: str = "pacers") -> Job[tuple[Alternative, ...]]:
    """Simulate every row of an axis side by side, as a job in slices."""
    rows = choices(scenario, axis)
    found = yield from finding_finishes([row.scenario for row in rows])
    return alternatives_of(rows, found)


def alternatives(scenario: Scenario, axis: str = "pacers") -> tuple[Alternative, ...]:
    """Return the finish times along an axis."""
    return finished(finding_alternatives(scenario, axis))
