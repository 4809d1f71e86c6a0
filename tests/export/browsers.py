"""A headless browser for the tests of pages, and what they do with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.support.ui import WebDriverWait

STARTED = "return 'lightpace' in globalThis || !document.getElementById('trouble').hidden;"

EXAMPLES = ("breaking4", "kipyegon_paris_2023", "wait_for_runner", "solo")
"""Scenarios whose pages are tried each time; the other ones only by .ci/run."""


@contextmanager
def chromium() -> Iterator[webdriver.Chrome]:
    """Yield a browser; skip where there is none."""
    driver = shutil.which("chromedriver")
    if driver is None:
        pytest.skip("no chromedriver: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    try:
        opened = webdriver.Chrome(options, webdriver.ChromeService(driver))
    except WebDriverException as error:
        pytest.skip(f"no browser can be started: {error.msg}")
    opened.set_script_timeout(300)
    yield opened
    opened.quit()


def go_to(browser: webdriver.Chrome, page: Path, fragment: str = "") -> None:
    """Open a page afresh, and wait until its model runs."""
    browser.get("about:blank")  # else a fragment alone would not load it again
    browser.get(page.as_uri() + fragment)
    WebDriverWait(browser, 60).until(lambda b: b.execute_script(STARTED))


def sized(
    browser: webdriver.Chrome, width: int, height: int, page: Path, fragment: str = ""
) -> None:
    """Open a page in a window of a size [px]."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    go_to(browser, page, fragment)


@contextmanager
def on_paper(browser: webdriver.Chrome) -> Iterator[None]:
    """Show a page as it is printed, by a reader who likes it dark."""
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", **dark})
    browser.execute_script("dispatchEvent(new Event('beforeprint'));")
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", **dark})
        browser.execute_script("dispatchEvent(new Event('afterprint'));")
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
