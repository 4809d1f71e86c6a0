"""Validation: every published value compared with the model's.

In: only shipped files; what is compared, with its source, is in configs/validation.csv, unless the
published value is itself a formula. Out: all rows of `lightpace validate`; the athletes' table is
made by `simulator.analysis.fit.study`.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from simulator.analysis.fit import athletes, critical_speed, d_prime, study
from simulator.analysis.predict import (
    PACED,
    Race,
    demands,
    evenly,
    paced_race,
    predicted_times,
    reserve_needed,
    stretched,
)
from simulator.analysis.validation_rows import (
    Role,
    Unit,
    ValidationRow,
    drafting_rows,
    residual_rows,
)
from simulator.coefficients import BEND_M, J_PER_ML_O2, LAP_M, G
from simulator.files import config_path
from simulator.physics.air import cross_wind_square, head_wind
from simulator.physics.attempt import finish_times, outcomes_of, simulate, simulate_all
from simulator.physics.compiled import kernel
from simulator.physics.keller import best_time, stepped_times
from simulator.physics.track import on_bend
from simulator.recording.recording import Floats, Recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Environment, Runner, Scenario, Wind
from simulator.scenario.pacers import ConstantShelter, Pacers
from simulator.scenario.plan import EvenPlan, LapPlan, PlanSplit, SplitPlan, SteppedPlan
from simulator.scenario.schedule import start_loss
from simulator.units import MILE_M, format_distance, format_signed, format_time


def validate() -> list[ValidationRow]:
    """Return every row of the table."""
    return [
        *drafting_rows(),
        *_calibrations(),
        *_constant_shelter(),
        *_predictions(),
        *_physiology(),
        *_meeting_osborne(),
        *_sensitivities(),
        *_altitudes(),
        *_left_out(),
        *hard_start_rows(),
        *identity_rows(),
    ]


# -- configs/validation.csv ------------------------------------------------------------------------

TABLE = "validation.csv"
MISS = "a known miss"


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    """Return the rows of the file by their keys."""
    with config_path(TABLE).open(encoding="utf-8", newline="") as text:
        return {row["key"]: row for row in csv.DictReader(text)}


def _published(key: str) -> float:
    return float(_table()[key]["published"])


def _row(key: str, model: float | None, **facts: object) -> ValidationRow:
    """Return a row of the file with the model's value, and `facts` in its note.

    Where the difference exceeds the tolerance, if there is one, the note calls it a miss.
    """
    row = _table()[key]
    ends = tuple(float(number) for number in row["published"].split())
    unit, role = Unit[row["unit"].upper()], Role(row["role"])
    made = ValidationRow(row["section"], row["what"], row["source"], ends, model, unit, role)
    missed = row["tolerance"] and abs(made.difference or 0.0) > float(row["tolerance"])
    notes = (MISS if missed else "", row["note"].format(**facts))
    return replace(made, note="; ".join(filter(None, notes)))


# -- the shipped attempts ------------------------------------------------------------------------


def _calibrations() -> list[ValidationRow]:
    names = ("monaco_2023", "da_silva_2025", "breaking4", "fifteen_hundred")
    scenarios = {name: load_scenario(name) for name in names}
    runs = dict(zip(names, simulate_all(list(scenarios.values())), strict=True))
    monaco, da_silva, breaking4, metric = (runs[name] for name in names)
    worst = max(abs(r) for r in _residuals(scenarios["monaco_2023"], monaco))
    (even,) = predicted_times([evenly(scenarios["da_silva_2025"])])
    following = "Breaking4, following the light"
    return [
        _row("monaco", monaco.finish_s, worst=worst),
        _row("da silva", da_silva.finish_s),
        _row("da silva, predicted", even),
        *residual_rows(
            following, "published splits", scenarios["breaking4"], breaking4, Role.CALIBRATED
        ),
        *residual_rows(
            "1500 m, plan of 3:48.68",
            "Eugene 2025, as tracked",
            scenarios["fifteen_hundred"],
            metric,
            Role.PREDICTED,
            finish_note="her plan sets it; that her means suffice for it is what is predicted",
        ),
    ]


def _residuals(scenario: Scenario, run: Recording) -> list[float]:
    rows = residual_rows("", "", scenario, run, Role.CALIBRATED)
    return [row.difference for row in rows if row.difference is not None]


# -- which constant shelter gives the time --------------------------------------------------------


def _constant_shelter() -> list[ValidationRow]:
    """Return the shelter for which her splits to 1200 m and a maximal finish give the time.

    A plan bounds a finish from below: with the published finish as its last split, any shelter
    above some value gives that finish. So only her splits to 1200 m are planned, and the rest of
    the mile is run at every even speed; the fastest finish is the maximal effort.
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
    return [
        _row(f"shelter, {clock}", float(np.interp(-time, -best, shelters)))
        for time, clock in ((246.42, "published"), (246.91, "gun to line"))
    ]


