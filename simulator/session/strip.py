"""The what-if strip: its axis, its rows, and the finish times that are known already.

In: the scenario asked for. Out: `Alternative`s; rows that were run before, under whatever name, are
not run again. Every row is run from the gun, also where the live attempt was forked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.analysis.what_if import Alternative, Choice, choices
from simulator.scenario.model import Scenario
from simulator.session.courses import Kept, physical

KEPT_FINISHES = 1000


@dataclass(slots=True)
class Strip:
    """What the strip shows, and what it remembers."""

    axis: str = "pacers"
    rows: tuple[Choice, ...] = ()
    _finishes: Kept[Scenario, tuple[float | None]] = field(
        default_factory=lambda: Kept(KEPT_FINISHES)
    )
    _shown: dict[str, float | None] = field(default_factory=dict)
    _shown_axis: str = ""

    def ask(self, scenario: Scenario) -> list[Scenario]:
        """Set the rows for a scenario; return those that have to be run."""
        self.rows = choices(scenario, self.axis)
        wanted = (physical(row.scenario) for row in self.rows)
        return list(dict.fromkeys(s for s in wanted if self._finishes.get(s) is None))

    def found(self, scenarios: Sequence[Scenario], finish_s: Sequence[float | None]) -> None:
        """Keep the finishes of rows that were run [s]."""
        for scenario, finish in zip(scenarios, finish_s, strict=True):
            self._finishes.put(scenario, (finish,))

    def alternatives(self) -> tuple[Alternative, ...] | None:
        """Return the bars: what is not known yet stands as it stood, marked as stale.

        None while nothing at all is known.
        """
        if self.axis != self._shown_axis:
            self._shown, self._shown_axis = {}, self.axis
        bars = []
        for row in self.rows:
            known = self._finishes.get(physical(row.scenario))
            finish = self._shown.get(row.label) if known is None else known[0]
            bars.append(Alternative(row.label, finish, row.own, row.assumed, known is None))
        self._shown = {bar.label: bar.finish_s for bar in bars}
        nothing = all(bar.stale and bar.finish_s is None for bar in bars)
        return None if nothing else tuple(bars)
