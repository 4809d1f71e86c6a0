"""A strip is tested with a real receiver, over an address of the loopback that is our own."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pygame
import pytest
import sacn

from simulator.cli import main
from simulator.errors import OutputError
from simulator.export import leds
from simulator.export.leds import (
    FRAMES_PER_S,
    LedTarget,
    colours_of,
    opened_strip,
    parse_target,
    pattern,
    pattern_s,
    resampled,
)
from simulator.stage.keys import Action
from simulator.stage.scene_builder import brightness
from simulator.view.app import App
from simulator.view.theme import THEMES
from tests.view import scenes
from tests.view.conftest import FakeSession

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
    target = LedTarget("sacn", address, universe=3, count=400, gamma=1.0)
    with opened_strip(target, NIGHT) as strip:
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
        with opened_strip(LedTarget("sacn", address, universe=3, count=100), NIGHT) as strip:
            strip.show(lit(100.0))
            wait_for(lambda: any(receiver.data.get(3, b"")))
            raise RuntimeError("the picture broke")

    with pytest.raises(RuntimeError, match="the picture broke"):
        fail()
    wait_for(lambda: not any(receiver.data[3]))


@linux
def test_it_sends_forty_times_a_second(receiver: Receiver, address: str) -> None:
    with opened_strip(LedTarget("sacn", address, universe=3), NIGHT) as strip:
        wait_for(lambda: bool(receiver.times[3]))
        began = time.monotonic()
        while time.monotonic() - began < 1.0:
            strip.show(lit(7.0 * (time.monotonic() - began)))
            time.sleep(1 / 120)
        count = sum(began <= t <= began + 1.0 for t in receiver.times[3])
    assert 0.6 * FRAMES_PER_S <= count <= 1.1 * FRAMES_PER_S


@linux
def test_nobody_listening_is_no_error(address: str) -> None:
    with opened_strip(LedTarget("sacn", address), NIGHT) as strip:
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
    with opened_strip(LedTarget("sacn", address, universe=3, count=400), NIGHT) as strip:
        for head_m in (0.0, 150.0, 300.0):
            wanted = len(destinations) + 3
            strip.show(lit(head_m))
            wait_for(partial(sent_so_many, destinations, wanted))
            time.sleep(1 / FRAMES_PER_S)  # until the next packet is due
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
        "    self._listeners += (stop,)\n"
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
    assert parse_target("sacn:strip.local") == LedTarget("sacn", "strip.local", 150, universe=1)
    asked = parse_target("sACN:10.0.0.7, universe=5, count=400, start=4, order=GRB, reverse")
    assert asked == LedTarget("sacn", "10.0.0.7", 400, 5, 4, "grb", reverse=True)
    asked = parse_target("ddp:wled.local,count=400,gamma=1,offset=20,reverse=no,start=1201")
    assert asked == LedTarget("ddp", "wled.local", 400, start=1201, gamma=1.0, offset=20)
    assert parse_target("artnet:h").universe == 0
    assert LedTarget("sacn", "h", 400, 5).universes() == [(5, 0, 170), (6, 0, 170), (7, 0, 60)]
    assert LedTarget("sacn", "h", 170, 5).universes() == [(5, 0, 170)]
    assert LedTarget("sacn", "h", 172, 5, start=4).universes() == [(5, 3, 169), (6, 0, 3)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kinet:h", "is not like ddp:"),
        ("sacn", "is not like ddp:"),
        ("sacn:", "is not like ddp:"),
        ("sacn:h,colour=3", "is not a setting"),
        ("ddp:h,universe=3", "is not a setting .* count, start, order, gamma, offset, reverse"),
        ("ddp:h,host=x", "is not a setting"),
        ("ddp:h,order=rgbw", "order is one of rgb, "),
        ("ddp:h,gamma=nan", "gamma is a number from 1 to 5"),
        ("ddp:h,gamma=", "gamma is a number from 1 to 5"),
        ("ddp:h,reverse=maybe", "reverse is yes or no"),
        ("ddp:h,offset=-1", "offset is a whole number from 0"),
        ("sacn:h,count=0", "from 1 to"),
        ("sacn:h,count=-3", "from 1 to"),
        ("sacn:h,start=511", "from 1 to 510"),
        ("sacn:h,universe=64000", "from 1 to"),
        ("artnet:h,universe=32768", "from 0 to"),
        ("sacn:h,universe=63999,count=171", "no universe beyond"),
    ],
)
def test_what_is_no_target_is_one_sentence(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_target(text)


def test_the_wiring_decides_which_channel_carries_what() -> None:
    """Three LEDs in red, green and blue along the lap."""
    lap = np.array([[255, 0, 0], [0, 128, 0], [0, 0, 64]], np.uint8)

    def sent(**wiring: Any) -> list[list[int]]:
        data = LedTarget("ddp", "h", 3, **{"gamma": 1.0} | wiring).channels(lap)
        return [list(data[i : i + 3]) for i in (0, 3, 6)]

    assert sent() == [[255, 0, 0], [0, 128, 0], [0, 0, 64]]
    assert sent(order="grb") == [[0, 255, 0], [128, 0, 0], [0, 0, 64]]
    assert sent(order="gbr") == [[0, 0, 255], [128, 0, 0], [0, 64, 0]]
    assert sent(reverse=True) == [[0, 0, 64], [0, 128, 0], [255, 0, 0]]
    assert sent(offset=1) == [[0, 128, 0], [0, 0, 64], [255, 0, 0]]
    assert sent(offset=1, reverse=True) == [[255, 0, 0], [0, 0, 64], [0, 128, 0]]
    assert sent(gamma=2.0) == [[255, 0, 0], [0, 64, 0], [0, 0, 16]]


class Packets:
    """Keeps every packet that comes to a port."""

    def __init__(self, address: str, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind((address, port))
        self.socket.settimeout(5.0)

    def take(self, count: int) -> list[bytes]:
        return [self.socket.recv(65_536) for _ in range(count)]


@pytest.fixture
def packets(address: str, request: pytest.FixtureRequest) -> Iterator[Packets]:
    taken = Packets(address, request.param)
    yield taken
    taken.socket.close()


@linux
@pytest.mark.parametrize("packets", [4048], indirect=True)
def test_four_hundred_leds_are_one_packet_by_ddp(packets: Packets, address: str) -> None:
    scene = lit(300.0)
    with opened_strip(parse_target(f"ddp:{address},count=400,gamma=1"), NIGHT) as strip:
        strip.show(scene)
        dark, shown = packets.take(2)
    data = colours_of(scene, 400, NIGHT).tobytes()
    # version 1 and push, second packet, RGB of 8 bits, the display, from byte 0, 1200 bytes
    assert shown == bytes([0x41, 2, 0x0B, 1, 0, 0, 0, 0, 0x04, 0xB0]) + data
    assert dark == bytes([0x41, 1, 0x0B, 1, 0, 0, 0, 0, 0x04, 0xB0]) + bytes(1200)
    assert [packet[10:] for packet in packets.take(3)] == [bytes(1200)] * 3, "it goes dark"


@linux
@pytest.mark.parametrize("packets", [4048], indirect=True)
def test_a_longer_strip_is_pushed_with_its_last_packet(packets: Packets, address: str) -> None:
    scene = lit(200.0)
    target = LedTarget("ddp", address, 1000, start=31, gamma=1.0)
    with opened_strip(target, NIGHT) as strip:
        strip.show(scene)
        taken = packets.take(6)[3:]
    assert [packet[0] for packet in taken] == [0x40, 0x40, 0x41]
    assert {packet[1] for packet in taken} == {2}
    assert [int.from_bytes(packet[4:8], "big") for packet in taken] == [30, 1470, 2910]
    assert all(int.from_bytes(p[8:10], "big") == len(p) - 10 for p in taken)
    assert b"".join(p[10:] for p in taken) == colours_of(scene, 1000, NIGHT).tobytes()


@linux
@pytest.mark.parametrize("packets", [6454], indirect=True)
def test_a_strip_takes_art_net(packets: Packets, address: str) -> None:
    scene = lit(299.0)
    target = LedTarget("artnet", address, 400, universe=511, start=2, gamma=1.0)
    with opened_strip(target, NIGHT) as strip:
        strip.show(scene)
        taken = packets.take(6)[3:]
    head = b"Art-Net\0\x00\x50\x00\x0e\x02\x00"
    assert all(packet.startswith(head) for packet in taken)
    assert [int.from_bytes(packet[14:16], "little") for packet in taken] == [511, 512, 513]
    lengths = [int.from_bytes(packet[16:18], "big") for packet in taken]
    assert lengths == [len(packet) - 18 for packet in taken] == [512, 510, 180]
    data = taken[0][19:529] + taken[1][18:528] + taken[2][18:198]
    assert data == colours_of(scene, 400, NIGHT).tobytes()


@linux
@pytest.mark.parametrize("packets", [PORT], indirect=True)
def test_receivers_of_sacn_are_told_of_the_end(packets: Packets, address: str) -> None:
    with opened_strip(LedTarget("sacn", address, 10), NIGHT):
        pass
    taken = [sacn.DataPacket.make_data_packet(tuple(packet)) for packet in packets.take(7)]
    assert [packet.option_StreamTerminated for packet in taken] == [False] * 4 + [True] * 3
    assert [packet.sequence for packet in taken] == list(range(7))


@linux
@pytest.mark.parametrize("packets", [4048], indirect=True)
def test_a_pattern_proves_the_wiring_and_can_be_switched_off(
    packets: Packets,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(leds, "COLOUR_S", 0.1)
    monkeypatch.setattr(leds, "DOT_LEDS_PER_S", 200.0)
    with pytest.raises(SystemExit) as end:
        main(["leds", "test", f"ddp:{address},count=20,order=grb", "--rounds", "1"])
    assert not end.value.code
    packets.socket.setblocking(False)
    seen = []
    with suppress(BlockingIOError):
        while True:
            seen.append(packets.socket.recv(65_536)[10:])
    green_first = [data for data in seen if data == bytes([0, 255, 0]) * 20]
    assert green_first, "all red, which a strip of grb takes second"
    assert not any(seen[-1])
    said = capsys.readouterr().out
    assert [said.count(word) for word in ("red", "green", "blue", "number 20")] == [2, 2, 1, 1]
    with pytest.raises(SystemExit) as end:
        main(["leds", "off", f"ddp:{address},count=20"])
    assert not end.value.code
    assert packets.socket.recv(65_536)[10:] == bytes(60)


def test_the_pattern_shows_every_colour_and_passes_every_led() -> None:
    for step, channel in enumerate("rgb"):
        words, colours = pattern(step + 0.5, 30)
        wanted = [255 * (channel == other) for other in "rgb"]
        assert (colours == wanted).all()
        assert {"r": "red", "g": "green", "b": "blue"}[channel] in words
    times = np.linspace(3.0, pattern_s(30) - 1e-6, 500)
    heads = [int(np.flatnonzero((pattern(t, 30)[1] == 255).all(axis=1))[0]) for t in times]
    assert sorted(set(heads)) == list(range(30))
    assert heads == sorted(heads)
    first, last = pattern(3.2, 30)[1][[0, -1]].tolist()
    assert (first, last) == ([0, 255, 0], [255, 0, 0])


@linux
@pytest.mark.parametrize("packets", [4048], indirect=True)
def test_black_while_presenting_darkens_a_strip(packets: Packets, address: str) -> None:
    session = FakeSession()
    session.moment = lambda: lit(120.0)
    with opened_strip(parse_target(f"ddp:{address},count=400"), NIGHT) as strip:
        app = App(session.typed, size=(640, 360), presenting=True, listeners=[strip.show])
        try:
            for action in (None, Action.BLACK, Action.BLACK):
                if action is not None:
                    app.perform(action)
                app.frame(1 / 60)
                time.sleep(1.5 / FRAMES_PER_S)
        finally:
            app.presenter.leave()
            pygame.display.quit()
        _, *shown = packets.take(4)
    assert [any(packet[10:]) for packet in shown] == [True, False, True]


def test_a_host_without_an_address_is_one_sentence() -> None:
    with (
        pytest.raises(OutputError, match="is not known"),
        opened_strip(LedTarget("ddp", "no such host.invalid"), NIGHT),
    ):
        pass


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (
            PermissionError(errno.EACCES, "Permission denied"),
            "not a broadcast or multicast address",
        ),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "Network is unreachable"),
    ],
)
@pytest.mark.parametrize("action", ["test", "off"])
def test_a_strip_that_nothing_can_be_sent_to_is_no_success(
    action: str,
    why: OSError,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def sendto(*_: Any) -> int:
        raise why

    monkeypatch.setattr(socket.socket, "sendto", sendto)
    with pytest.raises(SystemExit) as end:
        main(["leds", action, "artnet:127.0.0.1,count=5", "--rounds", "1"])
    assert end.value.code == 1
    told = capsys.readouterr()
    assert said in " ".join(told.err.split())
    assert not told.out


@linux
def test_a_broadcast_lights_nobodys_strip() -> None:
    target = parse_target("artnet:127.255.255.255,count=5")
    with pytest.raises(OutputError, match="not a broadcast or"), opened_strip(target, NIGHT):
        pass


@pytest.mark.parametrize("protocol", ["ddp", "artnet", "sacn"])
def test_a_multicast_is_refused_before_anything_is_sent(
    protocol: str, destinations: list[tuple[str, int]]
) -> None:
    target = parse_target(f"{protocol}:239.255.0.1,count=5")
    with pytest.raises(OutputError, match="or multicast address"), opened_strip(target, NIGHT):
        pass
    assert not destinations


def test_a_network_that_fails_for_a_while_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def sendto(*_: Any) -> int:
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(socket.socket, "sendto", sendto)
    with opened_strip(LedTarget("ddp", "127.0.0.1"), NIGHT) as strip:
        strip.show(lit(5.0))
