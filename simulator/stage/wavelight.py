"""The Wavelight: how bright each LED is at a moment. Computed from the clock, never accumulated.

In: where a wave's pace mark is [m of the lap], its length, which end marks the pace. Out:
brightness of every LED, 0 to 1. LED i stands at track position i * 400 / leds; neighbours are
cross-faded, so the wave glides although it can only step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.coefficients import LAP_M

Floats = NDArray[np.float64]

TAIL_POWER = 1.4
"""How the tail fades behind the head (assumed: no shape was published)."""


def brightness(leds: int, mark_s_m: float, length: int, pace_end: str) -> Floats:
    """Return the brightness of each LED, shape (leds,); the pace mark is at `mark_s_m` [m].

    The LED nearest to the head is brightest, so the wave is never more than half an LED off; the
    next one ahead rises as the head comes nearer; the tail falls to nothing over `length` LEDs.
    """
    spacing = LAP_M / leds
    head = mark_s_m / spacing
    if pace_end == "tail":
        head += length - 1
    behind = np.mod(head - np.arange(leds), leds)
    tail = np.maximum(1.0 - behind / length, 0.0) ** TAIL_POWER
    ahead = leds - behind
    near = np.maximum(1.0 - np.minimum(ahead, 1.0) / length, 0.0) ** TAIL_POWER
    rising = near * np.clip(2.0 * (1.0 - ahead), 0.0, 1.0)
    return np.asarray(np.maximum(tail, rising))
