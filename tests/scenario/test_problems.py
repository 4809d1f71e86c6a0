"""A file with n mistakes lists exactly n, each at its own line and column."""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.scenario.loader import load_text
from simulator.scenario.plan import impossible
from simulator.scenario.schedule import Waypoint
from simulator.world_records import least_time


def problems(text: str, folder: Path | None = None) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_text(text, "f", folder)
    listed = [str(p) for p in caught.value.problems[:50]]
    assert str(caught.value).splitlines()[:50] == listed
    for problem in caught.value.problems:
        assert "pydantic" not in problem.message
        assert "\n" not in str(problem)
    return [str(p) for p in caught.value.problems]


def test_many_mistakes_of_many_kinds_are_listed_at_once() -> None:
    text = """\
name: Many mistakes
distance: 1 mile
environment:
  temprature: 25
  wind: {speed: 40}
runner:
  mass: heavy
  mass: 42
  kit: {drag: .nan}
plan:
  shape: splits
  splits:
    400: 1:00
    800: 0:59
    1200: 3:00
    finish: 4:00
wavelight:
  waves:
    - {name: a, colour: grene}
    - {name: a}
pacers:
  formation: braking4
  count: 41
  follows: b
ghosts:
  - {kind: evne, time: 4:61}
  - {kind: splits, splts: {400: 1:00, 800: {tim: 2:00, tolerance: -1}, finish: 4:10}}
  - {kind: scenario, file: nowhere.yaml}
published: x
"""
    assert problems(text) == [
        "f:4:3  environment.temprature  unknown key 'temprature'  (did you mean temperature?)",
        "f:5:17  environment.wind.speed  must be at most 20, not 40",
        "f:7:9  runner.mass  'heavy' is not a number",
        "f:8:3  runner.mass  key 'mass' was given before, in line 7  (keep one of them)",
        "f:9:15  runner.kit.drag  must be a finite number",
        (
            "f:14:10  plan.splits.800  59.00 is not after 1:00.00"
            "  (splits are cumulative times from the gun)"
        ),
        "f:19:25  wavelight.waves.0.colour  grene is none of the choices  (did you mean green?)",
        "f:20:14  wavelight.waves.1.name  a second wave is called 'a'  (rename one)",
        "f:22:14  pacers.formation  there is no formation 'braking4'  (did you mean breaking4?)",
        "f:23:10  pacers.count  must be at most 40, not 41",
        "f:24:12  pacers.follows  there is no wave called 'b'  (waves: a)",
        "f:26:12  ghosts.0.kind  there is no kind 'evne'  (did you mean even?)",
        "f:26:24  ghosts.0.time  '4:61' has sixty or more seconds or minutes in one place",
        "f:27:20  ghosts.1.splts  unknown key 'splts'  (did you mean splits?)",
        "f:27:45  ghosts.1.splts.800.tim  unknown key 'tim'  (did you mean time?)",
        "f:27:67  ghosts.1.splts.800.tolerance  must be at least 0, not -1",
        "f:28:28  ghosts.2.file  there is no such file",
        (
            "f:29:12  published  there is no ghost of kind splits or laps called 'x'"
            "  (of these kinds: none)"
        ),
    ]


