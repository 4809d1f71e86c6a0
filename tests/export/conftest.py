"""One browser for all the pages that are tested: it takes seconds to start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium import webdriver

from tests.export.browsers import chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[webdriver.Chrome]:
    with chromium() as opened:
        yield opened
