"""A story as it is told: moments and facts found in the runs, and nothing told too early."""

from __future__ import annotations

import pickle
import re
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

from simulator.analysis.what_if import AXES
from simulator.errors import ScenarioError
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario
from simulator.scenario.story import EVENTS, AxisName, load_story, load_story_text, parse_moment
from simulator.stage.events import SoundCue, events, sound_cues, time_of
from simulator.stage.playback import COUNTDOWN_S
from simulator.stage.scene import Phase
from simulator.stage.show import Show, make_show
from simulator.stage.story import StoryTimeline, compile_story
from simulator.units import format_time, parse_time

PATH = Path("there.yaml")


def compiled(*chapters: str, scenario: str = "breaking4") -> StoryTimeline:
    plain = (c if "card:" in c else f"{c}, card: 0" for c in chapters)
    listed = "".join(f"  - {{name: c, {chapter}}}\n" for chapter in plain)
    return compile_story(
        load_story_text(f"name: x\nscenario: {scenario}\nchapters:\n{listed}", PATH)
    )


def refused(*chapters: str, scenario: str = "breaking4") -> list[str]:
    with pytest.raises(ScenarioError) as error:
        compiled(*chapters, scenario=scenario)
    return [str(problem) for problem in error.value.problems]


@pytest.fixture(scope="module")
def show() -> Show:
    scenario = load_scenario("breaking4")
    return make_show(scenario, simulate(scenario))


@pytest.fixture(scope="module")
def shipped() -> StoryTimeline:
    return compile_story(load_story("stories/breaking4"))


def test_a_story_uses_the_axes_of_the_stage() -> None:
    assert list(get_args(AxisName)) == list(AXES)


# -- events --------------------------------------------------------------------------------------


def test_events_are_found_in_the_recording_in_their_order(show: Show) -> None:
    found = events(show)
    assert list(found) == ["countdown", "start", "pacer left", "light lost", "bell", "finish"]
    run = show.recording
    assert found["finish"] == run.finish_s
    assert run.distance_at(found["pacer left"]) == pytest.approx(800)
    assert run.distance_at(found["light lost"]) == pytest.approx(show.lost_light_m)
    assert run.distance_at(found["bell"]) == pytest.approx(run.race_m - 400)


