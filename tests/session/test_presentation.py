"""A story being told: a clicker goes on and back, chapters end by themselves, knobs still turn."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.physics import compiled
from simulator.scenario.story import Script, load_story_text
from simulator.session import Session
from simulator.session.presentation import Presentation
from simulator.stage.keys import Action
from simulator.stage.playback import COUNTDOWN_S
from simulator.stage.scene import Scene, Staging
from simulator.units import format_time
from tests.session.short import SHORT

FRAME_S = 1 / 60
WAIT_S = 60.0
"""A machine that is busy may take long; a test that hangs ends here."""
STORY = """
name: short story
scenario: short.yaml
chapters:
  - {name: one, card: 0, until: 2 s, then: go on, caption: One., notes: Say one.}
  - {name: two, card: 0, from: 200 m, until: 4 s, rate: 2, hold: 1, caption: "Two. {finish}"}
  - name: three
    card: 0
    set: [pacers.count=0]
    from: 3 s before finish
    until: finish
    hold: 0.5
    panels: [clock, what if]
    ghosts: [{name: both, set: [pacers.count=2]}]
    caption: "Alone {difference}."
"""


@pytest.fixture
def script(tmp_path: Path) -> Script:
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    return load_story_text(STORY, tmp_path / "story.yaml")


@pytest.fixture
def story(script: Script) -> Presentation:
    return Presentation(script)


def staged(scene: Scene) -> Staging:
    assert scene.staging is not None
    return scene.staging


def play(story: Presentation, seconds: float) -> None:
    for _ in range(round(seconds / FRAME_S)):
        story.session.advance(FRAME_S)


def test_it_waits_at_the_beginning_until_a_press(story: Presentation) -> None:
    play(story, 1.0)
    assert (story.session.playing, story.session.scene().time_s) == (False, 0.0)
    assert staged(story.session.scene()).caption == "One."
    story.session.director.next_cue()
    play(story, 1.0)
    assert story.session.scene().time_s == pytest.approx(1.0, abs=0.02)
    assert staged(story.session.scene()).chapter == 1


def test_chapters_go_on_by_themselves_or_wait_for_the_speaker(story: Presentation) -> None:
    story.session.director.next_cue()
    play(story, 2.1)
    assert staged(story.session.scene()).chapter == 2
    play(story, 6.0)
    part = story.chapter
    assert (part.number, story.session.playing) == (2, False)
    assert story.session.playback.time_s == part.until_s == pytest.approx(part.from_s + 8)
    story.session.director.next_cue()
    assert staged(story.session.scene()).chapter == 3
    play(story, 10.0)
    assert (story.session.playing, story.chapter.number) == (False, 3)
    assert story.session.playback.time_s == story.chapter.show.recording.finish_s


def test_the_window_and_the_film_tell_the_same(story: Presentation) -> None:
    timeline = story.timeline
    story.session.director.next_cue()
    told_s = 0.0
    while told_s < timeline.begins_s[1] - FRAME_S / 2:
        seen, film = story.session.scene(), timeline.scene_at(told_s)
        assert seen.time_s == pytest.approx(film.time_s, abs=1e-6)
        assert seen.staging == film.staging
        story.session.advance(FRAME_S)
        told_s += FRAME_S
    play(story, 2 * FRAME_S)
    assert story.chapter.number == 2


def test_a_clicker_goes_back_and_to_the_beginning(story: Presentation) -> None:
    for _ in range(3):
        story.session.director.next_cue()
    assert story.session.director.cue().number == 3
    story.session.director.next_cue()
    assert story.session.director.cue().number == 3, "there is no fourth"
    story.session.director.previous_cue()
    assert (story.session.director.cue().number, story.session.playing) == (2, True)
    story.session.director.from_beginning()
    assert (story.session.director.cue().number, story.session.playing) == (1, False)
    story.session.director.previous_cue()
    assert story.session.director.cue().number == 1


def test_the_speaker_reads_more_than_the_screen(story: Presentation) -> None:
    cue = story.session.director.cue()
    assert (cue.caption, cue.notes, cue.count) == ("one: One.", "Say one.", 3)
    assert cue.next_caption.startswith("two: Two. 1:0"), "the speaker knows how it ends"
    story.session.director.next_cue()
    story.session.director.next_cue()
    assert staged(story.session.scene()).caption == "Two. …"
    story.session.director.next_cue()
    assert story.session.director.cue().next_caption == ""


def test_no_press_simulates_anything(story: Presentation, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("an attempt was run")

    monkeypatch.setattr(compiled.kernel, "run", refuse)
    story.session.director.next_cue()
    for _ in range(2):
        story.session.director.next_cue()
        assert story.session.scene().distance_m > 0
    panel = story.session.scene().what_if
    assert panel is not None, "its bars were run before the first picture"
    assert [bar.label for bar in panel.bars] == ["0", "1", "2"]
    assert not any(bar.stale for bar in panel.bars)


def test_the_file_s_own_bar_was_run_ahead_too(tmp_path: Path) -> None:
    (tmp_path / "short.yaml").write_text(
        SHORT.replace("front_gap: 1.5", "front_gap: 1.63"), encoding="utf-8"
    )
    wanted = "set: [pacers.front_gap=2.75]\n    what_if: front gap"
    text = STORY.replace("set: [pacers.count=0]", wanted)
    story = Presentation(load_story_text(text, tmp_path / "story.yaml"))
    for _ in range(3):
        story.session.director.next_cue()
    panel = story.session.scene().what_if
    assert panel is not None
    assert [bar.label for bar in panel.bars if bar.in_file] == ["1.63"]
    assert not any(bar.stale for bar in panel.bars)


def test_what_was_turned_is_not_in_the_script(story: Presentation) -> None:
    story.session.director.next_cue()
    play(story, 1.0)
    assert story.session.change("pacers.count", "1")
    for _ in range(2000):
        story.session.advance(FRAME_S)
        if story.session.settled:
            break
    scene = story.session.scene()
    assert staged(scene).caption == "", "its caption would be wrong"
    assert staged(scene).figures == ()
    assert story.session.scenario.pacers.count == 1
    assert story.session.director.cue().number == 1, "it does not go on by itself"
    story.session.director.next_cue()
    assert story.on_script
    assert staged(story.session.scene()).caption == "Two. …"
    assert story.session.scenario.pacers.count is None


def test_a_look_around_is_not_hurried(story: Presentation) -> None:
    story.session.director.next_cue()
    story.session.perform(Action.SEEK_FORWARD)
    play(story, 3.0)
    assert story.session.director.cue().number == 1
    assert story.session.playback.time_s > story.chapter.until_s
    story.session.perform(Action.RESTART)
    assert (story.session.playback.time_s, story.session.playing) == (story.chapter.from_s, False)


def test_after_a_seek_the_chapter_still_ends_and_waits_for_the_speaker(
    story: Presentation,
) -> None:
    story.session.director.next_cue()
    story.session.director.seek_distance(5.0)
    play(story, 4.0)
    assert story.session.playback.time_s == story.chapter.until_s
    assert story.session.playback.furthest_s == story.chapter.until_s
    assert (story.chapter.number, story.session.playing) == (1, False), "though it says: go on"
    story.session.perform(Action.SEEK_BACK)
    assert press_space(story) == (1, True), "it is looked at once more"
    play(story, 8.0)
    assert story.session.playback.time_s == story.chapter.until_s
    assert press_space(story) == (2, True)


def test_who_looks_beyond_the_chapter_s_end_is_left_alone_until_the_run_is_over(
    story: Presentation,
) -> None:
    story.session.director.next_cue()
    story.session.perform(Action.SEEK_FORWARD)
    assert [press_space(story) for _ in range(2)] == [(1, False), (1, True)]
    story.session.perform(Action.TO_FINISH)
    play(story, 10.0)
    assert story.session.playback.time_s == story.session.playback.last_s
    assert press_space(story) == (2, True)


def test_a_seek_takes_the_card_away(carded: Presentation) -> None:
    carded.session.director.next_cue()
    carded.session.perform(Action.SEEK_FORWARD)
    assert staged(carded.session.scene()).card == 0.0


def test_a_replay_comes_back_to_where_the_story_waits(story: Presentation) -> None:
    story.session.director.jump(3)
    play(story, 5.0)
    until_s = story.chapter.until_s
    story.session.perform(Action.REPLAY)
    assert story.session.playback.time_s < until_s
    play(story, 30.0)
    assert (story.session.playback.time_s, story.session.playing) == (until_s, False)


def test_a_replay_ends_with_its_chapter(story: Presentation) -> None:
    story.session.director.jump(3)
    story.session.perform(Action.REPLAY)
    story.session.director.jump(2)
    play(story, 1.0)
    assert story.session.playback.rate == story.chapter.spec.rate
    assert story.session.playback.time_s == pytest.approx(story.chapter.from_s + 2.0, abs=0.05)


def press_space(story: Presentation) -> tuple[int, bool]:
    story.session.perform(Action.PLAY_PAUSE)
    return story.session.director.cue().number, story.session.playing


@pytest.fixture
def carded(tmp_path: Path) -> Presentation:
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    text = STORY.replace("card: 0", "card: 1", 1).replace(
        "caption: One.", "caption: One., knobs: [pacers.count, pacers.front_gap]"
    )
    return Presentation(load_story_text(text, tmp_path / "story.yaml"))


def test_a_press_takes_the_card_away_and_the_chapter_stays(carded: Presentation) -> None:
    assert staged(carded.session.scene()).card == 1.0
    carded.session.director.next_cue()
    play(carded, 0.5)
    assert (carded.session.scene().time_s, staged(carded.session.scene()).card) == (0.0, 1.0)
    carded.session.director.next_cue()
    assert (carded.session.director.cue().number, staged(carded.session.scene()).card) == (1, 0.0)
    play(carded, 0.5)
    assert carded.session.scene().time_s == pytest.approx(0.5, abs=0.02)


def test_the_window_and_the_film_agree_on_the_card(carded: Presentation) -> None:
    carded.session.director.next_cue()
    for frame in range(round(2.9 / FRAME_S)):
        seen, film = carded.session.scene(), carded.timeline.scene_at(frame * FRAME_S)
        assert seen.time_s == pytest.approx(film.time_s, abs=1e-6)
        assert staged(seen).card == pytest.approx(staged(film).card, abs=1e-6)
        carded.session.advance(FRAME_S)


def test_a_press_just_after_it_went_on_by_itself_does_not_skip(story: Presentation) -> None:
    story.session.director.next_cue()
    while story.session.director.cue().number == 1:
        story.session.advance(FRAME_S)
    story.session.director.next_cue()
    assert story.session.director.cue().number == 2, "that was meant for the first"
    play(story, 0.6)
    story.session.director.next_cue()
    assert story.session.director.cue().number == 3


def test_a_chapter_waits_at_its_end_unless_it_says_otherwise(story: Presentation) -> None:
    assert [part.spec.then for part in story.timeline.chapters] == ["go on", "wait", "wait"]


def test_a_number_leads_to_its_chapter(story: Presentation) -> None:
    for number, arrived in ((2, 2), (99, 3), (0, 1)):
        story.session.director.jump(number)
        assert (story.session.director.cue().number, story.session.playing) == (arrived, True)
    assert story.session.director.outline().names == ("one", "two", "three")
    assert story.session.director.preview(2).distance_m == pytest.approx(200, abs=0.5)
    assert story.session.director.cue().number == 1, "a look ahead moves nothing"


def test_the_speaker_sees_how_long_it_still_takes(story: Presentation) -> None:
    cue = story.session.director.cue()
    assert cue.left_s == 2.0
    assert cue.all_left_s == pytest.approx(story.timeline.length_s)
    story.session.director.next_cue()
    play(story, 1.0)
    assert story.session.director.cue().left_s == pytest.approx(1.0, abs=0.02)


def test_the_time_left_follows_a_rate_that_is_changed_by_hand(story: Presentation) -> None:
    story.session.director.jump(2)
    left_s = story.session.director.cue().left_s
    assert left_s == pytest.approx(4.0 + 1.0)
    story.session.perform(Action.FASTER)
    cue = story.session.director.cue()
    assert cue.left_s == pytest.approx(2.0 + 1.0)
    assert cue.all_left_s == pytest.approx(2.0 + 1.0 + story.timeline.chapters[2].length_s)
    story.session.director.jump(2)
    assert story.session.director.cue().left_s == left_s, "the next chapter has its own"


def test_permitted_knobs_turn_while_presenting_and_go_back(carded: Presentation) -> None:
    session = carded.session
    assert session.director.cue().knobs == "pacers 2, front gap 1.5 m"
    session.director.next_cue()
    session.director.next_cue()
    play(carded, 1.0)
    before_s = session.playback.time_s
    session.perform(Action.KNOB)
    assert staged(session.scene()).caption == "Knob: pacers 2."
    session.perform(Action.KNOB_LESS)
    finish = format_time(session.recording.finish_s or 0.0)
    words = f"Turned by hand: pacers 1. The model has her finish in {finish}."
    assert staged(session.scene()).caption == words
    assert session.playback.time_s == before_s
    session.perform(Action.KNOB)
    assert staged(session.scene()).caption == f"{words} Knob: front gap 1.5 m."
    session.perform(Action.KNOB_MORE)
    assert session.scenario.pacers.gap_m > 1.5
    assert "front gap" in staged(session.scene()).caption
    session.perform(Action.KNOB)
    assert carded.on_script
    assert staged(session.scene()).caption == "One."
    assert session.playback.time_s == before_s


def test_what_a_chapter_sets_was_not_turned_by_hand(script: Script) -> None:
    text = STORY.replace(
        "set: [pacers.count=0]",
        "set: [pacers.count=1]\n    knobs: [pacers.front_gap, pacers.count]",
    )
    carded = Presentation(load_story_text(text, script.path))
    carded.session.director.jump(3)
    carded.session.perform(Action.KNOB_MORE)
    caption = staged(carded.session.scene()).caption
    assert caption.startswith("Turned by hand: front gap")
    assert "pacers" not in caption


def test_a_knob_that_is_refused_says_why(tmp_path: Path) -> None:
    table = "shape: splits\n  splits: {200: 32.00, finish: 1:04.00}"
    short = SHORT.replace("shape: even\n  target: 1:04.00", table)
    (tmp_path / "short.yaml").write_text(short, encoding="utf-8")
    text = STORY.replace("caption: One.", "caption: One., knobs: [plan.strength, pacers.count]")
    story = Presentation(load_story_text(text, tmp_path / "story.yaml"))
    story.session.perform(Action.KNOB_MORE)
    words = "Knob: strength 0 %. A table has no strength: choose a shape first."
    assert staged(story.session.scene()).caption == words
    story.session.perform(Action.KNOB)
    assert staged(story.session.scene()).caption == "Knob: pacers 2."


def test_a_chapter_without_knobs_says_so(story: Presentation) -> None:
    story.session.perform(Action.KNOB_MORE)
    assert story.on_script
    assert "no knobs" in story.session.scene().notice


def test_space_goes_on_where_the_story_waits(story: Presentation) -> None:
    assert [press_space(story) for _ in range(3)] == [(1, True), (1, False), (1, True)]
    play(story, 8.2)
    assert (story.session.director.cue().number, story.session.playing) == (2, False)
    assert press_space(story) == (3, True)
    play(story, 5.0)
    assert press_space(story) == (1, True), "again, from the beginning"


def test_a_stall_costs_one_picture(story: Presentation) -> None:
    story.session.director.next_cue()
    story.session.advance(5.0)
    assert story.session.director.cue().number == 1
    assert story.session.playback.time_s == pytest.approx(1 / 60)
    assert story.session.scene().notice == "", "no audience wants to read of it"


def test_a_completed_timeline_has_all_that_a_window_would_work_out(story: Presentation) -> None:
    timeline = story.completed_timeline()
    assert story.session.director.cue().number == 1
    for part in timeline.chapters:
        show = part.show
        assert None not in (show.chances, show.band, show.alternatives)
        assert [g.name for g in show.ghosts] == [
            g.name for g in story.timeline.chapters[part.number - 1].show.ghosts
        ]


def test_what_the_next_chapters_show_is_worked_on_ahead(story: Presentation) -> None:
    end = time.monotonic() + WAIT_S
    while story._ahead or story.session.busy:
        story.session.advance(0.0)
        assert time.monotonic() < end, "nothing came back"
    story.session.director.next_cue()
    story.session.director.next_cue()
    story.session.director.next_cue()
    show = story.session.show
    assert None not in (show.chances, show.band)


PRESSES = [
    *Action,
    "next",
    "back",
    "beginning",
    ("pacers.count", "1"),
    ("plan.target", "1:05"),
    ("pacers.count", "nonsense"),
    0.016,
    0.5,
    9.0,
    -1.0,
    120.0,
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PRESSES), max_size=25))
def test_whatever_is_pressed_the_story_can_be_told(presses: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "short.yaml").write_text(SHORT, encoding="utf-8")
        story = Presentation(load_story_text(STORY, Path(folder) / "story.yaml"))
        moves = {
            "next": story.session.director.next_cue,
            "back": story.session.director.previous_cue,
            "beginning": story.session.director.from_beginning,
        }
        for press in presses:
            if isinstance(press, Action):
                story.session.perform(press)
            elif isinstance(press, tuple):
                story.session.change(*press)
            elif isinstance(press, str):
                moves[press]()
            else:
                story.session.advance(press)
            scene, cue = story.session.scene(), story.session.director.cue()
            assert staged(scene).chapter == cue.number == story.chapter.number
            assert 1 <= cue.number <= cue.count == 3
            assert scene.distance_m <= scene.race_m
            if not story.on_script:
                assert staged(scene).caption == ""
        story.session.director.from_beginning()
        assert (story.on_script, story.session.director.cue().number) == (True, 1)


# -- without a story -------------------------------------------------------------------------------


def test_the_events_of_a_run_are_its_cues(session: Session) -> None:
    assert session.director.cue().number == 1
    assert session.director.cue().caption.startswith("start, 0:00.0")
    names = [session.director.cue().next_caption.split(",")[0]]
    session.director.next_cue()
    assert session.playing
    assert session.playback.time_s == -COUNTDOWN_S
    session.director.next_cue()
    for _ in range(session.director.cue().count):
        session.director.next_cue()
        names.append(session.director.cue().caption.split(",")[0])
    assert "finish" in names
    assert session.director.cue().number == session.director.cue().count
    assert session.director.cue().next_caption == ""


def test_back_goes_to_the_event_before_and_then_to_the_line(session: Session) -> None:
    session.seek(session.recording.end_s + 3)
    numbers = []
    for _ in range(session.director.cue().count + 1):
        session.director.previous_cue()
        numbers.append(session.director.cue().number)
    assert numbers == sorted(numbers, reverse=True)
    assert session.playback.ready
    session.director.next_cue()
    session.director.from_beginning()
    assert session.playback.ready


def test_no_event_is_told_on_the_screen(session: Session) -> None:
    session.director.next_cue()
    assert session.scene().staging is None
