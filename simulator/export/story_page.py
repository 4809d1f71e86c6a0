"""A story as one HTML page: chapters with their captions, to click through, to embed, to print.

In: a story's timeline. Out: a self-contained page in which each chapter plays what the window and
the film show of it. Positions are embedded at equal steps of a chapter's time, as second
differences of whole centimetres; a sentence appears only at the moment that it is about.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from simulator.analysis.gaps import GapState
from simulator.analysis.what_if import Alternative
from simulator.coefficients import LAP_M
from simulator.export.page import add_fonts, code_of, filled, script_of, style_of
from simulator.export.page_model import Bundle
from simulator.files import refuse_existing, write_text
from simulator.screen import Camera, Panel
from simulator.stage.scene import Body, ChartCurve, Scene
from simulator.stage.story import CompiledChapter, StoryTimeline, Words, said
from simulator.units import format_distance, format_time, time_cell
from simulator.view.theme import Theme

STEP_S = 0.2
"""Interval of the embedded moments of a chapter [s of its time]."""
POINTS = 160
"""Number of embedded points of a curve."""
STATES = tuple(state.value.replace(", ", "-") for state in GapState)


def write_story_page(
    timeline: StoryTimeline, path: str | Path, theme: Theme, *, force: bool = False
) -> None:
    """Write the page of a story, with the QR code of its link.

    Raises:
        OutputError: the file exists already, or cannot be written, or the link is too long.
    """
    refuse_existing(Path(path), force=force)
    write_text(path, story_text(timeline, theme))


def story_text(timeline: StoryTimeline, theme: Theme) -> str:
    """Return the page of a story.

    Raises:
        OutputError: the link is too long for a code that a phone can read.
    """
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
    script = script_of("", "bundle.js", "stage.js", "story.js")
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
    count = math.ceil(length_s / STEP_S) + 1
    whens = [card_s + min(i * STEP_S, length_s) for i in range(count)]
    scenes = list(map(chapter.scene_at, whens))
    last, panels = scenes[-1], chapter.spec.panels
    gaps = [scene.gaps[0] if scene.gaps else None for scene in scenes]
    bars = last.what_if.bars if last.what_if and Panel.WHAT_IF in panels else ()
    close = chapter.spec.camera not in {None, Camera.WHOLE} or Panel.GROUP in panels
    return {
        "name": chapter.spec.name,
        "step": STEP_S,
        "length": length_s,
        "race": last.race_m,
        "race_text": format_distance(last.race_m),
        "oval": [last.start_s_m, LAP_M / last.lap_m],
        "end": chapter.show.recording.end_s,
        "caption": _pieces(chapter, chapter.caption),
        "figures": [[what, _pieces(chapter, words)] for what, words in chapter.figures],
        "notes": said(chapter.notes),
        "time": _differences([chapter.race_time(s) for s in whens], 0.001),
        "countdown": [-s.to_gun_s if s.to_gun_s else 0 for s in scenes if s.to_gun_s],
        "bodies": _bodies(scenes),
        "waves": _waves(scenes),
        "gap": [None if g is None or g.seconds is None else round(100 * g.seconds) for g in gaps],
        "metres": [None if g is None or g.metres is None else round(100 * g.metres) for g in gaps],
        "state": [0 if g is None else _state(g.state) for g in gaps],
        "states": STATES,
        "clock": Panel.CLOCK in panels,
        "gaps": Panel.GAPS in panels,
        "close": close,
        "meters": _meters(scenes) if Panel.METERS in panels else [],
        "chart": _chart(last, bundle) if Panel.CHART in panels else None,
        "reveal": [round(100 * scene.chart.reveal_m) for scene in scenes],
        "splits": _splits(last) if Panel.SPLITS in panels else [],
        "bars": list(map(_bar, bars)),
        "revealed": chapter.spec.reveal,
        "target": last.target_s,
        "target_text": format_time(last.target_s),
    }


def _state(state: GapState) -> int:
    return STATES.index(state.value.replace(", ", "-"))


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


def _waves(scenes: Sequence[Scene]) -> list[dict[str, Any]]:
    names = dict.fromkeys(wave.name for scene in scenes for wave in scene.waves)
    rows = []
    for name in names:
        seen = {
            i: wave for i, scene in enumerate(scenes) for wave in scene.waves if wave.name == name
        }
        first = next(iter(seen.values()))
        heads = np.interp(np.arange(len(scenes)), list(seen), [w.head_m for w in seen.values()])
        length = max(float(np.count_nonzero(first.brightness)), 1.0)
        lit = scenes[0].lap_m / len(first.brightness)
        rows.append(
            {"colour": first.colour, "length": length * lit, "x": _differences(heads, 0.01)}
        )
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


def _chart(last: Scene, bundle: Bundle) -> dict[str, Any]:
    chart = last.chart
    marks = [{"x_m": m.x_m, "label": m.label} for m in chart.marks if m.kind == "pacer"]
    return {
        "range": list(chart.gap_range_s),
        "marks": marks,
        "light": last.waves[0].colour if last.waves else "green",
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


def _splits(last: Scene) -> list[list[Any]]:
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
