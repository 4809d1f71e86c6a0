from __future__ import annotations

import pytest

from simulator.analysis.references import (
    Reference,
    ghost_references,
    light_reference,
    plan_reference,
)
from simulator.analysis.uncertainty import Samples
from simulator.physics.attempt import simulate
from simulator.recording.recording import Recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Runner, Scenario


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return load_scenario("breaking4")


@pytest.fixture(scope="session")
def attempt(scenario: Scenario) -> Recording:
    return simulate(scenario)


@pytest.fixture(scope="session")
def light(scenario: Scenario) -> Reference:
    return light_reference(scenario)


@pytest.fixture(scope="session")
def plan(scenario: Scenario) -> Reference:
    return plan_reference(scenario)


@pytest.fixture(scope="session")
def ghosts(scenario: Scenario) -> list[Reference]:
    return ghost_references(scenario)


def runners_of(scenario: Scenario, samples: Samples) -> list[Runner]:
    """Return the scenario's runner with the values of each sample."""
    names = [name for name in samples.values if name in Runner.model_fields]
    rows = zip(*(samples.values[name].tolist() for name in names), strict=True)
    return [scenario.runner.model_copy(update=dict(zip(names, row, strict=True))) for row in rows]
