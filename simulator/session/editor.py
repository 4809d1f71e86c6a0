"""The editor: settings, what the file says, what was refused. Every change is made here.

In: the knob a person turned; metres and names from the picture, where pacers are moved, added,
timed and renamed; splits from a clipboard; and the tick being shown. Out: `Change`s in a `History`.
Nothing is simulated here: a change only records the lineage of its attempt. A formation edited in
the picture is replaced by inline slots, where its pacers stand now.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

from simulator.analysis.what_if import Alternative
from simulator.errors import LightpaceError, ScenarioError
from simulator.scenario.loader import scenario_to_dict
from simulator.scenario.model import Scenario
from simulator.scenario.pacers import PacerFormation, Pacers
from simulator.session.history import Change, History, Segment, Settings, Step, flow, path_of
from simulator.session.knobs import (
    LEAST_CHANGE_S,
    LEAST_CHANGE_TWICE_S,
    MAX_TYPED,
    PlanSections,
    RefusedError,
    apply_knob,
    first_sentence,
    knobs_of,
    new_wave,
    plan_with_split,
    same_table,
    sections_of,
    time_text,
    typed_time,
    with_ghost,
    without_ghost,
    without_knob,
    without_wave,
)
from simulator.session.runs import Forks
from simulator.stage.scene import Knob, SplitKnob
from simulator.units import format_time

MAX_PROBLEMS = 50
_ITEM = re.compile(r"(wavelight\.waves|ghosts)\.\d+")
AFTER_FINISH = -1
"""The tick after the end of the attempt: nothing is left to continue."""

Edit = Callable[[Settings, Scenario], Settings]


class SettingsEditor:
    """Settings, their history, and the editing of them.

    Attributes:
        history: every change.
        file_settings: what the file says.
        problems: why the last text for a knob was refused, by the knob's path.
        keep_target: whether the other splits compensate for a changed one.
        by_lap: whether the split table has rows of laps.
        split_problem: why the last split was refused.
        from_gun: whether changes run the whole attempt again.
    """

    def __init__(self, settings: Settings, forks: Forks) -> None:
        """Start with `settings`; without their overrides they are the file's."""
        self._forks = forks
        file_settings = replace(settings, overrides=())
        try:
            forks.scenario(file_settings)
        except ScenarioError:  # the file is usable only with its overrides
            file_settings = settings
        self.file_settings = file_settings
        self.history = History([Step(Change(settings, (Segment(0, settings),)))])
        self.problems: dict[str, str] = {}
        self.keep_target = True
        self.by_lap = False
        self.split_problem = ""
        self.from_gun = False

    @property
    def locked(self) -> frozenset[int]:
        """The sections of the plan that stay as they are while others change."""
        return self.history.locked

    @property
    def scenario(self) -> Scenario:
        """The scenario of the present settings."""
        return self._forks.scenario(self.history.now.settings)

    @property
    def file_scenario(self) -> Scenario:
        """The scenario of the file."""
        return self._forks.scenario(self.file_settings)

    @property
    def unsaved(self) -> bool:
        """Whether the settings differ in meaning from the file."""
        now, then = self.scenario, self.file_scenario
        if now == then:
            return False
        if self._comparable(now) and same_table(now.plan, then.plan, now.distance):
            now = now.model_copy(update={"plan": then.plan})  # stretched, and rounded again
        return _spelled_out(now) != _spelled_out(then)

    def state(self) -> tuple[object, ...]:
        """Return a value that changes whenever the drawer must be drawn differently."""
        history, choices = self.history, (self.keep_target, self.by_lap, self.from_gun)
        refused = tuple(self.problems.items()), self.split_problem
        past = history.now, history.can_undo, history.can_redo
        return past, self.file_settings, self.locked, choices, refused

    # -- editing -----------------------------------------------------------------------------------

    def change(self, path: str, text: str, tick: int | None) -> bool:
        """Set one knob; return False if refused, with the reason in `problems`."""
        return self._edit(path, self._turning([(path, text)]), tick)

    def reset(self, path: str, tick: int | None) -> bool:
        """Set one knob back to the file's value."""
        knob = next((k for k in self.knobs() if k.path == path), None)
        if knob is None or not knob.changed or not knob.file_value:
            self.problems.pop(path, None)
            return True
        self.history.gesture = None

        def edit(settings: Settings, scenario: Scenario) -> Settings:
            for less in without_knob(settings, path):
                if self._is_only(less, path, knob.file_value):
                    return less
            return apply_knob(
                settings, scenario, self.file_scenario, path, knob.file_value, locked=self.locked
            )

        return self._edit(path, edit, tick)

    def take(self, row: Alternative, axis: str, tick: int | None) -> str:
        """Use the value of one bar of the strip; return why it was refused, or an empty text."""

        def edit(settings: Settings, _scenario: Scenario) -> Settings:
            for path, text in row.settings:
                settings = settings.with_value(path, text)
            return settings

        if row.current:
            return ""
        return self._edit_once(row.settings[0][0] if row.settings else axis, edit, tick)

    def take_knob(self, row: Alternative, axis: str, tick: int | None) -> str:
        """Use the value of a knob's bar; return why it was refused, or an empty text."""
        return "" if row.current else self.change_all(axis, row.settings, tick)

    def change_all(self, what: str, values: Sequence[tuple[str, str]], tick: int | None) -> str:
        """Set several knobs, by path, as one change; return why it was refused, or an empty text.

        Within one gesture, as while dragging over the map, it replaces the change before.
        """
        return self.edit(what, self._turning(values), tick)

    def _turning(self, values: Sequence[tuple[str, str]]) -> Edit:
        def edit(settings: Settings, _scenario: Scenario) -> Settings:
            for path, text in values:
                scenario = self._forks.scenario(settings)
                settings = apply_knob(
                    settings, scenario, self.file_scenario, path, text, locked=self.locked
                )
            return settings

        return edit

    def change_split(self, index: int, text: str, tick: int | None, *, cumulative: bool) -> str:
        """Set one split; return why it was refused, or an empty text."""

        def edit(settings: Settings, scenario: Scenario) -> Settings:
            return self._with_split(settings, scenario, index, typed_time(text), cumulative)

        path = f"plan.splits[{index}{'+' if cumulative else ''}{' laps' if self.by_lap else ''}]"
        locked = self.locked
        self.split_problem = self.edit(path, edit, tick)
        self.history.keep_locked(locked)  # a locked row may be typed, and stays locked
        return self.split_problem

    def reset_split(self, index: int | None, tick: int | None) -> str:
        """Reset one split, or with None the whole plan, to the file's; return why not, or "".

        A split is reset as if it were typed, so locks and the target apply. If the result equals
        all of the file's splits, the file's plan is used again.
        """

        def edit(settings: Settings, scenario: Scenario) -> Settings:
            less = self._with_file_plan(settings)
            if index is None:
                return less
            in_file = self._row_times(self.file_scenario)
            if not self._comparable(scenario) or not 0 <= index < len(in_file):
                raise RefusedError(f"the file has no split {index + 1} of this race")
            new = self._with_split(settings, scenario, index, in_file[index], cumulative=False)
            return less if self._has_file_splits(self._forks.scenario(new)) else new

        locked = self.locked
        self.split_problem = self._edit_once("plan.splits", edit, tick)
        if index is not None:
            self.history.keep_locked(locked)
        return self.split_problem

    def _with_file_plan(self, settings: Settings) -> Settings:
        """Return the settings with the plan that the file has now: they may be of an older text."""
        if settings.text == self.file_settings.text:
            return settings.without("plan")
        plan = scenario_to_dict(self.file_scenario)["plan"]
        return settings.with_value("plan", flow(plan))

    def _with_split(
        self, settings: Settings, scenario: Scenario, index: int, time_s: float, cumulative: bool
    ) -> Settings:
        rows = self._rows_of(sections_of(scenario.plan, scenario.distance))
        if not 0 <= index < len(rows):
            raise RefusedError(f"there is no split {index + 1}")
        plan = plan_with_split(
            scenario.plan,
            scenario.distance,
            rows[index],
            time_s,
            cumulative=cumulative,
            keep_target=self.keep_target,
            locked=self.locked,
        )
        return settings.with_value("plan", plan)

    def _comparable(self, scenario: Scenario) -> bool:
        """Return whether the file's race has the same splits."""
        return scenario.distance == self.file_scenario.distance

    def _has_file_splits(self, scenario: Scenario) -> bool:
        plans = (s.plan for s in (scenario, self.file_scenario))
        now, then = (sections_of(plan, scenario.distance).times_s for plan in plans)
        return all(abs(a - b) <= LEAST_CHANGE_TWICE_S for a, b in zip(now, then, strict=True))

    def lock_split(self, index: int, on: bool) -> None:
        """Lock or unlock one row of the split table, as a step of its own."""
        rows = self._rows_of(sections_of(self.scenario.plan, self.scenario.distance))
        if 0 <= index < len(rows):
            row = frozenset(rows[index])
            self.history.lock(self.locked | row if on else self.locked - row)

    def _rows_of(self, sections: PlanSections) -> tuple[range, ...]:
        """Return the sections of each row of the split table."""
        return sections.laps() if self.by_lap else sections.single()

    def add_wave(self, tick: int | None) -> str:
        """Add a wave; return why it was refused, or an empty text."""

        def edit(settings: Settings, scenario: Scenario) -> Settings:
            count = len(scenario.wavelight.waves)
            return settings.with_value(f"wavelight.waves.{count}", new_wave(scenario))

        return self._edit_once("wavelight.waves", edit, tick)

    def remove_wave(self, name: str, tick: int | None) -> str:
        """Remove a wave; a group that followed it follows the plan. Return why not, or ""."""
        return self._edit_once("wavelight.waves", partial(without_wave, name=name), tick)

    def add_ghost(self, ghost: dict[str, Any], tick: int | None) -> str:
        """Add a ghost, as plain values; return why it was refused, or an empty text."""
        return self._edit_once("ghosts", partial(with_ghost, ghost=ghost), tick)

    def remove_ghost(self, index: int, tick: int | None) -> str:
        """Remove a ghost; return why it was refused, or an empty text."""
        return self._edit_once("ghosts", partial(without_ghost, index=index), tick)

    def move(self, steps: int) -> None:
        """Undo (-1) or redo (1); earlier refusals are forgotten, as they concern another state.

        Raises:
            LightpaceError: that state needs a file that is gone or unusable; the present one stays.
        """
        if not self.history.move(steps):
            return
        change = self.history.now
        try:
            self._forks.run(change.lineage)
            self._forks.ghosts(self._forks.scenario(change.settings))
        except LightpaceError:
            self.history.move(-steps)
            raise
        self.problems.clear()

    @property
    def cost_s(self) -> float | None:
        """How much later she finishes since the last change [s]; None unless both runs finish.

        The difference shows what a change does without revealing how the attempt ends.
        """
        before, now = self.history.before, self.history.now
        if before is None:
            return None
        before_s, now_s = (self._forks.run(change.lineage).finish_s for change in (before, now))
        return None if before_s is None or now_s is None else now_s - before_s

    def edit(self, path: str, edit: Edit, tick: int | None) -> str:
        """Make a change in the gesture `path`; return why it was refused, or an empty text."""
        self._edit(path, edit, tick)
        return self.problems.pop(path, "")

    def _edit(self, path: str, edit: Edit, tick: int | None) -> bool:
        gesture = self.history.begin(path, tick)
        base = gesture.before
        try:
            settings = edit(base.settings, self._forks.scenario(base.settings))
            self._put(settings, base, path, gesture.tick)
        except RefusedError as error:
            self._refuse(path, str(error))
            return False
        except LightpaceError as error:
            self._refuse(path, first_sentence(error))
            return False
        self.problems.pop(path, None)
        return True

    def _edit_once(self, path: str, edit: Edit, tick: int | None) -> str:
        """Make a change that belongs to no gesture; return why it was refused, or an empty text."""
        self.history.gesture = None
        refusal = self.edit(path, edit, tick)
        what = path.rpartition(".")[2]
        return f"{what} {refusal}" if refusal.startswith("must ") else refusal

    def read(self, new: Settings, tick: int | None) -> None:
        """Take over the file's new content; overrides stay where the file did not change.

        Raises:
            LightpaceError: the file is not usable; the last good state stays.
        """
        old = self.file_scenario
        scenario = self._forks.scenario(new)
        self._forks.ghosts(scenario)
        self.file_settings = new
        before, after = scenario_to_dict(old), scenario_to_dict(scenario)
        remaining = tuple(
            o
            for o in self.history.now.settings.overrides
            if _at(before, path_of(o)) == _at(after, path_of(o))
            and _item_at(before, path_of(o)) == _item_at(after, path_of(o))
        )
        self.history.gesture = None
        base = self.history.now
        settings = replace(new, overrides=remaining)
        try:
            self._put(settings, base, "the file", tick)
        except LightpaceError:
            settings = new
            self._put(settings, base, "the file", tick)
        if self.history.now is base:
            self.history.replace_now(settings)

    def saved(self, new: Settings) -> None:
        """Record that the file now contains the settings."""
        self.file_settings = new
        self.history.gesture = None
        self.history.replace_now(new)

    def _put(self, settings: Settings, base: Change, path: str, tick: int | None) -> None:
        """Add the change from `base` to these settings.

        Raises:
            LightpaceError: they are not usable.
        """
        scenario = self._forks.edited_scenario(base.settings, settings)
        self._forks.ghosts(scenario)
        if settings != self.history.now.settings and scenario != self.scenario:
            from_gun = self.from_gun or tick == AFTER_FINISH
            change = self._forks.change(settings, base, path, tick, from_gun=from_gun)
            self._forget_waves(self.scenario, scenario)
            self.history.put(change, self._unmoved(self.scenario, scenario))

    def _unmoved(self, before: Scenario, after: Scenario) -> frozenset[int]:
        """Return the locked sections that take the same time in both: a new plan opens others."""
        plans = (sections_of(s.plan, s.distance).times_s for s in (before, after))
        same = [abs(a - b) <= LEAST_CHANGE_S for a, b in zip(*plans, strict=False)]
        return frozenset(i for i in self.locked if i < len(same) and same[i])

    def _forget_waves(self, before: Scenario, after: Scenario) -> None:
        """Forget refusals for waves that are gone or have another number now."""
        names = [[wave.name for wave in s.wavelight.waves] for s in (before, after)]
        same = [one == other for one, other in zip_longest(*names)]
        first = (*same, False).index(False)
        for path in list(self.problems):
            section, waves, number, *_ = (*path.split("."), "", "", "")
            of_a_wave = (section, waves) == ("wavelight", "waves") and number.isdecimal()
            if of_a_wave and int(number) >= first:
                del self.problems[path]

    def _refuse(self, path: str, why: str) -> None:
        if len(self.problems) >= MAX_PROBLEMS:
            self.problems.clear()
        self.problems[path] = why

    def _is_only(self, settings: Settings, path: str, value: str) -> bool:
        """Return whether these settings give a knob this value and leave the target as it is.

        The target's own leave the locked sections as they are.
        """
        try:
            scenario = self._forks.scenario(settings)
        except ScenarioError:
            return False
        then = {k.path: k.value for k in knobs_of(scenario, self.file_scenario, {})}
        target = next(k.value for k in self.knobs() if k.path == "plan.target")
        keeps = then["plan.target"] == target
        if path == "plan.target":
            keeps = self._unmoved(self.scenario, scenario) == self.locked
        return keeps and then.get(path) == value

    # -- what the drawer shows ---------------------------------------------------------------------

    def knobs(self) -> tuple[Knob, ...]:
        """Return the knobs."""
        return knobs_of(self.scenario, self.file_scenario, self.problems)

    def splits(self) -> tuple[SplitKnob, ...]:
        """Return the plan's splits."""
        scenario = self.scenario
        sections = sections_of(scenario.plan, scenario.distance)
        totals, rows_of = sections.cumulative_s, self._rows_of(sections)
        times, in_file = self._row_times(scenario), self._row_times(self.file_scenario)
        comparable = self._comparable(scenario)
        return tuple(
            SplitKnob(
                sections.labels[rows[-1]],
                sections.distances_m[rows[-1]],
                format_time(times[n]),
                format_time(totals[rows[-1]]),
                self.locked.issuperset(rows),
                changed=not comparable or abs(times[n] - in_file[n]) > LEAST_CHANGE_S,
                in_file=format_time(in_file[n]) if comparable else "",
            )
            for n, rows in enumerate(rows_of)
        )

    def _row_times(self, scenario: Scenario) -> tuple[float, ...]:
        """Return how long each row of the split table takes [s]."""
        sections = sections_of(scenario.plan, scenario.distance)
        return tuple(sum(sections.times_s[i] for i in r) for r in self._rows_of(sections))


