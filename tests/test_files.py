from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from simulator.errors import OutputError
from simulator.files import free_name, is_there, replacing, write_text


def test_a_text_is_written_as_it_is(tmp_path: Path) -> None:
    write_text(tmp_path / "sheet.txt", "Kipyegon −0.42\nŁódź\r\n")
    assert (tmp_path / "sheet.txt").read_bytes() == "Kipyegon −0.42\nŁódź\r\n".encode()


def test_an_old_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "sheet.txt"
    write_text(path, "a long first text")
    write_text(path, "short")
    assert path.read_text() == "short"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("fault", [OSError(28, "No space left"), KeyboardInterrupt(), ValueError()])
def test_a_failure_on_the_way_leaves_the_old_file_and_no_other(
    tmp_path: Path, fault: BaseException
) -> None:
    path = tmp_path / "sheet.txt"
    path.write_text("old")

    def half() -> None:
        with replacing(path) as beside:
            beside.write_text("half of the n")
            raise fault

    with pytest.raises(OutputError if isinstance(fault, OSError) else type(fault)):
        half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_that_fails_is_not_there(tmp_path: Path) -> None:
    def half() -> None:
        with replacing(tmp_path / "new.txt") as beside:
            beside.write_text("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=r"new\.txt cannot be written: No space left on device\."):
        half()
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot be written: No such file or directory\."):
        write_text(tmp_path / "nowhere" / "sheet.txt", "text")


@pytest.mark.parametrize("name", ["", ".", "..", "/", "folder"])
def test_a_folder_is_no_file_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        write_text(name, "text")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    assert list((tmp_path / "folder").iterdir()) == []


def test_a_long_name_that_the_disk_allows_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 120 + ".txt")
    write_text(path, "text")
    assert path.read_text() == "text"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    place, link = tmp_path / "place.txt", tmp_path / "link.txt"
    place.write_text("old")
    link.symlink_to(place)
    write_text(link, "new")
    assert link.is_symlink()
    assert place.read_text() == "new"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_a_device_or_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_text(pipe, "a line")
        assert os.read(reader, 100) == b"a line"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.parametrize("name", ["x" * 300, "x" * 10_000, "a\0b", "\ud800"])
def test_a_name_that_no_file_can_have_is_told_in_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="cannot be written") as refused:
        write_text(tmp_path / name, "text")
    assert len(str(refused.value)) < 700
    with pytest.raises(OutputError, match="cannot be written"):
        is_there(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_told_from_what_is_not(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    assert is_there(tmp_path / "file")
    assert is_there(tmp_path / "link")
    assert not is_there(tmp_path / "nothing")
    assert not is_there(tmp_path / "file" / "below")


def test_links_that_lead_in_a_circle_are_told_in_a_sentence(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.symlink_to(other)
    other.symlink_to(one)
    with pytest.raises(OutputError, match="cannot be written"):
        write_text(one, "text")
    assert one.is_symlink()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_free_name_is_numbered_from_the_second_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = []
    for _ in range(3):
        path = free_name("a b", ".png")
        path.touch()
        result.append(str(path))
    assert result == ["a b.png", "a b (2).png", "a b (3).png"]
    with pytest.raises(OutputError, match="File name too long"):
        free_name("x" * 300, ".png")
