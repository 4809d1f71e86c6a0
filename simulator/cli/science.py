"""The commands a coach asks `how do you know?` with: validate, calibrate, fit.

In: arguments. Out: tables, JSON, Markdown, a `runner:` block.
"""

from __future__ import annotations

import json
import math
import sys
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from simulator.analysis.calibrate import FLAT_S, Calibration, Found, Free, calibrate
from simulator.analysis.fit import OFF_S, Fit, Race, Span, fit_runner, runner_block
from simulator.cli.options import finite, race_time
from simulator.cli.terminal import WIDE, Changes, ScenarioName, app, out, signed_cell, time_cell
from simulator.scenario.model import Runner
from simulator.units import format_distance, format_time, parse_distance, parse_time

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def validate(
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/validation.md.")] = False,
) -> None:
    """Run everything that has a published value, and print how far off the model is."""
    from simulator.analysis.validating import validate as run_all
    from simulator.analysis.validation import sections
    from simulator.export.validation import COLUMNS, ROLES, row_cells, to_markdown

    rows = run_all()
    if as_json:
        _print_json([row.to_dict() for row in rows])
        return
    if markdown:
        sys.stdout.write(to_markdown(rows))
        return
    table = Table(box=None, pad_edge=False)
    for column in COLUMNS:
        right = column in ("published", "model", "difference")
        table.add_column(column, justify="right" if right else "left")
    for title, own in sections(rows).items():
        table.add_row("")
        table.add_row(escape(title), style="bold")
        for row in own:
            table.add_row(*(escape(cell) for cell in row_cells(row)))
    WIDE.print(table)
    out.print()
    for role, words in ROLES.items():
        out.print(escape(f"{role.value}: {words}"))


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
    """Find one or two numbers of a scenario with which it ends in a given time."""
    target = race_time(to, "--to")
    found = calibrate(scenario, target, [_free(text) for text in free], changes=changes or [])
    if as_json:
        _print_json(found.to_dict())
    else:
        _print_calibration(found)


def _free(text: str) -> Free:
    path, equals, bounds = text.partition("=")
    if not equals:
        return Free(path.strip())
    low, dots, high = bounds.partition("..")
    if not dots:
        raise typer.BadParameter(f"'{text}' is not PATH=LOW..HIGH", param_hint="--free")
    return Free(path.strip(), _number(low, text), _number(high, text))


def _number(text: str, whole: str) -> float:
    for parse in (float, parse_time, parse_distance):
        try:
            value = parse(text.strip())
        except ValueError:
            continue
        if math.isfinite(value):
            return value
    raise typer.BadParameter(f"'{text}' in '{whole}' is not a number", param_hint="--free")


def _print_calibration(found: Calibration) -> None:
    out.print(escape(found.scenario.name), style="bold")
    for number in found.found:
        line = f"{number.path} = {number.value:.6g}{_flatness(number)}"
        out.print(escape(line), soft_wrap=True)
    if found.correlation is not None:
        out.print(
            f"correlation of the two {found.correlation:+.2f}: near ±1, a change of one is made "
            "good by the other"
        )
    if found.others:
        out.print(f"{found.others} more values end at the same time; this is the least")
    out.print(
        f"finish {format_time(found.finish_s)}, {signed_cell(found.residual_s)} s from "
        f"{format_time(found.target_s)}"
    )
    if len(found.misses) > 1:
        table = Table(box=None, pad_edge=False)
        for column in ("m", "published", "residual"):
            table.add_column(column, justify="right")
        for miss in found.misses[:-1]:
            label = format_distance(miss.distance_m).removesuffix(" m")
            table.add_row(label, time_cell(miss.published_s), signed_cell(miss.residual_s))
        WIDE.print(table)


