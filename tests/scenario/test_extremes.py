"""Any combination of values at the edges of what is allowed is run, or refused with a reason.

Many fields at once, each at an edge of its own, a hair within, or anywhere between: it finishes,
does not finish, is faster than a human can run, or is refused; what she spends is always what she
drew. The fields are read from the model, so that a new one is walked as soon as it is there; lists,
and what depends on the distance, are made here. Then, in the midst of the race, another such
combination is gone over to. `pytest -m slow` walks twenty thousand of them.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pytest
from pydantic import ValidationError

from simulator.errors import ScenarioError
from simulator.physics.attempt import fork, simulate
from simulator.recording.recording import Recording, Status, flaws_of
from simulator.scenario.fields import Section, fields_of, sections_among
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Environment, Kit, LightWave, Runner, Scenario
from simulator.scenario.pacers import Leader, Slot
from simulator.world_records import least_flying_time, least_time

DISTANCES_M = (100.0, 101.0, 399.99, 400.0, 800.0, 1500.0, 1609.344, 3000.0, 10_000.0)
OPEN = 1e300
"""Stands for a bound that a field does not have."""


def limits(section: type[Section], key: str) -> tuple[float, float]:
    """Return the least and the greatest value of a number."""
    low, high = -OPEN, OPEN
    for bound in fields_of(section)[key].info.metadata:
        low = max(low, *(getattr(bound, n) for n in ("ge", "gt") if hasattr(bound, n)), -OPEN)
        high = min(high, *(getattr(bound, n) for n in ("le", "lt") if hasattr(bound, n)), OPEN)
    return low, high


def number(dice: random.Random, low: float, high: float) -> float:
    """Return an edge, a hair within one, next to nothing, or anything between."""
    hair = 1e-9 * (high - low)
    tiny = [t for t in (1e-300, -1e-300, 1e-9, 0.0) if low <= t <= high]
    edges = [low, high, low + hair, high - hair, *tiny]
    return dice.choice(edges) if dice.random() < 0.7 else dice.uniform(low, high)


def section(dice: random.Random, model: type[Section], share: float) -> dict[str, Any]:
    """Return values for about this share of a section's plain fields, and of those below it."""
    values: dict[str, Any] = {}
    for key, field in fields_of(model).items():
        below = sections_among(field.types)
        if model is Kit and key == "colour":
            continue  # no run depends on it
        words = [w for t in field.types if get_origin(t) is Literal for w in get_args(t)]
        if below:
            if len(below) == 1 and dice.random() < 0.5 + share:
                values[key] = section(dice, below[0], share)
        elif dice.random() > share:
            continue
        elif bool in field.types:
            values[key] = dice.random() < 0.5
        elif words:
            values[key] = dice.choice(words)
        elif float in field.types or int in field.types:
            value = number(dice, *limits(model, key))
            values[key] = value if float in field.types else round(value)
    return values


def plan(dice: random.Random, race_m: float) -> dict[str, Any]:
    """Return a plan between the fastest that is human and a stroll."""
    fastest, slowest = least_time(race_m), race_m
    target = fastest + (slowest - fastest) * dice.choice([0.0, 1e-9, 0.1, 0.3, 1.0, dice.random()])
    shape = dice.choice(["even", "negative", "positive", "progressive", "splits"])
    start = {"standing_start": dice.random() < 0.5}
    if shape == "even":
        return {"target": target, **start}
    if shape != "splits":
        return {"shape": shape, "target": target, "strength": number(dice, -20, 20), **start}
    places = sorted({*(dice.uniform(1.0, race_m) for _ in range(dice.randrange(6))), race_m})
    time_s, before, splits = 0.0, 0.0, {}
    for x in places:
        least = least_time(x) if before == 0.0 else least_flying_time(x - before)
        time_s += least + (x - before - least) * dice.choice([0.01, 0.2, 0.99, dice.random()])
        splits["finish" if x == race_m else repr(x)] = max(time_s, least_time(x))
        before = x
    return {"splits": splits, **start}


