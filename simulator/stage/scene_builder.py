"""What a show looks like at one moment: the scene is made here.

In: a `Show`, a `Playback`, options. Out: `scene_of`, a pure function of them. Nothing here depends
on the previous picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.references import (
    Reference,
    light_lost,
    light_name,
    light_result,
    light_words,
    running_lights,
)
from simulator.analysis.splits import worst_residual
from simulator.coefficients import LAP_M
from simulator.errors import RecordingError
from simulator.physics.attempt import scenario_of
from simulator.physics.pacers import PacerGroup, PacerPlace, front_gap, group_of, places
from simulator.physics.track import (
    lap_count,
    laps_done,
    on_oval,
    start_position,
    track_position,
)
from simulator.recording.recording import Moment, Recording, Status
from simulator.scenario.model import LightWave, Scenario
from simulator.stage.events import events, on_air
from simulator.stage.gait import (
    SOMEBODY,
    START_PHASE,
    TICK_S,
    Physique,
    Stride,
    StrideTrack,
    effort_of,
    stride_track,
)
from simulator.stage.playback import RUN_OUT_S, Playback
from simulator.stage.scene import (
    Board,
    Body,
    Chance,
    Chart,
    ChartMarker,
    Extent,
    GapLine,
    GroupView,
    LightLost,
    Meter,
    Phase,
    Scene,
    StartLight,
    Wave,
    Weather,
    WhatIf,
)
from simulator.stage.show import Show
from simulator.stage.wake import Wake, shelter_of, wakes_of
from simulator.units import (
    difference_cell,
    format_signed,
    format_time,
    shown_difference,
    time_cell,
    whole_metres,
)

if TYPE_CHECKING:
    from simulator.analysis.splits import Split
    from simulator.analysis.uncertainty import Chances

Floats = NDArray[np.float64]

JOG_SHARE, JOG_S = 0.4, 3.0
"""After her finish all bodies slow down to this share of their speed, within this time [s]: shown,
not simulated.
"""
RECOVERY_S = 5.0
"""Her effort fades within this time after her finish [s]."""
GONE_NEAR_M, GONE_FAR_M = 35.0, 85.0
"""Finished bodies fade between these distances beyond the line [m]."""
LIGHT_OUT_S = 6.0
"""The light fades out within this time after her finish [s]."""
HOLD_S, SLIDE_S = 2.0, 0.8
"""She is seen crossing the line for this long before the board slides in, within this time [s]."""
HOT_C, COLD_C = 28.0, 5.0
"""Temperatures above and below these are shown on a sign [°C]."""
GROUP_SPAN_M = 25.0
GROUP_AHEAD_M = 2.5
GOAL_M = 0.05
"""A body farther than this from its goal is still moving there [m]."""
COVER_NEAR_M, COVER_FAR_M = 0.6, 2.4
"""A ghost nearer to her than the first is faded fully, farther than the second not at all [m]."""
FADED = 0.22
LEFT = 0.6
"""Opacity of the abandoned run, which appears without a request."""
RANGES_S = (2.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 300.0, 1000.0)

TAIL_POWER = 1.4
"""How the tail fades behind the head (assumed: no shape has been published)."""

GHOST_COLUMNS = 3
GROUP_SEEN = 0.8
"""Opacity of a ghost's pacers, as a share of the ghost's."""
BOARD_ROWS = 9
PARTICLES = (
    "abu", "al", "ben", "bin", "bint", "da", "das", "de", "del", "della", "den", "der", "di", "do",
    "dos", "du", "el", "ibn", "la", "le", "ten", "ter", "van", "von", "zu", "zur",
)  # fmt: skip
"""Words before a last name that belong to it."""
GIVEN = ("Al", "Ben")
"""Those of them that are given names where they stand first."""
DECIDED_M = 20.0
"""So near to the line no chance is shown [m]: it was found at a point behind her."""


@dataclass(frozen=True, slots=True)
class ShowOptions:
    """What is switched on.

    Attributes:
        ghosts, lights: whether they are drawn.
        reveal: the future is shown.
        wake: close cameras draw the air behind the pacers.
        slow_motion: playback slows down briefly when the light is lost.
        settled: pacers are shown at their destinations, and shelter is computed from these, so that
            they follow the mouse at once.
        groups: ghosts that are runs are shown with their pacers and their light.
    """

    ghosts: bool = True
    lights: bool = True
    reveal: bool = False
    wake: bool = True
    slow_motion: bool = True
    settled: bool = False
    groups: bool = False


def scene_of(show: Show, playback: Playback, options: ShowOptions, notice: str = "") -> Scene:
    """Return everything one picture shows."""
    t = playback.time_s
    then = show.in_force(t)
    run, race = show.recording, show.recording.race_m
    seen_s = running_on(t, run.end_s)
    moment = run.at(t)
    seen = moment if seen_s == t else run.at(seen_s)
    reach_m = min(race, float(run.x[-1]))  # of a run that does not finish, where she stops
    x = min(moment.x_m, reach_m)
    finished = t >= run.end_s
    revealed = playback.furthest_s if not options.reveal else run.end_s
    reveal_m = min(float(run.distance_at(revealed)), reach_m) if revealed > 0 else 0.0
    if run.finish_s is not None and revealed >= run.finish_s:
        reveal_m = race  # exact to the last digit
    phase = (
        Phase.READY
        if playback.ready
        else Phase.COUNTDOWN
        if t < 0
        else Phase.FINISHED
        if finished
        else Phase.RUNNING
    )
    lap_m = show.scenario.track.lap
    target_s = then.plan.finish_s or 0.0
    decided = finished or t > target_s or race - x < DECIDED_M
    begun_m = x + 1e-6  # rounding may put the moment of a mark just before it
    lap, laps = lap_of(begun_m, race, lap_m)
    aside_m = seen.wide * then.pacers.wide_m
    bodies = then.pacers if options.settled else then.bodies
    standing = places(bodies, seen.x_m, seen.group_m, aside_m)
    if options.settled and then.scenario.pacers.shelter is None:
        sheltered = shelter_of(standing, seen.x_m, aside_m, then.scenario.pacers.wake)
        moment, seen = replace(moment, shelter=sheltered), replace(seen, shelter=sheltered)
    return Scene(
        title=show.scenario.name,
        subtitle=then.subtitle,
        race_m=race,
        start_s_m=float(on_oval(start_position(race, lap_m), lap_m)),
        lap_m=lap_m,
        phase=phase,
        start_light=start_light(t, waiting=playback.ready),
        time_s=min(max(t, 0.0), run.end_s),
        distance_m=x,
        lap=lap,
        laps=laps,
        bell=race - begun_m <= lap_m and race > lap_m,
        target_s=target_s,
        projected_s=show.projected_at(t) if t > 0 else None,
        chance=None if decided else chance_of(then.chances, x),
        speed=playback.rate,
        paused=playback.paused,
        notice=notice,
        leds=show.scenario.leds,
        waves=_waves(then, t, seen_s, options) if options.lights else (),
        light_m=float(then.light.run.distance_at(seen_s)) if then.lit else None,
        runner=Body(
            then.scenario.runner.name,
            short_name(then.scenario.runner.name),
            "runner",
            "white",
            seen.x_m,
            aside_m,
            moment.v_m_s * pace_on(t, run.end_s),
            build=_her_build(then),
            stepping=partial(_stride, _her_track, (run,), t, then.scenario.runner.height),
            kit=then.scenario.runner.kit.colour,
        ),
        pacers=_pacers(then, bodies.names, t, moment.v_m_s * pace_on(t, run.end_s), standing),
        ghosts=_ghosts(show, t, seen_s, seen.x_m, options) if options.ghosts else (),
        group=_group(
            then,
            seen,
            standing,
            aside_m,
            then.extent_at(seen.x_m),
            moving=bodies is not then.pacers,
        ),
        gaps=_gaps(then, t, x),
        meters=_meters(then, moment),
        splits=then.splits if options.reveal else _reached(then.splits, t),
        chart=Chart(
            race_m=race,
            curves=show.curves if options.ghosts else show.curves[-1:],
            marks=_marks(show, reveal_m),
            reveal_m=reveal_m,
            playhead_m=x,
            gap_range_s=_gap_range(show, reveal_m),
            band=show.band,
            paces=show.paces if options.ghosts else (show.paces[0], show.paces[-1]),
            pace_range_s=show.pace_range_s,
        ),
        what_if=_what_if(show, finished or options.reveal or playback.furthest_s >= run.end_s),
        board=board_of(show) if finished else None,
        assumed=then.assumed,
        to_gun_s=-t if t < 0 and not playback.ready else None,
        lost=_lost(show, t),
        board_share=min(max((t - run.end_s - HOLD_S) / SLIDE_S, 0.0), 1.0),
        weather=_weather(then),
        wakes=partial(_wakes, then, standing, seen.x_m) if options.wake else tuple,
        on_air=partial(on_air, show, t, playback.rate),
    )


def _lost(show: Show, t: float) -> LightLost | None:
    if show.lost_light_m is None:
        return None
    since_s = t - events(show).get("light lost", math.inf)
    return LightLost(show.lost_light_m, since_s) if since_s >= 0 else None


def _wakes(show: Show, standing: Sequence[PacerPlace], runner_m: float) -> tuple[Wake, ...]:
    pacers = show.scenario.pacers
    return () if pacers.shelter is not None else wakes_of(standing, runner_m, pacers.wake)


def _weather(show: Show) -> Weather | None:
    air = show.scenario.environment
    if not air.wind.speed and COLD_C < air.temperature < HOT_C:
        return None
    # for a runner heading in the wind's direction it is a headwind
    towards = math.radians(air.wind.direction) + math.pi
    return Weather(air.wind.speed, towards, air.temperature)


def _waves(show: Show, t: float, seen_s: float, options: ShowOptions) -> tuple[Wave, ...]:
    waves = []
    race = show.recording.race_m
    lit = min(max(1.0 - (t - show.recording.end_s) / LIGHT_OUT_S, 0.0), 1.0)
    shown = list(zip(show.scenario.wavelight.waves, show.waves, strict=True))
    if options.groups and options.ghosts:
        shown += _lights_of_ghosts(show)
    for wave, mark in shown:
        if not wave.on:
            continue
        head = float(mark.run.distance_at(seen_s))
        lap_m, leds = show.scenario.track.lap, show.scenario.leds
        position = float(track_position(head, race, lap_m))
        glow = brightness(leds, position, wave.length, wave.pace_end, lap_m)
        waves.append(Wave(mark.name, mark.colour, head, glow if lit == 1.0 else glow * lit))
    return tuple(waves)


def _lights_of_ghosts(show: Show) -> list[tuple[LightWave, Reference]]:
    """Return the light of each ghost that is a run with a light, in the ghost's colour."""
    race_m, plans, lights = show.recording.race_m, {show.scenario.plan}, []
    for ghost in show.ghosts:
        ran = _ran(ghost.run, race_m) if isinstance(ghost.run, Recording) else None
        if ran is None or ran[2] is None or ran[0].plan in plans:
            continue
        plans.add(ran[0].plan)
        name = f"{ghost.name}: {ran[2].name}"
        wave = next(wave for wave in ran[0].wavelight.waves if wave.on)
        lights.append((wave, replace(ran[2], name=name, colour=ghost.colour)))
    return lights


