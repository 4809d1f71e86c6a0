"""Ctrl-C and a termination, at a random moment of every command: quiet, and nothing half done."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.commands import QUICK, environment, stopped

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of POSIX")

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
LONGEST_S, OFTEN_S = 2.0, 4.0
"""A signal comes within so many seconds; where every command is tried often, within the second."""
FEW = ("run", "simulate.npz", "film.gif", "sweep.csv", "check")
"""One of each kind; the slow test tries all of them, often."""
HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"
DICE = random.SystemRandom()
"""Moments are new in each run, and said where one fails."""


def check(name: str, folder: Path, number: signal.Signals, after_s: float) -> None:
    what = f"{name}, {number.name} after {after_s:.3f} s"
    ended = stopped(QUICK[name], folder, number, after_s)
    told = f"{what}: {ended}"
    assert ended.code in (CODES[number], 0), told
    assert not any(word in ended.said for word in ("Traceback", "Exception", "Error")), told
    assert ended.said.rfind(SHOWN) >= ended.said.rfind(HIDDEN), f"{what}: no cursor"
    left = {path.name for path in folder.iterdir()}
    if ended.code == 0:
        assert left <= {name}, told
    elif name == "sweep.csv":
        assert name not in left, told  # what it keeps to go on from is whole chunks
    elif left:  # the last thing was written, and then came the signal
        assert left == {name}, told
        assert _whole(folder / name), told


def _whole(path: Path) -> bool:
    """Return whether a file ends as one of its kind does; a numbered series is taken away."""
    ends = {
        ".csv": b"\n",
        ".txt": b"\n",
        ".png": b"IEND\xaeB`\x82",
        ".gif": b";",
        ".html": b"</html>\n",
    }
    if path.is_dir():
        return False
    if path.suffix == ".npz":
        return b"PK\x05\x06" in path.read_bytes()[-64:]
    return path.read_bytes().endswith(ends.get(path.suffix, b""))


@pytest.mark.parametrize("name", FEW)
def test_a_command_stopped_at_any_moment_leaves_nothing_half_done(
    name: str, tmp_path: Path
) -> None:
    check(name, tmp_path, DICE.choice(list(CODES)), DICE.uniform(0.02, LONGEST_S))


@pytest.mark.slow
@pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
@pytest.mark.parametrize("name", QUICK)
def test_twelve_moments_of_every_command(name: str, number: signal.Signals, tmp_path: Path) -> None:
    for i in range(12):
        folder = tmp_path / f"{i}"
        folder.mkdir()
        check(name, folder, number, DICE.uniform(0.02, OFTEN_S))


@pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
def test_it_is_answered_before_the_program_has_been_read_in(
    number: signal.Signals, tmp_path: Path
) -> None:
    for after_s in (0.02, 0.05, 0.1, 0.2):
        ended = stopped(QUICK["validate"], tmp_path, number, after_s)
        assert (ended.code, ended.said.strip()) == (CODES[number], ""), after_s


def test_nothing_large_stands_before_the_first_answer_to_a_signal() -> None:
    program = (
        "import sys, simulator.__main__; sys.exit(len({'numpy', 'pydantic'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment(), check=False)
    assert done.returncode == 0
