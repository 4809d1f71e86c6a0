"""Every command in a quick form, and a child process that runs one as a person's terminal would.

In: a command's name, a folder. Out: its exit code, what it wrote to the terminal, what it left.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 180.0
"""After this a command hangs [s]; a loaded machine may take a while for what is quick here."""

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
    "report.html": ("report", "-o"),
    "sweep.csv": ("sweep", "--vary", "pacers.count=0..13", "--jobs", "1", "-o"),
    "figure.png": ("plot", "pacers", "-o"),
}
"""Commands that write, without what they write to: that is the key, and goes last."""
TELLING: dict[str, tuple[str, ...]] = {
    "run": ("run",),
    "samples": ("simulate", "--samples", "200", "--json"),
    "check": ("check", "breaking4", "solo"),
    "schema": ("schema",),
    "validate": ("validate", "--json"),
    "calibrate": ("calibrate", "breaking4", "--to", "4:06.42", "--free", "pacers.front_gap"),
    "fit": ("fit", *_RACES),
    "optimise": ("optimise", "--minimise", "pacers", "--subject-to", "finish<=4:05"),
}
QUICK = {name: (*words, name) for name, words in WRITING.items()} | TELLING


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code (negative: killed by that signal), all that it said."""

    code: int
    said: str


def environment(**changes: str) -> dict[str, str]:
    """Return an environment without a display for a child process."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100", **changes}


def lightpace(
    arguments: Sequence[str | Path], folder: Path, before: Callable[[], object] | None = None
) -> Ended:
    """Run a command in a folder to its end; `before` is called in the child first."""
    done = subprocess.run(
        [sys.executable, "-m", "simulator", *map(str, arguments)],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=WAIT_S,
        preexec_fn=before,
        check=False,
    )
    return Ended(done.returncode, done.stdout)


STARTED = """
import sys
from simulator.__main__ import main
sys.stdout.write("started\\n")
sys.stdout.flush()
main()
"""


def stopped(
    arguments: Sequence[str], folder: Path, number: signal.Signals, after_s: float
) -> Ended:
    """Run a command on a terminal of its own and send it a signal `after_s` from its start [s]."""
    import pty  # noqa: PLC0415 - there is none on Windows

    terminal, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", STARTED, *arguments],
        cwd=folder,
        env=environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        said = _read(terminal, until=b"started\r\n")
        os.set_blocking(terminal, False)
        said += _listen(terminal, after_s)
        child.send_signal(number)
        end = time.monotonic() + WAIT_S
        while child.poll() is None:
            said += _listen(terminal, 0.05)
            assert time.monotonic() < end, f"{arguments} goes on after {number.name}: {said!r}"
        said += _listen(terminal, 0.0)
    finally:
        child.kill()
        child.wait()
        os.close(terminal)
    return Ended(child.returncode, said.decode(errors="replace").partition("started\r\n")[2])


def _read(terminal: int, until: bytes) -> bytes:
    said = b""
    while not said.endswith(until):
        said += os.read(terminal, 1)
    return said


def _listen(terminal: int, lasts_s: float) -> bytes:
    """Return what is written meanwhile: a terminal nobody reads would hold the command up."""
    said, end = b"", time.monotonic() + lasts_s
    while True:
        with contextlib.suppress(BlockingIOError, OSError):  # nothing now, or no one left to write
            said += os.read(terminal, 65_536)
        if time.monotonic() >= end:
            return said
        time.sleep(0.002)
