from __future__ import annotations

import numpy as np
import pytest

from simulator import load_scenario, simulate
from simulator.recording.recording import Recording
from simulator.stage.gait import (
    START_PHASE,
    Joint,
    Physique,
    cadence,
    effort_of,
    poses,
    stride_track,
)
from simulator.stage.playback import Playback
from simulator.stage.scene_builder import ShowOptions, scene_of
from simulator.stage.show import Show, make_show

HER = Physique(1.57, woman=True)
HIM = Physique(1.83)
PHASES = np.arange(200) / 200


@pytest.fixture(scope="module")
def show() -> Show:
    scenario = load_scenario("breaking4")
    return make_show(scenario, simulate(scenario))


def test_cadence_is_what_was_measured_and_grows_with_speed() -> None:
    assert float(cadence(6.7, 1.68)) == pytest.approx(3.29)
    assert float(cadence(7.2, 1.68)) == pytest.approx(3.52)
    assert (np.diff(cadence(np.linspace(0.0, 10.0, 50), 1.68)) > 0).all()
    assert float(cadence(6.7, 1.57)) > float(cadence(6.7, 1.80))
    assert float(cadence(6.7, 1.57, effort=1.0)) > float(cadence(6.7, 1.57))  # a shorter stride


def test_phase_is_the_integral_of_cadence() -> None:
    x = np.linspace(0.0, 6.7 * 60.0, 601, dtype=np.float64)
    track = stride_track(x)
    strides = track.strides[-1] - track.strides[100]
    assert strides == pytest.approx(0.5 * float(cadence(6.7, 1.68)) * 50.0, rel=1e-6)


@pytest.mark.parametrize("build", [HER, HIM])
@pytest.mark.parametrize("speed", [4.0, 6.7, 8.0])
def test_the_segments_keep_their_lengths_and_no_foot_is_in_the_ground(
    build: Physique, speed: float
) -> None:
    p = poses(build, PHASES, speed)
    for a, b, share in (("HIP", "KNEE", 0.245), ("KNEE", "ANKLE", 0.246)):
        for end in "LR":
            bone = p[:, Joint[f"{b}_{end}"]] - p[:, Joint[f"{a}_{end}"]]
            length = np.hypot(bone[:, 0], bone[:, 1])  # feet are led inwards a little beside that
            assert length == pytest.approx(share * build.stature_m, rel=0.02)
    assert p[..., 1].min() > -0.02


@pytest.mark.parametrize("build", [HER, HIM])
def test_a_standing_foot_does_not_slide(build: Physique) -> None:
    """The toe goes back in the body's frame as fast as the body goes forward."""
    stride_m = 2.0 * 6.7 / float(cadence(6.7, build.stature_m))
    standing = PHASES < 0.2
    toe = poses(build, PHASES[standing], 6.7)[:, Joint.TOE_R, 0] + PHASES[standing] * stride_m
    assert np.ptp(toe) < 0.03


def test_the_left_side_does_what_the_right_did_half_a_stride_ago() -> None:
    p, later = poses(HER, PHASES, 6.7), poses(HER, PHASES + 0.5, 6.7)
    for name in ("KNEE", "TOE", "HAND"):
        left, right = (q[:, Joint[f"{name}_{end}"]] for q, end in ((later, "L"), (p, "R")))
        assert left[:, :2] == pytest.approx(right[:, :2], abs=1e-6)
        assert left[:, 2] == pytest.approx(-right[:, 2], abs=1e-6)


def test_the_start_is_a_crouch_that_goes_over_into_the_first_step() -> None:
    low, up = (poses(HER, [START_PHASE], 0.0, gone_m=gone)[0] for gone in (0.0, 2.0))
    assert low[Joint.HEAD, 1] < up[Joint.HEAD, 1] - 0.1
    assert low[Joint.HEAD, 0] > up[Joint.HEAD, 0]  # leaning forward
    heads = [poses(HER, [START_PHASE], 0.5, gone_m=g)[0, Joint.HEAD, 1] for g in (0.0, 0.2, 0.4)]
    assert heads == sorted(heads)


def test_effort_is_seen_only_when_the_reserve_is_nearly_out() -> None:
    assert effort_of([1.0, 0.5, 0.3]) == pytest.approx(0.0)
    assert float(effort_of(0.02)) == pytest.approx(1.0)
    fresh, spent = (poses(HER, PHASES, 6.5, effort=e) for e in (0.0, 1.0))
    assert np.ptp(spent[:, Joint.HEAD, 2]) > np.ptp(fresh[:, Joint.HEAD, 2])  # more sway


def test_any_seek_shows_the_same_stride_to_the_bit(show: Show) -> None:
    def at(time_s: float) -> list[object]:
        playback = Playback(time_s, show.recording.end_s, furthest_s=time_s)
        scene = scene_of(show, playback, ShowOptions())
        return [(body.name, body.stride) for body in (scene.runner, *scene.pacers, *scene.ghosts)]

    times = [0.0, 0.37, 12.34, 139.61, 245.0, 250.3]
    first = {t: at(t) for t in times}
    for t in reversed(times):
        assert at(t) == first[t]


def test_they_do_not_march_in_step(show: Show) -> None:
    playback = Playback(100.0, show.recording.end_s, furthest_s=100.0)
    pacers = scene_of(show, playback, ShowOptions()).pacers
    phases = sorted(body.stride.phase for body in pacers)
    assert len(phases) > 8
    assert np.diff(phases).max() < 0.5
    women = {body.name for body in pacers if body.build.woman}
    assert women <= {"Georgia Hunter Bell", "Jemma Reekie"}


def test_strides_stop_where_a_run_does(show: Show) -> None:
    run: Recording = show.recording
    end = Playback(run.end_s + 8.0, run.end_s, furthest_s=run.end_s)
    assert scene_of(show, end, ShowOptions()).runner.stride.speed_m_s < 4.0


def test_she_is_as_tired_past_the_line_as_before_it_and_recovers(show: Show) -> None:
    end_s = show.recording.end_s
    times = np.arange(end_s - 2.0, end_s + 8.0, 1.0 / 60.0).tolist()
    efforts = [
        scene_of(show, Playback(t, end_s, furthest_s=t), ShowOptions()).runner.stride.effort
        for t in times
    ]
    assert max(efforts) > 0.9
    assert np.abs(np.diff(efforts)).max() < 0.02
    assert efforts[-1] == 0.0
