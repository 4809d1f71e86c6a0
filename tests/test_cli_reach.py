"""`reach` and `plot prices`: what it would take, and where the time goes, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario


def run(*arguments: str) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


def test_a_knob_is_found_by_name_or_path_and_its_value_reaches_the_target(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers = []
    for knob in ("front gap", "pacers.front_gap"):
        assert not run("reach", "breaking4", "--knob", knob, "--to", "4:03", "--json")
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]
    answer = answers[0]
    assert answer["reached"]
    assert 0.0 <= answer["chance"] <= 1.0
    scenario = load_scenario("breaking4", overrides=[f"pacers.front_gap={answer['value']}"])
    assert simulate(scenario).finish_s == pytest.approx(answer["finish_s"], abs=2e-3)
    assert answer["finish_s"] <= 243.005


def test_what_stays_out_of_reach_says_how_far(capsys: pytest.CaptureFixture[str]) -> None:
    assert not run("reach", "breaking4", "--knob", "temperature")
    said = capsys.readouterr().out
    assert "No value of temperature reaches 3:59.99" in said
    assert "chance of 3:59.99 with it: " in said


@pytest.mark.parametrize(("arguments", "wanted"), [
    (("--knob", "wings"), "There is no knob 'wings'"),
    (("--to", "soon"), "soon"),
    (("--to", "1:00"), ""),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused(
    arguments: tuple[str, ...], wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("reach", "breaking4", *arguments) == 2
    said = capsys.readouterr()
    assert wanted in said.err
    assert not said.out


def test_prices_are_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "prices.svg"
    assert not run("plot", "prices", "-o", str(path), "--scenario", "bannister_1954")
    assert str(path) in capsys.readouterr().out.replace("\n", "")
    assert path.read_text(encoding="utf-8").startswith("<?xml")


def test_a_table_has_no_strength(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("reach", "bannister_1954", "--knob", "strength") == 2
    assert "a table has no strength: choose a shape first." in capsys.readouterr().err
