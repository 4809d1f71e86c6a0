"""Files: where the shipped ones and the user's are, and safe access to any.

In: a name relative to `configs/` or `assets/`; a path. Out: a path; the content of a regular file,
which is checked before it is opened; a temporary path to write to, renamed on success, removed on
any failure, so that a file is complete or absent. An installed wheel has both folders inside the
package; a checkout has them next to it.
"""

from __future__ import annotations

import errno
import itertools
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from simulator.errors import OutputError, ResourceError

LOG = logging.getLogger(__name__)
SETTINGS = "settings.yaml"
"""The file in the user's folder that stores what the window remembers; all others are scenarios."""
_PACKAGE = Path(__file__).resolve().parent


def configs_dir() -> Path:
    """Return the folder of shipped scenarios; raises `ResourceError` if it is missing."""
    return _shipped_folder("configs")


def assets_dir() -> Path:
    """Return the folder of fonts and pictures; raises `ResourceError` if it is missing."""
    return _shipped_folder("assets")


@lru_cache(maxsize=1)
def user_dir() -> Path:
    r"""Return the folder of the user's files, laid out like `configs/`; it may not exist.

    `~/.config/lightpace` on Linux, `~/Library/Application Support/lightpace` on macOS,
    `%LOCALAPPDATA%\lightpace` on Windows.
    """
    from platformdirs import user_config_path  # noqa: PLC0415 - a window opens without it

    return user_config_path("lightpace", appauthor=False)


def config_path(name: str) -> Path:
    """Return the path of `configs/<name>`; raises `ResourceError` if there is no such file."""
    return _inside(configs_dir(), name)


def asset_path(name: str) -> Path:
    """Return the path of `assets/<name>`; raises `ResourceError` if there is no such file."""
    return _inside(assets_dir(), name)


def _shipped_folder(name: str) -> Path:
    for parent in (_PACKAGE, _PACKAGE.parent):
        if (parent / name).is_dir():
            return parent / name
    raise ResourceError(
        f"The folder {name!r} is neither in {_PACKAGE} nor beside it; reinstall lightpace."
    )


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.exists():
        raise ResourceError(f"There is no {name!r} in {folder}; reinstall lightpace.")
    return path


# -- reading and writing --------------------------------------------------------------------------

_MOST_SHOWN = 1000
"""A path in a message is cut to this many characters; only absurd paths are longer."""


def opened(path: str | Path) -> BinaryIO:
    """Open a regular file on a disk for reading.

    The file is checked first: merely opening a watchdog device does harm, and opening a pipe may
    block for ever.

    Raises:
        OSError: the file is missing, not readable, or not a regular file.
    """
    _check_regular(Path(path).stat(), path)
    file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 - the caller closes it
    try:
        _check_regular(os.fstat(file.fileno()), path)  # another file may have replaced it since
    except OSError:
        file.close()
        raise
    return file


def read_bytes(path: str | Path, most: int) -> bytes:
    """Return the content of a regular file.

    Raises:
        OSError: as for `opened`, or the file is larger than `most` bytes.
    """
    with opened(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it is too large, more than {most // 1_000_000} MB", str(path))
    return data


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _check_regular(status: os.stat_result, path: str | Path) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    if _is_of_the_kernel(status.st_dev):
        raise OSError(errno.EINVAL, "it is not a regular file but the system's", str(path))


_OF_THE_KERNEL = frozenset(
    {
        *("proc", "sysfs", "devtmpfs", "devpts", "debugfs", "tracefs", "securityfs", "configfs"),
        *("cgroup", "cgroup2", "bpf", "pstore", "efivarfs", "mqueue", "binfmt_misc", "fusectl"),
        *("hugetlbfs", "nsfs", "rpc_pipefs", "selinuxfs", "smackfs", "nfsd"),
    }
)


@lru_cache(maxsize=64)
def _is_of_the_kernel(device: int) -> bool:
    """Return whether Linux makes up a device's files, as under /proc, instead of storing them."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    number = f"{os.major(device)}:{os.minor(device)}"
    for line in mounts.splitlines():
        mount, _, source = line.partition(" - ")
        if mount.split()[2] == number:
            return source.split()[0] in _OF_THE_KERNEL
    return False


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a path in the same folder to write to; rename it to `path` when the block succeeds.

    A link stays; the file it points to is replaced. A device or a pipe is yielded itself: it cannot
    be half-written, and renaming a file over `/dev/null` would do harm.

    Raises:
        OutputError: `path` is a folder, no file can have its name, or its folder is missing,
            locked, read-only or full.
    """
    path = Path(path)
    target = target_of(path)
    if target is None:
        try:
            yield path
        except OSError as error:
            raise _not_written(path, error) from error
        return
    beside = target.with_name(f".{target.name[:40]}.{os.getpid()}.part")
    try:
        yield beside
        beside.replace(target)
        LOG.info("wrote %s", target)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        with suppress(OSError):  # a read-only disk refuses to remove even a missing file
            beside.unlink()


def is_there(path: str | Path) -> bool:
    """Return whether something exists at this path, even a dangling link.

    Raises:
        OutputError: no file can have this name, or its folder may not be entered.
    """
    try:
        Path(path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise _not_written(Path(path), error) from error
    return True


def refuse_existing(path: Path, *, force: bool) -> None:
    """Refuse to overwrite an existing file unless it is forced; raises `OutputError`."""
    if is_there(path) and path.is_file() and not force:
        raise OutputError(f"{path} exists already; --force writes over it.")


def make_folder(folder: Path, *, parents: bool = False) -> None:
    """Make a folder where there is none; raises `OutputError`."""
    try:
        folder.mkdir(parents=parents, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{shown(folder)} cannot be made: {error.strerror}.") from error


def free_name(stem: str, ending: str) -> Path:
    """Return an unused name in the working folder: `stem.png`, `stem (2).png` ...

    Raises:
        OutputError: no file can have this name, or the folder may not be entered.
    """
    names = (f"{stem} ({n}){ending}" if n > 1 else f"{stem}{ending}" for n in itertools.count(1))
    return Path(next(name for name in names if not is_there(name)))


def target_of(path: Path) -> Path | None:
    """Return the file to replace, with links followed; None for a device or a pipe.

    Raises:
        OutputError: `path` is a folder, a disk or a socket, its folder is locked, or no file can
            have its name.
    """
    is_there(path)  # raises here if the system rejects the name
    try:
        if path.is_dir():
            raise OutputError(f"{shown(path)} cannot be written: it is a directory.")
        if path.is_block_device() or path.is_socket():
            raise OutputError(f"{shown(path)} cannot be written: it is neither a file nor a pipe.")
        if path.exists() and not path.is_file():
            return None
        if not path.is_symlink():
            return path
        with suppress(FileNotFoundError):  # a link to a missing file is written through
            path.stat()  # raises for circular links, which resolve no longer does from 3.13 on
        return path.resolve()
    except OSError as error:
        raise _not_written(path, error) from error


def _not_written(path: Path, error: Exception) -> OutputError:
    why = getattr(error, "strerror", None) or "its name is not usable"
    return OutputError(f"{shown(path)} cannot be written: {why}.")


def shown(path: Path) -> str:
    """Return a path for use in a message; a very long one loses its middle."""
    text = str(path) if str(path).isprintable() else ascii(str(path))
    return text if len(text) <= _MOST_SHOWN else f"{text[:100]}…{text[-100:]}"


def write_text(path: str | Path, text: str) -> None:
    """Write a whole text file, UTF-8, with the line ends given.

    Raises:
        OutputError: it cannot be written; the previous content is unchanged.
    """
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="")
