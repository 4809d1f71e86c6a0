"""The knobs of a scenario: which there are, how far they can be turned, what turning one does.

In: a scenario, and the file's for comparison; a path and what was typed. Out: `Knob`s for the
drawer; other settings, which the loader still has to accept. A slider's range is what is worth
trying; more can be typed, and the loader alone decides what is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeAlias, get_args

from simulator.errors import LightpaceError, ScenarioError
from simulator.physics.pacers import role_of
from simulator.scenario.fields import MarkColour
from simulator.scenario.ghosts import EvenGhost, Ghost
from simulator.scenario.loader import scenario_to_dict
from simulator.scenario.model import LightWave, Scenario
from simulator.scenario.plan import (
    EvenPlan,
    LapPlan,
    Plan,
    ProgressivePlan,
    SplitPlan,
    SteppedPlan,
    schedule_of,
)
from simulator.scenario.reading import shipped_names
from simulator.session.history import Settings, flow
from simulator.session.plan_edit import (
    AS_THE_PLAN,
    SHAPES,
    RefusedError,
    plan_with_shape,
    plan_with_strength,
    plan_with_target,
    time_text,
    typed_time,
)
from simulator.stage.desk import Knob, KnobKind

NUMBER, TIME, CHOICE, SWITCH, TEXT = KnobKind
THE_PLAN = "the plan"
COLOURS: tuple[str, ...] = get_args(MarkColour)
YES_NO = {True: "yes", False: "no"}
MAX_TYPED = 200
GROUPS = {
    "pacers": "Pacers",
    "plan": "Plan",
    "runner": "Runner",
    "environment": "Air",
    "wavelight": "Light",
    "ghosts": "Ghosts",
}
"""The heading over the knobs of each section."""

_WAVE_NAME = re.compile(r"wavelight\.waves\.(\d{1,3})\.name")
_PLAN_KNOB = re.compile(r"(plan|wavelight\.waves\.(\d{1,3})\.plan)\.(target|shape|strength)")

Span: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table, for each wave or ghost where its path has a `*`.

    Attributes:
        value: of the scenario (of the wave, of the ghost), and of the scenario; None: no such knob.
        span: the slider's range and least move.
        options: the choices.
    """

    kind: KnobKind
    path: str
    label: str
    value: Callable[[Any, Scenario], Any]
    span: Span | Callable[[Scenario], Span] = (0.0, 1.0, 0.01)
    unit: str = ""
    note: str | Callable[[Any], str] = ""
    options: tuple[str, ...] | Callable[[Scenario], tuple[str, ...]] = ()


def _count(s: Scenario, _: Scenario) -> int:
    return len(s.pacers.formation.names()) if s.pacers.count is None else s.pacers.count


def _front_gap(s: Scenario, _: Scenario) -> float:
    if s.pacers.front_gap is not None:
        return s.pacers.front_gap
    ahead = [slot.ahead for slot in s.pacers.formation.slots if role_of(slot) == "ahead"]
    return min(ahead, default=1.2)


def _follows(s: Scenario, _: Scenario) -> str:
    return s.pacers.follows or THE_PLAN


def _spacing(s: Scenario) -> str:
    return f"The spacing {'is assumed' if s.pacers.formation.assumed else 'was published'}."


def _target(s: Scenario | LightWave, of: Scenario) -> float:
    return schedule_of(of.plan if s.plan is None else s.plan, of.distance).finish_s


def _strength(s: Scenario | LightWave, _: Scenario) -> float | None:
    return s.plan.strength if isinstance(s.plan, (SteppedPlan, ProgressivePlan)) else None


def _about_strength(s: Scenario) -> str:
    if _strength(s, s) is None:
        return "An even plan becomes a negative split; a table has no strength."
    return "Second half faster (negative) or slower (positive); progressive: line over start."


def _wave_shape(wave: LightWave, _: Scenario) -> str:
    return AS_THE_PLAN if wave.plan is None else wave.plan.shape


def _ghost_time(ghost: Ghost, _: Scenario) -> float | None:
    return ghost.time if isinstance(ghost, EvenGhost) else None


def _assumed_air(s: Scenario) -> str:
    return "assumed" if s.environment.assumed else ""


_KIT = "No effect of her kit was published: 1 is neutral."
_NOT_PUBLISHED = "assumed: not published"
_WAVE, _GHOST = "wavelight.waves.*", "ghosts.*"