@lru_cache(maxsize=16)
def _ran(run: Recording, race_m: float) -> tuple[Scenario, PacerGroup, Reference | None] | None:
    """Return a ghost's scenario, its pacers, and the light that it chased (None without one).

    A foreign recording names no scenario of this program: it gives None.
    """
    try:
        scenario = scenario_of(run)
    except RecordingError:
        return None
    light = next(iter(running_lights(scenario)), None)
    return scenario, group_of(scenario.pacers, race_m), light


# -- strides ---------------------------------------------------------------------------------------


def _her_build(show: Show) -> Physique:
    runner = show.scenario.runner
    return Physique(runner.height, woman=runner.woman)


@lru_cache(maxsize=8)
def _seen_times(end_s: float) -> tuple[Floats, Floats]:
    """Return race times each `TICK_S` [s], and the time of the run that is shown at each [s]."""
    ticks: Floats = np.arange(round((end_s + RUN_OUT_S) / TICK_S) + 1, dtype=np.float64) * TICK_S
    seen = ticks.copy()
    for i in np.flatnonzero(ticks > end_s).tolist():
        seen[i] = running_on(ticks.item(i), end_s)
    return ticks, seen


@lru_cache(maxsize=8)
def _her_track(run: Recording) -> StrideTrack:
    """Return her stride over race time; her effort shows when her reserve is nearly empty.

    It fades as she jogs on after the run.
    """
    ticks, seen = _seen_times(run.end_s)
    share = np.interp(ticks, np.arange(run.ticks + 1) * run.step_s, run.reserve) / run.reserve[0]
    left = 1.0 - np.clip((ticks - run.end_s) / RECOVERY_S, 0.0, 1.0)
    return stride_track(run.distance_at(seen), effort_of(share) * left)


