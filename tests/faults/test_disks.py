"""Disks that are full, read-only or limited, places and names that the system refuses.

One sentence, exit code 1, nothing half written.
"""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.session import Session
from tests.faults.commands import WRITING, Ended
from tests.faults.disks import few_bytes, fill, mounted, nobody
from tests.session.short import SHORT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="disks and limits of POSIX")

NO_ROOM = r"cannot be (written|made|kept).*(No space left|File too large)"
READ_ONLY = r"cannot be (written|made|kept).*(Read-only|Permission denied|Operation not permitted)"
SMALL = ("--size", "160x90", "--fps", "10", "--speed", "8", "--from", "0:10", "--to", "0:50")
SLOW = ("handout.pdf", "film.gif", "film.webm", "figure.png", "sweep.csv")
EACH = [pytest.param(n, marks=pytest.mark.slow) if n in SLOW else n for n in WRITING]
ONE_FILE = [
    name for name in EACH if name != "frames" and "sweep.csv" not in getattr(name, "values", ())
]

OPTIMISE = ("optimise", "--minimise", "finish", "--free", "pacers.count=0..1", "-o")
TOO_LONG = [*EACH, "best.yaml"]
TOO_LONG_NAME = "ж" * 150

Run = Callable[..., Ended]


def on_a_short_race(name: str, folder: Path, called: str = "") -> list[str]:
    """Return a command that writes `folder / name`, about a race that is soon run.

    `called` is another name for the file, its ending aside.
    """
    if called:
        *before, last = on_a_short_race(name, folder)
        return [*before, str(Path(last).with_name(called + Path(name).suffix))]
    scenario = folder.parent / "short.yaml"
    scenario.write_text(SHORT, encoding="utf-8")
    command, *words = OPTIMISE if name == "best.yaml" else WRITING[name]
    if command == "film":
        words = [*SMALL, "--force", "-o"]
    elif command == "sweep":
        words = ["--vary", "pacers.count=0..2", "--jobs", "1", "-o"]
    elif command == "plot":
        return [command, "pacers", "--scenario", str(scenario), "-o", str(folder / name)]
    elif name == "handout.pdf":
        scenario = folder.parent / "story.yaml"
        chapters = "[{name: one, until: 2 s}]"
        scenario.write_text(
            f"name: a story\nscenario: ./short.yaml\nchapters: {chapters}\n", "utf-8"
        )
        words = ["--force", "-o"]
    elif command == "page":
        words = ["--force", "-o"]
    elif command == "new":
        return [command, "--force", str(folder / name)]
    return [command, str(scenario), *words, str(folder / name)]


@contextmanager
def running(
    capture: pytest.CaptureFixture[str],
    limited: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Iterator[Run]:
    """Run commands in this process, limited: a hundred of its own would take minutes to start."""
    handlers = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}

    def run_it(name: str, folder: Path, called: str = "") -> Ended:
        capture.readouterr()
        command = on_a_short_race(name, folder, called)
        with pytest.raises(SystemExit) as end, limited():
            main(command)
        said = capture.readouterr()
        return Ended(int(end.value.code or 0), said.out + said.err)

    yield run_it
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    with running(capfd) as run_it:
        yield run_it


def read_in(name: str, folder: Path, run: Run) -> None:
    """Have a command import the large modules that it needs, which `nobody` perhaps cannot."""
    if name in (*SLOW, "best.yaml"):
        other = folder.parent / "before" / "out"
        other.mkdir(parents=True)
        assert run(name, other).code == 0


def refused(ended: Ended, why: str) -> None:
    assert ended.code == 1, ended
    assert "Traceback" not in ended.said
    assert re.search(why, " ".join(ended.said.split())), ended


@pytest.mark.parametrize("name", EACH)
def test_a_full_disk_is_one_sentence(name: str, full_disk: Path, run: Run) -> None:
    refused(run(name, full_disk), NO_ROOM)
    assert [path.name for path in full_disk.iterdir()] == ["filling"]


@pytest.mark.parametrize("name", EACH)
def test_a_read_only_folder_is_one_sentence(name: str, read_only: Path, run: Run) -> None:
    refused(run(name, read_only), READ_ONLY)


