"""Whatever a file holds, it is a run or a list of problems, never anything else, and soon.

`FUZZ_CASES` says how many files are tried: 500 in `make test`, 20,000 in `make soak`. Each run
is held to 2 s of processor time and 300 MB (two hours over 10 km last longer: 0.2 ms a tick). Above
500 each is run alone; else ten side by side are held to the limits of one, since alone they make
the test twice as long. A run alone does less than ten of which it is one, so they hold of each.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from simulator.errors import ScenarioError
from simulator.physics.attempt import simulate_all
from simulator.recording.recording import ARRAYS, Status
from simulator.resources import configs_dir
from simulator.scenario import Scenario, digest, load_scenario, load_text, schedule_of
from simulator.scenario.ghosts import SplitGhost
from simulator.scenario.model import Environment, Runner, Wind
from simulator.scenario.pacers import Leader
from simulator.scenario.plan import SplitPlan
from simulator.scenario.reading import read_text

CASES = int(os.environ.get("FUZZ_CASES", "500"))
BATCH = 10
LIMIT_S = 2.0
HEALTH = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much]

FILES = [path.read_bytes() for path in sorted(configs_dir().rglob("*.yaml"))]
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


def try_out(text: str) -> Scenario | None:
    """Load `text`; check the scenario, or the list of problems."""
    try:
        scenario = load_text(text, "f", configs_dir())
    except ScenarioError as caught:
        error = caught
    else:
        return asked_for_everything(scenario)
    assert error.exit_code == 2
    assert error.problems
    assert all(len(str(p)) < 3000 and p.message for p in error.problems)
    assert str(error).encode()
    return None


def asked_for_everything(scenario: Scenario) -> Scenario:
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
    return scenario


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


@pytest.fixture(scope="module")
def valid() -> Iterator[list[Scenario]]:
    """What turned out to be valid; run ten by ten at the end, unless each was run at once."""
    found: list[Scenario] = []
    yield found
    for first in range(0, len(found), BATCH):
        run_all(found[first : first + BATCH])


def run_all(scenarios: Sequence[Scenario]) -> None:
    """Run scenarios side by side, all of them within the time and memory of one."""
    with within_limits(LIMIT_S + max(map(long_s, scenarios))):
        runs = simulate_all(scenarios)
    for run in runs:
        assert run.status in Status
        assert all(np.isfinite(getattr(run, name)).all() for name in ARRAYS)
        assert np.all(np.diff(run.x) >= 0)
        assert (run.finish_s is None) == (run.status is Status.DID_NOT_FINISH)


def tried(text: str, valid: list[Scenario]) -> None:
    """Try a file: problems, or a run, now or at the end."""
    with within_limits():
        scenario = try_out(text)
    if scenario is None:
        return
    if CASES > 500 or long_s(scenario) > 0.0:
        run_all([scenario])
    else:
        valid.append(scenario)


def long_s(scenario: Scenario) -> float:
    """Return what more a race may take that lasts longer than a mile [s]: 0.2 ms a tick."""
    return 0.002 * max(0.0, schedule_of(scenario.plan, scenario.distance).finish_s - 360.0)


@contextmanager
def within_limits(limit_s: float = LIMIT_S) -> Iterator[None]:
    """Assert that what is done within takes so much processor time [s] and 300 MB at most."""
    peak, begin = Path("/proc/self/clear_refs"), time.process_time()
    if peak.exists():
        peak.write_text("5", encoding="ascii")  # the peak begins anew
    before = resident_kb("VmHWM")
    yield
    assert time.process_time() - begin < limit_s
    assert resident_kb("VmHWM") - before < 300_000


def resident_kb(name: str) -> int:
    """Return a number of /proc/self/status [kB]; 0 where there is none."""
    status = Path("/proc/self/status")
    text = status.read_text(encoding="ascii") if status.exists() else ""
    found = [line.split()[1] for line in text.splitlines() if line.startswith(f"{name}:")]
    return int(found[0]) if found else 0


@settings(max_examples=CASES * 3 // 5, suppress_health_check=HEALTH)
@given(st.sampled_from(FILES), st.randoms(use_true_random=False))
def test_a_damaged_file_is_a_run_or_a_list_of_problems(
    tmp_path_factory: pytest.TempPathFactory,
    valid: list[Scenario],
    data: bytes,
    rng: random.Random,
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.yaml"
    path.write_bytes(mutated(data, rng))
    try:
        text = read_text(path, "f")
    except ScenarioError:
        return
    tried(text, valid)


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
    return {None: "~", True: "yes", False: "no"}.get(tree, str(tree))


SECTIONS = st.sampled_from(sorted(Scenario.model_fields))


@settings(max_examples=CASES // 5, suppress_health_check=HEALTH)
@given(st.dictionaries(SECTIONS, TREES, max_size=4))
def test_an_absurd_tree_is_a_run_or_a_list_of_problems(
    valid: list[Scenario], tree: dict[str, Any]
) -> None:
    tried(flow(tree), valid)


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
    {
        "distance": DISTANCES,
        "ghosts": st.sampled_from([[], [{"kind": "solo"}], [{"kind": "even"}]]),
    },
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


@settings(max_examples=CASES // 5, suppress_health_check=HEALTH)
@given(PLAUSIBLE, SPEEDS, SHAPES, st.sampled_from([2, 0, -20, 20, 21]))
def test_a_tree_that_might_be_right_is_a_run_or_a_list_of_problems(
    valid: list[Scenario], tree: dict[str, Any], speed: float, shape: str, strength: float
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
    tried(flow({**tree, "plan": plan}), valid)


EDGES = [
    ("pacers.count=0",),
    ("pacers.count=40",),
    ("distance=100", "plan.target=0:16"),
    ("distance=10000", "plan.target=30:00"),
    pytest.param(("distance=10000", "plan.target=2:00:00"), marks=pytest.mark.slow),
    ("environment.wind.speed=20", "environment.wind.direction=0"),
    ("environment.wind.speed=20", "environment.wind.direction=180"),
    ("runner.mass=30",),
    ("runner.mass=120",),
    ("runner.mass=120", "runner.height=1.2", "runner.max_aerobic_power=5", "runner.reserve=100"),
    ("runner.max_aerobic_power=40", "runner.reserve=5000", "runner.form=10"),
    ("environment.pressure=500", "environment.temperature=50", "environment.humidity=100"),
    ("environment.pressure=1100", "environment.temperature=-30", "environment.humidity=0"),
    ("plan.target=2:30",),
    ("plan.target=1:00",),
    ("pacers.wake=2", "pacers.front_gap=0.5"),
    ("pacers.shelter=0.95",),
    ("wavelight.leds=4000",),
]


@pytest.mark.parametrize("changes", EDGES, ids=str)
def test_what_the_schema_just_allows_is_run_or_refused_with_a_reason(
    changes: tuple[str, ...],
) -> None:
    own = ("ghosts=[]", "published=null")
    with within_limits():
        try:
            scenario = load_scenario("breaking4", overrides=[*own, *changes])
        except ScenarioError as error:
            refused: ScenarioError | None = error
        else:
            refused = None
    if refused is None:
        run_all([scenario])
        return
    assert all(problem.message and problem.path for problem in refused.problems)


def test_forty_pacers_are_run() -> None:
    slots = [{"ahead": round(1.3 + 0.7 * i, 2)} for i in range(40)]
    pacers = {"count": 40, "formation": {"slots": slots}}
    text = flow({"distance": 400, "plan": {"target": 62}, "ghosts": [], "pacers": pacers})
    with within_limits():
        found = try_out(text)
    assert found is not None
    run_all([found])
    assert len(found.pacers.line_up()) == 40


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
    begin = time.process_time()
    try_out(text)
    assert time.process_time() - begin < 2.0
