"""A made-up state, so that the drawer can be tested without the model behind it.

In: changes as a session gets them. Out: `PanelState`s. Numbers within their range are taken, all
else is refused with a sentence.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from simulator.errors import LightpaceError
from simulator.stage.scene import Comparison, Knob, KnobKind, PanelState, PinRow, SplitKnob
from simulator.units import format_time, parse_time

N, T, C, S = KnobKind.NUMBER, KnobKind.TIME, KnobKind.CHOICE, KnobKind.SWITCH
KNOBS = (
    Knob("pacers.count", "pacers", "Pacers", N, "13", 13, 0, 13, 1, note="How many run."),
    Knob("pacers.formation", "formation", "Pacers", C, "breaking4", options=("breaking4", "paper")),
    Knob("pacers.front_gap", "front gap", "Pacers", N, "1.76", 1.76, 0.5, 6, 0.02, "m"),
    Knob("pacers.policy", "policy", "Pacers", C, "hold", options=("hold", "wait")),
    Knob("pacers.drop_back", "drop back", "Pacers", N, "5", 5, 0, 50, 0.5, "m"),
    Knob("pacers.follows", "follow", "Pacers", C, "a", options=("the plan", "a", "b")),
    Knob("plan.target", "target", "Plan", T, "3:59.99", 239.99, 216, 264, 0.01),
    Knob("plan.shape", "shape", "Plan", C, "even", options=("even", "stepped", "splits")),
    Knob("plan.strength", "strength", "Plan", N, "0", 0, -5, 5, 0.1, "%"),
    Knob("plan.standing_start", "standing start", "Plan", S, "yes", note="assumed"),
    Knob("runner.form", "form", "Runner", N, "0", 0, -3, 3, 0.1, "%"),
    Knob("environment.wind.speed", "wind", "Air", N, "0", 0, 0, 8, 0.1, "m/s"),
    *(
        knob
        for i, name in enumerate(("a", "b"))
        for knob in (
            Knob(f"wavelight.waves.{i}.on", f"{name}: shown", "Light", S, "yes"),
            Knob(
                f"wavelight.waves.{i}.colour",
                f"{name}: colour",
                "Light",
                C,
                "green",
                options=("green", "white", "red", "blue", "pink", "amber", "cyan", "violet"),
            ),
            Knob(f"wavelight.waves.{i}.length", f"{name}: length", "Light", N, "6", 6, 1, 40, 1),
        )
    ),
    Knob("ghosts.0.on", "even 4:00.00", "Ghosts", S, "yes"),
    Knob("ghosts.0.time", "even 4:00.00: time", "Ghosts", T, "4:00.00", 240, 220, 260, 0.01),
)
SPLITS = tuple(
    SplitKnob(label, distance, "29.99", format_time(29.99 * (i + 1)), False, in_file="29.99")
    for i, (label, distance) in enumerate(
        (("200", 200.0), ("400", 400.0), ("600", 600.0), ("finish", 800.0))
    )
)
IN_FILE = {knob.path: knob for knob in KNOBS}


class FakeHands:
    """Takes whatever is moved; `asked` remembers what was wanted."""

    holding = interrupted = moves_pacers = False

    def __init__(self, asked: list[tuple[object, ...]]) -> None:
        self.asked = asked
        self.cost_s: float | None = None

    def note(self) -> None:
        self.asked.append(("note",))

    def hold(self) -> None:
        self.asked.append(("hold",))

    def let_go(self) -> None:
        self.asked.append(("let go",))

    def move(self, slot: int, ahead_m: float, offset_m: float) -> str:
        self.asked.append(("move", slot, ahead_m, offset_m))
        return ""

    def time(self, slot: int, from_m: float, until_m: float | None) -> str:
        self.asked.append(("time", slot, from_m, until_m))
        return ""

    def add(self, ahead_m: float, offset_m: float) -> str:
        self.asked.append(("add", ahead_m, offset_m))
        return ""

    def remove(self, name: str) -> str:
        self.asked.append(("remove", name))
        return ""

    def rename(self, name: str, new: str) -> str:
        self.asked.append(("rename", name, new))
        return ""

    def paste(self, text: str) -> str:
        self.asked.append(("paste", text))
        return ""

    def name_formation(self, path: Path, text: str) -> str:
        self.asked.append(("name formation", path, text))
        return ""


class FakePanel:
    """The part of a session that the drawer asks; `asked` remembers what was wanted."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.refusal = ""
        self.direct_edits = FakeHands(self.asked)
        knobs = tuple(replace(knob, file_value=knob.value) for knob in KNOBS)
        self.now = PanelState(
            knobs=knobs,
            splits=SPLITS,
            keep_target=True,
            from_gun=False,
            can_undo=0,
            can_redo=0,
            pins=(),
            comparison=None,
            axes=("pacers", "front gap", "wind"),
            axis="pacers",
            measures=("finish time", "reserve left", "chance", "light lost"),
            measure="finish time",
            file="breaking4.yaml",
            file_problem="",
            unsaved=False,
        )

    @property
    def editor(self) -> FakePanel:
        return self

    @property
    def page_answers(self) -> FakePanel:
        return self

    def save_formation(self, path: str | Path) -> None:
        self.asked.append(("save formation", str(path)))

    @property
    def file_problem(self) -> str:
        return self.now.file_problem

    @property
    def at_stake(self) -> str:
        return ""

    def panel_state(self) -> PanelState:
        return self.now

    def knob(self, path: str) -> Knob:
        return next(knob for knob in self.now.knobs if knob.path == path)

    def _put(self, knob: Knob) -> None:
        knobs = tuple(knob if k.path == knob.path else k for k in self.now.knobs)
        self.now = replace(self.now, knobs=knobs, unsaved=any(k.changed for k in knobs))

    def _read(self, knob: Knob, text: str) -> Knob | None:
        if knob.kind is KnobKind.CHOICE:
            return replace(knob, value=text) if text in knob.options else None
        if knob.kind is KnobKind.SWITCH:
            return replace(knob, value=text) if text in ("yes", "no") else None
        try:
            number = parse_time(text) if knob.kind is KnobKind.TIME else float(text)
        except (ValueError, LightpaceError):
            return None
        return replace(knob, value=text, number=number) if knob.low <= number <= knob.high else None

    def change(self, path: str, text: str) -> bool:
        self.asked.append(("change", path, text))
        knob = self.knob(path)
        result = self._read(knob, text)
        if result is None:
            self._put(replace(knob, problem=f"{text!r} is not a value of {knob.label}."))
            return False
        changed = result.value != knob.file_value
        self._put(replace(result, changed=changed, problem=""))
        self.now = replace(self.now, can_undo=self.now.can_undo + 1)
        return True

    def reset(self, path: str) -> None:
        self.asked.append(("reset", path))
        self._put(replace(IN_FILE[path], file_value=IN_FILE[path].value))

    def undo(self) -> None:
        self.asked.append(("undo",))
        now = self.now
        self.now = replace(now, can_undo=max(0, now.can_undo - 1), can_redo=now.can_redo + 1)

    def redo(self) -> None:
        self.asked.append(("redo",))
        self.now = replace(self.now, can_redo=max(0, self.now.can_redo - 1))

    def set_from_gun(self, on: bool) -> None:
        self.asked.append(("from gun", on))
        self.now = replace(self.now, from_gun=on)

    def set_keep_target(self, on: bool) -> None:
        self.asked.append(("keep target", on))
        self.now = replace(self.now, keep_target=on)

    def change_split(self, index: int, text: str, *, cumulative: bool) -> bool:
        self.asked.append(("split", index, text, cumulative))
        try:
            parse_time(text)
        except (ValueError, LightpaceError):
            return False
        field = {"cumulative": text} if cumulative else {"section": text}
        self._row(index, **field)
        return True

    def _row(self, index: int, **changes: object) -> None:
        rows = list(self.now.splits)
        row = replace(rows[index], **changes)  # type: ignore[arg-type]
        rows[index] = replace(row, changed=row.section != SPLITS[index].section)
        self.now = replace(self.now, splits=tuple(rows))

    def reset_split(self, index: int | None) -> bool:
        self.asked.append(("reset split", index))
        if index is None:
            self.now = replace(self.now, splits=SPLITS)
        elif self.now.splits[index].locked:
            self.now = replace(self.now, split_problem="it is locked")
            return False
        else:
            self._row(index, section=SPLITS[index].section)
        return True

    def set_by_lap(self, on: bool) -> None:
        self.asked.append(("laps", on))
        self.now = replace(self.now, by_lap=on)

    def lock_split(self, index: int, on: bool) -> None:
        self.asked.append(("lock", index, on))
        self._row(index, locked=on)

    def pin(self) -> None:
        self.asked.append(("pin",))
        taken = {pin.number for pin in self.now.pins}
        free = next((n for n in range(1, 7) if n not in taken), None)
        if free is not None:
            row = PinRow(free, f"kept run {free}", "pink", "4:06.42", True)
            self._pins((*self.now.pins, row))

    def _pins(self, pins: tuple[PinRow, ...]) -> None:
        table = None
        if pins:
            columns = ("", "live", *(pin.name for pin in pins))
            table = Comparison(columns, (("400", "1:00.57", *(pin.finish for pin in pins)),))
        self.now = replace(self.now, pins=pins, comparison=table)

    def unpin(self, number: int) -> None:
        self.asked.append(("unpin", number))
        self._pins(tuple(pin for pin in self.now.pins if pin.number != number))

    def show_pin(self, number: int, on: bool) -> None:
        self.asked.append(("show", number, on))
        pins = tuple(replace(p, shown=on) if p.number == number else p for p in self.now.pins)
        self._pins(pins)

    def save_pins(self, path: str | Path) -> None:
        self.asked.append(("save pins", path))

    def load_pins(self, path: str | Path) -> None:
        self.asked.append(("load pins", path))

    def add_ghost(self) -> None:
        self.asked.append(("add ghost",))

    def add_ghost_file(self, path: str | Path) -> None:
        self.asked.append(("ghost file", path))

    def ghost_of_pin(self, number: int) -> None:
        self.asked.append(("ghost of pin", number))

    def remove_ghost(self, index: int) -> None:
        self.asked.append(("remove ghost", index))

    def set_axis(self, axis: str) -> None:
        self.asked.append(("axis", axis))
        self.now = replace(self.now, axis=axis)

    def set_measure(self, measure: str) -> None:
        self.asked.append(("measure", measure))
        self.now = replace(self.now, measure=measure)

    def take_bar(self, index: int) -> None:
        self.asked.append(("bar", index))

    def look_at(self, page: str) -> None:
        self.page = page

    def set_map(self, across: str, up: str) -> None:
        self.asked.append(("map", across, up))

    def take_cell(self, row: int, column: int) -> None:
        self.asked.append(("cell", row, column))

    def set_goal(self, name: str) -> None:
        self.asked.append(("goal", name))

    def set_target(self, text: str) -> bool:
        self.asked.append(("goal target", text))
        return True

    def take_goal(self) -> None:
        self.asked.append(("take goal",))

    def save(self) -> None:
        self.asked.append(("save",))
        self.now = replace(self.now, unsaved=False)

    def save_as(self, path: str | Path) -> None:
        self.asked.append(("save as", path))

    def add_wave(self) -> None:
        self.asked.append(("add wave",))

    def remove_wave(self, name: str) -> None:
        self.asked.append(("remove wave", name))
