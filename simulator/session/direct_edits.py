"""Edits made in the picture itself: pacers moved, added, timed and renamed, and splits pasted.

In: metres and names from a picture, text from a clipboard. Out: changes of the editor's settings,
like those of any knob. The formation is replaced by inline slots, where its pacers stand now.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator.scenario.model import Scenario
from simulator.scenario.pacers import PacerFormation, Pacers
from simulator.session.editor import SettingsEditor
from simulator.session.history import Change, Settings, flow
from simulator.session.knob_edits import MAX_TYPED, RefusedError
from simulator.session.knobs import time_text

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
            _at(slots, slot).update(_place(ahead_m, offset_m))

        return self._change(f"slots.{slot}", edit)

    def time(self, slot: int, from_m: float, until_m: float | None) -> str:
        """Set her distances at which a slot begins and ends [m]; None: it never ends.

        Pacers that hand over to one another at a moved distance all move their end with it.
        """

        def edit(slots: Slots) -> None:
            if until_m is not None and until_m <= from_m:
                raise RefusedError("from must be less than until")
            row = _at(slots, slot)
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


def _at(slots: Slots, number: int) -> dict[str, Any]:
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
