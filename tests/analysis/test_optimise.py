"""The best of what is free, and honesty where nothing will do."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from simulator.analysis.optimise import (
    LAST_M,
    Gain,
    Optimisation,
    Optimum,
    condition_of,
    facts,
    optimise,
)
from simulator.analysis.sweep import NOTHING_BESIDE, source_of
from simulator.analysis.uncertainty import (
    SAMPLES,
    SEED,
    breaks_target,
    draw,
    run_samples,
    sampled,
    samples_of,
)
from simulator.errors import NoAnswerError, ScenarioError
from simulator.physics.attempt import outcomes_of, simulate
from simulator.scenario.loader import load_scenario
from simulator.scenario.plan import schedule_of
from simulator.scenario.schedule import start_loss
from simulator.units import parse_time
from simulator.world_records import speed_range

SUB_4 = ["finish<=4:00"]


def test_the_fewest_pacers_that_will_do() -> None:
    close = ["pacers.front_gap=1"]
    result = optimise("breaking4", [], minimise="pacers", subject_to=SUB_4, changes=close)
    fewer = load_scenario(
        "breaking4", overrides=[*close, f"pacers.count={result.values['pacers.count'] - 1:g}"]
    )
    assert result.finish_s <= 240.0 < (simulate(fewer).finish_s or np.inf)
    assert simulate(result.scenario).finish_s == result.finish_s
    # a median that just does is a chance of one half
    assert result.chance is not None
    assert 0.4 < result.chance < 0.6
    assert result.gains == ()


def test_its_chance_is_that_of_every_other_table() -> None:
    ran = sampled(load_scenario("breaking4", overrides=["plan.target=4:06"]), 60)
    holds = condition_of("finish<=4:06").holds(ran) & ran.valid
    assert (holds == breaks_target(ran, 246.0)).all()
    assert holds.sum() > (ran.valid & (ran.finish_s <= 246.0)).sum(), "a plan kept to rounding"


@pytest.mark.slow
def test_the_widest_gap_that_will_do() -> None:
    gap = "pacers.front_gap"
    result = optimise("breaking4", [f"{gap}=0.6..3"], maximise=gap, subject_to=SUB_4)
    wider = load_scenario("breaking4", overrides=[f"{gap}={result.values[gap] + 0.01}"])
    assert result.finish_s <= 240.0 < (simulate(wider).finish_s or np.inf)


@pytest.mark.slow
def test_a_plan_of_its_own_allows_a_wider_gap_and_uses_all_of_the_time() -> None:
    gap = "pacers.front_gap"
    free = f"{gap}=0.8..3"
    level = optimise("breaking4", [free], maximise=gap, subject_to=SUB_4)
    result = optimise("breaking4", ["plan.splits", free], maximise=gap, subject_to=SUB_4)
    assert result.values[gap] > level.values[gap] + 0.05
    assert 239.75 < result.finish_s <= 240.0  # a step of 2 % of the range is left over at most
    assert result.slack is not None
    assert result.slack >= 0


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
    slack = outcomes_of([kept, lost], slack_until_m=LAST_M).slack
    assert slack[0].min() > 0 > slack[1].min()


STILL = ["distance=1600 m", "pacers.shelter=0.5", "pacers.count=0", *NOTHING_BESIDE]
"""Every 200 m is one bend and one straight in the same air: nothing varies but start and end."""


@pytest.fixture(scope="module")
def still() -> Optimum:
    return optimise("breaking4", ["plan.splits"], changes=[*STILL, "plan.target=4:02"])


def _flying(result: Optimum) -> np.ndarray:
    """Return the parts without the standing start [s]."""
    times = np.diff([0.0, *result.splits.values()])
    times[0] -= start_loss(result.scenario.distance / 242.0)
    return np.asarray(times)


@pytest.mark.slow
def test_the_sections_that_are_printed_add_up_to_the_finish(still: Optimum) -> None:
    told = [re.search(r": (\S+) \((\S+)\)", line) for line in facts(still)]
    times, parts = zip(*((parse_time(m[1]), parse_time(m[2])) for m in told if m), strict=True)
    assert sum(parts) == pytest.approx(times[-1], abs=1e-6)


@pytest.mark.slow
def test_a_gain_over_somebody_who_never_finishes_is_no_number(still: Optimum) -> None:
    nobody = Gain("another", np.nan, 1.0, np.nan, np.nan, np.nan)
    (told,) = [line for line in facts(replace(still, gains=(nobody,))) if "another" in line]
    assert "(does not finish)" in told
    assert "unknown: none finishes with both" in told
    assert "nan" not in told


@pytest.mark.slow
def test_where_nothing_varies_she_runs_at_one_pace(still: Optimum) -> None:
    """Constant effort is the known answer; at its end no human plan slows as Keller's runner."""
    flying = _flying(still)
    assert len(flying) == 8
    assert np.ptp(flying) < 0.06  # of 30 s: the start's allowance is not to the hundredth
    assert np.ptp(flying[1:]) < 0.02


