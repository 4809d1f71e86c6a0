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


def level_cost(speed: Floats) -> Floats:
    """Return the metabolic power on the level without air [W/kg] (Batliner curve in Kipp 2019)."""
    return WATTS_PER_VO2 * ((COST_V2 * speed + COST_V1) * speed + COST_V0)


def level_cost_slope(speed: Floats) -> Floats:
    """Return the derivative of `level_cost` [W/kg per m/s]."""
    return WATTS_PER_VO2 * (2.0 * COST_V2 * speed + COST_V1)


def bend_factor(speed: Floats) -> Floats:
    """Return how much dearer a bend is than a straight (derived from Taboga & Kram 2019)."""
    lean = speed * speed / (G * BEND_RADIUS_M)
    return 1.0 + BEND_COST * (np.sqrt(1.0 + lean * lean) - 1.0)
