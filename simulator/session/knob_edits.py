"""Turning a knob: new settings, or a whole new plan if a split or a shape is turned.

In: settings with their scenario, and typed text. Out: settings, which the loader still has to
accept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

from simulator.analysis.splits import split_distances, split_label
from simulator.errors import LightpaceError, ScenarioError
from simulator.scenario.loader import scenario_to_dict
from simulator.scenario.model import Scenario
from simulator.scenario.plan import (
    EvenPlan,
    LapPlan,
    Plan,
    ProgressivePlan,
    SplitPlan,
    SteppedPlan,
    schedule_of,
)
from simulator.scenario.reading import named_files
from simulator.session.history import Settings, flow
from simulator.session.knobs import (
    AS_THE_PLAN,
    COLOURS,
    SHAPES,
    THE_PLAN,
    time_text,
    wave_partners,
)
from simulator.units import LAP_M, parse_time

MAX_TYPED = 200
_WAVE_NAME = re.compile(r"wavelight\.waves\.(\d{1,3})\.name")
_PLAN_KNOB = re.compile(r"(plan|wavelight\.waves\.(\d{1,3})\.plan)\.(target|shape|strength)")


class RefusedError(Exception):
    """Typed text cannot be applied; the message says why."""


def typed_time(text: str) -> float:
    """Return a typed time [s].

    Raises:
        RefusedError: the text is no time.
    """
    try:
        return parse_time(text)
    except ValueError as error:
        raise RefusedError(str(error)) from None


def first_sentence(error: LightpaceError) -> str:
    """Return an error as one sentence for the window: the first problem and its remedy."""
    if isinstance(error, ScenarioError) and error.problems:
        problem = error.problems[0]
        return f"{problem.message} ({problem.hint})" if problem.hint else problem.message
    return str(error)


def apply_knob(
    settings: Settings,
    scenario: Scenario,
    file_scenario: Scenario,
    path: str,
    text: str,
    *,
    locked: Collection[int] = (),
) -> Settings:
    """Return the settings after the knob at `path` was set to `text`.

    Raises:
        RefusedError: the text makes no sense here.
        ScenarioError: the loader refuses it.
    """
    text = text.strip()
    if not text:
        raise RefusedError("nothing was typed")
    if len(text) > MAX_TYPED:
        raise RefusedError("that is too long for a knob")
    match = _PLAN_KNOB.fullmatch(path)
    if match is not None:
        at, number, knob = match.groups()
        if number is None:
            plan, has_plan = scenario.plan, True
            in_file: Plan | None = file_scenario.plan
        else:
            i = int(number)
            if i >= len(scenario.wavelight.waves):
                raise RefusedError(f"there is no wave {i + 1}")
            wave_plan = scenario.wavelight.waves[i].plan
            plan, has_plan = wave_plan or scenario.plan, wave_plan is not None
            there = wave_partners(scenario, file_scenario).get(i)
            in_file = None if there is None else file_scenario.wavelight.waves[there].plan
            locked = ()
        new = _plan_with(plan, in_file, scenario.distance, knob, text, locked)
        if knob == "shape" and number is not None and text == AS_THE_PLAN:
            new = "null"
        elif knob == "target" and not has_plan:
            new = flow({"shape": "even", "target": text, "standing_start": plan.standing_start})
        edited = settings.with_value(path, text) if new is None else settings.with_value(at, new)
        return _renamed(edited, scenario, text) if path == "plan.target" else edited
    if path == "pacers.follows":
        is_wave = text in {wave.name for wave in scenario.wavelight.waves}
        nobody = text == THE_PLAN and not is_wave
        return settings.with_value(path, "null" if nobody else flow(text))
    named = _WAVE_NAME.fullmatch(path)
    if named is not None:
        return _with_wave_name(settings, scenario, int(named.group(1)), text)
    if path == "pacers.formation":
        return _with_formation(settings, scenario, file_scenario, text)
    return settings.with_value(path, text)


def without_wave(settings: Settings, scenario: Scenario, name: str) -> Settings:
    """Return the settings without a wave; a group that followed it follows the plan.

    Raises:
        RefusedError: there is no such wave.
    """
    waves = scenario_to_dict(scenario)["wavelight"]["waves"]
    others = [wave for wave in waves if wave["name"] != name]
    if len(others) == len(waves):
        raise RefusedError(f"there is no wave called '{name[:60]}'")
    if scenario.pacers.follows == name:
        settings = settings.with_value("pacers.follows", "null")
    return settings.with_value("wavelight.waves", flow(others))


def with_ghost(settings: Settings, scenario: Scenario, ghost: dict[str, Any]) -> Settings:
    """Return the settings with one more ghost, in an unused colour."""
    ghosts = scenario_to_dict(scenario)["ghosts"]
    used = {each.colour for each in (*scenario.ghosts, *scenario.wavelight.waves)}
    free = next((colour for colour in COLOURS if colour not in used), "grey")
    return settings.with_value("ghosts", flow([*ghosts, {"colour": free, **ghost}]))


def without_ghost(settings: Settings, scenario: Scenario, index: int) -> Settings:
    """Return the settings without a ghost; this may be the published result's.

    Raises:
        RefusedError: there is no such ghost.
    """
    ghosts = scenario_to_dict(scenario)["ghosts"]
    if not 0 <= index < len(ghosts):
        raise RefusedError(f"there is no ghost {index + 1}")
    gone = ghosts.pop(index)
    if scenario.published is not None and gone["name"] == scenario.published:
        settings = settings.with_value("published", "null")
    return settings.with_value("ghosts", flow(ghosts))


def _renamed(settings: Settings, scenario: Scenario, target: str) -> Settings:
    """Return the settings with waves named after the plan's target renamed to the new target."""
    old = time_text(schedule_of(scenario.plan, scenario.distance).finish_s)
    for i, wave in enumerate(scenario.wavelight.waves):
        if wave.plan is None and wave.name == old:
            settings = _with_wave_name(settings, scenario, i, time_text(typed_time(target)))
    return settings


