"""What if: other pacers, gaps, formations, first laps, policies, air; each a row of one batch.

In: a scenario, the one in its file, and an axis. Out: `Alternative`s: scenarios to run, later with
their finish times [s] and margins. Every row is a whole attempt from the gun, by the same kernel.
`KnobMap` and `Goal` are what `simulator.session.variations` finds by trying values of knobs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from simulator.coefficients import BESIDE_REACH_M
from simulator.errors import ScenarioError
from simulator.physics.attempt import outcomes_of
from simulator.physics.pacers import leads, stints_of
from simulator.physics.shelter import Shelterer, influence_of
from simulator.scenario.fields import bounds_of
from simulator.scenario.model import Scenario
from simulator.scenario.pacers import PacerFormation, Pacers
from simulator.scenario.plan import Plan, SplitPlan, schedule_of
from simulator.scenario.reading import FORMATION, named_files
from simulator.scenario.schedule import even_schedule
from simulator.units import LAP_M, format_signed, format_time

MOST_PACERS = 40
GAPS_M = (0.8, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0)
LAPS_S = (-3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
"""Differences of first laps from an even one [s]."""
_SAME_LAP_S = 0.01
"""Laps and targets closer than this are written alike [s]."""
WAITS_M = (2.0, 5.0, 10.0, 20.0, 40.0)
DEGREES = (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0)
FADES_S = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
WINDS_M_S = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)


PacerRow: TypeAlias = tuple[str, bool, bool, dict[str, Any]]
"""A row with other pacers: its label, whether it is current, whether in the file, its changes."""


class Measure(StrEnum):
    """The measure of the bars; its value is its name on the screen."""

    FINISH = "finish time"
    RESERVE = "reserve left"
    CHANCE = "chance"
    LIGHT = "light lost"


@dataclass(frozen=True, slots=True)
class Alternative:
    """One row: a bar of the what-if strip.

    Attributes:
        scenario: its scenario.
        current: the present value.
        settings: paths and texts that make a scenario this one, as `--set` takes them.
        in_file: the value in the file.
        finish_s: finish time [s]; None: she does not finish, or it is not known.
        assumed: rests on an assumed coefficient: the pacer beside, the jet between two.
        stale: the time is of earlier settings, or still missing (uncompiled).
        hidden: suspense keeps the finish secret for now.
        reserve_left: share of her reserve left at the end, 0 to 1.
        lost_light_m: where the light is lost [m]; None: she keeps it, or it is not known.
        chance: the chance of the plan's finish, 0 to 1; None while it is not known.
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
    reserve_left: float | None = None
    lost_light_m: float | None = None
    chance: float | None = None

    def measured(self, measure: Measure) -> float | None:
        """Return the value of a measure: [s], a share, or [m]; None if there is none.

        For a runner who keeps the light it is lost at the finish.
        """
        match measure:
            case Measure.RESERVE:
                return self.reserve_left
            case Measure.CHANCE:
                return self.chance
            case Measure.LIGHT if not self.scenario.lit:
                return None
            case Measure.LIGHT if self.finish_s is not None and self.lost_light_m is None:
                return self.scenario.distance
            case Measure.LIGHT:
                return self.lost_light_m
        return self.finish_s


def rests_on_assumed(pacers: Pacers) -> bool:
    """Return whether part of a formation's shelter was never measured."""
    if pacers.shelter is not None:
        return False
    stints, shift = stints_of(pacers)  # faster than `line_up`: every turn asks for each bar
    return any(_takes_shelter(s[0] + shift if leads(s[0]) else s[0], s[1]) for s in stints)


@lru_cache(maxsize=1024)
def _takes_shelter(ahead_m: float, aside_m: float) -> bool:
    """Return whether a pacer there reduces her shelter: by his jet, or by being abreast."""
    return bool(influence_of(Shelterer(ahead_m, aside_m, ahead_m > 0), np.zeros(1)).lost[0] > 0)


def choices(
    scenario: Scenario, axis: str = "pacers", file: Scenario | None = None
) -> tuple[Alternative, ...]:
    """Return the rows of one of `AXES`; values that cannot be run are left out.

    Args:
        scenario: the present one.
        axis: one of `AXES`.
        file: the one in its file, whose value is among the rows; None: the same.
    """
    return tuple(AXES[axis](scenario, file or scenario))


def pacer_counts(scenario: Scenario, file: Scenario) -> list[Alternative]:
    """Return 0, 1, ... all pacers of the formation."""
    most = min(len(scenario.pacers.formation.names()), MOST_PACERS)
    current, filed = scenario.pacers.running, file.pacers.running
    rows = [(str(n), n == current, n == filed, {"count": n}) for n in range(most + 1)]
    return _with_pacers(scenario, rows)


