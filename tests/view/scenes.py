"""Made-up but realistic scenes, so that the view can be drawn and tested without the model.

In: a moment [s of race time]. Out: `Scene`. The runner passes the published splits, the light runs
an even 3:59.99, thirteen pacers stand in invented slots.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from simulator.analysis.gaps import GapState
from simulator.analysis.splits import Split
from simulator.analysis.uncertainty import Band
from simulator.analysis.what_if import Alternative
from simulator.scenario.model import Scenario
from simulator.stage.scene import (
    Board,
    Body,
    Chance,
    Chart,
    ChartCurve,
    ChartMarker,
    Extent,
    GapLine,
    GroupView,
    Meter,
    Phase,
    Scene,
    StartLight,
    Wave,
    WhatIf,
)
from simulator.units import format_signed, format_time

RACE_M = 1609.344
TARGET_S = 239.99
FINISH_S = 246.42
KNOWN_M = np.array([0.0, 200, 400, 600, 800, 1000, 1200, RACE_M])
KNOWN_S = np.array([0.0, 30.07, 60.20, 90.30, 120.75, 150.68, 181.84, FINISH_S])
_GRID_M = np.linspace(0.0, RACE_M, 1610)


def _smooth(times: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """Return times at each metre: the splits, with a standing start and no corners."""
    raw = np.interp(_GRID_M, distances, times)
    pace = np.convolve(np.pad(np.diff(raw), 60, mode="edge"), np.ones(121) / 121, "valid")
    cumulative = np.concatenate([[0.0], np.cumsum(pace)])
    start = 0.9 * np.exp(-_GRID_M / 9.0)
    even = cumulative / cumulative[-1] * (times[-1] - 0.9)
    return np.asarray(even + 0.9 - start)


RUN_S = _smooth(KNOWN_S, KNOWN_M)
LIGHT_S = _smooth(np.array([0.0, TARGET_S]), np.array([0.0, RACE_M]))
GHOSTS = {
    "even 4:00.00": ("4:00", "white", _smooth(np.array([0.0, 240.0]), np.array([0.0, RACE_M]))),
    "as run 4:06.42": ("4:06.42", "amber", _smooth(KNOWN_S + KNOWN_M * 2e-4, KNOWN_M)),
}
AHEAD_M = (3.4, 4.7, 6.0, 7.3, 8.6, 9.9)
BEHIND_M = (-1.3, -2.6, -3.9, -5.2, -6.5, -7.8)
NAMES = (
    "Elliot Giles",
    "Grant Fisher",
    "Craig Engels",
    "Cooper Teare",
    "Stewart McSweyn",
    "pacer 6",
)

_CURVES = (
    ChartCurve("even 4:00.00", "white", "ghost", _GRID_M, GHOSTS["even 4:00.00"][2] - LIGHT_S),
    ChartCurve("as run 4:06.42", "amber", "ghost", _GRID_M, GHOSTS["as run 4:06.42"][2] - LIGHT_S),
    ChartCurve("Faith Kipyegon", "white", "runner", _GRID_M, RUN_S - LIGHT_S),
)
_BAND = Band(_GRID_M, 0.0 * _GRID_M, np.maximum(_GRID_M - 400, 0.0) * 0.011)
_MARKS = (
    *(ChartMarker(float(x), f"{x} m", "distance") for x in (400, 800, 1200)),
    ChartMarker(800.0, "2 pacers leave", "pacer"),
    ChartMarker(925.0, "light lost", "event"),
    ChartMarker(RACE_M - 400, "bell", "event"),
)


def bar(label: str, finish_s: float, **changes: Any) -> Alternative:
    """Return a bar of the what-if strip."""
    return Alternative(label, Scenario(), finish_s=finish_s, **changes)


_BARS = tuple(
    bar(
        str(n),
        246.4 + 7.0 * float(np.exp(-n / 1.3)),
        current=n == 13,
        hidden=n == 13,
        assumed=n in (7, 13),
    )
    for n in range(14)
)


def _at(times: np.ndarray, time_s: float) -> float:
    if time_s >= times[-1]:
        return RACE_M + (time_s - float(times[-1])) * 4.0
    return float(np.interp(time_s, times, _GRID_M))


def _state(gap: float, before: float) -> GapState:
    if abs(gap) < 0.05:
        return GapState.LEVEL
    if gap > 0:
        return GapState.BEHIND_LOSING if gap >= before else GapState.BEHIND_GAINING
    return GapState.AHEAD_GAINING if gap <= before else GapState.AHEAD_LOSING


def _wave(head_m: float, colour: str = "green", leds: int = 400) -> Wave:
    place = (np.arange(leds) - head_m - 390.656) % 400
    behind = 400 - place
    tail = np.clip(1 - (behind - 1) / 6.0, 0, 1) * (behind <= 7)
    ahead = np.clip(1 - place, 0, 1)
    bright = np.maximum(np.minimum(tail, 1.0), ahead)
    bright.setflags(write=False)
    return Wave("the light", colour, head_m, bright)


def running(time_s: float, *, reveal: bool = False) -> Scene:
    """Return the scene at a race time [s], up to the finish."""
    x = min(_at(RUN_S, time_s), RACE_M)
    light = _at(LIGHT_S, time_s)
    speed = _at(RUN_S, time_s + 0.5) - _at(RUN_S, time_s - 0.5) if time_s > 0.5 else 6.0
    gap = time_s - float(np.interp(x, _GRID_M, LIGHT_S))
    before = time_s - 2 - float(np.interp(_at(RUN_S, time_s - 2), _GRID_M, LIGHT_S))
    ghosts = tuple(
        Body(name, label, "ghost", colour, _at(times, time_s), 0.0, 6.6)
        for name, (label, colour, times) in GHOSTS.items()
    )
    lines = [GapLine("the light", TARGET_S, gap, gap * speed, _state(gap, before), "green")]
    for name, (_, colour, times) in GHOSTS.items():
        each = time_s - float(np.interp(x, _GRID_M, times))
        state = _state(each, each - 0.01)
        lines.append(GapLine(name, float(times[-1]), each, each * speed, state, colour))
    pacers = [
        Body(
            NAMES[i], NAMES[i].split()[-1].upper(), "pacer", "pink", x + d, 0.0, speed, role="ahead"
        )
        for i, d in enumerate(AHEAD_M)
    ]
    pacers.append(Body("pacer 7", "PACER 7", "pacer", "pink", x + 0.1, 1.1, speed, role="beside"))
    last = 6 if x < 800 else 4
    pacers += [
        Body(f"pacer {8 + i}", f"PACER {8 + i}", "pacer", "pink", x + d, 0.0, speed, role="behind")
        for i, d in enumerate(BEHIND_M[:last])
    ]
    splits = []
    for mark in (200.0, 400, 600, 800, 1000, 1200, 1400, 1600, RACE_M):
        plan = float(np.interp(mark, _GRID_M, LIGHT_S))
        run = float(np.interp(mark, _GRID_M, RUN_S)) if x >= mark else None
        known = dict(zip(KNOWN_M.tolist(), KNOWN_S.tolist(), strict=True)).get(mark)
        splits.append(
            Split(mark, "finish" if mark == RACE_M else f"{mark:.0f}", plan, run, (), known, 0.0)
        )
    front = AHEAD_M[0]
    return Scene(
        title="Breaking4 · Paris 2025",
        subtitle="13 pacers: 6 ahead, 1 beside, 6 behind (spacing assumed)",
        race_m=RACE_M,
        start_s_m=390.656,
        phase=Phase.RUNNING,
        start_light=StartLight.OFF,
        time_s=time_s,
        distance_m=x,
        lap=min(4, 1 + int(max(0.0, x - 9.344) // 400)),
        laps=4,
        bell=x >= RACE_M - 400,
        target_s=TARGET_S,
        projected_s=None if x < 200 else time_s + (RACE_M - x) / speed,
        speed=1.0,
        paused=False,
        notice="",
        leds=400,
        waves=(_wave(light),),
        runner=Body("Faith Kipyegon", "KIPYEGON", "runner", "white", x, 0.0, speed),
        pacers=tuple(pacers),
        ghosts=ghosts,
        group=GroupView(
            x, 25.0, front, 0.24, "spacing assumed", extent=Extent(8.0, 10.0, 0.0, 1.5, lit=True)
        ),
        gaps=tuple(lines),
        meters=(
            Meter("speed", speed / 8, f"{speed:.2f} m/s · {400 / speed:.1f} s/lap"),
            Meter("shelter", 0.24, "24 %", "assumed"),
            Meter("power", 0.87, "34.9 W/kg"),
            Meter("reserve", max(0.02, 1 - time_s / 250), f"{max(2, 100 - time_s / 2.5):.0f} %"),
        ),
        splits=tuple(splits),
        chart=Chart(
            RACE_M,
            _CURVES,
            tuple(m for m in _MARKS if m.kind != "event" or reveal or m.x_m <= x),
            RACE_M if reveal else x,
            x,
            (-0.6, float(RUN_S[-1] - LIGHT_S[-1]) + 0.4),
            _BAND,
        ),
        what_if=WhatIf("pacers", _BARS, TARGET_S),
        board=None,
        assumed=("spacing", "weather", "wave length"),
        chance=Chance(0.12, "sub-4:00", "12 %"),
        light_m=light,
    )


def ready() -> Scene:
    """Return the scene on the line."""
    scene = running(0.0)
    return replace(scene, phase=Phase.READY, time_s=0.0, projected_s=None, paused=True)


def countdown(light: StartLight = StartLight.YELLOW) -> Scene:
    """Return the start lights."""
    colour = {"red": "red", "yellow": "yellow"}.get(light.value, "green")
    bright = np.full(400, 0.5 if light in (StartLight.RED, StartLight.YELLOW) else 0.0)
    waves = (Wave("start", colour, 0.0, bright),)
    return replace(ready(), phase=Phase.COUNTDOWN, start_light=light, paused=False, waves=waves)


def light_lost() -> Scene:
    """Return the moment the light gets away, about 925 m."""
    return running(139.6)


def bell() -> Scene:
    """Return the start of the last lap."""
    return running(float(np.interp(RACE_M - 399, _GRID_M, RUN_S)))


def finish() -> Scene:
    """Return the end with the result board."""
    scene = running(FINISH_S, reveal=True)
    columns = ("", "plan", "run", "Δ", "4:00", "4:06.42")
    rows = []
    for row in scene.splits:
        cells = (
            row.label,
            format_time(row.plan_s or 0.0),
            format_time(row.run_s or 0.0),
            format_signed(row.delta_s or 0.0),
            format_signed((row.delta_s or 0.0) - 0.01),
            format_signed(-0.2),
        )
        rows.append(cells)
    board = Board(
        headline=format_time(FINISH_S),
        verdict="6.43 s behind 3:59.99",
        columns=columns,
        rows=tuple(rows),
        facts=("light lost at 1009 m", "mean shelter 28 %", "reserve at the bell 21 %"),
        assumed=("spacing", "weather", "wave length"),
    )
    bars = tuple(replace(bar, hidden=False) for bar in _BARS)
    return replace(
        scene,
        phase=Phase.FINISHED,
        time_s=FINISH_S,
        board=board,
        paused=True,
        what_if=WhatIf("pacers", bars, TARGET_S),
    )


MOMENTS = {
    "ready": ready,
    "countdown": countdown,
    "light_lost": light_lost,
    "bell": bell,
    "finish": finish,
}
