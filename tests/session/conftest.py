from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.session import Session
from tests.session.short import load_short, settle


@pytest.fixture
def session() -> Session:
    return settle(Session(load_short()))


@pytest.fixture
def knob(session: Session) -> Callable[[str], str]:
    """Return a look at one knob's value."""
    return lambda path: next(k.value for k in session.panel_state().knobs if k.path == path)
