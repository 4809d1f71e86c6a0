"""lightpace: a real-time pacing-light simulator for attempts at the mile.

from simulator import load_scenario, simulate
recording = simulate(load_scenario("breaking4"))
recording.finish_s
"""

from simulator.analysis.optimum.optimise import Optimum, optimise
from simulator.analysis.sweep.running import Table, sweep
from simulator.errors import LightpaceError, ScenarioError
from simulator.physics.attempt import fork, simulate, simulate_all
from simulator.recording.recording import Moment, Recording, Status
from simulator.recording.store import load_recording, save_recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario

__all__ = [
    "LightpaceError",
    "Moment",
    "Optimum",
    "Recording",
    "Scenario",
    "ScenarioError",
    "Status",
    "Table",
    "fork",
    "load_recording",
    "load_scenario",
    "optimise",
    "save_recording",
    "simulate",
    "simulate_all",
    "sweep",
]
