"""Finding a section by its name: a formation or a runner that has a file of its own.

In: `breaking4`, `kipyegon_2025` or a path, and the folder of the scenario that names it. Out: the
section's tree or plain values; the model checks them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from simulator.errors import Problem, ScenarioError
from simulator.resources import config_path
from simulator.scenario.reading import is_bare_name, read_text, refuse, shipped_names
from simulator.scenario.structure import did_you_mean, guess
from simulator.scenario.yaml_tree import Node, YamlError, read_tree, to_plain


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of section that may be named: what it is called, and its folder in `configs/`."""

    word: str
    folder: str

    def tree(self, name: str, folder: Path) -> tuple[Node, list[Problem]]:
        """Return the tree of the file of that name, and the flaws of its YAML.

        A bare name is one of the shipped ones; anything with a slash or a suffix is a path from
        `folder`.

        Raises:
            ScenarioError: there is no such file, or it cannot be read.
            ResourceError: the shipped files are missing.
        """
        if is_bare_name(name):
            names = shipped_names(self.folder)
            if name not in names:
                hint = did_you_mean(guess(name, names), names)
                raise refuse(name, f"there is no {self.word} '{name[:60]}'", hint)
            path = config_path(f"{self.folder}/{name}.yaml")
        else:
            path = folder / name
        try:
            return read_tree(read_text(path, str(path)), str(path))
        except YamlError as error:
            raise ScenarioError([error.problem]) from None

    def find(self, value: Any) -> Any:
        """Return the values behind a name; anything but a name is handed on as it is.

        Raises:
            PydanticCustomError: there is no such file, or it has problems.
        """
        if not isinstance(value, str):
            return value
        try:
            tree, flaws = self.tree(value, Path())
            if flaws:
                raise ScenarioError(flaws)
        except ScenarioError as error:
            raise PydanticCustomError("unreadable", "{why}", {"why": str(error)}) from None
        return to_plain(tree)


FORMATION = Kind("formation", "formations")
RUNNER = Kind("runner", "runners")
DEFAULT_FORMATION = "breaking4"
