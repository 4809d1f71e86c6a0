"""The words for what a picture shows: its cameras and its panels, the same in a story and a window.

In: nothing. Out: two enums. They stand by themselves, below every room, since a story file names
them (`simulator.scenario.story`) and a window opens with them before any file can be read.
"""

from __future__ import annotations

from enum import StrEnum


class Camera(StrEnum):
    """One camera; its value is its name on the screen, on the command line and in a story."""

    WHOLE = "whole track"
    RAIL = "rail"
    CHASE = "chase"
    GROUP = "group"
    AUTO = "auto"
    FREE = "free"

    @property
    def close(self) -> bool:
        """Whether it moves with her and shows bodies, not dots."""
        return self in (Camera.RAIL, Camera.CHASE, Camera.GROUP)

    def next(self, steps: int = 1) -> Camera:
        """Return the camera `steps` on in their order, round and round; negative goes back.

        The free camera is taken by hand alone, so it is passed over; from it the order begins anew.
        """
        if self is Camera.FREE:
            return LISTED[0 if steps > 0 else -1]
        return LISTED[(LISTED.index(self) + steps) % len(LISTED)]


LISTED = tuple(camera for camera in Camera if camera is not Camera.FREE)
"""The cameras that have a name to be asked for; the free one is taken by hand."""
RENAMED = {"runner": Camera.RAIL, "home straight": Camera.WHOLE}
"""Cameras of earlier versions, and which one took their place."""


def camera_named(name: str) -> Camera:
    """Return the camera of a name.

    Raises:
        ValueError: there is none; the message names those there are, or what took its place.
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
