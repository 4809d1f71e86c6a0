"""The window's keys that write a picture and a film, in a folder where nothing can be written.

A sentence is shown, the window goes on, no half file is left.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pygame
import pytest

from simulator.export.filming import Recorder
from simulator.session import Session
from simulator.stage.keys import Action
from simulator.view.app import App
from tests.faults.disks import nobody
from tests.session.short import load_short, settle

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="disks and limits of POSIX")

PATIENCE_S = 60.0
BEGUN = "Recording into lightpace short.mp4. The same key ends it."
KEYS = {
    Action.SCREENSHOT: r"lightpace 0-30\.0\.png",
    Action.RECORD: r"lightpace short\.mp4",
}
"""Each key and what it writes."""


@pytest.fixture
def app() -> Iterator[App]:
    """A window as `lightpace run` opens one, its race going on."""
    session = settle(Session(load_short(), start_at_s=30.0))
    recorder = Recorder(session)
    app = App(session, size=(320, 180), recorder=recorder, listeners=(recorder.see,))
    app.frame(0.0)
    session.perform(Action.PLAY_PAUSE)
    yield app
    recorder.close()
    pygame.display.quit()


def notice(app: App) -> str:
    return app.session.scene().notice


def goes_on(app: App) -> None:
    """Watch a few pictures more: the race must go on in them."""
    before_s = app.session.scene().time_s
    for _ in range(3):
        app.frame(0.001)
    assert app.running
    assert app.session.scene().time_s > before_s


def watch(app: App, done: Callable[[], bool]) -> None:
    """Show pictures until something is done, in another process perhaps."""
    end = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < end, notice(app)
        app.frame(0.05)
        time.sleep(0.01)  # the encoder shall get on too


@contextmanager
def small_files() -> Iterator[None]:
    """Let no file grow beyond 100 bytes; pipes do not count.

    No bytecode is written either: half a file of it would be read by later processes.
    """
    import resource  # noqa: PLC0415 - there is none on Windows

    own = resource.getrlimit(resource.RLIMIT_FSIZE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        patch.setattr(sys, "dont_write_bytecode", True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, own[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, own)


def filmed(app: App) -> str:
    """Press the record key until the film fails, at its end at the latest; return what is said."""
    app.perform(Action.RECORD)
    if notice(app) == BEGUN:
        for _ in range(40):
            app.frame(0.05)
        if notice(app) in (BEGUN, ""):
            app.perform(Action.RECORD)
        watch(app, lambda: notice(app) not in (BEGUN, ""))
    return notice(app)


def cannot(why: str) -> str:
    return rf"lightpace short\.mp4 cannot be written: {why}\."


@pytest.mark.slow
def test_a_film_on_a_full_disk_is_given_up_with_a_sentence(
    app: App, full_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(full_disk)
    assert re.fullmatch(cannot("No space left on device"), filmed(app))
    goes_on(app)
    assert [path.name for path in full_disk.iterdir()] == ["filling"]


def test_a_film_in_a_read_only_folder_is_given_up_with_a_sentence(
    app: App, read_only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(read_only)
    assert re.fullmatch(cannot("(Read-only file system|Permission denied)"), filmed(app))
    goes_on(app)
    assert list(read_only.iterdir()) == []


def test_a_film_that_may_not_grow_is_given_up_and_the_key_can_be_pressed_again(
    app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Needs no rights."""
    monkeypatch.chdir(folder)
    with small_files():
        assert re.fullmatch(cannot("File too large"), filmed(app))
    goes_on(app)
    assert list(folder.iterdir()) == []
    app.perform(Action.RECORD)
    assert notice(app) == BEGUN


@pytest.mark.parametrize("action", KEYS)
def test_a_key_in_a_working_folder_that_may_not_be_entered_says_so(
    action: Action, app: App, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(locked)
    with nobody():
        app.perform(action)
        assert re.fullmatch(KEYS[action] + " cannot be written: Permission denied.", notice(app))
        goes_on(app)
    locked.chmod(0o700)
    assert list(locked.iterdir()) == []
    app.perform(action)
    assert re.fullmatch(rf"(Saved|Recording into) {KEYS[action]}\..*", notice(app))


def test_a_picture_on_a_full_disk_says_so(
    app: App, full_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(full_disk)
    app.perform(Action.SCREENSHOT)
    assert "cannot be written: No space left on device." in notice(app)
    goes_on(app)
    assert [path.name for path in full_disk.iterdir()] == ["filling"]


def test_a_picture_in_a_folder_of_others_says_so(
    app: App, not_ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(not_ours)
    with nobody():
        app.perform(Action.SCREENSHOT)
        assert "cannot be written: Permission denied." in notice(app)
        goes_on(app)
    assert list(not_ours.iterdir()) == []


@pytest.mark.parametrize("action", KEYS)
def test_a_key_in_a_working_folder_that_is_gone_says_so(
    action: Action, app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    app.perform(action)
    watch(app, lambda: not notice(app).startswith("Recording"))
    assert "No such file or directory" in notice(app)
    goes_on(app)
