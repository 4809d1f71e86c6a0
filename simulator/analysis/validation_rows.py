"""Rows of a validation: a published value next to the model's, and the role of that value.

In: a run and its published splits; published drag reductions. Out: `ValidationRow`s, each saying
whether its value was used to calibrate the model, is predicted by it, or must hold exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from itertools import groupby
from typing import Any

import numpy as np

from simulator.analysis.splits import published_waypoints, run_time, split_label
from simulator.physics.shelter import Shelterer, shelter
from simulator.recording.recording import Recording
from simulator.scenario.model import Scenario


class Role(Enum):
    """The role of a published value."""

    CALIBRATED = "calibrated"
    PREDICTED = "predicted"
    ARTEFACT = "artefact"
    IDENTITY = "identity"
    LISTED = "listed"


class Unit(Enum):
    """The notation of a value: its unit for programs, its decimals, its unit for people.

    A place in the race is cut to the metres passed, as everywhere; other lengths are rounded.
    """

    TIME = "s", 2, ""
    SECONDS = "s", 2, " s"
    SHARE = "1", 3, ""
    SQUARE_SPEED = "m2/s2", 4, " m²/s²"
    METRES = "m", 0, " m"
    PLACE = "m", 0, " m", True
    LITRES = "l", 2, " l"
    OXYGEN = "ml/(kg min)", 1, " ml/(kg min)"
    SPEED = "m/s", 2, " m/s"
    PERCENT = "%", 2, " %"

    def __init__(self, name_: str, decimals: int, sign: str, cut: bool = False) -> None:
        self.plain, self.decimals, self.sign, self.cut = name_, decimals, sign, cut


@dataclass(frozen=True, slots=True)
class ValidationRow:
    """One line of the table.

    Attributes:
        section: its heading.
        what: what was measured or must hold.
        source: the source of the published value.
        published: that value, or the ends of a published range; empty if there is none.
        model: the model's value; None if it cannot be computed.
        unit: the notation of both.
        role: the role of the published value.
        note: what a reader must know.
    """

    section: str
    what: str
    source: str
    published: tuple[float, ...]
    model: float | None
    unit: Unit
    role: Role
    note: str = ""

    @property
    def difference(self) -> float | None:
        """Model minus published; 0 inside a published range, else from its nearer end."""
        if self.model is None or not self.published:
            return None
        low, high = self.published[0], self.published[-1]
        return self.model - min(max(self.model, low), high)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; a range is a list of two."""
        ends = list(self.published)
        return asdict(self) | {
            "published": ends[0] if len(ends) == 1 else (ends or None),
            "difference": self.difference,
            "unit": self.unit.plain,
            "role": self.role.value,
        }


# -- drafting ------------------------------------------------------------------------------------

Q_MIDDLE, Q_LOW, Q_HIGH = 1.0, 0.85, 1.13
_DRAFTING = "Drafting: share of the drag taken away"


@dataclass(frozen=True, slots=True)
class DragReduction:
    """A published drag reduction behind pacers at (ahead, aside) [m]; none: not published."""

    source: str
    formation: str
    published: float
    pacers: tuple[tuple[float, float], ...] = ()

    def model(self, wake: float) -> float:
        """Return the formula's value with this strength of the front wake."""
        bodies = [Shelterer(ahead, aside, ahead > 0) for ahead, aside in self.pacers]
        return float(shelter(bodies, 0.0, wake))


