from __future__ import annotations

import pygame
import pytest

from simulator.stage.keys import BINDINGS, Binding
from simulator.view.input import binding_for, binding_of

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
    assert binding_for("l", "L", pygame.KMOD_LSHIFT) is binding_for("l", "l", 0)
    assert binding_for("g", "G", pygame.KMOD_LSHIFT) is not binding_for("g", "g", 0)
    assert binding_for("left", "", pygame.KMOD_RSHIFT) is not binding_for("left", "", 0)
    assert binding_for("g", "g", pygame.KMOD_CAPS | pygame.KMOD_NUM) is binding_for("g", "g", 0)


@pytest.mark.parametrize("mask", [pygame.KMOD_LCTRL, pygame.KMOD_LALT, pygame.KMOD_LMETA])
def test_chords_of_the_system_are_left_alone(mask: int) -> None:
    assert binding_for("q", "q", mask) is None


@pytest.mark.parametrize("name", ["", "unknown key", "[", "[]", "[+", "menu", "é"])
def test_other_keys_mean_nothing(name: str) -> None:
    assert binding_for(name, "", 0) is None


def press(key: str, scancode: int, **values: object) -> Binding | None:
    event = {"key": ord(key), "unicode": key, "mod": 0, "scancode": scancode, **values}
    return binding_of(pygame.Event(pygame.KEYDOWN, event))


@pytest.mark.parametrize(("key", "scancode", "meant"), [
    ("й", 20, "q"), ("п", 10, "g"), ("л", 14, "k"), ("ю", 55, "."),  # Russian
    ("κ", 14, "k"), (";", 20, "q"), ("ψ", 6, "c"),  # Greek
])  # fmt: skip
def test_letters_are_found_by_position_without_latin_ones(
    key: str, scancode: int, meant: str
) -> None:
    assert press(key, scancode) is binding_for(meant, meant, 0)


@pytest.mark.parametrize(("key", "scancode", "meant"), [
    ("q", 4, "q"), ("m", 51, "m"), ("w", 29, "w"), ("z", 26, None), ("a", 20, None),  # French
    ("ö", 51, None), ("ü", 47, None),  # German
])  # fmt: skip
def test_latin_letters_are_found_by_what_they_write(
    key: str, scancode: int, meant: str | None
) -> None:
    assert press(key, scancode) is (binding_for(meant, meant, 0) if meant else None)


def test_chords_are_found_by_position_too() -> None:
    chord = {"mod": pygame.KMOD_LCTRL, "unicode": "\x1a"}
    assert press("я", 29, **chord) is binding_for("z", "", pygame.KMOD_LCTRL)
