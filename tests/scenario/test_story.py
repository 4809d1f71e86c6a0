"""What a story may say, and what is said about one that cannot be told."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.coefficients import LOST_S
from simulator.errors import ScenarioError
from simulator.files import configs_dir
from simulator.scenario.loader import load_scenario
from simulator.scenario.schema import schema_text
from simulator.scenario.story import (
    EVENTS,
    KINDS,
    Fact,
    Story,
    find_story,
    is_story,
    load_story,
    load_story_text,
    named_stories,
    parse_caption,
    parse_fact,
    parse_moment,
    parse_seconds,
)
from simulator.scenario.yaml_tree import read_document

SHIPPED = list(named_stories())
HERE = Path("there.yaml")


def problems(text: str, path: Path = HERE) -> list[str]:
    with pytest.raises(ScenarioError) as refused:
        load_story_text(text, path)
    return [str(problem) for problem in refused.value.problems]


# -- moments -------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_is_a_moment_however_it_is_spaced(event: str) -> None:
    assert parse_moment(event).event == event
    moved = parse_moment(f" 2.5 s  before {event.upper()} ")
    assert (moved.event, moved.offset_s) == (event, -2.5)


def test_distances_and_race_times_are_moments() -> None:
    assert parse_moment("600 m").distance_m == 600
    assert parse_moment("2 laps").distance_m == 800
    assert parse_moment("2:00.75").time_s == pytest.approx(120.75)
    after = parse_moment("8 s after 0:30")
    assert (after.time_s, after.offset_s) == (30, 8)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("600", "'600' has no unit"),
        ("bel", "did you mean bell?"),
        ("4 s before", "is no moment"),
        ("2:75", "is no moment"),
        ("", "is no moment"),
    ],
)
def test_what_is_no_moment_is_told_what_one_is(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)) as told:
        parse_moment(text)
    assert "an event (bell), a distance (600 m) or a race time (2:00)" in str(told.value)


def test_a_length_of_time_is_no_moment() -> None:
    assert parse_seconds("25 s") == 25
    assert parse_seconds("2.5s") == 2.5
    assert parse_seconds("bell") is None


# -- captions ------------------------------------------------------------------------------------


def test_a_caption_is_text_with_facts_in_their_places() -> None:
    pieces = parse_caption("It is {finish}, by the model.\n Then {gap to even 4:00 at bell}!")
    assert (pieces[0], pieces[2], pieces[-1]) == ("It is ", ", by the model. Then ", "!")
    finish, gap = pieces[1], pieces[3]
    assert isinstance(finish, Fact)
    assert isinstance(gap, Fact)
    assert (finish.kind, gap.kind, gap.other) == ("finish", "gap", "even 4:00")
    assert gap.when is not None
    assert gap.when.event == "bell"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_fact_can_be_written(kind: str) -> None:
    shape = KINDS[kind]
    at = " at 600 m" if shape.at == "must" else ""
    assert parse_fact(kind + at).kind == kind
    if shape.to:
        assert parse_fact(f"{kind} {shape.to} any one{at}").other == "any one"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{finsh}", "did you mean finish?"),
        ("{gap}", "is written {gap at 600 m} or {gap to NAME at 600 m}"),
        ("{finish at bell}", "is written {finish}"),
        ("{target of x}", "is written {target}"),
        ("{speed at nowhere}", "is no moment"),
        ("{}", "there is no placeholder"),
        ("a } b", "a brace stands alone"),
        ("a {finish", "a brace stands alone"),
    ],
)
def test_what_no_caption_can_ask_for_is_told(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parse_caption(text)


# -- files ---------------------------------------------------------------------------------------


def test_every_mistake_is_told_at_its_line() -> None:
    told = problems(
        "name: x\n"
        "chapters:\n"
        "  - name: a\n"
        "    from: bel\n"
        "    until: 20\n"
        "    panles: [clock]\n"
        "    camera: helicopter\n"
        '    caption: "{finsh}"\n'
        "    ghosts: [one, {set: [q=3]}]\n"
    )
    starts = [line.split("  ")[:2] for line in told]
    assert starts == [
        ["there.yaml:4:11", "chapters.0.from"],
        ["there.yaml:5:12", "chapters.0.until"],
        ["there.yaml:6:5", "chapters.0.panles"],
        ["there.yaml:7:13", "chapters.0.camera"],
        ["there.yaml:8:14", "chapters.0.caption"],
        ["there.yaml:9:19", "chapters.0.ghosts.1.name"],
    ]
    assert "did you mean panels?" in told[2]


@pytest.mark.parametrize(
    ("camera", "words"),
    [
        ("runner", "the camera 'runner' is now called 'rail'"),
        ("home straight", "the camera 'home straight' is now called 'whole track'"),
        ("helicopter", "there are: whole track, rail, chase, group, auto"),
        ("free", "there is no camera 'free'"),  # a hand's, and no story's
    ],
)
def test_a_camera_of_an_earlier_version_is_named_anew(camera: str, words: str) -> None:
    (told,) = problems(f"name: x\nchapters:\n  - {{name: a, hold: 1, camera: {camera}}}\n")
    assert words in told


def test_a_panel_that_is_none_is_told_as_everything_else() -> None:
    (told,) = problems("name: x\nchapters:\n  - {name: a, hold: 1, panels: [clock, gap]}\n")
    assert told.startswith("there.yaml:3:40  chapters.0.panels.1  gap is none of the choices")
    assert told.endswith("(did you mean gaps?)")


def test_what_is_wrong_with_a_scenario_or_a_change_stands_in_the_story() -> None:
    told = problems(
        "name: x\n"
        "scenario: breakin4\n"
        "chapters:\n"
        "  - {name: a, until: 9 s}\n"
        "  - name: b\n"
        "    scenario: solo\n"
        "    until: 9 s\n"
        "    set: [plan.target=4:01, pacers.cont=3]\n"
        "    ghosts: [{name: u, set: [pacers.count=99]}, {name: v, scenario: nope}]\n"
    )
    assert [line.split("  ")[0] for line in told] == [
        "there.yaml:2:11",
        "there.yaml:8:29",
        "there.yaml:9:30",
        "there.yaml:9:69",
    ]
    assert "did you mean breaking4?" in told[0]
    assert "unknown key 'cont'" in told[1]
    assert "must be at most 40, not 99" in told[2]


def test_a_chapter_that_lasts_no_time_is_refused() -> None:
    (told,) = problems("name: x\nchapters:\n  - {name: a, from: bell}\n")
    assert "lasts no time  (give until, or hold)" in told


def test_a_ghost_without_a_scenario_changes_the_chapters_own(tmp_path: Path) -> None:
    script = load_story_text(
        "name: x\nscenario: breaking4\nchapters:\n"
        "  - {name: a, until: 9 s, set: [pacers.count=7],"
        " ghosts: [{name: g, set: [pacers.wake=1.1]}, {name: h, scenario: solo}]}\n",
        tmp_path / "s.yaml",
    )
    own = script.scenarios[script.rivals[0]["g"]]
    assert (own.pacers.count, own.pacers.wake) == (7, 1.1)
    assert script.scenarios[script.rivals[0]["h"]].pacers.count == 0


def test_a_scenario_beside_the_story_comes_before_a_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: mine\npacers: {count: 1}\n", encoding="utf-8")
    path = tmp_path / "s.yaml"
    path.write_text("name: x\nscenario: mine.yaml\nchapters: [{name: a, hold: 3}]\n", "utf-8")
    script = load_story(path)
    assert script.scenarios[script.attempts[0]].name == "mine"


def test_a_story_is_told_from_a_scenario() -> None:
    assert is_story("stories/breaking4")
    assert is_story(configs_dir() / "stories" / "breaking4.yaml")
    assert not is_story("breaking4")
    assert not is_story(configs_dir() / "breaking4.yaml")
    with pytest.raises(ScenarioError, match="this is a story, not a scenario"):
        load_scenario(find_story("stories/breaking4"))


def test_a_missing_story_names_those_that_there_are() -> None:
    with pytest.raises(ScenarioError, match="did you mean stories/breaking4"):
        load_story("stories/braking4")


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 6000),
    st.integers(0, 40),
    st.sampled_from(["", "{", "}", ":", "- ", "[", "finish", "é", "\t", "0", "set: [q=1]", "\n"]),
)
def test_a_damaged_story_is_read_or_refused_and_nothing_else(at: int, gone: int, put: str) -> None:
    text = find_story("stories/breaking4").read_text(encoding="utf-8")
    damaged = text[:at] + put + text[at + gone :]
    try:
        load_story_text(damaged, HERE)
    except ScenarioError as error:
        unplaced = [problem for problem in error.problems if not problem.line]
    else:
        unplaced = []
    assert unplaced == []


# -- what is shipped -----------------------------------------------------------------------------


def test_the_named_stories_are_these() -> None:
    assert SHIPPED == ["stories/breaking4"]


def test_the_shipped_schema_is_current() -> None:
    text = (configs_dir() / "story.schema.json").read_text(encoding="utf-8")
    assert text == schema_text(Story), "renew it: lightpace schema --story"


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_story_names_its_schema_and_fits_it(name: str) -> None:
    text = find_story(name).read_text(encoding="utf-8")
    assert text.splitlines()[0] == "# yaml-language-server: $schema=../story.schema.json"
    plain = read_document(text, name).root
    validator = importlib.import_module("jsonschema").Draft202012Validator
    validator(json.loads(schema_text(Story))).validate(plain)


PUBLISHED = {"4:06.42", "3:59.37", "4:07.64", "4:06.91"}
"""Times that were published; the sentence that types one says so."""
KNOWN = {"26", "2025", "2023", "3", "925", "1009"}
"""The day, the years, and where she was seen to lose the light on the day (lap 3)."""
_NUMBER = re.compile(r"\d+(?::\d+)?(?:\.\d+)?")


def typed(text: str) -> list[str]:
    """Return the numbers of a text that no run gives; places that its facts ask for are no such."""
    plain = re.sub(r"\{[^{}]*\}", "", text)
    for place in re.findall(r" at (\d+ m)\}", text):
        plain = plain.replace(place, "")
    return _NUMBER.findall(plain)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_number_of_a_shipped_story_is_published_or_found_in_a_run(name: str) -> None:
    for chapter in load_story(name).story.chapters:
        for text in (chapter.caption, chapter.notes):
            assert set(typed(text)) <= PUBLISHED | KNOWN, chapter.name


_WORDED = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|half a)\W+"
    r"(seconds?|metres?|minutes?|per cent|percent)\b"
)


@pytest.mark.parametrize("name", SHIPPED)
def test_no_result_hides_in_a_number_word(name: str) -> None:
    for chapter in load_story(name).story.chapters:
        for text in (chapter.caption, chapter.notes):
            worded = {f"{number} {unit}" for number, unit in _WORDED.findall(text)}
            # the goal, and what `light lost` means
            assert worded <= {"four minutes", "one second"}, chapter.name
            assert "one second" not in worded or LOST_S == 1.0


@pytest.mark.parametrize("name", SHIPPED)
def test_a_published_time_is_said_to_be_one(name: str) -> None:
    for chapter in load_story(name).story.chapters:
        said = f"{chapter.caption} {chapter.notes}"
        if any(number in said for number in PUBLISHED):
            assert "published" in said, chapter.name
        for number in PUBLISHED & set(typed(chapter.caption)):
            sentence = next(s for s in re.split(r"(?<=[.!?])\s", chapter.caption) if number in s)
            assert "published" in sentence, chapter.name
