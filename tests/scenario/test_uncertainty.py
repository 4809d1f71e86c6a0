from __future__ import annotations

from pathlib import Path

import pytest

from simulator.analysis.uncertainty import forecast
from simulator.errors import ScenarioError
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.model import (
    INPUT_BOUNDS,
    INPUTS,
    UNITS,
    Normal,
    Scenario,
    Uncertainty,
    Uniform,
)


def test_the_published_ranges_are_the_defaults_and_the_rest_is_called_assumed() -> None:
    u = Uncertainty()
    assert u.wake == Uniform(low=0.85, high=1.13, assumed=False)
    assert u.drag_cost == Uniform(low=4.17, high=8.14, assumed=False)
    for name in INPUTS[2:]:
        assert isinstance(getattr(u, name), Normal)
        assert getattr(u, name).assumed
        assert "assumed" in str(Uncertainty.model_fields[name].description)


def test_the_attempt_says_what_the_defaults_are() -> None:
    assert load_scenario("breaking4").uncertainty == Uncertainty(given=("monaco_2023",))
    assert Scenario().uncertainty == Uncertainty()


def test_every_input_has_a_unit_and_bounds_that_hold_its_own_value() -> None:
    assert set(UNITS) - {"given_form"} == set(INPUTS) == set(INPUT_BOUNDS)
    runner, pacers = Scenario().runner, Scenario().pacers
    for name, (low, high) in INPUT_BOUNDS.items():
        own = getattr(pacers if name == "wake" else runner, name)
        assert own is None or low <= own <= high


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{low: 1, high: 2}", Uniform(low=1, high=2)),
        ("{kind: uniform, low: 1, high: 1}", Uniform(low=1, high=1)),
        ("{spread: 0}", Normal(spread=0)),
        ("{kind: normal, spread: 2, assumed: no}", Normal(spread=2, assumed=False)),
    ],
)
def test_the_kind_is_told_by_the_keys(text: str, meant: Uniform | Normal) -> None:
    assert load_text(f"uncertainty: {{form: {text}}}").uncertainty.form == meant


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("{wake: {low: 1.2, high: 0.9}}", "1:38", "must be at least low, 1.2, not 0.9"),
        ("{wake: {low: 0.9, high: 2.1}}", "1:38", "must be at most 2, as wake itself, not 2.1"),
        ("{mass: {low: 10, high: 50}}", "1:27", "must be at least 30, as mass itself, not 10"),
        ("{mass: {low: 40}}", "1:21", "high is missing"),
        ("{mass: {low: 40, spread: 1}}", "1:31", "'spread' does not go with kind uniform"),
        ("{mass: {}}", "1:21", "spread is missing"),
        ("{mass: 1}", "1:21", "a section with keys is wanted here, not 1"),
        ("{form: {spread: -1}}", "1:30", "must be at least 0, not -1"),
        ("{form: {spread: .nan}}", "1:30", "must be a finite number"),
        ("{form: {kind: bell, spread: 1}}", "1:28", "there is no kind 'bell'"),
        (
            "{given: [monako_2023]}",
            "1:23",
            "there is no such past race  (did you mean monaco_2023?)",
        ),
        ("{given: [monaco_2023, ../no.yaml]}", "1:36", "there is no such past race"),
        ("{froms: {spread: 1}}", "1:15", "unknown key 'froms'  (did you mean form?)"),
    ],
)
def test_a_mistake_is_one_problem_at_its_place(text: str, place: str, what: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_text(f"uncertainty: {text}", "f")
    (problem,) = map(str, caught.value.problems)
    assert problem.startswith(f"f:{place}  ")
    assert what in problem


def test_it_can_be_set_on_the_command_line() -> None:
    changed = load_scenario(
        "breaking4", overrides=["uncertainty.form.spread=0", "uncertainty.mass={low: 41, high: 43}"]
    )
    assert changed.uncertainty.form == Normal(spread=0)
    assert changed.uncertainty.mass == Uniform(low=41, high=43)
    fresh = load_scenario("solo", overrides=["uncertainty.wake.low=0.9", "uncertainty.wake.high=1"])
    assert fresh.uncertainty.wake == Uniform(low=0.9, high=1)


def test_a_past_race_may_be_a_file_beside_the_scenario(tmp_path: Path) -> None:
    """Its place does not hang on where the program was started; what is wrong in it is listed."""
    (tmp_path / "race.yaml").write_text("distance: 1500 m\nplan: {target: 3:50}\nghosts: []\n")
    (tmp_path / "own.yaml").write_text("uncertainty: {given: [race.yaml]}\n")
    loaded = load_scenario(tmp_path / "own.yaml")
    assert loaded.uncertainty.given == (str(tmp_path / "race.yaml"),)
    assert forecast(loaded, 20, 1).samples == 20
    (tmp_path / "race.yaml").write_text("distanc: 1500 m\n")
    with pytest.raises(ScenarioError, match=r"race\.yaml:1:1  distanc"):
        load_scenario(tmp_path / "own.yaml")