def _from_1200(scenario: Scenario, value: float, finish_s: float) -> Scenario:
    plan = scenario.plan
    if not isinstance(plan, SplitPlan):
        raise TypeError("the replay's plan is a table of splits")
    splits = (*plan.splits[:-1], PlanSplit(time=finish_s))
    return held_at(scenario, value).with_values({"plan.splits": splits})


# -- predicted times ------------------------------------------------------------------------------

_LAPS = (65.08, 64.93, 65.30, 64.89, 66.40, 65.34, 63.03)


def _predictions() -> list[ValidationRow]:
    runner = Runner()
    metric = paced_race(1500.0, _published("1500 m")).scenario(runner)
    long_s = _published("3000 m")
    long = Race(3000.0, long_s, PACED, 2000.0).scenario(runner)
    lapped = long.model_copy(update={"plan": LapPlan(laps=(*_LAPS, long_s - sum(_LAPS)))})
    short = paced_race(1000.0, _published("1000 m")).scenario(runner)
    alone = Race(1000.0, _published("1000 m")).scenario(runner)
    mile = held_at(alone_over_a_mile(246.42), 0.3)
    times = predicted_times([metric, long, lapped, short, alone, mile])
    curved, (straight,) = times[-1], predicted_times([mile], bends=False)
    return [
        _row("1500 m", times[0], paced=PACED),
        _row("3000 m", times[1], paced=PACED),
        _row("3000 m, laps", times[2], laps=" ".join(f"{lap:.2f}" for lap in _LAPS)),
        _row("1000 m", times[3], paced=PACED, alone=format_time(times[4])),
        _row("bends", curved - straight, mile=format_time(curved)),
    ]


def _left_out() -> list[ValidationRow]:
    """Return how well the other bests of an athlete predict the one that is left out."""
    result = study()
    misses = 100.0 * np.abs(result.errors)
    within = float(np.mean([row.within for row in result.left_out]))
    women = sum(a.sex == "woman" for a in athletes())
    who = f"{women} women, {len(athletes()) - women} men, {len(misses)} bests"
    prior = result.prior
    return [
        _row("left out, median", float(np.median(misses)), who=who),
        _row("left out, worst", float(misses.max()), many=(misses > 2.0).sum()),
        _row("left out, in range", 100.0 * within),
        _row("prior, reserve", prior.usable, spread=prior.usable_spread),
        _row("prior, endurance", prior.endurance, spread=prior.endurance_spread),
    ]


# -- the energy supply, and sensitivities ----------------------------------------------------------

MISS_FROM = 1.5
"""A sensitivity larger than this multiple of its source is a miss [1]."""


def _physiology() -> list[ValidationRow]:
    """Return the energy supply of Breaking4 next to that of Osborne 2025 for the same mile."""
    scenario = load_scenario("breaking4", with_ghosts=False)
    lost = float(outcomes_of([scenario], watch_light=True).lost_light_m[0])
    return [*_supply_rows("breaking4", scenario), _row("light lost", lost)]


