"""The limits of human running, from world records: times, and how evenly they were paced.

In: a distance [m]. Out: the shortest time [s] accepted as human, from the gun or inside a run: the
men's world records less 2 %; and the slowest and fastest speed of a stretch that a plan may have,
as shares of its mean speed. Records as of the end of 2025 (World Athletics); 600 m has no record,
so a best time is used.
"""

from __future__ import annotations

import math
from functools import lru_cache
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
"""A time is accepted as human down to this share of the record [1]."""
FLYING_100_S = 8.6
"""The fastest 100 m inside a run [s]: Bolt's 8.70 in a relay, less 1 %."""
STRETCHES_M = (100.0, 200.0, 400.0, 800.0, 1500.0)
"""A whole run is checked over stretches of these lengths [m]."""


@lru_cache(maxsize=1024)
def least_time(distance_m: float) -> float:
    """Return the shortest human time from the gun [s], interpolated in log time and distance."""
    return LESS * _between(RECORDS, distance_m)


@lru_cache(maxsize=1024)
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


ENDINGS: tuple[tuple[float, float, float, float], ...] = (
    (MILE_M, 239.4, 402.34, 58.9),  # Bannister 1954: last quarter of a mile
    (MILE_M, 252.56, 200.0, 29.0),  # Masterkova 1996 (Track & Field News, 12 July 2019)
    (1500.0, 230.07, 400.0, 59.8),  # G. Dibaba 2015 (Track & Field News, 2 June 2023)
    (MILE_M, 252.33, 400.0, 60.2),  # Hassan 2019 (Track & Field News, 12 July 2019)
    (1500.0, 229.11, 400.0, 58.81),  # Kipyegon, Florence 2023 (FloTrack, 2 June 2023)
    (1500.0, 229.11, 200.0, 29.2),  # the same race (Track & Field News, 2 June 2023)
    (MILE_M, 247.64, 400.0, 59.5),  # Kipyegon, Monaco 2023 (Citius Mag, 22 July 2023)
    (800.0, 100.91, 400.0, 51.63),  # Rudisha 2012: 49.28 at the bell
    (800.0, 100.91, 200.0, 26.61),  # the same race: 1:14.30 at 600 m
)
"""How records ended: race [m], its time [s], the last stretch [m], its time [s]."""
LONG_FROM_M = 1500.0
"""From this distance on [m] records end faster than their mean; in shorter ones the runner fades
(Casado 2021, Tucker 2006)."""
STEADY, STEADY_SHORT = 0.04, 0.12
"""Before the last lap, speed differs from the mean by at most this share: in races from 1500 m on,
and in shorter ones (assumed: lap times of mile records vary by 1.5 to 3 %, Foster 2014; Rudisha
opened 11 % faster).
"""


def speed_range(race_m: float, begin_m: float) -> tuple[float, float]:
    """Return the lowest and highest speed of a plan from `begin_m` [m] on, as shares of its mean.

    In the last lap these are the slowest and the fastest ending of a record of the same kind; even
    pace is always allowed. In 30 of 32 mile records the last lap was not the slowest (Noakes 2009).
    """
    left_m = race_m - begin_m
    if left_m > 410.0:  # a lap, or the rest of a mile after 1200 m
        steady = STEADY if race_m >= LONG_FROM_M else STEADY_SHORT
        return 1.0 - steady, 1.0 + steady
    shares = [
        last_m / last_s / (length_m / time_s)
        for length_m, time_s, last_m, last_s in ENDINGS
        if (length_m >= LONG_FROM_M) == (race_m >= LONG_FROM_M) and last_m >= left_m - 10.0
    ]
    return min(1.0, *shares), max(1.0, *shares)
