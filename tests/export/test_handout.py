"""The hand-out of a story: a PDF with a page for each chapter."""

from __future__ import annotations

import re
import sys
import zlib
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.errors import OutputError
from simulator.export import handout
from simulator.export.handout import _words, write_handout
from simulator.scenario.story import load_story_text
from simulator.session.presentation import Presentation
from simulator.stage.story import StoryTimeline
from simulator.view.text import Type
from simulator.view.theme import NIGHT
from tests.session.short import SHORT

STORY = """
name: short story
scenario: short.yaml
chapters:
  - {name: one, until: 2 s, caption: "One {finish}.", notes: Say it.}
  - {name: two, from: 200 m, until: 4 s, camera: rail, panels: [clock], notes: "%s"}
"""


def timeline(folder: Path, notes: str = "Go on.") -> StoryTimeline:
    (folder / "short.yaml").write_text(SHORT, encoding="utf-8")
    return Presentation(load_story_text(STORY % notes, folder / "story.yaml")).timeline


def streams(data: bytes) -> list[bytes]:
    """Return what is packed in a PDF."""
    found = []
    for match in re.finditer(rb"stream\r?\n", data):
        try:
            found.append(zlib.decompressobj().decompress(data[match.end() :]))
        except zlib.error:
            continue
    return found


def test_each_chapter_is_a_page_with_its_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handout, "PICTURE_PX", (320, 180))
    path = tmp_path / "out.pdf"
    write_handout(timeline(tmp_path), path, NIGHT)
    data = path.read_bytes()
    assert data.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", data)) == 2
    pictures = [part for part in streams(data) if len(part) >= 320 * 180 * 3]
    assert len(set(pictures)) == 2, "two chapters, two pictures"
    assert b"/Title (short story)" in data
    with pytest.raises(OutputError, match="--force"):
        write_handout(timeline(tmp_path), path, NIGHT)


@pytest.mark.parametrize("count", [3, 200, 780])
def test_caption_and_notes_fit_however_long_they_are(tmp_path: Path, count: int) -> None:
    told = timeline(tmp_path, "word " * count)
    lines = _words(told.chapters[1], Type(), 240)
    assert sum(len(text.split()) for _, text, _, _ in lines) == count
    assert lines[-1][0] <= 240
    assert [down for down, *_ in lines] == sorted(down for down, *_ in lines)


def test_without_matplotlib_the_command_that_installs_it_is_named_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(handout, "find_spec", lambda _: None, raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr(Presentation, "completed_timeline", pytest.fail)
    timeline(tmp_path)
    (tmp_path / "story.yaml").write_text(STORY % "Go on.", encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        main(["page", str(tmp_path / "story.yaml"), "-o", str(tmp_path / "a.pdf")])
    assert end.value.code == 1
    needs = 'A hand-out as PDF needs an extra: pip install "lightpace[plot]"'
    assert capsys.readouterr().err.strip() == needs
    assert not (tmp_path / "a.pdf").exists()


def test_one_attempt_is_no_story(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["page", "solo", "-o", str(tmp_path / "a.pdf")])
    assert end.value.code == 2
    assert "A hand-out is made of a story" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
