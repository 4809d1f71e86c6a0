"""The kernel: the same bits compiled and plain, and nothing that would break compiled code."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.errors import SimulationError
from simulator.files import configs_dir
from simulator.physics.compiled import COMPILED, STATUS
from simulator.physics.kernel import rise
from simulator.physics.setup import attempt_of
from simulator.scenario.loader import load_scenario
from tests.compilers import HAS_COMPILER
from tests.physics.plain_kernel import fingerprint

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(path.stem for path in configs_dir().glob("*.yaml"))
SLOWER = ("wavelight.waves.0.plan={shape: even, target: 4:15}",)
TEN_KM = ("distance=10000 m", "plan.target=29:30", "ghosts=[]")
COMPARED = [
    *((name,) for name in SHIPPED),
    *(("breaking4", f"pacers.count={count}") for count in range(14)),
    ("breaking4", "environment.wind={speed: 3, direction: 30}"),
    ("breaking4", "environment.wind.speed=20"),
    ("breaking4", "pacers.policy=wait_for_runner", "pacers.drop_back=20"),
    ("breaking4", "pacers.leader={fast_opening: 0.8, jitter: 0.3, seed: 7}"),
    ("breaking4", "pacers.leader={fade: 3, fade_from: 900, surge: 1, surge_from: 400}"),
    ("da_silva_2025", "pacers.swap_gap=2"),
    ("breaking4", "runner.passes=yes", "runner.follows=light", *SLOWER),
    ("breaking4", "runner={max_aerobic_power: 8, reserve: 100}"),
    ("breaking4", "runner=kipyegon_osborne", "pacers.front_gap=1.6"),
    ("solo", *TEN_KM),
    ("solo", "distance=3000 m", "ghosts=[]", "plan={shape: progressive, target: 8:30}"),
]

Compare = Callable[..., tuple[str, str]]


@pytest.fixture(scope="module")
def compare() -> Iterator[Compare]:
    """Return digests of an attempt from the compiled kernel and from the plain one."""
    if not COMPILED:
        if not HAS_COMPILER or os.environ.get("LIGHTPACE_PLAIN"):
            pytest.skip(STATUS)
        pytest.fail("there is no compiled kernel to compare: `make test` builds it")
    command = [sys.executable, "-m", "tests.physics.plain_kernel"]
    environment = {**os.environ, "LIGHTPACE_PLAIN": "1"}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as plain:
        into, out = plain.stdin, plain.stdout
        assert into
        assert out
        assert out.readline() == "False\n", "the other process runs the plain source"

        def both(
            name: str, changes: Sequence[str] = (), tick: int = -1, later: Sequence[str] = ()
        ) -> tuple[str, str]:
            into.write(json.dumps([name, list(changes), tick, list(later)]) + "\n")
            into.flush()
            return fingerprint(name, changes, tick, later), out.readline().rstrip("\n")

        yield both
        into.close()


@pytest.mark.parametrize("case", COMPARED, ids=" ".join)
def test_compiled_and_plain_give_the_same_bits(compare: Compare, case: tuple[str, ...]) -> None:
    compiled, plain = compare(case[0], case[1:])
    assert compiled == plain


def test_forks_give_the_same_bits(compare: Compare) -> None:
    later = ["pacers.policy=wait_for_runner", "pacers.front_gap=1.3"]
    for tick in (0, 1, 2, *range(50, 2450, 50)):
        compiled, plain = compare("breaking4", (), tick, later)
        assert compiled == plain, tick
        assert "Error" not in compiled


def between(path: str, low: float, high: float) -> st.SearchStrategy[str]:
    return st.floats(low, high, allow_subnormal=False).map(lambda value: f"{path}={value!r}")


def one_of(path: str, *texts: str) -> st.SearchStrategy[str]:
    return st.sampled_from(texts).map(lambda text: f"{path}={text}")


CHANGES = st.tuples(
    between("runner.mass", 35, 80),
    between("runner.max_aerobic_power", 12, 32),
    between("runner.reserve", 200, 4000),
    between("runner.anticipation", 0.9, 10),
    between("runner.form", -5, 5),
    between("runner.economy", 0.7, 1.3),
    between("runner.oxygen_kinetics", 10, 40),
    between("runner.endurance", 0, 0.2),
    one_of("plan.standing_start", "yes", "no"),
    between("pacers.wake", 0, 2),
    between("pacers.front_gap", 0.9, 12),
    one_of("pacers.count", *map(str, range(3))),
    one_of("pacers.policy", "hold_light", "wait_for_runner"),
    one_of("pacers.formation", "breaking4", "ahead_and_behind", "single_file"),
    one_of("runner.follows", "pacers", "light"),
    one_of("runner.passes", "no", "yes"),
    between("pacers.drop_back", 0, 60),
    one_of(
        "pacers.leader", "{}", "{fast_opening: -2.5}", "{jitter: 1, seed: 3, fade: 9, surge: 3}"
    ),
    between("pacers.swap_gap", 0, 3),
    between("environment.wind.speed", 0, 20),
    between("environment.wind.direction", -360, 360),
    between("environment.temperature", -30, 50),
    between("environment.humidity", 0, 100),
    between("environment.pressure", 500, 1100),
    st.just("ghosts=[]"),
    st.just("published=~"),
)
RACES = st.tuples(st.sampled_from((100.0, 250.0, 400.0, 999.9)), st.floats(0.14, 0.2)).map(
    lambda race: (f"distance={race[0]!r}", f"plan.target={1.0 + race[0] * race[1]!r}")
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CHANGES, RACES)
def test_any_valid_scenario_gives_the_same_bits(
    compare: Compare, changes: tuple[str, ...], race: tuple[str, str]
) -> None:
    compiled, plain = compare("breaking4", (*changes, *race))
    assert compiled == plain
    assert "Error" not in compiled


@given(st.floats(0.0, 60.0))
def test_rise_is_one_minus_exp(z: float) -> None:
    assert rise(z) == pytest.approx(-math.expm1(-z), abs=2.5e-16)


@pytest.mark.parametrize(
    "name", ["max_aerobic_power", "reserve", "economy", "oxygen_kinetics", "drag_cost", "height"]
)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_compiled_code_has_no_answer_to_are_refused(name: str, value: float) -> None:
    """The loader takes none of them, but a `Scenario` can be made of anything."""
    scenario = load_scenario("breaking4")
    runner = scenario.runner.model_copy(update={name: value})
    with pytest.raises((SimulationError, ValueError)):
        attempt_of(scenario.model_copy(update={"runner": runner}))
