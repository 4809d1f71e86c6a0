"""Identities: what must hold to the last digits, because a closed form is known.

In: nothing. Out: rows that test the arithmetic, not the model.
"""

from __future__ import annotations

import numpy as np

from simulator.analysis.validate.rows import Role, Unit, ValidationRow
from simulator.coefficients import BEND_M, LAP_M
from simulator.physics.air import cross_wind_square, head_wind
from simulator.physics.attempt import simulate_all
from simulator.physics.keller import best_time, stepped_times
from simulator.physics.track import on_bend
from simulator.scenario.model import Runner, Scenario, Wind
from simulator.scenario.pacers import Pacers
from simulator.scenario.plan import EvenPlan
from simulator.scenario.schedule import start_loss
from simulator.units import MILE_M, format_distance

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
