"""What turning a knob means for the settings: most knobs are one value, some are a whole plan.

In: settings, the scenario they give, a path and what was typed. Out: other settings, which the
loader still has to accept.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from simulator.errors import LightpaceError, ScenarioError
from simulator.scenario.loader import scenario_to_dict
from simulator.scenario.model import Scenario
from simulator.scenario.plan import EvenPlan, LapPlan, Plan, SplitPlan
from simulator.scenario.reading import shipped_names
from simulator.session.knobs import THE_PLAN
from simulator.session.plans import (
    AS_THE_PLAN,
    RefusedError,
    plan_with_shape,
    plan_with_strength,
    plan_with_target,
    time_text,
    typed_time,
)
from simulator.session.settings import Settings, flow

MAX_TYPED = 200
_WAVE_NAME = re.compile(r"wavelight\.waves\.(\d{1,3})\.name")
_PLAN_KNOB = re.compile(r"(plan|wavelight\.waves\.(\d{1,3})\.plan)\.(target|shape|strength)")


def turned(
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
        RefusedError: that cannot be meant.
        ScenarioError: the loader refuses it already.
    """
    text = text.strip()
    if not text:
        raise RefusedError("nothing was typed")
    if len(text) > MAX_TYPED:
        raise RefusedError("that is too long for a knob")
    found = _PLAN_KNOB.fullmatch(path)
    if found is not None:
        at, number, knob = found.groups()
        if number is None:
            plan, own = scenario.plan, True
            in_file: Plan | None = file_scenario.plan
        else:
            i = int(number)
            if i >= len(scenario.wavelight.waves):
                raise RefusedError(f"there is no wave {i + 1}")
            wave_plan = scenario.wavelight.waves[i].plan
            plan, own = wave_plan or scenario.plan, wave_plan is not None
            file_waves = file_scenario.wavelight.waves
            in_file = file_waves[i].plan if i < len(file_waves) else None
            locked = ()
        new = _turned_plan(plan, in_file, scenario.distance, knob, text, locked)
        if knob == "shape" and number is not None and text == AS_THE_PLAN:
            new = "null"
        elif knob == "target" and not own:
            new = flow({"shape": "even", "target": text, "standing_start": plan.standing_start})
        return settings.with_value(path, text) if new is None else settings.with_value(at, new)
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
    """Return the settings without a wave; a group that followed it keeps to the plan.

    Raises:
        RefusedError: there is no such wave.
    """
    waves = scenario_to_dict(scenario)["wavelight"]["waves"]
    kept = [wave for wave in waves if wave["name"] != name]
    if len(kept) == len(waves):
        raise RefusedError(f"there is no wave called '{name[:60]}'")
    if scenario.pacers.follows == name:
        settings = settings.with_value("pacers.follows", "null")
    return settings.with_value("wavelight.waves", flow(kept))


def _with_wave_name(settings: Settings, scenario: Scenario, i: int, name: str) -> Settings:
    """Return the settings with another name for a wave; a group that follows it still does."""
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
    own = file_scenario.pacers.formation.name
    if name == own and name not in shipped_names("formations"):
        new = settings.without("pacers.formation")
    count = scenario.pacers.count
    if count is None:
        return new
    places = len(new.with_value("pacers.count", "null").load().pacers.formation.names())
    return new if count <= places else new.with_value("pacers.count", str(places))


def _turned_plan(
    plan: Plan,
    in_file: Plan | None,
    race_m: float,
    knob: str,
    text: str,
    locked: Collection[int],
) -> str | None:
    """Return a whole new plan as text, or None where setting the one value does it."""
    if knob == "shape":
        return None if text == AS_THE_PLAN else plan_with_shape(plan, in_file, text, race_m)
    if knob == "strength":
        return plan_with_strength(plan, text, in_file)
    if isinstance(plan, (SplitPlan, LapPlan)):
        return plan_with_target(plan, race_m, typed_time(text), locked)
    return None


def bare(settings: Settings, path: str) -> list[Settings]:
    """Return the settings without what was set for a knob, the least taken away first."""
    found = _PLAN_KNOB.fullmatch(path)
    ways = [path] if found is None else [path, found.group(1)]
    return [s for s in (settings.without(way) for way in ways) if s != settings]


def new_wave(scenario: Scenario) -> str:
    """Return one more wave, as text: as the plan, in a colour of its own."""
    names = {wave.name for wave in scenario.wavelight.waves}
    used = {wave.colour for wave in scenario.wavelight.waves}
    free = (c for c in ("blue", "red", "amber", "violet", "cyan", "white") if c not in used)
    number = next(n for n in range(2, 99) if f"wave {n}" not in names)
    target = scenario.plan.target if isinstance(scenario.plan, EvenPlan) else None
    wave = {"name": f"wave {number}", "colour": next(free, "grey")}
    if target is None:
        return flow(wave)
    return flow({**wave, "plan": {"shape": "even", "target": time_text(target)}})


def sentence(error: LightpaceError) -> str:
    """Return an error as one sentence for the window: the first problem, and what to do."""
    if isinstance(error, ScenarioError) and error.problems:
        problem = error.problems[0]
        return f"{problem.message} ({problem.hint})" if problem.hint else problem.message
    return str(error)
