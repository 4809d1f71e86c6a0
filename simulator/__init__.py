"""lightpace: a real-time pacing-light simulator for races on a track.

from lightpace import load_scenario, simulate
recording = simulate(load_scenario("breaking4"))
recording.finish_s

`lightpace` is this package under its own name; what `__all__` lists is public, and nothing else.

Public names are imported on first use, so that a command can answer Ctrl-C from its first
moment and a second process loads only what it needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.analysis.fit import Fit, fit_runner
    from simulator.analysis.optimise import Optimum, optimise
    from simulator.analysis.predict import Prediction, Race, predict
    from simulator.analysis.sweep import Table, sweep
    from simulator.errors import (
        LightpaceError,
        LightpaceWarning,
        OutputError,
        ScenarioError,
        SimulationError,
    )
    from simulator.notebook import Still, film, page, splits, still
    from simulator.physics.attempt import Stepper, fork, simulate, simulate_all
    from simulator.recording.recording import Moment, Recording, Status
    from simulator.recording.store import load_recording, save_recording
    from simulator.scenario.loader import load_scenario
    from simulator.scenario.model import Scenario

    __version__: str

__all__ = [
    "Fit",
    "LightpaceError",
    "LightpaceWarning",
    "Moment",
    "Optimum",
    "OutputError",
    "Prediction",
    "Race",
    "Recording",
    "Scenario",
    "ScenarioError",
    "SimulationError",
    "Status",
    "Stepper",
    "Still",
    "Table",
    "__version__",
    "film",
    "fit_runner",
    "fork",
    "load_recording",
    "load_scenario",
    "optimise",
    "page",
    "predict",
    "save_recording",
    "simulate",
    "simulate_all",
    "splits",
    "still",
    "sweep",
]

_HOMES = {
    "analysis.fit": ("Fit", "fit_runner"),
    "analysis.predict": ("Prediction", "Race", "predict"),
    "analysis.optimise": ("Optimum", "optimise"),
    "analysis.sweep": ("Table", "sweep"),
    "errors": (
        "LightpaceError",
        "LightpaceWarning",
        "OutputError",
        "ScenarioError",
        "SimulationError",
    ),
    "notebook": ("Still", "film", "page", "splits", "still"),
    "physics.attempt": ("Stepper", "fork", "simulate", "simulate_all"),
    "recording.recording": ("Moment", "Recording", "Status"),
    "recording.store": ("load_recording", "save_recording"),
    "scenario.loader": ("load_scenario",),
    "scenario.model": ("Scenario",),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("lightpace")
    for home, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f"simulator.{home}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
