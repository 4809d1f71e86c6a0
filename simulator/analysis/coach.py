"""A coach's questions about one scenario: the chance, pacers' errors, the end spurt that is left.

In: a scenario. Out: `CaseOutcome`s, each a whole scenario run with the same samples; `EndSpurt`s,
the fastest last stretch that she can hold to the line, from the state at its beginning. The size of
the pacers' errors is assumed.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from simulator.analysis.optimise import LAST_M
from simulator.analysis.uncertainty import SAMPLES, SEED, breaks_target, percentile, sampled
from simulator.coefficients import BESIDE_REACH_M, LANE_BIN_M, LAP_M
from simulator.physics.attempt import finish_times, outcomes_of
from simulator.physics.setup import state_of, steady_attempt
from simulator.recording.recording import Recording
from simulator.scenario.model import Scenario
from simulator.scenario.pacers import PacerFormation, Pacers, Slot
from simulator.scenario.plan import schedule_of
from simulator.world_records import least_flying_time

FADES_S = (1.0, 3.0)
SURGE_S = 0.5
SWAP_GAP_M = 1.0
"""Size of the pacers' errors: all assumed."""
SPURTS_M = (LAP_M, LAP_M / 2)
_SLOWEST = 0.8
"""The search for an end spurt starts at this share of her mean speed [1]."""
_HALVINGS = 14


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """How a scenario ends in one case.

    Attributes:
        case: as text.
        finish_s: with the scenario's values [s]; None: she does not finish.
        p5_s, p50_s, p95_s: percentiles over the samples that finish [s]; None if none does.
        chance: of the plan's finish [1].
        assumed: whether the case is assumed, not part of the scenario.
    """

    case: str
    finish_s: float | None
    p5_s: float | None
    p50_s: float | None
    p95_s: float | None
    chance: float
    assumed: bool


@dataclass(frozen=True, slots=True)
class EndSpurt:
    """The end spurt that is left; pacers lead it or return for it (assumed).

    Attributes:
        last_m: its length before the line [m]; `from_s`: when it begins [s].
        as_run_s: her time for it in the run [s]; None: she did not finish.
        fastest_s: its time at the fastest steady speed that she can hold [s]; None: she can hold
            none.
    """

    last_m: float
    from_s: float
    as_run_s: float | None
    fastest_s: float | None

    @property
    def left_s(self) -> float:
        """How much faster than in the run she could have been [s]; 0: nothing is left."""
        if self.fastest_s is None or self.as_run_s is None:
            return 0.0
        return max(0.0, self.as_run_s - self.fastest_s)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {**asdict(self), "left_s": self.left_s}


def case_outcomes(
    scenario: Scenario, samples: int = SAMPLES, seed: int = SEED
) -> list[CaseOutcome]:
    """Return how the scenario ends as it stands, and in every case of erring pacers."""
    cases = {"as the scenario says": scenario, **_errors(scenario)}
    target_s = schedule_of(scenario.plan, scenario.distance).finish_s
    rows = []
    for words, case in cases.items():
        ran = sampled(case, samples, seed)
        low, middle, high = (percentile(ran, percent) for percent in (5, 50, 95))
        chance = float(breaks_target(ran, target_s).mean())
        (finish,) = finish_times([case]).tolist()
        known = None if math.isnan(finish) else finish
        rows.append(CaseOutcome(words, known, low, middle, high, chance, case is not scenario))
    return rows


