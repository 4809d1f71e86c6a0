"""What if: other pacers, gaps, formations, first laps, policies, air; each a row of one batch.

In: a scenario, what its file asks for, and an axis. Out: `Alternative`s: what to run, and with it
their finish times [s]. Every row is a whole attempt from the gun, by the same
kernel as the attempt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any, TypeVar

from pydantic import ValidationError

from simulator.errors import ScenarioError
from simulator.physics.attempt import finish_times
from simulator.physics.shelter import Shelterer, profile_of
from simulator.scenario.fields import Section
from simulator.scenario.model import Scenario
from simulator.scenario.pacers import PacerFormation, Pacers
from simulator.scenario.plan import Plan, SplitPlan, schedule_of
from simulator.scenario.reading import FORMATION, shipped_names
from simulator.units import LAP_M, format_time

SectionT = TypeVar("SectionT", bound=Section)

MOST_PACERS = 40
GAPS_M = (0.8, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0)
LAPS_S = (-3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
"""First laps, against an even one [s]."""
_SAME_LAP_S = 0.01
"""Laps and targets that are written alike [s]."""
WAITS_M = (2.0, 5.0, 10.0, 20.0, 40.0)
DEGREES = (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0)
FADES_S = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
WINDS_M_S = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)


@dataclass(frozen=True, slots=True)
class Alternative:
    """One row: a bar of the what-if strip.

    Attributes:
        scenario: what is run for it.
        current: the value that is asked for now.
        settings: paths and texts that make a scenario this one, as `--set` takes them.
        in_file: the value that the file asks for.
        finish_s: finish time [s]; None: she does not finish, or it is not known.
        assumed: rests on an assumed coefficient: the pacer beside, the jet between two.
        stale: the time is of settings that have changed since, or missing yet (uncompiled).
        hidden: suspense keeps the finish secret for now.
    """

    label: str
    scenario: Scenario = field(compare=False, repr=False)
    current: bool = False
    settings: tuple[tuple[str, str], ...] = ()
    in_file: bool = False
    finish_s: float | None = None
    assumed: bool = False
    stale: bool = False
    hidden: bool = False


@lru_cache(maxsize=256)
def _rests_on_assumed(pacers: Pacers) -> bool:
    if pacers.shelter is not None:
        return False
    bodies = [Shelterer(s.ahead, s.offset, s.ahead > 0) for s in pacers.line_up()]
    return bool(profile_of(bodies, [0.0]).lost[0] > 0)


def choices(
    scenario: Scenario, axis: str = "pacers", file: Scenario | None = None
) -> tuple[Alternative, ...]:
    """Return the rows of one of `AXES`; what cannot be asked for is left out.

    Args:
        scenario: what is asked for now.
        axis: one of `AXES`.
        file: what its file asks for, whose value is among the rows; None: the same.
    """
    rows = AXES[axis](scenario, file or scenario)
    return tuple(replace(row, assumed=_rests_on_assumed(row.scenario.pacers)) for row in rows)


def pacer_counts(scenario: Scenario, file: Scenario | None = None) -> list[Alternative]:
    """Return 0, 1, ... all pacers of the formation."""
    most = len(scenario.pacers.formation.names())
    current, filed = scenario.pacers.running, (file or scenario).pacers.running
    found = []
    for count in range(min(most, MOST_PACERS) + 1):
        new = scenario.model_copy(
            update={"pacers": scenario.pacers.model_copy(update={"count": count})}
        )
        settings = (("pacers.count", str(count)),)
        found.append(Alternative(str(count), new, count == current, settings, count == filed))
    return found


def front_gaps(scenario: Scenario, file: Scenario) -> list[Alternative]:
    """Return gaps to the nearest pacer ahead, her own and the file's among them."""
    current, filed = _front_gap(scenario.pacers), _front_gap(file.pacers)
    rows = []
    for gap in sorted({*GAPS_M, current, filed} - {0.0}):
        asked: float | None = gap
        if gap == filed and file.pacers.formation == scenario.pacers.formation:
            asked = file.pacers.front_gap  # None: as in the formation
        rows.append(_PacersRow(f"{gap:.4g}", gap == current, gap == filed, {"front_gap": asked}))
    return _of_pacers(scenario, rows)


