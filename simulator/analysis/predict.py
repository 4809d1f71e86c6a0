"""Predicted time: the fastest she can run a plan of a given shape without ever meeting the limit.

In: scenarios. Out: the predicted finish [s]. With an even plan that is the largest constant speed V
for which Morton's limit, P <= A + E / tau_E, never binds before the line.

The power that a plan takes does not depend on the two systems that pay for it. So a plan is run
once by a runner whose means never end, and what her own systems would have needed is added up
afterwards, for any aerobic power. `simulator.analysis.fit` turns the same sum round.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.coefficients import AEROBIC_START, TAU_AEROBIC, TAU_RESERVE
from simulator.errors import NoAnswerError
from simulator.physics.air import altitude_share
from simulator.physics.air import drag_area as drag_area_of
from simulator.physics.attempt import simulate_all
from simulator.physics.compiled import kernel
from simulator.physics.track import on_bend, track_position
from simulator.recording.recording import Recording
from simulator.records import least_time
from simulator.scenario.model import Environment, Runner, Scenario
from simulator.scenario.pacers import Leader
from simulator.scenario.plan import EvenPlan, LapPlan, Plan, SplitPlan, schedule_of
from simulator.units import format_distance

Floats = NDArray[np.float64]

SLOWEST_M_S = 2.0
"""The slowest mean speed at which a predicted time is looked for [m/s]."""
_ROWS = 13
_NEAR = 1.1
"""The first look goes from the planned finish over this to the finish times this."""
_CLOSE = 1.002
"""Between two times so close, as a ratio, the reserve needed is a straight line."""
_ENDLESS = {"max_aerobic_power": 40.0, "reserve": 5000.0, "anticipation": 10.0, "form": 0.0}


@dataclass(frozen=True, eq=False)
class Demand:
    """What a plan asks for, from the gun to the line.

    Attributes:
        time_s: equal ticks, then the finish [s], shape (ticks,).
        power: metabolic power at those times [W/kg].
        mean_power: its mean between them [W/kg], shape (ticks - 1,).
        bend: the factor by which bends make it dearer at those times [1], shape (ticks,).
        share: what the altitude leaves of MAP [1]. Heat is left out: best times are run where it
            takes nothing.
    """

    time_s: Floats
    power: Floats
    mean_power: Floats
    bend: Floats
    share: float


def demands(scenarios: Sequence[Scenario], *, last_m: float = 0.0) -> list[Demand]:
    """Return what each scenario's plan asks for, all plans run side by side without any limit.

    The group keeps to her plan and she to her slot, whatever wave it follows in the scenario. The
    last `last_m` metres are left out.
    """
    runs = simulate_all([_unlimited(s) for s in scenarios])
    return [_demand(run, last_m, s.environment) for run, s in zip(runs, scenarios, strict=True)]


def _unlimited(scenario: Scenario) -> Scenario:
    pacers = {"follows": None, "leader": Leader()}
    return scenario.model_copy(
        update={
            "runner": scenario.runner.model_copy(update=_ENDLESS),
            "pacers": scenario.pacers.model_copy(update=pacers),
            "ghosts": (),
            "published": None,
        }
    )


def _demand(run: Recording, last_m: float, environment: Environment) -> Demand:
    tick = np.arange(run.ticks + 1) * run.step_s
    end = run.end_s if last_m == 0 else float(run.time_at(run.race_m - last_m))
    inside = int((tick < end).sum())
    time = np.append(tick[:inside], end)
    # what a tick took is read off the kernel's own ledger: reserve drawn and aerobic supply
    supplied = 0.5 * (run.aerobic[1:] + run.aerobic[:-1])
    mean = supplied - np.diff(run.reserve) / run.step_s
    bends = on_bend(track_position(run.x, run.race_m))
    bend = np.where(bends, [kernel.bend_factor(v) for v in run.v.tolist()], 1.0)
    # a bend begins at the finish line: the tick beyond it says nothing of the last metre
    last = np.minimum(np.arange(inside + 1), inside - 1)
    share = altitude_share(environment.pressure)
    return Demand(time, run.power[last], mean[:inside], bend[last], share)


def reserve_needed(
    asked: Sequence[Demand], aerobic_max: ArrayLike, *, bends: bool = True
) -> Floats:
    """Return the reserve E(0) with which the limit just never binds [J/kg].

    It is the maximum over the race of what has been drawn plus tau_E (P - A).

    Args:
        asked: what the plans ask for.
        aerobic_max: MAP [W/kg], shape (powers,), or (plans, powers) with powers of its own for each
            plan; the answer has shape (plans, powers).
        bends: False takes the extra cost of the bends away.
    """
    most = np.array([d.share for d in asked])[:, None] * np.asarray(aerobic_max, dtype=np.float64)
    steps, begins, means = (_padded(rows) for rows in zip(*_parts(asked, bends), strict=True))
    ends = np.array([_level(d, bends)[-1] for d in asked])[:, None]
    return _summed(zip(steps, begins, means, strict=True), ends, most)


def _summed(ticks: Iterable[tuple[Any, Any, Any]], ends: Floats, most: Floats) -> Floats:
    """Return the reserve needed for ticks of a length [s], the power at their beginning and mean.

    `ends`: the power at the line; `most`: MAP [W/kg].
    """
    shape = np.broadcast_shapes(ends.shape, most.shape)
    aerobic = np.full(shape, AEROBIC_START)
    drawn, needed = np.zeros(shape), np.zeros(shape)
    for dt, begin, mean in ticks:
        up = -np.expm1(-dt / TAU_AEROBIC)
        needed = np.maximum(needed, drawn + TAU_RESERVE * (begin - aerobic))
        target = np.minimum(most, mean)
        change = (target - aerobic) * up
        # the aerobic supply of the step is the integral of A, from dA = (target - A) / tau dt
        drawn = drawn + (mean - target) * dt + TAU_AEROBIC * change
        aerobic = aerobic + change
    return np.asarray(np.maximum(needed, drawn + TAU_RESERVE * (ends - aerobic)))


@dataclass(frozen=True, eq=False)
class RaceCost:
    """What a race takes, in parts: its plan fixes the pace, so that power is linear in k and K.

    Attributes:
        level, force, drag: what it takes without surcharge, and what inertia and air add to that
            for the race's own runner.
        runner: that runner.
        slack: by how much a runner's reserve differs from what the race needs [J/kg].
    """

    level: Demand
    force: Demand
    drag: Demand
    runner: Runner
    slack: float = 0.0

    def as_run_by(self, runner: Runner) -> RaceCost:
        """Return the race with the slack of a runner who has her reserve, on a day without form."""
        area = drag_area_of(runner) / runner.kit.drag
        numbers = (runner.drag_cost, area, runner.mass, runner.max_aerobic_power)
        needed = replace(self, slack=0.0).reserve(*(np.array([value]) for value in numbers))
        return replace(self, slack=runner.reserve - float(needed[0]))

    def reserve(
        self, drag_cost: Floats, drag_area: Floats, mass: Floats, aerobic_max: Floats
    ) -> Floats:
        """Return the reserve with which each body runs this race as its own runner did [J/kg].

        Args:
            drag_cost: k [1], shape (bodies,) like the others.
            drag_area: CdA without the kit [m2].
            mass: mass [kg].
            aerobic_max: MAP with the form on that day [W/kg].
        """
        own = self.runner
        force = drag_cost / own.drag_cost
        area = drag_area_of(own) / own.kit.drag
        drag = force * (drag_area / area) * (own.mass / mass)
        powers, means = self._parts("power"), self._parts("mean_power")
        ticks = (
            (dt, p[0] + force * p[1] + drag * p[2], m[0] + force * m[1] + drag * m[2])
            for dt, p, m in zip(np.diff(self.level.time_s), powers, means, strict=False)
        )
        level, by_force, by_air = powers[-1]
        ends = level + force * by_force + drag * by_air
        return _summed(ticks, ends, self.level.share * aerobic_max) + self.slack

    def _parts(self, name: str) -> list[list[float]]:
        """Return the power of each tick in its three parts [W/kg]."""
        level, force, drag = (getattr(d, name) for d in (self.level, self.force, self.drag))
        parts: list[list[float]] = np.stack([level, force - level, drag - force], axis=1).tolist()
        return parts


_NOTHING = 1e-9
"""A drag area or cost that takes nothing, and that nothing is divided by."""


def race_cost(scenario: Scenario) -> RaceCost:
    """Return what a race takes, in parts."""
    runner = scenario.runner
    bodies = [{"drag_cost": _NOTHING, "drag_area": _NOTHING}, {"drag_area": _NOTHING}, {}]
    parts = demands(
        [scenario.model_copy(update={"runner": runner.model_copy(update=body)}) for body in bodies]
    )
    level, force, drag = parts
    return RaceCost(level, force, drag, runner)


def _level(demand: Demand, bends: bool) -> Floats:
    return demand.power if bends else demand.power / demand.bend


def _parts(asked: Sequence[Demand], bends: bool) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Yield each plan's steps [s], and the powers at their beginning and in the mean [W/kg]."""
    for demand in asked:
        dearer = 1.0 if bends else 0.5 * (demand.bend[1:] + demand.bend[:-1])
        yield np.diff(demand.time_s), _level(demand, bends)[:-1], demand.mean_power / dearer