@lru_cache(maxsize=8)
def _group_track(run: Recording) -> StrideTrack:
    """Return the stride over race time of the pacers ahead of her."""
    seen, times = _seen_times(run.end_s)[1], np.arange(run.ticks + 1) * run.step_s
    beyond = np.maximum(seen - times[-1], 0.0) * run.group_v[-1]
    return stride_track(np.interp(seen, times, run.group) + beyond)


@lru_cache(maxsize=64)
def _ghost_track(mark: Reference, end_s: float) -> StrideTrack:
    return stride_track(mark.run.distance_at(_seen_times(end_s)[1]))


def _stride(
    track: Callable[..., StrideTrack],
    of: tuple[Any, ...],
    t: float,
    stature_m: float,
    begin: float = START_PHASE,
) -> Stride:
    """Return the stride at a race time [s]; `track` makes its track `of` a run or a mark."""
    return track(*of).at(t, stature_m, begin)


def _same_until(time_s: float, end_s: float) -> float:
    """Return an end that gives a ghost the same stride now, and that other runs share [s].

    Before her finish nothing about him depends on it, and no stride knows of a later tick.
    """
    return end_s if time_s > end_s else 60.0 * math.ceil(end_s / 60.0)


@lru_cache(maxsize=64)
def _looks(i: int, *, woman: bool) -> tuple[Physique, float, float]:
    """Return build, stature for cadence [m] and phase at the gun of a pacer: assumed.

    There are few builds, so that many pacers share their pictures; strides differ slightly, so that
    nobody runs in step.
    """
    tall = (1.67, 1.70)[i % 2] if woman else (1.83, 1.77, 1.80)[i % 3]
    spread = (0.618034 * i) % 1.0 - 0.5
    return (
        Physique(tall, woman=woman),
        tall * (1.0 + 0.03 * spread),
        START_PHASE + 0.5 * (i % 3 > 1),
    )


