"""Gaps between the runner and a mark, and their meaning; colours are chosen elsewhere.

In: a recording and marks. Out: signed gaps, positive = behind [s], [m]; `GapState`, held by
hysteresis; where the light was lost; the projected finish. All are functions of the recording only,
so a seek changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import LOST_S
from simulator.units import shown_difference

if TYPE_CHECKING:  # the empty stadium uses `GapState` for its colours before a scenario is read
    from simulator.analysis.references import Reference
    from simulator.recording.recording import Recording


class GapState(Enum):
    """Ahead, level or behind, and the trend. The theme gives each a colour."""

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

Bools = NDArray[np.bool_]
LEVEL_S = 0.05
"""A smaller gap is called level [s]."""
LEVEL_EXIT_S = 0.10
"""A level gap must exceed this before it is called anything else [s]: hysteresis."""
TREND_S = 0.03
"""The trend turns once the gap has come back by this from its last extreme, however slowly [s]."""


class GapTicks(NamedTuple):
    """A track at every tick, the last of which is the finish; arrays of shape (ticks + 1,).

    Attributes:
        seconds: now minus the mark's time at this distance [s], positive = behind; NaN where the
            mark never gets there.
        own_m, mark_m: her position and the mark's [m].
        level, losing: two switches, held by hysteresis: leaving `level` takes a larger gap than
            entering it, a turn of the trend a clear way back. Both are on before they are ever set.
    """

    seconds: Floats
    own_m: Floats
    mark_m: Floats
    level: Bools
    losing: Bools


@dataclass(frozen=True, eq=False)
class GapTrack:
    """The gap to one mark at every tick of a recording, up to the finish."""

    recording: Recording
    mark: Reference

    def seconds_at(self, time_s: float) -> float | None:
        """Return the gap at race time [s]; after the finish, the gap at the line."""
        t = min(max(time_s, 0.0), self.recording.end_s)
        seconds = _between(self.at_ticks.seconds, *self._find(t))
        # where the mark ends there is no next tick to look up
        return gap_seconds(self.recording, self.mark, t) if math.isnan(seconds) else seconds

    def metres_at(self, time_s: float) -> float | None:
        """Return the gap along the track at the same moment [m], positive = behind.

        A finished mark runs on along the lap. None once she has finished herself, or if the mark
        ran less far than the race.
        """
        if time_s >= self.recording.end_s:
            return None
        found = self._find(max(time_s, 0.0))
        reached = _between(self.at_ticks.mark_m, *found)
        if reached > self.mark.distance_m < self.recording.race_m:
            return None
        return reached - _between(self.at_ticks.own_m, *found)

    def state_at(self, time_s: float) -> GapState:
        """Return the state at race time [s]; at the line `line_s` says which side."""
        t = min(max(time_s, 0.0), self.recording.end_s)
        i = min(int(t / self.recording.step_s), self.recording.ticks)
        track = self.at_ticks
        seconds, level = track.seconds[i], track.level[i]
        if time_s >= self.recording.end_s and self.line_s is not None:
            seconds, level = self.line_s, self.line_s == 0.0
        if level:
            return GapState.LEVEL
        if seconds > 0:
            return GapState.BEHIND_LOSING if track.losing[i] else GapState.BEHIND_GAINING
        return GapState.AHEAD_LOSING if track.losing[i] else GapState.AHEAD_GAINING

    @cached_property
    def line_s(self) -> float | None:
        """The gap at the line [s] between the two times as they are written, as on a result board.

        None if either never gets there.
        """
        finish_s, gap_s = self.recording.finish_s, float(self.at_ticks.seconds[-1])
        if finish_s is None or math.isnan(gap_s):
            return None
        return shown_difference(finish_s, finish_s - gap_s)

    def _find(self, time_s: float) -> tuple[int, float]:
        """Return the tick before a time [s], and the share of the step after that."""
        step, end_s, ticks = self.recording.step_s, self.recording.end_s, self.recording.ticks
        tick = min(int(time_s / step + 1e-9), ticks)
        length = min(step, end_s - tick * step)  # the last tick is the finish
        inside = tick < ticks and length > 0
        return tick, min((time_s - tick * step) / length, 1.0) if inside else 0.0

    @cached_property
    def at_ticks(self) -> GapTicks:
        """The gap and its meaning at every tick."""
        run, mark = self.recording, self.mark
        t, x = _ticks(run)
        seconds = t - mark.run.time_at(np.minimum(x, run.race_m))
        seconds[x > mark.distance_m + 1e-9] = np.nan
        mark_m = np.append(_mark_m(mark, run.ticks, run.step_s), mark.run.distance_at(t[-1]))
        return GapTicks(seconds, x, mark_m, *switches(seconds))


@lru_cache(maxsize=16)  # the same for every mark
def _ticks(recording: Recording) -> tuple[Floats, Floats]:
    """Return the time of every tick [s] and her positions [m]; the last is the finish."""
    t = np.minimum(np.arange(recording.ticks + 1) * recording.step_s, recording.end_s)
    return t, np.append(recording.x[:-1], recording.distance_at(t[-1]))


@lru_cache(maxsize=256)  # turning a knob changes the run, but seldom a mark
def _mark_m(mark: Reference, ticks: int, step_s: float) -> Floats:
    """Return a mark's positions at so many ticks from the gun on [m]."""
    return mark.run.distance_at(np.arange(ticks) * step_s)


