"""HTML pages without a network: an attempt whose model an audience runs itself, and a story.

In: a show or a story's timeline, themes. Out: a self-contained page, complete or absent. An
attempt's contains the kernel and the data of an attempt (`simulator.export.page_model`) and the
accompanying texts; its first numbers are those of `simulate`. Everything from a scenario is
escaped, and the page's security policy allows only the scripts it was made with.

In a story's, each chapter plays what the window and the film show of it, to click through, to
embed, to print. Positions are embedded at equal steps of a chapter's time, as second differences of
whole centimetres; a sentence appears only at the moment that it is about.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from simulator.analysis.attribution import ENOUGH, FACTORS
from simulator.analysis.gaps import GapState
from simulator.analysis.references import Reference, light_lost, light_words, running_lights
from simulator.analysis.splits import worst_residual
from simulator.analysis.summary import Summary, summarise
from simulator.analysis.uncertainty import (
    SAMPLES,
    chance_of,
    chance_words,
    samples_words,
    target_words,
)
from simulator.analysis.what_if import Alternative
from simulator.coefficients import LAP_M
from simulator.export.page_model import Bundle, kernel_script, model_of, packed_schedule
from simulator.export.sheet import split_cells
from simulator.files import asset_path, refuse_existing, write_text
from simulator.physics.pacers import group_of
from simulator.physics.track import lap_count
from simulator.scenario.loader import scenario_to_dict, without_folders
from simulator.scenario.pacers import Leader
from simulator.scenario.save import document_text, worded
from simulator.scenario.schedule import Schedule
from simulator.screen import Camera, Panel
from simulator.stage.scene import Body, ChartCurve, Scene
from simulator.stage.scene_builder import GONE_FAR_M, GONE_NEAR_M, short_name
from simulator.stage.show import Show
from simulator.stage.story import CompiledChapter, StoryTimeline, Words, said
from simulator.units import difference_cell, format_distance, format_time, time_cell, whole_metres
from simulator.view.theme import THEMES, Theme, css, relative_luminance
from simulator.world_records import least_time

PLACE_M = 5.0
"""Distance between the stored times of a ghost [m]."""
DISTANCES_M = (800.0, 1000.0, 1500.0, 1609.344, 3000.0, 5000.0, 10_000.0)
"""Race distances at which a reader can enter a time of their own [m]."""
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


def write_page(
    show: Show, path: str | Path, theme: Theme, *, link: str = "", force: bool = False
) -> None:
    """Write the page of an attempt.

    `link`: the page's future address, for its QR code.

    Raises:
        OutputError: the file exists already, or cannot be written.
    """
    refuse_existing(Path(path), force=force)
    write_text(path, page_text(show, theme, link))


def page_text(show: Show, theme: Theme, link: str = "") -> str:
    """Return the page."""
    scenario = show.scenario
    summary = summarise(scenario, show.recording)
    table = split_cells(summary)
    bundle = Bundle()
    add_fonts(bundle)
    shown = {"model": model_of(scenario, bundle), "show": _shown(show, summary, bundle)}
    values = {
        "title": escape(scenario.name),
        "subtitle": escape(show.subtitle),
        "facts": _facts(summary, chance_of(show.scenario)),
        "end": f"{show.recording.end_s!r}",
        "mark": escape(_mark_of(show)),
        "splits": _splits(summary, table),
        "residual": " A residual is run minus published." if worst_residual(summary.splits) else "",
        "her": "her" if scenario.runner.woman else "him",
        "distances": _distances(scenario.distance),
        "caveats": "".join(f"<li>{escape(words)}</li>" for words in caveats(show, summary)),
        "note": f"<p>{escape(scenario.note)}</p>" if scenario.note else "",
        "scenario": escape(document_text(worded(without_folders(scenario_to_dict(scenario))))),
        "code": code_of(link),
        "take": _take(link),
        "version": escape(version("lightpace")),
        "data": bundle.text(shown),
    }
    script = javascript_of(kernel_script(), "bundle.js", "model.js", "stage.js", "page.js")
    return filled("page.html", values, script, style_of(theme, "page.css"))


def add_fonts(bundle: Bundle) -> None:
    """Attach the fonts that every page uses."""
    for weight in ("Regular", "Bold"):
        font = asset_path(f"fonts/LightpaceSans-{weight}.ttf")
        bundle.attach(weight.lower(), font.read_bytes())


def javascript_of(first: str, *names: str) -> str:
    """Return a page's script: a text, then files of `assets/page`, in their own scope."""
    return "\n".join(['"use strict";\n(() => {', first, *map(_asset, names), "})();"])


