"""Files are written beside their place and renamed, so that they are complete or absent.

In: a path. Out: a temporary path to write to, renamed on success, removed on any failure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from simulator.errors import OutputError


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a path in the same folder to write to; rename it to `path` when the block succeeds.

    What a link points to is replaced, not the link. A device or a pipe is yielded itself: it cannot
    be half-written, and renaming a file over `/dev/null` would do harm.

    Raises:
        OutputError: `path` is a folder, or its folder is missing, read-only or full.
    """
    path = Path(path)
    if path.is_dir():
        raise OutputError(f"{path} cannot be written: it is a directory.")
    if path.exists() and not path.is_file():
        try:
            yield path
        except OSError as error:
            raise _not_written(path, error) from error
        return
    target = path.resolve() if path.is_symlink() else path
    beside = target.with_name(f".{target.name[:40]}.{os.getpid()}.part")
    try:
        yield beside
        beside.replace(target)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        with suppress(OSError):  # a read-only disk refuses even to take away what is not there
            beside.unlink()


def _not_written(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path} cannot be written: {error.strerror or error}.")


def write_text(path: str | Path, text: str) -> None:
    """Write a whole text file, UTF-8, with the line ends given.

    Raises:
        OutputError: it cannot be written; what was there before is still there.
    """
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="")