def slots(dice: random.Random, race_m: float) -> list[dict[str, Any]]:
    """Return places of pacers, some of whom come, go, and hand over."""
    places = []
    for _ in range(dice.randrange(1, 8)):
        place: dict[str, Any] = {"ahead": number(dice, *limits(Slot, "ahead"))}
        place["ahead"] = dice.choice([place["ahead"], 0.5, 1.2, dice.uniform(-3, 3)])
        place["offset"] = dice.choice([0.0, 0.0, number(dice, *limits(Slot, "offset"))])
        if dice.random() < 0.4:
            place["from"] = dice.choice([0.0, 1e-9, dice.uniform(0, race_m), race_m])
            place["until"] = place["from"] + dice.choice([1e-9, 1.0, dice.uniform(0, race_m)])
            if dice.random() < 0.5:
                place["name"] = dice.choice(["a", "b"])
        places.append(place)
    return [p for p in places if abs(p["ahead"]) >= 0.5 or abs(p["offset"]) >= 0.4]


def pacers(dice: random.Random, race_m: float, share: float) -> dict[str, Any]:
    """Return pacers of all kinds, with a shelter of its own in some."""
    values: dict[str, Any] = {"formation": {"slots": slots(dice, race_m)}}
    if dice.random() < 0.3:
        values["formation"] = dice.choice(["breaking4", "box", "ahead_and_behind"])
    for key, low, high in (("front_gap", 0.5, 20), ("swap_gap", 0, 3), ("drop_back", 0, 400)):
        if dice.random() < share:
            values[key] = number(dice, low, high)
    if dice.random() < share:
        values["wake"] = number(dice, 0, 2)
    if dice.random() < share:
        values["policy"] = dice.choice(["hold_light", "wait_for_runner"])
    if dice.random() < share:
        values["follows"] = "the light"
    if dice.random() < share:
        values["count"] = dice.randrange(4)
    if dice.random() < 0.2:
        untils = sorted(dice.uniform(0.1, race_m) for _ in range(dice.randrange(4)))
        values["shelter"] = [
            *({"until": x, "value": number(dice, -0.2, 0.95)} for x in untils),
            {"value": number(dice, -0.2, 0.95)},
        ]
    values["leader"] = section(dice, Leader, share)
    return values


def scenario(dice: random.Random, race_m: float | None = None) -> dict[str, Any]:
    """Return a scenario at its edges, over a race [m] or over any."""
    share = dice.choice([0.05, 0.2, 0.5, 1.0])
    race_m = race_m or dice.choice([*DISTANCES_M, dice.uniform(100.0, 10_000.0)])
    wave = section(dice, LightWave, share) | {"name": "the light"}
    wave.pop("plan", None)
    if dice.random() < 0.3:
        wave["plan"] = plan(dice, race_m)
    return {
        "distance": race_m,
        "track": {"lap": dice.choice([400.0, 400.0, 200.0])},
        "environment": section(dice, Environment, share),
        "runner": section(dice, Runner, share),
        "plan": plan(dice, race_m),
        "pacers": pacers(dice, race_m, share) if dice.random() < 0.7 else {"count": 0},
        "wavelight": {"waves": [wave]},
        "ghosts": [],
    }


def allowed(dice: random.Random, race_m: float | None = None) -> Scenario | None:
    try:
        return Scenario.model_validate(scenario(dice, race_m))
    except ValidationError:
        return None


def sound(run: Recording, case: int) -> Status:
    assert run.status is not Status.LEDGER_BROKEN, (case, run.scenario_json)
    assert next(flaws_of(run), "") == "", (case, run.scenario_json)
    assert all(np.isfinite(column).all() for column in run.to_arrays().values())
    assert (run.finish_s is None) == (run.status is Status.DID_NOT_FINISH)
    return run.status


