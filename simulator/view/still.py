"""One picture without a window: no display, no video mode.

In: a scene, a size, a path. Out: a surface, a PNG file.
"""

from __future__ import annotations

import os
from pathlib import Path

import pygame

from simulator.errors import OutputError
from simulator.stage.scene import Scene
from simulator.view.picture import Options, Painter
from simulator.view.theme import theme_named


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
    beside = target.with_name(f".{target.stem}.{os.getpid()}.part.png")
    try:
        pygame.image.save(surface, str(beside))
        beside.replace(target)
    except (OSError, pygame.error) as error:
        beside.unlink(missing_ok=True)
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise OutputError(f"The picture {target} cannot be written: {reason}.") from error
    return target
