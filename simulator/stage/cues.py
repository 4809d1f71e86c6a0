"""What is to be heard between two pictures: the gun, the bell, a tick for each lap of the light.

In: the scene shown before and the one shown now. Out: cues. A seek is no race: it stays silent.
"""

from __future__ import annotations

import math
from enum import Enum

from simulator.coefficients import LAP_M
from simulator.stage.scene import Phase, Scene

LONGEST_S = 1.0
"""More race time than this between two pictures is a seek [s]; at 32x it is about 0.5 s."""


class Cue(Enum):
    """Something to be heard."""

    GUN = "gun"
    BELL = "bell"
    TICK = "tick"


def cues(before: Scene, now: Scene) -> tuple[Cue, ...]:
    """Return what happened from one picture to the next."""
    passed_s = now.time_s - before.time_s
    if now.paused or not 0 < passed_s <= LONGEST_S:
        return ()
    found = []
    if before.phase in (Phase.READY, Phase.COUNTDOWN) and now.phase is Phase.RUNNING:
        found.append(Cue.GUN)
    if now.bell and not before.bell:
        found.append(Cue.BELL)
    if before.waves and now.waves and _light_laps(now) > _light_laps(before):
        found.append(Cue.TICK)
    return tuple(found)


def _light_laps(scene: Scene) -> int:
    """Return how many laps the first wave has done, less those of the race.

    The line that a mile's start lies just behind is not the end of a lap.
    """
    head_m = max(scene.waves[0].head_m, LAP_M / 2)
    return -math.ceil((scene.race_m - head_m) / LAP_M)
