"""References: what the runner is measured against - plan, light, ghosts - as one type.

In: a scenario. Out: `Reference`s: positions by time, and times by position.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from numpy.typing import ArrayLike

from simulator.errors import RecordingError
from simulator.physics.attempt import simulate
from simulator.physics.setup import planned_of, wave_schedules
from simulator.recording.recording import Floats, Recording
from simulator.recording.store import load_recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import (
    ActivityGhost,
    EvenGhost,
    Ghost,
    KnownGhost,
    RecordingGhost,
    Scenario,
    ScenarioGhost,
)
from simulator.scenario.schedule import Schedule, Waypoint, even_schedule, schedule_through
from simulator.units import format_distance, format_time, whole_metres

if TYPE_CHECKING:
    from simulator.analysis.activity_races import RaceRun


class Trajectory(Protocol):
    """Anything that runs: a `Schedule` or a `Recording`."""

    def distance_at(self, time_s: ArrayLike) -> Floats:
        """Return race distance [m] at race time [s]."""

    def time_at(self, distance_m: ArrayLike) -> Floats:
        """Return race time [s] at race distance [m]."""

    def __hash__(self) -> int:
        """Return a key of this very run."""


@dataclass(frozen=True, eq=False)
class Reference:
    """A named run to measure against.

    Attributes:
        name: as on the screen, `even 4:00.00`.
        label: the short tag at the dot, `4:00`.
        colour: colour name the theme resolves.
        note: its source and its clock.
        finish_s: its finish time [s], None if it never finished.
        distance_m: how far it runs [m].
        run: the run itself.
        known_s: its known times [s], by distance [m]; None if every time is known. Between
            published splits a ghost follows a smooth guess, which may be drawn but not printed. A
            tolerance does not change published times.
        tolerance_s: its error [s]; 0 if it is exact, or nothing is stated.
    """

    name: str
    label: str
    colour: str
    note: str
    finish_s: float | None
    distance_m: float
    run: Trajectory
    known_s: Mapping[float, float] | None = None
    tolerance_s: float = 0.0

    @property
    def reach_m(self) -> float:
        """Uncertainty of its drawn position, either way, at its mean speed [m]."""
        until_s = float(self.run.time_at(self.distance_m)) if self.tolerance_s else 1.0
        return self.tolerance_s * self.distance_m / max(until_s, 1.0)


def short_time(seconds: float) -> str:
    """Return `4:00` for 240.00 and `4:06.42` for 246.42."""
    text = format_time(seconds)
    return text.removesuffix(".00")


def plan_reference(scenario: Scenario) -> Reference:
    """Return the plan as a reference."""
    schedule = planned_of(scenario.plan, scenario.distance).schedule
    return _reference("the plan", "grey", "", schedule)  # her own curve is white


def wave_references(scenario: Scenario) -> list[Reference]:
    """Return every wave of light as a reference, shown or not, in the order of the file."""
    schedules = wave_schedules(scenario)
    waves = scenario.wavelight.waves
    return [
        _reference(name, wave.colour, "", schedule)
        for wave, (name, schedule) in zip(waves, schedules, strict=True)
    ]


def running_lights(scenario: Scenario) -> list[Reference]:
    """Return the waves of light that are on; the first is the one that she chases."""
    waves = zip(scenario.wavelight.waves, wave_references(scenario), strict=True)
    return [mark for wave, mark in waves if wave.on]


def light_reference(scenario: Scenario) -> Reference:
    """Return the light she chases: the first wave that is on; without one, the plan."""
    return next(iter(running_lights(scenario)), None) or plan_reference(scenario)


def light_words(lights: Sequence[Reference]) -> str:
    """Return what the light she chases is called: among several, the first by its name."""
    return light_name(lights[0], lights) if len(lights) > 1 else "the light"


def light_lost(lights: Sequence[Reference]) -> str:
    """Return the words for its loss, such as a heading has: "light lost"."""
    return f"{light_words(lights).removeprefix('the ')} lost"


def light_result(
    lights: Sequence[Reference], lost_m: float | None, *, finished: bool
) -> tuple[str, ...]:
    """Return a line on where she lost it, or that she kept it; none if neither can be said."""
    if lights and lost_m is not None:
        return (f"lost {light_words(lights)} at {whole_metres(lost_m)} m",)
    return (f"kept {light_words(lights)} to the line",) if lights and finished else ()


def light_name(mark: Reference, lights: Sequence[Reference]) -> str:
    """Return the name of one of several lights: its time, or its own if another has that time."""
    if [other.label for other in lights].count(mark.label) == 1:
        return f"light {mark.label}"
    return mark.name if "light" in mark.name else f"light {mark.name}"


def ghost_references(scenario: Scenario) -> list[Reference]:
    """Return the scenario's ghosts that are on; runs are simulated or loaded.

    Raises:
        ScenarioError: a ghost's scenario file has problems.
        RecordingError: a ghost's recording or activity cannot be read, or is of another race.
        ExtraError: reading it needs an extra that is not installed.
    """
    return [_ghost_reference(ghost, scenario) for ghost in scenario.ghosts if ghost.on]


def _ghost_reference(ghost: Ghost, scenario: Scenario) -> Reference:
    if isinstance(ghost, EvenGhost):
        start = ghost.standing_start
        standing = scenario.plan.standing_start if start is None else start
        schedule = even_schedule(scenario.distance, ghost.time, standing_start=standing)
        name = ghost.name or f"even {format_time(ghost.time)}"
        return _reference(name, ghost.colour, ghost.note, schedule)
    if isinstance(ghost, ScenarioGhost):
        other = load_scenario(ghost.file, with_ghosts=False)
        return run_reference(ghost.name or other.name, ghost.colour, ghost.note, simulate(other))
    if isinstance(ghost, RecordingGhost):
        recording = load_recording(ghost.file)
        about = json.loads(recording.scenario_json)
        off_s = about.get("tolerance_s")
        tolerance_s = float(off_s) if isinstance(off_s, float) and 0 < off_s < 100 else 0.0
        name = ghost.name or Path(ghost.file).stem
        name += f" ± {tolerance_s:.1f} s" if tolerance_s else ""
        mark = run_reference(name, ghost.colour, ghost.note, recording)
        return replace(mark, tolerance_s=tolerance_s)
    tolerance_s, note = 0.0, ghost.note
    if isinstance(ghost, ActivityGhost):
        from simulator.analysis.activity_races import schedule_of_run  # noqa: PLC0415 - few have one

        run = activity_run(ghost, scenario.distance)
        waypoints, tolerance_s = run.waypoints, run.tolerance_s
        note = note or run.note
        schedule = schedule_of_run(run, standing_start=ghost.standing_start)
    else:
        waypoints = tuple(ghost.known(scenario.distance))
        schedule = schedule_through(waypoints, standing_start=ghost.standing_start)
    stopped = schedule.distance_m < (ghost.distance or scenario.distance) - 1e-6  # as a pacer
    name = ghost.name or format_time(schedule.finish_s)
    if stopped and not ghost.name:  # the time would read as a finish
        name = f"stopped at {format_distance(schedule.distance_m)}"
    if tolerance_s:
        name += f" ± {tolerance_s:.1f} s"
    mark = _reference(name, ghost.colour, note, schedule)
    if stopped:
        mark = replace(mark, finish_s=None, label=name)
    if tolerance_s:
        return replace(mark, tolerance_s=tolerance_s)
    return replace(mark, known_s={w.distance_m: w.time_s for w in waypoints})


def activity_run(ghost: ActivityGhost, race_m: float) -> RaceRun:
    """Return a ghost's file as a run of its race, or of a race over `race_m` [m].

    Raises:
        RecordingError: the file cannot be read, or is of another race.
        ExtraError: reading it needs an extra that is not installed.
    """
    from simulator.analysis.activity_races import race_run  # noqa: PLC0415 - few have one
    from simulator.recording.activities import read_activity  # noqa: PLC0415

    activity = read_activity(ghost.file)
    try:
        return race_run(activity, ghost.distance or race_m, ghost.from_, trim=ghost.trim)
    except RecordingError as error:
        raise RecordingError(f"{ghost.file}: {error}") from None


def known_waypoints(ghost: Ghost, race_m: float) -> Sequence[Waypoint]:
    """Return the exact waypoints of a ghost in a race [m]; empty if it is known everywhere.

    Raises:
        RecordingError, ExtraError: as for `activity_run`.
    """
    if isinstance(ghost, KnownGhost):
        return ghost.known(race_m)
    if isinstance(ghost, ActivityGhost):
        run = activity_run(ghost, race_m)
        return run.waypoints if run.exact_on_the_way else ()
    return ()


@lru_cache(maxsize=64)  # what is computed about a reference is cached by its identity
def _reference(name: str, colour: str, note: str, schedule: Schedule) -> Reference:
    finish = schedule.finish_s
    return Reference(name, short_time(finish), colour, note, finish, schedule.distance_m, schedule)


def run_reference(name: str, colour: str, note: str, recording: Recording) -> Reference:
    """Return a recorded run as a reference."""
    finish = recording.finish_s
    label = name if finish is None else short_time(finish)
    length = recording.race_m if finish is not None else float(recording.x[-1])
    return Reference(name, label, colour, note, finish, length, recording)
