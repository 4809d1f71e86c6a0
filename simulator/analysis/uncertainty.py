"""The model's uncertainty: the finish of many samples of its uncertain inputs, and their effects.

In: a scenario with its `uncertainty` section, a seed. Out: `Forecast`, the finish times of random
samples, and `InputEffect`s, how far each input alone moves the finish.

A sample is a place on each input's distribution (a *share*, 0 to 1). Each input has its own random
stream, so sample i is the same however many are drawn and whatever else is uncertain. A share of
NaN stands for the scenario's value. She follows her plan in every sample, so no sample is faster
than the plan: the fast end shows the plan, not her ability.

What a playback shows of it: `Band`, the range of 90 % of samples from the gun at each distance,
which does not depend on the recording; and `Chances`, a table by distance of the chance to break
the target. Each of its points takes up to half a second and is computed where it is needed. A
chance depends only on the past: each sample is run forward from her state at a point she has
passed. What happened on the way does not change the weight of a sample. The chance from the gun is
that of a `Forecast` of SAMPLES samples.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.analysis.predict import RaceDemand, race_demand
from simulator.analysis.references import Reference
from simulator.physics.attempt import STATUSES, Outcomes, run_sampled
from simulator.physics.compiled import kernel
from simulator.physics.setup import state_of
from simulator.recording.recording import Recording, Status
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import (
    INPUT_BOUNDS,
    INPUTS,
    UNITS,
    Distribution,
    Runner,
    Scenario,
    Uncertainty,
    Uniform,
)
from simulator.scenario.plan import schedule_of
from simulator.units import format_time

Floats = NDArray[np.float64]
Shares: TypeAlias = Mapping[str, Floats]

SAMPLES, SEED = 2000, 1
"""Default number of samples and seed."""
TARGET_TOLERANCE_S = 0.005
"""A finish up to this much above the target still breaks it: plans are kept to rounding [s]."""
LOW, HIGH = 0.05, 0.95
"""The ends of the band, and of each input in the list of effects."""


def draw(count: int, seed: int) -> Shares:
    """Return `count` samples as shares, shape (count,) for each input."""
    return {name: np.random.default_rng([seed, *name.encode()]).random(count) for name in INPUTS}


def one_at_a_time() -> Shares:
    """Return the scenario itself, then each input alone at its 5 % and its 95 %."""
    count = 1 + 2 * len(INPUTS)
    shares = {name: np.full(count, np.nan) for name in INPUTS}
    for i, name in enumerate(INPUTS):
        shares[name][1 + 2 * i : 3 + 2 * i] = (LOW, HIGH)
    return shares


@dataclass(frozen=True, eq=False)
class Samples:
    """The values of samples.

    Attributes:
        values: of each input, shape (rows,).
        effective: the equivalent number of independent samples: lower if they were resampled by how
            well they fit the given races (Kish: (sum of weights)² / sum of squares).
    """

    values: dict[str, Floats]
    effective: float


def samples_of(scenario: Scenario, shares: Shares) -> Samples:
    """Return the samples' values in this scenario.

    Values are clipped to what the scenario allows. A drag area that the scenario does not give
    follows from the height and each sample's mass.
    """
    runner, given = scenario.runner, scenario.uncertainty
    bodies = _bodies_about(runner, scenario.pacers.wake, given, given_races(given), shares)
    return _in_form(bodies, runner, given)


def samples_drawn(scenario: Scenario, count: int = SAMPLES, seed: int = SEED) -> Samples:
    """Return this many samples of a scenario, cached for the last few scenarios."""
    runner, given = scenario.runner, scenario.uncertainty
    of_no_form = runner.model_copy(update={"form": 0.0})
    bodies = _drawn(of_no_form, scenario.pacers.wake, given, given_races(given), count, seed)
    return _in_form(bodies, runner, given)


def given_races(given: Uncertainty) -> tuple[Scenario, ...]:
    """Return the given races as they are now, with all that their files name."""
    return tuple(load_scenario(race, with_ghosts=False) for race in given.given)


@lru_cache(maxsize=4)
def _drawn(
    runner: Runner,
    wake: float,
    given: Uncertainty,
    races: tuple[Scenario, ...],
    count: int,
    seed: int,
) -> Samples:
    return _bodies_about(runner, wake, given, races, draw(count, seed))


def _in_form(bodies: Samples, runner: Runner, given: Uncertainty) -> Samples:
    """Return samples with the form of the day, on which none of their other values depends."""
    form = quantile(given.form, bodies.values["form"], runner.form)
    return replace(bodies, values={**bodies.values, "form": np.clip(form, *INPUT_BOUNDS["form"])})


def _bodies_about(
    runner: Runner, wake: float, given: Uncertainty, races: Sequence[Scenario], shares: Shares
) -> Samples:
    """Return samples around a runner and a wake, with the shares of their form of the day.

    These are resampled with the rest.
    """
    values = {"form": np.array(shares["form"])}
    for name in INPUTS:
        if name == "form":
            continue
        spread: Distribution = getattr(given, name)
        centre = wake if name == "wake" else _centre(runner, name, values.get("mass"))
        values[name] = np.clip(quantile(spread, shares[name], centre), *INPUT_BOUNDS[name])
    # rows of `one_at_a_time` are no samples
    drawn = np.flatnonzero(~np.isnan([shares[name] for name in INPUTS]).any(axis=0))
    effective = float(len(drawn))
    if races:
        effective = _as_in_the_given_races(runner, given, races, shares["reserve"], drawn, values)
    return Samples(values, effective)


def _as_in_the_given_races(
    own: Runner,
    given: Uncertainty,
    races: Sequence[Scenario],
    shares: Floats,
    drawn: NDArray[np.int64],
    values: dict[str, Floats],
) -> float:
    """Set each sample's reserve to what the first given race takes of it on a day of its form.

    The scenario's values without form have the scenario's reserve. The form on that day uses the
    shares of the reserve, which it replaces. With further races, the rows `drawn` are resampled,
    each weighted by the likelihood of the form that it needs there. Return the equivalent number of
    independent samples.
    """
    count = len(shares)
    form = quantile(given.given_form, shares, np.zeros(count)) / 100.0
    bodies = np.stack([values[name] for name in ("drag_cost", "drag_area", "mass")])
    power = values["max_aerobic_power"]
    first, *others = [race_demand(race, own).as_run_by(own) for race in races]
    reserve = first.reserve(bodies, power * (1.0 + form)) / (1.0 + form)
    values["given_form"] = 100.0 * form
    values["reserve"] = np.clip(reserve, *INPUT_BOUNDS["reserve"])
    spread = given.given_form.spread / 100.0
    if not others or not len(drawn) or spread == 0:
        return float(len(drawn))
    log_weight = np.zeros(count)
    for race in others:
        form = _form_needed(race, bodies, power, reserve)
        log_weight -= 0.5 * (form / spread) ** 2
    weight = np.exp(log_weight[drawn] - log_weight[drawn].max())
    places = (np.arange(len(drawn)) + 0.5) / len(drawn)
    chosen = drawn[np.searchsorted(np.cumsum(weight) / weight.sum(), places)]
    for column in values.values():
        column[drawn] = column[chosen]
    return float(weight.sum() ** 2 / np.square(weight).sum())


def _form_needed(race: RaceDemand, bodies: Floats, power: Floats, reserve: Floats) -> Floats:
    """Return the form on the day with which each sample just runs a race [1], by secants."""

    def short(form: Floats) -> Floats:
        return race.reserve(bodies, power * (1.0 + form)) - reserve * (1.0 + form)

    a, b = np.zeros_like(power), np.full_like(power, 0.01)
    lack_a, lack_b = short(a), short(b)
    for _ in range(2):
        change = lack_b * (b - a) / np.where(lack_b == lack_a, 1.0, lack_b - lack_a)
        a, lack_a, b = b, lack_b, b - change
        lack_b = short(b)
    return b


def _centre(runner: Runner, name: str, mass: Floats | None) -> ArrayLike:
    if name == "drag_area" and mass is not None:
        # without the kit, which multiplies any area
        bare = runner.with_values({"kit.drag": 1.0})
        if runner.drag_area is None:
            return [bare.model_copy(update={"mass": m}).cda for m in mass.tolist()]
        return bare.cda
    value: float = getattr(runner, name)
    return value


def quantile(spread: Distribution, shares: Floats, centre: ArrayLike) -> Floats:
    """Return the values at these shares of a distribution; the centre if a share is NaN."""
    centre = np.broadcast_to(centre, shares.shape)
    central = np.isnan(shares)
    inside = np.clip(np.where(central, 0.5, shares), 1e-12, 1 - 1e-12)
    if isinstance(spread, Uniform):
        values = spread.low + (spread.high - spread.low) * inside
    else:
        bell = NormalDist().inv_cdf
        values = centre + spread.spread * np.array([bell(share) for share in inside.tolist()])
    return np.where(central, centre, values)


def run_samples(scenario: Scenario, samples: Samples, *, places_m: ArrayLike = ()) -> Outcomes:
    """Run every sample from the gun; passing times at `places_m` [m]."""
    return run_sampled(scenario, samples.values, places_m=places_m)[0]


def sampled(scenario: Scenario, samples: int = SAMPLES, seed: int = SEED) -> Outcomes:
    """Return the result of each sample of a scenario."""
    return run_samples(scenario, samples_drawn(scenario, samples, seed))


def chance_of(scenario: Scenario) -> float:
    """Return the chance of the plan's finish, as shown everywhere."""
    target_s = schedule_of(scenario.plan, scenario.distance).finish_s
    return float(breaks_target(sampled(scenario), target_s).mean())


