"""Playback: the moment that is shown, and its rate. Time is a parameter; no clock is read here.

In: elapsed wall time [s], passed in by the caller, and commands (play, seek, rate). Out: a new
`Playback`. Race time 0 is the gun; the countdown lies before it, the run-out after the finish.
Only `race_time` and `playing_time` convert between race time and playing time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from simulator.units import format_time

RATES = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
COUNTDOWN_S = 4.0
"""From the first red light to the gun [s]."""
COUNTDOWN_RATE = 4.0
"""The highest rate of the countdown: nobody can read it at 32x."""
RUN_OUT_S = 8.0
"""How long the picture continues after the finish [s]."""
BEAT_S, BEAT_RATE, BEAT_MOST_RATE = 0.8, 0.25, 4.0
"""The loss of the light is shown in slow motion: for this long [s of race time], at the first rate.
Above the second rate there is none: the viewer is searching for something else.
"""
STALL_S = 0.25
"""A longer time between two pictures is a stall of the machine [s]."""
ORDINARY_S = 1.0 / 60.0
"""The time of one ordinary picture [s]; a stall advances playback by no more."""
FRAME_S = 1.0 / 60.0
"""Step of the step keys [s of race time at 1x]."""


def _pieces(
    from_s: float, rate: float, slow_from_s: float | None
) -> Iterator[tuple[float, float, float]]:
    """Yield intervals of race time from a moment on with their rates: from [s], to [s], rate.

    `slow_from_s`: where slow motion begins [s of race time]; None: nowhere.
    """
    edges = [(0.0, min(rate, COUNTDOWN_RATE)), (math.inf, rate)]
    if slow_from_s is not None and rate <= BEAT_MOST_RATE:
        slow = (slow_from_s + BEAT_S, min(rate, BEAT_RATE))
        edges = [edges[0], (slow_from_s, rate), slow, edges[1]]
    for until_s, piece_rate in edges:
        if until_s > from_s:
            yield from_s, until_s, piece_rate
            from_s = until_s


def race_time(
    from_s: float, playing_s: float, rate: float, slow_from_s: float | None = None
) -> float:
    """Return the race time [s] shown `playing_s` [s] after `from_s` was shown."""
    for begin_s, until_s, piece_rate in _pieces(from_s, rate, slow_from_s):
        reached_s = begin_s + playing_s * piece_rate
        if reached_s <= until_s:
            return reached_s
        playing_s -= (until_s - begin_s) / piece_rate
    return from_s


def playing_time(
    from_s: float, until_s: float, rate: float, slow_from_s: float | None = None
) -> float:
    """Return the playing time from one race time [s] to a later one [s]."""
    pieces = _pieces(from_s, rate, slow_from_s)
    return sum(
        max(min(end_s, until_s) - begin_s, 0.0) / piece_rate
        for begin_s, end_s, piece_rate in pieces
    )


def check_shown(times: tuple[float, ...], last_s: float, what: str, first_s: float) -> None:
    """Raise `ValueError` unless times [s] lie one after another in what is shown of `what`."""
    ordered = all(before < after for before, after in pairwise(times))
    if not (ordered and first_s <= times[0] and times[-1] <= last_s):
        part = " to ".join(format_time(t) if math.isfinite(t) else str(t) for t in times)
        raise ValueError(
            f"{part} is no part of this {what}, which is shown from {format_time(first_s)} "
            f"to {format_time(last_s)}"
        )


@dataclass(frozen=True, slots=True)
class Playback:
    """The playhead.

    Attributes:
        time_s: race time [s], from `-COUNTDOWN_S`.
        end_s: the finish of the attempt [s]; the playhead stops `RUN_OUT_S` later.
        rate: race seconds per wall second.
        paused: whether time stands still.
        furthest_s: the furthest moment reached [s]: suspense shows nothing later.
    """

    time_s: float
    end_s: float
    rate: float = 1.0
    paused: bool = True
    furthest_s: float = -COUNTDOWN_S

    @property
    def ready(self) -> bool:
        """Whether it waits on the line."""
        return self.paused and self.time_s <= -COUNTDOWN_S

    @property
    def last_s(self) -> float:
        """The last moment that can be shown [s]."""
        return self.end_s + RUN_OUT_S

    def advance(self, elapsed_s: float, slow_from_s: float | None = None) -> Playback:
        """Return the playback after `elapsed_s` of wall time [s]; a stall is one ordinary step.

        Time that runs backwards (a clock set back) counts as zero. `slow_from_s`: see `race_time`.
        """
        if self.paused:
            return self
        elapsed = ORDINARY_S if elapsed_s > STALL_S else max(elapsed_s, 0.0)
        moved = self.seek(race_time(self.time_s, elapsed, self.rate, slow_from_s))
        return replace(moved, paused=moved.time_s >= self.last_s)

    def seek(self, time_s: float) -> Playback:
        """Return the playback at a race time [s], clipped to the countdown and the end."""
        time_s = min(max(time_s, -COUNTDOWN_S), self.last_s)
        return replace(self, time_s=time_s, furthest_s=max(self.furthest_s, time_s))

    def toggle(self) -> Playback:
        """Return it with play and pause switched; from the very end it starts again."""
        if self.paused and self.time_s >= self.last_s:
            return replace(self, time_s=-COUNTDOWN_S, paused=False)
        return replace(self, paused=not self.paused)

    def restart(self) -> Playback:
        """Return it waiting on the line."""
        return replace(self, time_s=-COUNTDOWN_S, paused=True)

    def faster(self, steps: int) -> Playback:
        """Return it `steps` rungs up (or down) the ladder of rates."""
        at = min(range(len(RATES)), key=lambda i: abs(RATES[i] - self.rate))
        return replace(self, rate=RATES[min(max(at + steps, 0), len(RATES) - 1)])
