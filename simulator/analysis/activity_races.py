"""An activity as the run of a race: which of its laps are the track's, and where its track was.

In: an `Activity`, the race, the time of the gun. Out: `RaceRun`: waypoints. Laps that were pressed
are the track's, and exact. A GPS track is fitted to a lap of 400 or 200 m, with an estimate of its
error.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import numpy as np

from simulator.coefficients import TAU_SPEED
from simulator.errors import RecordingError
from simulator.physics.track import from_plane, to_plane
from simulator.recording.activities import Activity, ActivityLap, Sample
from simulator.recording.recording import ARRAYS, Floats, Recording, Status, crossing
from simulator.scenario.plan import impossible
from simulator.scenario.schedule import Schedule, Waypoint, schedule_through
from simulator.units import LAP_M, MILE_M, format_distance, format_time

SCALES = (0.88, 1.12)
"""A device's lap as a share of the track's (assumed; without GPS it is off by a tenth)."""
ODD_M, ODD_SHARE = 6.0, 0.04
"""The further error of a lap: metres, and a share of the piece (assumed)."""
ON_TRACK_M = 6.0
"""A GPS track at a larger mean distance from a lap was not run on one [m]."""
LAPS_M = (LAP_M, 200.0)
"""The lap lengths to which a GPS track is fitted [m]."""
DRIFT = 0.01
"""Error of a device's distance, as a share of the way to an exact place (assumed)."""
GPS_M = 3.0
"""Least error of a position [m] (assumed: watches in the open)."""
TWO_SIGMA = 2.5
"""Error along the lap in units of the mean distance beside it: two standard deviations."""
STEP_M = 50.0
"""A track is sampled at this interval [m]; shorter ones would sample its noise."""
STEP_S = 0.05
"""Time step of the recording made from it [s]."""
MOVING_M_S, MOVING_S = 2.0, 4.0
"""Moving at this speed for this long counts as the start [m/s], [s]."""
SMOOTH_S = 9.0
"""A path is smoothed over this time, as its noise makes it longer [s]."""
STEADY_S = 10.0
"""The speed after a start and before a stop is averaged over this time [s]."""
STOOD_S = 3.0
"""Standing longer than this before the watch stops means the finish was earlier [s] (assumed)."""
STOP_S = 1.0
"""Error of a finish seen in this way [s] (assumed: one sample)."""
PAST_M = 12.0
"""A track longer than the race by more than this goes on past the line [m] (assumed)."""
EARTH_M = 6_371_000.0


@dataclass(frozen=True, slots=True)
class RaceRun:
    """An activity as a run of a race.

    Attributes:
        waypoints: the known times, with tolerances; those without one are exact.
        tolerance_s: the largest error anywhere [s]; 0: its laps or splits are exact.
        note: how the activity was read, in a sentence.
    """

    waypoints: tuple[Waypoint, ...]
    tolerance_s: float
    note: str

    @property
    def exact_on_the_way(self) -> bool:
        """Whether its waypoints are laps or splits; only its gun and its finish may be off."""
        return not any(w.tolerance_s for w in self.waypoints[:-1])


