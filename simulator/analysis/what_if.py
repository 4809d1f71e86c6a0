"""What if: other pacers, gaps, formations, first laps, policies, air; each a row of one batch.

In: a scenario, what its file asks for, and an axis. Out: `Choice`s, the scenarios to compare, and
`Alternative`s, their finish times [s]. Every row is a whole attempt from the gun, by the same
kernel as the attempt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any, TypeVar

from pydantic import ValidationError

from simulator.errors import ScenarioError
from simulator.physics.attempt import finish_times
from simulator.physics.shelter import Shelterer, profile_of
from simulator.scenario.fields import Section
from simulator.scenario.model import Scenario
from simulator.scenario.pacers import Formation, Pacers
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
class Choice:
    """One row: its label, the scenario, whether it is what is asked for now.

    `settings` are the paths and texts that make a scenario this one, as `--set` takes them;
    `in_file` says that the file asks for this value.
    """

    label: str
    scenario: Scenario
    own: bool
    settings: tuple[tuple[str, str], ...]
    in_file: bool = False

    @property
    def assumed(self) -> bool:
        """Whether it rests on an assumed coefficient: the pacer beside, the jet between two."""
        return _rests_on_assumed(self.scenario.pacers)


@dataclass(frozen=True, slots=True)
class Alternative:
    """One row with its finish, a bar of the what-if strip.

    Attributes:
        finish_s: finish time [s]; None = she does not finish, or it is not known.
        own: the value asked for now.
        assumed: rests on an assumed coefficient (the pacer beside); drawn hatched.
        stale: run for settings that have changed since, or not yet (uncompiled); drawn dimmed.
        in_file: the value that the file asks for.
        hidden: suspense keeps the finish secret for now.
    """

    label: str
    finish_s: float | None
    own: bool = False
    assumed: bool = False
    stale: bool = False
    in_file: bool = False
    hidden: bool = False


@lru_cache(maxsize=256)
def _rests_on_assumed(pacers: Pacers) -> bool:
    if pacers.shelter is not None:
        return False
    bodies = [Shelterer(s.ahead, s.offset, s.ahead > 0) for s in pacers.line_up()]
    return bool(profile_of(bodies, [0.0]).lost[0] > 0)


def choices(
    scenario: Scenario, axis: str = "pacers", file: Scenario | None = None
) -> tuple[Choice, ...]:
    """Return the rows of one of `AXES`; what cannot be asked for is left out.

    Args:
        scenario: the present one.
        axis: one of `AXES`.
        file: the one in its file, whose value is among the rows; None: the same.
    """
    return tuple(AXES[axis](scenario, file or scenario))


def pacer_counts(scenario: Scenario, file: Scenario | None = None) -> list[Choice]:
    """Return 0, 1, ... all pacers of the formation."""
    most = len(scenario.pacers.formation.names())
    now, in_file = _count(scenario.pacers), _count((file or scenario).pacers)
    rows = []
    for count in range(min(most, MOST_PACERS) + 1):
        new = scenario.model_copy(
            update={"pacers": scenario.pacers.model_copy(update={"count": count})}
        )
        settings = (("pacers.count", str(count)),)
        rows.append(Choice(str(count), new, count == now, settings, count == in_file))
    return rows


def _count(pacers: Pacers) -> int:
    return len(pacers.formation.names()) if pacers.count is None else pacers.count


def front_gaps(scenario: Scenario, file: Scenario) -> list[Choice]:
    """Return gaps to the nearest pacer ahead, the present one and the file's among them."""
    now, in_file = _front_gap(scenario.pacers), _front_gap(file.pacers)
    rows = []
    for gap in sorted({*GAPS_M, now, in_file} - {0.0}):
        value: float | None = gap
        if gap == in_file and file.pacers.formation == scenario.pacers.formation:
            value = file.pacers.front_gap  # None: as in the formation
        rows.append(_Row(f"{gap:.4g}", gap == now, gap == in_file, {"front_gap": value}))
    return _of_pacers(scenario, rows)


def _front_gap(pacers: Pacers) -> float:
    """Return the gap to the nearest pacer ahead [m], without what moving slots rounded; 0: none."""
    return round(min((s.ahead for s in pacers.line_up() if s.ahead > 0), default=0.0), 9)


def formations(scenario: Scenario, file: Scenario) -> list[Choice]:
    """Return the shipped formations and the file's, each with as many pacers as it has places."""
    now, in_file = scenario.pacers.formation, file.pacers.formation
    known: dict[str, tuple[Formation, str]] = {}
    for name in shipped_names("formations"):
        try:
            known[name] = Formation.model_validate(FORMATION.find(name)), name
        except (ScenarioError, ValidationError):
            continue
    if in_file != now and all(formation != in_file for formation, _ in known.values()):
        name = (
            f"{in_file.name}, in the file" if in_file.name in {*known, now.name} else in_file.name
        )
        known[name] = in_file, in_file.model_dump_json(by_alias=True)
    rows = [Choice(now.name, scenario, True, (), now == in_file)]
    for name, (formation, text) in known.items():
        if formation == now:
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
            rows.append(Choice(name, new, False, tuple(settings), formation == in_file))
    return sorted(rows, key=lambda c: c.label)


