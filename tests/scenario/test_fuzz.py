"""Whatever a file holds, it is a run or a list of problems, never anything else, and soon.

`FUZZ_CASES` says how many files are tried: 500 in `make test`, 20,000 in `make soak`. Reading a
file and running it, both together, is held to 2 s of processor time and 300 MB (two hours over 10
km last longer: 0.2 ms a tick). Above 500 files each is run at once and alone. Else ten are run side
by side at the end, since alone they make the test twice as long, and what is held is this: reading
each, to the limits of one; running the ten, to 300 MB and what the slowest reading of them left of
the 2 s. A run alone does less than ten of which it is one, so that is held of each file too.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from simulator.errors import ScenarioError
from simulator.files import configs_dir
from simulator.recording.recording import Status
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.model import Environment, Runner, Scenario, Wind
from simulator.scenario.pacers import Leader
from simulator.scenario.story import FOLDER as STORIES
from tests.scenario.fuzzing import (
    BATCH,
    CASES,
    HEALTH,
    JUDGED_FROM,
    LEAST_REFUSED,
    LEAST_VALID,
    LIMIT_S,
    PATHS,
    SCENARIOS,
    WORDS,
    Book,
    answered,
    mutated,
    read,
    read_file,
    run_all,
    told_by,
    tried,
    try_out,
    within_limits,
)


@pytest.fixture(scope="module")
def book() -> Iterator[Book]:
    """Run what waits at the end; then look whether enough was valid, and enough refused."""
    kept = Book()
    yield kept
    for first in range(0, len(kept.waiting), BATCH):
        scenarios, reading_s = zip(*kept.waiting[first : first + BATCH], strict=True)
        with within_limits(LIMIT_S - max(reading_s)):
            run_all(scenarios)
    for sort, least in LEAST_VALID.items():
        valid, refused = kept.valid[sort], kept.refused[sort]
        if valid + refused >= JUDGED_FROM:
            assert valid >= least * (valid + refused), sort
            assert refused >= LEAST_REFUSED * (valid + refused), sort


@settings(max_examples=CASES * 3 // 5, suppress_health_check=HEALTH)
@given(st.sampled_from([SCENARIOS, *PATHS]), st.randoms(use_true_random=True))
def test_a_damaged_file_is_a_run_or_a_list_of_problems(
    tmp_path_factory: pytest.TempPathFactory, book: Book, folder: str, rng: random.Random
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.yaml"
    path.write_bytes(mutated(rng.choice(PATHS[folder]).read_bytes(), rng))
    tried(folder, lambda: read_file(path, folder), book)


@pytest.mark.parametrize("folder", PATHS)
def test_each_folder_is_read_by_its_own_reader(tmp_path: Path, folder: str) -> None:
    """As they are shipped they are all valid, so whatever is refused is so for its damage."""
    assert PATHS[folder]
    for path in PATHS[folder]:
        assert not isinstance(try_out(partial(read_file, path, folder)), ScenarioError)
    path = tmp_path / "damaged.yaml"
    path.write_text("name: one\nno such key: 1\n", encoding="utf-8")
    error = try_out(lambda: read_file(path, folder))
    assert isinstance(error, ScenarioError)
    keys = {SCENARIOS: "", STORIES: "", "formations": "pacers.formation.", "runners": "runner."}
    assert f"{keys[folder]}no such key" in [problem.path for problem in error.problems]


def test_every_shipped_folder_is_damaged() -> None:
    assert {path.parent.name for path in configs_dir().rglob("*.yaml")} == set(PATHS)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 2000),
    st.floats(),
    st.sampled_from(WORDS),
    st.text(max_size=8),
)
KEYS = st.sampled_from([word for word in WORDS if word.isalnum()]) | st.text(max_size=5)
TREES = st.recursive(
    VALUES, lambda t: st.lists(t, max_size=4) | st.dictionaries(KEYS, t, max_size=5), max_leaves=20
)


def flow(tree: Any) -> str:
    """Write a tree as flow YAML, its text quoted now and then, as a person would not."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{flow(k)}: {flow(v)}" for k, v in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(flow(item) for item in tree) + "]"
    if isinstance(tree, str):
        return tree if tree.isalnum() else "'" + tree.replace("'", "''") + "'"
    if isinstance(tree, bool):  # asked for first: 0 and 1 are equal to the two
        return "yes" if tree else "no"
    return "~" if tree is None else str(tree)


