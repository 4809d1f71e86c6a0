from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.model import EvenGhost, Kit, Scenario
from simulator.scenario.overrides import with_edits
from simulator.scenario.plan import EvenPlan, SplitPlan, SteppedPlan

FILE = """\
plan:
  splits:
    400: 1:00
    800: {time: 2:01, tolerance: 0.2}
    finish: 4:05
pacers:
  front_gap: 2
ghosts:
  - {name: a, kind: even, time: 4:00}
"""


def load(*overrides: str, text: str = FILE) -> Scenario:
    return load_text(text, "f", overrides=overrides)


def refused(*overrides: str, text: str = FILE) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(*overrides, text=text)
    return [str(p) for p in caught.value.problems]


def test_any_path_can_be_set() -> None:
    scenario = load(
        "pacers.count=7",
        "runner.kit.drag=0.98",
        "name=A name: with, signs = and [brackets]",
        "environment.wind.speed = 3",
        "distance=1 mile",
    )
    assert scenario.pacers.count == 7
    assert scenario.pacers.front_gap == 2
    assert scenario.runner.kit.drag == 0.98
    assert scenario.name == "A name: with, signs = and [brackets]"
    assert scenario.environment.wind.speed == 3


@pytest.mark.parametrize("kit", ["red", "{colour: red}", "{colour: red, drag: 1, cost: 1}"])
def test_a_kit_is_a_colour_or_has_one(kit: str) -> None:
    scenario = load(text=f"runner: {{kit: {kit}}}\npacers: {{kit: '#E8112d'}}")
    assert scenario.runner.kit == Kit(colour="red")
    assert scenario.pacers.kit == "#E8112d"
    assert load().runner.kit.colour == load().pacers.kit == "theme"


@pytest.mark.parametrize(
    ("text", "override", "kit"),
    [
        ("{drag: 0.9}", "runner.kit=#0044aa", Kit(colour="#0044aa", drag=0.9)),
        ("{drag: 0.9}", "runner.kit.colour=red", Kit(colour="red", drag=0.9)),
        ("red", "runner.kit.drag=0.9", Kit(colour="red", drag=0.9)),
        ("red", "runner.kit=blue", Kit(colour="blue")),
        ("{colour: red, drag: 0.9}", "runner.kit={cost: 0.99}", Kit(cost=0.99)),
    ],
)
def test_a_kits_colour_is_set_without_its_multipliers(text: str, override: str, kit: Kit) -> None:
    file = f"runner: {{kit: {text}}}"
    assert load(override, text=file).runner.kit == kit
    assert with_edits(load(text=file), [override]).runner.kit == kit


def test_the_last_override_of_a_path_holds() -> None:
    assert load("pacers.count=7", "pacers.count=3").pacers.count == 3
    assert load("pacers.count=7", "pacers={front_gap: 1.5}").pacers.count is None


def test_splits_are_set_by_their_distance_and_new_ones_find_their_place() -> None:
    plan = load(
        "plan.splits.800=2:02",
        "plan.splits.400 m=61",
        "plan.splits.1207.008=3:04",
        "plan.splits.400.tolerance=0.1",
    ).plan
    assert isinstance(plan, SplitPlan)
    rows = [(s.distance, s.time, s.tolerance) for s in plan.splits]
    assert rows == [
        (400, 61.0, 0.1),
        (800, 122.0, 0.0),
        (1207.008, 184.0, 0.0),
        (None, 245.0, 0.0),
    ]


def test_a_part_of_a_row_is_set_without_the_rest() -> None:
    plan = load("plan.splits.800.time=2:00").plan
    assert isinstance(plan, SplitPlan)
    assert (plan.splits[1].time, plan.splits[1].tolerance) == (120.0, 0.2)


def test_a_whole_value_is_flow_yaml() -> None:
    plan = load("plan={shape: negative, target: 3:58, strength: 1.5}").plan
    assert isinstance(plan, SteppedPlan)
    assert (plan.target, plan.strength) == (238.0, 1.5)
    assert load("ghosts=[]").ghosts == ()


def test_list_items_are_set_and_added_by_number() -> None:
    scenario = load("ghosts.0.time=4:01", "ghosts.1={name: b, time: 4:02}")
    assert [g.time for g in scenario.ghosts if isinstance(g, EvenGhost)] == [241.0, 242.0]


