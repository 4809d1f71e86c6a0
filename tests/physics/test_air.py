"""Air density, drag area, and the exact identity of the wind on an oval."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from simulator.coefficients import BEND_M, LAP_M
from simulator.physics.air import (
    altitude_share,
    cross_wind_square,
    gusts,
    head_wind,
    heat_rate,
    outside_sources,
)
from simulator.physics.attempt import simulate
from simulator.physics.kernel import Attempt
from simulator.physics.track import on_bend
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Environment, Kit, Runner, Wind


def test_density_of_dry_air_is_the_ideal_gas() -> None:
    dry = Environment(temperature=15.0, humidity=0.0)
    assert dry.density == pytest.approx(101325 / (287.05 * 288.15), rel=1e-9)


def test_humid_air_is_lighter() -> None:
    assert Environment(humidity=90).density < Environment(humidity=10).density


def test_drag_area_of_the_reference_runner() -> None:
    assert Runner().cda == pytest.approx(0.293, abs=5e-4)
    assert Runner(kit=Kit(drag=0.9)).cda == pytest.approx(0.9 * Runner().cda)
    assert Runner(drag_area=0.3).cda == 0.3


@pytest.mark.parametrize("direction", [0.0, 37.0, 90.0, 200.0])
def test_mean_square_air_speed_over_the_bends(direction: float) -> None:
    """The drag goes with (v + w cos) R, R the relative speed of the air.

    Over two half circles its mean is that over a circle: the derivative by v of a third of the mean
    of R^3, and so v^2 + 3/4 w^2 - 3/64 w^4 / v^2 - 1/256 w^6 / v^4 and less than the next term.
    """
    v, w = 6.7, 3.0
    s = (np.arange(400_000) + 0.5) / 1000.0
    drag = _drag(v, Wind(speed=w, direction=direction), s)[on_bend(s)].mean()
    exact = v**2 + 0.75 * w**2 - 3 / 64 * w**4 / v**2 - w**6 / v**4 / 256
    assert drag == pytest.approx(exact, abs=1.5e-3 * w**8 / v**6)
    angle = np.linspace(0.0, 2.0 * np.pi, 100_000, endpoint=False)
    cubes = [((u + w * np.cos(angle)) ** 2 + (w * np.sin(angle)) ** 2) ** 1.5 for u in (6.69, 6.71)]
    assert drag == pytest.approx((cubes[1].mean() - cubes[0].mean()) / 0.02 / 3.0, rel=1e-5)


def _drag(v: float, wind: Wind, s: np.ndarray) -> np.ndarray:
    air = v + head_wind(wind, s)
    return np.asarray(air * np.sqrt(air**2 + cross_wind_square(wind, s)))


def test_a_wind_from_the_side_is_not_free() -> None:
    """At 3 m/s from the side a lap's drag grows by 13.2 %, not by the 6.1 % of its head wind."""
    v, wind = 1609.344 / 246.42, Wind(speed=3.0, direction=90.0)
    s = (np.arange(400_000) + 0.5) / 1000.0
    assert _drag(v, wind, s).mean() / v**2 - 1.0 == pytest.approx(0.132, abs=0.001)
    assert ((v + head_wind(wind, s)) ** 2).mean() / v**2 - 1.0 == pytest.approx(0.061, abs=0.001)
    assert gusts(wind) / v**2 == pytest.approx(0.132, abs=0.005)


@pytest.mark.parametrize("direction", [0.0, 50.0, 90.0])
def test_what_a_wind_adds_to_a_lap_is_right_to_second_order(direction: float) -> None:
    v, wind = 6.7, Wind(speed=0.5, direction=direction)
    s = (np.arange(400_000) + 0.5) / 1000.0
    assert _drag(v, wind, s).mean() - v**2 == pytest.approx(gusts(wind), rel=0.01)


@pytest.mark.parametrize(
    ("metres", "share"),
    [(0, 1.0), (500, 0.980), (1000, 0.962), (1500, 0.944), (2300, 0.908), (3000, 0.866)],
)
def test_altitude_takes_what_its_source_says(metres: float, share: float) -> None:
    pressure = 1013.25 * (1.0 - 2.25577e-5 * metres) ** 5.25588
    assert altitude_share(pressure) == pytest.approx(share, abs=0.004)


def test_heat_takes_nothing_from_a_mile_in_common_air_and_more_the_longer() -> None:
    assert _shares(Environment(), [0.0, 150.0, 300.0]) == [1.0] * 3
    hot = _shares(Environment(temperature=30.0, humidity=60.0), [240.0, 900.0, 1800.0])
    assert (np.diff(hot) < 0).all()
    assert hot[-1] > 0.84
    assert _shares(Environment(temperature=10.0), [3600.0]) == [1.0]


def _shares(environment: Environment, times_s: list[float]) -> list[float]:
    """Return the share of MAP that the kernel leaves after each time in this air."""
    pace = SimpleNamespace(halves=0, mark=float, speed=float)
    attempt: Any = SimpleNamespace(
        plan=pace, leader=pace, aerobic_max=1.0, heat=heat_rate(environment), step=2.0
    )
    shares = []
    for time_s in times_s:
        Attempt.follow(attempt, round(time_s))
        shares.append(attempt.top)
    return shares


def test_what_no_source_covers_is_said() -> None:
    assert outside_sources(Environment()) == []
    assert "616 hPa" in outside_sources(Environment(pressure=600.0))[0]
    assert "WBGT" in outside_sources(Environment(temperature=50.0, humidity=90.0))[0]


def test_a_mile_is_slower_at_altitude_and_in_great_heat() -> None:
    """Péronnet's running model loses 4.5 to 4.7 % over a mile at 2300 m; thin air alone gains."""

    def finish(*changes: str) -> float:
        return simulate(load_scenario("breaking4", overrides=changes)).finish_s or np.nan

    sea = finish()
    assert finish("environment.pressure=766") / sea - 1.0 == pytest.approx(0.045, abs=0.006)
    assert finish("environment.pressure=850") > sea + 3.0
    assert finish("environment.temperature=50", "environment.humidity=90") > sea + 1.0
    assert finish("environment.temperature=10") > sea


def test_head_wind_on_the_home_straight() -> None:
    wind = Wind(speed=2.0, direction=0.0)
    assert float(head_wind(wind, 350.0)) == pytest.approx(2.0)
    assert float(head_wind(wind, 150.0)) == pytest.approx(-2.0)


def test_a_wind_of_ninety_degrees_comes_from_the_back_straight() -> None:
    """She runs towards the back straight in the middle of the first bend: against it."""
    first, second = BEND_M / 2, LAP_M / 2 + BEND_M / 2
    against = head_wind(Wind(speed=2.0, direction=90.0), [first, second])
    assert against == pytest.approx([2.0, -2.0])
