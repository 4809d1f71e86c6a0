from __future__ import annotations

import pygame
import pytest

from simulator.view.text import BOLD, REGULAR, SEMIBOLD, Type

AWKWARD = [
    "",
    " ",
    "Faith Kipyegon",
    "🏃‍♀️🇰🇪 فيث كيبييغون",
    "שלום" * 50,
    "x" * 10_000,
    "\U0001d571" * 10_000,
    "line\nbreak\ttab",
    "nul\x00 bell\x07",
    "lone \ud800 surrogate",
    "e" + "\u0301" * 500,
    "\u202eoverride",
]


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("width", [0, 1, 7, 60, 400])
def test_fitted_text_never_overflows(text: str, width: int) -> None:
    type_ = Type()
    for weight, px in ((REGULAR, 12), (SEMIBOLD, 21), (BOLD, 60)):
        fitted = type_.fit(text, weight, px, width)
        assert type_.width(fitted, weight, px) <= width
        assert not fitted or type_.run(fitted, weight, px, (255, 255, 255)).get_width() <= width + 1


@pytest.mark.parametrize("text", AWKWARD)
def test_any_text_can_be_written(text: str) -> None:
    type_ = Type()
    surface = pygame.Surface((300, 60), 0, 32)
    type_.write(surface, text, (10, 30), REGULAR, 15, (255, 255, 255), width=200)
    type_.caps(surface, text, (10, 30), 15, (255, 255, 255), width=200)


@pytest.mark.parametrize("px", [11, 12, 15, 21, 39, 40, 120])
@pytest.mark.parametrize("weight", [REGULAR, SEMIBOLD, BOLD])
def test_digits_are_equally_wide(weight: str, px: int) -> None:
    type_ = Type()
    assert len({type_.glyph(c, weight, px, (9, 9, 9))[1] for c in "0123456789"}) == 1
    assert len({type_.width(f"1:{c}{c}.{c}", weight, px) for c in "0123456789"}) == 1


def test_the_caches_stay_bounded() -> None:
    type_ = Type()
    for n in range(3000):
        type_.run(f"{n}", REGULAR, 12, (1, 2, 3))
        type_.fit(f"{n} and more", REGULAR, 12, 40)
    assert type_.run.cache_info().currsize <= 900
    assert type_._fit.cache_info().currsize <= 900


def test_a_window_dragged_larger_keeps_few_files_open() -> None:
    type_ = Type()
    for px in range(8, 308):
        type_.run("4:06.42", REGULAR, px, (1, 2, 3))
    assert type_.font.cache_info().currsize <= 64
    assert type_.font(REGULAR, 200).get_height() > type_.font(REGULAR, 100).get_height()
