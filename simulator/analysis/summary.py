"""The summary of an attempt: what `lightpace simulate` prints and a coach reads.

In: a scenario and its recording. Out: `Summary`, and the same as plain values for JSON.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from simulator.analysis.gaps import lost_light_m
from simulator.analysis.references import (
    Reference,
    ghost_references,
    light_reference,
    plan_reference,
)
from simulator.analysis.splits import Split, split_table
from simulator.recording.recording import Recording, Status
from simulator.scenario.model import Scenario


@dataclass(frozen=True, slots=True)
class Energy:
    """The energy balance [J/kg]: total spent, aerobic, from the reserve, reserve left."""

    spent: float
    aerobic: float
    from_reserve: float
    reserve_left: float


@dataclass(frozen=True, eq=False)
class Summary:
    """An attempt in numbers; `splits` carry a time for each of `ghosts`, in that order."""

    scenario: Scenario
    recording: Recording
    splits: tuple[Split, ...]
    ghosts: tuple[Reference, ...]
    target_s: float
    lost_light_at_m: float | None
    mean_shelter: float
    energy: Energy

    @property
    def finished(self) -> bool:
        """Whether the run is a valid, finished one."""
        return self.recording.status is Status.FINISHED

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: the output of `simulate --json`."""
        run = self.recording
        finish = run.finish_s
        result: dict[str, Any] = {
            "scenario": self.scenario.name,
            "distance_m": run.race_m,
            "finish_time_s": finish,
            "status": run.status.value,
            "target_s": self.target_s,
            "splits": [
                {
                    "distance_m": s.distance_m,
                    "time_s": s.run_s,
                    "plan_s": s.plan_s,
                    "gap_s": s.delta_s,
                }
                for s in self.splits
            ],
            "ghosts": [
                {
                    "name": g.name,
                    "finish_time_s": g.finish_s,
                    "gap_s": None
                    if finish is None or g.finish_s is None or g.distance_m != run.race_m
                    else finish - g.finish_s,
                    "splits": [
                        {"distance_m": s.distance_m, "time_s": s.ghosts_s[i]}
                        for s in self.splits
                        if s.ghosts_s[i] is not None
                    ],
                }
                for i, g in enumerate(self.ghosts)
            ],
            "lost_light_at_m": self.lost_light_at_m,
            "mean_shelter": self.mean_shelter,
            "energy_j_kg": asdict(self.energy),
            "step_s": run.step_s,
        }
        published = [s for s in self.splits if s.published_s is not None]
        if published:
            result["residuals"] = [
                {
                    "distance_m": s.distance_m,
                    "published_s": s.published_s,
                    "tolerance_s": s.tolerance_s,
                    "residual_s": s.residual_s,
                }
                for s in published
            ]
        return result


def summarise(scenario: Scenario, recording: Recording) -> Summary:
    """Return the summary of a recording of this scenario."""
    plan, ghosts = plan_reference(scenario), ghost_references(scenario)
    end = recording.at(recording.end_s)
    times = np.arange(recording.ticks + 1) * recording.step_s
    until = times < recording.end_s
    power = np.append(recording.aerobic[until], end.aerobic)
    elapsed = np.diff(np.append(times[until], recording.end_s))
    aerobic = float((0.5 * (power[1:] + power[:-1]) * elapsed).sum())
    reserve_left = end.reserve
    used = float(recording.reserve[0]) - reserve_left
    target = plan.finish_s if plan.finish_s is not None else float("nan")
    return Summary(
        scenario,
        recording,
        tuple(split_table(scenario, recording, plan, ghosts)),
        tuple(ghosts),
        target,
        lost_light_m(recording, light_reference(scenario)) if scenario.lit else None,
        recording.mean_shelter,
        Energy(aerobic + used, aerobic, used, reserve_left),
    )
