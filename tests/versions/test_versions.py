from __future__ import annotations

import sys
import tomllib

import pytest

from tests.versions.__main__ import CASES, ROOT, floors, interpreter

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_every_dependency_of_a_user_has_a_floor_to_be_held_to() -> None:
    found = floors(PROJECT)
    assert len(found) == len(set(found)) > len(PROJECT["dependencies"])
    assert {"numpy", "pygame-ce", "av", "scipy"} <= {line.partition("==")[0] for line in found}
    assert not any("pytest" in line or "ruff" in line for line in found)
    with pytest.raises(ValueError, match="has no floor"):
        floors({"dependencies": ["numpy<3"], "optional-dependencies": {}})


def test_a_python_is_found_by_its_version_or_it_is_said_that_there_is_none() -> None:
    assert interpreter("3.99") is None
    here = interpreter(f"{sys.version_info[0]}.{sys.version_info[1]}")
    assert here is None or "python" in here
    classifiers = [c.rpartition(" ")[2] for c in PROJECT["classifiers"] if "Python :: 3." in c]
    assert all(case.python in classifiers for case in CASES)
