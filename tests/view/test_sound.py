from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygame
import pytest

from simulator.stage.events import SoundCue
from simulator.stage.keys import Action
from simulator.view.app import App, run
from simulator.view.sound import RATE_HZ, Sound, bell, gun, tick
from tests.view import scenes
from tests.view.conftest import FakeSession


def test_what_is_heard_is_short_loud_enough_and_ends_quietly() -> None:
    for make, least_s, most_s in ((gun, 0.3, 1.0), (bell, 2.0, 4.0), (tick, 0.02, 0.1)):
        wave = make()
        assert least_s < len(wave) / RATE_HZ < most_s
        assert 10_000 < np.abs(wave.astype(int)).max() <= 32_767
        assert abs(int(wave[-1])) < 50
        assert np.array_equal(wave, make())


def test_no_device_is_opened_unless_asked_for(app: App) -> None:
    app.frame(1 / 60)
    assert not pygame.mixer.get_init()
    assert not app.sound.on


def test_a_key_switches_it_on_and_off(app: App, session: FakeSession) -> None:
    app.perform(Action.SOUND)
    assert pygame.mixer.get_init()
    app.perform(Action.SOUND)
    assert not pygame.mixer.get_init()
    assert session.said == ["Sound is on.", "Sound is off."]


def test_the_bell_is_rung_while_it_is_on() -> None:
    sound = Sound()
    before = replace(scenes.running(180.0), bell=False)
    now = replace(scenes.running(180.02), bell=True)
    sound.hear(before)
    assert sound.hear(now) == ()
    assert sound.switch() == "Sound is on."
    try:
        sound.hear(before)
        assert sound.hear(now) == (SoundCue.BELL,)
        assert pygame.mixer.get_busy()
    finally:
        sound.close()


def test_a_machine_without_audio_goes_on_in_silence(
    app: App, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise pygame.error("no such audio device")

    monkeypatch.setattr(pygame.mixer, "init", broken)
    app.perform(Action.SOUND)
    app.frame(1 / 60)
    assert not app.sound.on
    assert session.said == ["There is no sound on this machine: no such audio device."]


@pytest.mark.parametrize("device", [True, False])
@pytest.mark.parametrize("started_with", [True, False])
@pytest.mark.parametrize("presses", [0, 1, 2])
def test_only_the_key_changes_what_is_kept(
    session: FakeSession,
    monkeypatch: pytest.MonkeyPatch,
    device: bool,
    started_with: bool,
    presses: int,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise pygame.error("no such audio device")

    if not device:
        monkeypatch.setattr(pygame.mixer, "init", broken)

    def press_and_close() -> float:
        """Read the clock: this is called for the first time once the window is open."""
        for _ in range(presses):
            pygame.event.post(pygame.Event(pygame.KEYDOWN, key=pygame.K_m, mod=0, unicode="m"))
            pygame.event.post(pygame.Event(pygame.KEYUP, key=pygame.K_m, mod=0))
        pygame.event.post(pygame.Event(pygame.QUIT))
        return 0.0

    closed_as = run(session.typed, sound=started_with, clock=press_and_close)
    assert closed_as.sound is (started_with ^ (device and presses == 1))


def test_so_does_one_whose_driver_is_missing() -> None:
    code = (
        "from simulator.view.sound import Sound; s = Sound(); "
        "assert 'no sound' in s.switch() and not s.on"
    )
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "SDL_AUDIODRIVER": "there-is-none"}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root, env=environment, timeout=60)


def test_a_key_changes_the_colours(app: App, session: FakeSession) -> None:
    def corner() -> tuple[int, ...]:
        surface = pygame.display.get_surface()
        assert surface is not None
        return tuple(surface.get_at((2, surface.get_height() - 2)))

    before = corner()
    app.perform(Action.THEME)
    app.frame(1 / 60)
    assert session.said == ["Colours: daylight."]
    assert sum(corner()[:3]) > sum(before[:3]) + 300


def test_listeners_see_what_the_window_shows_even_while_it_is_hidden(session: FakeSession) -> None:
    seen: list[object] = []
    app = App(session.typed, size=(640, 360), listeners=[seen.append])
    try:
        app.frame(1 / 60)
        app.visible = False
        app.frame(1 / 60)
    finally:
        pygame.display.quit()
    assert len(seen) == 2
