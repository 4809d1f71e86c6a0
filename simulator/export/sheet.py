"""Tables for people: the splits, the coach's sheet, a scenario as YAML, the validation table.

In: a `Summary`, a scenario, rows of `simulator.analysis.validate`. Out: texts; files, complete or
absent; docs/validation.md. For the watch the plan is a FIT workout with a step for each lap.
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simulator.analysis.fit import ATHLETES, Study, athletes
from simulator.analysis.predict import DISTANCES_M
from simulator.analysis.references import plan_reference, wave_references
from simulator.analysis.splits import split_label, split_places
from simulator.analysis.summary import Summary
from simulator.analysis.validation_rows import Role, Unit, ValidationRow, sections
from simulator.errors import OutputError, requiring
from simulator.files import replacing, write_text
from simulator.physics.track import lap_count
from simulator.scenario.loader import scenario_to_dict
from simulator.scenario.model import Scenario
from simulator.scenario.pacers import slot_changes
from simulator.scenario.save import document_text, worded
from simulator.units import (
    LAP_M,
    difference_cell,
    format_distance,
    format_signed,
    format_time,
    time_cell,
    whole_metres,
)


def split_cells(summary: Summary) -> list[list[str]]:
    """Return the split table for people, headings first."""
    published = any(s.published_s is not None for s in summary.splits)
    rows = [["m", "plan", "run", "gap", *(ghost.name for ghost in summary.ghosts)]]
    rows[0] += ["published", "residual"] if published else []
    for s in summary.splits:
        cells = [
            s.label,
            time_cell(s.plan_s),
            time_cell(s.run_s),
            difference_cell(s.run_s, s.plan_s),
        ]
        cells += [time_cell(t) for t in s.ghosts_s]
        if published:
            cells += [time_cell(s.published_s), difference_cell(s.run_s, s.published_s)]
        rows.append(cells)
    return rows


def write_splits(summary: Summary, path: str | Path) -> None:
    """Write the split table as CSV, times in seconds, empty where unknown.

    Raises:
        OutputError: the file cannot be written.
    """
    published = any(s.published_s is not None for s in summary.splits)
    rows = [["distance_m", "plan_s", "run_s", "gap_to_plan_s"]]
    rows[0] += [f"{ghost.name}_s" for ghost in summary.ghosts]
    rows[0] += ["published_s", "residual_s"] if published else []
    for s in summary.splits:
        values: list[float | None] = [s.distance_m, s.plan_s, s.run_s, s.delta_s, *s.ghosts_s]
        values += [s.published_s, s.residual_s] if published else []
        rows.append(["" if v is None else f"{v:z.3f}" for v in values])
    write_text(path, _csv(rows))


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def write_scenario(scenario: Scenario, path: str | Path) -> None:
    """Write the scenario as YAML.

    Raises:
        OutputError: the file cannot be written.
    """
    write_text(path, document_text(worded(scenario_to_dict(scenario))))


def sheet_sections(scenario: Scenario) -> list[tuple[str, list[list[str]]]]:
    """Return the coach's sheet: (heading, rows with a first row of column names)."""
    race = scenario.distance
    distances = split_places(scenario)
    plan = plan_reference(scenario)
    previous = 0.0
    targets = [["distance", "time", "lap section"]]
    for x in distances:
        t = round(float(plan.run.time_at(x)), 2)  # as printed, so that the sections add up
        label = format_distance(x) if x != race else f"finish ({format_distance(x)})"
        targets.append([label, format_time(t), format_time(t - previous)])
        previous = t
    sections = [(f"Target splits, {scenario.runner.name}", targets)]
    shown = zip(scenario.wavelight.waves, wave_references(scenario), strict=True)
    waves = [mark for wave, mark in shown if wave.on]
    if waves:
        rows = [["distance", *(f"{wave.name} ({wave.colour})" for wave in waves)]]
        for x in distances:
            times = [format_time(float(wave.run.time_at(x))) for wave in waves]
            rows.append([split_label(x, race), *times])
        sections.append(("Waves of light", rows))
    slots = [["pacer", "metres ahead (+) or behind (-)", "metres outside", "from", "until"]]
    line_up = [s for s in scenario.pacers.line_up() if s.from_ < race]
    for s in line_up:
        until = "finish" if s.until is None or s.until >= race else format_distance(s.until)
        slots.append(
            [s.name, f"{s.ahead:+.2f}", f"{s.offset:.2f}", format_distance(s.from_), until]
        )
    if line_up:
        note = " (spacing assumed)" if scenario.pacers.formation.assumed else ""
        sections.append((f"Pacers: {scenario.pacers.formation.name}{note}", slots))
    changes = sorted((x, f"{name} {what}") for x, name, what in slot_changes(line_up) if x < race)
    if changes:
        rows = [[format_distance(x), text] for x, text in changes]
        sections.append(("Hand-overs and drop-outs", [["at", "what"], *rows]))
    return sections


