from __future__ import annotations

import numpy as np
import pytest

from simulator import load_scenario, simulate
from simulator.physics.pacers import DRIFT_M, PacerPlace
from simulator.physics.shelter import Shelterer, shelter
from simulator.stage.events import events
from simulator.stage.playback import Playback
from simulator.stage.scene_builder import ShowOptions, scene_of
from simulator.stage.show import make_show
from simulator.stage.wake import ACROSS_M, BEHIND_M, STEP_M, Wake, wake_of

PACERS = (
    PacerPlace("a", 101.7, 0.0, 1.0, "ahead"),
    PacerPlace("b", 103.0, 0.0, 1.0, "ahead"),
    PacerPlace("c", 100.1, 1.1, 1.0, "beside"),
    PacerPlace("d", 98.7, 0.0, 1.0, "behind"),
    PacerPlace("e", 105.1, 0.1 + 0.5 * DRIFT_M, 0.5, "left"),
)


def shelter_of_hers(wake: Wake) -> float:
    hers = wake.shelter[:, round(BEHIND_M / STEP_M)]
    return float(np.interp(0.0, ACROSS_M, hers))


@pytest.mark.parametrize("point", [0, 20, 25, 30, 45])
@pytest.mark.parametrize("row", range(len(ACROSS_M)))
def test_the_field_is_the_models_shelter_of_whoever_stood_there(row: int, point: int) -> None:
    field = wake_of(PACERS, 100.0, 1.0)
    assert field is not None
    x = field.first_m + STEP_M * point
    there = [
        Shelterer(p.x_m - x, round(p.path_m - ACROSS_M[row], 2), True, p.presence) for p in PACERS
    ]
    assert field.shelter[row, point] == pytest.approx(float(shelter(there, 0.0)), abs=1e-9)


def test_nobody_there_is_no_field() -> None:
    assert wake_of((), 100.0, 1.0) is None


def test_hers_is_what_the_recording_says_and_a_constant_shelter_has_no_field() -> None:
    scenario = load_scenario("breaking4")
    run = simulate(scenario)
    scene = scene_of(make_show(scenario, run), Playback(60.0, run.end_s), ShowOptions())
    assert scene.wake is not None
    assert shelter_of_hers(scene.wake) == pytest.approx(run.at(60.0).shelter, abs=0.06)
    assert (
        scene_of(make_show(scenario, run), Playback(60.0, run.end_s), ShowOptions(wake=False)).wake
        is None
    )


def test_it_fades_with_who_leaves_as_hers_does() -> None:
    scenario = load_scenario("kipyegon_paris_2023")
    run = simulate(scenario)
    show, before, fields = make_show(scenario, run), 0.54, set()
    leave_s = events(show)["pacer left"] - 4.0
    for t in np.arange(leave_s - 1.0, leave_s + 9.0, 0.05).tolist():
        wake = scene_of(show, Playback(t, run.end_s), ShowOptions()).wake
        middle = 0.0 if wake is None else shelter_of_hers(wake)
        assert middle == pytest.approx(run.at(t).shelter, abs=0.06)
        assert abs(middle - before) < 0.05
        before = middle
        fields.add(wake and (wake.pacers, wake.scale))
    assert before == 0.0
    assert len(fields) < 24