def _pacers(
    show: Show, names: Sequence[str], t: float, v_m_s: float, standing: Sequence[PacerPlace]
) -> tuple[Body, ...]:
    run, women = show.recording, show.scenario.pacers.women
    order = {name: i for i, name in enumerate(names)}
    bodies = []
    for p in standing:
        build, *step = _looks(order[p.name], woman=p.name in women)
        track = _group_track if p.role == "ahead" else _her_track
        stepping = partial(_stride, track, (run,), t, *step)
        alpha = p.presence * still_there(p.x_m, run.race_m)
        name, place = (p.name, short_name(p.name), "pacer", "pink"), (p.x_m, p.offset_m, v_m_s)
        kit = show.scenario.pacers.kit
        bodies.append(Body(*name, *place, alpha, p.role, build, stepping, kit=kit))
    return tuple(bodies)


def _ghosts(
    show: Show, t: float, seen_s: float, runner_m: float, options: ShowOptions
) -> tuple[Body, ...]:
    race, build = show.recording.race_m, _her_build(show)
    bodies = []
    for mark in show.ghosts:
        x = float(mark.run.distance_at(max(seen_s, 0.0)))
        there = still_there(x, min(race, mark.distance_m)) * (LEFT if is_left(mark.name) else 1.0)
        alpha = there * _beside(x - runner_m)
        track = mark, _same_until(t, show.recording.end_s)
        if options.groups and isinstance(mark.run, Recording):
            bodies += _pacers_of(mark, mark.run, t, seen_s, show.recording, runner_m, there)
        bodies.append(
            Body(
                mark.name, mark.label, "ghost", mark.colour, x, 0.0, 0.0, alpha,
                build=build, stepping=partial(_stride, _ghost_track, track, t, build.stature_m),
                reach_m=mark.reach_m,
            )
        )  # fmt: skip
    return tuple(bodies)


