"""An attempt on the page in a headless browser, on a processor as slow as a phone's.

`python -m tests.benchmarks.page` prints the rows alone; `make bench` prints them with the rest.
Firefox slows nothing down, so its row is of this machine.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

from simulator.export.page import write_page
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario
from simulator.stage.show import make_show
from simulator.view.theme import NIGHT

SLOWER = 6
"""A phone of the middle class is taken to be so many times slower."""
GOAL_MS = 20
TURNS, ATTEMPTS = 8, 20
"""The throttle halts the page now and then: one attempt alone may slip through between."""

ATTEMPT = """
const { run, defaults } = lightpace, times = [], [turns, attempts] = arguments;
for (let turn = 0; turn < turns; turn++) {
  const begin = performance.now();
  for (let n = 0; n < attempts; n++) run({ ...defaults, gap: 1 + 0.001 * n });
  times.push((performance.now() - begin) / attempts);
}
return times;
"""


@contextmanager
def _opened(name: str) -> Iterator[WebDriver | None]:
    """Yield a browser by its name; None where there is none."""
    driver = shutil.which({"Chromium": "chromedriver", "Firefox": "geckodriver"}[name])
    browser: WebDriver | None = None
    if driver is not None:
        try:
            browser = _chromium(driver) if name == "Chromium" else _firefox(driver)
        except WebDriverException:
            browser = None
    yield browser
    if browser is not None:
        browser.quit()


def _chromium(driver: str) -> WebDriver:
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options, webdriver.ChromeService(driver))
    browser.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return browser


def _firefox(driver: str) -> WebDriver:
    options = webdriver.FirefoxOptions()
    options.add_argument("--headless")
    return webdriver.Firefox(options, webdriver.FirefoxService(driver))


def rows() -> Iterator[str]:
    """Yield lines of the table: what, measured, goal."""
    scenario = load_scenario("breaking4")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        write_page(make_show(scenario, simulate(scenario)), page, NIGHT)
        for name, slower in (("Chromium", f"processor ×{SLOWER} slower"), ("Firefox", "unslowed")):
            what = f"| an attempt on the page in {name}, {slower}"
            goal = f"≤ {GOAL_MS} ms"
            with _opened(name) as browser:
                if browser is None:
                    yield f"{what} | not installed here | {goal} |"
                    continue
                browser.set_script_timeout(300)
                browser.get(page.as_uri())
                WebDriverWait(browser, 120).until(_started)
                times: list[float] = browser.execute_script(ATTEMPT, TURNS, ATTEMPTS)
                words = f"{what}, {ATTEMPTS} on end, least of {TURNS}"
                yield f"{words} (middle {median(times):.1f}) | {min(times):.1f} ms | {goal} |"


def _started(browser: WebDriver) -> bool:
    return bool(browser.execute_script("return 'lightpace' in globalThis && !lightpace.busy();"))


if __name__ == "__main__":
    for line in rows():
        sys.stdout.write(line + "\n")
