"""The plain functions of physics and analysis, made of jobs. Deleted when those are plain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.chances import Band, Chances, finding_band, finding_chances
from simulator.analysis.marks import Mark
from simulator.analysis.what_if import finding_finishes
from simulator.physics.attempt import finished
from simulator.recording.recording import Recording
from simulator.scenario.model import Scenario

COMPILED = True


def finish_times(scenarios: Sequence[Scenario]) -> NDArray[np.float64]:
    """Return when she finishes under each scenario [s], NaN where she does not; shape (rows,)."""
    return np.array(finished(finding_finishes(scenarios)), dtype=np.float64)


def find_band(scenario: Scenario, light: Mark) -> Band:
    """Return the band of the gap to the light."""
    return finished(finding_band(scenario, light))


def find_chances(scenario: Scenario, recording: Recording, target_s: float) -> Chances:
    """Return the chance of the target along a run."""
    return finished(finding_chances(scenario, recording, target_s))