def _beside(away_m: float) -> float:
    """Return the opacity of a ghost at this distance from her [m]: it must not cover her."""
    z = min(max((abs(away_m) - COVER_NEAR_M) / (COVER_FAR_M - COVER_NEAR_M), 0.0), 1.0)
    return FADED + (1.0 - FADED) * z * z * (3.0 - 2.0 * z)


def _pacers_of(
    mark: Reference,
    run: Recording,
    t: float,
    seen_s: float,
    live: Recording,
    runner_m: float,
    there: float,
) -> list[Body]:
    """Return the pacers of a ghost, without labels; their opacity is `there` times a share.

    Each fades by its distance to her: where two groups run next to each other, the other group
    distinguishes them, however near its runner is.
    """
    ran = _ran(run, live.race_m)
    if ran is None:
        return []
    seen = run.at(max(seen_s, 0.0))
    track = mark, _same_until(t, live.end_s)
    return [
        Body(
            f"{mark.name}: {place.name}", "", "ghost", mark.colour, place.x_m, place.offset_m, 0.0,
            GROUP_SEEN * there * _beside(place.x_m - runner_m) * place.presence, role=place.role,
            stepping=partial(_stride, _ghost_track, track, t, SOMEBODY.stature_m),
        )
        for place in places(ran[1], seen.x_m, seen.group_m, seen.wide * ran[1].wide_m)
    ]  # fmt: skip


def _group(
    show: Show,
    seen: Moment,
    standing: Sequence[PacerPlace],
    aside_m: float,
    extent: Extent,
    *,
    moving: bool,
) -> GroupView:
    race_m = show.recording.race_m
    gap = front_gap([p for p in standing if still_there(p.x_m, race_m) > 0.0], seen.x_m)
    note = "spacing assumed" if show.rests_on_spacing else ""
    if show.has_constant_shelter:
        note = "constant shelter"
    goals = []
    if moving:
        now = {p.name: (p.x_m, p.offset_m) for p in standing}
        for p in places(show.pacers, seen.x_m, seen.group_m, aside_m):
            x, offset = now.get(p.name, (math.inf, math.inf))
            if p.presence >= 1.0 and max(abs(x - p.x_m), abs(offset - p.offset_m)) > GOAL_M:
                goals.append((p.x_m, p.offset_m))
    return GroupView(
        seen.x_m + GROUP_AHEAD_M,
        GROUP_SPAN_M,
        gap,
        seen.shelter,
        note,
        show.slots,
        seen.group_m,
        tuple(goals),
        extent,
    )


