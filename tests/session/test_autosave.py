"""Nothing is lost: what is at stake is written down, and brought back on request."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from simulator.scenario.story import load_story
from simulator.session import Session
from simulator.session.autosave import Autosave
from simulator.session.presentation import Presentation
from simulator.view.preferences import Preferences, load_preferences, save_preferences
from tests.session.short import SHORT, load_short


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(SHORT, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


def opened(file: Path, folder: Path) -> Session:
    session = Session.open(file)
    session.autosave = Autosave(folder)
    return session


def left(folder: Path) -> list[Path]:
    """Let the files look as if the program that wrote them had ended."""
    for path in list(folder.iterdir()):
        path.rename(path.with_name(f"session-1-none{path.suffix}"))
    return sorted(folder.iterdir())


def wait(session: Session) -> None:
    for _ in range(200):
        session.advance(0.6)
        if session.autosave is not None and not session.autosave._jobs.busy:
            session.advance(0.6)


def test_nothing_is_written_while_nothing_is_at_stake(file: Path, folder: Path) -> None:
    session = opened(file, folder)
    session.advance(2.0)
    session.close()
    assert session.at_stake == ""
    assert not folder.exists()


def test_settings_pins_and_place_come_back_after_a_crash(file: Path, folder: Path) -> None:
    session = opened(file, folder)
    session.pin()
    session.seek(20.0)
    session.change("pacers.front_gap", "3")
    session.pin()
    session.set_axis("form")
    session.set_measure("reserve left")
    session.close()  # what was last written is all that is left of it
    assert [path.suffix for path in left(folder)] == [".json", ".npz"]

    again = opened(file, folder)
    assert "2 kept" in again.left_behind
    again.restore()
    assert again.editor.history.now == session.editor.history.now
    assert (again.recording.x == session.recording.x).all()
    assert again.recording.from_tick == session.recording.from_tick > 0
    assert again.playback.time_s == session.playback.time_s
    assert [pin.name for pin in again.pins.pins] == [pin.name for pin in session.pins.pins]
    assert again.panel_state().pins == session.panel_state().pins, "the same finishes are hidden"
    assert (again.bars.axis, again.bars.measure) == ("form", "reserve left")
    assert again.file is not None
    assert again.file.path == file
    again.undo()
    assert not again.editor.unsaved, "undo leads to what the file says"
    assert again.left_behind == ""


def test_locked_splits_come_back_locked(file: Path, folder: Path) -> None:
    session = opened(file, folder)
    session.editor.lock_split(0, on=True)
    session.change("plan.target", "1:03")
    kept = session.editor.splits()[0]
    assert kept.locked
    session.close()

    left(folder)
    again = opened(file, folder)
    again.restore()
    assert again.editor.splits() == session.editor.splits()
    again.change("plan.target", "1:05")
    assert again.editor.splits()[0] == kept
    again.undo()
    again.undo()
    assert not any(split.locked for split in again.editor.splits())


def test_a_process_that_is_killed_leaves_what_it_changed(file: Path, folder: Path) -> None:
    script = f"""
import os, time
from pathlib import Path
from simulator.session import Session
from simulator.session.autosave import Autosave
session = Session.open({str(file)!r})
session.autosave = Autosave(Path({str(folder)!r}))
session.change("runner.form", "1.5")
for _ in range(600):
    session.advance(1.1)
    time.sleep(0.01)
    if list(Path({str(folder)!r}).glob("session-*.json")):
        break
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode == -9
    again = opened(file, folder)
    again.restore()
    assert again.scenario.runner.form == 1.5


def test_what_is_saved_is_at_stake_no_more(file: Path, folder: Path) -> None:
    session = opened(file, folder)
    session.change("runner.form", "1")
    wait(session)
    assert list(folder.iterdir())
    session.save()
    assert session.at_stake == ""
    wait(session)
    assert not list(folder.iterdir())


def test_what_is_at_stake_is_said(file: Path, folder: Path) -> None:
    session = opened(file, folder)
    session.change("runner.form", "1")
    assert session.at_stake == "The settings are not saved."
    session.pin()
    assert session.at_stake == "The settings are not saved and 1 run is kept."
    session.undo()
    assert session.at_stake == "1 run is kept."


def test_damaged_files_are_passed_over(file: Path, folder: Path) -> None:
    session = opened(file, folder)
    session.change("runner.form", "1")
    session.close()
    left(folder)
    for n, text in enumerate(("", "{", '{"version": 1}', "\x00\xff")):
        (folder / f"session-9{n}-none.json").write_text(text, encoding="utf-8")
    again = opened(file, folder)
    assert "mine.yaml" in again.left_behind
    again.restore()
    assert again.scenario.runner.form == 1.0


