"""The C loop of the same equations (loop.c), to hold the kernel's speed against.

In: a scenario. Out: a function that runs it once and returns its finish [s]; None without a
compiler.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import coefficients as c
from simulator.physics import kernel, setup
from simulator.physics.pacers import stints_of
from simulator.scenario.model import Scenario
from simulator.scenario.schedule import Schedule

Floats = NDArray[np.float64]

_NUMBERS = [
    "step",
    "race",
    "start",
    "drag_k",
    "force_k",
    "cost_k",
    "aerobic_max",
    "reserve",
    "anticipation",
    "gusts",
]
_NUMBERS += ["shift", "scale", "drop_back", "heat", "tau_aerobic", "aerobic"]
_COUNTS = ("halves", "cells", "ticks", "stands_from", "stages", "windy", "follows")
_TABLES = ["marks", "speeds", "lines", "line_speeds", "level", "drag", "time", "wake", "lost"]
_TABLES += ["trail", "base", "constant", "at", "per_m", "least", "lead", "bends", "wind", "cross"]


class _Attempt(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_double) for name in _NUMBERS),
        *((name, ctypes.c_long) for name in _COUNTS),
        *((name, ctypes.c_void_p) for name in _TABLES),
    )


@cache
def library() -> ctypes.CDLL | None:
    """Return the compiled loop, or None where there is no compiler."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    folder = tempfile.mkdtemp(prefix="lightpace-loop-")
    built = Path(folder) / "loop.so"
    source = Path(__file__).with_name("loop.c")
    options = ["-O3", "-ffp-contract=off", "-shared", "-fPIC"]
    done = subprocess.run([compiler, *options, str(source), "-o", str(built), "-lm"], check=False)
    return ctypes.CDLL(str(built)) if done.returncode == 0 else None


def _line(fast_opening: float, light: Schedule, times: Floats) -> tuple[Floats, Floats]:
    """Return where a group wants to be that opens fast, and the speed it asks for; no jitter."""
    mark, speed = light.distance_at(times), light.cruise_at(times)
    error = np.array([kernel.leader_error(x, fast_opening, 0, ()) for x in mark.tolist()])
    more = np.clip(np.gradient(error, times) * speed, -c.LEAD_SPEED_MAX, c.LEAD_SPEED_MAX)
    return mark + error * speed, speed + more


def c_loop(scenario: Scenario) -> Callable[[], float] | None:
    """Return what runs the scenario once in C and returns its finish [s], or None."""
    loop = library()
    if loop is None:
        return None
    a = setup.attempt_of(scenario)
    race = scenario.distance
    plan = setup.planned_of(scenario.plan, race)
    stints, _ = stints_of(scenario.pacers)
    group = setup.sheltering_of(stints, scenario.pacers.shelter, race)
    profiles = list({id(p): p for p in group.profiles}.values())
    which = [[id(q) for q in profiles].index(id(p)) for p in group.profiles]
    halves = int(np.ceil(2.0 * plan.schedule.finish_s / a.step)) + 4
    times = np.arange(halves) * (0.5 * a.step)
    waves = dict[str | None, Any](setup.wave_schedules(scenario))
    light = waves.get(scenario.pacers.follows, plan.schedule)
    lines, line_speeds = _line(scenario.pacers.leader.fast_opening, light, times)
    arrays: dict[str, Any] = {
        "marks": plan.schedule.distance_at(times),
        "speeds": plan.schedule.cruise_at(times),
        "lines": lines,
        "line_speeds": line_speeds,
        **dict(zip(("level", "drag", "time"), plan.remaining, strict=True)),
        **{
            name: np.concatenate([getattr(p, name) for p in profiles])
            for name in ("wake", "lost", "trail")
        },
        "base": np.array(which) * kernel.EXTRA_COUNT,
        "constant": group.constant,
        "at": group.stages_m,
        "per_m": np.append(1.0 / np.diff(group.stages_m), 0.0),
        "least": group.least_m,
        "lead": group.lead,
        "bends": np.array(a.bends),
        "wind": np.array(a.head_wind),
        "cross": np.array(a.cross),
    }
    packed = _Attempt(**{name: getattr(a, name) for name in _NUMBERS})
    packed.halves, packed.cells, packed.ticks = halves, len(plan.remaining[0]), a.ticks
    packed.stands_from, packed.stages = a.stands_from, len(group.stages_m)
    packed.windy, packed.follows = int(a.windy), int(a.follows)
    for name in _TABLES:
        arrays[name] = np.ascontiguousarray(arrays[name], dtype=np.float64)
        setattr(packed, name, arrays[name].ctypes.data)
    numbers = [
        c.ACCEL_MAX,
        c.ACCEL_MIN,
        c.GAP_GAIN,
        c.GAP_SPEED_MAX,
        c.TAU_LIMIT,
        c.TAU_RESERVE,
        c.TAU_SPEED,
        c.WAKE_LIMIT,
    ]
    numbers += [kernel.C0, kernel.C1, kernel.C2, kernel.LEAN]
    numbers += [c.APPROACH, c.FOLLOW_NEAR_M, c.FOLLOW_FAR_M, c.WAIT_GAIN, c.WAIT_SPEED]
    numbers += [c.WAIT_FROM_M, c.WAIT_FULL_M, c.SHELTER_RATE]
    numbers += [c.HEAT_FREE, c.HEAT_LOSS, c.HEAT_LOSS_MAX]
    constants = (ctypes.c_double * len(numbers))(*numbers)
    xs = np.zeros(a.ticks + 1)
    loop.finish.restype = ctypes.c_double

    def run(_keep: dict[str, Any] = arrays) -> float:
        return float(loop.finish(ctypes.byref(packed), constants, ctypes.c_void_p(xs.ctypes.data)))

    return run
