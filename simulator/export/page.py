"""One HTML page that replays an attempt anywhere, without a network.

In: a show, a theme. Out: a page whose numbers are those of `simulate`, whole or not at all. What
moves is embedded as base64 of 16-bit little-endian numbers: places and gaps at equal steps of race
time. Whatever comes from a scenario is escaped.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Sequence
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from simulator.analysis.gaps import GapState
from simulator.analysis.splits import worst_residual
from simulator.analysis.summary import Summary, summarise
from simulator.analysis.uncertainty import (
    SAMPLES,
    chance_of,
    chance_words,
    samples_words,
    target_words,
)
from simulator.errors import OutputError
from simulator.export.sheet import scenario_yaml, split_cells
from simulator.files import is_there, write_text
from simulator.resources import asset_path
from simulator.scenario.loader import scenario_to_dict, without_folders
from simulator.stage.playback import Playback
from simulator.stage.scene import Body, ChartCurve, Scene
from simulator.stage.scenery import ShowOptions, scene_of, short_name
from simulator.stage.show import Show
from simulator.units import format_distance, format_signed, format_time
from simulator.view.theme import Theme, css, relative_luminance

LEAST_STEP_S, MOST_STEPS = 0.2, 2400
CURVE_POINTS = 321
MISSING = -32768
"""Stands for what is not known."""
STATES = tuple(GapState)
GENERAL = (
    (
        "This is a model, not a measurement: cost of running, air drag, the shelter of a "
        "formation, an aerobic supply, and a reserve that runs dry."
    ),
    (
        "Some of its numbers are calibrated on single races; where a finish was used for that, "
        "it is no evidence that the model is right."
    ),
    "It opens no faster than the plan asks for, so the first splits of one who did come late.",
    "Shoes and clothes are two neutral multipliers; no effect of them is claimed.",
)


def write_page(show: Show, path: str | Path, theme: Theme, *, force: bool = False) -> None:
    """Write the page of an attempt.

    Raises:
        OutputError: the file exists already, or cannot be written.
    """
    if is_there(path) and Path(path).is_file() and not force:
        raise OutputError(f"{path} exists already; --force writes over it.")
    write_text(path, page_text(show, theme))


def page_text(show: Show, theme: Theme) -> str:
    """Return the page."""
    scenario = show.scenario
    summary = summarise(scenario, show.recording)
    table = split_cells(summary)
    values = {
        "title": escape(scenario.name),
        "subtitle": escape(show.subtitle),
        "scheme": "dark" if relative_luminance(theme.back) < 0.2 else "light",
        "regular": _font("Regular"),
        "bold": _font("Bold"),
        "colours": _colours(theme),
        "style": _asset("report.css"),
        "script": _asset("report.js"),
        "facts": _facts(summary, chance_of(show.scenario)),
        "end": f"{show.recording.end_s:.4f}",
        "chart": escape(_chart_words(summary), quote=True),
        "legend": _legend(show, theme),
        "splits": _splits(summary, table),
        "residual": " A residual is run minus published." if "residual" in table[0] else "",
        "caveats": "".join(f"<li>{escape(words)}</li>" for words in caveats(show, summary)),
        "note": f"<p>{escape(scenario.note)}</p>" if scenario.note else "",
        "scenario": escape(scenario_yaml(without_folders(scenario_to_dict(scenario)))),
        "version": escape(version("lightpace")),
        "data": _embedded(replay_of(show, theme)),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda name: values[name[1]], _asset("report.html"))


def _asset(name: str) -> str:
    return asset_path(f"report/{name}").read_text(encoding="utf-8")


def _font(weight: str) -> str:
    path = asset_path(f"fonts/LightpaceSans-{weight}.ttf")
    return base64.b64encode(path.read_bytes()).decode("ascii")


def _embedded(values: object) -> str:
    """Return JSON that can end no script element and open none."""
    text = json.dumps(values, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _colours(theme: Theme) -> str:
    ground = theme.ground
    names = ("back", "panel", "edge", "text", "muted", "own", "target", "warning")
    colours = {name: getattr(theme, name) for name in names}
    colours |= {name: getattr(ground, name) for name in ("turf", "tartan", "apron", "kerb")}
    colours |= {"high": theme.panel_high, "line": theme.faint, "on-target": theme.back}
    colours |= {"white": theme.colour("white"), "lane": ground.line, "led": ground.led_off}
    colours |= {state.value.replace(", ", "-"): colour for state, colour in theme.gaps}
    return " ".join(f"--{name}: {css(colour)};" for name, colour in colours.items())


def _facts(summary: Summary, chance: float) -> str:
    run, target = summary.recording, summary.target_s
    finish, lost = run.finish_s, summary.lost_light_at_m
    rows = [("finish", "did not finish" if finish is None else format_time(finish))]
    if finish is not None:
        rows.append((f"s against {format_time(target)}", format_signed(finish - target)))
    rows += [
        ("light lost at", "never" if lost is None else f"{lost:.0f} m"),
        ("mean shelter", f"{100 * summary.mean_shelter:.1f} %"),
        ("reserve left", f"{summary.energy.reserve_left:.0f} J/kg"),
        (f"chance of {target_words(target)}", chance_words(chance, SAMPLES)),
    ]
    return "".join(
        f"<div{' class=first' if i == 0 else ''}><dt>{escape(name)}</dt>"
        f"<dd{' id=finish' if i == 0 else ''}>{escape(value)}</dd></div>"
        for i, (name, value) in enumerate(rows)
    )


def _chart_words(summary: Summary) -> str:
    run = summary.recording
    if run.finish_s is None:
        return "Gap to the light over distance. She did not finish."
    lost = summary.lost_light_at_m
    kept = "She kept the light to the line." if lost is None else f"She lost it at {lost:.0f} m."
    behind = format_signed(run.finish_s - summary.target_s)
    return f"Gap to the light over distance, {behind} s at the finish. {kept}"


def _legend(show: Show, theme: Theme) -> str:
    items = [("the light", theme.colour(show.light.colour), "")]
    items += [(c.name, theme.colour(c.colour), c.kind) for c in show.curves]
    return "".join(
        f'<li><i class="{kind}" style="color: {css(colour)}"></i>{escape(name)}</li>'
        for name, colour, kind in items
    )


def _splits(summary: Summary, table: list[list[str]]) -> str:
    head, *rows = table
    lines = []
    for split, (label, *cells) in zip(summary.splits, rows, strict=True):
        row = "".join(f"<td{' class=run' if i == 1 else ''}>{c}</td>" for i, c in enumerate(cells))
        name = f'<th scope="row">{escape(label)}</th>'
        lines.append(f'<tr data-m="{split.distance_m:.3f}">{name}{row}</tr>')
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return f"<thead><tr>{names}</tr></thead><tbody>{''.join(lines)}</tbody>"


def caveats(show: Show, summary: Summary) -> list[str]:
    """Return what a reader has to know, the most particular first."""
    words = [f"Assumed here, not measured: {', '.join(show.assumed)}."] if show.assumed else []
    worst = worst_residual(summary.splits)
    if worst is not None:
        split, residual_s = worst
        where = split.label if split.label == "finish" else f"{split.label} m"
        words.append(
            "Against the published splits it is furthest off at "
            f"{where}: {abs(residual_s):.2f} s too {'late' if residual_s > 0 else 'early'}."
        )
    if not summary.finished:
        words.append(
            f"This run is not to be averaged into a result: {summary.recording.status.value}."
        )
    words.append(f"The chance is that before the start, from {samples_words(show.scenario)}.")
    return [*words, *GENERAL]


def replay_of(show: Show, theme: Theme) -> dict[str, Any]:
    """Return what the page's script reads: plain values, columns as base64."""
    run = show.recording
    step = max(LEAST_STEP_S, run.end_s / MOST_STEPS)
    count = math.ceil(run.end_s / step) + 1
    scenes = [_scene(show, i * step) for i in range(count)]
    last = scenes[-1]
    finish, target = run.finish_s, show.plan.finish_s or 0.0
    end_words = "did not finish"
    if finish is not None:
        end_words = f"finish, {format_signed(finish - target)} s against {format_time(target)}"
    return {
        "step_s": step,
        "end_s": run.end_s,
        "end_text": format_time(run.end_s),
        "end_words": end_words,
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
            places = tracks.setdefault((body.kind, body.name), [None] * len(scenes))
            places[number] = body
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
        "x": _steps(x),
        "alpha": _steps(alpha),
    }