def _spelled_out(scenario: Scenario) -> Scenario:
    """Return the scenario with its optional count and front gap filled in."""
    pacers = scenario.pacers
    gap_m = round(pacers.gap_m, 9)
    return scenario.with_values({"pacers.count": pacers.running, "pacers.front_gap": gap_m})


def _item_at(plain: Any, path: str) -> list[Any]:
    """Return what tells the wave or ghost that a path leads into from others; else nothing."""
    item = _ITEM.match(path)
    if item is None:
        return []
    return [_at(plain, f"{item[0]}.{key}") for key in ("name", "file", "time")]


def _at(plain: Any, path: str) -> Any:
    """Return the value at a path of plain values; None if there is none."""
    for step in path.split("."):
        if isinstance(plain, list) and step.isdecimal() and int(step) < len(plain):
            plain = plain[int(step)]
        elif isinstance(plain, dict):
            plain = plain.get(step)
        else:
            return None
    return plain


# -- edits made in the picture itself -------------------------------------------------------------

BY_HAND = ", by hand"
"""Suffix for the name of a formation whose slots were moved."""
NOTE = "Moved by hand: the spacing is assumed."
AHEAD_M, OFFSET_M = (-30.0, 30.0), (-2.0, 8.0)
"""The allowed range of a slot [m], as in `simulator.scenario.pacers.Slot`."""

