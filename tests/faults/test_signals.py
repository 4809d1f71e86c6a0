"""Ctrl-C, a termination, a closed terminal, at a random moment: quiet, and nothing half done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import cli
from simulator.cli import HOMES
from simulator.signals import CODES
from tests.faults.commands import QUICK, WAIT_S, WRITING, environment, lightpace, stopped

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of POSIX")

SHARED = ("sweep", "--vary", "pacers.count=0..1", "--samples", "2049", "--jobs", "2", "-o")
"""Two chunks, and two processes that work them off."""
COMMANDS = QUICK | {"present": ("present",), "shared.csv": (*SHARED, "shared.csv")}
WRITTEN = {*WRITING, "shared.csv"}
EARLIEST_S, MOMENTS = 0.02, 12
FEW = {"run": 2.0, "simulate.npz": 0.7, "film.gif": 3.0, "shared.csv": 2.0, "check": 0.6}
"""One of each kind, and how long it lasts [s] (`run` has no end); the slow test tries them all."""
PICTURES = 75
"""So many has the numbered series."""
HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"
DICE = random.SystemRandom()
"""Moments are new in each run, and said where one fails."""


def check(name: str, folder: Path, number: signal.Signals, after_s: float) -> int:
    """Stop a command after so long [s] and look at what is left; return its exit code."""
    what = f"{name}, {number.name} after {after_s:.3f} s"
    ended = stopped(COMMANDS[name], folder, number, after_s)
    reported = f"{what}: {ended}"
    assert ended.code in (CODES[number], 0), reported
    assert not any(word in ended.said for word in ("Traceback", "Exception", "Error")), reported
    assert ended.said.rfind(SHOWN) >= ended.said.rfind(HIDDEN), f"{what}: no cursor"
    assert ended.after == ended.before, f"{what}: the terminal is not as it was"
    left = {path.name for path in folder.iterdir()}
    if ended.code and COMMANDS[name][0] == "sweep":
        left.discard(f".{name}.chunks")  # what it keeps to go on from is whole chunks
    if ended.code == 0 or left:  # the last thing was written, and then came the signal
        assert left == ({name} if name in WRITTEN else set()), reported
        assert not left or _whole(folder / name), reported
    return ended.code


def _whole(path: Path) -> bool:
    """Return whether a file ends as one of its kind does, or a numbered series has each picture."""
    ends = {
        ".csv": b"\n",
        ".txt": b"\n",
        ".png": b"IEND\xaeB`\x82",
        ".gif": b";",
        ".html": b"</html>\n",
    }
    if path.is_dir():
        names = sorted(one.name for one in path.iterdir())
        numbered = [f"{i:05d}.png" for i in range(1, PICTURES + 1)]
        return names == numbered and all(_whole(path / name) for name in names)
    if path.suffix == ".npz":
        return b"PK\x05\x06" in path.read_bytes()[-64:]
    return path.read_bytes().endswith(ends.get(path.suffix, b""))


def tried(name: str, folder: Path, number: signal.Signals, lasts_s: float) -> Iterator[int]:
    """Yield the exit codes of a command that is stopped at moments within what it lasts [s].

    Where it was done before the signal came, it lasts less than was thought: the next moments are
    earlier. So one of them does stop it, on a quick machine as on a slow one.
    """
    for i in range(MOMENTS):
        after_s = DICE.uniform(EARLIEST_S, lasts_s)
        own = folder / f"{i}"
        own.mkdir()
        code = check(name, own, number, after_s)
        if code == 0:
            lasts_s = after_s
        yield code


def _lasts_s(name: str, folder: Path) -> float:
    """Return how long a command lasts here and now [s]; a window stands open until it is closed."""
    if name in HOMES["windows"]:
        return 4.0
    begin = time.monotonic()
    assert lightpace(COMMANDS[name], folder).code == 0
    return time.monotonic() - begin


def test_each_of_the_three_is_answered() -> None:
    expected = {signal.SIGINT: 130, signal.SIGTERM: 143}
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # under nohup it is not asked for
        expected[signal.SIGHUP] = 129
    assert expected == CODES


def test_every_command_is_tried() -> None:
    commands = {command for home in HOMES.values() for command in home}
    assert {words[0] for words in COMMANDS.values()} == commands


@pytest.mark.parametrize("name", FEW)
def test_a_command_stopped_at_any_moment_leaves_nothing_half_done(
    name: str, tmp_path: Path
) -> None:
    number = DICE.choice(list(CODES))
    assert CODES[number] in tried(name, tmp_path, number, FEW[name])  # no more once it is stopped


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize("name", COMMANDS)
def test_twelve_moments_of_every_command(name: str, number: signal.Signals, tmp_path: Path) -> None:
    codes = list(tried(name, tmp_path, number, _lasts_s(name, tmp_path)))
    assert CODES[number] in codes


@pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
def test_it_is_answered_before_the_program_has_been_read_in(
    number: signal.Signals, tmp_path: Path
) -> None:
    for after_s in (0.02, 0.05, 0.1, 0.2):
        ended = stopped(COMMANDS["validate"], tmp_path, number, after_s)
        assert (ended.code, ended.said.strip()) == (CODES[number], ""), after_s


def test_nothing_large_stands_before_the_first_answer_to_a_signal() -> None:
    program = (
        "import sys, simulator.__main__; sys.exit(len({'numpy', 'pydantic'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment(), check=False)
    assert done.returncode == 0


WHILE_READING = """
import os, sys, threading, time, weakref
from typing import Annotated
from simulator import cli
from simulator.__main__ import main
{reading}
cli.import_module = reading
sys.argv = ["lightpace", "check", "breaking4"]
main()
"""
"""A program that calls `reading` instead of reading its command in."""

DROPPED = """
class Module:
    pass

