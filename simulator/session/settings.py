"""Settings: a scenario's text and what was set on top of it, path by path, like `--set`.

In: text of a file (or a scenario), changes. Out: `Settings`, small values that are kept for undo;
the loader checks every one like the file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simulator.scenario.loader import load_text, scenario_to_dict
from simulator.scenario.model import Scenario
from simulator.scenario.reading import Files, noting


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked for: `text` stands in the file `name` in `folder`; `overrides` go on top.

    `named` are the texts of files it names, by path: what they said when it was asked for, so that
    undo brings that back too.
    """

    text: str
    name: str
    folder: str
    overrides: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()

    def load(self) -> Scenario:
        """Return the scenario.

        Raises:
            ScenarioError: what is asked for is not usable.
        """
        with noting(Files({Path(path): text for path, text in self.named})):
            return load_text(self.text, self.name, Path(self.folder), overrides=self.overrides)

    def with_value(self, path: str, text: str) -> Settings:
        """Return the settings with one more value; it takes the place of what was set there."""
        return replace(
            self.without(path), overrides=(*self.without(path).overrides, f"{path}={text}")
        )

    def without(self, path: str) -> Settings:
        """Return the settings without what was set at `path` or below it."""
        kept = tuple(o for o in self.overrides if not is_at(path_of(o), path))
        return replace(self, overrides=kept)


def path_of(override: str) -> str:
    """Return the path of `path=value`."""
    return override.partition("=")[0].strip()


def is_at(path: str, other: str) -> bool:
    """Return whether `path` is `other` or lies below it."""
    return path == other or path.startswith(other + ".")


def flow(value: Any) -> str:
    """Return plain values as text that can be set: JSON, which is YAML."""
    return json.dumps(value, ensure_ascii=False)


def settings_of(scenario: Scenario) -> Settings:
    """Return settings that load as this scenario, for one that comes from no file."""
    return Settings(json.dumps(scenario_to_dict(scenario)), scenario.name, "")
