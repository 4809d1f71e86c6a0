"""The director: calm, the same every time, and no wiser than the moment."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import load_scenario
from simulator.files import configs_dir
from simulator.physics.attempt import simulate
from simulator.recording.recording import ARRAYS, Status
from simulator.scenario.loader import load_text
from simulator.screen import Camera
from simulator.stage.events import ARRIVES_S, FINISH_M, LEAST_S, START_S, events, on_air
from simulator.stage.playback import RATES
from simulator.stage.show import Show, make_show
from simulator.view.camera import MOVE_S

SHIPPED = sorted(path.stem for path in configs_dir().glob("*.yaml"))
RACES = {
    "100 m": "{name: a, distance: 100 m, plan: {target: 11.2}}",
    "400 m": "{name: a, distance: 400 m, plan: {target: 52}}",
    "1500 m": "{name: a, distance: 1500 m, plan: {target: '3:50'}}",
    "5000 m": "{name: a, distance: 5000 m, plan: {target: '15:00'}}",
}


@pytest.fixture(scope="module", params=["1 mile", *RACES])
def any_show(request: pytest.FixtureRequest, show: Show) -> Show:
    if request.param not in RACES:
        return show
    scenario = load_text(RACES[request.param])
    return make_show(scenario, simulate(scenario))


def camera_at(show: Show, moment_s: float, rate: float = 1.0) -> tuple[Camera, float]:
    """Return the camera, and how long it has been on [s of playing time]."""
    camera, _, since_s = on_air(show, moment_s, rate)
    return camera, since_s


def cuts_of(show: Show, rate: float = 1.0) -> list[tuple[float, Camera]]:
    """Return when another camera comes on, looked up twenty times a second."""
    cuts: list[tuple[float, Camera]] = []
    for t in np.arange(-4.0, show.recording.end_s + 8.0, 0.05):
        camera, _ = camera_at(show, float(t), rate)
        if not cuts or cuts[-1][1] is not camera:
            cuts.append((float(t), camera))
    return cuts


@pytest.mark.parametrize("rate", [1.0, 4.0])
def test_nobody_cuts_faster_than_can_be_watched(any_show: Show, rate: float) -> None:
    """But for the chase as the light goes, and a finish so soon, which must not be missed."""
    lost_s = events(any_show).get("light lost", -math.inf)
    end_s = any_show.recording.end_s
    for (began_s, _), (t, camera) in itertools.pairwise(cuts_of(any_show, rate)):
        late = camera is Camera.CHASE and t < lost_s < t + 2.0 * ARRIVES_S * rate
        if camera is Camera.RAIL and end_s - began_s < (LEAST_S + ARRIVES_S) * rate:
            continue
        assert t - began_s >= rate * ((ARRIVES_S if late else LEAST_S) - 0.06)


def test_it_starts_with_the_chase_and_ends_on_the_rail(any_show: Show) -> None:
    end_s = any_show.recording.end_s
    assert camera_at(any_show, -4.0) == (Camera.CHASE, 0.0)
    assert camera_at(any_show, 1.0)[0] is Camera.CHASE
    home_s = float(any_show.recording.time_at(any_show.recording.race_m - FINISH_M))
    for t in (max(home_s, 1.0) + LEAST_S + 0.01, end_s, end_s + 8.0):
        if t < end_s + 8.01:
            assert camera_at(any_show, t)[0] is Camera.RAIL


def test_the_start_is_watched_from_behind_also_if_a_straight_begins_soon(any_show: Show) -> None:
    run = any_show.recording
    home_s = float(run.time_at(run.race_m - FINISH_M))
    for t in np.arange(0.0, min(START_S, home_s), 0.1).tolist():
        assert camera_at(any_show, t)[0] is Camera.CHASE


def test_straights_are_seen_from_the_rail_and_laps_end_from_above(show: Show) -> None:
    seen = {
        name: camera_at(show, float(show.recording.time_at(x)))[0]
        for name, x in (
            ("back straight", 780.0 - 200.0),
            ("second lap's end", 809.344 + 6.0),
            ("bend", 809.344 + 70.0),
        )
    }
    assert seen == {
        "back straight": Camera.RAIL,
        "second lap's end": Camera.WHOLE,
        "bend": Camera.CHASE,
    }


@pytest.mark.parametrize("race", ["1 mile", "5000 m"])
def test_a_race_that_is_played_four_times_as_fast_is_seen_from_every_side(
    show: Show, race: str
) -> None:
    if race in RACES:
        scenario = load_text(RACES[race])
        show = make_show(scenario, simulate(scenario))
    cuts = cuts_of(show, 4.0)
    ends = [*(t for t, _ in cuts[1:]), show.recording.end_s]
    shots = [(camera, (end - t) / 4.0) for (t, camera), end in zip(cuts, ends, strict=True)]
    laps = show.scenario.distance / show.scenario.track.lap
    above = [long_s for camera, long_s in shots if camera is Camera.WHOLE]
    assert laps - 3 <= len(above) <= laps, "one makes way for the light that is lost"
    assert min(above) > 5.9
    assert shots[0][0] is Camera.CHASE
    assert shots[-1][0] is Camera.RAIL
    assert LEAST_S < shots[-1][1] < 15.0


def test_the_light_is_seen_running_away(show: Show) -> None:
    lost_s = events(show)["light lost"]
    for later_s in (-2.0, 0.0, 4.0, 7.0):
        assert camera_at(show, lost_s + later_s)[0] is Camera.CHASE


@pytest.mark.parametrize("rate", [0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 16.0])
@pytest.mark.parametrize("name", ["breaking4", "breaking4_replayed", "solo", "wait_for_runner"])
def test_the_chase_has_arrived_when_the_light_goes_at_any_rate(name: str, rate: float) -> None:
    scenario = load_scenario(name)
    show = make_show(scenario, simulate(scenario))
    camera, since_s = camera_at(show, events(show)["light lost"], rate)
    assert camera is Camera.CHASE
    assert since_s >= MOVE_S


@pytest.mark.parametrize("name", SHIPPED)
def test_the_rail_has_arrived_before_the_finish_at_any_rate(name: str) -> None:
    scenario = load_scenario(name)
    show = make_show(scenario, simulate(scenario))
    for rate in RATES:
        camera, since_s = camera_at(show, events(show)["finish"], rate)
        assert (camera, since_s >= MOVE_S) == (Camera.RAIL, True), rate


@given(st.floats(-4, 254), st.floats(0, 30))
def test_it_is_a_function_of_the_moment(show: Show, t: float, back_s: float) -> None:
    camera, since_s = camera_at(show, t)
    assert camera_at(replace(show), t) == (camera, since_s)
    assert camera_at(show, max(t - min(back_s, since_s), -4.0))[0] is camera


@pytest.mark.parametrize("tick", [300, 900, 1390, 1404, 1800])
def test_no_cut_gives_away_what_is_still_to_come(show: Show, tick: int) -> None:
    run, columns = show.recording, {}
    for name in ARRAYS:
        values = getattr(run, name).copy()
        values[tick + 1 :] = values[tick] + 0.5 * (values[tick + 1 :] - values[tick])
        columns[name] = values
    slower = replace(run, finish_s=None, status=Status.DID_NOT_FINISH, **columns)
    other = replace(show, recording=slower)
    for t in np.arange(-4.0, tick * run.step_s, 0.25).tolist():
        assert camera_at(other, t) == camera_at(show, t)
