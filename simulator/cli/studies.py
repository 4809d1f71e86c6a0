"""The commands for studies: validate, calibrate, sweep, plot, optimise.

In: arguments. Out: tables, JSON, Markdown, figures, a progress bar.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.cli.terminal import (
    DEFAULT_SCENARIO,
    AsJson,
    Changes,
    Force,
    OutFile,
    ScenarioName,
    Seed,
    ThemeName,
    app,
    err,
    load,
    moving,
    out,
    print_json,
    print_table,
    progress_bar,
    race_time,
)
from simulator.errors import LightpaceError
from simulator.units import difference_cell, format_distance, format_time, signed_cell, time_cell

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from simulator.analysis.attribution import PriceList
    from simulator.analysis.calibrate import CalibratedNumber, Calibration
    from simulator.analysis.sweep import Columns, SweepRequest
    from simulator.scenario.model import Scenario

FIGURES = {
    "pacers": ("Finish over the number of pacers", "pacers.count", "finish_s", ""),
    "gaps": (
        "Finish over front gap and number of pacers",
        *("pacers.front_gap", "pacers.count", "finish_s"),
    ),
    "chance": (
        "Chance of {target} over the number of pacers",
        "pacers.count",
        "chance",
        "",
    ),
}
"""Ready figures: heading, and the columns x, y and colour."""


@app.command()
def validate(
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/validation.md.")] = False,
) -> None:
    """Run every case with a published value and print how far off the model is."""
    from simulator.analysis.fit import study
    from simulator.analysis.validate import validate as run_all
    from simulator.analysis.validation_rows import sections
    from simulator.export.sheet import (
        ROLE_WORDS,
        VALIDATION_COLUMNS,
        athlete_cells,
        validation_cells,
        validation_markdown,
    )

    rows = run_all()
    if as_json:
        print_json([row.to_dict() for row in rows])
        return
    if markdown:
        sys.stdout.write(validation_markdown(rows, study()))
        return
    lines: list[list[str]] = []
    for title, section in sections(rows).items():
        lines += [[""], [title], *map(validation_cells, section)]
    numbers = {"published", "model", "difference"}
    left = set(VALIDATION_COLUMNS) - numbers
    print_table(VALIDATION_COLUMNS, lines, left, bold=sections(rows))
    heading, *athletes = athlete_cells(study())
    print_table(heading, athletes, left=heading[:1])
    out.print()
    for role, words in ROLE_WORDS.items():
        out.print(f"{role.value}: {words}")


@app.command(name="calibrate")
def calibrate_command(
    scenario: ScenarioName,
    to: Annotated[str, typer.Option(help="The finish to reach, e.g. 4:06.42.")],
    free: Annotated[
        list[str],
        typer.Option(
            metavar="PATH[=LOW..HIGH]",
            help="A number to find, e.g. pacers.front_gap=1..3. One, or two: then the published "
            "splits are used as well.",
        ),
    ],
    changes: Changes = None,
    as_json: AsJson = False,
) -> None:
    """Find the value of one or two numbers with which a scenario ends in a given time."""
    from simulator.analysis.calibrate import calibrate

    target = race_time(to, "--to")
    calibration = calibrate(scenario, target, free, changes=changes or [])
    if as_json:
        print_json(calibration.to_dict())
    else:
        _print_calibration(calibration)


def _print_calibration(calibration: Calibration) -> None:
    out.print(calibration.scenario.name, style="bold")
    for number in calibration.values:
        line = f"{number.path} = {number.value:.6g}{_flatness(number)}"
        out.print(line, soft_wrap=True)
    if calibration.correlation is not None:
        out.print(
            f"correlation of the two {calibration.correlation:+.2f}: near ±1, a change of one is "
            "made good by the other"
        )
    if calibration.others:
        out.print(f"{calibration.others} more values end at the same time; this is the least")
    finish_s, target_s = calibration.finish_s, calibration.target_s
    late = difference_cell(finish_s, target_s)
    out.print(f"finish {format_time(finish_s)}, {late} s from {format_time(target_s)}")
    if len(calibration.misses) > 1:
        rows = [
            (
                format_distance(miss.distance_m).removesuffix(" m"),
                time_cell(miss.published_s),
                signed_cell(miss.residual_s),
            )
            for miss in calibration.misses[:-1]
        ]
        print_table(("m", "published", "residual"), rows)


def _flatness(number: CalibratedNumber) -> str:
    from simulator.analysis.calibrate import FLAT_S

    if number.error is not None:
        return f" ± {number.error:.2g} (standard error)"
    words = [
        f"{FLAT_S:g} s {when} at {value:.6g}"
        if value is not None
        else f"no value within {number.low:g}..{number.high:g} ends {FLAT_S:g} s {when}"
        for when, value in (("earlier", number.earlier), ("later", number.later))
    ]
    if number.held is not None:
        low, high = number.held
        words.insert(0, f"any from {low:.6g} to {high:.6g} will do: there the plan sets the finish")
    return f" ({'; '.join(words)})"


@app.command()
def reach(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    knob: Annotated[
        str, typer.Option(help="The knob, by its name in the window or its path.")
    ] = "front gap",
    to: Annotated[
        str | None,
        typer.Option(help="The time to reach, e.g. 3:59.99; left out: the plan's.", metavar="TIME"),
    ] = None,
    changes: Changes = None,
    as_json: AsJson = False,
) -> None:
    """Say what one knob has to be for a target: what would it take?"""
    from simulator.analysis.uncertainty import SAMPLES, chance_words
    from simulator.scenario.plan import schedule_of
    from simulator.session.knobs import RefusedError
    from simulator.session.variations import axis_knobs, goal_of, named_knobs, with_chance

    attempt = load(scenario, changes)
    knobs = axis_knobs(attempt, attempt)
    named = named_knobs(attempt, attempt).items()
    name = next((name for name, known in named if knob in (name, known.path)), "")
    if not name:
        listed = ", ".join(knobs)
        raise typer.BadParameter(f"There is no knob {knob!r}; there are: {listed}.")
    target_s = schedule_of(attempt.plan, attempt.distance).finish_s
    try:
        goal = with_chance(
            goal_of(attempt, attempt, name, target_s if to is None else race_time(to, "--to"))
        )
    except RefusedError as error:
        hint = "--to" if name in knobs else "--knob"
        raise typer.BadParameter(f"{error}.", param_hint=hint) from None
    if as_json:
        print_json(goal.to_dict())
        return
    out.print(attempt.name, style="bold")
    out.print(goal.words, soft_wrap=True)
    if goal.plan_target and goal.value != goal.now:
        out.print(f"with the plan at {goal.plan_target}, too: the present one is slower")
    if goal.chance is not None:
        words = chance_words(goal.chance, SAMPLES)
        out.print(f"chance of {format_time(goal.target_s)} with it: {words}")


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
        Path | None, typer.Option(help="A CSV file whose header names paths: one attempt a row.")
    ] = None,
    samples: Annotated[
        int, typer.Option(min=0, max=100_000, help="Samples of the uncertain inputs for each row.")
    ] = 0,
    seed: Seed = 1,
    target: Annotated[
        str | None,
        typer.Option(help="The target of the chance; left out: the finish of each row's plan."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Number of threads; left out: one for each processor.")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="tcp://…", help="A Dask scheduler that you trust: it runs code."),
    ] = None,
    changes: Changes = None,
) -> None:
    """Run every combination of varied values and write one row for each (.csv, .json, .parquet).

    Stopped with Ctrl-C, the same command goes on where it was.
    """
    from simulator.analysis.sweep import INVALID, axis_of_csv, grid_of, request_of, run_chunk
    from simulator.export.table import ChunkStore, check_ending, write_columns
    from simulator.scenario.reading import read_text

    check_ending(output)
    if target is not None and not samples:
        raise typer.BadParameter("It is of the chance: with --samples.", param_hint="--target")
    if seed != 1 and not samples:
        raise typer.BadParameter("It draws samples: with --samples.", param_hint="--seed")
    if cluster is not None and jobs is not None:
        raise typer.BadParameter("A cluster has its own workers.", param_hint="--jobs")
    target_s = None if target is None else race_time(target, "--target")
    listed = None if rows is None else axis_of_csv(read_text(rows, str(rows)), str(rows))
    grid = grid_of(vary or [], listed)
    request: SweepRequest = request_of(
        scenario, grid, changes=changes or [], samples=samples, seed=seed, target_s=target_s
    )
    store = ChunkStore(output, request)
    with store.held():
        missing = store.missing()
        kept = request.chunks - len(missing)
        if kept:
            err.print(f"Going on: {kept} of {request.chunks} chunks were kept from before.")
        invalid = 0

        def finished() -> Iterator[Columns]:
            nonlocal invalid
            for number in range(request.chunks):
                columns = store.read(number)
                if columns is None:
                    err.print(f"Chunk {number} was damaged on the disk and is run again.")
                    columns = run_chunk(request.chunk(number))
                invalid += int((columns["status"] == INVALID).sum())
                yield columns

        work = _run_missing(request, missing, cluster, jobs or 0)
        try:
            with closing(work), moving(progress_bar(timed=True)) as bar:
                task = bar.add_task("attempts", total=grid.size)
                bar.update(task, completed=min(kept * request.chunk_rows, grid.size))
                for number, columns in work:
                    store.write(number, columns)
                    bar.advance(task, len(columns["status"]))
            write_columns(output, finished())
        except BaseException:
            # counted on the disk: the last stop may have come between a chunk's file and its count
            kept = request.chunks - len(store.missing())
            if kept:
                where = f"{kept} of {request.chunks} chunks are kept beside {output}"
                err.print(f"{where}: the same command goes on from there.")
            raise
        store.remove()
    refused = f"; {invalid} are invalid, with their reason" if invalid else ""
    out.print(f"{output}: {grid.size} rows{refused}", soft_wrap=True)


def _run_missing(
    request: SweepRequest, missing: Sequence[int], cluster: str | None, threads: int
) -> Generator[tuple[int, Columns], None, None]:
    """Yield the missing chunks with their numbers as they finish.

    Args:
        request: the sweep.
        missing: the numbers of the chunks to run.
        cluster: address of a Dask scheduler; None runs them here.
        threads: threads of this process; 0: one for each processor.

    Raises:
        LightpaceError: the cluster is not available or fails.
        ExtraError: a cluster is requested and distributed is not installed.
    """
    from simulator.analysis.sweep import run_chunks

    if cluster is None:
        yield from run_chunks(request, missing, threads=threads)
        return
    from simulator.cli.cluster import cluster_at

    with cluster_at(cluster) as (executor, workers, check):
        yield from run_chunks(request, missing, executor, workers, check=check)


@app.command()
def plot(
    table: Annotated[
        str,
        typer.Argument(
            help="A table of results, or a ready figure: pacers, gaps, chance or prices."
        ),
    ],
    output: OutFile = Path("figure.png"),
    x: Annotated[str, typer.Option(help="Column on the horizontal axis.")] = "",
    y: Annotated[str, typer.Option(help="Column on the vertical axis.")] = "",
    colour: Annotated[
        str,
        typer.Option("--colour", "--color", help="Column shown by colour: of lines, or of a map."),
    ] = "",
    title: Annotated[str, typer.Option(help="Heading.")] = "",
    scenario: Annotated[
        str | None,
        typer.Option(help="Scenario of a ready figure.", show_default=DEFAULT_SCENARIO),
    ] = None,
    theme: ThemeName = "night",
    changes: Changes = None,
) -> None:
    """Draw a table of results as a figure for a talk (.png, .svg, .pdf)."""
    from simulator.analysis.sweep import grid_of, request_of, run_sweep
    from simulator.analysis.uncertainty import SAMPLES, SEED, target_words
    from simulator.export.table import read_columns
    from simulator.scenario.plan import schedule_of
    from simulator.view.figures import FigureSpec, check_figure, draw_figure, draw_prices
    from simulator.view.theme import theme_named

    check_figure(output)
    colours = theme_named(theme)
    ready = table in ("prices", *FIGURES) and not Path(table).exists()
    if ready and (x or y or colour):
        what, names = "A ready figure has its own axes.", "--x, --y and --colour"
        raise typer.BadParameter(what, param_hint=names)
    if not ready and (scenario or changes):
        what = "A table is drawn as it is; they belong to a ready figure."
        raise typer.BadParameter(what, param_hint="--scenario and --set")
    scenario = scenario or DEFAULT_SCENARIO
    if ready and table == "prices":
        attempt = load(scenario, changes)
        heading = title or f"Where the time goes: {attempt.name}"
        draw_prices(_prices(attempt), heading, output, colours)
    elif ready:
        heading, x, y, colour = FIGURES[table]
        attempt = load(scenario, changes)
        vary = [f"pacers.count=0..{len(attempt.pacers.formation.names())}"]
        vary += ["pacers.front_gap=0.8..4:0.2"] if x == "pacers.front_gap" else []
        grid = grid_of(vary)
        samples = SAMPLES if y == "chance" else 0
        request = request_of(scenario, grid, changes=changes or [], samples=samples, seed=SEED)
        target_s = schedule_of(attempt.plan, attempt.distance).finish_s
        heading = heading.format(target=target_words(target_s))
        show = FigureSpec(x, y, colour, title or f"{heading}: {attempt.name}", colours)
        rows = run_sweep(request)
        draw_figure({**rows, "assumed": _assumed(attempt, rows)}, show, output)
    elif x and y:
        draw_figure(read_columns(Path(table)), FigureSpec(x, y, colour, title, colours), output)
    else:
        raise typer.BadParameter("Name the columns of both axes.", param_hint="--x and --y")
    out.print(f"{output}", soft_wrap=True)


def _assumed(attempt: Scenario, rows: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    """Return 1 for each row of a ready figure that rests on assumed coefficients, else 0."""
    import numpy as np

    from simulator.analysis.what_if import rests_on_assumed

    gaps = rows.get("pacers.front_gap", np.full(len(rows["pacers.count"]), np.nan))
    marks = []
    for count, gap in zip(rows["pacers.count"].tolist(), gaps.tolist(), strict=True):
        changed = {"count": int(count)} | ({} if np.isnan(gap) else {"front_gap": gap})
        marks.append(rests_on_assumed(attempt.pacers.model_copy(update=changed)))
    return np.array(marks, np.float64)


def _prices(attempt: Scenario) -> PriceList:
    from simulator.analysis.attribution import price_list

    listed = price_list(attempt)
    if listed is None:
        raise LightpaceError("She does not finish in all the runs that prices are made of.")
    return listed


@app.command()
def optimise(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    free: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH[=LOW..HIGH]",
            help="What may change: plan.splits, pacers.front_gap=1..3, pacers.count=0..13.",
        ),
    ] = None,
    minimise: Annotated[
        str, typer.Option(help="finish (the default), reserve_used, pacers or a free path.")
    ] = "",
    maximise: Annotated[str, typer.Option(help="The same, to be as large as possible.")] = "",
    subject_to: Annotated[
        list[str] | None, typer.Option(help='A condition, e.g. "finish<=4:00".')
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the result as a scenario: .yaml.")
    ] = None,
    force: Force = False,
    changes: Changes = None,
) -> None:
    """Find the best split plan, the fewest pacers or the widest gap, and its chance."""
    from simulator.analysis import optimise as optimum
    from simulator.export.sheet import write_scenario
    from simulator.files import refuse_existing

    if output is not None:
        if output.suffix.lower() not in (".yaml", ".yml"):
            raise typer.BadParameter(f"{output} is no .yaml file.", param_hint="--output")
        refuse_existing(output, force=force)
    with moving(err.console.status("searching")):
        best = optimum.optimise(
            scenario,
            free or [],
            minimise=minimise,
            maximise=maximise,
            subject_to=subject_to or [],
            changes=changes or [],
        )
    if output is not None:  # before printing, as in `| head` that may end the program
        write_scenario(best.scenario, output)
    for line in optimum.facts(best):
        out.print(line)
    if output is not None:
        out.print(f"{output}: {best.scenario.name}", soft_wrap=True)