SECTIONS = st.sampled_from(sorted(Scenario.model_fields))


@settings(max_examples=CASES // 5, suppress_health_check=HEALTH)
@given(st.dictionaries(SECTIONS, TREES, max_size=4))
@example({"name": 1e300})  # a number that is no text, so the name is too short
def test_an_absurd_tree_is_a_run_or_a_list_of_problems(book: Book, tree: dict[str, Any]) -> None:
    tried("absurd", lambda: read(flow(tree)), book)


def numbers_of(section: type[BaseModel], names: Collection[str]) -> st.SearchStrategy[Any]:
    """Return values for the numbers of a section: within what it allows, at its edges, beyond."""
    parts = {name: near(section.model_fields[name]) for name in names}
    return st.fixed_dictionaries({}, optional=parts)


def near(field: FieldInfo) -> st.SearchStrategy[Any]:
    ends = [
        getattr(m, k) for m in field.metadata for k in ("ge", "gt", "le", "lt") if hasattr(m, k)
    ]
    low, high = float(min(ends)), float(max(ends))
    beyond = [low - 1e-6, high + 1e-6, low - 1, high + 1]
    inside = st.floats(low, high).map(lambda value: round(value, 3))
    return st.one_of(inside, inside, st.sampled_from([low, high]), st.sampled_from(beyond))


SLOTS = st.fixed_dictionaries(
    {"ahead": st.floats(-30, 30).map(lambda v: round(v, 2))},
    optional={
        "offset": st.sampled_from([0, 0, 1.2, -2, 8, 9]),
        "name": st.sampled_from(["A", "B", "é🏃", "", "x" * 100, "x" * 101]),
        "from": st.sampled_from([0, 100, 400, 10_000]),
        "until": st.sampled_from([100, 200, 800, 10_001]),
    },
)
DISTANCES = st.sampled_from([100, 200, 400, 400, 800, 1000, 1609.344, 99.9])
PLAUSIBLE = st.fixed_dictionaries(
    {"distance": DISTANCES},
    optional={
        "runner": numbers_of(
            Runner,
            ("height", "mass", "max_aerobic_power", "reserve", "drag_cost", "anticipation", "form"),
        ),
        "environment": st.fixed_dictionaries(
            {},
            optional={
                "temperature": near(Environment.model_fields["temperature"]),
                "humidity": near(Environment.model_fields["humidity"]),
                "pressure": near(Environment.model_fields["pressure"]),
                "wind": numbers_of(Wind, ("speed", "direction")),
            },
        ),
        "pacers": st.fixed_dictionaries(
            {},
            optional={
                "formation": st.fixed_dictionaries({"slots": st.lists(SLOTS, max_size=6)})
                | st.sampled_from(["breaking4", "box", "no such"]),
                "count": st.integers(-1, 41),
                "front_gap": st.sampled_from([0.5, 1.3, 20, 0.4, 21]),
                "swap_gap": st.sampled_from([0, 1, 3, 3.1]),
                "leader": numbers_of(Leader, ("fast_opening", "jitter", "fade", "surge")),
                "wake": st.sampled_from([0, 1, 2, 2.1]),
                "shelter": st.sampled_from([0, 0.3, 0.95, -0.2, 0.96]),
            },
        ),
    },
)
SPEEDS = st.sampled_from([2.5, 4.0, 5.5, 6.7, 7.5, 9.0, 12.0])
SHAPES = st.sampled_from(["even", "negative", "positive", "progressive", "splits", "laps"])
GHOSTS = st.sampled_from([None, 0.98, 1.0, 1.05, 9.0])
"""The time of a ghost, as a share of the target."""


@settings(max_examples=CASES // 5, suppress_health_check=HEALTH)
@given(PLAUSIBLE, SPEEDS, SHAPES, st.sampled_from([2, 0, -20, 20, 21]), GHOSTS)
def test_a_tree_that_might_be_right_is_a_run_or_a_list_of_problems(
    book: Book,
    tree: dict[str, Any],
    speed: float,
    shape: str,
    strength: float,
    ghost: float | None,
) -> None:
    target = round(tree["distance"] / speed, 2)
    plan: dict[str, Any] = {"shape": shape, "target": target}
    if shape == "splits":
        plan = {"shape": shape, "splits": {50: round(0.5 * target, 2), "finish": target}}
    elif shape == "laps":
        plan = {
            "shape": shape,
            "laps": [round(400 / speed, 2)] * max(1, int(tree["distance"] / 400)),
        }
    elif shape != "even":
        plan["strength"] = strength
    ghosts = [] if ghost is None else [{"kind": "even", "time": round(ghost * target, 2)}]
    text = flow({**tree, "plan": plan, "ghosts": ghosts})
    tried("plausible", lambda: read(text), book)


RUN, GIVEN_UP = Status.FINISHED, Status.DID_NOT_FINISH
EDGES: dict[tuple[str, ...], Status | str] = {
    ("pacers.count=0",): RUN,
    ("pacers.count=40",): "pacers.count",  # there are 13 places; forty that have one are run below
    ("distance=100", "plan.target=0:16"): RUN,
    ("distance=10000", "plan.target=30:00"): RUN,
    ("distance=10000", "plan.target=2:00:00"): RUN,
    ("environment.wind.speed=20", "environment.wind.direction=0"): RUN,
    ("environment.wind.speed=20", "environment.wind.direction=180"): RUN,
    ("runner.mass=30",): RUN,
    ("runner.mass=120",): RUN,
    (
        *("runner.mass=120", "runner.height=1.2"),
        *("runner.max_aerobic_power=5", "runner.reserve=100"),
    ): GIVEN_UP,
    ("runner.max_aerobic_power=40", "runner.reserve=5000", "runner.form=10"): RUN,
    ("environment.pressure=500", "environment.temperature=50", "environment.humidity=100"): RUN,
    ("environment.pressure=1100", "environment.temperature=-30", "environment.humidity=0"): RUN,
    ("plan.target=2:30",): "plan.target",
    ("plan.target=1:00",): "plan.target",
    ("pacers.wake=2", "pacers.front_gap=0.5"): RUN,
    ("pacers.shelter=0.95",): RUN,
    ("wavelight.leds=4000",): RUN,
}
"""How each ends: the status of its run, or the path of what it is refused for."""


@pytest.mark.parametrize("changes", EDGES, ids=str)
def test_what_the_schema_just_allows_is_run_or_refused_with_a_reason(
    changes: tuple[str, ...],
) -> None:
    asked = ["ghosts=[]", "published=null", *changes]
    found = answered(lambda: [load_scenario("breaking4", overrides=asked)])
    if isinstance(found, ScenarioError):
        assert [problem.path for problem in found.problems] == [EDGES[changes]]
    else:
        assert [run.status for run in found] == [EDGES[changes]]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ("distance=99.9", "distance"),
        ("distance=10000.1", "distance"),
        ("pacers.count=-1", "pacers.count"),
        ("pacers.count=41", "pacers.count"),
        ("environment.wind.speed=20.1", "environment.wind.speed"),
        ("runner.mass=29.9", "runner.mass"),
        ("runner.mass=120.1", "runner.mass"),
    ],
)
def test_what_lies_just_beyond_is_refused(change: str, path: str) -> None:
    found = answered(lambda: [load_scenario("solo", overrides=["ghosts=[]", change])])
    assert isinstance(found, ScenarioError)
    assert path in [problem.path for problem in found.problems]


