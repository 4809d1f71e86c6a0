"""The knobs of a scenario: their ranges, and what turning one does to the settings.

In: a scenario, and the file's for comparison; settings and typed text. Out: `Knob`s for the drawer;
new settings, which the loader still has to accept: a value, or a whole new plan if a split or a
shape is turned. A slider's range covers sensible values; others can be typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, pairwise
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeAlias, cast, get_args

import numpy as np

from simulator.analysis.splits import split_distances, split_label
from simulator.errors import LightpaceError, ScenarioError
from simulator.scenario.fields import KIT_COLOURS, THEME_KIT, MarkColour
from simulator.scenario.loader import scenario_to_dict
from simulator.scenario.model import EvenGhost, Ghost, Scenario, partners, wave_partners
from simulator.scenario.plan import (
    EvenPlan,
    LapPlan,
    Plan,
    ProgressivePlan,
    SplitPlan,
    SteppedPlan,
    schedule_of,
    waypoints_of,
)
from simulator.scenario.reading import named_files
from simulator.session.history import Settings, flow
from simulator.stage.scene import Knob, KnobKind
from simulator.units import LAP_M, format_time, parse_time

NUMBER, TIME, CHOICE, SWITCH, TEXT = KnobKind
THE_PLAN = "the plan"
AS_THE_PLAN = "as the plan"
SHAPES = ("even", "negative", "positive", "progressive", "splits")
COLOURS: tuple[str, ...] = get_args(MarkColour)
KITS = (THEME_KIT, *KIT_COLOURS)
YES_NO = {True: "yes", False: "no"}
GROUPS = {
    "pacers": "Pacers",
    "plan": "Plan",
    "runner": "Runner",
    "environment": "Air",
    "wavelight": "Light",
    "ghosts": "Ghosts",
}
"""The heading over the knobs of each section."""

Span: TypeAlias = tuple[float, float, float]
Options: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnobRow:
    """One row of the table; a `*` in its path stands for each wave or ghost.

    Attributes:
        span: a slider's range and smallest step, or the choices.
    """

    path: str
    label: str
    kind: KnobKind
    span: Span | Options = ()
    unit: str = ""


TABLE = (
    KnobRow("pacers.count", "pacers", NUMBER, (0, 1, 1)),
    KnobRow("pacers.formation", "formation", CHOICE),
    KnobRow("pacers.front_gap", "front gap", NUMBER, (0.5, 6, 0.02), "m"),
    KnobRow("pacers.policy", "policy", CHOICE, ("hold_light", "wait_for_runner")),
    KnobRow("pacers.drop_back", "drop back", NUMBER, (0, 50, 0.5), "m"),
    KnobRow("pacers.follows", "follow", CHOICE),
    KnobRow("pacers.leader.fade", "fade", NUMBER, (0, 5, 0.1), "s"),
    KnobRow("pacers.leader.surge", "surge", NUMBER, (0, 2, 0.1), "s"),
    KnobRow("pacers.kit", "kit", CHOICE, KITS),
    KnobRow("plan.target", "target", TIME),
    KnobRow("plan.shape", "shape", CHOICE, SHAPES),
    KnobRow("plan.strength", "strength", NUMBER, (-5, 5, 0.1), "%"),
    KnobRow("plan.standing_start", "standing start", SWITCH),
    KnobRow("runner.form", "form", NUMBER, (-3, 3, 0.1), "%"),
    KnobRow("runner.kit.drag", "kit drag", NUMBER, (0.8, 1.2, 0.01), "×"),
    KnobRow("runner.kit.cost", "kit cost", NUMBER, (0.95, 1.05, 0.001), "×"),
    KnobRow("runner.kit.colour", "kit", CHOICE, KITS),
    KnobRow("environment.temperature", "temperature", NUMBER, (-10, 45, 0.5), "°C"),
    KnobRow("environment.wind.speed", "wind", NUMBER, (0, 8, 0.1), "m/s"),
    KnobRow("environment.wind.direction", "wind from", NUMBER, (-180, 180, 5), "°"),
    KnobRow("wavelight.waves.*.name", "name", TEXT),
    KnobRow("wavelight.waves.*.on", "shown", SWITCH),
    KnobRow("wavelight.waves.*.colour", "colour", CHOICE, COLOURS),
    KnobRow("wavelight.waves.*.length", "length", NUMBER, (1, 40, 1), "LEDs"),
    KnobRow("wavelight.waves.*.pace_end", "paced end", CHOICE, ("head", "tail")),
    KnobRow("wavelight.waves.*.plan.shape", "plan", CHOICE, (AS_THE_PLAN, *SHAPES[:-1])),
    KnobRow("wavelight.waves.*.plan.target", "target", TIME),
    KnobRow("wavelight.waves.*.plan.strength", "strength", NUMBER, (-5, 5, 0.1), "%"),
    KnobRow("ghosts.*.on", "", SWITCH),
    KnobRow("ghosts.*.time", "time", TIME),
    KnobRow("ghosts.*.colour", "colour", CHOICE, COLOURS),
)
"""Every knob, in the order of the drawer; those of one wave or ghost stay together."""

_KIT = "No effect of her kit was published: 1 is neutral."
_COLOUR = "Seen in the close cameras, in the themes night and daylight."
_NOT_PUBLISHED = "assumed: not published"
NOTES = {
    "pacers.count": "The first in the formation stay; the strip shows what each number costs.",
    "pacers.front_gap": "Hip to hip, from her to the nearest pacer ahead.",
    "pacers.policy": "Keep to the light, or wait for her when she drops back.",
    "pacers.drop_back": "How far behind the light they wait, at most; only with wait_for_runner.",
    "pacers.follows": "Which wave of light the pacers keep to.",
    "pacers.leader.fade": "Seconds the pacers lose from fade_from (a mile: 1000 m) to the line.",
    "pacers.leader.surge": "Seconds the pacers gain at surge_from (a mile: 800 m), and give back.",
    "plan.standing_start": "Whether the light allows for it is assumed.",
    "runner.form": "Form on the day: scales aerobic power and reserve.",
    "runner.kit.drag": _KIT,
    "runner.kit.cost": _KIT,
    "runner.kit.colour": _COLOUR,
    "pacers.kit": _COLOUR,
    "environment.wind.direction": "0 is a head wind on the home straight, 90 from outside it.",
    "wavelight.waves.*.name": "Click or Enter to type another name.",
    "wavelight.waves.*.length": _NOT_PUBLISHED,
    "wavelight.waves.*.pace_end": _NOT_PUBLISHED,
}


def time_text(seconds: float) -> str:
    """Return `3:59.99`, with thousandths only where there are any."""
    text = format_time(seconds, 3)
    return text.removesuffix("0") if "." in text else text


def ghost_name(ghost: Ghost) -> str:
    """Return a ghost's name in the drawer."""
    if isinstance(ghost, EvenGhost) and not ghost.name:
        return f"even {format_time(ghost.time)}"
    return ghost.name or (Path(ghost.file).stem if hasattr(ghost, "file") else ghost.kind)