@pytest.mark.slow
def test_a_plan_that_is_found_is_followed_to_the_last_fifty_metres(still: Optimum) -> None:
    """The limit never binds before: she stays on her plan, and is not paid for fading."""
    assert still.slack is not None
    assert still.slack >= 0.0
    run = simulate(still.scenario)
    plan = schedule_of(still.scenario.plan, run.race_m)
    time_s = run.step_s * np.arange(len(run.x))
    before = (run.x < run.race_m - LAST_M) & (time_s > 10.0)
    behind = plan.distance_at(time_s[before]) - run.x[before]
    assert behind.max() < 0.1  # ahead she may be: where the plan slows she does so a little later


@pytest.mark.slow
def test_no_plan_near_it_is_better(still: Optimum) -> None:
    """A batch of neighbours: parts, pairs of parts and chance, at several sizes, none feasible."""
    search = Optimisation(source_of(still.scenario, ()), {}, [], "finish", [], free_plan=True)
    best = np.diff([0.0, *still.splits.values()])
    dice = np.random.default_rng(5)
    ways = np.concatenate([np.eye(8), dice.normal(0.0, 0.5, (80, 8))])
    near = [best + size * way for size in (-0.3, -0.1, -0.03, 0.03, 0.1, 0.3) for way in ways]
    assert search.parts is not None
    scores = search.evaluate(search.parts.human(np.array(near)))
    feasible = scores.lack == 0
    assert feasible.sum() > 100
    assert scores.objective[feasible].min() > still.finish_s - 0.003


@pytest.fixture(scope="module")
def best() -> Optimum:
    return optimise("breaking4", ["plan.splits"])


@pytest.mark.slow
def test_the_best_plan_is_one_that_a_human_runs(best: Optimum) -> None:
    """No stretch leaves the mean by more than in records, and the end is no fade."""
    race_m = best.scenario.distance
    ends = np.array([0.0, *best.splits])
    times = np.diff([0.0, *best.splits.values()])
    times[0] -= start_loss(race_m / 239.99)
    shares = np.diff(ends) / times * times.sum() / race_m
    for begin, share in zip(ends.tolist(), shares.tolist(), strict=False):
        slowest, fastest = speed_range(race_m, begin)
        assert slowest - 1e-3 <= share <= fastest + 1e-3
    run = simulate(best.scenario)
    last_m = 200.0
    last_s = best.finish_s - float(run.time_at(race_m - last_m))
    assert last_m / last_s > 0.995 * race_m / best.finish_s


@pytest.mark.slow
def test_the_best_plan_beats_the_best_even_one(best: Optimum) -> None:
    before, even = best.gains
    assert (before.over, even.over) == ("the plan as it was", "the best even plan")
    assert best.finish_s < even.finish_s - 0.03 < before.finish_s - 2.0


@pytest.mark.slow
def test_a_gain_is_measured_sample_by_sample(best: Optimum) -> None:
    """Each sample runs both plans: a strong one loses by a plan that is slower than it is."""
    shares = draw(SAMPLES, SEED)
    scenario = load_scenario("breaking4")
    old = run_samples(scenario, samples_of(scenario, shares)).finish_s
    new = run_samples(best.scenario, samples_of(best.scenario, shares)).finish_s
    gain = best.gains[0]
    assert gain.share == (new < old).mean()
    assert gain.p5_s == np.percentile(old - new, 5)
    assert 0.6 < gain.share < 0.9
    assert gain.p5_s < 0 < gain.p50_s


