"""Events: what happened in a run, when, and which sounds and cameras go with it.

In: a show. Out: race times [s] of its events, read from the recording, and of a moment that a story
names; the director's camera, and for how long it has been on [s]. In: two scenes. Out: the gun, the
bell, a tick for each lap of the light, and its loss.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from simulator.analysis.references import light_words
from simulator.coefficients import BEND_M, LAP_M, LOST_S
from simulator.physics.track import laps_done
from simulator.recording.recording import Floats, Moment, Recording
from simulator.screen import Camera
from simulator.stage.playback import COUNTDOWN_S, RUN_OUT_S, STALL_S
from simulator.stage.scene import ChartCurve, Scene
from simulator.stage.show import Show
from simulator.units import format_distance, other_lap_words

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


_IN_LAPS = re.compile(r"laps?$", re.IGNORECASE)
_NEVER = {
    "finish": "she does not finish in this run",
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
            lit = f"{light_words(show.lights)} is not lost in this run"
            raise ValueError(f"{_NEVER.get(when.event, lit)}; what happens: {happens}")
        time_s = known[when.event]
    elif (x := distance_of(show, when)) is not None:
        time_s = float(run.time_at(x)) if x <= run.race_m else math.nan
        if math.isnan(time_s):
            reach = format_distance(min(run.race_m, float(run.x[-1])))
            raise ValueError(f"she never comes to {when.text}: this run ends at {reach}")
    else:
        time_s = when.time_s or 0.0
    time_s += when.offset_s
    if not -COUNTDOWN_S <= time_s <= last_s(show):
        until_s = math.floor(100.0 * last_s(show)) / 100.0
        raise ValueError(
            f"{when.text} is not shown: it is from {-COUNTDOWN_S:g} s to {until_s:.2f} s"
        )
    return time_s


def distance_of(show: Show, when: StoryMoment) -> float | None:
    """Return the race distance of a moment [m]; None: it is not given by its distance.

    Raises:
        ValueError: it is in laps, which are of 400 m, and those of the track are not.
    """
    lap_m = show.scenario.track.lap
    if when.distance_m is not None and lap_m != LAP_M and _IN_LAPS.search(when.text):
        raise ValueError(f"{when.text}: {other_lap_words(lap_m)}: write metres")
    return when.distance_m


def last_s(show: Show) -> float:
    """Return the last moment of a run that can be shown [s]."""
    return show.recording.end_s + RUN_OUT_S


# -- sounds ---------------------------------------------------------------------------------------


LONGEST_S = 1.0
"""A longer step of race time between two pictures is a seek [s], unless the rate explains it."""


class SoundCue(Enum):
    """A sound to play."""

    GUN = "gun"
    BELL = "bell"
    TICK = "tick"
    LOST = "the light is lost"


def sound_cues(before: Scene, now: Scene, longest_s: float | None = None) -> tuple[SoundCue, ...]:
    """Return the sounds between two pictures; a seek and a new chapter are silent.

    The gun sounds as race time begins to pass: a chapter may stand at the start for a while.
    `longest_s`: a longer step of race time is a seek [s]; None: longer than playback takes at its
    rate.
    """
    if longest_s is None:
        longest_s = max(LONGEST_S, STALL_S * now.speed)
    passed_s = _race_s(now) - _race_s(before)
    if now.paused or not 0 < passed_s <= longest_s or _chapter(now) != _chapter(before):
        return ()
    found = []
    if _race_s(before) <= 0 < _race_s(now):
        found.append(SoundCue.GUN)
    if now.bell and not before.bell:
        found.append(SoundCue.BELL)
    if before.waves and now.waves and _light_laps(now) > _light_laps(before):
        found.append(SoundCue.TICK)
    if now.lost is not None and before.lost is None:
        found.append(SoundCue.LOST)
    return tuple(found)


def _chapter(scene: Scene) -> int | None:
    return None if scene.staging is None else scene.staging.chapter


def _race_s(scene: Scene) -> float:
    """Return the race time of a scene, negative before the gun [s]."""
    return scene.time_s - (scene.to_gun_s or 0.0)


def _light_laps(scene: Scene) -> int:
    return laps_done(scene.light_m or 0.0, scene.race_m, scene.lap_m)


# -- the director ---------------------------------------------------------------------------------

# A pure function of the recording: the same at any frame rate and after any seek. A cut never
# depends on anything later than itself, so it reveals nothing.

LEAST_S = 6.0
"""A camera stays on at least this long [s of playing time]: faster cuts look restless."""
FITS_S = 5.0
"""What is wanted for less than this is not cut to, but stays if it is on [s of playing time]."""
START_S, SPLIT_S, RUNS_AWAY_S = 7.0, 6.0, 8.0
"""How long the field is seen to run away (or until the finish's camera is on), the end of a lap
from above and the lost light run away [s of race time, and of playing time if that is faster].
"""
ARRIVES_S = 2.4
"""The chase is switched on this long before the light would go, and the rail before the finish, to
have arrived by then, even if another camera has just come on [s of playing time]. As gaps grow
faster and faster the light goes sooner.
"""
TREND_M = 10.0
"""The gap's trend is taken over the last metres [m]."""
FINISH_M, FINISH_SHARE, FLIGHT_M = 70.0, 0.25, 10.0
"""Over this distance before the finish she is seen from the rail [m]; over more, up to a share of
the race, if playing is faster, and always so far that its flight ends before she does.
"""


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
    wishes = _wishes(run, lap_m, lost_s, max(rate, 1.0))
    every = {edge for wish in wishes for edge in (wish.from_s, wish.until_s)}
    home_s = wishes[-1].from_s
    edges = sorted(edge for edge in every if math.isfinite(edge) and edge <= home_s)
    ends = dict(zip(edges, [*edges[1:], math.inf], strict=True))
    times_s, left_s = _until_lost(run, gaps)
    left_s[times_s >= home_s] = math.inf  # the finish comes first
    alarms_s = times_s + np.maximum(left_s - ARRIVES_S * rate, 0.0)
    going = alarms_s < np.append(times_s[1:], -math.inf)  # until then the gap is not known anew
    going &= alarms_s < home_s
    alarms = alarms_s[1:][going[1:] & ~going[:-1]].tolist()
    cuts = [(-COUNTDOWN_S, Camera.CHASE)]
    for edge in sorted([*edges, *alarms]):
        if edge not in ends:
            while cuts[-1][0] > edge:
                cuts.pop()
            at_s = max(edge, cuts[-1][0] + ARRIVES_S * rate)
            if cuts[-1][1] is not Camera.CHASE and at_s < home_s:
                cuts.append((at_s, Camera.CHASE))
            continue
        at_s = max(edge, cuts[-1][0] + LEAST_S * rate)
        if edge == home_s:  # not so long that the line is passed on the way
            latest_s = edge + _to_line_s(run, edge) - ARRIVES_S * rate
            at_s = max(edge, min(at_s, latest_s))
        if at_s < ends[edge]:
            moment, on, fits_s = run.at(at_s), cuts[-1][1], FITS_S * rate
            wanted = next(
                w.camera
                for w in reversed(wishes)
                if w.holds(moment, 0.0 if w.camera is on else fits_s)
            )
            # no other one could make way for these in time
            within_s = (LEAST_S + ARRIVES_S) * rate
            if _to_line_s(run, at_s) <= within_s:
                wanted = Camera.RAIL
            now = int(np.searchsorted(times_s, at_s, side="right")) - 1
            if edge < home_s and left_s[max(now, 0)] <= within_s:
                wanted = Camera.CHASE
            if wanted is not on:
                cuts.append((at_s, wanted))
    return tuple(cuts)


def _to_line_s(run: Recording, time_s: float) -> float:
    """Return how long she takes to the line if she keeps her speed of a moment [s]."""
    moment = run.at(time_s)
    return (run.race_m - moment.x_m) / max(moment.v_m_s, 1.0)


def _until_lost(run: Recording, gaps: ChartCurve) -> tuple[Floats, Floats]:
    """Return at which race times the gap is known [s], and how soon it passes the lost light's [s].

    It goes on growing as it does then; if it does not grow, or has passed it, the time is infinite.
    """
    times_s = run.time_at(gaps.x_m)
    before = np.searchsorted(gaps.x_m, gaps.x_m - TREND_M)
    shares = np.minimum((gaps.x_m - gaps.x_m[before]) / TREND_M, 1.0)
    left, grown = LOST_S - gaps.values, gaps.values - gaps.values[before]
    growing = (left > 0.0) & (grown > 0.0)
    left_s = np.full_like(times_s, np.inf)
    passed_s = times_s - times_s[before]
    left_s[growing] = left[growing] * passed_s[growing] / (shares * grown)[growing]
    return times_s, left_s


def _wishes(run: Recording, lap_m: float, lost_s: float, times: float) -> list[CameraCue]:
    """Return when each camera is wanted; later entries of the list override earlier ones.

    For an event that never happens the time is never. `times`: how many times as fast as the race
    it is played, 1 if it is slower.
    """
    race_m = run.race_m
    start_s, split_s, runs_away_s = (times * s for s in (START_S, SPLIT_S, RUNS_AWAY_S))
    most_m = max(FINISH_SHARE * race_m, times * FLIGHT_M)
    finish_m = max(FINISH_M, min(times * FINISH_M, most_m))
    # where she passes the line, the first before the start, and where straights after it lie
    line_m = race_m - lap_m * np.arange(math.ceil(race_m / lap_m), -1.0, -1.0)
    bend_m = BEND_M * lap_m / LAP_M
    offsets_m = np.array([0.0, bend_m, lap_m / 2, lap_m / 2 + bend_m, lap_m])
    places = np.minimum(np.maximum(line_m[:, None] + offsets_m, 0.0), race_m)
    *passed, home_s = run.time_at(np.append(places, max(race_m - finish_m, 0.0))).tolist()
    moments = np.nan_to_num(np.reshape(passed, places.shape), nan=run.end_s).tolist()
    wishes = [CameraCue(-math.inf, math.inf, Camera.CHASE)]
    for (lap_s, *straights_s), (_, *straights_m) in zip(moments, places.tolist(), strict=True):
        for i in (0, 2):
            if straights_s[i] < straights_s[i + 1]:
                ends_s, ends_m = straights_s[i + 1], straights_m[i + 1]
                wishes.append(CameraCue(straights_s[i], ends_s, Camera.RAIL, ends_m))
        if start_s < lap_s < run.end_s:
            wishes.append(CameraCue(lap_s, lap_s + split_s, Camera.WHOLE))
    home_s = math.inf if math.isnan(home_s) else max(home_s, START_S - LEAST_S)
    return [
        *wishes,
        CameraCue(-math.inf, start_s, Camera.CHASE),
        CameraCue(lost_s, lost_s + runs_away_s, Camera.CHASE),
        CameraCue(home_s, math.inf, Camera.RAIL),
    ]
