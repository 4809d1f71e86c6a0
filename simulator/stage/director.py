"""The director: chooses the camera for each moment of a run from the events in it.

In: a show, a race time [s]. Out: a camera, and for how long it has been on [s]. It is a pure
function of the recording: the same at any frame rate and after any seek. A cut never depends on
anything later than itself, so it reveals nothing.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulator.coefficients import BEND_M, LAP_M, LOST_S
from simulator.recording.recording import Moment, Recording
from simulator.screen import Camera
from simulator.stage.events import events
from simulator.stage.playback import COUNTDOWN_S
from simulator.stage.scene import ChartCurve
from simulator.stage.show import Show

LEAST_S = 6.0
"""A camera stays on at least this long [s of playing time]: faster cuts look restless."""
FITS_S = 5.0
"""What is wanted for less than this is not cut to [s of playing time]."""
START_S = 7.0
"""The camera of the start watches the field run away for this long [s]."""
SPLIT_S = 6.0
"""How long the end of a lap is seen from above [s]."""
RUNS_AWAY_S = 8.0
"""How long the lost light is seen running away [s]."""
TREND_M = 10.0
"""The gap's trend is taken over the last metres [m]."""
FINISH_M = 70.0
"""Over this distance before the finish she is seen from the rail [m]."""


@dataclass(frozen=True, slots=True)
class CameraCue:
    """When a camera is wanted [s of race time], and optionally up to which distance [m]."""

    from_s: float
    until_s: float
    camera: Camera
    until_m: float = math.inf

    def holds(self, moment: Moment, stay_s: float) -> bool:
        """Return whether it applies now and, as far as is known now, for another `stay_s` [s]."""
        if not self.from_s <= moment.time_s < self.until_s:
            return False
        left_s = self.until_s - moment.time_s
        if math.isfinite(self.until_m):
            left_s = (self.until_m - moment.x_m) / max(moment.v_m_s, 1.0)
        return stay_s <= left_s


def on_air(show: Show, moment_s: float, rate: float = 1.0) -> tuple[Camera, Camera, float]:
    """Return the camera, the one before it, and how long it has been on [s of playing time].

    Args:
        show: the run.
        moment_s: race time [s]; negative in the countdown.
        rate: race seconds per second of playing time; a higher rate has fewer cuts.
    """
    lost_s = events(show).get("light lost", math.inf)
    cuts = _cuts(show.recording, show.curves[-1], show.scenario.track.lap, lost_s, rate)
    at = max(bisect_right(cuts, moment_s, key=lambda cut: cut[0]) - 1, 0)
    at_s, camera = cuts[at]
    return camera, cuts[max(at - 1, 0)][1], max(moment_s - at_s, 0.0) / rate


@lru_cache(maxsize=8)
def _cuts(
    run: Recording, gaps: ChartCurve, lap_m: float, lost_s: float, rate: float
) -> tuple[tuple[float, Camera], ...]:
    """Return when each camera is switched on [s of race time]."""
    wishes = _wishes(run, lap_m, lost_s)
    every = {edge for wish in wishes for edge in (wish.from_s, wish.until_s)}
    edges = sorted(edge for edge in every if math.isfinite(edge))
    cuts = [(-COUNTDOWN_S, Camera.CHASE)]
    for edge, following in zip(edges, [*edges[1:], math.inf], strict=True):
        at_s = max(edge, cuts[-1][0] + LEAST_S * rate)
        if at_s < following:
            moment = run.at(at_s)
            wanted = next(w.camera for w in reversed(wishes) if w.holds(moment, FITS_S * rate))
            if _light_is_going(gaps, moment, LEAST_S * rate):
                wanted = Camera.CHASE  # it is on already when the light goes
            if wanted is not cuts[-1][1]:
                cuts.append((at_s, wanted))
    return tuple(cuts)


def _light_is_going(gaps: ChartCurve, moment: Moment, within_s: float) -> bool:
    """Return whether the gap, growing as it does now, passes the lost light's within a time [s]."""
    now = int(np.searchsorted(gaps.x_m, moment.x_m, side="right")) - 1
    before = int(np.searchsorted(gaps.x_m, gaps.x_m[now] - TREND_M))
    gap_s, passed_m = float(gaps.values[now]), float(gaps.x_m[now] - gaps.x_m[before])
    grows = (gap_s - float(gaps.values[before])) / max(passed_m, TREND_M) * moment.v_m_s
    return 0.0 < LOST_S - gap_s <= grows * within_s


def _wishes(run: Recording, lap_m: float, lost_s: float) -> list[CameraCue]:
    """Return when each camera is wanted; later entries of the list override earlier ones.

    For an event that never happens the time is never.
    """
    race_m = run.race_m
    # where she passes the line, the first before the start, and where straights after it lie
    line_m = race_m - lap_m * np.arange(math.ceil(race_m / lap_m), -1.0, -1.0)
    bend_m = BEND_M * lap_m / LAP_M
    offsets_m = np.array([0.0, bend_m, lap_m / 2, lap_m / 2 + bend_m, lap_m])
    places = np.minimum(np.maximum(line_m[:, None] + offsets_m, 0.0), race_m)
    *passed, home_s = run.time_at(np.append(places, max(race_m - FINISH_M, 0.0))).tolist()
    times = np.nan_to_num(np.reshape(passed, places.shape), nan=run.end_s).tolist()
    wishes = [CameraCue(-math.inf, math.inf, Camera.CHASE)]
    for (lap_s, *straights_s), (_, *straights_m) in zip(times, places.tolist(), strict=True):
        for i in (0, 2):
            if straights_s[i] < straights_s[i + 1]:
                ends_s, ends_m = straights_s[i + 1], straights_m[i + 1]
                wishes.append(CameraCue(straights_s[i], ends_s, Camera.RAIL, ends_m))
        if START_S < lap_s < run.end_s:
            wishes.append(CameraCue(lap_s, lap_s + SPLIT_S, Camera.WHOLE))
    home_s = math.inf if math.isnan(home_s) else max(home_s, START_S - LEAST_S)
    return [
        *wishes,
        CameraCue(-math.inf, START_S, Camera.CHASE),
        CameraCue(lost_s, lost_s + RUNS_AWAY_S, Camera.CHASE),
        CameraCue(home_s, math.inf, Camera.RAIL),
    ]