def test_the_reserve_is_spared_by_running_as_slowly_as_is_allowed() -> None:
    changes = ["distance=800 m", "plan.target=2:00", *NOTHING_BESIDE]
    result = optimise(
        "breaking4",
        ["plan.target=115..130"],
        minimise="reserve_used",
        subject_to=["finish<=2:05"],
        changes=changes,
    )
    assert result.finish_s == pytest.approx(125.0, abs=0.05)
    faster = optimise(
        "breaking4",
        ["plan.target=115..130"],
        minimise="reserve_used",
        subject_to=["finish<=2:00"],
        changes=changes,
    )
    assert faster.finish_s == pytest.approx(120.0, abs=0.05)
    assert faster.reserve_used > result.reserve_used + 50.0


@pytest.mark.parametrize(
    ("scenario", "aim", "condition"),
    [
        ("breaking4", {"minimise": "reserve_used"}, ()),
        ("rudisha_2012", {"minimise": "reserve_used"}, ("finish>=1:44",)),
        ("cheptegei_monaco_2020", {"maximise": "finish"}, ("reserve_used<=2000",)),
    ],
)
def test_a_free_plan_that_nothing_holds_back_is_no_question(
    scenario: str, aim: dict[str, str], condition: tuple[str, ...]
) -> None:
    with pytest.raises(NoAnswerError, match=r"nothing holds the finish.* finish<=\d+:\d\d"):
        optimise(scenario, ["plan.splits"], subject_to=condition, **aim)


@pytest.mark.parametrize("target", ["6:30", "4:00"])
def test_a_search_near_a_walk_ends(target: str) -> None:
    """Moves from a slow plan reach plans slower than a walk, and some that end before the gun."""
    changes = ["distance=400 m", f"plan.target={target}", "pacers.count=0", *NOTHING_BESIDE]
    free, allowed = ["plan.splits"], ["finish<=59:00"]
    slow = optimise("breaking4", free, minimise="reserve_used", subject_to=allowed, changes=changes)
    assert 240.0 < slow.finish_s <= 400.0 + 1e-6
    assert optimise("breaking4", free, changes=changes).finish_s < 70.0


@pytest.mark.slow
def test_the_plan_that_spares_the_reserve_is_even() -> None:
    result = optimise(
        "breaking4",
        ["plan.splits"],
        minimise="reserve_used",
        subject_to=["finish<=4:05"],
        changes=[*STILL, "plan.target=4:04"],
    )
    assert result.finish_s == pytest.approx(245.0, abs=0.01)
    assert np.ptp(_flying(result)[1:7]) < 0.05
    even = simulate(load_scenario("breaking4", overrides=[*STILL, "plan.target=4:05"]))
    assert result.reserve_used <= even.reserve[0] - even.reserve[-1] + 2.0


@pytest.mark.slow
def test_the_fewest_pacers_with_a_plan_of_their_own() -> None:
    """A better plan may save a pacer, and one fewer must truly not do."""
    changes = ["distance=800 m", "plan.target=1:58", "pacers.front_gap=1.2", *NOTHING_BESIDE]
    alone = optimise("breaking4", ["plan.splits"], changes=[*changes, "pacers.count=0"])
    limit = f"finish<={alone.finish_s - 0.3}"
    result = optimise(
        "breaking4", ["plan.splits"], minimise="pacers", subject_to=[limit], changes=changes
    )
    count = result.values["pacers.count"]
    assert count >= 1
    assert result.finish_s <= alone.finish_s - 0.3
    assert simulate(result.scenario).finish_s == result.finish_s
    with pytest.raises(NoAnswerError, match=r"misses finish<="):
        optimise(
            "breaking4",
            ["plan.splits", f"pacers.count=0..{count - 1:g}"],
            subject_to=[limit],
            changes=changes,
        )