@pytest.mark.parametrize("name", TOO_LONG)
def test_a_folder_that_only_others_may_write_to_is_one_sentence(
    name: str, not_ours: Path, run: Run
) -> None:
    """Needs no rights: whoever runs it is somebody who may look into the folder, and no more."""
    read_in(name, not_ours, run)
    with nobody():
        refused(run(name, not_ours), r"cannot be (written|made|kept).*Permission denied")
    assert list(not_ours.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("name", ONE_FILE)
def test_a_device_without_room_is_one_sentence(name: str, folder: Path, run: Run) -> None:
    (folder / name).symlink_to("/dev/full")
    refused(run(name, folder), "No space left")
    assert [path.name for path in folder.iterdir()] == [name]
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize("name", EACH)
def test_a_file_that_may_not_grow_is_taken_away_again(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Needs no rights: the system itself refuses the bytes, whoever writes them, in C too."""
    with running(capsys, few_bytes) as run:  # what is said stays in memory
        refused(run(name, folder), NO_ROOM)
    assert list(folder.iterdir()) == []


def test_the_window_cannot_save_on_a_full_disk_and_says_so(folder: Path) -> None:
    for disk in mounted(folder, "size=64k"):
        file = disk / "short.yaml"
        file.write_text(SHORT, encoding="utf-8")
        fill(disk / "filling")
        session = Session.open(file)
        session.change("plan.target", "1:05.00")
        session.save()
        assert "No space left" in session.scene().notice
        session.pin()
        session.save_pins(disk / "pins.npz")
        assert "No space left" in session.scene().notice
        assert file.read_text(encoding="utf-8") == SHORT
        assert sorted(path.name for path in disk.iterdir()) == ["filling", "short.yaml"]


# -- names and places that the system refuses -----------------------------------------------------


@pytest.mark.parametrize("called", [TOO_LONG_NAME, "x" * 10_000], ids=["bytes", "characters"])
@pytest.mark.parametrize("name", TOO_LONG)
def test_a_name_that_is_too_long_is_one_sentence(
    name: str, called: str, folder: Path, run: Run
) -> None:
    ended = run(name, folder, called)
    refused(ended, r"cannot be (written|made).*File name too long")
    assert len(ended.said) < 2500
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", TOO_LONG)
def test_a_folder_that_may_not_be_entered_is_one_sentence(
    name: str, locked: Path, run: Run
) -> None:
    read_in(name, locked, run)
    with nobody():
        refused(run(name, locked), r"cannot be written.*Permission denied")
    locked.chmod(0o700)
    assert list(locked.iterdir()) == []


@pytest.fixture
def session(folder: Path) -> Session:
    file = folder / "short.yaml"
    file.write_text(SHORT, encoding="utf-8")
    opened = Session.open(file)
    opened.change("plan.target", "1:05.00")
    return opened


@pytest.mark.parametrize("called", [TOO_LONG_NAME, "x" * 10_000], ids=["bytes", "characters"])
def test_the_window_is_given_a_name_that_is_too_long_and_says_so(
    called: str, folder: Path, session: Session
) -> None:
    session.save_as(folder / called)
    assert "File name too long" in session.scene().notice
    session.notify("")
    session.pin()
    session.save_pins(folder / called)
    assert "File name too long" in session.scene().notice
    assert session.file_name == "short.yaml"
    assert [path.name for path in folder.iterdir()] == ["short.yaml"]


def test_the_window_cannot_save_into_a_locked_folder_and_says_so(
    locked: Path, session: Session
) -> None:
    locked.chmod(0)
    with nobody():
        session.save()
        assert "Permission denied" in session.scene().notice
        session.notify("")
        session.save_as(locked / "another.yaml")
        assert "Permission denied" in session.scene().notice
        session.notify("")
        session.pin()
        session.save_pins(locked / "pins.npz")
        assert "Permission denied" in session.scene().notice
        session.advance(1.0)
    locked.chmod(0o700)
    assert [path.name for path in locked.iterdir()] == ["short.yaml"]
    session.save()
    assert session.scene().notice == "Saved short.yaml."


def test_the_window_cannot_save_where_the_working_folder_is_gone_and_says_so(
    folder: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    session.save_as("another.yaml")
    assert "another.yaml cannot be written: No such file" in session.scene().notice
    session.save_as(folder / "another.yaml")
    assert session.scene().notice == "Saved another.yaml."


@pytest.mark.parametrize("command", ["check", "simulate", "present"])
def test_a_file_in_a_locked_folder_cannot_be_read_and_this_is_said(
    command: str, locked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with nobody(), pytest.raises(SystemExit) as end:
        main([command, str(locked / "short.yaml")])
    assert end.value.code == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "cannot be read: Permission denied" in said
    assert "file's name" not in said


def test_the_window_reads_pins_by_a_name_that_is_too_long_and_says_so(session: Session) -> None:
    session.load_pins(TOO_LONG_NAME)
    assert "File name too long" in session.scene().notice
