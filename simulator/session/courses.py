"""From a course to its run: simulate from the gun, then fork at each later leg.

In: courses. Out: recordings, as jobs in slices; a few are kept, and any other is simulated again,
the same to the bit.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import numpy as np

from simulator.analysis.marks import Mark, ghost_marks
from simulator.physics.attempt import Job, recordings_of, simulating, stepping
from simulator.physics.batch import batch_of
from simulator.recording.recording import Recording
from simulator.scenario.ghosts import Ghost
from simulator.scenario.model import LightWave, Scenario
from simulator.session.changes import Course
from simulator.session.settings import Settings

KEPT_RUNS = 24
KEPT_SCENARIOS = 48
_CERTAIN = Scenario.model_fields["uncertainty"].get_default(call_default_factory=True)

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(slots=True)
class Kept(Generic[K, V]):
    """A few values by key; the one longest unused goes first."""

    limit: int
    _values: OrderedDict[K, V] = field(default_factory=OrderedDict)

    def get(self, key: K) -> V | None:
        """Return the value, or None."""
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key]

    def put(self, key: K, value: V) -> None:
        """Keep a value."""
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self.limit:
            self._values.popitem(last=False)


class Runs:
    """Scenarios and recordings by what gave them."""

    def __init__(self) -> None:
        self._scenarios: Kept[Settings, Scenario] = Kept(KEPT_SCENARIOS)
        self._recordings: Kept[Course, Recording] = Kept(KEPT_RUNS)
        self._ghosts: Kept[tuple[Ghost, float, bool], Mark] = Kept(KEPT_SCENARIOS)

    def scenario(self, settings: Settings) -> Scenario:
        """Return what the settings ask for.

        Raises:
            ScenarioError: they are not usable.
        """
        found = self._scenarios.get(settings)
        if found is None:
            found = settings.load()
            self._scenarios.put(settings, found)
        return found

    def ghosts(self, scenario: Scenario) -> list[Mark]:
        """Return the scenario's ghosts; what was simulated or read for one is kept.

        Raises:
            LightpaceError: a ghost's file has problems.
        """
        found = []
        for ghost in scenario.ghosts:
            key = (ghost, scenario.distance, scenario.plan.standing_start)
            mark = self._ghosts.get(key)
            if mark is None and ghost.on:
                (mark,) = ghost_marks(scenario.model_copy(update={"ghosts": (ghost,)}))
                self._ghosts.put(key, mark)
            if mark is not None:
                found.append(mark)
        return found

    def keep_scenario(self, settings: Settings, scenario: Scenario) -> None:
        """Keep a scenario that is known already."""
        self._scenarios.put(settings, scenario)

    def recording(self, course: Course) -> Recording | None:
        """Return the run of a course if it is kept."""
        return self._recordings.get(course)

    def keep(self, course: Course, recording: Recording) -> None:
        """Keep a run."""
        self._recordings.put(course, recording)

    def running(self, course: Course) -> Job[Recording]:
        """Simulate a course, from the longest part of it that is kept."""
        known = next(
            (n for n in range(len(course), 0, -1) if self.recording(course[:n]) is not None), 0
        )
        run = self.recording(course[:known])
        for n in range(known, len(course)):
            leg = course[n]
            scenario = self.scenario(leg.settings)
            if run is None:
                run = yield from simulating(scenario)
            else:
                run = yield from forking(scenario, run, leg.tick)
            self.keep(course[: n + 1], run)
        if run is None:
            raise ValueError("a course has at least one leg")
        return run


def forking(scenario: Scenario, past: Recording, tick: int) -> Job[Recording]:
    """Go on from `tick` of `past` under another scenario, as a job in slices; see `fork`.

    A tick after the finish changes nothing.
    """
    if tick > past.ticks or past.x[tick] >= past.race_m or scenario.distance != past.race_m:
        return replace(past, scenario_json=scenario.model_dump_json(by_alias=True))
    batch = batch_of([scenario], past.step_s)
    trace = yield from stepping(batch, [past.state_at_tick(tick)])
    return recordings_of(batch, trace, past)[0]


def tick_at(time_s: float, step_s: float) -> int:
    """Return the tick at or before a race time [s]; within a billionth of a tick it is that one."""
    place = time_s / step_s
    near = round(place)
    return near if abs(place - near) < 1e-9 else int(np.floor(place))


def physical(scenario: Scenario) -> Scenario:
    """Return the scenario with everything neutral that does not touch the run itself.

    Two scenarios that are equal after this give the same run to the bit.
    """
    waves: tuple[LightWave, ...] = ()
    if scenario.pacers.follows is not None:
        waves = tuple(LightWave(name=w.name, plan=w.plan) for w in scenario.wavelight.waves)
    return scenario.model_copy(
        update={
            "name": "-",
            "note": "",
            "ghosts": (),
            "published": None,
            "uncertainty": _CERTAIN,
            "wavelight": scenario.wavelight.model_copy(update={"waves": waves, "leds": 400}),
        }
    )