def _target(item: Any, s: Scenario) -> float:
    return schedule_of(item.plan or s.plan, s.distance).finish_s


VALUES: dict[str, Callable[[Any, Scenario], Any]] = {
    "pacers.count": lambda _, s: s.pacers.running,
    "pacers.formation": lambda _, s: s.pacers.formation.name,
    "pacers.front_gap": lambda _, s: s.pacers.gap_m or 1.2,
    "pacers.follows": lambda _, s: s.pacers.follows or THE_PLAN,
    "plan.target": _target,
    "plan.strength": lambda _, s: getattr(s.plan, "strength", 0.0),
    "wavelight.waves.*.plan.shape": lambda w, _: AS_THE_PLAN if w.plan is None else w.plan.shape,
    "wavelight.waves.*.plan.target": _target,
    "wavelight.waves.*.plan.strength": lambda w, _: getattr(w.plan, "strength", None),
    "ghosts.*.time": lambda g, _: g.time if isinstance(g, EvenGhost) else None,
}
"""Values that are not stored at their path, as functions of the wave or ghost (else the scenario)
and the scenario; None: there is no such knob.
"""


def _value(path: str, item: Any, s: Scenario) -> Any:
    special = VALUES.get(path)
    return special(item, s) if special else attrgetter(path.rpartition("*.")[2])(item)


