"""Printing an attempt: its split table and what it means.

In: a `Summary`. Out: text on stdout.
"""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from simulator.analysis.summary import Summary
from simulator.cli.terminal import WIDE, out, signed_cell, time_cell
from simulator.units import format_signed, format_time


def print_summary(summary: Summary) -> None:
    """Print the split table, then the facts below it."""
    run, target = summary.recording, summary.target_s
    table = Table(box=None, pad_edge=False)
    published = any(s.published_s is not None for s in summary.splits)
    columns = ["m", "plan", "run", "gap", *(escape(g.name) for g in summary.ghosts)]
    for column in [*columns, *(["published", "residual"] if published else [])]:
        table.add_column(column, justify="right")
    for s in summary.splits:
        cells = [s.label, time_cell(s.plan_s), time_cell(s.run_s), signed_cell(s.delta_s)]
        cells += [time_cell(t) for t in s.ghosts_s]
        if published:
            blank = s.published_s is None
            cells += ["", ""] if blank else [time_cell(s.published_s), signed_cell(s.residual_s)]
        table.add_row(*cells, style="bold" if s.label == "finish" else None)
    out.print(escape(summary.scenario.name), style="bold")
    WIDE.print(table)
    out.print()
    for line in _facts(summary, run.finish_s, target):
        out.print(escape(line))


def _facts(summary: Summary, finish: float | None, target: float) -> list[str]:
    energy = summary.energy
    told = "did not finish" if finish is None else f"finish {format_time(finish)}"
    if finish is not None:
        told += f", {format_signed(finish - target)} s against the plan's {format_time(target)}"
    lost = summary.lost_light_at_m
    lines = [
        f"{told}; status: {summary.recording.status.value}",
        "kept the light to the line" if lost is None else f"lost the light at {lost:.0f} m",
        f"mean shelter {100 * summary.mean_shelter:.1f} % of the air drag",
        (
            f"energy {energy.spent:.0f} J/kg: {energy.aerobic:.0f} aerobic, "
            f"{energy.from_reserve:.0f} from the reserve, {energy.reserve_left:.0f} left of it"
        ),
    ]
    worst = max(
        (s for s in summary.splits if s.residual_s is not None),
        key=lambda s: abs(s.residual_s or 0.0),
        default=None,
    )
    if worst is not None and worst.residual_s is not None:
        word = "early" if worst.residual_s < 0 else "late"
        lines.append(
            "residual: run minus published; the largest is "
            f"{abs(worst.residual_s):.2f} s too {word} at {worst.label}"
        )
    return lines
