"""What differs on Windows and macOS, simulated here: paths, code pages, signals, processes.

These systems themselves are tried by the matrix in .github/workflows/ci.yml alone.
"""

from __future__ import annotations

import ast
import errno
import importlib
import io
import os
import re
import signal
import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import ModuleType

import pytest

from simulator import cli, signals
from simulator.files import configs_dir
from simulator.scenario import reading
from simulator.scenario.loader import _name_of, load_text
from simulator.scenario.reading import is_bare_name

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "simulator").rglob("*.py"))


# -- paths ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [r"C:\runs\my", r"runs\my", r"\\server\share\my", "my.yaml", r".\my", "runs/my"]
)
def test_what_is_a_path_on_any_system_is_no_bare_name(text: str) -> None:
    assert not is_bare_name(text)
    assert is_bare_name(PureWindowsPath(text).stem)


@pytest.mark.parametrize("text", [r"C:\users\anna\runs\old.npz", "/home/anna/runs/old.npz"])
def test_what_is_handed_out_names_no_folder_of_either_system(text: str) -> None:
    assert _name_of(text) == "old.npz"


def test_every_shipped_name_is_one_on_windows() -> None:
    reserved = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))}
    for path in configs_dir().rglob("*"):
        assert PureWindowsPath(path.name).stem.lower() not in reserved
        assert not re.search(r'[<>:"|?*\\]|[. ]$', path.name)
    names = [str(path.relative_to(ROOT)) for path in SOURCES]
    assert len({name.lower() for name in names}) == len(names)


def test_files_are_written_whole_by_names_that_windows_allows(tmp_path: Path) -> None:
    from simulator.files import replacing  # noqa: PLC0415

    with replacing(tmp_path / "a.csv") as beside:
        assert re.fullmatch(r"\.a\.csv\.\d+\.part", beside.name)
        beside.write_text("x", encoding="utf-8")
    # `replace`, not `rename`, which refuses on Windows where there is a file already
    assert "beside.replace(target)" in (ROOT / "simulator" / "files.py").read_text("utf-8")


@pytest.mark.parametrize("kind", [PureWindowsPath, PurePosixPath])
def test_the_users_folder_is_where_each_system_keeps_such_files(
    kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = kind is PureWindowsPath
    name = "windows" if windows else "macos"
    module = importlib.import_module(f"platformdirs.{name}")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("LOCALAPPDATA", r"C:\Users\anna\AppData\Local")
    if windows:
        monkeypatch.setattr(module, "get_win_folder", lambda _: r"C:\Users\anna\AppData\Local")
    system = getattr(module, "Windows" if windows else "MacOS")
    folder = kind(
        system("lightpace", False).user_config_dir.replace(os.sep, "\\" if windows else "/")
    )
    assert folder.name == "lightpace"
    assert folder.parent.name == ("Local" if windows else "Application Support")


def test_a_line_ending_of_windows_and_a_byte_order_mark_are_read() -> None:
    text = "\ufeffname: a\r\nplan: {target: 4:10}\r\n".removeprefix("\ufeff")
    assert load_text(text).plan.target == 250.0  # type: ignore[union-attr]


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes("\ufeffname: Läuferin\r\n".encode())
    assert reading.read_text(file, "a.yaml") == "name: Läuferin\r\n"


# -- text ----------------------------------------------------------------------------------------


def test_no_text_is_read_or_written_in_the_systems_code_page() -> None:
    """On Windows that is cp1252: whatever opens a text names its encoding."""
    careless = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else ""
            called = node.func.attr if isinstance(node.func, ast.Attribute) else called
            if called not in ("open", "read_text", "write_text"):
                continue
            words = ast.unparse(node)
            opens = re.match(
                r"open\(|.*\.(?:read_text|write_text)\(|.*\.open\(('[rwax]|mode)", words
            )
            named = re.search(r"encoding=|'utf-8'|'[rwax]\+?b|^os\.|^av\.|^writing\.", words)
            if opens and not named:
                careless.append(f"{path.relative_to(ROOT)}:{node.lineno} {words}")
    assert careless == []


@pytest.mark.parametrize("command", [("list",), ("doctor",), ("simulate", "breaking4"), ("man",)])
@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii"])
def test_commands_print_on_a_terminal_of_another_code_page(
    command: tuple[str, ...], encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\r\n")
    monkeypatch.setattr(sys, "stdout", stream)
    before = {number: signal.getsignal(number) for number in signals.CODES}
    with pytest.raises(SystemExit) as end:
        cli.main(command)
    for number, handler in before.items():
        signal.signal(number, handler)
    assert not end.value.code
    said = raw.getvalue().decode(encoding)
    assert len(said) > 100
    if command[0] == "simulate":
        assert re.search(r"[-−]0\.\d\d", said)  # a sign is never lost


# -- signals -------------------------------------------------------------------------------------

WITHOUT = """
import signal, sys
for name in ("SIGHUP", "pthread_sigmask", "pthread_kill"):
    if hasattr(signal, name):
        delattr(signal, name)
sys.platform = "win32"
import simulator.signals
assert list(simulator.signals.CODES.values()) == [130, 143], simulator.signals.CODES
sent, stops = [], simulator.signals.StopSignals()
def raised(number):
    sent.append(number)
    stops.__exit__()
signal.raise_signal = raised
stops._send_again(signal.SIGINT)
assert sent == [signal.SIGINT]
sys.platform = "linux"
from simulator.cli import main
main(["check", "solo"])
"""


def test_without_sighup_and_masks_commands_run() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "solo: Solo, no problems\n"), done.stderr


def test_what_only_posix_has_stands_behind_a_question() -> None:
    """Names that Windows lacks are used in a function or a branch that asks for the system."""
    lacking = re.compile(
        r"\b(?:signal\.(?:SIGHUP|pthread_\w+|SIG_BLOCK|SIG_SETMASK)|os\.(?:nice|getuid|fork|mkfifo)"
        r"|import (?:fcntl|resource|pwd|termios))\b"
    )
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        if lacking.search(text):
            asks = re.search(
                r'sys\.platform [!=]= "win32"|AttributeError|os\.name == "posix"', text
            )
            assert asks is not None, path


# -- processes -----------------------------------------------------------------------------------


def test_no_import_starts_anything_where_a_process_is_spawned() -> None:
    """A spawned process imports the main module again: the entry points do nothing by that."""
    program = (
        "import sys; import simulator.__main__, lightpace.__main__; "
        "print(any(n.startswith('simulator.cli') for n in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr


# -- file locks ----------------------------------------------------------------------------------


def test_the_lock_of_windows_keeps_others_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simulator.export import table  # noqa: PLC0415

    calls = []

    def locking(_number: int, mode: int, count: int) -> None:
        calls.append((mode, count))
        if len(calls) > 1:
            raise OSError(errno.EACCES, "Permission denied")

    msvcrt = ModuleType("msvcrt")
    msvcrt.locking, msvcrt.LK_NBLCK = locking, 2  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "msvcrt", msvcrt)
    monkeypatch.setattr(sys, "platform", "win32")
    with (tmp_path / "lock").open("a+b", buffering=0) as file:
        assert table._lock(file)
        assert not table._lock(file)
    assert calls == [(2, 1), (2, 1)]
