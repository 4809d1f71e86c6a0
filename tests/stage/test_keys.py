from __future__ import annotations

from collections import Counter

import pygame

from simulator.stage.keys import BINDINGS, Action


def test_no_key_is_bound_twice() -> None:
    keys = Counter(key for binding in BINDINGS for key in binding.keys)
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_action_has_one_row_with_a_key() -> None:
    assert Counter(binding.action for binding in BINDINGS) == Counter(Action)
    assert all(binding.keys and binding.group for binding in BINDINGS)


def test_every_key_is_one_that_the_window_knows() -> None:
    pygame.display.init()
    names = {key.rpartition("+")[2] or "+" for binding in BINDINGS for key in binding.keys}
    unknown = []
    for name in names:
        try:
            pygame.key.key_code(name)
        except ValueError:
            unknown.append(name)
    assert unknown == []
