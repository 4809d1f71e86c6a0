"""A recording: one attempt as arrays over equal ticks, and its state at any moment.

In: arrays from `simulator.physics.attempt`, or a file. Out: `Recording.at(t)`,
`Recording.time_at(x)`. A recording never changes. Between two ticks distance follows the cubic with
the recorded speeds at both ends, so that slow motion is smooth.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from importlib import import_module
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.errors import LightpaceError, RecordingError
from simulator.units import format_time, whole_metres

Floats = NDArray[np.float64]
NumberT = TypeVar("NumberT", float, NDArray[np.float64])


class Status(Enum):
    """How a run ended; only `FINISHED` runs are averaged into results."""

    FINISHED = "finished"
    DID_NOT_FINISH = "did not finish"
    LEDGER_BROKEN = "energy ledger broken"
    NOT_HUMAN = "faster than a human can run"


@dataclass(frozen=True, slots=True)
class Moment:
    """The state at one race time.

    Attributes:
        time_s: race time [s].
        x_m: race distance [m]; beyond the finish it continues at the finishing speed.
        v_m_s: speed [m/s].
        aerobic: aerobic power [W/kg].
        reserve: anaerobic reserve [J/kg].
        power: metabolic power demanded [W/kg].
        shelter: share of the drag removed [1].
        group_m: race distance of the group's reference point: her slot [m].
        wide: how far she is out beside the line, 0 to 1 [1].
    """

    time_s: float
    x_m: float
    v_m_s: float
    aerobic: float
    reserve: float
    power: float
    shelter: float
    group_m: float
    wide: float = 0.0


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """One run. Arrays have shape (ticks + 1,); index i is race time `i * step_s`.

    Attributes:
        scenario_json: its scenario, as canonical JSON.
        race_m: race distance [m].
        step_s: time step [s].
        x: race distance [m].
        v: speed [m/s].
        aerobic: aerobic power [W/kg].
        reserve: anaerobic reserve [J/kg].
        power: metabolic power [W/kg].
        shelter: share of the drag removed [1].
        group: race distance of the group's reference point [m].
        group_v: its speed [m/s].
        wide: how far she is out beside the line, 0 to 1 [1].
        mode: her relation to the group; see `simulator.physics.kernel`.
        held: the duration of the mode [s].
        felt: shelter in the step before; at a tick `shelter` is the mean of both sides [1].
        finish_s: finish time [s], None if she did not finish.
        status: how it ended.
        from_tick: the tick up to which the run was copied from the one it was forked from.
        came_from: where its pacers were changed last [m], and the earlier ones as JSON; a fork
            during the change continues it. None: they were never changed.
    """

    scenario_json: str
    race_m: float
    step_s: float
    x: Floats
    v: Floats
    aerobic: Floats
    reserve: Floats
    power: Floats
    shelter: Floats
    group: Floats
    group_v: Floats
    wide: Floats
    mode: Floats
    held: Floats
    felt: Floats
    finish_s: float | None
    status: Status
    from_tick: int = 0
    came_from: tuple[float, str] | None = None

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for name in ARRAYS:
            getattr(self, name).setflags(write=False)

    def __repr__(self) -> str:
        """Return one line: `<Recording 'Breaking4': 1609 m in 4:06.44>`."""
        name = json.loads(self.scenario_json).get("name", "")
        how = f"{whole_metres(self.race_m)} m in {format_time(self.end_s)}"
        if self.finish_s is None:
            how = f"{whole_metres(float(self.x[-1]))} of {how}"
        verdict = "" if self.status is Status.FINISHED else f", {self.status.value}"
        return f"<Recording {name!r}: {how}{verdict}>"

    def _repr_html_(self) -> str | None:
        from simulator import notebook  # noqa: PLC0415 - a notebook asks the value itself

        with suppress(RecordingError):  # without a scenario it shows `repr`
            return notebook.html_of(self)
        return None

    def _repr_png_(self) -> bytes | None:
        from simulator import notebook  # noqa: PLC0415

        with suppress(RecordingError):
            return notebook.still(self).png
        return None

    @property
    def ticks(self) -> int:
        """Number of steps taken."""
        return len(self.x) - 1

    @property
    def end_s(self) -> float:
        """The finish, or the last recorded time if she did not finish [s]."""
        return self.ticks * self.step_s if self.finish_s is None else self.finish_s

    @property
    def mean_shelter(self) -> float:
        """Mean share of the drag removed, up to the line [1]."""
        until = np.arange(self.ticks + 1) * self.step_s <= self.end_s
        return float(self.shelter[until].mean())

    def at(self, time_s: float) -> Moment:
        """Return the state at race time `time_s` [s]; before the gun, that at the gun.

        A pure function: the result does not depend on earlier calls.

        Raises:
            LightpaceError: the time is not finite.
        """
        last = self.ticks
        place = max(time_s, 0.0) / self.step_s
        try:
            tick = round(place)
        except (ValueError, OverflowError):
            raise LightpaceError(f"A recording has no moment at {time_s} s.") from None
        place = tick if abs(place - tick) < 1e-9 else place  # as `_place` does
        end = self.end_s / self.step_s
        inside = min(place, end)
        i = min(int(inside), last - 1)
        f = inside - i

        def between(values: Floats) -> float:
            here = values.item(i)
            return here + (values.item(i + 1) - here) * f

        v = between(self.v)
        x, step = self.x.item(i), self.step_s
        c1, c2, c3 = _coefficients(x, self.v.item(i), self.x.item(i + 1), self.v.item(i + 1), step)
        x += f * (c1 + f * (c2 + f * c3))
        group = between(self.group)
        if place > end:
            over_s = (place - end) * self.step_s
            x += v * over_s
            group += (self.group[i + 1] - self.group[i]) / self.step_s * over_s
        return Moment(
            time_s,
            x,
            v,
            between(self.aerobic),
            between(self.reserve),
            between(self.power),
            between(self.shelter),
            float(group),
            between(self.wide),
        )

    def distance_at(self, time_s: ArrayLike) -> Floats:
        """Return race distance [m] at race times [s], like `at`, for arrays; NaN at NaN."""
        t = np.maximum(np.asarray(time_s, dtype=np.float64), 0.0)
        place = _place(np.minimum(t, self.end_s), self.step_s)
        i = np.fmin(place, self.ticks - 1).astype(np.int64)  # NaN has a tick, too
        f = place - i
        x = hermite(self.x[i], self.v[i], self.x[i + 1], self.v[i + 1], self.step_s, f)
        end_v = self.v[i] + (self.v[i + 1] - self.v[i]) * f
        return np.asarray(x + end_v * np.maximum(t - self.end_s, 0.0))

    def time_at(self, distance_m: ArrayLike) -> Floats:
        """Return race time [s] at race distance [m]; NaN where she never got there."""
        x = np.asarray(distance_m, dtype=np.float64)
        before = np.searchsorted(self._rising_x, x, side="right") - 1
        i = np.minimum(np.maximum(before, 0), self.ticks - 1)
        f = crossing(self.x[i], self.v[i], self.x[i + 1], self.v[i + 1], self.step_s, x)
        t = (i + f) * self.step_s
        return np.where((x < 0) | (x > self.x[-1]), np.nan, np.where(x == 0, 0.0, t))

    @cached_property
    def _rising_x(self) -> Floats:
        return np.maximum.accumulate(self.x)

    def to_arrays(self) -> dict[str, Floats]:
        """Return every column by name, with `time_s`, for notebooks; shape (ticks + 1,) each."""
        arrays = {name: np.asarray(getattr(self, name)) for name in ARRAYS}
        return {"time_s": np.arange(self.ticks + 1) * self.step_s, **arrays}

    def to_pandas(self) -> Any:
        """Return `to_arrays` as a pandas `DataFrame`; see `framed`."""
        return framed("pandas", self.to_arrays())

    def to_polars(self) -> Any:
        """Return `to_arrays` as a polars `DataFrame`; see `framed`."""
        return framed("polars", self.to_arrays())

    def to_arrow(self) -> Any:
        """Return `to_arrays` as a pyarrow `Table`; see `framed`."""
        return framed("pyarrow", self.to_arrays())


def framed(package: str, columns: Mapping[str, NDArray[Any]]) -> Any:
    """Return columns as the table of a package: pandas, polars or pyarrow.

    Raises:
        LightpaceError: the package is not installed; lightpace does not need it.
    """
    try:
        module = import_module(package)
    except ImportError:
        raise LightpaceError(f"{package} is not installed: pip install {package}.") from None
    return (module.table if package == "pyarrow" else module.DataFrame)(dict(columns))


ARRAYS = (
    "x", "v", "aerobic", "reserve", "power", "shelter", "group", "group_v", "wide", "mode", "held",
    "felt",
)  # fmt: skip
"""The recorded columns, in the order they are saved."""


_RANGES = {
    "v": (0.0, 20.0),
    "aerobic": (-200.0, 200.0),
    "reserve": (-10_000.0, 10_000.0),
    "power": (-1_000.0, 1_000.0),
    "shelter": (-1.0, 1.0),
    "group": (-1e5, 1e5),
    "group_v": (-50.0, 50.0),
    "wide": (0.0, 1.0),
    "mode": (0.0, 10.0),
    "held": (-1.0, 1e4),
    "felt": (-10.0, 1.0),
}
"""The range of each column in any possible run, with a margin."""
_RACES_M, _STEPS_S, _LONGEST_S = (100.0, 10_000.0), (0.001, 0.2), 3 * 7200.0
_WIDEST = 0.2
"""The most of her motion in a bend that may go into passing a group, far out of its lane [1]."""
_ACCELERATION = 12.0
"""No runner changes her speed faster than this [m/s2]: falling changes it less."""


def flaws_of(run: Recording) -> Iterator[str]:
    """Yield why a recording, such as one that was read, is no run; nothing if it is one.

    Shapes must agree, every value must be possible, positions must match speeds, and the finish
    must be where the columns cross the line. Later checks assume that earlier ones passed, so only
    the first problem is reliable.
    """
    if run.x.ndim != 1 or run.x.size < 2:
        yield "it holds no distances"
    if any(getattr(run, name).shape != run.x.shape for name in ARRAYS):
        yield "its columns are not of one length"
    if not _within(run.race_m, _RACES_M):
        yield f"no race is {run.race_m:g} m long"
    if not _within(run.step_s, _STEPS_S):
        yield f"a step of {run.step_s:g} s is none of a simulation"
    if run.ticks * run.step_s > _LONGEST_S or not 0 <= run.from_tick <= run.ticks:
        yield "it lasts longer than a run can, or begins after its end"
    for name, bounds in _RANGES.items():
        if not _within(getattr(run, name), bounds):
            yield f"no run has such values of {name}"
    ran = np.diff(run.x)
    beyond_m = run.race_m + _RANGES["v"][1] * run.step_s
    if run.x[0] != 0 or not _within(run.x, (0.0, beyond_m)) or ran.min() < 0:
        yield "she does not run forward from the start to the line"
    mean, change = 0.5 * (run.v[1:] + run.v[:-1]) * run.step_s, _ACCELERATION * run.step_s
    wide = _WIDEST * mean * np.maximum(run.wide[1:], run.wide[:-1])
    off = ran - mean + np.where(ran < mean, wide, 0.0)
    if not _within(off, (-change * run.step_s, change * run.step_s + wide)) or not _within(
        np.diff(run.v), (-change, change)
    ):
        yield "distances and speeds do not agree"
    yield from _finish_flaws(run)


def _finish_flaws(run: Recording) -> Iterator[str]:
    if run.finish_s is None:
        if run.status is Status.FINISHED or run.x[-1] >= run.race_m:
            yield "it does not say when she finished"
        return
    if run.status is Status.DID_NOT_FINISH or not run.x[-2] <= run.race_m <= run.x[-1]:
        yield "the finish is not in the last step"
    share = crossing(run.x[-2], run.v[-2], run.x[-1], run.v[-1], run.step_s, run.race_m)
    off = run.finish_s - (run.ticks - 1 + float(share)) * run.step_s
    if not abs(off) < 1e-6:
        yield "the finish is not where she crosses the line"


def _within(values: ArrayLike, bounds: tuple[ArrayLike, ArrayLike]) -> bool:
    """Return whether all values are within bounds; NaN is not."""
    inside = np.asarray(values)
    low, high = map(np.asarray, bounds)
    return bool(np.all((inside >= low) & (inside <= high)))


def _place(time_s: ArrayLike, step_s: float) -> Floats:
    """Return time in ticks, rounded to a tick within a billionth: no later tick is used then."""
    place = np.asarray(time_s, dtype=np.float64) / step_s
    tick = np.rint(place)
    return np.where(np.abs(place - tick) < 1e-9, tick, place)


def hermite(
    x0: ArrayLike, v0: ArrayLike, x1: ArrayLike, v1: ArrayLike, step: ArrayLike, f: ArrayLike
) -> Floats:
    """Return the cubic through (x0, v0) and (x1, v1) at the fraction f of the step."""
    x0, v0, x1, v1, step, f = (np.asarray(a, np.float64) for a in (x0, v0, x1, v1, step, f))
    c1, c2, c3 = _coefficients(x0, v0, x1, v1, step)
    return np.asarray(x0 + f * (c1 + f * (c2 + f * c3)))


def _coefficients(
    x0: NumberT, v0: NumberT, x1: NumberT, v1: NumberT, step: NumberT
) -> tuple[NumberT, NumberT, NumberT]:
    """Return the cubic's coefficients of f, f² and f³; the constant is x0."""
    jump = x1 - x0
    c2 = 3.0 * jump - (2.0 * v0 + v1) * step
    return v0 * step, c2, (v0 + v1) * step - 2.0 * jump


