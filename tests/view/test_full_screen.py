"""Presenting fills the screen of a real X server with a window manager, and gives it back."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPT = """
import subprocess, time
import pygame
from simulator.scenario.loader import load_scenario
from simulator.session import Session
from simulator.view.app import App

def geometry(wanted):
    end = time.monotonic() + 20.0
    while time.monotonic() < end:
        for event in pygame.event.get():
            app.handle(event)
        app.frame(1 / 60)
        done = subprocess.run(
            ["xdotool", "getactivewindow", "getwindowgeometry", "--shell"],
            capture_output=True, text=True,
        )
        values = dict(line.split("=") for line in done.stdout.split())
        found = [values.get(name) for name in ("X", "Y", "WIDTH", "HEIGHT")]
        if found[2:] == wanted:
            break
        time.sleep(0.02)
    print(*found)

app = App(Session(load_scenario("solo")), size=(640, 360))
geometry(["640", "360"])
subprocess.run(["xdotool", "key", "F5"], check=True)
geometry(["1920", "1080"])
subprocess.run(["xdotool", "key", "Escape"], check=True)
geometry(["640", "360"])
"""


@pytest.fixture
def managed(window_environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """Return the environment of a display with openbox on it."""
    tools = {name: shutil.which(name) for name in ("Xvfb", "xdotool", "openbox")}
    missing = [name for name, path in tools.items() if path is None]
    if missing or "DISPLAY" not in window_environment:
        pytest.skip(f"not here: {', '.join(missing) or 'an X display'}")
    quiet = subprocess.DEVNULL
    manager = subprocess.Popen(
        [str(tools["openbox"])], env=window_environment, stdout=quiet, stderr=quiet
    )
    try:
        yield window_environment
    finally:
        manager.terminate()
        manager.wait()


def test_presenting_fills_the_screen_from_its_corner(managed: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=managed, cwd=Path(__file__).parents[2],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    window, full, after = [
        line.split() for line in done.stdout.splitlines() if "pygame" not in line
    ]
    assert window[2:] == ["640", "360"]
    assert full == ["0", "0", "1920", "1080"]
    assert after[2:] == ["640", "360"]
