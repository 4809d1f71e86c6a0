"""The cameras: which part of the track a picture shows.

In: nothing. Out: `Camera`, and the order in which a key goes through them. Where a camera looks in
pixels is the view's; which one is on is the viewer's choice, or a story's.
"""

from __future__ import annotations

from enum import StrEnum


class Camera(StrEnum):
    """One camera; its value is its name on the screen and in a story."""

    WHOLE = "whole track"
    RUNNER = "runner"
    GROUP = "group"
    HOME_STRAIGHT = "home straight"
    FREE = "free"

    def next(self, steps: int = 1) -> Camera:
        """Return the camera `steps` on in their order, round and round; negative goes back.

        The free camera is taken by hand alone, so it is passed over; from it the order begins anew.
        """
        order = [camera for camera in Camera if camera is not Camera.FREE]
        if self is Camera.FREE:
            return order[0 if steps > 0 else -1]
        return order[(order.index(self) + steps) % len(order)]