def _with_wave_name(settings: Settings, scenario: Scenario, i: int, name: str) -> Settings:
    """Return the settings with a wave renamed; a group that follows it still does."""
    waves = scenario.wavelight.waves
    if i >= len(waves):
        raise RefusedError(f"there is no wave {i + 1}")
    new = settings.with_value(f"wavelight.waves.{i}.name", flow(name))
    follows = scenario.pacers.follows == waves[i].name
    return new.with_value("pacers.follows", flow(name)) if follows else new


def _with_formation(
    settings: Settings, scenario: Scenario, file_scenario: Scenario, name: str
) -> Settings:
    """Return the settings with another formation, and no more pacers than it has places."""
    new = settings.with_value("pacers.formation", name)
    in_file = file_scenario.pacers.formation.name
    if name == in_file and name not in named_files("formations"):
        new = settings.without("pacers.formation")
    count = scenario.pacers.count
    if count is None:
        return new
    places = len(new.with_value("pacers.count", "null").load().pacers.formation.names())
    return new if count <= places else new.with_value("pacers.count", str(places))


def _plan_with(
    plan: Plan,
    in_file: Plan | None,
    race_m: float,
    knob: str,
    text: str,
    locked: Collection[int],
) -> str | None:
    """Return a whole new plan as text, or None if setting the single value is enough."""
    if knob == "shape":
        return None if text == AS_THE_PLAN else plan_with_shape(plan, in_file, text, race_m)
    if knob == "strength":
        return plan_with_strength(plan, text, in_file)
    if isinstance(plan, (SplitPlan, LapPlan)):
        return plan_with_target(plan, race_m, typed_time(text), locked)
    return None


def without_knob(settings: Settings, path: str) -> list[Settings]:
    """Return the settings without a knob's overrides, the variant that removes least first."""
    match = _PLAN_KNOB.fullmatch(path)
    ways = [path] if match is None else [path, match.group(1)]
    return [s for s in (settings.without(way) for way in ways) if s != settings]


def new_wave(scenario: Scenario) -> str:
    """Return another wave as text: like the plan, in an unused colour."""
    names = {wave.name for wave in scenario.wavelight.waves}
    used = {wave.colour for wave in scenario.wavelight.waves}
    free = (c for c in ("blue", "red", "amber", "violet", "cyan", "white") if c not in used)
    number = next(n for n in range(2, 99) if f"wave {n}" not in names)
    target = scenario.plan.target if isinstance(scenario.plan, EvenPlan) else None
    wave = {"name": f"wave {number}", "colour": next(free, "grey")}
    if target is None:
        return flow(wave)
    return flow({**wave, "plan": {"shape": "even", "target": time_text(target)}})


# -- plans -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanSections:
    """A plan in sections: their ends [m] and durations [s]."""

    labels: tuple[str, ...]
    distances_m: tuple[float, ...]
    times_s: tuple[float, ...]

    @property
    def cumulative_s(self) -> tuple[float, ...]:
        """Time at the end of each section [s]."""
        return tuple(accumulate(self.times_s))

    def laps(self) -> tuple[range, ...]:
        """Return the sections of each 400 m lap; the last lap may be shorter.

        Where sections are not 200 m long, each is a row.
        """
        if self.distances_m[0] != LAP_M / 2:
            return self.single()
        ends = [i for i, x in enumerate(self.distances_m[:-1]) if x % LAP_M < 1e-6]
        ends.append(len(self.distances_m) - 1)
        return tuple(range(a + 1, b + 1) for a, b in zip([-1, *ends], ends, strict=False))

    def single(self) -> tuple[range, ...]:
        """Return each section by itself."""
        return tuple(range(i, i + 1) for i in range(len(self.times_s)))


@lru_cache(maxsize=16)
def sections_of(plan: Plan, race_m: float) -> PlanSections:
    """Return the plan in sections of 200 m (longer ones in long races)."""
    distances = split_distances(race_m)
    cumulative = [round(t, 6) for t in schedule_of(plan, race_m).time_at(distances).tolist()]
    times = tuple(b - a for a, b in zip([0.0, *cumulative], cumulative, strict=False))
    labels = tuple(split_label(x, race_m) for x in distances)
    return PlanSections(labels, tuple(distances), times)


