"""A scenario as a file that the loader reads back.

In: a `Scenario`. Out: a YAML file, complete or absent.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from simulator.files import write_text
from simulator.scenario.loader import scenario_to_dict
from simulator.scenario.model import Scenario


def write_scenario(scenario: Scenario, path: str | Path) -> None:
    """Write the scenario as YAML, every value written out.

    Raises:
        OutputError: the file cannot be written.
    """
    plain = scenario_to_dict(scenario)
    write_text(path, yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100))