def _padded(rows: Sequence[Floats]) -> Floats:
    """Return rows of unlike length as columns, shape (ticks, plans, 1); steps of 0 s are added."""
    filled = np.zeros((max(len(row) for row in rows), len(rows), 1))
    for i, row in enumerate(rows):
        filled[: len(row), i, 0] = row
    return filled


def stretched(scenario: Scenario, finish_s: float) -> Scenario:
    """Return the scenario with its plan stretched in time so that it ends at `finish_s` [s]."""
    plan = _stretched_plan(scenario.plan, finish_s)
    return scenario.model_copy(update={"plan": plan})


def evenly(scenario: Scenario) -> Scenario:
    """Return the scenario with an even plan."""
    even = EvenPlan(standing_start=scenario.plan.standing_start)
    return scenario.model_copy(update={"plan": even})


def _stretched_plan(plan: Plan, finish_s: float) -> Plan:
    if isinstance(plan, SplitPlan):
        factor = finish_s / plan.splits[-1].time
        rows = tuple(
            s.model_copy(update={"time": s.time * factor, "tolerance": s.tolerance * factor})
            for s in plan.splits
        )
        return plan.model_copy(update={"splits": rows})
    if isinstance(plan, LapPlan):
        factor = finish_s / sum(plan.laps)
        return plan.model_copy(update={"laps": tuple(lap * factor for lap in plan.laps)})
    return plan.model_copy(update={"target": finish_s})