def _front_gap(pacers: Pacers) -> float:
    """Return the gap to the nearest pacer ahead [m], without what moving slots rounded; 0: none."""
    return round(min((s.ahead for s in pacers.line_up() if s.ahead > 0), default=0.0), 9)


def formations(scenario: Scenario, file: Scenario) -> list[Alternative]:
    """Return the shipped formations and the file's, each with as many pacers as it has places."""
    current, filed = scenario.pacers.formation, file.pacers.formation
    known: dict[str, tuple[PacerFormation, str]] = {}
    for name in shipped_names("formations"):
        try:
            known[name] = PacerFormation.model_validate(FORMATION.find(name)), name
        except (ScenarioError, ValidationError):
            continue
    if filed != current and all(formation != filed for formation, _ in known.values()):
        name = f"{filed.name}, in the file" if filed.name in {*known, current.name} else filed.name
        known[name] = filed, filed.model_dump_json(by_alias=True)
    found = [Alternative(current.name, scenario, True, (), current == filed)]
    for name, (formation, text) in known.items():
        if formation == current:
            continue
        update: dict[str, Any] = {"formation": formation}
        count = scenario.pacers.count
        settings = [("pacers.formation", text)]
        if count is not None and count > len(formation.names()):
            update["count"] = len(formation.names())
            settings.append(("pacers.count", str(update["count"])))
        pacers = _pacers(scenario.pacers, update)
        if pacers is not None:
            new = scenario.model_copy(update={"pacers": pacers})
            found.append(Alternative(name, new, False, tuple(settings), formation == filed))
    return sorted(found, key=lambda c: c.label)


def policies(scenario: Scenario, file: Scenario) -> list[Alternative]:
    """Return holding the light, and waiting for her behind it by so much."""
    current, filed = _wait(scenario.pacers), _wait(file.pacers)
    rows = [_PacersRow("hold", current is None, filed is None, {"policy": "hold_light"})]
    for wait in sorted({*WAITS_M, *(w for w in (current, filed) if w is not None)}):
        update = {"policy": "wait_for_runner", "drop_back": wait}
        rows.append(_PacersRow(f"wait {wait:g}", wait == current, wait == filed, update))
    return _of_pacers(scenario, rows)


def _wait(pacers: Pacers) -> float | None:
    """Return how far behind the light they wait [m]; None: they hold it."""
    return None if pacers.policy == "hold_light" else pacers.drop_back


def first_laps(scenario: Scenario, file: Scenario) -> list[Alternative]:
    """Return first laps faster and slower than even, the rest even to the same target."""
    if scenario.distance < 1.5 * LAP_M:
        return [Alternative("as asked", scenario, True, (), file.plan == scenario.plan)]
    plan = schedule_of(scenario.plan, scenario.distance)
    target, lap = plan.finish_s, float(plan.time_at(LAP_M))
    even = _even_lap(scenario, target)
    filed = _file_lap(scenario, file, target)
    same = filed is not None and abs(filed[0] - lap) < _SAME_LAP_S
    found = [(lap, Alternative(format_time(lap), scenario, True, (), same))]
    if filed is not None and not same:
        found.append((filed[0], filed[1]))
    fixed = [lap for lap, _ in found]
    for change in LAPS_S:
        if any(abs(even + change - other) < 0.1 for other in fixed):
            continue
        time = round(even + change, 2)
        found.append((time, _first_lap(scenario, time, target)))
    return [choice for _, choice in sorted(found, key=lambda row: row[0])]


def _file_lap(
    scenario: Scenario, file: Scenario, target_s: float
) -> tuple[float, Alternative] | None:
    """Return the file's first lap [s] and its row; the whole plan where the target is the same."""
    if file.distance != scenario.distance:
        return None
    plan = schedule_of(file.plan, file.distance)
    lap = float(plan.time_at(LAP_M))
    if abs(plan.finish_s - target_s) > _SAME_LAP_S:
        choice = _first_lap(scenario, round(lap, 2), target_s)
        return lap, replace(choice, in_file=True)
    new = scenario.model_copy(update={"plan": file.plan})
    settings = (("plan", file.plan.model_dump_json(by_alias=True)),)
    return lap, Alternative(format_time(lap), new, False, settings, in_file=True)


