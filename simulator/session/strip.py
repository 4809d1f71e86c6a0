"""The what-if strip: its axis, its rows, and the finish times that are known already.

In: the scenario asked for, and its file's. Out: `Alternative`s; rows that were run before, under
whatever name, are not run again. Every row is run from the gun, also where the live attempt was
forked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.analysis.what_if import Alternative, Choice, choices
from simulator.scenario.model import Scenario
from simulator.session.courses import Kept, run_key

KEPT_FINISHES = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """One row that has to be run, and the key its finish is kept by: all that the run rests on."""

    key: str
    scenario: Scenario


@dataclass(slots=True)
class Strip:
    """What the strip shows, and what it remembers."""

    axis: str = "pacers"
    rows: tuple[Choice, ...] = ()
    _wanted: tuple[Row, ...] = ()
    _asked: tuple[Scenario, Scenario | None, str] | None = None
    _finishes: Kept[str, tuple[float | None]] = field(default_factory=lambda: Kept(KEPT_FINISHES))
    _assumed: Kept[str, bool] = field(default_factory=lambda: Kept(KEPT_FINISHES))
    _shown: dict[str, float | None] = field(default_factory=dict)
    _shown_axis: str = ""

    def ask(self, scenario: Scenario, file: Scenario | None = None) -> list[Row]:
        """Set the rows for a scenario; return those that have to be run, the nearest first.

        Args:
            scenario: what is asked for now.
            file: what its file asks for, whose value is among the rows; None: the same.
        """
        if not self._stands(scenario, file):
            self._asked = (scenario, file, self.axis)
            self.rows = choices(scenario, self.axis, file)
            told: dict[tuple[int, str | None], str] = {}
            self._wanted = tuple(Row(run_key(c.scenario, told), c.scenario) for c in self.rows)
        own = next((i for i, row in enumerate(self.rows) if row.own), 0)
        order = sorted(range(len(self._wanted)), key=lambda i: abs(i - own))
        rows = {self._wanted[i].key: self._wanted[i] for i in order}
        return [row for key, row in rows.items() if self._finishes.get(key) is None]

    def _stands(self, scenario: Scenario, file: Scenario | None) -> bool:
        """Whether the rows are those of this scenario, file and axis already."""
        if self._asked is None:
            return False
        asked, of_file, axis = self._asked
        return asked is scenario and of_file is file and axis == self.axis

    def found(self, rows: Sequence[Row], finish_s: Sequence[float | None]) -> None:
        """Keep the finishes of rows that were run [s]."""
        for row, finish in zip(rows, finish_s, strict=True):
            self._finishes.put(row.key, (finish,))

    def alternatives(self) -> tuple[Alternative, ...] | None:
        """Return the bars: what is not known yet stands as it stood, marked as stale.

        None while nothing at all is known.
        """
        if self.axis != self._shown_axis:
            self._shown, self._shown_axis = {}, self.axis
        bars = []
        for choice, row in zip(self.rows, self._wanted, strict=True):
            known = self._finishes.get(row.key)
            finish = self._shown.get(choice.label) if known is None else known[0]
            rests = self._rests_on_assumed(choice, row)
            stale = known is None
            bar = Alternative(choice.label, finish, choice.own, rests, stale, choice.in_file)
            bars.append(bar)
        self._shown = {bar.label: bar.finish_s for bar in bars}
        nothing = all(bar.stale and bar.finish_s is None for bar in bars)
        return None if nothing else tuple(bars)

    def _rests_on_assumed(self, choice: Choice, row: Row) -> bool:
        found = self._assumed.get(row.key)
        if found is None:
            found = choice.assumed
            self._assumed.put(row.key, found)
        return found
