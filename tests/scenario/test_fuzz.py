"""Whatever a file holds, it is a scenario or a list of problems, never anything else, and soon."""

from __future__ import annotations

import random
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.errors import ScenarioError
from simulator.resources import configs_dir
from simulator.scenario import Scenario, digest, load_text, schedule_of
from simulator.scenario.ghosts import SplitGhost
from simulator.scenario.plan import SplitPlan
from simulator.scenario.reading import read_text

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


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FILES), st.randoms(use_true_random=False))
def test_a_damaged_file_is_a_scenario_or_a_list_of_problems(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, rng: random.Random
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.yaml"
    path.write_bytes(mutated(data, rng))
    try:
        text = read_text(path, "f")
    except ScenarioError:
        return
    try_out(text)


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


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(SECTIONS, TREES, max_size=4))
def test_an_absurd_tree_is_a_scenario_or_a_list_of_problems(tree: dict[str, Any]) -> None:
    try_out(flow(tree))


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