def walk(cases: range) -> None:
    ended: Counter[str | Status] = Counter()
    for case in cases:
        dice = random.Random(case)  # noqa: S311 - a failure is found by its number
        first = allowed(dice)
        if first is None:
            ended["refused"] += 1
            continue
        run = simulate(first)
        ended[sound(run, case)] += 1
        other = allowed(dice, first.distance) if case % 3 == 0 else None
        if other is not None and run.ticks > 2:
            ended["changed"] += 1
            sound(fork(other, run, dice.randrange(run.ticks)), case)
    assert ended[Status.FINISHED] > 0.4 * len(cases)
    assert ended[Status.DID_NOT_FINISH] > 0.05 * len(cases)
    assert 0.02 * len(cases) < ended["refused"] < 0.4 * len(cases)
    assert ended["changed"] > 0.1 * len(cases)


def test_combinations_of_edges_are_run_or_refused_with_a_reason() -> None:
    walk(range(300))


@pytest.mark.slow
def test_twenty_thousand_combinations_of_edges_are_run_or_refused_with_a_reason() -> None:
    walk(range(300, 20_300))


def test_the_edges_are_those_of_the_model() -> None:
    assert limits(Runner, "drag_area") == (0.05, 0.8)
    assert limits(Slot, "ahead") == (-30.0, 30.0)
    dice = random.Random(0)  # noqa: S311 - dice, no secret
    whole = section(dice, Runner, 1.0)
    assert {k for k, f in fields_of(Runner).items() if float in f.types} <= whole.keys()


SMALLEST: dict[str, dict[str, Any]] = {
    "a head wind that rises round a bend": {
        "environment": {"wind": {"speed": 20}},
        "plan": {"target": 218.67},
        "runner": {"anticipation": 5.84},
    },
    "a storm in which standing costs too much": {
        "environment": {"wind": {"speed": 15}},
        "runner": {"reserve": 100, "drag_area": 0.7, "drag_cost": 10},
    },
    "a gale that pushes a stroller along": {
        "distance": 1500.0,
        "environment": {"wind": {"speed": 15}},
        "runner": {"drag_area": 0.8},
        "plan": {"target": 1500.0},
    },
    "a power that jumps to and fro at the brink of what she dares": {
        "distance": 1500.0,
        "runner": {
            "max_aerobic_power": 5,
            "reserve": 5000,
            "anticipation": 0.9,
            "kit": {"cost": 1.2},
        },
        "plan": {"target": 494.38},
    },
    "a surge at once after the gun": {
        "distance": 100.0,
        "plan": {"splits": {"17.11": 1.87, "finish": 65.87}},
    },
}
"""What broke the energy ledger once, each made as small as it goes."""


@pytest.mark.parametrize("what", SMALLEST)
def test_what_once_broke_the_ledger_is_run(what: str) -> None:
    run = simulate(Scenario.model_validate({"ghosts": [], **SMALLEST[what]}))
    assert sound(run, 0) in (Status.FINISHED, Status.DID_NOT_FINISH)
    assert (run.power >= 0).all()
    assert run.reserve.min() > -5.0


def test_a_wind_that_pushes_too_hard_is_refused_with_how_hard() -> None:
    blown = ["environment.wind.speed=20", "runner.drag_area=0.8"]
    with pytest.raises(ScenarioError, match=r"wind.speed.*pushes her with 46 % of her weight"):
        load_scenario("solo", overrides=blown)
    load_scenario("solo", overrides=[blown[0]])


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        ("runner.drag_area=1e-300", "at least 0.05"),
        ("runner.drag_area=0.049", "at least 0.05"),
        ("runner.drag_area=0.81", "at most 0.8"),
        ("runner.anticipation=0.89", "at least 0.9"),
    ],
)
def test_what_no_body_has_is_refused(change: str, limit: str) -> None:
    with pytest.raises(ScenarioError, match=f"must be {limit}"):
        load_scenario("solo", overrides=[change])


@pytest.mark.parametrize(
    ("case", "why"),
    [(3972, "far out round a bend she gets on more slowly than she runs")],
)
def test_what_once_was_no_recording_is_one(case: int, why: str) -> None:
    first = allowed(random.Random(case))  # noqa: S311 - a failure is found by its number
    assert first is not None, why
    sound(simulate(first), case)
