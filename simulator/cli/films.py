"""The commands that make something to show to others: film, report.

In: arguments; a film may be of an attempt or of a story. Out: files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from simulator.cli.options import finite, moment, picture_size, race_time
from simulator.cli.telling import OWN_CHANGES
from simulator.cli.terminal import (
    DEFAULT_SCENARIO,
    Changes,
    OutFile,
    ScenarioName,
    StoryOrScenario,
    ThemeName,
    app,
    err,
    moving,
    out,
)
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario
from simulator.scenario.story_script import is_story, load_story
from simulator.stage.playback import COUNTDOWN_S
from simulator.stage.show import make_show
from simulator.units import format_time

if TYPE_CHECKING:
    from simulator.export.film import SceneAt

_GIF_FPS, _FILM_FPS = 20, 60
_GIF_SIZE, _FILM_SIZE = "960x540", "1920x1080"


@app.command()
def film(
    scenario: StoryOrScenario = DEFAULT_SCENARIO,
    output: OutFile = Path("film.mp4"),
    size: Annotated[
        str | None,
        typer.Option(help="Picture size.", show_default=f"{_FILM_SIZE}; of a GIF {_GIF_SIZE}"),
    ] = None,
    fps: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=240,
            help="Pictures a second.",
            show_default=f"{_FILM_FPS}; of a GIF {_GIF_FPS}",
        ),
    ] = None,
    start: Annotated[
        str,
        typer.Option(
            "--from", help="Race time, e.g. 2:00.75; countdown, start, bell. In a story: told time."
        ),
    ] = "start",
    end: Annotated[str, typer.Option("--to", help="Where to end, written alike.")] = "finish",
    speed: Annotated[
        float, typer.Option(min=0.01, max=1000, callback=finite, help="Playback rate.")
    ] = 1.0,
    theme: ThemeName = "night",
    max_mb: Annotated[
        float | None,
        typer.Option(min=0.01, callback=finite, help="Draw a GIF small enough for so many MB."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
    changes: Changes = None,
) -> None:
    """Make a film: .mp4, .webm, .gif, or numbered pictures (a folder, or frames/%05d.png)."""
    gif = output.suffix.lower() == ".gif"
    shape = picture_size(size or (_GIF_SIZE if gif else _FILM_SIZE))
    from simulator.export.film import Cut, Pictures, check_film, write_film
    from simulator.view.themes import theme_named

    colours = theme_named(theme)
    told = is_story(scenario)
    reel = _story(scenario, changes) if told else _attempt(scenario, changes, speed)
    first, last = reel.moment(start, "--from"), reel.moment(end, "--to")
    if not reel.first_s <= first < last <= reel.last_s:
        raise typer.BadParameter(
            f"from {start} to {end} is no part of this {'story' if told else 'attempt'}, which is "
            f"shown until {format_time(reel.last_s)}."
        )
    cut = Cut(first, last, speed, fps or (_GIF_FPS if gif else _FILM_FPS))
    check_film(output, cut, shape, max_mb, force=force)
    scene_at = reel.finish()
    with moving(_bar()) as bar:
        task = bar.add_task(output.name, total=cut.frames)
        drawn = write_film(
            Pictures(scene_at, cut, shape, colours),
            output,
            max_mb=max_mb,
            force=force,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    length = f"{cut.frames} pictures, {cut.frames / cut.fps:.2f} s, {drawn[0]}x{drawn[1]}"
    out.print(escape(f"{output}: {reel.name}, {length}"))


@dataclass(frozen=True, slots=True)
class _Reel:
    """What a film can be made of: `moment` reads a time, `finish` works off what is still open."""

    name: str
    first_s: float
    last_s: float
    moment: Callable[[str, str], float]
    finish: Callable[[], SceneAt]


def _attempt(name: str, changes: list[str] | None, speed: float) -> _Reel:
    from simulator.export.film import Attempt
    from simulator.session import Session

    asked = load_scenario(name, overrides=changes or [])
    session = Session(asked)

    def finish() -> SceneAt:
        session.settle()
        return Attempt(session.show, speed).scene_at

    def read(text: str, option: str) -> float:
        return moment(text, session, option)

    return _Reel(asked.name, -COUNTDOWN_S, session.playback.last_s, read, finish)


def _story(name: str, changes: list[str] | None) -> _Reel:
    from simulator.session.presentation import Presentation

    if changes:
        raise typer.BadParameter(OWN_CHANGES, param_hint="--set")
    presentation = Presentation(load_story(name))
    timeline = presentation.timeline
    ends = {"start": 0.0, "finish": timeline.length_s}

    def read(text: str, option: str) -> float:
        return ends[text] if text in ends else race_time(text, option)

    def finish() -> SceneAt:
        return presentation.completed_timeline().scene_at

    return _Reel(timeline.script.story.name, 0.0, timeline.length_s, read, finish)


@app.command()
def report(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    output: OutFile = Path("report.html"),
    theme: ThemeName = "night",
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
    changes: Changes = None,
) -> None:
    """Make one HTML page that replays the attempt anywhere, without a network."""
    asked = load_scenario(scenario, overrides=changes or [])
    from simulator.export.report import write_report
    from simulator.view.themes import theme_named

    colours = theme_named(theme)
    shown = make_show(asked, simulate(asked))
    write_report(shown, output, colours, force=force)
    out.print(escape(f"{output}: {asked.name}, {output.stat().st_size / 1000:.0f} kB"))


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
    )