# each case is one mistake: the text, where it is found, what is said of it
SINGLE = [
    ("runner: {mass: .nan}", "1:16", "must be a finite number"),
    ("runner: {mass: .inf}", "1:16", "must be a finite number"),
    ("runner: {mass: 1e999}", "1:16", "must be a finite number"),
    ("runner: {mass: yes}", "1:16", "a single value is wanted here, not yes or no"),
    ("runner: {mass: }", "1:16", "a single value is wanted here, not nothing"),
    ("runner: {mass: [42]}", "1:16", "a single value is wanted here, not a list"),
    ("environment: 5", "1:14", "a section with keys is wanted here, not 5"),
    ("distance: -5", "1:11", "must be at least 100, not -5"),
    ("distance: -5 m", "1:11", "'-5 m' is not a distance such as 1 mile or 1500 m"),
    ("distance: .inf", "1:11", "must be a finite number"),
    ("plan: {target: 3:60}", "1:16", "sixty or more seconds"),
    ("plan: {target: 0}", "1:16", "must be greater than 0, not 0"),
    ("plan: {target: 1:40}", "1:16", "faster than a human can run (7.36 m/s)"),
    ("plan: {target: 1:59:00}", "1:16", "slower than 1 m/s"),
    ("plan: {shape: evn}", "1:15", "there is no shape 'evn'"),
    ("plan: {shape: zigzag, target: 3:59}", "1:15", "there is no shape 'zigzag'"),
    ("plan: {shape: [even]}", "1:15", "shape must be a single word"),
    ("plan: {target: 3:59, strength: 2}", "1:22", "'strength' does not go with shape even"),
    ("plan: {shape: splits, target: 3:59}", "1:23", "'target' does not go with shape splits"),
    ("plan: {shape: splits}", "1:7", "splits is missing"),
    ("plan: {shape: laps, laps: [60, 60, 60]}", "1:27", "3 lap times do not make 1 mile"),
    ("plan: {laps: [60, 60, x, 59.9]}", "1:23", "'x' is not a time"),
    ("plan: {laps: []}", "1:14", "must have at least 1 entries"),
    ("plan: [1]", "1:7", "a section with keys is wanted here, not a list"),
    ("plan: {splits: {400: 1:00, finish: 4:00}, distance: 3}", "1:43", "unknown key 'distance'"),
    ("plan: {splits: {400 feet: 1:00, finish: 4:00}}", "1:17", "'400 feet' is not a distance"),
    ("plan: {splits: {400: 1:00, 1600: 4:00}}", "1:16", "the table ends at 1600 m"),
    ("plan: {splits: {400: 1:00, 400 m: 1:01, finish: 4:00}}", "1:35", "distances must increase"),
    ("plan: {splits: {400: 0:32, 800: 2:00, finish: 4:00}}", "1:22", "faster than a human"),
    ("plan: {splits: {400: 1:28, 600: 1:30, 800: 2:00, finish: 4:00}}", "1:33", "faster than"),
    ("plan: {splits: {400: 1:00, 800: 2:50, 1000: 2:30, finish: 4:00}}", "1:45", "is not after"),
    ("plan: {splits: {0.2: 0.1, finish: 4:00}}", "1:22", "distances must increase"),
    ("plan: {splits: 4:00}", "1:16", "a table is wanted here"),
    ("plan: {splits: }", "1:16", "such as {200: 30.07, finish: 4:06.42}"),
    ("plan: {target: 3:59,99}", "1:21", "write a point, or put the number in"),
    ("runner: {mass: 42,5, form: 1}", "1:19", "write a point, or put the number in"),
    ("pacers: {shelter: {value: 0.3, until: 400}}", "1:19", "a number or a list is wanted here"),
    (
        "height: 1.7\nmass: 50",
        "1:1",
        "this is a runner, not a scenario  (name it in one: runner: f)",
    ),
    ("name: x\nslots: [{ahead: 1.2}]", "1:1", "this is a formation, not a scenario"),
    ("base: night\nback: '#000000'", "1:1", "this is a theme, not a scenario  (--theme f takes"),
    (
        "plan: {splits: {400: {time: 1:00, tolerance: 9}, 500: {time: 1:15, tolerance: 8}}}",
        "1:55",
        "its tolerance reaches the split before",
    ),
    ("environment: {wind: {direction: 400}}", "1:33", "must be at most 360, not 400"),
    ("environment: {humidity: -1}", "1:25", "must be at least 0, not -1"),
    ("environment: {assumed: perhaps}", "1:24", "must be yes or no, not perhaps"),
    ("wavelight: {leds: 12.5}", "1:19", "must be a whole number, not 12.5"),
    ("wavelight: {waves: 3}", "1:20", "a list is wanted here, not 3"),
    ("wavelight: {waves: [{pace_end: haed}]}", "1:32", "haed is none of the choices"),
    ("wavelight: {waves: [{plan: {target: -3}}]}", "1:37", "must be greater than 0, not -3"),
    ("wavelight: {waves: [{plan: {target: 30}}]}", "1:37", "faster than a human"),
    ("pacers: {count: 14}", "1:17", "14 pacers, but formation 'breaking4' has 13 places"),
    ("pacers: {count: 3.5}", "1:17", "must be a whole number, not 3.5"),
    ("pacers: {policy: waits}", "1:18", "waits is none of the choices"),
    ("pacers: {formation: {}}", "1:21", "slots is missing"),
    ("pacers: {formation: {slots: [{ahed: 1.2}]}}", "1:31", "unknown key 'ahed'"),
    ("pacers: {formation: {slots: [{ahead: 0.2}]}}", "1:38", "stands in the runner's own place"),
    (
        "pacers: {formation: {slots: [{ahead: 1}, {ahead: 1.2}]}}",
        "1:42",
        "slot 1 and slot 2 stand within 0.5 m",
    ),
    ("pacers: {formation: {slots: [{ahead: 1, from: 9, until: 8}]}}", "1:57", "greater than from"),
    ("pacers: {shelter: 2}", "1:19", "must be at most 0.95, not 2"),
    ("pacers: {shelter: [{value: 0}, {value: 0}]}", "1:32", "hold further than the one before"),
    ("pacers: {follows: nobody}", "1:19", "there is no wave called 'nobody'"),
    ("ghosts: {kind: even}", "1:9", "a list is wanted here, not a mapping"),
    ("ghosts: [{kind: even, time: 4:00, splits: {}}]", "1:35", "does not go with kind even"),
    ("ghosts: [{kind: even, time: 0:40}]", "1:29", "faster than a human"),
    ("ghosts: [{kind: scenario}]", "1:10", "file is missing"),
    ("ghosts: [{kind: recording, file: ''}]", "1:34", "must not be empty"),
    ("ghosts: [{name: a}, {name: a}]", "1:28", "a second ghost is called 'a'"),
    ("ghosts: [5]", "1:10", "a section with keys is wanted here, not 5"),
    ("name: ''", "1:7", "must not be empty"),
    ('name: "a\\nb"', "1:7", "must stand on one line"),
    ('name: "a\\0b"', "1:7", "holds a character that cannot be printed"),
    (f"name: {'x' * 201}", "1:7", "is longer than 200 characters"),
    ("published: Kipyegon", "1:12", "there is no ghost of kind splits or laps called 'Kipyegon'"),
    ("Runner: {mass: 42}", "1:1", "unknown key 'Runner'  (did you mean runner?)"),
    ("front-gap: 2", "1:1", "unknown key 'front-gap'"),
    ("distence: 1500", "1:1", "unknown key 'distence'  (did you mean distance?)"),
    ("zzz: 1", "1:1", "unknown key 'zzz'  (known: name, note, distance, track,"),
    ("ghosts: [{laps: [60, 60, 60, 45], dist: 1500}]", "1:35", "(did you mean distance?)"),
    ("ghosts: [{splits: {400: 1:00}, distnce: 800}]", "1:32", "(did you mean distance?)"),
    ("plan: {splits: {400: {time: 1:00, dist: 1}, finish: 4:00}}", "1:35", "(known: time, tol"),
    ("<<: {nme: x}", "1:6", "unknown key 'nme'  (did you mean name?)"),
    ("<<: nothing", "1:1", "<< merges a mapping, or a list of mappings"),
    ("runner: {name: NO}", "1:16", 'put it in quotes: "NO"'),
    ("plan: {splits: {400: 58,9, finish: 4:00}}", "1:26", "write a point, or put the number in"),
    ("environment: {temperature: '1,500'}", "1:28", "'1,500' may be 1.5 or 1500"),
    ("plan: {target: 1.02.03}", "1:16", "may be 1:02.03 or 1:02:03.00: write which"),
    ("distance: 800\nplan: {target: 1:43:21}", "2:16", "write 1:43.21 with a point"),
    ("runner:\n\tmass: 42", "2:1", "indent with spaces, not tabs"),
    (
        "distance:\u00a01500\nrunner: {mass: 42}",
        "2:7",
        "write an ordinary space instead of a non-breaking space",
    ),
    ("distance:\u00a01500 m", "1:1", "1500 m' (with a non-breaking space)"),
    ("runner:\n  mass\u00a0: 42", "2:3", "with a non-breaking space)  (did you mean mass?"),
    ("distance: 1500\nplan: {laps: [60, 60]}", "2:14", "4 laps of 400 m, the last of 300 m"),
    ("distance: 1500\nplan: {laps: [61, 60, 60, 29]}", "2:27", "the last piece is 300 m"),
    ("distance: 1500\nplan: {laps: [29, 60, 60, 61]}", "2:15", "the first piece is 300 m"),
    ("ghosts: [{laps: [60, 60]}]", "1:17", "2 lap times do not make 1 mile"),
    ("ghosts: [{laps: [60, x, 60, 60]}]", "1:22", "'x' is not a time"),
    ("5", "1:1", "a section with keys is wanted here, not 5"),
    ("- name: x", "1:1", "a section with keys is wanted here, not a list"),
]