def test_forty_pacers_are_run() -> None:
    slots = [{"ahead": round(1.3 + 0.7 * i, 2)} for i in range(40)]
    pacers = {"count": 40, "formation": {"slots": slots}}
    text = flow({"distance": 400, "plan": {"target": 62}, "ghosts": [], "pacers": pacers})
    (asked,) = read(text)
    assert len(asked.pacers.line_up()) == 40
    found = answered(lambda: read(text))
    assert not isinstance(found, ScenarioError)
    assert [run.status for run in found] == [RUN]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"runer{i}: {{mass: x}}" for i in range(3300)),
        "ghosts: [" + ", ".join(["{kind: evn, tme: x}"] * 2500) + "]",
        "plan: {splits: {" + ", ".join(f"{i}: x" for i in range(1, 9000)) + "}}",
        "plan: {splits: {"
        + ", ".join(f"{8 * i}: {{time: {i * 1.2:.2f}, tolerance: 0.5}}" for i in range(1, 200))
        + ", finish: 4:01}}",
        "pacers: {formation: {slots: ["
        + ", ".join(f"{{ahead: {i * 0.15}}}" for i in range(200))
        + "]}}",
        "? " + "x" * 900_000 + "\n: 1",
        "name: " + "x" * 900_000,
        "a: &a [" + ", ".join(["x"] * 4000) + "]\nb: [*a, *a, *a]\n",
        "wavelight: {waves: [" + ", ".join(["{nme: 3}"] * 5000) + "]}",
        "pacers: {formation: {slots: [" + ", ".join(["{ahead: 1.2}"] * 200) + "]}}",
        "ghosts: ["
        + ", ".join(
            ["{kind: splts, splits: {" + "".join(f"{i}: {{tme: 1}}, " for i in range(200)) + "}}"]
            * 12
        )
        + "]",
        "a: &a {" + "".join(f"k{i}: 1, " for i in range(4000)) + "}\nb: {<<: [*a, *a, *a, *a, *a]}",
        "[" * 1_000_000,
        "? " * 500_000,
        "- 1\n" * 250_000,
        "a: " + "9" * 900_000,
        "".join(f"x-{i}: {{a: &a 1}}\n" for i in range(4900)),
        "a: 1\n" * 9_900,
        "".join(f"k{i}: 1\n" for i in range(9_900)),
        "ghosts:\n-\n" + "".join(f"  k{i}: 1\n" for i in range(9_900)),
        "ghosts:\n" + ("- kind: evn\n" + "".join(f"  k{i}: 1\n" for i in range(800))) * 12,
        "wavelight:\n  waves:\n"
        + ("  - plan:\n" + "".join(f"      strenght{i}: 1\n" for i in range(300))) * 32,
        "ghosts:\n" + "- {file: solo}\n" * 5_000,
        "uncertainty: {given: [" + ", ".join(["solo"] * 15_000) + "]}",
        "pacers: {names: [" + ", ".join(["a"] * 19_000) + "]}",
    ],
    ids=range(25),
)
def test_the_worst_files_are_answered_within_two_seconds_of_processor_time(text: str) -> None:
    answered(lambda: read(text))


