"""What a page needs to replay an attempt: places and gaps at equal steps, small enough to embed.

In: a show, a theme. Out: plain values for JSON; columns are base64 of 16-bit little-endian numbers.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from simulator.analysis.gaps import GapState
from simulator.stage.playback import Playback
from simulator.stage.scene import Body, Curve, Scene
from simulator.stage.scenery import ShowOptions, scene_of, short_name
from simulator.stage.show import Show
from simulator.units import format_distance, format_signed, format_time
from simulator.view.theme import Theme, css

LEAST_STEP_S, MOST_STEPS = 0.2, 2400
CURVE_POINTS = 321
GONE = -32768
STATES = tuple(GapState)


def replay_of(show: Show, theme: Theme) -> dict[str, Any]:
    """Return what the page's script reads."""
    run = show.recording
    step = max(LEAST_STEP_S, run.end_s / MOST_STEPS)
    count = math.ceil(run.end_s / step) + 1
    scenes = [_scene(show, i * step) for i in range(count)]
    last = scenes[-1]
    finish, target = run.finish_s, show.plan.finish_s or 0.0
    behind = None if finish is None else format_signed(finish - target)
    return {
        "step_s": step,
        "end_s": run.end_s,
        "end_text": format_time(run.end_s),
        "end_words": "did not finish"
        if behind is None
        else f"finish, {behind} s against {format_time(target)}",
        "race_m": run.race_m,
        "race_text": format_distance(run.race_m),
        "start_s_m": last.start_s_m,
        "bodies": _bodies(scenes, theme),
        "waves": _waves(show, scenes, theme),
        "light_colour": css(theme.colour(show.light.colour)),
        "gap": _plain([s.gaps[0].seconds for s in scenes], 0.01),
        "metres": _plain([s.gaps[0].metres for s in scenes], 0.01),
        "state": _plain([STATES.index(s.gaps[0].state) for s in scenes], 1.0),
        "states": [state.value for state in STATES],
        "curves": [_curve(curve, run.race_m, theme) for curve in show.curves],
        "gap_range_s": list(last.chart.gap_range_s),
        "marks": [
            {
                "x_m": mark.x_m,
                "label": mark.label,
                "colour": css(theme.warning if mark.kind == "event" else theme.muted),
            }
            for mark in last.chart.marks
            if mark.kind != "distance"
        ],
    }


def _scene(show: Show, time_s: float) -> Scene:
    playback = Playback(time_s, show.recording.end_s, paused=False).seek(time_s)
    return scene_of(show, playback, ShowOptions(reveal=True))


def _bodies(scenes: Sequence[Scene], theme: Theme) -> list[dict[str, Any]]:
    """Return every body by name; where one is not there, it waits at its nearest place, unseen."""
    tracks: dict[tuple[str, str], list[Body | None]] = {}
    for number, scene in enumerate(scenes):
        for body in (*scene.ghosts, *scene.pacers, scene.runner):
            found = tracks.setdefault((body.kind, body.name), [None] * len(scenes))
            found[number] = body
    return [_track(places, theme) for places in tracks.values()]


def _track(places: Sequence[Body | None], theme: Theme) -> dict[str, Any]:
    seen = np.array([i for i, body in enumerate(places) if body is not None])
    bodies = [body for body in places if body is not None]
    every = np.arange(len(places))
    x = np.interp(every, seen, [body.x_m for body in bodies])
    alpha = np.zeros(len(places))
    alpha[seen] = [body.alpha for body in bodies]
    first = bodies[0]
    return {
        "name": first.name,
        "label": first.label or short_name(first.name),
        "kind": first.kind,
        "colour": css(theme.colour(first.colour)),
        "offset_m": first.offset_m,
        "x": _steps(x, 0.01),
        "alpha": _steps(alpha, 0.01),
    }


def _waves(show: Show, scenes: Sequence[Scene], theme: Theme) -> list[dict[str, Any]]:
    asked = [wave for wave in show.scenario.wavelight.waves if wave.on]
    lit = 400.0 / show.scenario.wavelight.leds
    waves = []
    for i, wave in enumerate(asked):
        ahead = (wave.length - 1) * lit if wave.pace_end == "tail" else 0.0
        waves.append(
            {
                "colour": css(theme.colour(wave.colour)),
                "length": wave.length * lit,
                "x": _steps([s.waves[i].head_m + ahead for s in scenes], 0.01),
            }
        )
    return waves


def _curve(curve: Curve, race_m: float, theme: Theme) -> dict[str, Any]:
    x = np.linspace(0.0, race_m, CURVE_POINTS)
    gap = np.interp(x, curve.x_m, curve.gap_s, right=np.nan)
    return {
        "name": curve.name,
        "kind": curve.kind,
        "colour": css(theme.colour(curve.colour)),
        "gap": _plain(gap.tolist(), 0.01),
    }


def _steps(values: ArrayLike, unit: float) -> str:
    """Return a column as differences; their sums are off by half a unit at most."""
    whole = np.rint(np.asarray(values, dtype=np.float64) / unit).astype(np.int64)
    return _packed(np.diff(whole, prepend=0))


def _plain(values: Sequence[float | None], unit: float) -> str:
    """Return a column as it is; what is not known, or beyond 16 bits, is gone."""
    column = np.array([math.nan if v is None else v for v in values], dtype=np.float64) / unit
    known = np.isfinite(column) & (np.abs(column) < -GONE)
    return _packed(np.where(known, np.rint(np.where(known, column, 0.0)), GONE))


def _packed(values: ArrayLike) -> str:
    small = np.clip(np.asarray(values), GONE, -GONE - 1).astype("<i2")
    return base64.b64encode(small.tobytes()).decode("ascii")