@pytest.mark.parametrize(("text", "place", "what"), SINGLE)
def test_one_mistake_is_one_problem_at_its_place(text: str, place: str, what: str) -> None:
    listed = problems(text)
    assert len(listed) == 1, listed
    assert listed[0].startswith(f"f:{place}  ")
    assert what in listed[0]


def test_a_lap_as_a_unit_is_of_400_m_and_refused_where_the_tracks_is_another() -> None:
    short = (
        "distance: 15 laps\ntrack: {lap: 200}\nname: 5 laps\nplan:\n  splits:\n"
        "    5 laps: 3:00\n    finish: 9:00\n"
        "pacers:\n  count: 1\n  formation:\n    slots: [{ahead: 1.2, until: 5 laps}]\n"
    )
    what = "a lap is 400 m as a unit, and 200 m on this track  (write metres, such as"
    assert problems(short) == [
        f"f:1:11  distance  {what} 3000 m)",
        f"f:6:5  plan.splits.5 laps  {what} 1000 m)",
        f"f:11:33  pacers.formation.slots.0.until  {what} 1000 m)",
    ]
    with pytest.raises(ScenarioError, match=r"^--set +distance +a lap is 400 m as a unit"):
        load_text("track: {lap: 200}\n", overrides=["distance=15 laps", "plan.target=9:00"])
    assert load_text("distance: 15 laps\nplan: {target: 18:00}\n").distance == 6000.0