BEAUMONT, CFD = "Beaumont 2021, 5.75 m/s", "open CFD repository, SST-SAS"
DRAFTING = (
    DragReduction("Pugh 1971", "1 ahead at 1.0 m", 0.80, ((1.0, 0.0),)),
    DragReduction("Schickhofer & Hanson 2021", "1 ahead at 1.2 m", 0.701, ((1.2, 0.0),)),
    DragReduction(BEAUMONT, "2nd of 2 at 1.3 m", 0.568, ((1.3, 0.0),)),
    DragReduction(BEAUMONT, "2nd of 3 at 1.3 m", 0.592, ((1.3, 0.0), (-1.3, 0.0))),
    DragReduction(BEAUMONT, "3rd of 3 at 1.3 m", 0.530, ((1.3, 0.0), (2.6, 0.0))),
    DragReduction(BEAUMONT, "leader of 2 at 1.3 m", 0.037, ((-1.3, 0.0),)),
    DragReduction("Li 2025", "1 ahead at about 1.0 m", 0.67, ((1.0, 0.0),)),
    DragReduction(CFD, "1 ahead at 1.3 m", 0.41, ((1.3, 0.0),)),
    DragReduction(CFD, "2 abreast at 1.3 m, ±0.46 m", 0.12, ((1.3, -0.46), (1.3, 0.46))),
    DragReduction("Marro 2023, wind tunnel", "INEOS 1:59 formation", 0.50),
)
_DA_SILVA = DragReduction(
    "da Silva 2025", "1 ahead, 1 behind at 1.2 m", 0.762, ((1.2, 0.0), (-1.2, 0.0))
)


def drafting_rms(wake: float) -> float:
    """Return the root mean square of model minus published over the rows with coordinates [1]."""
    rows = [d for d in DRAFTING if d.pacers]
    return float(np.sqrt(np.mean([(d.model(wake) - d.published) ** 2 for d in rows])))


def drafting_rows() -> list[ValidationRow]:
    """Return each published drag reduction, da Silva's, and their root mean square error."""
    rows = []
    for d in DRAFTING:
        if not d.pacers:
            note = "no coordinates published: listed, not computed"
            role, model = Role.LISTED, None
        else:
            low, high = (d.model(q) for q in (Q_LOW, Q_HIGH))
            note = f"{low:.3f} to {high:.3f} for q {Q_LOW} to {Q_HIGH}"
            role, model = Role.CALIBRATED, d.model(Q_MIDDLE)
        rows.append(
            ValidationRow(
                _DRAFTING, d.formation, d.source, (d.published,), model, Unit.SHARE, role, note
            )
        )
    rows += [
        ValidationRow(
            _DRAFTING,
            f"RMS of the nine computed rows, q = {q:g}",
            "this table",
            (),
            drafting_rms(q),
            Unit.SHARE,
            Role.CALIBRATED,
            "studies differ among themselves by 0.41 to 0.70 at equal geometry"
            if q == Q_MIDDLE
            else "",
        )
        for q in (Q_MIDDLE, Q_LOW, Q_HIGH)
    ]
    rows.append(
        ValidationRow(
            _DRAFTING,
            _DA_SILVA.formation,
            _DA_SILVA.source,
            (_DA_SILVA.published,),
            _DA_SILVA.model(Q_HIGH),
            Unit.SHARE,
            Role.PREDICTED,
            f"q = {Q_HIGH}, the world of that study; a known miss",
        )
    )
    return rows


# -- performances --------------------------------------------------------------------------------


def residual_rows(
    section: str,
    source: str,
    scenario: Scenario,
    run: Recording,
    role: Role,
    *,
    finish_note: str = "",
) -> list[ValidationRow]:
    """Return a row for each published split of the scenario's attempt."""
    rows = []
    for w in published_waypoints(scenario):
        label = split_label(w.distance_m, scenario.distance)
        note = f"published within ±{w.tolerance_s:g} s" if w.tolerance_s else ""
        time = run_time(run, w.distance_m)
        at = f"{label} m"
        if label == "finish":
            at, note = label, finish_note
        rows.append(ValidationRow(section, at, source, (w.time_s,), time, Unit.TIME, role, note))
    return rows


def sections(rows: Sequence[ValidationRow]) -> dict[str, list[ValidationRow]]:
    """Return the rows by their heading, in order."""
    return {heading: [*listed] for heading, listed in groupby(rows, lambda row: row.section)}