def race_run(
    activity: Activity, race_m: float, from_s: float | None = None, *, trim: bool = False
) -> RaceRun:
    """Return an activity as a run of a race over `race_m` [m].

    Args:
        activity: the content of a file.
        race_m: length of the race [m].
        from_s: time of the gun on the timer [s]; None: the timer's start.
        trim: the gun is when the track first moves; see `MOVING_M_S`.

    Raises:
        RecordingError: it is not a run of this race; the message says what it is.
    """
    gun_s, seen_s, track = from_s or 0.0, 0.0, activity.track
    if trim and from_s is None:
        gun_s, seen_s = _moving(track)[0], TAU_SPEED
    paused = f"; {activity.paused_s:.0f} s of pauses left out" if activity.paused_s else ""
    if activity.splits:
        points = _through(activity.splits, race_m, gun_s)
        ends = f", which end at {format_distance(points[-1].distance_m)}"
        how = "its splits" + (ends if points[-1].distance_m < race_m - 1e-6 else "")
        return _checked(RaceRun(points, 0.0, how + paused))
    stop_s = math.inf
    with suppress(RecordingError):  # without a track; and whoever walks never moves as a runner
        start_s, stop_s = (at - gun_s for at in _moving(track))
        if start_s > STOOD_S:
            paused = f"; it stands for its first {start_s:.0f} s, which trim leaves out{paused}"
    tracked = partial(_tracked, track, race_m, gun_s, stop_s, seen_s, paused)
    laps = _after(activity.laps, gun_s)
    anchors, lengths = _anchors(laps, race_m)
    if anchors and len(anchors) == len(laps) and len(track) >= 3:
        anchors = _stopped(anchors, laps, stop_s, tracked)
    pieces = np.diff([0.0, *(w.distance_m for w in anchors)])
    if anchors and (len(track) < 3 or float(pieces.max()) <= 1.2 * LAP_M):
        off_s = seen_s + anchors[-1].tolerance_s
        paused = f", ± {off_s:.1f} s{paused}" if off_s else paused
        return _checked(RaceRun(anchors, off_s, f"its laps{lengths}{paused}"))
    if len(track) >= 3:
        return _checked(tracked(anchors))
    raise RecordingError(_no_race(laps, race_m))


def _checked(run: RaceRun) -> RaceRun:
    """Return a run if it is humanly possible; a run that is not exact is checked lap by lap."""
    points = list(run.waypoints)
    if not points:
        raise RecordingError("It is no run of this race: nothing of it goes forward.")
    if not run.exact_on_the_way:
        every = max(1, round(LAP_M / STEP_M))
        points = [*points[every - 1 :: every], points[-1]]
        points = points[:-1] if len(points) > 1 and points[-2] == points[-1] else points
    flaw = next(impossible(points), None)
    if flaw is not None:
        at = format_distance(points[flaw[0]].distance_m)
        raise RecordingError(f"It is no run of this race: at {at} {flaw[1]}.")
    return run


def _through(
    splits: Sequence[tuple[float | None, float]], race_m: float, gun_s: float
) -> tuple[Waypoint, ...]:
    """Return splits as waypoints, without those after the race.

    Raises:
        RecordingError: they do not rise.
    """
    points = [Waypoint(race_m if x is None else x, t - gun_s) for x, t in splits]
    points = [w for w in points if w.time_s > 0 and w.distance_m <= race_m + 1e-6]
    for a, b in pairwise([Waypoint(0.0, 0.0), *points]):
        if b.distance_m - a.distance_m < 1.0 or b.time_s <= a.time_s:
            raise RecordingError(
                f"Its splits do not rise: {format_distance(b.distance_m)} in "
                f"{format_time(b.time_s)} after {format_distance(a.distance_m)} in "
                f"{format_time(a.time_s)}."
            )
    if not points:
        raise RecordingError(f"None of its splits is within {format_distance(race_m)}.")
    thinned = points[:: math.ceil(len(points) / 190)]
    return (*thinned, *(points[-1:] if thinned[-1] != points[-1] else ()))


def _after(laps: Sequence[ActivityLap], gun_s: float) -> list[ActivityLap]:
    """Return the laps after the gun [s]; the lap of the gun is shortened to its rest."""
    left, at = [], 0.0
    for lap in laps:
        at += lap.time_s
        time_s = min(lap.time_s, at - gun_s)
        if time_s > 0.05:
            whole = time_s == lap.time_s
            left.append(lap if whole else ActivityLap(time_s, None, lap.pressed))
    return left


# -- laps ------------------------------------------------------------------------------------------


