"""A lap of another length: start lines, bends, the bell, the light."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulator.coefficients import BEND_M, LAP_M
from simulator.errors import ScenarioError
from simulator.physics.attempt import simulate
from simulator.physics.kernel import TRACK_CELLS
from simulator.physics.setup import _bends, attempt_of
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
    assert session.player.moments()["bell"] == pytest.approx(float(run.time_at(run.race_m - 200.0)))


@pytest.mark.parametrize(
    ("lap", "lap_m", "laps", "leds"),
    [
        ("300 m", 300.0, 6, 300),
        ("160 yd", 146.304, 11, 146),
        ("440 yd", 402.336, 4, 402),
        ("333.33 m", 333.33, 5, 333),
        ("500 m", 500.0, 3, 500),
    ],
)
def test_any_other_lap_has_its_start_line_bell_light_and_bends(
    lap: str, lap_m: float, laps: int, leds: int
) -> None:
    session = Session(load_text(MILE + f"track: {{lap: {lap}}}\n", "s.yaml", Path()))
    race_m = session.show.recording.race_m
    session.seek(100.0)
    scene = session.scene()
    assert (scene.laps, scene.leds) == (laps, leds)
    assert scene.lap_m == pytest.approx(lap_m)
    assert scene.start_s_m * lap_m / LAP_M == pytest.approx(-race_m % lap_m, abs=1e-6)
    bell_s = session.player.moments()["bell"]
    assert bell_s == pytest.approx(float(session.recording.time_at(race_m - lap_m)))
    wave = scene.waves[0]
    led_m = int(np.argmax(wave.brightness)) * lap_m / leds
    off = (led_m - position(wave.head_m, race_m, lap_m) + lap_m / 2) % lap_m - lap_m / 2
    assert abs(off) <= 0.5 * lap_m / leds + 1e-6
    assert "the bends' radius and banking" in session.show.assumed


def test_she_is_on_the_bend_where_her_lap_has_it() -> None:
    for lap_m in (146.304, 300.0, 402.336):
        a = attempt_of(load_text(MILE + f"track: {{lap: {lap_m} m}}\n", "s", Path()))
        x = np.linspace(0.0, 1600.0, 2001)
        cells = ((x + a.start) * a.cells_per_m).astype(int) % TRACK_CELLS
        bent = np.asarray(a.bends)[cells] > 0
        on = on_bend(on_oval(position(x, 1609.344, lap_m), lap_m))
        assert (bent == on).mean() > 0.995


def test_the_shorter_the_lap_the_longer_it_takes() -> None:
    text = MILE.replace("3:50", "4:03")
    times = [
        simulate(load_text(f"{text}track: {{lap: {m} m}}\n", "s", Path())).finish_s or 0.0
        for m in (500, 400, 300, 200, 146.304)
    ]
    assert times == sorted(times)
    assert times[0] > 240


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("track: {lap: 90 m}", "track.lap"),
        ("track: {lap: 700 m}", "track.lap"),
        ("distance: marathon", "not run on a track"),
        ("distance: 42.195 km", "not run on a track"),
        ("distance: 10 miles", "not run on a track"),
    ],
)
def test_what_is_no_such_track_is_refused_with_a_sentence(text: str, why: str) -> None:
    with pytest.raises(ScenarioError, match=why):
        load_text(text + "\n", "s.yaml", Path())
