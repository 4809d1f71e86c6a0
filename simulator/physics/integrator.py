"""The one time step of the whole program: the midpoint rule, its middle gone on to, second order.

In: rates of change, and the last three states. Out: the state one step later. The attempts and
Keller's runner, whose best times are known in closed form, are stepped by this same function. It
asks for the rates once a step, where the common midpoint rule asks twice.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Quantities: TypeAlias = Floats
"""The state of all rows, shape (quantities, rows); their rates of change likewise."""

# as arrays: numpy turns a Python number into one at every call
_HERE, _BEFORE, _EARLIER = np.array(15 / 8), np.array(10 / 8), np.array(3 / 8)


class Past(NamedTuple):
    """The states one and two steps before the present one."""

    before: Quantities
    earlier: Quantities


def middle(state: Quantities, past: Past) -> Quantities:
    """Return the state in the middle of the coming step, on the parabola through the last three.

    y2 - y1 = h f((15 y1 - 10 y0 + 3 y-1) / 8): where y is smooth the middle errs by the step cubed,
    and the error of a solution shrinks with the step squared. Stable where the shortest time
    constant is longer than 7/4 of the step.
    """
    return _HERE * state - _BEFORE * past.before + _EARLIER * past.earlier


def stepped(state: Quantities, rates: Quantities, step_s: Floats) -> Quantities:
    """Return the state one step later, from the rates in the middle of the step."""
    return state + step_s * rates


def straight_past(state: Quantities, rates: Quantities, step_s: Floats) -> Past:
    """Return a past for a first state, from the rates there.

    The first step is then one of the common midpoint rule.
    """
    before = state - step_s * rates
    return Past(before, before - step_s * rates)