def _anchors(laps: Sequence[ActivityLap], race_m: float) -> tuple[tuple[Waypoint, ...], str]:
    """Return the ends of the laps as places of the race, and the device's lap lengths as text.

    Both are empty if the laps do not make the race, or the device ended them automatically.
    """
    while laps and laps[-1].time_s < 3.0:  # the lap button, then the stop button
        laps = laps[:-1]
    if not laps or not all(lap.pressed for lap in laps[:-1]):
        return (), ""
    best, lengths = math.inf, ""
    pieces: list[float] = []
    for rank, candidate in enumerate(_divisions(race_m)):
        misfit, scale = _misfit(laps, candidate)
        if misfit + 0.002 * rank < best:
            best, pieces = misfit + 0.002 * rank, candidate
            lengths = "" if abs(scale - 1.0) < 0.002 else f"; {scale * LAP_M:.0f} m by the device"
            lengths += " are the track's 400 m" if lengths else ""
    times = np.cumsum([lap.time_s for lap in laps[: len(pieces)]]).round(6).tolist()
    ends = zip(np.cumsum(pieces).round(6).tolist(), times, strict=True)
    return tuple(Waypoint(min(x, race_m), t) for x, t in ends), lengths


def _divisions(race_m: float) -> list[list[float]]:
    """Return the ways to divide a race into timed pieces, the most likely first.

    Laps are pressed at the finish line, so that the odd piece is the first; or from the start.
    """
    divisions = []
    for unit in (LAP_M, LAP_M / 2, 1000.0, 100.0):
        count = int((race_m + 0.5) // unit)
        odd = race_m - count * unit
        if abs(odd) < 0.5:
            divisions.append([unit] * count)
            continue
        if count > 1 or odd < 0.25 * unit:
            divisions.append([unit + odd, *[unit] * (count - 1)])
        divisions.append([odd, *[unit] * count])
        divisions.append([*[unit] * count, odd])
        divisions.append([*[unit] * (count - 1), unit + odd])
    divisions.append([race_m])
    return [pieces for pieces in divisions if pieces and min(pieces) >= 1.0]


def _misfit(laps: Sequence[ActivityLap], pieces: Sequence[float]) -> tuple[float, float]:
    """Return the misfit of laps and pieces, inf if they do not fit, and the device's scale."""
    lengths = [lap.distance_m for lap in laps[: len(pieces)]]
    known = [(d, p) for d, p in zip(lengths, pieces, strict=False) if d is not None and d > 0.0]
    if len(laps) < len(pieces) or (len(laps) > len(pieces) and len(known) < len(pieces)):
        return math.inf, 1.0
    speeds = [p / lap.time_s for p, lap in zip(pieces, laps, strict=False)]
    if min(speeds) < 1.0 or max(speeds) > 11.0 or max(speeds) > 2.2 * min(speeds):
        return math.inf, 1.0
    if len(known) < max(1, len(pieces) - 1):
        spread = max(speeds) / min(speeds)
        return (0.1 * math.log(spread), 1.0) if spread < 1.7 else (math.inf, 1.0)
    scale = float(np.median([d / p for d, p in known]))
    off = [abs(d - scale * p) / (ODD_M + ODD_SHARE * p) for d, p in known]
    fits = SCALES[0] <= scale <= SCALES[1] and max(off) <= 1.0
    return (0.1 * float(np.mean(off)), scale) if fits else (math.inf, 1.0)


def _no_race(laps: Sequence[ActivityLap], race_m: float) -> str:
    lengths = [f"{lap.distance_m:.0f}" for lap in laps if lap.distance_m is not None]
    shown = f" of {', '.join(lengths[:12])} m" if lengths else ""
    total = format_time(sum(lap.time_s for lap in laps))
    return (
        f"Its {len(laps)} laps{shown}, {total} in all, do not make {format_distance(race_m)}: "
        "say how long the race was (distance), or when the gun went (from)."
    )


def _stopped(
    anchors: tuple[Waypoint, ...],
    laps: Sequence[ActivityLap],
    stop_s: float,
    tracked: Callable[[Sequence[Waypoint]], RaceRun],
) -> tuple[Waypoint, ...]:
    """Return the ends of laps of which the stop button ended the last, maybe late.

    The last of several ends where the track ceases to move [s]. A single one is left out if the
    track by itself makes another finish.

    Raises:
        RecordingError: the track is not of this race, and the lap has no length.
    """
    if len(anchors) > 1:
        late = anchors[-2].time_s < stop_s < anchors[-1].time_s - STOOD_S
        finish = Waypoint(anchors[-1].distance_m, stop_s, STOP_S)
        return (*anchors[:-1], finish) if late else anchors
    try:
        alone = tracked(()).waypoints
    except RecordingError:
        if laps[0].distance_m is None:
            raise
        return anchors
    return anchors if alone and abs(alone[-1].time_s - anchors[0].time_s) <= STOOD_S else ()


# -- tracks ----------------------------------------------------------------------------------------


def _moving(track: Sequence[Sample]) -> tuple[float, float]:
    """Return when a track begins and ceases to move [s].

    Both are where its first and its last steady speed meet standing still, as noise blurs the ends;
    a track that begins or ends in motion does so there.

    Raises:
        RecordingError: there is no track, or it never moves.
    """
    if len(track) < 3:
        raise RecordingError("It has no track to see a start in: say when the gun went (from).")
    sampled = [s.time_s for s in track]
    times = np.arange(sampled[0], sampled[-1] + 1.0)
    ran = np.interp(times, sampled, _run_by_device(track))
    gone = np.interp(times + MOVING_S, times, ran) - ran
    moving = np.flatnonzero(gone >= MOVING_M_S * MOVING_S)
    if not len(moving):
        raise RecordingError("It never moves as a runner does.")
    first, last = moving[0], moving[-1]
    ends = times[first] + MOVING_S + np.array([0.0, STEADY_S])
    begins = times[last] - np.array([STEADY_S, 0.0])
    speeds = [float(np.diff(np.interp(at, times, ran))[0]) / STEADY_S for at in (ends, begins)]
    start = times[first] + MOVING_S - gone[first] / max(speeds[0], MOVING_M_S)
    stop = times[last] + gone[last] / max(speeds[1], MOVING_M_S)
    return max(float(start), sampled[0]), min(float(stop), sampled[-1])


def _run_by_device(track: Sequence[Sample]) -> Floats:
    """Return the device's distance at each sample [m]; where it is missing, the positions'."""
    times = [s.time_s for s in track]
    known = [(s.time_s, s.distance_m) for s in track if s.distance_m is not None]
    if len(known) >= max(3, len(track) // 4):
        at, values = zip(*known, strict=True)
        return np.maximum.accumulate(np.interp(times, at, values))
    placed, x, y = _plane(track)
    if len(placed) < 3:
        raise RecordingError("It has neither laps nor distances nor places.")
    return np.interp(times, placed, _length(placed, x, y))


def _length(times: Floats, x: Floats, y: Floats) -> Floats:
    """Return the length of a path up to each place [m], smoothed over about `SMOOTH_S`.

    Devices save a place once in one to eight seconds; places far apart are left as they are. The
    others are put on a line fitted to those around them: means would draw in the path's ends.
    """
    reach, at = int(0.5 * SMOOTH_S / float(np.median(np.diff(times)))), np.arange(len(times))
    first, end = np.maximum(at - reach, 0), np.minimum(at + reach + 1, len(times))
    t = times - times[0]
    sums = np.cumsum(np.pad([t, x, y, t * t, t * x, t * y], ((0, 0), (1, 0))), axis=1)
    mean, x, y, tt, tx, ty = (sums[:, end] - sums[:, first]) / (end - first)
    along = (t - mean) / np.maximum(tt - mean * mean, 1e-9)
    steps = [np.diff(x + along * (tx - mean * x)), np.diff(y + along * (ty - mean * y))]
    return np.append(0.0, np.cumsum(np.hypot(*steps)))


def _plane(track: Sequence[Sample]) -> tuple[Floats, Floats, Floats]:
    """Return when a track has a position [s], and how far east and north of the middle [m]."""
    placed = [(s.time_s, *s.place) for s in track if s.place is not None]
    if not placed:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    at, latitude, longitude = np.array(placed).T
    longitude = np.unwrap(longitude, period=360.0)
    middle = math.radians(float(np.median(latitude)))
    north = np.radians(latitude - np.median(latitude)) * EARTH_M
    east = np.radians(longitude - np.median(longitude)) * EARTH_M * math.cos(middle)
    return at, east, north


def _from_gun(track: Sequence[Sample], gun_s: float, ran: Floats) -> tuple[Floats, Floats]:
    """Return times from the gun [s], and how far somebody has run since [m]."""
    times = np.array([s.time_s for s in track]) - gun_s
    ran = ran - np.interp(0.0, times, ran)
    after = times > 0
    return np.append(0.0, times[after]), np.append(0.0, np.maximum.accumulate(ran[after]))


def _tracked(
    track: tuple[Sample, ...],
    race_m: float,
    gun_s: float,
    stop_s: float,
    seen_s: float,
    paused: str,
    anchors: Sequence[Waypoint],
) -> RaceRun:
    """Return a track as a run of a race, fitted to a track's lap if it was run on one.

    `stop_s` is when it ceases to move [s], `seen_s` how far a gun that was seen in it may be off.
    A wrong gun or finish moves or stretches the whole run. Its waypoints may then not be moved one
    by one, so their tolerances hold the error of a position alone.

    Raises:
        RecordingError: it is much longer or shorter than the race.
    """
    snapped = _snapped(track)
    times, ran = _from_gun(track, gun_s, _run_by_device(track) if snapped is None else snapped[0])
    ends = [Waypoint(0.0, 0.0), *anchors]
    if anchors:
        at = [w.time_s for w in ends]
        ran = ran + np.interp(
            times, at, np.array([w.distance_m for w in ends]) - np.interp(at, times, ran)
        )
        ran = np.maximum.accumulate(ran)
        scale, total = 1.0, race_m
    else:
        stood = times[-1] - stop_s > STOOD_S
        if stood:  # after the finish
            ran = np.append(ran[times < stop_s], np.interp(stop_s, times, ran))
            times = np.append(times[times < stop_s], stop_s)
        total = float(ran[-1])
        scale = race_m / total if total > 0 else math.inf
        off = 0.03 if snapped is not None else 1.0 - SCALES[0]
        if scale < 1.0 - off or (snapped is not None and total > race_m + PAST_M):
            scale = 1.0  # it goes on after the finish: on the track's lap, or as the device has it
        elif scale > 1.0 + off:
            raise RecordingError(
                f"Its track is {total:.0f} m long, and the race {format_distance(race_m)}: "
                "say how long the race was (distance)."
            )
        if stood and scale != 1.0:
            ends.append(Waypoint(race_m, stop_s, STOP_S))
    places = np.append(np.arange(STEP_M, race_m - STEP_M / 2, STEP_M), race_m)
    if race_m > 190 * STEP_M:
        places = places[:: math.ceil(len(places) / 190)]
        places = places if places[-1] == race_m else np.append(places, race_m)
    rising = np.concatenate([[True], np.diff(ran) > 1e-9])
    passed = np.interp(places, ran[rising] * scale, times[rising])
    mean_v = race_m / max(float(passed[-1]), 1.0)
    exact = [w.distance_m for w in anchors]
    fixed = np.array([0.0, *exact, *([race_m] if scale * total < race_m + 1e-6 else [])])
    away = np.min(np.abs(places[:, None] - fixed[None, :]), axis=1)
    if snapped is None:
        off_m, how = GPS_M + DRIFT * away, "its distances"
        if scale != 1.0:
            how += f", {1.0 / scale:.3f} of the track's"
    else:
        off_m = np.full(len(places), max(GPS_M, TWO_SIGMA * snapped[1]))
        how = f"its GPS track laid on the {snapped[2]:g} m lap, {snapped[1]:.1f} m off on average"
    off = off_m / mean_v
    end_off = np.interp(places, [w.distance_m for w in ends], [w.tolerance_s for w in ends])
    tolerance = seen_s + float((off + end_off).max())
    points = list(anchors)
    rows = zip(places.tolist(), passed.tolist(), off.tolist(), strict=True)
    for x, t, off_s in rows:
        if min((abs(x - known) for known in exact), default=math.inf) > STEP_M / 3:
            points.append(Waypoint(x, round(t, 3), min(off_s, 5.0)))
    points.sort(key=lambda w: w.distance_m)
    return RaceRun(_rising(points), tolerance, f"{how}, ± {tolerance:.1f} s{paused}")


def _rising(points: Sequence[Waypoint]) -> tuple[Waypoint, ...]:
    """Return waypoints in rising order, with tolerances that fit."""
    kept = [Waypoint(0.0, 0.0)]
    for point in points:
        between = point.time_s - kept[-1].time_s
        if between < 0.5 and point.tolerance_s:
            continue
        room = max(0.0, 0.45 * between)
        kept.append(Waypoint(point.distance_m, point.time_s, min(point.tolerance_s, room)))
        before = kept[-2]
        if before.tolerance_s > room:
            kept[-2] = Waypoint(before.distance_m, before.time_s, room)
    return tuple(kept[1:])


@lru_cache(maxsize=4)  # one track is tried as many races
def _snapped(track: tuple[Sample, ...]) -> tuple[Floats, float, float] | None:
    """Return how far a GPS track has gone round a lap at each sample, and its error [m].

    The third value is the length of the best-fitting lap [m]. None if there are too few positions,
    or they were not run on such a lap.
    """
    at, x, y = _plane(track)
    if len(at) < 30:
        return None
    places, length = np.stack([x, y], axis=1), float(_length(at, x, y)[-1])
    laid = [(*_laid(places, length, lap_m), lap_m) for lap_m in LAPS_M]
    ran, off_m, lap_m = min(laid, key=lambda each: each[1])
    if off_m > ON_TRACK_M:
        return None
    return np.interp([s.time_s for s in track], at, ran), off_m, lap_m


def _laid(places: Floats, length_m: float, lap_m: float) -> tuple[Floats, float]:
    """Return how far positions have gone round a lap, and their mean distance from it [m].

    The lap is turned and moved repeatedly to where the positions are nearest. The mean is infinite
    if they do not go round it as far as they are long.
    """
    size = lap_m / LAP_M
    middle = 0.5 * (np.percentile(places, 2, axis=0) + np.percentile(places, 98, axis=0))
    _, axes = np.linalg.eigh(np.cov((places - middle).T))
    along = axes[:, -1]
    turn = np.array([[along[0], along[1]], [-along[1], along[0]]])
    shift = -turn @ middle
    for _ in range(60):
        on = places @ turn.T + shift
        s = from_plane(*(on / size).T)
        nearest = size * np.stack(to_plane(s), axis=1)
        off = np.hypot(*(on - nearest).T)
        near = off <= max(3.0 * float(np.median(off)), 2.0)
        ours, theirs = places[near], nearest[near]
        here, there = ours.mean(axis=0), theirs.mean(axis=0)
        u, _, v = np.linalg.svd((ours - here).T @ (theirs - there))
        mirror = np.diag([1.0, np.sign(np.linalg.det(u @ v))])
        turned = (u @ mirror @ v).T
        moved = there - turned @ here
        done = np.allclose(turned, turn, atol=1e-7) and np.allclose(moved, shift, atol=1e-4)
        turn, shift = turned, moved
        if done:
            break
    round_m = size * np.unwrap(s, period=LAP_M)
    if round_m[-1] < round_m[0]:  # clockwise, or the whole lap seen from below
        round_m = -round_m
    gone = float(round_m[-1] - round_m[0])
    ran = np.maximum.accumulate(round_m - round_m[0])
    # smoothed, a path round a lap of 200 m is a fifth too short, and a quarter with a place in 4 s
    fits = 0.8 * length_m <= gone <= 1.4 * length_m
    return ran, float(off.mean()) if fits else math.inf


# -- distances, schedules, recordings, ghosts ------------------------------------------------------

_RACES_M = (400.0, 800.0, 1000.0, 1500.0, MILE_M, 2000.0, 3000.0, 2 * MILE_M, 5000.0, 10_000.0)
_LEFT_OVER_S = 5.0
"""A race that leaves more of a file's laps unused than this is not the file's race [s]."""


def likely_distances(
    activity: Activity, from_s: float | None = None, *, trim: bool = False
) -> list[float]:
    """Return the distances over which an activity is a race from its gun to its end [m]."""
    last = activity.unfinished_m or (activity.splits[-1][0] if activity.splits else None)
    if last is not None:
        return [last] if 100.0 <= last <= 10_000.0 else []
    gun_s, end_s = from_s or 0.0, sum(lap.time_s for lap in activity.laps)
    with suppress(RecordingError):  # it has no track, or does not move
        start_s, end_s = _moving(activity.track)
        gun_s = start_s if trim and from_s is None else gun_s
    exact, near = list[float](), list[float]()
    for race_m in _RACES_M:
        try:
            run = race_run(activity, race_m, from_s, trim=trim)
        except RecordingError:
            continue
        if end_s - gun_s - run.waypoints[-1].time_s <= _LEFT_OVER_S:
            (exact if run.exact_on_the_way else near).append(race_m)
    return exact or near


def schedule_of_run(run: RaceRun, *, standing_start: bool) -> Schedule:
    """Return the schedule through a run's waypoints.

    Raises:
        RecordingError: they are too close together for one.
    """
    try:
        return schedule_through(run.waypoints, standing_start=standing_start)
    except ValueError as error:
        raise RecordingError(f"It is no run of this race: {error}.") from None


def recording_of(run: RaceRun, race_m: float, *, standing_start: bool, name: str) -> Recording:
    """Return a run as a recording that can be a ghost: its motion, without any physiology."""
    schedule = schedule_of_run(run, standing_start=standing_start)
    finished = schedule.distance_m >= race_m - 1e-6
    until = schedule.finish_s / STEP_S
    ticks = math.ceil(until) if finished else int(until)
    times = np.arange(ticks + 1) * STEP_S
    x, v = schedule.distance_at(times), schedule.cruise_at(times)
    if schedule.start_loss_s:
        v = v * -np.expm1(-times / schedule.start_loss_s)
    share = float(crossing(x[-2], v[-2], x[-1], v[-1], STEP_S, race_m))
    about = {"name": name, "distance": race_m, "note": run.note, "tolerance_s": run.tolerance_s}
    columns: dict[str, Any] = {name: np.zeros_like(x) for name in ARRAYS} | {"x": x, "v": v}
    return Recording(
        scenario_json=json.dumps(about),
        race_m=race_m,
        step_s=STEP_S,
        finish_s=(ticks - 1 + share) * STEP_S if finished else None,
        status=Status.FINISHED if finished else Status.DID_NOT_FINISH,
        **columns,
    )


def ghost_values(
    run: RaceRun, race_m: float, places_m: Sequence[float], *, standing_start: bool, name: str
) -> dict[str, Any]:
    """Return a run as the plain values of a ghost, for writing into a file.

    A run that is not exact is given at `places_m` [m], each time with its tolerance.
    """
    rows: dict[str, Any] = {}
    points = run.waypoints
    if not run.exact_on_the_way:
        schedule = schedule_through(points, standing_start=standing_start)
        places = [x for x in places_m if x <= schedule.distance_m + 1e-6]
        off = round(run.tolerance_s, 2)
        times = schedule.time_at(places).tolist()
        points = tuple(Waypoint(x, t, off) for x, t in zip(places, times, strict=True))
    for w in points:
        key = "finish" if abs(w.distance_m - race_m) < 1e-6 else f"{w.distance_m:.10g}"
        time = format_time(round(w.time_s, 3), 3).removesuffix("0")
        at_end = key == "finish" or not w.tolerance_s
        rows[key] = time if at_end else {"time": time, "tolerance": w.tolerance_s}
    values = {"name": name, "note": run.note, "distance": format_distance(race_m)}
    start = {} if standing_start else {"standing_start": False}
    return {**values, **start, "splits": rows}
