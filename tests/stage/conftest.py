from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest

from simulator.analysis.uncertainty import find_band, find_chances
from simulator.analysis.what_if import alternatives
from simulator.physics.attempt import simulate
from simulator.recording.recording import Recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario
from simulator.stage.show import Show, make_show
from tests.samples import few_samples


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return load_scenario("breaking4")


@pytest.fixture(scope="session")
def attempt(scenario: Scenario) -> Recording:
    return simulate(scenario)


@pytest.fixture(scope="session")
def show(scenario: Scenario, attempt: Recording) -> Show:
    found = make_show(scenario, attempt)
    target = found.plan.finish_s or 0.0
    with few_samples(200):
        chances = find_chances(scenario, attempt, target)
    return replace(
        found,
        alternatives=alternatives(scenario),
        band=find_band(scenario, found.light),
        chances=chances,
    )


def _differences(a: Any, b: Any, at: str) -> list[str]:
    if callable(a) and callable(b):  # what only some cameras show
        a, b = a(), b()
    if isinstance(a, np.ndarray):
        return [] if np.array_equal(a, b, equal_nan=True) else [at]
    if is_dataclass(a) and type(a) is type(b):
        pairs = [(f.name, getattr(a, f.name), getattr(b, f.name)) for f in fields(a)]
        return [d for name, x, y in pairs for d in _differences(x, y, f"{at}.{name}")]
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        pairs = [(str(i), x, y) for i, (x, y) in enumerate(zip(a, b, strict=True))]
        return [d for name, x, y in pairs for d in _differences(x, y, f"{at}[{name}]")]
    same = a == b or (isinstance(a, float) and isinstance(b, float) and a != a and b != b)  # noqa: PLR0124 - not a number
    return [] if same else [f"{at}: {a!r} != {b!r}"]


@pytest.fixture(scope="session")
def differences() -> Callable[[Any, Any], list[str]]:
    """Return a comparison of two scenes that names every place where they differ."""
    return lambda a, b: _differences(a, b, "scene")
