"""One scenario run by many runners in wakes of many strengths: thousands of rows of one batch.

In: a scenario, and for each row a runner and the wake's scale q. Out: a `Batch`. Row i is, to the
bit, the scenario with that runner and that wake; all that the rows share is made once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.physics.air import density
from simulator.physics.attempt import Job
from simulator.physics.batch import STEP_S, Batch, batch_of, bodies_of
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