def policies(scenario: Scenario, file: Scenario) -> list[Choice]:
    """Return holding the light, and waiting for her behind it by so much."""
    now, in_file = _wait(scenario.pacers), _wait(file.pacers)
    rows = [_Row("hold", now is None, in_file is None, {"policy": "hold_light"})]
    for wait in sorted({*WAITS_M, *(w for w in (now, in_file) if w is not None)}):
        update = {"policy": "wait_for_runner", "drop_back": wait}
        rows.append(_Row(f"wait {wait:g}", wait == now, wait == in_file, update))
    return _of_pacers(scenario, rows)


def _wait(pacers: Pacers) -> float | None:
    """Return how far behind the light they wait [m]; None: they hold it."""
    return None if pacers.policy == "hold_light" else pacers.drop_back


def first_laps(scenario: Scenario, file: Scenario) -> list[Choice]:
    """Return first laps faster and slower than even, the rest even to the same target."""
    if scenario.distance < 1.5 * LAP_M:
        return [Choice("as asked", scenario, True, (), file.plan == scenario.plan)]
    plan = schedule_of(scenario.plan, scenario.distance)
    target, lap = plan.finish_s, float(plan.time_at(LAP_M))
    even = _even_lap(scenario, target)
    in_file = _lap_in_file(scenario, file, target)
    same = in_file is not None and abs(in_file[0] - lap) < _SAME_LAP_S
    rows = [(lap, Choice(format_time(lap), scenario, True, (), same))]
    if in_file is not None and not same:
        rows.append((in_file[0], in_file[1]))
    fixed = [lap for lap, _ in rows]
    for change in LAPS_S:
        if any(abs(even + change - other) < 0.1 for other in fixed):
            continue
        time = round(even + change, 2)
        rows.append((time, _first_lap(scenario, time, target)))
    return [choice for _, choice in sorted(rows, key=lambda row: row[0])]


def _lap_in_file(
    scenario: Scenario, file: Scenario, target_s: float
) -> tuple[float, Choice] | None:
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
    return lap, Choice(format_time(lap), new, False, settings, in_file=True)


def _first_lap(scenario: Scenario, lap_s: float, target_s: float) -> Choice:
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
    choice = scenario.model_copy(update={"plan": new})
    return Choice(format_time(lap_s), choice, False, (("plan", text),))


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
) -> list[Choice]:
    """Return values of the number at a path, the present one and the file's among them."""
    now, in_file = (float(attrgetter(path)(s)) for s in (scenario, file))
    rows = []
    for value in sorted({*values, now, in_file}):
        new, settings = _with_number(scenario, path, value), ((path, f"{value:.10g}"),)
        rows.append(Choice(f"{value:g}{unit}", new, value == now, settings, value == in_file))
    return rows


def _with_number(section: SectionT, path: str, value: float) -> SectionT:
    """Return a section with another number at a path."""
    first, _, rest = path.partition(".")
    new = _with_number(getattr(section, first), rest, value) if rest else value
    return section.model_copy(update={first: new})


AXES: dict[str, Callable[[Scenario, Scenario], Sequence[Choice]]] = {
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
class _Row:
    """A row about the pacers: what of theirs has which value; None: as if it were left out."""

    label: str
    own: bool
    in_file: bool
    update: dict[str, Any]


def _of_pacers(scenario: Scenario, rows: Sequence[_Row]) -> list[Choice]:
    """Return the rows whose pacers can stand like that; the present one is the scenario itself."""
    possible = []
    for row in rows:
        settings = tuple((f"pacers.{key}", _text(value)) for key, value in row.update.items())
        pacers = scenario.pacers if row.own else _pacers(scenario.pacers, row.update)
        if pacers is not None:
            new = scenario.model_copy(update={"pacers": pacers})
            possible.append(Choice(row.label, new, row.own, settings, row.in_file))
    return possible


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


def alternatives_of(
    rows: Sequence[Choice], finish_s: Sequence[float | None]
) -> tuple[Alternative, ...]:
    """Return rows with their finish times."""
    return tuple(
        Alternative(row.label, finish, row.own, row.assumed, in_file=row.in_file)
        for row, finish in zip(rows, finish_s, strict=True)
    )


def alternatives(scenario: Scenario, axis: str = "pacers") -> tuple[Alternative, ...]:
    """Return the finish times along an axis."""
    rows = choices(scenario, axis)
    times = finish_times([row.scenario for row in rows])
    return alternatives_of(rows, [None if math.isnan(t) else t for t in times.tolist()])
