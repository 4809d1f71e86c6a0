"""The integrator, held against solutions known in closed form."""

import math

import pytest

from simulator.coefficients import TAU_LIMIT
from simulator.physics.keller import best_time, stepped_times
from simulator.physics.kernel import BEFORE, EARLIER, HERE
from simulator.physics.setup import STEP_S


def _decay(step_s: float, tau_s: float = 1.0) -> float:
    """Return how far stepping a decay for two seconds ends from its closed form."""
    state = 1.0
    before = state + step_s * state / tau_s
    earlier = before + step_s * state / tau_s
    for _ in range(round(2.0 / step_s)):
        middle = HERE * state - BEFORE * before + EARLIER * earlier
        earlier, before, state = before, state, state - step_s * middle / tau_s
    return abs(state - math.exp(-2.0 / tau_s))


def test_second_order() -> None:
    assert _decay(0.02) / _decay(0.01) == pytest.approx(4.0, rel=0.05)


def test_the_models_shortest_time_constant_is_followed_at_its_step() -> None:
    assert _decay(STEP_S, TAU_LIMIT) < 1e-3
    assert _decay(STEP_S, STEP_S) > 1.0  # one as short as the step is not


@pytest.mark.parametrize(("distance", "published"), [(1500.0, 219.49), (1609.344, 237.34)])
def test_closed_form_gives_kellers_published_times(distance: float, published: float) -> None:
    assert best_time(distance).time_s == pytest.approx(published, abs=0.01)


def test_stepping_keller_agrees_with_his_closed_form() -> None:
    distances = [400.0, 800.0, 1500.0, 1609.344, 3000.0, 5000.0]
    closed = [best_time(distance).time_s for distance in distances]
    stepped = stepped_times(distances)
    assert stepped[:-1] == pytest.approx(closed[:-1], abs=3e-4)
    assert stepped[-1] == pytest.approx(closed[-1], abs=0.005)
