"""Is there a display to open a window on? Asked before SDL, which would draw into nothing.

In: the environment. Out: a sentence saying what is missing, or nothing.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

WAIT_S = 2.0


def missing_display() -> str:
    """Return why no window can be opened, one sentence; empty where one can.

    Only Linux and the BSDs need asking: elsewhere a session always has a display. A driver that the
    user chose by `SDL_VIDEODRIVER` is taken at its word.
    """
    if os.environ.get("SDL_VIDEODRIVER") or sys.platform in ("win32", "darwin"):
        return ""
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if not wayland and not x11:
        return "There is no display here, so no window was opened."
    if wayland and _wayland_answers(wayland):
        return ""
    if x11 and _x11_answers(x11):
        return ""
    return f"The display {x11 or wayland} does not answer, so no window was opened."


def _wayland_answers(name: str) -> bool:
    path = Path(name)
    if not path.is_absolute():
        path = Path(os.environ.get("XDG_RUNTIME_DIR", "/run/user/0")) / name
    return _unix_answers(str(path))


def _x11_answers(display: str) -> bool:
    host, _, rest = display.rpartition(":")
    number = rest.split(".")[0]
    if not number.isdecimal():
        return False
    if host in ("", "unix"):
        path = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - where every X server puts its socket
        return _unix_answers(path) or _unix_answers("\0" + path)
    try:
        with socket.create_connection((host, 6000 + int(number)), timeout=WAIT_S):
            return True
    except (OSError, ValueError):  # ValueError: a name that no host can have
        return False


def _unix_answers(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(WAIT_S)
        try:
            probe.connect(address)
        except OSError:
            return False
    return True
