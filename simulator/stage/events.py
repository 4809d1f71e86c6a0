"""Events: what happened in a run, when, and which sounds it makes.

In: a show. Out: race times [s] of its events, read from the recording, and of a moment that a story
names. In: two scenes. Out: the gun, the bell, a tick for each lap of the light, and its loss.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.stage.playback import COUNTDOWN_S, RUN_OUT_S
from simulator.stage.scene import Phase, Scene
from simulator.stage.show import Show
from simulator.units import format_distance

if TYPE_CHECKING:  # not imported at run time: only a story needs it, and the window opens sooner
    from simulator.scenario.story import StoryMoment


@lru_cache(maxsize=16)
def events(show: Show) -> Mapping[str, float]:
    """Return the race time of each event of this run [s], in order of time."""
    run = show.recording
    found = {"countdown": -COUNTDOWN_S, "start": 0.0}
    if run.finish_s is not None:
        found["finish"] = run.finish_s
    places = {
        "bell": run.race_m - show.scenario.track.lap,
        "light lost": show.lost_light_m,
        "pacer left": min(show.hand_overs.leave_m, default=None),
        "pacers swap": min(show.hand_overs.swap_m, default=None),
    }
    passed = {name: x for name, x in places.items() if x is not None and 0 < x < float(run.x[-1])}
    found |= zip(passed, run.time_at(list(passed.values())).tolist(), strict=True)
    return dict(sorted(found.items(), key=lambda event: event[1]))


def event_distance(show: Show, name: str) -> float:
    """Return her distance at an event of this run [m]."""
    return min(float(show.recording.distance_at(events(show)[name])), show.recording.race_m)


def beat_s(show: Show, *, slow_motion: bool = True) -> float | None:
    """Return when slow motion begins [s of race time]: the light is lost; None: never."""
    return events(show).get("light lost") if slow_motion else None


_NEVER = {
    "finish": "she does not finish in this run",
    "light lost": "the light is not lost in this run",
    "pacer left": "no pacer leaves in this run",
    "pacers swap": "no pacers swap in this run",
    "bell": "this race has no last lap of its own",
}


def time_of(show: Show, when: StoryMoment) -> float:
    """Return the race time of a moment [s].

    Raises:
        ValueError: it does not happen in this run; the message lists what does.
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


# -- sounds ---------------------------------------------------------------------------------------


LONGEST_S = 1.0
"""A longer step of race time between two pictures is a seek [s]; at 32x a step is about 0.5 s."""


class SoundCue(Enum):
    """A sound to play."""

    GUN = "gun"
    BELL = "bell"
    TICK = "tick"
    LOST = "the light is lost"


def sound_cues(before: Scene | None, now: Scene) -> tuple[SoundCue, ...]:
    """Return the sounds between two pictures; a seek is silent.

    At the first picture (`before` is None) the gun sounds if it shows the start.
    """
    if before is None:
        return (SoundCue.GUN,) if now.phase is Phase.RUNNING and now.time_s == 0.0 else ()
    passed_s = _race_s(now) - _race_s(before)
    if now.paused or not 0 < passed_s <= LONGEST_S:
        return ()
    found = []
    if before.phase in (Phase.READY, Phase.COUNTDOWN) and now.phase is Phase.RUNNING:
        found.append(SoundCue.GUN)
    if now.bell and not before.bell:
        found.append(SoundCue.BELL)
    if before.waves and now.waves and _light_laps(now) > _light_laps(before):
        found.append(SoundCue.TICK)
    if now.lost is not None and before.lost is None:
        found.append(SoundCue.LOST)
    return tuple(found)


def _race_s(scene: Scene) -> float:
    """Return the race time of a scene, negative before the gun [s]."""
    return scene.time_s - (scene.to_gun_s or 0.0)


def _light_laps(scene: Scene) -> int:
    """Return how many laps the first wave has done, not counting a mile's first crossing.

    That first crossing of the line, just after the start, does not end a lap.
    """
    head_m = max(scene.waves[0].head_m, scene.lap_m / 2)
    return -math.ceil((scene.race_m - head_m) / scene.lap_m)
