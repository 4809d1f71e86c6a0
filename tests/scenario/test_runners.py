"""A runner named by a file, as a formation is."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.files import configs_dir
from simulator.physics.attempt import simulate
from simulator.recording.recording import Status
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.model import Scenario
from simulator.scenario.reading import shipped_names

NAMES = ["club_miler_5_00", "kipyegon_2023", "kipyegon_2025", "kipyegon_osborne", "sub4_man"]


def test_the_shipped_runners_are_these() -> None:
    assert shipped_names("runners") == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_names_a_runner_and_she_runs_her_own_mile(name: str) -> None:
    target = {"club_miler_5_00": "5:05", "sub4_man": "4:00"}.get(name, "4:16")
    scenario = load_text(
        f"runner: {name}\nplan: {{target: '{target}'}}\npacers: {{count: 0}}\n", name, configs_dir()
    )
    run = simulate(scenario)
    assert run.status is Status.FINISHED
    assert run.finish_s == pytest.approx(scenario.plan.target, abs=0.1)  # type: ignore[union-attr]


def test_one_value_of_a_named_runner_can_be_set() -> None:
    scenario = load_scenario("solo", overrides=["runner=sub4_man", "runner.mass=70"])
    assert (scenario.runner.name, scenario.runner.mass) == ("a sub-4 man", 70.0)
    assert Scenario.model_validate({"runner": "sub4_man"}).runner.height == 1.80


def test_a_file_beside_the_scenario_is_found_and_a_fault_in_it_is_reported_there(
    tmp_path: Path,
) -> None:
    (tmp_path / "me.yaml").write_text("name: me\nmass: 61\n", encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text("name: me\nmass: heavy\n", encoding="utf-8")
    assert load_text("runner: me.yaml\n", "s", tmp_path).runner.mass == 61
    with pytest.raises(ScenarioError) as refused:
        load_text("runner: wrong.yaml\n", "s", tmp_path)
    assert str(refused.value).startswith(f"{tmp_path / 'wrong.yaml'}:2:7  runner.mass")


def test_an_unknown_runner_is_named_where_it_stands() -> None:
    with pytest.raises(ScenarioError) as refused:
        load_text("distance: 1500 m\nrunner: sub4man\n", "s")
    assert (
        str(refused.value)
        == "s:2:9  runner  there is no runner 'sub4man'  (did you mean sub4_man?)"
    )
