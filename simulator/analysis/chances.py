"""What the screen shows of the uncertainty: a band about the gap, and the chance of the target.

In: a scenario, the light, a recording. Out: `Band`, where 90 % of samples from the gun are at each
distance, and `Chances`, a table by distance of the chance to break the target, looked up while
playing. The band knows nothing of the recording; a chance knows its past alone: each is sampled
forward from the state at a point that she has passed. What was seen on the way does not change how
likely a sample is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.marks import Mark
from simulator.analysis.uncertainty import HIGH, LOW, breaks, draw, run_samples, samples_of
from simulator.recording.recording import Recording, State
from simulator.scenario.model import Scenario

Floats = NDArray[np.float64]

SEED = 1
BAND_SAMPLES = 200
BAND_EVERY_M = 25.0
CHANCE_SAMPLES = 128
CHANCE_EVERY_M = 100.0
CHANCE_POINTS = 20
"""So many points at most: over longer races they lie farther apart."""


@dataclass(frozen=True, eq=False)
class Band:
    """Where 90 % of the samples are: gap to the light from `low_s` to `high_s` [s] at `x_m` [m].

    It ends where fewer than 95 % of the samples come.
    """

    x_m: Floats
    low_s: Floats
    high_s: Floats


@dataclass(frozen=True, eq=False)
class Chances:
    """The chance of breaking `target_s` [s] from the state at each point `x_m` [m]."""

    target_s: float
    x_m: Floats
    share: Floats

    def at(self, distance_m: float) -> float:
        """Return the chance at the last point passed."""
        i = int(np.searchsorted(self.x_m, distance_m + 1e-9, side="right")) - 1
        return float(self.share[max(i, 0)])


def find_band(scenario: Scenario, light: Mark) -> Band:
    """Find the band of the gap to the light from samples that start at the gun."""
    race = scenario.distance
    x = np.append(np.arange(BAND_EVERY_M, race, BAND_EVERY_M), race)
    ran = run_samples(scenario, samples_of(scenario, draw(BAND_SAMPLES, SEED)), places_m=x)
    # runners who do not finish sort last
    times = np.sort(np.nan_to_num(ran.time_s, nan=np.inf), axis=0)
    low, high = (times[round(share * (BAND_SAMPLES - 1))] for share in (LOW, HIGH))
    there = light.run.time_at(np.minimum(x, light.distance_m))
    known = np.isfinite(high) & np.isfinite(there)
    at, first, last = (
        np.concatenate([[0.0], values[known]]) for values in (x, low - there, high - there)
    )
    for array in (at, first, last):
        array.setflags(write=False)
    return Band(at, first, last)


def find_chances(scenario: Scenario, recording: Recording, target_s: float) -> Chances:
    """Find the chance of the target from each point of a run.

    The samples are the same at every point, so that the chance changes with the race and not by
    lot. Each has the reserve left in the proportion of its own to the scenario's.
    """
    reach = min(recording.race_m, float(recording.x[-1]))
    every = CHANCE_EVERY_M * math.ceil(recording.race_m / CHANCE_EVERY_M / CHANCE_POINTS)
    xs = np.arange(0.0, reach, every)
    ticks = np.maximum(np.searchsorted(recording.x, xs, side="right") - 1, 0)
    samples = samples_of(scenario, draw(CHANCE_SAMPLES, SEED))
    own = scenario.runner
    full = own.reserve * (1.0 + own.form / 100.0)
    shares = [r.reserve * (1.0 + r.form / 100.0) / full for r in samples.runners]
    found = []
    for state in map(recording.state_at_tick, ticks.tolist()):
        states = [_with_share(state, share) for share in shares]
        ran = run_samples(scenario, samples, states=states, step_s=recording.step_s)
        found.append(breaks(ran, target_s).mean())
    return Chances(target_s, xs, np.array(found))


def _with_share(state: State, share: float) -> State:
    """Return the state with this share of its reserve; what was drawn last stays the same."""
    less = state.reserve * (1.0 - share)
    before = tuple((*b[:3], b[3] - less, *b[4:]) for b in state.before)
    return replace(state, reserve=state.reserve - less, before=before)
