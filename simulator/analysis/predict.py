"""Predicted time: the fastest a runner can follow a plan without ever meeting her limit.

In: scenarios, or a runner and distances. Out: predicted finishes [s], with their ranges. With an
even plan that is the largest constant speed V for which Morton's limit, P <= A + E / tau_E, never
binds before the line.

The power that a plan takes does not depend on the two energy systems that supply it. So a plan is
run once by a runner with unlimited supply, and the reserve needed is summed afterwards, for any
aerobic power. `simulator.analysis.fit` inverts the same sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from pydantic import ValidationError

from simulator.coefficients import AEROBIC_START, TAU_RESERVE
from simulator.errors import NoAnswerError
from simulator.physics.air import altitude_share
from simulator.physics.attempt import run_recorded
from simulator.physics.compiled import kernel
from simulator.physics.setup import attempt_of, endurance_share
from simulator.physics.track import on_bend, track_position
from simulator.recording.recording import Floats, crossing
from simulator.scenario.model import Environment, Runner, Scenario, Track
from simulator.scenario.pacers import ConstantShelter, Leader, Pacers
from simulator.scenario.plan import EvenPlan, LapPlan, Plan, SplitPlan, schedule_of
from simulator.units import MILE_M, format_distance, format_time
from simulator.world_records import least_time

SLOWEST_M_S = 2.0
"""The slowest mean speed at which a predicted time is searched [m/s]."""
_ROWS = 13
_ROUNDS = 30
"""Searches end in about five rounds; one that has not by then returns its best time."""
TICKS_TOGETHER = 5
"""Ticks merged into one where a hundredth of a second does not matter [1]."""
_NEAR = 1.1
"""The first scan covers the planned finish over this to the finish times this."""
_CLOSE = 1.002
"""Between two times this close, as a ratio, the reserve needed is a straight line."""
_ENDLESS = {
    "max_aerobic_power": 40.0,
    "reserve": 5000.0,
    "anticipation": 10.0,
    "form": 0.0,
    "economy": 1.0,
    "endurance": 0.0,
}


@dataclass(frozen=True, slots=True)
class Race:
    """A race, past or planned: distance [m], time [s], and shelter S [1].

    The shelter reaches to `until_m` [m]; None: to the line.
    """

    distance_m: float
    time_s: float
    shelter: float = 0.0
    until_m: float | None = None

    @property
    def label(self) -> str:
        """Return `1500 m in 3:48.68`."""
        return f"{format_distance(self.distance_m)} in {format_time(self.time_s)}"

    def scenario(
        self, runner: Runner, environment: Environment | None = None, track: Track | None = None
    ) -> Scenario:
        """Return the race as an even plan for `runner`, with no pacers but the given shelter.

        Raises:
            NoAnswerError: the model has no such race.
        """
        try:
            phases: tuple[ConstantShelter, ...] = (
                ConstantShelter(value=self.shelter, until=self.until_m),
            )
            if self.until_m is not None:
                phases = (*phases, ConstantShelter(value=0.0))
            return Scenario(
                distance=self.distance_m,
                environment=environment or Environment(),
                track=track or Track(),
                runner=runner,
                plan=EvenPlan(target=self.time_s),
                pacers=Pacers(count=0, shelter=phases if self.shelter else None),
                ghosts=(),
            )
        except ValidationError as error:
            wrong = error.errors(include_url=False)[0]
            where = format_distance(self.distance_m)
            raise NoAnswerError(
                f"The model has no such race over {where}: {wrong['msg']}."
            ) from None


PACED = 0.60
"""Shelter behind pacemakers in races without published formations [1]; assumed."""
PACED_SHARE = 0.55
"""Share of a race for which pacemakers stay [1]; assumed."""


def paced_race(distance_m: float, time_s: float) -> Race:
    """Return a race with pacemakers over its first part, as records are run."""
    return Race(distance_m, time_s, PACED, PACED_SHARE * distance_m)


DISTANCES_M = (800.0, 1000.0, 1500.0, MILE_M, 2000.0, 3000.0, 5000.0, 10_000.0)
"""The distances at which the model is compared with the bests of public athletes [m]."""
LEFT_OUT_SPREAD = 0.008
"""Standard deviation of a best about its prediction, beyond the error of the fit [1].

