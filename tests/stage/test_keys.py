from __future__ import annotations

from collections import Counter

import pygame
import pytest

from simulator.stage.keys import ALSO_PRESENTING, BINDINGS, BY_HAND, PRESENTING, Action, Binding

TABLES = {"window": BINDINGS, "by hand": BY_HAND, "presenting": PRESENTING}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_no_key_is_bound_twice(table: tuple[Binding, ...]) -> None:
    keys = Counter(key for binding in table for key in binding.keys)
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_action_has_one_row_with_a_key() -> None:
    for table in TABLES.values():
        actions = Counter(binding.action for binding in table)
        assert set(actions.values()) == {1}
        assert all(binding.keys and binding.group for binding in table)
    assert {binding.action for table in TABLES.values() for binding in table} == set(Action)


def test_presenting_has_the_keys_of_slide_programs() -> None:
    keys = {key: binding.action for binding in PRESENTING for key in binding.keys}
    for key in ("page down", "right", "space", "n"):
        assert keys[key] is Action.NEXT_CUE
    assert keys["return"] is Action.ENTER
    for key in ("page up", "left", "backspace"):
        assert keys[key] is Action.PREVIOUS_CUE
    assert keys["b"] is keys["."] is Action.BLACK
    assert keys["escape"] is Action.LEAVE
    assert not ALSO_PRESENTING & {Action.QUIT, Action.SAVE, Action.DRAWER, Action.FULLSCREEN}


def test_every_key_is_one_that_the_window_knows() -> None:
    pygame.display.init()
    bindings = [binding for table in TABLES.values() for binding in table]
    names = {key.rpartition("+")[2] or "+" for binding in bindings for key in binding.keys}
    unknown = []
    for name in names:
        try:
            pygame.key.key_code(name)
        except ValueError:
            unknown.append(name)
    assert unknown == []
