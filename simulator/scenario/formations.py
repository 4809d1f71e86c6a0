"""Finding a formation by its name.

In: `breaking4` or a path, and the folder of the scenario that names it. Out: the formation's tree
or plain values; `simulator.scenario.pacers` checks them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from simulator.errors import Problem, ScenarioError
from simulator.resources import config_path
from simulator.scenario.reading import is_bare_name, read_text, refuse, shipped_names
from simulator.scenario.structure import did_you_mean, guess
from simulator.scenario.yaml_tree import Node, YamlError, read_tree, to_plain

DEFAULT_FORMATION = "breaking4"


def formation_tree(name: str, folder: Path) -> tuple[Node, list[Problem]]:
    """Return the tree of a formation file, and the flaws of its YAML.

    A bare name is one of `configs/formations/`; anything with a slash or a suffix is a path from
    `folder`.

    Raises:
        ScenarioError: there is no such formation, or its file cannot be read.
        ResourceError: the shipped files are missing.
    """
    if is_bare_name(name):
        names = shipped_names("formations")
        if name not in names:
            hint = did_you_mean(guess(name, names), names)
            raise refuse(name, f"there is no formation '{name[:60]}'", hint)
        path = config_path(f"formations/{name}.yaml")
    else:
        path = folder / name
    try:
        return read_tree(read_text(path, str(path)), str(path))
    except YamlError as error:
        raise ScenarioError([error.problem]) from None


def find_formation(value: Any) -> Any:
    """Return the values behind a formation's name; anything but a name is handed on as it is.

    Raises:
        PydanticCustomError: no such formation, or its file has problems.
    """
    if not isinstance(value, str):
        return value
    try:
        tree, flaws = formation_tree(value, Path())
        if flaws:
            raise ScenarioError(flaws)
    except ScenarioError as error:
        raise PydanticCustomError("unreadable", "{why}", {"why": str(error)}) from None
    return to_plain(tree)
