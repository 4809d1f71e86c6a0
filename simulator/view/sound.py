"""The sounds of the race, synthesised: a gun, a bell, a tick, a sinking tone.

In: scenes, as they are shown. Out: samples, for films; sound in the window, if it is switched on
and there is a device. The device is open only while sound is on.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pygame
from numpy.typing import NDArray

from simulator.stage.events import SoundCue, sound_cues
from simulator.stage.scene import Scene

RATE_HZ = 48_000
"""The only sample rate of Opus, which films use."""
_BELL_HZ = ((1.0, 1.0, 1.6), (2.0, 0.6, 1.1), (2.41, 0.5, 0.9), (3.9, 0.35, 0.5), (5.4, 0.2, 0.3))
"""Partials of a bell: multiple of its note, strength, decay time [s]."""

Samples = NDArray[np.int16]


def gun() -> Samples:
    """Return a shot: a burst of noise with a low thump below it."""
    t = np.arange(int(0.9 * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(1).standard_normal(len(t))
    crack = noise * np.exp(-t / 0.035) + 0.25 * noise * np.exp(-t / 0.22)
    thump = np.sin(2 * np.pi * 70 * t) * np.exp(-t / 0.09)
    return _pcm(crack + 1.2 * thump, 0.9)


def bell() -> Samples:
    """Return the bell of the last lap, struck six times."""
    strike_s, strikes = 0.33, 6
    t = np.arange(int(1.8 * RATE_HZ)) / RATE_HZ
    one = sum(
        strength * np.sin(2 * np.pi * 830 * ratio * t) * np.exp(-t / (0.35 * long_s))
        for ratio, strength, long_s in _BELL_HZ
    )
    step = int(strike_s * RATE_HZ)
    whole = np.zeros(len(t) + step * (strikes - 1))
    for number in range(strikes):
        whole[number * step : number * step + len(t)] += one
    return _pcm(whole, 0.7)


def tick() -> Samples:
    """Return a short click."""
    t = np.arange(int(0.06 * RATE_HZ)) / RATE_HZ
    return _pcm(np.sin(2 * np.pi * 1760 * t) * np.exp(-t / 0.010), 0.5)


def lost() -> Samples:
    """Return a low tone that falls by a fifth while it fades."""
    t = np.arange(int(1.4 * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(196.0 * (2 / 3) ** np.minimum(t / 0.9, 1.0)) / RATE_HZ
    return _pcm((np.sin(phase) + 0.3 * np.sin(2 * phase)) * np.exp(-t / 0.5), 0.6)


def _pcm(values: NDArray[np.float64], loudness: float) -> Samples:
    """Return 16-bit samples; the last ones fade, so that the end does not click."""
    fade = np.minimum(1.0, np.arange(len(values))[::-1] / (0.01 * RATE_HZ))
    faded = values * fade
    return np.asarray(np.rint(faded / np.abs(faded).max() * loudness * 32767), np.int16)


_MADE = {SoundCue.GUN: gun, SoundCue.BELL: bell, SoundCue.TICK: tick, SoundCue.LOST: lost}


@lru_cache(maxsize=8)  # one for each cue
def samples_of(cue: SoundCue) -> Samples:
    """Return the samples of a cue, `RATE_HZ` a second, one channel."""
    return _MADE[cue]()


class Sound:
    """Plays the sounds of scenes while it is on."""

    def __init__(self) -> None:
        """Start silent; nothing is opened."""
        self.wanted = False
        """Whether the viewer wants sound: a machine without a device does not change that."""
        self._sounds: dict[SoundCue, pygame.mixer.Sound] = {}
        self._before: Scene | None = None

    @property
    def on(self) -> bool:
        """Whether the device is open."""
        return bool(self._sounds)

    def switch(self) -> str:
        """Switch it on or off; return a sentence for the viewer."""
        if self.on:
            self.close()
            self.wanted = False
            return "Sound is off."
        try:
            pygame.mixer.init(RATE_HZ, -16, 1, 512, allowedchanges=0)
            self._sounds = {
                cue: pygame.mixer.Sound(buffer=samples_of(cue).tobytes()) for cue in SoundCue
            }
        except (pygame.error, NotImplementedError, OSError, ValueError) as error:
            self.close()
            return f"There is no sound on this machine: {error}."
        self.wanted = True
        return "Sound is on."

    def hear(self, scene: Scene) -> tuple[SoundCue, ...]:
        """Play the sounds between the last scene and this one; return them."""
        before, self._before = self._before, scene
        if not self.on or before is None:
            return ()
        due = sound_cues(before, scene)
        for cue in due:
            self._sounds[cue].play()
        return due

    def close(self) -> None:
        """Release the device."""
        self._sounds = {}
        try:
            pygame.mixer.quit()
        except NotImplementedError:
            return
