"""A pacing plan as numbers to search: the times of its parts, and the moves between plans.

In: the race distance and a target. Out: `Parts`, the even plan, families of plans with a few
parameters, the directions of `search.Moves`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.scenario.schedule import even_schedule, start_loss
from simulator.units import LAP_M

Floats = NDArray[np.float64]

FASTEST_M_S = 9.3
"""No part of a plan that is found is faster than a human over 400 m [m/s]."""
SLOWEST = 1.35
"""No part is slower than this many times the even pace."""
MOST_PARTS = 9
SHORTEST_END_M = 50.0
FAMILY = 4
"""Parameters of the first plans: tempo, first part, trend, last part."""
_SPREAD = (0.04, 0.03, 0.04, 0.06)
"""How far each parameter reaches to both sides, as a share of the pace."""


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of a race: 200 m each where that makes no more than nine of them, else laps or two.

    Attributes:
        places_m: where each part ends [m].
        lengths_m: how long each is [m].
        even_s: times of the parts of the even plan that ends at the target [s].
        loss_s: what the standing start adds to the first part [s], 0 without allowance.
        least_s, most_s: bounds of each part's time [s].
    """

    places_m: Floats
    lengths_m: Floats
    even_s: Floats
    loss_s: float
    least_s: Floats
    most_s: Floats

    @property
    def tempo(self) -> Floats:
        """What one unit of tempo adds to each part: all of its flying time [s]."""
        return np.asarray(self.even_s - self._start)

    @property
    def _start(self) -> Floats:
        start = np.zeros(len(self.lengths_m))
        start[0] = self.loss_s
        return start

    def flying(self, parts_s: Floats) -> Floats:
        """Return the pace of each part without the standing start [s/m]."""
        return np.asarray((parts_s - self._start) / self.lengths_m)

    def blocks(self) -> Floats:
        """Return the moves: every run of neighbouring parts, slower together by a share of 1.

        A single part cannot leave its neighbours' pace without paying for speeding up; a whole
        block can move where none of its parts could.
        """
        count = len(self.lengths_m)
        blocks = np.zeros((count * (count + 1) // 2, count))
        row = 0
        for first in range(count):
            for last in range(first, count):
                blocks[row, first : last + 1] = self.tempo[first : last + 1]
                row += 1
        return blocks

    def levelled(self, parts_s: Floats) -> Floats:
        """Return the plan with two or more neighbouring parts at their mean pace, longest first."""
        count = len(parts_s)
        plans = []
        for length in range(count, 1, -1):
            for first in range(count - length + 1):
                own = slice(first, first + length)
                plan = parts_s - self._start
                plan[own] = plan[own].sum() * self.lengths_m[own] / self.lengths_m[own].sum()
                plans.append(plan + self._start)
        return np.array(plans).reshape(-1, count)

    def family(self, shares: Floats) -> Floats:
        """Return plans [s] of parameters in the unit cube, shape (plans, parts).

        Parameters: tempo, how much slower the first part is, how much slower the race gets from
        start to finish, how much slower the last part is.
        """
        tempo, first, trend, last = ((2.0 * shares - 1.0) * _SPREAD).T[:, :, None]
        middle = (self.places_m - 0.5 * self.lengths_m) / self.places_m[-1] - 0.5
        pace = 1.0 + tempo + trend * middle
        pace[:, :1] += first
        pace[:, -1:] += last
        return np.asarray(np.clip(self._start + self.tempo * pace, self.least_s, self.most_s))


def parts_of(race_m: float, target_s: float, *, standing_start: bool) -> Parts:
    """Return the parts of a race over `race_m` [m] planned for `target_s` [s]."""
    step = LAP_M / 2
    while race_m / step > MOST_PARTS:
        step *= 2
    inner = np.arange(step, race_m - SHORTEST_END_M, step)
    places = np.append(inner, race_m)
    lengths = np.diff(places, prepend=0.0)
    even = even_schedule(race_m, target_s, standing_start=standing_start)
    times = np.diff(even.time_at(places), prepend=0.0)
    loss = start_loss(race_m / target_s) if standing_start else 0.0
    fastest = np.maximum(lengths / FASTEST_M_S, 0.8 * times)
    return Parts(places, lengths, times, loss, fastest, SLOWEST * times)