def target_words(target_s: float) -> str:
    """Return the name of breaking a target: `sub-4:00` for 3:59.99, else `4:06.42`.

    Times are rounded up to the hundredth, so 3:59.99 is the slowest time below 4:00.
    """
    whole = math.ceil(target_s)
    if 0 < whole - target_s < 0.0101:
        return f"sub-{format_time(whole, 0)}"
    return format_time(target_s)


def chance_words(share: float, samples: int) -> str:
    """Return a chance as text, `3.8 %`; a sampled chance is never impossible or certain."""
    if share * samples < 0.5:
        return f"< {100.0 / samples:.2g} %"
    if (1.0 - share) * samples < 0.5:
        return f"> {100.0 - 100.0 / samples:.4g} %"
    told = (f"{100.0 * share:.{digits}f}" for digits in range(1, 9))
    return next(text for text in told if 0.0 < float(text) < 100.0) + " %"


def samples_words(scenario: Scenario, samples: int = SAMPLES, seed: int = SEED) -> str:
    """Return the basis of a chance, `2000 samples (seed 1), each of which has run monaco`."""
    races = " and ".join(Path(name).stem for name in scenario.uncertainty.given)
    known = f", each of which has run {races} in its time" if races else ""
    return f"{samples} samples (seed {seed}){known}"


