"""The air: the wind around an oval, and the air's effects on her power.

In: the scenario's environment. Out: head wind [m/s], altitude's share of MAP [1], heat [°C min/s].
Formulas: docs/physics.md, DRAG, ALTITUDE, HEAT; the air's density is `Environment.density`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.coefficients import (
    ALTITUDE_0,
    ALTITUDE_1,
    ALTITUDE_2,
    ALTITUDE_3,
    BEND_M,
    HEAT_FROM,
    LAP_M,
    PRESSURE_LEAST,
    STRAIGHT_M,
    WBGT_MOST,
    WBGT_SUN,
    WBGT_TEMPERATURE,
    WBGT_VAPOUR,
)
from simulator.physics.track import heading
from simulator.scenario.model import Environment, Wind

TORR_HPA = 1013.25 / 760.0


def head_wind(wind: Wind, s_m: ArrayLike) -> NDArray[np.float64]:
    """Return the head wind along the running direction [m/s] at track positions `s_m` [m].

    `direction` 0 blows against a runner on the home straight.
    """
    return wind.speed * np.cos(heading(s_m) - math.radians(wind.direction))


def cross_wind_square(wind: Wind, s_m: ArrayLike) -> NDArray[np.float64]:
    """Return the square of the wind across the running direction [m2/s2] at positions `s_m` [m]."""
    across = wind.speed * np.sin(heading(s_m) - math.radians(wind.direction))
    return np.asarray(across * across)


def gusts(wind: Wind) -> float:
    """Return what a wind adds to the square of the air speed over a lap [m2/s2], to second order.

    3/4 of its square in the bends, and on the straights half of 1 + cos2 of its direction.
    """
    straight = 0.5 * (1.0 + math.cos(math.radians(wind.direction)) ** 2)
    return wind.speed**2 * (2.0 * BEND_M * 0.75 + 2.0 * STRAIGHT_M * straight) / LAP_M


def altitude_share(pressure_hpa: float) -> float:
    """Return the share of her sea-level MAP that remains at this air pressure [1].

    Péronnet, Thibault & Cousineau 1991, equation 3; she does not live at altitude (assumed).
    """
    torr = pressure_hpa / TORR_HPA
    if torr >= 760.0:
        return 1.0
    percent = ((ALTITUDE_3 * torr + ALTITUDE_2) * torr + ALTITUDE_1) * torr + ALTITUDE_0
    return min(percent, 100.0) / 100.0


def wet_bulb_globe(environment: Environment) -> float:
    """Return the simplified wet bulb globe temperature WBGT [°C]."""
    vapour = WBGT_VAPOUR * environment.vapour_hpa
    return WBGT_TEMPERATURE * environment.temperature + vapour + WBGT_SUN


def heat_rate(environment: Environment) -> float:
    """Return the rate of heat exposure [°C min/s]; see `kernel.Attempt.follow`."""
    return max(wet_bulb_globe(environment) - HEAT_FROM, 0.0) / 60.0


def outside_sources(environment: Environment) -> list[str]:
    """Return a sentence for each property of this air that the model's sources do not cover."""
    warnings = []
    if environment.pressure < PRESSURE_LEAST:
        warnings.append(
            f"At {environment.pressure:g} hPa the loss of aerobic power is beyond its source, "
            f"which covers {PRESSURE_LEAST:g} hPa (4000 m) and more."
        )
    heat = wet_bulb_globe(environment)
    if heat > WBGT_MOST:
        warnings.append(
            f"A heat of {heat:.0f} °C WBGT is beyond the model's source, "
            f"which covers {WBGT_MOST:g} °C and less."
        )
    return warnings