With it 90 % of the races of configs/athletes.csv lie in their ranges (`lightpace validate`).
"""
NINE_IN_TEN = 1.645
"""90 % lie within this many standard deviations to either side."""
_STEP = 1e-3
"""Relative change of a number for a finite difference; of the endurance, absolute."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """A predicted race.

    Attributes:
        distance_m: the distance [m].
        time_s: her predicted time [s].
        low_s, high_s: the range that contains 90 % of bests [s].
    """

    distance_m: float
    time_s: float
    low_s: float
    high_s: float


def predict(
    runner: Runner,
    distances_m: Sequence[float] = DISTANCES_M,
    *,
    paced: bool = False,
    covariance: Floats | None = None,
    environment: Environment | None = None,
    track: Track | None = None,
) -> list[Prediction]:
    """Return what a runner would run over each distance, at even pace on a good day.

    Args:
        runner: the runner.
        distances_m: 100 m to 10 km each [m].
        paced: behind pacemakers for the first 55 % (`PACED`, `PACED_SHARE`); else alone.
        covariance: of her MAP [W/kg], reserve [J/kg] and endurance [1], shape (3, 3), as
            `Fit.covariance` has it; None: her numbers are taken as exact.
        environment: the air; None: still air at 25 °C. The effect of heat is left out.
        track: the lap; None: 400 m.

    Raises:
        NoAnswerError: even 2 m/s is too fast for her, or a distance is none that the model runs.
    """
    if not distances_m:
        return []
    first = [d / _FIRST_M_S for d in distances_m]
    races = [
        paced_race(d, t) if paced else Race(d, t) for d, t in zip(distances_m, first, strict=True)
    ]
    scenarios = [race.scenario(runner, environment, track) for race in races]
    times = predicted_times(scenarios)
    known = np.zeros((3, 3)) if covariance is None else covariance
    slopes = _slopes([stretched(s, t) for s, t in zip(scenarios, times, strict=True)], times)
    variance = np.einsum("ri,ij,rj->r", slopes, known, slopes) / np.square(times)
    spread = NINE_IN_TEN * np.sqrt(variance + LEFT_OUT_SPREAD**2)
    return [
        Prediction(d, t, t * (1.0 - share), t * (1.0 + share))
        for d, t, share in zip(distances_m, times, spread.tolist(), strict=True)
    ]


_FIRST_M_S = 6.0
"""The search for a predicted time starts at this mean speed [m/s]."""


def _slopes(scenarios: Sequence[Scenario], times: Sequence[float]) -> Floats:
    """Return the derivatives of predicted times by MAP, reserve and endurance, shape (rows, 3).

    Each scenario's plan ends at its predicted time [s]. There the reserve needed, which depends on
    the time, MAP and endurance, equals the reserve.
    """
    slower = [stretched(s, t * (1.0 + _STEP)) for s, t in zip(scenarios, times, strict=True)]
    powers = np.array([_means(s)[0] for s in scenarios])
    ends = [s.runner.endurance for s in scenarios]
    shares = [
        endurance_share(e + _STEP, t) / endurance_share(e, t)
        for e, t in zip(ends, times, strict=True)
    ]
    columns = np.stack([powers, powers * (1.0 + _STEP), powers * np.array(shares)], axis=1)
    plans, later_plans = (
        [plan.every(TICKS_TOGETHER) for plan in demands(rows)] for rows in (scenarios, slower)
    )
    here, stronger, tiring = reserve_needed(plans, columns).T
    later = reserve_needed(later_plans, powers[:, None])[:, 0]
    by_time = (later - here) / (_STEP * np.array(times))
    form = np.array([1.0 + s.runner.form / 100.0 for s in scenarios])
    by_power = (stronger - here) / (_STEP * powers) * form
    return np.stack(
        [-by_power / by_time, form / by_time, -(tiring - here) / _STEP / by_time], axis=1
    )


@dataclass(frozen=True, eq=False)
class PowerDemand:
    """The power that a plan takes, from the gun to the line, and the rise of her oxygen uptake.

    Attributes:
        time_s: equal ticks, then the finish [s], shape (ticks,).
        power: metabolic power at those times [W/kg].
        mean_power: its mean between them [W/kg], shape (ticks - 1,).
        bend_speed: speed at those times on bends, 0 on straights [m/s], shape (ticks,).
        share: the share of MAP left by altitude and the planned finish [1]; see `endurance_share`.
            Heat is left out: best times are run where it has no effect.
        start: aerobic power at the gun A(0) [W/kg].
        tau: time constant of her oxygen uptake [s].
    """

    time_s: Floats
    power: Floats
    mean_power: Floats
    bend_speed: Floats
    share: float
    start: float
    tau: float

    def every(self, ticks: int) -> PowerDemand:
        """Return the same with this many ticks merged: faster, and nearly as exact."""
        last = len(self.mean_power)
        begins = np.arange(0, last, ticks)
        at = np.append(begins, last)
        energy = np.add.reduceat(self.mean_power * np.diff(self.time_s), begins)
        time = self.time_s[at]
        mean = energy / np.diff(time)
        power, bend_speed = self.power[at], self.bend_speed[at]
        return replace(self, time_s=time, power=power, mean_power=mean, bend_speed=bend_speed)

    @property
    def bend(self) -> Floats:
        """The factor of the extra cost of bends [1], shape (ticks,)."""
        return np.array([kernel.bend_factor(v) for v in self.bend_speed.tolist()])


def demands(scenarios: Sequence[Scenario], *, last_m: float = 0.0) -> list[PowerDemand]:
    """Return what each scenario's plan takes, run without any limit.

    The group follows her plan and she her slot, whatever wave the scenario's group follows. The
    last `last_m` metres are left out.
    """
    return [_demand(s, last_m) for s in scenarios]


def _unlimited(scenario: Scenario) -> Scenario:
    alone = {"pacers.follows": None, "pacers.leader": Leader(), "ghosts": (), "published": None}
    return scenario.with_values({"runner": scenario.runner.with_values(_ENDLESS), **alone})


def _demand(scenario: Scenario, last_m: float) -> PowerDemand:
    attempt = attempt_of(_unlimited(scenario))
    step_s, run = attempt.step, run_recorded(attempt, 1)
    x, v = run["x"], run["v"]
    end_m = scenario.distance - last_m
    i = min(int(np.searchsorted(x, end_m, side="right")) - 1, len(x) - 2)
    end = float((i + crossing(x[i], v[i], x[i + 1], v[i + 1], step_s, end_m)) * step_s)
    tick = np.arange(len(x)) * step_s
    inside = int((tick < end).sum())
    time = np.append(tick[:inside], end)
    # a tick's cost follows from the kernel's ledger: reserve drawn and aerobic supply
    supplied = 0.5 * (run["aerobic"][1:] + run["aerobic"][:-1])
    mean = supplied - np.diff(run["reserve"]) / step_s
    # a bend begins at the finish line: the tick beyond it does not apply to the last metre
    last = np.minimum(np.arange(inside + 1), inside - 1)
    bends = on_bend(track_position(x[last], scenario.distance))
    runner, planned = scenario.runner, schedule_of(scenario.plan, scenario.distance)
    share = altitude_share(scenario.environment.pressure)
    # P, MAP, E(0) and A(0) times one factor are the same run: economy is a scale
    return PowerDemand(
        time,
        runner.economy * run["power"][last],
        runner.economy * mean[:inside],
        np.where(bends, v[last], 0.0),
        share * endurance_share(runner.endurance, planned.finish_s),
        AEROBIC_START * runner.economy,
        runner.oxygen_kinetics,
    )


def reserve_needed(
    plans: Sequence[PowerDemand], aerobic_max: ArrayLike, *, bends: bool = True
) -> Floats:
    """Return the reserve E(0) with which the limit just never binds [J/kg].

    It is the maximum over the race of the reserve drawn so far plus tau_E (P - A).

    Args:
        plans: what the plans take.
        aerobic_max: MAP [W/kg], shape (powers,), or (plans, powers) if they differ from plan to
            plan; the result has shape (plans, powers).
        bends: False removes the extra cost of the bends.
    """
    share, start, tau = (
        np.array([[getattr(d, name)] for d in plans]) for name in ("share", "start", "tau")
    )
    most = share * np.asarray(aerobic_max, dtype=np.float64)
    steps, begins, means = (_padded(rows) for rows in zip(*_parts(plans, bends), strict=True))
    ends = np.array([_level(d, bends)[-1] for d in plans])[:, None]
    return _summed(steps, zip(begins, means, strict=True), ends, most, start, tau)


def _summed(
    lasts: Floats,
    powers: Iterable[tuple[Floats, Floats]],
    ends: Floats,
    most: Floats,
    start: Floats | float,
    tau: Floats | float,
) -> Floats:
    """Return the reserve needed for ticks: length [s], power at their beginning, mean power.

    `ends`: the power at the line; `most`: MAP; `start`: A(0) [W/kg]; `tau`: that of uptake [s].
    """
    shape = np.broadcast_shapes(ends.shape, most.shape)
    drawn, needed, here, change = np.zeros((4, *shape))
    aerobic = np.broadcast_to(start, shape).copy()
    # in place, with the same arrays for each tick: memory anew would take as long as the sums
    for dt, up, (begin, mean) in zip(lasts, -np.expm1(-lasts / tau), powers, strict=True):
        np.subtract(begin, aerobic, out=here)
        here *= TAU_RESERVE
        here += drawn
        np.maximum(needed, here, out=needed)
        np.minimum(most, mean, out=change)  # the target of the aerobic supply
        np.subtract(mean, change, out=here)
        here *= dt
        drawn += here
        # the aerobic supply of the step is the integral of A, from dA = (target - A) / tau dt
        change -= aerobic
        change *= up
        aerobic += change
        change *= tau
        drawn += change
    return np.asarray(np.maximum(needed, drawn + TAU_RESERVE * (ends - aerobic)))


@dataclass(frozen=True, eq=False)
class RaceDemand:
    """The power of a race, in parts: its plan fixes the pace, so that power is linear in k and K.

    Attributes:
        level, force, drag: the power without surcharge, and the additions for inertia and air for
            `runner`.
        runner: who ran the race.
        slack: a runner's reserve less the race's need [J/kg].
    """

    level: PowerDemand
    force: PowerDemand
    drag: PowerDemand
    runner: Runner
    slack: float = 0.0

    def as_run_by(self, runner: Runner) -> RaceDemand:
        """Return the race with the slack of a runner with her reserve, on a day without form."""
        area = runner.cda / runner.kit.drag
        body = np.array([[runner.drag_cost], [area], [runner.mass]])
        power = np.array([runner.max_aerobic_power])
        needed = replace(self, slack=0.0).reserve(body, power)
        return replace(self, slack=runner.reserve - float(needed[0]))

    def reserve(self, bodies: Floats, aerobic_max: Floats) -> Floats:
        """Return the reserve with which each body runs this race as `runner` did [J/kg].

        Args:
            bodies: k [1], CdA without the kit [m2] and mass [kg], shape (3, bodies).
            aerobic_max: MAP with the form on that day [W/kg], shape (bodies,).
        """
        by = self.runner
        drag_cost, area, mass = bodies
        force = drag_cost / by.drag_cost
        drag = force * area / (by.cda / by.kit.drag) * (by.mass / mass)
        powers, means = self._parts("power"), self._parts("mean_power")
        mixed = (
            (p[0] + force * p[1] + drag * p[2], m[0] + force * m[1] + drag * m[2])
            for p, m in zip(powers[:-1], means, strict=True)
        )
        on_level, by_force, by_air = powers[-1]
        ends = on_level + force * by_force + drag * by_air
        level = self.level
        most = level.share * aerobic_max
        lasts = np.diff(level.time_s)
        return _summed(lasts, mixed, ends, most, level.start, level.tau) + self.slack

    def _parts(self, name: str) -> list[list[float]]:
        """Return the power of each tick in its three parts [W/kg]."""
        level, force, drag = (getattr(d, name) for d in (self.level, self.force, self.drag))
        parts: list[list[float]] = np.stack([level, force - level, drag - force], axis=1).tolist()
        return parts


_NOTHING = 1e-9
"""A drag area or cost near zero, which can be divided by."""


def race_demand(scenario: Scenario, runner: Runner) -> RaceDemand:
    """Return the power of a race in parts, with the economy and oxygen uptake of `runner`."""
    names = ("economy", "oxygen_kinetics", "endurance")
    as_hers = {name: getattr(runner, name) for name in names}
    runner = scenario.runner.model_copy(update=as_hers)
    bodies = [{"drag_cost": _NOTHING, "drag_area": _NOTHING}, {"drag_area": _NOTHING}, {}]
    parts = demands([scenario.with_values({"runner": runner.with_values(body)}) for body in bodies])
    level, force, drag = parts
    return RaceDemand(level, force, drag, runner)


def _level(demand: PowerDemand, bends: bool) -> Floats:
    return demand.power if bends else demand.power / demand.bend


def _parts(plans: Sequence[PowerDemand], bends: bool) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Yield each plan's steps [s], and the powers at their beginning and on average [W/kg]."""
    for demand in plans:
        dearer = 1.0 if bends else 0.5 * (demand.bend[1:] + demand.bend[:-1])
        yield np.diff(demand.time_s), _level(demand, bends)[:-1], demand.mean_power / dearer