def breaks_target(ran: Outcomes | Forecast, target_s: float) -> NDArray[np.bool_]:
    """Return which rows break the target [s]; only a valid, finished run can."""
    in_time = np.nan_to_num(ran.finish_s, nan=np.inf) <= target_s + TARGET_TOLERANCE_S
    return np.logical_and(ran.valid, in_time)


def percentile(ran: Outcomes | Forecast, percent: float) -> float | None:
    """Return the finish [s] that `percent` of the valid, finished rows are faster than."""
    times = ran.finish_s[ran.valid]
    return float(np.percentile(times, percent)) if len(times) else None


@dataclass(frozen=True, slots=True)
class InputEffect:
    """How far one input alone moves the finish.

    Attributes:
        name: the input; `unit` may be empty.
        low, high: its values at 5 % and 95 %.
        finish_low_s, finish_high_s: the finish at these [s]; None if it is not valid.
        assumed: its distribution is assumed, not published.
    """

    name: str
    unit: str
    low: float
    high: float
    finish_low_s: float | None
    finish_high_s: float | None
    assumed: bool

    @property
    def swing_s(self) -> float | None:
        """The difference of the two finishes [s]; None if one is missing."""
        if self.finish_low_s is None or self.finish_high_s is None:
            return None
        return abs(self.finish_high_s - self.finish_low_s)


