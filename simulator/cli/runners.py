"""The commands for runners and their runs: fit, predict, ghost.

In: best times, a scenario, an activity file. Out: a `runner:` block, tables of predicted times,
JSON; a ghost's file.
"""

from __future__ import annotations

import math
import sys
import textwrap
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.terminal import (
    DEFAULT_SCENARIO,
    AsJson,
    Changes,
    Force,
    ScenarioName,
    app,
    finite,
    load,
    out,
    print_json,
    print_table,
    race_time,
)
from simulator.errors import LightpaceWarning
from simulator.units import (
    LONGEST_M,
    difference_cell,
    format_distance,
    parse_distance,
    parse_number,
    parse_time,
    time_cell,
)

if TYPE_CHECKING:
    from simulator.analysis.fit import Fit
    from simulator.analysis.predict import Prediction, Race
    from simulator.recording.activities import Activity
    from simulator.scenario.model import Runner

RACE = "DISTANCE=TIME[@S[:UNTIL]]"
Shelter = Annotated[
    float, typer.Option(min=0, max=0.95, callback=finite, help="Shelter S of races that say none.")
]
Height = Annotated[float, typer.Option(min=1.2, max=2.2, callback=finite, help="Height in metres.")]
Mass = Annotated[float, typer.Option(min=30, max=120, callback=finite, help="Mass in kilograms.")]


def _race(text: str, shelter: float) -> Race:
    from simulator.analysis.predict import Race

    def refused(what: str) -> typer.BadParameter:
        return typer.BadParameter(f"'{text}' is {what}", param_hint="--race")

    distance, _, rest = text.partition("=")
    time, sheltered, air = rest.partition("@")
    value, to, until = air.partition(":")
    try:
        metres = parse_distance(distance)
        race = Race(
            metres,
            parse_time(time, metres),
            parse_number(value) if sheltered else shelter,
            parse_distance(until) if to else None,
        )
    except ValueError as error:
        example = 'not a race such as "1500 m=3:48.68" or "1500 m=3:48.68@0.6:825 m"'
        raise refused(f"{example}: {error}") from None
    usable = 100 <= race.distance_m <= 10_000 and 0 <= race.shelter <= 0.95
    if not usable or (race.until_m is not None and not 0 < race.until_m <= race.distance_m):
        raise refused("outside 100 m to 10 km, shelter 0 to 0.95, until within the race")
    speed = race.distance_m / race.time_s if race.time_s > 0 else math.inf
    if not 2.2 <= speed <= 9.0:
        raise refused(f"a mean speed of {speed:.1f} m/s; 2.2 to 9 can be fitted")
    return race


_HEADS = {
    "distance": (
        *("distance", "race", "event", "discipline", "distance_m", "metres", "m"),
        *("strecke", "distanz", "disziplin", "épreuve", "distancia", "distanza"),
    ),
    "time": (
        *("time", "time_s", "best", "mark", "result", "performance"),
        *("zeit", "leistung", "temps", "tiempo"),
    ),
    "shelter": ("shelter",),
    "until": ("until", "until_m"),
}
MOST_NAMED = 200
"""A ghost's name in a scenario is no longer than this."""
_NO_TIMES = ("dnf", "dns", "dq", "dsq", "nm", "-", "–", "—")
"""What stands where somebody ran no time."""


def _races_of(path: Path, shelter: float) -> list[Race]:
    """Return the best race over each distance of a runner's log.

    A row that is no race on a track is left out, with a warning.

    Raises:
        typer.BadParameter: the file cannot be read, a row is no race, or there is no such column.
    """
    from simulator.recording.activities import table_of

    def refused(what: str) -> typer.BadParameter:
        return typer.BadParameter(f"{path}: {what}", param_hint="--races")

    try:
        rows = table_of(path)
    except (OSError, ValueError) as error:
        raise refused(getattr(error, "strerror", None) or str(error)) from None
    head = [cell.lower() for cell in rows[0]]
    columns = {
        what: next((head.index(word) for word in words if word in head), None)
        for what, words in _HEADS.items()
    }
    if columns["distance"] is None or columns["time"] is None:
        raise refused("its first line names no columns distance and time")
    best: dict[float, Race] = {}
    for number, row in enumerate(rows[1:], 2):
        cells = {k: row[i] if i is not None and i < len(row) else "" for k, i in columns.items()}
        if not cells["distance"] and not cells["time"]:
            continue
        if not _on_a_track(cells["distance"]) or cells["time"].lower() in _NO_TIMES:
            said = f"{cells['distance']} {cells['time']}"[:100]
            warnings.warn(
                f"{path}: row {number}, {said}, is no race on a track: it is left out",
                LightpaceWarning,
                stacklevel=2,
            )
            continue
        text = f"{cells['distance']}={cells['time']}"
        until = f":{cells['until']}" if cells["until"] else ""
        if cells["shelter"] or until:
            text += f"@{cells['shelter'] or shelter}{until}"
        try:
            race = _race(text, shelter)
        except typer.BadParameter as error:
            raise refused(f"row {number}: {error.message}") from None
        if race.distance_m not in best or race.time_s < best[race.distance_m].time_s:
            best[race.distance_m] = race
    if not best:
        raise refused("no row of it is a race on a track")
    return list(best.values())