def _options(row: KnobRow, s: Scenario) -> Options:
    match row.path:
        case "pacers.formation":
            return tuple(named_files("formations"))
        case "pacers.follows":
            return (THE_PLAN, *(wave.name for wave in s.wavelight.waves))
    return cast("Options", row.span)


def _span(row: KnobRow, s: Scenario, value: float) -> Span:
    if row.kind is TIME:
        around = max(10.0, 0.1 * value)
        return max(1.0, round(value - around)), round(value + around), 0.01
    low, high, step = cast("Span", row.span)
    if row.path == "pacers.count":
        high = max(len(s.pacers.formation.names()), 1)
    return min(low, value), max(high, value), step


def _note(path: str, item: Any, s: Scenario) -> str:
    match path:
        case "pacers.formation":
            return f"The spacing {'is assumed' if s.pacers.formation.assumed else 'was published'}."
        case "plan.strength" if isinstance(s.plan, (SteppedPlan, ProgressivePlan)):
            return (
                "Second half faster (negative) or slower (positive); progressive: line over start."
            )
        case "plan.strength":
            return "An even plan becomes a negative split; a table has no strength."
        case "environment.temperature" | "environment.wind.speed":
            return "assumed" if s.environment.assumed else ""
        case "ghosts.*.on":
            return cast("str", item.note)
    return NOTES.get(path, "")


def knobs_of(
    scenario: Scenario, file_scenario: Scenario, problems: Mapping[str, str]
) -> tuple[Knob, ...]:
    """Return every knob, with the file's value and why the last text was refused."""
    knobs = _compared(scenario, file_scenario)
    if not problems:
        return knobs
    return tuple(replace(knob, problem=problems.get(knob.path, "")) for knob in knobs)


@lru_cache(maxsize=4)  # the drawer and the axes of the strip have the same ones
def _compared(scenario: Scenario, file_scenario: Scenario) -> tuple[Knob, ...]:
    in_file = {knob.path: knob for knob in _knobs(file_scenario)}
    in_lists = {
        "wavelight.waves.": wave_partners(scenario, file_scenario),
        "ghosts.": _ghost_partners(scenario, file_scenario),
    }
    knobs = []
    for knob in _knobs(scenario):
        path: str | None = knob.path
        for start, numbers in in_lists.items():
            if knob.path.startswith(start):
                number, _, rest = knob.path.removeprefix(start).partition(".")
                there = numbers.get(int(number))
                path = None if there is None else f"{start}{there}.{rest}"
        other = in_file.get(path) if path is not None else None
        changed = other is None or (other.value, other.number) != (knob.value, knob.number)
        file_value = other.value if other else ""
        knobs.append(replace(knob, file_value=file_value, changed=changed))
    return tuple(knobs)


def _ghost_partners(scenario: Scenario, file_scenario: Scenario) -> dict[int, int]:
    return partners(*([ghost_name(g) for g in s.ghosts] for s in (scenario, file_scenario)))


def groups_with_removals(scenario: Scenario, file_scenario: Scenario) -> frozenset[str]:
    """Return the headings of knobs from which a wave or a ghost of the file is gone."""
    waves, ghosts = file_scenario.wavelight.waves, file_scenario.ghosts
    gone = {
        GROUPS["wavelight"]: len(wave_partners(scenario, file_scenario)) < len(waves),
        GROUPS["ghosts"]: len(_ghost_partners(scenario, file_scenario)) < len(ghosts),
    }
    return frozenset(group for group, is_gone in gone.items() if is_gone)