def _flatness(number: Found) -> str:
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
def fit(
    race: Annotated[
        list[str],
        typer.Option(
            metavar="DISTANCE=TIME[@S[:UNTIL]]",
            help='A best time, e.g. "1500 m=3:48.68"; "1500 m=3:48.68@0.6:825 m" was sheltered '
            "with S = 0.6 to 825 m. Two or more.",
        ),
    ],
    height: Annotated[float, typer.Option(min=1.2, max=2.2, callback=finite, help="Height [m].")],
    mass: Annotated[float, typer.Option(min=30, max=120, callback=finite, help="Mass [kg].")],
    shelter: Annotated[
        float,
        typer.Option(min=0, max=0.95, callback=finite, help="Shelter S of races that say none."),
    ] = 0.0,
    name: Annotated[str, typer.Option(help="The runner's name.")] = "a runner",
    as_json: AsJson = False,
) -> None:
    """Make a runner out of best times: aerobic power, reserve, critical speed, D'."""
    races = [_race(text, shelter) for text in race]
    try:
        body = Runner(name=name, height=height, mass=mass)
    except ValueError:
        what = "a name on one line, height and mass as numbers are wanted"
        raise typer.BadParameter(what, param_hint="--name, --height, --mass") from None
    found = fit_runner(races, body)
    if as_json:
        _print_json(found.to_dict())
    else:
        _print_fit(found)


def _race(text: str, shelter: float) -> Race:
    what = f'\'{text}\' is not a race such as "1500 m=3:48.68" or "1500 m=3:48.68@0.6:825 m"'
    distance, equals, rest = text.partition("=")
    time, sheltered, air = rest.partition("@")
    value, to, until = air.partition(":")
    try:
        if not equals:
            raise ValueError(what)
        found = Race(
            parse_distance(distance),
            parse_time(time),
            float(value) if sheltered else shelter,
            parse_distance(until) if to else None,
        )
    except ValueError:
        raise typer.BadParameter(what, param_hint="--race") from None
    usable = 100 <= found.distance_m <= 10_000 and 0 <= found.shelter <= 0.95
    if not usable or (found.until_m is not None and not 0 < found.until_m <= found.distance_m):
        limits = "100 m to 10 km, shelter 0 to 0.95, until within the race"
        raise typer.BadParameter(f"'{text}' is outside {limits}", param_hint="--race")
    speed = found.distance_m / found.time_s if found.time_s > 0 else float("inf")
    if not 2.2 <= speed <= 9.0:
        raise typer.BadParameter(
            f"'{text}' is a mean speed of {speed:.1f} m/s; 2.2 to 9 can be fitted",
            param_hint="--race",
        )
    return found


def _print_fit(found: Fit) -> None:
    sys.stdout.write(runner_block(found.runner))
    out.print()
    unit = {"max_aerobic_power": ("W/kg", 2), "reserve": ("J/kg", 0)}
    for key, span in (("max_aerobic_power", found.power), ("reserve", found.reserve)):
        out.print(escape(_span_words(key, span, *unit[key])))
    if len(found.races) == 2:
        out.print("two races: the solution is exact, and no error can be given from two races")
    out.print(f"critical speed {found.critical_speed:.3f} m/s, D' {found.d_prime:.0f} m")
    table = Table(box=None, pad_edge=False)
    for column in ("race", "run", "predicted", "difference", "shelter"):
        table.add_column(column, justify="left" if column in ("race", "shelter") else "right")
    for run, predicted in zip(found.races, found.predicted_s, strict=True):
        until = "" if run.until_m is None else f" to {format_distance(run.until_m)}"
        table.add_row(
            format_distance(run.distance_m),
            time_cell(run.time_s),
            time_cell(predicted),
            signed_cell(predicted - run.time_s),
            f"{run.shelter:g}{until}" if run.shelter else "none",
        )
    WIDE.print(table)


def _span_words(key: str, span: Span, unit: str, decimals: int) -> str:
    if span.error is not None:
        return f"{key}: standard error {span.error:.{decimals}f} {unit}"
    if span.low is None or span.high is None:
        return f"{key}: with each time off by {OFF_S:g} s no runner would be left"
    low, high = f"{span.low:.{decimals}f}", f"{span.high:.{decimals}f}"
    return f"{key}: {low} to {high} {unit} if each time were off by {OFF_S:g} s"


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, allow_nan=False) + "\n")
