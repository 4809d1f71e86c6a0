"""A change during the race: the same to the bit as a fork by hand, whatever was done before it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.scenario.loader import load_scenario, load_text
from simulator.session import Session
from simulator.session.history import GESTURE_S, Lineage
from simulator.session.runs import LruCache
from simulator.stage.keys import Action
from simulator.stage.scene import Phase
from tests.session.short import bits, by_hand, load_short, settle


def lineage(session: Session) -> Lineage:
    return session.editor.history.now.lineage


def at(session: Session, time_s: float) -> Session:
    session.seek(time_s)
    return session


@settings(max_examples=8, deadline=None)
@given(
    frames=st.lists(st.floats(0.001, 0.2), min_size=1, max_size=30),
    seeks=st.lists(st.floats(-5.0, 70.0), max_size=4),
    time_s=st.floats(0.1, 60.0),
)
def test_a_fork_in_the_window_is_the_fork_by_hand_at_any_frame_rate_after_any_seeks(
    frames: list[float], seeks: list[float], time_s: float
) -> None:
    session = settle(Session(load_short()))
    session.perform(Action.PLAY_PAUSE)
    for moment in [*seeks, time_s]:
        session.seek(moment)
        for elapsed in frames[:5]:
            session.advance(elapsed)
    session.seek(time_s)
    tick = int(time_s / 0.1 + 1e-9)
    assert session.change("pacers.count", "0")
    for elapsed in frames:
        session.advance(elapsed)
    settle(session, 1 / 60)
    changed = [(0, load_short()), (tick, load_short("pacers.count=0"))]
    assert bits(session.recording) == bits(by_hand(changed))


def test_a_fork_of_a_fork_and_one_before_it_keep_to_the_newest(session: Session) -> None:
    settle(at(session, 20.0)).change("pacers.count", "0")
    settle(at(session, 30.05)).change("pacers.front_gap", "3")
    settle(session)
    legs = [
        (0, load_short()),
        (200, load_short("pacers.count=0")),
        (300, load_short("pacers.count=0", "pacers.front_gap=3")),
    ]
    assert bits(session.recording) == bits(by_hand(legs))
    settle(at(session, 25.0)).change("pacers.count", "1")
    settle(session)
    back = [*legs[:2], (250, load_short("pacers.count=1", "pacers.front_gap=3"))]
    assert bits(session.recording) == bits(by_hand(back))


@pytest.mark.parametrize("moment", [-4.0, 0.0, 30.0, 90.0])
def test_from_the_gun_everything_is_run_again(session: Session, moment: float) -> None:
    session.set_from_gun(True)
    at(session, moment).change("pacers.count", "0")
    settle(session)
    assert bits(session.recording) == bits(by_hand([(0, load_short("pacers.count=0"))]))
    assert session.recording.from_tick == 0


@pytest.mark.parametrize("moment", [-4.0, 0.0, 90.0])
def test_on_the_line_and_after_the_finish_a_change_runs_everything_again(
    session: Session, moment: float
) -> None:
    at(session, moment).change("pacers.count", "0")
    settle(session)
    assert bits(session.recording) == bits(by_hand([(0, load_short("pacers.count=0"))]))


def test_another_distance_is_run_from_the_gun(session: Session) -> None:
    assert at(session, 20.0).change("distance", "500 m")
    settle(session)
    assert session.recording.race_m == 500
    assert session.recording.from_tick == 0


def test_the_future_that_was_left_races_on_as_a_ghost(session: Session) -> None:
    left = bits(session.recording)
    at(session, 20.0).change("pacers.count", "0")
    settle(session)
    ghosts = {mark.name: mark for mark in session.show.ghosts}
    assert list(ghosts) == ["even 1:05", "before: pacers 0"]
    assert ghosts["before: pacers 0"].label == "before: pacers 0", "it ran with pacers"
    run = ghosts["before: pacers 0"].run
    assert bits(run) == left  # type: ignore[arg-type]
    assert len({mark.colour for mark in session.show.ghosts} | {"green"}) == 3
    for second in "236":
        session.advance(GESTURE_S)
        session.change("plan.target", f"1:0{second}.00")
        settle(session)
    names = [mark.name for mark in session.show.ghosts]
    assert names == ["even 1:05", "before: target 1:06.00"], (
        "one at most, by what came in its place"
    )


def test_the_pacers_of_before_run_before_the_fork(session: Session) -> None:
    at(session, 20.0).change("pacers.count", "0")
    settle(session)
    assert len(at(session, 19.0).scene().pacers) == 2
    assert {body.role for body in at(session, 21.0).scene().pacers} == {"left"}
    assert len(at(session, 30.0).scene().pacers) == 0, "within 45 m they have gone"


def test_pacers_who_leave_go_on_leaving_after_another_fork(session: Session) -> None:
    at(session, 20.0).change("pacers.count", "0")
    settle(session)
    before = at(session, 24.0).scene().pacers
    assert len(before) == 2
    at(session, 22.0).change("runner.form", "0.001")
    settle(session)
    after = at(session, 24.0).scene().pacers
    assert [b.x_m for b in after] == pytest.approx([b.x_m for b in before], abs=0.01)


def test_the_new_run_is_in_the_next_picture(session: Session) -> None:
    session.perform(Action.PLAY_PAUSE)
    before = at(session, 20.0).recording
    session.change("pacers.count", "0")
    session.advance(1 / 60)
    assert session.recording is not before
    assert session.recording.from_tick == 200
    assert 20.0 < session.scene().time_s < 20.1


def test_what_is_still_to_come_is_hidden_again_after_a_fork(session: Session) -> None:
    session.perform(Action.TO_FINISH)
    at(session, 20.0).change("pacers.count", "0")
    settle(session)
    scene = session.scene()
    assert scene.chart.reveal_m == pytest.approx(scene.distance_m)


def test_a_gesture_is_one_change_forked_where_it_began(session: Session) -> None:
    session.perform(Action.PLAY_PAUSE)
    at(session, 20.0)
    for gap in range(15, 30):
        session.change("pacers.front_gap", f"{gap / 10}")
        session.advance(0.02)
    assert session.panel_state().can_undo == 1
    settle(session)
    changed = [(0, load_short()), (200, load_short("pacers.front_gap=2.9"))]
    assert bits(session.recording) == bits(by_hand(changed))
    assert len(session.show.ghosts) == 2
    for _ in range(5):
        session.advance(GESTURE_S / 4)
    session.change("pacers.front_gap", "2.0")
    assert session.panel_state().can_undo == 2


@pytest.mark.parametrize("times", [1, 2])
def test_a_knob_set_back_where_it_was_turned_leaves_no_fork(session: Session, times: int) -> None:
    original, before = bits(session.recording), lineage(session)
    at(session, 20.0)
    for gap in range(times):
        session.change("pacers.front_gap", f"{3 + gap}")
        session.advance(GESTURE_S)
        forked = bits(settle(session).recording)
    session.reset("pacers.front_gap")
    settle(session)
    assert lineage(session) == before, "one segment, from the gun"
    assert bits(session.recording) == original
    assert session.show.axis == "pacers"
    names = [mark.name for mark in session.show.ghosts]
    assert names == ["even 1:05", "before: front gap 4"][:times], "what was not looked at is gone"
    session.undo()
    assert bits(settle(session).recording) == forked
    assert f"before: front gap {2 + times}" in [mark.name for mark in session.show.ghosts]
    session.redo()
    assert bits(settle(session).recording) == original
    assert [mark.name for mark in session.show.ghosts] == names
    assert session.panel_state().can_undo == times + 1


def test_a_knob_set_back_before_its_fork_leaves_the_fork_as_a_ghost(session: Session) -> None:
    original = bits(session.recording)
    at(session, 20.0).change("pacers.front_gap", "3")
    forked = bits(settle(session).recording)
    at(session, 10.0).reset("pacers.front_gap")
    settle(session)
    assert bits(session.recording) == original
    assert len(lineage(session)) == 1
    _, left = session.show.ghosts
    assert bits(left.run) == forked  # type: ignore[arg-type]


def test_a_knob_set_back_after_its_fork_is_a_fork(session: Session) -> None:
    at(session, 20.0).change("pacers.front_gap", "3")
    settle(session)
    at(session, 30.0).reset("pacers.front_gap")
    settle(session)
    wide = load_short("pacers.front_gap=3")
    assert bits(session.recording) == bits(
        by_hand([(0, load_short()), (200, wide), (300, load_short())])
    )


def test_the_second_of_two_forks_at_one_moment_is_taken_back_alone(session: Session) -> None:
    at(session, 20.0).change("pacers.count", "0")
    first = bits(settle(session).recording)
    session.change("runner.reserve", "600")
    settle(session)
    session.advance(GESTURE_S)
    session.change("runner.reserve", "700")
    settle(session)
    assert bits(session.recording) == first
    assert [mark.name for mark in session.show.ghosts] == ["even 1:05", "before: pacers 0"]


def test_as_many_pacers_as_there_are_places_is_what_the_file_asks_for(session: Session) -> None:
    original = bits(session.recording)
    at(session, 20.0).change("pacers.count", "0")
    settle(session)
    session.advance(GESTURE_S)
    session.change("pacers.count", "2")
    settle(session)
    assert bits(session.recording) == original
    assert len(lineage(session)) == 1
    assert len(session.show.ghosts) == 1


LINES = {"finish": 0.0, "run-out": 3.0, "end": 8.0}


def take(session: Session, label: str) -> None:
    session.take_bar(next(i for i, row in enumerate(session.bars.rows) if row.label == label))


def stands(session: Session, past_s: float) -> bool:
    """Return whether it stands so long after the finish, and the result is known."""
    end_s = session.recording.end_s
    there = session.playback.time_s == pytest.approx(end_s + past_s, abs=1e-9)
    assert session.playback.furthest_s == session.playback.time_s
    scene = session.scene()
    assert scene.what_if is not None
    (own,) = (bar for bar in scene.what_if.bars if bar.current)
    if len(lineage(session)) == 1:  # the bars are from the gun
        assert own.finish_s == session.recording.finish_s
    assert not own.hidden
    return there and scene.board is not None


@pytest.mark.parametrize("past_s", LINES.values(), ids=LINES)
def test_a_change_at_the_finish_is_put_on_at_its_own(session: Session, past_s: float) -> None:
    session.perform(Action.TO_FINISH)
    session.seek(session.playback.time_s + past_s)
    finishes = [session.recording.finish_s]
    for label in ("0", "1", "0"):  # slower, then faster, then slower
        take(session, label)
        settle(session)
        assert stands(session, past_s)
        finishes.append(session.recording.finish_s)
        changed = load_short(f"pacers.count={label}")
        assert bits(session.recording) == bits(by_hand([(0, changed)]))
    assert len(set(finishes)) == 3
    for wanted in (2, 1, 0):
        session.undo()
        settle(session)
        assert stands(session, past_s)
        assert session.recording.finish_s == finishes[wanted]
    session.redo()
    settle(session)
    assert stands(session, past_s)
    assert session.recording.finish_s == finishes[1]


@pytest.mark.parametrize(
    ("changes", "moment", "path", "value"),
    [
        (("pacers.count=0",), 66.0, "pacers.count", "2"),
        (("pacers.count=0", "plan.target=1:30"), 80.0, "plan.target", "1:10"),
    ],
    ids=["where its run-out is shown", "where even its run-out is over"],
)
def test_undoing_a_change_that_ended_the_run_tells_no_result(
    changes: tuple[str, ...], moment: float, path: str, value: str
) -> None:
    """She was not at the line yet when another run was: the viewer has not seen her finish."""
    session = settle(Session(load_short(*changes)))
    session.set_from_gun(True)
    session.seek(moment)
    for _ in range(2):
        assert session.change(path, value)
        session.advance(0.1)
        assert session.scene().phase is Phase.FINISHED
        session.undo()
        session.advance(0.1)
        scene = session.scene()
        assert (scene.phase, scene.time_s) == (Phase.RUNNING, moment)
        assert session.playback.furthest_s == moment
        session.redo()
        session.advance(0.1)
        session.undo()
        assert session.scene().time_s == moment
    session.redo()
    session.perform(Action.TO_FINISH)  # now the viewer has gone there
    session.undo()
    assert session.scene().time_s == session.recording.finish_s


def test_what_is_raced_again_is_no_ghost_beside_itself(session: Session) -> None:
    session.perform(Action.TO_FINISH)
    for label in ("0", "2"):
        take(session, label)
        settle(session)
    assert [mark.name for mark in session.show.ghosts] == ["even 1:05", "before: pacers 2"]


def test_a_knob_dragged_at_the_finish_stays_there(session: Session) -> None:
    session.perform(Action.TO_FINISH)
    session.perform(Action.PLAY_PAUSE)
    session.perform(Action.PLAY_PAUSE)
    for gap in range(15, 30):
        session.change("pacers.front_gap", f"{gap / 10}")
        session.advance(0.02)
    settle(session)
    assert stands(session, 0.0)
    wide = load_short("pacers.front_gap=2.9")
    assert bits(session.recording) == bits(by_hand([(0, wide)]))
    assert session.panel_state().can_undo == 1


def test_a_fork_that_is_undone_at_the_finish_and_made_again_stays_there(session: Session) -> None:
    at(session, 20.0).change("pacers.count", "0")
    settle(session).perform(Action.TO_FINISH)
    forked = bits(session.recording)
    session.undo()
    assert stands(settle(session), 0.0)
    session.redo()
    assert stands(settle(session), 0.0)
    assert bits(session.recording) == forked


def test_a_change_from_the_gun_in_the_race_stays_where_it_is(session: Session) -> None:
    session.set_from_gun(True)
    at(session, 20.0).change("pacers.count", "0")
    settle(session)
    assert session.playback.time_s == session.playback.furthest_s == 20.0


def test_turning_another_knob_is_another_change(session: Session) -> None:
    session.change("pacers.front_gap", "2")
    session.change("environment.temperature", "12")
    session.change("pacers.front_gap", "2.2")
    assert session.panel_state().can_undo == 3


def test_undo_simulates_the_original_again_to_the_bit(session: Session) -> None:
    runs = [bits(session.recording)]
    for moment, path, text in [
        (10.0, "pacers.count", "1"),
        (20.0, "environment.wind.speed", "2"),
        (30.0, "pacers.front_gap", "3"),
    ]:
        at(session, moment).change(path, text)
        runs.append(bits(settle(session).recording))
    assert len(set(runs)) == 4
    for step, wanted in [(-1, 2), (-1, 1), (1, 2), (-1, 1), (-1, 0), (1, 1), (1, 2), (1, 3)]:
        session.forks._runs = LruCache(1)  # nothing is remembered: all is run again
        (session.undo if step < 0 else session.redo)()
        assert bits(settle(session).recording) == runs[wanted]
        assert session.panel_state().can_undo == wanted
        assert session.panel_state().can_redo == 3 - wanted


def test_there_is_nothing_to_undo_before_the_first_or_redo_after_the_last(
    session: Session,
) -> None:
    before = session.recording
    session.undo()
    session.redo()
    assert settle(session).recording is before
    session.change("pacers.count", "0")
    session.redo()
    assert session.panel_state().can_undo == 1
    session.undo()
    session.change("pacers.count", "1")
    assert session.panel_state().can_redo == 0


def test_a_change_of_looks_keeps_the_run(session: Session) -> None:
    before = bits(session.recording)
    at(session, 20.0)
    for path, text in [
        ("wavelight.waves.0.colour", "blue"),
        ("wavelight.waves.0.length", "12"),
        ("runner.kit.colour", "black"),
        ("pacers.kit", "'#0044aa'"),
        ("ghosts.0.on", "no"),
    ]:
        session.change(path, text)
    settle(session)
    assert bits(session.recording) == before
    assert session.show.ghosts == ()
    assert session.scene().waves[0].colour == "blue"
    assert session.scene().runner.kit == "black"
    assert {body.kit for body in session.scene().pacers} == {"#0044aa"}
    assert not session.show.earlier
    assert session.panel_state().can_undo == 5


def test_the_history_holds_texts_not_arrays(session: Session) -> None:
    for count in range(60):
        session.change("pacers.count", str(count % 3))
        session.advance(GESTURE_S)
    assert session.panel_state().can_undo == 60
    assert len(session.forks._runs._values) <= 24


def test_a_plan_that_comes_back_leaves_the_curve_before_its_change(session: Session) -> None:
    target = next(k.value for k in session.panel_state().knobs if k.path == "plan.target")
    was = session.scene().chart.curves[-1]
    at(session, 20.0).change("plan.target", "1:00.00")
    session.advance(GESTURE_S)
    at(session, 30.0).change("plan.target", target)
    assert len(session.show.earlier) == 2
    now = session.scene().chart.curves[-1]
    assert now.values[:20].tolist() == was.values[:20].tolist()


def test_before_the_fork_the_picture_is_what_it_was(session: Session) -> None:
    session.settle()
    moments = (5.0, 12.0, 19.5)
    was = [at(session, moment).scene() for moment in moments]
    at(session, 20.0).change("plan.target", "1:00.00")
    settle(session)
    session.advance(GESTURE_S)
    session.change("plan.shape", "negative")
    settle(session)
    session.settle()
    for moment, before in zip(moments, was, strict=True):
        now = at(session, moment).scene()
        for name in ("target_s", "waves", "pacers", "gaps", "meters", "subtitle", "group"):
            seen, reported = getattr(now, name), getattr(before, name)
            if name == "waves":
                seen, reported = seen[0].head_m, reported[0].head_m
            if name == "group":
                seen, reported = (
                    (seen.shelter, seen.front_gap_m),
                    (reported.shelter, reported.front_gap_m),
                )
            if name == "gaps":
                seen = seen[: len(reported)]
            if name == "pacers":
                assert [body.stride for body in seen] == [body.stride for body in reported]
            assert seen == reported, name
        assert [row.plan_s for row in now.splits] == [row.plan_s for row in before.splits]
        assert now.chart.curves[-1].values[3] == before.chart.curves[-1].values[3]
    after = at(session, 21.0).scene()
    assert after.target_s == pytest.approx(60.0)
    assert after.waves[0].head_m > was[-1].waves[0].head_m + 10
    near, far = (row.plan_s for row in at(session, 21.0).scene().splits)
    assert near is not None
    assert near < 32.1, "200 m lie after the fork"
    assert far == pytest.approx(60.0)


def test_splits_passed_before_a_fork_keep_the_plan_they_were_run_by(session: Session) -> None:
    at(session, 40.0).change("plan.target", "1:00.00")
    settle(session)
    rows = at(session, 50.0).scene().splits
    assert [row.plan_s for row in rows] == [pytest.approx(32.608, abs=0.001), pytest.approx(60.0)]


def test_a_colour_that_is_changed_after_a_fork_is_changed_everywhere(session: Session) -> None:
    at(session, 20.0).change("plan.target", "1:00.00")
    settle(session)
    session.change("wavelight.waves.0.colour", "red")
    session.change("runner.kit.colour", "red")
    session.change("pacers.kit", "cyan")
    settle(session)
    scene = at(session, 10.0).scene()
    assert (scene.waves[0].colour, scene.runner.kit) == ("red", "red")
    assert {body.kit for body in scene.pacers} == {"cyan"}


def test_a_wave_called_by_its_target_keeps_to_it() -> None:
    session = Session(load_scenario("breaking4"))
    assert session.change("plan.target", "4:02")
    assert [wave.name for wave in session.scenario.wavelight.waves] == ["4:02.00"]
    assert session.scenario.pacers.follows == "4:02.00"
    session.undo()
    assert session.scenario.pacers.follows == "3:59.99"


TWO_WAVES = """name: two waves
distance: 1500 m
plan: {target: "4:10"}
wavelight: {waves: [{name: goal}, {name: record, plan: {target: "4:08"}}]}
pacers: {follows: record}
"""


def light_at(session: Session, time_s: float, name: str) -> float:
    scene = at(session, time_s).scene()
    return next(wave.head_m for wave in scene.waves if wave.name == name)


@pytest.mark.parametrize("path", ["plan.target", "wavelight.waves.1.plan.target"])
@pytest.mark.parametrize("follows", ["follows: record", "follows: ~"])
def test_a_wave_s_new_plan_leaves_its_past_alone(follows: str, path: str) -> None:
    text = TWO_WAVES.replace("follows: record", follows)
    session = settle(Session(load_text(text, "two.yaml")))
    before = [at(session, 60.0).scene(), at(session, 130.0).scene()]
    finish_s = session.recording.finish_s
    assert at(session, 100.0).change(path, "4:00")
    settle(session)
    now = [at(session, 60.0).scene(), at(session, 130.0).scene()]
    assert [wave.head_m for wave in now[0].waves] == [wave.head_m for wave in before[0].waves]
    assert [gap.seconds for gap in now[0].gaps][:1] == [gap.seconds for gap in before[0].gaps][:1]
    i = int(path.startswith("wave"))
    assert now[1].waves[i].head_m > before[1].waves[i].head_m + 1.0
    nobody = path != "plan.target" and follows == "follows: ~"
    left = [g.name for g in session.show.ghosts]
    assert (left == []) is nobody, "her run is the same: it is not its own ghost"
    if nobody:
        assert session.recording.finish_s == finish_s
    session.undo()
    settle(session)
    assert at(session, 130.0).scene().waves[i].head_m == before[1].waves[i].head_m


def test_a_wave_s_new_plan_from_the_gun_is_in_the_past_too() -> None:
    session = settle(Session(load_text(TWO_WAVES, "two.yaml")))
    before = light_at(session, 60.0, "record")
    session.set_from_gun(True)
    session.change("wavelight.waves.1.plan.target", "4:00")
    assert light_at(settle(session), 60.0, "record") > before + 1.0


def test_a_wave_keeps_its_past_when_another_is_taken_away() -> None:
    session = settle(Session(load_text(TWO_WAVES, "two.yaml")))
    settle(at(session, 100.0)).change("wavelight.waves.1.plan.target", "4:00")
    settle(session)
    past, later = (light_at(session, t, "record") for t in (60.0, 130.0))
    settle(at(session, 120.0)).remove_wave("goal")
    settle(session)
    assert light_at(session, 60.0, "record") == past
    assert light_at(session, 130.0, "record") == later