@dataclass(frozen=True, eq=False)
class Forecast:
    """The finish times of samples, and the effects of the inputs.

    Attributes:
        target_s: the plan's finish [s].
        finish_s: finish of each sample [s], NaN without one, shape (samples,).
        status: index into `STATUSES` for each sample.
        effects: how far each input alone moves the finish, the largest swing first.
        effective: the equivalent number of independent samples; see `Samples`.
    """

    scenario: Scenario
    seed: int
    target_s: float
    finish_s: Floats
    status: NDArray[np.int8]
    effects: tuple[InputEffect, ...]
    effective: float

    @cached_property
    def valid(self) -> NDArray[np.bool_]:
        """Which samples are valid, finished runs."""
        return np.equal(self.status, STATUSES.index(Status.FINISHED))

    @property
    def samples(self) -> int:
        """Number of samples."""
        return len(self.finish_s)

    def percentile(self, percent: float) -> float | None:
        """Return the finish [s] that `percent` of the valid, finished samples are faster than."""
        return percentile(self, percent)

    def chance(self, target_s: float | None = None) -> float:
        """Return the share of all samples that break the target; only a valid run can."""
        target = self.target_s if target_s is None else target_s
        return float(breaks_target(self, target).mean())

    @property
    def chance_error(self) -> float:
        """Standard error of the chance, from the effective number of samples only."""
        share = self.chance()
        return float(np.sqrt(share * (1.0 - share) / self.effective))

    @property
    def held_by_plan(self) -> bool:
        """Whether samples finish, none faster than the plan: not so if the pacers are."""
        times = self.finish_s[self.valid]
        return len(times) > 0 and not bool((times < self.target_s - TARGET_TOLERANCE_S).any())

    @property
    def counts(self) -> dict[str, int]:
        """How many samples ended in each way."""
        return {s.value: int((self.status == i).sum()) for i, s in enumerate(STATUSES)}

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: the entry `uncertainty` in `simulate --json`."""
        return {
            "samples": self.samples,
            "effective_samples": self.effective,
            "seed": self.seed,
            "finish_s": {f"p{p}": self.percentile(p) for p in (5, 50, 95)},
            "target_s": self.target_s,
            "chance": self.chance(),
            "chance_standard_error": self.chance_error,
            "statuses": self.counts,
            "plan_limits_the_fast_end": self.held_by_plan,
            "given": [Path(name).name for name in self.scenario.uncertainty.given],
            "assumed_inputs": [e.name for e in self.effects if e.assumed],
            "effects": [
                {
                    "input": e.name,
                    "unit": e.unit,
                    "p5": e.low,
                    "p95": e.high,
                    "finish_at_p5_s": e.finish_low_s,
                    "finish_at_p95_s": e.finish_high_s,
                    "swing_s": e.swing_s,
                    "assumed": e.assumed,
                }
                for e in self.effects
            ],
        }


def forecast(scenario: Scenario, samples: int = SAMPLES, seed: int = SEED) -> Forecast:
    """Return the finish times of this many samples, and each input's effect on the finish."""
    alone, drawn = one_at_a_time(), draw(samples, seed)
    shares = {name: np.concatenate([alone[name], drawn[name]]) for name in INPUTS}
    rows = samples_of(scenario, shares)
    ran = run_samples(scenario, rows)
    first = len(ran.finish_s) - samples
    target = schedule_of(scenario.plan, scenario.distance).finish_s
    effects = _effects(scenario, rows, ran)
    finish, status = ran.finish_s[first:], ran.status[first:]
    return Forecast(scenario, seed, target, finish, status, effects, rows.effective)


def _effects(scenario: Scenario, rows: Samples, ran: Outcomes) -> tuple[InputEffect, ...]:
    """Return each input's effect from rows that begin with `one_at_a_time`, the largest first.

    An input that keeps her from finishing comes first.
    """
    times = [
        float(t) if ok else None for t, ok in zip(ran.finish_s, ran.valid.tolist(), strict=True)
    ]
    effects = []
    for i, name in enumerate(INPUTS):
        low, high = 1 + 2 * i, 2 + 2 * i
        if name == "reserve" and scenario.uncertainty.given:
            name = "given_form"  # noqa: PLW2901 - its place is taken by the form on that day
        effects.append(
            InputEffect(
                name,
                UNITS[name],
                float(rows.values[name][low]),
                float(rows.values[name][high]),
                times[low],
                times[high],
                getattr(scenario.uncertainty, name).assumed,
            )
        )
    return tuple(sorted(effects, key=lambda e: -np.inf if e.swing_s is None else -e.swing_s))


# -- what a playback shows ------------------------------------------------------------------------

BAND_SAMPLES = 200
BAND_EVERY_M = 25.0
CHANCE_EVERY_M = 100.0
CHANCE_POINTS = 20
"""At most this many points: over longer races they lie farther apart."""


@dataclass(frozen=True, eq=False)
class Band:
    """The range of 90 % of the samples: gap to the light from `low_s` to `high_s` [s] at `x_m` [m].

    It ends where fewer than 95 % of the samples arrive.
    """

    x_m: Floats
    low_s: Floats
    high_s: Floats


