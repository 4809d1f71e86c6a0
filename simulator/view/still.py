"""One picture without a window: no display, no video mode.

In: a scene, a size, a path. Out: a surface, a PNG file.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pygame

from simulator.files import replacing
from simulator.stage.scene import Scene
from simulator.view.picture import Options, Painter
from simulator.view.themes import theme_named


def render_still(
    scene: Scene,
    size: tuple[int, int],
    theme: str = "night",
    options: Options | None = None,
) -> pygame.Surface:
    """Return the window's picture of a scene at a size [px]; works where there is no display."""
    surface = pygame.Surface((max(1, size[0]), max(1, size[1])), 0, 32)
    Painter(theme_named(theme)).draw(surface, scene, options)
    return surface


def save_png(surface: pygame.Surface, path: str | os.PathLike[str]) -> Path:
    """Write a surface as PNG, whole or not at all; return the path.

    Raises:
        OutputError: the folder is missing or not writable, or the disk is full.
    """
    target = Path(path)
    picture = io.BytesIO()
    pygame.image.save(surface, picture, "picture.png")
    with replacing(target) as beside:
        beside.write_bytes(picture.getvalue())
    return target
