"""A lap of another length: start lines, bends, the bell, the light."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulator.coefficients import BEND_M, LAP_M
from simulator.errors import ScenarioError
from simulator.physics.attempt import simulate
from simulator.physics.setup import _bends
from simulator.physics.track import from_plane, on_bend, on_oval, start_position, to_plane
from simulator.physics.track import track_position as position
from simulator.scenario.loader import load_text
from simulator.session import Session
from simulator.stage.scene import Scene

MILE = "distance: 1 mile\nplan: {target: 3:50}\npacers: {count: 0}\nghosts: []\n"
INDOOR = MILE + "track: {lap: 200 m}\n"


def scene_at(text: str, time_s: float) -> Scene:
    session = Session(load_text(text, "s.yaml", Path()))
    session.seek(time_s)
    return session.scene()


def test_a_place_on_the_oval_is_found_again_in_the_plane() -> None:
    s = np.linspace(0.0, 399.9, 977)
    np.testing.assert_allclose(from_plane(*to_plane(s)), s, atol=1e-9)
    np.testing.assert_allclose(from_plane(*to_plane(s, 2.5)), s, atol=1e-9)


@pytest.mark.parametrize(
    ("race_m", "start_m"), [(800.0, 0.0), (1500.0, 100.0), (1609.344, 190.656), (3000.0, 0.0)]
)
def test_the_start_line_is_where_the_last_lap_of_200_m_ends_at_the_finish(
    race_m: float, start_m: float
) -> None:
    assert start_position(race_m, 200.0) == pytest.approx(start_m)
    assert position(race_m, race_m, 200.0) % 200.0 == pytest.approx(0.0, abs=1e-9)


def test_a_lap_of_200_m_has_as_much_of_it_on_bends_twice_as_narrow() -> None:
    s = np.linspace(0.0, 200.0, 20_001)[:-1]
    share = on_bend(on_oval(s, 200.0)).mean()
    assert share == pytest.approx(2.0 * BEND_M / LAP_M, abs=1e-3)
    outdoors, indoors = np.asarray(_bends(400.0)), np.asarray(_bends(200.0))
    half = len(indoors) // 2
    np.testing.assert_array_equal(indoors[:half], indoors[half:])
    assert indoors.max() == pytest.approx(4.0 * outdoors.max())
    assert (indoors > 0).mean() == pytest.approx((outdoors > 0).mean(), abs=2e-3)


def test_indoors_it_takes_longer_and_400_m_is_what_it_was() -> None:
    hard = MILE.replace("3:50", "4:03")
    outdoors, said, indoors = (
        simulate(load_text(hard + more, "s", Path())).finish_s
        for more in ("", "track: {lap: 400 m}\n", "track: {lap: 200 m}\n")
    )
    assert outdoors is not None
    assert indoors is not None
    assert said == outdoors
    assert 0.3 < indoors - outdoors < 6.0


def test_laps_bell_and_light_follow_the_lap() -> None:
    outdoors, indoors = scene_at(MILE, 100.0), scene_at(INDOOR, 100.0)
    assert (outdoors.laps, indoors.laps) == (4, 8)
    assert (outdoors.leds, indoors.leds) == (400, 200)
    head = indoors.waves[0]
    led = int(np.argmax(head.brightness))
    gap = (led - position(head.head_m, 1609.344, 200.0) + 100.0) % 200.0 - 100.0
    assert abs(gap) <= 0.5
    session = Session(load_text(INDOOR, "s.yaml", Path()))
    run = session.show.recording
    assert session.moments()["bell"] == pytest.approx(float(run.time_at(run.race_m - 200.0)))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("track: {lap: 300 m}", "no lap of 300 m goes into 400 m"),
        ("track: {lap: 500 m}", "track.lap"),
        ("distance: marathon", "not run on a track"),
        ("distance: 42.195 km", "not run on a track"),
        ("distance: 10 miles", "not run on a track"),
    ],
)
def test_what_is_no_such_track_is_refused_with_a_sentence(text: str, why: str) -> None:
    with pytest.raises(ScenarioError, match=why):
        load_text(text + "\n", "s.yaml", Path())
