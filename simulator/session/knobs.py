"""The knobs of a scenario and their ranges.

In: a scenario, and the file's for comparison. Out: `Knob`s for the drawer. A slider's range covers
sensible values; others can be typed, and only the loader refuses values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeAlias, cast, get_args

from simulator.scenario.fields import MarkColour
from simulator.scenario.ghosts import EvenGhost, Ghost
from simulator.scenario.model import Scenario
from simulator.scenario.plan import ProgressivePlan, SteppedPlan, schedule_of
from simulator.scenario.reading import named_files
from simulator.stage.panel_state import Knob, KnobKind
from simulator.units import format_time

NUMBER, TIME, CHOICE, SWITCH, TEXT = KnobKind
THE_PLAN = "the plan"
AS_THE_PLAN = "as the plan"
SHAPES = ("even", "negative", "positive", "progressive", "splits")
COLOURS: tuple[str, ...] = get_args(MarkColour)
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
    KnobRow("plan.target", "target", TIME),
    KnobRow("plan.shape", "shape", CHOICE, SHAPES),
    KnobRow("plan.strength", "strength", NUMBER, (-5, 5, 0.1), "%"),
    KnobRow("plan.standing_start", "standing start", SWITCH),
    KnobRow("runner.form", "form", NUMBER, (-3, 3, 0.1), "%"),
    KnobRow("runner.kit.drag", "kit drag", NUMBER, (0.8, 1.2, 0.01), "×"),
    KnobRow("runner.kit.cost", "kit cost", NUMBER, (0.95, 1.05, 0.001), "×"),
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
_NOT_PUBLISHED = "assumed: not published"
NOTES = {
    "pacers.count": "The first in the formation stay; the strip shows what each number costs.",
    "pacers.front_gap": "Hip to hip, from her to the nearest pacer ahead.",
    "pacers.policy": "Keep to the light, or wait for her when she drops back.",
    "pacers.drop_back": "How far behind the light they wait, at most; only with wait_for_runner.",
    "pacers.follows": "Which wave of light the pacers keep to.",
    "pacers.leader.fade": "Seconds the pacers lose from fade_from (1000 m) to the line.",
    "pacers.leader.surge": "Seconds the pacers gain at surge_from (800 m), and give back.",
    "plan.standing_start": "Whether the light allows for it is assumed.",
    "runner.form": "Form on the day: scales aerobic power and reserve.",
    "runner.kit.drag": _KIT,
    "runner.kit.cost": _KIT,
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
        "ghosts.": _partners(
            *([ghost_name(g) for g in s.ghosts] for s in (scenario, file_scenario))
        ),
    }
    knobs = []
    for knob in _knobs(scenario):
        path: str | None = knob.path
        for start, partners in in_lists.items():
            if knob.path.startswith(start):
                number, _, rest = knob.path.removeprefix(start).partition(".")
                there = partners.get(int(number))
                path = None if there is None else f"{start}{there}.{rest}"
        other = in_file.get(path) if path is not None else None
        changed = other is None or (other.value, other.number) != (knob.value, knob.number)
        file_value = other.value if other else ""
        knobs.append(replace(knob, file_value=file_value, changed=changed))
    return tuple(knobs)


def wave_partners(scenario: Scenario, file_scenario: Scenario) -> dict[int, int]:
    """Return the number of each wave in the file; without those that only `scenario` has."""
    return _partners(*([w.name for w in s.wavelight.waves] for s in (scenario, file_scenario)))


def _partners(now: list[str], in_file: list[str]) -> dict[int, int]:
    """Return where the file has each thing: by its name, else by its number if that is free.

    Numbers alone compare what follows a removed thing with its neighbour.
    """
    found: dict[int, int] = {}
    for i, name in enumerate(now):
        same = (n for n, other in enumerate(in_file) if other == name and n not in found.values())
        if (there := next(same, None)) is not None:
            found[i] = there
    taken = set(found.values())
    free = (i for i in range(min(len(now), len(in_file))) if i not in found and i not in taken)
    return found | {i: i for i in free}


def label_of(scenario: Scenario, path: str) -> str:
    """Return a knob's label and value; for other paths, the first part of the path.

    Paths within the formation use the formation's label.
    """
    path = "pacers.formation" if path.startswith("pacers.formation.") else path
    knob = next(_each_knob(scenario, path), None)
    return path.partition(".")[0] if knob is None else f"{knob.label} {knob.value}"


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
