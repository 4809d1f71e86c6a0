"""The page of a story: what the window shows of each chapter, to click through and to print."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from simulator.cli import main
from simulator.cli.terminal import script_of
from simulator.errors import OutputError
from simulator.export.page import story_text, write_story_page
from simulator.scenario.story import load_story_text
from simulator.session.presentation import Presentation
from simulator.stage.story import CompiledChapter, StoryTimeline
from simulator.stage.story import said as words_of
from simulator.view.theme import THEMES
from tests.export.browsers import go_to, on_paper, sized
from tests.samples import few_samples

NIGHT = THEMES["night"]
LINK = "https://example.org/talk"
NASTY = '</script><script>document.title="broken"</script><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def timeline() -> StoryTimeline:
    with few_samples():
        return Presentation(script_of("stories/breaking4", LINK)).completed_timeline()


@pytest.fixture(scope="module")
def page(timeline: StoryTimeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("story") / "a story.html"
    write_story_page(timeline, path, NIGHT)
    return path


@pytest.fixture
def opened(browser: webdriver.Chrome, page: Path) -> webdriver.Chrome:
    browser.get_log("browser")  # type: ignore[no-untyped-call]
    sized(browser, 1280, 720, page)
    return browser


def press(browser: webdriver.Chrome, *keys: str) -> None:
    ActionChains(browser).send_keys(*keys).perform()


def said(browser: webdriver.Chrome, name: str) -> str:
    return browser.find_element(By.ID, name).text


def told(folder: Path, chapters: str) -> StoryTimeline:
    text = f"name: told\nscenario: breaking4\nchapters:\n{chapters}"
    with few_samples():
        return Presentation(load_story_text(text, folder / "s.yaml")).completed_timeline()


def played_s(chapter: CompiledChapter) -> float:
    """Return how long a page plays a chapter: its name stands in the head, and no card before."""
    return chapter.length_s - chapter.spec.card


def printed_pages(browser: webdriver.Chrome, *, background: bool = False) -> int:
    fonts = "document.fonts.load('1rem Lightpace').then(() => arguments[0]());"
    browser.execute_async_script(fonts)  # another one is narrower
    wanted = {"printBackground": background, "preferCSSPageSize": True}
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", wanted)["data"])
    return printed.count(b"/Type /Page\n")


def full(timeline: StoryTimeline, number: int) -> str:
    return words_of(timeline.chapters[number].caption)


def test_the_arrows_lead_through_the_chapters(
    opened: webdriver.Chrome, timeline: StoryTimeline
) -> None:
    assert said(opened, "name") == timeline.chapters[0].spec.name
    press(opened, Keys.ARROW_RIGHT)  # it begins
    WebDriverWait(opened, 10).until(lambda b: b.execute_script("return lightpace.state.t > 0.5;"))
    press(opened, Keys.ARROW_RIGHT)  # it ends, and waits
    state = opened.execute_script("return lightpace.state;")
    assert state["number"] == 0
    assert state["t"] == pytest.approx(played_s(timeline.chapters[0]))
    assert not state["playing"]
    for number, chapter in enumerate(timeline.chapters[1:], start=1):
        press(opened, Keys.PAGE_DOWN)
        assert said(opened, "name") == chapter.spec.name
        assert said(opened, "number") == f"{number + 1} of {len(timeline.chapters)}"
        opened.execute_async_script("setTimeout(arguments[0], 150);")
        press(opened, Keys.PAGE_DOWN)
        assert said(opened, "caption") == full(timeline, number).replace("\N{NO-BREAK SPACE}", " ")
    press(opened, Keys.ARROW_LEFT)  # to the beginning of this one
    press(opened, Keys.ARROW_LEFT)  # to the one before
    assert said(opened, "number") == f"{len(timeline.chapters) - 1} of {len(timeline.chapters)}"
    assert opened.get_log("browser") == []  # type: ignore[no-untyped-call]


def test_a_figure_waits_for_the_moment_that_it_tells_of(
    opened: webdriver.Chrome, timeline: StoryTimeline, page: Path
) -> None:
    go_to(opened, page, "#7")
    assert "the model has her … than" in said(opened, "caption")
    bars = opened.find_element(By.ID, "bars")
    own = bars.find_element(By.CSS_SELECTOR, ".current span")
    assert not own.is_displayed()
    assert str(bars.get_attribute("aria-label")).endswith("13: at the finish")
    press(opened, " ")
    opened.execute_script("lightpace.state.t = lightpace.chapters[6].length;")
    WebDriverWait(opened, 10).until(lambda _: own.is_displayed())
    assert str(bars.get_attribute("aria-label")).endswith("13: 4:06.44")
    press(opened, Keys.END, Keys.HOME)
    go_to(opened, page, "#7")
    opened.execute_script("lightpace.state.t = lightpace.chapters[6].length;")
    press(opened, " ", " ")
    opened.execute_script("lightpace.state.t = lightpace.chapters[6].length;")
    press(opened, "n")
    assert said(opened, "notes") == words_of(timeline.chapters[6].notes).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_it_shows_where_she_is_to_a_centimetre(
    opened: webdriver.Chrome, timeline: StoryTimeline
) -> None:
    for number, chapter in enumerate(timeline.chapters):
        read = opened.execute_script(
            "const c = lightpace.chapters[arguments[0]];"
            "return [[...c.time], [...c.bodies.find((b) => b.kind === 'runner').x], c.step];",
            number,
        )
        assert read[2] * (len(read[0]) - 1) == pytest.approx(played_s(chapter))
        whens = [chapter.spec.card + i * read[2] for i in range(len(read[0]))]
        times = [chapter.race_time(when) for when in whens]
        assert read[0] == pytest.approx(times, abs=6e-4)
        within = np.array(times) < chapter.show.recording.end_s
        places = chapter.show.recording.distance_at(times)
        assert np.abs(np.array(read[1]) - places)[within].max(initial=0.0) < 0.006


@pytest.mark.parametrize(("end", "ahead_m"), [("head", 0.0), ("tail", 19.0)])
def test_a_wave_is_where_its_leds_are(
    browser: webdriver.Chrome, tmp_path: Path, end: str, ahead_m: float
) -> None:
    """A wave that is paced by its tail was drawn behind it."""
    wave = f"wavelight.waves=[{{name: 3:59.99, length: 20, pace_end: {end}}}]"
    chapter = f"{{name: c, from: '0:20', until: '1:00', card: 0, set: ['{wave}']}}"
    timeline = told(tmp_path, f"  - {chapter}\n")
    path = tmp_path / "story.html"
    write_story_page(timeline, path, NIGHT)
    go_to(browser, path)
    heads = browser.execute_script("return [...lightpace.chapters[0].waves[0].x];")
    light = timeline.chapters[0].show.light.run
    assert heads[0] == pytest.approx(light.distance_at(20.0) + ahead_m, abs=0.02)
    assert heads[-1] == pytest.approx(light.distance_at(60.0) + ahead_m, abs=0.02)


@pytest.mark.parametrize("hold", [0.0, 1.3])
@pytest.mark.parametrize(
    ("until", "clock", "where"),
    [("finish", "4:06.44", "finish"), ("bell", "3:03.3", "1209 m of 1 mile")],
)
def test_a_chapter_ends_at_the_moment_that_it_tells_of(
    browser: webdriver.Chrome, tmp_path: Path, until: str, clock: str, where: str, hold: float
) -> None:
    timeline = told(
        tmp_path,
        f"  - {{name: end, from: 10 s before {until}, until: {until}, rate: 0.97, hold: {hold},\n"
        "     panels: [clock, gaps, splits],\n"
        f"     caption: 'She is {{gap at {until}}} in {{time at {until}}}.'}}\n",
    )
    path = tmp_path / "story.html"
    write_story_page(timeline, path, NIGHT)
    go_to(browser, path)
    assert "…" in said(browser, "caption")
    for left in {max(hold - 0.3, 0.0), 0.0}:  # it holds still, and then is over
        browser.execute_script(
            "lightpace.state.t = lightpace.chapters[0].length - arguments[0];"
            "lightpace.handOut();",  # draws the moment shown when it is done
            left,
        )
        assert said(browser, "caption") == full(timeline, 0).replace("\N{NO-BREAK SPACE}", " ")
        assert said(browser, "clock") == clock
        assert said(browser, "where") == where
        rows = browser.find_elements(By.CSS_SELECTOR, "#splits tr")
        assert rows[-1].is_displayed()


def test_a_runner_who_stops_has_no_finish(browser: webdriver.Chrome, tmp_path: Path) -> None:
    stops = "runner.max_aerobic_power=10, runner.reserve=300, published=~"
    timeline = told(tmp_path, f"  - {{name: end, from: 8:50, until: 9:00, set: [{stops}]}}\n")
    assert timeline.chapters[0].show.recording.finish_s is None
    path = tmp_path / "story.html"
    write_story_page(timeline, path, NIGHT)
    go_to(browser, path)
    press(browser, Keys.ARROW_RIGHT)
    WebDriverWait(browser, 10).until(lambda b: b.execute_script("return lightpace.state.t > 0;"))
    press(browser, Keys.ARROW_RIGHT)  # to its end
    assert said(browser, "where") == "did not finish"
    assert said(browser, "clock") == "9:00.0", "hundredths are for who finishes"


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize("height", [720, 800, 1200])
def test_it_prints_as_a_hand_out_of_one_page_a_chapter(
    opened: webdriver.Chrome, page: Path, height: int, background: bool
) -> None:
    sized(opened, 1280, height, page)
    assert printed_pages(opened, background=background) == 9
    pictures = opened.find_elements(By.CSS_SELECTOR, "#handout figure canvas")
    assert len(pictures) > 9
    with on_paper(opened):
        bars = opened.find_elements(By.CSS_SELECTOR, "#handout .columns i")
        assert {bar.value_of_css_property("print-color-adjust") for bar in bars} == {"exact"}


def test_long_notes_make_its_pictures_smaller_and_then_a_page_longer(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    for number, (words, pages) in enumerate([(10, 2), (260, 2), (600, 4)]):
        notes = "words " * words
        chapter = f"{{name: long, until: 5 s, panels: [chart], notes: '{notes}'}}"
        timeline = told(tmp_path, f"  - {chapter}\n  - {chapter}\n")
        path = tmp_path / f"{number}.html"
        write_story_page(timeline, path, NIGHT)
        go_to(browser, path)
        assert printed_pages(browser) == pages


def test_it_is_shown_inside_another_page(
    browser: webdriver.Chrome, page: Path, tmp_path: Path
) -> None:
    outer = tmp_path / "slides.html"
    outer.write_text(
        f'<!doctype html><iframe src="{page.as_uri()}#3" width="960" height="600"></iframe>'
    )
    browser.get(outer.as_uri())
    browser.switch_to.frame(0)
    WebDriverWait(browser, 30).until(lambda b: said(b, "number") == "3 of 9")
    browser.find_element(By.ID, "next").click()
    assert said(browser, "play") == "Pause"
    browser.switch_to.default_content()


@pytest.mark.parametrize(
    ("fragment", "number"),
    [("#1.5", 1), ("#2.5", 2), ("#99", 9), ("#-3", 1), ("#0", 1), ("#Infinity", 9), ("#x", 1)],
)
def test_a_link_that_names_no_chapter_does_no_harm(
    opened: webdriver.Chrome, page: Path, fragment: str, number: int
) -> None:
    go_to(opened, page, fragment)
    assert said(opened, "number") == f"{number} of 9"
    assert not opened.find_element(By.ID, "trouble").is_displayed()
    go_to(opened, page, "#3")
    opened.execute_script("location.hash = arguments[0];", fragment)
    opened.execute_async_script("setTimeout(arguments[0], 50);")
    assert said(opened, "number") in {f"{number} of 9", "3 of 9"}
    assert opened.get_log("browser") == []  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(
    browser: webdriver.Chrome, page: Path, width: int
) -> None:
    for number in range(1, 10):
        sized(browser, width, 800, page, f"#{number}")
        assert browser.execute_script("return document.documentElement.scrollWidth;") <= width


def test_it_weighs_little_and_names_its_own_script_alone(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(text.encode()) <= 450_000
    assert "unsafe" not in text.partition("</head>")[0]


def test_strings_of_a_story_are_text_and_nothing_else(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    quoted = json.dumps(NASTY)
    script = load_story_text(
        f"name: {quoted}\nnote: {quoted}\nscenario: solo\nchapters:\n"
        f"  - {{name: {quoted}, until: 5 s, caption: {quoted}, notes: {quoted}}}\n",
        tmp_path / "s.yaml",
    )
    with few_samples():
        timeline = Presentation(script).completed_timeline()
    path = tmp_path / "nasty.html"
    write_story_page(timeline, path, NIGHT)
    go_to(browser, path)
    assert said(browser, "name") == NASTY
    assert browser.find_elements(By.TAG_NAME, "img") == []
    with pytest.raises(OutputError, match="--force"):
        write_story_page(timeline, path, NIGHT)
    assert "<svg" not in story_text(timeline, NIGHT)


def test_a_chapter_names_what_gaps_are_taken_to(browser: webdriver.Chrome, tmp_path: Path) -> None:
    script = load_story_text(
        "name: two\nscenario: breaking4\nchapters:\n"
        "  - {name: lit, until: 60 s, panels: [gaps, chart]}\n"
        "  - {name: unlit, until: 60 s, set: [wavelight.waves.0.on=no], panels: [gaps, chart]}\n"
        "  - {name: two lights, until: 60 s, panels: [gaps, chart],\n"
        "     set: ['wavelight.waves=[{name: 3:59.99}, {name: b, plan: {target: 3:55}}]']}\n",
        tmp_path / "s.yaml",
    )
    with few_samples():
        timeline = Presentation(script).completed_timeline()
    path = tmp_path / "story.html"
    write_story_page(timeline, path, NIGHT)
    marks = [("the light", "green"), ("the plan", "grey"), ("light 3:59.99", "green")]
    for number, (mark, colour) in enumerate(marks, start=1):
        go_to(browser, path, f"#{number}")
        browser.execute_script("lightpace.state.t = 1;")
        press(browser, Keys.ARROW_RIGHT)  # to its end
        assert said(browser, "gap").endswith(f" {mark}")
        assert said(browser, "legend").startswith(f"{mark}\n")
        label = browser.find_element(By.ID, "curve").get_attribute("aria-label")
        assert label == f"Gap to {mark} over distance."
        chart = "return lightpace.chapters[arguments[0]].chart.light;"
        assert browser.execute_script(chart, number - 1) == colour


def test_the_command_makes_the_page_of_a_story(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "story.html"
    with few_samples(), pytest.raises(SystemExit) as end:
        main(["page", "stories/breaking4", "-o", str(path)])
    assert not end.value.code
    assert "kB" in capsys.readouterr().out
    with pytest.raises(SystemExit) as end:
        main(["page", "stories/breaking4", "-o", str(path), "--force", "--set", "pacers.count=1"])
    assert end.value.code == 2
