"""The page is opened in a headless browser, as a reader does; it must need nothing but itself."""

from __future__ import annotations

import base64
import itertools
import json
import math
import re
import zlib
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from simulator.cli import main
from simulator.errors import OutputError
from simulator.export.page import page_text, write_page
from simulator.files import asset_path
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.reading import shipped_names
from simulator.stage.show import Show, make_show
from simulator.units import format_time, whole_metres
from simulator.view.theme import THEMES, relative_luminance
from tests.export.browsers import EXAMPLES, go_to, on_paper, sized
from tests.samples import few_samples
from tests.session.short import FAILING

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


def shade_of(css: str) -> tuple[int, int, int]:
    red, green, blue = map(int, re.findall(r"\d+", css)[:3])
    return red, green, blue


def track_at(browser: webdriver.Chrome, time_s: float) -> str:
    seek(browser, time_s)
    return picture(browser, "track")


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


def test_times_and_metres_are_written_as_python_writes_them(browser: webdriver.Chrome) -> None:
    browser.get("about:blank")
    script = asset_path("page/stage.js").read_text(encoding="utf-8")
    times = [0.0, 9.995, 33.72, 33.125, 59.994, 59.996, 246.42, 246.125, 3599.999, 3723.0, -2.5]
    for decimals in (2, 0):
        read = browser.execute_script(
            f"{script}; return arguments[0].map((s) => timeText(s, arguments[1]));", times, decimals
        )
        assert read == [format_time(time, decimals) for time in times]
    assert browser.execute_script(f"{script}; return timeText(NaN);") == format_time(math.nan)
    places = [-1.0, 0.0, 933.55, 1499.9999999999, 1499.99, 1500.0]
    read = browser.execute_script(f"{script}; return arguments[0].map(wholeMetres);", places)
    assert read == [whole_metres(place) for place in places]


@pytest.mark.parametrize("width", [300, 480, 900])
def test_the_words_of_events_lie_below_the_curves(width: int, browser: webdriver.Chrome) -> None:
    browser.get("about:blank")
    script = asset_path("page/stage.js").read_text(encoding="utf-8")
    marks = [
        {"x_m": 3000, "label": "Beatrice Chepkoech leaves"},
        {"x_m": 3200, "label": "light lost"},
        {"x_m": 4600, "label": "bell"},
    ]
    picture = {
        "race": 5000, "range": [-4, 2], "marks": marks, "light": "white", "x": 0, "gap": 0,
        "curves": [{"colour": "#123456", "own": True, "gap": [-4, 2, 2, 2, 2, -4]}],
    }  # fmt: skip
    words, lowest, high = browser.execute_script(
        f"""{script}
        document.body.innerHTML = '<canvas id="curve" style="height: 208px"></canvas>';
        $("curve").style.width = arguments[1] + "px";
        const kind = CanvasRenderingContext2D.prototype, words = [];
        const {{ fillText, lineTo }} = kind;
        let lowest = 0;
        kind.fillText = function (text, x, y) {{
          words.push([text, x, y, this.measureText(text).width]);
          fillText.call(this, text, x, y);
        }};
        kind.lineTo = function (x, y) {{
          if (this.strokeStyle === "#123456") lowest = Math.max(lowest, y);
          lineTo.call(this, x, y);
        }};
        drawCurve(arguments[0]);
        return [words, lowest, 208];""",
        picture,
        width,
    )
    labels = {mark["label"] for mark in marks}
    below = [word for word in words if word[0] in labels]
    assert len(below) == len(marks)
    assert lowest > 0
    assert all(lowest < y - 6 < high - 6 for _, _, y, _ in below)
    for (_, x, y, wide), (_, other_x, other_y, other_wide) in itertools.combinations(below, 2):
        assert y != other_y or x + wide < other_x or other_x + other_wide < x


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in EXAMPLES else pytest.mark.slow)  # .ci/run runs all
        for name in shipped_names()
    ],
)
def test_the_script_repeats_the_tables_it_finds(
    browser: webdriver.Chrome, page_of: Callable[..., Path], name: str
) -> None:
    written = page_of(name)
    text = unescape(written.read_text(encoding="utf-8"))
    cells = re.findall(r"<td[^>]*>(.*?)</td>", text)
    facts = re.findall(r'<dd id="(\w+)">(.*?)</dd>', text)
    sized(browser, 1280, 800, written)
    shown = browser.execute_script(
        "return [...document.querySelectorAll('tbody td')].map((cell) => cell.textContent);"
    )
    assert shown == cells
    for key, value in facts:
        assert element(browser, key).get_attribute("textContent") == value


