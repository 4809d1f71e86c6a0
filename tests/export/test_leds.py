"""A strip is tested with a real receiver, over an address of the loopback that is our own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sacn

from simulator.errors import OutputError
from simulator.export.leds import (
    FRAMES_PER_S,
    Target,
    colours_of,
    opened_strip,
    parse_target,
    resampled,
)
from simulator.stage.scenery import brightness
from simulator.view.theme import THEMES
from tests.view import scenes

NIGHT = THEMES["night"]
PORT = 5568
linux = pytest.mark.skipif(sys.platform != "linux", reason="all of 127/8 is local on Linux alone")


class Receiver:
    """Keeps the last packet of each universe, and when each came."""

    def __init__(self, address: str, universes: range) -> None:
        self.data: dict[int, bytes] = {}
        self.times: dict[int, list[float]] = {n: [] for n in universes}
        self.names: set[str] = set()
        self.receiver = sacn.sACNreceiver(bind_address=address)
        for universe in universes:
            self.receiver.register_listener("universe", self.take, universe=universe)
        self.receiver.start()

    def take(self, packet: Any) -> None:
        self.data[packet.universe] = bytes(packet.dmxData)
        self.times[packet.universe].append(time.monotonic())
        self.names.add(packet.sourceName)


@pytest.fixture
def address() -> str:
    return f"127.{os.getpid() % 200 + 20}.{os.getpid() // 200 % 250 + 1}.7"


@pytest.fixture
def receiver(address: str) -> Iterator[Receiver]:
    heard = Receiver(address, range(3, 6))
    yield heard
    heard.receiver.stop()


def wait_for(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not done():
        assert time.monotonic() < deadline, "no packet came"
        time.sleep(0.005)


def sent_so_many(destinations: list[tuple[str, int]], wanted: int) -> bool:
    return len(destinations) >= wanted


def lit(head_m: float, leds: int = 400) -> Any:
    scene = scenes.light_lost()
    wave = replace(scene.waves[0], brightness=brightness(leds, head_m, 6, "head"))
    return replace(scene, waves=(wave,))


@linux
def test_a_strip_shows_the_light_and_goes_dark(receiver: Receiver, address: str) -> None:
    scene = lit(300.0)
    wanted = colours_of(scene, 400, NIGHT)
    with opened_strip(Target(address, universe=3, count=400), NIGHT) as strip:
        strip.show(scene)
        wait_for(lambda: any(any(receiver.data.get(n, b"")) for n in (3, 4, 5)))
        wait_for(lambda: set(receiver.data) == {3, 4, 5})
        time.sleep(0.1)
        got = b"".join(receiver.data[n][:510] for n in (3, 4, 5))
        assert got[:1200] == wanted.tobytes()
        assert not any(got[1200:])
    wait_for(lambda: not any(any(data) for data in receiver.data.values()))
    assert receiver.names == {"lightpace"}


@linux
def test_it_goes_dark_even_after_an_error(receiver: Receiver, address: str) -> None:
    def fail() -> None:
        with opened_strip(Target(address, universe=3, count=100), NIGHT) as strip:
            strip.show(lit(100.0))
            wait_for(lambda: any(receiver.data.get(3, b"")))
            raise RuntimeError("the picture broke")

    with pytest.raises(RuntimeError, match="the picture broke"):
        fail()
    wait_for(lambda: not any(receiver.data[3]))


@linux
def test_it_sends_forty_times_a_second(receiver: Receiver, address: str) -> None:
    with opened_strip(Target(address, universe=3), NIGHT) as strip:
        wait_for(lambda: bool(receiver.times[3]))
        began = time.monotonic()
        while time.monotonic() - began < 1.0:
            strip.show(lit(7.0 * (time.monotonic() - began)))
            time.sleep(1 / 120)
        count = sum(began <= t <= began + 1.0 for t in receiver.times[3])
    assert 0.6 * FRAMES_PER_S <= count <= 1.1 * FRAMES_PER_S


@linux
def test_nobody_listening_is_no_error(address: str) -> None:
    with opened_strip(Target(address), NIGHT) as strip:
        for _ in range(5):
            strip.show(lit(5.0))
            time.sleep(0.03)


@pytest.fixture
def destinations(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Note the address of every packet, whoever sends it; nothing leaves meanwhile."""
    sent: list[tuple[str, int]] = []

    def sendto(_socket: socket.socket, data: bytes, *more: Any) -> int:
        sent.append(more[-1])  # flags may stand before the address
        return len(data)

    def refuse(_socket: socket.socket, *_: Any) -> None:
        raise AssertionError("a packet may leave by a way that is not watched")

    monkeypatch.setattr(socket.socket, "sendto", sendto)
    for way in ("connect", "connect_ex", "send", "sendall", "sendmsg"):
        monkeypatch.setattr(socket.socket, way, refuse)
    return sent


