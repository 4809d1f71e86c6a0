"""Scenarios as rows of arrays: everything the kernel needs, made once before the first step.

In: scenarios. Out: `Batch`, whose leading axis is the attempt. Rows that share a schedule or a
formation share its table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.coefficients import CLEARANCE_M, G
from simulator.errors import SimulationError
from simulator.physics.air import density, drag_area, head_wind
from simulator.physics.anticipation import remaining_table
from simulator.physics.pacers import (
    EXTRA_COUNT,
    EXTRA_GRID,
    Group,
    group_of,
    leader_positions,
    schedule_followed,
)
from simulator.physics.track import on_bend, start_position
from simulator.scenario.fields import Section
from simulator.scenario.model import Runner, Scenario
from simulator.scenario.pacers import Pacers
from simulator.scenario.plan import schedule_of
from simulator.scenario.schedule import Schedule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEP_S = 0.1
"""Time step [s]: halving it moves the finish by less than 2 ms (tested)."""
LONGEST_STEP_S = 0.15
"""Longer steps come near where the integrator swings: 4/7 of TAU_LIMIT is 0.17 s."""
TRACK_CELLS = 4000
"""Cells of 0.1 m round the lap, for bends and wind."""
PATIENCE = 2.0
PATIENCE_S = 60.0
"""A run is given up at `PATIENCE` times the planned time plus `PATIENCE_S`."""


class Followed(Protocol):
    """What a runner can follow: a `Schedule`, or any other mark that moves."""

    def distance_at(self, time_s: ArrayLike) -> Floats:
        """Return its race distance [m] at race time [s]."""

    def cruise_at(self, time_s: ArrayLike) -> Floats:
        """Return the speed it asks for [m/s]."""

    def pace_at(self, distance_m: ArrayLike) -> Floats:
        """Return the pace it asks for [s/m] at race distance [m]."""


@dataclass(frozen=True, eq=False)
class Batch:
    """A number of attempts, one a row.

    Attributes (shape (rows,) unless said):
        scenarios: the scenarios the rows came from.
        race_m, start_m: race distance and track position of the start line [m].
        drag_k: k rho CdA / (2 m g) [s2/m2]: extra cost for each (m/s)^2 of air speed, unsheltered.
        force_k: k / g [s2/m]: extra cost for each m/s2.
        cost_k: the kit's cost multiplier [1].
        aerobic_max, reserve: MAP [W/kg] and E(0) [J/kg], with the form on the day.
        drop_back_m: how far the group waits behind its mark [m].
        groups: the pacers of each row.
        nearest_m, breaks_m: shape (rows, phases), (rows, phases - 1); see `Group`; padded.
        anticipation: how much faster than the plan allows the reserve may go [1].
        gusts: half the square of the wind speed, the mean it adds on a bend [m2/s2].
        remaining: what is left of each plan, shape (plans, 3, cells); see `remaining_table`.
        table_row: first row of this attempt's shelter tables in `tables`.
        tables: all distinct shelter tables, shape (tables, EXTRA_COUNT), flattened.
        bend: whether each cell of the lap is on a bend, 1 or 0, shape (TRACK_CELLS,).
        wind: head wind in each cell [m/s], shape (rows, TRACK_CELLS), or None without any wind.
        plan_index, mark_index: which schedule the runner, and which leader line the group, follows.
        plans, leaders: the distinct ones.
        ticks: steps after which a row is given up.
    """

    scenarios: tuple[Scenario, ...]
    step_s: float
    race_m: Floats
    start_m: Floats
    drag_k: Floats
    force_k: Floats
    cost_k: Floats
    aerobic_max: Floats
    reserve: Floats
    drop_back_m: Floats
    anticipation: Floats
    gusts: Floats
    remaining: Floats
    groups: tuple[Group, ...]
    nearest_m: Floats
    breaks_m: Floats
    table_row: Ints
    tables: Floats
    bend: Floats
    wind: Floats | None
    plan_index: Ints
    leader_index: Ints
    plans: tuple[Followed, ...]
    leaders: tuple[tuple[Schedule, Scenario], ...]
    ticks: Ints

    @property
    def rows(self) -> int:
        """Number of attempts."""
        return len(self.scenarios)

    def following(self, plans: Sequence[Followed]) -> Batch:
        """Return the one attempt of this batch as many rows, each following a plan of its own.

        She gets the best shelter that the formation allows in each phase, at whatever front gap
        gives it without running into anybody.
        """
        count = len(plans)
        rows: dict[str, Any] = {
            f.name: np.repeat(getattr(self, f.name), count, axis=0)
            for f in fields(self)
            if f.name in _BY_ROW
        }
        least = CLEARANCE_M - self.nearest_m[0, : len(self.tables)]
        allowed = np.where(least[:, None] <= EXTRA_GRID, self.tables, -np.inf)
        best = allowed.max(axis=1, keepdims=True)
        return replace(
            self,
            **rows,
            scenarios=self.scenarios * count,
            groups=self.groups * count,
            tables=np.repeat(best, EXTRA_COUNT, axis=1),
            wind=None if self.wind is None else np.repeat(self.wind, count, axis=0),
            plans=tuple(plans),
            plan_index=np.arange(count),
            leader_index=np.zeros(count, dtype=np.int64),
            remaining=remaining_table(plans, [float(self.race_m[0])] * count),
        )

    def only(self, rows: Ints) -> Batch:
        """Return these rows of the batch, in this order; one may be taken several times."""
        own = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name in _BY_ROW}
        return replace(
            self,
            **own,
            scenarios=tuple(self.scenarios[i] for i in rows.tolist()),
            groups=tuple(self.groups[i] for i in rows.tolist()),
            wind=None if self.wind is None else self.wind[rows],
            plan_index=self.plan_index[rows],
            leader_index=self.leader_index[rows],
        )

    def plan_marks(self, half_ticks: Ints) -> tuple[Floats, Floats]:
        """Return the plans' distance [m] and cruising speed [m/s], shape (half ticks, plans)."""
        t = half_ticks * (0.5 * self.step_s)
        x = np.stack([plan.distance_at(t) for plan in self.plans], axis=1)
        v = np.stack([plan.cruise_at(t) for plan in self.plans], axis=1)
        return x, v

    def leader_marks(self, half_ticks: Ints) -> Floats:
        """Return where the groups' reference points want to be [m], shape (half ticks, leaders)."""
        # the running maximum of a leader needs every earlier moment: always from the gun
        t: Floats = np.arange(int(half_ticks[-1]) + 1, dtype=np.float64) * (0.5 * self.step_s)
        lines = [
            leader_positions(schedule, scenario.pacers.leader, t)[half_ticks]
            for schedule, scenario in self.leaders
        ]
        return np.stack(lines, axis=1)


