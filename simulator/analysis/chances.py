"""What the screen shows of the uncertainty: a band about the gap, and the chance of the target.

In: a scenario, the light, a recording. Out: `Band`, where 90 % of samples from the gun are at each
distance, and `Chances`, a table by distance of the chance to break the target, looked up while
playing; each of its points takes up to half a second and is worked out where it is wanted. The band
knows nothing of the recording; a chance knows its past alone: each is sampled forward from where
she is at a point that she has passed. What was seen on the way does not change how likely a sample
is. The chance from the gun is that of a `Forecast` of SAMPLES samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.marks import Mark
from simulator.analysis.uncertainty import (
    HIGH,
    LOW,
    SAMPLES,
    SEED,
    Samples,
    breaks,
    draw,
    run_samples,
    sample_attempts,
    samples_of,
)
from simulator.physics.attempt import run_attempts
from simulator.physics.setup import state_of
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
    earlier: Sequence[tuple[int, Scenario]] = (),
) -> Chances:
    """Find the chance of the target from each point of a run, or from those of a stretch.

    The samples are the same at every point, so that the chance changes with the race and not by
    lot. Each has run up to there by itself, under what was in force, for its aerobic power and what
    is left of its reserve; from there on it is where she is, as fast as she is.

    Args:
        scenario: what was run.
        recording: the run.
        target_s: the target [s].
        known: the points worked out so far.
        between_m: the stretch on which chances are wanted [m].
        earlier: scenarios that were in force before, each until a tick.
    """
    if known is None:
        reach = min(recording.race_m, float(recording.x[-1]))
        every = CHANCE_EVERY_M * math.ceil(recording.race_m / CHANCE_EVERY_M / CHANCE_POINTS)
        x = np.arange(0.0, reach, every)
        known = Chances(target_s, x, np.full(len(x), np.nan))
    share = known.share.copy()
    for i in known.missing(*between_m):
        tick = max(int(np.searchsorted(recording.x, known.x_m[i], side="right")) - 1, 0)
        past = [(until, then) for until, then in earlier if until < tick]
        attempts, states = _run_through([*past, (tick, scenario)], recording.step_s)
        here = recording.state_at_tick(tick)
        ran = run_attempts(attempts, [_placed(state, here) for state in states])
        share[i] = breaks(ran, target_s).mean()
    return replace(known, share=share)


def _run_through(
    segments: Sequence[tuple[int, Scenario]], step_s: float
) -> tuple[list[Any], list[State]]:
    """Run the samples through segments, each until a tick; return what goes on, and from where."""
    attempts: list[Any] = []
    states: list[State] | None = None
    for until, scenario in segments:
        attempts = sample_attempts(scenario, _samples(scenario, SAMPLES), step_s)
        patience = [a.ticks for a in attempts]
        for a in attempts:
            a.ticks = until
        run_attempts(attempts, states)
        states = [state_of(a) for a in attempts]
        for a, ticks in zip(attempts, patience, strict=True):
            a.ticks = ticks
    return attempts, states or []


@lru_cache(maxsize=4)
def _samples(scenario: Scenario, count: int) -> Samples:
    return samples_of(scenario, draw(count, SEED))


def _placed(sample: State, here: State) -> State:
    """Return where she is, with a sample's aerobic power and reserve."""
    before = tuple(
        (*hers[:2], *its[2:4], *hers[4:])
        for hers, its in zip(here.before, sample.before, strict=True)
    )
    return replace(here, aerobic=sample.aerobic, reserve=sample.reserve, before=before)