Slots = list[dict[str, Any]]
"""Slots as a file writes them; optional keys may be missing."""


class DirectEdits:
    """Changes made in the picture; each method returns why it was refused, or an empty text.

    All calls between `hold` and `let_go` are one change; each counts from the state before it.
    """

    def __init__(
        self, editor: Callable[[], SettingsEditor], tick: Callable[[], int | None]
    ) -> None:
        """Edit the current editor's settings from the shown tick on."""
        self._editor, self._tick = editor, tick
        self._made: Change | None = None
        self._held: tuple[Change, bool] | None = None

    @property
    def cost_s(self) -> float | None:
        """How much later she finishes since the last change, if it was made in the picture [s]."""
        editor = self._editor()
        return editor.cost_s if editor.history.now is self._made else None

    def note(self) -> None:
        """Remember the present change as one made in the picture, perhaps by a drag."""
        self._made, self._held = self._editor().history.now, self._state()

    @property
    def holding(self) -> bool:
        """Whether something is being dragged."""
        return self._editor().history.held

    @property
    def interrupted(self) -> bool:
        """Whether another change came during the drag: slots and splits may be numbered anew."""
        return self.holding and self._state() != self._held

    def _state(self) -> tuple[Change, bool]:
        return self._editor().history.now, self._editor().by_lap

    @property
    def moves_pacers(self) -> bool:
        """Whether a pacer being dragged has moved."""
        gesture = self._editor().history.gesture
        return self.holding and gesture is not None and gesture.path.startswith("pacers.")

    def hold(self) -> None:
        """Begin to drag a pacer or a split."""
        self._editor().history.hold()
        self._held = self._state()

    def let_go(self) -> None:
        """End the drag."""
        self._editor().history.let_go()

    def move(self, slot: int, ahead_m: float, offset_m: float) -> str:
        """Move a slot of the formation, counted from 0, to a place relative to her slot [m]."""

        def edit(slots: Slots) -> None:
            _slot_at(slots, slot).update(_place(ahead_m, offset_m))

        return self._change(f"slots.{slot}", edit)

    def time(self, slot: int, from_m: float, until_m: float | None) -> str:
        """Set her distances at which a slot begins and ends [m]; None: it never ends.

        Pacers that hand over to one another at a moved distance all move their end with it.
        """

        def edit(slots: Slots) -> None:
            if until_m is not None and until_m <= from_m:
                raise RefusedError("from must be less than until")
            row = _slot_at(slots, slot)
            joints = _joints(slots)
            for end, new in (("from", from_m), ("until", until_m)):
                old = row.get(end)
                if old in joints and new is not None:
                    for other in slots:
                        for key in ("from", "until"):
                            if other.get(key) == old:
                                _put(other, key, new)
                _put(row, end, new)

        return self._change(f"slots.{slot}.from", edit)

    def add(self, ahead_m: float, offset_m: float) -> str:
        """Add a pacer behind the active ones in order, at a place relative to her slot [m]."""

        def change(settings: Settings, scenario: Scenario) -> Settings:
            pacers = scenario.pacers
            slots = named_slots(pacers)
            name = _free_name({slot["name"] for slot in slots})
            running = list(dict.fromkeys(slot["name"] for slot in slots))[: pacers.running]
            last = max((i for i, s in enumerate(slots) if s["name"] in running), default=-1)
            slots.insert(last + 1, {**_place(ahead_m, offset_m), "name": name})
            # the new pacer comes after the active ones and before the inactive ones
            order = [*running, name]
            slots.sort(key=lambda s: s["name"] not in order)
            return _with_count(_inline(settings, pacers, slots, named=True), pacers, 1)

        return self._once("add", change)

    def remove(self, name: str) -> str:
        """Remove an active pacer from the formation."""

        def change(settings: Settings, scenario: Scenario) -> Settings:
            pacers = scenario.pacers
            slots = [slot for slot in named_slots(pacers) if slot["name"] != name]
            if len(slots) == len(pacers.formation.slots):
                raise RefusedError(f"there is no pacer called '{name[:60]}'")
            if not slots:  # a formation keeps one slot, which nobody fills
                return settings.with_value("pacers.count", "0")
            return _with_count(_inline(settings, pacers, slots, named=True), pacers, -1)

        return self._once("remove", change)

    def rename(self, name: str, new: str) -> str:
        """Call a pacer by another name."""
        new = new.strip()

        def change(settings: Settings, scenario: Scenario) -> Settings:
            pacers = scenario.pacers
            slots = named_slots(pacers)
            if not new or len(new) > MAX_TYPED:
                raise RefusedError("a pacer needs a name" if not new else "that name is too long")
            names = {slot["name"] for slot in slots}
            if name not in names:
                raise RefusedError(f"there is no pacer called '{name[:60]}'")
            if new != name and new in names:
                raise RefusedError(f"another pacer is called '{new[:60]}'")
            for slot in slots:
                slot["name"] = new if slot["name"] == name else slot["name"]
            women = [new if each == name else each for each in pacers.women]
            settings = _inline(settings, pacers, slots, named=True)
            changed = tuple(women) != pacers.women
            return settings.with_value("pacers.women", flow(women)) if changed else settings

        return self._once("name", change) if new != name else ""

    def name_formation(self, path: Path, text: str) -> str:
        """Use the formation of the file at `path`, whose content is `text`."""

        def change(settings: Settings, _scenario: Scenario) -> Settings:
            folder = Path(settings.folder)
            inside = path.is_relative_to(folder.absolute())
            name = str(path.relative_to(folder.absolute()) if inside else path)
            others = tuple((p, said) for p, said in settings.named if Path(p) != folder / name)
            settings = settings.with_value("pacers.formation", name)
            return replace(settings, named=(*others, (str(folder / name), text)))

        return self._once("file", change)

    def paste(self, text: str) -> str:
        """Read a plan from splits in any common notation, cumulative or lap by lap."""
        from simulator.scenario.pasted_splits import read_splits  # noqa: PLC0415 - few paste

        def change(settings: Settings, scenario: Scenario) -> Settings:
            try:
                splits = read_splits(text, scenario.distance)
            except ValueError as error:
                raise RefusedError(str(error)) from None
            table = {
                "finish" if x == scenario.distance else f"{x:.10g}": time_text(t) for x, t in splits
            }
            start = scenario.plan.standing_start
            plan = {"shape": "splits", "standing_start": start, "splits": table}
            return settings.with_value("plan", flow(plan))

        editor = self._editor()
        editor.history.gesture = None
        return editor.edit("plan", change, self._tick())

    def _change(self, what: str, edit: Callable[[Slots], None]) -> str:
        """Edit the slots; if the result equals the file's, the file's formation is used again."""
        editor = self._editor()
        names: list[str] = []

        def change(settings: Settings, scenario: Scenario) -> Settings:
            pacers = scenario.pacers
            slots = slots_of(pacers)
            before = [dict(slot) for slot in slots]
            edit(slots)
            in_file = editor.file_scenario.pacers
            if slots == before:
                return settings
            as_in_file = slots == slots_of(in_file) and pacers.names == in_file.names
            # after a save and an undo the settings count from an older text
            if as_in_file and settings.text == editor.file_settings.text:
                return settings.without("pacers.formation").without("pacers.front_gap")
            kept = _clear(pacers, slots)
            names[:] = [
                name for name, row in zip(_called(pacers), slots, strict=True) if row in kept
            ]
            return _inline(settings, pacers, kept)

        refusal = editor.edit(f"pacers.formation.{what}", change, self._tick())
        if not refusal:
            self.note()
        # a person knows pacers by name, a file's slots by number
        known = {f"slot {n}": f"'{name}'" for n, name in enumerate(names, 1)}
        return re.sub(r"slot \d+", lambda match: known.get(match[0], match[0]), refusal)

    def _once(self, what: str, change: Callable[[Settings, Scenario], Settings]) -> str:
        editor = self._editor()
        editor.history.gesture = None
        refusal = editor.edit(f"pacers.formation.{what}", change, self._tick())
        if not refusal:
            self._made = editor.history.now
        return refusal


