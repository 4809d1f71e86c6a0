"""What the screen shows of the uncertainty: a band about the gap, and the chance of the target.

In: a scenario, the light, a recording. Out: `Band`, where 90 % of samples from the gun are at each
distance, and `Chances`, a table by distance of the chance to break the target, looked up while
playing; each of its points takes up to half a second and is worked out where it is wanted. The band
knows nothing of the recording; a chance knows its past alone: each is sampled forward from the
state at a point that she has passed. What was seen on the way does not change how likely a sample
is. The chance from the gun is that of a `Forecast` of SAMPLES samples.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.marks import Mark
from simulator.analysis.uncertainty import (
    HIGH,
    LOW,
    SAMPLES,
    SEED,
    breaks,
    draw,
    run_samples,
    samples_of,
)
from simulator.recording.recording import Recording, State
from simulator.scenario.model import Scenario

Floats = NDArray[np.float64]

BAND_SAMPLES = 200
BAND_EVERY_M = 25.0
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
    """The chance of breaking `target_s` [s] from the state at each point `x_m` [m].

    `share` is NaN at the points at which it has not been worked out.
    """

    target_s: float
    x_m: Floats
    share: Floats
    samples: int = SAMPLES

    def at(self, distance_m: float) -> float | None:
        """Return the chance at the last point passed; None where it has not been worked out."""
        share = float(self.share[self._point(distance_m)])
        return None if math.isnan(share) else share

    def missing(self, from_m: float, until_m: float) -> list[int]:
        """Return the points not worked out that are wanted from one distance to another."""
        points = range(self._point(from_m), self._point(until_m) + 1)
        return [i for i in points if math.isnan(self.share[i])]

    def next_m(self, distance_m: float) -> float:
        """Return the first point beyond a distance [m]; the last one if there is none."""
        return float(self.x_m[min(self._point(distance_m) + 1, len(self.x_m) - 1)])

    def _point(self, distance_m: float) -> int:
        return max(int(np.searchsorted(self.x_m, distance_m + 1e-9, side="right")) - 1, 0)


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


def find_chances(
    scenario: Scenario,
    recording: Recording,
    target_s: float,
    known: Chances | None = None,
    between_m: tuple[float, float] = (0.0, math.inf),
) -> Chances:
    """Find the chance of the target from each point of a run, or from those of a stretch.

    The samples are the same at every point, so that the chance changes with the race and not by
    lot. What is left of its reserve is in proportion to the scenario's.

    Args:
        scenario: what was run.
        recording: the run.
        target_s: the target [s].
        known: the points worked out so far.
        between_m: the stretch on which chances are wanted [m].
    """
    if known is None:
        reach = min(recording.race_m, float(recording.x[-1]))
        every = CHANCE_EVERY_M * math.ceil(recording.race_m / CHANCE_EVERY_M / CHANCE_POINTS)
        x = np.arange(0.0, reach, every)
        known = Chances(target_s, x, np.full(len(x), np.nan))
    samples = samples_of(scenario, draw(SAMPLES, SEED))
    runner = scenario.runner
    full = runner.reserve * (1.0 + runner.form / 100.0)
    reserves = [r.reserve * (1.0 + r.form / 100.0) / full for r in samples.runners]
    share = known.share.copy()
    for i in known.missing(*between_m):
        tick = int(np.searchsorted(recording.x, known.x_m[i], side="right")) - 1
        state = recording.state_at_tick(max(tick, 0))
        states = [_with_share(state, reserve) for reserve in reserves]
        ran = run_samples(scenario, samples, states=states, step_s=recording.step_s)
        share[i] = breaks(ran, target_s).mean()
    return replace(known, share=share)


def _with_share(state: State, share: float) -> State:
    """Return the state with this share of its reserve; what was drawn last stays the same."""
    less = state.reserve * (1.0 - share)
    before = tuple((*b[:3], b[3] - less, *b[4:]) for b in state.before)
    return replace(state, reserve=state.reserve - less, before=before)
