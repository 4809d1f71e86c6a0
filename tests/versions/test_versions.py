from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.versions import __main__ as versions
from tests.versions.__main__ import CASES, ROOT, Case, floors, interpreter, main, upgraded

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


HERE = Path(sys.executable)


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let there be these Pythons alone, with an environment each, and a suite that passes."""

    def let(*pythons: str, index: bool = True, passes: bool = True) -> list[str]:
        brought_up: list[str] = []

        def upgrade(own: Path) -> bool:
            brought_up.append(own.name)
            return index

        monkeypatch.setattr(versions, "interpreter", lambda version: version in pythons or None)
        monkeypatch.setattr(versions, "environment", lambda case, _python: Path(case.name))
        monkeypatch.setattr(versions, "upgraded", upgrade)
        monkeypatch.setattr(versions, "suite_passes", lambda _own: passes)
        return brought_up

    return let


def test_where_no_python_is_found_nothing_was_tested_and_that_fails(
    only: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    only()
    assert main() == 1
    *skipped, last = capsys.readouterr().out.splitlines()
    assert [line.rpartition(": ")[2] for line in skipped] == [
        f"skipped, there is no python{case.python} here" for case in CASES
    ]
    assert last == "Nothing was tested: there is no environment to run the suite in."


@pytest.mark.parametrize("passes", [True, False])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_python_is_enough_and_the_exit_code_is_that_of_its_suite(
    only: Any, capsys: pytest.CaptureFixture[str], case: Case, passes: bool
) -> None:
    only(case.python, passes=passes)
    assert main() == int(not passes)
    out = capsys.readouterr().out
    assert "skipped" in out
    assert f"Python {case.python}: {'passed' if passes else 'failed'}" in out
    assert "Nothing was tested" not in out


def test_an_environment_that_cannot_be_made_fails(
    only: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only(*(case.python for case in CASES))

    def fail(_case: Case, _python: str) -> Path:
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(versions, "environment", fail)
    assert main() == 1
    assert capsys.readouterr().out.count("cannot be installed") == len(CASES)


def test_the_newest_is_brought_up_to_date_every_time_and_the_oldest_never(
    only: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    brought_up = only(*(case.python for case in CASES))
    assert main() == main() == 0
    assert brought_up == ["newest", "newest"]
    assert "not brought up to date" not in capsys.readouterr().out


def test_without_a_network_the_newest_is_run_as_it_stands_and_that_is_said(
    only: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    only("3.13", index=False)
    assert main() == 0
    out = capsys.readouterr().out
    assert "3.13: not brought up to date, no package index can be reached\n" in out
    assert "3.13: passed\n" in out


class Shell:
    """Notes the commands that would be run; `asked` is how the first of them ends, the question."""

    def __init__(self, asked: int, upgrade: int = 0) -> None:
        self.codes, self.commands = [asked, upgrade], list[Sequence[str]]()

    def run(self, command: Sequence[str], *, check: bool, **_: Any) -> Any:
        self.commands.append(command)
        code = self.codes[len(self.commands) - 1]
        if check and code:
            raise subprocess.CalledProcessError(code, command)
        return subprocess.CompletedProcess(command, code)


def test_newest_means_newest_of_what_the_dependencies_depend_on_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shell = Shell(asked=0)
    monkeypatch.setattr(subprocess, "run", shell.run)
    assert upgraded(HERE)
    question, upgrade = shell.commands
    assert "--dry-run" in question
    assert {"--upgrade", "--upgrade-strategy", "eager", f"{ROOT}[dev]"} <= set(upgrade)
    assert "--constraint" not in upgrade


def test_newest_releases_that_do_not_go_together_are_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subprocess, "run", Shell(asked=0, upgrade=1).run)
    with pytest.raises(subprocess.CalledProcessError):
        upgraded(HERE)


def test_nothing_is_installed_where_no_index_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The question is put to a real pip, which calls an upgrade without an index a success."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setattr(versions, "_run", lambda _command: pytest.fail("it was upgraded"))
    assert not upgraded(HERE)
