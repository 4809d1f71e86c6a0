"""Comparing a picture with the one kept in tests/golden.

Shapes only, since text differs between font libraries. On failure the expected, the actual and the
difference picture are saved beside each other. `RENEW_GOLDEN=1` keeps the present pictures instead.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pygame

FOLDER = Path(__file__).resolve().parents[1] / "golden"
MEAN = 0.6
WORST = 24
"""How far a channel may be off: on average, and anywhere (rounding differs between processors)."""


def compare(surface: pygame.Surface, name: str, output: Path) -> None:
    """Assert that `surface` looks like `tests/golden/<name>.png`; failures go to `output`."""
    kept = FOLDER / f"{name}.png"
    if os.environ.get("RENEW_GOLDEN"):
        pygame.image.save(surface, str(kept))
        return
    expected = pygame.image.load(str(kept))
    assert expected.get_size() == surface.get_size()
    first = pygame.surfarray.array3d(expected).astype(int)
    second = pygame.surfarray.array3d(surface).astype(int)
    difference = np.abs(first - second)
    if difference.mean() > MEAN or difference.max() > WORST:
        shown = pygame.surfarray.make_surface(np.minimum(difference * 8, 255).astype(np.uint8))
        pygame.image.save(expected, str(output / f"{name}.expected.png"))
        pygame.image.save(surface, str(output / f"{name}.actual.png"))
        pygame.image.save(shown, str(output / f"{name}.difference.png"))
        raise AssertionError(
            f"{name}: mean {difference.mean():.2f}, worst {difference.max()}; see {output}"
        )
