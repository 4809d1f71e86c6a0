"""One scenario run by many runners in wakes of many strengths: thousands of rows of one batch.

In: a scenario, and for each row a runner and the wake's scale q. Out: a `Batch`. Row i is, to the
bit, the scenario with that runner and that wake; all that the rows share is made once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.physics.air import density
from simulator.physics.attempt import Job
from simulator.physics.batch import PLAIN, STEP_S, TRACK_CELLS, Batch, batch_of, bodies_of
from simulator.physics.pacers import EXTRA_COUNT, table_of
from simulator.physics.shelter import Profile
from simulator.scenario.model import Runner, Scenario

Floats = NDArray[np.float64]

SLICE_TABLES = 8
"""Shelter tables made between two yields."""


def ensembling(
    scenario: Scenario, runners: Sequence[Runner], wakes: ArrayLike, step_s: float = STEP_S
) -> Job[Batch]:
    """Make the batch whose row i is `scenario` with runner i and wake i, as a job in slices."""
    one = batch_of([scenario], step_s)
    yield
    count = len(runners)
    (group,) = one.groups
    matters = any(isinstance(p, Profile) and p.wake.any() for p in group.profiles)
    asked = np.asarray(wakes, dtype=np.float64) if matters else np.zeros(count)
    distinct, which = np.unique(asked, return_inverse=True)
    phases = len(group.profiles)
    tables = np.empty((len(distinct) * phases, EXTRA_COUNT))
    for i, wake in enumerate(distinct.tolist()):
        for k, profile in enumerate(group.profiles):
            tables[i * phases + k] = table_of(profile, wake)
        if i % SLICE_TABLES == 0:
            yield
    bodies = bodies_of(runners, np.full(count, density(scenario.environment)))
    return replace(
        one.only(np.zeros(count, dtype=np.int64)),
        tables=tables,
        table_row=which.reshape(-1) * phases,
        drag_k=bodies["drag_k"],
        force_k=bodies["force_k"],
        cost_k=bodies["cost_k"],
        aerobic_max=bodies["aerobic_max"],
        reserve=bodies["reserve"],
        anticipation=bodies["anticipation"],
    )


def joined(batches: Sequence[Batch]) -> Batch:
    """Return batches as one, their rows one after another; each row stays the same to the bit."""
    first = batches[0]
    if len(batches) == 1:
        return first
    phases = max(b.nearest_m.shape[1] for b in batches)
    cells = max(b.remaining.shape[2] for b in batches)
    windy = any(b.wind is not None for b in batches)

    def rows(name: str) -> Floats:
        return np.concatenate([getattr(b, name) for b in batches])

    def wide(values: Floats, width: int, fill: float) -> Floats:
        missing = width - values.shape[-1]
        return np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, missing)], constant_values=fill)

    def shifted(name: str, sizes: Sequence[int]) -> NDArray[np.int64]:
        starts = np.cumsum([0, *sizes[:-1]]).tolist()
        return np.concatenate([getattr(b, name) + i for b, i in zip(batches, starts, strict=True)])

    def wind(batch: Batch) -> Floats:
        calm = np.zeros((batch.rows, TRACK_CELLS))
        return calm if batch.wind is None else batch.wind

    plain: dict[str, Any] = {name: rows(name) for name in PLAIN}
    return replace(
        first,
        **plain,
        scenarios=tuple(s for b in batches for s in b.scenarios),
        groups=tuple(g for b in batches for g in b.groups),
        nearest_m=np.concatenate([wide(b.nearest_m, phases, np.inf) for b in batches]),
        breaks_m=np.concatenate([wide(b.breaks_m, phases - 1, np.inf) for b in batches]),
        remaining=np.concatenate([wide(b.remaining, cells, 0.0) for b in batches]),
        tables=np.concatenate([b.tables for b in batches]),
        table_row=shifted("table_row", [len(b.tables) for b in batches]),
        wind=np.concatenate([wind(b) for b in batches]) if windy else None,
        plans=tuple(p for b in batches for p in b.plans),
        plan_index=shifted("plan_index", [len(b.plans) for b in batches]),
        leaders=tuple(p for b in batches for p in b.leaders),
        leader_index=shifted("leader_index", [len(b.leaders) for b in batches]),
    )
