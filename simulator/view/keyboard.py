"""From a key press to an action, by the one key table.

In: a key's name, the character it writes, the modifiers held, whether the window presents. Out: a
`Binding`, or None.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import pygame

from simulator.stage.keys import ALSO_PRESENTING, BINDINGS, PRESENTING, Binding

_REPEAT_AFTER_MS, _REPEAT_EACH_MS = 350, 60


def repeat_keys() -> None:
    """Let held keys repeat."""
    if pygame.display.get_init():
        pygame.key.set_repeat(_REPEAT_AFTER_MS, _REPEAT_EACH_MS)


def rows(*, presenting: bool) -> tuple[Binding, ...]:
    """Return the rows of the key table that count now."""
    if not presenting:
        return BINDINGS
    taken = {key for binding in PRESENTING for key in binding.keys}
    also = [
        replace(binding, keys=tuple(key for key in binding.keys if key not in taken))
        for binding in BINDINGS
        if binding.action in ALSO_PRESENTING
    ]
    return (*PRESENTING, *(binding for binding in also if binding.keys))


@lru_cache(maxsize=2)
def _table(presenting: bool) -> dict[str, Binding]:
    return {key: binding for binding in rows(presenting=presenting) for key in binding.keys}


def binding_for(
    name: str, character: str, modifiers: int, *, presenting: bool = False
) -> Binding | None:
    """Return what a key means: by name with shift, by name, by the character it writes.

    The character serves keyboards where `+` or `=` lie elsewhere; `name` is SDL's, so `[+]` is the
    key of the number pad. With ctrl, alt or the system key held, only the table counts.
    """
    table = _table(presenting)
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


def binding_of(event: pygame.Event, *, presenting: bool = False) -> Binding | None:
    """Return what a KEYDOWN event means."""
    name, character = pygame.key.name(event.key), getattr(event, "unicode", "")
    return binding_for(name, character, getattr(event, "mod", 0), presenting=presenting)
