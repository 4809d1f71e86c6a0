from __future__ import annotations

import pytest

from simulator.physics.attempt import simulate
from simulator.recording.recording import Recording
from simulator.scenario.loader import load_scenario


@pytest.fixture(scope="session")
def attempt() -> Recording:
    return simulate(load_scenario("breaking4"))
