"""Projection: the projected finish.

In: a recording and a moment. Out: a projected time [s], made of the past only.
"""

from __future__ import annotations

from functools import lru_cache

from simulator.recording.recording import Recording

LOOK_BACK_M = 200.0


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
