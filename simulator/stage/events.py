"""Events: what happened in a run, and when. Found in the recording, never typed.

In: a show. Out: race times [s] of its events, and of a moment that a story asks for.
"""

from __future__ import annotations

import math

from simulator.coefficients import LAP_M
from simulator.scenario.story import When
from simulator.stage.playback import COUNTDOWN_S, RUN_OUT_S
from simulator.stage.show import Show
from simulator.units import format_distance


def events(show: Show) -> dict[str, float]:
    """Return the race time of each event that this run has [s], in the order they happened."""
    run = show.recording
    found = {"countdown": -COUNTDOWN_S, "start": 0.0}
    if run.finish_s is not None:
        found["finish"] = run.finish_s
    places = {
        "bell": run.race_m - LAP_M,
        "light lost": show.lost_light_m,
        "pacer left": min(show.hand_overs.leave_m, default=None),
        "pacers swap": min(show.hand_overs.swap_m, default=None),
    }
    for name, x in places.items():
        if x is not None and 0 < x < float(run.x[-1]):
            found[name] = float(run.time_at(x))
    return dict(sorted(found.items(), key=lambda event: event[1]))


def event_distance(show: Show, name: str) -> float:
    """Return where she was at an event that this run has [m]."""
    return min(float(show.recording.distance_at(events(show)[name])), show.recording.race_m)


_NEVER = {
    "finish": "she does not finish in this run",
    "light lost": "the light is not lost in this run",
    "pacer left": "no pacer leaves in this run",
    "pacers swap": "no pacers swap in this run",
    "bell": "this race has no last lap of its own",
}


def time_of(show: Show, when: When) -> float:
    """Return the race time of a moment [s].

    Raises:
        ValueError: it does not happen in this run; the message says what happens.
    """
    run = show.recording
    if when.event:
        known = events(show)
        if when.event not in known:
            happens = ", ".join(known)
            raise ValueError(f"{_NEVER[when.event]}; what happens: {happens}")
        time_s = known[when.event]
    elif when.distance_m is not None:
        time_s = float(run.time_at(when.distance_m)) if when.distance_m <= run.race_m else math.nan
        if math.isnan(time_s):
            reach = format_distance(min(run.race_m, float(run.x[-1])))
            raise ValueError(f"she never comes to {when.text}: this run ends at {reach}")
    else:
        time_s = when.time_s or 0.0
    time_s += when.offset_s
    if not -COUNTDOWN_S <= time_s <= last_s(show):
        raise ValueError(
            f"{when.text} is not shown: it is from {-COUNTDOWN_S:g} s to {last_s(show):.2f} s"
        )
    return time_s


def last_s(show: Show) -> float:
    """Return the last moment of a run that can be shown [s]."""
    return show.recording.end_s + RUN_OUT_S