TABLE: tuple[_Row, ...] = (
    _Row(
        NUMBER,
        "pacers.count",
        "pacers",
        _count,
        lambda s: (0, max(len(s.pacers.formation.names()), 1), 1),
        note="The first in the formation stay; the strip below shows what each number costs.",
    ),
    _Row(
        CHOICE,
        "pacers.formation",
        "formation",
        lambda s, _: s.pacers.formation.name,
        options=lambda _: tuple(shipped_names("formations")),
        note=_spacing,
    ),
    _Row(
        NUMBER,
        "pacers.front_gap",
        "front gap",
        _front_gap,
        (0.5, 6, 0.02),
        "m",
        "Hip to hip, from her to the nearest pacer ahead.",
    ),
    _Row(
        CHOICE,
        "pacers.policy",
        "policy",
        lambda s, _: s.pacers.policy,
        options=("hold_light", "wait_for_runner"),
        note="Keep to the light, or wait for her when she drops back.",
    ),
    _Row(
        NUMBER,
        "pacers.drop_back",
        "drop back",
        lambda s, _: s.pacers.drop_back,
        (0, 50, 0.5),
        "m",
        "How far behind the light they wait, at most; only with wait_for_runner.",
    ),
    _Row(
        CHOICE,
        "pacers.follows",
        "follow",
        _follows,
        options=lambda s: (THE_PLAN, *(wave.name for wave in s.wavelight.waves)),
        note="Which wave of light the pacers keep to.",
    ),
    _Row(TIME, "plan.target", "target", _target),
    _Row(CHOICE, "plan.shape", "shape", lambda s, _: s.plan.shape, options=SHAPES),
    _Row(
        NUMBER,
        "plan.strength",
        "strength",
        lambda s, _: _strength(s, s) or 0.0,
        (-5, 5, 0.1),
        "%",
        _about_strength,
    ),
    _Row(
        SWITCH,
        "plan.standing_start",
        "standing start",
        lambda s, _: s.plan.standing_start,
        note="Whether the light allows for it is assumed.",
    ),
    _Row(
        NUMBER,
        "runner.form",
        "form",
        lambda s, _: s.runner.form,
        (-3, 3, 0.1),
        "%",
        "Form on the day: scales aerobic power and reserve.",
    ),
    _Row(
        NUMBER,
        "runner.kit.drag",
        "kit drag",
        lambda s, _: s.runner.kit.drag,
        (0.8, 1.2, 0.01),
        "×",
        _KIT,
    ),
    _Row(
        NUMBER,
        "runner.kit.cost",
        "kit cost",
        lambda s, _: s.runner.kit.cost,
        (0.95, 1.05, 0.001),
        "×",
        _KIT,
    ),
    _Row(
        NUMBER,
        "environment.temperature",
        "temperature",
        lambda s, _: s.environment.temperature,
        (-10, 45, 0.5),
        "°C",
        _assumed_air,
    ),
    _Row(
        NUMBER,
        "environment.wind.speed",
        "wind",
        lambda s, _: s.environment.wind.speed,
        (0, 8, 0.1),
        "m/s",
        _assumed_air,
    ),
    _Row(
        NUMBER,
        "environment.wind.direction",
        "wind from",
        lambda s, _: s.environment.wind.direction,
        (-180, 180, 5),
        "°",
        "0 is a head wind on the home straight, 90 from outside it.",
    ),
    _Row(
        TEXT,
        f"{_WAVE}.name",
        "name",
        lambda w, _: w.name,
        note="Click or Enter to type another name.",
    ),
    _Row(SWITCH, f"{_WAVE}.on", "shown", lambda w, _: w.on),
    _Row(CHOICE, f"{_WAVE}.colour", "colour", lambda w, _: w.colour, options=COLOURS),
    _Row(
        NUMBER,
        f"{_WAVE}.length",
        "length",
        lambda w, _: w.length,
        (1, 40, 1),
        "LEDs",
        _NOT_PUBLISHED,
    ),
    _Row(
        CHOICE,
        f"{_WAVE}.pace_end",
        "pace at its",
        lambda w, _: w.pace_end,
        options=("head", "tail"),
        note=_NOT_PUBLISHED,
    ),
    _Row(CHOICE, f"{_WAVE}.plan.shape", "plan", _wave_shape, options=(AS_THE_PLAN, *SHAPES[:-1])),
    _Row(TIME, f"{_WAVE}.plan.target", "target", _target),
    _Row(NUMBER, f"{_WAVE}.plan.strength", "strength", _strength, (-5, 5, 0.1), "%"),
    _Row(SWITCH, f"{_GHOST}.on", "", lambda g, _: g.on, note=lambda g: g.note),
    _Row(TIME, f"{_GHOST}.time", "time", _ghost_time),
    _Row(CHOICE, f"{_GHOST}.colour", "colour", lambda g, _: g.colour, options=COLOURS),
)
"""Every knob, in the order of the drawer; those of one wave or ghost stand together."""