def _first_lap(scenario: Scenario, lap_s: float, target_s: float) -> Alternative:
    splits = {"400": format_time(lap_s), "finish": format_time(target_s, 3)}
    plain = {
        "shape": "splits",
        "standing_start": scenario.plan.standing_start,
        "splits": splits,
    }
    new: Plan = SplitPlan.model_validate(plain)
    rows = ", ".join(f'"{key}": "{value}"' for key, value in splits.items())
    start = "yes" if scenario.plan.standing_start else "no"
    text = f"{{shape: splits, standing_start: {start}, splits: {{{rows}}}}}"
    asked = scenario.model_copy(update={"plan": new})
    return Alternative(format_time(lap_s), asked, False, (("plan", text),))


def _even_lap(scenario: Scenario, target_s: float) -> float:
    from_rest = SplitPlan.model_validate(
        {
            "shape": "splits",
            "standing_start": scenario.plan.standing_start,
            "splits": {"finish": target_s},
        }
    )
    return float(schedule_of(from_rest, scenario.distance).time_at(LAP_M))


def numbers(
    scenario: Scenario, file: Scenario, path: str, values: Sequence[float], unit: str = ""
) -> list[Alternative]:
    """Return values of the number at a path, the present one and the file's among them."""
    current, filed = (float(attrgetter(path)(s)) for s in (scenario, file))
    rows = []
    for value in sorted({*values, current, filed}):
        new, settings = _with_number(scenario, path, value), ((path, f"{value:.10g}"),)
        label = f"{value:g}{unit}"
        rows.append(Alternative(label, new, value == current, settings, value == filed))
    return rows


def _with_number(section: SectionT, path: str, value: float) -> SectionT:
    """Return a section with another number at a path."""
    first, _, rest = path.partition(".")
    new = _with_number(getattr(section, first), rest, value) if rest else value
    return section.model_copy(update={first: new})


AXES: dict[str, Callable[[Scenario, Scenario], Sequence[Alternative]]] = {
    "pacers": pacer_counts,
    "front gap": front_gaps,
    "formation": formations,
    "first-lap pace": first_laps,
    "policy": policies,
    "fade": partial(numbers, path="pacers.leader.fade", values=FADES_S, unit=" s"),
    "temperature": partial(numbers, path="environment.temperature", values=DEGREES, unit="°"),
    "wind": partial(numbers, path="environment.wind.speed", values=WINDS_M_S),
}
"""What the strip can be about, in the order it is offered."""


@dataclass(frozen=True, slots=True)
class _PacersRow:
    """A row about the pacers: what of theirs has which value; None: as if it were left out."""

    label: str
    current: bool
    in_file: bool
    update: dict[str, Any]


def _of_pacers(scenario: Scenario, rows: Sequence[_PacersRow]) -> list[Alternative]:
    """Return the rows whose pacers can stand like that; the current one is the scenario itself."""
    found = []
    for row in rows:
        settings = tuple((f"pacers.{key}", _text(value)) for key, value in row.update.items())
        pacers = scenario.pacers if row.current else _pacers(scenario.pacers, row.update)
        if pacers is not None:
            new = scenario.model_copy(update={"pacers": pacers})
            found.append(Alternative(row.label, new, row.current, settings, row.in_file))
    return found


def _text(value: float | str | None) -> str:
    if value is None:
        return "null"
    return f"{value:.10g}" if isinstance(value, float) else value


def _pacers(pacers: Pacers, update: dict[str, Any]) -> Pacers | None:
    """Return the pacers with other values, None where they would run into one another."""
    values = {
        (field.alias or name): getattr(pacers, name) for name, field in Pacers.model_fields.items()
    }
    try:
        return Pacers.model_validate({**values, **update})
    except ValidationError:
        return None


def finished(rows: Sequence[Alternative]) -> list[Alternative]:
    """Return the rows with their finish times; all are run as one batch."""
    times = finish_times([row.scenario for row in rows]).tolist()
    return [
        replace(row, finish_s=None if math.isnan(time) else time, stale=False)
        for row, time in zip(rows, times, strict=True)
    ]


def alternatives(scenario: Scenario, axis: str = "pacers") -> tuple[Alternative, ...]:
    """Return the finish times along an axis."""
    return tuple(finished(choices(scenario, axis)))
