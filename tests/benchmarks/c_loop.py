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

from simulator import coefficients as c
from simulator.physics import kernel, setup
from simulator.scenario.model import Scenario

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
_NUMBERS += ["shift", "scale", "drop_back"]
_COUNTS = ("halves", "cells", "ticks", "stands_from", "phases", "windy")
_TABLES = [
    "marks",
    "speeds",
    "leader",
    "level",
    "drag",
    "time",
    "wake",
    "lost",
    "trail",
    "constant",
    "breaks",
    "least",
    "bends",
    "wind",
]


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


def c_loop(scenario: Scenario) -> Callable[[], float] | None:
    """Return what runs the scenario once in C and returns its finish [s], or None."""
    loop = library()
    if loop is None:
        return None
    a = setup.attempt_of(scenario)
    race = scenario.distance
    plan, leader = setup.planned_of(scenario.plan, race), setup.led_by(scenario)
    stints, _ = setup.stints_of(scenario.pacers)
    group = setup.sheltering_of(stints, scenario.pacers.shelter, race)
    profiles = [p for p in group.profiles if p is not None]
    halves = int(np.ceil(2.0 * plan.schedule.finish_s / a.step)) + 4
    times = np.arange(halves) * (0.5 * a.step)
    arrays: dict[str, Any] = {
        "marks": plan.schedule.distance_at(times),
        "speeds": plan.schedule.cruise_at(times),
        "leader": leader.schedule.distance_at(times),
        **dict(zip(("level", "drag", "time"), plan.remaining[1:], strict=True)),
        **{
            name: np.concatenate([getattr(p, name) for p in profiles] or [np.zeros(1)])
            for name in ("wake", "lost", "trail")
        },
        "constant": group.constant,
        "breaks": group.breaks_m or (0.0,),
        "least": group.least_m,
        "bends": np.array(a.bends),
        "wind": np.array(a.head_wind),
    }
    packed = _Attempt(**{name: getattr(a, name) for name in _NUMBERS})
    packed.halves, packed.cells, packed.ticks = halves, plan.remaining[0], a.ticks
    packed.stands_from, packed.phases = a.stands_from, len(arrays["least"])
    packed.windy = int(a.windy)
    for name in _TABLES:
        arrays[name] = np.ascontiguousarray(arrays[name], dtype=np.float64)
        setattr(packed, name, arrays[name].ctypes.data)
    numbers = [
        c.ACCEL_MAX,
        c.ACCEL_MIN,
        c.GAP_GAIN,
        c.GAP_SPEED_MAX,
        c.TAU_AEROBIC,
        c.TAU_LIMIT,
        c.TAU_RESERVE,
        c.TAU_SPEED,
        c.AEROBIC_START,
        c.WAKE_LIMIT,
    ]
    constants = (ctypes.c_double * 14)(*numbers, kernel.C0, kernel.C1, kernel.C2, kernel.LEAN)
    xs = np.zeros(a.ticks + 1)
    loop.finish.restype = ctypes.c_double

    def run(_keep: dict[str, Any] = arrays) -> float:
        return float(loop.finish(ctypes.byref(packed), constants, ctypes.c_void_p(xs.ctypes.data)))

    return run