# one mistake for each line, all independent of one another
LINES: list[tuple[str, list[tuple[str, str]]]] = [
    ("", [("note: fine", "note: [no]"), ("distance: 1 mile", "distnce: 1 mile")]),
    (
        "environment",
        [("temperature: 20", "temperature: hot"), ("pressure: 1000", "presure: 1000")],
    ),
    (
        "runner",
        [("mass: 50", "mass: 5"), ("height: 1.7", "height: -.inf"), ("form: 1", "form: 11")],
    ),
    ("plan", [("target: 3:55", "target: 1:55"), ("standing_start: no", "standing_start: maybe")]),
    (
        "wavelight",
        [
            ("leds: 200", "leds: 9"),
            ("waves: [{name: a}, {name: b}]", "waves: [{name: a}, {name: a}]"),
        ],
    ),
    (
        "pacers",
        [
            ("count: 4", "count: 14"),
            ("front_gap: 2", "frontgap: 2"),
            ("wake: 1", "wake: strong"),
            ("follows: a", "follows: c"),
            ("policy: hold_light", "policy: hold"),
        ],
    ),
    (
        "ghosts",
        [
            ("- {kind: even, time: 4:00}", "- {kind: evn, time: 4:00}"),
            (
                "- {name: s, kind: splits, splits: {400: 1:00, finish: 4:00}}",
                "- {name: s, kind: splits, splits: {400: 1:00, 800: 1:00, finish: 4:00}}",
            ),
            ("- {kind: even, colour: red}", "- {kind: even, colur: red}"),
        ],
    ),
]
COUNT = sum(len(lines) for _, lines in LINES)