def crossing(
    x0: ArrayLike, v0: ArrayLike, x1: ArrayLike, v1: ArrayLike, step: ArrayLike, target: ArrayLike
) -> Floats:
    """Return the fraction of the step at which the cubic reaches `target`, 0 to 1.

    Newton's method guarded by bisection; arrays of one shape in, the same shape out.
    """
    x0, v0, x1, v1, target = (np.asarray(a, np.float64) for a in (x0, v0, x1, v1, target))
    step = np.asarray(step, np.float64)
    low = np.zeros(np.broadcast(x0, target).shape)
    high = np.ones_like(low)
    span = np.where(x1 > x0, x1 - x0, 1.0)
    f = np.minimum(np.maximum((target - x0) / span, 0.0), 1.0)
    c1, c2, c3 = _coefficients(x0, v0, x1, v1, step)
    for _ in range(60):
        miss = x0 + f * (c1 + f * (c2 + f * c3)) - target
        # a solution stays, so that a result does not depend on the other targets of the call
        solved = np.abs(miss) < 1e-12
        if solved.all():
            break
        beyond = miss > 0
        high = np.where(beyond, f, high)
        low = np.where(beyond, low, f)
        slope = np.maximum(((1.0 - f) * v0 + f * v1) * step, 1e-12)
        newton = f - miss / slope
        inside = (newton > low) & (newton < high)
        f = np.where(solved, f, np.where(inside, newton, 0.5 * (low + high)))
    return np.asarray(np.minimum(np.maximum(f, 0.0), 1.0))
