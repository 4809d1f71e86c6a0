"""What a human can run: the men's world records less 2 %, from the gun and inside a run.

In: a distance [m]. Out: the shortest time [s] that is taken for human. Records as of the end of
2025 (World Athletics); over 600 m a best time, there is no record.
"""

from __future__ import annotations

import math
from itertools import pairwise

from simulator.units import MILE_M

RECORDS: tuple[tuple[float, float], ...] = (
    (60.0, 6.34),  # Coleman 2018
    (100.0, 9.58),  # Bolt 2009
    (200.0, 19.19),  # Bolt 2009
    (400.0, 43.03),  # van Niekerk 2016
    (600.0, 72.81),  # Gray 1986
    (800.0, 100.91),  # Rudisha 2012
    (1000.0, 131.96),  # Ngeny 1999
    (1500.0, 206.00),  # El Guerrouj 1998
    (MILE_M, 223.13),  # El Guerrouj 1999
    (2000.0, 283.13),  # Ingebrigtsen 2023
    (3000.0, 437.55),  # Ingebrigtsen 2024
    (5000.0, 755.36),  # Cheptegei 2020
    (10_000.0, 1571.00),  # Cheptegei 2020
)
"""Distance [m] and time [s]."""
LESS = 0.98
"""So much of a record is still taken for human [1]."""
FLYING_100_S = 8.6
"""The fastest 100 m inside a run [s]: Bolt's 8.70 in a relay, less 1 %."""
STRETCHES_M = (100.0, 200.0, 400.0, 800.0, 1500.0)
"""The stretches over which a whole run is looked at [m]."""


def least_time(distance_m: float) -> float:
    """Return the shortest human time from the gun [s]; between records in log time and distance."""
    return LESS * _between(RECORDS, distance_m)


def least_flying_time(length_m: float) -> float:
    """Return the shortest human time for a stretch inside a run [s]."""
    if length_m <= 100.0:
        return FLYING_100_S * length_m / 100.0
    longer = tuple(row for row in RECORDS if row[0] > 100.0)
    return LESS * _between(((100.0, FLYING_100_S / LESS), *longer), length_m)


def _between(rows: tuple[tuple[float, float], ...], distance_m: float) -> float:
    first, first_s = rows[0]
    if distance_m <= first:
        return first_s * distance_m / first
    pair = next((p for p in pairwise(rows) if distance_m <= p[1][0]), rows[-2:])
    (near, near_s), (far, far_s) = pair
    power = math.log(far_s / near_s) / math.log(far / near)
    return near_s * math.pow(distance_m / near, power)
