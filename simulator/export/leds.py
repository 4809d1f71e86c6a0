"""The rail on a real strip of LEDs, by sACN (E1.31, extra `[leds]`).

In: scenes, as they are shown; where to send, `sacn:HOST,universe=1,count=150`. Out: packets to that
host alone (unicast, no discovery), 40 times a second; dark at the end, whatever ended it.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.errors import ExtraError, OutputError
from simulator.stage.scene import Scene
from simulator.view.theme import Theme

try:
    import sacn
    from sacn.sending.sender_socket_udp import SenderSocketUDP
except ImportError as error:
    raise ExtraError("A strip of LEDs", "leds") from error

FRAMES_PER_S = 40
LEDS_A_UNIVERSE = 170
"""512 channels hold 170 LEDs of three colours."""
MOST_UNIVERSE = 63_999
MOST_LEDS = 20_000
_LONGEST_HOST = 253
"""Characters of a name in the network (RFC 1035)."""

Colours = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Target:
    """Where the strip hangs: host, first universe, number of LEDs."""

    host: str
    universe: int = 1
    count: int = 150

    @property
    def universes(self) -> range:
        """The universes it takes: beyond 170 LEDs the next one."""
        return range(self.universe, self.universe - (-self.count // LEDS_A_UNIVERSE))


def parse_target(text: str) -> Target:
    """Return the target of `sacn:HOST,universe=1,count=150`; raises `ValueError`."""
    scheme, colon, rest = text.partition(":")
    host, *settings = (part.strip() for part in rest.split(","))
    if scheme.strip().lower() != "sacn" or not colon or not 0 < len(host) <= _LONGEST_HOST:
        raise ValueError(f"'{text[:100]}' is not like sacn:HOST,universe=1,count=150")
    limits = {"universe": MOST_UNIVERSE, "count": MOST_LEDS}
    values: dict[str, int] = {}
    for setting in settings:
        name, _, value = (part.strip() for part in setting.partition("="))
        if name not in limits:
            raise ValueError(
                f"'{name[:100]}' is not a setting of a strip; there are: universe, count"
            )
        is_number = value.isdecimal() and len(value) < 10  # Python reads none of thousands
        if not (is_number and 1 <= int(value) <= limits[name]):
            what = f"a whole number from 1 to {limits[name]}"
            raise ValueError(f"{name} is {what}, not '{value[:100]}'")
        values[name] = int(value)
    target = Target(host, **values)
    if target.universes[-1] > MOST_UNIVERSE:
        raise ValueError(f"there is no universe beyond {MOST_UNIVERSE}")
    return target


def colours_of(scene: Scene, count: int, theme: Theme) -> Colours:
    """Return what each of `count` LEDs shows, shape (count, 3): the waves' light added up."""
    total = np.zeros((count, 3))
    for wave in scene.waves:
        light = np.asarray(theme.light(wave.colour), dtype=np.float64)
        total += resampled(wave.brightness, count)[:, None] * light
    return np.asarray(np.rint(np.minimum(total, 255.0)), np.uint8)


def resampled(brightness: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return the mean brightness over each of `count` equal pieces of the rail; light is kept."""
    leds = len(brightness)
    sums = np.concatenate([[0.0], np.cumsum(brightness)])
    edges = np.linspace(0.0, leds, count + 1)
    return np.asarray(np.diff(np.interp(edges, np.arange(leds + 1), sums)) * count / leds)


class _Unicast(SenderSocketUDP):  # type: ignore[misc] # sacn has no types
    """A socket whose failures never end the sending: the next packet may get through."""

    def send_packet(self, data: bytearray, destination: str) -> None:
        with suppress(OSError):
            super().send_packet(data, destination)

    def send_multicast(self, data: Any, destination: str, ttl: int) -> None:
        """Send nothing: only the host that was named gets packets."""

    def send_broadcast(self, data: Any) -> None:
        """Send nothing: only the host that was named gets packets."""


class LedStrip:
    """A strip being fed; the sending goes on beside the pictures."""

    def __init__(self, sender: Any, target: Target, theme: Theme) -> None:
        """Start dark."""
        self._sender, self._target, self._theme = sender, target, theme

    def show(self, scene: Scene) -> None:
        """Show the lights of a scene."""
        self._send(colours_of(scene, self._target.count, self._theme))

    def black_out(self) -> None:
        """Switch every LED off."""
        self._send(np.zeros((self._target.count, 3), np.uint8))

    def _send(self, colours: Colours) -> None:
        for number, universe in enumerate(self._target.universes):
            piece = colours[number * LEDS_A_UNIVERSE : (number + 1) * LEDS_A_UNIVERSE]
            self._sender[universe].dmx_data = tuple(piece.ravel().tolist())


@contextmanager
def opened_strip(target: Target, theme: Theme) -> Iterator[LedStrip]:
    """Yield a strip; it goes dark at the end, also after an error.

    Raises:
        OutputError: the host has no address.
    """
    try:
        address = socket.getaddrinfo(target.host, None, socket.AF_INET, socket.SOCK_DGRAM)[0][4][0]
    except OSError as error:
        raise OutputError(f"The strip's host {target.host!r} is not known.") from error
    logging.getLogger("sacn").setLevel(logging.CRITICAL)
    wire = _Unicast(None, "0.0.0.0", 0, FRAMES_PER_S)  # noqa: S104 - it sends only
    sender = sacn.sACNsender(
        bind_port=0,
        source_name="lightpace",
        fps=FRAMES_PER_S,
        universeDiscovery=False,
        socket=wire,
    )
    wire._listener = sender._sender_handler  # noqa: SLF001 - each needs the other to be made
    for universe in target.universes:
        sender.activate_output(universe)
        sender[universe].multicast = False
        sender[universe].destination = address
    sender.start()
    strip = LedStrip(sender, target, theme)
    try:
        strip.black_out()
        yield strip
    finally:
        strip.black_out()
        time.sleep(3 / FRAMES_PER_S)
        for universe in target.universes:
            sender.deactivate_output(universe)
        sender.stop()
