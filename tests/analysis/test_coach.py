"""What a coach asks: cases of erring pacers, and the end spurt that is left."""

import json

import numpy as np
import pytest

from simulator.analysis.coach import case_outcomes, end_spurts
from simulator.analysis.uncertainty import breaks_target, sampled
from simulator.cli import main
from simulator.physics import kernel
from simulator.physics.attempt import simulate
from simulator.physics.setup import STEP_S, attempt_of, state_of, steady_attempt
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario
from simulator.units import MILE_M

FEW = 60
EASY = "plan.target=4:06"


def _load(*changes: str, name: str = "breaking4") -> Scenario:
    return load_scenario(name, overrides=changes)


def test_every_case_is_a_run_of_a_scenario_that_can_be_written() -> None:
    rows = {row.case: row for row in case_outcomes(_load("plan.target=4:03"), FEW)}
    first = rows["as the scenario says"]
    assert (first.finish_s, first.assumed) == (simulate(_load("plan.target=4:03")).finish_s, False)
    half = "pacers.leader.fade_from=804.672"
    fades = _load("plan.target=4:03", "pacers.leader.fade=3", half)
    fade = rows["fade: 3 s lost from half way on"]
    assert fade.finish_s == simulate(fades).finish_s
    assert fade.chance == breaks_target(sampled(fades, FEW), 243.0).mean()
    assert all(row.assumed for row in rows.values() if row is not first)
    assert all(row.chance <= first.chance for row in rows.values())
    assert len(rows) == 6


def test_they_fade_and_she_is_held_up_with_them() -> None:
    first, one, three, surge, swap, untidy = (
        row.finish_s or 0 for row in case_outcomes(_load(EASY), 2)
    )
    assert one - first == pytest.approx(1.0, abs=0.1)
    assert three - first == pytest.approx(3.0, abs=0.2)
    for other in (surge, swap, untidy):
        assert 0 <= other - first < 0.3


def test_a_hand_over_of_the_scenario_is_the_one_that_goes_wrong() -> None:
    """da_silva_2025 has hand-overs of its own; with nobody ahead nobody errs."""
    cases = [row.case for row in case_outcomes(_load(name="da_silva_2025"), 2)]
    assert not any("change places" in case for case in cases)
    assert any("untidy" in case for case in cases)
    assert len(case_outcomes(_load(name="solo"), 2)) == 1


@pytest.mark.parametrize("name", ["girma_lievin_2023", "breaking4_replayed"])
def test_nobody_errs_who_has_left_or_whom_she_does_not_follow(name: str) -> None:
    """Such a row had the base's finish, as if the error cost nothing."""
    assert [row.case for row in case_outcomes(_load(name=name), 2)] == ["as the scenario says"]


def test_who_has_something_to_spare_has_an_end_spurt_left() -> None:
    bell, last = end_spurts(_load(EASY), simulate(_load(EASY)))
    assert (bell.last_m, last.last_m) == (400.0, 200.0)
    assert 1.0 < bell.left_s < 4.0
    assert 1.0 < last.left_s < 4.0
    stronger = _load(EASY, "runner.reserve=2400")
    more, _ = end_spurts(stronger, simulate(stronger))
    assert more.left_s > bell.left_s + 1.0


def test_who_has_given_everything_has_none() -> None:
    hard = _load("plan.target=3:57", name="solo")
    assert [spurt.left_s for spurt in end_spurts(hard, simulate(hard))] == [0.0, 0.0]


def test_nothing_is_left_after_a_race_in_the_heat() -> None:
    """The spurt goes on in the heat of the whole race, not of its own seconds."""
    hot = ("distance=5000", "ghosts=[]", "plan.target=14:10", "environment.temperature=35")
    race = _load(*hot, name="solo")
    assert [spurt.left_s for spurt in end_spurts(race, simulate(race))] == [0.0, 0.0]


@pytest.mark.parametrize("lap_m", [400.0, 200.0])
def test_a_steady_end_costs_what_the_bends_of_this_lap_cost(lap_m: float) -> None:
    scenario = _load("plan.target=4:06", "plan.standing_start=no", f"track.lap={lap_m:g}")
    plan = attempt_of(scenario)
    state = state_of(simulate(scenario), 1200)
    state[kernel.STATE.index("v")] = MILE_M / 246.0
    steady = steady_attempt(scenario, state, MILE_M / 246.0, 300.0, STEP_S)
    assert np.asarray(steady.level) == pytest.approx(np.asarray(plan.level), rel=1e-9)


def test_no_end_spurt_is_faster_than_a_human() -> None:
    strong = _load(EASY, "runner.reserve=5000", "runner.max_aerobic_power=40")
    bell, _ = end_spurts(strong, simulate(strong))
    assert bell.fastest_s is not None
    assert 42.0 < bell.fastest_s < 43.0


def test_it_is_one_command(capsys: pytest.CaptureFixture[str]) -> None:
    def printed(*arguments: str) -> str:
        with pytest.raises(SystemExit) as end:
            main(["coach", "breaking4", "--samples", "30", *arguments])
        assert not end.value.code
        return capsys.readouterr().out

    words = printed()
    for part in (
        "30 samples (seed 1), each of which has run monaco_2023", "chance of sub-4:00",
        "as the scenario says", "fade: 1 s", "surge: 0.5 s", "untidy swap", "assumed",
        "last 400 m, from 3:03.31 on: 63.14 s as run",
    ):  # fmt: skip
        assert part in words
    assert " 0.0 %" not in words
    plain = json.loads(printed("--json"))
    assert len(plain["cases"]) == 6
    assert plain["end_spurts"][0]["last_m"] == 400.0
    assert plain["end_spurts"][0]["left_s"] == pytest.approx(0.40, abs=0.01)
