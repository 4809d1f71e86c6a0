"""The commands that make something to show to others: film, report.

In: arguments. Out: files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from simulator.cli.options import moment, picture_size
from simulator.cli.terminal import (
    DEFAULT_SCENARIO,
    Changes,
    OutFile,
    ScenarioName,
    ThemeName,
    app,
    err,
    out,
)
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario
from simulator.stage.playback import COUNTDOWN_S
from simulator.stage.show import make_show
from simulator.units import format_time

_GIF_FPS, _FILM_FPS = 20, 60
_GIF_SIZE, _FILM_SIZE = "960x540", "1920x1080"


@app.command()
def film(
    scenario: ScenarioName = DEFAULT_SCENARIO,
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
        str, typer.Option("--from", help="Race time, e.g. 2:00.75; countdown, start, bell.")
    ] = "start",
    end: Annotated[str, typer.Option("--to", help="Race time to end at.")] = "finish",
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="Playback rate.")] = 1.0,
    theme: ThemeName = "night",
    max_mb: Annotated[
        float | None, typer.Option(min=0.01, help="Draw a GIF small enough for so many MB.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
    changes: Changes = None,
) -> None:
    """Make a film: .mp4, .webm, .gif, or numbered pictures (a folder, or frames/%05d.png)."""
    asked = load_scenario(scenario, overrides=changes or [])
    gif = output.suffix.lower() == ".gif"
    shape = picture_size(size or (_GIF_SIZE if gif else _FILM_SIZE))
    from simulator.export.film import Cut, Pictures, check_film, write_film
    from simulator.session import Session
    from simulator.view.themes import theme_named

    colours = theme_named(theme)
    session = Session(asked)
    first, last = moment(start, session, "--from"), moment(end, session, "--to")
    if not -COUNTDOWN_S <= first < last <= session.playback.last_s:
        raise typer.BadParameter(
            f"from {start} to {end} is no part of this attempt, which is shown until "
            f"{format_time(session.playback.last_s)}."
        )
    cut = Cut(first, last, speed, fps or (_GIF_FPS if gif else _FILM_FPS))
    check_film(output, cut, shape, max_mb)
    session.finish_work()
    with _bar() as bar:
        task = bar.add_task(output.name, total=cut.frames)
        drawn = write_film(
            Pictures(session.show, cut, shape, colours),
            output,
            max_mb=max_mb,
            force=force,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    told = f"{cut.frames} pictures, {cut.frames / cut.fps:.2f} s, {drawn[0]}x{drawn[1]}"
    out.print(escape(f"{output}: {asked.name}, {told}"))


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
