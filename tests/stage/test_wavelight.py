from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.analysis.references import light_reference
from simulator.physics.track import track_position
from simulator.scenario.model import Scenario
from simulator.stage.playback import Playback
from simulator.stage.scene_builder import ShowOptions, brightness, scene_of
from simulator.stage.show import Show

LEDS = st.integers(10, 1000)
PLACE = st.floats(0, 400, exclude_max=True)
LENGTH = st.integers(1, 9)


def apart(a: float, b: float, round_m: float) -> float:
    """Return the distance of two places on a round of `round_m`, the short way."""
    d = abs(a - b) % round_m
    return min(d, round_m - d)


@given(st.floats(0, 239))
def test_the_wave_is_within_half_an_led_of_the_schedule(
    scenario: Scenario, show: Show, t: float
) -> None:
    scene = scene_of(show, Playback(t, show.recording.end_s), ShowOptions())
    (wave,) = scene.waves
    asked = float(track_position(light_reference(scenario).run.distance_at(t), scenario.distance))
    led_m = 400.0 / scene.leds
    assert apart(float(np.argmax(wave.brightness)) * led_m, asked, 400.0) <= 0.5 * led_m + 1e-6


@given(leds=LEDS, place=PLACE, length=LENGTH)
def test_the_brightest_led_is_the_nearest_to_the_head(leds: int, place: float, length: int) -> None:
    head = place * leds / 400.0
    brightest = int(np.argmax(brightness(leds, place, length, "head")))
    assert apart(brightest, head, leds) <= 0.5 + 1e-6


@given(leds=LEDS, place=PLACE, length=LENGTH)
def test_the_tail_can_mark_the_pace_instead(leds: int, place: float, length: int) -> None:
    by_tail = brightness(leds, place, length, "tail")
    ahead = (place + (length - 1) * 400.0 / leds) % 400.0
    assert by_tail == pytest.approx(brightness(leds, ahead, length, "head"), abs=1e-6)


@given(leds=LEDS, place=PLACE, length=LENGTH, end=st.sampled_from(["head", "tail"]))
def test_brightness_is_a_share_and_the_wave_has_its_length(
    leds: int, place: float, length: int, end: str
) -> None:
    glow = brightness(leds, place, length, end)
    assert glow.shape == (leds,)
    assert glow.min() >= 0.0
    assert glow.max() <= 1.0
    assert 1 <= np.count_nonzero(glow) <= length + 1


@given(place=PLACE, step=st.floats(0, 0.2), length=st.integers(3, 30))
def test_the_wave_glides(place: float, step: float, length: int) -> None:
    before, after = (brightness(400, p % 400.0, length, "head") for p in (place, place + step))
    assert np.abs(after - before).max() <= 2.5 * step + 1e-6


@given(place=PLACE)
def test_the_wave_is_the_same_on_the_other_side_of_the_line(place: float) -> None:
    there = brightness(400, place, 6, "head")
    on = brightness(400, (place + 7.0) % 400.0, 6, "head")
    assert np.roll(there, 7) == pytest.approx(on, abs=1e-9)