def _gaps(show: Show, t: float, x: float) -> tuple[GapLine, ...]:
    lines, lights = [], show.lights
    for i, track in enumerate(show.tracks):
        known, is_light = t > 0 and x > 0, i < len(lights)
        seconds = track.line_s if t >= show.recording.end_s else None
        lines.append(
            GapLine(
                light_name(track.mark, lights) if is_light else track.mark.name,
                track.mark.finish_s or 0.0,
                (track.seconds_at(t) if seconds is None else seconds) if known else None,
                track.metres_at(t) if known else None,
                track.state_at(t),
                track.mark.colour,
                is_light,
            )
        )
    return tuple(lines)


def is_left(name: str) -> bool:
    """Return whether a ghost is the run that a change abandoned."""
    return name.startswith("before: ")


def _meters(show: Show, moment: Moment) -> tuple[Meter, ...]:
    v = moment.v_m_s
    lap = f"{v:.2f} m/s  {LAP_M / v:.1f} /400" if v > 1 else f"{v:.2f} m/s"
    full = float(show.recording.reserve[0])
    reserve = max(moment.reserve, 0.0) / full
    note = "from assumed spacing" if show.rests_on_spacing else ""
    if show.has_constant_shelter:
        note = "constant, assumed"
    power = moment.power if v > 0 else 0.0  # the gun's is that of the first step
    power_scale = 1.5 * show.scenario.runner.max_aerobic_power
    return (
        Meter("speed", min(v / 9.0, 1.0), lap),
        Meter(
            "shelter",
            min(max(moment.shelter, 0.0), 1.0),
            f"{100 * moment.shelter:z.0f} %",
            note,
        ),
        Meter("power", min(power / power_scale, 1.0), f"{power:.1f} W/kg"),
        Meter("reserve", reserve, f"{100 * reserve:.0f} %"),
    )


def _reached(splits: Sequence[Split], t: float) -> tuple[Split, ...]:
    return tuple(
        row if row.run_s is None or row.run_s <= t else replace(row, run_s=None) for row in splits
    )


def _marks(show: Show, reveal_m: float) -> tuple[ChartMarker, ...]:
    race = show.recording.race_m
    step = LAP_M if race <= 5000 else 1000.0
    marks = [ChartMarker(x, f"{x:.0f} m", "distance") for x in np.arange(step, race - 50, step)]
    marks.extend(show.pacer_marks)
    lap_m = show.scenario.track.lap
    if race > lap_m:
        marks.append(ChartMarker(race - lap_m, "bell", "bell"))
    if show.lost_light_m is not None and show.lost_light_m <= reveal_m:
        marks.append(ChartMarker(show.lost_light_m, light_lost(show.lights), "event"))
    return tuple(marks)


def _gap_range(show: Show, reveal_m: float) -> tuple[float, float]:
    """Return the gap axis: it covers the ghosts and the part of the run that has been shown."""
    places, least, largest = show.gap_bounds
    last = int(np.searchsorted(places, reveal_m, side="right")) - 1
    low, high = least.item(max(last, 0)), largest.item(max(last, 0))
    if show.band is not None:
        shown = int(np.searchsorted(show.band.x_m, reveal_m, side="right"))
        low = min(low, float(show.band.low_s[:shown].min(initial=low)))
        high = max(high, float(show.band.high_s[:shown].max(initial=high)))
    top = next((r for r in RANGES_S if r >= high * 1.02), RANGES_S[-1])
    bottom = 1.0 if low >= -1.0 else next((r for r in RANGES_S if r >= -low), RANGES_S[-1])
    return -bottom, top


def _what_if(show: Show, shown: bool) -> WhatIf | None:
    if show.alternatives is None:
        return None
    bars = show.alternatives
    if not shown:
        bars = tuple(replace(bar, hidden=True) if bar.current else bar for bar in bars)
    return WhatIf(show.axis, bars, show.plan.finish_s or 0.0, show.measure)


def running_on(time_s: float, end_s: float) -> float:
    """Return the race time whose positions are shown [s].

    After her finish all bodies slow down together to a jog, so that the distances between them stay
    true.
    """
    over_s = max(time_s - end_s, 0.0)
    slowing_s = -JOG_S * math.expm1(-over_s / JOG_S)
    return min(time_s, end_s) + JOG_SHARE * over_s + (1.0 - JOG_SHARE) * slowing_s


