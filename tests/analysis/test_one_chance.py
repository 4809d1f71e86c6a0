"""One chance for one scenario, to the digit, wherever it is shown."""

import json
import re
from pathlib import Path

import pytest

from simulator.analysis.coach import case_outcomes
from simulator.analysis.sweep import sweep
from simulator.analysis.uncertainty import (
    SAMPLES,
    SEED,
    chance_of,
    chance_words,
    find_chances,
    forecast,
)
from simulator.cli import main
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario
from simulator.view.figures import _value_text


@pytest.fixture(scope="module")
def chance() -> float:
    return chance_of(load_scenario("breaking4"))


def _printed(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    with pytest.raises(SystemExit) as end:
        main([*map(str, arguments)])
    assert not end.value.code
    return capsys.readouterr().out


def test_a_forecast_says_it(chance: float) -> None:
    assert forecast(load_scenario("breaking4"), SAMPLES, SEED).chance() == chance


def test_a_forecast_says_it_with_samples_that_are_weighed() -> None:
    """What is listed beside the samples takes no part in them."""
    both = load_scenario(
        "breaking4", overrides=["uncertainty.given=[monaco_2023, fifteen_hundred]"]
    )
    known = forecast(both, SAMPLES, SEED)
    assert known.chance() == chance_of(both)
    effects = {e.name: e for e in known.effects}
    assert effects["given_form"].low == pytest.approx(-0.8224, abs=1e-3)


def test_the_window_says_it(chance: float) -> None:
    scenario = load_scenario("breaking4")
    chances = find_chances(scenario, simulate(scenario), 239.99, between_m=(0.0, 0.0))
    assert chances.at(0.0) == chance


def test_simulate_says_it(chance: float, capsys: pytest.CaptureFixture[str]) -> None:
    samples = ("simulate", "breaking4", "--samples", str(SAMPLES))
    plain = json.loads(_printed(capsys, *samples, "--json"))
    assert plain["uncertainty"]["chance"] == chance
    assert plain["uncertainty"]["effective_samples"] == SAMPLES
    words = _printed(capsys, *samples)
    assert f"chance of sub-4:00: {chance_words(chance, SAMPLES)}" in words


def test_a_sweep_and_its_figure_say_it(chance: float) -> None:
    columns = sweep("breaking4", ["pacers.count=13"], samples=SAMPLES, seed=SEED)
    assert columns["chance"].tolist() == [chance]
    other = sweep("fifteen_hundred", ["runner.form=0"], samples=SAMPLES, seed=SEED)
    assert other["chance"].tolist() == [chance_of(load_scenario("fifteen_hundred"))]
    assert _value_text("chance", chance) == f"{chance:.0%}"
    assert _value_text("chance", 0.0) == "<1%"


def test_a_coach_is_told_it(chance: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.analysis.coach._errors", lambda _: {})  # no case but the first
    assert [answer.chance for answer in case_outcomes(load_scenario("breaking4"))] == [chance]


def test_the_page_says_it(
    chance: float, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _printed(capsys, "page", "breaking4", "-o", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    fact = re.search(r'<dt>chance of sub-4:00</dt><dd id="chance">([^<]*)</dd>', page)
    assert fact is not None
    assert fact[1].replace("&lt;", "<") == chance_words(chance, SAMPLES)
    assert f"{SAMPLES} samples (seed {SEED}), each of which has run monaco_2023" in page
