from __future__ import annotations

from itertools import product

import pygame
import pytest

from simulator.files import asset_path

WEIGHTS = ["Regular", "SemiBold", "Bold"]
SIZES = [11, 14, 18, 27, 64, 97]
NEEDED = "−+×·…—–’“”ΔδσΣ∞≈≤≥½%°±→←↑↓▲▼◄►◀▶●○éÅøŁłŠšćğ"


def font(weight: str, size: int) -> pygame.font.Font:
    pygame.font.init()
    return pygame.font.Font(asset_path(f"fonts/LightpaceSans-{weight}.ttf"), size)


@pytest.mark.parametrize(("weight", "size"), list(product(WEIGHTS, SIZES)))
def test_all_digits_have_the_same_width(weight: str, size: int) -> None:
    drawn = font(weight, size)
    assert len({metrics and metrics[4] for metrics in drawn.metrics("0123456789")}) == 1
    assert len({drawn.size(f"{digit}:{digit}{digit}.{digit}|")[0] for digit in range(10)}) == 1


@pytest.mark.parametrize(("weight", "size"), list(product(WEIGHTS, SIZES)))
def test_a_gap_that_changes_sign_moves_by_a_pixel_at_most(weight: str, size: int) -> None:
    drawn = font(weight, size)
    # The outlines are equally wide; the hinter may round the two signs to different sides.
    assert abs(drawn.size("+0.42|")[0] - drawn.size("−0.42|")[0]) <= 1


@pytest.mark.parametrize("weight", WEIGHTS)
def test_every_sign_that_the_screen_uses_is_in_the_font(weight: str) -> None:
    drawn = font(weight, 32)

    def pixels(text: str) -> bytes:
        return pygame.image.tobytes(drawn.render(text, True, "white"), "RGBA")

    # `Font.metrics` answers for absent signs too: compare with the picture of one no font has.
    absent = pixels("\U0010fffd")
    assert [sign for sign in NEEDED if pixels(sign) == absent] == []
