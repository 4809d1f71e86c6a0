"""Keys of other keyboards, pressed in a window of a real X server: by letter, or by position."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import subprocess, sys, time
import pygame
from simulator.view.input import binding_of

pygame.display.init()
pygame.display.set_mode((320, 200))
print(pygame.display.get_driver())

def events(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield from pygame.event.get()
        time.sleep(0.01)

list(events(0.5))
subprocess.run(["setxkbmap", sys.argv[1]], check=True)
list(events(0.5))
for code in sys.argv[2:]:
    subprocess.run(["xdotool", "key", code], check=True)
    for event in events(5.0):
        if event.type == pygame.KEYDOWN and event.key not in (pygame.K_LCTRL, pygame.K_RCTRL):
            binding = binding_of(event)
            print(code, binding.action.name if binding else "-")
            break
"""
Q, A, G, Z, SEMICOLON = "24", "38", "42", "52", "47"
"""X key codes by what an American keyboard writes there."""


@pytest.mark.parametrize(("layout", "expected"), [
    ("us", {Q: "QUIT", G: "GHOSTS", f"ctrl+{Z}": "UNDO"}),
    ("ru", {Q: "QUIT", A: "-", G: "GHOSTS", f"ctrl+{Z}": "UNDO"}),
    ("gr", {Q: "QUIT", A: "-", G: "GHOSTS", f"ctrl+{Z}": "UNDO"}),
    ("fr", {Q: "-", A: "QUIT", G: "GHOSTS", Z: "WAKE", SEMICOLON: "SOUND"}),
])  # fmt: skip
def test_keys_mean_what_they_write_or_where_no_latin_letter_is_where_they_lie(
    layout: str, expected: dict[str, str], window_environment: dict[str, str]
) -> None:
    missing = [tool for tool in ("Xvfb", "setxkbmap", "xdotool") if not shutil.which(tool)]
    if missing or "DISPLAY" not in window_environment:
        pytest.skip(f"not here: {', '.join(missing) or 'an X display'}")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, layout, *expected],
        env=window_environment, cwd=Path(__file__).parents[2],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    driver, *lines = [line for line in done.stdout.splitlines() if "pygame" not in line]
    assert driver == "x11"
    assert dict(line.split() for line in lines) == expected
