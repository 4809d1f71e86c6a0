from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from fitdecode import CrcCheck, ErrorHandling, FitReader
from fitdecode.records import FIT_FRAME_DATA

from simulator.analysis.references import plan_reference
from simulator.errors import ExtraError
from simulator.export.sheet import lap_ends, write_workout
from simulator.scenario.loader import load_scenario
from simulator.units import format_time


def messages(path: Path, name: str) -> list[dict[str, Any]]:
    reader = FitReader(path, check_crc=CrcCheck.RAISE, error_handling=ErrorHandling.RAISE)
    with reader as frames:
        data = [f for f in frames if f.frame_type == FIT_FRAME_DATA and f.name == name]
        return [{field.name: field.value for field in frame.fields} for frame in data]


@pytest.mark.parametrize(
    ("race_m", "ends"),
    [
        (800.0, [400.0, 800.0]),
        (1500.0, [300.0, 700.0, 1100.0, 1500.0]),
        (1609.344, [409.344, 809.344, 1209.344, 1609.344]),
        (500.0, [100.0, 500.0]),
        (499.0, [499.0]),
        (400.0, [400.0]),
        (200.0, [200.0]),
    ],
)
def test_laps_end_at_the_finish_line(race_m: float, ends: list[float]) -> None:
    assert lap_ends(race_m) == pytest.approx(ends)


def test_a_short_track_has_its_own_laps() -> None:
    assert lap_ends(730.0, 200.0) == pytest.approx([130.0, 330.0, 530.0, 730.0])


@pytest.mark.parametrize("name", ["breaking4", "cheptegei_monaco_2020", "rudisha_2012"])
def test_a_watch_is_given_each_lap_with_its_time_and_speed(name: str, tmp_path: Path) -> None:
    scenario, path = load_scenario(name), tmp_path / "plan.fit"
    write_workout(scenario, path)
    (workout,) = messages(path, "workout")
    steps, ends = messages(path, "workout_step"), lap_ends(scenario.distance)
    assert workout["wkt_name"] == scenario.name
    assert workout["num_valid_steps"] == len(steps) == len(ends)
    assert sum(s["duration_distance"] for s in steps) == pytest.approx(scenario.distance, abs=0.1)
    times = plan_reference(scenario).run.time_at(ends).tolist()
    before = 0.0
    for step, time_s in zip(steps, times, strict=True):
        speed = step["duration_distance"] / (time_s - before)
        assert step["custom_target_speed_low"] < speed < step["custom_target_speed_high"]
        assert format_time(time_s) in step["wkt_step_name"]
        before = time_s


def test_the_same_plan_is_the_same_file(tmp_path: Path) -> None:
    for name in ("a.fit", "b.fit"):
        write_workout(load_scenario("solo"), tmp_path / name)
    assert (tmp_path / "a.fit").read_bytes() == (tmp_path / "b.fit").read_bytes()


def test_without_the_extra_a_sentence_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fit_tool.fit_file_builder", None)
    with pytest.raises(ExtraError, match="activities"):
        write_workout(load_scenario("solo"), tmp_path / "plan.fit")
    assert not list(tmp_path.iterdir())
