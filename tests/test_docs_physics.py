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
from simulator.analysis.summary import summarise
from simulator.analysis.uncertainty import chance_of
from simulator.coefficients import COEFFICIENTS
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Runner
from simulator.units import format_signed

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = (DOCS / "physics.md").read_text(encoding="utf-8")


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


def validated(what: str, *, column: int) -> str:
    """Return a cell of docs/validation.md, which a slow test compares with `validate`."""
    [line] = re.findall(
        rf"^\| {re.escape(what)} .*$", (DOCS / "validation.md").read_text("utf-8"), re.MULTILINE
    )
    return str(line.split("|")[column].strip())


def test_the_sentences_repeat_what_validate_prints() -> None:
    words = " ".join(PAGE.split())
    published, gun = (
        validated(f"constant shelter that gives {time}", column=4)
        for time in ("4:06.42 (published)", "4:06.91 (gun to line)")
    )
    assert f"her splits ask for ({published} for 4:06.42, {gun} for 4:06.91" in words
    late = validated("da Silva's mile, predicted time", column=5).removeprefix("+")
    assert f"the mile's predicted time is {late} too long" in words
    early = validated("1000 m | Monaco 2020", column=5)
    assert f"1000 m is predicted {abs(float(early[1:-2])):.1f} s too fast" in words


def test_the_residuals_of_breaking4_are_those_of_its_run() -> None:
    scenario = load_scenario("breaking4")
    splits = summarise(scenario, simulate(scenario)).splits
    *most, last = [format_signed(s.residual_s) for s in splits if s.residual_s is not None]
    assert f"its splits are off by {', '.join(most)} and {last} s" in " ".join(PAGE.split())


def test_the_chances_that_rest_on_the_form_at_monaco() -> None:
    def chance(*changes: str) -> str:
        return f"{100 * chance_of(load_scenario('breaking4', overrides=changes)):.1f}"

    spread = "uncertainty.given_form.spread"
    none, half, whole = (chance(f"{spread}={value}") for value in ("0", "0.5", "1"))
    words = " ".join(PAGE.split())
    assert f"with a spread of 0, 0.5, 1 % the chance is {none}, {half}, {whole} %" in words
    assert f"falls from {chance('uncertainty.given=[]')} to {half} %" in words
    [row] = [row for row in table("scenario values") if spread in row[1]]
    assert f"1 % gives a chance of {float(whole):.0f} %, 0 of {float(none):.0f} %" in row[-1]


def test_every_coefficient_named_in_an_equation_exists() -> None:
    equations = PAGE[PAGE.index("## Equations") : PAGE.index("## Coefficients")]
    words = set(re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", equations))
    words -= {"T_K"}
    assert len(words) > 30
    assert words <= {c.name for c in COEFFICIENTS}
    unused = {c.name for c in COEFFICIENTS if "_" in c.name} - words
    # k and g stand in the equations under their symbols, the lanes' width is only drawn
    assert unused == {"FORCE_COST", "KERB_RADIUS_M", "LANE_WIDTH_M"}
