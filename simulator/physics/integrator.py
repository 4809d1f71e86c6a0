"""The one time step of the whole program: the explicit midpoint rule, second order.

In: rates of change and a state, both tuples of arrays. Out: the state one step later. The attempts
and Keller's runner, whose best times are known in closed form, are stepped by this same function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Quantities: TypeAlias = tuple[Floats, ...]
Rates: TypeAlias = Callable[[int, Quantities], Quantities]
"""Rates of change at the beginning (0) or in the middle (1) of a step."""


def midpoint(rates: Rates, state: Quantities, step_s: float) -> Quantities:
    """Return the state one step later; a smooth solution's error shrinks with the step squared."""
    # steps as arrays: numpy turns a Python number into one at every call
    half, whole = np.array(0.5 * step_s), np.array(step_s)
    first = rates(0, state)
    middle = tuple([value + half * rate for value, rate in zip(state, first, strict=True)])
    second = rates(1, middle)
    return tuple([value + whole * rate for value, rate in zip(state, second, strict=True)])