def pace_on(time_s: float, end_s: float) -> float:
    """Return the share of real speed at which everything is shown, see `running_on`."""
    return JOG_SHARE + (1.0 - JOG_SHARE) * math.exp(-max(time_s - end_s, 0.0) / JOG_S)


def still_there(x_m: float, line_m: float) -> float:
    """Return the opacity of a body beyond its finish line, 0 to 1."""
    gone = (x_m - line_m - GONE_NEAR_M) / (GONE_FAR_M - GONE_NEAR_M)
    return 1.0 - min(max(gone, 0.0), 1.0)


def lap_of(x_m: float, race_m: float, lap_m: float = LAP_M) -> tuple[int, int]:
    """Return (current lap from 1, number of laps); see `lap_count`."""
    laps = lap_count(race_m, lap_m)
    return min(laps_done(x_m, race_m, lap_m) + 1, laps), laps


def start_light(time_s: float, *, waiting: bool) -> StartLight:
    """Return the light of the countdown: red, yellow, dark, go."""
    if waiting or time_s > 1.5:
        return StartLight.OFF
    if time_s >= 0:
        return StartLight.GO
    if time_s >= -1.0:
        return StartLight.DARK
    return StartLight.YELLOW if time_s >= -2.5 else StartLight.RED


@lru_cache(maxsize=64)
def short_name(name: str) -> str:
    """Return the last name in capitals, `KIPYEGON`, `EL GUERROUJ`; `pacer 9` becomes `9`."""
    words = name.split()
    first = len(words) - 1
    while first > 0 and words[first - 1].lower() in PARTICLES:
        first -= 1
    if first == 0 and len(words) > 1 and words[0] in GIVEN:
        first = 1
    return " ".join(words[max(first, 0) :]).upper()


# -- the light, the chance, the board --------------------------------------------------------------


def brightness(
    leds: int, mark_s_m: float, length: int, pace_end: str, lap_m: float = LAP_M
) -> Floats:
    """Return the brightness of each LED, shape (leds,); the pace mark is at `mark_s_m` [m].

    The LED nearest to the head is brightest, so the wave is never more than half an LED off. The
    next one ahead brightens as the head approaches; the tail fades to zero over `length` LEDs.
    """
    spacing = lap_m / leds
    head = mark_s_m / spacing
    if pace_end == "tail":
        head += length - 1
    behind = np.mod(head - np.arange(leds), leds)
    tail = np.maximum(1.0 - behind / length, 0.0) ** TAIL_POWER
    ahead = leds - behind
    near = np.maximum(1.0 - np.minimum(ahead, 1.0) / length, 0.0) ** TAIL_POWER
    rising = near * np.clip(2.0 * (1.0 - ahead), 0.0, 1.0)
    return np.asarray(np.maximum(tail, rising))


def chance_of(chances: Chances | None, distance_m: float) -> Chance | None:
    """Return the chance at a race distance [m]; None while it is being computed."""
    share = None if chances is None else chances.at(distance_m)
    if chances is None or share is None:
        return None
    # the module is already imported if there are chances
    from simulator.analysis.uncertainty import chance_words, target_words  # noqa: PLC0415

    return Chance(share, target_words(chances.target_s), chance_words(share, chances.samples))