def _clear(pacers: Pacers, slots: Slots) -> Slots:
    """Return slots without unfilled ones that would collide with a filled one."""
    running = pacers.formation.names()[: pacers.running]
    moved = [
        slot.model_copy(
            update={
                "ahead": row["ahead"],
                "offset": row["offset"],
                "from_": row.get("from", 0.0),
                "until": row.get("until"),
            }
        )
        for slot, row in zip(pacers.formation.named_slots, slots, strict=True)
    ]
    filled = [slot for slot in moved if slot.name in running]
    return [
        row
        for slot, row in zip(moved, slots, strict=True)
        if slot.name in running or not any(slot.collides_with(other) for other in filled)
    ]


def slots_of(pacers: Pacers) -> Slots:
    """Return every slot as a file writes it, moved by the front gap; named as in the file."""
    return [
        _slot(ahead_m, slot.offset, slot.name, slot.from_, slot.until)
        for slot, ahead_m in zip(pacers.formation.slots, pacers.placed_m(), strict=True)
    ]


def named_slots(pacers: Pacers) -> Slots:
    """Return the same slots, with every pacer's name in them."""
    return [
        {**row, "name": name} for row, name in zip(slots_of(pacers), _called(pacers), strict=True)
    ]


def _called(pacers: Pacers) -> list[str]:
    """Return who runs in each slot."""
    called = pacers.called()
    return [called[slot.name] for slot in pacers.formation.named_slots]