def test_a_reader_of_more_than_an_hour_is_read_back(opened: webdriver.Chrome, page: Path) -> None:
    option = opened.find_element(By.CSS_SELECTOR, "#you-distance option[value='10000.0']")
    option.click()
    element(opened, "you-time").send_keys("1:02:03", Keys.ENTER)
    link = element(opened, "link").get_attribute("value") or ""
    assert link.endswith("#you=1:02:03.00&over=10000")
    go_to(opened, page, "#you=1:02:03.00&over=10000")
    assert element(opened, "you-time").get_attribute("value") == "1:02:03.00"
    assert "pace of your 1:02:03.00" in element(opened, "you-said").text


def test_everything_can_be_done_by_keyboard(opened: webdriver.Chrome, show: Show) -> None:
    def press(*keys: str) -> None:
        ActionChains(opened).send_keys(*keys).perform()

    press(Keys.TAB)
    assert opened.switch_to.active_element.get_attribute("id") == "scheme"
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
    for name in ("play", "scrub", "rate", "knob-pacers", "knob-form", "axis", "reset", "copy"):
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
    assert result.headings == [1, *[2] * 11]
    ids = {a["id"] for a in result.attributes if a.get("id")}
    named = {a["aria-labelledby"] for a in result.attributes if a.get("aria-labelledby")}
    assert named <= ids
    for attributes in result.attributes:
        if attributes.get("role") == "img":
            assert attributes["aria-label"]


@pytest.mark.parametrize("name", shipped_names())
def test_a_page_weighs_at_most_450_kilobytes(name: str, page_of: Callable[..., Path]) -> None:
    assert page_of(name).stat().st_size <= 450_000


