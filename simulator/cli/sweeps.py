"""The commands for many attempts: sweep, plot.

In: arguments. Out: tables of results, figures, a progress bar.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from simulator.cli.terminal import (
    DEFAULT_SCENARIO,
    Changes,
    OutFile,
    ScenarioName,
    app,
    err,
    moving,
    out,
)
from simulator.cli.workers import run_missing
from simulator.units import parse_time


@app.command()
def sweep(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    output: OutFile = Path("sweep.csv"),
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH=VALUES",
            help="0..13, 0.8..4:0.2, 1..100:log5 or a,b,c; given several times, every combination.",
        ),
    ] = None,
    rows: Annotated[
        Path | None, typer.Option(help="A CSV whose heading names paths: its rows as they stand.")
    ] = None,
    samples: Annotated[
        int, typer.Option(min=0, max=100_000, help="Samples of the uncertain inputs for each row.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the samples.")] = 1,
    target: Annotated[
        str, typer.Option(help="What the chance is asked of, with --samples.")
    ] = "3:59.99",
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Threads; left out: one for each processor.")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="tcp://…", help="A Dask scheduler, which is trusted: it runs code."),
    ] = None,
    changes: Changes = None,
) -> None:
    """Run every combination of varied values and write one row for each (.csv, .json, .parquet).

    Stopped with Ctrl-C, the same command goes on where it was.
    """
    from simulator.analysis.sweep.axes import axis_of_csv, grid_of
    from simulator.analysis.sweep.chunks import INVALID, Request, request_of, run_chunk
    from simulator.export.chunk_store import ChunkStore
    from simulator.export.columns import check_ending, write_columns
    from simulator.scenario.reading import read_text

    check_ending(output)
    try:
        target_s = parse_time(target)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--target") from error
    listed = None if rows is None else axis_of_csv(read_text(rows, str(rows)), str(rows))
    grid = grid_of(vary or [], listed)
    request: Request = request_of(
        scenario, grid, changes=changes or [], samples=samples, seed=seed, target_s=target_s
    )
    store = ChunkStore(output, request)
    with store.held():
        missing = store.missing()
        kept = request.chunks - len(missing)
        if kept:
            err.print(f"Going on: {kept} of {request.chunks} chunks were kept from before.")
        invalid = 0

        def finished() -> Iterator[dict[str, np.ndarray]]:
            nonlocal invalid
            for number in range(request.chunks):
                columns = store.read(number)
                if columns is None:
                    err.print(f"Chunk {number} was damaged on the disk and is run again.")
                    columns = run_chunk(request.chunk(number))
                invalid += int((columns["status"] == INVALID).sum())
                yield columns

        work = run_missing(request, missing, cluster, jobs or 0)
        try:
            with closing(work), moving(_progress()) as bar:
                task = bar.add_task("attempts", total=grid.size)
                bar.update(task, completed=min(kept * request.chunk_rows, grid.size))
                for number, columns in work:
                    store.write(number, columns)
                    bar.advance(task, len(columns["status"]))
            write_columns(output, finished())
        except BaseException:
            # counted on the disk: we may have been stopped between a chunk's file and its count
            kept = request.chunks - len(store.missing())
            if kept:
                told = f"{kept} of {request.chunks} chunks are kept beside {output}"
                err.print(escape(f"{told}: the same command goes on from there."))
            raise
        store.remove()
    told = f"; {invalid} are invalid, with their reason" if invalid else ""
    out.print(escape(f"{output}: {grid.size} rows{told}"), soft_wrap=True)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=err,
    )


FIGURES = {
    "pacers": (("pacers.count=0..13",), 0, "pacers.count", "finish_s", ""),
    "gaps": (
        ("pacers.count=0..13", "pacers.front_gap=0.8..4:0.2"),
        0,
        "pacers.front_gap",
        "pacers.count",
        "finish_s",
    ),
    "chance": (("pacers.count=0..13",), 400, "pacers.count", "chance", ""),
}
"""Figures that are one command: what is varied, samples, and the columns x, y, colour."""
TITLES = {
    "pacers": "Finish over the number of pacers",
    "gaps": "Finish over front gap and number of pacers",
    "chance": "Chance of sub-4:00 over the number of pacers",
}


@app.command()
def plot(
    table: Annotated[
        str, typer.Argument(help="A table of results, or a ready figure: pacers, gaps or chance.")
    ],
    output: OutFile = Path("figure.png"),
    x: Annotated[str, typer.Option(help="Column on the horizontal axis.")] = "",
    y: Annotated[str, typer.Option(help="Column on the vertical axis.")] = "",
    colour: Annotated[
        str, typer.Option("--colour", "--color", help="Column of the lines, or of a map.")
    ] = "",
    title: Annotated[str, typer.Option(help="Heading.")] = "",
    scenario: Annotated[str, typer.Option(help="What a ready figure is about.")] = DEFAULT_SCENARIO,
    changes: Changes = None,
) -> None:
    """Draw a table of results as a figure for a talk (.png, .svg, .pdf)."""
    from simulator.analysis.sweep.axes import grid_of
    from simulator.analysis.sweep.chunks import request_of
    from simulator.analysis.sweep.sweep import run_sweep
    from simulator.export.columns import read_columns
    from simulator.scenario.loader import load_scenario
    from simulator.view.figures import Show, check_figure, draw_figure

    check_figure(output)
    if table in FIGURES and not Path(table).exists():
        vary, samples, own_x, own_y, own_colour = FIGURES[table]
        asked = load_scenario(scenario, overrides=changes or [])
        most = len(asked.pacers.formation.names())
        grid = grid_of([v.replace("0..13", f"0..{most}") for v in vary])
        request = request_of(scenario, grid, changes=changes or [], samples=samples)
        show = Show(own_x, own_y, own_colour, title or f"{TITLES[table]}: {asked.name}")
        draw_figure(run_sweep(request), show, output)
    else:
        if not (x and y):
            raise typer.BadParameter("Name the columns of both axes.", param_hint="--x and --y")
        draw_figure(read_columns(Path(table)), Show(x, y, colour, title), output)
    out.print(escape(f"{output}"), soft_wrap=True)


@app.command()
def optimise(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    free: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH[=LOW..HIGH]",
            help="plan.splits, pacers.front_gap=1..3, pacers.count=0..13.",
        ),
    ] = None,
    minimise: Annotated[
        str, typer.Option(help="finish (if nothing is said), reserve_used, pacers or a free path.")
    ] = "",
    maximise: Annotated[str, typer.Option(help="The same, or a free path.")] = "",
    subject_to: Annotated[
        list[str] | None, typer.Option(help='What must hold, e.g. "finish<=4:00".')
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the result as a scenario.")
    ] = None,
    changes: Changes = None,
) -> None:
    """Find the best split plan, the fewest pacers, the widest gap that will do."""
    from simulator.analysis.optimise.optimise import facts
    from simulator.analysis.optimise.optimise import optimise as find
    from simulator.export.scenario import write_scenario

    with moving(err.status("looking")):
        found = find(
            scenario,
            free or [],
            minimise=minimise,
            maximise=maximise,
            subject_to=subject_to or [],
            changes=changes or [],
        )
    for line in facts(found):
        out.print(escape(line))
    if output is not None:
        write_scenario(found.scenario, output)
        out.print(escape(f"{output}: {found.scenario.name}"), soft_wrap=True)
