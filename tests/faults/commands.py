"""Every command in a quick form, and a child process that runs one as a person's terminal would.

In: a command's name, a folder. Out: its exit code, what it wrote to the terminal, what it left.
No process of the command outlives it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 180.0
"""After this a command hangs [s]; a loaded machine may take a while for what is quick here."""
LEAVE_S = 10.0
"""So long a command's other processes may outlive it [s]."""

_FILM = ("--size", "320x180", "--fps", "10", "--speed", "16", "--to", "2:00")
_RACES = (
    "--race",
    "1500 m=3:48.68",
    "--race",
    "3000 m=8:07.04",
    "--height",
    "1.57",
    "--mass",
    "42",
)
WRITING: dict[str, tuple[str, ...]] = {
    "simulate.csv": ("simulate", "--csv"),
    "simulate.npz": ("simulate", "--save"),
    "still.png": ("still", "--size", "640x360", "-o"),
    "sheet.txt": ("sheet", "-o"),
    "sheet.csv": ("sheet", "-o"),
    "film.mp4": ("film", *_FILM, "-o"),
    "film.webm": ("film", *_FILM, "-o"),
    "film.gif": ("film", *_FILM, "-o"),
    "frames": ("film", *_FILM, "-o"),
    "page.html": ("page", "-o"),
    "overlay.webm": ("film", *_FILM, "--transparent", "--no-sound", "-o"),
    "handout.pdf": ("page", "stories/breaking4", "-o"),
    "new.yaml": ("new",),
    "sweep.csv": ("sweep", "--vary", "pacers.count=0..13", "--jobs", "1", "-o"),
    "figure.png": ("plot", "pacers", "--theme", "daylight", "-o"),
}
"""Commands that write, without what they write to: that is the key, and goes last."""
TELLING: dict[str, tuple[str, ...]] = {
    "run": ("run",),
    "samples": ("simulate", "--samples", "200", "--json"),
    "coach": ("coach", "--samples", "200"),
    "check": ("check", "breaking4", "solo"),
    "schema": ("schema",),
    "validate": ("validate", "--json"),
    "calibrate": ("calibrate", "breaking4", "--to", "4:06.42", "--free", "pacers.front_gap"),
    "fit": ("fit", *_RACES),
    "reach": ("reach", "--knob", "pacers.front_gap"),
    "ghost": ("ghost", str(ROOT / "tests" / "golden" / "laps.csv"), "--distance", "1500 m"),
    "list": ("list",),
    "doctor": ("doctor",),
    "man": ("man",),
    "predict": ("predict", "--distance", "1500 m"),
    "leds": ("leds", "test", "ddp:127.0.0.1,count=10", "--rounds", "1"),
    "optimise": ("optimise", "--minimise", "pacers", "--subject-to", "finish<=4:06"),
}
QUICK = {name: (*words, name) for name, words in WRITING.items()} | TELLING


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code (negative: killed by that signal), all that it said."""

    code: int
    said: str


@dataclass(frozen=True)
class Stopped(Ended):
    """How a command ended that was stopped, and the terminal's settings before and after it."""

    before: list[Any] = field(repr=False)
    after: list[Any] = field(repr=False)


def environment(**changes: str) -> dict[str, str]:
    """Return an environment without a display for a child process."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100", **changes}


def lightpace(arguments: Sequence[str | Path], folder: Path) -> Ended:
    """Run a command in a folder to its end, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "simulator", *map(str, arguments)],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=WAIT_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout)


STARTED = """
import gc, sys
from simulator.__main__ import main
disable = gc.disable
def started():
    disable()
    sys.stdout.write("started\\n")
    sys.stdout.flush()
gc.disable = started
main()
"""
"""It has started when it calls `gc.disable`, right after it has begun to answer signals: before, a
busy machine can leave it lying for as long as the test waits."""


def stopped(
    arguments: Sequence[str], folder: Path, number: signal.Signals, after_s: float
) -> Stopped:
    """Run a command on a terminal of its own and send it a signal `after_s` from its start [s].

    Ctrl-C goes to every process of the command, as a terminal sends it, and so does that it was
    closed; a termination to the first alone, as `kill` sends it.
    """
    import pty  # noqa: PLC0415 - there is none on Windows
    import termios  # noqa: PLC0415 - nor this

    terminal, theirs = pty.openpty()
    os.set_blocking(terminal, False)
    before = termios.tcgetattr(theirs)
    child = subprocess.Popen(
        [sys.executable, "-c", STARTED, *arguments],
        cwd=folder,
        env=environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    group = child.pid  # the first process of a session leads its group
    what = f"{arguments} after {number.name}"
    try:
        end = time.monotonic() + WAIT_S
        said = b""
        while b"started\r\n" not in said:
            said += _listen(terminal, 0.002)
            assert child.poll() is None, f"{arguments} never began: {said!r}"
            assert time.monotonic() < end, f"{arguments} never began: {said!r}"
        said += _listen(terminal, after_s)
        if number != signal.SIGTERM:
            os.killpg(group, number)
        else:
            child.send_signal(number)
        end = time.monotonic() + WAIT_S
        while child.poll() is None:
            said += _listen(terminal, 0.05)
            assert time.monotonic() < end, f"{what}: it goes on: {said!r}"
        end = time.monotonic() + LEAVE_S
        while left := _alive(group):
            said += _listen(terminal, 0.02)
            assert time.monotonic() < end, f"{what}: {left} outlive it: {said!r}"
        said += _listen(terminal, 0.0)
        after = termios.tcgetattr(theirs)
    finally:
        if _alive(group):
            os.killpg(group, signal.SIGKILL)
        child.wait()
        os.close(terminal)
        os.close(theirs)
    reported = said.decode(errors="replace").partition("started\r\n")[2]
    return Stopped(child.returncode, reported, before, after)


def _alive(group: int) -> list[str]:
    """Return the processes of a group that go on."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):  # none, or (on a Mac) none but dead ones
        return []
    if not Path("/proc/self/stat").exists():
        return [f"some of group {group}"]
    # one that has ended counts until the system's first process asks for it: that may take long
    every = map(_told, Path("/proc").glob("[0-9]*/stat"))
    return [reported.partition(")")[0] + ")" for reported in every if _goes_on(reported, group)]


def _told(stat: Path) -> str:
    try:
        return stat.read_text(encoding="utf-8", errors="replace")
    except OSError:  # it has ended meanwhile
        return ""


def _goes_on(reported: str, group: int) -> bool:
    state, _parent, of, *_ = (reported.rpartition(")")[2] + " Z 0 0").split()
    return int(of) == group and state not in "ZX"


def _listen(terminal: int, lasts_s: float) -> bytes:
    """Return what is written meanwhile: a terminal nobody reads would hold the command up."""
    said, end = b"", time.monotonic() + lasts_s
    while True:
        with contextlib.suppress(BlockingIOError, OSError):  # nothing now, or no one left to write
            said += os.read(terminal, 65_536)
        if time.monotonic() >= end:
            return said
        time.sleep(0.002)
