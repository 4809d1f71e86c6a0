"""Scenario files: reading and checking them, and the schedules of plans.

In: YAML files of `configs/` or the user's, and `--set` overrides. Out: a frozen `Scenario`, or a
`ScenarioError` that lists every problem with its line and column. This room knows nothing of what
happens on the track.
"""

from simulator.scenario.loader import load_scenario, load_text, scenario_to_dict
from simulator.scenario.model import Scenario
from simulator.scenario.plan import schedule_of
from simulator.scenario.schedule import Schedule

__all__ = [
    "Scenario",
    "Schedule",
    "load_scenario",
    "load_text",
    "scenario_to_dict",
    "schedule_of",
]