def write_sheet(scenario: Scenario, path: str | Path) -> None:
    """Write the coach's sheet as `.csv` or `.txt`, as `.pdf` for a clipboard, `.fit` for a watch.

    Raises:
        OutputError: the extension is not supported, or the file cannot be written.
        ExtraError: matplotlib, which writes PDF, or fit-tool is not installed.
    """
    ending, others = Path(path).suffix.lower(), {".pdf": _write_pdf, ".fit": write_workout}
    if ending in others:
        others[ending](scenario, path)
        return
    if ending not in (".csv", ".txt"):
        raise OutputError(f"{path}: a sheet is written as .csv, .txt, .pdf or .fit.")
    rows, lines = [[scenario.name]], [scenario.name, "=" * len(scenario.name)]
    for heading, table in sheet_sections(scenario):
        rows += [[], [heading], *table]
        lines += ["", heading, "-" * len(heading), *_aligned(table)]
    write_text(path, _csv(rows) if ending == ".csv" else "\n".join(lines) + "\n")


_PAGE_IN, _EDGE_IN, _LINE_IN, _TYPE_PT = (8.27, 11.69), 0.7, 0.19, 9.5
"""A page of A4, its margin, the height of a line [inches]; the type size [points]."""


def _write_pdf(scenario: Scenario, path: str | Path) -> None:
    """Write the sheet black on white, on as many pages as needed; no heading ends a page."""
    lines: list[tuple[str, str]] = [(scenario.name, "title")]
    for heading, table in sheet_sections(scenario):
        head, *rows = _aligned(table)
        lines += [("", ""), (heading, "heading"), (head, "columns"), *((row, "") for row in rows)]
    width, height = _PAGE_IN
    most = int((height - 2.0 * _EDGE_IN) / _LINE_IN)
    pages: list[list[tuple[str, str]]] = [[]]
    for i, line in enumerate(lines):
        together = 4 if line[1] == "heading" else 1
        if len(pages[-1]) + min(together, len(lines) - i) > most:
            pages.append([])
        pages[-1].append(line)
    looks: dict[str, dict[str, Any]] = {
        "title": {"fontsize": 1.5 * _TYPE_PT, "fontweight": "bold"},
        "heading": {"fontweight": "bold"},
        "columns": {"color": "0.4", "fontfamily": "monospace"},
        "": {"fontfamily": "monospace"},
    }
    with opened_pdf(path, scenario.name, "A sheet as PDF") as pdf:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra

        for page in pages:
            figure = Figure(figsize=_PAGE_IN)
            for i, (text, kind) in enumerate(page):
                at = _EDGE_IN / width, 1.0 - (_EDGE_IN + i * _LINE_IN) / height
                look = {"fontsize": _TYPE_PT, **looks[kind]}
                figure.text(*at, text, va="top", parse_math=False, **look)
            pdf.savefig(figure)