def predicted_time(scenario: Scenario) -> float:
    """Return the predicted time of a scenario [s]; see `predicted_times`."""
    return predicted_times([scenario])[0]


def predicted_times(
    scenarios: Sequence[Scenario], *, bends: bool = True, last_m: float = 0.0
) -> list[float]:
    """Return the fastest finish of each plan's shape that never meets Morton's limit [s].

    The plan is stretched in time as a whole; environment, runner and the phases of the shelter are
    those of the scenario. The answers are within 0.01 s of the kernel's. A runner who has more than
    the fastest human time asks for gets that time.

    Args:
        scenarios: what is to be predicted.
        bends: False takes the extra cost of the bends away.
        last_m: the limit may bind this close to the line [m]; the answer is then the finish that is
            asked for, not quite the one that is reached.

    Raises:
        NoAnswerError: even 2 m/s is too fast for a runner.
    """
    found = [_Search(s) for s in scenarios]
    while not all(search.done for search in found):
        open_ = [search for search in found if not search.done]
        rows = [stretched(s.scenario, float(t)) for s in open_ for t in s.times]
        most = np.repeat([_means(s.scenario)[0] for s in open_], _ROWS)[:, None]
        needed = reserve_needed(demands(rows, last_m=last_m), most, bends=bends)[:, 0]
        for search, own in zip(open_, needed.reshape(-1, _ROWS), strict=True):
            search.narrow(_means(search.scenario)[1] - own)
    return [search.time_s for search in found]


class _Search:
    """The search for one predicted time: rows of times that close in on it."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.bounds = (least_time(scenario.distance), scenario.distance / SLOWEST_M_S)
        planned = schedule_of(scenario.plan, scenario.distance).finish_s
        low, high = self.bounds
        near = (max(planned / _NEAR, low), min(planned * _NEAR, high))
        low, high = near if near[0] < near[1] else self.bounds
        self.times = np.geomspace(low, high, _ROWS)
        self.time_s = float("nan")
        self.done = False

    def narrow(self, spare: Floats) -> None:
        """Take the reserve to spare in each row [J/kg] and look closer where it turns."""
        low, high = self.bounds
        wanting = np.flatnonzero(spare < 0)
        i = int(wanting[-1]) if len(wanting) else 0
        if not len(wanting) and self.times[0] <= low * (1.0 + 1e-9):
            self.time_s, self.done = low, True
        elif not len(wanting):
            self.times = np.geomspace(low, self.times[0], _ROWS)
        elif i == _ROWS - 1 and self.times[-1] >= high * (1.0 - 1e-9):
            what = (
                f"{self.scenario.runner.name} cannot run {format_distance(self.scenario.distance)}"
            )
            raise NoAnswerError(f"{what} at {SLOWEST_M_S:g} m/s with these means.")
        elif i == _ROWS - 1:
            self.times = np.geomspace(self.times[-1], high, _ROWS)
        else:
            a, b = self.times[i], self.times[i + 1]
            share = spare[i] / (spare[i] - spare[i + 1])
            self.time_s = float(a + share * (b - a))
            self.done = bool(b / a < _CLOSE)
            self.times = np.geomspace(a, b, _ROWS)


def _means(scenario: Scenario) -> tuple[float, float]:
    """Return MAP [W/kg] and reserve [J/kg] with the form on the day."""
    form = 1.0 + scenario.runner.form / 100.0
    return scenario.runner.max_aerobic_power * form, scenario.runner.reserve * form
