"""What the commands print about an attempt, a forecast of it, a story.

In: a `Summary`, a `Forecast`, a story's timeline. Out: text on stdout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from simulator.cli.terminal import WIDE, new_table, out
from simulator.export.sheet import split_cells, worst_residual
from simulator.units import format_clock, format_signed, format_time, time_cell

if TYPE_CHECKING:
    from simulator.analysis.summary import Summary
    from simulator.analysis.uncertainty import Forecast
    from simulator.stage.story import Telling


def print_summary(summary: Summary) -> None:
    """Print the split table, then what it means."""
    head, *rows = split_cells(summary)
    table = new_table(*head)
    for split, cells in zip(summary.splits, rows, strict=True):
        if "published" in head and split.published_s is None:
            cells[-2:] = ["", ""]
        table.add_row(*cells, style="bold" if split.label == "finish" else None)
    out.print(escape(summary.scenario.name), style="bold")
    WIDE.print(table)
    out.print()
    for line in _facts(summary):
        out.print(escape(line))


def _facts(summary: Summary) -> list[str]:
    energy, lost, finish = summary.energy, summary.lost_light_at_m, summary.recording.finish_s
    result = "did not finish"
    if finish is not None:
        late, target = format_signed(finish - summary.target_s), format_time(summary.target_s)
        result = f"finish {format_time(finish)}, {late} s against the plan's {target}"
    lines = [
        f"{result}; status: {summary.recording.status.value}",
        "kept the light to the line" if lost is None else f"lost the light at {lost:.0f} m",
        f"mean shelter {100 * summary.mean_shelter:.1f} % of the air drag",
        (
            f"energy {energy.spent:.0f} J/kg: {energy.aerobic:.0f} aerobic, "
            f"{energy.from_reserve:.0f} from the reserve, {energy.reserve_left:.0f} left of it"
        ),
    ]
    worst = worst_residual(summary)
    if worst is not None:
        split, residual_s = worst
        word = "early" if residual_s < 0 else "late"
        lines.append(
            "residual: run minus published; the largest is "
            f"{abs(residual_s):.2f} s too {word} at {split.label}"
        )
    return lines


def print_forecast(forecast: Forecast) -> None:
    """Print the percentiles, the chance of the target and the list of what matters."""
    out.print()
    out.print(escape(f"{forecast.samples} samples, seed {forecast.seed}"), style="bold")
    for line in _forecast_facts(forecast):
        out.print(escape(line))
    out.print()
    first, last = "what matters most", ""
    columns = (first, "5 %", "95 %", "finish at 5 %", "at 95 %", "swing", last)
    table = new_table(*columns, left=(first, last))
    for effect in forecast.effects:
        table.add_row(
            escape(f"{effect.name} [{effect.unit}]" if effect.unit else effect.name),
            f"{effect.low:.4g}",
            f"{effect.high:.4g}",
            time_cell(effect.finish_low_s),
            time_cell(effect.finish_high_s),
            "no finish" if effect.swing_s is None else f"{effect.swing_s:.2f} s",
            "assumed" if effect.assumed else "published range",
        )
    WIDE.print(table)
    out.print("Each input alone, the others at the scenario's own values.")


def _forecast_facts(forecast: Forecast) -> list[str]:
    from simulator.analysis.uncertainty import target_words

    low, middle, high = (time_cell(forecast.percentile(p)) for p in (5, 50, 95))
    counts = dict(forecast.counts)
    finished = counts.pop("finished")
    lines = [f"finish: 5 % {low}, 50 % {middle}, 95 % {high}, of {finished} that finished"]
    others = [f"{n} {name}" for name, n in counts.items() if n]
    if others:
        lines.append(f"not in these times: {', '.join(others)}")
    lines += [
        (
            f"chance of {target_words(forecast.target_s)}: {100 * forecast.chance():.1f} % "
            f"± {100 * forecast.chance_error:.1f} (the ± is from the number of samples alone)"
        ),
        (
            f"she follows her plan: nobody is faster than its {format_time(forecast.target_s)}, "
            "however strong; the fast end tells of the plan"
        ),
    ]
    assumed = [effect.name for effect in forecast.effects if effect.assumed]
    if assumed:
        lines.append(f"assumed spreads, not published: {', '.join(assumed)}")
    return lines


def print_story(name: str, telling: Telling) -> None:
    """Print the chapters of a story with their lengths."""
    length = format_time(telling.length_s, 0)
    out.print(escape(f"{name}: {telling.script.story.name}, no problems"))
    out.print(f"{len(telling.parts)} chapters, {length} in all")
    table = new_table("", "at", "s", "race time", "rate", "chapter", left=("race time", "chapter"))
    for part, begins_s in zip(telling.parts, telling.begins_s, strict=True):
        table.add_row(
            f"{part.number}",
            format_clock(begins_s, 0),
            f"{part.length_s:.1f}",
            f"{format_time(part.from_s, 1)} to {format_time(part.until_s, 1)}",
            f"{part.chapter.rate:g}×",
            escape(part.chapter.name),
        )
    WIDE.print(table)
