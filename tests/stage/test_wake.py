from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulator import load_scenario, simulate
from simulator.physics.pacers import DRIFT_M, PacerPlace
from simulator.physics.shelter import Shelterer, shelter
from simulator.stage.events import events
from simulator.stage.playback import Playback
from simulator.stage.scene_builder import ShowOptions, scene_of
from simulator.stage.show import make_show
from simulator.stage.wake import (
    ACROSS_M,
    BEHIND_M,
    FAR_BEHIND_M,
    POINTS,
    ROUND_M,
    STEP_M,
    Wake,
    wakes_of,
)

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


AWAY = tuple(replace(p, x_m=p.x_m + 21.0) for p in PACERS if p.x_m > 100.5)
"""Pacers who have left her behind."""


@pytest.mark.parametrize("point", [0, 40, 50, 60, 90])
@pytest.mark.parametrize("row", range(len(ACROSS_M)))
@pytest.mark.parametrize("standing", [PACERS, PACERS[2:4] + AWAY], ids=["together", "apart"])
def test_the_field_is_the_models_shelter_of_whoever_stood_there(
    standing: tuple[PacerPlace, ...], row: int, point: int
) -> None:
    fields = wakes_of(standing, 100.0, 1.0)
    assert len(fields) == len({p.x_m > 120.0 for p in standing})
    for field in fields:
        x = field.first_m + STEP_M * point
        there = [
            Shelterer(p.x_m - x, round(p.path_m - ACROSS_M[row], 2), True, p.presence)
            for p in standing
        ]
        expected = float(shelter(there, 0.0))
        # whoever is farther away than 15 m is left out
        assert field.shelter[row, point] == pytest.approx(expected, abs=5e-4)


def test_fields_join_and_reach_as_far_as_there_are_pacers() -> None:
    standing = tuple(PacerPlace(f"{x}", 100.0 + x, 0.0, 1.0, "ahead") for x in range(1, 60, 2))
    fields = wakes_of(standing, 100.0, 1.0)
    assert np.diff([field.first_m for field in fields]) == pytest.approx(STEP_M * POINTS)
    assert fields[0].first_m == pytest.approx(100.0 - BEHIND_M)
    assert fields[-1].first_m < 159.0 + FAR_BEHIND_M < fields[-1].first_m + STEP_M * POINTS
    hers = wakes_of(PACERS, 100.0, 1.0)
    assert hers == wakes_of(PACERS, 100.0, 1.0)
    assert len(hers) == 1


def test_the_field_ahead_moves_with_the_pacers_there_and_not_in_steps() -> None:
    """Rounding moved it by 0.1 m at once, two pixels."""
    places = []
    for away in np.arange(30.0, 31.0, 0.013).tolist():
        standing = (PacerPlace("a", 100.0 + away, 0.0, 1.0, "ahead"),)
        (field,) = wakes_of(standing, 100.0, 1.0)
        places.append(field.first_m + ROUND_M * field.pacers[0][0] - away)
    assert places == pytest.approx([places[0]] * len(places), abs=1e-9)


def test_nobody_there_is_no_field() -> None:
    assert wakes_of((), 100.0, 1.0) == ()


def test_hers_is_what_the_recording_says_and_a_constant_shelter_has_no_field() -> None:
    scenario = load_scenario("breaking4")
    run = simulate(scenario)
    scene = scene_of(make_show(scenario, run), Playback(60.0, run.end_s), ShowOptions())
    assert shelter_of_hers(scene.wakes()[0]) == pytest.approx(run.at(60.0).shelter, abs=0.06)
    without = ShowOptions(wake=False)
    assert not scene_of(make_show(scenario, run), Playback(60.0, run.end_s), without).wakes()


def test_it_fades_with_who_leaves_as_hers_does() -> None:
    scenario = load_scenario("kipyegon_paris_2023")
    run = simulate(scenario)
    show, before, fields = make_show(scenario, run), 0.54, set()
    leave_s = events(show)["pacer left"] - 4.0
    for t in np.arange(leave_s - 1.0, leave_s + 9.0, 0.05).tolist():
        wakes = scene_of(show, Playback(t, run.end_s), ShowOptions()).wakes()
        middle = shelter_of_hers(wakes[0]) if wakes else 0.0
        assert middle == pytest.approx(run.at(t).shelter, abs=0.06)
        assert abs(middle - before) < 0.05
        before = middle
        fields.add(wakes)
    assert before == 0.0
    assert len(fields) < 24
