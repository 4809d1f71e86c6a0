from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.files import configs_dir
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.model import EvenGhost, Scenario, SplitGhost
from simulator.scenario.plan import SplitPlan, schedule_of
from simulator.scenario.schema import schema_text
from simulator.scenario.yaml_tree import read_document

SHIPPED = sorted(configs_dir().glob("*.yaml"))
NAMES = [
    "bannister_1954",
    "bekele_brussels_2005",
    "bekele_hengelo_2004",
    "breaking4",
    "breaking4_replayed",
    "chebet_eugene_2024",
    "cheptegei_monaco_2020",
    "cheptegei_valencia_2020",
    "da_silva_2025",
    "el_guerrouj_1998",
    "fifteen_hundred",
    "girma_lievin_2023",
    "hodgkinson_lievin_2026",
    "ingebrigtsen_lievin_2025",
    "ingebrigtsen_silesia_2024",
    "kipyegon_florence_2023",
    "kipyegon_paris_2023",
    "monaco_2023",
    "rudisha_2012",
    "solo",
    "tsegay_lievin_2021",
    "wait_for_runner",
]


def plain(path: Path) -> Any:
    return read_document(path.read_text(encoding="utf-8"), path.name).root


def test_the_shipped_scenarios_are_these() -> None:
    assert [path.stem for path in SHIPPED] == NAMES


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_a_shipped_scenario_names_the_schema_in_its_first_line_and_loads(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=scenario.schema.json"
    scenario = load_scenario(path)
    plans = [scenario.plan, *(w.plan for w in scenario.wavelight.waves if w.plan is not None)]
    for plan in plans:
        schedule = schedule_of(plan, scenario.distance)
        assert np.all(np.diff(schedule.time_at(np.linspace(0, scenario.distance, 500))) > 0)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_a_shipped_scenario_claims_no_splits_that_are_not_known(path: Path) -> None:
    scenario = load_scenario(path)
    known = {
        "4:06.42": {200, 400, 600, 800, 1000, 1200, None},
        "4:07.64": {400, 800, 1200, None},
        "4:12.33": {800, 1200, None},
        "3:59.4": {402.336, 804.672, 1207.008, 1500, None},
        "3:43.13": {1200, None},
        "3:48.68": {400, 800, None},
        "1:40.91": {200, 400, 600, None},
        "1:54.87": {200, 400, 600, None},
        "3:26.00": {800, 1100, 1200, None},
        "3:49.11": {400, 800, 1200, None},
        "3:53.09": {400, 800, 1000, None},
        "3:45.14": {400, 800, 1000, 1200, 1500, None},
        "7:23.81": {1000, 2000, None},
        "7:17.55": {1000, 2000, None},
        "12:37.35": {1000, 2000, 3000, 4000, None},
        "12:35.36": {1000, 2000, 3000, 4000, None},
        "14:05.20": {1000, 2000, 3000, 4000, None},
        "26:17.53": {5000, None},
        "26:11.00": {5000, None},
        "28:54.14": {5000, None},
    }
    for ghost in scenario.ghosts:
        if isinstance(ghost, SplitGhost):
            finish = re.search(r"\d+:\d\d\.\d+$", ghost.name)
            assert finish is not None
            assert {s.distance for s in ghost.splits} == known[finish.group()]
        assert isinstance(ghost, EvenGhost) or ghost.note


def test_the_default_scenario_is_the_attempt() -> None:
    scenario = load_scenario("breaking4")
    assert scenario.distance == Scenario().distance == 1609.344
    assert schedule_of(scenario.plan, scenario.distance).finish_s == pytest.approx(239.99)
    assert len(scenario.pacers.line_up()) == 13
    finishes = [
        g.time if isinstance(g, EvenGhost) else g.splits[-1].time
        for g in scenario.ghosts
        if isinstance(g, (EvenGhost, SplitGhost))
    ]
    assert finishes == [240.0, 246.42]


def test_the_replay_plans_her_splits_and_a_constant_shelter() -> None:
    scenario = load_scenario("breaking4_replayed")
    assert isinstance(scenario.plan, SplitPlan)
    (ghost,) = (g for g in scenario.ghosts if isinstance(g, SplitGhost))
    assert scenario.plan.splits == ghost.splits
    assert scenario.pacers.shelter is not None
    (shelter,) = scenario.pacers.shelter
    assert shelter.until is None
    assert 0.27 <= shelter.value <= 0.29
    (wave,) = scenario.wavelight.waves
    assert scenario.pacers.follows == wave.name
    assert wave.plan is not None


def test_the_shipped_schema_is_current() -> None:
    text = (configs_dir() / "scenario.schema.json").read_text(encoding="utf-8")
    assert text == schema_text(), "renew it: lightpace schema > configs/scenario.schema.json"


def test_the_schema_describes_every_key() -> None:
    schema = json.loads(schema_text())
    for section in [schema, *schema["$defs"].values()]:
        assert section["additionalProperties"] is False
        for key, value in section["properties"].items():
            assert value.get("description") or key in ("shape", "kind"), key


def test_every_reference_in_the_schema_leads_somewhere() -> None:
    text = schema_text()
    schema = json.loads(text)
    for reference in re.findall(r'"\$ref": "#/\$defs/(\w+)"', text):
        assert reference in schema["$defs"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_a_shipped_scenario_fits_the_schema(path: Path) -> None:
    validators: Any = pytest.importorskip("jsonschema")
    schema = json.loads(schema_text())
    validator = validators.Draft202012Validator(schema)
    assert [e.message for e in validator.iter_errors(plain(path))] == []


@pytest.mark.parametrize(
    "text",
    [
        "runner: {mass: '42,5', reserve: 2e3}",
        "distance: 1 Mile",
        "plan: {splits: {1 000 m: 3:00, finish: 4:50}}",
        "pacers: {count: 2, front_gap: 2 M, leader: {fade: '0,5'}}",
        "runner:\nplan:\nwavelight: {waves: }\npacers: {formation: }\nghosts:\n",
        "runner: {kit: black}\npacers: {kit: '#E8112d'}",
        "runner: {kit: {colour: '#e8112d', drag: 0.98}}\npacers: {kit: theme}",
    ],
)
def test_the_schema_takes_what_the_loader_takes(text: str) -> None:
    load_text(text)
    validators: Any = pytest.importorskip("jsonschema")
    validator = validators.Draft202012Validator(json.loads(schema_text()))
    read = read_document(text, "f").root
    assert [e.message for e in validator.iter_errors(read)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"nam": "x"},
        {"distance": "1 mlie"},
        {"runner": {"mass": "heavy"}},
        {"runner": {"mass": 5}},
        {"runner": {"mass": None}},
        {"distance": -3},
        {"plan": {"target": 0}},
        {"runner": {"kit": "mauve"}},
        {"runner": {"kit": {"colour": "#e8112"}}},
        {"pacers": {"kit": None}},
        {"plan": {"shape": "zigzag"}},
        {"plan": {"splits": {"400": {"tim": 3}}}},
        {"pacers": {"formation": {"slots": [{"ahed": 1}]}}},
        {"ghosts": [{"kind": "even", "splits": {}}]},
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(wrong: dict[str, Any]) -> None:
    validators: Any = pytest.importorskip("jsonschema")
    validator = validators.Draft202012Validator(json.loads(schema_text()))
    assert not validator.is_valid(wrong)