def test_defaults_that_the_file_does_not_give_can_be_reached() -> None:
    scenario = load_text(
        "name: x",
        overrides=["ghosts.0.time=4:01", "wavelight.waves.0.colour=blue", "plan.target=3:58"],
    )
    assert isinstance(scenario.ghosts[0], EvenGhost)
    assert scenario.ghosts[0].time == 241.0
    assert scenario.ghosts[0].name == "even 4:00.00"
    assert scenario.wavelight.waves[0].colour == "blue"
    assert isinstance(scenario.plan, EvenPlan)


@pytest.mark.parametrize(
    "change", ["pacers.policy=hold_light", "pacers.front_gap=2", "pacers.leader.fade=1"]
)
def test_a_part_of_what_the_file_leaves_out_leaves_the_rest_as_it_is(change: str) -> None:
    assert load_text("name: x", overrides=[change]).pacers.count == 0
    assert load_text("name: x", overrides=[change, "pacers.count=3"]).pacers.count == 3


def test_a_named_formation_is_written_out_to_change_one_slot() -> None:
    scenario = load_scenario("breaking4", overrides=["pacers.formation.slots.0.ahead=1.5"])
    assert scenario.pacers.formation.slots[0].ahead == 1.5
    assert len(scenario.pacers.formation.names()) == 13
    scenario = load_text("name: x", overrides=["pacers.formation.slots.0.until=900 m"])
    assert scenario.pacers.formation.slots[0].until == 900
    assert load("pacers.formation=box").pacers.formation.name == "box"


def test_nothing_clears_what_may_be_left_out() -> None:
    assert load("pacers.front_gap=").pacers.front_gap is None


@pytest.mark.parametrize(
    ("override", "problem"),
    [
        ("pacers.count=99", "pacers.count  must be at most 40, not 99"),
        ("pacers.count=14", "pacers.count  14 pacers, but formation 'breaking4' has 13 places"),
        ("pacers.cuont=3", "pacers.cuont  unknown key 'cuont'  (did you mean count?)"),
        ("pacer.count=3", "pacer  unknown key 'pacer'  (did you mean pacers?)"),
        ("plan.splits.800=0:59", "plan.splits.800  59.00 is not after 1:00.00"),
        ("plan.splits.eight=2:00", "plan.splits.eight  'eight' is not a distance"),
        ("ghosts.7.time=4:00", "ghosts.7.time  '7' is no place in this list  (there are 0 to 0"),
        ("ghosts.one.time=4", "ghosts.one.time  'one' is no place in this list"),
        ("ghosts.0.kind=evn", "ghosts.0.kind  there is no kind 'evn'  (did you mean even?)"),
        ("runner.mass.kg=3", "runner.mass  a single value is wanted here, not a mapping"),
        ("plan.splits.400.time.s=3", "plan.splits.400.time.s  '400.time.s' is not a distance"),
        ("runner.mass=.nan", "runner.mass  must be a finite number"),
        ("runner.mass=[1", "runner.mass  this is not valid YAML"),
        ("plan={target: 3:58, target: 4:00}", "plan  key 'target' was given before"),
        ("pacers.formation=bocks", "pacers.formation  there is no formation 'bocks'"),
        ("pacers.count", "'pacers.count' is not of the form path=value"),
        ("=3", "'=3' is not of the form path=value"),
        ("", "'' is not of the form path=value"),
    ],
)
def test_a_wrong_override_is_one_problem_at_set(override: str, problem: str) -> None:
    (line,) = refused(override)
    assert line.startswith("--set  ")
    assert problem in line


def test_problems_of_the_file_and_of_overrides_are_listed_together() -> None:
    listed = refused("pacers.count=99", "runner.hat=3", text=FILE + "runner: {mass: 1}\n")
    assert [line.split("  ")[:2] for line in listed] == [
        ["--set", "pacers.count"],
        ["--set", "runner.hat"],
        ["f:10:16", "runner.mass"],
    ]


def test_a_formation_of_ones_own_is_found_from_the_files_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: mine\nslots:\n  - {ahead: 2}\n  - {ahead: x}\n")
    path = tmp_path / "f.yaml"
    path.write_text("pacers: {formation: mine.yaml}\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    (problem,) = caught.value.problems
    assert str(problem) == (
        f"{tmp_path / 'mine.yaml'}:4:13  pacers.formation.slots.1.ahead  'x' is not a number"
    )


@pytest.mark.parametrize("path", ["distance", "plan.target", "ghosts.0.time", "pacers.shelter"])
def test_a_byte_that_is_no_character_is_refused(path: str) -> None:
    said = refused(f"{path}=\udcff", f"x\udcff{path}=1")
    assert said == [
        f"--set  {path}  holds a character that cannot be printed",
        f"--set  x\\udcff{path}  holds a character that cannot be printed",
    ]