def test_the_host_that_was_named_is_the_only_one_that_is_sent_anything(
    destinations: list[tuple[str, int]], address: str
) -> None:
    with opened_strip(Target(address, universe=3, count=400), NIGHT) as strip:
        for head_m in (0.0, 150.0, 300.0):
            wanted = len(destinations) + 3
            strip.show(lit(head_m))
            wait_for(partial(sent_so_many, destinations, wanted))
        before = len(destinations)
    assert len(destinations) > before, "it goes dark"
    assert set(destinations) == {(address, PORT)}


def test_what_others_are_sent_would_be_seen(destinations: list[tuple[str, int]]) -> None:
    """The same library as it comes: it tells the whole network of itself, and sends to a group."""
    sender = sacn.sACNsender(bind_port=0, fps=FRAMES_PER_S)
    sender.activate_output(3)
    sender[3].multicast = True
    sender.start()
    try:
        wait_for(lambda: len(set(destinations)) == 2)
    finally:
        sender.stop()
    assert set(destinations) == {("<broadcast>", PORT), ("239.255.0.3", PORT)}


@linux
def test_the_window_lights_a_strip_and_leaves_it_dark(receiver: Receiver, address: str) -> None:
    code = (
        "import pygame, sys\n"
        "from simulator.cli import main\n"
        "import simulator.view.app as app\n"
        "def stop(scene):\n"
        "    if scene.time_s > 0.5: pygame.event.post(pygame.event.Event(pygame.QUIT))\n"
        "first = app.App.__init__\n"
        "def begin(self, session, **more):\n"
        "    first(self, session, **more)\n"
        "    self._witnesses += (stop,)\n"
        "    session.seek(0.2)\n"
        "    session.perform(app.Action.PLAY_PAUSE)\n"
        "app.App.__init__ = begin\n"
        f"main(['run', 'solo', '--leds', 'sacn:{address},universe=3,count=150'])\n"
    )
    root = Path(__file__).resolve().parents[2]
    child = subprocess.Popen([sys.executable, "-c", code], cwd=root)
    seen = False
    while child.poll() is None:
        seen = seen or any(receiver.data.get(3, b""))
        time.sleep(0.005)
    assert child.returncode == 0
    assert seen
    wait_for(lambda: not any(receiver.data[3]))


@pytest.mark.parametrize("count", [1, 50, 150, 399, 400, 401, 1000])
def test_light_is_kept_and_stays_in_its_place(count: int) -> None:
    bright = brightness(400, 200.4, 6, "head")
    strip = resampled(bright, count)
    assert strip.sum() * 400 / count == pytest.approx(bright.sum())
    centre = (np.arange(count) + 0.5) / count @ strip / strip.sum() * 400
    wanted = (np.arange(400) + 0.5) @ bright / bright.sum()
    assert centre == pytest.approx(wanted, abs=400 / count)


def test_waves_that_meet_add_up_and_never_wrap_round() -> None:
    scene = lit(100.0)
    several = replace(scene, waves=scene.waves * 5)
    colours = colours_of(several, 400, NIGHT)
    assert colours.max() == 255
    assert (colours >= colours_of(scene, 400, NIGHT)).all()
    assert not colours_of(replace(scene, waves=()), 150, NIGHT).any()


def test_a_target_is_read() -> None:
    assert parse_target("sacn:strip.local") == Target("strip.local", 1, 150)
    assert parse_target("sACN:10.0.0.7, universe=5, count=400") == Target("10.0.0.7", 5, 400)
    assert list(Target("h", 5, 400).universes) == [5, 6, 7]
    assert list(Target("h", 5, 170).universes) == [5]
    assert list(Target("h", 5, 171).universes) == [5, 6]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("artnet:h", "is not like sacn:"),
        ("sacn", "is not like sacn:"),
        ("sacn:", "is not like sacn:"),
        ("sacn:h,colour=3", "is not a setting"),
        ("sacn:h,count=0", "from 1 to"),
        ("sacn:h,count=-3", "from 1 to"),
        ("sacn:h,universe=64000", "from 1 to"),
        ("sacn:h,universe=63999,count=171", "no universe beyond"),
    ],
)
def test_what_is_no_target_is_one_sentence(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_target(text)


def test_a_host_without_an_address_is_one_sentence() -> None:
    with (
        pytest.raises(OutputError, match="is not known"),
        opened_strip(Target("no such host.invalid"), NIGHT),
    ):
        pass