def _supply_rows(whose: str, scenario: Scenario) -> list[ValidationRow]:
    """Return the attempt's energy supply next to that of Osborne's ideal athlete."""
    runner, run = scenario.runner, simulate(scenario)
    supplied = float(0.5 * (run.aerobic[1:] + run.aerobic[:-1]).sum()) * run.step_s
    drawn = float(run.reserve[0] - run.reserve[-1])
    demand = kernel.level_cost(MILE_M / 240.0) * runner.economy * 60.0 / J_PER_ML_O2
    values = {
        "aerobic share": supplied / (supplied + drawn),
        "oxygen deficit": drawn * runner.mass / (1000.0 * J_PER_ML_O2),
        "demand": demand,
        "oxygen uptake": runner.max_aerobic_power * 60.0 / J_PER_ML_O2,
        "kinetics": runner.oxygen_kinetics,
    }
    return [_row(f"{whose}, {what}", value) for what, value in values.items()]


_HER_MEANS = "runner=kipyegon_osborne"
_HER_SHELTER = 0.56
"""Monaco's and Eugene's shelter with these parameters [1]: her best mile and 1500 m agree."""


def _meeting_osborne() -> list[ValidationRow]:
    """Return the same with parameters that match Osborne's figures, and the cost of that."""
    shelter = f"pacers.shelter.0.value={_HER_SHELTER}"
    changes = {
        "monaco_2023": [_HER_MEANS, shelter],
        "breaking4": [_HER_MEANS, "pacers.front_gap=1.60"],
        "da_silva_2025": [_HER_MEANS],
        "fifteen_hundred": [_HER_MEANS, shelter],
    }
    scenarios = {name: load_scenario(name, overrides=c) for name, c in changes.items()}
    attempt = scenarios["breaking4"]
    rows = _supply_rows("osborne", attempt)
    for name, scenario in scenarios.items():
        run = simulate(scenario)
        worst = max(_residuals(scenario, run), key=abs) if scenario is attempt else 0.0
        rows.append(_row(f"osborne, {name}", run.finish_s, worst=format_signed(worst)))
    return [*rows, *_bests_of(attempt.runner), *_critical(attempt.runner)]


def _bests_of(runner: Runner) -> list[ValidationRow]:
    """Return her bests, and the predictions of these parameters and of today's default."""
    paced = ((800.0, 440.0), (1000.0, 550.0), (1500.0, 825.0), (3000.0, 2000.0), (5000.0, 3000.0))
    names = [f"osborne, {metres:g} m" for metres, _ in paced]
    bests = [
        Race(metres, _published(name), _HER_SHELTER, until_m)
        for name, (metres, until_m) in zip(names, paced, strict=True)
    ]
    times = predicted_times([race.scenario(runner) for race in bests])
    defaults = map(format_time, predicted_times([race.scenario(Runner()) for race in bests]))
    return [
        _row(name, time, shelter=race.shelter, until_m=race.until_m, default=default)
        for name, race, time, default in zip(names, bests, times, defaults, strict=True)
    ]


def _critical(runner: Runner) -> list[ValidationRow]:
    """Return critical speed and D' of both runners, for which no laboratory value is published."""
    mile = held_at(alone_over_a_mile(239.99), 0.29).model_copy(update={"runner": runner})
    ((needed,),) = reserve_needed(demands([mile]), [runner.max_aerobic_power]).tolist()
    enough = d_prime(runner.model_copy(update={"reserve": needed}))
    return [
        _row("osborne, critical speed", critical_speed(runner), default=critical_speed(Runner())),
        _row("osborne, D'", d_prime(runner), default=d_prime(Runner()), enough=enough),
    ]


TWO_THIRDS = 0.0066
"""What 1 % of cost is worth as a share of the time: two thirds of it (Kipp 2019)."""
_AEROBIC_SHARE = 0.76
_KIPP, _KIPP_MAP = "two thirds of the cost, Kipp 2019", "the aerobic share of that"
_DRAG = "air drag with da Silva 2022's k, two thirds of the cost"
_HELD = "pacers.shelter=0.29"