def plan_with_target(plan: Plan, race_m: float, target_s: float, locked: Collection[int]) -> str:
    """Return the plan with another finish time; a table's unlocked rows are stretched.

    Raises:
        RefusedError: every row is locked, or the unlocked ones cannot take the difference.
    """
    if isinstance(plan, LapPlan):
        share = target_s / sum(plan.laps)
        laps = [time_text(t * share) for t in plan.laps]
        return flow({**_plain(plan), "laps": laps})
    if not isinstance(plan, SplitPlan):
        return flow({**_plain(plan), "target": time_text(target_s)})
    sections = sections_of(plan, race_m)
    open_rows = [i for i in range(len(sections.times_s)) if i not in locked]
    change = target_s - sections.cumulative_s[-1]
    return table_text(plan, sections, _spread(sections.times_s, open_rows, change))


def plan_with_split(
    plan: Plan,
    race_m: float,
    rows: range,
    time_s: float,
    *,
    cumulative: bool,
    keep_target: bool,
    locked: Collection[int],
) -> str:
    """Return the plan as a table in which some sections, or all up to their end, take `time_s`.

    The sections `rows` (one, or those of a lap) share a change in proportion to their length. With
    `keep_target` the unlocked rows compensate (for a cumulative split only later ones); otherwise
    the target moves. The finish itself moves by stretching the unlocked rows.

    Raises:
        RefusedError: no unlocked row can take the difference.
    """
    sections = sections_of(plan, race_m)
    times = sections.times_s
    last, end = len(times) - 1, rows[-1]
    if cumulative and end == last:
        open_rows = [i for i in range(len(times)) if i not in locked]
        spread = _spread(times, open_rows, time_s - sections.cumulative_s[-1])
        return table_text(plan, sections, spread)
    whole = sum(times[i] for i in rows)
    change = time_s - (sections.cumulative_s[end] if cumulative else whole)
    share = (whole + change) / whole
    moved = [t * share if i in rows else t for i, t in enumerate(times)]
    if share <= 0:
        raise RefusedError(f"{time_text(time_s)} is not after the split before")
    if keep_target:
        first = end + 1 if cumulative else 0
        open_rows = [i for i in range(first, len(times)) if i not in rows and i not in locked]
        moved = _spread(moved, open_rows, -change)
    return table_text(plan, sections, moved)


def _spread(times: Sequence[float], rows: Sequence[int], change_s: float) -> list[float]:
    """Return the times with the change distributed over `rows` in proportion to their length."""
    whole = sum(times[i] for i in rows)
    if abs(change_s) < 1e-9:
        return list(times)
    if not rows:
        raise RefusedError("every other row is locked: unlock one, or let the target move")
    share = 1.0 + change_s / whole
    if share <= 0:
        raise RefusedError("the open rows cannot give that much")
    return [t * share if i in rows else t for i, t in enumerate(times)]


def table_text(plan: Plan, sections: PlanSections, times_s: Sequence[float]) -> str:
    """Return a table of splits as a plan's text."""
    ends = zip(sections.labels, accumulate(times_s), strict=True)
    table = {label: time_text(end) for label, end in ends}
    return flow({"shape": "splits", "standing_start": plan.standing_start, "splits": table})


def plan_with_shape(plan: Plan, file_plan: Plan | None, shape: str, race_m: float) -> str:
    """Return a plan of another shape with the same target; the file's shape returns its own plan.

    Raises:
        RefusedError: the shape is unknown, or only a file can define it.
    """
    target = sections_of(plan, race_m).cumulative_s[-1]
    if file_plan is not None and file_plan.shape == shape:
        return plan_with_target(file_plan, race_m, target, ())
    if shape == "splits":
        sections = sections_of(plan, race_m)
        return table_text(plan, sections, sections.times_s)
    if shape not in SHAPES:
        raise RefusedError(f"there is no shape '{shape[:40]}': {', '.join(SHAPES)}")
    plain = {"standing_start": plan.standing_start, "target": time_text(target)}
    if shape != "even" and isinstance(plan, (SteppedPlan, ProgressivePlan)):
        plain["strength"] = plan.strength
    return flow({"shape": shape, **plain})


def plan_with_strength(plan: Plan, text: str, file_plan: Plan | None) -> str | None:
    """Return an even plan bent by this strength; None if the plan has a strength of its own.

    With strength zero, a plan that is even in the file becomes even again.

    Raises:
        RefusedError: the plan is a table.
    """
    if isinstance(plan, (SteppedPlan, ProgressivePlan)):
        if text == "0" and isinstance(file_plan, EvenPlan):
            plain = {key: value for key, value in _plain(plan).items() if key != "strength"}
            return flow({**plain, "shape": "even"})
        return None
    if not isinstance(plan, EvenPlan):
        raise RefusedError("a table has no strength: choose a shape first")
    return flow({**_plain(plan), "shape": "negative", "strength": text.strip()})


def _plain(plan: Plan) -> dict[str, Any]:
    plain: dict[str, Any] = plan.model_dump(mode="json", by_alias=True)
    if "target" in plain:
        plain["target"] = time_text(plain["target"])
    return plain