def knobs_of(
    scenario: Scenario, file_scenario: Scenario, problems: Mapping[str, str]
) -> tuple[Knob, ...]:
    """Return every knob, with what the file says and why the last text was refused."""
    in_file = {knob.path: knob for knob in _knobs(file_scenario)}
    knobs = []
    for knob in _knobs(scenario):
        other = in_file.get(knob.path)
        changed = other is None or (other.value, other.number) != (knob.value, knob.number)
        problem = problems.get(knob.path, "")
        file_value = other.value if other else ""
        knobs.append(replace(knob, file_value=file_value, changed=changed, problem=problem))
    return tuple(knobs)


def label_of(scenario: Scenario, path: str) -> str:
    """Return what a knob is called and its value; of no knob, the first part of its path."""
    found = next((knob for knob in _knobs(scenario) if knob.path == path), None)
    return path.partition(".")[0] if found is None else f"{found.label} {found.value}"


@lru_cache(maxsize=16)  # the file's are wanted at every turn
def _knobs(s: Scenario) -> tuple[Knob, ...]:
    fixed = [row for row in TABLE if "*" not in row.path]
    knobs = [_knob(row, row.path, "", s, s) for row in fixed]
    alone = len(s.wavelight.waves) == 1
    for i, wave in enumerate(s.wavelight.waves):
        knobs += _items(_WAVE, i, "" if alone else f"{wave.name}: ", wave, s)
    for i, ghost in enumerate(s.ghosts):
        name = ghost.name or ghost.kind
        knobs += _items(_GHOST, i, f"{name}: ", ghost, s)
    return tuple(knob for knob in knobs if knob is not None)


def _items(at: str, i: int, before: str, item: Any, s: Scenario) -> Iterator[Knob | None]:
    """Yield the knobs of one wave or ghost."""
    for row in TABLE:
        if row.path.startswith(at):
            yield _knob(row, row.path.replace("*", str(i)), before, item, s)


def _knob(row: _Row, path: str, before: str, item: Any, s: Scenario) -> Knob | None:
    value = row.value(item, s)
    if value is None:
        return None
    label = f"{before}{row.label}" if row.label else before.removesuffix(": ")
    group = GROUPS[path.partition(".")[0]]
    note = row.note if isinstance(row.note, str) else row.note(item)
    if row.kind in (NUMBER, TIME):
        value = float(value)
        low, high, step = _time_span(value) if row.kind is TIME else _span(row, s)
        if row.kind is NUMBER:
            low, high = min(low, value), max(high, value)
        text = time_text(value) if row.kind is TIME else f"{value:.10g}"
        return Knob(path, label, group, row.kind, text, value, low, high, step, row.unit, note=note)
    options = row.options if isinstance(row.options, tuple) else row.options(s)
    if row.kind is CHOICE and value not in options:
        options = (value, *options)
    text = YES_NO[value] if row.kind is SWITCH else value
    return Knob(path, label, group, row.kind, text, options=options, note=note)


def _span(row: _Row, s: Scenario) -> Span:
    return row.span if isinstance(row.span, tuple) else row.span(s)


def _time_span(value: float) -> Span:
    span = max(10.0, 0.1 * value)
    return max(1.0, round(value - span)), round(value + span), 0.01


# -- what turning a knob does ---------------------------------------------------------------------


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
        new = _plan_with(plan, in_file, scenario.distance, knob, text, locked)
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


def _plan_with(
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


def without_knob(settings: Settings, path: str) -> list[Settings]:
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


def first_sentence(error: LightpaceError) -> str:
    """Return an error as one sentence for the window: the first problem, and what to do."""
    if isinstance(error, ScenarioError) and error.problems:
        problem = error.problems[0]
        return f"{problem.message} ({problem.hint})" if problem.hint else problem.message
    return str(error)
