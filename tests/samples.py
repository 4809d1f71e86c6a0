"""Fewer samples, for tests in which a chance is drawn but that are about something else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from simulator.analysis import uncertainty


@contextmanager
def few_samples(count: int = 50) -> Iterator[None]:
    """Draw what is drawn in this process from `count` samples instead of 2000."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uncertainty, "SAMPLES", count)
        patch.setattr(uncertainty.sampled, "__defaults__", (count, uncertainty.SEED))
        yield