def _between(values: Floats, i: int, share: float) -> float:
    """Return a value after tick `i`, by linear interpolation: a picture needs many of them."""
    here = float(values[i])
    return here + (float(values[i + 1]) - here) * share if share else here


def switches(seconds: Floats) -> tuple[Bools, Bools]:
    """Return `level` and `losing` of `GapTicks`, of gaps [s]; an unknown gap is level."""
    size = np.abs(seconds)
    enter, leave = ~(size >= LEVEL_S), size >= LEVEL_EXIT_S
    put = np.maximum.accumulate(np.where(enter | leave, np.arange(len(size)), -1))
    level, losing = enter[put] | (put < 0), np.ones(len(size), dtype=np.bool_)
    turn, sign = 0, 1.0
    while True:
        since = sign * seconds[turn:]
        back = np.fmax.accumulate(since) - since > TREND_S
        after = int(back.argmax())
        if not back[after]:
            return level, losing
        turn, sign = turn + after, -sign
        losing[turn:] = sign > 0


def gap_seconds(recording: Recording, mark: Reference, time_s: float) -> float | None:
    """Return now minus the mark's time at this distance [s]; None if it never gets there."""
    t = min(max(time_s, 0.0), recording.end_s)
    x = min(float(recording.distance_at(t)), recording.race_m)
    if x > mark.distance_m + 1e-9:
        return None
    other = float(mark.run.time_at(min(x, mark.distance_m)))
    return None if np.isnan(other) else t - other


def lost_light_m(
    recording: Recording, light: Reference, earlier: Sequence[tuple[float, Reference]] = ()
) -> float | None:
    """Return the first distance after which the light stays lost until the finish [m], or None.

    It is lost where she is more than `LOST_S` behind it.

    Args:
        recording: her run.
        light: the light at its end.
        earlier: the lights before it, each until a race time [s], in order.
    """
    t, x = _ticks(recording)
    ago = light.run.distance_at(t - LOST_S)
    for until_s, before_it in reversed(earlier):
        before = t < until_s
        ago[before] = before_it.run.distance_at(t[before] - LOST_S)
    clear = x - ago
    if clear[-1] >= 0.0:
        return None
    inside = np.flatnonzero(clear >= 0.0)
    if len(inside) == 0:
        return 0.0
    i = int(inside[-1])
    share = clear[i] / (clear[i] - clear[i + 1])
    return float(recording.distance_at(t[i] + share * (t[i + 1] - t[i])))


LOOK_BACK_M = 200.0
"""The mean speed over so much is taken for the rest of the race [m]."""


@lru_cache(maxsize=8)  # pictures within one tick ask for the same
def projected_finish(recording: Recording, time_s: float) -> float | None:
    """Return the projected finish [s] from what happened up to `time_s` [s] and nothing later.

    It assumes the mean speed of the last 200 m for the rest; None before 200 m. At the line it is
    the finish.
    """
    if recording.finish_s is not None and time_s >= recording.finish_s:
        return recording.finish_s
    t = min(time_s, recording.end_s)
    x = float(recording.distance_at(t))
    if x < LOOK_BACK_M:
        return None
    since = t - float(recording.time_at(x - LOOK_BACK_M))
    return t + (recording.race_m - x) * since / LOOK_BACK_M