def test_moments_are_places_times_and_events_moved(show: Show) -> None:
    assert time_of(show, parse_moment("2:00")) == 120
    assert time_of(show, parse_moment("3 s before start")) == -3
    bell = events(show)["bell"]
    assert time_of(show, parse_moment("4 s after bell")) == bell + 4
    at = time_of(show, parse_moment("600 m"))
    assert show.recording.distance_at(at) == pytest.approx(600)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pacers swap", "no pacers swap in this run"),
        ("1700 m", "she never comes to 1700 m: this run ends at 1 mile"),
        ("9 s after finish", "is not shown"),
        ("5 s before start", "is not shown"),
        ("9:00", "is not shown"),
    ],
)
def test_a_moment_that_never_comes_says_why(show: Show, text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        time_of(show, parse_moment(text))


def test_an_event_that_does_not_happen_names_the_chapter_and_its_line() -> None:
    told = refused(
        "until: 3 s",
        "from: light lost, until: 3 s",
        "until: pacers swap",
        'hold: 3, caption: "{light lost}"',
        scenario="monaco_2023",
    )
    assert [line.split("  ")[0] for line in told] == [
        "there.yaml:5:21", "there.yaml:6:22", "there.yaml:7:33",
    ]  # fmt: skip
    assert "chapter 2, c: the light is not lost in this run" in told[0]
    assert "what happens: countdown, start, " in told[0]
    assert "chapter 4, c: {light lost}: the light is not lost" in told[2]


def test_a_run_that_does_not_finish_has_no_finish() -> None:
    hopeless = "set: [runner.reserve=100, runner.max_aerobic_power=5]"
    (told,) = refused(f"until: finish, {hopeless}")
    assert "she does not finish in this run" in told
    (told,) = refused(f'hold: 1, caption: "{{finish}}", {hopeless}')
    assert "{finish}: it does not finish" in told


def test_an_end_before_its_beginning_and_an_unknown_ghost_are_refused() -> None:
    told = refused("from: bell, until: 400 m", "until: 9 s, ghosts: [nobody]", "until: 300 s")
    assert "chapter 1, c: 400 m lies before bell in this run" in told[0]
    assert "no ghost 'nobody'" in told[1]
    assert "ghosts: even 4:00.00, Kipyegon 4:06.42" in told[1]
    assert "the run is over before" in told[2]


# -- facts ---------------------------------------------------------------------------------------


def said(caption: str, more: str = "") -> str:
    return compiled(f'hold: 1, reveal: yes{more}, caption: "{caption}"').scene_at(0).staging.caption  # type: ignore[union-attr]


def test_facts_are_those_of_the_recording(show: Show) -> None:
    run = show.recording
    assert run.finish_s is not None
    light = float(show.light.run.time_at(1200))
    own = float(run.time_at(1200))
    assert said("{finish} {target} {pacers}") == f"{format_time(run.finish_s)} 3:59.99 13"
    assert show.lost_light_m is not None
    assert said("{light lost}").split() == [f"{int(show.lost_light_m)}", "m"]
    assert said("{pacer left}").split() == ["800", "m"]
    assert said("{time at 1200 m}") == format_time(own)
    assert said("{gap at 1200 m}").split() == [f"{own - light:.2f}", "s", "behind"]
    assert said("{shelter}").split() == [f"{100 * run.mean_shelter:.0f}", "%"]
    moment = run.at(own)
    assert said("{shelter at 1200 m}").split()[0] == f"{100 * moment.shelter:.0f}"
    assert said("{speed at 1200 m}").split() == [f"{moment.v_m_s:.2f}", "m/s"]
    left = 100 * moment.reserve / run.reserve[0]
    assert said("{reserve at 1200 m}").split()[0] == f"{left:.0f}"


def test_a_number_and_its_unit_stay_on_one_line() -> None:
    for text in ("{gap at bell}", "{shelter}", "{light lost}", "{speed at bell}"):
        assert re.match(r"[\d.]+\N{NO-BREAK SPACE}\S", said(text))


def test_another_run_of_the_story_is_a_ghost_and_gives_facts(show: Show) -> None:
    ghosts = ", ghosts: [even 4:00.00, {name: alone, set: [pacers.count=0]}]"
    alone = simulate(load_scenario("breaking4", overrides=["pacers.count=0"]))
    assert alone.finish_s is not None
    assert show.recording.finish_s is not None
    off = alone.finish_s - show.recording.finish_s
    assert said("{finish of alone}", ghosts) == format_time(alone.finish_s)
    assert said("{difference}", ghosts).split() == [f"{off:.2f}", "s", "faster"]
    even = show.recording.finish_s - 240
    assert said("{difference to even 4:00.00}", ghosts).split()[0] == f"{even:.2f}"
    assert said("{shelter of alone} {pacers of alone}", ghosts).split() == ["0", "%", "0"]
    assert said("{finish of even 4:00.00}", ghosts) == "4:00.00"
    at = format_time(float(alone.time_at(800)))
    assert said("{time of alone at 800 m}", ghosts) == at


def test_where_a_pacer_left_is_said_of_the_run_that_is_asked_for() -> None:
    box = "set: [pacers.formation=box, pacers.names=~]"
    stays = f"ghosts: [{{name: box, {box}}}]"
    leaves = "ghosts: [{name: other, set: [pacers.formation=breaking4]}]"
    (why,) = refused(f'hold: 1, {stays}, caption: "{{pacer left of box}}"')
    assert "no pacer leaves in this run" in why
    story = compiled(f'hold: 1, {box}, {leaves}, caption: "{{pacer left of other}}"')
    assert story.chapters[0].cue(None).caption.split()[1:] == ["800", "m"]


def test_facts_that_nobody_knows_are_refused_with_the_reason() -> None:
    told = refused(
        'hold: 1, caption: "{gap to Kipyegon 4:06.42 at 700 m}"',
        'hold: 1, caption: "{shelter of even 4:00.00}"',
        'hold: 1, ghosts: [], caption: "{difference}"',
        'hold: 1, caption: "{gap to nobody at bell}"',
    )
    assert "no time of 'Kipyegon 4:06.42' was published there" in told[0]
    assert "only its finish is known" in told[1]
    assert "there is no ghost to compare with" in told[2]
    assert "there is no ghost 'nobody' in this chapter" in told[3]


# -- the timeline --------------------------------------------------------------------------------


def test_a_figure_of_a_later_moment_waits_and_its_sentence_does_not() -> None:
    story = compiled(
        "from: 12 s before finish, until: finish, hold: 1, "
        'caption: "It was {finish}, {gap at finish}, against {target}."'
    )
    part = story.chapters[0]
    early, late = story.scene_at(3).staging, story.scene_at(12.5).staging
    assert early is not None
    assert late is not None
    assert early.caption.split() == ["It", "was", "…,", "…,", "against", "3:59.99."]
    assert late.caption == late.whole == early.whole
    assert "It was 4:0" in late.caption
    assert "It was 4:0" in part.cue(None).caption, "the speaker knows it at once"
    assert early.caption.count(" ") == early.whole.count(" "), "so the lines break alike"


def test_no_chapter_opens_without_its_words(shipped: StoryTimeline) -> None:
    for part in shipped.chapters:
        staging = part.scene_at(part.spec.card).staging
        assert staging is not None
        first = part.spec.caption.split("{")[0].split()
        assert staging.caption.split()[: len(first)] == first


def test_a_card_with_the_name_stands_before_the_chapter_and_fades() -> None:
    story = compiled("from: 600 m, until: 3 s, card: 2")
    (part,) = story.chapters
    assert part.length_s == pytest.approx(5)
    assert story.scene_at(1.0).time_s == story.scene_at(2.0).time_s == part.from_s
    assert story.scene_at(3.0).time_s == pytest.approx(part.from_s + 1)
    cards = [scene.staging.card for t in (0, 1.5, 1.8, 2) if (scene := story.scene_at(t)).staging]
    assert cards == [1.0, 1.0, pytest.approx(0.5), 0.0]


def test_the_gun_waits_until_the_card_is_gone() -> None:
    chapter = "from: start, until: 2 s, caption: One."
    story = compiled(f"{chapter}, card: 1", chapter)
    scenes = [story.scene_at(n / 20) for n in range(round(story.length_s * 20))]
    shots = [now for before, now in pairwise(scenes) if SoundCue.GUN in sound_cues(before, now)]
    assert [shot.time_s for shot in shots] == pytest.approx([0.05, 0.05])
    assert [shot.staging and shot.staging.chapter for shot in shots] == [1, 2]


def test_large_numbers_are_found_in_the_runs() -> None:
    story = compiled(
        "from: bell, hold: 1, ghosts: [{name: alone, set: [pacers.count=0]}], figures: ["
        "{name: alone, value: '{finish of alone}'}, {name: with all, value: '{finish}'}]"
    )
    staging = story.scene_at(0.5).staging
    assert staging is not None
    (first, alone), (second, hers) = staging.figures
    assert (first, second) == ("alone", "with all")
    assert alone.startswith("4:1")
    assert hers == "…", "her own finish lies ahead"
    assert refused("hold: 1, figures: [{name: a, value: '{finish of nobody}'}]")[0].startswith(
        "there.yaml:4:"
    )


def test_suspense_is_the_chapters_own_choice() -> None:
    hidden, shown = (compiled(f"until: 5 s, reveal: {word}").scene_at(5) for word in ("no", "yes"))
    assert hidden.chart.reveal_m < 100
    assert shown.chart.reveal_m == shown.race_m


def test_lengths_follow_from_moments_rates_and_holds(show: Show) -> None:
    story = compiled(
        "from: bell, until: finish, rate: 4, hold: 3",
        "from: countdown, until: 9 s, rate: 8",
        "from: 600 m, hold: 2.5",
    )
    bell, finish = events(show)["bell"], events(show)["finish"]
    first, second, third = story.chapters
    assert first.length_s == pytest.approx((finish - bell) / 4 + 3)
    assert second.length_s == pytest.approx(9)
    assert second.until_s == pytest.approx((9 - COUNTDOWN_S / 4) * 8), "4x before the gun"
    assert third.length_s == 2.5
    assert story.length_s == pytest.approx(sum(p.length_s for p in story.chapters))
    assert story.begins_s == pytest.approx((0, first.length_s, first.length_s + 9))


def test_the_scene_is_a_pure_function_of_story_time(shipped: StoryTimeline) -> None:
    for told_s in (0.0, 3.7, 77.0, 150.0, shipped.length_s):
        part, since_s = shipped.at(told_s)
        again, scene = shipped.scene_at(told_s), shipped.scene_at(told_s)
        assert again.staging == scene.staging
        assert again.time_s == scene.time_s
        assert part.from_s <= part.race_time(since_s) <= part.until_s
    assert shipped.scene_at(1e9).time_s == shipped.scene_at(shipped.length_s).time_s


def test_story_time_runs_as_the_window_plays(shipped: StoryTimeline) -> None:
    for part in shipped.chapters:
        playback = part.playback(part.spec.card)
        for frame in range(1, 61):
            playback = playback.advance(0.02)
            if playback.time_s >= part.until_s:
                break
            assert part.race_time(part.spec.card + frame * 0.02) == pytest.approx(
                playback.time_s, abs=1e-9
            )


def test_a_chapter_shows_what_it_says(shipped: StoryTimeline) -> None:
    for part, begins_s in zip(shipped.chapters, shipped.begins_s, strict=True):
        scene = shipped.scene_at(begins_s + 0.5 * part.length_s)
        staging = scene.staging
        assert staging is not None
        assert (staging.chapter, staging.chapters) == (part.number, len(shipped.chapters))
        assert staging.camera is part.spec.camera
        assert {panel.value for panel in staging.panels} == set(part.spec.panels)
        names = [ghost.name for ghost in part.spec.ghosts or ()]
        assert [ghost.name for ghost in scene.ghosts] == names
        assert staging.caption


def test_breaking4_is_told_in_nine_chapters_none_of_which_drags(shipped: StoryTimeline) -> None:
    assert len(shipped.chapters) == 9
    assert 150 <= shipped.length_s <= 255
    assert all(part.length_s <= 30 for part in shipped.chapters)
    assert shipped.scene_at(0).phase is Phase.COUNTDOWN
    slipped = shipped.chapters[4]
    lost = events(slipped.show)["light lost"]
    assert slipped.from_s < lost < slipped.until_s


def test_the_closing_picture_is_computed(shipped: StoryTimeline, show: Show) -> None:
    staging = shipped.scene_at(shipped.length_s).staging
    assert staging is not None
    times = [parse_time(value) for _, value in staging.figures]
    assert times == sorted(times, reverse=True), "each is a step towards the plan"
    assert (times[0], times[-1]) == (246.42, show.plan.finish_s)
    text = shipped.script.path.read_text(encoding="utf-8").partition("figures:")[2]
    assert not re.search(r"value: [^{]*\d", text), "none is typed in"


def test_a_script_goes_to_another_process(shipped: StoryTimeline) -> None:
    script = pickle.loads(pickle.dumps(shipped.script))  # noqa: S301 - our own
    assert compile_story(script).length_s == shipped.length_s


def test_every_event_has_its_words() -> None:
    nowhere = make_show(s := load_scenario("fifteen_hundred"), simulate(s))
    for name in EVENTS:
        if name not in events(nowhere):
            with pytest.raises(ValueError, match=r"in this run|of its own"):
                time_of(nowhere, parse_moment(name))