def label_of(scenario: Scenario, path: str) -> str:
    """Return a knob's label and value; for other paths, the first part of the path.

    Paths within the formation use the formation's label.
    """
    path = "pacers.formation" if path.startswith("pacers.formation.") else path
    knob = next(_each_knob(scenario, path), None)
    if knob is None:
        return path.partition(".")[0]
    return f"{knob.label} {knob.value}".replace("_", " ")


@lru_cache(maxsize=16)  # the file's knobs are needed at every turn
def _knobs(s: Scenario) -> tuple[Knob, ...]:
    return tuple(_each_knob(s))


def _each_knob(s: Scenario, only: str = "") -> Iterator[Knob]:
    """Yield each knob, or the one at the path `only`."""
    waves, ghosts = s.wavelight.waves, s.ghosts
    items: list[tuple[str, int, str, Any]] = [("", 0, "", s)]
    items += [("wavelight", i, f"{w.name}: " * (len(waves) > 1), w) for i, w in enumerate(waves)]
    items += [("ghosts", i, f"{ghost_name(g)}: ", g) for i, g in enumerate(ghosts)]
    for section, i, before, item in items:
        for row in TABLE:
            path = row.path.replace("*", str(i))
            of_this = ("*" in row.path) == bool(section) and row.path.startswith(section)
            if of_this and only in ("", path):
                value = _value(row.path, item, s)
                if value is not None:
                    label = f"{before}{row.label}"
                    about = label.removesuffix(": "), value, _note(row.path, item, s)
                    yield _knob(row, path, *about, s)


def _knob(row: KnobRow, path: str, label: str, value: Any, note: str, s: Scenario) -> Knob:
    group = GROUPS[path.partition(".")[0]]
    if row.kind in (NUMBER, TIME):
        number = float(value)
        text = time_text(number) if row.kind is TIME else f"{number:.10g}"
        span = _span(row, s, number)
        return Knob(path, label, group, row.kind, text, number, *span, row.unit, note=note)
    options = _options(row, s)
    if row.kind is CHOICE and value not in options:
        options = (value, *options)
    text = YES_NO[value] if row.kind is SWITCH else value
    return Knob(path, label, group, row.kind, text, options=options, note=note)


# -- turning a knob -------------------------------------------------------------------------------

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
    if locked and not isinstance(plan, SplitPlan):  # only a table has rows to keep
        now, target_s = sections_of(plan, race_m), typed_time(text)
        if time_text(target_s) != time_text(now.cumulative_s[-1]):
            finish = now.single()[-1]
            return plan_with_split(
                plan, race_m, finish, target_s, cumulative=True, keep_target=True, locked=locked
            )
    if isinstance(plan, (SplitPlan, LapPlan)):
        return plan_with_target(plan, race_m, typed_time(text), locked, in_file)
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

LEAST_CHANGE_S = 0.0015
"""Splits that differ by less are equal [s]: a table's times are written in thousandths."""
LEAST_CHANGE_TWICE_S = 2 * LEAST_CHANGE_S
"""The tolerance after a change and its reset, each of which rounds a table's times [s]."""
NEXT_TO_M = 10.0
"""A table's row nearer to the end of a section is replaced by it, as 440 yards by 400 m [m]."""


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


