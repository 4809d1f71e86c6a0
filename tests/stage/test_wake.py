from __future__ import annotations

import numpy as np
import pytest

from simulator import load_scenario, simulate
from simulator.physics.pacers import PacerPlace
from simulator.physics.shelter import Shelterer, shelter
from simulator.stage.playback import Playback
from simulator.stage.scene_builder import ShowOptions, scene_of
from simulator.stage.show import make_show
from simulator.stage.wake import ACROSS_M, BEHIND_M, STEP_M, wake_of

PACERS = (
    PacerPlace("a", 101.7, 0.0, 1.0, "ahead"),
    PacerPlace("b", 103.0, 0.0, 1.0, "ahead"),
    PacerPlace("c", 100.1, 1.1, 1.0, "beside"),
    PacerPlace("d", 98.7, 0.0, 1.0, "behind"),
)


@pytest.mark.parametrize("point", [0, 20, 25, 30, 45])
@pytest.mark.parametrize("row", range(len(ACROSS_M)))
def test_the_field_is_the_models_shelter_of_whoever_stood_there(row: int, point: int) -> None:
    field = wake_of(PACERS, 100.0, 1.0)
    assert field is not None
    x = field.first_m + STEP_M * point
    there = [
        Shelterer(p.x_m - x, round(p.offset_m - ACROSS_M[row], 2), follows_group=True)
        for p in PACERS
    ]
    assert field.shelter[row, point] == pytest.approx(float(shelter(there, 0.0)), abs=1e-9)


def test_nobody_there_is_no_field() -> None:
    assert wake_of((), 100.0, 1.0) is None


def test_hers_is_what_the_recording_says_and_a_constant_shelter_has_no_field() -> None:
    scenario = load_scenario("breaking4")
    run = simulate(scenario)
    scene = scene_of(make_show(scenario, run), Playback(60.0, run.end_s), ShowOptions())
    assert scene.wake is not None
    hers = scene.wake.shelter[:, round(BEHIND_M / STEP_M)]
    middle = float(np.interp(0.0, ACROSS_M, hers))
    assert middle == pytest.approx(run.at(60.0).shelter, abs=0.06)
    assert (
        scene_of(make_show(scenario, run), Playback(60.0, run.end_s), ShowOptions(wake=False)).wake
        is None
    )
