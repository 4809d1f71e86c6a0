"""The page is opened in a headless browser, as a reader does; it must need nothing but itself."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from simulator.cli import main
from simulator.errors import OutputError
from simulator.export.page import page_text, write_page
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario
from simulator.stage.show import Show, make_show
from simulator.units import format_time
from simulator.view.theme import THEMES
from tests.samples import few_samples

NIGHT = THEMES["night"]
NASTY = (
    '</script><script>document.title="broken"</script><img src=x onerror=alert(1)> "{{data}}" & ’'
)


@pytest.fixture(autouse=True, scope="module")
def _few_samples() -> Iterator[None]:
    with few_samples():
        yield


def show_of(name: str, *overrides: str) -> Show:
    scenario = load_scenario(name, overrides=list(overrides))
    return make_show(scenario, simulate(scenario))


@pytest.fixture(scope="module")
def show() -> Show:
    return show_of("breaking4")


@pytest.fixture(scope="module")
def page(show: Show, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "a report.html"
    write_page(show, path, NIGHT)
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
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
    yield opened
    opened.quit()


def sized(browser: webdriver.Chrome, width: int, height: int, page: Path) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(page.as_uri())


@pytest.fixture
def opened(browser: webdriver.Chrome, page: Path) -> webdriver.Chrome:
    logged(browser, "browser")
    logged(browser, "performance")
    sized(browser, 1280, 800, page)
    return browser


def logged(browser: webdriver.Chrome, kind: str) -> list[dict[str, Any]]:
    return list(browser.get_log(kind))  # type: ignore[no-untyped-call]


def element(browser: webdriver.Chrome, name: str) -> WebElement:
    return browser.find_element(By.ID, name)


def clock(browser: webdriver.Chrome) -> str:
    return element(browser, "clock").text


def seek(browser: webdriver.Chrome, time_s: float) -> None:
    browser.execute_script(
        "const s = document.getElementById('scrub'); s.value = arguments[0];"
        "s.dispatchEvent(new Event('input', {bubbles: true}));",
        time_s,
    )


def picture(browser: webdriver.Chrome, name: str) -> str:
    script = "return document.getElementById(arguments[0]).toDataURL();"
    return str(browser.execute_script(script, name))


def test_it_plays_and_pauses(opened: webdriver.Chrome) -> None:
    assert clock(opened) == "0:00.0"
    before = picture(opened, "track")
    element(opened, "rate").send_keys("16")
    element(opened, "play").click()
    WebDriverWait(opened, 10).until(lambda b: clock(b) > "0:02.0")
    assert element(opened, "play").text == "Pause"
    element(opened, "play").click()
    stopped = clock(opened)
    assert picture(opened, "track") != before
    opened.execute_async_script("setTimeout(arguments[0], 300);")
    assert clock(opened) == stopped
    assert "Paused at" in (element(opened, "said").get_attribute("textContent") or "")


def test_scrubbing_shows_that_moment(opened: webdriver.Chrome, show: Show) -> None:
    for t in (30.0, 148.0, 120.7):
        seek(opened, t)
        assert clock(opened) == f"{int(t // 60)}:{t % 60:04.1f}"
        x = show.recording.at(t).x_m
        reported = int(element(opened, "where").text.split()[0])
        assert reported == pytest.approx(x, abs=1.0)
        gap = show.tracks[0].seconds_at(t)
        assert gap is not None
        shown = re.search(r"[+−]?\d+\.\d\d", element(opened, "gap").text)
        assert shown is not None
        assert float(shown[0].replace("−", "-")) == pytest.approx(gap, abs=0.03)
        assert show.tracks[0].state_at(t).side in element(opened, "gap").text


def test_it_ends_on_the_finish_time_that_simulate_prints(
    opened: webdriver.Chrome, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["simulate", "breaking4", "--json"])
    finish = format_time(json.loads(capsys.readouterr().out)["finish_time_s"])
    assert element(opened, "finish").text == finish
    element(opened, "rate").send_keys("16")
    seek(opened, 244.0)
    element(opened, "play").click()
    WebDriverWait(opened, 10).until(lambda b: element(b, "play").text == "Play")
    assert clock(opened) == finish
    assert "behind" in element(opened, "gap").text
    last = opened.find_elements(By.CSS_SELECTOR, "tbody tr")[-1]
    assert last.find_element(By.CSS_SELECTOR, ".run").text == finish


def test_everything_can_be_done_by_keyboard(opened: webdriver.Chrome, show: Show) -> None:
    def press(*keys: str) -> None:
        ActionChains(opened).send_keys(*keys).perform()

    press(Keys.TAB)
    assert opened.switch_to.active_element.get_attribute("id") == "play"
    press(Keys.TAB)
    assert opened.switch_to.active_element.get_attribute("id") == "scrub"
    press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert clock(opened) == "0:10.0"
    press(Keys.ARROW_LEFT)
    assert clock(opened) == "0:05.0"
    press("+")
    assert element(opened, "rate").get_attribute("value") == "2"
    press("1")
    assert element(opened, "rate").get_attribute("value") == "1"
    press(Keys.END)
    assert clock(opened) == format_time(show.recording.end_s)
    press(Keys.HOME)
    assert clock(opened) == "0:00.0"
    press(" ")
    assert element(opened, "play").text == "Pause"
    press(" ")
    assert element(opened, "play").text == "Play"


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_window(
    browser: webdriver.Chrome, page: Path, width: int
) -> None:
    sized(browser, width, 800, page)
    wide = browser.execute_script("return document.documentElement.scrollWidth;")
    assert wide <= width
    for name in ("play", "scrub", "rate"):
        box = element(browser, name).rect
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] >= 44
    hud = element(browser, "gap").rect
    track = element(browser, "track").rect
    assert track["y"] < hud["y"] < track["y"] + track["height"]


def test_it_asks_no_network_and_complains_of_nothing(opened: webdriver.Chrome, page: Path) -> None:
    seek(opened, 100.0)
    said = [json.loads(entry["message"])["message"] for entry in logged(opened, "performance")]
    changed = [m["params"]["request"]["url"] for m in said if m["method"].endswith("WillBeSent")]
    assert {url.split(":")[0] for url in changed} <= {"file", "data"}
    assert [url for url in changed if url.startswith("file:")] == [page.as_uri()]
    assert logged(opened, "browser") == []


def test_strings_of_a_scenario_are_text_and_nothing_else(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    quoted = json.dumps(NASTY)
    show = show_of(
        "solo", f"name={quoted}", f"note={quoted}", f"runner.name={quoted}", "pacers.count=1"
    )
    path = tmp_path / "nasty.html"
    write_page(show, path, NIGHT)
    sized(browser, 1280, 800, path)
    assert browser.find_element(By.TAG_NAME, "h1").text == NASTY
    assert browser.title.startswith("</script>")
    assert browser.find_elements(By.TAG_NAME, "img") == []
    seek(browser, 30.0)
    assert clock(browser) == "0:30.0"


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.attributes: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.attributes.append(dict(attrs))


def outline(text: str) -> _Outline:
    result = _Outline()
    result.feed(text)
    return result


def test_a_screen_reader_finds_headings_and_names(page: Path) -> None:
    result = outline(page.read_text(encoding="utf-8"))
    assert result.headings == [1, 2, 2, 2, 2, 2]
    ids = {a["id"] for a in result.attributes if a.get("id")}
    named = {a["aria-labelledby"] for a in result.attributes if a.get("aria-labelledby")}
    assert named <= ids
    for attributes in result.attributes:
        if attributes.get("role") == "img":
            assert attributes["aria-label"]


def embedded(text: str) -> dict[str, Any]:
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)
    result = json.loads(data)
    assert isinstance(result, dict)
    return result


def unpacked(text: str) -> np.ndarray:
    return np.cumsum(np.frombuffer(base64.b64decode(text), "<i2").astype(np.int64)) / 100


def test_the_recording_is_embedded_to_a_centimetre(page: Path, show: Show) -> None:
    data = embedded(page.read_text(encoding="utf-8"))
    (runner,) = [b for b in data["bodies"] if b["kind"] == "runner"]
    times = np.arange(len(unpacked(runner["x"]))) * data["step_s"]
    within = times < show.recording.end_s
    wanted = show.recording.distance_at(times)
    assert np.abs(unpacked(runner["x"]) - wanted)[within].max() < 0.006
    assert sum(b["kind"] == "pacer" for b in data["bodies"]) == 13


@pytest.mark.parametrize("name", ["breaking4", "fifteen_hundred"])
def test_a_page_weighs_less_than_a_megabyte(name: str) -> None:
    assert len(page_text(show_of(name), NIGHT).encode()) < 1_000_000


def test_a_runner_who_does_not_finish_has_a_report_too() -> None:
    text = page_text(show_of("solo", "runner.reserve=100", "runner.max_aerobic_power=5"), NIGHT)
    assert "<dd id=finish>did not finish</dd>" in text
    assert embedded(text)["end_words"] == "did not finish"


def test_what_is_there_is_not_written_over_unless_forced(show: Show, page: Path) -> None:
    with pytest.raises(OutputError, match="--force"):
        write_page(show, page, NIGHT)
    write_page(show, page, NIGHT, force=True)


def test_the_command_makes_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.html"
    with pytest.raises(SystemExit) as end:
        main(["report", "solo", "-o", str(path)])
    assert not end.value.code
    assert "kB" in capsys.readouterr().out
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
