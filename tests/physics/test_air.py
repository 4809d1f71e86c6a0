"""Air density, drag area, and the exact identity of the wind on an oval."""

import numpy as np
import pytest

from simulator.physics.air import density, drag_area, head_wind
from simulator.physics.track import on_bend
from simulator.scenario.model import Environment, Kit, Runner, Wind


def test_density_of_dry_air_is_the_ideal_gas() -> None:
    dry = Environment(temperature=15.0, humidity=0.0)
    assert density(dry) == pytest.approx(101325 / (287.05 * 288.15), rel=1e-9)


def test_humid_air_is_lighter() -> None:
    assert density(Environment(humidity=90)) < density(Environment(humidity=10))


def test_drag_area_of_the_reference_runner() -> None:
    assert drag_area(Runner()) == pytest.approx(0.293, abs=5e-4)
    assert drag_area(Runner(kit=Kit(drag=0.9))) == pytest.approx(0.9 * drag_area(Runner()))
    assert drag_area(Runner(drag_area=0.3)) == 0.3


@pytest.mark.parametrize("direction", [0.0, 37.0, 90.0, 200.0])
def test_mean_square_air_speed_over_the_bends(direction: float) -> None:
    """On a closed lap the mean of (v + w cos)^2 over the bends is v^2 + w^2 / 2, exactly."""
    v, w = 6.7, 3.0
    s = (np.arange(400_000) + 0.5) / 1000.0
    air = v + head_wind(Wind(speed=w, direction=direction), s)
    assert (air[on_bend(s)] ** 2).mean() == pytest.approx(v * v + w * w / 2, rel=1e-5)


def test_head_wind_on_the_home_straight() -> None:
    wind = Wind(speed=2.0, direction=0.0)
    assert float(head_wind(wind, 350.0)) == pytest.approx(2.0)
    assert float(head_wind(wind, 150.0)) == pytest.approx(-2.0)
