"""Samples that know the races she has run: each could run them, and what follows from that."""

import numpy as np
import pytest

from simulator.analysis.uncertainty import (
    Forecast,
    chance_words,
    draw,
    forecast,
    run_samples,
    samples_of,
)
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario
from tests.analysis.conftest import runners_of

FREE = "uncertainty.given=[]"


def _load(*changes: str, name: str = "breaking4") -> Scenario:
    return load_scenario(name, overrides=changes)


@pytest.fixture(scope="module")
def known() -> Forecast:
    return forecast(_load(), 1000, 1)


def test_every_sample_runs_the_given_race_in_its_time_on_a_day_of_its_form() -> None:
    samples = samples_of(_load(), draw(40, 3))
    runners = runners_of(_load(), samples)
    monaco = _load(name="monaco_2023")
    rows = [
        runner.model_copy(update={"form": form, "anticipation": monaco.runner.anticipation})
        for runner, form in zip(runners, samples.values["given_form"].tolist(), strict=True)
    ]
    finishes = [simulate(monaco.model_copy(update={"runner": r})).finish_s for r in rows]
    assert np.array(finishes, dtype=float) == pytest.approx(247.64, abs=0.03)
    assert samples.values["reserve"].std() > 50, "a dear body needs a larger reserve"


def test_a_runners_economy_and_oxygen_uptake_are_those_of_her_given_races() -> None:
    scenario = _load("runner=kipyegon_osborne", "pacers.front_gap=1.6")
    samples = samples_of(scenario, draw(20, 3))
    runners = runners_of(scenario, samples)
    monaco = _load("pacers.shelter.0.value=0.56", name="monaco_2023")
    rows = [
        runner.model_copy(update={"form": form})
        for runner, form in zip(runners, samples.values["given_form"].tolist(), strict=True)
    ]
    finishes = [simulate(monaco.model_copy(update={"runner": r})).finish_s for r in rows]
    assert np.array(finishes, dtype=float) == pytest.approx(247.64, abs=0.1)
    assert np.median(samples.values["reserve"]) == pytest.approx(1132, abs=100)


def test_most_bodies_drawn_without_it_could_not_have_run_it() -> None:
    """What was wrong: half of them finish Monaco late."""
    samples = samples_of(_load(FREE), draw(60, 3))
    monaco = _load(name="monaco_2023")
    rows = [runner.model_copy(update={"form": 0.0}) for runner in runners_of(_load(FREE), samples)]
    late = [
        (simulate(monaco.model_copy(update={"runner": r})).finish_s or np.inf) > 247.8 for r in rows
    ]
    assert np.mean(late) > 0.3


def test_the_chance_given_monaco_is_half_of_what_it_was(known: Forecast) -> None:
    assert 0.025 < known.chance() < 0.06
    assert forecast(_load(FREE), 1000, 1).chance() > known.chance() + 0.02


def test_what_matters_has_the_right_sign_and_size(known: Forecast) -> None:
    """A cheap air makes Monaco cheaper still: her reserve comes out smaller, and she slower."""
    effects = {e.name: e for e in known.effects}
    assert "reserve" not in effects
    drag = effects["drag_cost"]
    assert drag.finish_low_s == pytest.approx(246.85, abs=0.2)
    assert (drag.finish_low_s or 0) > (drag.finish_high_s or 0)
    assert effects["max_aerobic_power"].swing_s == pytest.approx(0.4, abs=0.2)
    assert known.effects[0].name == "form"


def test_further_races_leave_out_who_fits_them_badly() -> None:
    """The 1500 m asks for more than Monaco of some bodies, and for less of others."""
    both = samples_of(_load("uncertainty.given=[monaco_2023, fifteen_hundred]"), draw(300, 1))
    one = samples_of(_load(), draw(300, 1))
    assert len(np.unique(both.values["drag_cost"])) < len(np.unique(one.values["drag_cost"]))
    assert set(both.values["drag_cost"]) <= set(one.values["drag_cost"])
    assert one.effective == 300
    assert 150 < both.effective < 299, "samples that are drawn twice count once"


def test_a_sampled_chance_is_never_nothing_or_certain() -> None:
    assert chance_words(0.0, 128) == "< 0.78 %"
    assert chance_words(1.0, 200) == "> 99.5 %"
    assert chance_words(0.0381, 2000) == "3.8 %"


def test_samples_without_a_given_race_are_drawn_as_before() -> None:
    scenario = _load(name="solo")
    samples = samples_of(scenario, draw(200, 2))
    assert samples.values["reserve"].std() == pytest.approx(50, rel=0.2)
    assert run_samples(scenario, samples).valid.all()