def style_of(theme: Theme, *names: str) -> str:
    """Return a page's style: the colours, then files of `assets/page`."""
    return _styles(theme) + "".join(map(_asset, names))


def filled(name: str, values: dict[str, str], script: str, style: str) -> str:
    """Return a page of `assets/page` with its values, and with a policy that allows only them."""
    every = values | {"script": script, "style": style, "policy": _policy(script, style)}
    return re.sub(r"\{\{(\w+)\}\}", lambda place: every[place[1]], _asset(name))


def _asset(name: str) -> str:
    return asset_path(f"page/{name}").read_text(encoding="utf-8")


def _policy(script: str, style: str) -> str:
    """Return the policy: nothing is loaded, and only these scripts and styles apply."""

    def digest(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")

    allowed = f"script-src 'sha256-{digest(script)}'; style-src 'sha256-{digest(style)}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


# -- colours ---------------------------------------------------------------------------------------


def _styles(theme: Theme) -> str:
    """Return the colours for dark and light mode and for paper; the theme is one of the two."""
    is_dark = relative_luminance(theme.back) < 0.2
    dark, light = (theme, THEMES["daylight"]) if is_dark else (THEMES["night"], theme)
    day = f"color-scheme: light; {_colours(light)}"
    return (
        f":root {{ color-scheme: dark; {_colours(dark)} }}\n"
        f"@media (prefers-color-scheme: light) {{ :root:not([data-scheme]) {{ {day} }} }}\n"
        f":root[data-scheme=light] {{ {day} }}\n"
        f"@media print {{ :root {{ {day} }} }}\n"
    )


def _colours(theme: Theme) -> str:
    ground = theme.ground
    names = ("back", "panel", "edge", "text", "muted", "own", "target", "warning", "bar", "reserve")
    colours = {name: getattr(theme, name) for name in names}
    colours |= {name: getattr(ground, name) for name in ("turf", "tartan", "apron", "kerb")}
    colours |= {"high": theme.panel_high, "line": theme.faint, "on-target": theme.back}
    colours |= {"lane": ground.line, "led": ground.led_off}
    colours |= {STATES[state]: colour for state, colour in theme.gaps.items()}
    colours |= {f"named-{name}": colour for name, colour in theme.named.items()}
    return " ".join(f"--{name}: {css(colour)};" for name, colour in colours.items())


# -- content without a script ----------------------------------------------------------------------


def _facts(summary: Summary, chance: float) -> str:
    run, target = summary.recording, summary.target_s
    finish, lost = run.finish_s, summary.lost_light_at_m
    late = "" if finish is None else difference_cell(finish, target)
    light = light_lost(running_lights(summary.scenario))
    kept = "never" if summary.scenario.lit and finish is not None else ""
    rows = [
        ("finish", "finish", "did not finish" if finish is None else format_time(finish)),
        ("late", f"s against {format_time(target)}", late),
        ("change", "s against the file", ""),
        ("lost", f"{light} at", kept if lost is None else f"{whole_metres(lost)} m"),
        ("shelter", "mean shelter", f"{100 * summary.mean_shelter:z.1f} %"),
        ("reserve", "reserve left", f"{summary.energy.reserve_left:z.0f} J/kg"),
        ("chance", f"chance of {target_words(target)}", chance_words(chance, SAMPLES)),
    ]
    return "".join(
        f'<div id="fact-{key}"{"" if value else " hidden"}><dt>{escape(name)}</dt>'
        f'<dd id="{key}">{escape(value)}</dd></div>'
        for key, name, value in rows
    )


def _mark_of(show: Show) -> str:
    """Return what gaps are taken to: without a light, the plan."""
    return light_words(show.lights) if show.lit else "the plan"


def _splits(summary: Summary, table: list[list[str]]) -> str:
    """Return the table; cells that the script updates have the name of their column."""
    head, *rows = table
    kinds = {1: "plan", 2: "run", 3: "gap"}
    if worst_residual(summary.splits):  # a ghost may be called so
        kinds[len(head) - 1] = "residual"
    lines = []
    for split, (label, *cells) in zip(summary.splits, rows, strict=True):
        row = "".join(
            f"<td{f' class={kinds[i]}' if i in kinds else ''}>{escape(c)}</td>"
            for i, c in enumerate(cells, start=1)
        )
        known = "" if split.published_s is None else f' data-published="{split.published_s!r}"'
        name = f'<th scope="row">{escape(label)}</th>'
        lines.append(f'<tr data-m="{split.distance_m!r}"{known}>{name}{row}</tr>')
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return f"<thead><tr>{names}</tr></thead><tbody>{''.join(lines)}</tbody>"


def _distances(race_m: float) -> str:
    return "".join(
        f'<option value="{x!r}" data-least="{least_time(x):.2f}"'
        f"{' selected' if x == race_m else ''}>{format_distance(x)}</option>"
        for x in sorted({*DISTANCES_M, race_m})
    )


def caveats(show: Show, summary: Summary) -> list[str]:
    """Return what a reader must know, the most specific first."""
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


def code_of(link: str) -> str:
    """Return the QR code of the page's address as a picture; empty without an address."""
    if not link:
        return ""
    import segno  # noqa: PLC0415 - few pages have a code

    code = segno.make(link, error="m", micro=False)
    drawn = code.svg_inline(border=4, scale=1, dark="#000", light="#fff", omitsize=True)
    return f'<div class="code" role="img" aria-label="QR code of this page\'s link">{drawn}</div>'


def _take(link: str) -> str:
    if not link:
        return "Send the file itself: it needs nothing else, and opens on any phone."
    shown = escape(link, quote=True)
    safe = re.match(r"https?://", link)
    return f'This page stands at <a href="{shown}">{shown}</a>.' if safe else escape(link)


# -- texts that the script shows -------------------------------------------------------------------


def _shown(show: Show, summary: Summary, bundle: Bundle) -> dict[str, Any]:
    scenario, last = show.scenario, show.recording.race_m
    pacers = scenario.pacers
    lit = [wave.name for wave in scenario.wavelight.waves if wave.on]
    return {
        "race_text": format_distance(last),
        "laps": [lap_count(last, scenario.track.lap), scenario.track.lap],
        "runner": short_name(scenario.runner.name),
        "woman": scenario.runner.woman,
        "finish": summary.recording.finish_s,
        "ghosts": [_ghost(ghost, last, bundle) for ghost in show.ghosts],
        "gone_m": [GONE_NEAR_M, GONE_FAR_M],
        "waves": _waves(show, bundle),
        "leads": next((i for i, name in enumerate(lit) if name == pacers.follows), None),
        "lit": scenario.lit,
        "light_colour": show.light.colour,
        "counts": [_with_count(show, n) for n in range(len(pacers.formation.names()) + 1)],
        "assumed_count": pacers.shelter is None,
        "leader_errs": pacers.leader != Leader(),
        "factors": FACTORS | {"enough": ENOUGH},
    }


def _with_count(show: Show, count: int) -> dict[str, Any]:
    """Return the texts for an attempt with this many pacers."""
    pacers = show.scenario.pacers.model_copy(update={"count": count})
    other = replace(show, pacers=group_of(pacers, show.recording.race_m))
    marks = [{"x_m": mark.x_m, "label": mark.label} for mark in other.pacer_marks]
    return {"subtitle": other.subtitle, "marks": marks}


def _ghost(ghost: Reference, race_m: float, bundle: Bundle) -> dict[str, Any]:
    reach = min(ghost.distance_m, race_m)
    places = np.append(np.arange(0.0, reach, PLACE_M), reach)
    times = ghost.run.time_at(places)
    return {
        "name": ghost.name,
        "label": ghost.label,
        "colour": ghost.colour,
        "x": bundle.add(places),
        "t": bundle.add(np.rint(1000.0 * np.nan_to_num(times)) / 1000.0),
    }


def _waves(show: Show, bundle: Bundle) -> list[dict[str, Any]]:
    lit = show.scenario.track.lap / show.scenario.leds
    rows = []
    for wave, mark in zip(show.scenario.wavelight.waves, show.waves, strict=True):
        if wave.on:
            own = mark.run if wave.plan is not None else None
            rows.append(
                {
                    "name": wave.name,
                    "label": None if own is None else mark.label,
                    "colour": wave.colour,
                    "length": wave.length * lit,
                    "ahead": (wave.length - 1) * lit if wave.pace_end == "tail" else 0.0,
                    "plan": packed_schedule(own, bundle) if isinstance(own, Schedule) else None,
                }
            )
    return rows


# -- the page of a story --------------------------------------------------------------------------

STEP_S = 0.2
"""Longest interval of the embedded moments of a chapter [s of its time]."""
POINTS = 160
"""Number of embedded points of a curve."""
STATES = {state: state.value.replace(", ", "-") for state in GapState}
"""The name of each state in style sheets."""


def write_story_page(
    timeline: StoryTimeline, path: str | Path, theme: Theme, *, force: bool = False
) -> None:
    """Write the page of a story, with the QR code of its link.

    Raises:
        OutputError: the file exists already, or cannot be written.
    """
    refuse_existing(Path(path), force=force)
    write_text(path, story_text(timeline, theme))


def story_text(timeline: StoryTimeline, theme: Theme) -> str:
    """Return the page of a story."""
    story = timeline.script.story
    bundle = Bundle()
    add_fonts(bundle)
    values = {
        "title": escape(story.name),
        "note": escape(story.note),
        "chapters": "".join(map(_written, timeline.chapters)),
        "code": code_of(story.link),
        "version": escape(version("lightpace")),
        "data": bundle.text({"chapters": [_chapter(c, bundle) for c in timeline.chapters]}),
    }
    script = javascript_of("", "bundle.js", "stage.js", "story.js")
    return filled("story.html", values, script, style_of(theme, "page.css", "story.css"))


def _written(chapter: CompiledChapter) -> str:
    """Return a chapter as on a page of the hand-out, for readers without a script."""
    caption, notes = escape(said(chapter.caption)), escape(said(chapter.notes))
    aside = f'<p class="note">{notes}</p>' if notes else ""
    name = f"{chapter.number}. {escape(chapter.spec.name)}"
    rows = "".join(
        f"<div><dt>{escape(what)}</dt><dd>{escape(said(words))}</dd></div>"
        for what, words in chapter.figures
    )
    figures = f'<dl class="facts">{rows}</dl>' if rows else ""
    return f"<article><h2>{name}</h2><figure></figure>{figures}<p>{caption}</p>{aside}</article>"


def _chapter(chapter: CompiledChapter, bundle: Bundle) -> dict[str, Any]:
    # without its card: the page's heading has the chapter's name
    card_s, length_s = chapter.spec.card, chapter.length_s - chapter.spec.card
    steps = max(math.ceil(length_s / STEP_S), 1)  # equal ones, the last of which ends the chapter
    whens = np.linspace(card_s, chapter.length_s, steps + 1).tolist()
    scenes = list(map(chapter.scene_at, whens))
    last, panels = scenes[-1], chapter.spec.panels
    gaps = [scene.gaps[0] if scene.gaps else None for scene in scenes]
    bars = last.what_if.bars if last.what_if and Panel.WHAT_IF in panels else ()
    close = chapter.spec.camera not in {None, Camera.WHOLE} or Panel.GROUP in panels
    return {
        "name": chapter.spec.name,
        "step": length_s / steps or STEP_S,
        "length": length_s,
        "until": chapter.race_time(chapter.length_s),
        "race": last.race_m,
        "race_text": format_distance(last.race_m),
        "oval": [last.start_s_m, LAP_M / last.lap_m],
        "end": chapter.show.recording.end_s,
        "finished": chapter.show.recording.finish_s is not None,
        "caption": _pieces(chapter, chapter.caption),
        "figures": [[what, _pieces(chapter, words)] for what, words in chapter.figures],
        "notes": said(chapter.notes),
        "time": _differences([chapter.race_time(s) for s in whens], 0.001),
        "countdown": [-s.to_gun_s if s.to_gun_s else 0 for s in scenes if s.to_gun_s],
        "bodies": _bodies(scenes),
        "waves": _chapter_waves(scenes),
        "gap": [None if g is None or g.seconds is None else round(100 * g.seconds) for g in gaps],
        "metres": [None if g is None or g.metres is None else round(100 * g.metres) for g in gaps],
        "state": [0 if g is None else list(STATES).index(g.state) for g in gaps],
        "states": list(STATES.values()),
        "clock": Panel.CLOCK in panels,
        "gaps": Panel.GAPS in panels,
        "close": close,
        "meters": _meters(scenes) if Panel.METERS in panels else [],
        "mark": _mark_of(chapter.show),
        "chart": _chart(last, chapter.show.light.colour, bundle) if Panel.CHART in panels else None,
        "reveal": [round(100 * scene.chart.reveal_m) for scene in scenes],
        "splits": _chapter_splits(last) if Panel.SPLITS in panels else [],
        "bars": list(map(_bar, bars)),
        "revealed": chapter.spec.reveal,
        "target": last.target_s,
        "target_text": format_time(last.target_s),
    }


def _pieces(chapter: CompiledChapter, words: Words) -> list[list[Any]]:
    """Return each piece of some words and the race time from which it may be shown [s]."""
    known = chapter.spec.reveal
    return [[w.text, -1e9 if known or math.isinf(w.known_s) else w.known_s] for w in words]


def _bodies(scenes: Sequence[Scene]) -> list[dict[str, Any]]:
    """Return every body by name; an absent body waits invisibly at its nearest position."""
    tracks: dict[tuple[str, str], dict[int, Body]] = {}
    for number, scene in enumerate(scenes):
        for body in (*scene.ghosts, *scene.pacers, scene.runner):
            tracks.setdefault((body.kind, body.name), {})[number] = body
    return [_track(seen, len(scenes)) for seen in tracks.values()]


def _track(seen: dict[int, Body], count: int) -> dict[str, Any]:
    first, numbers = next(iter(seen.values())), list(seen)
    every = np.arange(count)

    def column(values: list[float], unit: float) -> list[int]:
        return _differences(np.interp(every, numbers, values), unit)

    alpha = np.zeros(count)
    alpha[numbers] = [body.alpha for body in seen.values()]
    return {
        "label": first.label,
        "kind": first.kind,
        "colour": first.colour,
        "x": column([body.x_m for body in seen.values()], 0.01),
        "offset": column([body.offset_m for body in seen.values()], 0.01),
        "alpha": _differences(alpha, 0.01),
    }


def _chapter_waves(scenes: Sequence[Scene]) -> list[dict[str, Any]]:
    names = dict.fromkeys(wave.name for scene in scenes for wave in scene.waves)
    rows = []
    for name in names:
        seen = {
            i: wave for i, scene in enumerate(scenes) for wave in scene.waves if wave.name == name
        }
        first = next(iter(seen.values()))
        heads = np.interp(np.arange(len(scenes)), list(seen), [w.head_m for w in seen.values()])
        length = max(float(np.count_nonzero(first.brightness)), 1.0)
        lap_m = scenes[0].lap_m
        lit = lap_m / len(first.brightness)
        # the paced end may be the tail: the brightest LED is the head
        ahead_m = lit * float(np.argmax(first.brightness)) - scenes[0].start_m - first.head_m
        leds = round(((ahead_m + lap_m / 2) % lap_m - lap_m / 2) / lit)
        x = _differences(heads + leds * lit, 0.01)
        rows.append({"colour": first.colour, "length": length * lit, "x": x})
    return rows


def _meters(scenes: Sequence[Scene]) -> list[dict[str, Any]]:
    """Return each live value's texts, and the index of the text at each moment."""
    rows = []
    for n, meter in enumerate(scenes[-1].meters):
        texts = [scene.meters[n].text if n < len(scene.meters) else "" for scene in scenes]
        known = list(dict.fromkeys(texts))
        places = {text: i for i, text in enumerate(known)}
        rows.append(
            {
                "name": meter.name,
                "note": meter.note,
                "texts": known,
                "which": [places[text] for text in texts],
            }
        )
    return rows


def _chart(last: Scene, light: str, bundle: Bundle) -> dict[str, Any]:
    chart = last.chart
    marks = [{"x_m": m.x_m, "label": m.label} for m in chart.marks if m.kind == "pacer"]
    return {
        "range": list(chart.gap_range_s),
        "marks": marks,
        "light": light,
        "curves": [_curve(curve, chart.race_m, bundle) for curve in chart.curves],
    }


def _curve(curve: ChartCurve, race_m: float, bundle: Bundle) -> dict[str, Any]:
    places = np.linspace(0.0, race_m, POINTS + 1)
    gap = np.interp(places, curve.x_m, curve.values, right=np.nan)
    kept = bundle.add(np.rint(100.0 * gap) / 100.0)
    return {
        "name": curve.name,
        "colour": curve.colour,
        "own": curve.kind == "runner",
        "gap": kept,
    }


def _chapter_splits(last: Scene) -> list[list[Any]]:
    """Return the splits: distance, plan, run, and when that is known [s]."""
    return [
        [s.label, time_cell(s.plan_s), time_cell(s.run_s), s.run_s]
        for s in last.splits
        if s.run_s is not None
    ]


def _bar(bar: Alternative) -> list[Any]:
    text = "–" if bar.finish_s is None else format_time(bar.finish_s)
    return [bar.label, bar.finish_s, text, bar.assumed, bar.current]


def _differences(values: ArrayLike, unit: float) -> list[int]:
    """Return a column as second differences of whole units, starting with its first two values.

    Summed twice, a value is off by half a unit at most.
    """
    whole = np.rint(np.asarray(values, dtype=np.float64) / unit).astype(np.int64)
    once = np.diff(whole, prepend=0)
    return [int(change) for change in np.diff(once, prepend=0)]