def front_gaps(scenario: Scenario, file: Scenario) -> list[Alternative]:
    """Return gaps to the nearest pacer ahead, including the present one and the file's."""
    current, filed = _front_gap(scenario.pacers), _front_gap(file.pacers)
    same = file.pacers.formation == scenario.pacers.formation
    low, high = bounds_of(Pacers, "front_gap")
    rows = []
    for gap in sorted({*GAPS_M, current, filed} - {0.0}):
        front_gap = file.pacers.front_gap if gap == filed and same else gap  # None: the formation's
        if gap == current or front_gap is None or (low or 0.0) <= front_gap <= (high or math.inf):
            rows.append((f"{gap:.4g}", gap == current, gap == filed, {"front_gap": front_gap}))
    return _with_pacers(scenario, rows)


def _front_gap(pacers: Pacers) -> float:
    """Return the gap that `front_gap` sets [m], without slots' rounding; 0: nobody is ahead."""
    ahead = any(slot.ahead > BESIDE_REACH_M for slot in pacers.line_up())
    return round(pacers.gap_m, 9) if ahead else 0.0


def formations(scenario: Scenario, file: Scenario) -> list[Alternative]:
    """Return the shipped formations and the file's, each with as many pacers as it has places."""
    current, filed = scenario.pacers.formation, file.pacers.formation
    known = {}
    for name in named_files("formations"):
        with suppress(ScenarioError, ValidationError):
            known[name] = PacerFormation.model_validate(FORMATION.find(name))
    if filed not in (current, *known.values()):
        name = f"{filed.name}, in the file" if filed.name in {*known, current.name} else filed.name
        known[name] = filed
    rows = []
    for name, formation in known.items():
        update: dict[str, Any] = {"formation": formation}
        if (scenario.pacers.count or 0) > len(formation.names()):
            update["count"] = len(formation.names())
        if formation != current:
            rows.append((name, False, formation == filed, update))
    assumed = rests_on_assumed(scenario.pacers)
    own = Alternative(current.name, scenario, True, (), current == filed, assumed=assumed)
    return sorted([own, *_with_pacers(scenario, rows)], key=lambda row: row.label)


def policies(scenario: Scenario, file: Scenario) -> list[Alternative]:
    """Return holding the light, and waiting for her at several distances behind it."""
    current, filed = _wait(scenario.pacers), _wait(file.pacers)
    rows: list[PacerRow] = [("hold", current is None, filed is None, {"policy": "hold_light"})]
    for wait in sorted({*WAITS_M, *(w for w in (current, filed) if w is not None)}):
        update = {"policy": "wait_for_runner", "drop_back": wait}
        rows.append((f"wait {wait:g}", wait == current, wait == filed, update))
    return _with_pacers(scenario, rows)


def _wait(pacers: Pacers) -> float | None:
    """Return how far behind the light they wait [m]; None: they hold it."""
    return None if pacers.policy == "hold_light" else pacers.drop_back


def _with_pacers(scenario: Scenario, rows: Sequence[PacerRow]) -> list[Alternative]:
    """Return rows with other pacers, without those that would collide.

    The current row has the scenario's own. None in `update` leaves a value out.
    """
    made = []
    for label, current, in_file, update in rows:
        # the values are known to be valid alone
        pacers = scenario.pacers if current else scenario.pacers.model_copy(update=update)
        if not current and any(pacers.complaints()):
            continue
        changed = scenario.model_copy(update={"pacers": pacers})
        edits = tuple((f"pacers.{key}", _text(value)) for key, value in update.items())
        assumed = rests_on_assumed(pacers)
        made.append(Alternative(label, changed, current, edits, in_file, assumed=assumed))
    return made


def _text(value: float | str | PacerFormation | None) -> str:
    match value:
        case None:
            return "null"
        case PacerFormation():
            return value.model_dump_json(by_alias=True)
        case float():
            return f"{value:.10g}"
    return str(value)


