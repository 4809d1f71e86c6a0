"""What the window asks of what it watches, and how it may be opened.

In: nothing. Out: a protocol, and the arguments of `run`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypedDict

from simulator.stage.scene import Scene
from simulator.view.camera import Shot
from simulator.view.mixing import Turned
from simulator.view.presenter import Presented
from simulator.view.theme import Theme
from simulator.view.window import Window

Witness = Callable[[Scene], object]
"""Is shown every scene that the window shows: what is heard, and real lights."""


class Watched(Turned, Presented, Protocol):
    """What the window asks of a session: what desk and presenter do, and this."""

    @property
    def playing(self) -> bool:
        """Whether time is running."""

    def advance(self, elapsed_s: float) -> None:
        """Let wall time pass [s]."""

    def work_on(self, budget_s: float) -> None:
        """Work on what waits in the time of a picture that is not drawn [s]."""

    def seek_distance(self, distance_m: float) -> None:
        """Go to a race distance [m]."""


class Opening(TypedDict, total=False):
    """How a window is opened.

    Attributes:
        size: the window's size [px], 1280 × 720.
        window: the window, where it is open already.
        fullscreen: fill the screen; where that is refused, a window and a notice.
        theme: name of the colours, or a file of them; `night`.
        witnesses: are shown every scene that the window shows.
        presenting: begin as for an audience.
        display: number of the display to fill, from 0; None = a window, or while presenting the
            second display where there is one.
        record: what the key for a film calls, with the colours and the camera of the moment.
    """

    size: tuple[int, int]
    window: Window
    fullscreen: bool
    theme: str
    witnesses: Sequence[Witness]
    presenting: bool
    display: int | None
    record: Callable[[Theme, Shot], object] | None
