"""What running costs, and the two systems that pay for it.

In: speeds [m/s], accelerations [m/s2], shares of drag. Out: powers [W/kg]. All functions take
arrays of any one shape and use only + - * / and sqrt, so that a result is the same to the bit in
any batch. Formulas: docs/physics.md, COST, SUPPLY and LIMIT.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import (
    BEND_COST,
    BEND_RADIUS_M,
    COST_V0,
    COST_V1,
    COST_V2,
    J_PER_ML_O2,
    G,
)

Floats = NDArray[np.float64]

WATTS_PER_VO2 = J_PER_ML_O2 / 60.0
_ONE = np.array(1.0)
# the curve's coefficients in W/kg, as arrays: cheaper in a sum than Python numbers
_C0, _C1, _C2 = (np.array(WATTS_PER_VO2 * c) for c in (COST_V0, COST_V1, COST_V2))
_TWO_C2 = _C2 * 2.0
_LEAN = np.array(1.0 / (G * BEND_RADIUS_M) ** 2)


def level_cost(speed: Floats) -> Floats:
    """Return the metabolic power on the level without air [W/kg] (Batliner curve in Kipp 2019)."""
    cost: Floats = (_C2 * speed + _C1) * speed + _C0
    return cost


def level_cost_slope(speed: Floats) -> Floats:
    """Return the derivative of `level_cost` [W/kg per m/s]."""
    slope: Floats = _TWO_C2 * speed + _C1
    return slope


def lean_strain(square: Floats) -> Floats:
    """Return by which share leaning makes her heavier on a bend, from her speed squared [m2/s2]."""
    strain: Floats = np.sqrt(_ONE + square * square * _LEAN) - _ONE
    return strain


def bend_factor(speed: Floats) -> Floats:
    """Return how much dearer a bend is than a straight (derived from Taboga & Kram 2019)."""
    return _ONE + BEND_COST * lean_strain(speed * speed)
