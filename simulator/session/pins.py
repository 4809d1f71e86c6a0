"""Pins: up to six kept runs, shown as ghosts, in the chart and in the comparison table.

In: recordings with names, or a file of them. Out: marks, rows for the drawer, the comparison.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from simulator.analysis.references import Reference, run_reference
from simulator.analysis.splits import column, split_distances, split_label
from simulator.coefficients import LAP_M
from simulator.recording.recording import Recording
from simulator.recording.store import load_recordings, save_recordings
from simulator.session.forks import unused_name
from simulator.session.history import Lineage
from simulator.stage.panel_state import Comparison, PinRow
from simulator.units import format_signed, format_time, signed_cell, time_cell

MOST_PINS = 6
PIN_COLOURS = ("cyan", "yellow", "violet", "blue", "red", "green")
UNKNOWN = "–"


@dataclass(frozen=True, slots=True, eq=False)
class Pin:
    """A kept run with its ghost; `lineage` is None if it was read from a file."""

    number: int
    name: str
    colour: str
    run: Recording
    lineage: Lineage | None
    mark: Reference
    shown: bool = True


class Pins:
    """The kept runs."""

    def __init__(self) -> None:
        self.pins: tuple[Pin, ...] = ()

    @property
    def colours(self) -> Collection[str]:
        """Colours in use."""
        return {pin.colour for pin in self.pins}

    def keep(
        self, name: str, run: Recording, lineage: Lineage | None, taken: Collection[str] = ()
    ) -> str:
        """Keep a run in a colour that is not `taken`; return why not, or an empty text."""
        if lineage is not None and any(pin.lineage == lineage for pin in self.pins):
            return "this run is kept already"
        numbers = {pin.number for pin in self.pins}
        free = [n for n in range(1, MOST_PINS + 1) if n not in numbers]
        if not free:
            return f"{MOST_PINS} runs are kept: give one up first"
        name = unused_name(name, {pin.name for pin in self.pins})
        free_colours = [c for c in PIN_COLOURS if c not in self.colours]
        colour = next((c for c in free_colours if c not in taken), free_colours[0])
        mark = replace(run_reference(name, colour, "", run), label=f"{free[0]}")
        pin = Pin(free[0], name, colour, run, lineage, mark)
        self.pins = tuple(sorted((*self.pins, pin), key=lambda p: p.number))
        return ""

    def drop(self, number: int) -> None:
        """Remove a kept run."""
        self.pins = tuple(pin for pin in self.pins if pin.number != number)

    def show(self, number: int, on: bool) -> None:
        """Show or hide a run's ghost."""
        self.pins = tuple(
            replace(pin, shown=on) if pin.number == number else pin for pin in self.pins
        )

    def save(self, path: str | Path) -> Path:
        """Write all runs into one file; return where.

        Raises:
            OutputError: it cannot be written.
        """
        named = pins_file(path)
        save_recordings([(pin.name, pin.run) for pin in self.pins], named)
        return named

    def load(self, path: str | Path) -> str:
        """Also keep the runs of a file; return why some were refused, or an empty text.

        Raises:
            RecordingError: the file cannot be read.
        """
        why = ""
        try:
            there = Path(path).is_file()
        except OSError:
            there = True  # reading it reports the system's error
        for name, run in load_recordings(path if there else pins_file(path)):
            why = self.keep(" ".join(name.split())[:100] or "a run", run, None) or why
        return why

    def marks(self, live: Lineage) -> list[Reference]:
        """Return the ghosts; the live run is not its own ghost."""
        return [pin.mark for pin in self.pins if pin.shown and pin.lineage != live]

    def rows(self, live: Lineage, known_s: float) -> tuple[PinRow, ...]:
        """Return the rows of the drawer; the live run is known up to `known_s` [s]."""
        rows = []
        for pin in self.pins:
            finish = pin.run.finish_s
            known = pin.lineage != live or pin.run.end_s <= known_s
            text = "did not finish" if finish is None else format_time(finish)
            text = text if known else UNKNOWN
            rows.append(PinRow(pin.number, pin.name, pin.colour, text, pin.shown))
        return tuple(rows)

    def state(self, run: Recording, known_s: float) -> tuple[object, ...] | None:
        """Return a value that changes when the table must be drawn differently; None: no table."""
        if not self.pins:
            return None
        over, x = run.end_s <= known_s, run.distance_at(min(known_s, run.end_s))
        places = (*split_distances(run.race_m), run.race_m - LAP_M)
        return run, over, sum(place <= x + 1e-6 for place in places)

    def comparison(self, run: Recording, live: Lineage, known_s: float) -> Comparison | None:
        """Return the comparison of the live run, as far as it is known, with the kept ones."""
        if not self.pins:
            return None
        places = split_distances(run.race_m)
        now = column(run, places, known_s)
        others = [
            column(pin.run, places, known_s if pin.lineage == live else math.inf)
            for pin in self.pins
        ]
        heads = ["m", "now"]
        for pin in self.pins:
            heads += [f"{pin.number} {pin.name}", "gap"]
        gaps = [now.gaps_to(other) for other in others]
        rows = []
        for i, x in enumerate(places):
            cells = [split_label(x, run.race_m), time_cell(now.splits_s[i])]
            for other, gap in zip(others, gaps, strict=True):
                cells += [time_cell(other.splits_s[i]), signed_cell(gap[i])]
            rows.append(tuple(cells))
        rows.append(_shares("mean shelter", [c.shelter for c in (now, *others)]))
        if run.race_m > LAP_M:
            rows.append(_shares("reserve at the bell", [c.reserve_at_bell for c in (now, *others)]))
        return Comparison(tuple(heads), tuple(rows))


def _shares(label: str, values: list[float | None]) -> tuple[str, ...]:
    """Return a row of shares in percent, with the differences between them."""
    now = values[0]
    cells = [label, _percent(now)]
    for value in values[1:]:
        off = None if now is None or value is None else 100 * (now - value)
        cells += [_percent(value), UNKNOWN if off is None else f"{format_signed(off, 0)} %"]
    return tuple(cells)


def _percent(value: float | None) -> str:
    return UNKNOWN if value is None else f"{100 * max(value, 0.0):.0f} %"


def pins_file(path: str | Path) -> Path:
    """Return the path that the typed text means, with the file extension added."""
    path = Path(path)
    return path if path.suffix == ".npz" else path.with_name(f"{path.name}.npz")
