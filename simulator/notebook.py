"""The outputs of the command line as plain functions, for notebooks and scripts.

In: a recording, a scenario, or the name of one. Out: a still, splits, a page, a film; and the HTML
of a recording that is the last line of a cell. pygame is imported only when a picture is drawn, and
no display is needed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.analysis.references import plan_reference
from simulator.analysis.splits import Split
from simulator.analysis.summary import Summary, summarise
from simulator.errors import LightpaceError
from simulator.physics.attempt import scenario_of, simulate
from simulator.recording.recording import Recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario
from simulator.screen import Camera, camera_named, check_size
from simulator.units import format_signed, format_time, parse_time

if TYPE_CHECKING:
    from simulator.stage.show import Show

Source = Recording | Scenario | str | Path
"""A run, or something that is simulated first: a scenario, a file, a shipped name."""

CHART_PX = (480, 120)
_CHART_STEP_M = 10.0


@dataclass(frozen=True, slots=True)
class Still:
    """A picture as PNG, which a notebook displays."""

    png: bytes = field(repr=False)
    width: int
    height: int

    def _repr_png_(self) -> bytes:
        return self.png

    def save(self, path: str | Path) -> Path:
        """Write the picture, whole or not at all, and return the path.

        Raises:
            OutputError: it cannot be written.
        """
        from simulator.files import replacing

        with replacing(path) as beside:
            beside.write_bytes(self.png)
        return Path(path)


def still(
    source: Source,
    at: float | str = "finish",
    *,
    size: tuple[int, int] = (1280, 720),
    theme: str = "night",
    camera: str = "whole track",
) -> Still:
    """Return the window's picture of one moment, as `lightpace still` writes it.

    Args:
        source: the attempt.
        at: race time [s], or as text: `2:00.75`, start, bell, light lost, finish.
        size: width and height [px], up to 7680 x 4320.
        theme: a theme by name, or a .yaml file.
        camera: one of `lightpace still --help`.

    Raises:
        LightpaceError: there is no such moment, size, theme or camera.
    """
    with _refusing():
        check_size(size)
    show, (time_s,) = _shown(source, at)
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

    from simulator.stage.playback import Playback
    from simulator.stage.scene_builder import ShowOptions, scene_of
    from simulator.view.picture import PictureOptions, png_of, render_still

    scene = scene_of(show, Playback(time_s, show.recording.end_s).seek(time_s), ShowOptions())
    picture = render_still(scene, size, theme, PictureOptions(shot=_shot(camera)))
    return Still(png_of(picture), *size)


def splits(source: Source) -> tuple[Split, ...]:
    """Return the split table: a row for each distance, with plan, run, ghosts and published time.

    `pandas.DataFrame(splits(run))` makes a data frame of it.
    """
    return tuple(_summary(_run_of(source)).splits)


def page(
    source: Source, path: str | Path = "page.html", *, theme: str = "night", force: bool = False
) -> Path:
    """Write one HTML page that replays the attempt, as `lightpace page` does; return its path.

    Raises:
        OutputError: the file exists already (`force` overwrites it), or cannot be written.
        LightpaceError: there is no such theme, or the recording is not the run of its scenario: a
            fork, or one that a policy stepped.
    """
    from simulator.export.page import write_page
    from simulator.stage.show import make_show
    from simulator.view.theme import theme_named

    run = _run_of(source)
    scenario = scenario_of(run)
    if not _from_gun(run, scenario):
        raise LightpaceError(
            "A page runs its scenario anew from the gun, which is not this recording; a still, a "
            "film and the splits show it as it was run."
        )
    write_page(make_show(scenario, run), path, theme_named(theme), force=force)
    return Path(path)


def film(
    source: Source,
    path: str | Path = "film.mp4",
    *,
    start: float | str = "start",
    end: float | str = "finish",
    speed: float = 1.0,
    slow_motion: bool = True,
    fps: int = 60,
    size: tuple[int, int] = (1920, 1080),
    theme: str = "night",
    camera: str = "whole track",
    force: bool = False,
) -> Path:
    """Write a film (.mp4, .webm, .gif, or numbered pictures) and return its path.

    Args:
        source: the attempt.
        path: the file, or a folder for pictures.
        start: the race time of the first picture [s], or a name, as for `still`.
        end: the race time of the last picture, likewise.
        speed: seconds of the race per second of film, 0.01 to 1000.
        slow_motion: slow down for a beat where the light is lost.
        fps: pictures a second, 1 to 240.
        size: width and height [px].
        theme: a theme by name, or a .yaml file.
        camera: one of `lightpace film --help`.
        force: overwrite an existing file.

    Raises:
        ExtraError: .mp4 and .webm need the extra `video`.
        OutputError: the file exists already, or cannot be written.
        LightpaceError: the arguments do not describe a film.
    """
    show, (from_s, to_s) = _shown(source, start, end)
    from simulator.export.film import FilmSegment, Pictures, attempt_scenes, check_cut, write_film
    from simulator.stage.events import beat_s, last_s
    from simulator.view.theme import theme_named

    cut = FilmSegment(from_s, to_s, speed, fps, beat_s(show) if slow_motion else None)
    with _refusing():
        check_cut(cut, size, last_s(show))
    scenes = attempt_scenes(show, speed)
    write_film(Pictures(scenes, cut, size, theme_named(theme), _shot(camera)), path, force=force)
    return Path(path)


def html_of(run: Recording) -> str:
    """Return a recording as HTML for a notebook: its splits, and a chart of the gap to its plan."""
    from simulator.export.sheet import split_cells

    summary = _summary(run)
    finish = format_time(run.finish_s) if run.finish_s is not None else run.status.value
    head = f"<b>{escape(summary.scenario.name)}</b>: {escape(finish)}"
    names, *rows = [list(map(escape, row)) for row in split_cells(summary)]
    lines = [f"<tr><th>{'</th><th>'.join(names)}</th></tr>"]
    for label, *cells in rows:
        row = "".join(f'<td style="text-align:right">{cell}</td>' for cell in cells)
        lines.append(f"<tr><th>{label}</th>{row}</tr>")
    return f"<div>{head}<table>{''.join(lines)}</table>{_chart(run, summary.scenario)}</div>"


def _chart(run: Recording, scenario: Scenario) -> str:
    """Return the gap to the plan along the race as SVG: up is ahead, as in the window."""
    places = np.append(np.arange(0.0, run.race_m, _CHART_STEP_M), run.race_m)
    gaps = run.time_at(places) - plan_reference(scenario).run.time_at(places)
    there = np.isfinite(gaps)
    width, height = CHART_PX
    least, most = min(0.0, gaps[there].min()), max(0.0, gaps[there].max())
    scale = (height - 30) / max(most - least, 0.5)
    level = 20.0 - least * scale
    points = " ".join(
        f"{x / run.race_m * width:.1f},{level + gap * scale:.1f}"
        for x, gap in zip(places[there].tolist(), gaps[there].tolist(), strict=True)
    )
    last = format_signed(float(gaps[there][-1]))
    words = f"gap to the plan, up: ahead; {last} s at the end"
    return (
        f'<svg width="{width}" height="{height}" role="img" aria-label="{words}" '
        'fill="none" stroke="currentColor">'
        f'<line x1="0" y1="{level:.1f}" x2="{width}" y2="{level:.1f}" stroke-opacity="0.3"/>'
        f'<polyline points="{points}" stroke="#1a9850" stroke-width="2"/>'
        f'<text x="0" y="12" font-size="12" fill="currentColor" stroke="none">{words}</text></svg>'
    )


def _run_of(source: Source) -> Recording:
    if isinstance(source, Recording):
        return source
    return simulate(source if isinstance(source, Scenario) else load_scenario(source))


def _from_gun(run: Recording, scenario: Scenario) -> bool:
    """Return whether a recording is what its scenario gives: no fork, and no policy's."""
    return np.array_equal(run.x, simulate(scenario).x)


