"""The price list: the time between a run and its target, divided among factors.

In: a scenario. Out: `PriceList`. Each factor is either as in the scenario or at its best. All
combinations are run (32 for five factors). The price of a factor is its Shapley value: its effect
averaged over every order in which the factors could be improved one after another. So the prices
sum to the finish less that of the reference run, in which all are at their best. The rest, between
the reference run and the target, is left over.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

from simulator.analysis.what_if import finished, formations
from simulator.physics.attempt import finish_times
from simulator.scenario.model import Environment, Scenario
from simulator.scenario.pacers import Leader, Pacers
from simulator.scenario.plan import schedule_of

WAIT_M = 40.0
"""How far the pacers of the reference run would wait behind their mark [m]."""
MOST_POWER = 1.5
"""The search stops at this many times her aerobic power."""
LEVEL_S = 0.005
"""A smaller value reads as nothing [s]."""
FACTORS = {
    "power": ("pace beyond her power", "{} % more aerobic power"),
    "shelter": ("shelter lost", "a group that waits"),
    "errors": ("leader's errors", "a leader without errors"),
    "formation": ("formation", "the formation {}"),
    "day": (
        "day",
        f"a still day at {Environment().temperature:g} °C, no better or worse than usual",
    ),
}
"""The name of each factor, and its best state; {}: what the runs say."""
ENOUGH = "her power"
"""The best state of her power where it is enough."""
_HALVINGS = 30
_KEPT_S = 5e-4
"""A run that finishes at most this much after its target has kept it [s]."""

Change = Callable[[Scenario], Scenario]


@dataclass(frozen=True, slots=True)
class Price:
    """The cost of one factor.

    Attributes:
        name: the factor.
        best: its state in the reference run.
        seconds: its Shapley value [s]; negative: it helps.
    """

    name: str
    best: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the waterfall that leads from the target to the finish.

    Attributes:
        name: the factor; the last step may be the rest that is left over.
        best: its state in the reference run; empty for the rest.
        from_s, to_s: the finish times at its ends [s].
    """

    name: str
    best: str
    from_s: float
    to_s: float

    @property
    def seconds(self) -> float:
        """Its cost [s]."""
        return self.to_s - self.from_s


@dataclass(frozen=True, slots=True)
class PriceList:
    """The time between a run and its target.

    Attributes:
        target_s: the plan's finish [s].
        finish_s: that of the run [s].
        reference_s: that of the run in which every factor is at its best [s].
        prices: the largest first; with the rest they sum to finish_s - target_s.
    """

    target_s: float
    finish_s: float
    reference_s: float
    prices: tuple[Price, ...]

    @property
    def left_over_s(self) -> float:
        """By how much the reference run misses the target [s], positive = late."""
        return self.reference_s - self.target_s

    @property
    def gap_s(self) -> float:
        """By how much the run misses the target [s], positive = late."""
        return self.finish_s - self.target_s

    @property
    def steps(self) -> tuple[Step, ...]:
        """The waterfall: from the target, each price in turn, to the finish."""
        steps, at_s = [], self.target_s
        for price in self.prices:
            steps.append(Step(price.name, price.best, at_s, at_s + price.seconds))
            at_s = steps[-1].to_s
        if abs(self.left_over_s) >= LEVEL_S:
            steps.append(Step("left over", "", at_s, self.finish_s))
        return tuple(steps)

    @property
    def reference(self) -> str:
        """The reference run as text."""
        return f"the same attempt with {', '.join(p.best for p in self.prices)}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: the entry `price_list` in `simulate --json`."""
        return {
            **asdict(self),
            "reference": self.reference,
            "left_over_s": self.left_over_s,
        }