def board_of(show: Show) -> Board:
    """Return the board: finish, splits, where the light was lost, the assumptions."""
    run = show.recording
    target = show.plan.finish_s or 0.0
    lost_m = show.lost_light_m
    lost = [(light_words(show.lights), "kept")] if show.lit and run.finish_s is not None else []
    if lost_m is not None:
        lost = [(f"{light_lost(show.lights)} at", f"{whole_metres(lost_m)} m")]
    good = run.status is Status.FINISHED
    if run.finish_s is None:
        headline, verdict = "did not finish", run.status.value
        numbers = [("ran", f"{whole_metres(float(run.x[-1]))} m"), *lost]
    else:
        headline = format_time(run.finish_s)
        miss, aim = shown_difference(run.finish_s, target), format_time(target)
        word = "behind" if miss > 0 else "inside"
        verdict, against = (
            f"{abs(miss):.2f} s {word} {aim}",
            (f"{word} {aim}", f"{abs(miss):.2f} s"),
        )
        if abs(miss) < 0.005:
            verdict, against = f"level with {aim}", ("level with", aim)
        numbers = [("finish", headline), against, *lost]
        good = good and miss < 0.005
    ghosts = show.ghosts[:GHOST_COLUMNS]
    worst = worst_residual(show.splits)
    named = [] if worst is None else [worst[0]]
    published = [row for row in show.splits if row.published_s is not None]
    rows = []
    for s in board_splits(show.splits, named):
        others = (s.plan_s, *s.ghosts_s[:GHOST_COLUMNS])
        gaps = (difference_cell(s.run_s, other_s) for other_s in others)
        rows.append((s.label, time_cell(s.plan_s), time_cell(s.run_s), *gaps))
    columns = ("m", "plan", "run", "gap", *(f"vs {g.label}" for g in ghosts))
    table, facts = tuple(rows), _facts(show)
    return Board(
        headline,
        verdict,
        columns,
        table,
        facts,
        show.assumed,
        tuple(numbers),
        good,
        finished=run.finish_s is not None,
        published=tuple(row.label for row in [*named, *published]),
    )


def board_splits(splits: Sequence[Split], named: Sequence[Split]) -> list[Split]:
    """Return the board's rows: laps, published ones and the finish, or if these are many, `evenly`.

    Rows that a fact names are always there.
    """
    *inner, last = splits
    laps = [s for s in inner if s.distance_m % LAP_M < 1e-6 or s.published_s is not None]
    rows = [*laps, last] if len(laps) < BOARD_ROWS else evenly(splits, BOARD_ROWS)
    return [row for row in splits if row in rows or row in named]


def evenly(splits: Sequence[Split], most: int) -> list[Split]:
    """Return at most `most` rows, evenly spaced; published ones and the finish are preferred.

    A ghost's splits count as published. Other rows are added between them only as far as the
    spacing stays as even as that of the first rows.
    """
    if len(splits) <= most:
        return list(splits)
    *inner, last = splits
    # a ghost without times at every row has splits only
    known = zip(*(row.ghosts_s for row in inner), strict=True)
    by_splits = [i for i, times in enumerate(known) if None in times]
    published = [
        row
        for row in inner
        if row.published_s is not None or any(row.ghosts_s[i] is not None for i in by_splits)
    ]
    steps = [row.distance_m for row in inner]
    for kept in (published, []):
        on_grid = all(row.distance_m % steps[0] < 1e-6 for row in kept)
        for step in steps:
            if on_grid or all(row.distance_m % step < 1e-6 for row in kept):
                rows = [row for row in inner if row.distance_m % step < 1e-6 or row in kept]
                if len(rows) < most:
                    return [*rows, last]
        if kept and len(kept) < most:
            return [*kept, last]
    return [last]


def _facts(show: Show) -> tuple[str, ...]:
    run = show.recording
    finished = run.finish_s is not None
    facts = [*light_result(show.lights, show.lost_light_m, finished=finished)]
    if run.status is not Status.FINISHED and run.finish_s is not None:
        facts.insert(0, f"not valid: {run.status.value}")
    facts.append(f"mean shelter {100 * run.mean_shelter:z.0f} %")
    facts.append(f"reserve left {max(run.at(run.end_s).reserve, 0) / run.reserve[0] * 100:.0f} %")
    worst = worst_residual(show.splits)
    if worst is not None:
        miss = format_signed(worst[1])
        facts.append(f"largest miss of a published split {miss} s at {worst[0].label}")
    return tuple(facts)