def _summary(run: Recording) -> Summary:
    return summarise(scenario_of(run), run)


def _shown(source: Source, *moments: float | str) -> tuple[Show, tuple[float, ...]]:
    """Return an attempt with all that its pictures need between moments, and these [s]."""
    from simulator.analysis.what_if import alternatives
    from simulator.session.answers import completed
    from simulator.session.player import moments_of
    from simulator.stage.events import last_s
    from simulator.stage.playback import COUNTDOWN_S, check_shown
    from simulator.stage.show import make_show

    run = _run_of(source)
    scenario = scenario_of(run)
    show = replace(make_show(scenario, run), alternatives=alternatives(scenario))
    if not _from_gun(run, scenario):  # the bars do not tell of it, and say so
        show = replace(show, axis=f"{show.axis}, from the gun")
    named = moments_of(show)
    times = tuple(_moment(at, named, show) for at in moments)
    with _refusing():
        check_shown(times, last_s(show), "attempt", -COUNTDOWN_S)
    return completed(show, times[0], times[-1]), times


@contextmanager
def _refusing() -> Iterator[None]:
    """Say what a check refuses as this package's error."""
    try:
        yield
    except ValueError as error:
        raise LightpaceError(f"{error}.") from None


def _moment(at: float | str, named: dict[str, float], show: Show) -> float:
    from simulator.scenario.story import StoryMoment
    from simulator.stage.events import time_of

    if at in named:
        return named[str(at)]
    try:
        time_s = parse_time(at) if isinstance(at, str) else float(at)
        return time_of(show, StoryMoment(str(at), time_s=time_s))
    except ValueError as error:
        names = ", ".join(named)
        raise LightpaceError(f"{error}; the moments of this run are: {names}.") from None


def _shot(camera: str) -> Any:
    from simulator.view.camera import resting

    try:
        return resting(Camera(camera_named(camera)))
    except ValueError as error:
        raise LightpaceError(f"{error}.") from None
