"""The runner's own economy, oxygen kinetics and endurance."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulator.physics.attempt import simulate
from simulator.physics.setup import endurance_share
from simulator.scenario.loader import load_scenario


def _run(name: str, *changes: str) -> np.ndarray:
    return simulate(load_scenario(name, overrides=list(changes), with_ghosts=False)).x


def test_economy_is_a_scale_of_all_powers_and_changes_no_metre() -> None:
    cheap = (
        "runner.economy=0.8",
        f"runner.max_aerobic_power={0.8 * 28.0!r}",
        f"runner.reserve={0.8 * 2134.0!r}",
    )
    assert _run("breaking4", *cheap) == pytest.approx(_run("breaking4"), abs=1e-6)


def test_a_runner_who_runs_cheaply_is_faster() -> None:
    finishes = [
        simulate(load_scenario("solo", overrides=[f"runner.economy={value}"])).finish_s
        for value in (0.97, 1.0, 1.03)
    ]
    assert finishes[0] < finishes[1] < finishes[2]  # type: ignore[operator]


def test_quick_oxygen_uptake_saves_reserve_and_nothing_else() -> None:
    """Once uptake has come up, tau (MAP - A(0)) of the reserve has gone for it."""
    slow = simulate(load_scenario("monaco_2023"))
    quick = simulate(load_scenario("monaco_2023", overrides=["runner.oxygen_kinetics=15"]))
    assert quick.finish_s == pytest.approx(slow.finish_s, abs=0.02)
    saved = float(quick.reserve[1500] - slow.reserve[1500])
    assert saved == pytest.approx(5.0 * (28.0 - 5.0), rel=0.01)


def test_endurance_takes_nothing_up_to_250_seconds_and_more_the_longer_the_race() -> None:
    assert endurance_share(0.08, 250.0) == endurance_share(0.0, 5000.0) == 1.0
    assert endurance_share(0.08, 250.0 * math.e) == pytest.approx(0.92)
    assert endurance_share(0.2, 1e6) == 0.0
    tired = "runner.endurance=0.08"
    assert np.array_equal(_run("breaking4", tired), _run("breaking4"))
    long = ("distance=5000 m", "plan.target=14:10", "environment.temperature=5")
    assert len(_run("solo", *long, tired)) > len(_run("solo", *long)) + 100
