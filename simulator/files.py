"""Files are written beside their place and renamed, so that they are complete or absent.

In: a path. Out: a temporary path to write to, renamed on success, removed on any failure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.errors import OutputError


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a path in the same folder to write to; rename it to `path` when the block succeeds.

    Raises:
        OutputError: the folder is missing, read-only or full.
    """
    path = Path(path)
    beside = path.with_name(f".{path.name[:100]}.{os.getpid()}.part")
    try:
        yield beside
        beside.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write a whole text file, UTF-8, with the line ends given.

    Raises:
        OutputError: it cannot be written; what was there before is still there.
    """
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="")
