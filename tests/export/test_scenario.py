"""A scenario that is written is the scenario that is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.export.scenario import write_scenario
from simulator.scenario.loader import load_scenario


@pytest.mark.parametrize("name", ["breaking4", "breaking4_replayed", "wait_for_runner"])
def test_what_is_written_reads_back_equal(tmp_path: Path, name: str) -> None:
    scenario = load_scenario(name)
    write_scenario(scenario, tmp_path / "out.yaml")
    assert load_scenario(tmp_path / "out.yaml") == scenario
