"""What a sweep keeps of each row: times, how it ended, where the light was lost, mean shelter.

In: a batch while it is stepped. Out: `Outcomes`, a few numbers a row; no tick is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.analysis.gaps import LOST_S
from simulator.physics.batch import Batch, wave_schedules
from simulator.physics.integrator import Quantities
from simulator.physics.keeping import Bools, Ends, Floats, Keep, Passages, passages
from simulator.physics.kernel import Step
from simulator.recording.recording import hermite
from simulator.scenario.model import Scenario
from simulator.scenario.plan import schedule_of
from simulator.scenario.schedule import Schedule


@dataclass(frozen=True, eq=False)
class Outcomes:
    """How rows ended.

    Attributes:
        passages: times at the places asked for, finish and status.
        lost_light_m: where the light was lost [m], NaN where it was kept, shape (rows,).
        shelter: mean share of the drag taken away, over the steps up to the line [1].
        reserve_used: how much of the reserve was drawn [J/kg].
    """

    passages: Passages
    lost_light_m: Floats
    shelter: Floats
    reserve_used: Floats


def outcomes(places_m: ArrayLike = ()) -> Keep[Outcomes]:
    """Return a keep for `Outcomes`."""
    return partial(_Watching, passages(places_m))


def light_schedule(scenario: Scenario) -> Schedule:
    """Return the light she chases: the first wave that is on; without one, the plan."""
    plan = schedule_of(scenario.plan, scenario.distance)
    waves = zip(scenario.wavelight.waves, wave_schedules(scenario, plan), strict=True)
    return next((schedule for wave, (_, schedule) in waves if wave.on), plan)


def _lights(scenarios: Sequence[Scenario]) -> tuple[list[Schedule], NDArray[np.int64]]:
    """Return the distinct lights, and which one each row chases."""
    known: dict[str, int] = {}
    lights: list[Schedule] = []
    rows = []
    for s in scenarios:
        key = f"{s.plan!r}|{s.distance!r}|{s.wavelight!r}"
        if key not in known:
            known[key] = len(lights)
            lights.append(light_schedule(s))
        rows.append(known[key])
    return lights, np.array(rows)


class _Watching:
    """The gap to the light is above half a second where the light was here longer ago than that.

    So one look at where each light was half a second ago tells it for every row; only the two ticks
    round the place where it was lost are kept.
    """

    def __init__(
        self, keep: Keep[Passages], batch: Batch, first_tick: int, state: Quantities
    ) -> None:
        self._passing = keep(batch, first_tick, state)
        self._step_s = batch.step_s
        self._race = batch.race_m
        self._lights, self._light = _lights(batch.scenarios)
        self._marks = np.zeros((0, len(self._lights)))
        self._marks_from = 0
        rows = batch.rows
        self._inside = np.full(rows, -1)
        self._bracket = np.zeros((4, rows))
        self._was_inside = np.zeros(rows, dtype=bool)
        self._shelter, self._steps = np.zeros(rows), np.zeros(rows)
        self._begin, self._end = state[3], state[3]

    def _lit(self, tick: int) -> Floats:
        """Return where each row's light was half a second before a tick [m]."""
        at = tick - self._marks_from
        if at >= len(self._marks):
            ticks = np.arange(tick, tick + 256)
            time_s = ticks * self._step_s - LOST_S
            self._marks = np.stack([light.distance_at(time_s) for light in self._lights], axis=1)
            self._marks_from, at = tick, 0
        return np.asarray(self._marks[at][self._light])

    def step(self, tick: int, before: Quantities, step: Step, moving: Bools) -> None:
        """Take the step."""
        self._passing.step(tick, before, step, moving)
        inside = moving & (before[0] >= self._lit(tick))
        self._inside[inside] = tick
        for kept, value in zip(
            self._bracket, (before[0], before[1], step.after[0], step.after[1]), strict=True
        ):
            np.copyto(kept, value, where=inside)
        self._shelter += np.where(moving, step.near.shelter, 0.0)
        self._steps += moving
        self._end = np.where(moving, step.after[3], self._end)

    def result(self, ends: Ends) -> Outcomes:
        """Return what was kept."""
        found = self._passing.result(ends)
        lost = np.full(len(self._race), np.nan)
        for i, light in enumerate(self._lights):
            rows = np.flatnonzero(self._light == i)
            lost[rows] = self._lost(light, rows, ends)
        shelter = self._shelter / np.maximum(self._steps, 1.0)
        return Outcomes(found, lost, shelter, self._begin - self._end)

    def _lost(self, light: Schedule, rows: NDArray[np.int64], ends: Ends) -> Floats:
        """Return where rows lost this light [m]: between two ticks the gap is taken as straight."""
        finish, race, tick = ends.finish_s[rows], self._race[rows], self._inside[rows]
        x0, v0, x1, v1 = self._bracket[:, rows]
        ended = ~np.isnan(finish)
        at_line = ended & (tick + 1 == ends.finish_tick[rows])
        t0 = tick * self._step_s
        t1 = np.where(at_line, finish, t0 + self._step_s)
        gap0 = t0 - light.time_at(x0)
        gap1 = t1 - light.time_at(np.where(at_line, race, np.minimum(x1, race)))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.clip((LOST_S - gap0) / (gap1 - gap0), 0.0, 1.0)
        place = hermite(x0, v0, x1, v1, self._step_s, share * (t1 - t0) / self._step_s)
        kept = ended & (finish - light.finish_s <= LOST_S)
        return np.where(kept, np.nan, np.where(tick < 0, 0.0, place))
