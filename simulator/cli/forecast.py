"""Printing a forecast: how sure the finish is, and which input matters most.

In: a `Forecast`. Out: text on stdout.
"""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from simulator.analysis.uncertainty import Effect, Forecast, chance_words, target_words
from simulator.cli.terminal import WIDE, out, time_cell
from simulator.recording.recording import Status
from simulator.units import format_time


def print_forecast(found: Forecast) -> None:
    """Print the percentiles, the chance of the target and the list of what matters."""
    out.print()
    out.print(escape(f"{found.samples} samples, seed {found.seed}"), style="bold")
    for line in _facts(found):
        out.print(escape(line))
    out.print()
    table = Table(box=None, pad_edge=False)
    table.add_column("what matters most")
    for column in ("5 %", "95 %", "finish at 5 %", "at 95 %", "swing"):
        table.add_column(column, justify="right")
    table.add_column("")
    for effect in found.effects:
        table.add_row(*_row(effect))
    WIDE.print(table)
    out.print("Each input alone, the others at the scenario's own values.")


def _facts(found: Forecast) -> list[str]:
    low, middle, high = (time_cell(found.percentile(p)) for p in (5, 50, 95))
    finished = found.counts[Status.FINISHED.value]
    others = [f"{n} {name}" for name, n in found.counts.items() if n and name != "finished"]
    lines = [f"finish: 5 % {low}, 50 % {middle}, 95 % {high}, of {finished} that finished"]
    if others:
        lines.append(f"not in these times: {', '.join(others)}")
    lines.append(
        f"chance of {target_words(found.target_s)}: {chance_words(found.chance(), found.samples)} "
        f"± {100 * found.chance_error:.1f} (the ± is from the number of samples alone)"
    )
    lines.append(
        f"she follows her plan: nobody is faster than its {format_time(found.target_s)}, however "
        "strong; the fast end tells of the plan"
    )
    assumed = [effect.name for effect in found.effects if effect.assumed]
    if assumed:
        lines.append(f"assumed spreads, not published: {', '.join(assumed)}")
    return lines


def _row(effect: Effect) -> list[str]:
    swing = "no finish" if effect.swing_s is None else f"{effect.swing_s:.2f} s"
    unit = f" [{effect.unit}]" if effect.unit else ""
    return [
        escape(f"{effect.name}{unit}"),
        f"{effect.low:.4g}",
        f"{effect.high:.4g}",
        time_cell(effect.finish_low_s),
        time_cell(effect.finish_high_s),
        swing,
        "assumed" if effect.assumed else "published range",
    ]
