"""What moves on the screen moves smoothly: no camera jerks, whatever it follows and wherever."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from simulator import load_scenario, simulate
from simulator.coefficients import BEND_M, LAP_M
from simulator.screen import Camera
from simulator.stage import events as director
from simulator.stage.events import events
from simulator.stage.playback import FRAME_S, Playback
from simulator.stage.scene import Scene, Weather
from simulator.stage.scene_builder import ShowOptions, scene_of
from simulator.stage.show import Show, make_show
from simulator.view import perspective
from simulator.view.arranging import arrange
from simulator.view.camera import MOVE_S, Shot, on_air, resting, rig_of, uncut
from simulator.view.layers.close_up import leds, place
from simulator.view.perspective import EASE_M, Lens, eased_heading, heading_at, track_at
from simulator.view.picture import (
    UPRIGHT,
    Painter,
    PictureOptions,
    box_of,
    layout_of,
    way_of,
)
from simulator.view.theme import THEMES

CLOSE = [camera for camera in Camera if camera.close and camera is not Camera.AUTO]
PICTURES_PER_S = 60
Pixels = NDArray[np.int16]
WIDTH, HEIGHT = 1400, 620
"""A close camera's part of a picture of 1920 × 1080 px."""
MOST_PX = 1.0
"""What one picture may differ from the course of those before: about what rounding shows."""


@pytest.fixture(scope="module", params=["breaking4", "girma_lievin_2023"])
def show(request: pytest.FixtureRequest) -> Show:
    scenario = load_scenario(request.param)
    return make_show(scenario, simulate(scenario))


def at(show: Show, time_s: float, rate: float = 1.0) -> Scene:
    playback = Playback(time_s, show.recording.end_s, rate, paused=False, furthest_s=time_s)
    return scene_of(show, playback, ShowOptions())


def joints(show: Show) -> list[float]:
    """Return when she passes from straight to bend and back, on her second lap [s]."""
    lap_m, race_m = show.scenario.track.lap, show.recording.race_m
    bend_m = BEND_M * lap_m / LAP_M
    line_m = race_m % lap_m + lap_m
    ends = (0.0, bend_m, lap_m / 2, lap_m / 2 + bend_m)
    return [float(show.recording.time_at(line_m + end)) for end in ends]


@pytest.mark.parametrize("camera", CLOSE)
def test_feet_and_lights_move_smoothly(show: Show, camera: Camera) -> None:
    """Second differences over successive pictures, at joints of the track and at each event."""
    named = events(show)
    moments = [*joints(show), 0.5, named.get("light lost", 70.0), show.recording.end_s - 0.1]
    for begin_s in moments:
        seen: dict[object, list[tuple[float, float]]] = {}
        for k in range(42):
            scene = at(show, begin_s - 0.6 + k / PICTURES_PER_S)
            lens = Lens(perspective.rig_of(camera, scene), WIDTH, HEIGHT)
            for each in place(scene, lens):
                seen.setdefault(each.body.name, []).append((each.x, each.y))
            for led in leds(scene, lens, THEMES["night"]):
                if led.scale > 20.0:
                    s_m = round(track_at(*under(lens, led.x, led.y), scene.lap_m), 0)
                    seen.setdefault(s_m % scene.lap_m, []).append((led.x, led.y))
        whole = [course for course in seen.values() if len(course) == 42]
        assert len(whole) > 3
        for course in whole:
            bent = np.abs(np.diff(np.array(course), n=2, axis=0)).max()
            assert bent < MOST_PX, (begin_s, bent)


def under(lens: Lens, x: float, y: float) -> tuple[float, float]:
    """Return the point of the plane below a pixel [m]."""
    rig, (ex, ey, ez) = lens.rig, lens.eye
    up, aside = (rig.level * HEIGHT - y) / lens.focal, (x - WIDTH / 2) / lens.focal
    depth = (ez - 0.06) / (math.sin(rig.pitch) - up * math.cos(rig.pitch))
    along = depth * (math.cos(rig.pitch) + up * math.sin(rig.pitch))
    cy, sy = math.cos(rig.yaw), math.sin(rig.yaw)
    return ex + along * cy + aside * depth * sy, ey + along * sy - aside * depth * cy


