"""The pacers as a group: the place of each pacer.

In: the scenario's pacers. Out: `PacerGroup`, and the places of all pacers for a given runner and
reference point.

The *reference point* is the place of the runner's slot in the formation; it is a body with its own
speed (`simulator.physics.kernel`). Pacers ahead are placed relative to it; those beside and behind
relative to the runner, since they stay with her. Each pacer has a path over the runner's distance,
straight from stage to stage; a stage is a place where any path bends. Shelter and pictures use the
same paths.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import (
    BESIDE_REACH_M,
    CHANGE_M,
    CLEARANCE_M,
    PASS_WIDE_M,
    SWAP_IN_M,
    SWAP_M,
)
from simulator.scenario.pacers import Pacers, Slot, Stint

Floats = NDArray[np.float64]

Knot = tuple[float, float, float, float]
"""A bend of a path: the runner's distance, metres ahead, metres to the outside, presence."""

LINE_M = 0.8
"""A body ahead blocks her way if it is less than this aside [m]."""
DRIFT_M = 3.0
"""A pacer who leaves or joins is drawn up to this much farther out, by 1 - presence [m]."""


@dataclass(frozen=True, eq=False)
class PacerGroup:
    """A scenario's pacers and their paths.

    Attributes:
        names: the pacers, shape (bodies,).
        stages_m: the runner's distances of the stages [m], increasing, shape (stages,).
        ahead_m: metres ahead of her slot at each stage, before `shift_m`, shape (bodies, stages).
        offset_m: metres to the outside [m], shape (bodies, stages).
        presence: presence of a pacer, 0 to 1, shape (bodies, stages).
        shift_m: how far `front_gap` moves those ahead [m].
        slots: the filled slots, moved by the front gap.
    """

    names: tuple[str, ...]
    stages_m: Floats
    ahead_m: Floats
    offset_m: Floats
    presence: Floats
    shift_m: float = 0.0
    slots: tuple[Slot, ...] = ()

    @property
    def leading(self) -> NDArray[np.bool_]:
        """Which pacers are placed relative to the group, not to her; shape (bodies, stages)."""
        return np.asarray(self.ahead_m > BESIDE_REACH_M)

    @property
    def wide_m(self) -> float:
        """How far aside she runs when she passes the group [m]."""
        there = self.leading & (self.presence > 0.0)
        return PASS_WIDE_M + float(self.offset_m[there].max(initial=0.0))

    def outline(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the least and the most (metres ahead, outside) of all places and her slot."""
        there = self.presence > 0.0
        ahead_m = (self.ahead_m + np.where(self.leading, self.shift_m, 0.0))[there]
        offset_m = self.offset_m[there]
        return (
            (float(ahead_m.min(initial=0.0)), float(offset_m.min(initial=0.0))),
            (float(ahead_m.max(initial=0.0)), float(offset_m.max(initial=0.0))),
        )

    def least_m(self) -> Floats:
        """Return the extra gap below which she would run into the nearest ahead, by stage [m].

        Before `shift_m`; far behind the slot if nobody blocks her way.
        """
        in_line = self._ahead() & (np.abs(self.offset_m) < LINE_M)
        nearest = np.where(in_line, self.ahead_m, np.inf).min(axis=0, initial=np.inf)
        least = np.where(np.isfinite(nearest), CLEARANCE_M - nearest, -20.0)
        return self._where_led(least)

    def lead(self) -> Floats:
        """Return the presence of pacers ahead, 0 to 1, by stage."""
        return np.asarray(np.where(self._ahead(), self.presence, 0.0).max(axis=0, initial=0.0))

    def far_m(self) -> Floats:
        """Return how far ahead of her slot the foremost is, before `shift_m`, by stage [m]."""
        return self._where_led(np.where(self._ahead(), self.ahead_m, 0.0).max(axis=0, initial=0.0))

    def _ahead(self) -> NDArray[np.bool_]:
        return np.asarray(self.leading & (self.presence > 0.0))

    def _where_led(self, values: Floats) -> Floats:
        """Return values by stage; a stage with nobody ahead has that of the next stage."""
        led = self.lead() > 0.0
        filled = values.copy()
        for i in np.flatnonzero(~led).tolist():
            near = [j for j in (i - 1, i + 1) if 0 <= j < len(led) and led[j]]
            if near:
                filled[i] = values[near[0]]
        return filled


def group_of(pacers: Pacers, race_m: float) -> PacerGroup:
    """Return the pacers of a race over `race_m` [m] as a group."""
    stints, shift = stints_of(pacers)
    group, called = paths_of(stints, race_m), pacers.called()
    names = tuple(called[name] for name in group.names)
    return replace(group, names=names, shift_m=shift, slots=tuple(pacers.line_up()))


def changed_group(old: PacerGroup, new: PacerGroup, at_m: float) -> PacerGroup:
    """Return a group that changes from `old` to `new` at `at_m` [m], within CHANGE_M."""
    if len(old.names) == len(new.names):  # who only has another name stays the same pacer
        gone, come = {*old.names} - {*new.names}, {*new.names} - {*old.names}
        pairs = zip(old.names, new.names, strict=True)
        names = tuple(b if a in gone and b in come else a for a, b in pairs)
        old = replace(old, names=names)
    end = at_m + CHANGE_M
    stages = np.array([at_m, end, *new.stages_m[new.stages_m > end].tolist()])
    names = tuple(dict.fromkeys((*old.names, *new.names)))
    columns = []
    for attribute in ("ahead_m", "offset_m", "presence"):
        rows = []
        for name in names:
            before, after = (_by_name(g, name, attribute) for g in (old, new))
            later = np.interp(
                stages[1:], new.stages_m, new.stages_m * 0.0 if after is None else after
            )
            first = 0.0 if before is None else float(np.interp(at_m, old.stages_m, before))
            if attribute == "ahead_m" and before is not None and first > BESIDE_REACH_M:
                first += old.shift_m - new.shift_m
            if before is None and after is not None and attribute != "presence":
                first = float(later[0])
            if after is None and before is not None and attribute != "presence":
                later = np.full_like(later, first)
            rows.append([first, *later.tolist()])
        columns.append(np.array(rows).reshape(len(names), len(stages)))
    ahead, offset, presence = columns
    return PacerGroup(names, stages, ahead, offset, presence, new.shift_m, new.slots)


def _by_name(group: PacerGroup, name: str, attribute: str) -> Floats | None:
    if name not in group.names:
        return None
    values: Floats = getattr(group, attribute)[group.names.index(name)]
    return values


def stints_of(pacers: Pacers) -> tuple[tuple[Stint, ...], float]:
    """Return the filled slots of the formation, and how far `front_gap` moves it [m]."""
    slots, nearest = pacers.formation.outline
    if pacers.count is not None:
        chosen = set(pacers.formation.names()[: pacers.count])
        slots = tuple(s for s in slots if s[4] in chosen)
    if pacers.swap_gap:
        slots = tuple((*s[:5], pacers.swap_gap) for s in slots)
    return slots, 0.0 if pacers.front_gap is None else pacers.front_gap - nearest


@lru_cache(maxsize=64)
def paths_of(
    stints: tuple[Stint, ...], race_m: float, more_stages_m: tuple[float, ...] = ()
) -> PacerGroup:
    """Return filled slots as a group with paths, whose front gap is the formation's.

    Args:
        stints: the filled slots.
        race_m: race distance [m].
        more_stages_m: further stages [m].
    """
    held: dict[str, list[Stint]] = {}
    for stint in stints:
        if stint[2] < race_m:
            held.setdefault(stint[4], []).append(stint)
    turns = [sorted(stints_of_one, key=lambda s: s[2]) for stints_of_one in held.values()]
    paths = [np.array(_path(turn, race_m)) for turn in turns]
    gaps = _swap_gaps(turns)
    bends = {float(x) for path in (*paths, *gaps) for x in path[:, 0]} | set(more_stages_m)
    # a change that is not over at the line is cut off there
    ends = {race_m} if not bends or max(bends) >= race_m else set()
    stages = np.array(sorted({0.0, *(x for x in bends if 0.0 < x < race_m), *ends}))
    if len(stages) == 1:
        stages = np.array([0.0, race_m])
    ahead, offset, presence = at = np.empty((3, len(paths), len(stages)))
    for n, path in enumerate(paths):
        if len(path) == 1:  # a pacer who never changes his place
            at[:, n] = path[0, 1:, None]
        else:
            at[:, n] = [np.interp(stages, path[:, 0], path[:, i]) for i in (1, 2, 3)]
    for gap in gaps:
        opens = np.interp(stages, gap[:, 0], gap[:, 1])
        ahead = np.where(ahead > BESIDE_REACH_M, ahead + opens, ahead)
    return PacerGroup(tuple(held), stages, ahead, offset, presence)


def _swap_gaps(turns: Sequence[Sequence[Stint]]) -> list[Floats]:
    """Return how the gap ahead widens at each hand-over to a pacer who comes forward.

    Shape (knots, 2): the runner's distance [m], and how much wider the gap is there [m].
    """
    swaps = {
        (new[2], new[5])
        for turn in turns
        for old, new in pairwise(turn)
        if old[3] == new[2] and new[0] > old[0] and new[5] > 0.0
    }
    return [
        np.array([(at - SWAP_M, 0.0), (at, gap), (at + 2.0 * SWAP_M, 0.0)])
        for at, gap in sorted(swaps)
    ]


def _path(stints: Sequence[Stint], race_m: float) -> list[Knot]:
    """Return the bends of one pacer's path, in the order of the race."""
    ahead, offset, begin, *_ = stints[0]
    path: list[Knot] = [(-1.0, ahead, offset, 1.0)] if begin <= 0.0 else _joins(stints[0])
    for old, new in pairwise(stints):
        path += _hands_over(old, new) if old[3] == new[2] else [*_leaves(old), *_joins(new)]
    last = stints[-1]
    if last[3] is not None and last[3] < race_m:
        path += _leaves(last)
    # where two changes overlap, each knot keeps its place in the order
    at = np.maximum.accumulate([knot[0] for knot in path]).tolist()
    return [(x, *knot[1:]) for x, knot in zip(at, path, strict=True)]


def _joins(stint: Stint) -> list[Knot]:
    ahead, offset, at, *_ = stint
    half = CHANGE_M / 2
    return [(at - half, ahead, offset, 0.0), (at + half, ahead, offset, 1.0)]


def _leaves(stint: Stint) -> list[Knot]:
    ahead, offset, _, until, *_ = stint
    at = math.inf if until is None else until
    half = CHANGE_M / 2
    return [(at - half, ahead, offset, 1.0), (at + half, ahead, offset, 0.0)]


def _hands_over(old: Stint, new: Stint) -> list[Knot]:
    """Return a pacer's way to his next slot, wide of the line so that there is no collision.

    A pacer who comes forward arrives when the slot changes hands, slightly ahead of the leaving
    one.
    """
    at = new[2]
    if new[0] > old[0]:
        wide = max(old[1], new[1]) + PASS_WIDE_M
        return [
            (at - 1.5 * SWAP_M, old[0], old[1], 1.0),
            (at - SWAP_M, 0.5 * (old[0] + new[0] + SWAP_IN_M), wide, 1.0),
            (at - 0.5 * SWAP_M, new[0] + SWAP_IN_M, wide, 1.0),
            (at, new[0] + SWAP_IN_M, new[1], 1.0),
            (at + SWAP_M, new[0] + 0.5 * SWAP_IN_M, new[1], 1.0),
            (at + 2 * SWAP_M, new[0], new[1], 1.0),
        ]
    return [
        (at, old[0], old[1], 1.0),
        (at + SWAP_M, 0.5 * (old[0] + new[0]), old[1] + PASS_WIDE_M, 1.0),
        (at + 2 * SWAP_M, new[0], new[1], 1.0),
    ]


def leads(ahead_m: float) -> bool:
    """Return whether a slot this far ahead of the runner's [m] is placed relative to the group."""
    return ahead_m > BESIDE_REACH_M


@dataclass(frozen=True, slots=True)
class PacerPlace:
    """One pacer's place: race distance [m], metres to the outside [m], and presence."""

    name: str
    x_m: float
    offset_m: float
    presence: float
    role: str

    @property
    def path_m(self) -> float:
        """Metres to the outside on his path, where the model has him also as he is drawn aside."""
        return self.offset_m - _drift_m(self.presence)


def places(
    group: PacerGroup, runner_m: float, reference_m: float, aside_m: float = 0.0
) -> tuple[PacerPlace, ...]:
    """Return the places of pacers; the runner is at `runner_m`, her slot at `reference_m` [m].

    `aside_m`: how far aside she runs; those beside and behind move with her. There is one place for
    each pacer present; one who joins or leaves is drawn farther out, and fades.
    """
    stages = group.stages_m
    i = min(max(int(stages.searchsorted(runner_m, side="right")) - 1, 0), len(stages) - 2)
    share = (runner_m - stages.item(i)) / (stages.item(i + 1) - stages.item(i))
    share = min(max(share, 0.0), 1.0)
    hangs = np.where(group.leading, group.shift_m + reference_m, runner_m) + group.ahead_m
    aside = group.offset_m + np.where(group.leading, 0.0, aside_m)
    x, offset, presence, ahead = (
        values[:, i] + (values[:, i + 1] - values[:, i]) * share
        for values in (hangs, aside, group.presence, group.ahead_m)
    )
    return tuple(
        PacerPlace(
            name,
            x.item(n),
            offset.item(n) + _drift_m(presence.item(n)),
            presence.item(n),
            _role(ahead.item(n)) if presence[n] >= 1.0 else "left",
        )
        for n, name in enumerate(group.names)
        if presence[n] > 0.0
    )


def _drift_m(presence: float) -> float:
    gone = 1.0 - presence
    return DRIFT_M * gone * gone * (3.0 - 2.0 * gone)


def role_of(slot: Slot) -> str:
    """Return the role of a slot: `ahead` of her, `beside` her or `behind` her."""
    return _role(slot.ahead)


def _role(ahead_m: float) -> str:
    if leads(ahead_m):
        return "ahead"
    return "behind" if ahead_m < -BESIDE_REACH_M else "beside"


def front_gap(standing: Sequence[PacerPlace], runner_m: float) -> float | None:
    """Return the hip-to-hip gap to the nearest pacer ahead [m]; None with nobody ahead.

    One who joins or leaves counts where nobody else is: he is seen there, and shelters her.
    """
    gaps = [(p.role, p.x_m - runner_m) for p in standing]
    ahead = [gap_m for role, gap_m in gaps if role == "ahead" and gap_m > 0.0]  # none she passed
    changing = [gap_m for role, gap_m in gaps if role == "left" and leads(gap_m)]
    return min(ahead or changing, default=None)