def test_a_session_of_a_window_that_is_open_is_not_offered(file: Path, folder: Path) -> None:
    session = opened(file, folder)
    session.change("runner.form", "1")
    session.close()
    (written,) = folder.iterdir()
    written.rename(folder / f"session-20200101-000000-{1}.json")  # init runs for ever
    assert opened(file, folder).left_behind == ""


def test_a_file_that_is_gone_leaves_its_settings(file: Path, folder: Path) -> None:
    session = opened(file, folder)
    session.change("runner.form", "1")
    session.close()
    left(folder)
    file.unlink()
    again = Session.open("breaking4")
    again.autosave = Autosave(folder)
    again.restore()
    assert again.scenario == session.scenario
    assert again.file is None


def test_a_folder_that_cannot_be_written_stops_nothing(file: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("no folder", encoding="utf-8")
    session = opened(file, blocked)
    session.change("runner.form", "1")
    session.close()
    assert session.autosave is not None
    assert session.autosave.problem


# -- the settings file -----------------------------------------------------------------------------


def test_what_is_changed_in_a_window_is_kept_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "lightpace" / "settings.yaml"
    before = Preferences()
    save_preferences(path, before, before)
    assert not path.exists()
    save_preferences(path, before, Preferences(theme="daylight", size=(1600, 900)))
    assert load_preferences(path) == (Preferences(theme="daylight", size=(1600, 900)), "")
    opened_with = Preferences(theme="night", size=(1600, 900))  # as asked for this once
    save_preferences(path, opened_with, Preferences(theme="night", size=(1600, 900), sound=True))
    assert load_preferences(path)[0] == Preferences("daylight", (1600, 900), sound=True)


@pytest.mark.parametrize("text", ["theme: [1]", "size: big", "- a list", "{", "size: [1]"])
def test_a_damaged_settings_file_is_said_and_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    kept, problem = load_preferences(path)
    assert kept == Preferences()
    assert "settings.yaml" in problem
    save_preferences(path, kept, Preferences(sound=True))
    assert path.read_text(encoding="utf-8") == text


def test_what_a_full_disk_refused_is_written_when_there_is_room_again(
    file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(file, folder)
    session.pin()
    session.change("plan.target", "1:05.00")
    with monkeypatch.context() as full:

        def refuse(*_: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        full.setattr(Path, "write_bytes", refuse)
        session.close()
        assert session.autosave is not None
        assert "No space left" in session.autosave.problem
        assert left(folder) == []
    session.close()
    assert session.autosave.problem == ""
    left(folder)
    other = opened(file, folder)
    other.restore()
    assert other.scenario == session.scenario
    assert len(other.pins.pins) == 1


def test_a_write_that_fails_while_the_window_closes_is_made_again(
    file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(file, folder)
    session.change("plan.target", "1:05.00")
    autosave, begun, refused = session.autosave, threading.Event(), threading.Event()
    assert autosave is not None

    def refuse(*_: object) -> int:
        begun.set()
        refused.wait(10.0)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", refuse)
        session._keep(autosave)
        assert begun.wait(10.0)
    refused.set()
    session.close()
    assert autosave.problem == ""
    assert len(left(folder)) == 1


def test_what_could_not_be_written_is_no_problem_once_nothing_is_at_stake(
    file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(file, folder)
    session.change("plan.target", "1:05.00")
    assert session.autosave is not None
    with monkeypatch.context() as full:

        def refuse(*_: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        full.setattr(Path, "write_bytes", refuse)
        session._keep(session.autosave, wait=True)
        assert session.autosave.problem
    session.undo()
    session.close()
    assert (session.at_stake, session.autosave.problem) == ("", "")


# -- presenting ------------------------------------------------------------------------------------

STORY = """
name: told
scenario: mine.yaml
chapters:
  - {name: One, from: 0 s after start, until: 5 s after start, caption: First, card: 0}
  - {name: Two, from: 5 s after start, until: 20 s after start, caption: Second, card: 0}
  - {name: Three, from: 20 s after start, until: 21 s after start, caption: Third, card: 0}
"""
SETTING = STORY.replace("caption: Second", "caption: Second, set: [pacers.count=0]")


def presented(file: Path, folder: Path) -> Session:
    story = file.with_name("story.yaml")
    if not story.exists():
        story.write_text(STORY, encoding="utf-8")
    session = Presentation(load_story(story)).session
    session.autosave = Autosave(folder, story=str(story))
    return session


def press(session: Session, times: int = 1) -> None:
    """Go on, as slowly as a speaker presses who means it twice."""
    for _ in range(times):
        for _ in range(10):
            session.advance(0.2)
        session.director.next_cue()


def left_story(folder: Path) -> None:
    for path in list(folder.iterdir()):
        path.rename(path.with_name(f"story-1-none{path.suffix}"))


def test_a_presentation_goes_on_in_the_chapter_where_it_was_left(file: Path, folder: Path) -> None:
    session = presented(file, folder)
    session.advance(2.0)
    assert not folder.exists(), "nobody has begun"
    press(session, 2)
    for _ in range(20):
        session.advance(0.1)
    session.close()
    left_story(folder)
    assert opened(file, folder).left_behind == "", "a window without that story does not offer it"

    again = presented(file, folder)
    assert again.left_behind.startswith("story.yaml, chapter 2")
    again.restore()
    assert again.director.cue().number == 2
    assert again.playback.time_s == session.playback.time_s > 5
    assert again.story is not None
    assert again.scene().staging == session.scene().staging
    assert not again.editor.unsaved
    press(again)
    assert again.director.cue().number == 3


def test_what_a_chapter_sets_is_nothing_unsaved(file: Path, folder: Path) -> None:
    file.with_name("story.yaml").write_text(SETTING, encoding="utf-8")
    session = presented(file, folder)
    press(session, 2)
    session.advance(0.2)
    assert session.scenario.pacers.count == 0
    assert session.at_stake == ""
    session.close()
    left_story(folder)
    again = presented(file, folder)
    again.restore()
    assert again.story is not None
    assert again.story.on_script
    assert again.director.cue().number == 2


def test_knobs_and_pins_of_a_presentation_come_back(file: Path, folder: Path) -> None:
    session = presented(file, folder)
    press(session, 2)
    session.seek(10.0)
    session.change("pacers.front_gap", "3")
    session.pin()
    session.close()
    left_story(folder)
    again = presented(file, folder)
    again.restore()
    assert again.scenario == session.scenario
    assert (again.recording.x == session.recording.x).all()
    assert again.scene().staging == session.scene().staging
    assert len(again.pins.pins) == 1
    again.undo()
    assert not again.editor.unsaved, "undo leads to what the chapter says"


def test_a_presentation_that_came_to_its_end_leaves_nothing(file: Path, folder: Path) -> None:
    session = presented(file, folder)
    press(session, 3)
    session.advance(0.2)
    session.close()
    assert list(folder.iterdir())
    for _ in range(200):
        session.advance(0.2)
        if not session.playing:
            break
    session.close()
    assert not list(folder.iterdir())


def test_a_session_comes_back_onto_a_file_that_is_unusable_by_now(file: Path, folder: Path) -> None:
    session = opened(file, folder)
    session.change("runner.form", "1")
    session.close()
    left(folder)
    file.write_text("plan: {target: sometime}\n", encoding="utf-8")
    again = Session(load_short())
    again.autosave = Autosave(folder)
    again.restore()
    again.advance(0.1)
    assert again.scenario.runner.form == 1
    assert again.scenario.distance == 400
    assert again.left_behind == ""


def test_a_session_comes_back_in_another_folder(
    file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    session = opened(Path(file.name), folder)
    session.change("runner.form", "1")
    session.close()
    left(folder)
    elsewhere = file.parent / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    (elsewhere / file.name).write_text(SHORT, encoding="utf-8")
    again = Session(load_short())
    again.autosave = Autosave(folder)
    again.restore()
    again.save()
    assert (elsewhere / file.name).read_text(encoding="utf-8") == SHORT, "it is another one"
    assert "form: 1" in file.read_text(encoding="utf-8")


def test_kept_runs_that_find_no_room_stay_where_they_are(file: Path, folder: Path) -> None:
    session = opened(file, folder)
    for form in range(6):
        session.change("runner.form", f"0.{form + 1}")
        session.pin()
    session.close()
    left(folder)
    again = opened(file, folder)
    again.pin()
    again.restore()
    assert "give up some" in again.scene().notice
    assert len(again.pins.pins) == 1
    again.unpin(1)
    again.restore()
    assert len(again.pins.pins) == 6


def test_a_session_does_not_come_back_over_unsaved_settings(file: Path, folder: Path) -> None:
    session = opened(file, folder)
    session.change("runner.form", "1")
    session.close()
    left(folder)
    again = opened(file, folder)
    again.change("runner.form", "2")
    again.restore()
    assert again.scenario.runner.form == 2
    assert "not saved" in again.scene().notice
    again.undo()
    again.restore()
    assert again.scenario.runner.form == 1
