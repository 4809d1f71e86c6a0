"""pygame_gui's manager, of which a new one is made for every size of the window.

In: what pygame_gui takes. Out: the same, without what each one costs and would leave behind.
"""

from __future__ import annotations

from typing import Any

import pygame_gui
from pygame_gui import ui_manager
from pygame_gui.core.resource_loaders import IResourceLoader

_TRANSLATED: Any = getattr(ui_manager, "i18n", None)
"""The module with that list: pygame_gui's own affair, and so perhaps not for ever."""


class AtOnce(IResourceLoader):
    """Has every font read where it is asked for.

    pygame_gui's own starts five threads for two fonts. Each takes memory from a region of its own
    of the C library, and what stays in use there keeps all five from being given back.
    """

    def add_resource(self, resource: Any) -> None:
        """Read it; never asked for, since this loader has started."""
        resource.load()

    def start(self) -> None:
        """Nothing waits to be started."""

    def update(self) -> tuple[bool, float]:
        """Return that all is done."""
        return True, 1.0

    def started(self) -> bool:
        """Return that nothing can be put off: pygame_gui then reads it itself."""
        return True


class Manager(pygame_gui.UIManager):
    """A manager that leaves the list of folders with translations without repetitions.

    That list is the process's, and pygame_gui adds its own folder to it every time.
    """

    def __init__(self, size: tuple[int, int], theme: Any = None) -> None:
        """Cover `size` [px]; `theme` as pygame_gui takes it."""
        super().__init__(size, theme, enable_live_theme_updates=False, resource_loader=AtOnce())
        if _TRANSLATED is not None:
            _TRANSLATED.load_path[:] = dict.fromkeys(_TRANSLATED.load_path)
