"""A display that is not there, or that nobody answers at, is missed before a window is tried."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.view.window import missing_display
from tests.session.short import SHORT

pytestmark = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="there is always a display here"
)

NONE = "There is no display here, so no window was opened."


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a display nor a driver of one's own choice."""
    for name in ("SDL_VIDEODRIVER", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def wayland(tmp_path: Path) -> Iterator[Path]:
    """A socket at which somebody answers, as a Wayland session has one."""
    path = tmp_path / "wayland-7"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen()
        yield path


@pytest.fixture
def x11() -> Iterator[str]:
    """A display of X11 that answers over the network, as `ssh -X` makes one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1] - 6000}"


def no_answer(display: str) -> str:
    return f"The display {display} does not answer, so no window was opened."


def test_none_at_all_is_said() -> None:
    assert missing_display() == NONE


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_an_empty_name_is_no_display(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "")
    assert missing_display() == NONE


@pytest.mark.parametrize(
    "display",
    [
        ":999",
        "unix:999.0",
        "127.0.0.1:99",
        "127.0.0.1:99.0",
        "127.0.0.1:99999",  # such a port cannot be
        "a..b:0",  # nor such a host
        "x" * 64 + ":0",
        "127.0.0.1:²",  # a digit, and no number
        "nonsense",
        ":",
    ],
    ids=lambda display: display[:20],
)
def test_a_display_of_x11_that_does_not_answer_is_named(
    display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    assert missing_display() == no_answer(display)


@pytest.mark.parametrize("name", ["/nowhere/wayland-0", "wayland-0", "/nowhere/" + "x" * 200])
def test_a_display_of_wayland_that_does_not_answer_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", name)
    assert missing_display() == no_answer(name)


def test_a_socket_that_a_dead_session_left_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "wayland-7"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
    monkeypatch.setenv("WAYLAND_DISPLAY", str(path))
    assert path.exists()
    assert missing_display() == no_answer(str(path))


def test_a_display_of_wayland_that_answers_is_there(
    wayland: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", str(wayland))
    assert missing_display() == ""
    monkeypatch.setenv("WAYLAND_DISPLAY", wayland.name)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(wayland.parent))
    assert missing_display() == ""


def test_a_display_of_x11_that_answers_is_there(x11: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for display in (x11, f"{x11}.0"):
        monkeypatch.setenv("DISPLAY", display)
        assert missing_display() == ""


def test_one_of_two_displays_is_enough(
    wayland: Path, x11: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", str(wayland))
    monkeypatch.setenv("DISPLAY", ":999")
    assert missing_display() == ""
    monkeypatch.setenv("WAYLAND_DISPLAY", "/nowhere/wayland-0")
    monkeypatch.setenv("DISPLAY", x11)
    assert missing_display() == ""
    monkeypatch.setenv("DISPLAY", ":999")
    assert missing_display() == no_answer(":999")


def test_a_driver_that_the_user_chose_is_taken_at_its_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("DISPLAY", ":999")
    assert missing_display() == ""


# -- the command line ------------------------------------------------------------------------------


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    """Return what a command that succeeds prints on its two streams."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with pytest.raises(SystemExit) as end:
            main(arguments)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert not end.value.code
    said = capsys.readouterr()
    return said.out, said.err


@pytest.mark.parametrize(
    ("name", "display"),
    [("DISPLAY", ":999"), ("DISPLAY", "nonsense"), ("WAYLAND_DISPLAY", "/nowhere/wayland-0")],
)
def test_where_the_display_does_not_answer_run_prints_the_splits_instead(
    name: str,
    display: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    monkeypatch.setenv(name, display)
    out, err = told(capsys, "run", "short.yaml")
    makes_one = "`lightpace still short.yaml --at 2:00 -o out.png` makes a picture."
    assert err == f"{no_answer(display)} {makes_one}\n"
    assert out.split()[:4] == ["short", "m", "plan", "run"]
    assert (out, "") == told(capsys, "simulate", "short.yaml")
    assert [path.name for path in tmp_path.iterdir()] == ["short.yaml"]
