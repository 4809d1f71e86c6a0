"""What a command prints goes nowhere: a full disk, a closed stream, a reader who has gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.signals import CODES
from tests.faults.commands import environment
from tests.session.short import SHORT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="streams of POSIX")

SAYING = [
    ["simulate", "short.yaml"],
    ["simulate", "short.yaml", "--json"],
    ["check", "short.yaml"],
    ["schema"],
    ["--help"],
    ["--version"],
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    return tmp_path


def shell(folder: Path, words: list[str], ending: str) -> tuple[int, str]:
    """Run a command with streams turned elsewhere; return its exit code and the rest it said."""
    line = f'"$0" -m simulator "$@" {ending}'
    done = subprocess.run(
        ["/bin/sh", "-c", line, sys.executable, *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")


@full
@pytest.mark.parametrize("words", SAYING[::2] + SAYING[-1:], ids=" ".join)
def test_output_onto_a_full_disk_is_one_sentence(words: list[str], folder: Path) -> None:
    said = "The output cannot be written: No space left on device.\n"
    assert shell(folder, words, ">/dev/full") == (1, said)


@pytest.mark.parametrize("words", SAYING[1::2] + SAYING[:1], ids=" ".join)
def test_output_that_nobody_wants_is_no_fault(words: list[str], folder: Path) -> None:
    assert shell(folder, words, ">&-") == (0, "")


def test_a_file_does_not_take_the_place_of_a_closed_stream(folder: Path) -> None:
    words = ["simulate", "short.yaml", "--csv", "a.csv"]
    assert shell(folder, words, ">&- 2>&- <&-") == (0, "")
    closed = (folder / "a.csv").read_bytes()
    assert shell(folder, words, ">/dev/null") == (0, "")
    assert (folder / "a.csv").read_bytes() == closed


@pytest.mark.parametrize(
    "ending", ["2>&-", pytest.param("2>/dev/full", marks=full)], ids=["closed", "full"]
)
@pytest.mark.parametrize("words", [["check", "nothing"], ["check", "--bogus"]], ids=" ".join)
def test_an_error_that_cannot_be_told_is_still_an_exit_code(
    words: list[str], ending: str, folder: Path
) -> None:
    assert shell(folder, words, ending) == (2, "")


def test_a_reader_who_goes_early_is_told_nothing(folder: Path) -> None:
    code, said = shell(folder, ["schema"], "| true")
    assert (code, said) == (0, "")


@pytest.mark.parametrize(
    "words",
    [
        ["check", "short.yaml", "--set", "runner={}"],
        ["check", "short.yaml", "--set", "pacers.formation={}"],
        ["check", "{}"],
        ["sweep", "short.yaml", "--rows", "{}", "-o", "out.csv"],
        ["plot", "{}", "--x", "a", "--y", "b", "-o", "out.png"],
        ["still", "short.yaml", "--theme", "{}", "-o", "out.png"],
    ],
    ids=lambda words: words[0],
)
def test_a_pipe_in_a_file_s_place_is_not_waited_for(
    words: list[str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    for name in ("pipe.yaml", "pipe.csv"):
        os.mkfifo(folder / name)
    name = "pipe.csv" if words[0] in ("sweep", "plot") else "pipe.yaml"
    before = {number: signal.getsignal(number) for number in CODES}
    with pytest.raises(SystemExit) as end:
        main([w.format(folder / name) for w in words])
    for number, handler in before.items():
        signal.signal(number, handler)
    assert end.value.code in (1, 2)
    assert "not a regular file" in " ".join(capsys.readouterr().err.split())
    assert not list(folder.glob("out*"))