def _sensitivities() -> list[ValidationRow]:
    """Return how far a small change of each input moves Breaking4's finish, with its source."""
    percent = TWO_THIRDS * 246.42
    by_power = _AEROBIC_SHARE * percent
    warmer, heavier = _by_drag(temperature=30.0), _by_drag(mass=42.84)
    cases: list[tuple[str, str, float | None, tuple[str, ...]]] = [
        ("kit cost -1 %", _KIPP, -percent, ("runner.kit.cost=0.99",)),
        ("kit cost +1 %", _KIPP, percent, ("runner.kit.cost=1.01",)),
        ("kit cost -0.2 %", _KIPP, -0.2 * percent, ("runner.kit.cost=0.998",)),
        ("kit cost +0.2 %", _KIPP, 0.2 * percent, ("runner.kit.cost=1.002",)),
        ("kit cost -1 %, shelter 0.29", _KIPP, -percent, ("runner.kit.cost=0.99", _HELD)),
        ("MAP +1 %", _KIPP_MAP, -by_power, ("runner.max_aerobic_power=28.28",)),
        ("MAP -1 %", _KIPP_MAP, by_power, ("runner.max_aerobic_power=27.72",)),
        (
            "MAP +1 %, shelter 0.29",
            _KIPP_MAP,
            -by_power,
            ("runner.max_aerobic_power=28.28", _HELD),
        ),
        ("mass +2 %", _DRAG, heavier, ("runner.mass=42.84",)),
        ("mass +2 %, shelter 0.29", _DRAG, heavier, ("runner.mass=42.84", _HELD)),
        ("5 °C warmer", _DRAG, warmer, ("environment.temperature=30",)),
        ("5 °C warmer, shelter 0.29", _DRAG, warmer, ("environment.temperature=30", _HELD)),
        ("front gap -0.1 m", "none", None, ("pacers.front_gap=1.6",)),
        ("front gap +0.1 m", "none", None, ("pacers.front_gap=1.8",)),
    ]
    changes = [(), (_HELD,), *(case[-1] for case in cases)]
    free, steady, *finishes = finish_times(
        [load_scenario("breaking4", overrides=list(c), with_ghosts=False) for c in changes]
    ).tolist()
    rows = []
    for (what, source, expected, setting), finish in zip(cases, finishes, strict=True):
        moved = finish - (steady if _HELD in setting else free)
        note, role = "nothing published", Role.LISTED
        published = () if expected is None else (expected,)
        if expected is not None:
            role = Role.PREDICTED
            ratio = moved / expected
            note = f"{ratio:.1f} times its source"
            if ratio > MISS_FROM:
                note += f": {MISS}, the feedback of the shelter"
        section = "Breaking4, what a little of each moves the finish"
        rows.append(
            ValidationRow(section, what, source, published, moved, Unit.SECONDS, role, note)
        )
    return rows


def _by_drag(temperature: float = 25.0, mass: float = 42.0) -> float:
    """Return how far a change of the drag per weight moves the finish at S = 0.29 [s]."""

    def drag_share(runner: Runner, air: Environment) -> float:
        v = MILE_M / 246.42
        drag = 0.5 * air.density * runner.cda * v * v * (1.0 - 0.29)
        return runner.drag_cost * drag / (runner.mass * G)

    body = Runner()
    before = drag_share(body, Environment())
    after = drag_share(body.model_copy(update={"mass": mass}), Environment(temperature=temperature))
    return 100.0 * (after - before) / (1.0 + before) * TWO_THIRDS * 246.42


def _altitudes() -> list[ValidationRow]:
    """Return how much slower a mile is at altitude [1]."""
    pressures = (898.7, 845.6, 766.0)
    sea, *high = finish_times(
        [
            load_scenario("breaking4", overrides=[f"environment.pressure={hpa}"], with_ghosts=False)
            for hpa in (1013.25, *pressures)
        ]
    ).tolist()
    return [
        _row(f"altitude, {hpa:g} hPa", finish / sea - 1.0)
        for hpa, finish in zip(pressures, high, strict=True)
    ]


# -- hard starts -----------------------------------------------------------------------------------
#
# What starting too fast and fading gains in the model over the best even pace. A real runner would
# gain nothing; an optimiser must not exploit what the model gives.

