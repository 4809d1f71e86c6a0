"""The knobs of a scenario: which there are, what they are called, how far they can be turned.

In: a scenario, and the file's for comparison. Out: `Knob`s for the desk. A slider's range is what
is worth trying; more can be typed, and the loader alone decides what is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import get_args

from simulator.scenario.fields import MarkColour
from simulator.scenario.ghosts import EvenGhost
from simulator.scenario.model import LightWave, Scenario
from simulator.scenario.plan import ProgressivePlan, SteppedPlan, schedule_of
from simulator.scenario.reading import shipped_names
from simulator.session.plans import AS_THE_PLAN, SHAPES, time_text
from simulator.stage.desk import Knob, KnobKind

THE_PLAN = "the plan"
COLOURS: tuple[str, ...] = get_args(MarkColour)
_NAMED = "Click or Enter to type another name."
YES_NO = {True: "yes", False: "no"}


def knobs_of(
    scenario: Scenario, file_scenario: Scenario, problems: Mapping[str, str]
) -> tuple[Knob, ...]:
    """Return every knob, with what the file says and why the last text was refused."""
    in_file = {knob.path: knob for knob in _knobs(file_scenario)}
    found: list[Knob] = []
    for knob in _knobs(scenario):
        other = in_file.get(knob.path)
        found.append(
            replace(
                knob,
                file_value=other.value if other else "",
                changed=other is None or (other.value, other.number) != (knob.value, knob.number),
                problem=problems.get(knob.path, ""),
            )
        )
    return tuple(found)


def label_of(scenario: Scenario, path: str) -> str:
    """Return what a knob is called and what it stands at; of no knob, the first of its path."""
    found = next((knob for knob in _knobs(scenario) if knob.path == path), None)
    return path.partition(".")[0] if found is None else f"{found.label} {found.value}"


@lru_cache(maxsize=16)  # the file's are asked for at every turn
def _knobs(s: Scenario) -> tuple[Knob, ...]:
    return (*_pacers(s), *_plan(s), *_runner(s), *_air(s), *_light(s), *_ghosts(s))


def number_text(value: float) -> str:
    """Return `13`, `1.76`, `-0.5`: as few digits as tell the value."""
    return f"{value:.10g}"


def _number(
    path: str,
    label: str,
    group: str,
    value: float,
    span: tuple[float, float, float],
    unit: str = "",
    note: str = "",
) -> Knob:
    low, high, step = span
    value = float(value)
    return Knob(
        path,
        label,
        group,
        KnobKind.NUMBER,
        number_text(value),
        value,
        min(low, value),
        max(high, value),
        step,
        unit,
        note=note,
    )


def _time(path: str, label: str, group: str, value: float, note: str = "") -> Knob:
    span = max(10.0, 0.1 * value)
    low, high = max(1.0, round(value - span)), round(value + span)
    return Knob(
        path, label, group, KnobKind.TIME, time_text(value), value, low, high, 0.01, "", note=note
    )


def _choice(
    path: str, label: str, group: str, value: str, options: tuple[str, ...], note: str = ""
) -> Knob:
    listed = options if value in options else (value, *options)
    return Knob(path, label, group, KnobKind.CHOICE, value, options=listed, note=note)


def _switch(path: str, label: str, group: str, value: bool, note: str = "") -> Knob:
    return Knob(path, label, group, KnobKind.SWITCH, YES_NO[value], note=note)


def _pacers(s: Scenario) -> list[Knob]:
    p, group = s.pacers, "Pacers"
    names = p.formation.names()
    count = len(names) if p.count is None else p.count
    nearest = min((slot.ahead for slot in p.formation.slots if slot.ahead > 0.5), default=1.2)
    gap = nearest if p.front_gap is None else p.front_gap
    waves = tuple(w.name for w in s.wavelight.waves)
    spacing = "The spacing is assumed." if p.formation.assumed else "The spacing was published."
    return [
        _number(
            "pacers.count",
            "pacers",
            group,
            count,
            (0, max(len(names), 1), 1),
            note="The first in the formation stay; the strip below shows what each number costs.",
        ),
        _choice(
            "pacers.formation",
            "formation",
            group,
            p.formation.name,
            tuple(shipped_names("formations")),
            spacing,
        ),
        _number(
            "pacers.front_gap",
            "front gap",
            group,
            gap,
            (0.5, 6, 0.02),
            "m",
            "Hip to hip, from her to the nearest pacer ahead.",
        ),
        _choice(
            "pacers.policy",
            "policy",
            group,
            p.policy,
            ("hold_light", "wait_for_runner"),
            "Keep to the light, or wait for her when she drops back.",
        ),
        _number(
            "pacers.drop_back",
            "drop back",
            group,
            p.drop_back,
            (0, 50, 0.5),
            "m",
            "How far behind the light they wait, at most; only with wait_for_runner.",
        ),
        _choice(
            "pacers.follows",
            "follow",
            group,
            p.follows or THE_PLAN,
            (THE_PLAN, *waves),
            "Which wave of light the pacers keep to.",
        ),
    ]


def _plan(s: Scenario) -> list[Knob]:
    plan, group = s.plan, "Plan"
    target = schedule_of(plan, s.distance).finish_s
    bent = isinstance(plan, (SteppedPlan, ProgressivePlan))
    strength = plan.strength if isinstance(plan, (SteppedPlan, ProgressivePlan)) else 0.0
    note = "Second half faster (negative) or slower (positive); progressive: line over start."
    return [
        _time("plan.target", "target", group, target),
        _choice("plan.shape", "shape", group, plan.shape, SHAPES),
        _number(
            "plan.strength",
            "strength",
            group,
            strength,
            (-5, 5, 0.1),
            "%",
            note if bent else "An even plan becomes a negative split; a table has no strength.",
        ),
        _switch(
            "plan.standing_start",
            "standing start",
            group,
            plan.standing_start,
            "Whether the light allows for it is assumed.",
        ),
    ]


def _runner(s: Scenario) -> list[Knob]:
    r, group = s.runner, "Runner"
    kit = "No effect of her kit was published: 1 is neutral."
    return [
        _number(
            "runner.form",
            "form",
            group,
            r.form,
            (-3, 3, 0.1),
            "%",
            "Form on the day: scales aerobic power and reserve.",
        ),
        _number("runner.kit.drag", "kit drag", group, r.kit.drag, (0.8, 1.2, 0.01), "×", kit),
        _number("runner.kit.cost", "kit cost", group, r.kit.cost, (0.95, 1.05, 0.001), "×", kit),
    ]


def _air(s: Scenario) -> list[Knob]:
    e, group = s.environment, "Air"
    note = "assumed" if e.assumed else ""
    from_ = "0 is a head wind on the home straight, 90 from outside it."
    return [
        _number(
            "environment.temperature",
            "temperature",
            group,
            e.temperature,
            (-10, 45, 0.5),
            "°C",
            note,
        ),
        _number("environment.wind.speed", "wind", group, e.wind.speed, (0, 8, 0.1), "m/s", note),
        _number(
            "environment.wind.direction",
            "wind from",
            group,
            e.wind.direction,
            (-180, 180, 5),
            "°",
            from_,
        ),
    ]


def _light(s: Scenario) -> list[Knob]:
    found: list[Knob] = []
    alone = len(s.wavelight.waves) == 1
    for i, wave in enumerate(s.wavelight.waves):
        found += _wave(s, wave, f"wavelight.waves.{i}", "" if alone else f"{wave.name}: ")
    return found


def _wave(s: Scenario, wave: LightWave, at: str, before: str) -> list[Knob]:
    group = "Light"
    plan = s.plan if wave.plan is None else wave.plan
    shape = AS_THE_PLAN if wave.plan is None else wave.plan.shape
    knobs = [
        Knob(f"{at}.name", f"{before}name", group, KnobKind.TEXT, wave.name, note=_NAMED),
        _switch(f"{at}.on", f"{before}shown", group, wave.on),
        _choice(f"{at}.colour", f"{before}colour", group, wave.colour, COLOURS),
        _number(
            f"{at}.length",
            f"{before}length",
            group,
            wave.length,
            (1, 40, 1),
            "LEDs",
            "assumed: not published",
        ),
        _choice(
            f"{at}.pace_end",
            f"{before}pace at its",
            group,
            wave.pace_end,
            ("head", "tail"),
            "assumed: not published",
        ),
        _choice(f"{at}.plan.shape", f"{before}plan", group, shape, (AS_THE_PLAN, *SHAPES[:-1])),
        _time(
            f"{at}.plan.target", f"{before}target", group, schedule_of(plan, s.distance).finish_s
        ),
    ]
    if isinstance(wave.plan, (SteppedPlan, ProgressivePlan)):
        strength = wave.plan.strength
        path = f"{at}.plan.strength"
        knobs.append(_number(path, f"{before}strength", group, strength, (-5, 5, 0.1), "%"))
    return knobs


def _ghosts(s: Scenario) -> list[Knob]:
    found: list[Knob] = []
    for i, ghost in enumerate(s.ghosts):
        label = ghost.name or ghost.kind
        found.append(_switch(f"ghosts.{i}.on", label, "Ghosts", ghost.on, ghost.note))
        if isinstance(ghost, EvenGhost):
            found.append(_time(f"ghosts.{i}.time", f"{label}: time", "Ghosts", ghost.time))
        colour = f"{label}: colour"
        found.append(_choice(f"ghosts.{i}.colour", colour, "Ghosts", ghost.colour, COLOURS))
    return found
