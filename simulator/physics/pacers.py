"""The pacers as a group: who runs where.

In: the scenario's pacers. Out: `Group`, and the places of all pacers for a given runner and
reference point.

The *reference point* is the place of the runner's own slot in the formation. Slots ahead hang on
it; slots beside and behind hang on the runner, since those pacers stay with her. The *extra gap* is
how far she is behind her slot; the shelter is a function of it alone between two hand-overs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import BESIDE_REACH_M
from simulator.scenario.pacers import ConstantShelter, Pacers, Slot
from simulator.scenario.schedule import Schedule

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Group:
    """A scenario's pacers, where their slots are.

    Attributes:
        slots: the filled slots, moved by the front gap.
        nearest_m: distance from the runner's slot to the nearest slot ahead [m]; inf with nobody
            ahead, shape (phases,).
        breaks_m: the runner's distances at which someone joins, leaves or hands over [m],
            increasing, shape (phases - 1,).
    """

    slots: tuple[Slot, ...]
    nearest_m: Floats
    breaks_m: Floats

    @cached_property
    def stands(self) -> dict[str, list[Slot]]:
        """The slots that each pacer fills, by name, in the order of the race."""
        found: dict[str, list[Slot]] = {}
        for slot in self.slots:
            found.setdefault(slot.name, []).append(slot)
        return {name: sorted(held, key=lambda s: s.from_) for name, held in found.items()}


def group_of(pacers: Pacers, race_m: float) -> Group:
    """Return the pacers of a race over `race_m` [m] as a group."""
    slots = tuple(pacers.line_up())
    breaks = phase_breaks(((s.from_, s.until) for s in slots), pacers.shelter, race_m)
    nearest = [
        min((s.ahead for s in slots if leads(s.ahead) and runs_at(s, begin)), default=np.inf)
        for begin in (0.0, *breaks)
    ]
    return Group(slots, np.array(nearest), np.array(breaks))


def phase_breaks(
    stints: Iterable[tuple[float, float | None]],
    shelters: Sequence[ConstantShelter] | None,
    race_m: float,
) -> tuple[float, ...]:
    """Return the runner's distances at which somebody joins, leaves or hands over [m]."""
    edges = {edge for stint in stints for edge in stint if edge is not None}
    edges |= {c.until for c in shelters or () if c.until is not None}
    return tuple(sorted(e for e in edges if 0.0 < e < race_m))


def leads(ahead_m: float) -> bool:
    """Return whether a slot so far ahead of the runner's [m] hangs on the group, not on her."""
    return ahead_m > BESIDE_REACH_M


def runs_at(slot: Slot, x_m: float) -> bool:
    """Return whether a slot is filled when the runner is at race distance `x_m` [m]."""
    return slot.from_ <= x_m and (slot.until is None or x_m < slot.until)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one pacer is: race distance [m], metres to the outside [m], and how present he is."""

    name: str
    x_m: float
    offset_m: float
    presence: float
    role: str


LEAVE_M = 45.0
"""A pacer who leaves drifts outward and fades over this much of the runner's distance [m]."""
SWAP_M = 25.0
"""A hand-over takes this much of the runner's distance [m]."""


def places(group: Group, runner_m: float, reference_m: float) -> tuple[Place, ...]:
    """Return where each pacer is; the runner is at `runner_m`, her slot at `reference_m` [m].

    One place for each pacer by name; a pacer between two slots moves from one to the other, wide of
    the line so that nobody is run over; one who has left drifts outward and fades.
    """
    found: list[Place] = []
    for name, stands in group.stands.items():
        current = [s for s in stands if s.from_ <= runner_m]
        if not current:
            continue
        slot = current[-1]
        x = _slot_m(slot, runner_m, reference_m)
        role = role_of(slot)
        earlier = current[-2] if len(current) > 1 else None
        since = runner_m - slot.from_
        if slot.until is not None and runner_m >= slot.until:
            gone = (runner_m - slot.until) / LEAVE_M
            if gone < 1.0:
                drift = 3.0 * (3.0 * gone**2 - 2.0 * gone**3)
                back = 0.25 * LEAVE_M * gone**2
                found.append(Place(name, x - back, slot.offset + drift, 1.0 - gone, "left"))
            continue
        if earlier is not None and since < SWAP_M and earlier.until == slot.from_:
            z = since / SWAP_M
            ease = 3.0 * z**2 - 2.0 * z**3
            x0 = _slot_m(earlier, runner_m, reference_m)
            wide = 1.1 * 4.0 * z * (1.0 - z) * (1.0 if slot.ahead < earlier.ahead else 1.9)
            offset = earlier.offset + (slot.offset - earlier.offset) * ease + wide
            found.append(Place(name, x0 + (x - x0) * ease, offset, 1.0, role))
            continue
        fade_in = 1.0 if slot.from_ <= 0 or earlier is not None else min(since / SWAP_M, 1.0)
        found.append(Place(name, x, slot.offset, fade_in, role))
    return tuple(found)


def _slot_m(slot: Slot, runner_m: float, reference_m: float) -> float:
    return (reference_m if leads(slot.ahead) else runner_m) + slot.ahead


def role_of(slot: Slot) -> str:
    """Return where a slot is: `ahead` of her, `beside` her or `behind` her."""
    if leads(slot.ahead):
        return "ahead"
    return "behind" if slot.ahead < -BESIDE_REACH_M else "beside"


def front_gap(group: Group, runner_m: float, reference_m: float) -> float | None:
    """Return the hip to hip gap to the nearest pacer ahead [m]; None with nobody ahead."""
    phase = int(np.searchsorted(group.breaks_m, runner_m, side="right"))
    nearest = float(group.nearest_m[phase])
    return None if np.isinf(nearest) else nearest + reference_m - runner_m


def schedule_followed(
    waves: Sequence[tuple[str, Schedule]], follows: str | None, plan: Schedule
) -> Schedule:
    """Return the schedule the group follows: the wave of that name, else the plan."""
    return next((schedule for name, schedule in waves if name == follows), plan)
