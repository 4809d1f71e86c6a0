"""Files are written beside their place and renamed, so that they are complete or absent.

In: a path. Out: a temporary path to write to, renamed on success, removed on any failure; or an
open file, where what is there is one.
"""

from __future__ import annotations

import errno
import itertools
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from simulator.errors import OutputError

_MOST_SHOWN = 1000
"""Characters of a path in a sentence: all of any path but a nonsensical one."""


def opened(path: str | Path) -> BinaryIO:
    """Open a regular file to read.

    Raises:
        OSError: there is none, it may not be read, or it is something else: a pipe would be waited
            for, perhaps for ever.
    """
    file = open(path, "rb", opener=_at_once)  # noqa: SIM115 - the caller closes it
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return file


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a path in the same folder to write to; rename it to `path` when the block succeeds.

    What a link points to is replaced, not the link. A device or a pipe is yielded itself: it cannot
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
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        with suppress(OSError):  # a read-only disk refuses even to take away what is not there
            beside.unlink()


def is_there(path: str | Path) -> bool:
    """Return whether something is at this path, even if it is a link to nothing.

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


def free_name(stem: str, ending: str) -> Path:
    """Return a name in the working folder that nothing has yet: `stem.png`, `stem (2).png` ...

    Raises:
        OutputError: no file can have this name, or the folder may not be entered.
    """
    names = (f"{stem} ({n}){ending}" if n > 1 else f"{stem}{ending}" for n in itertools.count(1))
    return Path(next(name for name in names if not is_there(name)))


def target_of(path: Path) -> Path | None:
    """Return the file to replace, which a link may point to; None for a device or a pipe.

    Raises:
        OutputError: `path` is a folder, no file can have its name, or its folder is locked.
    """
    is_there(path)  # the system says here what it thinks of the name
    try:
        if path.is_dir():
            raise OutputError(f"{shown(path)} cannot be written: it is a directory.")
        if path.exists() and not path.is_file():
            return None
        if not path.is_symlink():
            return path
        with suppress(FileNotFoundError):  # a link to nothing yet is written through
            path.stat()  # raises for links that lead in a circle, as resolve does not from 3.13 on
        return path.resolve()
    except OSError as error:
        raise _not_written(path, error) from error


def _not_written(path: Path, error: Exception) -> OutputError:
    why = getattr(error, "strerror", None) or "its name is not usable"
    return OutputError(f"{shown(path)} cannot be written: {why}.")


def shown(path: Path) -> str:
    """Return a path as a sentence may hold it: a very long one without its middle."""
    text = str(path) if str(path).isprintable() else ascii(str(path))
    return text if len(text) <= _MOST_SHOWN else f"{text[:100]}…{text[-100:]}"


def write_text(path: str | Path, text: str) -> None:
    """Write a whole text file, UTF-8, with the line ends given.

    Raises:
        OutputError: it cannot be written; what was there before is still there.
    """
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="")
