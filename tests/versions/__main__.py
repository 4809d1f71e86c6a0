"""`python -m tests.versions`: the suite on the oldest and the newest Python and dependencies.

In: pyproject.toml. Out: two environments beside `.venv`, the suite run in each, one line a piece;
the exit code is 1 where one failed, or where there was none to run it in. A Python that is not here
is skipped, and the newest environment stays as it is where there is no network; both are said.
Needs nothing but the standard library, since it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BACKEND = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
FLOOR = re.compile(r"\s*([\w.-]+)\s*>=\s*([\w.]+)")
OURSELVES = ("--no-build-isolation", "--editable", f"{ROOT}[dev]")
OURS = ("dev", "docs")
"""Extras that only we use: their tools come as they are; what a user installs has its floor."""


@dataclass(frozen=True)
class Case:
    """One environment: its name, its Python, whether every dependency is held to its floor."""

    name: str
    python: str
    floors: bool


CASES = (Case("oldest", "3.11", floors=True), Case("newest", "3.13", floors=False))


def floors(project: dict[str, object]) -> list[str]:
    """Return `name==version` for the oldest allowed release of all that a user installs.

    Raises:
        ValueError: a dependency has no floor.
    """
    asked = list(_texts(project["dependencies"]))
    extras = project["optional-dependencies"]
    assert isinstance(extras, dict)
    asked += [text for name, texts in extras.items() if name not in OURS for text in _texts(texts)]
    found = []
    for text in asked:
        floor = FLOOR.match(text)
        if floor is None:
            raise ValueError(f"{text!r} has no floor")
        found.append(f"{floor[1]}=={floor[2]}")
    return found


def _texts(value: object) -> Iterator[str]:
    assert isinstance(value, list)
    yield from map(str, value)


def interpreter(version: str) -> str | None:
    """Return a Python of this version: from the path, or of pyenv; None where there is none."""
    pyenv = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
    named = [shutil.which(f"python{version}"), *map(str, reversed(pyenv))]
    program = "import sys, venv, ensurepip; sys.exit('%d.%d' % sys.version_info[:2] != sys.argv[1])"
    for python in filter(None, named):  # a shim of pyenv stands on the path even where it is broken
        done = subprocess.run([python, "-c", program, version], capture_output=True, check=False)
        if done.returncode == 0:
            return python
    return None


def environment(case: Case, python: str) -> Path:
    """Make the environment, or take the one there is for the same pyproject.toml; return Python."""
    text = (ROOT / "pyproject.toml").read_bytes()
    folder = ROOT / f".venv-{case.name}"
    own = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    stamp = folder / f".made-{hashlib.sha256(text).hexdigest()[:12]}"
    if stamp.exists():
        _run([str(own), "hatch_build.py"])  # the kernel may have been edited since
        return own
    _run([python, "-m", "venv", "--clear", str(folder)])
    held: list[str] = []
    if case.floors:
        constraints = folder / "constraints.txt"
        lines = floors(tomllib.loads(text.decode())["project"])
        constraints.write_text("\n".join(lines) + "\n", encoding="utf-8")
        held = ["--constraint", str(constraints)]
    _run([*_pip(own), *BACKEND])
    _run([*_pip(own), *OURSELVES, *held])
    stamp.touch()
    return own


def upgraded(own: Path) -> bool:
    """Bring an environment up to the newest releases; False where none can be asked for.

    It is asked first whether any can: pip takes what is installed for the newest where it reaches
    no index, and says that it went well.

    Raises:
        subprocess.CalledProcessError: the newest releases do not go together.
    """
    ask = ["--dry-run", "--ignore-installed", "--no-deps", "--retries", "1", "--timeout", "20"]
    done = subprocess.run([*_pip(own), *ask, *BACKEND], cwd=ROOT, capture_output=True, check=False)
    if done.returncode != 0:
        return False
    _run([*_pip(own), "--upgrade", "--upgrade-strategy", "eager", *BACKEND, *OURSELVES])
    return True


def suite_passes(own: Path) -> bool:
    """Run the suite with this Python."""
    suite = [str(own), "-m", "pytest", "-q", "-n", "2", "-m", "not slow and not soak"]
    return subprocess.run([*suite, *sys.argv[1:]], cwd=ROOT, check=False).returncode == 0


def _pip(own: Path) -> list[str]:
    return [str(own), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, cwd=ROOT, check=True)


def main() -> int:
    """Run the suite in each environment that can be made; return the exit code."""
    told, failed, tested = [], False, False
    for case in CASES:
        python = interpreter(case.python)
        what = f"{case.name} dependencies on Python {case.python}"
        if python is None:
            told.append(f"{what}: skipped, there is no python{case.python} here")
            continue
        sys.stdout.write(f"{what}\n")
        sys.stdout.flush()
        try:
            own = environment(case, python)
            if not case.floors and not upgraded(own):
                told.append(f"{what}: not brought up to date, no package index can be reached")
        except subprocess.CalledProcessError as error:
            told.append(f"{what}: cannot be installed ({error})")
            failed = True
            continue
        passed, tested = suite_passes(own), True
        told.append(f"{what}: {'passed' if passed else 'failed'}")
        failed = failed or not passed
    if not tested:
        told.append("Nothing was tested: there is no environment to run the suite in.")
    sys.stdout.write("\n".join(told) + "\n")
    return int(failed or not tested)


if __name__ == "__main__":
    sys.exit(main())
