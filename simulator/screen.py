"""The names of a picture's cameras and panels, shared by stories and windows.

In: nothing. Out: two enums. This module imports no other room, since a story file names them
(`simulator.scenario.story`) and a window needs them before any file can be read.
"""

from __future__ import annotations

from enum import StrEnum

MOST_PX = (7680, 4320)
"""The largest picture [px]."""


def check_size(size: tuple[int, int]) -> None:
    """Raise `ValueError` for a size [px] that no picture has."""
    whole = all(isinstance(side, int) for side in size) and len(size) == len(MOST_PX)
    if not (whole and all(1 <= s <= most for s, most in zip(size, MOST_PX, strict=True))):
        given = "x".join(map(str, size))
        raise ValueError(f"A picture has from 1x1 to 7680x4320 points, not {given}")


class Camera(StrEnum):
    """A camera; its value is its name on the screen, on the command line and in a story."""

    WHOLE = "whole track"
    RAIL = "rail"
    CHASE = "chase"
    GROUP = "group"
    AUTO = "auto"
    FREE = "free"

    @property
    def close(self) -> bool:
        """Whether the camera moves with her and shows bodies, not dots."""
        return self in (Camera.RAIL, Camera.CHASE, Camera.GROUP)

    def next(self, steps: int = 1) -> Camera:
        """Return the camera `steps` later in the cyclic order; a negative number goes back.

        The free camera is skipped, as only the mouse selects it; from it the order starts again.
        """
        if self is Camera.FREE:
            return LISTED[0 if steps > 0 else -1]
        return LISTED[(LISTED.index(self) + steps) % len(LISTED)]


LISTED = tuple(camera for camera in Camera if camera is not Camera.FREE)
"""The cameras that can be selected by name; only the mouse selects the free one."""
RENAMED = {"runner": Camera.RAIL, "home straight": Camera.WHOLE}
"""Cameras of earlier versions, and which one replaced each."""


def camera_named(name: str) -> Camera:
    """Return the camera with this name.

    Raises:
        ValueError: there is none; the message lists the names, or gives the replacement.
    """
    if name in LISTED:
        return Camera(name)
    if name in RENAMED:
        raise ValueError(f"the camera '{name}' is now called '{RENAMED[name]}'")
    shown = ascii(name[:60])
    raise ValueError(f"there is no camera {shown}; there are: {', '.join(LISTED)}")


class Panel(StrEnum):
    """A part of the picture that a chapter shows or leaves out."""

    CLOCK = "clock"
    GAPS = "gaps"
    METERS = "meters"
    SPLITS = "splits"
    WHAT_IF = "what if"
    CHART = "chart"
    GROUP = "group"
