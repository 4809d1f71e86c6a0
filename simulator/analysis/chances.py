"""The uncertainty shown on the screen: a band about the gap, and the chance of the target.

In: a scenario, the light, a recording. Out: `Band`, the range of 90 % of samples from the gun at
each distance; and `Chances`, a table by distance of the chance to break the target, read during
playback. Each of its points takes up to half a second and is computed where it is needed. The band
does not depend on the recording. A chance depends only on the past: each sample is run forward from
her state at a point she has passed. What happened on the way does not change the weight of a
sample. The chance from the gun is that of a `Forecast` of SAMPLES samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.references import Reference
from simulator.analysis.uncertainty import (
    HIGH,
    LOW,
    SAMPLES,
    breaks,
    run_samples,
    samples_drawn,
)
from simulator.physics.attempt import Outcomes, run_sampled
from simulator.physics.compiled import kernel
from simulator.physics.setup import state_row
from simulator.recording.recording import Recording
from simulator.scenario.model import Scenario

Floats = NDArray[np.float64]

BAND_SAMPLES = 200
BAND_EVERY_M = 25.0
CHANCE_EVERY_M = 100.0
CHANCE_POINTS = 20
"""At most this many points: over longer races they lie farther apart."""


@dataclass(frozen=True, eq=False)
class Band:
    """The range of 90 % of the samples: gap to the light from `low_s` to `high_s` [s] at `x_m` [m].

    It ends where fewer than 95 % of the samples arrive.
    """

    x_m: Floats
    low_s: Floats
    high_s: Floats


@dataclass(frozen=True, eq=False)
class Chances:
    """The chance of breaking `target_s` [s] from the state at each point `x_m` [m].

    `share` is NaN at points that have not been computed.
    """

    target_s: float
    x_m: Floats
    share: Floats
    samples: int = SAMPLES

    def at(self, distance_m: float) -> float | None:
        """Return the chance at the last point passed; None if it has not been computed."""
        share = float(self.share[self._point(distance_m)])
        return None if math.isnan(share) else share

    def missing(self, from_m: float, until_m: float) -> list[int]:
        """Return the missing points needed from one distance to another."""
        points = range(self._point(from_m), self._point(until_m) + 1)
        return [i for i in points if math.isnan(self.share[i])]

    def next_m(self, distance_m: float) -> float:
        """Return the first point beyond a distance [m]; the last one if there is none."""
        return float(self.x_m[min(self._point(distance_m) + 1, len(self.x_m) - 1)])

    def _point(self, distance_m: float) -> int:
        return max(int(np.searchsorted(self.x_m, distance_m + 1e-9, side="right")) - 1, 0)


def find_band(scenario: Scenario, light: Reference) -> Band:
    """Return the band of the gap to the light from samples that start at the gun."""
    race = scenario.distance
    x = np.append(np.arange(BAND_EVERY_M, race, BAND_EVERY_M), race)
    ran = run_samples(scenario, samples_drawn(scenario, BAND_SAMPLES), places_m=x)
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
    """Return the chance of the target from each point of a run, or from those of a stretch.

    The samples are the same at every point, so that the chance changes with the race and not by
    sampling. Each sample has run up to the point by itself, under the scenarios that applied, which
    determines its aerobic power and its remaining reserve; there it takes over her place and speed.

    Args:
        scenario: the run's scenario.
        recording: the run.
        target_s: the target [s].
        known: the points computed so far.
        between_m: the stretch for which chances are needed [m].
        earlier: scenarios that applied before, each until a tick.
    """
    if known is None:
        reach = min(recording.race_m, float(recording.x[-1]))
        every = CHANCE_EVERY_M * math.ceil(recording.race_m / CHANCE_EVERY_M / CHANCE_POINTS)
        x = np.arange(0.0, reach, every)
        known = Chances(target_s, x, np.full(len(x), np.nan))
    share = known.share.copy()
    count, step_s = SAMPLES, recording.step_s
    for i in known.missing(*between_m):
        tick = max(int(np.searchsorted(recording.x, known.x_m[i], side="right")) - 1, 0)
        states = None
        for until, then in (*earlier, (tick, scenario)):
            last = min(until, tick)
            states = (
                _states(then, count, step_s, last)
                if states is None
                else _run(then, count, step_s, states, last)[1]
            )
            if until >= tick:  # the scenarios that followed did not apply yet
                break
        here = np.tile(state_row(recording.state_at_tick(tick)), (count, 1))
        here[:, _THEIRS] = np.asarray(states)[:, _THEIRS]
        share[i] = breaks(_run(scenario, count, step_s, here, None)[0], target_s).mean()
    return replace(known, share=share)


_THEIRS = [i for i, name in enumerate(kernel.STATE) if name.startswith(("aerobic", "reserve"))]
"""The part of a sample's state that it keeps when it takes over her place."""


@lru_cache(maxsize=4)  # every turn of a knob at one moment goes on from the same states
def _states(scenario: Scenario, count: int, step_s: float, until_tick: int) -> Floats:
    """Return the states of samples that have run from the gun to a tick."""
    return _run(scenario, count, step_s, None, until_tick)[1]


def _run(
    scenario: Scenario, count: int, step_s: float, states: Floats | None, until_tick: int | None
) -> tuple[Outcomes, Floats]:
    samples = samples_drawn(scenario, count)
    return run_sampled(scenario, samples.values, states, step_s=step_s, until_tick=until_tick)
