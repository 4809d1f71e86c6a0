"""Any combination of the values that are just allowed is run, or refused with a reason.

Each case takes some of the numbers and choices of a scenario to the ends of what its model allows.
Air that pushes with more than a twentieth of her weight is left out: in it she may spend, for a
moment, what she has not got; see docs/physics.md on the limit.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any, get_args

import numpy as np
import pytest

from simulator.errors import ScenarioError
from simulator.physics.air import density, drag_area
from simulator.physics.attempt import simulate
from simulator.recording.recording import Status, flaws_of
from simulator.records import least_time
from simulator.scenario import Scenario, load_scenario
from simulator.scenario.fields import Section, bounds_of, fields_of, sections_among
from simulator.units import LONGEST_M

SKIPPED = ("distance", "pacers.formation", "pacers.shelter", "pacers.leader.seed")
"""What is set apart, and a seed, which has no ends."""


def ends(section: type[Section] = Scenario, above: str = "") -> dict[str, list[Any]]:
    """Return the ends of every number, and the choices of every word, by dotted path."""
    found: dict[str, list[Any]] = {}
    for key, field in fields_of(section).items():
        path = f"{above}{key}"
        sections = sections_among(field.types)
        if path in SKIPPED or len(sections) > 1 or path.startswith("uncertainty"):
            continue
        if sections:
            found |= ends(sections[0], f"{path}.")
        elif float in field.types:
            found[path] = [end for end in bounds_of(Scenario, path) if end is not None]
        elif bool in field.types:
            found[path] = ["yes", "no"]
        elif words := [word for kind in field.types for word in get_args(kind)]:
            found[path] = [word for word in words if isinstance(word, str)]
    return {path: values for path, values in found.items() if values}


ENDS = ends() | {"pacers.count": [0, 1, 13], "pacers.shelter": [-0.2, 0.95]}
SPEEDS = (1.01, 3.0, 5.0, 6.5, 7.0, 8.0, 9.0, 12.0)


def combination(rng: random.Random) -> list[str]:
    """Return changes of a scenario: some at their ends, and a plan that a human might run."""
    paths = rng.sample(sorted(ENDS), rng.choice([1, 2, 3, 5, 8, 20]))
    changes = {path: rng.choice(ENDS[path]) for path in paths}
    changes["distance"] = rng.choice([100.0, 400.0, 800.0, 1609.344, 1609.344, LONGEST_M])
    target = max(changes["distance"] / rng.choice(SPEEDS), 1.001 * least_time(changes["distance"]))
    shape = rng.choice(["even", "negative", "positive", "progressive"])
    changes |= {"plan.shape": shape, "plan.target": round(target, 3)}
    if shape != "even":
        changes["plan.strength"] = rng.choice([-20, 2, 20])
    return [f"{path}={value}" for path, value in changes.items()]


def push(scenario: Scenario) -> float:
    """Return by how much the wind's push differs round the lap, as a share of her weight [1]."""
    v, wind = 8.0, scenario.environment.wind.speed
    air = 0.5 * density(scenario.environment) * drag_area(scenario.runner)
    return air * ((v + wind) ** 2 - max(v - wind, 0.0) ** 2) / (9.81 * scenario.runner.mass)


def test_the_ends_are_those_of_the_model() -> None:
    assert ENDS["runner.drag_area"] == [0.05, 1.5]
    assert ENDS["environment.wind.speed"] == [0.0, 20.0]
    assert ENDS["pacers.policy"] == ["hold_light", "wait_for_runner"]
    assert len(ENDS) >= 30


CASES = 500


def test_combinations_of_ends_are_run_or_refused_with_a_reason() -> None:
    ended: Counter[Status] = Counter()
    refused = 0
    for case in range(CASES):
        changes = combination(random.Random(case))  # noqa: S311 - a failure is found by its number
        try:
            asked = ["ghosts=[]", "published=null", *changes]
            scenario = load_scenario("breaking4", overrides=asked)
        except ScenarioError:
            refused += 1
            continue
        run = simulate(scenario)
        assert next(flaws_of(run), "") == "", (case, changes)
        assert all(np.isfinite(column).all() for column in run.to_arrays().values())
        if push(scenario) <= 0.05:
            assert run.status is not Status.LEDGER_BROKEN, (case, changes)
        ended[run.status] += 1
    assert ended[Status.FINISHED] > 5 * refused > 0
    assert ended[Status.DID_NOT_FINISH]


@pytest.mark.parametrize(
    ("change", "least"),
    [
        ("runner.drag_area=1e-300", "0.05"),
        ("runner.drag_area=0.049", "0.05"),
        ("runner.anticipation=0.89", "0.9"),
    ],
)
def test_what_no_body_has_is_refused(change: str, least: str) -> None:
    with pytest.raises(ScenarioError, match=f"must be at least {least}"):
        load_scenario("solo", overrides=[change])
