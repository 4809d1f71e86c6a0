"""The split table as CSV, and the coach's sheet as text or CSV.

In: a `Summary` or a scenario. Out: files, written beside and renamed.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from simulator.analysis.marks import plan_mark, wave_marks
from simulator.analysis.splits import split_distances, split_label
from simulator.analysis.summary import Summary
from simulator.errors import OutputError
from simulator.files import write_text
from simulator.scenario.model import Scenario
from simulator.units import format_distance, format_time


def split_rows(summary: Summary) -> list[list[str]]:
    """Return the split table as texts, headings first; times in seconds, empty where unknown."""
    published = any(s.published_s is not None for s in summary.splits)
    head = ["distance_m", "plan_s", "run_s", "gap_to_plan_s"]
    head += [f"{ghost.name}_s" for ghost in summary.ghosts]
    head += ["published_s", "residual_s"] if published else []
    rows = [head]
    for s in summary.splits:
        values: list[float | None] = [s.distance_m, s.plan_s, s.run_s, s.delta_s, *s.ghosts_s]
        values += [s.published_s, s.residual_s] if published else []
        rows.append(["" if v is None else f"{v:.3f}" for v in values])
    return rows


def write_splits(summary: Summary, path: str | Path) -> None:
    """Write the split table as CSV.

    Raises:
        OutputError: the file cannot be written.
    """
    write_text(path, _csv(split_rows(summary)))


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def sheet_sections(scenario: Scenario) -> list[tuple[str, list[list[str]]]]:
    """Return what a coach hands out: (heading, rows with a first row of column names)."""
    race = scenario.distance
    distances = split_distances(race)
    plan = plan_mark(scenario)
    previous = 0.0
    targets = [["distance", "time", "lap section"]]
    for x in distances:
        t = float(plan.run.time_at(x))
        label = format_distance(x) if x != race else f"finish ({format_distance(x)})"
        targets.append([label, format_time(t), format_time(t - previous)])
        previous = t
    sections = [(f"Target splits, {scenario.runner.name}", targets)]
    waves = wave_marks(scenario)
    if waves:
        rows = [["distance", *(f"{wave.name} ({wave.colour})" for wave in waves)]]
        for x in distances:
            times = [format_time(float(wave.run.time_at(x))) for wave in waves]
            rows.append([split_label(x, race), *times])
        sections.append(("Waves of light", rows))
    slots = [["pacer", "metres ahead (+) or behind (-)", "metres outside", "from", "until"]]
    events: list[tuple[float, str]] = []
    line_up = scenario.pacers.line_up()
    begins = {(s.name, s.from_) for s in line_up}
    for s in line_up:
        until = "finish" if s.until is None else format_distance(s.until)
        slots.append(
            [s.name, f"{s.ahead:+.2f}", f"{s.offset:.2f}", format_distance(s.from_), until]
        )
        if s.until is not None and s.until < race:
            swaps = (s.name, s.until) in begins
            events.append((s.until, f"{s.name} {'changes place' if swaps else 'leaves'}"))
    if line_up:
        note = " (spacing assumed)" if scenario.pacers.formation.assumed else ""
        sections.append((f"Pacers: {scenario.pacers.formation.name}{note}", slots))
    if events:
        rows = [[format_distance(x), text] for x, text in sorted(events)]
        sections.append(("Hand-overs and drop-outs", [["at", "what"], *rows]))
    return sections


def write_sheet(scenario: Scenario, path: str | Path) -> None:
    """Write the coach's sheet as `.csv` or `.txt`.

    Raises:
        OutputError: the ending is another one, or the file cannot be written.
    """
    path = Path(path)
    sections = sheet_sections(scenario)
    if path.suffix.lower() == ".csv":
        rows = [[scenario.name]]
        for heading, table in sections:
            rows += [[], [heading], *table]
        write_text(path, _csv(rows))
    elif path.suffix.lower() == ".txt":
        parts = [scenario.name, "=" * len(scenario.name)]
        for heading, table in sections:
            parts += ["", heading, "-" * len(heading), *_aligned(table)]
        write_text(path, "\n".join(parts) + "\n")
    else:
        raise OutputError(f"{path}: a sheet is written as .csv or .txt.")


def _aligned(table: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    return [
        "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
