"""Stories on the command line: check, schema, film, present."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from simulator.cli import main
from simulator.files import configs_dir
from simulator.scenario.schema import schema_text
from simulator.scenario.story import Story, load_story
from simulator.session import Session
from simulator.session.presentation import Presentation
from simulator.view import app as window
from simulator.view.picture import PictureOptions, render_still, save_png
from tests.samples import few_samples
from tests.session.short import SHORT

STORY = """name: short story
scenario: short.yaml
chapters:
  - {name: one, card: 0, until: 2 s, caption: One.}
  - {name: two, card: 0, from: 200 m, until: 4 s, rate: 2, hold: 1}
"""
Lightpace = Callable[..., tuple[int, str, str]]


@pytest.fixture
def lightpace(capsys: pytest.CaptureFixture[str]) -> Lightpace:
    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(list(arguments))
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, " ".join(said.err.split())

    return run


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    (tmp_path / "story.yaml").write_text(STORY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_check_prints_the_chapters_and_their_lengths(lightpace: Lightpace) -> None:
    code, out, err = lightpace("check", "story.yaml", "solo")
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert lines[0] == ["story.yaml:", "short", "story,", "no", "problems"]
    assert lines[1] == ["2", "chapters,", "7.0", "s", "in", "all"] or lines[1][:2] == [
        "2",
        "chapters,",
    ]
    assert lines[3] == ["1", "0:00", "2.0", "0.0", "to", "2.0", "1×", "one"]
    assert lines[4][:3] == ["2", "0:02", "5.0"]
    assert lines[-1] == ["solo:", "Solo,", "no", "problems"]


def test_check_tells_what_does_not_happen_with_its_line(lightpace: Lightpace) -> None:
    bad = STORY.replace("from: 200 m", "from: bell")
    Path("story.yaml").write_text(bad, encoding="utf-8")
    code, out, err = lightpace("check", "story.yaml")
    assert (code, out) == (2, "")
    assert err.startswith("story.yaml:5:32 chapters.1.from chapter 2, two: this race has no last")


def test_the_shipped_story_can_be_told(lightpace: Lightpace) -> None:
    code, out, _ = lightpace("check", str(configs_dir() / "stories" / "breaking4.yaml"))
    assert code == 0
    assert "9 chapters, 2:4" in out


def test_check_says_which_caption_does_not_fit_which_screen(lightpace: Lightpace) -> None:
    long = STORY.replace("caption: One.", f"caption: {'Far too many words. ' * 19}")
    Path("story.yaml").write_text(long, encoding="utf-8")
    code, _, err = lightpace("check", "story.yaml", "--size", "640x360")
    assert code == 2
    assert "chapter 1, one: the caption is longer than 4 lines as it is presented at 640x360" in err


def test_check_says_which_panel_has_no_room_on_which_screen(lightpace: Lightpace) -> None:
    every = "panels: [clock, gaps, group, meters, splits, what if, chart]"
    crowded = STORY.replace("caption: One.", f"{every}, caption: One.")
    Path("story.yaml").write_text(crowded, encoding="utf-8")
    assert lightpace("check", "story.yaml")[0] == 0
    code, _, err = lightpace("check", "story.yaml", "--size", "1080x1920")
    assert code == 2
    assert "chapter 1, one: there is no room for what if as it is presented at 1080x1920" in err
    short = STORY.replace("caption: One.", f"caption: {'A few words. ' * 10}")
    Path("story.yaml").write_text(short, encoding="utf-8")
    assert lightpace("check", "story.yaml")[0] == 0
    assert lightpace("check", "story.yaml", "--size", "wide")[0] == 2


def test_a_ghosts_file_that_cannot_be_read_is_told_with_its_line(lightpace: Lightpace) -> None:
    Path("run.npz").write_bytes(b"no recording")
    text = SHORT + "  - {file: run.npz}\n"
    Path("short.yaml").write_text(text, encoding="utf-8")
    code, _, err = lightpace("check", "story.yaml")
    assert code == 2
    assert err.startswith("story.yaml:2:11 scenario ghosts.1.file: ")
    code, _, err = lightpace("check", "short.yaml")
    assert code == 2
    assert err.startswith(f"short.yaml:{text.count(chr(10))}:12 ghosts.1.file ")


def test_check_refuses_a_knob_that_is_none(lightpace: Lightpace) -> None:
    Path("story.yaml").write_text(
        STORY.replace("caption: One.", "knobs: [pacers.cuont]"), encoding="utf-8"
    )
    code, _, err = lightpace("check", "story.yaml")
    assert code == 2
    assert "there is no knob 'pacers.cuont' (did you mean pacers.count?)" in err


def test_schema_prints_that_of_a_story_too(lightpace: Lightpace) -> None:
    code, out, _ = lightpace("schema", "--story")
    assert (code, out) == (0, schema_text(Story))
    assert "chapters" in json.loads(out)["properties"]


def test_a_film_of_a_story_is_as_long_as_it_is_told(lightpace: Lightpace) -> None:
    size = ("--size", "320x180", "--fps", "20")
    with few_samples():
        code, out, err = lightpace("film", "story.yaml", "-o", "a.mp4", *size)
    assert (code, err) == (0, "")
    assert "short story, 140 pictures, 7.00 s, 320x180" in " ".join(out.split())
    with av.open("a.mp4") as container:
        assert sum(1 for _ in container.decode(video=0)) == 140


def test_a_part_of_a_story_is_given_in_told_time(lightpace: Lightpace) -> None:
    size = ("--size", "320x180", "--fps", "10")
    part = ("--from", "2", "--to", "0:04", *size, "--speed", "2")
    with few_samples():
        code, _, _ = lightpace("film", "story.yaml", "-o", "a", *part)
    assert (code, len(list(Path("a").iterdir()))) == (0, 10)
    code, _, err = lightpace("film", "story.yaml", "-o", "b.mp4", "--to", "9", *size)
    assert code == 2
    assert "no part of this story" in err
    for chosen in (["--camera", "rail"], ["--no-slow-motion"]):
        code, _, err = lightpace("film", "story.yaml", "-o", "b.mp4", *chosen)
        assert code == 2
        assert "A story's chapters say them" in err
    for command in (("film", "story.yaml", "-o", "b.mp4"), ("check", "story.yaml")):
        code, _, err = lightpace(*command, "--set", "pacers.count=1")
        assert code == 2
        assert "A story says itself what is changed" in err
    assert not Path("b.mp4").exists()


def films_first(lightpace: Lightpace, *arguments: str) -> bytes:
    """Return the first picture of a film of two."""
    part = ("--from", "1", "--to", "2", "--fps", "2", "--size", "640x360", "--force", "-o", "film")
    with few_samples():
        code, _, err = lightpace("film", *arguments, *part)
    assert (code, err) == (0, "")
    return Path("film", "00001.png").read_bytes()


def test_films_for_a_room_look_as_it_is_presented(lightpace: Lightpace) -> None:
    story = films_first(lightpace, "story.yaml")
    assert story == films_first(lightpace, "story.yaml", "--presenting")
    assert story != films_first(lightpace, "story.yaml", "--no-presenting")
    scene = Presentation(load_story("story.yaml")).completed_timeline().scene_at(1.0)
    surface = render_still(scene, (640, 360), options=PictureOptions(presenting=True))
    save_png(surface, "still.png")
    assert story == Path("still.png").read_bytes()
    run = films_first(lightpace, "short.yaml")
    assert run == films_first(lightpace, "short.yaml", "--no-presenting")
    overlay = films_first(lightpace, "short.yaml", "--transparent")
    assert overlay == films_first(lightpace, "short.yaml", "--transparent", "--presenting")
    assert overlay != films_first(lightpace, "short.yaml", "--transparent", "--no-presenting")


def test_a_storys_film_ends_with_the_code_of_its_page(lightpace: Lightpace) -> None:
    def last(*link: str) -> bytes:
        part = ("--from", "6", "--to", "7", "--fps", "1", "--size", "640x360", "--force")
        with few_samples():
            assert lightpace("film", "story.yaml", "-o", "film", *part, *link)[0] == 0
        return Path("film", "00001.png").read_bytes()

    plain, coded = last(), last("--link", "https://example.org/talk")
    assert plain != coded
    text = STORY.replace("scenario:", "link: https://example.org/talk\nscenario:")
    Path("story.yaml").write_text(text, encoding="utf-8")
    assert last() == coded
    assert last("--link", "") == plain
    names = "story.yaml", "short.yaml"
    for command in itertools.product(("film", "present", "page"), names):
        code, _, err = lightpace(*command, "--link", "x" * 1001)
        assert code == 2
        assert "1001 characters makes no code that a phone can read" in err
    code, _, err = lightpace("film", "short.yaml", "--link", "https://example.org")
    assert code == 2
    assert "The code of a page ends the film of a story" in err
    code, _, err = lightpace("present", "short.yaml", "--link", "https://example.org")
    assert code == 2
    assert "The code of a page ends a story" in err


@pytest.mark.parametrize(
    ("name", "director"), [("story.yaml", Presentation), ("short.yaml", type(None))]
)
@pytest.mark.parametrize("windowed", [True, False])
def test_present_opens_a_story_or_a_scenario_for_an_audience(
    lightpace: Lightpace,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    director: type[object],
    windowed: bool,
) -> None:
    opened: list[tuple[Session, dict[str, Any]]] = []
    monkeypatch.setattr("simulator.view.window.missing_display", lambda: "")
    monkeypatch.setattr(window, "run", lambda session, **how: opened.append((session, how)))
    code, out, err = lightpace("present", name, "--display", "1", *["--windowed"] * windowed)
    assert (code, out, err) == (0, "", "")
    ((session, how),) = opened
    assert type(session.story) is director
    assert (how["presenting"], how["display"]) == (not windowed, 1)
    assert how["recorder"].seconds is None


def test_without_a_display_the_chapters_are_told(
    lightpace: Lightpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.view.window.missing_display", lambda: "There is no display.")
    code, out, err = lightpace("present", "story.yaml")
    assert code == 0
    assert "2 chapters" in out
    assert "`lightpace film story.yaml -o film.mp4` makes a film of it." in err
    assert "stays dark" not in err
    for command in ("present", "run"):
        *_, err = lightpace(command, "short.yaml", "--leds", "ddp:127.0.0.1")
        assert "The strip stays dark: the window lights it." in err


@pytest.mark.parametrize("command", ["simulate", "still", "run"])
def test_what_needs_a_scenario_says_that_this_is_a_story(
    lightpace: Lightpace, command: str
) -> None:
    code, _, err = lightpace(command, "story.yaml")
    assert code == 2
    assert "story.yaml:3:1 this is a story, not a scenario (lightpace present shows it" in err


@pytest.mark.parametrize("command", ["present", "film", "check"])
def test_a_missing_story_is_one_line_with_a_hint(lightpace: Lightpace, command: str) -> None:
    code, _, err = lightpace(command, "stories/braking4")
    assert code == 2
    assert "stories/braking4 there is no such story (did you mean stories/breaking4?)" in err
