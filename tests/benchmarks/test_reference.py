"""The benchmark's scipy reference solves the same equations as the kernel."""

from __future__ import annotations

import pytest

from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario
from tests.benchmarks.reference import solve


@pytest.mark.slow
@pytest.mark.parametrize("changes", [[], ["pacers.count=4", "pacers.front_gap=1.2"]])
def test_the_kernel_and_the_reference_end_together(changes: list[str]) -> None:
    """The timed reference, at rtol 1e-6, is up to 7 ms off: that is its tolerance."""
    scenario = load_scenario("breaking4", overrides=changes)
    own = simulate(scenario).finish_s
    assert solve(scenario, 1e-8) == pytest.approx(own, abs=1e-3)