def price_list(scenario: Scenario) -> PriceList | None:
    """Return the price list of a scenario; None unless she finishes in all the runs."""
    target_s = schedule_of(scenario.plan, scenario.distance).finish_s
    factors = [*_factors(scenario)]
    everything_right = scenario
    for _, _, change in factors:
        everything_right = change(everything_right)
    power = _power_needed(everything_right, target_s)
    name, more = FACTORS["power"]
    best = ENOUGH if power == 1.0 else more.format(f"{100 * (power - 1.0):.1f}")
    factors.append((name, best, lambda s: _with_power(s, power)))
    rows = []
    for right in product((False, True), repeat=len(factors)):
        row = scenario
        for put_right, (_, _, change) in zip(right, factors, strict=True):
            row = change(row) if put_right else row
        rows.append(row)
    finish_s = finish_times(rows).tolist()
    if any(map(math.isnan, finish_s)):
        return None
    shares = _shapley(finish_s, len(factors))
    prices = [Price(name, best, -s) for (name, best, _), s in zip(factors, shares, strict=True)]
    prices.sort(key=lambda price: -price.seconds)
    return PriceList(target_s, finish_s[0], finish_s[-1], tuple(prices))


def _shapley(values: Sequence[float], count: int) -> list[float]:
    """Return each player's Shapley value in a game of `count` players.

    `values`: the payoff of each coalition, in the order of `itertools.product`: the first player is
    the highest bit of the index.
    """
    shares = [0.0] * count
    for player in range(count):
        bit = 1 << (count - 1 - player)
        for coalition in range(1 << count):
            if coalition & bit:
                continue
            others = coalition.bit_count()
            orders = math.factorial(others) * math.factorial(count - 1 - others)
            gain = values[coalition | bit] - values[coalition]
            shares[player] += orders / math.factorial(count) * gain
    return shares


def _factors(scenario: Scenario) -> list[tuple[str, str, Change]]:
    """Return the factors outside her body: name, best state, and the change that leads to it."""
    day = (*FACTORS["day"], _change(_USUAL_DAY))
    errors = (*FACTORS["errors"], _change(_WITHOUT_ERRORS))
    if scenario.pacers.running == 0:
        return [day]
    if scenario.pacers.shelter is not None:  # she may follow them all the same
        return [day] if scenario.pacers.leader == Leader() else [errors, day]
    label, best = _best_formation(scenario)
    lined_up = {"pacers.formation": best.formation, "pacers.count": best.count}
    name, line = FACTORS["formation"]
    return [
        (*FACTORS["shelter"], _change(_WAITING)),
        errors,
        (name, line.format(label), _change(lined_up)),
        day,
    ]


def _change(values: dict[str, Any]) -> Change:
    return lambda scenario: scenario.with_values(values)


_WAITING = {"pacers.policy": "wait_for_runner", "pacers.drop_back": WAIT_M}
_WITHOUT_ERRORS = {"pacers.leader": Leader()}
_USUAL_DAY = {"environment": Environment(), "runner.form": 0.0}


def _best_formation(scenario: Scenario) -> tuple[str, Pacers]:
    """Return the fastest formation with everything else unchanged, and its name."""
    rows = [row for row in finished(formations(scenario, scenario)) if row.finish_s is not None]
    best = min(rows, key=lambda row: (row.finish_s, not row.current), default=None)
    if best is None:
        return scenario.pacers.formation.name, scenario.pacers
    return best.label, best.scenario.pacers


def _with_power(scenario: Scenario, factor: float) -> Scenario:
    power = scenario.runner.max_aerobic_power * factor
    return scenario.with_values({"runner.max_aerobic_power": power})


def _power_needed(scenario: Scenario, target_s: float) -> float:
    """Return the multiple of her aerobic power that reaches the target, or the useful maximum."""

    def finish_s(factor: float) -> float:
        return float(finish_times([_with_power(scenario, factor)])[0])

    goal_s = max(target_s, finish_s(MOST_POWER)) + _KEPT_S
    low, high = 1.0, MOST_POWER
    if finish_s(low) <= goal_s:
        return low
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if finish_s(middle) <= goal_s else (middle, high)
    return high