LAST_M = 100.0
"""A limit that binds within this distance of the line is no fade [m]."""
NO_ANTICIPATION = 10.0
"""With this anticipation only Morton's limit remains [1]."""
SHELTERS = (0.0, 0.3, 0.6)
HARDER = (2.0, 4.0, 6.0)
"""How much slower the second half of a hard start is planned [%]."""
SECTION = "A hard start that fades, over the mile"
_OFFSETS = np.arange(-5.5, -0.39, 0.1)
"""Targets tried, as seconds from the predicted time: the best lies well inside."""


def alone_over_a_mile(finish_s: float) -> Scenario:
    """Return an even mile with nobody else on the track."""
    return Scenario(plan=EvenPlan(target=finish_s), pacers=Pacers(count=0), ghosts=())


def held_at(scenario: Scenario, shelter: float) -> Scenario:
    """Return the scenario with one constant shelter."""
    return scenario.with_values({"pacers.shelter": (ConstantShelter(value=shelter),)})


def hard_start_rows() -> list[ValidationRow]:
    """Return what targets too fast to hold gain, with and without her anticipation.

    For each shelter the best finish of all even targets is compared with the fastest even target
    for which the limit does not bind before the last 100 m, with the predicted time, for which it
    never binds, and with the best finish of plans with a deliberately harder start.
    """
    miles = [held_at(alone_over_a_mile(250.0), s) for s in SHELTERS]
    never = predicted_times(miles)
    late_targets = predicted_times(miles, last_m=LAST_M)
    rows = []
    for word, anticipation in (("with", Runner().anticipation), ("without", NO_ANTICIPATION)):
        runs = [m.with_values({"runner.anticipation": anticipation}) for m in miles]
        late = _finishes([stretched(m, t) for m, t in zip(runs, late_targets, strict=True)])
        best = _best(runs, never)
        for i, shelter in enumerate(SHELTERS):
            rows.append(
                ValidationRow(
                    SECTION,
                    f"{word} anticipation, S = {shelter:g}: best of all even targets",
                    "the model itself",
                    (),
                    float(best[i]),
                    Unit.TIME,
                    Role.ARTEFACT,
                    f"{format_signed(late[i] - best[i])} s if the limit may not bind before the "
                    f"last {LAST_M:g} m ({format_time(late[i])}); "
                    f"{format_signed(never[i] - best[i])} s if it may never bind "
                    f"({format_time(never[i])})",
                )
            )
        if anticipation < NO_ANTICIPATION:
            rows.extend(_harder_rows(runs, never, best))
    return rows


def _harder_rows(
    miles: Sequence[Scenario], never: Sequence[float], best: Floats
) -> list[ValidationRow]:
    """Return what a deliberately hard start costs compared with the best even plan."""
    rows = []
    for strength in HARDER:
        plan = SteppedPlan(shape="positive", strength=strength)
        finishes = _best([mile.with_values({"plan": plan}) for mile in miles], never)
        for shelter, finish, even in zip(SHELTERS, finishes, best, strict=True):
            rows.append(
                ValidationRow(
                    SECTION,
                    f"second half slower by {strength:g} %, S = {shelter:g}: best of all targets",
                    "the model itself",
                    (),
                    float(finish),
                    Unit.TIME,
                    Role.ARTEFACT,
                    f"{format_signed(float(finish - even))} s beside the best even plan",
                )
            )
    return rows


def _best(miles: Sequence[Scenario], never: Sequence[float]) -> Floats:
    """Return the best finish of each mile's shape, over all targets [s]."""
    rows = [
        stretched(mile, float(target))
        for mile, time in zip(miles, never, strict=True)
        for target in time + _OFFSETS
    ]
    return np.asarray(_finishes(rows).reshape(len(miles), -1).min(axis=1))


def _finishes(scenarios: Sequence[Scenario]) -> Floats:
    return np.array([run.finish_s or np.inf for run in simulate_all(scenarios)])


# -- identities: what must hold to the last digits, because a closed form is known ----------------

IDENTITIES = "Identities"
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
            IDENTITIES,
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
            IDENTITIES,
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
            IDENTITIES,
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
            IDENTITIES,
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
