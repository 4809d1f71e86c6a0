"""The best of what is free, and honesty where nothing will do."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.analysis.optimum.optimise import optimise
from simulator.analysis.optimum.slack import run_all
from simulator.analysis.sweep.varying import NOTHING_BESIDE
from simulator.errors import NoAnswerError, ScenarioError
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario

SUB_4 = ["finish<=4:00"]


def test_the_fewest_pacers_that_will_do() -> None:
    close = ["pacers.front_gap=1"]
    found = optimise("breaking4", [], minimise="pacers", subject_to=SUB_4, changes=close)
    fewer = load_scenario(
        "breaking4", overrides=[*close, f"pacers.count={found.values['pacers.count'] - 1:g}"]
    )
    assert found.finish_s <= 240.0 < (simulate(fewer).finish_s or np.inf)
    assert simulate(found.scenario).finish_s == found.finish_s


@pytest.mark.slow
def test_the_widest_gap_that_will_do() -> None:
    gap = "pacers.front_gap"
    found = optimise("breaking4", [f"{gap}=0.6..3"], maximise=gap, subject_to=SUB_4)
    wider = load_scenario("breaking4", overrides=[f"{gap}={found.values[gap] + 0.01}"])
    assert found.finish_s <= 240.0 < (simulate(wider).finish_s or np.inf)


def test_nothing_feasible_says_how_far_it_stays() -> None:
    short = ["distance=400 m", "plan.target=60", *NOTHING_BESIDE]
    with pytest.raises(NoAnswerError, match=r"misses finish<=50\.00 by \d+\.\d\d s"):
        optimise("breaking4", ["pacers.count=12,13"], subject_to=["finish<=50"], changes=short)


@pytest.mark.parametrize(
    ("free", "more"),
    [
        (["pacers.count"], {}),
        (["plan.shape"], {}),
        (["pacers.front_gap=3..1"], {}),
        ([], {}),
        (["pacers.front_gap"], {"minimise": "happiness"}),
        (["pacers.front_gap"], {"subject_to": ["finish=4:00"]}),
    ],
)
def test_what_cannot_be_asked_is_refused(free: list[str], more: dict[str, str]) -> None:
    with pytest.raises(ScenarioError):
        optimise("breaking4", free, **more)


def test_slack_is_negative_where_she_loses_the_light() -> None:
    kept = load_scenario("breaking4", overrides=["pacers.front_gap=0.8", "pacers.count=9"])
    lost = load_scenario("breaking4", overrides=["pacers.count=0"])
    slack = run_all([kept, lost]).slack
    assert slack[0].min() > 0 > slack[1].min()


@pytest.mark.slow
def test_where_nothing_varies_no_plan_is_much_better_than_an_even_one() -> None:
    still = ["distance=1600 m", "pacers.shelter=0.5", "pacers.count=0", *NOTHING_BESIDE]
    found = optimise("breaking4", ["plan.splits"], changes=[*still, "plan.target=4:02"])
    even = optimise("breaking4", ["plan.target=238..246"], changes=still)
    assert found.slack is not None
    assert found.slack >= 0.0
    assert even.finish_s - 0.4 < found.finish_s < even.finish_s + 0.05
