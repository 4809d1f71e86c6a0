"""Rows of a validation: a value next to the model's, and the role of that value.

In: a run and its published splits; published drag reductions; closed forms. Out: `ValidationRow`s,
each saying whether its value was used to calibrate the model, is predicted by it, or must hold
exactly. The last are identities: they test the arithmetic, not the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.splits import published_waypoints, run_time, split_label
from simulator.coefficients import BEND_M, LAP_M
from simulator.physics.air import cross_wind_square, head_wind
from simulator.physics.attempt import simulate_all
from simulator.physics.keller import best_time, stepped_times
from simulator.physics.shelter import Shelterer, shelter
from simulator.physics.track import on_bend
from simulator.recording.recording import Recording
from simulator.scenario.model import Runner, Scenario, Wind
from simulator.scenario.pacers import Pacers
from simulator.scenario.plan import EvenPlan
from simulator.scenario.schedule import start_loss
from simulator.units import MILE_M, format_distance

Floats = NDArray[np.float64]


class Role(Enum):
    """The role of a published value."""

    CALIBRATED = "calibrated"
    PREDICTED = "predicted"
    ARTEFACT = "artefact"
    IDENTITY = "identity"
    LISTED = "listed"


class Unit(Enum):
    """The notation of a value: its unit for programs, its decimals, its unit for people."""

    TIME = "s", 2, ""
    SECONDS = "s", 2, " s"
    SHARE = "1", 3, ""
    SQUARE_SPEED = "m2/s2", 4, " m²/s²"
    METRES = "m", 0, " m"
    LITRES = "l", 2, " l"
    OXYGEN = "ml/(kg min)", 1, " ml/(kg min)"
    SPEED = "m/s", 2, " m/s"
    PERCENT = "%", 2, " %"

    def __init__(self, name_: str, decimals: int, sign: str) -> None:
        self.plain, self.decimals, self.sign = name_, decimals, sign


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
        return {
            "section": self.section,
            "what": self.what,
            "source": self.source,
            "published": ends[0] if len(ends) == 1 else (ends or None),
            "model": self.model,
            "difference": self.difference,
            "unit": self.unit.plain,
            "role": self.role.value,
            "note": self.note,
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


# -- identities ----------------------------------------------------------------------------------

SECTION = "Identities"
KELLER_M = (400.0, 800.0, 1500.0, MILE_M, 3000.0, 5000.0, 10_000.0)
KELLER_PUBLISHED = {1500.0: 219.49, MILE_M: 237.34}


def identity_rows() -> list[ValidationRow]:
    """Return the standing start, the wind over a lap and Keller's runner against closed forms."""
    return [*_start_losses(), *_wind(), *_keller()]


def _start_losses() -> list[ValidationRow]:
    """Return a strong runner's loss from rest over 400 m against the formula."""
    strong = Runner(max_aerobic_power=40.0, reserve=5000.0)
    speeds = (5.0, 6.74)
    rows = [
        Scenario(
            distance=LAP_M,
            runner=strong,
            plan=EvenPlan(target=LAP_M / v + start_loss(v)),
            pacers=Pacers(count=0),
            ghosts=(),
        )
        for v in speeds
    ]
    return [
        ValidationRow(
            SECTION,
            f"standing start at {v:g} m/s: time lost",
            "closed form",
            (start_loss(v),),
            (run.finish_s or np.nan) - LAP_M / v,
            Unit.SECONDS,
            Role.IDENTITY,
            "tau_s, and (V - 5.4)² / (9 V) more above 5.4 m/s",
        )
        for v, run in zip(speeds, simulate_all(rows), strict=True)
    ]


def _wind() -> list[ValidationRow]:
    v, w, direction = 6.7, 3.0, 37.0
    s = (np.arange(40_000) + 0.5) / 100.0
    wind = Wind(speed=w, direction=direction)
    air = v + head_wind(wind, s)
    relative = np.sqrt(air * air + cross_wind_square(wind, s))
    return [
        ValidationRow(
            SECTION,
            f"mean of the drag's air speeds on the bends, v {v:g}, w {w:g} m/s",
            "v² + 3w²/4 - 3w⁴/(64v²) - w⁶/(256v⁴)",
            (v**2 + 0.75 * w**2 - 3 * w**4 / (64 * v**2) - w**6 / (256 * v**4),),
            float((air * relative)[on_bend(s)].mean()),
            Unit.SQUARE_SPEED,
            Role.IDENTITY,
            f"{2 * BEND_M:g} m of the lap, wind from {direction:g}°",
        )
    ]


def _keller() -> list[ValidationRow]:
    closed = [best_time(d).time_s for d in KELLER_M]
    rows = [
        ValidationRow(
            SECTION,
            f"Keller's {format_distance(d)}, closed form",
            "Keller 1973",
            (published,),
            best_time(d).time_s,
            Unit.TIME,
            Role.IDENTITY,
        )
        for d, published in KELLER_PUBLISHED.items()
    ]
    return rows + [
        ValidationRow(
            SECTION,
            f"Keller's {format_distance(d)}, stepped",
            "closed form",
            (exact,),
            float(stepped),
            Unit.TIME,
            Role.IDENTITY,
            "by the integrator of the attempts, 0.02 s",
        )
        for d, exact, stepped in zip(KELLER_M, closed, stepped_times(KELLER_M), strict=True)
    ]