def _padded(rows: Sequence[Floats]) -> Floats:
    """Return rows of different lengths as columns, shape (ticks, plans, 1); padding is 0 s."""
    filled = np.zeros((max(len(row) for row in rows), len(rows), 1))
    for i, row in enumerate(rows):
        filled[: len(row), i, 0] = row
    return filled


def stretched(scenario: Scenario, finish_s: float) -> Scenario:
    """Return the scenario with its plan stretched in time so that it ends at `finish_s` [s]."""
    plan = _stretched_plan(scenario.plan, finish_s)
    return scenario.with_values({"plan": plan})


def evenly(scenario: Scenario) -> Scenario:
    """Return the scenario with an even plan."""
    return scenario.with_values({"plan": EvenPlan(standing_start=scenario.plan.standing_start)})


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


def predicted_times(
    scenarios: Sequence[Scenario], *, bends: bool = True, last_m: float = 0.0
) -> list[float]:
    """Return the fastest finish of each plan's shape that never meets Morton's limit [s].

    The plan is stretched in time as a whole; environment, runner and the phases of the shelter are
    those of the scenario. The results are within 0.01 s of the kernel's. A runner able to run
    faster than the fastest human time gets that time.

    Args:
        scenarios: what to predict.
        bends: False removes the extra cost of the bends.
        last_m: the limit may bind this close to the line [m]; the result is then the planned
            finish, not quite the actual one.

    Raises:
        NoAnswerError: even 2 m/s is too fast for a runner.
    """
    searches = [_Search(s) for s in scenarios]
    for _ in range(_ROUNDS):
        open_ = [search for search in searches if not search.done]
        if not open_:
            break
        rows = [stretched(s.scenario, float(t)) for s in open_ for t in s.times]
        most = np.repeat([_means(s.scenario)[0] for s in open_], _ROWS)[:, None]
        plans = demands(rows, last_m=last_m)
        if max(search.times[-1] / search.times[0] for search in open_) > _NEAR:
            plans = [plan.every(TICKS_TOGETHER) for plan in plans]
        needed = reserve_needed(plans, most, bends=bends)[:, 0]
        for search, rows_needed in zip(open_, needed.reshape(-1, _ROWS), strict=True):
            search.narrow(_means(search.scenario)[1] - rows_needed)
    return [search.time_s for search in searches]


class _Search:
    """The search for one predicted time: a scan of times that is refined repeatedly."""

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
        """Use the spare reserve of each row [J/kg] to scan again where its sign changes."""
        low, high = self.bounds
        wanting = np.flatnonzero(spare < 0)
        i = int(wanting[-1]) if len(wanting) else 0
        if not len(wanting) and self.times[0] <= low * (1.0 + 1e-9):
            self.time_s, self.done = low, True
        elif not len(wanting):
            self.times = np.geomspace(low, self.times[1], _ROWS)  # it may lie at the very end
        elif i == _ROWS - 1 and self.times[-1] >= high * (1.0 - 1e-9):
            what = (
                f"{self.scenario.runner.name} cannot run {format_distance(self.scenario.distance)}"
            )
            raise NoAnswerError(f"{what} at {SLOWEST_M_S:g} m/s with these means.")
        elif i == _ROWS - 1:
            self.times = np.geomspace(self.times[-2], high, _ROWS)
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