def test_files_that_a_file_names_are_not_all_searched_for_problems(tmp_path: Path) -> None:
    for i in range(12):
        keys = "".join(f"  k{n}: 1\n" for n in range(9_900))
        (tmp_path / f"big{i}.yaml").write_text(f"runner:\n{keys}", encoding="utf-8")
    named = ", ".join(f"{{file: big{i}.yaml}}" for i in range(12))
    with within_limits():
        found = try_out(lambda: [load_text(f"ghosts: [{named}]", "f", tmp_path)])
    assert isinstance(found, ScenarioError)
    assert str(found).splitlines()[-1] == "... and 9,850 more"


def test_a_story_of_more_attempts_than_anybody_waits_for_is_refused_unread(tmp_path: Path) -> None:
    ghosts = ", ".join(f"{{name: g{n}, set: [pacers.wake=1.{n}]}}" for n in range(12))
    chapters = "".join(f"- {{name: c{i}, until: bell, ghosts: [{ghosts}]}}\n" for i in range(100))
    path = tmp_path / "story.yaml"
    path.write_text(f"name: x\nscenario: nowhere.yaml\nchapters:\n{chapters}", encoding="utf-8")
    with within_limits():
        found = try_out(lambda: told_by(path))
    assert isinstance(found, ScenarioError)
    assert "1300 attempts, with those of ghosts, are more than 300" in str(found)
