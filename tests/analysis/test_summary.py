from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from simulator.analysis.summary import Summary, summarise
from simulator.physics.attempt import simulate
from simulator.recording.recording import ARRAYS, Recording, Status
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.model import Scenario


@pytest.fixture(scope="module")
def summary(scenario: Scenario, attempt: Recording) -> Summary:
    return summarise(scenario, attempt)


def test_the_plain_values_have_the_promised_keys(summary: Summary) -> None:
    reported = summary.to_dict()
    assert reported.keys() >= {
        "finish_time_s", "status", "splits", "ghosts", "lost_light_at_m", "mean_shelter", "step_s",
        "residuals",
    }  # fmt: skip
    assert all(row.keys() >= {"distance_m", "time_s"} for row in reported["splits"])
    assert all(row.keys() >= {"name", "finish_time_s", "gap_s"} for row in reported["ghosts"])
    published = {row["distance_m"]: row["time_s"] for row in reported["ghosts"][1]["splits"]}
    assert published == {row["distance_m"]: row["published_s"] for row in reported["residuals"]}
    assert json.loads(json.dumps(reported, allow_nan=False)) == reported


def test_the_plain_values_are_those_of_the_run(summary: Summary, attempt: Recording) -> None:
    reported = summary.to_dict()
    assert reported["finish_time_s"] == attempt.finish_s
    assert reported["splits"][-1] == {
        "distance_m": attempt.race_m,
        "time_s": attempt.finish_s,
        "plan_s": pytest.approx(239.99),
        "gap_s": pytest.approx((attempt.finish_s or 0) - 239.99),
    }
    for ghost in reported["ghosts"]:
        assert ghost["gap_s"] == pytest.approx((attempt.finish_s or 0) - ghost["finish_time_s"])
    assert 0.0 < reported["mean_shelter"] < 0.95
    assert reported["status"] == "finished"
    assert [row["distance_m"] for row in reported["residuals"]] == [
        200.0, 400.0, 600.0, 800.0, 1000.0, 1200.0, attempt.race_m,
    ]  # fmt: skip


def test_the_energy_adds_up(summary: Summary, attempt: Recording) -> None:
    energy = summary.energy
    assert energy.spent == pytest.approx(energy.aerobic + energy.from_reserve)
    assert energy.from_reserve + energy.reserve_left == pytest.approx(attempt.reserve[0])
    times = np.arange(attempt.ticks + 1) * attempt.step_s
    power = np.append(attempt.power[times < attempt.end_s], attempt.at(attempt.end_s).power)
    elapsed = np.diff(np.append(times[times < attempt.end_s], attempt.end_s))
    spent = float((0.5 * (power[1:] + power[:-1]) * elapsed).sum())
    assert energy.spent == pytest.approx(spent, abs=0.1), "to the line, within the last step, too"


def test_without_published_splits_there_are_no_residuals() -> None:
    solo = load_scenario("solo")
    reported = summarise(solo, simulate(solo)).to_dict()
    assert "residuals" not in reported
    assert json.dumps(reported, allow_nan=False)


def test_a_run_that_did_not_finish_has_no_finish_and_no_gaps(
    scenario: Scenario, attempt: Recording
) -> None:
    cut = {name: getattr(attempt, name)[:801] for name in ARRAYS}
    stopped = replace(attempt, finish_s=None, status=Status.DID_NOT_FINISH, **cut)
    summary = summarise(scenario, stopped)
    reported = summary.to_dict()
    assert (reported["finish_time_s"], reported["status"]) == (None, "did not finish")
    assert {ghost["gap_s"] for ghost in reported["ghosts"]} == {None}
    assert not summary.finished
    assert json.dumps(reported, allow_nan=False)


def test_a_ghost_over_another_distance_has_no_gap_at_the_line(attempt: Recording) -> None:
    other = "ghosts: [{kind: splits, distance: 1500 m, splits: {400: 61.61, finish: 3:48.68}}]\n"
    wanted = load_text("name: x\n" + other)
    reported = summarise(wanted, attempt).to_dict()
    assert reported["ghosts"][0]["gap_s"] is None