@dataclass(frozen=True, eq=False)
class Chances:
    """The chance of breaking `target_s` [s] from the state at each point `x_m` [m].

    `share` is NaN at points that have not been computed.
    """

    target_s: float
    x_m: Floats
    share: Floats
    samples: int = SAMPLES

    def at(self, distance_m: float) -> float | None:
        """Return the chance at the last point passed; None if it has not been computed."""
        share = float(self.share[self._point(distance_m)])
        return None if math.isnan(share) else share

    def missing(self, from_m: float, until_m: float) -> list[int]:
        """Return the missing points needed from one distance to another."""
        points = range(self._point(from_m), self._point(until_m) + 1)
        return [i for i in points if math.isnan(self.share[i])]

    def next_m(self, distance_m: float) -> float:
        """Return the first point beyond a distance [m]; the last one if there is none."""
        return float(self.x_m[min(self._point(distance_m) + 1, len(self.x_m) - 1)])

    def _point(self, distance_m: float) -> int:
        return max(int(np.searchsorted(self.x_m, distance_m + 1e-9, side="right")) - 1, 0)


def find_band(scenario: Scenario, light: Reference) -> Band:
    """Return the band of the gap to the light from samples that start at the gun."""
    race = scenario.distance
    x = np.append(np.arange(BAND_EVERY_M, race, BAND_EVERY_M), race)
    ran = run_samples(scenario, samples_drawn(scenario, BAND_SAMPLES), places_m=x)
    # runners who do not finish sort last
    times = np.sort(np.nan_to_num(ran.time_s, nan=np.inf), axis=0)
    low, high = (times[round(share * (BAND_SAMPLES - 1))] for share in (LOW, HIGH))
    there = light.run.time_at(np.minimum(x, light.distance_m))
    known = np.isfinite(high) & np.isfinite(there)
    at, first, last = (
        np.concatenate([[0.0], values[known]]) for values in (x, low - there, high - there)
    )
    for array in (at, first, last):
        array.setflags(write=False)
    return Band(at, first, last)


def find_chances(
    scenario: Scenario,
    recording: Recording,
    target_s: float,
    known: Chances | None = None,
    between_m: tuple[float, float] = (0.0, math.inf),
    earlier: Sequence[tuple[int, Scenario]] = (),
) -> Chances:
    """Return the chance of the target from each point of a run, or from those of a stretch.

    The samples are the same at every point, so that the chance changes with the race and not by
    sampling. Each sample has run up to the point by itself, under the scenarios that applied, which
    determines its aerobic power and its remaining reserve; there it takes over her place and speed.

    Args:
        scenario: the run's scenario.
        recording: the run.
        target_s: the target [s].
        known: the points computed so far.
        between_m: the stretch for which chances are needed [m].
        earlier: scenarios that applied before, each until a tick.
    """
    if known is None:
        reach = min(recording.race_m, float(recording.x[-1]))
        every = CHANCE_EVERY_M * math.ceil(recording.race_m / CHANCE_EVERY_M / CHANCE_POINTS)
        x = np.arange(0.0, reach, every)
        known = Chances(target_s, x, np.full(len(x), np.nan))
    share = known.share.copy()
    count, step_s = SAMPLES, recording.step_s
    for i in known.missing(*between_m):
        tick = max(int(np.searchsorted(recording.x, known.x_m[i], side="right")) - 1, 0)
        states = None
        for until, then in (*earlier, (tick, scenario)):
            last = min(until, tick)
            states = (
                _states(then, count, step_s, last)
                if states is None
                else _run(then, count, step_s, states, last)[1]
            )
            if until >= tick:  # the scenarios that followed did not apply yet
                break
        here = np.tile(state_of(recording, tick), (count, 1))
        here[:, _THEIRS] = np.asarray(states)[:, _THEIRS]
        share[i] = breaks_target(_run(scenario, count, step_s, here, None)[0], target_s).mean()
    return replace(known, share=share)


_THEIRS = [i for i, name in enumerate(kernel.STATE) if name.startswith(("aerobic", "reserve"))]
"""The part of a sample's state that it keeps when it takes over her place."""


@lru_cache(maxsize=4)  # every turn of a knob at one moment goes on from the same states
def _states(scenario: Scenario, count: int, step_s: float, until_tick: int) -> Floats:
    """Return the states of samples that have run from the gun to a tick."""
    return _run(scenario, count, step_s, None, until_tick)[1]


def _run(
    scenario: Scenario, count: int, step_s: float, states: Floats | None, until_tick: int | None
) -> tuple[Outcomes, Floats]:
    samples = samples_drawn(scenario, count)
    return run_sampled(scenario, samples.values, states, step_s=step_s, until_tick=until_tick)