def plan_with_target(
    plan: Plan,
    race_m: float,
    target_s: float,
    locked: Collection[int],
    in_file: Plan | None = None,
) -> str:
    """Return the plan with another finish time; a table's unlocked rows are stretched.

    The rows stay where they are; where some are locked, the ends of `sections_of` are added. A
    table that becomes the file's again is the file's to the bit.

    Raises:
        RefusedError: every row is locked, or the unlocked ones cannot take the difference.
    """
    if not isinstance(plan, (SplitPlan, LapPlan)):
        return flow({**_plain(plan), "target": time_text(target_s)})
    now_s = waypoints_of(plan, race_m)[-1].time_s
    share = target_s / now_s
    if in_file is not None and not locked and same_table(plan, in_file, race_m, share):
        return plan_with_target(in_file, race_m, target_s, ())
    plain = _plain(plan)
    if time_text(target_s) == time_text(now_s):
        return flow(plain)
    if isinstance(plan, LapPlan):
        # rounded laps need not add up to the target: their ends are rounded
        ends = [round(p.time_s * share, 3) for p in waypoints_of(plan, race_m)]
        laps = [time_text(end - start) for start, end in pairwise((0.0, *ends))]
        return flow({**plain, "laps": laps})
    if not locked:
        rows = zip(plain["splits"].items(), plan.splits, strict=True)
        table = {
            key: {**row, "time": time_text(split.time * share)}
            if split.tolerance
            else time_text(split.time * share)
            for (key, row), split in rows
        }
        return flow({**plain, "splits": table})
    sections = sections_of(plan, race_m)
    open_rows = [i for i in range(len(sections.times_s)) if i not in locked]
    change = target_s - sections.cumulative_s[-1]
    return table_text(plan, sections, _spread(sections.times_s, open_rows, change))


def same_table(one: Plan, other: Plan, race_m: float, share: float = 1.0) -> bool:
    """Return whether two tables are equal but for rounding, the first with times `share` as long.

    Every row is compared: tables may agree at each of `sections_of`, and differ between.
    """
    if not isinstance(one, (SplitPlan, LapPlan)) or one.shape != other.shape:
        return False
    rows, others = waypoints_of(one, race_m), waypoints_of(other, race_m)
    return (
        one.standing_start == other.standing_start
        and [(p.distance_m, p.tolerance_s) for p in rows]
        == [(p.distance_m, p.tolerance_s) for p in others]
        and all(
            abs(p.time_s * share - q.time_s) <= LEAST_CHANGE_TWICE_S
            for p, q in zip(rows, others, strict=True)
        )
    )


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

    The sections `rows` (one, or the unlocked ones of a lap) share a change in proportion to their
    length. With `keep_target` the unlocked rows compensate (for a cumulative split only later
    ones); otherwise the target moves. The finish itself moves by stretching the unlocked rows.

    Raises:
        RefusedError: no unlocked row can take the difference.
    """
    sections = sections_of(plan, race_m)
    times = sections.times_s
    last, end = len(times) - 1, rows[-1]
    moving = [i for i in rows if i not in locked] or rows
    if cumulative and end == last:
        open_rows = [i for i in range(len(times)) if i not in locked]
        spread = _spread(times, open_rows, time_s - sections.cumulative_s[-1])
        return table_text(plan, sections, spread)
    change = time_s - (sections.cumulative_s[end] if cumulative else sum(times[i] for i in rows))
    whole = sum(times[i] for i in moving)
    share = (whole + change) / whole
    moved = [t * share if i in moving else t for i, t in enumerate(times)]
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
    """Return a table of splits as a plan's text: the ends of its sections, which take `times_s`.

    Rows that the plan has between them move with their section; in one that takes as long as before
    they keep their times.
    """
    ends = sections.distances_m
    race_m, at_s = ends[-1], dict(zip(ends, sections.cumulative_s, strict=True))
    own = [p.distance_m for p in waypoints_of(plan, race_m)]
    between = [x for x in own if min(abs(x - end) for end in ends) >= NEXT_TO_M]
    at_s |= zip(between, schedule_of(plan, race_m).time_at(between).tolist(), strict=True)
    places = sorted(at_s)
    before, after = ((0.0, *sections.cumulative_s), (0.0, *accumulate(times_s)))
    moved = np.interp([at_s[x] for x in places], before, after).tolist()
    rows = zip(places, moved, strict=True)
    table = {split_label(x, race_m): time_text(time_s) for x, time_s in rows}
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
