"""The pacers as a group: where its reference point wants to be, who runs where, what they shelter.

In: the scenario's pacers and the schedule they follow. Out: `Group`, with its shelter tables, and
the places of all pacers for a given runner and reference point.

The *reference point* is the place of the runner's own slot in the formation. Slots ahead hang on
it; slots beside and behind hang on the runner, since those pacers stay with her. The *extra gap* is
how far she is behind her slot; the shelter is a function of it alone between two hand-overs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import CLEARANCE_M
from simulator.physics.shelter import Influence, Profile, Shelterer, combined, influence_of
from simulator.scenario.pacers import Leader, Pacers, Slot
from simulator.scenario.schedule import Schedule

Floats = NDArray[np.float64]

EXTRA_MIN_M = -20.0
EXTRA_STEP_M = 0.02
EXTRA_COUNT = 4001
EXTRA_GRID: Floats = np.asarray(
    EXTRA_MIN_M + EXTRA_STEP_M * np.arange(EXTRA_COUNT), dtype=np.float64
)
"""The grid of extra gaps on which shelter is tabulated: -20 m to +60 m."""

OPENING_PEAK_M = 200.0
OPENING_END_M = 800.0
_JITTER_KNOT_M = 50.0


@dataclass(frozen=True, eq=False)
class Group:
    """A scenario's pacers, ready for the kernel.

    Attributes:
        slots: the filled slots, moved by the front gap.
        nearest_m: distance from the runner's slot to the nearest slot ahead [m]; inf with nobody
            ahead, shape (phases,).
        breaks_m: the runner's distances at which someone joins, leaves or hands over [m],
            increasing, shape (phases - 1,).
        tables: shelter over the extra gap for each phase, shape (phases, EXTRA_COUNT).
        drop_back_m: how far behind its mark the group waits for her, 0 when it holds the light [m].
        profiles: what each phase does to the air, or its constant shelter; from these come tables
            for other scales of the wake.
    """

    slots: tuple[Slot, ...]
    nearest_m: Floats
    breaks_m: Floats
    tables: Floats
    drop_back_m: float
    profiles: tuple[Profile | float, ...]

    @cached_property
    def stands(self) -> dict[str, list[Slot]]:
        """The slots that each pacer fills, by name, in the order of the race."""
        found: dict[str, list[Slot]] = {}
        for slot in self.slots:
            found.setdefault(slot.name, []).append(slot)
        return {name: sorted(held, key=lambda s: s.from_) for name, held in found.items()}


def group_of(pacers: Pacers, race_m: float) -> Group:
    """Return the group with its shelter tables."""
    slots = tuple(pacers.line_up())
    edges = {s.from_ for s in slots} | {s.until for s in slots if s.until is not None}
    constants = pacers.shelter
    if constants is not None:
        edges |= {c.until for c in constants if c.until is not None}
    breaks = sorted(e for e in edges if 0.0 < e < race_m)
    profiles: list[Profile | float] = []
    nearest = []
    for begin in [0.0, *breaks]:
        active = [s for s in slots if runs_at(s, begin)]
        ahead = [s.ahead for s in active if s.ahead > 0]
        nearest.append(min(ahead, default=np.inf))
        if constants is None:
            bodies = [Shelterer(s.ahead, s.offset, s.ahead > 0) for s in active]
            profiles.append(combined(map(_on_grid, bodies), EXTRA_GRID.shape))
        else:
            held = next((c.value for c in constants if c.until is None or begin < c.until), 0.0)
            profiles.append(held)
    return Group(
        slots,
        np.array(nearest),
        np.array(breaks),
        np.array([table_of(profile, pacers.wake) for profile in profiles]),
        pacers.drop_back if pacers.policy == "wait_for_runner" else 0.0,
        tuple(profiles),
    )


@lru_cache(maxsize=64)
def _on_grid(pacer: Shelterer) -> Influence:
    """Return what one pacer does; groups of all sizes are made of the same few bodies."""
    return influence_of(pacer, EXTRA_GRID)


def table_of(profile: Profile | float, wake: float) -> Floats:
    """Return a phase's shelter table at the scale q = `wake`; a constant shelter stays."""
    if isinstance(profile, Profile):
        return profile.shelter(wake)
    return np.full(EXTRA_COUNT, profile)


def runs_at(slot: Slot, x_m: float) -> bool:
    """Return whether a slot is filled when the runner is at race distance `x_m` [m]."""
    return slot.from_ <= x_m and (slot.until is None or x_m < slot.until)


def leader_positions(schedule: Schedule, leader: Leader, time_s: Floats) -> Floats:
    """Return where the group's reference point wants to be [m]: its mark plus the leader's error.

    A fast opening grows to its full seconds at 200 m and is given back by 800 m; the jitter wanders
    between independent normal errors every 50 m, fixed by its seed. It never runs backwards.
    """
    mark = schedule.distance_at(time_s)
    if leader.fast_opening == 0 and leader.jitter == 0:
        return mark
    grow = _smooth(mark / OPENING_PEAK_M)
    give_back = _smooth((mark - OPENING_PEAK_M) / (OPENING_END_M - OPENING_PEAK_M))
    error_s = leader.fast_opening * (grow - give_back)
    if leader.jitter > 0:
        knots = int(schedule.distance_m / _JITTER_KNOT_M) + 3
        errors = np.random.default_rng(leader.seed).normal(0.0, leader.jitter, knots)
        errors[0] = 0.0
        place = np.minimum(mark / _JITTER_KNOT_M, knots - 1.001)
        i = place.astype(np.int64)
        error_s = error_s + errors[i] + (errors[i + 1] - errors[i]) * _smooth(place - i)
    moved = mark + error_s * schedule.cruise_at(time_s)
    return np.maximum(np.maximum.accumulate(moved), 0.0)


def _smooth(z: Floats) -> Floats:
    z = np.minimum(np.maximum(z, 0.0), 1.0)
    return z * z * (3.0 - 2.0 * z)


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
    return (reference_m if slot.ahead > 0 else runner_m) + slot.ahead


def role_of(slot: Slot) -> str:
    """Return where a slot is: `ahead` of her, `beside` her or `behind` her."""
    if abs(slot.ahead) <= CLEARANCE_M:
        return "beside"
    return "ahead" if slot.ahead > 0 else "behind"


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
