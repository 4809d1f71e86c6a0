"""The group's camera: it fits its group into the picture, steadily, and a hand holds it still."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pygame
import pytest

from simulator import load_scenario, simulate
from simulator.files import configs_dir
from simulator.scenario.loader import load_text
from simulator.screen import Camera
from simulator.session import Session
from simulator.stage.playback import Playback
from simulator.stage.scene import Extent, Scene
from simulator.stage.scene_builder import ShowOptions, scene_of
from simulator.stage.show import Show, make_show
from simulator.view.app import App
from simulator.view.arranging import EVERY_PANEL, arrange, arrange_lecture
from simulator.view.camera import MOVE_S, WHOLE, Shot, reframed, resting, rig_of
from simulator.view.layers import arena
from simulator.view.layers.close_up import map_box
from simulator.view.layout import Layout
from simulator.view.perspective import GROUP_AWAY_M, LEAST_CLOSER, Lens, Rig
from simulator.view.picture import Painter, _board_box
from simulator.view.text import Style, Type
from simulator.view.theme import NIGHT
from tests.session.short import SHORT, settle
from tests.view.user import User

SHIPPED = sorted(path.stem for path in configs_dir().glob("*.yaml"))
SIZES = [(1280, 720), (1920, 1080), (3840, 2160), (640, 360), (720, 1280), (1080, 1920)]
LAYOUTS = [
    *(arrange(*size) for size in SIZES),
    *(arrange_lecture(*size) for size in SIZES),
    arrange_lecture(1280, 720, EVERY_PANEL),
]
GROUP, TYPE = resting(Camera.GROUP), Type()
FAR_BACK_M = 1.0
"""If she is farther behind her slot, she does not run with those ahead any more [m]."""


def show_of(name: str, *overrides: str) -> Show:
    scenario = load_scenario(name, overrides=list(overrides))
    return make_show(scenario, simulate(scenario))


def at(show: Show, time_s: float) -> Scene:
    playback = Playback(time_s, show.recording.end_s, paused=False, furthest_s=time_s)
    return scene_of(show, playback, ShowOptions())


def seen(scene: Scene, layout: Layout, shot: Shot = GROUP) -> Lens:
    return Lens(rig_of(shot, scene, layout, layout.view), *layout.view[2:])


@pytest.mark.parametrize("name", SHIPPED)
def test_it_shows_her_and_all_who_run_with_her_in_the_free_part(name: str) -> None:
    """In breaking4 the last were cut by the lower edge, and the first lay under the title."""
    show = show_of(name)
    end_s = show.recording.end_s
    for time_s in [0.0, *np.linspace(3.0, end_s - 0.5, 12).tolist(), end_s + 3.5]:
        scene = at(show, time_s)
        left_m = scene.group.slot_m - scene.runner.x_m
        bodies = [scene.runner] + [
            body
            for body in scene.pacers
            if body.alpha >= 1.0 and body.role != "left"
            if body.role != "ahead" or left_m < FAR_BACK_M
        ]
        for layout in LAYOUTS:
            lens, view = seen(scene, layout), layout.view
            top = 0 if layout.status is None else layout.status.bottom
            free = pygame.Rect(0, top, view.w, view.h - top)
            hidden = [map_box(view[2:], Style(TYPE, layout.sizes, NIGHT))]
            board = _board_box(scene, layout, GROUP)
            hidden += [] if board is None else [pygame.Rect(board)]
            for body in bodies:
                s_m, half_m = scene.s_m(body), 0.3
                x, y, scale, _ = lens.spot(s_m, body.offset_m)
                head = lens.spot(s_m, body.offset_m, body.build.stature_m)[1]
                box = pygame.Rect(x - half_m * scale, head, 2 * half_m * scale, y - head)
                assert free.contains(box), (time_s, layout, body)
                assert box.collidelist(hidden) < 0, (time_s, layout, body)
            if scene.light_m is not None and 0.0 < scene.light_m - scene.runner.x_m < 6.0:
                ahead_m = scene.light_m - scene.runner.x_m
                _, row, _, _ = lens.spot(scene.s_m(scene.runner) + ahead_m, 0.0)
                assert row > top, "the light leaves the picture before it is lost"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_it_is_the_nearer_the_smaller_the_group_and_never_far(layout: Layout) -> None:
    shows = [
        show_of("solo"),
        show_of("breaking4"),
        show_of("breaking4", "pacers.front_gap=20"),
    ]
    away = [seen(at(show, 60.0), layout).away_m for show in shows]
    nearest, farthest = GROUP_AWAY_M
    assert away[0] < 1.15 * nearest
    assert 1.2 * away[0] < away[1] < away[2] == farthest


@pytest.mark.parametrize("name", ["breaking4", "da_silva_2025", "solo"])
def test_its_scale_is_the_same_at_every_moment(name: str) -> None:
    show, layout = show_of(name), LAYOUTS[0]
    times = [-2.0, 0.0, *np.linspace(1.0, show.recording.end_s, 40).tolist()]
    rigs = [rig_of(GROUP, at(show, time_s), layout, layout.view) for time_s in times]
    assert len({(rig.scale, rig.focal, rig.pitch, rig.level) for rig in rigs}) == 1


def test_it_fits_the_pacers_of_the_moment_and_moves_little_by_little_past_their_change() -> None:
    """After pacers were taken away on the way it showed all who had run, for good."""
    layout = LAYOUTS[0]
    long, short = (load_scenario("breaking4", overrides=[f"pacers.count={n}"]) for n in (13, 2))
    show = make_show(short, simulate(short), earlier=[(60.0, long)])
    many, few = (at(show_of("breaking4", f"pacers.count={n}"), 9.0).group.extent for n in (13, 2))
    times = (10.0, 59.9, 60.0, 66.0, 68.0, 100.0)  # those who leave are seen until they have left
    extents = [at(show, time_s).group.extent for time_s in times]
    assert extents == [many, many, many, many, few, few]
    shot, scales = GROUP, list[float]()
    for k in range(200):
        scene = at(show, 66.0 + k / 60)
        shot = reframed(shot.after(1 / 60), scene)
        scales.append(rig_of(shot, scene, layout, layout.view).scale)
    assert shot == replace(GROUP, extent=few)
    assert scales[-1] > 1.1 * scales[0]
    assert max(np.diff(scales)) < 0.05 * (scales[-1] - scales[0])
    # what was changed again at the same moment never ran
    show = make_show(short, simulate(short), earlier=[(60.0, short), (60.0, long)])
    assert at(show, 10.0).group.extent == few


@pytest.mark.parametrize("gap", [None, 20])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_zoomed_out_it_sees_nothing_beyond_the_stand_and_no_end_of_the_track(
    layout: Layout, gap: int | None
) -> None:
    """Lawn lay behind the stand in a corner of the picture, and the track ended behind her."""
    show = show_of("breaking4", *([] if gap is None else [f"pacers.front_gap={gap}"]))
    for time_s in (5.0, 40.0, 75.0, 100.0, 130.0):
        scene = at(show, time_s)
        lens = seen(scene, layout, replace(GROUP, zoom=LEAST_CLOSER))
        across, down = np.linspace(0.0, lens.width, 9), np.linspace(0.0, lens.height, 9)
        s_m, offset_m = lens.ground(across[None, :], down[:, None])
        assert offset_m.max() < arena.BEYOND[0], time_s
        on_track = np.abs(offset_m - 3.0) < 6.0
        behind_m = (lens.s_m - s_m[on_track] + 200.0) % 400.0 - 200.0
        assert behind_m.max() < 16.0, time_s
    assert lens.rig.scale <= seen(scene, layout).rig.scale


def test_an_extent_holds_every_place_of_a_formation() -> None:
    extent = show_of("breaking4").extent_at(60.0)
    assert extent == Extent(7.5, 8.0, 0.0, 1.0, lit=True)
    assert show_of("solo").extent_at(60.0) == Extent(lit=True)
    assert show_of("rudisha_2012").extent_at(60.0) == Extent()
    there = show_of("breaking4", "pacers.formation=inverted_v").extent_at(60.0)
    assert (there.inside_m, there.outside_m) == (-1.5, 1.5)


def test_other_pacers_move_it_little_by_little() -> None:
    layout = LAYOUTS[0]
    many, few = at(show_of("breaking4"), 60.0), at(show_of("solo"), 60.0)
    shot = reframed(reframed(GROUP, many), few)
    scales = [rig_of(GROUP, many, layout, layout.view).scale]
    for _ in range(80):
        scales.append(rig_of(shot, few, layout, layout.view).scale)
        shot = shot.after(1 / 60)
    assert shot == GROUP
    assert scales[0] == pytest.approx(scales[1], rel=1e-6)
    assert scales[-1] == rig_of(GROUP, few, layout, layout.view).scale > 1.2 * scales[0]
    assert max(np.diff(scales)) < 0.05 * (scales[-1] - scales[0])
    assert min(np.diff(scales)) >= 0.0


def test_it_moves_on_from_where_it_is_when_pacers_change_again() -> None:
    layout = LAYOUTS[0]
    many, few = at(show_of("breaking4"), 60.0), at(show_of("solo"), 60.0)
    shot = reframed(reframed(GROUP, many), few).after(MOVE_S / 2)
    before = rig_of(shot, few, layout, layout.view)
    again = rig_of(reframed(shot, many), many, layout, layout.view)
    assert again.scale == pytest.approx(before.scale, rel=1e-6)


@pytest.mark.parametrize("shot", [WHOLE, resting(Camera.RAIL), resting(Camera.CHASE)])
def test_other_cameras_stay_when_pacers_change(shot: Shot) -> None:
    many, few = at(show_of("breaking4"), 60.0), at(show_of("solo"), 60.0)
    assert reframed(reframed(shot, many), few) == shot
    assert reframed(reframed(shot, many, held=True), few) == shot


def test_a_flight_away_from_it_goes_on_when_pacers_change() -> None:
    layout = LAYOUTS[0]
    many, few = at(show_of("breaking4"), 60.0), at(show_of("solo"), 60.0)
    few = replace(few, runner=many.runner)  # at the same place
    flight = reframed(GROUP, many).to(Camera.CHASE).after(0.3 * MOVE_S)
    before = rig_of(flight, many, layout, layout.view)
    assert rig_of(reframed(flight, few), few, layout, layout.view) == before


# -- by hand ---------------------------------------------------------------------------------------

TEXT = SHORT.replace("slots: [{ahead: 1.2}, {ahead: -1.2}]", "slots: [{ahead: 1.2, name: A}]")


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    """A user who sees the group through its camera, 20 s into a race, paused."""
    monkeypatch.setattr(Painter, "draw", lambda *_: None)
    session = settle(Session(load_text(TEXT), start_at_s=20.0))
    app = App(session, size=(1280, 720), camera=Camera.GROUP)
    app.frame(1 / 60)
    yield User(app)
    session.close()
    pygame.display.quit()


def rig(user: User) -> Rig:
    scene, layout = user.app.session.scene(), user.app._layout()
    return rig_of(user.app.shot, scene, layout, layout.view)


def pacer(user: User, up_m: float = 1.2) -> tuple[int, int]:
    view = user.app.drag_tool._view
    assert view is not None
    assert view.seen is not None
    (body,) = view.scene.pacers
    x, y = view.at(view.seen, body.x_m, body.offset_m, up_m)
    return round(x), round(y)


def test_it_holds_still_under_a_hand_and_then_moves(user: User) -> None:
    before, start, foot = rig(user), pacer(user), pacer(user, 0.0)[1]
    user.down(start)
    for ahead in range(20, 200, 20):  # out of the picture, and farther
        user.move((start[0], start[1] - ahead), held=True)
        user.wait(10)
        assert rig(user) == before
    assert pacer(user, 0.0)[1] == pytest.approx(foot - 180, abs=4)
    user.up((start[0], start[1] - 180))
    scales = [before.scale]
    for _ in range(90):
        scales.append(rig(user).scale)
        assert user.app.drag_tool._view is not None
        assert user.app.drag_tool._view.seen is not None, "keys and the mouse go on reaching him"
        user.wait()
    assert scales[-1] < 0.9 * before.scale
    assert np.abs(np.diff(scales)).max() < 0.05 * (scales[0] - scales[-1])
    assert user.app.shot == GROUP


def test_a_hand_stops_it_on_its_way(user: User) -> None:
    start = pacer(user)
    user.down(start)
    user.move((start[0], start[1] - 180), held=True)
    user.up((start[0], start[1] - 180))
    user.wait(20)
    assert user.app.shot.start is not None
    there = pacer(user)
    user.down(there)
    before = rig(user)
    for _ in range(20):
        user.move((there[0] + 5, there[1] + 30), held=True)
        assert rig(user) == before
    user.up((there[0] + 5, there[1] + 30))
    user.wait(100)
    assert user.app.shot == GROUP


def test_a_hand_that_moves_nobody_leaves_it(user: User) -> None:
    before = rig(user)
    user.click(pacer(user))
    user.wait(3)
    assert user.app.shot == GROUP
    assert rig(user) == before


def test_keys_mean_the_same_while_it_moves(user: User) -> None:
    user.click(pacer(user))
    for _ in range(200):
        user.key("up")
    assert user.app.shot.start is not None
    (slot,) = user.app.session.scene().group.slots
    assert slot.ahead_m > 10.0
    assert slot.offset_m == 0.0
