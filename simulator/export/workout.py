"""A plan for the watch: a FIT workout with a step for each lap.

In: a scenario. Out: a `.fit` file, complete or absent: each lap of the plan as a distance with its
time as text and its speed as the target. It needs the extra `activities`.
"""

from __future__ import annotations

from pathlib import Path

from simulator.analysis.references import plan_reference
from simulator.errors import requiring
from simulator.files import replacing
from simulator.scenario.model import Scenario
from simulator.units import LAP_M, format_distance, format_time

BAND = 0.01
"""The watch accepts speeds that differ by this share [1] (assumed)."""
_EPOCH_MS = 1_000_000_000_000
"""The creation time in the file: constant, so that equal plans give equal files [ms]."""
_NAME_BYTES = 40


def lap_ends(race_m: float) -> list[float]:
    """Return the distances at which laps end at the finish line [m].

    A first piece below 100 m is part of the lap after it.
    """
    odd = race_m % LAP_M
    first = odd if odd >= 100.0 else odd + LAP_M
    count = round((race_m - first) / LAP_M)
    return [first + LAP_M * i for i in range(count)] + [race_m] if count > 0 else [race_m]


def write_workout(scenario: Scenario, path: str | Path) -> None:
    """Write the plan as a workout.

    Raises:
        ExtraError: fit-tool is not installed.
        OutputError: the file cannot be written.
    """
    with requiring("A workout", "activities"):
        from fit_tool.fit_file_builder import FitFileBuilder  # noqa: PLC0415 - an extra
        from fit_tool.profile.messages.file_id_message import FileIdMessage  # noqa: PLC0415
        from fit_tool.profile.messages.workout_message import WorkoutMessage  # noqa: PLC0415
        from fit_tool.profile.messages.workout_step_message import (  # noqa: PLC0415
            WorkoutStepMessage,
        )
        from fit_tool.profile.profile_type import (  # noqa: PLC0415
            FileType,
            Intensity,
            Manufacturer,
            Sport,
            WorkoutStepDuration,
            WorkoutStepTarget,
        )
    ends = lap_ends(scenario.distance)
    times = plan_reference(scenario).run.time_at(ends).tolist()
    builder = FitFileBuilder(auto_define=True, min_string_size=_NAME_BYTES)
    head = FileIdMessage()
    head.type, head.time_created = FileType.WORKOUT, _EPOCH_MS
    head.manufacturer, head.product, head.serial_number = Manufacturer.DEVELOPMENT.value, 0, 1
    workout = WorkoutMessage()
    workout.workout_name = _short(scenario.name)
    workout.sport, workout.num_valid_steps = Sport.RUNNING, len(ends)
    builder.add_all([head, workout])
    begin_m = begin_s = 0.0
    for number, (end_m, end_s) in enumerate(zip(ends, times, strict=True)):
        step = WorkoutStepMessage()
        step.message_index, step.intensity = number, Intensity.ACTIVE
        lap_s = round(end_s, 2) - round(begin_s, 2)
        words = f"{format_time(lap_s)} to {format_distance(end_m)} in {format_time(end_s)}"
        step.workout_step_name = _short(words)
        step.duration_type = WorkoutStepDuration.DISTANCE
        step.duration_distance = end_m - begin_m
        step.target_type, step.target_value = WorkoutStepTarget.SPEED, 0
        speed = (end_m - begin_m) / (end_s - begin_s)
        step.custom_target_speed_low = speed * (1.0 - BAND)
        step.custom_target_speed_high = speed * (1.0 + BAND)
        builder.add(step)
        begin_m, begin_s = end_m, end_s
    with replacing(path) as beside:
        beside.write_bytes(builder.build().to_bytes())


def _short(text: str) -> str:
    """Return a name cut to the available bytes, between characters."""
    return text.encode()[: _NAME_BYTES - 1].decode(errors="ignore")