@pytest.mark.parametrize("lap_m", [400.0, 200.0])
def test_a_camera_begins_and_ends_to_turn_little_by_little(lap_m: float) -> None:
    s = np.arange(0.0, lap_m, 0.1)
    turned = np.unwrap([eased_heading(each, lap_m) for each in s.tolist()])
    assert turned[-1] - turned[0] == pytest.approx(2.0 * math.pi, abs=0.02)
    rate = np.diff(turned) / 0.1
    most = math.pi / (BEND_M * lap_m / LAP_M)
    assert -1e-9 < rate.min() < 1e-9
    assert rate.max() == pytest.approx(most, rel=1e-6)
    assert np.abs(np.diff(rate)).max() < 1.01 * most * 0.1 / (2.0 * EASE_M)
    for each in (0.25 * BEND_M, 0.5 * BEND_M, 0.5 * (BEND_M + LAP_M / 2)):
        place_m = each * lap_m / LAP_M
        if min(abs(place_m - end) for end in (0.0, BEND_M * lap_m / LAP_M, lap_m / 2)) > EASE_M:
            assert eased_heading(place_m, lap_m) == pytest.approx(heading_at(place_m, lap_m))


def test_cuts_are_the_only_jumps_of_the_directors_camera(show: Show) -> None:
    """Between two cuts the camera stays; a cut is announced by how long ago it was."""
    times = np.arange(20.0, 40.0, 0.1).tolist()
    pairs = itertools.pairwise(at(show, each).on_air() for each in times)
    for (camera, _, since_s), (later, before, later_s) in pairs:
        if later is not camera:
            assert before is camera
            assert later_s < 0.1 + 1e-9
        else:
            assert later_s == pytest.approx(since_s + 0.1)


def test_a_pause_shows_the_moment_of_the_directors_flight_and_steps_show_all_of_it(
    show: Show,
) -> None:
    times = np.arange(5.0, 60.0, 0.5).tolist()
    cut_s = next(t for t in times if 0 < at(show, t).on_air()[2] < 0.5)
    cut_s -= at(show, cut_s).on_air()[2]
    playback = Playback(cut_s + FRAME_S / 2, show.recording.end_s)
    covered = []
    for _ in range(round(MOVE_S / FRAME_S)):
        assert playback.paused
        shot = on_air(resting(Camera.AUTO), scene_of(show, playback, ShowOptions()))
        assert shot == on_air(resting(Camera.AUTO), at(show, playback.time_s))
        assert shot.start is not None
        covered.append(shot.share)
        playback = playback.seek(playback.time_s + FRAME_S)
    assert np.diff(covered) == pytest.approx(FRAME_S / MOVE_S)
    arrived = scene_of(show, playback, ShowOptions())
    assert on_air(resting(Camera.AUTO), arrived).start is None


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280)])
def test_the_group_from_above_runs_as_the_picture_does_all_the_flight(
    show: Show, size: tuple[int, int]
) -> None:
    layout, seen = arrange(*size), set[tuple[Camera, int]]()
    for time_s in np.arange(0.0, show.recording.end_s, 1 / 30).tolist():
        if director.on_air(show, time_s)[2] > MOVE_S + 0.1:
            continue
        scene = at(show, time_s)
        shot = on_air(resting(Camera.AUTO), scene)
        if shot.on_map:
            continue
        box = box_of(layout, shot)
        lens = Lens(rig_of(shot, scene, layout, box), box.w, box.h)
        s_m, offset_m = scene.s_m(scene.runner), scene.runner.offset_m
        behind, ahead = (lens.spot(s_m + each, offset_m) for each in (-0.1, 0.1))
        across = ahead[0] - behind[0]
        if abs(across) > 1.1 * UPRIGHT * math.hypot(across, ahead[1] - behind[1]):
            way = way_of(layout, shot, scene)
            assert way == np.sign(across), (time_s, shot)
            seen.add((shot.camera, way))
    assert seen >= {
        (to, way) for to in (Camera.RAIL, Camera.CHASE, Camera.WHOLE) for way in (1, -1)
    }