def test_a_runner_who_does_not_finish_has_a_page_too(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    path = tmp_path / "tired.html"
    write_page(show_of("solo", "runner.reserve=100", "runner.max_aerobic_power=5"), path, NIGHT)
    assert '<dd id="finish">did not finish</dd>' in path.read_text(encoding="utf-8")
    go_to(browser, path)
    assert element(browser, "finish").text == "did not finish"
    assert not element(browser, "trouble").is_displayed()


def test_a_light_is_not_kept_to_a_line_that_is_not_reached(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    scenario, path = load_text(FAILING), tmp_path / "failing.html"
    write_page(make_show(scenario, simulate(scenario)), path, NIGHT)
    assert '<div id="fact-lost" hidden>' in path.read_text(encoding="utf-8")
    go_to(browser, path)
    assert element(browser, "finish").text == "did not finish"
    assert not element(browser, "fact-lost").is_displayed()
    element(browser, "scrub").send_keys(Keys.END)
    assert clock(browser) == "9:00.0", "hundredths are for who finishes"


def test_what_is_there_is_not_written_over_unless_forced(show: Show, page: Path) -> None:
    with pytest.raises(OutputError, match="--force"):
        write_page(show, page, NIGHT)
    write_page(show, page, NIGHT, force=True)


@pytest.mark.parametrize("command", ["page", "report"])
def test_the_command_makes_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    path = tmp_path / "r.html"
    with pytest.raises(SystemExit) as end:
        main([command, "solo", "-o", str(path)])
    assert not end.value.code
    assert "kB" in capsys.readouterr().out
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


# -- what can be turned ----------------------------------------------------------------------------


def turn(browser: webdriver.Chrome, **settings: object) -> None:
    browser.execute_script("lightpace.turn(arguments[0]);", settings)


def slide(browser: webdriver.Chrome, knob: str, value: float) -> None:
    """Move a slider to a value, as a finger does."""
    browser.execute_script(
        "const s = document.getElementById('knob-' + arguments[0]);"
        "s.value = lightpace.knobs[arguments[0]].values.indexOf(arguments[1]);"
        "s.dispatchEvent(new Event('input', {bubbles: true}));",
        knob,
        value,
    )


def finish_of(*overrides: str) -> str:
    finish = simulate(load_scenario("breaking4", overrides=list(overrides))).finish_s
    assert finish is not None
    return format_time(finish)


def settled(browser: webdriver.Chrome) -> None:
    """Wait for what is worked out after a turn."""
    browser.execute_async_script("setTimeout(arguments[0], 50);")
    WebDriverWait(browser, 60).until(lambda b: not b.execute_script("return lightpace.busy();"))


def test_a_turn_runs_the_model_anew(opened: webdriver.Chrome) -> None:
    slide(opened, "pacers", 4)
    slide(opened, "temperature", 30)
    assert element(opened, "finish").text == finish_of(
        "pacers.count=4", "environment.temperature=30"
    )
    settled(opened)
    assert "in the file" in element(opened, "verdict").text
    last = opened.find_elements(By.CSS_SELECTOR, "tbody tr")[-1]
    assert last.find_element(By.CSS_SELECTOR, ".run").text == element(opened, "finish").text
    assert "4 pacers" in element(opened, "subtitle").text
    element(opened, "reset").click()
    assert element(opened, "finish").text == finish_of()
    assert not element(opened, "reset").is_enabled()


def test_the_bars_are_finishes_and_go_there(opened: webdriver.Chrome) -> None:
    settled(opened)
    bars = opened.find_elements(By.CSS_SELECTOR, "#bars button")
    said = [bar.get_attribute("aria-label") for bar in bars]
    assert said == [f"{n}: {finish_of(f'pacers.count={n}')}" for n in range(14)]
    assert "assumed" in (bars[13].get_attribute("class") or "")
    bars[2].click()
    assert element(opened, "finish").text == finish_of("pacers.count=2")
    settled(opened)
    pressed = opened.find_elements(By.CSS_SELECTOR, "#bars [aria-pressed=true]")
    assert [bar.text.split()[-1] for bar in pressed] == ["2"]


def test_what_surprises_is_explained_where_it_is_met(opened: webdriver.Chrome) -> None:
    turn(opened, pacers=12)
    settled(opened)
    said = element(opened, "verdict").text
    assert "12 pacers are" in said
    assert "faster than 13" in said
    assert "assumed" in said


def test_the_map_shows_every_field_and_goes_there(opened: webdriver.Chrome) -> None:
    settled(opened)
    chart = element(opened, "map")
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'});", chart)
    ActionChains(opened).move_to_element(chart).click().perform()
    chosen = opened.execute_script("return lightpace.settings;")
    assert element(opened, "finish").text == finish_of(
        f"pacers.count={int(chosen['pacers'])}", f"pacers.front_gap={chosen['gap']!r}"
    )
    assert chosen["pacers"] != 13


def test_the_link_carries_what_was_turned(opened: webdriver.Chrome, page: Path) -> None:
    slide(opened, "pacers", 2)
    slide(opened, "gap", 1.2)
    opened.find_element(By.CSS_SELECTOR, "[data-policy=wait_for_runner]").click()
    link = element(opened, "link").get_attribute("value") or ""
    assert link == f"{page.as_uri()}#pacers=2&gap=1.2&policy=wait"
    WebDriverWait(opened, 10).until(lambda b: b.current_url == link)
    finish = element(opened, "finish").text
    go_to(opened, page)
    assert element(opened, "finish").text == finish_of()
    go_to(opened, page, "#pacers=2&gap=1.2&policy=wait&you=5:30")
    assert element(opened, "finish").text == finish
    assert "to go" in element(opened, "you-said").text


@pytest.mark.parametrize(
    "fragment",
    ["#pacers=99&gap=-1e9&wind=nan", "#pacers=&__proto__=1&you=0:00&over=x", "#%&&==&policy=x"],
)
def test_a_link_that_was_tampered_with_does_no_harm(
    opened: webdriver.Chrome, page: Path, fragment: str
) -> None:
    go_to(opened, page, fragment)
    assert not element(opened, "trouble").is_displayed()
    assert re.fullmatch(r"[34]:\d\d\.\d\d", element(opened, "finish").text)


def test_a_reader_races_her(opened: webdriver.Chrome) -> None:
    field = element(opened, "you-time")
    field.send_keys("5:00", Keys.ENTER)
    said = element(opened, "you-said").text
    match = re.search(r"you have run (\d+) m: (\d+) m to go", said)
    assert match is not None
    assert int(match[1]) + int(match[2]) == pytest.approx(1609.344, abs=1.0)
    assert int(match[1]) == pytest.approx(1609.344 * 246.44 / 300, abs=3.0)
    assert element(opened, "play").text == "Pause"
    opened.execute_script("arguments[0].value = '';", field)
    field.send_keys("0:10", Keys.ENTER)
    assert "does not fly" in element(opened, "you-said").text


def test_a_reader_races_as_fast_as_a_human_runs(
    browser: webdriver.Chrome, page_of: Callable[..., Path]
) -> None:
    sprint = ("distance=100", "plan={shape: even, target: 12}", "ghosts=[]", "published=~")
    go_to(browser, page_of("solo", *sprint))
    field = element(browser, "you-time")
    for time, flies in (("10.7", False), ("9.58", False), ("9", True), ("12", False)):
        browser.execute_script("arguments[0].value = '';", field)
        field.send_keys(time, Keys.ENTER)
        assert ("does not fly" in element(browser, "you-said").text) == flies


def test_nothing_runs_that_the_page_was_not_made_with(opened: webdriver.Chrome, page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    (policy,) = re.findall(r'Content-Security-Policy" content="(.*?)"', text)
    assert "unsafe" not in policy
    opened.execute_script(
        "const s = document.createElement('script'); s.textContent = 'globalThis.broken = 1';"
        "document.body.append(s);"
        "const i = new Image(); i.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='; "
    )
    assert opened.execute_script("return globalThis.broken === undefined;")
    assert logged(opened, "browser") != []


def test_light_and_dark_follow_the_system_and_the_button(
    opened: webdriver.Chrome, page: Path
) -> None:
    def back() -> str:
        return str(opened.execute_script("return getComputedStyle(document.body).backgroundColor;"))

    def prefer(scheme: str) -> None:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    prefer("light")
    go_to(opened, page)
    assert back() == "rgb(232, 237, 243)"
    prefer("dark")
    assert back() == "rgb(4, 6, 11)"
    element(opened, "scheme").click()
    assert back() == "rgb(232, 237, 243)"
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.parametrize("pressed", [False, True])
def test_it_is_printed_in_light_colours(
    opened: webdriver.Chrome, page: Path, pressed: bool
) -> None:
    def curve() -> str:
        return picture(opened, "curve")

    def scheme(value: str) -> None:
        features = [{"name": "prefers-color-scheme", "value": value}]
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    wait = WebDriverWait(opened, 30)  # a change of the system's colours comes with some frame
    scheme("light")
    sized(opened, 800, 1000, page)  # its boxes are as wide on paper
    fonts = "document.fonts.load('1rem Lightpace').then(() => setTimeout(arguments[0], 100));"
    opened.execute_async_script(fonts)
    light = curve()
    if pressed:
        element(opened, "scheme").click()  # chosen by hand, against the system
    else:
        scheme("dark")
    wait.until(lambda _: curve() != light)
    dark = curve()
    with on_paper(opened):
        assert curve() == light
        clock = element(opened, "clock")
        assert relative_luminance(shade_of(clock.value_of_css_property("color"))) < 0.1
        wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, "#prices i"))
        for bar in opened.find_elements(By.CSS_SELECTOR, ".columns i, .waterfall i"):
            assert bar.value_of_css_property("print-color-adjust") == "exact"
    scheme("light" if pressed else "dark")
    wait.until(lambda _: curve() == dark)
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def lines_of(drawn: bytes) -> list[tuple[float, float]]:
    """Return where lines of text begin on a sheet [pt], from its left and lower edges."""
    found, kept, (scale_x, scale_y, left, top) = [], [], (1.0, 1.0, 0.0, 0.0)
    place = rb"(\S+) 0 0 (\S+) (\S+) (\S+) (?:cm|Tm)"
    for step in re.finditer(rb"^(?:q|Q|" + place + rb")$", drawn, re.MULTILINE):
        if step[0] == b"q":
            kept.append((scale_x, scale_y, left, top))
        elif step[0] == b"Q":
            scale_x, scale_y, left, top = kept.pop()
        else:
            across, down, x, y = map(float, step.groups())
            x, y = left + scale_x * x, top + scale_y * y
            if step[0].endswith(b"Tm"):
                found.append((x, y))
            else:
                scale_x, scale_y, left, top = scale_x * across, scale_y * down, x, y
    return found


@pytest.mark.parametrize("landscape", [False, True])
@pytest.mark.parametrize("name", ["breaking4", "solo"])
def test_its_last_line_is_printed_below_the_last_box(
    browser: webdriver.Chrome, tmp_path: Path, name: str, landscape: bool
) -> None:
    path = tmp_path / "page.html"
    path.write_text(page_text(show_of(name), NIGHT, "https://example.org/page.html"), "utf-8")
    go_to(browser, path)
    browser.execute_async_script("document.fonts.ready.then(() => arguments[0]());")
    for width, height in ((8.27, 11.69), (8.5, 11.0)):
        paper = {"paperWidth": width, "paperHeight": height, "landscape": landscape}
        printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", paper)["data"])
        streams = re.findall(rb"stream\r?\n(x.*?)endstream", printed, re.DOTALL)
        *_, lines = filter(None, (lines_of(zlib.decompress(each)) for each in streams))
        left = min(x for x, _ in lines)  # all others are in boxes
        foot, above = ([y for x, y in lines if (x < left + 1.0) == at] for at in (True, False))
        assert max(foot) < min(above, default=math.inf) - 15.0


def test_the_code_is_of_the_link() -> None:
    show = show_of("solo")
    plain = page_text(show, NIGHT)
    assert "<svg" not in plain
    coded = page_text(show, NIGHT, "https://example.org/solo.html")
    assert "<svg" in coded
    assert 'href="https://example.org/solo.html"' in coded
    assert "javascript:" not in re.findall(
        r'href="(.*?)"', page_text(show, NIGHT, "javascript:alert(1)")
    )


def test_the_spoken_chart_says_what_is_on_the_screen(
    browser: webdriver.Chrome, page_of: Callable[..., Path]
) -> None:
    def spoken() -> str:
        return str(element(browser, "curve").get_attribute("aria-label"))

    go_to(browser, page_of("girma_lievin_2023"))  # the light has a plan of its own
    before = spoken()
    for change in ("{}", "{form: -3}"):
        browser.execute_script(f"lightpace.turn({change});")
        seek(browser, 1e9)
        gap, lost = element(browser, "gap").text.split()[1], element(browser, "lost").text
        end = "It was kept to the line." if lost == "never" else f"It was lost at {lost}."
        assert spoken() == f"Gap to the light over distance, {gap} s at the finish. {end}"
        assert (spoken() == before) == (change == "{}")


def test_a_ghost_that_stops_is_gone_beyond_its_end(
    browser: webdriver.Chrome, page_of: Callable[..., Path]
) -> None:
    stops = "ghosts=[{name: stops, splits: {200: '0:30', 600: '1:35'}}]"
    tracks = []
    for ghosts in (stops, "ghosts=[]"):
        sized(browser, 1280, 800, page_of("breaking4", ghosts, "published=~"))
        tracks.append([track_at(browser, t) for t in (90, 120)])
    (running, gone), without = tracks
    assert running != without[0]
    assert gone == without[1]


@pytest.mark.parametrize(("on", "mark"), [("no", "plan"), ("yes", "light")])
def test_a_page_names_what_gaps_are_taken_to(
    browser: webdriver.Chrome, page_of: Callable[..., Path], on: str, mark: str
) -> None:
    other = {"plan": "light", "light": "plan"}[mark]
    sized(browser, 1280, 800, page_of("breaking4", f"wavelight.waves.0.on={on}"))
    seek(browser, 100.0)
    assert element(browser, "gap").text.endswith(f" the {mark}")
    assert element(browser, "gap-heading").text.lower() == f"gap to the {mark}"
    legend = element(browser, "legend").text
    assert legend.startswith(f"the {mark}\n")
    for changes in (
        {"target": 238.0, "gap": 1.0},
        {"target": 242.0, "policy": "wait_for_runner"},
        {"target": 239.99, "policy": "wait_for_runner", "gap": 0.8},
    ):
        turn(browser, **changes)
        settled(browser)
        said = element(browser, "knobs").text + element(browser, "verdict").text
        assert f"Keep to the {mark}" in said
        assert not re.search(rf"\b[Tt]he {other}\b|(fast|slow)er {other}", said)
    if mark == "plan":
        written = "[...document.querySelectorAll('section:not(.scenario)')].map((s) => s.innerText)"
        assert not re.search(
            r"\blight\b", browser.execute_script(f"return {written}.join();"), re.IGNORECASE
        )


def test_of_several_lights_a_page_names_the_one_it_means(
    browser: webdriver.Chrome, page_of: Callable[..., Path]
) -> None:
    waves = "wavelight.waves=[{name: goal}, {name: record, plan: {target: 3:55}}]"
    sized(browser, 1280, 800, page_of("breaking4", waves, "pacers.follows=record"))
    for target, name in ((239.99, "light 3:59.99"), (242.0, "light 4:02"), (235.0, "light goal")):
        turn(browser, target=target, policy="wait_for_runner" if target == 242.0 else "hold_light")
        settled(browser)
        seek(browser, 100.0)
        assert element(browser, "gap").text.endswith(f" {name}")
        assert element(browser, "gap-heading").text.lower() == f"gap to {name}"
        assert element(browser, "legend").text.startswith(f"{name}\n")
        assert element(browser, "fact-lost").text.lower().startswith(f"{name} lost at")
        keeps = "light record" if name == "light goal" else "light 3:55"
        assert f"Keep to {keeps}" in element(browser, "knobs").text
        written = "[...document.querySelectorAll('section:not(.scenario)')].map((s) => s.innerText)"
        said = browser.execute_script(f"return {written}.join();")
        assert not re.search(r"\bthe light\b", said, re.IGNORECASE)


def test_a_page_adds_up_the_lights_that_meet(
    browser: webdriver.Chrome, page_of: Callable[..., Path]
) -> None:
    """One was drawn over the other, so that the last one of the file prevailed."""
    seen = []
    for colours in (("green", "red"), ("red", "green"), ("green", "green")):
        waves = ", ".join(f"{{name: {i}, colour: {name}}}" for i, name in enumerate(colours))
        sized(
            browser,
            1280,
            800,
            page_of("breaking4", f"wavelight.waves=[{waves}]", "pacers.follows=~"),
        )
        seek(browser, 100.0)
        seen.append([picture(browser, name) for name in ("track", "group")])
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


def test_a_page_keeps_a_gap_smaller_than_its_control_offers(
    browser: webdriver.Chrome, page_of: Callable[..., Path]
) -> None:
    near = "{name: two, slots: [{name: a, ahead: 0.4, offset: 0.5}, {name: b, ahead: 1.6}]}"
    scenario = ("solo", f"pacers.formation={near}")
    finish = simulate(load_scenario(scenario[0], overrides=[scenario[1]])).finish_s
    assert finish is not None
    sized(browser, 1280, 800, page_of(*scenario))
    settled(browser)
    assert element(browser, "verdict").text == f"{format_time(finish)} As in the file."
    slide(browser, "gap", 1.0)
    settled(browser)
    assert "gap to the front 1.00 m" in element(browser, "verdict").text.lower()
    element(browser, "reset").click()
    settled(browser)
    assert element(browser, "verdict").text == f"{format_time(finish)} As in the file."


def test_a_ghost_called_residual_is_no_residual() -> None:
    changes = ["ghosts=[{name: residual, time: 4:05}]", "published=~"]
    scenario = load_scenario("breaking4", overrides=changes)
    text = page_text(make_show(scenario, simulate(scenario)), NIGHT)
    assert "A residual is run minus published" not in text
