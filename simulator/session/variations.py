"""Variations of a knob, as the drawer would set it: for bars, for the map, for a goal.

In: a scenario, the one in its file, knobs. Out: scenarios, many thousands a second, equal to those
that the loader makes of the same settings; the bars of any knob; its value for a target.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from simulator.analysis.what_if import AXES, Alternative, Goal, KnobMap, numbers, rests_on_assumed
from simulator.errors import LightpaceError, ScenarioError
from simulator.physics.attempt import finish_times
from simulator.scenario.model import Scenario
from simulator.scenario.overrides import put, with_edits
from simulator.scenario.plan import LapPlan, SplitPlan, schedule_of
from simulator.session.history import Settings, is_at, path_of
from simulator.session.knobs import (
    SHAPES,
    RefusedError,
    apply_knob,
    first_sentence,
    knobs_of,
    time_text,
)
from simulator.stage.scene import Knob, KnobKind
from simulator.units import parse_time

Floats = NDArray[np.float64]

MOST_BARS, MOST_TRIED, MOST_CELLS = 13, 41, 81
"""The most values of one knob in the strip, for a goal, and on one side of the map."""
AROUND_S = 3.0
"""Times are varied by up to this much either way [s]."""
REACHED_S = 0.005
"""A finish up to this much above a target still reaches it: plans are kept to rounding [s]."""
_UNSEEN = (".name", ".colour", ".on", "pacers.kit")
"""Path endings of knobs that change only the appearance."""
_KNOBS_OF_AXES = {
    "pacers": "pacers.count",
    "front gap": "pacers.front_gap",
    "formation": "pacers.formation",
    "policy": "pacers.policy",
    "fade": "pacers.leader.fade",
    "temperature": "environment.temperature",
    "wind": "environment.wind.speed",
}
_EDIT = re.compile(
    r"(plan|pacers\.formation)=\{.*"
    r"|(pacers|plan|runner|environment|wavelight)\.(?!formation=)[\w.]+=([\w.:+-]+|[\[{\"].*)",
    re.ASCII,
)
"""A value of a section, written so that it can be read without the file around it."""


# -- a scenario with another value -----------------------------------------------------------------


def with_knob(
    scenario: Scenario, in_file: Scenario, path: str, text: str, locked: Collection[int] = ()
) -> Scenario:
    """Return the scenario after the knob at `path` was set to `text`; its ghosts stay as they are.

    Args:
        scenario: the present one.
        in_file: the one in its file, whose plan and formation are restored unchanged.
        path: the knob.
        text: as it would be typed.
        locked: sections of the plan that keep their times under another target.

    Raises:
        RefusedError: the text is no value of this knob here.
    """
    if path == "pacers.formation":
        return _with_formation(scenario, in_file, text)
    try:
        nothing = Settings("", "", "")
        new = apply_knob(nothing, scenario, in_file, path, text, locked=locked)
        return with_edits(scenario, new.overrides)
    except ValidationError as error:
        raise RefusedError(error.errors()[0]["msg"]) from None
    except LightpaceError as error:
        raise RefusedError(first_sentence(error)) from None


def edited(scenario: Scenario, before: Settings, after: Settings) -> Scenario | None:
    """Return the scenario of settings, made from that of others; None: the loader has to read them.

    It has to where anything but sections is set, where a value goes back to the file's, where one
    is written in a way that YAML knows more of, and where something is wrong: it says what.

    Args:
        scenario: that of `before`.
        before: the settings from which `after` were made.
        after: the settings.
    """
    kept = tuple(o for o in before.overrides if o in after.overrides)
    new = after.overrides[len(kept) :]
    gone = [path_of(o) for o in before.overrides if o not in kept]
    paths = [path_of(o) for o in new]
    if (
        replace(after, overrides=before.overrides) != before
        or after.overrides[: len(kept)] != kept
        or not all(any(is_at(old, path) for path in paths) for old in gone)
        or not all(_EDIT.fullmatch(o) for o in new)
    ):
        return None
    try:
        return with_edits(scenario, new)
    except (ValidationError, LightpaceError):
        return None


def _with_formation(scenario: Scenario, in_file: Scenario, name: str) -> Scenario:
    """Return the scenario with another formation, and no more pacers than it has places."""
    count, filed = scenario.pacers.count, in_file.pacers.formation
    try:
        plain = put(scenario, ("pacers", "formation"), name if name != filed.name else filed)
        every = Scenario.model_validate(put(plain, ("pacers", "count"), None))
        if count is None:
            return every
        count = min(count, len(every.pacers.formation.names()))
        return Scenario.model_validate(put(every, ("pacers", "count"), count))
    except (ValidationError, ScenarioError):
        raise RefusedError(f"the formation {name[:60]} does not go with these pacers") from None


# -- which knobs, which values ---------------------------------------------------------------------


def axis_knobs(scenario: Scenario, in_file: Scenario) -> dict[str, Knob]:
    """Return every knob that changes a run and takes another value, by a unique name."""
    bent = not isinstance(scenario.plan, (SplitPlan, LapPlan))  # a table has no strength
    knobs = named_knobs(scenario, in_file).items()
    return {name: knob for name, knob in knobs if bent or knob.path != "plan.strength"}


def named_knobs(scenario: Scenario, in_file: Scenario) -> dict[str, Knob]:
    """Return every knob that changes a run, by a unique name, be every other value refused."""
    knobs = [
        knob
        for knob in knobs_of(scenario, in_file, {})
        if not knob.path.startswith("ghosts.") and not knob.path.endswith(_UNSEEN)
    ]
    alone = len(scenario.wavelight.waves) == 1  # otherwise their labels begin with the wave's name
    return {
        f"light: {k.label}" if alone and k.path.startswith("wavelight.") else k.label: k
        for k in knobs
    }


def axes_of(scenario: Scenario, in_file: Scenario) -> tuple[str, ...]:
    """Return the axes of the strip: the built-in ones, then every other knob by its name."""
    covered = set(_KNOBS_OF_AXES.values())
    others = axis_knobs(scenario, in_file).items()
    return (*AXES, *(name for name, knob in others if knob.path not in covered))


def values_of(knob: Knob, most: int, *, rounded: bool = False) -> tuple[str, ...]:
    """Return at most `most` values over a knob's range as texts, on its steps.

    They are as close as that allows, or `rounded`: multiples of 1, 2 or 5 steps.
    """
    if knob.kind is KnobKind.SWITCH:
        return ("no", "yes")
    if knob.number is None:
        options = knob.options
        # a plan turned into a table of splits stays the same plan
        return tuple(o for o in options if not (o == "splits" and set(SHAPES) <= set(options)))
    low, high = knob.low, knob.high
    if knob.kind is KnobKind.TIME:
        low, high = knob.number - AROUND_S, knob.number + AROUND_S
    steps = max(1, round((high - low) / knob.step))
    if rounded and knob.kind is KnobKind.NUMBER:
        every = next(
            m * knob.step
            for m in (a * 10**b for b in range(9) for a in (1, 2, 5))
            if steps / m <= most - 1
        )
        first, last = math.ceil(low / every - 1e-9), math.floor(high / every + 1e-9)
        return tuple(value_text(knob, i * every) for i in range(first, last + 1))
    count = min(most, steps + 1)
    places = [round(i * steps / max(count - 1, 1)) for i in range(count)]
    return tuple(dict.fromkeys(value_text(knob, low + i * knob.step) for i in places))


def value_text(knob: Knob, number: float) -> str:
    """Return a number as it would be typed for a knob."""
    return time_text(number) if knob.kind is KnobKind.TIME else f"{round(number, 9) + 0.0:.10g}"


def knob_rows(
    scenario: Scenario, axis: str, in_file: Scenario, locked: Collection[int] = ()
) -> list[Alternative]:
    """Return the bars of a knob without a built-in axis, including its value and the file's.

    Values that cannot be run, or not with these sections `locked`, are left out.
    """
    knob = axis_knobs(scenario, in_file)[axis]
    values = values_of(knob, MOST_BARS, rounded=True)
    if knob.kind is KnobKind.NUMBER and not knob.path.startswith(("plan.", "wavelight.")):
        unit = knob.unit if knob.unit == "°" else f" {knob.unit}".rstrip()
        return numbers(scenario, in_file, knob.path, [float(v) for v in values], unit)
    texts = list(dict.fromkeys((*values, knob.value, knob.file_value or knob.value)))
    if knob.number is not None:
        filed = axis_knobs(in_file, in_file).get(axis)
        known = {knob.value: knob.number, knob.file_value: filed.number if filed else None}
        texts.sort(key=lambda text: known.get(text) or number_of(knob, text))
    rows = []
    for text in texts:
        here = text == knob.value
        try:
            new = scenario if here else with_knob(scenario, in_file, knob.path, text, locked)
        except RefusedError:
            continue
        label = text.replace("_", " ")
        saved, assumed = text == knob.file_value, rests_on_assumed(new.pacers)
        rows.append(Alternative(label, new, here, ((knob.path, text),), saved, assumed=assumed))
    return rows


def number_of(knob: Knob, text: str) -> float:
    """Return the number that a text means for a numeric knob, or a time [s]."""
    return parse_time(text) if knob.kind is KnobKind.TIME else float(text)


# -- the map ---------------------------------------------------------------------------------------


def knob_map_of(scenario: Scenario, in_file: Scenario, names: tuple[str, str]) -> KnobMap:
    """Return the map of two knobs, with no cell run yet."""
    knobs = axis_knobs(scenario, in_file)
    x, y = (knobs[name] for name in names)
    xs, ys = values_of(x, MOST_CELLS), values_of(y, MOST_CELLS)
    shape = len(ys), len(xs)
    nothing, known = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    return KnobMap(names, (x.path, y.path), (x.unit, y.unit), xs, ys, nothing, known)


def run_cells(
    knob_map: KnobMap,
    scenario: Scenario,
    in_file: Scenario,
    cells: Sequence[tuple[int, int]],
    locked: Collection[int] = (),
) -> Floats:
    """Return the finish times of some cells of a map [s]; NaN if a cell cannot be run."""
    times = np.full(len(cells), np.nan)
    bare = scenario.model_copy(
        update={"ghosts": (), "published": None}
    )  # ghosts do not change a run
    rows: dict[int, Scenario] = {}
    first: dict[str, Scenario | None] = {}

    def turned(base: Scenario, path: str, text: str) -> Scenario | None:
        try:
            return with_knob(base, in_file, path, text, locked)
        except RefusedError:
            return None

    for i, (row, column) in enumerate(cells):
        y, x = knob_map.ys[row], knob_map.xs[column]
        if y not in first:
            first[y] = turned(bare, knob_map.paths[1], y)
        base = first[y]
        new = None if base is None else turned(base, knob_map.paths[0], x)
        if new is not None:
            rows[i] = new
    if rows:
        times[list(rows)] = finish_times(list(rows.values()))
    return times


# -- what would it take? ---------------------------------------------------------------------------


def goal_of(
    scenario: Scenario,
    in_file: Scenario,
    name: str,
    target_s: float,
    locked: Collection[int] = (),
) -> Goal:
    """Return the value of the knob `name` with which she reaches a target [s].

    Values over the whole range of its slider are run. Between one that reaches the target and one
    that does not, the edge is searched on the knob's steps. A plan slower than the target,
    with which she does not reach it, is set to it.

    Raises:
        RefusedError: there is no such knob, none but its present value can be set, or no plan leads
            to this target.
    """
    knobs = named_knobs(scenario, in_file)
    if name not in knobs:
        raise RefusedError(f"there is no knob '{name[:60]}': {', '.join(knobs)}")
    knob, now = knobs[name], knobs[name].value
    base = scenario.model_copy(update={"ghosts": (), "published": None})  # no change of the run
    now_s = finish_times([base]).item()
    slower = schedule_of(scenario.plan, scenario.distance).finish_s > target_s + REACHED_S
    # a group that is faster than the plan may take her there all the same
    slower = slower and not now_s <= target_s + REACHED_S
    plan_target = time_text(target_s) if slower and knob.path != "plan.target" else ""
    if plan_target:
        base = with_knob(base, in_file, "plan.target", plan_target, locked)
    runs: dict[str, tuple[float, Scenario]] = {}
    refusals: dict[str, RefusedError] = {}

    def run(texts: Sequence[str]) -> None:
        rows = {}
        for text in texts:
            if text not in runs:
                try:
                    same = text == now  # a table has the strength 0 and takes none
                    edit = in_file, knob.path, text, locked
                    rows[text] = base if same else with_knob(base, *edit)
                except RefusedError as error:
                    runs[text], refusals[text] = (math.inf, base), error
        times = finish_times(list(rows.values())).tolist() if rows else []
        for (text, new), time in zip(rows.items(), times, strict=True):
            runs[text] = (math.inf if math.isnan(time) else time), new

    def reaches(text: str) -> bool:
        run([text])
        return runs[text][0] <= target_s + REACHED_S

    values = values_of(knob, MOST_TRIED)
    run([*values, now])
    if refusals and runs.keys() - refusals.keys() == {now}:
        raise next(iter(refusals.values()))
    low = high = best = min(runs, key=lambda text: (runs[text][0], text != now))
    if reaches(best):
        if knob.number is None:
            best = now if reaches(now) else next(text for text in values if reaches(text))
            low = high = best
        else:
            low, best, high = _edges(knob, list(runs), reaches)
    finish_s, new = runs[best]
    known = [s if math.isfinite(s) else None for s in (now_s, finish_s)]
    return Goal(
        name, knob.path, knob.unit, target_s, now, known[0], best, known[1], reaches(best),
        low, high, new, plan_target,
    )  # fmt: skip


def with_chance(goal: Goal) -> Goal:
    """Return the goal with the chance of its target, if she finishes."""
    if goal.finish_s is None:
        return goal
    from simulator.analysis.uncertainty import breaks_target, sampled  # noqa: PLC0415 - seldom wanted

    return replace(goal, chance=float(breaks_target(sampled(goal.scenario), goal.target_s).mean()))


def _edges(knob: Knob, texts: Sequence[str], reaches: Any) -> tuple[str, str, str]:
    """Return the range of values that reach the target around the one nearest to the present.

    The result is its lower end, that value and its upper end. An end inside the slider's range is
    exact to the knob's step.
    """
    now = knob.number or 0.0
    at = {number_of(knob, text): text for text in texts}
    if knob.value in texts:
        at = {n: t for n, t in at.items() if t != knob.value} | {now: knob.value}
    order = sorted(at)
    nearest = min((n for n in order if reaches(at[n])), key=lambda n: abs(n - now))
    ends = []
    for way in (-1, 1):
        i = order.index(nearest)
        while 0 <= i + way < len(order) and reaches(at[order[i + way]]):
            i += way
        inside = order[i]
        if 0 <= i + way < len(order):
            outside = order[i + way]
            while abs(outside - inside) > 1.5 * knob.step:
                steps = round((outside - inside) / knob.step / 2)
                middle = inside + steps * knob.step
                text = value_text(knob, middle)
                at[middle] = text
                inside, outside = (middle, outside) if reaches(text) else (inside, middle)
        ends.append(inside)
    low, high = ends
    best = min(max(now, low), high)
    return at[low], at[best], at[high]
