"""Whatever a file holds, it is a run or a list of problems, never anything else, and soon.

`FUZZ_CASES` says how many files are tried: 500 in `make test`, 20,000 in `make soak`. Reading a
file and running it, both together, is held to 2 s of processor time and 300 MB (two hours over 10
km last longer: 0.2 ms a tick). Above 500 files each is run at once and alone. Else ten are run side
by side at the end, since alone they make the test twice as long, and what is held is this: reading
each, to the limits of one; running the ten, to 300 MB and what the slowest reading of them left of
the 2 s. A run alone does less than ten of which it is one, so that is held of each file too.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from simulator.errors import ScenarioError
from simulator.physics.attempt import simulate_all
from simulator.recording.recording import ARRAYS, Recording, Status
from simulator.resources import configs_dir
from simulator.scenario import Scenario, digest, load_scenario, load_text, schedule_of
from simulator.scenario.ghosts import SplitGhost
from simulator.scenario.model import Environment, Runner, Wind
from simulator.scenario.pacers import Leader
from simulator.scenario.plan import SplitPlan
from simulator.scenario.reading import read_text
from simulator.scenario.story_script import FOLDER as STORIES
from simulator.scenario.story_script import load_story, shipped_stories

CASES = int(os.environ.get("FUZZ_CASES", "500"))
BATCH = 10
LIMIT_S = 2.0
HEALTH = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much]

SCENARIOS = configs_dir().name
PATHS = {
    folder: sorted(where.glob("*.yaml"))
    for folder, where in [
        (SCENARIOS, configs_dir()),
        *((name, configs_dir() / name) for name in (STORIES, "formations", "runners")),
    ]
}
FILES = [path.read_bytes() for paths in PATHS.values() for path in paths]
WORDS = [
    *(
        "name",
        "plan",
        "shape",
        "even",
        "splits",
        "laps",
        "target",
        "kind",
        "ghosts",
        "file",
        "time",
    ),
    *("pacers", "formation", "slots", "ahead", "until", "count", "shelter", "wavelight", "waves"),
    *("box", "solo", "finish", "400", "800", "4:00", "1:00.2", "-1", "0", ".nan", "1e999", "yes"),
    *("~", "*a", "&a", "!!x", "[", "]", "{", "}", ": ", "- ", "\n", "\n  ", "'", '"', "#", "\t"),
    *("\x00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "é", "🏃", "؀", "\x85"),
]


Reader: TypeAlias = Callable[[], Sequence[Scenario]]
"""Reads one file and returns what is to be run of it."""

BESIDES = {
    "formations": "pacers: {{formation: '{}'}}",
    "runners": "pacers: {{count: 0}}\nrunner: '{}'",
}


def read_file(path: Path, folder: str) -> Sequence[Scenario]:
    """Read a file as what its folder holds; a formation and a runner as those of a short race."""
    if folder == STORIES:
        return told_by(path)
    if folder == SCENARIOS:
        return read(read_text(path, "f"))
    race = "distance: 400\nplan: {target: 62}\nghosts: []\n"
    return read(race + BESIDES[folder].format(path))


def read(text: str) -> Sequence[Scenario]:
    return [load_text(text, "f", configs_dir())]


def told_by(path: Path) -> Sequence[Scenario]:
    """Return the attempts of a story, without those that the shipped stories ask for too."""
    script = load_story(path)
    assert len(script.attempts) == len(script.rivals) == len(script.story.chapters)
    asked = {*script.attempts, *(one for rivals in script.rivals for one in rivals.values())}
    assert asked == set(script.scenarios)
    return [s for s in script.scenarios.values() if digest(s) not in shipped_attempts()]


@cache
def shipped_attempts() -> frozenset[str]:
    scripts = [load_story(name) for name in shipped_stories()]
    return frozenset(digest(s) for script in scripts for s in script.scenarios.values())


def try_out(reader: Reader) -> Sequence[Scenario] | ScenarioError:
    """Read a file; check the scenarios, or the list of problems."""
    try:
        scenarios = reader()
    except ScenarioError as caught:
        error = caught
    else:
        for scenario in scenarios:
            ask_for_everything(scenario)
        return scenarios
    assert error.exit_code == 2
    assert error.problems
    assert all(len(str(p)) < 3000 and p.message for p in error.problems)
    assert str(error).encode()
    return error


def ask_for_everything(scenario: Scenario) -> None:
    digest(scenario)
    scenario.pacers.line_up()
    plans = [scenario.plan, *(w.plan for w in scenario.wavelight.waves if w.plan is not None)]
    plans += [
        SplitPlan(splits=g.splits)
        for g in scenario.ghosts
        if isinstance(g, SplitGhost) and g.distance is None
    ]
    for plan in plans:
        schedule = schedule_of(plan, scenario.distance)
        t = np.linspace(0.0, schedule.finish_s * 1.1, 200)
        x = schedule.distance_at(t)
        assert np.all(np.isfinite(x))
        assert np.all(np.diff(x) > 0)
        assert np.all(np.isfinite(schedule.speed_at(t)))


def mutated(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(6):
            case 0:
                changed[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del changed[at : at + rng.randrange(1, 40)]
            case 2:
                changed[at:at] = rng.choice(WORDS).encode()
            case 3:
                other = rng.choice(FILES)
                begin = rng.randrange(len(other))
                changed[at:at] = other[begin : begin + rng.randrange(200)]
            case 4:
                end = changed.find(b"\n", at) + 1 or len(changed)
                changed[at:at] = changed[at:end]
            case _:
                changed[at : at + 1] = rng.choice(b"0123456789.:-{}[]&*! \n").to_bytes()
    return bytes(changed)


@dataclass
class Book:
    """What was tried so far.

    Attributes:
        waiting: what turned out to be valid and is run at the end, with the time that reading the
            file took [s].
        valid, refused: how many files of each sort were so.
    """

    waiting: list[tuple[Scenario, float]] = field(default_factory=list, repr=False)
    valid: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


LEAST_VALID = {"plausible": 0.1, "absurd": 0.0, **dict.fromkeys(PATHS, 0.02)}
"""The share of each sort that has to be valid: a quarter of what is, or less."""
LEAST_REFUSED = 0.02
JUDGED_FROM = 80
"""So many of a sort say something about it; with 500 cases three of the folders have fewer."""


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


def run_all(scenarios: Sequence[Scenario]) -> list[Recording]:
    """Run scenarios side by side and check their recordings."""
    runs = simulate_all(scenarios)
    for run in runs:
        assert run.status in Status
        assert all(np.isfinite(getattr(run, name)).all() for name in ARRAYS)
        assert np.all(np.diff(run.x) >= 0)
        assert (run.finish_s is None) == (run.status is Status.DID_NOT_FINISH)
    return runs


def tried(sort: str, reader: Reader, book: Book) -> None:
    """Try a file: problems, or a run, now or at the end."""
    with within_limits() as budget:
        found = try_out(reader)
        if isinstance(found, ScenarioError):
            book.refused[sort] += 1
            return
        book.valid[sort] += 1
        long = more_s(found)
        if found and (CASES > 500 or long > 0.0):
            budget.limit_s += long
            run_all(found)
        else:
            book.waiting += [(scenario, budget.spent_s()) for scenario in found]


def answered(reader: Reader) -> list[Recording] | ScenarioError:
    """Read a file and run it at once, all of it within the limits of one."""
    with within_limits() as budget:
        found = try_out(reader)
        if isinstance(found, ScenarioError):
            return found
        budget.limit_s += more_s(found)
        return run_all(found)


def more_s(scenarios: Sequence[Scenario]) -> float:
    """Return what more races may take that last longer than a mile [s]: 0.2 ms a tick."""
    finishes = (schedule_of(s.plan, s.distance).finish_s for s in scenarios)
    return max((0.002 * (finish_s - 360.0) for finish_s in finishes if finish_s > 360.0), default=0)


@dataclass
class Budget:
    """How much processor time may be spent from `begin_s` on [s]."""

    limit_s: float
    begin_s: float = field(default_factory=time.process_time)

    def spent_s(self) -> float:
        return time.process_time() - self.begin_s


@contextmanager
def within_limits(limit_s: float = LIMIT_S) -> Iterator[Budget]:
    """Assert that what is done within takes so much processor time [s] and 300 MB at most.

    What it takes longer for is known only once it is read, so the limit can be raised meanwhile.
    """
    peak = Path("/proc/self/clear_refs")
    if peak.exists():
        peak.write_text("5", encoding="ascii")  # the peak begins anew
    before = resident_kb("VmHWM")
    budget = Budget(limit_s)
    yield budget
    assert budget.spent_s() < budget.limit_s
    assert resident_kb("VmHWM") - before < 300_000


def resident_kb(name: str) -> int:
    """Return a number of /proc/self/status [kB]; 0 where there is none."""
    status = Path("/proc/self/status")
    text = status.read_text(encoding="ascii") if status.exists() else ""
    found = [line.split()[1] for line in text.splitlines() if line.startswith(f"{name}:")]
    return int(found[0]) if found else 0


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
                "leader": numbers_of(Leader, ("fast_opening", "jitter")),
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
    ],
    ids=range(9),
)
def test_the_worst_files_are_answered_within_two_seconds_of_processor_time(text: str) -> None:
    answered(lambda: read(text))