@pytest.mark.parametrize("rates", [(1.0, 2.0), (2.0, 1.0), (1.0, 4.0), (4.0, 1.0)])
def test_another_rate_does_not_cut_the_directors_camera(
    show: Show, rates: tuple[float, float]
) -> None:
    """At each rate the cuts are at other times: the whole track became the rail in one picture."""
    layout, auto, step_s = arrange(1280, 720), resting(Camera.AUTO), 1.0 / PICTURES_PER_S
    moved = 0
    for time_s in np.arange(1.3, show.recording.end_s, 0.7).tolist():
        before, now = (at(show, time_s + k * step_s, rates[k]) for k in (0, 1))
        shot = uncut(auto, before, now)
        seen, there = (
            (rig_of(on_air(one, scene), scene, layout, layout.stage), on_air(one, scene).lowered)
            for one, scene in ((auto, before), (shot, now))
        )
        assert math.cos(there[0].yaw - seen[0].yaw) > 0.99
        assert there[0].scale == pytest.approx(seen[0].scale, rel=0.15)
        assert there[1] == pytest.approx(seen[1], abs=0.1)
        moved += shot is not auto
        assert on_air(shot.after(MOVE_S), now).camera is on_air(auto, now).camera
    assert moved > 5


@pytest.mark.parametrize("rate", [1.0, 4.0, 32.0])
def test_the_directors_cuts_stay_where_they_are_while_a_run_is_played(
    show: Show, rate: float
) -> None:
    auto = resting(Camera.AUTO)
    played = [at(show, t, rate) for t in np.arange(0.0, show.recording.end_s, 0.15 * rate).tolist()]
    assert all(uncut(auto, *pair) is auto for pair in itertools.pairwise(played))
    assert uncut(auto, at(show, 20.0), at(show, 31.5)) is auto  # a seek


def picture(scene: Scene, shot: Shot, *, labels: bool = True, presenting: bool = False) -> Pixels:
    surface = pygame.Surface((1280, 720), 0, 32)
    options = PictureOptions(labels=labels, shot=shot, presenting=presenting)
    Painter().draw(surface, scene, options)
    return pygame.surfarray.array3d(surface).astype(np.int16)


def flights(camera: Camera, share: float) -> tuple[Shot, Shot]:
    """Return flights from the whole track and back to it, as far away from it as the other."""
    there, back = resting(Camera.WHOLE).to(camera), resting(camera).to(Camera.WHOLE)
    return there.after(share * MOVE_S), back.after((1.0 - share) * MOVE_S)


@pytest.mark.parametrize("camera", CLOSE)
def test_she_has_one_name_all_the_way_from_the_whole_track_and_to_it(
    show: Show, camera: Camera
) -> None:
    scene, seen = replace(at(show, 75.0), ghosts=(), gaps=()), 0
    for share in (0.02, 0.1, 0.18, 0.22, 0.26):
        for shot in flights(camera, share):
            named, bare = (picture(scene, shot, labels=each) for each in (True, False))
            where = np.argwhere(np.abs(named - bare).max(axis=2) > 8)
            if len(where):
                wide, high = np.ptp(where, axis=0).tolist()
                assert wide < 125, share
                assert high < 100, share
                seen += 1
    assert seen >= 5


@pytest.mark.parametrize("camera", CLOSE)
@pytest.mark.parametrize("presenting", [False, True])
def test_nothing_comes_or_goes_at_once_as_a_flight_leaves_the_whole_track_or_arrives(
    show: Show, camera: Camera, presenting: bool
) -> None:
    """The weather and the assumptions among them, and the dark ground of the title."""
    scene = replace(at(show, 47.0), weather=Weather(3.2, 1.0, 31.0))
    rest = picture(scene, resting(Camera.WHOLE), presenting=presenting)
    for shot in flights(camera, 0.002):
        moved = np.abs(picture(scene, shot, presenting=presenting) - rest).max(axis=2)
        assert np.count_nonzero(moved > 24) < 100, "but for the edges of what is painted twice"


