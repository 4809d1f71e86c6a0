"""From a course to its run: simulate from the gun, then fork at each later leg.

In: courses. Out: recordings; a few are kept, and any other is simulated again, the same to the bit.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np

from simulator.analysis.marks import Mark, ghost_marks
from simulator.errors import LightpaceError
from simulator.physics.attempt import finished
from simulator.physics.pacers import Group, group_of
from simulator.recording.recording import Recording
from simulator.scenario.fields import Section
from simulator.scenario.ghosts import Ghost
from simulator.scenario.model import LightWave, Scenario
from simulator.scenario.pacers import Pacers
from simulator.session.attempting import attempting
from simulator.session.changes import Course
from simulator.session.settings import Settings

KEPT_RUNS = 24
KEPT_SCENARIOS = 48
_SAME_FOR_ALL: dict[str, Any] = {
    "name": "-",
    "note": "",
    "ghosts": (),
    "published": None,
    "uncertainty": Scenario.model_fields["uncertainty"].get_default(call_default_factory=True),
}
"""What does not touch a run at all, with one value for all."""

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
        self._groups: Kept[tuple[Pacers, float], Group] = Kept(KEPT_SCENARIOS)
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

    @contextmanager
    def reading_files_anew(self) -> Iterator[None]:
        """Read the files of ghosts anew; where one has problems, what it said before goes on.

        Raises:
            LightpaceError: whatever is raised inside.
        """
        before, self._ghosts = self._ghosts, Kept(KEPT_SCENARIOS)
        try:
            yield
        except LightpaceError:
            self._ghosts = before
            raise

    def group(self, pacers: Pacers, race_m: float) -> Group:
        """Return the pacers as a group."""
        group = self._groups.get((pacers, race_m))
        if group is None:
            group = group_of(pacers, race_m)
            self._groups.put((pacers, race_m), group)
        return group

    def keep_scenario(self, settings: Settings, scenario: Scenario) -> None:
        """Keep a scenario that is known already."""
        self._scenarios.put(settings, scenario)

    def recording(self, course: Course) -> Recording | None:
        """Return the run of a course if it is kept."""
        return self._recordings.get(course)

    def keep(self, course: Course, recording: Recording) -> None:
        """Keep a run."""
        self._recordings.put(course, recording)

    def missing(self, course: Course) -> tuple[Recording | None, list[tuple[int, Scenario]]]:
        """Return the longest part of a course that is kept, and the legs that are not."""
        known = next(
            (n for n in range(len(course), 0, -1) if self.recording(course[:n]) is not None), 0
        )
        legs = [(leg.tick, self.scenario(leg.settings)) for leg in course[known:]]
        return self.recording(course[:known]), legs

    def found(self, course: Course, runs: Sequence[Recording]) -> None:
        """Keep the runs of the last legs of a course."""
        first = len(course) - len(runs) + 1
        for n, run in enumerate(runs, start=first):
            self.keep(course[:n], run)

    def run(self, course: Course) -> Recording:
        """Return the run of a course, simulated here and now where it is not kept."""
        past, legs = self.missing(course)
        if legs:
            self.found(course, finished(attempting(past, legs, ())).runs)
        run = self.recording(course)
        if run is None:
            raise ValueError("a course has at least one leg")
        return run


def tick_at(time_s: float, step_s: float) -> int:
    """Return the tick at or before a race time [s]; within a billionth of a tick it is that one."""
    place = time_s / step_s
    near = round(place)
    return near if abs(place - near) < 1e-9 else int(np.floor(place))


def physical(scenario: Scenario) -> Scenario:
    """Return the scenario with everything neutral that does not touch the run itself.

    Two scenarios that are equal after this give the same run to the bit.
    """
    neutral = _neutral(scenario)
    pacers: Pacers = neutral["pacers"]
    if pacers.count == len(pacers.formation.names()):  # all of them, whether counted or not
        neutral["pacers"] = pacers.model_copy(update={"count": None})
    return scenario.model_copy(update=neutral)


def run_key(scenario: Scenario, told: dict[tuple[int, str | None], str]) -> str:
    """Return a text that two scenarios share if they give the same run to the bit.

    Args:
        scenario: what is asked for.
        told: the texts of sections told before, by their identity and the wave that leads: rows of
            one strip share most.
    """
    neutral = _neutral(scenario)
    parts = []
    for name in Scenario.model_fields:
        if name in _SAME_FOR_ALL:
            continue
        own = getattr(scenario, name)
        value = neutral.get(name, own)
        if not isinstance(value, Section):
            parts.append(repr(value))
            continue
        key = id(own), scenario.pacers.follows
        if key not in told:
            told[key] = value.model_dump_json(by_alias=True)
        parts.append(told[key])
    return "\n".join(parts)


def _neutral(scenario: Scenario) -> dict[str, Any]:
    """Return what does not touch the run, each with one value for all."""
    pacers, led = scenario.pacers, scenario.pacers.follows
    waves: tuple[LightWave, ...] = ()
    if led is not None:  # whatever it is called
        waves = tuple(LightWave(plan=w.plan) for w in scenario.wavelight.waves if w.name == led)
        pacers = pacers.model_copy(update={"follows": waves[0].name})
    light = scenario.wavelight.model_copy(update={"waves": waves, "leds": 400})
    return {**_SAME_FOR_ALL, "pacers": pacers, "wavelight": light}
