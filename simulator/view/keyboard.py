"""From a key press to an action, by the one key table.

In: a key's name, the character it writes, the modifiers held. Out: a `Binding`, or None.
"""

from __future__ import annotations

from functools import lru_cache

import pygame

from simulator.stage.keys import BINDINGS, Binding

_REPEAT_AFTER_MS, _REPEAT_EACH_MS = 350, 60


def repeat_keys() -> None:
    """Let held keys repeat; a text entry of pygame_gui sets this otherwise."""
    if pygame.display.get_init():
        pygame.key.set_repeat(_REPEAT_AFTER_MS, _REPEAT_EACH_MS)


@lru_cache(maxsize=1)
def _table() -> dict[str, Binding]:
    return {key: binding for binding in BINDINGS for key in binding.keys}


def binding_for(name: str, character: str, modifiers: int) -> Binding | None:
    """Return what a key means: by name with shift, by name, by the character it writes.

    The character serves keyboards where `+` or `=` lie elsewhere; `name` is SDL's, so `[+]` is the
    key of the number pad. With ctrl, alt or the system key held, only the table counts.
    """
    table = _table()
    plain = name.strip("[]") if len(name) == 3 and name[0] == "[" else name
    held = [
        word
        for word, mask in (
            ("ctrl", pygame.KMOD_CTRL),
            ("alt", pygame.KMOD_ALT),
            ("meta", pygame.KMOD_META),
        )
        if modifiers & mask
    ]
    if held:
        if modifiers & pygame.KMOD_SHIFT:
            held.append("shift")
        return table.get("+".join([*held, plain]))
    if modifiers & pygame.KMOD_SHIFT and f"shift+{plain}" in table:
        return table[f"shift+{plain}"]
    return table.get(plain) or table.get(character)


def binding_of(event: pygame.Event) -> Binding | None:
    """Return what a KEYDOWN event means."""
    name = pygame.key.name(event.key)
    return binding_for(name, getattr(event, "unicode", ""), getattr(event, "mod", 0))