@pytest.mark.parametrize(
    ("size", "presenting"), [((1280, 720), False), ((640, 360), True), ((1080, 1920), True)]
)
def test_she_stays_in_the_picture_of_every_flight(
    show: Show, size: tuple[int, int], presenting: bool
) -> None:
    """On the way from the whole track 24 of 36 pictures showed nothing but lawn."""
    cameras = (Camera.WHOLE, *CLOSE)
    starts_s = np.linspace(3.0, show.recording.end_s - 3.0, 12).tolist()
    for (one, other), time_s in itertools.product(itertools.permutations(cameras, 2), starts_s):
        for share in (0.1, 0.25, 0.4, 0.55, 0.7, 0.85):
            scene = at(show, time_s + share * MOVE_S)
            shot = resting(one).to(other).after(share * MOVE_S)
            options = PictureOptions(shot=shot, presenting=presenting)
            layout = layout_of(size, scene.staging, options)
            box = box_of(layout, shot)
            lens = Lens(rig_of(shot, scene, layout, box), box.w, box.h)
            x, y, *_ = lens.see(*perspective.waist_of(scene))
            assert 0.02 * box.w < x < 0.98 * box.w, (one, other, time_s, share)
            assert 0.02 * box.h < y < 0.98 * box.h, (one, other, time_s, share)


def test_the_sign_of_the_weather_goes_with_the_weather(show: Show) -> None:
    """In a flight it stayed when the wind was set to nothing."""
    calm, painter = replace(at(show, 47.0), weather=None), Painter()
    windy, (shot, _) = replace(calm, weather=Weather(3.2, 1.0, 31.0)), flights(Camera.RAIL, 0.1)
    surfaces = [pygame.Surface((640, 360), 0, 32) for _ in range(2)]
    painter.draw(surfaces[0], windy, PictureOptions(shot=shot))
    for surface, one in zip(surfaces, (painter, Painter()), strict=True):
        one.draw(surface, calm, PictureOptions(shot=shot))
    assert pygame.image.tobytes(surfaces[0], "RGB") == pygame.image.tobytes(surfaces[1], "RGB")


@pytest.mark.parametrize("camera", CLOSE)
def test_a_picture_in_flight_is_the_same_over_any_other(show: Show, camera: Camera) -> None:
    """Where the score's band comes in over rows that the picture has left, the last was seen."""
    scene = at(show, 47.0)
    for shot in (*flights(camera, 0.1), *flights(camera, 0.2)):
        drawn = []
        for before in ("black", "white"):
            surface = pygame.Surface((640, 360), 0, 32)
            surface.fill(before)
            Painter().draw(surface, scene, PictureOptions(shot=shot))
            drawn.append(pygame.image.tobytes(surface, "RGB"))
        assert drawn[0] == drawn[1]


@pytest.mark.parametrize("camera", [Camera.RAIL, Camera.CHASE])
def test_the_stand_comes_and_goes_little_by_little_on_the_way_to_the_group(
    show: Show, camera: Camera
) -> None:
    scene = replace(at(show, 100.0), ghosts=(), gaps=())
    flight = resting(camera).to(Camera.GROUP)
    steps = np.arange(0.3, 0.64, 1 / PICTURES_PER_S / MOVE_S).tolist()
    pictures = [picture(scene, flight.after(share * MOVE_S))[640:, 60:240] for share in steps]
    changes = [float(np.abs(b - a).mean()) for a, b in itertools.pairwise(pictures)]
    for before, now, after in zip(changes, changes[1:], changes[2:], strict=False):
        assert now < 1.2 * max(before, after) + 0.1