def _errors(scenario: Scenario) -> dict[str, Scenario]:
    """Return the cases of erring pacers, all of them at half way.

    None if nobody is ahead there, or if it makes no difference to her where they are.
    """
    pacers, half_m = scenario.pacers, scenario.distance / 2.0
    ahead = [slot for slot in pacers.line_up() if slot.ahead > BESIDE_REACH_M]
    apart = pacers.shelter is not None and scenario.runner.follows == "light"
    if apart or not any(s.from_ <= half_m and (s.until or math.inf) > half_m for s in ahead):
        return {}
    cases = {
        f"fade: {fade:g} s lost from half way on": pacers.with_values(
            {"leader.fade": fade, "leader.fade_from": half_m}
        )
        for fade in FADES_S
    }
    words = f"surge: {SURGE_S:g} s gained at half way, then given back"
    cases[words] = pacers.with_values({"leader.surge": SURGE_S, "leader.surge_from": half_m})
    if pacers.shelter is None:
        swapping: Pacers | None = pacers
        if not _hands_over(pacers):
            swapping = _swapping(pacers, half_m)
            if swapping is not None:
                cases["swap: the two nearest change places at half way"] = swapping
        if swapping is not None:
            words = f"untidy swap: the gap opens by {SWAP_GAP_M:g} m"
            cases[words] = swapping.model_copy(update={"swap_gap": SWAP_GAP_M})
    return {words: scenario.model_copy(update={"pacers": p}) for words, p in cases.items()}


def _hands_over(pacers: Pacers) -> bool:
    """Return whether any pacer moves forward to another slot."""
    slots = pacers.line_up()
    return any(
        new.name == old.name and new.from_ == old.until and new.ahead > old.ahead
        for old in slots
        for new in slots
    )


def _swapping(pacers: Pacers, at_m: float) -> Pacers | None:
    """Return the pacers after the two nearest ahead in her line swap places; None without two."""
    formation = pacers.formation
    running = set(formation.names()[: pacers.count])
    in_line = [
        slot
        for slot in formation.named_slots
        if slot.name in running
        and slot.ahead > BESIDE_REACH_M
        and abs(slot.offset) < LANE_BIN_M
        and (slot.from_, slot.until) == (0.0, None)
    ]
    if len(in_line) < 2:
        return None
    near, far = sorted(in_line, key=lambda slot: slot.ahead)[:2]
    others = {near.name: far, far.name: near}
    slots: list[Slot] = []
    for slot in formation.named_slots:
        other = others.get(slot.name)
        if other is None:
            slots.append(slot)
            continue
        place = {"ahead": other.ahead, "offset": other.offset, "from_": at_m}
        slots += [slot.model_copy(update={"until": at_m}), slot.model_copy(update=place)]
    plain = {"name": formation.name, "assumed": True, "slots": slots}
    return pacers.model_copy(update={"formation": PacerFormation.model_validate(plain)})


def end_spurts(scenario: Scenario, run: Recording) -> list[EndSpurt]:
    """Return the end spurts left at the bell and 200 m before the line, if she gets there."""
    places = [
        m for m in SPURTS_M if scenario.distance - m > 0 and run.x[-1] > scenario.distance - m
    ]
    return [_end_spurt(scenario, run, last_m) for last_m in places]


def _end_spurt(scenario: Scenario, run: Recording, last_m: float) -> EndSpurt:
    """Return the end spurt over the last metres, its speed by bisection.

    A speed can be held if there is power to spare up to the last LAST_M. No end spurt is faster
    than a human (`least_flying_time`).
    """
    begin_m = scenario.distance - last_m
    tick = int(np.searchsorted(run.x, begin_m, side="right")) - 1
    state, left_m = state_of(run, tick), scenario.distance - run.x.item(tick)
    from_s = float(run.time_at(begin_m))

    def fastest(speed: float) -> float | None:
        """Return the time of the last metres at a speed; None if she cannot hold it."""
        time_s = 2.0 * left_m / speed
        steady = partial(steady_attempt, state=state, v_m_s=speed, time_s=time_s, step_s=run.step_s)
        ran = outcomes_of([scenario], slack_until_m=LAST_M, attempt_of=steady)
        kept = bool(ran.valid[0]) and float(ran.slack.min()) >= 0.0
        return float(ran.finish_s[0]) - from_s if kept else None

    low, high = _SLOWEST * begin_m / from_s, last_m / least_flying_time(last_m)
    best = fastest(low)
    for _ in range(_HALVINGS if best is not None else 0):
        middle = 0.5 * (low + high)
        last_s = fastest(middle)
        low, high = (low, middle) if last_s is None else (middle, high)
        best = best if last_s is None else last_s
    as_run = None if run.finish_s is None else run.finish_s - from_s
    return EndSpurt(last_m, from_s, as_run, best)