def build(wrong: set[int]) -> tuple[str, list[int]]:
    """Return a file with these mistakes, and the lines that hold them."""
    number = itertools.count()
    text, places = [], []
    for section, lines in LINES:
        if section:
            text.append(f"{section}:")
        for good, bad in lines:
            is_wrong = next(number) in wrong
            text.append(("  " if section else "") + (bad if is_wrong else good))
            if is_wrong:
                places.append(len(text))
    return "\n".join(text) + "\n", places


@pytest.mark.parametrize("share", [0.9, 0.999, 0.9999, 0.999999])
def test_a_target_just_too_fast_is_told_with_digits_that_differ(share: float) -> None:
    ((_, text),) = impossible([Waypoint(1500.0, share * least_time(1500.0))])
    speed, limit = (float(number) for number in re.findall(r"([\d.]+) m/s", text))
    assert speed > limit


def test_the_file_without_mistakes_is_fine() -> None:
    load_text(build(set())[0])


@pytest.mark.parametrize("count", range(1, COUNT + 1))
def test_n_mistakes_are_n_problems_each_in_its_line(count: int) -> None:
    rng = random.Random(count)  # noqa: S311 - which lines are wrong is no secret
    for _ in range(4):
        text, places = build(set(rng.sample(range(COUNT), count)))
        with pytest.raises(ScenarioError) as caught:
            load_text(text)
        assert [p.line for p in caught.value.problems] == places, str(caught.value)


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ("runner:\n  kit: grene", "f:2:8  runner.kit  ", "did you mean green?"),
        ("runner:\n  kit: {colour: mauve}", "f:2:17  runner.kit.colour  ", "known: green, blue"),
        ("pacers:\n  kit: '#e8112'", "f:2:8  pacers.kit  ", "known: green, blue"),
        ("pacers:\n  kit: 7", "f:2:8  pacers.kit  ", '"#e8112d"'),
        ("pacers:\n  kit: #e8112d", "f:2:7  pacers.kit  ", "in quotes: # begins a comment"),
        ("runner:\n  kit: #e8112d", "f:2:7  runner.kit  ", "in quotes: # begins a comment"),
        ("runner:\n  kit:\n    colour: #e8112d", "f:3:12  runner.kit.colour  ", "in quotes: #"),
    ],
)
def test_a_kit_without_a_colour_is_refused_in_its_line(text: str, where: str, hint: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith(f"{where}must be the name of a colour")
    assert hint in problem


def test_a_kit_with_all_lines_commented_out_is_the_default() -> None:
    assert load_text("name: a\nrunner:\n  kit:\n    # drag: 0.98\n").runner.kit.drag == 1


def test_a_section_with_a_wrong_value_is_still_checked_as_a_whole() -> None:
    listed = problems(
        "pacers:\n  wake: strong\n"
        "  formation:\n    slots:\n"
        "      - {ahead: 1.2, name: a, colour: red}\n"
        "      - {ahead: 1.3, name: b}\n"
        "      - {ahead: 3, name: a}\n"
    )
    assert [line.split("  ")[1] for line in listed] == [
        "pacers.wake",
        "pacers.formation.slots.0.colour",
        "pacers.formation.slots.1",
        "pacers.formation.slots.2.name",
    ]
    assert len(problems("pacers: {wake: strong, count: 14, follows: b}\nrunner: {mass: 1}")) == 4


def test_what_a_mistake_causes_is_not_listed_beside_it() -> None:
    # with the distance unknown, the table's end and the laps' number cannot be judged
    assert len(problems("distance: far\nplan: {splits: {400: 1:00, 1500: 3:48}}")) == 1
    assert len(problems("distance: far\nplan: {laps: [60, 60]}")) == 1
    # a wave or a ghost that is wrong may have been the one that is named
    assert len(problems("wavelight: {waves: [3]}\npacers: {follows: a}")) == 1
    assert len(problems("ghosts: [{kind: splits, name: a}]\npublished: a")) == 1
    # a formation that is not found has no number of places
    assert len(problems("pacers: {formation: nowhere, count: 40}")) == 1
    assert len(problems("plan: {splits: {400: 1:00, finish: never}}")) == 1
    assert len(problems("distance: 100 m\nplan: {targt: 12}")) == 1
    assert len(problems("plan: {splits: {400: x, finish: y}}")) == 2
    assert len(problems("plan: {laps: [x]}")) == 1


def test_an_empty_section_is_the_default_and_an_empty_list_is_empty() -> None:
    scenario = load_text("name: x\nrunner:\nplan:\nghosts:\nwavelight:\n  waves:\n")
    assert scenario.runner.mass == 42
    assert scenario.ghosts == ()
    assert scenario.wavelight.waves == ()


@pytest.mark.parametrize("nothing", ["", "~", "null", "Null"])
def test_nothing_in_place_of_a_name_is_the_default(nothing: str) -> None:
    scenario = load_text(f"runner: {nothing}\npacers:\n  formation: {nothing}\n  count: 2\n")
    assert scenario.runner.mass == 42
    assert scenario.pacers.formation.name == "breaking4"


@pytest.mark.parametrize("row", ["400: ~", "400:", "400: null"])
def test_a_row_without_a_time_is_no_matter_of_commas(row: str) -> None:
    (listed,) = problems(f"plan:\n  splits:\n    {row}\n    finish: 4:00\n")
    assert listed.endswith("a single value is wanted here, not nothing")


def test_a_bare_number_may_be_a_name() -> None:
    assert load_text("name: 1500\n").name == "1500"


def test_thousands_of_mistakes_are_found_quickly_and_fifty_of_them_listed() -> None:
    text = "\n".join(f"key{i}: {{a: 1}}" for i in range(4900))
    assert len(problems(text)) == 4900
    with pytest.raises(ScenarioError) as caught:
        load_text(text, "f")
    lines = str(caught.value).splitlines()
    assert (len(lines), lines[-1]) == (51, "... and 4,850 more")
    assert lines[49].startswith("f:50:1  key49  unknown key")


@pytest.mark.parametrize(
    ("text", "path", "most"),
    [
        ("ghosts: [{rows}]", "ghosts", 12),
        ("wavelight: {{waves: [{rows}]}}", "wavelight.waves", 32),
        ("pacers: {{formation: {{slots: [{rows}]}}}}", "pacers.formation.slots", 200),
        ("plan: {{laps: [{rows}]}}", "plan.laps", 60),
    ],
)
def test_a_list_that_is_too_long_is_refused_before_anything_in_it_is_looked_at(
    text: str, path: str, most: int
) -> None:
    (listed,) = problems(text.format(rows=", ".join(["{kind: evn, tme: x}"] * (most + 1))))
    assert listed.split("  ")[1:] == [path, f"must have at most {most} entries"]


def test_a_table_that_is_too_long_is_refused_before_anything_in_it_is_looked_at() -> None:
    rows = ", ".join(f"{i}: x" for i in range(1, 202))
    (listed,) = problems(f"plan: {{splits: {{{rows}}}}}")
    assert listed == "f:1:16  plan.splits  must have at most 200 entries"
