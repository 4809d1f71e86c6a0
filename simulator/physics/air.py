"""The air: density, drag area, drag, and the wind round an oval.

In: the scenario's environment and runner. Out: density [kg/m3], drag area [m2], head wind [m/s].
Formulas: docs/physics.md, AIR and DRAG.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.coefficients import (
    DRAG_FORM,
    DUBOIS,
    DUBOIS_HEIGHT,
    DUBOIS_MASS,
    FRONTAL_SHARE,
    GAS_DRY,
    GAS_VAPOUR,
)
from simulator.physics.track import heading
from simulator.scenario.model import Environment, Runner, Wind


def density(environment: Environment) -> float:
    """Return the density of humid air [kg/m3] (Magnus formula for the vapour pressure)."""
    celsius = environment.temperature
    kelvin = celsius + 273.15
    saturation_hpa = 6.1078 * math.pow(10.0, 7.5 * celsius / (237.3 + celsius))
    vapour_hpa = environment.humidity / 100.0 * saturation_hpa
    dry_hpa = environment.pressure - vapour_hpa
    return dry_hpa * 100.0 / (GAS_DRY * kelvin) + vapour_hpa * 100.0 / (GAS_VAPOUR * kelvin)


def drag_area(runner: Runner) -> float:
    """Return the drag area CdA [m2]: as given, or from height and mass (Du Bois), times the kit."""
    if runner.drag_area is not None:
        return runner.drag_area * runner.kit.drag
    height_cm = runner.height * 100.0
    surface = DUBOIS * math.pow(height_cm, DUBOIS_HEIGHT) * math.pow(runner.mass, DUBOIS_MASS)
    return DRAG_FORM * FRONTAL_SHARE * surface * runner.kit.drag


def head_wind(wind: Wind, s_m: ArrayLike) -> NDArray[np.float64]:
    """Return the head wind along the running direction [m/s] at track positions `s_m` [m].

    `direction` 0 blows against a runner on the home straight.
    """
    return wind.speed * np.cos(heading(s_m) - math.radians(wind.direction))
