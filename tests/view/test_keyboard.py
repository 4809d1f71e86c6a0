from __future__ import annotations

import pygame
import pytest

from simulator.stage.keys import BINDINGS, Binding
from simulator.view.input import binding_for

CASES = [(key, binding) for binding in BINDINGS for key in binding.keys]


@pytest.mark.parametrize(("key", "binding"), CASES)
def test_every_key_of_the_table_is_found(key: str, binding: Binding) -> None:
    *held, name = key.split("+") if key != "+" else ["+"]
    masks = {"shift": pygame.KMOD_LSHIFT, "ctrl": pygame.KMOD_RCTRL}
    modifiers = sum(masks[word] for word in held)
    assert binding_for(name, "", modifiers) is binding


def test_a_character_serves_other_keyboards() -> None:
    plus = binding_for("]", "+", 0)  # where a German keyboard has its plus
    assert plus is not None
    assert "+" in plus.keys
    pad = binding_for("[+]", "", 0)
    assert pad is plus


def test_shift_and_capitals_mean_the_same_unless_the_table_says_otherwise() -> None:
    assert binding_for("g", "G", pygame.KMOD_LSHIFT) is binding_for("g", "g", 0)
    assert binding_for("left", "", pygame.KMOD_RSHIFT) is not binding_for("left", "", 0)
    assert binding_for("g", "g", pygame.KMOD_CAPS | pygame.KMOD_NUM) is binding_for("g", "g", 0)


@pytest.mark.parametrize("mask", [pygame.KMOD_LCTRL, pygame.KMOD_LALT, pygame.KMOD_LMETA])
def test_chords_of_the_system_are_left_alone(mask: int) -> None:
    assert binding_for("q", "q", mask) is None


@pytest.mark.parametrize("name", ["", "unknown key", "[", "[]", "[+", "menu", "é"])
def test_other_keys_mean_nothing(name: str) -> None:
    assert binding_for(name, "", 0) is None
