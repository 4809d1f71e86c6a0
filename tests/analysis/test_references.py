from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulator.analysis.references import (
    ghost_references,
    light_reference,
    short_time,
    wave_references,
)
from simulator.errors import RecordingError
from simulator.physics.attempt import simulate
from simulator.recording.recording import Recording
from simulator.recording.store import save_recording
from simulator.scenario.loader import load_text
from simulator.scenario.model import Scenario

SHORT = "name: short\ndistance: 1 mile\nplan: {shape: even, target: 4:10, standing_start: %s}\n"


def test_even_ghosts_a_hundredth_apart_never_differ_by_more() -> None:
    ghosts = "ghosts: [{kind: even, time: 3:59.99}, {kind: even, time: '4:00.00'}]\n"
    for start in ("yes", "no"):
        a, b = ghost_references(load_text(SHORT % start + ghosts))
        x = np.linspace(0.0, 1609.344, 2000)
        apart = b.run.time_at(x) - a.run.time_at(x)
        assert apart.min() >= -1e-9
        assert apart.max() <= 0.01 + 1e-9


def test_an_even_ghost_starts_as_the_plan_does_unless_it_says_otherwise() -> None:
    ghosts = (
        "ghosts: [{kind: even, time: 4:10}, "
        "{kind: even, time: 4:10, standing_start: no, name: flying}]\n"
    )
    standing, flying = ghost_references(load_text(SHORT % "yes" + ghosts))
    assert float(standing.run.time_at(100.0)) > float(flying.run.time_at(100.0)) + 0.5
    same, _ = ghost_references(load_text(SHORT % "no" + ghosts))
    assert float(same.run.time_at(100.0)) == pytest.approx(float(flying.run.time_at(100.0)))


def test_a_recorded_ghost_is_the_run_to_the_bit(attempt: Recording, tmp_path: Path) -> None:
    save_recording(attempt, tmp_path / "run.npz")
    text = SHORT % "yes" + "ghosts: [{kind: recording, file: run.npz, name: before}]\n"
    (mark,) = ghost_references(load_text(text, "s.yaml", tmp_path))
    times = np.linspace(0.0, 250.0, 5001)
    assert mark.run.distance_at(times).tobytes() == attempt.distance_at(times).tobytes()
    assert (mark.name, mark.finish_s, mark.distance_m) == (
        "before",
        attempt.finish_s,
        attempt.race_m,
    )


def test_a_recorded_ghost_that_is_damaged_is_told(tmp_path: Path) -> None:
    (tmp_path / "run.npz").write_bytes(b"no recording")
    text = SHORT % "yes" + "ghosts: [{kind: recording, file: run.npz}]\n"
    with pytest.raises(RecordingError, match=r"run\.npz is not a lightpace recording"):
        ghost_references(load_text(text, "s.yaml", tmp_path))


def test_a_scenario_ghost_is_that_scenario_simulated(tmp_path: Path) -> None:
    other = SHORT % "yes" + "ghosts: [{kind: scenario, file: not_there.yaml}]\n"
    (tmp_path / "other.yaml").write_text(other)
    text = SHORT % "no" + "ghosts: [{kind: scenario, file: other.yaml}]\n"
    (mark,) = ghost_references(load_text(text, "s.yaml", tmp_path))
    run = simulate(load_text(SHORT % "yes"))
    x = np.linspace(0.0, 1609.0, 500)
    assert mark.run.time_at(x).tobytes() == run.time_at(x).tobytes()
    assert (mark.name, mark.finish_s) == ("short", run.finish_s)


def test_a_split_ghost_passes_its_splits(scenario: Scenario) -> None:
    mark = ghost_references(scenario)[1]
    exact = {200.0: 30.07, 400.0: 60.2, 600.0: 90.3, 1000.0: 150.68, 1200.0: 181.84}
    for x, t in exact.items():
        assert float(mark.run.time_at(x)) == pytest.approx(t, abs=1e-9)
    assert abs(float(mark.run.time_at(800.0)) - 120.75) <= 0.2 + 1e-9


def test_the_light_is_the_first_wave_that_is_on() -> None:
    waves = (
        "wavelight: {waves: [{name: off, on: no}, "
        "{name: record, colour: blue, plan: {shape: even, target: 4:07.64}}, {name: goal}]}\n"
    )
    wanted = load_text(SHORT % "yes" + waves)
    assert [mark.name for mark in wave_references(wanted)] == ["off", "record", "goal"]
    light = light_reference(wanted)
    assert light.name == "record"
    assert light.finish_s == pytest.approx(247.64)


def test_without_a_light_the_plan_is_chased() -> None:
    mark = light_reference(load_text(SHORT % "yes" + "wavelight: {waves: []}\n"))
    assert mark.name == "the plan"
    assert mark.finish_s == pytest.approx(250.0)


@pytest.mark.parametrize(
    ("seconds", "text"), [(240.0, "4:00"), (246.42, "4:06.42"), (59.5, "59.50")]
)
def test_a_tag_is_short(seconds: float, text: str) -> None:
    assert short_time(seconds) == text