def _waves(show: Show, scenes: Sequence[Scene], theme: Theme) -> list[dict[str, Any]]:
    shown = [wave for wave in show.scenario.wavelight.waves if wave.on]
    lit = show.scenario.track.lap / show.scenario.leds
    waves = []
    for i, wave in enumerate(shown):
        ahead = (wave.length - 1) * lit if wave.pace_end == "tail" else 0.0
        waves.append(
            {
                "colour": css(theme.colour(wave.colour)),
                "length": wave.length * lit,
                "x": _steps([s.waves[i].head_m + ahead for s in scenes]),
            }
        )
    return waves


def _curve(curve: ChartCurve, race_m: float, theme: Theme) -> dict[str, Any]:
    x = np.linspace(0.0, race_m, CURVE_POINTS)
    gap = np.interp(x, curve.x_m, curve.gap_s, right=np.nan)
    return {
        "name": curve.name,
        "kind": curve.kind,
        "colour": css(theme.colour(curve.colour)),
        "gap": _plain(gap.tolist(), 0.01),
    }


def _steps(values: ArrayLike) -> str:
    """Return a column as differences in hundredths; their sums are off by half of one at most."""
    whole = np.rint(np.asarray(values, dtype=np.float64) / 0.01).astype(np.int64)
    return _packed(np.diff(whole, prepend=0))


def _plain(values: Sequence[float | None], unit: float) -> str:
    """Return a column as it is; what is not known, or beyond 16 bits, is missing."""
    column = np.array([math.nan if v is None else v for v in values], dtype=np.float64) / unit
    known = np.isfinite(column) & (np.abs(column) < -MISSING)
    return _packed(np.where(known, np.rint(np.where(known, column, 0.0)), MISSING))


def _packed(values: ArrayLike) -> str:
    small = np.clip(np.asarray(values), MISSING, -MISSING - 1).astype("<i2")
    return base64.b64encode(small.tobytes()).decode("ascii")