def first_laps(scenario: Scenario, file: Scenario) -> list[Alternative]:
    """Return first laps faster and slower than even, the rest even to the same target.

    The file's is included, with its whole plan if that has the same target.
    """
    race_m, standing_start = scenario.distance, scenario.plan.standing_start
    assumed = rests_on_assumed(scenario.pacers)
    if race_m < 1.5 * LAP_M:
        same = file.plan == scenario.plan
        return [Alternative("as planned", scenario, True, (), same, assumed=assumed)]
    plan = schedule_of(scenario.plan, race_m)
    target_s, lap_s = plan.finish_s, float(plan.time_at(LAP_M))
    rows: dict[float, Alternative] = {}

    def add(lap_s: float, plan: Plan, in_file: bool = False) -> None:
        new = scenario.model_copy(update={"plan": plan})
        settings = (("plan", plan.model_dump_json(by_alias=True)),)
        label = format_time(lap_s)
        rows[lap_s] = Alternative(label, new, False, settings, in_file, assumed=assumed)

    def bent(lap_s: float) -> Plan:
        splits = {"400": format_time(lap_s), "finish": format_time(target_s, 3)}
        plain = {"shape": "splits", "standing_start": standing_start, "splits": splits}
        return SplitPlan.model_validate(plain)

    filed = schedule_of(file.plan, race_m) if file.distance == race_m else None
    same = False
    if filed is not None:
        filed_s = float(filed.time_at(LAP_M))
        same = abs(filed_s - lap_s) < _SAME_LAP_S
        same_target = abs(filed.finish_s - target_s) <= _SAME_LAP_S
        add(filed_s, file.plan if same_target else bent(round(filed_s, 2)), in_file=True)
        if same:
            del rows[filed_s]
    rows[lap_s] = Alternative(format_time(lap_s), scenario, True, (), same, assumed=assumed)
    even = even_schedule(race_m, target_s, standing_start=standing_start)
    fixed, even_s = list(rows), float(even.time_at(LAP_M))
    for time in (even_s + change for change in LAPS_S):
        if all(abs(time - other) >= 0.1 for other in fixed):
            add(round(time, 2), bent(round(time, 2)))
    return [rows[lap_s] for lap_s in sorted(rows)]


def numbers(
    scenario: Scenario, file: Scenario, path: str, values: Sequence[float], unit: str = ""
) -> list[Alternative]:
    """Return values of the number at a path, including the present one and the file's."""
    current, filed = (float(attrgetter(path)(s)) for s in (scenario, file))
    rows, assumed = [], rests_on_assumed(scenario.pacers)
    for value in sorted({*values, current, filed}):
        new, settings = scenario.with_values({path: value}), ((path, f"{value:.10g}"),)
        label = f"{value:g}{unit}"
        now, saved = value == current, value == filed
        rows.append(Alternative(label, new, now, settings, saved, assumed=assumed))
    return rows


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
"""The axes of the strip, in the order they are offered."""


def finished(rows: Sequence[Alternative]) -> list[Alternative]:
    """Return the rows with their finish times and margins; all are run as one batch."""
    ran = outcomes_of([row.scenario for row in rows], watch_light=True)
    columns = ran.finish_s, ran.reserve_used / ran.reserve, ran.lost_light_m
    return [
        replace(
            row,
            finish_s=None if math.isnan(finish_s) else finish_s,
            reserve_left=max(0.0, 1.0 - used),
            lost_light_m=None if math.isnan(lost_m) else lost_m,
            stale=False,
        )
        for row, finish_s, used, lost_m in zip(rows, *(c.tolist() for c in columns), strict=True)
    ]


def alternatives(scenario: Scenario, axis: str = "pacers") -> tuple[Alternative, ...]:
    """Return the finish times along an axis."""
    return tuple(finished(choices(scenario, axis)))


Floats = NDArray[np.float64]


# -- a map of two knobs, and a knob's value for a target ------------------------------------------


_COARSE = 2, 4
"""A map is run on coarser grids first, of every 4th and every 2nd cell each way."""


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
        """Return cells that have not been run, as (row, column), coarse grids of them first."""
        cells = np.argwhere(~self.known)
        fineness = sum((cells % step > 0).any(axis=1) for step in _COARSE)
        order = np.argsort(fineness, kind="stable")
        return [(int(row), int(column)) for row, column in cells[order[:most]]]

    def so_far(self) -> tuple[Floats, NDArray[np.bool_]]:
        """Return `finish_s` and `known`; a cell of a coarse grid stands for those not yet run."""
        finish_s, known = self.finish_s, self.known
        for step in _COARSE:
            coarse = np.ix_(*(np.arange(count) // step * step for count in known.shape))
            finish_s = np.where(known, finish_s, finish_s[coarse])
            known = known | known[coarse]
        return finish_s, known

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
        now: the knob's present value.
        now_s: the finish as everything is now [s], also if a plan is set; None: she does not.
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
        so = f"with the plan at {self.plan_target}" if self.plan_target else "as it is"
        if self.finish_s is None:
            return f"She finishes with no value of {self.name}."
        if not self.reached:
            late = format_signed(self.finish_s - self.target_s)
            nearest = f"{value} comes nearest"
            if self.value == self.now:  # perhaps it changes nothing
                nearest = f"none is faster than {value} {so}"
            return (
                f"No value of {self.name} reaches {target}: {nearest}, "
                f"{format_time(self.finish_s)}, {late} s."
            )
        if self.value == self.now:
            span = ""
            if self.low != self.high:
                span = f", and so does any from {self.low} to {_with_unit(self.high, self.unit)}"
            return f"{self.name.capitalize()} {value} reaches {target} {so}{span}."
        return f"{self.name.capitalize()} {value} reaches {target}."

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: the output of `reach --json`."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "scenario"}
        return plain | {"words": self.words}


def _with_unit(value: str, unit: str) -> str:
    return f"{value.replace('_', ' ')} {unit}".strip()