def reading(_name):
    module = Module()
    kept = weakref.ref(module, lambda _: os.kill(os.getpid(), {number}))
    del module
    for _ in range(300):
        time.sleep(0.01)
    print("it went on")
"""
"""A stop that comes where Python drops what is raised, as while modules are read in."""

TAKEN = """
from pydantic import Discriminator, Tag, TypeAdapter

stops = iter([{number}])

def tag(value):
    for number in stops:
        os.kill(os.getpid(), number)
    return "a"

Either = Annotated[Annotated[int, Tag("a")] | Annotated[str, Tag("b")], Discriminator(tag)]

def reading(_name):
    TypeAdapter(Either).dump_json(1)
    for _ in range(300):
        time.sleep(0.01)
    print("it went on")
"""
"""A stop that comes while pydantic asks a function which of two kinds a value is."""

CLEANING_UP = """
def reading(_name):
    try:
        os.kill(os.getpid(), {number})
        time.sleep(5.0)
    finally:
        for _ in range(3):
            os.kill(os.getpid(), {number})
            time.sleep(0.05)
        print("cleaned up")
"""
"""Stops, among them the user's own, that come while a command puts away what it had begun."""

LEFT_OVER = """
def reading(_name):
    threading.Thread(target=threading.Event().wait).start()
    os.kill(os.getpid(), {number})
"""
"""A stop that leaves a thread of which nobody knows, as one does while a pool starts it."""


@pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
@pytest.mark.parametrize(
    ("reading", "said"),
    [(DROPPED, ""), (TAKEN, ""), (CLEANING_UP, "cleaned up\n"), (LEFT_OVER, "")],
    ids=["dropped", "taken", "cleaning up", "left over"],
)
def test_a_stop_ends_the_program_wherever_it_comes(
    reading: str, said: str, number: signal.Signals
) -> None:
    program = WHILE_READING.format(reading=reading.format(number=int(number)))
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=WAIT_S,
        check=False,
    )
    assert (done.returncode, done.stdout) == (CODES[number], said)


@pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
def test_a_stop_that_a_library_takes_for_its_own_failure_is_a_stop(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def building(_name: str) -> None:
        try:
            os.kill(os.getpid(), number)
            time.sleep(5.0)
        except BaseException as stop:
            raise ValueError("the model cannot be built") from stop

    monkeypatch.setattr(cli, "import_module", building)
    before = {each: signal.getsignal(each) for each in CODES}
    try:
        with pytest.raises(SystemExit) as end:
            cli.main(["check", "breaking4"])
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert end.value.code == CODES[number]
    assert "".join(capsys.readouterr()) == ""
