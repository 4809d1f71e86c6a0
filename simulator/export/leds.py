"""The rail on a real strip of LEDs: by DDP (WLED, LedFx), sACN (E1.31, extra `[leds]`) or Art-Net.

In: scenes, as they are shown; a target, `ddp:HOST,count=400`. Out: packets to that host only
(unicast, no discovery), 40 times a second; the strip is dark at the end, whatever ended it.
"""

from __future__ import annotations

import errno
import math
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, fields
from importlib import import_module
from ipaddress import ip_address
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from simulator.errors import OutputError, requiring
from simulator.stage.scene import Scene
from simulator.view.theme import Theme

FRAMES_PER_S = 40
CHANNELS_A_UNIVERSE = 512
MOST_LEDS = 20_000
_LONGEST_HOST = 253
"""Most characters of a host name (RFC 1035)."""
_UNIVERSES = {"sacn": (1, 63_999), "artnet": (0, 32_767)}
"""The first and the last universe of the protocols that have universes."""
_ORDERS = ("rgb", "rbg", "grb", "gbr", "brg", "bgr")

Colours = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class LedTarget:
    """The address and the wiring of a strip.

    Attributes:
        protocol: `ddp`, `sacn` or `artnet`.
        host: name or address of its controller.
        count: number of LEDs.
        universe: the first universe; further LEDs use the following ones. Not for DDP.
        start: the first channel, from 1; with DDP it may exceed 512.
        order: the order of the colour channels of an LED.
        gamma: exponent from screen values to light; 1 if the controller applies its own.
        offset: the first LED is this many LEDs after the start of the lap.
        reverse: the strip runs against the running direction, its last LED first.
    """

    protocol: str
    host: str
    count: int = 150
    universe: int = 1
    start: int = 1
    order: str = "rgb"
    gamma: float = 2.2
    offset: int = 0
    reverse: bool = False

    def channels(self, colours: Colours) -> bytes:
        """Return the channels' values, three per LED, for colours of shape (count, 3)."""
        light = np.rint(255.0 * (colours / 255.0) ** self.gamma).astype(np.uint8)
        light = np.roll(light, -self.offset, axis=0)[:, ["rgb".index(c) for c in self.order]]
        return (light[::-1] if self.reverse else light).tobytes()

    def universes(self) -> list[tuple[int, int, int]]:
        """Return each universe with its first byte, from 0, and the number of its LEDs."""
        pieces: list[tuple[int, int, int]] = []
        left, at = self.count, self.start - 1
        while left > 0:
            leds = min(left, (CHANNELS_A_UNIVERSE - at) // 3)  # no LED is split between two
            pieces.append((self.universe + len(pieces), at, leds))
            left, at = left - leds, 0
        return pieces

    def by_universe(self, channels: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield each universe with what it carries of the channels' values."""
        done = 0
        for universe, at, leds in self.universes():
            yield universe, bytes(at) + channels[done : done + 3 * leds]
            done += 3 * leds


def parse_target(text: str) -> LedTarget:
    """Return the target of `ddp:HOST,count=400,order=grb,reverse`; raises `ValueError`."""
    scheme, colon, rest = text.partition(":")
    host, *settings = (part.strip() for part in rest.split(","))
    protocol = scheme.strip().lower()
    known = protocol in ("ddp", *_UNIVERSES)
    if not known or not colon or not 0 < len(host) <= _LONGEST_HOST:
        raise ValueError(f"'{text[:100]}' is not like ddp:HOST,count=400 (or sacn:, artnet:)")
    limits = {"count": (1, MOST_LEDS), "offset": (0, MOST_LEDS), "start": (1, 3 * MOST_LEDS)}
    names = [field.name for field in fields(LedTarget)[2:]]
    values: dict[str, Any] = {}
    if protocol == "ddp":
        names.remove("universe")
    else:
        limits |= {"universe": _UNIVERSES[protocol], "start": (1, CHANNELS_A_UNIVERSE - 2)}
        values["universe"] = _UNIVERSES[protocol][0]
    for setting in settings:
        name, equals, value = (part.strip() for part in setting.partition("="))
        if name not in names:
            raise ValueError(
                f"'{name[:100]}' is not a setting of a strip; there are: {', '.join(names)}"
            )
        values[name] = _value_of(name, value, limits.get(name), given=bool(equals))
    target = LedTarget(protocol, host, **values)
    if protocol != "ddp" and target.universes()[-1][0] > _UNIVERSES[protocol][1]:
        raise ValueError(f"there is no universe beyond {_UNIVERSES[protocol][1]}")
    return target


def _value_of(name: str, value: str, limits: tuple[int, int] | None, *, given: bool) -> Any:
    """Return the value of one setting; raises `ValueError`."""
    if name == "reverse":
        if given and value not in ("yes", "no"):
            raise ValueError(f"reverse is yes or no, not '{value[:100]}'")
        return value != "no"
    if name == "order":
        if value.lower() not in _ORDERS:
            raise ValueError(f"order is one of {', '.join(_ORDERS)}, not '{value[:100]}'")
        return value.lower()
    if limits is None:
        with suppress(ValueError):
            if len(value) < 10 and 1.0 <= float(value) <= 5.0:
                return float(value)
        raise ValueError(f"gamma is a number from 1 to 5, not '{value[:100]}'")
    is_number = value.isdecimal() and len(value) < 10  # Python refuses thousands of digits
    if not (is_number and limits[0] <= int(value) <= limits[1]):
        what = f"a whole number from {limits[0]} to {limits[1]}"
        raise ValueError(f"{name} is {what}, not '{value[:100]}'")
    return int(value)


def colours_of(scene: Scene, count: int, theme: Theme) -> Colours:
    """Return the colour of each of `count` LEDs, shape (count, 3): the waves' light added up."""
    total = np.zeros((count, 3))
    for wave in scene.waves:
        light = np.asarray(theme.light(wave.colour), dtype=np.float64)
        total += resampled(wave.brightness, count)[:, None] * light
    return np.asarray(np.rint(np.minimum(total, 255.0)), np.uint8)


def resampled(brightness: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return the mean brightness of each of `count` equal pieces of the rail; light is kept."""
    leds = len(brightness)
    sums = np.concatenate([[0.0], np.cumsum(brightness)])
    edges = np.linspace(0.0, leds, count + 1)
    return np.asarray(np.diff(np.interp(edges, np.arange(leds + 1), sums)) * count / leds)


# -- a test pattern for the wiring -----------------------------------------------------------------

COLOUR_S = 1.0
"""How long the whole strip shows each colour of the pattern [s]."""
DOT_LEDS_PER_S = 60.0
_RED, _GREEN, _BLUE, _WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
_EACH = 10
"""One LED in this many glows, for counting."""


def pattern_s(count: int) -> float:
    """Return the duration of one round of the pattern [s]."""
    return 3 * COLOUR_S + count / DOT_LEDS_PER_S


def pattern(time_s: float, count: int) -> tuple[str, Colours]:
    """Return the pattern at a time, as text and as colours of shape (count, 3), in strip order."""
    colours = np.zeros((count, 3), np.uint8)
    step = math.floor(time_s / COLOUR_S)
    if step < 3:
        name, colour = (("red", _RED), ("green", _GREEN), ("blue", _BLUE))[step]
        colours[:] = colour
        return f"All LEDs are {name}. If not, the order of colours differs: order=grb.", colours
    colours[::_EACH] = 24
    colours[-1], colours[0] = _RED, _GREEN
    head = min(int((time_s - 3 * COLOUR_S) * DOT_LEDS_PER_S), count - 1)
    colours[head] = _WHITE
    words = (
        f"A white dot runs from the first LED, which is green, to number {count}, which is red; "
        f"every {_EACH}th glows. If not: count, reverse, offset or start."
    )
    return words, colours


# -- protocols -------------------------------------------------------------------------------------


DDP_DATA = 1440
"""Bytes of a DDP packet: 480 LEDs, so that it is never fragmented."""
_SENDER = tuple(uuid4().bytes)
"""By what receivers of sACN tell this program from other senders."""


def ddp_packets(target: LedTarget, channels: bytes, number: int) -> Iterator[bytes]:
    """Yield the packets of one picture (http://www.3waylabs.com/ddp); the last one displays it.

    Flags, sequence (1 to 15), data type (RGB, 8 bits), destination (the display); offset and length
    of the data [bytes], big-endian.
    """
    for at in range(0, len(channels), DDP_DATA):
        data = channels[at : at + DDP_DATA]
        push = at + DDP_DATA >= len(channels)
        head = bytes([0x41 if push else 0x40, number % 15 + 1, 0x0B, 1])
        where = (target.start - 1 + at).to_bytes(4, "big")
        yield head + where + len(data).to_bytes(2, "big") + data


def artnet_packets(target: LedTarget, channels: bytes, number: int) -> Iterator[bytes]:
    """Yield an ArtDmx packet for each universe (Art-Net 4).

    Name, operation (little-endian), version 14, sequence (1 to 255), port, universe
    (little-endian), length (even, big-endian).
    """
    for universe, data in target.by_universe(channels):
        data += bytes(len(data) % 2)  # noqa: PLW2901
        head = b"Art-Net\0" + (0x5000).to_bytes(2, "little") + (14).to_bytes(2, "big")
        head += bytes([number % 255 + 1, 0]) + universe.to_bytes(2, "little")
        yield head + len(data).to_bytes(2, "big") + data


def sacn_packets(target: LedTarget, channels: bytes, number: int) -> Iterator[bytes]:
    """Yield a packet for each universe (E1.31), made by sacn; no channels are the stream's end."""
    from sacn import DataPacket  # noqa: PLC0415 - an extra

    for universe, data in target.by_universe(channels):
        packet = DataPacket(_SENDER, "lightpace", universe, tuple(data), sequence=number % 256)
        packet.option_StreamTerminated = not channels
        yield bytes(packet.getBytes())


_PROTOCOLS = {
    "ddp": (4048, ddp_packets),
    "artnet": (6454, artnet_packets),
    "sacn": (5568, sacn_packets),
}
"""The port of each protocol, and what makes its packets."""


class LedStrip:
    """A connected strip; failures on the network are no errors."""

    def __init__(self, target: LedTarget, address: str, theme: Theme) -> None:
        port, self._packets = _PROTOCOLS[target.protocol]
        self._to, self._target, self._theme = (address, port), target, theme
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._due_s, self._number = 0.0, 0
        self.unsent: OSError | None = None
        """Why a packet of the last picture could not be sent; None: all were."""

    def show(self, scene: Scene) -> None:
        """Show the lights of a scene, if a packet is due."""
        now_s = time.monotonic()
        if now_s >= self._due_s:
            self._due_s = max(self._due_s + 1 / FRAMES_PER_S, now_s)
            self.light(colours_of(scene, self._target.count, self._theme))

    def light(self, colours: Colours) -> None:
        """Show colours of shape (count, 3) immediately."""
        self._send(self._target.channels(colours))

    def _send(self, channels: bytes) -> None:
        self.unsent = None
        for packet in self._packets(self._target, channels, self._number):
            try:
                self._socket.sendto(packet, self._to)
            except OSError as error:  # the next one may get through
                full = isinstance(error, BlockingIOError) or error.errno == errno.ENOBUFS
                self.unsent = self.unsent if full else error
        self._number += 1

    def check(self) -> None:
        """Raise `OutputError` if the last picture could not be sent."""
        if isinstance(self.unsent, PermissionError):
            raise _not_one_host(self._target)
        if self.unsent is not None:
            why = self.unsent.strerror
            raise OutputError(f"Nothing can be sent to {self._target.host}: {why}.")

    def test(self, time_s: float, rounds: int) -> str | None:
        """Show the pattern at a time, and return its description; None: its rounds are over."""
        number, within_s = divmod(time_s, pattern_s(self._target.count))
        if number >= rounds:
            return None
        words, colours = pattern(within_s, self._target.count)
        self.light(colours)
        return words

    def black_out(self) -> None:
        """Switch every LED off."""
        self.light(np.zeros((self._target.count, 3), np.uint8))

    def close(self) -> None:
        """Switch every LED off, and stop sending."""
        for _ in range(3):  # a packet may get lost
            self.black_out()
            time.sleep(1 / FRAMES_PER_S)
        for _ in range(3 if self._target.protocol == "sacn" else 0):
            self._send(b"")
        self._socket.close()


def _not_one_host(target: LedTarget) -> OutputError:
    return OutputError(
        f"Nothing may be sent to {target.host}: name the address of the strip's own controller, "
        "not a broadcast or multicast address."
    )


@contextmanager
def opened_strip(target: LedTarget, theme: Theme) -> Iterator[LedStrip]:
    """Yield a strip; it goes dark at the end, also after an error.

    Raises:
        OutputError: the host has no address, or it is not one controller's.
        ExtraError: it needs sACN, and sacn is not installed.
    """
    try:
        found = socket.getaddrinfo(target.host, None, socket.AF_INET, socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        raise OutputError(f"The strip's host {target.host!r} is not known.") from error
    address = str(found[0][4][0])
    if ip_address(address).is_multicast:  # the system refuses broadcasts alone
        raise _not_one_host(target)
    if target.protocol == "sacn":
        with requiring("A strip of LEDs by sACN", "leds"):
            import_module("sacn")
    with closing(LedStrip(target, address, theme)) as strip:
        strip.black_out()
        if isinstance(strip.unsent, PermissionError):  # it stays so; a network may come back
            strip.check()
        yield strip
