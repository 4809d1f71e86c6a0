"""What the tests of pages share: one browser, which takes seconds to start, and written pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from selenium import webdriver

from simulator.export.page import write_page
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario
from simulator.stage.show import make_show
from simulator.view.theme import THEMES
from tests.export.browsers import chromium
from tests.samples import few_samples


@pytest.fixture(scope="session")
def browser() -> Iterator[webdriver.Chrome]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return what writes the page of a scenario with changes, once."""

    @cache
    def written(name: str, *overrides: str) -> Path:
        path = tmp_path_factory.mktemp("page") / "page.html"
        scenario = load_scenario(name, overrides=list(overrides))
        with few_samples():
            show = make_show(scenario, simulate(scenario))
            write_page(show, path, THEMES["night"], link="https://example.org/page")
        return path

    return written
