"""Running what `lightpace validate` shows: the shipped scenarios, predictions, identities.

In: nothing but what ships. Out: all rows of the table. Whatever can be is run side by side, one
attempt a row, so that the whole takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.fit import Race
from simulator.analysis.hard_starts import alone_over_a_mile, hard_start_rows, held_at
from simulator.analysis.predict import evenly, predicted_times
from simulator.analysis.validation import Role, Row, Unit, drafting_rows, residual_rows
from simulator.coefficients import BEND_M, J_PER_ML_O2, LAP_M
from simulator.physics.air import cross_wind_square, head_wind
from simulator.physics.attempt import finish_times, outcomes_of, simulate_all
from simulator.physics.compiled import kernel
from simulator.physics.keller import best_time, stepped_times
from simulator.physics.track import on_bend
from simulator.recording.recording import Recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Runner, Scenario, Wind
from simulator.scenario.pacers import Pacers
from simulator.scenario.plan import EvenPlan, LapPlan, PlanSplit, SplitPlan
from simulator.scenario.schedule import start_loss
from simulator.units import MILE_M, format_distance, format_time

Floats = NDArray[np.float64]

PACED = 0.60
"""Shelter assumed behind pacemakers in races without published formations [1]."""
KELLER_M = (400.0, 800.0, 1500.0, MILE_M, 3000.0, 5000.0, 10_000.0)
KELLER_PUBLISHED = {1500.0: 219.49, MILE_M: 237.34}

_ASKED = "predicted time: the largest even speed for which the limit never binds before the line"


def validate() -> list[Row]:
    """Return every row of the table."""
    return [
        *drafting_rows(),
        *_calibrations(),
        *_constant_shelter(),
        *_predictions(),
        *_physiology(),
        *_sensitivities(),
        *_altitudes(),
        *hard_start_rows(),
        *_identities(),
    ]


# -- the shipped attempts ------------------------------------------------------------------------


def _calibrations() -> list[Row]:
    names = ("monaco_2023", "da_silva_2025", "breaking4", "fifteen_hundred")
    asked = {name: load_scenario(name) for name in names}
    runs = dict(zip(names, simulate_all(list(asked.values())), strict=True))
    monaco, da_silva, breaking4, metric = (runs[name] for name in names)
    worst = max(abs(r) for r in _residuals(asked["monaco_2023"], monaco))
    (even,) = predicted_times([evenly(asked["da_silva_2025"])])
    races = "Races run split by split"
    following = "Breaking4, following the light"
    return [
        Row(
            races,
            "Monaco 2023, her splits as the plan",
            "official, 21 July 2023",
            (247.64,),
            monaco.finish_s,
            Unit.TIME,
            Role.CALIBRATED,
            f"calibrates the reserve; every split within {worst:.2f} s",
        ),
        Row(
            races,
            "da Silva's mile, plan of 3:59.37",
            "da Silva 2025",
            (239.37,),
            da_silva.finish_s,
            Unit.TIME,
            Role.CALIBRATED,
            "calibrates Monaco's shelter of 0.60",
        ),
        Row(
            races,
            "da Silva's mile, predicted time",
            "da Silva 2025",
            (239.37,),
            even,
            Unit.TIME,
            Role.CALIBRATED,
            _ASKED,
        ),
        *residual_rows(
            following, "published splits", asked["breaking4"], breaking4, Role.CALIBRATED
        ),
        *residual_rows(
            "1500 m, plan of 3:48.68",
            "Eugene 2025, as tracked",
            asked["fifteen_hundred"],
            metric,
            Role.PREDICTED,
            finish_note="her plan sets it; that her means suffice for it is what is predicted",
        ),
    ]


def _residuals(scenario: Scenario, run: Recording) -> list[float]:
    rows = residual_rows("", "", scenario, run, Role.CALIBRATED)
    return [row.difference for row in rows if row.difference is not None]


# -- which constant shelter gives the time --------------------------------------------------------


def _constant_shelter() -> list[Row]:
    """Return the shelter with which her splits to 1200 m and all she has left give a finish.

    A plan holds a finish from below: with the published finish as its last split, any shelter from
    some value on gives that finish. So only her splits to 1200 m are planned, and what is left of
    the mile is asked for at every even speed; the fastest finish is the largest effort.
    """
    replayed = load_scenario("breaking4_replayed", with_ghosts=False)
    shelters = np.arange(0.20, 0.4001, 0.02)
    lasts = np.arange(242.0, 249.01, 0.25)
    rows = [_from_1200(replayed, s, last) for s in shelters for last in lasts]
    runs = simulate_all(rows)
    finish = np.array([r.finish_s if r.finish_s is not None else np.inf for r in runs])
    late = np.array([float(r.time_at(1200.0)) - 181.84 for r in runs])
    finish[np.abs(late) > 0.1] = np.inf
    best = finish.reshape(len(shelters), len(lasts)).min(axis=1)
    found = []
    for time, clock in ((246.42, "published"), (246.91, "gun to line")):
        value = float(np.interp(-time, -best, shelters))
        found.append(
            Row(
                "Breaking4, her splits to 1200 m and the rest at the largest effort",
                f"constant shelter that gives {format_time(time)} ({clock})",
                "inversion of her splits",
                (0.27, 0.29),
                value,
                Unit.SHARE,
                Role.PREDICTED,
                "fastest finish of all even speeds over the last 409 m",
            )
        )
    return found


def _from_1200(scenario: Scenario, value: float, finish_s: float) -> Scenario:
    plan = scenario.plan
    if not isinstance(plan, SplitPlan):
        raise TypeError("the replay's plan is a table of splits")
    splits = (*plan.splits[:-1], PlanSplit(time=finish_s))
    return held_at(scenario, value).model_copy(
        update={"plan": plan.model_copy(update={"splits": splits})}
    )


# -- predicted times ------------------------------------------------------------------------------

_LAPS = (65.08, 64.93, 65.30, 64.89, 66.40, 65.34, 63.03)


def _predictions() -> list[Row]:
    runner = Runner()
    metric = Race(1500.0, 228.68, PACED, 825.0).scenario(runner)
    long = Race(3000.0, 487.04, PACED, 2000.0).scenario(runner)
    lapped = long.model_copy(update={"plan": LapPlan(laps=(*_LAPS, 487.04 - sum(_LAPS)))})
    short = Race(1000.0, 149.15, PACED, 550.0).scenario(runner)
    alone = Race(1000.0, 149.15).scenario(runner)
    mile = held_at(alone_over_a_mile(246.42), 0.3)
    times = predicted_times([metric, long, lapped, short, alone, mile])
    curved, (straight,) = times[-1], predicted_times([mile], bends=False)
    section = "Predicted times"
    cases = [
        ("1500 m", "Eugene 2025", 228.68, f"S {PACED:.2f} (assumed) to 825 m"),
        (
            "3000 m, even",
            "Silesia 2025",
            487.04,
            f"S {PACED:.2f} (assumed) to 2000 m; a known miss",
        ),
        (
            "3000 m, her laps stretched",
            "Silesia 2025",
            487.04,
            f"the same; laps {' '.join(f'{lap:.2f}' for lap in _LAPS)}, then the last 200 m",
        ),
        (
            "1000 m",
            "Monaco 2020",
            149.15,
            f"S {PACED:.2f} (assumed) to 550 m; a known miss, alone {format_time(times[4])}",
        ),
    ]
    rows = [
        Row(section, what, source, (published,), time, Unit.TIME, Role.PREDICTED, note)
        for (what, source, published, note), time in zip(cases, times[:4], strict=True)
    ]
    rows.append(
        Row(
            section,
            "what the bends cost in a mile",
            "derived from Taboga & Kram 2019",
            (0.37,),
            curved - straight,
            Unit.SECONDS,
            Role.PREDICTED,
            f"predicted mile of {format_time(curved)} with S 0.30, and the same without bends",
        )
    )
    return rows


# -- what pays for it, and what a little of each is worth ------------------------------------------

MISS = "a known miss"


def _physiology() -> list[Row]:
    """Return what pays for Breaking4 beside what was found on this very mile."""
    scenario = load_scenario("breaking4", with_ghosts=False)
    run = simulate_all([scenario])[0]
    supplied = float(0.5 * (run.aerobic[1:] + run.aerobic[:-1]).sum()) * run.step_s
    drawn = float(run.reserve[0] - run.reserve[-1])
    litres = drawn * scenario.runner.mass / (1000.0 * J_PER_ML_O2)
    demand = kernel.level_cost(MILE_M / 240.0) * 60.0 / J_PER_ML_O2
    section, source = "Breaking4, what pays for it", "Osborne 2025"
    lost = float(outcomes_of([scenario], watch_light=True).lost_light_m[0])
    cases = [
        ("aerobic share", (0.85,), supplied / (supplied + drawn), Unit.SHARE, MISS),
        ("oxygen deficit", (2.5,), litres, Unit.LITRES, f"{MISS}; theirs is for about 50 kg"),
        ("demand of 4:00 without air", (81.0,), demand, Unit.OXYGEN, f"{MISS}; no own economy"),
    ]
    rows = [
        Row(section, what, source, published, value, unit, Role.PREDICTED, note)
        for what, published, value, unit, note in cases
    ]
    where = "back straight of lap 3"
    note = "longer than a second behind it to the line; the published splits give 974 to 979 m"
    light = Row(
        section,
        "the light is lost at",
        where,
        (925.0, 1009.0),
        lost,
        Unit.METRES,
        Role.PREDICTED,
        note,
    )
    return [*rows, light]


_TWO_THIRDS_S = 0.0066 * 246.42
_FROM_MAP_S = 0.76 * _TWO_THIRDS_S
_KIPP, _KIPP_MAP = "two thirds of the cost, Kipp 2019", "the aerobic share of that"


def _sensitivities() -> list[Row]:
    """Return what a little of each input moves the finish of Breaking4."""
    held = "pacers.shelter=0.29"
    cases: list[tuple[str, str, tuple[float, ...], tuple[str, ...]]] = [
        ("kit cost -1 %", _KIPP, (-_TWO_THIRDS_S,), ("runner.kit.cost=0.99",)),
        ("kit cost +1 %", _KIPP, (_TWO_THIRDS_S,), ("runner.kit.cost=1.01",)),
        ("kit cost -0.2 %", _KIPP, (-0.2 * _TWO_THIRDS_S,), ("runner.kit.cost=0.998",)),
        ("kit cost -1 %, shelter 0.29", _KIPP, (-_TWO_THIRDS_S,), ("runner.kit.cost=0.99", held)),
        ("MAP +1 %", _KIPP_MAP, (-_FROM_MAP_S,), ("runner.max_aerobic_power=28.28",)),
        ("MAP -1 %", _KIPP_MAP, (_FROM_MAP_S,), ("runner.max_aerobic_power=27.72",)),
        (
            "MAP +1 %, shelter 0.29",
            _KIPP_MAP,
            (-_FROM_MAP_S,),
            ("runner.max_aerobic_power=28.28", held),
        ),
        ("mass +2 %", "", (), ("runner.mass=42.84",)),
        ("front gap -0.1 m", "", (), ("pacers.front_gap=1.6",)),
        ("5 °C warmer", "", (), ("environment.temperature=30",)),
    ]
    own = finish_times([load_scenario("breaking4", with_ghosts=False)])[0]
    steady = finish_times([load_scenario("breaking4", overrides=[held], with_ghosts=False)])[0]
    rows = []
    for what, source, published, changes in cases:
        scenario = load_scenario("breaking4", overrides=list(changes), with_ghosts=False)
        moved = float(finish_times([scenario])[0] - (steady if held in changes else own))
        ratio = moved / published[0] if published else 0.0
        note = f"{ratio:.1f} times its source" if published else "nothing published"
        if ratio > 1.5:
            note += f": {MISS}, the feedback of the shelter"
        rows.append(
            Row(
                "Breaking4, what a little of each moves the finish",
                what,
                source or "none",
                published,
                moved,
                Unit.SECONDS,
                Role.PREDICTED if published else Role.LISTED,
                note,
            )
        )
    return rows


def _altitudes() -> list[Row]:
    """Return by how much a mile is slower at altitude [1]."""
    section = "A mile at altitude, slower by"
    source = "Péronnet & Thibault's running model, 1991"
    cases = ((1000.0, 898.7, (0.016,)), (1500.0, 845.6, (0.025,)), (2300.0, 766.0, (0.045, 0.047)))
    sea, *high = finish_times(
        [
            load_scenario("breaking4", overrides=[f"environment.pressure={hpa}"], with_ghosts=False)
            for hpa in (1013.25, *(hpa for _, hpa, _ in cases))
        ]
    ).tolist()
    return [
        Row(
            section,
            f"{metres:g} m, {hpa:g} hPa",
            source,
            published,
            finish / sea - 1.0,
            Unit.SHARE,
            Role.PREDICTED,
        )
        for (metres, hpa, published), finish in zip(cases, high, strict=True)
    ]


# -- what must hold exactly -----------------------------------------------------------------------


def _identities() -> list[Row]:
    section = "Identities"
    parts: list[Callable[[str], list[Row]]] = [_start_losses, _wind, _keller]
    return [row for part in parts for row in part(section)]


def _start_losses(section: str) -> list[Row]:
    """Return what a strong runner loses from rest over 400 m against the formula."""
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
        Row(
            section,
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


def _wind(section: str) -> list[Row]:
    v, w, direction = 6.7, 3.0, 37.0
    s = (np.arange(40_000) + 0.5) / 100.0
    wind = Wind(speed=w, direction=direction)
    air = v + head_wind(wind, s)
    relative = np.sqrt(air * air + cross_wind_square(wind, s))
    return [
        Row(
            section,
            f"mean of the drag's air speeds on the bends, v {v:g}, w {w:g} m/s",
            "v² + 3w²/4 - 3w⁴/(64v²) - w⁶/(256v⁴)",
            (v**2 + 0.75 * w**2 - 3 * w**4 / (64 * v**2) - w**6 / (256 * v**4),),
            float((air * relative)[on_bend(s)].mean()),
            Unit.SQUARE_SPEED,
            Role.IDENTITY,
            f"{2 * BEND_M:g} m of the lap, wind from {direction:g}°",
        )
    ]


def _keller(section: str) -> list[Row]:
    closed = [best_time(d).time_s for d in KELLER_M]
    rows = [
        Row(
            section,
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
        Row(
            section,
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