def _races(texts: list[str] | None, log: Path | None, shelter: float) -> list[Race]:
    """Return the races of the options `--race` and `--races`."""
    races = [_race(text, shelter) for text in texts or []]
    return races if log is None else [*races, *_races_of(log, shelter)]


def _on_a_track(distance: str) -> bool:
    try:
        return 100 <= parse_distance(distance) <= LONGEST_M
    except ValueError:
        return False


@app.command()
def fit(
    height: Height,
    mass: Mass,
    race: Annotated[
        list[str] | None,
        typer.Option(
            metavar=RACE,
            help='A best time, e.g. "1500 m=3:48.68"; "1500 m=3:48.68@0.6:825 m" was sheltered '
            "with S = 0.6 to 825 m. Two or more.",
        ),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(
            "--races",
            help="A table of races: columns distance and time, if known shelter and until. "
            "The best over each distance counts.",
        ),
    ] = None,
    shelter: Shelter = 0.0,
    name: Annotated[str, typer.Option(help="The runner's name.")] = "a runner",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the runner: .yaml.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Make a runner out of best times: aerobic power, reserve, endurance, critical speed, D'."""
    from simulator.analysis.fit import fit_runner, runner_block
    from simulator.files import refuse_existing, write_text
    from simulator.scenario.model import Runner

    if output is not None:
        if output.suffix.lower() not in (".yaml", ".yml"):
            raise typer.BadParameter(f"{output} is no .yaml file.", param_hint="--output")
        refuse_existing(output, force=force)

    races = _races(race, log, shelter)
    try:
        body = Runner(name=name, height=height, mass=mass)
    except ValueError:
        what = "it takes a name on one line, height and mass as numbers"
        raise typer.BadParameter(what, param_hint="--name, --height, --mass") from None
    fitted = fit_runner(races, body)
    if output is not None:
        section = runner_block(fitted.runner).partition("\n")[2]
        write_text(output, textwrap.dedent(section))
    if as_json:
        print_json(fitted.to_dict())
        return
    _print_fit(fitted)
    if output is not None:
        out.print(f"{output}: runner: {output.name} in a scenario takes it")


@app.command(name="predict")
def predict_command(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    distance: Annotated[
        list[str] | None,
        typer.Option(help='A distance, e.g. "2000 m"; left out: 800 m to 10,000 m.'),
    ] = None,
    race: Annotated[
        list[str] | None,
        typer.Option(
            metavar=RACE,
            help="A best time, as for fit. Two or more make the runner; without any she is the "
            "scenario's.",
        ),
    ] = None,
    log: Annotated[
        Path | None, typer.Option("--races", help="A table of races, as for fit.")
    ] = None,
    height: Annotated[
        float | None,
        typer.Option(min=1.2, max=2.2, callback=finite, help="Height in metres, with --race."),
    ] = None,
    mass: Annotated[
        float | None,
        typer.Option(min=30, max=120, callback=finite, help="Mass in kilograms, with --race."),
    ] = None,
    shelter: Shelter = 0.0,
    changes: Changes = None,
    as_json: AsJson = False,
) -> None:
    """Say what a runner would run over each distance, alone and paced, with a range."""
    from simulator.analysis.fit import fit_runner
    from simulator.analysis.predict import DISTANCES_M, predict

    base = load(scenario, changes)
    runner, covariance = base.runner, None
    races = _races(race, log, shelter)
    if races:
        body = {"height": height or runner.height, "mass": mass or runner.mass}
        name = "a runner" if height or mass else runner.name
        fitted = fit_runner(races, runner.model_copy(update={**body, "name": name}))
        runner, covariance = fitted.runner, fitted.covariance
    elif height or mass or shelter:
        names = "--height, --mass and --shelter"
        raise typer.BadParameter("They go with --race.", param_hint=names)
    distances = [_distance(text) for text in distance or []] or DISTANCES_M
    alone, paced = (
        predict(
            runner,
            distances,
            paced=how,
            covariance=covariance,
            environment=base.environment,
            track=base.track,
        )
        for how in (False, True)
    )
    if as_json:
        plain = {"alone": list(map(asdict, alone)), "paced": list(map(asdict, paced))}
        print_json({"runner": runner.name, **plain})
    else:
        _print_predictions(runner, alone, paced)


def _distance(text: str) -> float:
    try:
        metres = parse_distance(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--distance") from error
    if not 100 <= metres <= 10_000:
        raise typer.BadParameter(f"'{text}' is outside 100 m to 10 km.", param_hint="--distance")
    return metres


def _print_predictions(runner: Runner, alone: list[Prediction], paced: list[Prediction]) -> None:
    from simulator.analysis.predict import PACED, PACED_SHARE

    out.print(runner.name, style="bold")
    rows = [[format_distance(one.distance_m)] for one in alone]
    for predictions in (alone, paced):
        for row, p in zip(rows, predictions, strict=True):
            row += [time_cell(p.time_s), f"{time_cell(p.low_s)} to {time_cell(p.high_s)}"]
    print_table(("distance", "alone", "range", "paced", "range"), rows, left=("distance",))
    out.print(f"range: nine in ten bests; paced: S {PACED:g} for the first {100 * PACED_SHARE:g} %")
    out.print("bests on a good day: what heat takes is left out")
    if runner.endurance == 0.0:
        out.print("her endurance is 0: beyond a mile this is too fast; with --race it is fitted")


def _print_fit(fitted: Fit) -> None:
    from simulator.analysis.fit import critical_speed, d_prime, runner_block

    sys.stdout.write(runner_block(fitted.runner))
    out.print()
    units = {"max_aerobic_power": (" W/kg", 2), "reserve": (" J/kg", 0), "endurance": ("", 3)}
    for name, error in fitted.standard_error.items():
        unit, decimals = units[name]
        out.print(f"{name}: standard error {error:.{decimals}f}{unit}")
    speed, spare = critical_speed(fitted.runner), d_prime(fitted.runner)
    out.print(f"critical speed {speed:.3f} m/s, D' {spare:.0f} m")
    rows = []
    for run, predicted in zip(fitted.races, fitted.predicted_s, strict=True):
        until = "" if run.until_m is None else f" to {format_distance(run.until_m)}"
        air = f"{run.shelter:g}{until}" if run.shelter else "none"
        times = time_cell(run.time_s), time_cell(predicted), difference_cell(predicted, run.time_s)
        rows.append((format_distance(run.distance_m), *times, air))
    columns = ("race", "run", "predicted", "difference", "shelter")
    print_table(columns, rows, left=("race", "shelter"))
    for best in fitted.not_run_out:
        out.print(f"{best.label} is slower than the other times say: it was hardly run out")


@app.command()
def ghost(
    file: Annotated[
        Path,
        typer.Argument(help="A run: a .fit, .tcx, .gpx, .csv or .lss file, also packed as .gz."),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the ghost: .yaml or .npz.")
    ] = None,
    force: Force = False,
    distance: Annotated[
        str | None, typer.Option(help="How long the race was; left out: what its laps say.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="When the gun went, on its timer, e.g. 0:12.5.")
    ] = None,
    trim: Annotated[bool, typer.Option("--trim", help="The gun went when it first moves.")] = False,
    flying: Annotated[bool, typer.Option("--flying", help="It was moving at the gun.")] = False,
    name: Annotated[str, typer.Option(help="The ghost's name.")] = "",
    as_json: AsJson = False,
) -> None:
    """Read a run that a watch, an app or a table has, and make a ghost of it."""
    from simulator.analysis.activity_races import ghost_values, race_run, recording_of
    from simulator.analysis.splits import split_distances
    from simulator.errors import OutputError, RecordingError
    from simulator.files import refuse_existing, write_text
    from simulator.recording.activities import read_activity
    from simulator.recording.store import save_recording
    from simulator.scenario.save import document_text

    if output is not None:
        if output.suffix.lower() not in (".yaml", ".yml", ".npz"):
            raise OutputError(f"{output}: a ghost is written as .yaml or .npz.")
        refuse_existing(output, force=force)
    if trim and start is not None:
        raise typer.BadParameter("--from says when the gun went.", param_hint="--trim")
    activity = read_activity(file)
    from_s = None if start is None else race_time(start, "--from")
    race_m = _race_of(activity, from_s, trim) if distance is None else _distance(distance)
    try:
        run = race_run(activity, race_m, from_s, trim=trim)
    except RecordingError as error:
        raise RecordingError(f"{file}: {error}") from None
    called = " ".join((name or activity.name or file.stem).split())[:MOST_NAMED]
    places, standing = split_distances(race_m), not flying
    values = ghost_values(run, race_m, places, standing_start=standing, name=called)
    if output is not None and output.suffix.lower() == ".npz":
        save_recording(recording_of(run, race_m, standing_start=standing, name=called), output)
    elif output is not None:
        write_text(output, document_text(values))
    if as_json:
        print_json(values | {"tolerance_s": run.tolerance_s})
        return
    out.print(f"{called}, {format_distance(race_m)}", style="bold")
    rows = [
        (where, row["time"], f"{row['tolerance']:g}") if isinstance(row, dict) else (where, row, "")
        for where, row in values["splits"].items()
    ]
    print_table(("m", "time", "±"), rows, left=("m",))
    out.print(f"made of {run.note}")
    if output is not None:
        out.print(f"{output}: ghosts: [{{file: {output.name}}}] in a scenario shows it")


def _race_of(activity: Activity, from_s: float | None, trim: bool) -> float:
    """Return the race distance of an activity [m]; refuse an ambiguous one."""
    from simulator.analysis.activity_races import likely_distances

    likely = likely_distances(activity, from_s, trim=trim)
    if len(likely) == 1:
        return likely[0]
    what = "It may be " + " or ".join(map(format_distance, likely)) if likely else (
        "Its laps and its track say no race"
    )  # fmt: skip
    raise typer.BadParameter(f"{what}: write how long it was.", param_hint="--distance")
