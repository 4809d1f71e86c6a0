"""Gaps between the runner and a mark, and what they mean. Meaning comes before colour.

In: a recording and marks. Out: signed gaps, positive = behind [s], [m]; `GapState`, held by
hysteresis; where the light was lost. All are functions of the recording alone, so a seek changes
nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import LOST_S

if TYPE_CHECKING:  # the empty stadium takes its colours by `GapState` before a scenario is read
    from simulator.analysis.marks import Mark
    from simulator.recording.recording import Recording


class GapState(Enum):
    """Ahead, level or behind, and which way it is going. The theme gives each a colour."""

    AHEAD_GAINING = "ahead, gaining"
    AHEAD_LOSING = "ahead, losing"
    LEVEL = "level"
    BEHIND_GAINING = "behind, gaining"
    BEHIND_LOSING = "behind, losing"

    @property
    def side(self) -> str:
        """Return `ahead`, `level` or `behind`."""
        return self.value.split(",", maxsplit=1)[0]


Floats = NDArray[np.float64]

LEVEL_S = 0.05
"""A gap inside this is called level [s]."""
LEVEL_EXIT_S = 0.10
"""A level gap must grow beyond this before it is called anything else [s]: hysteresis."""
TREND_S = 0.03
"""The gap must change by this over the trend window before the trend turns [s]."""
TREND_WINDOW_S = 3.0
"""How far back the trend looks [s]."""


@dataclass(frozen=True, eq=False)
class GapTrack:
    """The gap to one mark at every tick of a recording, up to the finish.

    Attributes:
        mark: what is measured against.
        seconds: now minus when the mark passed this distance [s], positive = behind; NaN where the
            mark never gets there; shape (ticks + 1,).
        change: how much it has changed since the beginning of the trend's window [s].
    """

    mark: Mark
    recording: Recording
    seconds: Floats
    change: Floats

    def seconds_at(self, time_s: float) -> float | None:
        """Return the gap at race time [s]; after the finish, the gap at the line."""
        value = self._between(self.seconds, min(max(time_s, 0.0), self.recording.end_s))
        # next to the place where the mark ends there is no tick to look up
        if math.isnan(value):
            return gap_seconds(self.recording, self.mark, time_s)
        return value

    def metres_at(self, time_s: float) -> float | None:
        """Return the gap along the track [m], positive = behind; nobody runs on beyond the line.

        None once she has finished: how far a mark would be beyond the line is not a gap.
        """
        if time_s >= self.recording.end_s:
            return None
        hers, reached = (self._between(x, max(time_s, 0.0)) for x in self.distances)
        return min(reached, self.mark.distance_m) - hers

    @cached_property
    def distances(self) -> tuple[Floats, Floats]:
        """Where she and the mark are at every tick [m], shape (ticks + 1,) each."""
        t, x = _ticks(self.recording)
        return x, self.mark.run.distance_at(t)

    def _between(self, values: Floats, time_s: float) -> float:
        """Return a value between two ticks: a picture asks for many, and a gap is all but straight.

        The last tick stands for the finish, which lies inside its step.
        """
        step, last = self.recording.step_s, len(values) - 1
        i = min(int(time_s / step + 1e-9), last)
        here = float(values[i])
        if i == last:
            return here
        length = min(step, self.recording.end_s - i * step)
        share = min((time_s - i * step) / length, 1.0) if length > 0 else 1.0
        return here + (float(values[i + 1]) - here) * share

    def state_at(self, time_s: float) -> GapState:
        """Return the state at race time [s]."""
        tick = int(min(max(time_s, 0.0), self.recording.end_s) / self.recording.step_s)
        return _STATES[self.codes[min(tick, len(self.codes) - 1)]]

    @cached_property
    def codes(self) -> NDArray[np.int64]:
        """The number of the state at each tick, shape (ticks + 1,).

        Leaving `level` takes a larger gap than coming to it, a turn of the trend a clear change.
        """
        seconds = np.nan_to_num(self.seconds)
        size = np.abs(seconds)
        level = _held(size < LEVEL_S, size >= LEVEL_EXIT_S)
        losing = _held(self.change > TREND_S, self.change < -TREND_S)
        return np.where(level, 0, 1 + losing + 2 * (seconds > 0))


def gap_seconds(recording: Recording, mark: Mark, time_s: float) -> float | None:
    """Return now minus when the mark passed this distance [s]; None where it never gets there."""
    t = min(max(time_s, 0.0), recording.end_s)
    x = min(float(recording.distance_at(t)), recording.race_m)
    if x > mark.distance_m + 1e-9:
        return None
    other = float(mark.run.time_at(min(x, mark.distance_m)))
    return None if np.isnan(other) else t - other


def gap_track(recording: Recording, mark: Mark) -> GapTrack:
    """Return the gap to `mark` at every tick."""
    t, x = _ticks(recording)
    x = np.minimum(x, recording.race_m)
    seconds = t - mark.run.time_at(x)
    seconds[x > mark.distance_m + 1e-9] = np.nan
    lag = max(round(TREND_WINDOW_S / recording.step_s), 1)
    earlier = np.concatenate([np.full(min(lag, len(seconds)), seconds[0]), seconds[:-lag]])
    change = np.nan_to_num(seconds - earlier[: len(seconds)])
    return GapTrack(mark, recording, seconds, change)


@lru_cache(maxsize=16)  # one run has a track for each ghost
def _ticks(recording: Recording) -> tuple[Floats, Floats]:
    """Return the time of each tick [s] and where she is then [m]; the last is the finish."""
    t = np.minimum(np.arange(recording.ticks + 1) * recording.step_s, recording.end_s)
    x = recording.distance_at(t)
    for array in (t, x):
        array.setflags(write=False)
    return t, x


_STATES = (
    GapState.LEVEL,
    GapState.AHEAD_GAINING,
    GapState.AHEAD_LOSING,
    GapState.BEHIND_GAINING,
    GapState.BEHIND_LOSING,
)


def _held(on: NDArray[np.bool_], off: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a switch at each tick, on at first: it stays as it is where it is neither put."""
    put = np.maximum.accumulate(np.where(on | off, np.arange(len(on)), -1))
    return (put < 0) | on[put]


def lost_light_m(track: GapTrack, earlier: Sequence[tuple[float, Mark]] = ()) -> float | None:
    """Return the first distance after which the light stays lost to the line [m], or None.

    It is lost where she is not where it was `LOST_S` ago.

    Args:
        track: her gap to the light.
        earlier: lights that were in force before it, each until a race time [s], in order.
    """
    t, x = _ticks(track.recording)
    ago = track.mark.run.distance_at(t - LOST_S)
    for until_s, light in reversed(earlier):
        before = t < until_s
        ago[before] = light.run.distance_at(t[before] - LOST_S)
    clear = x - ago
    if clear[-1] >= 0.0:
        return None
    inside = np.flatnonzero(clear >= 0.0)
    if len(inside) == 0:
        return 0.0
    i = int(inside[-1])
    share = clear[i] / (clear[i] - clear[i + 1])
    return float(track.recording.distance_at(t[i] + share * (t[i + 1] - t[i])))
