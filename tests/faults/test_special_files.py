"""Only regular files are opened, wherever a path can stand: no pipe, device or kernel file."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.analysis.references import ghost_references
from simulator.analysis.sweep import files_named
from simulator.errors import LightpaceError, OutputError
from simulator.export.table import read_columns
from simulator.files import read_bytes, target_of
from simulator.recording.store import load_recording, load_recordings
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.reading import read_text
from simulator.scenario.story import load_story, load_story_text
from simulator.view.theme import theme_named

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the special files of POSIX")


def in_scenario(text: str) -> Callable[[Path], object]:
    return lambda path: load_text(text.format(path), "f")


READERS: dict[str, Callable[[Path], object]] = {
    "scenario": load_scenario,
    "runner": in_scenario("runner: {}"),
    "formation": in_scenario("pacers: {{formation: {}}}"),
    "ghost that is a scenario": in_scenario("ghosts: [{{kind: scenario, file: {}}}]"),
    "ghost that is a recording": lambda path: ghost_references(
        load_text(f"ghosts: [{{kind: recording, file: {path}}}]", "f")
    ),
    "past race": in_scenario("uncertainty: {{given: [{}]}}"),
    "story": load_story,
    "chapter": lambda path: load_story_text(
        f"name: x\nchapters: [{{name: a, until: bell, scenario: {path}}}]", Path("story.yaml")
    ),
    "rows": lambda path: read_text(path, "f"),
    "table": read_columns,
    "recording": load_recording,
    "pins": load_recordings,
    "theme": lambda path: theme_named(str(path)),
}


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def bound_socket(path: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
    return path


def link_to(target: str) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        if not Path(target).exists():
            pytest.skip(f"there is no {target} here")
        path.symlink_to(target)
        return path

    return make


def link_to_a_pipe(path: Path) -> Path:
    path.symlink_to(pipe(path.with_name("beyond")))
    return path


SPECIAL = {
    "pipe": pipe,
    "socket": bound_socket,
    "device": link_to("/dev/zero"),
    "kernel file": link_to("/proc/version"),
    "kernel file of a device": link_to("/sys/kernel/mm/transparent_hugepage/enabled"),
    "link": link_to_a_pipe,
}


@pytest.mark.parametrize("make", SPECIAL.values(), ids=SPECIAL)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_regular_file_is_refused_unopened(
    reader: str,
    make: Callable[[Path], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ending = {"table": "csv", "rows": "csv", "recording": "npz", "pins": "npz"}.get(reader, "yaml")
    path = make(tmp_path / f"x.{ending}")
    plain, opened = os.open, list[str]()

    def noted(name: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        opened.append(os.path.realpath(name))
        return plain(name, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", noted)
    with pytest.raises(LightpaceError, match=r"not a regular file") as caught:
        READERS[reader](path)
    assert caught.value.exit_code in (1, 2)
    assert os.path.realpath(path) not in opened


def test_a_sweep_takes_no_digest_of_what_is_no_file(tmp_path: Path) -> None:
    link_to("/dev/zero")(tmp_path / "x.yaml")
    assert files_named(["x.yaml"], tmp_path) == []


def test_a_file_in_shared_memory_is_one_of_the_users() -> None:
    """It has no disk either, but keeps what is written into it."""
    folder = Path("/dev/shm")  # noqa: S108 - that very folder is meant
    if not os.access(folder, os.W_OK):
        pytest.skip("there is no shared memory here")
    path = folder / f"lightpace-{os.getpid()}"
    try:
        path.write_bytes(b"1")
        assert read_bytes(path, 10) == b"1"
    finally:
        path.unlink()


def test_nothing_is_written_over_a_socket_or_a_disk(tmp_path: Path) -> None:
    bound_socket(tmp_path / "out.csv")
    with pytest.raises(OutputError, match="neither a file nor a pipe"):
        target_of(tmp_path / "out.csv")
    disks = [path for path in Path("/dev").glob("*") if path.is_block_device()]
    for path in disks[:1]:
        with pytest.raises(OutputError, match="neither a file nor a pipe"):
            target_of(path)