def _slot(
    ahead_m: float, offset_m: float, name: str, from_m: float, until_m: float | None
) -> dict[str, Any]:
    row: dict[str, Any] = {"ahead": round(ahead_m, 6), "offset": round(offset_m, 6)}
    row |= {"name": name} if name else {}
    row |= {"from": from_m} if from_m else {}
    return row if until_m is None else {**row, "until": until_m}


def _place(ahead_m: float, offset_m: float) -> dict[str, float]:
    """Return a place rounded to centimetres [m]."""
    return {"ahead": round(ahead_m, 2) + 0.0, "offset": round(offset_m, 2) + 0.0}


def _slot_at(slots: Slots, number: int) -> dict[str, Any]:
    if not 0 <= number < len(slots):
        raise RefusedError(f"there is no slot {number + 1}")
    return slots[number]


def _put(row: dict[str, Any], key: str, value: float | None) -> None:
    """Set where a slot begins or ends; "from the start" and "never" leave the key out."""
    if value is None or (key == "from" and value == 0):
        row.pop(key, None)
    else:
        row[key] = value


def _joints(slots: Sequence[Mapping[str, Any]]) -> set[float]:
    """Return her distances at which a pacer changes from one slot to another [m]."""
    ends = {(s.get("name"), s["until"]) for s in slots if s.get("name") and "until" in s}
    begins = {(s.get("name"), s["from"]) for s in slots if s.get("name") and "from" in s}
    return {at for _, at in ends & begins}


def _free_name(taken: set[str]) -> str:
    return next(name for n in range(1, 500) if (name := f"pacer {n}") not in taken)


def _with_count(settings: Settings, pacers: Pacers, more: int) -> Settings:
    """Return the settings with the number of pacers changed by `more`, where they have a count."""
    if pacers.count is None:
        return settings
    return settings.with_value("pacers.count", str(pacers.count + more))


def _inline(settings: Settings, pacers: Pacers, slots: Slots, *, named: bool = False) -> Settings:
    """Return the settings with these slots as the formation; `named` has every name in them."""
    formation = pacers.formation
    name = formation.name
    if name != PacerFormation.model_fields["name"].default and not name.endswith(BY_HAND):
        name = f"{name}{BY_HAND}"
    inline = {"name": name, "note": NOTE, "assumed": True, "slots": slots}
    settings = settings.with_value("pacers.formation", flow(inline))
    if pacers.front_gap is not None:
        settings = settings.with_value("pacers.front_gap", "null")
    return settings.with_value("pacers.names", "[]") if named and pacers.names else settings
