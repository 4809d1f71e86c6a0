"""Nothing that is handed out tells of the machine it was made on: no path, no user, no host."""

from __future__ import annotations

import io
import re
import shutil
import socket
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest

from simulator.cli import main
from simulator.export.filming import Recorder
from simulator.files import configs_dir
from simulator.recording.store import load_recording, load_recordings, save_recordings
from simulator.session import Session

TELLING = ("secret-client", "telling-user", "telling-host")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario that names every kind of file, in a folder that nobody else is to know of."""
    place = tmp_path / TELLING[0]
    place.mkdir()
    shutil.copy(configs_dir() / "runners" / "sub4_man.yaml", place / "man.yaml")
    shutil.copy(configs_dir() / "formations" / "box.yaml", place / "own.yaml")
    race = "name: past\ndistance: 800\nplan: {target: 1:58}\npacers: {count: 0}\nghosts: []\n"
    (place / "past.yaml").write_text(race)
    (place / "bad.yaml").write_text("mas: 3\nheight: tall\n")
    (place / "race.yaml").write_text(
        "name: a race\ndistance: 800\nplan: {target: 1:59}\n"
        "runner: ./man.yaml\npacers: {formation: ./own.yaml}\n"
        "ghosts: [{file: ../secret-client/past.yaml}, {file: run.npz, name: saved}]\n"
        "uncertainty: {given: [past.yaml]}\n"
    )
    for name in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, TELLING[1])
    monkeypatch.setenv("HOSTNAME", TELLING[2])
    monkeypatch.setattr(socket, "gethostname", lambda: TELLING[2])
    run(place, "simulate", "past.yaml", "--save", "run.npz")
    return place


def run(folder: Path, *words: str) -> None:
    here = ("race.yaml", "past.yaml", "run.npz")
    named = [str(folder / word) if word in here else word for word in words]
    with pytest.raises(SystemExit) as end:
        main(named)
    assert not end.value.code


def contents(data: bytes) -> Iterator[bytes]:
    """Yield the bytes of a file, and what is packed in them."""
    yield data
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for name in packed.namelist():
                yield packed.read(name)
    for match in re.finditer(rb"stream\r?\n|[iz]TXt", data):  # of a PDF, of a PNG
        try:
            yield zlib.decompressobj().decompress(data[match.end() :])
        except zlib.error:
            continue


MAKING: dict[str, list[str]] = {
    "page.html": ["report"],
    "saved.npz": ["simulate", "--save"],
    "splits.csv": ["simulate", "--csv"],
    "sheet.txt": ["sheet"],
    "sheet.csv": ["sheet"],
    "still.png": ["still", "--at", "20", "--size", "320x180"],
    "film.mp4": ["film", "--from", "20", "--to", "20.2", "--size", "320x180"],
    "film.gif": ["film", "--from", "20", "--to", "20.2", "--size", "320x180"],
    "film.webm": ["film", "--from", "20", "--to", "20.2", "--size", "320x180"],
    "overlay.webm": ["film", "--transparent", "--to", "0.2", "--size", "320x180"],
    "rows.csv": ["sweep", "--vary", "runner=./man.yaml,./bad.yaml", "--jobs", "1"],
    "rows.json": ["sweep", "--vary", "runner=./man.yaml,./bad.yaml", "--jobs", "1"],
}


@pytest.mark.parametrize("name", MAKING)
def test_no_file_tells_where_it_was_made(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, *options = MAKING[name]
    path = folder / name
    to = options if name in ("saved.npz", "splits.csv") else ["-o"]
    rest = [] if to is options else options
    run(folder, command, "race.yaml", *rest, *to, str(path))
    capsys.readouterr()
    data = path.read_bytes()
    assert command != "sweep" or b"unknown key 'mas'" in data  # why a row is none is written
    for part in contents(data):
        for word in TELLING:
            assert word.encode() not in part
            assert word.encode("utf-32-le") not in part


def test_no_hand_out_tells_where_it_was_made(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = "name: a story\nscenario: ./race.yaml\nchapters: [{name: one, until: 2 s}]\n"
    (folder / "story.yaml").write_text(story)
    for name in ("handout.pdf", "story.html"):
        run(folder, "page", str(folder / "story.yaml"), "-o", str(folder / name))
        for part in contents((folder / name).read_bytes()):
            assert not any(word.encode() in part for word in TELLING)
    capsys.readouterr()


def test_no_recorded_film_tells_where_it_was_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    session = Session.open(str(folder / "race.yaml"))
    recorder = Recorder(session)
    recorder.press((320, 180))
    for _ in range(3):
        recorder.take(pygame.Surface((320, 180), 0, 32), 0.05)
    recorder.close()
    data = (folder / "lightpace a race.mp4").read_bytes()
    assert not any(word.encode() in data for word in TELLING)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_no_figure_tells_where_it_was_made(
    ending: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "pacers.count,status,finish_s\n1,finished,240\n2,finished,239\n"
    (folder / "rows.csv").write_text(rows)
    path = folder / f"figure.{ending}"
    axes = ["--x", "pacers.count", "--y", "finish_s"]
    run(folder, "plot", str(folder / "rows.csv"), *axes, "-o", str(path))
    capsys.readouterr()
    for part in contents(path.read_bytes()):
        assert not any(word.encode() in part for word in TELLING)


def test_what_is_printed_as_json_names_files_without_their_folders(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    run(folder, "simulate", "race.yaml", "--json", "--samples", "20")
    said = capsys.readouterr().out
    assert "past.yaml" in said
    assert not any(word in said for word in TELLING)


def test_a_set_of_runs_is_still_one_when_it_is_read_back(folder: Path) -> None:
    recording = load_recording(folder / "run.npz")
    save_recordings([("a", recording)], folder / "pins.npz")
    ((name, again),) = load_recordings(folder / "pins.npz")
    assert (name, again.finish_s) == ("a", recording.finish_s)
    for part in contents((folder / "pins.npz").read_bytes()):
        assert TELLING[0].encode("utf-32-le") not in part
