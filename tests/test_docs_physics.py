"""docs/physics.md says what the code does: coefficients, symbols, calibrated numbers."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from simulator import coefficients
from simulator.coefficients import COEFFICIENTS
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Runner

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "physics.md").read_text(encoding="utf-8")


def table(marker: str) -> list[list[str]]:
    found = re.search(rf"<!-- {marker} -->\n(.*?)<!-- /{marker} -->", PAGE, re.DOTALL)
    assert found is not None
    lines = found[1].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_coefficients_are_those_of_the_code() -> None:
    code = [[f"`{c.name}`", f"{c.value:g}", c.unit, c.source] for c in COEFFICIENTS]
    assert table("coefficients") == code


def test_every_constant_of_the_module_is_in_the_table_with_its_value() -> None:
    constants = {name: v for name, v in vars(coefficients).items() if name.isupper()}
    del constants["COEFFICIENTS"]
    listed = {c.name: c.value for c in COEFFICIENTS}
    assert listed == {name: v for name, v in constants.items() if not name.startswith("_")}
    assert Runner().drag_cost == coefficients.FORCE_COST


def _holds(owner: Any, name: str) -> bool:
    if isinstance(owner, type) and issubclass(owner, BaseModel) and name in owner.model_fields:
        return True
    if is_dataclass(owner) and name in {f.name for f in fields(owner)}:
        return True
    return hasattr(owner, name)


@pytest.mark.parametrize("row", table("symbols"), ids=lambda row: row[0])
def test_the_attribute_of_every_symbol_exists(row: list[str]) -> None:
    *names, path = re.findall(r"`([^`]+)`", row[-1])
    module = import_module("simulator." + path.removesuffix(".py").replace("/", "."))
    assert names
    for name in names:
        *way, last = name.split(".")
        owner = reduce(getattr, way, module)
        assert _holds(owner, last), name


@pytest.mark.parametrize("row", table("scenario values"), ids=lambda row: row[1])
def test_the_numbers_of_the_scenarios_are_those_in_the_page(row: list[str]) -> None:
    scenario, path = (cell.strip("`") for cell in row[:2])
    value: Any = load_scenario(scenario)
    for step in path.split("."):
        value = value[int(step)] if step.isdecimal() else getattr(value, step)
    assert value == float(row[2])
    assert row[3] in ("calibrated", "assumed")


def test_every_coefficient_named_in_an_equation_exists() -> None:
    equations = PAGE[PAGE.index("## Equations") : PAGE.index("## Coefficients")]
    words = set(re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", equations))
    words -= {"T_K"}
    assert len(words) > 30
    assert words <= {c.name for c in COEFFICIENTS}
    unused = {c.name for c in COEFFICIENTS if "_" in c.name} - words
    # k and g stand in the equations under their symbols, the lanes' width is only drawn
    assert unused == {"FORCE_COST", "KERB_RADIUS_M", "LANE_WIDTH_M"}