@contextmanager
def opened_pdf(path: str | Path, title: str, what: str) -> Iterator[Any]:
    """Yield a PDF file, complete or absent, to which figures are added as pages.

    Raises:
        OutputError: it cannot be written.
        ExtraError: matplotlib is not installed; the message says that `what` needs it.
    """
    with requiring(what, "plot"):
        from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415 - an extra
    with warnings.catch_warnings(), replacing(path) as beside:
        warnings.simplefilter("ignore")  # a character that no font has is drawn as a box
        with PdfPages(beside, metadata={"CreationDate": None, "Title": title}) as pdf:
            yield pdf


def _aligned(table: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    return [
        "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


# -- a workout for the watch


BAND = 0.01
"""The watch accepts speeds that differ by this share [1] (assumed)."""
_EPOCH_MS = 1_000_000_000_000
"""The creation time in the file: constant, so that equal plans give equal files [ms]."""
_NAME_BYTES = 40


def lap_ends(race_m: float, lap_m: float = LAP_M) -> list[float]:
    """Return the distances at which laps end at the finish line [m]; see `lap_count`."""
    return [race_m - lap_m * left for left in reversed(range(lap_count(race_m, lap_m)))]


def write_workout(scenario: Scenario, path: str | Path) -> None:
    """Write the plan as a workout.

    Raises:
        ExtraError: fit-tool is not installed.
        OutputError: the file cannot be written.
    """
    with requiring("A workout", "activities"):
        from fit_tool.fit_file_builder import FitFileBuilder  # noqa: PLC0415 - an extra
        from fit_tool.profile.messages.file_id_message import FileIdMessage  # noqa: PLC0415
        from fit_tool.profile.messages.workout_message import WorkoutMessage  # noqa: PLC0415
        from fit_tool.profile.messages.workout_step_message import (  # noqa: PLC0415
            WorkoutStepMessage,
        )
        from fit_tool.profile.profile_type import (  # noqa: PLC0415
            FileType,
            Intensity,
            Manufacturer,
            Sport,
            WorkoutStepDuration,
            WorkoutStepTarget,
        )
    ends = lap_ends(scenario.distance, scenario.track.lap)
    times = plan_reference(scenario).run.time_at(ends).tolist()
    builder = FitFileBuilder(auto_define=True, min_string_size=_NAME_BYTES)
    head = FileIdMessage()
    head.type, head.time_created = FileType.WORKOUT, _EPOCH_MS
    head.manufacturer, head.product, head.serial_number = Manufacturer.DEVELOPMENT.value, 0, 1
    workout = WorkoutMessage()
    workout.workout_name = _short(scenario.name)
    workout.sport, workout.num_valid_steps = Sport.RUNNING, len(ends)
    builder.add_all([head, workout])
    begin_m = begin_s = 0.0
    for number, (end_m, end_s) in enumerate(zip(ends, times, strict=True)):
        step = WorkoutStepMessage()
        step.message_index, step.intensity = number, Intensity.ACTIVE
        lap_s = round(end_s, 2) - round(begin_s, 2)
        words = f"{format_time(lap_s)} to {format_distance(end_m)} in {format_time(end_s)}"
        step.workout_step_name = _short(words)
        step.duration_type = WorkoutStepDuration.DISTANCE
        step.duration_distance = end_m - begin_m
        step.target_type, step.target_value = WorkoutStepTarget.SPEED, 0
        speed = (end_m - begin_m) / (end_s - begin_s)
        step.custom_target_speed_low = speed * (1.0 - BAND)
        step.custom_target_speed_high = speed * (1.0 + BAND)
        builder.add(step)
        begin_m, begin_s = end_m, end_s
    with replacing(path) as beside:
        beside.write_bytes(builder.build().to_bytes())


def _short(text: str) -> str:
    """Return a name cut to the available bytes, between characters."""
    return text.encode()[: _NAME_BYTES - 1].decode(errors="ignore")


# -- the validation table


VALIDATION_COLUMNS = ("what", "source", "published", "model", "difference", "", "note")
"""The table's columns; the one without a name is the role."""

ROLE_WORDS = {
    Role.CALIBRATED: "numbers of the model were chosen with this value in view, so that it fits "
    "proves nothing",
    Role.PREDICTED: "no number was chosen for it",
    Role.ARTEFACT: "what the model does and a runner would not; nothing is published about it",
    Role.IDENTITY: "it must hold to the last digits; it tests the arithmetic, not the model",
    Role.LISTED: "published without what a computation needs",
}

_VALIDATION_HEAD = """# Validation

Written by `lightpace validate --markdown > docs/validation.md` (`make validation`); a test holds it
to what the command prints. The formulas are in [physics.md](physics.md).

Difference is model minus published; a time that is too long is positive. Inside a published range
it is zero, outside it counts from the nearer end. The last column but one says what a value is to
the model:

"""


def validation_cells(row: ValidationRow) -> list[str]:
    """Return the row as text, one cell for each of `VALIDATION_COLUMNS`."""
    published = "–" if not row.published else " to ".join(_value(p, row) for p in row.published)
    difference = "" if row.difference is None else _difference(row.difference, row)
    model = "–" if row.model is None else _value(row.model, row)
    return [row.what, row.source, published, model, difference, row.role.value, row.note]


def _value(value: float, row: ValidationRow) -> str:
    if row.unit is Unit.TIME:
        return format_time(value)
    if row.unit.cut:
        return f"{whole_metres(value)} m"
    return f"{value:.{row.unit.decimals}f}".replace("-", "−") + row.unit.sign


def _difference(value: float, row: ValidationRow) -> str:
    sign = " s" if row.unit.plain == "s" else ""
    return f"{format_signed(value, row.unit.decimals)}{sign}"


def athlete_cells(study: Study) -> list[list[str]]:
    """Return the prediction error of each athlete's left-out bests [%], headings first."""
    labels = [format_distance(d) for d in DISTANCES_M]
    rows = [["athlete", *labels]]
    for athlete in athletes():
        misses = {r.best.distance_m: r.error for r in study.left_out if r.athlete == athlete}
        cells = [format_signed(100.0 * misses[d]) if d in misses else "" for d in DISTANCES_M]
        rows.append([athlete.runner.name, *cells])
    return rows


_ATHLETES = f"""## Public athletes, best by best

Predicted minus run, in % of the best, when it is left out and the athlete fitted to the others; the
prior is made from the other athletes alone. The bests, with place and year, are in
configs/{ATHLETES}. Who is in it follows from a rule that looks at no fit: athletes who have held an
outdoor world record at 800 m to 10,000 m since 1980, with four public outdoor bests or more over
these distances. It is not every such athlete, but none, and no best, was left out for what came
out. Bests of all years count; all are taken to be paced over their first 55 %.

"""


def validation_markdown(rows: Sequence[ValidationRow], study: Study) -> str:
    """Return docs/validation.md."""
    lines = [f"- **{role.value}**: {words};" for role, words in ROLE_WORDS.items()]
    lines[-1] = lines[-1].removesuffix(";") + "."
    head = [name or "role" for name in VALIDATION_COLUMNS]
    for title, section in sections(rows).items():
        lines += ["", f"## {title}", ""]
        lines.append(f"| {' | '.join(head)} |")
        lines.append("|---|---|--:|--:|--:|---|---|")
        lines += [f"| {' | '.join(validation_cells(row))} |" for row in section]
    heading, *cells = athlete_cells(study)
    table = [f"| {' | '.join(heading)} |", "|---" + "|--:" * len(DISTANCES_M) + "|"]
    table += [f"| {' | '.join(row)} |" for row in cells]
    marked = ["<!-- athletes -->", *table, "<!-- /athletes -->"]
    return _VALIDATION_HEAD + "\n".join(lines) + "\n\n" + _ATHLETES + "\n".join(marked) + "\n"