PLAIN = (
    "race_m",
    "start_m",
    "drag_k",
    "force_k",
    "cost_k",
    "aerobic_max",
    "reserve",
    "drop_back_m",
    "anticipation",
    "gusts",
    "ticks",
)
"""The fields that are one number a row."""

_BY_ROW = frozenset((*PLAIN, "nearest_m", "breaks_m", "table_row"))


def wave_schedules(scenario: Scenario, plan: Schedule) -> list[tuple[str, Schedule]]:
    """Return each wave's name and schedule; a wave without a plan of its own shows the main one."""
    return [
        (w.name, plan if w.plan is None else schedule_of(w.plan, scenario.distance))
        for w in scenario.wavelight.waves
    ]


def batch_of(scenarios: Sequence[Scenario], step_s: float = STEP_S) -> Batch:
    """Return the scenarios as a batch.

    Raises:
        SimulationError: there is none, or the step is longer than `LONGEST_STEP_S`.
    """
    if step_s > LONGEST_STEP_S:
        raise SimulationError(
            f"A step of {step_s:g} s is too long for the model: {LONGEST_STEP_S:g} s at most."
        )
    if not scenarios:
        raise SimulationError("There is no scenario to simulate.")
    plans: dict[str, tuple[int, Schedule]] = {}
    leaders: dict[str, tuple[int, Schedule, Scenario]] = {}
    groups: dict[str, tuple[int, Group]] = {}
    plan_index, leader_index, group_index = [], [], []
    told: dict[int, str] = {}
    for s in scenarios:
        plan_key = f"{_text(s.plan, told)}|{s.distance!r}"
        if plan_key not in plans:
            plans[plan_key] = (len(plans), schedule_of(s.plan, s.distance))
        index, plan = plans[plan_key]
        plan_index.append(index)
        leader_key = f"{plan_key}|{_text(s.pacers.leader, told)}|{s.pacers.follows!r}"
        if s.pacers.follows is not None:
            leader_key += f"|{s.wavelight.waves!r}"
        if leader_key not in leaders:
            followed = schedule_followed(wave_schedules(s, plan), s.pacers.follows, plan)
            leaders[leader_key] = (len(leaders), followed, s)
        leader_index.append(leaders[leader_key][0])
        parts = [_text(getattr(s.pacers, name), told) for name in Pacers.model_fields]
        group_key = "|".join((*parts, repr(s.distance)))
        if group_key not in groups:
            groups[group_key] = (len(groups), group_of(s.pacers, s.distance))
        group_index.append(groups[group_key][0])
    distinct = [group for _, group in groups.values()]
    first_table = np.cumsum([0, *(len(g.tables) for g in distinct)])
    phases = max(len(g.tables) for g in distinct)
    rows = [distinct[i] for i in group_index]
    runners = [s.runner for s in scenarios]
    rho = np.array([density(s.environment) for s in scenarios])
    race = np.array([s.distance for s in scenarios])
    start = np.array([start_position(s.distance) for s in scenarios])
    finish = np.array([plan.finish_s for _, plan in plans.values()])[plan_index]
    cells = (np.arange(TRACK_CELLS) + 0.5) * (400.0 / TRACK_CELLS)
    windy = any(s.environment.wind.speed > 0 for s in scenarios)
    return Batch(
        scenarios=tuple(scenarios),
        step_s=step_s,
        race_m=race,
        start_m=start,
        **bodies_of(runners, rho),
        drop_back_m=np.array([g.drop_back_m for g in rows]),
        gusts=np.array([0.5 * s.environment.wind.speed**2 for s in scenarios]),
        remaining=remaining_table(
            [plan for _, plan in plans.values()],
            [plan.distance_m for _, plan in plans.values()],
        ),
        groups=tuple(rows),
        nearest_m=np.stack([_padded(g.nearest_m, phases, np.inf) for g in rows]),
        breaks_m=np.stack([_padded(g.breaks_m, phases - 1, np.inf) for g in rows]),
        table_row=first_table[group_index],
        tables=np.concatenate([g.tables for g in distinct]).reshape(-1, EXTRA_COUNT),
        bend=on_bend(cells).astype(np.float64),
        wind=np.stack([head_wind(s.environment.wind, cells) for s in scenarios]) if windy else None,
        plan_index=np.array(plan_index),
        leader_index=np.array(leader_index),
        plans=tuple(plan for _, plan in plans.values()),
        leaders=tuple((schedule, scenario) for _, schedule, scenario in leaders.values()),
        ticks=np.array([math.ceil((PATIENCE * f + PATIENCE_S) / step_s) for f in finish]),
    )


def _text(value: object, told: dict[int, str]) -> str:
    """Return what equal values share; `told`: texts by identity, since rows share most sections."""
    if not isinstance(value, Section):
        return repr(value)
    if id(value) not in told:
        told[id(value)] = repr(value)
    return told[id(value)]


def bodies_of(runners: Sequence[Runner], rho: Floats) -> dict[str, Floats]:
    """Return what a batch holds of its runners, by attribute; `rho`: density of the air [kg/m3]."""
    force = np.array([r.drag_cost for r in runners]) / G
    area = np.array([drag_area(r) for r in runners])
    mass = np.array([r.mass for r in runners])
    form = np.array([1.0 + r.form / 100.0 for r in runners])
    return {
        "drag_k": force * 0.5 * rho * area / mass,
        "force_k": force,
        "cost_k": np.array([r.kit.cost for r in runners]),
        "aerobic_max": np.array([r.max_aerobic_power for r in runners]) * form,
        "reserve": np.array([r.reserve for r in runners]) * form,
        "anticipation": np.array([r.anticipation for r in runners]),
    }


def _padded(values: Floats, length: int, fill: float) -> Floats:
    return np.concatenate([values, np.full(length - len(values), fill)])
